//! Intel SGX and TDX DCAP: quotes, collateral, TCB levels.

mod authenticate;
mod cache;
mod certification;
mod chain;
pub mod checks;
mod collateral;
mod document;
mod fields;
mod identity;
mod intel;
mod pck;
mod prepared;
mod profile;
mod quote;
mod report;
mod shortfall;
mod status;
mod tcb;
mod tcb_info;

pub use authenticate::AuthenticQuote;
pub use cache::PlatformCache;
pub use certification::{CertificationData, PlatformTcb};
pub use collateral::{Collateral, SignedDocument};
pub use identity::{EnclaveId, EnclaveIdentity};
pub use intel::QvlStatus;
pub use pck::{PckExtension, PlatformConfiguration, SgxType};
pub use prepared::{CollateralSummary, Expiry, NotAccepted, PckAuthority, PreparedCollateral, Verifier};
pub use profile::Profile;
pub use quote::{Header, Quote, Tee};
pub use report::{Report, SgxAttributes, SgxReport, Td15, Td15Extended, TdAttributes, TdReport};
pub use shortfall::{Component, Need, Owner, Shortfall, ShortfallOf};
pub use status::TcbStatus;
pub use tcb::{Evaluation, Reached, Tcb};
pub use tcb_info::{ComponentLabel, ComponentLabels, IsvLevel, ModuleIdentity, TcbInfo, TcbLevel};

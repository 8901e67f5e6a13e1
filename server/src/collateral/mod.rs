//! Collateral: what Intel signs about its platforms and NVIDIA about its firmware, kept as it was served.
//!
//! Verification takes it from here when a request brings none. What is missing or no longer in force is an
//! error; nothing is verified with less.

mod answers;
mod fetch;
mod file;
mod genuine;
mod import;
mod inventory;
mod issuers;
mod keep;
mod key;
mod library;
mod nvidia_crl;
mod rim;
mod route;
mod upstream;

pub use answers::{Chain, Which};
pub use file::collateral_file;
pub use genuine::{Examiner, NotGenuine, Standing};
pub use import::{ImportCount, ImportError, import};
pub use inventory::Item;
pub use keep::Keeper;
pub use key::{Api, Ca, DocumentKey, Evaluation, PCK_CERTIFICATES, PckQuery, RimId, Tee};
pub use library::{CollateralFile, Library, Missing, Shelved};
pub use nvidia_crl::{CrlName, KeptCrls, import_nvidia_crls};
pub use rim::{chain_of_rim, import_rims};
pub use route::routes;
pub use upstream::Client;

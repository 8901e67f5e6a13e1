//! What every binding of veriquote shares: owned types, one function per call, JSON in and JSON out.
//!
//! A binding converts its language's values to and from the JSON of this crate and decides nothing.
//! Unknown members are refused (`misuse.options`), so that no check is dropped by a slip of the pen.
#![forbid(unsafe_code)]

mod blob;
mod check;
mod problem;
mod time;
mod verification;

pub use blob::Blob;
pub use check::{CheckLine, facts};
pub use problem::Problem;
pub use time::Time;
pub use verification::{
    Appraisal, Claims, CollateralClaims, Expiry, Finding, Horizon, NotChecked, ShortComponent, Shortfall,
    TcbClaims, TcbPart, Verification,
};

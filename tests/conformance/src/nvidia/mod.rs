//! Cases for verifiers of NVIDIA devices: valid machines of the forge with one thing changed and signed anew.

mod case;
mod catalogue;
pub mod data;

pub use case::{Case, Draft, Expected, case, request};
pub use catalogue::all;

//! Our own cases for verifiers, as Rust and as data, and the means to run them and others' vectors.

pub mod answer;
pub mod budget;
pub mod case;
pub mod catalogue;
pub mod composite;
pub mod corpus;
pub mod data;
pub mod dice;
pub mod nvidia;
pub mod run;
pub mod tokens;
pub mod tpm;

pub use case::{Case, Expected};

pub use veriquote_recorded::recorded as vectors;

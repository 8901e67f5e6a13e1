//! Policies in Rego, asked beside the rules of the core and never in their place.
//!
//! A module is somebody's program. It runs in a process of its own, whose memory the system bounds and which
//! is ended when its time is over; it has no built-in function that reaches a network, a clock, a file, the
//! environment or chance. What does not come to an answer denies.

mod engine;
mod frame;
mod judge;
mod worker;

use serde::{Deserialize, Serialize};

pub use judge::{Judge, RegoError};
pub use worker::work;

/// The package that a module is in.
pub const PACKAGE: &str = "veriquote";

/// What a worker is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The module's text.
    pub module: String,
    /// Milliseconds for one rule.
    pub milliseconds: u32,
    /// What is to be judged; `None`: only what the module says of itself.
    pub subject: Option<Subject>,
}

/// What is to be judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// `input`.
    pub input: serde_json::Value,
    /// `data.reference_values`.
    pub reference_values: serde_json::Value,
}

/// What a worker answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// What the module says of itself.
    Described(Description),
    /// What it makes of the subject.
    Ruled(Ruling),
    /// It is no module, or came to no answer.
    Failed(String),
}

/// What a module says of itself, whatever it is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// `rules`: a policy of the core, which is asked first; the strict one when absent.
    pub rules: Option<serde_json::Value>,
    /// `references`: ids of the reference values that it reads.
    pub references: Vec<String>,
}

/// What a module makes of a subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// `allow` is `true`, and `deny` has nothing.
    pub allowed: bool,
    /// The texts of `deny`.
    pub reasons: Vec<String>,
}

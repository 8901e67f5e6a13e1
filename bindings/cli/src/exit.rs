//! Exit codes, and the ways to the two output streams.

use std::io::Write as _;

use serde::Serialize;
use veriquote_facade::{Problem, ProblemKind, Verification};

use crate::render::{self, Canvas};

/// What the shell is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Authentic and accepted; or the command that verifies nothing did what it was asked for.
    Accepted,
    /// Not authentic.
    NotAuthentic,
    /// Wrong usage, unreadable file.
    Misuse,
    /// Authentic, but rejected by the policy.
    Rejected,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Accepted => 0,
            Self::NotAuthentic => 1,
            Self::Misuse => 2,
            Self::Rejected => 3,
        }
    }

    /// Of a verification.
    pub fn of(result: &Verification) -> Self {
        match result.exit_code() {
            0 => Self::Accepted,
            2 => Self::Misuse,
            3 => Self::Rejected,
            _ => Self::NotAuthentic,
        }
    }

    /// Of a problem outside a verification.
    pub fn of_problem(problem: &Problem) -> Self {
        if problem.kind == ProblemKind::Misuse { Self::Misuse } else { Self::NotAuthentic }
    }
}

/// Prints what was drawn. A closed pipe is the reader's choice and no failure.
pub fn print(canvas: Canvas) {
    let _ = anstream::stdout().write_all(canvas.into_text().as_bytes());
}

/// Prints one JSON object, for people to read as well.
pub fn print_json(value: &impl Serialize) {
    if let Ok(mut text) = serde_json::to_string_pretty(value) {
        text.push('\n');
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
}

/// Tells of a problem on standard error and ends.
pub fn fail(problem: &Problem) -> Exit {
    let mut canvas = Canvas::new();
    render::problem(&mut canvas, problem);
    let _ = anstream::stderr().write_all(canvas.into_text().as_bytes());
    Exit::of_problem(problem)
}

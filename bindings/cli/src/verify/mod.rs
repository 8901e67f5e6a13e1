//! `verify`: a module for each kind of evidence, which makes a request of flags; and what is told of the
//! result, here and once.

mod composite;
mod dcap;
mod nvgpu;
mod token;
mod tpm;

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use veriquote::UnixTime;
use veriquote::crypto::{CryptoProvider, RustCrypto};
use veriquote_aws_lc::AwsLc;
use veriquote_facade::{EvidenceKind, Problem, Time, Verification};

use crate::cli::{CryptoName, Output};
use crate::exit::{Exit, fail, print, print_json};
use crate::render::{self, Canvas};

pub use composite::composite;
pub use dcap::{collateral, dcap, options};
pub use nvgpu::nvgpu;
pub use token::token;
pub use tpm::{learn, tpm};

/// Tells what became of evidence: the verification, or what is wrong with the flags and the files that they
/// name, which says nothing of the evidence.
fn tell(evidence: EvidenceKind, file: &Path, output: &Output, result: Result<Verification, Problem>) -> Exit {
    let mut result = match result {
        Ok(result) => result,
        Err(problem) => return refuse(evidence, output, problem),
    };
    let exit = Exit::of(&result);
    if output.json {
        if output.quiet {
            result.checks.clear();
        }
        print_json(&result);
    } else {
        let mut canvas = Canvas::new();
        render::verification(&mut canvas, &file_name(file), &result, !output.quiet);
        print(canvas);
    }
    exit
}

/// Tells what is wrong with flags.
fn refuse(evidence: EvidenceKind, output: &Output, problem: Problem) -> Exit {
    if output.json {
        print_json(&Verification::failed(evidence, problem, Vec::new()));
    } else {
        fail(&problem);
    }
    Exit::Misuse
}

/// The cryptography that was chosen.
pub fn provider(crypto: CryptoName) -> Arc<dyn CryptoProvider> {
    match crypto {
        CryptoName::AwsLc => Arc::new(AwsLc),
        CryptoName::Rustcrypto => Arc::new(RustCrypto),
    }
}

/// The clock, read in this one place.
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
}

/// The name of a file without its folders.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

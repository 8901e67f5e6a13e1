//! Collateral for many quotes.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use veriquote::crypto::CryptoProvider;
use veriquote::dcap::PlatformCache;

use crate::blob::Blob;
use crate::dcap::{DcapOptions, DcapVerifier, EVIDENCE};
use crate::document::Document;
use crate::problem::Problem;
use crate::qve::QveEvidence;
use crate::read::read_request;
use crate::time::Time;
use crate::verification::Verification;

/// Collateral and options for many quotes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DcapPreparation {
    /// Collateral files, as in a [`DcapRequest`](crate::DcapRequest).
    pub collateral: Vec<Document>,
    /// How to verify; `at` is when the collateral must verify.
    pub options: DcapOptions,
}

/// What is new with each quote.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DcapCall {
    /// The time of this verification.
    pub at: Time,
    /// The report data that must be in this report: all 64 bytes as hex. Default: as prepared.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub report_data: Option<String>,
    /// Event log (CCEL) to replay into the RTMRs: hex, base64 or base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub event_log: Option<Blob>,
    /// The report of a quote verification enclave on this very quote.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub qve: Option<QveEvidence>,
}

/// Collateral that was verified once, and the platforms that were seen with it.
#[derive(Debug)]
pub struct PreparedDcap {
    verifier: DcapVerifier,
    platforms: Mutex<PlatformCache>,
}

impl PreparedDcap {
    /// Reads a [`DcapPreparation`] and verifies the collateral.
    ///
    /// # Errors
    /// What is wrong with the options. Collateral that does not verify is told with each quote.
    pub fn from_json(provider: Arc<dyn CryptoProvider>, preparation: &str) -> Result<Self, Problem> {
        let DcapPreparation { collateral, options } = read_request(preparation)?;
        Ok(Self {
            verifier: DcapVerifier::new(provider, &collateral, &options)?,
            platforms: Mutex::new(PlatformCache::new(PLATFORMS)),
        })
    }

    /// Verifies one quote (binary, hex, base64 or base64url): a [`DcapCall`] as JSON in, a
    /// [`Verification`] as JSON out.
    #[must_use]
    pub fn verify_json(&self, quote: &[u8], call: &str) -> String {
        serde_json::to_string(&self.verify(quote, call)).unwrap_or_default()
    }

    /// The same, and gives the result itself.
    #[must_use]
    pub fn verify(&self, quote: &[u8], call: &str) -> Verification {
        match self.ready(call) {
            Ok(ready) => {
                let mut platforms = self.platforms.lock().unwrap_or_else(PoisonError::into_inner);
                ready.verify(quote, &mut platforms)
            }
            Err(problem) => Verification::failed(EVIDENCE, problem, Vec::new()),
        }
    }

    /// Verifies quotes in their order, with platforms of their own: threads do not wait for each other.
    #[must_use]
    pub fn verify_all_json(&self, quotes: &[Vec<u8>], call: &str) -> Vec<String> {
        let mut platforms = PlatformCache::new(PLATFORMS);
        let ready = self.ready(call);
        let mut one = |quote: &Vec<u8>| match &ready {
            Ok(ready) => ready.verify(quote, &mut platforms),
            Err(problem) => Verification::failed(EVIDENCE, problem.clone(), Vec::new()),
        };
        quotes.iter().map(|quote| serde_json::to_string(&one(quote)).unwrap_or_default()).collect()
    }

    fn ready(&self, call: &str) -> Result<Ready, Problem> {
        let call: DcapCall = read_request(call)?;
        let verifier = self.verifier.at(call.at);
        let verifier = match &call.report_data {
            Some(hex) => verifier.expecting(hex)?,
            None => verifier,
        };
        Ok(Ready { verifier, call })
    }
}

/// A verifier at the time of a call.
struct Ready {
    verifier: DcapVerifier,
    call: DcapCall,
}

impl Ready {
    fn verify(&self, quote: &[u8], platforms: &mut PlatformCache) -> Verification {
        let (log, qve) = (self.call.event_log.as_ref(), self.call.qve.as_ref());
        self.verifier.verify_with(&Blob(quote.to_vec()), log, qve, Some(platforms))
    }
}

/// Platforms that are remembered: those of a large cluster, at some kilobytes each.
const PLATFORMS: usize = 256;

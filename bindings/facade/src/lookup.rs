//! What to ask a collateral service for, as JSON: what a quote or a PCK certificate says of its platform.
//!
//! Nothing of it is authentic. It only says which collateral to fetch; the verification then finds out
//! whether that was the right one.

use serde::Serialize;
use veriquote::dcap::{PckAuthority, Tee};

use crate::blob::Blob;
use crate::one_of::OneOf;
use crate::platform::{PckReference, pck_reference_of_quote, platform_of_pck, platform_of_quote};
use crate::problem::Problem;

/// The platform of a quote, by the PCK certificate that it carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlatformLookup {
    /// Absent for a certificate, which does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tee: Option<OneOf<Tee>>,
    /// Platform family: hex.
    pub fmspc: String,
    /// Which authority issued the certificate.
    pub ca: OneOf<PckAuthority>,
}

/// What a quote says of its PCK certificate: at most one of `leaf` and `query`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PckLookup {
    /// The quote carries its chain: there is nothing to look up.
    pub carried: bool,
    /// Its own certificate (PEM), without the issuers'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<String>,
    /// What a service finds the certificate by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<PckLookupQuery>,
}

/// What a service finds a PCK certificate by: upper-case hex of the bytes as they stand in the quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PckLookupQuery {
    /// The execution environment.
    pub tee: OneOf<Tee>,
    /// The quoting enclave's id.
    pub qe_id: String,
    /// The encrypted PPID; empty where the quote has it in clear.
    pub encrypted_ppid: String,
    /// CPU SVN.
    pub cpu_svn: String,
    /// PCE SVN, little-endian.
    pub pce_svn: String,
    /// PCE id, little-endian.
    pub pce_id: String,
}

impl PlatformLookup {
    /// The platform of a quote.
    ///
    /// # Errors
    /// Those of [`platform_of_quote`].
    pub fn of_quote(quote: &[u8]) -> Result<Self, Problem> {
        let platform = platform_of_quote(&Blob(quote.to_vec()))?;
        Ok(Self { tee: Some(platform.tee.into()), fmspc: platform.fmspc.to_string(), ca: platform.ca.into() })
    }

    /// The platform of a PCK certificate in PEM.
    ///
    /// # Errors
    /// Those of [`platform_of_pck`].
    pub fn of_pck(pem: &str) -> Result<Self, Problem> {
        let (fmspc, ca) = platform_of_pck(pem)?;
        Ok(Self { tee: None, fmspc: fmspc.to_string(), ca: ca.into() })
    }
}

impl PckLookup {
    /// What a quote says of its PCK certificate.
    ///
    /// # Errors
    /// Those of [`pck_reference_of_quote`].
    pub fn of_quote(quote: &[u8]) -> Result<Self, Problem> {
        Ok(match pck_reference_of_quote(&Blob(quote.to_vec()))? {
            None => Self { carried: true, ..Self::default() },
            Some(PckReference::Leaf(pem)) => Self { leaf: Some(pem), ..Self::default() },
            Some(PckReference::Query(query)) => Self {
                query: Some(PckLookupQuery {
                    tee: query.tee.into(),
                    qe_id: query.qe_id,
                    encrypted_ppid: query.encrypted_ppid,
                    cpu_svn: query.cpu_svn,
                    pce_svn: query.pce_svn,
                    pce_id: query.pce_id,
                }),
                ..Self::default()
            },
        })
    }
}

/// [`PlatformLookup::of_quote`] as JSON, or `{"error": …}` with a [`Problem`].
#[must_use]
pub fn platform_of_quote_json(quote: &[u8]) -> String {
    answer(PlatformLookup::of_quote(quote))
}

/// [`PlatformLookup::of_pck`] as JSON, or `{"error": …}` with a [`Problem`].
#[must_use]
pub fn platform_of_pck_json(pem: &str) -> String {
    answer(PlatformLookup::of_pck(pem))
}

/// [`PckLookup::of_quote`] as JSON, or `{"error": …}` with a [`Problem`].
#[must_use]
pub fn pck_reference_of_quote_json(quote: &[u8]) -> String {
    answer(PckLookup::of_quote(quote))
}

fn answer<T: Serialize>(found: Result<T, Problem>) -> String {
    match found {
        Ok(found) => serde_json::to_string(&found).unwrap_or_default(),
        Err(problem) => problem.refused(),
    }
}

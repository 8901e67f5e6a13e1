//! Challenges for enrolment: a secret that one TPM with one attestation key alone can unwrap.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use veriquote::Error;
use veriquote::bytes::to_hex;
use veriquote::crypto::CryptoProvider;
use veriquote::tpm::{Credential, Name, PublicArea, TrustedEk, checks};

use super::evidence::{EndorsementKey, KeptChallenge};
use super::key::{self, Chain};
use super::notes::Notes;
use super::request::TpmOptions;
use super::routes;
use super::verify::decoded;
use crate::blob::Blob;
use crate::check::CheckLine;
use crate::options::hex;
use crate::problem::Problem;
use crate::read::read_request;
use crate::time::Time;

/// Two keys, and the secret that proves that one TPM holds both.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TpmChallengeRequest {
    /// The endorsement key.
    pub ek: EndorsementKey,
    /// The public area of the attestation key: TPM2B_PUBLIC or TPMT_PUBLIC.
    pub ak: Blob,
    /// The time of the verification of certificates.
    pub at: Time,
    /// Roots that may vouch for the endorsement key: PEM, or DER as hex. There is none by default.
    #[serde(default)]
    pub roots: Vec<Blob>,
    /// Revocation lists; when one is given, every certificate needs one.
    #[serde(default)]
    pub crls: Vec<Blob>,
    /// The secret to wrap, random and used once: hex of 16 bytes or more, no more than a digest of the
    /// endorsement key's (32 will do).
    pub secret: String,
    /// Good randomness, used once and for nothing else: hex of 128 bytes, of which as many are used as the
    /// key needs.
    pub entropy: String,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TpmChallenge {
    /// What the machine is sent, in the form of tpm2-tools' files: hex.
    pub credential: Option<String>,
    /// What you keep, secret, until the answer comes: `ak_evidence.activated.challenge`.
    pub challenge: Option<KeptChallenge>,
    /// The endorsement key.
    pub ek: Option<EndorsementView>,
    /// What was checked.
    pub checks: Vec<CheckLine>,
    /// Why there is no challenge.
    pub error: Option<Problem>,
}

/// An endorsement key that is trusted to be a TPM's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndorsementView {
    /// SHA-256 over the key, to tell one machine from another: hex.
    pub fingerprint: String,
    /// Kind and size.
    pub kind: String,
    /// A certificate vouches for it; if not, you pinned it.
    pub certified: bool,
    /// Who made the TPM, as its certificate says.
    pub manufacturer: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// The version of its firmware when it was certified.
    pub version: Option<String>,
}

/// Wraps a secret: a [`TpmChallengeRequest`] as JSON in, a [`TpmChallenge`] as JSON out.
#[must_use]
pub fn make_tpm_challenge_json(provider: Arc<dyn CryptoProvider>, request: &str) -> String {
    let result = match read_request::<TpmChallengeRequest>(request) {
        Ok(request) => make_tpm_challenge(provider.as_ref(), &request),
        Err(error) => TpmChallenge { error: Some(error), ..TpmChallenge::default() },
    };
    serde_json::to_string(&result).unwrap_or_default()
}

/// Wraps a secret for the TPM of an endorsement key, to be opened only where the attestation key is.
#[must_use]
pub fn make_tpm_challenge(provider: &dyn CryptoProvider, request: &TpmChallengeRequest) -> TpmChallenge {
    let mut notes = Notes::default();
    match run(provider, request, &mut notes) {
        Ok(made) => TpmChallenge { checks: notes.lines, ..made },
        Err(problem) => TpmChallenge { checks: notes.lines, error: Some(problem), ..TpmChallenge::default() },
    }
}

fn run(
    provider: &dyn CryptoProvider,
    request: &TpmChallengeRequest,
    notes: &mut Notes,
) -> Result<TpmChallenge, Problem> {
    let secret = hex(&request.secret, "secret")?;
    let entropy = hex(&request.entropy, "entropy")?;
    let chain = Chain::of(&request.roots, &request.crls, "")?;
    let crls = chain.crls()?;
    let options = TpmOptions::new(request.at, "");
    let context = key::context(&chain, &crls, &options, provider);
    let ek = routes::endorsement_key(&request.ek, &context, notes)?;
    notes.extend(ek.checks());
    let ak = decoded(&request.ak.0).map_err(|error| error.inside("ak"));
    let ak = notes.read(checks::AK_LAYOUT, ak)?;
    let name = name_of(&ak, provider).map_err(|error| error.inside("ak"));
    let name = notes.read(checks::AK_LAYOUT, name)?;
    let entropy = entropy.get(..ek.entropy_len()).ok_or_else(|| {
        Problem::misuse("entropy", "too few bytes for this key", "give 128 bytes of good randomness")
    })?;
    let (credential, _) = Credential::make(&ek, &name, &secret, entropy)?;
    Ok(TpmChallenge {
        credential: Some(to_hex(&credential.to_file())),
        challenge: Some(KeptChallenge {
            ek: to_hex(&ek.fingerprint()),
            ak_name: to_hex(name.as_slice()),
            secret: to_hex(&secret),
        }),
        ek: Some(EndorsementView::from(&ek)),
        ..TpmChallenge::default()
    })
}

fn name_of(area: &[u8], provider: &dyn CryptoProvider) -> Result<Name, Error> {
    Name::of(&PublicArea::parse(area)?, provider)
}

impl From<&TrustedEk<'_>> for EndorsementView {
    fn from(ek: &TrustedEk<'_>) -> Self {
        let identity = ek.identity();
        Self {
            fingerprint: to_hex(&ek.fingerprint()),
            kind: ek.key().kind().to_string(),
            certified: identity.is_some(),
            manufacturer: identity.and_then(|it| it.manufacturer.clone()),
            model: identity.and_then(|it| it.model.clone()),
            version: identity.and_then(|it| it.version.clone()),
        }
    }
}

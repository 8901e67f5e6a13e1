//! What an authentic quote of a TPM says, as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use veriquote::bytes::to_hex;
use veriquote::tpm::{AkRoute, AkSummary, AlgorithmId, AuthenticQuote, ContinuityKind, Counters, PcrValues};

use super::logs::{BootClaims, ImaClaims};
use super::request::ClockReading;
use crate::one_of::{KeyAssurance, OneOf};

/// PCR values by bank and index, in lower-case hex.
pub type PcrBanks = BTreeMap<String, BTreeMap<u8, String>>;

/// What a TPM says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TpmClaims {
    /// The quote itself.
    pub quote: TpmQuoteClaims,
    /// The key that signed it, and why that key is trusted.
    pub ak: AkClaims,
    /// Clock and counters.
    pub clock: ClockClaims,
    /// The quoted registers; absent when no values were given, so that only their digest is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pcrs: Option<PcrBanks>,
    /// What the event log says and the registers prove.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub boot: Option<BootClaims>,
    /// What the IMA list says and PCR 10 proves.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ima: Option<ImaClaims>,
}

/// The quote itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TpmQuoteClaims {
    /// Scheme and hash of the signature.
    pub scheme: String,
    /// What the quote answers: the challenge.
    pub extra_data: String,
    /// A challenge was given out and is answered; if not, the quote may be of any age.
    pub fresh: bool,
    /// Qualified name of the signer, as the TPM writes it.
    pub qualified_signer: String,
    /// Firmware version in the vendor's form; hidden unless `clock.counters` is `clear`.
    pub firmware_version: String,
    /// Which registers of which banks it covers.
    pub selection: BTreeMap<String, Vec<u8>>,
    /// The digest over their values.
    pub pcr_digest: String,
}

/// The attestation key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AkClaims {
    /// Why it is trusted.
    pub route: OneOf<AkRoute>,
    /// `attributes_checked`: it is known to sign only what its TPM made; `key_only`: that is not known, and
    /// it could have signed anything.
    pub assurance: OneOf<KeyAssurance>,
    /// Kind and size.
    pub kind: String,
    /// Its Name, where the public area is known.
    pub name: Option<String>,
    /// Its attributes, where the public area is known.
    pub attributes: Option<Vec<String>>,
    /// The last moment at which its certificates are in force, where there are any.
    pub valid_until: Option<String>,
}

/// Clock and counters, and how they follow the last ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClockClaims {
    /// The reading: give it as `options.previous` the next time.
    pub reading: ClockReading,
    /// Whether counters and firmware version are true.
    pub counters: OneOf<Counters>,
    /// How the quote follows the previous one.
    pub continuity: Option<OneOf<ContinuityKind>>,
}

impl TpmClaims {
    pub(super) fn of(quote: &AuthenticQuote<'_>) -> Self {
        let clock = quote.clock();
        let mut selection: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for (bank, index) in quote.selection().iter() {
            selection.entry(bank.to_string()).or_default().push(index);
        }
        Self {
            quote: TpmQuoteClaims {
                scheme: quote.scheme().to_string(),
                extra_data: to_hex(quote.extra_data()),
                fresh: quote.is_fresh(),
                qualified_signer: to_hex(quote.qualified_signer()),
                firmware_version: format!("{:016x}", quote.firmware_version()),
                selection,
                pcr_digest: to_hex(quote.pcr_digest()),
            },
            ak: AkClaims::of(quote.ak()),
            clock: ClockClaims {
                reading: ClockReading {
                    clock: clock.clock,
                    reset_count: clock.reset_count,
                    restart_count: clock.restart_count,
                    safe: clock.safe,
                },
                counters: quote.counters().into(),
                continuity: quote.continuity().map(|continuity| continuity.kind().into()),
            },
            pcrs: None,
            boot: None,
            ima: None,
        }
    }
}

impl AkClaims {
    fn of(ak: &AkSummary) -> Self {
        let is_certified = ak.window != veriquote::Window::ALWAYS;
        Self {
            route: ak.route.into(),
            assurance: OneOf(if ak.attributes.is_some() {
                KeyAssurance::AttributesChecked
            } else {
                KeyAssurance::KeyOnly
            }),
            kind: ak.kind.to_string(),
            name: ak.name.as_ref().map(ToString::to_string),
            attributes: ak.attributes.map(|attributes| attributes.names().map(str::to_owned).collect()),
            valid_until: is_certified.then(|| ak.window.not_after.to_string()),
        }
    }
}

pub(super) fn banks(values: &PcrValues) -> PcrBanks {
    let mut banks = PcrBanks::new();
    for (bank, index, value) in values.iter() {
        let bank = AlgorithmId::from(bank).to_string();
        banks.entry(bank).or_default().insert(index, to_hex(value));
    }
    banks
}

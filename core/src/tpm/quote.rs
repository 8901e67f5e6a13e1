//! Quotes: TPM2_Quote's answer, and what it proves.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::ak::{AkRoute, TrustedAk};
use super::algorithm::AlgorithmId;
use super::attest::{Attest, AttestBody, AttestType, ClockInfo};
use super::challenge::{Challenge, Expectations, check_extra_data};
use super::checks;
use super::clock::{self, Continuity, Counters};
use super::name::Name;
use super::pcr::{ClaimedPcrs, PcrSelection, PcrValues};
use super::public::Attributes;
use super::signature::{Scheme, Signature};
use crate::bytes::constant_time_eq;
use crate::check::{Check, Failure, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::time::Window;

/// A parsed quote with its signature. Not authentic: nobody has looked at the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote<'a> {
    attest: Attest<'a>,
    selection: PcrSelection,
    pcr_digest: &'a [u8],
    signature: Signature<'a>,
}

impl<'a> Quote<'a> {
    /// Parses a TPMS_ATTEST (or TPM2B_ATTEST) with a TPMT_SIGNATURE.
    ///
    /// # Errors
    /// Those of [`Attest::parse`] and [`Signature::parse`]; `tpm.attest.type` for an attestation of
    /// another type.
    pub fn parse(attest: &'a [u8], signature: &'a [u8]) -> Result<Self, Error> {
        Self::new(Attest::parse(attest)?, Signature::parse(signature)?)
    }

    /// Puts a parsed attestation and signature together.
    ///
    /// # Errors
    /// `tpm.attest.type` for an attestation of another type.
    pub fn new(attest: Attest<'a>, signature: Signature<'a>) -> Result<Self, Error> {
        attest.require_type(AttestType::Quote)?;
        let AttestBody::Quote { selection, digest } = attest.unauthenticated_body() else {
            return Err(Error::new(Code::TpmAttestType, "attest.type"));
        };
        let (selection, pcr_digest) = (selection.clone(), *digest);
        Ok(Self { attest, selection, pcr_digest, signature })
    }

    /// The attestation, as claimed.
    #[must_use]
    pub const fn unauthenticated_attest(&self) -> &Attest<'a> {
        &self.attest
    }

    /// Which registers the quote claims to cover.
    #[must_use]
    pub const fn unauthenticated_selection(&self) -> &PcrSelection {
        &self.selection
    }

    /// The digest over the registers, as claimed.
    #[must_use]
    pub const fn unauthenticated_pcr_digest(&self) -> &'a [u8] {
        self.pcr_digest
    }

    /// The signature, as it came.
    #[must_use]
    pub const fn signature(&self) -> &Signature<'a> {
        &self.signature
    }

    /// What parsing checked, as every ledger of a quote begins.
    #[must_use]
    pub fn checks(&self) -> Vec<Check> {
        Self::parsed().into_checks()
    }

    fn parsed() -> Trace {
        let mut trace = Trace::new();
        checks::PARSED.iter().for_each(|rule| trace.passed(rule, []));
        trace
    }

    /// Proves that a trusted key signed the quote in answer to the challenge.
    ///
    /// # Errors
    /// `tpm.signature.scheme`, `tpm.signature.sha1`, `tpm.quote.signature`, `tpm.algorithm`,
    /// `tpm.key.weak`, `tpm.nonce`, `tpm.pcr.selection`, `tpm.qualified_signer`; `misuse.options` for an
    /// empty nonce.
    pub fn authenticate<'p>(
        &self,
        ak: &TrustedAk<'p>,
        expectations: &Expectations<'_>,
    ) -> Result<AuthenticQuote<'p>, Failure> {
        let mut trace = Self::parsed();
        trace.extend(ak.checks());
        match self.run(ak, expectations, &mut trace) {
            Ok((continuity, counters)) => Ok(AuthenticQuote {
                provider: ak.provider,
                ak: AkSummary::of(ak),
                ak_identity: ak.identity(),
                scheme: self.signature.scheme(),
                extra_data: self.attest.unauthenticated_extra_data().to_vec(),
                qualified_signer: self.attest.unauthenticated_qualified_signer().to_vec(),
                clock: self.attest.unauthenticated_clock(),
                firmware_version: self.attest.unauthenticated_firmware_version(),
                selection: self.selection.clone(),
                pcr_digest: self.pcr_digest.to_vec(),
                challenged: !matches!(expectations.challenge, Challenge::DangerNone | Challenge::DangerAny),
                continuity,
                counters,
                trace,
            }),
            Err(error) => Err(trace.fail(error)),
        }
    }

    fn run(
        &self,
        ak: &TrustedAk<'_>,
        expectations: &Expectations<'_>,
        trace: &mut Trace,
    ) -> Result<(Option<Continuity>, Counters), Error> {
        let attest = &self.attest;
        // A mistake of the caller is told before anything is said of the evidence.
        let expected = expectations.challenge.expected(ak.provider)?;
        ak.verify(
            &self.signature,
            attest.raw(),
            expectations.sha1_signatures,
            checks::QUOTE_SIGNATURE,
            Code::TpmQuoteSignature,
            trace,
        )?;
        check_extra_data(expectations.challenge, &expected, attest.unauthenticated_extra_data(), trace)?;
        trace.apply(checks::PCR_SELECTION, check_selection(&self.selection))?;
        check_signer(ak, attest.unauthenticated_qualified_signer(), trace)?;
        let clock = attest.unauthenticated_clock();
        let continuity = expectations.previous.map(|previous| Continuity::between(&previous, &clock));
        let facts = |continuity: Continuity| {
            let mut facts = clock::facts(&clock).to_vec();
            facts.push(Fact::text("continuity", continuity.as_str()));
            facts
        };
        match continuity {
            None => trace.skipped(checks::CLOCK, "no earlier reading of this TPM was given"),
            Some(Continuity::WentBack) => trace.unmet(checks::CLOCK, facts(Continuity::WentBack)),
            Some(other) => trace.passed(checks::CLOCK, facts(other)),
        }
        let hierarchy = ak.hierarchy_of(attest.unauthenticated_qualified_signer());
        Ok((continuity, Counters::of(hierarchy)))
    }
}

pub(super) fn check_signer(ak: &TrustedAk<'_>, actual: &[u8], trace: &mut Trace) -> Result<(), Error> {
    let expected = match ak.expected_signer() {
        Err(error) => return trace.apply(checks::QUALIFIED_SIGNER, Err(error)),
        Ok(expected) => expected,
    };
    match expected {
        None => {
            trace.skipped(
                checks::QUALIFIED_SIGNER,
                "the qualified name of the key or its parent is not known",
            );
            Ok(())
        }
        Some(expected) if expected.matches(actual) => {
            trace.passed(checks::QUALIFIED_SIGNER, [Fact::bytes("actual", actual)]);
            Ok(())
        }
        Some(expected) => {
            let error = Error::new(Code::TpmQualifiedSigner, "attest.qualified_signer")
                .with(Fact::bytes("expected", expected.as_slice()))
                .with(Fact::bytes("actual", actual));
            trace.apply(checks::QUALIFIED_SIGNER, Err(error))
        }
    }
}

/// A bank that stands there twice lets the value of one register take the place of another's in the
/// digest; a bank that cannot be computed would be skipped in silence.
fn check_selection(selection: &PcrSelection) -> Result<(), Error> {
    if let Some(bank) = selection.repeated_bank() {
        return Err(Error::new(Code::TpmPcrSelection, "attest.pcr_select")
            .with(Fact::string("bank", alloc::format!("{bank}"))));
    }
    for bank in selection.banks() {
        bank.algorithm.require_hash("attest.pcr_select")?;
    }
    Ok(())
}

/// What is known of the key that signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AkSummary {
    /// Why it is trusted.
    pub route: AkRoute,
    /// Kind and size, such as `rsa-2048` or `P-256`.
    pub kind: super::public::KeyDescription,
    /// Its Name, where the public area is known.
    pub name: Option<Name>,
    /// Its attributes, where the public area is known.
    pub attributes: Option<Attributes>,
    /// While the certificates that vouch for it are in force.
    pub window: Window,
}

impl AkSummary {
    fn of(ak: &TrustedAk<'_>) -> Self {
        Self {
            route: ak.route(),
            kind: ak.key().kind(),
            name: ak.name().cloned(),
            attributes: ak.attributes(),
            window: ak.window(),
        }
    }
}

/// A quote that a trusted key signed in answer to the challenge. What the registers hold is not known
/// yet: see [`AuthenticQuote::bind`].
#[derive(Clone, Debug)]
pub struct AuthenticQuote<'p> {
    provider: &'p dyn CryptoProvider,
    ak: AkSummary,
    ak_identity: Vec<u8>,
    scheme: Scheme,
    extra_data: Vec<u8>,
    qualified_signer: Vec<u8>,
    clock: ClockInfo,
    firmware_version: u64,
    selection: PcrSelection,
    pcr_digest: Vec<u8>,
    challenged: bool,
    continuity: Option<Continuity>,
    counters: Counters,
    trace: Trace,
}

impl<'p> AuthenticQuote<'p> {
    /// The key that signed.
    #[must_use]
    pub const fn ak(&self) -> &AkSummary {
        &self.ak
    }

    /// Bytes that tell the key that signed from every other: its Name, or a digest of the bare key.
    #[must_use]
    pub fn ak_identity(&self) -> &[u8] {
        &self.ak_identity
    }

    /// The scheme of the signature.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The challenge that it answers.
    #[must_use]
    pub fn extra_data(&self) -> &[u8] {
        &self.extra_data
    }

    /// Whether a challenge was given out and is answered: if not, the quote may be of any age.
    #[must_use]
    pub const fn is_fresh(&self) -> bool {
        self.challenged
    }

    /// The qualified name of the signer, as the TPM writes it.
    #[must_use]
    pub fn qualified_signer(&self) -> &[u8] {
        &self.qualified_signer
    }

    /// Clock and counters.
    #[must_use]
    pub const fn clock(&self) -> ClockInfo {
        self.clock
    }

    /// Whether counters and firmware version are true or hidden.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// How it follows the earlier quote that the caller told of.
    #[must_use]
    pub const fn continuity(&self) -> Option<Continuity> {
        self.continuity
    }

    /// The firmware's version, in the vendor's form: see [`AuthenticQuote::counters`] before comparing it.
    #[must_use]
    pub const fn firmware_version(&self) -> u64 {
        self.firmware_version
    }

    /// Which registers of which banks it covers.
    #[must_use]
    pub const fn selection(&self) -> &PcrSelection {
        &self.selection
    }

    /// The digest over their values.
    #[must_use]
    pub fn pcr_digest(&self) -> &[u8] {
        &self.pcr_digest
    }

    /// What was checked so far.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        self.trace.checks()
    }

    /// Proves that these are the values of the registers that were quoted.
    ///
    /// Registers and banks are those of the signed selection, in its order; whatever else `claimed` holds
    /// is left out and counted. The digest is of the hash function of the signature's scheme.
    ///
    /// # Errors
    /// `tpm.pcr.missing`, `tpm.pcr.digest`, `tpm.algorithm`.
    pub fn bind(mut self, claimed: &ClaimedPcrs) -> Result<BoundQuote<'p>, Failure> {
        match self.values(claimed) {
            Ok(pcrs) => {
                let uncovered = claimed.len().saturating_sub(pcrs.len());
                Ok(BoundQuote { quote: self, pcrs, uncovered })
            }
            Err(error) => Err(self.trace.fail(error)),
        }
    }

    fn values(&mut self, claimed: &ClaimedPcrs) -> Result<PcrValues, Error> {
        let values = selected_values(&self.selection, claimed);
        let values = self.trace.apply(checks::PCR_VALUES, values)?;
        let digest = self.digest_of(&values);
        self.trace.apply(checks::PCR_DIGEST, digest)?;
        let proven = values
            .into_iter()
            .filter_map(|(bank, index, value)| Some(((bank, index), crate::crypto::Digest::new(value)?)));
        Ok(PcrValues::proven(proven.collect::<BTreeMap<_, _>>()))
    }

    fn digest_of(&self, values: &[Selected<'_>]) -> Result<(), Error> {
        let hash = self.scheme.hash.require_hash("signature.hash")?;
        let parts: Vec<&[u8]> = values.iter().map(|(_, _, value)| *value).collect();
        let actual = self.provider.hash(hash, &parts);
        if constant_time_eq(actual.as_slice(), &self.pcr_digest) {
            return Ok(());
        }
        Err(Error::new(Code::TpmPcrDigest, "pcrs")
            .with(Fact::string("algorithm", alloc::format!("{}", AlgorithmId::from(hash))))
            .with(Fact::bytes("expected", self.pcr_digest.as_slice()))
            .with(Fact::bytes("actual", actual.as_slice())))
    }
}

/// Bank, index and claimed value of a selected register.
type Selected<'c> = (HashAlgorithm, u8, &'c [u8]);

/// The claimed values of the selected registers, in hashing order.
fn selected_values<'c>(
    selection: &PcrSelection,
    claimed: &'c ClaimedPcrs,
) -> Result<Vec<Selected<'c>>, Error> {
    let mut values = Vec::new();
    for (algorithm, index) in selection.iter() {
        let bank = algorithm.require_hash("attest.pcr_select")?;
        let value = claimed.unauthenticated_get(bank, index).ok_or_else(|| {
            Error::new(Code::TpmPcrMissing, "pcrs")
                .with(Fact::string("bank", alloc::format!("{algorithm}")))
                .with(Fact::number("pcr", u64::from(index)))
        })?;
        values.push((bank, index, value));
    }
    Ok(values)
}

/// A quote with the register values that it proves.
#[derive(Clone, Debug)]
pub struct BoundQuote<'p> {
    quote: AuthenticQuote<'p>,
    pcrs: PcrValues,
    uncovered: usize,
}

impl<'p> BoundQuote<'p> {
    /// The values that the quote proves, and no others.
    #[must_use]
    pub const fn pcrs(&self) -> &PcrValues {
        &self.pcrs
    }

    /// How many values came beside the quote that it does not cover. They were not looked at.
    #[must_use]
    pub const fn uncovered_values(&self) -> usize {
        self.uncovered
    }

    /// The quote itself.
    #[must_use]
    pub const fn quote(&self) -> &AuthenticQuote<'p> {
        &self.quote
    }

    /// The key that signed.
    #[must_use]
    pub const fn ak(&self) -> &AkSummary {
        self.quote.ak()
    }

    /// Clock and counters.
    #[must_use]
    pub const fn clock(&self) -> ClockInfo {
        self.quote.clock
    }

    /// Who hashes, for the steps that follow.
    #[must_use]
    pub const fn provider(&self) -> &'p dyn CryptoProvider {
        self.quote.provider
    }

    /// What was checked.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        self.quote.checks()
    }
}

/// A quote's signature as it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureInput<'a> {
    /// A TPMT_SIGNATURE.
    Tpmt(&'a [u8]),
    /// A plain signature, whose scheme the caller names.
    Plain(&'a [u8], Scheme),
}

/// The paved path: parses, authenticates and binds in one call, and says in the ledger how far it came
/// even where parsing failed.
///
/// # Errors
/// Those of [`Quote::parse`], [`Quote::authenticate`] and [`AuthenticQuote::bind`].
pub fn verify<'p>(
    attest: &[u8],
    signature: SignatureInput<'_>,
    ak: &TrustedAk<'p>,
    expectations: &Expectations<'_>,
    claimed: &ClaimedPcrs,
) -> Result<BoundQuote<'p>, Failure> {
    parse(attest, signature)?.authenticate(ak, expectations)?.bind(claimed)
}

/// Parses a quote and its signature as [`Quote::parse`] does, and says in the ledger how far it came.
///
/// # Errors
/// Those of [`Quote::parse`].
pub fn parse<'a>(attest: &'a [u8], signature: SignatureInput<'a>) -> Result<Quote<'a>, Failure> {
    let mut trace = Trace::new();
    match parse_traced(attest, signature, &mut trace) {
        Ok(quote) => Ok(quote),
        Err(error) => Err(trace.fail(error)),
    }
}

fn parse_traced<'a>(
    attest: &'a [u8],
    signature: SignatureInput<'a>,
    trace: &mut Trace,
) -> Result<Quote<'a>, Error> {
    let attest = match Attest::parse(attest) {
        // What does not begin with it is not looked at any further.
        Err(error) if error.code() == Code::TpmAttestMagic => {
            return trace.apply(checks::ATTEST_MAGIC, Err(error));
        }
        attest => trace.apply(checks::ATTEST_LAYOUT, attest)?,
    };
    trace.passed(checks::ATTEST_MAGIC, []);
    trace.apply(checks::ATTEST_TYPE, attest.require_type(AttestType::Quote))?;
    let signature = match signature {
        SignatureInput::Tpmt(bytes) => Signature::parse(bytes),
        SignatureInput::Plain(bytes, scheme) => Signature::plain(bytes, scheme),
    };
    let signature = trace.apply(checks::SIGNATURE_LAYOUT, signature)?;
    Quote::new(attest, signature)
}

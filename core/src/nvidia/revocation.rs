//! Whether certificates are revoked: lists and OCSP responses that the caller brings.
//!
//! NVIDIA publishes lists of its root and of its families, and answers for every certificate but the leaf of a
//! device. What is brought is used; what is not known stays unknown, and a policy may ask for it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::check::{Rule, Trace};
use crate::crypto::{CryptoProvider, KeyKind, SignatureAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::named::named;
use crate::nvidia::chain::place;
use crate::time::{UnixTime, Window};
use crate::x509::chain::{ChainRules, check_crl, check_crl_signature, check_crl_window};
use crate::x509::{CertStatus, Certificate, Crl, OcspResponse};

/// What issuers say of revoked certificates: any lists and responses, in any order. Those that are of none of
/// the certificates are not looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Revocation<'r> {
    /// Lists.
    pub crls: &'r [Crl<'r>],
    /// Responses.
    pub ocsp: &'r [OcspResponse<'r>],
    /// The nonce of the requests that the responses answer, where there was one.
    pub ocsp_nonce: Option<&'r [u8]>,
    /// What is done with a certificate that its issuer holds back.
    pub hold: CertificateHold,
}

/// What is done with a certificate whose issuer has put it on hold (`certificateHold`), as NVIDIA does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CertificateHold {
    /// It counts as revoked.
    #[default]
    Refuse,
    /// It is accepted, and its status says so.
    Accept,
}

/// What is known of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateStatus {
    /// The certificate's common name.
    pub subject: String,
    /// Its serial number.
    pub serial: Vec<u8>,
    /// The last moment of its validity.
    pub not_after: UnixTime,
    /// What its issuer says.
    pub state: RevocationState,
    /// While this is known: what lists and answers have in common.
    pub window: Window,
}

named! {
    /// What an issuer says of a certificate that is not refused.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum RevocationState {
        /// Neither a list nor an answer was given.
        NotKnown = "not_known",
        /// It is not revoked.
        Good = "good",
        /// It is on hold, which the caller accepts.
        OnHold = "on_hold",
    }
}

/// What was said of one certificate: each list and response is verified once, and there are few.
#[derive(Default)]
struct Heard<'r>(Vec<&'r [u8]>);

impl<'r> Heard<'r> {
    fn is_new(&mut self, bytes: &'r [u8], part: &'static str) -> Result<bool, Error> {
        if self.0.contains(&bytes) {
            return Ok(false);
        }
        if self.0.len() >= limits::REVOCATIONS_OF_CERTIFICATE {
            let limit = Fact::count("limit", limits::REVOCATIONS_OF_CERTIFICATE);
            return Err(Error::new(Code::LimitCount, part).with(limit));
        }
        self.0.push(bytes);
        Ok(true)
    }
}

impl Revocation<'_> {
    /// Nothing is known.
    pub const NONE: Revocation<'static> =
        Revocation { crls: &[], ocsp: &[], ocsp_nonce: None, hold: CertificateHold::Refuse };

    /// What is known of each certificate below the root; `certificates` are verified, leaf first.
    ///
    /// # Errors
    /// `x509.revoked`, `ocsp.unknown`, `limit.count`, and those of lists and responses that are of these
    /// certificates.
    pub(super) fn check(
        &self,
        certificates: &[Certificate<'_>],
        provider: &dyn CryptoProvider,
        now: UnixTime,
    ) -> Result<Vec<CertificateStatus>, Error> {
        if self.crls.len().saturating_add(self.ocsp.len()) > limits::NVIDIA_REVOCATIONS {
            return Err(Error::new(Code::LimitCount, "revocation"));
        }
        let pairs = certificates.iter().zip(certificates.iter().skip(1)).enumerate();
        pairs
            .map(|(index, (subject, issuer))| {
                let step = Step { subject, issuer, provider, now };
                self.check_one(&step).map_err(|error| error.inside(&place(index)))
            })
            .collect()
    }

    fn check_one(&self, step: &Step<'_>) -> Result<CertificateStatus, Error> {
        let Step { subject, issuer, provider, now } = *step;
        let mut status = CertificateStatus {
            subject: subject.subject_common_name().unwrap_or_default().into(),
            serial: subject.serial().to_vec(),
            not_after: subject.validity().not_after,
            state: RevocationState::NotKnown,
            window: Window::ALWAYS,
        };
        let mut lists = Heard::default();
        for crl in self.crls.iter().filter(|crl| crl.issuer() == issuer.subject()) {
            if !lists.is_new(crl.der(), "crl")? {
                continue;
            }
            let window = step.check_list(crl).map_err(|error| error.inside("crl"))?;
            let entry = crl.revokes(subject.serial());
            let state = self.state(entry.map(|entry| (entry.revocation_date, entry.reason)), subject)?;
            status.state = status.state.max(state);
            status.window = status.window.intersect(window);
        }
        let mut answers = Heard::default();
        for response in self.ocsp.iter().filter(|response| response.is_about(subject, issuer, provider)) {
            if !answers.is_new(response.tbs(), "ocsp")? {
                continue;
            }
            let verdict = response.check(subject, issuer, provider, now, self.ocsp_nonce);
            let Some(verdict) = verdict.map_err(|error| error.inside("ocsp"))? else { continue };
            let revoked = match verdict.status {
                CertStatus::Good => None,
                CertStatus::Revoked { at, reason } => Some((at, reason)),
                CertStatus::Unknown => return Err(Error::new(Code::OcspUnknown, "ocsp.status")),
            };
            status.state = status.state.max(self.state(revoked, subject)?);
            status.window = status.window.intersect(verdict.window);
        }
        Ok(status)
    }

    /// The state of a certificate that is `revoked` since then, for this reason, or not at all.
    fn state(
        &self,
        revoked: Option<(UnixTime, Option<u8>)>,
        subject: &Certificate<'_>,
    ) -> Result<RevocationState, Error> {
        match revoked {
            None => Ok(RevocationState::Good),
            Some((_, Some(HOLD))) if self.hold == CertificateHold::Accept => Ok(RevocationState::OnHold),
            Some((at, reason)) => {
                let error = Error::new(Code::X509Revoked, "serial_number")
                    .with(Fact::bytes("serial", subject.serial()))
                    .with(Fact::time("revoked", at));
                Err(match reason {
                    None => error,
                    Some(reason) => error.with(Fact::number("reason", reason.into())),
                })
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Step<'s> {
    subject: &'s Certificate<'s>,
    issuer: &'s Certificate<'s>,
    provider: &'s dyn CryptoProvider,
    now: UnixTime,
}

impl Step<'_> {
    /// A list is its issuer's, current and signed, whatever it names.
    fn check_list(&self, crl: &Crl<'_>) -> Result<Window, Error> {
        check_crl(crl, self.issuer, &ChainRules::STRICT)?;
        check_crl_window(crl, self.now)?;
        check_signed_list(crl, self.issuer, self.provider)?;
        Ok(crl.window())
    }
}

/// The issuer may sign lists, and signed this one.
pub(super) fn check_signed_list(
    crl: &Crl<'_>,
    issuer: &Certificate<'_>,
    provider: &dyn CryptoProvider,
) -> Result<(), Error> {
    if issuer.key_usage().is_some_and(|usage| !usage.crl_sign()) {
        return Err(Error::new(Code::CrlIssuer, "issuer")
            .with(Fact::text("problem", "the issuer's key may not sign revocation lists")));
    }
    check_crl_signature(crl, &issuer.issuer_key(provider, algorithm_of(crl, issuer.spki().kind())?)?)
}

/// NVIDIA signs its lists with SHA-256, and its certificates with SHA-384.
pub(super) fn algorithm_of(crl: &Crl<'_>, issuer: KeyKind) -> Result<SignatureAlgorithm, Error> {
    crl.signature_scheme().with_key(issuer).ok_or_else(|| {
        Error::new(Code::X509Algorithm, "signature_algorithm")
            .with(Fact::text("problem", "the issuer's key is for another algorithm"))
    })
}

/// Says in the ledger what is known of each certificate.
pub(super) fn record(trace: &mut Trace, rule: &'static Rule, statuses: &[CertificateStatus]) {
    let known = |status: &&CertificateStatus| status.state != RevocationState::NotKnown;
    if !statuses.iter().any(|status| known(&status)) {
        return trace.skipped(rule, "neither a list nor an OCSP response of these certificates was given");
    }
    let mut facts = Vec::new();
    for status in statuses {
        let state = alloc::format!("{}: {}", status.subject, status.state.as_str());
        facts.push(Fact::string("certificate", state));
    }
    trace.passed(rule, facts);
}

/// CRLReason `certificateHold`.
const HOLD: u8 = 6;

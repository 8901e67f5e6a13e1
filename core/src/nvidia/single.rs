//! Revocation lists and OCSP responses by themselves: what is asked of one before it is kept, without the reports of
//! devices.
//!
//! Whether a list is in force is not asked: that is asked with each device.

use alloc::vec::Vec;

use super::chain::Chain;
use super::evidence::Verifier;
use super::revocation::{algorithm_of, check_signed_list};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::time::UnixTime;
use crate::trust::{TrustAnchor, TrustAnchors};
use crate::x509::chain::{ChainRules, check_crl, check_crl_of_anchor, check_crl_signature};
use crate::x509::{Certificate, Crl, OcspResponse, OcspVerdict};

/// Who issued a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrlIssuer {
    /// Neither a trusted root nor one of the certificates that were given: the list says nothing yet.
    NotKnown,
    /// A trusted root, or an authority below one.
    Verified,
}

/// What a response says of a certificate of a chain, each by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OcspAnswer {
    /// Which response.
    pub response: usize,
    /// Which certificate: the leaf is 0.
    pub certificate: usize,
    /// What it says.
    pub verdict: OcspVerdict,
}

/// The part of a chain in DER that begins with the certificate that may have issued a list. Nothing of it is verified.
#[must_use]
pub fn issuers_of<'c>(crl: &Crl<'_>, chain: &'c [Vec<u8>]) -> Option<&'c [Vec<u8>]> {
    let issued = |der: &Vec<u8>| Certificate::parse(der).is_ok_and(|it| may_have_issued(&it, crl));
    chain.get(chain.iter().position(issued)?..)
}

/// Two authorities may have one name: their keys tell them apart, where both say which it is.
fn may_have_issued(certificate: &Certificate<'_>, crl: &Crl<'_>) -> bool {
    let is_key = match (crl.authority_key_id(), certificate.subject_key_id()) {
        (Some(authority), Some(subject)) => authority == subject,
        _ => true,
    };
    is_key && certificate.subject() == crl.issuer()
}

impl Verifier {
    /// Verifies a list by itself. `chain` is a chain in DER up to its root, such as a device's, of which some
    /// certificate may have issued the list; a list of a trusted root needs none.
    ///
    /// # Errors
    /// Those of the chain from the issuer up, with parts below `chain`; `crl.issuer`, `crl.extension`,
    /// `crl.signature`, `x509.algorithm`, `limit.count`.
    pub fn verify_crl(&self, crl: &Crl<'_>, chain: &[Vec<u8>]) -> Result<CrlIssuer, Error> {
        if chain.len() > limits::CERTIFICATES {
            let limit = Fact::count("limit", limits::CERTIFICATES);
            return Err(Error::new(Code::LimitCount, "chain").with(limit));
        }
        let mut refusal = None;
        for anchor in self.devices.iter().chain(self.rims.iter()) {
            match self.check_anchor(crl, anchor) {
                Ok(()) => return Ok(CrlIssuer::Verified),
                // Of some roots only the key is known: a list that it has not signed may be anybody's.
                Err(error) => {
                    refusal = refusal.or(anchor.subject().filter(|it| *it == crl.issuer()).map(|_| error))
                }
            }
        }
        let Some(issuers) = issuers_of(crl, chain) else {
            return refusal.map_or(Ok(CrlIssuer::NotKnown), Err);
        };
        self.verify_issuer(crl, issuers)
            .map_err(|error| error.inside("chain"))
            .and_then(|issuer| {
                check_crl(crl, &issuer, &ChainRules::STRICT)?;
                check_signed_list(crl, &issuer, self.provider())
            })
            .map(|()| CrlIssuer::Verified)
    }

    /// What responses say of the certificates of a chain in DER: of a device or of a manifest, leaf first, up to its
    /// root. Those that are about others, not authentic or not in force say nothing.
    ///
    /// # Errors
    /// Those of the chain, with parts below `chain`; `limit.count`.
    pub fn verify_ocsp(
        &self,
        responses: &[OcspResponse<'_>],
        chain: &[Vec<u8>],
        now: UnixTime,
    ) -> Result<Vec<OcspAnswer>, Error> {
        for (count, limit, part) in [
            (responses.len(), limits::NVIDIA_REVOCATIONS, "ocsp"),
            (chain.len(), limits::CERTIFICATES, "chain"),
        ] {
            if count > limit {
                return Err(Error::new(Code::LimitCount, part).with(Fact::count("limit", limit)));
            }
        }
        let inside = |error: Error| error.inside("chain");
        let chain = Chain::parse(chain, chain.len()).map_err(inside)?;
        let certificates = chain.certificates();
        chain.verify(self.anchors_of(certificates), self.provider(), now).map_err(inside)?;
        let mut answers = Vec::new();
        let pairs = certificates.iter().zip(certificates.iter().skip(1)).enumerate();
        for (certificate, (subject, issuer)) in pairs {
            let about = responses
                .iter()
                .enumerate()
                .filter(|(_, response)| response.is_about(subject, issuer, self.provider()));
            for (response, said) in about.take(limits::REVOCATIONS_OF_CERTIFICATE) {
                if let Ok(Some(verdict)) = said.check(subject, issuer, self.provider(), now, None) {
                    answers.push(OcspAnswer { response, certificate, verdict });
                }
            }
        }
        Ok(answers)
    }

    fn check_anchor(&self, crl: &Crl<'_>, anchor: &TrustAnchor) -> Result<(), Error> {
        check_crl_of_anchor(crl, anchor, &ChainRules::STRICT)?;
        let algorithm = algorithm_of(crl, anchor.spki()?.kind())?;
        check_crl_signature(crl, &anchor.issuer_key(self.provider(), algorithm)?)
    }

    /// The first certificate of a chain, once the chain is known to end at a trusted root: when the list was
    /// issued, or when the last of the certificates was.
    fn verify_issuer<'c>(&self, crl: &Crl<'_>, ders: &'c [Vec<u8>]) -> Result<Certificate<'c>, Error> {
        let chain = Chain::parse(ders, ders.len())?;
        let begun = chain.certificates().iter().map(|certificate| certificate.validity().not_before);
        let at = begun.fold(crl.this_update(), Ord::max);
        chain.verify_authorities(self.anchors_of(chain.certificates()), self.provider(), at)?;
        chain.leaf().cloned()
    }

    fn anchors_of(&self, chain: &[Certificate<'_>]) -> &TrustAnchors {
        match chain.last() {
            Some(root) if self.rims.find(root).is_some() => &self.rims,
            _ => &self.devices,
        }
    }
}

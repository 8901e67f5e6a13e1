//! A revocation list by itself: what is asked of one before it is kept, without the devices that it is about.
//!
//! Whether it is in force is not asked: that is asked with each device.

use alloc::vec::Vec;

use super::chain::Chain;
use super::evidence::Verifier;
use super::revocation::{algorithm_of, check_signed_list};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::trust::{TrustAnchor, TrustAnchors};
use crate::x509::chain::{ChainRules, check_crl, check_crl_of_anchor, check_crl_signature};
use crate::x509::{Certificate, Crl};

/// Who issued a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrlIssuer {
    /// Neither a trusted root nor one of the certificates that were given: the list says nothing yet.
    NotKnown,
    /// A trusted root, or an authority below one.
    Verified,
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
        let issued = |der: &Vec<u8>| Certificate::parse(der).is_ok_and(|it| it.subject() == crl.issuer());
        let Some(from) = chain.iter().position(issued) else {
            return refusal.map_or(Ok(CrlIssuer::NotKnown), Err);
        };
        self.verify_issuer(crl, chain.get(from..).unwrap_or_default())
            .map_err(|error| error.inside("chain"))
            .and_then(|issuer| {
                check_crl(crl, &issuer, &ChainRules::STRICT)?;
                check_signed_list(crl, &issuer, self.provider())
            })
            .map(|()| CrlIssuer::Verified)
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

//! Certificate chains of NVIDIA: of a fixed length, every key on P-384, every certificate signed with SHA-384.

use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::{CryptoProvider, HashAlgorithm, SignatureAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::time::{UnixTime, Window};
use crate::trust::TrustAnchors;
use crate::x509::chain::{ChainRules, SignsCrls, check_ca, check_issued_by, check_leaf, check_window};
use crate::x509::{Certificate, IssuerKey};

/// The one algorithm of every key.
pub(super) const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::ECDSA_P384_SHA384;

/// Certificates from leaf to root, parsed and of the right number.
#[derive(Clone, Debug)]
pub(super) struct Chain<'a> {
    certificates: Vec<Certificate<'a>>,
}

impl<'a> Chain<'a> {
    /// Parses exactly `count` certificates.
    pub(super) fn parse(ders: &'a [Vec<u8>], count: usize) -> Result<Self, Error> {
        if ders.len() != count {
            return Err(Error::new(Code::X509Chain, "")
                .with(Fact::text("problem", "another number of certificates"))
                .with(Fact::count("expected", count))
                .with(Fact::count("actual", ders.len())));
        }
        let parse = |(index, der): (usize, &'a Vec<u8>)| {
            Certificate::parse(der).map_err(|error| error.inside(&place(index)))
        };
        ders.iter().enumerate().map(parse).collect::<Result<_, _>>().map(|certificates| Self { certificates })
    }

    /// The certificates, leaf first.
    pub(super) fn certificates(&self) -> &[Certificate<'a>] {
        &self.certificates
    }

    /// The certificate whose key signs.
    pub(super) fn leaf(&self) -> Result<&Certificate<'a>, Error> {
        self.certificates.first().ok_or_else(|| Error::new(Code::X509Chain, ""))
    }

    /// Checks names, roles, windows and signatures from leaf to root, and that the root is trusted; gives
    /// the window in which all are valid.
    ///
    /// Certificates that the trusted key is known to have signed, byte for byte, are not asked for their
    /// signature again.
    pub(super) fn verify(
        &self,
        anchors: &TrustAnchors,
        provider: &dyn CryptoProvider,
        now: UnixTime,
    ) -> Result<Window, Error> {
        self.verify_from(First::SignsData, anchors, provider, now)
    }

    /// The same of a chain that begins with an authority.
    pub(super) fn verify_authorities(
        &self,
        anchors: &TrustAnchors,
        provider: &dyn CryptoProvider,
        now: UnixTime,
    ) -> Result<Window, Error> {
        self.verify_from(First::IsAuthority, anchors, provider, now)
    }

    fn verify_from(
        &self,
        first: First,
        anchors: &TrustAnchors,
        provider: &dyn CryptoProvider,
        now: UnixTime,
    ) -> Result<Window, Error> {
        let rules = &ChainRules::STRICT;
        let last = self.certificates.last().ok_or_else(|| Error::new(Code::X509Chain, ""))?;
        let last_place = place(self.certificates.len().saturating_sub(1));
        let anchor = anchors.require(last).map_err(|error| error.inside(&last_place))?;

        let mut window = Window::ALWAYS;
        let mut below = 0u32;
        let mut child: Option<&Certificate<'_>> = None;
        for (index, certificate) in self.certificates.iter().enumerate() {
            let inside = |error: Error| error.inside(&place(index));
            check_window(certificate, now, rules).map_err(inside)?;
            window = window.intersect(certificate.validity());
            match (child, first) {
                (None, First::SignsData) => {
                    check_leaf(certificate, rules).map_err(inside)?;
                    check_signs_data(certificate).map_err(inside)?;
                }
                (None, First::IsAuthority) => {
                    check_ca(certificate, below, SignsCrls::No, rules).map_err(inside)?;
                    below = below.saturating_add(1);
                }
                (Some(child), _) => {
                    check_ca(certificate, below, SignsCrls::No, rules).map_err(inside)?;
                    check_issued_by(child, certificate, rules)
                        .map_err(|error| error.inside(&place(index.saturating_sub(1))))?;
                    below = below.saturating_add(1);
                }
            }
            child = Some(certificate);
        }
        check_issued_by(last, last, rules).map_err(|error| error.inside(&last_place))?;

        let known = |certificate: &Certificate<'_>| {
            let fingerprint = provider.hash(HashAlgorithm::Sha256, &[certificate.der()]);
            anchor.known_certificates().iter().any(|known| known.as_slice() == fingerprint.as_slice())
        };
        let mut key: Option<(&[u8], IssuerKey)> = None;
        for (index, certificate) in self.certificates.iter().enumerate().rev() {
            let issuer = self.certificates.get(index.saturating_add(1)).unwrap_or(last);
            let by_anchor = issuer.spki().raw() == anchor.spki_der();
            if (by_anchor && known(certificate))
                || (index.saturating_add(1) == self.certificates.len()
                    && anchor.certificate() == Some(certificate.der()))
            {
                continue;
            }
            let inside = |error: Error| error.inside(&place(index));
            let loaded = match key.take() {
                Some((spki, loaded)) if spki == issuer.spki().raw() => loaded,
                _ => issuer
                    .issuer_key(provider, ALGORITHM)
                    .map_err(|error| error.inside(&place(index.saturating_add(1))))?,
            };
            certificate.verify_signed_by(&loaded).map_err(inside)?;
            key = Some((issuer.spki().raw(), loaded));
        }
        Ok(window)
    }
}

/// What the first certificate of a chain is.
#[derive(Clone, Copy)]
enum First {
    SignsData,
    IsAuthority,
}

/// A leaf whose key may not sign data proves nothing with what it signed.
fn check_signs_data(leaf: &Certificate<'_>) -> Result<(), Error> {
    match leaf.key_usage() {
        Some(usage) if !usage.digital_signature() => {
            Err(Error::new(Code::X509Extension, "extensions.key_usage")
                .with(Fact::text("problem", "the leaf's key may not sign data")))
        }
        _ => Ok(()),
    }
}

/// How errors name a certificate: by its place, leaf first.
pub(super) fn place(index: usize) -> String {
    alloc::format!("certificate[{index}]")
}

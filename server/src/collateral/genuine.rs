//! Whether a document is genuine, asked before it is kept: the core verifies it by itself, up to the configured roots.
//!
//! Whether it is in force is asked with each piece of evidence, and not here.

use std::fmt;
use std::sync::Arc;

use veriquote::crypto::CryptoProvider;
use veriquote::dcap::{self, EnclaveId, RootCrl, SignedDocument};
use veriquote::nvidia::{self, CrlIssuer, Revocation, Rim};
use veriquote::x509::Crl;
use veriquote::{Error, Kind, TrustAnchors, UnixTime, encoding, limits};
use veriquote_facade::Blob;

use super::{Ca, DocumentKey, Tee, rim};
use crate::state::Trust;
use crate::store::StoredDocument;

/// Verifies documents up to the configured roots. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Examiner {
    dcap: Arc<dcap::Verifier>,
    nvidia: Arc<nvidia::Verifier>,
}

/// What is known of a document that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is of a trusted root, or of an authority below one.
    Genuine,
    /// A list of NVIDIA whose issuer no device has shown yet. It stands in nothing's way.
    IssuerNotKnown,
}

/// Why a document is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotGenuine(pub String);

impl fmt::Display for NotGenuine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for NotGenuine {
    fn from(error: Error) -> Self {
        Self(format!("{}: {error}", error.code().as_str()))
    }
}

impl Examiner {
    /// Trusts these roots, and the vendors' own where there are none.
    ///
    /// # Errors
    /// A root that is none.
    pub fn new(trust: &Trust, provider: Arc<dyn CryptoProvider>) -> Result<Self, Error> {
        let devices = anchors(&trust.nvidia_roots, TrustAnchors::nvidia_device)?;
        let rims = anchors(&trust.rim_roots, TrustAnchors::nvidia_rim)?;
        let intel = anchors(&trust.dcap_roots, TrustAnchors::intel_sgx)?;
        Ok(Self {
            dcap: Arc::new(dcap::Verifier::new(intel, Arc::clone(&provider))?),
            nvidia: Arc::new(nvidia::Verifier::new(devices, rims, provider)),
        })
    }

    /// Who verifies what is NVIDIA's.
    pub(super) fn nvidia(&self) -> &nvidia::Verifier {
        &self.nvidia
    }

    /// Whether a document is genuine, and the one of its key. `root_crl` is the list of Intel's root that is at hand.
    ///
    /// # Errors
    /// Why it is not.
    pub fn examine(
        &self,
        key: &DocumentKey,
        document: &StoredDocument,
        root_crl: Option<&StoredDocument>,
        now: UnixTime,
    ) -> Result<Standing, NotGenuine> {
        // One that is not genuine itself says nothing of others.
        let root_crl = root_crl.and_then(|list| self.dcap.verify_root_crl(&list.body).ok());
        match key {
            DocumentKey::Rim(_) => self.rim(&document.body, now).map(|()| Standing::Genuine),
            DocumentKey::NvidiaCrl(_) => {
                Ok(self.list(&document.body, &certificates(&document.issuer_chain)?)?)
            }
            _ => self.of_intel(key, document, root_crl.as_ref()).map(|()| Standing::Genuine),
        }
    }

    /// Whether a list of NVIDIA is of a trusted root, or of a certificate of this chain.
    ///
    /// # Errors
    /// Those of [`nvidia::Verifier::verify_crl`].
    pub fn list(&self, der: &[u8], chain: &[Vec<u8>]) -> Result<Standing, Error> {
        Ok(match self.nvidia.verify_crl(&Crl::parse(der)?, chain)? {
            CrlIssuer::NotKnown => Standing::IssuerNotKnown,
            CrlIssuer::Verified => Standing::Genuine,
        })
    }

    fn of_intel(
        &self,
        key: &DocumentKey,
        document: &StoredDocument,
        root_crl: Option<&RootCrl>,
    ) -> Result<(), NotGenuine> {
        let chain = &document.issuer_chain;
        let of_another = |what: &str| Err(NotGenuine(format!("the document is {what}")));
        match key {
            DocumentKey::TcbInfo { tee, fmspc, .. } => {
                let info = self.dcap.verify_tcb_info(&signed(document)?, root_crl)?;
                if !info.fmspc.to_string().eq_ignore_ascii_case(fmspc) {
                    return of_another("the TCB info of another platform family");
                }
                if (*tee == Tee::Tdx) != (info.tee == dcap::Tee::Tdx) {
                    return of_another("the TCB info of another kind of evidence");
                }
            }
            DocumentKey::QeIdentity { tee, .. } => {
                let expected = if *tee == Tee::Tdx { EnclaveId::TdQe } else { EnclaveId::Qe };
                if self.dcap.verify_identity(&signed(document)?, root_crl)?.id != expected {
                    return of_another("the identity of another enclave");
                }
            }
            DocumentKey::QveIdentity { .. } => {
                if self.dcap.verify_identity(&signed(document)?, root_crl)?.id != EnclaveId::Qve {
                    return of_another("the identity of another enclave");
                }
            }
            DocumentKey::PckCrl { ca } => {
                let (authority, _) = self.dcap.verify_pck_crl(chain, &document.body, root_crl)?;
                if Ca::from_name(authority.as_str()) != Some(*ca) {
                    return of_another("the list of another authority");
                }
            }
            DocumentKey::RootCaCrl => drop(self.dcap.verify_root_crl(&document.body)?),
            DocumentKey::PckCertificate(_) => {
                let chain = format!("{}\n{chain}", String::from_utf8_lossy(&document.body));
                self.dcap.verify_pck_certificate(&chain, root_crl)?;
            }
            DocumentKey::Rim(_) | DocumentKey::NvidiaCrl(_) => {}
        }
        Ok(())
    }

    /// A manifest whose signer's time is over was genuine while it lasted.
    fn rim(&self, answer: &[u8], now: UnixTime) -> Result<(), NotGenuine> {
        let rim = Rim::from_bytes(answer, self.nvidia.provider())?;
        let at = |time| rim.authenticate(&self.nvidia, &Revocation::NONE, time).map(drop);
        match (at(now), rim::issued(answer)) {
            (Err(failure), Some(issued)) if failure.error.kind() == Kind::Stale => {
                at(issued).map_err(|failure| failure.error.into())
            }
            (verified, _) => verified.map_err(|failure| failure.error.into()),
        }
    }
}

/// The certificates of a chain in PEM; none of an empty text.
pub(super) fn certificates(pem: &str) -> Result<Vec<Vec<u8>>, Error> {
    if pem.is_empty() {
        return Ok(Vec::new());
    }
    encoding::pem_blocks(pem.as_bytes(), "CERTIFICATE", limits::CERTIFICATES)
}

fn signed(document: &StoredDocument) -> Result<SignedDocument, NotGenuine> {
    let text = std::str::from_utf8(&document.body);
    let text = text.map_err(|_| NotGenuine("the document is not text".to_owned()))?;
    Ok(SignedDocument::from_service_body(text, &document.issuer_chain)?)
}

fn anchors(roots: &[Blob], vendors: impl FnOnce() -> TrustAnchors) -> Result<TrustAnchors, Error> {
    if roots.is_empty() {
        return Ok(vendors());
    }
    roots.iter().map(|root| TrustAnchors::from_certificates(&root.0)).collect()
}

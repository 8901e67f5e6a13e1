//! Documents of collateral one by one: what is asked of one before it is kept, without the others.
//!
//! Who signed it, up to a trusted root, and its form are verified. Whether it is in force is not:
//! [`Verifier::prepare`] asks that with all of them. But a certificate vouches for nothing that says it was issued
//! after the certificate's end, so that a key that has served its time makes no document newer than that.

use alloc::vec::Vec;

use crate::dcap::chain::{ALGORITHM, Chain, PckChain, Role, Verified, check_crl, pem_chain};
use crate::dcap::collateral::SignedDocument;
use crate::dcap::document::Signer;
use crate::dcap::identity::EnclaveIdentity;
use crate::dcap::prepared::PckAuthority;
use crate::dcap::profile::Rules;
use crate::dcap::tcb_info::TcbInfo;
use crate::dcap::verifier::{Verifier, decode_crl};
use crate::error::{Code, Error};
use crate::json::Node;
use crate::time::{UnixTime, Window};
use crate::x509::chain::{check_crl_of_anchor, check_crl_signature, check_revocation};
use crate::x509::{Certificate, Crl, RevokedSerials};

/// The list of a trusted root; only [`Verifier::verify_root_crl`] makes one.
#[derive(Clone, Debug)]
pub struct RootCrl {
    anchor_index: usize,
    revoked: RevokedSerials,
    window: Window,
}

impl RootCrl {
    /// From `thisUpdate` to `nextUpdate`.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// Whether it names a certificate that this root has issued; it says nothing of those of another root.
    fn check(&self, anchor_index: usize, certificate: &Certificate<'_>) -> Result<(), Error> {
        if self.anchor_index == anchor_index { check_revocation(certificate, &self.revoked) } else { Ok(()) }
    }
}

impl Verifier {
    /// Verifies the list of a trusted root, by itself: DER, hex, base64 or PEM.
    ///
    /// # Errors
    /// `crl.*`, `x509.algorithm`, `input.encoding`, `limit.*`, with parts below `collateral.root_ca_crl`.
    pub fn verify_root_crl(&self, crl: &[u8]) -> Result<RootCrl, Error> {
        self.read_root_crl(crl).map_err(|error| error.inside("collateral.root_ca_crl"))
    }

    /// Verifies the list of a PCK authority, by itself; says whose it is, and when it is in force.
    ///
    /// # Errors
    /// `x509.*`, `crl.*`, `dcap.certificate.role`, `input.encoding`, `limit.*`, with parts below
    /// `collateral.pck_crl_issuer_chain` and `collateral.pck_crl`.
    pub fn verify_pck_crl(
        &self,
        issuer_chain: &str,
        crl: &[u8],
        root_crl: Option<&RootCrl>,
    ) -> Result<(PckAuthority, Window), Error> {
        let of_chain = |error: Error| error.inside("collateral.pck_crl_issuer_chain");
        let ders = pem_chain(issuer_chain.as_bytes()).map_err(of_chain)?;
        let chain = self.chain(&ders, Role::PckCa, root_crl).map_err(of_chain)?;
        let window = self
            .read_crl(&chain, crl)
            .map_err(|error| error.inside("collateral.pck_crl"))
            .and_then(|window| chain.check_lasted(window.not_before).map_err(of_chain).map(|()| window))?;
        Ok((PckAuthority::of(chain.leaf.subject_common_name().unwrap_or_default()), window))
    }

    /// Verifies TCB info, by itself.
    ///
    /// # Errors
    /// `x509.*`, `dcap.certificate.role`, `dcap.tcb_info.*`, `json.*`, `limit.*`, with parts below
    /// `collateral.tcb_info_issuer_chain` and `collateral.tcb_info`.
    pub fn verify_tcb_info(
        &self,
        document: &SignedDocument,
        root_crl: Option<&RootCrl>,
    ) -> Result<TcbInfo, Error> {
        let read = |node: &Node<'_>| {
            let info = TcbInfo::read(node, &self.rules().documents)?;
            Ok((info.issue_date, info))
        };
        let parts = ("collateral.tcb_info_issuer_chain", "collateral.tcb_info");
        self.verify_document(document, root_crl, Code::DcapTcbInfoSignature, parts, read)
    }

    /// Verifies an enclave's identity, by itself: of a quoting enclave or of the one that verifies quotes.
    ///
    /// # Errors
    /// `x509.*`, `dcap.certificate.role`, `dcap.identity.*`, `json.*`, `limit.*`, with parts below
    /// `collateral.identity_issuer_chain` and `collateral.identity`.
    pub fn verify_identity(
        &self,
        document: &SignedDocument,
        root_crl: Option<&RootCrl>,
    ) -> Result<EnclaveIdentity, Error> {
        let read = |node: &Node<'_>| {
            let identity = EnclaveIdentity::read(node, &self.rules().documents)?;
            Ok((identity.issue_date, identity))
        };
        let parts = ("collateral.identity_issuer_chain", "collateral.identity");
        self.verify_document(document, root_crl, Code::DcapIdentitySignature, parts, read)
    }

    /// Verifies a PCK certificate with its issuers, by itself: PEM, in any order; says whose it is.
    ///
    /// # Errors
    /// `x509.*`, `dcap.certificate.role`, `input.encoding`, `limit.*`, with parts below
    /// `collateral.pck_certificate_chain`.
    pub fn verify_pck_certificate(
        &self,
        chain: &str,
        root_crl: Option<&RootCrl>,
    ) -> Result<PckAuthority, Error> {
        self.read_pck_certificate(chain, root_crl)
            .map_err(|error| error.inside("collateral.pck_certificate_chain"))
    }

    fn read_root_crl(&self, crl: &[u8]) -> Result<RootCrl, Error> {
        let der = decode_crl(crl)?;
        let crl = Crl::parse(&der)?;
        let mut refusal = Error::new(Code::CrlIssuer, "issuer");
        for (anchor_index, anchor) in self.anchors.trusted.iter().enumerate() {
            let key = self.anchors.key(anchor_index)?;
            let checked = check_crl_of_anchor(&crl, anchor, &self.rules().x509())
                .and_then(|()| check_crl_signature(&crl, key));
            match checked {
                Ok(()) => {
                    let window = crl.window();
                    return Ok(RootCrl { anchor_index, revoked: crl.into_revoked_serials(), window });
                }
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    fn read_crl(&self, chain: &Chain<'_>, crl: &[u8]) -> Result<Window, Error> {
        let der = decode_crl(crl)?;
        let crl = Crl::parse(&der)?;
        let key = chain.leaf.issuer_key(self.provider.as_ref(), ALGORITHM)?;
        check_crl(&crl, &chain.leaf, &key, self.rules())?;
        Ok(crl.window())
    }

    fn verify_document<T>(
        &self,
        document: &SignedDocument,
        root_crl: Option<&RootCrl>,
        invalid: Code,
        (chain_part, part): (&str, &str),
        read: impl FnOnce(&Node<'_>) -> Result<(UnixTime, T), Error>,
    ) -> Result<T, Error> {
        let of_chain = |error: Error| error.inside(chain_part);
        let of_document = |error: Error| error.inside(part);
        let rules = self.rules();
        let ders = pem_chain(document.issuer_chain.as_bytes()).map_err(of_chain)?;
        let chain = self.chain(&ders, Role::TcbSigner, root_crl).map_err(of_chain)?;
        let signer = Signer::of(&chain, self.provider.as_ref(), rules).map_err(of_chain)?;
        let node = signer.open(document, invalid, rules).map_err(of_document)?;
        let (issued, value) = read(&node).map_err(of_document)?;
        chain.check_lasted(issued).map_err(of_chain)?;
        Ok(value)
    }

    fn read_pck_certificate(&self, pem: &str, root_crl: Option<&RootCrl>) -> Result<PckAuthority, Error> {
        let ders = pem_chain(pem.as_bytes())?;
        let chain = PckChain::pck(&ders)?;
        let rules = self.rules();
        chain.check_roles(rules)?;
        let (anchor, index) = self.anchors.of_root(&chain.root)?;
        let verified = Verified::known(self.anchors.known.get(index).map_or(&[], Vec::as_slice));
        chain.check_signatures(self.anchors.key(index)?, None, self.provider.as_ref(), &verified)?;
        chain.check_anchor(&self.anchors.trusted, anchor, rules)?;
        let intermediate = &chain.intermediate;
        root_crl
            .map_or(Ok(()), |list| list.check(index, intermediate))
            .map_err(|error| error.inside(Role::PckCa.part()))?;
        chain.check_lasted(chain.leaf.validity().not_before)?;
        Ok(PckAuthority::of(intermediate.subject_common_name().unwrap_or_default()))
    }

    /// A chain of two under a trusted root, whose leaf the root has not revoked as far as is known.
    fn chain<'c>(
        &self,
        ders: &'c [Vec<u8>],
        role: Role,
        root_crl: Option<&RootCrl>,
    ) -> Result<Chain<'c>, Error> {
        let (chain, index, _) =
            self.anchors.chain_of_two(ders, role, self.rules(), self.provider.as_ref())?;
        root_crl
            .map_or(Ok(()), |list| list.check(index, &chain.leaf))
            .map_err(|error| error.inside(role.part()))?;
        Ok(chain)
    }

    const fn rules(&self) -> &'static Rules {
        self.profile().rules()
    }
}

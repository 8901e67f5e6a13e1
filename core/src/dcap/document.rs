//! Signed JSON documents: the signature before the meaning.

use alloc::vec::Vec;

use crate::crypto::{CryptoProvider, VerifyingKey};
use crate::dcap::chain::{ALGORITHM, Chain, Role, Verified, pem_chain};
use crate::dcap::collateral::SignedDocument;
use crate::dcap::profile::{RootMatch, Rules, SignedText};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Node};
use crate::limits;
use crate::time::{UnixTime, Window};
use crate::trust::{TrustAnchor, TrustAnchors};
use crate::x509::{Crl, IssuerKey, RevocationList};

/// What signers of documents are checked against.
pub(crate) struct SignerContext<'c> {
    pub(crate) anchor: &'c TrustAnchor,
    pub(crate) anchors: &'c TrustAnchors,
    pub(crate) anchor_key: &'c IssuerKey,
    pub(crate) root_crl: &'c dyn RevocationList,
    /// The list itself, for the profile that holds it against a foreign root first.
    pub(crate) root_crl_signed: Option<&'c Crl<'c>>,
    pub(crate) provider: &'c dyn CryptoProvider,
    pub(crate) rules: &'c Rules,
    pub(crate) now: UnixTime,
}

/// A TCB-signing certificate that was verified.
pub(crate) struct Signer {
    key: alloc::boxed::Box<dyn VerifyingKey>,
    /// The validity of signer and root.
    pub(crate) validity: Vec<(&'static str, Window)>,
}

impl Signer {
    /// Verifies a chain of TCB-signing certificate and root: roles, signatures, the trusted root,
    /// revocation, validity.
    pub(crate) fn verify(
        pem: &str,
        context: &SignerContext<'_>,
        verified: &mut Verified,
    ) -> Result<Self, Error> {
        let ders = pem_chain(pem.as_bytes())?;
        let chain = Chain::of_two(&ders, Role::TcbSigner)?;
        chain.check_roles(context.rules)?;
        if context.rules.root_match == RootMatch::Certificate {
            crl_of_foreign_root(&chain, context)?;
        }
        // Under a foreign root there is no key to check signatures with: the anchor check refuses it.
        if chain.root.spki().raw() == context.anchor.spki_der() {
            chain.check_root_signatures(context.anchor_key, context.provider, verified)?;
        }
        chain.check_anchor(context.anchors, context.anchor, context.rules)?;
        chain.check_leaf_revocation(context.root_crl)?;
        chain.check_windows(context.now, context.rules)?;
        Self::of(&chain, context.provider, context.rules)
    }

    /// The signer of a chain that was verified.
    pub(crate) fn of(chain: &Chain<'_>, provider: &dyn CryptoProvider, rules: &Rules) -> Result<Self, Error> {
        let key =
            chain.leaf.load_key(provider, ALGORITHM).map_err(|error| error.inside(Role::TcbSigner.part()))?;
        Ok(Self { key, validity: chain.validity(rules) })
    }

    /// Checks the document's signature and only then gives its contents.
    pub(crate) fn open<'d>(
        &self,
        document: &'d SignedDocument,
        invalid: Code,
        rules: &Rules,
    ) -> Result<Node<'d>, Error> {
        let text = document.text.as_str();
        if text.len() > limits::COLLATERAL_JSON_BYTES {
            return Err(Error::new(Code::LimitSize, "")
                .at(limits::COLLATERAL_JSON_BYTES)
                .with(Fact::count("size", text.len()))
                .with(Fact::count("maximum", limits::COLLATERAL_JSON_BYTES)));
        }
        if document.signature.len() != SIGNATURE_BYTES {
            return Err(Error::new(invalid, "")
                .with(Fact::text("problem", SIGNATURE_SIZE))
                .with(Fact::count("expected", SIGNATURE_BYTES))
                .with(Fact::count("actual", document.signature.len())));
        }
        let verify = |message: &str| {
            self.key.verify(message.as_bytes(), &document.signature).map_err(|_| Error::new(invalid, ""))
        };
        match rules.signed_text {
            SignedText::AsReceived => {
                verify(text)?;
                json::parse(text.as_bytes(), rules.json)
            }
            SignedText::Compacted => {
                let node = json::parse(text.as_bytes(), rules.json)?;
                verify(&node.compact())?;
                Ok(node)
            }
        }
    }
}

/// `r ‖ s` on P-256.
const SIGNATURE_BYTES: usize = 64;

/// What is wrong with a signature of another size.
pub(crate) const SIGNATURE_SIZE: &str = "a signature of another size";

/// Intel's library holds the root's list against the chain's own root before it asks whether that root
/// is the trusted one.
fn crl_of_foreign_root(chain: &Chain<'_>, context: &SignerContext<'_>) -> Result<(), Error> {
    match context.root_crl_signed {
        Some(crl) if chain.root.spki().raw() != context.anchor.spki_der() => {
            crl.verify_signed_by(&chain.root.issuer_key(context.provider, ALGORITHM)?)
        }
        _ => Ok(()),
    }
}

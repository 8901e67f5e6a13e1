//! XML Signature in the one form that NVIDIA's manifests have (W3C XML Signature 1.1).
//!
//! ```text
//! Signature: last element of the root
//!   SignedInfo: CanonicalizationMethod c14n11, SignatureMethod ecdsa-sha384,
//!     Reference URI="": Transforms (enveloped-signature, c14n11), DigestMethod sha384, DigestValue
//!   SignatureValue: r ‖ s
//!   KeyInfo: X509Data: X509Certificate × 4, leaf first
//! ```
//!
//! Whatever deviates is refused: another element, attribute or text in the signature, which nothing signs; a
//! second signature; another algorithm, transform or reference.

use alloc::string::String;
use alloc::vec::Vec;

use super::c14n::{Selection, canonical};
use super::xml::{Document, Element};
use crate::bytes::constant_time_eq;
use crate::crypto::{CryptoProvider, HashAlgorithm, VerifyingKey};
use crate::encoding::base64_text;
use crate::error::{Code, Error};
use crate::fact::Fact;

/// A signature in the known form, over the rest of its document. Not verified.
#[derive(Debug)]
pub(super) struct XmlSignature {
    /// The event of the Signature's start tag.
    event: usize,
    /// The event of the SignedInfo's start tag.
    signed_info: usize,
    digest: Vec<u8>,
    value: Vec<u8>,
    /// Certificates of KeyInfo in DER, in the order of the document.
    pub(super) certificates: Vec<Vec<u8>>,
}

impl XmlSignature {
    /// Reads the signature of a document.
    ///
    /// # Errors
    /// `nvidia.rim.profile`, `input.encoding`.
    pub(super) fn read(document: &Document<'_>) -> Result<Self, Error> {
        let event = the_one_signature(document)?;
        let mut parts = Parts::of(document, event)?;
        let signed_info = parts.next("SignedInfo", &[])?;
        let value = parts.next("SignatureValue", &[])?;
        let key_info = parts.next("KeyInfo", &[])?;
        parts.finish()?;

        let digest = read_signed_info(document, signed_info)?;
        let value = leaf_bytes(document, value)?;
        let mut parts = Parts::of(document, key_info)?;
        let x509_data = parts.next("X509Data", &[])?;
        parts.finish()?;
        let mut parts = Parts::of(document, x509_data)?;
        let mut certificates = Vec::new();
        while !parts.is_empty() {
            let certificate = parts.next("X509Certificate", &[])?;
            certificates.push(leaf_bytes(document, certificate)?);
        }
        Ok(Self { event, signed_info, digest, value, certificates })
    }

    /// The canonical form of the whole document without the signature.
    pub(super) fn content(&self, document: &Document<'_>) -> Vec<u8> {
        canonical(document, Selection { apex: ROOT, without: Some(self.event) })
    }

    /// The canonical form of SignedInfo, with the namespaces around it.
    pub(super) fn signed_info(&self, document: &Document<'_>) -> Vec<u8> {
        canonical(document, Selection { apex: self.signed_info, without: None })
    }

    /// Checks that the digest is that of the whole document without the signature.
    ///
    /// # Errors
    /// `nvidia.rim.digest`.
    pub(super) fn check_digest(
        &self,
        document: &Document<'_>,
        provider: &dyn CryptoProvider,
    ) -> Result<(), Error> {
        let actual = provider.hash(HashAlgorithm::Sha384, &[&self.content(document)]);
        if constant_time_eq(actual.as_slice(), &self.digest) {
            return Ok(());
        }
        Err(Error::new(Code::NvidiaRimDigest, "signature.digest_value")
            .with(Fact::bytes("expected", self.digest.as_slice()))
            .with(Fact::bytes("actual", actual.as_slice())))
    }

    /// Checks the signature over SignedInfo.
    ///
    /// # Errors
    /// `nvidia.rim.signature`.
    pub(super) fn check_value(&self, document: &Document<'_>, key: &dyn VerifyingKey) -> Result<(), Error> {
        key.verify(&self.signed_info(document), &self.value)
            .map_err(|_| Error::new(Code::NvidiaRimSignature, "signature.signature_value"))
    }
}

/// The only Signature, which is the last element of the root.
fn the_one_signature(document: &Document<'_>) -> Result<usize, Error> {
    let elements = document.events.iter().enumerate().filter_map(|(index, _)| {
        document.element(index).filter(|element| element.namespace == DSIG).map(|element| (index, element))
    });
    let mut signatures = elements.filter(|(_, element)| element.local == "Signature");
    let Some((event, signature)) = signatures.next() else {
        return Err(profile(0, "there is no signature"));
    };
    if let Some((_, second)) = signatures.next() {
        return Err(profile(second.offset, "there are several signatures"));
    }
    match document.children(ROOT).last() {
        Some((last, _)) if last == event => Ok(event),
        _ => Err(profile(signature.offset, "the signature is not the last element of the root")),
    }
}

/// The algorithms, and the one reference to the whole document; gives the digest.
fn read_signed_info(document: &Document<'_>, signed_info: usize) -> Result<Vec<u8>, Error> {
    let mut parts = Parts::of(document, signed_info)?;
    parts.algorithm("CanonicalizationMethod", C14N_11)?;
    parts.algorithm("SignatureMethod", ECDSA_SHA384)?;
    let reference = parts.next("Reference", &[("URI", "")])?;
    parts.finish()?;
    let mut parts = Parts::of(document, reference)?;
    let transforms = parts.next("Transforms", &[])?;
    parts.algorithm("DigestMethod", SHA384)?;
    let digest = parts.next("DigestValue", &[])?;
    parts.finish()?;
    let mut parts = Parts::of(document, transforms)?;
    parts.algorithm("Transform", ENVELOPED_SIGNATURE)?;
    parts.algorithm("Transform", C14N_11)?;
    parts.finish()?;
    leaf_bytes(document, digest)
}

/// The elements of one element of the signature, each of which must be the expected one.
struct Parts<'d, 'a> {
    document: &'d Document<'a>,
    elements: Vec<(usize, &'d Element<'a>)>,
    next: usize,
    end_offset: usize,
}

impl<'d, 'a> Parts<'d, 'a> {
    /// The elements inside `parent`, between which there is white space only.
    fn of(document: &'d Document<'a>, parent: usize) -> Result<Self, Error> {
        let offset = document.element(parent).map_or(0, |element| element.offset);
        if document.own_text(parent).chars().any(|char| !char.is_ascii_whitespace()) {
            return Err(profile(offset, "text in the signature where there is none"));
        }
        Ok(Self { document, elements: document.children(parent).collect(), next: 0, end_offset: offset })
    }

    const fn is_empty(&self) -> bool {
        self.next >= self.elements.len()
    }

    /// The next element, which has this name and exactly these attributes.
    fn next(&mut self, local: &'static str, attributes: &[(&str, &str)]) -> Result<usize, Error> {
        let Some((event, element)) = self.elements.get(self.next).copied() else {
            return Err(profile(self.end_offset, "an element of the signature is missing")
                .with(Fact::text("expected", local)));
        };
        self.next = self.next.saturating_add(1);
        if !element.is(DSIG, local) {
            return Err(profile(element.offset, "another element of the signature")
                .with(Fact::text("expected", local))
                .with(Fact::string("actual", element.local.into())));
        }
        let named = |(name, value): &(&str, &str)| {
            element.attribute("", name).is_some_and(|attribute| attribute.value == *value)
        };
        if element.attributes.len() != attributes.len() || !attributes.iter().all(named) {
            let actual: Vec<&str> = element.attributes.iter().map(|it| it.value.as_ref()).collect();
            return Err(profile(element.offset, "other attributes of the signature")
                .with(Fact::text("element", local))
                .with(Fact::string("actual", actual.join(" "))));
        }
        Ok(event)
    }

    /// The next element, which names an algorithm and has no parameters.
    fn algorithm(&mut self, local: &'static str, algorithm: &'static str) -> Result<(), Error> {
        let event = self.next(local, &[("Algorithm", algorithm)])?;
        Parts::of(self.document, event)?.finish()
    }

    fn finish(&self) -> Result<(), Error> {
        match self.elements.get(self.next) {
            None => Ok(()),
            Some((_, element)) => Err(profile(element.offset, "an element too many in the signature")
                .with(Fact::string("actual", element.local.into()))),
        }
    }
}

/// The bytes of an element that holds base64 and nothing else; white space may stand anywhere.
fn leaf_bytes(document: &Document<'_>, event: usize) -> Result<Vec<u8>, Error> {
    let element = document.element(event);
    let offset = element.map_or(0, |element| element.offset);
    if let Some((_, inner)) = document.children(event).next() {
        return Err(profile(inner.offset, "an element in base64"));
    }
    let text: String = document.own_text(event);
    base64_text(text.as_bytes()).map_err(|_| {
        Error::new(Code::InputEncoding, "signature").at(offset).with(Fact::text("problem", "not base64"))
    })
}

fn profile(offset: usize, problem: &'static str) -> Error {
    Error::new(Code::NvidiaRimProfile, "").at(offset).with(Fact::text("problem", problem))
}

/// The event of the root's start tag.
pub(super) const ROOT: usize = 0;

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const C14N_11: &str = "http://www.w3.org/2006/12/xml-c14n11";
const ENVELOPED_SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const ECDSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
const SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#sha384";

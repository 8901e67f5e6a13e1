//! X.509 version 3 certificates (RFC 5280, section 4).

use alloc::boxed::Box;

use super::algorithm::SignatureScheme;
use super::der::tag;
use super::envelope::Envelope;
use super::extension::{BasicConstraints, Extension, Extensions, KNOWN_IN_CERTIFICATES, KeyUsage};
use super::key::{IssuerKey, load};
use super::serial::SerialNumber;
use super::{name, oid};
use crate::crypto::{CryptoProvider, SignatureAlgorithm, SubjectPublicKeyInfo, VerifyingKey};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::time::Window;

/// A certificate as spans of the bytes that arrived. Parsed, not authentic: see [`chain`](super::chain).
///
/// ```text
/// Certificate     ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
/// TBSCertificate  ::= SEQUENCE { [0] version, serialNumber, signature, issuer, validity, subject,
///                                subjectPublicKeyInfo, [3] extensions OPTIONAL }
/// ```
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    der: &'a [u8],
    tbs: &'a [u8],
    serial: &'a [u8],
    scheme: SignatureScheme,
    issuer: &'a [u8],
    issuer_common_name: Option<&'a str>,
    subject: &'a [u8],
    subject_common_name: Option<&'a str>,
    validity: Window,
    spki: SubjectPublicKeyInfo<'a>,
    spki_der: &'a [u8],
    signature: &'a [u8],
    extensions: Extensions<'a>,
    basic_constraints: Option<BasicConstraints>,
    key_usage: Option<KeyUsage>,
    authority_key_id: Option<&'a [u8]>,
    subject_key_id: Option<&'a [u8]>,
}

impl<'a> Certificate<'a> {
    /// Parses one certificate in strict DER.
    ///
    /// # Errors
    /// `x509.der`, `x509.algorithm`, `x509.extension` (a critical extension that is not known, one that
    /// is there twice), `limit.size`, `limit.count`.
    pub fn parse(der: &'a [u8]) -> Result<Self, Error> {
        Self::parse_knowing(der, &[])
    }

    /// As [`parse`](Self::parse), for a caller that will enforce the critical extensions in `known` itself.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse).
    pub fn parse_knowing(der: &'a [u8], known: &[&[u8]]) -> Result<Self, Error> {
        let envelope = Envelope::read(der, limits::CERTIFICATE_BYTES, Code::X509Der, "tbs")?;
        let (tbs, signature) = (envelope.content, envelope.signature);

        let mut fields = tbs.inside();
        let mut version = fields.enter(tag::CONTEXT_0, "version")?;
        let number = version.expect(tag::INTEGER, "version")?;
        version.finish("version")?;
        if number.value != [2] {
            return Err(number.error("version"));
        }
        let serial = fields.expect(tag::INTEGER, "serial_number")?;
        if SerialNumber::new(serial.integer("serial_number")?).is_none() {
            return Err(serial
                .error("serial_number")
                .with(Fact::text("problem", "a serial number is positive and has at most 20 octets")));
        }
        let scheme = envelope.scheme(&fields.expect(tag::SEQUENCE, "signature_algorithm")?)?;
        let issuer = fields.expect(tag::SEQUENCE, "issuer")?;
        if issuer.value.is_empty() {
            return Err(issuer.error("issuer"));
        }
        let issuer_common_name = name::read(&issuer, "issuer")?;
        let mut validity = fields.enter(tag::SEQUENCE, "validity")?;
        let not_before = validity.any("validity.not_before")?.time("validity.not_before")?;
        let not_after = validity.any("validity.not_after")?.time("validity.not_after")?;
        validity.finish("validity")?;
        let subject = fields.expect(tag::SEQUENCE, "subject")?;
        let subject_common_name = name::read(&subject, "subject")?;
        let spki = fields.expect(tag::SEQUENCE, "subject_public_key_info")?;
        let spki_der = spki.der;
        let spki = SubjectPublicKeyInfo::parse(spki.der)
            .map_err(|error| error.shifted(spki.offset).inside("subject_public_key_info"))?;
        let extensions = match fields.optional(tag::CONTEXT_3, "extensions")? {
            None => Extensions::default(),
            Some(tagged) => {
                let mut tagged = tagged.inside();
                let sequence = tagged.expect(tag::SEQUENCE, "extensions")?;
                tagged.finish("extensions")?;
                Extensions::read(&sequence, Code::X509Extension, "extensions")?
            }
        };
        fields.finish("tbs")?;

        extensions.refuse_unknown_critical(
            [KNOWN_IN_CERTIFICATES, known],
            Code::X509Extension,
            "extensions",
        )?;
        let basic_constraints =
            extensions.get(oid::BASIC_CONSTRAINTS).map(|e| e.basic_constraints()).transpose()?;
        let key_usage = extensions.get(oid::KEY_USAGE).map(|e| e.key_usage()).transpose()?;
        let subject_key_id = extensions.get(oid::SUBJECT_KEY_ID).map(|e| e.subject_key_id()).transpose()?;
        let authority_key_id = match extensions.get(oid::AUTHORITY_KEY_ID) {
            None => None,
            Some(e) => e.authority_key_id(Code::X509Der, Code::X509Extension)?,
        };
        Ok(Self {
            der,
            tbs: tbs.der,
            serial: serial.value,
            scheme,
            issuer: issuer.der,
            issuer_common_name,
            subject: subject.der,
            subject_common_name,
            validity: Window { not_before, not_after },
            spki,
            spki_der,
            signature,
            extensions,
            basic_constraints,
            key_usage,
            authority_key_id,
            subject_key_id,
        })
    }

    /// The whole certificate.
    #[must_use]
    pub const fn der(&self) -> &'a [u8] {
        self.der
    }

    /// The signed part.
    #[must_use]
    pub const fn tbs(&self) -> &'a [u8] {
        self.tbs
    }

    /// The content of the serial number's INTEGER: positive, at most 20 octets and a leading zero.
    #[must_use]
    pub const fn serial(&self) -> &'a [u8] {
        self.serial
    }

    /// The issuer's Name in DER.
    #[must_use]
    pub const fn issuer(&self) -> &'a [u8] {
        self.issuer
    }

    /// The issuer's common name, where it has exactly one and that is text.
    #[must_use]
    pub const fn issuer_common_name(&self) -> Option<&'a str> {
        self.issuer_common_name
    }

    /// The subject's Name in DER; may be an empty sequence.
    #[must_use]
    pub const fn subject(&self) -> &'a [u8] {
        self.subject
    }

    /// The subject's common name, where it has exactly one and that is text.
    #[must_use]
    pub const fn subject_common_name(&self) -> Option<&'a str> {
        self.subject_common_name
    }

    /// From `notBefore` to `notAfter`, both inside.
    #[must_use]
    pub const fn validity(&self) -> Window {
        self.validity
    }

    /// The subject's public key.
    #[must_use]
    pub const fn spki(&self) -> &SubjectPublicKeyInfo<'a> {
        &self.spki
    }

    /// The same as the SubjectPublicKeyInfo's DER.
    #[must_use]
    pub const fn spki_der(&self) -> &'a [u8] {
        self.spki_der
    }

    /// How the issuer signed; the same inside and outside the signed part.
    #[must_use]
    pub const fn signature_scheme(&self) -> SignatureScheme {
        self.scheme
    }

    /// The signature's bytes.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// Every extension, in the order of the certificate.
    #[must_use]
    pub fn extensions(&self) -> &[Extension<'a>] {
        self.extensions.as_slice()
    }

    /// One extension.
    #[must_use]
    pub fn extension(&self, oid: &[u8]) -> Option<Extension<'a>> {
        self.extensions.get(oid)
    }

    /// Whether it has an extension.
    #[must_use]
    pub fn has_extension(&self, oid: &[u8]) -> bool {
        self.extension(oid).is_some()
    }

    /// BasicConstraints.
    #[must_use]
    pub const fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.basic_constraints
    }

    /// KeyUsage.
    #[must_use]
    pub const fn key_usage(&self) -> Option<KeyUsage> {
        self.key_usage
    }

    /// The key identifier of AuthorityKeyIdentifier.
    #[must_use]
    pub const fn authority_key_id(&self) -> Option<&'a [u8]> {
        self.authority_key_id
    }

    /// SubjectKeyIdentifier.
    #[must_use]
    pub const fn subject_key_id(&self) -> Option<&'a [u8]> {
        self.subject_key_id
    }

    /// Whether issuer and subject are one name.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Checks the signature with the issuer's key.
    ///
    /// # Errors
    /// `x509.algorithm` when the certificate names another algorithm than the key's, `x509.signature`.
    pub fn verify_signed_by(&self, issuer_key: &IssuerKey) -> Result<(), Error> {
        issuer_key.verify(self.scheme, self.tbs, self.signature, Code::X509Signature)
    }

    /// Loads the subject's key for any use.
    ///
    /// # Errors
    /// `x509.algorithm` when the key is not one for `algorithm`.
    pub fn load_key(
        &self,
        provider: &dyn CryptoProvider,
        algorithm: SignatureAlgorithm,
    ) -> Result<Box<dyn VerifyingKey>, Error> {
        load(provider, algorithm, &self.spki)
    }

    /// Loads the subject's key as an issuer's, to check certificates and CRLs.
    ///
    /// # Errors
    /// `x509.algorithm` when the key is not one for `algorithm`.
    pub fn issuer_key(
        &self,
        provider: &dyn CryptoProvider,
        algorithm: SignatureAlgorithm,
    ) -> Result<IssuerKey, Error> {
        IssuerKey::load(provider, algorithm, &self.spki)
    }
}

//! Answers of the Online Certificate Status Protocol (RFC 6960), supplied by the caller.
//!
//! ```text
//! OCSPResponse      ::= SEQUENCE { status ENUMERATED, [0] SEQUENCE { id-pkix-ocsp-basic, OCTET STRING } }
//! BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature, [0] certs OPTIONAL }
//! ResponseData      ::= SEQUENCE { responderID, producedAt, SEQUENCE OF SingleResponse, [1] extensions }
//! SingleResponse    ::= SEQUENCE { CertID, certStatus, thisUpdate, [0] nextUpdate, [1] extensions }
//! ```
//!
//! Read here and not by a crate: the signature is over the bytes that arrived, and the crate of this purpose is
//! of an older generation than the rest.

use alloc::vec::Vec;

use super::algorithm::SignatureScheme;
use super::certificate::Certificate;
use super::chain::{ChainRules, check_issued_by, check_leaf, check_window};
use super::der::{Der, Element, tag};
use super::extension::Extensions;
use super::oid;
use super::serial::SerialNumber;
use crate::bytes::constant_time_eq;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::time::{UnixTime, Window};

/// A parsed response. Not authentic: see [`check`](Self::check).
#[derive(Clone, Debug)]
pub struct OcspResponse<'a> {
    /// Absent when the responder sent an error, which says nothing of any certificate.
    signed: Option<Signed<'a>>,
}

#[derive(Clone, Debug)]
struct Signed<'a> {
    tbs: &'a [u8],
    scheme: SignatureScheme,
    signature: &'a [u8],
    certificates: Vec<&'a [u8]>,
    responder: ResponderId<'a>,
    produced_at: UnixTime,
    answers: Vec<Answer<'a>>,
    nonce: Option<&'a [u8]>,
}

#[derive(Clone, Copy, Debug)]
enum ResponderId<'a> {
    Name(&'a [u8]),
    /// SHA-1 of the key's bits.
    Key(&'a [u8]),
}

#[derive(Clone, Debug)]
struct Answer<'a> {
    hash: Option<HashAlgorithm>,
    issuer_name_hash: &'a [u8],
    issuer_key_hash: &'a [u8],
    serial: &'a [u8],
    status: CertStatus,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
}

/// What a responder says of one certificate (section 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertStatus {
    /// It is not revoked.
    Good,
    /// It is revoked.
    Revoked {
        /// Since when.
        at: UnixTime,
        /// Why: the number of a CRLReason, where one is stated.
        reason: Option<u8>,
    },
    /// The responder does not know it.
    Unknown,
}

/// An authentic answer about one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OcspVerdict {
    /// What the responder says.
    pub status: CertStatus,
    /// From `thisUpdate` to `nextUpdate`.
    pub window: Window,
}

impl<'a> OcspResponse<'a> {
    /// Parses one response in strict DER.
    ///
    /// # Errors
    /// `ocsp.der`, `ocsp.extension`, `x509.algorithm`, `limit.size`, `limit.count`.
    pub fn parse(der: &'a [u8]) -> Result<Self, Error> {
        if der.len() > limits::OCSP_BYTES {
            return Err(Error::new(Code::LimitSize, "")
                .with(Fact::count("size", der.len()))
                .with(Fact::count("limit", limits::OCSP_BYTES)));
        }
        let mut outer = Der::whole(der, 0, Code::OcspDer, tag::SEQUENCE, "")?.inside();
        let status = outer.expect(tag::ENUMERATED, "status")?;
        let &[number] = status.value else { return Err(status.error("status")) };
        let bytes = outer.optional(tag::CONTEXT_0, "response")?;
        outer.finish("response")?;
        match (number, bytes) {
            (0, Some(bytes)) => Ok(Self { signed: Some(Signed::read(&bytes)?) }),
            // The numbers of section 4.2.1; 4 is not used.
            (1..=3 | 5 | 6, None) => Ok(Self { signed: None }),
            _ => Err(status.error("status")),
        }
    }

    /// What the response says of `subject`, once it is known to be authentic and current; `None` when it is
    /// about other certificates, or the responder sent an error: both say nothing.
    ///
    /// # Errors
    /// `ocsp.responder`, `ocsp.signature`, `ocsp.nonce`, `ocsp.stale`,
    /// `ocsp.not_yet_valid`, and those of X.509 for the responder's certificate.
    pub fn check(
        &self,
        subject: &Certificate<'_>,
        issuer: &Certificate<'_>,
        provider: &dyn CryptoProvider,
        now: UnixTime,
        nonce: Option<&[u8]>,
    ) -> Result<Option<OcspVerdict>, Error> {
        let Some(signed) = &self.signed else { return Ok(None) };
        let mut about = signed.answers.iter().filter(|it| it.is_about(subject, issuer, provider));
        let Some(answer) = about.next() else { return Ok(None) };
        if about.next().is_some() {
            return Err(Error::new(Code::OcspDer, "answers")
                .with(Fact::text("problem", "two answers about one certificate")));
        }
        signed.check_signature(issuer, provider, now)?;
        match (nonce, signed.nonce) {
            (Some(expected), Some(actual)) if constant_time_eq(expected, actual) => {}
            (None, _) => {}
            (Some(_), _) => return Err(Error::new(Code::OcspNonce, "extensions.nonce")),
        }
        let window = answer.window()?;
        let early = [signed.produced_at, window.not_before].into_iter().find(|time| *time > now);
        if let Some(time) = early {
            return Err(Error::new(Code::OcspNotYetValid, "this_update")
                .with(Fact::time("not_before", time))
                .with(Fact::time("at", now)));
        }
        if now > window.not_after {
            return Err(Error::new(Code::OcspStale, "next_update")
                .with(Fact::time("next_update", window.not_after))
                .with(Fact::time("at", now)));
        }
        Ok(Some(OcspVerdict { status: answer.status, window }))
    }

    /// Since when the response holds of `subject`, as it says itself; `None` when it is about other certificates.
    #[must_use]
    pub fn unauthenticated_this_update(
        &self,
        subject: &Certificate<'_>,
        issuer: &Certificate<'_>,
        provider: &dyn CryptoProvider,
    ) -> Option<UnixTime> {
        let answers = &self.signed.as_ref()?.answers;
        answers.iter().find(|it| it.is_about(subject, issuer, provider)).map(|it| it.this_update)
    }

    /// Whether it says something of a certificate, as it claims.
    pub(crate) fn is_about(
        &self,
        subject: &Certificate<'_>,
        issuer: &Certificate<'_>,
        provider: &dyn CryptoProvider,
    ) -> bool {
        let mut answers = self.signed.iter().flat_map(|signed| &signed.answers);
        answers.any(|answer| answer.is_about(subject, issuer, provider))
    }

    /// What is signed; empty when nothing is.
    pub(crate) fn tbs(&self) -> &'a [u8] {
        self.signed.as_ref().map_or(&[], |signed| signed.tbs)
    }
}

impl<'a> Signed<'a> {
    fn read(tagged: &Element<'a>) -> Result<Self, Error> {
        let mut tagged = tagged.inside();
        let mut bytes = tagged.enter(tag::SEQUENCE, "response")?;
        tagged.finish("response")?;
        let kind = bytes.expect(tag::OBJECT_IDENTIFIER, "response.type")?;
        if kind.oid("response.type")? != oid::OCSP_BASIC {
            return Err(kind.error("response.type"));
        }
        let octets = bytes.expect(tag::OCTET_STRING, "response")?;
        bytes.finish("response")?;

        let basic = Der::whole(octets.value, octets.value_offset, Code::OcspDer, tag::SEQUENCE, "response")?;
        let mut fields = basic.inside();
        let tbs = fields.expect(tag::SEQUENCE, "tbs")?;
        let algorithm = fields.expect(tag::SEQUENCE, "signature_algorithm")?;
        let scheme = SignatureScheme::read(&algorithm, "signature_algorithm")?;
        let signature = fields.expect(tag::BIT_STRING, "signature")?.octet_aligned_bits("signature")?;
        let certificates = match fields.optional(tag::CONTEXT_0, "certificates")? {
            None => Vec::new(),
            Some(tagged) => read_certificates(&tagged)?,
        };
        fields.finish("certificates")?;

        let mut fields = tbs.inside();
        if let Some(version) = fields.optional(tag::CONTEXT_0, "version")? {
            // Version 1 is the default, which DER leaves out, and there is no other.
            return Err(version.error("version"));
        }
        let id = fields.any("responder_id")?;
        let mut inside = id.inside();
        let responder = match id.tag {
            tag::CONTEXT_1 => ResponderId::Name(inside.expect(tag::SEQUENCE, "responder_id")?.der),
            tag::CONTEXT_2 => ResponderId::Key(inside.expect(tag::OCTET_STRING, "responder_id")?.value),
            _ => return Err(id.error("responder_id")),
        };
        inside.finish("responder_id")?;
        let produced_at = generalized(&fields.any("produced_at")?, "produced_at")?;
        let mut list = fields.enter(tag::SEQUENCE, "answers")?;
        let mut answers = Vec::new();
        while !list.is_empty() {
            let answer = list.expect(tag::SEQUENCE, "answers")?;
            if answers.len() >= limits::OCSP_ANSWERS {
                return Err(Error::new(Code::LimitCount, "answers").at(answer.offset));
            }
            answers.push(Answer::read(&answer)?);
        }
        let extensions = extensions(fields.optional(tag::CONTEXT_1, "extensions")?, &[oid::OCSP_NONCE])?;
        fields.finish("tbs")?;
        let nonce = match extensions.get(oid::OCSP_NONCE) {
            None => None,
            Some(nonce) => Some(nonce.element(tag::OCTET_STRING, Code::OcspDer, "extensions.nonce")?.value),
        };
        Ok(Self { tbs: tbs.der, scheme, signature, certificates, responder, produced_at, answers, nonce })
    }

    /// The issuer signed itself, or a certificate that it issued for signing such responses did
    /// (section 4.2.2.2).
    fn check_signature(
        &self,
        issuer: &Certificate<'_>,
        provider: &dyn CryptoProvider,
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.is_responder(issuer, provider) {
            return self.verify_signed_by(issuer, provider);
        }
        for der in &self.certificates {
            let inside = |error: Error| error.inside("responder");
            // This extension is held to below, so it may be critical.
            let certificate = Certificate::parse_knowing(der, &[oid::EXTENDED_KEY_USAGE]).map_err(inside)?;
            if self.is_responder(&certificate, provider) {
                check_delegate(&certificate, issuer, provider, now).map_err(inside)?;
                return self.verify_signed_by(&certificate, provider);
            }
        }
        Err(Error::new(Code::OcspResponder, "responder_id")
            .with(Fact::text("problem", "neither the issuer nor a certificate in the response")))
    }

    fn is_responder(&self, certificate: &Certificate<'_>, provider: &dyn CryptoProvider) -> bool {
        match self.responder {
            ResponderId::Name(name) => name == certificate.subject(),
            ResponderId::Key(hash) => {
                provider.hash(HashAlgorithm::Sha1, &[certificate.spki().key_bits()]).as_slice() == hash
            }
        }
    }

    fn verify_signed_by(
        &self,
        responder: &Certificate<'_>,
        provider: &dyn CryptoProvider,
    ) -> Result<(), Error> {
        let algorithm = self.scheme.with_key(responder.spki().kind()).ok_or_else(|| {
            Error::new(Code::X509Algorithm, "signature_algorithm")
                .with(Fact::text("problem", "the responder's key is for another algorithm"))
        })?;
        let key = responder.issuer_key(provider, algorithm)?;
        key.verify(self.scheme, self.tbs, self.signature, Code::OcspSignature)
    }
}

/// A certificate that signs responses for `issuer`: issued by that very issuer, for this purpose, valid now,
/// and not to be asked about itself.
fn check_delegate(
    delegate: &Certificate<'_>,
    issuer: &Certificate<'_>,
    provider: &dyn CryptoProvider,
    now: UnixTime,
) -> Result<(), Error> {
    let refuse = |problem| Error::new(Code::OcspResponder, "").with(Fact::text("problem", problem));
    let rules = &ChainRules::STRICT;
    check_issued_by(delegate, issuer, rules).map_err(|_| refuse("another issuer than the certificate's"))?;
    let algorithm = delegate.signature_scheme().with_key(issuer.spki().kind());
    let algorithm = algorithm.ok_or_else(|| refuse("not signed by the certificate's issuer"))?;
    delegate.verify_signed_by(&issuer.issuer_key(provider, algorithm)?)?;
    check_window(delegate, now, rules)?;
    check_leaf(delegate, rules)?;
    let usage = delegate.extension(oid::EXTENDED_KEY_USAGE);
    let usage = usage.ok_or_else(|| refuse("not for signing OCSP responses"))?;
    let mut purposes = usage.element(tag::SEQUENCE, Code::X509Der, "extensions.ext_key_usage")?.inside();
    let mut is_for_ocsp = false;
    while !purposes.is_empty() {
        let purpose = purposes.expect(tag::OBJECT_IDENTIFIER, "extensions.ext_key_usage")?;
        is_for_ocsp |= purpose.oid("extensions.ext_key_usage")? == oid::KP_OCSP_SIGNING;
    }
    if !is_for_ocsp {
        return Err(refuse("not for signing OCSP responses"));
    }
    if delegate.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        return Err(refuse("its key may not sign data"));
    }
    if !delegate.has_extension(oid::OCSP_NO_CHECK) {
        return Err(refuse("its own revocation would have to be asked for"));
    }
    Ok(())
}

fn read_certificates<'a>(tagged: &Element<'a>) -> Result<Vec<&'a [u8]>, Error> {
    let mut tagged = tagged.inside();
    let mut list = tagged.enter(tag::SEQUENCE, "certificates")?;
    tagged.finish("certificates")?;
    let mut certificates = Vec::new();
    while !list.is_empty() {
        let certificate = list.expect(tag::SEQUENCE, "certificates")?;
        if certificates.len() >= limits::CERTIFICATES {
            return Err(Error::new(Code::LimitCount, "certificates").at(certificate.offset));
        }
        certificates.push(certificate.der);
    }
    Ok(certificates)
}

/// `[1] EXPLICIT Extensions`, none of them critical but those in `known`.
fn extensions<'a>(tagged: Option<Element<'a>>, known: &[&[u8]]) -> Result<Extensions<'a>, Error> {
    let Some(tagged) = tagged else { return Ok(Extensions::default()) };
    let mut tagged = tagged.inside();
    let sequence = tagged.expect(tag::SEQUENCE, "extensions")?;
    tagged.finish("extensions")?;
    let extensions = Extensions::read(&sequence, Code::OcspExtension, "extensions")?;
    extensions.refuse_unknown_critical([known, &[]], Code::OcspExtension, "extensions")?;
    Ok(extensions)
}

fn generalized(element: &Element<'_>, part: &'static str) -> Result<UnixTime, Error> {
    if element.tag == tag::GENERALIZED_TIME { element.time(part) } else { Err(element.error(part)) }
}

impl<'a> Answer<'a> {
    fn read(answer: &Element<'a>) -> Result<Self, Error> {
        let mut fields = answer.inside();
        let mut id = fields.enter(tag::SEQUENCE, "cert_id")?;
        let hash = read_hash(&id.expect(tag::SEQUENCE, "cert_id.hash_algorithm")?)?;
        let issuer_name_hash = id.expect(tag::OCTET_STRING, "cert_id.issuer_name_hash")?.value;
        let issuer_key_hash = id.expect(tag::OCTET_STRING, "cert_id.issuer_key_hash")?.value;
        let serial = id.expect(tag::INTEGER, "cert_id.serial_number")?.integer("cert_id.serial_number")?;
        id.finish("cert_id")?;
        let status = read_status(&fields.any("status")?)?;
        let this_update = generalized(&fields.any("this_update")?, "this_update")?;
        let next_update = match fields.optional(tag::CONTEXT_0, "next_update")? {
            None => None,
            Some(tagged) => {
                let mut tagged = tagged.inside();
                let time = generalized(&tagged.any("next_update")?, "next_update")?;
                tagged.finish("next_update")?;
                Some(time)
            }
        };
        extensions(fields.optional(tag::CONTEXT_1, "extensions")?, &[])?;
        fields.finish("answers")?;
        Ok(Self { hash, issuer_name_hash, issuer_key_hash, serial, status, this_update, next_update })
    }

    /// Whether all of CertID is that of the certificate. An unknown hash algorithm names no certificate.
    fn is_about(
        &self,
        subject: &Certificate<'_>,
        issuer: &Certificate<'_>,
        provider: &dyn CryptoProvider,
    ) -> bool {
        let Some(hash) = self.hash else { return false };
        let same = |bytes: &[u8], expected: &[u8]| provider.hash(hash, &[bytes]).as_slice() == expected;
        SerialNumber::new(self.serial).is_some_and(|it| Some(it) == SerialNumber::new(subject.serial()))
            && same(subject.issuer(), self.issuer_name_hash)
            && same(issuer.spki().key_bits(), self.issuer_key_hash)
    }

    /// A response without `nextUpdate` says that newer information is always available: it is not relied on.
    fn window(&self) -> Result<Window, Error> {
        match self.next_update {
            Some(not_after) => Ok(Window { not_before: self.this_update, not_after }),
            None => Err(Error::new(Code::OcspStale, "next_update").with(Fact::text("problem", "missing"))),
        }
    }
}

/// The hash of CertID; `None` for one that is not known.
fn read_hash(identifier: &Element<'_>) -> Result<Option<HashAlgorithm>, Error> {
    const PART: &str = "cert_id.hash_algorithm";
    let mut fields = identifier.inside();
    let algorithm = fields.expect(tag::OBJECT_IDENTIFIER, PART)?.oid(PART)?;
    if let Some(null) = fields.optional(tag::NULL, PART)?
        && !null.value.is_empty()
    {
        return Err(null.error(PART));
    }
    fields.finish(PART)?;
    Ok(match algorithm {
        oid::SHA1 => Some(HashAlgorithm::Sha1),
        oid::SHA256 => Some(HashAlgorithm::Sha256),
        oid::SHA384 => Some(HashAlgorithm::Sha384),
        oid::SHA512 => Some(HashAlgorithm::Sha512),
        _ => None,
    })
}

/// CertStatus, all of it with implicit tags.
fn read_status(element: &Element<'_>) -> Result<CertStatus, Error> {
    const PART: &str = "status";
    match (element.tag, element.value) {
        (tag::PRIMITIVE_0, []) => Ok(CertStatus::Good),
        (tag::PRIMITIVE_2, []) => Ok(CertStatus::Unknown),
        (tag::CONTEXT_1, _) => {
            let mut fields = element.inside();
            let at = generalized(&fields.any(PART)?, PART)?;
            let reason = match fields.optional(tag::CONTEXT_0, PART)? {
                None => None,
                Some(tagged) => {
                    let mut tagged = tagged.inside();
                    let reason = tagged.expect(tag::ENUMERATED, PART)?;
                    tagged.finish(PART)?;
                    match reason.value {
                        [number @ (0..=6 | 9 | 10)] => Some(*number),
                        _ => return Err(reason.error(PART)),
                    }
                }
            };
            fields.finish(PART)?;
            Ok(CertStatus::Revoked { at, reason })
        }
        _ => Err(element.error(PART)),
    }
}

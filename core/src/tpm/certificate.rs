//! Certificates of attestation and endorsement keys (TCG EK Credential Profile 2.5; TCG Credential
//! Profiles).
//!
//! Their subject is empty and a critical SubjectAltName says instead which TPM it is, as a directory name
//! of three attributes, in one relative name or several. X.509 libraries do not know it and refuse; here
//! it is read.

use alloc::string::String;
use alloc::vec::Vec;

use super::ak::{AkRoute, OwnedKey, TrustedAk};
use super::checks;
use super::public::{PublicArea, PublicKey};
use crate::check::{Failure, Rule, Trace};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::time::Window;
use crate::x509::chain::{ChainContext, SignatureBudget, verify_chain};
use crate::x509::der::{Der, tag};
use crate::x509::{Certificate, oid};

/// Which TPM a certificate is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TpmIdentity {
    /// `tcg-at-tpmManufacturer`, such as `id:53544D20`.
    pub manufacturer: Option<String>,
    /// `tcg-at-tpmModel`.
    pub model: Option<String>,
    /// `tcg-at-tpmVersion`.
    pub version: Option<String>,
}

/// What is done with a certificate that does not say what its key is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingPurpose {
    /// It is refused.
    #[default]
    Refuse,
    /// It is accepted: the caller's roots issue for attestation keys only. A certificate that names
    /// another purpose is refused all the same.
    Accept,
}

impl<'p> TrustedAk<'p> {
    /// A certificate for an attestation key, up to a root that the caller trusts. The key is the
    /// certificate's. Without its public area the attributes are the issuer's word.
    ///
    /// `chain` is in order, the leaf first; the root may be left out.
    ///
    /// # Errors
    /// `x509.…`, `crl.…`; `x509.extension` for a certificate that is for something else; `tpm.name` for the
    /// public area of another key; `tpm.key.weak`, `tpm.algorithm`, `tpm.ak.attributes`.
    pub fn certified(
        chain: &[Vec<u8>],
        area: Option<&PublicArea<'_>>,
        purpose: MissingPurpose,
        context: &ChainContext<'p>,
    ) -> Result<Self, Failure> {
        let mut trace = Trace::new();
        let leaf = verify_leaf(chain, context, checks::AK_CHAIN, &mut trace).and_then(|leaf| {
            let for_this = check_purpose(&leaf, oid::TCG_KP_AIK_CERTIFICATE, purpose).and_then(|()| {
                if leaf.usage == KeyUse::Other {
                    return Err(purpose_error("the certificate does not allow its key to sign data"));
                }
                Ok(())
            });
            trace.apply(checks::AK_PURPOSE, for_this)?;
            let same = area.is_none_or(|area| area.key().is_same_key(&leaf.key.borrow()));
            if !same {
                let error = Error::new(Code::TpmName, "public")
                    .with(Fact::text("problem", "the public area is not of the certificate's key"));
                return trace.apply(checks::AK_TRUST, Err(error));
            }
            trace.passed(checks::AK_TRUST, super::ak::route_facts(AkRoute::Certificate));
            Ok(leaf)
        });
        let leaf = match leaf {
            Err(error) => return Err(trace.fail(error)),
            Ok(leaf) => leaf,
        };
        match area {
            Some(area) => Self::admit(area, AkRoute::Certificate, leaf.window, trace, context.provider),
            None => {
                let key = leaf.key.borrow();
                Self::admit_key(&key, AkRoute::Certificate, leaf.window, trace, context.provider)
            }
        }
    }
}

/// A leaf whose chain was verified.
pub(super) struct Leaf {
    pub key: OwnedKey,
    pub identity: TpmIdentity,
    pub window: Window,
    purposes: Option<Vec<Vec<u8>>>,
    usage: KeyUse,
}

/// What KeyUsage says of signing data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyUse {
    /// The certificate leaves it open.
    Any,
    /// The key signs data.
    Signs,
    /// It does something else.
    Other,
}

/// Verifies an endorsement key's certificate, as NV memory holds it.
pub(super) fn verify_ek(
    certificate: &[u8],
    intermediates: &[Vec<u8>],
    context: &ChainContext<'_>,
    trace: &mut Trace,
) -> Result<Leaf, Error> {
    let (der, dressing) = match undress(certificate) {
        Ok(undressed) => undressed,
        Err(error) => return trace.apply(checks::EK_CERTIFICATE, Err(error)),
    };
    let facts = dressing.map(|dressing| Fact::text("dressing", dressing));
    trace.passed(checks::EK_CERTIFICATE, facts.as_slice());
    let mut chain = alloc::vec![der.to_vec()];
    chain.extend_from_slice(intermediates);
    let leaf = verify_leaf(&chain, context, checks::EK_CHAIN, trace)?;
    let for_this = check_purpose(&leaf, oid::TCG_KP_EK_CERTIFICATE, MissingPurpose::Refuse).and_then(|()| {
        // An endorsement key decrypts; one that signs could vouch for keys that it never unwrapped for.
        if leaf.usage == KeyUse::Signs {
            return Err(purpose_error("an endorsement key's certificate must not allow it to sign"));
        }
        Ok(())
    });
    let result = trace.apply(checks::EK_PURPOSE, for_this);
    result.map(|()| leaf)
}

fn verify_leaf(
    chain: &[Vec<u8>],
    context: &ChainContext<'_>,
    rule: &'static Rule,
    trace: &mut Trace,
) -> Result<Leaf, Error> {
    let leaf = read_chain(chain, context);
    match &leaf {
        Ok((leaf, facts)) => {
            let mut facts = facts.clone();
            let identity = &leaf.identity;
            for (name, value) in [
                ("manufacturer", &identity.manufacturer),
                ("model", &identity.model),
                ("version", &identity.version),
            ] {
                facts.extend(value.clone().map(|value| Fact::string(name, value)));
            }
            trace.passed(rule, facts);
        }
        Err(error) => trace.failed(rule, error),
    }
    leaf.map(|(leaf, _)| leaf)
}

fn read_chain(chain: &[Vec<u8>], context: &ChainContext<'_>) -> Result<(Leaf, Vec<Fact>), Error> {
    if chain.len() > crate::limits::CERTIFICATES {
        return Err(Error::new(Code::LimitCount, "chain").with(Fact::count("certificates", chain.len())));
    }
    let mut certificates = Vec::with_capacity(chain.len());
    for (index, der) in chain.iter().enumerate() {
        let certificate = Certificate::parse_knowing(der, &KNOWN);
        certificates.push(certificate.map_err(|e| e.inside(&alloc::format!("certificate[{index}]")))?);
    }
    let verified = verify_chain(&certificates, context, &mut SignatureBudget::default())?;
    let leaf = certificates.first().ok_or_else(|| Error::new(Code::X509Chain, "chain"))?;
    let key = PublicKey::from_spki(leaf.spki())?;
    let identity = leaf.extension(oid::SUBJECT_ALT_NAME).map(|e| identity(e.value, e.offset)).transpose()?;
    let purposes =
        leaf.extension(oid::EXTENDED_KEY_USAGE).map(|e| purposes(e.value, e.offset)).transpose()?;
    let usage = match leaf.key_usage().map(|usage| usage.digital_signature()) {
        None => KeyUse::Any,
        Some(true) => KeyUse::Signs,
        Some(false) => KeyUse::Other,
    };
    let window = verified.window();
    let facts = alloc::vec![Fact::time("not_after", window.not_after)];
    let leaf =
        Leaf { key: OwnedKey::from(&key), identity: identity.unwrap_or_default(), window, purposes, usage };
    Ok((leaf, facts))
}

fn check_purpose(leaf: &Leaf, purpose: &[u8], missing: MissingPurpose) -> Result<(), Error> {
    match (&leaf.purposes, missing) {
        (Some(purposes), _) if purposes.iter().any(|named| named == purpose) => Ok(()),
        (None, MissingPurpose::Accept) => Ok(()),
        (Some(_), _) => Err(purpose_error("the certificate is for another purpose")),
        (None, MissingPurpose::Refuse) => Err(purpose_error("the certificate names no purpose")),
    }
    .map_err(|error| error.with(Fact::bytes("expected", purpose)))
}

fn purpose_error(problem: &'static str) -> Error {
    Error::new(Code::X509Extension, "certificate[0].extensions.extended_key_usage")
        .with(Fact::text("problem", problem))
}

/// ExtendedKeyUsage (RFC 5280, section 4.2.1.12): `SEQUENCE SIZE (1..MAX) OF OBJECT IDENTIFIER`.
fn purposes(value: &[u8], offset: usize) -> Result<Vec<Vec<u8>>, Error> {
    const PART: &str = "certificate[0].extensions.extended_key_usage";
    let mut items = Der::whole(value, offset, Code::X509Der, tag::SEQUENCE, PART)?.inside();
    let mut purposes = Vec::new();
    while !items.is_empty() {
        purposes.push(items.expect(tag::OBJECT_IDENTIFIER, PART)?.oid(PART)?.to_vec());
    }
    if purposes.is_empty() { Err(Error::new(Code::X509Der, PART).at(offset)) } else { Ok(purposes) }
}

/// The TCG attributes of the directory names of a SubjectAltName: `GeneralNames ::= SEQUENCE OF
/// GeneralName`, `directoryName [4] Name`. Other kinds of names are stepped over.
fn identity(value: &[u8], offset: usize) -> Result<TpmIdentity, Error> {
    const PART: &str = "certificate[0].extensions.subject_alt_name";
    let mut identity = TpmIdentity::default();
    let mut names = Der::whole(value, offset, Code::X509Der, tag::SEQUENCE, PART)?.inside();
    while !names.is_empty() {
        let name = names.any(PART)?;
        if name.tag != DIRECTORY_NAME {
            continue;
        }
        let mut content = name.inside();
        let mut relative_names = content.enter(tag::SEQUENCE, PART)?;
        content.finish(PART)?;
        while !relative_names.is_empty() {
            let mut attributes = relative_names.enter(tag::SET, PART)?;
            while !attributes.is_empty() {
                let mut attribute = attributes.enter(tag::SEQUENCE, PART)?;
                let kind = attribute.expect(tag::OBJECT_IDENTIFIER, PART)?.oid(PART)?;
                let value = attribute.any(PART)?;
                attribute.finish(PART)?;
                let field = match kind {
                    oid::TCG_AT_TPM_MANUFACTURER => &mut identity.manufacturer,
                    oid::TCG_AT_TPM_MODEL => &mut identity.model,
                    oid::TCG_AT_TPM_VERSION => &mut identity.version,
                    _ => continue,
                };
                let text = core::str::from_utf8(value.value).map_err(|_| value.error(PART))?;
                if field.replace(text.into()).is_some() {
                    // Two answers to one question are none.
                    return Err(value.error(PART).with(Fact::text("problem", "an attribute is there twice")));
                }
            }
        }
    }
    Ok(identity)
}

/// Takes off what NV memory may hold around a certificate: a header of 7 bytes
/// (`10 01 00 | u16 size | 10 02`, TCG PC Client Specific Implementation 1.21, 7.4.5), and padding of one
/// repeated byte behind it.
fn undress(bytes: &[u8]) -> Result<(&[u8], Option<&'static str>), Error> {
    let wrong = |problem| Error::new(Code::X509Der, "certificate[0]").with(Fact::text("problem", problem));
    if bytes.len() > crate::limits::CERTIFICATE_BYTES {
        return Err(Error::new(Code::LimitSize, "certificate[0]").with(Fact::count("size", bytes.len())));
    }
    let (rest, header) = match bytes {
        [0x10, 0x01, 0x00, _, _, 0x10, 0x02, rest @ ..] => (rest, true),
        other => (other, false),
    };
    let mut der = Der::new(rest, 0, Code::X509Der);
    let certificate = der.expect(tag::SEQUENCE, "certificate[0]")?.der;
    let padding = rest.get(certificate.len()..).unwrap_or_default();
    if padding.iter().any(|byte| padding.first() != Some(byte)) {
        return Err(wrong("something other than padding follows the certificate"));
    }
    let dressing = match (header, padding.is_empty()) {
        (false, true) => None,
        (true, true) => Some("a header of 7 bytes"),
        (false, false) => Some("padding"),
        (true, false) => Some("a header of 7 bytes, and padding"),
    };
    Ok((certificate, dressing))
}

/// Critical extensions that are read here, or that only narrow what a path validation would accept and
/// that nothing is derived from.
const KNOWN: [&[u8]; 3] = [oid::SUBJECT_ALT_NAME, oid::EXTENDED_KEY_USAGE, oid::CERTIFICATE_POLICIES];

/// `[4]`, constructed.
const DIRECTORY_NAME: u8 = 0xa4;

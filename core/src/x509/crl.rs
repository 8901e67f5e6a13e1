//! Certificate revocation lists (RFC 5280, section 5): complete lists of one issuer.

use alloc::vec::Vec;

use super::algorithm::SignatureScheme;
use super::der::{Element, tag};
use super::envelope::Envelope;
use super::extension::{Extension, Extensions};
use super::key::IssuerKey;
use super::serial::SerialNumber;
use super::{name, oid};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::time::{UnixTime, Window};

/// A revocation list as spans of the bytes that arrived. Parsed, not authentic: see
/// [`check_crl`](super::chain::check_crl).
///
/// ```text
/// CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }
/// TBSCertList     ::= SEQUENCE { version, signature, issuer, thisUpdate, nextUpdate,
///                                revokedCertificates OPTIONAL, [0] crlExtensions }
/// ```
#[derive(Clone, Debug)]
pub struct Crl<'a> {
    der: &'a [u8],
    tbs: &'a [u8],
    scheme: SignatureScheme,
    issuer: &'a [u8],
    issuer_common_name: Option<&'a str>,
    window: Window,
    revoked: Vec<RevokedEntry>,
    extensions: Extensions<'a>,
    crl_number: Option<&'a [u8]>,
    authority_key_id: Option<&'a [u8]>,
    signature: &'a [u8],
}

/// One revoked certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedEntry {
    /// Its serial number.
    pub serial: SerialNumber,
    /// When its issuer revoked it.
    pub revocation_date: UnixTime,
    /// Why: the number of a CRLReason, where one is stated (section 5.3.1).
    pub reason: Option<u8>,
}

/// The entries of one list that stay usable when its bytes are gone.
#[derive(Clone, Debug)]
pub struct RevokedSerials {
    issuer: Vec<u8>,
    sorted: Vec<RevokedEntry>,
}

/// Something that knows which certificates an issuer has revoked.
pub trait RevocationList {
    /// The issuer's Name in DER.
    fn issuer(&self) -> &[u8];

    /// The entry for a certificate of that issuer; `serial` is an INTEGER's content.
    fn revokes(&self, serial: &[u8]) -> Option<RevokedEntry>;
}

impl<'a> Crl<'a> {
    /// Parses one complete list in strict DER, every entry of it.
    ///
    /// # Errors
    /// `crl.der`, `crl.extension` (a delta, indirect or partitioned list, a critical extension that is
    /// not known, one that is there twice), `x509.algorithm`, `limit.size`, `limit.count`.
    pub fn parse(der: &'a [u8]) -> Result<Self, Error> {
        let envelope = Envelope::read(der, limits::CRL_BYTES, Code::CrlDer, "tbs")?;
        let (tbs, signature) = (envelope.content, envelope.signature);

        let mut fields = tbs.inside();
        let version = fields.expect(tag::INTEGER, "version")?;
        if version.value != [1] {
            return Err(version.error("version"));
        }
        let scheme = envelope.scheme(&fields.expect(tag::SEQUENCE, "signature_algorithm")?)?;
        let issuer = fields.expect(tag::SEQUENCE, "issuer")?;
        if issuer.value.is_empty() {
            return Err(issuer.error("issuer"));
        }
        let issuer_common_name = name::read(&issuer, "issuer")?;
        let not_before = fields.any("this_update")?.time("this_update")?;
        let not_after = fields.any("next_update")?.time("next_update")?;
        let revoked = match fields.optional(tag::SEQUENCE, PART)? {
            None => Vec::new(),
            Some(list) => read_entries(&list)?,
        };
        let extensions = match fields.optional(tag::CONTEXT_0, "extensions")? {
            None => Extensions::default(),
            Some(tagged) => {
                let mut tagged = tagged.inside();
                let sequence = tagged.expect(tag::SEQUENCE, "extensions")?;
                tagged.finish("extensions")?;
                Extensions::read(&sequence, Code::CrlExtension, "extensions")?
            }
        };
        fields.finish("tbs")?;

        for changes_meaning in [oid::DELTA_CRL_INDICATOR, oid::ISSUING_DISTRIBUTION_POINT] {
            if let Some(extension) = extensions.get(changes_meaning) {
                return Err(Error::new(Code::CrlExtension, "extensions")
                    .at(extension.offset)
                    .with(Fact::text("problem", "the list is not complete for its issuer"))
                    .with(Fact::bytes("oid", extension.oid)));
            }
        }
        extensions.refuse_unknown_critical([&[], &[]], Code::CrlExtension, "extensions")?;
        let crl_number = extensions.get(oid::CRL_NUMBER).map(|e| crl_number(&e)).transpose()?;
        let authority_key_id = match extensions.get(oid::AUTHORITY_KEY_ID) {
            None => None,
            Some(e) => e.authority_key_id(Code::CrlDer, Code::CrlExtension)?,
        };
        Ok(Self {
            der,
            tbs: tbs.der,
            scheme,
            issuer: issuer.der,
            issuer_common_name,
            window: Window { not_before, not_after },
            revoked,
            extensions,
            crl_number,
            authority_key_id,
            signature,
        })
    }

    /// The whole list.
    #[must_use]
    pub const fn der(&self) -> &'a [u8] {
        self.der
    }

    /// The signed part.
    #[must_use]
    pub const fn tbs(&self) -> &'a [u8] {
        self.tbs
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

    /// `thisUpdate`.
    #[must_use]
    pub const fn this_update(&self) -> UnixTime {
        self.window.not_before
    }

    /// `nextUpdate`.
    #[must_use]
    pub const fn next_update(&self) -> UnixTime {
        self.window.not_after
    }

    /// From `thisUpdate` to `nextUpdate`, both inside.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// How the issuer signed; the same inside and outside the signed part.
    #[must_use]
    pub const fn signature_scheme(&self) -> SignatureScheme {
        self.scheme
    }

    /// CRLNumber, big-endian without leading zeros (section 5.2.3).
    #[must_use]
    pub const fn crl_number(&self) -> Option<&'a [u8]> {
        self.crl_number
    }

    /// The key identifier of AuthorityKeyIdentifier.
    #[must_use]
    pub const fn authority_key_id(&self) -> Option<&'a [u8]> {
        self.authority_key_id
    }

    /// Whether the list, as a whole, has an extension.
    #[must_use]
    pub fn has_extension(&self, oid: &[u8]) -> bool {
        self.extensions.get(oid).is_some()
    }

    /// How many certificates it names.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.revoked.len()
    }

    /// Whether it names no certificate.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.revoked.is_empty()
    }

    /// The entry for a serial number, given as an INTEGER's content.
    #[must_use]
    pub fn revokes(&self, serial: &[u8]) -> Option<RevokedEntry> {
        find(&self.revoked, serial)
    }

    /// The entries, owned.
    #[must_use]
    pub fn into_revoked_serials(self) -> RevokedSerials {
        RevokedSerials { issuer: self.issuer.to_vec(), sorted: self.revoked }
    }

    /// Checks the signature with the issuer's key.
    ///
    /// # Errors
    /// `x509.algorithm` when the list names another algorithm than the key's, `crl.signature`.
    pub fn verify_signed_by(&self, issuer_key: &IssuerKey) -> Result<(), Error> {
        issuer_key.verify(self.scheme, self.tbs, self.signature, Code::CrlSignature)
    }
}

impl RevocationList for Crl<'_> {
    fn issuer(&self) -> &[u8] {
        self.issuer
    }

    fn revokes(&self, serial: &[u8]) -> Option<RevokedEntry> {
        Crl::revokes(self, serial)
    }
}

impl RevokedSerials {
    /// The entries, by ascending serial number.
    #[must_use]
    pub fn entries(&self) -> &[RevokedEntry] {
        &self.sorted
    }
}

impl RevocationList for RevokedSerials {
    fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    fn revokes(&self, serial: &[u8]) -> Option<RevokedEntry> {
        find(&self.sorted, serial)
    }
}

/// The entry for an INTEGER's content, among entries by ascending serial number.
fn find(sorted: &[RevokedEntry], serial: &[u8]) -> Option<RevokedEntry> {
    let serial = SerialNumber::new(serial)?;
    let index = sorted.binary_search_by_key(&serial, |entry| entry.serial).ok()?;
    sorted.get(index).copied()
}

const PART: &str = "revoked_certificates";

/// Reads every entry of `revokedCertificates`, and sorts them by serial number.
fn read_entries(list: &Element<'_>) -> Result<Vec<RevokedEntry>, Error> {
    let mut entries = list.inside();
    // Room for entries of the usual size: a long serial number, a UTCTime and a reason.
    let mut read = Vec::with_capacity(list.value.len() / 40);
    while !entries.is_empty() {
        read.push(read_entry(&entries.expect(tag::SEQUENCE, PART)?)?);
    }
    read.sort_by_key(|entry| entry.serial);
    Ok(read)
}

fn read_entry(entry: &Element<'_>) -> Result<RevokedEntry, Error> {
    let mut fields = entry.inside();
    let number = fields.expect(tag::INTEGER, PART)?;
    let serial = SerialNumber::new(number.integer(PART)?).ok_or_else(|| number.error(PART))?;
    let revocation_date = fields.any(PART)?.time(PART)?;
    let reason = match fields.optional(tag::SEQUENCE, PART)? {
        None => None,
        Some(sequence) => read_entry_extensions(&sequence)?,
    };
    fields.finish(PART)?;
    Ok(RevokedEntry { serial, revocation_date, reason })
}

/// The reason among an entry's extensions (section 5.3), read without allocating.
fn read_entry_extensions(sequence: &Element<'_>) -> Result<Option<u8>, Error> {
    let mut items = sequence.inside();
    let mut seen: [&[u8]; limits::CRL_ENTRY_EXTENSIONS] = [&[]; limits::CRL_ENTRY_EXTENSIONS];
    let mut count = 0usize;
    let mut found = None;
    while !items.is_empty() {
        let item = items.expect(tag::SEQUENCE, PART)?;
        let extension = Extension::read(&item, PART)?;
        let refuse = |problem| {
            Error::new(Code::CrlExtension, PART)
                .at(item.offset)
                .with(Fact::text("problem", problem))
                .with(Fact::bytes("oid", extension.oid))
        };
        match extension.oid {
            oid::CRL_REASON if found.is_none() => found = Some(reason(&extension)?),
            oid::CERTIFICATE_ISSUER => return Err(refuse("the list speaks for another issuer")),
            oid if seen.contains(&oid) => return Err(refuse("an extension is there twice")),
            _ if extension.critical => return Err(refuse("a critical extension is not known")),
            _ => {}
        }
        let free = seen.get_mut(count);
        *free.ok_or_else(|| Error::new(Code::LimitCount, PART).at(item.offset))? = extension.oid;
        count = count.saturating_add(1);
    }
    if count == 0 {
        return Err(sequence.error(PART));
    }
    Ok(found)
}

/// CRLReason (section 5.3.1): 7 is not used and 8, `removeFromCRL`, is for delta lists only.
fn reason(extension: &Extension<'_>) -> Result<u8, Error> {
    let element = extension.element(tag::ENUMERATED, Code::CrlDer, PART)?;
    match element.value {
        [reason @ (0..=6 | 9 | 10)] => Ok(*reason),
        _ => Err(Error::new(Code::CrlExtension, PART).at(element.offset)),
    }
}

/// CRLNumber: at most 20 octets (section 5.2.3).
fn crl_number<'a>(extension: &Extension<'a>) -> Result<&'a [u8], Error> {
    const PART: &str = "extensions.crl_number";
    let element = extension.element(tag::INTEGER, Code::CrlDer, PART)?;
    let digits = element.unsigned(PART)?;
    if digits.len() > 20 { Err(element.error(PART)) } else { Ok(digits) }
}

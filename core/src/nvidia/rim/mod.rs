//! Reference integrity manifests: which measurements genuine firmware has.
//!
//! A manifest is read in this order: XML, the form of its signature, the certificates to the trusted root, the
//! signature with the leaf's key, the digest of the whole, and only then what it says, from the signed tree.

mod c14n;
mod content;
mod xml;
mod xmldsig;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

pub use content::{GoldenMeasurement, RimKind};

use self::content::Content;
use self::xml::Document;
use self::xmldsig::XmlSignature;
use super::chain::{ALGORITHM, Chain};
use super::checks;
use super::evidence::{Verifier, failing};
use super::revocation::{self, CertificateStatus, Revocation};
use crate::check::{Check, Failure, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::encoding::base64_text;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Strictness};
use crate::limits;
use crate::time::{UnixTime, Window};

/// A manifest as it comes. Not authentic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rim<'a> {
    /// The name under which it was stored or fetched, where that is known.
    id: Option<String>,
    xml: Cow<'a, [u8]>,
}

impl<'a> Rim<'a> {
    /// A manifest in XML.
    #[must_use]
    pub const fn from_xml(xml: &'a [u8]) -> Self {
        Self { id: None, xml: Cow::Borrowed(xml) }
    }

    /// A manifest in XML, base64 of one, or the answer of NVIDIA's service that holds one; recognised by
    /// content.
    ///
    /// ```text
    /// {"id": "NV_GPU_DRIVER_GH100_550.90.07", "rim": base64 of the XML, "sha256": …}
    /// ```
    ///
    /// # Errors
    /// `nvidia.rim.value` for an answer without these members or whose digest is another; `input.encoding`,
    /// `limit.size`, those of JSON.
    pub fn from_bytes(bytes: &'a [u8], provider: &dyn CryptoProvider) -> Result<Self, Error> {
        // Base64 takes a third more, and an answer has a few members beside it.
        check_size(bytes.len() / 2)?;
        match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'<') | None => Ok(Self::from_xml(bytes)),
            Some(b'{') => Self::from_answer(bytes, provider),
            Some(_) => Ok(Self { id: None, xml: Cow::Owned(base64_text(bytes)?) }),
        }
    }

    fn from_answer(bytes: &[u8], provider: &dyn CryptoProvider) -> Result<Self, Error> {
        let node = json::parse(bytes, Strictness::DOCUMENT)?;
        let member = |name: &'static str| {
            node.get(name).and_then(json::Node::text).ok_or_else(|| {
                Error::new(Code::NvidiaRimValue, name)
                    .with(Fact::text("problem", "no such text in the answer"))
            })
        };
        let xml = base64_text(member("rim")?.as_bytes()).map_err(|error| error.inside("rim"))?;
        if let Some(stated) = node.get("sha256").and_then(json::Node::text) {
            let actual = crate::bytes::to_hex(provider.hash(HashAlgorithm::Sha256, &[&xml]).as_slice());
            if !actual.eq_ignore_ascii_case(stated) {
                return Err(Error::new(Code::NvidiaRimValue, "sha256")
                    .with(Fact::string("expected", stated.chars().take(64).collect()))
                    .with(Fact::string("actual", actual)));
            }
        }
        Ok(Self { id: Some(member("id")?.into()), xml: Cow::Owned(xml) })
    }

    /// The same manifest, as the one of this name: authentication then asks whether that can be.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The name under which it is given.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The manifest's text, which nobody has verified.
    #[must_use]
    pub fn unauthenticated_xml(&self) -> &[u8] {
        &self.xml
    }

    /// Proves that NVIDIA issued the manifest, and reads what it says.
    ///
    /// # Errors
    /// The first rule that does not hold, with the checks up to it.
    pub fn authenticate(
        &self,
        verifier: &Verifier,
        revocation: &Revocation<'_>,
        now: UnixTime,
    ) -> Result<AuthenticRim, Failure> {
        let mut trace = Trace::new();
        match self.authenticate_traced(verifier, revocation, now, &mut trace) {
            Ok(rim) => Ok(AuthenticRim { checks: trace.into_checks(), ..rim }),
            Err(error) => Err(trace.fail(error.inside("rim"))),
        }
    }

    fn authenticate_traced(
        &self,
        verifier: &Verifier,
        revocation: &Revocation<'_>,
        now: UnixTime,
        trace: &mut Trace,
    ) -> Result<AuthenticRim, Error> {
        let provider = verifier.provider();
        let text = failing(trace, checks::RIM_FORM, self.text())?;
        let document = failing(trace, checks::RIM_FORM, Document::parse(text))?;
        let signature = failing(trace, checks::RIM_FORM, XmlSignature::read(&document))?;
        trace.passed(checks::RIM_FORM, [Fact::count("size", text.len())]);

        let inside = |error: Error| error.inside("chain");
        let chain = Chain::parse(&signature.certificates, CERTIFICATES).map_err(inside);
        let chain = failing(trace, checks::RIM_CHAIN, chain)?;
        let window = chain.verify(&verifier.rims, provider, now).map_err(inside);
        let window = failing(trace, checks::RIM_CHAIN, window)?;
        let signer = failing(trace, checks::RIM_CHAIN, chain.leaf())?;
        let key = signer.load_key(provider, ALGORITHM).map_err(|error| error.inside("certificate[0]"));
        let key = failing(trace, checks::RIM_CHAIN, key.map_err(inside))?;
        trace.passed(checks::RIM_CHAIN, [Fact::bytes("serial", signer.serial())]);
        let statuses = revocation.check(chain.certificates(), provider, now).map_err(inside);
        let statuses = failing(trace, checks::RIM_REVOCATION, statuses)?;
        revocation::record(trace, checks::RIM_REVOCATION, &statuses);
        let window = statuses.iter().fold(window, |window, status| window.intersect(status.window));

        failing(trace, checks::RIM_SIGNATURE, signature.check_value(&document, key.as_ref()))?;
        trace.passed(checks::RIM_SIGNATURE, []);
        failing(trace, checks::RIM_DIGEST, signature.check_digest(&document, provider))?;
        trace.passed(checks::RIM_DIGEST, []);

        let content = failing(trace, checks::RIM_CONTENT, Content::read(&document))?;
        trace.passed(
            checks::RIM_CONTENT,
            [
                Fact::text("kind", content.kind.as_str()),
                Fact::string("product", content.product.clone()),
                Fact::string("version", content.version.clone()),
                Fact::count("measurements", content.measurements.len()),
            ],
        );
        if let Some(id) = &self.id {
            failing(trace, checks::RIM_ID, check_id(id, &content))?;
            trace.passed(checks::RIM_ID, [Fact::string("id", id.clone())]);
        }
        let issued = signer.validity().not_before;
        let digest = provider.hash(HashAlgorithm::Sha256, &[&self.xml]).as_slice().to_vec();
        Ok(AuthenticRim {
            id: self.id.clone(),
            content,
            issued,
            statuses,
            window,
            digest,
            checks: Vec::new(),
        })
    }

    fn text(&self) -> Result<&str, Error> {
        check_size(self.xml.len())?;
        core::str::from_utf8(&self.xml).map_err(|error| {
            Error::new(Code::NvidiaRimXml, "")
                .at(error.valid_up_to())
                .with(Fact::text("problem", "not UTF-8"))
        })
    }
}

/// Nothing in a manifest states its name; but kind, product and version are part of the name.
fn check_id(id: &str, content: &Content) -> Result<(), Error> {
    let id = id.to_ascii_uppercase();
    let kind = NAMES.iter().find(|(prefix, _)| id.starts_with(prefix)).map(|(_, kind)| *kind);
    let differs = |code, expected: String| {
        Error::new(code, "id")
            .with(Fact::string("expected", expected))
            .with(Fact::string("actual", id.chars().take(128).collect()))
    };
    match kind {
        Some(kind) if kind != content.kind => {
            return Err(differs(Code::NvidiaRimKind, alloc::format!("a {} manifest", content.kind.as_str())));
        }
        _ => {}
    }
    let version = content.version.to_ascii_uppercase();
    let end = match content.kind {
        RimKind::Driver => alloc::format!("_{}_{version}", content.product),
        RimKind::Vbios | RimKind::SwitchBios => alloc::format!("_{}", version.replace('.', "")),
    };
    if kind.is_some() && id.ends_with(&end) { Ok(()) } else { Err(differs(Code::NvidiaRimId, end)) }
}

/// How names of manifests begin.
const NAMES: [(&str, RimKind); 4] = [
    ("NV_GPU_DRIVER_", RimKind::Driver),
    ("NV_GPU_CC_DRIVER_", RimKind::Driver),
    ("NV_GPU_VBIOS_", RimKind::Vbios),
    ("NV_SWITCH_BIOS_", RimKind::SwitchBios),
];

fn check_size(size: usize) -> Result<(), Error> {
    if size <= limits::NVIDIA_RIM_BYTES {
        return Ok(());
    }
    Err(Error::new(Code::LimitSize, "")
        .with(Fact::count("size", size))
        .with(Fact::count("limit", limits::NVIDIA_RIM_BYTES)))
}

/// What a manifest says, before anybody has checked its signature: to look at, never to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnauthenticatedRim {
    /// What it is about.
    pub kind: RimKind,
    /// The product.
    pub product: String,
    /// The version.
    pub version: String,
    /// The measurements in force.
    pub measurements: Vec<GoldenMeasurement>,
    /// The signer's certificates in DER, in the order of the document.
    pub certificates: Vec<Vec<u8>>,
}

impl UnauthenticatedRim {
    /// Reads a manifest in XML.
    ///
    /// # Errors
    /// `nvidia.rim.*`, `input.encoding`, `limit.*`.
    pub fn parse(xml: &[u8]) -> Result<Self, Error> {
        let rim = Rim::from_xml(xml);
        let document = Document::parse(rim.text()?)?;
        let certificates = XmlSignature::read(&document)?.certificates;
        let Content { kind, product, version, measurements, .. } = Content::read(&document)?;
        Ok(Self { kind, product, version, measurements, certificates })
    }
}

/// What a manifest's signer hashed: to find out where another implementation differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalRim {
    /// The document without its signature, of which the signature has the digest.
    pub content: Vec<u8>,
    /// SignedInfo, which the key signed.
    pub signed_info: Vec<u8>,
}

impl CanonicalRim {
    /// Writes the canonical forms of a manifest in XML. Nothing is verified.
    ///
    /// # Errors
    /// `nvidia.rim.xml`, `nvidia.rim.profile`, `input.encoding`, `limit.*`.
    pub fn of(xml: &[u8]) -> Result<Self, Error> {
        let rim = Rim::from_xml(xml);
        let document = Document::parse(rim.text()?)?;
        let signature = XmlSignature::read(&document)?;
        Ok(Self { content: signature.content(&document), signed_info: signature.signed_info(&document) })
    }
}

/// A manifest that NVIDIA issued. Only the verifier makes one.
#[derive(Clone, Debug)]
pub struct AuthenticRim {
    id: Option<String>,
    content: Content,
    issued: UnixTime,
    statuses: Vec<CertificateStatus>,
    window: Window,
    digest: Vec<u8>,
    checks: Vec<Check>,
}

impl AuthenticRim {
    /// The name under which it was given.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> RimKind {
        self.content.kind
    }

    /// The product, such as `GH100`.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.content.product
    }

    /// The version of what is measured.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.content.version
    }

    /// The manufacturer's number, where it is stated: NVIDIA's is 5703.
    #[must_use]
    pub fn manufacturer(&self) -> Option<&str> {
        self.content.manufacturer.as_deref()
    }

    /// The measurements in force, by ascending index.
    #[must_use]
    pub fn measurements(&self) -> &[GoldenMeasurement] {
        &self.content.measurements
    }

    /// The first day of its signer's certificate. NVIDIA issues manifests anew, with other values, under the
    /// same name: this tells editions apart.
    #[must_use]
    pub const fn issued(&self) -> UnixTime {
        self.issued
    }

    /// What is known of the revocation of each certificate below the root, leaf first.
    #[must_use]
    pub fn certificate_statuses(&self) -> &[CertificateStatus] {
        &self.statuses
    }

    /// Between which times every certificate is valid, and every list and answer current.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// SHA-256 of the whole file.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// What was checked.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}

/// Certificates of a manifest: signer, two authorities, root.
const CERTIFICATES: usize = 4;

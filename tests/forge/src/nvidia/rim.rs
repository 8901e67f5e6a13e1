//! Reference integrity manifests of which everything can be made wrong.
//!
//! They are written in their canonical form, so that nothing here needs to know how to make one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::certificate::NvCertificate;
use super::key::{NvKey, sha384};
use crate::hex;

/// One Resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// `index`.
    pub index: String,
    /// `active`.
    pub active: String,
    /// `alternatives`; the number of hashes where it is none.
    pub alternatives: Option<String>,
    /// `size`.
    pub size: String,
    /// `type`.
    pub kind: String,
    /// `Hash0` and so on.
    pub hashes: Vec<String>,
}

impl Resource {
    /// A measurement in force with these values.
    #[must_use]
    pub fn active(index: u8, values: &[[u8; 48]]) -> Self {
        Self {
            index: index.to_string(),
            active: "True".to_owned(),
            alternatives: None,
            size: "48".to_owned(),
            kind: "Measurement".to_owned(),
            hashes: values.iter().map(|value| hex(value)).collect(),
        }
    }

    fn text(&self) -> String {
        let alternatives = self.alternatives.clone().unwrap_or_else(|| self.hashes.len().to_string());
        let mut hashes: Vec<(String, &String)> =
            self.hashes.iter().enumerate().map(|(index, hash)| (format!("Hash{index}"), hash)).collect();
        hashes.sort();
        let hashes: String = hashes.iter().map(|(name, hash)| format!(" ns2:{name}=\"{hash}\"")).collect();
        format!(
            "        <ns0:Resource active=\"{}\" alternatives=\"{alternatives}\" index=\"{}\" \
             name=\"Measurement_{}\" size=\"{}\" type=\"{}\"{hashes}></ns0:Resource>\n",
            self.active, self.index, self.index, self.size, self.kind
        )
    }
}

/// A manifest before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvRim {
    /// Name of the root element.
    pub root: String,
    /// `product`.
    pub product: String,
    /// `edition`.
    pub edition: String,
    /// `colloquialVersion`.
    pub version: String,
    /// The measurements.
    pub resources: Vec<Resource>,
    /// Signer, authorities and root.
    pub chain: Vec<NvCertificate>,
    /// Who signs in place of the first certificate's key.
    pub signer: Option<NvKey>,
    /// Texts replaced before the digest is made.
    pub body: Vec<(String, String)>,
    /// Texts replaced in SignedInfo before it is signed.
    pub signed_info: Vec<(String, String)>,
    /// Texts replaced once it is signed.
    pub after: Vec<(String, String)>,
}

const SWID: &str = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const SHA384: &str = "http://www.w3.org/2001/04/xmlenc#sha384";
const RIMIM: &str =
    "https://trustedcomputinggroup.org/resource/tcg-reference-integrity-manifest-rim-information-model/";

impl NvRim {
    /// A manifest of these measurements.
    #[must_use]
    pub fn new(product: &str, edition: &str, version: &str, resources: Vec<Resource>) -> Self {
        Self {
            root: "SoftwareIdentity".to_owned(),
            product: product.to_owned(),
            edition: edition.to_owned(),
            version: version.to_owned(),
            resources,
            chain: super::rim_chain(product),
            signer: None,
            body: Vec::new(),
            signed_info: Vec::new(),
            after: Vec::new(),
        }
    }

    /// The same with a text replaced before it is signed; it must be there.
    #[must_use]
    pub fn body(mut self, from: &str, to: &str) -> Self {
        self.body.push((from.to_owned(), to.to_owned()));
        self
    }

    /// The same with a text of SignedInfo replaced before it is signed; it must be there.
    #[must_use]
    pub fn signed_info(mut self, from: &str, to: &str) -> Self {
        self.signed_info.push((from.to_owned(), to.to_owned()));
        self
    }

    /// The same with a text replaced once it is signed; it must be there.
    #[must_use]
    pub fn after(mut self, from: &str, to: &str) -> Self {
        self.after.push((from.to_owned(), to.to_owned()));
        self
    }

    /// The manifest.
    #[must_use]
    pub fn text(&self) -> String {
        let resources: String = self.resources.iter().map(Resource::text).collect();
        let body = format!(
            "<{} xmlns=\"{SWID}\" xmlns:ns0=\"{SWID}\" xmlns:ns2=\"{SHA384}\" corpus=\"false\" \
             name=\"{}\" tagId=\"00\" version=\"1.0\">\n    \
             <ns0:Entity name=\"NVIDIA Corporation\" role=\"softwareCreator tagCreator\"></ns0:Entity>\n    \
             <ns0:Meta xmlns:ns1=\"{RIMIM}\" PayloadType=\"direct\" colloquialVersion=\"{}\" edition=\"{}\" \
             product=\"{}\" revision=\"r1\" ns1:FirmwareManufacturerId=\"5703\"></ns0:Meta>\n    \
             <ns0:Payload xmlns:SHA384=\"{SHA384}\">\n{resources}    </ns0:Payload>\n</{}>",
            self.root, self.product, self.version, self.edition, self.product, self.root
        );
        let body = replaced(body, &self.body);
        let digest = STANDARD.encode(sha384(body.as_bytes()));
        let inner = replaced(
            format!(
                "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\">\
                 </ds:CanonicalizationMethod><ds:SignatureMethod \
                 Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384\"></ds:SignatureMethod>\
                 <ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"{DSIG}enveloped-signature\">\
                 </ds:Transform><ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\">\
                 </ds:Transform></ds:Transforms><ds:DigestMethod \
                 Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#sha384\"></ds:DigestMethod>\
                 <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
            ),
            &self.signed_info,
        );
        let canonical = format!(
            "<ds:SignedInfo xmlns=\"{SWID}\" xmlns:ds=\"{DSIG}\" xmlns:ns0=\"{SWID}\" xmlns:ns2=\"{SHA384}\">\
             {inner}</ds:SignedInfo>"
        );
        let signer = self.signer.clone().unwrap_or_else(|| match self.chain.first() {
            Some(leaf) => leaf.key.clone(),
            None => NvKey::new("nobody"),
        });
        let value = STANDARD.encode(signer.sign(canonical.as_bytes()));
        let certificates: String = self
            .chain
            .iter()
            .map(|it| format!("<ds:X509Certificate>{}</ds:X509Certificate>", STANDARD.encode(it.der())))
            .collect();
        let signature = format!(
            "<ds:Signature xmlns:ds=\"{DSIG}\"><ds:SignedInfo>{inner}</ds:SignedInfo>\
             <ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>{certificates}\
             </ds:X509Data></ds:KeyInfo></ds:Signature>"
        );
        let end = body.rfind("</").expect("the root ends");
        let whole = format!("{}{signature}{}\n\n", &body[..end], &body[end..]);
        replaced(whole, &self.after)
    }
}

fn replaced(mut text: String, edits: &[(String, String)]) -> String {
    for (from, to) in edits {
        assert!(text.contains(from.as_str()), "nothing to replace: {from}");
        text = text.replacen(from.as_str(), to, 1);
    }
    text
}

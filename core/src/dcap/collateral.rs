//! Collateral: what Intel signs so that quotes can be judged, as a caller hands it over.
//!
//! Nothing here is verified; [`crate::dcap::Verifier::prepare`] does that.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::from_hex;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Node, Strictness, Value};
use crate::limits;

/// The collateral for quotes of one platform family, unverified.
///
/// Member for member Intel's quote-verification collateral. Lists may be DER, hex, base64 or PEM;
/// chains are PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collateral {
    /// PEM: the authority that issued PCK certificates, and the root.
    pub pck_crl_issuer_chain: String,
    /// The revocation list of that authority.
    pub pck_crl: Vec<u8>,
    /// The revocation list of the root.
    pub root_ca_crl: Vec<u8>,
    /// TCB info.
    pub tcb_info: SignedDocument,
    /// The identity of the quoting enclave: QE for SGX, TD_QE for TDX.
    pub qe_identity: SignedDocument,
    /// PEM: the PCK certificate chain, for quotes that do not carry it.
    pub pck_certificate_chain: Option<String>,
    /// The identity of the quote verification enclave, to check its reports.
    pub qve_identity: Option<SignedDocument>,
}

/// A JSON document that Intel signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedDocument {
    /// PEM: the TCB-signing certificate and the root.
    pub issuer_chain: String,
    /// The signed text, exactly as served: the value of `tcbInfo` or `enclaveIdentity`.
    pub text: String,
    /// ECDSA signature: `r ‖ s`, 64 bytes.
    pub signature: Vec<u8>,
}

impl Collateral {
    /// Reads a collateral file: a JSON object with the members of Intel's quote-verification collateral
    /// in snake case.
    ///
    /// Required: `pck_crl_issuer_chain`, `pck_crl`, `root_ca_crl`, `tcb_info_issuer_chain`, `tcb_info`,
    /// `tcb_info_signature`, `qe_identity_issuer_chain`, `qe_identity`, `qe_identity_signature`. Optional:
    /// `pck_certificate_chain`, `qve_identity`, `qve_identity_signature`, `qve_identity_issuer_chain`.
    /// `tcb_info`, `qe_identity` and `qve_identity` may also be the whole body that the provisioning
    /// certification service serves, with the signature inside. Other members are ignored: everything
    /// that counts is signed by Intel.
    ///
    /// # Errors
    /// `json.*`, `limit.*`, `input.encoding`, `dcap.collateral.missing` and `misuse.options` (a member of
    /// the wrong type), with parts below `collateral`.
    pub fn from_json(text: &[u8]) -> Result<Self, Error> {
        Self::read(text).map_err(|error| error.inside("collateral"))
    }

    fn read(text: &[u8]) -> Result<Self, Error> {
        const MOST: usize = 2 * limits::CRL_BYTES + 4 * limits::COLLATERAL_JSON_BYTES;
        if text.len() > MOST {
            return Err(too_large("", text.len(), MOST));
        }
        let file = json::parse(text, Strictness::DOCUMENT)?;
        if file.members().is_none() {
            return Err(Error::new(Code::MisuseOptions, "")
                .at(file.offset)
                .with(Fact::text("expected", "an object")));
        }
        Ok(Self {
            pck_crl_issuer_chain: required(&file, "pck_crl_issuer_chain")?,
            pck_crl: required(&file, "pck_crl")?.into_bytes(),
            root_ca_crl: required(&file, "root_ca_crl")?.into_bytes(),
            tcb_info: SignedDocument::from_members(&file, &TCB_INFO)?
                .ok_or_else(|| missing(TCB_INFO.document))?,
            qe_identity: SignedDocument::from_members(&file, &QE_IDENTITY)?
                .ok_or_else(|| missing(QE_IDENTITY.document))?,
            pck_certificate_chain: optional(&file, "pck_certificate_chain")?,
            qve_identity: SignedDocument::from_members(&file, &QVE_IDENTITY)?,
        })
    }
}

struct Names {
    issuer_chain: &'static str,
    document: &'static str,
    signature: &'static str,
    inner: &'static str,
}

const TCB_INFO: Names = Names {
    issuer_chain: "tcb_info_issuer_chain",
    document: "tcb_info",
    signature: "tcb_info_signature",
    inner: "tcbInfo",
};

const QE_IDENTITY: Names = Names {
    issuer_chain: "qe_identity_issuer_chain",
    document: "qe_identity",
    signature: "qe_identity_signature",
    inner: "enclaveIdentity",
};

const QVE_IDENTITY: Names = Names {
    issuer_chain: "qve_identity_issuer_chain",
    document: "qve_identity",
    signature: "qve_identity_signature",
    inner: "enclaveIdentity",
};

impl SignedDocument {
    /// Takes a body as the provisioning certification service serves it,
    /// `{"tcbInfo":{…},"signature":"…"}` or `{"enclaveIdentity":{…},"signature":"…"}`, with the PEM chain
    /// of its header. The signed text is cut out, not written anew.
    ///
    /// # Errors
    /// `json.*`, `limit.*`, `input.encoding`, `dcap.collateral.missing`.
    pub fn from_service_body(body: &str, issuer_chain: &str) -> Result<Self, Error> {
        let node = parse_body(body)?;
        let member = ["tcbInfo", "enclaveIdentity", "tcbEvaluationDataNumbers"]
            .into_iter()
            .find_map(|name| node.get(name))
            .ok_or_else(|| missing("tcbInfo"))?;
        let signature = node.get("signature").and_then(Node::text).ok_or_else(|| missing("signature"))?;
        Ok(Self {
            issuer_chain: issuer_chain.into(),
            text: member.raw.into(),
            signature: decode_signature(signature, "signature")?,
        })
    }

    fn from_members(file: &Node<'_>, names: &Names) -> Result<Option<Self>, Error> {
        let Some(node) = file.get(names.document) else {
            return Ok(None);
        };
        let text = match &node.value {
            Value::String(text) => text.as_ref(),
            Value::Object(_) => node.raw,
            _ => return Err(wrong_type(names.document, node)),
        };
        if text.len() > limits::COLLATERAL_JSON_BYTES {
            return Err(too_large(names.document, text.len(), limits::COLLATERAL_JSON_BYTES));
        }
        let issuer_chain = required(file, names.issuer_chain)?;
        let signature = optional(file, names.signature)?.filter(|signature| !signature.is_empty());
        match signature {
            Some(signature) if !is_body(text, names.inner) => Ok(Some(Self {
                issuer_chain,
                text: text.into(),
                signature: decode_signature(&signature, names.signature)?,
            })),
            beside => {
                if !is_body(text, names.inner) {
                    return Err(missing(names.signature));
                }
                let document = Self::from_service_body(text, &issuer_chain)
                    .map_err(|error| error.inside(names.document))?;
                if let Some(beside) = beside
                    && decode_signature(&beside, names.signature)? != document.signature
                {
                    return Err(Error::new(Code::MisuseOptions, names.signature)
                        .with(Fact::text("expected", "the signature inside the body, or none")));
                }
                Ok(Some(document))
            }
        }
    }
}

/// True when `text` is the body with its signature, and not the signed document alone.
fn is_body(text: &str, inner: &str) -> bool {
    text.contains("\"signature\"")
        && parse_body(text).is_ok_and(|node| node.get(inner).is_some() && node.get("signature").is_some())
}

fn parse_body(text: &str) -> Result<Node<'_>, Error> {
    json::parse(text.as_bytes(), Strictness::DOCUMENT)
}

fn decode_signature(hex: &str, name: &'static str) -> Result<Vec<u8>, Error> {
    from_hex(hex.as_bytes()).map_err(|offset| Error::new(Code::InputEncoding, name).at(offset))
}

fn required(file: &Node<'_>, name: &'static str) -> Result<String, Error> {
    optional(file, name)?.ok_or_else(|| missing(name))
}

fn optional(file: &Node<'_>, name: &'static str) -> Result<Option<String>, Error> {
    match file.get(name) {
        None => Ok(None),
        Some(node) if node.value == Value::Null => Ok(None),
        Some(node) => node.text().map(|text| Some(text.into())).ok_or_else(|| wrong_type(name, node)),
    }
}

fn missing(name: &'static str) -> Error {
    Error::new(Code::DcapCollateralMissing, name)
}

fn wrong_type(name: &'static str, node: &Node<'_>) -> Error {
    Error::new(Code::MisuseOptions, name).at(node.offset).with(Fact::text("expected", "a string"))
}

fn too_large(name: &'static str, size: usize, maximum: usize) -> Error {
    Error::new(Code::LimitSize, name)
        .at(maximum)
        .with(Fact::count("size", size))
        .with(Fact::count("maximum", maximum))
}

//! Collateral as it is passed to verifiers.

use crate::{hex, json};

/// Signed collateral; editing it here is editing after signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collateral {
    /// PEM: the authority that issued the PCK certificate, and the root.
    pub pck_crl_issuer_chain: String,
    /// DER.
    pub root_ca_crl: Vec<u8>,
    /// DER.
    pub pck_crl: Vec<u8>,
    /// PEM: the TCB signing certificate and the root.
    pub tcb_info_issuer_chain: String,
    /// The signed text.
    pub tcb_info: String,
    /// `r ‖ s`.
    pub tcb_info_signature: Vec<u8>,
    /// PEM: the TCB signing certificate and the root.
    pub qe_identity_issuer_chain: String,
    /// The signed text.
    pub qe_identity: String,
    /// `r ‖ s`.
    pub qe_identity_signature: Vec<u8>,
    /// PEM, for quotes that do not carry their chain.
    pub pck_certificate_chain: Option<String>,
    /// For QvE reports.
    pub qve: Option<QveCollateral>,
}

/// The QvE's signed identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QveCollateral {
    /// PEM: the TCB signing certificate and the root.
    pub issuer_chain: String,
    /// The signed text.
    pub identity: String,
    /// `r ‖ s`.
    pub signature: Vec<u8>,
}

impl Collateral {
    /// The collateral file: one JSON object, lists and signatures in hex.
    #[must_use]
    pub fn json(&self) -> String {
        let mut members = vec![
            ("pck_crl_issuer_chain", json::text(&self.pck_crl_issuer_chain)),
            ("root_ca_crl", json::text(&hex(&self.root_ca_crl))),
            ("pck_crl", json::text(&hex(&self.pck_crl))),
            ("tcb_info_issuer_chain", json::text(&self.tcb_info_issuer_chain)),
            ("tcb_info", json::text(&self.tcb_info)),
            ("tcb_info_signature", json::text(&hex(&self.tcb_info_signature))),
            ("qe_identity_issuer_chain", json::text(&self.qe_identity_issuer_chain)),
            ("qe_identity", json::text(&self.qe_identity)),
            ("qe_identity_signature", json::text(&hex(&self.qe_identity_signature))),
        ];
        if let Some(chain) = &self.pck_certificate_chain {
            members.push(("pck_certificate_chain", json::text(chain)));
        }
        if let Some(qve) = &self.qve {
            members.push(("qve_identity_issuer_chain", json::text(&qve.issuer_chain)));
            members.push(("qve_identity", json::text(&qve.identity)));
            members.push(("qve_identity_signature", json::text(&hex(&qve.signature))));
        }
        json::object(&members)
    }
}

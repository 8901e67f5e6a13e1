//! A collateral file of the documents that a quote needs.

use serde::Serialize;
use veriquote::bytes::to_hex;

use crate::store::StoredDocument;

/// The members of Intel's quote-verification collateral; documents as the service serves them, with their
/// signature inside.
#[derive(Serialize)]
struct File<'a> {
    pck_crl_issuer_chain: &'a str,
    pck_crl: String,
    root_ca_crl: String,
    tcb_info_issuer_chain: &'a str,
    tcb_info: &'a str,
    qe_identity_issuer_chain: &'a str,
    qe_identity: &'a str,
}

/// Puts a collateral file together. The signed texts are copied and not written anew.
///
/// `None` when a document is not text, which the core would refuse as well.
#[must_use]
pub fn collateral_file(
    tcb_info: &StoredDocument,
    qe_identity: &StoredDocument,
    pck_crl: &StoredDocument,
    root_ca_crl: &StoredDocument,
) -> Option<Vec<u8>> {
    let text = |document: &'_ StoredDocument| String::from_utf8(document.body.clone()).ok();
    let (tcb_text, identity_text) = (text(tcb_info)?, text(qe_identity)?);
    let file = File {
        pck_crl_issuer_chain: &pck_crl.issuer_chain,
        pck_crl: to_hex(&pck_crl.body),
        root_ca_crl: to_hex(&root_ca_crl.body),
        tcb_info_issuer_chain: &tcb_info.issuer_chain,
        tcb_info: &tcb_text,
        qe_identity_issuer_chain: &qe_identity.issuer_chain,
        qe_identity: &identity_text,
    };
    serde_json::to_vec(&file).ok()
}

//! Signatures, and chains of certificates with revocation lists, to be weighed.

#[path = "signatures.rs"]
mod signatures;

use veriquote::crypto::RustCrypto;
use veriquote::encoding::pem_blocks;
use veriquote::error::Error;
use veriquote::time::UnixTime;
use veriquote::trust::TrustAnchors;
use veriquote::x509::chain::{ChainContext, ChainRules, Revocation, SignatureBudget, verify_chain};
use veriquote::x509::{Certificate, Crl};
use wasm_bindgen::prelude::wasm_bindgen;

/// True when a chain, leaf first, ends at one of `roots`, and each certificate of it has a list. All are PEM.
#[must_use]
#[wasm_bindgen]
pub fn chain(certificates: &[u8], roots: &[u8], lists: &[u8], now: i64) -> bool {
    verified(certificates, roots, lists, UnixTime(now)).is_ok()
}

fn verified(certificates: &[u8], roots: &[u8], lists: &[u8], now: UnixTime) -> Result<(), Error> {
    let certificates = pem_blocks(certificates, "CERTIFICATE", 10)?;
    let chain = certificates.iter().map(|der| Certificate::parse(der)).collect::<Result<Vec<_>, _>>()?;
    let lists = pem_blocks(lists, "X509 CRL", 10)?;
    let crls = lists.iter().map(|der| Crl::parse(der)).collect::<Result<Vec<_>, _>>()?;
    let context = ChainContext {
        anchors: &TrustAnchors::from_certificates(roots)?,
        provider: &RustCrypto,
        now,
        rules: ChainRules::STRICT,
        crls: &crls,
        revocation: Revocation::Required,
    };
    verify_chain(&chain, &context, &mut SignatureBudget::new(50)).map(drop)
}

//! The attestation key: by which route it is trusted.

use std::borrow::Cow;

use veriquote::crypto::{CryptoProvider, SubjectPublicKeyInfo};
use veriquote::encoding::{decode_der_or_text, has_pem_marker, pem_blocks};
use veriquote::tpm::{MissingPurpose, Name, PublicArea, PublicKey, TrustedAk};
use veriquote::x509::Crl;
use veriquote::x509::chain::{ChainContext, ChainRules, Revocation};
use veriquote::{Error, Failure, TrustAnchor, TrustAnchors, limits};

use super::request::TpmOptions;
use super::verify::{binary, hex};
use crate::blob::Blob;
use crate::problem::Problem;

const DER_SEQUENCE: u8 = 0x30;

/// What may vouch for a certificate, decoded.
pub(super) struct Chain {
    anchors: TrustAnchors,
    crls: Vec<Vec<u8>>,
}

impl Chain {
    pub(super) fn of(options: &TpmOptions) -> Result<Self, Problem> {
        let mut anchors: Vec<TrustAnchor> = Vec::new();
        for root in &options.roots {
            let some = TrustAnchors::from_certificates(&root.0).map_err(|error| error.inside("root"))?;
            anchors.extend(some.iter().cloned());
        }
        let list = |crl: &Blob| decode_der_or_text(&crl.0, "X509 CRL").map_err(|error| error.inside("crl"));
        let crls = options.crls.iter().map(list).collect::<Result<_, Error>>()?;
        Ok(Self { anchors: TrustAnchors::new(anchors), crls })
    }

    pub(super) fn crls(&self) -> Result<Vec<Crl<'_>>, Problem> {
        self.crls.iter().map(|der| Crl::parse(der).map_err(|error| error.inside("crl").into())).collect()
    }
}

/// A public area as it is, or a bare key in DER.
pub(super) fn public_key(ak: &Blob) -> Result<Vec<u8>, Problem> {
    if has_pem_marker(&ak.0) {
        return decode_der_or_text(&ak.0, "PUBLIC KEY").map_err(|error| error.inside("ak").into());
    }
    binary(ak, "ak").map(Cow::into_owned)
}

/// A key that the caller pinned: its Name, its public area, or the bare key.
pub(super) fn pinned<'p>(
    key: &[u8],
    options: &TpmOptions,
    provider: &'p dyn CryptoProvider,
) -> Result<Result<TrustedAk<'p>, Failure>, Problem> {
    let expected = options.ak_name.as_deref().map(|text| name(text, "options.ak_name")).transpose()?;
    let parent = parent(options)?;
    if key.first() == Some(&DER_SEQUENCE) {
        if expected.is_some() || parent.is_some() {
            let part = if expected.is_some() { "options.ak_name" } else { "options.ak_parent" };
            return Err(Problem::misuse(
                part,
                "a bare key has no Name",
                "give the public area of the key (TPM2B_PUBLIC), which tpm2-tools writes by default",
            ));
        }
        let spki = SubjectPublicKeyInfo::parse(key).map_err(|error| error.inside("ak"))?;
        let key = PublicKey::from_spki(&spki).map_err(|error| error.inside("ak"))?;
        return Ok(TrustedAk::pinned_key(&key, provider));
    }
    let area = PublicArea::parse(key).map_err(|error| error.inside("ak"))?;
    let trusted = match &expected {
        Some(name) => TrustedAk::pinned_name(name, &area, provider),
        None => TrustedAk::pinned(&area, provider),
    };
    under(trusted, parent)
}

/// A key that a certificate vouches for.
pub(super) fn certified<'p>(
    area: Option<&[u8]>,
    chain: &'p Chain,
    crls: &'p [Crl<'p>],
    options: &TpmOptions,
    provider: &'p dyn CryptoProvider,
) -> Result<Result<TrustedAk<'p>, Failure>, Problem> {
    let Blob(pem) = options.ak_chain.as_ref().ok_or_else(|| {
        Problem::misuse("options.ak_chain", "no certificate was given", "give the chain of the key")
    })?;
    if options.ak_name.is_some() {
        return Err(Problem::misuse(
            "options.ak_name",
            "a Name and a certificate are two routes of trust",
            "give the one that you mean",
        ));
    }
    let certificates = if has_pem_marker(pem) {
        pem_blocks(pem, "CERTIFICATE", limits::CERTIFICATES)
    } else {
        decode_der_or_text(pem, "CERTIFICATE").map(|der| vec![der])
    };
    let certificates = certificates.map_err(|error| error.inside("ak_chain"))?;
    let area = area.map(PublicArea::parse).transpose().map_err(|error| error.inside("ak"))?;
    let purpose = if options.allow_missing_purpose { MissingPurpose::Accept } else { MissingPurpose::Refuse };
    let context = ChainContext {
        anchors: &chain.anchors,
        provider,
        now: options.at.0,
        rules: ChainRules::STRICT,
        crls,
        revocation: if crls.is_empty() { Revocation::WhereGiven } else { Revocation::Required },
    };
    under(TrustedAk::certified(&certificates, area.as_ref(), purpose, &context), parent(options)?)
}

fn parent(options: &TpmOptions) -> Result<Option<Name>, Problem> {
    options.ak_parent.as_deref().map(|text| name(text, "options.ak_parent")).transpose()
}

fn under<'p>(
    trusted: Result<TrustedAk<'p>, Failure>,
    parent: Option<Name>,
) -> Result<Result<TrustedAk<'p>, Failure>, Problem> {
    Ok(match (trusted, parent) {
        (Ok(ak), Some(parent)) => Ok(ak.under(parent)?),
        (other, _) => other,
    })
}

fn name(digits: &str, part: &str) -> Result<Name, Problem> {
    Name::parse(&hex(digits, part)?).map_err(|error| {
        Problem::misuse(part, error.to_string(), "a Name is the hash's id and the digest, such as 000b…")
    })
}

//! The attestation key: by which route it is trusted.

use std::borrow::Cow;
use std::sync::Arc;

use veriquote::crypto::{CryptoProvider, SubjectPublicKeyInfo};
use veriquote::encoding::{decode_der_or_text, has_pem_marker, pem_blocks};
use veriquote::tpm::{MissingPurpose, Name, PublicArea, PublicKey, TrustedAk, checks};
use veriquote::x509::Crl;
use veriquote::x509::chain::{ChainContext, ChainRules, Revocation};
use veriquote::{Error, TrustAnchors, limits};

use super::evidence::AkEvidence;
use super::notes::Notes;
use super::request::{TpmOptions, TpmRequest};
use super::routes;
use super::verify::decoded;
use crate::blob::Blob;
use crate::options::hex;
use crate::problem::Problem;
use crate::trust::{anchors, ders};

const DER_SEQUENCE: u8 = 0x30;

/// What may vouch for a certificate, decoded.
pub(super) struct Chain {
    anchors: TrustAnchors,
    crls: Vec<Vec<u8>>,
}

impl Chain {
    /// Of a request whose members are in `outer`.
    pub(super) fn of(roots: &[Blob], crls: &[Blob], outer: &str) -> Result<Self, Problem> {
        let anchors = anchors(roots, &format!("{outer}roots"))?;
        let crls = ders(crls, "X509 CRL", &format!("{outer}crls"))?;
        Ok(Self { anchors: anchors.unwrap_or_else(|| TrustAnchors::new(Vec::new())), crls })
    }

    pub(super) fn crls(&self) -> Result<Vec<Crl<'_>>, Problem> {
        self.crls.iter().map(|der| Crl::parse(der).map_err(|error| error.inside("crl").into())).collect()
    }
}

/// Why a key is not trusted: the last line of the ledger says it, where it is the evidence's fault.
pub(super) fn trusted<'p>(
    request: &TpmRequest,
    chain: &'p Chain,
    crls: &'p [Crl<'p>],
    provider: &'p Arc<dyn CryptoProvider>,
    notes: &mut Notes,
) -> Result<TrustedAk<'p>, Problem> {
    let options = &request.options;
    let evidence = request.ak_evidence.as_ref();
    if options.ak_chain.is_none() && !evidence.is_some_and(AkEvidence::has_certificate) {
        for (given, part) in [(&options.roots, "options.roots"), (&options.crls, "options.crls")] {
            if !given.is_empty() {
                return Err(Problem::misuse(
                    part,
                    "there is no certificate that it could be about",
                    "give the certificate of the key, or leave it out",
                ));
            }
        }
    }
    let key = request.ak.as_ref().map(public_key).transpose();
    let key = notes.read(checks::AK_LAYOUT, key)?;
    if let Some(evidence) = evidence {
        for (given, part) in
            [(options.ak_chain.is_some(), "options.ak_chain"), (options.ak_name.is_some(), "options.ak_name")]
        {
            if given {
                return Err(two_routes(part));
            }
        }
        let context = context(chain, crls, options, provider.as_ref());
        return routes::trusted(evidence, key.as_deref(), &context, options, provider, notes);
    }
    match (&key, options.ak_chain.is_some()) {
        (area, true) => certified(area.as_deref(), chain, crls, options, provider.as_ref(), notes),
        (Some(key), false) => pinned(key, options, provider.as_ref(), notes),
        (None, false) => Err(Problem::misuse(
            "ak",
            "no attestation key was given",
            "give the key that you trust, options.ak_chain with options.roots that may vouch for it, or ak_evidence",
        )),
    }
}

fn two_routes(part: &str) -> Problem {
    Problem::misuse(part, "two routes of trust were given", "give the one that you mean")
}

pub(super) fn context<'p>(
    chain: &'p Chain,
    crls: &'p [Crl<'p>],
    options: &TpmOptions,
    provider: &'p dyn CryptoProvider,
) -> ChainContext<'p> {
    ChainContext {
        anchors: &chain.anchors,
        provider,
        now: options.at.0,
        rules: ChainRules::STRICT,
        crls,
        revocation: if crls.is_empty() { Revocation::WhereGiven } else { Revocation::Required },
    }
}

/// A public area as it is, or a bare key in DER.
fn public_key(ak: &Blob) -> Result<Vec<u8>, Error> {
    if has_pem_marker(&ak.0) {
        return decode_der_or_text(&ak.0, "PUBLIC KEY").map_err(|error| error.inside("ak"));
    }
    decoded(&ak.0).map(Cow::into_owned).map_err(|error| error.inside("ak"))
}

/// A key that the caller pinned: its Name, its public area, or the bare key.
fn pinned<'p>(
    key: &[u8],
    options: &TpmOptions,
    provider: &'p dyn CryptoProvider,
    notes: &mut Notes,
) -> Result<TrustedAk<'p>, Problem> {
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
        let spki = SubjectPublicKeyInfo::parse(key).map_err(|error| error.inside("ak"));
        let spki = notes.read(checks::AK_LAYOUT, spki)?;
        let key = PublicKey::from_spki(&spki).map_err(|error| error.inside("ak"));
        let key = notes.read(checks::AK_LAYOUT, key)?;
        return notes.settle(TrustedAk::pinned_key(&key, provider));
    }
    let area = area(key, "ak", notes)?;
    let trusted = match &expected {
        Some(name) => TrustedAk::pinned_name(name, &area, provider),
        None => TrustedAk::pinned(&area, provider),
    };
    under(notes.settle(trusted)?, parent)
}

/// The public area of an attestation key.
pub(super) fn area<'b>(bytes: &'b [u8], part: &str, notes: &mut Notes) -> Result<PublicArea<'b>, Problem> {
    notes.read(checks::AK_LAYOUT, PublicArea::parse(bytes).map_err(|error| error.inside(part)))
}

/// A key that a certificate vouches for.
fn certified<'p>(
    public: Option<&[u8]>,
    chain: &'p Chain,
    crls: &'p [Crl<'p>],
    options: &TpmOptions,
    provider: &'p dyn CryptoProvider,
    notes: &mut Notes,
) -> Result<TrustedAk<'p>, Problem> {
    let pem = options.ak_chain.as_ref().ok_or_else(|| {
        Problem::misuse("options.ak_chain", "no certificate was given", "give the chain of the key")
    })?;
    if options.ak_name.is_some() {
        return Err(two_routes("options.ak_name"));
    }
    let certificates = notes.read(checks::AK_CHAIN, certificates(pem, "ak_chain"))?;
    let public = public.map(|bytes| area(bytes, "ak", notes)).transpose()?;
    let context = context(chain, crls, options, provider);
    let trusted = TrustedAk::certified(&certificates, public.as_ref(), purpose(options), &context);
    under(notes.settle(trusted)?, parent(options)?)
}

pub(super) const fn purpose(options: &TpmOptions) -> MissingPurpose {
    if options.allow_missing_purpose { MissingPurpose::Accept } else { MissingPurpose::Refuse }
}

/// Certificates in PEM, or one in DER.
pub(super) fn certificates(Blob(text): &Blob, part: &str) -> Result<Vec<Vec<u8>>, Error> {
    let certificates = if has_pem_marker(text) {
        pem_blocks(text, "CERTIFICATE", limits::CERTIFICATES)
    } else {
        decode_der_or_text(text, "CERTIFICATE").map(|der| vec![der])
    };
    certificates.map_err(|error| error.inside(part))
}

pub(super) fn parent(options: &TpmOptions) -> Result<Option<Name>, Problem> {
    options.ak_parent.as_deref().map(|text| name(text, "options.ak_parent")).transpose()
}

/// The key under its known parent, if that is known.
pub(super) fn under<'p>(trusted: TrustedAk<'p>, parent: Option<Name>) -> Result<TrustedAk<'p>, Problem> {
    match parent {
        Some(parent) => Ok(trusted.under(parent)?),
        None => Ok(trusted),
    }
}

pub(super) fn name(digits: &str, part: &str) -> Result<Name, Problem> {
    Name::parse(&hex(digits, part)?).map_err(|error| {
        Problem::misuse(part, error.to_string(), "a Name is the hash's id and the digest, such as 000b…")
    })
}

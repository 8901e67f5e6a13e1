//! Routes of trust in an attestation key that take evidence: activation, certification, a hardware report.

use std::sync::Arc;

use veriquote::crypto::CryptoProvider;
use veriquote::tpm::{
    Certification, Challenge, CredentialChallenge, Expectations, HclReport, HclReportType, TrustedAk,
    TrustedEk, checks,
};
use veriquote::x509::chain::ChainContext;
use veriquote::{Code, Error, Fact};

use super::evidence::{ActivatedKey, AkEvidence, AttestedKey, EndorsementKey, KeptChallenge, TeeBoundKey};
use super::key::{self, area};
use super::notes::Notes;
use super::request::TpmOptions;
use super::verify::decoded;
use crate::blob::Blob;
use crate::dcap::verify_dcap;
use crate::options::hex;
use crate::problem::Problem;
use crate::verification::{Claims, NotChecked, Verification};

/// The key that the evidence leads to.
pub(super) fn trusted<'p>(
    evidence: &AkEvidence,
    public: Option<&[u8]>,
    context: &ChainContext<'p>,
    options: &TpmOptions,
    provider: &'p Arc<dyn CryptoProvider>,
    notes: &mut Notes,
) -> Result<TrustedAk<'p>, Problem> {
    let trusted = match evidence {
        AkEvidence::Activated(evidence) => activated(evidence, needed(public)?, context, notes),
        AkEvidence::Attested(evidence) => attested(evidence, needed(public)?, context, options, notes),
        AkEvidence::TeeBound(evidence) => tee_bound(evidence, public, provider, notes),
    }
    .map_err(|problem| match problem.part.starts_with("options.") || problem.part == "ak" {
        true => problem,
        false if problem.code == Code::MisuseOptions.as_str() => problem.inside("ak_evidence"),
        false => problem,
    })?;
    key::under(trusted, key::parent(options)?)
}

fn needed(public: Option<&[u8]>) -> Result<&[u8], Problem> {
    public.ok_or_else(|| {
        Problem::misuse(
            "ak",
            "the evidence is of a key whose public area was not given",
            "give the public area of the key (TPM2B_PUBLIC)",
        )
    })
}

fn activated<'p>(
    evidence: &ActivatedKey,
    public: &[u8],
    context: &ChainContext<'p>,
    notes: &mut Notes,
) -> Result<TrustedAk<'p>, Problem> {
    let ek = endorsement_key(&evidence.ek, context, notes)?;
    let public = area(public, "ak", notes)?;
    let KeptChallenge { ek: fingerprint, ak_name, secret } = &evidence.challenge;
    let fingerprint: [u8; 32] = hex(fingerprint, "challenge.ek")?.try_into().map_err(|_| {
        Problem::misuse("challenge.ek", "not 32 bytes", "give the challenge that you kept, as it was")
    })?;
    let ak_name = key::name(ak_name, "challenge.ak_name")?;
    let secret = hex(secret, "challenge.secret")?;
    let answer = hex(&evidence.answer, "answer")?;
    let challenge = CredentialChallenge::remembered(fingerprint, ak_name, &secret);
    notes.settle(TrustedAk::activated(&ek, &public, challenge, &answer))
}

/// An endorsement key by its certificate, or pinned.
pub(super) fn endorsement_key<'p>(
    ek: &EndorsementKey,
    context: &ChainContext<'p>,
    notes: &mut Notes,
) -> Result<TrustedEk<'p>, Problem> {
    let public = ek.public.as_ref().map(|Blob(bytes)| decoded(bytes)).transpose();
    let public = notes.read(checks::EK_LAYOUT, public.map_err(|error| error.inside("ek")))?;
    let public = public.as_deref().map(veriquote::tpm::PublicArea::parse).transpose();
    let public = notes.read(checks::EK_LAYOUT, public.map_err(|error| error.inside("ek")))?;
    let Some(certificate) = &ek.certificate else {
        if ek.intermediates.is_some() {
            return Err(Problem::misuse(
                "ek.intermediates",
                "certificates were given that lead from none",
                "give the certificate of the endorsement key as well",
            ));
        }
        let public = public.ok_or_else(|| {
            Problem::misuse("ek", "no endorsement key was given", "give its certificate, or its public area")
        })?;
        return notes.settle(TrustedEk::pinned(&public, context.provider));
    };
    let certificate = notes.read(checks::EK_CERTIFICATE, ek_certificate(certificate))?;
    let intermediates = match &ek.intermediates {
        None => Vec::new(),
        Some(pem) => notes.read(checks::EK_CHAIN, key::certificates(pem, "ek.intermediates"))?,
    };
    notes.settle(TrustedEk::certified(&certificate, &intermediates, public.as_ref(), context))
}

/// PEM, or whatever NV memory holds, which the core undresses.
fn ek_certificate(blob: &Blob) -> Result<Vec<u8>, Error> {
    if veriquote::encoding::has_pem_marker(&blob.0) {
        let certificate = veriquote::encoding::pem_blocks(&blob.0, "CERTIFICATE", 1)
            .map_err(|error| error.inside("ek.certificate"))?;
        let none = || Error::new(Code::X509Der, "ek.certificate");
        return certificate.into_iter().next().ok_or_else(none);
    }
    decoded(&blob.0).map(std::borrow::Cow::into_owned).map_err(|error| error.inside("ek.certificate"))
}

fn attested<'p>(
    evidence: &AttestedKey,
    public: &[u8],
    context: &ChainContext<'p>,
    options: &TpmOptions,
    notes: &mut Notes,
) -> Result<TrustedAk<'p>, Problem> {
    let nonce = super::verify::challenge(evidence.nonce.as_deref(), evidence.danger_no_nonce, "nonce")?;
    let name = evidence.signer_name.as_deref().map(|name| key::name(name, "signer_name")).transpose()?;
    if name.is_some() && evidence.signer_chain.is_some() {
        return Err(Problem::misuse(
            "signer_name",
            "a Name and a certificate are two routes of trust",
            "give the one that you mean",
        ));
    }
    let mut inside = |Blob(bytes): &Blob, part: &'static str| {
        notes.read(checks::AK_LAYOUT, decoded(bytes).map_err(|error| error.inside(part)).map(Vec::from))
    };
    let signer = inside(&evidence.signer, "signer")?;
    let attest = inside(&evidence.certification, "certification")?;
    let signature = inside(&evidence.signature, "certification.signature")?;
    let creation = evidence.creation_data.as_ref().map(|data| inside(data, "creation_data")).transpose()?;
    let signer = area(&signer, "signer", notes)?;
    let trusted = match (&evidence.signer_chain, &name) {
        (Some(pem), _) => {
            let chain = notes.read(checks::AK_CHAIN, key::certificates(pem, "signer_chain"))?;
            TrustedAk::certified(&chain, Some(&signer), key::purpose(options), context)
        }
        (None, Some(name)) => TrustedAk::pinned_name(name, &signer, context.provider),
        (None, None) => TrustedAk::pinned(&signer, context.provider),
    };
    let trusted = notes.settle(trusted)?;
    let parsed = Certification::parse(&attest, &signature).map_err(|error| error.inside("certification"));
    let rule = match parsed.as_ref().map_err(Error::code) {
        Err(Code::TpmAttestMagic) => checks::ATTEST_MAGIC,
        Err(Code::TpmAttestType) => checks::ATTEST_TYPE,
        _ => checks::AK_LAYOUT,
    };
    let parsed = notes.read(rule, parsed)?;
    let mut expectations =
        Expectations::challenge(nonce.as_deref().map_or(Challenge::DangerAny, Challenge::Nonce));
    if options.allow_sha1 {
        expectations = expectations.danger_accept_sha1();
    }
    let mut certification = notes.settle(parsed.authenticate(&trusted, &expectations))?;
    if let Some(creation) = &creation {
        notes.settle(certification.bind_creation(creation))?;
    }
    let public = area(public, "ak", notes)?;
    notes.settle(TrustedAk::attested(certification, &public))
}

fn tee_bound<'p>(
    evidence: &TeeBoundKey,
    public: Option<&[u8]>,
    provider: &'p Arc<dyn CryptoProvider>,
    notes: &mut Notes,
) -> Result<TrustedAk<'p>, Problem> {
    let bytes = decoded(&evidence.hcl_report.0).map_err(|error| error.inside("hcl_report"));
    let bytes = notes.read(checks::HCL_BINDING, bytes)?;
    let report = notes.read(checks::HCL_BINDING, HclReport::parse(&bytes))?;
    let report_data = match (&evidence.tdx, &evidence.accepted_report_data) {
        (Some(tdx), None) => {
            if report.unauthenticated_report_type() != HclReportType::Tdx {
                let error = Error::new(Code::TpmHclBinding, "hcl_report.report_type")
                    .with(Fact::text("problem", "a TDX quote proves no report of another kind of hardware"));
                return notes.read(checks::HCL_BINDING, Err(error));
            }
            let result = verify_dcap(Arc::clone(provider), tdx);
            td_report_data(result, notes)?
        }
        (None, Some(digits)) => hex(digits, "accepted_report_data")?,
        _ => {
            return Err(Problem::misuse(
                "tdx",
                "the hardware's evidence is needed, in one form",
                "give tdx, or accepted_report_data of what you verified and accepted elsewhere",
            ));
        }
    };
    let report_data: [u8; 64] = report_data.try_into().map_err(|_| {
        Problem::misuse("accepted_report_data", "not 64 bytes", "give all of the report data")
    })?;
    let public = public.map(|bytes| area(bytes, "ak", notes)).transpose()?;
    notes.settle(TrustedAk::bound_to_tee(&report, &report_data, public.as_ref(), provider.as_ref()))
}

/// The report data of an accepted trust domain.
fn td_report_data(result: Verification, notes: &mut Notes) -> Result<Vec<u8>, Problem> {
    notes.lines.extend(result.checks);
    let inside = |open: NotChecked| NotChecked { what: format!("tdx.{}", open.what).into(), ..open };
    notes.open.extend(result.not_checked.into_iter().map(inside));
    if let Some(problem) = result.error {
        if result.verified {
            // Authentic, and rejected by its policy: the ledger of that has no line for it.
            notes.failed(checks::HCL_BINDING, &Error::new(Code::PolicyRejected, "tdx"));
        }
        return Err(problem.inside("tdx"));
    }
    let td = result.claims.as_ref().and_then(Claims::dcap).filter(|_| result.accepted);
    let report_data = td.and_then(|claims| claims.report.td_report_data());
    let Some(report_data) = report_data else {
        let error = Error::new(Code::TpmHclBinding, "tdx.quote")
            .with(Fact::text("problem", "it is not the quote of a trust domain"));
        return notes.read(checks::HCL_BINDING, Err(error));
    };
    hex(report_data, "tdx")
}

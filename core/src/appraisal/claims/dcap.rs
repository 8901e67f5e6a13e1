//! Claims of an accepted SGX or TDX quote.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Claims, ClaimsOptions, bind, subject_of};
use crate::appraisal::names::{SGX, TD_FLAGS, TDX};
use crate::appraisal::{
    Appraisal, DebugStatus, Dialect, Environment, PolicyResult, Tcb, Tee, Times, TrustVector, Value, Verifier,
};
use crate::bytes::to_hex;
use crate::crypto::CryptoProvider;
use crate::dcap::{
    AuthenticQuote, Header, Report, SgxAttributes, SgxReport, TcbStatus, TdAttributes, TdReport,
};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::jcs::Json;
use crate::policy::{Accepted, Finding, Verdict};

impl Claims {
    /// The claims of evidence that a policy accepted.
    ///
    /// # Errors
    /// `claims.missing`, `claims.value`; `binding.report_data` when the data are not the ones that the
    /// report binds, and the other errors of [`crate::binding::Mode::field`]; those of the JSON reader
    /// for data that are not shown as JSON.
    pub fn from_accepted(
        accepted: &Accepted<AuthenticQuote>,
        options: &ClaimsOptions<'_>,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, Error> {
        Self::from_all_accepted(&[(accepted, options.policy_hash)], options, provider)
    }

    /// The claims of evidence that each of several policies accepted: all of them are listed, each with the
    /// hash of its text. An aspect is affirmed when one of them asked what affirms it.
    ///
    /// The policies of `sub` are joined by `~`, in the order given. `options.policy_hash` is not looked at.
    ///
    /// # Errors
    /// Those of [`Claims::from_accepted`]; `misuse.options` for no policy at all and for policies that
    /// accepted different evidence; `claims.value` for a name with `~` among several.
    pub fn from_all_accepted(
        policies: &[(&Accepted<AuthenticQuote>, Option<[u8; 48]>)],
        options: &ClaimsOptions<'_>,
        provider: &dyn CryptoProvider,
    ) -> Result<Self, Error> {
        options.check()?;
        let misuse =
            |problem| Error::new(Code::MisuseOptions, "policies").with(Fact::text("problem", problem));
        let Some(((first, _), others)) = policies.split_first() else {
            return Err(misuse("no policy accepted the evidence"));
        };
        let quote = first.evidence();
        if others.iter().any(|(other, _)| !is_same(quote, other.evidence())) {
            return Err(misuse("the policies accepted different evidence"));
        }
        options.check_times(quote.verified_at(), quote.collateral().earliest_next_update)?;
        let mut results = Vec::with_capacity(policies.len());
        let mut asked: Vec<&str> = Vec::with_capacity(policies.len());
        for (accepted, hash) in policies {
            let name = policy_of(accepted);
            // Readers know what no policy judged by these words.
            if let Some(name) = name.filter(|name| ["default", "crypto-only"].contains(name))
                && hash.is_none()
            {
                return Err(Error::new(Code::ClaimsValue, "policy")
                    .with(Fact::string("policy", name.into()))
                    .with(Fact::text("problem", "without a hash this name says that no policy was asked")));
            }
            if let Some(name) = name.filter(|name| policies.len() > 1 && name.contains(JOINT)) {
                return Err(Error::new(Code::ClaimsValue, "policy")
                    .with(Fact::string("policy", name.into()))
                    .with(Fact::text("problem", "`~` joins the names of several policies")));
            }
            asked.extend(name);
            results.push(PolicyResult {
                id: name.unwrap_or("default").into(),
                version: None,
                hash: name.and(*hash).map(Into::into),
                matched: None,
                detail: None,
            });
        }
        let crypto_only = asked.is_empty();
        let joined = asked.join(JOINT);
        let policy = (!crypto_only).then_some(joined.as_str());
        let mut environment = match quote.report() {
            Report::Td(report) => td(report, quote.header()),
            Report::Sgx(report) => enclave(report, quote.header()),
        };
        environment.report_data = Some(quote.report().report_data().0.to_vec());
        environment.nonces = options.nonce.map(Into::into).into_iter().collect();
        environment.tcb = tcb(quote);
        environment.evidence = options.evidence.map(|digest| alloc::format!("sha384:{}", to_hex(&digest)));
        environment.policies = results;
        bind(&mut environment, options, provider)?;
        let findings: Vec<&[Finding]> = policies.iter().map(|(accepted, _)| accepted.findings()).collect();
        let vector = vector(quote, &findings);
        environment.vector = Some(vector);
        // Accepted evidence of which nothing was asked is authentic and not affirmed.
        environment.status = Some(vector.worst());
        let subject = subject_of(&environment, policy, options.subject, provider)?;
        let appraisal = Appraisal {
            dialect: Dialect::Aliyun,
            issuer: Some(options.issuer.into()),
            audience: alloc::vec![options.audience.into()],
            subject: Some(subject),
            profile: Some(options.profile.into()),
            token_id: Some(options.token_id.into()),
            intended_use: Some(options.intended_use.into()),
            times: Times {
                issued_at: Some(options.issued_at),
                not_before: Some(options.issued_at),
                expires_at: Some(options.expires_at),
            },
            verifier: Some(Verifier {
                developer: Some(options.verifier.0.into()),
                build: Some(options.verifier.1.into()),
            }),
            status: environment.status,
            environments: alloc::vec![environment],
            ..Appraisal::default()
        };
        Ok(Self { appraisal, collateral: collateral(quote), crypto_only })
    }
}

/// What stands between the names of several policies.
const JOINT: &str = "~";

/// The policy's name; `None` where anything authentic was accepted.
fn policy_of(accepted: &Accepted<AuthenticQuote>) -> Option<&str> {
    let crypto_only = accepted.findings().iter().any(|finding| finding.rule == "crypto_only");
    (!crypto_only).then_some(accepted.appraisal().policy.as_str())
}

/// Whether two verifications are of one quote, at one time, under one collateral.
fn is_same(one: &AuthenticQuote, other: &AuthenticQuote) -> bool {
    one.report() == other.report()
        && one.header() == other.header()
        && one.platform() == other.platform()
        && one.tcb() == other.tcb()
        && one.collateral() == other.collateral()
        && one.verified_at() == other.verified_at()
}

fn td(report: &TdReport, header: &Header) -> Environment {
    let mut environment = Environment {
        tee: Some(Tee::Tdx),
        debug: Some(DebugStatus::of_flag(report.td_attributes.has(TdAttributes::DEBUG))),
        // The documented service gives MRCONFIGID, the digest of what the host gave at launch.
        init_data_digest: Some(report.mr_config_id.0.to_vec()),
        ..Environment::default()
    };
    let td15 = report.td15.as_ref();
    for field in TDX {
        let value = match field.name {
            "mr_td" => Some(report.mr_td.0.to_vec()),
            "rtmr0" => report.rtmr.first().map(|rtmr| rtmr.0.to_vec()),
            "rtmr1" => report.rtmr.get(1).map(|rtmr| rtmr.0.to_vec()),
            "rtmr2" => report.rtmr.get(2).map(|rtmr| rtmr.0.to_vec()),
            "rtmr3" => report.rtmr.get(3).map(|rtmr| rtmr.0.to_vec()),
            "mr_config_id" => Some(report.mr_config_id.0.to_vec()),
            "mr_owner" => Some(report.mr_owner.0.to_vec()),
            "mr_owner_config" => Some(report.mr_owner_config.0.to_vec()),
            "mr_seam" => Some(report.mr_seam.0.to_vec()),
            "mr_signer_seam" => Some(report.mr_signer_seam.0.to_vec()),
            "mr_service_td" => td15.map(|td| td.mr_service_td.0.to_vec()),
            "seam_attributes" => Some(report.seam_attributes.0.to_vec()),
            "td_attributes" => Some(report.td_attributes.0.0.to_vec()),
            "xfam" => Some(report.xfam.0.0.to_vec()),
            "tee_tcb_svn" => Some(report.tee_tcb_svn.0.to_vec()),
            "tee_tcb_svn2" => td15.map(|td| td.tee_tcb_svn2.0.to_vec()),
            "quote.tee_type" => Some(0x81u32.to_le_bytes().to_vec()),
            // Version 5 describes its body: type and size.
            "quote.type" if header.version == 5 => Some(body(report).0.to_le_bytes().to_vec()),
            "quote.size" if header.version == 5 => Some(body(report).1.to_le_bytes().to_vec()),
            name => of_header(name, header),
        };
        if let Some(value) = value {
            environment.measure(field.name, Value::Bytes(value));
        }
    }
    for (bit, name) in TD_FLAGS {
        let on = report.td_attributes.bits().checked_shr(*bit).is_some_and(|bits| bits & 1 == 1);
        environment.measure(alloc::format!("td_attributes.{name}"), Value::Flag(on));
    }
    environment
}

/// Type and size of a version 5 body.
const fn body(report: &TdReport) -> (u16, u32) {
    match (&report.td15, &report.td15_extended) {
        (_, Some(_)) => (4, 885),
        (Some(_), None) => (3, 648),
        (None, None) => (2, 584),
    }
}

fn enclave(report: &SgxReport, header: &Header) -> Environment {
    let mut environment = Environment {
        tee: Some(Tee::Sgx),
        debug: Some(DebugStatus::of_flag(report.attributes.has(SgxAttributes::DEBUG))),
        init_data_digest: Some(report.config_id.0.to_vec()),
        ..Environment::default()
    };
    for field in SGX {
        let value = match field.name {
            "mr_enclave" => report.mr_enclave.0.to_vec(),
            "mr_signer" => report.mr_signer.0.to_vec(),
            "attributes.flags" => report.attributes.flags().to_le_bytes().to_vec(),
            "attributes.xfrm" => report.attributes.xfrm().to_le_bytes().to_vec(),
            "misc_select" => report.misc_select.0.to_vec(),
            "cpu_svn" => report.cpu_svn.0.to_vec(),
            "config_id" => report.config_id.0.to_vec(),
            "isv_ext_prod_id" => report.isv_ext_prod_id.0.to_vec(),
            "isv_family_id" => report.isv_family_id.0.to_vec(),
            name => {
                let number = match name {
                    "isv_prod_id" => Some(report.isv_prod_id),
                    "isv_svn" => Some(report.isv_svn),
                    "config_svn" => Some(report.config_svn),
                    _ => None,
                };
                if let Some(number) = number {
                    environment.measure(field.name, Value::Number(number.into()));
                } else if let Some(value) = of_header(name, header) {
                    environment.measure(field.name, Value::Bytes(value));
                }
                continue;
            }
        };
        environment.measure(field.name, Value::Bytes(value));
    }
    environment
}

/// A field of the quote's header, as the quote writes it.
fn of_header(name: &str, header: &Header) -> Option<Vec<u8>> {
    const ECDSA_P256: u16 = 2;
    Some(match name {
        "quote.version" => header.version.to_le_bytes().to_vec(),
        "quote.att_key_type" => ECDSA_P256.to_le_bytes().to_vec(),
        "quote.reserved" => header.reserved.0.to_vec(),
        "quote.vendor_id" => header.qe_vendor_id.0.to_vec(),
        "quote.user_data" => header.user_data.0.to_vec(),
        _ => return None,
    })
}

fn tcb(quote: &AuthenticQuote) -> Tcb {
    let tcb = quote.tcb();
    let mut advisories: Vec<String> = tcb.advisories.iter().map(ToString::to_string).collect();
    advisories.sort_unstable();
    Tcb {
        status: Some(tcb.status.as_str().into()),
        date: tcb.date,
        advisories: Some(advisories),
        evaluation_number: Some(quote.collateral().evaluation_number().into()),
        fmspc: Some(quote.platform().fmspc.as_slice().to_vec()),
    }
}

/// What was affirmed, and only that: an aspect of which the policy asks nothing is 0.
fn vector(quote: &AuthenticQuote, policies: &[&[Finding]]) -> TrustVector {
    let met_by = |findings: &[Finding], rule: &str| {
        let mut of_rule = findings.iter().filter(|finding| finding.rule == rule).peekable();
        of_rule.peek().is_some() && of_rule.all(|finding| finding.verdict == Verdict::Satisfied)
    };
    let met = |rule: &str| policies.iter().any(|findings| met_by(findings, rule));
    let all = |rules: &[&str]| rules.iter().all(|rule| met(rule));
    let affirmed = |yes| if yes { 2 } else { 0 };
    let mut vector = TrustVector::default();
    // Whether a property is there that opens the TEE to others or lets it do what they may not; whether its
    // memory is open; whether the policy forbids each of them; and whether all that runs is known.
    let (is_unsafe, is_open, closed, known) = match quote.report() {
        Report::Td(report) => {
            let attributes = report.td_attributes;
            let open = attributes
                .has(TdAttributes::DEBUG | TdAttributes::PROFILING | TdAttributes::MIGRATABLE)
                || report.has_service_td();
            (
                open || attributes.has(!TdAttributes::DEFINED),
                open,
                all(&["tdx.debug", "tdx.profiling", "tdx.migratable", "tdx.service_td"]),
                // MRTD is the firmware; what it starts is in RTMR 1 and 2, or in the log of them.
                met("tdx.mr_td")
                    && (all(&["tdx.rtmr1", "tdx.rtmr2"])
                        || all(&["boot.log", "boot.kernels", "boot.initrds"])),
            )
        }
        Report::Sgx(report) => {
            let attributes = report.attributes;
            let open = attributes.has(SgxAttributes::DEBUG);
            (
                open || attributes.has(SgxAttributes::PROVISION_KEY | SgxAttributes::EINITTOKEN_KEY),
                open,
                all(&["sgx.debug", "sgx.provision_key", "sgx.einittoken_key"]),
                // A signer signs many enclaves, and older versions of each.
                met("sgx.mr_enclave") || all(&["sgx.mr_signer", "sgx.isv_prod_id", "sgx.minimum_isv_svn"]),
            )
        }
    };
    let hardware = if quote.tcb().status == TcbStatus::UpToDate { affirmed(met("tcb.accept")) } else { 32 };
    // What the policy allowed although it is unsafe is a warning.
    let configuration = if is_unsafe { 32 } else { affirmed(closed) };
    for (aspect, value) in [
        ("instance-identity", affirmed(met("platform.ppids") || met("platform.instance_ids"))),
        ("configuration", configuration),
        ("executables", affirmed(known)),
        ("hardware", hardware),
        // Memory of a TEE in production is opaque; one that can be debugged, profiled or moved is not.
        ("runtime-opaque", if is_open { 32 } else { affirmed(closed) }),
    ] {
        vector.set(aspect, value);
    }
    vector
}

fn collateral(quote: &AuthenticQuote) -> Json {
    let summary = quote.collateral();
    let mut collateral = Json::object();
    collateral.set("earliest_next_update", Json::text(summary.earliest_next_update.to_string()));
    collateral.set("tcb_info_eval", Json::Integer(summary.tcb_info_evaluation_number.into()));
    collateral.set("qe_identity_eval", Json::Integer(summary.qe_identity_evaluation_number.into()));
    collateral.set("pck_crl_number", Json::text(to_hex(&summary.pck_crl_number)));
    collateral.set("root_crl_number", Json::text(to_hex(&summary.root_crl_number)));
    collateral.set("verified_at", Json::text(quote.verified_at().to_string()));
    collateral
}

//! Claims of an accepted SGX or TDX quote.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::rulings::{Rulings, affirmed};
use super::{Claims, ClaimsOptions, appraisal, bind, state, subject_of};
use crate::appraisal::names::{SGX, TD_FLAGS, TDX};
use crate::appraisal::{DebugStatus, Environment, Tcb, Tee, TrustVector, Value};
use crate::bytes::to_hex;
use crate::crypto::CryptoProvider;
use crate::dcap::{
    AuthenticQuote, Header, Report, SgxAttributes, SgxReport, TcbStatus, TdAttributes, TdReport,
};
use crate::error::Error;
use crate::jcs::Json;
use crate::policy::Accepted;

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
        let (quote, rulings) = Rulings::over(policies, is_same)?;
        options.check_times(quote.verified_at(), quote.in_force_until())?;
        let mut environment = environment(quote, &rulings, options);
        bind(&mut environment, options, provider)?;
        let policy = rulings.joined.as_deref();
        let status = environment.status;
        let environments = alloc::vec![environment];
        let subject = subject_of(&environments, None, policy, options.subject, provider)?;
        Ok(Self {
            appraisal: appraisal(options, subject, environments, status),
            collateral: collateral(quote),
            crypto_only: rulings.joined.is_none(),
            together: None,
            bond: None,
        })
    }
}

/// What the quote and the policies say of a machine, but for the data that it binds.
pub(super) fn environment(
    quote: &AuthenticQuote,
    rulings: &Rulings<'_>,
    options: &ClaimsOptions<'_>,
) -> Environment {
    let mut environment = match quote.report() {
        Report::Td(report) => td(report, quote.header()),
        Report::Sgx(report) => enclave(report, quote.header()),
    };
    environment.report_data = Some(quote.report().report_data().0.to_vec());
    environment.tcb = tcb(quote);
    state(&mut environment, options, &rulings.results, vector(quote, rulings));
    environment
}

/// Whether two verifications are of one quote, at one time, under one collateral.
pub(super) fn is_same(one: &AuthenticQuote, other: &AuthenticQuote) -> bool {
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
fn vector(quote: &AuthenticQuote, rulings: &Rulings<'_>) -> TrustVector {
    let met = |rule: &str| rulings.met(rule);
    let all = |rules: &[&str]| rulings.met_all(rules);
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

pub(super) fn collateral(quote: &AuthenticQuote) -> Json {
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

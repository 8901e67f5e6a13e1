//! The members of the facade's requests, as the flags that they were.

use veriquote_facade::{Problem, Verification};

/// Members of requests, without the indices of lists, and their flags. What lies inside one that is not named
/// itself has the flag of the one around it.
const FLAGS: &[(&str, &str)] = &[
    ("ak_evidence.accepted_report_data", "--accepted-report-data"),
    ("ak_evidence.answer", "--answer"),
    ("ak_evidence.certification", "--certification"),
    ("ak_evidence.certification.signature", "--certification-signature"),
    ("ak_evidence.challenge", "--challenge"),
    ("ak_evidence.creation_data", "--creation-data"),
    ("ak_evidence.danger_no_nonce", "--danger-no-certification-nonce"),
    ("ak_evidence.ek", "--ek-cert"),
    ("ak_evidence.ek.intermediates", "--ek-chain"),
    ("ak_evidence.ek.public", "--ek"),
    ("ak_evidence.hcl_report", "--hcl-report"),
    ("ak_evidence.nonce", "--certification-nonce"),
    ("ak_evidence.signer", "--signer"),
    ("ak_evidence.signer_chain", "--signer-chain"),
    ("ak_evidence.signer_name", "--signer-name"),
    ("ak_evidence.tdx", "--td-quote"),
    ("ak_evidence.tdx.collateral", "--td-collateral"),
    ("ak_evidence.tdx.options.policy", "--td-policy"),
    ("ak_evidence.tdx.options.roots", "--td-root"),
    ("options.accept_certificate_hold", "--accept-certificate-hold"),
    ("options.accept_tcb", "--accept-tcb"),
    ("options.ak_chain", "--ak-chain"),
    ("options.ak_name", "--ak-name"),
    ("options.ak_parent", "--ak-parent"),
    ("options.allow_missing_purpose", "--allow-missing-purpose"),
    ("options.allow_padding", "--allow-padding"),
    ("options.allow_sha1", "--allow-sha1"),
    ("options.at", "--at"),
    ("options.attested.debug", "--forbid-debug"),
    ("options.attested.measurements", "--measurement"),
    ("options.attested.policy_hash", "--policy-hash"),
    ("options.attested.policy_id", "--policy-id"),
    ("options.attested.submodules", "--submodule"),
    ("options.attested.tee", "--tee"),
    ("options.attested.worst_status", "--worst-status"),
    ("options.continuation", "--continuation"),
    ("options.continuation_key", "--continuation-key"),
    ("options.crls", "--crl"),
    ("options.crypto_only", "--crypto-only"),
    ("options.danger_no_nonce", "--danger-no-nonce"),
    ("options.dialect", "--dialect"),
    ("options.evaluation_numbers", "--evaluation-numbers"),
    ("options.expect.algorithms", "--alg"),
    ("options.expect.audience", "--audience"),
    ("options.expect.certificate.purposes", "--signer-purpose"),
    ("options.expect.certificate.spki_sha256", "--signer-spki-sha256"),
    ("options.expect.certificate.subject", "--signer-subject"),
    ("options.expect.expiry", "--allow-no-expiry"),
    ("options.expect.issuer", "--issuer"),
    ("options.expect.leeway", "--leeway"),
    ("options.expect.max_age", "--max-age"),
    ("options.expect.max_lifetime", "--max-lifetime"),
    ("options.expect.nonce", "--nonce"),
    ("options.expect.profile", "--profile"),
    ("options.expect.required_claims", "--require"),
    ("options.expect.subject", "--subject"),
    ("options.expect.typ", "--typ"),
    ("options.ima_from", "--ima-from"),
    ("options.jwks", "--jwks"),
    ("options.max_collateral_age", "--max-collateral-age"),
    ("options.nonce", "--nonce"),
    ("options.ocsp", "--ocsp"),
    ("options.ocsp_nonce", "--ocsp-nonce"),
    ("options.opaque", "--opaque"),
    ("options.outlook", "--outlook"),
    ("options.pck_chain", "--pck-chain"),
    ("options.policy", "--policy"),
    ("options.previous", "--previous"),
    ("options.profile", "--profile"),
    ("options.quirks", "--quirk"),
    ("options.report_data", "--report-data"),
    ("options.rim_roots", "--rim-root"),
    ("options.roots", "--root"),
    ("options.signature_scheme", "--signature-scheme"),
    ("options.switch_nonce", "--switch-nonce"),
    ("qve.collateral_expiration_status", "--qve-expiration-status"),
    ("qve.expiration_check_date", "--qve-check-date"),
    ("qve.minimum_isv_svn", "--qve-minimum-svn"),
    ("qve.nonce", "--qve-nonce"),
    ("qve.qv_result", "--qve-result"),
    ("qve.report", "--qve-report"),
    ("qve.supplemental_data", "--qve-supplemental"),
];

/// A part that is a member of a request, as the flag that it was; any other as it is.
pub fn in_flags(mut problem: Problem) -> Problem {
    if let Some(flag) = flag_of(&problem.part) {
        problem.part = flag.to_owned();
    }
    problem
}

/// A verification that tells of flags, too: see [`in_flags`].
pub fn with_flags(result: Result<Verification, Problem>) -> Result<Verification, Problem> {
    let mut result = result.map_err(in_flags)?;
    result.error = result.error.map(in_flags);
    Ok(result)
}

fn flag_of(part: &str) -> Option<&'static str> {
    let names: Vec<&str> = part.split('.').map(|name| name.split('[').next().unwrap_or(name)).collect();
    (1..=names.len()).rev().find_map(|count| {
        let path = names.get(..count)?.join(".");
        FLAGS.iter().find(|(member, _)| *member == path).map(|(_, flag)| *flag)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, CommandFactory as _};
    use serde_json::Value;

    use super::*;

    fn long_flags(command: &Command, into: &mut BTreeSet<String>) {
        let arguments = command.get_arguments().filter_map(clap::Arg::get_long);
        into.extend(arguments.map(|long| format!("--{long}")));
        command.get_subcommands().for_each(|command| long_flags(command, into));
    }

    #[test]
    fn every_flag_exists() {
        let mut flags = BTreeSet::new();
        long_flags(&crate::cli::Cli::command(), &mut flags);
        for (member, flag) in FLAGS {
            assert!(flags.contains(*flag), "{member}: there is no {flag}");
        }
    }

    #[test]
    fn every_option_has_one() {
        let members = |schema: &str, of: &str, path: &str| {
            let schema: Value = serde_json::from_str(schema).expect("JSON");
            let members = schema["$defs"][of]["properties"].as_object().expect("members");
            members.keys().map(|member| format!("{path}.{member}")).collect::<Vec<_>>()
        };
        const DCAP: &str = include_str!("../../schema/dcap-request.json");
        const NVGPU: &str = include_str!("../../schema/nvgpu-request.json");
        const TOKEN: &str = include_str!("../../schema/token-request.json");
        const TPM: &str = include_str!("../../schema/tpm-request.json");
        for (schema, of, path) in [
            (DCAP, "DcapOptions", "options"),
            (DCAP, "QveEvidence", "qve"),
            (NVGPU, "NvgpuOptions", "options"),
            (TOKEN, "TokenOptions", "options"),
            (TOKEN, "TokenExpectations", "options.expect"),
            (TOKEN, "ExpectedSigner", "options.expect.certificate"),
            (TOKEN, "AttestedExpectations", "options.attested"),
            (TPM, "TpmOptions", "options"),
            (TPM, "TeeBoundKey", "ak_evidence"),
        ] {
            for member in members(schema, of, path) {
                let is_group = FLAGS.iter().any(|(known, _)| known.starts_with(&format!("{member}.")));
                assert!(is_group || flag_of(&member).is_some(), "{member}");
            }
        }
    }

    #[test]
    fn indices_and_what_lies_inside_are_left_out() {
        for (part, flag) in [
            ("options.crls[0]", Some("--crl")),
            ("options.rim_roots[12]", Some("--rim-root")),
            ("options.attested.measurements.rtmr0[1]", Some("--measurement")),
            ("ak_evidence.challenge.ek", Some("--challenge")),
            ("ak_evidence.ek.intermediates[2].signature", Some("--ek-chain")),
            ("options", None),
            ("quote.header", None),
            ("--root", None),
        ] {
            assert_eq!(flag_of(part), flag, "{part}");
        }
    }
}

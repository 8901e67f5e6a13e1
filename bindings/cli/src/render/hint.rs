//! What to try next, in flags that the command has.

use veriquote_facade::{Claims, EvidenceKind as Kind, Problem, ProblemKind, Verification};

const AT: &str = "--at TIME, if the evidence is to be judged as of another day";
const FETCH: &str = "veriquote collateral fetch --quote QUOTE -o COLLATERAL";

/// The next command or flag, where there is an obvious one.
pub fn hint(problem: &Problem, result: &Verification) -> Option<String> {
    let code = problem.code.as_str();
    let text = match (result.evidence.0, code) {
        (_, "policy.rejected") => return tcb_status(problem, result),
        (Kind::Dcap | Kind::Token, "x509.anchor") => {
            "--root PEM, if this hierarchy is yours and not the vendor's"
        }
        (Kind::Nvgpu, "x509.anchor") if is_about_manifests(result) => {
            "--rim-root PEM, if the manifest is of your own hierarchy and not NVIDIA's"
        }
        (Kind::Nvgpu, "x509.anchor") => "--root PEM, if this hierarchy is yours and not NVIDIA's",
        (Kind::Tpm, "x509.anchor") if problem.part.starts_with("tdx") => {
            "--td-root PEM, if this hierarchy is yours and not Intel's"
        }
        (Kind::Tpm, "x509.anchor") => {
            "--root PEM, the root of the TPM's maker or of whoever certified the key"
        }
        (Kind::Dcap, "dcap.certification_type") => "--pck-chain PEM",
        (_, "dcap.collateral.missing" | "dcap.collateral.kind" | "dcap.fmspc") => FETCH,
        (Kind::Dcap, "crl.issuer") => FETCH,
        (Kind::Tpm, "tpm.signature.sha1") => "--allow-sha1, if this machine has no other key",
        (Kind::Token, "jwt.algorithm.refused") => "--alg ALG, the one that the issuer documents",
        (_, "x509.not_yet_valid" | "crl.not_yet_valid") => AT,
        (Kind::Dcap, _) if problem.kind == ProblemKind::Stale => {
            return Some(format!("{FETCH} (or --at TIME to judge as of a day in the past)"));
        }
        (_, _) if problem.kind == ProblemKind::Stale => AT,
        _ => return None,
    };
    Some(text.to_owned())
}

/// How to accept the status that the policy did not.
fn tcb_status(problem: &Problem, result: &Verification) -> Option<String> {
    if problem.part != "tcb.accept" {
        return None;
    }
    let status = &result.claims.as_ref().and_then(Claims::dcap)?.tcb.status;
    let is_ours = result.appraisal.as_ref().is_some_and(|appraisal| appraisal.policy.starts_with("strict"));
    Some(match result.evidence.0 {
        Kind::Dcap if is_ours => {
            format!(
                "--accept-tcb UpToDate,{status} accepts this status too, if you know what it means for you"
            )
        }
        _ => {
            format!("{status} in tcb.accept of the policy accepts this status too, if you know what it means")
        }
    })
}

fn is_about_manifests(result: &Verification) -> bool {
    result.checks.last().is_some_and(|check| check.id.starts_with("nvidia.rim."))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;
    use veriquote::{Code, Error};

    use super::*;

    /// Every hint about every error of every kind of evidence.
    #[test]
    fn hints_name_flags_of_their_own_command() {
        let root = crate::cli::Cli::command();
        let verify = root.find_subcommand("verify").expect("verify");
        for evidence in Kind::ALL.iter().copied() {
            let command = verify.find_subcommand(evidence.as_str()).expect("a command of this evidence");
            let flags: BTreeSet<String> = command
                .get_arguments()
                .filter_map(clap::Arg::get_long)
                .map(|long| format!("--{long}"))
                .collect();
            for (code, part) in
                Code::ALL.iter().flat_map(|code| ["leaf", "tdx.root"].map(|part| (*code, part)))
            {
                let problem = Problem::from(Error::new(code, part));
                let result = Verification::failed(evidence, problem.clone(), Vec::new());
                let Some(text) = hint(&problem, &result) else { continue };
                if text.starts_with("--") {
                    let flag = text.split([' ', ',']).next().expect("a flag");
                    assert!(flags.contains(flag), "{evidence} {code}: {text}");
                }
                assert!(!text.contains("--at") || flags.contains("--at"), "{evidence} {code}: {text}");
                assert!(
                    !text.starts_with(FETCH) || code.as_str().starts_with("dcap.") || evidence == Kind::Dcap,
                    "{evidence} {code}: {text}"
                );
            }
        }
    }
}

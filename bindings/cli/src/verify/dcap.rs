//! `verify dcap`: one quote.

use std::path::Path;

use veriquote::dcap::Profile;
use veriquote_facade::{
    DcapOptions, DcapVerifier, Document, EvidenceKind, OneOf, Problem, QveEvidence, Verification,
};

use super::{now, provider, refuse, tell};
use crate::cli::{self, Dcap};
use crate::exit::Exit;
use crate::flags::{in_flags, with_flags};
use crate::input;

/// Verifies one quote, or hands over to the batch.
pub fn dcap(args: &Dcap) -> Exit {
    if let Some(batch) = &args.batch {
        let run = crate::batch::run(args, batch);
        return run.unwrap_or_else(|problem| refuse(EvidenceKind::Dcap, &args.output, in_flags(problem)));
    }
    let Some(path) = &args.quote else {
        let problem = Problem::misuse("--quote", "no quote was given", "pass --quote FILE or --batch DIR");
        return refuse(EvidenceKind::Dcap, &args.output, problem);
    };
    tell(EvidenceKind::Dcap, path, &args.output, with_flags(single(args, path)))
}

fn single(args: &Dcap, quote: &Path) -> Result<Verification, Problem> {
    let quote = input::read(quote, "--quote")?;
    let event_log = input::optional(args.event_log.as_deref(), "--event-log")?;
    let verifier = DcapVerifier::new(provider(args.output.crypto), &collateral(args)?, &options(args)?)?;
    Ok(verifier.verify_beside(&quote, event_log.as_ref(), qve(args)?.as_ref()))
}

/// The report of a quote verification enclave, where one is given.
fn qve(args: &Dcap) -> Result<Option<QveEvidence>, Problem> {
    let (Some(report), Some(nonce), Some(date), Some(result)) =
        (&args.qve_report, &args.qve_nonce, args.qve_check_date, args.qve_result)
    else {
        return Ok(None);
    };
    Ok(Some(QveEvidence {
        report: input::read(report, "--qve-report")?,
        nonce: nonce.clone(),
        expiration_check_date: date,
        collateral_expiration_status: args.qve_expiration_status,
        qv_result: result,
        supplemental_data: input::optional(args.qve_supplemental.as_deref(), "--qve-supplemental")?,
        minimum_isv_svn: args.qve_minimum_svn,
    }))
}

/// The collateral files, in the order of the command line.
///
/// # Errors
/// The first that cannot be read.
pub fn collateral(args: &Dcap) -> Result<Vec<Document>, Problem> {
    input::documents(&args.collateral, "--collateral")
}

/// The flags as the facade's options.
///
/// # Errors
/// The first file that cannot be read.
pub fn options(args: &Dcap) -> Result<DcapOptions, Problem> {
    Ok(DcapOptions {
        roots: input::all(&args.root, "--root")?,
        profile: OneOf(match args.profile {
            cli::ProfileName::Strict => Profile::Strict,
            cli::ProfileName::Intel => Profile::Intel,
        }),
        policy: input::document(args.policy.as_deref(), "--policy")?,
        crypto_only: args.crypto_only,
        report_data: args.report_data.clone(),
        accept_tcb: (!args.accept_tcb.is_empty()).then(|| args.accept_tcb.clone()),
        max_collateral_age: args.max_collateral_age,
        pck_chain: input::optional(args.pck_chain.as_deref(), "--pck-chain")?,
        outlook: args.outlook,
        evaluation_numbers: input::document(args.evaluation_numbers.as_deref(), "--evaluation-numbers")?,
        ..DcapOptions::at(args.at.unwrap_or_else(now))
    })
}

//! `verify dcap`: one quote.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use veriquote::UnixTime;
use veriquote::crypto::{CryptoProvider, RustCrypto};
use veriquote_aws_lc::AwsLc;
use veriquote_facade::{
    Blob, DcapOptions, DcapVerifier, Document, Problem, ProfileName, QveEvidence, Time, Verification,
};

use crate::cli::{self, CryptoName, Dcap};
use crate::exit::{Exit, fail, print, print_json};
use crate::flags::in_flags;
use crate::input;
use crate::render::{self, Canvas};

/// Verifies one quote, or hands over to the batch.
pub fn dcap(args: &Dcap) -> Exit {
    let run = match &args.batch {
        Some(batch) => crate::batch::run(args, batch),
        None => single(args),
    };
    run.unwrap_or_else(|problem| {
        // Flags and the files that they name: nothing is said of the evidence.
        let problem = in_flags(problem);
        if args.json {
            print_json(&Verification::failed("dcap", problem, Vec::new()));
        } else {
            fail(&problem);
        }
        Exit::Misuse
    })
}

fn single(args: &Dcap) -> Result<Exit, Problem> {
    let Some(path) = &args.quote else {
        return Err(Problem::misuse("--quote", "no quote was given", "pass --quote FILE or --batch DIR"));
    };
    let quote = input::read(path, "--quote")?;
    let event_log = args.event_log.as_deref().map(|log| input::read(log, "--event-log")).transpose()?;
    let verifier = DcapVerifier::new(provider(args.crypto), &collateral(args)?, &options(args)?)?;
    let qve = qve(args)?;
    let mut result = verifier.verify_beside(&quote, event_log.as_ref(), qve.as_ref());
    result.error = result.error.map(in_flags);
    let exit = Exit::of(&result);
    if args.json {
        if args.quiet {
            result.checks.clear();
        }
        print_json(&result);
    } else {
        let mut canvas = Canvas::new();
        render::verification(&mut canvas, &file_name(path), &result, !args.quiet);
        print(canvas);
    }
    Ok(exit)
}

/// The report of a quote verification enclave, where one is given.
fn qve(args: &Dcap) -> Result<Option<QveEvidence>, Problem> {
    let (Some(report), Some(nonce), Some(date), Some(result)) =
        (&args.qve_report, &args.qve_nonce, args.qve_check_date, args.qve_result)
    else {
        return Ok(None);
    };
    let supplemental = args.qve_supplemental.as_deref();
    Ok(Some(QveEvidence {
        report: input::read(report, "--qve-report")?,
        nonce: nonce.clone(),
        expiration_check_date: date,
        collateral_expiration_status: args.qve_expiration_status,
        qv_result: result,
        supplemental_data: supplemental.map(|path| input::read(path, "--qve-supplemental")).transpose()?,
        minimum_isv_svn: args.qve_minimum_svn,
    }))
}

/// The cryptography that was chosen.
pub fn provider(crypto: CryptoName) -> Arc<dyn CryptoProvider> {
    match crypto {
        CryptoName::AwsLc => Arc::new(AwsLc),
        CryptoName::Rustcrypto => Arc::new(RustCrypto),
    }
}

/// The collateral files, in the order of the command line.
///
/// # Errors
/// The first that cannot be read.
pub fn collateral(args: &Dcap) -> Result<Vec<Document>, Problem> {
    let read = |path: &std::path::PathBuf| input::read(path, "--collateral").map(|blob| Document(blob.0));
    args.collateral.iter().map(read).collect()
}

/// The flags as the facade's options.
///
/// # Errors
/// The first file that cannot be read.
pub fn options(args: &Dcap) -> Result<DcapOptions, Problem> {
    let roots = args.root.iter().map(|path| input::read(path, "--root")).collect::<Result<Vec<Blob>, _>>()?;
    Ok(DcapOptions {
        roots,
        profile: match args.profile {
            cli::ProfileName::Strict => ProfileName::Strict,
            cli::ProfileName::Intel => ProfileName::Intel,
        },
        policy: args
            .policy
            .as_deref()
            .map(|path| input::read(path, "--policy"))
            .transpose()?
            .map(|blob| Document(blob.0)),
        crypto_only: args.crypto_only,
        report_data: args.report_data.clone(),
        accept_tcb: (!args.accept_tcb.is_empty()).then(|| args.accept_tcb.clone()),
        max_collateral_age: args.max_collateral_age,
        pck_chain: args.pck_chain.as_deref().map(|path| input::read(path, "--pck-chain")).transpose()?,
        outlook: args.outlook,
        evaluation_numbers: args
            .evaluation_numbers
            .as_deref()
            .map(|path| input::read(path, "--evaluation-numbers"))
            .transpose()?
            .map(|blob| Document(blob.0)),
        ..DcapOptions::at(args.at.unwrap_or_else(now))
    })
}

/// The clock, read in this one place.
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
}

/// The name of a file without its folders.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

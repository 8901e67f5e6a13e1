//! What a token costs without a service around it: one signature (RS256) and one verification with prepared
//! collateral, on as many threads as there are processors. `cargo xtask load` compares with it.
//!
//! `token-cost PLATFORM SECONDS UNIX_TIME`: a folder with `quote.bin`, `collateral.json` and, for a forged
//! platform, `root.pem`. Prints JSON.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use veriquote::UnixTime;
use veriquote_aws_lc::AwsLc;
use veriquote_facade::{Blob, DcapOptions, DcapVerifier, Document, Time};
use veriquote_server::keys::{Algorithm, SigningKey};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let platform = PathBuf::from(arguments.next().ok_or("a folder")?);
    let seconds: u64 = arguments.next().ok_or("seconds")?.parse()?;
    let at = Time(UnixTime(arguments.next().ok_or("a time")?.parse()?));
    let quote = Blob(std::fs::read(platform.join("quote.bin"))?);
    let collateral = Document(std::fs::read(platform.join("collateral.json"))?);
    let roots = std::fs::read(platform.join("root.pem")).map(Blob).into_iter().collect();
    let options = DcapOptions { roots, ..DcapOptions::at(at) };
    let verifier =
        DcapVerifier::new(Arc::new(AwsLc), &[collateral], &options).map_err(|problem| problem.message)?;
    if !verifier.verify(&quote, None).accepted {
        return Err("the quote is not accepted".into());
    }
    let key = SigningKey::generate(Algorithm::Rs256, 2048)?;
    // As long as the payload of a token.
    let payload = format!("{{\"claims\":\"{}\"}}", "0".repeat(3_000));
    let threads = std::thread::available_parallelism()?.get();
    let timed = |work: &(dyn Fn() + Sync)| {
        let end = Instant::now() + Duration::from_secs(seconds);
        let counted: u64 = std::thread::scope(|scope| {
            let run = || {
                let mut count = 0;
                while Instant::now() < end {
                    work();
                    count += 1;
                }
                count
            };
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            running.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
        });
        u32::try_from(counted).map_or(0.0, f64::from) / Duration::from_secs(seconds).as_secs_f64()
    };
    let verify = || assert!(verifier.verify(&quote, None).accepted);
    let sign = || assert!(key.token(&payload).is_ok());
    let both = timed(&|| {
        verify();
        sign();
    });
    println!(
        "{{\"threads\":{threads},\"verifications_per_second\":{:.0},\"signatures_per_second\":{:.0},\"both_per_second\":{both:.0}}}",
        timed(&verify),
        timed(&sign),
    );
    Ok(())
}

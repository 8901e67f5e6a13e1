//! What a token costs without a service around it: one signature (RS256) and one verification with prepared
//! collateral, on as many threads as there are processors, in time of processors. `cargo xtask load` compares
//! with it.
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
    let timed = |work: &(dyn Fn() + Sync)| -> Result<(f64, f64), std::io::Error> {
        let end = Instant::now() + Duration::from_secs(seconds);
        let before = processor_seconds()?;
        let counted: u32 = std::thread::scope(|scope| {
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
        let counted = f64::from(counted.max(1));
        let spent = processor_seconds()? - before;
        Ok((counted / Duration::from_secs(seconds).as_secs_f64(), spent / counted * 1e6))
    };
    let verify = || assert!(verifier.verify(&quote, None).accepted);
    let sign = || assert!(key.token(&payload).is_ok());
    let (per_second, both) = timed(&|| {
        verify();
        sign();
    })?;
    println!(
        "{{\"threads\":{threads},\"verify_us\":{:.0},\"sign_us\":{:.0},\"both_us\":{both:.0},\"both_per_second\":{per_second:.0}}}",
        timed(&verify)?.1,
        timed(&sign)?.1,
    );
    Ok(())
}

/// Seconds of processors that this process had: what other processes take does not count.
fn processor_seconds() -> Result<f64, std::io::Error> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // proc_pid_stat(5): after the name in parentheses, the 12th and 13th field, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    Ok(fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0)
}

//! `load`: how many tokens a second the service gives on this machine, beside what a token costs without a
//! service around it; and what becomes of that while others mean harm.

mod client;
mod harm;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::Duration,
};

use clap::Args;

use crate::{
    demo::{FORGED_AT, REAL, REAL_AT, forge_platform},
    failure::Failure,
    project::Project,
    service::{Service, Start},
    stages::Stages,
    step::Step,
};
use client::{Request, Tally, drive};

#[derive(Args)]
pub(crate) struct Options {
    /// How long.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Connections that ask one request after another.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// The least ratio of tokens to what their bare cost allows.
    #[arg(long, default_value_t = 0.8)]
    least: f64,
}

/// Seconds for each measurement of the bare cost, before and after.
const COST_SECONDS: u64 = 3;

/// Seconds under attack.
const HARM_SECONDS: u64 = 10;

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    stages.announce(4);
    let mut ready = None;
    let built = stages.run("build the service as it is shipped", || {
        ready = Some(prepare(project)?);
        Ok::<_, Failure>(())
    });
    let Some(platform) = ready.filter(|_| built) else { return };
    let mut running = None;
    let started = stages.run("start the service", || {
        let service = start(project, &platform)?;
        let request = Request::attestation(&service.address, &platform.folder.join("quote.bin"))?;
        drive(&request, 1, Duration::from_secs(1), &AtomicBool::new(false)).all_answered()?;
        running = Some((service, request));
        Ok::<_, Failure>(platform.name.to_owned())
    });
    let Some((service, request)) = running.filter(|_| started) else { return };
    stages.run("tokens, beside what they cost without a service", || {
        let before = Cost::measure(project, &platform)?;
        let seconds = Duration::from_secs(options.seconds);
        let spent = processor_seconds(service.id())?;
        let tally = drive(&request, options.connections, seconds, &AtomicBool::new(false));
        let spent = processor_seconds(service.id())? - spent;
        let after = Cost::measure(project, &platform)?;
        tally.all_answered()?;
        // In time of processors, so that what else this machine does counts for neither side.
        let allowed = f64::midpoint(before.microseconds, after.microseconds);
        let took = spent * 1e6 / tally.count().max(1.0);
        let ratio = allowed / took;
        println!("    before: {}\n    after:  {}", before.text, after.text);
        let said = format!(
            "a token takes the service {took:.0} µs of a processor, its bare cost is {allowed:.0}: {ratio:.2} of what \
             that allows; {:.0} tokens a second, {}; {}",
            tally.per_second(seconds),
            tally.latencies(),
            memory(service.id()),
        );
        if ratio < options.least {
            return Err(Failure::new(
                said,
                "something beside the two signatures takes time; or the machine is busy",
            ));
        }
        Ok(said)
    });
    stages.run("the same while others mean harm", || {
        let seconds = Duration::from_secs(HARM_SECONDS);
        let before = memory(service.id());
        let (tally, harm) = harm::drive(&request, options.connections, seconds);
        tally.all_answered()?;
        Ok(format!(
            "{:.0} tokens a second; {}; {harm}; {before} before, {} after",
            tally.per_second(seconds),
            tally.latencies(),
            memory(service.id()),
        ))
    });
}

struct Platform {
    name: &'static str,
    folder: PathBuf,
    time: &'static str,
}

fn prepare(project: &Project) -> Result<Platform, Failure> {
    Step::cargo()
        .args(["build", "--release", "--package", "veriquote-cli", "--package", "veriquote-server"])
        .args(["--bins", "--example", "token-cost"])
        .env("CARGO_INCREMENTAL", "0")
        .dir(&project.root)
        .run()?;
    let real = project.vectors.as_ref().map(|vectors| vectors.join("dcap/real").join(REAL));
    if let Some(folder) = real.filter(|folder| folder.is_dir()) {
        return Ok(Platform { name: "a real TDX quote", folder, time: REAL_AT });
    }
    let folder = project.target.join("load/tdx4");
    forge_platform(project, "tdx4", &folder)?;
    Ok(Platform { name: "a forged TDX quote", folder, time: FORGED_AT })
}

fn start(project: &Project, platform: &Platform) -> Result<Service, Failure> {
    Service::start(&Start {
        program: &project.target.join("release/veriquote"),
        listen: "127.0.0.1:0",
        issuer: "https://attest.example",
        platform: &platform.folder,
        data: &project.target.join("load/service"),
        time: platform.time,
        settings: &[
            // One client asks for all, and one line for each token is what the log has in production.
            ("VERIQUOTE_SERVER_CLIENT__REQUESTS_PER_SECOND", "0".to_owned()),
            ("VERIQUOTE_SERVER_CLIENT__REQUESTS_AT_ONCE", "0".to_owned()),
            ("VERIQUOTE_SERVER_CLIENT__CONNECTIONS_AT_ONCE", "0".to_owned()),
        ],
    })
}

/// What a token costs without a service.
struct Cost {
    /// Of a processor.
    microseconds: f64,
    text: String,
}

impl Cost {
    fn measure(project: &Project, platform: &Platform) -> Result<Self, Failure> {
        let seconds = Step::new("date").args(["--date", platform.time, "+%s"]).read()?;
        let text = Step::new(project.target.join("release/examples/token-cost"))
            .arg(&platform.folder)
            .args([&COST_SECONDS.to_string(), seconds.trim()])
            .read()?;
        let microseconds = text
            .split("\"both_us\":")
            .nth(1)
            .and_then(|rest| rest.split(',').next()?.parse().ok())
            .ok_or_else(|| Failure::new(format!("`{text}` is no measurement"), "run the example by hand"))?;
        Ok(Self { microseconds, text: text.trim().to_owned() })
    }
}

/// Seconds of processors that a process had.
fn processor_seconds(process: u32) -> Result<f64, Failure> {
    let stat = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat"))?;
    // proc_pid_stat(5): after the name in parentheses, the 12th and 13th field, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    Ok(fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0)
}

/// Resident memory of a process, now and at its highest.
fn memory(process: u32) -> String {
    let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"));
    let status = status.unwrap_or_default();
    let line = |name: &str| {
        let found = status.lines().find_map(|line| line.strip_prefix(name));
        let kib: u64 = found.and_then(|rest| rest.trim_end_matches("kB").trim().parse().ok()).unwrap_or(0);
        kib / 1024
    };
    format!("{} MiB resident, {} at most", line("VmRSS:"), line("VmHWM:"))
}

impl Tally {
    fn all_answered(&self) -> Result<(), Failure> {
        match &self.wrong {
            None => Ok(()),
            Some(answer) => Err(Failure::new(
                format!("{} requests got no token, such as: {answer}", self.failed),
                "read the answer; the service's log is on stderr of its own start",
            )),
        }
    }
}

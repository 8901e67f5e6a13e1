//! The attestation service on this machine: forged evidence in, a token out, and none for changed evidence.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use super::{FORGED_AT, expect, veriquote};
use crate::{failure::Failure, project::Project, stages::Stages, step::Step};

const ISSUER: &str = "https://attest.example";

/// A service that runs, and ends when this is dropped.
struct Service {
    process: Child,
    address: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(super) fn show(project: &Project, stages: &mut Stages, folder: &Path) {
    let (tdx, tampered) = (folder.join("tdx4"), folder.join("tampered"));
    let mut service = None;
    let started = stages.run("start the attestation service on this machine", || {
        let running = start(project, folder, &tdx)?;
        let said = format!("http://{}, issuer {ISSUER}", running.address);
        service = Some(running);
        Ok::<_, Failure>(said)
    });
    let Some(service) = service.filter(|_| started) else { return };
    let url = format!("http://{}", service.address);
    let (token, jwks) = (folder.join("token.jwt"), folder.join("jwks.json"));
    let attest = |platform: &Path| {
        veriquote(project).args(["attest", "--server", &url, "--quote"]).arg(platform.join("quote.bin"))
    };
    stages.run("exchange the forged evidence for a token, and verify it as a relying party", || {
        let given = attest(&tdx).arg("--output").arg(&token).arg("--save-jwks").arg(&jwks);
        expect(0, given)?;
        println!("{}", fs::read_to_string(&token)?);
        let verified = veriquote(project)
            .args(["verify", "token", "--token"])
            .arg(&token)
            .arg("--jwks")
            .arg(&jwks)
            .args(["--issuer", ISSUER, "--audience", ISSUER, "--at", LATER]);
        expect(0, verified)
    });
    stages.run("get no token for the changed quote", || expect(1, attest(&tampered)));
}

/// A minute after the service started: its clock begins at the forge's.
const LATER: &str = "2026-01-15T00:01:00Z";

fn start(project: &Project, folder: &Path, tdx: &Path) -> Result<Service, Failure> {
    let data = folder.join("service");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let path = |path: std::path::PathBuf| format!("{:?}", path.display().to_string());
    let settings = [
        ("VERIQUOTE_KEY_PASSPHRASE", "only for the demonstration".to_owned()),
        ("VERIQUOTE_SERVER_TRUST__ROOTS", format!("[{}]", path(tdx.join("root.pem")))),
        ("VERIQUOTE_SERVER_COLLATERAL__IMPORT", format!("[{}]", path(tdx.join("collateral.json")))),
    ];
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--issuer", ISSUER, "--danger-time", FORGED_AT];
    println!("    $ veriquote {} --data-dir {}", Step::line(&arguments), data.display());
    let mut process = Command::new(project.target.join("debug/veriquote"))
        .args(arguments)
        .arg("--data-dir")
        .arg(&data)
        .envs(settings)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let log = process.stderr.take();
    let mut service = Service { process, address: String::new() };
    let mut said = String::new();
    let mut lines = log.map(|log| BufReader::new(log).lines()).into_iter().flatten();
    while let Some(line) = lines.next() {
        let line = line?;
        // The log is JSON, and an address needs no escapes.
        if let Some(at) = line.find("\"address\":\"") {
            let rest = &line[at + "\"address\":\"".len()..];
            service.address = rest.split('"').next().unwrap_or_default().to_owned();
            // Somebody has to read on, or the service waits for room.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(service);
        }
        said.push_str(&line);
        said.push('\n');
    }
    Err(Failure::new("the service ended before it listened", said))
}

//! The attestation service on this machine: forged evidence in, a token out, and none for changed evidence.

use std::{fs, path::Path};

use super::{FORGED_AT, expect, veriquote};
use crate::{
    failure::Failure,
    project::Project,
    service::{Service, Start, debug},
    stages::Stages,
};

const ISSUER: &str = "https://attest.example";

pub(super) fn show(project: &Project, stages: &mut Stages, folder: &Path) {
    let (tdx, tampered) = (folder.join("tdx4"), folder.join("tampered"));
    let mut service = None;
    let started = stages.run("start the attestation service on this machine", || {
        let running = Service::start(&Start {
            program: &debug(project),
            listen: "127.0.0.1:0",
            issuer: ISSUER,
            platform: &tdx,
            data: &folder.join("service"),
            time: FORGED_AT,
            settings: &[],
        })?;
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

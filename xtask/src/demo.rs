//! `demo`: evidence that verifies, real evidence where it is at hand, and evidence that does not.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    failure::Failure,
    project::{Program, Project},
    setup::debian,
    stages::Stages,
    step::Step,
};

mod service;

/// The forge's clock, 2026-01-15: its certificates and collateral are valid then.
pub(crate) const FORGED_AT: &str = "2026-01-15T00:00:00Z";

/// A TDX quote of a production machine, with the collateral that Intel published for it then.
pub(crate) const REAL: &str = "c42f916432__b0c06f000000_eval18_2025-11-17";

/// A moment when all of that collateral was current.
pub(crate) const REAL_AT: &str = "2025-12-02T05:09:04Z";

#[derive(Args)]
pub(crate) struct Options {
    /// Where the forged evidence is written [default: demo/ in cargo's target folder].
    #[arg(long)]
    folder: Option<PathBuf>,
}

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    let folder = options.folder.clone().unwrap_or_else(|| project.target.join("demo"));
    stages.announce(if project.vectors.is_some() { 13 } else { 12 });
    let ready = stages.run("system packages", debian::compilers)
        && stages.run("build the tool", || build(project))
        && stages.run("forge two platforms and a machine with a TPM", || forge(project, &folder));
    if !ready {
        return;
    }
    let tdx = folder.join("tdx4");
    stages.run("look inside a quote (nothing of it is authentic yet)", || {
        expect(0, veriquote(project).arg("inspect").arg(tdx.join("quote.bin")))
    });
    stages.run("verify a forged TDX platform against its own root", || expect(0, verify(project, &tdx)));
    stages.run("verify a forged SGX platform against its own root", || {
        expect(0, verify(project, &folder.join("sgx3")))
    });
    if let Some(vectors) = &project.vectors {
        let real = vectors.join("dcap/real").join(REAL);
        stages.run("verify a real TDX quote against Intel's root", || {
            expect(
                0,
                veriquote(project)
                    .args(["verify", "dcap", "--quote"])
                    .arg(real.join("quote.bin"))
                    .arg("--collateral")
                    .arg(real.join("collateral.json"))
                    .args(["--at", REAL_AT]),
            )
        });
    }
    stages.run("refuse the same platform with one byte of the quote changed", || {
        let tampered = folder.join("tampered");
        fs::create_dir_all(&tampered)?;
        for name in ["collateral.json", "root.pem"] {
            fs::copy(tdx.join(name), tampered.join(name))?;
        }
        let mut quote = fs::read(tdx.join("quote.bin"))?;
        // MRTD, the measurement of the trust domain's first memory: byte 136 of the report, at 48.
        match quote.get_mut(48 + 136) {
            Some(byte) => *byte ^= 1,
            None => return Err(Failure::new("the forged quote is too short", "this is a bug in the forge")),
        }
        fs::write(tampered.join("quote.bin"), quote)?;
        expect(1, verify(project, &tampered))
    });
    let machine = folder.join("tpm-rsa");
    stages.run("verify a forged TPM: its key, its quote, the boot log and the list of programs", || {
        expect(0, verify_tpm(project, &machine, "quote.msg")?)
    });
    stages.run("refuse the same quote with one bit of its register digest changed", || {
        let mut quote = fs::read(machine.join("quote.msg"))?;
        if let Some(byte) = quote.last_mut() {
            *byte ^= 1;
        }
        fs::write(machine.join("tampered.msg"), quote)?;
        expect(1, verify_tpm(project, &machine, "tampered.msg")?)
    });
    service::show(project, stages, &folder);
}

fn build(project: &Project) -> Result<(), Failure> {
    Step::cargo().args(["build", "--package", "veriquote-cli"]).dir(&project.root).run()
}

fn forge(project: &Project, folder: &Path) -> Result<String, Failure> {
    for name in ["tdx4", "sgx3", "tpm-rsa"] {
        forge_platform(project, name, &folder.join(name))?;
    }
    Ok(format!("keys, certificates, revocation lists, collateral, quotes and logs in {}", folder.display()))
}

/// Writes the files of a forged platform of this name into a folder.
pub(crate) fn forge_platform(project: &Project, name: &str, platform: &Path) -> Result<(), Failure> {
    fs::create_dir_all(platform)?;
    project.program("veriquote-forge", Program::Example("forge-platform"))?.arg(name).arg(platform).run()
}

fn verify(project: &Project, platform: &Path) -> Step {
    veriquote(project)
        .args(["verify", "dcap", "--quote"])
        .arg(platform.join("quote.bin"))
        .arg("--collateral")
        .arg(platform.join("collateral.json"))
        .arg("--root")
        .arg(platform.join("root.pem"))
        .args(["--at", FORGED_AT])
}

fn verify_tpm(project: &Project, machine: &Path, quote: &str) -> Result<Step, Failure> {
    let nonce = fs::read_to_string(machine.join("nonce"))?;
    let mut step = veriquote(project).args(["verify", "tpm", "--nonce"]).arg(nonce.trim());
    for (flag, name) in [
        ("--quote", quote),
        ("--signature", "quote.sig"),
        ("--ak", "ak.pub"),
        ("--ak-chain", "ak.pem"),
        ("--root", "root.pem"),
        ("--pcrs", "quote.pcrs"),
        ("--event-log", "eventlog.bin"),
        ("--ima-log", "ima.bin"),
    ] {
        step = step.arg(flag).arg(machine.join(name));
    }
    Ok(step.args(["--at", FORGED_AT]))
}

pub(super) fn veriquote(project: &Project) -> Step {
    Step::new(project.target.join("debug/veriquote"))
}

/// Runs it; any other exit code than the one expected is a failure of the demo.
pub(super) fn expect(wanted: i32, step: Step) -> Result<String, Failure> {
    match step.code()? {
        code if code == wanted => Ok(format!("exit code {code}, as it should be")),
        code => Err(Failure::new(
            format!("exit code {code}, where {wanted} was expected"),
            "run the command above by hand, with --json for every detail",
        )),
    }
}

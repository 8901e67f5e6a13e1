//! Side by side with the published `dcap-qvl` crate: its own samples, every real quote, every platform
//! of the forge. Where it decides, we decide the same; where it refuses, the reason is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use dcap_qvl::QuoteCollateralV3;
use dcap_qvl::verify::QuoteVerifier;
use serde_json::Value;
use veriquote::UnixTime;
use veriquote::dcap::{Profile, TcbStatus};
use veriquote_conformance::corpus;
use veriquote_conformance::run::{Input, authenticate};
use veriquote_forge::Forge;

/// Status and advisories, or why not.
type Answer = Result<(String, BTreeSet<String>), String>;

fn theirs(input: Input<'_>, root: Option<&[u8]>) -> Answer {
    let collateral: QuoteCollateralV3 = serde_json::from_slice(input.collateral).expect("collateral");
    let verifier = root.map_or_else(QuoteVerifier::new_prod, |root| QuoteVerifier::new(root.to_vec()));
    let now = u64::try_from(input.now).expect("after 1970");
    match verifier.verify(input.quote, &collateral, now) {
        Ok(report) => Ok((report.status, report.advisory_ids.into_iter().collect())),
        Err(error) => Err(format!("{error:#}")),
    }
}

fn ours(input: Input<'_>) -> Answer {
    let authentic = authenticate(input).map_err(|failure| failure.error.code().to_string())?;
    let tcb = authentic.tcb();
    match tcb.status {
        TcbStatus::NotSupported | TcbStatus::Revoked => Err(tcb.status.to_string()),
        status => Ok((status.to_string(), tcb.advisories.iter().map(ToString::to_string).collect())),
    }
}

/// What `dcap-qvl` refuses before it has a verdict, and we leave to the policy or support.
const REASONS: [(&str, &str); 3] = [
    ("sgxtcbcomponents", "it does not read TCB info of version 2"),
    ("service TD", "it refuses TDs bound to a service TD; here that is the policy's rule `tdx.service_td`"),
    ("ebug", "it refuses debug mode; here that is the policy's rules `tdx.debug` and `sgx.debug`"),
];

#[test]
fn every_real_quote() {
    let mut refusals: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut agreed = 0;
    for vector in &corpus::all("dcap/real") {
        let input = Input {
            quote: &vector.quote,
            collateral: &vector.collateral,
            root: None,
            now: vector.now,
            profile: Profile::Strict,
        };
        match (ours(input), theirs(input, None)) {
            (Ok(ours), Ok(theirs)) if ours == theirs => agreed += 1,
            (Err(ours), Err(theirs))
                if ours == "NotSupported" && theirs.contains("No matching TCB level") =>
            {
                agreed += 1;
            }
            (ours, Err(theirs)) => match REASONS.iter().find(|(text, _)| theirs.contains(text)) {
                Some((_, reason)) => *refusals.entry(reason).or_default() += 1,
                None => wrong.push(format!("{}: ours {ours:?}, theirs refuses: {theirs}", vector.id)),
            },
            (ours, theirs) => wrong.push(format!("{}: ours {ours:?}, theirs {theirs:?}", vector.id)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all = agreed + refusals.values().sum::<usize>();
    assert!(all == 0 || refusals.len() == REASONS.len(), "a listed reason is not needed: {refusals:?}");
    eprintln!("{agreed} agree; it refuses {refusals:?}");
}

#[test]
fn every_sample_that_it_ships() {
    let folder = samples();
    let mut count = 0;
    for path in fs::read_dir(&folder).expect("samples").map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix("_collateral.json") else { continue };
        let quote = fs::read(folder.join(name)).expect("a quote");
        let collateral = fs::read(&path).expect("collateral");
        let file: Value = serde_json::from_slice(&collateral).expect("JSON");
        let input = Input {
            quote: &quote,
            collateral: &collateral,
            root: None,
            now: a_day_after_issue(&file),
            profile: Profile::Strict,
        };
        match (ours(input), theirs(input, None)) {
            (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{name}"),
            (Err(ours), Err(theirs)) => {
                assert!(
                    ours == "NotSupported" && theirs.contains("No matching TCB level"),
                    "{name} {ours} {theirs}"
                );
            }
            (ours, theirs) => panic!("{name}: ours {ours:?}, theirs {theirs:?}"),
        }
        count += 1;
    }
    assert!(count >= 4, "{count} samples in {}", folder.display());
}

/// Its samples of quotes alone parse as it parses them.
#[test]
fn samples_of_quotes_alone() {
    for name in ["quote-from-tappd.hex", "tdx-quote.hex"] {
        let text = fs::read_to_string(samples().join(name)).expect("a sample");
        let digits = text.trim().trim_start_matches("0x");
        let quote = veriquote::bytes::from_hex(digits.as_bytes()).expect("hex");
        let ours = veriquote::dcap::Quote::parse(&quote).expect("a quote");
        let theirs = dcap_qvl::quote::Quote::parse(&quote).expect("a quote");
        assert_eq!(ours.unauthenticated_header().version, theirs.header.version, "{name}");
        let their_data = theirs.report.as_td10().expect("a TD").report_data;
        assert_eq!(ours.unauthenticated_report().report_data().0, their_data, "{name}");
    }
}

/// The forge is no more ours than theirs: what it makes is valid there as well.
#[test]
fn every_platform_of_the_forge() {
    for (name, forge) in Forge::all() {
        // Enclaves in quotes of version 4 and 5 are not supported there.
        if ["sgx4", "sgx5"].contains(&name) {
            continue;
        }
        let forged = forge.build();
        let collateral = forged.collateral_json();
        let input = Input {
            quote: &forged.quote,
            collateral: collateral.as_bytes(),
            root: Some(forged.root_pem.as_bytes()),
            now: forged.now,
            profile: Profile::Strict,
        };
        assert_eq!(ours(input), theirs(input, Some(&forged.root_der)), "{name}");
    }
}

fn a_day_after_issue(file: &Value) -> i64 {
    let issued = |name: &str| {
        let document: Value = serde_json::from_str(file[name].as_str().expect("text")).expect("JSON");
        UnixTime::parse_rfc3339_utc(document["issueDate"].as_str().expect("a date")).expect("a date").0
    };
    issued("tcb_info").max(issued("qe_identity")) + 86_400
}

/// The folder of samples inside the crate's source, wherever cargo keeps it.
fn samples() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo metadata");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON of cargo metadata");
    let package =
        metadata["packages"].as_array().expect("packages").iter().find(|it| it["name"] == "dcap-qvl");
    let manifest = package.expect("dcap-qvl")["manifest_path"].as_str().expect("a path").to_owned();
    Path::new(&manifest).with_file_name("sample")
}

//! Real evidence of NVIDIA devices, from the folder of public vectors.
#![cfg(feature = "nvidia")]

use std::path::PathBuf;
use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::nvidia::{
    Announced, Architecture, AuthenticDevice, Evidence, Expectations, Fields, GpuMode, Trailing, Verifier,
};
use veriquote::{Code, Failure, UnixTime};

/// The folder of NVIDIA's vectors, or `None`, said aloud.
fn vectors() -> Option<PathBuf> {
    let root = std::env::var_os("VERIQUOTE_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"),
        PathBuf::from,
    );
    let folder = root.join("nvgpu");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no NVIDIA vectors at {}; set VERIQUOTE_VECTORS", root.display());
    None
}

fn at(text: &str) -> UnixTime {
    UnixTime::parse_rfc3339_utc(text).unwrap()
}

fn verifier() -> Verifier {
    Verifier::nvidia(Arc::new(RustCrypto))
}

fn unhex(text: &str) -> Vec<u8> {
    veriquote::bytes::from_hex(text.trim().as_bytes()).unwrap()
}

/// A report in hex and a chain in PEM.
fn pair(folder: &std::path::Path, report: &str, chain: &str) -> (Vec<u8>, Vec<u8>) {
    let report = std::fs::read_to_string(folder.join(report)).unwrap();
    (unhex(&report), std::fs::read(folder.join(chain)).unwrap())
}

fn nonce(report: &[u8]) -> [u8; 32] {
    report[4..36].try_into().unwrap()
}

fn authenticate(report: &[u8], chain: &[u8], now: &str) -> Result<AuthenticDevice, Failure> {
    let evidence = Evidence::parse(report, chain, Trailing::Refuse)?;
    evidence.authenticate(&verifier(), &Expectations::nonce(nonce(report)), at(now))
}

const NOW: &str = "2026-11-29T00:00:00Z";
const NVTRUST: (&str, &str) =
    ("nvtrust/report/hopperAttestationReport.txt", "nvtrust/report/hopperCertChain.txt");
const SAMPLES: &str = "attestation-sdk/testdata/sample_attestation_data";

#[test]
fn genuine_reports_are_authentic() {
    let Some(folder) = vectors() else { return };
    let gpu = |name: &str| format!("{SAMPLES}/gpu/{name}");
    for (report, chain, architecture, driver, vbios, mode, states_firmware) in [
        (NVTRUST.0.into(), NVTRUST.1.into(), Architecture::Hopper, "550.90.07", "96.00.9F.00.01", None, true),
        (
            "attestation-sdk/testdata/hopperAttestationReport.txt".to_owned(),
            "attestation-sdk/testdata/hopperCertChain.txt".to_owned(),
            Architecture::Hopper,
            "580.159.03",
            "96.00.74.00.20",
            Some(GpuMode::SinglePassthrough),
            true,
        ),
        (
            gpu("hopperAttestationReport.txt"),
            gpu("hopperCertChain.txt"),
            Architecture::Hopper,
            "535.86.09",
            "96.00.5E.00.01",
            None,
            false,
        ),
        (
            gpu("hopperAttestationReportExpired.txt"),
            gpu("hopperCertChainExpired.txt"),
            Architecture::Hopper,
            "570.124.03",
            "96.00.5E.00.04",
            None,
            true,
        ),
        (
            gpu("blackwellAttestationReport.txt"),
            gpu("blackwellCertChain.txt"),
            Architecture::Blackwell,
            "575.32",
            "97.00.88.00.0F",
            None,
            true,
        ),
    ] {
        let (report, chain) = pair(&folder, &report, &chain);
        let device = authenticate(&report, &chain, NOW).unwrap();
        assert_eq!(device.architecture(), architecture);
        assert_eq!(device.measurements().len(), 64);
        let Fields::Gpu(fields) = device.fields() else { panic!("a GPU") };
        assert_eq!((&*fields.driver_version, &*fields.vbios_version), (driver, vbios));
        assert_eq!(fields.mode, mode);
        assert_eq!(fields.firmware_id.is_some(), states_firmware);
    }
}

#[test]
fn the_genuine_switch_is_authentic() {
    let Some(folder) = vectors() else { return };
    let (report, chain) = pair(
        &folder,
        "attestation-sdk/testdata/switchAttestationReport.txt",
        "attestation-sdk/testdata/switchCertChain.txt",
    );
    let device = authenticate(&report, &chain, NOW).unwrap();
    assert_eq!((device.architecture(), device.chip()), (Architecture::Ls10, "LS10"));
    assert_eq!(device.measurements().len(), 31);
    let Fields::Switch(fields) = device.fields() else { panic!("a switch") };
    assert_eq!(fields.bios_version, "96.10.55.00.01");
    assert_eq!((fields.pdi.is_some(), fields.gpu_pdis.len()), (true, 8));
}

#[test]
fn reports_with_another_chain_or_a_bad_signature_are_refused() {
    let Some(folder) = vectors() else { return };
    for (report, chain) in [
        ("gpu/hopperAttestationReportInvalidSignature.txt", "gpu/hopperCertChain.txt"),
        ("switch/switchAttestationReportInvalidSignature.txt", "switch/switchCertChain.txt"),
        ("gpu/hopperAttestationReport.txt", "switch/switchCertChain.txt"),
        ("gpu/hopperAttestationReport.txt", "gpu/blackwellCertChain.txt"),
    ] {
        let (report, chain) = pair(&folder, &format!("{SAMPLES}/{report}"), &format!("{SAMPLES}/{chain}"));
        let failure = authenticate(&report, &chain, NOW).unwrap_err();
        assert_eq!(failure.error.code(), Code::NvidiaReportSignature);
        let last = failure.checks.last().unwrap();
        assert_eq!((last.rule.id, last.outcome.as_str()), ("nvidia.report.signature", "failed"));
    }
}

#[test]
fn every_byte_of_a_report_is_signed() {
    let Some(folder) = vectors() else { return };
    let (report, chain) = pair(&folder, NVTRUST.0, NVTRUST.1);
    let expectations = Expectations::nonce(nonce(&report));
    // One bit in every region: nonce, first and last block, responder's nonce, opaque data, r, s.
    for offset in [10, 60, 3500, 3580, 3700, 4030, 4100] {
        let mut changed = report.clone();
        changed[offset] ^= 0x10;
        let evidence = Evidence::parse(&changed, &chain, Trailing::Refuse).unwrap();
        let failure = evidence.authenticate(&verifier(), &expectations, at(NOW)).unwrap_err();
        assert_eq!(failure.error.code(), Code::NvidiaReportSignature, "byte {offset}");
    }
}

#[test]
fn the_challenge_and_what_is_announced_must_be_those_that_were_signed() {
    let Some(folder) = vectors() else { return };
    let (report, chain) = pair(&folder, NVTRUST.0, NVTRUST.1);
    let evidence = Evidence::parse(&report, &chain, Trailing::Refuse).unwrap();
    let code = |expectations: &Expectations<'_>| {
        evidence.authenticate(&verifier(), expectations, at(NOW)).map(|_| ()).map_err(|f| f.error.code())
    };
    let right = nonce(&report);
    let mut wrong = right;
    wrong[31] ^= 1;
    assert_eq!(code(&Expectations::nonce(wrong)), Err(Code::NvidiaNonce));
    let announced = |announced| Expectations { nonce: right, announced };
    for (announcement, expected) in [
        (Announced { nonce: Some(&wrong), ..Announced::default() }, Err(Code::NvidiaAdvisory)),
        (Announced { nonce: Some(&right), ..Announced::default() }, Ok(())),
        (Announced { driver_version: Some("550.90.08"), ..Announced::default() }, Err(Code::NvidiaAdvisory)),
        (Announced { driver_version: Some("550.90.07"), ..Announced::default() }, Ok(())),
        (Announced { vbios_version: Some("96.00.9f.00.01"), ..Announced::default() }, Ok(())),
        (
            Announced { vbios_version: Some("96.00.9f.00.02"), ..Announced::default() },
            Err(Code::NvidiaAdvisory),
        ),
        (
            Announced { architecture: Some(Architecture::Blackwell), ..Announced::default() },
            Err(Code::NvidiaArchMismatch),
        ),
        (Announced { architecture: Some(Architecture::Hopper), ..Announced::default() }, Ok(())),
    ] {
        assert_eq!(code(&announced(announcement.clone())), expected, "{announcement:?}");
    }
}

#[test]
fn a_chain_is_five_certificates_in_order() {
    let Some(folder) = vectors() else { return };
    let (report, chain) = pair(&folder, NVTRUST.0, NVTRUST.1);
    let text = String::from_utf8(chain).unwrap();
    let blocks: Vec<&str> = text.split_inclusive("-----END CERTIFICATE-----\n").collect();
    assert_eq!(blocks.len(), 5);
    let order = |order: &[usize]| order.iter().map(|index| blocks[*index]).collect::<String>();
    for wrong in [
        &[4, 3, 2, 1, 0][..],
        &[0, 2, 1, 3, 4],
        &[0, 1, 2, 3],
        &[0, 1, 2, 3, 4, 4],
        &[0],
        &[0, 1, 1, 3, 4],
        &[1, 1, 2, 3, 4],
    ] {
        let failure = authenticate(&report, order(wrong).as_bytes(), NOW).unwrap_err();
        assert!(
            matches!(failure.error.code(), Code::X509Chain | Code::X509Anchor | Code::X509Extension),
            "{wrong:?}: {}",
            failure.error
        );
        assert_eq!(failure.checks.last().unwrap().rule.id, "nvidia.chain");
    }
    assert!(authenticate(&report, order(&[0, 1, 2, 3, 4]).as_bytes(), NOW).is_ok());
    let early = authenticate(&report, text.as_bytes(), "2020-10-16T00:00:00Z").unwrap_err();
    assert_eq!(early.error.code(), Code::X509NotYetValid);
}

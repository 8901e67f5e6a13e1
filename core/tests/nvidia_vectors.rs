//! Real evidence of NVIDIA devices, from the folder of public vectors.
#![cfg(feature = "nvidia")]

use std::path::PathBuf;
use std::sync::Arc;

use veriquote::crypto::{CryptoProvider as _, HashAlgorithm, RustCrypto, SignatureAlgorithm};
use veriquote::nvidia::{
    Announced, Architecture, AuthenticDevice, AuthenticRim, Evidence, Expectations, Fields, GpuMode,
    MeasuredDevice, Revocation, Rim, RimKind, Trailing, UnauthenticatedRim, Verifier,
};
use veriquote::x509::Certificate;
use veriquote::{Code, Failure, UnixTime, trust};

/// The folder of NVIDIA's vectors, or `None`, said aloud.
fn vectors() -> Option<PathBuf> {
    veriquote_recorded::recorded("nvgpu")
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
    assert_eq!((fields.pdi.is_some(), fields.gpu_pdis.len()), (true, 7));
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
    let announced = |announced| Expectations { announced, ..Expectations::nonce(right) };
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

/// Authenticates a manifest of the folder.
fn rim(folder: &std::path::Path, file: &str, now: &str) -> Result<AuthenticRim, Failure> {
    let xml = std::fs::read(folder.join(file)).unwrap();
    Rim::from_xml(&xml).authenticate(&verifier(), &Revocation::NONE, at(now))
}

const DRIVER_550_144: &str = "attestation-sdk/testdata/NV_GPU_DRIVER_GH100_550.144.03.xml";
const SWITCH_RIM: &str =
    "attestation-sdk/testdata/switchVBIOSRim_NV_SWITCH_BIOS_5612_0002_890_9610550001.xml";
const SAMPLE_RIMS: &str = "attestation-sdk/testdata/sample_rims";

#[test]
fn every_published_manifest_is_authentic_in_its_time() {
    let Some(folder) = vectors() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(folder.join("nvtrust/rims")).unwrap() {
        let file = format!("nvtrust/rims/{}", entry.unwrap().file_name().to_str().unwrap());
        let authentic = rim(&folder, &file, "2024-06-01T00:00:00Z").unwrap();
        let expected = if file.contains("Driver") { (RimKind::Driver, 21) } else { (RimKind::Vbios, 12) };
        assert_eq!((authentic.kind(), authentic.measurements().len()), expected, "{file}");
        assert_eq!((authentic.product(), authentic.manufacturer()), ("GH100", Some("5703")));
        let late = rim(&folder, &file, NOW).unwrap_err();
        assert_eq!(late.error.code(), Code::X509Expired, "{file}");
        count += 1;
    }
    assert_eq!(count, 26);
    let switch = rim(&folder, SWITCH_RIM, NOW).unwrap();
    assert_eq!((switch.kind(), switch.measurements().len()), (RimKind::SwitchBios, 31));
    assert_eq!(rim(&folder, DRIVER_550_144, NOW).unwrap().version(), "550.144.03");
    let early = rim(&folder, SWITCH_RIM, "2026-05-20T00:00:00Z").unwrap_err();
    assert_eq!(early.error.code(), Code::X509NotYetValid);
}

#[test]
fn manifests_that_nvidia_broke_on_purpose_are_refused_for_their_reason() {
    let Some(folder) = vectors() else { return };
    let sample = |name: &str| format!("{SAMPLE_RIMS}/{name}");
    for (file, now, code, check) in [
        (
            "attestation-sdk/testdata/incorrect_signature_driver_rim.xml".to_owned(),
            NOW,
            Code::NvidiaRimSignature,
            "nvidia.rim.signature",
        ),
        (
            "attestation-sdk/testdata/incorrect_cert_chain_driver_rim.xml".to_owned(),
            NOW,
            Code::X509Chain,
            "nvidia.rim.chain",
        ),
        (
            sample("NV_SWITCH_BIOS_5612_0002_890_9610550001_invalid_signature.xml"),
            "2025-06-01T00:00:00Z",
            Code::NvidiaRimDigest,
            "nvidia.rim.digest",
        ),
        (
            sample("NV_SWITCH_BIOS_5612_0002_890_9610550001_measurement_mismatch.xml"),
            "2024-06-01T00:00:00Z",
            Code::NvidiaRimDigest,
            "nvidia.rim.digest",
        ),
        (
            sample("NV_GPU_DRIVER_GH100_535.86.09_measurement_mismatch.xml"),
            "2025-12-01T00:00:00Z",
            Code::NvidiaRimDigest,
            "nvidia.rim.digest",
        ),
        (
            sample("NV_GPU_DRIVER_GH100_570.124.03_expired.xml"),
            "2025-01-01T12:00:00Z",
            Code::NvidiaRimDigest,
            "nvidia.rim.digest",
        ),
        (sample("NV_GPU_DRIVER_GH100_570.124.03_expired.xml"), NOW, Code::X509Expired, "nvidia.rim.chain"),
    ] {
        let failure = rim(&folder, &file, now).unwrap_err();
        assert_eq!(failure.error.code(), code, "{file}: {}", failure.error);
        assert_eq!(failure.checks.last().unwrap().rule.id, check, "{file}");
    }
}

fn compared(
    folder: &std::path::Path,
    report: (&str, &str),
    rims: &[&str],
    now: &str,
) -> Result<MeasuredDevice, Failure> {
    let (report, chain) = pair(folder, report.0, report.1);
    let rims: Vec<_> = rims.iter().map(|file| rim(folder, file, now).unwrap()).collect();
    authenticate(&report, &chain, now).unwrap().compare(&rims)
}

const SWITCH: (&str, &str) =
    ("attestation-sdk/testdata/switchAttestationReport.txt", "attestation-sdk/testdata/switchCertChain.txt");
const GPU_535: (&str, &str) = (
    "attestation-sdk/testdata/sample_attestation_data/gpu/hopperAttestationReport.txt",
    "attestation-sdk/testdata/sample_attestation_data/gpu/hopperCertChain.txt",
);
const VBIOS_5E: &str = "nvtrust/rims/1010_0200_882_96005E0001_PROD.swidtag";

#[test]
fn the_switch_matches_31_of_31() {
    let Some(folder) = vectors() else { return };
    let device = compared(&folder, SWITCH, &[SWITCH_RIM], NOW).unwrap();
    assert!(device.is_match());
    assert_eq!(device.comparisons()[0].matched.len(), 31);
    assert_eq!(
        device.device().rim_ids(),
        [(RimKind::SwitchBios, Some("NV_SWITCH_BIOS_5612_0002_890_9610550001".to_owned()))]
    );
}

#[test]
fn the_vbios_of_an_old_driver_matches_12_of_12_and_the_reissue_differs_at_9() {
    let Some(folder) = vectors() else { return };
    let device = compared(&folder, GPU_535, &[VBIOS_5E], "2024-06-01T00:00:00Z").unwrap();
    assert_eq!(device.comparisons()[0].matched.len(), 12);
    assert!(device.comparisons()[0].is_match());
    assert_eq!((device.missing(), device.is_match()), (&[RimKind::Driver][..], false));
    let reissue = format!("{SAMPLE_RIMS}/NV_GPU_VBIOS_1010_0200_882_96005E0001_measurement_mismatch.xml");
    let device = compared(&folder, GPU_535, &[&reissue], "2025-01-01T00:00:00Z").unwrap();
    let mismatches: Vec<u8> = device.comparisons()[0].mismatches.iter().map(|it| it.index).collect();
    assert_eq!(mismatches, [9]);
    // Given both editions, the one that matches is the device's.
    let device = compared(&folder, GPU_535, &[VBIOS_5E, &reissue], "2024-06-01T00:00:00Z").unwrap();
    assert!(device.comparisons()[0].is_match());
}

#[test]
fn a_manifest_of_another_version_or_product_is_named() {
    let Some(folder) = vectors() else { return };
    let failure = compared(&folder, GPU_535, &[DRIVER_550_144], "2026-01-01T00:00:00Z").unwrap_err();
    assert_eq!(failure.error.code(), Code::NvidiaRimVersion);
    let blackwell = (
        "attestation-sdk/testdata/sample_attestation_data/gpu/blackwellAttestationReport.txt",
        "attestation-sdk/testdata/sample_attestation_data/gpu/blackwellCertChain.txt",
    );
    let failure = compared(&folder, blackwell, &[DRIVER_550_144], "2026-01-01T00:00:00Z").unwrap_err();
    assert_eq!(failure.error.code(), Code::NvidiaRimProduct);
    let device = compared(&folder, blackwell, &[], NOW).unwrap();
    assert_eq!(
        device.device().rim_ids(),
        [
            (RimKind::Driver, Some("NV_GPU_CC_DRIVER_GB100_575.32".to_owned())),
            (RimKind::Vbios, Some("NV_GPU_VBIOS_G525_0220_886_970088000F".to_owned())),
        ]
    );
}

#[test]
fn the_recorded_gpu_of_a_confidential_vm_matches_its_driver_21_of_21() {
    let Some(folder) = vectors() else { return };
    let text = std::fs::read(folder.join("secretvm/gpu_attest.txt")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let device = &json["evidence_list"][0];
    let decode = |member: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.decode(device[member].as_str().unwrap()).unwrap()
    };
    let (report, chain) = (decode("evidence"), decode("certificate"));
    let rim = rim(&folder, DRIVER_550_144, NOW).unwrap();
    let device = authenticate(&report, &chain, NOW).unwrap().compare(&[rim]).unwrap();
    let comparison = &device.comparisons()[0];
    assert!(comparison.is_match());
    assert_eq!((comparison.matched.len(), &*comparison.skipped), (21, &[][..]));
    assert_eq!(device.missing(), [RimKind::Vbios]);
}

#[test]
fn a_manifest_is_of_the_name_that_it_is_given() {
    let Some(folder) = vectors() else { return };
    let xml = std::fs::read(folder.join(DRIVER_550_144)).unwrap();
    let named = |id: &str| {
        let rim = Rim::from_xml(&xml).with_id(id).authenticate(&verifier(), &Revocation::NONE, at(NOW));
        rim.map(|_| ()).map_err(|failure| failure.error.code())
    };
    assert_eq!(named("NV_GPU_DRIVER_GH100_550.144.03"), Ok(()));
    assert_eq!(named("NV_GPU_DRIVER_GH100_550.144.04"), Err(Code::NvidiaRimId));
    assert_eq!(named("NV_GPU_CC_DRIVER_GB100_550.144.03"), Err(Code::NvidiaRimId));
    assert_eq!(named("550.144.03"), Err(Code::NvidiaRimId));
    assert_eq!(named("NV_GPU_VBIOS_1010_0200_882_96009F0001"), Err(Code::NvidiaRimKind));
}

#[test]
fn a_manifest_that_is_written_otherwise_is_the_same_manifest() {
    let Some(folder) = vectors() else { return };
    let genuine = std::fs::read_to_string(folder.join(SWITCH_RIM)).unwrap();
    let verdict = |text: &str| {
        let rim = Rim::from_xml(text.as_bytes()).authenticate(&verifier(), &Revocation::NONE, at(NOW));
        rim.map(|rim| rim.measurements().len()).map_err(|failure| failure.error.code())
    };
    let swid = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
    for same in [
        genuine.replace('\n', "\r\n"),
        genuine
            .replace("\"/>", "\" />")
            .replace(" index=\"", "\t\n index = '")
            .replace("\" active", "' active"),
        genuine.replace("<ns0:Payload ", &format!("<ns0:Payload xmlns:ns0='{swid}' xmlns=\"{swid}\" ")),
        genuine.replace("size=\"48\"/>", "size=\"48\"></ns0:Resource>"),
        genuine.replace("product=\"LS10\"", "product=\"&#76;S&#x31;&#48;\""),
        genuine.replace("edition=\"SWITCH\" product=\"LS10\"", "product=\"LS10\" edition=\"SWITCH\""),
        format!("\n {genuine}\n\n"),
    ] {
        assert_ne!(same, genuine);
        assert_eq!(verdict(&same), Ok(31));
    }
    for (other, code) in [
        (genuine.replace("product=\"LS10\"", "product=\"LS11\""), Code::NvidiaRimDigest),
        (genuine.replace("<ns0:Payload", "<ns0:Payload x=\"\""), Code::NvidiaRimDigest),
        (genuine.replace("    <ns0:Payload", "   <ns0:Payload"), Code::NvidiaRimDigest),
        (genuine.replacen("<ns0:Payload", "<!-- --><ns0:Payload", 1), Code::NvidiaRimProfile),
        (format!("<?xml version=\"1.0\"?>{genuine}"), Code::NvidiaRimProfile),
        (format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{genuine}"), Code::NvidiaRimProfile),
        (genuine.replacen(" edition", " xml:lang=\"en\" edition", 1), Code::NvidiaRimProfile),
        (genuine.replacen("</ns0:Payload>", "</ns0:Payloads>", 1), Code::NvidiaRimXml),
        (genuine.replacen("&", "&amp", 1) + "x", Code::NvidiaRimXml),
        (genuine.replacen("\"SWITCH\"", "\"&bomb;\"", 1), Code::NvidiaRimXml),
    ] {
        assert_eq!(verdict(&other), Err(code));
    }
}

#[test]
fn the_certificates_that_are_known_are_signed_by_their_roots() {
    let Some(folder) = vectors() else { return };
    let provider = RustCrypto;
    let mut seen = std::collections::BTreeSet::new();
    let mut chains: Vec<Vec<Vec<u8>>> = Vec::new();
    for chain in
        [NVTRUST.1, SWITCH.1, "attestation-sdk/testdata/sample_attestation_data/gpu/blackwellCertChain.txt"]
    {
        let pem = std::fs::read(folder.join(chain)).unwrap();
        chains.push(veriquote::encoding::pem_blocks(&pem, "CERTIFICATE", 8).unwrap());
    }
    let expired = format!("{SAMPLE_RIMS}/NV_GPU_DRIVER_GH100_570.124.03_expired.xml");
    for rim in [DRIVER_550_144, SWITCH_RIM, VBIOS_5E, &expired] {
        let xml = std::fs::read(folder.join(rim)).unwrap();
        chains.push(UnauthenticatedRim::parse(&xml).unwrap().certificates);
    }
    for anchor in [trust::nvidia_device_root(), trust::nvidia_rim_root()] {
        let key = anchor.issuer_key(&provider, SignatureAlgorithm::ECDSA_P384_SHA384).unwrap();
        for der in chains.iter().flatten() {
            let digest = provider.hash(HashAlgorithm::Sha256, &[der]);
            if anchor.known_certificates().iter().any(|known| known.as_slice() == digest.as_slice()) {
                Certificate::parse(der).unwrap().verify_signed_by(&key).unwrap();
                seen.insert(digest.as_slice().to_vec());
            }
        }
        for known in anchor.known_certificates() {
            assert!(seen.contains(known.as_slice()), "a certificate that no chain has: {known:02x?}");
        }
    }
}

//! Seeds: small valid inputs made by the forge, and real ones where the vectors folder is there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use veriquote::appraisal::{Bound, Budget, Claims, ClaimsOptions, Dialect, Profile, SubjectTemplate};
use veriquote::crypto::RustCrypto;
use veriquote::dcap::{Collateral, Quote, Verifier};
use veriquote::json::{Strictness, parse};
use veriquote::{Policy, TrustAnchors, UnixTime};
use veriquote_forge::Forge;

use crate::appraisal::READERS;
use crate::document;
use crate::frame::{Frame, INTEL};

/// A first input for a target.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The target.
    pub target: &'static str,
    /// The file's name.
    pub name: String,
    /// The input.
    pub bytes: Vec<u8>,
}

impl Seed {
    fn new(target: &'static str, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { target, name: name.into(), bytes: bytes.into() }
    }
}

/// Every seed that needs no file.
#[must_use]
pub fn forged() -> Vec<Seed> {
    let mut seeds = vec![
        Seed::new("event_log", "made", event_log()),
        Seed::new("boot_claims", "made", veriquote_forge::tpm::TpmLog::boot().bytes()),
        Seed::new("continuation", "short", b"VQIMA\x01\0\0".to_vec()),
        Seed::new("ima", "line", b"10 0000000000000000000000000000000000000000 ima-ng sha1:0000000000000000000000000000000000000000 /x\n".to_vec()),
    ];
    for (name, text) in JSON {
        seeds.push(Seed::new("json", *name, *text));
        seeds.push(Seed::new("canonical", *name, *text));
    }
    for mode in 0..11u8 {
        seeds.push(Seed::new(
            "binding",
            format!("mode-{mode}"),
            [&[mode, 7], &br#"{"b":1,"a":2}"#[..]].concat(),
        ));
    }
    seeds.extend(appraisals());
    seeds.extend(profiles());
    seeds.extend(bundles());
    for (index, (name, forge)) in (0u8..).zip(Forge::all()) {
        let forged = forge.build();
        let from = &forged.collateral;
        for (which, text) in document::texts(&forge) {
            seeds.push(Seed::new("json", format!("{name}-{which}"), text.as_bytes()));
            for options in [which, which | INTEL] {
                let bytes = [&[index, options], text.as_bytes()].concat();
                seeds.push(Seed::new("document", format!("{name}-{options}"), bytes));
            }
        }
        seeds.push(Seed::new("collateral", name, forged.collateral_json()));
        seeds.push(Seed::new("quote", name, &forged.quote[..]));
        let qve = veriquote_forge::VerificationReport::ok(b"quote");
        seeds.push(Seed::new("quote", format!("{name}-qve"), qve.report()));
        seeds.push(Seed::new("verify", name, Frame::of(&forged).write()));
        for (role, certificate) in
            [("root", &forge.root), ("ca", &forge.pck_ca), ("pck", &forge.pck_certificate())]
        {
            seeds.push(Seed::new("certificate", format!("{name}-{role}"), certificate.der()));
            let pem = veriquote_forge::pem("CERTIFICATE", &certificate.der());
            seeds.push(Seed::new("text", format!("{name}-{role}"), pem));
        }
        for (list, der) in [("root", &from.root_ca_crl), ("pck", &from.pck_crl)] {
            seeds.push(Seed::new("crl", format!("{name}-{list}"), &der[..]));
            seeds.push(Seed::new("text", format!("{name}-{list}-crl"), veriquote_forge::hex(der)));
        }
    }
    for (name, text) in POLICIES {
        seeds.push(Seed::new("policy", *name, *text));
    }
    for (name, text) in TOKENS {
        let file: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        for (number, case) in file["token_cases"].as_array().into_iter().flatten().enumerate() {
            if let Some(token) = case["request"]["token"].as_str() {
                seeds.push(Seed::new("jws", format!("{name}-{number}"), token));
                seeds.push(Seed::new("verify_token", format!("{name}-{number}"), token));
                let [header, payload] = parts(token);
                seeds.push(Seed::new(
                    "token_claims",
                    format!("{name}-{number}"),
                    [&header, &[0][..], &payload].concat(),
                ));
            }
            seeds.push(Seed::new("jwks", format!("{name}-{number}"), case["request"]["jwks"].to_string()));
        }
    }
    seeds.push(Seed::new("jwks", "one", crate::token::JWKS));
    let mut beside = Forge::tdx4();
    beside.chains.pck_beside = true;
    beside.quote.certification = veriquote_forge::Certification::PpidClear;
    seeds.push(Seed::new("verify", "beside", Frame::of(&beside.build()).write()));
    let mut intel = Frame::of(&Forge::sgx3().build());
    intel.options |= INTEL;
    seeds.push(Seed::new("verify", "intel", intel.write()));
    seeds.push(Seed::new("text", "time", "2026-01-15T00:00:00Z"));
    seeds.extend(tpm());
    seeds.extend(nvidia());
    seeds.extend(readers(&seeds));
    seeds
}

/// Seeds from the folder of vectors; none where it is absent.
///
/// # Errors
/// Those of reading a file that is there.
pub fn from_vectors(vectors: &Path) -> io::Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    for (name, path) in [
        ("ccel-cos", "dcap/eventlog/go-tdx-guest/ccel/ccel_data.dat"),
        ("ccel-ovmf", "tpm/go-eventlog/testdata/eventlogs/ccel/CCEL_unpadded.data.bin"),
        ("ccel-direct", "tpm/go-eventlog/testdata/eventlogs/ccel/event_log.bin"),
        ("tpm", "tpm/swtpm/boot/eventlog.bin"),
        ("tpm-locality", "tpm/swtpm/profile-locality3/boot/eventlog.bin"),
    ] {
        if let Some(bytes) = read(&vectors.join(path))? {
            // Of the padding a little is enough.
            let end = bytes.iter().rposition(|byte| *byte != 0xff).map_or(0, |last| last + 1);
            let kept = bytes.len().min(end + 16);
            seeds.push(Seed::new("event_log", name, &bytes[..kept]));
            if name.starts_with("tpm") {
                seeds.push(Seed::new("boot_claims", name, &bytes[..kept]));
            }
        }
    }
    let swtpm = vectors.join("tpm/swtpm");
    for name in ["rsassa-sha256bank", "rsapss-sha384bank", "ecdsa-p256-sha1bank", "rsassa-multibank"] {
        let file = |extension| read(&swtpm.join(format!("quotes/{name}.{extension}")));
        if let (Some(msg), Some(sig), Some(pcrs)) = (file("msg")?, file("sig")?, file("pcrs")?) {
            seeds.push(Seed::new("tpm_quote", name, two(&msg, &sig)));
            seeds.push(Seed::new("tpm_pcrs", name, two(&msg, &pcrs)));
            seeds.push(Seed::new("tpm_pcrs", format!("{name}-file"), pcrs));
        }
    }
    for name in ["attest-certify", "attest-certifycreation", "attest-gettime"] {
        let file = |extension| read(&swtpm.join(format!("attest-other/{name}.{extension}")));
        if let (Some(msg), Some(sig)) = (file("msg")?, file("sig")?) {
            seeds.push(Seed::new("tpm_quote", name, two(&msg, &sig)));
        }
    }
    for (target, name, path) in [
        ("tpm_quote", "creation-data", "attest-other/creation.data"),
        ("tpm_public", "ak-rsa", "ak/rsassa.pub"),
        ("tpm_public", "ak-ecc", "ak/ecdsa-p384.pub"),
        ("tpm_public", "ak-ecdaa", "ak/ecdaa-p256.pub"),
        ("tpm_public", "ek", "ek/ek-ecc-p256.pub"),
        ("tpm_public", "name", "ak/rsassa.name"),
        ("tpm_credential", "rsa", "credential/cred-rsa2048-rsassa.blob"),
        ("tpm_credential", "ecc", "credential/cred-ecc-p256-rsassa.blob"),
    ] {
        if let Some(bytes) = read(&swtpm.join(path))? {
            seeds.push(Seed::new(target, name, bytes));
        }
    }
    for path in entries(&vectors.join("tokens"))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(bytes) = read(&path).ok().flatten() else { continue };
        let text = String::from_utf8_lossy(&bytes);
        if name.ends_with(".jwt") {
            // Half of a token of 50 kilobytes is its log.
            let [header, payload] = parts(&text);
            seeds.push(Seed::new("appraisal", name.clone(), &payload[..]));
            if bytes.len() < 8192 {
                seeds.push(Seed::new("jws", name.clone(), text.trim()));
                seeds.push(Seed::new("token_claims", name, [&header, &[0][..], &payload].concat()));
            }
        } else if name.to_ascii_lowercase().contains("jwk") {
            seeds.push(Seed::new("jwks", name, bytes));
        } else if name.ends_with("_detached_eat.json") {
            seeds.push(Seed::new("appraisal", name, bytes));
        }
    }
    for case in folders(&vectors.join("dcap/real"))? {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(bytes) = read(&case.join("quote.bin"))? {
            seeds.push(Seed::new("quote", name.clone(), bytes));
        }
        if let Some(bytes) = read(&case.join("collateral.json"))? {
            seeds.push(Seed::new("collateral", name, bytes));
        }
    }
    seeds.extend(readers(&seeds));
    Ok(seeds)
}

/// Writes seeds below `folder`, one folder for each target.
///
/// # Errors
/// Those of the file system.
pub fn write(folder: &Path, seeds: &[Seed]) -> io::Result<()> {
    for seed in seeds {
        let folder = folder.join(seed.target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(&seed.name), &seed.bytes)?;
    }
    Ok(())
}

/// What is in the folder `path`, by name; nothing where there is none.
fn entries(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut all = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

/// The folders in `path`, at most eight of them, evenly spread over their names.
fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    let all = entries(path)?;
    let step = all.len().div_ceil(8).max(1);
    Ok(all.into_iter().step_by(step).collect())
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// `u16 size of the first | first | second`.
fn two(first: &[u8], second: &[u8]) -> Vec<u8> {
    [&u16::try_from(first.len()).expect("short").to_be_bytes(), first, second].concat()
}

/// The smallest of each TPM structure.
fn tpm() -> Vec<Seed> {
    let mut quote = vec![0xff, b'T', b'C', b'G', 0x80, 0x18, 0, 4, 0x40, 0, 0, 1, 0, 5];
    quote.extend(b"nonce");
    quote.extend([0; 16]);
    quote.push(1);
    quote.extend([0; 8]);
    quote.extend([0, 0, 0, 1, 0, 0x0b, 3, 1, 0, 0, 0, 32]);
    quote.extend([0; 32]);
    let signature = [&[0, 0x14, 0, 0x0b, 1, 0][..], &[0x5a; 256]].concat();
    let point = [&[0, 32][..], &[7; 32], &[0, 32], &[8; 32]].concat();
    let head = [0, 0x23, 0, 0x0b, 0, 5, 0, 0x72, 0, 0, 0, 0x10, 0, 0x18, 0, 0x0b, 0, 3, 0, 0x10];
    vec![
        Seed::new("tpm_quote", "made", two(&quote, &signature)),
        Seed::new("tpm_pcrs", "made", two(&quote, &[0; 32])),
        Seed::new("tpm_public", "made", [&head[..], &point].concat()),
        Seed::new("tpm_public", "jwk", r#"{"kty":"RSA","kid":"HCLAkPub","e":"AQAB","n":"wwID"}"#),
        Seed::new("tpm_credential", "made", [0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1, 0, 1, 9, 0, 1, 8]),
    ]
}

/// Reports, opaque data, manifests, evidence and OCSP responses of the forge's devices.
fn nvidia() -> Vec<Seed> {
    use veriquote_forge::nvidia::{NvForge, Ocsp, OcspStatus};
    let mut seeds = Vec::new();
    for (which, (name, forge)) in (0u8..).zip(NvForge::all()) {
        let device = &forge.devices[0];
        let built = device.build();
        seeds.push(Seed::new("nvidia_report", name, [&[which][..], &built.report].concat()));
        let mut opaque = vec![which];
        for (kind, data) in &device.report.opaque {
            opaque.extend(kind.to_le_bytes());
            opaque.extend(u16::try_from(data.len()).expect("short").to_le_bytes());
            opaque.extend(data);
        }
        seeds.push(Seed::new("nvidia_opaque", name, opaque));
        let evidence = serde_json::json!([{
            "arch": built.architecture, "nonce": veriquote_forge::hex(&forge.nonce),
            "evidence": veriquote_forge::hex(&built.report), "certificate": built.chain,
        }]);
        seeds.push(Seed::new("nvidia_envelope", name, evidence.to_string()));
    }
    for (number, text) in crate::nvidia::rims().into_iter().enumerate() {
        seeds.push(Seed::new("nvidia_rim", number.to_string(), text));
    }
    for (name, text) in ENVELOPES {
        seeds.push(Seed::new("nvidia_envelope", *name, *text));
    }
    let chain = &NvForge::hopper().devices[0].chain;
    let good = Ocsp::good(&chain[1], &chain[2]);
    for (name, ocsp) in [
        ("good", good.clone()),
        ("by-key", Ocsp { by_key: true, nonce: Some(vec![9; 32]), ..good.clone() }),
        ("other", Ocsp { serial: vec![7], status: OcspStatus::Revoked(6), ..good }),
    ] {
        seeds.push(Seed::new("ocsp", name, ocsp.der()));
    }
    seeds.push(Seed::new("ocsp", "unauthorized", [0x30, 3, 0x0a, 1, 6]));
    seeds
}

const ENVELOPES: &[(&str, &str)] = &[
    (
        "trustee",
        r#"{"device_evidence_list":[{"arch":"Hopper","uuid":"a","evidence":"11e0","certificate":"LS0tLS1CRUdJTiA="}]}"#,
    ),
    (
        "alibaba",
        r#"{"quote":"AA==","gpu_evidence":{"evidence_list":[{"attestation_report":"EeA=","certificate":"-----BEGIN "}]}}"#,
    ),
    (
        "intel",
        r#"{"nvgpu":{"gpu_nonce":"00","arch":"hopper","evidence":"MTFlMA==","certificate":"-----BEGIN "},"tdx":{"quote":"AA=="}}"#,
    ),
    ("phala", r#"{"intel_quote":"00","nvidia_payload":"{\"nonce\":\"00\",\"evidence_list\":[]}"}"#),
    (
        "google",
        r#"{"ppcie":{"gpu_quotes":[{"gpu_architecture_type":8,"attestation_report":"EeA=","attestation_certificate_chain":"-----BEGIN "}],"switch_quotes":[]}}"#,
    ),
    (
        "rs",
        r#"{"platform":"nvidia_gpu","evidence":{"devices":[{"evidence_b64":"EeA=","cert_chain_b64":"-----BEGIN "}]}}"#,
    ),
];

/// A CCEL with SHA-384 digests: an action with its own hash, an opaque application, a separator.
fn event_log() -> Vec<u8> {
    let mut log = [1u32, 3].map(u32::to_le_bytes).concat();
    log.extend([0; 20]);
    log.extend(33u32.to_le_bytes());
    log.extend(b"Spec ID Event03\0\0\0\0\0\0\x02\x00\x02\x01\0\0\0\x0c\0\x30\0\0");
    for (index, event_type, data) in
        [(1u32, 0x8000_0007u32, &b"action"[..]), (2, 0x8000_0003, b"application"), (1, 4, &[0; 4])]
    {
        log.extend([index, event_type, 1].map(u32::to_le_bytes).concat());
        log.extend(0x0cu16.to_le_bytes());
        log.extend([0x5a; 48]);
        log.extend(u32::try_from(data.len()).expect("short").to_le_bytes());
        log.extend(data);
    }
    log.extend([0xff; 32]);
    log
}

const JSON: &[(&str, &str)] = &[
    ("all-kinds", r#"{"a":[null,true,false,0,-1.5e+3,"\u00e9\ud83d\ude00\n\"\\\/"],"b":{}}"#),
    ("duplicate", r#"{"a":1,"\u0061":2}"#),
    ("white", " [ 1 ,\t2\r\n] "),
];

const POLICIES: &[(&str, &str)] = &[
    (
        "tpm",
        r#"{"tpm":{"ak_routes":["pinned"],"fresh":"require","required_pcrs":{"sha256":[0,7]},"clock_safe":"allow",
        "pcrs":{"sha1":{"4":"0000000000000000000000000000000000000000"}},"signature_schemes":["ecdsa-sha256"]}}"#,
    ),
    ("crypto-only", r#"{"crypto_only":true}"#),
    (
        "nvidia",
        r#"{"nvidia":{"rims":"allow","revocation":"every","topology":"ignore","modes":["spt"],"gpus":8,
        "minimum_driver_version":"550.90","serials":["00ff"]},"composite":{"measured":"require","fresh":"allow"}}"#,
    ),
    (
        "tcb",
        r#"{"name":"a","tcb":{"accept":["UpToDate","SWHardeningNeeded"],"tolerated_advisories":["INTEL-SA-00615"],
        "rejected_advisories":[],"minimum_evaluation_number":17,"grace_seconds":86400},
        "collateral":{"maximum_age_seconds":2592000,"grace_seconds":0}}"#,
    ),
    (
        "sgx",
        r#"{"sgx":{"debug":"forbid","mode64":"require","init":"allow","isv_prod_id":1,"minimum_isv_svn":2,
        "misc_select":{"value":"00000000","mask":"ffffffff"}},"platform":{"smt":"allow","fmspcs":["00906ed50000"]}}"#,
    ),
    (
        "tdx",
        r#"{"tdx":{"debug":"allow","service_td":"forbid","sept_ve_disable":"require",
        "xfam":{"value":"e700060000000000","mask":"ffffffffffffffff"},"migratable":"allow"}}"#,
    ),
];

/// The claims of our own cases, one per case.
fn appraisals() -> Vec<Seed> {
    let cases: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/vectors/appraisal/appraisal.json")).expect("JSON");
    let cases = cases["cases"].as_array().cloned().unwrap_or_default();
    let seeds = cases.iter().filter_map(|case| {
        let claims = case["request"].get("claims").or_else(|| case["request"].get("bundle"))?;
        let name = case["id"].as_str()?.replace('/', "-");
        Some(Seed::new("appraisal", name, claims.to_string()))
    });
    seeds.collect()
}

/// The claims of one forged platform in every profile that we write.
fn profiles() -> Vec<Seed> {
    let forge = Forge::tdx4();
    let forged = forge.build();
    let now = UnixTime(forge.now);
    let anchors = TrustAnchors::from_certificates(forged.root_pem.as_bytes()).expect("a root");
    let collateral = Collateral::from_json(forged.collateral_json().as_bytes()).expect("collateral");
    let verifier = Verifier::new(anchors, Arc::new(RustCrypto)).expect("a verifier");
    let prepared = verifier.prepare(&collateral, now).expect("collateral in force");
    let quote = Quote::parse(&forged.quote).expect("a quote");
    let quote = prepared.authenticate(&quote, now).expect("an authentic quote");
    let accepted = Policy::crypto_only().accept(quote).expect("an accepted quote");
    let options = ClaimsOptions {
        issuer: "https://attest.example",
        audience: "https://rp.example",
        issued_at: now,
        expires_at: UnixTime(forge.now + 3600),
        token_id: "1",
        profile: "https://attest.example/eat-profile/1",
        intended_use: "generic",
        policy_hash: None,
        subject: SubjectTemplate::Name("workload"),
        nonce: None,
        bound: Bound::Nothing,
        evidence: None,
        verifier: ("https://verifier.example", "1"),
    };
    let claims = Claims::from_accepted(&accepted, &options, &RustCrypto).expect("claims");
    let written = Profile::ALL.iter().map(|profile| {
        let written = claims.write(*profile, Budget::default(), &RustCrypto).expect("room for all");
        Seed::new("appraisal", format!("written-{}", profile.as_str()), written.payload)
    });
    written.collect()
}

/// Claims once more, for the target of the reader that recognises them.
fn readers(seeds: &[Seed]) -> Vec<Seed> {
    let claims = seeds.iter().filter(|seed| seed.target == "appraisal");
    let known = claims.filter_map(|seed| {
        let dialect = Dialect::recognise(&parse(&seed.bytes, Strictness::DOCUMENT).ok()?).ok()?;
        let (target, _) = READERS.iter().find(|(_, known)| *known == dialect)?;
        Some(Seed { target, name: seed.name.clone(), bytes: seed.bytes.clone() })
    });
    known.collect()
}

/// Header and payload of a token, empty where it has none.
fn parts(token: &str) -> [Vec<u8>; 2] {
    let mut segments = token.trim().split('.');
    std::array::from_fn(|_| URL_SAFE_NO_PAD.decode(segments.next().unwrap_or_default()).unwrap_or_default())
}

/// The claims of our own bundles: those of the overall token without its digests, then each submodule's.
fn bundles() -> Vec<Seed> {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/vectors/jwt/bundle.json")).expect("JSON");
    let cases = file["token_cases"].as_array().cloned().unwrap_or_default();
    let seeds = cases.iter().filter_map(|case| {
        let bundle = &case["request"]["bundle"];
        let [_, overall] = parts(bundle[0][1].as_str()?);
        let mut overall: serde_json::Value = serde_json::from_slice(&overall).ok()?;
        overall.as_object_mut()?.remove("submods");
        let mut bytes = overall.to_string().into_bytes();
        for token in bundle[1].as_object()?.values() {
            let [_, payload] = parts(token.as_str()?);
            bytes.push(0);
            bytes.extend(payload);
        }
        let name = case["id"].as_str()?.replace('/', "-");
        Some(Seed::new("bundle", name, bytes))
    });
    seeds.collect()
}

/// The cases for tokens whose parts are of interest.
const TOKENS: &[(&str, &str)] = &[
    ("valid", include_str!("../../tests/vectors/jwt/valid.json")),
    ("key", include_str!("../../tests/vectors/jwt/key.json")),
    ("time", include_str!("../../tests/vectors/jwt/time.json")),
    ("nonce", include_str!("../../tests/vectors/jwt/nonce.json")),
];

//! Lists made here, and those of the vectors folder.

extern crate std;

use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use std::path::{Path, PathBuf};
use std::{env, eprintln, fs};

use super::*;
use crate::bytes::{from_hex, to_hex};
use crate::check::Failure;
use crate::crypto::{CryptoProvider as _, Digest, HashAlgorithm, RustCrypto};
use crate::error::Code;
use crate::tpm::PcrValues;

const SHA1: HashAlgorithm = HashAlgorithm::Sha1;
const SHA256: HashAlgorithm = HashAlgorithm::Sha256;

fn hash(algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
    RustCrypto.hash(algorithm, parts)
}

fn field(content: &[u8]) -> Vec<u8> {
    [&u32::try_from(content.len()).unwrap().to_le_bytes(), content].concat()
}

fn entry(name: &str, data: &[u8], logged: HashAlgorithm) -> Vec<u8> {
    let mut bytes = 10u32.to_le_bytes().to_vec();
    bytes.extend(hash(logged, &[data]).as_slice());
    bytes.extend(field(name.as_bytes()));
    bytes.extend(field(data));
    bytes
}

fn file(path: &str, content: &[u8]) -> Vec<u8> {
    let digest = [b"sha256:\0", hash(SHA256, &[content]).as_slice()].concat();
    [field(&digest), field(&[path.as_bytes(), b"\0"].concat())].concat()
}

fn violation() -> Vec<u8> {
    let data = [field(&[&b"sha256:\0"[..], &[0; 32]].concat()), field(b"/log\0")].concat();
    let mut bytes = entry("ima-ng", &data, SHA1);
    bytes[4..24].fill(0);
    bytes
}

fn sample() -> Vec<Vec<u8>> {
    let key = b"a certificate";
    let buffer = [b"sha256:\0", hash(SHA256, &[key]).as_slice()].concat();
    let buffer = [field(&buffer), field(b".ima\0"), field(key)].concat();
    vec![
        entry("ima-ng", &file("boot_aggregate", b"x"), SHA1),
        entry("ima-ng", &file("/bin/a", b"a"), SHA1),
        violation(),
        entry("ima-buf", &buffer, SHA1),
        entry("ima-ng", &file("/bin/b", b"b"), SHA1),
    ]
}

fn list(bytes: &[u8]) -> ImaList<'_> {
    ImaList::new(bytes, ImaFormat::Binary, SHA1).unwrap()
}

fn quoted(bytes: &[u8], banks: &[HashAlgorithm], padded: bool) -> PcrValues {
    let values: Vec<_> = banks
        .iter()
        .map(|bank| (*bank, list(bytes).unauthenticated_replay(&RustCrypto, *bank, padded).unwrap()))
        .collect();
    let values: Vec<_> = values.iter().map(|(bank, value)| (*bank, IMA_PCR, value.as_slice())).collect();
    PcrValues::for_tests(&values)
}

fn verify<'a>(bytes: &'a [u8], pcrs: &PcrValues) -> Result<ReplayedIma<'a>, Failure> {
    list(bytes).verify(&RustCrypto, pcrs, None)
}

#[test]
fn a_list_is_proven_in_every_quoted_bank_and_its_tail_is_not() {
    let entries = sample();
    let all = entries.concat();
    for banks in [&[SHA1][..], &[SHA256], &[SHA1, SHA256], &[SHA256, HashAlgorithm::Sha384]] {
        for proven in 0..=entries.len() {
            let pcrs = quoted(&entries[..proven].concat(), banks, false);
            let replayed = verify(&all, &pcrs).unwrap();
            assert_eq!(replayed.verified(), proven as u64);
            assert_eq!(replayed.unverified(), (entries.len() - proven) as u64);
            assert!(!replayed.is_zero_padded());
            let mut seen = 0;
            let mut walk = replayed.entries();
            while let Some(entry) = walk.next().unwrap() {
                assert_eq!(entry.number(), seen);
                seen += 1;
            }
            assert_eq!(seen, proven as u64);
        }
    }
    let replayed = verify(&all, &quoted(&all, &[SHA256], false)).unwrap();
    assert_eq!(replayed.violations(), 1);
    assert_eq!(replayed.learned_keys(), [b"a certificate".to_vec()]);
    let mut walk = replayed.entries();
    walk.next().unwrap();
    let second = walk.next().unwrap().unwrap();
    assert_eq!(second.path(), Some(&b"/bin/a"[..]));
    assert_eq!(second.digest().unwrap().digest, hash(SHA256, &[b"a"]).as_slice());
    let third = walk.next().unwrap().unwrap();
    assert!(third.is_violation());
    assert_eq!((third.path(), third.digest().is_none()), (None, true));
}

#[test]
fn zero_padding_is_found_for_the_whole_list() {
    let all = sample().concat();
    let replayed = verify(&all, &quoted(&all, &[SHA256], true)).unwrap();
    assert!(replayed.is_zero_padded());
    assert_eq!(replayed.verified(), 5);
    // Not for a list whose hashes are not SHA-1, and not for one bank alone.
    let half = [
        (SHA1, list(&all).unauthenticated_replay(&RustCrypto, SHA1, false).unwrap()),
        (SHA256, Digest::repeated(7, SHA256)),
    ];
    let pcrs = PcrValues::for_tests(&half.each_ref().map(|(bank, value)| (*bank, IMA_PCR, value.as_slice())));
    assert_eq!(verify(&all, &pcrs).unwrap_err().error.code(), Code::ImaReplay);
}

#[test]
fn every_change_is_refused_with_its_code() {
    let entries = sample();
    let all = entries.concat();
    let pcrs = quoted(&all, &[SHA256], false);
    let code = |bytes: &[u8]| verify(bytes, &pcrs).unwrap_err().error.code();
    for position in 0..entries.len() {
        let mut changed = entries.clone();
        changed.remove(position);
        assert_eq!(code(&changed.concat()), Code::ImaReplay);
        let mut changed = entries.clone();
        if position > 0 {
            changed.swap(position, position - 1);
            assert_eq!(code(&changed.concat()), Code::ImaReplay);
        }
        // Hidden as a violation: ones would have been extended.
        let mut changed = entries.clone();
        if changed[position][4..24] != [0; 20] {
            changed[position][4..24].fill(0);
            assert_eq!(code(&changed.concat()), Code::ImaReplay);
        }
        // The last byte of the data: a NUL, a letter of the key.
        let mut changed = entries.clone();
        let last = changed[position].len() - 2;
        changed[position][last] ^= 1;
        if entries[position][4..24] == [0; 20] {
            assert!(verify(&changed.concat(), &pcrs).is_ok(), "a violation's name proves nothing");
        } else {
            assert_eq!(code(&changed.concat()), Code::ImaTemplateHash);
        }
        let mut changed = entries.clone();
        changed[position][0] = 11;
        assert_eq!(code(&changed.concat()), Code::ImaReplay);
    }
    for cut in 0..all.len() {
        let refused = code(&all[..cut]);
        let whole = entries.iter().scan(0, |end, entry| {
            *end += entry.len();
            Some(*end)
        });
        let expected = if cut == 0 || whole.clone().any(|end| end == cut) {
            Code::ImaReplay
        } else {
            Code::InputTruncated
        };
        assert_eq!(refused, expected, "cut at {cut}");
    }
    let none = PcrValues::for_tests(&[(SHA256, 0, &[0; 32])]);
    assert_eq!(verify(&all, &none).unwrap_err().error.code(), Code::BootUnverified);
}

#[test]
fn the_boot_aggregate_is_compared_with_quoted_registers() {
    let values: Vec<[u8; 32]> = (0..10).map(|index| [index; 32]).collect();
    let over = |count: usize| {
        let parts: Vec<&[u8]> = values[..count].iter().map(<[u8; 32]>::as_slice).collect();
        hash(SHA256, &parts)
    };
    let aggregate = |digest: &[u8], covered: usize| {
        let data = [field(&[b"sha256:\0", digest].concat()), field(b"boot_aggregate\0")].concat();
        let bytes = entry("ima-ng", &data, SHA1);
        let ten = list(&bytes).unauthenticated_replay(&RustCrypto, SHA256, false).unwrap();
        let mut pcrs: Vec<(HashAlgorithm, u8, &[u8])> =
            (0u8..).zip(&values[..covered]).map(|(index, value)| (SHA256, index, &value[..])).collect();
        pcrs.push((SHA256, IMA_PCR, ten.as_slice()));
        verify(&bytes, &PcrValues::for_tests(&pcrs)).unwrap().aggregate()
    };
    assert_eq!(aggregate(over(8).as_slice(), 10), Aggregate::Matches(7));
    assert_eq!(aggregate(over(8).as_slice(), 8), Aggregate::Matches(7));
    assert_eq!(aggregate(over(10).as_slice(), 10), Aggregate::Matches(9));
    assert_eq!(aggregate(over(10).as_slice(), 8), Aggregate::NotQuoted);
    assert_eq!(aggregate(over(9).as_slice(), 10), Aggregate::Differs);
    assert_eq!(aggregate(&[0; 32], 10), Aggregate::Zero);
    assert_eq!(aggregate(over(8).as_slice(), 7), Aggregate::NotQuoted);
}

#[test]
fn a_token_continues_only_its_own_boot_and_only_unaltered() {
    let entries = sample();
    let key = b"sixteen bytes or more";
    let boot = BootIdentity { ak_name: vec![0, 11, 7], reset_count: 3, restart_count: 1 };
    for at in 0..=entries.len() {
        for padded in [false, true] {
            let first = entries[..at].concat();
            let replayed = verify(&first, &quoted(&first, &[SHA256], padded)).unwrap();
            let token = Continuation::after(&replayed, boot.clone()).seal(key).unwrap();
            let opened = Continuation::open(&token, key, &boot).unwrap();
            assert_eq!(opened.index(), at as u64);
            let rest = entries[at..].concat();
            let pcrs = quoted(&entries.concat(), &[SHA256], padded);
            let more = list(&rest).verify(&RustCrypto, &pcrs, Some(&opened)).unwrap();
            assert_eq!((more.first(), more.verified()), (at as u64, (entries.len() - at) as u64));
            assert_eq!(more.learned_keys().len(), 1, "taught before or now");
            if at > 0 {
                assert_eq!(more.aggregate(), Aggregate::Earlier);
            }
            if at > 0 && at < entries.len() {
                // From the beginning again, it is another list.
                let all = entries.concat();
                let again = list(&all).verify(&RustCrypto, &pcrs, Some(&opened)).unwrap_err();
                assert_eq!(again.error.code(), Code::ImaReplay);
            }
            for byte in 0..token.len() {
                let mut changed = token.clone();
                changed[byte] ^= 1;
                let error = Continuation::open(&changed, key, &boot).unwrap_err();
                assert_eq!(error.code(), Code::ImaContinuation);
                let error = Continuation::open(&token[..byte], key, &boot).unwrap_err();
                assert_eq!(error.code(), Code::ImaContinuation);
            }
            let code =
                |key: &[u8], boot: &BootIdentity| Continuation::open(&token, key, boot).unwrap_err().code();
            assert_eq!(code(b"another key of its own", &boot), Code::ImaContinuation);
            assert_eq!(code(b"short", &boot), Code::MisuseOptions);
            for other in [
                BootIdentity { ak_name: vec![0, 11, 8], ..boot.clone() },
                BootIdentity { reset_count: 4, ..boot.clone() },
                BootIdentity { restart_count: 2, ..boot.clone() },
            ] {
                assert_eq!(code(key, &other), Code::ImaContinuationBoot);
            }
        }
    }
}

#[test]
fn ascii_and_binary_say_the_same_for_every_template() {
    let digest = "11".repeat(32);
    let lines = [
        alloc::format!("ima-ng sha256:{digest} /a path with spaces"),
        alloc::format!("ima-ngv2 verity:sha256:{digest} /v"),
        alloc::format!("ima-sig sha256:{digest} /s p 0302049a"),
        alloc::format!("ima-sig sha256:{digest} /s "),
        alloc::format!("ima-sig sha256:{digest} /trimmed"),
        alloc::format!("ima-sigv2 ima:sha256:{digest} /s 03"),
        alloc::format!("ima-buf sha256:{digest} kexec-cmdline 6b65"),
        alloc::format!("ima-modsig sha256:{digest} /m 0302 sha256:{digest} abcd"),
        alloc::format!("ima-modsig sha256:{digest} /m   "),
        alloc::format!(
            "evm-sig sha256:{digest} /e 0302 security.ima|security.evm 04000000 aabb 0 1000 33188"
        ),
    ];
    for line in lines {
        let mut scratch = Vec::new();
        let text = alloc::format!("10 {} {line}", "00".repeat(20));
        let parsed = super::ascii::read(text.as_bytes(), SHA1, &mut scratch).unwrap();
        let name = core::str::from_utf8(parsed.name).unwrap();
        let bytes = entry(name, &scratch, SHA1);
        let mut entries = list(&bytes).unauthenticated_entries();
        let binary = entries.next().unwrap_or_else(|error| panic!("{line}: {error}")).unwrap();
        assert_eq!(binary.unauthenticated_digest().unwrap().digest, [0x11; 32], "{line}");
        assert!(binary.unauthenticated_path().unwrap().starts_with(b"/") || name == "ima-buf");
        assert!(entries.next().unwrap().is_none());
    }
}

/// The name of a template is not measured. An attribute that the attacker set on a file must not pass for
/// the file's digest under another name, whether it lists fields or is one of the kernel's.
#[test]
fn another_name_makes_nothing_else_of_an_entry() {
    let field = |bytes: &[u8]| {
        let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        [&size[..], bytes].concat()
    };
    let evil = [b"sha256:\0", &[0x66; 32][..]].concat();
    let good = [b"sha256:\0", &[0x11; 32][..]].concat();
    let data = [field(&evil), field(b"/tmp/evil\0"), field(&good)].concat();
    for name in
        ["ima-sig", "ima-sigv2", "ima-buf", "x|n-ng|d-ng", "d-ng|n-ng|sig", "d-modsig|n-ng|d-ng", "my-own"]
    {
        let bytes = entry(name, &data, SHA1);
        let mut entries = list(&bytes).unauthenticated_entries();
        let read = entries.next().unwrap().unwrap();
        match read.unauthenticated_digest() {
            Some(digest) => assert!(name.starts_with("ima-") && digest.digest == [0x66; 32], "{name}"),
            None => assert!(read.unauthenticated_path().is_none(), "{name}"),
        }
    }
    for name in ["ima", "ima-ng", "ima-ngv2", "ima-modsig", "evm-sig"] {
        let bytes = entry(name, &data, SHA1);
        assert!(list(&bytes).unauthenticated_entries().next().is_err(), "{name}");
    }
}

fn vectors() -> Option<PathBuf> {
    let folder = env::var_os("VERIQUOTE_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"), PathBuf::from);
    let folder = folder.join("tpm");
    if !folder.is_dir() {
        eprintln!("skipped: no vectors at {}", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn real_lists_replay_to_the_recorded_values() {
    let Some(folder) = vectors() else { return };
    let recorded = fs::read(folder.join("computed/ima_replay.json")).unwrap();
    let recorded: serde_json::Value = serde_json::from_slice(&recorded).unwrap();
    let mut compared = 0;
    for (path, expected) in recorded.as_object().unwrap() {
        let Ok(bytes) = fs::read(folder.join(path)) else { continue };
        let list = ImaList::detect(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
        if expected.get("error").is_some() {
            // Written for RTMR2 with a space before it: an ASCII list that its checker took for binary.
            assert_eq!(list.format(), ImaFormat::Ascii);
            continue;
        }
        let (mut count, mut bad, mut violations, mut first_bad) = (0, 0, 0, None);
        let mut entries = list.unauthenticated_entries();
        while let Some(entry) = entries.next().unwrap_or_else(|error| panic!("{path}: {error}")) {
            let matches = entry.template_hash(&RustCrypto, list.hash()).as_slice()
                == entry.unauthenticated_template_hash();
            violations += u64::from(entry.is_violation());
            if !entry.is_violation() && !matches {
                bad += 1;
                first_bad = first_bad.or(Some(count));
            }
            count += 1;
        }
        assert_eq!(expected["entries"], count, "{path}");
        assert_eq!(expected["violations"], violations, "{path}");
        assert_eq!(expected["bad"], bad, "{path}");
        assert_eq!(expected["first_bad"].get(0).and_then(serde_json::Value::as_u64), first_bad, "{path}");
        let value =
            |bank, padded| to_hex(list.unauthenticated_replay(&RustCrypto, bank, padded).unwrap().as_slice());
        assert_eq!(expected["pcr10"]["sha1"], value(SHA1, false), "{path}");
        assert_eq!(expected["pcr10"]["sha256"], value(SHA256, false), "{path}");
        if list.hash() == SHA1 {
            assert_eq!(expected["pcr10_sha256_zero_padded_legacy"], value(SHA256, true), "{path}");
        }
        compared += 1;
    }
    eprintln!("{compared} lists");
    assert!(compared >= 10);
}

#[test]
fn the_lists_of_the_software_tpm_verify_and_altered_ones_do_not() {
    let Some(folder) = vectors() else { return };
    let profile = |name: &str| folder.join("swtpm").join(name).join("boot");
    for (name, padded) in [("", false), ("profile-ima-legacy-pad", true), ("profile-locality3", false)] {
        let boot = profile(name);
        let text = fs::read(boot.join("expected_pcrs.json")).unwrap();
        let expected: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for (bank_name, bank) in [("sha1", SHA1), ("sha256", SHA256), ("sha384", HashAlgorithm::Sha384)] {
            let values: Vec<(u8, Vec<u8>)> = expected[bank_name]
                .as_object()
                .unwrap()
                .iter()
                .map(|(index, hex)| {
                    (index.parse().unwrap(), from_hex(hex.as_str().unwrap().as_bytes()).unwrap())
                })
                .collect();
            let values: Vec<_> = values.iter().map(|(index, value)| (bank, *index, &value[..])).collect();
            let pcrs = PcrValues::for_tests(&values);
            for file in ["ima_runtime_measurements.bin", "ima_runtime_measurements.txt"] {
                let bytes = fs::read(boot.join(file)).unwrap();
                let list = ImaList::detect(&bytes).unwrap();
                let replayed = list
                    .verify(&RustCrypto, &pcrs, None)
                    .unwrap_or_else(|failure| panic!("{name} {bank_name} {file}: {failure}"));
                assert_eq!((replayed.verified(), replayed.unverified()), (11, 0));
                assert_eq!(replayed.violations(), 1);
                assert_eq!(replayed.is_zero_padded(), padded && bank != SHA1);
                if bank == SHA256 {
                    assert!(matches!(replayed.aggregate(), Aggregate::Matches(_)), "{name} {file}");
                }
            }
            if !padded {
                let bytes = fs::read(boot.join("ima_runtime_measurements_sha256.bin")).unwrap();
                let list = ImaList::detect(&bytes).unwrap();
                assert_eq!(list.hash(), SHA256);
                assert_eq!(list.verify(&RustCrypto, &pcrs, None).unwrap().verified(), 11);
            }
            let refused = |file: &str| {
                let bytes = fs::read(boot.join("negative").join(file)).unwrap();
                ImaList::new(&bytes, ImaFormat::Binary, SHA1)
                    .unwrap()
                    .verify(&RustCrypto, &pcrs, None)
                    .map(|replayed| (replayed.verified(), replayed.unverified()))
                    .map_err(|failure| failure.error.code())
            };
            assert_eq!(refused("ima-appended-not-extended.bin"), Ok((11, 1)));
            for (file, code) in [
                ("ima-entry-moved-to-pcr11.bin", Code::ImaReplay),
                ("ima-entry-removed.bin", Code::ImaReplay),
                ("ima-forged-violation.bin", Code::ImaReplay),
                ("ima-reordered.bin", Code::ImaReplay),
                ("ima-template-data-changed-digest-kept.bin", Code::ImaTemplateHash),
                ("ima-template-name-len-overflow.bin", Code::ImaLayout),
                ("ima-truncated-entry.bin", Code::InputTruncated),
            ] {
                assert_eq!(refused(file), Err(code), "{name} {bank_name} {file}");
            }
        }
    }
}

#[test]
fn no_cut_of_an_ascii_list_panics() {
    let Some(folder) = vectors() else { return };
    let bytes = fs::read(folder.join("swtpm/boot/ima_runtime_measurements.txt")).unwrap();
    for cut in 0..bytes.len() {
        let Ok(list) = ImaList::detect(&bytes[..cut]) else { continue };
        let mut entries = list.unauthenticated_entries();
        while let Ok(Some(entry)) = entries.next() {
            let _: (Option<String>, _) = (
                entry.unauthenticated_path().map(|path| String::from_utf8_lossy(path).to_string()),
                entry.unauthenticated_digest(),
            );
        }
    }
}

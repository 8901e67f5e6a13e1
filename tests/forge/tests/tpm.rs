//! The forged machines hold together, and agree with what a software TPM made where vectors are at hand.

use std::path::PathBuf;

use veriquote_forge::tpm::{
    AkKey, Ek, ImaList, Padding, PcrHash, PublicArea, RsaKey, Scheme, TpmForge, TpmLog, activate,
    make_credential,
};
use veriquote_forge::{Key, hex};

fn vectors() -> Option<PathBuf> {
    veriquote_recorded::recorded("tpm/swtpm")
}

#[test]
fn building_twice_gives_the_same_bytes() {
    for (name, forge) in TpmForge::all() {
        assert_eq!(forge.build(), forge.build(), "{name}");
    }
}

#[test]
fn the_quote_holds_the_digest_of_what_was_extended() {
    for (name, forge) in TpmForge::all() {
        let forged = forge.build();
        let values = forge.pcrs().values_file(&forge.selections);
        let digest = forge.hash.digest(&[&values]);
        assert!(forged.attest.ends_with(&digest), "{name}");
    }
    let locality = TpmForge::unified();
    assert_ne!(locality.pcrs().value(PcrHash::Sha256, 0), TpmForge::p256().pcrs().value(PcrHash::Sha256, 0));
}

#[test]
fn names_are_those_that_a_tpm_gives() {
    let Some(folder) = vectors() else { return };
    for ak in ["rsassa", "ecdsa-p256", "ecdsa-p384"] {
        let read = |end: &str| std::fs::read(folder.join("ak").join(format!("{ak}.{end}"))).unwrap();
        let public = &read("pub")[2..];
        let mut area = match ak {
            "rsassa" => PublicArea::ak(&AkKey::Rsa(RsaKey::First), Scheme::Rsassa, PcrHash::Sha256),
            "ecdsa-p256" => PublicArea::ak(&AkKey::P256(Key::new("x")), Scheme::Ecdsa, PcrHash::Sha256),
            _ => PublicArea::ak(&AkKey::P384("x".into()), Scheme::Ecdsa, PcrHash::Sha384),
        };
        area.name_alg = u16::from_be_bytes(public[2..4].try_into().unwrap());
        let size = area.unique[0].len();
        let fields = area.unique.len() * (size + 2);
        let at = public.len() - fields;
        area.unique = public[at..].chunks(size + 2).map(|field| field[2..].to_vec()).collect();
        area.attributes = u32::from_be_bytes(public[4..8].try_into().unwrap());
        assert_eq!(hex(&area.bytes()), hex(public), "{ak}");
        assert_eq!(area.name(), read("name"), "{ak}");
    }
}

#[test]
fn credentials_open_with_the_right_key_and_name_only() {
    let eks = [AkKey::Rsa(RsaKey::Second), AkKey::P256(Key::new("ek"))].map(|key| Ek { key });
    for ek in &eks {
        let credential = make_credential(ek, b"name", b"a secret", &[9; 32]);
        assert_eq!(activate(ek, b"name", &credential).as_deref(), Some(&b"a secret"[..]));
        assert_eq!(activate(ek, b"other", &credential), None);
        let mut changed = credential.clone();
        *changed.id_object.last_mut().unwrap() ^= 1;
        assert_eq!(activate(ek, b"name", &changed), None);
    }
    let other = make_credential(&eks[0], b"name", b"a secret", &[9; 32]);
    assert_eq!(activate(&Ek { key: AkKey::Rsa(RsaKey::First) }, b"name", &other), None);
}

#[test]
fn lists_and_logs_grow_as_asked() {
    assert_eq!(TpmLog::long(200).events.len(), 200);
    let forge = TpmForge::p256();
    let list = ImaList::long(1000);
    assert_eq!(list.ascii(&forge.boot_pcrs()).lines().count(), 1000);
    let mut padded = forge.clone();
    padded.ima.padding = Padding::Zeros;
    assert_ne!(padded.pcrs().value(PcrHash::Sha256, 10), forge.pcrs().value(PcrHash::Sha256, 10));
    assert_eq!(padded.pcrs().value(PcrHash::Sha1, 10), forge.pcrs().value(PcrHash::Sha1, 10));
}

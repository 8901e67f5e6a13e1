//! IMA lists and continuation tokens: what is handed out as proven is what the register was extended with.

use veriquote::crypto::{HashAlgorithm, RustCrypto};
use veriquote::measured_boot::ima::{BootIdentity, Continuation, ImaList};

/// Reads a list in the form that its first entry suggests.
pub fn ima(data: &[u8]) {
    let Ok(list) = ImaList::detect(data) else { return };
    let mut entries = list.unauthenticated_entries();
    let mut last = None;
    while let Ok(Some(entry)) = entries.next() {
        assert_eq!(entry.number(), last.map_or(0, |last: u64| last + 1));
        last = Some(entry.number());
        let _ =
            (entry.unauthenticated_path(), entry.unauthenticated_digest(), entry.unauthenticated_signature());
        let _ = entry.template_hash(&RustCrypto, HashAlgorithm::Sha1);
    }
    let _ = list.unauthenticated_replay(&RustCrypto, HashAlgorithm::Sha256, true);
}

/// No bytes that were not sealed open.
pub fn continuation(data: &[u8]) {
    let boot = BootIdentity {
        ak_name: data.get(..4).unwrap_or_default().to_vec(),
        reset_count: 0,
        restart_count: 0,
    };
    assert!(Continuation::open(data, b"a key that nobody knows", &boot).is_err());
}

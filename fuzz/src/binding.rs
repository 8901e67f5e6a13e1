//! Bindings: what a mode makes of data verifies and is detected, and nothing that is changed does.

use veriquote::binding::{Fit, Mode, Nonce, detect};
use veriquote::crypto::RustCrypto;

/// The first two bytes choose the mode and a bit to flip; the rest are data.
pub fn binding(data: &[u8]) {
    let [choice, flip, data @ ..] = data else { return };
    let mode = Mode::ALL[usize::from(*choice) % Mode::ALL.len()];
    let nonce = matches!(mode, Mode::ItaSha512 | Mode::ItaSha256First32)
        .then_some(Nonce { value: b"a nonce's value", issued_at: b"its date" });
    let Ok(mut field) = mode.field(data, nonce, &RustCrypto) else { return };
    assert!(!field.is_empty() && field.len() <= 64);
    let zero = field.iter().all(|byte| *byte == 0);
    assert_eq!(mode.verify(&field, data, nonce, &RustCrypto).is_ok(), !zero);
    let found = detect(&field, data, nonce, &RustCrypto).expect("lengths are right");
    assert_eq!(found.iter().any(|it| it.mode == mode && it.fit == Fit::Exact), !zero);
    assert!(mode.verify(&field[..field.len() - 1], data, nonce, &RustCrypto).is_err());
    let at = usize::from(*flip) / 8 % field.len();
    field[at] ^= 1 << (flip % 8);
    assert!(mode.verify(&field, data, nonce, &RustCrypto).is_err());
    let found = detect(&field, data, nonce, &RustCrypto).expect("lengths are right");
    assert!(!found.iter().any(|it| it.mode == mode && it.fit == Fit::Exact));
}

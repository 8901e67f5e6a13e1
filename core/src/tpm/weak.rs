//! Keys that must not be trusted whatever vouches for them.

use super::public::{Curve, PublicKey};
use super::signature::key_rejected;
use crate::crypto::RsaWeakness;
use crate::error::{Code, Error};
use crate::fact::Fact;

/// Checks size, form and weakness of a key: RSA of 2048 bits or more, odd, with the exponent 65537, and
/// not of CVE-2017-15361; ECC on an allowed curve.
///
/// Whether a point lies on its curve is checked when the key is loaded to verify.
pub(crate) fn check(key: &PublicKey<'_>) -> Result<(), Error> {
    match key {
        PublicKey::Rsa { modulus, exponent } => check_rsa(modulus, *exponent),
        PublicKey::Ecc { curve, .. } => match *curve {
            Curve::NIST_P256 | Curve::NIST_P384 | Curve::NIST_P521 | Curve::SM2_P256 => {
                key.sec1().map(|_| ()).ok_or_else(key_rejected)
            }
            other => Err(Error::new(Code::TpmAlgorithm, "key.curve")
                .with(Fact::string("actual", alloc::format!("{other}")))),
        },
    }
}

/// TPMs make no key with another exponent, though other libraries do.
fn check_rsa(modulus: &[u8], exponent: u64) -> Result<(), Error> {
    let weak = |problem| Error::new(Code::TpmKeyWeak, "key").with(Fact::text("problem", problem));
    let bytes = exponent.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    match RsaWeakness::of(modulus, bytes.get(zeros..).unwrap_or_default()) {
        Some(RsaWeakness::Size) => {
            let bits = modulus.len().saturating_mul(8);
            Err(weak(RsaWeakness::Size.as_str()).with(Fact::count("bits", bits)))
        }
        Some(weakness) if weakness != RsaWeakness::Exponent => Err(weak(weakness.as_str())),
        None if exponent == 65537 => Ok(()),
        _ => Err(weak("the exponent is not 65537").with(Fact::number("exponent", exponent))),
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn every_weakness_is_named() {
        let mut good = vec![0xc3; 256];
        assert_eq!(check_rsa(&good, 65537), Ok(()));
        for exponent in [0, 1, 3, 65539] {
            assert_eq!(check_rsa(&good, exponent).unwrap_err().code(), Code::TpmKeyWeak);
        }
        assert_eq!(check_rsa(&good[..128], 65537).unwrap_err().code(), Code::TpmKeyWeak);
        good[255] = 0xc2;
        assert_eq!(check_rsa(&good, 65537).unwrap_err().code(), Code::TpmKeyWeak);
        good[255] = 0xc3;
        good[0] = 0x7f;
        assert_eq!(check_rsa(&good, 65537).unwrap_err().code(), Code::TpmKeyWeak);
        let error = check_rsa(&crate::crypto::marked_modulus(), 65537).unwrap_err();
        assert_eq!(error.code(), Code::TpmKeyWeak);
        assert!(error.facts().iter().any(|fact| alloc::format!("{fact:?}").contains("CVE-2017-15361")));
    }

    #[test]
    fn curves_are_an_allow_list() {
        let key = |curve| PublicKey::Ecc { curve: Curve(curve), x: &[1], y: &[2] };
        for curve in [3, 4, 5, 0x20] {
            assert_eq!(check(&key(curve)), Ok(()));
        }
        for curve in [0, 1, 2, 0x10, 0x11] {
            assert_eq!(check(&key(curve)).unwrap_err().code(), Code::TpmAlgorithm);
        }
    }
}

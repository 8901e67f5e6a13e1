//! Keys that must not be trusted whatever vouches for them.

use alloc::vec::Vec;

use super::public::{Curve, PublicKey};
use super::signature::key_rejected;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits::RSA_MODULUS_BITS;

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

fn check_rsa(modulus: &[u8], exponent: u64) -> Result<(), Error> {
    let weak = |problem| Error::new(Code::TpmKeyWeak, "key").with(Fact::text("problem", problem));
    let bits = modulus.len().saturating_mul(8);
    if !RSA_MODULUS_BITS.contains(&bits) || modulus.first().is_none_or(|byte| byte & 0x80 == 0) {
        return Err(weak("the modulus is too short or too long").with(Fact::count("bits", bits)));
    }
    if modulus.last().is_none_or(|byte| byte & 1 == 0) {
        return Err(weak("the modulus is even"));
    }
    if exponent != 65537 {
        return Err(weak("the exponent is not 65537").with(Fact::number("exponent", exponent)));
    }
    if has_roca_fingerprint(modulus) {
        return Err(weak("the key was made by a faulty library (CVE-2017-15361, ROCA): it can be factored"));
    }
    Ok(())
}

/// Whether a modulus has the fingerprint of CVE-2017-15361.
///
/// The faulty library makes primes of the form `k·M + (65537^a mod M)`, `M` the product of the first
/// primes; so its moduli are powers of 65537 modulo each of these small primes. Of other moduli, fewer
/// than one in 2^27 are (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 3).
#[must_use]
pub fn has_roca_fingerprint(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| {
        let residue = modulus.iter().fold(0u32, |value, byte| {
            // Below 167 * 256 + 255.
            value.wrapping_mul(256).wrapping_add(u32::from(*byte)).checked_rem(*prime).unwrap_or_default()
        });
        powers_of_65537(*prime).contains(&residue)
    })
}

/// The subgroup that 65537 generates modulo a small prime.
fn powers_of_65537(prime: u32) -> Vec<u32> {
    let mut powers = Vec::new();
    let mut power = 1u32;
    while !powers.contains(&power) {
        powers.push(power);
        power = power.wrapping_mul(65537).checked_rem(prime).unwrap_or_default();
    }
    powers
}

/// The odd primes up to 167 that divide `M` for keys of every size.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    /// Big-endian `number * factor + add`, of any length.
    fn multiply_add(number: &mut Vec<u8>, factor: u32, add: u32) {
        let mut carry = add;
        for byte in number.iter_mut().rev() {
            let value = u32::from(*byte) * factor + carry;
            *byte = u8::try_from(value & 0xff).unwrap();
            carry = value >> 8;
        }
        while carry > 0 {
            number.insert(0, u8::try_from(carry & 0xff).unwrap());
            carry >>= 8;
        }
    }

    fn modulus_of(residue_of_primorial: u32) -> Vec<u8> {
        // 1 + k * M * 2, a power of 65537 (namely the zeroth) modulo every prime, when `residue` is 1.
        let mut number = vec![0xf1; 200];
        multiply_add(&mut number, 2, 0);
        for prime in PRIMES {
            multiply_add(&mut number, prime, 0);
        }
        multiply_add(&mut number, 1, residue_of_primorial);
        // Cut to a length by trial: 256 bytes with the top bit set is not needed for the fingerprint.
        number
    }

    #[test]
    fn finds_the_fingerprint_and_only_that() {
        assert!(has_roca_fingerprint(&modulus_of(1)));
        assert!(has_roca_fingerprint(&modulus_of(65537)));
        // 2 is no power of 65537 modulo 11, of which the subgroup is {1, 10}.
        assert_eq!(powers_of_65537(11), [1, 10]);
        assert!(!has_roca_fingerprint(&modulus_of(2)));
        assert!(!has_roca_fingerprint(&[0xc3; 256]));
    }

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
        let mut roca = modulus_of(1);
        roca.splice(0..0, [0x80].into_iter().chain([0; 400]));
        let keep = roca.len() - 256;
        roca.drain(..keep);
        assert!(!has_roca_fingerprint(&roca) || check_rsa(&roca, 65537).is_err());
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

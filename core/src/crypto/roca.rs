//! RSA moduli that a flawed key generator made, and that can be factored (CVE-2017-15361).
//!
//! The generator chose primes of the form `k·M + (65537^a mod M)`, where `M` is the product of small primes.
//! So the modulus itself is a power of 65537 modulo each of those primes. For moduli of 2048 bits and more
//! `M` has all primes up to 701; an honest modulus passes all of them with negligible probability (Nemec et
//! al., "The Return of Coppersmith's Attack", CCS 2017, section 3). No shorter modulus gets here.

/// Whether `modulus`, big-endian, has the mark of the flawed generator.
pub(crate) fn is_marked(modulus: &[u8]) -> bool {
    // An honest modulus nearly always lacks the mark at one of the first primes, for all of which one walk over
    // it is enough.
    let first = remainder(modulus, FIRST_PRODUCT);
    (3..=701u32).filter(|number| is_prime(*number)).all(|prime| {
        let rest = if prime <= LAST_OF_FIRST {
            first.checked_rem(prime).unwrap_or_default()
        } else {
            remainder(modulus, prime)
        };
        is_power_of_65537(rest, prime)
    })
}

/// Four bytes at a time: `rest` is below `divisor`, so that the quotient is not needed.
fn remainder(number: &[u8], divisor: u32) -> u32 {
    let (head, words) = number.as_rchunks::<4>();
    let head = head.iter().fold(0u32, |value, byte| (value << 8) | u32::from(*byte));
    core::iter::once(head).chain(words.iter().map(|word| u32::from_be_bytes(*word))).fold(0, |rest, word| {
        let value = (u64::from(rest) << 32) | u64::from(word);
        value.checked_rem(divisor.into()).and_then(|rest| u32::try_from(rest).ok()).unwrap_or_default()
    })
}

fn is_power_of_65537(value: u32, prime: u32) -> bool {
    let generator = 65_537u32.checked_rem(prime).unwrap_or_default();
    let mut power = 1u32;
    for _ in 0..prime {
        if power == value {
            return true;
        }
        power = power.saturating_mul(generator).checked_rem(prime).unwrap_or_default();
    }
    false
}

fn is_prime(number: u32) -> bool {
    (2..number)
        .take_while(|divisor| divisor.saturating_mul(*divisor) <= number)
        .all(|divisor| number.checked_rem(divisor) != Some(0))
}

/// The largest prime of [`FIRST_PRODUCT`].
const LAST_OF_FIRST: u32 = 29;

/// 3 · 5 · 7 · 11 · 13 · 17 · 19 · 23 · 29, the most that 32 bits hold.
const FIRST_PRODUCT: u32 = 3_234_846_615;

/// An odd modulus of 2048 bits with the mark: one more than a multiple of every prime, so the zeroth power.
#[cfg(test)]
pub(crate) fn marked_modulus() -> alloc::vec::Vec<u8> {
    // With these 1077 bits the product has 2048.
    let mut number = alloc::vec![0xff; 135];
    number[0] = 0x1f;
    for factor in core::iter::once(2).chain((3..=701).filter(|number| is_prime(*number))) {
        let mut carry = 0;
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
    // Even and a multiple of all of them so far.
    *number.last_mut().unwrap() |= 1;
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_mark() {
        // A power of 65537 is marked by construction; one more than it is not.
        assert!(is_marked(&65_537u32.to_be_bytes()));
        assert!(is_marked(&1u32.to_be_bytes()));
        assert!(!is_marked(&65_539u32.to_be_bytes()));
        assert!(!is_marked(&[0xff; 256]));
        assert!(!is_marked(&[0xc3; 256]));
        let mut modulus = marked_modulus();
        assert!(is_marked(&modulus));
        modulus[255] ^= 2;
        assert!(!is_marked(&modulus));
    }

    #[test]
    fn remainders_are_those_of_the_schoolbook() {
        let number: alloc::vec::Vec<u8> = (0..=255u8).map(|byte| byte.wrapping_mul(37) ^ 0x5a).collect();
        for len in [0, 1, 2, 3, 4, 5, 7, 8, 255, 256] {
            for divisor in [3, 29, 31, 701, FIRST_PRODUCT] {
                let slow = number[..len]
                    .iter()
                    .fold(0u64, |rest, byte| (rest * 256 + u64::from(*byte)) % u64::from(divisor));
                assert_eq!(u64::from(remainder(&number[..len], divisor)), slow, "{len} bytes by {divisor}");
            }
        }
        assert_eq!((3..=LAST_OF_FIRST).filter(|number| is_prime(*number)).product::<u32>(), FIRST_PRODUCT);
    }

    #[test]
    fn knows_primes() {
        let primes = (2..30).filter(|number| is_prime(*number)).collect::<alloc::vec::Vec<_>>();
        assert_eq!(primes, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    }
}

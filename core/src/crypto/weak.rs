//! RSA keys that must not verify anything, whoever brings them: the one rule for certificates, tokens and TPMs.

use super::roca;
use crate::limits::{RSA_EXPONENT_MAX, RSA_MODULUS_BITS};

/// Why an RSA key is not to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RsaWeakness {
    /// The modulus is too short or too long, or has zeros in front.
    Size,
    /// The modulus is even.
    Even,
    /// The exponent is even, one, or larger than anybody's.
    Exponent,
    /// A faulty library made the key, and it can be factored (CVE-2017-15361, ROCA).
    Factorable,
}

impl RsaWeakness {
    /// The first weakness of a key; both numbers are unsigned and big-endian, without zeros in front.
    pub(crate) fn of(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        Self::of_modulus(modulus).or_else(|| {
            let is_small = bits(exponent).is_some_and(|bits| bits <= 64);
            let fits = is_small && is_odd(exponent) && (3..=RSA_EXPONENT_MAX).contains(&small(exponent));
            (!fits).then_some(Self::Exponent)
        })
    }

    /// The first weakness of a modulus.
    pub(crate) fn of_modulus(modulus: &[u8]) -> Option<Self> {
        if bits(modulus).is_none_or(|bits| !RSA_MODULUS_BITS.contains(&bits)) {
            Some(Self::Size)
        } else if !is_odd(modulus) {
            Some(Self::Even)
        } else {
            roca::is_marked(modulus).then_some(Self::Factorable)
        }
    }

    /// What is wrong, in words.
    #[cfg(any(feature = "jwt", feature = "tpm"))]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Size => "the modulus is too short or too long",
            Self::Even => "the modulus is even",
            Self::Exponent => "the exponent is even, one, or larger than anybody's",
            Self::Factorable => "made by a generator whose keys can be factored (CVE-2017-15361)",
        }
    }
}

/// Bits of an unsigned big-endian number; `None` when it is empty or starts with a zero.
fn bits(number: &[u8]) -> Option<usize> {
    let (first, rest) = number.split_first()?;
    let top = u8::BITS.checked_sub(first.leading_zeros()).filter(|top| *top > 0)?;
    rest.len().checked_mul(8)?.checked_add(usize::try_from(top).ok()?)
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte & 1 == 1)
}

/// A number of at most 64 bits.
fn small(number: &[u8]) -> u64 {
    number.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn each_weakness_alone() {
        const F4: &[u8] = &[1, 0, 1];
        let good = vec![0xc3; 256];
        let of = |modulus: &[u8], exponent: &[u8]| RsaWeakness::of(modulus, exponent);
        assert_eq!(of(&good, F4), None);
        assert_eq!(of(&good, &[3]), None);
        assert_eq!(of(&good, &[1, 0xff, 0xff, 0xff, 0xff]), None);
        for exponent in [&[][..], &[0, 3], &[1], &[4], &[2, 0, 0, 0, 1], &[1; 9]] {
            assert_eq!(of(&good, exponent), Some(RsaWeakness::Exponent), "{exponent:?}");
        }
        for modulus in [&[][..], &[0xc3; 128], &good[1..], &[0xc3; 1025], &[&[0][..], &good].concat()] {
            assert_eq!(of(modulus, F4), Some(RsaWeakness::Size));
        }
        let mut even = good;
        even[255] = 0xc2;
        assert_eq!(of(&even, F4), Some(RsaWeakness::Even));
        assert_eq!(of(&roca::marked_modulus(), F4), Some(RsaWeakness::Factorable));
    }
}

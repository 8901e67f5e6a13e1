//! Serial numbers (RFC 5280, section 4.1.2.2).

use core::fmt;

use crate::bytes::Hex;

/// A positive number of at most 20 octets, that needs no allocation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber {
    digits: [u8; 20],
}

impl SerialNumber {
    /// From an INTEGER's content; `None` when it is not positive or longer than 20 octets.
    #[must_use]
    pub fn new(integer: &[u8]) -> Option<Self> {
        let magnitude = match integer {
            [] | [0x80..=0xff, ..] => return None,
            [0, rest @ ..] => rest,
            all => all,
        };
        let mut digits = [0; 20];
        let start = digits.len().checked_sub(magnitude.len())?;
        digits.get_mut(start..)?.copy_from_slice(magnitude);
        (digits != [0; 20]).then_some(Self { digits })
    }

    /// The number, big-endian, without leading zeros.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.get(zeros..).unwrap_or_default()
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Hex(self.as_slice()), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_twenty_octets_and_no_more() {
        let mut long = [0xff; 21];
        assert_eq!(SerialNumber::new(&long), None, "negative");
        long[0] = 0;
        assert_eq!(SerialNumber::new(&long).unwrap().as_slice(), &[0xff; 20]);
        long[0] = 1;
        assert_eq!(SerialNumber::new(&long), None, "21 octets");
        for not_positive in [&[][..], &[0], &[0x80], &[0xff, 0xff]] {
            assert_eq!(SerialNumber::new(not_positive), None);
        }
        assert_eq!(SerialNumber::new(&[1]).unwrap().as_slice(), [1]);
    }
}

//! ECDSA signatures from their fixed form into DER, without allocating.

/// `SEQUENCE { r INTEGER, s INTEGER }` of at most 66-byte numbers.
pub(crate) struct Signature {
    bytes: [u8; 3 + 2 * (2 + 1 + 66)],
    len: usize,
}

impl Signature {
    /// Encodes `r ‖ s`; `None` unless each is `width` bytes, at most 66.
    pub(crate) fn encode(fixed: &[u8], width: usize) -> Option<Self> {
        if width > 66 || fixed.len() != width * 2 {
            return None;
        }
        let (r, s) = fixed.split_at(width);
        let content = integer_len(r) + integer_len(s);
        let mut der = Self { bytes: [0; _], len: 0 };
        der.push(&[SEQUENCE]);
        // Two numbers of P-521 are too long for the short form of a length.
        if content >= 0x80 {
            der.push(&[0x81]);
        }
        der.push(&[u8::try_from(content).ok()?]);
        der.push_integer(r);
        der.push_integer(s);
        Some(der)
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn push_integer(&mut self, number: &[u8]) {
        let digits = digits(number);
        let sign: &[u8] = if digits[0] < 0x80 { &[] } else { &[0] };
        let len = sign.len() + digits.len();
        self.push(&[INTEGER, u8::try_from(len).unwrap_or(u8::MAX)]);
        self.push(sign);
        self.push(digits);
    }

    fn push(&mut self, part: &[u8]) {
        let end = self.len + part.len();
        self.bytes[self.len..end].copy_from_slice(part);
        self.len = end;
    }
}

/// The number without leading zeros; zero itself keeps one digit.
fn digits(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros.min(number.len() - 1)..]
}

/// Bytes of the whole INTEGER: tag, length, a sign where the first bit is set, digits.
fn integer_len(number: &[u8]) -> usize {
    let digits = digits(number);
    2 + usize::from(digits[0] >= 0x80) + digits.len()
}

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

#[cfg(test)]
mod tests {
    use super::*;
    use veriquote::crypto::ecdsa_der::ecdsa_der_to_fixed;

    #[test]
    fn the_strict_reader_reads_back_what_is_written() {
        for (first, filler) in [(0, 0), (0, 1), (0x7f, 0xff), (0x80, 0), (0xff, 0xff), (0, 0x80)] {
            let mut fixed = [filler; 96];
            fixed[0] = first;
            fixed[48] = first;
            let der = Signature::encode(&fixed, 48).unwrap();
            assert_eq!(ecdsa_der_to_fixed::<96>(der.as_slice()), Some(fixed), "{:02x?}", der.as_slice());
            let mut wide = [filler; 132];
            (wide[0], wide[66]) = (first, first);
            let der521 = Signature::encode(&wide, 66).unwrap();
            assert_eq!(ecdsa_der_to_fixed::<132>(der521.as_slice()), Some(wide));
            let der = Signature::encode(&fixed[..64], 32).unwrap();
            assert_eq!(ecdsa_der_to_fixed::<64>(der.as_slice()).as_ref().map(|f| &f[..]), Some(&fixed[..64]));
        }
    }

    #[test]
    fn any_other_length_is_refused() {
        assert!(Signature::encode(&[1; 64], 32).is_some());
        assert!(Signature::encode(&[1; 63], 32).is_none());
        assert!(Signature::encode(&[1; 65], 32).is_none());
        assert!(Signature::encode(&[], 32).is_none());
        assert!(Signature::encode(&[1; 134], 67).is_none());
    }
}

//! ECDSA signatures as certificates carry them (RFC 3279, section 2.2.3): `SEQUENCE { r INTEGER, s INTEGER }`.

use crate::reader::Reader;

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

/// The fixed form `r ‖ s` that [`VerifyingKey::verify`](super::VerifyingKey::verify) takes, where `W2` is
/// 64 for P-256, 96 for P-384 and 132 for P-521.
///
/// `None` unless the bytes are DER to the letter: shortest lengths, both integers minimal, not negative and
/// no wider than half of `W2`, nothing after them.
#[must_use]
pub fn ecdsa_der_to_fixed<const W2: usize>(der: &[u8]) -> Option<[u8; W2]> {
    let mut outer = Reader::new(der);
    let mut fields = element(&mut outer, SEQUENCE)?;
    let r = unsigned(&mut fields)?;
    let s = unsigned(&mut fields)?;
    if !fields.is_empty() || !outer.is_empty() {
        return None;
    }
    let mut fixed = [0; W2];
    let (left, right) = fixed.split_at_mut_checked(W2 / 2)?;
    put_right(left, r)?;
    put_right(right, s)?;
    Some(fixed)
}

/// The content of the next element: its length in the short form, or in one more byte where that is too
/// little, as for two numbers of P-521.
fn element<'a>(reader: &mut Reader<'a>, tag: u8) -> Option<Reader<'a>> {
    if reader.u8("tag").ok()? != tag {
        return None;
    }
    let len = match reader.u8("length").ok()? {
        short @ 0..=0x7f => short,
        0x81 => reader.u8("length").ok().filter(|long| *long > 0x7f)?,
        _ => return None,
    };
    reader.sub(usize::from(len), "content").ok()
}

/// The digits of the next INTEGER without the zero that marks it positive.
fn unsigned<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let content = element(reader, INTEGER)?.rest();
    match content {
        [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => None,
        [0, digits @ ..] => Some(digits),
        digits => Some(digits),
    }
}

fn put_right(field: &mut [u8], digits: &[u8]) -> Option<()> {
    let start = field.len().checked_sub(digits.len())?;
    field.get_mut(start..)?.copy_from_slice(digits);
    Some(())
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        for number in [r, s] {
            body.push(INTEGER);
            body.push(u8::try_from(number.len()).unwrap());
            body.extend_from_slice(number);
        }
        let mut whole = vec![SEQUENCE, u8::try_from(body.len()).unwrap()];
        whole.extend(body);
        whole
    }

    #[test]
    fn pads_short_numbers_and_drops_the_sign_zero() {
        let mut expected = [0; 64];
        expected[31] = 0x7f;
        expected[62] = 0x80;
        expected[63] = 0x01;
        assert_eq!(ecdsa_der_to_fixed::<64>(&der(&[0x7f], &[0, 0x80, 1])), Some(expected));
        assert_eq!(ecdsa_der_to_fixed::<64>(&der(&[0], &[0])), Some([0; 64]));
    }

    #[test]
    fn takes_the_full_width_and_no_more() {
        let mut full = vec![0];
        full.extend([0xff; 48]);
        assert_eq!(ecdsa_der_to_fixed::<96>(&der(&full, &full)), Some([0xff; 96]));
        assert_eq!(ecdsa_der_to_fixed::<64>(&der(&full, &full)), None);
        assert_eq!(ecdsa_der_to_fixed::<96>(&der(&[1; 49], &[1])), None);
    }

    #[test]
    fn two_numbers_of_p521_need_the_long_form_of_a_length() {
        let mut number = vec![1];
        number.extend([0xff; 65]);
        let mut long = der(&number, &number);
        long.insert(1, 0x81);
        assert_eq!(ecdsa_der_to_fixed::<132>(&long).map(|fixed| fixed[0]), Some(1));
        assert_eq!(ecdsa_der_to_fixed::<132>(&der(&number, &number)), None, "0x88 as a short form");
        long.splice(1..2, [0x82, 0]);
        assert_eq!(ecdsa_der_to_fixed::<132>(&long), None, "two bytes where one is enough");
    }

    #[test]
    fn refuses_what_is_not_minimal_positive_and_alone() {
        assert!(ecdsa_der_to_fixed::<64>(&der(&[1], &[1])).is_some());
        for number in [&[][..], &[0x80], &[0xff, 0xff], &[0, 0], &[0, 1], &[0, 0x7f, 0xff], &[0, 0, 0x80]] {
            assert_eq!(ecdsa_der_to_fixed::<64>(&der(number, &[1])), None, "{number:02x?}");
            assert_eq!(ecdsa_der_to_fixed::<64>(&der(&[1], number)), None, "{number:02x?}");
        }
        let good = der(&[1], &[2]);
        for len in 0..good.len() {
            assert_eq!(ecdsa_der_to_fixed::<64>(&good[..len]), None, "cut at {len}");
        }
        let bad: [&[u8]; 6] = [
            &[0x30, 6, 2, 1, 1, 2, 1, 2, 0],       // after the sequence
            &[0x30, 7, 2, 1, 1, 2, 1, 2, 0],       // inside it
            &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 2],    // long form of a short length
            &[0x30, 0x80, 2, 1, 1, 2, 1, 2, 0, 0], // indefinite length
            &[0x31, 6, 2, 1, 1, 2, 1, 2],          // SET
            &[0x30, 6, 2, 1, 1, 4, 1, 2],          // OCTET STRING
        ];
        for case in bad {
            assert_eq!(ecdsa_der_to_fixed::<64>(case), None, "{case:02x?}");
        }
    }
}

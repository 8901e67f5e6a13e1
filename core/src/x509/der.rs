//! A cursor over strict DER that knows where it stands in the whole input (X.690, section 10).
//!
//! Everything here is a span of the bytes that arrived, so that signatures are never checked over
//! re-encoded bytes; and a list of 100,000 entries is read without allocating.

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::reader::Reader;
use crate::time::UnixTime;

/// Identifier octets: X.509 has no tag number above 30, so that one octet holds each.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// `[0]`, constructed; `[1]` and so on follow it.
    pub(crate) const CONTEXT_0: u8 = 0xa0;
    pub(crate) const CONTEXT_1: u8 = 0xa1;
    pub(crate) const CONTEXT_2: u8 = 0xa2;
    pub(crate) const CONTEXT_3: u8 = 0xa3;
    /// `[0]`, primitive.
    pub(crate) const PRIMITIVE_0: u8 = 0x80;
    pub(crate) const PRIMITIVE_2: u8 = 0x82;
}

/// One element: its tag, its whole encoding and its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub tag: u8,
    /// Tag, length and content.
    pub der: &'a [u8],
    /// The content.
    pub value: &'a [u8],
    /// Offset of `der` in the whole input.
    pub offset: usize,
    /// Offset of `value` in the whole input.
    pub value_offset: usize,
    code: Code,
}

/// Reads elements in order.
#[derive(Clone, Debug)]
pub(crate) struct Der<'a> {
    reader: Reader<'a>,
    code: Code,
}

impl<'a> Der<'a> {
    /// Starts at the first byte of `bytes`, which lies `base` bytes into the whole input; errors are of
    /// kind `code`.
    pub(crate) const fn new(bytes: &'a [u8], base: usize, code: Code) -> Self {
        Self { reader: Reader::at(bytes, base), code }
    }

    /// Reads `bytes` as exactly one element of this tag.
    pub(crate) fn whole(
        bytes: &'a [u8],
        base: usize,
        code: Code,
        tag: u8,
        part: &'static str,
    ) -> Result<Element<'a>, Error> {
        let mut input = Self::new(bytes, base, code);
        let element = input.expect(tag, part)?;
        input.finish(part)?;
        Ok(element)
    }

    /// Offset of the next element in the whole input.
    pub(crate) const fn offset(&self) -> usize {
        self.reader.offset()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.reader.is_empty()
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self, part: &'static str) -> Result<Element<'a>, Error> {
        let code = self.code;
        let (offset, start) = (self.reader.offset(), self.reader.rest());
        let (tag, value) = self.tag_and_value().ok_or_else(|| Error::new(code, part).at(offset))?;
        let len = self.reader.offset().saturating_sub(offset);
        let der = start.get(..len).unwrap_or_default();
        let value_offset = self.reader.offset().saturating_sub(value.len());
        Ok(Element { tag, der, value, offset, value_offset, code })
    }

    /// One octet of tag, a length in the fewest octets (section 10.1), and that much content.
    fn tag_and_value(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, first] = self.reader.array("").ok()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let length = match first {
            0..=0x7f => usize::from(first),
            0x81 => usize::from(self.reader.u8("").ok().filter(|length| *length > 0x7f)?),
            0x82 => usize::from(self.reader.array("").map(u16::from_be_bytes).ok().filter(|l| *l > 0xff)?),
            0x83 => {
                let [high, middle, low] = self.reader.array("").ok()?;
                let length = u32::from_be_bytes([0, high, middle, low]);
                if length <= 0xffff {
                    return None;
                }
                crate::reader::length(length)
            }
            // Longer than any input that is read.
            _ => return None,
        };
        Some((tag, self.reader.take(length, "").ok()?))
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8, part: &'static str) -> Result<Element<'a>, Error> {
        let element = self.any(part)?;
        if element.tag == tag { Ok(element) } else { Err(element.error(part)) }
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8, part: &'static str) -> Result<Option<Element<'a>>, Error> {
        if self.reader.rest().first() == Some(&tag) { self.any(part).map(Some) } else { Ok(None) }
    }

    /// The inside of the next element, which must have this tag.
    pub(crate) fn enter(&mut self, tag: u8, part: &'static str) -> Result<Self, Error> {
        self.expect(tag, part).map(|element| element.inside())
    }

    /// Ends the reading: nothing may be left.
    pub(crate) fn finish(self, part: &'static str) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        Err(Error::new(self.code, part).at(self.offset()).with(Fact::text("problem", "bytes are left over")))
    }
}

impl<'a> Element<'a> {
    /// The content as elements.
    pub(crate) const fn inside(&self) -> Der<'a> {
        Der::new(self.value, self.value_offset, self.code)
    }

    /// An error at this element.
    pub(crate) fn error(&self, part: &'static str) -> Error {
        Error::new(self.code, part).at(self.offset)
    }

    /// An INTEGER's content: not empty and in the fewest octets (X.690, section 8.3.2).
    pub(crate) fn integer(&self, part: &'static str) -> Result<&'a [u8], Error> {
        match self.value {
            [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(self.error(part)),
            value => Ok(value),
        }
    }

    /// An INTEGER that is not negative, as big-endian bytes without leading zeros (zero is empty).
    pub(crate) fn unsigned(&self, part: &'static str) -> Result<&'a [u8], Error> {
        match self.integer(part)? {
            [0, rest @ ..] => Ok(rest),
            [0x80..=0xff, ..] => Err(self.error(part)),
            value => Ok(value),
        }
    }

    /// A BOOLEAN in its DER form (X.690, section 11.1).
    pub(crate) fn boolean(&self, part: &'static str) -> Result<bool, Error> {
        match self.value {
            [0] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(self.error(part)),
        }
    }

    /// A BIT STRING of whole octets.
    pub(crate) fn octet_aligned_bits(&self, part: &'static str) -> Result<&'a [u8], Error> {
        match self.value {
            [0, bits @ ..] => Ok(bits),
            _ => Err(self.error(part)),
        }
    }

    /// An OBJECT IDENTIFIER's content: complete arcs, each in the fewest octets (X.690, section 8.19).
    pub(crate) fn oid(&self, part: &'static str) -> Result<&'a [u8], Error> {
        let complete = self.value.last().is_some_and(|last| last & 0x80 == 0);
        let starts = core::iter::once(&0u8).chain(self.value);
        let minimal = starts.zip(self.value).all(|(before, byte)| before & 0x80 != 0 || *byte != 0x80);
        if complete && minimal { Ok(self.value) } else { Err(self.error(part)) }
    }

    /// A Time: UTCTime or GeneralizedTime, in seconds and in UTC (RFC 5280, section 4.1.2.5).
    ///
    /// A UTCTime's year is one of 1950 to 2049. A GeneralizedTime before 2050 breaks a rule for issuers
    /// but is not ambiguous, and occurs in real devices' certificates: it is read.
    pub(crate) fn time(&self, part: &'static str) -> Result<UnixTime, Error> {
        let (century, digits) = match (self.tag, self.value) {
            (tag::UTC_TIME, [rest @ .., b'Z']) if rest.len() == 12 => (None, rest),
            (tag::GENERALIZED_TIME, [c0, c1, rest @ .., b'Z']) if rest.len() == 12 => {
                (Some(two_digits(*c0, *c1).ok_or_else(|| self.error(part))?), rest)
            }
            _ => return Err(self.error(part)),
        };
        let &[y0, y1, m0, m1, d0, d1, h0, h1, n0, n1, s0, s1] = digits else {
            return Err(self.error(part));
        };
        let civil = || {
            let year = two_digits(y0, y1)?;
            let century = century.unwrap_or(if year < 50 { 20 } else { 19 });
            UnixTime::from_civil(
                century.checked_mul(100)?.checked_add(year)?,
                two_digits(m0, m1)?,
                two_digits(d0, d1)?,
                two_digits(h0, h1)?,
                two_digits(n0, n1)?,
                two_digits(s0, s1)?,
            )
        };
        civil().ok_or_else(|| self.error(part))
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    let digit = |byte: u8| byte.checked_sub(b'0').filter(|digit| *digit <= 9).map(i64::from);
    digit(tens)?.checked_mul(10)?.checked_add(digit(ones)?)
}

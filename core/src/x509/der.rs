//! A cursor over strict DER that knows where it stands in the whole input.
//!
//! Tags and lengths are decoded by the `der` crate, which refuses indefinite and over-long lengths;
//! everything here is a span of the bytes that arrived, so that signatures are never checked over
//! re-encoded bytes.

use der::{Header, Reader as _, SliceReader};
pub(crate) use der::{Tag, TagNumber};

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::time::UnixTime;

/// One element: its tag, its whole encoding and its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub tag: Tag,
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
    reader: SliceReader<'a>,
    base: usize,
    code: Code,
}

impl<'a> Der<'a> {
    /// Starts at the first byte of `bytes`, which lies `base` bytes into the whole input; errors are of
    /// kind `code`.
    pub(crate) fn new(bytes: &'a [u8], base: usize, code: Code) -> Result<Self, Error> {
        let reader = SliceReader::new(bytes)
            .map_err(|_| Error::new(Code::LimitSize, "").with(Fact::count("size", bytes.len())))?;
        Ok(Self { reader, base, code })
    }

    /// Reads `bytes` as exactly one element of this tag.
    pub(crate) fn whole(
        bytes: &'a [u8],
        base: usize,
        code: Code,
        tag: Tag,
        part: &'static str,
    ) -> Result<Element<'a>, Error> {
        let mut input = Self::new(bytes, base, code)?;
        let element = input.expect(tag, part)?;
        input.finish(part)?;
        Ok(element)
    }

    /// Offset of the next element in the whole input.
    pub(crate) fn offset(&self) -> usize {
        self.base.saturating_add(usize::try_from(self.reader.position()).unwrap_or(usize::MAX))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.reader.is_finished()
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self, part: &'static str) -> Result<Element<'a>, Error> {
        let (base, code, offset) = (self.base, self.code, self.offset());
        let position = |error: der::Error| {
            let at = error.position().and_then(|at| usize::try_from(at).ok());
            Error::new(code, part).at(at.map_or(offset, |at| base.saturating_add(at)))
        };
        let header = Header::peek(&self.reader).map_err(position)?;
        let der = self.reader.tlv_bytes().map_err(position)?;
        let length = usize::try_from(header.length()).unwrap_or(usize::MAX);
        let value = der
            .len()
            .checked_sub(length)
            .and_then(|start| der.get(start..))
            .ok_or_else(|| Error::new(code, part).at(offset))?;
        let value_offset = offset.saturating_add(der.len().saturating_sub(value.len()));
        Ok(Element { tag: header.tag(), der, value, offset, value_offset, code })
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: Tag, part: &'static str) -> Result<Element<'a>, Error> {
        let element = self.any(part)?;
        if element.tag == tag { Ok(element) } else { Err(element.error(part)) }
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: Tag, part: &'static str) -> Result<Option<Element<'a>>, Error> {
        let mut ahead = self.clone();
        if ahead.is_empty() {
            return Ok(None);
        }
        let element = ahead.any(part)?;
        if element.tag != tag {
            return Ok(None);
        }
        *self = ahead;
        Ok(Some(element))
    }

    /// The inside of the next element, which must have this tag.
    pub(crate) fn enter(&mut self, tag: Tag, part: &'static str) -> Result<Self, Error> {
        self.expect(tag, part)?.inside()
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
    pub(crate) fn inside(&self) -> Result<Der<'a>, Error> {
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
            (Tag::UtcTime, [rest @ .., b'Z']) if rest.len() == 12 => (None, rest),
            (Tag::GeneralizedTime, [c0, c1, rest @ .., b'Z']) if rest.len() == 12 => {
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

/// `[number]`, constructed.
pub(crate) const fn context(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// `[number]`, primitive.
pub(crate) const fn context_primitive(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: false, number: TagNumber(number) }
}

fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    let digit = |byte: u8| byte.checked_sub(b'0').filter(|digit| *digit <= 9).map(i64::from);
    digit(tens)?.checked_mul(10)?.checked_add(digit(ones)?)
}

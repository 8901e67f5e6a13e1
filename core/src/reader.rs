//! The only place that slices binary input.

use crate::error::{Code, Error};
use crate::fact::Fact;

/// Reads fields in order from borrowed bytes, knows its offset, and refuses to run past the end.
///
/// Field names become the `part` of errors; callers add the outer path with [`Error::inside`].
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte of `bytes`, with offset 0.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0 }
    }

    /// Starts at the first byte of `bytes`, which lies `offset` bytes into the whole input.
    #[must_use]
    pub const fn at(bytes: &'a [u8], offset: usize) -> Self {
        Self { rest: bytes, offset }
    }

    /// Offset of the next byte in the whole input.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The bytes not yet read.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// True when every byte was read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `len` bytes.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn take(&mut self, len: usize, field: &'static str) -> Result<&'a [u8], Error> {
        let (head, tail) = self.rest.split_at_checked(len).ok_or_else(|| self.truncated(len, field))?;
        self.rest = tail;
        self.offset = self.offset.saturating_add(len);
        Ok(head)
    }

    /// The next `len` bytes as a reader of their own that keeps counting offsets.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn sub(&mut self, len: usize, field: &'static str) -> Result<Self, Error> {
        let offset = self.offset;
        Ok(Self { rest: self.take(len, field)?, offset })
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Error> {
        let (head, tail) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.truncated(N, field))?;
        self.rest = tail;
        self.offset = self.offset.saturating_add(N);
        Ok(*head)
    }

    /// One byte.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn u8(&mut self, field: &'static str) -> Result<u8, Error> {
        self.array::<1>(field).map(u8::from_le_bytes)
    }

    /// A little-endian 16-bit number.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn u16_le(&mut self, field: &'static str) -> Result<u16, Error> {
        self.array(field).map(u16::from_le_bytes)
    }

    /// A little-endian 32-bit number.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn u32_le(&mut self, field: &'static str) -> Result<u32, Error> {
        self.array(field).map(u32::from_le_bytes)
    }

    /// A little-endian 64-bit number.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn u64_le(&mut self, field: &'static str) -> Result<u64, Error> {
        self.array(field).map(u64::from_le_bytes)
    }

    /// A big-endian 16-bit number.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn u16_be(&mut self, field: &'static str) -> Result<u16, Error> {
        self.array(field).map(u16::from_be_bytes)
    }

    /// A big-endian 32-bit number.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn u32_be(&mut self, field: &'static str) -> Result<u32, Error> {
        self.array(field).map(u32::from_be_bytes)
    }

    /// A big-endian 64-bit number.
    ///
    /// # Errors
    /// `input.truncated`.
    pub fn u64_be(&mut self, field: &'static str) -> Result<u64, Error> {
        self.array(field).map(u64::from_be_bytes)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `input.trailing_data` when bytes are left.
    pub fn finish(self, part: &'static str) -> Result<(), Error> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(Error::new(Code::InputTrailingData, part)
            .at(self.offset)
            .with(Fact::count("left", self.rest.len())))
    }

    fn truncated(&self, needed: usize, field: &'static str) -> Error {
        Error::new(Code::InputTruncated, field)
            .at(self.offset)
            .with(Fact::count("needed", needed))
            .with(Fact::count("left", self.rest.len()))
    }
}

/// A length field as a `usize`; lengths that do not fit saturate and so fail as truncated.
#[must_use]
pub fn length(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_in_order_and_counts() {
        let mut r = Reader::at(&[1, 2, 0, 3, 0, 0, 0, 9, 9], 100);
        assert_eq!(r.u8("a"), Ok(1));
        assert_eq!(r.u16_le("b"), Ok(2));
        assert_eq!(r.u32_le("c"), Ok(3));
        assert_eq!(r.offset(), 107);
        let error = r.u64_le("d").unwrap_err();
        assert_eq!((error.code(), error.part(), error.offset()), (Code::InputTruncated, "d", Some(107)));
        let error = r.clone().finish("whole").unwrap_err();
        assert_eq!((error.code(), error.offset()), (Code::InputTrailingData, Some(107)));
        let mut sub = r.sub(2, "e").unwrap();
        assert_eq!(sub.take(2, "f"), Ok(&[9u8, 9][..]));
        assert_eq!(sub.finish("e"), Ok(()));
        assert_eq!(r.finish("whole"), Ok(()));
    }

    #[test]
    fn a_huge_length_is_truncated_and_not_a_panic() {
        let mut r = Reader::new(&[0; 4]);
        assert_eq!(r.take(usize::MAX, "x").unwrap_err().code(), Code::InputTruncated);
        assert_eq!(length(u32::MAX), usize::try_from(u32::MAX).unwrap());
    }
}

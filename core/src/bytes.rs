//! Byte newtypes and hex.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base16ct::{lower, mixed};

/// Shows a byte slice as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By pieces of the stack: a call of the formatter for each byte takes ten times as long.
        let mut piece = [0; 128];
        for bytes in self.0.chunks(64) {
            f.write_str(lower::encode_str(bytes, &mut piece).map_err(|_| fmt::Error)?)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Lower-case hex of `bytes`.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    lower::encode_string(bytes)
}

/// Decodes hex of either case. On failure gives the offset of the first bad character (or the length,
/// when the number of digits is odd).
///
/// # Errors
/// The offset of the first character that is not a hex digit.
pub fn from_hex(text: &[u8]) -> Result<Vec<u8>, usize> {
    mixed::decode_vec(text)
        .map_err(|_| text.iter().position(|digit| !digit.is_ascii_hexdigit()).unwrap_or(text.len()))
}

/// Compares in time that depends on the lengths only, for values an attacker may try to guess.
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0u8, |seen, (l, r)| seen | (l ^ r)) == 0
}

/// A fixed number of bytes that prints as hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes<const N: usize>(pub [u8; N]);

impl<const N: usize> Bytes<N> {
    /// The bytes.
    #[must_use]
    pub const fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// True when every byte is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    /// Decodes exactly `2 * N` hex digits of either case.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        from_hex(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

impl<const N: usize> Default for Bytes<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> AsRef<[u8]> for Bytes<N> {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl<const N: usize> fmt::Display for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Hex(&self.0), f)
    }
}

impl<const N: usize> fmt::Debug for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Hex(&self.0), f)
    }
}

macro_rules! newtypes {
    ($( $(#[$doc:meta])+ $name:ident[$len:literal]; )+) => { $(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Bytes<$len>);

        impl $name {
            /// The bytes.
            #[must_use]
            pub const fn as_slice(&self) -> &[u8] { self.0.as_slice() }
        }

        impl From<[u8; $len]> for $name {
            fn from(bytes: [u8; $len]) -> Self { Self(Bytes(bytes)) }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(&self.0, f) }
        }
    )+ };
}

newtypes! {
    /// Family, model, stepping, platform type and custom SKU: names a platform family at Intel.
    Fmspc[6];
    /// Identifies the provisioning certification enclave.
    PceId[2];
    /// Platform provisioning id: names one package of one machine. Personal data of that machine.
    Ppid[16];
    /// Names one multi-package platform.
    PlatformInstanceId[16];
}

/// Where the first byte is for which `wanted` holds. Sixteen bytes are looked at together, without a branch
/// for each, since texts here are long and what is looked for is rare. `wanted` must not branch either: `|`
/// and not `||`.
#[cfg(any(test, feature = "jwt", feature = "nvidia"))]
pub(crate) fn position(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let (chunks, _) = bytes.as_chunks::<16>();
    let is_clear = |chunk: &&[u8; 16]| !chunk.iter().fold(false, |found, byte| found | wanted(*byte));
    let start = chunks.iter().take_while(is_clear).count().saturating_mul(16);
    let rest = bytes.get(start..)?;
    rest.iter().position(|byte| wanted(*byte)).map(|at| start.saturating_add(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_points_at_the_first_bad_digit() {
        assert_eq!(from_hex(b"00fFa1"), Ok(alloc::vec![0, 0xff, 0xa1]));
        assert_eq!(to_hex(&[0, 0xff, 0xa1]), "00ffa1");
        let long: Vec<u8> = (0..=255).chain(0..=9).collect();
        let told: Vec<String> = long.iter().map(|byte| alloc::format!("{byte:02x}")).collect();
        assert_eq!(to_hex(&long), told.concat());
        assert_eq!(to_hex(&[]), "");
        assert_eq!(from_hex(b"00x0"), Err(2));
        assert_eq!(from_hex(b"000x"), Err(3));
        assert_eq!(from_hex(b"000"), Err(3));
        assert_eq!(from_hex(b""), Ok(alloc::vec![]));
    }

    #[test]
    fn constant_time_eq_is_equality() {
        assert!(constant_time_eq(b"ab", b"ab"));
        assert!(!constant_time_eq(b"ab", b"aB"));
        assert!(!constant_time_eq(b"ab", b"abc"));
        assert!(constant_time_eq(b"", b""));
    }
}

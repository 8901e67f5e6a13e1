//! Just enough DER to write certificates and revocation lists, right or wrong.

use crate::time::civil;

/// One element: tag, length, value.
#[must_use]
pub fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match value.len() {
        len @ 0..0x80 => out.push(len as u8),
        len @ 0x80..0x100 => out.extend([0x81, len as u8]),
        len @ 0x100..0x1_0000 => out.extend([0x82, (len >> 8) as u8, len as u8]),
        len => out.extend([0x83, (len >> 16) as u8, (len >> 8) as u8, len as u8]),
    }
    out.extend_from_slice(value);
    out
}

pub(crate) fn constructed(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    constructed(0x30, parts)
}

/// An INTEGER of these content octets, taken as they are.
pub(crate) fn integer_octets(octets: &[u8]) -> Vec<u8> {
    tlv(0x02, octets)
}

/// A minimal INTEGER.
pub(crate) fn integer(value: i64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let mut start = 0;
    while start < 7
        && ((bytes[start] == 0 && bytes[start + 1] < 0x80)
            || (bytes[start] == 0xff && bytes[start + 1] >= 0x80))
    {
        start += 1;
    }
    tlv(0x02, &bytes[start..])
}

pub(crate) fn boolean(value: bool) -> Vec<u8> {
    tlv(0x01, &[if value { 0xff } else { 0 }])
}

pub(crate) fn octets(value: &[u8]) -> Vec<u8> {
    tlv(0x04, value)
}

/// A BIT STRING without unused bits.
pub(crate) fn bits(value: &[u8]) -> Vec<u8> {
    let mut content = vec![0];
    content.extend_from_slice(value);
    tlv(0x03, &content)
}

/// An OBJECT IDENTIFIER from its arcs in text, `1.2.840`.
#[must_use]
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().expect("a number")).collect();
    let mut content = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let mut groups = vec![(arc & 0x7f) as u8];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        content.extend(groups.iter().rev());
    }
    tlv(0x06, &content)
}

/// How a time is written in a certificate or revocation list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DerTime {
    /// UTCTime until 2049, GeneralizedTime from 2050 on, as RFC 5280 asks.
    Rfc5280(i64),
    /// GeneralizedTime whatever the year.
    Generalized(i64),
    /// UTCTime whatever the year.
    Utc(i64),
    /// Any element.
    Raw(Vec<u8>),
}

impl DerTime {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Rfc5280(time) if civil(*time)[0] < 2050 => Self::Utc(*time).encode(),
            Self::Rfc5280(time) | Self::Generalized(time) => {
                let [year, month, day, hour, minute, second] = civil(*time);
                let text = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
                tlv(0x18, text.as_bytes())
            }
            Self::Utc(time) => {
                let [year, month, day, hour, minute, second] = civil(*time);
                let text = format!("{:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z", year % 100);
                tlv(0x17, text.as_bytes())
            }
            Self::Raw(element) => element.clone(),
        }
    }
}

impl From<i64> for DerTime {
    fn from(time: i64) -> Self {
        Self::Rfc5280(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements() {
        assert_eq!(oid("1.2.840.10045.4.3.2"), [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]);
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(integer(-1), [2, 1, 255]);
        assert_eq!(integer(256), [2, 2, 1, 0]);
        assert_eq!(tlv(4, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(tlv(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(DerTime::from(2_524_608_000).encode()[0], 0x18);
        assert_eq!(DerTime::from(2_524_607_999).encode(), tlv(0x17, b"491231235959Z"));
    }
}

//! Percent-encoding (RFC 3986, section 2.1), as certificate chains travel in headers (Intel's PCS and PCCS).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters (section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The text with everything encoded but unreserved characters.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The text, if every `%` begins an octet and all are UTF-8; `+` stands for itself, since base64 holds it.
#[must_use]
pub fn percent_decode(text: &[u8]) -> Option<String> {
    let begins_an_octet =
        |after: &[u8]| after.get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    if !text.split(|byte| *byte == b'%').skip(1).all(begins_an_octet) {
        return None;
    }
    percent_encoding::percent_decode(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_survives_a_header() {
        let pem = "-----BEGIN CERTIFICATE-----\nab+/=\n-----END CERTIFICATE-----\n";
        let encoded = percent_encode(pem);
        assert!(encoded.starts_with("-----BEGIN%20CERTIFICATE-----%0Aab%2B%2F%3D%0A"));
        assert_eq!(percent_decode(encoded.as_bytes()).as_deref(), Some(pem));
        assert_eq!(percent_decode(b"a%2Bb+c%0A").as_deref(), Some("a+b+c\n"));
        for text in [&b"%"[..], b"%4", b"%zz", b"%+1", b"%%41", b"%ff"] {
            assert_eq!(percent_decode(text), None);
        }
    }
}

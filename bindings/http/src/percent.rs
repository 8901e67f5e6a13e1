//! Certificate chains in headers: PEM, URL-encoded (Intel's PCS and PCCS).

/// The chain as it travels in a header.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// RFC 3986, section 2.1; `+` stands for itself, since base64 holds it.
pub(crate) fn percent_decode(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, tail) = tail.split_at_checked(2)?;
        bytes.extend(veriquote::bytes::from_hex(digits).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
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
        for text in [&b"%"[..], b"%4", b"%zz", b"%ff"] {
            assert_eq!(percent_decode(text), None);
        }
    }
}

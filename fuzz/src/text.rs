//! What callers pass as text: PEM, hex, base64, and times.

use veriquote::encoding::{decode_der_or_text, pem_blocks};
use veriquote::{UnixTime, bytes, limits};

/// Decodes; what was decoded survives being written again.
pub fn text(data: &[u8]) {
    if let Ok(blocks) = pem_blocks(data, "CERTIFICATE", limits::CERTIFICATES) {
        assert!(blocks.len() <= limits::CERTIFICATES);
        let again: String = blocks.iter().map(|der| veriquote_forge::pem("CERTIFICATE", der)).collect();
        if blocks.iter().all(|der| !der.is_empty()) && !blocks.is_empty() {
            assert_eq!(pem_blocks(again.as_bytes(), "CERTIFICATE", limits::CERTIFICATES), Ok(blocks));
        }
    }
    if let Ok(der) = decode_der_or_text(data, "X509 CRL") {
        assert!(der.len() <= data.len());
    }
    if let Ok(decoded) = bytes::from_hex(data) {
        let text = bytes::to_hex(&decoded);
        assert!(text.as_bytes().eq_ignore_ascii_case(data));
    }
    if let Ok(text) = core::str::from_utf8(data)
        && let Some(time) = UnixTime::parse_rfc3339_utc(text)
    {
        assert_eq!(time.to_string(), text);
    }
}

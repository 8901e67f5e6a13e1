//! Base64 in the strict forms: one spelling for each sequence of bytes.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{NO_PAD, STANDARD, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose};

/// Where a text stops being base64, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotBase64(pub Option<usize>);

/// Base64url without padding (RFC 7515, section 2).
#[must_use]
pub fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Standard base64 with padding (RFC 4648, section 4).
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// PEM (RFC 7468).
#[must_use]
pub fn pem(label: &str, der: &[u8]) -> String {
    let base64 = to_base64(der);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Base64url without padding, and nothing else.
///
/// # Errors
/// [`NotBase64`].
pub fn from_base64url(text: &str) -> Result<Vec<u8>, NotBase64> {
    URL_SAFE_NO_PAD.decode(text).map_err(of)
}

/// Standard base64 with padding, and nothing else.
///
/// # Errors
/// [`NotBase64`].
pub fn from_base64(text: &str) -> Result<Vec<u8>, NotBase64> {
    STANDARD.decode(text).map_err(of)
}

/// Either alphabet, not mixed, with all padding or none.
///
/// # Errors
/// [`NotBase64`].
pub fn from_any_base64(text: &str) -> Result<Vec<u8>, NotBase64> {
    const EITHER: base64::engine::GeneralPurposeConfig =
        NO_PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
    if text.ends_with('=') && !text.len().is_multiple_of(4) {
        return Err(NotBase64(Some(text.len() - 1)));
    }
    let alphabet = if text.contains(['-', '_']) { alphabet::URL_SAFE } else { alphabet::STANDARD };
    GeneralPurpose::new(&alphabet, EITHER).decode(text).map_err(of)
}

fn of(error: base64::DecodeError) -> NotBase64 {
    use base64::DecodeError as E;
    match error {
        E::InvalidByte(at, _) | E::InvalidLastSymbol { offset: at, .. } => NotBase64(Some(at)),
        _ => NotBase64(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_takes_its_own_spelling_only() {
        let bytes = [0xfb, 0xff, 0xfe, 0x01];
        assert_eq!(to_base64(&bytes), "+//+AQ==");
        assert_eq!(to_base64url(&bytes), "-__-AQ");
        assert_eq!(from_base64("+//+AQ==").unwrap(), bytes);
        assert_eq!(from_base64url("-__-AQ").unwrap(), bytes);
        for text in ["-__-AQ", "-__-AQ==", "+//+AQ", "+//+AR==", "+//+AQ==\n"] {
            assert!(from_base64(text).is_err(), "{text:?}");
        }
        for text in ["+//+AQ==", "+//+AQ", "-__-AQ==", "-__-AR", " -__-AQ"] {
            assert!(from_base64url(text).is_err(), "{text:?}");
        }
        for text in ["+//+AQ==", "+//+AQ", "-__-AQ==", "-__-AQ"] {
            assert_eq!(from_any_base64(text).unwrap(), bytes, "{text}");
        }
        for text in ["+__+AQ", "YWFhCg==...", "YWFhCg=", "YWFhCh"] {
            assert!(from_any_base64(text).is_err(), "{text}");
        }
    }
}

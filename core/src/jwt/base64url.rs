//! base64url without padding (RFC 7515, section 2): the alphabet, no `=`, no white space, and no bits
//! left over in the last character, so that one value has one text.

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::error::{Code, Error};
use crate::fact::Fact;

/// Decodes `text`; the error's offset is the first character that does not belong.
pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, Error> {
    engine().decode(text).map_err(|error| wrong(&error, text.len(), "not base64url without padding"))
}

/// The same alphabet and strictness with the processor's vectors, where the crate knows any.
#[cfg(all(
    feature = "simd",
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))
))]
fn engine() -> impl base64::Engine {
    base64::engine::Simd::url_safe(base64::engine::general_purpose::NO_PAD)
}

#[cfg(not(all(
    feature = "simd",
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))
)))]
const fn engine() -> impl base64::Engine {
    URL_SAFE_NO_PAD
}

/// Decodes a certificate of `x5c`: standard base64 with its padding (RFC 7517, section 4.7), or base64url
/// without, which Trustee writes. Either is read to the letter, and what is signed is the certificate.
pub(crate) fn decode_certificate(text: &str) -> Result<Vec<u8>, Error> {
    STANDARD
        .decode(text)
        .or_else(|error| URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong(&error, text.len(), "not base64")))
}

/// Encodes `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> alloc::string::String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn wrong(error: &base64::DecodeError, len: usize, problem: &'static str) -> Error {
    use base64::DecodeError::{InvalidByte, InvalidLastSymbol, InvalidLength, InvalidPadding};
    let at = match error {
        InvalidByte(at, _) | InvalidLastSymbol { offset: at, .. } => *at,
        InvalidLength(_) | InvalidPadding => len,
    };
    Error::new(Code::InputEncoding, "").at(at).with(Fact::text("problem", problem))
}

#[cfg(all(test, feature = "simd"))]
mod tests {
    use super::*;

    /// Vectors or not: the same bytes, and the same place of the first character that does not belong.
    #[test]
    fn with_vectors_it_is_the_same() {
        let text = encode(&core::array::from_fn::<u8, 200, _>(|at| u8::try_from(at).unwrap_or_default()));
        for end in 0..text.len() {
            let text = text.get(..end).unwrap_or_default().as_bytes();
            assert_eq!(engine().decode(text), URL_SAFE_NO_PAD.decode(text));
        }
        for at in 0..text.len() {
            for bad in [b'+', b'/', b'=', b' ', b'\n', b'.', 0, 0x80, 0xff] {
                let mut changed = text.clone().into_bytes();
                if let Some(byte) = changed.get_mut(at) {
                    *byte = bad;
                }
                assert_eq!(engine().decode(&changed), URL_SAFE_NO_PAD.decode(&changed), "{bad:#x} at {at}");
                assert!(decode(&changed).is_err());
            }
        }
    }
}

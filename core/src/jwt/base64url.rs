//! base64url without padding (RFC 7515, section 2): the alphabet, no `=`, no white space, and no bits
//! left over in the last character, so that one value has one text.

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::error::{Code, Error};
use crate::fact::Fact;

/// Decodes `text`; the error's offset is the first character that does not belong.
pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, Error> {
    URL_SAFE_NO_PAD.decode(text).map_err(|error| wrong(&error, text.len(), "not base64url without padding"))
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

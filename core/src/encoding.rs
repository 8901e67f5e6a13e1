//! Recognises how binary objects arrive as text: PEM, base64 or hex.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::bytes::from_hex;
use crate::error::{Code, Error};
use crate::fact::Fact;

/// Decodes every PEM block of `text` (RFC 7468), each of which must have this label, such as
/// `CERTIFICATE`.
///
/// Lines may have any width and end in LF or CRLF; text may stand between blocks; NUL bytes may follow
/// at the very end, as some quoting libraries write them. Inside a block there is base64 with its padding
/// and white space, and nothing else.
///
/// # Errors
/// `input.encoding` with the offset of the first thing that is wrong: a block that is not closed, closed
/// twice or of another label, a character that is not base64, no block at all. `limit.count` when there
/// are more than `limit` blocks.
pub fn pem_blocks(text: &[u8], label: &str, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
    let end = text.len().saturating_sub(text.iter().rev().take_while(|byte| **byte == 0).count());
    let text = text.get(..end).unwrap_or_default();
    let mut blocks = Vec::new();
    let mut at = 0usize;
    while let Some(start) = find(text, at, DASHES) {
        no_nul(text, at, start)?;
        let body = expect(text, start, BEGIN, label)?;
        let full_lines = lines_of_64(text, body);
        let stop = match &full_lines {
            Some((_, stop)) => *stop,
            None => match find(text, body, DASHES) {
                Some(stop) => stop,
                None => return Err(wrong(text.len(), "a PEM block is not closed")),
            },
        };
        at = expect(text, stop, END, label)?;
        if blocks.len() >= limit {
            return Err(Error::new(Code::LimitCount, "").at(start).with(Fact::count("limit", limit)));
        }
        blocks.push(match full_lines {
            Some((der, _)) => der,
            None => base64_at(text, body, stop)?,
        });
    }
    no_nul(text, at, text.len())?;
    if blocks.is_empty() { Err(wrong(0, "no PEM block")) } else { Ok(blocks) }
}

/// Inside a block no NUL byte passes for base64; this is for the text around.
fn no_nul(text: &[u8], from: usize, to: usize) -> Result<(), Error> {
    match text.get(from..to).unwrap_or_default().iter().position(|byte| *byte == 0) {
        Some(nul) => Err(wrong(from.saturating_add(nul), "a NUL byte before the end")),
        None => Ok(()),
    }
}

/// The usual form of a block (RFC 7468, section 2: lines of 64 characters, the last one shorter), and where
/// its end marker stands. Lines are taken whole, without a look at each character: whatever is not base64
/// in them fails to decode. `None` for every other form.
fn lines_of_64(text: &[u8], body: usize) -> Option<(Vec<u8>, usize)> {
    let mut rest = text.get(body..)?.strip_prefix(b"\n")?;
    let mut digits = Vec::with_capacity(2048);
    while let Some((line, tail)) = rest.split_at_checked(64)
        && let Some(tail) = tail.strip_prefix(b"\n")
    {
        digits.extend_from_slice(line);
        rest = tail;
    }
    if !rest.starts_with(DASHES) {
        let end = rest.iter().take(64).position(|byte| *byte == b'\n')?;
        let (line, tail) = rest.split_at_checked(end)?;
        digits.extend_from_slice(line);
        rest = tail.strip_prefix(b"\n").filter(|tail| tail.starts_with(DASHES))?;
    }
    let der = STANDARD.decode(&digits).ok().filter(|der| !der.is_empty())?;
    Some((der, text.len().checked_sub(rest.len())?))
}

/// Decodes one DER object that arrived as DER, as hex, as base64 or as PEM of the label `pem_label`, or as
/// hex of that PEM, as some caching services serve lists. Recognised by content.
///
/// # Errors
/// `input.encoding` when it is none of these, or not exactly one object.
pub fn decode_der_or_text(bytes: &[u8], pem_label: &str) -> Result<Vec<u8>, Error> {
    if bytes.first() == Some(&SEQUENCE) {
        return Ok(bytes.to_vec());
    }
    let end = bytes.len().saturating_sub(bytes.iter().rev().take_while(|byte| **byte == 0).count());
    let text = bytes.get(..end).unwrap_or_default();
    let der = if text.iter().all(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace()) {
        let decoded = hex(text)?;
        if decoded.first() == Some(&SEQUENCE) {
            return Ok(decoded);
        }
        match one_pem_block(&decoded, pem_label)? {
            Some(der) => return Ok(der),
            None => decoded,
        }
    } else {
        match one_pem_block(text, pem_label)? {
            Some(der) => return Ok(der),
            None => base64_at(text, 0, text.len())?,
        }
    };
    if der.first() == Some(&SEQUENCE) { Ok(der) } else { Err(wrong(0, "neither DER nor text of it")) }
}

/// Decodes a quote or event log that arrived as it is, or as hex, base64 or base64url of it.
///
/// Recognised by content: binary ones hold a zero among their first 16 bytes, text holds none. Text that
/// begins with 16 hex digits (or `0x`) is hex; other text is base64, and base64url when it holds `-` or
/// `_`. White space may stand anywhere in the text, and base64url may leave out its padding.
///
/// # Errors
/// `input.encoding` with the offset of the first character that does not belong.
pub fn decode_binary_or_text(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    const HEAD: usize = 16;
    if bytes.iter().take(HEAD).any(|byte| *byte == 0) {
        return Ok(Cow::Borrowed(bytes));
    }
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
    let text = bytes.get(start..).unwrap_or_default();
    let shifted = |error: Error| error.shifted(start);
    if let Some(digits) = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")) {
        return hex(digits).map(Cow::Owned).map_err(|error| error.shifted(2)).map_err(shifted);
    }
    let mut head = text.iter().filter(|byte| !byte.is_ascii_whitespace()).take(HEAD);
    if !text.is_empty() && head.all(u8::is_ascii_hexdigit) {
        return hex(text).map(Cow::Owned).map_err(shifted);
    }
    if !text.iter().any(|byte| matches!(byte, b'-' | b'_')) {
        return base64_at(bytes, start, bytes.len()).map(Cow::Owned);
    }
    let mut digits = without_white_space(text);
    if digits.len().is_multiple_of(4) {
        let padding = digits.iter().rev().take_while(|byte| **byte == b'=').count();
        digits.truncate(digits.len().saturating_sub(padding.min(2)));
    }
    URL_SAFE_NO_PAD
        .decode(&digits)
        .map(Cow::Owned)
        .map_err(|error| wrong(nth_kept(text, base64_offset(&error, digits.len())), "not base64url"))
        .map_err(shifted)
}

/// Whether `bytes` hold the start of a PEM block.
#[must_use]
pub fn has_pem_marker(bytes: &[u8]) -> bool {
    find(bytes, 0, BEGIN).is_some()
}

fn one_pem_block(bytes: &[u8], label: &str) -> Result<Option<Vec<u8>>, Error> {
    if !has_pem_marker(bytes) {
        return Ok(None);
    }
    let mut blocks = pem_blocks(bytes, label, 2)?;
    if blocks.len() > 1 {
        return Err(wrong(0, "more than one PEM block"));
    }
    Ok(blocks.pop())
}

/// Hex with white space between its pairs of digits or anywhere.
fn hex(text: &[u8]) -> Result<Vec<u8>, Error> {
    if let Ok(decoded) = from_hex(text) {
        return Ok(decoded);
    }
    from_hex(&without_white_space(text)).map_err(|at| wrong(nth_kept(text, at), "not hex"))
}

/// Base64 with white space anywhere, strictly.
#[cfg(feature = "nvidia")]
pub(crate) fn base64_text(text: &[u8]) -> Result<Vec<u8>, Error> {
    base64_at(text, 0, text.len())
}

/// Base64 in `text[from..to]`, strictly: the standard alphabet, all padding, no stray bits.
fn base64_at(text: &[u8], from: usize, to: usize) -> Result<Vec<u8>, Error> {
    let part = text.get(from..to).unwrap_or_default();
    let digits = without_white_space(part);
    let decoded = STANDARD.decode(&digits).map_err(|error| {
        let at = nth_kept(part, base64_offset(&error, digits.len()));
        wrong(from.saturating_add(at), "not base64")
    })?;
    if decoded.is_empty() { Err(wrong(from, "nothing is encoded")) } else { Ok(decoded) }
}

/// Where among `len` digits decoding failed.
const fn base64_offset(error: &base64::DecodeError, len: usize) -> usize {
    use base64::DecodeError::{InvalidByte, InvalidLastSymbol, InvalidLength, InvalidPadding};
    match error {
        InvalidByte(at, _) | InvalidLastSymbol { offset: at, .. } => *at,
        InvalidLength(_) | InvalidPadding => len,
    }
}

fn without_white_space(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    for word in text.split(u8::is_ascii_whitespace) {
        kept.extend_from_slice(word);
    }
    kept
}

/// Where in `text` the `nth` character stands that is not white space, or where `text` ends.
fn nth_kept(text: &[u8], nth: usize) -> usize {
    let mut kept = text.iter().enumerate().filter(|(_, byte)| !byte.is_ascii_whitespace());
    kept.nth(nth).map_or(text.len(), |(index, _)| index)
}

/// Checks that `-----BEGIN label-----` or its like stands at `at`; gives what follows.
fn expect(text: &[u8], at: usize, kind: &[u8], label: &str) -> Result<usize, Error> {
    let mut at = at;
    for part in [kind, label.as_bytes(), DASHES] {
        let end = at.saturating_add(part.len());
        if text.get(at..end) != Some(part) {
            return Err(wrong(at, "not the PEM marker that belongs here"));
        }
        at = end;
    }
    Ok(at)
}

/// Offset of the first `needle` at or after `from`.
fn find(text: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        at = at.checked_add(rest.iter().position(|byte| needle.first() == Some(byte))?)?;
        if text.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        at = at.checked_add(1)?;
    }
}

fn wrong(offset: usize, problem: &'static str) -> Error {
    Error::new(Code::InputEncoding, "").at(offset).with(Fact::text("problem", problem))
}

const DASHES: &[u8] = b"-----";
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";

/// Every object that is asked for is a SEQUENCE. As text this byte is `0`, which starts none of them:
/// hex starts with `30`, base64 with `M`.
const SEQUENCE: u8 = 0x30;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec;

    const DER: &[u8] = &[0x30, 0x03, 0x02, 0x01, 0x05];
    const BLOCK: &str = "-----BEGIN X-----\nMAMC\nAQU=\n-----END X-----\n";

    fn fails(text: &[u8]) -> (Code, Option<usize>) {
        let error = pem_blocks(text, "X", 2).unwrap_err();
        (error.code(), error.offset())
    }

    #[test]
    fn reads_what_real_files_hold() {
        let crlf = BLOCK.replace('\n', "\r\n");
        let one_line = BLOCK.replace('\n', "");
        let narrow = "-----BEGIN X-----\nM\nA\nM\nC\nA\nQ\nU\n=\n-----END X-----";
        let explained = alloc::format!("subject: a\n{BLOCK}issuer: b\n");
        let nul = alloc::format!("{BLOCK}\0");
        let nuls = alloc::format!("{BLOCK}\0\0\0");
        for text in [BLOCK, &crlf, &one_line, narrow, &explained, &nul, &nuls] {
            assert_eq!(pem_blocks(text.as_bytes(), "X", 1), Ok(vec![DER.to_vec()]), "{text:?}");
        }
        let twice = alloc::format!("{BLOCK}\n\n{BLOCK}");
        assert_eq!(pem_blocks(twice.as_bytes(), "X", 2), Ok(vec![DER.to_vec(), DER.to_vec()]));
        assert_eq!(pem_blocks(twice.as_bytes(), "X", 1).unwrap_err().code(), Code::LimitCount);
    }

    #[test]
    fn a_block_cut_anywhere_is_refused() {
        let text = BLOCK.trim_end();
        for len in 0..text.len() {
            assert_eq!(fails(&text.as_bytes()[..len]).0, Code::InputEncoding, "cut at {len}");
        }
    }

    #[test]
    fn says_where_it_is_wrong() {
        for (text, offset) in [
            ("", 0),
            ("MAMCAQU=", 0),
            ("-----BEGIN Y-----\nMAMCAQU=\n-----END Y-----", 11),
            ("-----BEGIN X-----\nMAMCAQU=\n-----END Y-----", 36),
            ("-----BEGIN X-----\nMAMCAQU=\n", 27),
            ("-----BEGIN X-----\nMAMCAQU=\n-----BEGIN X-----", 27),
            ("-----END X-----\n", 0),
            ("-----BEGIN X-----\nMAM*AQU=\n-----END X-----", 21),
            ("-----BEGIN X-----\nMAMCAQU\n-----END X-----", 26),
            ("-----BEGIN X-----\nMAMCAQV=\n-----END X-----", 24),
            ("-----BEGIN X-----\nMAMC_QU=\n-----END X-----", 22),
            ("-----BEGIN X-----\nMAMCAQU==\n-----END X-----", 25),
            ("-----BEGIN X-----\nA: b\n\nMAMCAQU=\n-----END X-----", 19),
            ("-----BEGIN X-----\n\n-----END X-----", 17),
            ("-----BEGIN X-----\nMAMC\0AQU=\n-----END X-----", 22),
        ] {
            let (code, at) = fails(text.as_bytes());
            assert_eq!((code, at), (Code::InputEncoding, Some(offset)), "{text:?}");
        }
    }

    #[test]
    fn recognises_every_form_of_one_object() {
        let hex_of_pem = crate::bytes::to_hex(BLOCK.as_bytes());
        for text in [
            "3003020105",
            "30 03 02\n01 05\n",
            "3003020105\0",
            "MAMCAQU=",
            "MAMC\r\nAQU=\r\n",
            BLOCK,
            &hex_of_pem,
            &hex_of_pem.to_uppercase(),
        ] {
            assert_eq!(decode_der_or_text(text.as_bytes(), "X"), Ok(DER.to_vec()), "{text:?}");
        }
        assert_eq!(decode_der_or_text(DER, "X"), Ok(DER.to_vec()));
    }

    #[test]
    fn refuses_what_is_no_object() {
        let twice = String::from(BLOCK) + BLOCK;
        for text in ["", "\n", "\0", "300", "3103020105", "AAAA", "MAMCAQU", "hello", "MAMC*AQU=", &twice] {
            let error = decode_der_or_text(text.as_bytes(), "X").unwrap_err();
            assert_eq!(error.code(), Code::InputEncoding, "{text:?}");
        }
    }

    #[test]
    fn recognises_every_form_of_binary_data() {
        let binary = [4, 0, 2, 0, 0x81, 0, 0, 0, 0xfb, 0xff, 0xfe, 1, 2];
        for text in [
            "040002008100 0000fbfffe0102",
            "\n0x040002008100 0000FBFFFE0102\n",
            "BAACAIEAAAD7//4BAg==",
            " BAAC\nAIEA AAD7//4BAg==\n",
            "BAACAIEAAAD7__4BAg==",
            "BAACAIEAAAD7__4BAg",
        ] {
            assert_eq!(decode_binary_or_text(text.as_bytes()).as_deref(), Ok(&binary[..]), "{text:?}");
        }
        assert!(matches!(decode_binary_or_text(&binary), Ok(Cow::Borrowed(bytes)) if bytes == binary));
    }

    #[test]
    fn text_that_is_broken_says_where() {
        for (text, offset) in [
            ("", 0),
            ("\n \n", 3),
            ("0400020081000000z", 16),
            (" 0400020081000000abc", 20),
            ("0x04z", 4),
            ("BAACAIE*", 7),
            ("BAACAIE", 7),
            ("BA-_AI/A", 6),
            ("BAAC\u{e9}AIE", 4),
        ] {
            let error = decode_binary_or_text(text.as_bytes()).unwrap_err();
            assert_eq!((error.code(), error.offset()), (Code::InputEncoding, Some(offset)), "{text:?}");
        }
    }
}

//! Lines of `ascii_runtime_measurements`, turned into the bytes of their binary form.
//!
//! The kernel escapes nothing, so a path with a space cannot always be told from a path and a column:
//! the columns after the path are counted from the end. Binary lists have no such doubt.

use alloc::vec::Vec;

use super::template::Template;
use crate::crypto::{Digest, HashAlgorithm};
use crate::error::{Code, Error};

pub(super) struct Line<'a> {
    pub pcr: u32,
    pub logged: Digest,
    pub name: &'a [u8],
}

/// The algorithm of the template hashes, by the length of the first one.
pub(super) fn hash_of(text: &[u8]) -> Option<HashAlgorithm> {
    let text = text.trim_ascii_start();
    let digest = text.split(|byte| *byte == b' ').nth(1)?;
    [HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512]
        .into_iter()
        .find(|hash| hash.digest_len().checked_mul(2) == Some(digest.len()))
}

/// The register that the line at the beginning of `text` names.
pub(super) fn pcr_of(text: &[u8]) -> Option<u32> {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let (pcr, _) = split(text.get(..end)?.trim_ascii_start())?;
    core::str::from_utf8(pcr).ok()?.parse().ok()
}

/// Reads a line; `scratch` gets the template data.
pub(super) fn read<'a>(
    line: &'a [u8],
    hash: HashAlgorithm,
    scratch: &mut Vec<u8>,
) -> Result<Line<'a>, Error> {
    let bad = |part| Error::new(Code::ImaLayout, part).at(0);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (pcr, rest) = split(line.trim_ascii_start()).ok_or_else(|| bad("pcr"))?;
    let pcr = core::str::from_utf8(pcr).ok().and_then(|text| text.parse().ok());
    let pcr = pcr.filter(|pcr| *pcr <= 23u32).ok_or_else(|| bad("pcr"))?;
    let (logged, rest) = split(rest).ok_or_else(|| bad("template_hash"))?;
    scratch.clear();
    let logged = unhex(logged, scratch)
        .and_then(|()| Digest::new(scratch))
        .filter(|digest| digest.as_slice().len() == hash.digest_len())
        .ok_or_else(|| bad("template_hash"))?;
    let (name, rest) = split(rest).ok_or_else(|| bad("template"))?;
    scratch.clear();
    fill(Template::from_name(name), rest, scratch).ok_or_else(|| bad("field"))?;
    Ok(Line { pcr, logged, name })
}

fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = text.iter().position(|byte| *byte == b' ')?;
    Some((text.get(..space)?, text.get(space.checked_add(1)?..)?))
}

fn split_last(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = text.iter().rposition(|byte| *byte == b' ')?;
    Some((text.get(..space)?, text.get(space.checked_add(1)?..)?))
}

fn fill(template: Template<'_>, text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    if template == Template::Ima {
        let (digest, path) = split(text)?;
        unhex(digest, out).filter(|()| out.len() == 20)?;
        if path.len() > 255 {
            return None;
        }
        out.extend(u32::try_from(path.len()).ok()?.to_le_bytes());
        out.extend(path);
        return Some(());
    }
    let count = template.fields().count();
    let path_at = template.fields().position(|id| id == b"n-ng")?;
    let mut rest = text;
    for id in template.fields().take(path_at) {
        let column;
        (column, rest) = split(rest)?;
        field(id, column, out)?;
    }
    // The columns after the path, found from the end.
    let after = count.checked_sub(path_at)?.checked_sub(1)?;
    let mut path = rest;
    let mut columns = 0usize;
    for index in 0..after {
        match split_last(path) {
            Some((head, column)) if looks_like_column(template, count, index, column) => {
                path = head;
                columns = columns.saturating_add(1);
            }
            // A list whose trailing space was trimmed: an empty signature.
            _ if after == 1 => {}
            _ => return None,
        }
    }
    field(b"n-ng", path, out)?;
    let mut rest = rest.get(path.len()..)?;
    for id in template.fields().skip(path_at.checked_add(1)?) {
        let column = if columns == 0 {
            &[]
        } else {
            columns = columns.saturating_sub(1);
            let tail = rest.strip_prefix(b" ")?;
            let end = tail.iter().position(|byte| *byte == b' ').unwrap_or(tail.len());
            rest = tail.get(end..)?;
            tail.get(..end)?
        };
        field(id, column, out)?;
    }
    Some(())
}

/// Whether a column from the end can be the field that stands there.
fn looks_like_column(template: Template<'_>, count: usize, from_end: usize, column: &[u8]) -> bool {
    let index = count.saturating_sub(1).saturating_sub(from_end);
    match template.fields().nth(index) {
        Some(b"sig" | b"buf" | b"evmsig" | b"modsig" | b"xattrlengths" | b"xattrvalues") => {
            column.len().is_multiple_of(2) && column.iter().all(u8::is_ascii_hexdigit)
        }
        Some(_) => true,
        None => false,
    }
}

/// Appends a field: its length, then its bytes.
fn field(id: &[u8], column: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    out.extend([0; 4]);
    match id {
        b"d-ng" | b"d-ngv2" | b"d-modsig" => {
            if !column.is_empty() {
                let colon = column.iter().rposition(|byte| *byte == b':')?.checked_add(1)?;
                out.extend(column.get(..colon)?);
                out.push(0);
                unhex(column.get(colon..)?, out)?;
            }
        }
        b"n-ng" => {
            out.extend(column);
            out.push(0);
        }
        b"d" => unhex(column, out)?,
        b"n" => {
            out.extend(column);
        }
        b"xattrnames" => {
            out.extend(column);
            out.push(0);
        }
        b"iuid" | b"igid" => {
            let number: u32 = core::str::from_utf8(column).ok()?.parse().ok()?;
            out.extend(number.to_le_bytes());
        }
        b"imode" => {
            let number: u16 = core::str::from_utf8(column).ok()?.parse().ok()?;
            out.extend(number.to_le_bytes());
        }
        _ => unhex(column, out)?,
    }
    let size = u32::try_from(out.len().checked_sub(start)?.checked_sub(4)?).ok()?;
    out.get_mut(start..start.checked_add(4)?)?.copy_from_slice(&size.to_le_bytes());
    Some(())
}

fn unhex(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (pairs, odd) = text.as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    for [high, low] in pairs {
        out.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(())
}

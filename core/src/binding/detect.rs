//! Which convention binds given data, and which common mistake almost does.
//!
//! Every mode is tried first. Then the data are taken in the ways in which they are often mistaken (as
//! hex or base64 text, with another spacing, with a line's end) and placed in the ways in which fields are
//! often filled (the wrong half, reversed, cut). A mistake is a hint to its author; it never verifies.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{FIELD, Mode, Nonce, padded};
use crate::bytes::{constant_time_eq, from_hex, to_hex};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::jcs;
use crate::json::{Node, Strictness, Value, parse};
use crate::limits;

/// One way in which the report data come from the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// The mode, or the one that was nearly used.
    pub mode: Mode,
    /// Whether it holds.
    pub fit: Fit,
}

/// How a mode fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The mode binds these data.
    Exact,
    /// It would, if these mistakes had not been made.
    Mistake(Vec<&'static str>),
}

/// Tries every mode and the common mistakes. Exact fits come first; nothing found is an empty list.
///
/// # Errors
/// `binding.length` for report data that are empty or longer than 64 bytes, for no data and for data over
/// the limit.
pub fn detect(
    report_data: &[u8],
    data: &[u8],
    nonce: Option<Nonce<'_>>,
    provider: &dyn CryptoProvider,
) -> Result<Vec<Detection>, Error> {
    for (part, len, longest) in
        [("report_data", report_data.len(), FIELD), ("data", data.len(), limits::BOUND_DATA_BYTES)]
    {
        if len == 0 || len > longest {
            return Err(Error::new(Code::BindingLength, part)
                .with(Fact::count("maximum", longest))
                .with(Fact::count("actual", len)));
        }
    }
    let mut found = Vec::new();
    if report_data.iter().all(|byte| *byte == 0) {
        return Ok(found);
    }
    for mode in Mode::ALL.iter().copied().filter(|mode| *mode != Mode::None) {
        let wants = matches!(mode, Mode::ItaSha512 | Mode::ItaSha256First32);
        if mode.verify(report_data, data, nonce.filter(|_| wants), provider).is_ok() {
            found.push(Detection { mode, fit: Fit::Exact });
        }
    }
    if found.is_empty() {
        mistakes(report_data, data, nonce, provider, &mut found);
    }
    Ok(found)
}

type Taken = (Vec<u8>, Option<&'static str>);

fn mistakes(
    report_data: &[u8],
    data: &[u8],
    nonce: Option<Nonce<'_>>,
    provider: &dyn CryptoProvider,
    found: &mut Vec<Detection>,
) {
    for (taken, how) in ways_to_take(data) {
        let raw = placed(report_data, &taken, Mode::RawPad64, how);
        found.extend(raw);
        for (algorithm, mode) in [
            (HashAlgorithm::Sha256, Mode::Sha256First32),
            (HashAlgorithm::Sha384, Mode::Sha384Pad64),
            (HashAlgorithm::Sha512, Mode::Sha512),
        ] {
            let hash = provider.hash(algorithm, &[&taken]);
            found.extend(placed(report_data, hash.as_slice(), mode, how));
        }
        if let Some(Nonce { value, issued_at }) = nonce {
            for (algorithm, mode) in
                [(HashAlgorithm::Sha256, Mode::ItaSha256First32), (HashAlgorithm::Sha512, Mode::ItaSha512)]
            {
                for (parts, order) in [
                    (&[value, issued_at, &taken][..], None),
                    (&[&taken, value, issued_at], Some("the nonce was put after the data")),
                    (&[value, &taken], Some("the nonce's date was left out")),
                    (&[issued_at, value, &taken], Some("the nonce's two parts were swapped")),
                ] {
                    let hash = provider.hash(algorithm, parts);
                    for mut detection in placed(report_data, hash.as_slice(), mode, how) {
                        if let Fit::Mistake(mistakes) = &mut detection.fit {
                            mistakes.extend(order);
                        }
                        found.push(detection);
                    }
                }
            }
        }
    }
    // The explanation with the fewest mistakes: others follow from it.
    let count = |detection: &Detection| match &detection.fit {
        Fit::Exact => 0,
        Fit::Mistake(mistakes) => mistakes.len(),
    };
    found.retain(|detection| count(detection) > 0);
    let fewest = found.iter().map(count).min().unwrap_or_default();
    found.retain(|detection| count(detection) == fewest);
}

/// The data, and what they are often mistaken for.
fn ways_to_take(data: &[u8]) -> Vec<Taken> {
    let mut ways: Vec<Taken> = alloc::vec![(data.to_vec(), None)];
    ways.push((to_hex(data).into_bytes(), Some("the hex text of the data was taken instead of their bytes")));
    ways.push((
        to_hex(data).to_uppercase().into_bytes(),
        Some("the upper-case hex text of the data was taken instead of their bytes"),
    ));
    ways.push((
        STANDARD.encode(data).into_bytes(),
        Some("the base64 text of the data was taken instead of their bytes"),
    ));
    ways.push((
        URL_SAFE_NO_PAD.encode(data).into_bytes(),
        Some("the base64url text of the data was taken instead of their bytes"),
    ));
    let trimmed = data.trim_ascii();
    if trimmed.len() < data.len() {
        ways.push((trimmed.to_vec(), Some("white space around the data was left out")));
    }
    if let Ok(bytes) = from_hex(trimmed.strip_prefix(b"0x").unwrap_or(trimmed)) {
        ways.push((bytes, Some("the bytes were taken that the hex text stands for")));
    }
    let unpadded =
        trimmed.trim_ascii_end().strip_suffix(b"==").or(trimmed.strip_suffix(b"=")).unwrap_or(trimmed);
    if let Ok(bytes) = STANDARD.decode(trimmed).or_else(|_| URL_SAFE_NO_PAD.decode(unpadded)) {
        ways.push((bytes, Some("the bytes were taken that the base64 text stands for")));
    }
    for (end, mistake) in [
        (&b"\n"[..], "a line feed was added to the data"),
        (b"\r\n", "a carriage return and line feed were added to the data"),
        (b"\0", "a NUL was added to the data"),
    ] {
        let mut longer = data.to_vec();
        longer.extend_from_slice(end);
        ways.push((longer, Some(mistake)));
    }
    let mut reversed = data.to_vec();
    reversed.reverse();
    ways.push((reversed, Some("the data were reversed (endianness)")));
    json(trimmed, &mut ways);
    // Some ways come to the same bytes: the first one explains them.
    let mut distinct: Vec<Taken> = Vec::with_capacity(ways.len());
    for way in ways {
        if !way.0.is_empty() && !distinct.iter().any(|known| known.0 == way.0) {
            distinct.push(way);
        }
    }
    distinct
}

/// JSON as other writers space and order it.
fn json(data: &[u8], ways: &mut Vec<Taken>) {
    let Ok(node) = parse(data, Strictness::DOCUMENT) else { return };
    if !matches!(node.value, Value::Object(_) | Value::Array(_)) {
        return;
    }
    if let Ok(canonical) = jcs::canonical(&node) {
        ways.push((canonical.into_bytes(), Some("the JSON was sorted and stripped of white space (JCS)")));
    }
    ways.push((node.compact().into_bytes(), Some("the JSON was stripped of white space and not sorted")));
    for (spacing, sorted, mistake) in [
        (Spacing::Spaced, false, "the JSON was written with a space after each comma and colon"),
        (Spacing::Spaced, true, "the JSON was sorted and written with a space after each comma and colon"),
        (Spacing::Indented(2), false, "the JSON was pretty-printed by two spaces"),
        (Spacing::Indented(2), true, "the JSON was sorted and pretty-printed by two spaces"),
        (Spacing::Indented(4), false, "the JSON was pretty-printed by four spaces"),
        (Spacing::Indented(4), true, "the JSON was sorted and pretty-printed by four spaces"),
    ] {
        let mut out = String::new();
        respace(&node, spacing, sorted, 0, &mut out);
        ways.push((out.into_bytes(), Some(mistake)));
    }
}

#[derive(Clone, Copy)]
enum Spacing {
    Spaced,
    Indented(usize),
}

/// Writes JSON as `json.dumps` and `JSON.stringify` do; names, strings and numbers keep their text.
fn respace(node: &Node<'_>, spacing: Spacing, sorted: bool, level: usize, out: &mut String) {
    let inner = level.saturating_add(1);
    let line = |level: usize, out: &mut String| {
        if let Spacing::Indented(width) = spacing {
            out.push('\n');
            out.push_str(&" ".repeat(width.saturating_mul(level)));
        }
    };
    let comma = |index: usize, out: &mut String| {
        if index > 0 {
            out.push_str(if matches!(spacing, Spacing::Spaced) { ", " } else { "," });
        }
    };
    match &node.value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                comma(index, out);
                line(inner, out);
                respace(item, spacing, sorted, inner, out);
            }
            line(level, out);
            out.push(']');
        }
        Value::Object(members) if !members.is_empty() => {
            let mut members: Vec<_> = members.iter().collect();
            if sorted {
                members.sort_by(|one, other| one.name.cmp(&other.name));
            }
            out.push('{');
            for (index, member) in members.into_iter().enumerate() {
                comma(index, out);
                line(inner, out);
                out.push_str(&jcs::Json::text(member.name.as_ref()).write());
                out.push_str(": ");
                respace(&member.node, spacing, sorted, inner, out);
            }
            line(level, out);
            out.push('}');
        }
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push_str(node.raw),
    }
}

/// How `value` may have come into the field; no mistakes at all mean that it stands where it should.
fn placed(report_data: &[u8], value: &[u8], mode: Mode, how: Option<&'static str>) -> Vec<Detection> {
    let mut found = Vec::new();
    let mut try_one = |field: &[u8], mistake: Option<&'static str>| {
        if constant_time_eq(field, report_data) {
            let mistakes = how.into_iter().chain(mistake).collect();
            found.push(Detection { mode, fit: Fit::Mistake(mistakes) });
        }
    };
    let reversed = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<u8>>();
    if value.len() <= FIELD {
        try_one(&padded(value), None);
        let mut field = alloc::vec![0; FIELD.saturating_sub(value.len())];
        field.extend_from_slice(value);
        if value.len() < FIELD {
            try_one(&field, Some("the value stands at the end of the field, with zeros before it"));
            try_one(value, Some("the field was cut to the value: the zeros after it are missing"));
        }
        try_one(&padded(&reversed(value)), Some("the value was reversed (endianness)"));
        try_one(&reversed(&padded(value)), Some("the whole field was reversed (endianness)"));
    }
    let hex = to_hex(value).into_bytes();
    if hex.len() <= FIELD {
        try_one(&padded(&hex), Some("the hex text of the value was put into the field instead of its bytes"));
    }
    if let Some(cut) = value.get(..FIELD).filter(|cut| cut.len() < value.len()) {
        try_one(cut, Some("the value was cut to 64 bytes: what follows is not bound"));
    }
    if let Some(cut) = value.first_chunk::<32>().filter(|_| value.len() > 32) {
        try_one(&padded(cut), Some("the value was cut to 32 bytes: what follows is not bound"));
        try_one(cut, Some("the value was cut to 32 bytes: what follows is not bound"));
    }
    // Only a value long enough that chance is no explanation.
    let tail = report_data.get(value.len()..).unwrap_or_default();
    let starts = report_data.get(..value.len()).is_some_and(|start| constant_time_eq(start, value));
    if value.len() >= 16 && starts && tail.iter().any(|byte| *byte != 0) {
        let mistakes = how.into_iter().chain(["the field begins with the value, and other bytes follow it"]);
        found.push(Detection { mode, fit: Fit::Mistake(mistakes.collect()) });
    }
    found
}

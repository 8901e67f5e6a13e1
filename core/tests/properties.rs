//! Properties of the foundations over many made-up inputs, always the same ones.

use serde_json::Value as Other;
use veriquote::json::{Node, Strictness, Value, parse};
use veriquote::reader::Reader;
use veriquote::{Code, UnixTime};

/// xorshift64*: enough to vary inputs, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }
}

/// Valid and nearly valid pieces of JSON, the valid ones first.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "null", "true", "false", "0", "-0", "-1", "1.5", "1e3", "1E-2", "18446744073709551615",
    "18446744073709551616", "-9223372036854775808", "\"\"", "\"a\"", "\"\\u0061\"", "\"\u{e9}\"",
    "\"\\ud83d\\ude00\"", "\"\\n\\\"\\\\\\/\\b\\f\\r\\t\"", "{}", "[]",
    "01", "1.", ".5", "+1", "1e", "-", "\"\\ud83d\"", "\"\\ude00\"", "\"\\x\"", "\"\n\"", "\"open",
    "NaN", "nul", "'a'", "//x", "\u{feff}",
];
const VALID_PIECES: usize = 20;

const SPACE: &[&str] = &["", "", "", "", "", "", "", "", "", "", "", "", " ", "\n", "\t\r "];

fn json_text(random: &mut Random, depth: usize, out: &mut String) {
    out.push_str(random.pick(SPACE));
    match random.below(if depth == 0 { 4 } else { 10 }) {
        0..4 if random.below(30) == 0 => out.push_str(random.pick(PIECES)),
        0..4 => out.push_str(random.pick(&PIECES[..VALID_PIECES])),
        4..7 => {
            out.push('[');
            for item in 0..random.below(4) {
                if item > 0 {
                    out.push_str(slip(random, ",", &[",,", "", ";"]));
                }
                json_text(random, depth - 1, out);
            }
            out.push_str(slip(random, "]", &[",]", "}", ""]));
        }
        _ => {
            out.push('{');
            for item in 0..random.below(4) {
                if item > 0 {
                    out.push(',');
                }
                out.push_str(random.pick(SPACE));
                let name = random.pick(&["\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"\\u0061\"", "\"\""]);
                out.push_str(slip(random, name, &["d", "1", "\"\u{1}\""]));
                out.push_str(random.pick(SPACE));
                out.push_str(slip(random, ":", &["=", "", "::"]));
                json_text(random, depth - 1, out);
            }
            out.push_str(slip(random, "}", &[",}", "]", ""]));
        }
    }
    out.push_str(slip(random, "", &["\u{a0}", "\u{b}", "x"]));
}

/// Mostly `right`.
fn slip(random: &mut Random, right: &'static str, wrong: &[&'static str]) -> &'static str {
    if random.below(40) == 0 { random.pick(wrong) } else { right }
}

/// Strings and integers exactly; other numbers are text for us.
fn same(node: &Node<'_>, other: &Other) -> bool {
    match (&node.value, other) {
        (Value::Null, Other::Null) => true,
        (Value::Bool(ours), Other::Bool(theirs)) => ours == theirs,
        (Value::Number(_), Other::Number(theirs)) => {
            node.integer().is_none_or(|ours| ours == 0 || theirs.as_i64() == Some(ours))
                && theirs.as_u64().is_none_or(|theirs| node.unsigned() == Some(theirs))
        }
        (Value::String(ours), Other::String(theirs)) => ours == theirs,
        (Value::Array(ours), Other::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Object(ours), Other::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|m| theirs.get(m.name.as_ref()).is_some_and(|theirs| same(&m.node, theirs)))
        }
        _ => false,
    }
}

fn spans_are_exact(text: &str, node: &Node<'_>) -> bool {
    text.get(node.offset..).is_some_and(|rest| rest.starts_with(node.raw))
        && node.items().into_iter().flatten().all(|item| spans_are_exact(text, item))
        && node.members().into_iter().flatten().all(|member| spans_are_exact(text, &member.node))
}

#[test]
fn json_means_what_it_means_to_serde_json() {
    let mut random = Random(0x7665_7269_7175_6f74);
    let (mut accepted, mut duplicates, mut refused) = (0, 0, 0);
    for _ in 0..40_000 {
        let mut text = String::new();
        json_text(&mut random, 3, &mut text);
        match (parse(text.as_bytes(), Strictness::DOCUMENT), serde_json::from_str::<Other>(&text)) {
            (Ok(node), Ok(other)) => {
                assert!(same(&node, &other), "{text}: {node:?} {other:?}");
                assert!(spans_are_exact(&text, &node), "{text}");
                accepted += 1;
            }
            (Err(error), Ok(_)) => {
                assert_eq!(error.code(), Code::JsonDuplicateKey, "{text}: {error}");
                assert!(error.offset().is_some_and(|at| text[at..].starts_with('"')), "{text}: {error}");
                duplicates += 1;
            }
            (Ok(node), Err(error)) => panic!("accepted only here: {text:?} {node:?} {error}"),
            (Err(error), Err(_)) => {
                assert!(matches!(error.code(), Code::JsonSyntax | Code::JsonDuplicateKey), "{text}: {error}");
                refused += 1;
            }
        }
    }
    let enough = accepted > 5_000 && duplicates > 500 && refused > 5_000;
    assert!(enough, "{accepted} accepted, {duplicates} duplicates, {refused} refused");
}

#[test]
fn json_cut_anywhere_is_refused() {
    let text = r#"{"a":[1,{"b":"\u00e9\ud83d\ude00"},null,true],"c":-1.5e+3}"#;
    assert!(parse(text.as_bytes(), Strictness::DOCUMENT).is_ok());
    for cut in 0..text.len() {
        let error = parse(&text.as_bytes()[..cut], Strictness::DOCUMENT).unwrap_err();
        assert_eq!(error.code(), Code::JsonSyntax, "{cut}: {error}");
        assert!(error.offset().is_some_and(|at| at <= cut), "{cut}: {error}");
    }
}

#[test]
fn json_without_utf8_is_an_encoding_error_at_its_place() {
    for (text, at) in [(&b"\"\xff\""[..], 1), (b"[\"a\xc3\"]", 3), (b"\xef\xbb", 0), (b"\"\xed\xa0\x80\"", 1)]
    {
        let error = parse(text, Strictness::DOCUMENT).unwrap_err();
        assert_eq!((error.code(), error.offset()), (Code::InputEncoding, Some(at)), "{text:x?}");
    }
}

#[test]
fn times_round_trip_and_one_changed_character_never_means_the_same() {
    let mut random = Random(0x7469_6d65);
    for _ in 0..20_000 {
        // Years 0 to 9999.
        let time = UnixTime(-62_167_219_200 + (random.next() % 315_569_520_000) as i64);
        let text = time.to_string();
        assert_eq!(UnixTime::parse_rfc3339_utc(&text), Some(time), "{text}");
        let mut changed = text.clone().into_bytes();
        let at = random.below(changed.len());
        changed[at] = b"0123456789TZ:-+ .z"[random.below(18)];
        let changed = String::from_utf8(changed).unwrap();
        if changed != text
            && let Some(other) = UnixTime::parse_rfc3339_utc(&changed)
        {
            assert_ne!(other, time, "{changed}");
            assert_eq!(other.to_string(), changed);
        }
    }
}

#[test]
fn a_reader_reads_what_slices_hold_and_never_more() {
    let mut random = Random(0x7265_6164);
    let bytes: Vec<u8> = (0..=255).collect();
    for _ in 0..2_000 {
        let length = random.below(bytes.len());
        let base = random.below(1000);
        let data = &bytes[..length];
        let mut reader = Reader::at(data, base);
        let mut at = 0;
        loop {
            let wanted = [1, 2, 4, 8, 1 + random.below(64)][random.below(5)];
            let before = reader.offset();
            let read = match (wanted, random.below(2)) {
                (1, 0) => reader.u8("x").map(|number| vec![number]),
                (2, 0) => reader.u16_le("x").map(|number| number.to_le_bytes().to_vec()),
                (4, 0) => reader.u32_le("x").map(|number| number.to_le_bytes().to_vec()),
                (8, 0) => reader.u64_le("x").map(|number| number.to_le_bytes().to_vec()),
                _ => reader.take(wanted, "x").map(<[u8]>::to_vec),
            };
            match (read, data.get(at..at + wanted)) {
                (Ok(read), Some(expected)) => assert_eq!(read, expected),
                (Err(error), None) => {
                    assert_eq!((error.code(), error.offset()), (Code::InputTruncated, Some(base + at)));
                    assert_eq!(reader.offset(), before, "a failed read consumes nothing");
                    break;
                }
                (read, expected) => panic!("{read:?} {expected:?}"),
            }
            at += wanted;
            assert_eq!((reader.offset(), reader.rest()), (base + at, &data[at..]));
        }
        assert_eq!(reader.finish("x").is_ok(), at == data.len());
    }
}

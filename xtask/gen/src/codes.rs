//! The table of codes as data, for the bindings.

use serde::Serialize;
use veriquote::Code;

#[derive(Serialize)]
struct Entry {
    code: &'static str,
    kind: &'static str,
    http_status: u16,
    means: &'static str,
    help: &'static str,
}

/// Every code, in the order of the table.
pub(crate) fn json() -> String {
    let entries: Vec<Entry> = Code::ALL
        .iter()
        .map(|code| Entry {
            code: code.as_str(),
            kind: code.kind().as_str(),
            http_status: code.kind().http_status(),
            means: code.meaning(),
            help: code.help(),
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&entries).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_reads_back() {
        let entries: Vec<serde_json::Value> = serde_json::from_str(&json()).expect("it is JSON");
        assert_eq!(entries.len(), Code::ALL.len());
        for (entry, code) in entries.iter().zip(Code::ALL) {
            assert_eq!(entry["code"], code.as_str());
            assert_eq!(entry["http_status"], code.kind().http_status());
        }
    }
}

//! `docs/errors.md`.

use std::fmt::Write as _;

use veriquote::{Code, Kind};

/// What the caller can do, kind by kind, in the order in which the page shows them.
pub(crate) const KINDS: [(Kind, &str, &str); 9] = [
    (Kind::Malformed, "reject", "The bytes are not what they claim to be."),
    (
        Kind::Unsupported,
        "upgrade, or refuse",
        "Well-formed, but of a version or algorithm that this release does not verify.",
    ),
    (Kind::Untrusted, "refuse", "A signature, a chain or a binding does not hold."),
    (Kind::Revoked, "refuse", "The issuer withdrew its trust."),
    (Kind::Stale, "fetch afresh and retry", "Outside a window of validity."),
    (
        Kind::Mismatch,
        "look for the wrong pairing",
        "Authentic pieces that do not belong together, or not to what you expected.",
    ),
    (Kind::Rejected, "show the findings", "Authentic, but the policy says no."),
    (Kind::Limit, "refuse", "Larger than a documented bound; see [limits](limits.md)."),
    (Kind::Misuse, "fix the call", "The call itself is wrong. Never caused by the evidence alone."),
];

/// The whole page.
pub(crate) fn markdown() -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask gen` from core/src/error/codes.rs. Do not edit. -->\n\
         # Errors\n\n\
         Every refusal carries a `code`, which says what happened and is never renamed; a `kind`, which says what \
         you can do; the `part` of the input that failed, as a dotted path; the byte `offset` where one is known; \
         and facts, such as what was expected and what was found. The same codes come from every language, the \
         shell and HTTP.\n\n\
         | kind | what to do | HTTP |\n|---|---|---|\n",
    );
    for (kind, action, _) in KINDS {
        let name = kind.as_str();
        _ = writeln!(page, "| [{name}](#{name}) | {action} | {} |", kind.http_status());
    }
    for (kind, _, about) in KINDS {
        _ = write!(
            page,
            "\n## {}\n\n{about}\n\n| code | means | what to do |\n|---|---|---|\n",
            kind.as_str()
        );
        for code in Code::ALL.iter().filter(|code| code.kind() == kind) {
            _ = writeln!(page, "| `{code}` | {} | {} |", cell(code.meaning()), cell(code.help()));
        }
    }
    page
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_exactly_one_row() {
        let page = markdown();
        for code in Code::ALL {
            assert_eq!(page.matches(&format!("\n| `{code}` | ")).count(), 1, "{code}");
        }
    }

    #[test]
    fn every_kind_has_a_section() {
        for code in Code::ALL {
            assert!(KINDS.iter().any(|(kind, ..)| *kind == code.kind()), "{code}");
        }
    }
}

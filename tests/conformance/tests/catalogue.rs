//! Every case of the catalogue gets the answer that it must get.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use veriquote_conformance::run::answer;
use veriquote_conformance::{Case, Expected, catalogue};

#[test]
fn every_case_gets_its_answer() {
    let all = catalogue::all();
    let mut wrong = String::new();
    let mut count = 0;
    for case in &all {
        let answer = answer(case);
        if answer != case.expected {
            count += 1;
            let Case { id, location, expected, .. } = case;
            writeln!(wrong, "{id} ({location})\n  must be {expected:?}\n  is      {answer:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{count} of {} wrong\n{wrong}", all.len());
    eprintln!("{} cases", all.len());
}

#[test]
fn ids_are_unique_and_every_refusal_has_a_passing_twin() {
    let all = catalogue::all();
    let ids: BTreeSet<_> = all.iter().map(|case| &case.id).collect();
    assert_eq!(ids.len(), all.len());
    let accepted: BTreeSet<_> = all
        .iter()
        .filter(|case| case.id.starts_with("valid/") && matches!(case.expected, Expected::Accepted { .. }))
        .map(|case| case.base)
        .collect();
    for case in &all {
        assert!(accepted.contains(case.base), "{} starts from a platform that is not valid", case.id);
    }
}

#[test]
fn the_committed_vectors_are_what_the_catalogue_gives() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/dcap");
    let files = veriquote_conformance::data::files();
    for (name, text) in &files {
        let there = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(there == *text, "tests/vectors/dcap/{name} is stale: run `cargo xtask vectors`");
    }
    assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), files.len());
}

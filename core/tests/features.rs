//! The front page of the documentation lists the crate's features as they are.

use std::collections::BTreeMap;

const MANIFEST: &str = include_str!("../Cargo.toml");
const MANUAL: &str = include_str!("../src/manual.md");

/// Each feature of the manifest, and whether it is on by default.
fn declared() -> BTreeMap<String, bool> {
    let (_, features) = MANIFEST.split_once("[features]\n").expect("features");
    let (features, _) = features.split_once("\n[").expect("a section after them");
    let lines = features.lines().filter(|line| !line.starts_with('#'));
    let lists: BTreeMap<&str, &str> = lines.filter_map(|line| line.split_once(" = ")).collect();
    let defaults = lists.get("default").expect("defaults");
    let names = lists.keys().filter(|name| **name != "default");
    names.map(|name| ((*name).to_owned(), defaults.contains(&format!("\"{name}\"")))).collect()
}

/// Each row of the manual's table of features.
fn documented() -> BTreeMap<String, bool> {
    let (_, rows) =
        MANUAL.split_once("| feature | default | adds |\n| --- | --- | --- |\n").expect("a table");
    let row = |line: &str| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let name = cells.next()?.trim_matches('`').to_owned();
        Some((name, cells.next()? == "yes"))
    };
    rows.lines()
        .take_while(|line| line.starts_with('|'))
        .map(|line| row(line).expect("three cells"))
        .collect()
}

#[test]
fn the_manual_names_every_feature() {
    assert!(declared().len() > 5);
    assert_eq!(documented(), declared());
}

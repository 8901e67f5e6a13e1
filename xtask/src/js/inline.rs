//! What `wasm-opt` may inline: the arithmetic in which signatures spend their time, and nothing else.
//!
//! WebAssembly multiplies 64 bits by 64 into 64. The compiler makes a call of every product of 128 bits, and
//! a signature over P-256 has some hundred thousand of them. Everything else is smaller over the wire, and no
//! slower where it counts, as functions of their own.

use std::{collections::BTreeSet, path::Path};

use crate::{failure::Failure, step::Step};

/// Whether the function is called so often that the call itself counts.
fn is_hot(name: &str) -> bool {
    name.ends_with("__multi3")
        || (name.starts_with("p256") && name.contains("::field::field_impl::"))
        || (name.starts_with("crypto_bigint") && name.contains("::widening_mul_fixed::<4usize, 4usize>"))
        || (name.starts_with("<ctutils") && name.contains("Choice>::to_u8"))
}

/// The options with which `wasm-opt` leaves every function of the module alone but the hot ones.
pub(super) fn options(wasm_opt: &Path, module: &Path) -> Result<Vec<String>, Failure> {
    // `INDEX:NAME` by lines, names as people write them.
    let map = Step::new("node").arg(wasm_opt).arg("--all-features").arg(module).arg("--symbolmap").read()?;
    let names = map.lines().filter_map(|line| line.split_once(':')).map(|(_, name)| name).collect();
    if !BTreeSet::iter(&names).any(|name| is_hot(name)) {
        println!("    no function has the name of one to inline: signatures will take half as long again");
    }
    Ok(refusals(&names)
        .into_iter()
        .map(|pattern| format!("--no-inline={pattern}"))
        .chain([String::from("--always-inline-max-function-size=4000")])
        .collect())
}

/// Patterns that match each cold name and no hot one: the shortest beginnings that no hot name has.
fn refusals(names: &BTreeSet<&str>) -> BTreeSet<String> {
    let (hot, cold): (Vec<&str>, Vec<&str>) = names.iter().copied().partition(|name| is_hot(name));
    let beginning = |name: &str| {
        name.char_indices()
            .map(|(at, letter)| &name[..at + letter.len_utf8()])
            .find(|start| !hot.iter().any(|name| name.starts_with(start)))
            .map_or_else(|| name.to_owned(), |start| format!("{start}*"))
    };
    cold.into_iter().map(beginning).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{is_hot, refusals};

    const NAMES: [&str; 8] = [
        "<core[1]::fmt::Formatter>::pad",
        "<ctutils[2]::choice::Choice>::not",
        "<ctutils[2]::choice::Choice>::to_u8_vartime",
        "__multi3",
        "p256[3]::arithmetic::field::field_impl::add",
        "p256[3]::arithmetic::field::FieldElement::sqrt",
        "p384[4]::arithmetic::field::field_impl::add",
        "veriquote[5]::tpm::quote::parse",
    ];

    /// As `wasm-opt` does: a star stands for anything.
    fn matches(pattern: &str, name: &str) -> bool {
        pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
    }

    #[test]
    fn cold_names_are_refused_and_hot_ones_are_not() {
        let patterns = refusals(&BTreeSet::from(NAMES));
        for name in NAMES {
            let is_refused = patterns.iter().any(|pattern| matches(pattern, name));
            assert_eq!(is_refused, !is_hot(name), "{name}: {patterns:?}");
        }
    }

    #[test]
    fn patterns_are_as_short_as_they_can_be() {
        let patterns = refusals(&BTreeSet::from(["__multi3", "_start", "main", "memcpy"]));
        assert_eq!(patterns, BTreeSet::from(["_s*", "m*"].map(String::from)));
    }
}

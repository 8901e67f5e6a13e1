//! `docs/checks.md`.

use std::fmt::Write as _;

use veriquote::{Rule, appraisal, composite, dcap, jwt, measured_boot, nvidia, tpm};

/// Every rule that a line of a ledger can be of, by kind of evidence, in the order of application.
pub(crate) fn sections() -> Vec<(&'static str, Vec<&'static Rule>)> {
    let log = [&measured_boot::PCR_RULE, &measured_boot::SOUND_RULE];
    let log = measured_boot::RTMR_RULES.iter().chain(log).collect();
    let of_tokens = [jwt::checks::RULES, appraisal::BUNDLE_RULES, appraisal::EXPECTATION_RULES];
    vec![
        ("SGX and TDX quotes", dcap::checks::RULES.to_vec()),
        ("TPM quotes", tpm::checks::RULES.to_vec()),
        ("Event logs", log),
        ("IMA lists", measured_boot::ima::IMA_RULES.iter().collect()),
        ("NVIDIA devices", nvidia::checks::RULES.to_vec()),
        ("Composites", composite::RULES.to_vec()),
        ("Tokens", of_tokens.concat()),
    ]
}

/// The whole page.
pub(crate) fn markdown() -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask gen` from the rules in core/src. Do not edit. -->\n\
         # Checks\n\n\
         Every verification keeps a ledger: a line for each rule, in the order of application, with its `id`, which \
         is never renamed, its title, whether it `passed`, `failed` or was `skipped` (with the reason), and facts. \
         On failure the last line is the one that failed, with the [code](errors.md) of the error. What a policy \
         finds is no check: its rules are on [their own page](policy.md).\n",
    );
    for (title, rules) in sections() {
        _ = write!(page, "\n## {title}\n\n| check | what holds | specification |\n|---|---|---|\n");
        for Rule { id, title, spec } in rules {
            _ = writeln!(page, "| `{id}` | {} | {} |", cell(title), place(spec));
        }
    }
    page
}

/// A document of our own stands beside this one.
fn place(spec: &str) -> String {
    match spec.strip_prefix("docs/") {
        Some(page) => format!("[{page}]({page})"),
        None => cell(spec),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::{fs, path::Path};

    use super::*;

    fn ids() -> Vec<&'static str> {
        sections().iter().flat_map(|(_, rules)| rules).map(|rule| rule.id).collect()
    }

    #[test]
    fn ids_are_unique() {
        assert_eq!(ids().iter().collect::<BTreeSet<_>>().len(), ids().len());
    }

    /// Rules are declared in three ways; each literal id of the core stands in the page.
    #[test]
    fn no_rule_of_the_source_is_left_out() {
        let mut found = 0;
        let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/src");
        let mut folders = vec![core];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&path).expect("a source");
                    let plain = text.split("id: \"").skip(1).filter(|rest| rest.contains("spec"));
                    let listed = text.split("\nrules! {").skip(1).flat_map(|block| {
                        let block = block.split("\n}").next().unwrap_or_default();
                        block.lines().filter_map(|line| line.split_once(" = \"").map(|(_, rest)| rest))
                    });
                    for id in plain.chain(listed).filter_map(|rest| rest.split('"').next()) {
                        assert!(ids().contains(&id), "{}: {id}", path.display());
                        found += 1;
                    }
                }
            }
        }
        assert_eq!(found, ids().len());
    }
}

//! Generated files: written, or compared with what is committed.

use std::{fs, path::Path};

/// One file: its path below the root, and the whole of its text.
pub(crate) struct Output {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What to do with the outputs.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    Check,
    Write,
}

/// Writes or compares; a line for each file, or all the differences as one problem.
pub(crate) fn settle(root: &Path, outputs: &[Output], mode: Mode) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    let mut stale = Vec::new();
    for Output { path, text } in outputs {
        let full = root.join(path);
        let current = fs::read_to_string(&full).ok();
        match (mode, current.as_deref() == Some(text)) {
            (_, true) => lines.push(format!("{path}: current")),
            (Mode::Check, false) => stale.push(difference(path, current.as_deref(), text)),
            (Mode::Write, false) => {
                if let Some(folder) = full.parent() {
                    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
                }
                fs::write(&full, text).map_err(|error| format!("{}: {error}", full.display()))?;
                lines.push(format!("{path}: written"));
            }
        }
    }
    if stale.is_empty() { Ok(lines) } else { Err(stale.join("\n    ")) }
}

fn difference(path: &str, current: Option<&str>, text: &str) -> String {
    let Some(current) = current else { return format!("{path}: is missing") };
    let mut now = current.lines();
    let at = text.lines().position(|line| now.next() != Some(line)).unwrap_or_else(|| text.lines().count());
    let line = |text: &str| text.lines().nth(at).unwrap_or("(no line)").to_owned();
    format!(
        "{path}:{}: differs from the source\n      is:     {}\n      should: {}",
        at + 1,
        line(current),
        line(text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_then_agrees_then_notices_a_change() {
        let root = std::env::temp_dir().join(format!("veriquote-gen-{}", std::process::id()));
        let outputs = [Output { path: "docs/a.md".into(), text: "one\ntwo\n".into() }];
        assert_eq!(settle(&root, &outputs, Mode::Check), Err("docs/a.md: is missing".into()));
        assert_eq!(settle(&root, &outputs, Mode::Write), Ok(vec!["docs/a.md: written".into()]));
        assert_eq!(settle(&root, &outputs, Mode::Check), Ok(vec!["docs/a.md: current".into()]));
        fs::write(root.join("docs/a.md"), "one\nthree\n").expect("the folder is there");
        let problem = settle(&root, &outputs, Mode::Check).expect_err("the file differs");
        assert!(problem.starts_with("docs/a.md:2:") && problem.contains("three"), "{problem}");
        fs::remove_dir_all(&root).expect("we made it");
    }

    #[test]
    fn a_missing_last_line_is_a_difference() {
        assert!(difference("f", Some("a\n"), "a\nb\n").starts_with("f:2:"));
    }
}

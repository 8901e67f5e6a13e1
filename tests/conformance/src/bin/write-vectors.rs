//! Writes the catalogue as data: `write-vectors FOLDER [--check]`. With `--check` nothing is written, and
//! a difference to what is there is a failure.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (folder, check) = match arguments.as_slice() {
        [folder] => (folder, false),
        [folder, flag] if flag == "--check" => (folder, true),
        _ => {
            eprintln!("usage: write-vectors FOLDER [--check]");
            return ExitCode::from(2);
        }
    };
    let root = Path::new(folder);
    let all = [
        ("composite", veriquote_conformance::composite::files()),
        ("dcap", veriquote_conformance::data::files()),
        ("jwt", veriquote_conformance::tokens::files()),
        ("nvidia", veriquote_conformance::nvidia::data::files()),
        ("tpm", veriquote_conformance::tpm::data::files()),
    ];
    let differences: io::Result<usize> =
        all.iter().map(|(name, files)| run(&root.join(name), files, check)).sum();
    match differences {
        Ok(0) => ExitCode::SUCCESS,
        Ok(differences) => {
            eprintln!("{differences} files differ from what the catalogue gives");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::from(2)
        }
    }
}

/// How many files differ; when writing, none does afterwards.
fn run(folder: &Path, files: &BTreeMap<String, String>, check: bool) -> io::Result<usize> {
    let mut stale = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !files.contains_key(&name) {
                stale.push(path);
            }
        }
    }
    if check {
        let differs = |(name, text): &(&String, &String)| {
            fs::read_to_string(folder.join(name)).map_or(true, |there| there != **text)
        };
        return Ok(files.iter().filter(differs).count() + stale.len());
    }
    fs::create_dir_all(folder)?;
    stale.iter().try_for_each(fs::remove_file)?;
    files.iter().try_for_each(|(name, text)| fs::write(folder.join(name), text))?;
    Ok(0)
}

//! Writes a forged platform into a folder: `forge-platform NAME FOLDER`, with a name of [`Forge::all`].

use std::{env, path::Path, process::ExitCode};
use veriquote_forge::Forge;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, folder] = arguments.as_slice() else {
        eprintln!("usage: forge-platform NAME FOLDER");
        return ExitCode::from(2);
    };
    let Some(forge) = Forge::named(name) else {
        let names: Vec<_> = Forge::all().into_iter().map(|(name, _)| name).collect();
        eprintln!("no platform `{name}`; there are {}", names.join(", "));
        return ExitCode::from(2);
    };
    match forge.build().write(Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::from(2)
        }
    }
}

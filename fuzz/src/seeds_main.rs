//! Writes the seeds below the folder that is its argument.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, io};

use veriquote_fuzz::seeds;

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: seeds FOLDER");
        return ExitCode::from(2);
    };
    match write(&folder) {
        Ok(count) => {
            println!("{count} seeds below {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &std::path::Path) -> io::Result<usize> {
    let mut all = seeds::forged();
    all.extend(seeds::from_vectors(&veriquote_fuzz::vectors())?);
    seeds::write(folder, &all)?;
    Ok(all.len())
}

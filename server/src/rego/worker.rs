//! The process that runs modules: it bounds itself before it reads the first one.

use std::io::{self, BufReader};
use std::process::ExitCode;

use super::{Question, engine, frame};

/// Answers questions from stdin on stdout until there are no more. The first argument is the memory that it
/// may have, in MiB.
#[must_use]
pub fn work(memory_mib: u32) -> ExitCode {
    if let Err(error) = bound(memory_mib).and_then(|()| answer_all()) {
        eprintln!("policy worker: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn answer_all() -> io::Result<()> {
    let (mut from, mut to) = (BufReader::new(io::stdin().lock()), io::stdout().lock());
    while let Some(question) = frame::read::<Question>(&mut from)? {
        frame::write(&mut to, &engine::answer(&question))?;
    }
    Ok(())
}

/// Whoever asks for more memory is ended by the allocator; there is no file to write and none to open.
#[cfg(unix)]
fn bound(memory_mib: u32) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::As, most(u64::from(memory_mib) * 1024 * 1024))?;
    setrlimit(Resource::Core, most(0))?;
    setrlimit(Resource::Fsize, most(0))?;
    setrlimit(Resource::Nofile, most(3))?;
    Ok(())
}

#[cfg(not(unix))]
fn bound(_: u32) -> io::Result<()> {
    Err(io::Error::other("policies in Rego need a system that bounds a process's memory"))
}

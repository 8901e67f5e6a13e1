//! One command: shown, run, and reported with what to do when it fails.

use std::{
    ffi::{OsStr, OsString},
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use crate::failure::Failure;

/// A command line in the making.
pub(crate) struct Step {
    command: Command,
    shown: String,
    help: String,
}

impl Step {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let shown = program.as_ref().to_string_lossy().into_owned();
        let mut command = Command::new(program);
        // `cargo run` points this at its own toolchain; another compiler must find its own libraries.
        command.env_remove("LD_LIBRARY_PATH").stdin(Stdio::null());
        Self { command, shown, help: "read the output above; the command can be run alone".into() }
    }

    /// The cargo that runs us, so that every stage uses one toolchain.
    pub(crate) fn cargo() -> Self {
        let mut step = Self::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        step.shown = "cargo".into();
        step
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&quoted(&argument.as_ref().to_string_lossy()));
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// Arguments as a shell would take them.
    pub(crate) fn line(arguments: &[&str]) -> String {
        arguments.iter().map(|argument| quoted(argument)).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let value = value.as_ref();
        self.shown.insert_str(0, &format!("{name}={} ", quoted(&value.to_string_lossy())));
        self.command.env(name, value);
        self
    }

    pub(crate) fn envs<'a>(self, pairs: impl IntoIterator<Item = &'a (String, OsString)>) -> Self {
        pairs.into_iter().fold(self, |step, (name, value)| step.env(name, value))
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// What to do when it fails.
    pub(crate) fn help(mut self, help: &str) -> Self {
        self.help = help.into();
        self
    }

    /// Runs it with our own output; anything but success is a failure.
    pub(crate) fn run(mut self) -> Result<(), Failure> {
        println!("    $ {}", self.shown);
        let status = self.command.status();
        self.judge(status)
    }

    /// Runs it with our own output and gives its exit code, whatever it is.
    pub(crate) fn code(mut self) -> Result<i32, Failure> {
        println!("    $ {}", self.shown);
        match self.command.status() {
            Ok(status) => status.code().ok_or_else(|| self.failure("was ended by a signal")),
            Err(error) => Err(self.failure(&error.to_string())),
        }
    }

    /// Runs it, passing on its standard output line by line while `look` sees each line.
    pub(crate) fn watch(mut self, mut look: impl FnMut(&str)) -> Result<(), Failure> {
        println!("    $ {}", self.shown);
        let mut child = match self.command.stdout(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(error) => return Err(self.failure(&error.to_string())),
        };
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).split(b'\n') {
                let line = line?;
                let line = String::from_utf8_lossy(&line);
                println!("{line}");
                look(&line);
            }
        }
        let status = child.wait();
        self.judge(status)
    }

    /// Runs it silently and gives its standard output.
    pub(crate) fn read(mut self) -> Result<String, Failure> {
        match self.command.stderr(Stdio::piped()).output() {
            Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            Ok(output) => Err(self.failure(&format!(
                "{}: {}",
                output.status,
                String::from_utf8_lossy(&output.stderr).trim()
            ))),
            Err(error) => Err(self.failure(&error.to_string())),
        }
    }

    fn judge(&self, status: std::io::Result<ExitStatus>) -> Result<(), Failure> {
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(self.failure(&status.to_string())),
            Err(error) => Err(self.failure(&error.to_string())),
        }
    }

    fn failure(&self, why: &str) -> Failure {
        Failure::new(format!("`{}` ({why})", self.shown), self.help.as_str())
    }
}

/// Whether a program of this name is on the path.
pub(crate) fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.into() } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_with_what_to_do() {
        let failure = Step::new("false").arg("a b").help("do this").run().expect_err("false fails");
        let text = failure.to_string();
        assert!(text.contains("`false 'a b'`") && text.contains("do this"), "{text}");
    }

    #[test]
    fn watched_lines_arrive_and_failure_still_counts() {
        let mut lines = Vec::new();
        Step::new("printf").arg(r"a\nb\n").watch(|line| lines.push(line.to_owned())).expect("printf works");
        assert_eq!(lines, ["a", "b"]);
        assert!(Step::new("sh").args(["-c", "echo x; exit 3"]).watch(|_| ()).is_err());
    }

    #[test]
    fn exit_codes_are_data() {
        assert_eq!(Step::new("sh").args(["-c", "exit 3"]).code().expect("sh runs"), 3);
    }
}

//! The attestation service on this machine, for the demonstration and for clients that others wrote.

use std::{
    ffi::OsString,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{failure::Failure, project::Project, step::Step};

/// A service that runs, and ends when this is dropped.
pub(crate) struct Service {
    process: Child,
    pub(crate) address: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How one is started.
pub(crate) struct Start<'a> {
    pub(crate) program: &'a Path,
    pub(crate) listen: &'a str,
    pub(crate) issuer: &'a str,
    /// A forged platform, whose root is trusted and whose collateral is imported.
    pub(crate) platform: &'a Path,
    /// Emptied first.
    pub(crate) data: &'a Path,
    /// When it is.
    pub(crate) time: &'a str,
    /// More of the configuration: `VERIQUOTE_SERVER_…`.
    pub(crate) settings: &'a [(&'a str, String)],
}

impl Service {
    pub(crate) fn start(how: &Start<'_>) -> Result<Self, Failure> {
        if how.data.exists() {
            fs::remove_dir_all(how.data)?;
        }
        // Intel's root for a real platform, which brings none.
        let path = |name: &str| match how.platform.join(name) {
            file if file.exists() => format!("[{:?}]", file.display().to_string()),
            _ => "[]".to_owned(),
        };
        let settings = [
            ("VERIQUOTE_KEY_PASSPHRASE", "only for this machine".to_owned()),
            ("VERIQUOTE_SERVER_TRUST__ROOTS", path("root.pem")),
            ("VERIQUOTE_SERVER_COLLATERAL__IMPORT", path("collateral.json")),
        ];
        let arguments = ["serve", "--listen", how.listen, "--issuer", how.issuer, "--danger-time", how.time];
        println!("    $ veriquote {} --data-dir {}", Step::line(&arguments), how.data.display());
        let mut process = Command::new(how.program)
            .args(arguments)
            .arg("--data-dir")
            .arg(how.data)
            .envs(settings)
            .envs(how.settings.iter().map(|(name, value)| (OsString::from(name), value)))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let log = process.stderr.take();
        let mut service = Self { process, address: String::new() };
        let mut said = String::new();
        let mut lines = log.map(|log| BufReader::new(log).lines()).into_iter().flatten();
        while let Some(line) = lines.next() {
            let line = line?;
            // The log is JSON, and an address needs no escapes.
            if let Some(at) = line.find("\"address\":\"") {
                let rest = &line[at + "\"address\":\"".len()..];
                service.address = rest.split('"').next().unwrap_or_default().to_owned();
                // Somebody has to read on, or the service waits for room.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(service);
            }
            said.push_str(&line);
            said.push('\n');
        }
        Err(Failure::new("the service ended before it listened", said))
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

/// The service as the workspace's tests have it compiled.
pub(crate) fn debug(project: &Project) -> std::path::PathBuf {
    project.target.join("debug/veriquote")
}

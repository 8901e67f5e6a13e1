//! A PostgreSQL of the test's own: Debian's package, a socket in a temporary folder and no port, data that
//! are gone at the end, and an end by its own id.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Folder;

/// A running server.
pub struct Postgres {
    folder: Folder,
    process: Child,
}

impl Postgres {
    /// Starts one; `None`, said on standard error, where it is not installed.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(env::var_os("CI").is_none(), "no PostgreSQL is installed");
            veriquote_recorded::skipped("no PostgreSQL; `cargo xtask setup` installs it");
            return None;
        };
        let folder = Folder::new();
        let path = folder.path();
        let data = path.join("pg");
        // PostgreSQL does not run as root: Debian's package brings a user for it.
        run(Command::new("chmod").arg("0755").arg(path));
        fs::create_dir(&data).expect("a folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&data));
        }
        let made = as_nobody(&programs.join("initdb"))
            .args(["--no-sync", "--auth=trust", "--username=veriquote", "--encoding=UTF8", "--no-locale"])
            .arg(&data)
            .current_dir("/")
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let process = as_nobody(&programs.join("postgres"))
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60", "-k"])
            .arg(&data)
            .arg("-D")
            .arg(&data)
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres starts");
        let postgres = Self { folder, process };
        let until = Instant::now() + Duration::from_secs(20);
        let ready = || {
            let mut command = Command::new(programs.join("pg_isready"));
            command.arg("-q").arg("-h").arg(postgres.folder.path().join("pg"));
            command.status().is_ok_and(|status| status.success())
        };
        while !ready() {
            assert!(Instant::now() < until, "PostgreSQL did not start");
            thread::sleep(Duration::from_millis(50));
        }
        Some(postgres)
    }

    /// A new database in it.
    pub fn database(&self, name: &str) -> String {
        let programs = programs().expect("PostgreSQL");
        let socket = self.folder.path().join("pg");
        let mut command = Command::new(programs.join("createdb"));
        run(command.arg("-h").arg(&socket).args(["-U", "veriquote", name]));
        format!("postgres://veriquote@localhost/{name}?host={}", socket.display())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT: a fast shutdown, so that its own children end with it. `setpriv` became the server, so that
        // this is its id.
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").args(["-INT", &pid]).status();
        let _ = self.process.wait();
    }
}

fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.trim_ascii() == b"0"
}

fn run(command: &mut Command) {
    let done = command.output().expect("it runs");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The newest version's folder of programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("initdb").is_file()).max()
}

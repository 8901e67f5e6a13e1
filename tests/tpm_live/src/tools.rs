//! Starting and ending swtpm, and calling tools.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// Why there is no TPM.
#[derive(Debug)]
pub struct Missing(pub String);

/// A running software TPM after TPM2_Startup(CLEAR).
#[derive(Debug)]
pub struct SoftTpm {
    folder: PathBuf,
    port: u16,
    process: Child,
}

const TOOLS: [&str; 3] = ["swtpm", "swtpm_ioctl", "tpm2_quote"];

impl SoftTpm {
    /// Starts one; `None`, said on standard error, where the tools are not installed.
    ///
    /// # Panics
    /// In CI (`CI` is set) when the tools are missing; anywhere when swtpm does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        match Self::try_start() {
            Ok(tpm) => Some(tpm),
            Err(Missing(reason)) if env::var_os("CI").is_some() => panic!("no software TPM: {reason}"),
            Err(Missing(reason)) => {
                veriquote_recorded::skipped(&format!(
                    "no software TPM: {reason}; `cargo xtask setup` installs it"
                ));
                None
            }
        }
    }

    /// Starts one.
    ///
    /// # Errors
    /// When the tools are not installed.
    ///
    /// # Panics
    /// When swtpm does not start.
    pub fn try_start() -> Result<Self, Missing> {
        if let Some(tool) = TOOLS.into_iter().find(|tool| !is_installed(tool)) {
            return Err(Missing(format!("`{tool}` is not installed")));
        }
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("veriquote-swtpm-{}-{number}", std::process::id()));
        fs::create_dir_all(folder.join("state")).expect("a folder");
        // Another process may take a port between our look and swtpm's: then try the next pair.
        for _ in 0..20 {
            let port = free_pair();
            let mut process = spawn(&folder, port);
            if is_up(&mut process, port) {
                let tpm = Self { folder, port, process };
                tpm.tool("tpm2_startup", ["-c"]);
                return Ok(tpm);
            }
            let _ = process.kill();
            let _ = process.wait();
        }
        panic!("swtpm did not start: {}", fs::read_to_string(folder.join("log")).unwrap_or_default());
    }

    /// A path in the TPM's folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file in the TPM's folder.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes a file into the TPM's folder.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Calls a tool, which must succeed, in the TPM's folder; gives its standard output.
    ///
    /// # Panics
    /// When it fails, with what it said.
    pub fn tool<S: AsRef<OsStr>>(&self, name: &str, arguments: impl IntoIterator<Item = S>) -> String {
        self.try_tool(name, arguments).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Calls a tool in the TPM's folder.
    ///
    /// # Errors
    /// What it said when it failed.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn try_tool<S: AsRef<OsStr>>(
        &self,
        name: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Result<String, String> {
        let output = Command::new(name)
            .args(arguments)
            .env("TPM2TOOLS_TCTI", format!("swtpm:host=127.0.0.1,port={}", self.port))
            .env("TSS2_LOG", "all+none")
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Frees the slots of transient objects: without a resource manager tools leave them filled.
    pub fn flush(&self) {
        self.tool("tpm2_flushcontext", ["-t"]);
    }

    /// Makes an endorsement key (`ek.pub`) and an attestation key under it (`ak.pub`, `ak.pem`, `ak.name`,
    /// `ak.qname`), both persistent so that they outlive resets.
    pub fn provision(&self, algorithm: &str, hash: &str, scheme: &str) {
        self.tool("tpm2_createek", ["-c", EK, "-G", "rsa", "-u", "ek.pub"]);
        self.flush();
        let key = ["-C", EK, "-c", "ak.ctx", "-G", algorithm, "-g", hash, "-s", scheme];
        self.tool("tpm2_createak", key.into_iter().chain(["-u", "ak.pub", "-n", "ak.name"]));
        self.flush();
        self.tool("tpm2_evictcontrol", ["-C", "o", "-c", "ak.ctx", AK]);
        self.flush();
        self.tool("tpm2_readpublic", ["-c", AK, "-f", "pem", "-o", "ak.pem", "-q", "ak.qname"]);
    }

    /// Quotes `selection`, such as `sha256:0,1,2`, with SHA-256 into `NAME.msg`, `NAME.sig` and `NAME.pcrs`.
    pub fn quote(&self, name: &str, selection: &str, nonce: &str) {
        self.quote_with("sha256", "rsassa", name, selection, nonce);
    }

    /// The same with the hash and scheme of another key.
    pub fn quote_with(&self, hash: &str, scheme: &str, name: &str, selection: &str, nonce: &str) {
        let [message, signature, pcrs] = ["msg", "sig", "pcrs"].map(|end| format!("{name}.{end}"));
        let what = ["-c", AK, "-g", hash, "--scheme", scheme, "-l", selection, "-q", nonce];
        self.tool("tpm2_quote", what.into_iter().chain(["-m", &message, "-s", &signature, "-o", &pcrs]));
        self.flush();
    }

    /// Extends a PCR, such as `10:sha256=00…`.
    pub fn extend(&self, what: &str) {
        self.tool("tpm2_pcrextend", [what]);
    }

    /// Opens a credential blob of tpm2-tools' form with both keys.
    ///
    /// # Errors
    /// What the tool said when the TPM refused.
    pub fn activate(&self, blob: &str) -> Result<Vec<u8>, String> {
        self.tool("tpm2_startauthsession", ["--policy-session", "-S", "session.ctx"]);
        self.tool("tpm2_policysecret", ["-S", "session.ctx", "-c", "e"]);
        let keys = ["-c", AK, "-C", EK, "-i", blob, "-o", "opened"];
        let result =
            self.try_tool("tpm2_activatecredential", keys.into_iter().chain(["-P", "session:session.ctx"]));
        let _ = self.try_tool("tpm2_flushcontext", ["session.ctx"]);
        self.flush();
        result.map(|_| self.read("opened"))
    }

    /// A clean reset: shutdown, loss of power, start.
    pub fn reset(&self) {
        self.tool("tpm2_shutdown", ["-c"]);
        self.power_cycle();
        self.tool("tpm2_startup", ["-c"]);
    }

    /// A loss of power without a warning, and a start.
    pub fn crash(&self) {
        self.power_cycle();
        self.tool("tpm2_startup", ["-c"]);
    }

    /// Suspension and resumption: the state is saved and restored.
    pub fn resume(&self) {
        self.tool("tpm2_shutdown", [] as [&str; 0]);
        self.power_cycle();
        self.tool("tpm2_startup", [] as [&str; 0]);
    }

    /// Hibernation: the state is saved, and the next start clears the registers all the same (TPM Restart).
    pub fn restart(&self) {
        self.tool("tpm2_shutdown", [] as [&str; 0]);
        self.power_cycle();
        self.tool("tpm2_startup", ["-c"]);
    }

    fn power_cycle(&self) {
        let control = format!("127.0.0.1:{}", self.port + 1);
        self.tool("swtpm_ioctl", ["--tcp", &control, "-i"]);
    }
}

impl Drop for SoftTpm {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where the endorsement key is kept.
const EK: &str = "0x81010001";
/// Where the attestation key is kept.
const AK: &str = "0x81010002";

fn is_installed(tool: &str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| folder.join(tool).is_file())
}

/// A free port with a free one after it: commands, then control.
fn free_pair() -> u16 {
    loop {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = first.local_addr().expect("an address").port();
        if port < u16::MAX && TcpListener::bind((Ipv4Addr::LOCALHOST, port + 1)).is_ok() {
            return port;
        }
    }
}

fn spawn(folder: &Path, port: u16) -> Child {
    let listen = |port: u16| format!("type=tcp,bindaddr=127.0.0.1,port={port}");
    Command::new("swtpm")
        .args(["socket", "--tpm2", "--flags", "not-need-init", "--tpmstate"])
        .arg(format!("dir={}", folder.join("state").display()))
        .arg("--server")
        .arg(listen(port))
        .arg("--ctrl")
        .arg(listen(port + 1))
        .arg("--log")
        .arg(format!("file={}", folder.join("log").display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("swtpm starts")
}

fn is_up(process: &mut Child, port: u16) -> bool {
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if process.try_wait().is_ok_and(|status| status.is_some()) {
            return false;
        }
        let is_open = |port: u16| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        if is_open(port + 1) && is_open(port) {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

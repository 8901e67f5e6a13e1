//! Asks workers, and ends those that do not answer in time.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Answer, Description, Question, Ruling, Subject, frame};
use crate::config::RegoConfig;

/// Has modules judged.
#[derive(Debug)]
pub struct Judge {
    command: Vec<OsString>,
    config: RegoConfig,
    places: Semaphore,
    idle: Mutex<Vec<Worker>>,
    descriptions: Mutex<HashMap<[u8; 32], Description>>,
}

#[derive(Debug)]
struct Worker {
    /// Ended when it is dropped.
    _child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

/// A module that came to no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegoError {
    /// It is wrong, or ran too long by its own clock.
    Module(String),
    /// It wanted more time or memory than there is, and its process was ended.
    Ended,
    /// There is nobody to run it.
    NoWorker(String),
}

/// Modules at once; each may want a whole processor.
const WORKERS: usize = 4;

/// Descriptions that are remembered.
const DESCRIPTIONS: usize = 256;

/// A module has four rules that are asked, each for so long by its own clock; this is for what does not look at
/// a clock.
const RULES: u32 = 4;

impl Judge {
    /// As configured.
    #[must_use]
    pub fn new(config: &RegoConfig) -> Self {
        let own = || std::env::current_exe().map(|program| vec![program.into(), "policy-worker".into()]);
        let mut command = match config.worker.as_slice() {
            [] => own().unwrap_or_default(),
            named => named.iter().map(Into::into).collect(),
        };
        command.push(config.memory_mib.to_string().into());
        Self {
            command,
            config: config.clone(),
            places: Semaphore::new(WORKERS),
            idle: Mutex::default(),
            descriptions: Mutex::default(),
        }
    }

    /// What a module says of itself.
    ///
    /// # Errors
    /// [`RegoError`].
    pub async fn describe(&self, module: &str) -> Result<Description, RegoError> {
        let mut key = [0; 32];
        key.copy_from_slice(digest(&SHA256, module.as_bytes()).as_ref());
        let known = || self.descriptions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(description) = known().get(&key) {
            return Ok(description.clone());
        }
        match self.ask(module, None).await? {
            Answer::Described(description) => {
                let mut known = known();
                if known.len() >= DESCRIPTIONS {
                    known.clear();
                }
                known.insert(key, description.clone());
                Ok(description)
            }
            other => Err(unexpected(other)),
        }
    }

    /// What a module makes of a subject.
    ///
    /// # Errors
    /// [`RegoError`].
    pub async fn rule(&self, module: &str, subject: Subject) -> Result<Ruling, RegoError> {
        match self.ask(module, Some(subject)).await? {
            Answer::Ruled(ruling) => Ok(ruling),
            other => Err(unexpected(other)),
        }
    }

    async fn ask(&self, module: &str, subject: Option<Subject>) -> Result<Answer, RegoError> {
        let question =
            Question { module: module.to_owned(), milliseconds: self.config.milliseconds, subject };
        let Ok(_place) = self.places.acquire().await else { return Err(RegoError::Ended) };
        let mut worker = match self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            Some(worker) => worker,
            None => self.start()?,
        };
        let patience = Duration::from_millis(u64::from(self.config.milliseconds.saturating_mul(RULES)) + 500);
        let asked = frame::ask(&mut worker.stdin, &mut worker.stdout, &question);
        match timeout(patience, asked).await {
            Ok(Ok(answer)) => {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                Ok(answer)
            }
            // Whatever became of it, it is ended with the worker that is dropped here.
            Ok(Err(error)) => {
                tracing::warn!(%error, "a policy's process ended");
                Err(RegoError::Ended)
            }
            Err(_) => Err(RegoError::Ended),
        }
    }

    fn start(&self) -> Result<Worker, RegoError> {
        let nobody = |error: &dyn fmt::Display| RegoError::NoWorker(error.to_string());
        let [program, arguments @ ..] = self.command.as_slice() else {
            return Err(nobody(&"this program has no name"));
        };
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| nobody(&error))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(nobody(&"it has no pipes"));
        };
        Ok(Worker { _child: child, stdin, stdout })
    }
}

fn unexpected(answer: Answer) -> RegoError {
    RegoError::Module(match answer {
        Answer::Failed(message) => message,
        _ => "the worker answered another question".to_owned(),
    })
}

impl fmt::Display for RegoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(message) => f.write_str(message),
            Self::Ended => f.write_str("it wanted more time or memory than a policy has"),
            Self::NoWorker(message) => write!(f, "no process could be started for it: {message}"),
        }
    }
}

impl std::error::Error for RegoError {}

//! Named stages: progress while they run, a summary at the end.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::failure::Failure;

/// What a stage has to say for itself when it passed.
pub(crate) struct Note(String);

impl From<()> for Note {
    fn from((): ()) -> Self {
        Self(String::new())
    }
}

impl From<String> for Note {
    fn from(text: String) -> Self {
        Self(text)
    }
}

enum Outcome {
    Failed(String),
    Passed(String),
    Skipped(String),
}

struct Stage {
    name: String,
    outcome: Outcome,
    took: Duration,
}

/// The stages of one command. All run, also after a failure, unless they need the failed one.
pub(crate) struct Stages {
    started: Instant,
    announced: usize,
    done: Vec<Stage>,
}

impl Stages {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), announced: 0, done: Vec::new() }
    }

    /// Says how many stages are to come, so that each can show its place.
    pub(crate) fn announce(&mut self, count: usize) {
        self.announced += count;
    }

    /// Runs one stage; gives its failure to the summary and `false` to the caller.
    pub(crate) fn run<T: Into<Note>>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> bool {
        println!("\n==> {}{name}", self.place());
        let begun = Instant::now();
        let result = work();
        let took = begun.elapsed();
        let outcome = match result {
            Ok(note) => Outcome::Passed(note.into().0),
            Err(failure) => Outcome::Failed(failure.to_string()),
        };
        match &outcome {
            Outcome::Failed(text) => println!("    {text}"),
            Outcome::Passed(note) if note.is_empty() => {}
            Outcome::Passed(note) | Outcome::Skipped(note) => println!("    {note}"),
        }
        let passed = matches!(outcome, Outcome::Passed(_));
        let word = if passed { "passed" } else { "FAILED" };
        println!("    {word} in {} ({} in all)", clock(took), clock(self.started.elapsed()));
        self.done.push(Stage { name: name.into(), outcome, took });
        passed
    }

    /// Leaves a stage out, and says why, here and in the summary.
    pub(crate) fn skip(&mut self, name: &str, reason: &str) {
        println!("\n==> {}{name}\n    skipped: {reason}", self.place());
        self.done.push(Stage {
            name: name.into(),
            outcome: Outcome::Skipped(reason.into()),
            took: Duration::ZERO,
        });
    }

    /// Prints the summary; failure if any stage failed.
    pub(crate) fn finish(self) -> ExitCode {
        let [mut passed, mut failed, mut skipped] = [0_usize; 3];
        println!("\n==> summary");
        for Stage { name, outcome, took } in &self.done {
            let (word, text, count) = match outcome {
                Outcome::Failed(text) => ("FAILED", text, &mut failed),
                Outcome::Passed(text) => ("passed", text, &mut passed),
                Outcome::Skipped(text) => ("skipped", text, &mut skipped),
            };
            *count += 1;
            println!("    {word:7}  {:>9}  {name}", clock(*took));
            for line in text.lines() {
                println!("                        {line}");
            }
        }
        println!(
            "\n{passed} passed, {failed} failed{} in {}",
            if skipped == 0 { String::new() } else { format!(", {skipped} skipped") },
            clock(self.started.elapsed())
        );
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn place(&self) -> String {
        match self.announced {
            0 => String::new(),
            count => format!("[{}/{count}] ", self.done.len() + 1),
        }
    }
}

fn clock(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds}.{} s", time.subsec_millis() / 100),
        seconds => format!("{} m {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_reads_as_people_write_it() {
        assert_eq!(clock(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(clock(Duration::from_secs(605)), "10 m 05 s");
    }

    #[test]
    fn one_failure_fails_the_whole_and_the_rest_still_runs() {
        let mut stages = Stages::new();
        assert!(stages.run("good", || Ok(())));
        assert!(!stages.run("bad", || Err::<(), _>(Failure::new("it broke", "mend it"))));
        assert!(stages.run("after", || Ok("3 of 3".to_owned())));
        assert_eq!(stages.done.len(), 3);
        assert_eq!(format!("{:?}", stages.finish()), format!("{:?}", ExitCode::FAILURE));
    }

    #[test]
    fn a_skipped_stage_is_no_failure() {
        let mut stages = Stages::new();
        stages.skip("advisories", "no database");
        assert_eq!(format!("{:?}", stages.finish()), format!("{:?}", ExitCode::SUCCESS));
    }
}

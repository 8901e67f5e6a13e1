//! Progress on the terminal: drawn on standard error, and only when that is one.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::fetch;

/// A bar over things that are counted.
pub fn counted(total: Option<u64>) -> ProgressBar {
    let bar = match total {
        Some(total) => ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(8)),
        None => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8)),
    };
    let template = match total {
        Some(_) => "{bar:32.cyan/dim} {pos}/{len} {percent}% · {per_sec} · {eta} left · {msg}",
        None => "{spinner:.cyan} {pos} · {per_sec} · {elapsed} · {msg}",
    };
    bar.with_style(style(template))
}

/// The steps of a fetch.
pub struct Steps(ProgressBar);

impl Steps {
    /// A bar that has not begun.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar.with_style(style("{spinner:.cyan} {bar:24.cyan/dim} {pos}/{len} {msg}")))
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl fetch::Progress for Steps {
    fn step(&self, number: usize, of: usize, what: &str) {
        self.0.set_length(of as u64);
        self.0.set_position(number as u64);
        self.0.set_message(what.to_owned());
    }

    fn retrying(&self, reason: &str) {
        if self.0.is_hidden() {
            eprintln!("veriquote: {reason}; trying again");
        } else {
            self.0.println(format!("{reason}; trying again"));
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}

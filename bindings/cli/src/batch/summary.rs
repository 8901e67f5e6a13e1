//! What came of a batch, in numbers.

use std::collections::BTreeMap;
use std::time::Duration;

use veriquote_facade::{Claims, Verification};

use crate::exit::Exit;
use crate::render::{BAD, Canvas, DIM, GOOD, Look, WARN};

/// Counts by outcome, TCB status and code.
#[derive(Default)]
pub struct Summary {
    accepted: u64,
    rejected: u64,
    not_authentic: u64,
    not_trusted: u64,
    misuse: u64,
    statuses: BTreeMap<String, u64>,
    codes: BTreeMap<String, u64>,
}

impl Summary {
    /// Counts one.
    pub fn add(&mut self, result: &Verification) {
        match Exit::of(result) {
            Exit::Accepted => self.accepted += 1,
            Exit::Rejected => self.rejected += 1,
            Exit::NotAuthentic if result.claims.is_some() => self.not_trusted += 1,
            Exit::NotAuthentic => self.not_authentic += 1,
            Exit::Misuse => self.misuse += 1,
        }
        if let Some(claims) = result.claims.as_ref().and_then(Claims::dcap) {
            *self.statuses.entry(claims.tcb.status.to_string()).or_default() += 1;
        }
        if let Some(problem) = &result.error {
            *self.codes.entry(problem.code.clone()).or_default() += 1;
        }
    }

    /// The worst of all: not authentic, then unreadable, then rejected.
    pub fn exit(&self) -> Exit {
        if self.not_authentic + self.not_trusted > 0 {
            Exit::NotAuthentic
        } else if self.misuse > 0 {
            Exit::Misuse
        } else if self.rejected > 0 {
            Exit::Rejected
        } else {
            Exit::Accepted
        }
    }

    /// Draws it.
    pub fn draw(&self, canvas: &mut Canvas, elapsed: Duration) {
        let total = self.accepted + self.rejected + self.not_trusted + self.not_authentic + self.misuse;
        canvas.heading("Summary");
        let row = |canvas: &mut Canvas, look: Look, name: &str, count: u64| {
            if count > 0 {
                canvas.field_styled(name, look, &count.to_string());
            }
        };
        row(canvas, "", "quotes", total);
        row(canvas, GOOD, "accepted", self.accepted);
        row(canvas, WARN, "rejected", self.rejected);
        row(canvas, BAD, "TCB not trusted", self.not_trusted);
        row(canvas, BAD, "not authentic", self.not_authentic);
        row(canvas, BAD, "unreadable", self.misuse);
        for (title, counts) in [("TCB status", &self.statuses), ("codes", &self.codes)] {
            let list: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
            if !list.is_empty() {
                canvas.field(title, &list.join(" · "));
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = total as f64 / elapsed.as_secs_f64().max(0.001);
        canvas.field_styled(
            "time",
            DIM,
            &format!("{:.2} s, {rate:.0} quotes per second", elapsed.as_secs_f64()),
        );
    }
}

//! When each part of collateral is in force.

use alloc::string::String;
use alloc::vec::Vec;

use crate::dcap::profile::{Apply, Rules};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::time::{UnixTime, Window};

/// When a part of the collateral is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The part, such as `tcb_info` or `pck_crl_issuer_chain.root`.
    pub part: String,
    /// When it is in force.
    pub window: Window,
    codes: Codes,
    grace: u64,
}

/// The codes of being too late and too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Codes(Code, Code);

pub(crate) const CERTIFICATE: Codes = Codes(Code::X509Expired, Code::X509NotYetValid);

pub(super) const CRL: Codes = Codes(Code::CrlStale, Code::CrlNotYetValid);

pub(crate) const TCB_INFO: Codes = Codes(Code::DcapTcbInfoStale, Code::DcapTcbInfoNotYetValid);

pub(crate) const IDENTITY: Codes = Codes(Code::DcapIdentityStale, Code::DcapIdentityNotYetValid);

const AGE: Codes = Codes(Code::DcapCollateralAge, Code::DcapCollateralAge);

impl Expiry {
    pub(crate) fn new(part: impl Into<String>, window: Window, codes: Codes) -> Self {
        Self { part: part.into(), window, codes, grace: 0 }
    }

    /// The first second at which the verifier refuses this part: its end and the verifier's grace.
    #[must_use]
    pub fn stale_from(&self) -> UnixTime {
        let grace = i64::try_from(self.grace).unwrap_or(i64::MAX);
        self.window.not_after.saturating_add(grace).saturating_add(1)
    }

    /// The code that a verification at `now` gives for this part, if any.
    #[must_use]
    pub fn refusal_at(&self, now: UnixTime) -> Option<Code> {
        if now >= self.stale_from() {
            Some(self.codes.0)
        } else if now < self.window.not_before {
            Some(self.codes.1)
        } else {
            None
        }
    }

    pub(crate) fn check(&self, now: UnixTime) -> Result<(), Error> {
        let Some(code) = self.refusal_at(now) else {
            return Ok(());
        };
        Err(Error::new(code, alloc::format!("collateral.{}", self.part))
            .with(Fact::time("not_before", self.window.not_before))
            .with(Fact::time("not_after", self.window.not_after))
            .with(Fact::time("at", now)))
    }
}

pub(super) struct Expiries {
    pub(super) list: Vec<Expiry>,
    pub(super) max_age: Option<u64>,
    pub(super) grace: u64,
}

impl Expiries {
    pub(super) fn push(&mut self, expiry: Expiry) {
        self.list.push(expiry);
    }

    /// What has a next update, and so a grace period.
    pub(super) fn renewed(&self, part: &'static str, window: Window, codes: Codes) -> Expiry {
        Expiry { grace: self.grace, ..Expiry::new(part, window, codes) }
    }

    pub(super) fn extend(&mut self, part: &str, members: Vec<(&'static str, Window)>, codes: Codes) {
        for (member, window) in members {
            self.push(Expiry::new(alloc::format!("{part}.{member}"), window, codes));
        }
    }

    pub(super) fn push_age(&mut self, part: &'static str, issued: UnixTime) {
        if let Some(seconds) = self.max_age {
            let not_after = issued.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX));
            let window = Window { not_before: Window::ALWAYS.not_before, not_after };
            self.push(Expiry::new(alloc::format!("{part}.age"), window, AGE));
        }
    }

    pub(super) fn check(&self, now: UnixTime) -> Result<(), Error> {
        self.list.iter().try_for_each(|expiry| expiry.check(now))
    }
}

pub(crate) fn document_window(issue_date: UnixTime, next_update: UnixTime, rules: &Rules) -> Window {
    let not_before = match rules.issue_date {
        Apply::Enforce => issue_date,
        Apply::Ignore => Window::ALWAYS.not_before,
    };
    Window { not_before, not_after: next_update }
}

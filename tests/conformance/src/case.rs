//! One case: what a verifier is given, and what it must answer.

use std::panic::Location;

use veriquote::Code;
use veriquote::dcap::Profile;
use veriquote_forge::{Forge, Forged, VerificationReport};

/// What a verifier is given and must answer.
#[derive(Clone, Debug)]
pub struct Case {
    /// `group/name`, never reused for another case.
    pub id: String,
    /// What is wrong, or right, in one line.
    pub note: String,
    /// The rule of spec/dcap.md that it tests.
    pub rule: &'static str,
    /// A published advisory or fixed bug of another verifier, where the case comes from one.
    pub source: Option<&'static str>,
    /// The valid platform of the forge that it starts from.
    pub base: &'static str,
    /// What the verifier is given.
    pub forged: Forged,
    /// A collateral file that is not an object of the usual members.
    pub collateral_text: Option<String>,
    /// An event log to replay into the registers.
    pub event_log: Option<Vec<u8>>,
    /// The report of a quote verification enclave on the quote, and the least ISV SVN to ask of it.
    pub qve: Option<(VerificationReport, u16)>,
    /// Refuse collateral of which a part was issued longer ago, in seconds.
    pub maximum_age: Option<u64>,
    /// Under which profile.
    pub profile: Profile,
    /// Under which policy: `strict`, `crypto_only`, or JSON.
    pub policy: String,
    /// What it must answer.
    pub expected: Expected,
    /// Where the case is written.
    pub location: String,
}

/// What a verifier must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Authentic, and the policy accepts it.
    Accepted {
        /// TCB status.
        status: String,
        /// Advisories.
        advisories: Vec<String>,
    },
    /// Authentic, and the policy does not accept it.
    Rejected {
        /// The rules that are not met.
        rules: Vec<String>,
    },
    /// Not authentic.
    Refused {
        /// Why.
        code: Code,
        /// Where.
        part: String,
    },
}

/// A case in the making.
#[derive(Debug)]
pub struct Draft {
    forge: Forge,
    tampered: Option<Forged>,
    id: String,
    note: String,
    rule: &'static str,
    source: Option<&'static str>,
    base: &'static str,
    collateral_text: Option<String>,
    event_log: Option<Vec<u8>>,
    qve: Option<(VerificationReport, u16)>,
    maximum_age: Option<u64>,
    profile: Profile,
    policy: String,
}

/// Starts a case from the valid platform `base`.
///
/// # Panics
/// When the forge has no such platform.
#[must_use]
pub fn case(id: &str, base: &'static str, rule: &'static str, note: &str) -> Draft {
    let forge = Forge::named(base).expect("a platform of the forge");
    Draft {
        forge,
        tampered: None,
        id: id.to_owned(),
        note: note.to_owned(),
        rule,
        source: None,
        base,
        collateral_text: None,
        event_log: None,
        qve: None,
        maximum_age: None,
        profile: Profile::Strict,
        policy: "strict".to_owned(),
    }
}

impl Draft {
    /// Changes the platform before it is signed.
    #[must_use]
    pub fn forge(mut self, change: impl FnOnce(&mut Forge)) -> Self {
        change(&mut self.forge);
        self
    }

    /// Changes what was signed.
    #[must_use]
    pub fn tamper(mut self, change: impl FnOnce(&mut Forged)) -> Self {
        change(self.tampered.get_or_insert_with(|| self.forge.build()));
        self
    }

    /// Replaces the collateral file.
    #[must_use]
    pub fn file(mut self, change: impl FnOnce(String) -> String) -> Self {
        self.collateral_text = Some(change(self.forge.build().collateral_json()));
        self
    }

    /// Gives an event log.
    #[must_use]
    pub fn event_log(mut self, log: Vec<u8>) -> Self {
        self.event_log = Some(log);
        self
    }

    /// Gives the report of a quote verification enclave on the quote, changed before and after it is bound.
    #[must_use]
    pub fn qve(mut self, minimum_isv_svn: u16, change: impl FnOnce(&mut VerificationReport)) -> Self {
        let mut report = VerificationReport::ok(&self.forge.build_quote());
        change(&mut report);
        self.qve = Some((report, minimum_isv_svn));
        self
    }

    /// Gives a maximum age of collateral, in seconds.
    #[must_use]
    pub fn maximum_age(mut self, seconds: u64) -> Self {
        self.maximum_age = Some(seconds);
        self
    }

    /// Where the case comes from.
    #[must_use]
    pub fn source(mut self, source: &'static str) -> Self {
        self.source = Some(source);
        self
    }

    /// Judges by Intel's profile, authenticity alone.
    #[must_use]
    pub fn intel(mut self) -> Self {
        self.profile = Profile::Intel;
        self.crypto_only()
    }

    /// Accepts whatever is authentic.
    #[must_use]
    pub fn crypto_only(mut self) -> Self {
        self.policy = "crypto_only".to_owned();
        self
    }

    /// Judges by this policy.
    #[must_use]
    pub fn policy(mut self, json: &str) -> Self {
        self.policy = json.to_owned();
        self
    }

    /// Must be refused.
    #[must_use]
    #[track_caller]
    pub fn refused(self, code: Code, part: &str) -> Case {
        self.expect(Expected::Refused { code, part: part.to_owned() })
    }

    /// Must be accepted as up to date, without advisories.
    #[must_use]
    #[track_caller]
    pub fn accepted(self) -> Case {
        self.status("UpToDate", &[])
    }

    /// Must be accepted with this status and these advisories.
    #[must_use]
    #[track_caller]
    pub fn status(self, status: &str, advisories: &[&str]) -> Case {
        let advisories = advisories.iter().map(|id| (*id).to_owned()).collect();
        self.expect(Expected::Accepted { status: status.to_owned(), advisories })
    }

    /// Must be authentic and rejected by these rules of the policy.
    #[must_use]
    #[track_caller]
    pub fn rejected(self, rules: &[&str]) -> Case {
        self.expect(Expected::Rejected { rules: rules.iter().map(|rule| (*rule).to_owned()).collect() })
    }

    #[track_caller]
    fn expect(self, expected: Expected) -> Case {
        Case {
            forged: self.tampered.unwrap_or_else(|| self.forge.build()),
            id: self.id,
            note: self.note,
            rule: self.rule,
            source: self.source,
            base: self.base,
            collateral_text: self.collateral_text,
            event_log: self.event_log,
            qve: self.qve,
            maximum_age: self.maximum_age,
            profile: self.profile,
            policy: self.policy,
            expected,
            location: Location::caller().to_string(),
        }
    }
}

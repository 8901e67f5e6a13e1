//! One case: a request, and what it must be answered.

use std::panic::Location;

use serde_json::{Value, json};
use veriquote::Code;
use veriquote_forge::tpm::{Attest, TpmForge, TpmForged, TpmSignature};
use veriquote_forge::{hex, rfc3339};

pub use crate::answer::Expected;

/// What a verifier is given and must answer.
#[derive(Clone, Debug)]
pub struct Case {
    /// `group/name`, never reused for another case.
    pub id: String,
    /// What is wrong, or right, in one line.
    pub note: String,
    /// The check that it is about.
    pub rule: &'static str,
    /// A published advisory or fixed bug of another verifier, where the case comes from one.
    pub source: Option<&'static str>,
    /// The valid machine of the forge that it starts from.
    pub base: &'static str,
    /// The request of the facade.
    pub request: Value,
    /// What it must be answered.
    pub expected: Expected,
    /// Where the case is written.
    pub location: String,
}

/// One change of something.
type Change<T> = Box<dyn FnOnce(&mut T)>;

/// A case in the making.
pub struct Draft {
    forge: TpmForge,
    attest: Change<Attest>,
    signature: Change<TpmSignature>,
    tamper: Vec<Change<TpmForged>>,
    edit: Vec<Change<Value>>,
    id: String,
    note: String,
    rule: &'static str,
    source: Option<&'static str>,
    base: &'static str,
}

/// Starts a case from the valid machine `base`.
///
/// # Panics
/// When the forge has no such machine.
#[must_use]
pub fn case(id: &str, base: &'static str, rule: &'static str, note: &str) -> Draft {
    Draft {
        forge: TpmForge::named(base).expect("a machine of the forge"),
        attest: Box::new(|_| {}),
        signature: Box::new(|_| {}),
        tamper: Vec::new(),
        edit: Vec::new(),
        id: id.to_owned(),
        note: note.to_owned(),
        rule,
        source: None,
        base,
    }
}

/// The request that a machine's evidence makes.
#[must_use]
pub fn request(base: &str, forged: &TpmForged) -> Value {
    let mut request = json!({
        "quote": hex(&forged.attest),
        "signature": hex(&forged.signature),
        "ak": hex(&forged.public),
        "pcrs": hex(&forged.pcrs),
        "event_log": hex(&forged.event_log),
        "ima_log": hex(&forged.ima_log),
        "options": { "at": rfc3339(forged.now), "nonce": hex(&forged.nonce) },
    });
    if base == "sha1" {
        request["options"]["allow_sha1"] = json!(true);
    }
    request
}

impl Draft {
    /// Changes the machine.
    #[must_use]
    pub fn forge(mut self, change: impl FnOnce(&mut TpmForge)) -> Self {
        change(&mut self.forge);
        self
    }

    /// Changes what the TPM signs.
    #[must_use]
    pub fn attest(mut self, change: impl FnOnce(&mut Attest) + 'static) -> Self {
        self.attest = Box::new(change);
        self
    }

    /// Changes the signature.
    #[must_use]
    pub fn signature(mut self, change: impl FnOnce(&mut TpmSignature) + 'static) -> Self {
        self.signature = Box::new(change);
        self
    }

    /// Changes what was signed.
    #[must_use]
    pub fn tamper(mut self, change: impl FnOnce(&mut TpmForged) + 'static) -> Self {
        self.tamper.push(Box::new(change));
        self
    }

    /// Changes the request.
    #[must_use]
    pub fn edit(mut self, change: impl FnOnce(&mut Value) + 'static) -> Self {
        self.edit.push(Box::new(change));
        self
    }

    /// Trusts the key by its certificate.
    #[must_use]
    pub fn certified(self) -> Self {
        let forged = self.forge.build();
        self.edit(move |request| {
            request["options"]["ak_chain"] = json!(forged.chain);
            request["options"]["roots"] = json!([forged.root]);
        })
    }

    /// Where the case comes from.
    #[must_use]
    pub fn source(mut self, source: &'static str) -> Self {
        self.source = Some(source);
        self
    }

    /// The check that it is about, where that is another than its group's.
    #[must_use]
    pub fn rule(mut self, rule: &'static str) -> Self {
        self.rule = rule;
        self
    }

    /// Must be refused.
    #[must_use]
    #[track_caller]
    pub fn refused(self, code: Code, part: &str) -> Case {
        self.expect(Expected::Refused { code, part: part.to_owned() })
    }

    /// Must be verified, with these members of the claims.
    #[must_use]
    #[track_caller]
    pub fn verified(self, claims: &[(&'static str, Value)]) -> Case {
        self.expect(Expected::Verified(claims.to_vec()))
    }

    /// Must be authentic and rejected by these rules of the policy.
    #[must_use]
    #[track_caller]
    pub fn rejected(self, rules: &[&'static str], claims: &[(&'static str, Value)]) -> Case {
        self.expect(Expected::Rejected { rules: rules.to_vec(), claims: claims.to_vec() })
    }

    /// Must be authentic and rejected, since the log that replays is of a boot that cannot have been.
    #[must_use]
    #[track_caller]
    pub fn unsound(self, code: Code) -> Case {
        self.rejected(&["boot.problems"], &[("/boot/problems/0/code", json!(code.as_str()))])
    }

    /// Judges by this policy.
    #[must_use]
    pub fn policy(self, policy: Value) -> Self {
        self.edit(move |request| request["options"]["policy"] = policy)
    }

    #[track_caller]
    fn expect(self, expected: Expected) -> Case {
        let location = Location::caller().to_string();
        let mut attest = self.forge.attest();
        (self.attest)(&mut attest);
        let attest = attest.bytes();
        let mut signature = self.forge.key.sign(self.forge.scheme, self.forge.hash, &attest);
        (self.signature)(&mut signature);
        let mut forged = TpmForged { attest, signature: signature.bytes(), ..self.forge.build() };
        self.tamper.into_iter().for_each(|change| change(&mut forged));
        let mut request = request(self.base, &forged);
        self.edit.into_iter().for_each(|change| change(&mut request));
        Case {
            id: self.id,
            note: self.note,
            rule: self.rule,
            source: self.source,
            base: self.base,
            request,
            expected,
            location,
        }
    }
}

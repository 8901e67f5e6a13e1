//! One case: a request, and what it must be answered.

use std::panic::Location;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use veriquote::Code;
use veriquote_forge::nvidia::{
    NvCertificate, NvCrl, NvDevice, NvForge, NvForgedDevice, NvRim, Ocsp, device_root, rim_root,
};
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
    /// The valid machine of the forge that it starts from.
    pub base: &'static str,
    /// The request of the facade.
    pub request: Value,
    /// What it must be answered.
    pub expected: Expected,
    /// Where the case is written.
    pub location: String,
}

type Change<T> = Box<dyn FnOnce(&mut T)>;

/// A case in the making.
pub struct Draft {
    forge: NvForge,
    tamper: Vec<Change<Vec<NvForgedDevice>>>,
    edit: Vec<Change<Value>>,
    id: String,
    note: String,
    rule: &'static str,
    base: &'static str,
}

/// Starts a case from the valid machine `base`.
///
/// # Panics
/// When the forge has no such machine.
#[must_use]
pub fn case(id: &str, base: &'static str, rule: &'static str, note: &str) -> Draft {
    Draft {
        forge: NvForge::named(base).expect("a machine of the forge"),
        tamper: Vec::new(),
        edit: Vec::new(),
        id: id.to_owned(),
        note: note.to_owned(),
        rule,
        base,
    }
}

/// The request that a machine's evidence makes: one device in our own words, several as `nvattest` writes them.
#[must_use]
pub fn request(forge: &NvForge, devices: &[NvForgedDevice]) -> Value {
    let evidence = match devices {
        [device] => json!({ "report": hex(&device.report), "certificate_chain": device.chain }),
        devices => devices.iter().map(|device| entry(forge, device)).collect(),
    };
    json!({
        "evidence": evidence,
        "rims": forge.rims.iter().map(NvRim::text).collect::<Vec<_>>(),
        "options": {
            "at": rfc3339(forge.now),
            "nonce": hex(&forge.nonce),
            "roots": [device_root().pem()],
            "rim_roots": [rim_root().pem()],
            "crls": forge.crls.iter().map(|crl| hex(&NvCrl::der(crl))).collect::<Vec<_>>(),
            "ocsp": forge.ocsp.iter().map(|ocsp| hex(&Ocsp::der(ocsp))).collect::<Vec<_>>(),
        },
    })
}

/// One device as `nvattest` writes it.
#[must_use]
pub fn entry(forge: &NvForge, device: &NvForgedDevice) -> Value {
    json!({
        "arch": device.architecture,
        "nonce": hex(&forge.nonce),
        "evidence": STANDARD.encode(&device.report),
        "certificate": STANDARD.encode(&device.chain),
    })
}

impl Draft {
    /// Changes the machine.
    #[must_use]
    pub fn forge(mut self, change: impl FnOnce(&mut NvForge)) -> Self {
        change(&mut self.forge);
        self
    }

    /// Changes the first device, which is then signed.
    #[must_use]
    pub fn device(self, change: impl FnOnce(&mut NvDevice)) -> Self {
        self.forge(|forge| change(&mut forge.devices[0]))
    }

    /// Changes a certificate of the first device, which is then signed.
    #[must_use]
    pub fn certificate(self, place: usize, change: impl FnOnce(&mut NvCertificate)) -> Self {
        self.device(|device| change(&mut device.chain[place]))
    }

    /// Changes a manifest, which is then signed.
    #[must_use]
    pub fn rim(self, place: usize, change: impl FnOnce(NvRim) -> NvRim) -> Self {
        self.forge(|forge| forge.rims[place] = change(forge.rims[place].clone()))
    }

    /// Changes what was signed of the first device.
    #[must_use]
    pub fn tamper(mut self, change: impl FnOnce(&mut NvForgedDevice) + 'static) -> Self {
        self.tamper.push(Box::new(|devices| change(&mut devices[0])));
        self
    }

    /// Changes the request.
    #[must_use]
    pub fn edit(mut self, change: impl FnOnce(&mut Value) + 'static) -> Self {
        self.edit.push(Box::new(change));
        self
    }

    /// Writes the evidence in another form.
    #[must_use]
    pub fn evidence(mut self, form: impl FnOnce(&NvForge, &[NvForgedDevice]) -> Value + 'static) -> Self {
        let forge = self.forge.clone();
        self.edit.push(Box::new(move |request| {
            let devices = forge.build();
            request["evidence"] = form(&forge, &devices);
        }));
        self
    }

    /// Judges by this policy.
    #[must_use]
    pub fn policy(self, policy: Value) -> Self {
        self.edit(move |request| request["options"]["policy"] = policy)
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

    #[track_caller]
    fn expect(self, expected: Expected) -> Case {
        let location = Location::caller().to_string();
        let mut devices = self.forge.build();
        self.tamper.into_iter().for_each(|change| change(&mut devices));
        let mut request = request(&self.forge, &devices);
        self.edit.into_iter().for_each(|change| change(&mut request));
        Case { id: self.id, note: self.note, rule: self.rule, base: self.base, request, expected, location }
    }
}

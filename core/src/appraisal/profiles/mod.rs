//! Profiles: what the claims of one appraisal are called.
//!
//! A profile changes names, never facts; what one cannot carry is listed in `x-att-omitted`. The text is
//! canonical JSON (RFC 8785), so the same claims give the same bytes everywhere. Nothing is signed here.

mod aliyun;
mod device;
mod ear;

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::claims::Claims;
use super::{Appraisal, Environment, Value};
use crate::bytes::to_hex;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::jcs::Json;
use crate::named::named;

named! {
    /// Whose names.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum Profile {
        /// The documented service's, and more beside them.
        Aliyun = "aliyun",
        /// EAR, draft 04.
        Ear = "ear",
        /// EAR as Veraison and Confidential Containers read it.
        EarDotted = "ear-dotted",
        /// As little as cloud providers' token services need.
        Compact = "compact",
    }
}

impl Profile {
    /// `eat_profile` of its tokens; `None` where the issuer says where its claims are described.
    #[must_use]
    pub const fn eat_profile(self) -> Option<&'static str> {
        match self {
            Self::Aliyun | Self::Compact => None,
            Self::Ear => Some(super::readers::ear::DRAFT_04),
            Self::EarDotted => Some(super::readers::ear::VERAISON),
        }
    }
}

/// How long the token may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// `max_token_chars`: header, claims and signature with the points between them.
    pub token_chars: usize,
    /// Of these, header and signature with both points.
    pub overhead_chars: usize,
}

impl Default for Budget {
    /// 16,000 characters, as cloud providers accept 20,000; room for an RSA-4096 signature and a header.
    fn default() -> Self {
        Self { token_chars: 16_000, overhead_chars: 900 }
    }
}

/// Claims under a profile's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The payload: canonical JSON.
    pub payload: String,
    /// What was left out: what the profile never carries, and what it has no room for, in the order in which
    /// it is left out.
    pub omitted: Vec<&'static str>,
    /// The payload with nothing left out, when something was: what `x-att-result` is the digest of. For
    /// `compact` it is that of `aliyun`.
    pub full: Option<String>,
}

/// What is left out when the token is too long, first to last.
const OMISSIONS: [Omission; 4] =
    [Omission::Collateral, Omission::QuoteHeader, Omission::DeviceDetails, Omission::RuntimeData];

/// The same where no device is attested.
const OMISSIONS_WITHOUT_DEVICES: [Omission; 3] =
    [Omission::Collateral, Omission::QuoteHeader, Omission::RuntimeData];

/// What `compact` never carries.
const NEVER_COMPACT: [&str; 3] = ["report", "runtime-data", "init-data"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Omission {
    Collateral,
    QuoteHeader,
    DeviceDetails,
    RuntimeData,
}

impl Omission {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Collateral => "collateral",
            Self::QuoteHeader => "quote-header",
            Self::DeviceDetails => "device-details",
            Self::RuntimeData => "runtime-data",
        }
    }
}

impl Claims {
    /// The payload of a token in `profile`.
    ///
    /// # Errors
    /// `claims.size` when it does not fit even without all that may be left out.
    pub fn write(
        &self,
        profile: Profile,
        budget: Budget,
        provider: &dyn CryptoProvider,
    ) -> Result<Written, Error> {
        let room = budget.token_chars.saturating_sub(budget.overhead_chars);
        // Nothing is said to be left out for its size that the profile does not carry.
        let (never, may, of_all): (&[&'static str], &[Omission], _) = match profile {
            Profile::Compact => (&NEVER_COMPACT, &[Omission::Collateral], Profile::Aliyun),
            _ if self.appraisal.environments.iter().any(device::is_device) => (&[], &OMISSIONS, profile),
            _ => (&[], &OMISSIONS_WITHOUT_DEVICES, profile),
        };
        let full = self.payload(of_all, &[]).write();
        if never.is_empty() && base64url_chars(full.len()) <= room {
            return Ok(Written { payload: full, omitted: Vec::new(), full: None });
        }
        let digest = to_hex(provider.hash(HashAlgorithm::Sha384, &[full.as_bytes()]).as_slice());
        let mut needed = 0;
        for count in usize::from(never.is_empty())..=may.len() {
            let omitted = may.get(..count).unwrap_or_default();
            let mut payload = self.payload(profile, omitted);
            let for_size = omitted.iter().map(|omission| omission.as_str());
            let names: Vec<&'static str> = never.iter().copied().chain(for_size).collect();
            payload.set("x-att-omitted", Json::Array(names.iter().copied().map(Json::text).collect()));
            let mut result = Json::object();
            result.set("alg", Json::text("sha-384"));
            result.set("digest", Json::text(digest.clone()));
            payload.set("x-att-result", result);
            let text = payload.write();
            needed = base64url_chars(text.len()).saturating_add(budget.overhead_chars);
            if needed <= budget.token_chars {
                return Ok(Written { payload: text, omitted: names, full: Some(full) });
            }
        }
        Err(Error::new(Code::ClaimsSize, "max_token_chars")
            .with(Fact::count("maximum", budget.token_chars))
            .with(Fact::count("needed", needed)))
    }

    fn payload(&self, profile: Profile, omitted: &[Omission]) -> Json {
        match profile {
            Profile::Aliyun => aliyun::write(self, omitted, aliyun::Report::Whole),
            Profile::Compact => aliyun::write(self, omitted, aliyun::Report::Measurements),
            Profile::Ear => ear::write(self, omitted, &ear::DRAFT),
            Profile::EarDotted => ear::write(self, omitted, &ear::DOTTED),
        }
    }
}

/// Base64url without padding.
const fn base64url_chars(bytes: usize) -> usize {
    bytes.saturating_mul(4).div_ceil(3)
}

/// `iss`, `aud`, `sub`, `iat`, `nbf`, `exp`, `jti`, `intuse`.
fn registered(appraisal: &Appraisal) -> Json {
    let mut claims = Json::object();
    for (name, value) in [
        ("iss", &appraisal.issuer),
        ("sub", &appraisal.subject),
        ("jti", &appraisal.token_id),
        ("intuse", &appraisal.intended_use),
    ] {
        if let Some(value) = value {
            claims.set(name, Json::text(value.clone()));
        }
    }
    match &*appraisal.audience {
        [] => {}
        [one] => claims.set("aud", Json::text(one.clone())),
        many => claims.set("aud", Json::Array(many.iter().cloned().map(Json::Text).collect())),
    }
    let times = &appraisal.times;
    for (name, time) in [("iat", times.issued_at), ("nbf", times.not_before), ("exp", times.expires_at)] {
        if let Some(time) = time {
            claims.set(name, Json::Integer(time.0));
        }
    }
    claims
}

/// `x-att`: what has no name in other profiles.
fn x_att(claims: &Claims, environment: &Environment, omitted: &[Omission]) -> Json {
    let mut att = Json::object();
    if let Some(binding) = &environment.binding {
        let mut object = Json::object();
        object.set("mode", Json::text(binding.mode.clone()));
        if let Some(matched) = binding.matched {
            object.set("matched", Json::Bool(matched));
        }
        if let Some(fresh) = &binding.fresh {
            object.set("fresh", Json::text(fresh.clone()));
        }
        att.set("binding", object);
    }
    let tcb = &environment.tcb;
    let mut object = Json::object();
    if let Some(status) = &tcb.status {
        object.set("status", Json::text(status.clone()));
    }
    if let Some(date) = tcb.date {
        object.set("date", Json::text(date.to_string()));
    }
    if let Some(advisories) = &tcb.advisories {
        object.set("advisories", Json::Array(advisories.iter().cloned().map(Json::Text).collect()));
    }
    if let Some(fmspc) = &tcb.fmspc {
        object.set("fmspc", Json::text(to_hex(fmspc)));
    }
    if let Some(number) = tcb.evaluation_number.and_then(|number| i64::try_from(number).ok()) {
        object.set("eval", Json::Integer(number));
    }
    // A TPM has neither.
    for (name, object) in [("tcb", &object), ("collateral", &claims.collateral)] {
        let left_out = name == "collateral" && omitted.contains(&Omission::Collateral);
        if !left_out && *object != Json::object() {
            att.set(name, object.clone());
        }
    }
    if let Some(evidence) = &environment.evidence {
        att.set("evidence", Json::text(evidence.clone()));
    }
    if claims.crypto_only {
        att.set("policy", Json::text("crypto-only"));
    }
    att
}

/// Developer and build.
fn verifier(appraisal: &Appraisal) -> Option<Json> {
    let verifier = appraisal.verifier.as_ref()?;
    let mut object = Json::object();
    for (name, value) in [("developer", &verifier.developer), ("build", &verifier.build)] {
        if let Some(value) = value {
            object.set(name, Json::text(value.clone()));
        }
    }
    Some(object)
}

/// How much of devices there is room for.
fn detail(omitted: &[Omission]) -> device::Detail {
    if omitted.contains(&Omission::DeviceDetails) { device::Detail::Kept } else { device::Detail::Whole }
}

/// Names below `quote.` are the header's.
fn is_header(name: &str) -> bool {
    name.starts_with("quote.")
}

/// A value of a TPM, which is written alike in all names.
fn tpm_value(value: &Value) -> Json {
    match value {
        Value::Bytes(bytes) => Json::text(to_hex(bytes)),
        // Every number of a TPM's quote that is a claim has 32 bits.
        Value::Number(number) => Json::Integer(i64::try_from(*number).unwrap_or(i64::MAX)),
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Text(text) => Json::text(text.clone()),
    }
}

/// A number as the dotted names write it: hex of two little-endian bytes.
fn dotted_value(value: &Value) -> Json {
    match value {
        Value::Bytes(bytes) => Json::text(to_hex(bytes)),
        Value::Number(number) => {
            Json::text(to_hex(number.to_le_bytes().first_chunk::<2>().map_or(&[], |n| &n[..])))
        }
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Text(text) => Json::text(text.clone()),
    }
}

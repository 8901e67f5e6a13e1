//! Claims of our own tokens. Only evidence that a policy accepted becomes claims: [`Claims`] has no other
//! constructor. Nothing is signed here.

#[cfg(all(feature = "dcap", feature = "nvidia"))]
mod composite;
#[cfg(feature = "dcap")]
mod dcap;
#[cfg(feature = "nvidia")]
mod nvidia;
#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
mod rulings;
#[cfg(feature = "tpm")]
mod tpm;

use alloc::string::String;
#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
use super::Selector;
use super::{Appraisal, Binding};
use crate::binding::{Mode, Nonce};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::jcs::{Json, canonical};
use crate::json::{Strictness, parse};
use crate::jwt::{LAST_SECOND, is_nonce};
use crate::time::UnixTime;

#[cfg(all(feature = "dcap", feature = "nvidia"))]
pub use composite::Members;
#[cfg(all(feature = "dcap", feature = "nvidia", feature = "tpm"))]
pub use tpm::TpmMember;

/// The claims of one token, before a profile names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    pub(super) appraisal: Appraisal,
    /// Which collateral judged, and until when it is in force.
    pub(super) collateral: Json,
    /// No policy was asked: anything authentic was accepted.
    pub(super) crypto_only: bool,
    /// What several environments are called together, where one token is of several.
    pub(super) together: Option<&'static str>,
    /// How the environments belong together.
    pub(super) bond: Option<Json>,
}

/// What a token says that the evidence does not: all of it is given, nothing has a default.
#[derive(Clone, Debug)]
pub struct ClaimsOptions<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `aud`.
    pub audience: &'a str,
    /// `iat` and `nbf`: when the evidence was verified, or up to [`LONGEST_DELAY`](Self::LONGEST_DELAY)
    /// seconds later.
    pub issued_at: UnixTime,
    /// `exp`: no later than the collateral that judged is in force.
    pub expires_at: UnixTime,
    /// `jti`, never used before.
    pub token_id: &'a str,
    /// `eat_profile` of the profiles `aliyun` and `compact`: where the claims are described.
    pub profile: &'a str,
    /// `intuse`.
    pub intended_use: &'a str,
    /// Hash of the policy's text (SHA-384); `None` where the policy has no text.
    pub policy_hash: Option<[u8; 48]>,
    /// What the last field of `sub` is made of: names of measurements, or an operator's name.
    pub subject: SubjectTemplate<'a>,
    /// `eat_nonce`: 8 to 88 bytes. `None`: the token is not bound to a challenge.
    pub nonce: Option<&'a str>,
    /// The data that the report binds.
    pub bound: Bound<'a>,
    /// SHA-384 of the evidence.
    pub evidence: Option<[u8; 48]>,
    /// Who appraised: developer and build.
    pub verifier: (&'a str, &'a str),
}

/// What the selector of `sub` is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectTemplate<'a> {
    /// These measurements, by name.
    Measurements(&'a [&'a str]),
    /// An operator's name.
    Name(&'a str),
}

/// The data that a report binds. They are checked before they become claims, and the claims show these
/// very data: JSON that was hashed as JSON (RFC 8785) as it is, anything else as `{"raw": base64}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound<'a> {
    /// None are given: the token says `none`.
    Nothing,
    /// These.
    Data {
        /// How they are bound.
        mode: Mode,
        /// The bytes that are bound.
        data: &'a [u8],
        /// The verifier's nonce, where the mode has one.
        nonce: Option<Nonce<'a>>,
    },
}

impl Claims {
    /// What the claims say.
    #[must_use]
    pub const fn appraisal(&self) -> &Appraisal {
        &self.appraisal
    }
}

impl ClaimsOptions<'_> {
    /// Seconds from the verification of evidence to the token that tells of it, at most.
    pub const LONGEST_DELAY: u32 = 3600;

    /// A token speaks of a verification: it is not issued before it or long after it, and does not outlive
    /// the collateral that it rests on.
    #[cfg(any(feature = "dcap", feature = "nvidia"))]
    fn check_times(&self, verified_at: UnixTime, in_force_until: UnixTime) -> Result<(), Error> {
        let delay = self.issued_at.since(verified_at);
        if !(0..=i64::from(Self::LONGEST_DELAY)).contains(&delay) {
            return Err(Error::new(Code::ClaimsValue, "iat")
                .with(Fact::time("verified_at", verified_at))
                .with(Fact::time("iat", self.issued_at))
                .with(Fact::number("maximum", Self::LONGEST_DELAY.into())));
        }
        if self.expires_at > in_force_until {
            return Err(Error::new(Code::ClaimsValue, "exp")
                .with(Fact::time("earliest_next_update", in_force_until))
                .with(Fact::time("exp", self.expires_at)));
        }
        Ok(())
    }

    /// What RFC 7519 and RFC 9711 ask of the values.
    #[cfg_attr(
        not(any(feature = "dcap", feature = "nvidia", feature = "tpm")),
        expect(dead_code, reason = "no evidence that becomes claims is built in")
    )]
    fn check(&self) -> Result<(), Error> {
        let must_be_there = [
            ("iss", self.issuer),
            ("aud", self.audience),
            ("jti", self.token_id),
            ("eat_profile", self.profile),
        ];
        if let Some((claim, _)) = must_be_there.into_iter().find(|(_, value)| value.is_empty()) {
            return Err(Error::new(Code::ClaimsMissing, claim));
        }
        // A later time than readers of NumericDate take is never reached.
        if self.expires_at <= self.issued_at || self.issued_at.0 < 0 || self.expires_at.0 > LAST_SECOND {
            return Err(Error::new(Code::ClaimsValue, "exp")
                .with(Fact::time("iat", self.issued_at))
                .with(Fact::time("exp", self.expires_at)));
        }
        const USES: [&str; 5] = ["generic", "registration", "provisioning", "csr", "pop"];
        if !USES.contains(&self.intended_use) {
            return Err(
                Error::new(Code::ClaimsValue, "intuse").with(Fact::string("expected", USES.join(",")))
            );
        }
        if let Some(nonce) = self.nonce.filter(|nonce| !is_nonce(nonce)) {
            return Err(Error::new(Code::ClaimsValue, "eat_nonce")
                .with(Fact::text("expected", "8 to 88 bytes"))
                .with(Fact::count("actual", nonce.len())));
        }
        Ok(())
    }
}

/// An appraisal of ours: what the options say, of these environments.
#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
fn appraisal(
    options: &ClaimsOptions<'_>,
    subject: String,
    environments: Vec<super::Environment>,
    status: Option<super::Tier>,
) -> Appraisal {
    Appraisal {
        dialect: super::Dialect::Aliyun,
        issuer: Some(options.issuer.into()),
        audience: alloc::vec![options.audience.into()],
        subject: Some(subject),
        profile: Some(options.profile.into()),
        token_id: Some(options.token_id.into()),
        intended_use: Some(options.intended_use.into()),
        times: super::Times {
            issued_at: Some(options.issued_at),
            not_before: Some(options.issued_at),
            expires_at: Some(options.expires_at),
        },
        verifier: Some(super::Verifier {
            developer: Some(options.verifier.0.into()),
            build: Some(options.verifier.1.into()),
        }),
        status,
        environments,
        ..Appraisal::default()
    }
}

/// What the options and the policies say of each environment.
#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
fn state(
    environment: &mut super::Environment,
    options: &ClaimsOptions<'_>,
    policies: &[super::PolicyResult],
    vector: super::TrustVector,
) {
    environment.nonces = options.nonce.map(Into::into).into_iter().collect();
    environment.evidence =
        options.evidence.map(|digest| alloc::format!("sha384:{}", crate::bytes::to_hex(&digest)));
    environment.policies = policies.to_vec();
    environment.vector = Some(vector);
    // Accepted evidence of which nothing was asked is authentic and not affirmed.
    environment.status = Some(vector.worst());
}

/// The subject of environments. Of one, the template names its measurements; of several `together`, each name
/// is that of every environment that has it, under the environment's own.
#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
fn subject_of(
    environments: &[super::Environment],
    together: Option<&str>,
    policy: Option<&str>,
    template: SubjectTemplate<'_>,
    provider: &dyn crate::crypto::CryptoProvider,
) -> Result<String, Error> {
    let alone = environments.first().and_then(|it| it.tee.as_ref()).map_or("", super::Tee::as_str);
    let tee = together.unwrap_or(alone);
    let names = match template {
        SubjectTemplate::Name(name) => return super::subject(tee, policy, Selector::Name(name), provider),
        SubjectTemplate::Measurements(names) => names,
    };
    let mut values: Vec<(String, Vec<u8>)> = Vec::new();
    for name in names {
        let before = values.len();
        for environment in environments {
            let value = match (*name, &environment.hardware_model) {
                ("hwmodel", Some(model)) => Some(model.as_bytes().to_vec()),
                _ => environment.measurement(name).map(bytes_of),
            };
            let of = environment.name.as_deref().filter(|_| together.is_some());
            let full = of.map_or_else(|| (*name).into(), |of| alloc::format!("{of}.{name}"));
            values.extend(value.map(|value| (full, value)));
        }
        if values.len() == before {
            return Err(Error::new(Code::ClaimsMissing, alloc::format!("sub.{name}")));
        }
    }
    let claims: Vec<(&str, &[u8])> = values.iter().map(|(name, value)| (name.as_str(), &**value)).collect();
    super::subject(tee, policy, Selector::Claims(&claims), provider)
}

#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
fn bytes_of(value: &super::Value) -> Vec<u8> {
    match value {
        super::Value::Bytes(bytes) => bytes.clone(),
        super::Value::Number(number) => number.to_be_bytes().to_vec(),
        super::Value::Flag(flag) => alloc::vec![u8::from(*flag)],
        super::Value::Text(text) => text.as_bytes().to_vec(),
    }
}

/// Checks what the report binds, and says it.
#[cfg_attr(
    not(any(feature = "dcap", feature = "nvidia", feature = "tpm")),
    expect(dead_code, reason = "no evidence that becomes claims is built in")
)]
fn bind(
    environment: &mut super::Environment,
    options: &ClaimsOptions<'_>,
    provider: &dyn crate::crypto::CryptoProvider,
) -> Result<(), Error> {
    let fresh = options.nonce.map(|_| String::from("eat_nonce"));
    environment.binding = Some(match options.bound {
        Bound::Nothing => {
            environment.runtime_data = Some("null".into());
            Binding { mode: "none".into(), matched: None, fresh }
        }
        Bound::Data { mode: Mode::None, .. } => {
            return Err(Error::new(Code::MisuseOptions, "bound")
                .with(Fact::text("problem", "data of which nothing is bound are no claim")));
        }
        Bound::Data { mode, data, nonce } => {
            let report_data = environment.report_data.as_deref().unwrap_or_default();
            mode.verify(report_data, data, nonce, provider)?;
            environment.runtime_data = Some(shown(mode, data)?);
            Binding { mode: mode.as_str().into(), matched: Some(true), fresh }
        }
    });
    environment.init_data = Some("null".into());
    Ok(())
}

/// The data that were found bound, as the token shows them.
fn shown(mode: Mode, data: &[u8]) -> Result<String, Error> {
    if mode == Mode::Sha384JcsPad64 {
        let json = parse(data, Strictness::DOCUMENT).and_then(|node| canonical(&node));
        return json.map_err(|error| error.inside("runtime_data"));
    }
    let mut raw = Json::object();
    raw.set("raw", Json::text(STANDARD.encode(data)));
    Ok(raw.write())
}

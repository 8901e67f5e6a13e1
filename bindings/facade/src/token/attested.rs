//! What is asked of the evidence that a token attests, and whether the token says so.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::appraisal::{
    Appraisal, AppraisalExpectations, AuthenticNrasBundle, Debug, Dialect, ExpectedMeasurement,
    ExpectedPolicy, ReadOptions, Tee, Tier, Value as Measured, appraise,
};
use veriquote::bytes::from_hex;
use veriquote::jwt::{AuthenticToken, Expected};
use veriquote::{Code, Error, Failure};

use super::request::{ExpectedText, TokenOptions};
use crate::appraisal::{TokenAppraisal, read_options};
use crate::check::CheckLine;
use crate::problem::Problem;
use crate::verification::NotChecked;

/// What the attested evidence must be. No member may be left out, so that nothing goes unchecked by a slip.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AttestedExpectations {
    /// What is attested, such as `tdx`, `sgx`, `snp`, `tpm`, `nvgpu`; of every environment, or of those that
    /// `submodules` names.
    pub tee: ExpectedText,
    /// Whether something that can be debugged is refused.
    pub debug: ExpectedDebug,
    /// No verdict of the token is worse than this: `affirming`, `none`, `warning`.
    pub worst_status: ExpectedText,
    /// Parts that must be attested, by name; empty for none.
    pub submodules: Vec<String>,
    /// Id of a policy that must have been applied, and met.
    pub policy_id: ExpectedText,
    /// Hash, in hex, of the text of that policy.
    pub policy_hash: ExpectedText,
    /// Measurements that must be there, by name, such as `mr_td`: a value, or a list of good ones. Bytes are
    /// lower-case hex. Empty for none.
    #[serde(deserialize_with = "crate::json::members")]
    pub measurements: Map<String, Value>,
}

/// What debugging is let pass.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExpectedDebug {
    /// Every part says that it cannot be debugged.
    StatedOff,
    /// No part says that it can be.
    NotStatedOn,
    /// Whatever it is.
    NotChecked,
}

impl AttestedExpectations {
    /// Nothing is checked.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            tee: ExpectedText::NotChecked,
            debug: ExpectedDebug::NotChecked,
            worst_status: ExpectedText::NotChecked,
            submodules: Vec::new(),
            policy_id: ExpectedText::NotChecked,
            policy_hash: ExpectedText::NotChecked,
            measurements: Map::new(),
        }
    }

    fn to_core(&self) -> Result<AppraisalExpectations, Problem> {
        let part = |member: &str| format!("options.attested.{member}");
        let policy = match (&self.policy_id, &self.policy_hash) {
            (ExpectedText::NotChecked, ExpectedText::NotChecked) => Expected::NotChecked,
            (id, hash) => Expected::Is(ExpectedPolicy {
                id: text(id),
                hash: match hash {
                    ExpectedText::NotChecked => Expected::NotChecked,
                    ExpectedText::Is(hash) => Expected::Is(
                        from_hex(hash.as_bytes()).ok().filter(|bytes| !bytes.is_empty()).ok_or_else(
                            || Problem::misuse(part("policy_hash"), "not hex", "give the hash in hex"),
                        )?,
                    ),
                },
            }),
        };
        let worst_status = match &self.worst_status {
            ExpectedText::NotChecked => Expected::NotChecked,
            ExpectedText::Is(name) => Expected::Is(match name.as_str() {
                "affirming" => Tier::Affirming,
                "none" => Tier::None,
                "warning" => Tier::Warning,
                _ => {
                    let help = "one of affirming, none, warning; contraindicated is never accepted";
                    return Err(Problem::misuse(part("worst_status"), "this verdict is not known", help));
                }
            }),
        };
        let measurements = self.measurements.iter().map(|(name, value)| {
            Ok(ExpectedMeasurement { name: name.clone(), values: values(&part("measurements"), value)? })
        });
        let measurements: Vec<_> = measurements.collect::<Result<_, Problem>>()?;
        Ok(AppraisalExpectations {
            tee: match text(&self.tee) {
                Expected::Is(name) => Expected::Is(Tee::from_name(&name)),
                Expected::NotChecked => Expected::NotChecked,
            },
            debug: match self.debug {
                ExpectedDebug::StatedOff => Expected::Is(Debug::StatedOff),
                ExpectedDebug::NotStatedOn => Expected::Is(Debug::NotStatedOn),
                ExpectedDebug::NotChecked => Expected::NotChecked,
            },
            worst_status,
            submodules: some(self.submodules.clone()),
            policy,
            measurements: some(measurements),
        })
    }
}

fn some<T>(list: Vec<T>) -> Expected<Vec<T>> {
    if list.is_empty() { Expected::NotChecked } else { Expected::Is(list) }
}

fn text(expected: &ExpectedText) -> Expected<String> {
    match expected {
        ExpectedText::Is(text) => Expected::Is(text.clone()),
        ExpectedText::NotChecked => Expected::NotChecked,
    }
}

/// Every value that JSON can mean: hex is bytes, and the text too, for a version such as `10`.
fn values(part: &str, value: &Value) -> Result<Vec<Measured>, Problem> {
    let mut values = Vec::new();
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    for item in items {
        match item {
            Value::String(text) => {
                values.extend(from_hex(text.as_bytes()).ok().map(Measured::Bytes));
                values.push(Measured::Text(text.clone()));
            }
            Value::Bool(flag) => values.push(Measured::Flag(*flag)),
            Value::Number(number) if number.as_u64().is_some() => {
                values.extend(number.as_u64().map(Measured::Number));
            }
            _ => {
                return Err(Problem::misuse(
                    part,
                    "this is no value of a measurement",
                    "hex, a number, true or false",
                ));
            }
        }
    }
    if values.is_empty() {
        return Err(Problem::misuse(part, "an empty list lets nothing pass", "leave the measurement out"));
    }
    Ok(values)
}

/// What came of the attested evidence of an authentic token.
#[derive(Default)]
pub(super) struct Attested {
    pub appraisal: Option<Box<TokenAppraisal>>,
    pub error: Option<Problem>,
    pub checks: Vec<CheckLine>,
    pub not_checked: Vec<NotChecked>,
}

/// What the options ask, understood before any signature is checked.
pub(super) struct Asked {
    /// `None`: the claims are not read.
    options: Option<ReadOptions>,
    /// The caller expects something of the evidence.
    is_expected: bool,
    expectations: AppraisalExpectations,
}

impl Asked {
    pub(super) fn of(options: &TokenOptions) -> Result<Self, Problem> {
        let expectations = match &options.attested {
            Some(attested) => attested.to_core()?,
            None => AppraisalExpectations::nothing(),
        };
        let is_expected = !expectations.is_nothing();
        let read = match options.dialect.as_deref() {
            None | Some("auto") => Some(read_options(None, false)?),
            Some("none") if is_expected => {
                return Err(Problem::misuse(
                    "options.dialect",
                    "claims that are not read meet no expectation",
                    "leave `dialect` out, or name it",
                ));
            }
            Some("none") => None,
            Some(name) => Some(read_options(Some(name), false)?),
        };
        Ok(Self { options: read, is_expected, expectations })
    }

    /// Claims of a bundle are of one service, and are always read: the results are in them.
    pub(super) fn of_bundle(options: &TokenOptions) -> Result<Self, Problem> {
        let known = Dialect::NvidiaRemoteAttestation.as_str();
        match options.dialect.as_deref() {
            None | Some("auto") => {}
            Some(name) if name == known => {}
            Some(_) => {
                return Err(Problem::misuse(
                    "options.dialect",
                    "a bundle is of NVIDIA's service, and is always read",
                    "leave `dialect` out, or say `nras`",
                ));
            }
        }
        Self::of(options)
    }

    pub(super) fn check(&self, token: &AuthenticToken) -> Attested {
        self.check_read(|options| appraise(token, options))
    }

    pub(super) fn check_bundle(&self, bundle: &AuthenticNrasBundle) -> Attested {
        self.check_read(|options| bundle.appraise(options))
    }

    fn check_read(&self, read: impl Fn(ReadOptions) -> Result<Appraisal, Error>) -> Attested {
        let unread = |why: &'static str| Attested {
            not_checked: vec![NotChecked::new("token.appraisal", why)],
            ..Attested::default()
        };
        let Some(options) = self.options else {
            return unread("the call asks for no dialect: what the claims say of evidence was not read");
        };
        match read(options) {
            Ok(appraisal) => self.expect(&appraisal),
            // Of none, where nothing is expected: a token that attests nothing, or of a service to come. Of two
            // at once is refused: another reader would read it otherwise.
            Err(error)
                if error.code() == Code::TokenDialect
                    && error.facts().is_empty()
                    && options.dialect.is_none()
                    && !self.is_expected =>
            {
                unread("the claims are of no service that is known: what they say of evidence was not read")
            }
            // The signature holds, and what was signed is a failure, contradicts itself, or cannot be read.
            Err(error) => {
                let show = ReadOptions { dialect: options.dialect, ..ReadOptions::SHOW };
                let shown = read(show).ok();
                Attested {
                    appraisal: shown.map(|appraisal| Box::new(TokenAppraisal::from(&appraisal))),
                    error: Some(error.into()),
                    ..Attested::default()
                }
            }
        }
    }

    fn expect(&self, appraisal: &Appraisal) -> Attested {
        let shown = Some(Box::new(TokenAppraisal::from(appraisal)));
        match self.expectations.check(appraisal) {
            Ok(checks) => Attested {
                appraisal: shown,
                error: None,
                not_checked: checks.iter().filter_map(NotChecked::of).collect(),
                checks: checks.iter().map(CheckLine::from).collect(),
            },
            Err(Failure { error, checks }) => Attested {
                appraisal: shown,
                error: Some(error.into()),
                not_checked: checks.iter().filter_map(NotChecked::of).collect(),
                checks: checks.iter().map(CheckLine::from).collect(),
            },
        }
    }
}

//! Report data: computing and detecting how data are bound.

use serde::{Deserialize, Serialize};
use veriquote::binding::{Fit, Mode, Nonce, detect};
use veriquote::bytes::{from_hex, to_hex};
use veriquote::crypto::CryptoProvider;

use crate::one_of::OneOf;
use crate::problem::Problem;
use crate::read::read_request;

/// Data and what binds them. Every member is hex.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BindingRequest {
    /// The report data, when they are to be explained.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub report_data: Option<String>,
    /// The mode, when the report data are to be computed or verified.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<OneOf<Mode>>"))]
    pub mode: Option<String>,
    /// The data.
    pub data: String,
    /// `val` of a verifier's nonce, decoded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nonce_value: Option<String>,
    /// `iat` of a verifier's nonce, decoded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nonce_issued_at: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BindingResult {
    /// A mode binds the data, exactly.
    pub bound: bool,
    /// The report data of the mode that was asked for.
    pub report_data: Option<String>,
    /// The modes that fit, and the mistakes with which others would.
    pub detections: Vec<BindingDetection>,
    /// Why the call failed, or why the data are not bound by the mode that was asked for.
    pub error: Option<Problem>,
}

/// One way in which the report data come from the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BindingDetection {
    /// The mode.
    pub mode: OneOf<Mode>,
    /// It binds the data.
    pub exact: bool,
    /// What went wrong, where it would have bound them.
    pub mistakes: Vec<String>,
}

/// Tells which convention binds the data, and which common mistake almost does.
#[must_use]
pub fn binding_detect(provider: &dyn CryptoProvider, request: &BindingRequest) -> BindingResult {
    let found = Given::read(request).and_then(|given| {
        if request.mode.is_some() {
            return Err(Problem::misuse("mode", "detecting takes no mode", "leave it out, or compute"));
        }
        let report_data = given.report_data.as_deref().ok_or_else(|| missing("report_data"))?;
        Ok(detect(report_data, &given.data, given.nonce(), provider)?)
    });
    match found {
        Err(problem) => BindingResult { error: Some(problem), ..Default::default() },
        Ok(found) => BindingResult {
            bound: found.iter().any(|detection| detection.fit == Fit::Exact),
            detections: found
                .into_iter()
                .map(|detection| {
                    let (exact, mistakes) = match detection.fit {
                        Fit::Exact => (true, Vec::new()),
                        Fit::Mistake(mistakes) => (false, mistakes),
                    };
                    BindingDetection {
                        mode: detection.mode.into(),
                        exact,
                        mistakes: mistakes.into_iter().map(str::to_owned).collect(),
                    }
                })
                .collect(),
            ..Default::default()
        },
    }
}

/// Computes the report data of a mode; with report data given, also compares them.
#[must_use]
pub fn binding_compute(provider: &dyn CryptoProvider, request: &BindingRequest) -> BindingResult {
    let computed = Given::read(request).and_then(|given| {
        let name = request.mode.as_deref().ok_or_else(|| missing("mode"))?;
        let mode = Mode::from_name(name).ok_or_else(|| {
            let known: Vec<&str> = Mode::ALL.iter().map(|mode| mode.as_str()).collect();
            Problem::misuse("mode", "this mode is not known", known.join(", "))
        })?;
        let field = mode.field(&given.data, given.nonce(), provider)?;
        let verdict = given
            .report_data
            .as_ref()
            .map(|report_data| mode.verify(report_data, &given.data, given.nonce(), provider));
        Ok((field, verdict))
    });
    match computed {
        Err(problem) => BindingResult { error: Some(problem), ..Default::default() },
        Ok((field, verdict)) => BindingResult {
            bound: verdict.as_ref().is_some_and(Result::is_ok),
            report_data: Some(to_hex(&field)),
            error: verdict.and_then(Result::err).map(Into::into),
            ..Default::default()
        },
    }
}

/// [`binding_detect`], or [`binding_compute`] when the request names a mode: JSON in, JSON out.
#[must_use]
pub fn binding_json(provider: &dyn CryptoProvider, request: &str) -> String {
    let result = match read_request::<BindingRequest>(request) {
        Ok(request) if request.mode.is_some() => binding_compute(provider, &request),
        Ok(request) => binding_detect(provider, &request),
        Err(error) => BindingResult { error: Some(error), ..Default::default() },
    };
    serde_json::to_string(&result).unwrap_or_default()
}

struct Given {
    report_data: Option<Vec<u8>>,
    data: Vec<u8>,
    value: Option<Vec<u8>>,
    issued_at: Option<Vec<u8>>,
}

impl Given {
    fn read(request: &BindingRequest) -> Result<Self, Problem> {
        let given = Self {
            report_data: hex("report_data", request.report_data.as_deref())?,
            data: hex("data", Some(&request.data))?.unwrap_or_default(),
            value: hex("nonce_value", request.nonce_value.as_deref())?,
            issued_at: hex("nonce_issued_at", request.nonce_issued_at.as_deref())?,
        };
        if given.value.is_some() != given.issued_at.is_some() {
            return Err(Problem::misuse(
                "nonce_value",
                "a verifier's nonce has two parts",
                "pass `val` and `iat`, both decoded",
            ));
        }
        Ok(given)
    }

    fn nonce(&self) -> Option<Nonce<'_>> {
        Some(Nonce { value: self.value.as_deref()?, issued_at: self.issued_at.as_deref()? })
    }
}

fn hex(part: &str, text: Option<&str>) -> Result<Option<Vec<u8>>, Problem> {
    text.map(|text| {
        from_hex(text.as_bytes()).map_err(|at| {
            let error = veriquote::Error::new(veriquote::Code::InputEncoding, part.to_owned()).at(at);
            Problem::from(error)
        })
    })
    .transpose()
}

fn missing(part: &str) -> Problem {
    Problem::misuse(part, "it is needed here and was not given", "see docs/bindings.md")
}

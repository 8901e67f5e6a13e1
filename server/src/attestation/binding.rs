//! What a request says that its evidence binds.

use veriquote::binding::{FIELD, Mode, Nonce};
use veriquote::crypto::CryptoProvider;
use veriquote::json::Node;
use veriquote_facade::{CheckLine, Problem};

use super::evidence::Tee;
use crate::encoding::from_any_base64;
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::Fields;

/// Data, and how they are bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeData {
    /// The bytes: JSON text where they were given as JSON.
    pub data: Vec<u8>,
    /// They were given as JSON.
    pub structured: bool,
    /// The mode; `None`: those of the documented service are tried.
    pub mode: Option<Mode>,
    /// The nonce of Intel Trust Authority's modes: `val` and `iat`, decoded.
    pub nonce: Option<(Vec<u8>, Vec<u8>)>,
    field: String,
}

/// What is tried when a request of `/v1` names no mode, in this order. Each compares the whole field.
const TRIED_RAW: [Mode; 2] = [Mode::RawPad64, Mode::Sha384Pad64];

/// The same for a TPM, whose quote has the data as they are.
const TRIED_TPM: [Mode; 1] = [Mode::TpmExtraData];

/// The same for data that are JSON.
const TRIED_STRUCTURED: [Mode; 1] = [Mode::Sha384JcsPad64];

impl RuntimeData {
    /// Reads `runtime_data`; `Ok(None)` when its mode is `none`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(node: &Node<'_>, field: &str) -> Result<Option<Self>> {
        let fields = Fields::of(node, field, &["raw", "structured", "binding", "nonce"])?;
        let mode = fields.text("binding")?.map(|name| mode(&fields, name)).transpose()?;
        let (raw, structured) = (fields.text("raw")?, fields.get("structured"));
        let (data, structured) = match (raw, structured) {
            (Some(text), None) => {
                let data = from_any_base64(text)
                    .map_err(|_| fields.wrong("raw", "base64 or base64url is expected, and nothing else"))?;
                (data, false)
            }
            (None, Some(node)) => (node.raw.as_bytes().to_vec(), true),
            (None, None) if mode == Some(Mode::None) => return Ok(None),
            (Some(_), Some(_)) => return Err(fields.wrong("", "`raw` and `structured` exclude each other")),
            (None, None) => return Err(fields.wrong("", "`raw` or `structured` is expected")),
        };
        if mode == Some(Mode::None) {
            return Err(fields.wrong("binding", "`none` binds nothing, and data were given"));
        }
        if structured != (mode == Some(Mode::Sha384JcsPad64)) && mode.is_some() {
            return Err(
                fields.wrong("binding", "`structured` goes with `sha384-jcs-pad64`, `raw` with the others")
            );
        }
        let nonce = fields.get("nonce").map(|node| nonce(node, &fields.path("nonce"))).transpose()?;
        Ok(Some(Self {
            data,
            structured,
            mode,
            nonce,
            field: fields.path(if structured { "structured" } else { "raw" }),
        }))
    }

    /// How `report_data` bind the data, with the check that says so.
    ///
    /// # Errors
    /// `AS.EVIDENCE.BINDING_MISMATCH` when no mode binds them, to the last byte;
    /// `AS.REQUEST.INVALID_ARGUMENT` for data that the mode does not take.
    pub fn verify(
        &self,
        report_data: &[u8],
        tee: Tee,
        provider: &dyn CryptoProvider,
    ) -> Result<(Mode, CheckLine)> {
        let tried: &[Mode] = match &self.mode {
            Some(mode) => std::slice::from_ref(mode),
            None if self.structured => &TRIED_STRUCTURED,
            None if tee == Tee::Tpm => &TRIED_TPM,
            None => &TRIED_RAW,
        };
        let mut refusal = None;
        for mode in tried {
            match mode.verify(report_data, &self.data, self.nonce(), provider) {
                Ok(()) => return Ok((*mode, check(tried, Some(*mode)))),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        // Data that are too long for the field, and of which no hash is in it, were never bound by anything.
        let too_long = self.mode.is_none() && !self.structured && self.data.len() > FIELD;
        let names: Vec<&str> = tried.iter().map(|mode| mode.as_str()).collect();
        let detail = format!(
            "the report data are not those of {} over the {} bytes given",
            names.join(" nor "),
            self.data.len()
        );
        let Some(error) = refusal else { return Err(ApiError::internal("no mode was tried")) };
        let problem = Problem::from(&error).inside("runtime_data");
        let code = if too_long || error.code() != veriquote::Code::BindingReportData {
            ServiceCode::InvalidArgument
        } else {
            ServiceCode::BindingMismatch
        };
        let mut refused = ApiError::of(code, problem).field(self.field.clone()).failing(check(tried, None));
        refused.set_detail(detail);
        Err(refused)
    }

    /// The nonce as the core takes it.
    #[must_use]
    pub fn nonce(&self) -> Option<Nonce<'_>> {
        self.nonce.as_ref().map(|(value, issued_at)| Nonce { value, issued_at })
    }
}

fn mode(fields: &Fields<'_, '_>, name: &str) -> Result<Mode> {
    Mode::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Mode::ALL.iter().map(|mode| mode.as_str()).collect();
        fields.wrong("binding", &format!("this mode is not known; known: {}", known.join(", ")))
    })
}

fn nonce(node: &Node<'_>, field: &str) -> Result<(Vec<u8>, Vec<u8>)> {
    let fields = Fields::of(node, field, &["val", "iat"])?;
    let part = |name: &str| {
        from_any_base64(fields.required_text(name)?).map_err(|_| fields.wrong(name, "base64 is expected"))
    };
    Ok((part("val")?, part("iat")?))
}

/// The line of the ledger.
fn check(tried: &[Mode], matched: Option<Mode>) -> CheckLine {
    let mut facts = serde_json::Map::new();
    let names: Vec<serde_json::Value> = tried.iter().map(|mode| mode.as_str().into()).collect();
    facts.insert("tried".to_owned(), names.into());
    if let Some(mode) = matched {
        facts.insert("mode".to_owned(), mode.as_str().into());
    }
    CheckLine {
        id: "service.binding".to_owned(),
        title: "the report data bind the data of the request".to_owned(),
        outcome: if matched.is_some() { "passed" } else { "failed" }.to_owned(),
        reason: None,
        spec: "docs/api.md, Binding".to_owned(),
        facts,
    }
}

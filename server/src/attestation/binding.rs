//! What a request says that its evidence binds.

use veriquote::OutcomeKind;
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

/// The same for devices, which have signed the challenge as it is.
const TRIED_DEVICES: [Mode; 1] = [Mode::RawExact];

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
        let tried = self.tried(tee);
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

    /// The modes that are tried.
    fn tried(&self, tee: Tee) -> &[Mode] {
        match &self.mode {
            Some(mode) => std::slice::from_ref(mode),
            None if self.structured => &TRIED_STRUCTURED,
            None if tee == Tee::Tpm => &TRIED_TPM,
            None if tee == Tee::NvGpu => &TRIED_DEVICES,
            None => &TRIED_RAW,
        }
    }

    /// What the report data must be, whole: of several modes those of the first that makes what is `stated`,
    /// or else of the first.
    ///
    /// # Errors
    /// `AS.REQUEST.INVALID_ARGUMENT` for data that no mode takes.
    pub fn field(
        &self,
        stated: Option<&[u8; 64]>,
        tee: Tee,
        provider: &dyn CryptoProvider,
    ) -> Result<Vec<u8>> {
        let mut first = None;
        let mut refusal = None;
        for mode in self.tried(tee) {
            match mode.field(&self.data, self.nonce(), provider) {
                Ok(field) if stated.is_some_and(|stated| field == *stated) => return Ok(field),
                Ok(field) => first = first.or(Some(field)),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        let refused = |error: Option<veriquote::Error>| match error {
            Some(error) => {
                let problem = Problem::from(&error).inside("runtime_data");
                ApiError::of(ServiceCode::InvalidArgument, problem).field(self.field.clone())
            }
            None => ApiError::internal("no mode was tried"),
        };
        // Data that are too long for the field, and of which no hash is in it, were never bound by anything.
        if self.mode.is_none() && !self.structured && self.data.len() > FIELD {
            return Err(refused(refusal));
        }
        // Whole: a challenge is never cut out of something longer, nor out of something shorter.
        let is_whole = |field: &Vec<u8>| field.len() == FIELD;
        first.filter(is_whole).ok_or_else(|| {
            if refusal.is_some() {
                return refused(refusal);
            }
            ApiError::argument(
                self.field.clone(),
                "this mode fills another field than the 64 bytes of a report",
            )
        })
    }

    /// The challenge of devices: 32 bytes, to the last one.
    ///
    /// # Errors
    /// `AS.REQUEST.INVALID_ARGUMENT` for other data and for modes that hash them.
    pub fn device_nonce(&self) -> Result<[u8; 32]> {
        if self.structured || !matches!(self.mode, None | Some(Mode::RawExact)) {
            return Err(ApiError::argument(
                self.field.clone(),
                "devices sign their challenge as it is: `raw` with the binding `raw-exact`",
            ));
        }
        self.data.as_slice().try_into().map_err(|_| {
            let detail = format!("a challenge of devices has 32 bytes, and not {}", self.data.len());
            ApiError::argument(self.field.clone(), detail)
        })
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
        id: "service.binding".into(),
        title: "the report data bind the data of the request".into(),
        outcome: if matched.is_some() { OutcomeKind::Passed } else { OutcomeKind::Failed }.into(),
        reason: None,
        spec: "docs/api.md, Binding".into(),
        facts,
    }
}

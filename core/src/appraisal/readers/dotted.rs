//! Parsed evidence under dotted names: `tdx.quote.body.mr_td`, `sgx.body.mr_enclave`.
//!
//! The documented service and Trustee's simple token write one flat object; EARs of Trustee nest the same
//! words. All hex is in the order of the evidence, which is little-endian for Intel's integers.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::device;
use crate::appraisal::members::{contradiction, unexpected};
use crate::appraisal::names::{self, Field, Form, SGX, TD_FLAGS, TD_FLAGS_DOTTED, TDX, TpmForm};
use crate::appraisal::{DebugStatus, Environment, RawClaim, Tee, Value as Measured};
use crate::bytes::{constant_time_eq, from_hex};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Node, Value};
use crate::limits;

/// The leaves of an object by dotted path, until a reader takes them.
pub(super) struct Flat<'n, 'a> {
    leaves: BTreeMap<String, &'n Node<'a>>,
    path: String,
}

impl<'n, 'a> Flat<'n, 'a> {
    /// Of an object, nested or flat.
    pub fn of(node: &'n Node<'a>, path: impl Into<String>) -> Result<Self, Error> {
        let mut flat = Self { leaves: BTreeMap::new(), path: path.into() };
        if node.members().is_none() {
            return Err(unexpected(&flat.path, node, "an object"));
        }
        flat.add("", node)?;
        Ok(flat)
    }

    fn add(&mut self, path: &str, node: &'n Node<'a>) -> Result<(), Error> {
        match node.members() {
            // The depth is the JSON reader's, which is bounded.
            Some(members) if path.is_empty() || !members.is_empty() => {
                for member in members {
                    // Paths are written once for each leaf: a long one must not be multiplied by many.
                    if path.len().saturating_add(member.name.len()) > limits::TOKEN_PATH_BYTES {
                        return Err(Error::new(Code::LimitSize, self.path.clone())
                            .at(member.node.offset)
                            .with(Fact::count("maximum", limits::TOKEN_PATH_BYTES)));
                    }
                    let path = if path.is_empty() {
                        member.name.to_string()
                    } else {
                        alloc::format!("{path}.{}", member.name)
                    };
                    self.add(&path, &member.node)?;
                }
                Ok(())
            }
            _ => match self.leaves.insert(path.into(), node) {
                Some(other) => Err(contradiction(self.full(path), other.raw, node.raw)),
                None => Ok(()),
            },
        }
    }

    /// The path from the root of the payload.
    pub fn full(&self, path: &str) -> String {
        alloc::format!("{}.{path}", self.path)
    }

    /// Whether a path of this beginning is there.
    pub fn has_below(&self, start: &str) -> bool {
        self.leaves.range(start.to_string()..).next().is_some_and(|(path, _)| path.starts_with(start))
    }

    /// Forgets a leaf and everything below it: it is kept elsewhere.
    pub fn drop_below(&mut self, path: &str) {
        let below = alloc::format!("{path}.");
        self.leaves.retain(|name, _| name != path && !name.starts_with(&below));
    }

    /// The paths of all leaves.
    pub fn paths(&self) -> Vec<String> {
        self.leaves.keys().cloned().collect()
    }

    /// Looks at a leaf without taking it.
    pub fn peek(&self, path: &str) -> Option<&'n Node<'a>> {
        self.leaves.get(path).copied()
    }

    /// Takes a leaf, whatever it is.
    pub fn take(&mut self, path: &str) -> Option<&'n Node<'a>> {
        self.leaves.remove(path)
    }

    /// Takes hex of `len` bytes, or of any number.
    pub fn hex(&mut self, path: &str, len: Option<usize>) -> Result<Option<Vec<u8>>, Error> {
        let Some(node) = self.take(path) else { return Ok(None) };
        let bytes = node.text().and_then(|text| from_hex(text.as_bytes()).ok());
        let bytes = bytes.filter(|bytes| len.is_none_or(|len| bytes.len() == len));
        bytes.map(Some).ok_or_else(|| match len {
            Some(len) => unexpected(&self.full(path), node, "hex of the field's length")
                .with(Fact::count("bytes", len)),
            None => unexpected(&self.full(path), node, "hex"),
        })
    }

    pub fn text(&mut self, path: &str) -> Result<Option<String>, Error> {
        let Some(node) = self.take(path) else { return Ok(None) };
        let text = node.text().map(|text| Some(text.into()));
        text.ok_or_else(|| unexpected(&self.full(path), node, "a string"))
    }

    pub fn flag(&mut self, path: &str) -> Result<Option<bool>, Error> {
        let Some(node) = self.take(path) else { return Ok(None) };
        node.flag().map(Some).ok_or_else(|| unexpected(&self.full(path), node, "true or false"))
    }

    /// Keeps what was not taken, in the order of the text.
    pub fn keep_rest(self, kept: &mut Vec<RawClaim>) {
        let mut rest: Vec<_> = self.leaves.iter().collect();
        rest.sort_by_key(|(_, node)| node.offset);
        kept.extend(
            rest.into_iter().map(|(path, node)| RawClaim { path: self.full(path), json: node.raw.into() }),
        );
    }
}

/// Takes everything that is known of Intel's reports.
pub(super) fn take(flat: &mut Flat<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    let tdx = flat.has_below("tdx.");
    let sgx = flat.has_below("sgx.");
    // An empty object says what it is about as well.
    let sample = ["sample", "sampledevice"]
        .into_iter()
        .any(|name| flat.leaves.contains_key(name) || flat.has_below(&alloc::format!("{name}.")));
    let seen = match (tdx, sgx) {
        (true, true) => return Err(contradiction(flat.full("tdx"), "tdx", "sgx")),
        (true, false) | (false, true) if sample => {
            return Err(contradiction(flat.full("sample"), "sample", if tdx { "tdx" } else { "sgx" }));
        }
        (true, false) => Some(Tee::Tdx),
        (false, true) => Some(Tee::Sgx),
        (false, false) if sample => Some(Tee::Sample),
        // What the token says already is not held against which devices there are.
        (false, false) if environment.tee.is_none() => device(flat),
        (false, false) => None,
    };
    if let (Some(stated), Some(seen)) = (&environment.tee, &seen)
        && stated != seen
        && !has_within(stated, seen)
    {
        return Err(contradiction(flat.full(seen.as_str()), stated.as_str(), seen.as_str()));
    }
    environment.tee = environment.tee.take().or(seen);
    if tdx {
        fields(flat, environment, TDX)?;
        td_flags(flat, environment)?;
    }
    if sgx {
        fields(flat, environment, SGX)?;
        sgx_debug(flat, environment)?;
    }
    if environment.tee == Some(Tee::Tpm) {
        tpm_values(flat, environment)?;
    }
    device::take_flat(flat, environment);
    environment.init_data_digest = flat.hex("init_data", None)?;
    report_data(flat, environment)
}

/// The kind of device that alone is spoken of. A machine of GPUs and switches is called after its GPUs.
fn device(flat: &Flat<'_, '_>) -> Option<Tee> {
    let is_of = |tee: &Tee| {
        flat.leaves.keys().any(|path| device::of_path(path).is_some_and(|(found, _)| found == *tee))
    };
    [Tee::NvidiaGpu, Tee::NvidiaSwitch].into_iter().find(is_of)
}

/// What the services call a trust domain with something beside it: a GPU (the documented service), Azure's
/// vTPM (Trustee). It is not "a trust domain", and its report is one. The same for our own name of an enclave
/// with devices.
fn has_within(stated: &Tee, seen: &Tee) -> bool {
    match seen {
        Tee::Tdx => matches!(stated.as_str(), "acstdxnvgpu" | "aztdxvtpm" | "az-tdx-vtpm"),
        Tee::Sgx => stated.as_str() == "sgx-nvgpu",
        _ => false,
    }
}

fn fields(flat: &mut Flat<'_, '_>, environment: &mut Environment, fields: &[Field]) -> Result<(), Error> {
    for field in fields {
        let len = match field.form {
            Form::Bytes(len) => len,
            Form::U16 => 2,
        };
        let Some(bytes) = flat.hex(field.dotted, Some(len))? else { continue };
        let value = match (field.form, bytes.first_chunk()) {
            (Form::U16, Some(number)) => Measured::Number(u16::from_le_bytes(*number).into()),
            _ => Measured::Bytes(bytes),
        };
        environment.measure(field.name, value);
    }
    Ok(())
}

/// Takes what our own profiles write of a TPM; other words stay as they are.
fn tpm_values(flat: &mut Flat<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    for (name, form) in names::tpm() {
        let path = names::tpm_dotted(&name);
        let value = match form {
            TpmForm::Bytes => flat.hex(&path, None)?.map(Measured::Bytes),
            TpmForm::Flag => flat.flag(&path)?.map(Measured::Flag),
            TpmForm::Text => flat.text(&path)?.map(Measured::Text),
            TpmForm::Number => {
                let Some(node) = flat.take(&path) else { continue };
                let number = node.unsigned().filter(|number| u32::try_from(*number).is_ok());
                let number =
                    number.ok_or_else(|| unexpected(&flat.full(&path), node, "a number of 32 bits"))?;
                Some(Measured::Number(number))
            }
        };
        if let Some(value) = value {
            environment.measure(name, value);
        }
    }
    Ok(())
}

/// Takes the flags beside the attributes and holds them against the attributes' bits.
fn td_flags(flat: &mut Flat<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    for (bit, name) in TD_FLAGS {
        let path = alloc::format!("{TD_FLAGS_DOTTED}{name}");
        let flag = flat.flag(&path)?;
        td_flag(environment, *bit, name, flag, &flat.full(&path))?;
    }
    Ok(())
}

/// One flag of a TD: what the claim says must be what the attributes' bit says.
pub(super) fn td_flag(
    environment: &mut Environment,
    bit: u32,
    name: &str,
    flag: Option<bool>,
    path: &str,
) -> Result<(), Error> {
    let attributes = match environment.measurement("td_attributes") {
        Some(Measured::Bytes(bytes)) => bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)),
        _ => None,
    };
    let of_bit = attributes.map(|bits| bits.checked_shr(bit).is_some_and(|bits| bits & 1 == 1));
    if let (Some(flag), Some(of_bit)) = (flag, of_bit)
        && flag != of_bit
    {
        let say = |on| if on { "true" } else { "false" };
        return Err(contradiction(
            path,
            say(flag),
            alloc::format!("td_attributes bit {bit} is {}", say(of_bit)),
        ));
    }
    let Some(value) = flag.or(of_bit) else { return Ok(()) };
    if bit == 0 {
        environment.debug = Some(DebugStatus::of_flag(value));
    }
    if flag.is_some() {
        environment.measure(alloc::format!("td_attributes.{name}"), Measured::Flag(value));
    }
    Ok(())
}

fn sgx_debug(flat: &mut Flat<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    const DEBUG: u8 = 1 << 1;
    let of_bit = match environment.measurement("attributes.flags") {
        Some(Measured::Bytes(bytes)) => bytes.first().map(|flags| flags & DEBUG != 0),
        _ => None,
    };
    let flag = flat.flag("sgx.body.attributes.debug")?;
    if flag.is_some() && of_bit.is_some() && flag != of_bit {
        return Err(contradiction(flat.full("sgx.body.attributes.debug"), "the flag", "the attributes' bit"));
    }
    environment.debug = flag.or(of_bit).map(DebugStatus::of_flag);
    Ok(())
}

/// All copies of the report data are one, and of one length.
fn report_data(flat: &mut Flat<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    const COPIES: [&str; 3] = ["tdx.quote.body.report_data", "sgx.body.report_data", "report_data"];
    for path in COPIES {
        let len = (path != "report_data").then_some(64);
        let Some(bytes) = flat.hex(path, len)? else { continue };
        match &environment.report_data {
            None if bytes.len() > 64 => {
                return Err(Error::new(Code::TokenClaim, flat.full(path))
                    .with(Fact::count("maximum", 64))
                    .with(Fact::count("actual", bytes.len())));
            }
            None => environment.report_data = Some(bytes),
            Some(other) if constant_time_eq(other, &bytes) => {}
            Some(other) => {
                let hex = crate::bytes::to_hex;
                return Err(contradiction(flat.full(path), hex(other), hex(&bytes)));
            }
        }
    }
    Ok(())
}

/// Whether every member is a string, a flag or a number: no structure that a flat reader would miss.
pub(super) fn is_flat(node: &Node<'_>) -> Result<(), (String, usize)> {
    for member in node.members().unwrap_or_default() {
        if matches!(member.node.value, Value::Object(_) | Value::Array(_) | Value::Null) {
            return Err((member.name.to_string(), member.node.offset));
        }
    }
    Ok(())
}

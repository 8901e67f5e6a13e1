//! A machine and its GPUs: several pieces of evidence in answer to one challenge.
//!
//! ```text
//! AuthenticQuote ──Binding::nonces──▶ challenges of the devices ──▶ DeviceSet
//!        └──────────────────────Binding::bind──────────────────────────┴──▶ Composite ──Policy──▶ Accepted
//! ```
//!
//! Nothing in a device's evidence names the machine, and nothing in a quote names the devices, unless the
//! software of the machine puts one into the other. How it does is a [`BindingMode`], which the caller names:
//! none is tried after another. Whatever the mode, a machine can relay a challenge to a device that is plugged
//! in elsewhere. What speaks against that is only which software the machine runs: so a policy has to say which
//! measurements it accepts, and where it does not, the result is called nonce-only.

use alloc::vec::Vec;

use crate::bytes::{Bytes, constant_time_eq};
use crate::check::{Check, Failure, Trace, rules};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::dcap::AuthenticQuote;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::named::named;
use crate::nvidia::{DeviceClass, DeviceSet, Envelope, MACHINES};
use crate::time::Window;

named! {
    /// How machine and devices are bound to one challenge and to each other.
    ///
    /// `report_data` are the machine's 64 bytes, `challenge` the caller's, `data` what the machine binds beside it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum BindingMode {
        /// Devices first: `SHA-256("veriquote/gpu/v1" ‖ challenge ‖ SHA-256(data))`; then `report_data =
        /// SHA-512("veriquote/cpu/v1" ‖ challenge ‖ SHA-256(data) ‖ SHA-256(evidence of the devices))`. The machine
        /// signs the very reports.
        Veriquote = "veriquote",
        /// Confidential Containers, Alibaba Cloud's open tools: the devices answer the first 32 bytes of
        /// `report_data`, which the caller knows whole. Who does not is told what machine and devices agree on, and that
        /// nothing in it answers a challenge.
        TrusteeFirst32 = "trustee-first32",
        /// Phala Network, NEAR AI: `report_data = identity ‖ challenge`, both of 32 bytes; the devices answer the
        /// challenge.
        IdentityNonce = "identity-nonce",
        /// SecretVM: `report_data = identity ‖ nonce` with a nonce that the machine has chosen; the devices answer
        /// it. Fresh is what the identity was met over, and nothing in the evidence.
        SecretVm = "secretvm",
        /// Intel Trust Authority: `report_data = SHA-512(nonce.val ‖ nonce.iat ‖ data)`; the devices answer
        /// `SHA-256(nonce.val ‖ nonce.iat)`.
        ItaNonce = "ita-nonce",
        /// The same, and the devices answer `SHA-256(nonce.val ‖ nonce.iat ‖ data)`.
        ItaNonceData = "ita-nonce-data",
        /// `attestation-rs`: the GPUs answer `SHA-256(challenge ‖ "NVIDIA-GPU-EAT-v1")`, the switches
        /// `SHA-256(challenge ‖ "NVIDIA-SWITCH-EAT-v1")`; the caller knows `report_data` whole.
        AttestationRs = "attestation-rs",
        /// Cocos: the devices answer `SHA-256(challenge ‖ ":gpu")`; the caller knows `report_data` whole.
        Cocos = "cocos",
        /// Voltage Park: `report_data = SHA-512(data)`, and the devices answer `SHA-256(data)`, where the data are
        /// a manifest of the machine's own. Look in it for your challenge.
        Manifest = "manifest",
    }
}

impl BindingMode {
    /// Whether the evidence itself answers a challenge of the caller's.
    #[must_use]
    pub const fn is_fresh(self) -> bool {
        !matches!(self, Self::SecretVm | Self::Manifest)
    }

    /// Whether the machine's quote is over the devices' evidence itself, and not over a challenge alone.
    #[must_use]
    pub const fn covers_evidence(self) -> bool {
        matches!(self, Self::Veriquote)
    }

    /// Whether the mode says what a TPM of the machine answers.
    #[must_use]
    pub const fn knows_tpm(self) -> bool {
        matches!(self, Self::Veriquote)
    }

    /// Which inputs the mode takes, in the order of [`Binding`]'s members.
    const fn takes(self) -> [Takes; 5] {
        use Takes::{May, Must, No};
        // challenge, data, identity, nonce, report data
        match self {
            Self::Veriquote => [Must, May, No, No, No],
            Self::TrusteeFirst32 => [No, No, No, No, May],
            Self::IdentityNonce => [Must, No, May, No, No],
            Self::SecretVm => [No, No, May, No, No],
            Self::ItaNonce | Self::ItaNonceData => [No, May, No, Must, No],
            Self::AttestationRs | Self::Cocos => [Must, No, No, No, Must],
            Self::Manifest => [No, Must, No, No, No],
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Must,
    May,
    No,
}

/// A mode with what the caller knows.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'b> {
    mode: BindingMode,
    challenge: Option<&'b [u8]>,
    data: Option<&'b [u8]>,
    identity: Option<[u8; 32]>,
    nonce: Option<(&'b [u8], &'b [u8])>,
    report_data: Option<[u8; 64]>,
}

/// What the caller knows; which of it a mode takes, its documentation says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'b> {
    /// The challenge that was given out.
    pub challenge: Option<&'b [u8]>,
    /// What the machine binds beside the challenge, such as a key.
    pub data: Option<&'b [u8]>,
    /// 32 bytes that name the machine, such as the digest of the key that it was met with.
    pub identity: Option<[u8; 32]>,
    /// `val` and `iat` of a verifier's nonce.
    pub nonce: Option<(&'b [u8], &'b [u8])>,
    /// The machine's report data, whole.
    pub report_data: Option<[u8; 64]>,
}

/// The challenges that devices and TPM must have answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonces {
    /// The GPUs' challenge, and the switches' unless they have their own.
    pub device: [u8; 32],
    /// The switches' challenge.
    pub switch: Option<[u8; 32]>,
    /// The challenge of a TPM of the machine; the modes of others know none.
    pub tpm: Option<[u8; 32]>,
}

impl<'b> Binding<'b> {
    /// A mode with what the caller knows.
    ///
    /// # Errors
    /// `misuse.options` for what the mode needs and is missing, and for what it does not look at;
    /// `binding.length` for a challenge of another length than the mode's, an empty one, and data that are too
    /// large.
    pub fn new(mode: BindingMode, known: &Known<'b>) -> Result<Self, Error> {
        let given = [
            ("challenge", known.challenge.is_some()),
            ("runtime_data", known.data.is_some()),
            ("identity", known.identity.is_some()),
            ("nonce", known.nonce.is_some()),
            ("report_data", known.report_data.is_some()),
        ];
        for ((name, given), takes) in given.into_iter().zip(mode.takes()) {
            let problem = match (takes, given) {
                (Takes::Must, false) => "this mode needs it",
                (Takes::No, true) => "this mode does not look at it",
                _ => continue,
            };
            return Err(Error::new(Code::MisuseOptions, name)
                .with(Fact::text("mode", mode.as_str()))
                .with(Fact::text("problem", problem)));
        }
        let length = |part: &'static str, actual: usize| {
            Error::new(Code::BindingLength, part).with(Fact::count("actual", actual))
        };
        if let Some(challenge) = known.challenge {
            let is_fixed = matches!(mode, BindingMode::Veriquote | BindingMode::IdentityNonce);
            if challenge.is_empty() || challenge.len() > 64 || (is_fixed && challenge.len() != 32) {
                return Err(length("challenge", challenge.len()));
            }
        }
        if let Some((value, issued_at)) = known.nonce
            && (value.is_empty() || issued_at.is_empty())
        {
            return Err(length("nonce", 0));
        }
        match known.data {
            Some(data) if data.len() > limits::BOUND_DATA_BYTES => {
                return Err(length("runtime_data", data.len()));
            }
            _ => {}
        }
        Ok(Self {
            mode,
            challenge: known.challenge,
            data: known.data,
            identity: known.identity,
            nonce: known.nonce,
            report_data: known.report_data,
        })
    }

    /// The mode.
    #[must_use]
    pub const fn mode(&self) -> BindingMode {
        self.mode
    }

    /// The challenges that devices and TPM must have answered. Of `machine`, only a mode whose nonce the
    /// machine chooses is told anything.
    #[must_use]
    pub fn nonces(&self, machine: &AuthenticQuote) -> Nonces {
        let which = usize::from(self.mode == BindingMode::SecretVm);
        let chosen = half(&machine.report().report_data().0, which);
        let chosen = || Nonces { device: chosen, switch: None, tpm: None };
        self.known_nonces(machine.provider()).unwrap_or_else(chosen)
    }

    /// Whether the evidence answers a challenge of the caller's: the mode's does, and the caller knows it.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        let is_unknown = self.mode == BindingMode::TrusteeFirst32 && self.report_data.is_none();
        self.mode.is_fresh() && !is_unknown
    }

    /// The same as far as the machine has no part in them: `None` where the machine chooses the nonce.
    #[must_use]
    pub fn known_nonces(&self, provider: &dyn CryptoProvider) -> Option<Nonces> {
        let challenge = self.challenge.unwrap_or_default();
        let data = self.data.unwrap_or_default();
        let (value, issued_at) = self.nonce.unwrap_or_default();
        let same = |device: [u8; 32]| Nonces { device, switch: None, tpm: None };
        Some(match self.mode {
            BindingMode::Veriquote => {
                let data = sha256(provider, &[data]);
                Nonces {
                    device: sha256(provider, &[GPU_LABEL, challenge, &data]),
                    switch: None,
                    tpm: Some(sha256(provider, &[TPM_LABEL, challenge, &data])),
                }
            }
            BindingMode::TrusteeFirst32 => same(half(self.report_data.as_ref()?, 0)),
            BindingMode::IdentityNonce => same(fixed(challenge)),
            BindingMode::SecretVm => return None,
            BindingMode::ItaNonce => same(sha256(provider, &[value, issued_at])),
            BindingMode::ItaNonceData => same(sha256(provider, &[value, issued_at, data])),
            BindingMode::AttestationRs => Nonces {
                switch: Some(sha256(provider, &[challenge, b"NVIDIA-SWITCH-EAT-v1"])),
                ..same(sha256(provider, &[challenge, b"NVIDIA-GPU-EAT-v1"]))
            },
            BindingMode::Cocos => same(sha256(provider, &[challenge, b":gpu"])),
            BindingMode::Manifest => same(sha256(provider, &[data])),
        })
    }

    /// Proves that machine and devices answer one challenge, in this mode.
    ///
    /// # Errors
    /// `binding.report_data`, `nvidia.nonce`, `composite.member`, with the checks up to it.
    pub fn bind(self, machine: AuthenticQuote, devices: DeviceSet) -> Result<Composite, Failure> {
        let mut trace = Trace::new();
        trace.extend(&machine.checks().cloned().collect::<Vec<_>>());
        trace.extend(devices.checks());
        let mut check = |rule, result: Result<(), Error>, facts: Vec<Fact>| match result {
            Ok(()) => {
                trace.passed(rule, facts);
                Ok(())
            }
            Err(error) => {
                trace.failed(rule, &error);
                Err(error)
            }
        };
        let nonces = self.nonces(&machine);
        let result = check(DEVICES, check_devices(&devices, &nonces), Vec::new())
            .and_then(|()| check(MACHINE, self.check_machine(&machine, &devices), Vec::new()));
        if let Err(error) = result {
            return Err(trace.fail(error));
        }
        trace.passed(
            MODE,
            [
                Fact::text("mode", self.mode.as_str()),
                Fact::flag("answers_a_challenge", self.is_fresh()),
                Fact::flag("covers_evidence", self.mode.covers_evidence()),
            ],
        );
        let expiries = machine.expiries().map(|expiry| expiry.window);
        let window = expiries.fold(devices.window(), Window::intersect);
        Ok(Composite {
            mode: self.mode,
            fresh: self.is_fresh(),
            identity_checked: self.identity.is_some(),
            data: self.data.map(<[u8]>::to_vec),
            nonces,
            window,
            machine,
            devices,
            checks: trace.into_checks(),
        })
    }

    /// The machine's report data are what the mode makes of what is known.
    fn check_machine(&self, machine: &AuthenticQuote, devices: &DeviceSet) -> Result<(), Error> {
        let provider = machine.provider();
        let challenge = self.challenge.unwrap_or_default();
        let data = self.data.unwrap_or_default();
        let actual = &machine.report().report_data().0;
        let whole = |expected: &[u8]| compared(expected, actual);
        match self.mode {
            BindingMode::Veriquote => {
                let data = sha256(provider, &[data]);
                let evidence = devices.transcript(provider);
                whole(sha512(provider, &[CPU_LABEL, challenge, &data, &evidence]).as_slice())
            }
            // Nobody knows what they should be; that the devices answer them was checked with the devices.
            BindingMode::TrusteeFirst32 if self.report_data.is_none() => Ok(()),
            BindingMode::TrusteeFirst32 | BindingMode::AttestationRs | BindingMode::Cocos => {
                whole(&self.report_data.unwrap_or([0; 64]))
            }
            BindingMode::IdentityNonce => {
                compared(challenge, &half(actual, 1)).and_then(|()| self.check_identity(actual))
            }
            // The second half is what the devices answer; that was checked with them.
            BindingMode::SecretVm => self.check_identity(actual),
            BindingMode::ItaNonce | BindingMode::ItaNonceData => {
                let (value, issued_at) = self.nonce.unwrap_or_default();
                whole(sha512(provider, &[value, issued_at, data]).as_slice())
            }
            BindingMode::Manifest => whole(sha512(provider, &[data]).as_slice()),
        }
    }

    fn check_identity(&self, report_data: &[u8; 64]) -> Result<(), Error> {
        match &self.identity {
            None => Ok(()),
            Some(identity) => compared(identity, &half(report_data, 0)),
        }
    }
}

fn compared(expected: &[u8], actual: &[u8]) -> Result<(), Error> {
    if constant_time_eq(expected, actual) {
        return Ok(());
    }
    Err(Error::new(Code::BindingReportData, "machine.report_data")
        .with(Fact::bytes("expected", expected))
        .with(Fact::bytes("actual", actual)))
}

/// There is a GPU, and each device answers its challenge. Switches alone compute nothing.
fn check_devices(devices: &DeviceSet, nonces: &Nonces) -> Result<(), Error> {
    if devices.count(DeviceClass::Gpu) == 0 {
        return Err(Error::new(Code::CompositeMember, "devices").with(Fact::text("missing", "a GPU")));
    }
    for (index, device) in devices.devices().iter().enumerate() {
        let expected = match (device.class(), nonces.switch) {
            (DeviceClass::Switch, Some(nonce)) => nonce,
            _ => nonces.device,
        };
        let actual = device.device().nonce();
        if !constant_time_eq(&expected, actual) {
            return Err(Error::new(
                Code::NvidiaNonce,
                alloc::format!("device[{index}].report.request.nonce"),
            )
            .with(Fact::bytes("expected", expected))
            .with(Fact::bytes("actual", *actual)));
        }
    }
    Ok(())
}

/// Reads evidence that holds devices and perhaps a machine.
///
/// # Errors
/// `composite.member` when the text holds evidence of a machine and none of devices; those of
/// [`Envelope::from_json`].
pub fn envelope(text: &[u8]) -> Result<Envelope, Error> {
    Envelope::from_json(text).map_err(|error| {
        let is_shapeless = matches!(error.code(), Code::NvidiaEvidenceForm | Code::NvidiaEvidenceEmpty);
        let node = crate::json::parse(text, crate::json::Strictness::DOCUMENT);
        let has_machine = node.is_ok_and(|node| MACHINES.iter().any(|name| node.get(name).is_some()));
        if is_shapeless && has_machine {
            Error::new(Code::CompositeMember, "evidence").with(Fact::text("missing", "devices"))
        } else {
            error
        }
    })
}

/// A machine and its devices, all authentic and bound to one challenge. Only [`Binding::bind`] makes one.
#[derive(Clone, Debug)]
pub struct Composite {
    mode: BindingMode,
    fresh: bool,
    identity_checked: bool,
    data: Option<Vec<u8>>,
    nonces: Nonces,
    window: Window,
    machine: AuthenticQuote,
    devices: DeviceSet,
    checks: Vec<Check>,
}

impl Composite {
    /// How they are bound.
    #[must_use]
    pub const fn mode(&self) -> BindingMode {
        self.mode
    }

    /// Whether the evidence answers a challenge of the caller's.
    #[must_use]
    pub const fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Whether the caller said which machine it met, where the mode has a place for that.
    #[must_use]
    pub const fn is_identity_checked(&self) -> bool {
        self.identity_checked
    }

    /// The data that the mode itself binds, where it takes any and they were given.
    #[must_use]
    pub fn runtime_data(&self) -> Option<&[u8]> {
        self.data.as_deref()
    }

    /// The machine.
    #[must_use]
    pub const fn machine(&self) -> &AuthenticQuote {
        &self.machine
    }

    /// The devices.
    #[must_use]
    pub const fn devices(&self) -> &DeviceSet {
        &self.devices
    }

    /// The challenges that its members answered, and that a TPM of the machine has to answer.
    #[must_use]
    pub const fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    /// Between which times all of it holds.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// What was checked: machine, devices, and that they belong together.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}

/// A composite seen from its machine: what the machine's own policies judge, where each member has policies of
/// its own.
#[derive(Clone, Debug)]
pub struct Bond(pub(crate) Composite);

impl Bond {
    /// The machine with its devices.
    #[must_use]
    pub const fn composite(&self) -> &Composite {
        &self.0
    }
}

impl From<Composite> for Bond {
    fn from(composite: Composite) -> Self {
        Self(composite)
    }
}

named! {
    /// What a composite proves of devices being the machine's.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Strength {
        /// They answer one challenge. Any machine can relay one.
        NonceOnly = "nonce-only",
        /// They answer one challenge, and the policy accepts only certain software of the machine, which is trusted
        /// to ask its own devices.
        Measured = "measured",
    }
}

fn sha256(provider: &dyn CryptoProvider, parts: &[&[u8]]) -> [u8; 32] {
    fixed(provider.hash(HashAlgorithm::Sha256, parts).as_slice())
}

fn sha512(provider: &dyn CryptoProvider, parts: &[&[u8]]) -> Bytes<64> {
    let digest = provider.hash(HashAlgorithm::Sha512, parts);
    Bytes(<[u8; 64]>::try_from(digest.as_slice()).unwrap_or([0; 64]))
}

/// Exactly 32 bytes; zeros, which nothing answers to, for any other number.
fn fixed(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().unwrap_or([0; 32])
}

/// One half of report data.
fn half(report_data: &[u8; 64], which: usize) -> [u8; 32] {
    let (halves, _) = report_data.as_chunks::<32>();
    halves.get(which).copied().unwrap_or([0; 32])
}

const GPU_LABEL: &[u8] = b"veriquote/gpu/v1";
const CPU_LABEL: &[u8] = b"veriquote/cpu/v1";
const TPM_LABEL: &[u8] = b"veriquote/tpm/v1";

rules! {
    /// Every rule of this module, for documentation.
    pub RULES of rules;

    DEVICES = "composite.devices", "there is a GPU, and each device answers the challenge of the mode",
        "docs/composite.md";
    MACHINE = "composite.report_data", "the machine's report data are what the mode makes of challenge and data",
        "docs/composite.md";
    MODE = "composite.mode", "machine and devices are bound in the named mode", "docs/composite.md";
}

//! The closed sets of results: each member by its stable name, which the core declares once.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use veriquote::named::Named;

/// A member of a closed set: its name in JSON, itself in Rust.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OneOf<T>(pub T);

impl<T> Deref for OneOf<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for OneOf<T> {
    fn from(member: T) -> Self {
        Self(member)
    }
}

impl<T: PartialEq> PartialEq<T> for OneOf<T> {
    fn eq(&self, other: &T) -> bool {
        self.0 == *other
    }
}

impl<T: Named> fmt::Display for OneOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_str())
    }
}

impl<T: Named> Serialize for OneOf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de, T: Named> Deserialize<'de> for OneOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        T::named(&name).map(Self).ok_or_else(|| {
            let names: Vec<String> = T::ALL.iter().map(|it| format!("`{}`", it.as_str())).collect();
            de::Error::custom(format!("unknown variant `{name}`, expected one of {}", names.join(", ")))
        })
    }
}

veriquote::named! {
    /// The kinds of evidence.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum EvidenceKind {
        /// A quote of an enclave or trust domain.
        Dcap = "dcap",
        /// A quote of a TPM.
        Tpm = "tpm",
        /// An attestation token.
        Token = "token",
        /// A machine together with its devices.
        Composite = "composite",
        /// GPUs and switches.
        Nvgpu = "nvgpu",
    }
}

#[cfg(feature = "dcap")]
veriquote::named! {
    /// The parts of a trusted computing base that have a status of their own.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum TcbPartKind {
        /// The platform.
        Platform = "platform",
        /// The quoting enclave.
        QuotingEnclave = "quoting_enclave",
        /// The TDX module.
        TdxModule = "tdx_module",
        /// All of them at their present versions (TDX 1.5).
        RunningNow = "running_now",
    }
}

#[cfg(feature = "dcap")]
veriquote::named! {
    /// What changes a verdict.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ForecastCause {
        /// Parts of the collateral go stale.
        Expiry = "expiry",
        /// The policy's grace for an out-of-date TCB ends.
        GraceEnds = "grace_ends",
        /// A later TCB evaluation becomes the standard one.
        Recovery = "recovery",
    }
}

#[cfg(feature = "dcap")]
veriquote::named! {
    /// What is known of the data of an event.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum EventProof {
        /// What they say is what was measured.
        Data = "data",
        /// What was measured is not in the log.
        Opaque = "opaque",
        /// They are not what was measured.
        Contradicted = "contradicted",
        /// No register that was compared holds the event.
        Unmeasured = "unmeasured",
        /// Nothing was replayed.
        Unauthenticated = "unauthenticated",
    }
}

#[cfg(feature = "tpm")]
veriquote::named! {
    /// What is known of an attestation key.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum KeyAssurance {
        /// It signs only what its TPM made.
        AttributesChecked = "attributes_checked",
        /// That is not known.
        KeyOnly = "key_only",
    }
}

/// The sets that cross the border, each with its name in the schemas.
#[cfg(feature = "schema")]
mod published {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use veriquote::named::Named;
    use veriquote::{composite, dcap, jwt, measured_boot, nvidia, policy, tpm};

    use super::{EventProof, EvidenceKind, ForecastCause, KeyAssurance, OneOf, TcbPartKind};

    trait Published: Named {
        const NAME: &'static str;
        const ABOUT: &'static str;
    }

    macro_rules! published {
        ($( $set:path => $name:literal, $about:literal; )+) => {
            $( impl Published for $set {
                const NAME: &'static str = $name;
                const ABOUT: &'static str = $about;
            } )+
        };
    }

    published! {
        EvidenceKind => "EvidenceKind", "The kinds of evidence.";
        EventProof => "EventProof", "What is known of the data of an event of a log.";
        ForecastCause => "ForecastCause", "What changes a verdict.";
        KeyAssurance => "KeyAssurance", "What is known of an attestation key.";
        TcbPartKind => "TcbPartKind", "The parts of a trusted computing base that have a status of their own.";
        composite::BindingMode => "CompositeBindingMode", "How a machine and its devices are bound; see `docs/composite.md`.";
        composite::Strength => "BondStrength", "What a binding of a machine and its devices is worth.";
        dcap::Owner => "ComponentOwner", "Who can raise a security version number.";
        dcap::PckAuthority => "PckAuthority", "Who issues PCK certificates.";
        dcap::Profile => "ProfileName", "The conformance profiles.";
        dcap::SgxType => "SgxType", "How a platform protects memory.";
        dcap::ShortfallOf => "ShortfallOf", "A list of TCB levels.";
        dcap::TcbStatus => "TcbStatus", "The statuses of a trusted computing base, in Intel's spelling.";
        dcap::Tee => "Tee", "The execution environments of quotes.";
        jwt::KeyOrigin => "KeyOrigin", "Where the key of a token comes from.";
        jwt::Algorithm => "TokenAlgorithm", "The algorithms of tokens.";
        measured_boot::Grade => "Grade", "How well a claim about the boot is proven.";
        measured_boot::LogFormat => "EventLogFormat", "How the records of an event log are written.";
        measured_boot::Quirk => "Quirk", "Deviations of firmware that can be put up with.";
        measured_boot::RegisterState => "RegisterState", "What a log says of a register.";
        measured_boot::ima::AggregateKind => "BootAggregate", "What the first entry of an IMA list says of the boot.";
        nvidia::Architecture => "GpuArchitecture", "Architectures of devices.";
        nvidia::DeviceClass => "DeviceClass", "Kinds of devices.";
        nvidia::Form => "EvidenceForm", "Whose form the evidence of devices came in.";
        nvidia::GpuMode => "GpuMode", "The modes that GPUs state.";
        nvidia::RevocationState => "RevocationState", "What an issuer says of a certificate.";
        nvidia::RimKind => "RimKind", "What a reference manifest is for.";
        nvidia::TopologyKind => "Topology", "Whether GPUs and switches are wired as one protected machine.";
        policy::Verdict => "FindingOutcome", "What a rule of a policy found.";
        tpm::AkRoute => "AkRoute", "Why an attestation key is trusted.";
        tpm::AttestType => "AttestationType", "What a TPM attests.";
        tpm::ContinuityKind => "Continuity", "How a quote follows the previous one.";
        tpm::Counters => "ClockCounters", "Whether counters and firmware version are true.";
        veriquote::OutcomeKind => "CheckOutcome", "What came of a check.";
        veriquote::appraisal::Dialect => "Dialect", "Whose claims a token can hold.";
        veriquote::appraisal::DebugStatus => "DebugStatus", "`dbgstat` of RFC 9711.";
        veriquote::appraisal::Tier => "Tier", "The tiers of verdicts.";
        veriquote::binding::Mode => "ReportDataMode", "How report data bind data; see `docs/bindings.md`.";
    }

    impl<T: Published> JsonSchema for OneOf<T> {
        fn schema_name() -> Cow<'static, str> {
            T::NAME.into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            let names: Vec<&str> = T::ALL.iter().map(|member| member.as_str()).collect();
            json_schema!({ "description": T::ABOUT, "type": "string", "enum": names })
        }
    }
}

//! Attestation structures (TPM 2.0 Library, Part 2, 10.12).
//!
//! ```text
//! TPMS_ATTEST     = u32 magic | u16 type | TPM2B_NAME qualifiedSigner | TPM2B_DATA extraData
//!                   | TPMS_CLOCK_INFO | u64 firmwareVersion | TPMU_ATTEST
//! TPMS_CLOCK_INFO = u64 clock (ms) | u32 resetCount | u32 restartCount | u8 safe (0 or 1)
//! TPMU_ATTEST     = quote:    TPML_PCR_SELECTION pcrSelect | TPM2B_DIGEST pcrDigest
//!                 | certify:  TPM2B_NAME name | TPM2B_NAME qualifiedName
//!                 | creation: TPM2B_NAME objectName | TPM2B_DIGEST creationHash
//!                 | others, which are recognised and not read
//! ```

use super::pcr::PcrSelection;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::named::named;
use crate::reader::Reader;

/// A parsed TPMS_ATTEST. Not authentic: nobody has looked at a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attest<'a> {
    raw: &'a [u8],
    kind: AttestType,
    qualified_signer: &'a [u8],
    extra_data: &'a [u8],
    clock: ClockInfo,
    firmware_version: u64,
    body: AttestBody<'a>,
}

named! {
    /// What a TPM attests to: `TPMI_ST_ATTEST`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum AttestType {
        /// `TPM_ST_ATTEST_NV`: the content of an NV index, which its owner chooses.
        Nv = "nv",
        /// `TPM_ST_ATTEST_COMMAND_AUDIT`.
        CommandAudit = "command_audit",
        /// `TPM_ST_ATTEST_SESSION_AUDIT`.
        SessionAudit = "session_audit",
        /// `TPM_ST_ATTEST_CERTIFY`: an object is loaded in this TPM.
        Certify = "certify",
        /// `TPM_ST_ATTEST_QUOTE`: values of PCRs.
        Quote = "quote",
        /// `TPM_ST_ATTEST_TIME`: the TPM's clock.
        Time = "time",
        /// `TPM_ST_ATTEST_CREATION`: an object was made by this TPM.
        Creation = "creation",
        /// `TPM_ST_ATTEST_NV_DIGEST`.
        NvDigest = "nv_digest",
    }
}

/// The part of an attestation that depends on its type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttestBody<'a> {
    /// TPMS_QUOTE_INFO.
    Quote {
        /// Which registers the digest is over.
        selection: PcrSelection,
        /// The digest over their values.
        digest: &'a [u8],
    },
    /// TPMS_CERTIFY_INFO.
    Certify {
        /// Name of the certified object.
        name: &'a [u8],
        /// Its qualified name.
        qualified_name: &'a [u8],
    },
    /// TPMS_CREATION_INFO.
    Creation {
        /// Name of the created object.
        name: &'a [u8],
        /// Digest of TPMS_CREATION_DATA.
        creation_hash: &'a [u8],
    },
    /// Any other, as it arrived.
    Other(&'a [u8]),
}

/// TPMS_CLOCK_INFO: time and the counters that tell boots apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClockInfo {
    /// Milliseconds during which the TPM was powered, since it was last cleared.
    pub clock: u64,
    /// TPM resets: boots.
    pub reset_count: u32,
    /// Resumes and restarts since the last reset.
    pub restart_count: u32,
    /// False when a greater value of `clock` may have been reported before: it was not shut down in order.
    pub safe: bool,
}

impl<'a> Attest<'a> {
    /// Parses a TPMS_ATTEST, or a TPM2B_ATTEST that holds exactly one.
    ///
    /// # Errors
    /// `tpm.attest.magic`, `tpm.attest.layout`, `input.truncated`, `input.trailing_data`, `limit.size`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read(bytes).map_err(|error| error.inside("attest"))
    }

    fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > limits::TPM_STRUCTURE_BYTES {
            return Err(Error::new(Code::LimitSize, "").with(Fact::count("size", bytes.len())));
        }
        let mut outer = Reader::new(bytes);
        // The magic of a TPMS_ATTEST read as a size is above any that is accepted: no ambiguity.
        if !bytes.starts_with(&MAGIC) && bytes.get(2..6) == Some(&MAGIC) {
            let size = outer.u16_be("size")?;
            let inner = outer.sub(usize::from(size), "attestation_data")?;
            outer.finish("attestation_data")?;
            outer = inner;
        }
        let raw = outer.rest();
        let mut reader = outer;
        let magic: [u8; 4] = reader.array("magic")?;
        if magic != MAGIC {
            return Err(Error::new(Code::TpmAttestMagic, "magic")
                .at(reader.offset().saturating_sub(4))
                .with(Fact::bytes("expected", MAGIC))
                .with(Fact::bytes("actual", magic)));
        }
        let at = reader.offset();
        let number = reader.u16_be("type")?;
        let kind = AttestType::new(number).ok_or_else(|| {
            Error::new(Code::TpmAttestLayout, "type")
                .at(at)
                .with(Fact::string("actual", alloc::format!("{number:#06x}")))
        })?;
        let qualified_signer = sized(&mut reader, "qualified_signer")?;
        let extra_data = sized(&mut reader, "extra_data")?;
        let clock = ClockInfo::read(&mut reader)?;
        let firmware_version = reader.u64_be("firmware_version")?;
        let body = AttestBody::read(kind, &mut reader)?;
        reader.finish("attested")?;
        Ok(Self { raw, kind, qualified_signer, extra_data, clock, firmware_version, body })
    }

    /// The bytes that a signature covers: TPMS_ATTEST, exactly as it arrived.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// What it claims to attest to.
    #[must_use]
    pub const fn unauthenticated_type(&self) -> AttestType {
        self.kind
    }

    /// The qualified name of the key that signed, as claimed.
    #[must_use]
    pub const fn unauthenticated_qualified_signer(&self) -> &'a [u8] {
        self.qualified_signer
    }

    /// What the caller of the TPM gave: the challenge.
    #[must_use]
    pub const fn unauthenticated_extra_data(&self) -> &'a [u8] {
        self.extra_data
    }

    /// Clock and counters, as claimed.
    #[must_use]
    pub const fn unauthenticated_clock(&self) -> ClockInfo {
        self.clock
    }

    /// The firmware's version, in the vendor's form, as claimed.
    #[must_use]
    pub const fn unauthenticated_firmware_version(&self) -> u64 {
        self.firmware_version
    }

    /// The part that depends on the type, as claimed.
    #[must_use]
    pub const fn unauthenticated_body(&self) -> &AttestBody<'a> {
        &self.body
    }

    /// Refuses every type but one.
    pub(crate) fn require_type(&self, expected: AttestType) -> Result<(), Error> {
        if self.kind == expected {
            return Ok(());
        }
        Err(Error::new(Code::TpmAttestType, "attest.type")
            .at(4)
            .with(Fact::text("expected", expected.as_str()))
            .with(Fact::text("actual", self.kind.as_str())))
    }
}

impl AttestType {
    /// The type with this number.
    #[must_use]
    pub const fn new(value: u16) -> Option<Self> {
        Some(match value {
            0x8014 => Self::Nv,
            0x8015 => Self::CommandAudit,
            0x8016 => Self::SessionAudit,
            0x8017 => Self::Certify,
            0x8018 => Self::Quote,
            0x8019 => Self::Time,
            0x801a => Self::Creation,
            0x801c => Self::NvDigest,
            _ => return None,
        })
    }
}

impl<'a> AttestBody<'a> {
    fn read(kind: AttestType, reader: &mut Reader<'a>) -> Result<Self, Error> {
        Ok(match kind {
            AttestType::Quote => Self::Quote {
                selection: PcrSelection::read(reader, Code::TpmAttestLayout)?,
                digest: sized(reader, "pcr_digest")?,
            },
            AttestType::Certify => Self::Certify {
                name: sized(reader, "name")?,
                qualified_name: sized(reader, "qualified_name")?,
            },
            AttestType::Creation => Self::Creation {
                name: sized(reader, "object_name")?,
                creation_hash: sized(reader, "creation_hash")?,
            },
            _ => Self::Other(reader.take(reader.rest().len(), "attested")?),
        })
    }
}

impl ClockInfo {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let clock = reader.u64_be("clock_info.clock")?;
        let reset_count = reader.u32_be("clock_info.reset_count")?;
        let restart_count = reader.u32_be("clock_info.restart_count")?;
        let at = reader.offset();
        let safe = match reader.u8("clock_info.safe")? {
            0 => false,
            1 => true,
            other => {
                return Err(Error::new(Code::TpmAttestLayout, "clock_info.safe")
                    .at(at)
                    .with(Fact::number("actual", u64::from(other))));
            }
        };
        Ok(Self { clock, reset_count, restart_count, safe })
    }
}

/// The content of a TPM2B: `u16 size | bytes[size]`.
pub(crate) fn sized<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<&'a [u8], Error> {
    let size = reader.u16_be(field)?;
    reader.take(usize::from(size), field)
}

/// `TPM_GENERATED_VALUE`, `\xffTCG`: a restricted key signs no other data that begin so.
pub(crate) const MAGIC: [u8; 4] = [0xff, 0x54, 0x43, 0x47];

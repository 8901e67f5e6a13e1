//! Certification data: how a quote says that its quoting enclave is certified.

use crate::bytes::{Bytes, PceId, Ppid};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::reader::{Reader, length};

/// The certification data of a quote, types 1 to 7. Not authentic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificationData<'a> {
    /// Type 1: the PPID in clear, with what names the PCK certificate.
    PpidClear {
        /// The PPID, in clear.
        ppid: Ppid,
        /// What names the PCK certificate.
        platform: PlatformTcb,
    },
    /// Types 2 and 3: the PPID encrypted with RSA-2048 or RSA-3072 OAEP.
    PpidEncrypted {
        /// The encrypted PPID: 256 or 384 bytes.
        encrypted_ppid: &'a [u8],
        /// What names the PCK certificate.
        platform: PlatformTcb,
    },
    /// Types 1 to 3 of another size than the type has. They only help to find the PCK certificate, so
    /// that Intel's library does not read them, and Intel's own sample quote has 34 bytes of type 1.
    PpidUnread {
        /// 1, 2 or 3.
        type_number: u16,
        /// The data.
        data: &'a [u8],
    },
    /// Type 4: the PCK certificate alone, PEM.
    PckLeaf(&'a [u8]),
    /// Type 5: the PCK certificate chain, PEM, sometimes ended with NUL.
    PckChain(&'a [u8]),
    /// Type 7: a platform manifest.
    PlatformManifest(&'a [u8]),
}

/// What names a PCK certificate when the quote does not carry it: 20 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformTcb {
    /// CPU SVN.
    pub cpu_svn: Bytes<16>,
    /// PCE SVN.
    pub pce_svn: u16,
    /// PCE id, as the bytes stand in the quote (little-endian).
    pub pce_id: PceId,
}

impl<'a> CertificationData<'a> {
    /// The type number.
    #[must_use]
    pub const fn type_number(&self) -> u16 {
        match self {
            Self::PpidClear { .. } => 1,
            Self::PpidEncrypted { encrypted_ppid, .. } => {
                if encrypted_ppid.len() == 256 {
                    2
                } else {
                    3
                }
            }
            Self::PpidUnread { type_number, .. } => *type_number,
            Self::PckLeaf(_) => 4,
            Self::PckChain(_) => 5,
            Self::PlatformManifest(_) => 7,
        }
    }

    fn read_encrypted(data: &mut Reader<'a>, len: usize) -> Result<Self, Error> {
        let encrypted_ppid = data.take(len, "encrypted_ppid")?;
        Ok(Self::PpidEncrypted { encrypted_ppid, platform: PlatformTcb::read(data)? })
    }

    /// `type u16 ‖ size u32 ‖ data`.
    pub(crate) fn read(r: &mut Reader<'a>) -> Result<Self, Error> {
        let at = r.offset();
        let kind = r.u16_le("certification_type")?;
        let size_at = r.offset();
        let size = length(r.u32_le("certification_size")?);
        let mut data = r.sub(size, "certification_data")?;
        if size > limits::CERTIFICATION_DATA_BYTES {
            return Err(Error::new(Code::LimitSize, "certification_data")
                .at(size_at)
                .with(Fact::count("size", size))
                .with(Fact::count("maximum", limits::CERTIFICATION_DATA_BYTES)));
        }
        match kind {
            1 if size == PPID + PlatformTcb::LEN => {
                let ppid = Ppid::from(data.array("ppid")?);
                Ok(Self::PpidClear { ppid, platform: PlatformTcb::read(&mut data)? })
            }
            2 if size == RSA_2048 + PlatformTcb::LEN => Self::read_encrypted(&mut data, RSA_2048),
            3 if size == RSA_3072 + PlatformTcb::LEN => Self::read_encrypted(&mut data, RSA_3072),
            1..=3 => Ok(Self::PpidUnread { type_number: kind, data: data.rest() }),
            4 => Ok(Self::PckLeaf(data.rest())),
            5 => Ok(Self::PckChain(data.rest())),
            7 => Ok(Self::PlatformManifest(data.rest())),
            _ => Err(Error::new(Code::DcapCertificationType, "certification_type")
                .at(at)
                .with(Fact::number("actual", kind.into()))),
        }
    }
}

const PPID: usize = 16;
const RSA_2048: usize = 256;
const RSA_3072: usize = 384;

impl PlatformTcb {
    const LEN: usize = 20;

    fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            cpu_svn: Bytes(r.array("cpu_svn")?),
            pce_svn: r.u16_le("pce_svn")?,
            pce_id: PceId::from(r.array("pce_id")?),
        })
    }
}

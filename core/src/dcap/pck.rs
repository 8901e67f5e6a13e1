//! The SGX extension of a PCK certificate (OID 1.2.840.113741.1.13.1): which platform this is, and at
//! which TCB its key was certified.
//!
//! `SEQUENCE OF SEQUENCE { OID, value }`: exactly 5 elements under the Processor CA (.1 to .5), or 7
//! under the Platform CA (.6, .7 as well), in any order, none twice.

use alloc::vec::Vec;

use der::asn1::AnyRef;
use der::{Decode, Reader as _, SliceReader, Tag, Tagged as _};

use crate::bytes::{Bytes, Fmspc, PceId, PlatformInstanceId, Ppid};
use crate::dcap::profile::Apply;
use crate::dcap::tcb_info::COMPONENTS;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::named::named;
use crate::x509::{Certificate, Extension};

/// What Intel certified about a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PckExtension {
    /// Names this platform (one package); personal data of the machine.
    pub ppid: Ppid,
    /// SVNs of the 16 SGX components.
    pub components: [u8; COMPONENTS],
    /// SVN of the provisioning certification enclave.
    pub pce_svn: u16,
    /// The raw CPU SVN. Not used to compare TCB levels.
    pub cpu_svn: Bytes<16>,
    /// Provisioning certification enclave.
    pub pce_id: PceId,
    /// Platform family.
    pub fmspc: Fmspc,
    /// How memory is protected.
    pub sgx_type: SgxType,
    /// Names this platform (all packages); Platform CA only.
    pub platform_instance_id: Option<PlatformInstanceId>,
    /// How the platform is set up; Platform CA only.
    pub configuration: Option<PlatformConfiguration>,
}

named! {
    /// How memory is protected.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum SgxType {
        /// Standard: with replay protection.
        Standard = "standard",
        /// Scalable: encrypted, without replay protection.
        Scalable = "scalable",
        /// Scalable, with integrity.
        ScalableWithIntegrity = "scalable_with_integrity",
    }
}

/// How a multi-package platform is set up. `None` where the certificate does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlatformConfiguration {
    /// Packages can be added after registration.
    pub dynamic_platform: Option<bool>,
    /// Intel keeps the platform's root keys.
    pub cached_keys: Option<bool>,
    /// Simultaneous multithreading is on.
    pub smt_enabled: Option<bool>,
}

/// DER of OID 1.2.840.113741.1.13.1, without tag and length.
pub(crate) const SGX_EXTENSION_OID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01];

const PART: &str = "sgx_extension";

impl PckExtension {
    /// What a certificate says of its platform, whoever signed it. `None` when it has no such extension,
    /// so is no PCK certificate.
    ///
    /// # Errors
    /// `dcap.pck.extension`.
    pub fn unauthenticated_of(certificate: &Certificate<'_>) -> Option<Result<Self, Error>> {
        let extension = certificate.extension(SGX_EXTENSION_OID)?;
        Some(Self::read(&extension, Apply::Enforce))
    }

    /// Reads the extension. Whatever is wrong in it, the offset is where it begins in the certificate: its
    /// elements come in any order.
    pub(crate) fn read(extension: &Extension<'_>, svn_range: Apply) -> Result<Self, Error> {
        Self::read_value(extension.value, svn_range).map_err(|error| error.at(extension.offset))
    }

    fn read_value(value: &[u8], svn_range: Apply) -> Result<Self, Error> {
        let top = sequence(value, PART)?;
        if !matches!(top.len(), 5 | 7) {
            return Err(bad(PART, "5 or 7 elements").with(Fact::count("actual", top.len())));
        }
        let fields = Elements(top);
        let tcb = sequence_of(fields.one(&[2], "tcb")?, "tcb")?;
        if tcb.len() != 18 {
            return Err(bad("tcb", "18 elements").with(Fact::count("actual", tcb.len())));
        }
        let tcb = Elements(tcb);
        let mut components = [0; COMPONENTS];
        for (component, arc) in components.iter_mut().zip(1u8..) {
            *component = svn(tcb.one(&[2, arc], "tcb.component")?, svn_range)?;
        }
        let pce_svn = integer(tcb.one(&[2, 17], "tcb.pce_svn")?, "tcb.pce_svn")?;
        let platform = fields.0.len() == 7;
        Ok(Self {
            ppid: Ppid::from(octets(fields.one(&[1], "ppid")?, "ppid")?),
            components,
            pce_svn: u16::try_from(pce_svn).map_err(|_| bad("tcb.pce_svn", "16 bits"))?,
            cpu_svn: Bytes(octets(tcb.one(&[2, 18], "tcb.cpu_svn")?, "tcb.cpu_svn")?),
            pce_id: PceId::from(octets(fields.one(&[3], "pce_id")?, "pce_id")?),
            fmspc: Fmspc::from(octets(fields.one(&[4], "fmspc")?, "fmspc")?),
            sgx_type: sgx_type(fields.one(&[5], "sgx_type")?)?,
            platform_instance_id: match platform {
                true => Some(PlatformInstanceId::from(octets(
                    fields.one(&[6], "platform_instance_id")?,
                    "platform_instance_id",
                )?)),
                false => None,
            },
            configuration: match platform {
                true => Some(configuration(fields.one(&[7], "configuration")?)?),
                false => None,
            },
        })
    }
}

/// The elements of one SEQUENCE, each an OID with a value. OIDs are compared as bytes: every element has to
/// be one of those that are asked for, so that an OID of another spelling is found missing.
struct Elements<'a>(Vec<(&'a [u8], AnyRef<'a>)>);

impl<'a> Elements<'a> {
    /// The value of the element whose OID is the extension's, followed by `arcs`; exactly one.
    fn one(&self, arcs: &[u8], part: &'static str) -> Result<AnyRef<'a>, Error> {
        let mut found = self.0.iter().filter(|(oid, _)| is_below(oid, arcs));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Ok(*value),
            (None, _) => Err(bad(PART, "each element").with(Fact::text("element", part))),
            (Some(_), Some(_)) => Err(bad(PART, "each element once").with(Fact::text("element", part))),
        }
    }
}

/// Every arc below the extension's is under 128, and so one byte in DER.
fn is_below(oid: &[u8], arcs: &[u8]) -> bool {
    oid.strip_prefix(SGX_EXTENSION_OID) == Some(arcs)
}

fn sequence<'a>(der: &'a [u8], part: &'static str) -> Result<Vec<(&'a [u8], AnyRef<'a>)>, Error> {
    let value = AnyRef::from_der(der).map_err(|_| bad(part, "DER"))?;
    sequence_of(value, part)
}

fn sequence_of<'a>(value: AnyRef<'a>, part: &'static str) -> Result<Vec<(&'a [u8], AnyRef<'a>)>, Error> {
    const MOST: usize = 32;
    if value.tag() != Tag::Sequence {
        return Err(bad(part, "a SEQUENCE"));
    }
    let read = || -> der::Result<Vec<(&'a [u8], AnyRef<'a>)>> {
        let mut items = SliceReader::new(value.value())?;
        let mut elements = Vec::new();
        while !items.is_finished() && elements.len() < MOST {
            let element = AnyRef::decode(&mut items)?;
            element.tag().assert_eq(Tag::Sequence)?;
            let mut pair = SliceReader::new(element.value())?;
            let oid = AnyRef::decode(&mut pair)?;
            oid.tag().assert_eq(Tag::ObjectIdentifier)?;
            elements.push((oid.value(), AnyRef::decode(&mut pair)?));
            pair.finish()?;
        }
        items.finish()?;
        Ok(elements)
    };
    read().map_err(|_| bad(part, "DER"))
}

fn octets<const N: usize>(value: AnyRef<'_>, part: &'static str) -> Result<[u8; N], Error> {
    if value.tag() != Tag::OctetString {
        return Err(bad(part, "an OCTET STRING"));
    }
    value.value().try_into().map_err(|_| {
        bad(part, "its size").with(Fact::count("bytes", N)).with(Fact::count("actual", value.value().len()))
    })
}

fn integer(value: AnyRef<'_>, part: &'static str) -> Result<i64, Error> {
    value.decode_as::<i64>().map_err(|_| bad(part, "an INTEGER"))
}

/// An SVN is one byte; Intel's library keeps the lowest byte of a larger number.
fn svn(value: AnyRef<'_>, range: Apply) -> Result<u8, Error> {
    let value = integer(value, "tcb.component")?;
    match (u8::try_from(value), range) {
        (Ok(svn), _) => Ok(svn),
        (Err(_), Apply::Ignore) => Ok(value.to_le_bytes()[0]),
        (Err(_), Apply::Enforce) => Err(bad("tcb.component", "svn in 0..=255")),
    }
}

fn sgx_type(value: AnyRef<'_>) -> Result<SgxType, Error> {
    match (value.tag(), value.value()) {
        (Tag::Enumerated, [0]) => Ok(SgxType::Standard),
        (Tag::Enumerated, [1]) => Ok(SgxType::Scalable),
        (Tag::Enumerated, [2]) => Ok(SgxType::ScalableWithIntegrity),
        _ => Err(bad("sgx_type", "ENUMERATED 0, 1 or 2")),
    }
}

fn configuration(value: AnyRef<'_>) -> Result<PlatformConfiguration, Error> {
    const PART: &str = "configuration";
    let elements = sequence_of(value, PART)?;
    let mut configuration = PlatformConfiguration::default();
    for (oid, value) in elements {
        let slot = if is_below(oid, &[7, 1]) {
            &mut configuration.dynamic_platform
        } else if is_below(oid, &[7, 2]) {
            &mut configuration.cached_keys
        } else if is_below(oid, &[7, 3]) {
            &mut configuration.smt_enabled
        } else {
            return Err(bad(PART, "elements 1 to 3"));
        };
        let flag = value.decode_as::<bool>().map_err(|_| bad(PART, "a BOOLEAN"))?;
        if slot.replace(flag).is_some() {
            return Err(bad(PART, "each element once"));
        }
    }
    Ok(configuration)
}

fn bad(part: &'static str, expected: &'static str) -> Error {
    Error::new(Code::DcapPckExtension, part).with(Fact::text("expected", expected))
}

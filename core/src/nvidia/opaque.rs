//! The opaque data of a report: `u16 type | u16 size | data`, again and again, little-endian.
//!
//! What a type means depends on the class of device: GPUs and switches use the same numbers for different
//! things. So the fields are cut out first, and read when the certificate chain has said what the device is.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::Bytes;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::named::named;
use crate::reader::Reader;

/// The fields, each of another type, none of them read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpaqueData<'a> {
    fields: Vec<OpaqueField<'a>>,
}

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpaqueField<'a> {
    /// Its type; see [`field`].
    pub kind: u16,
    /// Its data.
    pub data: &'a [u8],
}

/// Types of fields that are read here (NVIDIA, `OPAQUE_FIELD_ID` of its open verifiers).
pub mod field {
    /// Driver version, ASCII and a NUL. GPUs only.
    pub const DRIVER_VERSION: u16 = 3;
    /// VBIOS version: 8 bytes on GPUs, text on switches.
    pub const VBIOS_VERSION: u16 = 6;
    /// State of the video decoder, whose measurement depends on it. GPUs only.
    pub const NVDEC0_STATUS: u16 = 11;
    /// Part of the name of the VBIOS. GPUs only.
    pub const CHIP_SKU: u16 = 15;
    /// Part of the name of the VBIOS. GPUs only.
    pub const PROJECT: u16 = 17;
    /// Part of the name of the VBIOS. GPUs only.
    pub const PROJECT_SKU: u16 = 18;
    /// Digest of the first mutable code (FMC): 48 bytes.
    pub const FWID: u16 = 20;
    /// Protected PCIe mode. GPUs only.
    pub const PROTECTED_PCIE_STATUS: u16 = 21;
    /// GPUs: identifiers of the switches behind 18 links. Switches: the device's own.
    pub const PDI: u16 = 22;
    /// Switches: identifiers of eight GPUs, and their ports.
    pub const SWITCH_GPU_PDIS: u16 = 26;
    /// Version of this data; absent in its first one. GPUs only.
    pub const OPAQUE_DATA_VERSION: u16 = 34;
    /// Name of the chip. GPUs only.
    pub const CHIP_INFO: u16 = 35;
    /// Mode of confidential computing. GPUs only.
    pub const FEATURE_FLAG: u16 = 36;
}

impl<'a> OpaqueData<'a> {
    /// Cuts the fields out; `reader` holds the whole of the data.
    pub(super) fn read(mut reader: Reader<'a>) -> Result<Self, Error> {
        let mut fields: Vec<OpaqueField<'a>> = Vec::new();
        let broken = |offset: usize, problem: &'static str| {
            Error::new(Code::NvidiaOpaqueLayout, "response.opaque_data")
                .at(offset)
                .with(Fact::text("problem", problem))
        };
        while !reader.is_empty() {
            let offset = reader.offset();
            let whole = |_| broken(offset, "a field does not fit into the data");
            let kind = reader.u16_le("opaque.type").map_err(whole)?;
            let size = reader.u16_le("opaque.size").map_err(whole)?;
            let data = reader.take(usize::from(size), "opaque.data").map_err(whole)?;
            if fields.iter().any(|earlier| earlier.kind == kind) {
                let error = broken(offset, "a field is there twice");
                return Err(error.with(Fact::number("type", kind.into())));
            }
            if fields.len() >= limits::NVIDIA_OPAQUE_FIELDS {
                return Err(Error::new(Code::LimitCount, "response.opaque_data").at(offset));
            }
            fields.push(OpaqueField { kind, data });
        }
        if fields.is_empty() {
            return Err(broken(reader.offset(), "there is no field"));
        }
        Ok(Self { fields })
    }

    /// Every field, in the order of the report.
    #[must_use]
    pub fn fields(&self) -> &[OpaqueField<'a>] {
        &self.fields
    }

    /// The data of one type.
    #[must_use]
    pub fn get(&self, kind: u16) -> Option<&'a [u8]> {
        self.fields.iter().find(|field| field.kind == kind).map(|field| field.data)
    }

    fn exact<const N: usize>(&self, kind: u16, part: &'static str) -> Result<Option<[u8; N]>, Error> {
        let Some(data) = self.get(kind) else { return Ok(None) };
        let exact = <[u8; N]>::try_from(data);
        exact.map(Some).map_err(|_| bad(part, "another length").with(Fact::count("length", data.len())))
    }

    /// ASCII that one NUL or several fill up: a word of letters, digits and dots that can become part of a
    /// name without changing its meaning.
    fn word(&self, kind: u16, part: &'static str, end: End) -> Result<Option<String>, Error> {
        let Some(data) = self.get(kind) else { return Ok(None) };
        let len = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
        let (word, padding) = data.split_at_checked(len).unwrap_or_default();
        let ended = end == End::Anywhere || !padding.is_empty();
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
        let good = ended
            && padding.iter().all(|byte| *byte == 0)
            && !word.is_empty()
            && word.len() <= WORD_LEN
            && word.iter().all(is_plain)
            && !word.starts_with(b".")
            && !word.ends_with(b".")
            && !word.windows(2).any(|pair| pair == b"..");
        match core::str::from_utf8(word) {
            Ok(word) if good => Ok(Some(word.into())),
            _ => Err(bad(part, "not a word of letters, digits and dots").with(Fact::bytes("actual", data))),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// A NUL must end the text.
    Nul,
    /// The field's length may end it too.
    Anywhere,
}

/// What a GPU says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GpuFields {
    /// Driver, such as `550.90.07`.
    pub driver_version: String,
    /// VBIOS, such as `96.00.9F.00.01`.
    pub vbios_version: String,
    /// Project, project SKU and chip SKU, which name the VBIOS; absent where one of them is.
    pub board: Option<Board>,
    /// State of the video decoder.
    pub nvdec0: Option<Nvdec>,
    /// Digest of the first mutable code.
    pub firmware_id: Option<Bytes<48>>,
    /// Whether protected PCIe is on.
    pub protected_pcie: Option<bool>,
    /// Switches behind the links that are in use, each once, as the switches name themselves.
    pub switch_pdis: Vec<Bytes<8>>,
    /// Version of the opaque data.
    pub opaque_version: u16,
    /// The chip, such as `GB100`.
    pub chip: Option<String>,
    /// Mode of confidential computing; absent before version 1 of the data, unless protected PCIe is on.
    pub mode: Option<GpuMode>,
}

/// What names the VBIOS of a board, beside its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// Such as `1010` or `G520`.
    pub project: String,
    /// Such as `0200`.
    pub project_sku: String,
    /// Such as `882`.
    pub chip_sku: String,
}

/// State of the first video decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nvdec {
    /// `0xaa`.
    Enabled,
    /// `0x55`: its measurement says nothing.
    Disabled,
}

named! {
    /// Mode of confidential computing.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum GpuMode {
        /// `SPT`: one GPU is passed through.
        SinglePassthrough = "spt",
        /// `MPT`: several GPUs are passed through.
        MultiPassthrough = "mpt",
        /// `PPCIE`: protected PCIe: eight GPUs and their switches.
        ProtectedPcie = "ppcie",
    }
}

impl GpuFields {
    /// Reads what a GPU says.
    ///
    /// # Errors
    /// `nvidia.opaque.field`, `nvidia.opaque.version`, `nvidia.feature`.
    pub(super) fn read(data: &OpaqueData<'_>) -> Result<Self, Error> {
        let opaque_version = data
            .exact::<2>(field::OPAQUE_DATA_VERSION, "opaque.opaque_data_version")?
            .map_or(0, u16::from_le_bytes);
        if opaque_version > NEWEST_VERSION {
            return Err(Error::new(Code::NvidiaOpaqueVersion, "opaque.opaque_data_version")
                .with(Fact::number("newest", NEWEST_VERSION.into()))
                .with(Fact::number("actual", opaque_version.into())));
        }
        let driver_version = data
            .word(field::DRIVER_VERSION, "opaque.driver_version", End::Nul)?
            .ok_or_else(|| bad("opaque.driver_version", "missing"))?;
        let [v0, v1, v2, v3, v4, ..] = data
            .exact::<8>(field::VBIOS_VERSION, "opaque.vbios_version")?
            .ok_or_else(|| bad("opaque.vbios_version", "missing"))?;
        let vbios_version = alloc::format!("{v3:02X}.{v2:02X}.{v1:02X}.{v0:02X}.{v4:02X}");
        let part = |kind, name| data.word(kind, name, End::Anywhere);
        let board = match (
            part(field::PROJECT, "opaque.project")?,
            part(field::PROJECT_SKU, "opaque.project_sku")?,
            part(field::CHIP_SKU, "opaque.chip_sku")?,
        ) {
            (Some(project), Some(project_sku), Some(chip_sku)) => {
                Some(Board { project, project_sku, chip_sku })
            }
            _ => None,
        };
        let nvdec0 = switch(data, field::NVDEC0_STATUS, "opaque.nvdec0_status")?
            .map(|on| if on { Nvdec::Enabled } else { Nvdec::Disabled });
        let protected_pcie = switch(data, field::PROTECTED_PCIE_STATUS, "opaque.protected_pcie_status")?;
        let flag = data.exact::<2>(field::FEATURE_FLAG, "opaque.feature_flag")?.map(u16::from_le_bytes);
        Ok(Self {
            driver_version,
            vbios_version,
            board,
            nvdec0,
            firmware_id: firmware_id(data)?,
            protected_pcie,
            switch_pdis: switch_pdis(data)?,
            opaque_version,
            chip: data.word(field::CHIP_INFO, "opaque.chip_info", End::Anywhere)?,
            mode: mode(opaque_version, flag, protected_pcie)?,
        })
    }
}

/// The mode, which protected PCIe's own status must not contradict.
fn mode(version: u16, flag: Option<u16>, protected: Option<bool>) -> Result<Option<GpuMode>, Error> {
    let stated = match (version, flag) {
        (0, _) => return Ok((protected == Some(true)).then_some(GpuMode::ProtectedPcie)),
        (_, None) => return Err(bad("opaque.feature_flag", "missing")),
        (_, Some(0)) => GpuMode::SinglePassthrough,
        (_, Some(1)) => GpuMode::MultiPassthrough,
        (_, Some(2)) => GpuMode::ProtectedPcie,
        (_, Some(other)) => {
            return Err(
                bad("opaque.feature_flag", "no known mode").with(Fact::number("actual", other.into()))
            );
        }
    };
    match protected {
        Some(protected) if protected != (stated == GpuMode::ProtectedPcie) => {
            Err(Error::new(Code::NvidiaFeature, "opaque.feature_flag")
                .with(Fact::text("mode", stated.as_str()))
                .with(Fact::flag("protected_pcie", protected)))
        }
        _ => Ok(Some(stated)),
    }
}

/// The distinct switches behind the links, in ascending order. A GPU writes the bytes of an identifier in the
/// opposite order of the switch; zeros are an unused link.
fn switch_pdis(data: &OpaqueData<'_>) -> Result<Vec<Bytes<8>>, Error> {
    let Some(links) = data.exact::<144>(field::PDI, "opaque.switch_pdis")? else { return Ok(Vec::new()) };
    let (links, _) = links.as_chunks::<8>();
    Ok(distinct(links.iter().map(|link| {
        let mut pdi = *link;
        pdi.reverse();
        pdi
    })))
}

fn distinct(pdis: impl Iterator<Item = [u8; 8]>) -> Vec<Bytes<8>> {
    let mut pdis: Vec<_> = pdis.filter(|pdi| *pdi != [0; 8]).map(Bytes).collect();
    pdis.sort_unstable();
    pdis.dedup();
    pdis
}

/// What a switch says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwitchFields {
    /// BIOS, such as `96.10.55.00.01`.
    pub bios_version: String,
    /// The switch's own identifier.
    pub pdi: Option<Bytes<8>>,
    /// The GPUs that it connects, each once.
    pub gpu_pdis: Vec<Bytes<8>>,
    /// Digest of the first mutable code; real switches do not state it.
    pub firmware_id: Option<Bytes<48>>,
}

impl SwitchFields {
    /// Reads what a switch says.
    ///
    /// # Errors
    /// `nvidia.opaque.field`.
    pub(super) fn read(data: &OpaqueData<'_>) -> Result<Self, Error> {
        let gpus = data.exact::<128>(field::SWITCH_GPU_PDIS, "opaque.gpu_pdis")?;
        let gpu_pdis = gpus.as_ref().map_or_else(Vec::new, |gpus| {
            // Eight identifiers; ports follow.
            distinct(gpus.as_chunks::<8>().0.iter().take(8).copied())
        });
        Ok(Self {
            bios_version: data
                .word(field::VBIOS_VERSION, "opaque.bios_version", End::Anywhere)?
                .ok_or_else(|| bad("opaque.bios_version", "missing"))?,
            pdi: data.exact(field::PDI, "opaque.device_pdi")?.map(Bytes),
            gpu_pdis,
            firmware_id: firmware_id(data)?,
        })
    }
}

fn firmware_id(data: &OpaqueData<'_>) -> Result<Option<Bytes<48>>, Error> {
    Ok(data.exact(field::FWID, "opaque.fwid")?.map(Bytes))
}

/// `0xaa` is on, `0x55` is off, and nothing else is anything.
fn switch(data: &OpaqueData<'_>, kind: u16, part: &'static str) -> Result<Option<bool>, Error> {
    match data.exact::<1>(kind, part)? {
        None => Ok(None),
        Some([0xaa]) => Ok(Some(true)),
        Some([0x55]) => Ok(Some(false)),
        Some([other]) => Err(bad(part, "neither on nor off").with(Fact::number("actual", other.into()))),
    }
}

fn bad(part: &'static str, problem: &'static str) -> Error {
    Error::new(Code::NvidiaOpaqueField, part).with(Fact::text("problem", problem))
}

/// The newest version of the data that is known.
const NEWEST_VERSION: u16 = 1;

/// Characters of a version or of a part of a name: the longest real one has 14.
const WORD_LEN: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn data(fields: &[(u16, &[u8])]) -> Vec<u8> {
        let mut data = Vec::new();
        for (kind, bytes) in fields {
            data.extend(kind.to_le_bytes());
            data.extend(u16::try_from(bytes.len()).unwrap().to_le_bytes());
            data.extend(*bytes);
        }
        data
    }

    fn gpu(fields: &[(u16, &[u8])]) -> Result<GpuFields, Code> {
        let bytes = data(fields);
        let opaque = OpaqueData::read(Reader::new(&bytes)).map_err(|error| error.code())?;
        GpuFields::read(&opaque).map_err(|error| error.code())
    }

    const VERSIONS: [(u16, &[u8]); 2] = [(3, b"550.90.07\0"), (6, &[0, 0x9f, 0, 0x96, 1, 0, 0, 0])];

    #[test]
    fn versions_and_names_are_read_as_people_write_them() {
        let fields = gpu(&[VERSIONS[0], VERSIONS[1], (17, b"G520\0"), (18, b"0200\0"), (15, b"885\0\0")]);
        let fields = fields.unwrap();
        assert_eq!((&*fields.driver_version, &*fields.vbios_version), ("550.90.07", "96.00.9F.00.01"));
        let board = fields.board.unwrap();
        assert_eq!((&*board.project, &*board.project_sku, &*board.chip_sku), ("G520", "0200", "885"));
        assert_eq!((fields.mode, fields.opaque_version, fields.nvdec0), (None, 0, None));
    }

    #[test]
    fn a_mode_is_what_flag_and_status_say_together() {
        let mode = |more: &[(u16, &[u8])]| gpu(&[&VERSIONS[..], more].concat()).map(|fields| fields.mode);
        let version: (u16, &[u8]) = (34, &[1, 0]);
        assert_eq!(mode(&[]), Ok(None));
        assert_eq!(mode(&[(21, &[0xaa])]), Ok(Some(GpuMode::ProtectedPcie)), "before version 1");
        assert_eq!(mode(&[(21, &[0x55])]), Ok(None));
        assert_eq!(mode(&[version]), Err(Code::NvidiaOpaqueField));
        assert_eq!(mode(&[version, (36, &[0, 0])]), Ok(Some(GpuMode::SinglePassthrough)));
        assert_eq!(mode(&[version, (36, &[1, 0]), (21, &[0x55])]), Ok(Some(GpuMode::MultiPassthrough)));
        assert_eq!(mode(&[version, (36, &[2, 0]), (21, &[0x55])]), Err(Code::NvidiaFeature));
        assert_eq!(mode(&[version, (36, &[3, 0])]), Err(Code::NvidiaOpaqueField));
        assert_eq!(mode(&[(34, &[2, 0])]), Err(Code::NvidiaOpaqueVersion));
        // A flag without a version is not looked at.
        assert_eq!(mode(&[(36, &[9, 9])]), Ok(None));
    }

    #[test]
    fn links_are_the_distinct_switches_that_are_used() {
        let mut links = [0; 144];
        links[8..16].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
        links[16..24].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
        links[32..40].copy_from_slice(&[9, 0, 0, 0, 0, 0, 0, 1]);
        let fields = gpu(&[&VERSIONS[..], &[(22, &links)]].concat()).unwrap();
        assert_eq!(fields.switch_pdis, [Bytes([1, 0, 0, 0, 0, 0, 0, 9]), Bytes([8, 7, 6, 5, 4, 3, 2, 1])]);
        assert_eq!(
            gpu(&[&VERSIONS[..], &[(22, &links[1..])]].concat()).unwrap_err(),
            Code::NvidiaOpaqueField
        );
    }

    #[test]
    fn data_are_whole_fields_each_once() {
        for broken in [&[][..], &[1], &[1, 0, 1, 0], &[1, 0, 0, 0, 1, 0, 0, 0], &[1, 0, 0, 0, 7]] {
            let error = OpaqueData::read(Reader::new(broken)).unwrap_err();
            assert_eq!(error.code(), Code::NvidiaOpaqueLayout, "{broken:?}");
        }
        let many: Vec<(u16, &[u8])> = (0..65).map(|kind| (kind, &[][..])).collect();
        let many = data(&many);
        assert_eq!(OpaqueData::read(Reader::new(&many)).unwrap_err().code(), Code::LimitCount);
    }
}

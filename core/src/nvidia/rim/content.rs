//! What a signed manifest says (TCG Reference Integrity Manifest Information Model 1.01, in the SWID form of
//! ISO/IEC 19770-2:2015).
//!
//! ```text
//! SoftwareIdentity
//!   Meta colloquialVersion product edition, TCG: FirmwareManufacturerId
//!   Payload
//!     Resource type="Measurement" index active="True|False" alternatives size="48", Hash0 … of 96 hex digits
//! ```

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::xml::{Document, Element};
use super::xmldsig::ROOT;
use crate::bytes::Bytes;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::named::named;

named! {
    /// What a manifest is about.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum RimKind {
        /// The driver of a GPU.
        Driver = "driver",
        /// The VBIOS of a GPU.
        Vbios = "vbios",
        /// The BIOS of a switch.
        SwitchBios = "switch_bios",
    }
}

/// The reference values of one measurement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldenMeasurement {
    /// Its number in the manifest, from 0: one less than the SPDM index.
    pub index: u8,
    /// NVIDIA's name for it.
    pub name: String,
    /// Every value that is right.
    pub values: Vec<Bytes<48>>,
}

/// The content of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) kind: RimKind,
    /// `GH100`, `GB100`, `LS10`.
    pub(super) product: String,
    /// The version of what is measured.
    pub(super) version: String,
    /// The manufacturer's number, where it is stated.
    pub(super) manufacturer: Option<String>,
    /// Measurements in force, by ascending index.
    pub(super) measurements: Vec<GoldenMeasurement>,
}

impl Content {
    /// Reads the children of the root, and nothing that stands elsewhere.
    ///
    /// # Errors
    /// `nvidia.rim.profile`, `nvidia.rim.value`, `nvidia.rim.conflict`, `nvidia.rim.empty`, `nvidia.rim.kind`.
    pub(super) fn read(document: &Document<'_>) -> Result<Self, Error> {
        match document.element(ROOT) {
            Some(root) if root.is(SWID, "SoftwareIdentity") => {}
            _ => return Err(profile(0, "the root is not a SoftwareIdentity")),
        }
        let (_, meta) = only_child(document, "Meta")?;
        let (payload, _) = only_child(document, "Payload")?;
        let product = text(meta, "", "product")?;
        let edition = text(meta, "", "edition")?;
        let version = text(meta, "", "colloquialVersion")?;
        let manufacturer = meta.attribute(TCG_RIM, "FirmwareManufacturerId").map(|it| it.value.to_string());

        let mut measurements: Vec<GoldenMeasurement> = Vec::new();
        let mut seen: Vec<u8> = Vec::new();
        for (_, resource) in document.children(payload) {
            if !resource.is(SWID, "Resource") {
                return Err(bad(resource.offset, "payload", "not a Resource"));
            }
            let (index, golden) = read_resource(resource)?;
            if seen.contains(&index) {
                return Err(Error::new(Code::NvidiaRimConflict, "payload.resource.index")
                    .at(resource.offset)
                    .with(Fact::number("index", index.into())));
            }
            seen.push(index);
            measurements.extend(golden);
        }
        measurements.sort_by_key(|measurement| measurement.index);
        if measurements.is_empty() {
            return Err(Error::new(Code::NvidiaRimEmpty, "payload"));
        }
        let kind = kind_of(&edition, &measurements)?;
        Ok(Self { kind, product, version, manufacturer, measurements })
    }
}

/// What the manifest is about: nothing in it says so but the edition and which measurements are in force.
fn kind_of(edition: &str, measurements: &[GoldenMeasurement]) -> Result<RimKind, Error> {
    let has = |wanted: fn(u8) -> bool| measurements.iter().any(|measurement| wanted(measurement.index));
    let of_vbios = has(|index| index <= LAST_OF_VBIOS);
    let of_driver = has(|index| index >= FIRST_OF_DRIVER);
    match (edition, of_vbios, of_driver) {
        ("SWITCH", ..) => Ok(RimKind::SwitchBios),
        ("GPU", true, false) => Ok(RimKind::Vbios),
        ("GPU", false, true) => Ok(RimKind::Driver),
        ("GPU", ..) => Err(Error::new(Code::NvidiaRimKind, "payload")
            .with(Fact::flag("has_vbios_measurements", of_vbios))
            .with(Fact::flag("has_driver_measurements", of_driver))),
        _ => {
            Err(bad(0, "meta.edition", "neither GPU nor SWITCH").with(Fact::string("actual", edition.into())))
        }
    }
}

/// One Resource: its index, and its values if it is in force.
fn read_resource(resource: &Element<'_>) -> Result<(u8, Option<GoldenMeasurement>), Error> {
    let wrong = |part, problem| bad(resource.offset, part, problem);
    if text(resource, "", "type")? != "Measurement" {
        return Err(wrong("payload.resource.type", "not a Measurement"));
    }
    let index = number(&text(resource, "", "index")?)
        .filter(|index| *index < limits::NVIDIA_RIM_MEASUREMENTS)
        .and_then(|index| u8::try_from(index).ok())
        .ok_or_else(|| wrong("payload.resource.index", "no index of a measurement"))?;
    match text(resource, "", "active")?.as_str() {
        "True" => {}
        "False" => return Ok((index, None)),
        _ => return Err(wrong("payload.resource.active", "neither True nor False")),
    }
    if text(resource, "", "size")? != "48" {
        return Err(wrong("payload.resource.size", "not 48"));
    }
    let alternatives = number(&text(resource, "", "alternatives")?)
        .filter(|count| (1..=limits::NVIDIA_RIM_ALTERNATIVES).contains(count))
        .ok_or_else(|| wrong("payload.resource.alternatives", "no count of values"))?;
    let hashes = resource.attributes.iter().filter(|attribute| attribute.namespace == SHA384);
    if hashes.count() != alternatives {
        return Err(wrong("payload.resource.alternatives", "another number of values"));
    }
    let mut values = Vec::with_capacity(alternatives);
    for alternative in 0..alternatives {
        let hash = text(resource, SHA384, &alloc::format!("Hash{alternative}"))?;
        let value =
            Bytes::from_hex(&hash).ok_or_else(|| wrong("payload.resource.hash", "not 96 hex digits"))?;
        values.push(value);
    }
    let name = resource.attribute("", "name").map_or_else(String::new, |name| name.value.to_string());
    Ok((index, Some(GoldenMeasurement { index, name, values })))
}

/// A decimal number without sign or leading zeros.
fn number(text: &str) -> Option<usize> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|digit| digit.is_ascii_digit()));
    if plain && !text.is_empty() && text.len() <= 9 { text.parse().ok() } else { None }
}

/// The one child of the root of this name.
fn only_child<'d, 'a>(
    document: &'d Document<'a>,
    local: &'static str,
) -> Result<(usize, &'d Element<'a>), Error> {
    let mut found = document.children(ROOT).filter(|(_, element)| element.is(SWID, local));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (first, _) => Err(profile(first.map_or(0, |(_, element)| element.offset), "not one such element")
            .with(Fact::text("element", local))),
    }
}

fn text(element: &Element<'_>, namespace: &str, local: &str) -> Result<String, Error> {
    element.attribute(namespace, local).map(|attribute| attribute.value.to_string()).ok_or_else(|| {
        bad(element.offset, "", "an attribute is missing").with(Fact::string("attribute", local.into()))
    })
}

fn bad(offset: usize, part: &'static str, problem: &'static str) -> Error {
    Error::new(Code::NvidiaRimValue, part).at(offset).with(Fact::text("problem", problem))
}

fn profile(offset: usize, problem: &'static str) -> Error {
    Error::new(Code::NvidiaRimProfile, "").at(offset).with(Fact::text("problem", problem))
}

/// Measurements from here on are taken by a driver, in the manifests of every GPU.
const FIRST_OF_DRIVER: u8 = 21;
/// Measurements up to here are taken by a VBIOS.
const LAST_OF_VBIOS: u8 = 6;

const SWID: &str = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
const SHA384: &str = "http://www.w3.org/2001/04/xmlenc#sha384";
const TCG_RIM: &str =
    "https://trustedcomputinggroup.org/resource/tcg-reference-integrity-manifest-rim-information-model/";

//! The member `nvidia` of a policy document.

use alloc::string::String;
use alloc::vec::Vec;

use super::json::{bad, each_member, list_of, number_of, stance_of, text_of};
use super::nvidia_rules::{NvidiaRules, RevocationDemand, TopologyDemand};
use super::rules::Stance;
use crate::bytes::from_hex;
use crate::error::Error;
use crate::json::Node;
use crate::nvidia::{Architecture, GpuMode};

impl NvidiaRules {
    pub(super) fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "nvidia", |name, node| {
            match name {
                "rims" => self.rims = demand_of(node, "nvidia.rims")?,
                "measurements" => self.measurements = demand_of(node, "nvidia.measurements")?,
                "firmware_id" => self.firmware_id = demand_of(node, "nvidia.firmware_id")?,
                "revocation" => {
                    let demand = node.text().and_then(RevocationDemand::from_name);
                    self.revocation = demand
                        .ok_or_else(|| bad(node, "nvidia.revocation", "where_given, authorities or every"))?;
                }
                "topology" => {
                    let demand = node.text().and_then(TopologyDemand::from_name);
                    self.topology = demand
                        .ok_or_else(|| bad(node, "nvidia.topology", "where_protected, require or ignore"))?;
                }
                "modes" => {
                    self.modes = Some(list_of(node, "nvidia.modes", |item| {
                        let mode = item.text().and_then(GpuMode::from_name);
                        mode.ok_or_else(|| bad(item, "nvidia.modes", "spt, mpt or ppcie"))
                    })?);
                }
                "architectures" => {
                    self.architectures = Some(list_of(node, "nvidia.architectures", |item| {
                        let architecture = item.text().and_then(Architecture::in_any_case);
                        architecture
                            .ok_or_else(|| bad(item, "nvidia.architectures", "HOPPER, BLACKWELL or LS10"))
                    })?);
                }
                "minimum_gpus" => self.minimum_gpus = Some(number_of(node, "nvidia.minimum_gpus")?),
                "gpus" => self.gpus = Some(number_of(node, "nvidia.gpus")?),
                "switches" => self.switches = Some(number_of(node, "nvidia.switches")?),
                "driver_versions" => {
                    self.driver_versions = Some(versions_of(node, "nvidia.driver_versions")?);
                }
                "minimum_driver_version" => {
                    let version = text_of(node, "nvidia.minimum_driver_version")?;
                    if super::nvidia::numbers(version).is_none() {
                        return Err(bad(node, "nvidia.minimum_driver_version", "numbers and dots"));
                    }
                    self.minimum_driver_version = Some(version.into());
                }
                "vbios_versions" => self.vbios_versions = Some(versions_of(node, "nvidia.vbios_versions")?),
                "serials" => {
                    self.serials = Some(list_of(node, "nvidia.serials", |item| {
                        let serial = from_hex(text_of(item, "nvidia.serials")?.as_bytes());
                        serial.map_err(|_| bad(item, "nvidia.serials", "hex"))
                    })?);
                }
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

/// These can be demanded or let go; nobody wants their opposite.
fn demand_of(node: &Node<'_>, path: &'static str) -> Result<Stance, Error> {
    match stance_of(node, path)? {
        Stance::Forbid => Err(bad(node, path, "allow or require")),
        stance => Ok(stance),
    }
}

fn versions_of(node: &Node<'_>, path: &'static str) -> Result<Vec<String>, Error> {
    list_of(node, path, |item| text_of(item, path).map(Into::into))
}

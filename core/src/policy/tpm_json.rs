//! The member `tpm` of a policy document.

use alloc::vec::Vec;

use super::json::{bad, each_member, list_of, stance_of, text_of};
use super::tpm_rules::{PcrRule, TpmRules};
use crate::bytes::from_hex;
use crate::crypto::HashAlgorithm;
use crate::error::Error;
use crate::json::Node;
use crate::tpm::{AkRoute, AlgorithmId, Name, RESETTABLE, Scheme};

impl TpmRules {
    pub(super) fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "tpm", |name, node| {
            match name {
                "ak_routes" => {
                    self.ak_routes = list_of(node, "tpm.ak_routes", |item| {
                        let route = item.text().and_then(AkRoute::from_name);
                        route.ok_or_else(|| bad(item, "tpm.ak_routes", "a route to trust in a key"))
                    })?;
                }
                "ak_attributes_checked" => {
                    self.ak_attributes_checked = stance_of(node, "tpm.ak_attributes_checked")?;
                }
                "ak_names" => self.ak_names = Some(list_of(node, "tpm.ak_names", name_of)?),
                "signature_schemes" => {
                    self.signature_schemes = Some(list_of(node, "tpm.signature_schemes", scheme_of)?);
                }
                "fresh" => self.fresh = stance_of(node, "tpm.fresh")?,
                "required_pcrs" => self.required_pcrs = required_of(node)?,
                "pcrs" => self.pcrs = pcrs_of(node)?,
                "unmeasured_banks" => self.unmeasured_banks = stance_of(node, "tpm.unmeasured_banks")?,
                "clock_safe" => self.clock_safe = stance_of(node, "tpm.clock_safe")?,
                "clock_went_back" => self.clock_went_back = stance_of(node, "tpm.clock_went_back")?,
                "same_boot" => self.same_boot = stance_of(node, "tpm.same_boot")?,
                "resumed" => self.resumed = stance_of(node, "tpm.resumed")?,
                "firmware_versions" => {
                    let versions = list_of(node, "tpm.firmware_versions", version_of)?;
                    self.firmware_versions = Some(versions);
                }
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

fn name_of(item: &Node<'_>) -> Result<Name, Error> {
    const PATH: &str = "tpm.ak_names";
    let name = from_hex(text_of(item, PATH)?.as_bytes()).ok().and_then(|bytes| Name::parse(&bytes).ok());
    name.filter(|name| name.algorithm().is_some()).ok_or_else(|| bad(item, PATH, "a Name in hex"))
}

/// Such as `rsassa-sha256`.
fn scheme_of(item: &Node<'_>) -> Result<Scheme, Error> {
    const PATH: &str = "tpm.signature_schemes";
    let scheme = text_of(item, PATH)?.split_once('-').and_then(|(algorithm, hash)| {
        let algorithm = AlgorithmId::from_name(algorithm)?;
        let signs = matches!(
            algorithm,
            AlgorithmId::RSASSA | AlgorithmId::RSAPSS | AlgorithmId::ECDSA | AlgorithmId::SM2
        );
        let hash = AlgorithmId::from_name(hash)?;
        let hashes = hash.hash().is_some() || hash == AlgorithmId::SM3_256;
        (signs && hashes).then_some(Scheme { algorithm, hash })
    });
    scheme.ok_or_else(|| bad(item, PATH, "a scheme such as rsassa-sha256"))
}

/// Sixteen hex digits, as a quote has eight bytes.
fn version_of(item: &Node<'_>) -> Result<u64, Error> {
    const PATH: &str = "tpm.firmware_versions";
    let bytes: Option<[u8; 8]> =
        from_hex(text_of(item, PATH)?.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(u64::from_be_bytes).ok_or_else(|| bad(item, PATH, "16 hex digits"))
}

/// `{"sha256": [0, 1, 2]}`
fn required_of(node: &Node<'_>) -> Result<Vec<(HashAlgorithm, u8)>, Error> {
    const PATH: &str = "tpm.required_pcrs";
    let mut required = Vec::new();
    each_member(node, PATH, |bank, node| {
        let Some(bank) = bank_of(bank) else { return Ok(false) };
        for index in list_of(node, PATH, |item| index_of(item.unsigned(), item, PATH))? {
            required.push((bank, index));
        }
        Ok(true)
    })?;
    Ok(required)
}

/// `{"sha256": {"4": "hex", "7": ["hex", "hex"]}}`
fn pcrs_of(node: &Node<'_>) -> Result<Vec<PcrRule>, Error> {
    const PATH: &str = "tpm.pcrs";
    let mut rules = Vec::new();
    each_member(node, PATH, |name, node| {
        let Some(bank) = bank_of(name) else { return Ok(false) };
        let members = node.members().ok_or_else(|| bad(node, PATH, "an object"))?;
        for member in members {
            let index = index_of(canonical(&member.name), &member.node, PATH)?;
            let value = |item: &Node<'_>| {
                let value = from_hex(text_of(item, PATH)?.as_bytes()).ok();
                value
                    .filter(|value| value.len() == bank.digest_len())
                    .ok_or_else(|| bad(item, PATH, "a digest of the bank in hex"))
            };
            let values = if member.node.text().is_some() {
                alloc::vec![value(&member.node)?]
            } else {
                list_of(&member.node, PATH, value)?
            };
            if values.is_empty() {
                return Err(bad(&member.node, PATH, "at least one value"));
            }
            rules.push(PcrRule { bank, index, values });
        }
        Ok(true)
    })?;
    Ok(rules)
}

fn bank_of(name: &str) -> Option<HashAlgorithm> {
    AlgorithmId::from_name(name)?.hash()
}

/// A number as it is written in one way only: `04` and `4` must not be two registers.
fn canonical(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (alloc::format!("{number}") == text).then_some(number)
}

fn index_of(number: Option<u64>, node: &Node<'_>, path: &'static str) -> Result<u8, Error> {
    let index = number.and_then(|number| u8::try_from(number).ok()).filter(|index| *index < 24);
    index
        .filter(|index| !RESETTABLE.contains(index))
        .ok_or_else(|| bad(node, path, "a register from 0 to 23 that software cannot reset (not 16, 23)"))
}

//! The member `ima` of a policy document.

use alloc::string::String;
use alloc::vec::Vec;

use super::ima_rules::{FileList, ImaRules};
use super::json::{bad, each_member, list_of, stance_of, text_of};
use crate::bytes::from_hex;
use crate::error::Error;
use crate::json::Node;

impl ImaRules {
    pub(super) fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "ima", |name, node| {
            match name {
                "list" => self.list = stance_of(node, "ima.list")?,
                "allow" => self.allow = Some(files_of(node)?),
                "excluded_paths" => self.excluded_paths = list_of(node, "ima.excluded_paths", excluded_of)?,
                "violations" => self.violations = stance_of(node, "ima.violations")?,
                "boot_aggregate" => self.boot_aggregate = stance_of(node, "ima.boot_aggregate")?,
                "repeated_boot_aggregate" => {
                    self.repeated_boot_aggregate = stance_of(node, "ima.repeated_boot_aggregate")?;
                }
                "signatures" => self.signatures = stance_of(node, "ima.signatures")?,
                "keys" => self.keys = list_of(node, "ima.keys", key_of)?,
                "learned_keys" => self.learned_keys = stance_of(node, "ima.learned_keys")?,
                "sha1_only" => self.sha1_only = stance_of(node, "ima.sha1_only")?,
                "unproven_entries" => self.unproven_entries = stance_of(node, "ima.unproven_entries")?,
                "stands_still" => self.stands_still = stance_of(node, "ima.stands_still")?,
                "unknown_templates" => self.unknown_templates = stance_of(node, "ima.unknown_templates")?,
                "other_registers" => self.other_registers = stance_of(node, "ima.other_registers")?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

/// `["sha256:HEX", {"digest": "sha256:HEX", "paths": ["/bin/sh"]}]`
fn files_of(node: &Node<'_>) -> Result<FileList, Error> {
    const PATH: &str = "ima.allow";
    let mut list = FileList::new();
    for item in node.items().ok_or_else(|| bad(node, PATH, "a list"))? {
        if item.text().is_some() {
            let (algorithm, digest) = digest_of(item)?;
            list.insert(&algorithm, digest, Vec::new());
            continue;
        }
        let (mut digest, mut paths) = (None, None);
        each_member(item, PATH, |name, node| {
            match name {
                "digest" => digest = Some(digest_of(node)?),
                "paths" => paths = Some(list_of(node, PATH, |item| text_of(item, PATH).map(Vec::from))?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let paths = paths.filter(|paths| !paths.is_empty());
        let ((algorithm, digest), paths) = digest
            .zip(paths)
            .ok_or_else(|| bad(item, PATH, "a digest, or a digest with at least one path"))?;
        list.insert(&algorithm, digest, paths);
    }
    Ok(list)
}

fn digest_of(node: &Node<'_>) -> Result<(String, Vec<u8>), Error> {
    const PATH: &str = "ima.allow";
    let wrong = || bad(node, PATH, "a digest such as sha256:HEX");
    let (algorithm, hex) = text_of(node, PATH)?.split_once(':').ok_or_else(wrong)?;
    let digest = from_hex(hex.as_bytes()).map_err(|_| wrong())?;
    let width = match algorithm {
        "sha1" => 20,
        "sha256" | "sm3" => 32,
        "sha384" => 48,
        "sha512" => 64,
        _ => return Err(wrong()),
    };
    if digest.len() == width { Ok((algorithm.into(), digest)) } else { Err(wrong()) }
}

fn excluded_of(node: &Node<'_>) -> Result<String, Error> {
    const PATH: &str = "ima.excluded_paths";
    let path = text_of(node, PATH)?;
    if path.starts_with('/') && path.len() > 1 {
        Ok(path.into())
    } else {
        Err(bad(node, PATH, "a path below /"))
    }
}

/// The DER in hex, or PEM.
fn key_of(node: &Node<'_>) -> Result<Vec<u8>, Error> {
    const PATH: &str = "ima.keys";
    let text = text_of(node, PATH)?.as_bytes();
    let label = if text.starts_with(b"-----BEGIN PUBLIC KEY") { "PUBLIC KEY" } else { "CERTIFICATE" };
    crate::encoding::decode_der_or_text(text, label)
        .map_err(|_| bad(node, PATH, "a certificate or public key"))
}

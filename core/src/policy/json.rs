//! Policies as JSON documents.

#[cfg(feature = "dcap")]
use alloc::string::String;
use alloc::vec::Vec;

#[cfg(feature = "dcap")]
use super::rules::{CollateralRules, Expected, Masked, PlatformRules, SgxRules, TcbRules, TdxRules};
use super::rules::{Policy, Stance};
#[cfg(feature = "dcap")]
use crate::bytes::Bytes;
#[cfg(feature = "dcap")]
use crate::dcap::TcbStatus;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Node, Strictness};
use crate::limits;

impl Policy {
    /// Reads a policy document: an object whose members replace rules of [`Policy::strict`].
    ///
    /// Members are those of [`Policy`] and of the structures inside it: `name`, `crypto_only`, `tcb`,
    /// `collateral`, `platform`, `report_data`, `sgx`, `tdx`, `tpm`,
    /// `boot`, `ima`, `nvidia`, `composite`. Stances are `"allow"`, `"forbid"` and
    /// `"require"`; bytes are hex; reference values are one hex string or a list of them; masked values
    /// are `{"value": hex, "mask": hex}`. Unknown members are refused, so that no rule is dropped by a
    /// slip; `docs/policy.md` shows them all.
    ///
    /// # Errors
    /// `json.*`, `limit.*`, `misuse.policy` with the member's path and offset, and `misuse.policy_empty`
    /// for a document that states nothing.
    pub fn from_json(text: &[u8]) -> Result<Self, Error> {
        Self::read(text).map_err(|error| error.inside("policy"))
    }

    fn read(text: &[u8]) -> Result<Self, Error> {
        if text.len() > limits::POLICY_BYTES {
            return Err(Error::new(Code::LimitSize, "")
                .with(Fact::count("size", text.len()))
                .with(Fact::count("maximum", limits::POLICY_BYTES)));
        }
        let document = json::parse(text, Strictness::DOCUMENT)?;
        let mut policy = Self { name: "custom".into(), ..Self::strict() };
        let mut stated = 0usize;
        each_member(&document, "", |name, node| {
            if name != "name" {
                stated = stated.saturating_add(1);
            }
            match name {
                "name" => policy.name = text_of(node, "name")?.into(),
                "crypto_only" => policy.crypto_only = flag_of(node, "crypto_only")?,
                #[cfg(feature = "dcap")]
                "tcb" => policy.tcb.read(node)?,
                #[cfg(feature = "dcap")]
                "collateral" => policy.collateral.read(node)?,
                #[cfg(feature = "dcap")]
                "platform" => policy.platform.read(node)?,
                #[cfg(feature = "dcap")]
                "report_data" => policy.report_data = Some(hex_of(node, "report_data")?),
                #[cfg(feature = "dcap")]
                "sgx" => policy.sgx.read(node)?,
                #[cfg(feature = "dcap")]
                "tdx" => policy.tdx.read(node)?,
                "boot" => policy.boot.read(node)?,
                #[cfg(feature = "tpm")]
                "ima" => policy.ima.read(node)?,
                #[cfg(feature = "tpm")]
                "tpm" => policy.tpm.read(node)?,
                #[cfg(feature = "nvidia")]
                "nvidia" => policy.nvidia.read(node)?,
                #[cfg(all(feature = "dcap", feature = "nvidia"))]
                "composite" => policy.composite.read(node)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if stated == 0
            || (policy == Self { name: policy.name.clone(), ..Self::strict() } && is_hollow(&document))
        {
            return Err(Error::new(Code::MisusePolicyEmpty, ""));
        }
        let other_than_data = document
            .members()
            .unwrap_or_default()
            .iter()
            .any(|m| !matches!(m.name.as_ref(), "name" | "crypto_only" | "report_data"));
        if policy.crypto_only && other_than_data {
            return Err(Error::new(Code::MisusePolicy, "crypto_only")
                .with(Fact::text("expected", "no other rule but report_data")));
        }
        Ok(policy)
    }
}

#[cfg(all(feature = "dcap", feature = "nvidia"))]
impl super::CompositeRules {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "composite", |name, node| {
            match name {
                "measured" => self.measured = stance_of(node, "composite.measured")?,
                "fresh" => self.fresh = stance_of(node, "composite.fresh")?,
                "covers_evidence" => self.covers_evidence = stance_of(node, "composite.covers_evidence")?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

/// True when every section of the document is empty.
fn is_hollow(document: &Node<'_>) -> bool {
    document.members().unwrap_or_default().iter().all(|member| {
        member.name == "name"
            || member.node.members().is_some_and(<[_]>::is_empty)
            || member.node.flag() == Some(false)
    })
}

#[cfg(feature = "dcap")]
impl TcbRules {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "tcb", |name, node| {
            match name {
                "accept" => {
                    self.accept = list_of(node, "tcb.accept", |item| {
                        let status = item.text().and_then(TcbStatus::from_name);
                        status.filter(|status| !status.is_terminal()).ok_or_else(|| {
                            bad(item, "tcb.accept", "a TCB status other than Revoked and NotSupported")
                        })
                    })?;
                }
                "tolerated_advisories" => {
                    self.tolerated_advisories = Some(texts_of(node, "tcb.tolerated_advisories")?);
                }
                "rejected_advisories" => {
                    self.rejected_advisories = texts_of(node, "tcb.rejected_advisories")?;
                }
                "minimum_evaluation_number" => {
                    self.minimum_evaluation_number = Some(number_of(node, "tcb.minimum_evaluation_number")?);
                }
                "grace_seconds" => self.grace_seconds = number_of(node, "tcb.grace_seconds")?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

#[cfg(feature = "dcap")]
impl CollateralRules {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "collateral", |name, node| {
            match name {
                "maximum_age_seconds" => {
                    self.maximum_age_seconds = Some(number_of(node, "collateral.maximum_age_seconds")?);
                }
                "grace_seconds" => self.grace_seconds = number_of(node, "collateral.grace_seconds")?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

#[cfg(feature = "dcap")]
impl PlatformRules {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "platform", |name, node| {
            match name {
                "ppids" => self.ppids = Some(identifiers(node, "platform.ppids")?),
                "instance_ids" => self.instance_ids = Some(identifiers(node, "platform.instance_ids")?),
                "fmspcs" => self.fmspcs = Some(identifiers(node, "platform.fmspcs")?),
                "dynamic_platform" => self.dynamic_platform = stance_of(node, "platform.dynamic_platform")?,
                "cached_keys" => self.cached_keys = stance_of(node, "platform.cached_keys")?,
                "smt" => self.smt = stance_of(node, "platform.smt")?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

#[cfg(feature = "dcap")]
impl SgxRules {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "sgx", |name, node| {
            match name {
                "debug" => self.debug = stance_of(node, "sgx.debug")?,
                "provision_key" => self.provision_key = stance_of(node, "sgx.provision_key")?,
                "einittoken_key" => self.einittoken_key = stance_of(node, "sgx.einittoken_key")?,
                "init" => self.init = stance_of(node, "sgx.init")?,
                "mode64" => self.mode64 = stance_of(node, "sgx.mode64")?,
                "attributes" => self.attributes = Some(masked_of(node, "sgx.attributes")?),
                "misc_select" => self.misc_select = Some(masked_of(node, "sgx.misc_select")?),
                "mr_enclave" => self.mr_enclave = expected_of(node, "sgx.mr_enclave")?,
                "mr_signer" => self.mr_signer = expected_of(node, "sgx.mr_signer")?,
                "isv_prod_id" => self.isv_prod_id = Some(number_of(node, "sgx.isv_prod_id")?),
                "minimum_isv_svn" => self.minimum_isv_svn = Some(number_of(node, "sgx.minimum_isv_svn")?),
                "config_id" => self.config_id = expected_of(node, "sgx.config_id")?,
                "minimum_config_svn" => {
                    self.minimum_config_svn = Some(number_of(node, "sgx.minimum_config_svn")?);
                }
                "isv_family_id" => self.isv_family_id = expected_of(node, "sgx.isv_family_id")?,
                "isv_ext_prod_id" => self.isv_ext_prod_id = expected_of(node, "sgx.isv_ext_prod_id")?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

#[cfg(feature = "dcap")]
impl TdxRules {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        let [rtmr0, rtmr1, rtmr2, rtmr3] = &mut self.rtmr;
        each_member(node, "tdx", |name, node| {
            match name {
                "debug" => self.debug = stance_of(node, "tdx.debug")?,
                "profiling" => self.profiling = stance_of(node, "tdx.profiling")?,
                "reserved_attributes" => {
                    self.reserved_attributes = stance_of(node, "tdx.reserved_attributes")?;
                }
                "reserved_xfam" => self.reserved_xfam = stance_of(node, "tdx.reserved_xfam")?,
                "sept_ve_disable" => self.sept_ve_disable = stance_of(node, "tdx.sept_ve_disable")?,
                "migratable" => self.migratable = stance_of(node, "tdx.migratable")?,
                "service_td" => self.service_td = stance_of(node, "tdx.service_td")?,
                "protection_keys" => self.protection_keys = stance_of(node, "tdx.protection_keys")?,
                "key_locker" => self.key_locker = stance_of(node, "tdx.key_locker")?,
                "performance_monitoring" => {
                    self.performance_monitoring = stance_of(node, "tdx.performance_monitoring")?;
                }
                "linear_address_separation" => {
                    self.linear_address_separation = stance_of(node, "tdx.linear_address_separation")?;
                }
                "attributes" => self.attributes = Some(masked_of(node, "tdx.attributes")?),
                "xfam" => self.xfam = Some(masked_of(node, "tdx.xfam")?),
                "mr_td" => self.mr_td = expected_of(node, "tdx.mr_td")?,
                "mr_seam" => self.mr_seam = expected_of(node, "tdx.mr_seam")?,
                "mr_config_id" => self.mr_config_id = expected_of(node, "tdx.mr_config_id")?,
                "mr_owner" => self.mr_owner = expected_of(node, "tdx.mr_owner")?,
                "mr_owner_config" => self.mr_owner_config = expected_of(node, "tdx.mr_owner_config")?,
                "mr_service_td" => self.mr_service_td = expected_of(node, "tdx.mr_service_td")?,
                "rtmr0" => *rtmr0 = expected_of(node, "tdx.rtmr0")?,
                "rtmr1" => *rtmr1 = expected_of(node, "tdx.rtmr1")?,
                "rtmr2" => *rtmr2 = expected_of(node, "tdx.rtmr2")?,
                "rtmr3" => *rtmr3 = expected_of(node, "tdx.rtmr3")?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }
}

/// Calls `read` with each member of an object; a member that it does not know is refused.
pub(super) fn each_member(
    node: &Node<'_>,
    path: &'static str,
    mut read: impl FnMut(&str, &Node<'_>) -> Result<bool, Error>,
) -> Result<(), Error> {
    let members = node.members().ok_or_else(|| bad(node, path, "an object"))?;
    for member in members {
        if !read(&member.name, &member.node)? {
            return Err(bad(&member.node, path, "only known members")
                .with(Fact::string("unknown", member.name.chars().take(64).collect())));
        }
    }
    Ok(())
}

pub(super) fn bad(node: &Node<'_>, path: &'static str, expected: &'static str) -> Error {
    Error::new(Code::MisusePolicy, path).at(node.offset).with(Fact::text("expected", expected))
}

pub(super) fn text_of<'n>(node: &'n Node<'_>, path: &'static str) -> Result<&'n str, Error> {
    node.text().ok_or_else(|| bad(node, path, "a string"))
}

fn flag_of(node: &Node<'_>, path: &'static str) -> Result<bool, Error> {
    node.flag().ok_or_else(|| bad(node, path, "true or false"))
}

#[cfg(any(feature = "dcap", feature = "nvidia"))]
pub(super) fn number_of<T: TryFrom<u64>>(node: &Node<'_>, path: &'static str) -> Result<T, Error> {
    let number = node.unsigned().and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| bad(node, path, "an unsigned integer in range"))
}

#[cfg(feature = "dcap")]
fn hex_of<const N: usize>(node: &Node<'_>, path: &'static str) -> Result<Bytes<N>, Error> {
    node.text()
        .and_then(Bytes::from_hex)
        .ok_or_else(|| bad(node, path, "hex digits").with(Fact::count("digits", N.saturating_mul(2))))
}

pub(super) fn stance_of(node: &Node<'_>, path: &'static str) -> Result<Stance, Error> {
    node.text().and_then(Stance::from_name).ok_or_else(|| bad(node, path, "allow, forbid or require"))
}

pub(super) fn list_of<T>(
    node: &Node<'_>,
    path: &'static str,
    read: impl Fn(&Node<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    node.items().ok_or_else(|| bad(node, path, "a list"))?.iter().map(read).collect()
}

#[cfg(feature = "dcap")]
fn texts_of(node: &Node<'_>, path: &'static str) -> Result<Vec<String>, Error> {
    list_of(node, path, |item| text_of(item, path).map(String::from))
}

#[cfg(feature = "dcap")]
fn identifiers<const N: usize, T: From<[u8; N]>>(
    node: &Node<'_>,
    path: &'static str,
) -> Result<Vec<T>, Error> {
    list_of(node, path, |item| hex_of::<N>(item, path).map(|bytes| T::from(bytes.0)))
}

#[cfg(feature = "dcap")]
/// One hex string or a list with at least one; an empty list would accept nothing and is a slip.
fn expected_of<const N: usize>(node: &Node<'_>, path: &'static str) -> Result<Expected<N>, Error> {
    if node.text().is_some() {
        return Ok(Some(alloc::vec![hex_of(node, path)?]));
    }
    let list = list_of(node, path, |item| hex_of(item, path))?;
    if list.is_empty() {
        return Err(bad(node, path, "at least one value"));
    }
    Ok(Some(list))
}

#[cfg(feature = "dcap")]
fn masked_of<const N: usize>(node: &Node<'_>, path: &'static str) -> Result<Masked<N>, Error> {
    let (mut value, mut mask) = (None, None);
    each_member(node, path, |name, node| {
        match name {
            "value" => value = Some(hex_of::<N>(node, path)?),
            "mask" => mask = Some(hex_of::<N>(node, path)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let (Some(value), Some(mask)) = (value, mask) else {
        return Err(bad(node, path, "value and mask"));
    };
    if value.0.iter().zip(&mask.0).any(|(value, mask)| value & !mask != 0) {
        return Err(bad(node, path, "a value without bits outside its mask"));
    }
    Ok(Masked { value, mask })
}

//! Rules about IMA lists.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use super::json::{bad, each_member, list_of, stance_of, text_of};
use super::{Findings, Stance, property};
use crate::bytes::from_hex;
use crate::error::Error;
use crate::fact::Fact;
use crate::json::Node;
use crate::measured_boot::Grade;
use crate::measured_boot::ima::{Aggregate, FileDigest, ReplayedIma};

/// Rules about IMA lists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImaRules {
    /// A list must come with the quote. Any other stated rule asks for one as well.
    pub list: Stance,
    /// The first entry is over the quoted registers of this boot.
    pub boot_aggregate: Stance,
    /// More entries are named `boot_aggregate`, as after `kexec`.
    pub more_aggregates: Stance,
    /// Files were changed while they were measured.
    pub violations: Stance,
    /// When given: every measured file is one of these.
    pub files: Option<BTreeSet<FileRule>>,
}

/// A file that may be measured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRule {
    /// The algorithm's name, with `verity:` before it for an fs-verity digest.
    pub algorithm: String,
    /// The digest.
    pub digest: Vec<u8>,
    /// When given: only under this path. Mounts and containers choose paths, so a digest alone is safer.
    pub path: Option<Vec<u8>>,
}

impl ImaRules {
    /// The boot aggregate must match, and no file may have changed while it was measured.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            list: Stance::Allow,
            boot_aggregate: Stance::Require,
            more_aggregates: Stance::Forbid,
            violations: Stance::Forbid,
            files: None,
        }
    }

    pub(super) fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "ima", |name, node| {
            match name {
                "list" => self.list = stance_of(node, "ima.list")?,
                "boot_aggregate" => self.boot_aggregate = stance_of(node, "ima.boot_aggregate")?,
                "more_aggregates" => self.more_aggregates = stance_of(node, "ima.more_aggregates")?,
                "violations" => self.violations = stance_of(node, "ima.violations")?,
                "files" => self.files = Some(list_of(node, "ima.files", file_of)?.into_iter().collect()),
                _ => return Ok(false),
            }
            Ok(true)
        })
    }

    pub(super) fn appraise(&self, list: Option<&ReplayedIma<'_>>, findings: &mut Findings) {
        let Some(list) = list else {
            let asked = *self != Self::strict() && self.list != Stance::Forbid;
            return match asked {
                true => findings.add("ima.list", false, [Fact::text("actual", "no IMA list")]),
                false => findings.not_checked("ima.list", [Fact::text("actual", "no IMA list")]),
            };
        };
        property(findings, "ima.list", self.list, true);
        let matches = match list.aggregate() {
            // It was judged when the earlier piece was.
            Aggregate::Earlier => true,
            aggregate => matches!(aggregate, Aggregate::Matches(_)),
        };
        let facts = [
            Fact::text("stance", self.boot_aggregate.as_str()),
            Fact::text("actual", list.aggregate().as_str()),
        ];
        match self.boot_aggregate {
            Stance::Allow => findings.not_checked("ima.boot_aggregate", facts),
            stance => findings.add("ima.boot_aggregate", matches == (stance == Stance::Require), facts),
        }
        property(findings, "ima.more_aggregates", self.more_aggregates, list.more_aggregates() > 0);
        property(findings, "ima.violations", self.violations, list.violations() > 0);
        self.appraise_files(list, findings);
    }

    fn appraise_files(&self, list: &ReplayedIma<'_>, findings: &mut Findings) {
        let Some(files) = &self.files else {
            return findings.not_checked("ima.files", [Fact::number("entries", list.verified())]);
        };
        let mut entries = list.entries();
        let (mut unknown, mut first) = (0u64, None);
        loop {
            let entry = match entries.next() {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                Err(error) => {
                    return findings.add("ima.files", false, [Fact::text("code", error.code().as_str())]);
                }
            };
            // Violations have a rule of their own, and so has the aggregate.
            let aggregate =
                list.first() == 0 && entry.number() == 0 && entry.path() == Some(b"boot_aggregate");
            if entry.is_violation() || aggregate {
                continue;
            }
            let allowed = entry.digest().is_some_and(|digest| is_allowed(files, &digest, entry.path()));
            if !allowed {
                unknown = unknown.saturating_add(1);
                first = first.or_else(|| {
                    let digest = entry.digest().map(|digest| digest.digest.to_vec()).unwrap_or_default();
                    let path = String::from_utf8_lossy(entry.path().unwrap_or_default()).into_owned();
                    Some((entry.number(), digest, path))
                });
            }
        }
        let mut facts = alloc::vec![
            Fact::text("grade", Grade::DigestBound.as_str()),
            Fact::number("entries", list.verified()),
            Fact::number("unknown", unknown),
        ];
        if let Some((number, digest, path)) = first {
            facts.push(Fact::number("first", number));
            facts.push(Fact::bytes("digest", digest));
            facts.push(Fact::string("path", path.escape_debug().take(256).collect()));
        }
        findings.add("ima.files", unknown == 0, facts);
    }
}

fn is_allowed(files: &BTreeSet<FileRule>, digest: &FileDigest<'_>, path: Option<&[u8]>) -> bool {
    let Ok(name) = core::str::from_utf8(digest.algorithm) else { return false };
    let algorithm = if digest.verity { alloc::format!("verity:{name}") } else { name.into() };
    let mut rule = FileRule { algorithm, digest: digest.digest.to_vec(), path: None };
    if files.contains(&rule) {
        return true;
    }
    rule.path = path.map(<[u8]>::to_vec);
    rule.path.is_some() && files.contains(&rule)
}

/// `"sha256:hex"`, or `{"digest": "sha256:hex", "path": "/bin/sh"}`.
fn file_of(item: &Node<'_>) -> Result<FileRule, Error> {
    const PATH: &str = "ima.files";
    if let Some(text) = item.text() {
        return digest_rule(text).ok_or_else(|| bad(item, PATH, "a digest such as sha256:<hex>"));
    }
    let (mut rule, mut path) = (None, None);
    each_member(item, PATH, |name, node| {
        match name {
            "digest" => rule = digest_rule(text_of(node, PATH)?),
            "path" => path = Some(text_of(node, PATH)?.as_bytes().to_vec()),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let rule = rule.ok_or_else(|| bad(item, PATH, "a digest such as sha256:<hex>"))?;
    Ok(FileRule { path, ..rule })
}

fn digest_rule(text: &str) -> Option<FileRule> {
    let (algorithm, digest) = text.rsplit_once(':')?;
    let digest = from_hex(digest.as_bytes()).ok().filter(|digest| !digest.is_empty())?;
    Some(FileRule { algorithm: algorithm.into(), digest, path: None })
}

//! Appraising a measurement list that a quote proves.

use alloc::string::String;
use alloc::vec::Vec;

use super::ima_rules::{FileList, ImaRules};
use super::rules::Stance;
use super::{Findings, property};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::measured_boot::ima::{Aggregate, FileSignature, ImaKeys, ReplayedIma};

impl ImaRules {
    /// Evaluates every rule over a verified list.
    ///
    /// # Errors
    /// `misuse.policy` for a key that cannot be read.
    pub(super) fn appraise(
        &self,
        list: Option<&ReplayedIma<'_>>,
        provider: &dyn CryptoProvider,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        let Some(list) = list else {
            // Rules that nobody can check are not met: a rule about what ran is not satisfied by saying
            // nothing of it.
            let asked = *self != Self::strict() && self.list != Stance::Forbid;
            let facts = [Fact::text("actual", "no measurement list")];
            match asked {
                true => findings.add("ima.list", false, facts),
                false => findings.not_checked("ima.list", facts),
            }
            return Ok(());
        };
        property(findings, "ima.list", self.list, true);
        let keys = self.loaded_keys(list, provider)?;
        let seen = self.walk(list, &keys, provider)?;
        self.boot_aggregate_finding(list, findings);
        property(
            findings,
            "ima.repeated_boot_aggregate",
            self.repeated_boot_aggregate,
            list.more_aggregates() > 0 || list.earlier_more_aggregates() > 0,
        );
        property(findings, "ima.sha1_only", self.sha1_only, is_sha1_only(list));
        property(findings, "ima.unproven_entries", self.unproven_entries, list.unverified() > 0);
        let stands_still = list.first() > 0 && list.verified() == 0 && list.unverified() > 0;
        property(findings, "ima.stands_still", self.stands_still, stands_still);
        property(findings, "ima.other_registers", self.other_registers, list.foreign() > 0);
        property(findings, "ima.learned_keys", self.learned_keys, !list.learned_keys().is_empty());
        seen.violations.finding("ima.violations", self.violations, findings);
        seen.unknown.finding("ima.unknown_templates", self.unknown_templates, findings);
        match &self.allow {
            None => findings.not_checked("ima.allow", [Fact::count("entries", seen.files)]),
            Some(_) => seen.unlisted.refusal("ima.allow", seen.files, findings),
        }
        match self.signatures {
            Stance::Allow => findings.not_checked("ima.signatures", [Fact::count("entries", seen.files)]),
            Stance::Require => seen.unsigned.refusal("ima.signatures", seen.files, findings),
            Stance::Forbid => {
                findings.add("ima.signatures", seen.signed == 0, [Fact::count("signed", seen.signed)])
            }
        }
        Ok(())
    }

    fn loaded_keys(&self, list: &ReplayedIma<'_>, provider: &dyn CryptoProvider) -> Result<ImaKeys, Error> {
        let mut keys = ImaKeys::new();
        for der in &self.keys {
            keys.add_certificate(der, provider).or_else(|_| keys.add_key(der, provider)).map_err(|_| {
                Error::new(Code::MisusePolicy, "ima.keys")
                    .with(Fact::text("expected", "a certificate or public key"))
            })?;
        }
        if self.learned_keys != Stance::Forbid {
            for certificate in list.learned_keys() {
                // A kind of key that is not verified here signs nothing that counts.
                let _ = keys.add_certificate(certificate, provider);
            }
        }
        Ok(keys)
    }

    fn walk(
        &self,
        list: &ReplayedIma<'_>,
        keys: &ImaKeys,
        provider: &dyn CryptoProvider,
    ) -> Result<Seen, Error> {
        let mut seen = Seen::default();
        seen.violations.count = usize::try_from(list.earlier_violations()).unwrap_or(usize::MAX);
        let check_signatures = self.signatures != Stance::Allow;
        let tied = matches!(list.aggregate(), Aggregate::Matches(_));
        let mut entries = list.entries();
        while let Some(entry) = entries.next()? {
            let index = list.first().saturating_add(entry.number());
            if entry.is_violation() {
                seen.violations.note(index, b"");
                continue;
            }
            let (Some(digest), Some(path)) = (entry.digest(), entry.path()) else {
                seen.unknown.note(index, b"");
                continue;
            };
            if index == 0 && tied && path == b"boot_aggregate" {
                continue;
            }
            seen.files = seen.files.saturating_add(1);
            if self.is_excluded(path) {
                continue;
            }
            let listed = |allow: &FileList| allow.contains(digest.algorithm, digest.digest, path);
            if !self.allow.as_ref().is_none_or(listed) {
                seen.unlisted.note(index, path);
            }
            // A buffer is no file: nobody signs it. It is one only if it hashes to its digest, and a file's
            // own signature cannot stand in the same field: a file may hold the very bytes that it claims as
            // its signature.
            let buffer = entry.buffer(provider).filter(|buffer| !may_be_attribute(buffer));
            if check_signatures && buffer.is_none() {
                match keys.check(&entry) {
                    FileSignature::Valid { .. } => seen.signed = seen.signed.saturating_add(1),
                    _ => seen.unsigned.note(index, path),
                }
            }
        }
        Ok(seen)
    }

    fn is_excluded(&self, path: &[u8]) -> bool {
        self.excluded_paths.iter().any(|excluded| {
            let rest = path.strip_prefix(excluded.as_bytes());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || excluded.ends_with('/'))
                && !path.windows(3).any(|part| part == b"/..")
        })
    }

    fn boot_aggregate_finding(&self, list: &ReplayedIma<'_>, findings: &mut Findings) {
        // Of a continued list, what its beginning said.
        let found = list.first_aggregate();
        let facts =
            [Fact::text("stance", self.boot_aggregate.as_str()), Fact::text("actual", found.as_str())];
        let met = matches!(found, Aggregate::Matches(_));
        match self.boot_aggregate {
            Stance::Allow => findings.not_checked("ima.boot_aggregate", facts),
            Stance::Require => findings.add("ima.boot_aggregate", met, facts),
            Stance::Forbid => findings.add("ima.boot_aggregate", !met, facts),
        }
    }
}

/// Whether a buffer begins as the extended attribute `security.ima` or `security.evm` may: EVM_IMA_XATTR_DIGSIG,
/// EVM_XATTR_PORTABLE_DIGSIG, IMA_VERITY_DIGSIG; an empty one is a file without either.
fn may_be_attribute(buffer: &[u8]) -> bool {
    matches!(buffer.first(), None | Some(3 | 5 | 6))
}

/// Whether nothing stronger than SHA-1 ties the entries to the register.
fn is_sha1_only(list: &ReplayedIma<'_>) -> bool {
    list.is_zero_padded() || list.values().iter().all(|(bank, _)| *bank == HashAlgorithm::Sha1)
}

/// What one walk over a list found.
#[derive(Default)]
struct Seen {
    files: usize,
    signed: usize,
    violations: Notes,
    unknown: Notes,
    unlisted: Notes,
    unsigned: Notes,
}

/// Entries of one kind: how many, and the first few.
#[derive(Default)]
struct Notes {
    count: usize,
    examples: Vec<Fact>,
}

impl Notes {
    fn note(&mut self, index: u64, path: &[u8]) {
        self.count = self.count.saturating_add(1);
        if self.examples.len() < EXAMPLES {
            let mut text = alloc::format!("{index}");
            if !path.is_empty() {
                text.push(' ');
                text.push_str(&shown(path));
            }
            self.examples.push(Fact::string("entry", text));
        }
    }

    fn finding(self, rule: &'static str, stance: Stance, findings: &mut Findings) {
        let mut facts = alloc::vec![Fact::text("stance", stance.as_str()), Fact::count("count", self.count)];
        facts.extend(self.examples);
        match stance {
            Stance::Allow => findings.not_checked(rule, facts),
            Stance::Forbid => findings.add(rule, self.count == 0, facts),
            Stance::Require => findings.add(rule, self.count > 0, facts),
        }
    }

    fn refusal(self, rule: &'static str, files: usize, findings: &mut Findings) {
        let mut facts = alloc::vec![Fact::count("entries", files), Fact::count("refused", self.count)];
        facts.extend(self.examples);
        findings.add(rule, self.count == 0, facts);
    }
}

/// A path for people: bytes that are no plain text are escaped, and a long one is cut.
fn shown(path: &[u8]) -> String {
    let cut = path.get(..SHOWN_BYTES).unwrap_or(path);
    alloc::format!("{}{}", cut.escape_ascii(), if cut.len() < path.len() { "…" } else { "" })
}

/// How many entries a finding names.
const EXAMPLES: usize = 8;
/// How much of a path a finding shows.
const SHOWN_BYTES: usize = 160;

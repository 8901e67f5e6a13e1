//! Rules about measured boot: what a replayed log may and must say.
//!
//! Rules read graded claims alone: a function that takes a digest-bound value cannot be handed hearsay.
//! Every finding says the grade that it read.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::json::{bad, each_member, list_of, stance_of, text_of};
use super::{Findings, Stance, known_property, property};
use crate::bytes::from_hex;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::Node;
use crate::measured_boot::{BootState, DigestBound, Grade, LogKind, Measured, Quirk, RegisterState};

/// Rules about measured boot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BootRules {
    /// A log must come with the quote. Any other stated rule asks for one as well.
    pub log: Stance,
    /// Registers that the log need not explain: PCR 10 to 15 belong to operating systems. For a CCEL,
    /// RTMR `n` is `n + 1`.
    pub opaque_registers: Vec<u32>,
    /// Deviations from the specification that are put up with.
    pub quirks: Vec<Quirk>,
    /// Problems of the log that are put up with, by code.
    pub tolerated_problems: Vec<String>,
    /// Nothing but SHA-1 proves the log.
    pub sha1_bank: Stance,
    /// Secure Boot was on.
    pub secure_boot: Stance,
    /// Firmware or its debugger was in debug mode.
    pub debug_mode: Stance,
    /// shim was told to run anything (`MokSBState`).
    pub shim_validation_disabled: Stance,
    /// The revocation list has at least this many entries.
    pub minimum_dbx_entries: Option<u64>,
    /// The revocation list holds these.
    pub dbx_contains: Vec<Vec<u8>>,
    /// SHA-256 of the certificates (or hashes) that may allow images; every one that did must be here.
    pub authorities: Option<Vec<Vec<u8>>>,
    /// Digests of kernels; one must have been measured as code, and no code that is not listed here, among
    /// the RAM disks or in the register's events.
    pub kernels: Option<Vec<Vec<u8>>>,
    /// Digests of initial RAM disks; one must have been measured, on the same terms.
    pub initrds: Option<Vec<Vec<u8>>>,
    /// Words that every command line must hold.
    pub command_line_required: Vec<String>,
    /// Words that no text of a boot loader may hold.
    pub command_line_forbidden: Vec<String>,
    /// Registers, and all that may have been measured into them.
    pub events: Vec<EventsRule>,
}

/// All that may have been measured into a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventsRule {
    /// The register, as in the log.
    pub register: u32,
    /// The digests.
    pub digests: Vec<Vec<u8>>,
}

impl BootRules {
    /// What firmware guarantees, proven with more than SHA-1, and no debug mode.
    #[must_use]
    pub fn strict() -> Self {
        Self {
            log: Stance::Allow,
            opaque_registers: Vec::new(),
            quirks: Vec::new(),
            tolerated_problems: Vec::new(),
            sha1_bank: Stance::Forbid,
            secure_boot: Stance::Allow,
            debug_mode: Stance::Forbid,
            shim_validation_disabled: Stance::Forbid,
            minimum_dbx_entries: None,
            dbx_contains: Vec::new(),
            authorities: None,
            kernels: None,
            initrds: None,
            command_line_required: Vec::new(),
            command_line_forbidden: Vec::new(),
            events: Vec::new(),
        }
    }

    /// A problem of a log that is put up with.
    #[must_use]
    pub fn tolerates(&self, problem: &Error) -> bool {
        self.tolerated_problems.iter().any(|code| code == problem.code().as_str())
    }

    pub(super) fn read(&mut self, node: &Node<'_>) -> Result<(), Error> {
        each_member(node, "boot", |name, node| {
            match name {
                "log" => self.log = stance_of(node, "boot.log")?,
                "opaque_registers" => {
                    self.opaque_registers = list_of(node, "boot.opaque_registers", register_of)?;
                }
                "quirks" => {
                    self.quirks = list_of(node, "boot.quirks", |item| {
                        let quirk = item.text().and_then(Quirk::from_name);
                        quirk.ok_or_else(|| bad(item, "boot.quirks", "the name of a quirk"))
                    })?;
                }
                "tolerated_problems" => {
                    self.tolerated_problems = list_of(node, "boot.tolerated_problems", |item| {
                        let code =
                            item.text().filter(|text| PROBLEMS.iter().any(|code| code.as_str() == *text));
                        code.map(String::from)
                            .ok_or_else(|| bad(item, "boot.tolerated_problems", "a code `boot.…`"))
                    })?;
                }
                "sha1_bank" => self.sha1_bank = stance_of(node, "boot.sha1_bank")?,
                "secure_boot" => self.secure_boot = stance_of(node, "boot.secure_boot")?,
                "debug_mode" => self.debug_mode = stance_of(node, "boot.debug_mode")?,
                "shim_validation_disabled" => {
                    self.shim_validation_disabled = stance_of(node, "boot.shim_validation_disabled")?;
                }
                "minimum_dbx_entries" => {
                    let number = node.unsigned();
                    let number = number.ok_or_else(|| bad(node, "boot.minimum_dbx_entries", "a number"))?;
                    self.minimum_dbx_entries = Some(number);
                }
                "dbx_contains" => self.dbx_contains = digests_of(node, "boot.dbx_contains")?,
                "authorities" => self.authorities = Some(digests_of(node, "boot.authorities")?),
                "kernels" => self.kernels = Some(digests_of(node, "boot.kernels")?),
                "initrds" => self.initrds = Some(digests_of(node, "boot.initrds")?),
                "command_line_required" => {
                    self.command_line_required = words_of(node, "boot.command_line_required")?;
                }
                "command_line_forbidden" => {
                    self.command_line_forbidden = words_of(node, "boot.command_line_forbidden")?;
                }
                "events" => self.events = events_of(node)?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }

    /// `ima_verified`: an IMA list explains PCR 10.
    pub(super) fn appraise(
        &self,
        state: Option<&BootState<'_>>,
        provider: &dyn CryptoProvider,
        ima_verified: bool,
        findings: &mut Findings,
    ) {
        let Some(state) = state else {
            // Rules that nobody can check are not met.
            let asked = *self != Self::strict() && self.log != Stance::Forbid;
            return match asked {
                true => findings.add("boot.log", false, [Fact::text("actual", "no event log")]),
                false => findings.not_checked("boot.log", [Fact::text("actual", "no event log")]),
            };
        };
        property(findings, "boot.log", self.log, true);
        self.appraise_registers(state, ima_verified, findings);
        let used: Vec<&str> =
            state.quirks().iter().filter(|quirk| !self.quirks.contains(quirk)).map(Quirk::as_str).collect();
        let all: Vec<&str> = state.quirks().iter().map(Quirk::as_str).collect();
        findings.add(
            "boot.quirks",
            used.is_empty(),
            [Fact::string("used", all.join(",")), Fact::string("not_allowed", used.join(","))],
        );
        let problems: Vec<&Error> =
            state.problems().iter().filter(|problem| !self.tolerates(problem)).collect();
        let mut facts = alloc::vec![Fact::count("problems", problems.len())];
        facts.extend(problems.first().map(|problem| Fact::text("code", problem.code().as_str())));
        findings.add("boot.problems", problems.is_empty(), facts);
        property(findings, "boot.sha1_bank", self.sha1_bank, state.is_sha1_only());
        self.appraise_secure_boot(state, provider, findings);
        self.appraise_digests(state, findings);
        self.appraise_command_line(state, findings);
    }

    /// The first register that a rule reads and that is not proven; whoever asks for the quote chooses what
    /// it covers, and may leave out what would tell on them.
    fn unproven(state: &BootState<'_>, registers: &[u32]) -> Option<u32> {
        let proven = |register: &u32| {
            let found = state.registers().get(register);
            matches!(found, Some(RegisterState::Explained | RegisterState::Unused))
        };
        registers.iter().copied().find(|register| !proven(register))
    }

    /// Where code is measured: PCR 4, 9 and 11 (RTMR1 and RTMR2). PCR 11 alone may be named opaque: systemd
    /// goes on extending it, and what stands in it stands in an image that PCR 4 holds.
    fn code_registers(&self, kind: LogKind) -> &'static [u32] {
        match kind {
            LogKind::Ccel => &[2, 3],
            LogKind::Tpm if self.opaque_registers.contains(&11) => &[4, 9],
            LogKind::Tpm => &[4, 9, 11],
        }
    }

    fn appraise_registers(&self, state: &BootState<'_>, ima_verified: bool, findings: &mut Findings) {
        let unexplained: Vec<String> = state
            .registers()
            .iter()
            .filter(|(register, found)| {
                let by_ima = ima_verified && state.kind() == LogKind::Tpm && **register == 10;
                found.is_unexplained()
                    && !self.opaque_registers.contains(register)
                    && !RESETTABLE.contains(register)
                    && !by_ima
            })
            .map(|(register, found)| alloc::format!("{register}:{}", found.as_str()))
            .collect();
        let mut facts = alloc::vec![
            Fact::text("grade", Grade::Signed.as_str()),
            Fact::string("unexplained", unexplained.join(",")),
        ];
        // A log that is asked for has to tell what firmware did.
        let firmware = match (self.log, state.kind()) {
            (Stance::Require, LogKind::Tpm) => 0..8,
            (Stance::Require, LogKind::Ccel) => 1..4,
            _ => 0..0,
        };
        let firmware: Vec<u32> =
            firmware.filter(|register| !self.opaque_registers.contains(register)).collect();
        let unproven = Self::unproven(state, &firmware);
        facts.extend(unproven.map(|register| Fact::number("not_proven", register.into())));
        findings.add("boot.registers", unexplained.is_empty() && unproven.is_none(), facts);
    }

    fn appraise_secure_boot(
        &self,
        state: &BootState<'_>,
        provider: &dyn CryptoProvider,
        findings: &mut Findings,
    ) {
        let known = state.secure_boot().ok();
        let enabled = known.map(|secure_boot| is_enabled(&secure_boot.enabled));
        known_property(findings, "boot.secure_boot", self.secure_boot, enabled);
        let debug = known.map(|secure_boot| secure_boot.debug_mode);
        self.silent_property(findings, "boot.debug_mode", self.debug_mode, debug);
        let shim = known.map(|secure_boot| secure_boot.shim_validation_disabled);
        self.silent_property(findings, "boot.shim_validation_disabled", self.shim_validation_disabled, shim);
        let grade = Fact::text("grade", Grade::DigestBound.as_str());
        let entries = known.map_or(0, |secure_boot| secure_boot.dbx.get().len());
        match self.minimum_dbx_entries {
            None => findings.not_checked("boot.minimum_dbx_entries", [Fact::count("actual", entries)]),
            Some(minimum) => findings.add(
                "boot.minimum_dbx_entries",
                u64::try_from(entries).is_ok_and(|entries| entries >= minimum) && known.is_some(),
                [grade.clone(), Fact::number("expected", minimum), Fact::count("actual", entries)],
            ),
        }
        if !self.dbx_contains.is_empty() {
            let entries = known.into_iter().flat_map(|secure_boot| secure_boot.dbx.get());
            let held: BTreeSet<&[u8]> = entries.map(|entry| entry.data).collect();
            let missing = self.dbx_contains.iter().filter(|wanted| !held.contains(wanted.as_slice())).count();
            findings.add("boot.dbx_contains", missing == 0, [grade.clone(), Fact::count("missing", missing)]);
        }
        if let Some(allowed) = &self.authorities {
            let all =
                known.map(|secure_boot| secure_boot.early_authorities.iter().chain(&secure_boot.authorities));
            let allowed: BTreeSet<&[u8]> = allowed.iter().map(Vec::as_slice).collect();
            let mut others = Vec::new();
            for authority in all.into_iter().flatten().filter(|authority| !authority.get().is_state()) {
                let digest = provider.hash(HashAlgorithm::Sha256, &[authority.get().data]);
                if !allowed.contains(digest.as_slice()) {
                    others.push(Fact::bytes("actual", digest.as_slice()));
                }
            }
            // One of which the log has no data may be another authority.
            let register = if state.kind() == LogKind::Ccel { 1 } else { 7 };
            let hidden = known.into_iter().flat_map(|secure_boot| &secure_boot.opaque);
            let listed = self.listed();
            let hidden = hidden.filter(|digest| !listed.by_name(register, digest.get())).count();
            let met = known.is_some() && others.is_empty() && hidden == 0;
            others.insert(0, Fact::count("opaque", hidden));
            others.insert(0, grade);
            findings.add("boot.authorities", met, others);
        }
    }

    /// What is forbidden by default, where nothing is known of it: no violation unless the policy asks for a
    /// log or Secure Boot, but no rule that is met either.
    fn silent_property(
        &self,
        findings: &mut Findings,
        rule: &'static str,
        stance: Stance,
        actual: Option<bool>,
    ) {
        let asked = self.log == Stance::Require || self.secure_boot == Stance::Require;
        if actual.is_none() && stance == Stance::Forbid && !asked {
            let facts = [Fact::text("stance", stance.as_str()), Fact::text("actual", "unknown")];
            return findings.not_checked(rule, facts);
        }
        known_property(findings, rule, stance, actual);
    }

    fn appraise_digests(&self, state: &BootState<'_>, findings: &mut Findings) {
        let grade = || Fact::text("grade", Grade::ReplayBound.as_str());
        let registers = self.code_registers(state.kind());
        let unproven = Self::unproven(state, registers);
        let code =
            || state.measured().iter().filter(|event| event.opaque && registers.contains(&event.register));
        // Anybody may extend a register with a good digest later: all the other code has to be known too.
        let listed = self.listed();
        let unlisted: Vec<&Measured<'_>> = code().filter(|event| !listed.has(event)).collect();
        for (rule, wanted) in [("boot.kernels", &self.kernels), ("boot.initrds", &self.initrds)] {
            let Some(wanted) = wanted else {
                findings.not_checked(rule, []);
                continue;
            };
            let accepted: BTreeSet<&[u8]> = wanted.iter().map(Vec::as_slice).collect();
            let found = code().any(|event| accepted.contains(event.digest.get()));
            let mut facts = alloc::vec![grade(), Fact::count("accepted", wanted.len())];
            facts.push(Fact::flag("measured", found));
            facts.push(Fact::count("unlisted", unlisted.len()));
            if let Some(event) = unlisted.first() {
                facts.push(Fact::number("register", event.register.into()));
                facts.push(Fact::count("event", event.number));
                facts.push(Fact::bytes("actual", *event.digest.get()));
            }
            facts.extend(unproven.map(|register| Fact::number("not_proven", register.into())));
            findings.add(rule, found && unlisted.is_empty() && unproven.is_none(), facts);
        }
        for rule in &self.events {
            let events = state.measured().iter().filter(|event| event.register == rule.register);
            let mut count = 0usize;
            let mut facts = alloc::vec![grade(), Fact::number("register", rule.register.into())];
            let mut met = true;
            let allowed: BTreeSet<&[u8]> = rule.digests.iter().map(Vec::as_slice).collect();
            for event in events {
                count = count.saturating_add(1);
                let digest = *event.digest.get();
                if met && !allowed.contains(digest) {
                    met = false;
                    facts.push(Fact::count("event", event.number));
                    facts.push(Fact::bytes("actual", digest));
                }
            }
            facts.push(Fact::count("events", count));
            findings.add("boot.events", met && count > 0, facts);
        }
    }

    fn listed(&self) -> Listed<'_> {
        let mut by_register: BTreeMap<u32, BTreeSet<&[u8]>> = BTreeMap::new();
        for rule in &self.events {
            by_register.entry(rule.register).or_default().extend(rule.digests.iter().map(Vec::as_slice));
        }
        let code =
            [&self.kernels, &self.initrds].into_iter().flatten().flatten().map(Vec::as_slice).collect();
        Listed { code, by_register }
    }

    fn appraise_command_line(&self, state: &BootState<'_>, findings: &mut Findings) {
        let grade = || Fact::text("grade", Grade::DigestBound.as_str());
        let lines: Vec<&str> = state.command_lines().collect();
        let has = |line: &str, word: &str| line.split_ascii_whitespace().any(|token| token == word);
        if self.command_line_required.is_empty() && self.command_line_forbidden.is_empty() {
            return findings.not_checked("boot.command_line", [Fact::count("lines", lines.len())]);
        }
        // Which text is the command line, only its content tells: each that may be one must hold them.
        let registers: &[u32] = if state.kind() == LogKind::Ccel { &[3] } else { &[8, 9, 12] };
        let unproven = Self::unproven(state, registers);
        let missing = self
            .command_line_required
            .iter()
            .find(|word| lines.is_empty() || !lines.iter().all(|line| has(line, word)));
        let mut facts = alloc::vec![grade(), Fact::count("lines", lines.len())];
        facts.extend(missing.map(|word| Fact::string("missing", word.clone())));
        facts.extend(unproven.map(|register| Fact::number("not_proven", register.into())));
        findings.add("boot.command_line_required", missing.is_none() && unproven.is_none(), facts);
        if self.command_line_forbidden.is_empty() {
            return;
        }
        let forbidden = self
            .command_line_forbidden
            .iter()
            .find(|word| state.texts().iter().any(|text| matches_forbidden(text.text.get(), word)));
        let listed = self.listed();
        let unknown = state.opaque_texts().iter().filter(|event| !listed.has(event));
        let unknown: Vec<&Measured<'_>> = unknown.collect();
        let mut facts = alloc::vec![grade(), Fact::count("opaque_texts", unknown.len())];
        facts.extend(forbidden.map(|word| Fact::string("found", word.clone())));
        if let Some(event) = unknown.first() {
            facts.push(Fact::count("event", event.number));
            facts.push(Fact::bytes("actual", *event.digest.get()));
        }
        facts.extend(unproven.map(|register| Fact::number("not_proven", register.into())));
        let met = forbidden.is_none() && unknown.is_empty() && !lines.is_empty() && unproven.is_none();
        findings.add("boot.command_line_forbidden", met, facts);
    }
}

/// The digests that a policy knows, in order: whoever boots the machine says how many events are looked up.
struct Listed<'r> {
    code: BTreeSet<&'r [u8]>,
    by_register: BTreeMap<u32, BTreeSet<&'r [u8]>>,
}

impl Listed<'_> {
    /// Whether a digest is known: as a kernel, as an initial RAM disk, or by name for its register.
    fn has(&self, event: &Measured<'_>) -> bool {
        let digest = *event.digest.get();
        self.code.contains(digest) || self.by_name(event.register, digest)
    }

    fn by_name(&self, register: u32, digest: &[u8]) -> bool {
        self.by_register.get(&register).is_some_and(|digests| digests.contains(digest))
    }
}

/// A word of a text is forbidden as it stands, or before its `=`.
fn matches_forbidden(text: &str, word: &str) -> bool {
    text.split_ascii_whitespace().any(|token| {
        let token = token.trim_matches(['"', '\'', '{', '}', ';']);
        is_same_name(token, word) || token.split_once('=').is_some_and(|(name, _)| is_same_name(name, word))
    })
}

/// The kernel takes `-` and `_` in the names of parameters for the same (`kernel/params.c`, `parameq`).
fn is_same_name(one: &str, other: &str) -> bool {
    let fold = |byte: u8| if byte == b'-' { b'_' } else { byte };
    one.bytes().map(fold).eq(other.bytes().map(fold))
}

fn is_enabled(enabled: &DigestBound<bool>) -> bool {
    *enabled.get()
}

fn register_of(item: &Node<'_>) -> Result<u32, Error> {
    let register = item.unsigned().and_then(|number| u32::try_from(number).ok());
    let register = register.filter(|number| *number < 24 && !RESETTABLE.contains(number));
    register.ok_or_else(|| bad(item, "boot.opaque_registers", "a register from 0 to 22 but 16"))
}

fn digest_of(item: &Node<'_>, path: &'static str) -> Result<Vec<u8>, Error> {
    let digest = from_hex(text_of(item, path)?.as_bytes()).ok();
    digest
        .filter(|digest| matches!(digest.len(), 20 | 32 | 48 | 64))
        .ok_or_else(|| bad(item, path, "a digest in hex"))
}

fn digests_of(node: &Node<'_>, path: &'static str) -> Result<Vec<Vec<u8>>, Error> {
    let digests = list_of(node, path, |item| digest_of(item, path))?;
    if digests.is_empty() { Err(bad(node, path, "at least one digest")) } else { Ok(digests) }
}

fn words_of(node: &Node<'_>, path: &'static str) -> Result<Vec<String>, Error> {
    list_of(node, path, |item| {
        let word = text_of(item, path)?;
        if word.is_empty() || word.contains(char::is_whitespace) {
            return Err(bad(item, path, "one word"));
        }
        Ok(word.into())
    })
}

fn events_of(node: &Node<'_>) -> Result<Vec<EventsRule>, Error> {
    const PATH: &str = "boot.events";
    let mut rules = Vec::new();
    each_member(node, PATH, |name, node| {
        let register = name.parse().ok().filter(|number: &u32| {
            *number < 24 && !RESETTABLE.contains(number) && alloc::format!("{number}") == name
        });
        let Some(register) = register else { return Ok(false) };
        rules.push(EventsRule { register, digests: digests_of(node, PATH)? });
        Ok(true)
    })?;
    Ok(rules)
}

/// Registers that software resets at will: no rule reads them.
const RESETTABLE: [u32; 2] = [16, 23];

/// Problems that a policy may put up with.
pub(super) const PROBLEMS: [Code; 6] = [
    Code::BootEvent,
    Code::BootNoAction,
    Code::BootSeparator,
    Code::BootVariable,
    Code::BootSignatureList,
    Code::BootSecureBoot,
];

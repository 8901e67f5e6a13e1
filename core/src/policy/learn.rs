//! Making a policy from evidence that is known to be good.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::boot::PROBLEMS;
use crate::bytes::{Hex, to_hex};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::measured_boot::{BootState, LogKind, Quirk, RegisterState};

/// Writes a policy document that accepts a boot like this one: the same code, commands and authorities,
/// no older revocation list, the same state of Secure Boot, and files that were measured this time.
///
/// What changes from boot to boot by itself is left out: PCR 1 and 5 (boot order, partitions), and
/// firmware in PCR 0 and 2, which an update may replace. The document is text to be read before it is
/// used; everything in it comes from proven claims.
///
/// # Errors
/// The problem of a boot that no policy accepts, such as `boot.bank`; `boot.unverified` when a register of
/// the firmware, PCR 0 to 7 (RTMR0 to 2), is not quoted or not explained; those of
/// [`BootState::secure_boot`], when nothing can be told of it; those of reading an IMA list, which was read to
/// its end before.
pub fn learn(
    name: &str,
    boot: &BootState<'_>,
    #[cfg(feature = "tpm")] ima: Option<&crate::measured_boot::ima::ReplayedIma<'_>>,
    provider: &dyn CryptoProvider,
) -> Result<String, Error> {
    let intolerable = boot.problems().iter().find(|problem| !PROBLEMS.contains(&problem.code()));
    if let Some(problem) = intolerable {
        return Err(problem.clone());
    }
    // What firmware did is not to be learned as unknown: only what operating systems extend is.
    let firmware = if boot.kind() == LogKind::Ccel { 1..4 } else { 0..8 };
    for register in firmware {
        let found = boot.registers().get(&register);
        if !matches!(found, Some(RegisterState::Explained | RegisterState::Unused)) {
            let actual = found.map_or("not_quoted", |found| found.as_str());
            return Err(Error::new(Code::BootUnverified, "boot.registers")
                .with(Fact::number("register", register.into()))
                .with(Fact::text("actual", actual)));
        }
    }
    // Nor what it allowed to run: a policy that asks for a log refuses a boot of which nobody can tell.
    if let Err(problem) = boot.secure_boot() {
        return Err(problem.clone());
    }
    let mut members = alloc::vec![(String::from("name"), string(name))];
    members.push((String::from("boot"), object(learn_boot(boot, provider))));
    #[cfg(feature = "tpm")]
    if let Some(list) = ima {
        members.push((String::from("ima"), object(learn_ima(list)?)));
    }
    let mut text = object(members);
    text.push('\n');
    Ok(text)
}

fn learn_boot(boot: &BootState<'_>, provider: &dyn CryptoProvider) -> Vec<(String, String)> {
    let mut members = Vec::new();
    let mut add = |name: &str, value: String| members.push((String::from(name), value));
    add("log", string("require"));
    if boot.is_sha1_only() {
        add("sha1_bank", string("allow"));
    }
    let opaque = boot.registers().iter().filter(|(_, state)| state.is_unexplained());
    let opaque: Vec<String> = opaque.map(|(register, _)| alloc::format!("{register}")).collect();
    if !opaque.is_empty() {
        add("opaque_registers", list(&opaque));
    }
    let quirks: Vec<String> = boot.quirks().iter().map(|quirk: Quirk| string(quirk.as_str())).collect();
    if !quirks.is_empty() {
        add("quirks", list(&quirks));
    }
    let problems: BTreeSet<&str> = boot.problems().iter().map(|problem| problem.code().as_str()).collect();
    if !problems.is_empty() {
        add("tolerated_problems", list(&problems.into_iter().map(string).collect::<Vec<_>>()));
    }
    if let Ok(secure_boot) = boot.secure_boot() {
        add("secure_boot", string(if *secure_boot.enabled.get() { "require" } else { "forbid" }));
        if secure_boot.debug_mode {
            add("debug_mode", string("allow"));
        }
        if secure_boot.shim_validation_disabled {
            add("shim_validation_disabled", string("allow"));
        }
        add("minimum_dbx_entries", alloc::format!("{}", secure_boot.dbx.get().len()));
        let all = secure_boot.early_authorities.iter().chain(&secure_boot.authorities);
        let authorities: BTreeSet<String> = all
            .filter(|authority| !authority.get().is_state())
            .map(|authority| to_hex(provider.hash(HashAlgorithm::Sha256, &[authority.get().data]).as_slice()))
            .collect();
        if !authorities.is_empty() {
            add("authorities", list(&authorities.iter().map(|digest| string(digest)).collect::<Vec<_>>()));
        }
    }
    // Authorities can be told only if everything in their register can.
    let opaque = boot.secure_boot().is_ok_and(|secure_boot| !secure_boot.opaque.is_empty());
    let registers: &[u32] = match (boot.kind(), opaque) {
        (LogKind::Ccel, true) => &[1, 2, 3],
        (LogKind::Ccel, false) => &[2, 3],
        (LogKind::Tpm, true) => &[4, 7, 8, 9, 11, 12, 14],
        (LogKind::Tpm, false) => &[4, 8, 9, 11, 12, 14],
    };
    let mut events = Vec::new();
    for register in registers {
        let of = boot.measured().iter().filter(|event| event.register == *register);
        let digests: BTreeSet<&[u8]> = of.map(|event| *event.digest.get()).collect();
        if !digests.is_empty() {
            let digests: Vec<String> =
                digests.into_iter().map(|digest| alloc::format!("\"{}\"", Hex(digest))).collect();
            events.push((alloc::format!("{register}"), list(&digests)));
        }
    }
    if !events.is_empty() {
        add("events", object(events));
    }
    members
}

#[cfg(feature = "tpm")]
fn learn_ima(
    ima: &crate::measured_boot::ima::ReplayedIma<'_>,
) -> Result<Vec<(String, String)>, crate::Error> {
    use crate::measured_boot::ima::Aggregate;
    let mut members = alloc::vec![(String::from("list"), string("require"))];
    if !matches!(ima.first_aggregate(), Aggregate::Matches(_)) {
        members.push(("boot_aggregate".into(), string("allow")));
    }
    if ima.more_aggregates() > 0 || ima.earlier_more_aggregates() > 0 {
        members.push(("repeated_boot_aggregate".into(), string("allow")));
    }
    if ima.violations() > 0 || ima.earlier_violations() > 0 {
        members.push(("violations".into(), string("allow")));
    }
    if ima.is_zero_padded() || ima.values().iter().all(|(bank, _)| *bank == HashAlgorithm::Sha1) {
        members.push(("sha1_only".into(), string("allow")));
    }
    if ima.foreign() > 0 {
        members.push(("other_registers".into(), string("allow")));
    }
    let mut files = BTreeSet::new();
    let mut entries = ima.entries();
    while let Some(entry) = entries.next()? {
        // The aggregate has a rule of its own, where it can be checked.
        let tied = matches!(ima.aggregate(), Aggregate::Matches(_)) && ima.first() == 0;
        if tied && entry.number() == 0 && entry.path() == Some(b"boot_aggregate") {
            continue;
        }
        if let Some(digest) = entry.digest()
            && let Ok(algorithm) = core::str::from_utf8(digest.algorithm)
        {
            // Other algorithms no list of files can name: such a file has to be allowed by hand.
            if digest.hash().is_some() || algorithm == "sm3" {
                files.insert(alloc::format!("{algorithm}:{}", Hex(digest.digest)));
            }
        }
    }
    members.push(("allow".into(), list(&files.iter().map(|file| string(file)).collect::<Vec<_>>())));
    Ok(members)
}

fn object(members: Vec<(String, String)>) -> String {
    let members: Vec<String> =
        members.into_iter().map(|(name, value)| alloc::format!("{}:{value}", string(&name))).collect();
    alloc::format!("{{{}}}", members.join(","))
}

fn list(items: &[String]) -> String {
    alloc::format!("[{}]", items.join(","))
}

fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            control if control < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

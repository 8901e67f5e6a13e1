//! What GPUs and switches say, for people.

use veriquote::composite::Strength;
use veriquote::nvidia::{RevocationState, TopologyKind};
use veriquote_facade::{BondClaims, ComparisonClaims, NvgpuClaims, NvgpuDeviceClaims};

use super::style::{BAD, Canvas, GOOD, WARN};

/// Draws the claims.
pub(super) fn claims(canvas: &mut Canvas, claims: &NvgpuClaims) {
    canvas.heading("What the devices say");
    canvas.field("devices", &claims.devices.len().to_string());
    canvas.field("mode", claims.mode.map_or("not stated", |mode| mode.as_str()));
    let look = if claims.topology == TopologyKind::Broken { BAD } else { GOOD };
    canvas.field_styled("topology", look, &claims.topology.as_str().replace('_', " "));
    canvas.field("valid until", &claims.valid_until);
    for (index, device) in claims.devices.iter().enumerate() {
        draw_device(canvas, index, device);
    }
}

/// Draws how machine and devices belong together.
pub(super) fn bond(canvas: &mut Canvas, bond: &BondClaims) {
    canvas.heading("How machine and devices belong together");
    canvas.field("mode", bond.mode.as_str());
    let (look, words) = match bond.strength.0 {
        Strength::Measured => (GOOD, "measured: the policy knows the software that asked the devices"),
        Strength::NonceOnly => (WARN, "nonce-only: any machine can have relayed the challenge"),
    };
    canvas.field_styled("strength", look, words);
    let answer = |yes: bool| if yes { (GOOD, "yes") } else { (WARN, "no") };
    for (name, yes) in [
        ("answers a challenge", bond.fresh),
        ("quote covers the evidence", bond.covers_evidence),
        ("identity checked", bond.identity_checked),
    ] {
        let (look, word) = answer(yes);
        canvas.field_styled(name, look, word);
    }
}

fn draw_device(canvas: &mut Canvas, index: usize, device: &NvgpuDeviceClaims) {
    canvas.heading(&format!("Device {index}: {} {}", device.chip, device.class));
    canvas.field("serial", &device.serial);
    if let Some(driver) = &device.driver_version {
        canvas.field("driver", driver);
    }
    canvas.field("firmware", &device.vbios_version);
    for comparison in &device.comparisons {
        draw_comparison(canvas, comparison);
    }
    for missing in &device.missing {
        let name = missing.id.as_deref().unwrap_or(missing.kind.as_str());
        canvas.field_styled("not compared", WARN, &format!("{name} was not given"));
    }
    let known = device.certificates.iter().filter(|it| it.revocation != RevocationState::NotKnown).count();
    let look = if known == 0 { WARN } else { GOOD };
    canvas.field_styled("revocation known", look, &format!("{known} of {}", device.certificates.len()));
}

fn draw_comparison(canvas: &mut Canvas, comparison: &ComparisonClaims) {
    let all = comparison.matched.len() + comparison.mismatches.len() + comparison.skipped.len();
    let name = format!("{} measurements", comparison.kind.as_str().replace('_', " "));
    let look = if comparison.mismatches.is_empty() { GOOD } else { BAD };
    canvas.field_styled(&name, look, &format!("{} of {all} match", comparison.matched.len()));
    for mismatch in &comparison.mismatches {
        canvas.field_styled("differs", BAD, &format!("{} {}", mismatch.index, mismatch.name));
    }
}

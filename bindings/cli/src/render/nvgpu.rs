//! What GPUs and switches say, for people.

use veriquote_facade::{ComparisonClaims, NvgpuClaims, NvgpuDeviceClaims};

use super::style::{BAD, Canvas, GOOD, WARN};

/// Draws the claims.
pub(super) fn claims(canvas: &mut Canvas, claims: &NvgpuClaims) {
    canvas.heading("What the devices say");
    canvas.field("devices", &claims.devices.len().to_string());
    canvas.field("mode", claims.mode.as_deref().unwrap_or("not stated"));
    let look = if claims.topology == "broken" { BAD } else { GOOD };
    canvas.field_styled("topology", look, &claims.topology.replace('_', " "));
    canvas.field("valid until", &claims.valid_until);
    for (index, device) in claims.devices.iter().enumerate() {
        draw_device(canvas, index, device);
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
        let name = missing.id.as_deref().unwrap_or(&missing.kind);
        canvas.field_styled("not compared", WARN, &format!("{name} was not given"));
    }
    let known = device.certificates.iter().filter(|it| it.revocation != "not_known").count();
    let look = if known == 0 { WARN } else { GOOD };
    canvas.field_styled("revocation known", look, &format!("{known} of {}", device.certificates.len()));
}

fn draw_comparison(canvas: &mut Canvas, comparison: &ComparisonClaims) {
    let all = comparison.matched.len() + comparison.mismatches.len() + comparison.skipped.len();
    let name = format!("{} measurements", comparison.kind.replace('_', " "));
    let look = if comparison.mismatches.is_empty() { GOOD } else { BAD };
    canvas.field_styled(&name, look, &format!("{} of {all} match", comparison.matched.len()));
    for mismatch in &comparison.mismatches {
        canvas.field_styled("differs", BAD, &format!("{} {}", mismatch.index, mismatch.name));
    }
}

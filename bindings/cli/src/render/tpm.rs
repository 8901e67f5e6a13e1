//! What a TPM says, for people.

use veriquote_facade::{BootClaims, TpmClaims};

use super::style::{BAD, Canvas, DIM, GOOD, WARN};
use super::verification::members;

/// Draws the claims.
pub(super) fn claims(canvas: &mut Canvas, claims: &TpmClaims) {
    canvas.heading("What the TPM says");
    canvas.field("signed with", &claims.quote.scheme);
    let (look, word) = if claims.quote.fresh {
        (GOOD, "answers the challenge")
    } else {
        (WARN, "of any age: no challenge was given")
    };
    canvas.field_styled("fresh", look, word);
    canvas.field("firmware version", &claims.quote.firmware_version);
    canvas.heading("Attestation key");
    let look = if claims.ak.assurance == "attributes_checked" { GOOD } else { WARN };
    let assurance = match claims.ak.assurance.as_str() {
        "attributes_checked" => "signs only what its TPM made",
        _ => "only the key is known: it may have signed anything",
    };
    canvas.field_styled("assurance", look, assurance);
    canvas.field("route", &claims.ak.route);
    canvas.field("kind", &claims.ak.kind);
    if let Some(name) = &claims.ak.name {
        canvas.field("name", name);
    }
    if let Some(time) = &claims.ak.valid_until {
        canvas.field("valid until", time);
    }
    canvas.heading("Clock");
    members(canvas, &claims.clock.reading);
    canvas.field("counters", &claims.clock.counters);
    if let Some(continuity) = &claims.clock.continuity {
        let look = if continuity == "went_back" { WARN } else { GOOD };
        canvas.field_styled("since the last quote", look, &continuity.replace('_', " "));
    }
    if let Some(boot) = &claims.boot {
        draw_boot(canvas, boot);
    }
    if let Some(ima) = &claims.ima {
        canvas.heading("Kernel's measurement list");
        let unproven = if ima.unverified == 0 {
            String::new()
        } else {
            format!(", {} later than the quote", ima.unverified)
        };
        canvas.field("proven entries", &format!("{} (from entry {}){unproven}", ima.verified, ima.first));
        let look = if ima.violations == 0 { GOOD } else { WARN };
        canvas.field_styled("violations", look, &ima.violations.to_string());
        let look = if matches!(ima.boot_aggregate.as_str(), "matches" | "earlier") { GOOD } else { WARN };
        canvas.field_styled("boot aggregate", look, &ima.boot_aggregate.replace('_', " "));
    }
    match &claims.pcrs {
        Some(banks) => {
            for (bank, values) in banks {
                canvas.heading(&format!("Quoted registers, {bank}"));
                for (index, value) in values {
                    canvas.field(&format!("PCR {index}"), value);
                }
            }
        }
        None => {
            canvas.heading("Quoted registers");
            for (bank, indices) in &claims.quote.selection {
                let list: Vec<_> = indices.iter().map(ToString::to_string).collect();
                canvas.field(bank, &format!("{} (values not given)", list.join(" ")));
            }
        }
    }
}

fn draw_boot(canvas: &mut Canvas, boot: &BootClaims) {
    canvas.heading("Boot, as the log tells it and the registers prove it");
    for event in &boot.events {
        let (look, mark) = match event.proof.as_str() {
            "data" => (GOOD, "✓"),
            "contradicted" => (BAD, "✗"),
            _ => (DIM, "·"),
        };
        let text = event.text.as_deref().unwrap_or_default();
        canvas.bullet(look, mark, &format!("PCR {} {} {text}", event.index, event.event_type));
    }
    for register in boot.registers.iter().filter(|it| !matches!(it.state.as_str(), "explained" | "unused")) {
        let state = register.state.replace('_', " ");
        canvas.field_styled(&format!("PCR {}, {}", register.pcr, register.bank), WARN, &state);
    }
    for problem in &boot.problems {
        canvas.field_styled("contradiction", WARN, &format!("{} ({})", problem.message, problem.code));
    }
    if !boot.quirks.is_empty() {
        canvas.field_styled("deviations", WARN, &boot.quirks.join(" "));
    }
}

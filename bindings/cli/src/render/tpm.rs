//! What a TPM says, for people.

use veriquote::measured_boot::RegisterState;
use veriquote::measured_boot::ima::AggregateKind;
use veriquote::tpm::ContinuityKind;
use veriquote_facade::{BootClaims, KeyAssurance, TpmClaims};

use super::style::{Canvas, GOOD, WARN};
use super::verification::{members, proof};

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
    let look = if claims.ak.assurance == KeyAssurance::AttributesChecked { GOOD } else { WARN };
    let assurance = match claims.ak.assurance.0 {
        KeyAssurance::AttributesChecked => "signs only what its TPM made",
        KeyAssurance::KeyOnly => "only the key is known: it may have signed anything",
    };
    canvas.field_styled("assurance", look, assurance);
    canvas.field("route", claims.ak.route.as_str());
    canvas.field("kind", &claims.ak.kind);
    if let Some(name) = &claims.ak.name {
        canvas.field("name", name);
    }
    if let Some(time) = &claims.ak.valid_until {
        canvas.field("valid until", time);
    }
    canvas.heading("Clock");
    members(canvas, &claims.clock.reading);
    canvas.field("counters", claims.clock.counters.as_str());
    if let Some(continuity) = &claims.clock.continuity {
        let look = if *continuity == ContinuityKind::WentBack { WARN } else { GOOD };
        canvas.field_styled("since the last quote", look, &continuity.as_str().replace('_', " "));
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
        let look = if matches!(ima.boot_aggregate.0, AggregateKind::Matches | AggregateKind::Earlier) {
            GOOD
        } else {
            WARN
        };
        canvas.field_styled("boot aggregate", look, &ima.boot_aggregate.as_str().replace('_', " "));
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
        let (look, mark) = proof(event);
        let text = event.text.as_deref().unwrap_or_default();
        canvas.bullet(look, mark, &format!("PCR {} {} {text}", event.index, event.event_type));
    }
    for register in boot
        .registers
        .iter()
        .filter(|it| !matches!(it.state.0, RegisterState::Explained | RegisterState::Unused))
    {
        let state = register.state.as_str().replace('_', " ");
        canvas.field_styled(&format!("PCR {}, {}", register.pcr, register.bank), WARN, &state);
    }
    for problem in &boot.problems {
        canvas.field_styled("contradiction", WARN, &format!("{} ({})", problem.message, problem.code));
    }
    if !boot.quirks.is_empty() {
        canvas.field_styled(
            "deviations",
            WARN,
            &boot.quirks.iter().map(|quirk| quirk.as_str()).collect::<Vec<_>>().join(" "),
        );
    }
}

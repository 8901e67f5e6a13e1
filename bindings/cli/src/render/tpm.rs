//! What a TPM says, for people.

use veriquote_facade::TpmClaims;

use super::style::{Canvas, GOOD, WARN};
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

//! What a token says, for people.

use serde_json::Value;
use veriquote_facade::TokenClaims;

use super::style::Canvas;
use super::tree::tree;

/// Draws the claims.
pub(super) fn claims(canvas: &mut Canvas, claims: &TokenClaims) {
    canvas.heading("Signed with");
    canvas.field("algorithm", claims.key.algorithm.name());
    if let Some(kid) = &claims.key.kid {
        canvas.field("key", kid);
    }
    let origin = match claims.key.origin.as_str() {
        "set" => "your keys",
        "certified_set" => "your keys, certified by your root",
        _ => "the token's own certificates, which end at your root",
    };
    canvas.field("key from", origin);
    canvas.field("valid until", claims.valid_until.as_deref().unwrap_or("for ever: the token does not say"));
    canvas.heading("What the token says");
    tree(canvas, &Value::Object(claims.payload.clone()), 2);
    for submodule in &claims.submodules {
        canvas.heading(&format!("What the token of {} says", submodule.name));
        tree(canvas, &Value::Object(submodule.payload.clone()), 2);
    }
}

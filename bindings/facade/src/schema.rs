//! JSON Schema of the types that cross the border, for `cargo xtask gen`.

use serde_json::Value;

/// JSON Schema (2020-12) of requests and results, by name of the type.
#[must_use]
pub fn schema() -> Vec<(&'static str, Value)> {
    macro_rules! of {
        ($($name:ident),+) => { vec![$((stringify!($name), schemars::schema_for!(crate::$name).to_value())),+] };
    }
    of!(DcapRequest, Verification, Inspection, Problem)
}

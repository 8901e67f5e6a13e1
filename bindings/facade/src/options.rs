//! What options of every kind of evidence are read with.

use crate::problem::Problem;

/// Hex of either case, with or without `0x`.
pub(crate) fn hex(digits: &str, part: &str) -> Result<Vec<u8>, Problem> {
    let bare = digits.strip_prefix("0x").unwrap_or(digits);
    veriquote::bytes::from_hex(bare.as_bytes()).map_err(|offset| Problem {
        offset: u32::try_from(offset).ok(),
        ..Problem::misuse(part, "not hex", "write two hex digits for each byte")
    })
}

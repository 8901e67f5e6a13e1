//! What nodes of one service share when they share a database: the secret of challenges, and the issuer's
//! keys. Both are in the database as they are in files: sealed by the passphrase, which every node has.

mod keys;
mod vault;

use veriquote::UnixTime;

pub(crate) use keys::apart;
pub use keys::{open_keys, tend_keys};
pub use vault::{Vault, VaultError};

/// Whose turn it is to make keys: long enough for an RSA key of 4096 bits.
const TURN: i64 = 60;

/// When a turn that begins now ends.
fn end_of_turn(now: UnixTime) -> UnixTime {
    UnixTime(now.0.saturating_add(TURN))
}

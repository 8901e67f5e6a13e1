//! Keys of the issuer: made, sealed, published, used and withdrawn here.
//!
//! A key's file says when it begins to sign and whether it was revoked; from that and the clock follows
//! its state, so that nothing has to be changed at the moment of a rotation, and several nodes that share
//! a folder agree without talking to each other:
//!
//! ```text
//! next ──▶ active ──▶ retiring ──▶ (gone)        revoked: gone at once
//! ```

mod algorithm;
mod file;
mod passphrase;
mod ring;
mod schedule;
mod seal;
mod signing;
mod token;

pub use algorithm::Algorithm;
pub use file::{KeyFile, KeyFileError, create_secret, read_secret, write_secret};
pub use passphrase::{Passphrase, PassphraseError};
pub use ring::{KeyRing, RingError};
pub use schedule::{KeyState, KeyTimes, LONGEST_USE};
pub use seal::{Kdf, SealError, Sealed};
pub use signing::{Jwk, SigningError, SigningKey};
pub use token::{Token, TokenError, TokenKey, TokenPublic};

//! Keys in a token of PKCS #11.

use std::path::PathBuf;

use serde::Deserialize;

use super::Secret;

/// A token that makes and holds the issuer's keys, so that none of them ever leaves it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pkcs11Config {
    /// The library of its vendor.
    pub module: PathBuf,
    /// The label of the token.
    pub token: String,
    /// The user's PIN, unless a file has it.
    #[serde(default)]
    pub pin: Option<Secret>,
    /// A file of the PIN.
    #[serde(default)]
    pub pin_file: Option<PathBuf>,
}

impl Pkcs11Config {
    /// What is wrong with it.
    pub(super) fn check(&self, ask: &mut dyn FnMut(bool, &str)) {
        ask(!self.token.is_empty(), "keys.pkcs11.token: the label of a token");
        ask(self.pin.is_some() != self.pin_file.is_some(), "keys.pkcs11: `pin` or `pin_file`, one of them");
        for path in [Some(&self.module), self.pin_file.as_ref()].into_iter().flatten() {
            ask(path.exists(), &format!("{}: there is no such file", path.display()));
        }
    }
}

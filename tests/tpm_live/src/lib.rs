//! A software TPM of one's own: `swtpm` on the loopback with a temporary state, driven by `tpm2-tools`.
//!
//! Both are Debian's packages, installed by `cargo xtask setup`. Where they are missing, a test says so on
//! standard error and passes; in CI it fails. A [`SoftTpm`] ends the one process that it started, by its
//! own id, and removes its folder.

mod tools;

pub use tools::{Missing, SoftTpm};

//! Policies and reference values: those that are built in, and those of the store.

mod ask;
mod builtin;
mod references;
mod resolve;
mod route;
mod shelf;

pub use ask::ask;
pub use builtin::{CRYPTO_ONLY, STRICT, STRICT_TEXT};
pub use resolve::{RegoModule, Resolved, hash_of, resolve};
pub use route::routes;

/// Whether this can be the id of a policy: letters, digits, `-` and `_`, at most 64, a letter or digit first.
#[must_use]
pub fn is_id(id: &str) -> bool {
    let first = id.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    first && id.len() <= 64 && id.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn ids_are_names_and_not_paths() {
        for id in ["strict", "a", "prod-tdx_2", "0"] {
            assert!(is_id(id), "{id}");
        }
        for id in ["", "../default", "a/b", "a.rego", "a\0", "-a", "_a", "é", "a b", &"a".repeat(65)] {
            assert!(!is_id(id), "{id:?}");
        }
    }
}

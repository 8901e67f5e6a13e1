//! Where the service remembers.

use serde::Deserialize;

use super::Secret;

/// Where the service remembers: a file of SQLite in the data folder, unless a database is named.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// A database of PostgreSQL, which several nodes may share: `postgres://user:password@host/database`.
    pub url: Option<Secret>,
    /// Most connections to it.
    pub connections: u32,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { url: None, connections: 16 }
    }
}

impl StoreConfig {
    /// What is wrong with it.
    pub(super) fn check(&self, ask: &mut dyn FnMut(bool, &str)) {
        ask((1..=1_000).contains(&self.connections), "store.connections: from 1 to 1000");
        let is_postgres = |url: &Secret| {
            ["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme))
        };
        ask(
            self.url.as_ref().is_none_or(is_postgres),
            "store.url: an address that begins with postgres://; without one, the data folder has a file",
        );
    }
}

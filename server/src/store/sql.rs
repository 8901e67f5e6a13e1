//! The store in SQL: a file of SQLite, or PostgreSQL for several nodes. Both run the same statements.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, AnyRow, install_default_drivers};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use veriquote::UnixTime;
use veriquote_http::percent_encode;

use super::{Answer, Store, StoreError, StoredDocument, StoredPolicy};
use crate::encoding::{from_base64, to_base64};

/// A store in SQL.
#[derive(Clone, Debug)]
pub struct Database {
    pub(super) pool: AnyPool,
}

/// Each is applied once, in this order, and never changed.
const MIGRATIONS: [(i64, &str, &str); 4] = [
    (1, "first", include_str!("../../migrations/0001_first.sql")),
    (2, "nodes", include_str!("../../migrations/0002_nodes.sql")),
    (3, "instances", include_str!("../../migrations/0003_instances.sql")),
    (4, "accounts", include_str!("../../migrations/0004_accounts.sql")),
];

/// How long a caller waits for a connection, and a connection of SQLite for another's write.
const PATIENCE: Duration = Duration::from_secs(5);

/// What each connection to SQLite is told: a commit that was acknowledged is on disk.
const DURABLE: &str = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000";

impl Database {
    /// Opens a file of SQLite, which is made if it is not there; nobody but its owner may read it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        private(path).map_err(|error| StoreError(format!("{}: {error}", path.display())))?;
        let path = path.to_str().ok_or_else(|| StoreError(format!("{}: not UTF-8", path.display())))?;
        Self::file(&format!("sqlite:{}?mode=rwc", percent_encode(path)), 8).await
    }

    /// A store that is gone with the process: for tests.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn in_memory() -> Result<Self, StoreError> {
        Self::file("sqlite::memory:", 1).await
    }

    /// Connects to PostgreSQL: `postgres://user:password@host:port/database`, or a socket's folder as
    /// `?host=/folder`. The address is in no error.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn postgres(url: &str, connections: u32) -> Result<Self, StoreError> {
        Self::connect(options(url)?, AnyPoolOptions::new().max_connections(connections)).await
    }

    async fn file(url: &str, connections: u32) -> Result<Self, StoreError> {
        let options = options(url)?;
        // The file is told once how its journal is kept: connections that say so at a time lock each other out.
        let mut first = options.connect().await.map_err(failed)?;
        first.execute("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL").await.map_err(failed)?;
        first.close().await.map_err(failed)?;
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            // A store in memory lives as long as its one connection.
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(DURABLE).await.map(drop) })
            });
        Self::connect(options, pool).await
    }

    async fn connect(options: AnyConnectOptions, pool: AnyPoolOptions) -> Result<Self, StoreError> {
        let pool = pool.acquire_timeout(PATIENCE).connect_with(options).await.map_err(failed)?;
        let migrations = MIGRATIONS.map(|(version, name, sql)| {
            Migration::new(version, name.into(), MigrationType::Simple, sql.into(), false)
        });
        let migrator = Migrator { migrations: migrations.to_vec().into(), ..Migrator::DEFAULT };
        migrator.run(&pool).await.map_err(|error| StoreError(error.to_string()))?;
        Ok(Self { pool })
    }
}

/// Makes the database's file with mode 0600, which SQLite gives its other files as well, and takes what others may do
/// from those that are there.
fn private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made.map(drop),
    }
    // By name: closing a file would end the locks that this process has on it.
    #[cfg(unix)]
    for name in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(name);
        withhold(Path::new(&file));
    }
    Ok(())
}

/// Where another one owns the file, its owner decides who reads it.
#[cfg(unix)]
fn withhold(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(found) = path.metadata() else { return };
    if found.permissions().mode() & 0o077 == 0 {
        return;
    }
    if let Err(error) = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
        tracing::warn!(path = %path.display(), %error, "others may read this file");
    }
}

/// The options of an address, which holds a password and is never shown.
fn options(url: &str) -> Result<AnyConnectOptions, StoreError> {
    install_default_drivers();
    let unread = |_| StoreError("the address of the database cannot be read".to_owned());
    let options = AnyConnectOptions::from_str(url).map_err(unread)?;
    Ok(options.disable_statement_logging())
}

impl Store for Database {
    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async {
            sqlx::query("SELECT 1").execute(&self.pool).await.map_err(failed)?;
            Ok(())
        })
    }

    fn use_challenge<'a>(&'a self, id: &'a str, expires_at: UnixTime) -> Answer<'a, bool> {
        Box::pin(async move {
            let sql = "INSERT INTO challenge (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
            let done = sqlx::query(sql).bind(id).bind(expires_at.0).execute(&self.pool).await;
            Ok(done.map_err(failed)?.rows_affected() == 1)
        })
    }

    fn forget_challenges(&self, before: UnixTime) -> Answer<'_, u64> {
        Box::pin(async move {
            let sql = "DELETE FROM challenge WHERE expires_at < $1";
            let done = sqlx::query(sql).bind(before.0).execute(&self.pool).await;
            Ok(done.map_err(failed)?.rows_affected())
        })
    }

    fn document<'a>(&'a self, key: &'a str) -> Answer<'a, Option<StoredDocument>> {
        Box::pin(async move {
            let sql = "SELECT body, media_type, issuer_chain, headers, fetched_at, source \
                       FROM collateral WHERE key = $1";
            let row = sqlx::query(sql).bind(key).fetch_optional(&self.pool).await.map_err(failed)?;
            row.as_ref().map(document).transpose()
        })
    }

    fn keep_document<'a>(
        &'a self,
        key: &'a str,
        document: &'a StoredDocument,
        before: Option<UnixTime>,
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let sql = "INSERT INTO collateral \
                       (key, body, media_type, issuer_chain, headers, fetched_at, source) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO UPDATE SET \
                       body = excluded.body, media_type = excluded.media_type, \
                       issuer_chain = excluded.issuer_chain, headers = excluded.headers, \
                       fetched_at = excluded.fetched_at, source = excluded.source \
                       WHERE collateral.fetched_at = $8";
            let done = sqlx::query(sql)
                .bind(key)
                .bind(to_base64(&document.body))
                .bind(&document.media_type)
                .bind(&document.issuer_chain)
                .bind(&document.headers)
                .bind(document.fetched_at.0)
                .bind(&document.source)
                // No document came at that time.
                .bind(before.map_or(i64::MIN, |before| before.0))
                .execute(&self.pool)
                .await;
            Ok(done.map_err(failed)?.rows_affected() == 1)
        })
    }

    fn forget_document<'a>(&'a self, key: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let sql = "DELETE FROM collateral WHERE key = $1";
            sqlx::query(sql).bind(key).execute(&self.pool).await.map_err(failed)?;
            Ok(())
        })
    }

    fn forget_documents<'a>(&'a self, prefix: &'a str, most: u32) -> Answer<'a, u64> {
        Box::pin(async move {
            let sql = "DELETE FROM collateral WHERE substr(key, 1, $1) = $2 AND key NOT IN ( \
                       SELECT key FROM collateral WHERE substr(key, 1, $1) = $2 \
                       ORDER BY fetched_at DESC, key LIMIT $3)";
            let length = i32::try_from(prefix.len()).unwrap_or(i32::MAX);
            let query = sqlx::query(sql).bind(length).bind(prefix).bind(i64::from(most));
            Ok(query.execute(&self.pool).await.map_err(failed)?.rows_affected())
        })
    }

    fn documents<'a>(&'a self, without: &'a str) -> Answer<'a, Vec<(String, UnixTime)>> {
        Box::pin(async move {
            let sql = "SELECT key, fetched_at FROM collateral WHERE substr(key, 1, $1) <> $2 ORDER BY key";
            let length = i32::try_from(without.len()).unwrap_or(i32::MAX);
            let query = sqlx::query(sql).bind(length).bind(without);
            let rows = query.fetch_all(&self.pool).await.map_err(failed)?;
            let one = |row: &AnyRow| {
                Ok((
                    row.try_get("key").map_err(failed)?,
                    UnixTime(row.try_get("fetched_at").map_err(failed)?),
                ))
            };
            rows.iter().map(one).collect()
        })
    }

    fn policy<'a>(&'a self, id: &'a str) -> Answer<'a, Option<StoredPolicy>> {
        Box::pin(async move {
            let sql = "SELECT id, version, text, hash, created_at FROM policy WHERE id = $1 \
                       ORDER BY version DESC LIMIT 1";
            let row = sqlx::query(sql).bind(id).fetch_optional(&self.pool).await.map_err(failed)?;
            let newest = row.as_ref().map(policy).transpose()?;
            Ok(newest.filter(|policy| policy.text.is_some()))
        })
    }

    fn policy_versions<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<StoredPolicy>> {
        Box::pin(async move {
            let sql = "SELECT id, version, text, hash, created_at FROM policy WHERE id = $1 \
                       ORDER BY version DESC";
            let rows = sqlx::query(sql).bind(id).fetch_all(&self.pool).await.map_err(failed)?;
            rows.iter().map(policy).collect()
        })
    }

    fn policies(&self) -> Answer<'_, Vec<StoredPolicy>> {
        Box::pin(async {
            let sql = "SELECT id, version, text, hash, created_at FROM policy AS newest \
                       WHERE text IS NOT NULL AND version = \
                       (SELECT MAX(version) FROM policy WHERE policy.id = newest.id) ORDER BY id";
            let rows = sqlx::query(sql).fetch_all(&self.pool).await.map_err(failed)?;
            rows.iter().map(policy).collect()
        })
    }

    fn add_policy<'a>(&'a self, policy: &'a StoredPolicy) -> Answer<'a, bool> {
        Box::pin(async move {
            // The version before it must be there, and nobody may have added this one.
            let sql = "INSERT INTO policy (id, version, text, hash, created_at) \
                       SELECT $1, $2, $3, $4, $5 WHERE \
                       (SELECT COALESCE(MAX(version), 0) FROM policy WHERE id = $1) = $2 - 1 \
                       ON CONFLICT (id, version) DO NOTHING";
            let done = sqlx::query(sql)
                .bind(&policy.id)
                .bind(policy.version)
                .bind(&policy.text)
                .bind(&policy.hash)
                .bind(policy.created_at.0)
                .execute(&self.pool)
                .await;
            Ok(done.map_err(failed)?.rows_affected() == 1)
        })
    }
}

fn document(row: &AnyRow) -> Result<StoredDocument, StoreError> {
    let body: String = row.try_get("body").map_err(failed)?;
    Ok(StoredDocument {
        body: from_base64(&body).map_err(|_| StoreError("a document is not base64".to_owned()))?,
        media_type: row.try_get("media_type").map_err(failed)?,
        issuer_chain: row.try_get("issuer_chain").map_err(failed)?,
        headers: row.try_get("headers").map_err(failed)?,
        fetched_at: UnixTime(row.try_get("fetched_at").map_err(failed)?),
        source: row.try_get("source").map_err(failed)?,
    })
}

fn policy(row: &AnyRow) -> Result<StoredPolicy, StoreError> {
    Ok(StoredPolicy {
        id: row.try_get("id").map_err(failed)?,
        version: row.try_get("version").map_err(failed)?,
        text: row.try_get("text").map_err(failed)?,
        hash: row.try_get("hash").map_err(failed)?,
        created_at: UnixTime(row.try_get("created_at").map_err(failed)?),
    })
}

pub(super) fn failed(error: sqlx::Error) -> StoreError {
    StoreError(error.to_string())
}

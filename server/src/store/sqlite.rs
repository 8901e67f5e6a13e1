//! The store in one file: SQLite with a write-ahead log, synced at each transaction.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqlitePool};
use veriquote::UnixTime;

use super::{Answer, Store, StoreError, StoredDocument, StoredPolicy};
use crate::encoding::{from_base64, to_base64};

/// The store in a file of SQLite.
#[derive(Clone, Debug)]
pub struct Sqlite {
    pool: SqlitePool,
}

/// Each is applied once, in this order, and never changed.
const MIGRATIONS: [(i64, &str, &str); 1] = [(1, "first", include_str!("../../migrations/0001_first.sql"))];

/// How long a connection waits for another's write.
const BUSY: Duration = Duration::from_secs(5);

impl Sqlite {
    /// Opens the file, which is made if it is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        Self::connect(options, 8).await
    }

    /// A store that is gone with the process: for tests.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:").map_err(failed)?;
        Self::connect(options, 1).await
    }

    async fn connect(options: SqliteConnectOptions, connections: u32) -> Result<Self, StoreError> {
        // The file is told once how its journal is kept: connections that say so at a time lock each other out.
        let first = options.clone().journal_mode(SqliteJournalMode::Wal).busy_timeout(BUSY);
        first.connect().await.map_err(failed)?.close().await.map_err(failed)?;
        let options = options.synchronous(SqliteSynchronous::Full).busy_timeout(BUSY);
        let pool = SqlitePoolOptions::new()
            .max_connections(connections)
            // A store in memory lives as long as its one connection.
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options)
            .await
            .map_err(failed)?;
        let migrations = MIGRATIONS.map(|(version, name, sql)| {
            Migration::new(version, name.into(), MigrationType::Simple, sql.into(), false)
        });
        let migrator = Migrator { migrations: migrations.to_vec().into(), ..Migrator::DEFAULT };
        migrator.run(&pool).await.map_err(|error| StoreError(error.to_string()))?;
        Ok(Self { pool })
    }
}

impl Store for Sqlite {
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

    fn keep_document<'a>(&'a self, key: &'a str, document: &'a StoredDocument) -> Answer<'a, ()> {
        Box::pin(async move {
            let sql = "INSERT INTO collateral \
                       (key, body, media_type, issuer_chain, headers, fetched_at, source) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO UPDATE SET \
                       body = excluded.body, media_type = excluded.media_type, \
                       issuer_chain = excluded.issuer_chain, headers = excluded.headers, \
                       fetched_at = excluded.fetched_at, source = excluded.source";
            sqlx::query(sql)
                .bind(key)
                .bind(to_base64(&document.body))
                .bind(&document.media_type)
                .bind(&document.issuer_chain)
                .bind(&document.headers)
                .bind(document.fetched_at.0)
                .bind(&document.source)
                .execute(&self.pool)
                .await
                .map_err(failed)?;
            Ok(())
        })
    }

    fn documents(&self) -> Answer<'_, Vec<(String, UnixTime)>> {
        Box::pin(async {
            let sql = "SELECT key, fetched_at FROM collateral ORDER BY key";
            let rows = sqlx::query(sql).fetch_all(&self.pool).await.map_err(failed)?;
            let one = |row: &SqliteRow| {
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

fn document(row: &SqliteRow) -> Result<StoredDocument, StoreError> {
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

fn policy(row: &SqliteRow) -> Result<StoredPolicy, StoreError> {
    Ok(StoredPolicy {
        id: row.try_get("id").map_err(failed)?,
        version: row.try_get("version").map_err(failed)?,
        text: row.try_get("text").map_err(failed)?,
        hash: row.try_get("hash").map_err(failed)?,
        created_at: UnixTime(row.try_get("created_at").map_err(failed)?),
    })
}

fn failed(error: sqlx::Error) -> StoreError {
    StoreError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_challenge_is_used_once() {
        let store = Sqlite::in_memory().await.unwrap();
        assert!(store.use_challenge("a", UnixTime(10)).await.unwrap());
        assert!(!store.use_challenge("a", UnixTime(10)).await.unwrap());
        assert!(store.use_challenge("b", UnixTime(20)).await.unwrap());
        assert_eq!(store.forget_challenges(UnixTime(15)).await.unwrap(), 1);
        assert!(store.use_challenge("a", UnixTime(10)).await.unwrap());
        assert!(!store.use_challenge("b", UnixTime(20)).await.unwrap());
    }

    #[tokio::test]
    async fn a_document_stays_as_it_was() {
        let store = Sqlite::in_memory().await.unwrap();
        let mut document = StoredDocument {
            body: vec![0, 0xff, b'{', 0],
            media_type: "application/pkix-crl".into(),
            issuer_chain: "-----BEGIN".into(),
            headers: "Request-ID: a".into(),
            fetched_at: UnixTime(7),
            source: "https://a".into(),
        };
        assert_eq!(store.document("k").await.unwrap(), None);
        store.keep_document("k", &document).await.unwrap();
        assert_eq!(store.document("k").await.unwrap().as_ref(), Some(&document));
        document.body.push(1);
        store.keep_document("k", &document).await.unwrap();
        assert_eq!(store.document("k").await.unwrap(), Some(document));
        assert_eq!(store.documents().await.unwrap(), [("k".to_owned(), UnixTime(7))]);
    }

    #[tokio::test]
    async fn versions_follow_each_other() {
        let store = Sqlite::in_memory().await.unwrap();
        let policy = |version, text: Option<&str>| StoredPolicy {
            id: "p".into(),
            version,
            text: text.map(Into::into),
            hash: "00".into(),
            created_at: UnixTime(version),
        };
        assert!(!store.add_policy(&policy(2, Some("b"))).await.unwrap(), "no version 1");
        assert!(store.add_policy(&policy(1, Some("a"))).await.unwrap());
        assert!(!store.add_policy(&policy(1, Some("other"))).await.unwrap());
        assert!(store.add_policy(&policy(2, Some("b"))).await.unwrap());
        assert_eq!(store.policy("p").await.unwrap(), Some(policy(2, Some("b"))));
        assert_eq!(store.policies().await.unwrap(), [policy(2, Some("b"))]);
        assert!(store.add_policy(&policy(3, None)).await.unwrap());
        assert_eq!(store.policy("p").await.unwrap(), None);
        assert_eq!(store.policies().await.unwrap(), []);
        let versions: Vec<i64> =
            store.policy_versions("p").await.unwrap().iter().map(|policy| policy.version).collect();
        assert_eq!(versions, [3, 2, 1]);
    }
}

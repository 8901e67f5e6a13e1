//! What nodes of one service share: secrets, files of keys, and whose turn it is.

use sqlx::Row as _;
use veriquote::UnixTime;

use super::sql::failed;
use super::{Answer, Database};

/// What nodes share. Everything secret comes sealed.
pub trait NodeStore {
    /// A secret, sealed.
    fn secret<'a>(&'a self, name: &'a str) -> Answer<'a, Option<String>>;

    /// Keeps a secret, unless there is one of this name: `false`.
    fn add_secret<'a>(&'a self, name: &'a str, text: &'a str) -> Answer<'a, bool>;

    /// Files of keys, by id.
    fn key_files(&self) -> Answer<'_, Vec<(String, String)>>;

    /// Keeps the file of a key. A key that is known stays as it is, but that it may be withdrawn.
    fn keep_key_file<'a>(&'a self, kid: &'a str, text: &'a str, revoked: bool) -> Answer<'a, ()>;

    /// Forgets the file of a key.
    fn forget_key_file<'a>(&'a self, kid: &'a str) -> Answer<'a, ()>;

    /// Takes a turn until `until`: `false` while it is somebody else's.
    fn take_turn<'a>(
        &'a self,
        name: &'a str,
        holder: &'a str,
        now: UnixTime,
        until: UnixTime,
    ) -> Answer<'a, bool>;
}

impl NodeStore for Database {
    fn secret<'a>(&'a self, name: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(async move {
            let sql = "SELECT text FROM secret WHERE name = $1";
            let row = sqlx::query(sql).bind(name).fetch_optional(&self.pool).await.map_err(failed)?;
            row.map(|row| row.try_get("text").map_err(failed)).transpose()
        })
    }

    fn add_secret<'a>(&'a self, name: &'a str, text: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let sql = "INSERT INTO secret (name, text) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
            let done = sqlx::query(sql).bind(name).bind(text).execute(&self.pool).await;
            Ok(done.map_err(failed)?.rows_affected() == 1)
        })
    }

    fn key_files(&self) -> Answer<'_, Vec<(String, String)>> {
        Box::pin(async {
            let sql = "SELECT kid, text FROM key_file ORDER BY kid";
            let rows = sqlx::query(sql).fetch_all(&self.pool).await.map_err(failed)?;
            let one = |row: &sqlx::any::AnyRow| {
                Ok((row.try_get("kid").map_err(failed)?, row.try_get("text").map_err(failed)?))
            };
            rows.iter().map(one).collect()
        })
    }

    fn keep_key_file<'a>(&'a self, kid: &'a str, text: &'a str, revoked: bool) -> Answer<'a, ()> {
        Box::pin(async move {
            let sql = "INSERT INTO key_file (kid, text, revoked) VALUES ($1, $2, $3) \
                       ON CONFLICT (kid) DO UPDATE SET text = excluded.text, revoked = excluded.revoked \
                       WHERE key_file.revoked = 0 AND excluded.revoked = 1";
            let query = sqlx::query(sql).bind(kid).bind(text).bind(i64::from(revoked));
            query.execute(&self.pool).await.map_err(failed)?;
            Ok(())
        })
    }

    fn forget_key_file<'a>(&'a self, kid: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let query = sqlx::query("DELETE FROM key_file WHERE kid = $1").bind(kid);
            query.execute(&self.pool).await.map_err(failed)?;
            Ok(())
        })
    }

    fn take_turn<'a>(
        &'a self,
        name: &'a str,
        holder: &'a str,
        now: UnixTime,
        until: UnixTime,
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let sql = "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3) \
                       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
                       WHERE lease.holder = excluded.holder OR lease.until < $4";
            let query = sqlx::query(sql).bind(name).bind(holder).bind(until.0).bind(now.0);
            Ok(query.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1)
        })
    }
}

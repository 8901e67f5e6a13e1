//! What is remembered of machines with a TPM.

use sqlx::Row as _;
use sqlx::any::AnyRow;
use veriquote::UnixTime;

use super::sql::failed;
use super::{Answer, Database, StoreError};

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredInstance {
    /// `PropertyUuid`.
    pub uuid: String,
    /// Whose it is.
    pub account: String,
    /// Counted from 1; each change is of the version before it.
    pub version: i64,
    /// The Name of its attestation key, once it has enrolled: hex.
    pub ak_name: Option<String>,
    /// Everything else: JSON.
    pub record: String,
}

/// A nonce that a machine is to unwrap, with what the verifier keeps of it: JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredNonce {
    /// The machine.
    pub uuid: String,
    /// Whose it is.
    pub account: String,
    /// What the verifier keeps.
    pub text: String,
    /// Its last second.
    pub expires_at: UnixTime,
}

impl std::fmt::Debug for StoredNonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredNonce({})", self.uuid)
    }
}

/// A deviation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its id.
    pub id: String,
    /// The machine.
    pub uuid: String,
    /// Whose it is.
    pub account: String,
    /// Of what: boot, programs, or the evidence itself.
    pub affiliation: i64,
    /// For boots the register.
    pub kind: i64,
    /// What deviates; with `suspect` it tells one deviation of a machine from another.
    pub item: String,
    /// How bad.
    pub level: i64,
    /// Open, ignored, trusted, gone.
    pub status: i64,
    /// What was found.
    pub suspect: String,
    /// What was expected.
    pub expected: String,
    /// How often.
    pub times: i64,
    /// When first, in milliseconds.
    pub created_at: i64,
    /// When last, in milliseconds.
    pub modified_at: i64,
    /// When somebody dealt with it, in milliseconds; 0: nobody did.
    pub handled_at: i64,
    /// How; 0: not at all.
    pub handle_type: i64,
    /// The machine's name then.
    pub property_name: String,
    /// Its private address then.
    pub private_ip: String,
    /// Its public address then.
    pub public_ip: String,
}

/// Which events; what is `None` is not asked.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Numbers, in the order of `NUMBERS`.
    pub numbers: [Option<i64>; 9],
    /// Texts, in the order of `TEXTS`.
    pub texts: [Option<String>; 6],
}

/// Conditions on numbers.
pub const NUMBERS: [&str; 9] = [
    "affiliation =",
    "kind =",
    "level =",
    "status =",
    "handle_type =",
    "created_at >=",
    "created_at <=",
    "handled_at >=",
    "handled_at <=",
];

/// Conditions on texts.
pub const TEXTS: [&str; 6] =
    ["uuid =", "property_name =", "private_ip =", "public_ip =", "suspect =", "item ="];

/// What is remembered of machines.
pub trait InstanceStore {
    /// The next number of this name, from 1.
    fn next_number<'a>(&'a self, name: &'a str) -> Answer<'a, i64>;

    /// A machine of anybody.
    fn instance<'a>(&'a self, uuid: &'a str) -> Answer<'a, Option<StoredInstance>>;

    /// How many machines an account has.
    fn count_instances<'a>(&'a self, account: &'a str) -> Answer<'a, i64>;

    /// The machines of an account whose attestation key has this Name, by id.
    fn instances_of_key<'a>(&'a self, ak_name: &'a str, account: &'a str) -> Answer<'a, Vec<StoredInstance>>;

    /// Whether a machine of anybody has an attestation key of this Name.
    fn is_enrolled<'a>(&'a self, ak_name: &'a str) -> Answer<'a, bool>;

    /// Adds a machine (version 1), or changes the version before it: `false` when somebody else did.
    fn keep_instance<'a>(&'a self, instance: &'a StoredInstance) -> Answer<'a, bool>;

    /// Forgets a machine, its events and its nonce: whether it was there.
    fn forget_instance<'a>(&'a self, uuid: &'a str, account: &'a str) -> Answer<'a, bool>;

    /// Keeps a nonce in the place of the machine's earlier one.
    fn keep_nonce<'a>(&'a self, nonce: &'a StoredNonce) -> Answer<'a, ()>;

    /// Takes the nonce of a machine away, whatever comes of it: nobody else gets it.
    fn take_nonce<'a>(&'a self, uuid: &'a str, account: &'a str) -> Answer<'a, Option<StoredNonce>>;

    /// Forgets nonces whose time is over.
    fn forget_nonces(&self, before: UnixTime) -> Answer<'_, u64>;

    /// Adds a deviation, unless its machine has so many, or counts it once more; one that was gone is open again.
    /// Whether it was kept.
    fn note_event<'a>(&'a self, event: &'a StoredEvent, most: i64) -> Answer<'a, bool>;

    /// An event of an account.
    fn event<'a>(&'a self, id: &'a str, account: &'a str) -> Answer<'a, Option<StoredEvent>>;

    /// Changes the status of an event that has one of `from`: whether it had.
    fn handle_event<'a>(&'a self, event: &'a StoredEvent, from: i64) -> Answer<'a, bool>;

    /// Open deviations that did not come again are gone: those of `uuid` and `affiliation` last seen before
    /// `modified_before`. Ignored ones, too.
    fn close_events<'a>(
        &'a self,
        uuid: &'a str,
        affiliation: i64,
        modified_before: i64,
        gone: i64,
    ) -> Answer<'a, u64>;

    /// How many events of a machine have this affiliation and status.
    fn count_events<'a>(&'a self, uuid: &'a str, affiliation: i64, status: i64) -> Answer<'a, i64>;

    /// Events of an account, newest first, with how many there are in all.
    fn events<'a>(
        &'a self,
        account: &'a str,
        filter: &'a EventFilter,
        offset: i64,
        limit: i64,
    ) -> Answer<'a, (Vec<StoredEvent>, i64)>;
}

const EVENT: &str = "id, uuid, account, affiliation, kind, item, level, status, suspect, expected, times, \
                     created_at, modified_at, handled_at, handle_type, property_name, private_ip, public_ip";

impl InstanceStore for Database {
    fn next_number<'a>(&'a self, name: &'a str) -> Answer<'a, i64> {
        Box::pin(async move {
            let sql = "INSERT INTO counter (name, value) VALUES ($1, 1) \
                       ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value";
            let row = sqlx::query(sql).bind(name).fetch_one(&self.pool).await.map_err(failed)?;
            row.try_get("value").map_err(failed)
        })
    }

    fn instance<'a>(&'a self, uuid: &'a str) -> Answer<'a, Option<StoredInstance>> {
        Box::pin(async move {
            let sql = "SELECT uuid, account, version, ak_name, record FROM instance WHERE uuid = $1";
            let row = sqlx::query(sql).bind(uuid).fetch_optional(&self.pool).await.map_err(failed)?;
            row.as_ref().map(instance).transpose()
        })
    }

    fn count_instances<'a>(&'a self, account: &'a str) -> Answer<'a, i64> {
        Box::pin(async move {
            let sql = "SELECT COUNT(*) AS count FROM instance WHERE account = $1";
            let row = sqlx::query(sql).bind(account).fetch_one(&self.pool).await.map_err(failed)?;
            row.try_get("count").map_err(failed)
        })
    }

    fn instances_of_key<'a>(&'a self, ak_name: &'a str, account: &'a str) -> Answer<'a, Vec<StoredInstance>> {
        Box::pin(async move {
            let sql = "SELECT uuid, account, version, ak_name, record FROM instance \
                       WHERE ak_name = $1 AND account = $2 ORDER BY uuid LIMIT 64";
            let query = sqlx::query(sql).bind(ak_name).bind(account);
            let rows = query.fetch_all(&self.pool).await.map_err(failed)?;
            rows.iter().map(instance).collect()
        })
    }

    fn is_enrolled<'a>(&'a self, ak_name: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let sql = "SELECT uuid FROM instance WHERE ak_name = $1 LIMIT 1";
            let row = sqlx::query(sql).bind(ak_name).fetch_optional(&self.pool).await;
            Ok(row.map_err(failed)?.is_some())
        })
    }

    fn keep_instance<'a>(&'a self, instance: &'a StoredInstance) -> Answer<'a, bool> {
        Box::pin(async move {
            let sql = if instance.version == 1 {
                "INSERT INTO instance (uuid, account, version, ak_name, record) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (uuid) DO NOTHING"
            } else {
                "UPDATE instance SET version = $3, ak_name = $4, record = $5 \
                 WHERE uuid = $1 AND account = $2 AND version = $3 - 1"
            };
            let query = sqlx::query(sql)
                .bind(&instance.uuid)
                .bind(&instance.account)
                .bind(instance.version)
                .bind(&instance.ak_name)
                .bind(&instance.record);
            Ok(query.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1)
        })
    }

    fn forget_instance<'a>(&'a self, uuid: &'a str, account: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut transaction = self.pool.begin().await.map_err(failed)?;
            let mut gone = 0;
            for sql in [
                "DELETE FROM event WHERE uuid = $1 AND account = $2",
                "DELETE FROM nonce WHERE uuid = $1 AND account = $2",
                "DELETE FROM instance WHERE uuid = $1 AND account = $2",
            ] {
                let query = sqlx::query(sql).bind(uuid).bind(account);
                gone = query.execute(&mut *transaction).await.map_err(failed)?.rows_affected();
            }
            transaction.commit().await.map_err(failed)?;
            Ok(gone == 1)
        })
    }

    fn keep_nonce<'a>(&'a self, nonce: &'a StoredNonce) -> Answer<'a, ()> {
        Box::pin(async move {
            let sql = "INSERT INTO nonce (uuid, account, text, expires_at) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT (uuid) DO UPDATE SET account = excluded.account, text = excluded.text, \
                       expires_at = excluded.expires_at";
            let query = sqlx::query(sql).bind(&nonce.uuid).bind(&nonce.account).bind(&nonce.text);
            query.bind(nonce.expires_at.0).execute(&self.pool).await.map_err(failed)?;
            Ok(())
        })
    }

    fn take_nonce<'a>(&'a self, uuid: &'a str, account: &'a str) -> Answer<'a, Option<StoredNonce>> {
        Box::pin(async move {
            let sql = "DELETE FROM nonce WHERE uuid = $1 AND account = $2 \
                       RETURNING uuid, account, text, expires_at";
            let query = sqlx::query(sql).bind(uuid).bind(account);
            let row = query.fetch_optional(&self.pool).await.map_err(failed)?;
            row.map(|row| {
                Ok(StoredNonce {
                    uuid: row.try_get("uuid").map_err(failed)?,
                    account: row.try_get("account").map_err(failed)?,
                    text: row.try_get("text").map_err(failed)?,
                    expires_at: UnixTime(row.try_get("expires_at").map_err(failed)?),
                })
            })
            .transpose()
        })
    }

    fn forget_nonces(&self, before: UnixTime) -> Answer<'_, u64> {
        Box::pin(async move {
            let sql = "DELETE FROM nonce WHERE expires_at < $1";
            let done = sqlx::query(sql).bind(before.0).execute(&self.pool).await;
            Ok(done.map_err(failed)?.rows_affected())
        })
    }

    fn note_event<'a>(&'a self, event: &'a StoredEvent, most: i64) -> Answer<'a, bool> {
        Box::pin(async move {
            // 0: open, 1: ignored, 2: trusted, 3: gone.
            let sql = format!(
                "INSERT INTO event ({EVENT}) SELECT \
                 $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18 \
                 WHERE (SELECT COUNT(*) FROM event WHERE uuid = $2) < $19 \
                 OR EXISTS (SELECT 1 FROM event WHERE uuid = $2 AND item = $6 AND suspect = $9) \
                 ON CONFLICT (uuid, item, suspect) DO UPDATE SET times = event.times + 1, \
                 modified_at = excluded.modified_at, expected = excluded.expected, \
                 status = CASE WHEN event.status >= 2 THEN excluded.status ELSE event.status END"
            );
            let mut query = sqlx::query(&sql)
                .bind(&event.id)
                .bind(&event.uuid)
                .bind(&event.account)
                .bind(event.affiliation)
                .bind(event.kind)
                .bind(&event.item)
                .bind(event.level)
                .bind(event.status)
                .bind(&event.suspect)
                .bind(&event.expected);
            for number in
                [event.times, event.created_at, event.modified_at, event.handled_at, event.handle_type]
            {
                query = query.bind(number);
            }
            let query = query.bind(&event.property_name).bind(&event.private_ip).bind(&event.public_ip);
            let done = query.bind(most).execute(&self.pool).await.map_err(failed)?;
            Ok(done.rows_affected() == 1)
        })
    }

    fn event<'a>(&'a self, id: &'a str, account: &'a str) -> Answer<'a, Option<StoredEvent>> {
        Box::pin(async move {
            let sql = format!("SELECT {EVENT} FROM event WHERE id = $1 AND account = $2");
            let query = sqlx::query(&sql).bind(id).bind(account);
            let row = query.fetch_optional(&self.pool).await.map_err(failed)?;
            row.as_ref().map(event).transpose()
        })
    }

    fn handle_event<'a>(&'a self, event: &'a StoredEvent, from: i64) -> Answer<'a, bool> {
        Box::pin(async move {
            let sql = "UPDATE event SET status = $1, handled_at = $2, handle_type = $3 \
                       WHERE id = $4 AND account = $5 AND status = $6";
            let query = sqlx::query(sql)
                .bind(event.status)
                .bind(event.handled_at)
                .bind(event.handle_type)
                .bind(&event.id)
                .bind(&event.account)
                .bind(from);
            Ok(query.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1)
        })
    }

    fn close_events<'a>(
        &'a self,
        uuid: &'a str,
        affiliation: i64,
        modified_before: i64,
        gone: i64,
    ) -> Answer<'a, u64> {
        Box::pin(async move {
            let sql = "UPDATE event SET status = $1 \
                       WHERE uuid = $2 AND affiliation = $3 AND modified_at < $4 AND status <= 1";
            let query = sqlx::query(sql).bind(gone).bind(uuid).bind(affiliation).bind(modified_before);
            Ok(query.execute(&self.pool).await.map_err(failed)?.rows_affected())
        })
    }

    fn count_events<'a>(&'a self, uuid: &'a str, affiliation: i64, status: i64) -> Answer<'a, i64> {
        Box::pin(async move {
            let sql = "SELECT COUNT(*) AS count FROM event \
                       WHERE uuid = $1 AND affiliation = $2 AND status = $3";
            let query = sqlx::query(sql).bind(uuid).bind(affiliation).bind(status);
            query.fetch_one(&self.pool).await.map_err(failed)?.try_get("count").map_err(failed)
        })
    }

    fn events<'a>(
        &'a self,
        account: &'a str,
        filter: &'a EventFilter,
        offset: i64,
        limit: i64,
    ) -> Answer<'a, (Vec<StoredEvent>, i64)> {
        Box::pin(async move {
            // Only names of columns go into the statement; values are bound.
            let mut condition = String::from("account = $1");
            let mut bound = 1;
            let numbers = NUMBERS.iter().zip(&filter.numbers).filter(|(_, value)| value.is_some());
            let texts = TEXTS.iter().zip(&filter.texts).filter(|(_, value)| value.is_some());
            for column in numbers.clone().map(|(column, _)| column).chain(texts.clone().map(|(c, _)| c)) {
                bound += 1;
                condition.push_str(&format!(" AND {column} ${bound}"));
            }
            let count = format!("SELECT COUNT(*) AS count FROM event WHERE {condition}");
            let page = format!(
                "SELECT {EVENT} FROM event WHERE {condition} ORDER BY created_at DESC, id \
                 LIMIT {limit} OFFSET {offset}"
            );
            let (mut count, mut page) = (sqlx::query(&count).bind(account), sqlx::query(&page).bind(account));
            for (_, value) in numbers {
                (count, page) = (count.bind(*value), page.bind(*value));
            }
            for (_, value) in texts {
                (count, page) = (count.bind(value.as_deref()), page.bind(value.as_deref()));
            }
            let total = count.fetch_one(&self.pool).await.map_err(failed)?;
            let rows = page.fetch_all(&self.pool).await.map_err(failed)?;
            let events = rows.iter().map(event).collect::<Result<_, _>>()?;
            Ok((events, total.try_get("count").map_err(failed)?))
        })
    }
}

fn instance(row: &AnyRow) -> Result<StoredInstance, StoreError> {
    Ok(StoredInstance {
        uuid: row.try_get("uuid").map_err(failed)?,
        account: row.try_get("account").map_err(failed)?,
        version: row.try_get("version").map_err(failed)?,
        ak_name: row.try_get("ak_name").map_err(failed)?,
        record: row.try_get("record").map_err(failed)?,
    })
}

fn event(row: &AnyRow) -> Result<StoredEvent, StoreError> {
    let text = |name: &str| row.try_get::<String, _>(name).map_err(failed);
    let number = |name: &str| row.try_get::<i64, _>(name).map_err(failed);
    Ok(StoredEvent {
        id: text("id")?,
        uuid: text("uuid")?,
        account: text("account")?,
        affiliation: number("affiliation")?,
        kind: number("kind")?,
        item: text("item")?,
        level: number("level")?,
        status: number("status")?,
        suspect: text("suspect")?,
        expected: text("expected")?,
        times: number("times")?,
        created_at: number("created_at")?,
        modified_at: number("modified_at")?,
        handled_at: number("handled_at")?,
        handle_type: number("handle_type")?,
        property_name: text("property_name")?,
        private_ip: text("private_ip")?,
        public_ip: text("public_ip")?,
    })
}

//! What is remembered of a machine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use veriquote_facade::ClockReading;

use super::answer::Refusal;
use crate::store::{Store, StoredInstance};

/// Statuses, as the documented interface shows them; 3 is ours.
pub mod status {
    /// The evidence is authentic and meets policy and baseline.
    pub const TRUSTED: i64 = 1;
    /// It is not.
    pub const UNTRUSTED: i64 = 2;
    /// Nothing was decided: the same report is to be sent anew.
    pub const UNDECIDED: i64 = 3;
    /// There is nothing to decide about.
    pub const UNMEASURED: i64 = 4;
}

/// What is remembered of a machine.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// `PropertyName` and what else it was registered with.
    pub name: String,
    /// Its private address.
    pub private_ip: String,
    /// Its public address.
    pub public_ip: String,
    /// Where it belongs.
    pub affiliation: i64,
    /// `InstanceId`.
    pub instance_id: String,
    /// `InstanceType`.
    pub instance_type: String,
    /// `Extensions`, as given.
    pub extensions: String,
    /// When it was registered, in milliseconds.
    pub created_at: i64,
    /// When it last changed, in milliseconds.
    pub modified_at: i64,
    /// When it last reported something authentic, in milliseconds; 0: never.
    pub reported_at: i64,
    /// Fingerprint of its endorsement key, which never changes: hex.
    pub ek: Option<String>,
    /// The public area of its attestation key: hex.
    pub ak: Option<String>,
    /// Clock of the last authentic report.
    pub clock: Option<ClockReading>,
    /// Where the list of measured files ended, sealed: hex.
    pub continuation: Option<String>,
    /// Number of the entry to send next.
    pub next_ima: u64,
    /// Verdict on the boot.
    pub system: Verdict,
    /// Verdict on programs.
    pub programs: Verdict,
    /// The registers of the last authentic report.
    pub registers: BTreeMap<u8, String>,
    /// What the registers must hold.
    pub baseline: Option<Baseline>,
    /// What may run.
    pub program_list: Option<ProgramList>,
}

/// A verdict.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// A [`status`].
    pub status: i64,
    /// Why, in a word.
    pub code: String,
}

impl Default for Verdict {
    fn default() -> Self {
        Self { status: status::UNMEASURED, code: "Unmeasured".to_owned() }
    }
}

impl Verdict {
    /// It is all right.
    #[must_use]
    pub fn trusted() -> Self {
        Self { status: status::TRUSTED, code: "TrustedStatus".to_owned() }
    }

    /// It is not, because of this.
    #[must_use]
    pub fn untrusted(code: &str) -> Self {
        Self { status: status::UNTRUSTED, code: code.to_owned() }
    }
}

/// What the registers must hold: the values of the first boot, and what was added since.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Baseline {
    /// `SystemWhiteListId`.
    pub id: i64,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// When it changed, in milliseconds.
    pub modified_at: i64,
    /// The bank.
    pub bank: String,
    /// Good values of each register: hex.
    pub good: BTreeMap<u8, Vec<String>>,
    /// Values that were good once.
    pub obsolete: BTreeMap<u8, Vec<String>>,
}

/// Files that may run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProgramList {
    /// `ProgramWhiteListId`.
    pub id: i64,
    /// `ProgramWhiteListName`.
    pub name: String,
    /// As in `ima.allow` of a policy.
    pub allow: Vec<Value>,
}

/// A machine with what is remembered of it.
#[derive(Clone, Debug)]
pub struct Machine {
    /// `PropertyUuid`.
    pub uuid: String,
    /// Whose it is.
    pub account: String,
    /// The Name of its attestation key: hex.
    pub ak_name: Option<String>,
    /// What is remembered.
    pub record: Record,
    version: i64,
}

impl Machine {
    /// A new one.
    #[must_use]
    pub fn new(uuid: &str, account: &str) -> Self {
        let (uuid, account) = (uuid.to_owned(), account.to_owned());
        Self { uuid, account, ak_name: None, record: Record::default(), version: 0 }
    }

    /// That of the store, if it is of this account.
    ///
    /// # Errors
    /// The store's; `None` when there is none; another account's is `Instance.NotFound`.
    pub async fn find(store: &dyn Store, uuid: &str, account: &str) -> Result<Option<Self>, Refusal> {
        match store.instance(uuid).await? {
            None => Ok(None),
            Some(stored) if stored.account == account => Self::of(stored).map(Some),
            Some(_) => Err(Refusal::no_instance()),
        }
    }

    /// The same, where it must be.
    ///
    /// # Errors
    /// `Instance.NotFound`.
    pub async fn get(store: &dyn Store, uuid: &str, account: &str) -> Result<Self, Refusal> {
        Self::find(store, uuid, account).await?.ok_or_else(Refusal::no_instance)
    }

    /// What a row holds.
    ///
    /// # Errors
    /// A row that does not read.
    pub fn of(stored: StoredInstance) -> Result<Self, Refusal> {
        let record = serde_json::from_str(&stored.record).map_err(crate::error::ApiError::internal)?;
        let StoredInstance { uuid, account, version, ak_name, .. } = stored;
        Ok(Self { uuid, account, ak_name, record, version })
    }

    /// Writes it, if nobody wrote it since it was read.
    ///
    /// # Errors
    /// `Instance.Changed`.
    pub async fn keep(&mut self, store: &dyn Store) -> Result<(), Refusal> {
        let stored = StoredInstance {
            uuid: self.uuid.clone(),
            account: self.account.clone(),
            version: self.version + 1,
            ak_name: self.ak_name.clone(),
            record: serde_json::to_string(&self.record).map_err(crate::error::ApiError::internal)?,
        };
        if !store.keep_instance(&stored).await? {
            return Err(Refusal::conflict());
        }
        self.version = stored.version;
        Ok(())
    }
}

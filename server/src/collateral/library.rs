//! The documents, by key.

use std::sync::Arc;

use veriquote_facade::{Document, QuotePlatform};

use super::{Api, Ca, DocumentKey, Tee, collateral_file};
use crate::store::{Store, StoreError, StoredDocument};

/// Everything that is known of collateral.
#[derive(Clone, Debug)]
pub struct Library {
    store: Arc<dyn Store>,
}

/// A document that verification needs and that is not at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is none of this key.
    Document(String),
    /// The store failed.
    Store(StoreError),
}

impl Library {
    /// Over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// A document.
    ///
    /// # Errors
    /// [`Missing`].
    pub async fn document(&self, key: &DocumentKey) -> Result<StoredDocument, Missing> {
        let found = self.store.document(&key.to_string()).await.map_err(Missing::Store)?;
        found.ok_or_else(|| Missing::Document(key.to_string()))
    }

    /// The collateral file of a platform.
    ///
    /// # Errors
    /// [`Missing`].
    pub async fn for_platform(&self, platform: &QuotePlatform) -> Result<Document, Missing> {
        let tee = if platform.tee == "tdx" { Tee::Tdx } else { Tee::Sgx };
        let ca = if platform.ca == "processor" { Ca::Processor } else { Ca::Platform };
        let fmspc = platform.fmspc.to_string().to_ascii_lowercase();
        // Version 4 serves all that version 3 does, and newer forms of it.
        let (tcb_info, qe_identity) = match self.of_api(Api::V4, tee, &fmspc).await {
            Err(Missing::Document(missing)) if tee == Tee::Sgx => {
                self.of_api(Api::V3, tee, &fmspc).await.map_err(|_| Missing::Document(missing))?
            }
            found => found?,
        };
        let pck_crl = self.document(&DocumentKey::PckCrl { ca }).await?;
        let root_ca_crl = self.document(&DocumentKey::RootCaCrl).await?;
        collateral_file(&tcb_info, &qe_identity, &pck_crl, &root_ca_crl)
            .map(Document)
            .ok_or_else(|| Missing::Document("a document that is text".to_owned()))
    }

    async fn of_api(
        &self,
        api: Api,
        tee: Tee,
        fmspc: &str,
    ) -> Result<(StoredDocument, StoredDocument), Missing> {
        let tcb_info = DocumentKey::TcbInfo { api, tee, fmspc: fmspc.to_owned() };
        let qe_identity = DocumentKey::QeIdentity { api, tee };
        Ok((self.document(&tcb_info).await?, self.document(&qe_identity).await?))
    }
}

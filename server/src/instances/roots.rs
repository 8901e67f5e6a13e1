//! Up to which roots certificates of attestation keys may lead.

use veriquote::bytes::to_hex;
use veriquote::tpm::{Name, PublicArea};
use veriquote_facade::Blob;

use crate::State;
use crate::store::StoreError;

/// The roots of the configuration and, for the key of a machine that is enrolled now, this service's own. So
/// certificates of this service end with the enrolment: they are not revoked, they lead nowhere.
///
/// # Errors
/// A store that does not answer.
pub async fn roots_for(state: &State, ak: &[u8]) -> Result<Vec<Blob>, StoreError> {
    let mut roots = state.trust().tpm_roots.clone();
    if !state.config().instances.is_open() {
        return Ok(roots);
    }
    // An area that does not read has no Name, and no certificate is for it.
    let name = PublicArea::parse(ak).and_then(|area| Name::of(&area, state.provider().as_ref()));
    if let Ok(name) = name
        && state.store().is_enrolled(&to_hex(name.as_slice())).await?
    {
        roots.push(Blob(state.instances().authority.certificate().as_bytes().to_vec()));
    }
    Ok(roots)
}

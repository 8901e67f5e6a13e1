//! Enrolment: which TPM a machine has, and which attestation key is in it.
//!
//! ```text
//! GenerateNonce    a nonce, wrapped so that only the TPM of this endorsement key with a key of this Name in
//!                  it can unwrap it (MakeCredential)
//! GenerateAikcert  the digest of that nonce proves it: the key is the machine's from now on. Its certificate
//!                  comes wrapped in the same way
//! ProduceAikcert   another certificate for a key that has enrolled
//! ```

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use veriquote::bytes::{constant_time_eq, from_hex, to_hex};
use veriquote::crypto::CryptoProvider;
use veriquote::encoding::{has_pem_marker, pem_blocks};
use veriquote::tpm::{Credential, CredentialChallenge, Name, PublicArea, PublicKey, TrustedAk, TrustedEk};
use veriquote::x509::CertificationRequest;
use veriquote::x509::chain::{ChainContext, ChainRules, Revocation};
use veriquote::{Error, UnixTime};

use super::answer::{Answer, Refusal, members};
use super::authority::wrap;
use super::parameters::Parameters;
use super::record::Machine;
use super::{Caller, Instances};
use crate::State;
use crate::encoding::{from_any_base64, to_base64};
use crate::error::ApiError;
use crate::operations::audit::{Entry, record};
use crate::random;
use crate::store::StoredNonce;

/// What is kept of a nonce.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptNonce {
    pub(super) nonce: String,
    pub(super) ek: String,
    pub(super) ak_name: String,
}

/// `GenerateNonce`.
pub(super) async fn generate_nonce(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let instances = state.instances();
    let uuid = parameters.uuid()?;
    let machine = Machine::get(state.store(), uuid, &caller.account).await?;
    let name = name(parameters)?;
    let ek = instances.endorsement_key(state, parameters, "EkPub")?;
    own_tpm(&machine, &ek)?;
    let nonce = random::bytes::<32>()?;
    let (credential, _) = make_credential(&ek, &name, &nonce)?;
    let kept =
        KeptNonce { nonce: to_hex(&nonce), ek: to_hex(&ek.fingerprint()), ak_name: to_hex(name.as_slice()) };
    let lasts = i64::from(state.config().instances.nonce_seconds);
    let stored = StoredNonce {
        uuid: machine.uuid,
        account: machine.account,
        text: serde_json::to_string(&kept).map_err(ApiError::internal)?,
        expires_at: UnixTime(state.now().0.saturating_add(lasts)),
    };
    state.store().keep_nonce(&stored).await?;
    Ok(members([("data", json!({ "CredentialBlob": to_base64(&credential.to_file()) }))]))
}

/// `GenerateAikcert`.
pub(super) async fn generate_aikcert(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let instances = state.instances();
    let uuid = parameters.uuid()?;
    let mut machine = Machine::get(state.store(), uuid, &caller.account).await?;
    let claimed = name(parameters)?;
    let area = bytes(parameters.required("AikPub")?, "AikPub")?;
    let area = PublicArea::parse(&area).map_err(|error| wrong("AikPub", &error))?;
    let ek = instances.endorsement_key(state, parameters, "EkPub")?;
    own_tpm(&machine, &ek)?;
    // Taken away whatever comes of it: a second try needs another nonce.
    let kept = take_nonce(state, &machine).await?.ok_or_else(no_nonce)?;
    let secret = from_hex(kept.nonce.as_bytes()).map_err(|_| no_nonce())?;
    let expected = digest(&SHA256, &secret);
    let given = from_hex(parameters.required("NonceDigest")?.as_bytes()).unwrap_or_default();
    if kept.ek != to_hex(&ek.fingerprint()) || kept.ak_name != to_hex(claimed.as_slice()) {
        return Err(no_nonce());
    }
    // No word of what was expected.
    if !constant_time_eq(expected.as_ref(), &given) {
        return Err(Refusal::parameter("NonceDigest", "this is not the digest of the nonce"));
    }
    // The core decides whether this makes it an attestation key of that TPM.
    let challenge = CredentialChallenge::new(&ek, claimed.clone(), &secret);
    let trusted = TrustedAk::activated(&ek, &area, challenge, &secret);
    trusted.map_err(|failure| wrong("AikPub", &failure.error))?;
    machine.record.ek = Some(to_hex(&ek.fingerprint()));
    machine.record.ak = Some(to_hex(parameters_area(parameters)?.as_slice()));
    machine.ak_name = Some(to_hex(claimed.as_slice()));
    machine.record.modified_at = millis(state.now());
    machine.record.clock = None;
    machine.record.continuation = None;
    machine.record.next_ima = 0;
    let entry =
        Entry::of("instance.enrolled").with("instance", uuid).with("ak_name", machine.ak_name.clone());
    let store = state.clone();
    let enrolling = async move { machine.keep(store.store()).await };
    record::decided(state, entry.with("by", caller.key_id.as_str()), enrolling).await?;
    let (data, key) = certificate(state, &area, &claimed, &ek, uuid, true)?;
    Ok(members([("data", json!({ "dataCredentialBlob": data, "keyCredentialBlob": key }))]))
}

/// `ProduceAikcert`.
pub(super) async fn produce_aikcert(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let claimed = name(parameters)?;
    let chain = match parameters.get("IncludeCertChain") {
        None | Some("true" | "True") => true,
        Some("false" | "False") => false,
        Some(_) => return Err(Refusal::parameter("IncludeCertChain", "true or false is expected")),
    };
    let asked = Asked::read(parameters.required("CertRequest")?)?;
    let ek = state.instances().endorsement_key(state, parameters, "EkPubKey")?;
    let known = state.store().instances_of_key(&to_hex(claimed.as_slice()), &caller.account).await?;
    let known = known.into_iter().map(Machine::of).collect::<Result<Vec<_>, _>>()?;
    let fingerprint = to_hex(&ek.fingerprint());
    let machine = known.iter().find(|machine| machine.record.ek.as_deref() == Some(&fingerprint));
    let machine = machine.ok_or_else(|| {
        Refusal::parameter("AikName", "no machine has enrolled with this key: call GenerateAikcert first")
    })?;
    let enrolled = machine.record.ak.as_deref().and_then(|hex| from_hex(hex.as_bytes()).ok());
    let enrolled = enrolled.ok_or_else(|| ApiError::internal("a machine without its key"))?;
    let area = PublicArea::parse(&enrolled).map_err(ApiError::internal)?;
    asked.check(&area, &claimed, state.provider().as_ref())?;
    let (data, key) = certificate(state, &area, &claimed, &ek, &machine.uuid, chain)?;
    let entry = Entry::of("instance.certified").with("instance", machine.uuid.as_str());
    let entry = entry.with("ak_name", to_hex(claimed.as_slice())).with("by", caller.key_id.as_str());
    record::given(state, entry).await?;
    Ok(members([("Data", json!({ "DataCredentialBlob": data, "KeyCredentialBlob": key }))]))
}

/// What `CertRequest` is: the public area of the key, or a request of PKCS #10.
enum Asked {
    Area(Vec<u8>),
    Request(Vec<u8>),
}

impl Asked {
    fn read(text: &str) -> Result<Self, Refusal> {
        if has_pem_marker(text.as_bytes()) {
            let blocks = pem_blocks(text.as_bytes(), "CERTIFICATE REQUEST", 1);
            let block = blocks.map_err(|error| wrong("CertRequest", &error))?.pop();
            let none = || Refusal::parameter("CertRequest", "there is no certificate request in it");
            return block.map(Self::Request).ok_or_else(none);
        }
        let bytes = bytes(text, "CertRequest")?;
        // A SEQUENCE; a public area begins with its size or its type, which are small.
        let is_request = bytes.first() == Some(&0x30);
        Ok(if is_request { Self::Request(bytes) } else { Self::Area(bytes) })
    }

    /// That it asks for this key, which has enrolled. A request of PKCS #10 does not say which object of the
    /// TPM has its key: the enrolment does. Nothing else that it asks for is given.
    fn check(
        &self,
        enrolled: &PublicArea<'_>,
        name: &Name,
        provider: &dyn CryptoProvider,
    ) -> Result<(), Refusal> {
        let wrong = |error: Error| wrong("CertRequest", &error);
        let same = match self {
            Self::Area(bytes) => {
                let area = PublicArea::parse(bytes).map_err(wrong)?;
                Name::of(&area, provider).map_err(wrong)? == *name
            }
            Self::Request(bytes) => {
                let request = CertificationRequest::verified(bytes, provider).map_err(wrong)?;
                let key = PublicKey::from_spki(request.spki()).map_err(wrong)?;
                enrolled.key().is_same_key(&key)
            }
        };
        if same { Ok(()) } else { Err(Refusal::parameter("CertRequest", "its key is not that of AikName")) }
    }
}

/// The nonce of a machine, which nobody else gets.
pub(super) async fn take_nonce(state: &State, machine: &Machine) -> Result<Option<KeptNonce>, Refusal> {
    let stored = state.store().take_nonce(&machine.uuid, &machine.account).await?;
    let Some(stored) = stored.filter(|stored| stored.expires_at >= state.now()) else { return Ok(None) };
    serde_json::from_str(&stored.text).map(Some).map_err(|error| ApiError::internal(error).into())
}

impl Instances {
    /// The endorsement key of a call: certified by a configured root, or named in the configuration.
    fn endorsement_key<'p>(
        &'p self,
        state: &'p State,
        parameters: &Parameters,
        public: &str,
    ) -> Result<TrustedEk<'p>, Refusal> {
        let provider = state.provider().as_ref();
        let area = parameters.get(public).map(|text| bytes(text, public)).transpose()?;
        let area =
            area.as_deref().map(PublicArea::parse).transpose().map_err(|error| wrong(public, &error))?;
        let Some(certificate) = parameters.get("EkCert") else {
            let area = area.ok_or_else(|| Refusal::parameter("EkCert", "no endorsement key was given"))?;
            let ek = TrustedEk::pinned(&area, provider).map_err(|failure| wrong(public, &failure.error))?;
            let fingerprint = to_hex(&ek.fingerprint());
            let known = &state.config().instances.ek_fingerprints;
            if !known.iter().any(|known| known.eq_ignore_ascii_case(&fingerprint)) {
                let message = "it has no certificate, and this service does not know it";
                return Err(Refusal::parameter(public, format_args!("{message}: {fingerprint}")));
            }
            return Ok(ek);
        };
        let (certificate, intermediates) = certificates(certificate)?;
        let context = ChainContext {
            anchors: &self.ek_roots,
            provider,
            now: state.now(),
            rules: ChainRules::STRICT,
            crls: &[],
            revocation: Revocation::WhereGiven,
        };
        let ek = TrustedEk::certified(&certificate, &intermediates, area.as_ref(), &context);
        ek.map_err(|failure| wrong("EkCert", &failure.error))
    }
}

/// A machine keeps its TPM: another one is another machine.
fn own_tpm(machine: &Machine, ek: &TrustedEk<'_>) -> Result<(), Refusal> {
    match &machine.record.ek {
        Some(known) if *known != to_hex(&ek.fingerprint()) => {
            let message = "this machine has enrolled with another TPM; unregister it first";
            Err(Refusal::new(axum::http::StatusCode::CONFLICT, "Instance.OtherTpm", message))
        }
        _ => Ok(()),
    }
}

fn make_credential(
    ek: &TrustedEk<'_>,
    name: &Name,
    secret: &[u8],
) -> Result<(Credential, CredentialChallenge), Refusal> {
    // Randomness that is no private key of the curve comes once in 2^32 times.
    for _ in 0..4 {
        let entropy = random::bytes::<128>()?;
        let entropy = entropy.get(..ek.entropy_len()).unwrap_or_default();
        if let Ok(made) = Credential::make(ek, name, secret, entropy) {
            return Ok(made);
        }
    }
    Err(Refusal::parameter("EkPub", "nothing can be wrapped for this key"))
}

/// A certificate, hidden under a key that only this TPM can unwrap.
fn certificate(
    state: &State,
    area: &PublicArea<'_>,
    name: &Name,
    ek: &TrustedEk<'_>,
    uuid: &str,
    chain: bool,
) -> Result<(Value, Value), Refusal> {
    let days = state.config().instances.certificate_days;
    let made = state.instances().authority.certify(area, uuid, state.now(), days);
    let mut pem = made.map_err(|error| Refusal::parameter("AikPub", error))?;
    if !chain {
        let own = pem.len() - state.instances().authority.certificate().len();
        pem.truncate(own);
    }
    let (data, key) = wrap(pem.as_bytes()).map_err(ApiError::internal)?;
    let (credential, _) = make_credential(ek, name, key.as_slice())?;
    Ok((to_base64(&data).into(), to_base64(&credential.to_file()).into()))
}

fn no_nonce() -> Refusal {
    let message = "no nonce of GenerateNonce is open for this machine with these keys";
    Refusal::new(axum::http::StatusCode::BAD_REQUEST, "Nonce.NotFound", message)
}

fn name(parameters: &Parameters) -> Result<Name, Refusal> {
    let text = parameters.required("AikName")?;
    let name = from_hex(text.as_bytes()).ok().and_then(|bytes| Name::parse(&bytes).ok());
    name.filter(|name| name.algorithm().is_some())
        .ok_or_else(|| Refusal::parameter("AikName", "the Name of the key is expected, in hex"))
}

fn parameters_area(parameters: &Parameters) -> Result<Vec<u8>, Refusal> {
    bytes(parameters.required("AikPub")?, "AikPub")
}

fn bytes(text: &str, name: &str) -> Result<Vec<u8>, Refusal> {
    from_any_base64(text).map_err(|_| Refusal::parameter(name, "base64 is expected"))
}

/// The certificate, and those between it and the root: PEM, or base64 of DER.
fn certificates(text: &str) -> Result<(Vec<u8>, Vec<Vec<u8>>), Refusal> {
    const MOST: usize = 8;
    if !has_pem_marker(text.as_bytes()) {
        return Ok((bytes(text, "EkCert")?, Vec::new()));
    }
    let mut all =
        pem_blocks(text.as_bytes(), "CERTIFICATE", MOST).map_err(|error| wrong("EkCert", &error))?;
    if all.is_empty() {
        return Err(Refusal::parameter("EkCert", "there is no certificate in it"));
    }
    let own = all.remove(0);
    Ok((own, all))
}

fn wrong(name: &str, error: &Error) -> Refusal {
    Refusal::parameter(name, format_args!("{} ({})", error, error.code().as_str()))
}

/// Milliseconds, as the interface counts.
pub(super) fn millis(now: UnixTime) -> i64 {
    now.0.saturating_mul(1_000)
}

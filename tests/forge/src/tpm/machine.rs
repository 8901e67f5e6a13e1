//! The whole machine: its keys, its boot, its list, and the quote of them.

use super::ak::{AkKey, Scheme};
use super::attest::{Attest, ClockInfo, Selection};
use super::certificate::{AK_EKU, ak_certificate, privacy_ca};
use super::hash::PcrHash;
use super::ima::ImaList;
use super::log::TpmLog;
use super::pcr::PcrSet;
use super::public::PublicArea;
use super::rsa_key::RsaKey;
use crate::certificate::{Certificate, pem};
use crate::key::Key;
use crate::time::{DAY, NOW};

/// A machine with a TPM. Change any field, then [`TpmForge::build`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TpmForge {
    /// When to verify.
    pub now: i64,
    /// The attestation key.
    pub key: AkKey,
    /// How it signs.
    pub scheme: Scheme,
    /// With which hash; also that of the digest of the PCRs.
    pub hash: PcrHash,
    /// Its public area.
    pub public: PublicArea,
    /// Qualified name of its parent: a hierarchy's handle, or a storage key's.
    pub parent: Vec<u8>,
    /// Who certified it.
    pub authority: Certificate,
    /// Its certificate.
    pub certificate: Certificate,
    /// Banks of the TPM.
    pub banks: Vec<PcrHash>,
    /// The boot.
    pub log: TpmLog,
    /// What ran since.
    pub ima: ImaList,
    /// What is extended by programs that no log tells of.
    pub unlogged: Vec<(u32, Vec<u8>)>,
    /// What is quoted.
    pub selections: Vec<Selection>,
    /// The challenge.
    pub nonce: Vec<u8>,
    /// Clock and counters.
    pub clock: ClockInfo,
    /// Firmware of the TPM.
    pub firmware_version: u64,
}

impl TpmForge {
    fn new(key: AkKey, scheme: Scheme, hash: PcrHash) -> Self {
        let blank = Attest::quote(Vec::new(), Vec::new());
        let authority = privacy_ca(NOW - 2000 * DAY, NOW + 8000 * DAY);
        Self {
            now: NOW,
            public: PublicArea::ak(&key, scheme, hash),
            parent: ENDORSEMENT.to_vec(),
            certificate: ak_certificate(&key, AK_EKU, &authority, NOW - 100 * DAY, NOW + 1000 * DAY),
            authority,
            key,
            scheme,
            hash,
            banks: vec![PcrHash::Sha1, PcrHash::Sha256],
            log: TpmLog::boot(),
            ima: ImaList::programs(),
            unlogged: Vec::new(),
            selections: vec![Selection::of(PcrHash::Sha256, &(0..=14).collect::<Vec<_>>())],
            nonce: b"a challenge of the verifier 0001".to_vec(),
            clock: blank.clock,
            firmware_version: blank.firmware_version,
        }
    }

    /// RSA-2048, RSASSA with SHA-256.
    #[must_use]
    pub fn rsa() -> Self {
        Self::new(AkKey::Rsa(RsaKey::First), Scheme::Rsassa, PcrHash::Sha256)
    }

    /// RSA-2048, RSASSA-PSS with SHA-256.
    #[must_use]
    pub fn pss() -> Self {
        Self::new(AkKey::Rsa(RsaKey::First), Scheme::Pss, PcrHash::Sha256)
    }

    /// RSA-2048, RSASSA with SHA-1, as Windows makes its keys.
    #[must_use]
    pub fn sha1() -> Self {
        Self::new(AkKey::Rsa(RsaKey::First), Scheme::Rsassa, PcrHash::Sha1)
    }

    /// ECDSA on P-256 with SHA-256.
    #[must_use]
    pub fn p256() -> Self {
        Self::new(AkKey::P256(Key::new("ak")), Scheme::Ecdsa, PcrHash::Sha256)
    }

    /// ECDSA on P-384 with SHA-384.
    #[must_use]
    pub fn p384() -> Self {
        Self::new(AkKey::P384("ak".to_owned()), Scheme::Ecdsa, PcrHash::Sha384)
    }

    /// A unified kernel image booted at locality 3, quoted in two banks; IMA in every template.
    #[must_use]
    pub fn unified() -> Self {
        let mut forge = Self::p256();
        forge.log = TpmLog::unified().at_locality(3);
        forge.ima = ImaList::templates();
        let pcrs: Vec<_> = (0..=14).collect();
        forge.selections = vec![Selection::of(PcrHash::Sha1, &pcrs), Selection::of(PcrHash::Sha256, &pcrs)];
        forge
    }

    /// A boot of this many events and a list of this many entries.
    #[must_use]
    pub fn long(events: usize, entries: usize) -> Self {
        let mut forge = Self::p256();
        forge.log = TpmLog::long(events);
        forge.ima = ImaList::long(entries);
        forge
    }

    /// One valid machine of each kind, by name.
    #[must_use]
    pub fn all() -> Vec<(&'static str, Self)> {
        vec![
            ("rsa", Self::rsa()),
            ("pss", Self::pss()),
            ("sha1", Self::sha1()),
            ("p256", Self::p256()),
            ("p384", Self::p384()),
            ("unified", Self::unified()),
        ]
    }

    /// The valid machine of this name, as [`TpmForge::all`] lists them.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find_map(|(other, forge)| (other == name).then_some(forge))
    }

    /// Makes the public area and certificate afresh for another key.
    #[must_use]
    pub fn with_key(mut self, key: AkKey) -> Self {
        self.public = PublicArea::ak(&key, self.scheme, self.hash);
        self.certificate = ak_certificate(&key, AK_EKU, &self.authority, NOW - 100 * DAY, NOW + 1000 * DAY);
        self.key = key;
        self
    }

    /// The PCRs after the boot, before any program.
    #[must_use]
    pub fn boot_pcrs(&self) -> PcrSet {
        let mut pcrs = PcrSet::reset(&self.banks, self.log.locality());
        self.log.extend(&mut pcrs);
        pcrs
    }

    /// The PCRs when the quote is made.
    #[must_use]
    pub fn pcrs(&self) -> PcrSet {
        let mut pcrs = self.boot_pcrs();
        self.ima.extend(&mut pcrs);
        for (pcr, what) in &self.unlogged {
            for bank in &self.banks {
                pcrs.extend(*bank, *pcr, &bank.digest(&[what]));
            }
        }
        pcrs
    }

    /// The attestation before it is signed.
    #[must_use]
    pub fn attest(&self) -> Attest {
        let digest = self.hash.digest(&[&self.pcrs().values_file(&self.selections)]);
        Attest {
            qualified_signer: self.public.qualified_name(&self.parent),
            extra_data: self.nonce.clone(),
            clock: self.clock.clone(),
            firmware_version: self.firmware_version,
            ..Attest::quote(self.selections.clone(), digest)
        }
    }

    /// Signs everything.
    #[must_use]
    pub fn build(&self) -> TpmForged {
        self.build_with(|_| {})
    }

    /// Signs everything after a change of the attestation.
    #[must_use]
    pub fn build_with(&self, change: impl FnOnce(&mut Attest)) -> TpmForged {
        let mut attest = self.attest();
        change(&mut attest);
        let attest = attest.bytes();
        let signature = self.key.sign(self.scheme, self.hash, &attest).bytes();
        let certificate = |it: &Certificate| pem("CERTIFICATE", &it.der());
        TpmForged {
            attest,
            signature,
            public: self.public.tpm2b(),
            chain: certificate(&self.certificate),
            root: certificate(&self.authority),
            nonce: self.nonce.clone(),
            pcrs: self.pcrs().serialized_file(&self.selections),
            event_log: self.log.bytes(),
            ima_log: self.ima.bytes(&self.boot_pcrs()),
            now: self.now,
        }
    }
}

/// TPM_RH_ENDORSEMENT.
const ENDORSEMENT: [u8; 4] = [0x40, 0, 0, 0x0b];

/// What a verifier is given. Editing it is tampering after signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TpmForged {
    /// TPMS_ATTEST.
    pub attest: Vec<u8>,
    /// TPMT_SIGNATURE.
    pub signature: Vec<u8>,
    /// TPM2B_PUBLIC of the attestation key.
    pub public: Vec<u8>,
    /// Its certificate in PEM.
    pub chain: String,
    /// The authority's certificate in PEM.
    pub root: String,
    /// The challenge.
    pub nonce: Vec<u8>,
    /// PCR values as `tpm2_quote` writes them.
    pub pcrs: Vec<u8>,
    /// The event log.
    pub event_log: Vec<u8>,
    /// The binary measurement list.
    pub ima_log: Vec<u8>,
    /// When to verify.
    pub now: i64,
}

impl TpmForged {
    /// Writes `quote.msg`, `quote.sig`, `ak.pub`, `ak.pem` (chain), `root.pem`, `nonce` (hex), `quote.pcrs`,
    /// `eventlog.bin` and `ima.bin` into `folder`.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, folder: &std::path::Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let nonce = crate::hex(&self.nonce);
        let files: [(&str, &[u8]); 9] = [
            ("quote.msg", &self.attest),
            ("quote.sig", &self.signature),
            ("ak.pub", &self.public),
            ("ak.pem", self.chain.as_bytes()),
            ("root.pem", self.root.as_bytes()),
            ("nonce", nonce.as_bytes()),
            ("quote.pcrs", &self.pcrs),
            ("eventlog.bin", &self.event_log),
            ("ima.bin", &self.ima_log),
        ];
        files.into_iter().try_for_each(|(name, bytes)| std::fs::write(folder.join(name), bytes))
    }
}

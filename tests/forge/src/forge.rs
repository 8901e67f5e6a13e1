//! The whole platform: everything in one place, signed at the end.

use crate::certificate::{Certificate, pem};
use crate::collateral::{Collateral, QveCollateral};
use crate::crl::Crl;
use crate::evaluation::EvaluationNumbers;
use crate::identity::Identity;
use crate::key::Key;
use crate::pck::SgxExtension;
use crate::quote::{Certification, Quote};
use crate::report::TdVersion;
use crate::tcb_info::TcbInfo;
use crate::time::{DAY, NOW};

/// A fake platform with its fake Intel. Change any field, then [`Forge::build`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forge {
    /// When to verify.
    pub now: i64,
    /// The root.
    pub root: Certificate,
    /// The root that the verifier trusts, where it is another one.
    pub trusted_root: Option<Certificate>,
    /// The authority that certifies PCKs.
    pub pck_ca: Certificate,
    /// The PCK certificate; `sgx_extension` is added when it is built.
    pub pck: Certificate,
    /// Intel's extension of the PCK certificate; `None` leaves it out.
    pub sgx_extension: Option<SgxExtension>,
    /// The certificate that signs collateral.
    pub tcb_signing: Certificate,
    /// Revocations by the root.
    pub root_crl: Crl,
    /// Revocations by the PCK authority.
    pub pck_crl: Crl,
    /// TCB info.
    pub tcb_info: TcbInfo,
    /// Another text to sign as TCB info.
    pub tcb_info_text: Option<String>,
    /// Who signs TCB info.
    pub tcb_info_signer: Key,
    /// Identity of the quoting enclave.
    pub identity: Identity,
    /// Another text to sign as identity.
    pub identity_text: Option<String>,
    /// Who signs identities.
    pub identity_signer: Key,
    /// Identity of the QvE, where the collateral shall hold one.
    pub qve_identity: Option<Identity>,
    /// TCB evaluation data numbers.
    pub evaluation_numbers: EvaluationNumbers,
    /// The quote.
    pub quote: Quote,
    /// Who signs the QE report, where it is not the PCK.
    pub qe_report_signer: Option<Key>,
    /// What the chains consist of.
    pub chains: Chains,
}

/// What each PEM chain consists of, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chains {
    /// In the quote, or beside it.
    pub pck: Vec<Role>,
    /// Beside the PCK CRL.
    pub pck_crl: Vec<Role>,
    /// Beside TCB info.
    pub tcb_info: Vec<Role>,
    /// Beside the identities.
    pub identity: Vec<Role>,
    /// Whether the collateral has the PCK chain, for quotes that do not carry it.
    pub pck_beside: bool,
}

/// A certificate of the platform, or another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The root.
    Root,
    /// The PCK authority.
    PckCa,
    /// The PCK.
    Pck,
    /// The collateral signer.
    TcbSigning,
    /// Any certificate.
    Other(Box<Certificate>),
    /// Any text.
    Text(String),
}

/// Which of Intel's authorities certifies the PCK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PckCa {
    /// For multi-package servers: seven elements in the SGX extension.
    Platform,
    /// For single-package machines: five elements.
    Processor,
}

impl Forge {
    fn new(quote: Quote, tcb_info: TcbInfo, identity: Identity) -> Self {
        let id = tcb_info.id.clone().unwrap_or_else(|| "SGX".to_owned());
        let root = Certificate::root(Key::new("root"), NOW - 2000 * DAY, NOW + 8000 * DAY);
        let pck_ca = Certificate::authority(
            "Intel SGX PCK Platform CA",
            Key::new("pck platform ca"),
            &root,
            NOW - 1000 * DAY,
            NOW + 3000 * DAY,
        );
        let pck = Certificate::leaf(
            "Intel SGX PCK Certificate",
            Key::new("pck"),
            &pck_ca,
            NOW - 100 * DAY,
            NOW + 1000 * DAY,
        );
        let tcb_signing = Certificate::leaf(
            "Intel SGX TCB Signing",
            Key::new("tcb signing"),
            &root,
            NOW - 500 * DAY,
            NOW + 2000 * DAY,
        );
        Self {
            now: NOW,
            root_crl: Crl::of(&root, NOW - 10 * DAY, NOW + 300 * DAY),
            pck_crl: Crl::of(&pck_ca, NOW - 5 * DAY, NOW + 25 * DAY),
            tcb_info_signer: tcb_signing.key.clone(),
            identity_signer: tcb_signing.key.clone(),
            root,
            trusted_root: None,
            pck_ca,
            pck,
            sgx_extension: Some(SgxExtension::platform()),
            tcb_signing,
            tcb_info,
            tcb_info_text: None,
            identity,
            identity_text: None,
            qve_identity: None,
            evaluation_numbers: EvaluationNumbers::of(&id),
            quote,
            qe_report_signer: None,
            chains: Chains {
                pck: vec![Role::Pck, Role::PckCa, Role::Root],
                pck_crl: vec![Role::PckCa, Role::Root],
                tcb_info: vec![Role::TcbSigning, Role::Root],
                identity: vec![Role::TcbSigning, Role::Root],
                pck_beside: false,
            },
        }
    }

    /// An SGX enclave's quote of this version.
    #[must_use]
    pub fn sgx(version: u16) -> Self {
        Self::new(Quote::sgx(version), TcbInfo::sgx(), Identity::qe())
    }

    /// A trust domain's quote of this version.
    #[must_use]
    pub fn tdx(version: u16, body: TdVersion) -> Self {
        Self::new(Quote::tdx(version, body), TcbInfo::tdx(), Identity::td_qe())
    }

    /// SGX, quote version 3.
    #[must_use]
    pub fn sgx3() -> Self {
        Self::sgx(3)
    }

    /// SGX, quote version 4.
    #[must_use]
    pub fn sgx4() -> Self {
        Self::sgx(4)
    }

    /// SGX, quote version 5.
    #[must_use]
    pub fn sgx5() -> Self {
        Self::sgx(5)
    }

    /// TDX, quote version 4.
    #[must_use]
    pub fn tdx4() -> Self {
        Self::tdx(4, TdVersion::V10)
    }

    /// TDX 1.0, quote version 5.
    #[must_use]
    pub fn tdx5_10() -> Self {
        Self::tdx(5, TdVersion::V10)
    }

    /// TDX 1.5, quote version 5.
    #[must_use]
    pub fn tdx5_15() -> Self {
        Self::tdx(5, TdVersion::V15)
    }

    /// TDX 1.5 with the extended body, quote version 5.
    #[must_use]
    pub fn tdx5_15ex() -> Self {
        Self::tdx(5, TdVersion::V15Ex)
    }

    /// One valid platform of each kind, by name.
    #[must_use]
    pub fn all() -> Vec<(&'static str, Self)> {
        vec![
            ("sgx3", Self::sgx3()),
            ("sgx4", Self::sgx4()),
            ("sgx5", Self::sgx5()),
            ("tdx4", Self::tdx4()),
            ("tdx5-10", Self::tdx5_10()),
            ("tdx5-15", Self::tdx5_15()),
            ("tdx5-15ex", Self::tdx5_15ex()),
        ]
    }

    /// The valid platform of this name, as [`Forge::all`] lists them.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find_map(|(other, forge)| (other == name).then_some(forge))
    }

    /// Has the PCK certified by this authority.
    #[must_use]
    pub fn certified_by(mut self, authority: PckCa) -> Self {
        let (name, label, extension) = match authority {
            PckCa::Platform => ("Intel SGX PCK Platform CA", "pck platform ca", SgxExtension::platform()),
            PckCa::Processor => ("Intel SGX PCK Processor CA", "pck processor ca", SgxExtension::processor()),
        };
        self.pck_ca =
            Certificate::authority(name, Key::new(label), &self.root, NOW - 1000 * DAY, NOW + 3000 * DAY);
        self.pck = Certificate::leaf(
            "Intel SGX PCK Certificate",
            Key::new("pck"),
            &self.pck_ca,
            NOW - 100 * DAY,
            NOW + 1000 * DAY,
        );
        self.pck_crl = Crl::of(&self.pck_ca, NOW - 5 * DAY, NOW + 25 * DAY);
        self.sgx_extension = Some(extension);
        self
    }

    /// The extension of the PCK certificate.
    ///
    /// # Panics
    /// When it was taken out.
    pub fn sgx_extension(&mut self) -> &mut SgxExtension {
        self.sgx_extension.as_mut().expect("the extension is there")
    }

    /// The PCK certificate with its extension.
    #[must_use]
    pub fn pck_certificate(&self) -> Certificate {
        let mut pck = self.pck.clone();
        pck.extensions.extend(self.sgx_extension.as_ref().map(SgxExtension::extension));
        pck
    }

    /// A chain in PEM.
    #[must_use]
    pub fn chain(&self, roles: &[Role]) -> String {
        let certificate = |certificate: &Certificate| pem("CERTIFICATE", &certificate.der());
        roles
            .iter()
            .map(|role| match role {
                Role::Root => certificate(&self.root),
                Role::PckCa => certificate(&self.pck_ca),
                Role::Pck => certificate(&self.pck_certificate()),
                Role::TcbSigning => certificate(&self.tcb_signing),
                Role::Other(other) => certificate(other),
                Role::Text(text) => text.clone(),
            })
            .collect()
    }

    fn certification(&self) -> (u16, Vec<u8>) {
        let blank = SgxExtension::platform();
        let extension = self.sgx_extension.as_ref().unwrap_or(&blank);
        let tail = || {
            let svn = extension.tcb.pce_svn as u16;
            [&extension.tcb.cpu_svn[..], &svn.to_le_bytes(), &extension.pce_id].concat()
        };
        match &self.quote.certification {
            Certification::PpidClear => (1, [&extension.ppid[..], &tail()].concat()),
            Certification::PpidRsa2048 => (2, [&[0xe2; 256][..], &tail()].concat()),
            Certification::PpidRsa3072 => (3, [&[0xe3; 384][..], &tail()].concat()),
            Certification::PckLeaf => (4, self.chain(&[Role::Pck]).into_bytes()),
            Certification::PckChain => (5, self.chain(&self.chains.pck).into_bytes()),
            Certification::PlatformManifest => (7, vec![0x7f; 512]),
            Certification::Raw(kind, data) => (*kind, data.clone()),
        }
    }

    /// Signs an identity as the collateral signer does.
    #[must_use]
    pub fn sign_identity(&self, identity: &Identity) -> QveCollateral {
        let text = identity.json();
        QveCollateral {
            issuer_chain: self.chain(&self.chains.identity),
            signature: self.identity_signer.sign(text.as_bytes()).to_vec(),
            identity: text,
        }
    }

    /// The evaluation numbers in the envelope in which the service gives them.
    #[must_use]
    pub fn evaluation_numbers_json(&self) -> String {
        let text = self.evaluation_numbers.json();
        let signature = self.tcb_info_signer.sign(text.as_bytes());
        format!("{{\"tcbEvaluationDataNumbers\":{text},\"signature\":\"{}\"}}", crate::hex(&signature))
    }

    /// The collateral alone.
    #[must_use]
    pub fn build_collateral(&self) -> Collateral {
        let tcb_info = self.tcb_info_text.clone().unwrap_or_else(|| self.tcb_info.json());
        let qe_identity = self.identity_text.clone().unwrap_or_else(|| self.identity.json());
        Collateral {
            pck_crl_issuer_chain: self.chain(&self.chains.pck_crl),
            root_ca_crl: self.root_crl.der(),
            pck_crl: self.pck_crl.der(),
            tcb_info_issuer_chain: self.chain(&self.chains.tcb_info),
            tcb_info_signature: self.tcb_info_signer.sign(tcb_info.as_bytes()).to_vec(),
            tcb_info,
            qe_identity_issuer_chain: self.chain(&self.chains.identity),
            qe_identity_signature: self.identity_signer.sign(qe_identity.as_bytes()).to_vec(),
            qe_identity,
            pck_certificate_chain: self.chains.pck_beside.then(|| self.chain(&self.chains.pck)),
            qve: self.qve_identity.as_ref().map(|identity| self.sign_identity(identity)),
        }
    }

    /// The quote alone.
    #[must_use]
    pub fn build_quote(&self) -> Vec<u8> {
        self.quote.build(self.qe_report_signer.as_ref().unwrap_or(&self.pck.key), self.certification())
    }

    /// Signs everything.
    #[must_use]
    pub fn build(&self) -> Forged {
        let root_der = self.trusted_root.as_ref().unwrap_or(&self.root).der();
        Forged {
            quote: self.build_quote(),
            collateral: self.build_collateral(),
            root_pem: pem("CERTIFICATE", &root_der),
            root_der,
            now: self.now,
        }
    }
}

/// What a verifier is given. Editing it is tampering after signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forged {
    /// The quote.
    pub quote: Vec<u8>,
    /// The collateral.
    pub collateral: Collateral,
    /// The trusted root in PEM.
    pub root_pem: String,
    /// The trusted root in DER.
    pub root_der: Vec<u8>,
    /// When to verify.
    pub now: i64,
}

impl Forged {
    /// The collateral file.
    #[must_use]
    pub fn collateral_json(&self) -> String {
        self.collateral.json()
    }

    /// Writes `quote.bin`, `collateral.json`, `root.pem` and `now` (RFC 3339) into `folder`.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, folder: &std::path::Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("quote.bin"), &self.quote)?;
        std::fs::write(folder.join("collateral.json"), self.collateral_json())?;
        std::fs::write(folder.join("root.pem"), &self.root_pem)?;
        std::fs::write(folder.join("now"), crate::rfc3339(self.now) + "\n")
    }
}

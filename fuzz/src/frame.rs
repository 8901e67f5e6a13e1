//! How the input of the whole call is cut into its parts: `now i64 ‖ options u8 ‖ parts × (u32 len ‖ bytes)`.

use veriquote::UnixTime;
use veriquote::dcap::{Collateral, Profile, SignedDocument};
use veriquote_forge::Forged;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When.
    pub now: UnixTime,
    /// Which profile, and whether the PCK chain lies beside the quote.
    pub options: u8,
    /// The quote.
    pub quote: Vec<u8>,
    /// The collateral.
    pub collateral: Collateral,
}

impl Frame {
    /// Cuts `data`; lengths beyond the end take what is there.
    #[must_use]
    pub fn read(data: &[u8]) -> Option<Self> {
        let (now, rest) = data.split_first_chunk::<8>()?;
        let (options, rest) = rest.split_first()?;
        let mut parts = Parts(rest);
        let quote = parts.next().to_vec();
        let collateral = Collateral {
            pck_crl_issuer_chain: parts.text(),
            pck_crl: parts.next().to_vec(),
            root_ca_crl: parts.next().to_vec(),
            tcb_info: parts.document(),
            qe_identity: parts.document(),
            pck_certificate_chain: Some(parts.text()).filter(|_| options & BESIDE != 0),
            qve_identity: None,
        };
        Some(Self { now: UnixTime(i64::from_le_bytes(*now)), options: *options, quote, collateral })
    }

    /// What [`Frame::read`] reads.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = self.now.0.to_le_bytes().to_vec();
        bytes.push(self.options);
        let collateral = &self.collateral;
        for part in [
            &self.quote[..],
            collateral.pck_crl_issuer_chain.as_bytes(),
            &collateral.pck_crl,
            &collateral.root_ca_crl,
            collateral.tcb_info.issuer_chain.as_bytes(),
            collateral.tcb_info.text.as_bytes(),
            &collateral.tcb_info.signature,
            collateral.qe_identity.issuer_chain.as_bytes(),
            collateral.qe_identity.text.as_bytes(),
            &collateral.qe_identity.signature,
            collateral.pck_certificate_chain.as_deref().unwrap_or_default().as_bytes(),
        ] {
            bytes.extend(u32::try_from(part.len()).expect("short").to_le_bytes());
            bytes.extend(part);
        }
        bytes
    }

    /// The call for which a forged platform was made.
    #[must_use]
    pub fn of(forged: &Forged) -> Self {
        let from = &forged.collateral;
        let document = |chain: &str, text: &str, signature: &[u8]| SignedDocument {
            issuer_chain: chain.to_owned(),
            text: text.to_owned(),
            signature: signature.to_vec(),
        };
        Self {
            now: UnixTime(forged.now),
            options: if from.pck_certificate_chain.is_some() { BESIDE } else { 0 },
            quote: forged.quote.clone(),
            collateral: Collateral {
                pck_crl_issuer_chain: from.pck_crl_issuer_chain.clone(),
                pck_crl: from.pck_crl.clone(),
                root_ca_crl: from.root_ca_crl.clone(),
                tcb_info: document(&from.tcb_info_issuer_chain, &from.tcb_info, &from.tcb_info_signature),
                qe_identity: document(
                    &from.qe_identity_issuer_chain,
                    &from.qe_identity,
                    &from.qe_identity_signature,
                ),
                pck_certificate_chain: from.pck_certificate_chain.clone(),
                qve_identity: None,
            },
        }
    }

    /// The conformance profile.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        if self.options & INTEL == 0 { Profile::Strict } else { Profile::Intel }
    }
}

struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn next(&mut self) -> &'a [u8] {
        let Some((length, rest)) = self.0.split_first_chunk::<4>() else {
            return core::mem::take(&mut self.0);
        };
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX).min(rest.len());
        let (part, rest) = rest.split_at(length);
        self.0 = rest;
        part
    }

    fn text(&mut self) -> String {
        String::from_utf8_lossy(self.next()).into_owned()
    }

    fn document(&mut self) -> SignedDocument {
        SignedDocument { issuer_chain: self.text(), text: self.text(), signature: self.next().to_vec() }
    }
}

/// The PCK chain is passed beside the quote.
const BESIDE: u8 = 1;
/// The profile is Intel's.
pub const INTEL: u8 = 2;

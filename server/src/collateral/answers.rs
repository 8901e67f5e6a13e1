//! OCSP responses about certificates of devices and manifests: clients bring them, and those that were verified are kept
//! until their next update, each node for itself.
//!
//! Of one certificate the newest is kept. That it is revoked is not hidden by what a responder said before.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};
use veriquote::crypto::CryptoProvider;
use veriquote::encoding::decode_der_or_text;
use veriquote::x509::{CertStatus, Certificate, OcspResponse, OcspVerdict};
use veriquote::{UnixTime, Window};
use veriquote_facade::Blob;

use super::genuine::Examiner;

/// Certificates in DER, leaf first.
pub type Chain = Vec<Vec<u8>>;

/// What was kept.
#[derive(Debug, Default)]
pub struct Answers(Mutex<Kept>);

/// Which of the kept answers stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All: the client brings nothing.
    All,
    /// Those that say that a certificate is revoked.
    Revoked,
}

#[derive(Debug, Default)]
struct Kept {
    of: HashMap<CertificateId, Answer>,
    bytes: usize,
    uses: u64,
    /// Responses that were looked at with a chain.
    seen: HashSet<[u8; 32]>,
}

/// The issuer's key and the serial number: a certificate's own bytes could be signed anew.
type CertificateId = [u8; 32];

#[derive(Debug)]
struct Answer {
    der: Arc<[u8]>,
    window: Window,
    is_revoked: bool,
    used: u64,
}

/// Most answers: of a thousand machines with eight devices, whose authorities are shared.
const MOST: usize = 16_384;

/// Most bytes of all of them.
const MOST_BYTES: usize = 16 * 1024 * 1024;

impl Answers {
    /// The answers that stand in for certificates of these chains, each once. One of the client's that says to be newer
    /// stands for itself: it counts only if it is authentic.
    pub(super) fn stand_in(
        &self,
        chains: &[Chain],
        (which, brought): (Which, &[Blob]),
        provider: &dyn CryptoProvider,
        now: UnixTime,
    ) -> Vec<Blob> {
        if self.is_empty() {
            return Vec::new();
        }
        let ders = ders(brought);
        let brought = parsed(&ders);
        let mut kept = self.kept();
        let mut found: Vec<Arc<[u8]>> = Vec::new();
        for chain in chains {
            for pair in chain.windows(2) {
                let [subject, issuer] = pair else { continue };
                let (Ok(subject), Ok(issuer)) = (Certificate::parse(subject), Certificate::parse(issuer))
                else {
                    continue;
                };
                let uses = kept.use_once();
                let Some(answer) = kept.of.get_mut(&id(&subject, &issuer)) else { continue };
                let since = answer.window.not_before;
                let is_newer = |response: &&OcspResponse<'_>| {
                    response
                        .unauthenticated_this_update(&subject, &issuer, provider)
                        .is_some_and(|brought| brought > since)
                };
                let wanted = answer.window.contains(now)
                    && (answer.is_revoked || which == Which::All)
                    && !brought.iter().any(|response| is_newer(&response))
                    && !found.contains(&answer.der);
                if wanted {
                    answer.used = uses;
                    found.push(Arc::clone(&answer.der));
                }
            }
        }
        found.into_iter().map(|der| Blob(der.to_vec())).collect()
    }

    /// Whether nothing is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.kept().of.is_empty()
    }

    /// Keeps what responses say of certificates of these chains, once it is verified: milliseconds of arithmetic for
    /// each chain, the first time.
    pub(super) fn learn(&self, examiner: &Examiner, chains: &[Chain], brought: &[Blob], now: UnixTime) {
        let ders = ders(brought);
        for chain in chains {
            let new: Vec<Vec<u8>> =
                ders.iter().filter(|der| !self.kept().has_seen(der, chain)).cloned().collect();
            if new.is_empty() {
                continue;
            }
            let responses = parsed(&new);
            let Ok(answers) = examiner.nvidia().verify_ocsp(&responses, chain, now) else { continue };
            for answer in answers {
                let pair = (chain.get(answer.certificate), chain.get(answer.certificate.saturating_add(1)));
                let (Some(subject), Some(issuer), Some(der)) = (pair.0, pair.1, new.get(answer.response))
                else {
                    continue;
                };
                if let (Ok(subject), Ok(issuer)) = (Certificate::parse(subject), Certificate::parse(issuer)) {
                    self.kept().keep(id(&subject, &issuer), der, answer.verdict, now);
                }
            }
            self.kept().see(&new, chain);
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn use_once(&mut self) -> u64 {
        self.uses = self.uses.wrapping_add(1);
        self.uses
    }

    fn keep(&mut self, id: CertificateId, der: &[u8], verdict: OcspVerdict, now: UnixTime) {
        let is_revoked = match verdict.status {
            CertStatus::Good => false,
            CertStatus::Revoked { .. } => true,
            CertStatus::Unknown => return,
        };
        let (since, window) = (verdict.window.not_before, verdict.window);
        let stays = |before: &Answer| {
            before.window.contains(now)
                && (before.window.not_before > since
                    || (before.window.not_before == since && before.is_revoked >= is_revoked))
        };
        if self.of.get(&id).is_some_and(stays) {
            return;
        }
        self.forget(&id);
        self.make_room(der.len(), now);
        let used = self.use_once();
        self.bytes = self.bytes.saturating_add(der.len());
        self.of.insert(id, Answer { der: der.into(), window, is_revoked, used });
    }

    /// What is over goes first, then what is good and was used longest ago.
    fn make_room(&mut self, bytes: usize, now: UnixTime) {
        let is_full = |kept: &Self| kept.of.len() >= MOST || kept.bytes.saturating_add(bytes) > MOST_BYTES;
        if is_full(self) {
            let over: Vec<CertificateId> =
                self.of.iter().filter(|(_, it)| !it.window.contains(now)).map(|(id, _)| *id).collect();
            over.iter().for_each(|id| self.forget(id));
        }
        if is_full(self) {
            // A tenth at once, so that this is seldom done.
            let mut order: Vec<(bool, u64, CertificateId)> =
                self.of.iter().map(|(id, it)| (it.is_revoked, it.used, *id)).collect();
            order.sort_unstable();
            order.iter().take(MOST / 10).for_each(|(_, _, id)| self.forget(id));
            self.seen.clear();
        }
    }

    fn forget(&mut self, id: &CertificateId) {
        if let Some(answer) = self.of.remove(id) {
            self.bytes = self.bytes.saturating_sub(answer.der.len());
        }
    }

    fn has_seen(&self, der: &[u8], chain: &Chain) -> bool {
        self.seen.contains(&together(der, chain))
    }

    fn see(&mut self, ders: &[Vec<u8>], chain: &Chain) {
        if self.seen.len().saturating_add(ders.len()) > MOST {
            self.seen.clear();
        }
        self.seen.extend(ders.iter().map(|der| together(der, chain)));
    }
}

fn id(subject: &Certificate<'_>, issuer: &Certificate<'_>) -> CertificateId {
    digest([issuer.spki().raw(), subject.serial()])
}

fn together(der: &[u8], chain: &Chain) -> [u8; 32] {
    digest(std::iter::once(der).chain(chain.iter().map(Vec::as_slice)))
}

fn digest<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

/// Those that can be read.
fn ders(brought: &[Blob]) -> Vec<Vec<u8>> {
    let der = |blob: &Blob| decode_der_or_text(&blob.0, "OCSP RESPONSE").ok();
    brought.iter().filter_map(der).filter(|der| OcspResponse::parse(der).is_ok()).collect()
}

fn parsed(ders: &[Vec<u8>]) -> Vec<OcspResponse<'_>> {
    ders.iter().filter_map(|der| OcspResponse::parse(der).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: CertStatus, since: i64) -> OcspVerdict {
        OcspVerdict { status, window: Window { not_before: UnixTime(since), not_after: UnixTime(1_000) } }
    }

    const REVOKED: CertStatus = CertStatus::Revoked { at: UnixTime(0), reason: None };

    fn id(number: usize) -> CertificateId {
        digest([&number.to_be_bytes()[..]])
    }

    #[test]
    fn of_one_certificate_the_newest_is_kept_and_of_two_the_worse() {
        let now = UnixTime(500);
        let kept = |said: &[OcspVerdict]| {
            let mut kept = Kept::default();
            said.iter().for_each(|verdict| kept.keep(id(0), b"der", *verdict, now));
            kept.of.get(&id(0)).map(|it| (it.is_revoked, it.window.not_before.0))
        };
        let good = |since| said(CertStatus::Good, since);
        let revoked = |since| said(REVOKED, since);
        assert_eq!(kept(&[good(10), revoked(20)]), Some((true, 20)));
        assert_eq!(kept(&[revoked(20), good(10)]), Some((true, 20)));
        assert_eq!(kept(&[revoked(20), good(20)]), Some((true, 20)));
        assert_eq!(kept(&[good(20), revoked(20)]), Some((true, 20)));
        assert_eq!(kept(&[revoked(20), good(30)]), Some((false, 30)), "a hold that has ended");
        assert_eq!(kept(&[said(CertStatus::Unknown, 10)]), None);
        let mut over = good(40);
        over.window.not_after = UnixTime(499);
        assert_eq!(kept(&[over, good(10)]), Some((false, 10)), "what is over stands in nothing's way");
    }

    #[test]
    fn there_is_an_end_of_room_and_what_is_revoked_goes_last() {
        let now = UnixTime(500);
        let mut kept = Kept::default();
        (0..10).for_each(|number| kept.keep(id(number), b"der", said(REVOKED, 10), now));
        (10..2 * MOST).for_each(|number| kept.keep(id(number), b"der", said(CertStatus::Good, 10), now));
        assert!(kept.of.len() <= MOST && (0..10).all(|number| kept.of.contains_key(&id(number))));
        assert_eq!(kept.bytes, 3 * kept.of.len());
        let long = vec![0; 16 * 1024];
        (0..2_000).for_each(|number| kept.keep(id(number), &long, said(CertStatus::Good, 20), now));
        assert!(kept.bytes <= MOST_BYTES, "{}", kept.bytes);
        let sum: usize = kept.of.values().map(|it| it.der.len()).sum();
        assert_eq!(kept.bytes, sum);
    }
}

//! The work of a batch: verifiers that share what was prepared, and threads that keep the order.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use veriquote::crypto::CryptoProvider;
use veriquote::dcap::PlatformCache;
use veriquote_facade::{
    Blob, DcapOptions, DcapVerifier, Document, EvidenceKind, Problem, Time, Verification, platform_of_quote,
};

use super::items::{CollateralSource, Item, Task};
use crate::cli::Dcap;
use crate::verify;

/// What all threads share.
pub struct Workshop {
    provider: Arc<dyn CryptoProvider>,
    options: DcapOptions,
    /// The collateral of the command line, one verifier for each, prepared for the common time.
    shared: Vec<Arc<DcapVerifier>>,
    documents: Vec<Document>,
    known: Mutex<HashMap<Key, Arc<DcapVerifier>>>,
}

/// What a prepared verifier depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    collateral: Origin,
    at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Origin {
    CommandLine(usize),
    Own(CollateralSource),
}

/// How many prepared verifiers are kept; a batch rarely has more than one for each platform family.
const KNOWN: usize = 256;

/// How many platforms each thread remembers for one verifier.
const PLATFORMS: usize = 1024;

/// One thread's place.
pub struct Bench<'w> {
    workshop: &'w Workshop,
    caches: HashMap<*const DcapVerifier, (Arc<DcapVerifier>, PlatformCache)>,
}

impl Workshop {
    /// Prepares the collateral of the command line.
    ///
    /// # Errors
    /// What is wrong with the flags or a file that they name.
    pub fn new(args: &Dcap) -> Result<Self, Problem> {
        let (provider, options) = (verify::provider(args.output.crypto), verify::options(args)?);
        let documents = verify::collateral(args)?;
        // Also without collateral, so that a slip in the options is told before the first quote.
        DcapVerifier::new(Arc::clone(&provider), &[], &options)?;
        let prepare = |document: &Document| {
            DcapVerifier::new(Arc::clone(&provider), std::slice::from_ref(document), &options).map(Arc::new)
        };
        let shared = documents.iter().map(prepare).collect::<Result<_, _>>()?;
        Ok(Self { provider, options, shared, documents, known: Mutex::default() })
    }

    /// A place for one thread.
    pub fn bench(&self) -> Bench<'_> {
        Bench { workshop: self, caches: HashMap::new() }
    }

    fn verifier(&self, task: &Task, quote: &Blob) -> Result<Arc<DcapVerifier>, Problem> {
        let origin = match &task.collateral {
            Some(source) => Origin::Own(source.clone()),
            None => Origin::CommandLine(self.choose(quote)),
        };
        let at = task.at.unwrap_or(self.options.at);
        let shared = match &origin {
            Origin::CommandLine(index) if at == self.options.at => self.shared.get(*index),
            _ => None,
        };
        if let Some(verifier) = shared {
            return Ok(Arc::clone(verifier));
        }
        let key = Key { collateral: origin, at: at.0.0 };
        if let Some(verifier) = self.known().get(&key) {
            return Ok(Arc::clone(verifier));
        }
        let documents = match &key.collateral {
            Origin::Own(source) => vec![source.read()?],
            Origin::CommandLine(index) => self.documents.get(*index).cloned().into_iter().collect(),
        };
        let verifier = Arc::new(self.prepare(&documents, at)?);
        let mut known = self.known();
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(key, Arc::clone(&verifier));
        Ok(verifier)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Arc<DcapVerifier>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prepare(&self, documents: &[Document], at: Time) -> Result<DcapVerifier, Problem> {
        let options = DcapOptions { at, ..self.options.clone() };
        DcapVerifier::new(Arc::clone(&self.provider), documents, &options)
    }

    /// The first collateral for the quote's TEE and platform family; the first of all where none is, so
    /// that the verification says what does not fit.
    fn choose(&self, quote: &Blob) -> usize {
        if self.shared.len() < 2 {
            return 0;
        }
        let Ok(platform) = platform_of_quote(quote) else { return 0 };
        let fits = |verifier: &Arc<DcapVerifier>| {
            verifier.collateral_is_for(0) == Some((platform.tee, platform.fmspc))
        };
        self.shared.iter().position(fits).unwrap_or(0)
    }
}

impl Bench<'_> {
    /// Verifies one quote.
    pub fn verify(&mut self, item: &Item) -> Verification {
        let run = || {
            let task = item.task.as_ref().map_err(Clone::clone)?;
            let quote = task.quote.read()?;
            let verifier = self.workshop.verifier(task, &quote)?;
            let key = Arc::as_ptr(&verifier);
            if !self.caches.contains_key(&key) && self.caches.len() >= KNOWN {
                self.caches.clear();
            }
            let entry = self.caches.entry(key);
            let (_, cache) = entry.or_insert_with(|| (Arc::clone(&verifier), PlatformCache::new(PLATFORMS)));
            Ok(match &task.report_data {
                None => verifier.verify_cached(&quote, None, Some(cache)),
                Some(hex) => verifier.expecting(hex)?.verify_cached(&quote, None, Some(cache)),
            })
        };
        let mut run = run;
        run().unwrap_or_else(|problem| Verification::failed(EvidenceKind::Dcap, problem, Vec::new()))
    }
}

/// How many items a thread takes at once.
const CHUNK: usize = 32;

/// How many chunks wait for a thread.
const WAITING: usize = 4;

/// Items or results that travel together, and their place.
struct Chunk<T> {
    number: u64,
    items: Vec<T>,
}

/// Works on `items` with `threads` threads, and hands the results to `take` in the order of the items;
/// `take` ends the run by answering false. Memory is bounded by the chunks under way.
pub fn in_order<I: Send, R: Send, S>(
    threads: usize,
    items: impl Iterator<Item = I> + Send,
    place: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &I) -> R + Sync,
    mut take: impl FnMut(I, R) -> bool,
) {
    let (to_workers, work_queue) = sync_channel::<Chunk<I>>(WAITING);
    let (to_writer, done) = sync_channel::<Chunk<(I, R)>>(WAITING);
    let work_queue = Mutex::new(work_queue);
    let stopped = AtomicBool::new(false);
    thread::scope(|scope| {
        let stopped = &stopped;
        scope.spawn(move || {
            let mut items = items.peekable();
            let mut number = 0;
            while items.peek().is_some() && !stopped.load(Ordering::Relaxed) {
                let chunk: Vec<I> = items.by_ref().take(CHUNK).collect();
                if to_workers.send(Chunk { number, items: chunk }).is_err() {
                    return;
                }
                number += 1;
            }
        });
        for _ in 0..threads.max(1) {
            let to_writer = to_writer.clone();
            let (work_queue, place, work) = (&work_queue, &place, &work);
            scope.spawn(move || {
                let mut place = place();
                loop {
                    let next = work_queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(chunk) = next else { return };
                    let items = chunk
                        .items
                        .into_iter()
                        .map(|item| {
                            let result = work(&mut place, &item);
                            (item, result)
                        })
                        .collect();
                    if to_writer.send(Chunk { number: chunk.number, items }).is_err() {
                        return;
                    }
                }
            });
        }
        drop(to_writer);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for chunk in done {
            early.insert(chunk.number, chunk.items);
            while let Some(chunk) = early.remove(&next) {
                next += 1;
                for (item, result) in chunk {
                    if !stopped.load(Ordering::Relaxed) && !take(item, result) {
                        stopped.store(true, Ordering::Relaxed);
                    }
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whatever_the_threads_do() {
        for threads in [1, 3, 16] {
            let mut seen = Vec::new();
            in_order(
                threads,
                0..5000u32,
                || 0u32,
                |count, item| {
                    *count += 1;
                    if item % 97 == 0 {
                        thread::yield_now();
                    }
                    item * 2
                },
                |item, result| {
                    assert_eq!(result, item * 2);
                    seen.push(item);
                    true
                },
            );
            assert_eq!(seen, (0..5000).collect::<Vec<_>>());
        }
    }

    #[test]
    fn stops_when_told() {
        let mut seen = 0;
        in_order(
            4,
            0..1_000_000u32,
            || (),
            |(), item| *item,
            |_, _| {
                seen += 1;
                seen < 100
            },
        );
        assert_eq!(seen, 100);
    }

    #[test]
    fn nothing_is_nothing() {
        in_order(4, std::iter::empty::<u32>(), || (), |(), _| (), |_, ()| panic!("there was none"));
    }
}

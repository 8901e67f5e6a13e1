//! Many quotes on threads of their own, while the event loop goes on.

use std::sync::Arc;
use std::thread;

use napi::{Env, Task};
use veriquote_facade::PreparedDcap;

/// Quotes to verify with one preparation, in their order.
#[derive(Debug)]
pub struct Batch {
    prepared: Arc<PreparedDcap>,
    quotes: Vec<Vec<u8>>,
    call: String,
}

impl Batch {
    pub(crate) const fn new(prepared: Arc<PreparedDcap>, quotes: Vec<Vec<u8>>, call: String) -> Self {
        Self { prepared, quotes, call }
    }
}

impl Task for Batch {
    type Output = Vec<String>;
    type JsValue = Vec<String>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let share = self.quotes.len().div_ceil(threads).max(1);
        let (prepared, call) = (&self.prepared, &self.call);
        thread::scope(|scope| {
            let parts: Vec<_> = self
                .quotes
                .chunks(share)
                .map(|part| scope.spawn(move || prepared.verify_all_json(part, call)))
                .collect();
            let mut results = Vec::with_capacity(self.quotes.len());
            for part in parts {
                let part = part.join().map_err(|_| napi::Error::from_reason("a verification broke off"))?;
                results.extend(part);
            }
            Ok(results)
        })
    }

    fn resolve(&mut self, _: Env, results: Self::Output) -> napi::Result<Self::JsValue> {
        Ok(results)
    }
}

//! What is prepared once, for calls of both kinds.

use std::fmt;
use std::sync::{Arc, OnceLock};

use veriquote::crypto::CryptoProvider;
use veriquote_facade::{Problem, Verification};

use super::Deferred;
use super::confirmed::Confirmed;
use super::rehearsal::Rehearsal;
use crate::text;

/// How it is made from a preparation.
pub(crate) type Make<P> = fn(Arc<dyn CryptoProvider>, &str) -> Result<P, Problem>;

/// Something prepared, and its double for first passes, which believes every signature and is never asked for
/// a verdict.
pub(crate) struct Prepared<P> {
    prepared: P,
    confirmed: Confirmed,
    make: Make<P>,
    preparation: Box<[u8]>,
    double: OnceLock<Option<(P, Rehearsal)>>,
}

impl<P: 'static> Prepared<P> {
    /// Made here and now.
    pub(crate) fn new(make: Make<P>, preparation: &[u8]) -> Result<Arc<Self>, Problem> {
        Self::with(make, preparation, Confirmed::default())
    }

    /// Made with what WebCrypto said to [`Deferred::preparation`].
    #[cfg(feature = "dcap")]
    pub(crate) fn answered(
        make: Make<P>,
        preparation: &[u8],
        deferred: Deferred,
    ) -> Result<Arc<Self>, Problem> {
        let confirmed = Confirmed::default();
        confirmed.know(deferred.into_parts().0);
        let made = Self::with(make, preparation, confirmed)?;
        made.confirmed.know(Vec::new());
        Ok(made)
    }

    fn with(make: Make<P>, preparation: &[u8], confirmed: Confirmed) -> Result<Arc<Self>, Problem> {
        let prepared = make(Arc::new(confirmed.clone()), &text(preparation))?;
        let preparation = preparation.into();
        Ok(Arc::new(Self { prepared, confirmed, make, preparation, double: OnceLock::new() }))
    }

    /// For a call that is made here and now.
    pub(crate) const fn now(&self) -> &P {
        &self.prepared
    }

    /// For a call whose signatures WebCrypto is asked about.
    pub(crate) fn defer(self: &Arc<Self>, call: impl Fn(&P) -> Verification + 'static) -> Deferred {
        let double = self.double.get_or_init(|| {
            let rehearsal = Rehearsal::default();
            let made = (self.make)(Arc::new(rehearsal.clone()), &text(&self.preparation));
            rehearsal.take();
            made.ok().map(|made| (made, rehearsal))
        });
        let questions = double.as_ref().map_or_else(Vec::new, |(double, rehearsal)| {
            // Of no worth, and dropped: nothing was verified.
            drop(call(double));
            rehearsal.take()
        });
        let this = Arc::clone(self);
        Deferred::new(questions, move |answers| {
            this.confirmed.know(answers);
            let result = call(&this.prepared);
            this.confirmed.know(Vec::new());
            serde_json::to_string(&result).unwrap_or_default()
        })
    }
}

impl<P> fmt::Debug for Prepared<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").finish_non_exhaustive()
    }
}

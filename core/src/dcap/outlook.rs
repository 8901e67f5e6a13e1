//! Two horizons: what several sets of collateral say of one quote, and what the verdict will be later.
//!
//! Intel publishes a TCB recovery early (on the day of disclosure) and makes it the standard weeks
//! later. Whoever verifies with the standard set alone learns of it when quotes stop being accepted.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::dcap::cache::PlatformCache;
use crate::dcap::evaluation_numbers::{EvaluationNumber, EvaluationNumbers};
use crate::dcap::prepared::PreparedCollateral;
use crate::dcap::quote::Quote;
use crate::dcap::status::TcbStatus;
use crate::error::Error;
use crate::policy::Policy;
use crate::time::UnixTime;

/// One set of collateral to look at a quote with.
#[derive(Clone, Copy, Debug)]
pub struct Horizon<'a> {
    /// The caller's name for it, such as `standard`, `early` or `evaluation 21`.
    pub label: &'a str,
    /// The collateral.
    pub collateral: &'a PreparedCollateral,
}

/// What several sets of collateral say of one quote, and what comes.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The verdict now, one for each horizon, in the order given.
    pub views: Vec<View>,
    /// What changes for the first horizon: dated changes in order, then those whose date nobody has
    /// announced.
    pub forecast: Vec<Forecast>,
}

/// The verdict with one set of collateral.
#[derive(Clone, Debug)]
pub struct View {
    /// The caller's name for the collateral.
    pub label: String,
    /// The lower evaluation number of its TCB info and identity.
    pub evaluation_number: u32,
    /// The verdict.
    pub judgement: Judgement,
}

/// A verdict in short.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The TCB's status; `None` when the quote is not authentic with this collateral at this time.
    pub status: Option<TcbStatus>,
    /// Advisories that apply.
    pub advisories: Vec<Arc<str>>,
    /// Why the quote is not accepted; `None` when it is.
    pub refusal: Option<Error>,
}

/// A change that is known to come.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// The first second of the new verdict; `None` where no date is announced.
    pub at: Option<UnixTime>,
    /// What happens.
    pub cause: Cause,
    /// The verdict from then on, if nothing else changes; `None` for a recovery whose collateral was not
    /// given.
    pub judgement: Option<Judgement>,
}

/// What changes a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// These parts of the first horizon's collateral, or of the quote's PCK chain, go stale.
    Expiry {
        /// The parts, such as `tcb_info`.
        parts: Vec<String>,
    },
    /// The policy's grace period for an out-of-date TCB ends.
    GraceEnds,
    /// A later TCB evaluation becomes the standard one.
    Recovery {
        /// The label of the horizon that has it; `None` where only the signed list of numbers tells of it.
        label: Option<String>,
        /// Its evaluation number.
        evaluation_number: u32,
        /// What the signed list of numbers says of it, where that was given.
        announced: Option<EvaluationNumber>,
    },
}

/// Looks at `quote` with every horizon; the first is the one that the caller relies on today.
///
/// Nothing here is a shortcut: each verdict is a whole verification at its time.
#[must_use]
pub fn outlook(
    quote: &Quote<'_>,
    horizons: &[Horizon<'_>],
    numbers: Option<&EvaluationNumbers>,
    policy: &Policy,
    now: UnixTime,
) -> Outlook {
    let views: Vec<View> = horizons
        .iter()
        .map(|horizon| View {
            label: horizon.label.into(),
            evaluation_number: horizon.collateral.summary().evaluation_number(),
            judgement: judge(quote, horizon.collateral, policy, now, &mut PlatformCache::new(2)),
        })
        .collect();
    let Some((first, others)) = horizons.split_first() else {
        return Outlook { views, forecast: Vec::new() };
    };
    let mut forecast = dated(quote, first.collateral, policy, now);
    let numbers = numbers.filter(|numbers| numbers.tee == first.collateral.tee());
    forecast.extend(recoveries(first, others, views.get(1..).unwrap_or_default(), numbers));
    Outlook { views, forecast }
}

/// Every later evaluation that another horizon has or that Intel's list names, lowest number first.
fn recoveries(
    first: &Horizon<'_>,
    others: &[Horizon<'_>],
    views: &[View],
    numbers: Option<&EvaluationNumbers>,
) -> Vec<Forecast> {
    let current = first.collateral.summary().evaluation_number();
    let listed = numbers.map_or(&[][..], |numbers| &numbers.numbers);
    let of = |number: u32| listed.iter().find(|known| known.number == number).copied();
    let seen = others.iter().zip(views).map(|(horizon, view)| {
        (view.evaluation_number, Some(String::from(horizon.label)), Some(view.judgement.clone()))
    });
    let unseen = listed.iter().map(|known| known.number);
    let unseen = unseen.filter(|number| !views.iter().any(|view| view.evaluation_number == *number));
    let mut all: Vec<_> = seen.chain(unseen.map(|number| (number, None, None))).collect();
    all.retain(|(number, ..)| *number > current);
    all.sort_by_key(|(number, ..)| *number);
    all.into_iter()
        .map(|(evaluation_number, label, judgement)| Forecast {
            at: None,
            cause: Cause::Recovery { label, evaluation_number, announced: of(evaluation_number) },
            judgement,
        })
        .collect()
}

fn dated(
    quote: &Quote<'_>,
    collateral: &PreparedCollateral,
    policy: &Policy,
    now: UnixTime,
) -> Vec<Forecast> {
    let mut cache = PlatformCache::new(2);
    let mut changes: BTreeMap<UnixTime, Vec<String>> = BTreeMap::new();
    let mut add = |at: UnixTime, part: &str| {
        if at > now {
            changes.entry(at).or_default().push(part.into());
        }
    };
    let authentic = collateral.authenticate_cached(quote, now, &mut cache);
    match &authentic {
        Ok(quote) => quote.expiries().for_each(|expiry| add(expiry.stale_from(), &expiry.part)),
        Err(_) => collateral.expiries().iter().for_each(|expiry| add(expiry.stale_from(), &expiry.part)),
    }
    let mut forecast: Vec<Forecast> = changes
        .into_iter()
        .map(|(at, parts)| Forecast {
            at: Some(at),
            cause: Cause::Expiry { parts },
            judgement: Some(judge(quote, collateral, policy, at, &mut cache)),
        })
        .collect();
    let grace_end = authentic.ok().and_then(|quote| policy.grace_end(&quote)).filter(|at| *at > now);
    if let Some(at) = grace_end {
        let judgement = Some(judge(quote, collateral, policy, at, &mut cache));
        forecast.push(Forecast { at: Some(at), cause: Cause::GraceEnds, judgement });
        forecast.sort_by_key(|change| change.at);
    }
    forecast
}

fn judge(
    quote: &Quote<'_>,
    collateral: &PreparedCollateral,
    policy: &Policy,
    at: UnixTime,
    cache: &mut PlatformCache,
) -> Judgement {
    let quote = match collateral.authenticate_cached(quote, at, cache) {
        Ok(quote) => quote,
        Err(failure) => {
            return Judgement { status: None, advisories: Vec::new(), refusal: Some(failure.error) };
        }
    };
    let (status, advisories) = (Some(quote.tcb().status), quote.tcb().advisories.clone());
    Judgement { status, advisories, refusal: policy.accept(quote).err().map(|rejection| rejection.error) }
}

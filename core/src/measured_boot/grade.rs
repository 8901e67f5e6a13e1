//! How well a claim is proven, as a type: a rule that asks for proven bytes cannot be handed hearsay.

use crate::named::named;

named! {
    /// How well a claim is proven.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum Grade {
        /// Words that nothing proves: event types, paths, descriptions, events of registers not explained.
        Hearsay = "hearsay",
        /// Bytes that hash to a digest which a quoted register holds.
        DigestBound = "digest_bound",
        /// A digest, and its place in the order, that a quoted register holds.
        ReplayBound = "replay_bound",
        /// A value that the quote itself signs.
        Signed = "signed",
    }
}

macro_rules! grades {
    ($( $(#[$doc:meta])+ $name:ident; )+) => { $(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name<T>(T);

        impl<T> $name<T> {
            pub(super) const fn new(value: T) -> Self {
                Self(value)
            }

            /// How well it is proven.
            pub const GRADE: Grade = Grade::$name;

            /// The value.
            pub const fn get(&self) -> &T {
                &self.0
            }
        }
    )+ };
}

grades! {
    /// Bytes, or what they say, that hash to a digest which a quoted register holds.
    DigestBound;
    /// A digest that a quoted register holds.
    ReplayBound;
}

/// Words that nothing proves. Only to be shown; no rule of a policy takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hearsay<T>(T);

impl<T> Hearsay<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(value)
    }

    /// How well it is proven: not at all.
    pub const GRADE: Grade = Grade::Hearsay;

    /// The words.
    pub const fn unauthenticated_get(&self) -> &T {
        &self.0
    }
}

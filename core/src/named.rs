//! Closed sets whose members have stable names: in results, in policies, in the schemas of both.

/// A closed set whose members have stable names.
pub trait Named: Copy + Eq + 'static {
    /// All of them, in the order of their declaration.
    const ALL: &'static [Self];

    /// The stable name.
    fn as_str(self) -> &'static str;

    /// The one of this name.
    #[must_use]
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.as_str() == name)
    }
}

/// Declares such a set, each member with its name: this crate's own, and those of its facade.
#[doc(hidden)]
#[macro_export]
macro_rules! named {
    (
        $(#[$about:meta])*
        pub enum $set:ident { $( $(#[$doc:meta])* $variant:ident = $name:literal ),+ $(,)? }
    ) => {
        $(#[$about])*
        pub enum $set { $( $(#[$doc])* $variant ),+ }

        impl $set {
            /// All of them.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name ),+ }
            }

            /// The one of this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                $crate::named::Named::named(name)
            }
        }

        impl $crate::named::Named for $set {
            const ALL: &'static [Self] = Self::ALL;

            fn as_str(self) -> &'static str {
                self.as_str()
            }
        }

        impl ::core::fmt::Display for $set {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use named;

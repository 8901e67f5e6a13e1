//! Trustworthiness vectors (draft-ietf-rats-ar4si): a verdict by aspect.

use crate::named::named;

named! {
    /// The tier of a verdict, from best to worst.
    ///
    /// One claim value is a signed byte: 0 and ±1 say nothing, 2 to 31 and −32 to −2 affirm, 32 to 95 and −96
    /// to −33 warn, the rest contraindicates.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Tier {
        /// As it should be.
        Affirming = "affirming",
        /// Nothing is said.
        None = "none",
        /// Something is out of the ordinary.
        Warning = "warning",
        /// It must not be trusted.
        Contraindicated = "contraindicated",
    }
}

impl Tier {
    /// The tier of one claim value.
    #[must_use]
    pub const fn of(value: i8) -> Self {
        match value {
            -1..=1 => Self::None,
            2..=31 | -32..=-2 => Self::Affirming,
            32..=95 | -96..=-33 => Self::Warning,
            96..=127 | -128..=-97 => Self::Contraindicated,
        }
    }
}

/// Values by aspect. `None`: the token has no such member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrustVector(pub [Option<i8>; 8]);

impl TrustVector {
    /// The aspects, in the order of the values.
    pub const ASPECTS: [&'static str; 8] = [
        "instance-identity",
        "configuration",
        "executables",
        "file-system",
        "hardware",
        "runtime-opaque",
        "storage-opaque",
        "sourced-data",
    ];

    /// The aspects that the token has a value for.
    pub fn stated(&self) -> impl Iterator<Item = (&'static str, i8)> + '_ {
        Self::ASPECTS
            .into_iter()
            .zip(&self.0)
            .filter_map(|(aspect, value)| value.map(|value| (aspect, value)))
    }

    /// The worst tier that an aspect reaches; aspects of which nothing is said do not count, and a vector
    /// that says nothing at all has the tier [`Tier::None`].
    #[must_use]
    pub fn worst(&self) -> Tier {
        let said = self.stated().map(|(_, value)| Tier::of(value)).filter(|tier| *tier != Tier::None);
        said.max().unwrap_or(Tier::None)
    }

    /// Sets one aspect; `false` when there is none of this name.
    pub fn set(&mut self, aspect: &str, value: i8) -> bool {
        let place = Self::ASPECTS.into_iter().zip(&mut self.0).find(|(name, _)| *name == aspect);
        place.is_some_and(|(_, slot)| {
            *slot = Some(value);
            true
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_have_the_draft_s_borders() {
        for (values, tier) in [
            (&[0i8, 1, -1][..], Tier::None),
            (&[2, 31, -2, -32], Tier::Affirming),
            (&[32, 95, -33, -96], Tier::Warning),
            (&[96, 127, -97, -128], Tier::Contraindicated),
        ] {
            assert!(values.iter().all(|value| Tier::of(*value) == tier), "{tier:?}");
            assert_eq!(Tier::from_name(tier.as_str()), Some(tier));
        }
    }

    #[test]
    fn a_vector_is_as_bad_as_its_worst_aspect() {
        let mut vector = TrustVector::default();
        assert_eq!(vector.worst(), Tier::None);
        assert!(vector.set("hardware", 0) && !vector.set("Hardware", 2));
        assert_eq!(vector.worst(), Tier::None);
        assert!(vector.set("executables", 2));
        assert_eq!(vector.worst(), Tier::Affirming);
        assert!(vector.set("hardware", 33));
        assert_eq!(vector.worst(), Tier::Warning);
        assert!(vector.set("file-system", -128));
        assert_eq!(vector.worst(), Tier::Contraindicated);
    }
}

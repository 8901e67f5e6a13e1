//! Names of objects (TPM 2.0 Library, Part 1, section 16, and Part 2, 10.5).
//!
//! ```text
//! Name          = u16 nameAlg ‖ H_nameAlg( TPMT_PUBLIC )
//! qualifiedName = u16 nameAlg ‖ H_nameAlg( qualifiedName(parent) ‖ Name )
//! ```
//! At the top stands a hierarchy, whose name is its handle of four bytes.

use alloc::vec::Vec;
use core::fmt;

use super::algorithm::AlgorithmId;
use super::public::PublicArea;
use crate::bytes::{Hex, constant_time_eq};
use crate::crypto::CryptoProvider;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::named::named;
use crate::reader::Reader;

/// A Name or qualified name: a digest with its algorithm, or the handle of a hierarchy.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    bytes: Vec<u8>,
}

named! {
    /// The hierarchies under which keys are made.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Hierarchy {
        /// `TPM_RH_OWNER`: storage.
        Owner = "owner",
        /// `TPM_RH_ENDORSEMENT`: where endorsement keys are.
        Endorsement = "endorsement",
        /// `TPM_RH_PLATFORM`: the firmware's own.
        Platform = "platform",
        /// `TPM_RH_NULL`: forgotten at the next reset.
        Null = "null",
    }
}

impl Hierarchy {
    /// The handle (Part 2, 7.4).
    #[must_use]
    pub const fn handle(self) -> u32 {
        match self {
            Self::Owner => 0x4000_0001,
            Self::Null => 0x4000_0007,
            Self::Endorsement => 0x4000_000b,
            Self::Platform => 0x4000_000c,
        }
    }
}

impl Name {
    /// Reads a Name: an algorithm with a digest of its length, or a handle of four bytes.
    ///
    /// # Errors
    /// `tpm.public.layout`, `tpm.algorithm`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        const PART: &str = "name";
        if bytes.len() == 4 {
            return Ok(Self { bytes: bytes.to_vec() });
        }
        let mut reader = Reader::new(bytes);
        let wrong = |_| Error::new(Code::TpmPublicLayout, PART).with(Fact::count("size", bytes.len()));
        let hash = AlgorithmId(reader.u16_be(PART).map_err(wrong)?).require_hash(PART)?;
        reader.take(hash.digest_len(), PART).map_err(wrong)?;
        reader.finish(PART).map_err(wrong)?;
        Ok(Self { bytes: bytes.to_vec() })
    }

    /// The Name of an object.
    ///
    /// # Errors
    /// `tpm.algorithm` when the object's nameAlg is not computed here.
    pub fn of(public: &PublicArea<'_>, provider: &dyn CryptoProvider) -> Result<Self, Error> {
        Self::compute(public.name_algorithm(), provider, &[public.raw()])
    }

    /// The name of a hierarchy, which is also its qualified name.
    #[must_use]
    pub fn of_hierarchy(hierarchy: Hierarchy) -> Self {
        Self { bytes: hierarchy.handle().to_be_bytes().to_vec() }
    }

    /// The qualified name of the object with Name `self` under a parent with this qualified name.
    ///
    /// # Errors
    /// `tpm.algorithm`; `misuse.options` when `self` is a handle, which stands under nothing.
    pub fn qualified_under(&self, parent: &Self, provider: &dyn CryptoProvider) -> Result<Self, Error> {
        let Some(algorithm) = self.algorithm() else {
            return Err(Error::new(Code::MisuseOptions, "name")
                .with(Fact::text("problem", "a hierarchy stands under nothing")));
        };
        Self::compute(algorithm, provider, &[parent.as_slice(), &self.bytes])
    }

    fn compute(
        algorithm: AlgorithmId,
        provider: &dyn CryptoProvider,
        parts: &[&[u8]],
    ) -> Result<Self, Error> {
        let digest = provider.hash(algorithm.require_hash("name")?, parts);
        Ok(Self { bytes: [&algorithm.0.to_be_bytes(), digest.as_slice()].concat() })
    }

    /// The bytes, with the algorithm in front.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// The algorithm; `None` for a handle.
    #[must_use]
    pub fn algorithm(&self) -> Option<AlgorithmId> {
        match self.bytes.as_slice() {
            [high, low, _, _, _, ..] => Some(AlgorithmId(u16::from_be_bytes([*high, *low]))),
            _ => None,
        }
    }

    /// Whether these are the bytes of this Name.
    #[must_use]
    pub fn matches(&self, bytes: &[u8]) -> bool {
        constant_time_eq(&self.bytes, bytes)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Hex(&self.bytes), f)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

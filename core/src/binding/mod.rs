//! Report data: the conventions by which data are bound into the 64 bytes of a report.
//!
//! Each has a name, and none is a default. The whole field is compared in constant time: data that do not
//! fit are an error and never cut, a prefix never matches, and a field of zeros binds nothing.

mod detect;

use alloc::vec::Vec;

use crate::bytes::constant_time_eq;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::encoding::decode_der_or_text;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::jcs;
use crate::json::{Strictness, parse};
use crate::limits;
use crate::named::named;

pub use detect::{Detection, Fit, detect};

/// Bytes of the report data of SGX, TDX and SEV-SNP.
pub const FIELD: usize = 64;

named! {
    /// How data are bound. `‖ 0` means zeros up to the end of the field.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum Mode {
        /// Nothing is bound and nothing is compared.
        None = "none",
        /// The data are the field, to the last byte.
        RawExact = "raw-exact",
        /// `data ‖ 0`, at most 64 bytes.
        RawPad64 = "raw-pad64",
        /// `SHA-256(data) ‖ 0` in 64 bytes (Microsoft Azure Attestation).
        Sha256First32 = "sha256-first32",
        /// `SHA-384(data) ‖ 0` in 64 bytes.
        Sha384Pad64 = "sha384-pad64",
        /// `SHA-384(JCS(data)) ‖ 0` in 64 bytes; the data are JSON (Trustee's structured runtime data).
        Sha384JcsPad64 = "sha384-jcs-pad64",
        /// `SHA-512(data)`.
        Sha512 = "sha512",
        /// `SHA-512(nonce.val ‖ nonce.iat ‖ data)` (Intel Trust Authority, TDX).
        ItaSha512 = "ita-sha512",
        /// `SHA-256(nonce.val ‖ nonce.iat ‖ data) ‖ 0` in 64 bytes (Intel Trust Authority, SGX).
        ItaSha256First32 = "ita-sha256-first32",
        /// `SHA-256(DER of a certificate) ‖ 0` in 64 bytes.
        X509DerSha256 = "x509-der-sha256",
        /// The data are a TPM quote's `extraData`, to the last byte.
        TpmExtraData = "tpm-extradata",
    }
}

/// A verifier's nonce of two parts, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce<'a> {
    /// `val`.
    pub value: &'a [u8],
    /// `iat`.
    pub issued_at: &'a [u8],
}

impl Mode {
    /// The field that binds `data`.
    ///
    /// # Errors
    /// `binding.length` for data that are empty or longer than the mode allows; `misuse.options` for a
    /// nonce that is missing or not wanted, and for [`Mode::None`]; those of the JSON reader and of
    /// [`decode_der_or_text`] for data that are not what the mode hashes.
    pub fn field(
        self,
        data: &[u8],
        nonce: Option<Nonce<'_>>,
        provider: &dyn CryptoProvider,
    ) -> Result<Vec<u8>, Error> {
        let takes_nonce = matches!(self, Self::ItaSha512 | Self::ItaSha256First32);
        if takes_nonce != nonce.is_some() {
            let problem = if takes_nonce { "this mode needs a nonce" } else { "this mode takes no nonce" };
            return Err(Error::new(Code::MisuseOptions, "nonce").with(Fact::text("problem", problem)));
        }
        // An empty part makes this the plain hash of the data, bound to no challenge.
        if nonce.is_some_and(|nonce| nonce.value.is_empty() || nonce.issued_at.is_empty()) {
            return Err(Error::new(Code::MisuseOptions, "nonce")
                .with(Fact::text("problem", "a part of the nonce is empty")));
        }
        if self == Self::None {
            return Err(
                Error::new(Code::MisuseOptions, "mode").with(Fact::text("problem", "nothing is bound"))
            );
        }
        let longest = match self {
            Self::RawExact | Self::RawPad64 | Self::TpmExtraData => FIELD,
            _ => limits::BOUND_DATA_BYTES,
        };
        if data.is_empty() || data.len() > longest {
            return Err(Error::new(Code::BindingLength, "data")
                .with(Fact::text("mode", self.as_str()))
                .with(Fact::count("maximum", longest))
                .with(Fact::count("actual", data.len())));
        }
        let hash = |algorithm, parts: &[&[u8]]| padded(provider.hash(algorithm, parts).as_slice());
        let Nonce { value, issued_at } = nonce.unwrap_or(Nonce { value: &[], issued_at: &[] });
        Ok(match self {
            Self::None | Self::RawExact | Self::TpmExtraData => data.to_vec(),
            Self::RawPad64 => padded(data),
            Self::Sha256First32 => hash(HashAlgorithm::Sha256, &[data]),
            Self::Sha384Pad64 => hash(HashAlgorithm::Sha384, &[data]),
            Self::Sha384JcsPad64 => {
                let node = parse(data, Strictness::DOCUMENT).map_err(|error| error.inside("data"))?;
                let text = jcs::canonical(&node).map_err(|error| error.inside("data"))?;
                hash(HashAlgorithm::Sha384, &[text.as_bytes()])
            }
            Self::Sha512 => hash(HashAlgorithm::Sha512, &[data]),
            Self::ItaSha512 => hash(HashAlgorithm::Sha512, &[value, issued_at, data]),
            Self::ItaSha256First32 => hash(HashAlgorithm::Sha256, &[value, issued_at, data]),
            Self::X509DerSha256 => {
                let der = decode_der_or_text(data, "CERTIFICATE").map_err(|error| error.inside("data"))?;
                hash(HashAlgorithm::Sha256, &[&der])
            }
        })
    }

    /// Whether `report_data` bind `data`: the whole field, in constant time.
    ///
    /// # Errors
    /// `binding.report_data` when they do not; those of [`Mode::field`]. [`Mode::None`] compares nothing
    /// and succeeds.
    pub fn verify(
        self,
        report_data: &[u8],
        data: &[u8],
        nonce: Option<Nonce<'_>>,
        provider: &dyn CryptoProvider,
    ) -> Result<(), Error> {
        if self == Self::None {
            return Ok(());
        }
        let expected = self.field(data, nonce, provider)?;
        let zero = report_data.iter().all(|byte| *byte == 0);
        if !zero && constant_time_eq(&expected, report_data) {
            return Ok(());
        }
        let mut error = Error::new(Code::BindingReportData, "report_data")
            .with(Fact::text("mode", self.as_str()))
            .with(Fact::bytes("expected", expected))
            .with(Fact::bytes("actual", report_data));
        if zero {
            error = error.with(Fact::text("problem", "all zero: nothing is bound"));
        }
        Err(error)
    }
}

/// `bytes ‖ 0` in 64 bytes; what is longer stays as it is and matches nothing.
fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut field = bytes.to_vec();
    if field.len() < FIELD {
        field.resize(FIELD, 0);
    }
    field
}

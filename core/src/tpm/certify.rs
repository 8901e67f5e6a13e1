//! Keys that vouch for keys: TPM2_Certify and TPM2_CertifyCreation (TPM 2.0 Library, Part 3, 18.2 and 18.3).
//!
//! ```text
//! TPMS_CREATION_DATA = TPML_PCR_SELECTION pcrSelect | TPM2B_DIGEST pcrDigest | u8 locality
//!                      | u16 parentNameAlg | TPM2B_NAME parentName | TPM2B_NAME parentQualifiedName
//!                      | TPM2B_DATA outsideInfo
//! creationHash       = H_nameAlg( TPMS_CREATION_DATA ), nameAlg of the created object
//! ```

use alloc::vec::Vec;

use super::ak::{AkRoute, TrustedAk, route_facts, same_name};
use super::algorithm::AlgorithmId;
use super::attest::{Attest, AttestBody, AttestType, ClockInfo, sized};
use super::challenge::{Expectations, check_extra_data};
use super::checks;
use super::name::Name;
use super::pcr::PcrSelection;
use super::public::PublicArea;
use super::quote::check_signer;
use super::signature::Signature;
use crate::bytes::constant_time_eq;
use crate::check::{Check, Failure, Trace};
use crate::crypto::CryptoProvider;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::reader::Reader;
use crate::time::Window;

/// A parsed certification with its signature. Not authentic: nobody has looked at the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certification<'a> {
    attest: Attest<'a>,
    signature: Signature<'a>,
}

/// A certification that a trusted key signed: an object of this Name is in its TPM, or was made there.
#[derive(Clone, Debug)]
pub struct AuthenticCertification<'p> {
    provider: &'p dyn CryptoProvider,
    kind: AttestType,
    name: Vec<u8>,
    qualified_name: Option<Vec<u8>>,
    creation_hash: Option<Vec<u8>>,
    clock: ClockInfo,
    window: Window,
    /// The attributes of the key that signed, if they were checked.
    signer_checked: bool,
    trace: Trace,
}

impl<'a> Certification<'a> {
    /// Parses a TPMS_ATTEST (or TPM2B_ATTEST) of one of the two types, with a TPMT_SIGNATURE.
    ///
    /// # Errors
    /// Those of [`Attest::parse`] and [`Signature::parse`]; `tpm.attest.type`.
    pub fn parse(attest: &'a [u8], signature: &'a [u8]) -> Result<Self, Error> {
        Self::new(Attest::parse(attest)?, Signature::parse(signature)?)
    }

    /// Puts a parsed attestation and signature together.
    ///
    /// # Errors
    /// `tpm.attest.type`.
    pub fn new(attest: Attest<'a>, signature: Signature<'a>) -> Result<Self, Error> {
        if attest.unauthenticated_type() != AttestType::Creation {
            attest.require_type(AttestType::Certify)?;
        }
        Ok(Self { attest, signature })
    }

    /// The attestation, as claimed.
    #[must_use]
    pub const fn unauthenticated_attest(&self) -> &Attest<'a> {
        &self.attest
    }

    /// Proves that `signer`, a trusted key, signed it in answer to the challenge.
    ///
    /// # Errors
    /// `tpm.signature.scheme`, `tpm.signature.sha1`, `tpm.certify.signature`, `tpm.algorithm`,
    /// `tpm.key.weak`, `tpm.nonce`, `tpm.qualified_signer`; `misuse.options` for an empty nonce.
    pub fn authenticate<'p>(
        &self,
        signer: &TrustedAk<'p>,
        expectations: &Expectations<'_>,
    ) -> Result<AuthenticCertification<'p>, Failure> {
        let mut trace = Trace::new();
        checks::PARSED.iter().for_each(|rule| trace.passed(rule, []));
        trace.extend(signer.checks());
        if let Err(error) = self.run(signer, expectations, &mut trace) {
            return Err(trace.fail(error));
        }
        let (name, qualified_name, creation_hash) = match self.attest.unauthenticated_body() {
            AttestBody::Certify { name, qualified_name } => (*name, Some(qualified_name.to_vec()), None),
            AttestBody::Creation { name, creation_hash } => (*name, None, Some(creation_hash.to_vec())),
            _ => return Err(trace.fail(Error::new(Code::TpmAttestType, "attest.type"))),
        };
        Ok(AuthenticCertification {
            provider: signer.provider,
            kind: self.attest.unauthenticated_type(),
            name: name.to_vec(),
            qualified_name,
            creation_hash,
            clock: self.attest.unauthenticated_clock(),
            window: signer.window(),
            signer_checked: signer.attributes().is_some(),
            trace,
        })
    }

    fn run(
        &self,
        signer: &TrustedAk<'_>,
        expectations: &Expectations<'_>,
        trace: &mut Trace,
    ) -> Result<(), Error> {
        let expected = super::challenge::expected_extra_data(expectations.challenge, signer.provider)?;
        signer.verify(
            &self.signature,
            self.attest.raw(),
            expectations.sha1_signatures,
            checks::CERTIFY_SIGNATURE,
            Code::TpmCertifySignature,
            trace,
        )?;
        let actual = self.attest.unauthenticated_extra_data();
        check_extra_data(expectations.challenge, &expected, actual, trace)?;
        check_signer(signer, self.attest.unauthenticated_qualified_signer(), trace)
    }
}

impl AuthenticCertification<'_> {
    /// Whether it certifies an object or its creation.
    #[must_use]
    pub const fn kind(&self) -> AttestType {
        self.kind
    }

    /// The Name of the object.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The qualified name of the object; creations do not tell it.
    #[must_use]
    pub fn qualified_name(&self) -> Option<&[u8]> {
        self.qualified_name.as_deref()
    }

    /// Clock and counters.
    #[must_use]
    pub const fn clock(&self) -> ClockInfo {
        self.clock
    }

    /// What was checked so far.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        self.trace.checks()
    }

    /// Proves that these are the creation data of the object: under which parent it was made, and what
    /// the registers held then.
    ///
    /// # Errors
    /// `tpm.creation`; `tpm.attest.type` when this certifies no creation; those of
    /// [`CreationData::parse`].
    pub fn bind_creation<'c>(&mut self, creation_data: &'c [u8]) -> Result<CreationData<'c>, Failure> {
        let result = self.check_creation(creation_data);
        match self.trace.apply(checks::CREATION_HASH, result) {
            Ok(data) => Ok(data),
            Err(error) => Err(self.trace.clone().fail(error)),
        }
    }

    fn check_creation<'c>(&self, creation_data: &'c [u8]) -> Result<CreationData<'c>, Error> {
        let expected = self.creation_hash.as_deref().ok_or_else(|| {
            Error::new(Code::TpmAttestType, "attest.type")
                .with(Fact::text("expected", AttestType::Creation.as_str()))
                .with(Fact::text("actual", self.kind.as_str()))
        })?;
        let data = CreationData::parse(creation_data)?;
        let name = Name::parse(&self.name)?;
        let algorithm = name.algorithm().unwrap_or(AlgorithmId::NULL);
        let actual = self.provider.hash(algorithm.require_hash("attest.object_name")?, &[data.raw]);
        if !constant_time_eq(expected, actual.as_slice()) {
            return Err(Error::new(Code::TpmCreation, "creation_data")
                .with(Fact::bytes("expected", expected))
                .with(Fact::bytes("actual", actual.as_slice())));
        }
        Ok(data)
    }
}

impl<'p> TrustedAk<'p> {
    /// The object of an authentic certification is this key: a trusted key of the same TPM vouches for it.
    ///
    /// # Errors
    /// `tpm.ak.attributes` when those of the key that certifies were never checked, as of a bare key: it may
    /// sign what its TPM did not make. `tpm.name` when the certified object is another one, and those of
    /// [`TrustedAk::pinned`].
    pub fn attested(
        certification: AuthenticCertification<'p>,
        area: &PublicArea<'_>,
    ) -> Result<Self, Failure> {
        let AuthenticCertification {
            provider, name, qualified_name, mut trace, window, signer_checked, ..
        } = certification;
        if !signer_checked {
            let error = Error::new(Code::TpmAkAttributes, "certification.signer")
                .with(Fact::text("actual", "not checked"));
            trace.failed(checks::AK_TRUST, &error);
            return Err(trace.fail(error));
        }
        let same = Name::of(area, provider).and_then(|actual| same_name(&name, &actual));
        if let Err(error) = trace.apply(checks::CERTIFY_NAME, same) {
            return Err(trace.fail(error));
        }
        trace.passed(checks::AK_TRUST, route_facts(AkRoute::Attested));
        let admitted = Self::admit(area, AkRoute::Attested, window, trace, provider)?;
        Ok(match qualified_name.and_then(|name| Name::parse(&name).ok()) {
            Some(name) => admitted.with_qualified_name(name),
            None => admitted,
        })
    }
}

/// TPMS_CREATION_DATA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreationData<'a> {
    raw: &'a [u8],
    selection: PcrSelection,
    pcr_digest: &'a [u8],
    locality: u8,
    parent_name_algorithm: AlgorithmId,
    parent_name: &'a [u8],
    parent_qualified_name: &'a [u8],
    outside_info: &'a [u8],
}

impl<'a> CreationData<'a> {
    /// Parses TPMS_CREATION_DATA, or a TPM2B_CREATION_DATA that holds exactly one.
    ///
    /// # Errors
    /// `tpm.attest.layout`, `input.truncated`, `input.trailing_data`, `limit.size`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > limits::TPM_STRUCTURE_BYTES {
            return Err(Error::new(Code::LimitSize, "creation_data").with(Fact::count("size", bytes.len())));
        }
        // A count of banks is below 2^16, so that the bare structure begins with two zeros, and a size that
        // is zero would hold nothing.
        let mut reader = Reader::new(bytes);
        if !bytes.starts_with(&[0, 0]) {
            let size = reader.u16_be("size").map_err(|error| error.inside("creation_data"))?;
            let inner = reader.sub(usize::from(size), "data").map_err(|e| e.inside("creation_data"))?;
            reader.finish("data").map_err(|error| error.inside("creation_data"))?;
            reader = inner;
        }
        Self::read(reader).map_err(|error| error.inside("creation_data"))
    }

    fn read(mut reader: Reader<'a>) -> Result<Self, Error> {
        let raw = reader.rest();
        let data = Self {
            raw,
            selection: PcrSelection::read(&mut reader, Code::TpmAttestLayout)?,
            pcr_digest: sized(&mut reader, "pcr_digest")?,
            locality: reader.u8("locality")?,
            parent_name_algorithm: AlgorithmId(reader.u16_be("parent_name_alg")?),
            parent_name: sized(&mut reader, "parent_name")?,
            parent_qualified_name: sized(&mut reader, "parent_qualified_name")?,
            outside_info: sized(&mut reader, "outside_info")?,
        };
        reader.finish("outside_info")?;
        Ok(data)
    }

    /// Which registers were recorded.
    #[must_use]
    pub const fn selection(&self) -> &PcrSelection {
        &self.selection
    }

    /// The digest over their values.
    #[must_use]
    pub const fn pcr_digest(&self) -> &'a [u8] {
        self.pcr_digest
    }

    /// The locality of the command: a bit mask below 32, a number above.
    #[must_use]
    pub const fn locality(&self) -> u8 {
        self.locality
    }

    /// The hash function of the parent's Name; NULL when it is a hierarchy.
    #[must_use]
    pub const fn parent_name_algorithm(&self) -> AlgorithmId {
        self.parent_name_algorithm
    }

    /// The parent's Name.
    #[must_use]
    pub const fn parent_name(&self) -> &'a [u8] {
        self.parent_name
    }

    /// The parent's qualified name: what [`TrustedAk::under`] takes.
    #[must_use]
    pub const fn parent_qualified_name(&self) -> &'a [u8] {
        self.parent_qualified_name
    }

    /// What the caller of the TPM gave.
    #[must_use]
    pub const fn outside_info(&self) -> &'a [u8] {
        self.outside_info
    }
}

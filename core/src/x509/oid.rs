//! Object identifiers, as the content bytes of their DER.

/// `id-ce-subjectKeyIdentifier`, 2.5.29.14.
pub const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];
/// `id-ce-keyUsage`, 2.5.29.15.
pub const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
/// `id-ce-subjectAltName`, 2.5.29.17.
pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
/// `id-ce-basicConstraints`, 2.5.29.19.
pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
/// `id-ce-cRLNumber`, 2.5.29.20.
pub const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
/// `id-ce-cRLReasons`, 2.5.29.21.
pub const CRL_REASON: &[u8] = &[0x55, 0x1d, 21];
/// `id-ce-deltaCRLIndicator`, 2.5.29.27.
pub const DELTA_CRL_INDICATOR: &[u8] = &[0x55, 0x1d, 27];
/// `id-ce-issuingDistributionPoint`, 2.5.29.28.
pub const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1d, 28];
/// `id-ce-certificateIssuer`, 2.5.29.29.
pub const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 29];
/// `id-ce-nameConstraints`, 2.5.29.30.
pub const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
/// `id-ce-cRLDistributionPoints`, 2.5.29.31.
pub const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 31];
/// `id-ce-certificatePolicies`, 2.5.29.32.
pub const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
/// `id-ce-authorityKeyIdentifier`, 2.5.29.35.
pub const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
/// `id-ce-policyConstraints`, 2.5.29.36.
pub const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 36];
/// `id-ce-extKeyUsage`, 2.5.29.37.
pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];

/// `tcg-kp-EKCertificate`, 2.23.133.8.1.
pub const TCG_KP_EK_CERTIFICATE: &[u8] = &[0x67, 0x81, 0x05, 8, 1];
/// `tcg-kp-AIKCertificate`, 2.23.133.8.3.
pub const TCG_KP_AIK_CERTIFICATE: &[u8] = &[0x67, 0x81, 0x05, 8, 3];
/// `tcg-at-tpmManufacturer`, 2.23.133.2.1.
pub const TCG_AT_TPM_MANUFACTURER: &[u8] = &[0x67, 0x81, 0x05, 2, 1];
/// `tcg-at-tpmModel`, 2.23.133.2.2.
pub const TCG_AT_TPM_MODEL: &[u8] = &[0x67, 0x81, 0x05, 2, 2];
/// `tcg-at-tpmVersion`, 2.23.133.2.3.
pub const TCG_AT_TPM_VERSION: &[u8] = &[0x67, 0x81, 0x05, 2, 3];

/// `tcg-dice-CompositeDeviceID`, 2.23.133.5.4.1: a key and the digest of the code that it was made for.
#[cfg(feature = "nvidia")]
pub const TCG_DICE_COMPOSITE_DEVICE_ID: &[u8] = &[0x67, 0x81, 0x05, 5, 4, 1];
/// `tcg-dice-TcbInfo`, 2.23.133.5.4.1.1.
#[cfg(feature = "nvidia")]
pub const TCG_DICE_TCB_INFO: &[u8] = &[0x67, 0x81, 0x05, 5, 4, 1, 1];

/// `id-kp-OCSPSigning`, 1.3.6.1.5.5.7.3.9.
#[cfg(feature = "nvidia")]
pub(crate) const KP_OCSP_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 9];
/// `id-pkix-ocsp-basic`, 1.3.6.1.5.5.7.48.1.1.
#[cfg(feature = "nvidia")]
pub(crate) const OCSP_BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
/// `id-pkix-ocsp-nonce`, 1.3.6.1.5.5.7.48.1.2.
#[cfg(feature = "nvidia")]
pub(crate) const OCSP_NONCE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2];
/// `id-pkix-ocsp-nocheck`, 1.3.6.1.5.5.7.48.1.5.
#[cfg(feature = "nvidia")]
pub(crate) const OCSP_NO_CHECK: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 5];
/// `id-sha1`, 1.3.14.3.2.26.
#[cfg(feature = "nvidia")]
pub(crate) const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1a];

/// `id-at-commonName`, 2.5.4.3.
pub(crate) const COMMON_NAME: &[u8] = &[0x55, 0x04, 3];

/// `ecdsa-with-SHA256`, 1.2.840.10045.4.3.2.
pub(crate) const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// `ecdsa-with-SHA384`, 1.2.840.10045.4.3.3.
pub(crate) const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
/// `id-RSASSA-PSS`, 1.2.840.113549.1.1.10.
pub(crate) const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
/// `id-mgf1`, 1.2.840.113549.1.1.8.
pub(crate) const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
/// `sha256WithRSAEncryption`, 1.2.840.113549.1.1.11.
pub(crate) const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
/// `sha384WithRSAEncryption`, 1.2.840.113549.1.1.12.
pub(crate) const RSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
/// `sha512WithRSAEncryption`, 1.2.840.113549.1.1.13.
pub(crate) const RSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
/// `id-sha256`, 2.16.840.1.101.3.4.2.1.
pub(crate) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
/// `id-sha384`, 2.16.840.1.101.3.4.2.2.
pub(crate) const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
/// `id-sha512`, 2.16.840.1.101.3.4.2.3.
pub(crate) const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];

//! Certification requests (PKCS #10, RFC 2986): of what they ask, only the key is read.

use super::algorithm::SignatureScheme;
use super::der::tag;
use super::envelope::Envelope;
use super::key::IssuerKey;
use crate::crypto::{CryptoProvider, SubjectPublicKeyInfo};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;

/// A request whose sender holds the private key: only [`verified`](Self::verified) makes one.
///
/// ```text
/// CertificationRequest     ::= SEQUENCE { certificationRequestInfo, signatureAlgorithm, signature BIT STRING }
/// CertificationRequestInfo ::= SEQUENCE { version 0, subject Name, subjectPKInfo, [0] attributes }
/// ```
#[derive(Clone, Debug)]
pub struct CertificationRequest<'a> {
    spki: SubjectPublicKeyInfo<'a>,
}

impl<'a> CertificationRequest<'a> {
    /// Reads one request in strict DER, and checks its signature by its own key over the bytes that arrived.
    /// The name and the attributes that it asks for are not interpreted.
    ///
    /// # Errors
    /// `x509.der`, `limit.size`; `x509.algorithm` for other algorithms than those of certificates;
    /// `x509.signature`.
    pub fn verified(der: &'a [u8], provider: &dyn CryptoProvider) -> Result<Self, Error> {
        let Envelope { content: info, algorithm, signature } =
            Envelope::read(der, limits::CERTIFICATE_BYTES, Code::X509Der, "info")?;

        let mut fields = info.inside();
        let version = fields.expect(tag::INTEGER, "version")?;
        if version.value != [0] {
            return Err(version.error("version"));
        }
        fields.expect(tag::SEQUENCE, "subject")?;
        let spki = fields.expect(tag::SEQUENCE, "subject_public_key_info")?;
        let spki = SubjectPublicKeyInfo::parse(spki.der)
            .map_err(|error| error.shifted(spki.offset).inside("subject_public_key_info"))?;
        fields.expect(tag::CONTEXT_0, "attributes")?;
        fields.finish("info")?;

        let scheme = SignatureScheme::read(&algorithm, "signature_algorithm")?;
        let with_key = scheme.with_key(spki.kind()).ok_or_else(|| {
            Error::new(Code::X509Algorithm, "signature_algorithm")
                .at(algorithm.offset)
                .with(Fact::text("problem", "the request's key is not one for this algorithm"))
        })?;
        let key = IssuerKey::load(provider, with_key, &spki)?;
        key.verify(scheme, info.der, signature, Code::X509Signature)?;
        Ok(Self { spki })
    }

    /// The key that is to be certified.
    #[must_use]
    pub const fn spki(&self) -> &SubjectPublicKeyInfo<'a> {
        &self.spki
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use p256::ecdsa::SigningKey;

    use super::super::oid;
    use super::super::testing::{ecdsa_sha256, key, name, seq, sign, spki, tlv};
    use super::*;
    use crate::crypto::RustCrypto;

    fn info(of: &SigningKey) -> Vec<u8> {
        seq(&[&tlv(2, &[0]), &name("a machine"), &spki(of), &tlv(0xa0, &[])])
    }

    fn request(info: &[u8], by: &SigningKey) -> Vec<u8> {
        sign(info, &ecdsa_sha256(), by)
    }

    fn refused(der: &[u8]) -> Code {
        CertificationRequest::verified(der, &RustCrypto).unwrap_err().code()
    }

    #[test]
    fn the_key_of_a_request_is_that_of_its_sender() {
        let der = request(&info(&key(1)), &key(1));
        let read = CertificationRequest::verified(&der, &RustCrypto).unwrap();
        assert_eq!(read.spki().raw(), spki(&key(1)));
        // Somebody else's key.
        assert_eq!(refused(&request(&info(&key(2)), &key(1))), Code::X509Signature);
        // Another name than the one that was signed.
        let mut renamed = der.clone();
        let at = renamed.windows(9).position(|window| window == b"a machine").unwrap();
        renamed[at] = b'b';
        assert_eq!(refused(&renamed), Code::X509Signature);
    }

    #[test]
    fn nothing_but_a_request_is_one() {
        let good = info(&key(1));
        let der = request(&good, &key(1));
        for end in 0..der.len() {
            assert_eq!(refused(&der[..end]), Code::X509Der, "{end}");
        }
        assert_eq!(refused(&[&der[..], &[0]].concat()), Code::X509Der);
        let parts = [tlv(2, &[0]), name("a"), spki(&key(1)), tlv(0xa0, &[])];
        let other_version = seq(&[&tlv(2, &[2]), &parts[1], &parts[2], &parts[3]]);
        let no_attributes = seq(&[&parts[0], &parts[1], &parts[2]]);
        let more = seq(&[&parts[0], &parts[1], &parts[2], &parts[3], &tlv(5, &[])]);
        for info in [other_version, no_attributes, more] {
            assert_eq!(refused(&request(&info, &key(1))), Code::X509Der);
        }
        let rsa = seq(&[&tlv(6, oid::RSA_SHA256), &tlv(5, &[])]);
        assert_eq!(refused(&sign(&good, &rsa, &key(1))), Code::X509Algorithm);
        assert_eq!(refused(&[0x30; limits::CERTIFICATE_BYTES + 1]), Code::LimitSize);
    }
}

//! Certificates and revocation lists: spans of the input, strict DER, and the same reading as x509-cert.

use veriquote::x509::{Certificate, Crl, RevocationList as _};
use x509_cert::der::{Decode as _, Encode as _};

/// Parses a certificate and compares it with another reader's.
pub fn certificate(data: &[u8]) {
    let Ok(ours) = Certificate::parse(data) else { return };
    assert_eq!(ours.der(), data);
    for span in [ours.tbs(), ours.issuer(), ours.subject(), ours.spki().raw(), ours.signature()] {
        assert!(is_inside(data, span));
    }
    for extension in ours.extensions() {
        assert!(is_inside(data, extension.oid) && is_inside(data, extension.value));
        assert_eq!(ours.extension(extension.oid), Some(*extension), "no extension is there twice");
    }
    exact(data, |data| Certificate::parse(data).is_ok());
    let Ok(theirs) = x509_cert::Certificate::from_der(data) else { return };
    let tbs = theirs.tbs_certificate();
    let positive = ours.serial().strip_prefix(&[0]).unwrap_or(ours.serial());
    let serial = tbs.serial_number().as_bytes();
    assert_eq!(serial.strip_prefix(&[0]).unwrap_or(serial), positive);
    assert_eq!(tbs.subject_public_key_info().to_der().expect("it was read"), ours.spki().raw());
    assert_eq!(theirs.signature().raw_bytes(), ours.signature());
    let seconds = |time: &x509_cert::time::Time| time.to_unix_duration().as_secs();
    let validity = tbs.validity();
    // The other reader counts from 1970 only.
    if ours.validity().not_before.0 >= 0 && ours.validity().not_after.0 >= 0 {
        assert_eq!(u64::try_from(ours.validity().not_before.0), Ok(seconds(&validity.not_before)));
        assert_eq!(u64::try_from(ours.validity().not_after.0), Ok(seconds(&validity.not_after)));
    }
}

/// Parses a revocation list; its owned form revokes the same.
pub fn crl(data: &[u8]) {
    let Ok(crl) = Crl::parse(data) else { return };
    assert_eq!(crl.der(), data);
    assert!(is_inside(data, crl.tbs()) && is_inside(data, crl.issuer()));
    let owned = crl.clone().into_revoked_serials();
    assert_eq!(owned.entries().len(), crl.len());
    assert_eq!(owned.issuer(), crl.issuer());
    for entry in owned.entries().iter().take(64) {
        let serial = entry.serial.as_slice();
        let found = owned.revokes(serial).expect("an entry that is there");
        assert_eq!(found.serial, entry.serial);
        assert_eq!(crl.revokes(serial).expect("an entry that is there").serial, entry.serial);
    }
    for serial in [&[1u8][..], &[0x7f; 20], &[0, 0xff], &[], &[0x80]] {
        assert_eq!(crl.revokes(serial).is_some(), owned.revokes(serial).is_some());
    }
    exact(data, |data| Crl::parse(data).is_ok());
}

/// Nothing may follow, nothing may be missing.
fn exact(data: &[u8], accepts: impl Fn(&[u8]) -> bool) {
    assert!(!accepts(&[data, &[0]].concat()));
    assert!(!accepts(&data[..data.len() - 1]));
}

fn is_inside(data: &[u8], span: &[u8]) -> bool {
    let (data, span) = (data.as_ptr_range(), span.as_ptr_range());
    span.is_empty() || (data.start <= span.start && span.end <= data.end)
}

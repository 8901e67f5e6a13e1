//! What several unit tests need.

use alloc::vec::Vec;

use super::public::PublicKey;

pub(super) const SECRET_SEED: u8 = 0x5e;

/// The folder of the software TPM's vectors.
pub(super) fn vectors() -> Option<std::path::PathBuf> {
    veriquote_recorded::recorded("tpm/swtpm")
}

/// The public area of an endorsement key by the default template of 128 bits.
pub(super) fn ek_area(key: &PublicKey<'_>) -> Vec<u8> {
    area_of(key, 0x0003_00b2, &[0, 6, 0, 128, 0, 0x43, 0, 0x10])
}

fn area_of(key: &PublicKey<'_>, attributes: u32, symmetric_and_scheme: &[u8]) -> Vec<u8> {
    let sized = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    let kind = if matches!(key, PublicKey::Rsa { .. }) { 1u16 } else { 0x23 };
    let mut area = kind.to_be_bytes().to_vec();
    area.extend([0, 0x0b]);
    area.extend(attributes.to_be_bytes());
    area.extend([0, 0]);
    area.extend(symmetric_and_scheme);
    match key {
        PublicKey::Rsa { modulus, .. } => {
            area.extend(u16::try_from(modulus.len() * 8).unwrap().to_be_bytes());
            area.extend([0; 4]);
            area.extend(sized(modulus));
        }
        PublicKey::Ecc { curve, x, y } => {
            area.extend(curve.0.to_be_bytes());
            area.extend([0, 0x10]);
            area.extend(sized(x));
            area.extend(sized(y));
        }
    }
    area
}

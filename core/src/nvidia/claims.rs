//! What a measured device is, in NVIDIA's names: version 3.0 of the claims of its verifiers and service.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::device::DeviceClass;
use super::evidence::Fields;
use super::golden::{Comparison, MeasuredDevice};
use super::revocation::{CertificateStatus, RevocationState};
use super::rim::RimKind;
use crate::bytes::to_hex;
use crate::time::UnixTime;

/// The value of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimValue {
    /// It is not known, or does not apply.
    Null,
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(u64),
    /// A text.
    Text(String),
    /// A point in time.
    Time(UnixTime),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Vec<(String, Self)>),
}

impl ClaimValue {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn known<T>(value: Option<T>, claim: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Null, claim)
    }
}

impl MeasuredDevice {
    /// The claims, in NVIDIA's names and meanings. `secboot` is true and `dbgstat` `disabled` when every
    /// measurement matches, and both are null otherwise: nothing in a report states them.
    #[must_use]
    pub fn claims(&self) -> Vec<(String, ClaimValue)> {
        let device = self.device();
        let good = self.is_match();
        let kind = match self.class() {
            DeviceClass::Gpu => "gpu",
            DeviceClass::Switch => "switch",
        };
        let manufacturer = self.comparisons().iter().find_map(|it| it.manufacturer.clone());
        let mut claims = Claims { kind, list: Vec::new() };
        claims.plain("eat_nonce", ClaimValue::text(to_hex(device.nonce())));
        claims.plain("hwmodel", ClaimValue::text(device.hardware_model()));
        claims.plain("ueid", ClaimValue::text(decimal(device.serial())));
        claims.plain("oemid", ClaimValue::known(manufacturer, ClaimValue::Text));
        claims.plain("measres", ClaimValue::text(if good { "success" } else { "fail" }));
        claims.plain("secboot", ClaimValue::known(good.then_some(true), ClaimValue::Flag));
        claims.plain("dbgstat", ClaimValue::known(good.then_some("disabled"), ClaimValue::text));
        claims.plain("x-nvidia-device-type", ClaimValue::text(self.class().as_str()));
        claims.add("claims-version", ClaimValue::text("3.0"));
        claims.add("arch-check", ClaimValue::Flag(true));
        for checked in ["parsed", "nonce-match", "signature-verified"] {
            claims.add(&alloc::format!("attestation-report-{checked}"), ClaimValue::Flag(true));
        }
        claims.add("attestation-report-cert-chain", chain(device.certificate_statuses()));
        let matches = device.fields().firmware_id().map(|_| true);
        claims.add("attestation-report-cert-chain-fwid-match", ClaimValue::known(matches, ClaimValue::Flag));
        match device.fields() {
            Fields::Gpu(gpu) => {
                claims.add("driver-version", ClaimValue::text(&*gpu.driver_version));
                claims.add("vbios-version", ClaimValue::text(&*gpu.vbios_version));
                claims.add("mode", ClaimValue::known(gpu.mode, |mode| ClaimValue::text(mode.as_str())));
                let pdis = gpu.switch_pdis.iter().map(|pdi| ClaimValue::text(pdi.to_string()));
                claims.add("switch-pdis", ClaimValue::List(pdis.collect()));
                claims.rim("driver-rim", self.comparison(RimKind::Driver));
                claims.rim("vbios-rim", self.comparison(RimKind::Vbios));
                claims.add("vbios-index-no-conflict", ClaimValue::Flag(true));
            }
            Fields::Switch(switch) => {
                claims.add("bios-version", ClaimValue::text(&*switch.bios_version));
                claims.add("pdi", ClaimValue::known(switch.pdi, |pdi| ClaimValue::text(pdi.to_string())));
                let pdis = switch.gpu_pdis.iter().map(|pdi| ClaimValue::text(pdi.to_string()));
                claims.add("gpu-pdis", ClaimValue::List(pdis.collect()));
                claims.rim("bios-rim", self.comparison(RimKind::SwitchBios));
            }
        }
        let mismatches = self.comparisons().iter().flat_map(mismatches).collect();
        claims.plain("x-nvidia-mismatch-measurement-records", ClaimValue::List(mismatches));
        claims.list
    }

    /// What became of the manifest of this kind.
    #[must_use]
    pub fn comparison(&self, kind: RimKind) -> Option<&Comparison> {
        self.comparisons().iter().find(|comparison| comparison.kind == kind)
    }
}

struct Claims {
    kind: &'static str,
    list: Vec<(String, ClaimValue)>,
}

impl Claims {
    fn plain(&mut self, name: &str, value: ClaimValue) {
        self.list.push((name.into(), value));
    }

    /// `x-nvidia-gpu-NAME` or `x-nvidia-switch-NAME`.
    fn add(&mut self, name: &str, value: ClaimValue) {
        self.list.push((alloc::format!("x-nvidia-{}-{name}", self.kind), value));
    }

    fn rim(&mut self, name: &str, comparison: Option<&Comparison>) {
        let given = comparison.map(|_| true);
        self.add(&alloc::format!("{name}-fetched"), ClaimValue::Flag(given.is_some()));
        self.add(
            &alloc::format!("{name}-cert-chain"),
            ClaimValue::known(comparison, |comparison| chain(&comparison.statuses)),
        );
        for checked in ["signature-verified", "version-match", "measurements-available"] {
            self.add(&alloc::format!("{name}-{checked}"), ClaimValue::known(given, ClaimValue::Flag));
        }
    }
}

/// The state of a chain: valid, since it was verified; what its issuers said; and when it ends.
fn chain(statuses: &[CertificateStatus]) -> ClaimValue {
    let until = statuses.iter().map(|status| status.not_after).min();
    let asked = statuses.iter().filter(|status| status.state != RevocationState::NotKnown);
    // Nothing was asked for one certificate: then nothing can be said of the chain.
    let is_good = asked.clone().count() > 0 && asked.clone().all(|it| it.state == RevocationState::Good);
    let on_hold = asked.clone().any(|it| it.state == RevocationState::OnHold);
    let state = match (is_good, on_hold) {
        (_, true) => "revoked",
        (true, false) => "good",
        (false, false) => "unknown",
    };
    ClaimValue::Object(alloc::vec![
        ("x-nvidia-cert-status".into(), ClaimValue::text("valid")),
        ("x-nvidia-cert-ocsp-status".into(), ClaimValue::text(state)),
        ("x-nvidia-cert-expiration-date".into(), ClaimValue::known(until, ClaimValue::Time)),
        (
            "x-nvidia-cert-revocation-reason".into(),
            ClaimValue::known(on_hold.then_some("certificateHold"), ClaimValue::text),
        ),
    ])
}

fn mismatches(comparison: &Comparison) -> impl Iterator<Item = ClaimValue> + '_ {
    comparison.mismatches.iter().map(|mismatch| {
        let golden = mismatch.expected.iter().map(|value| ClaimValue::text(value.to_string()));
        let actual = mismatch.actual.as_deref();
        ClaimValue::Object(alloc::vec![
            ("index".into(), ClaimValue::Number(mismatch.index.into())),
            ("goldenValue".into(), ClaimValue::List(golden.collect())),
            ("runtimeValue".into(), ClaimValue::known(actual, |value| ClaimValue::text(to_hex(value)))),
            ("measurementSource".into(), ClaimValue::text(comparison.kind.as_str())),
        ])
    })
}

/// A big-endian number in decimal digits.
fn decimal(number: &[u8]) -> String {
    // Digits from the lowest on.
    let mut digits: Vec<u8> = alloc::vec![0];
    for byte in number {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = u32::from(*digit).saturating_mul(256).saturating_add(carry);
            *digit = u8::try_from(value % 10).unwrap_or_default();
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0'.saturating_add(*digit))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_is_written_in_decimal() {
        for (bytes, expected) in [
            (&[0][..], "0"),
            (&[9], "9"),
            (&[10], "10"),
            (&[0, 255], "255"),
            (&[1, 0], "256"),
            (&[0xff; 8], "18446744073709551615"),
            (&[1, 0, 0, 0, 0, 0, 0, 0, 0], "18446744073709551616"),
        ] {
            assert_eq!(decimal(bytes), expected);
        }
    }
}

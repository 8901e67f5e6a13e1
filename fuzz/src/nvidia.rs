//! Evidence of NVIDIA devices: what is genuine is what was made, and no bytes panic.

use std::sync::{Arc, LazyLock};

use veriquote::crypto::{CryptoProvider, RustCrypto};
use veriquote::nvidia::{
    AuthenticRim, Envelope, Evidence, Expectations, GoldenMeasurement, Report, Revocation, Rim, RimKind,
    SetExpectations, Trailing, UnauthenticatedRim, Verifier,
};
use veriquote::x509::{CertStatus, Certificate, OcspResponse};
use veriquote::{TrustAnchors, UnixTime};
use veriquote_forge::NOW;
use veriquote_forge::nvidia::{
    NvCertificate, NvDevice, NvForge, NvReport, NvRim, device_root, measurement, rim_root,
};

use crate::provider::AcceptEverySignature;

/// Which of the forge's devices an input is of: its first byte says.
const DEVICES: [&str; 3] = ["hopper", "blackwell", "switch"];

fn device(which: u8) -> NvDevice {
    let name = DEVICES[usize::from(which) % DEVICES.len()];
    NvForge::named(name).expect("a machine of the forge").devices.remove(0)
}

/// Reports and chains of the forge's devices.
static MADE: LazyLock<Vec<(Vec<u8>, String)>> = LazyLock::new(|| {
    (0..3).map(|which| device(which).build()).map(|device| (device.report, device.chain)).collect()
});

fn verifier(provider: Arc<dyn CryptoProvider>) -> Verifier {
    let anchors = |root: &NvCertificate| {
        TrustAnchors::from_certificates(root.pem().as_bytes()).expect("a root of the forge")
    };
    Verifier::new(anchors(&device_root()), anchors(&rim_root()), provider)
}

/// `u8 which device | a report`: parses, and authenticates under the chain of the forge's device with a provider
/// that accepts every signature, and with a real one.
pub fn nvidia_report(data: &[u8]) {
    let Some((which, bytes)) = data.split_first() else { return };
    let (made, chain) = &MADE[usize::from(*which) % MADE.len()];
    let Ok(evidence) = Evidence::parse(bytes, chain.as_bytes(), Trailing::AllowZeros) else { return };
    let report = evidence.unauthenticated_report();
    assert!(bytes.starts_with(report.raw()) && report.raw().starts_with(report.signed()));
    assert_eq!(report.raw().len(), report.signed().len() + 96);
    let blocks = report.unauthenticated_blocks();
    assert!(blocks.is_sorted_by(|a, b| a.index < b.index) && blocks.first().is_some_and(|it| it.index > 0));
    let expectations = Expectations::nonce(*report.unauthenticated_nonce());
    let now = UnixTime(NOW);
    if let Ok(device) = evidence.authenticate(&verifier(Arc::new(AcceptEverySignature)), &expectations, now) {
        assert_eq!(device.report(), report.raw());
        assert_eq!(device.measurements().len(), blocks.len());
        for (_, id) in device.rim_ids() {
            let is_plain = |char: char| char.is_ascii_alphanumeric() || "._".contains(char);
            assert!(id.is_none_or(|id| id.chars().all(is_plain) && !id.contains("..")));
        }
        let measured = device.compare(&[]).expect("nothing to compare with");
        assert!(!measured.is_match());
    }
    if evidence.authenticate(&verifier(Arc::new(RustCrypto)), &expectations, now).is_ok() {
        let made = Report::parse(made, Trailing::Refuse).expect("a report of the forge");
        assert_eq!(report.signed(), made.signed(), "genuine, and not what was made");
    }
}

/// `u8 which device | opaque data`: as the only ones of a report that is otherwise sound.
pub fn nvidia_opaque(data: &[u8]) {
    let Some((which, opaque)) = data.split_first() else { return };
    let mut device = device(*which);
    let values = [measurement(0)];
    device.report =
        NvReport { signature: Some(vec![1; 96]), ..NvReport::new([0x4e; 32], &values, Vec::new()) };
    device.report.opaque_tail = opaque[..opaque.len().min(60_000)].to_vec();
    let built = device.build();
    nvidia_report(&[&[*which][..], &built.report].concat());
}

/// What the forge's manifests say.
static GOLDEN: LazyLock<Vec<(RimKind, String, Vec<GoldenMeasurement>)>> = LazyLock::new(|| {
    let verifier = verifier(Arc::new(RustCrypto));
    let texts = rims();
    let authentic = texts.iter().map(|text| {
        Rim::from_xml(text.as_bytes())
            .authenticate(&verifier, &Revocation::NONE, UnixTime(NOW))
            .expect("a manifest of the forge")
    });
    authentic.map(|rim| said(&rim)).collect()
});

/// The manifests of the forge's devices.
#[must_use]
pub fn rims() -> Vec<String> {
    NvForge::all().iter().flat_map(|(_, forge)| forge.rims.iter().map(NvRim::text)).collect()
}

fn said(rim: &AuthenticRim) -> (RimKind, String, Vec<GoldenMeasurement>) {
    (rim.kind(), rim.version().to_owned(), rim.measurements().to_vec())
}

/// A manifest: whatever way it is written, a genuine one says what was signed.
pub fn nvidia_rim(data: &[u8]) {
    let read = UnauthenticatedRim::parse(data);
    let now = UnixTime(NOW);
    let rim = Rim::from_xml(data);
    if let Ok(rim) = rim.authenticate(&verifier(Arc::new(AcceptEverySignature)), &Revocation::NONE, now) {
        let read = read.expect("what is authentic can be read");
        assert_eq!((read.kind, &read.measurements[..]), (rim.kind(), rim.measurements()));
        assert!(rim.measurements().is_sorted_by(|a, b| a.index < b.index) && !rim.measurements().is_empty());
        assert!(rim.measurements().iter().all(|it| it.index < 64 && !it.values.is_empty()));
    }
    if let Ok(rim) = rim.authenticate(&verifier(Arc::new(RustCrypto)), &Revocation::NONE, now) {
        assert!(GOLDEN.contains(&said(&rim)), "genuine, and not what was signed");
    }
    let _ = Rim::from_bytes(data, &RustCrypto);
}

/// Evidence as JSON, in any form: parsed, and verified with a provider that accepts every signature.
pub fn nvidia_envelope(data: &[u8]) {
    let Ok(envelope) = Envelope::from_json(data) else { return };
    assert!(!envelope.devices.is_empty());
    let expectations = SetExpectations {
        nonce: [0x4e; 32],
        switch_nonce: None,
        rims: &[],
        revocation: &Revocation::NONE,
        trailing: Trailing::Refuse,
    };
    let verifier = verifier(Arc::new(AcceptEverySignature));
    match verifier.verify(&envelope, &expectations, UnixTime(NOW)) {
        Ok(set) => assert_eq!(set.devices().len(), envelope.devices.len()),
        Err(failure) => assert_eq!(failure.devices.len(), envelope.devices.len()),
    }
}

/// Boot ROM and provisioning authority of the forge's Hopper.
static ASKED: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let chain = device(0).chain;
    [chain[1].der(), chain[2].der()]
});

/// An OCSP response: about a certificate of the forge only what the forge signed.
pub fn ocsp(data: &[u8]) {
    let Ok(response) = OcspResponse::parse(data) else { return };
    let [subject, issuer] = ASKED.each_ref().map(|der| Certificate::parse(der).expect("a certificate"));
    let now = UnixTime(NOW);
    let asked = |provider: &dyn CryptoProvider| response.check(&subject, &issuer, provider, now, None);
    if let Ok(Some(verdict)) = asked(&AcceptEverySignature) {
        assert!(verdict.window.contains(now));
    }
    if let Ok(Some(verdict)) = asked(&RustCrypto) {
        assert_eq!(verdict.status, CertStatus::Good, "genuine, and not what was signed");
    }
}

//! One GPU with two manifests: time, beside that of the P-384 verifications in it.
//!
//! `cargo bench -p veriquote-benches --bench nvgpu`. The devices are the forge's: their authorities are known to
//! nobody beforehand, so that every signature is checked. With `--files FOLDER` the evidence is written there for
//! `benches/python/nvgpu.py`, which has NVIDIA's own verifier do what it does offline.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use veriquote::crypto::{CryptoProvider, RustCrypto, SignatureAlgorithm};
use veriquote::nvidia::{Envelope, Revocation, Rim, SetExpectations, Trailing, Verifier};
use veriquote::policy::Policy;
use veriquote::x509::Certificate;
use veriquote::{TrustAnchors, UnixTime};
use veriquote_aws_lc::AwsLc;
use veriquote_benches::is_measuring;
use veriquote_benches::rounds::option;
use veriquote_forge::nvidia::{NvForge, device_root, rim_root};
use veriquote_forge::{hex, pem};

/// Evidence as bytes.
struct Files {
    envelope: String,
    report: Vec<u8>,
    chain: String,
    rims: Vec<String>,
    roots: [String; 2],
    nonce: [u8; 32],
    now: UnixTime,
}

impl Files {
    fn forged() -> Self {
        let forge = NvForge::hopper();
        let device = forge.build().remove(0);
        let entry = json!([{ "arch": device.architecture, "evidence": hex(&device.report),
                             "certificate": device.chain }]);
        Self {
            envelope: entry.to_string(),
            report: device.report,
            chain: device.chain,
            rims: forge.rims.iter().map(|rim| rim.text()).collect(),
            roots: [device_root(), rim_root()].map(|root| pem("CERTIFICATE", &root.der())),
            nonce: forge.nonce,
            now: UnixTime(forge.now),
        }
    }

    /// From bytes to an accepted device; nothing is prepared.
    fn verify(&self, provider: &Arc<dyn CryptoProvider>) {
        let anchors = |pem: &String| TrustAnchors::from_certificates(pem.as_bytes()).expect("a root");
        let [devices, signers] = [&self.roots[0], &self.roots[1]].map(anchors);
        let verifier = Verifier::new(devices, signers, Arc::clone(provider));
        let envelope = Envelope::from_json(self.envelope.as_bytes()).expect("evidence");
        let rims: Vec<Rim<'_>> = self.rims.iter().map(|rim| Rim::from_xml(rim.as_bytes())).collect();
        let expectations = SetExpectations {
            nonce: self.nonce,
            switch_nonce: None,
            rims: &rims,
            revocation: &Revocation::NONE,
            trailing: Trailing::Refuse,
        };
        let set = verifier.verify(&envelope, &expectations, self.now).expect("authentic");
        assert!(set.devices()[0].is_match(), "every measurement is the right one");
        Policy::strict().accept_nvidia(set).expect("accepted");
    }

    fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("a folder");
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("a file");
        put("report.bin", &self.report);
        put("chain.pem", self.chain.as_bytes());
        put("driver.xml", self.rims[0].as_bytes());
        put("vbios.xml", self.rims[1].as_bytes());
        put("device_root.pem", self.roots[0].as_bytes());
        put("rim_root.pem", self.roots[1].as_bytes());
        put("nonce.hex", hex(&self.nonce).as_bytes());
    }
}

fn main() {
    let files = Files::forged();
    let providers: [(&str, Arc<dyn CryptoProvider>); 2] =
        [("RustCrypto", Arc::new(RustCrypto)), ("AWS-LC", Arc::new(AwsLc))];
    if !is_measuring() {
        files.verify(&providers[0].1);
        return;
    }
    if let Some(folder) = option("--files") {
        files.write(Path::new(&folder));
    }
    println!("\none GPU, two manifests, every signature checked; milliseconds, of 101 rounds");
    println!(
        "{:<12} {:>10} {:>10} {:>14} {:>24}",
        "", "fastest", "median", "P-384 fastest", "target: 12 of these + 2"
    );
    for (name, provider) in &providers {
        let bare = bare(provider.as_ref());
        files.verify(provider);
        let (mut whole, mut one) = (Vec::new(), Vec::new());
        // In turns. Noise meets what is longer more often, so that the fastest rounds are compared.
        for _ in 0..101 {
            one.push(time(&bare));
            whole.push(time(|| files.verify(provider)));
        }
        whole.sort_by(f64::total_cmp);
        one.sort_by(f64::total_cmp);
        let target = 12.0 * one[0] + 2.0;
        let word = if whole[0] <= target { "met" } else { "MISSED" };
        println!(
            "{name:<12} {:>10.2} {:>10.2} {:>14.3} {target:>17.2} {word:>6}",
            whole[0], whole[50], one[0]
        );
    }
}

/// One verification with a loaded key, and nothing else: the root's own signature.
fn bare(provider: &dyn CryptoProvider) -> impl Fn() + use<> {
    let der: &'static [u8] = Box::leak(device_root().der().into_boxed_slice());
    let certificate = Certificate::parse(der).expect("a certificate");
    let key = certificate.issuer_key(provider, SignatureAlgorithm::ECDSA_P384_SHA384).expect("a key");
    move || certificate.verify_signed_by(&key).expect("its own signature")
}

fn time(run: impl Fn()) -> f64 {
    let started = Instant::now();
    run();
    started.elapsed().as_secs_f64() * 1e3
}

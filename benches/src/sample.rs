//! Quotes with their collateral: our forged platform, and the real samples inside the `dcap-qvl` package.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use dcap_qvl::configs::RingConfig;
use dcap_qvl::verify::QuoteVerifier;
use veriquote_aws_lc::AwsLc;
use veriquote_forge::Forge;

/// A quote that verifies, with all that is needed for it.
#[derive(Clone)]
pub struct Sample {
    /// Its name in tables.
    pub name: String,
    /// The quote.
    pub quote: Vec<u8>,
    /// The collateral file.
    pub collateral_json: String,
    /// The trusted root, DER.
    pub root_der: Vec<u8>,
    /// When it verifies, in Unix seconds.
    pub now: u64,
}

impl Sample {
    /// The real samples that the `dcap-qvl` package carries and accepts as its own, where cargo knows the
    /// package's place; otherwise a forged TDX platform.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let packaged = packaged();
        if packaged.is_empty() {
            eprintln!(
                "the samples of the dcap-qvl package are not at hand: a forged platform takes their place"
            );
            return vec![Self::forged()];
        }
        packaged
    }

    /// A forged TDX platform.
    ///
    /// # Panics
    /// Never: the forge dates its platforms after 1970.
    #[must_use]
    pub fn forged() -> Self {
        Self::from_forge("forged TDX v4", &Forge::tdx4())
    }

    /// What a forge builds.
    ///
    /// # Panics
    /// When the forge is dated before 1970.
    #[must_use]
    pub fn from_forge(name: &str, forge: &Forge) -> Self {
        let forged = forge.build();
        Self {
            name: name.to_owned(),
            collateral_json: forged.collateral_json(),
            quote: forged.quote,
            root_der: forged.root_der,
            now: u64::try_from(forged.now).expect("a time after 1970"),
        }
    }
}

fn packaged() -> Vec<Sample> {
    let Some(package) = package() else { return Vec::new() };
    ["tdx_quote", "sgx_quote", "tdx_quote_td15ex"].iter().filter_map(|name| read(&package, name)).collect()
}

fn read(package: &Path, name: &str) -> Option<Sample> {
    let folder = package.join("sample");
    let mut sample = Sample {
        name: name.to_owned(),
        quote: std::fs::read(folder.join(name)).ok()?,
        collateral_json: std::fs::read_to_string(folder.join(format!("{name}_collateral.json"))).ok()?,
        root_der: std::fs::read(package.join("src/TrustedRootCA.der")).ok()?,
        now: 0,
    };
    sample.now = time_of(&sample)?;
    Some(sample)
}

/// A day on which both verifiers find the collateral in force.
fn time_of(sample: &Sample) -> Option<u64> {
    const DAY: u64 = 24 * 60 * 60;
    let collateral: dcap_qvl::QuoteCollateralV3 = serde_json::from_str(&sample.collateral_json).ok()?;
    let tcb_info: serde_json::Value = serde_json::from_str(&collateral.tcb_info).ok()?;
    let issued = veriquote::UnixTime::parse_rfc3339_utc(tcb_info["issueDate"].as_str()?)?;
    let issued = u64::try_from(issued.0).ok()?;
    let theirs = QuoteVerifier::<RingConfig>::new_with_config(sample.root_der.clone());
    let ours = crate::verifier(sample, Arc::new(AwsLc));
    (1..40).map(|days| issued + days * DAY).find(|now| {
        let at = Sample { now: *now, ..sample.clone() };
        theirs.verify(&at.quote, &collateral, at.now).is_ok()
            && ours.prepare(&crate::collateral(&at), crate::now(&at)).is_ok()
    })
}

/// Where cargo keeps the package's sources.
fn package() -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .ok()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    let package = metadata["packages"].as_array()?.iter().find(|package| package["name"] == "dcap-qvl")?;
    Some(Path::new(package["manifest_path"].as_str()?).parent()?.to_owned())
}

//! The flags of a TPM's keys: what shows where an attestation key comes from, and `tpm challenge`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use veriquote_facade::Time;

/// An endorsement key.
#[derive(Debug, Args)]
pub struct Endorsement {
    /// Certificate of the endorsement key: what `tpm2_nvread 0x01c00002` or `tpm2_getekcertificate` wrote.
    #[arg(long, value_name = "FILE", requires = "root")]
    pub ek_cert: Option<PathBuf>,
    /// Certificates between it and the root, in order.
    #[arg(long, value_name = "PEM", requires = "ek_cert")]
    pub ek_chain: Option<PathBuf>,
    /// Public area of the endorsement key. Without --ek-cert, you pin it.
    #[arg(long, value_name = "FILE")]
    pub ek: Option<PathBuf>,
}

/// Evidence of an attestation key, by one of three routes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Evidence of the attestation key")]
pub struct KeyEvidence {
    /// The endorsement key of an activation.
    #[command(flatten)]
    pub endorsement: Endorsement,
    /// Activation: what `veriquote tpm challenge` kept for you. It is good for one answer.
    #[arg(long, value_name = "FILE", requires = "answer", conflicts_with_all = ["ak_chain", "ak_name"])]
    pub challenge: Option<PathBuf>,
    /// Activation: what `tpm2_activatecredential -o` wrote.
    #[arg(long, value_name = "FILE", requires = "challenge")]
    pub answer: Option<PathBuf>,
    /// Certification: what `tpm2_certify -o` or `tpm2_certifycreation --attestation` wrote.
    #[arg(long, value_name = "FILE", requires_all = ["certification_signature", "signer"],
        conflicts_with_all = ["ak_chain", "ak_name", "challenge"])]
    pub certification: Option<PathBuf>,
    /// Certification: its signature.
    #[arg(long, value_name = "FILE", requires = "certification")]
    pub certification_signature: Option<PathBuf>,
    /// Certification: public area of the attestation key that signed it. Without --signer-chain, you pin it.
    #[arg(long, value_name = "FILE", requires = "certification")]
    pub signer: Option<PathBuf>,
    /// Certification: the Name that the signer must have.
    #[arg(long, value_name = "HEX", requires = "certification", conflicts_with = "signer_chain")]
    pub signer_name: Option<String>,
    /// Certification: certificate chain of the signer, its own first.
    #[arg(long, value_name = "PEM", requires_all = ["certification", "root"])]
    pub signer_chain: Option<PathBuf>,
    /// Certification: creation data of the key, where its creation is certified.
    #[arg(long, value_name = "FILE", requires = "certification")]
    pub creation_data: Option<PathBuf>,
    /// Certification: the challenge that it answers.
    #[arg(long, value_name = "HEX", requires = "certification")]
    pub certification_nonce: Option<String>,
    /// Certification: it answers no challenge of yours, and may be of any age.
    #[arg(long, requires = "certification", conflicts_with = "certification_nonce")]
    pub danger_no_certification_nonce: bool,
    /// Hardware: Azure's HCL report (NV index 0x01400001).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ak_chain", "ak_name", "challenge", "certification"])]
    pub hcl_report: Option<PathBuf>,
    /// Hardware: the TDX quote over the report's TD report.
    #[arg(long, value_name = "FILE", requires_all = ["hcl_report", "td_collateral"])]
    pub td_quote: Option<PathBuf>,
    /// Hardware: the collateral of the TDX quote.
    #[arg(long, value_name = "FILE", requires = "td_quote")]
    pub td_collateral: Option<PathBuf>,
    /// Hardware: a root in place of Intel's, for the TDX quote.
    #[arg(long, value_name = "PEM", requires = "td_quote")]
    pub td_root: Vec<PathBuf>,
    /// Hardware: the policy that must accept the TDX quote. Default: the strict policy.
    #[arg(long, value_name = "FILE", requires = "td_quote")]
    pub td_policy: Option<PathBuf>,
    /// Hardware: report data of evidence that you verified and accepted elsewhere, such as SEV-SNP's.
    #[arg(long, value_name = "HEX", requires = "hcl_report", conflicts_with = "td_quote")]
    pub accepted_report_data: Option<String>,
}

/// `tpm`
#[derive(Debug, Subcommand)]
pub enum TpmCommand {
    /// Wrap a secret that one TPM with one attestation key alone can unwrap (MakeCredential).
    Challenge(Challenge),
}

/// `tpm challenge`
#[derive(Debug, Args)]
#[command(after_help = "\
Send the credential to the machine, keep the challenge secret, and use it once.

Examples:
  veriquote tpm challenge --ek-cert ek.crt --ek-chain vendor.pem --root vendor-root.pem --ak ak.pub \\
      --credential credential.blob --challenge challenge.json
  tpm2_activatecredential -c ak.ctx -C ek.ctx -i credential.blob -o answer …   # on the machine
  veriquote verify tpm … --ak ak.pub --ek-cert ek.crt --ek-chain vendor.pem --root vendor-root.pem \\
      --challenge challenge.json --answer answer")]
pub struct Challenge {
    /// The endorsement key.
    #[command(flatten)]
    pub endorsement: Endorsement,
    /// Public area of the attestation key.
    #[arg(long, value_name = "FILE")]
    pub ak: PathBuf,
    /// Root that may vouch for the endorsement key. May be given several times.
    #[arg(long, value_name = "PEM")]
    pub root: Vec<PathBuf>,
    /// Revocation list; when there is one, every certificate needs one.
    #[arg(long, value_name = "FILE", requires = "root")]
    pub crl: Vec<PathBuf>,
    /// Where to write what the machine is sent, in the form of tpm2-tools.
    #[arg(long, value_name = "FILE")]
    pub credential: PathBuf,
    /// Where to write what you keep.
    #[arg(long, value_name = "FILE")]
    pub challenge: PathBuf,
    /// Verify certificates as of this time: RFC 3339 or Unix seconds. Default: now.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Time>,
    /// Print JSON: the endorsement key and the checks, without the secret.
    #[arg(long)]
    pub json: bool,
}

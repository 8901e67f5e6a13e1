//! The flags of `verify tpm`.

use std::path::PathBuf;

use clap::Args;
use veriquote_facade::Time;

use super::output::Output;
use super::tpm_key::KeyEvidence;

/// `verify tpm`
#[derive(Debug, Args)]
#[command(after_help = "\
Files are those of tpm2-tools: `tpm2_quote --message F --signature F --pcr F`, and the public area that
`tpm2_createak --public F` or `tpm2_readpublic -o F` writes. With a public area, the key must be one
that signs only what its TPM made (restricted, fixed to the TPM, made there); of a key in PEM nobody
knows that, and the result says so.

Examples:
  veriquote verify tpm --quote quote.msg --signature quote.sig --ak ak.pub --nonce 00ff… --pcrs quote.pcrs
  veriquote verify tpm --quote quote.msg --signature quote.sig --ak ak.pub --ak-name 000b… \\
      --nonce 00ff… --pcrs quote.pcrs --json | jq .claims.pcrs
  veriquote verify tpm --quote quote.msg --signature quote.sig --ak ak.pub --ak-chain ak.pem \\
      --root privacy-ca.pem --nonce 00ff… --pcrs quote.pcrs
  veriquote verify tpm --quote quote.msg --signature quote.sig --ak ak.pub --nonce 00ff… \\
      --pcrs quote.pcrs --event-log binary_bios_measurements --ima-log binary_runtime_measurements
  veriquote verify tpm --quote quote.msg --signature quote.plain --signature-scheme rsassa:sha256 \\
      --ak ak.pem --nonce 00ff…")]
pub struct Tpm {
    /// The attestation: TPMS_ATTEST or TPM2B_ATTEST.
    #[arg(long, value_name = "FILE")]
    pub quote: PathBuf,
    /// The signature: TPMT_SIGNATURE, or a plain one with --signature-scheme.
    #[arg(long, value_name = "FILE")]
    pub signature: PathBuf,
    /// The attestation key that you trust: TPM2B_PUBLIC, TPMT_PUBLIC, PEM or DER. With --ak-chain: the
    /// public area of the certificate's key.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["ak_chain", "hcl_report"])]
    pub ak: Option<PathBuf>,
    /// Certificate chain of the attestation key, its own first.
    #[arg(long, value_name = "PEM", requires = "root")]
    pub ak_chain: Option<PathBuf>,
    /// Root that may vouch for the attestation key, its endorsement key or its signer. May be given several
    /// times.
    #[arg(long, value_name = "PEM")]
    pub root: Vec<PathBuf>,
    /// Revocation list of an issuer of the chain; when there is one, every certificate needs one.
    #[arg(long, value_name = "FILE", requires = "root")]
    pub crl: Vec<PathBuf>,
    /// Accept a certificate that does not say what its key is for.
    #[arg(long, requires = "root")]
    pub allow_missing_purpose: bool,
    /// Where the key comes from, when you neither pin it nor have its certificate.
    #[command(flatten)]
    pub evidence: KeyEvidence,
    /// The Name that the key must have.
    #[arg(long, value_name = "HEX")]
    pub ak_name: Option<String>,
    /// Qualified name of the key's parent, or the handle of its hierarchy (4000000b).
    #[arg(long, value_name = "HEX")]
    pub ak_parent: Option<String>,
    /// The challenge that you gave out, whole.
    #[arg(long, value_name = "HEX", required_unless_present = "danger_no_nonce")]
    pub nonce: Option<String>,
    /// Verify a quote that answers no challenge of yours: it may be of any age.
    #[arg(long, conflicts_with = "nonce")]
    pub danger_no_nonce: bool,
    /// PCR values: what `tpm2_quote --pcr` wrote, or JSON by bank and index.
    #[arg(long, value_name = "FILE")]
    pub pcrs: Option<PathBuf>,
    /// Event log of the firmware (/sys/kernel/security/tpm0/binary_bios_measurements).
    #[arg(long, value_name = "FILE", requires = "pcrs")]
    pub event_log: Option<PathBuf>,
    /// IMA measurement list, binary or as text (/sys/kernel/security/ima/…_runtime_measurements).
    #[arg(long, value_name = "FILE", requires = "pcrs")]
    pub ima_log: Option<PathBuf>,
    /// Number of the first entry in --ima-log, when it holds only what came since the last time.
    #[arg(long, value_name = "N", requires = "continuation")]
    pub ima_from: Option<u64>,
    /// Result of the last verification (--json), or its continuation token.
    #[arg(long, value_name = "FILE", requires_all = ["ima_log", "continuation_key"])]
    pub continuation: Option<PathBuf>,
    /// Your secret that seals continuation tokens (hex, or text of hex); makes the result hold one.
    #[arg(long, value_name = "FILE")]
    pub continuation_key: Option<PathBuf>,
    /// Registers that the event log need not explain, because others extend them.
    #[arg(long, value_name = "N,N", value_delimiter = ',')]
    pub opaque: Vec<u8>,
    /// Deviations of the firmware to put up with, by name; the result lists those that were needed.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub quirk: Vec<String>,
    /// Scheme of a plain signature, such as rsassa:sha256.
    #[arg(long, value_name = "SCHEME:HASH")]
    pub signature_scheme: Option<String>,
    /// Policy document (JSON). Default: the strict policy.
    #[arg(long, value_name = "FILE", conflicts_with = "crypto_only")]
    pub policy: Option<PathBuf>,
    /// Accept whatever is authentic: no appraisal. The result says so.
    #[arg(long)]
    pub crypto_only: bool,
    /// Accept signatures over SHA-1 digests, as old keys of Windows make them.
    #[arg(long)]
    pub allow_sha1: bool,
    /// Result of the last verification (--json) of this key: tells resets and rolled-back clocks.
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    /// Verify as of this time: RFC 3339 or Unix seconds. Default: now.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Time>,
    /// What is told of it.
    #[command(flatten)]
    pub output: Output,
}

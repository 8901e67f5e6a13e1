//! The command line: every flag, with its words for people.

use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use veriquote::Fmspc;
use veriquote_facade::Time;

use crate::fetch::{Api, Ca, Evaluation, Tee};

/// Inspect and verify hardware attestation.
#[derive(Debug, Parser)]
#[command(
    name = "veriquote",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "\
Exit code: 0 authentic and accepted · 1 not authentic · 3 authentic, but the policy rejects it ·
           2 wrong usage or unreadable file

Examples:
  veriquote inspect quote.bin
  veriquote collateral fetch --quote quote.bin -o collateral.json
  veriquote verify dcap --quote quote.bin --collateral collateral.json
  veriquote verify dcap --quote quote.bin --collateral collateral.json --json | jq .claims.tcb
  veriquote verify tpm --quote quote.msg --signature quote.sig --ak ak.pub --nonce 00ff… --pcrs quote.pcrs

Files may be binary, hex, base64, base64url or PEM: their content tells. `-` is standard input."
)]
pub struct Cli {
    /// When to use colours; `auto` also respects NO_COLOR.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub color: ColorChoice,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what is in a file, without trusting any of it.
    Inspect(Inspect),
    /// Verify evidence.
    #[command(subcommand)]
    Verify(Verify),
    /// Make policies.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Fetch or show the collateral that verification needs.
    #[command(subcommand)]
    Collateral(Collateral),
    /// Enrol machines with a TPM.
    #[command(subcommand)]
    Tpm(TpmCommand),
    /// Compute report data, or find out how data are bound in them.
    #[command(subcommand)]
    Binding(Binding),
    /// Send evidence to an attestation service, and write the token that it gives.
    Attest(Attest),
    /// Run the attestation service.
    #[cfg(feature = "serve")]
    Serve(Serve),
    /// Make or withdraw a key of the attestation service.
    #[cfg(feature = "serve")]
    Keygen(Keygen),
    /// The attestation service's audit log.
    #[cfg(feature = "serve")]
    #[command(subcommand)]
    Audit(Audit),
    /// Run policies in Rego for the attestation service, which starts this itself.
    #[cfg(feature = "serve")]
    #[command(
        hide = true,
        after_help = "\
Examples:
  veriquote policy-worker 256"
    )]
    PolicyWorker {
        /// Memory that it may have, in MiB.
        memory_mib: u32,
    },
    /// Print a completion script for a shell.
    #[command(after_help = "\
Examples:
  veriquote completions bash > ~/.local/share/bash-completion/completions/veriquote
  veriquote completions zsh > \"${fpath[1]}/_veriquote\"
  veriquote completions fish > ~/.config/fish/completions/veriquote.fish")]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// `inspect`
#[derive(Debug, Args)]
#[command(after_help = "\
Knows quotes, certificates and chains, revocation lists, collateral files, the JSON bodies that
Intel's service serves, event logs, IMA lists, attestations and public areas of TPMs, evidence and reference
manifests of NVIDIA devices, tokens, NVIDIA's bundles of tokens, and JWK sets.
Nothing is verified: what is shown is what the file says.

Examples:
  veriquote inspect quote.bin
  veriquote inspect collateral.json
  veriquote inspect pck_chain.pem --json
  veriquote inspect /sys/firmware/acpi/tables/data/CCEL
  base64 -d < quote.b64 | veriquote inspect -")]
pub struct Inspect {
    /// The file; `-` for standard input.
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `verify`
#[derive(Debug, Subcommand)]
pub enum Verify {
    /// Verify an Intel SGX or TDX quote (DCAP).
    Dcap(Box<Dcap>),
    /// Verify a TPM 2.0 quote.
    Tpm(Box<Tpm>),
    /// Verify NVIDIA GPUs and NVSwitches.
    Nvgpu(Box<Nvgpu>),
    /// Verify a machine together with its GPUs.
    Composite(Composite),
    /// Verify an attestation token (JWT).
    Token(Box<Token>),
}

/// `verify composite`
#[derive(Debug, Args)]
#[command(after_help = "\
The request is one JSON file: evidence, collateral, manifests, and the mode in which machine and devices
are bound; bindings/schema/composite-request.json describes it, docs/composite.md the modes. A string that
begins with `@` names a file, whose content takes its place.

Examples:
  veriquote verify composite --request request.json
  veriquote verify composite --request request.json --json | jq .claims.binding")]
pub struct Composite {
    /// The request; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub request: PathBuf,
    /// Verify as of this time: RFC 3339 or Unix seconds. Default: what the request says, or now.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Time>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Leave out the single checks.
    #[arg(long, short)]
    pub quiet: bool,
    /// Which cryptography to use.
    #[arg(long, value_name = "aws-lc|rustcrypto", default_value = "aws-lc", hide = true)]
    pub crypto: CryptoName,
}

/// `verify nvgpu`
#[derive(Debug, Args)]
#[command(after_help = "\
Evidence is what a collector wrote: nvattest, NVIDIA's SDK in Python, Confidential Containers and others;
docs/nvidia.md shows the forms. Without --policy the strict policy applies: every manifest is there, every
measurement matches, the firmware is named. The result names the manifests that are missing; NVIDIA's
service serves them by that name.

Examples:
  veriquote verify nvgpu --evidence evidence.json --nonce 00ff… --rim driver.xml --rim vbios.xml
  veriquote verify nvgpu --evidence report.bin --chain chain.pem --nonce 00ff… --rim driver.xml \\
      --rim vbios.xml --crl l1-root.crl --crl l2-gh100.crl
  veriquote verify nvgpu --evidence evidence.json --nonce 00ff… --json | jq .claims.devices[].missing")]
pub struct Nvgpu {
    /// The evidence; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub evidence: PathBuf,
    /// Certificates of the device, leaf first, when --evidence is a report alone.
    #[arg(long, value_name = "PEM")]
    pub chain: Option<PathBuf>,
    /// The challenge that you gave out: 32 bytes.
    #[arg(long, value_name = "HEX")]
    pub nonce: String,
    /// The challenge of the switches, where that is another one.
    #[arg(long, value_name = "HEX")]
    pub switch_nonce: Option<String>,
    /// Reference integrity manifest, or the answer of NVIDIA's service that holds one. May be given several
    /// times, in any order.
    #[arg(long, value_name = "FILE")]
    pub rim: Vec<PathBuf>,
    /// Revocation list. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub crl: Vec<PathBuf>,
    /// OCSP response. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub ocsp: Vec<PathBuf>,
    /// The nonce of the OCSP requests.
    #[arg(long, value_name = "HEX", requires = "ocsp")]
    pub ocsp_nonce: Option<String>,
    /// Accept certificates that their issuer has put on hold.
    #[arg(long)]
    pub accept_certificate_hold: bool,
    /// Accept zeros after a report.
    #[arg(long)]
    pub allow_padding: bool,
    /// Root of devices to trust in place of NVIDIA's. May be given several times.
    #[arg(long, value_name = "PEM")]
    pub root: Vec<PathBuf>,
    /// Root of manifests to trust in place of NVIDIA's. May be given several times.
    #[arg(long, value_name = "PEM")]
    pub rim_root: Vec<PathBuf>,
    /// Policy document (JSON). Default: the strict policy.
    #[arg(long, value_name = "FILE", conflicts_with = "crypto_only")]
    pub policy: Option<PathBuf>,
    /// Accept whatever is authentic: no appraisal. The result says so.
    #[arg(long)]
    pub crypto_only: bool,
    /// Verify as of this time: RFC 3339 or Unix seconds. Default: now.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Time>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Leave out the single checks.
    #[arg(long, short)]
    pub quiet: bool,
    /// Which cryptography to use.
    #[arg(long, value_name = "aws-lc|rustcrypto", default_value = "aws-lc", hide = true)]
    pub crypto: CryptoName,
}

/// `verify token`
#[derive(Debug, Args)]
#[command(after_help = "\
Keys come from you: from --jwks, or from the token's own certificates where they end at your --root.
What the token's header says of keys (jwk, jku, x5u) is never followed. What you do not expect is not
checked, and the result says so. Without --alg, the algorithm is the one that the key is bound to; an
RSA key without `alg` is bound to none.

Examples:
  veriquote verify token --token token.jwt --jwks jwks.json --issuer https://attest.example.com
  veriquote verify token --token token.jwt --jwks jwks.json --alg RS256 --issuer https://i.example \\
      --audience https://me.example --nonce 3q2-7wABAgM --max-age 5m
  veriquote verify token --token token.jwt --root as-ca.pem --alg ES256 --signer-subject as.example.com
  curl -s https://i.example/token | veriquote verify token --token - --jwks jwks.json --json | jq .claims")]
pub struct Token {
    /// The token, or a detached bundle of NVIDIA's service; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub token: PathBuf,
    /// The issuer's keys: a JWK set, or one JWK.
    #[arg(long, value_name = "FILE", required_unless_present = "root")]
    pub jwks: Option<PathBuf>,
    /// The key's certificates (x5c) must end at this root. Without --jwks, the key is that of the token's
    /// own certificates. May be given several times.
    #[arg(long, value_name = "PEM")]
    pub root: Vec<PathBuf>,
    /// Common name of the certificate that the root certifies: without a signer, any that it certifies is good.
    #[arg(long, value_name = "CN", requires = "root")]
    pub signer_subject: Option<String>,
    /// SHA-256 of that certificate's SubjectPublicKeyInfo.
    #[arg(long, value_name = "HEX", requires = "root")]
    pub signer_spki_sha256: Option<String>,
    /// A purpose (ExtendedKeyUsage, dotted) that the certificate may be made for: without any, one that is made
    /// for certain purposes is refused. May be given several times.
    #[arg(long, value_name = "OID", requires = "root")]
    pub signer_purpose: Vec<String>,
    /// An algorithm to accept, such as RS256. May be given several times.
    #[arg(long, value_name = "ALG")]
    pub alg: Vec<String>,
    /// The issuer, character for character.
    #[arg(long, value_name = "ISS")]
    pub issuer: Option<String>,
    /// The audience that the token must be for.
    #[arg(long, value_name = "AUD")]
    pub audience: Option<String>,
    /// The subject.
    #[arg(long, value_name = "SUB")]
    pub subject: Option<String>,
    /// The challenge that you gave out: the token must carry it and no other.
    #[arg(long, value_name = "NONCE", conflicts_with = "nonce_among")]
    pub nonce: Option<String>,
    /// The challenge that you gave out, where the token may carry other parties' as well.
    #[arg(long, value_name = "NONCE")]
    pub nonce_among: Option<String>,
    /// The type in the header, such as JWT.
    #[arg(long, value_name = "TYP")]
    pub typ: Option<String>,
    /// The eat_profile.
    #[arg(long, value_name = "URI")]
    pub profile: Option<String>,
    /// Refuse a token issued longer ago than this: 1d, 12h, 30m, or seconds.
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub max_age: Option<u64>,
    /// Refuse a token that lives longer than this.
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub max_lifetime: Option<u64>,
    /// Seconds by which clocks may differ.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, hide_default_value = true)]
    pub leeway: u32,
    /// Accept a token that does not say when it expires.
    #[arg(long)]
    pub allow_no_expiry: bool,
    /// A claim that must be there. May be given several times.
    #[arg(long, value_name = "NAME")]
    pub require: Vec<String>,
    /// Whose claims they are: auto, none (do not read what they attest), or a dialect such as ear.
    #[arg(long, value_name = "NAME", default_value = "auto", hide_default_value = true)]
    pub dialect: String,
    /// What must be attested, such as tdx, sgx or snp.
    #[arg(long, value_name = "TEE")]
    pub tee: Option<String>,
    /// Refuse what does not say that it cannot be debugged.
    #[arg(long)]
    pub forbid_debug: bool,
    /// The worst verdict to accept: affirming, none or warning.
    #[arg(long, value_name = "TIER")]
    pub worst_status: Option<String>,
    /// A part that must be attested, such as cpu0. May be given several times.
    #[arg(long, value_name = "NAME")]
    pub submodule: Vec<String>,
    /// The policy that must have been applied, and met.
    #[arg(long, value_name = "ID")]
    pub policy_id: Option<String>,
    /// The hash of that policy's text.
    #[arg(long, value_name = "HEX")]
    pub policy_hash: Option<String>,
    /// A measurement and its value, such as mr_td=HEX. May be given several times: for one name, each value
    /// is good.
    #[arg(long, value_name = "NAME=VALUE", value_parser = measurement)]
    pub measurement: Vec<(String, String)>,
    /// Verify as of this time: RFC 3339 or Unix seconds. Default: now.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Time>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Leave out the single checks.
    #[arg(long, short)]
    pub quiet: bool,
    /// Which cryptography to use.
    #[arg(long, value_name = "aws-lc|rustcrypto", default_value = "aws-lc", hide = true)]
    pub crypto: CryptoName,
}

/// `policy`
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Write a policy that accepts a boot like this one, from evidence that is authentic.
    #[command(after_help = "\
Takes the options of `verify tpm`; an event log is needed, an IMA list is learned too. What changes from
boot to boot by itself is left out. Read the document before you use it: it accepts what it saw.

Examples:
  veriquote policy learn --quote quote.msg --signature quote.sig --ak ak.pub --nonce 00ff… \\
      --pcrs quote.pcrs --event-log binary_bios_measurements --ima-log binary_runtime_measurements \\
      > policy.json
  veriquote verify tpm … --policy policy.json")]
    Learn {
        /// The policy's name.
        #[arg(long, default_value = "learned")]
        name: String,
        /// The evidence.
        #[command(flatten)]
        tpm: Box<Tpm>,
    },
}

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
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Leave out the single checks.
    #[arg(long, short)]
    pub quiet: bool,
    /// Which cryptography to use.
    #[arg(long, value_name = "aws-lc|rustcrypto", default_value = "aws-lc", hide = true)]
    pub crypto: CryptoName,
}

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

/// `verify dcap`
#[derive(Debug, Args)]
#[command(after_help = "\
Without --policy the strict policy applies: TCB status UpToDate only, no debug, no reserved bits.

Examples:
  veriquote verify dcap --quote quote.bin --collateral collateral.json
  veriquote verify dcap --quote quote.bin --collateral collateral.json --at 2026-01-15T00:00:00Z
  veriquote verify dcap --quote quote.bin --collateral collateral.json --report-data 00ff…
  veriquote verify dcap --quote quote.bin --collateral collateral.json \\
      --accept-tcb UpToDate,SWHardeningNeeded --max-collateral-age 7d
  veriquote verify dcap --quote quote.bin --collateral collateral.json --event-log CCEL

  Two horizons: the first collateral decides, the others tell what is coming. Intel's list of TCB
  recoveries (…/tdx/certification/v4/tcbevaluationdatanumbers) names those that you did not fetch.
  veriquote verify dcap --quote quote.bin --collateral standard.json --collateral early.json \\
      --evaluation-numbers numbers.json

  A report of Intel's quote verification enclave on the same quote (fetch its identity with --qve).
  Its MAC can only be checked on the platform that made it: what it says stays a claim.
  veriquote verify dcap --quote quote.bin --collateral collateral.json --qve-report report.bin \\
      --qve-nonce 00112233445566778899aabbccddeeff --qve-check-date 1768435200 --qve-result 0

  Batch: a folder of quotes (or of folders with quote.bin and collateral.json), or JSON lines
  {\"id\": …, \"quote\": hex or base64, \"collateral\": path or object, \"at\": time}.
  veriquote verify dcap --batch quotes/ --collateral collateral.json --json > results.jsonl")]
pub struct Dcap {
    /// The quote; `-` for standard input.
    #[arg(long, value_name = "FILE", required_unless_present = "batch", conflicts_with = "batch")]
    pub quote: Option<PathBuf>,
    /// A folder of quotes, or a file of JSON lines: verify them all, on all cores.
    #[arg(long, value_name = "DIR|FILE.jsonl", conflicts_with_all = ["event_log", "pck_chain"])]
    pub batch: Option<PathBuf>,
    /// Collateral. Given several times: the first decides, the others show what is coming (in a batch:
    /// each quote takes the first whose TEE and FMSPC are its own).
    #[arg(long, value_name = "FILE")]
    pub collateral: Vec<PathBuf>,
    /// PCK certificate chain (PEM), for quotes that do not carry it (certification data 1 to 4).
    #[arg(long, value_name = "FILE")]
    pub pck_chain: Option<PathBuf>,
    /// Verify as of this time: RFC 3339 or Unix seconds. Default: now.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Time>,
    /// Trust this root instead of Intel's. May be given several times.
    #[arg(long, value_name = "PEM")]
    pub root: Vec<PathBuf>,
    /// Policy document (JSON).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["crypto_only", "accept_tcb"])]
    pub policy: Option<PathBuf>,
    /// The report data that must be in the report: all 64 bytes.
    #[arg(long, value_name = "HEX")]
    pub report_data: Option<String>,
    /// TCB statuses to accept, in Intel's spelling. Default: UpToDate.
    #[arg(long, value_name = "A,B", value_delimiter = ',', conflicts_with = "crypto_only")]
    pub accept_tcb: Vec<String>,
    /// `strict`, or `intel`: the verdict of Intel's own library.
    #[arg(
        long,
        value_name = "strict|intel",
        default_value = "strict",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub profile: ProfileName,
    /// Accept whatever is authentic: no appraisal. The result says so.
    #[arg(long)]
    pub crypto_only: bool,
    /// Event log (CCEL table data or TCG2 log) to replay into the report's RTMRs.
    #[arg(long, value_name = "FILE")]
    pub event_log: Option<PathBuf>,
    /// Refuse collateral older than this: 7d, 12h, 30m, or seconds.
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub max_collateral_age: Option<u64>,
    /// Also say when the verdict will change, and to what. Implied by several --collateral.
    #[arg(long, conflicts_with = "batch")]
    pub outlook: bool,
    /// Intel's signed list of TCB evaluation data numbers: names the recoveries that are coming.
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    pub evaluation_numbers: Option<PathBuf>,
    /// Report of a quote verification enclave (QvE) on this quote: 432 or 384 bytes. Its MAC is not checked.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "batch",
        requires_all = ["qve_nonce", "qve_check_date", "qve_result"]
    )]
    pub qve_report: Option<PathBuf>,
    /// The nonce that the QvE was given: 16 bytes.
    #[arg(long, value_name = "HEX", requires = "qve_report")]
    pub qve_nonce: Option<String>,
    /// The time that the QvE was given to check for expiry.
    #[arg(long, value_name = "TIME", requires = "qve_report")]
    pub qve_check_date: Option<Time>,
    /// The QvE's verdict (sgx_ql_qv_result_t), such as 0 or 0xA002.
    #[arg(long, value_name = "NUMBER", requires = "qve_report", value_parser = number)]
    pub qve_result: Option<u32>,
    /// The QvE's collateral expiration status.
    #[arg(long, value_name = "NUMBER", requires = "qve_report", value_parser = number, default_value = "0")]
    pub qve_expiration_status: u32,
    /// The supplemental data that the QvE gave.
    #[arg(long, value_name = "FILE", requires = "qve_report")]
    pub qve_supplemental: Option<PathBuf>,
    /// The least ISV SVN of the QvE, beside the levels of its signed identity.
    #[arg(long, value_name = "SVN", requires = "qve_report", default_value_t = 0)]
    pub qve_minimum_svn: u16,
    /// Print JSON; in a batch one object per line.
    #[arg(long)]
    pub json: bool,
    /// Leave out the single checks.
    #[arg(long, short)]
    pub quiet: bool,
    /// Which cryptography to use.
    #[arg(long, value_name = "aws-lc|rustcrypto", default_value = "aws-lc", hide = true)]
    pub crypto: CryptoName,
    /// Worker threads of a batch. Default: one per core.
    #[arg(long, value_name = "N", requires = "batch", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// Names of conformance profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    /// Also the rules that Intel's library leaves out.
    Strict,
    /// The verdict of Intel's library.
    Intel,
}

/// Names of cryptography providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CryptoName {
    /// AWS-LC.
    AwsLc,
    /// RustCrypto.
    Rustcrypto,
}

/// `collateral`
#[derive(Debug, Subcommand)]
pub enum Collateral {
    /// Show what is in a collateral file and when each part goes stale, without trusting it.
    #[command(after_help = "\
Examples:
  veriquote collateral show collateral.json
  veriquote collateral show collateral.json --json | jq .expiries")]
    Show {
        /// The collateral file.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fetch the collateral of a quote's platform from Intel's service or a caching one.
    Fetch(Fetch),
}

/// `collateral fetch`
#[derive(Debug, Args)]
#[command(after_help = "\
All that is fetched is signed by Intel and is verified when it is used, so any mirror will do. For a
quote without its PCK certificate chain (certification data 1 to 4) the chain is fetched as well: 1 to 3
need the caching service of the quote's platform.

Examples:
  veriquote collateral fetch --quote quote.bin -o collateral.json
  veriquote collateral fetch --quote quote.bin --pccs https://pccs.example:8081 -o collateral.json
  veriquote collateral fetch --quote quote.bin --pccs https://localhost:8081 --tls-ca pccs.crt -o c.json
  veriquote collateral fetch --quote quote.bin --evaluation early -o early.json
  veriquote collateral fetch --tee tdx --fmspc 00806f050000 --ca platform -o collateral.json")]
pub struct Fetch {
    /// The quote whose platform is meant.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "fmspc",
        conflicts_with_all = ["fmspc", "tee", "ca"]
    )]
    pub quote: Option<PathBuf>,
    /// The platform family, instead of a quote.
    #[arg(long, value_name = "HEX", value_parser = fmspc, requires_all = ["tee", "ca"])]
    pub fmspc: Option<Fmspc>,
    /// sgx or tdx, with --fmspc.
    #[arg(long, requires = "fmspc", hide_possible_values = true, value_name = "sgx|tdx")]
    pub tee: Option<Tee>,
    /// Who issued the PCK certificate, with --fmspc.
    #[arg(long, requires = "fmspc", hide_possible_values = true, value_name = "platform|processor")]
    pub ca: Option<Ca>,
    /// The service: its address, with or without /sgx/certification/v4.
    #[arg(long, value_name = "URL", default_value = "https://api.trustedservices.intel.com")]
    pub pccs: String,
    /// Version of the service's API. Default: as the address says, or v4.
    #[arg(long, value_name = "v3|v4", hide_possible_values = true)]
    pub api: Option<Api>,
    /// Where to write the collateral; `-` for standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Which TCB evaluation: early, standard, or its number.
    #[arg(long, value_name = "early|standard|N")]
    pub evaluation: Option<Evaluation>,
    /// Also fetch the identity of the quote verification enclave.
    #[arg(long)]
    pub qve: bool,
    /// Where to get the root's revocation list, instead of the service's or Intel's address.
    #[arg(long, value_name = "URL")]
    pub root_crl_url: Option<String>,
    /// Attempts after the first one.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub retries: u32,
    /// Longest time for one request, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Pause before the first retry, in milliseconds; doubles each time.
    #[arg(long, value_name = "MS", default_value_t = 500, hide = true)]
    pub retry_pause: u64,
    /// Trust these certificates (PEM) for https instead of the system's.
    #[arg(long, value_name = "PEM")]
    pub tls_ca: Option<PathBuf>,
    /// Accept any certificate for https. What is fetched is signed by Intel all the same, but who
    /// listens learns which platform you ask for.
    #[arg(long, conflicts_with = "tls_ca")]
    pub danger_accept_any_tls_certificate: bool,
}

/// `binding`
#[derive(Debug, Subcommand)]
pub enum Binding {
    /// Tell which convention binds the data, and which common mistake almost does.
    #[command(after_help = "\
Exit code: 0 a mode binds the data · 1 none does, whatever mistake explains it.

Examples:
  veriquote binding detect --report-data 00ff… --data nonce.bin
  veriquote binding detect --report-data 00ff… --data runtime.json --json
  veriquote binding detect --report-data 00ff… --data held.bin --nonce-value val.bin --nonce-iat iat.bin")]
    Detect(Detect),
    /// Compute the report data of a mode.
    #[command(after_help = "\
Modes: raw-exact raw-pad64 sha256-first32 sha384-pad64 sha384-jcs-pad64 sha512 ita-sha512
       ita-sha256-first32 x509-der-sha256 tpm-extradata; docs/bindings.md says what each does.

Examples:
  veriquote binding compute --mode sha384-jcs-pad64 --data runtime.json
  printf nonce | veriquote binding compute --mode raw-pad64 --data -")]
    Compute(Compute),
}

/// `binding detect`
#[derive(Debug, Args)]
pub struct Detect {
    /// The report data, in hex.
    #[arg(long, value_name = "HEX")]
    pub report_data: String,
    /// The data.
    #[command(flatten)]
    pub bound: BoundData,
}

/// `binding compute`
#[derive(Debug, Args)]
pub struct Compute {
    /// The mode.
    #[arg(long, value_name = "MODE")]
    pub mode: String,
    /// The data.
    #[command(flatten)]
    pub bound: BoundData,
}

/// Data that report data bind. They are taken as the bytes that the file holds: nothing is decoded.
#[derive(Debug, Args)]
pub struct BoundData {
    /// The data, byte for byte; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// `val` of a verifier's nonce, decoded.
    #[arg(long, value_name = "FILE", requires = "nonce_iat")]
    pub nonce_value: Option<PathBuf>,
    /// `iat` of a verifier's nonce, decoded.
    #[arg(long, value_name = "FILE", requires = "nonce_value")]
    pub nonce_iat: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

fn fmspc(text: &str) -> Result<Fmspc, String> {
    veriquote::Bytes::from_hex(text).map(Fmspc).ok_or_else(|| "expected 12 hex digits".to_owned())
}

fn number(text: &str) -> Result<u32, String> {
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| "expected a number such as 0 or 0xA002".to_owned())
}

fn measurement(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("expected NAME=VALUE, such as mr_td=HEX".to_owned()),
    }
}

fn age(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix(['d', 'h', 'm', 's']) {
        Some(number) => (number, text.get(number.len()..).unwrap_or_default()),
        None => (text, "s"),
    };
    let seconds = match unit {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        _ => 1,
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(seconds))
        .filter(|age| *age > 0)
        .ok_or_else(|| "expected an age such as 7d, 12h, 30m or 3600".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn ages() {
        for (text, seconds) in [("7d", 604_800), ("12h", 43_200), ("30m", 1_800), ("5s", 5), ("5", 5)] {
            assert_eq!(age(text), Ok(seconds));
        }
        for text in ["", "d", "0", "0d", "-1d", "1w", "1.5h", "99999999999999999d"] {
            assert!(age(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_subcommand_has_examples() {
        fn walk(command: &clap::Command, path: &str) {
            for sub in command.get_subcommands() {
                let path = format!("{path} {}", sub.get_name());
                if sub.has_subcommands() {
                    walk(sub, &path);
                } else {
                    let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
                    assert!(help.contains("Examples:\n"), "{path} has no examples");
                }
            }
        }
        walk(&Cli::command(), "veriquote");
    }
}

/// `attest`
#[derive(Debug, Args)]
#[command(after_help = "\
The token is written as it came. Who relies on it verifies it (`veriquote verify token`), with the
issuer's keys from the issuer's own address.

Exit code: 0 there is a token · 1 the evidence is not authentic · 3 a policy rejects it · 2 wrong usage,
or no answer

Examples:
  veriquote attest --server https://attest.example.com --quote quote.bin -o token.jwt
  veriquote attest --server https://attest.example.com --quote quote.bin --event-log CCEL \\
      --data nonce.bin --binding raw-pad64 --policy-id prod-tdx")]
pub struct Attest {
    /// The service's address.
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// The quote.
    #[arg(long, value_name = "FILE")]
    pub quote: PathBuf,
    /// sgx or tdx. Default: as the quote says.
    #[arg(long, hide_possible_values = true, value_name = "sgx|tdx")]
    pub tee: Option<Tee>,
    /// The event log (CCEL) of the trust domain.
    #[arg(long, value_name = "FILE")]
    pub event_log: Option<PathBuf>,
    /// Collateral for services that have none of their own.
    #[arg(long, value_name = "FILE")]
    pub collateral: Option<PathBuf>,
    /// A policy of the service that must accept. May be given several times.
    #[arg(long, value_name = "ID")]
    pub policy_id: Vec<String>,
    /// The data that the report binds.
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// How they are bound; `veriquote binding compute --help` lists the modes.
    #[arg(long, value_name = "MODE", requires = "data")]
    pub binding: Option<String>,
    /// Where to write the token; `-` for standard output.
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// Also save the service's keys: only as good as this connection is.
    #[arg(long, value_name = "FILE")]
    pub save_jwks: Option<PathBuf>,
    /// Longest time for one request, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Trust these certificates (PEM) for https instead of the system's.
    #[arg(long, value_name = "PEM")]
    pub tls_ca: Option<PathBuf>,
}

/// `serve`
#[cfg(feature = "serve")]
#[derive(Debug, Args)]
#[command(after_help = "\
The configuration is a TOML file; VERIQUOTE_SERVER_… of the environment replaces its values, and
flags replace both. The passphrase of the issuer's keys is VERIQUOTE_KEY_PASSPHRASE, or the file that
keys.passphrase_file names.

Examples:
  veriquote serve --check --config server.toml
  veriquote serve --config server.toml --issuer https://attest.example.com
  VERIQUOTE_SERVER_TOKEN__ALGORITHM=ES256 veriquote serve --listen 127.0.0.1:8080")]
pub struct Serve {
    /// Configuration (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<std::net::SocketAddr>,
    /// Folder of keys and database.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// `iss` of every token: the address under which relying parties reach the service.
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    /// Say what is wrong with the configuration, and end.
    #[arg(long)]
    pub check: bool,
    /// Start with another time than the system's: for demonstrations with forged evidence, on this machine
    /// only.
    #[arg(long, value_name = "TIME")]
    pub danger_time: Option<Time>,
}

/// `keygen`
#[cfg(feature = "serve")]
#[derive(Debug, Args)]
#[command(after_help = "\
The key is sealed with the passphrase of the service, and read by it without a restart. Publish a key
at least a day before it signs, so that every relying party knows it by then.

Examples:
  veriquote keygen --config server.toml
  veriquote keygen --config server.toml --activate-in 86400
  veriquote keygen --config server.toml --revoke NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
pub struct Keygen {
    /// The service's configuration (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of keys and database.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Algorithm instead of the configured one: RS256, PS256, ES256 or ES384.
    #[arg(long, value_name = "ALG")]
    pub algorithm: Option<String>,
    /// Seconds from now until the key signs.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub activate_in: u32,
    /// Withdraw the key of this id instead of making one. Tokens that it signed are refused from then on.
    #[arg(long, value_name = "KID")]
    pub revoke: Option<String>,
}

/// `audit`.
#[cfg(feature = "serve")]
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Whether the chain of a log holds. Exit code 1: it does not.
    #[command(after_help = "\
Examples:
  veriquote audit verify /var/lib/veriquote/audit.jsonl
  veriquote audit verify audit.jsonl --head \"$(cat head-of-yesterday)\" --json")]
    Verify {
        /// The log. Files of it that were closed lie beside it and are read first.
        file: PathBuf,
        /// A hash that was noted from this log before, such as by `/readyz`: it must be in the chain.
        #[arg(long, value_name = "HEX")]
        head: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

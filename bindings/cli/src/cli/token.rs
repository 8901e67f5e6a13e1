//! The flags of `verify token`.

use std::path::PathBuf;

use clap::Args;
use veriquote_facade::Time;

use super::output::Output;
use super::values::age;

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
    #[arg(long, value_name = "NONCE", conflicts_with = "nonce_among", allow_hyphen_values = true)]
    pub nonce: Option<String>,
    /// The challenge that you gave out, where the token may carry other parties' as well.
    #[arg(long, value_name = "NONCE", allow_hyphen_values = true)]
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
    /// What is told of it.
    #[command(flatten)]
    pub output: Output,
}

fn measurement(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("expected NAME=VALUE, such as mr_td=HEX".to_owned()),
    }
}

//! The flags of `verify dcap`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use veriquote_facade::Time;

use super::output::Output;
use super::values::age;

/// `verify dcap`
#[derive(Debug, Args)]
#[command(mut_arg("json", |json| json.help("Print JSON; in a batch one object per line")), after_help = "\
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
    /// What is told of it.
    #[command(flatten)]
    pub output: Output,
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

fn number(text: &str) -> Result<u32, String> {
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| "expected a number such as 0 or 0xA002".to_owned())
}

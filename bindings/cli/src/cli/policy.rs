//! The flags of `policy`.

use clap::Subcommand;

use super::tpm::Tpm;

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

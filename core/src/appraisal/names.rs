//! What the fields of Intel's reports are called, by us and by others.

use alloc::borrow::Cow;
use alloc::string::String;

/// How a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Bytes in hex, this many.
    Bytes(usize),
    /// A 16-bit number: hex of its two little-endian bytes in the dotted names, a JSON number in others.
    U16,
}

/// One field and its names.
pub(crate) struct Field {
    /// Ours, as the specification has it.
    pub name: &'static str,
    /// The documented service's and Trustee's, below `tdx.quote` or `sgx`.
    pub dotted: &'static str,
    /// Intel Trust Authority's and the EAR drafts'.
    pub plain: &'static str,
    /// How it is written.
    pub form: Form,
}

const fn bytes(name: &'static str, dotted: &'static str, plain: &'static str, len: usize) -> Field {
    Field { name, dotted, plain, form: Form::Bytes(len) }
}

const fn number(name: &'static str, dotted: &'static str, plain: &'static str) -> Field {
    Field { name, dotted, plain, form: Form::U16 }
}

/// Fields of a quote on a trust domain.
pub(crate) const TDX: &[Field] = &[
    bytes("mr_td", "tdx.quote.body.mr_td", "tdx_mrtd", 48),
    bytes("rtmr0", "tdx.quote.body.rtmr_0", "tdx_rtmr0", 48),
    bytes("rtmr1", "tdx.quote.body.rtmr_1", "tdx_rtmr1", 48),
    bytes("rtmr2", "tdx.quote.body.rtmr_2", "tdx_rtmr2", 48),
    bytes("rtmr3", "tdx.quote.body.rtmr_3", "tdx_rtmr3", 48),
    bytes("mr_config_id", "tdx.quote.body.mr_config_id", "tdx_mrconfigid", 48),
    bytes("mr_owner", "tdx.quote.body.mr_owner", "tdx_mrowner", 48),
    bytes("mr_owner_config", "tdx.quote.body.mr_owner_config", "tdx_mrownerconfig", 48),
    bytes("mr_seam", "tdx.quote.body.mr_seam", "tdx_mrseam", 48),
    bytes("mr_signer_seam", "tdx.quote.body.mrsigner_seam", "tdx_mrsignerseam", 48),
    bytes("mr_service_td", "tdx.quote.body.mr_servicetd", "tdx_mrservicetd", 48),
    bytes("seam_attributes", "tdx.quote.body.seam_attributes", "tdx_seam_attributes", 8),
    bytes("td_attributes", "tdx.quote.body.td_attributes", "tdx_td_attributes", 8),
    bytes("xfam", "tdx.quote.body.xfam", "tdx_xfam", 8),
    bytes("tee_tcb_svn", "tdx.quote.body.tcb_svn", "tdx_tee_tcb_svn", 16),
    bytes("tee_tcb_svn2", "tdx.quote.body.tee_tcb_svn2", "tdx_tee_tcb_svn2", 16),
    bytes("quote.version", "tdx.quote.header.version", "tdx_quote_version", 2),
    bytes("quote.att_key_type", "tdx.quote.header.att_key_type", "tdx_quote_att_key_type", 2),
    bytes("quote.tee_type", "tdx.quote.header.tee_type", "tdx_quote_tee_type", 4),
    bytes("quote.reserved", "tdx.quote.header.reserved", "tdx_quote_reserved", 4),
    bytes("quote.vendor_id", "tdx.quote.header.vendor_id", "tdx_quote_vendor_id", 16),
    bytes("quote.user_data", "tdx.quote.header.user_data", "tdx_quote_user_data", 20),
    bytes("quote.type", "tdx.quote.type", "tdx_quote_type", 2),
    bytes("quote.size", "tdx.quote.size", "tdx_quote_size", 4),
];

/// Fields of a quote on an enclave.
pub(crate) const SGX: &[Field] = &[
    bytes("mr_enclave", "sgx.body.mr_enclave", "sgx_mrenclave", 32),
    bytes("mr_signer", "sgx.body.mr_signer", "sgx_mrsigner", 32),
    number("isv_prod_id", "sgx.body.isv_prod_id", "sgx_isvprodid"),
    number("isv_svn", "sgx.body.isv_svn", "sgx_isvsvn"),
    bytes("attributes.flags", "sgx.body.attributes.flags", "sgx_attributes_flags", 8),
    bytes("attributes.xfrm", "sgx.body.attributes.xfrm", "sgx_attributes_xfrm", 8),
    bytes("misc_select", "sgx.body.misc_select", "sgx_misc_select", 4),
    bytes("cpu_svn", "sgx.body.cpu_svn", "sgx_cpu_svn", 16),
    bytes("config_id", "sgx.body.config_id", "sgx_config_id", 64),
    number("config_svn", "sgx.body.config_svn", "sgx_config_svn"),
    bytes("isv_ext_prod_id", "sgx.body.isv_ext_prod_id", "sgx_isv_ext_prod_id", 16),
    bytes("isv_family_id", "sgx.body.isv_family_id", "sgx_isv_family_id", 16),
    bytes("quote.version", "sgx.header.version", "sgx_quote_version", 2),
    bytes("quote.att_key_type", "sgx.header.att_key_type", "sgx_quote_att_key_type", 2),
    bytes("quote.vendor_id", "sgx.header.vendor_id", "sgx_quote_vendor_id", 16),
    bytes("quote.user_data", "sgx.header.user_data", "sgx_quote_user_data", 20),
];

/// Bits of TD ATTRIBUTES that services also state as flags: the bit, and the flag's last word.
pub(crate) const TD_FLAGS: &[(u32, &str)] =
    &[(0, "debug"), (31, "key_locker"), (63, "perfmon"), (30, "protection_keys"), (28, "septve_disable")];

/// Where the flags stand in the dotted names.
pub(crate) const TD_FLAGS_DOTTED: &str = "tdx.td_attributes.";

/// Where the flags stand in the plain names.
pub(crate) const TD_FLAGS_PLAIN: &str = "tdx_td_attributes_";

/// Statuses as services write them, and in Intel's spelling.
pub(crate) fn tcb_status(text: &str) -> &str {
    match text {
        "UP_TO_DATE" => "UpToDate",
        "OUT_OF_DATE" => "OutOfDate",
        "SW_HARDENING_NEEDED" => "SWHardeningNeeded",
        "CONFIGURATION_NEEDED" => "ConfigurationNeeded",
        "CONFIGURATION_AND_SW_HARDENING_NEEDED" => "ConfigurationAndSWHardeningNeeded",
        "OUT_OF_DATE_CONFIGURATION_NEEDED" => "OutOfDateConfigurationNeeded",
        "REVOKED" => "Revoked",
        other => other,
    }
}

/// How a value of a TPM is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TpmForm {
    /// Hex.
    Bytes,
    /// A number of 32 bits.
    Number,
    /// Yes or no.
    Flag,
    /// Words.
    Text,
}

/// What is known of a TPM and its key, beside its registers. The dotted names have `tpm.` before ours, the
/// plain ones `tpm_` and underscores.
const TPM: [(&str, TpmForm); 7] = [
    ("ak.name", TpmForm::Bytes),
    ("ak.route", TpmForm::Text),
    ("clock.resets", TpmForm::Number),
    ("clock.restarts", TpmForm::Number),
    ("clock.safe", TpmForm::Flag),
    ("firmware_version", TpmForm::Bytes),
    ("signature_scheme", TpmForm::Text),
];

/// Banks of registers.
const TPM_BANKS: [&str; 5] = ["sha1", "sha256", "sha384", "sha512", "sm3_256"];

/// Registers of a PC's TPM.
const TPM_REGISTERS: u8 = 24;

/// Everything of a TPM: our names with their forms; registers are `pcr.sha256.7`.
pub(crate) fn tpm() -> impl Iterator<Item = (Cow<'static, str>, TpmForm)> {
    let register = |bank: &'static str| (0..TPM_REGISTERS).map(move |index| (bank, index));
    let registers = TPM_BANKS.into_iter().flat_map(register);
    let registers = registers.map(|(bank, index)| (Cow::Owned(register_name(bank, index)), TpmForm::Bytes));
    TPM.into_iter().map(|(name, form)| (Cow::Borrowed(name), form)).chain(registers)
}

/// Our name of a register.
pub(crate) fn register_name(bank: &str, index: u8) -> String {
    alloc::format!("pcr.{bank}.{index}")
}

/// The dotted name of a TPM's value.
pub(crate) fn tpm_dotted(name: &str) -> String {
    alloc::format!("tpm.{name}")
}

/// The plain name of a TPM's value.
pub(crate) fn tpm_plain(name: &str) -> String {
    alloc::format!("tpm_{}", name.replace('.', "_"))
}

//! Appraisal: spec §2.7, docs/policy.md.

use crate::case::{Case, Draft, case};
use veriquote::Code;
use veriquote_forge::{Forge, hex};

const RULE: &str = "§2.7";

fn one(name: &str, base: &'static str, note: &str) -> Draft {
    case(&format!("policy/{name}"), base, RULE, note)
}

pub(super) fn cases() -> Vec<Case> {
    [sgx(), tdx(), tcb(), platform(), report(), documents()].concat()
}

fn sgx() -> Vec<Case> {
    let flag = |f: &mut Forge, clear: u8, set: u8| {
        let flags = &mut f.quote.body.sgx().attributes[0];
        *flags = *flags & !clear | set;
    };
    vec![
        one("sgx-debug", "sgx3", "a debug enclave").source("taiko-mono #21824")
            .forge(|f| flag(f, 0, 0x02))
            .rejected(&["sgx.debug"]),
        one("sgx-debug-crypto-only", "sgx3", "a debug enclave is authentic")
            .crypto_only()
            .forge(|f| flag(f, 0, 0x02))
            .accepted(),
        one("sgx-debug-allowed", "sgx3", "a debug enclave, allowed")
            .policy(r#"{"sgx":{"debug":"allow"}}"#)
            .forge(|f| flag(f, 0, 0x02))
            .accepted(),
        one("sgx-provision-key", "sgx3", "an enclave that may use the provisioning key")
            .forge(|f| flag(f, 0, 0x10))
            .rejected(&["sgx.provision_key"]),
        one("sgx-launch-token-key", "sgx3", "an enclave that may use the launch token key")
            .forge(|f| flag(f, 0, 0x20))
            .rejected(&["sgx.einittoken_key"]),
        one("sgx-no-init", "sgx3", "an enclave that was not initialised").source("Gramine #100")
            .forge(|f| flag(f, 0x01, 0))
            .rejected(&["sgx.init"]),
        one("sgx-32-bit", "sgx3", "an enclave of 32 bit").source("Gramine #100")
            .forge(|f| flag(f, 0x04, 0))
            .rejected(&["sgx.mode64"]),
        one("sgx-two-findings", "sgx3", "every rule is evaluated")
            .forge(|f| flag(f, 0x04, 0x02))
            .rejected(&["sgx.debug", "sgx.mode64"]),
        one("sgx-flags-masked", "sgx3", "attributes with a mask")
            .policy(r#"{"sgx":{"attributes":{"value":"05000000000000000000000000000000","mask":"ffffffffffffffff0000000000000000"}}}"#)
            .accepted(),
        one("sgx-flags-masked-other", "sgx3", "attributes with a mask, not met")
            .policy(r#"{"sgx":{"attributes":{"value":"07000000000000000000000000000000","mask":"ffffffffffffffff0000000000000000"}}}"#)
            .rejected(&["sgx.attributes"]),
    ]
}

fn tdx() -> Vec<Case> {
    let td = |f: &mut Forge, clear: u64, set: u64| {
        let bits = &mut f.quote.body.td().td_attributes;
        *bits = (u64::from_le_bytes(*bits) & !clear | set).to_le_bytes();
    };
    let bit = |name: &str, bit: u32, note: &str| {
        one(&format!("tdx-{name}"), "tdx4", note).forge(|f| td(f, 0, 1 << bit))
    };
    let mut all = vec![
        bit("debug", 0, "a debug TD").rejected(&["tdx.debug"]),
        bit("debug-crypto-only", 0, "a debug TD is authentic").crypto_only().accepted(),
        bit("profiling-4", 4, "a profiling bit").rejected(&["tdx.profiling"]),
        bit("profiling-6", 6, "a profiling bit").rejected(&["tdx.profiling"]),
        bit("reserved-1", 1, "a reserved bit").rejected(&["tdx.reserved_attributes"]),
        bit("reserved-61", 61, "a reserved bit").rejected(&["tdx.reserved_attributes"]),
        bit("migratable", 29, "a TD that may move").rejected(&["tdx.migratable"]),
        bit("key-locker", 31, "key locker").rejected(&["tdx.key_locker"]),
        bit("protection-keys", 30, "supervisor protection keys are fine").accepted(),
        bit("performance-monitoring", 63, "performance monitoring is fine")
            .source("dcap-qvl before 0.5.2")
            .accepted(),
        bit("address-separation", 27, "linear address separation is fine").accepted(),
        one("tdx-no-sept", "tdx4", "without SEPT_VE_DISABLE")
            .forge(|f| td(f, 1 << 28, 0))
            .rejected(&["tdx.sept_ve_disable"]),
        one("tdx-no-sept-allowed", "tdx4", "without SEPT_VE_DISABLE, allowed")
            .policy(r#"{"tdx":{"sept_ve_disable":"allow"}}"#)
            .forge(|f| td(f, 1 << 28, 0))
            .accepted(),
        one("tdx-service-td", "tdx5-15", "a service TD")
            .forge(|f| f.quote.body.td().mr_service_td[47] = 1)
            .rejected(&["tdx.service_td"]),
        one("tdx-service-td-allowed", "tdx5-15", "a service TD, allowed")
            .policy(r#"{"tdx":{"service_td":"allow"}}"#)
            .forge(|f| f.quote.body.td().mr_service_td[47] = 1)
            .accepted(),
        one("tdx-require", "tdx4", "a stance that requires")
            .policy(r#"{"tdx":{"protection_keys":"require"}}"#)
            .rejected(&["tdx.protection_keys"]),
        one("tdx-mr-service-td-absent", "tdx4", "a service TD is asked for that this report cannot name")
            .policy(&format!(r#"{{"tdx":{{"service_td":"allow","mr_service_td":"{}"}}}}"#, hex(&[0; 48])))
            .rejected(&["tdx.mr_service_td"]),
    ];
    for (name, byte) in [
        ("mr_td", 0xd1),
        ("mr_seam", 0x5e),
        ("mr_config_id", 0),
        ("mr_owner", 0),
        ("mr_owner_config", 0),
        ("rtmr0", 0xa0),
        ("rtmr1", 0xa1),
        ("rtmr2", 0xa2),
        ("rtmr3", 0xa3),
    ] {
        let ask =
            |byte: u8| format!(r#"{{"tdx":{{"{name}":["{}","{}"]}}}}"#, hex(&[0xee; 48]), hex(&[byte; 48]));
        all.push(one(&format!("tdx-{name}"), "tdx4", "a reference value").policy(&ask(byte)).accepted());
        all.push(
            one(&format!("tdx-{name}-other"), "tdx4", "a reference value that is not found")
                .policy(&ask(byte ^ 1))
                .rejected(&[&format!("tdx.{name}")]),
        );
    }
    all
}

fn tcb() -> Vec<Case> {
    let old = |f: &mut Forge| f.sgx_extension().tcb.components[0] = 2;
    vec![
        one("tcb-accept", "sgx3", "OutOfDate, accepted")
            .policy(r#"{"tcb":{"accept":["UpToDate","OutOfDate"]}}"#)
            .forge(old)
            .status("OutOfDate", &["INTEL-SA-90002"]),
        one("tcb-tolerated", "sgx3", "an advisory that is tolerated")
            .policy(r#"{"tcb":{"accept":["OutOfDate"],"tolerated_advisories":["INTEL-SA-90002"]}}"#)
            .forge(old)
            .status("OutOfDate", &["INTEL-SA-90002"]),
        one("tcb-not-tolerated", "sgx3", "an advisory that is not tolerated")
            .policy(r#"{"tcb":{"accept":["OutOfDate"],"tolerated_advisories":["INTEL-SA-90001"]}}"#)
            .forge(old)
            .rejected(&["tcb.tolerated_advisories"]),
        one("tcb-rejected-advisory", "sgx3", "an advisory that must not apply")
            .policy(r#"{"tcb":{"accept":["OutOfDate"],"rejected_advisories":["INTEL-SA-90002"]}}"#)
            .forge(old)
            .rejected(&["tcb.rejected_advisories"]),
        one("tcb-evaluation-number", "sgx3", "an evaluation number that is high enough")
            .policy(r#"{"tcb":{"minimum_evaluation_number":18}}"#)
            .accepted(),
        one("tcb-evaluation-number-low", "sgx3", "an evaluation number that is too low")
            .policy(r#"{"tcb":{"minimum_evaluation_number":19}}"#)
            .rejected(&["tcb.minimum_evaluation_number"]),
        one("tcb-evaluation-number-of-identity", "sgx3", "the identity's evaluation number counts too")
            .policy(r#"{"tcb":{"minimum_evaluation_number":18}}"#)
            .forge(|f| f.identity.evaluation_number = 17)
            .rejected(&["tcb.minimum_evaluation_number"]),
        one("collateral-age", "sgx3", "collateral that is young enough for the policy")
            .policy(r#"{"collateral":{"maximum_age_seconds":864000}}"#)
            .accepted(),
        one("collateral-age-old", "sgx3", "collateral that is too old for the policy")
            .policy(r#"{"collateral":{"maximum_age_seconds":863999}}"#)
            .rejected(&["collateral.maximum_age_seconds"]),
        one("collateral-age-option", "sgx3", "collateral that is too old for the call")
            .maximum_age(86_400)
            .refused(Code::DcapCollateralAge, "collateral.root_ca_crl.age"),
        one("collateral-grace", "sgx3", "TCB info that is due for ten seconds, with a minute of grace")
            .policy(r#"{"collateral":{"grace_seconds":60}}"#)
            .forge(|f| f.tcb_info.next_update = f.now - 10)
            .accepted(),
        one("collateral-grace-over", "sgx3", "TCB info that is due for two minutes, with a minute of grace")
            .policy(r#"{"collateral":{"grace_seconds":60}}"#)
            .forge(|f| f.tcb_info.next_update = f.now - 120)
            .refused(Code::DcapTcbInfoStale, "collateral.tcb_info"),
    ]
}

fn platform() -> Vec<Case> {
    let ppid = hex(&Forge::sgx3().sgx_extension().ppid);
    let instance = hex(Forge::sgx3().sgx_extension().platform_instance_id.as_ref().expect("a platform's"));
    let ask = |name: &str, value: &str| format!(r#"{{"platform":{{"{name}":["{value}"]}}}}"#);
    vec![
        one("platform-ppid", "sgx3", "a known platform").policy(&ask("ppids", &ppid)).accepted(),
        one("platform-ppid-other", "sgx3", "an unknown platform")
            .source("WireTap, TEE.fail")
            .policy(&ask("ppids", &hex(&[7; 16])))
            .rejected(&["platform.ppids"]),
        one("platform-instance", "tdx4", "a known instance")
            .policy(&ask("instance_ids", &instance))
            .accepted(),
        one("platform-instance-other", "tdx4", "an unknown instance")
            .policy(&ask("instance_ids", &hex(&[7; 16])))
            .rejected(&["platform.instance_ids"]),
        one("platform-user-data-is-no-ppid", "sgx3", "the header's user data are not the PPID")
            .source("gramine-sealing-key-provider #25")
            .policy(&ask("ppids", &hex(&[7; 16])))
            .forge(|f| f.quote.user_data[..16].copy_from_slice(&[7; 16]))
            .rejected(&["platform.ppids"]),
        one("platform-family-other", "sgx3", "an unknown family")
            .policy(&ask("fmspcs", "00a06d080000"))
            .rejected(&["platform.fmspcs"]),
        one("platform-smt", "sgx3", "multithreading is on")
            .policy(r#"{"platform":{"smt":"forbid"}}"#)
            .rejected(&["platform.smt"]),
        one("platform-smt-unknown", "sgx3", "a Processor CA's certificate does not say")
            .policy(r#"{"platform":{"smt":"forbid"}}"#)
            .forge(|f| *f = f.clone().certified_by(veriquote_forge::PckCa::Processor))
            .rejected(&["platform.smt"]),
        one("platform-cached-keys", "sgx3", "Intel does not keep the keys")
            .policy(r#"{"platform":{"cached_keys":"forbid"}}"#)
            .accepted(),
    ]
}

fn report() -> Vec<Case> {
    let sgx = |rule: &str, value: &str| format!(r#"{{"sgx":{{"{rule}":{value}}}}}"#);
    let text = |bytes: &[u8]| format!("\"{}\"", hex(bytes));
    let data = |bytes: &[u8]| format!(r#"{{"report_data":"{}"}}"#, hex(bytes));
    vec![
        one("report-data", "tdx4", "the expected report data").policy(&data(&[0xda; 64])).accepted(),
        one("report-data-other", "tdx4", "other report data: a relayed quote")
            .source("CVE-2026-33697")
            .policy(&data(&[0xdb; 64]))
            .rejected(&["report_data"]),
        one("report-data-crypto-only", "tdx4", "report data are compared even then")
            .policy(&format!(r#"{{"crypto_only":true,"report_data":"{}"}}"#, hex(&[0xdb; 64])))
            .rejected(&["report_data"]),
        one("report-data-last-byte", "sgx3", "the last byte differs")
            .policy(&data(&[[0xda; 63].as_slice(), &[0xdb]].concat()))
            .rejected(&["report_data"]),
        one("mr-enclave", "sgx3", "the expected enclave")
            .policy(&sgx("mr_enclave", &text(&[0xe1; 32])))
            .accepted(),
        one("mr-enclave-other", "sgx3", "another enclave")
            .policy(&sgx("mr_enclave", &text(&[0xe2; 32])))
            .rejected(&["sgx.mr_enclave"]),
        one("mr-signer-other", "sgx3", "another signer")
            .policy(&sgx("mr_signer", &text(&[0xe2; 32])))
            .rejected(&["sgx.mr_signer"]),
        one("isv-prod-id-other", "sgx3", "another product")
            .policy(&sgx("isv_prod_id", "8"))
            .rejected(&["sgx.isv_prod_id"]),
        one("isv-svn", "sgx3", "the least version").policy(&sgx("minimum_isv_svn", "1")).accepted(),
        one("isv-svn-low", "sgx3", "an older version")
            .policy(&sgx("minimum_isv_svn", "2"))
            .rejected(&["sgx.minimum_isv_svn"]),
        one("config-id-other", "sgx3", "another configuration")
            .policy(&sgx("config_id", &text(&[1; 64])))
            .rejected(&["sgx.config_id"]),
        one("mr-enclave-of-a-td", "tdx4", "a policy that speaks of enclaves alone takes no TD")
            .policy(&sgx("mr_enclave", &text(&[0xe2; 32])))
            .rejected(&["tee"]),
    ]
}

fn documents() -> Vec<Case> {
    let bad =
        |name: &str, note: &str, policy: &str| one(&format!("document-{name}"), "sgx3", note).policy(policy);
    vec![
        bad("empty", "a policy that states nothing", "{}").refused(Code::MisusePolicyEmpty, "policy"),
        bad("name-only", "a policy that states its name", r#"{"name":"x"}"#)
            .refused(Code::MisusePolicyEmpty, "policy"),
        bad("hollow", "a policy of empty sections", r#"{"tcb":{},"sgx":{}}"#)
            .refused(Code::MisusePolicyEmpty, "policy"),
        bad("unknown", "an unknown rule", r#"{"sgx":{"mrenclave":"00"}}"#)
            .refused(Code::MisusePolicy, "policy.sgx"),
        bad("stance", "an unknown stance", r#"{"sgx":{"debug":"maybe"}}"#)
            .refused(Code::MisusePolicy, "policy.sgx.debug"),
        bad("revoked", "Revoked cannot be accepted", r#"{"tcb":{"accept":["Revoked"]}}"#)
            .refused(Code::MisusePolicy, "policy.tcb.accept"),
        bad("short", "report data of one byte", r#"{"report_data":"00"}"#)
            .refused(Code::MisusePolicy, "policy.report_data"),
        bad("duplicate", "a rule twice", r#"{"crypto_only":true,"crypto_only":false}"#)
            .refused(Code::JsonDuplicateKey, "policy"),
        bad(
            "crypto-only-and-more",
            "crypto_only beside another rule",
            r#"{"crypto_only":true,"sgx":{"debug":"forbid"}}"#,
        )
        .refused(Code::MisusePolicy, "policy.crypto_only"),
    ]
}

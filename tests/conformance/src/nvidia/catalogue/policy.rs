//! What policies say of devices.

use serde_json::{Value, json};
use veriquote::Code;

use crate::nvidia::case::{Case, Draft, case};

fn draft(name: &str, note: &str, rules: Value) -> Draft {
    case(&format!("policy/{name}"), "hopper", "nvidia.measurements", note).policy(json!({ "nvidia": rules }))
}

pub(super) fn all() -> Vec<Case> {
    let met = |name: &str, note: &str, rules: Value| draft(name, note, rules).verified(&[]);
    let unmet = |name: &str, note: &str, rule: &'static str, rules: Value| {
        draft(name, note, rules).rejected(&[rule], &[])
    };
    let wrong = |name: &str, note: &str, part: &str, rules: Value| {
        draft(name, note, rules).refused(Code::MisusePolicy, part)
    };
    vec![
        met("modes", "a mode that is listed", json!({ "modes": ["mpt", "spt"] })),
        unmet("modes-other", "a mode that is not listed", "nvidia.modes", json!({ "modes": ["ppcie"] })),
        met("architectures", "an architecture that is listed", json!({ "architectures": ["hopper"] })),
        unmet(
            "architectures-other",
            "an architecture that is not listed",
            "nvidia.architectures",
            json!({ "architectures": ["BLACKWELL"] }),
        ),
        met("gpus", "as many as there are", json!({ "gpus": 1, "switches": 0, "minimum_gpus": 1 })),
        unmet("gpus-other", "another number", "nvidia.gpus", json!({ "gpus": 8 })),
        unmet("gpus-few", "too few", "nvidia.minimum_gpus", json!({ "minimum_gpus": 2 })),
        unmet("switches-other", "another number of switches", "nvidia.switches", json!({ "switches": 4 })),
        met("drivers", "a driver that is listed", json!({ "driver_versions": ["550.90.07"] })),
        unmet(
            "drivers-other",
            "a driver that is not listed",
            "nvidia.driver_versions",
            json!({ "driver_versions": ["550.90.08"] }),
        ),
        met("minimum-driver", "a driver that is new enough", json!({ "minimum_driver_version": "550.90" })),
        unmet(
            "minimum-driver-old",
            "a driver that is too old, by number and not by letter",
            "nvidia.minimum_driver_version",
            json!({ "minimum_driver_version": "550.100" }),
        ),
        met("vbios", "a VBIOS that is listed", json!({ "vbios_versions": ["96.00.9f.00.01"] })),
        unmet(
            "vbios-other",
            "a VBIOS that is not listed",
            "nvidia.vbios_versions",
            json!({ "vbios_versions": ["96.00.9f.00.02"] }),
        ),
        unmet("serials-other", "a device that is not listed", "nvidia.serials", json!({ "serials": ["01"] })),
        wrong("unknown-rule", "a rule that there is not", "policy.nvidia", json!({ "measurement": "allow" })),
        wrong(
            "forbid",
            "nobody wants a mismatch",
            "policy.nvidia.measurements",
            json!({ "measurements": "forbid" }),
        ),
        wrong("no-mode", "a mode that there is not", "policy.nvidia.modes", json!({ "modes": ["cc"] })),
        wrong(
            "no-demand",
            "a demand that there is not",
            "policy.nvidia.revocation",
            json!({ "revocation": "all" }),
        ),
        wrong(
            "no-topology",
            "a demand that there is not",
            "policy.nvidia.topology",
            json!({ "topology": "yes" }),
        ),
        wrong(
            "no-version",
            "a version that has no numbers",
            "policy.nvidia.minimum_driver_version",
            json!({ "minimum_driver_version": "new" }),
        ),
        case(
            "policy/of-others",
            "hopper",
            "nvidia.measurements",
            "a policy that speaks of trust domains alone",
        )
        .policy(json!({ "tdx": { "debug": "allow" } }))
        .rejected(&["tee"], &[]),
        case("policy/report-data", "hopper", "nvidia.measurements", "report data, which no GPU has")
            .policy(json!({ "report_data": "00".repeat(64) }))
            .rejected(&["report_data"], &[]),
        case("policy/crypto-only", "hopper", "nvidia.measurements", "whatever is authentic")
            .device(|it| it.report.blocks[0].value = vec![1; 48])
            .edit(|it| it["options"]["crypto_only"] = json!(true))
            .verified(&[("/devices/0/measurements_match", json!(false))]),
        case("policy/both", "hopper", "nvidia.measurements", "a policy and none")
            .edit(|it| {
                it["options"]["crypto_only"] = json!(true);
                it["options"]["policy"] = json!({ "nvidia": { "gpus": 1 } });
            })
            .refused(Code::MisuseOptions, "options.policy"),
        case("policy/unknown-option", "hopper", "nvidia.measurements", "an option that there is not")
            .edit(|it| it["options"]["nonces"] = json!([]))
            .refused(Code::MisuseOptions, "options"),
    ]
}

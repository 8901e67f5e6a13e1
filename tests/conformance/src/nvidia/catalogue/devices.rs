//! Several devices (attacks C3, C4, C8 and C9).

use serde_json::json;
use veriquote::Code;
use veriquote_forge::nvidia::{NvDevice, links, switch_pdi};

use crate::nvidia::case::{Case, Draft, case};

fn draft(name: &str, rule: &'static str, note: &str) -> Draft {
    case(&format!("devices/{name}"), "ppcie", rule, note)
}

pub(super) fn all() -> Vec<Case> {
    let topology = |name: &str, note: &str| draft(name, "nvidia.topology", note);
    let broken = [("/topology", json!("broken"))];
    let rule = ["nvidia.topology"];
    let pair = |name: &str, rule, note: &str| {
        case(&format!("devices/{name}"), "hopper", rule, note)
            .forge(|it| it.devices.push(NvDevice::gpu("HOPPER", 1)))
    };
    vec![
        pair("two", "nvidia.devices.distinct", "two GPUs of one mode")
            .verified(&[("/devices/1/class", json!("gpu")), ("/mode", json!("spt"))]),
        case("devices/report-twice", "hopper", "nvidia.devices.distinct", "one report twice")
            .forge(|it| it.devices.push(it.devices[0].clone()))
            .refused(Code::NvidiaDeviceDuplicate, "device[1]"),
        pair("one-of-two-bad", "nvidia.report.signature", "one of two devices is bad")
            .forge(|it| it.devices[1].report.signature = Some(vec![1; 96]))
            .refused(Code::NvidiaReportSignature, "device[1].report.response.signature"),
        draft("one-of-twelve-bad", "nvidia.report.signature", "one GPU of eight is bad")
            .forge(|it| it.devices[5].report.signature = Some(vec![1; 96]))
            .refused(Code::NvidiaReportSignature, "device[5].report.response.signature"),
        pair("other-nonce", "nvidia.nonce", "one of two devices answers another challenge")
            .forge(|it| it.devices[1].report.nonce = [7; 32])
            .refused(Code::NvidiaNonce, "device[1].report.request.nonce"),
        pair("modes-mixed", "nvidia.devices.mode", "one GPU in single, one in multi passthrough")
            .forge(|it| it.devices[1].report.put(36, &[1, 0]))
            .refused(Code::NvidiaFeature, "device[1]"),
        pair("mode-mpt", "nvidia.devices.mode", "both in multi passthrough")
            .forge(|it| it.devices.iter_mut().for_each(|device| device.report.put(36, &[1, 0])))
            .verified(&[("/mode", json!("mpt"))]),
        pair("two-switch-nonce", "nvidia.nonce", "a challenge of their own is for switches alone")
            .edit(|it| it["options"]["switch_nonce"] = json!("11".repeat(32)))
            .verified(&[]),
        case("devices/switch-nonce", "switch", "nvidia.nonce", "the switches' own challenge")
            .forge(|it| it.nonce = [0x77; 32])
            .edit(|it| {
                it["options"]["nonce"] = json!("11".repeat(32));
                it["options"]["switch_nonce"] = json!("4e".repeat(32));
            })
            .verified(&[]),
        case(
            "devices/switch-nonce-other",
            "switch",
            "nvidia.nonce",
            "the GPUs' challenge is not the switches'",
        )
        .edit(|it| it["options"]["switch_nonce"] = json!("11".repeat(32)))
        .refused(Code::NvidiaNonce, "device[0].report.request.nonce"),
        topology("seven-gpus", "seven GPUs").forge(|it| drop(it.devices.remove(0))).rejected(&rule, &broken),
        topology("three-switches", "three switches")
            .forge(|it| drop(it.devices.pop()))
            .rejected(&rule, &broken),
        topology("gpus-alone", "eight GPUs without their switches")
            .forge(|it| it.devices.truncate(8))
            .rejected(&rule, &broken),
        topology("foreign-switch", "a switch that no GPU is linked to")
            .forge(|it| it.devices[11].report.put(22, &[9; 8]))
            .rejected(&rule, &broken),
        topology("switch-of-one-name", "two switches of one name")
            .forge(|it| it.devices[11].report.put(22, &switch_pdi(2)))
            .rejected(&rule, &broken),
        topology("foreign-link", "one of a GPU's links leads elsewhere")
            .forge(|it| {
                let mut switches: Vec<_> = (0..4).map(switch_pdi).collect();
                switches.push([9; 8]);
                it.devices[4].report.put(22, &links(&switches));
            })
            .rejected(&rule, &broken),
        topology("links-unreversed", "links in the byte order of switches")
            .forge(|it| {
                let links: Vec<u8> = (0..18).flat_map(|link| switch_pdi(link % 4)).collect();
                it.devices[4].report.put(22, &links);
            })
            .rejected(&rule, &broken),
        topology("other-gpus", "a switch that connects other GPUs")
            .forge(|it| it.devices[9].report.put(26, &[8; 128]))
            .rejected(&rule, &broken),
        topology("ignored", "the policy does not mind")
            .forge(|it| it.devices.truncate(8))
            .policy(json!({ "nvidia": { "topology": "ignore" } }))
            .verified(&broken),
        case(
            "devices/topology-required",
            "hopper",
            "nvidia.topology",
            "the policy asks for a protected machine",
        )
        .policy(json!({ "nvidia": { "topology": "require" } }))
        .rejected(&rule, &[]),
        case(
            "devices/one-in-protected-mode",
            "hopper",
            "nvidia.topology",
            "a GPU in protected PCIe mode alone",
        )
        .device(|it| {
            it.report.put(21, &[0xaa]);
            it.report.put(36, &[2, 0]);
        })
        .rejected(&rule, &broken),
    ]
}

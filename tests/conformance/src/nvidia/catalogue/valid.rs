//! Machines that are good.

use serde_json::json;
use veriquote_forge::hex;
use veriquote_forge::nvidia::{Resource, links, measurement, sha384, switch_pdi};

use crate::nvidia::case::{Case, case};

pub(super) fn all() -> Vec<Case> {
    let good =
        |name: &'static str, note: &str| case(&format!("valid/{name}"), name, "nvidia.measurements", note);
    vec![
        good("hopper", "a Hopper GPU with both manifests").verified(&[
            ("/devices/0/architecture", json!("HOPPER")),
            ("/devices/0/chip", json!("GH100")),
            ("/devices/0/driver_version", json!("550.90.07")),
            ("/devices/0/vbios_version", json!("96.00.9F.00.01")),
            ("/devices/0/measurements_match", json!(true)),
            ("/devices/0/nvidia/measres", json!("success")),
            ("/devices/0/nvidia/x-nvidia-gpu-arch-check", json!(true)),
            ("/devices/0/nvidia/x-nvidia-gpu-mode", json!("spt")),
            ("/devices/0/nvidia/oemid", json!("5703")),
            ("/mode", json!("spt")),
            ("/topology", json!("not_applicable")),
        ]),
        good("blackwell", "a Blackwell GPU with both manifests").verified(&[
            ("/devices/0/architecture", json!("BLACKWELL")),
            ("/devices/0/measurements_match", json!(true)),
        ]),
        good("switch", "a switch with its manifest").verified(&[
            ("/devices/0/class", json!("nvswitch")),
            ("/devices/0/nvidia/x-nvidia-switch-bios-rim-fetched", json!(true)),
            ("/devices/0/nvidia/x-nvidia-switch-pdi", json!(hex(&switch_pdi(0)))),
            ("/devices/0/measurements_match", json!(true)),
        ]),
        good("ppcie", "eight GPUs and four switches in protected PCIe mode").verified(&[
            ("/mode", json!("ppcie")),
            ("/topology", json!("complete")),
            ("/devices/11/class", json!("nvswitch")),
        ]),
        case("valid/nonce-upper-case", "hopper", "nvidia.nonce", "the same challenge in capital letters")
            .edit(|it| {
                it["options"]["nonce"] = json!(it["options"]["nonce"].as_str().unwrap().to_uppercase());
            })
            .verified(&[]),
        case(
            "valid/padding",
            "hopper",
            "nvidia.report.layout",
            "a zero after the report, where it is allowed",
        )
        .device(|it| it.report.trailing = vec![0, 0])
        .edit(|it| it["options"]["allow_padding"] = json!(true))
        .verified(&[]),
        case("valid/unknown-opaque-field", "hopper", "nvidia.opaque", "a field of a type that nobody knows")
            .device(|it| it.report.put(200, b"new"))
            .verified(&[]),
        case("valid/alternative", "hopper", "nvidia.measurements", "the second of two reference values")
            .rim(1, |mut rim| {
                let other = sha384(b"another build");
                rim.resources[0] = Resource::active(0, &[other, measurement(0)]);
                rim
            })
            .verified(&[]),
        case("valid/upper-case-hash", "hopper", "nvidia.rim.content", "reference values in capital letters")
            .rim(1, |mut rim| {
                rim.resources[0].hashes[0] = rim.resources[0].hashes[0].to_uppercase();
                rim
            })
            .verified(&[]),
        case(
            "valid/decoder-off",
            "hopper",
            "nvidia.measurements",
            "the measurement of a decoder that is off",
        )
        .device(|it| it.report.blocks[36 - 1].value = vec![0; 48])
        .verified(&[("/devices/0/comparisons/0/skipped", json!([35]))]),
        case(
            "valid/foreign-rims",
            "hopper",
            "nvidia.rim.match",
            "manifests of other kinds beside the right ones",
        )
        .forge(|it| it.rims.push(veriquote_forge::nvidia::switch_rim()))
        .verified(&[]),
        case("valid/driver-case", "hopper", "nvidia.rim.match", "a version in other letters")
            .rim(1, |rim| rim.body("96.00.9F.00.01", "96.00.9f.00.01"))
            .verified(&[]),
        case("valid/links-unused", "ppcie", "nvidia.topology", "links that are not used")
            .forge(|it| {
                let switches: Vec<_> = (0..4).map(switch_pdi).collect();
                let mut used = links(&switches);
                used[128..].fill(0);
                it.devices[3].report.put(22, &used);
            })
            .verified(&[("/topology", json!("complete"))]),
        case("valid/rim-crlf", "hopper", "nvidia.rim.digest", "other line ends are the same manifest")
            .edit(|it| each_rim(it, |text| text.replace('\n', "\r\n")))
            .verified(&[]),
        case("valid/rim-empty-elements", "hopper", "nvidia.rim.digest", "empty elements are one tag or two")
            .edit(|it| each_rim(it, |text| text.replace("></ns0:Resource>", "/>")))
            .verified(&[]),
        case(
            "valid/rim-attribute-order",
            "hopper",
            "nvidia.rim.digest",
            "attributes in another order and quotes",
        )
        .edit(|it| {
            each_rim(it, |text| {
                text.replace("edition=\"GPU\" product=\"GH100\"", "\t product = 'GH100' edition=\"GPU\" ")
            });
        })
        .verified(&[]),
        case("valid/rim-namespaces", "hopper", "nvidia.rim.digest", "a declaration that changes nothing")
            .edit(|it| {
                each_rim(it, |text| {
                    let uri = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
                    text.replacen("<ns0:Payload", &format!("<ns0:Payload xmlns:ns0=\"{uri}\""), 1)
                });
            })
            .verified(&[]),
        case("valid/rim-references", "hopper", "nvidia.rim.digest", "characters by their numbers")
            .edit(|it| {
                each_rim(it, |text| text.replacen("product=\"GH100\"", "product=\"&#x47;H&#49;00\"", 1))
            })
            .verified(&[]),
        case(
            "valid/rim-base64",
            "hopper",
            "nvidia.rim.form",
            "certificates in lines of 76 characters and tabs",
        )
        .edit(|it| {
            each_rim(it, |text| {
                text.replacen("<ds:X509Certificate>MII", "<ds:X509Certificate>\n\tM\r\n I I", 1)
            });
        })
        .verified(&[]),
        case("valid/rim-answer", "hopper", "nvidia.rim.id", "manifests as NVIDIA's service answers")
            .edit(|it| {
                let rims = it["rims"].as_array().unwrap().clone();
                let ids = ["NV_GPU_DRIVER_GH100_550.90.07", "NV_GPU_VBIOS_1010_0200_882_96009F0001"];
                let answers =
                    rims.iter().zip(ids).map(|(rim, id)| super::rim::answer(rim.as_str().unwrap(), id));
                it["rims"] = answers.collect();
            })
            .verified(&[]),
    ]
}

pub(super) fn each_rim(request: &mut serde_json::Value, change: impl Fn(&str) -> String) {
    for rim in request["rims"].as_array_mut().expect("manifests") {
        let text = rim.as_str().expect("text");
        let changed = change(text);
        assert_ne!(changed, text, "nothing was changed");
        *rim = json!(changed);
    }
}

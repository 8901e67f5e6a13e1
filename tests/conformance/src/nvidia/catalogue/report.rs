//! Reports that are not what they should be (attacks A1 to A15, and B1 to B3).

use serde_json::json;
use veriquote::Code;
use veriquote_forge::nvidia::{NvDevice, NvKey, der_of};

use crate::nvidia::case::{Case, Draft, case};

pub(super) fn all() -> Vec<Case> {
    [layout(), opaque(), signature()].concat()
}

fn draft(name: &str, note: &str) -> Draft {
    case(&format!("report/{name}"), "hopper", "nvidia.report.layout", note)
}

fn layout() -> Vec<Case> {
    const REQUEST: Code = Code::NvidiaSpdmRequest;
    const RESPONSE: Code = Code::NvidiaSpdmResponse;
    const LAYOUT: Code = Code::NvidiaSpdmLayout;
    vec![
        draft("cut", "the last byte is missing")
            .tamper(|it| it.report.truncate(it.report.len() - 1))
            .refused(Code::InputTruncated, "device[0].report.response.signature"),
        draft("cut-in-request", "half a challenge")
            .tamper(|it| it.report.truncate(20))
            .refused(Code::InputTruncated, "device[0].report.request.nonce"),
        draft("trailing-zero", "a zero after the report")
            .device(|it| it.report.trailing = vec![0])
            .refused(Code::InputTrailingData, "device[0].report.response"),
        draft("trailing-one", "another byte after the report, though zeros are allowed")
            .device(|it| it.report.trailing = vec![0, 1])
            .edit(|it| it["options"]["allow_padding"] = json!(true))
            .refused(Code::InputTrailingData, "device[0].report.response"),
        draft("request-code", "another request: GET_CAPABILITIES")
            .device(|it| it.report.request[1] = 0xe1)
            .refused(REQUEST, "device[0].report.request.code"),
        draft("request-version", "SPDM 1.2")
            .device(|it| it.report.request[0] = 0x12)
            .refused(REQUEST, "device[0].report.request.version"),
        draft("request-unsigned", "a request without a signature")
            .device(|it| it.report.request[2] = 0)
            .refused(REQUEST, "device[0].report.request.attributes"),
        draft("request-one-block", "a request for one measurement")
            .device(|it| it.report.request[3] = 1)
            .refused(REQUEST, "device[0].report.request.operation"),
        draft("request-slot", "another slot of certificates")
            .device(|it| it.report.slot = 1)
            .refused(REQUEST, "device[0].report.request.slot"),
        draft("response-error", "an SPDM error in place of measurements")
            .device(|it| it.report.response[1] = 0x7f)
            .refused(RESPONSE, "device[0].report.response.code"),
        draft("response-version", "the response is of another version")
            .device(|it| it.report.response[0] = 0x12)
            .refused(RESPONSE, "device[0].report.response.version"),
        draft("record-short", "a record that is one byte shorter than its blocks")
            .device(|it| it.report.record_length = Some(64 * 55 - 1))
            .refused(LAYOUT, "device[0].report.response.record_length"),
        draft("record-long", "a record that is one byte longer than its blocks")
            .device(|it| it.report.record_length = Some(64 * 55 + 1))
            .refused(LAYOUT, "device[0].report.response.record_length"),
        draft("record-huge", "a record of 16 MiB")
            .device(|it| it.report.record_length = Some(0x00ff_ffff))
            .refused(Code::InputTruncated, "device[0].report.response.record"),
        draft("count-low", "one block fewer than there are")
            .device(|it| it.report.count = Some(63))
            .refused(LAYOUT, "device[0].report.response.record_length"),
        draft("count-high", "one block more than there are")
            .device(|it| it.report.count = Some(65))
            .refused(LAYOUT, "device[0].report.response.record_length"),
        draft("count-zero", "no block at all")
            .device(|it| it.report.blocks.clear())
            .refused(LAYOUT, "device[0].report.response.blocks"),
        draft("block-twice", "one index twice")
            .device(|it| it.report.blocks[5].index = 5)
            .refused(LAYOUT, "device[0].report.block.index"),
        draft("block-zero", "index zero")
            .device(|it| it.report.blocks[0].index = 0)
            .refused(LAYOUT, "device[0].report.block.index"),
        draft("block-order", "blocks in another order")
            .device(|it| it.report.blocks.swap(3, 4))
            .refused(LAYOUT, "device[0].report.block.index"),
        draft("block-specification", "a measurement of no known form")
            .device(|it| it.report.blocks[0].specification = 2)
            .refused(LAYOUT, "device[0].report.block.specification"),
        draft("block-no-specification", "a measurement of no form")
            .device(|it| it.report.blocks[0].specification = 0)
            .refused(LAYOUT, "device[0].report.block.specification"),
        draft("block-size", "the value is shorter than its block")
            .device(|it| it.report.blocks[0].value_size = Some(47))
            .refused(LAYOUT, "device[0].report.block.size"),
        case("report/block-raw", "hopper", "nvidia.measurements", "raw bits where a digest is due")
            .device(|it| it.report.blocks[0].value_type = 0x81)
            .rejected(&["nvidia.measurements"], &[("/devices/0/comparisons/1/mismatches/0/index", json!(0))]),
        case("report/block-missing", "hopper", "nvidia.measurements", "a measurement in force was not made")
            .device(|it| drop(it.report.blocks.remove(40)))
            .rejected(
                &["nvidia.measurements"],
                &[
                    ("/devices/0/comparisons/0/mismatches/0/index", json!(40)),
                    ("/devices/0/comparisons/0/mismatches/0/actual", json!(null)),
                    ("/devices/0/nvidia/measres", json!("fail")),
                ],
            ),
        case("report/size", "hopper", "nvidia.report.layout", "larger than any report")
            .device(|it| it.report.trailing = vec![0; 64 * 1024])
            .refused(Code::LimitSize, "device[0].report"),
    ]
}

fn opaque() -> Vec<Case> {
    const LAYOUT: Code = Code::NvidiaOpaqueLayout;
    const FIELD: Code = Code::NvidiaOpaqueField;
    let read = |name: &str, note: &str| case(&format!("report/{name}"), "hopper", "nvidia.opaque", note);
    vec![
        draft("opaque-short", "opaque data that end one byte early")
            .device(|it| {
                let whole = it.report.opaque.iter().map(|(_, data)| data.len() + 4).sum::<usize>();
                it.report.opaque_length = u16::try_from(whole - 1).ok();
            })
            .refused(LAYOUT, "device[0].report.response.opaque_data"),
        draft("opaque-long", "opaque data that reach into the signature")
            .device(|it| {
                let whole = it.report.opaque.iter().map(|(_, data)| data.len() + 4).sum::<usize>();
                it.report.opaque_length = u16::try_from(whole + 1).ok();
            })
            .refused(LAYOUT, "device[0].report.response.opaque_data"),
        draft("opaque-tail", "three bytes after the last field")
            .device(|it| it.report.opaque_tail = vec![1, 0, 0])
            .refused(LAYOUT, "device[0].report.response.opaque_data"),
        draft("opaque-overrun", "a field that is longer than the data")
            .device(|it| it.report.opaque_tail = vec![1, 0, 9, 0, 1])
            .refused(LAYOUT, "device[0].report.response.opaque_data"),
        draft("opaque-twice", "two versions of the driver")
            .device(|it| it.report.opaque.push((3, b"550.90.08\0".to_vec())))
            .refused(LAYOUT, "device[0].report.response.opaque_data"),
        draft("opaque-many", "more fields than there are types")
            .device(|it| it.report.opaque.extend((300..370).map(|kind| (kind, vec![0]))))
            .refused(Code::LimitCount, "device[0].report.response.opaque_data"),
        draft("opaque-none", "no opaque data")
            .device(|it| it.report.opaque.clear())
            .refused(LAYOUT, "device[0].report.response.opaque_data"),
        read("driver-unended", "a driver's version without its NUL")
            .device(|it| it.report.put(3, b"550.90.07"))
            .refused(FIELD, "device[0].report.opaque.driver_version"),
        read("driver-letters", "a driver's version beyond ASCII")
            .device(|it| it.report.put(3, "550.90.0\u{e9}\0".as_bytes()))
            .refused(FIELD, "device[0].report.opaque.driver_version"),
        read("driver-path", "a driver's version that climbs out of a folder")
            .device(|it| it.report.put(3, b"../../etc\0"))
            .refused(FIELD, "device[0].report.opaque.driver_version"),
        read("driver-escaped", "a driver's version that would be a path in an address")
            .device(|it| it.report.put(3, b"550%2f90\0"))
            .refused(FIELD, "device[0].report.opaque.driver_version"),
        read("driver-missing", "no version of the driver")
            .device(|it| it.report.without(3))
            .refused(FIELD, "device[0].report.opaque.driver_version"),
        read("vbios-missing", "no version of the VBIOS")
            .device(|it| it.report.without(6))
            .refused(FIELD, "device[0].report.opaque.vbios_version"),
        read("vbios-length", "a version of the VBIOS of another length")
            .device(|it| it.report.put(6, &[0; 7]))
            .refused(FIELD, "device[0].report.opaque.vbios_version"),
        read("opaque-version", "opaque data of a newer version")
            .device(|it| it.report.put(34, &[2, 0]))
            .refused(Code::NvidiaOpaqueVersion, "device[0].report.opaque.opaque_data_version"),
        read("feature-unknown", "a mode that nobody knows")
            .device(|it| it.report.put(36, &[255, 0]))
            .refused(FIELD, "device[0].report.opaque.feature_flag"),
        read("feature-contradiction", "single passthrough, and protected PCIe is on")
            .device(|it| it.report.put(21, &[0xaa]))
            .refused(Code::NvidiaFeature, "device[0].report.opaque.feature_flag"),
        read("decoder-state", "a decoder that is neither on nor off")
            .device(|it| it.report.put(11, &[0]))
            .refused(FIELD, "device[0].report.opaque.nvdec0_status"),
        case("report/decoder-missing", "hopper", "nvidia.measurements", "a decoder's state is not stated")
            .device(|it| it.report.without(11))
            .refused(FIELD, "device[0].report.opaque.nvdec0_status"),
        case(
            "report/decoder-on",
            "hopper",
            "nvidia.measurements",
            "the measurement of a decoder that is on counts",
        )
        .device(|it| {
            it.report.put(11, &[0xaa]);
            it.report.blocks[36 - 1].value = vec![0; 48];
        })
        .rejected(&["nvidia.measurements"], &[]),
        case("report/of-a-gpu", "switch", "nvidia.opaque", "a switch that speaks as a GPU does")
            .device(|it| it.report.opaque = NvDevice::gpu("HOPPER", 0).report.opaque)
            .refused(FIELD, "device[0].report.opaque.bios_version"),
        read("of-a-switch", "a GPU that speaks as a switch does")
            .device(|it| it.report.opaque = NvDevice::switch(0).report.opaque)
            .refused(FIELD, "device[0].report.opaque.driver_version"),
    ]
}

fn signature() -> Vec<Case> {
    const SIGNATURE: Code = Code::NvidiaReportSignature;
    const PART: &str = "device[0].report.response.signature";
    let draft = |name: &str, note: &str| {
        case(&format!("signature/{name}"), "hopper", "nvidia.report.signature", note)
    };
    let flipped = |name: &str, note: &str, offset: usize| {
        draft(name, note).tamper(move |it| it.report[offset] ^= 0x10).refused(SIGNATURE, PART)
    };
    let from_end = |name: &str, note: &str, offset: usize| {
        draft(name, note)
            .tamper(move |it| {
                let at = it.report.len() - offset;
                it.report[at] ^= 0x10;
            })
            .refused(SIGNATURE, PART)
    };
    let half = |name: &str, note: &str, at: usize, value: &'static [u8; 48]| {
        draft(name, note)
            .tamper(move |it| {
                let start = it.report.len() - 96 + at;
                it.report[start..start + 48].copy_from_slice(value);
            })
            .refused(SIGNATURE, PART)
    };
    vec![
        flipped("nonce", "a bit of the challenge", 10),
        flipped("first-block", "a bit of the first measurement", 60),
        flipped("last-block", "a bit of the last measurement", 37 + 8 + 64 * 55 - 1),
        flipped("responder-nonce", "a bit of the device's own nonce", 37 + 8 + 64 * 55 + 3),
        flipped("opaque", "a bit of the opaque data", 37 + 8 + 64 * 55 + 32 + 2 + 10),
        from_end("r", "a bit of r", 90),
        from_end("s", "a bit of s", 1),
        half("r-zero", "r is zero", 0, &[0; 48]),
        half("s-zero", "s is zero", 48, &[0; 48]),
        half("r-order", "r is the order of the group", 0, &ORDER),
        half("s-order", "s is the order of the group", 48, &ORDER),
        case("signature/der", "hopper", "nvidia.report.layout", "the signature as certificates write it")
            .tamper(|it| {
                let start = it.report.len() - 96;
                let der = der_of(&it.report[start..]);
                it.report.truncate(start);
                it.report.extend(der);
            })
            .refused(Code::InputTrailingData, "device[0].report.response"),
        draft("other-key", "signed by another key")
            .device(|it| {
                let unsigned = it.report.unsigned();
                it.report.signature = Some(NvKey::new("a stranger").sign(&unsigned));
            })
            .refused(SIGNATURE, PART),
        draft("other-chain", "the certificates of another GPU")
            .tamper(|it| it.chain = NvDevice::gpu("HOPPER", 7).build().chain)
            .refused(SIGNATURE, PART),
        draft("switch-chain", "the certificates of a switch for the report of a GPU")
            .tamper(|it| it.chain = NvDevice::switch(0).build().chain)
            .refused(SIGNATURE, PART),
    ]
}

/// n of P-384.
const ORDER: [u8; 48] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58, 0x1a,
    0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73,
];

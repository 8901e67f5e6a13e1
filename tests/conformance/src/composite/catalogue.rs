//! Every case (attacks C1 to C14).

use serde_json::{Value, json};
use veriquote::Code;
use veriquote_forge::nvidia::{NvDevice, NvForge, sha384};
use veriquote_forge::tpm::TpmForge;
use veriquote_forge::{Body, EventLog, hex};

use super::machine::MODES;
use super::{Case, Expected, Machine};

/// A change of a request.
type Edit = Box<dyn FnOnce(&mut Value)>;

struct Draft {
    machine: Machine,
    edit: Vec<Edit>,
    id: String,
    note: String,
    base: &'static str,
}

fn case(id: &str, base: &'static str, note: &str) -> Draft {
    Draft { machine: Machine::of(base), edit: Vec::new(), id: id.to_owned(), note: note.to_owned(), base }
}

impl Draft {
    fn machine(mut self, change: impl FnOnce(&mut Machine)) -> Self {
        change(&mut self.machine);
        self
    }

    fn edit(mut self, change: impl FnOnce(&mut Value) + 'static) -> Self {
        self.edit.push(Box::new(change));
        self
    }

    fn expect(self, expected: Expected) -> Case {
        let mut request = self.machine.request();
        self.edit.into_iter().for_each(|change| change(&mut request));
        Case { id: self.id, note: self.note, base: self.base, request, expected }
    }

    fn accepted(self, claims: &[(&'static str, Value)]) -> Case {
        self.expect(Expected::Accepted(claims.to_vec()))
    }

    fn rejected(self, rules: &[&'static str]) -> Case {
        self.expect(Expected::Rejected(rules.to_vec()))
    }

    fn refused(self, code: Code, part: &str) -> Case {
        self.expect(Expected::Refused(code, part.to_owned()))
    }
}

/// All cases.
#[must_use]
pub fn all() -> Vec<Case> {
    [modes(), bonds(), members(), policies(), tpm(), logs(), calls()].concat()
}

fn modes() -> Vec<Case> {
    MODES
        .into_iter()
        .map(|mode| {
            let fresh = !matches!(mode, "secretvm" | "manifest");
            case(&format!("mode/{mode}"), mode, "machine and device are bound").accepted(&[
                ("/binding/mode", json!(mode)),
                ("/binding/strength", json!("nonce-only")),
                ("/binding/fresh", json!(fresh)),
                ("/binding/covers_evidence", json!(mode == "veriquote")),
                ("/binding/identity_checked", json!(matches!(mode, "identity-nonce" | "secretvm"))),
                ("/machine/tee", json!("tdx")),
                ("/devices/devices/0/measurements_match", json!(true)),
            ])
        })
        .collect()
}

fn bonds() -> Vec<Case> {
    const REPORT_DATA: Code = Code::BindingReportData;
    const NONCE: Code = Code::NvidiaNonce;
    let device = "devices.device[0].report.request.nonce";
    let machine = "machine.report_data";
    let mut cases = Vec::new();
    for mode in MODES {
        cases.push(
            case(&format!("bond/{mode}-device"), mode, "the device answers another challenge")
                .machine(|it| it.device_nonce = Some([9; 32]))
                .refused(NONCE, device),
        );
        let draft = case(&format!("bond/{mode}-machine"), mode, "the machine's report data are others");
        let other = draft.machine(|it| it.report_data = Some([9; 64]));
        // The machine's report data say what this mode's devices answer.
        cases.push(if mode == "secretvm" {
            other.refused(NONCE, device)
        } else {
            other.refused(REPORT_DATA, machine)
        });
    }
    cases.extend([
        case("bond/other-data", "veriquote", "other data than the machine has bound")
            .edit(|it| it["options"]["binding"]["runtime_data"] = json!("00"))
            .refused(NONCE, device),
        case("bond/other-data-of-manifest", "manifest", "another manifest")
            .edit(|it| it["options"]["binding"]["runtime_data"] = json!("00"))
            .refused(NONCE, device),
        case("bond/other-data-ita", "ita-nonce", "other data, of which the devices know nothing")
            .edit(|it| it["options"]["binding"]["runtime_data"] = json!("00"))
            .refused(REPORT_DATA, machine),
        case("bond/other-challenge", "veriquote", "another challenge")
            .edit(|it| it["options"]["binding"]["challenge"] = json!("44".repeat(32)))
            .refused(NONCE, device),
        case("bond/other-identity", "identity-nonce", "another machine than the one that was met")
            .edit(|it| it["options"]["binding"]["identity"] = json!("44".repeat(32)))
            .refused(REPORT_DATA, machine),
        case("bond/other-identity-secretvm", "secretvm", "another machine than the one that was met")
            .edit(|it| it["options"]["binding"]["identity"] = json!("44".repeat(32)))
            .refused(REPORT_DATA, machine),
        case("bond/no-identity", "identity-nonce", "the machine that was met is not told")
            .edit(|it| drop(it["options"]["binding"].as_object_mut().unwrap().remove("identity")))
            .accepted(&[("/binding/identity_checked", json!(false))]),
        case("bond/report-of-another-device", "veriquote", "the machine signed another device's evidence")
            .edit(|it| {
                // A device of the same make, which answers the same challenge.
                let mut other = Machine::of("veriquote");
                other.devices.devices = vec![NvDevice::gpu("HOPPER", 5)];
                it["evidence"] = other.request()["evidence"].clone();
            })
            .refused(REPORT_DATA, machine),
        case("bond/second-half", "trustee-first32", "the half that devices do not answer is another")
            .machine(|it| {
                let mut changed = [0x43; 64];
                changed[32..].fill(8);
                it.report_data = Some(changed);
            })
            .refused(REPORT_DATA, machine),
        case("bond/unknown-report-data", "trustee-first32", "nobody says what the report data should be")
            .edit(|it| drop(it["options"]["binding"].as_object_mut().unwrap().remove("report_data")))
            .rejected(&["composite.fresh"]),
        case("bond/unknown-report-data-device", "trustee-first32", "the device answers other report data")
            .machine(|it| it.device_nonce = Some([9; 32]))
            .edit(|it| drop(it["options"]["binding"].as_object_mut().unwrap().remove("report_data")))
            .refused(NONCE, device),
        case("bond/other-mode", "identity-nonce", "another mode than the machine's")
            .edit(|it| {
                it["options"]["binding"] = json!({ "mode": "veriquote", "challenge": "43".repeat(32) });
            })
            .refused(NONCE, device),
        case("bond/two-devices", "veriquote", "two devices in their order")
            .machine(|it| it.devices.devices.push(NvDevice::gpu("HOPPER", 1)))
            .accepted(&[("/devices/devices/1/class", json!("gpu"))]),
        case("bond/two-devices-swapped", "veriquote", "two devices in another order than the machine signed")
            .machine(|it| it.devices.devices.push(NvDevice::gpu("HOPPER", 1)))
            .edit(|it| it["evidence"].as_array_mut().unwrap().swap(0, 1))
            .refused(REPORT_DATA, machine),
        case("bond/device-added", "veriquote", "a device that the machine does not know of")
            .edit(|it| {
                let mut other = Machine::of("veriquote");
                other.devices.devices.push(NvDevice::gpu("HOPPER", 1));
                it["evidence"] = other.request()["evidence"].clone();
            })
            .refused(REPORT_DATA, machine),
        case(
            "bond/switch-nonce",
            "attestation-rs",
            "a switch answers its own challenge, which is not the GPUs'",
        )
        .machine(|it| it.devices.devices = vec![NvDevice::switch(0)])
        .refused(NONCE, device),
    ]);
    cases
}

fn members() -> Vec<Case> {
    let draft = |name: &str, note: &str| case(&format!("member/{name}"), "veriquote", note);
    vec![
        draft("no-devices", "a machine that brings no devices, in the form of a composite")
            .edit(|it| {
                let quote = it["machine"]["quote"].clone();
                it["evidence"] = json!({ "quote": quote, "cc_eventlog": "" });
                drop(it["machine"].as_object_mut().unwrap().remove("quote"));
            })
            .refused(Code::CompositeMember, "evidence"),
        draft("empty-devices", "an empty list of devices beside the quote")
            .edit(|it| {
                let quote = it["machine"]["quote"].clone();
                it["evidence"] = json!({ "quote": quote, "gpu_evidence": { "evidence_list": [] } });
                drop(it["machine"].as_object_mut().unwrap().remove("quote"));
            })
            .refused(Code::CompositeMember, "evidence"),
        draft("switches-alone", "a machine with a switch and no GPU")
            .machine(|it| it.devices = NvForge::switch())
            .refused(Code::CompositeMember, "devices"),
        draft("empty-list", "an empty list of devices")
            .edit(|it| it["evidence"] = json!([]))
            .refused(Code::NvidiaEvidenceEmpty, "evidence"),
        draft("no-machine", "devices without their machine")
            .edit(|it| drop(it["machine"].as_object_mut().unwrap().remove("quote")))
            .refused(Code::CompositeMember, "machine.quote"),
        draft("quote-inside", "the quote inside the evidence of the devices")
            .edit(|it| {
                let quote = it["machine"]["quote"].clone();
                let device = it["evidence"].clone();
                it["evidence"] = json!({ "quote": quote, "gpu_evidence": { "evidence_list": [{
                    "attestation_report": device["report"], "certificate": device["certificate_chain"],
                }] } });
                drop(it["machine"].as_object_mut().unwrap().remove("quote"));
            })
            .accepted(&[("/devices/form", json!("alibaba"))]),
        draft("quote-twice", "the quote inside the evidence, and beside it")
            .edit(|it| {
                let device = it["evidence"].clone();
                it["evidence"] = json!({ "quote": "00", "gpu_evidence": { "evidence_list": [{
                    "attestation_report": device["report"], "certificate": device["certificate_chain"],
                }] } });
            })
            .refused(Code::MisuseOptions, "machine.quote"),
        draft("device-twice", "one device twice")
            .machine(|it| it.devices.devices.push(it.devices.devices[0].clone()))
            .refused(Code::NvidiaDeviceDuplicate, "devices.device[1]"),
        draft("one-of-two-bad", "one of two devices is bad")
            .machine(|it| {
                let mut bad = NvDevice::gpu("HOPPER", 1);
                bad.report.signature = Some(vec![1; 96]);
                it.devices.devices.push(bad);
            })
            .refused(Code::NvidiaReportSignature, "devices.device[1].report.response.signature"),
        draft("bad-machine", "the machine's quote is not genuine")
            .machine(|it| it.td.quote.signature = Some([1; 64]))
            .refused(Code::DcapQuoteSignature, "machine.quote.auth_data.signature"),
        draft("no-collateral", "the machine's collateral is of no form")
            .edit(|it| it["machine"]["collateral"] = json!({}))
            .refused(Code::DcapCollateralMissing, "machine.collateral.pck_crl_issuer_chain"),
        draft("announced", "what stands beside the device is not what it signed")
            .edit(|it| {
                let device = it["evidence"].clone();
                it["evidence"] = json!({ "gpu_evidence": { "evidence_list": [{
                    "attestation_report": device["report"], "certificate": device["certificate_chain"],
                    "driver_version": "550.90.08", "cc_enabled": true,
                }] } });
            })
            .refused(Code::NvidiaAdvisory, "devices.device[0].announced.driver_version"),
        draft("cc-enabled", "what a collector says of the mode counts for nothing")
            .edit(|it| {
                let device = it["evidence"].clone();
                it["evidence"] = json!({ "gpu_evidence": { "evidence_list": [{
                    "attestation_report": device["report"], "certificate": device["certificate_chain"],
                    "cc_enabled": false,
                }] } });
            })
            .accepted(&[]),
        draft("modes-mixed", "one GPU in single, one in multi passthrough")
            .machine(|it| {
                let mut other = NvDevice::gpu("HOPPER", 1);
                other.report.put(36, &[1, 0]);
                it.devices.devices.push(other);
            })
            .refused(Code::NvidiaFeature, "devices.device[1]"),
    ]
}

fn policies() -> Vec<Case> {
    let draft = |name: &str, note: &str| case(&format!("policy/{name}"), "veriquote", note);
    let mr_td = |it: &Machine| match &it.td.quote.body {
        Body::Td(report, _) => hex(&report.mr_td),
        Body::Sgx(_) => String::new(),
    };
    let known = mr_td(&Machine::of("veriquote"));
    vec![
        draft("measured", "a policy that knows the machine's software")
            .edit({
                let known = known.clone();
                move |it| {
                    it["options"]["policy"] =
                        json!({ "tdx": { "mr_td": known }, "composite": { "measured": "require" } });
                }
            })
            .accepted(&[("/binding/strength", json!("measured"))]),
        draft("measured-required", "a policy that asks for known software and names none")
            .edit(|it| it["options"]["policy"] = json!({ "composite": { "measured": "require" } }))
            .rejected(&["composite.measured"]),
        draft("rtmr-alone", "registers that unknown firmware extends say nothing")
            .edit(|it| {
                it["options"]["policy"] = json!({
                    "tdx": { "rtmr0": "00".repeat(48) }, "composite": { "measured": "require" },
                });
            })
            .rejected(&["tdx.rtmr0", "composite.measured"]),
        draft("other-software", "other software than the policy knows")
            .edit(|it| it["options"]["policy"] = json!({ "tdx": { "mr_td": "00".repeat(48) } }))
            .rejected(&["tdx.mr_td"]),
        draft("debug", "a trust domain in debug mode")
            .machine(|it| {
                if let Body::Td(report, _) = &mut it.td.quote.body {
                    report.td_attributes[0] |= 1;
                }
            })
            .rejected(&["tdx.debug"]),
        draft("mismatch", "the device's firmware is not what its manifest says")
            .machine(|it| it.devices.devices[0].report.blocks[0].value = sha384(b"other").to_vec())
            .rejected(&["nvidia.measurements"]),
        draft("no-manifest", "a manifest is missing")
            .edit(|it| it["devices"]["rims"] = json!([]))
            .rejected(&["nvidia.rims"]),
        draft("counts", "fewer GPUs than the policy asks for")
            .edit(|it| it["options"]["policy"] = json!({ "nvidia": { "minimum_gpus": 8 } }))
            .rejected(&["nvidia.minimum_gpus"]),
        draft("both-bad", "machine and device are both unacceptable")
            .machine(|it| it.devices.devices[0].report.blocks[0].value = sha384(b"other").to_vec())
            .edit(|it| it["options"]["policy"] = json!({ "tdx": { "mr_td": "00".repeat(48) } }))
            .rejected(&["tdx.mr_td", "nvidia.measurements"]),
        draft("covers", "a policy that asks for a quote over the evidence itself")
            .edit(|it| it["options"]["policy"] = json!({ "composite": { "covers_evidence": "require" } }))
            .accepted(&[]),
        case("policy/covers-not", "cocos", "and a mode in which the quote is not over it")
            .edit(|it| it["options"]["policy"] = json!({ "composite": { "covers_evidence": "require" } }))
            .rejected(&["composite.covers_evidence"]),
        case("policy/not-fresh", "secretvm", "the strict policy asks for an answered challenge")
            .edit(|it| drop(it["options"].as_object_mut().unwrap().remove("policy")))
            .rejected(&["composite.fresh"]),
        case("policy/not-fresh-manifest", "manifest", "the strict policy asks for an answered challenge")
            .edit(|it| drop(it["options"].as_object_mut().unwrap().remove("policy")))
            .rejected(&["composite.fresh"]),
        draft("crypto-only", "whatever is authentic and bound")
            .machine(|it| it.devices.devices[0].report.blocks[0].value = sha384(b"other").to_vec())
            .edit(|it| {
                it["options"].as_object_mut().unwrap().remove("policy");
                it["options"]["crypto_only"] = json!(true);
            })
            .accepted(&[("/binding/strength", json!("nonce-only"))]),
        draft("of-enclaves", "a policy that speaks of enclaves alone")
            .edit(|it| it["options"]["policy"] = json!({ "sgx": { "mr_enclave": "00".repeat(32) } }))
            .rejected(&["tee"]),
        draft("unknown", "a rule that there is not")
            .edit(|it| it["options"]["policy"] = json!({ "composite": { "bound": "require" } }))
            .refused(Code::MisusePolicy, "policy.composite"),
    ]
}

fn logs() -> Vec<Case> {
    let hexed = |log: &EventLog| json!(hex(&log.bytes()));
    let one = |name: &str, note: &str| {
        let log = hexed(&EventLog::boot());
        case(&format!("log/{name}"), "veriquote", note)
            .machine(|it| it.td.quote.body.td().rtmrs = EventLog::boot().rtmrs())
            .edit(move |it| it["machine"]["event_log"] = log)
    };
    let mut shorter = EventLog::boot();
    shorter.events.remove(1);
    let shorter = hexed(&shorter);
    let lacking = shorter.clone();
    let inside = |it: &mut Value| {
        let device = it["evidence"].clone();
        let list = json!([{
            "attestation_report": device["report"], "certificate": device["certificate_chain"],
        }]);
        let machine = it["machine"].as_object_mut().expect("a machine");
        let (quote, log) = (machine.remove("quote"), machine.remove("event_log"));
        it["evidence"] =
            json!({ "quote": quote, "cc_eventlog": log, "gpu_evidence": { "evidence_list": list } });
    };
    let events = ("/machine/event_log/events/0/number", json!(1));
    vec![
        one("explains", "the machine's log replays to its registers").accepted(std::slice::from_ref(&events)),
        one("event-removed", "an event of the machine's log was removed")
            .edit(|it| it["machine"]["event_log"] = shorter)
            .refused(Code::EventLogReplay, "machine.event_log"),
        one("inside", "the log that stands in the devices' evidence").edit(inside).accepted(&[events]),
        one("inside-event-removed", "a log in the devices' evidence that lacks an event")
            .edit(inside)
            .edit(|it| it["evidence"]["cc_eventlog"] = lacking)
            .refused(Code::EventLogReplay, "machine.event_log"),
        one("twice", "two logs of one machine")
            .edit(inside)
            .edit(|it| it["machine"]["event_log"] = json!("00"))
            .refused(Code::MisuseOptions, "machine.event_log"),
        one("judged", "a policy about the boot, and no log")
            .edit(|it| {
                it["machine"].as_object_mut().expect("a machine").remove("event_log");
                it["options"]["policy"]["boot"] = json!({ "secure_boot": "require" });
            })
            .rejected(&["boot.log"]),
    ]
}

fn tpm() -> Vec<Case> {
    let draft = |name: &str, note: &str| {
        case(&format!("tpm/{name}"), "veriquote", note).machine(|it| {
            it.tpm = Some(TpmForge { nonce: Vec::new(), ..TpmForge::p256() });
        })
    };
    vec![
        draft("bound", "the machine's TPM answers the challenge too")
            .edit(|it| drop(it["options"].as_object_mut().unwrap().remove("policy")))
            .accepted(&[("/tpm/quote/fresh", json!(true))]),
        draft("other-nonce", "the TPM answers another challenge")
            .machine(|it| {
                it.tpm = Some(TpmForge { nonce: vec![9; 32], ..TpmForge::p256() });
            })
            .refused(Code::TpmNonce, "tpm.attest.extra_data"),
        draft("signature", "the TPM's quote is not genuine")
            .edit(|it| {
                let mut quote = it["tpm"]["quote"].as_str().unwrap().to_owned();
                quote.replace_range(quote.len() - 2.., "00");
                it["tpm"]["quote"] = json!(quote);
            })
            .refused(Code::TpmQuoteSignature, "tpm.signature.sig"),
        case("tpm/no-mode", "cocos", "a mode that knows no challenge of a TPM")
            .machine(|it| {
                it.tpm = Some(TpmForge { nonce: vec![1], ..TpmForge::p256() });
            })
            .refused(Code::MisuseOptions, "tpm"),
    ]
}

fn calls() -> Vec<Case> {
    const MISUSE: Code = Code::MisuseOptions;
    let draft = |name: &str, note: &str| case(&format!("call/{name}"), "veriquote", note);
    let binding = |name: &str, note: &str, binding: Value, code: Code, part: &str| {
        draft(name, note).edit(move |it| it["options"]["binding"] = binding).refused(code, part)
    };
    vec![
        binding(
            "no-mode",
            "a mode that there is not",
            json!({ "mode": "any" }),
            MISUSE,
            "options.binding.mode",
        ),
        binding(
            "no-challenge",
            "a mode without the challenge that it needs",
            json!({ "mode": "veriquote" }),
            MISUSE,
            "options.binding.challenge",
        ),
        binding(
            "unused-challenge",
            "a challenge that the mode would not look at",
            json!({ "mode": "secretvm", "challenge": "00".repeat(32) }),
            MISUSE,
            "options.binding.challenge",
        ),
        binding(
            "no-report-data",
            "a mode without the report data that it needs",
            json!({ "mode": "cocos", "challenge": "00".repeat(32) }),
            MISUSE,
            "options.binding.report_data",
        ),
        binding(
            "short-report-data",
            "half of the report data",
            json!({ "mode": "trustee-first32", "report_data": "00".repeat(32) }),
            MISUSE,
            "options.binding.report_data",
        ),
        binding(
            "short-challenge",
            "a challenge of 31 bytes",
            json!({ "mode": "veriquote", "challenge": "00".repeat(31) }),
            Code::BindingLength,
            "options.binding.challenge",
        ),
        binding(
            "empty-challenge",
            "an empty challenge",
            json!({ "mode": "cocos", "challenge": "", "report_data": "00".repeat(64) }),
            Code::BindingLength,
            "options.binding.challenge",
        ),
        binding(
            "long-identity",
            "an identity of 33 bytes",
            json!({ "mode": "secretvm", "identity": "00".repeat(33) }),
            MISUSE,
            "options.binding.identity",
        ),
        binding(
            "half-nonce",
            "a nonce without its time",
            json!({ "mode": "ita-nonce", "nonce_value": "00" }),
            MISUSE,
            "options.binding.nonce_value",
        ),
        draft("both-policies", "a policy and none")
            .edit(|it| it["options"]["crypto_only"] = json!(true))
            .refused(MISUSE, "options.policy"),
        draft("unknown-member", "a member of the request that there is not")
            .edit(|it| it["gpus"] = json!([]))
            .refused(MISUSE, "options"),
    ]
}

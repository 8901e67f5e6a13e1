//! Machines that enrol and report through the RPC interface.

mod support;

use std::sync::Barrier;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::postgres::Postgres;
use support::rpc::{Rpc, access_key};
use support::{TestServer, base64, base64url};
use veriquote::tpm::{PublicArea, TrustedEk};
use veriquote_forge::tpm::{AkKey, Credential, Ek, ImaEntry, ImaList, TpmForge, activate};
use veriquote_forge::{Key, hex, sha256};
use veriquote_server::config::{Config, Programs, Role};

const UUID: &str = "0f74b5cc-ff0e-4fa6-b457-000000000001";

const THEIRS: &str = "0f74b5cc-ff0e-4fa6-b457-000000000003";

/// A machine: its TPM in software, and what it knows of the service.
struct Agent<'s> {
    rpc: Rpc<'s>,
    uuid: &'static str,
    forge: TpmForge,
    ek: Ek,
    next: u64,
}

fn ek(name: &str) -> Ek {
    Ek { key: AkKey::P256(Key::new(name)) }
}

fn ek_public(ek: &Ek) -> Vec<u8> {
    veriquote_forge::tpm::PublicArea::ek(&ek.key).tpm2b()
}

fn fingerprint(ek: &Ek) -> String {
    let area = ek_public(ek);
    let area = PublicArea::parse(&area).unwrap();
    hex(&TrustedEk::pinned(&area, &veriquote_aws_lc::AwsLc).unwrap().fingerprint())
}

fn server_with(change: impl FnOnce(&mut Config)) -> TestServer {
    TestServer::start(|config, _| {
        config.instances.access_keys = vec![
            access_key("agent", "ours", Role::Agent),
            access_key("manager", "ours", Role::Manager),
            access_key("stranger", "theirs", Role::Manager),
        ];
        config.instances.ek_fingerprints = vec![fingerprint(&ek("tpm")), fingerprint(&ek("another tpm"))];
        change(config);
    })
}

fn server() -> TestServer {
    server_with(|_| {})
}

impl<'s> Agent<'s> {
    /// Registered, and not enrolled.
    fn registered(server: &'s TestServer) -> Self {
        let rpc = Rpc::new(server, "agent");
        let forge = TpmForge::p256();
        let agent = Self { rpc, uuid: UUID, forge, ek: ek("tpm"), next: 0 };
        agent.rpc.ok(
            "RegisterMessage",
            &[("PropertyUuid", UUID), ("PropertyName", "a machine"), ("PropertyPrivateIp", "10.0.0.7")],
        );
        agent
    }

    fn enrolled(server: &'s TestServer) -> Self {
        let agent = Self::registered(server);
        agent.enrol();
        agent
    }

    fn name(&self) -> Vec<u8> {
        self.forge.public.name()
    }

    /// What the TPM unwraps.
    fn unwrap(&self, blob: &Value) -> Option<Vec<u8>> {
        let file = STANDARD.decode(blob.as_str().unwrap()).unwrap();
        activate(&self.ek, &self.name(), &Credential::from_file(&file).unwrap())
    }

    fn nonce(&self) -> Vec<u8> {
        let answer = self.rpc.ok(
            "GenerateNonce",
            &[
                ("PropertyUuid", self.uuid),
                ("AikName", &hex(&self.name())),
                ("EkPub", &base64(&ek_public(&self.ek))),
            ],
        );
        self.unwrap(&answer["data"]["CredentialBlob"]).expect("the TPM's own")
    }

    /// The parameters of `GenerateAikcert` for a digest.
    fn aikcert(&self, digest: &str) -> Vec<(&'static str, String)> {
        vec![
            ("PropertyUuid", self.uuid.to_owned()),
            ("AikName", hex(&self.name())),
            ("AikPub", base64(&self.forge.public.tpm2b())),
            ("EkPub", base64(&ek_public(&self.ek))),
            ("NonceDigest", digest.to_owned()),
        ]
    }

    /// Enrols; gives the certificate of the attestation key, with the authority's.
    fn enrol(&self) -> String {
        let digest = hex(&sha256(&[&self.nonce()]));
        let answer = self.rpc.ok("GenerateAikcert", &texts(&self.aikcert(&digest)));
        self.open(&answer["data"]["dataCredentialBlob"], &answer["data"]["keyCredentialBlob"])
    }

    fn open(&self, data: &Value, key: &Value) -> String {
        let key = self.unwrap(key).expect("the TPM's own");
        let data = STANDARD.decode(data.as_str().unwrap()).unwrap();
        let (nonce, sealed) = data.split_first_chunk::<12>().unwrap();
        let aead = aws_lc_rs::aead::UnboundKey::new(&aws_lc_rs::aead::AES_256_GCM, &key).unwrap();
        let aead = aws_lc_rs::aead::LessSafeKey::new(aead);
        let mut sealed = sealed.to_vec();
        let nonce = aws_lc_rs::aead::Nonce::assume_unique_for_key(*nonce);
        let opened = aead.open_in_place(nonce, aws_lc_rs::aead::Aad::empty(), &mut sealed).unwrap();
        String::from_utf8(opened.to_vec()).unwrap()
    }

    /// The machine starts again.
    fn boot(&mut self) {
        self.forge.clock.reset_count += 1;
        self.forge.clock.clock += 1_000;
    }

    fn file_data(&self, nonce: &[u8], more: &Value) -> String {
        let forge = TpmForge { nonce: nonce.to_vec(), ..self.forge.clone() };
        let forged = forge.build();
        let mut document = json!({
            "format": "veriquote-report-1",
            "quote": base64(&forged.attest), "signature": base64(&forged.signature),
            "ak": base64(&forged.public), "pcrs": base64(&forged.pcrs),
        });
        for (name, value) in more.as_object().unwrap() {
            document[name] = value.clone();
        }
        base64(document.to_string().as_bytes())
    }

    fn put(&self, nonce: &[u8], more: &Value) -> Value {
        let data = self.file_data(nonce, more);
        self.rpc.ok("PutMessage", &[("PropertyUuid", self.uuid), ("FileData", &data)])
    }

    /// Reports with what becomes of a fresh nonce.
    fn put_anew(&self, change: impl FnOnce(Vec<u8>) -> Vec<u8>, more: &Value) -> Value {
        let nonce = self.nonce();
        self.put(&change(nonce), more)
    }

    /// Reports: the verdicts on boot and programs, and where the list goes on.
    fn report(&mut self, more: &Value) -> (i64, i64, u64) {
        self.forge.clock.clock += 1_000;
        let answer = self.put(&self.nonce(), more);
        let data = &answer["data"];
        self.next = data["nextClientIMAIndex"].as_u64().unwrap();
        let status = |name: &str| data[name]["status"].as_i64().unwrap();
        (status("systemVerificationResult"), status("programVerificationResult"), self.next)
    }

    /// The whole list of measured files from an entry on.
    fn list(&self, from: u64) -> Value {
        let entries = self.forge.ima.all(&self.forge.boot_pcrs());
        let entries = entries[usize::try_from(from).unwrap()..].to_vec();
        let tail = ImaList { boot_aggregate: None, entries, ..self.forge.ima.clone() };
        let tail = tail.bytes(&self.forge.boot_pcrs());
        json!({ "ima_log": base64(&tail), "ima_from": from })
    }
}

fn texts<'t>(pairs: &'t [(&'static str, String)]) -> Vec<(&'static str, &'t str)> {
    pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn manager(server: &TestServer) -> Rpc<'_> {
    Rpc::new(server, "manager")
}

fn described(server: &TestServer) -> Value {
    manager(server).ok("DescribeInstance", &[("PropertyUuid", UUID)])
}

/// Events of this status.
fn events(server: &TestServer, status: &str) -> Vec<Value> {
    let answer = manager(server).ok("DescribeEvents", &[("PropertyUuid", UUID), ("EventStatus", status)]);
    answer["Items"].as_array().unwrap().clone()
}

#[test]
fn requests_are_signed_once_and_in_time() {
    let server = server();
    let rpc = manager(&server);
    let ask = [("PropertyUuid", UUID)];
    let not_found = (404, "Instance.NotFound".to_owned());
    assert_eq!(rpc.refused("DescribeInstance", &ask), not_found, "the signature was right");
    assert_eq!(rpc.call("DescribeInstance", &ask).status, 404);
    let answer = rpc.call("DescribeInstance", &ask).json();
    assert_eq!(answer["RequestId"].as_str().map(str::len), Some(36));
    // Not signed, or not by a key of ours.
    let code = |answer: &support::Answer| answer.json()["Code"].as_str().unwrap().to_owned();
    assert_eq!(code(&server.request("POST", "/?Action=DescribeInstance", &[], "")), "MissingSignature");
    let other = Rpc { secret: "another-secret-of-many-bits", ..rpc.clone() };
    assert_eq!(code(&other.call("DescribeInstance", &ask)), "SignatureDoesNotMatch");
    let unknown = Rpc { key: "nobody", ..rpc.clone() };
    assert_eq!(code(&unknown.call("DescribeInstance", &ask)), "InvalidAccessKeyId.NotFound");
    // Any change of what was signed: a value, a name, one more, one less.
    let signed = || rpc.sign("DescribeInstance", &ask, &Rpc::nonce());
    for at in 0..signed().len() {
        let mut changed = signed();
        if changed[at].0 == "Format" {
            changed[at].1 = "xml".into();
        } else {
            changed[at].1.push('x');
        }
        assert!(rpc.send(&changed).status >= 400);
        let mut gone = signed();
        gone.remove(at);
        assert!(code(&rpc.send(&gone)).starts_with(|it: char| it.is_ascii_uppercase()));
        assert_ne!(code(&rpc.send(&gone)), "Instance.NotFound");
    }
    let mut more = signed();
    more.push(("Extra".into(), String::new()));
    assert_eq!(code(&rpc.send(&more)), "SignatureDoesNotMatch");
    let mut twice = signed();
    twice.push(twice[0].clone());
    assert_eq!(code(&rpc.send(&twice)), "InvalidParameter");
    // A replay; and the same nonce for another request.
    let nonce = Rpc::nonce();
    let once = rpc.sign("DescribeInstance", &ask, &nonce);
    assert_eq!(code(&rpc.send(&once)), "Instance.NotFound");
    assert_eq!(code(&rpc.send(&once)), "SignatureNonceUsed");
    assert_eq!(code(&rpc.send(&rpc.sign("DescribeBoot", &ask, &nonce))), "SignatureNonceUsed");
    // Of another time.
    for (skew, expected) in [
        (-880, "Instance.NotFound"),
        (880, "Instance.NotFound"),
        (-930, "InvalidTimeStamp.Expired"),
        (930, "InvalidTimeStamp.Expired"),
    ] {
        let skewed = Rpc { skew, ..rpc.clone() };
        assert_eq!(code(&skewed.call("DescribeInstance", &ask)), expected, "{skew}");
    }
    // Another version, another action.
    assert_eq!(code(&rpc.call("DescribeEverything", &[])), "InvalidAction.NotFound");
}

#[test]
fn the_newer_scheme_covers_headers_and_body() {
    let server = server();
    let rpc = manager(&server);
    let form = format!("PropertyUuid={UUID}");
    let code = |answer: support::Answer| answer.json()["Code"].as_str().unwrap().to_owned();
    assert_eq!(code(rpc.acs3("DescribeInstance", &form, |_, _| {})), "Instance.NotFound");
    assert_eq!(
        code(rpc.acs3("DescribeInstance", &form, |_, body| body.push('2'))),
        "SignatureDoesNotMatch",
        "another body"
    );
    for name in ["x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"] {
        let answer = rpc.acs3("DescribeInstance", &form, |headers, _| {
            let header = headers.iter_mut().find(|(found, _)| found == name).unwrap();
            header.1 = header.1.replace(|it: char| it.is_ascii_digit(), "1").replace("Instance", "Boot");
        });
        assert_eq!(code(answer), "SignatureDoesNotMatch", "{name}");
    }
    // A signature that leaves something out.
    let answer = rpc.acs3("DescribeInstance", &form, |headers, _| {
        let last = headers.last_mut().unwrap();
        last.1 = last.1.replace(";x-acs-date", "");
    });
    assert_eq!(code(answer), "InvalidAuthorization");
    // One that names a header again and again, which would make the message as long as one likes.
    for again in [";host", ";Host"] {
        let answer = rpc.acs3("DescribeInstance", &form, |headers, _| {
            let last = headers.last_mut().unwrap();
            last.1 = last.1.replace(";x-acs-version", &format!(";x-acs-version{again}"));
        });
        assert_eq!(code(answer), "InvalidAuthorization", "{again}");
    }
    let old = Rpc { skew: -1_000, ..rpc.clone() };
    assert_eq!(code(old.acs3("DescribeInstance", &form, |_, _| {})), "InvalidTimeStamp.Expired");
}

#[test]
fn machines_enrol_and_people_decide() {
    let server = server();
    let described = server.get("/openapi.json").json();
    assert!(described["paths"]["/"]["post"]["responses"]["200"].is_object());
    assert_eq!(
        described["components"]["schemas"]["RpcRefusal"]["required"],
        json!(["Code", "Message", "RequestId"])
    );
    let closed = TestServer::start(|_, _| {});
    assert!(closed.get("/openapi.json").json()["paths"]["/"].is_null());
    assert_eq!(closed.post_text("/?Action=VerifyMessage", "", &[]).status, 404, "nobody may report there");
    let agent = Rpc::new(&server, "agent");
    for action in [
        "DescribeInstance",
        "DescribeBoot",
        "DescribeEvents",
        "TrustEvents",
        "IgnoreEvents",
        "UnregisterMessage",
    ] {
        assert_eq!(agent.refused(action, &[]), (403, "Forbidden.RAM".into()), "{action}");
    }
    Agent::enrolled(&server);
    let stranger = Rpc::new(&server, "stranger");
    for action in ["DescribeInstance", "DescribeBoot", "RegisterMessage"] {
        let refused = stranger.refused(action, &[("PropertyUuid", UUID)]);
        assert_eq!(refused, (404, "Instance.NotFound".into()), "{action}");
    }
    let gone = [("Properties", "[\"0f74b5cc-ff0e-4fa6-b457-000000000001\"]")];
    assert_eq!(stranger.refused("UnregisterMessage", &gone).0, 404);
    manager(&server).ok("UnregisterMessage", &gone);
    assert_eq!(manager(&server).refused("DescribeInstance", &[("PropertyUuid", UUID)]).0, 404);
}

#[test]
fn a_first_boot_is_the_baseline_of_all_others() {
    let server = server();
    let mut machine = Agent::enrolled(&server);
    let before = described(&server);
    assert_eq!((&before["SystemTrustStatus"], &before["OnlineStatus"]), (&json!(4), &json!(0)));
    assert_eq!(before["SystemWhiteListId"], -1);
    assert_eq!(manager(&server).refused("DescribeBoot", &[("PropertyUuid", UUID)]).0, 404);
    assert_eq!(machine.report(&json!({})), (1, 4, 0));
    let first = described(&server);
    assert_eq!((&first["SystemTrustStatus"], &first["OnlineStatus"]), (&json!(1), &json!(1)));
    let detail: Value = serde_json::from_str(first["SystemTrustDetail"].as_str().unwrap()).unwrap();
    assert_eq!(detail["pcr4"].as_str().map(str::len), Some(64));
    let boot = manager(&server).ok("DescribeBoot", &[("PropertyUuid", UUID)]);
    assert_eq!(boot["Id"], first["SystemWhiteListId"]);
    assert!(boot["WhiteListDetail"].as_str().unwrap().contains(detail["pcr4"].as_str().unwrap()));
    machine.boot();
    assert_eq!(machine.report(&json!({})).0, 1);
    // Another boot loader.
    let good = machine.forge.clone();
    machine.boot();
    machine.forge.unlogged = vec![(4, b"another loader".to_vec())];
    assert_eq!(machine.report(&json!({})).0, 2);
    assert_eq!(machine.report(&json!({})).0, 2);
    let found = events(&server, "0");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["EventType"], &found[0]["Accumulation"]), (&json!("4"), &json!("2")));
    assert_eq!(found[0]["SuspectWhiteList"], detail["pcr4"]);
    assert_ne!(found[0]["Suspect"], detail["pcr4"]);
    assert_eq!(described(&server)["SystemExceptionNum"], 1);
    // Ignored, it stays red until a good boot.
    let uuids = json!([found[0]["EventUuid"]]).to_string();
    manager(&server).ok("IgnoreEvents", &[("EventUuids", &uuids)]);
    assert_eq!(described(&server)["SystemExceptionNum"], 0);
    assert_eq!(machine.report(&json!({})).0, 2);
    assert_eq!((events(&server, "0").len(), events(&server, "1").len()), (0, 1));
    machine.forge = TpmForge { clock: machine.forge.clock.clone(), ..good };
    machine.boot();
    assert_eq!(machine.report(&json!({})).0, 1);
    assert_eq!((events(&server, "0").len(), events(&server, "3").len()), (0, 1));
    // It comes again, and is trusted: the new value is the baseline, and the old one was one once.
    machine.boot();
    machine.forge.unlogged = vec![(4, b"another loader".to_vec())];
    assert_eq!(machine.report(&json!({})).0, 2);
    let again = events(&server, "0");
    assert_eq!((again.len(), &again[0]["EventUuid"]), (1, &found[0]["EventUuid"]));
    manager(&server).ok("TrustEvents", &[("EventUuids", &uuids), ("HandleStyle", "1")]);
    assert_eq!(machine.report(&json!({})).0, 1);
    machine.boot();
    machine.forge.unlogged.clear();
    assert_eq!(machine.report(&json!({})).0, 2, "what was good before is not any more");
    let answer = server.post("/v2/challenge", &json!({})).json();
    let nonce = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(answer["nonce"].as_str().unwrap());
    let data = machine.file_data(&nonce.unwrap(), &json!({ "challenge": answer["challenge"] }));
    let verify = || machine.rpc.call_form("VerifyMessage", &[("FileData", &data)]);
    let verified = verify();
    assert_eq!(verified.status, 200, "{}", verified.body);
    let pcrs = &verified.json()["Data"]["PcrVerificationResult"];
    assert_eq!((&pcrs["Status"], pcrs["TcbObsolete"].as_array().unwrap().len()), (&json!(2), 1), "{pcrs}");
    assert_eq!(pcrs["Untrusted"], json!([]));
    assert_eq!(verify().status, 400, "the challenge is used up");
    // Beside it: both are good.
    let both = json!([events(&server, "0")[0]["EventUuid"]]).to_string();
    manager(&server).ok("TrustEvents", &[("EventUuids", &both), ("HandleStyle", "2")]);
    assert_eq!(machine.report(&json!({})).0, 1);
    machine.boot();
    machine.forge.unlogged = vec![(4, b"another loader".to_vec())];
    assert_eq!(machine.report(&json!({})).0, 1);
}

#[test]
fn a_report_is_held_against_machines_of_the_caller_alone() {
    let server = server();
    let mut machine = Agent::enrolled(&server);
    assert_eq!(machine.report(&json!({})).0, 1);
    let challenged = || {
        let answer = server.post("/v2/challenge", &json!({})).json();
        let nonce = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let nonce = nonce.decode(answer["nonce"].as_str().unwrap()).unwrap();
        machine.file_data(&nonce, &json!({ "challenge": answer["challenge"] }))
    };
    let data = challenged();
    let verified = machine.rpc.ok("VerifyMessage", &[("FileData", &data)]);
    assert_eq!(verified["Data"]["PcrVerificationResult"]["Status"], 1, "{verified}");
    // To another account, and to nobody, the key is one that nobody vouches for.
    let stranger = Rpc::new(&server, "stranger");
    let refused = stranger.refused("VerifyMessage", &[("FileData", &challenged())]);
    assert_eq!(refused, (400, "InvalidParameter.FileData".into()));
    let unsigned = |data: &str| {
        let form = format!("Action=VerifyMessage&Version=2020-06-13&FileData={}", support::rpc::encode(data));
        server.post_text("/", &form, &[("Content-Type", "application/x-www-form-urlencoded")])
    };
    let refused = unsigned(&challenged());
    assert_eq!((refused.status, &refused.json()["Code"]), (400, &json!("InvalidParameter.FileData")));
    // Once it has enrolled there, too, it is theirs, with a baseline of their own: none yet.
    let theirs = Agent { rpc: stranger, uuid: THEIRS, ..clone(&machine) };
    theirs.rpc.ok("RegisterMessage", &[("PropertyUuid", THEIRS)]);
    theirs.enrol();
    let mut other = clone(&machine);
    other.forge.unlogged = vec![(4, b"another loader".to_vec())];
    let answer = server.post("/v2/challenge", &json!({})).json();
    let nonce = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let nonce = nonce.decode(answer["nonce"].as_str().unwrap()).unwrap();
    let data = other.file_data(&nonce, &json!({ "challenge": answer["challenge"] }));
    let verified = theirs.rpc.ok("VerifyMessage", &[("FileData", &data)]);
    assert_eq!(verified["Data"]["PcrVerificationResult"]["Status"], 1, "{verified}");
}

#[test]
fn evidence_that_is_not_authentic_never_leaves_a_machine_green() {
    let server = server();
    let mut machine = Agent::enrolled(&server);
    assert_eq!(machine.report(&json!({})).0, 1);
    // An old quote, signed values edited, another key's quote.
    let nonce = machine.nonce();
    let other =
        Agent { forge: TpmForge::p256().with_key(AkKey::P256(Key::new("software"))), ..clone(&machine) };
    let mut spoilt = json!({});
    spoilt["pcrs"] =
        json!(base64(&TpmForge { unlogged: vec![(7, vec![1])], ..machine.forge.clone() }.build().pcrs));
    let old = || machine.put_anew(|_| vec![7; 32], &json!({}));
    let edited = || machine.put_anew(|nonce| nonce, &spoilt);
    let another = || other.put(&machine.nonce(), &json!({}));
    let tries: [(&str, &dyn Fn() -> Value); 3] =
        [("tpm.nonce", &old), ("tpm.pcr.digest", &edited), ("tpm.name", &another)];
    for (code, attempt) in tries {
        let answer = attempt();
        let verdict = &answer["data"]["systemVerificationResult"];
        assert_eq!((&verdict["status"], &verdict["code"]), (&json!(2), &json!(code)));
        assert_eq!(described(&server)["SystemTrustStatus"], 2, "{code}");
        let mut good = clone(&machine);
        good.forge.clock.clock += 1;
        assert_eq!(good.report(&json!({})).0, 1);
    }
    // The nonce of GenerateNonce is good for one report, whatever came of it.
    let data = machine.file_data(&nonce, &json!({}));
    let put = [("PropertyUuid", UUID), ("FileData", data.as_str())];
    assert_eq!(machine.rpc.refused("PutMessage", &put), (400, "Nonce.NotFound".into()));
    // The TPM's clock went back: a copy of its state.
    machine.forge.clock.clock = 1;
    assert_eq!(machine.report(&json!({})).0, 2);
    assert!(events(&server, "0").iter().any(|event| event["SuspectSig"] == "tpm.clock_went_back"));
    for data in ["", "AA", "e30=", "{}", &base64(br#"{"format":"veriquote-report-2"}"#)] {
        let refused = machine.rpc.refused("PutMessage", &[("PropertyUuid", UUID), ("FileData", data)]);
        assert_eq!(refused.0, 400, "{data}");
    }
}

fn clone<'s>(machine: &Agent<'s>) -> Agent<'s> {
    Agent {
        rpc: machine.rpc.clone(),
        uuid: machine.uuid,
        forge: machine.forge.clone(),
        ek: machine.ek.clone(),
        next: 0,
    }
}

#[test]
fn a_list_of_programs_goes_on_where_it_ended() {
    let server = server_with(|config| config.instances.programs = Programs::FirstReport);
    let mut machine = Agent::enrolled(&server);
    let mut first = machine.list(0);
    first["event_log"] = json!(base64(&machine.forge.build().event_log));
    assert_eq!(machine.report(&first), (1, 1, 4));
    assert_eq!(described(&server)["ProgramTrustStatus"], 1);
    // Nothing new; then a program that was there before, once more at the end.
    assert_eq!(machine.report(&machine.list(4)), (1, 1, 4));
    let known = machine.forge.ima.entries[1].clone();
    machine.forge.ima.entries.push(known);
    assert_eq!(machine.report(&machine.list(4)), (1, 1, 5));
    // One that nobody knows.
    machine.forge.ima.entries.push(ImaEntry::file("/tmp/miner", b"mines"));
    assert_eq!(machine.report(&machine.list(5)), (1, 2, 5));
    let found = events(&server, "0");
    assert_eq!((found.len(), &found[0]["EventAffiliation"]), (1, &json!("2")));
    let digest = hex(&sha256(&[b"mines"]));
    assert_eq!(found[0]["Suspect"], format!("sha256:{digest} /tmp/miner"));
    let uuids = found[0]["EventUuid"].as_str().unwrap();
    manager(&server).ok("TrustEvents", &[("EventUuids", uuids)]);
    assert_eq!(machine.report(&machine.list(5)), (1, 1, 6));
    // From elsewhere nothing is decided, and the nonce is still good.
    let nonce = machine.nonce();
    let answer = machine.put(&nonce, &machine.list(3));
    assert_eq!(answer["data"]["programVerificationResult"]["status"], 3);
    assert_eq!(answer["data"]["nextClientIMAIndex"], 6);
    machine.forge.clock.clock += 1;
    assert_eq!(machine.put(&nonce, &machine.list(6))["data"]["nextClientIMAIndex"], 6);
    // After a start the list begins anew.
    machine.boot();
    assert_eq!(machine.report(&machine.list(6)), (3, 3, 0));
    assert_eq!(machine.report(&machine.list(0)), (1, 1, 6));
}

#[test]
fn a_certificate_is_for_the_key_of_that_tpm() {
    let server = server();
    let machine = Agent::enrolled(&server);
    let chain = machine.enrol();
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
    // It gives tokens.
    let answer = server.post("/v2/challenge", &json!({})).json();
    let nonce =
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(answer["nonce"].as_str().unwrap()).unwrap();
    let forged = TpmForge { nonce: nonce.clone(), ..machine.forge.clone() }.build();
    let document = json!({
        "quote": base64(&forged.attest), "signature": base64(&forged.signature), "ak": base64(&forged.public),
        "ak_chain": chain, "pcrs": base64(&forged.pcrs),
    });
    let request = json!({
        "aud": "https://rp.example",
        "evidence": [{ "tee": "tpm", "format": "document", "data": base64url(document.to_string().as_bytes()),
            "runtime_data": { "raw": base64(&nonce), "binding": "tpm-extradata" } }],
        "policies": { "tpm": ["crypto-only"] },
    });
    let mut challenged = request.clone();
    challenged["challenge"] = answer["challenge"].clone();
    challenged.as_object_mut().unwrap().remove("policies");
    let token = server.post("/v2/attestation", &challenged);
    assert_eq!(token.status, 200, "{}", token.body);
    // Another one, and without the authority's.
    let mut ask = vec![
        ("AikName", hex(&machine.name())),
        ("CertRequest", base64(&machine.forge.public.tpm2b())),
        ("EkPubKey", base64(&ek_public(&machine.ek))),
        ("IncludeCertChain", "false".to_owned()),
    ];
    let answer = machine.rpc.ok("ProduceAikcert", &texts(&ask));
    let alone = machine.open(&answer["Data"]["DataCredentialBlob"], &answer["Data"]["KeyCredentialBlob"]);
    assert_eq!(alone.matches("BEGIN CERTIFICATE").count(), 1);
    // Not for a key that nobody enrolled, nor for another key under this Name, nor another TPM.
    let software = TpmForge::p256().with_key(AkKey::P256(Key::new("software")));
    ask[1].1 = base64(&software.public.tpm2b());
    assert_eq!(machine.rpc.refused("ProduceAikcert", &texts(&ask)).0, 400);
    ask[0].1 = hex(&software.public.name());
    assert_eq!(machine.rpc.refused("ProduceAikcert", &texts(&ask)).1, "InvalidParameter.AikName");
    ask[0].1 = hex(&machine.name());
    ask[1].1 = base64(&machine.forge.public.tpm2b());
    ask[2].1 = base64(&ek_public(&ek("another tpm")));
    assert_eq!(machine.rpc.refused("ProduceAikcert", &texts(&ask)).1, "InvalidParameter.AikName");
    // It is good as long as the enrolment: a machine that is gone gets nothing by it.
    let report = machine.file_data(&nonce, &json!({ "ak_chain": chain }));
    let form = format!("Action=VerifyMessage&Version=2020-06-13&FileData={}", support::rpc::encode(&report));
    let stateless = || {
        let answer = server.post_text("/", &form, &[("Content-Type", "application/x-www-form-urlencoded")]);
        answer.json()["Data"]["PcrVerificationResult"]["Code"].as_str().unwrap().to_owned()
    };
    assert_eq!(server.post("/v2/attestation", &request).status, 200);
    assert_eq!(stateless(), "tpm.fresh", "authentic, and of any age");
    manager(&server).ok("UnregisterMessage", &[("Properties", UUID)]);
    let refused = server.post("/v2/attestation", &request);
    assert_eq!((refused.status, refused.codes().1), (422, "AS.EVIDENCE.VERIFICATION_FAILED".into()));
    assert_eq!(stateless(), "x509.anchor");
    // Once it enrols again the key is trusted again.
    Agent::enrolled(&server);
    assert_eq!(server.post("/v2/attestation", &request).status, 200);
    // And no longer when the machine has another key.
    let other = TpmForge::p256().with_key(AkKey::P256(Key::new("its next key")));
    Agent { forge: other, ..clone(&machine) }.enrol();
    assert_eq!(server.post("/v2/attestation", &request).status, 422);
}

#[test]
fn an_endorsement_key_may_come_with_its_certificate() {
    use veriquote_forge::tpm::{EK_EKU, ak_certificate};
    use veriquote_forge::{DAY, NOW, pem};

    let forge = TpmForge::p256();
    let root = pem("CERTIFICATE", &forge.authority.der());
    let server = TestServer::start(|config, folder| {
        config.instances.access_keys =
            vec![access_key("agent", "ours", Role::Agent), access_key("manager", "ours", Role::Manager)];
        config.instances.ek_roots = vec![support::write(folder, "ek-root.pem", root.as_bytes())];
    });
    let of = |ek: &Ek| ak_certificate(&ek.key, EK_EKU, &forge.authority, NOW - DAY, NOW + 1000 * DAY);
    let machine = Agent::registered(&server);
    let certificate = of(&machine.ek);
    let ask = |certificate: &str, public: Option<&Ek>| {
        let mut asked = vec![
            ("PropertyUuid", UUID.to_owned()),
            ("AikName", hex(&machine.name())),
            ("EkCert", certificate.to_owned()),
        ];
        asked.extend(public.map(|ek| ("EkPub", base64(&ek_public(ek)))));
        machine.rpc.call_form("GenerateNonce", &texts(&asked))
    };
    // DER as NV memory has it, PEM with or without the public area beside it: up to a nonce that only the
    // TPM opens.
    let der = base64(&certificate.der());
    let text = pem("CERTIFICATE", &certificate.der());
    for (given, public) in [(&der, None), (&text, None), (&text, Some(&machine.ek))] {
        let answer = ask(given, public);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let nonce = machine.unwrap(&answer.json()["data"]["CredentialBlob"]).expect("the TPM's own");
        assert_eq!(nonce.len(), 32);
    }
    let answer = ask(&der, None);
    let nonce = machine.unwrap(&answer.json()["data"]["CredentialBlob"]).unwrap();
    let enrol = [
        ("PropertyUuid", UUID.to_owned()),
        ("AikName", hex(&machine.name())),
        ("AikPub", base64(&machine.forge.public.tpm2b())),
        ("EkCert", der.clone()),
        ("NonceDigest", hex(&sha256(&[&nonce]))),
    ];
    machine.rpc.ok("GenerateAikcert", &texts(&enrol));
    // A key that nobody certifies, though its public area is right; another authority's certificate; one that
    // is for attestation keys; one of another key than the public area's.
    let mut other = forge.authority.clone();
    other.key = Key::new("another authority");
    other.signer = other.key.clone();
    let foreign = ak_certificate(&machine.ek.key, EK_EKU, &other, NOW - DAY, NOW + 1000 * DAY);
    let wrong_use =
        ak_certificate(&machine.ek.key, veriquote_forge::tpm::AK_EKU, &forge.authority, NOW - DAY, NOW + DAY);
    let lapsed = ak_certificate(&machine.ek.key, EK_EKU, &forge.authority, NOW - 9 * DAY, NOW - DAY);
    for (bad, code) in [(&foreign, "x509."), (&wrong_use, "x509.extension"), (&lapsed, "x509.expired")] {
        let refused = ask(&base64(&bad.der()), None).json();
        assert_eq!(refused["Code"], "InvalidParameter.EkCert", "{refused}");
        assert!(refused["Message"].as_str().unwrap().contains(code), "{refused}");
    }
    let refused = ask(&der, Some(&ek("another tpm"))).json();
    assert_eq!(refused["Code"], "InvalidParameter.EkCert", "{refused}");
    let bare = [
        ("PropertyUuid", UUID.to_owned()),
        ("AikName", hex(&machine.name())),
        ("EkPub", base64(&ek_public(&machine.ek))),
    ];
    assert_eq!(machine.rpc.refused("GenerateNonce", &texts(&bare)).1, "InvalidParameter.EkPub");
    assert_eq!(machine.rpc.refused("GenerateNonce", &texts(&bare[..2])).1, "InvalidParameter.EkCert");
}

/// A key of the forge, as `rcgen` takes keys that are elsewhere.
struct Remote<'k>(&'k Key, Vec<u8>);

impl<'k> Remote<'k> {
    fn of(key: &'k Key) -> Self {
        Self(key, [&[4][..], &key.public()].concat())
    }

    /// A request of PKCS #10 for this key, for a machine of another name: DER.
    fn request(&self) -> Vec<u8> {
        let params = rcgen::CertificateParams::new(vec!["another.example".to_owned()]).unwrap();
        params.serialize_request(self).unwrap().der().to_vec()
    }
}

impl rcgen::PublicKeyData for Remote<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.1
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Remote<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign_der(message))
    }
}

#[test]
fn a_request_is_for_the_key_that_enrolled_and_nothing_else() {
    let server = server();
    let machine = Agent::enrolled(&server);
    let AkKey::P256(own) = machine.forge.key.clone() else { panic!("P-256") };
    let request = Remote::of(&own).request();
    let ask = |request: &str| {
        let asked = [
            ("AikName", hex(&machine.name())),
            ("CertRequest", request.to_owned()),
            ("EkPubKey", base64(&ek_public(&machine.ek))),
        ];
        machine.rpc.call_form("ProduceAikcert", &texts(&asked))
    };
    for form in [base64(&request), veriquote_forge::pem("CERTIFICATE REQUEST", &request)] {
        let answer = ask(&form);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let data = &answer.json()["Data"];
        let chain = machine.open(&data["DataCredentialBlob"], &data["KeyCredentialBlob"]);
        let blocks = veriquote::encoding::pem_blocks(chain.as_bytes(), "CERTIFICATE", 2).unwrap();
        let leaf = veriquote::x509::Certificate::parse(&blocks[0]).unwrap();
        assert_eq!(leaf.spki().raw(), own.spki());
        assert_eq!(leaf.subject_common_name(), Some(UUID), "the name is the service's choice");
        assert!(!blocks[0].windows(15).any(|window| window == b"another.example"));
    }
    let log = std::fs::read_to_string(server.folder.path().join("data/audit.jsonl")).unwrap();
    assert_eq!(log.matches("\"instance.certified\"").count(), 2, "{log}");
    // Another key, which did not enroll; the right one in a request that somebody else signed.
    let refused = |request: &[u8]| ask(&base64(request)).json();
    let software = Key::new("software");
    let other = Remote::of(&software).request();
    assert_eq!(refused(&other)["Code"], "InvalidParameter.CertRequest");
    assert!(refused(&other)["Message"].as_str().unwrap().contains("not that of AikName"));
    let forged = Remote(&software, [&[4][..], &own.public()].concat()).request();
    assert!(refused(&forged)["Message"].as_str().unwrap().contains("x509.signature"), "{}", refused(&forged));
    assert_eq!(refused(&request[..request.len() - 1])["Code"], "InvalidParameter.CertRequest");
    let certificate = veriquote_forge::pem("CERTIFICATE", &request);
    assert_eq!(ask(&certificate).status, 400);
}

#[test]
fn enrolment_needs_the_tpm_itself() {
    let server = server();
    let machine = Agent::registered(&server);
    let data = machine.file_data(&[1; 32], &json!({}));
    let put = [("PropertyUuid", UUID), ("FileData", data.as_str())];
    assert_eq!(machine.rpc.refused("PutMessage", &put).1, "Instance.NotEnrolled");
    // A wrong answer uses the nonce up, and says nothing of what was right.
    let nonce = machine.nonce();
    let (wrong, right) = (hex(&[0; 32]), hex(&sha256(&[&nonce])));
    let refused = machine.rpc.call_form("GenerateAikcert", &texts(&machine.aikcert(&wrong)));
    assert_eq!(refused.json()["Code"], "InvalidParameter.NonceDigest");
    assert!(!refused.body.contains(&right));
    let refused = machine.rpc.refused("GenerateAikcert", &texts(&machine.aikcert(&right)));
    assert_eq!(refused.1, "Nonce.NotFound");
    // The nonce for one key does not enrol another; nor does a TPM that nobody vouches for.
    let digest = hex(&sha256(&[&machine.nonce()]));
    let software = TpmForge::p256().with_key(AkKey::P256(Key::new("software")));
    let other = Agent { forge: software, ..clone(&machine) };
    assert_eq!(machine.rpc.refused("GenerateAikcert", &texts(&other.aikcert(&digest))).1, "Nonce.NotFound");
    let unknown = [
        ("PropertyUuid", UUID.to_owned()),
        ("AikName", hex(&machine.name())),
        ("EkPub", base64(&ek_public(&ek("nobody's")))),
    ];
    assert_eq!(machine.rpc.refused("GenerateNonce", &texts(&unknown)).1, "InvalidParameter.EkPub");
    // Another Name for this public area: the core sees that.
    let nonce = machine.nonce();
    let mut lying = machine.aikcert(&hex(&sha256(&[&nonce])));
    lying[2].1 = base64(&other.forge.public.tpm2b());
    assert_eq!(machine.rpc.refused("GenerateAikcert", &texts(&lying)).1, "InvalidParameter.AikPub");
    // A machine keeps its TPM.
    machine.enrol();
    let other = Agent { ek: ek("another tpm"), ..clone(&machine) };
    let theirs = [
        ("PropertyUuid", UUID.to_owned()),
        ("AikName", hex(&machine.name())),
        ("EkPub", base64(&ek_public(&other.ek))),
    ];
    assert_eq!(machine.rpc.refused("GenerateNonce", &texts(&theirs)), (409, "Instance.OtherTpm".into()));
}

#[test]
fn two_nodes_have_the_same_machines() {
    let Some(postgres) = Postgres::start() else { return };
    let url = postgres.database("instances");
    let start = || server_with(|config| config.store.url = Some(url.clone().into()));
    let (first, second) = (start(), start());
    let mut machine = Agent::enrolled(&first);
    assert_eq!(machine.report(&json!({})).0, 1);
    let mut moved = Agent { rpc: Rpc::new(&second, "agent"), ..clone(&machine) };
    moved.forge.clock.clock += 5_000;
    assert_eq!(moved.report(&json!({})).0, 1);
    assert_eq!(described(&second)["SystemWhiteListId"], described(&first)["SystemWhiteListId"]);
    // One nonce, 16 reports at once on both: one of them is taken.
    let nonce = machine.nonce();
    machine.forge.clock.clock += 50_000;
    let data = machine.file_data(&nonce, &json!({}));
    let barrier = Barrier::new(16);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let tries: Vec<_> = (0..16)
            .map(|number| {
                let (data, barrier) = (&data, &barrier);
                let rpc = Rpc::new(if number % 2 == 0 { &first } else { &second }, "agent");
                scope.spawn(move || {
                    barrier.wait();
                    rpc.call_form("PutMessage", &[("PropertyUuid", UUID), ("FileData", data)]).status
                })
            })
            .collect();
        tries.into_iter().map(|attempt| attempt.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    // Two TPMs for one machine at once, on two nodes: one has it.
    let other = "0f74b5cc-ff0e-4fa6-b457-000000000002";
    let agents = [(&first, "tpm"), (&second, "another tpm")].map(|(server, name)| Agent {
        rpc: Rpc::new(server, "agent"),
        uuid: other,
        forge: TpmForge::p256().with_key(AkKey::P256(Key::new(name))),
        ek: ek(name),
        next: 0,
    });
    agents[0].rpc.ok("RegisterMessage", &[("PropertyUuid", other)]);
    let enrolled: usize = thread::scope(|scope| {
        let tries: Vec<_> = agents
            .iter()
            .map(|agent| {
                // A machine has one nonce: whoever asks later takes it from the other, who tries again.
                scope.spawn(move || {
                    for _ in 0..100 {
                        let asked = [
                            ("PropertyUuid", other.to_owned()),
                            ("AikName", hex(&agent.name())),
                            ("EkPub", base64(&ek_public(&agent.ek))),
                        ];
                        let answer = agent.rpc.call_form("GenerateNonce", &texts(&asked));
                        if answer.status == 409 {
                            return 0;
                        }
                        let nonce = agent.unwrap(&answer.json()["data"]["CredentialBlob"]).unwrap();
                        let digest = hex(&sha256(&[&nonce]));
                        let answer = agent.rpc.call_form("GenerateAikcert", &texts(&agent.aikcert(&digest)));
                        if answer.status == 200 {
                            return 1;
                        }
                    }
                    0
                })
            })
            .collect();
        tries.into_iter().map(|attempt| attempt.join().unwrap()).sum()
    });
    assert_eq!(enrolled, 1);
}

#[test]
fn an_account_has_an_end_of_room_for_machines() {
    let server = server_with(|config| config.instances.machines = 2);
    let register = |key: &'static str, uuid: &str| {
        let answer = Rpc::new(&server, key).call("RegisterMessage", &[("PropertyUuid", uuid)]);
        (answer.status, answer.json()["Code"].as_str().unwrap_or_default().to_owned())
    };
    let ok = || (200, String::new());
    assert_eq!((register("agent", "a"), register("agent", "b")), (ok(), ok()));
    assert_eq!(register("agent", "c"), (403, "Instance.TooMany".into()));
    assert_eq!(register("agent", "a"), ok(), "those that are there go on");
    assert_eq!(register("stranger", "d"), ok(), "and so do others");
    Rpc::new(&server, "manager").ok("UnregisterMessage", &[("Properties", "a")]);
    assert_eq!(register("agent", "c"), ok());
}

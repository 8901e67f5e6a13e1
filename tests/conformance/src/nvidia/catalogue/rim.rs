//! Reference integrity manifests (attacks R1 to R25).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use veriquote::Code;
use veriquote_forge::nvidia::{
    NvCertificate, NvKey, NvRim, Resource, driver_rim, measurement, name, rim_chain, rim_root, sha384,
    vbios_rim,
};
use veriquote_forge::{DAY, NOW, sha256};

use super::valid::each_rim;
use crate::nvidia::case::{Case, Draft, case};

pub(super) fn all() -> Vec<Case> {
    [signature(), profile(), xml(), content(), matching()].concat()
}

/// A manifest as NVIDIA's service answers.
pub(super) fn answer(xml: &str, id: &str) -> Value {
    let digest = veriquote_forge::hex(&sha256(&[xml.as_bytes()]));
    json!({ "id": id, "rim": STANDARD.encode(xml), "sha256": digest, "rim_format": "TEXT", "request_id": "1" })
}

fn draft(name: &str, rule: &'static str, note: &str) -> Draft {
    case(&format!("rim/{name}"), "hopper", rule, note)
}

fn signature() -> Vec<Case> {
    let chain = |name: &str, note: &str| draft(name, "nvidia.rim.chain", note);
    let part = |place: usize, rest: &str| format!("rims[0].rim.chain.certificate[{place}].{rest}");
    let signed = "rims[0].rim.signature.signature_value";
    vec![
        draft("signature", "nvidia.rim.signature", "another signature value")
            .rim(0, |rim| NvRim { signer: Some(NvKey::new("a stranger")), ..rim })
            .refused(Code::NvidiaRimSignature, signed),
        draft("signature-empty", "nvidia.rim.signature", "a signature of zeros")
            .edit(|it| {
                let zeros = STANDARD.encode([0; 96]);
                each_rim(it, |text| between(text, "<ds:SignatureValue>", "</ds:SignatureValue>", &zeros));
            })
            .refused(Code::NvidiaRimSignature, signed),
        draft("signature-of-the-other", "nvidia.rim.signature", "the signature of the other manifest")
            .edit(|it| {
                let text = |at: usize| it["rims"][at].as_str().unwrap().to_owned();
                let (driver, vbios) = (text(0), text(1));
                let value = inside(&vbios, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
                it["rims"][0] =
                    json!(between(&driver, "<ds:SignatureValue>", "</ds:SignatureValue>", &value));
            })
            .refused(Code::NvidiaRimSignature, signed),
        draft("digest", "nvidia.rim.digest", "a reference value changed once it was signed")
            .rim(0, |rim| rim.after("revision=\"r1\"", "revision=\"r2\""))
            .refused(Code::NvidiaRimDigest, "rims[0].rim.signature.digest_value"),
        draft("digest-white-space", "nvidia.rim.digest", "white space changed once it was signed")
            .rim(0, |rim| rim.after("    <ns0:Meta", "   <ns0:Meta"))
            .refused(Code::NvidiaRimDigest, "rims[0].rim.signature.digest_value"),
        draft("digest-attribute", "nvidia.rim.digest", "an attribute that nobody reads")
            .rim(0, |rim| rim.after("<ns0:Payload ", "<ns0:Payload x=\"1\" "))
            .refused(Code::NvidiaRimDigest, "rims[0].rim.signature.digest_value"),
        chain("debug-root", "two certificates under another root")
            .rim(0, |mut rim| {
                let root = NvCertificate::root("NVIDIA CoRIM L1 Root CA Debug Only");
                let leaf = NvCertificate::leaf("RIM L4 Signer", "debug", &root);
                rim.chain = vec![leaf, root];
                rim
            })
            .refused(Code::X509Chain, "rims[0].rim.chain"),
        chain("other-root", "four certificates under another root")
            .rim(0, |mut rim| {
                rim.chain[3].key = NvKey::new("another root");
                rim.chain[3].signer = rim.chain[3].key.clone();
                rim.chain[3].fields.spki = Some(rim.chain[3].key.spki());
                rim
            })
            .refused(Code::X509Anchor, &part(3, "subject_public_key_info")),
        chain("device-root", "signed under the root of devices")
            .rim(0, |mut rim| {
                rim.chain = veriquote_forge::nvidia::device_chain("HOPPER", 0)[1..].to_vec();
                rim
            })
            .refused(Code::X509Anchor, &part(3, "subject_public_key_info")),
        chain("signer-expired", "the signer is past its last day")
            .rim(0, |mut rim| {
                rim.chain[0] = rim.chain[0].clone().valid(NOW - 800 * DAY, NOW - DAY);
                rim
            })
            .refused(Code::X509Expired, &part(0, "validity.not_after")),
        chain("signer-early", "the signer is not valid yet")
            .rim(0, |mut rim| {
                rim.chain[0] = rim.chain[0].clone().valid(NOW + DAY, NOW + 700 * DAY);
                rim
            })
            .refused(Code::X509NotYetValid, &part(0, "validity.not_before")),
        chain("certificate-appended", "a stranger's certificate after the genuine ones")
            .rim(0, |mut rim| {
                rim.chain.push(NvCertificate::root("stranger"));
                rim
            })
            .refused(Code::X509Chain, "rims[0].rim.chain"),
        chain("certificate-prepended", "a stranger's certificate, which signed, before the genuine ones")
            .rim(0, |mut rim| {
                rim.chain.insert(0, NvCertificate::root("stranger"));
                rim
            })
            .refused(Code::X509Chain, "rims[0].rim.chain"),
        chain("certificate-replaced", "a stranger's certificate, which signed, in place of the signer's")
            .rim(0, |mut rim| {
                let mut stranger = NvCertificate::leaf("RIM L4 Signer", "stranger", &rim.chain[1]);
                stranger.signer = NvKey::new("stranger");
                rim.chain[0] = stranger;
                rim
            })
            .refused(Code::X509Signature, &part(0, "signature")),
        chain("signer-is-authority", "an authority signs the manifest itself")
            .rim(0, |mut rim| {
                let chain = rim_chain("GH100");
                let between = NvCertificate::authority("between", &chain[2]);
                let signer = NvCertificate::authority("signer", &between);
                rim.chain = vec![signer, between, chain[2].clone(), rim_root()];
                rim
            })
            .refused(Code::X509Extension, &part(0, "extensions.basic_constraints")),
    ]
}

fn profile() -> Vec<Case> {
    const PROFILE: Code = Code::NvidiaRimProfile;
    let form = |name: &str, note: &str, change: fn(NvRim) -> NvRim| {
        draft(name, "nvidia.rim.form", note).rim(0, change).refused(PROFILE, "rims[0].rim")
    };
    let signature_end = |name: &str, note: &str, extra: &'static str| {
        draft(name, "nvidia.rim.form", note)
            .rim(0, move |rim| rim.after("</ds:Signature>", &format!("{extra}</ds:Signature>")))
            .refused(PROFILE, "rims[0].rim")
    };
    vec![
        form("key-value", "a key of the attacker's before the certificates", |rim| {
            rim.after("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyValue></ds:KeyValue>")
        }),
        form("key-name", "the name of a key", |rim| {
            rim.after("<ds:X509Data>", "<ds:KeyName>x</ds:KeyName><ds:X509Data>")
        }),
        form("retrieval-method", "a place to fetch a key from", |rim| {
            rim.after(
                "<ds:KeyInfo>",
                "<ds:KeyInfo><ds:RetrievalMethod URI=\"https://a\"></ds:RetrievalMethod>",
            )
        }),
        form("x509-subject", "a subject's name in place of a certificate", |rim| {
            rim.after("<ds:X509Data>", "<ds:X509Data><ds:X509SubjectName>x</ds:X509SubjectName>")
        }),
        signature_end(
            "resource-in-signature",
            "a measurement inside the signature, which nothing signs",
            "<ns0:Resource></ns0:Resource>",
        ),
        signature_end("meta-in-signature", "another Meta inside the signature", "<ns0:Meta></ns0:Meta>"),
        signature_end("object-in-signature", "an Object inside the signature", "<ds:Object></ds:Object>"),
        signature_end("text-in-signature", "text inside the signature", "text"),
        form("signature-id", "an identifier on the signature", |rim| {
            rim.after("<ds:KeyInfo>", "<ds:KeyInfo Id=\"x\">")
        }),
        form("signature-before-payload", "the signature before what it signs", |rim| {
            rim.after("</SoftwareIdentity>", "<ns0:Link></ns0:Link></SoftwareIdentity>")
        }),
        form("signatures", "two signatures", |rim| {
            let second = "</ds:Signature><ds:Signature \
                          xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>";
            rim.after("</ds:Signature>", second)
        }),
        draft("wrapped", "nvidia.rim.form", "a genuine manifest inside another one")
            .edit(|it| {
                each_rim(it, |text| {
                    let uri = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
                    format!("<SoftwareIdentity xmlns=\"{uri}\">{text}</SoftwareIdentity>")
                });
            })
            .refused(Code::LimitDepth, "rims[0].rim"),
        draft("unsigned", "nvidia.rim.form", "no signature")
            .edit(|it| {
                each_rim(it, |text| {
                    let start = text.find("<ds:Signature ").unwrap();
                    let end = text.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
                    format!("{}{}", &text[..start], &text[end..])
                });
            })
            .refused(PROFILE, "rims[0].rim"),
        form("reference-uri", "a reference to a part", |rim| rim.signed_info("URI=\"\"", "URI=\"#x\"")),
        form("reference-type", "a reference with a type", |rim| {
            rim.signed_info("URI=\"\"", "Type=\"x\" URI=\"\"")
        }),
        form("references", "two references", |rim| {
            rim.signed_info("</ds:Reference>", "</ds:Reference><ds:Reference URI=\"\"></ds:Reference>")
        }),
        draft("no-reference", "nvidia.rim.form", "no reference")
            .rim(0, |mut rim| {
                let text = rim.text();
                let start = text.find("<ds:Reference").unwrap();
                let end = text.find("</ds:Reference>").unwrap() + "</ds:Reference>".len();
                rim.signed_info.push((text[start..end].to_owned(), String::new()));
                rim
            })
            .refused(PROFILE, "rims[0].rim"),
        form("transform-xslt", "a transform that runs a program", |rim| {
            rim.signed_info(
                "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
                "http://www.w3.org/TR/1999/REC-xslt-19991116",
            )
        }),
        form("transform-missing", "one transform", |rim| {
            rim.signed_info(
                "<ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"></ds:Transform>",
                "",
            )
        }),
        form("exclusive", "exclusive canonicalisation", |rim| {
            rim.signed_info(
                "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\">",
                "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">",
            )
        }),
        form("sha1", "a digest in SHA-1", |rim| {
            rim.signed_info(
                "http://www.w3.org/2001/04/xmldsig-more#sha384",
                "http://www.w3.org/2000/09/xmldsig#sha1",
            )
        }),
        form("hmac", "a signature with a shared secret", |rim| {
            rim.signed_info(
                "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
                "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            )
        }),
        form("method-parameters", "parameters of an algorithm", |rim| {
            rim.signed_info(
                "</ds:SignatureMethod>",
                "<ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>",
            )
        }),
        draft("base64", "nvidia.rim.form", "padding in the middle of base64")
            .rim(0, |rim| rim.after("<ds:X509Certificate>MII", "<ds:X509Certificate>M=I"))
            .refused(Code::InputEncoding, "rims[0].rim.signature"),
        form("comment-in-base64", "a comment in base64", |rim| {
            rim.after("<ds:X509Certificate>MII", "<ds:X509Certificate>M<!-- -->II")
        }),
        draft("root-of-another-kind", "nvidia.rim.content", "signed, but no SoftwareIdentity")
            .rim(0, |rim| NvRim { root: "CorporateIdentity".to_owned(), ..rim })
            .refused(PROFILE, "rims[0].rim"),
    ]
}

fn xml() -> Vec<Case> {
    const XML: Code = Code::NvidiaRimXml;
    let text = |name: &str, note: &str, code: Code, change: fn(&str) -> String| {
        draft(name, "nvidia.rim.form", note)
            .edit(move |it| {
                let whole = it["rims"][0].as_str().unwrap().to_owned();
                it["rims"][0] = json!(change(&whole));
            })
            .refused(code, "rims[0].rim")
    };
    vec![
        text("doctype", "a document type with an entity", Code::NvidiaRimProfile, |text| {
            format!("<!DOCTYPE SoftwareIdentity [<!ENTITY a \"b\">]>{text}")
        }),
        text("entity", "an entity that nobody declared", XML, |text| text.replacen("\"GPU\"", "\"&a;\"", 1)),
        text("comment", "a comment, which canonicalisation drops", Code::NvidiaRimProfile, |text| {
            text.replacen("<ns0:Payload", "<!-- a --><ns0:Payload", 1)
        }),
        text("instruction", "a processing instruction", Code::NvidiaRimProfile, |text| {
            text.replacen("<ns0:Payload", "<?a b?><ns0:Payload", 1)
        }),
        text("cdata", "a CDATA section", Code::NvidiaRimProfile, |text| {
            text.replacen("</ds:DigestValue>", "<![CDATA[]]></ds:DigestValue>", 1)
        }),
        text("xml-attribute", "an attribute of the xml namespace", Code::NvidiaRimProfile, |text| {
            text.replacen("<ns0:Payload", "<ns0:Payload xml:base=\"a\"", 1)
        }),
        text("attribute-twice", "an attribute twice", XML, |text| {
            text.replacen("edition=\"GPU\"", "edition=\"GPU\" edition=\"SWITCH\"", 1)
        }),
        text("attribute-twice-by-namespace", "an attribute twice, by two prefixes", XML, |text| {
            text.replacen(
                "ns2:Hash0=",
                "xmlns:other=\"http://www.w3.org/2001/04/xmlenc#sha384\" other:Hash0=\"\" ns2:Hash0=",
                1,
            )
        }),
        text("prefix", "a prefix that nobody declared", XML, |text| {
            text.replacen("<ns0:Entity", "<ns9:Entity", 1).replacen("</ns0:Entity", "</ns9:Entity", 1)
        }),
        text("unclosed", "the root is not closed", XML, |text| text.replace("</SoftwareIdentity>", "")),
        text("after-root", "text after the root", XML, |text| format!("{text}x")),
        text("mismatched", "an end tag of another element", XML, |text| {
            text.replacen("</ns0:Payload>", "</ns0:Meta>", 1)
        }),
        text("control", "a character that XML does not allow", XML, |text| {
            text.replacen("GH100", "GH\u{1}100", 1)
        }),
        text("nul-reference", "a reference to the character zero", XML, |text| {
            text.replacen("GH100", "GH&#0;", 1)
        }),
        text("deep", "elements inside elements without end", Code::LimitDepth, |text| {
            text.replacen("<ns0:Payload", &format!("{}<ns0:Payload", "<a>".repeat(100)), 1)
        }),
        text("attributes", "a tag with a hundred attributes", Code::LimitCount, |text| {
            let many: String = (0..100).map(|number| format!(" a{number}=\"\"")).collect();
            text.replacen("<ns0:Payload", &format!("<ns0:Payload{many}"), 1)
        }),
        text("namespace-long", "a namespace of a long name", Code::LimitSize, |text| {
            text.replacen("<ns0:Payload", &format!("<ns0:Payload xmlns:a=\"u:{}\"", "a".repeat(255)), 1)
        }),
        text("namespace-relative", "a namespace of a relative name", Code::NvidiaRimProfile, |text| {
            text.replacen("<ns0:Payload", "<ns0:Payload xmlns:a=\"a\"", 1)
        }),
        text("namespace-undeclared", "a namespace that is taken back", Code::NvidiaRimProfile, |text| {
            text.replacen("<ns0:Payload", "<ns0:Payload xmlns=\"\"", 1)
        }),
        draft("not-a-manifest", "nvidia.rim.form", "text that is no manifest")
            .edit(|it| it["rims"][0] = json!("<a"))
            .refused(XML, "rims[0].rim"),
        draft("empty-text", "nvidia.rim.form", "nothing")
            .edit(|it| it["rims"][0] = json!(" "))
            .refused(XML, "rims[0].rim"),
    ]
}

fn content() -> Vec<Case> {
    const VALUE: Code = Code::NvidiaRimValue;
    let value = |name: &str, note: &str, part: &str, change: fn(&mut Resource)| {
        draft(name, "nvidia.rim.content", note)
            .rim(0, |mut rim| {
                change(&mut rim.resources[0]);
                rim
            })
            .refused(VALUE, &format!("rims[0].rim.payload.resource.{part}"))
    };
    let body = |name: &str, note: &str, code: Code, part: &str, from: &'static str, to: &'static str| {
        draft(name, "nvidia.rim.content", note).rim(0, move |rim| rim.body(from, to)).refused(code, part)
    };
    vec![
        value("active-lower-case", "active in small letters", "active", |it| it.active = "true".to_owned()),
        value("active-one", "active as a number", "active", |it| it.active = "1".to_owned()),
        value("active-space", "active with white space", "active", |it| it.active = " True".to_owned()),
        value("alternatives-many", "more values than there are", "alternatives", |it| {
            it.alternatives = Some("3".to_owned());
        }),
        value("alternatives-few", "fewer values than there are", "alternatives", |it| {
            it.hashes.push("00".repeat(48));
            it.alternatives = Some("1".to_owned());
        }),
        value("alternatives-zero", "no value", "alternatives", |it| {
            it.hashes.clear();
            it.alternatives = Some("0".to_owned());
        }),
        value("alternatives-sign", "a count with a sign", "alternatives", |it| {
            it.alternatives = Some("+1".to_owned());
        }),
        value("hash-short", "a value of 95 digits", "hash", |it| it.hashes[0].truncate(95)),
        value("hash-long", "a value of 97 digits", "hash", |it| it.hashes[0].push('0')),
        value("hash-no-hex", "a value that is not hex", "hash", |it| it.hashes[0] = "x".repeat(96)),
        value("size", "another size", "size", |it| it.size = "32".to_owned()),
        value("type", "not a measurement", "type", |it| it.kind = "File".to_owned()),
        value("index-negative", "an index below zero", "index", |it| it.index = "-1".to_owned()),
        value("index-64", "an index beyond every report", "index", |it| it.index = "64".to_owned()),
        value("index-large", "an index of 33 bits", "index", |it| it.index = "4294967296".to_owned()),
        value("index-zero", "an index with a zero in front", "index", |it| it.index = "07".to_owned()),
        draft("index-twice", "nvidia.rim.content", "one index twice")
            .rim(0, |mut rim| {
                rim.resources.push(Resource::active(7, &[measurement(9)]));
                rim
            })
            .refused(Code::NvidiaRimConflict, "rims[0].rim.payload.resource.index"),
        draft("empty", "nvidia.rim.content", "no measurement in force")
            .rim(0, |mut rim| {
                rim.resources.iter_mut().for_each(|it| it.active = "False".to_owned());
                rim
            })
            .refused(Code::NvidiaRimEmpty, "rims[0].rim.payload"),
        draft("both-kinds", "nvidia.rim.content", "measurements of driver and VBIOS in one")
            .rim(0, |mut rim| {
                rim.resources.push(Resource::active(0, &[measurement(0)]));
                rim
            })
            .refused(Code::NvidiaRimKind, "rims[0].rim.payload"),
        draft("no-kind", "nvidia.rim.content", "measurements of neither driver nor VBIOS")
            .rim(0, |mut rim| {
                rim.resources = vec![Resource::active(9, &[measurement(9)])];
                rim
            })
            .refused(Code::NvidiaRimKind, "rims[0].rim.payload"),
        body(
            "edition",
            "neither a GPU nor a switch",
            VALUE,
            "rims[0].rim.meta.edition",
            "edition=\"GPU\"",
            "edition=\"CPU\"",
        ),
        body("no-version", "no version", VALUE, "rims[0].rim", "colloquialVersion=\"550.90.07\" ", ""),
        body(
            "meta-twice",
            "two Metas, both signed",
            Code::NvidiaRimProfile,
            "rims[0].rim",
            "<ns0:Payload",
            "<ns0:Meta></ns0:Meta><ns0:Payload",
        ),
        body(
            "payload-other",
            "something else among the measurements",
            VALUE,
            "rims[0].rim.payload",
            "    </ns0:Payload>",
            "<ns0:File></ns0:File>    </ns0:Payload>",
        ),
        body(
            "meta-of-another-namespace",
            "a Meta of another namespace",
            Code::NvidiaRimProfile,
            "rims[0].rim",
            "<ns0:Meta ",
            "<ns2:Meta ",
        )
        .with_end(),
    ]
}

impl Case {
    /// The end tag that goes with a changed start tag.
    fn with_end(mut self) -> Self {
        // The manifest is made again with both tags changed.
        let rim = driver_rim("GH100", "550.90.07")
            .body("<ns0:Meta ", "<ns2:Meta ")
            .body("</ns0:Meta>", "</ns2:Meta>");
        self.request["rims"][0] = json!(rim.text());
        self
    }
}

fn matching() -> Vec<Case> {
    let find = |name: &str, note: &str| draft(name, "nvidia.rim.match", note);
    let compare = |name: &str, note: &str| draft(name, "nvidia.measurements", note);
    let id = |name: &str, note: &str, id: &'static str| {
        draft(name, "nvidia.rim.id", note).edit(move |it| {
            it["rims"][0] = answer(it["rims"][0].as_str().unwrap(), id);
        })
    };
    vec![
        find("driver-version", "the manifest of another driver")
            .forge(|it| it.rims[0] = driver_rim("GH100", "550.144.03"))
            .refused(Code::NvidiaRimVersion, "device[0].rim.driver"),
        find("vbios-version", "the manifest of another VBIOS")
            .forge(|it| it.rims[1] = vbios_rim("GH100", "96.00.9F.00.02"))
            .refused(Code::NvidiaRimVersion, "device[0].rim.vbios"),
        find("product", "the manifest of another product")
            .forge(|it| it.rims[0] = driver_rim("GB100", "550.90.07"))
            .refused(Code::NvidiaRimProduct, "device[0].rim.driver"),
        case("rim/product-blackwell", "blackwell", "nvidia.rim.match", "Hopper's manifest for Blackwell")
            .forge(|it| it.rims[0] = driver_rim("GH100", "575.32"))
            .refused(Code::NvidiaRimProduct, "device[0].rim.driver"),
        find("vbios-twice", "the VBIOS's manifest in place of the driver's")
            .forge(|it| it.rims[0] = it.rims[1].clone())
            .rejected(
                &["nvidia.rims"],
                &[
                    ("/devices/0/missing/0/kind", json!("driver")),
                    ("/devices/0/missing/0/id", json!("NV_GPU_DRIVER_GH100_550.90.07")),
                    ("/devices/0/nvidia/x-nvidia-gpu-driver-rim-fetched", json!(false)),
                ],
            ),
        find("missing", "no manifest at all").forge(|it| it.rims.clear()).rejected(
            &["nvidia.rims"],
            &[
                ("/devices/0/missing/1/id", json!("NV_GPU_VBIOS_1010_0200_882_96009F0001")),
                ("/devices/0/measurements_match", json!(false)),
                ("/devices/0/nvidia/measres", json!("fail")),
                ("/devices/0/nvidia/dbgstat", json!(null)),
            ],
        ),
        case("rim/missing-blackwell", "blackwell", "nvidia.rim.match", "the name of Blackwell's manifest")
            .forge(|it| drop(it.rims.remove(0)))
            .rejected(
                &["nvidia.rims"],
                &[("/devices/0/missing/0/id", json!("NV_GPU_CC_DRIVER_GB100_575.32"))],
            ),
        find("missing-allowed", "no manifest at all, and the policy does not mind")
            .forge(|it| it.rims.clear())
            .policy(json!({ "nvidia": { "rims": "allow" } }))
            .verified(&[("/devices/0/nvidia/measres", json!("fail"))]),
        compare("reissue", "an edition of the manifest with another value")
            .rim(1, |mut rim| {
                rim.resources[8] = Resource::active(9, &[sha384(b"reissued")]);
                rim
            })
            .rejected(
                &["nvidia.measurements"],
                &[
                    ("/devices/0/comparisons/1/mismatches/0/index", json!(9)),
                    ("/devices/0/comparisons/1/mismatches/1", json!(null)),
                ],
            ),
        compare("reissue-beside", "an older edition beside the right one")
            .forge(|it| {
                let mut older = it.rims[1].clone();
                older.resources[8] = Resource::active(9, &[sha384(b"reissued")]);
                it.rims.push(older);
            })
            .verified(&[]),
        compare("shifted", "every value one index too far")
            .rim(1, |mut rim| {
                for resource in &mut rim.resources {
                    let index: u8 = resource.index.parse().unwrap();
                    resource.hashes = vec![veriquote_forge::hex(&measurement(index + 1))];
                }
                rim
            })
            .rejected(&["nvidia.measurements"], &[("/devices/0/comparisons/1/matched", json!([]))]),
        compare("mismatch-allowed", "a mismatch, and the policy does not mind")
            .device(|it| it.report.blocks[0].value = vec![1; 48])
            .policy(json!({ "nvidia": { "measurements": "allow" } }))
            .verified(&[("/devices/0/measurements_match", json!(false))]),
        compare("short-value", "a measurement that is a beginning of the right one")
            .device(|it| it.report.blocks[0].value.truncate(32))
            .rejected(&["nvidia.measurements"], &[]),
        draft("conflict", "nvidia.rim.conflict", "one index in force in both manifests")
            .rim(1, |mut rim| {
                rim.resources.push(Resource::active(7, &[measurement(7)]));
                rim
            })
            .refused(Code::NvidiaRimConflict, "device[0].rim"),
        id("id-of-another", "the answer is of another name", "NV_GPU_DRIVER_GH100_550.144.03")
            .refused(Code::NvidiaRimId, "rims[0].rim.id"),
        id(
            "id-of-a-vbios",
            "a driver's manifest by the name of a VBIOS",
            "NV_GPU_VBIOS_1010_0200_882_96009F0001",
        )
        .refused(Code::NvidiaRimKind, "rims[0].rim.id"),
        id("id-unknown", "a name of no known kind", "driver.xml")
            .refused(Code::NvidiaRimId, "rims[0].rim.id"),
        find("id-of-another-board", "the VBIOS's manifest of another board")
            .edit(|it| {
                let id = "NV_GPU_VBIOS_G520_0200_885_96009F0001";
                it["rims"][1] = answer(it["rims"][1].as_str().unwrap(), id);
            })
            .rejected(&["nvidia.rims"], &[("/devices/0/missing/0/kind", json!("vbios"))]),
        case("rim/answer-digest", "hopper", "nvidia.rim.form", "the answer's digest is another's")
            .edit(|it| {
                let mut answer = answer(it["rims"][0].as_str().unwrap(), "NV_GPU_DRIVER_GH100_550.90.07");
                answer["sha256"] = json!("00".repeat(32));
                it["rims"][0] = answer;
            })
            .refused(Code::NvidiaRimValue, "rims[0].sha256"),
        case("rim/answer-empty", "hopper", "nvidia.rim.form", "an answer without a manifest")
            .edit(|it| it["rims"][0] = json!({ "id": "x" }))
            .refused(Code::NvidiaRimValue, "rims[0].rim"),
        case("rim/switch-for-gpu", "switch", "nvidia.rim.match", "a GPU's manifest for a switch")
            .forge(|it| it.rims[0] = vbios_rim("LS10", "96.10.55.00.01"))
            .rejected(&["nvidia.rims"], &[("/devices/0/missing/0/kind", json!("switch_bios"))]),
        find("named-chain", "a signer of any name under NVIDIA's root")
            .rim(0, |mut rim| {
                rim.chain[0].fields.subject = name("HCC RIM L4 Signer");
                rim
            })
            .verified(&[]),
    ]
}

fn inside<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).expect("a start") + start.len();
    let to = from + text[from..].find(end).expect("an end");
    &text[from..to]
}

fn between(text: &str, start: &str, end: &str, value: &str) -> String {
    let old = inside(text, start, end).to_owned();
    text.replacen(&old, value, 1)
}

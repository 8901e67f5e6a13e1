//! Revocation lists: spec §2.2 P6 to P8, T3.

use crate::case::{Case, case};
use veriquote::Code;
use veriquote_forge::{Crl, DAY, Extension, Forge, Key, NOW, PckCa, RevokedEntry, tlv};

pub(super) fn cases() -> Vec<Case> {
    type Pick = fn(&mut Forge) -> &mut Crl;
    let one = |name: &str, rule: &'static str, note: &str| case(&format!("crl/{name}"), "tdx4", rule, note);
    let lists: [(&str, &str, Pick); 2] =
        [("pck", "pck_crl", |f| &mut f.pck_crl), ("root", "root_ca_crl", |f| &mut f.root_crl)];
    let mut all = vec![
        one("leaf-revoked", "§2.2 P7", "the PCK certificate is revoked")
            .forge(|f| f.pck_crl.revoked.push(RevokedEntry::of(&f.pck, NOW - DAY)))
            .refused(Code::X509Revoked, "pck_chain.leaf.serial_number"),
        one("leaf-revoked-among-others", "§2.2 P7", "the PCK certificate is revoked, between others")
            .forge(|f| {
                for other in [&f.root, &f.pck, &f.tcb_signing] {
                    f.pck_crl.revoked.push(RevokedEntry::of(other, NOW - DAY));
                }
            })
            .refused(Code::X509Revoked, "pck_chain.leaf.serial_number"),
        one("intermediate-revoked", "§2.2 P7", "the intermediate is revoked")
            .forge(|f| f.root_crl.revoked.push(RevokedEntry::of(&f.pck_ca, NOW - DAY)))
            .refused(Code::X509Revoked, "collateral.pck_crl_issuer_chain.intermediate.serial_number"),
        one("signer-revoked", "§2.2 T3", "the TCB signing certificate is revoked")
            .forge(|f| f.root_crl.revoked.push(RevokedEntry::of(&f.tcb_signing, NOW - DAY)))
            .refused(Code::X509Revoked, "collateral.tcb_info_issuer_chain.signer.serial_number"),
        one("leaf-in-root-list", "§2.2 P7", "a serial number counts in its own issuer's list only")
            .forge(|f| f.root_crl.revoked.push(RevokedEntry::of(&f.pck, NOW - DAY)))
            .accepted(),
        one("serial-prefix", "§2.2 P7", "the serial number is compared in full length")
            .forge(|f| {
                let mut entry = RevokedEntry::of(&f.pck, NOW - DAY);
                entry.serial.pop();
                f.pck_crl.revoked.push(entry);
            })
            .accepted(),
        one("pck-is-root-list", "§2.2 P6", "the root's list in place of the PCK authority's")
            .source("automata audit 2025")
            .tamper(|f| f.collateral.pck_crl = f.collateral.root_ca_crl.clone())
            .refused(Code::CrlIssuer, "collateral.pck_crl.issuer"),
        one("root-is-pck-list", "§2.2 P6", "the PCK authority's list in place of the root's")
            .tamper(|f| f.collateral.root_ca_crl = f.collateral.pck_crl.clone())
            .refused(Code::CrlIssuer, "collateral.root_ca_crl.issuer"),
        one("pck-of-another-authority", "§2.2 P6", "the Processor CA's list for a Platform CA's PCK")
            .tamper(|f| {
                let other = Forge::tdx4().certified_by(PckCa::Processor).build();
                f.collateral.pck_crl = other.collateral.pck_crl;
                f.collateral.pck_crl_issuer_chain = other.collateral.pck_crl_issuer_chain;
            })
            .refused(Code::CrlIssuer, "pck_chain.intermediate"),
        one("pck-of-another-authority-alone", "§2.2 P6", "the same, with the right chain beside it")
            .tamper(|f| {
                f.collateral.pck_crl =
                    Forge::tdx4().certified_by(PckCa::Processor).build().collateral.pck_crl;
            })
            .refused(Code::CrlIssuer, "collateral.pck_crl.issuer"),
        one("pck-empty", "§2.2 P6", "an empty string in place of the list")
            .tamper(|f| f.collateral.pck_crl.clear())
            .refused(Code::InputEncoding, "collateral.pck_crl"),
        one("pck-is-a-certificate", "§2.2 P6", "a certificate in place of the list")
            .tamper(|f| f.collateral.pck_crl = f.root_der.clone())
            .refused(Code::CrlDer, "collateral.pck_crl.version"),
    ];
    for (name, member, pick) in lists {
        let part = |below: &str| format!("collateral.{member}{below}");
        let one = |suffix: &str, rule: &'static str, note: &str| {
            case(&format!("crl/{name}-{suffix}"), "tdx4", rule, note)
        };
        let p6 = |suffix: &str, note: &str| one(suffix, "§2.2 P6", note);
        all.extend([
            p6("other-signer", "signed by another key")
                .source("verifiers that do not check the signatures of lists")
                .forge(|f| pick(f).signer = Key::new("attacker"))
                .refused(Code::CrlSignature, &part(".signature")),
            p6("no-number", "without a list number")
                .forge(|f| pick(f).without(Crl::NUMBER))
                .refused(Code::CrlExtension, &part(".extensions")),
            p6("no-authority-key", "without the authority's key identifier")
                .forge(|f| pick(f).without(Extension::AUTHORITY_KEY))
                .refused(Code::CrlExtension, &part(".extensions")),
            p6("version-1", "a list of version 1")
                .forge(|f| pick(f).version = None)
                .refused(Code::CrlDer, &part(".version")),
            p6("no-next-update", "without the date of the next list")
                .forge(|f| pick(f).next_update = None)
                .refused(Code::CrlDer, &part(".next_update")),
            p6("delta", "a delta list")
                .forge(|f| pick(f).extensions.push(Extension::new("2.5.29.27", true, tlv(2, &[1]))))
                .refused(Code::CrlExtension, &part(".extensions")),
            p6("partial", "a list of some distribution point only")
                .forge(|f| {
                    let scope = tlv(0x30, &tlv(0x82, &[0xff]));
                    pick(f).extensions.push(Extension::new("2.5.29.28", true, scope));
                })
                .refused(Code::CrlExtension, &part(".extensions")),
            p6("entry-critical", "an entry with an extension that must be understood")
                .forge(|f| {
                    let mut entry = RevokedEntry::of(&f.root, NOW - DAY);
                    entry.extensions.push(Extension::new("2.5.29.29", true, tlv(0x30, &[])));
                    pick(f).revoked.push(entry);
                })
                .refused(Code::CrlExtension, &part(".revoked_certificates")),
            p6("trailing", "a byte after the list")
                .tamper(|f| match name {
                    "pck" => f.collateral.pck_crl.push(0),
                    _ => f.collateral.root_ca_crl.push(0),
                })
                .refused(Code::CrlDer, &part("")),
            one("stale", "§2.2 P8", "the next list was due a second ago")
                .forge(|f| pick(f).next_update = Some((NOW - 1).into()))
                .refused(Code::CrlStale, &part("")),
            one("stale-intel", "§2.2 P8", "the next list was due a second ago")
                .intel()
                .forge(|f| pick(f).next_update = Some((NOW - 1).into()))
                .refused(Code::CrlStale, &part("")),
            one("last-second", "§2.2 P8", "the next list is due now")
                .forge(|f| pick(f).next_update = Some(NOW.into()))
                .accepted(),
            one("future", "§2.2 P8", "issued a second from now")
                .source("verifiers that look at the end of the window only")
                .forge(|f| pick(f).this_update = (NOW + 1).into())
                .refused(Code::CrlNotYetValid, &part("")),
            one("first-second", "§2.2 P8", "issued now")
                .forge(|f| pick(f).this_update = NOW.into())
                .accepted(),
        ]);
    }
    all
}

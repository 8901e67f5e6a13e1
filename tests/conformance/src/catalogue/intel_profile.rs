//! Where Intel's published grammar (spec §2.3) leaves something open: what each profile makes of it.

use crate::case::{Case, Draft, case};
use veriquote::Code;
use veriquote_forge::{Forge, Identity, ModuleLevel, NOW};

pub(super) fn cases() -> Vec<Case> {
    [signature_text(), modules(), numbers()].concat()
}

fn one(name: &str, base: &'static str, note: &str) -> Draft {
    case(&format!("intel-profile/{name}"), base, "§2.3", note)
}

/// A signature that is not 128 hex digits is none, whoever reads it.
fn signature_text() -> Vec<Case> {
    let cut = |name: &str, note: &str, member: &'static str, keep: usize| {
        one(name, "sgx3", note).file(move |text| {
            let start = text.find(member).expect("the member") + member.len();
            format!("{}{}", &text[..start + keep], &text[start + 128..])
        })
    };
    let (tcb_info, identity) = (r#""tcb_info_signature":""#, r#""qe_identity_signature":""#);
    vec![
        cut("tcb-info-signature-odd", "a signature of 127 hex digits", tcb_info, 127)
            .refused(Code::InputEncoding, "collateral.tcb_info_signature"),
        cut("tcb-info-signature-odd-intel", "a signature of 127 hex digits", tcb_info, 127)
            .intel()
            .refused(Code::InputEncoding, "collateral.tcb_info_signature"),
        cut("tcb-info-signature-short-intel", "a signature of 63 bytes", tcb_info, 126)
            .intel()
            .refused(Code::DcapTcbInfoSignature, "collateral.tcb_info"),
        cut("identity-signature-odd", "a signature of 127 hex digits", identity, 127)
            .refused(Code::InputEncoding, "collateral.qe_identity_signature"),
        cut("identity-signature-odd-intel", "a signature of 127 hex digits", identity, 127)
            .intel()
            .refused(Code::InputEncoding, "collateral.qe_identity_signature"),
    ]
}

/// A TDX module described twice: Intel's library takes the first description.
fn modules() -> Vec<Case> {
    let twice = |name: &str, note: &str, other_first: bool| {
        one(name, "tdx4", note).forge(move |f: &mut Forge| {
            let modules = f.tcb_info.tdx_module_identities.as_mut().unwrap();
            let used = modules.iter().position(|module| module.id == "TDX_01").expect("the module");
            let mut other = modules[used].clone();
            other.id.make_ascii_lowercase();
            other.module.mrsigner[0] ^= 1;
            modules.insert(if other_first { used } else { used + 1 }, other);
        })
    };
    vec![
        twice("module-twice", "a module twice", false)
            .refused(Code::DcapTcbInfoLayout, "collateral.tcb_info.id"),
        twice("module-twice-intel", "the first description fits", false).intel().accepted(),
        twice("module-twice-other-first-intel", "the first description does not fit", true)
            .intel()
            .refused(Code::DcapTdxModule, "quote.body.mr_signer_seam"),
    ]
}

/// SVNs and product ids that no platform and no enclave can have.
fn numbers() -> Vec<Case> {
    const LARGE: i64 = 65_536;
    let next = |f: &mut Identity| f.levels.insert(0, ModuleLevel::new(LARGE, NOW, "Revoked", &[]));
    let module = |f: &mut Forge| {
        let modules = f.tcb_info.tdx_module_identities.as_mut().unwrap();
        modules.iter_mut().for_each(|m| m.levels.insert(0, ModuleLevel::new(LARGE, NOW, "Revoked", &[])));
    };
    let component = |f: &mut Forge, svns: &[i64]| {
        for svn in svns {
            let mut level = f.tcb_info.levels[0].clone();
            level.sgx[0].svn = *svn;
            level.status = "Revoked".to_owned();
            f.tcb_info.levels.push(level);
        }
    };
    let identity = |name: &str| {
        one(name, "sgx3", "an ISV SVN of 65536 in the identity").forge(move |f| {
            next(&mut f.identity);
            f.quote.qe_report.isv_svn = 65_535;
        })
    };
    let product = |name: &str| {
        one(name, "sgx3", "a product id of 65537: 1 in the lower 16 bits")
            .forge(|f| f.identity.isv_prod_id = LARGE + 1)
    };
    let layout = |draft: Draft, part: &str| draft.refused(Code::DcapTcbInfoLayout, part);
    vec![
        identity("identity-svn-65536").refused(Code::DcapIdentityLayout, "collateral.qe_identity.isvsvn"),
        identity("identity-svn-65536-intel").intel().accepted(),
        one("identity-svn-33-bits-intel", "sgx3", "an ISV SVN of 33 bits")
            .forge(|f| f.identity.levels[0].isv_svn = 1 << 32)
            .intel()
            .refused(Code::DcapIdentityLayout, "collateral.qe_identity.isvsvn"),
        product("identity-product-65537-intel")
            .intel()
            .refused(Code::DcapIdentityProduct, "quote.qe_report.isv_prod_id"),
        layout(
            one("module-svn-65536", "tdx4", "an ISV SVN of 65536 in a module").forge(module),
            "collateral.tcb_info.isvsvn",
        ),
        one("module-svn-65536-intel", "tdx4", "an ISV SVN of 65536 in a module is never reached")
            .forge(module)
            .intel()
            .accepted(),
        layout(
            one("components-70000", "sgx3", "a component of 70000").forge(move |f| component(f, &[70_000])),
            "collateral.tcb_info.sgxtcbcomponents",
        ),
        one("components-70000-intel", "sgx3", "components of 70000 and 80000 are two levels, never reached")
            .forge(move |f| component(f, &[70_000, 80_000]))
            .intel()
            .accepted(),
    ]
}

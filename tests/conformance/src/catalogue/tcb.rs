//! TCB evaluation: spec §2.4, and the TDX module, §2.2 V9.

use crate::case::{Case, Draft, case};
use veriquote::Code;
use veriquote_forge::{Forge, TdxModuleIdentity};

fn one(name: &str, base: &'static str, note: &str) -> Draft {
    case(&format!("tcb/{name}"), base, "§2.4", note).crypto_only()
}

const PLATFORM: &str = "INTEL-SA-90002";
const MODULE: &str = "INTEL-SA-90001";
const QE: &str = "INTEL-SA-90003";

/// Statuses of a platform level, and what an out-of-date part makes of each.
const CONVERGENCE: [(&str, &str); 6] = [
    ("UpToDate", "OutOfDate"),
    ("SWHardeningNeeded", "OutOfDate"),
    ("ConfigurationNeeded", "OutOfDateConfigurationNeeded"),
    ("ConfigurationAndSWHardeningNeeded", "OutOfDateConfigurationNeeded"),
    ("OutOfDate", "OutOfDate"),
    ("OutOfDateConfigurationNeeded", "OutOfDateConfigurationNeeded"),
];

pub(super) fn cases() -> Vec<Case> {
    [levels(), convergence(), relaunch(), module()].concat()
}

fn levels() -> Vec<Case> {
    vec![
        one("component-low", "sgx3", "one component one too low")
            .source("dcap-qvl 7fe54ae")
            .forge(|f| f.sgx_extension().tcb.components[15] = 2)
            .status("OutOfDate", &[PLATFORM]),
        one("component-mixed", "sgx3", "a high component does not make up for a low one")
            .source("dcap-qvl 7fe54ae")
            .forge(|f| {
                f.sgx_extension().tcb.components[0] = 200;
                f.sgx_extension().tcb.components[1] = 2;
            })
            .status("OutOfDate", &[PLATFORM]),
        one("component-none", "sgx3", "one component below every level")
            .forge(|f| f.sgx_extension().tcb.components[7] = 1)
            .refused(Code::DcapTcbNotSupported, "tcb.status"),
        one("pce-svn-low", "sgx3", "a PCE SVN between the levels")
            .source("oasis-core d1a4eddfd")
            .forge(|f| f.sgx_extension().tcb.pce_svn = 10)
            .status("OutOfDate", &[PLATFORM]),
        one("pce-svn-equal", "sgx3", "a PCE SVN that is just enough")
            .forge(|f| f.sgx_extension().tcb.pce_svn = 11)
            .accepted(),
        one("pce-svn-none", "sgx3", "a PCE SVN below every level")
            .source("oasis-core d1a4eddfd")
            .forge(|f| f.sgx_extension().tcb.pce_svn = 9)
            .refused(Code::DcapTcbNotSupported, "tcb.status"),
        one("cpu-svn", "sgx3", "the raw CPU SVN is not compared")
            .forge(|f| f.sgx_extension().tcb.cpu_svn = vec![0; 16])
            .accepted(),
        one("tdx-loader-low", "tdx4", "the SEAM loader one too low")
            .forge(|f| f.quote.body.td().tee_tcb_svn[2] = 3)
            .status("OutOfDate", &[PLATFORM]),
        one("tdx-loader-none", "tdx4", "the SEAM loader below every level")
            .forge(|f| f.quote.body.td().tee_tcb_svn[2] = 2)
            .refused(Code::DcapTcbNotSupported, "tcb.status"),
        one(
            "tdx-module-components-skipped",
            "tdx4",
            "with a module version, components 0 and 1 do not count",
        )
        .source("dcap-qvl before 0.5.2")
        .forge(|f| {
            f.tcb_info.levels[0].tdx.as_mut().unwrap()[0].svn = 200;
            f.tcb_info.levels[0].tdx.as_mut().unwrap()[1].svn = 200;
        })
        .accepted(),
        one("tdx-no-module-version", "tdx4", "without a module version, component 0 counts")
            .forge(|f| f.quote.body.td().tee_tcb_svn[..2].copy_from_slice(&[4, 0]))
            .status("OutOfDate", &[PLATFORM]),
        one("tdx-no-module-version-up-to-date", "tdx4", "without a module version, component 0 is reached")
            .forge(|f| f.quote.body.td().tee_tcb_svn[1] = 0)
            .accepted(),
        one("advisories-merged", "tdx4", "advisories of platform, quoting enclave and module, none twice")
            .forge(|f| {
                f.sgx_extension().tcb.components[0] = 2;
                f.quote.qe_report.isv_svn = 6;
                f.quote.body.td().tee_tcb_svn[0] = 3;
                f.identity.levels[1].advisories.push(PLATFORM.into());
            })
            .status("OutOfDate", &[MODULE, PLATFORM, QE]),
    ]
}

fn set_status(f: &mut Forge, status: &str) {
    f.tcb_info.levels[0].status = status.to_owned();
}

fn convergence() -> Vec<Case> {
    let mut all = Vec::new();
    for (status, with_old_part) in CONVERGENCE {
        all.push(
            one(&format!("platform-{status}"), "sgx3", "the platform's own status")
                .forge(|f| set_status(f, status))
                .status(status, &[]),
        );
        all.push(
            one(&format!("platform-{status}-qe-out-of-date"), "sgx3", "an out-of-date quoting enclave")
                .forge(|f| {
                    set_status(f, status);
                    f.quote.qe_report.isv_svn = 6;
                })
                .status(with_old_part, &[QE]),
        );
        all.push(
            one(&format!("platform-{status}-module-out-of-date"), "tdx4", "an out-of-date TDX module")
                .source("verifiers in which the module's status replaces the platform's")
                .forge(|f| {
                    set_status(f, status);
                    f.quote.body.td().tee_tcb_svn[0] = 4;
                })
                .status(with_old_part, &[MODULE]),
        );
        if status != "UpToDate" {
            all.push(
                case(
                    &format!("tcb/platform-{status}-strict"),
                    "sgx3",
                    "§2.7",
                    "the strict policy wants UpToDate",
                )
                .forge(|f| set_status(f, status))
                .rejected(&["tcb.accept"]),
            );
        }
    }
    all.push(
        one("platform-Revoked", "sgx3", "a revoked platform")
            .source("dcap-qvl #82")
            .forge(|f| set_status(f, "Revoked"))
            .refused(Code::DcapTcbRevoked, "tcb.status"),
    );
    all.push(
        one("platform-Revoked-qe-out-of-date", "sgx3", "a revoked platform stays revoked")
            .forge(|f| {
                set_status(f, "Revoked");
                f.quote.qe_report.isv_svn = 6;
            })
            .refused(Code::DcapTcbRevoked, "tcb.status"),
    );
    all
}

fn relaunch() -> Vec<Case> {
    let launched_old = |f: &mut Forge| f.quote.body.td().tee_tcb_svn[0] = 4;
    let mut all = Vec::new();
    for (status, with_relaunch) in [
        ("UpToDate", "TDRelaunchAdvised"),
        ("SWHardeningNeeded", "TDRelaunchAdvised"),
        ("ConfigurationNeeded", "TDRelaunchAdvisedConfigurationNeeded"),
        ("ConfigurationAndSWHardeningNeeded", "TDRelaunchAdvisedConfigurationNeeded"),
        ("OutOfDate", "OutOfDate"),
        ("OutOfDateConfigurationNeeded", "OutOfDateConfigurationNeeded"),
    ] {
        all.push(
            one(
                &format!("relaunch-{status}"),
                "tdx5-15",
                "launched with an old module, runs with a current one",
            )
            .forge(|f| {
                set_status(f, status);
                launched_old(f);
            })
            .status(with_relaunch, &[MODULE]),
        );
    }
    all.extend([
        one("relaunch-15ex", "tdx5-15ex", "the same in the extended body")
            .forge(launched_old)
            .status("TDRelaunchAdvised", &[MODULE]),
        one("relaunch-loader", "tdx5-15", "launched with an old SEAM loader")
            .source("verifiers that ignore the second TEE TCB SVN")
            .forge(|f| f.quote.body.td().tee_tcb_svn[2] = 3)
            .status("TDRelaunchAdvised", &[PLATFORM]),
        one("relaunch-no-second", "tdx5-10", "a TDX 1.0 body knows no relaunch")
            .forge(launched_old)
            .status("OutOfDate", &[MODULE]),
        one("current-out-of-date", "tdx5-15", "launched current, runs old: the launch counts")
            .forge(|f| f.quote.body.td().tee_tcb_svn2[0] = 4)
            .accepted(),
        one("current-not-supported", "tdx5-15", "what runs is below every level")
            .forge(|f| f.quote.body.td().tee_tcb_svn2[0] = 1)
            .refused(Code::DcapTcbNotSupported, "tcb.status"),
        one("current-revoked", "tdx5-15", "§2.4 +: what runs is revoked")
            .forge(|f| f.quote.body.td().tee_tcb_svn2[0] = 2)
            .refused(Code::DcapTcbRevoked, "tcb.status"),
        one("current-revoked-intel", "tdx5-15", "Intel does not count what runs as revoked")
            .intel()
            .forge(|f| f.quote.body.td().tee_tcb_svn2[0] = 2)
            .accepted(),
        one("launch-revoked", "tdx5-15", "launched with a revoked module")
            .forge(|f| f.quote.body.td().tee_tcb_svn[0] = 2)
            .refused(Code::DcapTcbRevoked, "tcb.status"),
        one("launch-not-supported", "tdx5-15", "launched below every level")
            .forge(|f| f.quote.body.td().tee_tcb_svn[0] = 1)
            .refused(Code::DcapTcbNotSupported, "tcb.status"),
        case("tcb/relaunch-strict", "tdx5-15", "§2.7", "the strict policy wants UpToDate")
            .forge(launched_old)
            .rejected(&["tcb.accept"]),
    ]);
    all
}

fn module() -> Vec<Case> {
    let v9 = |name: &str, note: &str| {
        case(&format!("module/{name}"), "tdx4", "§2.2 V9", note).source("dcap-qvl #124, #138").crypto_only()
    };
    vec![
        v9("mr-signer", "MRSIGNERSEAM of another")
            .forge(|f| f.quote.body.td().mr_signer_seam[0] = 1)
            .refused(Code::DcapTdxModule, "quote.body.mr_signer_seam"),
        v9("mr-signer-no-version", "MRSIGNERSEAM of another, without a module version")
            .forge(|f| {
                f.quote.body.td().tee_tcb_svn[1] = 0;
                f.quote.body.td().mr_signer_seam[0] = 1;
            })
            .refused(Code::DcapTdxModule, "quote.body.mr_signer_seam"),
        v9("mr-signer-of-identity", "the identity's signer counts, not the base module's")
            .forge(|f| {
                f.tcb_info.tdx_module_identities.as_mut().unwrap()[0].module.mrsigner[0] = 1;
                f.quote.body.td().mr_signer_seam[0] = 1;
            })
            .accepted(),
        v9("mr-signer-of-base", "the base module's signer is not enough")
            .forge(|f| f.tcb_info.tdx_module_identities.as_mut().unwrap()[0].module.mrsigner[0] = 1)
            .refused(Code::DcapTdxModule, "quote.body.mr_signer_seam"),
        v9("attributes", "SEAM attributes are not zero")
            .forge(|f| f.quote.body.td().seam_attributes[0] = 1)
            .refused(Code::DcapTdxModule, "quote.body.seam_attributes"),
        v9("attributes-expected", "SEAM attributes are not zero, though the identity says so")
            .forge(|f| {
                f.tcb_info.tdx_module_identities.as_mut().unwrap()[0].module.attributes[0] = 1;
                f.quote.body.td().seam_attributes[0] = 1;
            })
            .refused(Code::DcapTdxModule, "quote.body.seam_attributes"),
        v9("unknown", "a module version that TCB info does not know")
            .forge(|f| f.quote.body.td().tee_tcb_svn[1] = 3)
            .refused(Code::DcapTdxModule, "quote.body.tee_tcb_svn"),
        v9("no-identities", "no module identities at all")
            .forge(|f| f.tcb_info.tdx_module_identities = None)
            .refused(Code::DcapTdxModule, "quote.body.tee_tcb_svn"),
        v9("no-identities-no-version", "no module identities, and no module version")
            .forge(|f| {
                f.tcb_info.tdx_module_identities = None;
                f.quote.body.td().tee_tcb_svn[1] = 0;
            })
            .accepted(),
        v9("hex-id", "module version 26 is TDX_1A")
            .forge(|f| {
                f.tcb_info.tdx_module_identities.as_mut().unwrap()[0].id = "TDX_1A".into();
                f.quote.body.td().tee_tcb_svn[1] = 0x1a;
            })
            .accepted(),
        v9("lower-case-id", "ids are compared without case")
            .forge(|f| {
                f.tcb_info.tdx_module_identities.as_mut().unwrap()[0].id = "tdx_1a".into();
                f.quote.body.td().tee_tcb_svn[1] = 0x1a;
            })
            .accepted(),
        v9("second", "the second module of the list")
            .forge(|f| {
                let modules = f.tcb_info.tdx_module_identities.as_mut().unwrap();
                let other = TdxModuleIdentity { id: "TDX_03".into(), ..modules[0].clone() };
                modules.push(other);
                f.quote.body.td().tee_tcb_svn[1] = 3;
            })
            .accepted(),
        v9("svn-none", "the module is below every level")
            .forge(|f| f.quote.body.td().tee_tcb_svn[0] = 1)
            .refused(Code::DcapTcbNotSupported, "tcb.status"),
        v9("svn-revoked", "the module's level is revoked")
            .forge(|f| f.quote.body.td().tee_tcb_svn[0] = 2)
            .refused(Code::DcapTcbRevoked, "tcb.status"),
        v9("levels-unsorted", "the order of the module's levels is free")
            .forge(|f| f.tcb_info.tdx_module_identities.as_mut().unwrap()[0].levels.reverse())
            .accepted(),
    ]
}

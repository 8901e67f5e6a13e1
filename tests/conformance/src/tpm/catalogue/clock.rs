//! Resets, suspensions and clocks that went back, and what a policy makes of them.

use serde_json::{Value, json};

use crate::tpm::case::{Case, Draft, case};

/// `p256` at its seventh reset, after a reading of these counters.
fn after(name: &str, note: &str, clock: u64, resets: u32, restarts: u32) -> Draft {
    case(&format!("clock/{name}"), "p256", "tpm.clock", note).edit(move |it| {
        it["options"]["previous"] =
            json!({ "clock": clock, "reset_count": resets, "restart_count": restarts, "safe": true });
    })
}

fn told(continuity: &str) -> [(&'static str, Value); 1] {
    [("/clock/continuity", json!(continuity))]
}

pub(super) fn all() -> Vec<Case> {
    let policy = |rule: &str, stance: &str| json!({ "tpm": { rule: stance } });
    let suspended =
        |name: &str, note: &str| after(name, note, 599_000, 7, 0).forge(|it| it.clock.restart_count = 1);
    let alone = |name: &str, note: &str| {
        case(&format!("clock/{name}"), "p256", "tpm.clock", note)
            .forge(|it| it.clock.restart_count = 1)
            .policy(policy("resumed", "forbid"))
    };
    vec![
        after("same-boot", "the same boot, as the policy asks", 599_000, 7, 0)
            .policy(policy("same_boot", "require"))
            .verified(&told("same_boot")),
        after("same-boot-unslept", "and not suspended either", 599_000, 7, 0)
            .policy(policy("resumed", "forbid"))
            .verified(&told("same_boot")),
        after("another-boot", "another boot, and the policy asks for the same", 599_000, 6, 0)
            .policy(policy("same_boot", "require"))
            .rejected(&["tpm.same_boot"], &told("rebooted")),
        suspended("resumed", "suspended since, which the strict policy allows and the result says")
            .verified(&told("resumed")),
        suspended("resumed-same-boot", "suspended since: the same boot all the same")
            .policy(policy("same_boot", "require"))
            .verified(&told("resumed")),
        suspended("resumed-forbidden", "suspended since: registers may have been lost and filled again")
            .policy(policy("resumed", "forbid"))
            .source("CVE-2018-6622")
            .rejected(&["tpm.resumed"], &told("resumed")),
        alone(
            "resumed-once",
            "suspended since its reset, as the clear counter says without an earlier quote",
        )
        .edit(|it| it["options"]["ak_parent"] = json!("4000000b"))
        .source("CVE-2018-6622")
        .rejected(&["tpm.resumed"], &[("/clock/counters", json!("clear"))]),
        alone("resumed-hidden", "counters that are hidden do not say that it was not suspended")
            .forge(|it| it.parent = vec![0x40, 0, 0, 1])
            .edit(|it| it["options"]["ak_parent"] = json!("40000001"))
            .source("CVE-2018-6622")
            .rejected(&["tpm.resumed"], &[("/clock/counters", json!("obfuscated"))]),
        after("restart-back", "a suspension that never was: the counter went back", 599_000, 7, 1)
            .rejected(&["tpm.clock_went_back"], &told("went_back")),
        after("reset-back", "a quote from before the last reset", 599_000, 8, 0)
            .rejected(&["tpm.clock_went_back"], &told("went_back")),
        after("unsafe", "the clock may repeat itself, and the policy minds", 599_000, 7, 0)
            .forge(|it| it.clock.safe = 0)
            .policy(policy("clock_safe", "require"))
            .rejected(&["tpm.clock_safe"], &told("same_boot")),
    ]
}

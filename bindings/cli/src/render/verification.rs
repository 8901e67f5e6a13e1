//! The result of a verification for people.

use serde::Serialize;
use serde_json::Value;
use veriquote::OutcomeKind;
use veriquote::dcap::{TcbStatus, Tee};
use veriquote::policy::Verdict as Ruling;
use veriquote_facade::{
    CheckLine, Claims, DcapClaims, EventClaims, EventProof, EvidenceKind, Finding, Forecast, ForecastCause,
    Horizon, NotChecked, Shortfall, Verdict, Verification,
};

use super::style::{BAD, Canvas, DIM, GOOD, HEAD, KEY, Look, WARN, words};
use super::tree::{scalar, tree};

/// Draws the whole result; `with_checks` also the single checks.
pub fn verification(canvas: &mut Canvas, title: &str, result: &Verification, with_checks: bool) {
    canvas.line(&[
        (HEAD, "veriquote"),
        (DIM, " · "),
        ("", result.evidence.as_str()),
        (DIM, " · "),
        ("", title),
    ]);
    if with_checks && !result.checks.is_empty() {
        canvas.heading("Checks");
        for check in &result.checks {
            draw_check(canvas, check);
        }
    }
    match &result.claims {
        Some(Claims::Dcap(claims)) => draw_claims(canvas, claims, result),
        Some(Claims::Tpm(claims)) => super::tpm::claims(canvas, claims),
        Some(Claims::Composite(claims)) => {
            super::nvgpu::bond(canvas, &claims.binding);
            draw_claims(canvas, &claims.machine, result);
            super::nvgpu::claims(canvas, &claims.devices);
            if let Some(tpm) = &claims.tpm {
                super::tpm::claims(canvas, tpm);
            }
        }
        Some(Claims::Nvgpu(claims)) => super::nvgpu::claims(canvas, claims),
        Some(Claims::Token(claims)) => super::token::claims(canvas, claims),
        None => {}
    }
    if let Some(appraisal) = &result.appraisal {
        let worth = |finding: &&Finding| match finding.outcome.0 {
            Ruling::Violated => true,
            Ruling::Satisfied => with_checks,
            Ruling::NotChecked => false,
        };
        let findings: Vec<&Finding> = appraisal.findings.iter().filter(worth).collect();
        if !findings.is_empty() {
            canvas.heading(&format!("Appraisal by policy `{}`", appraisal.policy));
            for finding in findings {
                draw_finding(canvas, finding);
            }
        }
    }
    if !result.horizons.is_empty() {
        canvas.heading("Horizons");
        for horizon in &result.horizons {
            draw_horizon(canvas, horizon);
        }
    }
    if !result.forecast.is_empty() {
        canvas.heading("What is coming");
        draw_forecast(canvas, &result.forecast);
    }
    if !result.not_checked.is_empty() {
        canvas.heading("Not checked");
        draw_not_checked(canvas, &result.not_checked);
    }
    canvas.gap();
    draw_verdict(canvas, result);
}

/// One line for a batch.
pub fn one_line(canvas: &mut Canvas, id: &str, result: &Verification) {
    let (look, mark, word) = verdict(result);
    let mut pieces = vec![(look, mark), ("", " "), (look, word), ("", "  "), ("", id), ("", "  ")];
    if let Some(claims) = dcap(result) {
        pieces.push((status_look(claims.tcb.status.0), claims.tcb.status.as_str()));
    }
    if let Some(problem) = &result.error {
        pieces.extend([("", "  "), (BAD, problem.code.as_str()), (DIM, "  "), (DIM, problem.part.as_str())]);
    }
    canvas.line(&pieces);
}

fn dcap(result: &Verification) -> Option<&DcapClaims> {
    result.claims.as_ref().and_then(Claims::dcap)
}

/// What shares a reason shares a line.
fn draw_not_checked(canvas: &mut Canvas, items: &[NotChecked]) {
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for item in items {
        match by_reason.iter_mut().find(|(why, _)| *why == item.why) {
            Some((_, whats)) => whats.push(&item.what),
            None => by_reason.push((&item.why, vec![&item.what])),
        }
    }
    for (why, whats) in by_reason {
        canvas.bullet(DIM, "·", &format!("{}: {why}", whats.join(", ")));
    }
}

fn verdict(result: &Verification) -> (Look, &'static str, &'static str) {
    match result.exit_code() {
        0 => (GOOD, "✓", "accepted     "),
        3 => (WARN, "!", "rejected     "),
        2 => (BAD, "?", "misuse       "),
        _ if result.claims.is_some() => (BAD, "✗", "not trusted  "),
        _ => (BAD, "✗", "not authentic"),
    }
}

fn draw_verdict(canvas: &mut Canvas, result: &Verification) {
    let policy = result.appraisal.as_ref().map_or("", |appraisal| appraisal.policy.as_str());
    match result.exit_code() {
        0 if policy == "crypto_only" => canvas.line(&[
            (WARN, "✓ AUTHENTIC"),
            ("", "  not appraised: crypto_only accepts whatever is authentic"),
        ]),
        0 if result.evidence == EvidenceKind::Token => canvas.line(&[
            (GOOD, "✓ AUTHENTIC"),
            ("", "  signed, and as you expect it; what it says of the machine is for you to judge"),
        ]),
        0 if result.appraisal.is_none() => canvas
            .line(&[(WARN, "✓ AUTHENTIC"), ("", "  not appraised: no policy says which registers are good")]),
        0 => canvas
            .line(&[(GOOD, "✓ ACCEPTED"), ("", &format!("  authentic, and accepted by policy `{policy}`"))]),
        3 => canvas.line(&[
            (WARN, "! REJECTED"),
            ("", &format!("  authentic, but policy `{policy}` does not accept it")),
        ]),
        2 => canvas.line(&[(BAD, "? NOT VERIFIED"), ("", "  the call itself is wrong")]),
        _ if result.claims.is_some() => canvas.line(&[
            (BAD, "✗ NOT TRUSTED"),
            ("", "  every signature holds, but Intel does not stand by this platform's TCB"),
        ]),
        _ => canvas.line(&[(BAD, "✗ NOT AUTHENTIC"), ("", "  do not rely on anything that it says")]),
    }
    if let Some(problem) = &result.error {
        canvas.gap();
        super::problem(canvas, problem);
        if let Some(hint) = super::hint::hint(problem, result) {
            canvas.field_styled("try", GOOD, &hint);
        }
    }
}

fn draw_check(canvas: &mut Canvas, check: &CheckLine) {
    const ID_WIDTH: usize = 31;
    let (look, mark) = match check.outcome.0 {
        OutcomeKind::Passed => (GOOD, "✓"),
        OutcomeKind::Failed => (BAD, "✗"),
        OutcomeKind::Skipped => (DIM, "–"),
    };
    canvas.piece(look, &format!("  {mark} "));
    canvas.piece(
        if check.outcome == OutcomeKind::Failed { BAD } else { DIM },
        &format!("{:<ID_WIDTH$} ", check.id),
    );
    let column = 5 + ID_WIDTH.max(check.id.chars().count());
    let mut text = check.title.clone();
    if let Some(reason) = &check.reason {
        text.to_mut().push_str(&format!(" — skipped: {reason}"));
    }
    canvas.wrapped("", &text, 5 + ID_WIDTH, column);
    let facts = facts(check.facts.iter().filter(|(name, _)| !["code", "part"].contains(&name.as_str())));
    if !facts.is_empty() {
        canvas.piece("", &" ".repeat(5 + ID_WIDTH));
        canvas.wrapped(DIM, &facts, 5 + ID_WIDTH, 5 + ID_WIDTH);
    }
}

fn facts<'a>(facts: impl Iterator<Item = (&'a String, &'a Value)>) -> String {
    facts.map(|(name, value)| format!("{} {}", words(name), short(value))).collect::<Vec<_>>().join(" · ")
}

/// Digests and keys are for comparing: their ends do.
fn short(value: &Value) -> String {
    let text = scalar(value);
    let is_hex = text.len() > 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match (is_hex, text.get(..16), text.get(text.len().saturating_sub(8)..)) {
        (true, Some(start), Some(end)) => format!("{start}…{end}"),
        _ => text,
    }
}

fn draw_claims(canvas: &mut Canvas, claims: &DcapClaims, result: &Verification) {
    let mark = if result.verified { "" } else { " (signatures hold, but the TCB is not trusted)" };
    canvas.heading(&format!(
        "What the {} says{mark}",
        if claims.tee == Tee::Tdx { "trust domain" } else { "enclave" }
    ));
    members(canvas, &claims.report);
    canvas.heading("Platform");
    members(canvas, &claims.platform);
    canvas.heading("TCB");
    canvas.field_styled("status", status_look(claims.tcb.status.0), claims.tcb.status.as_str());
    if let Some(date) = &claims.tcb.date {
        canvas.field("date", date);
    }
    canvas.field("evaluation", &claims.tcb.evaluation_number.to_string());
    if claims.tcb.advisories.is_empty() {
        canvas.field("advisories", "none");
    } else {
        canvas.field_styled("advisories", WARN, &claims.tcb.advisories.join(" "));
    }
    for part in &claims.tcb.parts {
        let date = part.date.as_deref().unwrap_or_default();
        canvas.field_styled(
            &format!("  {}", words(part.part.as_str())),
            status_look(part.status.0),
            &format!("{} of {}", part.status, date.split('T').next().unwrap_or_default()),
        );
    }
    draw_shortfalls(canvas, &claims.tcb.shortfall);
    canvas.heading("Collateral");
    canvas.field("issued", &claims.collateral.issued);
    canvas.field(
        "verified at",
        &format!("{} (profile {})", claims.collateral.verified_at, claims.collateral.profile),
    );
    canvas.field("valid until", &claims.collateral.valid_until);
    if let Some(log) = &claims.event_log {
        canvas.heading("Event log: it replays to the registers of the report");
        for event in &log.events {
            draw_event(canvas, event);
        }
    }
}

/// The members of a structure, one after the other.
pub(super) fn members(canvas: &mut Canvas, of: &impl Serialize) {
    let Ok(Value::Object(members)) = serde_json::to_value(of) else { return };
    for (name, value) in &members {
        if value.is_object() {
            canvas.line(&[(KEY, &format!("  {}", words(name)))]);
            tree(canvas, value, 4);
        } else {
            canvas.field(&words(name), &scalar(value));
        }
    }
}

/// What is known of an event's data, as a mark.
pub(super) fn proof(event: &EventClaims) -> (Look, &'static str) {
    match event.proof.0 {
        EventProof::Data => (GOOD, "✓"),
        EventProof::Contradicted => (BAD, "✗"),
        EventProof::Opaque | EventProof::Unmeasured | EventProof::Unauthenticated => (DIM, "·"),
    }
}

fn draw_event(canvas: &mut Canvas, event: &EventClaims) {
    let register = match event.index {
        0 => "MRTD".to_owned(),
        index => format!("RTMR{}", index - 1),
    };
    let (look, mark) = proof(event);
    let text = event.text.as_deref().unwrap_or_default();
    canvas.bullet(look, mark, &format!("{register} {} {text}", event.event_type));
}

/// The best level and the nearest one of each part; the levels between tell little more.
fn draw_shortfalls(canvas: &mut Canvas, all: &[Shortfall]) {
    for (index, shortfall) in all.iter().enumerate() {
        let is_end =
            |neighbour: Option<&Shortfall>| neighbour.is_none_or(|other| other.part != shortfall.part);
        let before = index.checked_sub(1).and_then(|index| all.get(index));
        if is_end(before) || is_end(all.get(index + 1)) {
            draw_shortfall(canvas, shortfall);
        }
    }
}

fn draw_shortfall(canvas: &mut Canvas, shortfall: &Shortfall) {
    let day = shortfall.date.split('T').next().unwrap_or_default();
    canvas.line(&[
        ("", "  to reach "),
        (status_look(shortfall.status.0), shortfall.status.as_str()),
        (DIM, &format!(" of {day} ({})", shortfall.part)),
    ]);
    for component in &shortfall.components {
        let words: Vec<&str> =
            [&component.category, &component.kind].into_iter().flatten().map(String::as_str).collect();
        let label = if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) };
        let text = format!(
            "{}{label}: have {}, needs {} → {}",
            component.component, component.have, component.need, component.remedy
        );
        canvas.bullet(WARN, "↑", &text);
    }
    if !shortfall.advisories_resolved.is_empty() {
        canvas.bullet(DIM, " ", &format!("would settle {}", shortfall.advisories_resolved.join(" ")));
    }
}

fn draw_finding(canvas: &mut Canvas, finding: &Finding) {
    let (look, mark) = match finding.outcome.0 {
        Ruling::Satisfied => (GOOD, "✓"),
        Ruling::Violated => (BAD, "✗"),
        Ruling::NotChecked => (WARN, "·"),
    };
    canvas.bullet(look, mark, &format!("{}: {}", finding.rule, facts(finding.facts.iter())));
}

fn draw_horizon(canvas: &mut Canvas, horizon: &Horizon) {
    let mut text = match horizon.evaluation_number {
        Some(number) => format!("evaluation {number}"),
        None => format!("collateral {}", horizon.collateral + 1),
    };
    if let Some(issued) = &horizon.issued {
        text.push_str(&format!(", issued {}", day(issued)));
    }
    draw_short_verdict(canvas, &text, &horizon.verdict);
}

/// The changes that matter: those that alter the verdict, and the last of what goes stale.
fn draw_forecast(canvas: &mut Canvas, all: &[Forecast]) {
    let mut last: Option<&Verdict> = None;
    for change in all {
        let code = |verdict: &Verdict| verdict.error.as_ref().map(|error| error.code.clone());
        if last.is_some_and(|last| change.verdict.as_ref().map(code) == Some(code(last))) {
            continue;
        }
        let when = change.at.as_deref().map_or("on a day not announced", |at| at);
        let cause = match change.cause.0 {
            ForecastCause::Expiry => format!("{} will be stale", change.parts.join(", ")),
            ForecastCause::GraceEnds => "the grace period ends".to_owned(),
            ForecastCause::Recovery => recovery(change),
        };
        let what = format!("{when}: {cause}");
        let Some(verdict) = &change.verdict else {
            canvas.bullet(WARN, "!", &format!("{what} → not known: fetch its collateral (--evaluation)"));
            continue;
        };
        draw_short_verdict(canvas, &what, verdict);
        last = Some(verdict);
    }
}

fn recovery(change: &Forecast) -> String {
    let mut text =
        format!("evaluation {} becomes the standard", change.evaluation_number.unwrap_or_default());
    if let (Some(announced), Some(tcb_date)) = (&change.announced, &change.tcb_date) {
        text.push_str(&format!(" (public since {}, fixes up to {})", day(announced), day(tcb_date)));
    }
    text
}

fn draw_short_verdict(canvas: &mut Canvas, what: &str, verdict: &Verdict) {
    let (look, mark) = match (verdict.verified, verdict.accepted) {
        (_, true) => (GOOD, "✓"),
        (true, false) => (WARN, "!"),
        _ => (BAD, "✗"),
    };
    let mut text = format!("{what} → {}", verdict.status.map_or("not authentic", |status| status.as_str()));
    if !verdict.advisories.is_empty() {
        text.push_str(&format!(" [{}]", verdict.advisories.join(" ")));
    }
    if let Some(problem) = &verdict.error {
        text.push_str(&format!(" ({})", problem.code));
    }
    canvas.bullet(look, mark, &text);
}

fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

fn status_look(status: TcbStatus) -> Look {
    match status {
        TcbStatus::UpToDate => GOOD,
        TcbStatus::Revoked | TcbStatus::NotSupported => BAD,
        _ => WARN,
    }
}

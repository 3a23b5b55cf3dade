//! States as append-only lines for people, logs and screen readers: every mark has its word, nothing depends on colour.

use super::out::Out;
use crate::desk::Desk;
use crate::desk::systems::{Entry, Inventory};
use crate::domain::{AppName, Assessment, Board, Phase};
use crate::engine::RunEvent;
use crate::trouble::Trouble;
use crate::words;
use std::fmt::Write as _;

/// One item in one line.
#[must_use]
pub fn line(board: &Board, it: &Assessment) -> String {
    let title = board.item(it.item.as_str()).map_or("", |text| text.short.as_str());
    let mut line = format!("{} {:<14} {} {title}", words::mark(it.truth), it.truth.words(), it.item);
    if let Some(gate) = it.gate.filter(|_| !it.truth.is_done()) {
        let _ = write!(line, " [gate: {gate}]");
    }
    if let Some(work) = words::work(&it.work).filter(|_| !it.truth.is_done()) {
        let _ = write!(line, " [{work}]");
    }
    if let Some(gap) = it.gap.as_ref().filter(|_| it.unseen) {
        let _ = write!(line, " [can't see: {}]", gap.kind.words());
    }
    line
}

/// The state of an app.
pub fn status(board: &Board, out: &mut Out<'_>) {
    out.line(format!("{} ({}), week {} of {}", board.settings.title, board.settings.name, board.week, board.settings.weeks));
    out.line(format!("{} {}", board.headline.question, board.headline.says));
    if board.future_facts > 0 {
        out.line(format!("warning: {} later than now; check this machine's clock", words::count(board.future_facts, "fact")));
    }
    for phase in &board.phases {
        out.line("");
        out.line(format!(
            "{}: {} of {} done, {} drifted, {} disputed, {} failing, {} stale, {} waived, {} unseen",
            phase.phase.title(),
            phase.done,
            phase.applicable,
            phase.drifted,
            phase.disputed,
            phase.failing,
            phase.stale,
            phase.waived,
            phase.unseen
        ));
        for it in of_phase(board, phase.phase) {
            out.line(line(board, it));
        }
    }
}

fn of_phase(board: &Board, phase: Phase) -> impl Iterator<Item = &Assessment> {
    board.items.iter().filter(move |it| it.phase == phase)
}

/// Everything about one item.
///
/// # Errors
/// A store that cannot be read.
pub fn item(desk: &Desk, app: &AppName, board: &Board, it: &Assessment, out: &mut Out<'_>) -> Result<(), Trouble> {
    out.line(line(board, it));
    if let Some(text) = board.item(it.item.as_str()) {
        out.line(format!("done when: {}", text.title));
        out.line(format!("why: {}", text.why));
        out.line(format!("for the founder: {}", text.founder));
        if let Some(done) = &text.founder_done {
            out.line(format!("for the founder, once done: {done}"));
        }
        if let Some(ask) = &text.founder_ask {
            let takes = text.founder_minutes.map(|minutes| format!(" ({minutes} minutes)")).unwrap_or_default();
            out.line(format!("asked of the founder{takes}: {ask}"));
        }
        for (n, step) in text.how.iter().enumerate() {
            out.line(format!("how {}: {}", n + 1, crate::checklist::fill(step, &board.settings)));
        }
        if let Some(note) = crate::checklist::by_hand_note(text) {
            out.line(format!("note: {note}"));
        }
    }
    for remark in &it.remarks {
        out.line(format!("note: {remark}"));
    }
    for decision in crate::domain::decisions::behind_item(&board.settings, it) {
        out.line(format!("rests on: {decision}"));
    }
    for word in &it.words {
        out.line(format!("probe {}: {}", word.probe, words::probe_says(word)));
        if let Some(at) = word.at {
            out.line(format!("    observed {}", words::ago(at, board.now)));
        }
        for finding in &word.findings {
            let place = finding.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
            out.line(format!("    finding ({}): {}{place}", finding.severity, finding.says));
            out.line(format!("        fix: {}", finding.fix));
        }
        for note in &word.notes {
            out.line(format!("    {}: {}", note.level, note.says));
        }
        if let Some(step) = word.gap.as_ref().and_then(|gap| gap.needs.as_ref()) {
            out.line(format!("    next: {step}"));
        }
    }
    if it.words.iter().any(|word| crate::desk::systems::is_of(&word.probe)) {
        systems(&desk.systems(app)?, board, out);
    }
    if let Some(judgement) = &it.judgement {
        let lapsed = judgement.lapsed.as_ref().map(|why| format!(" (holds no more: {why})")).unwrap_or_default();
        let proof = judgement.proof.as_ref().map(|proof| format!(", proof: {proof}")).unwrap_or_default();
        out.line(format!("judged done by {} {}{proof}{lapsed}", judgement.who, words::ago(judgement.at, board.now)));
    }
    if let Some(waiver) = &it.waiver {
        let by = waiver.client.as_ref().map(|name| format!(", accepted by {name}")).unwrap_or_default();
        out.line(format!("waived until {}{by}: {}", waiver.until, waiver.reason));
    }
    for entry in desk.history(app, &it.item)? {
        let retracted = if entry.retracted { " (taken back)" } else { "" };
        out.line(format!("{}  {}: {}{retracted}", entry.at.format("%Y-%m-%d %H:%M"), entry.who, entry.says));
    }
    Ok(())
}

/// The inventory of systems, one a line.
fn systems(inventory: &Inventory, board: &Board, out: &mut Out<'_>) {
    let Some(look) = &inventory.seen else { return };
    let commit = look.commit.as_ref().map(|it| format!(" at commit {it}")).unwrap_or_default();
    let older = if inventory.unseen.is_some() { ", an older look: the last one saw nothing" } else { "" };
    let some = words::count(look.systems.len(), "system");
    out.line(format!("{some} that the code shows, read {}{commit}{older}", words::ago(look.at, board.now)));
    let longest = |of: &dyn Fn(&Entry) -> usize| look.systems.iter().map(of).max().unwrap_or(0);
    let (name, purpose) = (longest(&|it| it.name.as_str().chars().count()), longest(&|it| it.what_for().chars().count()));
    for it in &look.systems {
        let more = if it.more == 0 { String::new() } else { format!(" and {} more", it.more) };
        let (system, what_for) = (it.name.as_str(), it.what_for());
        out.line(format!("    {system:<name$}  {what_for:<purpose$}  {:<8}  {}{more}", it.strength(), it.place));
    }
    for it in &look.unread {
        out.line(format!("    not read: {it}"));
    }
}

/// Findings that stand.
pub fn findings(board: &Board, out: &mut Out<'_>) {
    for it in &board.findings {
        let place = it.finding.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        let items: Vec<_> = it.items.iter().map(crate::domain::ItemId::as_str).collect();
        out.line(format!(
            "{:<8} {:<8} {} {}{place}",
            it.finding.severity.to_string(),
            it.state(),
            items.join(","),
            it.finding.says
        ));
        if let Some(exposure) = &it.finding.exposed {
            out.line(format!("    {}", words::exposure(exposure, it.finding.place.as_ref())));
        }
        if let Some(rotation) = &it.rotation {
            out.line(format!("    {}", words::rotation(rotation)));
        }
        out.line(format!("    fix: {}", it.finding.fix));
        out.line(format!("    id: {}", it.finding.key()));
    }
    if board.findings.is_empty() {
        let looked = board.last_run.is_some();
        out.say(if looked {
            "no finding stands; `rescue status` says what could not be seen"
        } else {
            "nothing was looked at yet"
        });
    }
}

/// A run's event as a line; none for those that would only be noise.
#[must_use]
pub fn event(it: &RunEvent) -> Option<String> {
    Some(match it {
        RunEvent::Started { app, probes, .. } => format!("{app}: asking {}", words::count(probes.len(), "probe")),
        RunEvent::Waiting { probe, system, until } => {
            format!("  {probe}: {} asked us to wait until {}", system.title(), until.format("%H:%M:%S UTC"))
        }
        RunEvent::Decided { probe, verdict, ms, requests, .. } => format!(
            "  {} {probe}: {} {} ({ms} ms, {})",
            words::outcome_mark(Some(&verdict.outcome)),
            verdict.outcome.word().replace('_', " "),
            verdict.says,
            words::count(*requests as usize, "request")
        ),
        RunEvent::NotStored { probe, why } => {
            let of = probe.as_ref().map(|probe| format!(" of {probe}")).unwrap_or_default();
            format!("  warning: the outcome{of} could not be stored: {why}")
        }
        RunEvent::Ended { how: crate::domain::fact::RunEnd::Cancelled, .. } => "  cancelled; what was decided is kept".to_owned(),
        RunEvent::Ended { .. } | RunEvent::Looking { .. } | RunEvent::Asking { .. } => return None,
    })
}

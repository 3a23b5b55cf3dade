//! The detail of an item: what is true and by whom, then why, how, evidence, history or notes.

use super::{Part, evidence, rows};
use crate::domain::app::Use;
use crate::domain::decisions::behind_item;
use crate::domain::state::{HistoryLine, NowRow, Step, StepKind, Waiver};
use crate::domain::{Assessment, Board, Decides, Item, ItemId, Outcome, Severity, Truth, Work};
use crate::tui::action::Action;
use crate::tui::keymap::Context;
use crate::tui::theme::{self, Role};
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use crate::words;
use ratatui::text::{Line, Span};
use std::collections::{BTreeMap, BTreeSet};
use strum::IntoEnumIterator;

/// The detail of a row.
#[must_use]
pub fn lines(world: &World, key: &str, part: Part, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, width);
    let Some(board) = &world.board else { return prose.done() };
    if key == rows::FIRST_LOOK {
        first_look(&mut prose, board);
        return prose.done();
    }
    if key == rows::FOLD {
        fold(&mut prose, board);
        return prose.done();
    }
    if let Some((row, of_row)) = rows::step(board, key) {
        step(&mut prose, world, board, row, of_row);
        return prose.done();
    }
    if let Some(on) = key.strip_prefix(rows::WAITING) {
        waiting(&mut prose, board, on);
        return prose.done();
    }
    let Some((assessment, item)) = world.item(key) else { return prose.done() };
    lead(&mut prose, world, assessment, item);
    let parts = part_bar(&prose, part, width);
    prose.blank().line(parts).blank();
    match part {
        Part::Why => why(&mut prose, board, assessment, item),
        Part::How => how(&mut prose, assessment, item),
        Part::Evidence => evidence::all(&mut prose, world.now, assessment),
        Part::History => past(&mut prose, world, &assessment.item, false),
        Part::Notes => past(&mut prose, world, &assessment.item, true),
    }
    prose.done()
}

fn part_bar(prose: &Prose, part: Part, width: u16) -> Line<'static> {
    let between = if width < 41 { "  " } else { " · " };
    let mut spans = Vec::new();
    for it in Part::iter() {
        if it != Part::Why {
            spans.push(prose.span(Role::Faint, between));
        }
        let is_here = it == part;
        let text = if is_here { format!("[{}]", it.title()) } else { it.title().to_owned() };
        spans.push(prose.span(if is_here { Role::Accent } else { Role::Faint }, text));
    }
    Line::from(spans)
}

/// The title, the truth, who says so and for how long, the work, and what a reader has to be told.
pub fn lead(prose: &mut Prose, world: &World, assessment: &Assessment, item: &Item) {
    let (glyph, role) = theme::truth(assessment);
    prose.text(Role::Strong, &item.title);
    let mut says = vec![assessment.truth.words().to_owned()];
    if assessment.truth == Truth::Open && assessment.unseen {
        says.push("unseen".to_owned());
    }
    if let Some(by) = &assessment.by {
        says.push(format!("by {by}"));
    }
    if let Some(since) = assessment.since {
        says.push(words::ago(since, world.now));
    }
    if let Some(until) = assessment.fresh_until.filter(|_| assessment.truth.is_done()) {
        says.push(words::left(until, world.now));
    }
    prose.hang(0, (role, glyph), role, says.join(" · "));
    if let Some(seen) = deciding(assessment) {
        prose.hang(0, (Role::Text, " "), Role::Text, seen);
    }
    if !assessment.truth.is_done() && assessment.work != Work::Todo {
        let (glyph, role) = theme::work(&assessment.work);
        prose.hang(0, (role, glyph), Role::Text, work(&assessment.work, world));
    }
    if let Some(why) = &assessment.not_applicable {
        prose.hang(0, (Role::Faint, "–"), Role::Text, why.as_str());
    }
    for remark in &assessment.remarks {
        prose.hang(0, (Role::Accent, "›"), Role::Text, remark.as_str());
    }
    let settings = world.board.as_ref().map(|board| &board.settings);
    for decision in settings.map(|it| behind_item(it, assessment)).unwrap_or_default() {
        prose.hang(0, (Role::Accent, "›"), Role::Text, format!("rests on: {decision}"));
    }
    if let Some(lost) = assessment.lost {
        let (from, to) = (words::moment(lost.from), words::moment(lost.to));
        prose.hang(0, (Role::Caution, "↯"), Role::Text, format!("was lost from {from} to {to} UTC"));
    }
    if !matches!(assessment.truth, Truth::Open | Truth::Stale) {
        return;
    }
    if let Some(gap) = &assessment.gap {
        prose.hang(0, (Role::Unseen, "?"), Role::Text, gap.says.as_str());
        if let Some(step) = &gap.needs {
            prose.hang(0, (Role::Accent, "→"), Role::Text, step.as_str());
        }
    } else if assessment.by_hand {
        prose.hang(0, (Role::Text, "✎"), Role::Text, by_hand(item));
    }
}

/// What the probe saw that made the truth what it is.
fn deciding(assessment: &Assessment) -> Option<&str> {
    let wanted = match assessment.truth {
        Truth::Verified => Outcome::Pass,
        truth if truth.is_failing() => Outcome::Fail,
        _ => return None,
    };
    assessment.words.iter().find(|it| !it.accepted && !it.rotated && it.speaks() == Some(&wanted)).map(|it| it.says.as_str())
}

fn by_hand(item: &Item) -> String {
    match (item.decides, item.to_come.is_empty()) {
        (Decides::Person, _) => "a person judges it, with a proof".to_owned(),
        (_, true) => "no probe exists for it yet: judged by hand until then".to_owned(),
        (_, false) => format!("its probes are still to come ({}): judged by hand until then", item.to_come.join(", ")),
    }
}

fn work(work: &Work, world: &World) -> String {
    match work {
        Work::Todo => "todo".to_owned(),
        Work::Doing { who, since } => format!("doing · {who} · {}", words::ago(*since, world.now)),
        Work::Blocked { on, waits_for, until, since, .. } => {
            let until = until.map_or(String::new(), |it| format!(" until {}", words::day(it)));
            format!("blocked · waits for {on}: {waits_for}{until} · {}", words::ago(*since, world.now))
        }
        Work::Planned { week } => format!("planned for week {week}"),
    }
}

fn why(prose: &mut Prose, board: &Board, assessment: &Assessment, item: &Item) {
    let row = board.now_lane.iter().find(|it| it.item() == Some(&assessment.item));
    if let Some(row) = row {
        prose.hang(0, (Role::Accent, "▸"), Role::Strong, format!("now: {}", row.why));
        prose.hang(2, (Role::Faint, "·"), Role::Faint, words::next::rank(row, board).as_str());
        emergency(prose, &row.emergency);
    }
    prose.text(Role::Text, &item.why);
    let settled = item.founder_done.as_ref().filter(|_| assessment.truth.is_done());
    prose.text(Role::Text, format!("For the founder: {}", settled.unwrap_or(&item.founder)));
    if !assessment.words.is_empty() {
        prose.blank();
        evidence::brief(prose, assessment);
    }
    prose.blank();
    if let Some(gate) = assessment.gate {
        prose.pair("gate", Role::Text, words::gate(gate).trim_start_matches("gate "));
    }
    prose.pair("effort", Role::Text, words::effort(item.effort));
    if !item.after.is_empty() {
        let after: Vec<&str> = item.after.iter().map(ItemId::as_str).collect();
        prose.pair("after", Role::Name, after.join(", "));
    }
    if let Some(waiver_now) = &assessment.waiver {
        prose.heading(if waiver_now.stands { "Waived" } else { "Was waived, not any more" });
        waiver(prose, waiver_now);
    }
}

/// What to do in which order while it burns.
fn emergency(prose: &mut Prose, order: &[String]) {
    if order.is_empty() {
        return;
    }
    prose.hang(0, (Role::Lost, "▲"), Role::Lost, "at once, in this order");
    for (n, step) in order.iter().enumerate() {
        prose.hang(2, (Role::Accent, &format!("{}.", n + 1)), Role::Text, step);
    }
    prose.blank();
}

/// A step that opens several items: why it stands there, the command, and the items.
fn step(prose: &mut Prose, world: &World, board: &Board, row: &NowRow, step: &Step) {
    prose.text(Role::Strong, words::next::title(row, board)).blank();
    prose.hang(0, (Role::Accent, "▸"), Role::Text, row.why.as_str());
    if let Some(command) = words::next::command(row, board) {
        let key = |action| world.keymap.key(Context::Board, action);
        let here = match step.kind {
            StepKind::Ask => format!(" · here: {} and ask", key(Action::Palette)),
            StepKind::Look => format!(" · here: {}", key(Action::ProbeAll)),
            StepKind::Connect => String::new(),
        };
        prose.hang(0, (Role::Accent, "$"), Role::Name, format!("{command}{here}"));
    }
    for (heading, items) in [("Could be seen then", &step.opens.whole), ("Could be seen better", &step.opens.helps)] {
        if items.is_empty() {
            continue;
        }
        prose.heading(heading);
        for id in items {
            let title = board.item(id.as_str()).map_or("", |it| it.short.as_str());
            prose.hang(0, (Role::Name, id.as_str()), Role::Text, title);
        }
    }
}

fn how(prose: &mut Prose, assessment: &Assessment, item: &Item) {
    let mut fixes: Vec<(&str, Severity)> = Vec::new();
    for finding in assessment.words.iter().flat_map(|it| &it.findings) {
        if !fixes.iter().any(|(fix, _)| *fix == finding.fix.as_str()) {
            fixes.push((finding.fix.as_str(), finding.severity));
        }
    }
    if !fixes.is_empty() {
        prose.text(Role::Heading, "To mend what was found");
        for (fix, severity) in fixes {
            let (glyph, role) = theme::severity(severity);
            prose.hang(0, (role, glyph), Role::Text, fix);
        }
        prose.blank();
    }
    if item.how.is_empty() {
        prose.text(Role::Faint, "The checklist gives no steps");
    }
    for (at, step) in item.how.iter().enumerate() {
        prose.hang(0, (Role::Accent, &format!("{}.", at + 1)), Role::Text, step);
    }
    if !item.references.is_empty() {
        prose.heading("Read");
        for it in &item.references {
            prose.hang(0, (Role::Faint, "·"), Role::Text, it);
        }
    }
}

/// A waiver, whole.
pub fn waiver(prose: &mut Prose, waiver: &Waiver) {
    prose.pair("by", Role::Text, waiver.who.as_str());
    if let Some(client) = &waiver.client {
        prose.pair("with", Role::Text, client.as_str());
    }
    prose.pair("because", Role::Text, waiver.reason.as_str());
    prose.pair("until", Role::Text, words::day(waiver.until));
}

fn past(prose: &mut Prose, world: &World, item: &ItemId, notes: bool) {
    let Some(history) = world.histories.get(item) else {
        prose.text(Role::Faint, "Loading…");
        return;
    };
    let lines = if notes { &history.notes } else { &history.lines };
    if lines.is_empty() {
        let key = world.keymap.key(crate::tui::keymap::Context::Board, crate::tui::action::Action::Note);
        let says = if notes { format!("No notes; {key} leaves one") } else { "Nothing happened yet".to_owned() };
        prose.text(Role::Faint, says);
    }
    for line in lines.iter().rev() {
        past_line(prose, line);
    }
}

fn past_line(prose: &mut Prose, line: &HistoryLine) {
    let heading: Vec<Span<'static>> =
        vec![prose.span(Role::Faint, words::moment(line.at)), prose.span(Role::Name, format!("  {}", line.who))];
    prose.line(Line::from(heading));
    if line.retracted {
        // A word before the text, so that no width cuts it off.
        prose.hang(0, (Role::Caution, "↶"), Role::Faint, format!("taken back: {}", line.says));
    } else {
        prose.hang(0, (Role::Faint, " "), Role::Text, line.says.as_str());
    }
}

fn first_look(prose: &mut Prose, board: &Board) {
    let probes = words::count(rows::askable(board), "probe");
    prose.text(Role::Strong, "Nobody has looked at this app yet").blank();
    prose.text(Role::Text, format!("{probes} can look now. They only read; nothing is changed in any system"));
    prose.blank();
    let mut systems: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for word in board.items.iter().flat_map(|it| &it.words).filter(|it| board.settings.uses(it.system) == Use::Yes) {
        systems.entry(word.system.title()).or_default().insert(word.probe.as_str());
    }
    for (system, probes) in systems {
        let names: Vec<&str> = probes.into_iter().collect();
        prose.hang(0, (Role::Accent, "·"), Role::Text, format!("{system}: {}", names.join(", ")));
    }
    let by_hand = board.items.iter().filter(|it| it.by_hand && it.truth == Truth::Open).count();
    prose.blank().text(
        Role::Faint,
        format!(
            "{} a person judges, with a proof; they are best begun when the probes have spoken",
            words::count(by_hand, "item")
        ),
    );
}

fn waiting(prose: &mut Prose, board: &Board, on: &str) {
    let Some(waiting) = board.waiting.iter().find(|it| it.on == *on) else { return };
    prose.text(Role::Strong, waiting.on.as_str()).blank();
    prose.text(
        Role::Text,
        format!(
            "{} for this:",
            match waiting.items.len() {
                1 => "1 item waits".to_owned(),
                number => format!("{number} items wait"),
            }
        ),
    );
    for id in &waiting.items {
        let title = board.item(id.as_str()).map_or("", |it| it.short.as_str());
        prose.hang(0, (Role::Name, id.as_str()), Role::Text, title);
    }
}

fn fold(prose: &mut Prose, board: &Board) {
    prose.text(Role::Text, words::next::folded(board));
    prose.blank().text(Role::Faint, "Enter shows all items; tab goes through the weeks");
    if board.waiting.len() > 4 {
        prose.heading("Everything that waits");
        for it in &board.waiting {
            let items: Vec<&str> = it.items.iter().map(ItemId::as_str).collect();
            prose.hang(0, (Role::Caution, "‖"), Role::Text, format!("{}: {}", it.on, items.join(", ")));
        }
    }
}

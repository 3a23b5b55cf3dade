//! The rows of the board's list. *Now* shows what to do, then what waits for whom, and folds the rest.

use super::Tab;
use crate::domain::app::Use;
use crate::domain::state::{NowRow, Step, StepKind, Task};
use crate::domain::{Assessment, Board, Gate, Phase, Truth};
use crate::tui::action::Action;
use crate::tui::keymap::Context;
use crate::tui::screens::contains_words;
use crate::tui::text::{cut, fit, width};
use crate::tui::theme::{self, Role};
use crate::tui::widgets::listing::Row;
use crate::tui::world::World;
use crate::words;
use ratatui::text::{Line, Span};
use std::collections::BTreeSet;

/// The key of the row that stands for all that is folded.
pub const FOLD: &str = "fold";
/// The key of the row that says how to begin.
pub const FIRST_LOOK: &str = "first-look";
/// Before the name of whom items wait for.
pub const WAITING: &str = "waiting:";
/// Before the kind of a step that opens several items.
pub const STEP: &str = "step:";
/// How many rows of waiting *Now* shows.
const WAITING_SHOWN: usize = 4;

/// The rows of a tab, narrowed by the filter.
#[must_use]
pub fn rows(world: &World, board: &Board, tab: Tab, filter: &str, across: usize) -> Vec<Row> {
    match tab {
        Tab::Now if filter.is_empty() => now(world, board, across),
        Tab::Now | Tab::All => {
            Phase::ALL.iter().flat_map(|phase| phase_rows(world, board, *phase, filter, across, true)).collect()
        }
        Tab::Week1 => phase_rows(world, board, Phase::Week1, filter, across, false),
        Tab::Weeks2To3 => phase_rows(world, board, Phase::Weeks2To3, filter, across, false),
        Tab::Weeks4To6 => phase_rows(world, board, Phase::Weeks4To6, filter, across, false),
    }
}

fn now(world: &World, board: &Board, across: usize) -> Vec<Row> {
    let look = world.look;
    let mut rows: Vec<Row> = Vec::new();
    let mut lane: Vec<&NowRow> = board.now_lane.iter().take(7).collect();
    if is_first_look(world, board) {
        let key = world.keymap.key(Context::Board, Action::ProbeAll);
        let probes = words::count(askable(board), "probe");
        let says = format!(" → Press {key}: {probes} can look, in seconds");
        rows.push(Row::new(FIRST_LOOK, Line::styled(cut(&says, across), look.style(Role::Accent))));
        rows.push(Row::still(""));
        // The row above says it with its key.
        lane.retain(|row| !matches!(&row.task, Task::Step(step) if step.kind == StepKind::Look));
    }
    rows.extend(lane.into_iter().filter_map(|row| match &row.task {
        Task::Item(item) => board.assessment(item.as_str()).map(|it| item_row(world, it, across)),
        Task::Step(step) => Some(step_row(world, board, row, step, across)),
    }));
    if rows.is_empty() {
        let says = if board.items.iter().any(is_left) { " Nothing to do now" } else { " Everything is done" };
        rows.push(Row::still(Line::styled(says, look.style(Role::Good))));
    }
    if !board.waiting.is_empty() {
        rows.push(Row::still(""));
        rows.push(Row::still(Line::styled(" Waiting for", look.style(Role::Heading))));
        for waiting in board.waiting.iter().take(WAITING_SHOWN) {
            let tail = words::count(waiting.items.len(), "item");
            let room = across.saturating_sub(width(&tail) + 5);
            let line = vec![
                Span::styled(" ‖ ", look.style(Role::Caution)),
                Span::styled(fit(waiting.on.as_str(), room), look.style(Role::Text)),
                Span::styled(format!(" {tail} "), look.style(Role::Faint)),
            ];
            rows.push(Row::new(format!("{WAITING}{}", waiting.on), line));
        }
    }
    let mut parts: Vec<String> = Some(words::next::folded(board)).filter(|it| !it.is_empty()).into_iter().collect();
    // In a narrow list the ones that count the work stay whole.
    if board.waiting.len() > WAITING_SHOWN && across >= 56 {
        parts.push(format!("{} more to wait for", board.waiting.len() - WAITING_SHOWN));
    }
    if !parts.is_empty() {
        rows.push(Row::still(""));
        rows.push(Row::new(FOLD, Line::styled(cut(&format!(" … {}", parts.join(" · ")), across), look.style(Role::Faint))));
    }
    rows
}

/// Nobody has looked yet, and probes could.
fn is_first_look(world: &World, board: &Board) -> bool {
    board.last_run.is_none() && !world.is_running() && askable(board) > 0
}

/// How many probes a run would ask: those of the systems that the app is connected to.
#[must_use]
pub fn askable(board: &Board) -> usize {
    let words = board.items.iter().flat_map(|it| &it.words);
    let asked = words.filter(|word| board.settings.uses(word.system) == Use::Yes);
    asked.map(|word| &word.probe).collect::<BTreeSet<_>>().len()
}

fn is_left(assessment: &Assessment) -> bool {
    !assessment.truth.is_done() && !matches!(assessment.truth, Truth::NotApplicable | Truth::Waived)
}

fn phase_rows(world: &World, board: &Board, phase: Phase, filter: &str, across: usize, with_heading: bool) -> Vec<Row> {
    let of_phase = board.items.iter().filter(|it| it.phase == phase);
    let shown = of_phase.filter(|it| filter.is_empty() || fits(board, it, filter));
    let mut rows: Vec<Row> = shown.map(|it| item_row(world, it, across)).collect();
    if with_heading && !rows.is_empty() {
        let heading = Line::styled(format!(" {}", phase.title()), world.look.style(Role::Heading));
        rows.insert(0, Row::still(heading));
        rows.push(Row::still(""));
    }
    rows
}

fn fits(board: &Board, assessment: &Assessment, filter: &str) -> bool {
    let title = board.item(assessment.item.as_str()).map_or("", |it| it.short.as_str());
    let systems: Vec<&str> = assessment.words.iter().map(|it| it.probe.as_str()).collect();
    let text =
        format!("{} {title} {} {} {}", assessment.item, assessment.truth.words(), words::state(assessment), systems.join(" "));
    contains_words(&text, filter)
}

/// A step that opens several items, in one line like theirs.
fn step_row(world: &World, board: &Board, row: &NowRow, step: &Step, across: usize) -> Row {
    let look = world.look;
    let tail = words::count(step.opens.items().count(), "item");
    let room = across.saturating_sub(width(&tail) + 5);
    let line = vec![
        Span::styled(" → ", look.style(Role::Accent)),
        Span::styled(fit(&words::next::title(row, board), room), look.style(Role::Strong)),
        Span::styled(format!(" {tail}"), look.style(Role::Unseen)),
    ];
    Row::new(step_key(step), line)
}

/// The key of a step's row.
fn step_key(step: &Step) -> String {
    format!("{STEP}{}", step.kind)
}

/// The row of the lane that has this key, if it is a step's.
#[must_use]
pub fn step<'b>(board: &'b Board, key: &str) -> Option<(&'b NowRow, &'b Step)> {
    board.now_lane.iter().find_map(|row| match &row.task {
        Task::Step(step) if step_key(step) == key => Some((row, step)),
        _ => None,
    })
}

/// An item in one line: glyph, id, title, word.
fn item_row(world: &World, assessment: &Assessment, across: usize) -> Row {
    let look = world.look;
    let is_looked_at = world.live.as_ref().is_some_and(|it| it.looks_at(&assessment.item));
    let (glyph, role) = theme::truth(assessment);
    let (word, word_role) = if is_looked_at { ("looking…".to_owned(), Role::Busy) } else { (words::state(assessment), role) };
    let title = world.item(assessment.item.as_str()).map_or("", |it| it.1.short.as_str());
    let tail = width(&word);
    let id = width(assessment.item.as_str()).max(6);
    let room = across.saturating_sub(tail + id + 6);
    let is_quiet = assessment.truth.is_done() || assessment.truth == Truth::NotApplicable;
    let id_role = if assessment.gate == Some(Gate::Now) && !is_quiet { Role::Strong } else { Role::Text };
    let title_role = if is_quiet { Role::Faint } else { Role::Text };
    let line = vec![
        Span::styled(format!(" {glyph} "), look.style(role)),
        Span::styled(fit(assessment.item.as_str(), id), look.style(id_role)),
        Span::styled(format!(" {} ", fit(title, room)), look.style(title_role)),
        Span::styled(word, look.style(word_role)),
    ];
    Row::new(assessment.item.as_str(), line)
}

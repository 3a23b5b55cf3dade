//! The top of the board: where we are, the answer to the one question, progress as counts. Never a blended score.

use crate::domain::{Board, PhaseProgress, Truth};
use crate::tui::text::{cells, cut, width, wrap};
use crate::tui::theme::{self, Role};
use crate::tui::widgets::meter::meter;
use crate::tui::world::World;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

/// How many lines the top takes: place, headline, bars, counts; less where the terminal is low.
#[must_use]
pub fn height(world: &World) -> u16 {
    let Some(board) = &world.board else { return 1 };
    let [_, body, _] = world.areas();
    match body.height {
        0..12 => 2,
        12..17 => 3,
        17..20 => 2 + cells(headline(world, board, body.width).len()),
        _ => 3 + cells(headline(world, board, body.width).len()),
    }
}

/// Draws it.
pub fn draw(world: &World, buffer: &mut Buffer) {
    let [_, body, _] = world.areas();
    let Some(board) = &world.board else {
        super::super::head(world, &world.title(), "", body, buffer);
        return;
    };
    let middle = crate::words::next::place(board, body.width >= 72);
    super::super::head(world, board.settings.title.as_str(), &middle, body, buffer);
    let height = height(world);
    let line = |at: u16| Rect::new(body.x, body.y + at, body.width, 1);
    let mut lines = headline(world, board, body.width);
    if height <= 3 {
        lines.truncate(1);
    }
    let mut at = 1;
    for text in lines {
        buffer.set_line(body.x, body.y + at, &text, body.width);
        at += 1;
    }
    if at < height {
        bars(world, board, line(at), buffer);
    }
    if at + 1 < height {
        let counts = counts(world, board, body.width);
        buffer.set_line(body.x, body.y + at + 1, &counts, body.width);
    }
}

/// Question, answer, reason; at most two lines.
fn headline(world: &World, board: &Board, across: u16) -> Vec<Line<'static>> {
    let look = world.look;
    let (word, role) = if board.last_run.is_none() && board.headline.answer == crate::domain::state::Answer::Yes {
        // Nothing was looked at: a yes would be a lie, whatever the checklist is.
        ("NOT LOOKED AT", Role::Faint)
    } else {
        theme::answer(board.headline.answer)
    };
    let question = format!(" {} ", board.headline.question);
    let answer = format!(" {word} ");
    let lead = width(&question) + width(&answer) + 1;
    let across = usize::from(across).saturating_sub(2);
    // The first line has less room than the second; wrapping a text that begins with a blank of that size does both.
    let reason = crate::words::reason(board.headline.says.as_str());
    let dash = if reason.is_empty() { "" } else { "— " };
    let mut rest = wrap(&format!("{} {dash}{reason}", "\u{2800}".repeat(lead)), across);
    let first = rest.remove(0).trim_start_matches('\u{2800}').to_owned();
    let mut lines = vec![Line::from(vec![
        Span::styled(question, look.style(Role::Strong)),
        Span::styled(answer, look.style(role).add_modifier(ratatui::style::Modifier::REVERSED)),
        Span::styled(first, look.style(Role::Text)),
    ])];
    if !rest.is_empty() {
        lines.push(Line::styled(format!(" {}", cut(&rest.join(" "), across)), look.style(Role::Text)));
    }
    lines
}

fn bars(world: &World, board: &Board, area: Rect, buffer: &mut Buffer) {
    let thirds: [Rect; 3] = Layout::horizontal([Constraint::Fill(1); 3]).areas(area);
    for (progress, area) in board.phases.iter().zip(thirds) {
        buffer.set_line(area.x, area.y, &bar(world, progress, usize::from(area.width)), area.width);
    }
}

fn bar(world: &World, progress: &PhaseProgress, across: usize) -> Line<'static> {
    let title = progress.phase.title();
    let title = if across < 24 { title.trim_start_matches("Weeks ") } else { title };
    let count = format!(" {}/{}", progress.done, progress.applicable);
    let room = across.saturating_sub(width(title) + width(&count) + 3);
    let mut spans = vec![Span::styled(format!(" {title} "), world.look.style(Role::Text))];
    spans.extend(meter(world.look, usize::from(progress.done), usize::from(progress.applicable), room));
    spans.push(Span::styled(count, world.look.style(Role::Strong)));
    Line::from(spans)
}

/// How many items have each truth, the worst first, as many as fit.
fn counts(world: &World, board: &Board, across: u16) -> Line<'static> {
    let look = world.look;
    let count = |truth: Truth| usize::from(board.counts.get(&truth).copied().unwrap_or(0));
    let of = |truth: Truth| {
        let (glyph, role) = theme::truth_alone(truth);
        (glyph, role, count(truth), truth.words())
    };
    let all = [
        of(Truth::Drifted),
        of(Truth::Disputed),
        of(Truth::Failing),
        ("?", Role::Unseen, usize::from(board.unseen), "unseen"),
        of(Truth::Stale),
        of(Truth::Waived),
        of(Truth::Verified),
        of(Truth::Attested),
        of(Truth::NotApplicable),
    ];
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut taken = 1;
    for (glyph, role, number, word) in all.into_iter().filter(|it| it.2 > 0) {
        let text = format!("{glyph} {number} {word}");
        if taken + width(&text) + 3 > usize::from(across) {
            break;
        }
        taken += width(&text) + 3;
        spans.push(Span::raw(if spans.is_empty() { " " } else { "   " }));
        spans.push(Span::styled(text, look.style(role)));
    }
    Line::from(spans)
}

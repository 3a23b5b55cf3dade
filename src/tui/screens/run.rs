//! A run while it goes on: each probe, requests per system, cancel. Afterwards the same with what everything came to.

use super::head;
use crate::domain::fact::RunEnd;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::live::{Live, Stage};
use crate::tui::text::{cut, fit};
use crate::tui::theme::{self, Role};
use crate::tui::widgets::listing::{self, Listing, Panes, Row};
use crate::tui::widgets::{meter::meter, prose::Prose};
use crate::tui::world::{Step, World};
use crate::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The probes of the run.
#[derive(Debug, Clone, Default)]
pub struct RunScreen {
    panes: Panes,
}

impl RunScreen {
    /// Cancels and starts again; everything else is the list's.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        match action {
            Action::Cancel if world.is_running() => Some(vec![Step::Do(Effect::CancelRun)]),
            Action::Cancel => Some(vec![Step::Say(Role::Caution, "No run is going on".to_owned())]),
            Action::ProbeAll => Some(vec![Step::StartRun(None)]),
            Action::Copy => {
                let key = listing::selected(self, world)?;
                Some(vec![Step::Do(Effect::Copy(super::super::widgets::prose::plain(&self.detail(world, &key, 500))))])
            }
            _ => None,
        }
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        let [_, body, _] = world.areas();
        head(world, &format!("{} › run", world.title()), "", body, buffer);
        if let Some(live) = &world.live {
            let width = usize::from(body.width);
            buffer.set_line(body.x, body.y + 1, &progress(world, live, width), body.width);
            if body.height > 2 {
                buffer.set_line(body.x, body.y + 2, &requests(world, live, width), body.width);
            }
        }
        listing::draw(self, world, buffer);
    }
}

fn progress(world: &World, live: &Live, width: usize) -> Line<'static> {
    let look = world.look;
    let count = |wanted: &str| {
        let is = |stage: &Stage| matches!(stage, Stage::Decided { verdict, .. } if verdict.outcome.word() == wanted);
        live.probes.iter().filter(|it| is(&it.stage)).count()
    };
    let head = match (live.ended, live.cancelling) {
        (None, false) => format!("{} of {}", live.decided(), live.probes.len()),
        (None, true) => format!("cancelling, {} of {}", live.decided(), live.probes.len()),
        (Some((RunEnd::Finished, _)), _) => format!("finished, {} of {}", live.decided(), live.probes.len()),
        (Some((RunEnd::Cancelled, _)), _) => format!("cancelled, {} of {}", live.decided(), live.probes.len()),
        (Some((RunEnd::Crashed, _)), _) => format!("broken off, {} of {}", live.decided(), live.probes.len()),
    };
    let mut spans = vec![Span::raw(" ")];
    spans.extend(meter(look, live.decided(), live.probes.len(), (width / 4).clamp(8, 30)));
    spans.push(Span::styled(format!(" {head}"), look.style(Role::Strong)));
    let groups =
        [("✔", "pass", "pass", Role::Good), ("✘", "fail", "fail", Role::Bad), ("?", "undecided", "can't see", Role::Unseen)];
    for (glyph, word, says, role) in groups {
        let number = count(word);
        if number > 0 {
            spans.push(Span::styled(format!("  {glyph} {number} {says}"), look.style(role)));
        }
    }
    Line::from(spans)
}

fn requests(world: &World, live: &Live, width: usize) -> Line<'static> {
    let each: Vec<String> = live.requests.iter().map(|(system, number)| format!("{} {number}", system.title())).collect();
    let text = if each.is_empty() { " no request sent yet".to_owned() } else { format!(" requests: {}", each.join(" · ")) };
    Line::styled(cut(&text, width), world.look.style(Role::Faint))
}

fn mark(stage: &Stage, is_going: bool) -> (&'static str, Role) {
    match stage {
        Stage::Planned => ("○", Role::Faint),
        it if it.is_busy() && !is_going => ("–", Role::Faint),
        Stage::Looking | Stage::Asking(_) => ("◌", Role::Busy),
        Stage::Held { .. } => ("◷", Role::Caution),
        Stage::NotStored { .. } => ("✘", Role::Wrong),
        Stage::Decided { verdict, .. } => {
            let (glyph, _, role) = theme::outcome(&verdict.outcome);
            (glyph, role)
        }
    }
}

/// A probe that had no time to decide has no outcome: it is not undecided, it was not finished.
fn stage_word(stage: &Stage, is_going: bool) -> String {
    if !is_going && (stage.is_busy() || *stage == Stage::Planned) { "not finished".to_owned() } else { stage.word() }
}

impl Listing for RunScreen {
    fn panes(&self) -> &Panes {
        &self.panes
    }
    fn panes_mut(&mut self) -> &mut Panes {
        &mut self.panes
    }
    fn area(&self, world: &World) -> Rect {
        super::below_head(world, if world.live.is_some() { 3 } else { 1 })
    }

    fn rows(&self, world: &World, width: u16) -> Vec<Row> {
        let look = world.look;
        let Some(live) = &world.live else { return Vec::new() };
        let rows = live.probes.iter().map(|probe| {
            let (glyph, role) = mark(&probe.stage, live.is_going());
            let word = stage_word(&probe.stage, live.is_going());
            let tail = match &probe.stage {
                Stage::Decided { ms, .. } => format!("{word} {:>7}", words::millis(*ms)),
                // The whole sentence stands in the detail; here the probe's name needs the room.
                Stage::Held { until, .. } if live.is_going() => format!("waits {}", until.format("%H:%M:%S")),
                _ => word,
            };
            let room = usize::from(width).saturating_sub(super::super::text::width(&tail) + 5);
            let line = vec![
                Span::styled(format!(" {glyph} "), look.style(role)),
                Span::styled(fit(probe.planned.probe.as_str(), room), look.style(Role::Text)),
                Span::styled(format!(" {tail}"), look.style(role)),
            ];
            Row::new(probe.planned.probe.as_str(), line)
        });
        rows.collect()
    }

    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        let Some(live) = &world.live else { return prose.done() };
        let Some(probe) = live.probes.iter().find(|it| it.planned.probe.as_str() == key) else { return prose.done() };
        prose.text(Role::Text, probe.planned.asks);
        let items: Vec<&str> = probe.planned.items.iter().map(crate::domain::ItemId::as_str).collect();
        prose.text(Role::Faint, format!("{} · feeds {}", probe.planned.system.title(), items.join(", "))).blank();
        let (glyph, role) = mark(&probe.stage, live.is_going());
        match &probe.stage {
            Stage::Decided { verdict, ms, requests, .. } => {
                let word = theme::outcome(&verdict.outcome).1;
                let requests = words::count(*requests as usize, "request");
                prose.hang(0, (role, glyph), role, format!("{word} · {} · {requests}", words::millis(*ms)));
                prose.text(Role::Text, verdict.says.as_str());
                if let Some(step) = verdict.outcome.gap().and_then(|gap| gap.needs.as_ref()) {
                    prose.hang(0, (Role::Accent, "→"), Role::Text, step.as_str());
                }
                super::board::evidence::findings(&mut prose, &verdict.findings);
                super::board::evidence::notes(&mut prose, &verdict.notes);
            }
            Stage::NotStored { why } => {
                prose.hang(0, (role, glyph), Role::Wrong, format!("decided, but not stored: {why}"));
            }
            other => {
                prose.hang(0, (role, glyph), role, stage_word(other, live.is_going()));
                if let Stage::Held { system, .. } = other
                    && live.is_going()
                {
                    let says = format!("{} asked us to slow down; the probe goes on by itself then", system.title());
                    prose.hang(0, (Role::Faint, " "), Role::Text, says);
                }
            }
        }
        prose.done()
    }

    fn list_title(&self, world: &World) -> Line<'static> {
        Line::styled(" Probes ", world.look.style(Role::Accent))
    }

    fn detail_title(&self, world: &World, key: &str) -> Line<'static> {
        Line::styled(format!(" {key} "), world.look.style(Role::Strong))
    }

    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        if world.starting {
            prose.text(Role::Busy, "Starting…");
        } else {
            let key = world.keymap.key(Context::Run, Action::ProbeAll);
            prose.text(Role::Text, format!("No run since the console was opened; {key} probes everything"));
        }
        prose.done()
    }
}

//! What is known of the selected app: the answer with its reason, what the question asks of it, counts, its rerun.

use super::rows;
use crate::domain::glance::Silence;
use crate::domain::{Question, Truth};
use crate::tui::message::AppRow;
use crate::tui::rerun::Progress;
use crate::tui::theme::{self, Role};
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use crate::words;
use ratatui::text::Line;

/// The detail, wrapped.
pub(super) fn of(app: &AppRow, question: &Question, world: &World, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, width);
    let (word, role) = rows::answer(app);
    prose.text(role, word);
    // The answer stands above; an answer without a reason has nothing to add.
    let reason = words::reason(app.says.as_str());
    if !reason.is_empty() {
        prose.text(Role::Text, reason);
    }
    asked(app, question, world, &mut prose);
    prose.blank();
    prose.pair("name", Role::Name, app.name.as_str());
    let week = if app.weeks == 0 { "not known".to_owned() } else { format!("{} of {}", app.week, app.weeks) };
    prose.pair("week", Role::Text, week);
    let counted = |number: u16, role| if number == 0 { (Role::Faint, "none".to_owned()) } else { (role, number.to_string()) };
    let rows = [
        ("↯ lost", app.lost, Role::Lost),
        ("✘ failing", app.failing, Role::Bad),
        ("‖ gates", app.urgent, Role::Bad),
        ("? unseen", app.unseen, Role::Unseen),
    ];
    for (label, number, role) in rows {
        let (role, text) = counted(number, role);
        prose.pair(label, role, text);
    }
    let never = if app.glance.is_blank() { "not known" } else { "never" };
    prose.pair("last run", Role::Text, app.last_run.map_or_else(|| never.to_owned(), |at| words::ago(at, world.now)));
    let (role, next) = match (app.archived, app.due) {
        (true, _) => (Role::Faint, "archived: none"),
        (false, true) => (Role::Caution, "due"),
        (false, false) if app.due_from.is_none() => (Role::Unseen, "nothing can be asked yet: connect a system"),
        (false, false) => (Role::Faint, "not due yet"),
    };
    prose.pair("next run", role, next);
    if let Some(progress) = world.rerun.as_ref().and_then(|it| it.of(&app.name)) {
        let says = match progress {
            Progress::Waiting => "waits for its turn".to_owned(),
            Progress::Running { decided, probes, closed } => {
                let waits = closed.filter(|(_, until)| *until > world.now);
                let waits =
                    waits.map(|(system, until)| format!("; {} wants none until {}", system.title(), words::moment(until)));
                format!("{decided} of {probes} probes decided{}", waits.unwrap_or_default())
            }
            Progress::Finished => "done".to_owned(),
            Progress::Cancelled => "stopped; what was decided is kept".to_owned(),
            Progress::Failed { why } => format!("failed: {why}"),
        };
        prose.pair("rerun", rows::role(progress), says);
    }
    prose.done()
}

/// What each item and probe of the question is here.
fn asked(app: &AppRow, question: &Question, world: &World, prose: &mut Prose) {
    let names = question.names();
    if names.is_empty() {
        return;
    }
    prose.heading("What is asked");
    for id in names {
        let (glyph, role, says) = match (app.glance.item(id), app.glance.probe(id)) {
            (Some(item), _) => {
                let (glyph, role) = theme::truth_alone(item.truth);
                let work = if item.work == "todo" { String::new() } else { format!(", {}", item.work) };
                let why = item.silence.map(|it| format!(": {}", it.words())).unwrap_or_default();
                let role = if item.silence.is_some() { Role::Unseen } else { role };
                let glyph = if item.truth == Truth::Open && item.silence.is_some() { "?" } else { glyph };
                (glyph, role, format!("{}{work}{why}", item.truth.words()))
            }
            (None, Some(probe)) => {
                let last = probe.gap.map(|gap| format!("; the last look could not see ({})", gap.words())).unwrap_or_default();
                match (probe.word, probe.silence()) {
                    (Some("pass"), _) => ("✔", Role::Good, format!("pass{last}")),
                    (Some("fail"), _) => ("✘", Role::Bad, format!("fail{last}")),
                    (Some(_), _) => ("–", Role::Faint, "not used".to_owned()),
                    (None, silence) => ("?", Role::Unseen, silence.unwrap_or(Silence::Never).words()),
                }
            }
            (None, None) => ("–", Role::Faint, Silence::Elsewhere.words()),
        };
        prose.hang(0, (Role::Name, id), role, format!("{glyph} {says}"));
        if let Some(title) = world.vocabulary.items.get(id) {
            prose.text(Role::Faint, title);
        }
    }
}

//! The way to each system: who we are there, what we may see, what is missing, and the one step that opens it.
//! It shows where a credential comes from, never the credential.

use super::below_head;
use crate::domain::ItemId;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::message::{ConnectionRow, Standing};
use crate::tui::text::fit;
use crate::tui::theme::Role;
use crate::tui::widgets::listing::{self, Listing, Panes, Row};
use crate::tui::widgets::prose::{Prose, plain};
use crate::tui::world::{Step, World};
use crate::words;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The list of systems.
#[derive(Debug, Clone, Default)]
pub struct ConnectionsScreen {
    panes: Panes,
}

fn mark(standing: &Standing) -> (&'static str, Role) {
    match standing {
        Standing::Works => ("✔", Role::Good),
        Standing::Partly => ("◷", Role::Caution),
        Standing::Refused => ("✘", Role::Bad),
        Standing::NoCredential | Standing::NotConnected | Standing::NoAnswer => ("?", Role::Unseen),
        Standing::NotChecked => ("○", Role::Text),
        Standing::Checking => ("◌", Role::Busy),
        Standing::NotUsed | Standing::NoneNeeded => ("–", Role::Faint),
    }
}

impl ConnectionsScreen {
    /// Checks a connection, copies its step; moving is the list's.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        let key = match action {
            Action::Check | Action::Copy => listing::selected(self, world)?,
            _ => return None,
        };
        let row = find(world, &key)?;
        let step = match action {
            Action::Copy => match &row.step {
                Some(step) => Step::Do(Effect::Copy(step.to_string())),
                None => Step::Do(Effect::Copy(plain(&self.detail(world, &key, 500)))),
            },
            _ => Step::Do(Effect::CheckConnection { app: world.open.clone()?, system: row.system }),
        };
        Some(vec![step])
    }
}

fn find<'a>(world: &'a World, key: &str) -> Option<&'a ConnectionRow> {
    world.connections.iter().flatten().find(|it| it.system.id() == key)
}

impl Listing for ConnectionsScreen {
    fn panes(&self) -> &Panes {
        &self.panes
    }
    fn panes_mut(&mut self) -> &mut Panes {
        &mut self.panes
    }
    fn area(&self, world: &World) -> Rect {
        below_head(world, 1)
    }

    fn rows(&self, world: &World, width: u16) -> Vec<Row> {
        let look = world.look;
        let rows = world.connections.iter().flatten().map(|row| {
            let (glyph, role) = mark(&row.standing);
            let word = row.standing.word();
            let room = usize::from(width).saturating_sub(5 + word.len());
            let line = vec![
                Span::styled(format!(" {glyph} "), look.style(role)),
                Span::styled(fit(row.system.title(), room), look.style(Role::Text)),
                Span::styled(format!(" {word}"), look.style(role)),
            ];
            Row::new(row.system.id(), line)
        });
        rows.collect()
    }

    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        let Some(row) = find(world, key) else { return prose.done() };
        let (glyph, role) = mark(&row.standing);
        prose.hang(0, (role, glyph), role, row.standing.word());
        if let Some(step) = &row.step {
            prose.blank().hang(0, (Role::Accent, "→"), Role::Strong, step.as_str());
        }
        if row.standing == Standing::NotChecked {
            let key = world.keymap.key(Context::Connections, Action::Check);
            prose.blank().hang(0, (Role::Accent, "→"), Role::Strong, format!("Press {key} to ask whether it works"));
        }
        prose.blank();
        let unknown =
            |text: &Option<crate::domain::Foreign>, none: &str| text.as_ref().map_or(none.to_owned(), ToString::to_string);
        prose.pair("looks at", Role::Name, unknown(&row.subject, "nothing: the app names none"));
        if row.system.needs_credential() {
            prose.pair("by", Role::Text, unknown(&row.source, "no credential found"));
            prose.pair("we are", Role::Text, unknown(&row.who, "not known yet"));
        }
        list(&mut prose, "What we may see", ("✔", Role::Good), &row.may);
        list(&mut prose, "What is missing", ("?", Role::Unseen), &row.missing);
        if !row.items.is_empty() {
            let items: Vec<&str> = row.items.iter().map(ItemId::as_str).collect();
            let waits = words::count(items.len(), "item");
            prose.heading(&format!("{waits} cannot be decided without it")).text(Role::Name, items.join(", "));
        }
        prose.done()
    }

    fn list_title(&self, world: &World) -> Line<'static> {
        Line::styled(" Systems ", world.look.style(Role::Accent))
    }

    fn detail_title(&self, world: &World, key: &str) -> Line<'static> {
        let title = find(world, key).map_or("", |it| it.system.title());
        Line::styled(format!(" {title} "), world.look.style(Role::Strong))
    }

    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        prose.text(Role::Faint, if world.connections.is_none() { "Loading…" } else { "No system has a probe yet" });
        prose.done()
    }
}

fn list(prose: &mut Prose, title: &str, mark: (&str, Role), texts: &[crate::domain::Foreign]) {
    if texts.is_empty() {
        return;
    }
    prose.heading(title);
    for text in texts {
        prose.hang(0, (mark.1, mark.0), Role::Text, text.as_str());
    }
}

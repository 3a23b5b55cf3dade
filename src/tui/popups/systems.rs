//! The inventory of systems as a table: what each is for, how surely it is used, and where that is seen. It loads nothing.

use crate::desk::systems::{Entry, Inventory, Look};
use crate::repo::project::Strength;
use crate::tui::action::Action;
use crate::tui::keymap::Context;
use crate::tui::text::{fit, width, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use crate::words;
use ratatui::text::Line;

/// Cells from which the columns stand side by side.
const TABLE: u16 = 70;

/// Most files that are named as not read; further ones are counted.
const MOST_UNREAD: usize = 20;

/// The inventory, or why there is none.
#[must_use]
pub fn lines(world: &World, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, width);
    match &world.systems {
        None => {
            prose.text(Role::Faint, "Loading…");
        }
        Some(inventory) => all(&mut prose, world, inventory, width),
    }
    prose.done()
}

fn all(prose: &mut Prose, world: &World, inventory: &Inventory, width: u16) {
    if let Some(gap) = &inventory.unseen {
        let older = if inventory.seen.is_some() { "the last look saw nothing, so this is an older one: " } else { "" };
        prose.hang(0, (Role::Unseen, "?"), Role::Text, format!("{older}{}", gap.says));
        if let Some(step) = &gap.needs {
            prose.hang(0, (Role::Accent, "→"), Role::Text, step.as_str());
        }
        prose.blank();
    }
    let Some(look) = &inventory.seen else {
        if inventory.unseen.is_none() {
            let key = world.keymap.key(Context::Board, Action::ProbeAll);
            prose.text(Role::Text, "The repository was not looked at for systems yet");
            prose.hang(0, (Role::Accent, "→"), Role::Text, format!("{key} on the board probes everything"));
        }
        return;
    };
    head(prose, world, look);
    prose.blank();
    if !look.systems.is_empty() {
        if width >= TABLE {
            table(prose, &look.systems, usize::from(width));
        } else {
            stacked(prose, &look.systems, usize::from(width));
        }
        prose.blank();
    }
    prose.text(Role::Faint, "used: the code imports, reads or calls it · declared: only a manifest or a setting names it");
    prose.text(Role::Faint, "What leaves no trace in code is not here: who owns and pays each, a person says");
    unread(prose, look);
}

fn head(prose: &mut Prose, world: &World, look: &Look) {
    let some = words::count(look.systems.len(), "system");
    let read = look.commit.as_ref().map_or_else(String::new, |it| {
        let short: String = it.as_str().chars().take(10).collect();
        format!(" at commit {short}")
    });
    let says = match (look.empty, look.systems.is_empty()) {
        (true, _) => "the repository is empty".to_owned(),
        (false, true) => "no system that is known here".to_owned(),
        (false, false) => some,
    };
    prose.text(Role::Strong, format!("{says} · read {}{read}", words::ago(look.at, world.now)));
    match look.lists.as_slice() {
        [] if look.systems.is_empty() => {}
        [] => {
            prose.hang(0, (Role::Caution, "●"), Role::Text, "no document lists them with owner, plan and cost");
        }
        lists => {
            prose.hang(0, (Role::Faint, "·"), Role::Text, format!("listed in {}", lists.join(", ")));
        }
    }
    if !look.unread.is_empty() {
        let files = words::count(look.unread.len(), "place");
        let says = format!("{files} could not be read and may hold further systems: below the table");
        prose.hang(0, (Role::Unseen, "?"), Role::Text, says);
    }
}

fn role(entry: &Entry) -> Role {
    if entry.strength == Strength::Imported { Role::Text } else { Role::Faint }
}

fn more(entry: &Entry) -> String {
    if entry.more == 0 { String::new() } else { format!("+{}", entry.more) }
}

/// Columns, each cell wrapped and never cut.
fn table(prose: &mut Prose, systems: &[Entry], across: usize) {
    let widest =
        |of: &dyn Fn(&Entry) -> usize, least: usize, most: usize| systems.iter().map(of).max().unwrap_or(0).clamp(least, most);
    let name = widest(&|it| width(it.name.as_str()), 6, 18);
    let purpose = widest(&|it| width(&it.what_for()), 8, 22);
    let strength = 8;
    let tail = widest(&|it| width(&more(it)), 4, 8);
    let place = across.saturating_sub(name + purpose + strength + tail + 8).max(12);
    let row = |cells: [&str; 5]| {
        let [what, serves, how, first, rest] = cells;
        format!("{}  {}  {}  {}  {rest}", fit(what, name), fit(serves, purpose), fit(how, strength), fit(first, place))
    };
    prose.line(Line::from(prose.span(Role::Heading, row(["system", "for what", "strength", "first seen", "more"]))));
    for entry in systems {
        let columns = [
            wrap(entry.name.as_str(), name),
            wrap(&entry.what_for(), purpose),
            vec![entry.strength().to_owned()],
            broken(&entry.place, place),
            vec![more(entry)],
        ];
        let height = columns.iter().map(Vec::len).max().unwrap_or(1);
        for at in 0..height {
            let cells = columns.each_ref().map(|it| it.get(at).map_or("", String::as_str));
            prose.line(Line::from(prose.span(role(entry), row(cells).trim_end().to_owned())));
        }
    }
}

/// One below the other, where columns have no room.
fn stacked(prose: &mut Prose, systems: &[Entry], across: usize) {
    for entry in systems {
        let more = if entry.more == 0 { String::new() } else { format!(" and {} more", entry.more) };
        prose.hang(0, (Role::Accent, "·"), Role::Strong, format!("{} · {} · {}", entry.name, entry.what_for(), entry.strength()));
        for line in broken(&format!("{}{more}", entry.place), across.saturating_sub(2)) {
            prose.line(Line::from(prose.span(role(entry), format!("  {line}"))));
        }
    }
}

/// A path in lines, broken after its slashes where that is enough.
fn broken(path: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in path.split_inclusive('/') {
        if !line.is_empty() && width(&line) + width(piece) > most {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(piece);
        if width(&line) > most {
            let mut parts = wrap(&line, most);
            line = parts.pop().unwrap_or_default();
            lines.extend(parts);
        }
    }
    lines.push(line);
    lines
}

fn unread(prose: &mut Prose, look: &Look) {
    if look.unread.is_empty() {
        return;
    }
    prose.heading("Not read");
    for it in look.unread.iter().take(MOST_UNREAD) {
        prose.hang(0, (Role::Unseen, "?"), Role::Text, it.as_str());
    }
    if let Some(rest) = look.unread.len().checked_sub(MOST_UNREAD).filter(|it| *it > 0) {
        prose.text(Role::Unseen, format!("and {rest} more"));
    }
}

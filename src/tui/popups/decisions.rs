//! What people decided about the open app, to be read: under the same headings and in the same words as `rescue decisions`.

use crate::domain::Decision;
use crate::tui::theme::Role;
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use crate::words::decision as words;
use ratatui::text::Line;

/// The decisions, or that there are none.
#[must_use]
pub fn lines(world: &World, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, width);
    match world.decisions.as_deref().map(Vec::as_slice) {
        None => drop(prose.text(Role::Faint, "Loading…")),
        Some([]) => {
            prose.text(Role::Text, "Nobody decided anything yet: no ceiling, no limit, no accepted risk, no permission");
            let app = world.open.as_ref().map_or_else(|| "NAME".to_owned(), ToString::to_string);
            let step = format!("rescue app edit {app} --ceiling openai=200 --agreed-by NAME --proof WHERE");
            prose.hang(0, (Role::Accent, "→"), Role::Text, step);
        }
        Some(all) => {
            let mut heading = "";
            for it in all {
                if it.kind.heading() != heading {
                    heading = it.kind.heading();
                    prose.heading(heading);
                }
                one(&mut prose, it);
            }
            if all.iter().any(|it| it.who.is_none()) {
                let app = world.open.as_ref().map_or_else(|| "NAME".to_owned(), ToString::to_string);
                prose.blank();
                let step = format!("rescue app edit {app} … --agreed-by NAME --proof WHERE, with the same value, names somebody");
                prose.hang(0, (Role::Accent, "→"), Role::Text, step);
            }
        }
    }
    prose.done()
}

fn one(prose: &mut Prose, it: &Decision) {
    let mark = match (it.stands, it.who.is_some()) {
        (false, _) => (Role::Faint, "◷"),
        (true, false) => (Role::Unseen, "?"),
        (true, true) => (Role::Good, "✔"),
    };
    let until = words::until(it).map_or_else(String::new, |until| format!(", {until}"));
    prose.hang(0, mark, Role::Strong, format!("{}{until}", it.what));
    prose.hang(2, (Role::Text, ""), Role::Text, format!("{}; {}", words::whose(it), words::proof(it)));
    if let Some(reason) = &it.reason {
        prose.hang(2, (Role::Text, ""), Role::Text, format!("because: {reason}"));
    }
    prose.hang(2, (Role::Text, ""), Role::Faint, words::rests(it));
}

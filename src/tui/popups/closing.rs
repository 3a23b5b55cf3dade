//! What stands between here and the close of the engagement, to be read. The close itself is a command: nothing here writes.

use crate::desk::closing::{Closing, Said, revoke};
use crate::tui::theme::Role;
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use crate::words;
use ratatui::text::Line;

/// The list, or that it is being asked for.
#[must_use]
pub fn lines(world: &World, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, width);
    match &world.closing {
        None => drop(prose.text(Role::Faint, "Asking every token of this engagement once…")),
        Some(closing) => all(&mut prose, closing),
    }
    prose.done()
}

fn all(prose: &mut Prose, closing: &Closing) {
    let name = &closing.board.settings.name;
    prose.heading("Gates");
    if closing.open.is_empty() {
        prose.hang(0, (Role::Good, "✔"), Role::Text, "none is open");
    }
    for it in &closing.open {
        let says = format!("{} {} — gate {}, {}", it.item, it.short, it.gate, it.truth.words());
        prose.hang(0, (Role::Caution, words::mark(it.truth)), Role::Text, says);
    }
    prose.heading("Our tokens");
    for token in &closing.tokens {
        let mark = match &token.said {
            Said::Works(_) => (Role::Bad, "✘"),
            Said::Unasked(_) => (Role::Unseen, "?"),
            Said::Refused(_) | Said::ShutOut(_) => (Role::Good, "✔"),
        };
        let (system, word) = (token.system.title(), token.said.word());
        let says = format!("{system}, {}: {word} at {} — {}", token.places(), words::moment(token.asked), token.said.says());
        prose.hang(0, mark, Role::Text, says);
        if matches!(token.said, Said::Works(_)) {
            prose.hang(2, (Role::Accent, "→"), Role::Text, revoke(token.system));
        }
    }
    for system in &closing.without {
        let says = format!("{}: no token lies here, so none could be asked", system.title());
        prose.hang(0, (Role::Unseen, "?"), Role::Text, says);
    }
    for why in &closing.unseen {
        prose.hang(0, (Role::Unseen, "?"), Role::Text, format!("not seen whether another lies here: {why}"));
    }
    if closing.tokens.is_empty() && closing.without.is_empty() {
        prose.text(Role::Faint, "none lies here, and no system in use needs one");
    }
    prose.heading("Who keeps watching");
    if let Some((item, truth)) = &closing.watch {
        prose.hang(0, (Role::Text, words::mark(*truth)), Role::Text, format!("{item} {}", truth.words()));
    }
    prose.hang(0, (Role::Accent, "→"), Role::Text, format!("rescue schedule workflow {name} > .github/workflows/rescue.yml"));
    if !closing.secrets.is_empty() {
        let says = format!("with tokens that the client makes, as secrets: {}", closing.secrets.join(", "));
        prose.hang(2, (Role::Text, ""), Role::Text, says);
    }
    prose.blank();
    let in_the_way = closing.in_the_way().len();
    if let Some(at) = closing.board.closed {
        prose.text(Role::Strong, format!("It was closed on {}", at.date_naive()));
    } else if in_the_way == 0 {
        prose.hang(0, (Role::Good, "✔"), Role::Strong, format!("Nothing is in the way: `rescue app close {name}` closes it"));
    } else {
        let says = format!("{} in the way: `rescue app close {name}` names each", words::count(in_the_way, "thing"));
        prose.hang(0, (Role::Caution, "●"), Role::Strong, says);
    }
}

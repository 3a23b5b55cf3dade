//! The letter to the client, to read before it is sent. It adds no sentence: what stands here stands in the letter.

use crate::letter::{Ask, Block, Letter};
use crate::tui::action::Action;
use crate::tui::keymap::Context;
use crate::tui::theme::Role;
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use ratatui::text::Line;

/// The letter in lines of at most `width` cells; above it, how it leaves the console.
#[must_use]
pub fn lines(world: &World, letter: &Letter, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, width);
    let key = |context, action| world.keymap.key(context, action);
    let (copy, palette) = (key(Context::Reading, Action::Copy), key(Context::Global, Action::Palette));
    prose.text(
        Role::Faint,
        format!("Nothing is sent. {copy} copies it as Markdown · {palette} {} writes the page to a file", Action::SaveLetter),
    );
    prose.blank().text(Role::Accent, letter.heading.as_str()).text(Role::Faint, letter.line.as_str()).blank();
    prose.text(Role::Text, letter.greeting.as_str());
    letter.opening.iter().for_each(|it| {
        prose.text(Role::Text, it.as_str());
    });
    for (at, it) in letter.asks.iter().enumerate() {
        ask(&mut prose, at + 1, it);
    }
    for part in letter.handing.iter().chain(&letter.here) {
        prose.heading(&part.title);
        for says in &part.says {
            prose.hang(0, (Role::Faint, "·"), Role::Text, says.as_str());
        }
    }
    prose.blank().text(Role::Text, letter.closing.as_str()).blank();
    letter.farewell.iter().for_each(|it| {
        prose.text(Role::Text, it.as_str());
    });
    prose.done()
}

fn ask(prose: &mut Prose, number: usize, it: &Ask) {
    prose.heading(&format!("{number}. {}", it.title));
    prose.text(if it.opens.urgent() > 0 { Role::Caution } else { Role::Faint }, format!("{} ({})", it.says, it.about));
    for block in &it.blocks {
        match block {
            Block::Text(text) => {
                prose.text(Role::Text, text.as_str());
            }
            Block::Steps(steps) => {
                for (at, step) in steps.iter().enumerate() {
                    prose.hang(0, (Role::Accent, &format!("{}.", at + 1)), Role::Text, step.as_str());
                }
            }
            Block::List(list) => {
                for line in list {
                    prose.hang(2, (Role::Faint, "·"), Role::Text, line.as_str());
                }
            }
            Block::Sign(lines) => {
                for line in lines {
                    prose.hang(2, (Role::Faint, "_"), Role::Text, format!("{line}: ………………………"));
                }
            }
        }
    }
}

//! The keys in force, printed from the keymap, and what the glyphs mean. Nothing here is written twice.

use crate::domain::Truth;
use crate::tui::keymap::{Binding, Context};
use crate::tui::text::fit;
use crate::tui::theme::{self, Role};
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use ratatui::text::Line;
use strum::VariantArray;

/// The help for a screen.
#[must_use]
pub fn lines(world: &World, context: Context, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, width);
    for (title, of) in
        [(format!("On {context}"), context), ("Everywhere".to_owned(), Context::Global), ("In forms".to_owned(), Context::Form)]
    {
        prose.heading(&title);
        for binding in world.keymap.of(of).filter(|it| it.context == of && world.offers(it.action)) {
            prose.hang(0, (Role::Key, &fit(&keys(binding), 15)), Role::Text, binding.action.says());
        }
    }
    prose.heading("Signs");
    for truth in Truth::VARIANTS {
        let (glyph, role) = theme::truth_alone(*truth);
        prose.hang(2, (role, glyph), Role::Text, format!("{}: {}", truth.words(), meaning(*truth)));
    }
    prose.hang(2, (Role::Unseen, "?"), Role::Text, "unseen: could not be looked at; neither good nor bad");
    prose.hang(2, (Role::Text, "✎"), Role::Text, "by hand: a person judges it, with a proof");
    prose.done()
}

fn keys(binding: &Binding) -> String {
    if binding.strokes.is_empty() {
        return format!(":{}", binding.action);
    }
    binding.strokes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn meaning(truth: Truth) -> &'static str {
    match truth {
        Truth::NotApplicable => "does not concern this app",
        Truth::Verified => "seen to be so",
        Truth::Attested => "done on a person's word, with a proof",
        Truth::Waived => "open, and accepted by name until a date",
        Truth::Drifted => "was done, and a probe now sees that it is not",
        Truth::Disputed => "judged done, and a probe says otherwise",
        Truth::Failing => "seen not to be so",
        Truth::Stale => "was done, too long ago",
        Truth::Open => "not decided",
    }
}

//! The line in which a filter is typed, at the foot. For the apps it takes a question, and offers what could follow.

use crate::domain::question::{completed, completions};
use crate::tui::action::Action;
use crate::tui::key::Stroke;
use crate::tui::keymap::Context;
use crate::tui::text::{cells, cut, width};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{draw_input, type_into};
use crate::tui::world::{Step, World};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use tui_input::Input;

/// A filter while it is typed.
#[derive(Debug, Clone)]
pub struct Filter {
    input: Input,
    /// It takes a question across apps, not only words.
    asks: bool,
}

impl Filter {
    /// Holding the words of now.
    #[must_use]
    pub fn new(words: &str, asks: bool) -> Self {
        // Who goes on typing adds to what is there.
        let words = if asks && !words.is_empty() { format!("{words} ") } else { words.to_owned() };
        Self { input: Input::new(words), asks }
    }

    /// Keeps it, drops it, or writes the word on.
    pub fn act(&mut self, action: Action, world: &World) -> Vec<Step> {
        match action {
            Action::Open => vec![Step::Filter(self.input.value().trim().to_owned()), Step::Lower],
            Action::Close => vec![Step::Filter(String::new()), Step::Lower],
            // The list can be walked while its filter is typed.
            Action::Up | Action::Down => vec![Step::Act(action)],
            Action::Complete if self.asks => {
                let Some(text) = completed(self.input.value(), &world.vocabulary) else { return Vec::new() };
                self.input = Input::new(text.clone());
                vec![Step::Filter(text)]
            }
            _ => Vec::new(),
        }
    }

    /// Types a stroke.
    pub fn typed(&mut self, stroke: Stroke) -> Vec<Step> {
        if type_into(&mut self.input, stroke) {
            return vec![Step::Filter(self.input.value().to_owned())];
        }
        Vec::new()
    }

    /// Draws it over the footer, and what could follow above it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        let [_, body, foot] = world.areas();
        Clear.render(foot, buffer);
        buffer.set_line(foot.x, foot.y, &Line::styled(" / ", world.look.style(Role::Key)), foot.width);
        let hint = " enter keep · esc all";
        let room = foot.width.saturating_sub(cells(hint.len()) + 4);
        draw_input(world, &self.input, true, Rect::new(foot.x + 3, foot.y, room, 1), buffer);
        let x = foot.x + 3 + room;
        buffer.set_line(x, foot.y, &Line::styled(hint, world.look.style(Role::Faint)), foot.right().saturating_sub(x));
        if self.asks && body.height > 3 {
            self.offer(world, Rect::new(body.x, body.bottom() - 1, body.width, 1), buffer);
        }
    }

    fn offer(&self, world: &World, line: Rect, buffer: &mut Buffer) {
        let text = self.input.value();
        let offered = completions(text, &world.vocabulary);
        let tab = world.keymap.key(Context::Choosing, Action::Complete);
        let (key, says) = match offered.as_slice() {
            [] if text.trim().is_empty() => {
                ("ask".to_owned(), "due · lost · urgent · week:3 · BAK-02:failing · not … · words of a name".to_owned())
            }
            [] => return,
            [one] => {
                let title = one.strip_suffix(':').and_then(|id| world.vocabulary.items.get(id));
                (tab, title.map_or_else(|| one.clone(), |title| format!("{one} {title}")))
            }
            several => (tab, several.join("  ")),
        };
        Clear.render(line, buffer);
        let lead = format!(" {key} ");
        let room = usize::from(line.width).saturating_sub(width(&lead) + 1);
        let spans =
            vec![Span::styled(lead, world.look.style(Role::Key)), Span::styled(cut(&says, room), world.look.style(Role::Faint))];
        buffer.set_line(line.x, line.y, &Line::from(spans), line.width);
    }
}

//! The palette: every command of the screen below, and every app, by a few letters of its name.

use super::{centred, window};
use crate::domain::AppName;
use crate::tui::action::Action;
use crate::tui::key::Stroke;
use crate::tui::keymap::Context;
use crate::tui::screens::place::{self, Shown};
use crate::tui::text::{cells, fit, width};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{draw_input, type_into};
use crate::tui::world::{Step, World};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use tui_input::Input;

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Act(Action),
    Open(AppName),
    Place(Action, Box<Shown>),
}

#[derive(Debug, Clone)]
struct Entry {
    text: String,
    key: String,
    choice: Choice,
}

impl AsRef<str> for Entry {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// What is offered.
#[derive(Debug, Clone)]
enum Offer {
    /// The commands of the screen with these keys, and the apps.
    Commands(Context),
    /// Places, opened by that action.
    Places(Action, Vec<Shown>),
}

/// The palette.
#[derive(Debug, Clone)]
pub struct Palette {
    offer: Offer,
    input: Input,
    at: usize,
}

impl Palette {
    /// For the screen whose keys are these.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { offer: Offer::Commands(context), input: Input::default(), at: 0 }
    }

    /// Places of which one is opened, by `Edit` or `Browse`.
    #[must_use]
    pub fn places(action: Action, places: Vec<Shown>) -> Self {
        Self { offer: Offer::Places(action, places), input: Input::default(), at: 0 }
    }

    fn title(&self) -> &'static str {
        match &self.offer {
            Offer::Commands(_) => " Commands ",
            Offer::Places(Action::Edit, _) => " Open in the editor ",
            Offer::Places(..) => " Open in the browser ",
        }
    }

    /// What fits what was typed, the best first; everything in the keymap's order while nothing is typed.
    fn entries(&self, world: &World) -> Vec<Entry> {
        let all = match &self.offer {
            Offer::Commands(context) => commands(*context, world),
            Offer::Places(action, places) => places
                .iter()
                .map(|it| Entry {
                    text: format!("{}  {}", it.place, it.says),
                    key: String::new(),
                    choice: Choice::Place(*action, Box::new(it.clone())),
                })
                .collect(),
        };
        if self.input.value().trim().is_empty() {
            return all;
        }
        let pattern = Pattern::parse(self.input.value(), CaseMatching::Ignore, Normalization::Smart);
        let fits = pattern.match_list(all, &mut Matcher::new(Config::DEFAULT)).into_iter().map(|(entry, _)| entry);
        // Whoever types a command's whole name means it, whatever else has the word in its sentence.
        let typed = self.input.value().trim();
        let (called, others): (Vec<Entry>, Vec<Entry>) =
            fits.partition(|it| matches!(it.choice, Choice::Act(action) if action.to_string() == typed));
        called.into_iter().chain(others).collect()
    }

    /// Chooses, walks, closes.
    pub fn act(&mut self, action: Action, world: &World) -> Vec<Step> {
        let entries = self.entries(world);
        match action {
            Action::Up => self.at = self.at.saturating_sub(1),
            Action::Down => self.at = (self.at + 1).min(entries.len().saturating_sub(1)),
            Action::Close => return vec![Step::Lower],
            Action::Open => {
                return match entries.get(self.at).map(|it| &it.choice) {
                    Some(Choice::Act(action)) => vec![Step::Lower, Step::Act(*action)],
                    Some(Choice::Place(action, shown)) => vec![Step::Lower, place::open(*action, world, shown)],
                    Some(Choice::Open(name)) => vec![Step::Lower, Step::Open(name.clone())],
                    None => Vec::new(),
                };
            }
            _ => {}
        }
        Vec::new()
    }

    /// Types into the field; the best match is selected again.
    pub fn typed(&mut self, stroke: Stroke, _world: &World) {
        if type_into(&mut self.input, stroke) {
            self.at = 0;
        }
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        let [_, body, _] = world.areas();
        let entries = self.entries(world);
        let frame = centred(body, body.width.saturating_sub(4).clamp(1, 70), 18);
        let room = usize::from(frame.height.saturating_sub(4));
        let first = self.at.saturating_sub(room.saturating_sub(1));
        let hidden = entries.len().saturating_sub(first + room);
        let inner = window(world, frame, self.title(), (first, hidden), buffer);
        if inner.is_empty() {
            return;
        }
        buffer.set_line(inner.x, inner.y, &Line::styled(": ", world.look.style(Role::Key)), inner.width);
        draw_input(world, &self.input, true, Rect::new(inner.x + 2, inner.y, inner.width.saturating_sub(2), 1), buffer);
        let list = Rect::new(inner.x, inner.y + 2, inner.width, inner.height.saturating_sub(2));
        if entries.is_empty() && !list.is_empty() {
            buffer.set_line(
                list.x,
                list.y,
                &Line::styled("Nothing here has these letters", world.look.style(Role::Faint)),
                list.width,
            );
        }
        for (line, (at, entry)) in entries.iter().enumerate().skip(first).take(usize::from(list.height)).enumerate() {
            let y = list.y + cells(line);
            let room = usize::from(list.width).saturating_sub(width(&entry.key) + 3);
            let mark = if at == self.at { "▸ " } else { "  " };
            let text = vec![
                Span::raw(format!("{mark}{} ", fit(&entry.text, room))),
                Span::styled(entry.key.clone(), world.look.style(Role::Key)),
            ];
            buffer.set_line(list.x, y, &Line::from(text), list.width);
            if at == self.at {
                buffer.set_style(Rect::new(list.x, y, list.width, 1), world.look.style(Role::Selected));
            }
        }
    }
}

fn commands(context: Context, world: &World) -> Vec<Entry> {
    let is_command = |action: &Action| {
        !matches!(
            action,
            Action::Up
                | Action::Down
                | Action::PageUp
                | Action::PageDown
                | Action::First
                | Action::Last
                | Action::Palette
                | Action::Open
        ) && world.offers(*action)
    };
    let commands = world.keymap.of(context).filter(|it| is_command(&it.action)).map(|it| Entry {
        text: format!("{} ({})", it.action.says(), it.action),
        key: it.strokes.first().map(ToString::to_string).unwrap_or_default(),
        choice: Choice::Act(it.action),
    });
    let apps = world.apps.iter().flatten().filter(|app| !app.archived).map(|app| Entry {
        text: format!("Open {} ({})", app.title, app.name),
        key: String::new(),
        choice: Choice::Open(app.name.clone()),
    });
    commands.chain(apps).collect()
}

//! What lies over a screen and takes every key: texts, forms, the palette, the filter, questions. A stack; the top one speaks.

pub mod answer;
pub mod ask;
pub mod choose;
pub mod closing;
pub mod decisions;
pub mod filter;
pub mod form;
pub mod help;
pub mod letter;
pub mod pages;
pub mod reading;
pub mod systems;
pub mod work;

use super::action::Action;
use super::effect::Effect;
use super::key::Stroke;
use super::keymap::Context;
use super::theme::Role;
use super::widgets::listing::boxed;
use super::world::{Step, World};
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

/// A popup.
#[derive(Debug, Clone)]
pub enum Popup {
    Reading(reading::Reading),
    Form(Box<form::FormPopup>),
    Palette(choose::Palette),
    Filter(filter::Filter),
    /// A question with what is done after yes.
    Question {
        text: String,
        then: Effect,
    },
}

impl Popup {
    /// The filter line, holding the words of now.
    #[must_use]
    pub fn filter(words: &str) -> Self {
        Self::Filter(filter::Filter::new(words, false))
    }

    /// The filter line of the apps, which takes a question.
    #[must_use]
    pub fn question(words: &str) -> Self {
        Self::Filter(filter::Filter::new(words, true))
    }

    /// Where its keys are read.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Reading(_) => Context::Reading,
            Self::Form(_) => Context::Form,
            Self::Palette(_) | Self::Filter(_) => Context::Choosing,
            Self::Question { .. } => Context::Question,
        }
    }

    /// Answers an action. What it does not know, nobody else gets.
    pub fn act(&mut self, action: Action, world: &World) -> Vec<Step> {
        match self {
            Self::Reading(it) => it.act(action, world),
            Self::Form(it) => it.act(action, world),
            Self::Palette(it) => it.act(action, world),
            Self::Filter(it) => it.act(action, world),
            Self::Question { then, .. } => match action {
                Action::Yes => vec![Step::Lower, Step::Do(then.clone())],
                Action::No => vec![Step::Lower],
                _ => Vec::new(),
            },
        }
    }

    /// Types a stroke that means no action.
    pub fn typed(&mut self, stroke: Stroke, world: &World) -> Vec<Step> {
        match self {
            Self::Form(it) => it.typed(stroke),
            Self::Palette(it) => it.typed(stroke, world),
            Self::Filter(it) => return it.typed(stroke),
            Self::Reading(_) | Self::Question { .. } => {}
        }
        Vec::new()
    }

    /// Scrolls by the wheel.
    pub fn wheel(&mut self, down: bool, world: &World) -> Vec<Step> {
        self.act(if down { Action::Down } else { Action::Up }, world)
    }

    /// Draws it over what is there.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        match self {
            Self::Reading(it) => it.draw(world, buffer),
            Self::Form(it) => it.draw(world, buffer),
            Self::Palette(it) => it.draw(world, buffer),
            Self::Filter(it) => it.draw(world, buffer),
            Self::Question { text, .. } => {
                let [_, body, _] = world.areas();
                let width = super::text::cells(super::text::width(text) + 4).clamp(24, body.width);
                let lines = super::text::wrap(text, usize::from(width.saturating_sub(4)));
                let keys = |action| world.keymap.key(Context::Question, action);
                let answer = format!("{} yes · {} no", keys(Action::Yes), keys(Action::No));
                let frame = centred(body, width, super::text::cells(lines.len() + 4));
                let inner = window(world, frame, " Sure? ", (0, 0), buffer);
                for (at, line) in lines.iter().map(String::as_str).chain(["", answer.as_str()]).enumerate() {
                    let y = inner.y + super::text::cells(at);
                    if y < inner.bottom() {
                        buffer.set_line(inner.x, y, &Line::from(line.to_owned()), inner.width);
                    }
                }
            }
        }
    }
}

/// A frame of that size in the middle of `area`, or as much of it as there is.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    // A rim of a few cells around a popup is clutter: then it takes all of it.
    let width = if width + 6 > area.width { area.width } else { width };
    let height = if height + 2 > area.height { area.height } else { height };
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

/// Clears and frames a popup, and returns the place for its text.
pub fn window(world: &World, frame: Rect, title: &str, hidden: (usize, usize), buffer: &mut Buffer) -> Rect {
    Clear.render(frame, buffer);
    let title = super::text::cut(title, usize::from(frame.width.saturating_sub(2)));
    boxed(world, frame, Line::styled(title, world.look.style(Role::Accent)), Role::FrameActive, hidden, buffer);
    frame.inner(Margin::new(2, 1))
}

//! A text to read, to scroll and to copy: the help, an error.

use super::{centred, window, work};
use crate::letter::{Letter, LetterWords, markdown};
use crate::orders::{Form, Proof, WorkOrder};
use crate::snapshot::Page;
use crate::snapshot::compare::Comparison;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::message::Failure;
use crate::tui::screens::snapshot::page::{Laid, WIDEST};
use crate::tui::text::cells;
use crate::tui::theme::Role;
use crate::tui::widgets::listing::put_lines;
use crate::tui::widgets::prose::{Prose, plain};
use crate::tui::world::{Step, World};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use std::borrow::Cow;
use std::sync::Arc;

/// What is read.
#[derive(Debug, Clone)]
pub enum Matter {
    Help(crate::tui::keymap::Context),
    Failure(Failure),
    /// The inventory that the world knows.
    Systems,
    /// The letter to the client.
    Letter(Arc<Letter>),
    /// The decisions that the world knows.
    Decisions,
    /// What stands between here and the close, as far as the world knows.
    Closing,
    /// A founder's page as it was kept, with the beginning of its seal.
    Page {
        page: Arc<Page>,
        seal: String,
        laid: Laid,
    },
    /// A work order, in the form that is looked at.
    Order(Arc<WorkOrder>, Form),
    /// What asking again has shown.
    Proof(Arc<Proof>),
    /// Two founder's pages side by side.
    Comparison(Arc<Comparison>),
}

/// A text with how far it is scrolled.
#[derive(Debug, Clone)]
pub struct Reading {
    matter: Matter,
    scroll: usize,
}

impl Reading {
    /// From its beginning.
    #[must_use]
    pub fn new(matter: Matter) -> Self {
        Self { matter, scroll: 0 }
    }

    fn title(&self) -> Cow<'static, str> {
        match &self.matter {
            Matter::Page { seal, .. } => return format!(" Kept as {seal} ").into(),
            Matter::Order(order, form) => return work::title(order, *form).into(),
            Matter::Proof(_) => " Before and after ",
            Matter::Comparison(_) => " Two snapshots ",
            Matter::Help(_) => " Keys ",
            Matter::Failure(_) => " That did not work ",
            Matter::Systems => " Systems that the code shows ",
            Matter::Letter(_) => " The letter to the client ",
            Matter::Decisions => " Decisions: whose word it is ",
            Matter::Closing => " The close of the engagement ",
        }
        .into()
    }

    fn lines(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        match &self.matter {
            Matter::Systems => super::systems::lines(world, width),
            Matter::Letter(letter) => super::letter::lines(world, letter, width),
            Matter::Decisions => super::decisions::lines(world, width),
            Matter::Closing => super::closing::lines(world, width),
            Matter::Page { page, laid, .. } => laid.of(page, world.look, width).lines.clone(),
            Matter::Order(order, form) => work::order(world, order, *form, width),
            Matter::Proof(proof) => work::proof(world, proof, width),
            Matter::Comparison(compared) => super::pages::comparison(world, compared, width),
            Matter::Help(context) => super::help::lines(world, *context, width),
            Matter::Failure(failure) => {
                let mut prose = Prose::new(world.look, width);
                prose.hang(0, (Role::Wrong, "✘"), Role::Strong, &failure.what).blank().text(Role::Text, failure.why.as_str());
                if let Some(next) = &failure.next {
                    prose.blank().hang(0, (Role::Accent, "→"), Role::Text, next);
                }
                prose.done()
            }
        }
    }

    fn place(&self, world: &World) -> (Rect, Vec<Line<'static>>) {
        let [_, body, _] = world.areas();
        let widest = match self.matter {
            Matter::Systems | Matter::Order(..) | Matter::Decisions | Matter::Closing => 108,
            Matter::Proof(_) => 96,
            Matter::Page { .. } | Matter::Letter(_) => WIDEST + 4,
            _ => 76,
        };
        let width = body.width.clamp(1, widest);
        let width = if width + 6 > body.width { body.width } else { width };
        let lines = self.lines(world, width.saturating_sub(4));
        (centred(body, width, cells(lines.len() + 2)), lines)
    }

    /// Scrolls, copies, closes.
    pub fn act(&mut self, action: Action, world: &World) -> Vec<Step> {
        let (frame, lines) = self.place(world);
        let page = usize::from(frame.height.saturating_sub(2));
        let most = lines.len().saturating_sub(page);
        match action {
            Action::Up => self.scroll = self.scroll.saturating_sub(1),
            Action::Down => self.scroll = (self.scroll + 1).min(most),
            Action::PageUp => self.scroll = self.scroll.saturating_sub(page),
            Action::PageDown => self.scroll = (self.scroll + page).min(most),
            Action::NextTab | Action::PreviousTab => {
                if let Matter::Order(_, form) = &mut self.matter {
                    *form = work::turn(*form, action == Action::NextTab);
                    self.scroll = 0;
                }
            }
            Action::Copy => return vec![self.copy(world)],
            Action::Close => return vec![Step::Lower],
            _ => {}
        }
        Vec::new()
    }

    /// The whole text on the clipboard; of a work order the form that is looked at, as it is written.
    fn copy(&self, world: &World) -> Step {
        let text = match &self.matter {
            Matter::Order(order, form) => work::whole(order, *form),
            // What is copied goes into a mail.
            Matter::Letter(letter) => Some(markdown::render(letter, LetterWords::english())),
            _ => Some(plain(&self.lines(world, 500))),
        };
        text.map_or_else(
            || Step::Say(Role::Caution, "There is nothing to copy in this form".to_owned()),
            |text| Step::Do(Effect::Copy(text)),
        )
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        let (frame, lines) = self.place(world);
        let page = usize::from(frame.height.saturating_sub(2));
        let scroll = self.scroll.min(lines.len().saturating_sub(page));
        let hidden = lines.len().saturating_sub(scroll + page);
        let inner = window(world, frame, &self.title(), (scroll, hidden), buffer);
        put_lines(&lines, scroll, inner, buffer);
    }
}

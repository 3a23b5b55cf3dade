//! The founder's page as it would be made now: read, noted on, shared with whom it is for, kept and written to a file. Until
//! it is saved nothing is stored, and the frame says so.

pub mod page;

use super::{below_head, head};
use crate::desk::snapshot::short;
use crate::snapshot::{Audience, Words, markdown};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::pages::{Pages, Wanted, Wish};
use crate::tui::popups::pages as ask;
use crate::tui::theme::Role;
use crate::tui::widgets::listing::{boxed, put_lines};
use crate::tui::widgets::prose::{Prose, plain};
use crate::tui::world::{Step, World};
use page::{Laid, Sheet, WIDEST};
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;
use std::sync::Arc;

/// How far the page is scrolled.
#[derive(Debug, Clone, Default)]
pub struct SnapshotScreen {
    scroll: usize,
    laid: Laid,
}

/// What opens the screen: the page as it would be made now, with what was chosen last.
#[must_use]
pub fn open(app: crate::domain::AppName, pages: &Pages) -> Vec<Step> {
    let wish = Wish::Preview { app, wanted: pages.preview.wanted.clone() };
    vec![Step::Show(super::Screen::Snapshot(SnapshotScreen::default())), Step::Do(Effect::Pages(wish))]
}

impl SnapshotScreen {
    /// Answers what is done with the page, and scrolls it. None: the action is for the console.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        let preview = &world.pages.preview;
        let steps = match action {
            Action::Audience => {
                let audience = match preview.wanted.audience {
                    Audience::Founder => Audience::Investor,
                    Audience::Investor => Audience::Founder,
                };
                self.scroll = 0;
                choose(world, Wanted { audience, ..preview.wanted.clone() })
            }
            Action::Detail if preview.wanted.audience == Audience::Investor => {
                vec![Step::Say(Role::Caution, "An investor's page never has technical detail".to_owned())]
            }
            Action::Detail => choose(world, Wanted { detail: !preview.wanted.detail, ..preview.wanted.clone() }),
            Action::TopNote => vec![Step::Raise(ask::top_note(world))],
            Action::Save | Action::ShowPage | Action::Copy | Action::CopyMarkdown => self.of_page(action, world),
            other => return self.scrolled(other, world).then(Vec::new),
        };
        Some(steps)
    }

    fn of_page(&self, action: Action, world: &World) -> Vec<Step> {
        let preview = &world.pages.preview;
        let (Some(page), Some(source)) = (&preview.page, world.pages.source()) else {
            let says = if preview.making { "The page is still being made" } else { "There is no page to save or copy" };
            return vec![Step::Say(Role::Caution, says.to_owned())];
        };
        let file = preview.kept.as_ref().and_then(|seal| world.pages.file(seal));
        let step = match (action, file) {
            (Action::Copy, _) => Step::Do(Effect::Copy(plain(&self.laid.of(page, world.look, 500).lines))),
            (Action::CopyMarkdown, _) => Step::Do(Effect::Copy(markdown::render(page, Words::english()))),
            (Action::ShowPage, Some(file)) => Step::Do(Effect::Pages(Wish::Open(file))),
            (show, _) => {
                let day = page.moment.date_naive();
                Step::Raise(ask::save(world, source, page.audience, day, show == Action::ShowPage))
            }
        };
        vec![step]
    }

    fn frame(world: &World) -> Rect {
        below_head(world, 1)
    }

    fn text(world: &World) -> Rect {
        let inner = Self::frame(world).inner(Margin::new(2, 1));
        Rect { width: inner.width.min(WIDEST), ..inner }
    }

    fn sheet(&self, world: &World) -> Option<Arc<Sheet>> {
        let page = world.pages.preview.page.as_ref()?;
        Some(self.laid.of(page, world.look, Self::text(world).width))
    }

    /// Scrolls, or goes to the part before or after. False: the action is not about that.
    fn scrolled(&mut self, action: Action, world: &World) -> bool {
        let sheet = self.sheet(world).unwrap_or_default();
        let height = usize::from(Self::text(world).height);
        let most = sheet.lines.len().saturating_sub(height);
        let now = self.scroll.min(most);
        let by = height.saturating_sub(2).max(1);
        self.scroll = match action {
            Action::Up => now.saturating_sub(1),
            Action::Down => now + 1,
            Action::PageUp => now.saturating_sub(by),
            Action::PageDown => now + by,
            Action::First => 0,
            Action::Last => most,
            Action::NextPart => sheet.parts.iter().copied().find(|it| *it > now).unwrap_or(most),
            Action::PreviousPart => sheet.parts.iter().copied().rev().find(|it| *it < now).unwrap_or(0),
            _ => return false,
        }
        .min(most);
        true
    }

    /// Scrolls by the wheel.
    pub fn wheel(&mut self, down: bool, world: &World) {
        for _ in 0..3 {
            self.scrolled(if down { Action::Down } else { Action::Up }, world);
        }
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        let [_, body, _] = world.areas();
        head(world, &format!("{} › snapshot", world.title()), "", body, buffer);
        let (frame, text) = (Self::frame(world), Self::text(world));
        let Some(sheet) = self.sheet(world) else {
            boxed(world, frame, title(world), Role::FrameActive, (0, 0), buffer);
            put_lines(&empty(world, text.width), 0, text, buffer);
            return;
        };
        let height = usize::from(text.height);
        let scroll = self.scroll.min(sheet.lines.len().saturating_sub(height));
        let hidden = sheet.lines.len().saturating_sub(scroll + height);
        boxed(world, frame, title(world), Role::FrameActive, (scroll, hidden), buffer);
        put_lines(&sheet.lines, scroll, text, buffer);
    }
}

fn choose(world: &World, wanted: Wanted) -> Vec<Step> {
    let wish = world.open.clone().map(|app| Wish::Preview { app, wanted });
    wish.map(|wish| Step::Do(Effect::Pages(wish))).into_iter().collect()
}

/// For whom, with what, and whether it is kept.
fn title(world: &World) -> Line<'static> {
    let preview = &world.pages.preview;
    let detail = match (preview.wanted.audience, preview.wanted.detail) {
        (Audience::Investor, _) => "never detail",
        (_, true) => "detail ON",
        (_, false) => "detail off",
    };
    let (kept, role) = match &preview.kept {
        Some(seal) => (format!("kept as {}", short(seal)), Role::Good),
        None => ("not saved".to_owned(), Role::Caution),
    };
    let look = world.look;
    Line::from(vec![
        ratatui::text::Span::styled(format!(" for the {} · {detail} · ", preview.wanted.audience), look.style(Role::Accent)),
        ratatui::text::Span::styled(format!("{kept} "), look.style(role)),
    ])
}

fn empty(world: &World, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, width);
    if world.pages.preview.making {
        prose.text(Role::Faint, "Making the page… nothing is stored");
    } else {
        let key = |action| world.keymap.key(Context::Snapshot, action);
        prose.text(Role::Text, "The page could not be made");
        prose.hang(0, (Role::Accent, "→"), Role::Text, format!("{} leaves; come back to try again", key(Action::Back)));
    }
    prose.done()
}

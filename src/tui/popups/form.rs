//! A form over the screen: what it is about, its fields, its button. What was typed is kept when it is closed unsaved.

use super::answer::{Purpose, answer};
use super::{centred, window};
use crate::domain::AppName;
use crate::tui::action::Action;
use crate::tui::key::Stroke;
use crate::tui::text::cells;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Against, Form, intro};
use crate::tui::widgets::listing::put_lines;
use crate::tui::world::{Step, World};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The form.
#[derive(Debug, Clone)]
pub struct FormPopup {
    pub title: String,
    /// Read before the fields.
    pub intro: Vec<(Role, String)>,
    pub form: Form,
    pub purpose: Purpose,
    /// By which its draft is found again.
    pub draft: String,
    /// The texts as it was opened, to know whether anything was typed.
    opened: Vec<String>,
}

impl FormPopup {
    /// A form, with the draft that was left of it.
    #[must_use]
    pub fn new(world: &World, draft: String, title: String, intro: Vec<(Role, String)>, form: Form, purpose: Purpose) -> Self {
        let opened = form.texts();
        let mut popup = Self { title, intro, form, purpose, draft, opened };
        if let Some(texts) = world.drafts.get(&popup.draft) {
            popup.form.restore(texts);
        }
        popup
    }

    /// Goes through the fields, saves, closes.
    pub fn act(&mut self, action: Action, world: &World) -> Vec<Step> {
        let names: Vec<AppName> = world.apps.iter().flatten().map(|it| it.name.clone()).collect();
        let against = Against { today: world.now.date_naive(), names: &names };
        match action {
            Action::Submit => self.save(world, &against),
            Action::Confirm if self.form.is_on_button() => self.save(world, &against),
            Action::Confirm | Action::NextField | Action::Down => {
                self.form.go(true, &against);
                Vec::new()
            }
            Action::PreviousField | Action::Up => {
                self.form.go(false, &against);
                Vec::new()
            }
            Action::Close => {
                let texts = self.form.texts();
                if texts == self.opened {
                    return vec![Step::DropDraft(self.draft.clone()), Step::Lower];
                }
                let says = "Not saved; what you typed is kept for when you come back".to_owned();
                vec![Step::KeepDraft(self.draft.clone(), texts), Step::Lower, Step::Say(Role::Caution, says)]
            }
            _ => Vec::new(),
        }
    }

    fn save(&mut self, world: &World, against: &Against<'_>) -> Vec<Step> {
        if !self.form.judge(against) {
            return Vec::new();
        }
        match answer(&self.purpose, &self.form, world) {
            // The app is added by somebody who may find that the path is none: the form stays until it is.
            Ok(effect) if self.purpose == Purpose::AddApp => {
                vec![
                    Step::Saving(self.draft.clone(), self.form.texts()),
                    Step::Do(effect),
                    Step::Say(Role::Busy, "Adding…".to_owned()),
                ]
            }
            // The draft is dropped when it is stored (`State::update`): a full disk must not cost a paragraph.
            Ok(effect) => vec![Step::Saving(self.draft.clone(), self.form.texts()), Step::Lower, Step::Do(effect)],
            Err((name, wrong)) => {
                self.refuse(name, wrong);
                Vec::new()
            }
        }
    }

    /// Goes to a field and says there what cannot be; at the first when no field has that name.
    pub fn refuse(&mut self, name: &str, wrong: String) {
        let at = self.form.fields.iter().position(|it| it.name == name).unwrap_or(0);
        if let Some(field) = self.form.fields.get_mut(at) {
            field.wrong = Some(wrong);
            self.form.at = at;
        }
    }

    /// Types into the field.
    pub fn typed(&mut self, stroke: Stroke) {
        self.form.typed(stroke);
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        let [_, body, _] = world.areas();
        let width = body.width.saturating_sub(2).clamp(1, 84);
        let mut above = intro(world, &self.intro, width.saturating_sub(4));
        let form = self.form.height(width.saturating_sub(4));
        let room = body.height.saturating_sub(2);
        // In a low terminal the fields come first: at least three of them, then as much of the text as fits.
        let space = usize::from(room.saturating_sub(form.min(7))).saturating_sub(1);
        above.truncate(space);
        let gap = u16::from(!above.is_empty());
        let frame = centred(body, width, cells(above.len()) + gap + form + 2);
        let inner = window(world, frame, &format!(" {} ", self.title), (0, 0), buffer);
        put_lines(&above, 0, inner, buffer);
        let used = (cells(above.len()) + gap).min(inner.height);
        self.form.draw(world, Rect::new(inner.x, inner.y + used, inner.width, inner.height - used), buffer);
    }
}

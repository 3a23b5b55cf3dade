//! A form over the screen: what it is about, its fields, its button. What was typed is kept when it is closed unsaved.

use super::answer::{Purpose, answer};
use super::{centred, window};
use crate::domain::discovery::Field as Proposed;
use crate::domain::{AppName, Discovery, Foreign};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
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
    /// Facts of the stack that the repository says, taken along when the app is added.
    stack: Vec<(String, bool)>,
}

impl FormPopup {
    /// A form, with the draft that was left of it.
    #[must_use]
    pub fn new(world: &World, draft: String, title: String, intro: Vec<(Role, String)>, form: Form, purpose: Purpose) -> Self {
        let opened = form.texts();
        let mut popup = Self { title, intro, form, purpose, draft, opened, stack: Vec::new() };
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
            Action::Discover if self.purpose == Purpose::AddApp => self.discover(&against),
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
            Ok(mut effect) if self.purpose == Purpose::AddApp => {
                if let Effect::AddApp(new) = &mut effect {
                    new.fields.stack.clone_from(&self.stack);
                }
                vec![
                    Step::Saving(self.draft.clone(), self.form.texts()),
                    Step::Do(effect),
                    Step::Say(Role::Busy, "Adding…".to_owned()),
                ]
            }
            // The note is kept with the page; a file may be refused, and then the form is still there.
            Ok(effect) if self.purpose == Purpose::TopNote => {
                vec![Step::DropDraft(self.draft.clone()), Step::Lower, Step::Do(effect)]
            }
            Ok(effect) if matches!(self.purpose, Purpose::SavePage { .. }) => vec![
                Step::Saving(self.draft.clone(), self.form.texts()),
                Step::Do(effect),
                Step::Say(Role::Busy, "Saving…".to_owned()),
            ],
            // The draft is dropped when it is stored (`State::update`): a full disk must not cost a paragraph.
            Ok(effect) => vec![Step::Saving(self.draft.clone(), self.form.texts()), Step::Lower, Step::Do(effect)],
            Err((name, wrong)) => {
                self.refuse(name, wrong);
                Vec::new()
            }
        }
    }

    /// Asks for what the repository says, once it is named.
    fn discover(&mut self, against: &Against<'_>) -> Vec<Step> {
        for name in ["name", "repo"] {
            let Some(field) = self.form.fields.iter().find(|it| it.name == name) else { continue };
            let text = field.input.value().trim();
            let wrong = match field.check.judge(text, against) {
                Ok(()) if text.is_empty() => Some("name the repository first: owner/name, or a folder".to_owned()),
                judged => judged.err(),
            };
            if let Some(wrong) = wrong {
                self.refuse(name, wrong);
                return Vec::new();
            }
        }
        let Ok(name) = self.form.text("name").parse() else { return Vec::new() };
        let repo = self.form.text("repo").to_owned();
        vec![Step::Do(Effect::Discover { name, repo }), Step::Say(Role::Busy, "Reading the repository…".to_owned())]
    }

    /// Fills in what a repository says where nothing was typed, and says what else it does.
    pub fn discovered(&mut self, repo: &str, discovery: &Discovery) {
        if self.purpose != Purpose::AddApp || self.form.text("repo") != repo {
            return;
        }
        self.intro = told(discovery);
        for field in &mut self.form.fields {
            let Some((value, note)) = proposed(discovery, field.name) else { continue };
            if field.input.value().trim().is_empty() && !value.is_empty() {
                field.input = value.clone().into();
                field.wrong = None;
            }
            field.note = Some(if field.input.value() == value { note } else { format!("the repository says {value}: {note}") });
        }
        let facts = discovery.proposals.iter().filter(|it| it.field == Proposed::Stack);
        self.stack = facts
            .filter_map(|it| it.value.as_str().split_once('='))
            .map(|(fact, said)| (fact.to_owned(), said == "true"))
            .collect();
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
        if matches!(self.purpose, Purpose::SavePage { .. }) && self.form.at == 0 {
            super::pages::follow_format(&mut self.form);
        }
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

/// What of a look at a repository no field holds, in lines above the fields.
fn told(discovery: &Discovery) -> Vec<(Role, String)> {
    let of = |field: Proposed| {
        let values = discovery.proposals.iter().filter(move |it| it.field == field).map(|it| it.value.to_string());
        values.collect::<Vec<_>>()
    };
    let built: Vec<String> =
        [Proposed::Framework, Proposed::Builder, Proposed::PackageManager].into_iter().flat_map(of).collect();
    let uses = of(Proposed::Uses);
    let mut lines = vec![(Role::Text, "Look through what the repository says, change what is wrong, then save".to_owned())];
    if !built.is_empty() {
        lines.push((Role::Text, format!("Built with {}", built.join(", "))));
    }
    if !uses.is_empty() {
        lines.push((Role::Text, format!("Uses {}", uses.join(", "))));
    }
    if !discovery.applies.is_empty() {
        let items: Vec<&str> = discovery.applies.iter().map(|(item, _)| item.as_str()).collect();
        lines.push((Role::Text, format!("So these apply: {}", items.join(" "))));
    }
    lines.extend(discovery.questions.iter().map(|it| (Role::Caution, format!("? {it}"))));
    if let Some(gap) = &discovery.unseen {
        lines.push((Role::Caution, format!("Not all was read, so more may be in use: {}", gap.says)));
    }
    lines
}

/// What is proposed for a field of the form, and from where. Rivals leave the field to the person.
fn proposed(discovery: &Discovery, name: &str) -> Option<(String, String)> {
    let field = match name {
        "title" => Proposed::Title,
        "supabase" => Proposed::Supabase,
        "staging" => Proposed::Staging,
        "vercel" => Proposed::Vercel,
        "url" => Proposed::Url,
        "providers" => Proposed::Provider,
        _ => return None,
    };
    let of: Vec<_> = discovery.proposals.iter().filter(|it| it.field == field).collect();
    let first = of.first()?;
    let places = |from: &[Foreign]| from.first().map_or_else(String::new, ToString::to_string);
    if discovery.is_disputed(first) {
        let values: Vec<String> = of.iter().map(|it| format!("{} ({})", it.value, places(&it.from))).collect();
        return Some((String::new(), format!("one of {}", values.join(", "))));
    }
    let values: Vec<&str> = of.iter().map(|it| it.value.as_str()).collect();
    let from: Vec<String> = of.iter().map(|it| places(&it.from)).filter(|it| !it.is_empty()).collect();
    Some((values.join(", "), format!("from {}", from.join(", "))))
}

//! The apps that a question leaves, in their order, with those of which nobody knows apart. It reads what the console
//! knows and looks nothing up, so that it can be done at every key.

use super::Portfolio;
use crate::domain::question::{AppWord, NotAQuestion, Reply, Vocabulary};
use crate::domain::{Order, Question};
use crate::tui::message::AppRow;
use crate::tui::text::width;
use crate::tui::theme::Role;
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use crate::words;
use std::collections::BTreeMap;

/// What a question leaves.
#[derive(Debug)]
pub struct Sifted<'w> {
    pub question: Question,
    /// What is wrong with the rest of the text; `question` is what stands before it.
    pub wrong: Option<NotAQuestion>,
    pub yes: Vec<&'w AppRow>,
    /// Neither yes nor no, by why.
    pub unknown: Vec<(&'static str, Vec<&'w AppRow>)>,
    /// How many apps were asked.
    pub all: usize,
}

impl<'w> Sifted<'w> {
    /// Asks every app.
    #[must_use]
    pub fn of(apps: &'w [AppRow], text: &str, order: Order, known: &Vocabulary) -> Self {
        let (question, wrong) = match Question::read(text, known) {
            Ok(question) => (question, None),
            Err(wrong) => (wrong.before.clone(), Some(wrong)),
        };
        let with_archived = question.asks_for(AppWord::Archived);
        let (mut yes, mut unknown, mut all) = (Vec::new(), BTreeMap::new(), 0);
        for app in apps.iter().filter(|app| with_archived || !app.archived) {
            all += 1;
            match question.ask(&app.asked()) {
                Reply::Yes => yes.push(app),
                Reply::No => {}
                Reply::Unknown(why) => {
                    let group: &mut (_, Vec<&AppRow>) = unknown.entry(why.group()).or_insert((why, Vec::new()));
                    group.0 = group.0.min(why);
                    group.1.push(app);
                }
            }
        }
        let sort = |apps: &mut Vec<&AppRow>| apps.sort_by(|one, other| order.compare(&one.asked(), &other.asked()));
        sort(&mut yes);
        let mut unknown: Vec<_> = unknown.into_iter().map(|(group, (why, apps))| (why, group, apps)).collect();
        unknown.sort_by_key(|(why, ..)| *why);
        let unknown = unknown.into_iter().map(|(_, group, mut apps)| {
            sort(&mut apps);
            (group, apps)
        });
        Self { unknown: unknown.collect(), question, wrong, yes, all }
    }

    /// Every app that is shown, in its order.
    pub fn shown(&self) -> impl Iterator<Item = &'w AppRow> {
        self.yes.iter().chain(self.unknown.iter().flat_map(|(_, apps)| apps)).copied()
    }

    /// `12 of 500 apps · 3 could not be seen · 2 never looked`: as much of it as there is room for, never the first
    /// without the second where both would fit.
    #[must_use]
    pub fn counts(&self, unread: usize, room: usize) -> String {
        let mut text = match (self.question.is_empty(), self.question.is_about_looks()) {
            (true, _) => words::count(self.all, "app"),
            (false, true) => format!("{} of {} do", self.yes.len(), words::count(self.all, "app")),
            (false, false) => format!("{} of {}", self.yes.len(), words::count(self.all, "app")),
        };
        let unread = if unread == 0 { None } else { Some(format!("{unread} still being read")) };
        let groups = self.unknown.iter().map(|(group, apps)| format!("{} {group}", apps.len()));
        let parts: Vec<String> = unread.into_iter().chain(groups).collect();
        let whole = parts.iter().fold(text.clone(), |text, part| format!("{text} · {part}"));
        if width(&whole) <= room {
            return whole;
        }
        let unknown: usize = self.unknown.iter().map(|(_, apps)| apps.len()).sum();
        if unknown > 0 {
            text = format!("{text} · {unknown} unknown");
        }
        text
    }
}

impl Portfolio {
    /// The apps that are shown now.
    pub(super) fn sift<'w>(&self, world: &'w World) -> Sifted<'w> {
        Sifted::of(world.apps.as_deref().unwrap_or_default(), &self.filter, self.order, &world.vocabulary)
    }

    /// Who looks for an app by what an item is about finds the item.
    pub(super) fn offer_items(&self, world: &World, prose: &mut Prose) {
        let Some(word) = self.filter.split_whitespace().last().filter(|it| it.chars().count() > 2) else { return };
        let small = word.to_lowercase();
        let about = world.vocabulary.items.iter().filter(|(_, title)| title.to_lowercase().contains(&small));
        let about: Vec<_> = about.take(6).collect();
        if !about.is_empty() {
            prose.heading("Items about it");
            for (id, title) in about {
                prose.hang(0, (Role::Name, &format!("{id}:failing")), Role::Text, title);
            }
        }
    }
}

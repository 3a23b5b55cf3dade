//! What the console makes of news about the founder's pages. As all of the state, it does no I/O.

use super::State;
use crate::desk::snapshot::{Format, short};
use crate::tui::effect::Effect;
use crate::tui::pages::{News, Wish};
use crate::tui::popups::answer::Purpose;
use crate::tui::popups::{
    Popup,
    reading::{Matter, Reading},
};
use crate::tui::screens::Screen;
use crate::tui::screens::snapshot::page::Laid;
use crate::tui::theme::Role;
use std::sync::Arc;

impl State {
    /// Takes news of the open app's pages in.
    pub(super) fn heard_of_pages(&mut self, news: News) -> Vec<Effect> {
        if self.world.open.as_ref() != Some(news.app()) {
            return Vec::new();
        }
        let world = &mut self.world;
        match news {
            News::Previewed { wanted, page, .. } => world.pages.previewed(&wanted, page),
            News::Listed { held, .. } => world.pages.held = Some(held),
            News::Read { record, .. } => {
                let (page, seal) = (Arc::new(record.page.clone()), short(&record.seal));
                self.popups.push(Popup::Reading(Reading::new(Matter::Page { page, seal, laid: Laid::default() })));
            }
            News::Compared { comparison, .. } => {
                self.popups.push(Popup::Reading(Reading::new(Matter::Comparison(comparison))));
            }
            News::Frozen { app, wanted, record } => {
                world.not_stored = None;
                // Who changed the choice meanwhile looks at another page, which is not kept.
                if world.pages.preview.wanted == wanted {
                    world.pages.frozen(wanted, &record);
                }
                return vec![Effect::Pages(Wish::List(app))];
            }
            News::Saved { seal, format, file, .. } => {
                if format == Format::Html {
                    world.pages.files.insert(seal.0.clone(), file.clone());
                }
                let file = crate::domain::Foreign::new(file.display().to_string());
                world.said = Some((Role::Good, format!("Saved: {file}")));
                if let Some(draft) = self.saving.take() {
                    world.drafts.remove(&draft);
                }
                self.popups.retain(|it| !is_save_form(it));
            }
            News::Occupied { file, again } => {
                let file = crate::domain::Foreign::new(file.display().to_string());
                if self.popups.last().is_some_and(is_save_form) {
                    world.said = None;
                    let text = format!("{file} exists already. Write over it?");
                    self.popups.push(Popup::Question { text, then: Effect::Pages(Wish::Save(again)) });
                } else {
                    world.said = Some((Role::Caution, format!("Not saved: {file} exists already")));
                }
            }
        }
        Vec::new()
    }

    /// The page on the screen, made anew after facts were added; one that is kept stays as it is.
    pub(super) fn page_anew(&self) -> Option<Effect> {
        let preview = &self.world.pages.preview;
        let shows = matches!(self.screens.last(), Some(Screen::Snapshot(_))) && preview.kept.is_none();
        let app = self.world.open.clone().filter(|_| shows)?;
        Some(Effect::Pages(Wish::Preview { app, wanted: preview.wanted.clone() }))
    }
}

fn is_save_form(popup: &Popup) -> bool {
    matches!(popup, Popup::Form(form) if matches!(form.purpose, Purpose::SavePage { .. }))
}

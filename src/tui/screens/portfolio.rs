//! Every app at a glance: week, answer, drift, what nobody saw, the age of the last run. The first screen.

use super::{contains_words, head_with};
use crate::domain::AppName;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::message::AppRow;
use crate::tui::pages::Pages;
use crate::tui::popups::Popup;
use crate::tui::text::{cut, fit};
use crate::tui::theme::{self, Role};
use crate::tui::widgets::listing::{self, Listing, Panes, Row};
use crate::tui::widgets::prose::Prose;
use crate::tui::world::{Step, World};
use crate::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The list of apps.
#[derive(Debug, Clone, Default)]
pub struct Portfolio {
    panes: Panes,
    pub filter: String,
}

impl Portfolio {
    /// Opens the selected app; everything else is the list's.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        match action {
            Action::Open => {
                let name = listing::selected(self, world)?.parse().ok()?;
                Some(vec![Step::Open(name)])
            }
            Action::Undo => {
                let name = listing::selected(self, world)?.parse().ok()?;
                Some(vec![Step::Do(Effect::Undo(name))])
            }
            Action::Snapshot => {
                let name: AppName = listing::selected(self, world)?.parse().ok()?;
                let is_open = world.open.as_ref() == Some(&name);
                // Another app's run keeps that app open, and opening says so.
                if !is_open && world.is_running() {
                    return Some(vec![Step::Open(name)]);
                }
                let pages = if is_open { world.pages.clone() } else { Pages::default() };
                let mut steps = vec![Step::Open(name.clone())];
                steps.extend(super::snapshot::open(name, &pages));
                Some(steps)
            }
            Action::Filter => Some(vec![Step::Raise(Popup::filter(&self.filter))]),
            Action::Back if !self.filter.is_empty() => {
                self.filter.clear();
                Some(Vec::new())
            }
            _ => None,
        }
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        let [_, body, _] = world.areas();
        let apps = world.apps.as_ref().map_or_else(String::new, |it| words::count(it.len(), "app"));
        head_with(world, "apps", &apps, &Line::default(), body, buffer);
        listing::draw(self, world, buffer);
    }
}

fn answer(row: &AppRow) -> (&'static str, Role) {
    row.answer.map_or(("NOT LOOKED AT", Role::Faint), theme::answer)
}

impl Listing for Portfolio {
    fn panes(&self) -> &Panes {
        &self.panes
    }
    fn panes_mut(&mut self) -> &mut Panes {
        &mut self.panes
    }
    fn area(&self, world: &World) -> Rect {
        super::below_head(world, 1)
    }

    fn rows(&self, world: &World, width: u16) -> Vec<Row> {
        let look = world.look;
        let apps = world.apps.iter().flatten();
        let shown = apps.filter(|it| contains_words(&format!("{} {}", it.name, it.title), &self.filter));
        shown
            .map(|app| {
                let (answer, role) = answer(app);
                let answer = if app.answer == Some(crate::domain::state::Answer::YesWithAcceptedRisks) { "YES*" } else { answer };
                let lost = if app.lost > 0 { format!("↯{}", app.lost) } else { String::new() };
                let week = format!("w{}/{}", app.week, app.weeks);
                let mut cells = vec![
                    Span::styled(fit(&week, 6), look.style(Role::Faint)),
                    Span::styled(fit(answer, 13), look.style(role)),
                    Span::styled(fit(&lost, 4), look.style(Role::Lost)),
                ];
                if width >= 52 {
                    let unseen = if app.unseen > 0 { format!("?{}", app.unseen) } else { String::new() };
                    let run = if app.due {
                        "due".to_owned()
                    } else {
                        app.last_run.map_or("never".to_owned(), |at| words::age(at, world.now))
                    };
                    cells.push(Span::styled(fit(&unseen, 5), look.style(Role::Unseen)));
                    cells.push(Span::styled(fit(&run, 8), look.style(if app.due { Role::Caution } else { Role::Faint })));
                }
                let tail: usize = cells.iter().map(Span::width).sum();
                let title = fit(app.title.as_str(), usize::from(width).saturating_sub(tail + 3));
                cells.insert(0, Span::raw(format!(" {title}  ")));
                Row::new(app.name.as_str(), cells)
            })
            .collect()
    }

    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        let Some(app) = world.apps.iter().flatten().find(|it| it.name.as_str() == key) else { return prose.done() };
        let (word, role) = answer(app);
        prose.text(role, word);
        // The answer stands above; an answer without a reason has nothing to add.
        let reason = words::reason(app.says.as_str());
        if !reason.is_empty() {
            prose.text(Role::Text, reason);
        }
        prose.blank();
        prose.pair("name", Role::Name, app.name.as_str());
        prose.pair("week", Role::Text, format!("{} of {}", app.week, app.weeks));
        let counted = |number: u16, role| if number == 0 { (Role::Faint, "none".to_owned()) } else { (role, number.to_string()) };
        let (role, text) = counted(app.lost, Role::Lost);
        prose.pair("↯ lost", role, text);
        let (role, text) = counted(app.failing, Role::Bad);
        prose.pair("✘ failing", role, text);
        let (role, text) = counted(app.unseen, Role::Unseen);
        prose.pair("? unseen", role, text);
        prose.pair("last run", Role::Text, app.last_run.map_or_else(|| "never".to_owned(), |at| words::ago(at, world.now)));
        prose.pair("next run", if app.due { Role::Caution } else { Role::Faint }, if app.due { "due" } else { "not due yet" });
        prose.done()
    }

    fn list_title(&self, world: &World) -> Line<'static> {
        let filter = if self.filter.is_empty() { String::new() } else { format!("with “{}” ", cut(&self.filter, 16)) };
        Line::styled(format!(" Apps {filter}"), world.look.style(Role::Accent))
    }

    fn detail_title(&self, world: &World, key: &str) -> Line<'static> {
        let title = world.apps.iter().flatten().find(|it| it.name.as_str() == key).map(|it| it.title.to_string());
        Line::styled(format!(" {} ", cut(&title.unwrap_or_default(), 60)), world.look.style(Role::Strong))
    }

    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        if world.apps.is_none() {
            prose.text(Role::Faint, "Loading…");
        } else if !self.filter.is_empty() {
            prose.text(Role::Text, "No app has these words").text(Role::Faint, "esc shows all");
        } else {
            let key = |action| world.keymap.key(Context::Portfolio, action);
            prose.text(Role::Strong, "No app yet").blank();
            prose.text(
                Role::Text,
                format!("Press {} to add your first app: a name and a repository are enough to start", key(Action::AddApp)),
            );
            prose.blank();
            prose.text(Role::Text, "To look around first, leave and run").text(Role::Name, "rescue demo").blank();
            prose.text(Role::Faint, "rescue reads; it changes nothing in a client's systems");
        }
        prose.done()
    }
}

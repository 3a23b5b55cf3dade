//! Every app at a glance: week, answer, drift, what nobody saw, the age of the last run. The first screen: sorted,
//! narrowed by a question, marked for a rerun. What a question cannot tell of an app stands in a group of its own.

mod detail;
mod rows;
mod sift;

use super::head_with;
use crate::domain::question::toggled;
use crate::domain::{AppName, Order};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::message::AppRow;
use crate::tui::pages::Pages;
use crate::tui::popups::Popup;
use crate::tui::text::{cut, width};
use crate::tui::theme::Role;
use crate::tui::widgets::listing::{self, Listing, Panes, Row};
use crate::tui::widgets::prose::Prose;
use crate::tui::world::{Step, World};
use crate::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use sift::Sifted;
use std::collections::BTreeSet;

/// The list of apps.
#[derive(Debug, Clone, Default)]
pub struct Portfolio {
    panes: Panes,
    /// A question in the words of [`crate::domain::question`].
    pub filter: String,
    order: Order,
    /// Marked for a rerun, by name: rows may come and go.
    marked: BTreeSet<AppName>,
}

impl Portfolio {
    /// Opens, sorts, narrows, marks and reruns; moving is the list's.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        let step = match action {
            Action::Open => Step::Open(self.selected(world)?),
            Action::Undo => Step::Do(Effect::Undo(self.selected(world)?)),
            Action::Snapshot => return Some(snapshot(self.selected(world)?, world)),
            Action::Filter => Step::Raise(Popup::question(&self.filter)),
            Action::Sort => {
                self.order = self.order.next();
                Step::Say(Role::Good, format!("Sorted by {}", self.order.words()))
            }
            Action::OnlyDue => return Some(self.toggle("due")),
            Action::OnlyLost => return Some(self.toggle("lost")),
            Action::OnlyUrgent => return Some(self.toggle("urgent")),
            Action::OnlyArchived => return Some(self.toggle("archived")),
            Action::OnlyWeek => {
                let week = self.selected(world).and_then(|name| find(world, name.as_str())).map_or(1, |app| app.week);
                return Some(self.toggle(&format!("week:{week}")));
            }
            Action::Mark => {
                let name = self.selected(world)?;
                if !self.marked.remove(&name) {
                    self.marked.insert(name);
                }
                listing::act(self, Action::Down, world);
                return Some(Vec::new());
            }
            Action::MarkAll => return Some(self.mark_all(world)),
            Action::Rerun => self.rerun(world)?,
            Action::Cancel if world.is_rerunning() => Step::Do(Effect::CancelRerun),
            Action::Cancel => Step::Say(Role::Caution, "No rerun is going on".to_owned()),
            Action::Back if !self.filter.is_empty() => {
                self.filter.clear();
                return Some(Vec::new());
            }
            Action::Back if !self.marked.is_empty() => {
                self.marked.clear();
                return Some(Vec::new());
            }
            _ => return None,
        };
        Some(vec![step])
    }

    fn selected(&self, world: &World) -> Option<AppName> {
        listing::selected(self, world)?.parse().ok()
    }

    fn toggle(&mut self, word: &str) -> Vec<Step> {
        self.filter = toggled(&self.filter, word);
        Vec::new()
    }

    /// Marks every app that is shown; takes the marks away when all of them have one.
    fn mark_all(&mut self, world: &World) -> Vec<Step> {
        let shown: Vec<AppName> = self.sift(world).shown().map(|app| app.name.clone()).collect();
        if shown.iter().all(|name| self.marked.contains(name)) {
            self.marked.retain(|name| !shown.contains(name));
        } else {
            self.marked.extend(shown);
        }
        Vec::new()
    }

    /// Reruns the marked apps, or the selected one when none is marked. Several are asked about first: it takes requests.
    fn rerun(&self, world: &World) -> Option<Step> {
        if world.is_rerunning() {
            let cancel = world.keymap.key(Context::Portfolio, Action::Cancel);
            return Some(Step::Say(Role::Caution, format!("A rerun is going on already: {cancel} cancels it")));
        }
        let marked: Vec<AppName> = self.marked.iter().filter(|name| find(world, name.as_str()).is_some()).cloned().collect();
        if marked.is_empty() {
            return Some(Step::Do(Effect::Rerun(vec![self.selected(world)?])));
        }
        let shown: BTreeSet<&AppName> = self.sift(world).shown().map(|app| &app.name).collect();
        let hidden = marked.iter().filter(|name| !shown.contains(name)).count();
        let hidden = if hidden == 0 { String::new() } else { format!(" ({hidden} of them not shown now)") };
        let text = format!("Rerun every probe of {}{hidden}?", words::count(marked.len(), "marked app"));
        Some(Step::Raise(Popup::Question { text, then: Effect::Rerun(marked) }))
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        let [_, body, _] = world.areas();
        let sifted = self.sift(world);
        let right = match &world.rerun {
            Some(rerun) if rerun.is_going() => {
                Line::styled(format!("◌ {}", rerun.status(world.now)), world.look.style(Role::Busy))
            }
            _ => Line::default(),
        };
        let room = usize::from(body.width).saturating_sub(20 + right.width());
        let counts = if world.apps.is_some() { sifted.counts(world.unread_apps, room) } else { String::new() };
        head_with(world, "apps", &counts, &right, body, buffer);
        if body.height > 1 {
            buffer.set_line(body.x, body.y + 1, &self.state(world, &sifted, usize::from(body.width)), body.width);
        }
        listing::draw(self, world, buffer);
    }

    /// The line below the head: the order, the question in words, marks; or what is wrong with the question.
    fn state(&self, world: &World, sifted: &Sifted<'_>, room: usize) -> Line<'static> {
        let look = world.look;
        let mut spans = Vec::new();
        // What is wrong comes first: where there is little room, it is what must be read.
        if let Some(wrong) = &sifted.wrong {
            let nearest: Vec<&str> = wrong.nearest.iter().take(3).map(String::as_str).collect();
            let near = if nearest.is_empty() { String::new() } else { format!(": {}", nearest.join(", ")) };
            spans.push(Span::styled(format!(" not asked: {}{near} ·", wrong.why), look.style(Role::Caution)));
        }
        spans.push(Span::styled(format!(" by {}", short(self.order)), look.style(Role::Faint)));
        let asked = sifted.question.words();
        if !asked.is_empty() {
            spans.push(Span::styled(" · only ", look.style(Role::Faint)));
            spans.push(Span::styled(asked.join(" · "), look.style(Role::Strong)));
        }
        if !self.marked.is_empty() {
            spans.push(Span::styled(format!(" · ● {} marked", self.marked.len()), look.style(Role::Accent)));
        }
        let mut left = room;
        for span in &mut spans {
            span.content = cut(&span.content, left).into();
            left -= width(&span.content);
        }
        Line::from(spans)
    }
}

/// The order in one or two words.
fn short(order: Order) -> &'static str {
    match order {
        Order::Name => "name",
        Order::Due => "due",
        Order::Drift => "drift",
        Order::Gates => "open gates",
        Order::Week => "week",
        Order::LastRun => "last run",
    }
}

fn find<'w>(world: &'w World, key: &str) -> Option<&'w AppRow> {
    world.apps.iter().flatten().find(|it| it.name.as_str() == key)
}

fn snapshot(name: AppName, world: &World) -> Vec<Step> {
    let is_open = world.open.as_ref() == Some(&name);
    // Another app's run keeps that app open, and opening says so.
    if !is_open && world.is_running() {
        return vec![Step::Open(name)];
    }
    let pages = if is_open { world.pages.clone() } else { Pages::default() };
    let mut steps = vec![Step::Open(name.clone())];
    steps.extend(super::snapshot::open(name, &pages));
    steps
}

impl Listing for Portfolio {
    fn panes(&self) -> &Panes {
        &self.panes
    }
    fn panes_mut(&mut self) -> &mut Panes {
        &mut self.panes
    }
    fn area(&self, world: &World) -> Rect {
        super::below_head(world, 2)
    }

    fn rows(&self, world: &World, width: u16) -> Vec<Row> {
        rows::of(&self.sift(world), &self.marked, world, width)
    }

    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>> {
        find(world, key).map_or_else(Vec::new, |app| detail::of(app, &self.sift(world).question, world, width))
    }

    fn list_title(&self, world: &World) -> Line<'static> {
        Line::styled(" Apps ", world.look.style(Role::Accent))
    }

    fn detail_title(&self, world: &World, key: &str) -> Line<'static> {
        let title = find(world, key).map(|it| it.title.to_string());
        Line::styled(format!(" {} ", cut(&title.unwrap_or_default(), 60)), world.look.style(Role::Strong))
    }

    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        let key = |action| world.keymap.key(Context::Portfolio, action);
        let Some(apps) = &world.apps else {
            prose.text(Role::Faint, "Loading…");
            return prose.done();
        };
        if world.unread_apps > 0 {
            prose.text(Role::Faint, format!("Reading {}…", words::count(world.unread_apps, "app")));
        } else if !self.filter.is_empty() {
            let asked = self.sift(world).question.words().join(" · ");
            prose.text(Role::Text, format!("No app is that: {asked}")).text(Role::Faint, "esc shows all");
            self.offer_items(world, &mut prose);
        } else if apps.is_empty() {
            prose.text(Role::Strong, "No app yet").blank();
            prose.text(
                Role::Text,
                format!("Press {} to add your first app: a name and a repository are enough to start", key(Action::AddApp)),
            );
            prose.blank();
            prose.text(Role::Text, "To look around first, leave and run").text(Role::Name, "rescue demo").blank();
            prose.text(Role::Faint, "rescue reads; it changes nothing in a client's systems");
        } else {
            let archived = words::count(apps.len(), "app");
            prose.text(Role::Text, format!("{archived} put away; {} shows them", key(Action::OnlyArchived)));
        }
        prose.done()
    }
}

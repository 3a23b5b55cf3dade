//! What changed since another moment: lost first, because that is what a Monday is for.

use super::below_head;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::message::{Change, Changes, Since};
use crate::tui::text::fit;
use crate::tui::theme::Role;
use crate::tui::widgets::listing::{self, Listing, Panes, Row};
use crate::tui::widgets::prose::{Prose, plain};
use crate::tui::world::{Step, World};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The list of changes.
#[derive(Debug, Clone, Default)]
pub struct ChangesScreen {
    panes: Panes,
    since: Since,
}

fn groups(changes: &Changes) -> [(&'static str, &'static str, Role, &[Change]); 9] {
    [
        ("↯", "Lost", Role::Lost, &changes.lost),
        ("✘", "Newly failing", Role::Bad, &changes.newly_failing),
        ("≈", "Waivers that ended", Role::Caution, &changes.expired_waivers),
        ("✘", "New findings", Role::Bad, &changes.new_findings),
        ("?", "Not seen any more", Role::Unseen, &changes.newly_unseen),
        ("◷", "Stale", Role::Caution, &changes.stale),
        ("↯", "Lost and won back", Role::Caution, &changes.lost_between),
        ("✔", "Won", Role::Good, &changes.won),
        ("✓", "Findings that are gone", Role::Good, &changes.gone_findings),
    ]
}

impl ChangesScreen {
    /// What is compared with that moment.
    #[must_use]
    pub fn since(since: Since) -> Self {
        Self { since, ..Self::default() }
    }

    /// Compares with another moment, opens the item; moving is the list's.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        match action {
            Action::Since => {
                self.since = self.since.next();
                let app = world.open.clone()?;
                Some(vec![Step::Do(Effect::LoadChanges { app, since: self.since })])
            }
            Action::Open if listing::shows_detail(self, world) => {
                let key = listing::selected(self, world)?;
                let item = self.find(world, &key)?.item.clone()?;
                Some(vec![Step::ShowItem(item)])
            }
            Action::Copy => {
                let key = listing::selected(self, world)?;
                Some(vec![Step::Do(Effect::Copy(plain(&self.detail(world, &key, 500))))])
            }
            _ => None,
        }
    }

    fn loaded<'a>(&self, world: &'a World) -> Option<&'a Changes> {
        world.changes.as_deref().filter(|it| it.since == self.since)
    }

    fn find<'a>(&self, world: &'a World, key: &str) -> Option<&'a Change> {
        let (group, at) = key.split_once(':')?;
        let changes = self.loaded(world)?;
        groups(changes).into_iter().find(|it| it.1 == group)?.3.get(at.parse::<usize>().ok()?)
    }
}

impl Listing for ChangesScreen {
    fn panes(&self) -> &Panes {
        &self.panes
    }
    fn panes_mut(&mut self) -> &mut Panes {
        &mut self.panes
    }
    fn area(&self, world: &World) -> Rect {
        below_head(world, 1)
    }

    fn rows(&self, world: &World, width: u16) -> Vec<Row> {
        let Some(changes) = self.loaded(world) else { return Vec::new() };
        let look = world.look;
        let mut rows = Vec::new();
        for (glyph, title, role, group) in groups(changes) {
            if group.is_empty() {
                continue;
            }
            if !rows.is_empty() {
                rows.push(Row::still(""));
            }
            rows.push(Row::still(Line::styled(format!(" {title} · {}", group.len()), look.style(Role::Heading))));
            for (at, change) in group.iter().enumerate() {
                let id = change.item.as_ref().map_or(String::new(), |it| format!("{it} "));
                let room = usize::from(width).saturating_sub(4 + id.len());
                let line = vec![
                    Span::styled(format!("  {glyph} "), look.style(role)),
                    Span::styled(id, look.style(Role::Name)),
                    Span::styled(fit(change.says.as_str(), room), look.style(Role::Text)),
                ];
                rows.push(Row::new(format!("{title}:{at}"), line));
            }
        }
        rows
    }

    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        let Some(change) = self.find(world, key) else { return prose.done() };
        prose.text(Role::Text, change.says.as_str());
        for line in &change.more {
            prose.hang(0, (Role::Faint, "·"), Role::Text, line);
        }
        if let Some((assessment, item)) = change.item.as_ref().and_then(|it| world.item(it.as_str())) {
            prose.blank();
            super::board::detail::lead(&mut prose, world, assessment, item);
        }
        prose.done()
    }

    fn list_title(&self, world: &World) -> Line<'static> {
        let from = self.loaded(world).and_then(|it| it.from).map_or(String::new(), |at| format!("· {} ", at.date_naive()));
        Line::styled(format!(" {} {from}", self.since.words()), world.look.style(Role::Accent))
    }

    fn detail_title(&self, world: &World, key: &str) -> Line<'static> {
        let item = self.find(world, key).and_then(|it| it.item.as_ref()).map_or("change", |it| it.as_str());
        Line::styled(format!(" {item} "), world.look.style(Role::Strong))
    }

    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        match self.loaded(world) {
            None => prose.text(Role::Faint, "Loading…"),
            Some(changes) if changes.from.is_none() => {
                prose.text(Role::Text, format!("There is nothing to compare with {}", self.since.words()))
            }
            Some(_) => prose.text(Role::Text, format!("Nothing changed {}", self.since.words())),
        };
        prose.done()
    }
}

//! Every finding that stands today, by severity or by cause: read it, copy it, go to its place, accept it.

use super::place::{self, Shown};
use super::{below_head, contains_words};
use crate::domain::state::{Board, StandingFinding};
use crate::domain::{ItemId, Severity};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::popups::{Popup, ask};
use crate::tui::text::{cut, fit};
use crate::tui::theme::{self, Role};
use crate::tui::widgets::listing::{self, Listing, Panes, Row};
use crate::tui::widgets::prose::{Prose, plain};
use crate::tui::world::{Step, World};
use crate::words;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use std::collections::BTreeMap;

/// The list of findings.
#[derive(Debug, Clone, Default)]
pub struct FindingsScreen {
    panes: Panes,
    pub filter: String,
    by_cause: bool,
}

impl FindingsScreen {
    /// What can be done with a finding; moving is the list's.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        match action {
            Action::Group => {
                self.by_cause = !self.by_cause;
                return Some(Vec::new());
            }
            Action::Filter => return Some(vec![Step::Raise(Popup::filter(&self.filter))]),
            Action::Back if !self.filter.is_empty() && !self.panes.reading => {
                self.filter.clear();
                return Some(Vec::new());
            }
            Action::Open if !listing::shows_detail(self, world) => return None,
            Action::Open
            | Action::Copy
            | Action::Edit
            | Action::Browse
            | Action::Accept
            | Action::Rotated
            | Action::Reopen
            | Action::WorkOrder
            | Action::Prove => {}
            _ => return None,
        }
        let key = listing::selected(self, world)?;
        let standing = find(world, &key)?;
        let step = match action {
            Action::Open => Step::ShowItem(standing.items.first()?.clone()),
            Action::Copy => Step::Do(Effect::Copy(plain(&self.detail(world, &key, 500)))),
            Action::Edit | Action::Browse => open_place(action, world, standing),
            Action::WorkOrder | Action::Prove => super::work(action, world, standing.items.first()?),
            Action::Accept if standing.state() == "accepted" => Step::Say(Role::Caution, "It is accepted already".to_owned()),
            Action::Accept => Step::Raise(ask::accept_finding(world, standing)),
            Action::Rotated if !standing.asks_rotation => {
                Step::Say(Role::Caution, "Nothing asks for a rotation of it".to_owned())
            }
            Action::Rotated if standing.rotation.as_ref().is_some_and(|it| it.holds) => {
                Step::Say(Role::Caution, "It is rotated already; o takes that back".to_owned())
            }
            Action::Rotated => Step::Raise(ask::rotated(world, standing)),
            _ if standing.waiver.is_none() && standing.rotation.is_none() => {
                Step::Say(Role::Caution, "Nobody accepted it or said that it is rotated, so it is open".to_owned())
            }
            _ => Step::Raise(ask::reopen_finding(world, standing)),
        };
        Some(vec![step])
    }
}

/// Opens the finding's place, if it has one.
fn open_place(action: Action, world: &World, standing: &StandingFinding) -> Step {
    match (Shown::of(&standing.finding), action) {
        (Some(shown), _) => place::open(action, world, &shown),
        (None, Action::Edit) => Step::Say(Role::Caution, "This is not in a file".to_owned()),
        (None, _) => Step::Say(Role::Caution, "This has no page".to_owned()),
    }
}

fn find<'a>(world: &'a World, key: &str) -> Option<&'a StandingFinding> {
    world.board.as_ref()?.findings.iter().find(|it| it.finding.key() == key)
}

impl Listing for FindingsScreen {
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
        let Some(board) = &world.board else { return Vec::new() };
        let shown = board.findings.iter().filter(|it| {
            let text = format!("{} {} {} {}", it.finding.says, it.finding.resource, it.finding.rule, it.finding.severity);
            contains_words(&text, &self.filter)
        });
        // Group key, then the group's heading; the worst group first.
        let mut groups: BTreeMap<(std::cmp::Reverse<Severity>, String), Vec<&StandingFinding>> = BTreeMap::new();
        if self.by_cause {
            let mut causes: BTreeMap<&str, Vec<&StandingFinding>> = BTreeMap::new();
            shown.for_each(|it| causes.entry(&it.finding.rule).or_default().push(it));
            for (rule, found) in causes {
                let worst = found.iter().map(|it| it.finding.severity).max().unwrap_or(Severity::Info);
                groups.insert((std::cmp::Reverse(worst), rule.to_owned()), found);
            }
        } else {
            shown.for_each(|it| {
                groups.entry((std::cmp::Reverse(it.finding.severity), it.finding.severity.to_string())).or_default().push(it);
            });
        }
        let mut rows = Vec::new();
        for ((_, name), found) in groups {
            if !rows.is_empty() {
                rows.push(Row::still(""));
            }
            rows.push(Row::still(Line::styled(format!(" {} · {}", name, found.len()), world.look.style(Role::Heading))));
            rows.extend(found.into_iter().map(|it| row(world, it, usize::from(width))));
        }
        rows.extend(unused(world, board, usize::from(width), rows.is_empty()));
        rows
    }

    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        let Some(standing) = find(world, key) else { return prose.done() };
        let finding = &standing.finding;
        let (glyph, role) = theme::severity(finding.severity);
        prose.hang(0, (role, glyph), Role::Strong, finding.says.as_str()).blank();
        prose.pair("severity", role, finding.severity.to_string());
        prose.pair("what", Role::Name, finding.resource.as_str());
        if let Some(place) = &finding.place {
            prose.pair("where", Role::Name, place.to_string());
        }
        if let Some(exposure) = &finding.exposed {
            prose.pair("exposed", Role::Caution, words::exposure(exposure, finding.place.as_ref()));
        }
        if let Some(shown) = place::git_show(finding) {
            prose.pair("look", Role::Name, shown);
        }
        prose.pair("rule", Role::Text, &finding.rule);
        prose.pair("seen by", Role::Text, standing.probe.as_str());
        let items: Vec<&str> = standing.items.iter().map(ItemId::as_str).collect();
        prose.pair("items", Role::Text, items.join(", "));
        prose.pair("first seen", Role::Text, words::ago(standing.first_seen, world.now));
        prose.pair("last seen", Role::Text, words::ago(standing.last_seen, world.now));
        prose.heading("How to mend it").text(Role::Text, finding.fix.as_str());
        if let Some(rotation) = &standing.rotation {
            prose.heading(match (rotation.holds, standing.state()) {
                (false, _) => "Was said to be rotated, before it leaked",
                (true, "rotated") => "Rotated, on a person's word",
                (true, _) => "Rotated, and still where it must not stand",
            });
            prose.text(Role::Text, words::rotation(rotation));
        } else if standing.asks_rotation {
            prose.blank().text(Role::Caution, "It leaked: replace it, then say so with t");
        }
        if let Some(waiver) = &standing.waiver {
            prose.heading(if waiver.stands { "Accepted" } else { "Was accepted, not any more" });
            super::board::detail::waiver(&mut prose, waiver);
        }
        prose.done()
    }

    fn list_title(&self, world: &World) -> Line<'static> {
        let by = if self.by_cause { "by cause" } else { "by severity" };
        let filter = if self.filter.is_empty() { String::new() } else { format!("with “{}” ", cut(&self.filter, 16)) };
        Line::styled(format!(" Findings {by} {filter}"), world.look.style(Role::Accent))
    }

    fn detail_title(&self, world: &World, key: &str) -> Line<'static> {
        let state = find(world, key).map_or("", StandingFinding::state);
        Line::styled(format!(" {state} "), world.look.style(Role::Strong))
    }

    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        let Some(board) = &world.board else {
            prose.text(Role::Faint, "Loading…");
            return prose.done();
        };
        if !self.filter.is_empty() {
            prose.text(Role::Text, "No finding has these words").text(Role::Faint, "esc shows all");
        } else if board.last_run.is_none() {
            prose.text(Role::Text, "Nothing was looked at yet, so nothing was found");
        } else {
            prose.text(Role::Text, "No finding stands today");
            if board.unseen > 0 {
                let items = words::count(usize::from(board.unseen), "item");
                prose.text(Role::Unseen, format!("? {items} could not be seen: no finding there means nothing"));
            }
        }
        prose.done()
    }
}

/// Acceptances that nothing needs any more: a list of them that only grows would hide the next leak.
fn unused(world: &World, board: &Board, width: usize, is_first: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    if board.unused.is_empty() {
        return rows;
    }
    if !is_first {
        rows.push(Row::still(""));
    }
    let title = format!(" accepted, and not met any more · {}", board.unused.len());
    rows.push(Row::still(Line::styled(title, world.look.style(Role::Heading))));
    for it in &board.unused {
        let says = format!("  ≈ {} until {}: {}", it.finding, it.waiver.until, it.waiver.reason);
        rows.push(Row::still(Line::styled(fit(&says, width), world.look.style(Role::Faint))));
    }
    rows
}

fn row(world: &World, standing: &StandingFinding, width: usize) -> Row {
    let look = world.look;
    let (glyph, role) = theme::severity(standing.finding.severity);
    let tail = match standing.state() {
        "open" => "",
        "rotated" => " rotated",
        _ => " accepted",
    };
    let room = width.saturating_sub(4 + tail.len());
    let line = vec![
        Span::styled(format!("  {glyph} "), look.style(role)),
        Span::styled(fit(standing.finding.says.as_str(), room), look.style(Role::Text)),
        Span::styled(tail, look.style(Role::Caution)),
    ];
    Row::new(standing.finding.key(), line)
}

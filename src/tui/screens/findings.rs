//! Every finding that stands today, by severity or by cause: read it, copy it, go to its place, accept it.

use super::{below_head, contains_words};
use crate::domain::state::{Board, StandingFinding};
use crate::domain::{ExposedIn, ItemId, Place, Severity};
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
            Action::Open | Action::Copy | Action::Edit | Action::Browse | Action::Accept | Action::Rotated | Action::Reopen => {}
            _ => return None,
        }
        let key = listing::selected(self, world)?;
        let standing = find(world, &key)?;
        let step = match action {
            Action::Open => Step::ShowItem(standing.items.first()?.clone()),
            Action::Copy => Step::Do(Effect::Copy(plain(&self.detail(world, &key, 500)))),
            Action::Edit => edit(world, standing),
            Action::Browse => browse(world, standing),
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

/// In the editor only what is in the files of today: a line of an old commit is another line there.
fn edit(world: &World, standing: &StandingFinding) -> Step {
    if let Some(shown) = git_show(standing) {
        return Step::Say(Role::Caution, format!("It is only in history: B opens the commit, y copies `{shown}`"));
    }
    let root = world.board.as_ref().and_then(|it| it.settings.path.clone());
    match (&standing.finding.place, root) {
        (Some(Place::File { path, line, .. }), Some(root)) => {
            let inside = std::path::Path::new(path.as_str());
            // The path is foreign: it may only lead into the checkout.
            let is_inside = inside.components().all(|it| matches!(it, std::path::Component::Normal(_)));
            if is_inside {
                Step::Do(Effect::OpenEditor { path: root.join(inside), line: *line })
            } else {
                Step::Say(Role::Caution, "The path leads out of the repository".to_owned())
            }
        }
        (Some(Place::File { .. }), None) => {
            Step::Say(Role::Caution, "The app has no local checkout: rescue app edit --repo PATH".to_owned())
        }
        _ => Step::Say(Role::Caution, "This finding is not in a file".to_owned()),
    }
}

/// How git shows the file as the commit had it, for a secret that no file of today has.
fn git_show(standing: &StandingFinding) -> Option<String> {
    standing.finding.exposed.as_ref().filter(|it| it.at == ExposedIn::History)?;
    match &standing.finding.place {
        Some(Place::File { path, commit: Some(commit), .. }) => {
            // The path is foreign: in quotes of its own it stays one word of a command line.
            let what = format!("{commit}:{path}");
            Some(format!("git show '{}'", what.replace('\'', "'\\''")))
        }
        _ => None,
    }
}

fn browse(world: &World, standing: &StandingFinding) -> Step {
    // Its API may be an enterprise's own, and its pages are then there too.
    let slug = world.board.as_ref().and_then(|it| it.settings.github.clone());
    match (&standing.finding.place, slug) {
        (Some(Place::Web { url }), _) => Step::Do(Effect::OpenUrl(url.to_string())),
        (Some(Place::File { commit: Some(_), .. }), _) if world.demo.is_some() => {
            Step::Say(Role::Caution, "The demo's repository is at no code host".to_owned())
        }
        (Some(Place::File { path, line, commit: Some(commit) }), Some(slug)) => {
            let mut url = world.github.clone();
            if let Some(mut parts) = url.as_mut().and_then(|it| it.path_segments_mut().ok()) {
                parts.pop_if_empty().extend([slug.owner.as_str(), &slug.name, "blob", commit.as_str()]);
                parts.extend(path.as_str().split('/'));
            }
            if let Some(url) = &mut url {
                url.set_fragment(line.map(|it| format!("L{it}")).as_deref());
            }
            url.map_or(Step::Say(Role::Caution, "Its address cannot be written".to_owned()), |it| {
                Step::Do(Effect::OpenUrl(it.to_string()))
            })
        }
        _ => Step::Say(Role::Caution, "This finding has no page".to_owned()),
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
        if let Some(shown) = git_show(standing) {
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

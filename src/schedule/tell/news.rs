//! What there is to tell of one app: what was lost, which waivers ended, what is urgent and new, or that nothing could be
//! seen; in the engineer's words and in the founder's. A reason is a probe's sentence, never that of a found secret.

use crate::config::tell::Occasion;
use crate::domain::{AppName, Assessment, Board, Foreign, Gate, ItemId, Outcome, Severity, StandingFinding, Told, Truth};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// The longest sentence that is told, in characters.
const SENTENCE: usize = 300;

/// One thing that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub engineer: Foreign,
    /// None: another point said it to the founder already.
    pub founder: Option<Foreign>,
}

/// A run that could not happen, or that saw nothing at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannotRun {
    pub why: Foreign,
    /// When anything was seen last.
    pub since: LastSeen,
}

/// When anything of an app was seen last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastSeen {
    At(DateTime<Utc>),
    Never,
    /// The facts cannot be read.
    NotKnown,
}

/// What there is to tell of one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub name: Foreign,
    pub title: Foreign,
    pub lost: Vec<Point>,
    pub expired: Vec<Point>,
    pub urgent: Vec<Point>,
    /// Items that could be seen before; told only beside other news.
    pub newly_unseen: usize,
    pub missed: Option<CannotRun>,
    /// The command with which an engineer goes on.
    pub command: String,
}

impl News {
    /// Of an app of which nothing but a missed run is known.
    pub fn missed(name: &AppName, title: &Foreign, missed: CannotRun) -> Self {
        Self { missed: Some(missed), ..Self::none(name.as_str(), title, format!("rescue probe {name}")) }
    }

    /// Of all apps at once: nothing could be opened.
    pub fn missed_all(missed: CannotRun) -> Self {
        Self { missed: Some(missed), ..Self::none("rescue", &Foreign::default(), "rescue status".to_owned()) }
    }

    fn none(name: &str, title: &Foreign, command: String) -> Self {
        let (name, title) = (Foreign::new(name), Foreign::from(title.cut(80)));
        let (lost, expired, urgent) = (Vec::new(), Vec::new(), Vec::new());
        Self { name, title, lost, expired, urgent, newly_unseen: 0, missed: None, command }
    }

    /// What of it is worth a message on these occasions; none when nothing is.
    #[must_use]
    pub fn on(mut self, when: &BTreeSet<Occasion>) -> Option<Self> {
        if !when.contains(&Occasion::Drift) {
            (self.lost, self.expired, self.urgent) = (Vec::new(), Vec::new(), Vec::new());
        }
        if !when.contains(&Occasion::CannotRun) {
            self.missed = None;
        }
        let is_drift = !(self.lost.is_empty() && self.expired.is_empty() && self.urgent.is_empty());
        (is_drift || self.missed.is_some()).then_some(self)
    }

    /// What changed up to `after`, where `lost` was lost meanwhile; without an earlier moment only that.
    #[must_use]
    pub fn of(changes: Option<&Told>, after: &Board, lost: &[ItemId]) -> Self {
        let diff = changes.map(|it| it.diff.clone()).unwrap_or_default();
        let mut telling = Telling { before: changes.map(|it| &it.before), after, told: BTreeSet::new() };
        let lost_points = lost.iter().filter_map(|id| telling.lost(id)).collect();
        let ended = diff.expired_waivers.iter().filter(|it| !lost.contains(&it.id));
        let expired = ended.filter_map(|it| telling.expired(&it.id)).collect();
        let new: Vec<&StandingFinding> = {
            let standing: BTreeMap<String, &StandingFinding> = after.findings.iter().map(|it| (it.finding.key(), it)).collect();
            diff.new_findings.iter().filter_map(|it| standing.get(&it.key).copied()).collect()
        };
        let is_known = |it: &&&StandingFinding| it.state() != "open" || it.items.iter().all(|item| lost.contains(item));
        let new: Vec<&StandingFinding> =
            new.iter().filter(|it| !is_known(it)).filter(|it| telling.is_urgent(it)).copied().collect();
        let mut urgent: Vec<Point> = new.iter().map(|it| telling.finding(it)).collect();
        let without_finding = diff
            .newly_failing
            .iter()
            .filter(|it| !lost.contains(&it.id) && !new.iter().any(|found| found.items.contains(&it.id)));
        urgent.extend(without_finding.filter_map(|it| telling.failing(&it.id)));
        let name = &after.settings.name;
        let newly_unseen = diff.newly_unseen.len();
        let none = Self::none(name.as_str(), &after.settings.title, format!("rescue diff {name}"));
        Self { lost: lost_points, expired, urgent, newly_unseen, ..none }
    }
}

struct Telling<'a> {
    before: Option<&'a Board>,
    after: &'a Board,
    /// Items of which the founder's sentence was said.
    told: BTreeSet<ItemId>,
}

impl Telling<'_> {
    fn point(&mut self, id: &ItemId, engineer: &str) -> Point {
        let founder = self.after.item(id.as_str()).map(|item| Foreign::from(Foreign::new(&item.founder).cut(SENTENCE)));
        let founder = founder.filter(|_| self.told.insert(id.clone()));
        Point { engineer: Foreign::from(Foreign::new(without_masks(engineer)).cut(SENTENCE)), founder }
    }

    fn head(&self, id: &ItemId) -> String {
        let short = self.after.item(id.as_str()).map(|item| item.short.clone()).unwrap_or_default();
        format!("{id} {short}")
    }

    fn lost(&mut self, id: &ItemId) -> Option<Point> {
        let it = self.after.assessment(id.as_str())?;
        let was = self.before.and_then(|before| before.assessment(id.as_str())).map(|was| was.truth);
        let was = was.filter(|truth| truth.is_done()).map(|truth| format!(" (was {})", truth.words())).unwrap_or_default();
        let says = format!("{}: {}{was}", self.head(id), reason(it));
        Some(self.point(id, &says))
    }

    fn expired(&mut self, id: &ItemId) -> Option<Point> {
        let now = self.after.assessment(id.as_str())?;
        let was = self.before.and_then(|before| before.assessment(id.as_str()));
        let waiver = now.waiver.as_ref().or(was.and_then(|was| was.waiver.as_ref()));
        let word = waiver.map_or_else(
            || "its waiver ended".to_owned(),
            |it| {
                let over = it.until < self.after.now.date_naive();
                let end = if over { format!("until {}", it.until) } else { "earlier than it was to end".to_owned() };
                format!("waived by {} {end}", it.client.as_ref().unwrap_or(&it.who))
            },
        );
        let says = format!("{}: {word}; now {}", self.head(id), now.truth.words());
        Some(self.point(id, &says))
    }

    /// Users may be at risk today: it is critical, or of an item that stops the show now and fails.
    fn is_urgent(&self, found: &StandingFinding) -> bool {
        found.finding.severity == Severity::Critical || found.items.iter().any(|id| self.is_open_now(id))
    }

    fn is_open_now(&self, id: &ItemId) -> bool {
        let is_now = |it: &Assessment| it.gate == Some(Gate::Now) && it.truth.is_failing() && it.truth != Truth::Waived;
        self.after.assessment(id.as_str()).is_some_and(is_now)
    }

    fn finding(&mut self, found: &StandingFinding) -> Point {
        let items: Vec<&str> = found.items.iter().map(ItemId::as_str).collect();
        // What a scanner says of a secret names the secret, if only in part.
        let says = match found.finding.exposed {
            Some(_) => "a credential lies open".to_owned(),
            None => found.finding.says.to_string(),
        };
        let severity: &str = found.finding.severity.into();
        let says = format!("{} [{severity}]: {says} ({})", items.join(" "), found.probe);
        match found.items.first() {
            Some(id) => {
                let first_untold = found.items.iter().find(|it| !self.told.contains(*it)).unwrap_or(id).clone();
                self.point(&first_untold, &says)
            }
            None => Point { engineer: Foreign::new(without_masks(&says)), founder: None },
        }
    }

    fn failing(&mut self, id: &ItemId) -> Option<Point> {
        let it = self.after.assessment(id.as_str()).filter(|_| self.is_open_now(id))?;
        let says = format!("{}: {}", self.head(id), reason(it));
        Some(self.point(id, &says))
    }
}

/// Why an item fails: the sentence of the first probe that says so.
fn reason(it: &Assessment) -> String {
    let mut failing = it.words.iter().filter(|word| word.outcome == Some(Outcome::Fail) && word.not_applicable.is_none());
    match (failing.next(), failing.count()) {
        (Some(word), 0) => format!("{} says: {}", word.probe, word.says),
        (Some(word), more) => format!("{} says: {}; {} more", word.probe, word.says, crate::words::count(more, "probe")),
        (None, _) => it.remarks.first().map_or_else(|| "its rule fails".to_owned(), ToString::to_string),
    }
}

/// The text without anything that is or could be a masked secret: a word that something was left out of.
fn without_masks(text: &str) -> String {
    let is_masked = |word: &str| word.contains(['…', '•']) || word.contains("***") || word.contains("...");
    text.split(' ').map(|word| if is_masked(word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;

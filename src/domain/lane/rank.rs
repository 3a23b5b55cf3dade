//! Where an item stands in the lane: its gate, the worst that was found of it, who can reach that, whether users are there,
//! over the effort. The same facts give the same place; a finding less never gives a better one.

use crate::domain::checklist::Effort;
use crate::domain::headline::is_live;
use crate::domain::ledger::Ledger;
use crate::domain::opening::is_urgent;
use crate::domain::{Assessment, ExposedIn, Finding, Gate, Item, Outcome, ProbeWord, Severity, StandingFinding, System, Truth};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The facts behind a place in the lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rank {
    /// A gate of now, or one of the launch that is seen open while users are there.
    pub urgent: bool,
    /// Seen to be open, urgent, and bad enough that strangers may be using it: nothing goes before it.
    pub on_fire: bool,
    /// The worst open finding; none where nothing concrete was found.
    pub severity: Option<Severity>,
    /// How easily it is reached: 1 (with the keys of the house) to 5 (by a stranger).
    pub reach: u8,
    /// It was seen in what anybody is served.
    pub public: bool,
    /// Users are there, and it is a gate that protects them.
    pub live: bool,
    /// Danger over effort; only ever compared with another one of the same lane.
    pub score: u32,
}

impl Rank {
    /// Sorts the first first: what burns, then what is urgent, then the rest; the greater score within each.
    pub(super) fn order(&self) -> impl Ord + use<> {
        (!self.on_fire, !self.urgent, Reverse(self.score))
    }
}

/// What a fail, a loss, an old word or no word at all says of how sure the danger is.
fn certainty(truth: Truth) -> u32 {
    match truth {
        Truth::Drifted | Truth::Disputed => 5,
        Truth::Failing => 4,
        Truth::Stale => 2,
        _ => 1,
    }
}

/// Effort is one, two or four; times four, so that scores stay whole.
fn ease(effort: Effort) -> u32 {
    match effort {
        Effort::S => 4,
        Effort::M => 2,
        Effort::L => 1,
    }
}

/// The probes that make the item fail today.
pub(super) fn failing(it: &Assessment) -> impl Iterator<Item = &ProbeWord> {
    let fails = |word: &&ProbeWord| word.outcome == Some(Outcome::Fail) && word.not_applicable.is_none();
    it.words.iter().filter(fails).filter(|word| !word.accepted && !word.rotated)
}

/// The findings that somebody accepted or whose secret was replaced, by key.
pub(super) type Closed = BTreeSet<String>;

/// Those of the standing findings that are not open.
pub(super) fn closed(standing: &[StandingFinding]) -> Closed {
    standing.iter().filter(|it| it.state() != "open").map(|it| it.finding.key()).collect()
}

/// What was found and is open, with the system that saw it; the worst first, what everybody is served before the rest.
pub(super) fn open_findings<'a>(it: &'a Assessment, closed: &Closed) -> Vec<(&'a Finding, System)> {
    let is_open = |finding: &Finding| closed.is_empty() || !closed.contains(&finding.key());
    let mut found: Vec<(&Finding, System)> = failing(it)
        .flat_map(|word| word.findings.iter().map(|finding| (finding, word.system)))
        .filter(|(finding, _)| is_open(finding))
        .collect();
    found.sort_by_key(|(finding, system)| (Reverse(finding.severity), !is_public(finding, *system)));
    found
}

/// Whether anybody on the internet is served it.
pub(super) fn is_public(finding: &Finding, seen_by: System) -> bool {
    matches!(seen_by, System::Site | System::SupabaseProject)
        || finding.exposed.as_ref().is_some_and(|exposure| exposure.at == ExposedIn::Site)
}

fn harm(severity: Severity) -> u32 {
    match severity {
        Severity::Critical => 5,
        Severity::High => 4,
        Severity::Medium => 3,
        Severity::Low => 2,
        Severity::Info => 1,
    }
}

/// The rank of an item that is left to do.
pub(super) fn rank(item: &Item, it: &Assessment, closed: &Closed, ledger: &Ledger<'_>) -> Rank {
    let found = open_findings(it, closed);
    let severity = found.iter().map(|(finding, _)| finding.severity).max();
    let public = found.iter().any(|(finding, system)| is_public(finding, *system));
    let is_live = is_live(ledger);
    let urgent = is_urgent(it, is_live);
    let live = is_live && matches!(it.gate, Some(Gate::Now | Gate::Launch));
    let reach = if public { 5 } else { item.reach };
    let is_bad = severity.map_or(item.danger >= 4, |it| it >= Severity::High);
    let gate = match it.gate {
        Some(Gate::Now) => 4,
        Some(Gate::Launch) if live => 3,
        Some(Gate::Launch) => 2,
        Some(Gate::Close) | None => 1,
    };
    // What was found says how bad it is; where nothing is known, the checklist does.
    let harm = severity.map_or(u32::from(item.danger), harm);
    let reached = u32::from(reach) * if public { 2 } else { 1 };
    let score = gate * harm * reached * if live { 2 } else { 1 } * certainty(it.truth) * ease(item.effort);
    Rank { urgent, on_fire: urgent && it.truth.is_failing() && is_bad && reach >= 4, severity, reach, public, live, score }
}

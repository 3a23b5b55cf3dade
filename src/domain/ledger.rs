//! The facts that count at one moment, in order, and where to find them by item, probe and finding.
//! It judges nothing: what the facts come to is said in `words`, `rule` and `assess`.

use super::app::Use;
use super::{
    AppSettings, Checklist, Digest, Fact, FactBody, FactId, Finding, Item, Outcome, OutcomeFact, Rotation, RunId, System, Target,
    Waiver, calendar, rotation,
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use strum::VariantArray;

/// One outcome with its place in the order of the counting facts.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Position among the counting facts.
    pub order: u32,
    /// When it was observed.
    pub at: DateTime<Utc>,
    pub outcome: &'a OutcomeFact,
    /// What it decided, kept here because the sweep reads every look of every item and little else of it.
    pub(super) decided: Decided,
    /// It has findings or notes.
    pub(super) shows: bool,
    /// Position of its subject among the subjects of the ledger.
    pub(super) subject: usize,
    /// Where its run began in that order, which is when it read the settings; its own position if nobody recorded that.
    pub asked: u32,
}

/// The outcome without its gap or reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decided {
    Pass,
    Fail,
    NotApplicable,
    Nothing,
}

impl<'a> Look<'a> {
    fn new(order: u32, at: DateTime<Utc>, outcome: &'a OutcomeFact, subject: usize, asked: u32) -> Self {
        let decided = match outcome.verdict.outcome {
            Outcome::Pass => Decided::Pass,
            Outcome::Fail => Decided::Fail,
            Outcome::NotApplicable { .. } => Decided::NotApplicable,
            Outcome::Undecided { .. } => Decided::Nothing,
        };
        let shows = !outcome.verdict.findings.is_empty() || !outcome.verdict.notes.is_empty();
        Self { order, at, outcome, decided, shows, subject, asked }
    }
}

/// A checklist that was adopted, and when.
#[derive(Debug, Clone, Copy)]
pub struct Adoption<'a> {
    pub at: DateTime<Utc>,
    pub digest: &'a Digest,
}

/// The stretch of time in which an item read as it does in `item`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Era<'a> {
    pub(super) from: DateTime<Utc>,
    /// The first moment of the next era.
    pub(super) to: Option<DateTime<Utc>>,
    /// None while the checklist did not hold the item.
    pub(super) item: Option<&'a Item>,
}

/// What stands behind a system in this app today.
#[derive(Debug)]
struct Connection {
    subject: Option<String>,
    usage: Use,
}

/// The counting facts of one app at one moment (DESIGN §2): moment not later than now, not retracted by a counting
/// later fact. Order is the moment, then the worse last, then the id.
#[derive(Debug)]
pub struct Ledger<'a> {
    now: DateTime<Utc>,
    counting: Vec<&'a Fact>,
    struck: Vec<&'a Fact>,
    future: usize,
    next_fact: Option<DateTime<Utc>>,
    settings: Option<&'a AppSettings>,
    /// Every version of them, with its place in the order and its moment.
    agreements: Vec<(u32, DateTime<Utc>, &'a AppSettings)>,
    adoptions: Vec<Adoption<'a>>,
    checklists: Option<&'a BTreeMap<Digest, Arc<Checklist>>>,
    closings: Vec<(u32, DateTime<Utc>)>,
    looks: HashMap<&'a str, Vec<Look<'a>>>,
    /// Every subject that was ever looked at: a handful.
    subjects: Vec<&'a str>,
    by_item: HashMap<&'a str, Vec<(u32, &'a Fact)>>,
    /// Waivers of findings, and their ends.
    by_finding: HashMap<&'a str, Vec<&'a Fact>>,
    /// Rotations, and their ends.
    rotations: Vec<(u32, &'a Fact)>,
    connections: Vec<Connection>,
}

/// Within one moment the worse stands last, so that "the newest" is the worst; retractions stand last of all.
fn rank(body: &FactBody) -> u8 {
    match body {
        FactBody::Outcome(it) => match it.verdict.outcome {
            Outcome::Undecided { .. } => 0,
            Outcome::Pass => 1,
            Outcome::NotApplicable { .. } => 2,
            Outcome::Fail => 3,
        },
        FactBody::Waived { .. } => 1,
        FactBody::Attested { .. } | FactBody::Rotated { .. } => 2,
        FactBody::NotApplicable { .. } => 3,
        FactBody::Reopened { .. } | FactBody::FindingReopened { .. } => 4,
        FactBody::Closed { .. } => 5,
        FactBody::Retracted { .. } => 6,
        _ => 0,
    }
}

/// Facts in (moment, worse last, id) order, split into those that count and those that were taken back.
///
/// Read from the newest: when a fact is reached, every later fact has been settled, so a retraction of a retraction
/// restores, and one of itself, of a later fact or of an unknown one does nothing.
fn settle(mut facts: Vec<&Fact>) -> (Vec<&Fact>, Vec<&Fact>) {
    facts.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| rank(&a.body).cmp(&rank(&b.body))).then_with(|| a.id.cmp(&b.id)));
    if !facts.iter().any(|fact| matches!(fact.body, FactBody::Retracted { .. })) {
        return (facts, Vec::new());
    }
    let mut gone: HashSet<FactId> = HashSet::new();
    let (mut counting, mut struck) = (Vec::with_capacity(facts.len()), Vec::new());
    for fact in facts.into_iter().rev() {
        if gone.contains(&fact.id) {
            struck.push(fact);
            continue;
        }
        if let FactBody::Retracted { fact: target } = &fact.body
            && *target != fact.id
        {
            gone.insert(*target);
        }
        counting.push(fact);
    }
    counting.reverse();
    struck.reverse();
    (counting, struck)
}

impl<'a> Ledger<'a> {
    /// Reads the facts of one app as of `now`. Total: any facts in any order.
    #[must_use]
    pub fn read(facts: &'a [Fact], now: DateTime<Utc>) -> Self {
        let future = facts.iter().filter(|fact| fact.at > now);
        let next_fact = future.clone().map(|fact| fact.at).min();
        let future = future.count();
        let (counting, struck) = settle(facts.iter().filter(|fact| fact.at <= now).collect());
        let mut ledger = Self {
            now,
            counting,
            struck,
            future,
            next_fact,
            settings: None,
            agreements: Vec::new(),
            adoptions: Vec::new(),
            checklists: None,
            closings: Vec::new(),
            looks: HashMap::with_capacity(128),
            subjects: Vec::new(),
            by_item: HashMap::with_capacity(128),
            by_finding: HashMap::new(),
            rotations: Vec::new(),
            connections: Vec::new(),
        };
        ledger.index();
        ledger
    }

    /// Lets it know the texts of the adopted checklists, so that moments before an adoption are judged by the
    /// checklist of that moment (DESIGN §9 n).
    #[must_use]
    pub fn with_checklists(mut self, checklists: &'a BTreeMap<Digest, Arc<Checklist>>) -> Self {
        self.checklists = Some(checklists);
        self
    }

    fn index(&mut self) {
        let mut began: HashMap<RunId, u32> = HashMap::new();
        for (order, fact) in (0_u32..).zip(&self.counting) {
            let at = fact.at;
            match &fact.body {
                FactBody::Outcome(outcome) => {
                    let subject = position_of(&outcome.subject, &mut self.subjects);
                    let asked = began.get(&outcome.run).copied().unwrap_or(order);
                    self.looks.entry(outcome.probe.as_str()).or_default().push(Look::new(order, at, outcome, subject, asked));
                }
                FactBody::RunStarted { run, .. } => {
                    began.insert(*run, order);
                }
                FactBody::Settings { settings } => {
                    self.settings = Some(settings);
                    self.agreements.push((order, at, settings));
                }
                FactBody::ChecklistAdopted { checklist, .. } => self.adoptions.push(Adoption { at, digest: checklist }),
                FactBody::Closed { .. } => self.closings.push((order, at)),
                FactBody::Waived { target: Target::Finding(key), .. } => self.by_finding.entry(key).or_default().push(fact),
                FactBody::Rotated { .. } => self.rotations.push((order, fact)),
                FactBody::FindingReopened { finding: key, .. } => {
                    self.by_finding.entry(key).or_default().push(fact);
                    self.rotations.push((order, fact));
                }
                body => {
                    if let Some(item) = body.item() {
                        self.by_item.entry(item.as_str()).or_default().push((order, fact));
                    }
                }
            }
        }
        if let Some(settings) = self.settings {
            self.connections = System::VARIANTS
                .iter()
                .map(|system| Connection { subject: settings.subject(*system), usage: settings.uses(*system) })
                .collect();
        }
    }

    /// The moment that it speaks of.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The facts that count, oldest first.
    #[must_use]
    pub fn counting(&self) -> &[&'a Fact] {
        &self.counting
    }

    /// The facts that were taken back, oldest first.
    #[must_use]
    pub fn struck(&self) -> &[&'a Fact] {
        &self.struck
    }

    /// How many facts are later than now.
    #[must_use]
    pub fn future(&self) -> usize {
        self.future
    }

    /// When the first of them begins to count.
    #[must_use]
    pub fn next_fact(&self) -> Option<DateTime<Utc>> {
        self.next_fact
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Option<&'a AppSettings> {
        self.settings
    }

    /// Every version of the settings, oldest first, with its place in the order and its moment.
    pub(super) fn agreements(&self) -> &[(u32, DateTime<Utc>, &'a AppSettings)] {
        &self.agreements
    }

    /// Every adoption of a checklist, oldest first; the last is in force.
    #[must_use]
    pub fn adoptions(&self) -> &[Adoption<'a>] {
        &self.adoptions
    }

    /// The adopted checklist, by digest.
    #[must_use]
    pub fn checklist(&self) -> Option<&'a Digest> {
        self.adoptions.last().map(|it| it.digest)
    }

    /// When the engagement was closed, the last time.
    #[must_use]
    pub fn closed(&self) -> Option<DateTime<Utc>> {
        self.closings.last().map(|(_, at)| *at)
    }

    pub(super) fn closings(&self) -> &[(u32, DateTime<Utc>)] {
        &self.closings
    }

    /// Every counting outcome of a probe, of whatever subject, oldest first.
    #[must_use]
    pub fn looks(&self, probe: &str) -> &[Look<'a>] {
        self.looks.get(probe).map_or(&[], Vec::as_slice)
    }

    /// Every counting fact about an item that a person stated, oldest first, with its place in the order.
    pub(super) fn of_item(&self, item: &str) -> &[(u32, &'a Fact)] {
        self.by_item.get(item).map_or(&[], Vec::as_slice)
    }

    /// What a probe of `system` looks at today.
    #[must_use]
    pub fn subject(&self, system: System) -> Option<&str> {
        self.connections.get(system as usize).and_then(|it| it.subject.as_deref())
    }

    /// The position of a subject that was ever looked at.
    pub(super) fn subject_position(&self, subject: &str) -> Option<usize> {
        self.subjects.iter().position(|it| *it == subject)
    }

    /// Whether the app uses `system`; unknown without settings.
    #[must_use]
    pub fn usage(&self, system: System) -> &Use {
        self.connections.get(system as usize).map_or(&Use::Unknown, |it| &it.usage)
    }

    /// The newest waiver of a finding, unless it was taken back; at a gate it stands only with a client and a proof.
    #[must_use]
    pub fn acceptance(&self, key: &str, at_gate: bool) -> Option<Waiver> {
        self.acceptance_at(key, at_gate, self.now)
    }

    /// The same as of an earlier moment.
    fn acceptance_at(&self, key: &str, at_gate: bool, moment: DateTime<Utc>) -> Option<Waiver> {
        let fact = self.by_finding.get(key)?.iter().rev().find(|fact| fact.at <= moment)?;
        waiver(fact, at_gate, moment)
    }

    /// The moments at which an acceptance of any finding begins, is taken back, or ends by its date.
    pub(super) fn acceptance_turns(&self) -> Vec<DateTime<Utc>> {
        let facts = self.by_finding.values().flatten();
        let turns = facts.flat_map(|fact| match &fact.body {
            FactBody::Waived { until, .. } => [fact.at, calendar::end_of(*until)],
            _ => [fact.at; 2],
        });
        turns.collect()
    }

    /// What people said of the rotation of secrets, oldest first, with its place in the order.
    pub(super) fn rotations(&self) -> &[(u32, &'a Fact)] {
        &self.rotations
    }

    /// The newest rotation of a finding's secret, under whichever key, unless it was taken back. `since`: when the leak is
    /// known to have begun.
    #[must_use]
    pub fn rotation(&self, key: &str, since: Option<DateTime<Utc>>) -> Option<Rotation> {
        let about = |fact: &&(u32, &Fact)| match &fact.1.body {
            FactBody::Rotated { finding, .. } | FactBody::FindingReopened { finding, .. } => {
                rotation::secret(finding) == rotation::secret(key)
            }
            _ => false,
        };
        let (_, newest) = self.rotations.iter().rev().find(about)?;
        rotation::rotation(newest, since)
    }

    /// Whether any finding was ever accepted: spares the work of spelling keys.
    pub(super) fn accepts_findings(&self) -> bool {
        !self.by_finding.is_empty()
    }

    /// Whether a finding is accepted at a moment that is not later than the ledger's.
    pub(super) fn accepts(&self, finding: &Finding, at_gate: bool, moment: DateTime<Utc>) -> bool {
        self.acceptance_at(&finding.key(), at_gate, moment).is_some_and(|it| it.stands)
    }

    /// Whether an item entered by a checklist adopted after the first one.
    pub(super) fn is_new(&self, item: &str) -> bool {
        let first = self.adoptions.first().and_then(|it| self.checklists?.get(it.digest));
        self.adoptions.len() > 1 && first.is_some_and(|it| it.item(item).is_none())
    }

    /// How the item read at each moment; the last era is today's item. A checklist whose text is lost is read as today's.
    pub(super) fn eras(&self, item: &'a Item) -> Vec<Era<'a>> {
        let mut eras = vec![Era { from: DateTime::<Utc>::MIN_UTC, to: None, item: Some(item) }];
        let (Some(checklists), Some((_, earlier))) = (self.checklists, self.adoptions.split_last()) else { return eras };
        let mut to = self.adoptions.last().map(|it| it.at);
        for (position, adoption) in earlier.iter().enumerate().rev() {
            let version = checklists.get(adoption.digest).map_or(Some(item), |text| text.item(item.id.as_str()));
            let from = if position == 0 { DateTime::<Utc>::MIN_UTC } else { adoption.at };
            let Some(next) = eras.last_mut() else { break };
            if same_law(version, next.item) {
                next.from = from;
            } else {
                next.from = to.unwrap_or(from);
                let end = next.from;
                eras.push(Era { from, to: Some(end), item: version });
            }
            to = Some(adoption.at);
        }
        eras.reverse();
        eras
    }
}

fn position_of<'a>(subject: &'a str, among: &mut Vec<&'a str>) -> usize {
    among.iter().position(|it| *it == subject).unwrap_or_else(|| {
        among.push(subject);
        among.len() - 1
    })
}

fn same_law(a: Option<&Item>, b: Option<&Item>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            std::ptr::eq(a, b)
                || (a.rule == b.rule
                    && a.fresh == b.fresh
                    && a.judged_for == b.judged_for
                    && a.decides == b.decides
                    && a.absent_is_fine == b.absent_is_fine
                    && a.rotation == b.rotation
                    && a.to_come == b.to_come)
        }
        (None, None) => true,
        _ => false,
    }
}

/// A waiver as of `now`; none if the fact is not one.
pub(super) fn waiver(fact: &Fact, at_gate: bool, now: DateTime<Utc>) -> Option<Waiver> {
    let FactBody::Waived { reason, until, client, proof, founder, .. } = &fact.body else { return None };
    let signed = !at_gate || (client.is_some() && proof.is_some());
    Some(Waiver {
        fact: fact.id,
        who: super::Foreign::new(fact.by.to_string()),
        at: fact.at,
        reason: reason.clone(),
        until: *until,
        client: client.clone(),
        founder: founder.clone(),
        stands: signed && now < calendar::end_of(*until),
    })
}

#[cfg(test)]
mod tests;

//! What people decided rather than a machine saw: agreed ceilings, limits and dates, accepted risks, permissions. Each with
//! whose word it is, where that is written, until when it holds, and what rests on it. It judges none of them, and where
//! nobody was named it says so.

use super::app::{AppSettings, Side};
use super::ledger::Ledger;
use super::{Assessment, Board, Consent, Fact, FactBody, Foreign, ItemId, ProbeId, ProbeWord, System, Target, calendar};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// Something that was agreed and is kept in the settings: a spend ceiling, an item's limit, the cut-over date. Text form:
/// `ceiling openai`, `limit BAK-01`, `cut-over`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Term {
    Ceiling(System),
    Limit(ItemId),
    CutOver,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ceiling(system) => write!(f, "ceiling {system}"),
            Self::Limit(item) => write!(f, "limit {item}"),
            Self::CutOver => f.write_str("cut-over"),
        }
    }
}
impl FromStr for Term {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let strange = || format!("`{}` is no agreement", Foreign::new(text).cut(40));
        match text.split_once(' ') {
            Some(("ceiling", system)) => system.parse().map(Self::Ceiling).map_err(|_| strange()),
            Some(("limit", item)) => item.parse().map(Self::Limit).map_err(|_| strange()),
            None if text == "cut-over" => Ok(Self::CutOver),
            _ => Err(strange()),
        }
    }
}
impl TryFrom<String> for Term {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
impl From<Term> for String {
    fn from(term: Term) -> String {
        term.to_string()
    }
}

/// Whose word an agreement is. It belongs to the value that stands beside it in the same settings, and goes when that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub by: Foreign,
    /// Where it is written: a mail, a contract, a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Foreign>,
    /// The day on which it was agreed, UTC.
    pub on: NaiveDate,
}

/// The kinds of decisions, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// A spend ceiling.
    Ceiling,
    /// A limit of an item.
    Limit,
    /// The day from which production deploys only from the guarded branch.
    CutOver,
    /// An accepted risk: an item that stays open.
    Waiver,
    /// An accepted finding.
    Acceptance,
    /// A permission to look in a way that needs one.
    Authorisation,
}

impl DecisionKind {
    /// The heading that it stands under.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Ceiling | Self::Limit | Self::CutOver => "Agreed",
            Self::Waiver | Self::Acceptance => "Accepted risks",
            Self::Authorisation => "Permissions",
        }
    }
}

/// A decision of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub kind: DecisionKind,
    /// What was decided, in one phrase.
    pub what: Foreign,
    /// Who decided; none: nobody was named.
    pub who: Option<Foreign>,
    /// On whose side that person is, if the app's people say so, or it follows from the kind.
    pub side: Option<Side>,
    /// Who wrote it down, and when.
    pub written_by: Foreign,
    pub at: DateTime<Utc>,
    /// The day on which it was decided, where that was said.
    pub on: Option<NaiveDate>,
    pub proof: Option<Foreign>,
    pub reason: Option<Foreign>,
    /// The last day on which it holds; none: until something else is agreed.
    pub until: Option<NaiveDate>,
    /// It holds today.
    pub stands: bool,
    /// The items and probes that are judged by it today.
    pub items: Vec<ItemId>,
    pub probes: Vec<ProbeId>,
}

/// Every decision that counts, the newest of each: in the order of [`DecisionKind`], then as written. `consents`: the consent
/// that each probe needs, for what rests on a permission.
#[must_use]
pub fn decisions(ledger: &Ledger<'_>, board: &Board, consents: &BTreeMap<ProbeId, Consent>) -> Vec<Decision> {
    let mut all = terms(ledger, board);
    all.extend(waivers(ledger, board));
    all.extend(permissions(ledger, board, consents));
    all.sort_by_key(|it| (it.kind, it.at));
    all
}

/// The words that a settings' term stands for.
#[must_use]
pub fn words(term: &Term, settings: &AppSettings) -> Option<String> {
    match term {
        Term::Ceiling(system) => {
            settings.ceilings.get(system).map(|dollars| format!("spend ceiling of {}: {dollars} USD a month", system.title()))
        }
        Term::Limit(item) => settings.limits.get(item).map(|limit| format!("limit of {item}: {limit}")),
        Term::CutOver => settings.cut_over.map(|day| format!("cut-over on {day}")),
    }
}

/// All that the settings hold as agreed.
fn all_terms(settings: &AppSettings) -> impl Iterator<Item = Term> {
    let ceilings = settings.ceilings.keys().copied().map(Term::Ceiling);
    let limits = settings.limits.keys().cloned().map(Term::Limit);
    ceilings.chain(limits).chain(settings.cut_over.map(|_| Term::CutOver))
}

/// The items whose limit anything reads, each with the probes that do; every other judges by what it says itself.
pub const LIMITED: [(&str, &[&str]); 1] = [("BAK-01", &["supabase.backup-age", "github.backup-workflow"])];

/// The items that count from the cut-over date, each with the probes that do.
pub const CUT_OVER: [(&str, &[&str]); 2] = [("CI-04", &["github.deploy-source"]), ("MIG-04", &["repo.reversible-migrations"])];

/// Whether an item is judged by a term, and the probes of it that are.
fn rests_on(term: &Term, it: &Assessment) -> Option<Vec<ProbeId>> {
    let readers = |of: &[(&str, &[&'static str])]| -> Vec<&'static str> {
        of.iter().filter(|(item, _)| *item == it.item.as_str()).flat_map(|(_, probes)| probes.iter().copied()).collect()
    };
    let read_it = match term {
        Term::Limit(item) if *item == it.item => readers(&LIMITED),
        Term::CutOver => readers(&CUT_OVER),
        Term::Ceiling(_) | Term::Limit(_) => Vec::new(),
    };
    let is_judged = |word: &&ProbeWord| match term {
        // A ceiling is of a provider that is paid by use, and its probes ask for nothing but spend.
        Term::Ceiling(system) => system.is_metered() && word.system == *system,
        Term::Limit(_) | Term::CutOver => read_it.contains(&word.probe.as_str()),
    };
    let probes: Vec<ProbeId> = it.words.iter().filter(is_judged).map(|word| word.probe.clone()).collect();
    (!probes.is_empty()).then_some(probes)
}

fn resting(board: &Board, rests: impl Fn(&Assessment) -> Option<Vec<ProbeId>>) -> (Vec<ItemId>, Vec<ProbeId>) {
    let (mut items, mut probes) = (Vec::new(), BTreeSet::new());
    for it in &board.items {
        if let Some(found) = rests(it) {
            items.push(it.item.clone());
            probes.extend(found);
        }
    }
    (items, probes.into_iter().collect())
}

fn terms(ledger: &Ledger<'_>, board: &Board) -> Vec<Decision> {
    let versions: Vec<(&Fact, &AppSettings)> = ledger
        .counting()
        .iter()
        .filter_map(|fact| match &fact.body {
            FactBody::Settings { settings } => Some((*fact, &**settings)),
            _ => None,
        })
        .collect();
    let settings = &board.settings;
    all_terms(settings)
        .filter_map(|term| {
            let (what, agreed) = (words(&term, settings)?, settings.agreed.get(&term));
            // Since when it reads as it does today.
            let same =
                |version: &AppSettings| words(&term, version).as_ref() == Some(&what) && version.agreed.get(&term) == agreed;
            let (fact, _) = versions.iter().rev().take_while(|(_, version)| same(version)).last()?;
            let (items, probes) = resting(board, |it| rests_on(&term, it));
            Some(Decision {
                kind: match term {
                    Term::Ceiling(_) => DecisionKind::Ceiling,
                    Term::Limit(_) => DecisionKind::Limit,
                    Term::CutOver => DecisionKind::CutOver,
                },
                what: Foreign::new(what),
                who: agreed.map(|it| it.by.clone()),
                side: agreed.and_then(|it| side(settings, &it.by)),
                written_by: Foreign::new(fact.by.to_string()),
                at: fact.at,
                on: agreed.map(|it| it.on),
                proof: agreed.and_then(|it| it.proof.clone()),
                reason: None,
                until: None,
                stands: true,
                items,
                probes,
            })
        })
        .collect()
}

/// On whose side a person of that name is, as far as the app's people say.
#[must_use]
pub fn side(settings: &AppSettings, name: &Foreign) -> Option<Side> {
    let same = |known: &Foreign| known.as_str().to_lowercase() == name.as_str().to_lowercase();
    settings.people.iter().find(|person| same(&person.name)).map(|person| person.side)
}

/// The newest waiver of each item and finding, unless it was taken back.
fn waivers(ledger: &Ledger<'_>, board: &Board) -> Vec<Decision> {
    let mut newest: BTreeMap<Target, &Fact> = BTreeMap::new();
    for fact in ledger.counting() {
        match &fact.body {
            FactBody::Waived { target, .. } => drop(newest.insert(target.clone(), fact)),
            FactBody::Reopened { item, .. } => drop(newest.remove(&Target::Item(item.clone()))),
            FactBody::FindingReopened { finding, .. } => drop(newest.remove(&Target::Finding(finding.clone()))),
            _ => {}
        }
    }
    let of = |(target, fact): (Target, &Fact)| {
        let FactBody::Waived { reason, until, client, proof, .. } = &fact.body else { return None };
        let (kind, what, items) = match &target {
            Target::Item(item) => {
                let title = board.item(item.as_str()).map_or_else(String::new, |it| format!(": {}", it.short));
                (DecisionKind::Waiver, format!("{item} stays open{title}"), vec![item.clone()])
            }
            Target::Finding(key) => {
                let standing = board.findings.iter().find(|it| it.finding.key() == *key);
                let says = standing.map_or_else(|| key.clone(), |it| it.finding.says.to_string());
                let items = standing.map(|it| it.items.clone()).unwrap_or_default();
                (DecisionKind::Acceptance, format!("finding accepted: {says}"), items)
            }
        };
        let probes = match &target {
            Target::Item(_) => Vec::new(),
            Target::Finding(key) => {
                board.findings.iter().filter(|it| it.finding.key() == *key).map(|it| it.probe.clone()).collect()
            }
        };
        let who = client.clone().unwrap_or_else(|| Foreign::new(fact.by.to_string()));
        let stands = ledger.now() < calendar::end_of(*until);
        // Nothing rests on what has ended.
        let (items, probes) = if stands { (items, probes) } else { (Vec::new(), Vec::new()) };
        Some(Decision {
            kind,
            what: Foreign::new(what),
            side: side(&board.settings, &who).or(Some(if client.is_some() { Side::Client } else { Side::Ours })),
            who: Some(who),
            written_by: Foreign::new(fact.by.to_string()),
            at: fact.at,
            on: None,
            proof: proof.clone(),
            reason: Some(reason.clone()),
            until: Some(*until),
            stands,
            items,
            probes,
        })
    };
    newest.into_iter().filter_map(of).collect()
}

fn permissions(ledger: &Ledger<'_>, board: &Board, consents: &BTreeMap<ProbeId, Consent>) -> Vec<Decision> {
    let given = ledger.counting().iter().filter_map(|fact| match &fact.body {
        FactBody::Authorised { authorisation } => Some((*fact, authorisation)),
        _ => None,
    });
    given
        .map(|(fact, it)| {
            let hosts: Vec<&str> = it.hosts.iter().map(String::as_str).collect();
            let covers = |needed: Consent| needed != Consent::Passive && needed <= it.consent;
            let needs = |probe: &ProbeId| consents.get(probe).is_some_and(|needed| covers(*needed));
            let stands = it.until > ledger.now();
            let (items, probes) = resting(board, |of| {
                let found: Vec<ProbeId> = of.words.iter().map(|word| word.probe.clone()).filter(|id| needs(id)).collect();
                // What people look at by hand in such a way rests on it too, whatever the item's probes do.
                let by_hand = board.item(of.item.as_str()).is_some_and(|item| covers(item.consent));
                (stands && (by_hand || !found.is_empty())).then_some(found)
            });
            Decision {
                kind: DecisionKind::Authorisation,
                what: Foreign::new(format!("{} looks at {}", it.consent, hosts.join(", "))),
                who: Some(it.by.clone()),
                side: side(&board.settings, &it.by).or(Some(Side::Client)),
                written_by: Foreign::new(fact.by.to_string()),
                at: fact.at,
                on: None,
                proof: None,
                reason: None,
                // It ends at the first moment of the day after its last.
                until: Some((it.until - chrono::TimeDelta::nanoseconds(1)).date_naive()),
                stands,
                items,
                probes,
            }
        })
        .collect()
}

/// The agreements that an item is judged by, each in one line: `spend ceiling of OpenAI: 200 USD a month, agreed by Ana on
/// 2026-11-03 (mail of 3 November)`.
#[must_use]
pub fn behind_item(settings: &AppSettings, it: &Assessment) -> Vec<Foreign> {
    let mut lines = Vec::new();
    for term in all_terms(settings).filter(|term| rests_on(term, it).is_some()) {
        let Some(what) = words(&term, settings) else { continue };
        let whose = match settings.agreed.get(&term) {
            None => "nobody is named who agreed to it".to_owned(),
            Some(Agreement { by, proof: Some(proof), on }) => format!("agreed by {by} on {on} ({proof})"),
            Some(Agreement { by, proof: None, on }) => format!("agreed by {by} on {on}, without a proof"),
        };
        lines.push(Foreign::new(format!("{what}, {whose}")));
    }
    lines
}

#[cfg(test)]
mod tests;

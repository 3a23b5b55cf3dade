//! What a run would ask, before it asks: the probes that the checklist names, for the systems that the app is
//! connected to, and how many requests go to whom.

use super::event::PlannedProbe;
use crate::domain::app::{Authorisation, Use};
use crate::domain::question::nearest;
use crate::domain::{Board, Consent, Gap, GapKind, ItemId, ProbeId, System};
use crate::probes::{self, AnyProbe};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::str::FromStr;

/// A part of the checklist to which a run is limited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Only {
    Probe(ProbeId),
    Item(ItemId),
    System(System),
}

/// Neither a probe, nor an item, nor a system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no probe, item or system; {}`rescue checklist show` lists the items and their probes", near(nearest))]
pub struct NotAPart {
    given: String,
    /// Probes that are called nearly so.
    nearest: Vec<String>,
}

impl NotAPart {
    fn of(text: &str) -> Self {
        let known = probes::all().map(|probe| probe.meta().id.to_owned());
        let text = crate::domain::Foreign::new(text);
        Self { given: text.cut(60), nearest: nearest(&text.cut(40), known) }
    }
}

fn near(names: &[String]) -> String {
    let names: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
    if names.is_empty() { String::new() } else { format!("nearest: {}; ", names.join(", ")) }
}

/// What is said of a look that needs the client's permission and has none. Whoever refuses one says it in these words.
pub const NEEDS_PERMISSION: &str = "looking that way needs the client's recorded permission";

impl FromStr for Only {
    type Err = NotAPart;
    fn from_str(text: &str) -> Result<Self, NotAPart> {
        if let Ok(system) = text.parse() {
            return Ok(Self::System(system));
        }
        if let Ok(item) = text.to_uppercase().parse() {
            return Ok(Self::Item(item));
        }
        match text.parse::<ProbeId>() {
            Ok(id) if probes::find(id.as_str()).is_some() => Ok(Self::Probe(id)),
            _ => Err(NotAPart::of(text)),
        }
    }
}

/// The probes that a run will ask.
pub struct Plan {
    pub probes: Vec<(&'static dyn AnyProbe, PlannedProbe)>,
    /// Probes that the checklist names and this run cannot ask, with the gap that says why.
    pub unasked: Vec<(PlannedProbe, Gap)>,
    /// Requests at most, by system. Shared reads make it fewer.
    pub requests: BTreeMap<System, u32>,
}

impl Plan {
    /// Plans a run of the board's app and checklist, limited to `only` unless that is empty.
    #[must_use]
    pub fn new(board: &Board, authorisations: &[Authorisation], only: &[Only], now: DateTime<Utc>) -> Self {
        let (settings, checklist) = (&board.settings, &board.checklist);
        let mut plan = Self { probes: Vec::new(), unasked: Vec::new(), requests: BTreeMap::new() };
        for probe in probes::all() {
            let meta = probe.meta();
            let items: Vec<ItemId> = checklist
                .items
                .iter()
                .filter(|item| item.rule.probes().iter().any(|id| id.as_str() == meta.id))
                .map(|item| item.id.clone())
                .collect();
            let Ok(id) = meta.id.parse::<ProbeId>() else { continue };
            let wanted = only.is_empty()
                || only.iter().any(|part| match part {
                    Only::Probe(wanted) => *wanted == id,
                    Only::Item(item) => items.contains(item),
                    Only::System(system) => *system == meta.system,
                });
            if items.is_empty() || !wanted {
                continue;
            }
            let planned = PlannedProbe { probe: id, system: meta.system, asks: meta.asks, items };
            match settings.uses(meta.system) {
                Use::No(_) => {}
                Use::Unknown => {
                    let gap = gap_of(board, &planned.probe);
                    plan.unasked.push((planned, gap));
                }
                Use::Yes if !is_authorised(meta.consent, authorisations, now) => {
                    let gap = Gap::new(GapKind::NeedsConsent, meta.system, NEEDS_PERMISSION)
                        .needs(format!("Run `rescue app authorise {} --consent {}`", settings.name, meta.consent));
                    plan.unasked.push((planned, gap));
                }
                Use::Yes => {
                    for (system, count) in meta.cost {
                        *plan.requests.entry(*system).or_default() += count;
                    }
                    plan.probes.push((probe, planned));
                }
            }
        }
        plan
    }
}

/// Why the board says that the probe was not asked: a system that nobody connected or ruled out.
fn gap_of(board: &Board, probe: &ProbeId) -> Gap {
    let words = board.items.iter().flat_map(|it| it.words.iter());
    let gap = words.filter(|word| word.probe == *probe).find_map(|word| word.gap.clone());
    gap.unwrap_or_else(|| Gap::internal("the system is not connected").needs("Connect it with `rescue app edit`"))
}

/// Passive probes need no permission; the others a recorded one that has not ended.
fn is_authorised(consent: Consent, authorisations: &[Authorisation], now: DateTime<Utc>) -> bool {
    consent == Consent::Passive || authorisations.iter().any(|it| it.consent >= consent && it.until > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("github", true)]
    #[case("sec-01", true)]
    #[case("nonsense", false)]
    #[case("github.nonsense", false)]
    fn parts(#[case] text: &str, #[case] good: bool) {
        assert_eq!(text.parse::<Only>().is_ok(), good);
    }

    #[test]
    fn an_ended_permission_permits_nothing() {
        let until = DateTime::UNIX_EPOCH;
        let given = Authorisation { consent: Consent::Active, by: "Ana".into(), hosts: std::collections::BTreeSet::new(), until };
        let given = std::slice::from_ref(&given);
        assert!(is_authorised(Consent::OutsideIn, given, until - chrono::TimeDelta::seconds(1)));
        assert!(!is_authorised(Consent::OutsideIn, given, until));
        assert!(is_authorised(Consent::Passive, &[], until));
    }
}

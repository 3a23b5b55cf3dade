//! What happened to an item, or to the app, line by line, oldest first. Facts that were taken back are shown as such.
//! It lists; it judges nothing.

use super::ledger::Ledger;
use super::{Fact, FactBody, Foreign, HistoryLine, Item, Outcome, OutcomeFact, Target, WorkNote};
use std::collections::{BTreeSet, HashMap};

/// The history of an item: what people said of it and of its findings, and each change of a probe's word.
#[must_use]
pub fn of_item(item: &Item, ledger: &Ledger<'_>) -> Vec<HistoryLine> {
    let probes: BTreeSet<&str> = item.rule.probes().into_iter().map(super::ProbeId::as_str).collect();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let mut last: HashMap<&str, (&Outcome, &str)> = HashMap::new();
    let mut about: BTreeSet<super::FactId> = BTreeSet::new();
    let mut lines = Vec::new();
    for (fact, retracted) in in_order(ledger) {
        let says = match &fact.body {
            FactBody::Outcome(it) if probes.contains(it.probe.as_str()) => {
                keys.extend(it.verdict.findings.iter().map(super::Finding::key));
                is_news(it, &mut last).then(|| look(it))
            }
            FactBody::Waived { target: Target::Finding(key), .. }
            | FactBody::Rotated { finding: key, .. }
            | FactBody::FindingReopened { finding: key, .. } => keys.contains(key).then(|| says(&fact.body)),
            FactBody::Retracted { fact: target } => about.contains(target).then(|| "took it back".to_owned()),
            body if body.item() == Some(&item.id) => Some(says(body)),
            _ => None,
        };
        if let Some(says) = says {
            about.insert(fact.id);
            lines.push(line(fact, &says, retracted));
        }
    }
    lines
}

/// The history of the app: settings, checklists, runs, authorisations, closings, and what was taken back. Outcomes and
/// the words about items are in the items' histories.
#[must_use]
pub fn of_app(ledger: &Ledger<'_>) -> Vec<HistoryLine> {
    let whole = in_order(ledger).into_iter().filter(|(fact, _)| fact.body.item().is_none());
    let kept = whole.filter(|(fact, _)| !matches!(fact.body, FactBody::Outcome(_)));
    kept.map(|(fact, retracted)| line(fact, &says(&fact.body), retracted)).collect()
}

fn line(fact: &Fact, says: &str, retracted: bool) -> HistoryLine {
    HistoryLine { at: fact.at, who: fact.by.to_string(), says: Foreign::new(says), retracted }
}

fn in_order<'a>(ledger: &Ledger<'a>) -> Vec<(&'a Fact, bool)> {
    let counting = ledger.counting().iter().map(|fact| (*fact, false));
    let mut all: Vec<_> = counting.chain(ledger.struck().iter().map(|fact| (*fact, true))).collect();
    all.sort_by_key(|(fact, _)| fact.at);
    all
}

/// A look is news when its answer is another one, or the same one in other words of a gap.
fn is_news<'a>(it: &'a OutcomeFact, last: &mut HashMap<&'a str, (&'a Outcome, &'a str)>) -> bool {
    let now = (&it.verdict.outcome, it.subject.as_str());
    let same = |(outcome, subject): (&Outcome, &str)| {
        subject == it.subject
            && outcome.word() == it.verdict.outcome.word()
            && outcome.gap().map(|gap| gap.kind) == it.verdict.outcome.gap().map(|gap| gap.kind)
    };
    !last.insert(it.probe.as_str(), now).is_some_and(same)
}

fn look(it: &OutcomeFact) -> String {
    match &it.verdict.outcome {
        Outcome::Undecided { gap } => format!("{} could not see ({}): {}", it.probe, gap.kind.words(), gap.says),
        Outcome::NotApplicable { why } => format!("{} does not apply: {why}", it.probe),
        decided => format!("{} {}: {}", it.probe, decided.word(), it.verdict.says),
    }
}

/// What a fact says, in words for the person who stated it.
#[must_use]
pub fn words_of(fact: &Fact) -> String {
    words_of_body(&fact.body)
}

/// The same of what a fact will state.
#[must_use]
pub fn words_of_body(body: &FactBody) -> String {
    let item = body.item().map(|item| format!("{item}: ")).unwrap_or_default();
    format!("{item}{}", says(body))
}

fn says(body: &FactBody) -> String {
    let proven = |proof: &Option<Foreign>| proof.as_ref().map_or(String::new(), |it| format!(" — proof: {it}"));
    match body {
        FactBody::Settings { settings } => format!("set what the app {} is", settings.title),
        FactBody::ChecklistAdopted { version, .. } => format!("adopted checklist {version}"),
        FactBody::RunStarted { probes, .. } => format!("started a run of {} probes", probes.len()),
        FactBody::RunEnded { how, .. } => match how {
            super::fact::RunEnd::Finished => "finished the run".to_owned(),
            super::fact::RunEnd::Cancelled => "cancelled the run".to_owned(),
            super::fact::RunEnd::Crashed => "found the run crashed".to_owned(),
        },
        FactBody::Outcome(it) => look(it),
        FactBody::Attested { proof, stands_for, .. } => {
            let unseen = if stands_for.is_empty() { String::new() } else { format!(", standing in for {}", join(stands_for)) };
            format!("judged it done{unseen}{}", proven(proof))
        }
        FactBody::Reopened { reason, .. } => format!("reopened it: {reason}"),
        FactBody::NotApplicable { reason, .. } => format!("said that it does not apply: {reason}"),
        FactBody::Waived { target, reason, until, client, proof, .. } => {
            let what = match target {
                Target::Item(_) => "waived it".to_owned(),
                Target::Finding(key) => format!("accepted {key}"),
            };
            let client = client.as_ref().map_or(String::new(), |it| format!(", with {it}"));
            format!("{what} until {until}{client}: {reason}{}", proven(proof))
        }
        FactBody::Rotated { finding, on, proof } => format!("said that {finding} was rotated on {on} — proof: {proof}"),
        FactBody::FindingReopened { finding, reason } => format!("reopened {finding}: {reason}"),
        FactBody::Work { work, .. } => match work {
            WorkNote::Todo => "put it back to do".to_owned(),
            WorkNote::Doing => "started on it".to_owned(),
            WorkNote::Blocked { on, waits_for, .. } => format!("waits on {on} for {waits_for}"),
            WorkNote::Planned { week } => format!("planned it for week {week}"),
        },
        FactBody::Noted { text, .. } => format!("noted: {text}"),
        FactBody::Authorised { authorisation: it } => format!("recorded that {} allows {} looks", it.by, it.consent),
        FactBody::Snapshot { audience, .. } => format!("made a snapshot for the {audience}"),
        FactBody::Retracted { .. } => "took a fact back".to_owned(),
        FactBody::Closed { reason } => format!("closed the engagement: {reason}"),
    }
}

fn join(probes: &BTreeSet<super::ProbeId>) -> String {
    probes.iter().map(super::ProbeId::as_str).collect::<Vec<_>>().join(", ")
}

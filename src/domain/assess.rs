//! The truth of one item at one moment, by first match of the nine cases of DESIGN §2, with everything beside it.
//! Pure and total: the same facts give the same answer, in whatever order they come.

use super::ledger::Ledger;
use super::rule::Say;
use super::sweep::{Done, Panel, Past, Standing, sweep};
use super::words::Seat;
use super::{
    Assessment, FactBody, Foreign, Gap, Item, Judgement, ProbeBook, ProbeKind, ProbeWord, RuleState, Truth, Waiver, Work,
    calendar, remarks, stack,
};
use chrono::{DateTime, Utc};

/// Everything that has been worked out on the way to an assessment.
pub(super) struct Case<'c, 'l> {
    pub(super) ledger: &'l Ledger<'l>,
    pub(super) panel: &'c Panel<'l>,
    pub(super) past: &'c Past,
    pub(super) standing: Standing,
    pub(super) truth: Truth,
    pub(super) waiver: Option<&'c Waiver>,
}

/// What the facts say of `item` at the ledger's moment.
#[must_use]
pub fn assess<'l>(item: &'l Item, ledger: &'l Ledger<'l>, book: &'l ProbeBook) -> Assessment {
    let now = ledger.now();
    let (mut panel, past) = sweep(item, ledger, book);
    let gate = stack::gate(item, ledger);
    for seat in &mut panel.seats {
        seat.settle_acceptance(ledger, gate.is_some(), now);
    }
    let standing = panel.standing(now);
    let waiver = panel.said.waiver(gate.is_some(), now);
    let not_applicable = not_applicable(item, ledger, &panel, &standing);
    let truth =
        if not_applicable.is_some() { Truth::NotApplicable } else { truth(&panel, &past, &standing, waiver.as_ref(), now) };
    let words: Vec<ProbeWord> = panel.seats.iter().map(|seat| seat.word(ledger)).collect();
    let case = Case { ledger, panel: &panel, past: &past, standing, truth, waiver: waiver.as_ref() };
    let unseen = truth != Truth::NotApplicable && !words.is_empty() && panel.tree.is_unseen(&panel.voices);
    Assessment {
        item: item.id.clone(),
        phase: item.phase,
        decides: item.decides,
        gate,
        truth,
        rule: standing.weighed.rule,
        work: if truth.is_done() || truth == Truth::NotApplicable { Work::Todo } else { panel.said.work(past.last_done) },
        by: by(&case, &words),
        since: since(&case),
        fresh_until: (truth.is_done() && standing.until < DateTime::<Utc>::MAX_UTC).then_some(standing.until),
        judgement: judgement(&panel, now),
        was_done: past.was_done,
        lost: past.lost,
        remarks: remarks::of(&case),
        unseen,
        gap: newest_gap(&words),
        asks_rotation: item.rotation,
        by_hand: words.is_empty(),
        next_change: next_change(&panel, &words, waiver.as_ref(), ledger, gate.is_some()),
        is_new: ledger.is_new(item.id.as_str()),
        not_applicable,
        waiver,
        words,
    }
}

/// Case 1, with its reason.
fn not_applicable(item: &Item, ledger: &Ledger<'_>, panel: &Panel<'_>, standing: &Standing) -> Option<Foreign> {
    if let Some(fact) = stack::excludes(item, ledger) {
        return Some(Foreign::new(format!("the app is known to be without it: {fact} is false")));
    }
    if let Some(FactBody::NotApplicable { reason, .. }) = panel.said.not_applicable.map(|it| &it.body) {
        return Some(reason.clone());
    }
    standing.weighed.absent.then(|| Foreign::new("nothing here does this, which is fine"))
}

/// Cases 2 to 9.
pub(super) fn truth(panel: &Panel<'_>, past: &Past, standing: &Standing, waiver: Option<&Waiver>, now: DateTime<Utc>) -> Truth {
    match standing.done {
        Some(Done::Verified) => return Truth::Verified,
        Some(Done::Attested) => return Truth::Attested,
        None => {}
    }
    let rule = standing.weighed.rule;
    if waiver.is_some_and(|it| it.stands) || rule == RuleState::Accepted {
        return Truth::Waived;
    }
    if rule == RuleState::Fails {
        return if past.was_done && failing(panel).any(Seat::has_drifted) {
            Truth::Drifted
        } else if contradicts_a_judgement(panel, now) {
            Truth::Disputed
        } else {
            Truth::Failing
        };
    }
    if past.was_done { Truth::Stale } else { Truth::Open }
}

/// A probe failed later than a judgement that was neither taken back nor has run out. What the fail showed does not
/// matter here: a finding that the person did not see is what the dispute is about.
fn contradicts_a_judgement(panel: &Panel<'_>, now: DateTime<Utc>) -> bool {
    let Some(word) = panel.said.attested.filter(|it| it.stands(now)) else { return false };
    failing(panel).filter_map(Seat::failed_at).any(|at| at > word.fact.at)
}

/// The probes that fail now and whose fail nobody settled.
pub(super) fn failing<'p>(panel: &'p Panel<'_>) -> impl Iterator<Item = &'p Seat<'p>> {
    panel.seats.iter().zip(&panel.voices).filter(|(_, voice)| voice.say == Say::Fail).map(|(seat, _)| seat)
}

fn judgement(panel: &Panel<'_>, now: DateTime<Utc>) -> Option<Judgement> {
    let word = panel.said.attested?;
    let unread = panel.seats.iter().find_map(|seat| seat.first_unread(word.saw));
    Some(word.judgement(unread, now))
}

/// The first word of a probe that says so, else the person.
fn by(case: &Case<'_, '_>, words: &[ProbeWord]) -> Option<Foreign> {
    let saying = |wanted: Say| {
        let found = case.panel.voices.iter().zip(words).find(|(voice, _)| voice.say == wanted);
        found.map(|(_, word)| Foreign::new(word.probe.as_str()))
    };
    let said = &case.panel.said;
    match case.truth {
        Truth::NotApplicable => said.not_applicable.map(|it| Foreign::new(it.by.to_string())),
        Truth::Verified => {
            let proof = case.panel.proofs().find(|(_, voice)| voice.say == Say::Pass);
            proof.map(|(seat, _)| Foreign::new(seat.probe.as_str()))
        }
        Truth::Attested => said.attested.map(|it| it.who()),
        Truth::Waived => match case.waiver.filter(|it| it.stands) {
            Some(waiver) => Some(waiver.who.clone()),
            None => accepted_findings(case).into_iter().next().map(|it| it.who),
        },
        Truth::Drifted | Truth::Disputed | Truth::Failing => saying(Say::Fail),
        Truth::Stale | Truth::Open => said.reopened.map(|it| Foreign::new(it.by.to_string())),
    }
}

/// The waivers by which today's fails are accepted.
fn accepted_findings(case: &Case<'_, '_>) -> Vec<Waiver> {
    let accepted = case.panel.seats.iter().filter(|seat| seat.accepted).filter_map(|seat| seat.spoken);
    let findings = accepted.flat_map(|look| &look.outcome.verdict.findings);
    findings.filter_map(|it| case.ledger.acceptance(&it.key(), false)).collect()
}

fn since(case: &Case<'_, '_>) -> Option<DateTime<Utc>> {
    match case.truth {
        Truth::NotApplicable => case.panel.said.not_applicable.map(|it| it.at),
        Truth::Waived => match case.waiver.filter(|it| it.stands) {
            Some(waiver) => Some(waiver.at),
            None => accepted_findings(case).into_iter().map(|it| it.at).max(),
        },
        _ => case.past.since(case.ledger.now()),
    }
}

/// The newest gap of the probes that could be seen; one that was met before one that nobody has met.
fn newest_gap(words: &[ProbeWord]) -> Option<Gap> {
    let gaps = words.iter().filter(|word| word.gap.is_some());
    gaps.max_by_key(|word| (word.kind == ProbeKind::Proof, word.gap_at)).and_then(|word| word.gap.clone())
}

/// The first moment after now at which age alone changes something: a word, the judgement, a waiver, a promised day.
fn next_change(
    panel: &Panel<'_>,
    words: &[ProbeWord],
    waiver: Option<&Waiver>,
    ledger: &Ledger<'_>,
    at_gate: bool,
) -> Option<DateTime<Utc>> {
    let now = ledger.now();
    let ages = panel.seats.iter().filter_map(Seat::ages_at);
    let judged = panel.said.attested.filter(|it| it.ended.is_none()).map(|it| it.until);
    let waiver_ends = waiver.map(|it| calendar::end_of(it.until));
    let findings = words.iter().filter(|_| ledger.accepts_findings()).flat_map(|word| &word.findings);
    let accepted = findings.filter_map(|it| ledger.acceptance(&it.key(), at_gate)).map(|it| calendar::end_of(it.until));
    let moments = ages.chain(judged).chain(waiver_ends).chain(accepted);
    moments.filter(|at| *at > now && *at < DateTime::<Utc>::MAX_UTC).min()
}

#[cfg(test)]
mod tests;

//! The sentences beside a truth: why it is not better, and what a reader should know before trusting it.
//! They decide nothing.

use super::assess::Case;
use super::rule::Say;
use super::words::Seat;
use super::{Decides, Fact, Foreign, RuleState, Truth, calendar, rotation};
use std::collections::{BTreeMap, BTreeSet};

/// Ends the remark on a probe whose word was given under other terms than are agreed now.
pub(super) const OUTGROWN: &str = "judged by another agreed limit: rerun";

/// Remarks of an assessment, the weightiest first.
pub(super) fn of(case: &Case<'_, '_>) -> Vec<Foreign> {
    let mut remarks: Vec<String> = Vec::new();
    if case.truth == Truth::NotApplicable {
        return Vec::new();
    }
    of_the_rule(case, &mut remarks);
    of_the_rotations(case, &mut remarks);
    of_the_judgement(case, &mut remarks);
    of_what_is_to_come(case, &mut remarks);
    if let Some(waiver) = case.waiver.filter(|it| !it.stands) {
        let over = case.ledger.now() >= calendar::end_of(waiver.until);
        remarks.push(if over {
            format!("the waiver by {} ended on {}", waiver.who, calendar::day_words(waiver.until, case.ledger.now()))
        } else {
            "the waiver does not stand: at a gate it needs somebody on the client's side and a proof".to_owned()
        });
    }
    if let Some(lost) = case.past.lost.filter(|_| case.truth.is_done()) {
        let day = |at: chrono::DateTime<chrono::Utc>| calendar::day_words(at.date_naive(), case.ledger.now());
        remarks.push(format!("was lost {} to {}", day(lost.from), day(lost.to)));
    }
    remarks.into_iter().map(Foreign::from).collect()
}

fn of_the_rule(case: &Case<'_, '_>, remarks: &mut Vec<String>) {
    let (panel, weighed) = (case.panel, case.standing.weighed);
    if weighed.nothing_found {
        remarks.push("nothing found that does this".to_owned());
    }
    if weighed.rule == RuleState::Fails
        && let Some(revision) = panel.seats.iter().filter_map(Seat::stricter_since).max()
    {
        remarks.push(format!("judged more strictly since revision {revision}"));
    }
    for seat in panel.seats.iter().filter(|seat| seat.is_suspected()) {
        remarks.push(format!("{} failed once and waits for a second look", seat.probe));
    }
    for seat in panel.seats.iter().filter(|seat| seat.is_outgrown(case.ledger.now())) {
        remarks.push(format!("{} {OUTGROWN}", seat.probe));
    }
    if panel.awaits_closing() && !panel.seats.is_empty() {
        remarks.push("only looks after the closing count".to_owned());
    }
}

/// How many of the leaked secrets were replaced, and on whose word.
fn of_the_rotations(case: &Case<'_, '_>, remarks: &mut Vec<String>) {
    let all = case.panel.seats.iter().flat_map(Seat::leaked);
    let leaked: BTreeMap<String, Option<&Fact>> =
        all.map(|it| (rotation::secret(&it.finding.key()).to_owned(), it.rotated)).collect();
    let (all, rotated) = (leaked.len(), leaked.values().flatten().count());
    let who: BTreeSet<String> = leaked.values().flatten().map(|fact| format!("{}'s", fact.by)).collect();
    let who = who.into_iter().collect::<Vec<_>>().join(" and ");
    match (all, rotated) {
        (0, _) => {}
        (1, 0) => remarks.push("a leaked secret waits for its rotation".to_owned()),
        (all, 0) => remarks.push(format!("{all} leaked secrets wait for their rotation")),
        (all, rotated) => remarks.push(format!("{rotated} of {all} rotated, on {who} word")),
    }
}

/// Beside whatever its probes say: what none of them can look at yet.
fn of_what_is_to_come(case: &Case<'_, '_>, remarks: &mut Vec<String>) {
    let to_come = &case.panel.item.to_come;
    if !to_come.is_empty() && !case.panel.seats.is_empty() {
        remarks.push(format!("no probe yet for {}: look there by hand", to_come.join(", ")));
    }
}

/// The rule is open only because people, not probes, say of the leaked secrets that they were replaced.
fn settled_by_rotation(case: &Case<'_, '_>) -> bool {
    let mut says = case.panel.proofs().map(|(_, voice)| voice.say);
    case.panel.voices.iter().any(|it| it.say == Say::Rotated) && says.all(|it| it != Say::Undecided)
}

fn of_the_judgement(case: &Case<'_, '_>, remarks: &mut Vec<String>) {
    let (panel, rule, now) = (case.panel, case.standing.weighed.rule, case.ledger.now());
    let standing = panel.said.attested.filter(|it| it.stands(now));
    let Some(word) = standing else {
        if rule == RuleState::Holds && case.panel.item.decides != Decides::Probe && !case.truth.is_done() {
            remarks.push("the probes agree; it waits for a person's judgement".to_owned());
        } else if rule == RuleState::Open && settled_by_rotation(case) {
            remarks.push("nothing else is wrong; it waits for a person's judgement".to_owned());
        }
        return;
    };
    if matches!(rule, RuleState::Fails | RuleState::Accepted) {
        let newest = panel.seats.iter().filter(|it| !it.waits_for_rotation()).filter_map(Seat::failed_at).max();
        if newest.is_some_and(|at| at <= word.fact.at) {
            remarks.push("judged after the last look: rerun".to_owned());
        }
        return;
    }
    if rule != RuleState::Open {
        return;
    }
    if word.proof.is_none() {
        remarks.push(format!("{}'s word comes without a proof", word.who()));
    }
    let proofs = panel.proofs().filter(|(_, voice)| !matches!(voice.say, Say::Unused | Say::NotApplicable));
    let (all, seen) = proofs.fold((0, 0), |(all, seen), (_, voice)| (all + 1, seen + usize::from(voice.say != Say::Undecided)));
    if case.truth == Truth::Attested && all > 0 && (seen < all || !panel.voices.iter().any(|it| it.say == Say::Rotated)) {
        remarks.push(format!("{seen} of {all} seen, {} on {}'s word", all - seen, word.who()));
    }
    let unnamed: Vec<_> = panel.unnamed(&word).map(|seat| seat.probe.as_str()).collect();
    if !unnamed.is_empty() {
        remarks.push(format!("{}'s word does not stand in for {}", word.who(), unnamed.join(", ")));
    }
}

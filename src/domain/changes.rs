//! What changed between two moments of one app, told from the facts between them: how long each thing had been as it was,
//! which run saw it first, and between which two looks it broke. It guesses no moment that no fact has.

use super::diff::{Change, FindingChange, Had, Sighting, Window, between};
use super::ledger::{Decided, Ledger, Look};
use super::timeline::{Step, Timeline, timelines};
use super::{Assessment, Board, Checklist, Diff, Digest, Fact, Finding, ItemId, Outcome, ProbeBook, ProbeId, Truth, board};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Both boards and what is different.
#[derive(Debug, Clone)]
pub struct Told {
    pub before: Board,
    pub after: Board,
    pub diff: Diff,
}

/// What changed from `since` to `now`. None while there is no board at one of them.
#[must_use]
pub fn changes(
    facts: &[Fact],
    checklists: &BTreeMap<Digest, Arc<Checklist>>,
    book: &ProbeBook,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Told> {
    let before = board(facts, checklists, book, since)?;
    let after = board(facts, checklists, book, now)?;
    let lines = timelines(facts, checklists, book, DateTime::<Utc>::MIN_UTC, now);
    let ledger = Ledger::read(facts, now);
    let facts = Between { lines: lines.iter().map(|it| (&it.item, it)).collect(), ledger: &ledger, book, after: &after, since };
    let mut diff = between(&before, &after, |item| facts.ceased(item));
    facts.tell(&mut diff);
    facts.findings(&mut diff, &before);
    Some(Told { before, after, diff })
}

/// Where the answers are looked up.
struct Between<'a> {
    lines: HashMap<&'a ItemId, &'a Timeline>,
    ledger: &'a Ledger<'a>,
    book: &'a ProbeBook,
    after: &'a Board,
    since: DateTime<Utc>,
}

/// What stood at the end, and everything before it.
fn ending(steps: &[Step], kind: impl Fn(&Step) -> bool) -> (&[Step], &[Step]) {
    let long = steps.iter().rev().take_while(|step| kind(step)).count();
    steps.split_at(steps.len() - long)
}

/// The last stretch of a kind, with the moment of the step after it.
fn last_of(steps: &[Step], ended: DateTime<Utc>, kind: impl Fn(&Step) -> bool) -> Option<Had> {
    let last = steps.iter().rposition(&kind)?;
    let (upto, rest) = steps.split_at(last + 1);
    let (_, stretch) = ending(upto, &kind);
    let truth = stretch.last()?.truth?;
    Some(Had { truth, since: stretch.first()?.at, until: rest.first().map_or(ended, |it| it.at) })
}

/// The stretch right before: everything that fails is one kind, else each truth is its own.
fn just_before(steps: &[Step], ended: DateTime<Utc>) -> Option<Had> {
    let last = steps.last().filter(|it| it.truth.is_some())?;
    last_of(steps, ended, |step| if last.is_failing() { step.is_failing() } else { step.truth == last.truth })
}

/// It was waived until a moment after `since`, and has been neither done nor out of question from then on: what ended is the
/// waiver. One that ended beside a pass hid nothing, and what is lost later is lost.
pub(super) fn ceased(steps: &[Step], since: DateTime<Utc>) -> bool {
    let is_bare =
        |step: &Step| step.truth.is_some_and(|truth| !truth.is_done() && !matches!(truth, Truth::Waived | Truth::NotApplicable));
    let (before, bare) = ending(steps, is_bare);
    let was_waived = before.last().is_some_and(|step| step.truth == Some(Truth::Waived));
    was_waived && bare.first().is_some_and(|step| step.at > since)
}

impl Between<'_> {
    fn tell(&self, diff: &mut Diff) {
        // What was done for a while between the two moments, and is lost at the second, is lost, whatever it was at the first.
        let told: HashSet<ItemId> = diff.lost.iter().chain(&diff.expired_waivers).map(|it| it.id.clone()).collect();
        let lost = self.after.items.iter().filter(|it| it.truth.is_lost() && !told.contains(&it.item));
        diff.lost.extend(lost.filter(|it| self.was_done_since(&it.item)).map(|it| self.change(it, super::lane::why(it))));
        diff.newly_failing.retain(|it| !it.to.is_lost() || !self.was_done_since(&it.id));
        diff.lost.iter_mut().for_each(|it| self.lost(it));
        diff.won.iter_mut().for_each(|it| self.became(it, Step::is_done, just_before));
        diff.newly_failing.iter_mut().for_each(|it| {
            self.became(it, Step::is_failing, just_before);
            it.window = self.window(it);
        });
        diff.newly_unseen.iter_mut().for_each(|it| {
            self.became(
                it,
                |step| step.unseen,
                |steps, ended| last_of(steps, ended, |step| !step.unseen && step.truth.is_some()),
            );
        });
        diff.stale.iter_mut().for_each(|it| self.ended(it, Step::is_done));
        diff.expired_waivers.iter_mut().for_each(|it| {
            self.ended(it, |step| step.truth == Some(Truth::Waived));
            it.window = self.window(it);
        });
        diff.lost_between = self.lost_between();
        diff.lost.sort_by_key(|it| std::cmp::Reverse(it.at));
    }

    fn steps(&self, item: &ItemId) -> &[Step] {
        self.lines.get(item).map_or(&[], |it| it.steps.as_slice())
    }

    fn ceased(&self, item: &ItemId) -> bool {
        ceased(self.steps(item), self.since)
    }

    fn was_done_since(&self, item: &ItemId) -> bool {
        self.steps(item).iter().any(|step| step.at > self.since && step.is_done())
    }

    fn lost(&self, change: &mut Change) {
        self.became(change, Step::is_lost, |steps, ended| last_of(steps, ended, Step::is_done));
        if let Some(had) = change.had {
            change.from = Some(had.truth);
        }
        change.window = self.window(change);
    }

    /// The stretch that stands at the end began then; what was before it.
    fn became(&self, change: &mut Change, kind: impl Fn(&Step) -> bool, had: impl Fn(&[Step], DateTime<Utc>) -> Option<Had>) {
        let (before, stretch) = ending(self.steps(&change.id), kind);
        let Some(first) = stretch.first() else { return };
        (change.at, change.run) = (Some(first.at), first.run);
        change.had = had(before, first.at);
    }

    /// What it had been ended then, by whatever came after it.
    fn ended(&self, change: &mut Change, kind: impl Fn(&Step) -> bool) {
        let steps = self.steps(&change.id);
        let Some(had) = last_of(steps, self.after.now, kind) else { return };
        let next = steps.iter().find(|step| step.at == had.until);
        (change.at, change.run, change.had) = (Some(had.until), next.and_then(|it| it.run), Some(had));
    }

    /// Done at both moments, and lost for a while between them.
    fn lost_between(&self) -> Vec<Change> {
        let done = self.after.items.iter().filter(|it| it.truth.is_done());
        let both = done.filter(|it| self.lines.get(&it.item).and_then(|line| line.at(self.since)).is_some_and(Step::is_done));
        both.filter_map(|it| self.lost_and_won(it)).collect()
    }

    fn lost_and_won(&self, it: &Assessment) -> Option<Change> {
        let steps = self.steps(&it.item);
        let had = last_of(steps, self.after.now, Step::is_lost).filter(|had| had.since > self.since)?;
        let first = steps.iter().find(|step| step.at == had.since)?;
        let change = self.change(it, String::new());
        Some(Change { from: Some(had.truth), at: Some(had.since), run: first.run, had: Some(had), ..change })
    }

    fn change(&self, it: &Assessment, why: String) -> Change {
        let text = self.after.item(it.item.as_str());
        Change {
            id: it.item.clone(),
            short: text.map(|item| item.short.clone()).unwrap_or_default(),
            title: text.map(|item| item.title.clone()).unwrap_or_default(),
            from: None,
            to: it.truth,
            why: super::Foreign::new(why),
            at: None,
            run: None,
            had: None,
            window: None,
        }
    }

    /// Between which two looks the probe that tipped it went from good to bad. Where several fail it is the one whose fail is
    /// the newest at that moment: the item had stood with the others.
    fn window(&self, change: &Change) -> Option<Window> {
        let assessment = self.after.assessment(change.id.as_str())?;
        let failing = assessment.words.iter().filter(|word| word.outcome == Some(Outcome::Fail) && !word.accepted);
        let windows: Vec<Window> = failing.filter_map(|word| self.window_of(&word.probe)).collect();
        let (by_then, later): (Vec<Window>, Vec<Window>) =
            windows.into_iter().partition(|it| change.at.is_none_or(|at| it.first_bad.at <= at));
        by_then.into_iter().max_by_key(|it| it.first_bad.at).or_else(|| later.into_iter().min_by_key(|it| it.first_bad.at))
    }

    fn window_of(&self, probe: &ProbeId) -> Option<Window> {
        let (mut first_bad, mut last_good, mut blind) = (None, None, 0_u16);
        for look in self.looks(probe).into_iter().rev() {
            match look.decided {
                Decided::Fail => {
                    first_bad = Some(sighting(look));
                    blind = 0;
                }
                Decided::Nothing if first_bad.is_some() => blind = blind.saturating_add(1),
                Decided::Nothing => {}
                Decided::Pass => {
                    last_good = Some(sighting(look));
                    break;
                }
                Decided::NotApplicable => break,
            }
        }
        Some(Window {
            probe: probe.clone(),
            last_good,
            first_bad: first_bad?,
            blind: if last_good.is_some() { blind } else { 0 },
        })
    }

    /// The looks at what the app names now, oldest first.
    fn looks(&self, probe: &ProbeId) -> Vec<&Look<'_>> {
        let subject = self.book.get(probe).and_then(|traits| self.ledger.subject(traits.system));
        self.ledger.looks(probe.as_str()).iter().filter(|look| Some(look.outcome.subject.as_str()) == subject).collect()
    }

    fn findings(&self, diff: &mut Diff, before: &Board) {
        let known: HashMap<String, &Finding> =
            before.findings.iter().chain(&self.after.findings).map(|it| (it.finding.key(), &it.finding)).collect();
        for (changes, is_new) in [(&mut diff.new_findings, true), (&mut diff.gone_findings, false)] {
            for change in changes {
                if let Some(finding) = known.get(&change.key) {
                    self.finding(change, finding, is_new);
                }
            }
        }
    }

    /// A look has the finding, or it decided without it, or it says nothing.
    fn finding(&self, change: &mut FindingChange, finding: &Finding, is_new: bool) {
        let has = |look: &Look<'_>| {
            let findings = &look.outcome.verdict.findings;
            findings.iter().any(|it| it.rule == finding.rule && it.resource == finding.resource)
        };
        let looks = self.looks(&change.probe).into_iter().rev().filter(|look| has(look) || look.decided != Decided::Nothing);
        let mut looks = looks.peekable();
        while let Some(look) = looks.next_if(|look| has(look) == is_new) {
            change.seen = Some(sighting(look));
        }
        if change.seen.is_none() {
            return;
        }
        while let Some(look) = looks.next_if(|look| has(look) != is_new) {
            change.until = change.until.or(Some(look.at));
            change.since = Some(look.at);
        }
        change.came_back = is_new && looks.next().is_some();
    }
}

fn sighting(look: &Look<'_>) -> Sighting {
    Sighting { at: look.at, run: look.outcome.run }
}

#[cfg(test)]
mod tests;

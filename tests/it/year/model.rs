//! The contract's second section (truth from facts), written a second time and as simply as it can be: no cleverness, every
//! question answered by reading all events again. It shares no judgement with the program; only words for truths.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rescue::domain::Truth;
use std::collections::{BTreeMap, BTreeSet};

pub type At = DateTime<Utc>;

/// How an item is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    Probe,
    Both,
    Person,
}

#[derive(Debug, Clone)]
pub enum Rule {
    Probe(&'static str),
    All(Vec<Rule>),
    Any(Vec<Rule>),
}

#[derive(Debug, Clone)]
pub struct Item {
    pub id: &'static str,
    pub decides: Decides,
    pub rule: Rule,
    pub fresh: i64,
    /// Days; none: for the engagement.
    pub judged_for: Option<i64>,
    pub gate: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Pass,
    Fail,
    NotApplicable,
    Undecided,
}

#[derive(Debug, Clone)]
pub enum What {
    /// A run's look, with the findings and notes that it laid down.
    Look {
        probe: String,
        outcome: Outcome,
        findings: BTreeSet<String>,
        shows: BTreeSet<String>,
        run: String,
    },
    Judged {
        item: &'static str,
        stands_for: BTreeSet<&'static str>,
        saw: BTreeSet<String>,
    },
    Reopened {
        item: &'static str,
    },
    OutOfQuestion {
        item: &'static str,
    },
    Waived {
        item: &'static str,
        until: NaiveDate,
        signed: bool,
    },
    Accepted {
        finding: String,
        until: NaiveDate,
        signed: bool,
    },
    /// The event of that number never was.
    TakenBack(usize),
    /// The app no longer uses that system.
    Unused(&'static str),
    Closed,
}

#[derive(Debug, Clone)]
pub struct Event {
    pub at: At,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sum {
    Holds,
    Fails,
    /// Fails, and all of it is accepted.
    Accepted,
    Open,
    /// Nothing in it is in use.
    Nothing,
    /// It looked, and the question does not arise.
    NotAsked,
}

/// The end of a day.
fn end(day: NaiveDate) -> At {
    day.succ_opt().unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc()
}

/// What the events of before a moment say of one item.
pub struct View<'e> {
    item: &'e Item,
    events: Vec<&'e Event>,
    unused: BTreeSet<&'static str>,
}

impl<'e> View<'e> {
    /// What counts at `now`: not later, not taken back by then.
    pub fn of(item: &'e Item, events: &'e [Event], now: At) -> Self {
        let known = || events.iter().enumerate().filter(|(_, event)| event.at <= now);
        let gone: BTreeSet<usize> = known()
            .filter_map(|(_, event)| match event.what {
                What::TakenBack(which) => Some(which),
                _ => None,
            })
            .collect();
        let probes = probes(&item.rule);
        let concerns = |event: &Event| match &event.what {
            What::Look { probe, .. } => probes.contains(&probe.as_str()),
            What::Judged { item: of, .. }
            | What::Reopened { item: of }
            | What::OutOfQuestion { item: of }
            | What::Waived { item: of, .. } => *of == item.id,
            What::Accepted { .. } | What::Closed => true,
            What::TakenBack(_) | What::Unused(_) => false,
        };
        let unused = known().filter_map(|(_, event)| match event.what {
            What::Unused(system) => Some(system),
            _ => None,
        });
        let counting = known().filter(|(number, event)| !gone.contains(number) && concerns(event));
        Self { item, unused: unused.collect(), events: counting.map(|(_, event)| event).collect() }
    }

    fn upto(&self, moment: At) -> impl DoubleEndedIterator<Item = &&'e Event> {
        self.events.iter().filter(move |event| event.at <= moment)
    }

    fn is_unused(&self, probe: &str) -> bool {
        self.unused.iter().any(|system| probe.starts_with(&format!("{system}.")))
    }

    /// The newest look of a probe that decided.
    fn decided(&self, probe: &str, moment: At) -> Option<(At, Outcome, &'e BTreeSet<String>, &'e BTreeSet<String>)> {
        self.upto(moment).rev().find_map(|event| match &event.what {
            What::Look { probe: of, outcome, findings, shows, .. } if of == probe && *outcome != Outcome::Undecided => {
                Some((event.at, *outcome, findings, shows))
            }
            _ => None,
        })
    }

    fn is_accepted(&self, finding: &str, moment: At) -> bool {
        let newest = self.upto(moment).rev().find_map(|event| match &event.what {
            What::Accepted { finding: of, until, signed } if of == finding => Some((*until, *signed)),
            _ => None,
        });
        newest.is_some_and(|(until, signed)| (signed || self.item.gate.is_none()) && moment < end(until))
    }

    /// What a probe says, where acceptances count or not.
    fn says(&self, probe: &str, moment: At, accepting: bool) -> Sum {
        if self.is_unused(probe) {
            return Sum::Nothing;
        }
        let Some((at, outcome, findings, _)) = self.decided(probe, moment) else { return Sum::Open };
        let is_old = moment >= at + TimeDelta::days(self.item.fresh);
        match outcome {
            Outcome::Fail if accepting && !findings.is_empty() && findings.iter().all(|it| self.is_accepted(it, moment)) => {
                Sum::Accepted
            }
            Outcome::Fail => Sum::Fails,
            _ if is_old => Sum::Open,
            Outcome::Pass => Sum::Holds,
            Outcome::NotApplicable => Sum::NotAsked,
            Outcome::Undecided => Sum::Open,
        }
    }

    fn sum(&self, rule: &Rule, moment: At, accepting: bool) -> Sum {
        let first_of =
            |order: &[Sum], parts: &[Sum], none: Sum| order.iter().copied().find(|it| parts.contains(it)).unwrap_or(none);
        match rule {
            Rule::Probe(probe) => self.says(probe, moment, accepting),
            Rule::All(rules) => {
                let parts: Vec<Sum> = rules.iter().map(|it| self.sum(it, moment, accepting)).collect();
                first_of(&[Sum::Fails, Sum::Accepted, Sum::Open, Sum::Holds, Sum::NotAsked, Sum::Nothing], &parts, Sum::Open)
            }
            Rule::Any(rules) => {
                let parts: Vec<Sum> = rules.iter().map(|it| self.sum(it, moment, accepting)).collect();
                first_of(&[Sum::Holds, Sum::Open, Sum::Fails, Sum::Accepted, Sum::NotAsked, Sum::Nothing], &parts, Sum::Open)
            }
        }
    }

    fn rule(&self, moment: At, accepting: bool) -> Sum {
        match self.sum(&self.item.rule, moment, accepting) {
            // Nothing in use could do it.
            Sum::Nothing => Sum::Fails,
            Sum::NotAsked => Sum::Open,
            other => other,
        }
    }

    /// The newest judgement that nobody took back and that has not run out.
    fn judgement(&self, moment: At) -> Option<(At, &'e BTreeSet<&'static str>, &'e BTreeSet<String>)> {
        let mut standing = None;
        for event in self.upto(moment) {
            match &event.what {
                What::Judged { stands_for, saw, .. } => standing = Some((event.at, stands_for, saw)),
                What::Reopened { .. } => standing = None,
                What::Closed if self.item.judged_for.is_none() => standing = None,
                _ => {}
            }
        }
        standing.filter(|(at, ..)| self.item.judged_for.is_none_or(|days| moment < *at + TimeDelta::days(days)))
    }

    /// The judgement, if nothing lies on the table that it did not see.
    fn holding(&self, moment: At) -> Option<&'e BTreeSet<&'static str>> {
        let (_, stands_for, saw) = self.judgement(moment)?;
        let shown =
            probes(&self.item.rule).into_iter().filter(|it| !self.is_unused(it)).filter_map(|it| self.decided(it, moment));
        shown.into_iter().all(|(.., shows)| shows.is_subset(saw)).then_some(stands_for)
    }

    fn is_out(&self, moment: At) -> bool {
        let mut out = false;
        for event in self.upto(moment) {
            match event.what {
                What::OutOfQuestion { .. } => out = true,
                What::Judged { .. } | What::Reopened { .. } => out = false,
                _ => {}
            }
        }
        out
    }

    fn done(&self, moment: At) -> Option<Truth> {
        if self.is_out(moment) {
            return None;
        }
        let holding = self.holding(moment);
        match self.rule(moment, false) {
            Sum::Holds if self.item.decides == Decides::Probe => Some(Truth::Verified),
            Sum::Holds => holding.map(|_| Truth::Verified),
            Sum::Open => {
                let stands_for = holding?;
                let unseen = probes(&self.item.rule).into_iter().filter(|it| self.says(it, moment, false) == Sum::Open);
                unseen.into_iter().all(|it| stands_for.contains(it)).then_some(Truth::Attested)
            }
            _ => None,
        }
    }

    fn waived(&self, moment: At) -> bool {
        let mut waiver = None;
        for event in self.upto(moment) {
            match &event.what {
                What::Waived { until, signed, .. } => waiver = Some((*until, *signed)),
                What::Reopened { .. } => waiver = None,
                _ => {}
            }
        }
        waiver.is_some_and(|(until, signed)| (signed || self.item.gate.is_none()) && moment < end(until))
    }

    /// Whether it was done at any moment before, as the events that count today tell it.
    fn was_done(&self, moment: At) -> bool {
        let moments: BTreeSet<At> = self.upto(moment).map(|event| event.at).chain([moment]).collect();
        moments.into_iter().any(|at| self.done(at).is_some())
    }

    pub fn truth(&self, now: At) -> Truth {
        if self.is_out(now) {
            return Truth::NotApplicable;
        }
        if let Some(done) = self.done(now) {
            return done;
        }
        let rule = self.rule(now, true);
        if self.waived(now) || rule == Sum::Accepted {
            return Truth::Waived;
        }
        let was_done = self.was_done(now);
        if rule == Sum::Fails {
            let failing: Vec<&str> =
                probes(&self.item.rule).into_iter().filter(|it| self.says(it, now, true) == Sum::Fails).collect();
            let had_passed = |probe: &&str| {
                self.upto(now).any(|event| match &event.what {
                    What::Look { probe: of, outcome: Outcome::Pass, .. } => of == *probe,
                    _ => false,
                })
            };
            if was_done && failing.iter().any(had_passed) {
                return Truth::Drifted;
            }
            let judged = self.judgement(now).map(|it| it.0);
            let failed_after = |probe: &&str| self.decided(probe, now).is_some_and(|it| judged.is_some_and(|at| it.0 > at));
            return if failing.iter().any(failed_after) { Truth::Disputed } else { Truth::Failing };
        }
        if was_done { Truth::Stale } else { Truth::Open }
    }

    /// The keys of what its probes find wrong at a moment.
    pub fn findings(&self, moment: At) -> BTreeSet<String> {
        let probes = probes(&self.item.rule);
        probes.into_iter().filter_map(|it| self.decided(it, moment)).flat_map(|it| it.2.iter().cloned()).collect()
    }

    /// The keys of everything that its probes show at a moment.
    pub fn shown(&self, moment: At) -> BTreeSet<String> {
        let probes = probes(&self.item.rule);
        probes.into_iter().filter_map(|it| self.decided(it, moment)).flat_map(|it| it.3.iter().cloned()).collect()
    }
}

/// The probes of a rule.
pub fn probes(rule: &Rule) -> Vec<&'static str> {
    match rule {
        Rule::Probe(probe) => vec![probe],
        Rule::All(rules) | Rule::Any(rules) => rules.iter().flat_map(probes).collect(),
    }
}

/// Every moment up to `now` at which an item may read otherwise: each event, and each end by age or date.
pub fn moments(item: &Item, events: &[Event], now: At) -> BTreeSet<At> {
    let mut all = BTreeSet::new();
    for event in events {
        all.insert(event.at);
        match &event.what {
            What::Look { .. } => drop(all.insert(event.at + TimeDelta::days(item.fresh))),
            What::Judged { .. } => all.extend(item.judged_for.map(|days| event.at + TimeDelta::days(days))),
            What::Waived { until, .. } | What::Accepted { until, .. } => drop(all.insert(end(*until))),
            _ => {}
        }
    }
    all.retain(|at| *at <= now);
    all
}

/// An item's truths one after the other, each with its first moment.
pub fn course(item: &Item, events: &[Event], now: At) -> Vec<(At, Truth)> {
    let mut course: Vec<(At, Truth)> = Vec::new();
    for at in moments(item, events, now) {
        let truth = View::of(item, events, at).truth(at);
        if course.last().is_none_or(|(_, last)| *last != truth) {
            course.push((at, truth));
        }
    }
    course
}

/// What an item was at a moment of its course.
pub fn at(course: &[(At, Truth)], moment: At) -> Option<Truth> {
    course.iter().rev().find(|(at, _)| *at <= moment).map(|(_, truth)| *truth)
}

fn lost(truth: Truth) -> bool {
    matches!(truth, Truth::Drifted | Truth::Disputed)
}

fn done(truth: Truth) -> bool {
    matches!(truth, Truth::Verified | Truth::Attested)
}

/// What changed from one moment to another, by the lists of `rescue diff`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// With the moment at which each was lost.
    pub lost: BTreeMap<String, At>,
    pub won: BTreeSet<String>,
    pub expired: BTreeSet<String>,
    pub stale: BTreeSet<String>,
    pub between: BTreeSet<String>,
}

pub fn changed(courses: &BTreeMap<&'static str, Vec<(At, Truth)>>, before: At, now: At) -> Changed {
    let mut all = Changed::default();
    for (id, course) in courses {
        let (Some(was), Some(is)) = (at(course, before), at(course, now)) else { continue };
        let inside: Vec<(At, Truth)> = course.iter().copied().filter(|(at, _)| *at > before && *at <= now).collect();
        let was_good = done(was) || inside.iter().any(|it| done(it.1));
        let mut told = vec![was];
        told.extend(inside.iter().map(|it| it.1));
        // What it is now began when a waiver ended: before it was neither done nor out of question.
        let bare = |truth: Truth| !done(truth) && !matches!(truth, Truth::Waived | Truth::NotApplicable);
        let ceased = bare(is) && told.iter().rfind(|it| !bare(**it)) == Some(&Truth::Waived);
        let id = (*id).to_owned();
        if ceased {
            all.expired.insert(id);
        } else if lost(is) && was_good {
            // The first of the moments at which it was lost and stayed so.
            let since = course.iter().rev().take_while(|it| lost(it.1)).last().unwrap().0;
            all.lost.insert(id, since);
        } else if done(is) && !done(was) {
            all.won.insert(id);
        } else if is == Truth::Stale && was != Truth::Stale {
            all.stale.insert(id);
        } else if done(is) && done(was) && inside.iter().any(|it| lost(it.1)) {
            all.between.insert(id);
        }
    }
    all
}

/// Points of a week: done, that apply, lost at its end; how often something was lost and won in it.
pub type Week = (usize, usize, usize, usize, usize);

pub fn week(courses: &BTreeMap<&'static str, Vec<(At, Truth)>>, from: Option<At>, to: At) -> Week {
    let now: Vec<Truth> = courses.values().filter_map(|it| at(it, to)).collect();
    let mut lost_in = 0;
    let mut won_in = 0;
    for course in courses.values() {
        let (mut was_lost, mut was_won) = (false, false);
        for (number, (when, truth)) in course.iter().enumerate() {
            let before = number.checked_sub(1).map(|it| course[it].1);
            if from.is_some_and(|from| *when <= from) || *when > to {
                continue;
            }
            was_lost |= lost(*truth) && !before.is_some_and(|it| lost(it) || it == Truth::Waived);
            was_won |= done(*truth) && !before.is_some_and(done);
        }
        lost_in += usize::from(was_lost);
        won_in += usize::from(was_won);
    }
    let count = |wanted: &dyn Fn(Truth) -> bool| now.iter().filter(|it| wanted(**it)).count();
    (count(&done), count(&|it| it != Truth::NotApplicable), count(&lost), lost_in, won_in)
}

/// How long each mended case took, sorted, and since when each open one is open.
pub fn fixes(courses: &BTreeMap<&'static str, Vec<(At, Truth)>>) -> (Vec<TimeDelta>, BTreeMap<String, At>) {
    let (mut took, mut open) = (Vec::new(), BTreeMap::new());
    for (id, course) in courses {
        let mut since = None;
        for (at, truth) in course {
            match truth {
                Truth::Drifted | Truth::Disputed | Truth::Failing => since = since.or(Some(*at)),
                Truth::Verified | Truth::Attested => took.extend(since.take().map(|since| *at - since)),
                Truth::NotApplicable => since = None,
                _ => {}
            }
        }
        open.extend(since.map(|since| ((*id).to_owned(), since)));
    }
    took.sort();
    (took, open)
}

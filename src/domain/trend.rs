//! The course of an engagement in numbers: points done week by week with what was lost, by area, and how long mending
//! took. Every number is a count of what `assess` said at its moment; a week without a look is named, never filled in.

mod fixes;

pub use fixes::{Fixes, Open, Times};

use super::fact::RunEnd;
use super::ledger::Ledger;
use super::timeline::{Step, Timeline, timelines};
use super::{Checklist, Digest, Fact, FactBody, ItemId, ProbeBook, Truth, calendar};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The most weeks that are told, from the newest back: ten years.
const MOST: i64 = 520;

/// The course of one engagement up to a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// The moment that it speaks of.
    pub now: DateTime<Utc>,
    /// The first day of week 1.
    pub start: NaiveDate,
    /// How many weeks were agreed.
    pub weeks: u8,
    /// The beginning, the end of each whole week, and now, in order; the last one is now.
    pub points: Vec<Point>,
    /// By the letters of the items' ids, in the order of the checklist.
    pub areas: Vec<Area>,
    pub fixes: Fixes,
}

/// What stood at the end of a week, and what happened in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Point {
    /// The week that ends here, from 1; 0 for the beginning of the engagement and before it.
    pub week: u16,
    pub at: DateTime<Utc>,
    /// The week is not over: this is now.
    pub is_now: bool,
    pub done: u16,
    /// Points that apply.
    pub of: u16,
    /// Drifted or disputed at this moment.
    pub lost: u16,
    /// Failing without ever having been done.
    pub failing: u16,
    pub waived: u16,
    pub stale: u16,
    /// Something that could decide them was not seen, whatever they are.
    pub unseen: u16,
    /// Runs that were finished in this week.
    pub runs: u16,
    /// Probes that were asked in this week, whatever they saw.
    pub probes: u16,
    /// Became drifted or disputed in this week.
    pub newly_lost: Vec<ItemId>,
    /// Became done in this week.
    pub newly_won: Vec<ItemId>,
    /// Were waived, and in this week no longer, without being done.
    pub waivers_ended: Vec<ItemId>,
}

impl Point {
    /// Nobody looked in this week: what it shows is what was seen before, as far as that still counts.
    #[must_use]
    pub fn is_unlooked(&self) -> bool {
        self.probes == 0
    }
}

/// The part of the checklist whose ids begin with the same letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    pub area: String,
    /// One for each point of the trend.
    pub points: Vec<AreaPoint>,
}

impl Area {
    /// As it stands now.
    #[must_use]
    pub fn now(&self) -> AreaPoint {
        self.points.last().copied().unwrap_or_default()
    }
}

/// Counts of an area at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AreaPoint {
    pub done: u16,
    pub of: u16,
    pub lost: u16,
}

/// The letters by which an item's area is known.
#[must_use]
pub fn area_of(item: &ItemId) -> &str {
    item.as_str().split('-').next().unwrap_or_default()
}

/// The course up to `now`. None while there are no settings or no adopted checklist whose text is known.
#[must_use]
pub fn trend(
    facts: &[Fact],
    checklists: &BTreeMap<Digest, Arc<Checklist>>,
    book: &ProbeBook,
    now: DateTime<Utc>,
) -> Option<Trend> {
    let ledger = Ledger::read(facts, now);
    let settings = ledger.settings()?;
    checklists.get(ledger.checklist()?)?;
    let lines = timelines(facts, checklists, book, DateTime::<Utc>::MIN_UTC, now);
    let moments = moments(settings.start, &lines, now);
    let mut points: Vec<Point> = moments.iter().map(|(week, at)| stand(*week, *at, &lines)).collect();
    happenings(&mut points, &lines);
    looks(&mut points, &ledger);
    if let Some(last) = points.last_mut() {
        last.is_now = true;
    }
    let ats: Vec<DateTime<Utc>> = moments.into_iter().map(|(_, at)| at).collect();
    let fixes = fixes::of(&lines, now);
    Some(Trend { now, start: settings.start, weeks: settings.weeks, points, areas: areas(&lines, &ats), fixes })
}

/// The weeks with the moments at which they are counted: the ends of whole weeks since anything is known, and now.
fn moments(start: NaiveDate, lines: &[Timeline], now: DateTime<Utc>) -> Vec<(u16, DateTime<Utc>)> {
    let began = start.and_time(chrono::NaiveTime::MIN).and_utc();
    let known = lines.iter().filter_map(|it| it.steps.first()).map(|step| step.at).min().unwrap_or(now);
    let weeks = now.signed_duration_since(began).num_days() / 7;
    let first = known.signed_duration_since(began).num_days() / 7;
    let ends = (first.max(weeks - MOST).max(0)..=weeks).filter_map(|week| {
        let at = began.checked_add_signed(TimeDelta::try_days(week.checked_mul(7)?)?)?;
        (at >= known && at < now).then_some((u16::try_from(week).unwrap_or(u16::MAX), at))
    });
    let (_, week) = calendar::day_and_week(start, now);
    ends.chain([(week, now)]).collect()
}

fn number(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

fn stand(week: u16, at: DateTime<Utc>, lines: &[Timeline]) -> Point {
    let steps: Vec<&Step> = lines.iter().filter_map(|line| line.at(at)).filter(|step| step.truth.is_some()).collect();
    let count = |wanted: &dyn Fn(&Step) -> bool| number(steps.iter().filter(|step| wanted(step)).count());
    let of_truth = |truth: Truth| count(&|step| step.truth == Some(truth));
    Point {
        week,
        at,
        done: count(&Step::is_done),
        of: count(&|step| step.truth != Some(Truth::NotApplicable)),
        lost: count(&Step::is_lost),
        failing: of_truth(Truth::Failing),
        waived: of_truth(Truth::Waived),
        stale: of_truth(Truth::Stale),
        unseen: count(&|step| step.unseen),
        ..Point::default()
    }
}

/// The position of the week in which a moment lies: after the point before it, up to its own.
fn position(points: &[Point], at: DateTime<Utc>) -> usize {
    points.partition_point(|point| point.at < at)
}

fn happenings(points: &mut [Point], lines: &[Timeline]) {
    for line in lines {
        let mut before: Option<&Step> = None;
        for step in &line.steps {
            let position = position(points, step.at);
            if let Some(point) = points.get_mut(position) {
                happened(point, &line.item, before, step);
            }
            before = Some(step);
        }
    }
}

/// An item is in each list of a week at most once. The end of a waiver is no loss, although what it covered may be lost.
fn happened(point: &mut Point, item: &ItemId, before: Option<&Step>, step: &Step) {
    let add = |list: &mut Vec<ItemId>| {
        if !list.contains(item) {
            list.push(item.clone());
        }
    };
    let was_waived = before.is_some_and(|it| it.truth == Some(Truth::Waived));
    let settled = matches!(step.truth, None | Some(Truth::Waived | Truth::NotApplicable)) || step.is_done();
    if was_waived && !settled {
        add(&mut point.waivers_ended);
    } else if step.is_lost() && !before.is_some_and(Step::is_lost) {
        add(&mut point.newly_lost);
    }
    if step.is_done() && !before.is_some_and(Step::is_done) {
        add(&mut point.newly_won);
    }
}

fn looks(points: &mut [Point], ledger: &Ledger<'_>) {
    let mut asked: HashSet<(usize, &str)> = HashSet::new();
    for fact in ledger.counting() {
        let position = position(points, fact.at);
        let Some(point) = points.get_mut(position) else { continue };
        match &fact.body {
            FactBody::RunEnded { how: RunEnd::Finished, .. } => point.runs = point.runs.saturating_add(1),
            FactBody::Outcome(it) if asked.insert((position, it.probe.as_str())) => {
                point.probes = point.probes.saturating_add(1);
            }
            _ => {}
        }
    }
}

fn areas(lines: &[Timeline], moments: &[DateTime<Utc>]) -> Vec<Area> {
    let mut areas: Vec<Area> = Vec::new();
    for line in lines {
        let name = area_of(&line.item);
        let position = areas.iter().position(|it| it.area == name).unwrap_or_else(|| {
            areas.push(Area { area: name.to_owned(), points: vec![AreaPoint::default(); moments.len()] });
            areas.len() - 1
        });
        let Some(area) = areas.get_mut(position) else { continue };
        for (point, at) in area.points.iter_mut().zip(moments) {
            let Some(step) = line.at(*at).filter(|step| step.truth.is_some()) else { continue };
            point.done += u16::from(step.is_done());
            point.of += u16::from(step.truth != Some(Truth::NotApplicable));
            point.lost += u16::from(step.is_lost());
        }
    }
    areas
}

#[cfg(test)]
mod tests;

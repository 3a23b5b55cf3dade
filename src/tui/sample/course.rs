//! The sample's course: three weeks, and a year with losses and weeks without a look.

use super::now;
use crate::domain::trend::{Area, AreaPoint, Fixes, Open, Point, Times, Trend};
use crate::domain::{Gate, ItemId, Severity, Truth};
use chrono::TimeDelta;

/// The course of as many weeks, the last of them still going on.
#[must_use]
pub fn trend(weeks: u16) -> Trend {
    let point = |week: u16| {
        let ago = i64::from(weeks - week);
        let is_unlooked = matches!(week, 11 | 12 | 30);
        let lost = if week % 7 == 3 { 3 } else { 0 };
        Point {
            week,
            at: now() - TimeDelta::days(ago * 7),
            is_now: week == weeks,
            done: (9 + week * 2).min(68) - lost,
            of: 72,
            lost,
            failing: 60_u16.saturating_sub(week * 2).min(12),
            waived: 1,
            stale: if is_unlooked { 4 } else { 0 },
            unseen: 5,
            runs: u16::from(!is_unlooked),
            probes: if is_unlooked { 0 } else { 61 },
            newly_lost: if lost > 0 { items(&["RLS-01", "BAK-01", "CI-01"]) } else { vec![] },
            newly_won: if is_unlooked { vec![] } else { items(&["SEC-01", "SPD-01"]) },
            waivers_ended: vec![],
        }
    };
    let points: Vec<Point> = (1..=weeks).map(point).collect();
    let area = |area: &str, of: u16, lost: u16| {
        let counts = points.iter().map(|it| AreaPoint { done: of * it.done / 72, of, lost: lost.min(it.lost) });
        Area { area: area.to_owned(), points: counts.collect() }
    };
    let areas = vec![area("SEC", 30, 0), area("RLS", 12, 1), area("BAK", 20, 1), area("CI", 10, 1), area("PAY", 0, 0)];
    Trend {
        now: now(),
        start: now().date_naive() - TimeDelta::days(i64::from(weeks) * 7 - 1),
        weeks: 6,
        points,
        areas,
        fixes: fixes(),
    }
}

fn items(ids: &[&str]) -> Vec<ItemId> {
    ids.iter().filter_map(|it| it.parse().ok()).collect()
}

fn fixes() -> Fixes {
    let longest = items(&["SEC-02"]).pop().map(|it| (TimeDelta::days(23), it));
    let all = Times { fixed: 14, median: Some(TimeDelta::hours(80)), longest, open: 2, oldest: Some(TimeDelta::days(9)) };
    let none = Times { open: 1, oldest: Some(TimeDelta::days(3)), ..Times::default() };
    let open = |id: &str, days: i64, truth, gate, worst| {
        items(&[id]).pop().map(|item| Open { item, since: now() - TimeDelta::days(days), truth, gate, worst })
    };
    let open = [
        open("RLS-01", 9, Truth::Drifted, Some(Gate::Now), Some(Severity::Critical)),
        open("SPD-01", 3, Truth::Waived, None, None),
    ];
    Fixes {
        by_gate: vec![(Some(Gate::Now), all.clone()), (None, none.clone())],
        by_severity: vec![(Some(Severity::Critical), all.clone()), (None, none)],
        open: open.into_iter().flatten().collect(),
        all,
    }
}

//! In which order apps are listed, the same in the console and on the command line. It hides none.

use super::question::Asked;
use chrono::{DateTime, Utc};
use std::cmp::{Ordering, Reverse};
use strum::VariantArray;

/// An order of apps; the name decides between equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::Display, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Order {
    /// By name.
    #[default]
    Name,
    /// Due ones first, of these the one that waits longest.
    Due,
    /// The most lost first, then the most failing.
    Drift,
    /// The most open gates for now first, then the most open gates.
    Gates,
    /// By week of the engagement.
    Week,
    /// The newest run first; never run last.
    LastRun,
}

impl Order {
    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        let all = Self::VARIANTS;
        let at = all.iter().position(|it| *it == self).map_or(0, |at| at + 1);
        all.get(at % all.len()).copied().unwrap_or_default()
    }

    /// What it is, after `sorted by`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Due => "due, longest waiting first",
            Self::Drift => "drift, most lost first",
            Self::Gates => "open gates, most urgent first",
            Self::Week => "week",
            Self::LastRun => "last run, newest first",
        }
    }

    /// Which of two apps stands first.
    #[must_use]
    pub fn compare(self, one: &Asked<'_>, other: &Asked<'_>) -> Ordering {
        let by = match self {
            Self::Name => Ordering::Equal,
            // The order of the rerun. What is due because something changed, and not by its time, comes after the others.
            Self::Due => {
                let from = |it: &Asked<'_>| it.due_from.unwrap_or(DateTime::<Utc>::MAX_UTC);
                (!one.due, from(one)).cmp(&(!other.due, from(other)))
            }
            Self::Drift => (other.lost, other.failing).cmp(&(one.lost, one.failing)),
            Self::Gates => (other.urgent, other.gates).cmp(&(one.urgent, one.gates)),
            Self::Week => one.week.cmp(&other.week),
            Self::LastRun => Reverse(one.last_run).cmp(&Reverse(other.last_run)),
        };
        by.then_with(|| one.name.cmp(other.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Glance;
    use crate::domain::testing::moment;
    use chrono::TimeDelta;
    use rstest::rstest;

    #[rstest]
    #[case(Order::Name, "a b c d")]
    #[case(Order::Due, "b a d c")]
    #[case(Order::Drift, "c a b d")]
    #[case(Order::Gates, "b a c d")]
    #[case(Order::Week, "d a b c")]
    #[case(Order::LastRun, "c a b d")]
    fn each_order_puts_them_as_it_says(#[case] order: Order, #[case] wanted: &str) {
        let glance = Glance::default();
        let app = |name, due, lost, failing, urgent, week, day: Option<i64>| Asked {
            name,
            title: "",
            week,
            answer: None,
            due,
            due_from: day.map(|day| moment(day, 0) - TimeDelta::days(30)),
            archived: false,
            lost,
            failing,
            urgent,
            gates: 7,
            unseen: 0,
            last_run: day.map(|day| moment(day, 0)),
            glance: &glance,
        };
        let mut apps = [
            app("d", true, 0, 0, 0, 1, None),
            app("c", false, 2, 0, 1, 3, Some(9)),
            app("b", true, 0, 3, 4, 2, Some(1)),
            app("a", true, 0, 4, 1, 2, Some(2)),
        ];
        apps.sort_by(|one, other| order.compare(one, other));
        assert_eq!(apps.map(|it| it.name).join(" "), wanted);
    }

    #[test]
    fn the_orders_go_round() {
        let mut seen = vec![Order::default()];
        while let Some(last) = seen.last().map(|it| it.next()).filter(|it| !seen.contains(it)) {
            seen.push(last);
        }
        assert_eq!(seen.len(), Order::VARIANTS.len());
        assert!(Order::VARIANTS.iter().all(|it| it.to_string().parse() == Ok(*it)));
    }
}

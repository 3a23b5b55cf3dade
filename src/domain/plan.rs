//! The plan of an engagement: in which weeks a phase lies, by which day an item is due, and how many are late. A plan alarms
//! nobody: what is urgent is decided by gates, not here.

use super::{AppSettings, Assessment, Checklist, Item, Phase, Truth, Work};
use chrono::{NaiveDate, TimeDelta};

/// The last day of a week of the engagement, counted from 1.
#[must_use]
pub fn end_of_week(settings: &AppSettings, week: u8) -> NaiveDate {
    let days = TimeDelta::days(i64::from(week) * 7 - 1);
    settings.start.checked_add_signed(days).unwrap_or(NaiveDate::MAX)
}

/// The first and the last week of a phase, from 1, in an engagement of so many weeks: one of another length than six stretches
/// or presses the phases of six weeks evenly. A week in which one phase ends and the next begins belongs to both.
#[must_use]
pub fn weeks(phase: Phase, of: u8) -> (u8, u8) {
    let (first, last) = phase.weeks();
    let of = u16::from(of);
    let begins = 1 + u16::from(first.saturating_sub(1)) * of / 6;
    let ends = (u16::from(last) * of).div_ceil(6).max(1);
    let week = |it: u16| u8::try_from(it).unwrap_or(u8::MAX);
    (week(begins), week(ends))
}

/// The day by which an item is due: the end of the week that it was planned for, else of its phase.
#[must_use]
pub fn due(settings: &AppSettings, item: &Item, it: &Assessment) -> NaiveDate {
    if let Work::Planned { week } = it.work {
        return end_of_week(settings, week);
    }
    let (_, last) = weeks(item.phase, settings.weeks);
    end_of_week(settings, last)
}

/// How many items were due before `today` and are neither done nor accepted. Items that do not apply count for none.
#[must_use]
pub fn behind(checklist: &Checklist, items: &[Assessment], settings: &AppSettings, today: NaiveDate) -> u16 {
    let is_late = |(item, it): &(&Item, &Assessment)| {
        let is_left = !it.truth.is_done() && !matches!(it.truth, Truth::NotApplicable | Truth::Waived);
        is_left && due(settings, item, it) < today
    };
    u16::try_from(checklist.items.iter().zip(items).filter(is_late).count()).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::as_it_was_made(6, [(1, 1), (2, 3), (4, 6)])]
    #[case::half(3, [(1, 1), (1, 2), (2, 3)])]
    #[case::one_more(7, [(1, 2), (2, 4), (4, 7)])]
    #[case::nearly_twice(11, [(1, 2), (2, 6), (6, 11)])]
    #[case::twice(12, [(1, 2), (3, 6), (7, 12)])]
    fn phases_stretch_evenly(#[case] of: u8, #[case] wanted: [(u8, u8); 3]) {
        assert_eq!(Phase::ALL.map(|phase| weeks(phase, of)), wanted);
    }

    proptest! {
        #[test]
        fn a_phase_ends_no_earlier_than_it_begins_none_is_left_out_and_the_last_ends_with_the_engagement(of in 1..=52_u8) {
            let all = Phase::ALL.map(|phase| weeks(phase, of));
            prop_assert!(all.iter().all(|(first, last)| 1 <= *first && first <= last && *last <= of));
            let follows = |((first, last), (next, end)): (&(u8, u8), &(u8, u8))| {
                first <= next && last <= end && u16::from(*next) <= u16::from(*last) + 1
            };
            prop_assert!(all.iter().zip(all.iter().skip(1)).all(follows));
            prop_assert_eq!(all.last().map(|(_, last)| *last), Some(of));
        }
    }
}

//! The plan of an engagement: by which day an item is due, and how many are late. A plan alarms nobody: what is urgent is
//! decided by gates, not here.

use super::{AppSettings, Assessment, Checklist, Item, Truth, Work};
use chrono::{NaiveDate, TimeDelta};

/// The last day of a week of the engagement, counted from 1.
#[must_use]
pub fn end_of_week(settings: &AppSettings, week: u8) -> NaiveDate {
    let days = TimeDelta::days(i64::from(week) * 7 - 1);
    settings.start.checked_add_signed(days).unwrap_or(NaiveDate::MAX)
}

/// The day by which an item is due: the end of the week that it was planned for, else of its phase. An engagement of
/// another length stretches the phases of six weeks.
#[must_use]
pub fn due(settings: &AppSettings, item: &Item, it: &Assessment) -> NaiveDate {
    if let Work::Planned { week } = it.work {
        return end_of_week(settings, week);
    }
    let (_, last) = item.phase.weeks();
    let stretched = u16::from(last) * u16::from(settings.weeks).div_ceil(6).max(1);
    let week = if settings.weeks == 6 { u16::from(last) } else { stretched.min(u16::from(settings.weeks)) };
    end_of_week(settings, u8::try_from(week).unwrap_or(u8::MAX))
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

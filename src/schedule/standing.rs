//! Whether the schedule keeps its word: when it last ran and how that ended, and the one sentence that is shown when a
//! run did not happen. Where no schedule was installed it never nags.

use crate::store::{Schedule, ScheduledHow, ScheduledRun};
use crate::words;
use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone, Utc};

/// After how many of its intervals without a run a schedule is overdue.
const PATIENCE: i32 = 2;

/// An installed schedule and the newest run that it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub schedule: Schedule,
    pub last: Option<ScheduledRun>,
}

impl Standing {
    /// From one run to the next.
    #[must_use]
    pub fn every(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.schedule.every_hours))
    }

    /// Since when no run began: the newest one's beginning, else the installation.
    fn waiting_since(&self) -> DateTime<Utc> {
        self.last.as_ref().map_or(self.schedule.installed, |run| run.began.max(self.schedule.installed))
    }

    /// Whether more than two intervals passed without a run.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        now - self.waiting_since() > self.every() * PATIENCE
    }

    /// The next moment at which [`Standing::warning`] reads differently although nothing happened.
    #[must_use]
    pub fn next_change(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let overdue = self.waiting_since() + self.every() * PATIENCE + TimeDelta::seconds(1);
        let shown_age = self.last.as_ref().map_or(self.schedule.installed, |run| run.began);
        match self.warning(now) {
            None => overdue,
            Some(_) if overdue > now => overdue.min(words::next_age(shown_age, now)),
            Some(_) => words::next_age(shown_age, now),
        }
    }

    /// What a person has to know now, in one sentence; none when the schedule does what it was made for.
    #[must_use]
    pub fn warning(&self, now: DateTime<Utc>) -> Option<String> {
        let overdue = self.is_overdue(now);
        let Some(last) = &self.last else {
            let installed = words::ago(self.schedule.installed, now);
            return overdue.then(|| format!("no scheduled run yet, and the schedule was installed {installed}"));
        };
        let age = words::span(now - last.began);
        match last.how {
            ScheduledHow::Running if overdue => Some(format!("the scheduled run that began {age} ago has not ended")),
            _ if overdue => Some(format!("last scheduled run is {age} old")),
            ScheduledHow::Crashed => Some(format!("last scheduled run was killed; it began {age} ago")),
            ScheduledHow::Failed => {
                let why = last.says.as_ref().map(|says| format!(": {says}")).unwrap_or_default();
                Some(format!("last scheduled run failed {age} ago{why}"))
            }
            ScheduledHow::Running | ScheduledHow::Finished | ScheduledHow::Stopped => None,
        }
    }
}

/// How a run ended or stands, in words.
#[must_use]
pub fn how(run: &ScheduledRun) -> &'static str {
    match run.how {
        ScheduledHow::Running => "running",
        ScheduledHow::Finished => "finished",
        ScheduledHow::Stopped => "interrupted",
        ScheduledHow::Failed => "failed",
        ScheduledHow::Crashed => "killed before it ended",
    }
}

/// The next moment, strictly after `now`, at which a clock on the wall of `zone` shows this time. Where that day skips
/// it (clocks going forward), an hour later.
#[must_use]
pub fn next_at<Z: TimeZone>(time: NaiveTime, now: DateTime<Utc>, zone: &Z) -> Option<DateTime<Utc>> {
    let today = now.with_timezone(zone).date_naive();
    let mut moments = today.iter_days().take(3).filter_map(|day| {
        let wall = day.and_time(time);
        let there = zone.from_local_datetime(&wall).earliest();
        there.or_else(|| zone.from_local_datetime(&(wall + TimeDelta::hours(1))).earliest()).map(|it| it.to_utc())
    });
    moments.find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;
    use rstest::rstest;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn standing(last: Option<(&str, ScheduledHow, Option<&str>)>) -> Standing {
        Standing {
            schedule: Schedule {
                kind: "systemd".to_owned(),
                place: "rescue-schedule.timer".to_owned(),
                at: "07:30".to_owned(),
                every_hours: 24,
                installed: at("2026-11-01T12:00:00Z"),
            },
            last: last.map(|(began, how, says)| ScheduledRun {
                began: at(began),
                ended: None,
                how,
                code: None,
                apps: None,
                says: says.map(Into::into),
            }),
        }
    }

    #[rstest]
    #[case(None, "2026-11-03T12:00:00Z", None)]
    #[case(None, "2026-11-03T12:00:01Z", Some("no scheduled run yet, and the schedule was installed 2 days ago"))]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Finished, None)), "2026-11-16T07:30:00Z", None)]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Finished, None)), "2026-11-23T08:00:00Z", Some("last scheduled run is 9 days old"))]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Stopped, None)), "2026-11-14T09:00:00Z", None)]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Running, None)), "2026-11-14T09:00:00Z", None)]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Running, None)), "2026-11-17T07:30:00Z", Some("the scheduled run that began 3 days ago has not ended"))]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Crashed, None)), "2026-11-14T10:30:00Z", Some("last scheduled run was killed; it began 3 h ago"))]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Failed, Some("the disk is full"))), "2026-11-14T10:30:00Z", Some("last scheduled run failed 3 h ago: the disk is full"))]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Failed, None)), "2026-11-20T10:30:00Z", Some("last scheduled run is 6 days old"))]
    // It ran for an earlier schedule; the new one is given its time.
    #[case(Some(("2026-10-01T07:30:00Z", ScheduledHow::Finished, None)), "2026-11-02T12:00:00Z", None)]
    #[case(Some(("2026-10-01T07:30:00Z", ScheduledHow::Finished, None)), "2026-11-04T07:30:00Z", Some("last scheduled run is 34 days old"))]
    // A clock that went back makes nothing overdue.
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Finished, None)), "2026-10-14T07:30:00Z", None)]
    fn what_has_to_be_known(
        #[case] last: Option<(&str, ScheduledHow, Option<&str>)>,
        #[case] now: &str,
        #[case] wanted: Option<&str>,
    ) {
        assert_eq!(standing(last).warning(at(now)).as_deref(), wanted);
    }

    #[rstest]
    #[case(None)]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Finished, None)))]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Failed, None)))]
    #[case(Some(("2026-11-14T07:30:00Z", ScheduledHow::Crashed, None)))]
    fn it_is_known_when_the_sentence_changes(#[case] last: Option<(&str, ScheduledHow, Option<&str>)>) {
        let standing = standing(last);
        let mut now = at("2026-11-14T08:00:00Z");
        for _ in 0..60 {
            let (before, next) = (standing.warning(now), standing.next_change(now));
            assert!(next > now, "{now} {next}");
            if next - now > TimeDelta::seconds(2) {
                assert_eq!(standing.warning(next - TimeDelta::milliseconds(1001)), before, "{now} {next}");
            }
            now = next;
        }
        assert!(standing.warning(now).is_some());
    }

    #[rstest]
    #[case("2026-11-23T06:29:59Z", "2026-11-23T06:30:00Z")]
    #[case("2026-11-23T06:30:00Z", "2026-11-24T06:30:00Z")]
    // Still the 22nd in UTC, the 23rd on the wall.
    #[case("2026-11-22T23:30:00Z", "2026-11-23T06:30:00Z")]
    fn the_next_time(#[case] now: &str, #[case] wanted: &str) {
        let zone = FixedOffset::east_opt(3600).unwrap();
        let time = NaiveTime::from_hms_opt(7, 30, 0).unwrap();
        assert_eq!(next_at(time, at(now), &zone), Some(at(wanted)));
    }
}

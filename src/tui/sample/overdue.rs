//! A schedule that does not run, for the console's sample. It is no timer of this machine's.

use super::now;
use crate::schedule::standing::Standing;
use crate::store::{Schedule, ScheduledHow, ScheduledRun};
use chrono::TimeDelta;

/// A schedule whose last run is nine days old.
#[must_use]
pub fn overdue() -> Standing {
    Standing {
        schedule: Schedule {
            kind: "systemd".to_owned(),
            place: "rescue-schedule.timer".to_owned(),
            at: "07:30".to_owned(),
            every_hours: 24,
            installed: now() - TimeDelta::days(30),
        },
        last: Some(ScheduledRun {
            began: now() - TimeDelta::days(9),
            ended: Some(now() - TimeDelta::days(9)),
            how: ScheduledHow::Finished,
            code: Some(0),
            apps: Some(4),
            says: Some("nothing fails".into()),
        }),
    }
}

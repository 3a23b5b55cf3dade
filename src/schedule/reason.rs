//! Because of what a probe is asked again, and from when on: one plain function of what is known of its last look. It reads
//! no clock: a reason has a moment, and whoever asks has his own.

use super::marks::Watch;
use crate::domain::{GapKind, System};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// The daily run comes at about the same hour, not at the same minute: a rhythm must not slip by a whole day for that.
pub const SLACK: TimeDelta = TimeDelta::hours(2);
/// After that long every probe is asked again.
pub const WEEK: TimeDelta = TimeDelta::days(7);
/// A pass that ages within that time is renewed before.
pub const DAY: TimeDelta = TimeDelta::days(1);
/// After that long a probe that met a passing gap tries again, unless the vendor named a later moment.
pub const AGAIN: TimeDelta = TimeDelta::hours(4);
/// Two fails closer than this are one blink of the network (DESIGN §2).
pub const APART: TimeDelta = TimeDelta::minutes(10);

/// Because of what a probe is asked again. In the order in which one is told where several hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Because {
    /// Nobody looked at what the app names now.
    NeverLooked,
    /// It failed once, and only a second look makes that a fail.
    Unconfirmed,
    /// What it looks at is another than when it looked.
    Changed(Watch),
    /// What it was judged by, or could not see for want of, was changed in the settings.
    Settings,
    /// The client permitted what it could not do.
    Consent,
    /// A credential is there that was not, or another one than the one that was refused.
    Credential(System),
    /// The engagement was closed, and what it proves has to be seen after that.
    Closed,
    /// It could not see, and that passes by itself.
    Gap(GapKind),
    /// Its pass ages within a day.
    Ages,
    /// A week passed since it looked.
    Week,
    /// It is one of the few that should not wait for a week.
    Daily,
}

impl Because {
    /// A stable word for documents.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NeverLooked => "never_looked",
            Self::Unconfirmed => "unconfirmed",
            Self::Changed(Watch::Deployment) => "deployment_changed",
            Self::Changed(_) => "repository_changed",
            Self::Settings => "settings_changed",
            Self::Consent => "consent_given",
            Self::Credential(_) => "credential_appeared",
            Self::Closed => "engagement_closed",
            Self::Gap(_) => "passing_gap",
            Self::Ages => "pass_ages",
            Self::Week => "week_passed",
            Self::Daily => "daily",
        }
    }

    /// For a person, in a few words.
    #[must_use]
    pub fn says(self) -> String {
        match self {
            Self::NeverLooked => "never looked at".to_owned(),
            Self::Unconfirmed => "its fail waits for a second look".to_owned(),
            Self::Changed(Watch::Deployment) => "the deployment changed since".to_owned(),
            Self::Changed(_) => "the repository changed since".to_owned(),
            Self::Settings => "the settings changed since".to_owned(),
            Self::Consent => "the client gave permission since".to_owned(),
            Self::Credential(system) => format!("there is a new credential for {}", system.title()),
            Self::Closed => "the engagement was closed since".to_owned(),
            Self::Gap(kind) => format!("could not see last time: {}", kind.words()),
            Self::Ages => "its pass ages within a day".to_owned(),
            Self::Week => "a week passed since its last look".to_owned(),
            Self::Daily => "daily".to_owned(),
        }
    }
}

impl Serialize for Because {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One reason to ask a probe again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// From then on; the beginning of time for what was never looked at.
    pub from: DateTime<Utc>,
    pub because: Because,
}

/// A look that saw nothing, or not all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blind {
    pub kind: GapKind,
    /// Whose answer was missing.
    pub system: Option<System>,
    /// When trying again makes sense, if the vendor said so.
    pub until: Option<DateTime<Utc>>,
}

impl Blind {
    /// Whether it goes away without anybody doing anything about it.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self.kind, GapKind::RateLimited | GapKind::Unreachable | GapKind::TimedOut | GapKind::VendorFault)
    }

    /// Whether somebody has to do something before another look can see more: asking every day would be for nothing.
    #[must_use]
    pub fn is_shut(self) -> bool {
        matches!(
            self.kind,
            GapKind::NoCredential
                | GapKind::BadCredential
                | GapKind::NoPermission
                | GapKind::PlanHides
                | GapKind::NotConfigured
                | GapKind::NeedsConsent
        )
    }

    /// Whether a credential, or another one, could open it.
    #[must_use]
    pub fn wants_credential(self) -> bool {
        matches!(
            self.kind,
            GapKind::NoCredential | GapKind::BadCredential | GapKind::NoPermission | GapKind::PlanHides | GapKind::Ambiguous
        )
    }
}

/// What is known of a probe's newest look at what the app names now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// When it was observed.
    pub at: DateTime<Utc>,
    /// It decided, and it was a fail.
    pub failed: bool,
    /// It decided nothing.
    pub blind: Option<Blind>,
    /// Other settings are in force than those that its decision saw.
    pub other_settings: bool,
}

/// What is known of one probe of one app, as far as it matters for when to ask it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    pub last: Option<Last>,
    /// Its pass or not-applicable that ages first: when that was observed, and when it ages.
    pub ages: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// It failed, and too few looks in a row did.
    pub suspected: bool,
    /// From when on there is room for it in the daily lane; none where it is not in it.
    pub daily: Option<DateTime<Utc>>,
    /// What it looks at was last noticed to have changed.
    pub changed: Option<(Watch, DateTime<Utc>)>,
    /// When the settings in force were written.
    pub settings: Option<DateTime<Utc>>,
    /// When a permission that it needs was last given.
    pub consent: Option<DateTime<Utc>>,
    /// The system whose credential is there now, and since when that is known.
    pub credential: Option<(System, DateTime<Utc>)>,
    /// When the engagement was closed, if it proves something that has to be seen after that.
    pub closed: Option<DateTime<Utc>>,
}

impl Known {
    /// Every reason to ask it again, those that are told first before the others. Never empty: at the latest there is the
    /// week.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        let Some(last) = self.last else {
            return vec![Reason { from: DateTime::UNIX_EPOCH, because: Because::NeverLooked }];
        };
        let later = |at: DateTime<Utc>| Some(at).filter(|at| *at > last.at);
        let week = last.at + (WEEK - SLACK);
        let all = [
            (Because::Unconfirmed, (self.suspected && last.failed).then(|| last.at + APART)),
            (
                self.changed.map_or(Because::Week, |(watch, _)| Because::Changed(watch)),
                self.changed.and_then(|(_, at)| later(at)),
            ),
            (Because::Settings, self.settings.filter(|at| self.is_outgrown(last, *at))),
            (
                Because::Consent,
                self.consent.and_then(later).filter(|_| last.blind.is_some_and(|it| it.kind == GapKind::NeedsConsent)),
            ),
            (
                self.credential.map_or(Because::Week, |(system, _)| Because::Credential(system)),
                self.credential.filter(|_| last.blind.is_some_and(Blind::wants_credential)).map(|(_, at)| at),
            ),
            (Because::Closed, self.closed.and_then(later)),
            (
                last.blind.map_or(Because::Week, |it| Because::Gap(it.kind)),
                last.blind
                    .filter(|it| it.passes())
                    .map(|it| it.until.map_or(last.at + AGAIN, |at| at.max(last.at + AGAIN)).min(week)),
            ),
            (Because::Ages, self.renewed(last)),
            (Because::Week, Some(week)),
            (Because::Daily, self.daily.filter(|_| !last.blind.is_some_and(Blind::is_shut))),
        ];
        all.into_iter().filter_map(|(because, from)| from.map(|from| Reason { from, because })).collect()
    }

    /// Other settings are in force, and they can matter to what it said: a fail, a gap that somebody has to open, or a pass
    /// that does not hold any more since then. Anything else waits for its time, so that a new title asks nobody.
    fn is_outgrown(&self, last: Last, settings: DateTime<Utc>) -> bool {
        last.other_settings
            && (last.failed
                || last.blind.is_some_and(|it| !it.passes())
                || self.ages.is_some_and(|(_, ages)| ages <= settings && last.at <= settings))
    }

    /// From when its pass is to be renewed: a day before it ages, or when half of its time is over if it has less than two
    /// days. None once a look was made after that, whatever it saw: the pass is as it is, and the next reason decides.
    fn renewed(&self, last: Last) -> Option<DateTime<Utc>> {
        let (observed, ages) = self.ages?;
        let from = ages - (DAY + SLACK).min((ages - observed).max(TimeDelta::zero()) / 2);
        (last.at < from).then_some(from)
    }
}

#[cfg(test)]
mod tests;

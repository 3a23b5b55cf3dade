//! A rerun of several apps while it goes on, as it was told. It starts and cancels nothing.

use crate::desk::several::{Ending, Told};
use crate::domain::{AppName, Foreign, System};
use crate::words;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// How far one app is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Its turn comes.
    Waiting,
    Running {
        decided: usize,
        probes: usize,
        /// The system that turned it away, and until when.
        closed: Option<(System, DateTime<Utc>)>,
    },
    Finished,
    Cancelled,
    Failed {
        why: Foreign,
    },
}

impl Progress {
    /// It in a few cells: `waiting`, `12/40`, `‖ 12/40` while a system turns it away, `failed`.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Waiting => "waiting".to_owned(),
            Self::Running { decided, probes, closed: None } => format!("{decided}/{probes}"),
            Self::Running { decided, probes, closed: Some(_) } => format!("‖ {decided}/{probes}"),
            Self::Finished => "done".to_owned(),
            Self::Cancelled => "stopped".to_owned(),
            Self::Failed { .. } => "failed".to_owned(),
        }
    }

    /// Whether it is through with the app.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Finished | Self::Cancelled | Self::Failed { .. })
    }
}

/// The rerun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerun {
    apps: BTreeMap<AppName, Progress>,
    pub cancelling: bool,
    over: bool,
}

impl Rerun {
    /// One that has just been asked for.
    #[must_use]
    pub fn new(apps: &[AppName]) -> Self {
        let apps = apps.iter().map(|app| (app.clone(), Progress::Waiting)).collect();
        Self { apps, cancelling: false, over: false }
    }

    /// Takes in what was told. Apps that are not part of it change nothing; one that is through stays so.
    pub fn hear(&mut self, told: &Told) {
        let (app, progress) = match told {
            Told::Over => {
                self.over = true;
                return;
            }
            Told::Began { app, probes } => (app, Progress::Running { decided: 0, probes: *probes, closed: None }),
            Told::Decided { app, decided } => match self.apps.get(app) {
                Some(Progress::Running { probes, closed, .. }) => {
                    (app, Progress::Running { decided: *decided, probes: *probes, closed: *closed })
                }
                _ => return,
            },
            Told::Waits { app, system, until } => match self.apps.get(app) {
                Some(Progress::Running { decided, probes, .. }) => {
                    (app, Progress::Running { decided: *decided, probes: *probes, closed: Some((*system, *until)) })
                }
                _ => return,
            },
            Told::Ended { app, how } => {
                let progress = match how {
                    Ending::Finished => Progress::Finished,
                    Ending::Cancelled => Progress::Cancelled,
                    Ending::Failed { why } => Progress::Failed { why: why.clone() },
                };
                (app, progress)
            }
        };
        if let Some(known) = self.apps.get_mut(app).filter(|it| !it.is_over()) {
            *known = progress;
        }
    }

    /// How far an app is; none for one that is not part of it.
    #[must_use]
    pub fn of(&self, app: &AppName) -> Option<&Progress> {
        self.apps.get(app)
    }

    /// Whether more is to come.
    #[must_use]
    pub fn is_going(&self) -> bool {
        !self.over
    }

    /// Where it stands, in a few words: `rerun 3 of 12 apps`, and what it waits for: `‖ GitHub until 2026-11-23 08:12`.
    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> String {
        let through = self.apps.values().filter(|it| it.is_over()).count();
        let verb = if self.cancelling { "cancelling" } else { "rerun" };
        let closed = self.apps.values().filter_map(|it| match it {
            Progress::Running { closed, .. } => closed.filter(|(_, until)| *until > now),
            _ => None,
        });
        let waits = closed.min_by_key(|(_, until)| *until);
        let waits = waits.map(|(system, until)| format!(" · ‖ {} until {}", system.title(), words::moment(until)));
        format!("{verb} {through} of {}{}", words::count(self.apps.len(), "app"), waits.unwrap_or_default())
    }

    /// What it came to: `12 apps: 10 done, 1 failed, 1 stopped`.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |wanted: &str| self.apps.values().filter(|it| it.word() == wanted).count();
        let parts = ["done", "failed", "stopped"].map(|word| (count(word), word));
        let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        format!("Rerun of {}: {}", words::count(self.apps.len(), "app"), parts.join(", "))
    }

    /// Whether any app failed or was left out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.apps.values().all(|it| *it == Progress::Finished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_through_stays_so_and_strangers_change_nothing() {
        let [a, b, other] = ["a", "b", "other"].map(|it| it.parse::<AppName>().unwrap());
        let now: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        let mut rerun = Rerun::new(&[a.clone(), b.clone()]);
        rerun.hear(&Told::Decided { app: a.clone(), decided: 3 });
        assert_eq!(rerun.of(&a), Some(&Progress::Waiting), "it did not begin");
        rerun.hear(&Told::Began { app: a.clone(), probes: 9 });
        rerun.hear(&Told::Decided { app: a.clone(), decided: 3 });
        assert_eq!(rerun.of(&a).unwrap().word(), "3/9");
        let until = now + chrono::TimeDelta::minutes(12);
        rerun.hear(&Told::Waits { app: a.clone(), system: System::Github, until });
        assert_eq!(rerun.of(&a).unwrap().word(), "‖ 3/9");
        assert_eq!(rerun.status(now), "rerun 0 of 2 apps · ‖ GitHub until 2026-11-23 08:12");
        assert_eq!(rerun.status(until), "rerun 0 of 2 apps", "it is open again");
        rerun.hear(&Told::Ended { app: a.clone(), how: Ending::Failed { why: "the disk is full".into() } });
        rerun.hear(&Told::Began { app: a.clone(), probes: 9 });
        rerun.hear(&Told::Began { app: other.clone(), probes: 9 });
        assert_eq!((rerun.of(&a).unwrap().word(), rerun.of(&other)), ("failed".to_owned(), None));
        assert_eq!((rerun.status(now).as_str(), rerun.is_going()), ("rerun 1 of 2 apps", true));
        rerun.hear(&Told::Ended { app: b, how: Ending::Finished });
        rerun.hear(&Told::Over);
        assert_eq!((rerun.summary().as_str(), rerun.is_going()), ("Rerun of 2 apps: 1 done, 1 failed", false));
        assert!(!rerun.is_whole());
    }
}

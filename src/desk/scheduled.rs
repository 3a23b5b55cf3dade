//! The desk's part of a schedule: a run that a timer began writes down that it began and how it ended, and how the
//! schedule stands can be asked. It installs nothing.

use super::Desk;
use super::connections::{ASKED, Standing as Way};
use crate::credentials::Source;
use crate::credentials::source::own_variable;
use crate::domain::app::Use;
use crate::domain::{AppName, AppSettings};
use crate::schedule::standing::Standing;
use crate::schedule::trial::{Needed, Place, Seen};
use crate::schedule::workflow::{App, Checkout};
use crate::store::{Holder, ScheduledHow, ScheduledId, ScheduledRun};
use crate::trouble::Trouble;
use crate::words;

/// What came of a scheduled run.
#[derive(Debug, Clone, Copy)]
pub struct ScheduledEnd<'a> {
    /// The exit code (DESIGN §5), or why there is none of a probe.
    pub outcome: Result<u8, &'a Trouble>,
    /// Somebody interrupted it.
    pub stopped: bool,
}

impl ScheduledEnd<'_> {
    fn how(&self) -> ScheduledHow {
        match self.outcome {
            Err(_) | Ok(1 | 2) => ScheduledHow::Failed,
            Ok(_) if self.stopped => ScheduledHow::Stopped,
            Ok(_) => ScheduledHow::Finished,
        }
    }

    fn code(&self) -> u8 {
        self.outcome.unwrap_or_else(Trouble::code)
    }

    fn says(&self) -> String {
        match self.outcome {
            Err(trouble) => match &trouble.why {
                Some(why) => format!("{}: {why}", trouble.what),
                None => trouble.what.to_string(),
            },
            Ok(_) if self.stopped => "interrupted before everything was asked".to_owned(),
            Ok(0) => "nothing fails".to_owned(),
            Ok(1) => "not everything that was decided could be stored".to_owned(),
            Ok(2) => "it was asked wrongly".to_owned(),
            Ok(3) => "an item fails".to_owned(),
            Ok(4) => "an item was lost since the run before".to_owned(),
            Ok(5) => "nothing fails, but something could not be seen".to_owned(),
            Ok(code) => format!("it ended with exit code {code}"),
        }
    }
}

impl Desk {
    /// Writes down that a scheduled run begins; call [`Desk::scheduled_ends`] with what this gives back, however it
    /// ended. A process that never does shows as killed.
    ///
    /// # Errors
    /// A store that cannot be written: then nothing that is found could be kept either.
    pub fn scheduled_begins(&self) -> Result<ScheduledId, Trouble> {
        Ok(self.store.begin_scheduled(&Holder::of_process())?)
    }

    /// Writes down how a scheduled run ended.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn scheduled_ends(&self, id: ScheduledId, end: ScheduledEnd<'_>) -> Result<(), Trouble> {
        Ok(self.store.end_scheduled(id, end.how(), end.code(), &end.says())?)
    }

    /// The newest scheduled runs, the newest first.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn scheduled_runs(&self, most: u32) -> Result<Vec<ScheduledRun>, Trouble> {
        Ok(self.store.scheduled_runs(most)?)
    }

    /// The credentials that the apps' probes need, and where each is found in this process's environment.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn needed(&self) -> Result<Seen, Trouble> {
        let mut needed = Vec::new();
        for app in self.apps(false)? {
            for it in self.connections(&app)? {
                let refused = match &it.standing {
                    Way::NotChecked | Way::NoCredential => None,
                    Way::Refused(gap) => Some(gap.says.to_string()),
                    Way::NotUsed(_) | Way::NotConnected | Way::NoneNeeded | Way::Works(_) => continue,
                };
                needed.push(Needed {
                    app: app.clone(),
                    system: it.system,
                    source: it.source.as_ref().map(ToString::to_string),
                    place: it.source.as_ref().map(place),
                    looked: refused.into_iter().chain(it.looked.iter().map(ToString::to_string)).collect(),
                });
            }
        }
        Ok(Seen { database: self.database().to_owned(), needed })
    }

    /// What a runner needs for these apps.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn apps_for_runner(&self, names: &[AppName]) -> Result<Vec<App>, Trouble> {
        let mut apps = Vec::new();
        for name in names {
            let settings = self.settings(name)?;
            let checkout = settings.path.as_ref().map(|_| settings.github.clone().map_or(Checkout::Here, Checkout::AlsoAt));
            apps.push(App { name: name.clone(), secrets: secrets_of(name, &settings), checkout });
        }
        Ok(apps)
    }

    /// How the schedule stands that was installed from here; none was.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn schedule_standing(&self) -> Result<Option<Standing>, Trouble> {
        let Some(schedule) = self.store.schedule()? else { return Ok(None) };
        Ok(Some(Standing { schedule, last: self.store.scheduled_runs(1)?.pop() }))
    }
}

/// The variables from which a runner takes the credentials that an app's probes need.
#[must_use]
pub fn secrets_of(app: &AppName, settings: &AppSettings) -> Vec<String> {
    let asked = ASKED.iter().filter(|system| system.needs_credential() && settings.uses(**system) == Use::Yes);
    asked.map(|system| own_variable(app, *system)).collect()
}

fn place(source: &Source) -> Place {
    match source {
        Source::Variable(_) => Place::Variable,
        Source::KeyringOfApp(_) | Source::KeyringShared => Place::Keyring,
        Source::Command => Place::TokenCommand,
        Source::Cli(_) => Place::VendorCli,
        Source::Given => Place::Given,
    }
}

/// A scheduled run in one line: when, how long, how it ended, what came of it.
#[must_use]
pub fn line(run: &ScheduledRun, now: chrono::DateTime<chrono::Utc>) -> String {
    let mut parts = vec![format!("{} {}", run.began.format("%Y-%m-%d %H:%M UTC"), crate::schedule::standing::how(run))];
    if let Some(ended) = run.ended {
        parts.push(format!("after {}", words::span(ended - run.began)));
    } else {
        parts.push(format!("began {}", words::ago(run.began, now)));
    }
    parts.extend(run.apps.map(|apps| format!("{} probed", words::count(apps as usize, "app"))));
    parts.extend(run.says.as_ref().map(ToString::to_string));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Ok(0), false, ScheduledHow::Finished, 0, "nothing fails")]
    #[case(Ok(4), false, ScheduledHow::Finished, 4, "an item was lost since the run before")]
    #[case(Ok(5), true, ScheduledHow::Stopped, 5, "interrupted before everything was asked")]
    #[case(Ok(1), false, ScheduledHow::Failed, 1, "not everything that was decided could be stored")]
    #[case(Err(Trouble::failed("no disk").why("it is full")), false, ScheduledHow::Failed, 1, "no disk: it is full")]
    #[case(Err(Trouble::usage("no such app")), true, ScheduledHow::Failed, 2, "no such app")]
    fn ends(
        #[case] outcome: Result<u8, Trouble>,
        #[case] stopped: bool,
        #[case] how: ScheduledHow,
        #[case] code: u8,
        #[case] says: &str,
    ) {
        let end = ScheduledEnd { outcome: outcome.as_ref().copied(), stopped };
        assert_eq!((end.how(), end.code(), end.says().as_str()), (how, code, says));
    }
}

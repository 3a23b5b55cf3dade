//! The desk's part of a schedule: a run that a timer began writes down that it began and how it ended, and how the
//! schedule stands can be asked. It installs nothing.

use super::Desk;
use super::connections::{ASKED, Standing as Way};
use super::telling::{Messaged, TellReport};
use crate::config::Environment;
use crate::config::tell::Channel;
use crate::credentials::source::own_variable;
use crate::credentials::{OwnPlaces, Source};
use crate::domain::app::Use;
use crate::domain::{AppName, AppSettings};
use crate::schedule::standing::Standing;
use crate::schedule::tell::{Route, desktop};
use crate::schedule::trial::telling::{BY_COMMAND, Way as Tell};
use crate::schedule::trial::{Needed, Place, Seen};
use crate::schedule::workflow::{App, Checkout};
use crate::store::{Holder, ScheduledHow, ScheduledId, ScheduledRun};
use crate::trouble::Trouble;
use crate::words;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;

/// What a run of several apps could not do, beside what it decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shortfall {
    /// Not everything that was decided of these could be stored.
    pub not_stored: Vec<AppName>,
    /// These could not be asked at all.
    pub failed: Vec<AppName>,
    /// How telling people of it went; none: nobody was to be told.
    pub told: Option<TellReport>,
    /// What the exit code would be without all that; none: no app was asked.
    pub found: Option<u8>,
}

impl Shortfall {
    /// A sentence for each kind.
    fn sentences(&self) -> Vec<String> {
        let mut all = Vec::new();
        if !self.not_stored.is_empty() {
            all.push(format!("not everything that was decided of {} could be stored", named(&self.not_stored)));
        }
        if !self.failed.is_empty() {
            all.push(format!("{} could not be asked", named(&self.failed)));
        }
        let Some(told) = &self.told else { return all };
        let channels = |of: fn(&Messaged) -> bool| {
            let all: BTreeSet<Channel> = told.messages.iter().filter(|it| of(it)).map(|it| it.channel).collect();
            all.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let (lost, not_noted) = (channels(|it| it.end.is_err()), channels(|it| it.end.is_ok() && it.not_noted.is_some()));
        if !lost.is_empty() {
            all.push(format!("a message by {} did not arrive", lost.join(" and by ")));
        }
        if !not_noted.is_empty() {
            all.push(format!("what was told by {} could not be noted, and is told again", not_noted.join(" and by ")));
        }
        if !told.troubles.is_empty() {
            let apps: Vec<AppName> = told.troubles.iter().map(|it| it.0.clone()).collect();
            all.push(format!("what there is to tell of {} could not be known", named(&apps)));
        }
        all
    }
}

/// Names as they stand in a record: between marks, by which they are found when an app is erased.
fn named(apps: &[AppName]) -> String {
    const MOST: usize = 3;
    let shown: Vec<String> = apps.iter().take(MOST).map(|it| format!("`{it}`")).collect();
    match apps.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What came of a scheduled run.
#[derive(Debug, Clone, Copy)]
pub struct ScheduledEnd<'a> {
    /// The exit code (DESIGN §5), or why there is none of a probe.
    pub outcome: Result<u8, &'a Trouble>,
    pub shortfall: &'a Shortfall,
    /// Who ended it before its time, if somebody did.
    pub stopped: Option<Stopper>,
}

/// Who ends a run before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopper {
    /// By an interrupt.
    Person,
    /// By SIGTERM: a shutdown, the end of a session, a timer's own limit.
    System,
}

impl ScheduledEnd<'_> {
    fn how(&self) -> ScheduledHow {
        match self.outcome {
            Err(_) | Ok(1 | 2) => ScheduledHow::Failed,
            Ok(_) if self.stopped.is_some() => ScheduledHow::Stopped,
            Ok(_) => ScheduledHow::Finished,
        }
    }

    fn code(&self) -> u8 {
        self.outcome.unwrap_or_else(Trouble::code)
    }

    /// In one line; `names` are those of the apps that are known here.
    fn says(&self, names: &[AppName]) -> String {
        let mut all = self.shortfall.sentences();
        match self.outcome {
            Err(trouble) => {
                let said = names.iter().fold(trouble.in_one_line().to_string(), |says, name| marked(&says, name.as_str()));
                all.insert(0, said);
            }
            Ok(_) if self.stopped == Some(Stopper::Person) => all.push("interrupted before everything was asked".to_owned()),
            Ok(_) if self.stopped == Some(Stopper::System) => {
                all.push("the system ended it (SIGTERM) before everything was asked; what was decided is kept".to_owned());
            }
            Ok(1) if all.is_empty() => all.push("it could not do all that it was asked".to_owned()),
            Ok(1) => all.extend(self.shortfall.found.filter(|code| *code != 1).map(found)),
            Ok(code) => all.push(found(code)),
        }
        all.join("; ")
    }
}

/// What an exit code says of the apps.
fn found(code: u8) -> String {
    match code {
        0 => "nothing fails".to_owned(),
        2 => "it was asked wrongly".to_owned(),
        3 => "an item fails".to_owned(),
        4 => "an item was lost since the run before".to_owned(),
        5 => "nothing fails, but something could not be seen".to_owned(),
        code => format!("it ended with exit code {code}"),
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
        let names: Vec<AppName> = self.store.apps()?.into_iter().map(|app| app.name).collect();
        Ok(self.store.end_scheduled(id, end.how(), end.code(), &end.says(&names))?)
    }

    /// Deletes what the last run of a crontab's line or a launchd agent said: it names the apps, and the next one writes it
    /// anew. A systemd timer's runs write into the journal, which is the machine's.
    ///
    /// # Errors
    /// A file that cannot be deleted.
    pub fn forget_scheduled_log(&self) -> Result<(), Trouble> {
        let log = self.paths.scheduled_log();
        match std::fs::remove_file(&log) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Trouble::failed("what the last scheduled run said could not be deleted")
                    .why(error)
                    .next(format!("Delete {}", log.display())))
            }
            _ => Ok(()),
        }
    }

    /// The newest scheduled runs, the newest first.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn scheduled_runs(&self, most: u32) -> Result<Vec<ScheduledRun>, Trouble> {
        Ok(self.store.scheduled_runs(most)?)
    }

    /// What the apps' probes need and what it takes to tell somebody of them, and where each is found in this process's
    /// environment.
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
        Ok(Seen { database: self.database().to_owned(), needed, ways: self.ways()? })
    }

    /// The ways to tell somebody of the apps that need something, each looked for once: a command may take its time.
    fn ways(&self) -> Result<Vec<Tell>, Trouble> {
        let Some(environment) = &self.messenger.environment else { return Ok(Vec::new()) };
        let mut known: BTreeMap<OwnPlaces, Result<String, String>> = BTreeMap::new();
        let mut ways = Vec::new();
        for app in self.apps(false)? {
            for (route, _) in Route::all(Some(&app), self.config.tell.of(&app), environment) {
                let found = match &route {
                    Route::Webhook(_, places) | Route::Mail(_, Some(places)) => {
                        known.entry(places.clone()).or_insert_with(|| source_of(places, environment)).clone()
                    }
                    Route::Desktop => {
                        desktop::reach(environment).map(|()| "the desktop's session".to_owned()).map_err(|it| it.says.to_string())
                    }
                    Route::Mail(_, None) | Route::Draft(_) => continue,
                };
                let (source, why) = (found.clone().ok(), found.err());
                ways.push(Tell { app: app.clone(), channel: route.channel(), source, why });
            }
        }
        Ok(ways)
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

/// A sentence in which a name stands between marks wherever it stands alone: another's words may have it bare, and it is
/// looked for by its marks when the app is erased.
fn marked(says: &str, name: &str) -> String {
    let mut made = String::with_capacity(says.len());
    let mut rest = says;
    while let Some((before, after)) = rest.split_once(name) {
        made.push_str(before);
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '`');
        let is_alone = !made.ends_with(is_part) && !after.starts_with(is_part);
        let mark = if is_alone { "`" } else { "" };
        made.extend([mark, name, mark]);
        rest = after;
    }
    made + rest
}

/// The name of the place that has it, or why none has.
fn source_of(places: &OwnPlaces, environment: &Environment) -> Result<String, String> {
    let (_, source) = places.find(environment)?;
    Ok(match source {
        Source::Command => BY_COMMAND.to_owned(),
        other => other.to_string(),
    })
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
    #[case(Ok(0), None, ScheduledHow::Finished, 0, "nothing fails")]
    #[case(Ok(4), None, ScheduledHow::Finished, 4, "an item was lost since the run before")]
    #[case(Ok(5), Some(Stopper::Person), ScheduledHow::Stopped, 5, "interrupted before everything was asked")]
    #[case(
        Ok(3),
        Some(Stopper::System),
        ScheduledHow::Stopped,
        3,
        "the system ended it (SIGTERM) before everything was asked; what was decided is kept"
    )]
    #[case(Ok(1), None, ScheduledHow::Failed, 1, "it could not do all that it was asked")]
    #[case(Err(Trouble::failed("no disk").why("it is full")), None, ScheduledHow::Failed, 1, "no disk: it is full")]
    #[case(Err(Trouble::usage("no such app")), Some(Stopper::Person), ScheduledHow::Failed, 2, "no such app")]
    fn ends(
        #[case] outcome: Result<u8, Trouble>,
        #[case] stopped: Option<Stopper>,
        #[case] how: ScheduledHow,
        #[case] code: u8,
        #[case] says: &str,
    ) {
        let end = ScheduledEnd { outcome: outcome.as_ref().copied(), shortfall: &Shortfall::default(), stopped };
        assert_eq!((end.how(), end.code(), end.says(&[]).as_str()), (how, code, says));
    }

    fn apps(names: &[&str]) -> Vec<AppName> {
        names.iter().map(|it| it.parse().unwrap()).collect()
    }

    /// One message of each of these, and whether it arrived and was noted.
    fn told(messages: &[(Channel, bool, bool)]) -> TellReport {
        let message = |(channel, arrived, noted): &(Channel, bool, bool)| Messaged {
            channel: *channel,
            wording: crate::config::tell::Wording::Engineer,
            apps: Vec::new(),
            attempts: 1,
            end: if *arrived { Ok("taken".into()) } else { Err("it answered 500".into()) },
            not_noted: (!noted).then(|| "it is full".into()),
        };
        TellReport { messages: messages.iter().map(message).collect(), troubles: Vec::new() }
    }

    #[rstest]
    #[case(Shortfall { told: Some(told(&[(Channel::Webhook, false, true)])), found: Some(4), ..Shortfall::default() },
        "a message by webhook did not arrive; an item was lost since the run before")]
    #[case(Shortfall { told: Some(told(&[(Channel::Mail, true, false), (Channel::Draft, true, true)])), ..Shortfall::default() },
        "what was told by mail could not be noted, and is told again")]
    #[case(Shortfall { failed: apps(&["acme"]), found: Some(0), ..Shortfall::default() }, "`acme` could not be asked; nothing fails")]
    #[case(Shortfall { not_stored: apps(&["a", "b", "c", "d", "e"]), ..Shortfall::default() },
        "not everything that was decided of `a`, `b`, `c` and 2 more could be stored")]
    fn why_a_run_ends_with_one_is_said(#[case] shortfall: Shortfall, #[case] says: &str) {
        let end = ScheduledEnd { outcome: Ok(1), shortfall: &shortfall, stopped: None };
        assert_eq!((end.how(), end.says(&[]).as_str()), (ScheduledHow::Failed, says));
    }

    #[rstest]
    #[case("a run of `acme` is open", "a run of `acme` is open")]
    #[case("acme and acme: no, (acme)", "`acme` and `acme`: no, (`acme`)")]
    #[case("acme-shop of macme at acme_x", "acme-shop of macme at acme_x")]
    fn names_are_marked_where_they_stand_alone(#[case] says: &str, #[case] wanted: &str) {
        assert_eq!(marked(says, "acme"), wanted);
    }
}

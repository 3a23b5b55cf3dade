//! Telling people what a run found, or that it could not happen: what is news, to whom it goes, and what is remembered of
//! it. A message is noted before it is sent and again afterwards: after a crash between the two it is sent once more at
//! worst, and what nobody was told is told with the next run.

mod blind;
mod unable;

pub use unable::tell_unopened;

use super::Desk;
use crate::config::tell::{Channel, Wording};
use crate::domain::lost::{lost_since, previous_finished_run};
use crate::domain::{self, AppName, Board, Checklist, Digest, Fact, Foreign, ItemId, RunId};
use crate::schedule::tell::route::grouped;
use crate::schedule::tell::{CannotRun, Delivery, LastSeen, Message, News, Route, draft};
use crate::store::{About, Ended, Untold};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::Arc;

/// How many messages are under way at once.
const AT_ONCE: usize = 4;

/// An app and what became of its run: what `Desk::tell` is handed, once for all apps of a rerun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub app: AppName,
    pub ran: Ran,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ran {
    /// It began; however it ended, what it decided counts.
    Run(RunId),
    /// It could not begin, and why.
    Missed(Foreign),
}

impl Told {
    /// Of a run that began.
    #[must_use]
    pub fn ran(app: AppName, run: RunId) -> Self {
        Self { app, ran: Ran::Run(run) }
    }

    /// Of a run that could not begin.
    #[must_use]
    pub fn missed(app: AppName, trouble: &Trouble) -> Self {
        Self { app, ran: Ran::Missed(trouble.in_one_line()) }
    }

    /// By which its messages are known again: the run, or for one that could not begin its day.
    fn key(&self, now: DateTime<Utc>) -> String {
        match &self.ran {
            Ran::Run(run) => run.to_string(),
            Ran::Missed(_) => cannot_run(now),
        }
    }
}

/// By which messages about a run that could not happen are known again: the day.
fn cannot_run(now: DateTime<Utc>) -> String {
    format!("cannot-run {}", now.date_naive())
}

/// How one message fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messaged {
    pub channel: Channel,
    pub wording: Wording,
    /// Of whom it tells; none: of nobody in particular.
    pub apps: Vec<AppName>,
    pub attempts: u32,
    /// What was done, or why it was not.
    pub end: Result<Foreign, Foreign>,
    /// Why it was not noted: it will be sent once more with the next run.
    pub not_noted: Option<Foreign>,
}

/// How telling went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TellReport {
    pub messages: Vec<Messaged>,
    /// Apps of which could not be known what to tell.
    pub troubles: Vec<(AppName, Trouble)>,
}

impl TellReport {
    /// Whether anything was not told, or not noted: the command failed then (exit code 1).
    #[must_use]
    pub fn has_failed(&self) -> bool {
        !self.troubles.is_empty() || self.messages.iter().any(|it| it.end.is_err() || it.not_noted.is_some())
    }
}

/// What would be told of an app now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldTell {
    /// Each way that is on, its reader, and up to when was told by it.
    pub ways: Vec<(Channel, Wording, Option<DateTime<Utc>>)>,
    /// Since when changes count here; none: there is no earlier moment.
    pub since: Option<DateTime<Utc>>,
    /// None: there is nothing to tell.
    pub news: Option<News>,
}

/// One app's part of a message.
struct Part {
    app: AppName,
    about: About,
    news: News,
}

/// What is known of an app, read once for all its channels.
struct Reading {
    facts: Vec<Fact>,
    checklists: BTreeMap<Digest, Arc<Checklist>>,
    after: Board,
}

impl Desk {
    /// Tells whom the configuration names what these runs found, at most one message for each app, run and way; what goes
    /// the same way goes in one message. Call it once, after the last run. Takes minutes at worst, when servers are slow;
    /// dropped half-way, what was not noted as sent is told with the next run.
    pub async fn tell(&self, apps: &[Told]) -> TellReport {
        let mut report = TellReport::default();
        let mut parts = Vec::new();
        for told in apps {
            match self.parts(told) {
                Ok(found) => parts.extend(found),
                Err(trouble) => report.troubles.push((told.app.clone(), trouble)),
            }
        }
        let sending = grouped(parts).into_iter().map(|(route, wording, parts)| self.send(route, wording, parts));
        let sent: Vec<Option<Messaged>> = futures_util::stream::iter(sending).buffer_unordered(AT_ONCE).collect().await;
        report.messages = sent.into_iter().flatten().collect();
        report.messages.sort_by(|a, b| (a.channel, &a.apps).cmp(&(b.channel, &b.apps)));
        report
    }

    /// What is to be told of one app, by each of its ways. What has nothing to tell is noted here.
    fn parts(&self, told: &Told) -> Result<Vec<(Route, Wording, Part)>, Trouble> {
        let Some(environment) = &self.messenger.environment else { return Ok(Vec::new()) };
        let telling = self.config.tell.of(&told.app);
        let routes = Route::all(Some(&told.app), telling, environment);
        if routes.is_empty() {
            return Ok(Vec::new());
        }
        let (id, now) = (self.id(&told.app)?, self.clock.now());
        let known = self.store.told(id)?;
        let reading = self.reading(&told.app, now);
        // What cannot be read is told as a run that could not happen, and moves no line: what it found is still to be told.
        let key = if reading.is_ok() { told.key(now) } else { cannot_run(now) };
        let mut parts = Vec::new();
        for (route, wording) in routes {
            let channel: &'static str = route.channel().into();
            if known.iter().any(|row| row.run == key && row.channel == channel && row.outcome == "sent") {
                continue;
            }
            let (since, news) = match &reading {
                Ok(reading) => {
                    let since = since(reading, self.store.untold(id, channel)?, now);
                    (since, self.news(told, reading, since, now)?)
                }
                // What cannot be read cannot be known to be well.
                Err(trouble) => (None, Self::missed(&told.app, None, &trouble.what)),
            };
            let about = About { app: id, run: key.clone(), since, upto: now };
            match news.on(&telling.when) {
                Some(news) => parts.push((route, wording, Part { app: told.app.clone(), about, news })),
                None if reading.is_ok() && matches!(told.ran, Ran::Run(_)) => self.note(channel, &[about], 0, Ended::Nothing)?,
                None => {}
            }
        }
        Ok(parts)
    }

    fn reading(&self, app: &AppName, now: DateTime<Utc>) -> Result<Reading, Trouble> {
        let facts = self.facts(app)?;
        let checklists = self.checklists_of(&facts)?;
        let after = self.board_of(&facts, now)?.ok_or_else(|| super::no_settings(app))?;
        Ok(Reading { facts, checklists, after })
    }

    /// The news of an app since a moment.
    fn news(&self, told: &Told, reading: &Reading, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<News, Trouble> {
        match &told.ran {
            Ran::Missed(why) => Ok(Self::missed(&told.app, Some(reading), why)),
            Ran::Run(run) => {
                let mut news = self.what_changed(reading, since, now);
                news.missed = self.blindness(&told.app, reading, *run)?;
                Ok(news)
            }
        }
    }

    fn what_changed(&self, reading: &Reading, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> News {
        let Reading { facts, checklists, after } = reading;
        let changes = since.and_then(|since| domain::changes(facts, checklists, &self.book, since, now));
        let lost: Vec<ItemId> = match &changes {
            // In the order of the checklist, as everything that is told.
            Some(told) => {
                let lost: BTreeSet<&ItemId> = told.diff.lost.iter().map(|it| &it.id).collect();
                after.items.iter().map(|it| &it.item).filter(|id| lost.contains(id)).cloned().collect()
            }
            None => lost_since(facts, checklists, &self.book, since, now),
        };
        News::of(changes.as_ref(), after, &lost)
    }

    fn missed(app: &AppName, reading: Option<&Reading>, why: &Foreign) -> News {
        let title = reading.map_or_else(|| Foreign::new(app.as_str()), |it| it.after.settings.title.clone());
        let since = reading.map_or(LastSeen::NotKnown, |it| blind::last_seen(&it.facts));
        News::missed(app, &title, CannotRun { why: why.clone(), since })
    }

    /// Notes, sends and notes again. None: another process told all of it meanwhile.
    async fn send(&self, route: Route, wording: Wording, parts: Vec<Part>) -> Option<Messaged> {
        let channel: &'static str = route.channel().into();
        let abouts: Vec<About> = parts.iter().map(|it| it.about.clone()).collect();
        let (untold, mut not_noted) = match self.store.telling_begins(channel, &abouts) {
            Ok(untold) => (untold, None),
            // A database that cannot be written is no reason to keep silent; it may be the very news.
            Err(error) => (vec![true; parts.len()], Some(Trouble::from(error).what)),
        };
        let parts: Vec<Part> = parts.into_iter().zip(untold).filter_map(|(part, untold)| untold.then_some(part)).collect();
        if parts.is_empty() {
            return None;
        }
        let abouts: Vec<About> = parts.iter().map(|it| it.about.clone()).collect();
        let apps: Vec<AppName> = parts.iter().map(|it| it.app.clone()).collect();
        let news: Vec<News> = parts.into_iter().map(|it| it.news).collect();
        let key: Vec<String> = abouts.iter().map(|it| format!("{} {}", it.app.0, it.run)).collect();
        let redactor = self.messenger.redactor.clone();
        let message = Message::of(&news, wording).masked(|text| redactor.mask(text).into_owned());
        let now = self.clock.now();
        let Delivery { attempts, end } = self.messenger.take(&route, &message, &key.join("\n"), now).await;
        let how = if end.is_ok() { Ended::Sent } else { Ended::Failed };
        if let Err(trouble) = self.note(channel, &abouts, attempts, how) {
            not_noted = Some(trouble.what);
        }
        match &end {
            Ok(_) => tracing::info!(channel, apps = apps.len(), attempts, "told"),
            Err(why) => tracing::warn!(channel, apps = apps.len(), attempts, %why, "not told"),
        }
        Some(Messaged { channel: route.channel(), wording, apps, attempts, end, not_noted })
    }

    fn note(&self, channel: &str, abouts: &[About], attempts: u32, how: Ended) -> Result<(), Trouble> {
        Ok(self.store.telling_ends(channel, abouts, attempts, how)?)
    }

    /// What would be told of an app if its newest run had just ended, whatever the occasions that are on.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn would_tell(&self, app: &AppName) -> Result<WouldTell, Trouble> {
        let (id, now) = (self.id(app)?, self.clock.now());
        let reading = self.reading(app, now)?;
        let (mut ways, mut froms) = (Vec::new(), Vec::new());
        for (channel, wording) in self.config.tell.of(app).channels() {
            ways.push((channel, wording, self.store.told_up_to(id, channel.into())?));
            froms.push(since(&reading, self.store.untold(id, channel.into())?, now));
        }
        // The way that knows least is the one to which most is to be told; from the first moment on is before all others.
        let since = froms.into_iter().min().unwrap_or_else(|| previous_finished_run(&reading.facts, now));
        let mut news = self.what_changed(&reading, since, now);
        if let Some(run) = reading.after.last_run.as_ref() {
            news.missed = self.blindness(app, &reading, run.run)?;
        }
        let all: BTreeSet<_> = crate::config::tell::Occasion::ALL.into();
        Ok(WouldTell { ways, since, news: news.on(&all) })
    }

    /// Sends a test message by each way that is on, or by one of them; of one app's ways if it is named. A draft is not
    /// written: it is said where it would be.
    ///
    /// # Errors
    /// No such way is on.
    pub async fn tell_test(&self, app: Option<&AppName>, only: Option<Channel>) -> Result<TellReport, Trouble> {
        let telling = app.map_or_else(|| self.config.tell.shared(), |app| self.config.tell.of(app));
        let wanted = |channel: Channel| only.is_none_or(|only| only == channel);
        if !telling.channels().iter().any(|(channel, _)| wanted(*channel)) {
            let what = only.map_or_else(|| "nobody is told anything".to_owned(), |only| format!("nobody is told by {only}"));
            let next = format!("Say who is in the [tell] part of {}", self.paths.config_file().display());
            return Err(Trouble::usage(what).why("the configuration names nobody").next(next));
        }
        let apps: Vec<AppName> = app.cloned().into_iter().collect();
        let mut messages = Vec::new();
        for (route, wording) in self.messenger.environment.iter().flat_map(|it| Route::all(app, telling, it)) {
            if wanted(route.channel()) && route.channel() != Channel::Draft {
                let now = self.clock.now();
                let Delivery { attempts, end } =
                    self.messenger.take(&route, &Message::test(wording), &format!("test {now}"), now).await;
                messages.push(Messaged { channel: route.channel(), wording, apps: apps.clone(), attempts, end, not_noted: None });
            }
        }
        if let Some(wording) = telling.draft.filter(|_| wanted(Channel::Draft)) {
            let folder = app.map_or_else(|| self.messenger.drafts.clone(), |app| draft::folder(&self.messenger.drafts, app));
            let end = Ok(Foreign::new(format!("drafts are written below {}; a test writes none", folder.display())));
            messages.push(Messaged { channel: Channel::Draft, wording, apps, attempts: 0, end, not_noted: None });
        }
        Ok(TellReport { messages, troubles: Vec::new() })
    }

    /// Removes the drafts about an app.
    pub(super) fn forget_drafts(&self, app: &AppName) -> Result<(), Trouble> {
        let folder = draft::folder(&self.messenger.drafts, app);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                let next = format!("Delete {}", folder.display());
                Err(Trouble::failed("the drafts about the app could not be deleted").why(error).next(next))
            }
            _ => Ok(()),
        }
    }
}

/// Since when changes are told by a way: since it was told last, or was to be; where nothing was ever tried, since the
/// finished run before the newest.
fn since(reading: &Reading, untold: Untold, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match untold {
        Untold::Since(since) => since,
        Untold::NothingTried => previous_finished_run(&reading.facts, now),
    }
}

#[cfg(test)]
mod tests;

//! The console's impure half: does what an effect asks, off the interface's task, and answers with a message. The
//! only place of this room that touches the store, the network or another program.

mod apps;
mod pages;
mod work;

use super::effect::Effect;
use super::message::{Change, Changes, ConnectionRow, Demo, Failure, History, Message, Since, Standing};
use crate::demo::stage::{Stage, WEEKS};
use crate::desk::Desk;
use crate::desk::connections::{self, Connection};
use crate::desk::fields::{self, NewApp};
use crate::desk::writing;
use crate::domain::changes::Told;
use crate::domain::diff;
use crate::domain::fact::RunEnd;
use crate::domain::history;
use crate::domain::{AppName, FactBody, Foreign, ItemId, ProbeId, System};
use crate::engine::{Only, RunEvent};
use crate::letter::{LetterWords, html};
use crate::trouble::Trouble;
use crate::words::change::{self as words_of, Kind};
use chrono::{NaiveTime, TimeDelta};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// How often the store is asked whether another process wrote something (DESIGN §4: seen within a second).
const LOOK_EVERY: Duration = Duration::from_millis(900);

/// Does what effects ask.
pub struct Performer {
    desk: Arc<Desk>,
    stage: Option<Arc<Stage>>,
    inbox: UnboundedSender<Message>,
    open: Mutex<Option<AppName>>,
    running: Mutex<Option<CancellationToken>>,
    rerunning: Mutex<Option<CancellationToken>>,
    reading: apps::Reading,
}

impl Performer {
    /// A performer at this desk that answers into `inbox`. With a stage, it plays the demo.
    #[must_use]
    pub fn new(desk: Arc<Desk>, stage: Option<Arc<Stage>>, inbox: UnboundedSender<Message>) -> Arc<Self> {
        Arc::new(Self {
            desk,
            stage,
            inbox,
            open: Mutex::default(),
            running: Mutex::default(),
            rerunning: Mutex::default(),
            reading: apps::Reading::default(),
        })
    }

    /// Begins to do it; answers come as messages. Never waits.
    pub fn perform(self: &Arc<Self>, effect: Effect) {
        match effect {
            Effect::LoadPortfolio => self.reload(),
            Effect::Rerun(apps) => self.rerun(apps),
            Effect::CancelRerun => {
                if let Some(stop) = self.rerunning.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                    stop.cancel();
                }
            }
            Effect::OpenApp(app) => {
                *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(app.clone());
                self.off("The app could not be opened", move |me| {
                    me.board(&app)?;
                    me.news(app)
                });
            }
            Effect::Refresh(app) => self.off("The app could not be read", move |me| me.board(&app)),
            Effect::LoadHistory { app, item } => self.off("The history could not be read", move |me| me.history(app, item)),
            Effect::StartRun { app, only } => self.start_run(app, only),
            Effect::CancelRun => {
                if let Some(stop) = self.running.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                    stop.cancel();
                }
            }
            Effect::Append { app, bodies } => self.append(app, bodies),
            Effect::Undo(app) => self.off("Nothing was taken back", move |me| {
                match me.desk.undo(&app) {
                    Ok(said) => me.tell(Message::Said(said)),
                    Err(nothing) if nothing.is_usage => {
                        me.tell(Message::Declined(nothing.what.to_string()));
                        return Ok(());
                    }
                    Err(trouble) => return Err(trouble),
                }
                me.board(&app)
            }),
            Effect::AddApp(settings) => self.add(*settings),
            Effect::Discover { name, repo } => self.discover(name, repo),
            Effect::LoadConnections(app) => self.off("The connections could not be read", move |me| {
                let rows = me.desk.connections(&app)?;
                me.tell(Message::Connections(rows.into_iter().map(row).collect()));
                Ok(())
            }),
            Effect::CheckConnection { app, system } => self.check(app, system),
            Effect::LoadChanges { app, since } => self.off("The changes could not be read", move |me| me.changes(&app, since)),
            Effect::LoadTrend(app) => self.off("The trend could not be read", move |me| {
                let trend = Arc::new(me.desk.trend(&app)?);
                me.tell(Message::Trend { app, trend });
                Ok(())
            }),
            Effect::Looked { app, at } => self.off("The app could not be read", move |me| me.desk.has_looked(&app, at)),
            Effect::LoadSystems(app) => self.off("The systems could not be read", move |me| {
                let inventory = Arc::new(me.desk.systems(&app)?);
                me.tell(Message::Systems { app, inventory });
                Ok(())
            }),
            Effect::Letter { app, save } => self.off("The letter could not be made", move |me| me.letter(app, save)),
            Effect::LoadOrder { app, item } => self.order(app, item),
            Effect::Prove { app, item } => self.prove(app, item),
            Effect::LoadDecisions(app) => self.off("The decisions could not be read", move |me| {
                let decisions = Arc::new(me.desk.decisions(&app)?);
                me.tell(Message::Decisions { app, decisions });
                Ok(())
            }),
            Effect::LoadClosing(app) => self.closing(app),
            Effect::Pages(wish) => self.pages(wish),
            Effect::Copy(text) => self.copy(&text),
            Effect::OpenUrl(address) => self.off("The address could not be opened", move |_| open_address(&address)),
            Effect::DemoWeek(_) => self.demo_week(),
            // The loop itself answers these: they leave it, or belong to its terminal.
            Effect::OpenEditor { .. } | Effect::Mouse(_) | Effect::Quit => {}
        }
    }

    /// Looks once a second whether another process wrote something, and whether the terminal is still there; tells only
    /// then.
    pub async fn watch(self: Arc<Self>) {
        let mut stand = self.desk.store.stand().ok();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if super::terminal::is_gone() {
                self.tell(Message::Quit);
                return;
            }
            let Some(before) = stand else {
                stand = self.desk.store.stand().ok();
                continue;
            };
            let store = Arc::clone(&self.desk.store);
            let looked = tokio::task::spawn_blocking(move || store.changed_since(before)).await;
            if let Ok(Ok((changed, now))) = looked {
                stand = Some(now);
                if changed {
                    let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    self.reload();
                    if let Some(app) = open {
                        self.off("The app could not be read", move |me| me.board(&app));
                    }
                }
            }
        }
    }

    fn tell(&self, message: Message) {
        // The console may have gone; then nobody needs to know.
        let _ = self.inbox.send(message);
    }

    fn copy(&self, text: &str) {
        self.tell(match super::terminal::copy(text) {
            Ok(()) => Message::Copied,
            Err(error) => failed("The text could not be copied", &Trouble::failed("the terminal refused").why(error)),
        });
    }

    fn off(self: &Arc<Self>, what: &'static str, work: impl FnOnce(&Arc<Self>) -> Result<(), Trouble> + Send + 'static) {
        let me = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            if let Err(trouble) = work(&me) {
                me.tell(failed(what, &trouble));
            }
        });
    }

    fn letter(&self, app: AppName, save: bool) -> Result<(), Trouble> {
        let Some(letter) = self.desk.letter(&app, false)? else {
            self.tell(Message::Declined("Nothing is needed from the client now".to_owned()));
            return Ok(());
        };
        if save {
            let page = html::render(&letter, LetterWords::english());
            let place = writing::free(&format!("{app}-letter-{}", self.desk.clock.now().date_naive()), "html")?;
            let file = Foreign::new(place.fill(page.as_bytes())?.display().to_string());
            self.tell(Message::Said(format!("Saved: {file}; nothing was sent")));
        } else {
            self.tell(Message::Letter { app, letter: Arc::new(letter) });
        }
        Ok(())
    }

    fn board(&self, app: &AppName) -> Result<(), Trouble> {
        let board = self.desk.board(app)?;
        self.tell(Message::Board(Arc::new(board)));
        Ok(())
    }

    fn history(&self, app: AppName, item: ItemId) -> Result<(), Trouble> {
        let (notes, lines) =
            self.desk.history(&app, &item)?.into_iter().partition(|line| line.says.as_str().starts_with("noted: "));
        self.tell(Message::History(Box::new(History { app, item, lines, notes })));
        Ok(())
    }

    fn append(self: &Arc<Self>, app: AppName, bodies: Vec<FactBody>) {
        let me = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            for body in bodies {
                let says = history::words_of_body(&body);
                if let Err(trouble) = me.desk.state(&app, body) {
                    me.tell(Message::Failed(Failure { not_stored: true, ..failure("Not stored", &trouble) }));
                    return;
                }
                me.tell(Message::Said(says));
            }
            if let Err(trouble) = me.board(&app) {
                me.tell(failed("The app could not be read", &trouble));
            }
        });
    }

    fn add(self: &Arc<Self>, new: NewApp) {
        self.off("The app could not be added", move |me| {
            let NewApp { name, fields } = new;
            let (github_at, today) = (me.desk.endpoints.base(System::Github), me.desk.clock.now().date_naive());
            let (settings, remarks) = match fields::new_app(name.clone(), fields, github_at, today) {
                Ok(made) => made,
                // Everything else was judged where it was typed; only the repository takes a look at the disk.
                Err(trouble) => {
                    let why = trouble.next.as_ref().map_or(trouble.what.to_string(), |next| format!("{}: {next}", trouble.what));
                    me.tell(Message::Refused { field: "repo", why });
                    return Ok(());
                }
            };
            let looked = me.desk.add_app_after_look(&settings, None, None)?;
            let remarks = remarks.into_iter().chain(looked).collect();
            me.tell(Message::Added { app: name, remarks });
            me.reload();
            Ok(())
        });
    }

    fn discover(self: &Arc<Self>, name: AppName, repo: String) {
        let me = Arc::clone(self);
        tokio::spawn(async move {
            let given = fields::Fields { repo: Some(repo.clone()), ..fields::Fields::default() };
            let (github_at, today) = (me.desk.endpoints.base(System::Github), me.desk.clock.now().date_naive());
            let settings = match fields::new_app(name, given, github_at, today) {
                Ok((settings, _)) => settings,
                Err(trouble) => {
                    let why = trouble.next.as_ref().map_or(trouble.what.to_string(), |next| format!("{}: {next}", trouble.what));
                    me.tell(Message::Refused { field: "repo", why });
                    return;
                }
            };
            match me.desk.discover(&settings, &Arc::default()).await {
                Ok(discovery) => me.tell(Message::Discovered { repo, discovery: Box::new(discovery) }),
                Err(trouble) => me.tell(failed("The repository could not be read", &trouble)),
            }
        });
    }

    fn start_run(self: &Arc<Self>, app: AppName, only: Option<Vec<ProbeId>>) {
        let me = Arc::clone(self);
        let stop = CancellationToken::new();
        *me.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(stop.clone());
        tokio::spawn(async move {
            let is_whole = only.is_none();
            if let Err(trouble) = me.run(&app, only.unwrap_or_default(), is_whole, stop).await {
                me.tell(failed("The run could not start", &trouble));
            }
        });
    }

    async fn run(
        self: &Arc<Self>,
        app: &AppName,
        only: Vec<ProbeId>,
        is_whole: bool,
        stop: CancellationToken,
    ) -> Result<(), Trouble> {
        let (tell, mut told) = unbounded_channel();
        let (desk, name) = (Arc::clone(&self.desk), app.clone());
        let only: Vec<Only> = only.into_iter().map(Only::Probe).collect();
        let plan = tokio::task::spawn_blocking(move || desk.board(&name).and_then(|board| desk.plan(&name, &board, &only)))
            .await
            .map_err(|_| Trouble::failed("the plan could not be made"))??;
        if plan.probes.is_empty() {
            let step = plan.unasked.first().and_then(|(_, gap)| gap.needs.as_ref().map(ToString::to_string));
            return Err(
                Trouble::usage("no probe can be asked there").next(step.unwrap_or_else(|| "connect a system with c".to_owned()))
            );
        }
        let me = Arc::clone(self);
        let open = app.clone();
        let hearing = tokio::spawn(async move {
            while let Some(event) = told.recv().await {
                let reread = matches!(event, RunEvent::Decided { .. } | RunEvent::Ended { .. });
                me.tell(Message::Run(event));
                // Several decisions that arrive together are read once.
                if reread && told.is_empty() {
                    let (me, app) = (Arc::clone(&me), open.clone());
                    let _ = tokio::task::spawn_blocking(move || me.board(&app)).await;
                }
            }
        });
        let report = self.desk.run(app, plan, tell, stop).await;
        let _ = hearing.await;
        let report = report?;
        if let Some(stage) = self.stage.as_ref().filter(|_| is_whole && report.how == RunEnd::Finished) {
            stage.has_run();
        }
        self.reload();
        Ok(())
    }

    fn check(self: &Arc<Self>, app: AppName, system: System) {
        let me = Arc::clone(self);
        tokio::spawn(async move {
            let (desk, name) = (Arc::clone(&me.desk), app.clone());
            let found = tokio::task::spawn_blocking(move || desk.connections(&name)).await;
            let Ok(Ok(rows)) = found else { return };
            let Some(connection) = rows.into_iter().find(|row| row.system == system) else { return };
            match me.desk.check(&app, connection).await {
                Ok(checked) => me.tell(Message::Connection(row(checked))),
                Err(trouble) => me.tell(failed("The system could not be asked", &trouble)),
            }
        });
    }

    fn closing(self: &Arc<Self>, app: AppName) {
        let me = Arc::clone(self);
        tokio::spawn(async move {
            match me.desk.closing(&app).await {
                Ok(closing) => me.tell(Message::Closing { app, closing: Arc::new(closing) }),
                Err(trouble) => me.tell(failed("What stands in the way could not be read", &trouble)),
            }
        });
    }

    fn changes(&self, app: &AppName, since: Since) -> Result<(), Trouble> {
        let now = self.desk.clock.now();
        let from = match since {
            Since::PreviousRun => self.desk.previous_round(app)?,
            Since::LastWeek => Some(now - TimeDelta::days(7)),
            Since::Start => {
                let start = self.desk.settings(app)?.start.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1);
                Some(start.min(now))
            }
            Since::LastLook => self.desk.looked(app)?,
        };
        let told = match from {
            Some(from) => self.desk.changes(app, from)?,
            None => None,
        };
        let changes = told.map_or_else(|| Changes { since, ..Changes::default() }, |told| changes_of(since, &told));
        self.tell(Message::Changes(Arc::new(changes)));
        Ok(())
    }

    /// What was lost since somebody looked last; where nothing was, whoever opens the app has looked now.
    fn news(&self, app: AppName) -> Result<(), Trouble> {
        let now = self.desk.clock.now();
        match self.desk.lost_since_looked(&app)? {
            Some(told) => {
                let changes = Arc::new(changes_of(Since::LastLook, &told));
                self.tell(Message::Lost { app, changes });
                Ok(())
            }
            None => self.desk.has_looked(&app, now),
        }
    }

    fn demo_week(self: &Arc<Self>) {
        let Some(stage) = self.stage.clone() else { return };
        let me = Arc::clone(self);
        tokio::spawn(async move {
            match stage.next_week().await {
                Err(trouble) => me.tell(failed("The story does not go on", &trouble)),
                Ok(week) => {
                    me.tell(Message::Demo(Demo { week, weeks: WEEKS }));
                    me.tell(Message::Said(stage.says(week).to_string()));
                    let app = stage.app().clone();
                    // Monday's rerun: what drifted has to be the first thing on the screen.
                    me.start_run(app, None);
                }
            }
        });
    }
}

fn failure(what: &str, trouble: &Trouble) -> Failure {
    Failure {
        what: what.to_owned(),
        why: trouble.in_one_line(),
        next: trouble.next.as_ref().map(ToString::to_string),
        not_stored: false,
    }
}

pub(super) fn failed(what: &str, trouble: &Trouble) -> Message {
    Message::Failed(failure(what, trouble))
}

fn open_address(address: &str) -> Result<(), Trouble> {
    let refused = || Trouble::usage("only http and https addresses are opened");
    let url = url::Url::parse(address).map_err(|_| refused())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused());
    }
    open::that_detached(url.as_str())
        .map_err(|error| Trouble::failed("no browser could be started").why(error).next("Copy the address with y"))
}

fn row(it: Connection) -> ConnectionRow {
    use connections::Standing as At;
    let (standing, who, may, missing) = match it.standing {
        At::NotUsed(why) => (Standing::NotUsed, None, Vec::new(), vec![why]),
        At::NotConnected => (Standing::NotConnected, None, Vec::new(), Vec::new()),
        At::NoCredential => (Standing::NoCredential, None, Vec::new(), it.looked),
        At::NoneNeeded => (Standing::NoneNeeded, None, Vec::new(), Vec::new()),
        At::NotChecked => (Standing::NotChecked, None, Vec::new(), Vec::new()),
        At::Works(identity) => (Standing::Works, Some(identity.name), identity.may, identity.warnings),
        At::Refused(gap) => {
            use crate::domain::GapKind as Kind;
            let standing = match gap.kind {
                Kind::BadCredential => Standing::Refused,
                Kind::NoPermission | Kind::PlanHides => Standing::Partly,
                Kind::NoCredential => Standing::NoCredential,
                _ => Standing::NoAnswer,
            };
            (standing, None, Vec::new(), vec![gap.says])
        }
    };
    ConnectionRow {
        system: it.system,
        standing,
        subject: it.subject,
        source: it.source.map(|source| Foreign::from(source.to_string())),
        who,
        may,
        missing,
        step: it.step,
        items: it.items,
    }
}

fn changes_of(since: Since, told: &Told) -> Changes {
    let items = |kind: Kind| -> Vec<Change> {
        let says = |change: &diff::Change| {
            let from = change.from.map_or("new", |truth| truth.words());
            let why = words_of::why(change).map(|why| format!(" — {why}")).unwrap_or_default();
            Foreign::from(format!("{}: {from} → {}{why}", change.short, change.to.words()))
        };
        let changes = kind.of(&told.diff).iter();
        let change = |it: &diff::Change| Change { item: Some(it.id.clone()), says: says(it), more: words_of::of_item(kind, it) };
        changes.map(change).collect()
    };
    let findings = |changes: &[diff::FindingChange], is_new: bool| -> Vec<Change> {
        let change = |it: &diff::FindingChange| Change {
            item: it.items.first().cloned(),
            says: Foreign::from(format!("{}: {}", it.severity, it.says)),
            more: words_of::of_finding(it, is_new),
        };
        changes.iter().map(change).collect()
    };
    Changes {
        since,
        from: Some(told.before.now),
        to: Some(told.after.now),
        lost: items(Kind::Lost),
        newly_failing: items(Kind::NewlyFailing),
        lost_between: items(Kind::LostBetween),
        won: items(Kind::Won),
        new_findings: findings(&told.diff.new_findings, true),
        gone_findings: findings(&told.diff.gone_findings, false),
        newly_unseen: items(Kind::NewlyUnseen),
        expired_waivers: items(Kind::ExpiredWaiver),
        stale: items(Kind::Stale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asked_is_never_said_to_work() {
        use connections::Standing as At;
        for standing in [At::NoneNeeded, At::NotChecked, At::NotConnected, At::NoCredential, At::NotUsed("no".into())] {
            let it = Connection {
                system: System::Scan,
                standing: standing.clone(),
                subject: None,
                source: None,
                looked: Vec::new(),
                step: None,
                items: Vec::new(),
            };
            assert_ne!(row(it).standing, Standing::Works, "{standing:?}");
        }
    }
}

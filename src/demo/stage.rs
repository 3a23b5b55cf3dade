//! The demo's stage: a temporary home, stand-ins on loopback, a clock that starts two weeks ago, and the invented app.
//! Everything is gone when it is dropped; nothing of the person's own is read or written.

use super::moments::LateClock;
use super::repository::Repository;
use super::stand_in::{self, StandIn, Thinking};
use super::story::{Act, Story};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Configuration, Endpoints, Environment, Paths};
use crate::credentials::{Chain, Secret};
use crate::desk::Desk;
use crate::desk::statement;
use crate::domain::{AppName, Author, Foreign, System};
use crate::engine::{RunEvent, RunReport};
use crate::trouble::Trouble;
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// How many weeks the story has.
pub const WEEKS: u8 = 3;

/// The systems that the stand-ins answer for.
const ANSWERED: [System; 5] = [System::Github, System::Supabase, System::Vercel, System::Openai, System::Openrouter];

/// A demo that stands.
pub struct Stage {
    pub desk: Arc<Desk>,
    story: Story,
    stand_in: StandIn,
    repository: Repository,
    clock: Arc<LateClock>,
    progress: Mutex<Progress>,
    _home: TempDir,
}

#[derive(Debug, Clone, Copy)]
struct Progress {
    week: u8,
    /// The week's probes ran to the end.
    has_run: bool,
}

impl Stage {
    /// Builds the stage at week one.
    ///
    /// # Errors
    /// No temporary directory, no loopback port, embedded data that is not of its shape.
    pub async fn build(thinking: Thinking) -> Result<Self, Trouble> {
        let failed = |what: &str, why: String| Trouble::failed(what).why(why);
        let story = Story::embedded().map_err(|why| failed("the demo's story cannot be read", why))?;
        let home = tempfile::Builder::new()
            .prefix("rescue-demo-")
            .tempdir()
            .map_err(|error| failed("the demo has no temporary directory", error.to_string()))?;
        let clock = LateClock::new(Arc::new(SystemClock));
        clock.set_behind(behind(1));
        let token = token();
        let stand_in = stand_in::start(Arc::clone(&clock) as _, &token, thinking)
            .await
            .map_err(|error| failed("the demo's stand-ins cannot listen on loopback", error.to_string()))?;
        let variables = ANSWERED.iter().chain(&[System::Site]).map(|system| {
            let variable = Endpoints::variable(*system);
            (variable, format!("{}/{system}/", stand_in.address))
        });
        let endpoints = Endpoints::from_environment(&Environment::of(variables))
            .map_err(|error| failed("the demo's addresses cannot be used", error.to_string()))?;
        let chain = Chain::given(ANSWERED.iter().map(|system| (*system, Secret::new(token.clone()))).collect::<BTreeMap<_, _>>());
        let start = clock.now();
        let repository = Repository::make(&home.path().join(story.app().as_str()), start)
            .and_then(|made| made.go_to(1, start - TimeDelta::days(1)).map(|()| made))
            .map_err(|error| failed("the demo's repository cannot be written", error.to_string()))?;
        let author = Author::Person(Foreign::new(story.engineer()));
        let author = Box::new(move || author);
        let paths = Paths::in_home(home.path());
        let desk = Desk::with(paths, Configuration::default(), endpoints, chain, author, Arc::clone(&clock) as _)?;
        let stage = Self {
            desk: Arc::new(desk),
            story,
            stand_in,
            repository,
            clock,
            progress: Mutex::new(Progress { week: 1, has_run: false }),
            _home: home,
        };
        stage.desk.add_app(&stage.story.settings(stage.clock.now().date_naive(), stage.repository.root()), None)?;
        stage.act(1)?;
        Ok(stage)
    }

    /// The app's name.
    #[must_use]
    pub fn app(&self) -> &AppName {
        self.story.app()
    }

    /// The week at which the story stands, from 1.
    #[must_use]
    pub fn week(&self) -> u8 {
        self.progress().week
    }

    /// What happened in that week.
    #[must_use]
    pub fn says(&self, week: u8) -> Foreign {
        self.story.week(week).map(|week| week.says.clone()).unwrap_or_default()
    }

    /// Requests for which the data has no answer.
    #[must_use]
    pub fn missed(&self) -> Vec<String> {
        self.stand_in.missed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on to the next week: what was not looked at this week is looked at first, then people say what they say.
    ///
    /// # Errors
    /// The story is over; the store cannot be written.
    pub async fn next_week(&self) -> Result<u8, Trouble> {
        let Progress { week, has_run } = self.progress();
        if week >= WEEKS {
            return Err(Trouble::usage("the story ends with its third week").next("Quit with q, or start the demo again"));
        }
        if !has_run {
            let (tell, _) = unbounded_channel();
            self.run(tell, CancellationToken::new()).await?;
        }
        let week = week + 1;
        self.clock.set_behind(behind(week));
        self.stand_in.set_week(week);
        self.repository
            .go_to(week, self.clock.now() - TimeDelta::days(1))
            .map_err(|error| Trouble::failed("the demo's repository cannot be written").why(error.to_string()))?;
        self.act(week)?;
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Progress { week, has_run: false };
        Ok(week)
    }

    /// Runs the week's probes.
    ///
    /// # Errors
    /// Another run is open; the store cannot be written.
    pub async fn run(&self, tell: UnboundedSender<RunEvent>, stop: CancellationToken) -> Result<RunReport, Trouble> {
        let board = self.desk.board(self.app())?;
        let plan = self.desk.plan(self.app(), &board, &[])?;
        let report = self.desk.run(self.app(), plan, tell, stop).await?;
        if report.how == crate::domain::fact::RunEnd::Finished {
            self.has_run();
        }
        Ok(report)
    }

    /// A whole run of this week was finished, here or in the console.
    pub fn has_run(&self) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).has_run = true;
    }

    fn progress(&self) -> Progress {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn act(&self, week: u8) -> Result<(), Trouble> {
        let today = self.clock.now().date_naive();
        for act in self.story.week(week).map(|week| week.acts.as_slice()).unwrap_or_default() {
            let board = self.desk.board(self.app())?;
            let fact = match act {
                Act::Item(act) => statement::about_item(&board, &act.item, act.statement(today))?,
                Act::Rotated(act) => {
                    let found = statement::finding(&board, &act.rotated)?;
                    statement::rotate_finding(&board, found, act.on(today), &act.proof)?
                }
            };
            self.desk.state(self.app(), fact)?;
        }
        Ok(())
    }
}

/// The last week is today.
fn behind(week: u8) -> TimeDelta {
    TimeDelta::weeks(i64::from(WEEKS - week.min(WEEKS)))
}

/// The demo's own token, told to nobody but the stand-ins.
fn token() -> String {
    format!("demo-{}", uuid::Uuid::now_v7().simple())
}

//! The console's state and its one way to change: `update` turns a message into a new state and effects.
//! It does no I/O and reads no clock; who gets a key depends on the stack of popups and screens, never on what was drawn.

mod pages;
mod work;

use super::action::Action;
use super::effect::Effect;
use super::key::Stroke;
use super::keymap::{Context, Keymap};
use super::live::Live;
use super::message::{Changes, Failure, Message, Since};
use super::pages::{Pages, Wish};
use super::popups::{
    Popup, ask,
    choose::Palette,
    reading::{Matter, Reading},
};
use super::rerun::Rerun;
use super::screens::{Screen, changes, connections, earlier, findings, portfolio, run, snapshot, trend};
use super::theme::{Look, Role};
use super::world::{Step, World};
use crate::desk::several::Told;
use crate::domain::{AppName, Board, ProbeId};
use crate::engine::RunEvent;
use crate::words;
use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;
use std::sync::Arc;

/// How deep steps may lead to further steps: an action that names itself must not hang the console.
const DEPTH: u8 = 8;

/// The probes that a run is limited to, if it is.
#[derive(Debug)]
struct AskedRun(Option<Vec<ProbeId>>);

/// The console.
#[derive(Debug)]
pub struct State {
    pub world: World,
    /// The last one is on top. Never empty.
    screens: Vec<Screen>,
    popups: Vec<Popup>,
    /// The moment for which a fresh board was asked for, so that it is asked for once.
    asked_at: Option<DateTime<Utc>>,
    /// A run that was asked for before the app was read: it starts with the first board.
    run_once_read: Option<AskedRun>,
    /// The draft of the form that was saved and is not stored yet.
    saving: Option<String>,
}

impl State {
    /// The console on the portfolio, and what it wants loaded.
    #[must_use]
    pub fn new(look: Look, keymap: Keymap, size: (u16, u16), now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        let world = World::new(look, keymap, size, now);
        let screens = vec![Screen::Portfolio(portfolio::Portfolio::default())];
        (
            Self { world, screens, popups: Vec::new(), asked_at: None, run_once_read: None, saving: None },
            vec![Effect::LoadPortfolio],
        )
    }

    /// Opens an app at once, over the portfolio.
    pub fn open(&mut self, name: AppName) -> Vec<Effect> {
        self.follow(vec![Step::Open(name)], 0)
    }

    /// The screen on top.
    #[must_use]
    pub fn screen(&self) -> Option<&Screen> {
        self.screens.last()
    }

    /// The popups, the top one last.
    #[must_use]
    pub fn popups(&self) -> &[Popup] {
        &self.popups
    }

    /// Where the next key will be read.
    #[must_use]
    pub fn context(&self) -> Context {
        let screen = self.screens.last().map_or(Context::Global, Screen::context);
        self.popups.last().map_or(screen, Popup::context)
    }

    /// Whether there is something to go back from that a person may not know: a detail, a screen beside the board.
    #[must_use]
    pub fn can_go_back(&self) -> bool {
        let is_home = matches!(self.screens.last(), Some(Screen::Board(_) | Screen::Portfolio(_)) | None);
        self.popups.is_empty() && (!is_home || self.screens.last().is_some_and(|it| it.is_reading(&self.world)))
    }

    /// Whether messages of a run stream in, so that drawing may wait a little.
    #[must_use]
    pub fn is_streaming(&self) -> bool {
        self.world.is_running() || self.world.is_rerunning()
    }

    /// The next moment at which something on the screen reads differently although nothing happened.
    #[must_use]
    pub fn next_change(&self) -> Option<DateTime<Utc>> {
        let now = self.world.now;
        let board = self.world.board.as_ref();
        let run = board.and_then(|it| it.last_run.as_ref()).map(|it| it.ended.map_or(it.started, |(at, _)| at));
        let ages = match self.screens.last() {
            Some(Screen::Portfolio(_)) => self.world.apps.iter().flatten().filter_map(|it| it.last_run).collect(),
            _ => run.into_iter().collect::<Vec<_>>(),
        };
        let ages = ages.into_iter().map(|at| words::next_age(at, now));
        let lapse = board.and_then(|it| it.next_change).filter(|it| self.asked_at.is_none_or(|asked| *it > asked));
        let schedule = self.world.schedule.as_ref().map(|it| it.next_change(now));
        ages.chain(lapse).chain(schedule).min()
    }

    /// Takes a message in at a moment.
    pub fn update(&mut self, message: Message, now: DateTime<Utc>) -> Vec<Effect> {
        self.world.now = now;
        match message {
            Message::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
            Message::Key(key) => self.key(Stroke::of(&key)),
            Message::Mouse(event) => self.mouse(event),
            Message::Paste(text) => {
                let world = &self.world;
                let Some(popup) = self.popups.last_mut().filter(|it| it.context().takes_text()) else { return Vec::new() };
                let strokes = text.trim_end().chars().filter_map(typed);
                let steps: Vec<Step> = strokes.flat_map(|stroke| popup.typed(stroke, world)).collect();
                self.follow(steps, 0)
            }
            Message::Resize(columns, rows) => {
                self.world.size = (columns, rows);
                Vec::new()
            }
            Message::Tick => self.tick(),
            Message::Quit => vec![Effect::Quit],
            told => self.told(told),
        }
    }

    fn told(&mut self, message: Message) -> Vec<Effect> {
        let world = &mut self.world;
        match message {
            Message::Portfolio { apps, unread } => (world.apps, world.unread_apps) = (Some(apps), unread),
            Message::Vocabulary(known) => world.vocabulary = known,
            Message::Rerun(told) => self.heard_of_rerun(&told),
            Message::Schedule(standing) => world.schedule = standing.map(|it| *it),
            // Boards are read side by side: one that was overtaken on its way must not bring the past back.
            Message::Board(board) if world.board.as_ref().is_some_and(|known| overtaken(&board, known)) => {}
            Message::Board(board) if world.open.as_ref() == Some(&board.settings.name) => {
                world.board = Some(board);
                world.histories.clear();
                // A board that still names the moment it was asked for is not asked for again: that would spin.
                let next = world.board.as_ref().and_then(|it| it.next_change);
                self.asked_at = self.asked_at.filter(|asked| next.is_some_and(|at| at <= *asked));
                let steps = match self.screens.last() {
                    Some(Screen::Board(it)) => it.moved(&self.world),
                    _ => Vec::new(),
                };
                let mut effects = self.follow(steps, 0);
                effects.extend(self.page_anew());
                if let (Some(Screen::Trend(_)), Some(app)) = (self.screens.last(), self.world.open.clone()) {
                    effects.push(Effect::LoadTrend(app));
                }
                if let Some(AskedRun(only)) = self.run_once_read.take() {
                    self.world.said = None;
                    effects.extend(self.start(only));
                }
                return effects;
            }
            Message::History(history) if world.open.as_ref() == Some(&history.app) => {
                world.histories.insert(history.item.clone(), *history);
            }
            Message::Run(event) => return self.heard(event),
            Message::Connections(rows) => world.connections = Some(rows),
            Message::Connection(row) => {
                let rows = world.connections.get_or_insert_default();
                match rows.iter_mut().find(|it| it.system == row.system) {
                    Some(known) => *known = row,
                    None => rows.push(row),
                }
            }
            Message::Systems { app, inventory } if world.open.as_ref() == Some(&app) => world.systems = Some(inventory),
            Message::Letter { app, letter } if world.open.as_ref() == Some(&app) => {
                self.popups.push(Popup::Reading(Reading::new(Matter::Letter(letter))));
            }
            Message::Decisions { app, decisions } if world.open.as_ref() == Some(&app) => world.decisions = Some(decisions),
            Message::Closing { app, closing } if world.open.as_ref() == Some(&app) => world.closing = Some(closing),
            Message::Changes(changes) => world.changes = Some(changes),
            Message::Lost { app, changes } => return self.lost(&app, changes),
            Message::Trend { app, trend } if world.open.as_ref() == Some(&app) => world.trend = Some(trend),
            Message::Order(order) => self.heard_of_order(order),
            Message::Proven(proof) => self.heard_of_proof(proof),
            Message::Pages(news) => return self.heard_of_pages(*news),
            Message::Added { app: name, remarks } => {
                world.drafts.remove("add-app");
                self.popups.retain(|it| !matches!(it, Popup::Form(form) if form.draft == "add-app"));
                let mut effects = vec![Effect::LoadPortfolio];
                let told = if remarks.is_empty() { String::new() } else { format!(": {}", remarks.join("; ")) };
                let says = format!("{name} is added{told}");
                effects.extend(self.follow(vec![Step::Open(name), Step::Say(Role::Good, says)], 0));
                return effects;
            }
            Message::Said(text) => {
                world.said = Some((Role::Good, text));
                world.not_stored = None;
                if let Some(draft) = self.saving.take() {
                    world.drafts.remove(&draft);
                }
            }
            Message::Refused { field, why } => {
                world.said = None;
                self.saving = None;
                if let Some(Popup::Form(form)) = self.popups.last_mut() {
                    form.refuse(field, why);
                }
            }
            Message::Discovered { repo, discovery } => {
                world.said = None;
                // A form that was closed, or is about another repository by now, is left as it is.
                if let Some(Popup::Form(form)) = self.popups.last_mut() {
                    form.discovered(&repo, &discovery);
                }
            }
            Message::Declined(text) => world.said = Some((Role::Caution, text)),
            Message::Copied => world.said = Some((Role::Good, "Copied".to_owned())),
            Message::Failed(failure) => self.failed(failure),
            Message::Demo(demo) => world.demo = Some(demo),
            _ => {}
        }
        Vec::new()
    }

    /// What was lost comes first, once: where the person has gone on by now, it waits for the next opening.
    fn lost(&mut self, app: &AppName, changes: Arc<Changes>) -> Vec<Effect> {
        let is_waiting = self.popups.is_empty() && self.run_once_read.is_none() && !self.world.is_running();
        let is_board = matches!(self.screens.last(), Some(Screen::Board(_)));
        if self.world.open.as_ref() != Some(app) || !is_board || !is_waiting {
            return Vec::new();
        }
        let looked = Effect::Looked { app: app.clone(), at: changes.to.unwrap_or(self.world.now) };
        let since = changes.since;
        self.world.changes = Some(changes);
        self.show(Screen::Changes(changes::ChangesScreen::since(since)));
        vec![looked]
    }

    fn heard_of_rerun(&mut self, told: &Told) {
        let Some(rerun) = self.world.rerun.as_mut() else { return };
        rerun.hear(told);
        if *told == Told::Over {
            let role = if rerun.is_whole() { Role::Good } else { Role::Caution };
            self.world.said = Some((role, rerun.summary()));
        }
    }

    fn failed(&mut self, failure: Failure) {
        self.world.starting = false;
        self.world.pages.preview.making = false;
        self.world.said = None;
        self.saving = None;
        self.run_once_read = None;
        if failure.not_stored {
            self.world.not_stored = Some(failure.why.clone());
        }
        self.popups.push(Popup::Reading(Reading::new(Matter::Failure(failure))));
    }

    fn heard(&mut self, event: RunEvent) -> Vec<Effect> {
        let world = &mut self.world;
        if let RunEvent::Started { app, at, probes, .. } = event {
            if world.open.as_ref().is_some_and(|it| it.as_str() == app) {
                world.live = Some(Live::new(app, at, probes));
                world.starting = false;
            }
            return Vec::new();
        }
        if let RunEvent::NotStored { why, .. } = &event {
            world.not_stored = Some(why.as_str().into());
        }
        let Some(live) = world.live.as_mut() else { return Vec::new() };
        live.hear(&event);
        match event {
            RunEvent::Decided { .. } | RunEvent::Ended { .. } => {
                return world.open.clone().map(Effect::Refresh).into_iter().collect();
            }
            _ => {}
        }
        Vec::new()
    }

    fn tick(&mut self) -> Vec<Effect> {
        let lapse = self.world.board.as_ref().and_then(|it| it.next_change).filter(|it| *it <= self.world.now);
        match (lapse, &self.world.open) {
            (Some(at), Some(app)) if self.asked_at.is_none_or(|asked| at > asked) => {
                self.asked_at = Some(at);
                vec![Effect::Refresh(app.clone())]
            }
            _ => Vec::new(),
        }
    }

    fn key(&mut self, stroke: Stroke) -> Vec<Effect> {
        self.world.said = None;
        let action = self.world.keymap.action(self.context(), stroke);
        if let Some(popup) = self.popups.last_mut() {
            let steps = match action {
                Some(action) => popup.act(action, &self.world),
                None => popup.typed(stroke, &self.world),
            };
            return self.follow(steps, 0);
        }
        action.map_or_else(Vec::new, |action| self.follow(vec![Step::Act(action)], 0))
    }

    fn mouse(&mut self, event: MouseEvent) -> Vec<Effect> {
        if self.world.is_too_small() {
            return Vec::new();
        }
        let wheel = match event.kind {
            MouseEventKind::ScrollDown => Some(true),
            MouseEventKind::ScrollUp => Some(false),
            MouseEventKind::Down(MouseButton::Left) => None,
            _ => return Vec::new(),
        };
        let at = Position::new(event.column, event.row);
        let steps = match (self.popups.last_mut(), wheel) {
            (Some(popup), Some(down)) => popup.wheel(down, &self.world),
            (Some(_), None) => Vec::new(),
            (None, _) => self.screens.last_mut().map_or_else(Vec::new, |it| it.mouse(&self.world, at, wheel)),
        };
        self.follow(steps, 0)
    }

    fn follow(&mut self, steps: Vec<Step>, depth: u8) -> Vec<Effect> {
        let mut effects = Vec::new();
        if depth > DEPTH {
            return effects;
        }
        for step in steps {
            match step {
                Step::Do(effect) => {
                    self.about_to(&effect);
                    effects.push(effect);
                }
                Step::Show(screen) => self.show(screen),
                Step::Home => {
                    self.screens.truncate(1);
                    self.screens.push(Screen::Board(Box::default()));
                }
                Step::Back => effects.extend(self.back()),
                Step::Raise(popup) => self.popups.push(popup),
                Step::Lower => drop(self.popups.pop()),
                Step::Say(role, text) => self.world.said = Some((role, text)),
                Step::KeepDraft(key, texts) => drop(self.world.drafts.insert(key, texts)),
                Step::Saving(key, texts) => {
                    self.saving = Some(key.clone());
                    self.world.drafts.insert(key, texts);
                }
                Step::ShowItem(item) => {
                    self.show(Screen::Board(Box::default()));
                    if let Some(Screen::Board(board)) = self.screens.last_mut() {
                        board.go_to(&item, &self.world);
                    }
                }
                Step::DropDraft(key) => drop(self.world.drafts.remove(&key)),
                Step::Filter(words) => {
                    if let Some(screen) = self.screens.last_mut() {
                        screen.set_filter(words);
                    }
                }
                Step::Open(name) => effects.extend(self.opened(name)),
                Step::StartRun(only) => effects.extend(self.start(only)),
                Step::Act(action) => {
                    let own = self.screens.last_mut().and_then(|it| it.act(action, &self.world));
                    let steps = own.unwrap_or_else(|| self.anywhere(action));
                    effects.extend(self.follow(steps, depth + 1));
                }
            }
        }
        effects
    }

    /// What an effect changes here before it is done.
    fn about_to(&mut self, effect: &Effect) {
        match effect {
            Effect::CancelRun => {
                if let Some(live) = self.world.live.as_mut() {
                    live.cancelling = true;
                }
            }
            Effect::Rerun(apps) => self.world.rerun = Some(Rerun::new(apps)),
            Effect::CancelRerun => {
                if let Some(rerun) = self.world.rerun.as_mut() {
                    rerun.cancelling = true;
                }
            }
            Effect::CheckConnection { system, .. } => {
                let row = self.world.connections.iter_mut().flatten().find(|it| it.system == *system);
                if let Some(row) = row {
                    row.standing = super::message::Standing::Checking;
                }
            }
            // What was read before a newer run would pass for its word.
            Effect::LoadSystems(_) => self.world.systems = None,
            Effect::LoadDecisions(_) => self.world.decisions = None,
            Effect::LoadClosing(_) => self.world.closing = None,
            Effect::Pages(wish) => self.world.pages.about_to(wish),
            Effect::Mouse(taken) => self.world.has_mouse = *taken,
            // The week begins with its run.
            Effect::DemoWeek(_) | Effect::Prove { .. } => self.world.starting = true,
            _ => {}
        }
    }

    fn show(&mut self, screen: Screen) {
        let same = |it: &Screen| std::mem::discriminant(it) == std::mem::discriminant(&screen);
        if let Some(at) = self.screens.iter().position(same) {
            self.screens.truncate(at + 1);
        } else {
            self.screens.push(screen);
        }
    }

    fn back(&mut self) -> Vec<Effect> {
        if self.screens.len() > 1 {
            self.screens.pop();
        }
        let is_home = matches!(self.screens.last(), Some(Screen::Portfolio(_)));
        if is_home { vec![Effect::LoadPortfolio] } else { Vec::new() }
    }

    fn opened(&mut self, name: AppName) -> Vec<Effect> {
        let world = &mut self.world;
        if world.open.as_ref() != Some(&name) {
            if world.is_running() {
                world.said = Some((Role::Caution, "A run is going on: cancel it before you open another app".to_owned()));
                return Vec::new();
            }
            world.open = Some(name.clone());
            world.board = None;
            world.histories.clear();
            (world.live, world.connections, world.changes, world.systems) = (None, None, None, None);
            (world.trend, world.decisions, world.closing) = (None, None, None);
            world.pages = Pages::default();
            self.asked_at = None;
            self.run_once_read = None;
        }
        self.screens.truncate(1);
        self.screens.push(Screen::Board(Box::default()));
        vec![Effect::OpenApp(name)]
    }

    fn start(&mut self, only: Option<Vec<ProbeId>>) -> Vec<Effect> {
        let world = &mut self.world;
        let Some(app) = world.open.clone().filter(|_| world.board.is_some()) else {
            world.said = Some((Role::Good, "The app is still being read: the run starts right after".to_owned()));
            self.run_once_read = Some(AskedRun(only));
            return Vec::new();
        };
        if world.is_running() {
            let show = world.keymap.key(Context::Board, Action::ShowRun);
            let cancel = world.keymap.key(Context::Run, Action::Cancel);
            world.said = Some((Role::Caution, format!("A run is going on already: {show} shows it, {cancel} there cancels it")));
            return Vec::new();
        }
        world.starting = true;
        vec![Effect::StartRun { app, only }]
    }

    /// What an action means when neither popup nor screen has a meaning of its own for it.
    fn anywhere(&mut self, action: Action) -> Vec<Step> {
        let context = self.screens.last().map_or(Context::Global, Screen::context);
        let app = self.world.open.clone();
        let of_app = |make: &dyn Fn(AppName) -> Vec<Step>| {
            app.clone().map_or_else(|| vec![Step::Say(Role::Caution, "Open an app first".to_owned())], make)
        };
        match action {
            Action::Help => vec![Step::Raise(Popup::Reading(Reading::new(Matter::Help(context))))],
            Action::Palette => vec![Step::Raise(Popup::Palette(Palette::new(context)))],
            Action::Quit if self.world.is_running() || self.world.is_rerunning() => vec![Step::Raise(Popup::Question {
                text: "A run is going on. Quit and cancel it? What was decided stays".to_owned(),
                then: Effect::Quit,
            })],
            Action::Quit => vec![Step::Do(Effect::Quit)],
            Action::Back => vec![Step::Back],
            Action::Apps => vec![Step::Show(Screen::Portfolio(portfolio::Portfolio::default())), Step::Do(Effect::LoadPortfolio)],
            Action::AddApp => vec![Step::Raise(ask::add_app(&self.world))],
            Action::ShowRun => of_app(&|_| vec![Step::Show(Screen::Run(run::RunScreen::default()))]),
            Action::Findings => of_app(&|_| vec![Step::Show(Screen::Findings(findings::FindingsScreen::default()))]),
            Action::Connections => of_app(&|app| {
                vec![
                    Step::Show(Screen::Connections(connections::ConnectionsScreen::default())),
                    Step::Do(Effect::LoadConnections(app)),
                ]
            }),
            Action::Changes => of_app(&|app| {
                let load = Effect::LoadChanges { app, since: Since::default() };
                vec![Step::Show(Screen::Changes(changes::ChangesScreen::default())), Step::Do(load)]
            }),
            Action::Trend => {
                of_app(&|app| vec![Step::Show(Screen::Trend(trend::TrendScreen::default())), Step::Do(Effect::LoadTrend(app))])
            }
            Action::Systems => of_app(&|app| {
                vec![Step::Raise(Popup::Reading(Reading::new(Matter::Systems))), Step::Do(Effect::LoadSystems(app))]
            }),
            Action::Ask | Action::SaveLetter => {
                of_app(&|app| vec![Step::Do(Effect::Letter { app, save: action == Action::SaveLetter })])
            }
            Action::Decisions => of_app(&|app| {
                vec![Step::Raise(Popup::Reading(Reading::new(Matter::Decisions))), Step::Do(Effect::LoadDecisions(app))]
            }),
            Action::Closing => of_app(&|app| {
                vec![Step::Raise(Popup::Reading(Reading::new(Matter::Closing))), Step::Do(Effect::LoadClosing(app))]
            }),
            Action::Snapshot => of_app(&|app| snapshot::open(app, &self.world.pages)),
            Action::Earlier => of_app(&|app| {
                vec![Step::Show(Screen::Earlier(earlier::EarlierScreen::default())), Step::Do(Effect::Pages(Wish::List(app)))]
            }),
            Action::Undo => of_app(&|app| vec![Step::Do(Effect::Undo(app))]),
            Action::Mouse => {
                let says = if self.world.has_mouse { "The mouse is the terminal's" } else { "The mouse is the console's" };
                vec![Step::Do(Effect::Mouse(!self.world.has_mouse)), Step::Say(Role::Good, says.to_owned())]
            }
            Action::NextWeek | Action::PreviousWeek => self.story(action == Action::NextWeek),
            Action::Filter => vec![Step::Say(Role::Caution, "This list has no filter".to_owned())],
            _ => Vec::new(),
        }
    }

    fn story(&self, forward: bool) -> Vec<Step> {
        let Some(demo) = self.world.demo else { return Vec::new() };
        let week = if forward { demo.week.saturating_add(1) } else { demo.week.saturating_sub(1) };
        if !forward {
            return vec![Step::Say(Role::Caution, "The story only goes on: what was said and seen stays".to_owned())];
        }
        if !(1..=demo.weeks).contains(&week) {
            return vec![Step::Say(Role::Caution, format!("The story has weeks 1 to {}", demo.weeks))];
        }
        if self.world.is_running() {
            return vec![Step::Say(Role::Caution, "A run is going on: the story waits for it".to_owned())];
        }
        // What drifted has to be the first thing that is seen: *Now*, from its top, whatever was looked at before.
        vec![
            Step::Home,
            Step::Do(Effect::DemoWeek(week)),
            Step::Say(Role::Busy, format!("Going on to week {week} of the story…")),
        ]
    }
}

/// Whether a board is a little older than the one that is known: a clock that was really set back is another matter.
fn overtaken(board: &Board, known: &Board) -> bool {
    board.settings.name == known.settings.name && board.now < known.now && known.now - board.now < TimeDelta::seconds(30)
}

fn typed(c: char) -> Option<Stroke> {
    if c.is_control() || c.is_whitespace() { "space".parse().ok() } else { c.to_string().parse().ok() }
}

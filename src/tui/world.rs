//! What the console knows: the values that screens read. Screens never change it; `State::update` does.

use super::action::Action;
use super::effect::Effect;
use super::keymap::{Context, Keymap};
use super::live::Live;
use super::message::{AppRow, Changes, ConnectionRow, Demo, History};
use super::pages::Pages;
use super::popups::Popup;
use super::rerun::Rerun;
use super::screens::Screen;
use super::theme::{Look, Role};
use crate::desk::closing::Closing;
use crate::desk::systems::Inventory;
use crate::domain::{AppName, Assessment, Board, Decision, Foreign, Item, ItemId, Trend, Vocabulary};
use crate::schedule::standing::Standing;
use chrono::{DateTime, Utc};
use ratatui::layout::{Constraint, Layout, Rect};
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// The smallest terminal that the console draws in: columns and rows.
pub const LEAST: (u16, u16) = (40, 10);

/// Everything that is known, and nothing about which screen shows it.
#[derive(Debug)]
pub struct World {
    pub look: Look,
    pub keymap: Keymap,
    /// Columns and rows.
    pub size: (u16, u16),
    pub now: DateTime<Utc>,
    /// None until they were loaded.
    pub apps: Option<Vec<AppRow>>,
    /// Apps that are still being read.
    pub unread_apps: usize,
    /// The names that a question across apps may use.
    pub vocabulary: Arc<Vocabulary>,
    /// The rerun of several apps, while it goes on and until the next one.
    pub rerun: Option<Rerun>,
    pub open: Option<AppName>,
    pub board: Option<Arc<Board>>,
    pub histories: BTreeMap<ItemId, History>,
    pub live: Option<Live>,
    /// A run was asked for and has not started yet.
    pub starting: bool,
    pub connections: Option<Vec<ConnectionRow>>,
    pub changes: Option<Arc<Changes>>,
    /// The course of the open app; none until it was read.
    pub trend: Option<Arc<Trend>>,
    /// None until they were read.
    pub systems: Option<Arc<Inventory>>,
    pub decisions: Option<Arc<Vec<Decision>>>,
    /// What stands between here and the close, when that was asked for.
    pub closing: Option<Arc<Closing>>,
    /// The founder's pages of the open app.
    pub pages: Pages,
    pub demo: Option<Demo>,
    /// The schedule that was installed from here; none was, or it is not known yet.
    pub schedule: Option<Standing>,
    /// Where the code host shows its pages; none until it is known.
    pub github: Option<Url>,
    /// What was typed into a form that was closed without saving.
    pub drafts: BTreeMap<String, Vec<String>>,
    pub has_mouse: bool,
    /// The last short word to the person; the next key clears it.
    pub said: Option<(Role, String)>,
    /// Why facts that should be stored are not.
    pub not_stored: Option<Foreign>,
}

/// What a screen or popup answers to an action. In order; each is done before the next.
#[derive(Debug)]
pub enum Step {
    Do(Effect),
    Show(Screen),
    /// The open app's board as it opens: *Now*, the first row.
    Home,
    /// Leaves the screen.
    Back,
    Raise(Popup),
    /// Closes the top popup.
    Lower,
    Say(Role, String),
    KeepDraft(String, Vec<String>),
    /// Keeps it until what was saved is stored.
    Saving(String, Vec<String>),
    DropDraft(String),
    /// Shows an item on the board.
    ShowItem(ItemId),
    /// As if its key had been pressed on the screen below.
    Act(Action),
    Filter(String),
    Open(AppName),
    StartRun(Option<Vec<crate::domain::ProbeId>>),
}

impl World {
    /// An empty console of that size.
    #[must_use]
    pub fn new(look: Look, keymap: Keymap, size: (u16, u16), now: DateTime<Utc>) -> Self {
        Self {
            look,
            keymap,
            size,
            now,
            apps: None,
            unread_apps: 0,
            vocabulary: Arc::default(),
            rerun: None,
            open: None,
            board: None,
            histories: BTreeMap::new(),
            live: None,
            starting: false,
            connections: None,
            changes: None,
            trend: None,
            systems: None,
            decisions: None,
            closing: None,
            pages: Pages::default(),
            demo: None,
            schedule: None,
            github: None,
            drafts: BTreeMap::new(),
            has_mouse: true,
            said: None,
            not_stored: None,
        }
    }

    /// Whether the terminal is too small to draw in.
    #[must_use]
    pub fn is_too_small(&self) -> bool {
        self.size.0 < LEAST.0 || self.size.1 < LEAST.1
    }

    /// Whether an action means anything now: the demo's steps only in the demo.
    #[must_use]
    pub fn offers(&self, action: Action) -> bool {
        !matches!(action, Action::NextWeek | Action::PreviousWeek) || self.demo.is_some()
    }

    /// Whether the footer should name it now: what could not do anything would only be in the way.
    #[must_use]
    pub fn is_of_use(&self, action: Action) -> bool {
        let is_empty = self.apps.as_ref().is_some_and(Vec::is_empty) && self.open.is_none();
        match action {
            Action::Cancel => self.is_running() || self.is_rerunning(),
            Action::Rerun => !self.is_rerunning() && !is_empty,
            Action::ProbeAll | Action::ProbeThis | Action::Prove => !self.is_running(),
            Action::Findings | Action::Changes | Action::Trend | Action::Connections | Action::Systems => self.open.is_some(),
            Action::Open | Action::Filter | Action::Undo | Action::Copy | Action::Snapshot | Action::Sort | Action::Mark => {
                !is_empty
            }
            Action::OnlyDue | Action::OnlyLost | Action::OnlyUrgent => !is_empty,
            other => self.offers(other),
        }
    }

    /// Lines above the screen: facts that are not stored, a clock that is wrong, a schedule that does not run, a demo. The
    /// worst first.
    #[must_use]
    pub fn banners(&self) -> Vec<(Role, String)> {
        let mut found = Vec::new();
        if let Some(why) = &self.not_stored {
            found.push((Role::Alarm, format!("NOT STORED: {why}")));
        }
        if let Some(board) = self.board.as_ref().filter(|it| it.future_facts > 0) {
            let facts = crate::words::count(board.future_facts, "fact");
            let verb = if board.future_facts == 1 { "is" } else { "are" };
            found.push((Role::Alarm, format!("CLOCK: {facts} {verb} later than this machine's clock; check the clock")));
        }
        if let Some(warning) = self.schedule.as_ref().and_then(|it| it.warning(self.now)) {
            found.push((Role::Alarm, format!("SCHEDULE: {warning}; see `rescue schedule status`")));
        }
        if let Some(demo) = self.demo {
            let next = self.keymap.key(Context::Global, Action::NextWeek);
            let step = if demo.week < demo.weeks { format!(" · {next} next week") } else { String::new() };
            let week = format!("week {} of {}", demo.week, demo.weeks);
            found.push((Role::Demo, format!("DEMO · {week}{step} · invented app, answers from this machine")));
        }
        found.truncate(if self.size.1 < 16 { 1 } else { 3 });
        found
    }

    /// Where banners, screen and footer are.
    #[must_use]
    pub fn areas(&self) -> [Rect; 3] {
        let banners = super::text::cells(self.banners().len());
        Layout::vertical([Constraint::Length(banners), Constraint::Fill(1), Constraint::Length(1)]).areas(Rect::new(
            0,
            0,
            self.size.0,
            self.size.1,
        ))
    }

    /// An item with its assessment.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<(&Assessment, &Item)> {
        let board = self.board.as_ref()?;
        Some((board.assessment(id)?, board.item(id)?))
    }

    /// Whether a run is going on or about to.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.starting || self.live.as_ref().is_some_and(Live::is_going)
    }

    /// Whether a rerun of several apps is going on.
    #[must_use]
    pub fn is_rerunning(&self) -> bool {
        self.rerun.as_ref().is_some_and(Rerun::is_going)
    }

    /// The title of the open app.
    #[must_use]
    pub fn title(&self) -> String {
        match (&self.board, &self.open) {
            (Some(board), _) => board.settings.title.to_string(),
            (None, Some(name)) => name.to_string(),
            (None, None) => String::new(),
        }
    }
}

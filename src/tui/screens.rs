//! The screens: each a plain struct that answers actions with steps and draws itself. None touches the store or the network.

pub mod board;
pub mod changes;
pub mod connections;
pub mod earlier;
pub mod findings;
pub mod place;
pub mod portfolio;
pub mod run;
pub mod snapshot;
pub mod trend;

use super::action::Action;
use super::effect::Effect;
use super::keymap::Context;
use super::text::{cut, width};
use super::theme::Role;
use super::widgets::listing::{self, Listing};
use super::world::{Step, World};
use crate::domain::ItemId;
use crate::domain::fact::RunEnd;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// The screen that is on top.
#[derive(Debug, Clone)]
pub enum Screen {
    Portfolio(portfolio::Portfolio),
    Board(Box<board::BoardScreen>),
    Run(run::RunScreen),
    Findings(findings::FindingsScreen),
    Changes(changes::ChangesScreen),
    Trend(trend::TrendScreen),
    Connections(connections::ConnectionsScreen),
    Snapshot(snapshot::SnapshotScreen),
    Earlier(earlier::EarlierScreen),
}

macro_rules! each {
    ($screen:expr, $it:ident => $body:expr, $page:ident => $of_page:expr) => {
        match $screen {
            Screen::Snapshot($page) => $of_page,
            Screen::Portfolio($it) => $body,
            Screen::Board($it) => {
                let $it = &mut **$it;
                $body
            }
            Screen::Run($it) => $body,
            Screen::Findings($it) => $body,
            Screen::Changes($it) => $body,
            Screen::Trend($it) => $body,
            Screen::Connections($it) => $body,
            Screen::Earlier($it) => $body,
        }
    };
}

impl Screen {
    /// Where its keys are read.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Portfolio(_) => Context::Portfolio,
            Self::Board(_) => Context::Board,
            Self::Run(_) => Context::Run,
            Self::Findings(_) => Context::Findings,
            Self::Changes(_) => Context::Changes,
            Self::Trend(_) => Context::Trend,
            Self::Connections(_) => Context::Connections,
            Self::Snapshot(_) => Context::Snapshot,
            Self::Earlier(_) => Context::Earlier,
        }
    }

    /// Answers an action: its own meaning first, then that of its list. None: the action is for the console.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        let own = match self {
            Self::Portfolio(it) => it.act(action, world),
            Self::Board(it) => it.act(action, world),
            Self::Run(it) => it.act(action, world),
            Self::Findings(it) => it.act(action, world),
            Self::Changes(it) => it.act(action, world),
            Self::Trend(it) => it.act(action, world),
            Self::Connections(it) => it.act(action, world),
            Self::Snapshot(it) => return it.act(action, world),
            Self::Earlier(it) => it.act(action, world),
        };
        if own.is_some() {
            return own;
        }
        let moved = each!(self, it => listing::act(it, action, world), _page => false);
        if let Self::Board(it) = self
            && moved
        {
            return Some(it.moved(world));
        }
        moved.then(Vec::new)
    }

    /// Answers a click (`wheel` is none) or a turn of the wheel (true: down).
    pub fn mouse(&mut self, world: &World, at: Position, wheel: Option<bool>) -> Vec<Step> {
        each!(self, it => listing::mouse(it, world, at, wheel), page => {
            if let Some(down) = wheel {
                page.wheel(down, world);
            }
        });
        if let Self::Board(it) = self { it.moved(world) } else { Vec::new() }
    }

    /// Narrows its list to what contains the words, where it has such a list.
    pub fn set_filter(&mut self, words: String) {
        match self {
            Self::Portfolio(it) => it.filter = words,
            Self::Board(it) => it.filter = words,
            Self::Findings(it) => it.filter = words,
            Self::Run(_) | Self::Changes(_) | Self::Trend(_) | Self::Connections(_) | Self::Snapshot(_) | Self::Earlier(_) => {}
        }
    }

    /// The words that its list is narrowed to.
    #[must_use]
    pub fn filter(&self) -> &str {
        match self {
            Self::Portfolio(it) => &it.filter,
            Self::Board(it) => &it.filter,
            Self::Findings(it) => &it.filter,
            Self::Run(_) | Self::Changes(_) | Self::Trend(_) | Self::Connections(_) | Self::Snapshot(_) | Self::Earlier(_) => "",
        }
    }

    /// Whether a detail is shown in place of the list.
    #[must_use]
    pub fn is_reading(&self, world: &World) -> bool {
        match self {
            Self::Portfolio(_) | Self::Snapshot(_) => false,
            Self::Board(it) => listing::is_reading(&**it, world),
            Self::Run(it) => listing::is_reading(it, world),
            Self::Findings(it) => listing::is_reading(it, world),
            Self::Changes(it) => listing::is_reading(it, world),
            Self::Trend(it) => listing::is_reading(it, world),
            Self::Connections(it) => listing::is_reading(it, world),
            Self::Earlier(it) => listing::is_reading(it, world),
        }
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        match self {
            Self::Portfolio(it) => it.draw(world, buffer),
            Self::Board(it) => it.draw(world, buffer),
            Self::Run(it) => it.draw(world, buffer),
            Self::Findings(it) => plain_screen(it, "findings", world, buffer),
            Self::Changes(it) => plain_screen(it, "changes", world, buffer),
            Self::Trend(it) => it.draw(world, buffer),
            Self::Connections(it) => plain_screen(it, "connections", world, buffer),
            Self::Snapshot(it) => it.draw(world, buffer),
            Self::Earlier(it) => plain_screen(it, "snapshots", world, buffer),
        }
    }
}

/// The work order of an item, or its proof.
fn work(action: Action, world: &World, item: &ItemId) -> Step {
    let Some(app) = world.open.clone() else { return Step::Say(Role::Caution, "Open an app first".to_owned()) };
    let item = item.clone();
    if action == Action::WorkOrder {
        return Step::Do(Effect::LoadOrder { app, item });
    }
    if world.is_running() {
        return Step::Say(Role::Caution, "A run is going on already: prove it when that is over".to_owned());
    }
    Step::Do(Effect::Prove { app, item })
}

fn plain_screen(screen: &impl Listing, name: &str, world: &World, buffer: &mut Buffer) {
    let [_, body, _] = world.areas();
    head(world, &format!("{} › {name}", world.title()), "", body, buffer);
    listing::draw(screen, world, buffer);
}

/// What remains of the body below the line of [`head`].
#[must_use]
pub fn below_head(world: &World, lines: u16) -> Rect {
    let [_, body, _] = world.areas();
    let lines = lines.min(body.height);
    Rect::new(body.x, body.y + lines, body.width, body.height - lines)
}

/// The first line of a screen: the tool, where we are, and on the right what is going on.
pub fn head(world: &World, place: &str, middle: &str, area: Rect, buffer: &mut Buffer) {
    head_with(world, place, middle, &status(world), area, buffer);
}

/// The same with something else on the right.
fn head_with(world: &World, place: &str, middle: &str, right: &Line<'static>, area: Rect, buffer: &mut Buffer) {
    let look = world.look;
    let right_width = right.width() + 1;
    let room = usize::from(area.width).saturating_sub(right_width + 11);
    let place = cut(place, room);
    let mut left = vec![
        Span::styled(" rescue", look.style(Role::Accent)),
        Span::styled(" · ", look.style(Role::Faint)),
        Span::styled(place.clone(), look.style(Role::Strong)),
    ];
    if !middle.is_empty() && width(&place) + width(middle) + 3 <= room {
        left.push(Span::styled(format!("   {middle}"), look.style(Role::Text)));
    }
    buffer.set_line(area.x, area.y, &Line::from(left), area.width);
    if let Some(x) = area.width.checked_sub(super::text::cells(right_width)) {
        buffer.set_line(area.x + x, area.y, right, area.width - x);
    }
}

/// What is going on: a run, or how long ago the last one was.
fn status(world: &World) -> Line<'static> {
    let look = world.look;
    if let Some(live) = world.live.as_ref().filter(|it| it.is_going()) {
        let verb = if live.cancelling { "cancelling" } else { "run" };
        return Line::styled(format!("◌ {verb} {}/{}", live.decided(), live.probes.len()), look.style(Role::Busy));
    }
    if world.starting {
        return Line::styled("◌ starting…", look.style(Role::Busy));
    }
    let Some(board) = &world.board else { return Line::default() };
    match &board.last_run {
        None => Line::styled("○ no run yet", look.style(Role::Faint)),
        Some(run) => {
            let (at, said) = match run.ended {
                Some((at, RunEnd::Finished)) => (at, "last run"),
                Some((at, RunEnd::Cancelled)) => (at, "run cancelled"),
                Some((at, RunEnd::Crashed)) => (at, "run broken off"),
                None => (run.started, "run open since"),
            };
            Line::from(vec![
                Span::styled("● ", look.style(Role::Good)),
                Span::styled(format!("{said} {}", crate::words::age(at, world.now)), look.style(Role::Text)),
            ])
        }
    }
}

/// Whether a text contains every word, whatever the case.
#[must_use]
pub fn contains_words(text: &str, words: &str) -> bool {
    let text = text.to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

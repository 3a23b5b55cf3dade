//! One app: the answer to its question, progress, and its items. Opens on *Now*: few things, why, and what they cost.

pub mod detail;
pub mod evidence;
pub mod head;
pub mod rows;

use crate::domain::{Assessment, Outcome, ProbeId, Truth};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::popups::{Popup, ask};
use crate::tui::theme::Role;
use crate::tui::widgets::listing::{self, Listing, Panes, Row};
use crate::tui::widgets::prose::{Prose, plain};
use crate::tui::world::{Step, World};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use strum::{EnumIter, IntoEnumIterator};

/// Which items are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumIter)]
pub enum Tab {
    #[default]
    Now,
    Week1,
    Weeks2To3,
    Weeks4To6,
    All,
}

impl Tab {
    fn title(self) -> &'static str {
        match self {
            Self::Now => "Now",
            Self::Week1 => "Week 1",
            Self::Weeks2To3 => "2–3",
            Self::Weeks4To6 => "4–6",
            Self::All => "All",
        }
    }
}

/// Which part of an item's detail is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumIter)]
pub enum Part {
    #[default]
    Why,
    How,
    Evidence,
    History,
    Notes,
}

impl Part {
    fn title(self) -> &'static str {
        match self {
            Self::Why => "Why",
            Self::How => "How",
            Self::Evidence => "Evidence",
            Self::History => "History",
            Self::Notes => "Notes",
        }
    }
}

/// The one after or before, round and round.
fn turn<T: IntoEnumIterator + PartialEq + Copy>(now: T, forward: bool) -> T {
    let all: Vec<T> = T::iter().collect();
    let at = all.iter().position(|it| *it == now).unwrap_or(0);
    let next = if forward { at + 1 } else { at + all.len() - 1 } % all.len();
    all.get(next).copied().unwrap_or(now)
}

/// The board's own state: what is looked at, not what is known.
#[derive(Debug, Clone, Default)]
pub struct BoardScreen {
    pub tab: Tab,
    pub part: Part,
    /// One for each tab, so that coming back finds the place again.
    panes: [Panes; 5],
    pub filter: String,
}

impl BoardScreen {
    /// Everything that is done to an item; moving is the list's.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        let tab = match action {
            Action::NextTab => Some(turn(self.tab, true)),
            Action::PreviousTab => Some(turn(self.tab, false)),
            Action::Tab1 => Some(Tab::Now),
            Action::Tab2 => Some(Tab::Week1),
            Action::Tab3 => Some(Tab::Weeks2To3),
            Action::Tab4 => Some(Tab::Weeks4To6),
            Action::Tab5 => Some(Tab::All),
            _ => None,
        };
        if let Some(tab) = tab {
            self.tab = tab;
            self.panes_mut().reading = false;
            return Some(self.moved(world));
        }
        match action {
            Action::NextPart | Action::PreviousPart => {
                self.part = turn(self.part, action == Action::NextPart);
                self.panes_mut().rewind();
                Some(self.moved(world))
            }
            Action::Filter => Some(vec![Step::Raise(Popup::filter(&self.filter))]),
            Action::Back if !self.filter.is_empty() && !self.panes().reading => {
                self.filter.clear();
                Some(Vec::new())
            }
            Action::ProbeAll => Some(vec![Step::StartRun(None), Step::Act(Action::ShowRun)]),
            Action::Copy => {
                let key = listing::selected(self, world)?;
                Some(vec![Step::Do(Effect::Copy(plain(&self.detail(world, &key, 500))))])
            }
            Action::Open | Action::ProbeThis if listing::selected(self, world).as_deref() == Some(rows::FIRST_LOOK) => {
                Some(vec![Step::StartRun(None), Step::Act(Action::ShowRun)])
            }
            Action::Open if listing::selected(self, world).as_deref() == Some(rows::FOLD) => {
                self.tab = Tab::All;
                Some(self.moved(world))
            }
            Action::ProbeThis
            | Action::Edit
            | Action::Browse
            | Action::Doing
            | Action::Done
            | Action::Block
            | Action::Todo
            | Action::Waive
            | Action::Plan
            | Action::Note
            | Action::NotApplicable
            | Action::WorkOrder
            | Action::Prove
            | Action::Reopen => Some(self.on_item(action, world)),
            _ => None,
        }
    }

    /// Selects an item, on the tab that has all.
    pub fn go_to(&mut self, item: &crate::domain::ItemId, world: &World) {
        self.tab = Tab::All;
        self.filter.clear();
        let rows = listing::rows(self, world);
        self.panes_mut().select(item.as_str(), &rows);
        self.panes_mut().reading = true;
    }

    fn on_item(&self, action: Action, world: &World) -> Vec<Step> {
        let Some((assessment, item)) = listing::selected(self, world).and_then(|key| world.item(&key)) else {
            return vec![Step::Say(Role::Caution, "Select an item first".to_owned())];
        };
        let is_plain = assessment.judgement.is_none() && assessment.waiver.is_none() && assessment.truth != Truth::NotApplicable;
        let step = match action {
            Action::ProbeThis => return probe_this(assessment),
            Action::WorkOrder | Action::Prove => super::work(action, world, &assessment.item),
            Action::Edit | Action::Browse => super::place::open_evidence(action, world, assessment),
            Action::Doing => ask::work(world, assessment, crate::domain::WorkNote::Doing),
            Action::Todo => ask::work(world, assessment, crate::domain::WorkNote::Todo),
            Action::Done => ask::attest(world, assessment, item),
            Action::Block => ask::block(world, assessment),
            Action::Waive => ask::waive(world, assessment),
            Action::Plan => ask::plan(world, assessment),
            Action::Note => ask::note(world, assessment),
            Action::NotApplicable => ask::not_applicable(world, assessment),
            Action::Reopen if is_plain => {
                Step::Say(Role::Caution, "Nobody judged, waived or excluded it, so it is open".to_owned())
            }
            _ => ask::reopen(world, assessment),
        };
        vec![step]
    }

    /// The selection, tab or part changed: what has to be loaded for it.
    pub fn moved(&self, world: &World) -> Vec<Step> {
        if !matches!(self.part, Part::History | Part::Notes) {
            return Vec::new();
        }
        let Some((assessment, _)) = listing::selected(self, world).and_then(|key| world.item(&key)) else { return Vec::new() };
        match &world.open {
            Some(app) if !world.histories.contains_key(&assessment.item) => {
                vec![Step::Do(Effect::LoadHistory { app: app.clone(), item: assessment.item.clone() })]
            }
            _ => Vec::new(),
        }
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        head::draw(world, buffer);
        listing::draw(self, world, buffer);
    }
}

fn probe_this(assessment: &Assessment) -> Vec<Step> {
    let is_used = |word: &&crate::domain::ProbeWord| {
        word.not_applicable.is_none() || matches!(word.outcome, Some(Outcome::NotApplicable { .. }))
    };
    let probes: Vec<ProbeId> = assessment.words.iter().filter(is_used).map(|it| it.probe.clone()).collect();
    let says = match (assessment.words.is_empty(), probes.is_empty()) {
        (true, _) => "No probe exists for it yet: judge it by hand",
        (false, true) => "This app uses none of the systems that its probes ask",
        _ => return vec![Step::StartRun(Some(probes))],
    };
    vec![Step::Say(Role::Caution, says.to_owned())]
}

impl Listing for BoardScreen {
    fn panes(&self) -> &Panes {
        let [now, one, two, four, all] = &self.panes;
        match self.tab {
            Tab::Now => now,
            Tab::Week1 => one,
            Tab::Weeks2To3 => two,
            Tab::Weeks4To6 => four,
            Tab::All => all,
        }
    }
    fn panes_mut(&mut self) -> &mut Panes {
        let [now, one, two, four, all] = &mut self.panes;
        match self.tab {
            Tab::Now => now,
            Tab::Week1 => one,
            Tab::Weeks2To3 => two,
            Tab::Weeks4To6 => four,
            Tab::All => all,
        }
    }
    fn area(&self, world: &World) -> Rect {
        super::below_head(world, head::height(world))
    }
    fn rows(&self, world: &World, width: u16) -> Vec<Row> {
        world.board.as_ref().map_or_else(Vec::new, |board| rows::rows(world, board, self.tab, &self.filter, usize::from(width)))
    }
    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>> {
        detail::lines(world, key, self.part, width)
    }

    fn list_title(&self, world: &World) -> Line<'static> {
        let look = world.look;
        if !self.filter.is_empty() {
            let within = if self.tab == Tab::Now { "All" } else { self.tab.title() };
            let words = crate::tui::text::cut(&self.filter, 18);
            return Line::from(vec![
                Span::styled(format!(" [{within}]"), look.style(Role::Accent)),
                Span::styled(format!(" with “{words}” "), look.style(Role::Caution)),
            ]);
        }
        let mut spans = vec![Span::raw(" ")];
        for tab in Tab::iter() {
            if tab != Tab::Now {
                spans.push(Span::styled(" ─ ", look.style(Role::Frame)));
            }
            let role = if tab == self.tab { Role::Accent } else { Role::Faint };
            let text = if tab == self.tab { format!("[{}]", tab.title()) } else { tab.title().to_owned() };
            spans.push(Span::styled(text, look.style(role)));
        }
        spans.push(Span::raw(" "));
        Line::from(spans)
    }

    fn detail_title(&self, world: &World, key: &str) -> Line<'static> {
        let text = if world.item(key).is_some() { key } else { "waiting" };
        let text = match key {
            rows::FOLD => "more",
            rows::FIRST_LOOK => "first look",
            key if key.starts_with(rows::STEP) => "a step",
            _ => text,
        };
        Line::styled(format!(" {text} "), world.look.style(Role::Strong))
    }

    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        if world.board.is_none() {
            prose.text(Role::Faint, "Loading…");
        } else if self.filter.is_empty() {
            prose.text(Role::Text, "The checklist has no item here");
        } else {
            prose.text(Role::Text, "No item here has these words").text(Role::Faint, "esc shows all · tab 5 searches all weeks");
        }
        prose.done()
    }
}

//! A list with a detail beside it, or instead of it where the terminal is narrow. What is selected is known by its id,
//! so that rows may come and go. Drawing and mouse use the same areas, and drawing changes nothing.

use crate::tui::action::Action;
use crate::tui::text::cells;
use crate::tui::theme::Role;
use crate::tui::world::World;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

/// Columns from which list and detail stand side by side.
const SIDE_BY_SIDE: u16 = 72;

/// A line of a list. Without a key it cannot be selected: a heading, an empty line.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub key: Option<String>,
    pub line: Line<'static>,
}

impl Row {
    /// A row that can be selected.
    pub fn new(key: impl Into<String>, line: impl Into<Line<'static>>) -> Self {
        Self { key: Some(key.into()), line: line.into() }
    }

    /// A line that cannot.
    pub fn still(line: impl Into<Line<'static>>) -> Self {
        Self { key: None, line: line.into() }
    }
}

/// What is selected and how far its detail is scrolled.
#[derive(Debug, Clone, Default)]
pub struct Panes {
    key: Option<String>,
    /// Where it was, for when it goes.
    at: usize,
    /// Lines of the detail above the first visible one.
    scroll: usize,
    /// Where list and detail do not fit side by side: the detail is shown.
    pub reading: bool,
}

impl Panes {
    /// The position of the selected row; of its neighbour when it is gone.
    #[must_use]
    pub fn index(&self, rows: &[Row]) -> Option<usize> {
        let named = self.key.as_ref().and_then(|key| rows.iter().position(|row| row.key.as_ref() == Some(key)));
        let can = |at: &usize| rows.get(*at).is_some_and(|row| row.key.is_some());
        let at = self.at.min(rows.len());
        named.or_else(|| (at..rows.len()).find(can)).or_else(|| (0..at).rev().find(can))
    }

    /// The key of the selected row.
    #[must_use]
    pub fn key(&self, rows: &[Row]) -> Option<String> {
        self.index(rows).and_then(|at| rows.get(at)?.key.clone())
    }

    /// Selects a row by its key.
    pub fn select(&mut self, key: &str, rows: &[Row]) {
        self.at = rows.iter().position(|row| row.key.as_deref() == Some(key)).unwrap_or(self.at);
        self.key = Some(key.to_owned());
        self.scroll = 0;
    }

    /// Back to the top of the detail.
    pub fn rewind(&mut self) {
        self.scroll = 0;
    }

    fn select_at(&mut self, at: usize, rows: &[Row]) {
        if let Some(key) = rows.get(at).and_then(|row| row.key.clone()) {
            if self.key.as_ref() != Some(&key) {
                self.scroll = 0;
            }
            self.key = Some(key);
            self.at = at;
        }
    }

    fn step(&mut self, rows: &[Row], down: bool) {
        let can = |at: &usize| rows.get(*at).is_some_and(|row| row.key.is_some());
        let Some(now) = self.index(rows) else { return };
        let next = if down { (now + 1..rows.len()).find(can) } else { (0..now).rev().find(can) };
        self.select_at(next.unwrap_or(now), rows);
    }
}

/// A screen that is a list with a detail.
pub trait Listing {
    fn panes(&self) -> &Panes;
    fn panes_mut(&mut self) -> &mut Panes;
    /// The rows for a list `width` cells wide. The first cell of each is left for the mark.
    fn rows(&self, world: &World, width: u16) -> Vec<Row>;
    /// The detail of a row, wrapped.
    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>>;
    fn list_title(&self, world: &World) -> Line<'static>;
    fn detail_title(&self, world: &World, key: &str) -> Line<'static>;
    /// What is said when there is no row: what that means, and the next step.
    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>>;
    /// Where list and detail are, within the screen's area.
    fn area(&self, world: &World) -> Rect;
}

/// The frames of list and detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    pub list: Option<Rect>,
    pub detail: Option<Rect>,
}

/// Where list and detail are drawn.
#[must_use]
pub fn areas(area: Rect, reading: bool) -> Areas {
    if area.width < SIDE_BY_SIDE {
        return if reading { Areas { list: None, detail: Some(area) } } else { Areas { list: Some(area), detail: None } };
    }
    // At eighty columns half is needed for a title to say anything; beyond, the detail gets the rest.
    let list = (area.width / 2).clamp(36, if area.width < 100 { 42 } else { 56 });
    let [list, detail] = Layout::horizontal([Constraint::Length(list), Constraint::Fill(1)]).areas(area);
    Areas { list: Some(list), detail: Some(detail) }
}

/// The width of the list's rows.
#[must_use]
pub fn row_width(screen: &impl Listing, world: &World) -> u16 {
    areas(screen.area(world), false).list.map_or(0, |it| inner(it).width)
}

fn inner(frame: Rect) -> Rect {
    frame.inner(Margin::new(1, 1))
}

/// The detail's text has a free cell at either side.
fn page(frame: Rect) -> Rect {
    frame.inner(Margin::new(2, 1))
}

/// The rows as they are now.
pub fn rows(screen: &impl Listing, world: &World) -> Vec<Row> {
    screen.rows(world, row_width(screen, world))
}

/// The key of the selected row.
pub fn selected(screen: &impl Listing, world: &World) -> Option<String> {
    screen.panes().key(&rows(screen, world))
}

/// Whether the detail of the selected row can be read now.
pub fn shows_detail(screen: &impl Listing, world: &World) -> bool {
    areas(screen.area(world), screen.panes().reading).detail.is_some()
}

/// Whether the detail is shown in place of the list.
pub fn is_reading(screen: &impl Listing, world: &World) -> bool {
    areas(screen.area(world), screen.panes().reading).list.is_none()
}

/// First visible row, so that the selected one is in the middle where that is possible.
fn first_visible(selected: Option<usize>, rows: usize, height: usize) -> usize {
    selected.unwrap_or(0).saturating_sub(height / 2).min(rows.saturating_sub(height))
}

/// Moves, scrolls, opens and closes the detail. False: the action is not about the list.
pub fn act(screen: &mut impl Listing, action: Action, world: &World) -> bool {
    let rows = rows(screen, world);
    let places = areas(screen.area(world), screen.panes().reading);
    let is_reading = places.list.is_none();
    match action {
        Action::Up | Action::Down if is_reading => scroll(screen, world, 1, action == Action::Down),
        Action::Up | Action::Down => screen.panes_mut().step(&rows, action == Action::Down),
        Action::PageUp | Action::PageDown => {
            let by = places.detail.map_or(1, |it| usize::from(page(it).height).saturating_sub(2).max(1));
            if places.detail.is_some() {
                scroll(screen, world, by, action == Action::PageDown);
            } else {
                (0..8).for_each(|_| screen.panes_mut().step(&rows, action == Action::PageDown));
            }
        }
        Action::First | Action::Last => {
            let mut keyed = rows.iter().enumerate().filter(|(_, row)| row.key.is_some()).map(|(at, _)| at);
            let at = if action == Action::First { keyed.next() } else { keyed.next_back() };
            screen.panes_mut().select_at(at.unwrap_or(0), &rows);
        }
        Action::Open if places.detail.is_none() && screen.panes().index(&rows).is_some() => {
            let panes = screen.panes_mut();
            panes.reading = true;
            panes.scroll = 0;
        }
        Action::Back if is_reading => screen.panes_mut().reading = false,
        _ => return false,
    }
    true
}

fn scroll(screen: &mut impl Listing, world: &World, by: usize, down: bool) {
    let Some(frame) = areas(screen.area(world), screen.panes().reading).detail else { return };
    let Some(key) = selected(screen, world) else { return };
    let page = page(frame);
    let most = screen.detail(world, &key, page.width).len().saturating_sub(usize::from(page.height));
    let panes = screen.panes_mut();
    panes.scroll = if down { (panes.scroll + by).min(most) } else { panes.scroll.min(most).saturating_sub(by) };
}

/// A click selects; the wheel moves the list or scrolls the detail, whichever is below it.
pub fn mouse(screen: &mut impl Listing, world: &World, at: Position, wheel: Option<bool>) {
    let places = areas(screen.area(world), screen.panes().reading);
    if let Some(down) = wheel {
        if places.detail.is_some_and(|it| it.contains(at)) {
            scroll(screen, world, 3, down);
        } else {
            let rows = rows(screen, world);
            screen.panes_mut().step(&rows, down);
        }
        return;
    }
    let Some(list) = places.list.map(inner).filter(|it| it.contains(at)) else { return };
    let rows = rows(screen, world);
    let first = first_visible(screen.panes().index(&rows), rows.len(), usize::from(list.height));
    screen.panes_mut().select_at(first + usize::from(at.y - list.y), &rows);
}

/// Draws list and detail.
pub fn draw(screen: &impl Listing, world: &World, buffer: &mut Buffer) {
    let rows = rows(screen, world);
    let panes = screen.panes();
    let places = areas(screen.area(world), panes.reading);
    let index = panes.index(&rows);
    // Nothing to choose from: the whole place says what that means.
    let places = if rows.is_empty() { Areas { list: Some(screen.area(world)), detail: None } } else { places };
    if let Some(frame) = places.list {
        let height = usize::from(inner(frame).height);
        let first = first_visible(index, rows.len(), height);
        let hidden = rows.len().saturating_sub(first + height);
        boxed(world, frame, screen.list_title(world), Role::FrameActive, (first, hidden), buffer);
        if rows.is_empty() {
            put_lines(&screen.empty(world, page(frame).width), 0, page(frame), buffer);
        } else {
            put_rows(world, &rows, first, index, inner(frame), buffer);
        }
    }
    let Some(frame) = places.detail else { return };
    let key = index.and_then(|at| rows.get(at)?.key.clone());
    let Some(key) = key else {
        boxed(world, frame, Line::default(), Role::Frame, (0, 0), buffer);
        return;
    };
    let page = page(frame);
    let lines = screen.detail(world, &key, page.width);
    let scroll = panes.scroll.min(lines.len().saturating_sub(usize::from(page.height)));
    let hidden = lines.len().saturating_sub(scroll + usize::from(page.height));
    let role = if places.list.is_none() { Role::FrameActive } else { Role::Frame };
    boxed(world, frame, screen.detail_title(world, &key), role, (scroll, hidden), buffer);
    put_lines(&lines, scroll, page, buffer);
}

/// A frame with a title; its lower edge says how much is hidden above and below.
pub fn boxed(world: &World, frame: Rect, title: Line<'static>, role: Role, hidden: (usize, usize), buffer: &mut Buffer) {
    let mut block = Block::bordered().border_style(world.look.style(role)).title(title);
    let says = match hidden {
        (0, 0) => None,
        (0, below) => Some(format!(" ↓ {below} more ")),
        (above, 0) => Some(format!(" ↑ {above} above ")),
        (above, below) => Some(format!(" ↑ {above} · ↓ {below} ")),
    };
    if let Some(says) = says {
        block = block.title_bottom(Line::styled(says, world.look.style(Role::Faint)).right_aligned());
    }
    block.render(frame, buffer);
}

fn put_rows(world: &World, rows: &[Row], first: usize, selected: Option<usize>, area: Rect, buffer: &mut Buffer) {
    for (line, (at, row)) in rows.iter().enumerate().skip(first).take(usize::from(area.height)).enumerate() {
        let y = area.y + cells(line);
        buffer.set_line(area.x, y, &row.line, area.width);
        if Some(at) == selected {
            buffer.set_span(area.x, y, &Span::styled("▸", world.look.style(Role::Accent)), area.width);
            buffer.set_style(Rect::new(area.x, y, area.width, 1), world.look.style(Role::Selected));
        }
    }
}

/// Lines from `scroll` on, as many as fit.
pub fn put_lines(lines: &[Line<'static>], scroll: usize, area: Rect, buffer: &mut Buffer) {
    for (at, line) in lines.iter().skip(scroll).take(usize::from(area.height)).enumerate() {
        buffer.set_line(area.x, area.y + cells(at), line, area.width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(keys: &str) -> Vec<Row> {
        keys.chars().map(|c| if c == '-' { Row::still("") } else { Row::new(c, "") }).collect()
    }

    #[test]
    fn the_selection_stays_with_its_id_and_falls_to_its_neighbour() {
        let mut panes = Panes::default();
        assert_eq!(panes.key(&rows("-abc")).as_deref(), Some("a"));
        panes.step(&rows("-abc"), true);
        assert_eq!(panes.key(&rows("xyab")).as_deref(), Some("b"), "rows moved, the selection did not");
        assert_eq!(panes.key(&rows("-ac")).as_deref(), Some("c"), "it is gone: the one in its place");
        assert_eq!(panes.key(&rows("a")).as_deref(), Some("a"));
        assert_eq!(panes.key(&rows("--")), None);
    }

    #[test]
    fn headings_are_stepped_over() {
        let mut panes = Panes::default();
        panes.step(&rows("a--b"), true);
        assert_eq!(panes.key(&rows("a--b")).as_deref(), Some("b"));
        panes.step(&rows("a--b-"), true);
        assert_eq!(panes.key(&rows("a--b-")).as_deref(), Some("b"), "the end is the end");
    }
}

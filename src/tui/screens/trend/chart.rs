//! The burn-up as columns, a week each: what was done, what was lost of it, what applies. Drawn from counts; where there are
//! more weeks than columns the oldest are left out, and a week that nobody looked at is drawn in another way.

use crate::domain::trend::{Point, Trend};
use crate::tui::text::cells;
use crate::tui::theme::{Look, Role};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns of the numbers at the left, with the axis.
const LEFT: u16 = 6;
/// Lines besides the columns: legend, axis, names of the weeks, what was lost in them.
const AROUND: u16 = 4;
/// The widest column.
const WIDEST: u16 = 8;
const EIGHTHS: [&str; 9] = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// How many lines of an area the chart takes; none where the list needs them all.
#[must_use]
pub fn height(area: Rect) -> u16 {
    if area.height < 14 || area.width < 30 { 0 } else { (area.height * 9 / 20).clamp(8, 17) }
}

/// Draws it.
pub fn draw(trend: &Trend, look: Look, area: Rect, buffer: &mut Buffer) {
    let Some(rows) = area.height.checked_sub(AROUND).filter(|rows| *rows > 0) else { return };
    let room = area.width.saturating_sub(LEFT + 1);
    let most = trend.points.iter().map(|it| it.of).max().unwrap_or(0);
    let shown = trend.points.len().min(usize::from(room));
    let points = trend.points.get(trend.points.len() - shown..).unwrap_or_default();
    if most == 0 || points.is_empty() {
        buffer.set_string(area.x + 1, area.y, "No point applies", look.style(Role::Faint));
        return;
    }
    let each = (room / cells(points.len()).max(1)).clamp(1, WIDEST);
    legend(look, area, (trend.points.len(), points), buffer);
    let plot = Plot { look, area, rows, each, most };
    plot.axis(cells(points.len()) * each, buffer);
    for (at, point) in points.iter().enumerate() {
        plot.column(point, area.x + LEFT + cells(at) * each, buffer);
    }
    plot.names(points, buffer);
}

fn legend(look: Look, area: Rect, (all, points): (usize, &[Point]), buffer: &mut Buffer) {
    let mut x = area.x + 1;
    let unlooked = points.iter().any(Point::is_unlooked);
    let lost = points.iter().any(|it| it.lost > 0 || !it.newly_lost.is_empty());
    let older = all - points.len();
    let entries = [
        (true, "█", Role::Good, "done".to_owned()),
        (lost, "↯", Role::Lost, "lost".to_owned()),
        (unlooked, "░?", Role::Unseen, "not looked at".to_owned()),
        (true, "·", Role::Faint, "points that apply".to_owned()),
        (older > 0, "…", Role::Faint, format!("{older} older weeks")),
    ];
    for (_, mark, role, says) in entries.into_iter().filter(|it| it.0) {
        let long = cells(mark.chars().count() + says.chars().count() + 1);
        if x + long > area.right() {
            break;
        }
        buffer.set_string(x, area.y, mark, look.style(role));
        buffer.set_string(x + cells(mark.chars().count()) + 1, area.y, says, look.style(Role::Faint));
        x += long + 2;
    }
}

struct Plot {
    look: Look,
    area: Rect,
    rows: u16,
    /// Columns of a week.
    each: u16,
    /// The points of the highest row.
    most: u16,
}

impl Plot {
    /// The line of cells `up` rows above the axis, from 0.
    fn y(&self, up: u16) -> u16 {
        self.area.y + 1 + (self.rows - 1 - up.min(self.rows - 1))
    }

    /// A count in eighths of a row. Some is never drawn as none, and not all never as all.
    fn eighths(&self, count: u16) -> u16 {
        let full = u32::from(self.rows) * 8;
        let drawn = u32::from(count) * full / u32::from(self.most).max(1);
        let drawn = if count > 0 { drawn.max(1) } else { 0 };
        let drawn = if count < self.most { drawn.min(full - 1) } else { drawn };
        u16::try_from(drawn).unwrap_or(u16::MAX)
    }

    fn axis(&self, width: u16, buffer: &mut Buffer) {
        let frame = self.look.style(Role::Frame);
        for up in 0..self.rows {
            buffer.set_string(self.area.x + LEFT - 1, self.y(up), "│", frame);
        }
        let half = self.most / 2;
        let mut labels = vec![(self.rows - 1, self.most)];
        if self.rows >= 4 && half > 0 {
            labels.push((self.eighths(half) / 8, half));
        }
        for (up, count) in labels {
            buffer.set_string(self.area.x, self.y(up), format!("{count:>4}"), self.look.style(Role::Faint));
        }
        let below = self.area.y + 1 + self.rows;
        buffer.set_string(self.area.x, below, "   0 └", frame);
        buffer.set_string(self.area.x + LEFT, below, "─".repeat(usize::from(width)), frame);
    }

    fn column(&self, it: &Point, x: u16, buffer: &mut Buffer) {
        let wide = usize::from(if self.each > 1 { self.each - 1 } else { 1 });
        let (mark, role) = if it.is_unlooked() { ("░", Role::Unseen) } else { ("█", Role::Good) };
        let style = self.look.style(role);
        let drawn = self.eighths(it.done);
        for up in 0..drawn / 8 {
            buffer.set_string(x, self.y(up), mark.repeat(wide), style);
        }
        let mut top = drawn / 8;
        if let Some(part) = EIGHTHS.get(usize::from(drawn % 8)).filter(|it| !it.is_empty()) {
            let part = if it.is_unlooked() { mark } else { part };
            buffer.set_string(x, self.y(top), part.repeat(wide), style);
            top += 1;
        }
        if it.of > 0 {
            let ceiling = self.y((self.eighths(it.of).max(1) - 1) / 8);
            if ceiling < self.y(top.saturating_sub(1)) || top == 0 {
                buffer.set_string(x, ceiling, "·".repeat(wide), self.look.style(Role::Faint));
            }
        }
        // What is lost at that moment stands upon what is done.
        let lost = if it.lost == 0 { 0 } else { (self.eighths(it.lost) / 8).max(1) };
        for up in top..(top + lost).min(self.rows) {
            buffer.set_string(x, self.y(up), "↯".repeat(wide), self.look.style(Role::Lost));
        }
    }

    /// Below the axis: which week it is, and what was lost in it or that nobody looked.
    fn names(&self, points: &[Point], buffer: &mut Buffer) {
        let line = self.area.y + 2 + self.rows;
        let mut free = self.area.x;
        for (at, point) in points.iter().enumerate() {
            let x = self.area.x + LEFT + cells(at) * self.each;
            let name = if point.is_now { "now".to_owned() } else { point.week.to_string() };
            let long = cells(name.len());
            // Where names do not fit side by side some are left out, never the last.
            let is_last = at + 1 == points.len();
            let x_name = if is_last { x.min(self.area.right().saturating_sub(long)) } else { x };
            let last = self.area.x + LEFT + cells(points.len() - 1) * self.each;
            let fits = is_last || (x >= free && (x + long < last.min(self.area.right().saturating_sub(3)) || self.each > long));
            if fits && x_name >= free {
                buffer.set_string(x_name, line, &name, self.look.style(Role::Faint));
                free = x_name + long + 1;
            }
            let (mark, role) = match (point.is_unlooked(), point.newly_lost.len()) {
                (true, _) => ("?".to_owned(), Role::Unseen),
                (false, 0) => continue,
                (false, lost) if self.each > 2 => (format!("↯{lost}"), Role::Lost),
                (false, _) => ("↯".to_owned(), Role::Lost),
            };
            buffer.set_string(x, line + 1, mark, self.look.style(role));
        }
    }
}

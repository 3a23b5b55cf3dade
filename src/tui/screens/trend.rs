//! The course of the engagement: points done week by week as a drawn chart, then week by week, area by area, and how long
//! mending took. Every number is `domain::trend`'s; a week without a look looks different and says so.

mod chart;

use super::{below_head, head};
use crate::domain::ItemId;
use crate::domain::trend::{Area, Point, Times, Trend};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::text::{fit, width as wide};
use crate::tui::theme::{self, Role};
use crate::tui::widgets::listing::{self, Listing, Panes, Row};
use crate::tui::widgets::meter::meter;
use crate::tui::widgets::prose::{Prose, plain};
use crate::tui::world::{Step, World};
use crate::words::{self, course};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The trend.
#[derive(Debug, Clone, Default)]
pub struct TrendScreen {
    panes: Panes,
}

impl TrendScreen {
    /// Opens the item of an open case, copies what is shown; moving is the list's.
    pub fn act(&mut self, action: Action, world: &World) -> Option<Vec<Step>> {
        match action {
            Action::Open if listing::shows_detail(self, world) => {
                let key = listing::selected(self, world)?;
                let item = key.strip_prefix("open:")?.parse().ok()?;
                Some(vec![Step::ShowItem(item)])
            }
            Action::Copy => {
                let key = listing::selected(self, world)?;
                Some(vec![Step::Do(Effect::Copy(plain(&self.detail(world, &key, 500))))])
            }
            _ => None,
        }
    }

    /// Draws it.
    pub fn draw(&self, world: &World, buffer: &mut Buffer) {
        let [_, body, _] = world.areas();
        let middle = world.trend.as_ref().and_then(|it| it.points.last()).map_or_else(String::new, |now| {
            let lost = if now.lost == 0 { String::new() } else { format!(" · ↯ {} lost", now.lost) };
            format!("{} of {} points done{lost}", now.done, now.of)
        });
        head(world, &format!("{} › trend", world.title()), &middle, body, buffer);
        if let Some(trend) = &world.trend {
            let area = below_head(world, 1);
            chart::draw(trend, world.look, Rect { height: chart::height(area), ..area }, buffer);
        }
        listing::draw(self, world, buffer);
    }
}

/// `week 3`, `now`.
fn name(it: &Point) -> String {
    if it.is_now { "now".to_owned() } else { format!("w{}", it.week) }
}

fn week(world: &World, it: &Point, at: usize, room: usize) -> Row {
    let look = world.look;
    let counts = format!("{}/{}", it.done, it.of);
    let mut news = Vec::new();
    if it.is_unlooked() {
        news.push(("? not looked at".to_owned(), Role::Unseen));
    }
    if !it.newly_lost.is_empty() {
        news.push((format!("↯{} lost", it.newly_lost.len()), Role::Lost));
    }
    if !it.newly_won.is_empty() {
        news.push((format!("✔{} won", it.newly_won.len()), Role::Good));
    }
    let said: usize = news.iter().map(|(text, _)| wide(text) + 1).sum();
    let bar = room.saturating_sub(14 + said).min(20);
    let mut spans = vec![
        Span::styled(fit(&format!(" {}", name(it)), 5), look.style(Role::Faint)),
        Span::styled(fit(&counts, 8), look.style(Role::Text)),
    ];
    if bar >= 4 {
        spans.extend(meter(look, usize::from(it.done), usize::from(it.of), bar));
        spans.push(Span::raw(" "));
    }
    for (text, role) in news {
        spans.push(Span::styled(format!("{text} "), look.style(role)));
    }
    Row::new(format!("week:{at}"), spans)
}

fn area(world: &World, it: &Area, room: usize) -> Row {
    let (look, now) = (world.look, it.now());
    let lost = if now.lost == 0 { String::new() } else { format!(" ↯{} lost", now.lost) };
    let counts = if now.of == 0 { "n/a".to_owned() } else { format!("{}/{}", now.done, now.of) };
    let bar = room.saturating_sub(16 + wide(&lost)).min(20);
    let mut spans = vec![
        Span::styled(fit(&format!(" {}", it.area), 7), look.style(Role::Name)),
        Span::styled(fit(&counts, 7), look.style(Role::Text)),
    ];
    if bar >= 4 && now.of > 0 {
        spans.extend(meter(look, usize::from(now.done), usize::from(now.of), bar));
    }
    spans.push(Span::styled(lost, look.style(Role::Lost)));
    Row::new(format!("area:{}", it.area), spans)
}

fn group(world: &World, key: &str, name: &str, it: &Times) -> Row {
    let median = it.median.map_or("none mended".to_owned(), |it| format!("median {}", words::span(it)));
    let open = if it.open == 0 { String::new() } else { format!(" · {} open", it.open) };
    let text = format!("{median} ({} mended){open}", it.fixed);
    let spans = vec![
        Span::styled(fit(&format!(" {name}"), 14), world.look.style(Role::Faint)),
        Span::styled(text, world.look.style(Role::Text)),
    ];
    Row::new(format!("fix:{key}"), spans)
}

/// The groups of time to fix, with the keys of their rows.
fn groups(trend: &Trend) -> Vec<(String, String, &Times)> {
    let fixes = &trend.fixes;
    let mut all = vec![("all".to_owned(), "all".to_owned(), &fixes.all)];
    for (gate, times) in &fixes.by_gate {
        let word = course::gate_word(*gate);
        let name = if gate.is_some() { format!("gate {word}") } else { word.to_owned() };
        all.push((format!("gate-{word}"), name, times));
    }
    for (worst, times) in &fixes.by_severity {
        let word = course::severity_word(*worst);
        all.push((format!("severity-{word}"), word, times));
    }
    all
}

impl Listing for TrendScreen {
    fn panes(&self) -> &Panes {
        &self.panes
    }
    fn panes_mut(&mut self) -> &mut Panes {
        &mut self.panes
    }
    fn area(&self, world: &World) -> Rect {
        let area = below_head(world, 1);
        let chart = world.trend.as_ref().map_or(0, |_| chart::height(area));
        Rect { y: area.y + chart, height: area.height - chart, ..area }
    }

    fn rows(&self, world: &World, width: u16) -> Vec<Row> {
        let Some(trend) = &world.trend else { return Vec::new() };
        let (look, room) = (world.look, usize::from(width));
        let heading = |text: &str| Row::still(Line::styled(format!(" {text}"), look.style(Role::Heading)));
        let mut rows = vec![heading("Weeks, the newest first")];
        rows.extend(trend.points.iter().enumerate().rev().map(|(at, it)| week(world, it, at, room)));
        rows.extend([Row::still(""), heading("Areas")]);
        rows.extend(trend.areas.iter().map(|it| area(world, it, room)));
        rows.extend([Row::still(""), heading("Time to fix")]);
        rows.extend(groups(trend).iter().map(|(key, name, times)| group(world, key, name, times)));
        if !trend.fixes.open.is_empty() {
            rows.extend([Row::still(""), heading("Seen failing and not mended")]);
        }
        for it in &trend.fixes.open {
            let (glyph, role) = theme::truth_alone(it.truth);
            let age = format!("{} for {}", it.truth.words(), words::span(trend.now - it.since));
            let line = vec![
                Span::styled(format!(" {glyph} "), look.style(role)),
                Span::styled(format!("{:<8}", it.item.as_str()), look.style(Role::Name)),
                Span::styled(age, look.style(Role::Text)),
            ];
            rows.push(Row::new(format!("open:{}", it.item), line));
        }
        rows
    }

    fn detail(&self, world: &World, key: &str, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        let (Some(trend), Some((kind, which))) = (&world.trend, key.split_once(':')) else { return prose.done() };
        match kind {
            "week" => {
                if let Some(point) = which.parse::<usize>().ok().and_then(|at| trend.points.get(at)) {
                    of_week(&mut prose, world, point);
                }
            }
            "area" => {
                if let Some(area) = trend.areas.iter().find(|it| it.area == which) {
                    of_area(&mut prose, world, trend, area);
                }
            }
            "fix" => {
                if let Some((_, name, times)) = groups(trend).into_iter().find(|(it, ..)| it == which) {
                    prose.text(Role::Strong, format!("Time to fix · {name}")).blank();
                    prose.text(Role::Text, course::times(times)).blank();
                    prose.text(
                        Role::Faint,
                        "From first seen failing to done. What is accepted or not seen any more is not mended",
                    );
                }
            }
            _ => {
                if let Some(open) = trend.fixes.open.iter().find(|it| it.item.as_str() == which) {
                    prose.text(Role::Text, course::open(open, trend.now));
                    prose.text(Role::Faint, format!("since {}", words::moment(open.since)));
                }
                if let Some((assessment, item)) = world.item(which) {
                    prose.blank();
                    super::board::detail::lead(&mut prose, world, assessment, item);
                }
            }
        }
        prose.done()
    }

    fn list_title(&self, world: &World) -> Line<'static> {
        let now = world.trend.as_ref().and_then(|it| it.points.last());
        let week = now.map_or_else(String::new, |now| format!(" week {} ", now.week));
        Line::styled(week, world.look.style(Role::Accent))
    }

    fn detail_title(&self, world: &World, key: &str) -> Line<'static> {
        let title = match (key.split_once(':'), &world.trend) {
            (Some(("week", at)), Some(trend)) => {
                let point = at.parse::<usize>().ok().and_then(|at| trend.points.get(at));
                point.map_or_else(String::new, |it| if it.is_now { "now".to_owned() } else { format!("week {}", it.week) })
            }
            (Some((_, which)), _) => which.replace('-', " "),
            _ => String::new(),
        };
        Line::styled(format!(" {title} "), world.look.style(Role::Strong))
    }

    fn empty(&self, world: &World, width: u16) -> Vec<Line<'static>> {
        let mut prose = Prose::new(world.look, width);
        prose.text(Role::Faint, "Loading…");
        prose.done()
    }
}

fn of_week(prose: &mut Prose, world: &World, it: &Point) {
    prose.text(Role::Strong, format!("{} of {} points done", it.done, it.of));
    let end = if it.week == 0 && !it.is_now { "the beginning".to_owned() } else { format!("week {}", it.week) };
    let until = if it.is_now { "up to now" } else { "as it stood at" };
    prose.text(Role::Faint, format!("{end}, {until} {}", words::moment(it.at))).blank();
    let looked = if it.is_unlooked() { (Role::Unseen, "? ") } else { (Role::Text, "") };
    prose.pair("looked at", looked.0, format!("{}{}", looked.1, course::looked(it)));
    if it.is_unlooked() {
        prose.text(Role::Faint, "What it shows is what was seen before, as far as that still counts");
    }
    let stood = [
        ("↯ lost", it.lost, Role::Lost),
        ("✘ failing", it.failing, Role::Bad),
        ("◷ stale", it.stale, Role::Caution),
        ("≈ waived", it.waived, Role::Caution),
        ("? unseen", it.unseen, Role::Unseen),
    ];
    for (label, count, role) in stood {
        prose.pair(
            label,
            if count == 0 { Role::Faint } else { role },
            if count == 0 { "none".to_owned() } else { count.to_string() },
        );
    }
    for (title, list, glyph, role) in [
        ("Lost in this week", &it.newly_lost, "↯", Role::Lost),
        ("Won in this week", &it.newly_won, "✔", Role::Good),
        ("Waivers that ended in this week", &it.waivers_ended, "≈", Role::Caution),
    ] {
        if !list.is_empty() {
            prose.heading(title);
            for item in list {
                named(prose, world, item, (role, glyph));
            }
        }
    }
}

fn named(prose: &mut Prose, world: &World, item: &ItemId, mark: (Role, &str)) {
    let short = world.item(item.as_str()).map_or_else(String::new, |(_, text)| format!(" {}", text.short));
    prose.hang(0, mark, Role::Text, format!("{item}{short}"));
}

fn of_area(prose: &mut Prose, world: &World, trend: &Trend, area: &Area) {
    let now = area.now();
    prose.text(Role::Strong, if now.of == 0 { "Does not apply".to_owned() } else { format!("{} of {} done", now.done, now.of) });
    prose.heading("Week by week");
    for (point, at) in trend.points.iter().zip(&area.points).rev() {
        let lost = if at.lost == 0 { String::new() } else { format!(" · ↯ {} lost", at.lost) };
        let unlooked = if point.is_unlooked() { " · ? not looked at" } else { "" };
        prose.pair(&name(point), Role::Text, format!("{} of {}{lost}{unlooked}", at.done, at.of));
    }
    prose.heading("Its points now");
    for it in world.board.iter().flat_map(|it| &it.items).filter(|it| crate::domain::trend::area_of(&it.item) == area.area) {
        let (glyph, role) = theme::truth_alone(it.truth);
        named(prose, world, &it.item, (role, glyph));
    }
}

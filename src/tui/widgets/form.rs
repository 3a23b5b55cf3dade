//! A form of single-line fields with the check of each, and a button after the last. Enter saves only on the button.

use crate::desk::snapshot::Format;
use crate::domain::{AppName, AssetHost, Slug, SupabaseRef, System, VercelProject};
use crate::tui::key::Stroke;
use crate::tui::text::{cells, cut, fit, width, wrap};
use crate::tui::theme::Role;
use crate::tui::world::World;
use chrono::{NaiveDate, TimeDelta};
use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use tui_input::{Input, InputRequest};

/// In days, as `desk::statement` has it.
const LONGEST_WAIVER: i64 = 366;

/// What a field has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    Anything,
    /// Something; the words say what.
    Needed(&'static str),
    /// A day from today on. A needed one is the end of a waiver, at most a year away.
    Until {
        needed: bool,
    },
    /// Any day, or nothing.
    Day,
    /// A day that has come; needed.
    Past,
    /// A week of the engagement from 1 up to this one.
    Week(u8),
    NewApp,
    /// A path or `owner/name`.
    Repository,
    Supabase,
    Vercel,
    Address,
    AssetHosts,
    Providers,
    /// At most so many characters, or nothing.
    AtMost(usize),
    /// How a founder's page is written.
    Format {
        only_html: bool,
    },
}

/// What the checks compare with.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    pub today: NaiveDate,
    pub names: &'a [AppName],
}

/// Reads a day: `2027-02-01`, or `30d`, `6w` from `today`.
pub fn read_day(text: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let relative = |unit: char, days: i64| {
        let number = text.trim_start_matches('+').strip_suffix(unit)?.parse::<i64>().ok()?;
        today.checked_add_signed(TimeDelta::try_days(number.checked_mul(days)?)?)
    };
    relative('d', 1)
        .or_else(|| relative('w', 7))
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .ok_or_else(|| "write a day as 2027-02-01, or 30d, or 6w".to_owned())
}

/// Reads metered providers, separated by commas or spaces.
pub fn read_providers(text: &str) -> Result<Vec<System>, String> {
    let names = text.split([',', ' ']).map(str::trim).filter(|it| !it.is_empty());
    names
        .map(|name| match name.to_ascii_lowercase().parse::<System>() {
            Ok(system) if system.is_metered() => Ok(system),
            _ => Err(format!("`{}` is none of openai, anthropic, openrouter, twilio, resend", cut(name, 20))),
        })
        .collect()
}

/// Reads the further hosts of a site's scripts, separated by commas or spaces.
pub fn read_asset_hosts(text: &str) -> Result<Vec<AssetHost>, String> {
    let hosts = text.split([',', ' ']).map(str::trim).filter(|it| !it.is_empty());
    hosts.map(|it| it.parse::<AssetHost>().map_err(|error| error.to_string())).collect()
}

/// Reads the address of a site.
pub fn read_address(text: &str) -> Result<url::Url, String> {
    let url = url::Url::parse(text).map_err(|_| "write the whole address: https://shop.example.com".to_owned())?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err("write the whole address: https://shop.example.com".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("leave user name and password out of the address".to_owned());
    }
    Ok(url)
}

/// Whether a repository is given as a path on this machine.
#[must_use]
pub fn is_path(text: &str) -> bool {
    text.starts_with(['/', '.', '~']) || text.contains('\\') || std::path::Path::new(text).is_absolute()
}

impl Check {
    /// What is wrong with `text`, in words for beside the field.
    pub fn judge(self, text: &str, against: &Against<'_>) -> Result<(), String> {
        let text = text.trim();
        let told = |error: &dyn std::fmt::Display| error.to_string();
        match self {
            Self::Anything => Ok(()),
            Self::Format { .. } if text.is_empty() => Err(crate::tui::popups::pages::NO_FORMAT.to_owned()),
            Self::Needed(what) if text.is_empty() => Err(what.to_owned()),
            Self::Until { needed: true } if text.is_empty() => Err("until when? 2027-02-01, or 30d, or 6w".to_owned()),
            Self::NewApp if text.is_empty() => Err("give it a short name, such as acme-shop".to_owned()),
            Self::Week(_) if text.is_empty() => Err("which week?".to_owned()),
            Self::Past if text.is_empty() => Err("on which day? 2026-11-20".to_owned()),
            _ if text.is_empty() => Ok(()),
            Self::Needed(_) => Ok(()),
            Self::Until { needed } => match read_day(text, against.today)? {
                day if day < against.today => Err("that day is past".to_owned()),
                day if needed && (day - against.today).num_days() > LONGEST_WAIVER => {
                    Err("a year at most: then somebody looks again".to_owned())
                }
                _ => Ok(()),
            },
            Self::Past => match read_day(text, against.today)? {
                day if day > against.today => Err("that day has not come yet".to_owned()),
                _ => Ok(()),
            },
            Self::Day => read_day(text, against.today).map(|_| ()),
            Self::Week(last) => match text.parse::<u8>() {
                Ok(week) if (1..=last).contains(&week) => Ok(()),
                _ => Err(format!("a week from 1 to {last}")),
            },
            Self::NewApp => match text.parse::<AppName>() {
                Ok(name) if against.names.contains(&name) => Err(format!("there is an app `{name}` already")),
                Ok(_) => Ok(()),
                Err(error) => Err(told(&error)),
            },
            Self::Repository if is_path(text) => Ok(()),
            Self::Repository => text.parse::<Slug>().map(|_| ()).map_err(|_| "a folder (/…, ./…, ~/…) or owner/name".to_owned()),
            Self::Supabase => text.parse::<SupabaseRef>().map(|_| ()).map_err(|error| told(&error)),
            Self::Vercel => text.parse::<VercelProject>().map(|_| ()).map_err(|error| told(&error)),
            Self::Address => read_address(text).map(|_| ()),
            Self::AssetHosts => read_asset_hosts(text).map(|_| ()),
            Self::Providers => read_providers(text).map(|_| ()),
            Self::AtMost(most) => match text.chars().count() {
                many if many > most => Err(format!("{many} characters; at most {most} fit")),
                _ => Ok(()),
            },
            Self::Format { only_html } => match text.to_lowercase().parse::<Format>() {
                Ok(Format::Html) => Ok(()),
                Ok(_) if only_html => Err("the browser shows html".to_owned()),
                Ok(_) => Ok(()),
                Err(_) => Err(crate::tui::popups::pages::NO_FORMAT.to_owned()),
            },
        }
    }
}

/// One field.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    /// What to write, shown in the field while it is empty.
    pub hint: &'static str,
    pub check: Check,
    pub input: Input,
    pub wrong: Option<String>,
    /// Where its text came from, below it unless something is wrong.
    pub note: Option<String>,
}

impl Field {
    /// An empty field.
    #[must_use]
    pub fn new(name: &'static str, label: &'static str, hint: &'static str, check: Check) -> Self {
        Self { name, label, hint, check, input: Input::default(), wrong: None, note: None }
    }

    /// With a text in it.
    #[must_use]
    pub fn holding(mut self, text: impl Into<String>) -> Self {
        self.input = Input::new(text.into());
        self
    }
}

/// The fields, and where the cursor is: past the last field is the button.
#[derive(Debug, Clone)]
pub struct Form {
    pub fields: Vec<Field>,
    pub at: usize,
    pub button: &'static str,
}

impl Form {
    /// A form whose first field has the cursor.
    #[must_use]
    pub fn new(fields: Vec<Field>, button: &'static str) -> Self {
        Self { fields, at: 0, button }
    }

    /// The text of a field, without spaces around it; empty when there is no such field.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|it| it.name == name).map_or("", |it| it.input.value().trim())
    }

    /// All texts, as a draft keeps them.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.fields.iter().map(|it| it.input.value().to_owned()).collect()
    }

    /// Puts a draft back.
    pub fn restore(&mut self, texts: &[String]) {
        for (field, text) in self.fields.iter_mut().zip(texts) {
            field.input = Input::new(text.clone());
        }
    }

    /// Whether the cursor is on the button.
    #[must_use]
    pub fn is_on_button(&self) -> bool {
        self.at >= self.fields.len()
    }

    /// Goes to the next or previous field and judges the one that is left.
    pub fn go(&mut self, forward: bool, against: &Against<'_>) {
        if let Some(field) = self.fields.get_mut(self.at) {
            field.wrong = field.check.judge(field.input.value(), against).err();
        }
        let places = self.fields.len() + 1;
        self.at = if forward { (self.at + 1) % places } else { (self.at + places - 1) % places };
    }

    /// Judges every field and goes to the first that is wrong. True: all are right.
    pub fn judge(&mut self, against: &Against<'_>) -> bool {
        for field in &mut self.fields {
            field.wrong = field.check.judge(field.input.value(), against).err();
        }
        let wrong = self.fields.iter().position(|it| it.wrong.is_some());
        if let Some(at) = wrong {
            self.at = at;
        }
        wrong.is_none()
    }

    /// Types into the field that has the cursor. What was wrong may be right now, so the message goes.
    pub fn typed(&mut self, stroke: Stroke) {
        if let Some(field) = self.fields.get_mut(self.at)
            && type_into(&mut field.input, stroke)
        {
            field.wrong = None;
        }
    }

    /// The cells that labels take, with a blank at either side.
    fn label_width(&self) -> usize {
        self.fields.iter().map(|it| width(it.label)).max().unwrap_or(0) + 3
    }

    /// The lines of the form for an area `across` cells wide: a field, what is wrong with it, the button.
    fn lines(&self, across: u16) -> Vec<FormLine> {
        let room = usize::from(across).saturating_sub(self.label_width());
        let mut lines = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            lines.push(FormLine::Field(at));
            if let Some(wrong) = &field.wrong {
                lines.extend(wrap(&format!("✘ {wrong}"), room.max(1)).into_iter().map(FormLine::Wrong));
            } else if let Some(note) = &field.note {
                lines.extend(wrap(note, room.max(1)).into_iter().map(FormLine::Note));
            }
        }
        lines.extend([FormLine::Gap, FormLine::Button]);
        lines
    }

    /// How many lines the form takes in an area `across` cells wide.
    #[must_use]
    pub fn height(&self, across: u16) -> u16 {
        cells(self.lines(across).len())
    }

    /// Draws the fields, each with what is wrong with it below, and the button. Scrolls so that the cursor is visible.
    pub fn draw(&self, world: &World, area: Rect, buffer: &mut Buffer) {
        let label = self.label_width();
        let room = cells(usize::from(area.width).saturating_sub(label));
        let lines = self.lines(area.width);
        let here =
            |line: &FormLine| if self.is_on_button() { *line == FormLine::Button } else { *line == FormLine::Field(self.at) };
        let height = usize::from(area.height);
        let cursor = lines.iter().position(here).unwrap_or(0);
        let first = (cursor + 2).min(lines.len()).saturating_sub(height);
        for (at, line) in lines.iter().enumerate().skip(first).take(height) {
            let y = area.y + cells(at - first);
            let mark = if here(line) { "▸" } else { " " };
            let beside = Rect::new(area.x + cells(label), y, room, 1);
            match line {
                FormLine::Gap => {}
                FormLine::Button => {
                    let role = if here(line) { Role::Selected } else { Role::Strong };
                    let text = format!("{mark}[ {} ]", self.button);
                    buffer.set_line(area.x, y, &Line::styled(text, world.look.style(role)), area.width);
                }
                FormLine::Field(index) => {
                    let Some(field) = self.fields.get(*index) else { continue };
                    let role = if here(line) { Role::Strong } else { Role::Text };
                    let text = fit(&format!("{mark}{}", field.label), label);
                    buffer.set_line(area.x, y, &Line::styled(text, world.look.style(role)), area.width);
                    draw_input(world, &field.input, here(line), beside, buffer);
                    if field.input.value().is_empty() && room > 2 {
                        let hint = Line::styled(cut(field.hint, usize::from(room) - 2), world.look.style(Role::Faint));
                        buffer.set_line(beside.x + 1, y, &hint, room - 1);
                    }
                }
                FormLine::Wrong(text) | FormLine::Note(text) => {
                    let role = if matches!(line, FormLine::Wrong(_)) { Role::Wrong } else { Role::Faint };
                    buffer.set_line(beside.x, y, &Line::styled(text.clone(), world.look.style(role)), room);
                }
            }
        }
    }
}

/// A line of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FormLine {
    Field(usize),
    /// Already wrapped.
    Wrong(String),
    /// Already wrapped.
    Note(String),
    Gap,
    Button,
}

/// Types a stroke into an input. True: the text changed.
pub fn type_into(input: &mut Input, stroke: Stroke) -> bool {
    let request = match (stroke.code(), stroke.has_control()) {
        _ if stroke.typed().is_some() => stroke.typed().map(InputRequest::InsertChar),
        (KeyCode::Backspace, false) | (KeyCode::Char('h'), true) => Some(InputRequest::DeletePrevChar),
        (KeyCode::Backspace | KeyCode::Char('w'), true) => Some(InputRequest::DeletePrevWord),
        (KeyCode::Delete, _) => Some(InputRequest::DeleteNextChar),
        (KeyCode::Left, false) => Some(InputRequest::GoToPrevChar),
        (KeyCode::Right, false) => Some(InputRequest::GoToNextChar),
        (KeyCode::Left, true) => Some(InputRequest::GoToPrevWord),
        (KeyCode::Right, true) => Some(InputRequest::GoToNextWord),
        (KeyCode::Home, _) | (KeyCode::Char('a'), true) => Some(InputRequest::GoToStart),
        (KeyCode::End, _) | (KeyCode::Char('e'), true) => Some(InputRequest::GoToEnd),
        (KeyCode::Char('u'), true) => Some(InputRequest::DeleteFromStart),
        (KeyCode::Char('k'), true) => Some(InputRequest::DeleteTillEnd),
        _ => None,
    };
    request.and_then(|it| input.handle(it)).is_some_and(|it| it.value)
}

/// Draws an input in one line, underlined, its cursor as a reversed cell.
pub fn draw_input(world: &World, input: &Input, has_cursor: bool, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let shown = crate::domain::Foreign::new(input.value());
    let scroll = input.visual_scroll(usize::from(area.width).saturating_sub(1));
    let mut skipped = 0;
    let visible: String = shown
        .as_str()
        .chars()
        .skip_while(|c| {
            let before = skipped;
            skipped += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            before < scroll
        })
        .collect();
    buffer.set_style(area, ratatui::style::Style::new().add_modifier(ratatui::style::Modifier::UNDERLINED));
    buffer.set_stringn(area.x, area.y, &visible, usize::from(area.width), ratatui::style::Style::new());
    if has_cursor {
        let x = area.x + cells(input.visual_cursor().saturating_sub(scroll)).min(area.width - 1);
        if let Some(cell) = buffer.cell_mut(Position::new(x, area.y)) {
            cell.set_style(world.look.style(Role::Selected));
        }
    }
}

/// The lines of a text above a form, wrapped.
#[must_use]
pub fn intro(world: &World, texts: &[(Role, String)], width: u16) -> Vec<Line<'static>> {
    texts
        .iter()
        .flat_map(|(role, text)| wrap(text, usize::from(width)).into_iter().map(|it| Line::styled(it, world.look.style(*role))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Check::Until { needed: true }, "", "until when? 2027-02-01, or 30d, or 6w")]
    #[case(Check::Past, "", "on which day? 2026-11-20")]
    #[case(Check::Past, "2026-11-23", "that day has not come yet")]
    #[case(Check::Past, "2026-11-22", "")]
    #[case(Check::Until { needed: true }, "2026-11-21", "that day is past")]
    #[case(Check::Until { needed: true }, "2026-11-22", "")]
    #[case(Check::Until { needed: true }, "2027-11-23", "")]
    #[case(Check::Until { needed: true }, "2027-11-24", "a year at most: then somebody looks again")]
    #[case(Check::Until { needed: false }, "2028-11-24", "")]
    #[case(Check::Until { needed: true }, "2026-11-23", "")]
    #[case(Check::Until { needed: false }, "", "")]
    #[case(Check::Until { needed: false }, "soon", "write a day as 2027-02-01, or 30d, or 6w")]
    #[case(Check::Until { needed: true }, "9223372036854775807w", "write a day as 2027-02-01, or 30d, or 6w")]
    #[case(Check::Week(6), "7", "a week from 1 to 6")]
    #[case(Check::Week(6), "6", "")]
    #[case(Check::NewApp, "acme-shop", "there is an app `acme-shop` already")]
    #[case(Check::NewApp, "Acme", "`Acme` is not an app name: 1 to 40 of a-z, 0-9 and -, beginning with a letter or digit")]
    #[case(Check::Repository, "./shop", "")]
    #[case(Check::Repository, "acme/shop", "")]
    #[case(Check::Repository, "acme", "a folder (/…, ./…, ~/…) or owner/name")]
    #[case(Check::Address, "shop.example.com", "write the whole address: https://shop.example.com")]
    #[case(Check::Address, "https://a:b@shop.example.com", "leave user name and password out of the address")]
    #[case(Check::AssetHosts, "files.example.com, 10.0.0.5:8080", "")]
    #[case(Check::AssetHosts, "", "")]
    #[case(
        Check::AssetHosts,
        "files.example.com https://cdn.example.com/app.js",
        "`https://cdn.example.com/app.js` is not a host: files.example.com, with a port where it is not the usual one"
    )]
    #[case(Check::Providers, "openai, twilio", "")]
    #[case(Check::Providers, "github", "`github` is none of openai, anthropic, openrouter, twilio, resend")]
    fn fields_are_judged(#[case] check: Check, #[case] text: &str, #[case] says: &str) {
        let names = ["acme-shop".parse().unwrap()];
        let against = Against { today: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(), names: &names };
        assert_eq!(check.judge(text, &against).err().unwrap_or_default(), says);
    }
}

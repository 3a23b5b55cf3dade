//! What is asked and shown around the founder's page: the note at its top, the file that it is written to, two pages side
//! by side. It writes no file.

use super::Popup;
use super::answer::Purpose;
use super::form::FormPopup;
use crate::desk::snapshot::{Format, short};
use crate::snapshot::Audience;
use crate::snapshot::build::NOTE;
use crate::snapshot::compare::Comparison;
use crate::tui::effect::Effect;
use crate::tui::pages::{Saving, Source, Wanted, Wish, file_name};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Check, Field, Form};
use crate::tui::widgets::prose::Prose;
use crate::tui::world::World;
use chrono::NaiveDate;
use ratatui::text::Line;

fn draft(world: &World, of: &str) -> String {
    format!("{}:{of}", world.open.as_ref().map_or("", |it| it.as_str()))
}

/// The engineer's words at the top of the page.
#[must_use]
pub fn top_note(world: &World) -> Popup {
    let intro = vec![
        (Role::Text, "Your words at the top of the page, under your name: the only free text on it".to_owned()),
        (Role::Faint, "In plain words; it is shown as it stands, to whoever gets the file".to_owned()),
    ];
    let note = world.pages.preview.wanted.note.clone().unwrap_or_default();
    let fields = vec![Field::new("note", "Note", "what the reader should know, or nothing", Check::AtMost(NOTE)).holding(note)];
    let form = Form::new(fields, "Put it on the page");
    let title = "A word at the top".to_owned();
    Popup::Form(Box::new(FormPopup::new(world, draft(world, "top-note"), title, intro, form, Purpose::TopNote)))
}

/// In which format and under which name a page is written; of that audience, of that day.
#[must_use]
pub fn save(world: &World, source: Source, audience: Audience, day: NaiveDate, open: bool) -> Popup {
    let mut intro = Vec::new();
    if open {
        intro.push((Role::Text, "The browser shows a saved page: it is written first".to_owned()));
    }
    if let Source::Kept(seal) = &source {
        intro.push((Role::Text, format!("Written again as it was kept: {}", short(seal))));
    } else {
        intro.push((Role::Text, format!("This page for the {audience} is kept for good: later ones are compared with it")));
        if world.is_running() {
            intro.push((Role::Caution, "A run is going on: what it decides later is not on this page".to_owned()));
        }
    }
    let file = world.open.as_ref().map_or_else(String::new, |app| file_name(app, audience, day, Format::Html));
    let fields = vec![
        Field::new("format", "Format", "html, md, json or pdf", Check::Format { only_html: open })
            .holding(Format::Html.to_string()),
        Field::new("file", "File", "a name here, or ~/…, /…", Check::Needed("give the file a name")).holding(file),
    ];
    let form = Form::new(fields, if open { "Save and open" } else { "Save" });
    let draft = draft(world, &format!("page-for-{audience}-{}", if open { "open" } else { "file" }));
    let title = "Save the page".to_owned();
    Popup::Form(Box::new(FormPopup::new(world, draft, title, intro, form, Purpose::SavePage { source, open })))
}

/// What the forms wish.
///
/// # Errors
/// The field that does not read, with the reason.
pub fn answer(purpose: &Purpose, form: &Form, world: &World) -> Result<Effect, (&'static str, String)> {
    let app = world.open.clone().ok_or(("", "no app is open".to_owned()))?;
    let wish = if let Purpose::SavePage { source, open } = purpose {
        Wish::Save(Box::new(Saving {
            app,
            source: source.clone(),
            format: form.text("format").to_lowercase().parse().map_err(|_| ("format", NO_FORMAT.to_owned()))?,
            file: form.text("file").to_owned(),
            replace: false,
            open: *open,
        }))
    } else {
        let note = Some(form.text("note").to_owned()).filter(|it| !it.is_empty());
        Wish::Preview { app, wanted: Wanted { note, ..world.pages.preview.wanted.clone() } }
    };
    Ok(Effect::Pages(wish))
}

/// What is said of a text that names no format.
pub const NO_FORMAT: &str = "one of html, md, json, pdf";

/// Lets the file's name end as the format that was typed says, where it ended as another format says.
pub fn follow_format(form: &mut Form) {
    let Ok(format) = form.text("format").to_lowercase().parse::<Format>() else { return };
    let name = match form.text("file").rsplit_once('.') {
        Some((stem, ending)) if ending.parse::<Format>().is_ok_and(|it| it != format) => format!("{stem}.{format}"),
        _ => return,
    };
    if let Some(field) = form.fields.iter_mut().find(|it| it.name == "file") {
        field.input = name.into();
    }
}

/// Two pages side by side, in the sentences of the comparison.
#[must_use]
pub fn comparison(world: &World, compared: &Comparison, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(world.look, width);
    for (at, text) in compared.says.iter().enumerate() {
        match (text.strip_prefix("− "), text.strip_prefix("+ ")) {
            (Some(went), _) => prose.hang(1, (Role::Good, "−"), Role::Text, went),
            (_, Some(came)) => prose.hang(1, (Role::Lost, "+"), Role::Text, came),
            _ if at == 0 => prose.text(Role::Strong, text).blank(),
            _ => prose.text(Role::Text, text),
        };
    }
    prose.done()
}

//! `rescue ask`: the letter to the client, or the reminder of what is still missing. It asks no system and sends nothing.

use super::ask_args::{AskArgs, LetterFormat};
use super::{Terminal, exit, json, out::Out};
use crate::desk::Desk;
use crate::desk::writing::{free, take};
use crate::letter::{LetterWords, html, markdown};
use crate::trouble::Trouble;
use std::path::Path;

/// `rescue ask NAME`.
///
/// # Errors
/// An unknown app, one of which nothing is known, a file that exists, a store that cannot be read.
pub fn ask(desk: &Desk, args: AskArgs, terminal: Terminal, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(&args.name)?;
    let letter = desk.letter(&app, args.reminder)?;
    if args.json {
        let document = serde_json::json!({ "app": app, "letter": letter });
        out.json(&json::document(document));
        return Ok(exit::FINE);
    }
    let Some(letter) = letter else {
        out.say(format!("nothing is needed from the client of {app} now"));
        return Ok(exit::FINE);
    };
    let words = LetterWords::english();
    let text = match args.format {
        LetterFormat::Md => markdown::render(&letter, words),
        LetterFormat::Html => html::render(&letter, words),
    };
    let is_stdout = args.out.as_deref().is_some_and(|file| file == Path::new("-"));
    let place = match args.out.filter(|_| !is_stdout) {
        Some(file) => Some(take(&file)?),
        // Nobody reads a page's source on a terminal.
        None if args.format == LetterFormat::Html && terminal.both && !is_stdout => {
            let kind = if args.reminder { "reminder" } else { "letter" };
            Some(free(&format!("{app}-{kind}-{}", desk.clock.now().date_naive()), args.format.ending())?)
        }
        None => None,
    };
    match place {
        None => out.raw(text.as_bytes()),
        Some(place) => {
            let path = place.fill(text.as_bytes())?;
            out.say(format!("written to {}; nothing was sent", path.display()));
        }
    }
    Ok(exit::FINE)
}

//! A GitHub issue comment as text, for a person to paste: written to a file of ours or printed, never sent.

use super::message::Message;
use super::patience::Delivery;
use super::plain::{self, Manner};
use crate::config::private;
use crate::domain::{AppName, Foreign};
use crate::snapshot::markdown;
use chrono::NaiveDate;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// GitHub takes 65 536 characters in a comment.
const MOST: usize = 60_000;

/// The comment. No text of the message can become more than text: each goes through the snapshot's `plain`.
#[must_use]
pub fn text(message: &Message) -> String {
    let strong = |text: &str| if text.is_empty() { String::new() } else { format!("**{text}**") };
    let manner = Manner { plain: markdown::plain, strong, most: MOST, with_subject: true, spaced: true };
    format!("{}\n", plain::text(message, manner))
}

/// Where the drafts about one app lie.
#[must_use]
pub fn folder(drafts: &Path, app: &AppName) -> PathBuf {
    drafts.join(app.as_str())
}

/// Writes the draft of a day, over an earlier one of the same day, whole or not at all.
#[must_use]
pub fn write(drafts: &Path, app: &AppName, day: NaiveDate, message: &Message) -> Delivery {
    let folder = folder(drafts, app);
    let path = folder.join(format!("{day}.md"));
    let written = private::make_dir(&folder).and_then(|()| {
        // A file of this kind is its owner's alone from the first byte.
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(text(message).as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path).map(drop).map_err(|error| error.error)
    });
    let end = match written {
        Ok(()) => Ok(Foreign::new(format!("written to {}", path.display()))),
        Err(error) => Err(Foreign::new(format!("{} could not be written: {error}", path.display()))),
    };
    Delivery { attempts: 1, end }
}

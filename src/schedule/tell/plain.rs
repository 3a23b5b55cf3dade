//! A message as lines of text within a length, for every channel: the least important goes first, and what is left out is
//! counted. Each channel says how its text is kept from being more than text.

use super::message::{AppPart, Message};
use super::words::{ReaderWords, TellWords};
use crate::snapshot::words::fill;

/// How a channel writes.
#[derive(Clone, Copy)]
pub struct Manner {
    /// Makes any text harmless there.
    pub plain: fn(&str) -> String,
    /// Makes a harmless text stand out.
    pub strong: fn(&str) -> String,
    /// The most characters of the whole, as they are sent.
    pub most: usize,
    /// Whether the subject stands above it, or goes apart.
    pub with_subject: bool,
    /// Whether an empty line stands between any two paragraphs and lists.
    pub spaced: bool,
}

/// The most lines of a section, and the most apps, that are tried first.
const LINES: usize = 20;
const APPS: usize = 50;

/// The message as text.
#[must_use]
pub fn text(message: &Message, manner: Manner) -> String {
    let (mut lines, mut apps) = (LINES, message.apps.len().min(APPS));
    loop {
        let text = shortened(message, manner, lines, apps);
        if text.chars().count() <= manner.most {
            return text;
        }
        match (lines, apps) {
            (1, 0 | 1) => return cut(&text, manner.most),
            (1, more) => apps = more - 1,
            (more, _) => lines = (more / 2).max(1),
        }
    }
}

fn shortened(message: &Message, manner: Manner, lines: usize, apps: usize) -> String {
    let words = TellWords::english().of(message.wording);
    let mut out = Vec::new();
    if manner.with_subject {
        out.push((manner.strong)(&(manner.plain)(message.subject.as_str())));
        out.push(String::new());
    }
    // A heading under a subject that names the one app would say it twice.
    let alone = message.apps.len() == 1 && manner.with_subject;
    for part in message.apps.iter().take(apps) {
        app(part, manner, (lines, words), alone, &mut out);
    }
    let more = message.apps.len().saturating_sub(apps);
    if more > 0 {
        out.extend(manner.spaced.then(String::new));
        out.push((manner.plain)(&words.more_apps.of(more, &[])));
    }
    if !message.closing.is_empty() {
        out.extend(manner.spaced.then(String::new));
        out.push((manner.plain)(&message.closing));
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out.dedup_by(|next, before| next.is_empty() && before.is_empty());
    out.join("\n")
}

fn app(part: &AppPart, manner: Manner, (most, words): (usize, &ReaderWords), alone: bool, out: &mut Vec<String>) {
    let gap = || manner.spaced.then(String::new);
    if !alone && !part.heading.as_str().is_empty() {
        out.push((manner.strong)(&(manner.plain)(part.heading.as_str())));
    }
    for section in &part.sections {
        out.extend(gap());
        if !section.title.is_empty() {
            out.push(format!("{}:", (manner.plain)(&section.title)));
            out.extend(gap());
        }
        let bullet = if section.title.is_empty() { "" } else { "- " };
        out.extend(section.lines.iter().take(most).map(|line| format!("{bullet}{}", (manner.plain)(line.as_str()))));
        let more = section.lines.len().saturating_sub(most);
        if more > 0 {
            out.push(format!("{bullet}{}", (manner.plain)(&fill(&words.more, &[("n", &more.to_string())]))));
        }
    }
    for line in part.remark.iter().chain(&part.look) {
        out.extend(gap());
        out.push((manner.plain)(line));
    }
    out.push(String::new());
}

/// At most so many characters, at the end of a line where there is one.
fn cut(text: &str, most: usize) -> String {
    let kept: String = text.chars().take(most.saturating_sub(2)).collect();
    let whole = kept.rsplit_once('\n').map_or(kept.as_str(), |(whole, _)| whole);
    format!("{whole}\n…")
}

/// Text that is sent as it is.
#[must_use]
pub fn as_it_is(text: &str) -> String {
    text.to_owned()
}

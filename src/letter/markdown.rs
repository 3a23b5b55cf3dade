//! The letter as Markdown for mail: headings, paragraphs and lists, readable also where nobody renders it. It adds no word of
//! its own, and no text of it can become more than text (`snapshot::markdown::plain`).

use super::model::{Ask, Block, Letter, Part};
use super::words::LetterWords;
use crate::snapshot::markdown::plain;
use crate::snapshot::words::fill;

/// The letter, ended by one line break.
#[must_use]
pub fn render(letter: &Letter, words: &LetterWords) -> String {
    let mut out = String::with_capacity(8 * 1024);
    block(&mut out, &format!("# {}", plain(letter.heading.as_str())));
    block(&mut out, &plain(letter.line.as_str()));
    block(&mut out, &plain(letter.greeting.as_str()));
    letter.opening.iter().for_each(|it| block(&mut out, &plain(it.as_str())));
    if letter.reminder {
        letter.asks.iter().enumerate().for_each(|(at, it)| reminded(&mut out, at + 1, it));
    } else {
        if letter.asks.len() > 1 {
            block(&mut out, &format!("## {}", plain(&letter.short)));
            out.push('\n');
            letter.asks.iter().enumerate().for_each(|(at, it)| line(&mut out, &in_short(at + 1, it)));
        }
        for (at, it) in letter.asks.iter().enumerate() {
            let (number, title) = ((at + 1).to_string(), plain(it.title.as_str()));
            // The number is made plain with its sentence: a heading that begins with one stays a heading.
            let title =
                if letter.asks.len() > 1 { fill(&words.head.numbered, &[("n", &number), ("title", &title)]) } else { title };
            block(&mut out, &format!("## {title}"));
            block(&mut out, &plain(&format!("{} ({})", it.says, it.about)));
            blocks(&mut out, it);
        }
    }
    letter.handing.iter().chain(&letter.here).for_each(|it| part(&mut out, it));
    block(&mut out, &plain(letter.closing.as_str()));
    let farewell: Vec<String> = letter.farewell.iter().map(|it| plain(it.as_str())).collect();
    // A backslash at the end breaks the line in every dialect, and is seen as one where nobody renders it.
    block(&mut out, &farewell.join("\\\n"));
    out
}

fn in_short(number: usize, it: &Ask) -> String {
    format!("{number}. **{}** ({}): {}", plain(it.title.as_str()), plain(&it.about), plain(it.says.as_str()))
}

fn reminded(out: &mut String, number: usize, it: &Ask) {
    block(out, &in_short(number, it));
    for block in &it.blocks {
        match block {
            Block::Text(text) => line(out, &format!("   - {}", plain(text.as_str()))),
            Block::Steps(all) | Block::List(all) | Block::Sign(all) => {
                for it in all {
                    line(out, &format!("   - {}", plain(it.as_str())));
                }
            }
        }
    }
}

fn blocks(out: &mut String, it: &Ask) {
    for piece in &it.blocks {
        match piece {
            Block::Text(text) => block(out, &plain(text.as_str())),
            Block::Steps(steps) => {
                out.push('\n');
                for (at, it) in steps.iter().enumerate() {
                    line(out, &format!("{}. {}", at + 1, plain(it.as_str())));
                }
            }
            Block::List(list) => {
                out.push('\n');
                for it in list {
                    line(out, &format!("- {}", plain(it.as_str())));
                }
            }
            Block::Sign(lines) => {
                out.push('\n');
                for it in lines {
                    line(out, &format!("- {}: …………………………………………", plain(it.as_str())));
                }
            }
        }
    }
}

fn part(out: &mut String, it: &Part) {
    block(out, &format!("## {}", plain(&it.title)));
    out.push('\n');
    it.says.iter().for_each(|it| line(out, &format!("- {}", plain(it.as_str()))));
}

/// A block of its own: an empty line before it.
fn block(out: &mut String, markdown: &str) {
    if markdown.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    line(out, markdown);
}

fn line(out: &mut String, markdown: &str) {
    out.push_str(markdown);
    out.push('\n');
}

//! A line of the user's crontab, between two comments of ours (crontab(5)). Every other line stays byte for byte.

use super::seal::sealed;
use super::{ARGUMENTS, Job};
use crate::trouble::Trouble;
use chrono::Timelike as _;
use std::fmt::Write as _;

/// The longest command that the crons of BSD, macOS and Debian take, in bytes.
const LONGEST: usize = 998;

/// Our lines: a comment with the seal, the line, a comment.
///
/// # Errors
/// The line would be longer than crons take.
pub fn block(job: &Job) -> Result<String, Trouble> {
    let mut command = String::from("umask 077; ");
    for (name, value) in &job.variables {
        let _ = write!(command, "{name}={} ", word(value));
    }
    let _ = write!(command, "nice -n 10 {} {} >{} 2>&1", word(&job.program), ARGUMENTS.join(" "), word(&job.log));
    if command.len() > LONGEST {
        return Err(Trouble::failed(format!("the crontab's line would have {} bytes, and crons take {LONGEST}", command.len()))
            .next("Install it with a shorter search path: PATH=/usr/local/bin:/usr/bin:/bin rescue schedule install"));
    }
    let begins = job.begins();
    let lines = format!("{} {} * * * {command}\n{}\n", begins.minute(), begins.hour(), end(&job.name));
    Ok(sealed("", [&format!("{} made by `rescue schedule install`; ", begin(&job.name)), ""], &lines))
}

fn begin(name: &str) -> String {
    format!("# {name} begin:")
}

fn end(name: &str) -> String {
    format!("# {name} end")
}

/// A crontab with our block in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'t> {
    pub before: &'t [u8],
    pub block: &'t [u8],
    pub after: &'t [u8],
}

/// Where our block is; none: the table has none.
///
/// # Errors
/// It begins and does not end, so nobody can say what is ours.
pub fn parts<'t>(table: &'t [u8], name: &str) -> Result<Option<Parts<'t>>, Trouble> {
    let (begin, end) = (begin(name), end(name));
    let mut at = 0;
    let mut from = None;
    for line in table.split_inclusive(|byte| *byte == b'\n') {
        let next = at + line.len();
        if from.is_none() && line.starts_with(begin.as_bytes()) {
            from = Some(at);
        } else if let Some(from) = from
            && line.trim_ascii_end() == end.as_bytes()
        {
            let (before, rest) = table.split_at_checked(from).unwrap_or((table, &[]));
            let (block, after) = rest.split_at_checked(next - from).unwrap_or((rest, &[]));
            return Ok(Some(Parts { before, block, after }));
        }
        at = next;
    }
    match from {
        None => Ok(None),
        Some(_) => Err(Trouble::failed(format!("the lines of {name} in your crontab have lost their end"))
            .next(format!("Run `crontab -e` and delete from `{begin}` what is not yours"))),
    }
}

/// The table with our block instead of an earlier one, else at its end.
///
/// # Errors
/// As [`parts`].
pub fn with(table: &[u8], name: &str, block: &str) -> Result<Vec<u8>, Trouble> {
    let (before, after) = parts(table, name)?.map_or((table, &[][..]), |it| (it.before, it.after));
    let mut made = before.to_vec();
    // A last line without an end would swallow ours; crons refuse it anyway.
    if !made.is_empty() && !made.ends_with(b"\n") {
        made.push(b'\n');
    }
    made.extend_from_slice(block.as_bytes());
    made.extend_from_slice(after);
    Ok(made)
}

/// The table without our block.
///
/// # Errors
/// As [`parts`].
pub fn without(table: &[u8], name: &str) -> Result<Vec<u8>, Trouble> {
    let Some(Parts { before, after, .. }) = parts(table, name)? else { return Ok(table.to_vec()) };
    Ok([before, after].concat())
}

/// One word for the shell that cron starts. Cron reads before the shell does: a bare `%` ends the command, `\%` is `%`
/// everywhere, and `\\` is one backslash in some crons and two in others, so that two never stand side by side.
#[must_use]
pub fn word(text: &str) -> String {
    let mut word = String::from("'");
    let mut after_backslash = false;
    for c in text.chars() {
        if after_backslash && matches!(c, '\\' | '%') {
            word.push_str("''");
        }
        match c {
            '%' => word.push_str("\\%"),
            '\'' => word.push_str("'\\''"),
            other => word.push(other),
        }
        after_backslash = c == '\\';
    }
    word.push('\'');
    word
}

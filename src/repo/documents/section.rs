//! A document as sections below headings: what each is about, and whether it holds something to do, or only words.

use super::services_in;
use crate::repo::place::{line, name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strum::{Display, IntoStaticStr, VariantArray};

/// What a section is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    #[strum(serialize = "deploy")]
    Deploy,
    #[strum(serialize = "roll back")]
    RollBack,
    #[strum(serialize = "restore")]
    Restore,
    #[strum(serialize = "rotate a key")]
    Rotate,
    #[strum(serialize = "an incident")]
    Incident,
    #[strum(serialize = "the architecture")]
    Architecture,
    #[strum(serialize = "the systems in use")]
    Systems,
}

impl Topic {
    /// Words of a heading or a file name that mean it.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Deploy => {
                &["deploy", "release process", "releasing", "how to release", "go live", "going live", "ship to production"]
            }
            Self::RollBack => {
                &["roll back", "rollback", "rolling back", "roll-back", "revert a deploy", "undo a deploy", "previous deployment"]
            }
            Self::Restore => {
                &["restore", "restoring", "disaster recovery", "recover the database", "data recovery", "recovery runbook"]
            }
            Self::Rotate => &["rotate", "rotation", "rotating", "revoke a key", "leaked key", "compromised key"],
            Self::Incident => &["incident", "outage", "emergency", "on-call", "oncall", "on call"],
            Self::Architecture => &["architecture", "system overview", "system design", "how it fits together", "system diagram"],
            Self::Systems => &["systems", "services we use", "third-party services", "vendors", "external services", "accounts"],
        }
    }
}

/// A heading and what stands below it until the next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    pub heading: String,
    /// 1 to 6; 0 for what stands before any heading.
    pub level: u8,
    pub line: u32,
    pub words: usize,
    /// Elements of lists.
    pub steps: usize,
    /// Lines of commands.
    pub commands: usize,
    /// Places that somebody still has to fill in.
    pub blanks: usize,
    pub topics: BTreeSet<Topic>,
    /// Services that it names.
    pub names: BTreeSet<&'static str>,
    /// Its text in small letters, for words that are looked for.
    text: String,
}

impl Section {
    /// Both, under the heading of the first.
    #[must_use]
    pub fn with(mut self, below: &Self) -> Self {
        self.words += below.words;
        self.steps += below.steps;
        self.commands += below.commands;
        self.blanks += below.blanks;
        self.names.extend(&below.names);
        self.text.push('\n');
        self.text.push_str(&below.heading.to_lowercase());
        self.text.push('\n');
        self.text.push_str(&below.text);
        self
    }

    /// Whether one of these words, in small letters, is in its heading or its text.
    #[must_use]
    pub fn says(&self, words: &[&str]) -> bool {
        let heading = self.heading.to_lowercase();
        words.iter().any(|it| heading.contains(it) || self.text.contains(it))
    }

    /// Whether one of these words stands with that name, both in small letters: on one line of the text, or below a heading that
    /// bears the name.
    #[must_use]
    pub fn says_of(&self, name: &str, words: &[&str]) -> bool {
        let is_told = |line: &str| words.iter().any(|it| line.contains(it));
        let headed = self.heading.to_lowercase().contains(name);
        self.text.lines().any(|line| (headed || line.contains(name)) && is_told(line))
    }

    /// Whether somebody could work with it: it has commands, or steps that are more than a heading's echo, and is not
    /// mostly to be filled in.
    #[must_use]
    pub fn can_be_followed(&self) -> bool {
        let has_steps = self.commands >= 1 || self.steps >= 3;
        has_steps && self.words >= 25 && self.blanks * 3 <= self.steps + self.commands
    }
}

/// The sections of a text. What has no heading is one section.
pub(super) fn sections(path: &str, text: &str) -> Vec<Section> {
    let stem = name(path).rsplit_once('.').map_or(name(path), |(stem, _)| stem).replace(['_', '-'], " ");
    let first = Section { heading: stem.clone(), level: 0, line: 1, topics: topics(&stem), ..Section::default() };
    let mut sections = vec![first];
    let mut fence: Option<&str> = None;
    let mut is_shell = false;
    let mut lines = text.lines().enumerate().peekable();
    while let Some((count, content)) = lines.next() {
        let trimmed = content.trim();
        let mark = ["```", "~~~"].into_iter().find(|it| trimmed.starts_with(it));
        match (fence, mark) {
            (None, Some(mark)) => {
                let language = trimmed.trim_start_matches(['`', '~']).trim().to_lowercase();
                is_shell =
                    ["", "bash", "sh", "shell", "console", "zsh", "powershell", "sql", "text"].contains(&language.as_str());
                fence = Some(mark);
                continue;
            }
            (Some(open), Some(mark)) if open == mark => {
                fence = None;
                continue;
            }
            _ => {}
        }
        if fence.is_none() {
            let underlined = lines.peek().is_some_and(|(_, it)| is_underline(it))
                && !trimmed.is_empty()
                && !trimmed.starts_with(['-', '|', '>']);
            if let Some((level, heading)) = heading(trimmed).or(underlined.then_some((1, trimmed))) {
                let heading = heading.trim_matches(['#', '*', ' ', ':']).to_owned();
                let mut topics = topics(&heading);
                // The title of a file named after its topic is about that topic, whatever it is called.
                if sections.len() == 1 && sections.first().is_some_and(|it| it.words == 0) {
                    topics.extend(sections.first().map(|it| it.topics.clone()).unwrap_or_default());
                }
                sections.push(Section { heading, level, line: line(count + 1), topics, ..Section::default() });
                continue;
            }
        }
        if let Some(section) = sections.last_mut() {
            take(section, trimmed, fence.is_some(), is_shell);
        }
    }
    if sections.len() > 1 && sections.first().is_some_and(|it| it.words == 0) {
        sections.remove(0);
    }
    sections
}

fn take(section: &mut Section, line: &str, in_fence: bool, is_shell: bool) {
    if line.is_empty() || is_underline(line) {
        return;
    }
    section.words += line.split_whitespace().filter(|it| it.chars().any(char::is_alphanumeric)).count();
    let lower = line.to_lowercase();
    let blanks = ["<your", "[your", "tbd", "to be written", "fill in", "coming soon", "lorem ipsum", "xxx"];
    section.blanks += usize::from(blanks.iter().any(|it| lower.contains(it)));
    if in_fence {
        section.commands += usize::from(is_shell && !line.starts_with('#'));
    } else {
        let numbered =
            line.split_once(['.', ')']).is_some_and(|(it, _)| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
        let listed = ["- ", "* ", "+ "].iter().any(|it| line.starts_with(it));
        section.steps += usize::from(numbered || listed);
        let quoted = line.split('`').skip(1).step_by(2).filter(|it| it.contains(' ') && !it.contains('=')).count();
        section.commands += quoted;
    }
    section.names.extend(services_in(line));
    section.text.push_str(&lower);
    section.text.push('\n');
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let level = line.bytes().take_while(|it| *it == b'#').count();
    let rest = line.get(level..)?;
    let is = (1..=6).contains(&level) && rest.starts_with(' ');
    is.then(|| (u8::try_from(level).unwrap_or(6), rest.trim()))
}

/// The line below a heading of the other form.
fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.bytes().all(|it| it == b'=')
}

fn topics(text: &str) -> BTreeSet<Topic> {
    let lower = text.to_lowercase();
    Topic::VARIANTS.iter().copied().filter(|topic| topic.words().iter().any(|it| lower.contains(it))).collect()
}

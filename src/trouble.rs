//! A message for a person about something that did not work: what, where and why, and the next step, in at most
//! four lines. Never a backtrace, never a secret.

use crate::domain::Foreign;
use std::fmt;

/// Why a command ends without doing what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What did not work, and where.
    pub what: Foreign,
    pub why: Option<Foreign>,
    /// The next step, in the imperative.
    pub next: Option<Foreign>,
    /// It was asked in a way that cannot be done (exit code 2), rather than failing (exit code 1).
    pub is_usage: bool,
}

impl Trouble {
    /// The command failed.
    pub fn failed(what: impl AsRef<str>) -> Self {
        Self { what: Foreign::new(what), why: None, next: None, is_usage: false }
    }

    /// The command was asked wrongly.
    pub fn usage(what: impl AsRef<str>) -> Self {
        Self { is_usage: true, ..Self::failed(what) }
    }

    /// A message of several lines, of which `Where:`, `Why:` and `Next:` begin some, as a failure.
    pub fn told(text: &str) -> Self {
        let mut lines = text.lines();
        let mut trouble = Self::failed(lines.next().unwrap_or_default());
        let mut why: Vec<&str> = Vec::new();
        for line in lines {
            match line.split_once(": ") {
                Some(("Next", step)) => trouble = trouble.next(step),
                Some(("Why", reason)) => why.push(reason),
                Some(("Where", place)) => why.insert(0, place),
                _ => why.push(line),
            }
        }
        if why.is_empty() { trouble } else { trouble.why(why.join(": ")) }
    }

    /// Adds the reason.
    #[must_use]
    pub fn why(mut self, why: impl fmt::Display) -> Self {
        self.why = Some(Foreign::new(format!("{why}")));
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn next(mut self, next: impl AsRef<str>) -> Self {
        self.next = Some(Foreign::new(next));
        self
    }

    /// What did not work and why, in one line.
    #[must_use]
    pub fn in_one_line(&self) -> Foreign {
        let why = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        Foreign::from(format!("{}{why}", self.what))
    }

    /// The same with the next step behind it.
    #[must_use]
    pub fn with_step(&self) -> Foreign {
        let next = self.next.as_ref().map(|next| format!("; {next}")).unwrap_or_default();
        Foreign::from(format!("{}{next}", self.in_one_line()))
    }

    /// The exit code: 1 or 2 (DESIGN §5).
    #[must_use]
    pub fn code(&self) -> u8 {
        if self.is_usage { 2 } else { 1 }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if let Some(why) = &self.why {
            write!(f, "\n  because: {why}")?;
        }
        if let Some(next) = &self.next {
            write!(f, "\n  next: {next}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Trouble {}

//! A letter as data, ready to be laid out: every sentence is filled in, and harmless for a terminal. It orders nothing.

use crate::domain::{AppName, Consent, Foreign, ItemId, Opens, System};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::cmp::Ordering;

/// What a probe needs before it can look, as it says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Needs {
    pub system: System,
    /// The smallest permissions, as the vendor names them.
    pub needs: &'static [&'static str],
}

/// How we stand with the key of a system that needs one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// There is none.
    Missing,
    /// What is there is no key, or not a whole one.
    Unusable,
    /// It is there, since then as far as anybody noticed. Facts say what was read with it since, and whether it was refused.
    Here { since: DateTime<Utc> },
}

/// A letter. Serialised as it stands by `rescue ask --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Letter {
    pub app: AppName,
    pub language: String,
    /// Only what is still missing, without how it is done.
    pub reminder: bool,
    pub heading: Foreign,
    /// The day and where the work stands.
    pub line: Foreign,
    pub greeting: Foreign,
    pub opening: Vec<Foreign>,
    /// What is asked for, what opens most first. Never empty.
    pub asks: Vec<Ask>,
    /// The reader's time for all of it, in minutes.
    pub minutes: u32,
    /// How a key is handed over; only when a key is asked for.
    pub handing: Option<Part>,
    /// What is here, agreed or named already.
    pub here: Option<Part>,
    pub closing: Foreign,
    /// The last lines: thanks and a name.
    pub farewell: Vec<Foreign>,
    /// The heading of the list at the top.
    pub short: String,
}

/// A heading with sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    pub title: String,
    pub says: Vec<Foreign>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ask {
    pub what: What,
    /// In the imperative.
    pub title: Foreign,
    /// The reader's time, in minutes.
    pub minutes: u16,
    /// The same in words.
    pub about: String,
    /// What it lets us do, in one sentence.
    pub says: Foreign,
    pub opens: Opens,
    /// Items that are done today and could not be shown to be without it.
    pub keeps: Vec<ItemId>,
    pub blocks: Vec<Block>,
}

/// What kind of thing it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum What {
    /// A key of a system; `again`: one that we hold is refused, is none, or may not see enough.
    Token {
        system: System,
        again: bool,
        /// The rights that it needs, as the vendor's page calls them.
        rights: Vec<Foreign>,
        /// The suggested last day.
        expires: chrono::NaiveDate,
    },
    /// A permission to sign.
    Permission {
        consent: Consent,
        hosts: Vec<String>,
    },
    /// Something that only the client can do, which items wait for.
    Task {
        items: Vec<ItemId>,
    },
    /// Which systems the app uses.
    Use {
        systems: Vec<System>,
    },
    Limits {
        ceilings: Vec<System>,
        backup: bool,
    },
    People {
        roles: Vec<String>,
    },
}

impl Ask {
    /// Which of two stands first: what opens most urgent items, then what opens most, then what helps most; then by kind, so
    /// that equals stay in one order.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let worth =
            |it: &Self| (it.opens.urgent_whole, it.opens.urgent(), it.opens.whole.len(), it.opens.helps.len(), it.keeps.len());
        worth(other).cmp(&worth(self)).then_with(|| self.what.cmp(&other.what)).then_with(|| self.title.cmp(&other.title))
    }
}

/// A piece of what is said of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    Text(Foreign),
    /// In this order.
    Steps(Vec<Foreign>),
    List(Vec<Foreign>),
    /// Lines to fill in by hand.
    Sign(Vec<Foreign>),
}

//! The demo's story: the app, its people, and what they say in each of the three weeks. Read from an embedded file.

use crate::desk::statement::{Accepting, Statement};
use crate::domain::decisions::{Agreement, Term};
use crate::domain::{AppName, AppSettings, Foreign, ItemId, Person, Slug, SupabaseRef, System, VercelProject};
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The whole story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    app: AppName,
    title: Foreign,
    github: Slug,
    supabase: SupabaseRef,
    staging: SupabaseRef,
    vercel: VercelProject,
    url: url::Url,
    providers: BTreeSet<System>,
    openai_project: String,
    live_since_days_ago: u32,
    ceilings: BTreeMap<System, u64>,
    /// Whose word a ceiling is, where somebody is named.
    ceilings_agreed: BTreeMap<System, Whose>,
    /// What was found out about the stack.
    stack: BTreeMap<String, bool>,
    people: Vec<Person>,
    pub weeks: Vec<Week>,
}

/// Who agreed on the first day, and where that is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    by: Foreign,
    proof: Foreign,
}

/// One Monday.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Week {
    pub number: u8,
    /// What happened, for the banner.
    pub says: Foreign,
    pub acts: Vec<Act>,
}

/// What somebody says about an item, or about a finding.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Act {
    Item(ItemAct),
    /// A leaked secret was replaced.
    Rotated(RotatedAct),
}

/// What somebody says about an item.
#[derive(Debug, Clone, Deserialize)]
pub struct ItemAct {
    pub item: ItemId,
    #[serde(flatten)]
    what: What,
}

/// That a leaked secret was replaced.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotatedAct {
    /// The finding's key, or the beginning of it.
    pub rotated: String,
    days_ago: u16,
    pub proof: String,
}

impl RotatedAct {
    /// The day on which it was done, as said on that day.
    #[must_use]
    pub fn on(&self, today: NaiveDate) -> NaiveDate {
        today - TimeDelta::days(self.days_ago.into())
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", tag = "says")]
enum What {
    Start,
    Done { proof: String, founder: Option<String> },
    Block { on: String, waits_for: String, founder: Option<String>, minutes: Option<u16> },
    Waive { reason: String, days: u16, client: String, proof: String, founder: Option<String> },
}

impl ItemAct {
    /// The statement as made on that day.
    #[must_use]
    pub fn statement(&self, today: NaiveDate) -> Statement {
        match self.what.clone() {
            What::Start => Statement::Start,
            What::Done { proof, founder } => Statement::Done { proof, founder },
            What::Block { on, waits_for, founder, minutes } => Statement::Block { on, waits_for, until: None, founder, minutes },
            What::Waive { reason, days, client, proof, founder } => Statement::Waive(Accepting {
                reason,
                until: today + TimeDelta::days(days.into()),
                client: Some(client),
                proof: Some(proof),
                founder,
            }),
        }
    }
}

impl Story {
    /// The embedded story.
    ///
    /// # Errors
    /// The file is not of this shape; says where.
    pub fn embedded() -> Result<Self, String> {
        toml::from_str(include_str!("../../assets/demo/story.toml")).map_err(|error| format!("assets/demo/story.toml: {error}"))
    }

    /// The app's name.
    #[must_use]
    pub fn app(&self) -> &AppName {
        &self.app
    }

    /// The app as it is taken on, on its first day, with its repository there.
    #[must_use]
    pub fn settings(&self, start: NaiveDate, checkout: &Path) -> AppSettings {
        let mut settings = AppSettings::new(self.app.clone(), start);
        settings.title = self.title.clone();
        settings.path = Some(checkout.to_owned());
        settings.github = Some(self.github.clone());
        settings.supabase = Some(self.supabase.clone());
        settings.staging = Some(self.staging.clone());
        settings.vercel = Some(self.vercel.clone());
        settings.url = Some(self.url.clone());
        settings.providers.clone_from(&self.providers);
        settings.openai_project = Some(self.openai_project.clone());
        settings.live_since = Some(start - TimeDelta::days(self.live_since_days_ago.into()));
        settings.ceilings = self.ceilings.clone();
        let agreed = self.ceilings_agreed.iter().map(|(system, Whose { by, proof })| {
            (Term::Ceiling(*system), Agreement { by: by.clone(), proof: Some(proof.clone()), on: start })
        });
        settings.agreed = agreed.collect();
        settings.stack.clone_from(&self.stack);
        settings.people.clone_from(&self.people);
        settings
    }

    /// The name of the one of us who works on the app.
    #[must_use]
    pub fn engineer(&self) -> &str {
        self.people.iter().find(|person| person.side == crate::domain::Side::Ours).map_or("the engineer", |it| it.name.as_str())
    }

    /// The week of that number.
    #[must_use]
    pub fn week(&self, number: u8) -> Option<&Week> {
        self.weeks.iter().find(|week| week.number == number)
    }
}

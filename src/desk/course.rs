//! What changed since another moment and the course of the weeks, for console and commands alike; and up to when somebody
//! has seen it. It judges nothing: the numbers are `domain`'s.

use super::Desk;
use crate::domain::changes::{self, Told};
use crate::domain::trend::{self, Trend};
use crate::domain::{AppName, Fact, FactBody, round};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};

impl Desk {
    /// The end of the last whole round of looks before the newest run ([`round::previous_round`]); none when there is none.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn previous_round(&self, app: &AppName) -> Result<Option<DateTime<Utc>>, Trouble> {
        Ok(round::previous_round(&self.facts(app)?, self.clock.now()))
    }

    /// What changed since a moment; none when the app was not taken on then.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn changes(&self, app: &AppName, since: DateTime<Utc>) -> Result<Option<Told>, Trouble> {
        let facts = self.facts(app)?;
        let checklists = self.checklists_of(&facts)?;
        Ok(changes::changes(&facts, &checklists, &self.book, since, self.clock.now()))
    }

    /// The course of the weeks up to now.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn trend(&self, app: &AppName) -> Result<Trend, Trouble> {
        let facts = self.facts(app)?;
        let checklists = self.checklists_of(&facts)?;
        trend::trend(&facts, &checklists, &self.book, self.clock.now()).ok_or_else(|| super::no_settings(app))
    }

    /// What was lost since somebody looked last at the console, or, when nobody ever did, since the app was taken on: a timer
    /// may have run it for weeks. None when nothing was. An item that was lost and won back is no news of this kind.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn lost_since_looked(&self, app: &AppName) -> Result<Option<Told>, Trouble> {
        let (facts, now) = (self.facts(app)?, self.clock.now());
        let checklists = self.checklists_of(&facts)?;
        let since = self.looked(app)?.or_else(|| taken_on(&facts)).filter(|at| *at <= now);
        let told = since.and_then(|since| changes::changes(&facts, &checklists, &self.book, since, now));
        Ok(told.filter(|it| !it.diff.lost.is_empty()))
    }

    /// Up to when somebody has seen at the console what changed.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn looked(&self, app: &AppName) -> Result<Option<DateTime<Utc>>, Trouble> {
        Ok(self.store.looked(self.id(app)?)?)
    }

    /// Keeps that it was seen up to a moment. That it cannot be kept is no reason to fail: it is shown once more then.
    ///
    /// # Errors
    /// No app has that name.
    pub fn has_looked(&self, app: &AppName, at: DateTime<Utc>) -> Result<(), Trouble> {
        let id = self.id(app)?;
        if !self.store.is_reading_only()
            && let Err(error) = self.store.put_looked(id, at)
        {
            tracing::warn!(%error, "what was looked at was not kept");
        }
        Ok(())
    }
}

/// The first moment at which there are both settings and a checklist.
fn taken_on(facts: &[Fact]) -> Option<DateTime<Utc>> {
    let first = |is: fn(&FactBody) -> bool| facts.iter().filter(|it| is(&it.body)).map(|it| it.at).min();
    let settings = first(|it| matches!(it, FactBody::Settings { .. }))?;
    let adopted = first(|it| matches!(it, FactBody::ChecklistAdopted { .. }))?;
    Some(settings.max(adopted))
}

//! The inventory of systems (CHECKLIST ACC-01), as the newest look into the repository stored it. It asks and judges nothing.

use super::Desk;
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, Foreign, Gap, ProbeId, System};
use crate::probes::Probe;
use crate::probes::repo::systems_inventory::{Row, Seen, SystemsInventory};
use crate::repo::project::Strength;
use crate::store::Observed;
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// What is known of the systems that an app's code shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Inventory {
    /// The newest look that saw anything; none when there was none.
    pub seen: Option<Look>,
    /// Why the newest look saw nothing; the look above is older then.
    pub unseen: Option<Gap>,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    pub at: DateTime<Utc>,
    /// Nothing was ever pushed there.
    pub empty: bool,
    /// The commit that was read, if known.
    pub commit: Option<Foreign>,
    pub systems: Vec<Entry>,
    /// Documents that list systems, as `path:line`.
    pub lists: Vec<String>,
    /// Files that may name further systems and were not read, each with the reason.
    pub unread: Vec<Foreign>,
}

/// A system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub name: Foreign,
    /// What it is for, in words.
    pub purpose: &'static str,
    pub metered: bool,
    pub strength: Strength,
    /// The strongest place, as `path:line`; empty when none was kept.
    pub place: String,
    /// What stands there.
    pub says: Foreign,
    /// How many further places show it.
    pub more: usize,
    /// The document that lists it.
    pub listed: Option<Foreign>,
}

impl Entry {
    fn of(row: Row) -> Self {
        let more = row.seen.len().saturating_sub(1);
        let (place, says) = match row.seen.into_iter().next() {
            Some(spot) => (format!("{}:{}", spot.path, spot.line), spot.says),
            None => (String::new(), Foreign::default()),
        };
        Self {
            name: row.name,
            purpose: row.purpose.words(),
            metered: row.metered,
            strength: row.strength,
            place,
            says,
            more,
            listed: row.listed,
        }
    }

    /// What it is for, and whether it costs by use.
    #[must_use]
    pub fn what_for(&self) -> String {
        let is_said = self.purpose.contains("paid by use");
        if self.metered && !is_said { format!("{}, paid by use", self.purpose) } else { self.purpose.to_owned() }
    }

    /// How strongly the code shows it.
    #[must_use]
    pub fn strength(&self) -> &'static str {
        match self.strength {
            Strength::Imported => "used",
            Strength::Declared => "declared",
        }
    }
}

impl Look {
    fn of(at: DateTime<Utc>, seen: Seen) -> Self {
        Self {
            at,
            empty: seen.ground.empty,
            commit: seen.ground.commit,
            systems: seen.systems.into_iter().map(Entry::of).collect(),
            lists: seen.lists.into_iter().map(|it| format!("{}:{}", it.path, it.line)).collect(),
            unread: seen.ground.unread,
        }
    }
}

/// Whether the inventory is what this probe saw.
#[must_use]
pub fn is_of(probe: &ProbeId) -> bool {
    probe.as_str() == SystemsInventory::META.id
}

impl Desk {
    /// The inventory as it was last seen, in the repository that the app names today.
    ///
    /// # Errors
    /// A store that cannot be read; an observation that is missing or cannot be read.
    pub fn systems(&self, app: &AppName) -> Result<Inventory, Trouble> {
        let (id, facts) = (self.id(app)?, self.facts(app)?);
        let ledger = Ledger::read(&facts, self.clock.now());
        let subject = ledger.subject(System::Repo);
        let mut inventory = Inventory::default();
        for look in ledger.looks(SystemsInventory::META.id).iter().rev() {
            if subject != Some(look.outcome.subject.as_str()) {
                continue;
            }
            let Some(digest) = &look.outcome.observation else {
                inventory.unseen = inventory.unseen.or_else(|| look.outcome.verdict.outcome.gap().cloned());
                continue;
            };
            let damaged = || Trouble::failed("the stored inventory of systems cannot be read").next("Probe ACC-01 again");
            let stored = match self.store.observed(id, digest)?.ok_or_else(damaged)? {
                Observed::Kept(stored) => stored,
                Observed::Thinned(at) => {
                    let day = |at: DateTime<Utc>| crate::words::day(at.date_naive());
                    let says = format!("what was seen on {} was thinned on {}", day(look.at), day(at));
                    inventory.unseen = inventory.unseen.or_else(|| Some(Gap::internal(says).needs("Probe ACC-01 again")));
                    continue;
                }
            };
            let seen: Seen = serde_json::from_value(stored).map_err(|error| damaged().why(error))?;
            inventory.seen = Some(Look::of(look.at, seen));
            break;
        }
        Ok(inventory)
    }
}

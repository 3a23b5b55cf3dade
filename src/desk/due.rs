//! What is due of an app, read at the desk: the facts and marks that `schedule` needs, and the cheap look whether the
//! repository or the deployment changed. A look that saw nothing is told and changes nothing.

use super::Desk;
use crate::credentials::Secret;
use crate::domain::app::Authorisation;
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, Board, Fact, FactBody, Foreign, Gap, GapKind, System};
use crate::engine::{Only, Plan};
use crate::net::{Door, Keys};
use crate::repo;
use crate::scan::ScanKey;
use crate::schedule::{Due, Marks, Short, Watch, marks};
use crate::store::{AppId, Marked};
use crate::systems::github::Github;
use crate::systems::vercel::Vercel;
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use strum::VariantArray as _;

/// Whether something changed since it was last asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saw {
    /// Nobody had asked before, so that nobody can tell.
    First,
    Unchanged,
    Changed,
    /// It could not be seen: neither changed nor unchanged.
    Nothing(Gap),
}

/// A cheap look at what probes watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub watch: Watch,
    pub saw: Saw,
}

/// The permissions that were ever recorded in these facts.
#[must_use]
pub fn authorisations(ledger: &Ledger<'_>) -> Vec<Authorisation> {
    let given = ledger.counting().iter().filter_map(|fact| match &fact.body {
        FactBody::Authorised { authorisation } => Some(authorisation.clone()),
        _ => None,
    });
    given.collect()
}

/// When an app is due, in short, as far as its facts tell.
#[must_use]
pub(super) fn short(board: &Board, facts: &[Fact], now: DateTime<Utc>) -> Short {
    let ledger = Ledger::read(facts, now);
    let plan = Plan::new(board, &authorisations(&ledger), &[], now);
    Due::read(board, &ledger, &plan, &Marks::new(), &BTreeSet::new()).short(&board.settings)
}

impl Desk {
    /// When the turns of an app's probes come, with the plan of all of them. `shown`: systems whose credential is there.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn turns(&self, app: &AppName, only: &[Only], shown: &BTreeSet<System>) -> Result<(Board, Plan, Due), Trouble> {
        let now = self.clock.now();
        let facts = self.facts(app)?;
        let board = self.board_of(&facts, now)?.ok_or_else(|| super::no_settings(app))?;
        let ledger = Ledger::read(&facts, now);
        let given = authorisations(&ledger);
        // The lane is filled by what the whole app has, whatever part of it is asked for.
        let whole = Plan::new(&board, &given, &[], now);
        let mut due = Due::read(&board, &ledger, &whole, &self.store.marks(self.id(app)?)?, shown);
        if only.is_empty() {
            return Ok((board, whole, due));
        }
        let plan = Plan::new(&board, &given, only, now);
        due.turns.retain(|turn| plan.probes.iter().any(|(_, planned)| planned.probe == turn.probe));
        Ok((board, plan, due))
    }

    /// Looks whether what these probes watch changed, and marks what was found: at most one request each, a conditional one
    /// where the vendor has them.
    ///
    /// # Errors
    /// A store that cannot be read or written.
    pub async fn check_changes(&self, board: &Board, door: &Door, watched: &BTreeSet<Watch>) -> Result<Vec<Check>, Trouble> {
        let id = self.id(&board.settings.name)?;
        let looks = watched.iter().map(async |watch| (*watch, newest(board, door, *watch).await));
        let mut checks = Vec::new();
        for (watch, found) in futures_util::future::join_all(looks).await {
            let Some(subject) = watch.subject(&board.settings) else { continue };
            let saw = match found {
                Ok(value) => match self.store.mark(id, &subject, &value, self.clock.now())? {
                    Marked::First => Saw::First,
                    Marked::Same => Saw::Unchanged,
                    Marked::Changed => Saw::Changed,
                },
                Err(gap) => Saw::Nothing(gap),
            };
            checks.push(Check { watch, saw });
        }
        Ok(checks)
    }

    /// Marks which credentials are there, so that another one is noticed: by a keyed hash, never by anything that tells it.
    ///
    /// # Errors
    /// A store that cannot be written, a key of the installation that cannot be read.
    pub fn mark_credentials(&self, app: &AppName, keys: &Keys) -> Result<(), Trouble> {
        let (id, key) = (self.id(app)?, self.key_of_marks()?);
        for (system, secret) in keys {
            if let Ok(secret) = secret {
                self.mark_credential(id, &key, *system, secret)?;
            }
        }
        Ok(())
    }

    /// Marks a credential that was found, or put where these apps find it, so that the portfolio knows of it without looking
    /// into any keyring. That it cannot be marked is no reason to fail: the next rerun notices.
    pub fn credential_was_set(&self, apps: &[AppName], system: System, secret: &Secret) {
        if self.store.is_reading_only() {
            return;
        }
        let marked = self
            .key_of_marks()
            .and_then(|key| apps.iter().try_for_each(|app| self.mark_credential(self.id(app)?, &key, system, secret)));
        if let Err(trouble) = marked {
            tracing::warn!(%trouble, "that there is a credential was not marked");
        }
    }

    /// Since when each credential is the one that it is, as far as anybody noticed: every run marks the ones that it looks with
    /// before it looks.
    pub(super) fn credentials_since(&self, app: &AppName) -> Result<BTreeMap<System, DateTime<Utc>>, Trouble> {
        let marks = self.store.marks(self.id(app)?)?;
        let since = |system: &System| {
            let mark = marks.get(&marks::credential(*system))?;
            Some((*system, mark.changed.unwrap_or(mark.met)))
        };
        Ok(System::VARIANTS.iter().filter_map(since).collect())
    }

    pub(super) fn key_of_marks(&self) -> Result<ScanKey, Trouble> {
        Ok(ScanKey::new(self.store.scan_key()?))
    }

    fn mark_credential(&self, app: AppId, key: &ScanKey, system: System, secret: &Secret) -> Result<(), Trouble> {
        let name = Foreign::new(key.name(secret.fingerprint().as_bytes()));
        self.store.mark(app, &marks::credential(system), &name, self.clock.now())?;
        Ok(())
    }
}

/// What is there now: a commit, a deployment.
async fn newest(board: &Board, door: &Door, watch: Watch) -> Result<Foreign, Gap> {
    let nothing = |system, what: &str| {
        Gap::new(GapKind::NotConfigured, system, format!("{what}, so that no change can be told"))
            .needs("Nothing: its probes are looked at every week")
    };
    match watch {
        Watch::Checkout => {
            let path = board.settings.path.clone().ok_or_else(|| nothing(System::Repo, "there is no checkout"))?;
            let found = tokio::task::spawn_blocking(move || repo::identity::identify(&path)).await;
            let found = found.map_err(|_| Gap::internal("looking at the checkout failed inside"))?;
            let found = found.map_err(|problem| {
                Gap::new(GapKind::Unreachable, System::Repo, problem.to_string()).needs("Check the path of the checkout")
            })?;
            let head = found.git.and_then(|git| git.head);
            head.map(Foreign::new).ok_or_else(|| nothing(System::Repo, "the folder has no commit"))
        }
        Watch::Branch => {
            let slug = board.settings.github.as_ref().ok_or_else(|| nothing(System::Github, "no repository is named"))?;
            door.credential(System::Github)?;
            let newest = Github::new(door).newest_commit(slug).await?;
            newest.ok_or_else(|| nothing(System::Github, "the repository has no commit"))
        }
        Watch::Deployment => {
            let project = board.settings.vercel.as_ref().ok_or_else(|| nothing(System::Vercel, "no project is named"))?;
            door.credential(System::Vercel)?;
            let newest = Vercel::new(door, project).newest_in("production").await?;
            newest.ok_or_else(|| nothing(System::Vercel, "nothing is deployed to production"))
        }
    }
}

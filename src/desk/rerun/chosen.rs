//! What of an app a rerun asks, before it asks: the due probes with their reasons, or all of them, and what could not be
//! asked. With a door it also looks whether something changed; without one it asks nobody.

use super::Wanted;
use crate::desk::Desk;
use crate::desk::due::{Check, Saw};
use crate::domain::{AppName, AppSettings, Gap, ProbeId, System};
use crate::engine::{Plan, PlannedProbe};
use crate::net::{Asker, Keys};
use crate::probes::{AnyProbe, Meta};
use crate::schedule::{Because, Due, Seat, Waits, Watch, lane::Lane};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How long a look whether something changed may take.
const CHECK: Duration = Duration::from_secs(20);

/// A probe that is due, and because of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueProbe {
    pub probe: ProbeId,
    pub system: System,
    pub because: Because,
    /// When it last looked.
    pub last: Option<DateTime<Utc>>,
}

/// What a rerun asks of one app.
pub struct Chosen {
    pub settings: Arc<AppSettings>,
    pub probes: Vec<(&'static dyn AnyProbe, PlannedProbe)>,
    /// Those of them that are due, with the reason that is told.
    pub due: Vec<DueProbe>,
    /// What the plan cannot ask, and why.
    pub unasked: Vec<(PlannedProbe, Gap)>,
    /// What should not wait for a week and is not asked today all the same, and why.
    pub put_off: Vec<(Seat, Waits)>,
    /// What was looked at whether it changed.
    pub checks: Vec<Check>,
    /// Requests that were sent to look, by system.
    pub checking: BTreeMap<System, u32>,
    /// What would be looked at, where nobody is asked.
    pub watched: BTreeSet<Watch>,
    /// From when on something is due that is not now.
    pub next: Option<DateTime<Utc>>,
}

impl Chosen {
    /// Requests at most, by system; shared reads make it fewer.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<System, u32> {
        let mut requests = BTreeMap::new();
        for (system, count) in self.probes.iter().flat_map(|(probe, _)| probe.meta().cost) {
            *requests.entry(*system).or_default() += count;
        }
        requests
    }
}

impl Desk {
    /// What a rerun would ask of an app, without asking anybody.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub async fn would_rerun(&self, app: &AppName, wanted: &Wanted) -> Result<Chosen, Trouble> {
        let (settings, plan, due) = self.planned(app, wanted, &BTreeSet::new())?;
        let (plan, due) = if due.turns.iter().any(wants_credential) {
            let shown = shown(&self.keys(app).await?);
            let (_, plan, due) = self.planned(app, wanted, &shown)?;
            (plan, due)
        } else {
            (plan, due)
        };
        let watched = due.turns.iter().filter_map(|turn| turn.watch).collect();
        Ok(self.choose(settings, plan, &due, wanted, Vec::new(), watched))
    }

    /// What a rerun asks of an app, after a look whether something changed.
    pub(super) async fn choose_to_rerun(&self, app: &AppName, wanted: &Wanted, keys: &Keys) -> Result<Chosen, Trouble> {
        // First the marks of the credentials, so that another one is noticed before its probes are chosen.
        self.mark_credentials(app, keys)?;
        let shown = shown(keys);
        let (board, plan, due) = self.turns(app, &wanted.only, &shown)?;
        // Also what is due anyway: what it looks at now is the ground on which later changes are told.
        let watched: BTreeSet<Watch> = due.turns.iter().filter_map(|turn| turn.watch).collect();
        if watched.is_empty() {
            return Ok(self.choose(Arc::new(board.settings), plan, &due, wanted, Vec::new(), watched));
        }
        let door = self.door_of(keys.clone(), Some(self.store.shelf(self.id(app)?)))?;
        let asker = Asker { deadline: Some(tokio::time::Instant::now() + CHECK), ..Asker::default() };
        let checks = self.check_changes(&board, &door.on_behalf(asker), &watched).await?;
        let changed = checks.iter().any(|check| check.saw == Saw::Changed);
        let due = if changed { self.turns(app, &wanted.only, &shown)?.2 } else { due };
        let chosen = self.choose(Arc::new(board.settings), plan, &due, wanted, checks, watched);
        Ok(Chosen { checking: door.requests(), ..chosen })
    }

    fn planned(
        &self,
        app: &AppName,
        wanted: &Wanted,
        shown: &BTreeSet<System>,
    ) -> Result<(Arc<AppSettings>, Plan, Due), Trouble> {
        let (board, plan, due) = self.turns(app, &wanted.only, shown)?;
        Ok((Arc::new(board.settings), plan, due))
    }

    fn choose(
        &self,
        settings: Arc<AppSettings>,
        plan: Plan,
        due: &Due,
        wanted: &Wanted,
        checks: Vec<Check>,
        watched: BTreeSet<Watch>,
    ) -> Chosen {
        let now = self.clock.now();
        let reasons: Vec<DueProbe> = due
            .at(now)
            .map(|(turn, because)| DueProbe { probe: turn.probe.clone(), system: turn.system, because, last: turn.last })
            .collect();
        let Plan { mut probes, unasked, .. } = plan;
        if wanted.only_due {
            let is_due: BTreeSet<&ProbeId> = reasons.iter().map(|it| &it.probe).collect();
            probes.retain(|(_, planned)| is_due.contains(&planned.probe));
        }
        let put_off = if wanted.only_due { due.put_off(now) } else { Vec::new() };
        let another_day = put_off.iter().any(|(_, why)| *why == Waits::ForAnotherDay).then(|| Lane::another_day(now));
        let later = due.turns.iter().filter_map(crate::schedule::Turn::from).filter(|from| *from > now);
        let next = later.chain(another_day).min();
        Chosen { settings, probes, due: reasons, unasked, put_off, checks, checking: BTreeMap::new(), watched, next }
    }
}

fn wants_credential(turn: &crate::schedule::Turn) -> bool {
    turn.blind.is_some_and(crate::schedule::reason::Blind::wants_credential)
}

/// The systems whose credential is there.
fn shown(keys: &Keys) -> BTreeSet<System> {
    keys.iter().filter(|(_, secret)| secret.is_ok()).map(|(system, _)| *system).collect()
}

/// Whom a probe asks in this app.
pub(super) fn asked(meta: &Meta, settings: &AppSettings) -> impl Iterator<Item = System> {
    let is_local = matches!(meta.system, System::Repo | System::Scan) && settings.path.is_some();
    meta.cost.iter().map(|(system, _)| *system).filter(move |system| !(is_local && *system == System::Github))
}

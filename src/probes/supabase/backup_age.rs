//! The newest restorable point of the database is younger than the agreed limit. It believes only a point-in-time stamp or
//! a completed backup, and never takes an empty list, a paused project or an idle database for an answer.

use crate::domain::{
    AppSettings, Consent, Finding, Gap, GapKind, NoteLevel, Place, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::domain::{Foreign, checklist::Effort};
use crate::probes::part::Part;
use crate::probes::words::{age, is_ahead, unconnected};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::systems::supabase::{Backup, Backups, Organization, Project, Supabase, VENDOR};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The item whose agreed limit this probe holds against the newest point.
const ITEM: &str = "BAK-01";
/// The limit unless another is agreed (CHECKLIST, BAK-01).
const DEFAULT_LIMIT: TimeDelta = TimeDelta::hours(24);
/// A daily job is judged at its limit and this much more (DESIGN §3).
const GRACE: TimeDelta = TimeDelta::hours(2);
/// States in which the platform keeps making backups; in any other its list says nothing of today (`apis/supabase.md` §1.3).
const RUNNING: [&str; 5] = ["ACTIVE_HEALTHY", "ACTIVE_UNHEALTHY", "RESTARTING", "RESIZING", "UPGRADING"];
/// Statuses of a backup that the dossier knows; another word may mean that there is one.
const KNOWN: [&str; 6] = ["COMPLETED", "FAILED", "PENDING", "REMOVED", "ARCHIVED", "CANCELLED"];
const PAID: [&str; 4] = ["pro", "team", "enterprise", "platform"];

/// The probe `supabase.backup-age` (`apis/supabase.md` §2.2).
pub struct BackupAge;

/// What it looks at, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupState {
    pub project: Part<Project>,
    pub organization: Part<Organization>,
    pub backups: Part<Backups>,
}

impl Probe for BackupAge {
    type Seen = BackupState;

    const META: Meta = Meta {
        id: "supabase.backup-age",
        system: System::Supabase,
        asks: "Is the newest restorable point of the database young enough?",
        needs: &["Backups: read", "Project Settings: read", "Organization Settings: read"],
        cost: &[(System::Supabase, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Experimental,
        seconds: 20,
        docs: "https://supabase.com/docs/guides/platform/backups",
    };

    async fn observe(sight: &Sight) -> Result<BackupState, Gap> {
        let Some(reference) = &sight.settings.supabase else {
            return Err(unconnected(System::Supabase, &sight.settings, "--supabase REF"));
        };
        let supabase = Supabase::new(&sight.door);
        let (project, backups) = futures_util::join!(supabase.project(reference.as_str()), supabase.backups(reference.as_str()));
        if let (Err(_), Err(gap)) = (&project, &backups) {
            return Err(gap.clone());
        }
        let organization = match project.as_ref().map(|it| it.organization_slug.as_ref()) {
            Ok(Some(slug)) => supabase.organization(slug.as_str()).await,
            Ok(None) => Err(VENDOR.lacks("the organisation of the project")),
            Err(gap) => Err(gap.clone()),
        };
        Ok(BackupState {
            project: Part::from(project).map(|it| (*it).clone()),
            organization: Part::from(organization).map(|it| (*it).clone()),
            backups: Part::from(backups).map(|it| (*it).clone()),
        })
    }

    fn decide(seen: &BackupState, settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        let verdict = judge(seen, settings, now).unwrap_or_else(Verdict::undecided);
        verdict.with_plan(seen)
    }

    fn remedy(seen: &BackupState, settings: &AppSettings) -> Remedy {
        let name = title(seen, settings);
        let mut steps = Vec::new();
        if plan(seen) == Some("free") {
            steps.push(Foreign::new(format!("Move the organisation of {name} to the Pro plan: Free keeps no backups")));
        }
        steps.push(Foreign::new(format!("Open Database, Backups in the project {name} and look at the newest entries")));
        steps.push(Foreign::new("If backups fail or a day is too long to lose, switch on point-in-time recovery"));
        steps.push(Foreign::new("Until then, run `supabase db dump` from a scheduled workflow into storage of another account"));
        Remedy { steps, effort: Effort::S }
    }
}

trait WithPlan {
    fn with_plan(self, seen: &BackupState) -> Self;
}

impl WithPlan for Verdict {
    /// Lays the plan and what a database backup leaves out before the reader.
    fn with_plan(self, seen: &BackupState) -> Self {
        let verdict = match plan(seen) {
            Some(plan) => self.note(NoteLevel::Evidence, "supabase.plan", format!("The organisation is on the plan {plan}")),
            None => self,
        };
        let storage = "Files in Supabase Storage are not part of database backups";
        verdict.note(NoteLevel::Info, "supabase.storage-apart", storage)
    }
}

fn plan(seen: &BackupState) -> Option<&str> {
    seen.organization.seen()?.plan.as_ref().map(Foreign::as_str)
}

fn title(seen: &BackupState, settings: &AppSettings) -> Foreign {
    let named = seen.project.seen().and_then(|it| it.name.clone());
    named.or_else(|| settings.supabase.as_ref().map(|it| Foreign::new(it.as_str()))).unwrap_or_default()
}

/// The decision table of `apis/supabase.md` §2.2. An error is what keeps it from deciding.
fn judge(seen: &BackupState, settings: &AppSettings, now: DateTime<Utc>) -> Result<Verdict, Gap> {
    let backups = seen.backups.as_result().map_err(Gap::clone)?;
    let project = seen.project.as_result().map_err(Gap::clone)?;
    must_run(project)?;
    let limit = settings.limits.iter().find(|(item, _)| item.as_str() == ITEM).map_or(DEFAULT_LIMIT, |(_, it)| it.as_delta());
    let Some(list) = &backups.backups else { return Err(VENDOR.lacks("the list of backups")) };
    let at = Where { region: backups.region.clone().or_else(|| project.region.clone()), name: title(seen, settings), limit };
    let pitr = backups.pitr_enabled.ok_or_else(|| VENDOR.lacks("whether point-in-time recovery is on"));
    if pitr == Ok(true)
        && let Some(verdict) = at.by_recovery(backups.newest_point(), now)?
    {
        return Ok(verdict);
    }
    if let Some(verdict) = at.by_list(list, now)? {
        return Ok(verdict);
    }
    // What follows is no good news, and needs the whole picture.
    if pitr? {
        return Err(lagging(backups.newest_point(), now));
    }
    if let Some(point) = backups.newest_point()
        && now.signed_duration_since(point) <= limit + GRACE
    {
        let says = "The list shows no fresh backup, but the physical backups do";
        return Err(Gap::new(GapKind::Ambiguous, System::Supabase, says).needs("Open Database, Backups and compare the two"));
    }
    if list.iter().any(|it| !it.status.as_ref().is_some_and(|word| KNOWN.contains(&word.as_str()))) {
        return Err(VENDOR.lacks("a status that is known for every backup"));
    }
    match newest_completed(list) {
        Some(made) => Ok(at.too_old(made, now)),
        None if !list.is_empty() => Ok(at.none("No backup of the list is completed")),
        None => match plan(seen) {
            Some("free") => Ok(at.none("The plan is Free, which keeps no backups, and none is listed")),
            Some(paid) if PAID.contains(&paid) => Ok(at.none("No backup is listed")),
            Some(_) => Err(VENDOR.lacks("a plan that is known")),
            None => match &seen.organization {
                Part::Hidden(gap) => Err(gap.clone()),
                Part::Seen(_) => {
                    Err(VENDOR.lacks("the organisation's plan, and an empty list of backups says nothing without it"))
                }
            },
        },
    }
}

/// A project that does not run makes no backups, and that is neither good nor bad news.
fn must_run(project: &Project) -> Result<(), Gap> {
    let Some(status) = &project.status else { return Err(VENDOR.lacks("the status of the project")) };
    if RUNNING.contains(&status.as_str()) {
        return Ok(());
    }
    Err(Gap::new(
        GapKind::Incomplete,
        System::Supabase,
        format!("The project is {status}; its backups say nothing while it does not run"),
    )
    .needs("Ask the client whether the project should run, resume it, then run this again"))
}

fn newest_completed(list: &[Backup]) -> Option<DateTime<Utc>> {
    list.iter().filter(|it| it.is("COMPLETED")).filter_map(Backup::made).max()
}

fn ahead() -> Gap {
    Gap::new(GapKind::UnexpectedAnswer, System::Supabase, "The newest backup is dated in the future")
        .needs("Check this machine's clock, then run it again")
}

fn lagging(newest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Gap {
    let says = match newest {
        Some(point) => format!(
            "PITR is on, but its newest point is {} old: an idle database looks the same",
            age(now.signed_duration_since(point))
        ),
        None => "PITR is on, but the answer names no newest point".to_owned(),
    };
    Gap::new(GapKind::Ambiguous, System::Supabase, says)
        .needs("Open Database, Backups, Point in time and compare the newest point with the last write")
}

/// Whose backups are judged, and by which limit.
struct Where {
    region: Option<Foreign>,
    name: Foreign,
    limit: TimeDelta,
}

impl Where {
    fn region(&self) -> String {
        self.region.as_ref().map(|it| format!(" ({it})")).unwrap_or_default()
    }

    fn by_recovery(&self, newest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<Option<Verdict>, Gap> {
        let Some(point) = newest else { return Ok(None) };
        if is_ahead(point, now) {
            return Err(ahead());
        }
        let since = now.signed_duration_since(point);
        let says = format!("PITR is on; newest point {} ago{}", age(since), self.region());
        Ok((since <= self.limit).then(|| Verdict::pass(says)))
    }

    /// A verdict if the list by itself gives one: the last two failed, or a completed one is young enough.
    fn by_list(&self, list: &[Backup], now: DateTime<Utc>) -> Result<Option<Verdict>, Gap> {
        if list.iter().any(|it| it.is("COMPLETED") && it.made().is_none()) {
            return Err(VENDOR.lacks("a readable moment for every completed backup"));
        }
        let mut settled: Vec<&Backup> = list.iter().filter(|it| it.is("COMPLETED") || it.is("FAILED")).collect();
        settled.sort_by_key(|it| std::cmp::Reverse(it.made()));
        let failed = settled.iter().take_while(|it| it.is("FAILED")).count();
        if failed >= 2 {
            let finding = self.finding("supabase.backup-failing", "The last two backups failed");
            return Ok(Some(Verdict::fail(format!("The last {failed} backups failed{}", self.region()), vec![finding])));
        }
        let Some(made) = newest_completed(list) else { return Ok(None) };
        if is_ahead(made, now) {
            return Err(ahead());
        }
        let since = now.signed_duration_since(made);
        if since > self.limit + GRACE {
            return Ok(None);
        }
        let verdict = Verdict::pass(format!("Newest completed backup is {} old{}", age(since), self.region()));
        Ok(Some(match failed {
            0 => verdict,
            _ => verdict.note(NoteLevel::Warning, "supabase.backup-failed", "The newest backup failed; the one before it counts"),
        }))
    }

    fn too_old(&self, made: DateTime<Utc>, now: DateTime<Utc>) -> Verdict {
        let since = age(now.signed_duration_since(made));
        let says =
            format!("Newest completed backup is {since} old; agreed are {} and 2 h of grace{}", age(self.limit), self.region());
        Verdict::fail(says, vec![self.finding("supabase.backup-too-old", "The newest completed backup is older than agreed")])
    }

    fn none(&self, says: &str) -> Verdict {
        Verdict::fail(format!("{says}{}", self.region()), vec![self.finding("supabase.no-backup", says)])
    }

    fn finding(&self, rule: &str, says: &str) -> Finding {
        let fix = "Get a completed backup: mend the failing job, change the plan, or dump the database elsewhere";
        Finding::new(rule, &self.name, Severity::High, says, fix).at(Place::Resource { name: self.name.clone() })
    }
}

#[cfg(test)]
mod tests;

//! Staging has a database of its own: a persistent branch or a second project, healthy, elsewhere than production, with the
//! same migrations. It never takes a list that it could not read for an empty one.

use crate::domain::{
    AppSettings, Consent, Finding, Gap, GapKind, NoteLevel, Place, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::domain::{Foreign, checklist::Effort};
use crate::probes::part::Part;
use crate::probes::words::unconnected;
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::systems::supabase::{Branch, Migration, Project, Supabase, VENDOR};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const HEALTHY: &str = "ACTIVE_HEALTHY";

/// The probe `supabase.staging` (`apis/supabase.md` §2.11, §2.5).
pub struct Staging;

/// What it looks at, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagingDatabase {
    /// Production's project.
    pub production: Part<Project>,
    pub branches: Part<Vec<Branch>>,
    /// The second project that the settings name; none when they name none.
    pub second: Option<Part<Project>>,
    /// Applied migrations by project reference: production's, and those of what could be staging.
    pub migrations: BTreeMap<String, Part<Vec<Migration>>>,
}

impl Probe for Staging {
    type Seen = StagingDatabase;

    const META: Meta = Meta {
        id: "supabase.staging",
        system: System::Supabase,
        asks: "Does staging have a healthy database of its own with production's migrations?",
        needs: &["Project Settings: read", "Production Branches: read", "Development Branches: read", "Migrations: read"],
        cost: &[(System::Supabase, 6)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Experimental,
        seconds: 20,
        docs: "https://supabase.com/docs/guides/deployment/branching",
    };

    async fn observe(sight: &Sight) -> Result<StagingDatabase, Gap> {
        let Some(production_ref) = &sight.settings.supabase else {
            return Err(unconnected(System::Supabase, &sight.settings, "--supabase REF"));
        };
        let supabase = Supabase::new(&sight.door);
        let second = async {
            match &sight.settings.staging {
                Some(reference) => Some(supabase.project(reference.as_str()).await),
                None => None,
            }
        };
        let (production, branches, second) =
            futures_util::join!(supabase.project(production_ref.as_str()), supabase.branches(production_ref.as_str()), second);
        if let (Err(gap), Err(_)) = (&production, &branches)
            && !matches!(second, Some(Ok(_)))
        {
            return Err(gap.clone());
        }
        let mut seen = StagingDatabase {
            production: Part::from(production).map(|it| (*it).clone()),
            branches: Part::from(branches).map(|it| (*it).clone()),
            second: second.map(|it| Part::from(it).map(|it| (*it).clone())),
            migrations: BTreeMap::new(),
        };
        let mut references = vec![production_ref.as_str().to_owned()];
        references.extend(sight.settings.staging.as_ref().map(|it| it.as_str().to_owned()));
        references.extend(seen.best_branch(production_ref.as_str()).and_then(|it| it.project_ref.clone()).map(String::from));
        references.dedup();
        if references.len() > 1 {
            let read = references.iter().map(|reference| supabase.migrations(reference));
            let lists = futures_util::future::join_all(read).await;
            let parts = lists.into_iter().map(|list| Part::from(list).map(|it| (*it).clone()));
            seen.migrations = references.into_iter().zip(parts).collect();
        }
        Ok(seen)
    }

    fn decide(seen: &StagingDatabase, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let verdict = match &settings.supabase {
            Some(production) => seen.judge(production.as_str(), settings),
            None => Verdict::undecided(unconnected(System::Supabase, settings, "--supabase REF")),
        };
        seen.branches_with_data().fold(verdict, |verdict, name| {
            let says = format!("The branch {name} holds a copy of production's rows");
            verdict.note(NoteLevel::Warning, format!("supabase.branch-with-data:{name}"), says)
        })
    }

    fn remedy(_seen: &StagingDatabase, settings: &AppSettings) -> Remedy {
        let production = settings.supabase.as_ref().map_or("production", |it| it.as_str());
        Remedy {
            steps: vec![
                Foreign::new(format!("Make a persistent branch named staging of {production}, or a second project")),
                Foreign::new("Apply the repository's migrations there: `supabase link`, then `supabase db push`"),
                Foreign::new(format!("If it is a second project, run `rescue app edit {} --staging REF`", settings.name)),
                Foreign::new("Fill it with invented rows; production's rows stay where they are"),
            ],
            effort: Effort::M,
        }
    }
}

/// What can be said of one database that could be staging.
enum Candidate {
    /// Of its own, healthy, with the same migrations.
    Good(String),
    Bad(String, Vec<Finding>),
    Unseen(Gap),
}

impl StagingDatabase {
    /// Any good one passes; a hidden one keeps the question open; otherwise it fails.
    fn judge(&self, production: &str, settings: &AppSettings) -> Verdict {
        let mut candidates: Vec<Candidate> = Vec::new();
        if let (Some(reference), Some(part)) = (&settings.staging, &self.second) {
            candidates.push(self.second_project(production, reference.as_str(), part));
        }
        candidates.extend(self.branch(production));
        let mut said = Vec::new();
        let (mut findings, mut gap) = (Vec::new(), None);
        for candidate in candidates {
            match candidate {
                Candidate::Good(says) => return Verdict::pass(says),
                Candidate::Bad(says, found) => {
                    said.push(says);
                    findings.extend(found);
                }
                Candidate::Unseen(why) => gap = gap.or(Some(why)),
            }
        }
        if let Some(gap) = gap {
            return Verdict::undecided(gap).with_findings(findings);
        }
        if said.is_empty() {
            let says = "There is no persistent branch, and no second project is named";
            findings.push(Finding::new("supabase.no-staging", production, Severity::Medium, says, "Make a staging database"));
            said.push(says.to_owned());
        }
        Verdict::fail(said.join("; "), findings)
    }

    fn second_project(&self, production: &str, reference: &str, part: &Part<Project>) -> Candidate {
        if reference == production {
            let says = "Staging and production are the same project";
            let fix = "Make a second project or a persistent branch and name it with --staging";
            let finding = Finding::new("supabase.staging-is-production", reference, Severity::High, says, fix);
            return Candidate::Bad(says.to_owned(), vec![finding]);
        }
        let project = match part {
            Part::Seen(project) => project,
            Part::Hidden(gap) => return Candidate::Unseen(gap.clone()),
        };
        let host_of_production = self.production.seen().and_then(Project::host);
        if let (Some(one), Some(other)) = (project.host(), host_of_production)
            && one == other
        {
            let says = "Staging and production answer at the same database host";
            let finding =
                Finding::new("supabase.staging-is-production", reference, Severity::High, says, "Separate the databases");
            return Candidate::Bad(says.to_owned(), vec![finding]);
        }
        let name = project.name.as_ref().map_or_else(|| reference.to_owned(), ToString::to_string);
        self.healthy(&format!("The second project {name}"), project.status.as_ref(), production, reference)
    }

    /// What the branches say; nothing when they are readable and none of them could be staging.
    fn branch(&self, production: &str) -> Option<Candidate> {
        let branches = match &self.branches {
            Part::Seen(branches) => branches,
            Part::Hidden(gap) => return Some(Candidate::Unseen(gap.clone())),
        };
        if let Some(best) = self.best_branch(production) {
            let name = best.name.clone().unwrap_or_default();
            return Some(match &best.project_ref {
                Some(reference) => {
                    let status = best.preview_project_status.as_ref();
                    self.healthy(&format!("The persistent branch {name}"), status, production, reference.as_str())
                }
                None => Candidate::Unseen(VENDOR.lacks("the reference of a branch")),
            });
        }
        let unclear = branches.iter().any(|it| !it.is_production(production) && it.persistent.is_none());
        unclear.then(|| Candidate::Unseen(VENDOR.lacks("whether a branch is persistent")))
    }

    fn healthy(&self, what: &str, status: Option<&Foreign>, production: &str, reference: &str) -> Candidate {
        match status {
            Some(status) if status == HEALTHY => self.same_migrations(what, production, reference),
            Some(status) => {
                let says = format!("{what} is {status}, so it could not be looked into");
                let step = "Resume or mend it, then run this again";
                Candidate::Unseen(Gap::new(GapKind::Incomplete, System::Supabase, says).needs(step))
            }
            None => Candidate::Unseen(VENDOR.lacks("the state of the staging database")),
        }
    }

    fn same_migrations(&self, what: &str, production: &str, reference: &str) -> Candidate {
        let (ours, theirs) = match (self.versions(production), self.versions(reference)) {
            (Ok(ours), Ok(theirs)) => (ours, theirs),
            (Err(gap), _) | (_, Err(gap)) => {
                let says = format!("{what} is healthy, but its migrations could not be compared: {}", gap.says);
                return Candidate::Unseen(Gap { kind: GapKind::Incomplete, says: Foreign::new(says), ..gap });
            }
        };
        if ours.is_empty() && theirs.is_empty() {
            let says = format!("{what} is healthy, but no migration is recorded there or in production");
            return Candidate::Unseen(
                Gap::new(GapKind::NeedsJudgement, System::Supabase, says)
                    .needs("Compare the two schemas, or put the schema under migrations"),
            );
        }
        let missing: Vec<&str> = ours.difference(&theirs).map(String::as_str).collect();
        let ahead: Vec<&str> = theirs.difference(&ours).map(String::as_str).collect();
        if missing.is_empty() && ahead.is_empty() {
            return Candidate::Good(format!("{what} is healthy and has production's {} migrations", ours.len()));
        }
        let mut findings = Vec::new();
        let mut differs = |rule: &str, severity, versions: &[&str], says: &str, fix: &str| {
            if let Some(first) = versions.first() {
                let says = format!("{} {says}, the first {first}", versions.len());
                let place = Place::Resource { name: Foreign::new(reference) };
                findings.push(Finding::new(rule, reference, severity, says, fix).at(place));
            }
        };
        let apply = "Apply the repository's migrations to staging";
        differs("supabase.staging-behind", Severity::Medium, &missing, "migrations of production are not on staging", apply);
        let carry = "Carry them to production by the pipeline, or take them back on staging";
        differs("supabase.staging-ahead", Severity::Low, &ahead, "migrations of staging are not on production", carry);
        let says = format!("{what} differs from production: {} migrations missing, {} ahead", missing.len(), ahead.len());
        Candidate::Bad(says, findings)
    }

    fn versions(&self, reference: &str) -> Result<BTreeSet<String>, Gap> {
        let part = self.migrations.get(reference).ok_or_else(|| Gap::internal("the migrations were not read"))?;
        let list = part.as_result().map_err(Gap::clone)?;
        list.iter()
            .map(|it| it.version.as_ref().map(ToString::to_string).ok_or_else(|| VENDOR.lacks("the version of a migration")))
            .collect()
    }

    /// The persistent branch that is most likely staging: by its health, then by its name.
    fn best_branch(&self, production: &str) -> Option<&Branch> {
        let persistent = self
            .branches
            .seen()?
            .iter()
            .filter(|it| !it.is_production(production) && it.persistent == Some(true) && it.deletion_scheduled_at.is_none());
        persistent.min_by_key(|it| {
            let name = it.name.clone().unwrap_or_default();
            let is_healthy = it.preview_project_status.as_ref().is_some_and(|status| status == HEALTHY);
            (!is_healthy, !name.as_str().to_ascii_lowercase().contains("stag"), name)
        })
    }

    fn branches_with_data(&self) -> impl Iterator<Item = &Foreign> {
        let branches = self.branches.seen().map(Vec::as_slice).unwrap_or_default();
        branches.iter().filter(|it| it.is_default != Some(true) && it.with_data == Some(true)).filter_map(|it| it.name.as_ref())
    }
}

impl Branch {
    /// Whether it is production itself: the default branch has the parent's own reference.
    fn is_production(&self, production: &str) -> bool {
        self.is_default == Some(true) || self.project_ref.as_ref().is_some_and(|it| it == production)
    }
}

#[cfg(test)]
mod tests;

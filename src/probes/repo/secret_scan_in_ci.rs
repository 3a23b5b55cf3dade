//! A workflow looks for secrets in every pull request, and a find fails it: where the plan has no push protection, that is
//! what stands between a pasted key and the history (CHECKLIST SEC-05; dossier repo-signals.md §11).

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, Spot, judge};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::workflows::{Meaning, Soft, Workflows};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct SecretScanInCi;

/// Where workflows look for secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    pub workflows: usize,
    /// On pull requests.
    pub scans: Vec<Scan>,
    /// Started by something else.
    pub others: Vec<Spot>,
    /// Continuous integration and workflows that are not read here.
    pub elsewhere: Vec<Spot>,
}

/// One step that looks for secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    pub spot: Spot,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soft: Option<Soft>,
    pub conditional: bool,
}

impl Probe for SecretScanInCi {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.secret-scan-in-ci",
        system: System::Repo,
        asks: "Does a workflow look for secrets in every pull request?",
        needs: ground::NEEDS,
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §11",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, _settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: there is nothing to scan");
        }
        let unread = seen.ground.gap("a secret scan");
        let hard = seen.scans.iter().find(|it| it.soft.is_none());
        let verdict = if let Some(scan) = hard {
            let says = format!("{} looks for secrets in every pull request", scan.spot.path);
            Verdict::undecided(judge(says, "See in GitHub that this check is required for merging"))
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else if let Some(first) = seen.elsewhere.first() {
            let says = format!("{}: {}, which is not read here, may look for secrets", first.path, first.says);
            Verdict::undecided(
                Gap::new(GapKind::Incomplete, System::Repo, says)
                    .needs("Look whether secrets are looked for there on every pull request"),
            )
        } else {
            let says = match (seen.scans.first(), seen.others.first()) {
                (Some(scan), _) => format!("the secret scan in {} cannot fail", scan.spot.path),
                (None, Some(other)) => format!("{} looks for secrets, and pull requests do not start it", other.path),
                (None, None) => "no workflow looks for secrets in pull requests".to_owned(),
            };
            Verdict::fail(says, findings(seen))
        };
        let notes = seen.scans.iter().filter(|it| it.soft.is_none());
        let notes = notes.map(|it| seen.ground.evidence(format!("repo.secret-scan.{}", it.spot.path), &it.spot));
        let verdict = verdict.with_notes(notes);
        seen.scans.iter().filter(|it| it.conditional).fold(verdict, |verdict, it| {
            let says = format!("{} looks for secrets only under a condition", it.spot.path);
            verdict.note(NoteLevel::Warning, format!("repo.secret-scan-conditional.{}", it.spot.path), says)
        })
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let hard = seen.scans.iter().any(|it| it.soft.is_none());
        if hard {
            return Remedy::default();
        }
        Remedy { steps: findings(seen).into_iter().map(|it| it.fix).collect(), effort: Effort::S }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    if let Some(scan) = seen.scans.first() {
        let why = scan.soft.map_or("", Soft::words);
        let says = format!("the secret scan in {} cannot fail: {why}", scan.spot.path);
        let fix = format!("Let the secret scan in {} fail the run", scan.spot.path);
        return vec![
            Finding::new("repo.secret-scan-soft", &scan.spot.path, Severity::Medium, says, fix).at(seen.ground.place(&scan.spot)),
        ];
    }
    let fix = "Add a secret scan (gitleaks, or `rescue scan`) to the workflow of pull requests, and make it a required check";
    let says = "no workflow looks for secrets in pull requests";
    let finding = Finding::new("repo.secret-scan-missing", "pull_request", Severity::Low, says, fix);
    vec![match seen.others.first() {
        Some(spot) => finding.at(seen.ground.place(spot)),
        None => finding,
    }]
}

fn seen(survey: &Survey) -> Seen {
    let workflows = &survey.workflows;
    let scans = |on_pulls: bool| {
        let files = workflows.files.iter().filter(move |it| it.runs_on_pull_requests() == on_pulls);
        files.flat_map(|file| {
            file.work().filter(|(_, _, work)| work.meaning == Meaning::SecretScan).map(move |(_, _, work)| (file, work))
        })
    };
    let unfollowed = workflows.files.iter().filter(|it| it.runs_on_pull_requests()).flat_map(|file| {
        let jobs = file.jobs.iter().filter(|it| it.unfollowed);
        jobs.map(|job| Spot::new(&file.path, job.line, job.lost()))
    });
    Seen {
        ground: Ground::of(survey, |path| Workflows::wants(path) || path.ends_with("package.json")),
        workflows: workflows.files.len(),
        scans: scans(true)
            .map(|(file, work)| Scan {
                spot: Spot::new(&file.path, work.line, &work.says),
                soft: work.soft,
                conditional: work.conditional,
            })
            .collect(),
        others: scans(false).map(|(file, work)| Spot::new(&file.path, work.line, &work.says)).collect(),
        elsewhere: workflows.others.iter().map(|it| Spot::new(&it.path, 1, it.system)).chain(unfollowed).collect(),
    }
}

#[cfg(test)]
mod tests;

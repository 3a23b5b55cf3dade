//! Nobody, human or agent, pushes straight to the branch that deploys: it needs a pull request and passing checks, and
//! refuses force pushes. Rulesets and classic protection both count, and each is silent about the other (dossier
//! github.md §3.2): an empty list of rules is never read as "unprotected", a missing bypass list never as "nobody".

mod rows;
#[cfg(test)]
mod tests;

use super::{named, repository};
use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::facts::{ActiveRule, BranchStub, Classic, Repository, Ruleset};
use crate::systems::github::{Answered, Listed};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use rows::{Demand, Row, Way};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct BranchProtection;

/// The default branch through GitHub's four windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    /// Rules in force, of repository and organisation rulesets.
    pub active: Part<Answered<Listed<ActiveRule>>>,
    pub classic: Part<Answered<Classic>>,
    pub branch: Part<BranchStub>,
    /// All rulesets that aim at branches, also those that only evaluate.
    pub rulesets: Part<Listed<Ruleset>>,
    /// The rulesets of the rules that count, with their bypass lists where we may see them.
    pub details: Vec<Detail>,
    /// Asked only when the branch could not be read.
    pub is_empty: Option<Part<bool>>,
}

/// One ruleset, asked for by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    pub id: u64,
    pub ruleset: Part<Ruleset>,
}

/// Most rulesets whose bypass lists are read.
const MOST_DETAILS: u32 = 10;

impl Probe for BranchProtection {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.branch-protection",
        system: System::Github,
        asks: "Does the default branch need a pull request and passing checks, and refuse force pushes?",
        needs: &["Metadata: read", "Administration: read (classic protection)", "Contents: read (the branch)"],
        cost: &[(System::Github, 6 + MOST_DETAILS)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/repos/rules#get-rules-for-a-branch",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let (github, slug) = repository(sight)?;
        let repository = (*github.repository(slug).await?).clone();
        let Some(name) = repository.default_branch.clone() else {
            return Err(Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub names no default branch"));
        };
        let (active, classic, branch, rulesets) = futures_util::join!(
            github.active_rules(slug, &name),
            github.classic_protection(slug, &name),
            github.branch(slug, &name),
            github.rulesets(slug),
        );
        let active: Part<_> = active.into();
        let branch: Part<BranchStub> = branch.map(|it| (*it).clone()).into();
        let ids: BTreeSet<u64> =
            rows::rules(&active).iter().filter(|rule| rows::counts(rule)).filter_map(|rule| rule.ruleset_id).collect();
        let details = join_all(ids.into_iter().zip(0..MOST_DETAILS).map(|(id, _)| {
            let github = github.clone();
            async move { Detail { id, ruleset: github.ruleset(slug, id).await.map(|it| (*it).clone()).into() } }
        }))
        .await;
        let is_empty =
            if branch.is_hidden_by(&[GapKind::NoPermission]) { Some(github.is_empty(slug).await.into()) } else { None };
        Ok(Seen { repository, active, classic: classic.into(), branch, rulesets: rulesets.into(), details, is_empty })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: nobody can push to it");
        }
        if seen.is_empty.as_ref().and_then(Part::seen) == Some(&true) {
            return Verdict::not_applicable("the repository is empty: there is no branch to protect");
        }
        let branch = seen.repository.default_branch.as_deref().unwrap_or("the default branch");
        let mut findings = BTreeMap::new();
        let mut gaps = Vec::new();
        let mut unseen = BTreeSet::new();
        for demand in Demand::CORE {
            match rows::row(seen, demand) {
                Row::Holds(ways) => match rows::who_passes(seen, demand, &ways) {
                    rows::Through::Nobody => {}
                    rows::Through::Unseen(ways) => unseen.extend(ways),
                    rows::Through::Known(found) => {
                        findings.extend(found.into_iter().map(|(way, who)| bypassed(settings, branch, way, &who)));
                    }
                },
                Row::Broken { by_plan } => {
                    let finding = missing(settings, branch, demand, by_plan);
                    findings.insert(finding.key(), finding);
                }
                Row::Unknown(gap) => {
                    let says = format!("whether {branch} {} could not be seen: {}", demand.wants(), gap.says);
                    gaps.push(Gap { says: says.into(), ..gap });
                }
            }
        }
        // A list that is not shown is not an empty one (dossier §3.2 D and its row "admins included").
        let hidden = (!unseen.is_empty()).then(|| {
            let says = format!("{branch} is protected, but who may bypass that is shown only to those who may edit it");
            Gap::new(GapKind::NoPermission, System::Github, says)
                .needs("Look at the bypass lists in the repository's settings and attest that they are empty")
        });
        let bypass = format!("who may bypass the protection of {branch} is shown only to those who may edit it");
        let missed = gaps.first().cloned().or_else(|| Some(Gap { says: bypass.into(), ..hidden.clone()? }));
        let verdict = match (findings.is_empty(), gaps.first()) {
            (false, _) => {
                let findings: Vec<Finding> = findings.into_values().collect();
                let says = findings.iter().map(|it| it.says.as_str()).collect::<Vec<_>>().join("; ");
                let also = gaps.into_iter().map(|gap| note(NoteLevel::Info, "github.protection-unseen", gap.says.as_str()));
                Verdict::fail(says, findings).unseen(missed).with_notes(also)
            }
            (true, Some(gap)) => Verdict::undecided(gap.clone()),
            (true, None) => match hidden {
                Some(gap) => Verdict::undecided(gap),
                None => Verdict::pass(format!("{branch} needs a pull request and passing checks and refuses force pushes")),
            },
        };
        verdict.with_notes(unseen.into_iter().map(bypass_unseen)).with_notes(asides(seen, settings, branch))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let missing: Vec<(Demand, bool)> = Demand::CORE
            .into_iter()
            .filter_map(|demand| match rows::row(seen, demand) {
                Row::Broken { by_plan } => Some((demand, by_plan)),
                _ => None,
            })
            .collect();
        let is_bypassed = Demand::CORE.into_iter().any(|demand| match rows::row(seen, demand) {
            Row::Holds(ways) => matches!(rows::who_passes(seen, demand, &ways), rows::Through::Known(_)),
            _ => false,
        });
        if missing.is_empty() && !is_bypassed {
            return Remedy::default();
        }
        let (repository, branch) = (named(settings), seen.repository.default_branch.as_deref().unwrap_or("the default branch"));
        let mut steps = Vec::new();
        if missing.iter().any(|(_, by_plan)| *by_plan) {
            steps.push(
                "Move the repository to a plan with protected branches for private repositories (GitHub Pro or Team)".into(),
            );
        }
        if !missing.is_empty() {
            steps.push(
                format!("Open https://github.com/{repository}/settings/rules, add an active branch ruleset for {branch}").into(),
            );
            steps.extend(missing.iter().map(|(demand, _)| demand.step().into()));
        }
        if is_bypassed {
            steps.push(
                format!("Empty the bypass list of the rules for {branch}; in classic protection tick `Do not allow bypassing`")
                    .into(),
            );
        }
        Remedy { steps, effort: Effort::S }
    }
}

/// Who can push to the default branch without a pull request, as far as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Guard {
    /// A pull request is needed, and nobody may bypass.
    Closed,
    /// Somebody may bypass.
    Passable(String),
    Open,
    Hidden(Gap),
}

/// What guards the default branch of this observation.
pub(super) fn guard(seen: &Seen) -> Guard {
    match rows::row(seen, Demand::PullRequest) {
        Row::Broken { .. } => Guard::Open,
        Row::Unknown(gap) => Guard::Hidden(gap),
        Row::Holds(ways) => match rows::who_passes(seen, Demand::PullRequest, &ways) {
            rows::Through::Nobody => Guard::Closed,
            rows::Through::Known(who) => Guard::Passable(who.into_iter().map(|(_, who)| who).collect::<Vec<_>>().join(", ")),
            rows::Through::Unseen(_) => Guard::Hidden(
                Gap::new(
                    GapKind::NoPermission,
                    System::Github,
                    "who may bypass the protection is shown only to those who may edit it",
                )
                .needs("Look at the bypass lists in the repository's settings"),
            ),
        },
    }
}

/// Whether GitHub says that nothing was ever pushed.
pub(super) fn is_empty(seen: &Seen) -> bool {
    seen.is_empty.as_ref().and_then(Part::seen) == Some(&true)
}

/// What merging requires of checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Required {
    /// The names of the checks. `all`: no other can be required.
    Checks {
        names: BTreeSet<String>,
        workflows: BTreeSet<String>,
        all: bool,
    },
    Nothing,
    Hidden(Gap),
}

/// The checks that merging into the default branch requires.
pub(super) fn required(seen: &Seen) -> Required {
    match rows::row(seen, Demand::Checks) {
        Row::Broken { .. } => Required::Nothing,
        Row::Unknown(gap) => Required::Hidden(gap),
        Row::Holds(_) => {
            let (names, workflows, all) = rows::required_names(seen);
            Required::Checks { names, workflows, all }
        }
    }
}

fn missing(settings: &AppSettings, branch: &str, demand: Demand, by_plan: bool) -> Finding {
    let why = if by_plan { ": the plan has no branch protection for private repositories" } else { "" };
    let (rule, severity, says) = match demand {
        Demand::PullRequest => ("github.pull-request-not-required", Severity::High, "takes pushes without a pull request"),
        Demand::Checks => ("github.checks-not-required", Severity::Medium, "takes changes whose checks did not pass"),
        Demand::NoForcePush => ("github.force-push-allowed", Severity::High, "does not refuse force pushes"),
    };
    Finding::new(rule, format!("{}:{branch}", named(settings)), severity, format!("{branch} {says}{why}"), demand.step())
}

fn bypassed(settings: &AppSettings, branch: &str, way: Way, who: &str) -> (String, Finding) {
    let finding = Finding::new(
        "github.protection-bypass",
        format!("{}:{branch}:{}", named(settings), way.id()),
        Severity::Medium,
        format!("{who} may pass by the protection of {branch} ({})", way.words()),
        "Take everybody off the bypass list, or let them bypass for pull requests only",
    );
    (finding.key(), finding)
}

fn bypass_unseen(way: Way) -> Note {
    let says = format!("who may bypass {} is shown only to those who may edit it", way.words());
    note(NoteLevel::Warning, &format!("github.bypass-unseen-{}", way.id()), &says)
}

/// What decides nothing here and a person should still read.
fn asides(seen: &Seen, settings: &AppSettings, branch: &str) -> Vec<Note> {
    let mut notes = Vec::new();
    if rows::approvals(seen) == Some(0) && matches!(rows::row(seen, Demand::PullRequest), Row::Holds(_)) {
        notes.push(note(NoteLevel::Warning, "github.no-approval-required", "a pull request needs nobody's approval"));
    }
    if rows::may_be_deleted(seen) {
        notes.push(note(NoteLevel::Info, "github.deletion-allowed", &format!("no rule forbids deleting {branch}")));
    }
    for ruleset in seen.rulesets.seen().into_iter().flat_map(|list| &list.items) {
        if let (Some(id), Some(enforcement)) = (ruleset.id, ruleset.enforcement.as_ref())
            && enforcement != "active"
        {
            let name = ruleset.name.as_ref().map_or_else(|| id.to_string(), |it| it.cut(60));
            let says = format!("ruleset {name} does not bite: its enforcement is {enforcement}");
            notes.push(note(NoteLevel::Info, &format!("github.ruleset-idle-{id}"), &says));
        }
    }
    if let (Some(now), Some(slug)) = (&seen.repository.full_name, &settings.github)
        && !now.as_str().eq_ignore_ascii_case(&slug.to_string())
    {
        notes.push(note(NoteLevel::Info, "github.renamed", &format!("the repository is now called {now}")));
    }
    notes
}

fn note(level: NoteLevel, key: &str, says: &str) -> Note {
    Note { key: key.to_owned(), level, says: says.into(), place: None }
}

//! Workflows check types, lint, tests that assert something and the build on every pull request, and nothing in them makes
//! a failure unheard (dossier repo-signals.md §11). Whether merging requires them says GitHub, not the repository.

mod look;

use crate::domain::checklist::Effort;
use crate::domain::{
    AppSettings, Consent, Finding, Foreign, Gap, GapKind, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::probes::ground::{self, Ground, MOST_SHOWN, Spot, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::workflows::{Meaning, Soft};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct CiSteps;

/// What the workflows that pull requests start do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// Packages of JavaScript.
    pub packages: usize,
    pub has_typescript: bool,
    pub workflows: usize,
    /// The workflows that pull requests start.
    pub on_pull_requests: Vec<Spot>,
    /// Of those, the ones that some changed files do not start.
    pub filtered: Vec<Spot>,
    /// What their steps do.
    pub steps: Vec<StepSeen>,
    /// Steps and jobs of theirs that are somewhere else.
    pub unfollowed: Vec<Spot>,
    /// Files of other systems of continuous integration, which are not read.
    pub others: Vec<Spot>,
    /// Files of tests, and how many of them assert something.
    pub suites: usize,
    pub asserting: usize,
    /// Options that let a build pass with mistakes in it.
    pub gates: Vec<Spot>,
    /// Configurations of TypeScript that are not strict.
    pub loose: Vec<Spot>,
    /// Workflows that run a stranger's code with this repository's secrets at hand.
    pub strangers: Vec<Spot>,
    /// Files of hosts that build every pull request by themselves.
    pub builders: Vec<Spot>,
    /// Scripts that workflows call and that are not in the repository.
    #[serde(default)]
    pub missing: Vec<Spot>,
}

/// One thing that a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSeen {
    pub meaning: Meaning,
    pub spot: Spot,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soft: Option<Soft>,
    /// It runs only under a condition.
    pub conditional: bool,
    /// Its command checks types too, as that of some frameworks does.
    pub checks_types: bool,
}

impl Probe for CiSteps {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.ci-steps",
        system: System::Repo,
        asks: "Do workflows check types, lint, tests and build on every pull request?",
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
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, look::seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: there is nothing to check");
        }
        let unread = seen.ground.gap("workflows, scripts or tests");
        if seen.ground.code_files == 0 && seen.packages == 0 && unread.is_none() {
            return Ground::no_code(settings);
        }
        let findings = findings(seen, settings, unread.is_some());
        let hidden = hidden(seen);
        let verdict = if !findings.is_empty() {
            Verdict::fail(said(seen, &findings), findings).unseen(unread.or(hidden))
        } else if let Some(gap) = unread.or(hidden) {
            Verdict::undecided(gap)
        } else {
            let checks = WANTED.iter().filter(|it| is_wanted(seen, **it) && is_hard(seen, **it)).count();
            let wanted = WANTED.iter().filter(|it| is_wanted(seen, **it)).count();
            let says = of(checks, wanted, "checks run on pull requests, and nothing makes their failure unheard");
            Verdict::undecided(judge(
                says,
                "See in GitHub that merging requires them, and that a broken test blocks a pull request",
            ))
        };
        noted(verdict, seen, settings)
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let found = findings(seen, settings, !seen.ground.unread.is_empty());
        let mut steps: Vec<Foreign> = found.iter().map(|it| it.fix.clone()).collect();
        steps.dedup();
        let effort = if seen.on_pull_requests.is_empty() || seen.asserting == 0 { Effort::M } else { Effort::S };
        Remedy { steps, effort }
    }
}

/// What has to run.
const WANTED: [Meaning; 4] = [Meaning::Types, Meaning::Lint, Meaning::Test, Meaning::Build];

fn is_wanted(seen: &Seen, meaning: Meaning) -> bool {
    meaning != Meaning::Types || seen.has_typescript
}

/// The steps that are for something; end-to-end tests are tests, and some builds check types.
fn steps(seen: &Seen, meaning: Meaning) -> impl Iterator<Item = &StepSeen> {
    seen.steps.iter().filter(move |it| {
        it.meaning == meaning
            || (meaning == Meaning::Test && it.meaning == Meaning::EndToEnd)
            || (meaning == Meaning::Types && it.checks_types && seen.gates.is_empty())
    })
}

fn is_hard(seen: &Seen, meaning: Meaning) -> bool {
    steps(seen, meaning).any(|it| it.soft.is_none())
}

/// Whether the host builds every pull request by itself.
fn host_builds(seen: &Seen, settings: &AppSettings) -> bool {
    settings.vercel.is_some() || !seen.builders.is_empty()
}

/// What may run elsewhere, unseen.
fn hidden(seen: &Seen) -> Option<Gap> {
    let missing = seen.on_pull_requests.is_empty() || WANTED.iter().any(|it| is_wanted(seen, *it) && !is_hard(seen, *it));
    let first = seen.others.iter().chain(&seen.unfollowed).next().filter(|_| missing)?;
    let says = format!("{}:{}: {}, which is not read here", first.path, first.line, first.says);
    Some(
        Gap::new(GapKind::Incomplete, System::Repo, says)
            .needs("Look whether types, lint, tests and build run there on every pull request"),
    )
}

fn findings(seen: &Seen, settings: &AppSettings, is_unread: bool) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for spot in &seen.strangers {
        let says = format!("{} runs the code of anybody's pull request with this repository's secrets", spot.path);
        let fix = format!("Start {} by `pull_request`, or do not check out the head of the pull request in it", spot.path);
        found.push(Finding::new("repo.ci-runs-strangers", &spot.path, Severity::Critical, says, fix).at(seen.ground.place(spot)));
    }
    let may_be_elsewhere = is_unread || !seen.others.is_empty();
    if seen.on_pull_requests.is_empty() {
        if !may_be_elsewhere {
            let says = match seen.workflows {
                0 => "no workflow is in the repository: nothing is checked before a change is merged".to_owned(),
                some => format!("none of {some} workflows is started by pull requests"),
            };
            let fix = "Write one workflow on `pull_request`: frozen install, types, lint, test, build";
            found.push(Finding::new("repo.ci-missing", "pull_request", Severity::High, says, fix));
        }
        return found;
    }
    for meaning in WANTED.into_iter().filter(|it| is_wanted(seen, *it) && !is_hard(seen, *it)) {
        let key = <&str>::from(Word(meaning));
        if let Some(step) = steps(seen, meaning).next() {
            let why = step.soft.map_or("", Soft::words);
            let says = format!("the {} in {} cannot fail: {why}", meaning.words(), step.spot.path);
            let fix = format!("Let the {} in {} fail the run", meaning.words(), step.spot.path);
            found.push(Finding::new("repo.ci-step-soft", key, Severity::High, says, fix).at(seen.ground.place(&step.spot)));
        } else if !may_be_elsewhere && seen.unfollowed.is_empty() && !(meaning == Meaning::Build && host_builds(seen, settings)) {
            let says = format!("no workflow of pull requests runs a {}", meaning.words().trim_end_matches('s'));
            let fix = format!("Add a step for the {} to the workflow of pull requests", meaning.words());
            found.push(Finding::new("repo.ci-step-missing", key, Severity::Medium, says, fix));
        }
    }
    if is_hard(seen, Meaning::Test) && seen.asserting == 0 && !is_unread {
        let says = match seen.suites {
            0 => "the tests run, and there is no file of tests".to_owned(),
            some => format!("the tests run, and none of {some} files of tests asserts anything"),
        };
        found.push(Finding::new(
            "repo.ci-tests-empty",
            "test",
            Severity::High,
            says,
            "Write tests that assert what the app must do",
        ));
    }
    if !is_hard(seen, Meaning::Types) {
        for gate in &seen.gates {
            let says = format!("{} lets a build pass with mistakes: {}", gate.path, gate.says);
            let resource = format!("{}:{}", gate.path, gate.says);
            let fix = format!("Remove `{}` from {}, and mend what the build then says", gate.says, gate.path);
            found.push(
                Finding::new("repo.build-ignores-errors", resource, Severity::Medium, says, fix).at(seen.ground.place(gate)),
            );
        }
    }
    found
}

/// A meaning as findings name it, stable for ever.
struct Word(Meaning);

impl From<Word> for &'static str {
    fn from(word: Word) -> Self {
        match word.0 {
            Meaning::Types => "types",
            Meaning::Lint => "lint",
            Meaning::Test | Meaning::EndToEnd => "test",
            Meaning::Build => "build",
            _ => "other",
        }
    }
}

fn said(seen: &Seen, findings: &[Finding]) -> String {
    if findings.iter().any(|it| it.rule == "repo.ci-missing") {
        return "nothing is checked before a change is merged".to_owned();
    }
    let wanted: Vec<Meaning> = WANTED.into_iter().filter(|it| is_wanted(seen, *it)).collect();
    let hard = wanted.iter().filter(|it| is_hard(seen, **it)).count();
    let mut says = of(hard, wanted.len(), "checks run on pull requests and can fail");
    if !seen.strangers.is_empty() {
        says = format!("a workflow runs strangers' code with secrets at hand; {says}");
    } else if findings.iter().any(|it| it.rule == "repo.ci-tests-empty") {
        says = format!("{says}; no test asserts anything");
    }
    says
}

fn noted(verdict: Verdict, seen: &Seen, settings: &AppSettings) -> Verdict {
    let steps = seen.steps.iter().filter(|it| it.soft.is_none()).take(MOST_SHOWN).map(|it| {
        let spot = Spot { says: format!("{}: {}", it.meaning.words(), it.spot.says).into(), ..it.spot.clone() };
        seen.ground.evidence(format!("repo.ci-step.{}.{}", it.spot.path, it.meaning.words()), &spot)
    });
    let mut verdict = verdict.with_notes(steps);
    let conditional = seen.steps.iter().filter(|it| it.conditional && WANTED.contains(&it.meaning)).take(MOST_SHOWN);
    for it in conditional {
        let says = format!("{} runs its {} only under a condition", it.spot.path, it.meaning.words());
        verdict = verdict.note(NoteLevel::Warning, format!("repo.ci-conditional.{}.{}", it.spot.path, it.meaning.words()), says);
    }
    for it in seen.filtered.iter().take(MOST_SHOWN) {
        let says = format!("{} does not run for every change: {}", it.path, it.says);
        verdict = verdict.note(NoteLevel::Warning, format!("repo.ci-filtered.{}", it.path), says);
    }
    for it in seen.missing.iter().take(MOST_SHOWN) {
        let note = Note {
            key: format!("repo.ci-script-missing.{}.{}", it.path, it.says),
            level: NoteLevel::Warning,
            says: format!("{} calls `{}`, which is not in the repository", it.path, it.says).into(),
            place: Some(seen.ground.place(it)),
        };
        verdict = verdict.with_notes([note]);
    }
    if let Some(it) = seen.steps.iter().find(|it| it.meaning == Meaning::InstallLoose) {
        let says = format!("{} installs without a frozen lockfile: {}", it.spot.path, it.spot.says);
        verdict = verdict.note(NoteLevel::Warning, format!("repo.ci-install-loose.{}", it.spot.path), says);
    }
    if is_hard(seen, Meaning::Types) {
        for it in seen.gates.iter().take(MOST_SHOWN) {
            let says = format!("{} lets a build pass with mistakes: {}", it.path, it.says);
            verdict = verdict.note(NoteLevel::Warning, format!("repo.build-gate.{}.{}", it.path, it.says), says);
        }
    }
    for it in seen.loose.iter().take(MOST_SHOWN) {
        let says = format!("{} is not strict: the type check overlooks much", it.path);
        verdict = verdict.note(NoteLevel::Warning, format!("repo.types-loose.{}", it.path), says);
    }
    let no_build = !seen.on_pull_requests.is_empty() && !is_hard(seen, Meaning::Build) && host_builds(seen, settings);
    if no_build {
        let says = "no workflow builds pull requests; the host may: see that its check is required";
        verdict = verdict.note(NoteLevel::Evidence, "repo.ci-build-by-host", says);
    }
    verdict
}

#[cfg(test)]
mod tests;

//! The journeys that break the business (signing up, paying, the main thing the app does) have tests that assert something
//! and run on pull requests (dossier repo-signals.md §11). Whether a test tests the right thing, a person judges.

use crate::domain::checklist::Effort;
use crate::domain::{
    AppSettings, Consent, Finding, Foreign, Gap, GapKind, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::probes::ground::{self, Ground, MOST_SHOWN, Spot, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::project::suites::is_test;
use crate::repo::project::systems::Purpose;
use crate::repo::project::{Journey, Strength, Suite, SuiteKind};
use crate::repo::workflows::{Meaning, Workflows};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

/// See the module.
pub struct CriticalTests;

/// The tests, by what they go through.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// Files of tests; those that assert; those that use the app as a person does and assert.
    pub suites: usize,
    pub asserting: usize,
    pub end_to_end: Vec<Spot>,
    /// Files whose every case is skipped, or that assert nothing.
    pub hollow: Vec<Spot>,
    /// The journeys that the app has, as far as its code tells.
    pub journeys: Vec<JourneySeen>,
    /// Where tests run on pull requests, and can fail.
    pub runs: Vec<Spot>,
    /// Where end-to-end tests do.
    pub end_to_end_runs: Vec<Spot>,
    /// Continuous integration that is not read here.
    pub elsewhere: Vec<Spot>,
}

/// A journey, and the tests that name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneySeen {
    pub journey: Journey,
    /// Why the app has it.
    pub because: Spot,
    pub tests: Vec<Spot>,
}

impl Probe for CriticalTests {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.critical-tests",
        system: System::Repo,
        asks: "Do the critical journeys have tests that assert something and run in CI?",
        needs: ground::NEEDS,
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §1, §11",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: there is nothing to test");
        }
        let unread = seen.ground.gap("tests");
        if seen.ground.code_files == 0 && seen.suites == 0 && unread.is_none() {
            return Ground::no_code(settings);
        }
        let findings = findings(seen, unread.is_some());
        let tested = seen.journeys.iter().filter(|it| !it.tests.is_empty()).count();
        let says = format!(
            "{}, {}",
            of(seen.asserting, seen.suites, "files of tests assert something"),
            of(tested, seen.journeys.len(), "journeys are named by a test")
        );
        let verdict = if !findings.is_empty() {
            let says = if seen.asserting == 0 { "no test asserts anything".to_owned() } else { says };
            Verdict::fail(says, findings).unseen(unread)
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else if let Some(first) = seen.elsewhere.first().filter(|_| seen.runs.is_empty()) {
            let says = format!("{}: {}, which is not read here, may run the tests", first.path, first.says);
            Verdict::undecided(
                Gap::new(GapKind::Incomplete, System::Repo, says).needs("Look whether the tests run there on every pull request"),
            )
        } else {
            Verdict::undecided(judge(says, "Read the tests named below, and judge whether they assert what must never break"))
        };
        noted(verdict, seen)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let steps: Vec<Foreign> = findings(seen, !seen.ground.unread.is_empty()).into_iter().map(|it| it.fix).collect();
        Remedy { steps, effort: Effort::L }
    }
}

fn findings(seen: &Seen, is_unread: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    if is_unread {
        return found;
    }
    if seen.asserting == 0 {
        let says = match seen.suites {
            0 => "there is no test in the repository".to_owned(),
            1 => "the only file of tests asserts nothing".to_owned(),
            some => format!("none of {some} files of tests asserts anything"),
        };
        let fix = "Write one end-to-end test per critical journey, and let it assert what the database holds";
        let finding = Finding::new("repo.tests-missing", ".", Severity::High, says, fix);
        found.push(match seen.hollow.first() {
            Some(spot) => finding.at(seen.ground.place(spot)),
            None => finding,
        });
        return found;
    }
    if seen.runs.is_empty() && seen.elsewhere.is_empty() {
        let says = format!("{} files of tests are there, and no workflow of pull requests runs them", seen.suites);
        found.push(Finding::new(
            "repo.tests-not-in-ci",
            "pull_request",
            Severity::High,
            says,
            "Run the tests in the workflow of pull requests",
        ));
    }
    // A browser test may go by words that are not known here: then a person looks.
    if seen.end_to_end.is_empty() {
        for it in seen.journeys.iter().filter(|it| it.tests.is_empty()) {
            let says = format!("no test goes through this journey: {} ({} {})", it.journey, it.because.path, it.because.says);
            let fix = format!("Write an end-to-end test of the journey: {}", it.journey);
            let key = format!("{:?}", it.journey).to_lowercase();
            found
                .push(Finding::new("repo.journey-untested", key, Severity::Medium, says, fix).at(seen.ground.place(&it.because)));
        }
    }
    found
}

fn noted(verdict: Verdict, seen: &Seen) -> Verdict {
    let tested = seen.journeys.iter().flat_map(|it| it.tests.iter().map(move |spot| (it.journey, spot))).take(MOST_SHOWN);
    let mut verdict = verdict.with_notes(tested.map(|(journey, spot)| {
        let spot = Spot { says: format!("{journey}: {}", spot.says).into(), ..spot.clone() };
        seen.ground.evidence(format!("repo.journey.{journey}.{}", spot.path), &spot)
    }));
    for it in seen.journeys.iter().filter(|it| it.tests.is_empty()) {
        let says = format!("no test names this journey: {}", it.journey);
        verdict = verdict.note(NoteLevel::Warning, format!("repo.journey-unnamed.{}", it.journey), says);
    }
    for it in seen.hollow.iter().take(MOST_SHOWN) {
        verdict = verdict.note(NoteLevel::Warning, format!("repo.tests-hollow.{}", it.path), format!("{}: {}", it.path, it.says));
    }
    if !seen.end_to_end.is_empty() && seen.end_to_end_runs.is_empty() && !seen.runs.is_empty() {
        let says = "end-to-end tests are there, and no workflow of pull requests is seen to run them";
        verdict = verdict.note(NoteLevel::Warning, "repo.end-to-end-not-in-ci", says);
    }
    verdict
}

fn seen(survey: &Survey) -> Seen {
    let project = &survey.project;
    let matters = |path: &str| is_test(path) || Workflows::wants(path) || path.ends_with("package.json");
    let ground = Ground::of(survey, matters);
    let spot = |suite: &Suite| {
        let visits = suite.visits.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
        let visits = if visits.is_empty() { String::new() } else { format!(", visits {visits}") };
        Spot::new(&suite.path, suite.first, format!("{} cases, {} assertions{visits}", suite.cases, suite.asserts))
    };
    // A file beside the tests that holds no case (a helper, a page object) is no test, however its folder is called.
    let suites =
        || project.suites.iter().filter(|it| it.cases > 0 || it.asserts > 0 || it.broken.is_some() || is_named(&it.path));
    let asserting = || project.suites.iter().filter(|it| it.tests_something());
    let work = |meaning: Meaning| {
        let of_pulls = survey.workflows.files.iter().filter(|it| it.runs_on_pull_requests());
        let work = of_pulls.flat_map(|file| file.work().map(move |(_, _, work)| (file, work)));
        let hard = work.filter(move |(_, work)| work.meaning == meaning && work.soft.is_none());
        hard.map(|(file, work)| Spot::new(&file.path, work.line, &work.says)).collect::<Vec<_>>()
    };
    let end_to_end_runs = work(Meaning::EndToEnd);
    let unfollowed = survey
        .workflows
        .files
        .iter()
        .filter(|it| it.runs_on_pull_requests())
        .flat_map(|file| file.jobs.iter().filter(|it| it.unfollowed).map(|job| Spot::new(&file.path, job.line, job.lost())));
    let others = survey.workflows.others.iter().map(|it| Spot::new(&it.path, 1, it.system));
    let journeys = Journey::VARIANTS.iter().filter_map(|journey| {
        let because = because(survey, *journey)?;
        let tests = asserting().filter_map(|suite| {
            let line = suite.journeys.iter().find(|(it, _)| it == journey)?.1;
            Some(Spot { line, ..spot(suite) })
        });
        Some(JourneySeen { journey: *journey, because, tests: tests.collect() })
    });
    Seen {
        suites: suites().count(),
        asserting: asserting().count(),
        end_to_end: asserting().filter(|it| it.kind == SuiteKind::EndToEnd).map(spot).collect(),
        hollow: suites().filter(|it| !it.tests_something() && it.broken.is_none()).map(spot).collect(),
        journeys: journeys.collect(),
        runs: work(Meaning::Test).into_iter().chain(end_to_end_runs.clone()).collect(),
        end_to_end_runs,
        elsewhere: others.chain(unfollowed).collect(),
        ground,
    }
}

/// Whether the file's own name says that it is a test.
fn is_named(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    [".test.", ".spec.", ".cy.", "_test.", ".e2e."].iter().any(|it| name.contains(it))
}

/// Why the app has that journey: what its code imports for it.
fn because(survey: &Survey, journey: Journey) -> Option<Spot> {
    let purpose = match journey {
        Journey::Pay => Purpose::Payments,
        Journey::SignUp | Journey::SignIn => Purpose::Auth,
    };
    let imported = survey.project.systems.iter().filter(|it| it.strength == Strength::Imported);
    let of_purpose = imported.clone().find(|it| it.purpose == purpose);
    // Supabase and Firebase bring their own sign-in.
    let with_auth = || imported.clone().find(|it| journey != Journey::Pay && matches!(it.name, "Supabase" | "Firebase"));
    let used = of_purpose.or_else(with_auth)?;
    let place = used.uses.first()?;
    Some(Spot::new(&place.at.path, place.at.line, format!("{} {}", place.kind.words(), place.what)))
}

#[cfg(test)]
mod tests;

//! The demo's three weeks without a terminal: the real probes over real HTTP on loopback, week by week, against the
//! truths that the story promises.

use flate2::read::GzDecoder;
use rescue::demo::archive;
use rescue::demo::stage::{Stage, WEEKS};
use rescue::desk::connections::Standing;
use rescue::desk::snapshot::{Format, laid_out};
use rescue::domain::state::Answer;
use rescue::domain::{Board, Foreign, GapKind, System, Truth};
use rescue::engine::RunEvent;
use rescue::snapshot::{Audience, Record, Sharing};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

/// The items that the story is about, and their truth after the run of each week.
const TRUTHS: [(&str, [Truth; 3]); 13] = [
    ("SEC-01", [Truth::Failing, Truth::Verified, Truth::Verified]),
    // Each key is replaced on Sam's word; what reads Supabase's keys is still to come, and Sam judges that too.
    ("SEC-02", [Truth::Failing, Truth::Attested, Truth::Attested]),
    ("SEC-03", [Truth::Failing, Truth::Verified, Truth::Verified]),
    ("SEC-05", [Truth::Failing, Truth::Waived, Truth::Waived]),
    ("SEC-06", [Truth::Failing, Truth::Verified, Truth::Verified]),
    ("SEC-07", [Truth::Open, Truth::Attested, Truth::Attested]),
    ("API-04", [Truth::Failing, Truth::Verified, Truth::Verified]),
    ("CI-01", [Truth::Failing, Truth::Verified, Truth::Verified]),
    ("SPD-01", [Truth::Failing, Truth::Verified, Truth::Verified]),
    ("BAK-01", [Truth::Verified, Truth::Verified, Truth::Drifted]),
    // Its probes hold in week two, but a person has to judge it too, and does so in week three.
    ("ENV-01", [Truth::Failing, Truth::Open, Truth::Verified]),
    ("ACC-05", [Truth::Attested, Truth::Attested, Truth::Attested]),
    ("BAK-04", [Truth::Open, Truth::Open, Truth::Open]),
];

/// What each probe says in each week: an outcome, or the gap.
const WORDS: [(&str, [&str; 3]); 64] = [
    ("scan.tree", ["fail", "pass", "pass"]),
    // What was committed stays committed, and was open for as long as it was.
    ("scan.history", ["fail", "fail", "fail"]),
    ("scan.exposure-window", ["needs_judgement", "needs_judgement", "needs_judgement"]),
    ("site.answers", ["pass", "pass", "pass"]),
    ("site.bundle", ["fail", "pass", "pass"]),
    ("repo.env-files", ["fail", "pass", "pass"]),
    ("repo.service-role", ["fail", "pass", "pass"]),
    ("repo.public-secrets", ["pass", "pass", "pass"]),
    ("repo.secret-scan-in-ci", ["fail", "fail", "fail"]),
    ("repo.row-level-security", ["pass", "pass", "pass"]),
    ("repo.restore-runbook", ["fail", "fail", "fail"]),
    ("repo.edge-functions", ["not_applicable", "not_applicable", "not_applicable"]),
    ("repo.systems-inventory", ["needs_judgement", "needs_judgement", "needs_judgement"]),
    ("repo.browser-database", ["needs_judgement", "pass", "pass"]),
    ("repo.authorisation", ["not_applicable", "needs_judgement", "needs_judgement"]),
    ("repo.input-validation", ["not_applicable", "not_applicable", "not_applicable"]),
    ("repo.business-rules", ["pass", "not_applicable", "not_applicable"]),
    ("repo.error-tracking", ["fail", "fail", "fail"]),
    ("repo.structured-logs", ["not_applicable", "fail", "fail"]),
    ("repo.migrations", ["pass", "pass", "pass"]),
    ("repo.staged-migrations", ["needs_judgement", "needs_judgement", "needs_judgement"]),
    ("repo.reversible-migrations", ["not_configured", "not_configured", "not_configured"]),
    ("repo.rate-limits", ["not_applicable", "not_applicable", "not_applicable"]),
    ("repo.paid-call-limits", ["not_applicable", "not_applicable", "not_applicable"]),
    ("repo.usage-quota", ["not_applicable", "not_applicable", "not_applicable"]),
    ("repo.background-jobs", ["needs_judgement", "needs_judgement", "needs_judgement"]),
    ("repo.pooled-connections", ["pass", "pass", "pass"]),
    ("repo.foreign-key-indexes", ["not_applicable", "not_applicable", "not_applicable"]),
    ("repo.indexed-filters", ["pass", "pass", "pass"]),
    ("repo.cached-reads", ["needs_judgement", "needs_judgement", "needs_judgement"]),
    ("repo.error-pages", ["fail", "fail", "needs_judgement"]),
    ("repo.swallowed-errors", ["pass", "pass", "pass"]),
    ("repo.outbound-timeouts", ["fail", "fail", "fail"]),
    ("repo.payment-integrity", ["needs_judgement", "needs_judgement", "needs_judgement"]),
    ("repo.ci-steps", ["fail", "needs_judgement", "needs_judgement"]),
    ("repo.critical-advisories", ["incomplete", "needs_judgement", "needs_judgement"]),
    ("repo.critical-tests", ["fail", "fail", "fail"]),
    ("repo.dependencies", ["fail", "needs_judgement", "needs_judgement"]),
    ("repo.automatic-migrations", ["needs_judgement", "needs_judgement", "needs_judgement"]),
    ("repo.runbooks", ["fail", "fail", "fail"]),
    ("repo.architecture", ["fail", "fail", "needs_judgement"]),
    ("repo.incident-playbook", ["fail", "fail", "fail"]),
    ("github.secret-scanning", ["fail", "pass", "pass"]),
    ("github.leak-prevention", ["fail", "fail", "fail"]),
    ("github.branch-protection", ["fail", "pass", "pass"]),
    ("github.environments", ["fail", "pass", "pass"]),
    ("github.owner", ["needs_judgement", "needs_judgement", "needs_judgement"]),
    ("github.collaborators", ["fail", "pass", "pass"]),
    ("github.builder-access", ["fail", "pass", "pass"]),
    ("github.actions-permissions", ["fail", "pass", "pass"]),
    ("github.required-checks", ["fail", "pass", "pass"]),
    ("github.green-default-branch", ["ambiguous", "pass", "pass"]),
    ("github.preview-deployments", ["ambiguous", "pass", "pass"]),
    ("github.deploy-source", ["pass", "pass", "pass"]),
    ("github.dependency-updates", ["fail", "pass", "pass"]),
    ("github.dependabot-alerts", ["fail", "pass", "pass"]),
    ("github.backup-workflow", ["not_applicable", "not_applicable", "not_applicable"]),
    ("github.scheduled-workflows", ["not_applicable", "pass", "pass"]),
    ("github.migration-workflow", ["needs_judgement", "pass", "pass"]),
    ("supabase.backup-age", ["pass", "pass", "fail"]),
    ("supabase.staging", ["fail", "pass", "pass"]),
    ("vercel.staging", ["fail", "pass", "pass"]),
    ("openai.spend-cap", ["fail", "pass", "pass"]),
    ("openrouter.spend-cap", ["pass", "pass", "bad_credential"]),
];

/// One week as it was played.
struct Played {
    week: u8,
    /// Before the week's run, if it is not the first.
    before: Option<Board>,
    board: Board,
    words: BTreeMap<String, String>,
}

async fn play(stage: &Stage, week: u8) -> Played {
    if week > 1 {
        assert_eq!(stage.next_week().await.unwrap(), week);
    }
    let (tell, mut told) = unbounded_channel();
    let report = stage.run(tell, CancellationToken::new()).await.unwrap();
    assert!(report.not_stored.is_empty(), "{:?}", report.not_stored);
    let mut words = BTreeMap::new();
    while let Ok(event) = told.try_recv() {
        if let RunEvent::Decided { probe, verdict, .. } = event {
            let word = verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string());
            let says = format!("{word}: {}", verdict.says);
            assert!(words.insert(probe.to_string(), says).is_none(), "{probe} decided twice");
        }
    }
    let before = stage.desk.before_last_run(stage.app()).unwrap();
    Played { week, before, board: stage.desk.board(stage.app()).unwrap(), words }
}

async fn played() -> (Stage, Vec<Played>) {
    let stage = Stage::build(rescue::demo::stand_in::Thinking::Not).await.unwrap();
    let mut weeks = Vec::new();
    for week in 1..=WEEKS {
        weeks.push(play(&stage, week).await);
    }
    (stage, weeks)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_is_told_as_promised() {
    let (stage, weeks) = played().await;
    for Played { week, board, words, .. } in &weeks {
        let at = usize::from(*week) - 1;
        let said: BTreeMap<&str, &str> =
            words.iter().map(|(probe, says)| (probe.as_str(), says.split(':').next().unwrap_or_default())).collect();
        let wanted: BTreeMap<&str, &str> = WORDS.iter().map(|(probe, says)| (*probe, says[at])).collect();
        assert_eq!(said, wanted, "week {week}: {words:#?}");
        for (item, truths) in TRUTHS {
            let it = board.assessment(item).unwrap();
            assert_eq!(it.truth, truths[at], "{item} in week {week}: {:?} {:?}", it.remarks, it.judgement);
        }
    }
    assert_eq!(stage.missed(), Vec::<String>::new(), "requests without an answer in the data");
    assert!(stage.next_week().await.is_err(), "the story ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_week_shows_drift_and_keeps_what_it_cannot_see() {
    let (stage, weeks) = played().await;
    let [.., second, third] = weeks.as_slice() else { panic!("three weeks") };
    let before = third.before.as_ref().expect("a run before this one");
    let changes = stage.desk.changes(stage.app(), before.now).unwrap().unwrap().diff;
    let ids = |list: &[rescue::domain::diff::Change]| list.iter().map(|it| it.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&changes.lost), ["BAK-01"]);
    assert_eq!(ids(&changes.newly_unseen), ["SPD-01"]);
    // What OpenRouter said before still stands; that it was not seen this time stands beside it.
    let spending = third.board.assessment("SPD-01").unwrap();
    assert!(spending.unseen && spending.truth == second.board.assessment("SPD-01").unwrap().truth);
    let word = spending.words.iter().find(|it| it.probe.as_str() == "openrouter.spend-cap").unwrap();
    let gap = word.gap.as_ref().expect("a gap");
    assert_eq!((gap.kind, gap.system), (GapKind::BadCredential, Some(System::Openrouter)));
    assert!(gap.needs.is_some(), "no step opens it");
    for it in &third.board.items {
        let was = second.board.assessment(it.item.as_str()).unwrap();
        // The pages for errors and the diagram are there now; whether they are good is for a person.
        let is_told = matches!(it.item.as_str(), "BAK-01" | "ENV-01" | "ERR-01" | "DOC-02");
        assert!(is_told || it.truth == was.truth, "{} went from {} to {}", it.item, was.truth, it.truth);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_system_says_who_we_are_until_one_does_not() {
    let stage = Stage::build(rescue::demo::stand_in::Thinking::Not).await.unwrap();
    for week in 1..=WEEKS {
        if week > 1 {
            stage.next_week().await.unwrap();
        }
        for connection in stage.desk.connections(stage.app()).unwrap() {
            let system = connection.system;
            let standing = stage.desk.check(stage.app(), connection).await.unwrap().standing;
            match (system, week, standing) {
                (System::Scan | System::Repo | System::Site, _, Standing::NoneNeeded) => {}
                (System::Openrouter, 3, Standing::Refused(gap)) => assert_eq!(gap.kind, GapKind::BadCredential),
                (System::Openrouter, 3, other) => panic!("OpenRouter says {other:?}"),
                (_, _, Standing::Works(identity)) => {
                    assert!(!identity.name.as_str().is_empty() && !identity.name.as_str().contains("without"), "{identity:?}");
                }
                (system, week, other) => panic!("{system} in week {week}: {other:?}"),
            }
        }
    }
    assert_eq!(stage.missed(), Vec::<String>::new());
}

/// The leaked keys: the long quoted words of week one's repository that are no address.
fn leaked() -> Vec<String> {
    let bytes = archive::tarball(1).unwrap();
    let mut found = Vec::new();
    for entry in tar::Archive::new(GzDecoder::new(bytes.as_slice())).entries().unwrap() {
        let mut text = String::new();
        entry.unwrap().read_to_string(&mut text).unwrap();
        let words =
            text.split('"').filter(|word| word.len() > 30 && !word.contains(char::is_whitespace) && !word.contains("://"));
        found.extend(words.map(str::to_owned));
    }
    found
}

fn bytes_below(directory: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes_below(&path));
        } else {
            all.extend(crate::program::bytes_of(&path));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_token_nor_key_is_kept() {
    let (stage, _) = played().await;
    let kept = bytes_below(stage.desk.database().parent().unwrap());
    let holds = |text: &str| contains(&kept, text.as_bytes());
    // What must be there shows that the right files were read, before anything is concluded from an absence.
    assert!(holds("acme-shop") && holds("scan.tree") && holds("lib/pay.ts"), "the facts were not found");
    let keys = leaked();
    assert_eq!(keys.len(), 2, "{} keys are in the demo's repository", keys.len());
    for key in &keys {
        for part in [key.as_str(), &key[key.len() - 20..], &key[key.len() / 3..key.len() / 3 + 20]] {
            assert!(!holds(part), "a leaked key is in the database");
        }
    }
    let token = regex::bytes::Regex::new("demo-[0-9a-f]{32}").unwrap();
    assert!(token.is_match(format!("demo-{}", uuid::Uuid::now_v7().simple()).as_bytes()), "tokens look like that");
    assert!(!token.is_match(&kept), "the stand-ins' token is in the database");
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|it| it == wanted)
}

/// The pages of the three weeks, for both readers. With `RESCUE_WRITE_SNAPSHOTS` they are written there too, for a browser.
#[tokio::test(flavor = "multi_thread")]
async fn three_weeks_are_three_pages_for_a_browser() {
    let stage = Stage::build(rescue::demo::stand_in::Thinking::Not).await.unwrap();
    let mut pages: Vec<Record> = Vec::new();
    for week in 1..=WEEKS {
        play(&stage, week).await;
        for audience in [Audience::Founder, Audience::Investor] {
            let sharing = Sharing { audience, ..Sharing::default() };
            let record = stage.desk.make_snapshot(stage.app(), &sharing, None).unwrap();
            if let Some(folder) = std::env::var_os("RESCUE_WRITE_SNAPSHOTS") {
                std::fs::create_dir_all(&folder).unwrap();
                for format in [Format::Html, Format::Markdown, Format::Json, Format::Pdf] {
                    let file = Path::new(&folder).join(format!("demo-{week}-{audience}.{}", format.ending()));
                    std::fs::write(file, laid_out(&record, format).unwrap()).unwrap();
                }
            }
            if audience == Audience::Founder {
                pages.push(record);
            }
        }
    }
    let [first, second, third] = pages.as_slice() else { panic!("three pages") };
    let page = |record: &'_ Record| record.page.clone();
    let (first, second, third) = (page(first), page(second), page(third));
    assert!([&first, &second, &third].iter().all(|it| it.verdict.answer == Answer::No && it.verdict.question.contains("safe")));
    assert!(first.verdict.urgent > second.verdict.urgent && second.verdict.urgent < third.verdict.urgent);
    assert_eq!(third.verdict.first.as_ref().unwrap().urgent, first.verdict.urgent);
    assert_eq!((first.changes.since, first.changes.worse.len()), (None, 0));
    let said = |list: &[Foreign]| list.iter().map(Foreign::as_str).collect::<Vec<_>>().join("\n");
    assert!(
        said(&third.changes.worse).contains("Was in place and is not any more: If your data were lost tonight"),
        "{}",
        said(&third.changes.worse)
    );
    assert_eq!(first.turn.list.len(), 1);
    assert!(first.turn.list[0].about.as_str().starts_with("about 15 minutes"));
    assert!(second.accepted.list[0].word.as_str().starts_with("Ana Brandt accepts it until"));
    assert_eq!(third.method.previous.as_ref(), Some(&pages[1].seal));
    let text = serde_json::to_string(&pages).unwrap();
    for hidden in ["acme.example", "acmeshop", "lib/", "public.orders", "acme/shop", "scan.", "supabase.backup"] {
        assert!(!text.contains(hidden), "`{hidden}` is on a page");
    }
}

//! Every probe of the repository over repositories that somebody made to break it: one file of a small app is spoiled in each
//! way that bad input comes, and what each probe then says is compared with `hostile/repo.txt`. No probe passes on what it
//! could not read.

mod app;
mod cases;

use crate::program::checkout;
use cases::{Case, cases};
use rescue::clock::SetClock;
use rescue::config::{Endpoints, Environment};
use rescue::domain::{AppSettings, Gap, GapKind, Outcome, Verdict};
use rescue::net::{Door, Keys, Manner, transport};
use rescue::probes::Sight;
use rescue::probes::repo::TABLE;
use rescue::scan::ScanKey;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// When a look at one of these repositories is taken not to end: far beyond what the slowest machine needs.
const MOST_TIME: Duration = Duration::from_mins(10);

/// Probes of the app's own code.
const OF_CODE: &[&str] = &[
    "authorisation",
    "background-jobs",
    "browser-database",
    "business-rules",
    "cached-reads",
    "edge-functions",
    "error-pages",
    "error-tracking",
    "input-validation",
    "outbound-timeouts",
    "paid-call-limits",
    "payment-integrity",
    "pooled-connections",
    "rate-limits",
    "service-role",
    "structured-logs",
    "swallowed-errors",
    "usage-quota",
];

/// Probes of the schema and of what applies it.
const OF_SCHEMA: &[&str] = &[
    "automatic-migrations",
    "foreign-key-indexes",
    "indexed-filters",
    "migrations",
    "reversible-migrations",
    "row-level-security",
    "staged-migrations",
];

const OF_VARIABLES: &[&str] = &["env-files", "public-secrets"];

const OF_WORKFLOWS: &[&str] =
    &["automatic-migrations", "ci-steps", "critical-tests", "migrations", "secret-scan-in-ci", "staged-migrations"];

const OF_DOCUMENTS: &[&str] = &["architecture", "incident-playbook", "restore-runbook", "runbooks", "systems-inventory"];

/// A secret scan stands in the workflow itself, so that no script of a package has to be known.
const OF_PACKAGES: &[&str] = &["ci-steps", "critical-tests", "dependencies", "systems-inventory"];

/// What applies migrations is not in them.
const OF_STATEMENTS: &[&str] =
    &["foreign-key-indexes", "indexed-filters", "migrations", "reversible-migrations", "row-level-security"];

/// The probes that have to read that file to know their answer.
fn readers(path: &str) -> Vec<&'static str> {
    let groups: &[&[&str]] = match path {
        "package.json" => &[OF_PACKAGES, OF_CODE, OF_SCHEMA],
        "package-lock.json" | ".github/dependabot.yml" => &[&["dependencies"]],
        "tsconfig.json" => &[&["ci-steps"]],
        "vercel.json" => &[&["background-jobs"]],
        ".env.example" => &[OF_VARIABLES, &["systems-inventory"]],
        ".github/workflows/ci.yml" => &[OF_WORKFLOWS],
        "supabase/config.toml" => &[&["edge-functions"]],
        "src/orders.test.ts" => &[&["ci-steps", "critical-tests"]],
        "docs/runbooks/restore.md" => &[OF_DOCUMENTS, &["reversible-migrations"]],
        it => match Path::new(it).extension().and_then(|it| it.to_str()) {
            Some("sql") => &[OF_STATEMENTS],
            Some("ts" | "tsx") => &[OF_CODE, OF_SCHEMA, OF_VARIABLES, &["systems-inventory"]],
            _ => panic!("who reads {it}?"),
        },
    };
    groups.iter().copied().flatten().copied().collect()
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A folder with the app in it, and some files otherwise.
fn folder(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in app::FILES {
        write(folder.path(), path, text.as_bytes());
    }
    for (path, bytes) in files {
        write(folder.path(), path, bytes);
    }
    folder
}

fn now() -> chrono::DateTime<chrono::Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// What every probe says of a folder.
async fn verdicts(path: &Path) -> BTreeMap<&'static str, Verdict> {
    let mut settings = AppSettings::new("acme-shop".parse().unwrap(), now().date_naive());
    settings.path = Some(path.to_owned());
    settings.cut_over = Some("2026-01-01".parse().unwrap());
    // Nobody listens there: a checkout is read without asking anybody.
    let endpoints = Endpoints::from_environment(&Environment::of([("RESCUE_GITHUB_URL", "http://127.0.0.1:9/")])).unwrap();
    let clock = SetClock::at(now());
    let door = Door::with(transport().unwrap(), Arc::new(endpoints), Keys::new(), clock, None, Manner::default());
    let sight = Sight {
        settings: Arc::new(settings),
        door,
        now: now(),
        scan_key: ScanKey::new([0; 32]),
        stop: Arc::new(AtomicBool::new(false)),
        scratch: Arc::new(path.join("scratch")),
        once: Arc::default(),
        cloner: None,
        reach: rescue::scan::Reach::App,
    };
    let began = Instant::now();
    let looks = TABLE.iter().map(|probe| async {
        let verdict = probe.look(&sight).await.verdict;
        (probe.meta().id.strip_prefix("repo.").expect("a probe of the repository"), verdict)
    });
    let verdicts: BTreeMap<_, _> = futures_util::future::join_all(looks).await.into_iter().collect();
    let took = began.elapsed();
    assert!(took < MOST_TIME, "{} took {took:?}", path.display());
    assert!(sight.door.requests().is_empty(), "a checkout needs nobody");
    verdicts
}

fn word(verdict: &Verdict) -> String {
    verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string())
}

/// The gap of what was not read, beside a fail too.
fn unread(verdict: &Verdict) -> Option<&Gap> {
    let gaps = [verdict.outcome.gap(), verdict.unseen.as_ref()];
    gaps.into_iter().flatten().find(|it| it.kind == GapKind::Incomplete)
}

/// The word, and what was not read beside it.
fn line(verdict: &Verdict) -> String {
    let gap = unread(verdict).map(|it| it.says.as_str().split(" could not be read").next().unwrap_or_default().to_owned());
    gap.map_or_else(|| word(verdict), |gap| format!("{}: {gap}", word(verdict)))
}

/// The probes by what they say.
fn grouped<'v>(verdicts: impl IntoIterator<Item = (&'static str, &'v Verdict)>) -> String {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (probe, verdict) in verdicts {
        groups.entry(line(verdict)).or_default().push(probe);
    }
    let mut text = String::new();
    for (says, probes) in groups {
        writeln!(text, "  {says}").unwrap();
        for few in probes.chunks(5) {
            writeln!(text, "      {}", few.join(" ")).unwrap();
        }
    }
    text
}

/// What is wrong with a probe's word on a case.
fn wrong(case: &Case, probe: &str, before: &Verdict, after: &Verdict) -> Option<String> {
    let told = |what: &str| Some(format!("{} / {probe} {what}: {after:?}", case.name));
    if after.outcome.gap().is_some_and(|it| it.kind == GapKind::Internal) {
        return told("broke off");
    }
    if after.outcome == Outcome::Pass && before.outcome != Outcome::Pass {
        return told("passes only since the repository is spoiled");
    }
    if case.hidden.is_some() && after.outcome == Outcome::Fail && before.outcome != Outcome::Fail {
        return told("fails for what it could not read");
    }
    if case.is_as_before && line(before) != line(after) {
        return told("changes although all of it can be read");
    }
    let hidden = case.hidden.filter(|it| readers(it).contains(&probe))?;
    let is_blind = unread(after).is_some_and(|it| it.says.as_str().contains(hidden));
    if is_blind { None } else { told(&format!("does not say that {hidden} was not read")) }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_probe_passes_on_what_it_could_not_read() {
    let whole = verdicts(folder(&[]).path()).await;
    let mut table = format!("the app as it is\n{}", grouped(whole.iter().map(|(probe, verdict)| (*probe, verdict))));
    let mut complaints = Vec::new();
    for case in cases() {
        let seen = verdicts(folder(&case.files).path()).await;
        complaints.extend(seen.iter().filter_map(|(probe, verdict)| wrong(&case, probe, &whole[probe], verdict)));
        let other = seen.iter().filter(|(probe, verdict)| line(verdict) != line(&whole[*probe]));
        let other: Vec<_> = other.map(|(probe, verdict)| (*probe, verdict)).collect();
        let same = seen.len() - other.len();
        writeln!(table, "\n{}\n{}  {same} say what they said", case.name, grouped(other)).unwrap();
    }
    compare("repo.txt", &table);
    assert!(complaints.is_empty(), "{} are wrong:\n{}", complaints.len(), complaints.join("\n"));
}

#[expect(clippy::print_stdout, reason = "the table is what these tests show")]
fn compare(file: &str, table: &str) {
    println!("{table}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/hostile").join(file);
    if std::env::var_os("RESCUE_WRITE_MATRIX").is_some() {
        fs::write(&path, table).unwrap();
    }
    pretty_assertions::assert_eq!(table, fs::read_to_string(&path).unwrap_or_default());
}

fn git(at: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]).args(arguments);
    command.current_dir(at).env("HOME", at).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository that holds nothing of the app: no probe may take what is not there for what is good.
#[tokio::test(flavor = "multi_thread")]
async fn a_repository_without_the_app_in_it_is_not_judged() {
    let mut table = String::new();
    let mut complaints = Vec::new();
    for kind in ["no commit", "an empty commit", "only a submodule", "only pointers of Git LFS"] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        match kind {
            "no commit" => git(at, &["init", "--quiet"]),
            "an empty commit" => checkout(at, &[]),
            "only a submodule" => {
                git(at, &["init", "--quiet"]);
                write(at, ".gitmodules", b"[submodule \"app\"]\n\tpath = app\n\turl = https://example.com/app.git\n");
                git(at, &["add", "."]);
                git(at, &["update-index", "--add", "--cacheinfo", &format!("160000,{},app", "1".repeat(40))]);
                git(at, &["commit", "--quiet", "-m", "a"]);
            }
            _ => {
                let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n", "0".repeat(64));
                for (path, _) in app::FILES.iter().filter(|(path, _)| !path.starts_with('.')) {
                    write(at, path, pointer.as_bytes());
                }
                git(at, &["init", "--quiet"]);
                git(at, &["add", "."]);
                git(at, &["commit", "--quiet", "-m", "a"]);
            }
        }
        let seen = verdicts(at).await;
        writeln!(table, "{kind}\n{}", grouped(seen.iter().map(|(probe, verdict)| (*probe, verdict)))).unwrap();
        for (probe, verdict) in seen {
            let is_judged = matches!(verdict.outcome, Outcome::Pass | Outcome::NotApplicable { .. });
            if is_judged || verdict.outcome == Outcome::Fail && verdict.unseen.is_none() {
                complaints.push(format!("{kind} / {probe}: {verdict:?}"));
            }
        }
    }
    compare("nothing.txt", &table);
    assert!(complaints.is_empty(), "{} are wrong:\n{}", complaints.len(), complaints.join("\n"));
}

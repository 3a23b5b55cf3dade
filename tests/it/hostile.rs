//! Every probe of the repository over repositories that somebody made to break it: one file of a small app is spoiled in each
//! way that bad input comes, and what each probe then says is compared with `hostile/repo.txt`. No probe passes on what it
//! could not read.

mod app;

use crate::program::checkout;
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

/// Most time that all probes together may take over one of these repositories, unoptimised and beside other tests.
const MOST_TIME: Duration = Duration::from_secs(60);

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

const OF_PACKAGES: &[&str] = &["ci-steps", "critical-tests", "dependencies", "secret-scan-in-ci", "systems-inventory"];

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
        "src/orders.test.ts" => &[&["critical-tests"]],
        "docs/runbooks/restore.md" => &[OF_DOCUMENTS, &["reversible-migrations"]],
        it if it.ends_with(".sql") => &[OF_SCHEMA],
        it if it.ends_with(".ts") || it.ends_with(".tsx") => &[OF_CODE, OF_SCHEMA, OF_VARIABLES, &["systems-inventory"]],
        it => panic!("who reads {it}?"),
    };
    groups.iter().copied().flatten().copied().collect()
}

/// What is done to a repository, and what that hides.
struct Case {
    name: String,
    /// Bytes that stand in the place of the app's, or beside them.
    files: Vec<(&'static str, Vec<u8>)>,
    /// The file that cannot be read, if one cannot.
    hidden: Option<&'static str>,
    /// What was read all the same, so that nothing may change.
    is_as_before: bool,
}

impl Case {
    fn hides(path: &'static str, how: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: format!("{path}: {how}"), files: vec![(path, bytes.into())], hidden: Some(path), is_as_before: false }
    }

    fn told(path: &'static str, how: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { hidden: None, ..Self::hides(path, how, bytes) }
    }

    fn read(path: &'static str, how: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { hidden: None, is_as_before: true, ..Self::hides(path, how, bytes) }
    }
}

fn text(path: &str) -> &'static str {
    app::FILES.iter().find(|(name, _)| *name == path).expect("a file of the app").1
}

fn wide(text: &str, is_big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|it| if is_big { it.to_be_bytes() } else { it.to_le_bytes() }).collect()
}

const BINARY: &[u8] = &[0, 159, 146, 150, 0, 1, 2, 3, 0, 255, 254, 0];
const CI: &str = ".github/workflows/ci.yml";
const SQL: &str = "supabase/migrations/20260112093000_notes.sql";
const CODE: &str = "src/app/api/orders/route.ts";
const DOCUMENT: &str = "docs/runbooks/restore.md";
const MANY: usize = 1_000_000;
const DEEP: usize = 20_000;

/// Anchors that make ten to the power of their number.
fn yaml_bomb() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..12 {
        let ten = vec![format!("*a{}", at - 1); 10].join(", ");
        writeln!(text, "a{at}: &a{at} [{ten}]").unwrap();
    }
    text + text_of_ci()
}

fn text_of_ci() -> &'static str {
    text(CI)
}

/// A workflow whose jobs call it again, so that each round would multiply what it does.
fn calls_itself() -> String {
    let mut workflow = "on:\n  pull_request:\n  workflow_call:\njobs:\n  a:\n    steps:\n      - run: npm test\n".to_owned();
    for job in 0..60 {
        writeln!(workflow, "  j{job}:\n    uses: ./{CI}").unwrap();
    }
    workflow
}

/// Scripts of which each calls the next a hundred times.
fn script_bomb() -> String {
    let scripts: Vec<String> = (0..8)
        .map(|at| format!("\"s{at}\": \"{}\"", vec![format!("npm run s{}", at + 1); 100].join(" && ")))
        .chain(["\"s8\": \"vitest run\"".to_owned(), "\"test\": \"npm run s0\"".to_owned()])
        .collect();
    text("package.json").replacen("\"scripts\": {", &format!("\"scripts\": {{ {}, ", scripts.join(", ")), 1).replacen(
        ", \"test\": \"vitest run\"",
        "",
        1,
    )
}

fn cases() -> Vec<Case> {
    let brackets = |open: &str| open.repeat(DEEP);
    let mut cases = vec![
        Case::hides("package.json", "no JSON", "{ \"name\": \"acme-shop\", \"dependencies\": { "),
        Case::hides("package.json", "a list", "[]"),
        Case::hides("package.json", "20 000 brackets", format!("{{\"a\": {}", brackets("["))),
        Case::hides(
            "package.json",
            "a million lines",
            text("package.json").replacen('{', &format!("{{{}", "\n".repeat(MANY)), 1),
        ),
        Case::told("package.json", "scripts that call each other without end", script_bomb()),
        Case::told(
            "package.json",
            "a lockfile that disagrees",
            text("package.json").replacen("\"zod\": \"4.1.0\"", "\"zod\": \"5.0.0\", \"left-pad\": \"1.3.0\"", 1),
        ),
        Case::hides("package-lock.json", "no JSON", "{ \"packages\": "),
        Case::hides("package-lock.json", "20 000 brackets", brackets("[")),
        Case::hides("tsconfig.json", "no JSON", "{ \"compilerOptions\": "),
        Case::hides("vercel.json", "no JSON", "{ crons: "),
        Case::hides("vercel.json", "20 000 brackets", brackets("{\"a\":")),
        Case::hides(".github/dependabot.yml", "no YAML", "updates: [\n"),
        Case::hides(".github/dependabot.yml", "binary", BINARY),
        Case::hides("supabase/config.toml", "no TOML", "[functions.mail\nverify_jwt = "),
        Case::hides("supabase/config.toml", "20 000 brackets", format!("a = {}", brackets("["))),
        Case::hides(CI, "a YAML bomb", yaml_bomb()),
        Case::hides(CI, "an anchor inside itself", format!("x: &x [*x]\n{}", text(CI))),
        Case::hides(CI, "two anchors in a circle", format!("x: &x [*y]\ny: &y [*x]\n{}", text(CI))),
        Case::hides(CI, "20 000 brackets", format!("x: {}\n{}", brackets("["), text(CI))),
        Case::hides(CI, "a million lines", format!("{}{}", text(CI), "#\n".repeat(MANY))),
        Case::hides(CI, "two documents", format!("{}---\n{}", text(CI), text(CI))),
        Case::told(CI, "sixty jobs that call it again", calls_itself()),
        Case::hides(CODE, "a mistake of syntax", text(CODE).replacen("export async function GET", "export async function (", 1)),
        Case::hides(CODE, "20 000 brackets", brackets("(")),
        Case::hides(CODE, "a million lines", format!("{}{}", text(CODE), "a;\n".repeat(MANY))),
        Case::hides(
            CODE,
            "a pointer of Git LFS",
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n", "0".repeat(64)),
        ),
        Case::hides("src/orders.test.ts", "a mistake of syntax", "it('an order', () => { expect(1"),
        Case::hides(SQL, "a quote that does not end", text(SQL).replacen("uuid", "'uuid", 1)),
        Case::hides(SQL, "statements that are none", "crate tabel public.notes (id int);\nalter tabel public.notes wat;\n"),
        Case::hides(SQL, "20 000 brackets", format!("create table public.notes (id int default {}1", brackets("("))),
        Case::hides(SQL, "a million lines", "select 1;\n".repeat(MANY)),
        Case::hides(DOCUMENT, "a million lines", format!("{}{}", text(DOCUMENT), "#\n".repeat(MANY))),
        Case::read(DOCUMENT, "20 000 brackets", format!("{}\n{}", text(DOCUMENT), "> ".repeat(DEEP) + &brackets("["))),
        Case::hides(".env.example", "a million lines", format!("{}{}", text(".env.example"), "#\n".repeat(MANY))),
    ];
    for path in ["package.json", ".env.example", CI, CODE, SQL, DOCUMENT] {
        cases.push(Case::hides(path, "binary", BINARY));
        cases.push(Case::read(path, "UTF-16 with its mark", [&[0xff, 0xfe][..], &wide(text(path), false)].concat()));
        cases.push(Case::read(path, "UTF-16 without a mark", wide(text(path), true)));
    }
    let latin = |path: &'static str, comment: &[u8]| {
        let bytes = [comment, b" caf\xe9\n", text(path).as_bytes()].concat();
        Case::read(path, "a comment that is not UTF-8", bytes)
    };
    cases.extend([latin(CODE, b"//"), latin(SQL, b"--"), latin(CI, b"#")]);
    cases.push(Case::hides(SQL, "a name that is not UTF-8", b"create table public.caf\xe9 (id int);\n".as_slice()));
    cases.push(Case {
        name: "two migrations of one number".to_owned(),
        files: vec![(
            "supabase/migrations/20260112093000_more.sql",
            b"create table public.more (id int primary key);\nalter table public.more enable row level security;\n".to_vec(),
        )],
        hidden: None,
        is_as_before: false,
    });
    cases
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
    let endpoints = Endpoints::from_environment(&Environment::of::<[(&str, &str); 0]>([])).unwrap();
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

/// One line: the word, and what was not read beside it.
fn line(verdict: &Verdict) -> String {
    let gap = unread(verdict).map(|it| format!(": {}", it.says)).unwrap_or_default();
    format!("{}{gap}", word(verdict))
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
    let mut table = "the app as it is\n".to_owned();
    for (probe, verdict) in &whole {
        writeln!(table, "  {probe:24}{}", line(verdict)).unwrap();
    }
    let mut complaints = Vec::new();
    for case in cases() {
        let seen = verdicts(folder(&case.files).path()).await;
        writeln!(table, "\n{}", case.name).unwrap();
        let mut same = 0;
        for (probe, verdict) in &seen {
            complaints.extend(wrong(&case, probe, &whole[probe], verdict));
            if line(verdict) == line(&whole[probe]) {
                same += 1;
            } else {
                writeln!(table, "  {probe:24}{}", line(verdict)).unwrap();
            }
        }
        writeln!(table, "  {same} probes say what they said").unwrap();
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
        writeln!(table, "{kind}").unwrap();
        for (probe, verdict) in verdicts(at).await {
            writeln!(table, "  {probe:24}{}", line(&verdict)).unwrap();
            let is_judged = matches!(verdict.outcome, Outcome::Pass | Outcome::NotApplicable { .. });
            if is_judged || verdict.outcome == Outcome::Fail && verdict.unseen.is_none() {
                complaints.push(format!("{kind} / {probe}: {verdict:?}"));
            }
        }
        table.push('\n');
    }
    compare("nothing.txt", &table);
    assert!(complaints.is_empty(), "{} are wrong:\n{}", complaints.len(), complaints.join("\n"));
}

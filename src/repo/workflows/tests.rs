//! Small workflows, and what is read from them.

use super::*;
use rstest::rstest;

fn read(files: &[(&str, &str)]) -> Workflows {
    let (mut workflows, mut project) = (Workflows::default(), Project::default());
    for (path, text) in files {
        if Project::wants(path) {
            project.add(path, text);
        }
        if Workflows::wants(path) {
            workflows.add(path, text);
        }
    }
    let paths = files.iter().map(|it| it.0.to_owned()).collect();
    project.finish(&[], &[], &paths);
    workflows.finish(&project, &paths);
    workflows
}

/// A workflow of one step that runs this.
fn one(run: &str) -> String {
    let run = run.lines().map(|it| format!("          {it}")).collect::<Vec<_>>().join("\n");
    format!("on: pull_request\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n{run}")
}

fn work(files: &[(&str, &str)]) -> Vec<(Meaning, u32, Option<Soft>)> {
    read(files)
        .files
        .iter()
        .flat_map(|it| it.work().map(|(_, _, it)| (it.meaning, it.line, it.soft)).collect::<Vec<_>>())
        .collect()
}

const CI: &str = ".github/workflows/ci.yml";

#[rstest]
#[case("on: push", &["push"])]
#[case("on: [push, pull_request]", &["push", "pull_request"])]
#[case("\"on\":\n  pull_request:\n  schedule:\n    - cron: '0 3 * * *'", &["pull_request", "schedule"])]
fn triggers_have_three_forms(#[case] on: &str, #[case] wanted: &[&str]) {
    let text = format!("{on}\njobs:\n  a:\n    steps:\n      - run: x\n");
    let workflows = read(&[(CI, &text)]);
    assert_eq!(workflows.files[0].triggers.iter().map(|it| it.event.as_str()).collect::<Vec<_>>(), wanted);
}

#[test]
fn a_workflow_is_read_in_whole() {
    let text = "name: Ship\non:\n  push:\n    branches: [main, 'release/**', '!release/old']\n    paths-ignore: ['docs/**']\n\
        permissions:\n  contents: read\nconcurrency: ship\njobs:\n  build:\n    name: Build it\n    environment:\n      name: production\n\
        \x20   strategy:\n      matrix:\n        node: [20]\n    steps:\n      - uses: actions/checkout@v5\n        with:\n          fetch-depth: 0\n\
        \x20     - name: Deploy\n        if: github.ref == 'refs/heads/main'\n        run: vercel deploy --prod\n  after:\n    needs: build\n\
        \x20   permissions: write-all\n    continue-on-error: true\n    uses: acme/shared/.github/workflows/after.yml@main\n";
    let workflows = read(&[(CI, text)]);
    let [file] = workflows.files.as_slice() else { panic!("{workflows:?}") };
    let push = file.on("push").unwrap();
    assert!(push.takes_branch("main") && push.takes_branch("release/2/a") && !push.takes_branch("release/old"));
    assert!(!push.takes_branch("feature") && push.has_path_filter());
    assert_eq!((file.name.as_deref(), file.concurrency), (Some("Ship"), true));
    let [build, after] = file.jobs.as_slice() else { panic!("{:?}", file.jobs) };
    assert_eq!((build.name.as_str(), build.environment.as_deref(), build.matrix), ("Build it", Some("production"), true));
    assert_eq!(build.steps[0].with.get("fetch-depth").map(String::as_str), Some("0"));
    assert_eq!(after.needs, ["build"]);
    assert!(after.unfollowed && after.continue_on_error);
    assert_eq!(after.permissions, Some(Permissions::All("write-all".to_owned())));
    let (_, deploy) = file.does(Meaning::Deploy).unwrap();
    assert_eq!((deploy.line, deploy.conditional, deploy.soft), (23, true, None));
    assert!(file.deploys() && !file.runs_on_pull_requests() && file.runs_on_push_to("main") && !file.is_backup());
}

#[rstest]
#[case("npm ci", Meaning::InstallFrozen, None)]
#[case("npm install", Meaning::InstallLoose, None)]
#[case("pnpm install", Meaning::InstallFrozen, None)]
#[case("yarn --frozen-lockfile", Meaning::InstallFrozen, None)]
#[case("yarn install", Meaning::InstallLoose, None)]
#[case("bun install --frozen-lockfile", Meaning::InstallFrozen, None)]
#[case("npx tsc --noEmit", Meaning::Types, None)]
#[case("npx tsc --noEmit || true", Meaning::Types, Some(Soft::Forgiven))]
#[case("npx eslint . || echo later", Meaning::Lint, Some(Soft::Forgiven))]
#[case("npx vitest run --passWithNoTests", Meaning::Test, Some(Soft::PassWithNoTests))]
#[case("pnpm exec playwright test", Meaning::EndToEnd, None)]
#[case("NODE_ENV=production npx next build", Meaning::Build, None)]
#[case("gitleaks detect --redact", Meaning::SecretScan, None)]
#[case("npx supabase db push", Meaning::Migrate, None)]
#[case("npx prisma migrate deploy", Meaning::Migrate, None)]
#[case("npx drizzle-kit migrate", Meaning::Migrate, None)]
#[case("npx vercel --prod --token=$TOKEN", Meaning::Deploy, None)]
#[case("curl -X POST \"$VERCEL_DEPLOY_HOOK\"", Meaning::Deploy, None)]
#[case("pg_dump $URL > dump.sql", Meaning::Backup, None)]
#[case("pg_dump $URL | gzip > dump.gz", Meaning::Backup, Some(Soft::Piped))]
#[case("set -o pipefail\npg_dump $URL | gzip > dump.gz", Meaning::Backup, None)]
#[case("supabase db dump -f schema.sql", Meaning::Backup, Some(Soft::SchemaOnly))]
#[case("supabase db dump --data-only -f data.sql", Meaning::Backup, None)]
#[case("supabase db dump --data-only --use-copy -f data.sql", Meaning::Backup, None)]
#[case("supabase db dump --use-copy -f data.sql", Meaning::Backup, Some(Soft::SchemaOnly))]
#[case("supabase db dump --role-only -f roles.sql", Meaning::Backup, Some(Soft::SchemaOnly))]
#[case("pg_dumpall --roles-only -f roles.sql", Meaning::Backup, Some(Soft::SchemaOnly))]
#[case("pg_restore -d $URL dump", Meaning::Restore, None)]
fn commands_have_meanings(#[case] run: &str, #[case] wanted: Meaning, #[case] soft: Option<Soft>) {
    let found = work(&[(CI, &one(run))]);
    assert_eq!(found.iter().map(|it| (it.0, it.2)).collect::<Vec<_>>(), [(wanted, soft)]);
    assert_eq!(found[0].1, 6 + u32::try_from(run.lines().count()).unwrap(), "the line of the last command");
}

#[rstest]
#[case("npm install -g vercel")]
#[case("npm install --no-save wait-on")]
#[case("sudo apt-get install -y postgresql-client pg_dump")]
#[case("vercel pull --yes")]
#[case("supabase db push --dry-run")]
#[case("echo 'npm test'")]
#[case("tsc --version")]
#[case("# npm test")]
#[case("npm run gone")]
fn other_commands_have_none(#[case] run: &str) {
    assert_eq!(work(&[(CI, &one(run))]), []);
}

const SCRIPTS: &str = r#"{ "scripts": {
  "typecheck": "tsc --noEmit || echo 'types'",
  "lint": "next lint",
  "test": "echo \"no tests\"",
  "test:unit": "vitest run",
  "build": "npm run lint && next build",
  "again": "npm run again",
  "ci": "run-s lint test:unit",
  "placeholder": "echo \"Error: no test specified\" && exit 1"
} }"#;

#[rstest]
#[case("npm run typecheck", &[(Meaning::Types, Some(Soft::Forgiven))])]
#[case("npm test", &[(Meaning::Test, Some(Soft::OnlyEcho))])]
#[case("yarn lint", &[(Meaning::Lint, None)])]
#[case("pnpm test:unit --passWithNoTests", &[(Meaning::Test, Some(Soft::PassWithNoTests))])]
#[case("bun run build", &[(Meaning::Lint, None), (Meaning::Build, None)])]
#[case("npm run build || true", &[(Meaning::Lint, Some(Soft::Forgiven)), (Meaning::Build, Some(Soft::Forgiven))])]
#[case("npm run again", &[])]
#[case("npm run ci", &[(Meaning::Lint, None), (Meaning::Test, None)])]
#[case("npm run placeholder", &[])]
fn scripts_are_followed(#[case] run: &str, #[case] wanted: &[(Meaning, Option<Soft>)]) {
    let found = work(&[(CI, &one(run)), ("package.json", SCRIPTS)]);
    assert_eq!(found.iter().map(|it| (it.0, it.2)).collect::<Vec<_>>(), wanted);
}

#[rstest]
#[case("npx turbo run lint build", &[Meaning::Lint, Meaning::Build])]
#[case("pnpm -r lint", &[Meaning::Lint])]
#[case("pnpm --filter web build", &[Meaning::Build])]
#[case("cd apps/web && npm run build", &[Meaning::Build])]
#[case("npm run build", &[])]
fn scripts_of_other_packages_are_followed_when_they_are_called(#[case] run: &str, #[case] wanted: &[Meaning]) {
    let web = r#"{ "name": "web", "scripts": { "lint": "eslint .", "build": "vite build" } }"#;
    let found = work(&[(CI, &one(run)), ("package.json", "{}"), ("apps/web/package.json", web)]);
    assert_eq!(found.iter().map(|it| it.0).collect::<Vec<_>>(), wanted);
}

#[test]
fn what_goes_on_after_errors_is_soft() {
    let text = "on: pull_request\njobs:\n  a:\n    steps:\n      - run: npx vitest run\n        continue-on-error: true\n  b:\n    continue-on-error: true\n    steps:\n      - run: npx eslint .\n";
    assert_eq!(
        work(&[(CI, text)]),
        [(Meaning::Test, 5, Some(Soft::ContinueOnError)), (Meaning::Lint, 10, Some(Soft::ContinueOnError))]
    );
}

#[test]
fn actions_and_workflows_of_the_repository_are_followed() {
    let caller = "on: pull_request\njobs:\n  a:\n    uses: ./.github/workflows/checks.yml\n  b:\n    steps:\n      - uses: ./.github/actions/setup\n";
    let checks = "on: workflow_call\njobs:\n  a:\n    steps:\n      - run: npx vitest run\n";
    let action = "name: Setup\nruns:\n  using: composite\n  steps:\n    - run: npm ci\n      shell: bash\n";
    let workflows = read(&[(CI, caller), (".github/workflows/checks.yml", checks), (".github/actions/setup/action.yml", action)]);
    let file = workflows.file(CI).unwrap();
    assert!(file.does(Meaning::Test).is_some() && file.does(Meaning::InstallFrozen).is_some());
    assert!(file.jobs.iter().all(|it| !it.unfollowed));
    let gone = read(&[(CI, caller)]);
    assert!(gone.files[0].jobs.iter().all(|it| it.unfollowed), "what is not there is told");
}

#[rstest]
#[case("pull_request_target", "ref: ${{ github.event.pull_request.head.sha }}", Some(8))]
#[case("pull_request_target", "ref: main", None)]
#[case("pull_request", "ref: ${{ github.event.pull_request.head.sha }}", None)]
fn the_code_of_strangers(#[case] event: &str, #[case] with: &str, #[case] wanted: Option<u32>) {
    let text = format!(
        "on:\n  {event}:\n    types: [opened]\njobs:\n  a:\n    steps:\n      - run: x\n      - uses: actions/checkout@v5\n        with:\n          {with}\n"
    );
    assert_eq!(read(&[(CI, &text)]).files[0].checks_out_strangers().map(|it| it.line), wanted);
}

#[test]
fn a_backup_runs_on_a_schedule() {
    let text = "on:\n  schedule:\n    - cron: '0 3 * * *'\njobs:\n  a:\n    defaults:\n      run:\n        shell: bash\n    steps:\n      - run: pg_dump $URL | gzip > a.gz\n";
    let workflows = read(&[(CI, text)]);
    assert!(workflows.files[0].is_backup());
    assert_eq!(workflows.files[0].does(Meaning::Backup).unwrap().1.soft, None, "a shell that is named fails on pipes");
    assert_eq!(workflows.files[0].crons().collect::<Vec<_>>(), ["0 3 * * *"]);
    assert!(!read(&[(CI, &text.replace("schedule:\n    - cron: '0 3 * * *'", "push:"))]).files[0].is_backup());
}

#[rstest]
#[case::no_yaml("on: [")]
#[case::no_jobs("on: push\n")]
#[case::a_list("- a\n")]
#[case::nothing("")]
fn what_is_no_workflow_is_told(#[case] text: &str) {
    let workflows = read(&[(CI, text)]);
    assert_eq!((workflows.files.len(), workflows.broken.as_slice()), (0, &[CI.to_owned()][..]));
}

#[test]
fn anchors_are_followed_and_other_systems_are_told() {
    let text = "on: pull_request\nx: &steps\n  - run: npm ci\njobs:\n  a:\n    steps: *steps\n";
    assert_eq!(work(&[(CI, text)]).iter().map(|it| it.0).collect::<Vec<_>>(), [Meaning::InstallFrozen]);
    let others = read(&[(".gitlab-ci.yml", "test: x"), (".circleci/config.yml", "x: y")]).others;
    assert_eq!(others.iter().map(|it| it.system).collect::<Vec<_>>(), ["CircleCI", "GitLab CI"]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_to_its_end(text in "[a-z:\\-\\[\\]{}&*#'\" \n]{0,160}") {
        let workflows = read(&[(CI, &text)]);
        proptest::prop_assert_eq!(workflows.files.len() + workflows.broken.len(), 1);
    }

    #[test]
    fn patterns_end(pattern in "[a*/?!]{0,12}", name in "[a/]{0,12}") {
        let trigger = Trigger { branches: vec![pattern], ..Trigger::default() };
        let _ = trigger.takes_branch(&name);
    }
}

const TS: (&str, &str) = ("src/a.ts", "1");

#[rstest]
#[case::shell("bash scripts/test.sh", &[("scripts/test.sh", "set -e\nnpx vitest run\nnpx eslint .")], &[(Meaning::Test, None), (Meaning::Lint, None)])]
#[case::by_itself("./scripts/test.sh", &[("scripts/test.sh", "#!/bin/bash -e\nnpx vitest run\nnpx eslint .")], &[(Meaning::Test, None), (Meaning::Lint, None)])]
#[case::goes_on("sh scripts/test.sh", &[("scripts/test.sh", "npx vitest run\nnpx eslint .")], &[(Meaning::Test, Some(Soft::GoesOn)), (Meaning::Lint, None)])]
#[case::only_one("bash scripts/test.sh", &[("scripts/test.sh", "npx vitest run")], &[(Meaning::Test, None)])]
#[case::checked("bash scripts/test.sh", &[("scripts/test.sh", "npx vitest run || exit 1\necho done")], &[(Meaning::Test, None)])]
#[case::forgiven_outside("bash scripts/test.sh || true", &[("scripts/test.sh", "npx vitest run")], &[(Meaning::Test, Some(Soft::Forgiven))])]
#[case::in_a_folder("cd apps/web && bash test.sh", &[("apps/web/test.sh", "npx vitest run")], &[(Meaning::Test, None)])]
#[case::through_a_package("npm run check", &[("package.json", r#"{"scripts": {"check": "bash scripts/test.sh"}}"#), ("scripts/test.sh", "npx vitest run")], &[(Meaning::Test, None)])]
#[case::one_level("bash a.sh", &[("a.sh", "bash b.sh"), ("b.sh", "npx vitest run")], &[])]
#[case::make("make test", &[("Makefile", "build:\n\tnpx vite build\ntest: build\n\tnpx vitest run\n\t-npx eslint .\n")], &[(Meaning::Test, None), (Meaning::Lint, Some(Soft::Forgiven))])]
#[case::make_the_first("make", &[("Makefile", "all:\n\tnpx vite build\ntest:\n\tnpx vitest run\n")], &[(Meaning::Build, None)])]
fn called_scripts_are_followed_one_level(
    #[case] run: &str,
    #[case] files: &[(&str, &str)],
    #[case] wanted: &[(Meaning, Option<Soft>)],
) {
    let text = one(run);
    let files: Vec<_> = [(CI, text.as_str())].into_iter().chain(files.iter().copied()).collect();
    assert_eq!(work(&files).into_iter().map(|it| (it.0, it.2)).collect::<Vec<_>>(), wanted);
    assert_eq!(read(&files).missing, []);
}

#[rstest]
#[case("bash scripts/test.sh", &["scripts/test.sh"])]
#[case("./scripts/ci.sh --all", &["scripts/ci.sh"])]
#[case("node scripts/check.mjs", &["scripts/check.mjs"])]
#[case("cd apps/web\nbash test.sh", &["apps/web/test.sh"])]
#[case("npm run check", &["npm run check"])]
#[case("npm test", &["npm test"])]
#[case("pnpm run check", &["pnpm run check"])]
#[case("make test", &["make test"])]
#[case("npm run check --if-present", &[])]
#[case("pnpm check", &[])]
#[case("bash $SCRIPT", &[])]
#[case("bash -c 'npx vitest run'", &[])]
#[case("curl -o install.sh https://example.com/install.sh\nbash install.sh", &[])]
#[case("node dist/index.js", &[])]
#[case("./node_modules/.bin/x.js", &[])]
#[case("bash ~/x.sh", &[])]
#[case("npx tsx src/a.ts", &[])]
fn scripts_that_are_not_there_are_told(#[case] run: &str, #[case] wanted: &[&str]) {
    let text = one(run);
    let workflows = read(&[(CI, &text), ("package.json", r#"{"scripts": {"lint": "eslint ."}}"#), TS]);
    assert_eq!(workflows.missing.iter().map(|it| it.called.as_str()).collect::<Vec<_>>(), wanted);
    assert!(workflows.missing.iter().all(|it| it.at.path == CI && it.at.line >= 7), "{:?}", workflows.missing);
}

#[test]
fn without_a_manifest_nothing_is_said_of_its_scripts() {
    let text = one("npm test");
    assert_eq!(read(&[(CI, &text)]).missing, []);
}

#[rstest]
#[case("main", "main", true)]
#[case("release/*", "release/1", true)]
#[case("release/*", "release/1/a", false)]
#[case("release/**", "release/1/a", true)]
#[case("**/fix", "fix", true)]
#[case("**/fix", "a/b/fix", true)]
#[case("*", "a/b", false)]
#[case("**", "a/b", true)]
#[case("v?.*", "v1.2", true)]
#[case("", "a", false)]
#[case("a*b*c", "a1b2b3c", true)]
fn patterns_of_branches(#[case] pattern: &str, #[case] name: &str, #[case] wanted: bool) {
    let trigger = Trigger { branches: vec![pattern.to_owned()], ..Trigger::default() };
    // Without a pattern every branch is taken.
    assert_eq!(trigger.takes_branch(name), wanted);
}

#[test]
fn a_pattern_of_many_stars_ends() {
    let trigger = Trigger { branches: vec!["*a".repeat(2_000) + "b"], ..Trigger::default() };
    assert!(!trigger.takes_branch(&"a".repeat(2_000)));
}

/// Workflows that call each other, or themselves, from many jobs multiply nothing, and what was left out is told.
#[test]
fn calls_that_multiply_are_bounded_and_told() {
    let calls: String = (0..60).map(|at| format!("  j{at}:\n    uses: ./{CI}\n")).collect();
    let text = format!("on:\n  pull_request:\n  workflow_call:\njobs:\n  a:\n    steps:\n      - run: vitest run\n{calls}");
    let workflows = read(&[(CI, &text)]);
    let file = &workflows.files[0];
    assert!(file.does(Meaning::Test).is_some() && file.jobs.iter().any(|it| it.unfollowed));
    assert!(file.work().count() < 60_000, "{}", file.work().count());
}

#[test]
fn scripts_that_multiply_are_bounded_and_told() {
    let hundred = |at: usize| vec![format!("npm run s{at}"); 100].join(" && ");
    let scripts: Vec<String> = (0..5).map(|at| format!("\"s{at}\": \"{}\"", hundred(at + 1))).collect();
    let manifest = format!("{{\"scripts\": {{{}, \"s5\": \"vitest run\"}}}}", scripts.join(", "));
    let workflows = read(&[("package.json", &manifest), (CI, &one("npm run s0"))]);
    let job = &workflows.files[0].jobs[0];
    assert!(job.unfollowed && workflows.files[0].does(Meaning::Test).is_some());
    let short = read(&[("package.json", "{\"scripts\": {\"test\": \"vitest run\"}}"), (CI, &one("npm test"))]);
    assert!(!short.files[0].jobs[0].unfollowed);
}

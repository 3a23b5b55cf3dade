//! Workflow files as people write them, and as nobody should.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn with_step(step: &str) -> String {
    format!("on: push\njobs:\n  go:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n")
}

fn only(text: &str) -> StepFile {
    let file = WorkflowFile::read(text);
    assert_eq!(file.broken, None, "{text}");
    let [job] = file.jobs.as_slice() else { panic!("{file:?}") };
    let [step] = job.steps.as_slice() else { panic!("{file:?}") };
    step.clone()
}

#[rstest]
#[case("on: push", &["push"])]
#[case("on: [push, pull_request]", &["push", "pull_request"])]
#[case("on:\n  pull_request:\n    branches: [main]\n  workflow_dispatch:", &["pull_request", "workflow_dispatch"])]
#[case("\"on\":\n  pull_request:", &["pull_request"])]
fn what_starts_it(#[case] on: &str, #[case] wanted: &[&str]) {
    let file = WorkflowFile::read(&format!("{on}\njobs:\n  a:\n    steps: []\n"));
    let mut triggers: Vec<&str> = file.triggers.iter().map(Foreign::as_str).collect();
    triggers.sort_unstable();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(triggers, wanted);
}

#[test]
fn schedules_are_kept_as_written() {
    let file =
        WorkflowFile::read("on:\n  schedule:\n    - cron: '0 3 * * *'\n    - cron: '*/5 * * * *'\njobs:\n  a:\n    steps: []\n");
    assert_eq!(file.schedules.iter().map(Foreign::as_str).collect::<Vec<_>>(), ["0 3 * * *", "*/5 * * * *"]);
}

#[rstest]
#[case::dump("run: pg_dump $URL > dump.sql", Deed::Dump)]
#[case::supabase_dump("run: npx supabase db dump -f a.sql", Deed::Dump)]
#[case::restore("run: pg_restore -d $URL dump", Deed::Restore)]
#[case::prisma("run: npx prisma migrate deploy", Deed::Migrate)]
#[case::supabase("run: supabase db push", Deed::Migrate)]
#[case::reset("run: supabase db reset", Deed::Migrate)]
fn deeds(#[case] step: &str, #[case] wanted: Deed) {
    assert_eq!(only(&with_step(step)).does, wanted);
}

#[rstest]
#[case::supabase("run: npx supabase db dump --db-url $URL -f schema.sql", true)]
#[case::supabase_roles("run: supabase db dump --role-only -f roles.sql", true)]
#[case::supabase_data("run: supabase db dump --data-only --use-copy -f data.sql", false)]
#[case::supabase_all(
    "run: |\n          supabase db dump -f schema.sql\n          supabase db dump --data-only -f data.sql",
    false
)]
#[case::supabase_over_lines("run: |\n          supabase db dump \\\n            --data-only -f data.sql", false)]
#[case::another_commands_flag("run: supabase db dump -f schema.sql && ./upload --data-only", true)]
#[case::schema("run: pg_dump --schema-only $URL > a.sql", true)]
#[case::schema_short("run: pg_dump -s $URL | gzip > a.gz", true)]
#[case::rows("run: pg_dump $URL > a.sql", false)]
#[case::roles("run: pg_dumpall --roles-only > a.sql", true)]
#[case::mysql("run: mysqldump --no-data shop > a.sql", true)]
#[case::mysql_of_a_name("run: pg_dump -d shop > a.sql", false)]
#[case::action("uses: acme/database-backup@v1", false)]
#[case::restore("run: pg_restore --schema-only a.dump", false)]
fn a_dump_without_rows(#[case] step: &str, #[case] wanted: bool) {
    assert_eq!(only(&with_step(step)).without_rows, wanted);
}

#[test]
fn a_comment_does_nothing() {
    let file = WorkflowFile::read(&with_step("run: |\n          # pg_dump later\n          npm test"));
    assert!(!file.does(Deed::Dump));
}

#[rstest]
#[case::plain("run: pg_dump $URL > a", false)]
#[case::swallowed("run: pg_dump $URL > a || true", true)]
#[case::piped("run: pg_dump $URL | gzip > a.gz", true)]
#[case::piped_with_care("run: |\n          set -o pipefail\n          pg_dump $URL | gzip > a.gz", false)]
#[case::bash_is_careful("{ run: 'pg_dump $URL | gzip > a.gz', shell: bash }", false)]
#[case::goes_on("{ run: 'pg_dump $URL > a', continue-on-error: true }", true)]
#[case::goes_on_by_expression("{ run: 'pg_dump $URL > a', continue-on-error: '${{ matrix.may }}' }", true)]
fn a_failure_that_ends_green(#[case] step: &str, #[case] wanted: bool) {
    assert_eq!(only(&with_step(step)).may_hide_failure, wanted);
}

#[rstest]
#[case::by_the_step("{ name: Migrate staging, run: supabase db push }", Place::Staging)]
#[case::by_the_variable("{ run: supabase db push, env: { DB: '${{ secrets.PROD_URL }}' } }", Place::Production)]
#[case::by_the_script("run: supabase db push --db-url $STAGING_URL", Place::Staging)]
#[case::both_say_nothing("run: ./go staging && ./go production && supabase db push", Place::Unsaid)]
#[case::local("run: supabase db reset", Place::Local)]
#[case::unsaid("run: supabase db push", Place::Unsaid)]
fn places(#[case] step: &str, #[case] wanted: Place) {
    assert_eq!(only(&with_step(step)).place, wanted);
}

#[test]
fn a_job_says_where_its_steps_work_and_a_service_is_local() {
    let text = "on: push\njobs:\n  go:\n    environment: { name: production }\n    steps:\n      - run: supabase db push\n";
    assert_eq!(only(text).place, Place::Production);
    let text = "on: push\njobs:\n  go:\n    services: { postgres: { image: postgres } }\n    steps:\n      - run: npx prisma migrate deploy\n";
    assert_eq!(only(text).place, Place::Local);
}

#[rstest]
#[case::empty("")]
#[case::list("- a\n- b\n")]
#[case::half("on: push\njobs: {")]
#[case::no_jobs("on: push\n")]
#[case::no_trigger("jobs:\n  a:\n    steps: []\n")]
#[case::tabs("on:\n\tpush\n")]
#[case::bomb(
    "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n"
)]
fn what_is_no_workflow_says_so(#[case] text: &str) {
    assert!(WorkflowFile::read(text).broken.is_some(), "{text}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_told(text in "(?s).{0,300}") {
        let file = WorkflowFile::read(&text);
        prop_assert!(file.broken.is_none() || file.jobs.is_empty());
    }
}

#[test]
fn no_script_and_no_secret_is_kept() {
    let text = with_step("{ name: Dump, run: 'pg_dump CANARY > a', env: { A: CANARY } }");
    assert!(!serde_json::to_string(&WorkflowFile::read(&text)).unwrap().contains("CANARY"));
}

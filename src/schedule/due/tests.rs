//! What is due of an app, from whole stories; and that the short form says the same.

use super::*;
use crate::desk::due::authorisations;
use crate::domain::fact::RunEnd;
use crate::domain::testing::{Story, all_of, item, moment};
use crate::domain::{Foreign, Freshness, Item, Verdict};
use crate::store::Mark;
use proptest::prelude::*;

const BACKUP: &str = "supabase.backup-age";
const GREEN: &str = "github.green-default-branch";
const BRANCH: &str = "github.branch-protection";

/// A story whose probes are real ones, by their ids.
fn story(items: Vec<Item>) -> Story {
    let mut story = Story::of(items);
    story.book = crate::probes::book();
    story
}

fn three() -> Story {
    story(vec![item("BAK-01", all_of(&[BACKUP])), item("CI-01", all_of(&[GREEN])), item("CI-02", all_of(&[BRANCH]))])
}

fn due_of(story: &Story, now: DateTime<Utc>, marks: &Marks, shown: &[System]) -> (Due, AppSettings) {
    let board = story.board_at(now);
    let ledger = Ledger::read(&story.facts, now);
    let plan = Plan::new(&board, &authorisations(&ledger), &[], now);
    (Due::read(&board, &ledger, &plan, marks, &shown.iter().copied().collect()), board.settings)
}

fn at(story: &Story, now: DateTime<Utc>, marks: &Marks, shown: &[System]) -> Vec<(String, &'static str)> {
    let (due, _) = due_of(story, now, marks, shown);
    due.at(now).map(|(turn, because)| (turn.probe.to_string(), because.word())).collect()
}

fn named(pairs: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    pairs.iter().map(|(probe, word)| ((*probe).to_owned(), *word)).collect()
}

fn mark(subject: &str, changed: DateTime<Utc>) -> Marks {
    Marks::from([(subject.to_owned(), Mark { value: Foreign::new("b"), met: changed, changed: Some(changed) })])
}

/// Looked at on the first day, all well. As the engine does, by the settings in force.
fn looked(mut story: Story) -> Story {
    let settings = Digest::of(&serde_json::to_string(&story.settings).unwrap());
    story.on(1).run(&[BACKUP, GREEN, BRANCH]).pass(BACKUP).pass(GREEN).pass(BRANCH).run_ends(RunEnd::Finished);
    by(&mut story, &settings);
    story
}

/// The looks of a story know no settings; these saw those.
fn by(story: &mut Story, settings: &Digest) {
    for fact in &mut story.facts {
        if let FactBody::Outcome(outcome) = &mut fact.body {
            outcome.settings = settings.clone();
        }
    }
}

#[test]
fn a_week_of_an_app() {
    let none = Marks::new();
    let mut fresh = three();
    let order = [GREEN, BRANCH, BACKUP].map(|id| (id, "never_looked"));
    let mut seen = at(&fresh, moment(1, 0), &none, &[]);
    seen.sort();
    let mut wanted = named(&order);
    wanted.sort();
    assert_eq!(seen, wanted);
    fresh.on(0).set(|it| it.supabase = None);
    assert!(!at(&fresh, moment(1, 0), &none, &[]).iter().any(|(id, _)| id == BACKUP), "what is not connected is not due");
    let story = looked(three());
    assert_eq!(at(&story, moment(1, 30), &none, &[]), []);
    assert_eq!(at(&story, moment(2, 0), &none, &[]), named(&[(BACKUP, "daily")]));
    let mut week: Vec<_> = at(&story, moment(8, 0), &none, &[]).into_iter().map(|(id, _)| id).collect();
    week.sort();
    assert_eq!(week, [BRANCH, GREEN, BACKUP]);
}

#[test]
fn a_commit_makes_due_what_reads_the_branch_and_nothing_else() {
    let story = looked(three());
    let noon = moment(1, 180);
    let marks = mark("github:acme/shop", noon);
    assert_eq!(at(&story, noon, &marks, &[]), named(&[(GREEN, "repository_changed")]));
    assert_eq!(at(&story, moment(1, 179), &marks, &[]), []);
    let before = mark("github:acme/shop", moment(1, 0));
    assert_eq!(at(&story, noon, &before, &[]), [], "that look saw it");
    let other = mark("github:acme/other", noon);
    assert_eq!(at(&story, noon, &other, &[]), [], "another repository");
}

#[test]
fn another_subject_was_never_looked_at() {
    let mut story = looked(three());
    story.on(2).set(|it| it.github = Some("acme/new".parse().unwrap()));
    let mut seen = at(&story, moment(2, 1), &Marks::new(), &[]);
    seen.sort();
    assert_eq!(seen, named(&[(BRANCH, "never_looked"), (GREEN, "never_looked"), (BACKUP, "daily")]));
}

#[test]
fn a_credential_that_appeared_is_noticed_and_one_that_is_still_missing_is_not_asked_for_daily() {
    let mut story = three();
    let settings = Digest::of(&serde_json::to_string(&story.settings).unwrap());
    story.on(1).run(&[]);
    for id in [BACKUP, GREEN, BRANCH] {
        story.blind(id, GapKind::NoCredential);
    }
    by(&mut story, &settings);
    assert_eq!(at(&story, moment(4, 0), &Marks::new(), &[]), []);
    assert_eq!(at(&story, moment(4, 0), &Marks::new(), &[System::Supabase]), named(&[(BACKUP, "credential_appeared")]));
    assert_eq!(at(&story, moment(8, 0), &Marks::new(), &[]).len(), 3, "the week asks again");
}

#[test]
fn another_credential_than_the_one_that_was_refused_is_tried() {
    let mut story = three();
    let settings = Digest::of(&serde_json::to_string(&story.settings).unwrap());
    story.on(1).blind(GREEN, GapKind::BadCredential).pass(BRANCH).pass(BACKUP);
    by(&mut story, &settings);
    let marks = mark("credential:github", moment(1, 60));
    assert_eq!(at(&story, moment(1, 61), &Marks::new(), &[System::Github]), [], "it was there, and refused");
    assert_eq!(at(&story, moment(1, 61), &marks, &[System::Github]), named(&[(GREEN, "credential_appeared")]));
}

#[test]
fn a_credential_that_is_met_after_the_look_makes_due_what_wanted_it_and_the_short_form_knows() {
    let mut story = three();
    let settings = Digest::of(&serde_json::to_string(&story.settings).unwrap());
    story.on(1).blind(GREEN, GapKind::NoCredential).pass(BRANCH).pass(BACKUP);
    by(&mut story, &settings);
    // A first mark: nobody knows since when it is there, only that it was met then.
    let met = |minutes| {
        Marks::from([("credential:github".to_owned(), Mark { value: Foreign::new("a"), met: moment(1, minutes), changed: None })])
    };
    let short = due_of(&story, moment(1, 61), &Marks::new(), &[]).0.short(&story.settings);
    let changed = |minutes| [("credential:github".to_owned(), moment(1, minutes))].into();
    for (minutes, wanted) in [(60, true), (0, false)] {
        assert_eq!(!at(&story, moment(1, 61), &met(minutes), &[]).is_empty(), wanted);
        assert_eq!(short.is_due(Some(&changed(minutes)), moment(1, 61)), wanted);
    }
    assert!(!short.is_due(None, moment(1, 61)));
}

const ROUTER: &str = "openrouter.spend-cap";

#[test]
fn what_a_look_costs_is_what_it_cost_alone_in_this_app() {
    let mut story = story(vec![item("BAK-01", all_of(&[BACKUP])), item("SPD-01", all_of(&[ROUTER]))]);
    story.on(0).set(|it| {
        it.providers.insert(System::Openrouter);
    });
    let settings = Digest::of(&serde_json::to_string(&story.settings).unwrap());
    let look = |story: &mut Story, day, probes: &[&str], requests: u32| {
        story.on(day).run(probes);
        for probe in probes {
            story.pass(probe);
            if let Some(FactBody::Outcome(it)) = story.facts.last_mut().map(|it| &mut it.body) {
                it.requests = requests;
            }
        }
        story.run_ends(RunEnd::Finished);
        by(story, &settings);
    };
    let costs = |story: &Story, now| due_of(story, now, &Marks::new(), &[]).0.put_off(now);
    story.on(1).pass(ROUTER).pass(BACKUP);
    by(&mut story, &settings);
    let left = costs(&story, moment(2, 0));
    assert_eq!(
        left.iter().map(|(seat, why)| (seat.requests, *why)).collect::<Vec<_>>(),
        [(33, Waits::ForItsWeek)],
        "as it says of itself"
    );
    look(&mut story, 3, &[BACKUP, ROUTER], 1);
    assert_eq!(costs(&story, moment(4, 0)), [], "it is the only one that asks its system");
    assert_eq!(at(&story, moment(4, 0), &Marks::new(), &[]).len(), 2);
    look(&mut story, 5, &[ROUTER], 6);
    let left = costs(&story, moment(6, 0));
    assert_eq!(
        left.iter().map(|(seat, why)| (seat.requests, *why)).collect::<Vec<_>>(),
        [(6, Waits::ForItsWeek)],
        "the dearest of the last looks"
    );
    for day in 6..9 {
        look(&mut story, day, &[ROUTER], 1);
    }
    assert_eq!(costs(&story, moment(9, 0)), [], "and no longer than for three looks");
}

#[test]
fn the_freshest_item_that_needs_a_probe_sets_its_rhythm() {
    let daily = Item { fresh: Freshness::Days(1), ..item("CI-03", all_of(&[BRANCH])) };
    let mut story = story(vec![item("CI-02", all_of(&[BRANCH])), daily]);
    story.on(1).pass(BRANCH);
    assert_eq!(at(&story, moment(1, 11 * 60), &Marks::new(), &[]), []);
    assert_eq!(at(&story, moment(1, 13 * 60), &Marks::new(), &[]), named(&[(BRANCH, "pass_ages")]));
}

#[test]
fn a_suspected_fail_waits_for_its_second_look_and_no_longer() {
    let mut story = three();
    for traits in story.book.values_mut() {
        traits.confirm = 2;
    }
    let settings = Digest::of(&serde_json::to_string(&story.settings).unwrap());
    story.on(1).pass(BACKUP).pass(BRANCH).fail(GREEN, &["x"]);
    by(&mut story, &settings);
    assert_eq!(at(&story, moment(1, 11), &Marks::new(), &[]), []);
    assert_eq!(at(&story, moment(1, 12), &Marks::new(), &[]), named(&[(GREEN, "unconfirmed")]));
    story.when(moment(1, 13)).fail(GREEN, &["x"]);
    by(&mut story, &settings);
    assert_eq!(at(&story, moment(1, 60), &Marks::new(), &[]), [], "confirmed");
}

#[derive(Debug, Clone)]
enum Step {
    Pass(usize),
    Fail(usize),
    Blind(usize, GapKind),
    Rename,
    Changed,
    Credential,
}

fn any_step() -> impl Strategy<Value = (Step, i64)> {
    use strum::VariantArray as _;
    let step = prop_oneof![
        (0_usize..3).prop_map(Step::Pass),
        (0_usize..3).prop_map(Step::Fail),
        (0_usize..3, proptest::sample::select(GapKind::VARIANTS)).prop_map(|(probe, kind)| Step::Blind(probe, kind)),
        Just(Step::Rename),
        Just(Step::Changed),
        Just(Step::Credential),
    ];
    (step, 1_i64..4000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_short_form_says_at_every_moment_what_the_whole_says(steps in proptest::collection::vec(any_step(), 0..10), ask in 0_i64..20_000) {
        let mut story = three();
        let (mut minutes, mut marks) = (0, Marks::new());
        for (step, later) in steps {
            minutes += later;
            let now = moment(0, minutes);
            story.when(now);
            match step {
                Step::Pass(n) => {
                    story.pass([BACKUP, GREEN, BRANCH][n]);
                }
                Step::Fail(n) => {
                    story.fail([BACKUP, GREEN, BRANCH][n], &["x"]);
                }
                Step::Blind(n, kind) => {
                    let gap = crate::domain::Gap::new(kind, System::Github, "nothing to be seen");
                    story.look([BACKUP, GREEN, BRANCH][n], Verdict::undecided(gap));
                }
                Step::Rename => {
                    story.set(|it| it.title = "Acme".into());
                }
                Step::Changed => marks.extend(mark("github:acme/shop", now)),
                Step::Credential => marks.extend(mark("credential:github", now)),
            }
        }
        // The row is made at the last fact, and asked later.
        let now = moment(0, minutes + ask);
        let (due, settings) = due_of(&story, now, &Marks::new(), &[]);
        let short = due.short(&settings);
        let changed = marks.iter().filter_map(|(subject, mark)| Some((subject.clone(), mark.changed?))).collect();
        let whole = due_of(&story, now, &marks, &[]).0;
        prop_assert_eq!(short.is_due(Some(&changed), now), whole.at(now).next().is_some());
        // A pass ages by the clock alone: the row of the last fact holds until the next one.
        let made = due_of(&story, moment(0, minutes), &Marks::new(), &[]).0.short(&settings);
        prop_assert_eq!(made.is_due(Some(&changed), now), short.is_due(Some(&changed), now));
    }
}

//! Looks that saw, saw half, saw nothing and never answered, and what a reader is told of each.

use super::*;
use crate::domain::testing::{Story, all_of, item, probe};
use crate::domain::{Severity, System};
use rstest::rstest;

const ITEM: &str = "CI-01";
const A: &str = "github.a";

fn gap(kind: GapKind) -> Gap {
    Gap::new(kind, System::Github, "GitHub could not be reached").needs("Try again later")
}

fn open(resources: &[&str]) -> Verdict {
    let finding = |it: &&str| Finding::new("rule", it, Severity::High, format!("{it} is open"), "Close it");
    Verdict::fail("it is not so", resources.iter().map(finding).collect())
}

fn evidence(verdict: Verdict, keys: &[&str]) -> Verdict {
    keys.iter().fold(verdict, |it, key| it.note(NoteLevel::Evidence, *key, format!("{key} is open")))
}

/// A proof of a first look followed by a second one; none: it was asked and has not answered.
fn proof(first: Verdict, second: Option<Verdict>) -> Proof {
    let mut story = Story::of(vec![item(ITEM, all_of(&[A]))]);
    story.on(1).look(A, first.clone());
    let before = story.board(1);
    if let Some(second) = &second {
        story.on(2).look(A, second.clone());
    }
    let after = story.board(2);
    let answers: Answers = second.into_iter().map(|it| (probe(A), (it, 12, 1))).collect();
    let (shown, asked) = (BTreeMap::from([(probe(A), first)]), BTreeSet::from([probe(A)]));
    let compared = Compared { before: &before, after: &after, shown: &shown, asked: &asked, answers: &answers, unasked: &[] };
    let proven = prove(&compared, &ITEM.parse().unwrap()).unwrap();
    let run = RunId(uuid::Uuid::nil());
    Proof { app: "acme".parse().unwrap(), run, at: after.now, cancelled: false, not_stored: vec![], items: vec![proven] }
}

fn text(proof: &Proof) -> String {
    lines(proof).iter().fold(String::new(), |text, it| text + it.mark + " " + &it.says + "\n")
}

#[rstest]
#[case::verified(
    Verdict::pass("it is so"),
    Some(Verdict::undecided(gap(GapKind::Unreachable))),
    "could not see (still pass from 2026-11-24 "
)]
#[case::failing(open(&["main"]), Some(Verdict::undecided(gap(GapKind::Unreachable))), "could not see (still fail from 2026-11-24 ")]
#[case::verified_and_no_answer(Verdict::pass("it is so"), None, "no answer (still pass from 2026-11-24 ")]
#[case::failing_and_no_answer(open(&["main"]), None, "no answer (still fail from 2026-11-24 ")]
fn a_look_that_saw_nothing_has_no_mark_and_no_colour(
    #[case] first: Verdict,
    #[case] second: Option<Verdict>,
    #[case] said: &str,
) {
    let proof = proof(first, second);
    let lines = lines(&proof);
    assert!(lines.iter().all(|it| it.good.is_none() && !matches!(it.mark, "✔" | "✘")), "{}", text(&proof));
    assert!(lines[0].mark == "?" && lines[0].says.contains("nothing was seen this time"), "{}", text(&proof));
    assert!(lines[1].mark == "?" && lines[1].says.contains(said), "{}", text(&proof));
    assert!(proof.items[0].probes[0].gone.is_empty());
}

#[test]
fn a_done_item_says_what_would_let_it_be_seen_again() {
    let blind = proof(Verdict::pass("it is so"), Some(Verdict::undecided(gap(GapKind::Unreachable))));
    assert!(blind.items[0].after.is_done());
    assert_eq!(blind.items[0].next, ["Try again later"]);
    let seen = proof(Verdict::pass("it is so"), Some(Verdict::pass("it is so")));
    assert_eq!(seen.items[0].next, Vec::<String>::new());
    assert_eq!((lines(&seen)[0].mark, lines(&seen)[1].mark), ("✔", "✔"));
}

#[test]
fn of_two_probes_one_may_be_silent() {
    let mut story = Story::of(vec![item(ITEM, all_of(&[A, "github.b"]))]);
    story.on(1).pass(A).pass("github.b");
    let before = story.board(1);
    story.on(2).pass(A);
    let after = story.board(2);
    let answers: Answers = BTreeMap::from([(probe(A), (Verdict::pass("it is so"), 12, 1))]);
    let (shown, asked) = (BTreeMap::new(), BTreeSet::from([probe(A), probe("github.b")]));
    let compared = Compared { before: &before, after: &after, shown: &shown, asked: &asked, answers: &answers, unasked: &[] };
    let it = prove(&compared, &ITEM.parse().unwrap()).unwrap();
    assert_eq!(it.probes.iter().map(|it| it.outcome.as_deref()).collect::<Vec<_>>(), [Some("pass"), None]);
    assert_eq!((it.blind(), it.is_blind()), (1, false));
}

/// What was found first, what the second look says, and whether the finding is gone.
#[rstest]
#[case::passes(open(&["main"]), Verdict::pass("it is so"), true)]
#[case::another_fails(open(&["main"]), open(&["next"]), true)]
#[case::another_fails_and_not_all_was_seen(open(&["main"]), open(&["next"]).unseen(Some(gap(GapKind::NoPermission))), false)]
#[case::does_not_apply(open(&["main"]), Verdict::not_applicable("there is none"), false)]
#[case::unreachable(open(&["main"]), Verdict::undecided(gap(GapKind::Unreachable)), false)]
#[case::a_question_without_evidence(
    evidence(Verdict::undecided(gap(GapKind::NeedsJudgement)), &["a.x", "a.y"]),
    Verdict::undecided(gap(GapKind::NeedsJudgement)),
    false
)]
#[case::other_evidence(
    evidence(Verdict::undecided(gap(GapKind::NeedsJudgement)), &["a.x"]),
    evidence(Verdict::undecided(gap(GapKind::NeedsJudgement)), &["a.z"]),
    true
)]
#[case::evidence_of_half_a_look(
    evidence(Verdict::undecided(gap(GapKind::NeedsJudgement)), &["a.x"]),
    evidence(Verdict::undecided(gap(GapKind::NeedsJudgement)), &["a.z"]).unseen(Some(gap(GapKind::Incomplete))),
    false
)]
fn only_a_whole_look_takes_a_finding_away(#[case] first: Verdict, #[case] second: Verdict, #[case] gone: bool) {
    let proof = proof(first, Some(second));
    let it = &proof.items[0].probes[0];
    assert_eq!((!it.gone.is_empty(), it.unknown.is_empty()), (gone, gone), "{}", text(&proof));
    assert_eq!(text(&proof).contains("gone: "), gone, "{}", text(&proof));
}

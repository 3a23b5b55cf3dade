//! The fifteen histories of DESIGN §9 with their answers, one named test each.

use super::fact::RunEnd;
use super::testing::*;
use super::*;
use chrono::TimeDelta;
use pretty_assertions::assert_eq;

#[test]
fn history_a_an_any_with_a_fail_and_a_gap_is_open_and_shows_both() {
    let mut story = Story::of(vec![item("BAK-01", any_of(&["supabase.a", "s3.a"]))]);
    story.on(1).fail("supabase.a", &["no backup"]).blind("s3.a", GapKind::NoCredential);
    let it = story.item(1);
    assert_eq!((it.truth, it.rule), (Truth::Open, RuleState::Open));
    assert_eq!(it.words[0].outcome, Some(Outcome::Fail));
    assert_eq!(it.gap.unwrap().kind, GapKind::NoCredential);
    assert_eq!(story.board(1).findings.len(), 1);
    // Once done, the same is stale.
    let mut story = Story::of(vec![item("BAK-01", any_of(&["supabase.a", "s3.a"]))]);
    story.on(1).pass("supabase.a");
    story.on(2).fail("supabase.a", &["no backup"]).blind("s3.a", GapKind::NoCredential);
    assert_eq!(story.truth(1), Truth::Verified);
    assert_eq!(story.truth(2), Truth::Stale);
    assert_eq!(story.item(2).gap.unwrap().kind, GapKind::NoCredential);
}

#[test]
fn history_b_an_any_with_a_pass_stays_verified_and_lists_the_new_fail() {
    let mut story = Story::of(vec![item("BAK-01", any_of(&["supabase.a", "s3.a"]))]);
    story.on(1).pass("supabase.a").pass("s3.a");
    story.on(2).fail("supabase.a", &["no backup"]);
    let it = story.item(2);
    assert_eq!((it.truth, it.by), (Truth::Verified, Some("s3.a".into())));
    assert_eq!(it.words[0].findings.len(), 1);
    assert_eq!(story.board(2).findings[0].finding.key(), "rule:no backup");
}

#[test]
fn history_c_after_a_pass_a_fail_is_drift_and_no_dispute() {
    let mut story = Story::of(vec![item("RLS-01", all_of(&["github.a"]))]);
    story.on(1).done("RLS-01", &["github.a"], &[]);
    assert_eq!(story.truth(1), Truth::Attested);
    story.on(2).blind("github.a", GapKind::Unreachable);
    assert_eq!(story.truth(2), Truth::Attested);
    story.on(3).fail("github.a", &["t"]);
    assert_eq!(story.truth(3), Truth::Disputed);
    story.on(4).pass("github.a");
    assert_eq!(story.truth(4), Truth::Verified);
    story.on(5).fail("github.a", &["t"]);
    assert_eq!(story.truth(5), Truth::Drifted);
}

#[test]
fn history_d_a_waiver_that_ends_while_failing_is_drift_and_only_an_expired_waiver() {
    let mut story = Story::of(vec![item("RLS-01", all_of(&["github.a"]))]);
    story.on(1).pass("github.a");
    story.on(2).fail("github.a", &["t"]);
    story.on(3).waive("RLS-01", 5, None);
    assert_eq!(story.truth(5), Truth::Waived, "the last day is whole");
    assert_eq!(story.truth(6), Truth::Drifted);
    for before in [1, 3, 5] {
        let diff = story.diff(before, 6);
        assert_eq!(diff.expired_waivers.len(), 1, "since day {before}");
        assert_eq!((diff.lost.len(), diff.newly_failing.len(), diff.stale.len()), (0, 0, 0), "since day {before}");
    }
}

#[test]
fn history_e_a_judgement_survives_a_fail_that_left_nothing_new() {
    let mut story = Story::of(vec![both("RLS-03", all_of(&["github.a"]))]);
    story.on(1).pass_noting("github.a", "policy:x").done("RLS-03", &[], &["policy:x"]);
    assert_eq!(story.truth(1), Truth::Verified);
    story.on(2).fail("github.a", &["t"]);
    assert_eq!(story.truth(2), Truth::Drifted);
    story.on(4).pass_noting("github.a", "policy:x");
    let it = story.item(4);
    assert_eq!((it.truth, it.lost), (Truth::Verified, Some(Lost { from: moment(2, 0), to: moment(4, 0) })));
    assert_eq!(story.remarks(4), ["was lost 25 November to 27 November"]);
    assert_eq!(it.judgement.unwrap().lapsed, None);
}

#[test]
fn history_f_judged_after_the_last_look_asks_for_a_rerun_and_a_new_fail_disputes() {
    let mut story = Story::of(vec![both("RLS-03", all_of(&["github.a"]))]);
    story.on(1).fail("github.a", &["t"]);
    story.on(2).done("RLS-03", &[], &["rule:t"]);
    assert_eq!(story.truth(2), Truth::Failing);
    assert_eq!(story.remarks(2), ["judged after the last look: rerun"]);
    story.on(3).fail("github.a", &["t"]);
    assert_eq!(story.truth(3), Truth::Disputed);
    assert!(story.remarks(3).is_empty());
}

#[test]
fn history_g_a_not_applicable_ages_out_and_leaves_it_stale() {
    let mut story = Story::of(vec![item("JOB-02", all_of(&["github.a", "github.b"]))]);
    story.on(1).pass("github.a").pass("github.b");
    story.on(2).pass("github.a").unasked("github.b");
    assert_eq!(story.truth(2), Truth::Verified, "not applicable leaves the rest to decide");
    for day in (9..370).step_by(7) {
        story.on(day).pass("github.a").blind("github.b", GapKind::NoPermission);
    }
    assert_eq!(story.truth(9), Truth::Verified, "still within eight days");
    assert_eq!(story.truth(10), Truth::Stale);
    let it = story.item(366);
    assert_eq!((it.truth, it.rule), (Truth::Stale, RuleState::Open));
    assert!(it.words[1].aged && it.words[1].not_applicable.is_none());
    assert_eq!(it.gap.unwrap().kind, GapKind::NoPermission);
    // Alone, it is never taken for a pass.
    let mut story = Story::of(vec![item("JOB-02", all_of(&["github.a"]))]);
    story.on(1).pass("github.a");
    story.on(2).unasked("github.a");
    for day in (9..370).step_by(7) {
        story.on(day).blind("github.a", GapKind::NoPermission);
    }
    assert_eq!((story.truth(2), story.truth(366)), (Truth::Stale, Truth::Stale));
}

#[test]
fn history_h_a_cancelled_run_leaves_the_rest_without_an_outcome() {
    let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"])), item("CI-02", all_of(&["github.b"]))]);
    story.on(1).run(&["github.a", "github.b"]).pass("github.a").pass("github.b").run_ends(RunEnd::Finished);
    story.on(3).run(&["github.a", "github.b"]).pass("github.a").run_ends(RunEnd::Cancelled);
    let after = story.board(3);
    let run = after.last_run.clone().unwrap();
    assert_eq!((run.decided, run.undecided, run.ended.unwrap().1), (1, 0, RunEnd::Cancelled));
    assert!(story.diff(1, 3).is_empty(), "{:?}", story.diff(1, 3));
    assert_eq!(after.items[1].words[0].at, Some(moment(1, 2)), "its word is the one of the run before");
    // Even when the word ages meanwhile, it is stale and not newly unseen.
    let later = story.diff(1, 10);
    assert_eq!((later.stale.len(), later.newly_unseen.len()), (1, 0));
}

#[test]
fn history_i_a_fail_by_a_stricter_rule_is_failing_and_says_so() {
    let mut story = Story::of(vec![item("RLS-01", all_of(&["github.a"]))]);
    story.on(1).pass("github.a");
    story.revision(2).on(2).fail("github.a", &["t"]);
    let it = story.item(2);
    assert_eq!((it.truth, it.was_done), (Truth::Failing, true));
    assert_eq!(story.remarks(2), ["judged more strictly since revision 2"]);
    // Once it has passed the stricter rule too, the next fail is drift.
    story.on(3).pass("github.a");
    story.on(4).fail("github.a", &["t"]);
    assert_eq!(story.truth(4), Truth::Drifted);
    assert!(story.remarks(4).is_empty());
}

#[test]
fn history_j_a_retracted_judgement_never_was() {
    let mut story = Story::of(vec![item("RLS-01", all_of(&["github.a"]))]);
    story.on(1).done("RLS-01", &["github.a"], &[]);
    let judged = story.last();
    story.on(2).retract(judged);
    assert_eq!((story.truth(1), story.truth(2)), (Truth::Attested, Truth::Open));
    story.on(3).fail("github.a", &["t"]);
    let it = story.item(3);
    assert_eq!((it.truth, it.was_done, it.judgement), (Truth::Failing, false, None));
}

#[test]
fn history_k_a_retraction_of_a_retraction_restores() {
    let mut story = Story::of(vec![item("RLS-01", all_of(&["github.a"]))]);
    story.on(1).done("RLS-01", &["github.a"], &[]);
    let judged = story.last();
    story.on(2).retract(judged);
    let taken_back = story.last();
    story.on(3).retract(taken_back);
    assert_eq!((story.truth(2), story.truth(3)), (Truth::Open, Truth::Attested));
    let again = story.last();
    story.on(4).retract(again);
    assert_eq!(story.truth(4), Truth::Open);
}

#[test]
fn history_l_a_clock_behind_the_newest_fact_is_refused_with_the_difference() {
    let newest = moment(1, 0);
    assert_eq!(check_write(None, newest), Ok(()));
    assert_eq!(check_write(Some(newest), newest + TimeDelta::days(1)), Ok(()));
    assert_eq!(check_write(Some(newest), newest - TimeDelta::minutes(2)), Ok(()));
    let by = TimeDelta::minutes(5);
    assert_eq!(check_write(Some(newest), newest - by), Err(ClockBehind { by }));
    assert_eq!(ClockBehind { by }.to_string(), "the clock is 5 min behind the newest stored fact");
    // Facts later than now do not count yet; they are counted.
    let mut story = Story::of(vec![item("RLS-01", all_of(&["github.a"]))]);
    story.on(5).pass("github.a");
    let board = story.board(1);
    assert_eq!((board.items[0].truth, board.future_facts), (Truth::Open, 1));
}

#[test]
fn history_m_the_newest_word_wins_and_both_are_shown() {
    let mut story = Story::of(vec![Item { decides: Decides::Person, ..item("HND-01", Rule::All(Vec::new())) }]);
    story.by("Ana").on(1).done("HND-01", &[], &[]);
    story.by("Ben").on(2).reopen("HND-01");
    let it = story.item(2);
    assert_eq!((it.truth, it.by), (Truth::Stale, Some("Ben".into())));
    assert_eq!(it.judgement.unwrap().lapsed.unwrap().as_str(), "reopened by Ben on 25 November: not so");
    let item_text = story.checklists.values().next().unwrap().items[0].clone();
    let lines = history::of_item(&item_text, &Ledger::read(&story.facts, moment(2, 600)));
    assert_eq!(lines.iter().map(|it| it.who.as_str()).collect::<Vec<_>>(), ["Ana", "Ben"]);
    story.by("Ana").on(3).done("HND-01", &[], &[]);
    assert_eq!(story.truth(3), Truth::Attested);
    // At the same moment it is not done, whichever was written first.
    for ana_first in [true, false] {
        let mut story = Story::of(vec![Item { decides: Decides::Person, ..item("HND-01", Rule::All(Vec::new())) }]);
        story.on(1);
        if ana_first {
            story.done("HND-01", &[], &[]).on(1).reopen("HND-01");
        } else {
            story.reopen("HND-01").on(1).done("HND-01", &[], &[]);
        }
        assert_eq!(story.truth(1), Truth::Open, "Ana first: {ana_first}");
    }
}

#[test]
fn history_n_an_item_or_probe_added_later_enters_when_its_checklist_is_adopted() {
    let first = item("CI-01", all_of(&["github.a"]));
    let mut story = Story::of(vec![first.clone()]);
    story.on(1).pass("github.a").pass("github.b");
    let stricter = item("CI-01", all_of(&["github.a", "github.c"]));
    story.on(3).adopt("second", vec![stricter, item("CI-02", all_of(&["github.b"]))]);
    assert_eq!(story.board(1).items.len(), 1, "moments before the adoption use the checklist of that moment");
    assert_eq!(story.board(1).items[0].truth, Truth::Verified);
    let after = story.board(3);
    assert_eq!((after.items[0].truth, after.items[0].is_new), (Truth::Stale, false), "it was done by the text of its time");
    assert_eq!((after.items[1].truth, after.items[1].is_new), (Truth::Verified, true));
    // What passed before the item existed was not the item being done.
    let mut story = Story::of(vec![first.clone()]);
    story.on(1).pass("github.b");
    story.on(2).fail("github.b", &["t"]);
    story.on(3).adopt("second", vec![first, item("CI-02", all_of(&["github.b"]))]);
    let added = &story.board(3).items[1];
    assert_eq!((added.truth, added.was_done), (Truth::Failing, false));
}

#[test]
fn history_o_the_closing_ends_judgements_and_begins_what_counts_only_at_close() {
    let judged = Item { judged_for: JudgedFor::Engagement, ..both("ACC-05", Rule::All(Vec::new())) };
    let at_close = Item { fresh: Freshness::AtClose, ..item("HND-02", all_of(&["github.a"])) };
    let mut story = Story::of(vec![judged, at_close]);
    story.on(1).done("ACC-05", &[], &[]).pass("github.a");
    assert_eq!(story.board(200).items[0].truth, Truth::Attested);
    let before = &story.board(200).items[1];
    assert_eq!((before.truth, before.unseen), (Truth::Open, false));
    assert_eq!(before.remarks[0].as_str(), "only looks after the closing count");
    story.on(201).close();
    let closed = story.board(201);
    assert_eq!((closed.items[0].truth, closed.items[1].truth), (Truth::Stale, Truth::Open));
    assert_eq!(
        closed.items[0].judgement.as_ref().unwrap().lapsed.as_ref().unwrap().as_str(),
        "ended with the closing on 12 June"
    );
    assert!(closed.items[1].unseen);
    story.on(202).pass("github.a");
    assert_eq!(story.board(202).items[1].truth, Truth::Verified);
    assert_eq!(story.board(900).items[1].truth, Truth::Verified, "it does not age");
}

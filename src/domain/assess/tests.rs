//! What the histories do not tell: each part of an assessment in a small story.

use crate::domain::app::Use;
use crate::domain::testing::*;
use crate::domain::*;
use chrono::TimeDelta;
use rstest::rstest;

fn one(item: Item) -> Story {
    Story::of(vec![item])
}

#[test]
fn a_network_probe_needs_two_fails_ten_minutes_apart() {
    let mut story = one(item("SEC-08", all_of(&["site.twice"])));
    story.on(1).pass("site.twice");
    story.on(2).fail("site.twice", &["/.env"]);
    let it = story.item(2);
    assert_eq!((it.truth, it.words[0].suspected, it.words[0].outcome.clone()), (Truth::Verified, true, Some(Outcome::Pass)));
    assert_eq!(story.remarks(2), ["site.twice failed once and waits for a second look"]);
    story.when(moment(2, 9)).fail("site.twice", &["/.env"]);
    assert_eq!(story.truth(2), Truth::Verified, "nine minutes are one blink");
    story.when(moment(2, 9)).blind("site.twice", GapKind::TimedOut);
    story.when(moment(2, 10)).fail("site.twice", &["/.env"]);
    assert_eq!(story.truth(2), Truth::Drifted, "a gap between does not begin the count anew");
    story.on(3).pass("site.twice");
    story.on(4).fail("site.twice", &["/.env"]);
    assert_eq!(story.truth(4), Truth::Verified, "a pass does");
}

#[test]
fn a_suspicion_without_an_earlier_word_stays_open() {
    let mut story = one(item("SEC-08", all_of(&["site.twice"])));
    story.on(1).fail("site.twice", &["/.env"]);
    let it = story.item(1);
    assert_eq!((it.truth, it.words[0].outcome.clone(), it.words[0].suspected), (Truth::Open, None, true));
}

#[test]
fn a_fail_never_ages_and_a_pass_does() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"])), item("AA-02", all_of(&["github.b"]))]);
    story.on(1).fail("github.a", &[]).pass("github.b");
    let later = story.board(300);
    assert_eq!((later.items[0].truth, later.items[1].truth), (Truth::Failing, Truth::Stale));
    let at = moment(9, 1);
    assert_eq!(story.board_at(at - TimeDelta::seconds(1)).items[1].truth, Truth::Verified);
    assert_eq!(story.board_at(at).items[1].truth, Truth::Stale);
    assert_eq!(story.board(2).items[1].fresh_until, Some(at));
    assert_eq!(story.board_at(at).items[1].since, Some(at));
}

#[test]
fn an_outcome_counts_only_for_what_the_app_names_now() {
    let mut story = one(item("CI-01", all_of(&["github.a"])));
    story.on(1).pass("github.a");
    story.on(2).set(|it| it.github = Some("acme/rewrite".parse().unwrap()));
    let it = story.item(2);
    assert_eq!((it.truth, it.was_done, it.words[0].outcome.clone()), (Truth::Open, false, None));
    story.on(3).set(|it| it.github = Some("acme/shop".parse().unwrap()));
    assert_eq!(story.truth(3), Truth::Verified);
    // Also once the new one was looked at without seeing anything, and when there is none any more.
    story.on(4).set(|it| it.github = Some("acme/rewrite".parse().unwrap())).blind("github.a", GapKind::NoPermission);
    assert_eq!(story.truth(4), Truth::Open);
    story.on(5).set(|it| it.github = None);
    assert_eq!((story.truth(5), story.item(5).gap.unwrap().kind), (Truth::Open, GapKind::NotConfigured));
}

#[test]
fn a_system_without_a_connection_is_a_gap_with_its_step_until_somebody_says_it_is_unused() {
    let mut story = one(item("RLS-06", all_of(&["firebase.a"])));
    let it = story.item(1);
    assert_eq!((it.truth, it.unseen), (Truth::Open, true));
    let gap = it.gap.unwrap();
    assert_eq!(gap.kind, GapKind::NotConfigured);
    assert!(gap.needs.unwrap().as_str().starts_with("Name Firebase: rescue app edit acme"));
    story.on(2).set(|it| drop(it.unused.insert(System::Firebase, "we use Supabase".into())));
    assert_eq!((story.truth(2), story.remarks(2)), (Truth::Failing, vec!["nothing found that does this".to_owned()]));
    assert!(!story.item(2).unseen);
    story.on(3).set(|it| {
        it.unused.clear();
        it.discovery_complete = true;
    });
    assert_eq!(story.truth(3), Truth::Failing, "a complete discovery says so too");
}

#[test]
fn nothing_is_fine_where_the_item_says_so() {
    let mut story = one(Item { absent_is_fine: true, ..item("JOB-02", all_of(&["firebase.a", "github.a"])) });
    story.on(1).set(|it| drop(it.unused.insert(System::Firebase, "no".into())));
    assert_eq!(story.truth(1), Truth::Open);
    story.on(2).unasked("github.a");
    assert_eq!(story.truth(2), Truth::NotApplicable);
    story.on(3).pass("github.a");
    assert_eq!(story.truth(3), Truth::Verified);
}

#[rstest]
#[case("uses.payments", None, Truth::Open)]
#[case("uses.payments", Some(true), Truth::Open)]
#[case("uses.payments", Some(false), Truth::NotApplicable)]
#[case("uses.supabase", Some(false), Truth::Open)] // it is connected
#[case("uses.firebase", None, Truth::Open)]
#[case("uses.firebase", Some(false), Truth::NotApplicable)]
fn an_item_applies_unless_it_is_known_not_to(#[case] fact: &str, #[case] said: Option<bool>, #[case] truth: Truth) {
    let mut story = one(Item { applies_if: Some(fact.to_owned()), ..item("AA-01", all_of(&["github.a"])) });
    story.on(1).set(|it| it.stack.extend(said.map(|said| (fact.to_owned(), said))));
    assert_eq!(story.truth(1), truth);
}

#[test]
fn a_model_provider_says_that_the_app_uses_one() {
    let story = {
        let mut story = one(item("RL-02", all_of(&["github.a"])));
        story.on(1).set(|it| {
            it.stack.insert("uses.llm".to_owned(), false);
            it.providers.insert(System::Openai);
        });
        story
    };
    let ledger = Ledger::read(&story.facts, moment(2, 0));
    assert_eq!(stack::knows(&ledger, "uses.llm"), Some(true));
    assert_eq!(stack::knows(&ledger, "uses.uploads"), None);
    assert_eq!(*ledger.usage(System::Openai), Use::Yes);
}

#[test]
fn a_gate_with_a_condition_is_none_when_the_condition_is_known_to_be_false() {
    let conditional = Item { gate_if: Some("uses.uploads".to_owned()), ..gate(Gate::Launch, item("BAK-03", all_of(&["s3.a"]))) };
    let mut story = one(conditional);
    assert_eq!(story.item(0).gate, Some(Gate::Launch));
    story.on(1).set(|it| it.stack.extend([("uses.uploads".to_owned(), false)]));
    assert_eq!(story.item(1).gate, None);
}

#[test]
fn a_waiver_at_a_gate_needs_a_client_and_a_proof() {
    let mut story = one(gate(Gate::Now, item("SPD-01", all_of(&["github.a"]))));
    story.on(1).fail("github.a", &["cap"]).waive("SPD-01", 20, None);
    assert_eq!(story.truth(1), Truth::Failing);
    assert_eq!(story.remarks(1), ["the waiver does not stand: at a gate it needs somebody on the client's side and a proof"]);
    story.on(2).waive("SPD-01", 20, Some("Ana"));
    let it = story.item(2);
    assert_eq!((it.truth, it.since), (Truth::Waived, Some(moment(2, 0))));
    assert_eq!(it.next_change, Some(moment(21, 0) - TimeDelta::hours(9)), "the day after the last, at midnight");
    // A waiver does not hide a pass, and ends with a reopening.
    story.on(3).pass("github.a");
    assert_eq!(story.truth(3), Truth::Verified);
    story.on(4).fail("github.a", &["cap"]).reopen("SPD-01");
    assert_eq!((story.truth(4), story.item(4).waiver), (Truth::Drifted, None));
}

#[test]
fn a_fail_is_accepted_when_every_finding_of_it_is() {
    let mut story = one(item("RLS-03", all_of(&["github.a"])));
    story.on(1).fail("github.a", &["x", "y"]).accept("rule:x", 10, None);
    assert_eq!(story.truth(1), Truth::Failing);
    story.on(2).accept("rule:y", 5, None);
    let it = story.item(2);
    assert_eq!((it.truth, it.rule, it.words[0].accepted), (Truth::Waived, RuleState::Accepted, true));
    assert_eq!(it.by, Some("Sam".into()));
    assert_eq!(story.board(2).findings.iter().map(StandingFinding::state).collect::<Vec<_>>(), ["accepted", "accepted"]);
    assert_eq!(story.truth(6), Truth::Failing, "one of them ends");
    story.on(3).push(FactBody::FindingReopened { finding: "rule:x".to_owned(), reason: "no".into() });
    assert_eq!(story.truth(3), Truth::Failing);
    // A fail without a finding cannot be accepted by finding.
    let mut story = one(item("RLS-03", all_of(&["github.a"])));
    story.on(1).accept("rule:x", 10, None).fail("github.a", &[]);
    assert_eq!(story.truth(1), Truth::Failing);
}

#[test]
fn what_a_judgement_did_not_see_reopens_it() {
    let mut story = one(both("API-03", all_of(&["github.a"])));
    story.on(1).pass_noting("github.a", "route:/pay");
    let (stands_for, saw) = judgement_basis(&story.item(1));
    assert!(stands_for.is_empty());
    assert_eq!(saw.iter().collect::<Vec<_>>(), ["route:/pay"]);
    story.on(2).done("API-03", &[], &["route:/pay"]);
    assert_eq!(story.truth(2), Truth::Verified);
    story.on(3).pass_noting("github.a", "route:/refund");
    let it = story.item(3);
    assert_eq!(it.truth, Truth::Stale);
    assert_eq!(it.judgement.unwrap().lapsed.unwrap().as_str(), "new since then: there is route:/refund");
}

#[test]
fn evidence_that_asks_for_a_judgement_reopens_one_that_did_not_see_it() {
    let evidence = |key: &str, kind| {
        Verdict::undecided(Gap::new(kind, System::Github, "routes to read")).note(
            NoteLevel::Evidence,
            key,
            format!("route {key}"),
        )
    };
    let mut story = one(both("API-03", all_of(&["github.a"])));
    story.on(1).look("github.a", evidence("/pay", GapKind::NeedsJudgement));
    let (stands_for, saw) = judgement_basis(&story.item(1));
    assert_eq!((stands_for.len(), saw.len()), (1, 1));
    story.on(2).done("API-03", &["github.a"], &["/pay"]);
    assert_eq!((story.truth(2), story.item(2).unseen), (Truth::Attested, false), "a judgement is what it asked for");
    story.on(3).look("github.a", evidence("/pay", GapKind::NeedsJudgement));
    assert_eq!(story.truth(3), Truth::Attested);
    story.on(4).look("github.a", evidence("/other", GapKind::Incomplete));
    assert_eq!(story.truth(4), Truth::Attested, "not having seen all changes no truth");
    story.on(5).look("github.a", evidence("/refund", GapKind::NeedsJudgement));
    assert_eq!(story.truth(5), Truth::Stale);
}

#[test]
fn a_word_with_proof_must_name_every_unseen_proof() {
    let mut story = one(item("ACC-02", all_of(&["github.a", "supabase.a", "s3.a"])));
    story.on(1).pass("github.a").done("ACC-02", &["s3.a"], &[]);
    assert_eq!((story.truth(1), story.remarks(1)), (Truth::Open, vec!["Sam's word does not stand in for supabase.a".to_owned()]));
    story.on(2).done("ACC-02", &["s3.a", "supabase.a"], &[]);
    let it = story.item(2);
    assert_eq!((it.truth, it.unseen, story.remarks(2)), (Truth::Attested, true, vec!["1 of 3 seen, 2 on Sam's word".to_owned()]));
    assert_eq!(it.fresh_until, Some(moment(9, 0)), "then github.a is unseen too, and nobody spoke for it");
    story.on(3).push(FactBody::Attested {
        item: "ACC-02".parse().unwrap(),
        proof: None,
        stands_for: [probe("s3.a"), probe("supabase.a")].into(),
        saw: [].into(),
        founder: None,
    });
    assert_eq!((story.truth(3), story.remarks(3)[0].as_str()), (Truth::Stale, "Sam's word comes without a proof"));
}

#[test]
fn signs_alone_fail_or_stay_open() {
    let mut story = one(both("ERR-02", all_of(&["github.sign"])));
    story.on(1).pass("github.sign");
    assert_eq!((story.truth(1), story.item(1).rule, story.item(1).unseen), (Truth::Open, RuleState::Open, false));
    story.on(2).done("ERR-02", &[], &[]);
    assert_eq!(story.truth(2), Truth::Attested, "a sign is never needed");
    story.on(3).fail("github.sign", &["swallowed"]);
    assert_eq!(story.truth(3), Truth::Drifted);
}

#[test]
fn a_sign_that_leaves_it_to_a_person_no_longer_fails_and_a_proof_goes_on() {
    let mut story = one(both("DOC-02", all_of(&["github.sign"])));
    story.on(1).fail("github.sign", &["no-diagram"]);
    assert_eq!(story.truth(1), Truth::Failing);
    story.on(2).blind("github.sign", GapKind::Incomplete);
    assert_eq!(story.truth(2), Truth::Failing, "partial sight ends nothing");
    let gap = |kind| Gap::new(kind, System::Github, "some of it was not read");
    let part = Verdict::undecided(gap(GapKind::NeedsJudgement)).unseen(Some(gap(GapKind::Incomplete)));
    story.on(2).look("github.sign", part);
    assert_eq!(story.truth(2), Truth::Failing, "nor does a judgement of a part");
    story.on(3).blind("github.sign", GapKind::NeedsJudgement);
    assert_eq!(story.truth(3), Truth::Open, "the diagram is there, and whether it is right is for a person");
    story.on(4).done("DOC-02", &[], &[]);
    assert_eq!(story.truth(4), Truth::Attested);
    let mut story = one(both("DOC-02", all_of(&["github.a"])));
    story.on(1).fail("github.a", &["x"]);
    story.on(2).blind("github.a", GapKind::NeedsJudgement);
    assert_eq!(story.truth(2), Truth::Failing, "a proof says itself when it holds again");
}

#[test]
fn a_person_says_that_it_does_not_apply_until_somebody_says_otherwise() {
    let mut story = one(item("WEB-02", all_of(&["site.a"])));
    story.on(1).fail("site.a", &["x"]).not_applicable("WEB-02");
    let it = story.item(1);
    assert_eq!((it.truth, it.not_applicable, it.unseen), (Truth::NotApplicable, Some("no such thing here".into()), false));
    assert!(story.board(1).findings.is_empty());
    story.on(2).reopen("WEB-02");
    assert_eq!(story.truth(2), Truth::Failing);
}

#[test]
fn work_stands_beside_what_is_not_done_and_ends_with_it() {
    let mut story = one(item("BAK-04", all_of(&["github.a"])));
    story.on(1).work("BAK-04", WorkNote::Doing);
    assert_eq!(story.item(1).work, Work::Doing { who: "Sam".into(), since: moment(1, 0) });
    story.on(2).pass("github.a");
    assert_eq!(story.item(2).work, Work::Todo);
    story.on(3).fail("github.a", &[]);
    assert_eq!((story.truth(3), story.item(3).work), (Truth::Drifted, Work::Todo), "the work before was done");
}

#[test]
fn a_probe_that_this_version_does_not_have_is_a_gap_of_ours() {
    let story = one(item("AA-01", all_of(&["github.zzz"])));
    let it = story.item(1);
    assert_eq!((it.truth, it.unseen, it.gap.unwrap().kind), (Truth::Open, true, GapKind::Internal));
}

#[test]
fn a_gap_after_a_pass_is_shown_and_the_pass_still_counts() {
    let mut story = one(item("AA-01", all_of(&["github.a"])));
    story.on(1).pass("github.a");
    story.on(2).blind("github.a", GapKind::BadCredential);
    let it = story.item(2);
    assert_eq!((it.truth, it.unseen), (Truth::Verified, true));
    assert_eq!((it.gap.unwrap().kind, it.words[0].gap_at), (GapKind::BadCredential, Some(moment(2, 0))));
    let seen = story.diff(1, 2);
    assert_eq!((seen.newly_unseen.len(), seen.stale.len()), (1, 0));
    story.on(3).pass("github.a");
    assert_eq!((story.item(3).gap, story.item(3).unseen), (None, false));
}

fn unused(systems: &[System]) -> Story {
    let mut story =
        one(Item { to_come: vec!["twilio".into(), "Google Cloud".into()], ..item("SPD-01", all_of(&["firebase.a"])) });
    story.on(1).set(|it| it.unused.extend(systems.iter().map(|system| (*system, "not ours".into()))));
    story
}

#[test]
fn nothing_found_says_nothing_while_probes_are_to_come() {
    let story = unused(&[System::Firebase]);
    let it = story.item(1);
    assert_eq!((it.truth, it.rule), (Truth::Open, RuleState::Open));
    assert_eq!(story.remarks(1), ["no probe yet for twilio, Google Cloud: look there by hand"]);
    // A person can stand in for what is to come, for a time.
    let mut story = unused(&[System::Firebase]);
    story.on(2).done("SPD-01", &[], &[]);
    assert_eq!((story.truth(2), story.truth(31), story.truth(32)), (Truth::Attested, Truth::Attested, Truth::Stale));
    // Nor is it fine that nothing was found where not everything was looked at.
    let absent = Item { absent_is_fine: true, to_come: vec!["twilio".into()], ..item("JOB-02", all_of(&["firebase.a"])) };
    let mut story = one(absent);
    story.on(1).set(|it| drop(it.unused.insert(System::Firebase, "no".into())));
    assert_eq!(story.truth(1), Truth::Open);
}

#[test]
fn what_must_hold_everywhere_is_not_proven_while_a_system_in_use_has_no_probe() {
    let to_come = |rule| Item { to_come: vec!["twilio".into(), "Google Cloud".into()], ..both("SPD-01", rule) };
    let mut story = Story::of(vec![to_come(all_of(&["github.a"])), to_come(any_of(&["github.a"]))]);
    story.on(1).pass("github.a").done("SPD-01", &[], &[]);
    assert_eq!(story.truth(1), Truth::Verified, "nobody said that it uses Twilio");
    story.on(2).set(|it| {
        it.providers.insert(System::Twilio);
    });
    let board = story.board(2);
    assert_eq!((board.items[0].truth, board.items[0].rule), (Truth::Attested, RuleState::Open));
    assert_eq!(board.items[1].truth, Truth::Verified, "one place is enough");
    // A fail is a fail, whatever is to come.
    story.on(3).fail("github.a", &["cap"]);
    assert_eq!(story.board(3).items.iter().map(|it| it.truth).collect::<Vec<_>>(), [Truth::Drifted, Truth::Drifted]);
}

#[test]
fn an_item_whose_probes_are_all_to_come_is_attested_by_hand_and_lapses() {
    let mut story = one(Item { to_come: vec!["postgres".into()], ..item("RLS-01", Rule::All(Vec::new())) });
    let it = story.item(1);
    assert_eq!((it.truth, it.by_hand), (Truth::Open, true));
    story.on(2).done("RLS-01", &[], &[]);
    assert_eq!((story.truth(2), story.truth(31), story.truth(32)), (Truth::Attested, Truth::Attested, Truth::Stale));
}

#[test]
fn a_pass_counts_no_more_once_a_stricter_limit_is_agreed() {
    let mut story = one(item("BAK-01", all_of(&["supabase.a"])));
    story
        .on(1)
        .set(|it| {
            it.limits.insert("BAK-01".parse().unwrap(), Limit(86_400));
        })
        .pass("supabase.a");
    story.on(2).set(|it| {
        it.limits.insert("BAK-01".parse().unwrap(), Limit(172_800));
    });
    assert_eq!(story.truth(2), Truth::Verified, "what holds below a day holds below two");
    story.on(3).set(|it| {
        it.limits.insert("BAK-01".parse().unwrap(), Limit(43_200));
    });
    assert_eq!((story.truth(2), story.truth(3)), (Truth::Verified, Truth::Stale));
    assert_eq!(story.remarks(3), ["supabase.a judged by another agreed limit: rerun"]);
    assert_eq!(story.item(2).fresh_until, Some(moment(9, 1)), "nobody knows the future");
    story.on(4).pass("supabase.a");
    assert_eq!((story.truth(4), story.remarks(4)), (Truth::Verified, vec![]));
    // Another item's limit is none of its business.
    story.on(5).set(|it| {
        it.limits.insert("CI-01".parse().unwrap(), Limit(60));
    });
    assert_eq!(story.truth(5), Truth::Verified);
}

#[test]
fn a_ceiling_that_is_lowered_or_taken_away_ends_a_pass_and_a_raised_one_only_asks_for_a_look() {
    let with = |story: &mut Story, usd: Option<u64>| {
        story.set(|it| {
            it.ceilings = usd.map(|usd| (System::S3, usd)).into_iter().collect();
        });
    };
    let mut story = one(item("SPD-01", all_of(&["s3.a"])));
    with(story.on(1), Some(100));
    story.run(&["s3.a"]);
    with(&mut story, Some(80));
    story.pass("s3.a");
    assert_eq!(story.truth(1), Truth::Open, "the run had begun under the old ceiling");
    story.on(2).run(&["s3.a"]).pass("s3.a");
    assert_eq!(story.truth(2), Truth::Verified);
    with(story.on(3), None);
    assert_eq!(story.truth(3), Truth::Stale);
    with(story.on(4), Some(80));
    assert_eq!(story.truth(4), Truth::Stale, "it was not known for a while; only a look brings it back");
    story.on(5).run(&["s3.a"]).fail("s3.a", &["cap"]);
    with(story.on(6), Some(200));
    assert_eq!(
        (story.truth(6), story.remarks(6)),
        (Truth::Drifted, vec!["s3.a judged by another agreed limit: rerun".to_owned()])
    );
}

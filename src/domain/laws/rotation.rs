//! What a person's word on leaked secrets can do and cannot, held against an oracle that reads the bare facts.

use super::*;

/// The keys of the leaked secrets that a probe of the item ever found, with the earliest day that any look of any gave.
fn leaked(story: &Story) -> Vec<(String, NaiveDate)> {
    let mut found: Vec<(String, NaiveDate)> = Vec::new();
    for fact in &story.facts {
        let FactBody::Outcome(it) = &fact.body else { continue };
        for finding in it.verdict.findings.iter().filter(|_| ["scan.a", "github.a"].contains(&it.probe.as_str())) {
            let Some(since) = finding.exposed.as_ref().and_then(|it| it.since) else { continue };
            match found.iter_mut().find(|(key, _)| *key == finding.key()) {
                Some((_, first)) => *first = (*first).min(since.date_naive()),
                None => found.push((finding.key(), since.date_naive())),
            }
        }
    }
    found
}

/// Whether the newest word of people on that key is a rotation from the leak on.
fn is_rotated(story: &Story, key: &str, since: NaiveDate) -> bool {
    let about = story.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Rotated { finding, on, .. } if finding == key => Some((fact.at, false, Some(*on))),
        FactBody::FindingReopened { finding, .. } if finding == key => Some((fact.at, true, None)),
        _ => None,
    });
    about.max_by_key(|(at, reopened, _)| (*at, *reopened)).and_then(|(.., on)| on).is_some_and(|on| on >= since)
}

fn saying_of_rotation() -> impl Strategy<Value = Step> {
    let all: BTreeSet<usize> = (0..PROBES.len()).collect();
    prop_oneof![
        2 => Just(Step::Pass("github.a")),
        2 => Just(Step::Pass("scan.a")),
        3 => leak(),
        4 => (0..2_usize, 0..3_u8).prop_map(|(key, days)| Step::Rotate(key, days)),
        1 => (0..2_usize).prop_map(Step::ReopenFinding),
        3 => Just(Step::Judge("GG-01", all, BTreeSet::from([0, 1, 2]))),
        1 => blind(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn nothing_that_leaked_is_done_before_it_was_replaced_and_never_on_a_probes_word(steps in steps(saying_of_rotation())) {
        let story = tell(&steps);
        let board = story.board_at(end(&story));
        let it = board.assessment("GG-01").unwrap();
        let leaked = leaked(&story);
        // At the same moment the worse stands last, whatever was told first: such ties are left to the law on order.
        let mut moments: Vec<_> = story.facts.iter().filter(|it| matches!(it.body, FactBody::Rotated { .. })).map(|it| it.at).collect();
        moments.sort();
        prop_assume!(moments.windows(2).all(|it| it[0] != it[1]));
        if !leaked.is_empty() {
            prop_assert_ne!(it.truth, Truth::Verified, "what a person says is no machine's pass");
        }
        let waits = leaked.iter().any(|(key, since)| !is_rotated(&story, key, *since));
        prop_assert!(!(waits && it.truth.is_done()), "{:?} {:?}", it.truth, it.remarks);
        prop_assert!(!waits || it.rule == RuleState::Fails, "{:?}", it.rule);
    }

    #[test]
    fn a_new_leak_opens_what_was_done(steps in steps(saying_of_rotation())) {
        let mut story = tell(&steps);
        let now = end(&story);
        prop_assume!(story.board_at(now).assessment("GG-01").unwrap().truth.is_done());
        story.when(now).leak("scan.a", &["new"], 0);
        let after = story.board_at(now + TimeDelta::minutes(1));
        let it = after.assessment("GG-01").unwrap();
        prop_assert!(it.truth.is_lost() && it.rule == RuleState::Fails, "{:?}", it.truth);
    }

    #[test]
    fn what_is_not_seen_any_more_is_still_to_be_replaced(steps in steps(saying_of_rotation()), days in 0..30_i64) {
        let mut story = tell(&steps);
        let now = end(&story);
        story.when(now).leak("scan.a", &["gone"], 0);
        story.when(now + TimeDelta::minutes(1)).pass("scan.a").pass("github.a");
        let later = now + TimeDelta::minutes(3) + TimeDelta::days(days);
        let it = story.board_at(later);
        let it = it.assessment("GG-01").unwrap();
        prop_assert!(it.rule == RuleState::Fails && it.words[0].findings.iter().any(|it| it.resource.as_str() == "gone"), "{:?}", it.rule);
    }
}

fn one() -> Story {
    Story::of(vec![Item { rotation: true, judged_for: JudgedFor::Engagement, ..both("SEC-02", all_of(&["scan.a", "github.a"])) }])
}

#[test]
fn each_leaked_secret_is_replaced_then_a_person_judges() {
    let mut story = one();
    story.on(3).pass("github.a").leak("scan.a", &["x", "y", "z"], 1);
    assert_eq!((story.truth(3), story.remarks(3)), (Truth::Failing, vec!["3 leaked secrets wait for their rotation".to_owned()]));
    story.on(4).rotated("rule:x", 3).rotated("rule:y", 4);
    assert_eq!((story.truth(4), story.remarks(4)), (Truth::Failing, vec!["2 of 3 rotated, on Sam's word".to_owned()]));
    story.by("Ana").rotated("rule:z", 4);
    let waits = "nothing else is wrong; it waits for a person's judgement";
    assert_eq!(
        (story.truth(4), story.remarks(4)),
        (Truth::Open, vec!["3 of 3 rotated, on Ana's and Sam's word".to_owned(), waits.to_owned()])
    );
    assert_eq!(story.board(4).findings.iter().map(state::StandingFinding::state).collect::<Vec<_>>(), ["rotated"; 3]);
    story.by("Sam").done("SEC-02", &[], &["rule:x", "rule:y", "rule:z"]);
    let it = story.item(4);
    assert_eq!((it.truth, it.words[0].rotated, it.unseen), (Truth::Attested, true, false));
    assert_eq!(story.remarks(4), ["3 of 3 rotated, on Ana's and Sam's word"]);
    // Nobody looked for a week and more: what was committed since is not known.
    assert_eq!(it.fresh_until, Some(moment(11, 0)));
    assert_eq!(story.board_at(moment(11, 0)).items[0].truth, Truth::Stale);
    // The same three again: still on the same words. A fourth: open.
    story.on(12).pass("github.a").leak("scan.a", &["x", "y", "z"], 1);
    assert_eq!(story.truth(12), Truth::Attested);
    story.on(13).leak("scan.a", &["x", "y", "z", "new"], 1);
    assert_eq!(
        (story.truth(13), story.remarks(13)),
        (Truth::Disputed, vec!["3 of 4 rotated, on Ana's and Sam's word".to_owned()])
    );
}

#[test]
fn a_rotation_from_before_the_leak_or_of_a_day_to_come_settles_nothing() {
    let mut story = one();
    story.on(3).pass("github.a").leak("scan.a", &["x"], 2);
    story.on(4).rotated("rule:x", 1);
    assert_eq!((story.truth(4), story.board(4).findings[0].state()), (Truth::Failing, "open"));
    assert!(!story.board(4).findings[0].rotation.as_ref().unwrap().holds);
    story.on(5).rotated("rule:x", 6);
    assert_eq!(story.truth(6), Truth::Failing, "also when the day has come");
    story.on(7).rotated("rule:x", 2);
    assert_eq!(story.truth(7), Truth::Open);
    // A history written anew, with later times, makes no leak younger.
    story.on(8).leak("scan.a", &["x"], 7);
    assert_eq!(story.truth(8), Truth::Open);
    // Taken back, and given back.
    story.on(9).reopen_finding("rule:x");
    assert_eq!(story.truth(9), Truth::Failing);
    let taken = story.last();
    story.on(10).retract(taken);
    assert_eq!(story.truth(10), Truth::Open);
}

#[test]
fn one_secret_stays_open_where_it_must_not_stand() {
    let items = vec![item("SEC-01", all_of(&["scan.b"])), Item { rotation: true, ..both("SEC-02", all_of(&["scan.a"])) }];
    let mut story = Story::of(items);
    story.on(2).leak("scan.a", &["x"], 1).leak("scan.b", &["x"], 1).rotated("rule:x", 2);
    let board = story.board(2);
    assert_eq!((board.items[0].truth, board.items[1].truth), (Truth::Failing, Truth::Open));
    assert_eq!((board.findings.len(), board.findings[0].state(), board.findings[0].rotated), (1, "open", false));
    story.on(3).pass("scan.b");
    let board = story.board(3);
    assert_eq!((board.items[0].truth, board.findings[0].state()), (Truth::Verified, "rotated"));
}

#[test]
fn what_was_not_seen_beside_the_leaks_is_stood_in_for_by_name() {
    let mut story = one();
    let partial =
        || leaks(&["x"], 1).unseen(Some(Gap::new(GapKind::Incomplete, System::Scan, "7 blobs were skipped").needs("Give all")));
    story.on(2).pass("github.a").look("scan.a", partial()).rotated("rule:x", 2).done("SEC-02", &[], &["rule:x"]);
    let it = story.item(2);
    assert_eq!((it.truth, it.rule, it.unseen), (Truth::Open, RuleState::Open, true));
    assert_eq!(it.gap.as_ref().unwrap().kind, GapKind::Incomplete);
    let (stands_for, saw) = judgement_basis(&it);
    assert_eq!((stands_for.len(), saw.len()), (1, 1));
    story.on(3).done("SEC-02", &["scan.a"], &["rule:x"]);
    assert_eq!(story.truth(3), Truth::Attested);
}

#[test]
fn accepted_and_rotated_together_are_accepted() {
    let mut story = one();
    story.on(2).pass("github.a").leak("scan.a", &["x", "y"], 1).rotated("rule:x", 2).accept("rule:y", 20, None);
    assert_eq!((story.truth(2), story.item(2).rule), (Truth::Waived, RuleState::Accepted));
    assert_eq!(story.board(2).findings.iter().map(state::StandingFinding::state).collect::<Vec<_>>(), ["rotated", "accepted"]);
    assert_eq!(story.truth(30), Truth::Failing, "the acceptance ends");
    // Something else that is wrong is settled by no rotation.
    let other = Finding::new("rule", "open", Severity::High, "it is open", "Close it");
    story.on(31).look("scan.a", leaks(&["x"], 1).with_findings([other])).rotated("rule:y", 31);
    assert_eq!(story.truth(31), Truth::Failing);
}

fn at_the_site(resource: &str, since: i64) -> Verdict {
    let exposure = Exposure { at: ExposedIn::Site, since: Some(moment(since, 0)), until: None, places: 1, marker: None };
    let finding = Finding::new("site.rule", resource, Severity::Critical, "it is served", "Rotate it").exposed(exposure);
    Verdict::fail("a key is served", vec![finding])
}

fn in_history(resource: &str, since: i64) -> Verdict {
    let mut verdict = leaks(&[resource], since);
    verdict.findings.iter_mut().for_each(|it| it.rule = "scan.rule".to_owned());
    verdict
}

fn everywhere() -> Story {
    let items = vec![
        Item { rotation: true, judged_for: JudgedFor::Engagement, ..both("SEC-02", all_of(&["scan.a", "site.a"])) },
        item("SEC-03", all_of(&["site.a"])),
    ];
    Story::of(items)
}

#[test]
fn what_the_site_serves_is_to_be_replaced_too_and_that_ends_no_serving() {
    let mut story = everywhere();
    story.on(3).pass("scan.a").look("site.a", at_the_site("x", 3));
    assert_eq!((story.truth(3), story.remarks(3)), (Truth::Failing, vec!["a leaked secret waits for its rotation".to_owned()]));
    story.on(4).rotated("site.rule:x", 4).done("SEC-02", &[], &["site.rule:x"]);
    let board = story.board(4);
    assert_eq!((board.items[0].truth, board.items[1].truth), (Truth::Attested, Truth::Failing));
    assert_eq!(board.findings[0].state(), "open", "rotated, and still served");
    // Not served any more, and still one that was: a pass takes no duty away.
    story.on(5).pass("site.a");
    assert_eq!(story.truth(5), Truth::Attested);
    let last = story.facts.len();
    story.on(6).reopen_finding("site.rule:x");
    assert_eq!((story.truth(6), story.facts.len()), (Truth::Failing, last + 1));
}

#[test]
fn one_secret_in_history_and_at_the_site_is_replaced_once() {
    let mut story = everywhere();
    // The site was built after the key was replaced, and still carries the old one.
    story.on(9).look("scan.a", in_history("x", 1)).look("site.a", at_the_site("x", 8));
    story.rotated("scan.rule:x", 5);
    assert_eq!(story.remarks(9)[0], "1 of 1 rotated, on Sam's word");
    let board = story.board(9);
    assert!(board.findings.iter().all(|it| it.rotation.as_ref().is_some_and(|it| it.holds)), "{:?}", board.findings);
    let states: Vec<_> = board.findings.iter().map(|it| (it.finding.rule.as_str(), it.state())).collect();
    assert_eq!(states, [("scan.rule", "rotated"), ("site.rule", "open")]);
    // An acceptance is of a place: what was accepted in history is not accepted at the site.
    story.on(10).reopen_finding("site.rule:x").accept("scan.rule:x", 20, None);
    let states: Vec<_> = story.board(10).findings.iter().map(state::StandingFinding::state).collect();
    assert_eq!(states, ["accepted", "open"]);
    assert_eq!(story.truth(10), Truth::Failing, "the site's copy is not accepted");
}

#[test]
fn a_site_that_was_not_seen_is_not_clean() {
    let mut story = everywhere();
    story.on(3).look("scan.a", in_history("x", 1)).rotated("scan.rule:x", 3);
    story.look("site.a", Verdict::undecided(Gap::new(GapKind::Unreachable, System::Site, "no answer").needs("Look again")));
    assert_eq!((story.truth(3), story.item(3).rule), (Truth::Open, RuleState::Open));
    story.done("SEC-02", &[], &["scan.rule:x"]);
    assert_eq!(story.truth(3), Truth::Open, "nobody stood in for the site");
    story.on(4).done("SEC-02", &["site.a"], &["scan.rule:x"]);
    assert_eq!(story.truth(4), Truth::Attested);
    story.on(5).look("site.a", at_the_site("y", 2));
    assert!(story.truth(5).is_lost() && story.item(5).rule == RuleState::Fails);
}

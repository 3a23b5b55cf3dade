//! What something rests on is never let go: compared with boards of every past moment, which know nothing of thinning.

use super::*;
use std::collections::BTreeMap;

/// A story with a frozen page somewhere in it.
fn tell_frozen(steps: &[(i64, Step)], frozen: Index) -> Story {
    let mut story = Story::of(items());
    let (mut minutes, at) = (0, frozen.index(steps.len() + 1));
    for (place, (pause, step)) in steps.iter().enumerate() {
        minutes += pause;
        if place == at {
            story.when(moment(0, minutes));
            story.push(FactBody::Snapshot { seal: Digest("f".repeat(64)), audience: "founder".to_owned() });
        }
        act(&mut story, moment(0, minutes), step);
    }
    story
}

/// The looks that an assessment shows, as far as a reader can tell: those of its words and of its gaps. Where two of one
/// moment say the same, either.
fn shown(it: &Assessment, facts: &[Fact]) -> Vec<BTreeSet<FactId>> {
    let of = |probe: &ProbeId, at: DateTime<Utc>, fits: &dyn Fn(&Outcome) -> bool| -> BTreeSet<FactId> {
        let looks = facts.iter().filter(|fact| fact.at == at);
        let fitting =
            looks.filter(|fact| matches!(&fact.body, FactBody::Outcome(it) if it.probe == *probe && fits(&it.verdict.outcome)));
        fitting.map(|fact| fact.id).collect()
    };
    let mut shown = Vec::new();
    for word in &it.words {
        if let (Some(at), Some(outcome)) = (word.at, &word.outcome) {
            shown.push(of(&word.probe, at, &|it| it == outcome));
        }
        if let (Some(at), Some(gap)) = (word.gap_at, &word.gap)
            && word.at != Some(at)
        {
            shown.push(of(&word.probe, at, &|it| it.gap() == Some(gap)));
        }
    }
    shown
}

fn stays(it: &Assessment, story: &Story, rests: &BTreeSet<FactId>, why: &str) -> Result<(), TestCaseError> {
    for looks in shown(it, &story.facts) {
        prop_assert!(looks.is_empty() || !looks.is_disjoint(rests), "{} {why}: {looks:?} are let go", it.item);
    }
    Ok(())
}

type At = BTreeMap<DateTime<Utc>, (Option<Board>, Board)>;

/// The boards of every moment with a fact, and of just before it.
fn boards(story: &Story) -> At {
    let moments: BTreeSet<DateTime<Utc>> = story.facts.iter().map(|fact| fact.at).collect();
    let at = |moment| board(&story.facts, &story.checklists, &story.book, moment);
    moments.into_iter().filter_map(|it| Some((it, (at(it - TimeDelta::nanoseconds(1)), at(it)?)))).collect()
}

fn assessed<'b>(board: &'b Board, item: &str) -> &'b Assessment {
    board.items.iter().find(|it| it.item.as_str() == item).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_something_rested_on_stays(steps in steps(any_step()), frozen in any::<Index>()) {
        let story = tell_frozen(&steps, frozen);
        let now = story.facts.iter().map(|it| it.at).max().unwrap() + TimeDelta::hours(1);
        let rests = behind(&story.facts, &story.checklists, &story.book, now);
        let boards = boards(&story);
        let today = story.board_at(now);
        for item in ITEMS {
            stays(assessed(&today, item), &story, &rests, "shows it today")?;
            let moments: Vec<_> = boards.iter().collect();
            for (place, (at, (before, then))) in moments.iter().enumerate() {
                let it = assessed(then, item);
                let was_done = before.as_ref().is_some_and(|it| assessed(it, item).truth.is_done());
                let goes_on = moments.get(place + 1).map_or(today.items.iter().any(|it| it.item.as_str() == item && it.truth.is_done()), |(_, (before, then))| {
                    assessed(then, item).truth.is_done() && before.as_ref().is_some_and(|it| assessed(it, item).truth.is_done())
                });
                if it.truth.is_done() && !was_done {
                    stays(it, &story, &rests, "became done by it")?;
                }
                if it.truth.is_done() && !goes_on {
                    stays(it, &story, &rests, "was done by it when it was done last")?;
                }
                for fact in story.facts.iter().filter(|fact| fact.at == **at) {
                    let about = fact.body.item().is_some_and(|it| it.as_str() == item);
                    if about || matches!(fact.body, FactBody::Snapshot { .. } | FactBody::Rotated { .. } | FactBody::Waived { .. }) && fact.body.item().is_none() {
                        stays(it, &story, &rests, "was spoken of over it")?;
                    }
                }
            }
        }
    }

    #[test]
    fn a_rule_that_keeps_more_lets_less_go(steps in steps(look()), frozen in any::<Index>(), days in 1_i64..20) {
        let mut story = tell_frozen(&steps, frozen);
        for fact in &mut story.facts {
            if let FactBody::Outcome(it) = &mut fact.body {
                it.observation = Some(Digest::of(&fact.id.to_string()));
            }
        }
        let now = moment(40, 0);
        let rests = behind(&story.facts, &story.checklists, &story.book, now);
        let go = |keep| Retention { older_than: Limit(days * 86_400), keep }.lets_go(&story.facts, &rests, now);
        let (weekly, monthly, none) = (go(Keep::Weekly), go(Keep::Monthly), go(Keep::None));
        prop_assert!(weekly.is_subset(&none) && monthly.is_subset(&none));
        prop_assert!(none.is_disjoint(&rests));
        let young = story.facts.iter().filter(|it| it.at >= now - TimeDelta::days(days)).map(|it| it.id).collect();
        prop_assert!(none.is_disjoint(&young));
    }
}

#[test]
fn looks_that_only_renewed_a_tick_are_free_and_its_two_ends_are_not() {
    let mut story = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    let mut passes = Vec::new();
    for week in 0..30 {
        story.on(week * 7).pass("github.a");
        passes.push(story.last());
    }
    story.on(210).fail("github.a", &["x"]);
    let lost = story.last();
    story.on(217).fail("github.a", &["x"]);
    story.on(224).fail("github.a", &["x"]);
    let today = story.last();
    let rests = behind(&story.facts, &story.checklists, &story.book, moment(225, 0));
    assert_eq!(rests, BTreeSet::from([passes[0], passes[29], lost, today]));
    // Seven days of freshness more than enough for a week; where a week was left out, the tick aged, and began anew.
    let mut gap = Story::of(vec![item("AA-01", all_of(&["github.a"]))]);
    let mut ids = Vec::new();
    for week in [0, 1, 2, 6, 7, 8] {
        gap.on(week * 7).pass("github.a");
        ids.push(gap.last());
    }
    let rests = behind(&gap.facts, &gap.checklists, &gap.book, moment(57, 0));
    assert_eq!(rests, BTreeSet::from([ids[0], ids[2], ids[3], ids[5]]));
}

#[test]
fn what_lay_before_a_person_who_judged_stays() {
    let mut story = Story::of(vec![both("BB-01", all_of(&["github.a"])), item("AA-01", all_of(&["s3.a"]))]);
    for week in 0..10 {
        story.on(week * 7).pass("github.a");
        if week == 4 {
            let before = story.last();
            story.done("BB-01", &[], &[]);
            story.on(week * 7 + 1).reopen("BB-01");
            let word = story.last();
            story.retract(word);
            let rests = behind(&story.facts, &story.checklists, &story.book, moment(400, 0));
            assert!(rests.contains(&before));
        }
    }
    let judged = story.facts.iter().rposition(|it| matches!(it.body, FactBody::Attested { .. })).unwrap();
    let rests = behind(&story.facts, &story.checklists, &story.book, moment(64, 0));
    assert!(rests.contains(&story.facts[judged - 1].id), "the look that was judged");
    assert!(!rests.contains(&story.facts[judged - 2].id), "the one a week before it");
}

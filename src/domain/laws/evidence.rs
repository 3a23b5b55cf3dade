//! No tick without its evidence, held against an oracle that reads the bare facts and knows nothing of the sweep.

use super::*;

/// One of two repositories, or none.
fn repository() -> impl Strategy<Value = Option<&'static str>> {
    select(vec![Some("acme/shop"), Some("acme/rewrite"), None])
}

/// The newest decided outcome of a probe about what the app names now, told from the bare facts, unless it is a pass or
/// not-applicable that has aged.
fn word(story: &Story, id: &str, days: i64, now: DateTime<Utc>) -> Option<&'static str> {
    let subject = story.settings.subject(story.book[&probe(id)].system)?;
    let decided = story.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Outcome(it) if it.probe.as_str() == id && it.subject == subject && it.verdict.outcome.is_decided() => {
            Some((fact.at, it.verdict.outcome.word()))
        }
        _ => None,
    });
    let (at, word) = decided.max_by_key(|(at, _)| *at)?;
    (word == "fail" || now - at < TimeDelta::days(days)).then_some(word)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn nothing_is_verified_without_a_fresh_pass_about_what_the_app_names_now(
        steps in prop::collection::vec((select(vec![1_i64, 12, 300, 1440]), prop_oneof![
            6 => look().prop_map(Ok),
            2 => blind().prop_map(Ok),
            3 => repository().prop_map(Err),
        ]), 0..40),
        later in 0..10_i64,
    ) {
        let mut story = Story::of(items());
        let mut minutes = 0;
        for (pause, step) in &steps {
            minutes += pause;
            let at = moment(0, minutes);
            match step {
                Ok(step) => act(&mut story, at, step),
                Err(named) => {
                    story.when(at).set(|it| it.github = named.map(|it| it.parse().unwrap()));
                }
            }
        }
        let now = end(&story) + TimeDelta::days(later);
        let board = story.board_at(now);
        let verified = |id: &str| board.assessment(id).unwrap().truth == Truth::Verified;
        let (github, supabase) = (word(&story, "github.a", 8, now), word(&story, "supabase.a", 8, now));
        let unused = Some("not_applicable");
        let both = [github, supabase].iter().all(|it| *it == Some("pass") || *it == unused) && [github, supabase].contains(&Some("pass"));
        prop_assert_eq!(verified("AA-01"), both, "github.a: {:?}, supabase.a: {:?}", github, supabase);
        prop_assert!(!verified("EE-01") || word(&story, "github.a", 3, now) == Some("pass"), "a sign proves nothing");
        prop_assert!(!verified("FF-01"), "nobody looked at Firebase");
        for id in ["BB-01", "CC-01", "DD-01"] {
            prop_assert!(!verified(id), "{} without a person", id);
        }
    }
}

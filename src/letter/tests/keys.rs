//! Keys in a letter: which are asked for and with which rights, what each opens, and for which we say thanks.

use super::*;
use crate::domain::{FactBody, Freshness, Item, Opens, StepKind, Task};

#[test]
fn a_key_that_no_probe_of_the_app_needs_is_not_asked_for() {
    let mut story = story();
    story.set(|it| {
        it.vercel = None;
        it.unused.insert(System::Vercel, "hosted elsewhere".into());
        it.path = Some("/srv/shop".into());
        it.github = None;
        it.unused.insert(System::Github, "no code host".into());
    });
    let letter = letter(&story.board(0), KeyState::Missing);
    assert!(token(&letter, System::Vercel).is_none() && token(&letter, System::Github).is_none());
    assert!(token(&letter, System::Supabase).is_some());
    assert!(letter.here.unwrap().says.iter().any(|it| it.as_str().contains("Your code")));
}

#[test]
fn with_a_checkout_the_code_host_s_key_needs_no_right_only_for_the_code_s_own_probes() {
    let mut story = story();
    let narrow = crate::checklist::load_stored(crate::checklist::embedded()).unwrap();
    let only = |id: &str| narrow.item(id).unwrap().clone();
    // One item of the code, one of alerts.
    story.adopt("narrow", vec![only("SEC-01"), only("CI-08")]);
    let without = letter(&story.board(0), KeyState::Missing);
    assert_eq!(rights(token(&without, System::Github).unwrap()), ["Contents", "Dependabot alerts", "Administration"]);
    story.set(|it| it.path = Some("/srv/shop".into()));
    let with = letter(&story.board(0), KeyState::Missing);
    assert_eq!(rights(token(&with, System::Github).unwrap()), ["Dependabot alerts", "Administration"]);
}

#[rstest]
#[case(System::Github, GapKind::NoCredential, KeyState::Missing)]
#[case(System::Github, GapKind::BadCredential, here())]
#[case(System::Supabase, GapKind::NoPermission, here())]
#[case(System::Vercel, GapKind::NoCredential, KeyState::Missing)]
#[case(System::Openai, GapKind::BadCredential, here())]
fn a_key_opens_in_the_letter_what_it_opens_in_the_lane(#[case] system: System, #[case] gap: GapKind, #[case] state: KeyState) {
    let mut story = story();
    // In the last week everything is due. Nothing else is asked for: each permission is given, each other probe has spoken.
    story.on(39);
    let authorisation =
        Authorisation { consent: Consent::Active, by: "Ana".into(), hosts: BTreeSet::new(), until: moment(60, 0) };
    story.push(FactBody::Authorised { authorisation: authorisation.clone() });
    let whole = story.board(39);
    let closed = readers(&whole, system);
    for probe in crate::probes::all().map(|it| it.meta().id) {
        if closed.iter().any(|it| it.as_str() == probe) {
            story.look(probe, Verdict::undecided(Gap::new(gap, system, "closed")));
        } else {
            story.pass(probe);
        }
    }
    let asks = |item: &&Item| {
        let words = &whole.assessment(item.id.as_str()).unwrap().words;
        item.fresh != Freshness::AtClose && words.iter().any(|word| closed.contains(&word.probe))
    };
    let items: Vec<Item> = whole.checklist.items.iter().filter(asks).cloned().collect();
    let keys: BTreeMap<System, KeyState> = SYSTEMS.iter().map(|it| (*it, if *it == system { state } else { here() })).collect();
    let mut opened = 0;
    // A few at a time, so that every row of the lane is shown.
    for some in items.chunks(4) {
        story.adopt(some[0].id.as_str(), some.to_vec());
        let board = story.board(39);
        let letter = letter_with(&board, &keys, std::slice::from_ref(&authorisation), false);
        let asked = letter.as_ref().and_then(|it| token(it, system)).map(|it| it.opens.clone());
        let step = board.now_lane.iter().find_map(|row| match &row.task {
            Task::Step(step) if step.kind == StepKind::Ask => Some(step.opens.clone()),
            _ => None,
        });
        assert_eq!(asked.filter(|it: &Opens| it.items().next().is_some()), step);
        opened += step.map_or(0, |it| it.items().count());
    }
    assert!(opened > 0);
}

#[rstest]
#[case::refused(GapKind::BadCredential, "does not work any more: GitHub refuses it")]
#[case::too_small(GapKind::NoPermission, "It is missing the right to see")]
fn a_key_that_is_refused_or_too_small_is_asked_for_again_with_the_reason(#[case] gap: GapKind, #[case] says: &str) {
    let mut story = story();
    story.pass("github.branch-protection").blind("github.secret-scanning", gap);
    let board = story.board(0);
    let again = letter(&board, here());
    let github = token(&again, System::Github).unwrap();
    assert!(matches!(github.what, What::Token { again: true, .. }));
    let text = markdown_of(&again);
    assert!(text.contains("Make a new key for GitHub") && text.contains(says), "{text}");
    if gap == GapKind::NoPermission {
        assert!(text.contains("passwords that GitHub found in the code (Secret scanning alerts)"), "{text}");
    }
    // Another key is here since then: nobody knows yet what it may see, so nobody is asked.
    let renewed = letter(&board, renewed());
    assert!(token(&renewed, System::Github).is_none());
    assert_eq!(thanks(&renewed, System::Github).unwrap(), "a key is here; nothing was read with it yet.");
}

#[rstest]
#[case::never_looked(&[], here(), "a key is here; nothing was read with it yet.")]
#[case::timed_out(&[(Some(GapKind::TimedOut), true)], here(), "a key is here; nothing was read with it yet.")]
#[case::some(&[(None, false)], here(), "a key is here, and we read with it.")]
#[case::some_timed_out(&[(None, true), (Some(GapKind::TimedOut), false)], here(), "a key is here, and we read with it.")]
#[case::all(&[(None, true)], here(), "we can read what we need.")]
#[case::all_before_the_key(&[(None, true)], renewed(), "a key is here; nothing was read with it yet.")]
#[case::refused_before_the_key(&[(Some(GapKind::BadCredential), true)], renewed(), "a key is here; nothing was read with it yet.")]
#[case::missed_before_the_key(&[(Some(GapKind::NoCredential), true)], renewed(), "a key is here; nothing was read with it yet.")]
fn a_key_is_thanked_for_by_what_was_read_with_it(
    #[case] looks: &[(Option<GapKind>, bool)],
    #[case] state: KeyState,
    #[case] says: &str,
) {
    let mut story = story();
    let probes = readers(&story.board(0), System::Github);
    assert!(probes.len() > 1);
    for (gap, by_all) in looks {
        for probe in probes.iter().take(if *by_all { usize::MAX } else { 1 }) {
            match gap {
                None => story.pass(probe.as_str()),
                Some(kind) => story.look(probe.as_str(), Verdict::undecided(Gap::new(*kind, System::Github, "no answer"))),
            };
        }
    }
    let letter = letter(&story.board(0), state);
    assert!(token(&letter, System::Github).is_none());
    assert_eq!(thanks(&letter, System::Github).as_deref(), Some(says));
}

#[test]
fn the_page_s_odd_right_is_explained_only_where_it_is_asked_for() {
    let narrow = crate::checklist::load_stored(crate::checklist::embedded()).unwrap();
    let of = |id: &str| {
        let mut story = story();
        story.adopt("narrow", vec![narrow.item(id).unwrap().clone()]);
        let letter = letter(&story.board(0), KeyState::Missing);
        let asks = rights(token(&letter, System::Github).unwrap()).iter().any(|it| it.starts_with("Members"));
        (asks, markdown_of(&letter).contains("GitHub offers “Members” only where"))
    };
    assert_eq!([of("ACC-03"), of("CI-08")], [(true, true), (false, false)]);
}

#[test]
fn what_is_no_key_is_said_to_be_none() {
    let letter = letter(&story().board(0), KeyState::Unusable);
    assert!(markdown_of(&letter).contains("it is not a key, or not all of it"));
}

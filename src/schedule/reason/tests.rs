//! When a probe's turn comes: tables of every reason, and an independent model that walks through the hours.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

/// Hours after a Monday at nine.
fn at(hours: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
    start + TimeDelta::hours(hours)
}

fn blind(kind: GapKind) -> Last {
    Last { blind: Some(Blind { kind, system: Some(System::Github), until: None }), ..looked(0) }
}

fn looked(hours: i64) -> Last {
    Last { at: at(hours), failed: false, blind: None, other_settings: false }
}

/// A pass at the beginning, which ages after so many hours.
fn passed(fresh: i64) -> Known {
    Known { last: Some(looked(0)), ages: Some((at(0), at(fresh))), ..Known::default() }
}

/// The first hour at which it is due, and because of what.
fn first(known: Known) -> (i64, Because) {
    let reasons = known.reasons();
    let from = reasons.iter().map(|it| it.from).min().unwrap();
    let told = reasons.iter().find(|it| it.from <= from).unwrap();
    ((from - at(0)).num_hours(), told.because)
}

#[rstest]
#[case::never(Known::default(), Because::NeverLooked)]
#[case::never_and_daily(Known { daily: Some(at(22)), ..Known::default() }, Because::NeverLooked)]
fn what_was_never_looked_at_is_due_at_once(#[case] known: Known, #[case] because: Because) {
    assert_eq!(known.reasons(), [Reason { from: DateTime::UNIX_EPOCH, because }]);
}

#[rstest]
#[case::eight_days(passed(192), 166, Because::Ages)]
#[case::two_days(passed(48), 24, Because::Ages)]
#[case::a_day_has_its_half(passed(24), 12, Because::Ages)]
#[case::a_month(passed(720), 166, Because::Week)]
#[case::at_close_it_never_ages(Known { ages: None, ..passed(0) }, 166, Because::Week)]
#[case::daily(Known { daily: Some(at(22)), ..passed(192) }, 22, Because::Daily)]
#[case::daily_when_there_is_room(Known { daily: Some(at(44)), ..passed(192) }, 44, Because::Daily)]
#[case::fails(Known { last: Some(Last { failed: true, ..looked(0) }), ..Known::default() }, 166, Because::Week)]
fn a_rhythm(#[case] known: Known, #[case] hours: i64, #[case] because: Because) {
    assert_eq!(first(known), (hours, because));
}

#[rstest]
#[case(GapKind::RateLimited, 4)]
#[case(GapKind::Unreachable, 4)]
#[case(GapKind::TimedOut, 4)]
#[case(GapKind::VendorFault, 4)]
#[case(GapKind::NoCredential, 166)]
#[case(GapKind::BadCredential, 166)]
#[case(GapKind::NoPermission, 166)]
#[case(GapKind::PlanHides, 166)]
#[case(GapKind::NotConfigured, 166)]
#[case(GapKind::NeedsConsent, 166)]
#[case(GapKind::NeedsJudgement, 166)]
#[case(GapKind::Incomplete, 166)]
#[case(GapKind::UnexpectedAnswer, 166)]
#[case(GapKind::Ambiguous, 166)]
#[case(GapKind::NoBaseline, 166)]
#[case(GapKind::Internal, 166)]
fn only_a_gap_that_passes_by_itself_is_tried_again_before_the_week(#[case] kind: GapKind, #[case] hours: i64) {
    let known = Known { last: Some(blind(kind)), ..Known::default() };
    assert_eq!(first(known).0, hours);
}

#[test]
fn the_vendors_own_time_is_kept_within_the_week() {
    let until = |hours| {
        let last = Last { blind: Some(Blind { kind: GapKind::RateLimited, system: None, until: Some(at(hours)) }), ..looked(0) };
        first(Known { last: Some(last), ..Known::default() })
    };
    assert_eq!(until(1), (4, Because::Gap(GapKind::RateLimited)), "an hour that has passed is no reason to hurry");
    assert_eq!(until(9), (9, Because::Gap(GapKind::RateLimited)));
    assert_eq!(until(700), (166, Because::Gap(GapKind::RateLimited)), "the week asks anyway");
}

#[test]
fn a_shut_door_is_no_reason_to_knock_every_day() {
    for kind in [GapKind::NoCredential, GapKind::NotConfigured, GapKind::NeedsConsent, GapKind::PlanHides] {
        let known = Known { last: Some(blind(kind)), daily: Some(at(22)), ..Known::default() };
        assert_eq!(first(known), (166, Because::Week), "{kind:?}");
    }
    let open = Known { last: Some(blind(GapKind::NeedsJudgement)), daily: Some(at(22)), ..Known::default() };
    assert_eq!(first(open), (22, Because::Daily), "what was seen and left to a person is looked at");
}

#[test]
fn a_credential_that_appeared_makes_due_what_could_not_see_for_want_of_it_and_nothing_else() {
    let shown = Some((System::Github, at(0)));
    for kind in [GapKind::NoCredential, GapKind::BadCredential, GapKind::NoPermission, GapKind::PlanHides] {
        let known = Known { last: Some(blind(kind)), credential: shown, ..Known::default() };
        assert_eq!(first(known), (0, Because::Credential(System::Github)), "{kind:?}");
    }
    for kind in [GapKind::NotConfigured, GapKind::NeedsJudgement, GapKind::TimedOut] {
        let known = Known { last: Some(blind(kind)), credential: shown, ..Known::default() };
        assert_ne!(first(known).0, 0, "{kind:?}");
    }
    assert_eq!(first(Known { credential: shown, ..passed(192) }).0, 166);
}

#[test]
fn a_change_is_news_only_after_the_last_look() {
    for watch in [Watch::Checkout, Watch::Branch, Watch::Deployment] {
        let known = |hours| Known { changed: Some((watch, at(hours))), last: Some(looked(5)), ..Known::default() };
        assert_eq!(first(known(6)), (6, Because::Changed(watch)));
        assert_eq!(first(known(5)), (171, Because::Week), "seen by that look");
    }
}

#[test]
fn settings_matter_where_they_can_change_what_was_said() {
    let known = |last: Last, ages| Known {
        last: Some(Last { other_settings: true, ..last }),
        settings: Some(at(3)),
        ages,
        ..Known::default()
    };
    assert_eq!(first(known(blind(GapKind::NotConfigured), None)), (3, Because::Settings));
    assert_eq!(first(known(Last { failed: true, ..looked(0) }, None)), (3, Because::Settings));
    let ended = known(looked(0), Some((at(0), at(3)))).reasons();
    assert_eq!(ended[0], Reason { from: at(3), because: Because::Settings }, "a stricter limit ended the pass");
    assert_eq!(first(known(looked(0), Some((at(0), at(192))))), (166, Because::Ages), "a new title asks nobody");
    assert_eq!(first(known(blind(GapKind::TimedOut), None)), (4, Because::Gap(GapKind::TimedOut)));
    let same = Known { last: Some(blind(GapKind::NotConfigured)), settings: Some(at(3)), ..Known::default() };
    assert_eq!(first(same), (166, Because::Week), "it saw these settings");
}

#[test]
fn a_suspected_fail_is_looked_at_again_after_ten_minutes() {
    let known = Known { last: Some(Last { failed: true, ..looked(0) }), suspected: true, ..Known::default() };
    let reasons = known.reasons();
    assert_eq!(reasons[0], Reason { from: at(0) + TimeDelta::minutes(10), because: Because::Unconfirmed });
    let gone_blind = Known { last: Some(blind(GapKind::NoCredential)), suspected: true, ..Known::default() };
    assert_eq!(first(gone_blind), (166, Because::Week), "a second look that cannot see is not tried for ever");
}

#[test]
fn what_has_to_be_seen_after_the_closing_is_due_with_it() {
    let known = Known { closed: Some(at(30)), ..passed(720) };
    assert_eq!(first(known), (30, Because::Closed));
    assert_eq!(first(Known { closed: Some(at(-1)), ..passed(720) }), (166, Because::Week));
}

fn any_kind() -> impl Strategy<Value = Option<GapKind>> {
    use strum::VariantArray as _;
    proptest::option::of(proptest::sample::select(GapKind::VARIANTS))
}

prop_compose! {
    fn any_known()(
        kind in any_kind(), until in proptest::option::of(-10_i64..400), failed: bool, other_settings: bool, suspected: bool,
        daily: bool, observed in 0_i64..200, fresh in proptest::option::of(1_i64..400), changed in proptest::option::of(-50_i64..400),
        settings in proptest::option::of(-50_i64..400), consent in proptest::option::of(-50_i64..400),
        credential: bool, closed in proptest::option::of(-50_i64..400), ever in proptest::bool::weighted(0.95),
    ) -> Known {
        let blind = kind.map(|kind| Blind { kind, system: None, until: until.map(at) });
        let last = Last { at: at(0), failed: failed && blind.is_none(), blind, other_settings };
        Known {
            last: ever.then_some(last),
            // The pass was observed with the last look or before it.
            ages: fresh.map(|fresh| (at(-observed), at(fresh - observed))),
            suspected,
            daily: daily.then(|| at(22)),
            changed: changed.map(|hours| (Watch::Branch, at(hours))),
            settings: settings.map(at),
            consent: consent.map(at),
            credential: credential.then(|| (System::Github, at(0))),
            closed: closed.map(at),
        }
    }
}

/// The rules of the issue, hour by hour, written without a look at the code above: is a probe that last looked at hour 0 due
/// at this hour?
fn model(known: &Known, hour: i64) -> bool {
    let Some(last) = known.last else { return true };
    let kind = last.blind.map(|it| it.kind);
    let one_of = |kinds: &[GapKind]| kind.is_some_and(|kind| kinds.contains(&kind));
    let passing = one_of(&[GapKind::RateLimited, GapKind::TimedOut, GapKind::Unreachable, GapKind::VendorFault]);
    let locked = one_of(&[GapKind::NoCredential, GapKind::BadCredential, GapKind::NoPermission, GapKind::PlanHides]);
    let shut = locked || one_of(&[GapKind::NotConfigured, GapKind::NeedsConsent]);
    let since = |moment: Option<DateTime<Utc>>| moment.is_some_and(|it| it > at(0) && it <= at(hour));
    if hour >= 166 {
        return true; // a week, less the two hours by which a daily run may be early
    }
    if known.daily.is_some() && !shut && hour >= 22 {
        return true;
    }
    if passing {
        let patience = last.blind.and_then(|it| it.until).is_none_or(|until| until <= at(hour));
        if hour >= 4 && patience {
            return true;
        }
    }
    if let Some((observed, ages)) = known.ages {
        // In half-minutes, since half of an odd number of hours is asked for.
        let whole = (ages - observed).num_hours().max(0) * 120;
        let begins = (ages - at(0)).num_hours() * 120 - (26 * 120).min(whole / 2);
        if begins > 0 && hour * 120 >= begins {
            return true;
        }
    }
    let judged = last.failed
        || (kind.is_some() && !passing)
        || known.ages.is_some_and(|(_, ages)| known.settings.is_some_and(|it| ages <= it && it >= at(0)));
    (last.failed && known.suspected && hour >= 1)
        || since(known.changed.map(|it| it.1))
        || since(known.closed)
        || (since(known.consent) && kind == Some(GapKind::NeedsConsent))
        || (known.credential.is_some() && (locked || kind == Some(GapKind::Ambiguous)) && hour >= 0)
        || (last.other_settings && judged && known.settings.is_some_and(|it| it <= at(hour)))
}

proptest! {
    #[test]
    fn at_every_hour_the_model_says_the_same(known in any_known(), hour in 0_i64..400) {
        let due = known.reasons().iter().any(|it| it.from <= at(hour));
        prop_assert_eq!(due, model(&known, hour));
    }

    #[test]
    fn nothing_waits_longer_than_a_week_and_what_is_due_stays_due(known in any_known(), hour in 0_i64..400) {
        let due = |hour| known.reasons().iter().any(|it| it.from <= at(hour));
        prop_assert!(due(168));
        prop_assert!(!due(hour) || due(hour + 1));
    }

    #[test]
    fn a_look_that_decided_is_not_due_again_at_once(hours in 1_i64..2000, daily: bool, failed: bool) {
        let known = Known {
            last: Some(Last { failed, ..looked(0) }),
            daily: daily.then(|| at(22)),
            ages: (!failed).then(|| (at(0), at(hours))),
            ..Known::default()
        };
        prop_assert!(known.reasons().iter().all(|it| it.from > at(0)), "an interrupted rerun would ask it twice");
    }
}

//! Tables of the rule.

use super::*;
use crate::domain::testing::{all_of, any_of, leaf};
use chrono::{DateTime, Utc};
use rstest::rstest;

/// A letter is what a proof says, in the order of the rule's probes: Pass Fail Accepted Unused Not-applicable `?`;
/// in small letters a sign says it.
fn voices(text: &str) -> Vec<Voice> {
    let say = |c: char| match c.to_ascii_uppercase() {
        'P' => Say::Pass,
        'F' => Say::Fail,
        'A' => Say::Accepted,
        'U' => Say::Unused,
        'N' => Say::NotApplicable,
        _ => Say::Undecided,
    };
    let voice = |c: char| Voice {
        say: say(c),
        kind: if c.is_ascii_lowercase() || c == '!' { ProbeKind::Sign } else { ProbeKind::Proof },
        until: DateTime::<Utc>::MAX_UTC,
        blind: say(c) == Say::Undecided,
    };
    text.chars().map(voice).collect()
}

fn weigh(rule: &Rule, text: &str) -> &'static str {
    let weighed = Tree::new(rule, &rule.probes()).weigh(&voices(text), false);
    match weighed.rule {
        RuleState::Fails if weighed.nothing_found => "nothing found",
        RuleState::Holds => "holds",
        RuleState::Fails => "fails",
        RuleState::Accepted => "accepted",
        RuleState::Open => "open",
    }
}

const IDS: [&str; 4] = ["github.a", "github.b", "github.c", "github.d"];

#[rstest]
#[case("", "open")]
#[case("P", "holds")]
#[case("F", "fails")]
#[case("A", "accepted")]
#[case("?", "open")]
#[case("N", "open")]
#[case("U", "nothing found")]
#[case("PP", "holds")]
#[case("P?", "open")]
#[case("F?", "fails")]
#[case("FA", "fails")]
#[case("A?", "accepted")]
#[case("PN", "holds")]
#[case("PU", "holds")]
#[case("NU", "open")]
#[case("UU", "nothing found")]
#[case("U?", "open")]
#[case("p", "open")]
#[case("pp", "open")]
#[case("f", "fails")]
#[case("Pf", "fails")]
#[case("Pp", "holds")]
#[case("P!", "holds")]
#[case("Up", "nothing found")]
fn all_asks_every_applicable_proof(#[case] text: &str, #[case] answer: &str) {
    assert_eq!(weigh(&all_of(&IDS[..text.len()]), text), answer);
}

#[rstest]
#[case("", "open")]
#[case("P", "holds")]
#[case("PF", "holds")]
#[case("P?", "holds")]
#[case("F?", "open")]
#[case("FF", "fails")]
#[case("FN", "fails")]
#[case("FU", "fails")]
#[case("FA", "fails")]
#[case("AA", "accepted")]
#[case("A?", "open")]
#[case("UU", "nothing found")]
#[case("NU", "open")]
#[case("N?", "open")]
#[case("p", "open")]
#[case("f", "fails")]
#[case("fp", "open")]
#[case("f!", "open")]
#[case("Pf", "holds")]
#[case("?f", "open")]
fn any_asks_one_place(#[case] text: &str, #[case] answer: &str) {
    assert_eq!(weigh(&any_of(&IDS[..text.len()]), text), answer);
}

#[rstest]
#[case("P?P?", "holds")]
#[case("P?F?", "open")]
#[case("P?FF", "fails")]
#[case("FFPP", "fails")]
#[case("PUUP", "holds")]
#[case("PPUU", "nothing found")]
#[case("PPNU", "open")]
#[case("UUUU", "nothing found")]
#[case("AAPP", "accepted")]
fn groups_nest_and_a_half_with_nothing_is_not_done(#[case] text: &str, #[case] answer: &str) {
    let rule = Rule::All(vec![any_of(&IDS[..2]), any_of(&IDS[2..])]);
    assert_eq!(weigh(&rule, text), answer);
}

#[rstest]
#[case("PPFF", "holds")]
#[case("P??P", "open")]
#[case("PFPF", "fails")]
#[case("FFUU", "fails")]
fn an_any_of_alls_holds_by_one_whole_group(#[case] text: &str, #[case] answer: &str) {
    let rule = Rule::Any(vec![all_of(&IDS[..2]), all_of(&IDS[2..])]);
    assert_eq!(weigh(&rule, text), answer);
}

#[rstest]
#[case("UU", true)]
#[case("NU", true)]
#[case("PU", false)]
#[case("?U", false)]
#[case("FU", false)]
fn absence_is_fine_only_where_the_item_says_so_and_only_when_it_is_known(#[case] text: &str, #[case] absent: bool) {
    let rule = all_of(&IDS[..2]);
    let tree = Tree::new(&rule, &rule.probes());
    assert_eq!(tree.weigh(&voices(text), true).absent, absent);
    assert!(!tree.weigh(&voices(text), false).absent);
}

#[rstest]
#[case("PP", false)]
#[case("P?", true)]
#[case("P!", false)]
#[case("F?", true)]
fn what_was_not_seen_is_counted(#[case] text: &str, #[case] unseen: bool) {
    let rule = all_of(&IDS[..2]);
    assert_eq!(Tree::new(&rule, &rule.probes()).is_unseen(&voices(text)), unseen);
}

#[test]
fn a_place_that_holds_makes_the_others_unneeded() {
    let rule = any_of(&IDS[..2]);
    let tree = Tree::new(&rule, &rule.probes());
    assert!(!tree.is_unseen(&voices("P?")));
    assert!(tree.is_unseen(&voices("F?")));
}

#[test]
fn a_rule_holds_until_the_first_needed_pass_ages() {
    let at = |day: u32| DateTime::from_timestamp(i64::from(day) * 86_400, 0).unwrap();
    let voice = |day| Voice { say: Say::Pass, kind: ProbeKind::Proof, until: at(day), blind: false };
    let until = |rule: &Rule| Tree::new(rule, &rule.probes()).weigh(&[voice(3), voice(5)], false).until;
    assert_eq!(until(&all_of(&IDS[..2])), at(3));
    assert_eq!(until(&any_of(&IDS[..2])), at(5));
    assert_eq!(until(&leaf(IDS[0])), at(3));
}

#[test]
fn a_probe_without_a_voice_is_undecided() {
    assert_eq!(weigh(&all_of(&IDS[..2]), "P"), "open");
}

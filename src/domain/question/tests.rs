//! What is answered to what: never a yes or a no about what was not seen; what is wrong is told with its place.

use super::*;
use crate::domain::testing::{Story, all_of, item};
use proptest::prelude::*;
use rstest::rstest;

fn known() -> Vocabulary {
    let items =
        [("BAK-01", "Backup is younger than 24 h"), ("BAK-02", "Point-in-time recovery is on"), ("SEC-01", "No key in the tree")];
    Vocabulary {
        items: items.map(|(id, title)| (id.to_owned(), title.to_owned())).into(),
        probes: ["supabase.backup-age", "supabase.pitr", "github.branch-protection"].map(str::to_owned).into(),
    }
}

fn glance(tell: impl FnOnce(&mut Story)) -> Glance {
    let mut story = Story::of(vec![item("BAK-02", all_of(&["supabase.a"])), item("SEC-01", all_of(&["github.a", "github.b"]))]);
    tell(story.on(1));
    let text = serde_json::to_string(&Glance::of(&story.board(1))).unwrap();
    // The stories' probes have letters for names.
    let text = text.replace("supabase.a", "supabase.pitr").replace("github.a", "github.branch-protection");
    serde_json::from_str(&text).unwrap()
}

fn app(glance: &Glance) -> Asked<'_> {
    Asked {
        name: "acme-shop",
        title: "Ärzte & Söhne",
        week: 3,
        answer: Some(Answer::No),
        due: true,
        due_from: None,
        archived: false,
        lost: 1,
        failing: 0,
        urgent: 2,
        gates: 3,
        unseen: 4,
        last_run: Some(crate::domain::testing::moment(0, 0)),
        glance,
    }
}

fn reply(text: &str, glance: &Glance) -> Reply {
    Question::read(text, &known()).unwrap_or_else(|it| panic!("{text}: {it:?}")).ask(&app(glance))
}

const NO_PERMISSION: Silence = Silence::Unseen(GapKind::NoPermission);

#[rstest]
#[case("BAK-02:failing", Reply::Yes)]
#[case("bak-02:failing", Reply::Yes)]
#[case("item:BAK-02 truth:failing", Reply::Yes)]
#[case("item:BAK-02 truth:done", Reply::No)]
#[case("not item:BAK-02 truth:done", Reply::Yes)]
#[case("item:BAK-02 not truth:done", Reply::Yes)]
#[case("BAK-02:done,failing", Reply::Yes)]
#[case("BAK-02:todo", Reply::Yes)]
#[case("BAK-02:doing", Reply::No)]
#[case("supabase.pitr:fail", Reply::Yes)]
#[case("probe:supabase.pitr outcome:fail", Reply::Yes)]
#[case("probe:supabase.pitr outcome:undecided", Reply::No)]
#[case("truth:failing", Reply::Yes)]
#[case("outcome:fail", Reply::Yes)]
#[case("due lost week:3 BAK-02:failing acme", Reply::Yes)]
#[case("due week:4", Reply::No)]
#[case("not due", Reply::No)]
#[case("week:2-4 week:3+", Reply::Yes)]
#[case("answer:no,none", Reply::Yes)]
#[case("answer:risks", Reply::No)]
#[case("never", Reply::No)]
#[case("ärzte söhne", Reply::Yes)]
#[case("\"ärzte & söhne\"", Reply::Yes)]
#[case("\"söhne & ärzte\"", Reply::No)]
#[case("name:ärzte", Reply::No)]
#[case("archived", Reply::No)]
#[case("", Reply::Yes)]
fn what_is_known_is_answered(#[case] text: &str, #[case] wanted: Reply) {
    let glance = glance(|it| drop_(it.fail("supabase.a", &["x"]).pass("github.a").pass("github.b")));
    assert_eq!(reply(text, &glance), wanted);
}

#[rstest]
#[case("BAK-02:failing", Reply::Unknown(NO_PERMISSION))]
#[case("not BAK-02:failing", Reply::Unknown(NO_PERMISSION))]
#[case("BAK-02:done", Reply::Unknown(NO_PERMISSION))]
#[case("BAK-02:not-applicable", Reply::Unknown(NO_PERMISSION))]
#[case("BAK-02:open", Reply::Yes)]
#[case("not BAK-02:open", Reply::No)]
#[case("BAK-02:waived", Reply::No)]
#[case("item:BAK-02 gap:no_permission", Reply::Yes)]
#[case("item:BAK-02 gap:timed_out", Reply::No)]
#[case("probe:supabase.pitr outcome:undecided gap:no_permission", Reply::Yes)]
#[case("gap:no_permission", Reply::Yes)]
#[case("supabase.pitr:fail", Reply::Unknown(NO_PERMISSION))]
#[case("SEC-01:failing", Reply::Unknown(Silence::Never))]
#[case("github.branch-protection:undecided", Reply::Unknown(Silence::Never))]
#[case("item:SEC-01 gap:no_permission", Reply::Unknown(Silence::Never))]
#[case("BAK-01:failing", Reply::Unknown(Silence::Elsewhere))]
#[case("not BAK-01:failing", Reply::Unknown(Silence::Elsewhere))]
#[case("supabase.backup-age:pass", Reply::Unknown(Silence::Elsewhere))]
#[case("truth:failing", Reply::Unknown(NO_PERMISSION))]
#[case("BAK-02:failing not due", Reply::No)]
#[case("SEC-01:failing BAK-02:failing", Reply::Unknown(NO_PERMISSION))]
fn what_was_not_seen_is_neither(#[case] text: &str, #[case] wanted: Reply) {
    let glance = glance(|it| drop_(it.blind("supabase.a", GapKind::NoPermission)));
    assert_eq!(reply(text, &glance), wanted);
}

#[test]
fn a_word_that_stands_is_kept_where_the_last_look_saw_nothing() {
    let glance = glance(|it| drop_(it.pass("supabase.a").blind("supabase.a", GapKind::TimedOut)));
    assert_eq!(reply("supabase.pitr:pass", &glance), Reply::Yes);
    assert_eq!(reply("supabase.pitr:undecided", &glance), Reply::Yes, "that look decided nothing");
    assert_eq!(reply("BAK-02:done", &glance), Reply::Yes);
    assert_eq!(reply("item:BAK-02 gap:timed_out", &glance), Reply::Yes);
}

#[test]
fn what_was_lost_fails() {
    let glance = glance(|it| drop_(it.pass("supabase.a").fail("supabase.a", &["x"])));
    assert_eq!(reply("BAK-02:failing BAK-02:lost BAK-02:drifted", &glance), Reply::Yes);
    assert_eq!(reply("BAK-02:disputed", &glance), Reply::No);
}

#[rstest]
#[case("due BAK-02:faling", 4, "BAK-02:faling", "no truth is called `faling`", &["failing"])]
#[case("BAK-20:failing", 0, "BAK-20:failing", "no checklist here has an item `BAK-20`", &["BAK-01", "BAK-02"])]
#[case("supabase.backup-ago:pass", 0, "supabase.backup-ago:pass", "there is no probe `supabase.backup-ago`", &["supabase.backup-age"])]
#[case("item:BAK-02", 0, "item:BAK-02", "say what of `item:BAK-02`", &["BAK-02:failing", "BAK-02:done"])]
#[case("item:BAK-02 due", 0, "item:BAK-02", "say what of `item:BAK-02`", &["BAK-02:failing", "BAK-02:done"])]
#[case("BAK-02", 0, "BAK-02", "say what of BAK-02, or write \"BAK-02\" for a name", &["BAK-02:failing", "BAK-02:done", "BAK-02:open"])]
#[case("due not", 4, "not", "`not` wants something after it", &[])]
#[case("not not due", 4, "not", "`not` stands twice", &[])]
#[case("item:BAK-02 outcome:fail", 12, "outcome:fail", "an outcome is a probe's: say `probe:…` before it", &[])]
#[case("gap:no_permissions", 0, "gap:no_permissions", "no gap is called `no_permissions`", &["no_permission"])]
#[case("week:x", 0, "week:x", "`x` is no week", &["week:3", "week:2-4", "week:5+"])]
#[case("week:5-2", 0, "week:5-2", "`5-2` is no week", &["week:3", "week:2-4", "week:5+"])]
#[case("prob:x", 0, "prob:x", "nothing can be asked by the name of `prob`", &["probe:"])]
#[case("ä due week:", 6, "week:", "`` is no week", &["week:3", "week:2-4", "week:5+"])]
fn what_is_wrong_is_told_with_its_place(
    #[case] text: &str,
    #[case] at: usize,
    #[case] part: &str,
    #[case] why: &str,
    #[case] near: &[&str],
) {
    let wrong = Question::read(text, &known()).unwrap_err();
    assert_eq!((wrong.at, wrong.part.as_str(), wrong.why.as_str()), (at, part, why));
    assert_eq!(wrong.nearest, near);
}

#[test]
fn what_was_said_before_a_mistake_is_kept() {
    let wrong = Question::read("due not lost BAK-02:fai", &known()).unwrap_err();
    assert_eq!(wrong.before.words(), ["due", "not lost"]);
    let wrong = Question::read("due item:BAK-02 tru", &known()).unwrap_err();
    assert_eq!(wrong.before.words(), ["due"], "half a clause asks nothing");
}

#[test]
fn a_question_is_shown_in_words() {
    let words = |text: &str| Question::read(text, &known()).unwrap().words().join(" · ");
    assert_eq!(words("due not lost urgent week:3"), "due · not lost · urgent gates open · week 3");
    assert_eq!(words("item:SEC-01 truth:done not gap:no_permission"), "SEC-01 done not no permission");
    assert_eq!(words("not BAK-02:failing,waived shop name:acme"), "not BAK-02 failing or waived · “shop” · name “acme”");
    assert_eq!(words("week:2-4 week:5+ answer:none,yes"), "weeks 2 to 4 · week 5 and later · answer not looked at or yes");
    assert_eq!(words("outcome:undecided gap:timed_out"), "any probe undecided timed out");
}

#[rstest]
#[case("", "due", "due")]
#[case("due", "due", "")]
#[case("acme", "due", "acme due")]
#[case("acme due BAK-02:failing", "due", "acme BAK-02:failing")]
#[case("not due", "due", "not due due")]
#[case("\"due\"", "due", "\"due\" due")]
#[case("acme week:3", "week:4", "acme")]
#[case("acme", "week:4", "acme week:4")]
fn a_toggle_adds_a_word_or_takes_it_out(#[case] text: &str, #[case] word: &str, #[case] wanted: &str) {
    assert_eq!(toggled(text, word), wanted);
}

#[rstest]
#[case("BAK-", &["BAK-01:", "BAK-02:"])]
#[case("due bak-02", &["BAK-02:"])]
#[case("recovery", &["BAK-02:"])]
#[case("BAK-02:fa", &["BAK-02:failing"])]
#[case("BAK-02:done,fa", &["BAK-02:done,failing"])]
#[case("supabase.p", &["supabase.pitr:"])]
#[case("supabase.pitr:un", &["supabase.pitr:undecided"])]
#[case("gap:no_p", &["gap:no_permission"])]
#[case("u", &["urgent", "unseen"])]
#[case("due ", &[])]
#[case("\"BAK", &[])]
fn what_could_follow_is_offered(#[case] text: &str, #[case] wanted: &[&str]) {
    assert_eq!(completions(text, &known()), wanted);
}

#[rstest]
#[case("due bak-", Some("due BAK-0"))]
#[case("recovery", Some("BAK-02:"))]
#[case("BAK-02:fa", Some("BAK-02:failing"))]
#[case("zzz", None)]
#[case("due ", None)]
fn a_word_is_written_as_far_as_all_agree(#[case] text: &str, #[case] wanted: Option<&str>) {
    assert_eq!(completed(text, &known()).as_deref(), wanted);
}

proptest! {
    #[test]
    fn any_text_is_read_or_told(text in "[a-zA-Z0-9:,.\"\\- +äß]{0,40}") {
        let glance = glance(|_| {});
        match Question::read(&text, &known()) {
            Ok(question) => drop(question.ask(&app(&glance))),
            Err(wrong) => prop_assert!(text.chars().count() >= wrong.at && !wrong.why.is_empty()),
        }
        prop_assert!(completions(&text, &known()).len() <= 8);
        prop_assert!(completed(&text, &known()).is_none_or(|it| it != text));
        prop_assert_eq!(toggled(&toggled("acme", "due"), "due"), "acme");
    }

    /// Whatever is asked of an item that nobody saw, asking the opposite gives the same: neither.
    #[test]
    fn the_opposite_of_not_known_is_not_known(truth in prop::sample::select(vec!["done", "failing", "lost", "verified", "drifted"]), not in any::<bool>()) {
        let glance = glance(|it| drop_(it.blind("supabase.a", GapKind::TimedOut)));
        let text = format!("{}BAK-02:{truth}", if not { "not " } else { "" });
        prop_assert_eq!(reply(&text, &glance), Reply::Unknown(Silence::Unseen(GapKind::TimedOut)));
    }
}

fn drop_(_: &mut Story) {}

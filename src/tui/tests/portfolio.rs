//! The apps' screen: order, question, marks, rerun; what is selected stays selected while rows change under it.

use super::screens::{press, shot};
use crate::desk::several::{Ending, Told};
use crate::domain::AppName;
use crate::tui::effect::Effect;
use crate::tui::message::{AppRow, Message};
use crate::tui::{State, sample};
use rstest::rstest;

fn apps() -> State {
    let (mut state, _) = sample::state((120, 40));
    press(&mut state, "<esc>");
    state
}

fn text(state: &State) -> String {
    shot(state).backend().to_string()
}

fn name(text: &str) -> AppName {
    text.parse().unwrap()
}

/// The titles of the list, from above, as far as they are short.
fn listed(state: &State) -> String {
    let rows: Vec<String> = text(state).lines().skip(3).map(|line| line.chars().skip(2).take(20).collect()).collect();
    let title = |row: &String| {
        let (_, name) = row.split_once("Acme ")?;
        name.split_whitespace().next().map(str::to_lowercase)
    };
    rows.iter().filter_map(title).collect::<Vec<_>>().join(" ")
}

/// Three of the sample's apps are being rerun: one half-way, one that failed, one that waits.
pub fn rerunning(state: &mut State) -> Vec<Effect> {
    let effects = press(state, "<esc>  jRy");
    let told = |state: &mut State, it| drop(state.update(Message::Rerun(it), sample::now()));
    told(state, Told::Began { app: name("acme-books"), probes: 40 });
    told(state, Told::Decided { app: name("acme-books"), decided: 12 });
    let why = "another run of this app is open".into();
    told(state, Told::Ended { app: name("acme-forms"), how: Ending::Failed { why } });
    effects
}

#[test]
fn the_orders_go_round_and_say_what_they_are() {
    let mut state = apps();
    assert_eq!(listed(&state), "books forms notes shop", "by name, and what was put away is not shown");
    let mut seen = Vec::new();
    for _ in 0..6 {
        press(&mut state, "o");
        let line = text(&state).lines().nth(1).unwrap().trim_matches(['"', ' ']).to_owned();
        seen.push(format!("{line}: {}", listed(&state)));
    }
    assert_eq!(
        seen,
        [
            "by due: notes books forms shop",
            "by drift: shop books forms notes",
            "by open gates: shop books forms notes",
            "by week: forms notes shop books",
            "by last run: books notes shop forms",
            "by name: books forms notes shop",
        ]
    );
}

#[rstest]
#[case("d", "only due", "notes", "1 of 4 apps")]
#[case("l", "only lost", "shop", "1 of 4 apps")]
#[case("g", "only urgent gates open", "shop", "1 of 4 apps")]
#[case("w", "only week 5", "books", "1 of 4 apps")]
#[case("x", "only archived", "attic", "1 of 5 apps")]
#[case("gl", "only urgent gates open · lost", "shop", "1 of 4 apps")]
#[case("ll", "by name", "books forms notes shop", "4 apps")]
#[case("/shop<enter>", "only “shop”", "shop", "1 of 4 apps")]
#[case("/acme not lost<enter>", "only “acme” · not lost", "books forms notes", "3 of 4 apps")]
#[case("l/due<enter>", "only lost · due", "", "0 of 4 apps")]
fn filters_are_shown_as_words_and_combine(#[case] keys: &str, #[case] words: &str, #[case] rows: &str, #[case] counts: &str) {
    let mut state = apps();
    press(&mut state, keys);
    let screen = text(&state);
    assert!(screen.contains(words) && screen.contains(counts), "{screen}");
    assert_eq!(listed(&state), rows);
    press(&mut state, "<esc>");
    assert_eq!(listed(&state), "books forms notes shop", "esc clears");
}

#[test]
fn what_nobody_saw_is_in_a_group_of_its_own() {
    let mut state = apps();
    press(&mut state, "/RLS-01:failing<enter>");
    let screen = text(&state);
    assert!(screen.contains("3 of 4 apps do · 1 "), "{screen}");
    assert_eq!(listed(&state), "books notes shop forms", "the one that nobody looked at comes after them");
    press(&mut state, "<esc>/not RLS-01:failing<enter>");
    let screen = text(&state);
    assert!(screen.contains("0 of 4 apps do · 1 "), "{screen}");
    assert_eq!(listed(&state), "forms", "and it is not one that has it");
}

#[test]
fn the_selection_stays_with_its_app_while_rows_change() {
    let mut state = apps();
    press(&mut state, "jj");
    let selected = |state: &mut State| match press(state, "<enter>").as_slice() {
        [Effect::OpenApp(name)] => name.to_string(),
        other => panic!("{other:?}"),
    };
    let mut apps = sample::apps::apps();
    apps.retain(|app| app.name.as_str() != "acme-books");
    apps.push(AppRow { name: name("a-new-one"), ..apps[0].clone() });
    state.update(Message::Portfolio { apps, unread: 0 }, sample::now());
    press(&mut state, "oo");
    assert_eq!(selected(&mut state), "acme-notes");
}

#[test]
fn what_cannot_be_read_is_not_called_not_looked_at() {
    let mut state = apps();
    let mut rows = sample::apps::apps();
    rows[0] = AppRow {
        answer: None,
        last_run: None,
        week: 1,
        weeks: 0,
        says: "NO — an adopted checklist cannot be read".into(),
        glance: std::sync::Arc::default(),
        ..rows[0].clone()
    };
    rows.truncate(1);
    state.update(Message::Portfolio { apps: rows, unread: 0 }, sample::now());
    let text = text(&state);
    assert!(text.contains("CANNOT BE READ") && !text.contains("NOT LOOKED AT"), "{text}");
    assert!(text.contains("last run    not known") && text.contains("week        not known"), "{text}");
}

#[test]
fn marked_apps_are_rerun_after_a_question_and_a_failure_ends_no_other() {
    let mut state = apps();
    assert_eq!(press(&mut state, "R"), [Effect::Rerun(vec![name("acme-books")])], "without a mark, the selected one");
    let mut state = apps();
    assert_eq!(press(&mut state, "  R"), [], "several are asked about first");
    assert!(text(&state).contains("Rerun every probe of 2 marked apps?"));
    let mut state = sample::state((120, 40)).0;
    let effects = rerunning(&mut state);
    let wanted = ["acme-books", "acme-forms"].map(name).to_vec();
    assert!(effects.contains(&Effect::Rerun(wanted)), "{effects:?}");
    let screen = text(&state);
    assert!(screen.contains("◌ rerun 1 of 2 apps") && screen.contains("12/40") && screen.contains("failed"), "{screen}");
    press(&mut state, "<home>j");
    assert!(text(&state).contains("another run of this app is open"));
    assert_eq!(press(&mut state, "R"), [], "one at a time");
    assert_eq!(press(&mut state, "X"), [Effect::CancelRerun]);
    assert!(text(&state).contains("cancelling 1 of 2 apps"));
    state.update(Message::Rerun(Told::Ended { app: name("acme-books"), how: Ending::Cancelled }), sample::now());
    state.update(Message::Rerun(Told::Over), sample::now());
    assert!(text(&state).contains("Rerun of 2 apps: 1 failed, 1 stopped"));
    assert!(matches!(press(&mut state, "q").as_slice(), [Effect::Quit]));
}

#[test]
fn who_quits_while_apps_are_rerun_is_asked() {
    let mut state = sample::state((120, 40)).0;
    rerunning(&mut state);
    assert_eq!(press(&mut state, "q"), []);
    assert!(text(&state).contains("Quit and cancel it?"));
}

#[test]
fn all_that_are_shown_are_marked_and_hidden_marks_are_told() {
    let mut state = apps();
    press(&mut state, "/not lost<enter>A");
    assert!(text(&state).contains("● 3 marked"));
    press(&mut state, "<esc>lR");
    assert!(text(&state).contains("Rerun every probe of 3 marked apps (3 of them not shown now)?"), "{}", text(&state));
    press(&mut state, "n<esc><esc>AA");
    assert!(!text(&state).contains("marked"), "marked and unmarked again");
}

#[test]
fn a_question_is_completed_and_mistakes_are_told() {
    let mut state = apps();
    press(&mut state, "/rls-01");
    assert!(text(&state).contains("tab RLS-01: "), "{}", text(&state));
    press(&mut state, "<tab>fa<tab>");
    assert!(text(&state).contains("only RLS-01 failing"));
    press(&mut state, "<enter>/BAK-99:done<enter>");
    let screen = text(&state);
    assert!(screen.contains("not asked: no checklist here has an item `BAK-99`"), "{screen}");
    assert!(screen.contains("only RLS-01 failing"), "what stands before it is asked: {screen}");
}

#[test]
fn what_is_still_being_read_is_told() {
    let mut state = apps();
    state.update(Message::Portfolio { apps: sample::apps::apps(), unread: 17 }, sample::now());
    assert!(text(&state).contains("4 apps · 17 still being read"));
}

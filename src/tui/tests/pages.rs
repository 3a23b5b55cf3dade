//! The founder's page in the console: keys in, wishes and screens out.

use super::screens::{press, shot};
use crate::desk::snapshot::Format;
use crate::domain::{AppName, Digest};
use crate::snapshot::{Audience, Page, Record};
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::message::{Failure, Message};
use crate::tui::pages::{News, Saving, Source, Wanted, Wish};
use crate::tui::sample::pages as sample_pages;
use crate::tui::{State, sample};
use rstest::rstest;
use std::sync::Arc;

fn app() -> AppName {
    "acme-shop".parse().unwrap()
}

pub fn news(state: &mut State, news: News) -> Vec<Effect> {
    state.update(Message::Pages(Box::new(news)), sample::now())
}

pub fn previewed(state: &mut State, page: Page) {
    let wanted = state.world.pages.preview.wanted.clone();
    news(state, News::Previewed { app: app(), wanted, page: Arc::new(page) });
}

/// The console on the founder's page.
pub fn on_page(size: (u16, u16)) -> State {
    let (mut state, _) = sample::state(size);
    press(&mut state, "s");
    previewed(&mut state, sample_pages::page());
    state
}

/// The console on the list of pages that were made.
pub fn on_list(size: (u16, u16)) -> State {
    let mut state = on_page(size);
    press(&mut state, "e");
    news(&mut state, News::Listed { app: app(), held: sample_pages::held() });
    state
}

/// A screen of the pages by its name.
pub fn scene(name: &str, size: (u16, u16)) -> State {
    let mut state = if name.starts_with("snapshots") { on_list(size) } else { on_page(size) };
    match name {
        "snapshot_middle" => drop(press(&mut state, "<pgdn><pgdn>")),
        "snapshot_investor" => {
            press(&mut state, "w");
            previewed(&mut state, sample_pages::investor());
        }
        "snapshot_save" => drop(press(&mut state, "s")),
        "snapshot_note" => drop(press(&mut state, "N")),
        "snapshots" => drop(press(&mut state, " j ")),
        "snapshots_compared" => {
            let comparison = Arc::new(sample_pages::comparison());
            news(&mut state, News::Compared { app: app(), comparison });
        }
        _ => {}
    }
    state
}

fn text(state: &State) -> String {
    shot(state).backend().to_string()
}

fn wished(effects: &[Effect]) -> Wish {
    let [Effect::Pages(wish)] = effects else { panic!("{effects:?}") };
    wish.clone()
}

fn saving(effects: &[Effect]) -> Saving {
    let Wish::Save(saving) = wished(effects) else { panic!("{effects:?}") };
    *saving
}

fn frozen(state: &mut State) -> Digest {
    let record = Record::seal(sample_pages::page(), Digest::of("html"));
    let seal = record.seal.clone();
    let wanted = state.world.pages.preview.wanted.clone();
    assert_eq!(wished(&news(state, News::Frozen { app: app(), wanted, record: Arc::new(record) })), Wish::List(app()));
    seal
}

#[test]
fn the_page_is_asked_for_and_nothing_is_stored() {
    let (mut state, _) = sample::state((120, 40));
    assert_eq!(wished(&press(&mut state, "s")), Wish::Preview { app: app(), wanted: Wanted::default() });
    assert_eq!(state.context(), Context::Snapshot);
    assert!(text(&state).contains("Making the page… nothing is stored"));
    assert_eq!(press(&mut state, "s"), vec![], "there is nothing to save yet");
    previewed(&mut state, sample_pages::page());
    let screen = text(&state);
    assert!(screen.contains("No. 2 urgent dangers are open.") && screen.contains("not saved"), "{screen}");
}

#[test]
fn from_the_portfolio_the_app_is_opened_with_its_page() {
    let (mut state, _) = sample::state((120, 40));
    press(&mut state, "<esc>jj");
    let other: AppName = "acme-notes".parse().unwrap();
    let effects = press(&mut state, "s");
    let wish = Wish::Preview { app: other.clone(), wanted: Wanted::default() };
    assert_eq!(effects, [Effect::OpenApp(other), Effect::Pages(wish)]);
    previewed(&mut state, sample_pages::page());
    assert!(state.world.pages.preview.page.is_none(), "it is the page of another app");
}

#[test]
fn a_choice_makes_the_page_anew_and_never_shows_the_other_one_meanwhile() {
    let mut state = on_page((120, 40));
    let wanted = Wanted { detail: true, ..Wanted::default() };
    assert_eq!(wished(&press(&mut state, "t")), Wish::Preview { app: app(), wanted });
    previewed(&mut state, sample_pages::page());
    let wanted = Wanted { audience: Audience::Investor, detail: true, note: None };
    assert_eq!(wished(&press(&mut state, "w")), Wish::Preview { app: app(), wanted });
    assert!(!text(&state).contains("master password"), "an investor's page never names a danger");
    let founders = Wanted { detail: true, ..Wanted::default() };
    news(&mut state, News::Previewed { app: app(), wanted: founders, page: Arc::new(sample_pages::page()) });
    assert!(!text(&state).contains("master password"), "an answer that came late is about another choice");
    previewed(&mut state, sample_pages::investor());
    assert!(text(&state).contains("for the investor · never detail"));
    assert_eq!(press(&mut state, "t"), vec![]);
    assert!(text(&state).contains("An investor's page never has technical detail"));
}

#[test]
fn the_note_is_written_once_kept_with_the_page_and_not_too_long() {
    let mut state = on_page((120, 40));
    let Wish::Preview { wanted, .. } = wished(&press(&mut state, "Nhello Ana<ctrl-s>")) else { panic!() };
    assert_eq!(wanted.note.as_deref(), Some("hello Ana"));
    assert_eq!(state.context(), Context::Snapshot);
    previewed(&mut state, sample_pages::page());
    press(&mut state, "N");
    assert!(text(&state).contains("hello Ana"), "it can be changed");
    let effects = press(&mut state, &format!("{}<ctrl-s>", "x".repeat(1_500)));
    assert_eq!(effects, vec![]);
    assert!(text(&state).contains("1509 characters; at most 1500 fit"), "{}", text(&state));
    let Wish::Preview { wanted, .. } = wished(&press(&mut state, "<ctrl-u><ctrl-s>")) else { panic!() };
    assert_eq!(wanted.note, None);
}

#[test]
fn saving_asks_for_format_and_name_and_keeps_the_page_that_was_read() {
    let mut state = on_page((120, 40));
    press(&mut state, "s");
    assert!(text(&state).contains("acme-shop-2026-11-22.html"), "{}", text(&state));
    let page = sample_pages::page();
    let source = Source::New { wanted: Wanted::default(), facts: page.method.facts.chain.clone() };
    let saved = saving(&press(&mut state, "<ctrl-u>pdf<ctrl-s>"));
    let wanted = Saving {
        app: app(),
        source,
        format: Format::Pdf,
        file: "acme-shop-2026-11-22.pdf".to_owned(),
        replace: false,
        open: false,
    };
    assert_eq!(saved, wanted);
    assert_eq!(state.context(), Context::Form, "the form stays until the file is there");
    let seal = frozen(&mut state);
    news(&mut state, News::Saved { app: app(), seal: seal.clone(), format: Format::Pdf, file: "/srv/a.pdf".into() });
    assert_eq!(state.context(), Context::Snapshot);
    let screen = text(&state);
    assert!(screen.contains("Saved: /srv/a.pdf") && screen.contains(&format!("kept as {}", &seal.0[..12])), "{screen}");
    // The same page in another format is not kept a second time.
    press(&mut state, "s");
    assert_eq!(saving(&press(&mut state, "<ctrl-s>")).source, Source::Kept(seal));
}

#[rstest]
#[case("word", "one of html, md, json, pdf")]
#[case("", "one of html, md, json, pdf")]
fn a_format_that_is_none_is_refused(#[case] typed: &str, #[case] says: &str) {
    let mut state = on_page((120, 40));
    assert_eq!(press(&mut state, &format!("s<ctrl-u>{typed}<ctrl-s>")), vec![]);
    assert!(text(&state).contains(says));
}

#[test]
fn nothing_is_written_over_without_a_question() {
    let mut state = on_page((120, 40));
    let first = saving(&press(&mut state, "s<ctrl-s>"));
    assert!(!first.replace);
    let again = Saving { replace: true, ..first };
    news(&mut state, News::Occupied { file: "/srv/acme.html".into(), again: Box::new(again.clone()) });
    assert_eq!(state.context(), Context::Question);
    assert!(text(&state).contains("/srv/acme.html exists already. Write over it?"));
    assert_eq!(press(&mut state, "<enter>"), vec![], "enter says nothing");
    assert_eq!(press(&mut state, "n"), vec![]);
    assert_eq!(state.context(), Context::Form, "another name can be given");
    news(&mut state, News::Occupied { file: "/srv/acme.html".into(), again: Box::new(again.clone()) });
    assert_eq!(saving(&press(&mut state, "y")), again);
    // Who left the form is not asked any more.
    press(&mut state, "<esc>");
    news(&mut state, News::Occupied { file: "/srv/acme.html".into(), again: Box::new(again) });
    assert_eq!(state.context(), Context::Snapshot);
    assert!(text(&state).contains("Not saved: /srv/acme.html exists already"));
}

#[test]
fn a_file_that_cannot_be_is_said_at_its_field() {
    let mut state = on_page((80, 24));
    press(&mut state, "s<ctrl-s>");
    state.update(Message::Refused { field: "file", why: "that is a folder: add the file's name".to_owned() }, sample::now());
    assert!(text(&state).contains("✘ that is a folder: add the file's name"), "{}", text(&state));
}

#[test]
fn what_cannot_be_made_says_the_next_step() {
    let (mut state, _) = sample::state((80, 24));
    press(&mut state, "s");
    let failure = Failure {
        what: "The page could not be made".into(),
        why: "the snapshot 0123 in the database is damaged".into(),
        next: Some("Run `rescue db check`; restore a backup".into()),
        not_stored: false,
    };
    state.update(Message::Failed(failure), sample::now());
    assert!(text(&state).contains("rescue db check"));
    press(&mut state, "<esc>");
    assert!(text(&state).contains("The page could not be made") && text(&state).contains("esc leaves"), "{}", text(&state));
}

#[test]
fn it_is_copied_as_it_stands_and_as_markdown() {
    let mut state = on_page((80, 24));
    let [Effect::Copy(copied)] = &press(&mut state, "y")[..] else { panic!("not copied") };
    let all = ["master password", "about 10 minutes", "↯ Lost 2", "We have no access to Supabase yet", "rescue verify FILE"];
    for wanted in all {
        assert!(copied.contains(wanted), "no “{wanted}” in {copied}");
    }
    let [Effect::Copy(markdown)] = &press(&mut state, "Y")[..] else { panic!("not copied") };
    let page = sample_pages::page();
    assert_eq!(*markdown, crate::snapshot::markdown::render(&page, crate::snapshot::Words::english()));
}

#[test]
fn the_browser_shows_the_file_that_was_saved() {
    let mut state = on_page((120, 40));
    assert_eq!(press(&mut state, "B"), vec![]);
    assert!(text(&state).contains("[ Save and open ]"));
    assert_eq!(press(&mut state, "<ctrl-u>md<ctrl-s>"), vec![]);
    assert!(text(&state).contains("the browser shows html"));
    let saved = saving(&press(&mut state, "<ctrl-u>html<ctrl-s>"));
    assert!(saved.open && saved.format == Format::Html);
    let seal = frozen(&mut state);
    news(&mut state, News::Saved { app: app(), seal, format: Format::Html, file: "/srv/a.html".into() });
    assert_eq!(wished(&press(&mut state, "B")), Wish::Open("/srv/a.html".into()));
}

#[test]
fn new_facts_make_the_page_anew_until_it_is_kept() {
    let mut state = on_page((120, 40));
    let board = || Message::Board(Arc::new(sample::board()));
    let wish = Wish::Preview { app: app(), wanted: Wanted::default() };
    assert_eq!(wished(&state.update(board(), sample::now())), wish);
    assert!(text(&state).contains("No. 2 urgent dangers"), "the old one stands until the new one is there");
    frozen(&mut state);
    assert_eq!(state.update(board(), sample::now()), vec![]);
    // Coming back is looking again.
    press(&mut state, "<esc>");
    assert_eq!(wished(&press(&mut state, "s")), wish);
    assert!(text(&state).contains("not saved"));
}

#[test]
fn the_list_says_what_the_founder_holds_and_compares_any_two() {
    let mut state = on_list((120, 40));
    let seal = |of: &str| Digest::of(of);
    let screen = text(&state);
    assert!(screen.contains("What the founder holds") && screen.contains("the founder, who holds this one"));
    let compare = |one: &str, other: &str| Wish::Compare { app: app(), one: seal(one), other: seal(other) };
    assert_eq!(wished(&press(&mut state, "d")), compare("first", "second"), "with the one before it");
    assert_eq!(wished(&press(&mut state, " jd")), compare("second", "third"), "the picked one with the selected one");
    assert_eq!(wished(&press(&mut state, "j d")), compare("second", "first"), "the two that are picked");
    assert_eq!(wished(&press(&mut state, "kd")), compare("second", "first"), "wherever the cursor is");
    assert_eq!(press(&mut state, "j k k "), vec![], "one goes, and a third takes its place");
    assert!(text(&state).contains("1 picked"), "{}", text(&state));
    assert_eq!(press(&mut on_list((120, 40)), "<end>d"), vec![], "nothing is before the first");
    news(&mut state, News::Compared { app: app(), comparison: Arc::new(sample_pages::comparison()) });
    let screen = text(&state);
    assert!(screen.contains("Urgent dangers: 7 then, 2 now.") && screen.contains("− A bad day"), "{screen}");
}

#[test]
fn a_kept_page_is_read_copied_and_written_again() {
    let mut state = on_list((120, 40));
    let seal = Digest::of("second");
    assert_eq!(wished(&press(&mut state, "<enter>")), Wish::Read { app: app(), seal: seal.clone() });
    assert_eq!(wished(&press(&mut state, "Y")), Wish::CopyMarkdown { app: app(), seal: seal.clone() });
    press(&mut state, "s");
    let saved = saving(&press(&mut state, "<ctrl-s>"));
    assert_eq!((saved.source, saved.file.as_str()), (Source::Kept(seal), "acme-shop-2026-11-15.html"));
    press(&mut state, "<esc>");
    let record = Record::seal(sample_pages::page(), Digest::of("html"));
    news(&mut state, News::Read { app: app(), record: Arc::new(record.clone()) });
    let screen = text(&state);
    assert!(screen.contains(&format!("Kept as {}", &record.seal.0[..12])) && screen.contains("2 urgent dangers"), "{screen}");
}

#[test]
fn parts_are_gone_through_and_the_end_is_reached() {
    let mut state = on_page((80, 24));
    press(&mut state, "llll");
    let at = text(&state);
    assert!(at.lines().nth(2).unwrap().contains("What changed"), "{at}");
    press(&mut state, "h");
    assert!(text(&state).lines().nth(2).unwrap().contains("Your turn"));
    press(&mut state, "G");
    assert!(text(&state).contains("rescue verify FILE") && !text(&state).contains("↓"));
    press(&mut state, "<pgup><home>");
    assert!(text(&state).contains("Acme Shop: where it stands"));
}

#[rstest]
fn odd_pages_are_drawn_at_any_size(#[values((80, 24), (60, 20), (40, 10), (120, 40))] size: (u16, u16)) {
    // All of it once: laying it out takes its time in a test's build.
    let many = if size.0 == 80 { 400 } else { 12 };
    for page in [sample_pages::odd(400, 40), sample_pages::odd(many, 10_000), sample_pages::bare()] {
        let mut state = on_page(size);
        previewed(&mut state, page);
        press(&mut state, "<pgdn>lGhk");
        shot(&state);
        state.update(Message::Resize(size.0 / 2, size.1), sample::now());
        press(&mut state, "jjk");
        shot(&state);
    }
}

#[test]
fn every_state_has_a_mark_and_a_word_of_its_own() {
    use crate::snapshot::model::State as Stands;
    let all = [Stands::Good, Stands::Bad, Stands::Accepted, Stands::Old, Stands::Unknown, Stands::Outside];
    let marks: std::collections::BTreeSet<_> = all.iter().map(|it| crate::tui::theme::state(*it).0).collect();
    assert_eq!(marks.len(), all.len());
    let mut state = on_page((120, 40));
    state.world.size = (120, 200);
    let screen = text(&state);
    for wanted in [
        "✔ In place: ",
        "✘ Not in place: ",
        "≈ Accepted risk: ",
        "◷ Too old to count: ",
        "? Not known: ",
        "– Does not concern you: ",
    ] {
        assert!(screen.contains(wanted), "no “{wanted}” in {screen}");
    }
}

#[test]
fn the_board_says_to_the_founder_what_is_settled_once_it_is() {
    let mut board = sample::board();
    for item in &mut Arc::make_mut(&mut board.checklist).items {
        item.founder_done = Some("All is well here".to_owned());
    }
    for (item, wanted) in [("BAK-01", "For the founder: All is well here"), ("RLS-01", "For the founder: A stranger")] {
        let (mut state, _) = sample::with((120, 40), board.clone());
        press(&mut state, &format!("5/{item}<enter>"));
        assert!(text(&state).contains(wanted), "{item}: {}", text(&state));
    }
}

#[test]
fn without_an_app_there_is_no_page_to_show() {
    let (mut state, _) = sample::empty((80, 24));
    state.update(Message::Portfolio { apps: vec![], unread: 0 }, sample::now());
    assert_eq!(press(&mut state, "s"), vec![]);
    assert!(!text(&state).contains("s snapshot"), "{}", text(&state));
}

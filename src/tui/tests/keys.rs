//! What is on the board, the keys, what comes of them.

use super::screens::{press, shot};
use crate::domain::{FactBody, Target, WorkNote};
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::message::{Demo, Failure, Message, Since};
use crate::tui::{State, sample};
use rstest::rstest;

fn board() -> State {
    sample::state((120, 40)).0
}

fn text(state: &State) -> String {
    shot(state).backend().to_string()
}

/// The single fact that the keys state.
fn stated(keys: &str) -> FactBody {
    let effects = press(&mut board(), keys);
    match effects.as_slice() {
        [.., Effect::Append { app, bodies }] if app.as_str() == "acme-shop" && bodies.len() == 1 => bodies[0].clone(),
        other => panic!("{keys}: {other:?}"),
    }
}

fn id(text: &str) -> crate::domain::ItemId {
    text.parse().unwrap()
}

#[rstest]
#[case("d", "RLS-01", WorkNote::Doing)]
#[case("jjd", "SEC-01", WorkNote::Todo)]
#[case("p4<enter><enter>", "RLS-01", WorkNote::Planned { week: 4 })]
#[case("bAna<tab>a token<tab>30d<tab><tab><tab><enter>", "RLS-01", WorkNote::Blocked { on: "Ana".into(), waits_for: "a token".into(), until: chrono::NaiveDate::from_ymd_opt(2026, 12, 22), founder: None, minutes: None })]
fn work_is_stated(#[case] keys: &str, #[case] item: &str, #[case] work: WorkNote) {
    assert_eq!(stated(keys), FactBody::Work { item: id(item), work });
}

#[test]
fn done_needs_a_proof_and_names_what_it_stands_for() {
    let mut state = board();
    press(&mut state, "5/SPD-01<enter>");
    assert_eq!(press(&mut state, "<space><ctrl-s>"), vec![], "no proof, no fact");
    assert!(text(&state).contains("an item is done with a proof"));
    let effects = press(&mut state, "https://example.com/cap<ctrl-s>");
    let [Effect::Append { bodies, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let [FactBody::Attested { item, proof, stands_for, .. }] = bodies.as_slice() else { panic!("{bodies:?}") };
    assert_eq!(item, &id("SPD-01"));
    assert_eq!(proof.as_ref().unwrap().as_str(), "https://example.com/cap");
    assert_eq!(stands_for.iter().map(crate::domain::ProbeId::as_str).collect::<Vec<_>>(), ["anthropic.spend-cap"]);
}

#[test]
fn a_judgement_names_what_it_saw() {
    let FactBody::Attested { saw, .. } = stated("<space>x<ctrl-s>") else { panic!("no judgement") };
    assert!(saw.contains(&sample::finding().key()), "{saw:?}");
}

#[test]
fn a_gate_is_waived_with_the_client_and_a_proof_only() {
    let mut state = board();
    assert_eq!(press(&mut state, "wno users yet<tab>30d<ctrl-s>"), vec![]);
    assert!(text(&state).contains("somebody on the client's side"));
    let effects = press(&mut state, "Ana<tab>mail of 20 November<ctrl-s>");
    let [Effect::Append { bodies, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(
        matches!(&bodies[0], FactBody::Waived { target: Target::Item(item), client: Some(_), proof: Some(_), .. } if *item == id("RLS-01"))
    );
}

#[test]
fn enter_in_a_field_goes_on_and_saves_on_the_button_only() {
    let mut state = board();
    assert_eq!(press(&mut state, "Nhello<enter><enter>"), vec![]);
    assert!(matches!(press(&mut state, "<enter>").as_slice(), [Effect::Append { .. }]));
}

#[test]
fn enter_alone_changes_nothing() {
    let mut state = board();
    let effects = press(&mut state, "<enter>j<enter>jj<enter>2<enter>f<enter><esc>v<enter><esc>c<enter>");
    assert!(
        effects.iter().all(|it| matches!(it, Effect::LoadChanges { .. } | Effect::LoadConnections(_) | Effect::LoadPortfolio)),
        "{effects:?}"
    );
}

#[test]
fn escape_keeps_what_was_typed_until_it_is_stored() {
    let mut state = board();
    press(&mut state, "Nhalf a sentence<esc>");
    assert!(text(&state).contains("what you typed is kept"));
    press(&mut state, "jN");
    assert!(!text(&state).contains("half a sentence"), "the draft belongs to the other item");
    press(&mut state, "<esc>kN");
    assert!(text(&state).contains("half a sentence"));
    press(&mut state, "<ctrl-s>");
    state.update(
        Message::Failed(Failure { what: "Could not store".into(), why: "full".into(), next: None, not_stored: true }),
        sample::now(),
    );
    press(&mut state, "<esc>N");
    assert!(text(&state).contains("half a sentence"), "a full disk costs nothing");
    press(&mut state, "<ctrl-s>");
    state.update(Message::Said("Noted".into()), sample::now());
    press(&mut state, "N");
    assert!(!text(&state).contains("half a sentence"), "it is stored");
}

#[test]
fn a_popup_takes_every_key() {
    let mut state = board();
    press(&mut state, "?");
    assert_eq!(state.context(), Context::Reading);
    assert_eq!(press(&mut state, "Rd "), vec![], "the board gets none of them");
    press(&mut state, "q");
    assert_eq!(state.context(), Context::Board, "q closed the help and not the console");
    press(&mut state, "N");
    assert_eq!(press(&mut state, "quit"), vec![], "letters are text in a form");
}

#[test]
fn runs_are_asked_for_once() {
    let mut state = board();
    assert!(matches!(press(&mut state, "R").as_slice(), [Effect::StartRun { only: None, .. }]));
    assert_eq!(press(&mut state, "R"), vec![], "one is starting");
    press(&mut state, "<esc>");
    assert_eq!(press(&mut state, "r"), vec![]);
    for it in sample::run_events() {
        drop(state.update(Message::Run(it), sample::now()));
    }
    assert_eq!(press(&mut state, "q"), vec![], "quitting asks first");
    assert_eq!(press(&mut state, "y"), vec![Effect::Quit]);
}

#[test]
fn a_run_asked_for_before_the_app_is_read_starts_once_it_is() {
    let mut state = board();
    let read = state.world.board.take().unwrap();
    let effects = press(&mut state, "R");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::StartRun { .. })), "{effects:?}");
    assert!(text(&state).contains("still being read"), "{}", text(&state));
    let effects = state.update(Message::Board(read.clone()), sample::now());
    assert!(effects.iter().any(|effect| matches!(effect, Effect::StartRun { only: None, .. })), "{effects:?}");
    assert!(!text(&state).contains("still being read"));
    let effects = state.update(Message::Board(read), sample::now());
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::StartRun { .. })), "once: {effects:?}");
}

#[test]
fn probe_this_asks_the_probes_of_the_item() {
    let effects = press(&mut board(), "r");
    let [Effect::StartRun { only: Some(only), .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(
        only.iter().map(crate::domain::ProbeId::as_str).collect::<Vec<_>>(),
        ["supabase.row-level-security", "postgres.row-level-security"]
    );
}

#[test]
fn a_live_update_does_not_move_the_selection() {
    let mut state = board();
    press(&mut state, "jj");
    let mut next = sample::board();
    next.now_lane.remove(0);
    state.update(Message::Board(std::sync::Arc::new(next)), sample::now());
    assert!(
        matches!(press(&mut state, "N!<ctrl-s>").as_slice(), [Effect::Append { bodies, .. }] if bodies[0].item() == Some(&id("SEC-01")))
    );
}

#[test]
fn history_is_loaded_when_it_is_looked_at() {
    let mut state = board();
    let effects = press(&mut state, "lll");
    assert!(matches!(effects.as_slice(), [Effect::LoadHistory { item, .. }] if *item == id("RLS-01")), "{effects:?}");
}

#[test]
fn a_decision_asks_for_a_fresh_board_and_other_apps_are_ignored() {
    let mut state = board();
    let mut events = sample::run_events().into_iter();
    let asked: Vec<Effect> = events.by_ref().flat_map(|it| state.update(Message::Run(it), sample::now())).collect();
    assert_eq!(asked.len(), 3, "one for each decision");
    let mut other = sample::board();
    other.settings.name = "acme-notes".parse().unwrap();
    other.settings.title = "Somebody else".into();
    state.update(Message::Board(std::sync::Arc::new(other)), sample::now());
    assert!(!text(&state).contains("Somebody else"));
}

#[test]
fn the_demo_steps_only_in_the_demo() {
    let mut state = board();
    assert_eq!(press(&mut state, "n]["), vec![]);
    state.update(Message::Demo(Demo { week: 1, weeks: 3 }), sample::now());
    assert_eq!(press(&mut state, "n"), vec![Effect::DemoWeek(2)]);
    assert_eq!(press(&mut state, "["), vec![], "there is no week before the first");
    assert!(text(&state).contains("DEMO · week 1 of 3 · n next week · invented app, answers from this machine"));
}

#[test]
fn findings_go_to_editor_browser_clipboard_and_waiver() {
    let mut state = board();
    press(&mut state, "fj");
    assert_eq!(
        press(&mut state, "e"),
        vec![Effect::OpenEditor { path: "/srv/acme/shop/src/lib/日本語-llm.ts".into(), line: Some(14) }]
    );
    assert!(matches!(press(&mut state, "y").as_slice(), [Effect::Copy(text)] if text.contains("Rotate the key at OpenAI")));
    assert_eq!(press(&mut state, "jB"), vec![Effect::OpenUrl("https://github.com/acme/shop/settings/rules".into())]);
    let effects = press(&mut state, "kkwnot yet<tab>2w<tab>Ana<tab>mail<ctrl-s>");
    assert!(
        matches!(effects.as_slice(), [Effect::Append { bodies, .. }] if matches!(&bodies[0], FactBody::Waived { target: Target::Finding(key), .. } if *key == sample::finding().key())),
        "{effects:?}"
    );
}

#[test]
fn a_leaked_secret_is_rotated_with_a_day_and_a_proof_and_opened_at_its_commit() {
    let (mut state, _) = sample::with((120, 40), sample::leaked_board());
    press(&mut state, "fg");
    let commit = "abc1234def5678abc1234def5678abc1234def56";
    let open = |state: &State| text(state).contains("only in history · leaked 3 March 2026");
    assert!(open(&state), "{}", text(&state));
    assert_eq!(press(&mut state, "e"), vec![], "a line of an old commit is not the line of today's file");
    assert_eq!(
        press(&mut state, "B"),
        vec![Effect::OpenUrl(format!("https://github.com/acme/shop/blob/{commit}/src/old%20ai.ts#L3"))]
    );
    state.world.github = Some("https://git.acme.example/".parse().unwrap());
    let enterprise = format!("https://git.acme.example/acme/shop/blob/{commit}/src/old%20ai.ts#L3");
    assert_eq!(press(&mut state, "B"), vec![Effect::OpenUrl(enterprise)]);
    let [Effect::Copy(copied)] = &press(&mut state, "y")[..] else { panic!("not copied") };
    assert!(copied.contains("git show 'abc1234"), "{copied}");
    let effects = press(&mut state, "t<tab>the old one is refused<ctrl-s>");
    let [Effect::Append { bodies, .. }] = effects.as_slice() else { panic!("{effects:?}\n{}", text(&state)) };
    let today = sample::now().date_naive();
    assert!(
        matches!(&bodies[0], FactBody::Rotated { on, proof, .. } if *on == today && proof.as_str() == "the old one is refused")
    );
    press(&mut state, "<esc>");
    assert_eq!(press(&mut state, "jt"), vec![], "a finding that is no leaked secret");
}

#[test]
fn a_path_that_leads_out_of_the_checkout_is_not_opened() {
    let mut next = sample::board();
    next.findings[0].finding.place =
        Some(crate::domain::Place::File { path: "../../etc/passwd".into(), line: None, commit: None });
    let (mut state, _) = sample::with((120, 40), next);
    assert_eq!(press(&mut state, "fe"), vec![]);
}

#[test]
fn the_story_goes_on_from_the_top_of_now_and_only_once() {
    let mut state = board();
    drop(state.update(Message::Demo(crate::tui::message::Demo { week: 1, weeks: 3 }), sample::now()));
    press(&mut state, "5jjjf");
    assert_eq!(press(&mut state, "n"), vec![Effect::DemoWeek(2)]);
    assert_eq!(press(&mut state, "n"), vec![], "the week begins with its run, which has not started");
    let fresh = board();
    let first_line = |state: &State| {
        let text = super::screens::shot(state).backend().to_string();
        text.lines().find(|it| it.contains('▸')).unwrap().to_owned()
    };
    assert_eq!(first_line(&state), first_line(&fresh));
}

#[test]
fn a_board_that_was_overtaken_does_not_bring_the_past_back() {
    let mut state = board();
    let known = state.world.board.clone().unwrap();
    let mut old = sample::board();
    old.now = known.now - chrono::TimeDelta::milliseconds(3);
    drop(state.update(Message::Board(std::sync::Arc::new(old)), sample::now()));
    assert_eq!(state.world.board.as_ref().unwrap().now, known.now);
}

#[test]
fn changes_are_compared_with_another_moment() {
    let mut state = board();
    let app = || "acme-shop".parse().unwrap();
    assert_eq!(press(&mut state, "v"), vec![Effect::LoadChanges { app: app(), since: Since::PreviousRun }]);
    assert_eq!(press(&mut state, "s"), vec![Effect::LoadChanges { app: app(), since: Since::LastWeek }]);
}

fn lost() -> Message {
    let changes = crate::tui::message::Changes { since: Since::LastLook, ..sample::changes() };
    Message::Lost { app: "acme-shop".parse().unwrap(), changes: std::sync::Arc::new(changes) }
}

#[test]
fn what_was_lost_is_the_first_screen_once_and_back_is_the_board() {
    let mut state = board();
    let app = || "acme-shop".parse().unwrap();
    assert_eq!(state.update(lost(), sample::now()), vec![Effect::Looked { app: app(), at: sample::now() }]);
    assert_eq!(state.context(), Context::Changes);
    let shown = super::screens::shot(&state).backend().to_string();
    assert!(shown.contains("since you last looked") && shown.contains("Lost · 1"), "{shown}");
    press(&mut state, "<esc>");
    assert_eq!(state.context(), Context::Board);
    assert_eq!(press(&mut state, "v"), vec![Effect::LoadChanges { app: app(), since: Since::PreviousRun }]);
}

#[test]
fn nobody_is_torn_away_by_what_was_lost() {
    for keys in ["f", "?", "<esc>", "R"] {
        let mut state = board();
        press(&mut state, keys);
        let before = state.context();
        assert_eq!(state.update(lost(), sample::now()), vec![], "{keys}: it waits for the next opening");
        assert_eq!(state.context(), before);
    }
}

#[test]
fn the_trend_is_read_when_it_is_shown_and_again_when_facts_change() {
    let mut state = board();
    let load = vec![Effect::LoadTrend("acme-shop".parse().unwrap())];
    assert_eq!(press(&mut state, "T"), load);
    let trend = std::sync::Arc::new(sample::trend(3));
    drop(state.update(Message::Trend { app: "acme-shop".parse().unwrap(), trend }, sample::now()));
    assert_eq!(state.update(Message::Board(std::sync::Arc::new(sample::board())), sample::now()), load);
    press(&mut state, "<end>");
    let open = press(&mut state, "<enter>");
    assert_eq!((open, state.context()), (vec![], Context::Board), "an open case leads to its item");
}

/// What the screen says of a week is what the trend counted, and what `rescue trend --json` writes.
#[test]
fn the_screen_has_the_numbers_of_the_document() {
    let mut state = board();
    press(&mut state, "T");
    let trend = sample::trend(3);
    let document = crate::cli::trend::document(&"acme-shop".parse().unwrap(), &trend);
    drop(state.update(Message::Trend { app: "acme-shop".parse().unwrap(), trend: std::sync::Arc::new(trend) }, sample::now()));
    let shown = super::screens::shot(&state).backend().to_string();
    for point in document["points"].as_array().unwrap() {
        let row = format!("{}/{}", point["done"], point["of"]);
        assert!(shown.contains(&row), "{row}\n{shown}");
    }
    for area in document["areas"].as_array().unwrap().iter().filter(|it| it["of"] != 0) {
        let row = format!("{:<6}{}/{}", area["area"].as_str().unwrap(), area["done"], area["of"]);
        assert!(shown.contains(&row), "{row}\n{shown}");
    }
}

#[test]
fn an_app_is_added_by_the_parsers_of_the_domain() {
    let mut state = board();
    let effects = press(&mut state, "aacme-new<tab>Acme New<tab>acme/new<tab>abcdefghijklmnopqrst<ctrl-s>");
    let [Effect::AddApp(settings)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(settings.name.as_str(), "acme-new");
    assert_eq!(settings.fields.repo.as_deref().unwrap(), "acme/new");
    assert_eq!(state.context(), Context::Form, "the form stays until the app is added");
    let refused = Message::Refused { field: "repo", why: "it is no folder".to_owned() };
    assert_eq!(state.update(refused, sample::now()), vec![]);
    assert!(super::screens::shot(&state).backend().to_string().contains("✘ it is no folder"), "said where it was typed");
    let added = Message::Added { app: "acme-new".parse().unwrap(), remarks: vec!["its remote is acme/new".to_owned()] };
    let effects = state.update(added, sample::now());
    assert_eq!(state.world.said.as_ref().unwrap().1, "acme-new is added: its remote is acme/new");
    assert_eq!(effects.last(), Some(&Effect::OpenApp("acme-new".parse().unwrap())));
    assert_eq!(state.context(), Context::Board);
}

#[test]
fn an_app_is_added_with_the_hosts_of_its_scripts() {
    let mut state = board();
    let typed = "aacme-new<tab><tab>acme/new<tab><tab><tab><tab>https://shop.example.com<tab>files.example.com, cdn.example.com";
    let effects = press(&mut state, &format!("{typed}<ctrl-s>"));
    let [Effect::AddApp(settings)] = effects.as_slice() else { panic!("{effects:?}") };
    let hosts: Vec<&str> = settings.fields.asset_hosts.iter().map(crate::domain::AssetHost::as_str).collect();
    assert_eq!(hosts, ["files.example.com", "cdn.example.com"]);
}

#[test]
fn a_lapse_asks_for_a_fresh_board_once() {
    let mut state = board();
    let later = sample::now() + chrono::TimeDelta::days(1);
    assert!(matches!(state.update(Message::Tick, later).as_slice(), [Effect::Refresh(_)]));
    assert_eq!(state.update(Message::Tick, later), vec![]);
    assert!(state.next_change().unwrap() > later);
}

#[test]
fn a_board_that_does_not_move_on_is_not_asked_for_for_ever() {
    let mut state = board();
    let later = sample::now() + chrono::TimeDelta::days(1);
    assert_eq!(state.update(Message::Tick, later).len(), 1);
    state.update(Message::Board(std::sync::Arc::new(sample::board())), later);
    assert_eq!(state.update(Message::Tick, later), vec![]);
}

#[test]
fn what_was_not_stored_is_never_shown_as_decided() {
    let mut state = board();
    press(&mut state, "R");
    for it in sample::run_events() {
        state.update(Message::Run(it), sample::now());
    }
    let probe = "openai.spend-cap".parse().unwrap();
    let why = "the disk is full".to_owned();
    state.update(Message::Run(crate::engine::RunEvent::NotStored { probe: Some(probe), why }), sample::now());
    let screen = text(&state);
    assert!(screen.contains("NOT STORED: the disk is full"));
    assert!(screen.lines().any(|it| it.contains("openai.spend-cap") && it.contains("NOT STORED")), "{screen}");
}

#[test]
fn a_wrong_clock_is_in_the_banner() {
    let mut next = sample::board();
    next.future_facts = 2;
    let (state, _) = sample::with((80, 24), next);
    assert!(text(&state).contains("CLOCK: 2 facts are later than this machine's clock"));
}

#[test]
fn a_schedule_that_does_not_run_is_at_the_top_until_it_does() {
    use chrono::TimeDelta;
    let mut state = board();
    assert!(!text(&state).contains("SCHEDULE"), "without a schedule nothing nags");
    let overdue = sample::overdue();
    state.update(Message::Schedule(Some(Box::new(overdue.clone()))), sample::now());
    let top = text(&state).lines().next().unwrap().to_owned();
    assert!(top.contains("SCHEDULE: last scheduled run is 9 days old"), "{top}");
    // It ran: the sentence goes, and the console wakes by itself when the next two runs did not happen.
    let mut fine = overdue;
    fine.last.as_mut().unwrap().began = sample::now();
    state.update(Message::Schedule(Some(Box::new(fine))), sample::now());
    assert!(!text(&state).contains("SCHEDULE"));
    let mut now = sample::now();
    let late = sample::now() + TimeDelta::hours(48) + TimeDelta::seconds(1);
    while now < late {
        let next = state.next_change().unwrap();
        assert!(next > now && next <= late, "{next}");
        now = next;
        state
            .update(Message::Board(std::sync::Arc::new(crate::domain::Board { now, next_change: None, ..sample::board() })), now);
        state.update(Message::Tick, now);
    }
    assert!(text(&state).contains("SCHEDULE: last scheduled run is 2 days old"));
    state.update(Message::Schedule(None), now);
    assert!(!text(&state).contains("SCHEDULE"), "it was taken out");
}

#[test]
fn the_palette_finds_a_command_and_opens_its_form() {
    let mut state = board();
    press(&mut state, ":waiv<enter>");
    assert_eq!(state.context(), Context::Form);
    assert!(text(&state).contains("Waive RLS-01"));
}

#[test]
fn the_letter_is_reached_by_its_name_read_and_copied_as_markdown() {
    let mut state = board();
    let app: crate::domain::AppName = "acme-shop".parse().unwrap();
    assert_eq!(press(&mut state, ":ask<enter>"), vec![Effect::Letter { app: app.clone(), save: false }]);
    assert_eq!(press(&mut state, ":save-letter<enter>"), vec![Effect::Letter { app: app.clone(), save: true }]);
    let letter = std::sync::Arc::new(sample::letter());
    state.update(Message::Letter { app: "other".parse().unwrap(), letter: letter.clone() }, sample::now());
    assert_eq!(state.context(), Context::Board, "a letter about another app is not shown");
    state.update(Message::Letter { app, letter }, sample::now());
    assert_eq!(state.context(), Context::Reading);
    assert!(text(&state).contains("What we need from you for Acme Shop"));
    let effects = press(&mut state, "y");
    let [Effect::Copy(copied)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(copied.starts_with("# What we need from you for Acme Shop\n"), "{copied}");
}

#[test]
fn without_an_app_there_is_no_letter() {
    let mut state = board();
    press(&mut state, "<esc>");
    state.world.open = None;
    assert_eq!(press(&mut state, ":ask<enter>"), vec![]);
}

#[test]
fn the_mouse_selects_and_can_be_let_go() {
    let mut state = board();
    let click = crossterm::event::MouseEvent {
        kind: crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left),
        column: 10,
        row: 8,
        modifiers: crossterm::event::KeyModifiers::NONE,
    };
    let line = text(&state).lines().nth(8).unwrap().to_owned();
    state.update(Message::Mouse(click), sample::now());
    let effects = press(&mut state, "N!<ctrl-s>");
    let [Effect::Append { bodies, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(line.contains(bodies[0].item().unwrap().as_str()), "{line}");
    assert_eq!(press(&mut state, "m"), vec![Effect::Mouse(false)]);
    assert_eq!(press(&mut state, "m"), vec![Effect::Mouse(true)]);
}

#[test]
fn a_work_order_is_asked_for_and_copied_in_the_form_that_is_read() {
    use std::sync::Arc;
    let mut state = board();
    let effects = press(&mut state, "F");
    assert!(matches!(effects.as_slice(), [Effect::LoadOrder { item, .. }] if *item == id("RLS-01")), "{effects:?}");
    drop(state.update(Message::Order(Arc::new(sample::order())), sample::now()));
    assert!(text(&state).contains("[text] agent issue sql"), "{}", text(&state));
    let copied = |state: &mut State| match press(state, "y").as_slice() {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    };
    assert!(copied(&mut state).starts_with("RLS-01"));
    press(&mut state, "<tab>");
    assert!(copied(&mut state).starts_with("# Work order RLS-01"), "the agent's, whole");
    press(&mut state, "<tab><tab>");
    assert!(copied(&mut state).contains("enable row level security;"));
    press(&mut state, "<tab>");
    assert!(copied(&mut state).starts_with("RLS-01"), "round and round");
    press(&mut state, "<esc>");
    assert_eq!(state.context(), Context::Board);
}

#[test]
fn a_form_without_text_copies_nothing() {
    use std::sync::Arc;
    let mut state = board();
    let order = crate::orders::WorkOrder { repairs: crate::domain::Repairs::default(), ..sample::order() };
    drop(state.update(Message::Order(Arc::new(order)), sample::now()));
    assert_eq!(press(&mut state, "<shift-tab>y"), vec![]);
    assert!(text(&state).contains("There is nothing to copy in this form"));
}

#[test]
fn a_proof_is_a_run_and_is_shown_when_it_is_over() {
    use std::sync::Arc;
    let mut state = board();
    let effects = press(&mut state, "V");
    assert!(matches!(effects.as_slice(), [Effect::Prove { item, .. }] if *item == id("RLS-01")), "{effects:?}");
    assert!(state.world.is_running());
    assert_eq!(press(&mut state, "V"), vec![], "one run at a time");
    drop(state.update(Message::Proven(Arc::new(sample::proof())), sample::now()));
    assert!(!state.world.is_running());
    assert!(text(&state).contains("gone:") && text(&state).contains("Before and after"), "{}", text(&state));
}

#[test]
fn an_order_of_another_app_is_not_shown() {
    use std::sync::Arc;
    let mut state = board();
    let order = crate::orders::WorkOrder { app: "other".parse().unwrap(), ..sample::order() };
    drop(state.update(Message::Order(Arc::new(order)), sample::now()));
    assert_eq!(state.context(), Context::Board);
}

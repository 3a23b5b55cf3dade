//! Every screen as text, at the three sizes that the console promises to be good at.

use crate::tui::key::strokes;
use crate::tui::message::{Demo, Failure, Message};
use crate::tui::{State, draw, sample};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rstest::rstest;
use std::sync::Arc;

/// Types keys; effects are answered by nobody.
pub fn press(state: &mut State, keys: &str) -> Vec<crate::tui::Effect> {
    strokes(keys).into_iter().flat_map(|it| state.update(Message::Key(it.event()), sample::now())).collect()
}

/// The screen.
pub fn shot(state: &State) -> Terminal<TestBackend> {
    let (columns, rows) = state.world.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(state, frame)).unwrap();
    terminal
}

fn failure() -> Failure {
    Failure {
        what: "Could not store the note".into(),
        why: "the disk is full".into(),
        next: Some("Make room, then save again".into()),
        not_stored: true,
    }
}

#[expect(clippy::too_many_lines, reason = "a table of scenes, one after the other")]
fn scene(name: &str, size: (u16, u16)) -> State {
    let (mut state, _) = if name == "first_start" { sample::empty(size) } else { sample::state(size) };
    let tell = |state: &mut State, message| drop(state.update(message, sample::now()));
    match name {
        "first_start" => tell(&mut state, Message::Portfolio { apps: vec![], unread: 0 }),
        "portfolio" => drop(press(&mut state, "<esc>")),
        "portfolio_question" => drop(press(&mut state, "<esc>/RLS-01:failing<enter>o")),
        "portfolio_typing" => drop(press(&mut state, "<esc>d/bak")),
        "portfolio_mistake" => drop(press(&mut state, "<esc>/not lost RLS-01:faling<enter>")),
        "portfolio_rerun" => drop(super::portfolio::rerunning(&mut state)),
        "board_now" => {}
        "board_first_run" => {
            state = sample::with(size, sample::first_board()).0;
        }
        "now_fire" => drop(press(&mut state, "jj<enter>")),
        "now_step" => drop(press(&mut state, "jjjjjj<enter>")),
        "letter" => {
            let (app, letter) = ("acme-shop".parse().unwrap(), Arc::new(sample::letter()));
            tell(&mut state, Message::Letter { app, letter });
        }
        "board_week" => drop(press(&mut state, "2jjjj")),
        "board_filter" => drop(press(&mut state, "5/backup")),
        "detail_evidence" => drop(press(&mut state, "ll<enter>")),
        "detail_history" => {
            press(&mut state, "lll<enter>");
            tell(&mut state, Message::History(Box::new(sample::history())));
        }
        "work_order" => {
            press(&mut state, "F");
            tell(&mut state, Message::Order(Arc::new(sample::order())));
        }
        "work_order_sql" => {
            press(&mut state, "F");
            tell(&mut state, Message::Order(Arc::new(sample::order())));
            press(&mut state, "<tab><tab><tab>");
        }
        "proof" => {
            press(&mut state, "V");
            tell(&mut state, Message::Proven(Arc::new(sample::proof())));
        }
        "detail_how" => drop(press(&mut state, "l<enter>")),
        "run" => {
            press(&mut state, "R");
            for it in sample::run_events() {
                tell(&mut state, Message::Run(it));
            }
            press(&mut state, "j");
        }
        "board_running" => {
            press(&mut state, "r");
            for it in sample::run_events() {
                tell(&mut state, Message::Run(it));
            }
        }
        "findings" => drop(press(&mut state, "fj")),
        "findings_leaked" => {
            state = sample::with(size, sample::leaked_board()).0;
            drop(press(&mut state, "fg"));
        }
        "rotated" => {
            state = sample::with(size, sample::leaked_board()).0;
            drop(press(&mut state, "fgt"));
        }
        "systems" => {
            press(&mut state, "i");
            let app = "acme-shop".parse().unwrap();
            tell(&mut state, Message::Systems { app, inventory: Arc::new(sample::systems()) });
        }
        "decisions" => {
            press(&mut state, ":decisions<enter>");
            let app = "acme-shop".parse().unwrap();
            tell(&mut state, Message::Decisions { app, decisions: Arc::new(sample::decisions()) });
        }
        "closing" => {
            press(&mut state, ":closing<enter>");
            let app = "acme-shop".parse().unwrap();
            tell(&mut state, Message::Closing { app, closing: Arc::new(sample::closing()) });
        }
        "places" => {
            state = sample::with(size, sample::evident_board()).0;
            drop(press(&mut state, "5/ACC-01<enter>B"));
        }
        "connections" => {
            press(&mut state, "c");
            tell(&mut state, Message::Connections(sample::connections()));
        }
        "changes" => {
            press(&mut state, "v");
            tell(&mut state, Message::Changes(Arc::new(sample::changes())));
        }
        "changes_first" => {
            let app = "acme-shop".parse().unwrap();
            let changes = crate::tui::message::Changes { since: crate::tui::message::Since::LastLook, ..sample::changes() };
            tell(&mut state, Message::Lost { app, changes: Arc::new(changes) });
        }
        "trend" | "trend_year" | "trend_open" | "trend_ascii" => {
            if name == "trend_ascii" {
                state.world.look = crate::tui::Look { colour: false, ascii: true };
            }
            press(&mut state, "T");
            let weeks = if name == "trend" { 3 } else { 53 };
            let app = "acme-shop".parse().unwrap();
            tell(&mut state, Message::Trend { app, trend: Arc::new(sample::trend(weeks)) });
            if name == "trend_open" {
                drop(press(&mut state, "<end>"));
            }
        }
        name if name.starts_with("snapshot") => state = super::pages::scene(name, size),
        "add_form" => drop(press(&mut state, "aacme-shop<tab><tab>acme<ctrl-s>")),
        "attest" => drop(press(&mut state, "5/SPD-01<enter><space>")),
        "waive" => drop(press(&mut state, "w")),
        "help" => drop(press(&mut state, "?")),
        "palette" => drop(press(&mut state, ":prob")),
        "schedule_overdue" => tell(&mut state, Message::Schedule(Some(Box::new(sample::overdue())))),
        "portfolio_overdue" => {
            tell(&mut state, Message::Schedule(Some(Box::new(sample::overdue()))));
            drop(press(&mut state, "<esc>"));
        }
        "demo" => tell(&mut state, Message::Demo(Demo { week: 1, weeks: 3 })),
        "failed" => tell(&mut state, Message::Failed(failure())),
        other => panic!("no scene {other}"),
    }
    state
}

#[rstest]
fn a_screen_looks_as_it_did(
    #[values(
        "first_start",
        "portfolio",
        "portfolio_question",
        "portfolio_typing",
        "portfolio_mistake",
        "portfolio_rerun",
        "board_now",
        "board_first_run",
        "now_fire",
        "now_step",
        "letter",
        "board_week",
        "board_filter",
        "detail_evidence",
        "detail_how",
        "detail_history",
        "work_order",
        "work_order_sql",
        "proof",
        "run",
        "board_running",
        "findings",
        "findings_leaked",
        "rotated",
        "systems",
        "decisions",
        "closing",
        "places",
        "connections",
        "changes",
        "changes_first",
        "trend",
        "trend_year",
        "trend_open",
        "trend_ascii",
        "snapshot",
        "snapshot_middle",
        "snapshot_investor",
        "snapshot_save",
        "snapshot_note",
        "snapshots",
        "snapshots_compared",
        "add_form",
        "attest",
        "waive",
        "help",
        "palette",
        "demo",
        "schedule_overdue",
        "portfolio_overdue",
        "failed"
    )]
    name: &str,
    #[values((80, 24), (120, 40), (60, 20))] size: (u16, u16),
) {
    let state = scene(name, size);
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), shot(&state).backend());
    });
}

#[rstest]
fn without_colour_there_is_none(
    #[values("board_now", "detail_evidence", "run", "findings", "systems", "snapshot", "help", "add_form", "demo")] name: &str,
) {
    use ratatui::style::Color;
    let mut state = scene(name, (80, 24));
    let coloured = |state: &State| {
        let terminal = shot(state);
        terminal
            .backend()
            .buffer()
            .content
            .iter()
            .any(|it| it.fg != Color::Reset || it.bg != Color::Reset || it.underline_color != Color::Reset)
    };
    assert!(coloured(&state), "with colour there is some");
    state.world.look.colour = false;
    assert!(!coloured(&state));
}

#[rstest]
fn an_ascii_terminal_gets_ascii(
    #[values(
        "board_now",
        "portfolio",
        "portfolio_question",
        "portfolio_rerun",
        "run",
        "findings",
        "snapshot",
        "snapshots_compared",
        "now_fire",
        "now_step",
        "letter",
        "help",
        "decisions",
        "closing",
        "attest",
        "demo"
    )]
    name: &str,
) {
    let mut state = scene(name, (80, 24));
    state.world.look.ascii = true;
    let text = shot(&state).backend().to_string();
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("---"), "frames are drawn");
}

#[test]
fn ascii_says_the_same() {
    let mut state = scene("board_now", (80, 24));
    state.world.look.ascii = true;
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("board_now_ascii", shot(&state).backend());
    });
}

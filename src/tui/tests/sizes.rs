//! Any size, any board: nothing panics, and what is too small says so.

use super::screens::{press, shot};
use crate::domain::{Board, Foreign, Work};
use crate::tui::message::Message;
use crate::tui::{State, sample};
use proptest::prelude::*;
use std::sync::Arc;

fn any_board() -> impl Strategy<Value = Board> {
    let text = prop_oneof![Just("日本語 👨‍👩‍👧‍👦 e\u{301}\u{fe0f} ".repeat(9)), Just(String::new()), "\\PC{0,90}"];
    (any::<bool>(), text, 0_usize..78, 0_usize..4, 0_usize..9).prop_map(|(first, text, items, future, waiting)| {
        let mut board = if first { sample::first_board() } else { sample::board() };
        board.settings.title = Foreign::new(&text);
        board.headline.says = Foreign::new(&text);
        board.items.truncate(items);
        for it in &mut board.items {
            it.remarks.push(Foreign::new(&text));
            it.work = Work::Blocked {
                on: Foreign::new(&text),
                waits_for: Foreign::new(&text),
                until: None,
                since: sample::now(),
                founder: None,
                minutes: None,
            };
            for word in &mut it.words {
                word.says = Foreign::new(&text);
            }
        }
        for it in &mut board.findings {
            it.finding.says = Foreign::new(&text);
        }
        board.future_facts = future;
        board.waiting.truncate(waiting);
        board
    })
}

const TOURS: &[&str] = &[
    "",
    "j<enter>ll<pgdn>",
    "5jjj<end>/back",
    "f<enter>",
    "?<pgdn>",
    ":a",
    "w",
    "a<tab>x",
    "R",
    "v",
    "T",
    "Tjj<enter><pgdn>",
    "T<end>",
    "c",
    "<esc>",
    "b",
    "l l l",
    "n",
    "sl<pgdn>",
    "ss",
    "sN",
    "se d",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]
    #[test]
    fn no_size_and_no_board_makes_it_panic(board in any_board(), columns in 1_u16..200, rows in 1_u16..80, tour in prop::sample::select(TOURS), then in (1_u16..200, 1_u16..80)) {
        let (mut state, _) = sample::with((columns, rows), board);
        press(&mut state, tour);
        for it in sample::run_events() {
drop(state.update(Message::Run(it), sample::now()));
}
        state.update(Message::Connections(sample::connections()), sample::now());
        state.update(Message::Changes(Arc::new(sample::changes())), sample::now());
        let trend = Arc::new(sample::trend(columns % 60 + 1));
        state.update(Message::Trend { app: "acme-shop".parse().unwrap(), trend }, sample::now());
        super::pages::previewed(&mut state, sample::pages::page());
        super::pages::news(&mut state, crate::tui::pages::News::Listed { app: "acme-shop".parse().unwrap(), held: sample::pages::held() });
        shot(&state);
        state.update(Message::Resize(then.0, then.1), sample::now());
        press(&mut state, "<down><pgdn><up>");
        for (column, row) in [(0, 0), (then.0 / 4, then.1 / 2), (then.0 - 1, then.1 - 1)] {
            for kind in [crossterm::event::MouseEventKind::ScrollDown, crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left)] {
                let event = crossterm::event::MouseEvent { kind, column, row, modifiers: crossterm::event::KeyModifiers::NONE };
                state.update(Message::Mouse(event), sample::now());
            }
        }
        shot(&state);
    }
}

#[test]
fn a_tiny_terminal_is_told_what_is_needed() {
    let at = |size| {
        let (state, _): (State, _) = sample::state(size);
        shot(&state).backend().to_string().replace(['"', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(at((24, 3)), "too small: 24×3, needs 40×10");
    assert_eq!(at((10, 3)), "10×3, needs 40×10");
}

#[test]
fn a_hostile_checklist_reaches_no_cell() {
    let mut board = sample::board();
    let checklist = Arc::make_mut(&mut board.checklist);
    for item in &mut checklist.items {
        item.title = "\u{1b}[31mred\u{202e}drawkcab a\u{200b}b".to_owned();
        item.why = item.title.clone();
    }
    let (mut state, _) = sample::with((80, 24), board);
    press(&mut state, "5");
    let terminal = shot(&state);
    let text: String = terminal.backend().buffer().content.iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains("red"));
    assert_eq!(Foreign::new(&text).as_str(), text);
}

#[test]
fn a_frame_that_is_smaller_than_what_was_told_draws_nothing_outside() {
    let (state, _) = sample::state((120, 40));
    let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(30, 8)).unwrap();
    terminal.draw(|frame| crate::tui::draw(&state, frame)).unwrap();
}

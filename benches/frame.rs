//! How long it takes to build a frame of the board: 78 items, 120×40, into a buffer. The figure to hold is 2 ms.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rescue::tui::{draw, sample};

fn main() {
    divan::main();
}

#[divan::bench]
fn board(bencher: divan::Bencher) {
    let (state, _) = sample::state((120, 40));
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a buffer is always there");
    bencher.bench_local(|| {
        terminal.draw(|frame| draw(&state, frame)).expect("a buffer takes everything");
    });
}

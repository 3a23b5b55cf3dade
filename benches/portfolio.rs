//! The figures of a portfolio of hundreds of apps with a year of weekly runs: how long it takes to open, warm and cold, and
//! from a key to its frame, in a pseudo-terminal and without one. `cargo bench --bench portfolio`, with `-- --apps 50` for a
//! small one and `-- --home DIR` to keep the home: where it is there already, it is measured. Linux; medians; nothing here
//! decides a test.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench makes its own data, prints its figures and may stop when it is wrong"
)]

#[path = "shared/console.rs"]
mod console;
#[path = "shared/story.rs"]
mod story;

use console::{Console, median, peak_memory};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rescue::config::Environment;
use rescue::desk::Desk;
use rescue::tui::perform::Performer;
use rescue::tui::{Effect, Keymap, Look, Message, State, draw};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

const APPS: usize = 500;
/// What is typed into the filter, a key at a time.
const QUESTION: &str = "BAK-01:failing due not lost supabase.backup-age:fail";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` calls it too; figures are made only when asked for.
    if !arguments.iter().any(|it| it == "--bench") {
        return;
    }
    let after = |name: &str| arguments.iter().skip_while(|it| *it != name).nth(1);
    let apps = after("--apps").map_or(APPS, |it| it.parse().unwrap());
    let scratch = tempfile::tempdir().unwrap();
    let home = after("--home").map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    println!("| what | figure |\n|---|---|");
    let began = Instant::now();
    let facts = story::home(&home, apps, chrono::Utc::now());
    println!("| facts of {apps} apps with a year of weekly runs, written in {:.0} s | {facts} |", began.elapsed().as_secs_f64());
    opens(&home, apps);
    keys(&home, apps);
    pure(&home);
}

/// What stands at the head of the screen when every app is on it.
fn all(apps: usize) -> String {
    format!("apps   {apps} apps")
}

fn opens(home: &Path, apps: usize) {
    let open = || {
        let mut console = Console::open(&[], Some(home));
        let took = console.until(&all(apps)).duration_since(console.began).as_secs_f64() * 1e3;
        (console, took)
    };
    let (console, cold) = open();
    println!("| opens with {apps} apps, nothing in the cache | {cold:.0} ms, once |");
    console.close();
    let mut warm = Vec::new();
    for _ in 0..11 {
        let (console, took) = open();
        warm.push(took);
        console.close();
    }
    println!("| opens with {apps} apps, from the cache | {} |", median(warm));
}

/// From a key to the frame that answers it.
fn keys(home: &Path, apps: usize) {
    let mut console = Console::open(&[], Some(home));
    console.until(&all(apps));
    console.rest(Duration::from_secs(2));
    let mut typed = Vec::new();
    for _ in 0..3 {
        console.press("/");
        console.until("enter keep");
        for end in 1..=QUESTION.len() {
            let pressed = console.press(&QUESTION[end - 1..end]);
            let drawn = console.until(&format!(" / {}", &QUESTION[..end]));
            typed.push(drawn.duration_since(pressed).as_secs_f64() * 1e3);
        }
        console.press("\u{1b}");
        console.until(&all(apps));
        console.rest(Duration::from_millis(200));
    }
    println!("| a key of a question to its frame, in the terminal | {} |", median(typed));
    let mut turned = Vec::new();
    for _ in 0..3 {
        for (key, says) in
            [("o", "by due"), ("o", "by drift"), ("o", "by open gates"), ("d", "only due"), ("d", "by open gates  ")]
        {
            let pressed = console.press(key);
            turned.push(console.until(says).duration_since(pressed).as_secs_f64() * 1e3);
        }
        console.press("\u{1b}");
        console.until(&all(apps));
        // What follows at once would be read as one key with alt.
        console.rest(Duration::from_millis(200));
        for says in ["by week", "by last run", "by name"] {
            console.press("o");
            console.until(says);
        }
    }
    println!("| a key that sorts or narrows to its frame, in the terminal | {} |", median(turned));
    println!("| memory of the console with {apps} apps | {:.0} MB at most |", peak_memory(console.process()));
    console.close();
}

/// The same keys without a terminal: the new state and its frame in a buffer.
fn pure(home: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (mut state, _) = State::new(Look { colour: true, ascii: false }, Keymap::default(), (120, 40), chrono::Utc::now());
    let began = Instant::now();
    let desk = Arc::new(Desk::open(&Environment::of([("RESCUE_HOME", home.display().to_string())])).unwrap());
    println!("| the database is open after | {:.1} ms |", began.elapsed().as_secs_f64() * 1e3);
    runtime.block_on(async {
        let (send, mut inbox) = tokio::sync::mpsc::unbounded_channel();
        let began = Instant::now();
        Performer::new(desk, None, send).perform(Effect::LoadPortfolio);
        loop {
            let message = inbox.recv().await.unwrap();
            let is_last = matches!(message, Message::Vocabulary(_));
            if let Message::Portfolio { unread: 0, .. } = &message {
                println!("| the rows are read from the cache after | {:.1} ms |", began.elapsed().as_secs_f64() * 1e3);
            }
            state.update(message, chrono::Utc::now());
            if is_last {
                break;
            }
        }
    });
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let (mut states, mut frames) = (Vec::new(), Vec::new());
    for letter in std::iter::once('/').chain(QUESTION.chars()) {
        let stroke = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
        let began = Instant::now();
        state.update(Message::Key(stroke), chrono::Utc::now());
        states.push(began.elapsed().as_secs_f64() * 1e3);
        let began = Instant::now();
        terminal.draw(|frame| draw(&state, frame)).unwrap();
        frames.push(began.elapsed().as_secs_f64() * 1e3);
    }
    println!("| a key of a question, the new state alone | {} |", median(states));
    println!("| its frame in a buffer | {} |", median(frames));
}

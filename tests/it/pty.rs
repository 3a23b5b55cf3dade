//! The console on a real terminal: the main journeys, sizes, and the terminal given back as it was found.

use crate::program::{Home, checkout};
use crate::terminal::Terminal;

const LARGE: (u16, u16) = (120, 40);

/// The demo's console, and the directory that it stands in: git wants one that is there.
fn demo(size: (u16, u16)) -> (Home, Terminal) {
    let home = Home::new();
    let mut console = Terminal::open(&home, &["demo"], size);
    console.shows("DEMO");
    (home, console)
}

/// The text in the upper part of the screen.
fn upper(screen: &str) -> String {
    screen.lines().take(10).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_demo_ticks_items_and_shows_drift_first() {
    let (_home, mut console) = demo(LARGE);
    assert!(console.screen().alternate_screen());
    console.shows("week 1 of 3");
    console.shows("Press R");
    console.keys("R");
    console.shows("finished,");
    console.keys("\u{1b}");
    console.until("the board with ticks", |screen| screen.contains("verified") && screen.contains("Now"));
    // A week later the probes run by themselves, as they would on a Monday.
    console.keys("n");
    console.shows("week 2 of 3");
    console.until("week two's run, and its waiver", |screen| {
        screen.contains("waived") && screen.contains("11 verified") && screen.contains("last run just now")
    });
    console.keys("L");
    console.shows("finished,");
    console.keys("\u{1b}");
    console.shows("Now");
    console.keys("n");
    console.shows("week 3 of 3");
    console.until("drift on the first rows", |screen| {
        upper(screen).lines().any(|line| line.contains("BAK-01") && line.contains("drifted"))
    });
    // While a run goes on, leaving asks first.
    console.keys("L");
    console.shows("finished,");
    console.keys("q");
    assert!(console.ended());
    console.is_given_back();
}

#[test]
fn any_size_is_drawn_and_none_kills_it() {
    let (_home, mut console) = demo(LARGE);
    console.shows("Press R");
    console.keys("R");
    console.shows("finished,");
    for (columns, rows) in [(80, 24), (60, 20), (10, 3), (120, 40), (1, 1), (80, 24)] {
        console.resize(columns, rows);
        match columns {
            1 => {}
            10 => console.shows("needs"),
            // The footer is on the last row of this size only if all of it was drawn anew.
            _ => console.until("the app", |screen| {
                let lines: Vec<&str> = screen.lines().collect();
                lines.len() == usize::from(rows) && screen.contains("Acme Shop") && lines[lines.len() - 1].contains("help")
            }),
        }
    }
    console.shows("Acme Shop");
    console.keys("q");
    assert!(console.ended());
    console.is_given_back();
}

#[test]
fn ten_by_three_is_enough_to_leave() {
    let home = Home::new();
    let mut console = Terminal::open(&home, &["demo"], (10, 3));
    console.until("anything", |screen| !screen.trim().is_empty());
    console.keys("q");
    assert!(console.ended());
    console.is_given_back();
}

#[cfg(unix)]
#[test]
fn signals_give_the_terminal_back() {
    for name in ["TERM", "HUP"] {
        let (_home, mut console) = demo((80, 24));
        console.signal(name);
        console.ended();
        console.is_given_back();
    }
}

#[test]
fn keys_in_quick_succession_all_count() {
    let (_home, mut console) = demo(LARGE);
    // Several in one write, and each alone: the second of two was lost once.
    console.keys("cf");
    console.until("the findings", |screen| screen.contains("Findings") || screen.contains("findings ─"));
    console.keys("c");
    console.shows("OpenRouter");
    console.keys("?");
    console.shows("On the connections");
    console.keys("\u{1b}");
    console.until("no help", |screen| !screen.contains("On the connections"));
    console.keys("q");
    assert!(console.ended());
    console.is_given_back();
}

#[test]
fn an_app_is_added_in_a_fresh_home_and_undo_works_after_a_restart() {
    let home = Home::new();
    let tree = home.beside("tree");
    checkout(&tree, &[("src/a.ts", "export {}\n")]);
    let mut console = Terminal::open(&home, &[], (100, 30));
    console.shows("No app yet");
    console.keys("a");
    console.shows("Add an app");
    console.keys("acme\t\t");
    console.keys(tree.to_str().unwrap());
    console.keys("\u{13}");
    console
        .until("the board of the app", |screen| screen.contains("Now") && screen.contains("acme") && screen.contains("Week 1"));
    console.until("the first look under the cursor", |screen| screen.contains("▸→ Press R"));
    console.keys("\t");
    console.until("the first item of week 1", |screen| screen.lines().any(|line| line.contains('▸') && line.contains("SEC-01")));
    console.keys("d");
    console.shows("doing");
    console.keys("q");
    assert!(console.ended());
    console.is_given_back();
    assert_eq!(home.json(&["app", "list", "--json"])["apps"][0]["name"], "acme");
    let doing = |home: &Home| home.must_status("acme").matches("doing").count();
    assert_eq!(doing(&home), 1);
    let mut console = Terminal::open(&home, &[], (100, 30));
    console.shows("acme");
    console.keys("\r");
    console.until("the board", |screen| screen.contains("Now") && screen.contains("doing"));
    console.keys("u");
    console.until("what was taken back", |screen| screen.to_lowercase().contains("took back"));
    console.keys("q");
    assert!(console.ended());
    assert_eq!(doing(&home), 0);
}

#[test]
fn a_work_order_is_read_in_every_form_copied_and_proven() {
    let (_home, mut console) = demo(LARGE);
    console.shows("Press R");
    console.keys("R");
    console.shows("finished,");
    console.keys("\u{1b}");
    console.until("the board with ticks", |screen| screen.contains("verified") && screen.contains("Now"));
    console.keys("F");
    console.until("the order for a person", |screen| screen.contains("Work order") && screen.contains("[text] agent issue sql"));
    console.shows("What was found");
    console.keys("\t");
    console
        .until("the order for an agent", |screen| screen.contains("text [agent] issue sql") && screen.contains("# Work order"));
    console.keys("y");
    console.shows("Copied");
    let copied = String::from_utf8_lossy(&console.raw).contains("\u{1b}]52;");
    assert!(copied, "the terminal is asked to keep it");
    console.keys("\t");
    console.until("the order for a tracker", |screen| screen.contains("text agent [issue] sql"));
    console.keys("\u{1b}");
    console.until("the board", |screen| !screen.contains("Work order") && screen.contains("Now"));
    console.keys("V");
    console.until("the proof", |screen| screen.contains("Before and after") && screen.contains(" → "));
    console.keys("\u{1b}");
    console.until("the board", |screen| !screen.contains("Before and after"));
    console.keys("q");
    assert!(console.ended());
    console.is_given_back();
}

#[test]
fn another_process_is_seen_within_moments() {
    let home = Home::with_app("acme");
    let mut console = Terminal::open(&home, &[], LARGE);
    console.shows("acme");
    console.keys("\r");
    console.shows("Week 1");
    home.must(&["item", "block", "acme", "BAK-04", "--on", "Berta Probst", "--for", "a project"]);
    console.shows("Berta");
    console.keys("q");
    assert!(console.ended());
}

#[test]
fn without_colour_there_is_none() {
    let (_home, mut coloured) = demo((80, 24));
    coloured.keys("q");
    assert!(coloured.ended());
    let colour = regex::bytes::Regex::new(r"\x1b\[[0-9;]*(3[0-7]|4[0-7]|9[0-7]|38;|48;)[0-9;]*m").unwrap();
    assert!(colour.is_match(&coloured.raw), "colours look like that");
    let home = Home::new().with("NO_COLOR", "1");
    let mut plain = Terminal::open(&home, &["demo"], (80, 24));
    plain.shows("Press R");
    plain.keys("R");
    plain.shows("finished,");
    plain.keys("q");
    assert!(plain.ended());
    let found = colour.find(&plain.raw).map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
    assert_eq!(found, None);
}

#[test]
fn the_founders_page_is_read_saved_and_found_again() {
    let (home, mut console) = demo(LARGE);
    console.shows("Press R");
    console.keys("s");
    console.until("the page", |screen| screen.contains("where it stands") && screen.contains("not saved"));
    let file = home.beside("page.html");
    let save = |console: &mut Terminal| {
        console.keys("s");
        console.shows("Save the page");
        console.keys("\t\u{15}");
        console.keys(file.to_str().unwrap());
        console.keys("\u{13}");
    };
    save(&mut console);
    // The seal is there before the file is; the form goes when both are.
    console.until("the seal and the file", |screen| screen.contains("kept as") && !screen.contains("Save the page"));
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("rescue-record"), "the page carries its record");
    // The same name again is a question, and no leaves the file as it is.
    std::fs::write(&file, "mine").unwrap();
    save(&mut console);
    console.shows("Write over it?");
    console.keys("n");
    console.until("the form", |screen| !screen.contains("Write over it?"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    console.keys("\u{13}");
    console.shows("Write over it?");
    console.keys("y");
    console.until("the page below", |screen| !screen.contains("Save the page"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written, "the kept page, byte for byte");
    console.keys("e");
    console.until("one page, which the founder holds", |screen| {
        screen.contains("What the founder holds") && !screen.contains("All others")
    });
    console.keys("q");
    assert!(console.ended());
    console.is_given_back();
    let checked = home.run(&["verify", file.to_str().unwrap()]);
    assert!(checked.out.contains("consistent with itself: nothing in the file was changed"), "{checked:?}");
}

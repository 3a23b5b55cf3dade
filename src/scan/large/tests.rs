//! Windows find what the whole has: wherever a secret lies, in whatever encoding, and they end when told.

use super::*;
use crate::repo::Standing;
use crate::scan::report::Surface;
use crate::scan::rules::samples::{self, Dice, Samples};
use crate::scan::{Options, ScanKey};
use chrono::{TimeZone, Utc};
use proptest::prelude::*;
use rstest::rstest;

const SMALL: Windows = Windows { core: 64 * 1024, margin: 192 * 1024 };

/// Rule, name and line of each leak.
fn told(leaks: BTreeMap<String, Leak>) -> Vec<(String, String, u32)> {
    leaks.into_values().map(|it| (it.rule, it.id, it.line)).collect()
}

fn with_look<T>(path: &str, each: impl FnOnce(Look<'_>, Place<'_>) -> T) -> T {
    let (key, options) = (ScanKey::new([7; 32]), Options::new(Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap()));
    let look = Look { key: &key, options: &options, surface: Surface::Tree, commit: None };
    each(look, Place { path: path.as_bytes(), standing: Standing::Tracked, in_head: true })
}

fn whole(path: &str, bytes: &[u8]) -> Vec<(String, String, u32)> {
    let mut leaks = BTreeMap::new();
    with_look(path, |look, place| look.search(place, bytes.to_vec(), &mut leaks));
    told(leaks)
}

fn in_windows(path: &str, bytes: &[u8], windows: Windows) -> Vec<(String, String, u32)> {
    let (mut leaks, stop) = (BTreeMap::new(), AtomicBool::new(false));
    let mut from = bytes;
    let end = with_look(path, |look, place| search(look, place, &mut from, u64::MAX, windows, &stop, &mut leaks));
    assert_eq!((end.ended, end.bytes), (Ended::AtTheEnd, bytes.len() as u64));
    told(leaks)
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// Lines of nothing.
fn filler(length: usize) -> String {
    "a line of words, and of nothing else\n".chars().cycle().take(length).collect()
}

#[test]
fn what_lies_across_a_border_is_found_once_with_its_line() {
    let all = samples::all();
    let chosen = ["private-key", "google-service-account", "github-classic-token", "database-url", "supabase-service-role"];
    for Samples { rule, path, matching, .. } in all.iter().filter(|it| chosen.contains(&it.rule)) {
        let sample = matching.first().unwrap();
        // Every border lies at a multiple of the core behind the margin.
        for back in [0, 1, sample.len() / 2, sample.len() - 1] {
            let text = format!("{}\n{sample}\n{}", filler(3 * SMALL.core + SMALL.margin - back), filler(300_000));
            let (expected, found) = (whole(path, text.as_bytes()), in_windows(path, text.as_bytes(), SMALL));
            assert!(expected.iter().any(|it| it.0 == *rule), "{rule}");
            assert_eq!(found, expected, "{rule}, {back} before a border");
        }
    }
}

#[rstest]
#[case(true)]
#[case(false)]
fn utf16_is_read_in_windows(#[case] little: bool) {
    let token = format!("K={}_{}\n", "ghp", Dice(1).checked());
    let text = format!("{}{token}{}", filler(500_000), filler(200_000));
    let expected = whole("a.env", text.as_bytes());
    assert_eq!(expected.len(), 1);
    for mark in ["", "\u{feff}"] {
        assert_eq!(in_windows("a.env", &utf16(&format!("{mark}{text}"), little), SMALL), expected);
    }
}

#[test]
fn zeros_before_and_after_hide_nothing() {
    let token = format!("\nK={}_{}\n", "ghp", Dice(1).checked());
    let bytes =
        [vec![0; 2_000_000], [filler(400_000).as_str(), &token, &filler(400_000)].concat().into_bytes(), vec![0; 2_000_000]];
    assert_eq!(in_windows("a.sql", &bytes.concat(), SMALL).len(), 1);
    let (mut leaks, stop) = (BTreeMap::new(), AtomicBool::new(false));
    let mut from: &[u8] = &vec![0; 1_000_000];
    let end = with_look("a", |look, place| search(look, place, &mut from, u64::MAX, SMALL, &stop, &mut leaks));
    assert_eq!(end.looked, Looked::Binary);
}

#[test]
fn base64_longer_than_a_window_is_read() {
    use base64::Engine as _;
    let token = format!("{}_{}", "ghp", Dice(1).checked());
    for before in [300_000, 300_001, 300_002, 900_000] {
        let inside = format!("{}\nK={token}\n{}", filler(before), filler(600_000));
        let text = format!(
            "//# sourceMappingURL=data:application/json;base64,{}\n",
            base64::engine::general_purpose::STANDARD.encode(inside)
        );
        let found = in_windows("a.js", text.as_bytes(), SMALL);
        assert_eq!(found, whole("a.js", text.as_bytes()));
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn it_ends_where_it_is_told_to() {
    let zeros = std::io::repeat(b' ');
    let (mut leaks, stop) = (BTreeMap::new(), AtomicBool::new(false));
    let end = with_look("a", |look, place| search(look, place, &mut zeros.take(u64::MAX), 3_000_000, SMALL, &stop, &mut leaks));
    assert_eq!((end.ended, end.looked), (Ended::PastMost, Looked::Whole));
    assert!(end.bytes < 4_000_000);
    stop.store(true, Ordering::Relaxed);
    let end = with_look("a", |look, place| search(look, place, &mut std::io::repeat(b' '), u64::MAX, SMALL, &stop, &mut leaks));
    assert_eq!(end.ended, Ended::Stopped);
}

#[test]
fn a_reader_that_breaks_is_told() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(ErrorKind::Other.into())
        }
    }
    let (mut leaks, stop) = (BTreeMap::new(), AtomicBool::new(false));
    let end = with_look("a", |look, place| search(look, place, &mut Broken, u64::MAX, SMALL, &stop, &mut leaks));
    assert_eq!(end.ended, Ended::Unreadable);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn windows_equal_the_whole(
        pieces in proptest::collection::vec((0..1000_usize, 0..90_000_usize), 1..12)
    ) {
        let all: Vec<String> = samples::all().into_iter().flat_map(|it| [it.matching, it.near].concat()).collect();
        let text = pieces.iter().map(|(which, gap)| [&filler(*gap), "\n", &all[which % all.len()], "\n"].concat()).collect::<String>();
        prop_assert_eq!(in_windows("src/a.ts", text.as_bytes(), SMALL), whole("src/a.ts", text.as_bytes()));
    }
}

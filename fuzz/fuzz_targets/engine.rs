//! The engine against texts that are put together from samples of secrets, pieces of them, escapes and anything else:
//! never a panic; sightings in bounds and in order; the same in UTF-8 and in UTF-16; the same in windows as in the whole;
//! and where a path makes a finding, the glance that knows no path says so.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rescue::fuzzing;
use std::sync::LazyLock;

static SAMPLES: LazyLock<Vec<(String, String)>> = LazyLock::new(fuzzing::samples);

const PATHS: &[&str] = &["src/a.ts", ".env", "dist/a.js", "config.yml", "package-lock.json", "README.md", "tests/a.py"];
const PIECES: &[&str] = &[
    "\"+\"", "\" + \"", "\\u002d", "\\x2d", "%2F", "%3D", "&#x2d;", "&amp;", "\\n", "\n", "\r\n", "=", " ", "${\"", "\"}", "\".concat(\"",
    "\0", "\u{feff}", "://", ":\\/\\/", "twilio", "telegram", "secret=", "token: \"", "apiKey=", "é", "上", "eyJ", "sk-", "AC", "-----BEGIN ",
];

fuzz_target!(|data: &[u8]| {
    let [path, how, script @ ..] = data else { return };
    let path = PATHS[usize::from(*path) % PATHS.len()];
    let text = if how & 1 == 0 { script.to_vec() } else { written(script) };
    let (seen, cut) = fuzzing::search(&text, path.as_bytes());
    for two in seen.windows(2) {
        assert!(two[0].at.start <= two[1].at.start, "out of order");
    }
    for it in &seen {
        assert!(it.at.start <= it.at.end && it.at.end <= text.len(), "out of bounds");
    }
    let found = fuzzing::file(&text, path.as_bytes());
    if found.as_ref().is_some_and(|it| !it.is_empty()) {
        assert_eq!(fuzzing::glance(&text), Some(true), "the glance saw less");
    }
    if how & 2 == 2 && let Ok(text) = std::str::from_utf8(&text) {
        same_in_utf16(text, path);
    }
    if how & 12 == 12 && !cut {
        same_in_windows(&text, path);
    }
});

/// A text by a script: each step puts a piece, a sample, a part of one, or bytes of the script itself.
fn written(script: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for step in script.chunks(3) {
        let [what, which, part] = [0, 1, 2].map(|n| usize::from(step.get(n).copied().unwrap_or(0)));
        let sample = SAMPLES[(which * 7 + part) % SAMPLES.len()].1.as_bytes();
        match what % 8 {
            0 | 1 => text.extend_from_slice(PIECES[which % PIECES.len()].as_bytes()),
            2 | 3 => text.extend_from_slice(sample),
            4 => text.extend_from_slice(&sample[..sample.len() * part / 255]),
            5 => text.extend_from_slice(&sample[sample.len() * part / 256..]),
            6 => {
                let (one, two) = sample.split_at(sample.len() * part / 256);
                text.extend([one, PIECES[which % PIECES.len()].as_bytes(), two].concat());
            }
            _ => text.extend_from_slice(step),
        }
    }
    text
}

fn same_in_utf16(text: &str, path: &str) {
    // A mark or a zero of its own changes what the file is.
    if text.contains(['\0', '\u{feff}', '\u{fffe}']) {
        return;
    }
    let expected = fuzzing::file(text.as_bytes(), path.as_bytes());
    for little in [true, false] {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        let bytes: Vec<u8> = units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
        assert_eq!(fuzzing::file(&bytes, path.as_bytes()), expected, "UTF-16");
    }
}

fn same_in_windows(text: &[u8], path: &str) {
    if text.contains(&0) || text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
        return;
    }
    let (core, margin) = (64 * 1024, 192 * 1024);
    let filler = b"a line of words, and of nothing else\n";
    // So that a border between windows lies within the text.
    let before = core + margin - text.len().min(core) / 2;
    let fill = |length: usize| filler.iter().copied().cycle().take(length);
    let mut whole: Vec<u8> = fill(before).chain([b'\n']).collect();
    whole.extend_from_slice(text);
    whole.push(b'\n');
    whole.extend(fill(core + margin));
    let expected = fuzzing::file(&whole, path.as_bytes());
    assert_eq!(fuzzing::file_in_windows(&whole, path.as_bytes(), core, margin), expected, "windows");
}

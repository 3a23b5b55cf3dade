//! What each format does to hostile paths and values: each is read back by its own rules, written down here anew, and by
//! the real shell.

use super::Bench;
use crate::schedule::install::{Job, Platform, cron, launchd, systemd};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeMap;
use std::process::Command;

/// Any text without control characters, with those that formats care about more often than by chance.
fn hostile() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            prop::sample::select(vec![
                "%", "\\", "\"", "'", "$", " ", "`", "&", "<", ">", "#", ";", "%h", "\\x41", "$(id)", "]]>", "&amp;", "é",
                "日本", "=", "~", "!", "*"
            ])
            .prop_map(str::to_owned),
            "[a-z/._-]{1,6}",
        ],
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

/// Reads one quoted word as systemd.syntax(7) says: C escapes first, specifiers then.
fn systemd_reads(word: &str) -> String {
    let inner = word.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or_else(|| panic!("not quoted: {word}"));
    let mut plain = String::new();
    let mut letters = inner.chars();
    while let Some(c) = letters.next() {
        match c {
            '"' => panic!("a bare quote ends the word: {word}"),
            '\\' => match letters.next() {
                Some(it @ ('\\' | '"')) => plain.push(it),
                other => panic!("no escape of ours: {other:?}"),
            },
            other => plain.push(other),
        }
    }
    let mut meant = String::new();
    let mut letters = plain.chars();
    while let Some(c) = letters.next() {
        if c == '%' {
            assert_eq!(letters.next(), Some('%'), "a specifier: {word}");
        }
        meant.push(c);
    }
    meant
}

/// What cron hands to the shell: everything before a bare `%`, with `\%` as `%`; in BSD's and Debian's cron also `\\`
/// as one backslash.
fn cron_hands_on(command: &str, folds_backslashes: bool) -> String {
    let mut handed = String::new();
    let mut escaped = false;
    for c in command.chars() {
        if escaped {
            escaped = false;
            if c == '%' || (folds_backslashes && c == '\\') {
                handed.pop();
            }
            handed.push(c);
        } else if c == '%' {
            return handed;
        } else {
            escaped = c == '\\';
            handed.push(c);
        }
    }
    handed
}

/// What the real shell takes a word for.
fn shell_reads(word: &str) -> String {
    let told = Command::new("/bin/sh").args(["-c", &format!("printf %s {word}")]).output().unwrap();
    assert!(told.status.success(), "{word}: {}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap()
}

/// The texts of a property list in their order, as a parser of markup reads them.
fn texts(plist: &str) -> Vec<String> {
    use html5gum::{Token, Tokenizer};
    let mut texts = Vec::new();
    let mut inside = None;
    for token in Tokenizer::new(plist) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) if matches!(&**tag.name, b"string" | b"key" | b"integer") => inside = Some(String::new()),
            Token::EndTag(tag) if matches!(&**tag.name, b"string" | b"key" | b"integer") => texts.extend(inside.take()),
            Token::String(text) => {
                if let Some(inside) = &mut inside {
                    inside.push_str(std::str::from_utf8(&text).unwrap());
                }
            }
            // The one thing in which this markup is not HTML: `<?xml …?>`.
            Token::Error(error) => assert!(format!("{error:?}").contains("QuestionMark"), "{error:?}: {plist}"),
            _ => {}
        }
    }
    texts
}

fn job(path: &str, value: &str) -> Job {
    let variables = BTreeMap::from([("RESCUE_HOME".to_owned(), value.to_owned())]);
    Job {
        name: "rescue-schedule".to_owned(),
        program: path.to_owned(),
        variables,
        at: "07:30".parse().unwrap(),
        spread: 4,
        log: format!("{path}.txt"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_unit_says_what_was_meant(path in hostile(), value in hostile()) {
        let (path, value) = (format!("/{path}"), format!("/{value}"));
        let unit = systemd::service(&job(&path, &value));
        let exec = unit.lines().find_map(|line| line.strip_prefix("ExecStart=:")).unwrap();
        let word = exec.strip_suffix(" probe --due --scheduled").unwrap();
        let through_shell = word.strip_prefix("/bin/sh -c \"exec \\\"$0\\\" \\\"$@\\\"\" ");
        // What systemd refuses in an executable's path, as `systemd-analyze verify` says.
        prop_assert_eq!(through_shell.is_some(), path.contains(['\'', '"', '\\']));
        prop_assert_eq!(systemd_reads(through_shell.unwrap_or(word)), path);
        let named = unit.lines().find_map(|line| line.strip_prefix("Environment=")).unwrap();
        prop_assert_eq!(systemd_reads(named), format!("RESCUE_HOME={value}"));
    }

    #[test]
    fn an_agent_says_what_was_meant(path in hostile(), value in hostile()) {
        let (path, value) = (format!("/{path}"), format!("/{value}"));
        let texts = texts(&launchd::agent(&job(&path, &value)));
        let after = |key: &str| texts[texts.iter().position(|it| it == key).unwrap() + 1].clone();
        prop_assert_eq!(after("RESCUE_HOME"), value);
        let command = after("-c");
        prop_assert_eq!(&command, &format!("umask 077; exec {} probe --due --scheduled >{} 2>&1", crate::words::shell_word(&path), crate::words::shell_word(&format!("{path}.txt"))));
        prop_assert_eq!((after("Hour"), after("Minute")), ("7".to_owned(), "34".to_owned()));
    }
}

proptest! {
    // Each case starts shells.
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_crontab_line_says_what_was_meant_in_every_cron(text in hostile()) {
        prop_assert_eq!(shell_reads(&crate::words::shell_word(&text)), text.clone());
        for folds in [false, true] {
            prop_assert_eq!(shell_reads(&cron_hands_on(&cron::word(&text), folds)), text.clone(), "{}", cron::word(&text));
        }
    }
}

#[rstest]
#[case(
    "/opt/50% off/it's \"here\"/rescue",
    "\"/opt/50%% off/it's \\\"here\\\"/rescue\"",
    "'/opt/50\\% off/it'\\''s \"here\"/rescue'"
)]
#[case("/a\\\\b\\%c", "\"/a\\\\\\\\b\\\\%%c\"", "'/a\\''\\b\\''\\%c'")]
#[case("/home/日本/$USER", "\"/home/日本/$USER\"", "'/home/日本/$USER'")]
fn as_they_are_written(#[case] text: &str, #[case] unit: &str, #[case] line: &str) {
    assert_eq!((systemd::quoted(text).as_str(), cron::word(text).as_str()), (unit, line));
    assert_eq!(systemd_reads(unit), text);
}

#[test]
fn the_lines_time_is_one_that_cron_reads() {
    let block = cron::block(&job("/bin/rescue", "/home/ana")).unwrap();
    let line = block.lines().nth(1).unwrap();
    let when: String = line.split(' ').take(5).collect::<Vec<_>>().join(" ");
    assert_eq!(when, "34 7 * * *");
    let cron: croner::Cron = when.parse().unwrap();
    let next =
        cron.find_next_occurrence(&"2026-11-23T07:34:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap(), false).unwrap();
    assert_eq!(next.to_rfc3339(), "2026-11-24T07:34:00+00:00");
}

#[test]
fn a_line_that_is_too_long_for_cron_is_refused_with_the_way_out() {
    let mut long = job("/bin/rescue", "/home/ana");
    long.variables.insert("PATH".to_owned(), "/a".repeat(500));
    let trouble = cron::block(&long).unwrap_err();
    assert!(trouble.what.as_str().contains("crons take 998") && trouble.next.unwrap().as_str().contains("PATH="));
    assert!(Bench::new(Platform::Linux, &[]).job().program.starts_with('/'));
}

//! What a package says comes back whole, and what is no package is told for what it is.

use super::*;
use crate::domain::{AppSettings, Author, FactBody};
use pretty_assertions::assert_eq;
use rstest::rstest;
use serde_json::json;

fn fact(number: u128, body: FactBody) -> Fact {
    let at = DateTime::UNIX_EPOCH + chrono::TimeDelta::try_days(20_000).unwrap();
    Fact { id: FactId(uuid::Uuid::from_u128(number)), at, by: Author::Person("Sam".into()), body }
}

fn package() -> Package {
    let name: AppName = "acme".parse().unwrap();
    let settings = AppSettings::new(name.clone(), "2026-11-02".parse().unwrap());
    let note = FactBody::Noted { item: "SEC-01".parse().unwrap(), text: "looked".into(), founder: None };
    let seen = json!({ "branches": ["main"], "b": 1 });
    let mut carried = Carried { facts: vec![fact(1, FactBody::Settings { settings: Box::new(settings) })], ..Carried::default() };
    carried.facts.push(fact(2, note));
    carried.checklists.insert(Digest::of("a text\nof two lines"), "a text\nof two lines".to_owned());
    carried.observations.insert(Digest::of(&seen.to_string()), seen);
    carried.thinned.insert(Digest::of("gone"), DateTime::UNIX_EPOCH);
    carried.snapshots.insert(Digest::of("page"), "{\n}".to_owned());
    carried.apart.insert(Digest::of("page"), [FactId(uuid::Uuid::from_u128(2))].into());
    Package { head: Head::new(name, "rescue 9.9.9", DateTime::UNIX_EPOCH, true), carried, key: Some(Zeroizing::new([7; 32])) }
}

fn text() -> String {
    String::from_utf8(package().write().unwrap().to_vec()).unwrap()
}

fn read(text: &str) -> Result<Package, NotAPackage> {
    Package::read(text.as_bytes())
}

#[test]
fn a_package_comes_back_as_it_was() {
    assert_eq!(read(&text()).unwrap(), package());
    assert!(!format!("{:?}", package()).contains("0707"), "the key is not shown");
}

#[test]
fn a_package_that_ends_anywhere_else_is_told_as_cut() {
    let whole = text();
    for end in 0..whole.len() {
        let Some(part) = whole.get(..end) else { continue };
        let problem = read(part).unwrap_err();
        assert!(!problem.is_newer(), "{end}: {problem}");
    }
    // A line that is missing in the middle.
    let lines: Vec<&str> = whole.lines().collect();
    for gone in 1..lines.len() {
        let rest: Vec<&str> = lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| *line).collect();
        assert!(read(&(rest.join("\n") + "\n")).is_err(), "without line {gone}");
    }
    assert!(read(&format!("{whole}{{}}\n")).is_err(), "something after the end");
}

#[rstest]
#[case("", "not what `rescue app export` writes")]
#[case("\n", "not what `rescue app export` writes")]
#[case("[]\n", "not what `rescue app export` writes")]
#[case("{\"rescue\":\"something\",\"version\":1}\n", "not what `rescue app export` writes")]
#[case(
    "{\"rescue\":\"app export\",\"version\":2,\"tool\":\"rescue 7\",\"anything\":1}\n",
    "form 2 by rescue 7, and this rescue knows form 1"
)]
#[case("\u{1b}[2J\n", "not what `rescue app export` writes")]
fn what_is_no_package_is_told(#[case] text: &str, #[case] says: &str) {
    let problem = read(text).unwrap_err().to_string();
    assert!(problem.contains(says), "{problem}");
}

#[test]
fn what_this_rescue_would_leave_out_is_told_and_not_lost() {
    // A field of a newer fact, a kind of fact, a kind of line, a setting: each as a newer rescue might write it.
    let newer = [
        text().replace("\"text\":\"looked\"", "\"text\":\"looked\",\"mood\":\"good\""),
        text().replace("\"is\":\"noted\"", "\"is\":\"sung\""),
        text().replace("{\"thinned\":", "{\"dreamt\":"),
        text().replace("\"weeks\":6", "\"weeks\":6,\"moons\":2"),
    ];
    for (at, text) in newer.iter().enumerate() {
        let problem = read(text).unwrap_err();
        assert!(problem.is_newer() && problem.to_string().contains("rescue 9.9.9"), "{at}: {problem}");
    }
    let older = text().replace("\"archived\":false,", "").replace(",\"archived\":false", "");
    assert_ne!(older, text());
    assert_eq!(read(&older).unwrap(), package(), "what an older one did not write is what it was");
}

#[test]
fn an_endless_line_is_not_held() {
    struct Endless(u64);
    impl std::io::Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            into.fill(b'a');
            self.0 += into.len() as u64;
            assert!(self.0 < MOST_LINE * 2, "it goes on reading");
            Ok(into.len())
        }
    }
    assert!(matches!(Package::read(std::io::BufReader::new(Endless(0))), Err(NotAPackage::TooLarge)));
}

#[test]
fn what_no_reader_would_take_is_not_written() {
    let package = package();
    let whole = package.write().unwrap();
    let longest = whole.split_inclusive(|byte| *byte == b'\n').skip(1).map(<[u8]>::len).max().unwrap() as u64;
    let size = whole.len() as u64;
    assert_eq!(package.write_within(longest, size).unwrap(), whole);
    for (most_line, most) in [(longest - 1, size), (longest, size - 1)] {
        assert!(matches!(package.write_within(most_line, most), Err(Unwritten::TooLarge)), "{most_line} {most}");
    }
}

/// Where strings stand in a value.
fn strings(value: &Value, path: &str, into: &mut Vec<String>) {
    match value {
        Value::String(_) => into.push(path.to_owned()),
        Value::Array(parts) => parts.iter().enumerate().for_each(|(at, part)| strings(part, &format!("{path}/{at}"), into)),
        Value::Object(fields) => fields.iter().for_each(|(name, part)| strings(part, &format!("{path}/{name}"), into)),
        _ => {}
    }
}

#[test]
fn a_fact_with_a_control_character_in_any_text_is_not_taken() {
    let mut paths = 0;
    for line in text().lines().filter(|line| line.starts_with("{\"fact\"")) {
        let whole: Value = serde_json::from_str(line).unwrap();
        let mut found = Vec::new();
        strings(&whole, "", &mut found);
        for path in found {
            paths += 1;
            for bad in ["\u{1b}[2J", "\u{7}", "\u{9b}31m", "a\rb"] {
                let mut changed = whole.clone();
                *changed.pointer_mut(&path).unwrap() = json!(bad);
                let problem = read(&text().replace(line, &changed.to_string())).unwrap_err();
                assert!(matches!(problem, NotAPackage::Controls { .. }), "{path}: {problem}");
            }
        }
    }
    assert!(paths > 10, "{paths}");
    // Where what is shown is a text of its own, it is harmless whatever came.
    assert!(!Author::Tool("\u{1b}[2J".into()).to_string().contains('\u{1b}'));
}

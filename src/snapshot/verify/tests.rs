//! What a changed file is called, wherever it was changed; and what nothing but a database or a signature may say.

use super::*;
use crate::domain::testing::Story;
use crate::domain::{AppSettings, FactBody};
use crate::snapshot::story_tests::{TOOL, page_on, record, sealed, story};
use crate::snapshot::{Audience, Sharing};
use proptest::prelude::*;
use proptest::sample::Index;
use rstest::rstest;
use std::sync::LazyLock;

fn nobody(_: &Digest) -> Option<Record> {
    None
}

fn look(bytes: &[u8]) -> Result<Examined, Unexamined> {
    examine(bytes, TOOL, Words::english(), &nobody)
}

fn as_html(record: &Record) -> String {
    html::with_record(&record.page, Words::english(), record)
}

fn as_json(record: &Record) -> String {
    record.to_text()
}

#[rstest]
#[case(as_html)]
#[case(as_json)]
fn an_untouched_file_is_consistent(#[case] write: fn(&Record) -> String) {
    for audience in [Audience::Founder, Audience::Investor] {
        let note = Some(("Sam".into(), "<b>Hello</b> & =1+1 [a](javascript:x)".into()));
        let record = sealed(page_on(&story(), 2, &Sharing { audience, detail: true, note }, None));
        let seen = look(write(&record).as_bytes()).unwrap();
        assert!(seen.is_consistent(), "{:?}", seen.differences);
        assert_eq!((seen.as_written, seen.record, seen.signature), (Some(true), record, None));
    }
}

/// A file in which one byte was changed is not as it was written; and if it is still called consistent, it says the same.
fn told(original: &Record, bytes: &[u8]) -> Result<(), String> {
    match look(bytes) {
        Err(_) => Ok(()),
        Ok(seen) if !seen.is_consistent() => Ok(()),
        Ok(seen) if seen.as_written == Some(false) && seen.record == *original => Ok(()),
        Ok(seen) => Err(format!("called consistent: {:?}, {:?}", seen.as_written, seen.record == *original)),
    }
}

static RECORD: LazyLock<Record> = LazyLock::new(record);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn one_changed_byte_is_never_passed_over(in_html in any::<bool>(), place in any::<Index>(), bit in 0..8_u8, how in 0..3_u8, other in any::<u8>()) {
        let text = if in_html { as_html(&RECORD) } else { as_json(&RECORD) };
        let mut bytes = text.clone().into_bytes();
        let place = place.index(bytes.len());
        match how {
            0 => bytes[place] ^= 1 << bit,
            1 => bytes[place] = other,
            _ => { bytes.remove(place); }
        }
        prop_assume!(bytes != text.as_bytes());
        if let Err(passed_over) = told(&RECORD, &bytes) {
            let around = String::from_utf8_lossy(&bytes[place.saturating_sub(30)..(place + 30).min(bytes.len())]).into_owned();
            return Err(TestCaseError::fail(format!("{passed_over} at {place}: {around}")));
        }
    }
}

#[test]
fn every_sentence_and_number_of_a_json_file_is_watched() {
    let record = &*RECORD;
    let value = serde_json::to_value(record).unwrap();
    let mut changed = 0;
    for (place, leaf) in leaves(&value).into_iter().filter(|(place, _)| place.starts_with("page.")) {
        let pointer = format!("/{}", place.replace('.', "/"));
        let mut other = value.clone();
        let spot = other.pointer_mut(&pointer).unwrap();
        *spot = match leaf {
            Value::String(text) => Value::from(format!("{text}.")),
            Value::Number(number) => Value::from(number.as_u64().unwrap() + 1),
            Value::Bool(it) => Value::from(!it),
            _ => continue,
        };
        changed += 1;
        // What cannot be read any more, such as another audience, is told as such.
        let Ok(seen) = look(serde_json::to_string(&other).unwrap().as_bytes()) else { continue };
        let place = place.trim_start_matches("page.");
        assert!(seen.differences.iter().any(|it| it.place == place), "{place}: {:?}", seen.differences);
    }
    assert!(changed > 80, "{changed}");
}

#[test]
fn a_changed_sentence_is_told_with_what_it_says_and_what_was_kept() {
    let record = &*RECORD;
    let text = as_json(record).replacen("use your passwords", "see your logo", 1);
    let kept = |seal: &Digest| (*seal == record.seal).then(|| record.clone());
    let seen = examine(text.as_bytes(), TOOL, Words::english(), &kept).unwrap();
    let first = &seen.differences[0];
    assert_eq!(first.says.as_ref().unwrap().as_str(), "A stranger could see your logo.");
    assert_eq!(first.should.as_ref().unwrap().as_str(), "A stranger could use your passwords.");
    assert!(first.place.starts_with("dangers.list.") && first.place.ends_with(".consequence"), "{first:?}");
}

#[test]
fn a_changed_word_on_the_page_is_told_with_its_line() {
    let text = as_html(&RECORD);
    let seen = look(text.replacen("use your passwords", "see your logo", 1).as_bytes()).unwrap();
    let first = &seen.differences[0];
    assert!(first.place.starts_with("line "), "{first:?}");
    assert!(first.says.as_ref().unwrap().as_str().contains("see your logo"), "{first:?}");
    assert!(first.should.as_ref().unwrap().as_str().contains("use your passwords"), "{first:?}");
}

#[test]
fn a_file_that_another_program_wrote_anew_says_the_same_and_is_told_apart() {
    let compact = serde_json::to_string(&*RECORD).unwrap();
    let seen = look(compact.as_bytes()).unwrap();
    assert!(seen.is_consistent());
    assert_eq!(seen.as_written, Some(false));
}

/// A file that another version made: the same sentences in another layout.
fn laid_out_otherwise(page: &Page, change: fn(&str) -> String) -> String {
    let words = Words::english();
    let record = Record::seal(page.clone(), Digest::of(&change(&html::render(page, words))));
    change(&html::with_record(page, words, &record))
}

fn with_more_white_space(text: &str) -> String {
    text.replace("</body>", "<hr>\n</body>")
}

fn without_a_danger(text: &str) -> String {
    with_more_white_space(text).replace("use your passwords", "see your logo")
}

#[test]
fn a_page_of_another_version_is_held_against_its_own_record() {
    let mut page = RECORD.page.clone();
    page.method.tool = "rescue 0.0.1".to_owned();
    let seen = look(laid_out_otherwise(&page, with_more_white_space).as_bytes()).unwrap();
    assert!(seen.is_consistent(), "{:?}", seen.differences);
    assert_eq!(seen.as_written, None);
    let seen = look(laid_out_otherwise(&page, without_a_danger).as_bytes()).unwrap();
    assert_eq!(seen.differences[0].should.as_ref().unwrap().as_str(), "A stranger could use your passwords.");
    // Changed afterwards: its digest does not fit.
    let text = laid_out_otherwise(&page, with_more_white_space).replace("use your passwords", "see your logo");
    let seen = look(text.as_bytes()).unwrap();
    assert!(seen.differences.iter().any(|it| it.should.as_ref().is_some_and(|it| it.as_str().contains("passwords"))), "{seen:?}");
}

#[test]
fn a_page_that_says_it_is_of_this_version_and_is_not_is_told() {
    let text = laid_out_otherwise(&RECORD.page, with_more_white_space);
    let seen = look(text.as_bytes()).unwrap();
    assert!(!seen.is_consistent(), "its digests fit, but it is not the page of its record");
}

#[rstest]
#[case(b"".to_vec(), Unexamined::Empty)]
#[case(b" \n".to_vec(), Unexamined::Empty)]
#[case(b"hello".to_vec(), Unexamined::NotASnapshot)]
#[case(b"<!doctype html><title>x</title>".to_vec(), Unexamined::NotASnapshot)]
#[case(vec![0xff, 0xfe], Unexamined::NotText)]
#[case(vec![b' '; (20 << 20) + 1], Unexamined::TooLarge)]
fn what_is_no_snapshot_is_told(#[case] bytes: Vec<u8>, #[case] wanted: Unexamined) {
    assert_eq!(look(&bytes), Err(wanted));
}

#[test]
fn half_a_file_and_a_newer_form_are_told() {
    let (page, json) = (as_html(&RECORD), as_json(&RECORD));
    let tag = page.find("rescue-record").unwrap();
    assert_eq!(look(&page.as_bytes()[..tag + 40]), Err(Unexamined::Damaged));
    assert_eq!(look(&json.as_bytes()[..json.len() / 2]), Err(Unexamined::Unreadable(Unreadable::Truncated)));
    let newer = json.replacen("\"schema\": 1", "\"schema\": 7", 1);
    assert_eq!(look(newer.as_bytes()), Err(Unexamined::Unreadable(Unreadable::Newer { found: 7 })));
}

#[test]
fn a_signature_that_does_not_hold_is_told() {
    let record = Record { signature: Some("hello".to_owned()), ..RECORD.clone() };
    let seen = look(as_json(&record).as_bytes()).unwrap();
    assert!(matches!(seen.signature, Some(Err(_))));
    assert_eq!(seen.as_written, Some(false));
}

fn behind_of(change: impl FnOnce(&mut Story)) -> Behind {
    let mut story = story();
    let page = page_on(&story, 2, &Sharing::default(), None);
    change(&mut story);
    behind(&page, &story.facts)
}

#[test]
fn the_facts_behind_a_page_are_found_or_what_is_wrong_with_them() {
    assert!(behind_of(|_| {}).are_here());
    // What was written later changes nothing, even if it was so before: it was not known.
    assert!(behind_of(|story| drop_(story.on(1).pass("github.a").on(9).pass("s3.a"))).are_here());
    let all = behind_of(|_| {});
    let lost = behind_of(|story| drop(story.facts.remove(3)));
    assert_eq!((lost.here, lost.newest, lost.are_here()), (all.wanted - 1, true, false));
    let newest = behind_of(|story| drop(story.facts.pop()));
    assert!(!newest.newest && !newest.are_here());
    let changed = behind_of(|story| {
        let settings = AppSettings { weeks: 7, ..story.settings.clone() };
        story.facts[0].body = FactBody::Settings { settings: Box::new(settings) };
    });
    assert!(changed.here == all.wanted && changed.newest && !changed.unchanged && !changed.are_here());
    let others = behind(&page_on(&story(), 2, &Sharing::default(), None), &[]);
    assert_eq!((others.here, others.are_here()), (0, false));
}

fn drop_(_: &mut Story) {}

//! What every page keeps to, whatever is in it: one file, no script, no request, text as text, a size for mail.

use super::super::model::{Audience, Page, Point};
use super::super::seal::{self, Record};
use super::super::testing::{HOSTILE, detailed, fill_in, founder, hostile, investor, many, nothing_done, samples};
use super::super::words::Words;
use super::{record, render, take_apart, with_record};
use crate::domain::{Digest, Foreign};
use base64::Engine as _;
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeSet;

/// What a browser's tokenizer makes of a page.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parsed {
    tags: Vec<Tag>,
    /// Everything outside of tags; that of a tag's own follows it.
    text: String,
    comments: usize,
    errors: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

impl Parsed {
    fn all(&self, name: &str) -> Vec<&Tag> {
        self.tags.iter().filter(|it| it.name == name).collect()
    }

    fn ids(&self) -> Vec<&str> {
        self.tags.iter().filter_map(|it| it.get("id")).collect()
    }
}

fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let utf8 = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    for token in Tokenizer::new_with_emitter(text, emitter) {
        match token.unwrap() {
            Token::StartTag(tag) => parsed.tags.push(Tag {
                name: utf8(&tag.name),
                attributes: tag.attributes.iter().map(|(name, value)| (utf8(name), utf8(&value.value))).collect(),
            }),
            Token::String(text) => parsed.text.push_str(&utf8(&text.value)),
            Token::Comment(_) => parsed.comments += 1,
            Token::Error(error) => parsed.errors.push(format!("{:?}", error.value)),
            Token::EndTag(_) | Token::Doctype(_) => {}
        }
    }
    parsed
}

fn sealed(page: &Page) -> (String, Record) {
    let words = Words::english();
    let record = Record::seal(page.clone(), Digest::of(&render(page, words)));
    (with_record(page, words, &record), record)
}

#[test]
fn every_page_is_one_file_that_asks_nobody_and_runs_nothing() {
    for (name, page) in samples() {
        let (text, _) = sealed(&page);
        let parsed = parse(&text);
        assert_eq!(parsed.errors, [""; 0], "{name}");
        assert_eq!(parsed.comments, 0, "{name}");
        for banned in ["script", "link", "iframe", "object", "embed", "base", "form", "img", "audio", "video", "use", "image"] {
            assert!(parsed.all(banned).is_empty(), "{name} has a <{banned}>");
        }
        for (attribute, value) in parsed.tags.iter().flat_map(|it| &it.attributes) {
            assert!(
                !attribute.starts_with("on") && !["style", "src", "srcset", "action"].contains(&attribute.as_str()),
                "{name}: {attribute}"
            );
            assert!(!value.contains("//") || attribute == "content" && !value.contains(':'), "{name}: {attribute}={value}");
        }
        let ids = parsed.ids();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name} has an id twice");
        for link in parsed.all("a") {
            let target = link.get("href").unwrap().strip_prefix('#').unwrap();
            assert!(ids.contains(&target), "{name} points at #{target}");
        }
        for label in parsed.tags.iter().filter_map(|it| it.get("aria-labelledby")).flat_map(str::split_whitespace) {
            assert!(ids.contains(&label), "{name} is labelled by #{label}");
        }
    }
}

#[test]
fn the_policy_lets_in_the_style_sheet_of_the_page_and_nothing_else() {
    use sha2::Digest as _;
    let text = render(&founder(), Words::english());
    let (_, style) = text.split_once("<style>").unwrap();
    let (style, _) = style.split_once("</style>").unwrap();
    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style.as_bytes()));
    let parsed = parse(&text);
    let policy = parsed.all("meta").into_iter().find(|it| it.get("http-equiv") == Some("Content-Security-Policy")).unwrap();
    let wanted = format!("default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'");
    assert_eq!(policy.get("content"), Some(wanted.as_str()));
    // It comes before what it is about.
    assert!(text.find("Content-Security-Policy").unwrap() < text.find("<style>").unwrap());
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains("</"));
}

#[test]
fn every_page_can_be_heard_in_order() {
    for (name, page) in samples() {
        let parsed = parse(&render(&page, Words::english()));
        assert_eq!(parsed.all("html")[0].get("lang"), Some("en"), "{name}");
        assert_eq!(parsed.all("main").len(), 1, "{name}");
        let levels: Vec<u32> = parsed.tags.iter().filter_map(|it| it.name.strip_prefix('h')?.parse().ok()).collect();
        assert_eq!(levels.first(), Some(&1), "{name}");
        assert_eq!(levels.iter().filter(|it| **it == 1).count(), 1, "{name}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    }
}

#[test]
fn the_parts_come_in_the_order_of_the_letter() {
    let parsed = parse(&render(&founder(), Words::english()));
    let parts: Vec<&str> = parsed.all("section").into_iter().filter_map(|it| it.get("aria-labelledby")).collect();
    let wanted =
        ["question", "note", "dangers", "turn", "changes", "plan", "accepted", "unseen", "areas", "measured", "course", "method"];
    assert_eq!(parts, wanted);
}

/// The same tags with the same attributes as on a page with usual texts, and the foreign text among the text.
#[test]
fn foreign_text_is_text_and_nothing_else() {
    let (usual, odd) = (parse(&render(&detailed(), Words::english())), parse(&render(&hostile(), Words::english())));
    assert_eq!(usual.tags, odd.tags);
    assert_eq!(odd.errors, [""; 0]);
    for text in HOSTILE {
        assert!(odd.text.contains(Foreign::new(text).as_str()), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_text_is_text_and_nothing_else(text in "\\PC{0,60}") {
        let (usual, mut page) = (detailed(), detailed());
        fill_in(&mut page, &mut |_| Foreign::new(&text));
        let (usual, odd) = (parse(&render(&usual, Words::english())), parse(&render(&page, Words::english())));
        prop_assert_eq!(usual.tags, odd.tags);
        prop_assert!(odd.text.contains(Foreign::new(&text).as_str()));
    }
}

#[test]
fn every_page_fits_into_a_mail() {
    for (name, page) in samples() {
        let (text, _) = sealed(&page);
        assert!(text.len() <= 200 * 1024, "{name} has {} bytes", text.len());
    }
}

/// Longer words than `build` lets through.
#[test]
fn words_of_any_length_do_not_fill_a_mail() {
    let text = render(&many(400, 10_000), Words::english());
    assert!(text.len() <= 200 * 1024 && parse(&text).errors.is_empty());
}

/// Every field of a large page at once, in characters that take five bytes to escape.
#[test]
fn the_smallest_room_holds_whatever_is_there() {
    let mut page = many(400, 1);
    page.areas.iter_mut().flat_map(|area| &mut area.lines).for_each(|line| {
        line.remark = Some(Foreign::new("x"));
        line.detail = Some(Foreign::new("x"));
    });
    fill_in(&mut page, &mut |_| Foreign::new("<".repeat(1_000)));
    let (text, _) = sealed(&page);
    assert!(text.len() <= 200 * 1024, "{} bytes", text.len());
}

#[rstest]
#[case(founder(), false)]
#[case(nothing_done(), false)]
#[case(many(400, 1), true)]
#[case(many(400, 100), true)]
fn a_page_says_when_it_was_shortened(#[case] page: Page, #[case] shortened: bool) {
    let text = parse(&render(&page, Words::english())).text;
    assert_eq!(text.contains(&Words::english().html.shortened), shortened);
    assert_eq!(text.contains(" of the 400 are not shown here."), shortened);
}

#[test]
fn every_word_of_a_usual_page_is_shown() {
    let mut page = detailed();
    let mut number = 0;
    fill_in(&mut page, &mut |_| {
        number += 1;
        Foreign::new(format!("sentence {number} of a stranger."))
    });
    let text = parse(&render(&page, Words::english())).text;
    // The list's name and version are shown within the method's first sentence.
    let own = [&page.method.checklist, &page.method.checklist_version].map(ToString::to_string);
    let missing: Vec<String> = (1..=number)
        .map(|number| format!("sentence {number} of a stranger."))
        .filter(|says| !own.contains(says) && !text.contains(says))
        .collect();
    assert_eq!(missing, [""; 0]);
    for says in [&page.day, &page.week, &page.verdict.question, &page.verdict.count, &page.plan.says, &page.course.says] {
        assert!(text.contains(says), "{says}");
    }
    assert!(text.contains(&seal::content(&page).0) && text.contains(&page.method.facts.chain.0));
}

#[test]
fn a_reader_from_outside_is_told_how_much_and_nothing_that_is_not_so() {
    let page = investor();
    assert!(page.changes.worse.is_empty() && page.audience == Audience::Investor);
    let parsed = parse(&render(&page, Words::english()));
    let words = Words::english();
    assert!(parsed.text.contains(&page.dangers.says) && parsed.text.contains(&page.changes.says));
    // Two things went backwards; the page only does not say which.
    assert!(!parsed.text.contains(&words.changes.nothing_worse));
    let ids = parsed.ids();
    assert!(!ids.iter().any(|it| it.starts_with("danger-") || it.starts_with("task-")), "{ids:?}");
    assert!(!parsed.tags.iter().any(|it| it.get("class") == Some("cards")));
}

#[test]
fn a_picture_marks_what_was_lost_and_has_its_numbers_beside_it() {
    let page = founder();
    let text = render(&page, Words::english());
    assert_eq!(text.matches("<g class=\"lost\"").count(), page.course.points.iter().filter(|it| it.lost > 0).count());
    let parsed = parse(&text);
    // A row for the heads, and one for each point.
    assert_eq!(parsed.all("tr").len(), page.course.points.len() + 1);
    assert!(parse(&render(&nothing_done(), Words::english())).all("figure").is_empty());
}

/// Whatever the numbers are: no label outside of the picture or on another.
#[rstest]
#[case(&[(0, 4), (4, 4)])]
#[case(&[(9, 18), (1, 1)])]
#[case(&[(0, 18), (18, 18)])]
#[case(&[(18, 18), (0, 18)])]
#[case(&[(0, 1), (0, 400)])]
fn the_numbers_of_a_picture_keep_apart(#[case] points: &[(u16, u16)]) {
    let mut page = founder();
    let day = page.moment.date_naive();
    let point = |(number, (done, of)): (u64, &(u16, u16))| Point {
        on: day + chrono::Days::new(number * 7),
        done: *done,
        of: *of,
        lost: 1,
    };
    page.course.points = (0..).zip(points).map(point).collect();
    let picture = super::course::picture(&page, Words::english()).unwrap();
    for text in [picture.whole_text, picture.now_text] {
        assert!((100..1_600).contains(&text), "{text}");
    }
    assert!((picture.whole_text - picture.now_text).abs() >= 120, "{} and {}", picture.whole_text, picture.now_text);
}

#[test]
fn a_record_goes_in_and_comes_out_byte_for_byte() {
    for (name, page) in samples() {
        let (text, record) = sealed(&page);
        let (without, found) = take_apart(&text).unwrap();
        assert!(without == render(&page, Words::english()), "{name}");
        assert_eq!(Digest::of(&without), found.html, "{name}");
        assert_eq!(found, record, "{name}");
        assert_eq!(text, sealed(&page).0, "{name} is not the same twice");
    }
}

#[rstest]
#[case::nothing("")]
#[case::no_base64("not base64!")]
#[case::no_deflate("AAAA")]
#[case::nothing_in_it("AwA=")]
fn what_holds_no_record_has_none(#[case] packed: &str) {
    let text = render(&founder(), Words::english());
    assert_eq!(take_apart(&text), None);
    assert_eq!(
        take_apart(&text.replace("</head>", &format!("<meta name=\"rescue-record\" content=\"{packed}\">\n</head>"))),
        None
    );
}

/// A record that unfolds into more than any page is not read to its end.
#[test]
fn a_record_that_unfolds_without_end_is_refused() {
    use flate2::{Compression, write::DeflateEncoder};
    use std::io::Write as _;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let spaces = vec![b' '; 1024 * 1024];
    for _ in 0..=record::MOST / spaces.len() as u64 {
        encoder.write_all(&spaces).unwrap();
    }
    let packed = base64::engine::general_purpose::STANDARD.encode(encoder.finish().unwrap());
    assert_eq!(take_apart(&format!("<meta name=\"rescue-record\" content=\"{packed}\">\n")), None);
}

/// For `scripts/snapshot/check.mjs`, which opens them in a browser: `RESCUE_WRITE_SNAPSHOTS=DIR cargo test --lib
/// pages_for_a_browser`.
#[test]
fn pages_for_a_browser() {
    #[expect(clippy::disallowed_methods, reason = "a test reads where to write its samples")]
    let Some(folder) = std::env::var_os("RESCUE_WRITE_SNAPSHOTS").filter(|it| !it.is_empty()) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    for (name, page) in samples().into_iter().chain([("detailed", detailed())]) {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.html")), sealed(&page).0).unwrap();
    }
}

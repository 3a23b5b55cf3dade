//! What GitHub's reader of Markdown makes of a page: the same blocks whatever strangers wrote, and their text unchanged.

use super::plain::plain;
use super::render;
use crate::domain::Foreign;
use crate::snapshot::model::Page;
use crate::snapshot::testing::{HOSTILE, detailed, fill_in, founder, hostile, samples};
use crate::snapshot::words::Words;
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;
use rstest::rstest;

/// Everything that any common dialect knows, links that nobody marked included.
fn dialect() -> Options<'static> {
    let mut options = Options::default();
    let on = &mut options.extension;
    on.strikethrough = true;
    on.table = true;
    on.autolink = true;
    on.tasklist = true;
    on.footnotes = true;
    on.superscript = true;
    on.subscript = true;
    on.spoiler = true;
    on.underline = true;
    on.math_dollars = true;
    on.math_code = true;
    on.alerts = true;
    on.description_lists = true;
    on.wikilinks_title_after_pipe = true;
    on.multiline_block_quotes = true;
    on.front_matter_delimiter = Some("---".to_owned());
    options
}

/// A page as it is read: the kinds of its parts in order, without its texts, and the texts, one a block.
#[derive(Debug, PartialEq)]
struct Read {
    kinds: Vec<String>,
    texts: Vec<String>,
}

fn read(markdown: &str) -> Read {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &dialect());
    let mut read = Read { kinds: Vec::new(), texts: Vec::new() };
    walk(root, &mut read);
    // Nobody sees what only keeps things apart.
    read.texts.iter_mut().for_each(|text| text.retain(|c| c != '\u{200b}'));
    read
}

fn walk<'a>(node: &'a AstNode<'a>, read: &mut Read) {
    for child in node.children() {
        let value = child.data.borrow().value.clone();
        match &value {
            NodeValue::Text(text) => {
                if let Some(block) = read.texts.last_mut() {
                    block.push_str(text);
                }
            }
            NodeValue::Paragraph | NodeValue::Heading(_) => {
                read.kinds.push(format!("{value:?}"));
                read.texts.push(String::new());
            }
            // How they were written is no part of what they are.
            NodeValue::List(_) => read.kinds.push("list".to_owned()),
            NodeValue::Item(_) => read.kinds.push("item".to_owned()),
            other => read.kinds.push(format!("{other:?}")),
        }
        walk(child, read);
    }
}

fn markdown(page: &Page) -> String {
    render(page, Words::english())
}

/// The texts from outside as they stand in a page.
fn texts(page: &Page) -> Vec<String> {
    let mut texts = Vec::new();
    fill_in(&mut page.clone(), &mut |text| {
        texts.push(text.as_str().trim().to_owned());
        text.clone()
    });
    texts
}

/// Whether `page` reads like the same page with a harmless word in each of its texts, and each text is there.
fn reads_as_text(page: &Page) -> Result<(), String> {
    let mut harmless = page.clone();
    fill_in(&mut harmless, &mut |_| Foreign::new("word"));
    let source = markdown(page);
    let (found, wanted) = (read(&source), read(&markdown(&harmless)));
    if found.kinds != wanted.kinds {
        let at = found.kinds.iter().zip(&wanted.kinds).take_while(|(a, b)| a == b).count();
        return Err(format!("{:?} instead of {:?} in\n{source}", found.kinds.get(at), wanted.kinds.get(at)));
    }
    let missing = texts(page).into_iter().find(|text| !found.texts.iter().any(|block| block.contains(text)));
    missing.map_or(Ok(()), |text| Err(format!("{text:?} is not in\n{source}")))
}

#[test]
fn every_sample_reads_as_text() {
    for (name, page) in samples() {
        // A year of ten thousand letters a word says nothing more here, and takes long to compare.
        if name != "four-hundred-long-words" {
            reads_as_text(&page).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    }
}

#[test]
fn parts_come_in_the_order_of_the_page() {
    let source = markdown(&founder());
    let headings: Vec<&str> = source.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let words = Words::english();
    let wanted = [
        words.verdict.live.as_str(),
        &words.dangers.title,
        &words.turn.title,
        &words.changes.title,
        &words.plan.title,
        &words.accepted.title,
        &words.unseen.title,
        &words.areas.title,
        &words.measured.title,
        &words.course.title,
        &words.method.title,
    ];
    assert_eq!(headings, wanted);
    assert!(!read(&source).kinds.iter().any(|kind| kind.contains("Table") || kind.contains("Code") || kind.contains("Link")));
}

#[rstest]
#[case("Acme & Sons, R&D", "Acme & Sons, R&D")]
#[case("Point 3.5 of the list (and more) - done!", "Point 3.5 of the list (and more) - done!")]
#[case("snake_case_name", "snake_case_name")]
#[case("*bold* _so_ `code`", "\\*bold\\* \\_so\\_ \\`code\\`")]
#[case("see https://example.com/x", "see https:\u{200b}//example\u{200b}.com/x")]
#[case("www.example.com", "www\u{200b}.example\u{200b}.com")]
#[case("sam@example.com", "sam@\u{200b}example\u{200b}.com")]
#[case("@channel", "\u{200b}@\u{200b}channel")]
#[case("<!channel> &lt;", "&lt;!channel&gt; &amp;lt;")]
#[case("=1+1", "\u{200b}=1+1")]
#[case("-1", "\u{200b}-1")]
#[case("+1", "\u{200b}+1")]
#[case("12) twelve", "\u{200b}12) twelve")]
#[case("# no heading #", "\\#\u{200b} no heading \\#")]
#[case(":tada: 10:30", "\u{200b}:\u{200b}tada: 10:30")]
#[case("   spaces\u{3000}", "spaces")]
#[case("a | b", "a \\| b")]
#[case("", "")]
fn only_what_could_be_more_than_text_is_changed(#[case] text: &str, #[case] wanted: &str) {
    assert_eq!(plain(text), wanted);
}

/// Pieces of markup in any order, and anything else.
fn text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "*",
        "**",
        "_",
        "__",
        "`",
        "```",
        "~~",
        "~~~",
        "# ",
        "## ",
        "- ",
        "+ ",
        "* ",
        "1. ",
        "1) ",
        "> ",
        "[",
        "]",
        "](",
        "(",
        ")",
        "![",
        "<",
        ">",
        "</b>",
        "<b>",
        "<!--",
        "-->",
        "&",
        "&amp;",
        "&#42;",
        ";",
        "|",
        "|-|-|",
        "---",
        "===",
        "\\",
        "\\\\",
        "$",
        "$$",
        "@",
        "@a",
        ":",
        "://",
        "https://example.com",
        "http:",
        "www.",
        "www.example.com",
        "example.com",
        "mailto:a@example.com",
        "x@y.com",
        "xmpp:",
        ":tada:",
        "[^1]",
        "[^1]: ",
        "[x]",
        "[ ] ",
        "[[",
        "]]",
        "||",
        "++",
        "==",
        "^",
        "%%",
        "\t",
        "    ",
        " ",
        "a",
        "1",
        ".",
        "!",
        "\"",
        "'",
        "{",
        "}",
        "\u{a0}",
        "\u{3000}",
        "é",
        "你",
        "=SUM(A1)",
        "+1",
        "-1",
        ": ",
        "~ ",
        "/",
        "ftp://",
        "#1",
        "`a`",
        "*a*",
        "_a_",
    ];
    let piece =
        prop_oneof![4 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => any::<char>().prop_map(|c| c.to_string())];
    let whole = prop::sample::select(HOSTILE).prop_map(str::to_owned);
    prop_oneof![5 => prop::collection::vec(piece, 1..12).prop_map(|it| it.concat()), 1 => whole]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_becomes_more_than_text(texts in prop::collection::vec(text(), 8..40)) {
        let mut page = detailed();
        let mut all = texts.iter().map(Foreign::new).filter(|text| !text.as_str().trim().is_empty()).collect::<Vec<_>>();
        all.push(Foreign::new("=last"));
        let mut next = all.iter().cycle();
        fill_in(&mut page, &mut |_| next.next().unwrap().clone());
        reads_as_text(&page).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn nothing_is_a_link_a_mention_or_a_formula(text in text()) {
        let out = plain(Foreign::new(&text).as_str());
        let found = out.chars().next();
        prop_assert!(!found.is_some_and(|c| "=+-@\t ".contains(c)), "{out:?}");
        for (at, _) in out.match_indices('@') {
            prop_assert!(out[at + 1..].chars().next().is_none_or(|c| c == '\u{200b}'), "{out:?}");
        }
        prop_assert!(!out.contains("://") && !out.to_lowercase().contains("www.e"), "{out:?}");
        prop_assert!(!out.contains('<') && !out.contains('>'), "{out:?}");
    }
}

#[test]
fn empty_texts_leave_no_marks_behind() {
    let mut page = hostile();
    fill_in(&mut page, &mut |_| Foreign::new("  "));
    let source = markdown(&page);
    assert!(!source.contains("****"), "{source}");
    assert!(!read(&source).kinds.iter().any(|kind| kind.contains("Break") || kind.contains("Code")), "{source}");
}

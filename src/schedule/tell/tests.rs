//! Messages in each channel's form: what they say, how long they may be, and that foreign text stays text. The senders are
//! tried against servers on loopback in the two files beside this one.

mod mailing;
mod posting;

use super::message::Message;
use super::{CannotRun, LastSeen, News, Point, desktop, draft, mail, webhook};
use crate::config::tell::Wording;
use crate::domain::Foreign;
use comrak::nodes::NodeValue;
use proptest::prelude::*;
use serde_json::json;

pub(super) fn point(engineer: &str, founder: &str) -> Point {
    Point { engineer: Foreign::new(engineer), founder: Some(Foreign::new(founder)) }
}

pub(super) fn news(name: &str, title: &str) -> News {
    News {
        name: Foreign::new(name),
        title: Foreign::new(title),
        lost: vec![point(
            "RLS-01 RLS is on: supabase.rls says: 2 tables are open (was verified)",
            "Strangers can read your data",
        )],
        expired: vec![point(
            "CI-01 Branch protected: waived by Ana until 2026-11-20; now failing",
            "A mistake can reach your users",
        )],
        urgent: vec![point("SEC-01 [critical]: a credential lies open (scan.tree)", "A thief can use your accounts")],
        newly_unseen: 2,
        missed: None,
        command: format!("rescue diff {name}"),
    }
}

fn missed() -> News {
    let missed = CannotRun { why: "another run is open".into(), since: LastSeen::At("2026-11-14T08:00:00Z".parse().unwrap()) };
    News {
        missed: Some(missed),
        lost: Vec::new(),
        expired: Vec::new(),
        urgent: Vec::new(),
        newly_unseen: 0,
        ..news("acme", "Acme Shop")
    }
}

#[test]
fn the_engineer_reads_ids_reasons_and_the_command_to_look() {
    let message = Message::of(&[news("acme", "Acme Shop")], Wording::Engineer);
    assert_eq!(message.subject, "acme: 1 item lost, 1 waiver ended and 1 new urgent finding");
    insta::assert_snapshot!(mail::text(&message));
}

#[test]
fn the_founder_reads_sentences() {
    let message = Message::of(&[news("acme", "Acme Shop")], Wording::Founder);
    assert_eq!(
        message.subject,
        "Acme Shop: one thing went backwards, one accepted risk reached its end and one new urgent danger"
    );
    insta::assert_snapshot!(mail::text(&message));
}

#[test]
fn a_run_that_could_not_happen_is_told_with_app_reason_and_since_when() {
    let engineer = mail::text(&Message::of(&[missed()], Wording::Engineer));
    for part in ["acme (Acme Shop)", "another run is open", "nothing was seen since 14 November 2026", "rescue diff acme"] {
        assert!(engineer.contains(part), "{engineer}");
    }
    let founder = Message::of(&[missed()], Wording::Founder);
    assert_eq!(founder.subject, "Acme Shop: the check could not be made");
    let founder = mail::text(&founder);
    assert!(founder.contains("on 14 November 2026") && !founder.contains("another run"), "{founder}");
}

#[test]
fn several_apps_are_one_message() {
    let both = [news("acme", "Acme Shop"), missed()];
    let message = Message::of(&both, Wording::Engineer);
    assert_eq!(message.subject, "2 apps: 1 item lost, 1 waiver ended, 1 new urgent finding and no run that saw anything");
    insta::assert_snapshot!(webhook::slack(&message)["text"].as_str().unwrap());
    insta::assert_snapshot!(draft::text(&message));
    let document = webhook::document(&message, "2026-11-23T04:00:00Z".parse().unwrap());
    assert_eq!(
        document["apps"][1]["news"]["cannot_run"],
        json!(["another run is open", "nothing was seen since 14 November 2026"])
    );
}

#[test]
fn the_document_has_the_lines_by_kind_and_for_a_founder_neither_name_nor_command() {
    let now = "2026-11-23T04:00:00Z".parse().unwrap();
    let document = webhook::document(&Message::of(&[news("acme", "Acme Shop")], Wording::Engineer), now);
    assert_eq!((&document["schema"], &document["wording"]), (&json!(1), &json!("engineer")));
    assert_eq!(document["apps"][0]["name"], "acme");
    assert_eq!(document["apps"][0]["news"]["urgent"], json!(["SEC-01 [critical]: a credential lies open (scan.tree)"]));
    let founder = webhook::document(&Message::of(&[news("acme", "Acme Shop")], Wording::Founder), now);
    assert_eq!((&founder["apps"][0]["name"], &founder["apps"][0]["look"]), (&json!(null), &json!(null)));
    assert_eq!(founder["apps"][0]["news"]["urgent"], json!(["A thief can use your accounts"]));
}

/// What strangers write into the names that a message repeats.
const HOSTILE: &[&str] = &[
    "<!channel> <@U123> <https://evil.example|look>",
    "@everyone @here https://evil.example/x www.evil.example",
    "[text](https://evil.example) ```fence``` `code` #1",
    "Acme\r\nBcc: all@example.com\r\n\r\nbody",
    "<b>bold</b> & <img src=x onerror=alert(1)>",
    "=HYPERLINK(\"https://evil.example\")\u{202e}\u{0}",
];

fn hostile(text: &str) -> Message {
    let it = News { lost: vec![point(text, text)], ..news("acme", text) };
    Message::of(&[it.clone(), it], Wording::Engineer)
}

#[test]
fn foreign_text_is_only_text_in_slack_and_in_what_took_over_its_form() {
    for text in HOSTILE {
        let sent = webhook::slack(&hostile(text));
        let said = sent["text"].as_str().unwrap();
        assert!(!said.contains(['<', '>']), "{said}");
        for banned in ["@everyone", "@here", "@channel", "https://", "](", "www.e", "evil.example", "``"] {
            assert!(!said.contains(banned), "{banned}: {said}");
        }
        assert_eq!((&sent["mrkdwn"], &sent["parse"]), (&json!(false), &json!("none")));
    }
    assert_eq!(webhook::slack_plain("Tom & <Jerry> 1.5 v"), "Tom &amp; &lt;Jerry&gt; 1.5 v");
}

#[test]
fn foreign_text_is_only_text_on_the_desktop() {
    for text in HOSTILE {
        let (title, body) = desktop::texts(&hostile(text));
        assert!(!title.contains(['<', '>', '&', '\n', '\r', '\0']) && !body.contains(['<', '>', '&', '\0']), "{title} {body}");
        let founder = desktop::texts(&Message::of(&[news("acme", text)], Wording::Founder));
        assert!(!founder.0.contains(['<', '>', '&', '\n']), "{}", founder.0);
    }
}

/// The kinds of a comment's blocks and marks as GitHub's own parser sees them, texts left out.
fn shape(markdown: &str) -> Vec<String> {
    let arena = comrak::Arena::new();
    let mut options = comrak::Options::default();
    options.extension.autolink = true;
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.tagfilter = true;
    let root = comrak::parse_document(&arena, markdown, &options);
    let kinds = root.descendants().filter(|node| !matches!(node.data.borrow().value, NodeValue::Text(_) | NodeValue::SoftBreak));
    kinds.map(|node| format!("{:?}", std::mem::discriminant(&node.data.borrow().value))).collect()
}

#[test]
fn foreign_text_is_only_text_in_a_draft() {
    let harmless = shape(&draft::text(&hostile("Acme")));
    for text in HOSTILE {
        let markdown = draft::text(&hostile(text));
        assert_eq!(shape(&markdown), harmless, "{markdown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_channel_is_sent_more_than_it_takes(
        apps in 1_usize..120, points in 0_usize..60, text in "[ -~é<&>@]{0,300}", founder in any::<bool>(),
    ) {
        let lost: Vec<Point> = (0..points).map(|_| point(&text, &text)).collect();
        let one = News { lost, ..news("acme", &text) };
        let wording = if founder { Wording::Founder } else { Wording::Engineer };
        let message = Message::of(&vec![one; apps], wording);
        let slack = webhook::slack(&message);
        prop_assert!(slack["text"].as_str().unwrap().chars().count() <= 1_900);
        prop_assert!(mail::text(&message).chars().count() <= 20_001);
        prop_assert!(draft::text(&message).chars().count() <= 60_001);
        let (title, body) = desktop::texts(&message);
        prop_assert!(title.chars().count() <= 80 && body.chars().count() <= 300);
        prop_assert!(!title.is_empty() && !body.is_empty());
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let many: Vec<News> = (0..200).map(|n| news(&format!("app-{n}"), "Some app")).collect();
    let message = Message::of(&many, Wording::Engineer);
    assert!(message.subject.as_str().starts_with("200 apps: 200 items lost"));
    let slack = webhook::slack(&message);
    let text = slack["text"].as_str().unwrap();
    let shown = text.matches("Look: ").count();
    assert!(shown > 1 && text.contains(&format!("and {} more apps", 200 - shown)), "{text}");
    let one = News { lost: vec![point("x", "y"); 30], ..news("acme", "Acme") };
    assert!(mail::text(&Message::of(&[one], Wording::Engineer)).contains("- … and 10 more"));
}

//! What a page says of invented engagements, and what it must never say.

use super::model::{Audience, Page, State};
use super::{Request, Sharing, Words, build};
use crate::domain::decisions::{Agreement, Term};
use crate::domain::state::Answer;
use crate::domain::testing::{Story, all_of, book, both, gate, item, leaf, moment};
use crate::domain::{
    Author, Digest, Fact, FactBody, Finding, Foreign, Gap, GapKind, Gate, Item, Limit, NoteLevel, Place, Severity, System,
    Verdict, WorkNote,
};
use chrono::NaiveDate;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;

fn page_with(story: &Story, day: i64, sharing: &Sharing, first: Option<&Page>, previous: Option<&Page>) -> Page {
    let digest = Digest::of("the page before");
    build(&Request {
        facts: &story.facts,
        checklists: &story.checklists,
        book: &story.book,
        now: moment(day, 600),
        sharing,
        first,
        previous: previous.map(|page| (page, &digest)),
        tool: "rescue 1.0.0",
        words: Words::english(),
    })
    .unwrap()
}

fn page(story: &Story, day: i64) -> Page {
    page_with(story, day, &Sharing::default(), None, None)
}

fn for_investor(story: &Story, day: i64) -> Page {
    page_with(story, day, &Sharing { audience: Audience::Investor, ..Sharing::default() }, None, None)
}

fn text(page: &Page) -> String {
    serde_json::to_string(page).unwrap()
}

/// An item that answers the question, with words of its own for the founder.
fn danger(id: &str, probe: &str) -> Item {
    Item {
        founder: format!("A stranger could read {id}."),
        founder_done: Some(format!("Nobody else reads {id}.")),
        ..gate(Gate::Now, item(id, leaf(probe)))
    }
}

#[test]
fn nothing_done_is_not_safe_and_says_who_looked() {
    let story = Story::of(vec![danger("SEC-01", "github.a"), danger("RLS-01", "supabase.a")]);
    let page = page(&story, 0);
    assert_eq!(page.verdict.answer, Answer::No);
    assert_eq!(page.verdict.says.as_str(), "Nobody can say yet. Nothing that decides this has been looked at.");
    assert_eq!((page.verdict.urgent, page.verdict.unproven, page.unseen.count), (0, 2, 2));
    assert_eq!(page.dangers.says, "No open danger was seen, but 2 points that matter could not be looked at.");
    assert_eq!(page.unseen.list[0].why.as_str(), "Nobody has looked yet");
    assert!(page.areas.iter().flat_map(|it| &it.lines).all(|line| line.state == State::Unknown));
}

#[rstest]
#[case(GapKind::NoCredential, "We have no access to GitHub yet")]
#[case(GapKind::PlanHides, "The plan that you pay for at GitHub does not show this")]
#[case(GapKind::Incomplete, "Only a part could be looked at (GitHub)")]
#[case(GapKind::NeedsJudgement, "A person has to judge this, and nobody has yet")]
#[case(GapKind::Internal, "The look itself failed; that is our fault")]
fn whatever_hid_it_nothing_is_called_safe(#[case] kind: GapKind, #[case] why: &str) {
    let mut story = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b")]);
    story.on(1).blind("github.a", kind).blind("github.b", kind);
    let page = page(&story, 1);
    assert_eq!(page.verdict.says.as_str(), "Not yet. 2 things that have to be in place have not been shown to be.");
    assert_eq!(page.unseen.list.iter().map(|it| (it.why.as_str(), it.count)).collect::<Vec<_>>(), [(why, 2)]);
    assert_eq!(
        page.unseen.says,
        "2 of 2 points could not be looked at, or nobody has looked yet. They count as neither good nor bad."
    );
    assert!(!text(&page).contains("nothing to be seen"), "the gap's own sentence stays behind");
}

#[test]
fn everything_done_is_a_yes_with_its_evidence() {
    let mut story =
        Story::of(vec![danger("SEC-01", "github.a"), Item { gate: Some(Gate::Launch), ..both("ERR-01", leaf("github.b")) }]);
    story.on(1).pass("github.a").pass("github.b").done("ERR-01", &[], &[]);
    let page = page(&story, 2);
    assert_eq!(page.verdict.question, "Can we go live?");
    assert_eq!(page.verdict.says.as_str(), "Yes. Everything that has to be in place for this was looked at and is in place.");
    let lines: Vec<(State, &str, &str)> =
        page.areas.iter().flat_map(|it| &it.lines).map(|it| (it.state, it.says.as_str(), it.evidence.as_str())).collect();
    assert_eq!(
        lines,
        [
            (State::Good, "Nobody else reads SEC-01.", "checked by machine on 24 November"),
            (State::Good, "Settled: “It matters to you”", "checked by machine on 24 November, and Sam confirmed it"),
        ]
    );
    assert_eq!((page.plan.done, page.plan.of, page.unseen.count), (2, 2, 0));
}

#[test]
fn a_page_that_aged_says_so() {
    let mut story = Story::of(vec![danger("SEC-01", "github.a")]);
    story.on(0).pass("github.a");
    let page = page(&story, 20);
    assert_eq!(page.verdict.answer, Answer::No);
    let line = &page.areas[0].lines[0];
    assert_eq!((line.state, line.evidence.as_str()), (State::Old, "last shown on 23 November"));
}

#[test]
fn dangers_come_worst_first_with_their_dates_and_one_decision() {
    let launch = Item { gate: Some(Gate::Launch), ..danger("CI-01", "github.d") };
    let mild = Item { danger: 1, reach: 1, ..danger("SEC-01", "github.a") };
    let ask = Item {
        founder_ask: Some("Say who may enter the account.".to_owned()),
        founder_minutes: Some(15),
        ..danger("RLS-01", "supabase.a")
    };
    let mut story = Story::of(vec![launch, mild, ask, danger("SEC-03", "github.b"), danger("SEC-08", "github.c")]);
    story.on(1).fail("github.a", &["x"]).fail("github.b", &["x"]).fail("github.c", &["x"]).fail("github.d", &["x"]);
    story.fail("supabase.a", &["orders"]);
    story.work("SEC-01", WorkNote::Planned { week: 1 }).work("SEC-03", WorkNote::Doing);
    story.work(
        "RLS-01",
        WorkNote::Blocked {
            on: "the founder".into(),
            waits_for: "db.internal.example.com".into(),
            until: None,
            founder: None,
            minutes: None,
        },
    );
    let page = page(&story, 2);
    let plans: Vec<(&str, &str)> = page.dangers.list.iter().map(|it| (it.consequence.as_str(), it.plan.as_str())).collect();
    assert_eq!(
        plans,
        [
            ("A stranger could read RLS-01.", "It waits for you: see “Your turn”."),
            ("A stranger could read SEC-03.", "Sam has been working on it since 24 November."),
            ("A stranger could read SEC-08.", "It has no date yet. Ask your engineer for one."),
            ("A stranger could read SEC-01.", "Planned until 29 November."),
            ("A stranger could read CI-01.", "It has no date yet. Ask your engineer for one."),
        ]
    );
    assert_eq!(page.dangers.says, "5 dangers are open, 4 of them urgent.");
    assert_eq!(page.dangers.list[0].decision.as_ref().unwrap().as_str(), "Your decision: Say who may enter the account.");
    assert_eq!(page.dangers.list[3].planned, Some("2026-11-29".parse().unwrap()));
    let task = &page.turn.list[0];
    assert_eq!((task.action.as_str(), task.minutes), ("Say who may enter the account.", Some(15)));
    assert_eq!(task.about.as_str(), "about 15 minutes · waiting since 24 November");
    assert!(!text(&page).contains("internal.example"), "what the engineer wrote for engineers stays behind");
    assert_eq!(
        page_with(&story, 20, &Sharing::default(), None, None).dangers.list[3].plan.as_str(),
        "It was planned until 29 November and is late."
    );
}

#[test]
fn what_waits_for_others_is_not_the_founders_turn() {
    let mut story = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b")]);
    let blocked = |on: &str, founder: Option<&str>, minutes| WorkNote::Blocked {
        on: on.into(),
        waits_for: "an answer".into(),
        until: Some(moment(4, 0).date_naive()),
        founder: founder.map(Foreign::new),
        minutes,
    };
    story.set(|it| {
        it.people = vec![crate::domain::Person { name: "Ana".into(), side: crate::domain::Side::Client, mail: None, role: None }];
    });
    story.on(1).fail("github.a", &["x"]).fail("github.b", &["x"]);
    story.work("SEC-01", blocked("Vendor", None, None)).work("SEC-03", blocked("ana", Some("Send us the invitation."), Some(5)));
    let page = page(&story, 2);
    assert_eq!(page.turn.list.len(), 1);
    assert_eq!(page.turn.list[0].action.as_str(), "Send us the invitation.");
    assert_eq!(page.turn.list[0].about.as_str(), "about 5 minutes · waiting since 24 November · needed by 27 November");
    assert_eq!(page.dangers.list[0].plan.as_str(), "It waits for Vendor until 27 November.");
}

#[test]
fn the_first_page_is_pinned_and_the_last_one_compared() {
    let mut story = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b"), danger("SEC-08", "github.c")]);
    story.on(0).fail("github.a", &["x"]).fail("github.b", &["x"]).pass("github.c");
    let first = page(&story, 0);
    assert_eq!(first.verdict.count, "Urgent dangers today: 2. This is the first page; later ones are compared with it.");
    assert_eq!((first.changes.since, first.changes.worse.len()), (None, 0));
    story.on(3).pass("github.a").pass("github.b").fail("github.c", &["x"]);
    let later = page_with(&story, 3, &Sharing::default(), Some(&first), Some(&first));
    assert_eq!(later.verdict.count, "Urgent dangers today: 1. On the first page, 23 November: 2.");
    let words = |list: &[Foreign]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(words(&later.changes.worse), ["Was in place and is not any more: A stranger could read SEC-08."]);
    assert_eq!(words(&later.changes.better), ["Nobody else reads SEC-01.", "Nobody else reads SEC-03."]);
    assert_eq!(later.method.previous, Some(Digest::of("the page before")));
    let course: Vec<(u16, u16)> = later.course.points.iter().map(|it| (it.done, it.lost)).collect();
    assert_eq!(course.last(), Some(&(2, 1)));
}

#[test]
fn an_accepted_risk_names_whose_word_and_until_when() {
    let mut story = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b")]);
    story.on(1).fail("github.a", &["x"]).pass("github.b").waive("SEC-01", 30, Some("Ana"));
    let page = page(&story, 2);
    assert_eq!(page.verdict.answer, Answer::YesWithAcceptedRisks);
    assert_eq!(page.verdict.says.as_str(), "Yes, with one risk that Ana accepted until 23 December.");
    assert_eq!(page.accepted.list[0].word.as_str(), "Ana accepts it until 23 December.");
    assert_eq!(page.areas[0].lines[0].state, State::Accepted);
    let investor = for_investor(&story, 2);
    assert_eq!((investor.accepted.says.as_str(), investor.accepted.list.len()), ("One risk stays open on somebody’s word.", 0));
}

#[test]
fn an_investor_reads_how_much_and_never_what() {
    let mut story = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b"), danger("SEC-08", "github.c")]);
    story.on(1).fail("github.a", &["x"]).pass("github.b").blind("github.c", GapKind::NoCredential);
    story.work("SEC-01", WorkNote::Doing);
    let sharing = Sharing { audience: Audience::Investor, detail: true, note: None };
    let page = page_with(&story, 2, &sharing, None, None);
    assert_eq!(page.dangers.says, "1 urgent danger is open. It is being repaired or has a date.");
    let said = text(&page);
    assert!(!said.contains("SEC-01") && !said.contains("SEC-08"), "{said}");
    assert!(said.contains("Nobody else reads SEC-03."));
    assert!(!page.detail, "detail is never switched on for a page that travels by mail");
}

#[test]
fn labels_are_the_clients_words_for_what_is_concerned() {
    let mut story = Story::of(vec![danger("RLS-01", "supabase.a"), danger("SEC-01", "github.a")]);
    story.set(|it| drop(it.labels.insert("messages".to_owned(), "private chats".into())));
    let found = |table: &str| Finding::new("supabase.row-level-security", table, Severity::Critical, "open", "Close it");
    story.on(1).look("supabase.a", Verdict::fail("open", vec![found("public.messages"), found("public.secret_orders")]));
    story.fail("github.a", &["messages"]);
    let page = page(&story, 1);
    let concerns: Vec<Option<&str>> = page.dangers.list.iter().map(|it| it.concerns.as_ref().map(Foreign::as_str)).collect();
    assert_eq!(concerns, [Some("It concerns private chats and your data."), None]);
    assert!(!text(&page).contains("secret_orders"));
}

#[test]
fn detail_is_shown_only_when_it_was_switched_on() {
    let mut story = Story::of(vec![danger("SEC-01", "github.a")]);
    let at = Place::File { path: "src/very/private.ts".into(), line: Some(4), commit: None };
    let found = Finding::new("rule", "x", Severity::High, "src is bad at internal.example.com", "Fix").at(at);
    story.on(1).look("github.a", Verdict::fail("bad", vec![found]).note(NoteLevel::Info, "k", "internal.example.com"));
    for (detail, wanted) in [(false, false), (true, true)] {
        let page = page_with(&story, 1, &Sharing { detail, ..Sharing::default() }, None, None);
        assert_eq!(text(&page).contains("private.ts"), wanted);
        assert_eq!(text(&page).contains("internal.example.com"), wanted);
        assert_eq!(text(&page).contains("SEC-01 The criterion"), wanted);
    }
}

#[test]
fn numbers_are_those_that_were_agreed_and_shown() {
    let mut story = Story::of(vec![danger("BAK-01", "supabase.a"), danger("BAK-04", "supabase.b"), danger("SPD-01", "github.a")]);
    story.set(|it| {
        it.limits.insert("BAK-01".parse().unwrap(), Limit(86_400));
        it.ceilings.insert(System::Openai, 200);
        let on = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let agreed = Agreement { by: "Ana Brandt".into(), proof: Some("a mail that stays with us".into()), on };
        it.agreed.insert(Term::Ceiling(System::Openai), agreed);
    });
    let said = |page: &Page| page.measured.iter().map(|it| format!("{}: {}", it.title, it.says)).collect::<Vec<_>>();
    assert_eq!(
        said(&page(&story, 0)),
        [
            "How long a recovery takes: Not known. Nobody has shown a rehearsal yet.",
            "How much would be lost at worst: Not known. 24 hours was agreed, and it has not been shown to hold. Who agreed to that is not on record.",
            "What OpenAI may cost a month: At most 200 US dollars were agreed. It has not been shown that spending stops there. Ana Brandt agreed to that on 20 November.",
        ]
    );
    story.on(1).pass("supabase.a").pass("supabase.b").pass("github.a");
    assert_eq!(
        said(&page(&story, 1)),
        [
            "How long a recovery takes: Bringing everything back was rehearsed: checked by machine on 24 November.",
            "How much would be lost at worst: The work of about 24 hours, as agreed: checked by machine on 24 November. Who agreed to that is not on record.",
            "What OpenAI may cost a month: At most 200 US dollars were agreed. That spending stops there: checked by machine on 24 November. Ana Brandt agreed to that on 20 November.",
        ]
    );
    assert!(!text(&page(&story, 1)).contains("stays with us"), "the proof is ours");
    let outside = page_with(&story, 1, &Sharing { audience: Audience::Investor, ..Sharing::default() }, None, None);
    assert!(!text(&outside).contains("agreed to that"), "no name goes to a reader from outside");
}

#[test]
fn the_plan_is_late_by_what_is_due_and_open() {
    let mut story = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b")]);
    assert_eq!(page(&story, 3).plan.says, "0 of 2 points are done. None is due yet.");
    story.on(1).pass("github.a").work("SEC-03", WorkNote::Planned { week: 3 });
    assert_eq!(page(&story, 8).plan.says, "1 of 2 points are done. The one that is due by now is done: on time.");
    assert_eq!(page(&story, 8).plan.due, 1);
    let mut late = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b")]);
    late.on(8).pass("github.a");
    assert_eq!(
        page(&late, 8).plan.says,
        "1 of 2 points are done. 1 of the 2 that are due by now are done or accepted: late by 1."
    );
}

#[test]
fn four_hundred_points_make_a_page() {
    let long = |n| Item { founder: "x".repeat(10_000), ..danger(&format!("SEC-{n:03}"), "github.a") };
    let items: Vec<Item> = (0..400).map(long).collect();
    let mut story = Story::of(items);
    story.on(1).fail("github.a", &["x"]);
    let page = page(&story, 1);
    assert_eq!((page.verdict.urgent, page.dangers.list.len(), page.areas[0].lines.len()), (400, 400, 400));
    assert!(page.dangers.list.iter().all(|it| it.consequence.as_str().chars().count() == 400));
}

#[test]
fn a_list_without_anything_that_decides_says_so() {
    let story = Story::of(vec![item("AA-01", all_of(&[]))]);
    let page = page(&story, 0);
    assert_eq!(
        page.verdict.says.as_str(),
        "Nobody can say. The list that was worked through has nothing that could answer this."
    );
    assert_eq!(page.areas[0].title, "Other points");
}

/// Whatever people and probes wrote: it is not on the page, or it is cut and harmless.
fn hostile() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "<script>alert(1)</script>".to_owned(),
        "\u{202e}gnp.exe\u{0007}".to_owned(),
        "x".repeat(10_000),
        "=HYPERLINK(\"https://evil.example\")".to_owned(),
        "[click](javascript:alert(1))".to_owned(),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn foreign_texts_are_harmless_and_bounded(title in hostile(), founder in hostile(), reason in hostile(), note in hostile()) {
        let mut story = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b")]);
        story.set(|it| it.title = Foreign::new(&title));
        story.on(1).look("github.a", Verdict::undecided(Gap::new(GapKind::NoPermission, System::Github, &reason).needs(&reason)));
        story.push(FactBody::Noted { item: "SEC-01".parse().unwrap(), text: Foreign::new(&reason), founder: Some(Foreign::new(&founder)) });
        let sharing = Sharing { note: Some(("Sam".into(), Foreign::new(&note))), ..Sharing::default() };
        let page = page_with(&story, 1, &sharing, None, None);
        let said = text(&page);
        prop_assert!(said.len() < 20_000);
        let harmful = said.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        prop_assert!(!harmful);
        let reasons = usize::from(reason == founder) + usize::from(reason == title) + usize::from(reason == note);
        prop_assert!(reasons > 0 || !said.contains(Foreign::new(&reason).cut(30).trim_end_matches('…')));
    }

    /// More facts that could not see change no answer and make nothing look safer.
    #[test]
    fn blindness_never_makes_a_page_better(kinds in prop::collection::vec(0_usize..6, 1..6)) {
        const KINDS: [GapKind; 6] = [
            GapKind::NoCredential, GapKind::PlanHides, GapKind::Incomplete, GapKind::TimedOut, GapKind::Internal, GapKind::Ambiguous,
        ];
        let mut story = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b")]);
        story.on(1).fail("github.a", &["x"]).pass("github.b");
        let before = page(&story, 1);
        for kind in kinds {
            story.blind("github.a", KINDS[kind]).blind("github.b", KINDS[kind]);
        }
        let after = page(&story, 1);
        prop_assert_eq!(after.verdict.urgent, before.verdict.urgent);
        prop_assert_eq!(after.verdict.answer, before.verdict.answer);
        prop_assert_eq!(after.plan.done, before.plan.done);
    }
}

#[test]
fn the_chain_tells_one_changed_fact_from_another() {
    let mut story = Story::of(vec![danger("SEC-01", "github.a")]);
    story.on(1).pass("github.a").blind("github.a", GapKind::Internal);
    let whole = super::seal::chain(story.facts.iter());
    let mut shuffled: Vec<&Fact> = story.facts.iter().rev().collect();
    shuffled.rotate_left(1);
    assert_eq!(super::seal::chain(shuffled.into_iter()), whole);
    story.facts[1].by = Author::Person("Eve".into());
    assert_ne!(super::seal::chain(story.facts.iter()).2, whole.2);
    assert_eq!(book().len(), 36);
}

#[test]
fn every_changed_sentence_is_found_by_its_place() {
    let mut story = Story::of(vec![danger("SEC-01", "github.a"), danger("SEC-03", "github.b")]);
    story.on(1).fail("github.a", &["x"]).pass("github.b");
    let sealed = super::Record::seal(page(&story, 1), Digest::of("html"));
    assert_eq!(sealed.faults(), []);
    let whole = serde_json::to_value(&sealed).unwrap();
    for (place, digest) in &sealed.leaves {
        let mut changed = whole.clone();
        let pointer = format!("/page/{}", place.replace('.', "/"));
        let leaf = changed.pointer_mut(&pointer).unwrap();
        *leaf = match leaf.clone() {
            serde_json::Value::String(text) if text.parse::<chrono::DateTime<chrono::Utc>>().is_ok() => {
                "2020-01-01T00:00:00Z".into()
            }
            serde_json::Value::String(text) if text.parse::<chrono::NaiveDate>().is_ok() => "2020-01-01".into(),
            serde_json::Value::String(text)
                if place.ends_with("state") || place.ends_with("audience") || place.ends_with("answer") =>
            {
                match text.as_str() {
                    "founder" => "investor".into(),
                    "no" => "yes".into(),
                    "good" => "bad".into(),
                    _ => "good".into(),
                }
            }
            serde_json::Value::String(_) if place.ends_with("facts.last") => uuid::Uuid::nil().to_string().into(),
            serde_json::Value::String(text) => format!("{text}.").into(),
            serde_json::Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
            serde_json::Value::Bool(it) => (!it).into(),
            // An empty list cannot be changed without making a leaf below it.
            _ => continue,
        };
        let read: super::Record = serde_json::from_value(changed).unwrap();
        assert!(read.faults().contains(&super::seal::Fault::Changed { place: place.clone() }), "{place} {digest}");
    }
}

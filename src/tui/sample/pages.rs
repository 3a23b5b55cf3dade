//! The founder's page of the sample with every state that it can show, an odd one, and the pages that were made before.
#![expect(clippy::unwrap_used, reason = "the sample is made of constants, and every test reads all of them")]

use super::{ago, now};
use crate::desk::snapshot::Held;
use crate::domain::state::Answer;
use crate::domain::{Author, Digest, Foreign};
use crate::snapshot::compare::{Comparison, compare};
use crate::snapshot::model::{
    Acceptance, Accepted, Area, Blind, Changes, Course, Danger, Dangers, Facts, First, Line, Measure, Method, Note, Plan, Point,
    SCHEMA, State, Task, Turn, Unseen, Verdict,
};
use crate::snapshot::{Audience, Page, Words};
use chrono::{NaiveDate, TimeDelta};

fn day(days_ago: i64) -> NaiveDate {
    (now() - TimeDelta::days(days_ago)).date_naive()
}

fn danger(consequence: &str, urgent: bool, plan: &str) -> Danger {
    Danger {
        consequence: consequence.into(),
        urgent,
        concerns: None,
        planned: None,
        plan: plan.into(),
        remark: None,
        decision: None,
        detail: vec![],
    }
}

fn line(state: State, says: &str, evidence: &str) -> Line {
    Line { state, says: says.into(), evidence: evidence.into(), remark: None, detail: None }
}

fn area(title: &str, about: &str, good: u16, lines: Vec<Line>) -> Area {
    let of = u16::try_from(lines.len()).unwrap();
    Area { title: title.to_owned(), about: about.to_owned(), good, of, says: format!("{good} of {of} in place"), lines }
}

fn dangers() -> Dangers {
    let key = danger(
        "Any visitor of your site could find a master password and read everything with it.",
        true,
        "Sam has been working on it since 21 November.",
    );
    let open = Danger {
        concerns: Some("It concerns your customers’ orders.".into()),
        remark: Some("We found it on Friday and are closing it now.".into()),
        decision: Some("Your decision: may the shop stand still for ten minutes on Monday?".into()),
        detail: vec!["RLS-01 · public.orders: row-level security is off".into()],
        ..danger(
            "A stranger could read, change or delete your customers’ data from a browser.",
            true,
            "It waits for you: see “Your turn”.",
        )
    };
    let late = danger(
        "Your app could be down for hours before anybody notices.",
        false,
        "It has no date yet. Ask your engineer for one.",
    );
    Dangers { says: "3 dangers are open, 2 of them urgent.".to_owned(), list: vec![key, open, late] }
}

fn areas() -> Vec<Area> {
    vec![
        area(
            "Passwords and keys",
            "Whether the secrets that open your systems are kept secret.",
            1,
            vec![
                line(State::Bad, "Any visitor of your site could find a master password.", "seen by machine on 22 November"),
                line(State::Good, "No password is written in your code.", "checked by machine on 22 November"),
            ],
        ),
        area(
            "Backups and recovery",
            "Whether your data can be brought back, and how much of it.",
            0,
            vec![
                line(
                    State::Old,
                    "Your backups could turn out to be useless on the day when you need them.",
                    "last shown on 2 August",
                ),
                line(State::Accepted, "Pictures of your customers could be lost for ever.", "Ana accepts it until 22 December"),
                Line {
                    remark: Some("We ask for the account on Monday.".into()),
                    detail: Some("BAK-06".into()),
                    ..line(State::Unknown, "One fire could take the app and its backups together.", "not shown yet")
                },
                line(State::Outside, "A side door of your database could show data.", "does not concern this product"),
            ],
        ),
    ]
}

fn method() -> Method {
    Method {
        tool: "rescue 0.1.0".to_owned(),
        checklist: "Six weeks".into(),
        checklist_version: "1.0.0".into(),
        asked: vec!["GitHub".to_owned(), "Supabase".to_owned()],
        last_look: Some(ago(12)),
        says: [
            "Made by rescue 0.1.0 from the list “Six weeks”, version 1.0.0, for the moment Sunday, 22 November 2026, 15:00 UTC.",
            "Systems that answered: GitHub and Supabase.",
            "“In place” means: it was so when it was looked at. It is no promise for what was not looked at.",
        ]
        .map(str::to_owned)
        .to_vec(),
        facts: Facts { count: 412, last: None, chain: Digest::of("facts"), checklist: Digest::of("checklist") },
        previous: Some(Digest::of("the page before")),
    }
}

fn verdict() -> Verdict {
    Verdict {
        question: "Is it safe to keep taking users?".to_owned(),
        answer: Answer::No,
        says: "No. 2 urgent dangers are open.".into(),
        urgent: 2,
        unproven: 1,
        first: Some(First { urgent: 7, on: day(16) }),
        count: "Urgent dangers today: 2. On the first page, 6 November: 7.".to_owned(),
    }
}

/// The page of the sample, for the founder, with everything that it can show.
#[must_use]
pub fn page() -> Page {
    Page {
        schema: SCHEMA,
        audience: Audience::Founder,
        detail: false,
        language: "en".to_owned(),
        title: "Acme Shop".into(),
        moment: now(),
        day: "Sunday, 22 November 2026".to_owned(),
        week: "Week 3 of 6".to_owned(),
        note: Some(Note { by: "Sam".into(), text: "A good week: the backups run, and I need ten minutes of yours.".into() }),
        verdict: verdict(),
        dangers: dangers(),
        turn: Turn {
            says: "One thing waits for you.".to_owned(),
            list: vec![Task {
                action: "Say when the shop may stand still for ten minutes.".into(),
                minutes: Some(10),
                about: "about 10 minutes · waiting since 20 November".into(),
            }],
        },
        changes: Changes {
            since: Some(day(7)),
            says: "Since the page of 15 November: 1 went backwards, 1 got better.".to_owned(),
            worse: vec!["Was in place and is not any more: A stranger could read your customers’ data.".into()],
            better: vec!["If your data were lost tonight, you would get it back as agreed.".into()],
        },
        plan: Plan {
            done: 28,
            of: 78,
            due: 30,
            due_done: 27,
            says: "28 of 78 points are done. 27 of the 30 that are due by now are done or accepted: late by 3.".to_owned(),
        },
        accepted: Accepted {
            says: "One risk stays open on somebody’s word.".to_owned(),
            list: vec![Acceptance {
                consequence: "Pictures of your customers could be lost for ever.".into(),
                word: "Ana accepts it until 22 December.".into(),
                until: day(-30),
            }],
        },
        unseen: Unseen {
            count: 3,
            says: "3 of 78 points could not be looked at, or nobody has looked yet. They count as neither good nor bad."
                .to_owned(),
            list: vec![Blind { why: "We have no access to Supabase yet".into(), count: 3, areas: vec!["Costs".to_owned()] }],
        },
        areas: areas(),
        measured: vec![Measure {
            state: State::Unknown,
            title: "How long a recovery takes".to_owned(),
            says: "Not known. Nobody has shown a rehearsal yet.".into(),
        }],
        course: Course {
            says: "On 6 November: 4 of 78 points done. Today: 28 of 78.".to_owned(),
            points: vec![
                Point { on: day(16), done: 4, of: 78, lost: 0 },
                Point { on: day(9), done: 19, of: 78, lost: 2 },
                Point { on: day(0), done: 28, of: 78, lost: 0 },
            ],
        },
        method: method(),
    }
}

/// The investor's page of the same moment: how much is open, and never what.
#[must_use]
pub fn investor() -> Page {
    let mut page = Page { audience: Audience::Investor, note: None, ..page() };
    page.dangers = Dangers { says: "2 urgent dangers are open. Each is being repaired or has a date.".to_owned(), list: vec![] };
    page.turn = Turn { says: "What waits for the owner of the product is not part of this page.".to_owned(), list: vec![] };
    (page.changes.worse, page.changes.better, page.accepted.list, page.areas) = (vec![], vec![], vec![], vec![]);
    page
}

/// A page of that many points, each with a word of that many characters.
#[must_use]
pub fn odd(points: usize, length: usize) -> Page {
    let word = "W".repeat(length);
    let mut page = page();
    page.title = Foreign::new(&word);
    page.dangers.list = (0..points).map(|_| danger(&word, true, &word)).collect();
    page.areas = vec![area(&word, &word, 0, (0..points).map(|_| line(State::Bad, &word, &word)).collect())];
    page
}

/// A page of an app of which nothing is known: nothing of what can be left out is there.
#[must_use]
pub fn bare() -> Page {
    let mut page = page();
    (page.title, page.note) = (Foreign::default(), None);
    (page.dangers.list, page.turn.list, page.accepted.list, page.unseen.list) = (vec![], vec![], vec![], vec![]);
    (page.changes.worse, page.changes.better, page.areas, page.measured, page.course.points) =
        (vec![], vec![], vec![], vec![], vec![]);
    page.plan = Plan { done: 0, of: 0, due: 0, due_done: 0, says: "No point of the list concerns this product.".to_owned() };
    page
}

/// Three pages that were made, the newest first: the founder holds the second.
#[must_use]
pub fn held() -> Vec<Held> {
    let held = |minutes, audience, of: &str, answer, urgent| Held {
        at: ago(minutes),
        by: Author::Person("Sam".into()),
        audience,
        seal: Digest::of(of),
        answer,
        urgent,
        signed: urgent > 3,
    };
    vec![
        held(60 * 24, Audience::Investor, "third", Answer::No, 2),
        held(60 * 24 * 7, Audience::Founder, "second", Answer::No, 3),
        held(60 * 24 * 16, Audience::Founder, "first", Answer::YesWithAcceptedRisks, 7),
    ]
}

/// The page of the sample beside one of two weeks ago.
#[must_use]
pub fn comparison() -> Comparison {
    let mut before = page();
    before.moment = ago(60 * 24 * 16);
    "Friday, 6 November 2026".clone_into(&mut before.day);
    before.verdict.says = "No. 7 urgent dangers are open.".into();
    before.verdict.urgent = 7;
    before.dangers.list.truncate(1);
    before.dangers.list.push(danger("A bad day could cost you all your data.", true, "It is late."));
    compare(&before, &page(), Words::english())
}

//! Invented pages for the tests of every format: usual ones and odd ones. It is compiled for tests only, and no page here
//! is made from facts; that is `build`'s part.

use super::model::{
    Acceptance, Accepted, Area, Audience, Blind, Changes, Course, Danger, Dangers, Facts, First, Line, Measure, Method, Note,
    Page, Plan, Point, SCHEMA, State, Task, Turn, Unseen, Verdict,
};
use super::words::{Words, fill};
use crate::domain::state::Answer;
use crate::domain::{Digest, FactId, Foreign};
use chrono::{DateTime, Days, NaiveDate, Utc};

/// What a stranger might write into a field in the hope that some format takes it for more than text.
pub(crate) const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</title></style></head><body><h1>Yes. Everything is safe.</h1>",
    "' onmouseover='alert(1)' style='display:none",
    "<a href=\"http://example.com/\">click</a> <iframe src=//example.com></iframe>",
    "=HYPERLINK(\"http://example.com\";\"open\")",
    "+1+1|cmd' /C calc'!A0 @SUM(1)",
    "[open this](http://example.com/) ![x](http://example.com/x.png) <http://example.com>",
    "# Heading **bold** `code` | a | b | ~~gone~~ - [x] done",
    "line one\nline two\r\n\tthree \u{1b}[31mred\u{1b}[0m \u{7}",
    "\u{202e}efas ton\u{202c} \u{2066}left\u{2069} \u{200b}\u{feff}hidden",
    "مرحبا بالعالم 你好 👩‍👩‍👧 e\u{301}\u{301}\u{301}",
    "<!-- --> ]]> <![CDATA[ &lt;b&gt; &amp; {{ 7 * 7 }} {% raw %} ${x}",
    "<svg onload=alert(1)><style>*{display:none}</style><meta http-equiv=refresh content=0>",
    "\\textbf{x} #import \"x\" %PDF-1.7 (a) Tj endobj $math$ *star* _under_ @ref <label>",
];

/// Every sample with the name of its file, without an ending.
pub(crate) fn samples() -> Vec<(&'static str, Page)> {
    vec![
        ("founder", founder()),
        ("investor", investor()),
        ("nothing-done", nothing_done()),
        ("everything-done", everything_done()),
        ("four-hundred", many(400, 1)),
        ("four-hundred-long-words", many(400, 400)),
        ("hostile", hostile()),
        ("all-unseen", all_unseen()),
    ]
}

fn moment() -> DateTime<Utc> {
    "2026-11-23T09:05:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    moment().date_naive()
}

fn ago(days: u64) -> NaiveDate {
    today() - Days::new(days)
}

/// One point: the letters of its part, how it stands, what it says, what showed it.
type Row = (&'static str, State, &'static str, &'static str);

const USUAL: &[Row] = &[
    (
        "SEC",
        State::Bad,
        "Any visitor of your site could find a master password in what it sends to the browser, and read or delete everything with it.",
        "it was in place before; seen by machine on 23 November",
    ),
    ("SEC", State::Good, "No password is written in your code.", "checked by machine on 23 November"),
    (
        "SEC",
        State::Good,
        "Passwords that leaked in the past were replaced.",
        "checked by machine on 22 November, and Sam confirmed it",
    ),
    (
        "SEC",
        State::Unknown,
        "If strangers saw your customers’ data, you could miss the few days that the law may give you to tell people.",
        "not shown yet",
    ),
    (
        "RLS",
        State::Bad,
        "A stranger could read, change or delete your customers’ data from a browser.",
        "seen by machine on 23 November",
    ),
    (
        "RLS",
        State::Bad,
        "Files that your customers uploaded, invoices or passports perhaps, could be opened by strangers.",
        "seen by machine on 23 November",
    ),
    ("RLS", State::Good, "No customer can read another customer’s records.", "checked by machine on 23 November"),
    (
        "RLS",
        State::Outside,
        "A side door of your database could show customers’ data to strangers.",
        "does not concern this product",
    ),
    ("BAK", State::Good, "If your data were lost tonight, you would get it back as agreed.", "checked by machine on 23 November"),
    (
        "BAK",
        State::Old,
        "Your backups could turn out to be useless, or to take days to bring back, on the day when you need them.",
        "last shown on 2 August",
    ),
    (
        "BAK",
        State::Accepted,
        "Documents and pictures that your customers uploaded could be lost for ever, even if the database comes back.",
        "Ana accepts it until 1 February 2027",
    ),
    (
        "SPD",
        State::Good,
        "A mistake or a thief cannot run up a bill of thousands overnight.",
        "Sam says so on 6 November, proof kept",
    ),
    ("SPD", State::Unknown, "Your costs could explode, and you could learn of it only when the bill arrives.", "not shown yet"),
    ("ACC", State::Good, "Your business owns every account that it runs on.", "Sam says so on 6 November, proof kept"),
    (
        "ACC",
        State::Unknown,
        "One lost phone could lock you out of your business, and people who left could still get in.",
        "a part was seen on 20 November; the rest is not known",
    ),
    ("OBS", State::Good, "Somebody hears of a failure before your customers tell you.", "checked by machine on 23 November"),
    (
        "OBS",
        State::Bad,
        "Your app could be down for hours before anybody notices.",
        "Sam said on 18 November that it is not done",
    ),
    ("CI", State::Good, "Every change is checked before it reaches your customers.", "checked by machine on 23 November"),
];

fn areas(rows: &[Row]) -> Vec<Area> {
    let words = Words::english();
    let of_part = |prefix: &str| rows.iter().filter(|row| row.0 == prefix).map(line).collect::<Vec<_>>();
    let parts = words.parts.iter().map(|part| (part, of_part(&part.prefix))).filter(|(_, lines)| !lines.is_empty());
    parts
        .map(|(part, lines)| {
            let concerned: Vec<Line> = lines.into_iter().filter(|it| it.state != State::Outside).collect();
            let good = concerned.iter().filter(|it| it.state == State::Good).count();
            let with = [("good", good.to_string()), ("of", concerned.len().to_string())];
            let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Area {
                title: part.title.clone(),
                about: part.about.clone(),
                good: u16::try_from(good).unwrap(),
                of: u16::try_from(concerned.len()).unwrap(),
                says: fill(&words.areas.says, &with),
                lines: concerned,
            }
        })
        .collect()
}

fn line(row: &Row) -> Line {
    Line { state: row.1, says: Foreign::new(row.2), evidence: Foreign::new(row.3), remark: None, detail: None }
}

/// `(days ago, done, of, lost)`, oldest first.
fn course(points: &[(u64, u16, u16, u16)], says: &str) -> Course {
    let points = points.iter().map(|(days, done, of, lost)| Point { on: ago(*days), done: *done, of: *of, lost: *lost });
    Course { says: says.to_owned(), points: points.collect() }
}

fn method() -> Method {
    Method {
        tool: "rescue 0.1.0".to_owned(),
        checklist: Foreign::new("Six weeks"),
        checklist_version: Foreign::new("2026.4"),
        asked: ["GitHub", "OpenAI", "Supabase", "Vercel"].map(str::to_owned).to_vec(),
        last_look: Some(moment()),
        says: [
            "Made by rescue 0.1.0 from the list “Six weeks”, version 2026.4, for the moment Monday, 23 November 2026, 09:05 UTC.",
            "Systems that answered: GitHub, OpenAI, Supabase and Vercel.",
            "The last look ended on 23 November at 09:05 UTC.",
            "Behind this page stand 412 recorded facts.",
            "The looks only read; they change nothing in your systems.",
            "“In place” means: it was so when it was looked at. It is no promise for what was not looked at.",
        ]
        .map(str::to_owned)
        .to_vec(),
        facts: Facts {
            count: 412,
            last: Some(FactId(uuid::Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001))),
            chain: Digest::of("facts"),
            checklist: Digest::of("checklist"),
        },
        previous: Some(Digest::of("the page before")),
    }
}

fn verdict(answer: Answer, says: &str, urgent: u16, unproven: u16) -> Verdict {
    let words = &Words::english().verdict;
    let with = [("n", urgent.to_string()), ("first", "7".to_owned()), ("day", "2 November".to_owned())];
    let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Verdict {
        question: words.live.clone(),
        answer,
        says: Foreign::new(says),
        urgent,
        unproven,
        first: Some(First { urgent: 7, on: ago(21) }),
        count: fill(&words.count, &with),
    }
}

/// The third week of a usual engagement, for the owner.
#[expect(clippy::too_many_lines, reason = "a page has many parts, and each is a table of what it says")]
pub(crate) fn founder() -> Page {
    let words = Words::english();
    Page {
        schema: SCHEMA,
        audience: Audience::Founder,
        detail: false,
        language: "en".to_owned(),
        title: Foreign::new("Acme Shop"),
        moment: moment(),
        day: words.full_day(today()),
        week: "Week 4 of 6".to_owned(),
        note: Some(Note {
            by: Foreign::new("Sam"),
            text: Foreign::new(
                "The payment pages are moved and quiet since Thursday. The master password came back with Friday’s release; I am taking it out today, and from then on a release with a password in it is stopped.",
            ),
        }),
        verdict: verdict(Answer::No, "No. 2 urgent dangers are open. 4 more things have not been shown yet.", 2, 4),
        dangers: Dangers {
            says: words.dangers.some_urgent.of(3, &[("urgent", "2")]),
            list: vec![
                Danger {
                    consequence: Foreign::new(USUAL[0].2),
                    urgent: true,
                    concerns: Some(Foreign::new("It concerns private chats and orders.")),
                    planned: None,
                    plan: Foreign::new("Sam has been working on it since 23 November."),
                    remark: Some(Foreign::new(
                        "It came back with Friday’s release. Nobody has used the password as far as we can see.",
                    )),
                    decision: None,
                    detail: Vec::new(),
                },
                Danger {
                    consequence: Foreign::new(USUAL[4].2),
                    urgent: true,
                    concerns: Some(Foreign::new("It concerns your data.")),
                    planned: Some(today() + Days::new(2)),
                    plan: Foreign::new("Planned until 25 November."),
                    remark: None,
                    decision: Some(Foreign::new(
                        "Your decision: may the old sign-up page be switched off for an hour on Wednesday?",
                    )),
                    detail: Vec::new(),
                },
                Danger {
                    consequence: Foreign::new(USUAL[5].2),
                    urgent: false,
                    concerns: None,
                    planned: None,
                    plan: Foreign::new("It waits for you: see “Your turn”."),
                    remark: None,
                    decision: None,
                    detail: Vec::new(),
                },
            ],
        },
        turn: Turn {
            says: words.turn.some.of(2, &[]),
            list: vec![
                task(
                    "Tell us which of the uploaded files may be seen by everybody.",
                    Some(10),
                    "about 10 minutes · waiting since 18 November · needed by 25 November",
                ),
                task(
                    "Invite your engineer to the Stripe account as “developer”.",
                    Some(5),
                    "about 5 minutes · waiting since 20 November",
                ),
            ],
        },
        changes: Changes {
            since: Some(ago(7)),
            says: "Since the page of 16 November: 2 went backwards, 3 got better.".to_owned(),
            worse: vec![
                Foreign::new(format!("Was in place and is not any more: {}", USUAL[0].2)),
                Foreign::new(format!("Was shown too long ago to count: {}", USUAL[9].2)),
            ],
            better: [USUAL[6].2, USUAL[8].2, USUAL[17].2].map(Foreign::new).to_vec(),
        },
        plan: Plan {
            done: 9,
            of: 17,
            due: 12,
            due_done: 10,
            says: "9 of 17 points are done. 10 of the 12 that are due by now are done or accepted: late by 2.".to_owned(),
        },
        accepted: Accepted {
            says: words.accepted.some.of(1, &[]),
            list: vec![Acceptance {
                consequence: Foreign::new(USUAL[10].2),
                word: Foreign::new(
                    "Ana accepts it until 1 February 2027. Your engineer adds: We keep copies of the originals in the office.",
                ),
                until: "2027-02-01".parse().unwrap(),
            }],
        },
        unseen: Unseen {
            count: 3,
            says: words.unseen.some.of(3, &[("of", "17")]),
            list: vec![
                blind("We have no access to Stripe yet", 1, &["Costs"]),
                blind("Nobody has looked yet", 2, &["Passwords and keys", "Who owns the accounts"]),
            ],
        },
        areas: areas(USUAL),
        measured: vec![
            Measure {
                state: State::Old,
                title: words.measured.recovery.clone(),
                says: Foreign::new("Not known. Nobody has shown a rehearsal yet."),
            },
            Measure {
                state: State::Good,
                title: words.measured.loss.clone(),
                says: Foreign::new("The work of about 1 hour, as agreed: checked by machine on 23 November."),
            },
            Measure {
                state: State::Good,
                title: "What OpenAI may cost a month".to_owned(),
                says: Foreign::new(
                    "At most 200 US dollars were agreed. That spending stops there: Sam says so on 6 November, proof kept.",
                ),
            },
        ],
        course: course(
            &[(21, 2, 17, 0), (14, 7, 17, 0), (7, 6, 18, 2), (3, 10, 18, 0), (0, 9, 17, 1)],
            "On 2 November: 2 of 17 points done. Today: 9 of 17. At 2 of these moments something that had been done was lost.",
        ),
        method: method(),
    }
}

fn task(action: &str, minutes: Option<u16>, about: &str) -> Task {
    Task { action: Foreign::new(action), minutes, about: Foreign::new(about) }
}

fn blind(why: &str, count: u16, areas: &[&str]) -> Blind {
    Blind { why: Foreign::new(why), count, areas: areas.iter().map(|it| (*it).to_owned()).collect() }
}

/// The same moment, for a reader from outside: lists are empty, the areas hold what is in place.
pub(crate) fn investor() -> Page {
    let words = Words::english();
    let mut page = founder();
    page.audience = Audience::Investor;
    page.note = None;
    page.dangers =
        Dangers { says: words.dangers.investor.of(2, &[("fixing", &words.dangers.fixing_all_many)]), list: Vec::new() };
    page.turn = Turn { says: words.turn.investor.clone(), list: Vec::new() };
    page.changes.worse = Vec::new();
    page.accepted.list = Vec::new();
    page.unseen.list = Vec::new();
    page.areas.iter_mut().for_each(|area| area.lines.retain(|it| it.state == State::Good));
    page
}

/// The first day: nobody has looked at anything.
pub(crate) fn nothing_done() -> Page {
    let words = Words::english();
    let rows: Vec<Row> = USUAL.iter().map(|row| (row.0, State::Unknown, row.2, "not shown yet")).collect();
    let mut page = founder();
    page.note = None;
    page.week = "Week 1 of 6".into();
    page.verdict = verdict(Answer::No, &words.verdict.nobody, 0, 18);
    page.verdict.question.clone_from(&words.verdict.launch);
    page.verdict.first = None;
    page.verdict.count = words.verdict.count_first.of(0, &[]);
    page.dangers = Dangers { says: words.dangers.none_unseen.of(18, &[]), list: Vec::new() };
    page.turn = Turn { says: words.turn.none.clone(), list: Vec::new() };
    page.changes = Changes { since: None, says: words.changes.first.clone(), worse: Vec::new(), better: Vec::new() };
    page.plan = Plan { done: 0, of: 18, due: 0, due_done: 0, says: "0 of 18 points are done. None is due yet.".to_owned() };
    page.accepted = Accepted { says: words.accepted.none.clone(), list: Vec::new() };
    page.unseen = Unseen {
        count: 18,
        says: words.unseen.some.of(18, &[("of", "18")]),
        list: vec![blind(
            "Nobody has looked yet",
            18,
            &["Passwords and keys", "Backups and recovery", "Costs", "Who owns the accounts"],
        )],
    };
    page.areas = areas(&rows);
    page.measured.iter_mut().for_each(|it| {
        it.state = State::Unknown;
        it.says = Foreign::new("Not known. Nothing was agreed or shown yet.");
    });
    page.course = course(&[(0, 0, 18, 0)], "Today 0 of 18 points are done. The line begins with the next week.");
    page.method.asked = Vec::new();
    page.method.last_look = None;
    page.method.previous = None;
    page
}

/// The last day: everything is in place.
pub(crate) fn everything_done() -> Page {
    let words = Words::english();
    let rows: Vec<Row> = USUAL.iter().map(|row| (row.0, State::Good, row.2, "checked by machine on 23 November")).collect();
    let mut page = nothing_done();
    page.week = "Week 6 of 6".into();
    page.verdict = verdict(Answer::Yes, &words.verdict.yes, 0, 0);
    page.dangers.says.clone_from(&words.dangers.none);
    page.changes = founder().changes;
    page.changes.worse = Vec::new();
    page.changes.says = "Since the page of 16 November: 0 went backwards, 3 got better.".into();
    page.plan = Plan {
        done: 18,
        of: 18,
        due: 18,
        due_done: 18,
        says: "18 of 18 points are done. All 18 that are due by now are done or accepted: on time.".to_owned(),
    };
    page.unseen = Unseen { count: 0, says: words.unseen.none.clone(), list: Vec::new() };
    page.areas = areas(&rows);
    page.measured = founder().measured;
    page.measured.iter_mut().for_each(|it| it.state = State::Good);
    page.course = course(
        &[(42, 0, 18, 0), (35, 5, 18, 0), (28, 9, 18, 0), (21, 12, 18, 0), (14, 14, 18, 0), (7, 17, 18, 0), (0, 18, 18, 0)],
        "On 12 October: 0 of 18 points done. Today: 18 of 18. Nothing that was done was lost at any of these moments.",
    );
    page.method = method();
    page
}

/// Every probe ran into a wall: nothing is good, and nothing is bad.
pub(crate) fn all_unseen() -> Page {
    let words = Words::english();
    let mut page = nothing_done();
    page.week = "Week 2 of 6".into();
    page.verdict = verdict(Answer::No, &words.verdict.no_unproven.of(18, &[]), 0, 18);
    page.unseen.list = vec![
        blind("We have no access to Supabase yet", 9, &["Who can see your customers’ data", "Backups and recovery"]),
        blind("Our access to GitHub does not allow this look", 4, &["Passwords and keys", "How changes reach your customers"]),
        blind("The plan that you pay for at Vercel does not show this", 3, &["Noticing trouble"]),
        blind("Your permission for this test is not recorded yet", 2, &["The public site"]),
    ];
    page.course = course(
        &[(7, 0, 18, 0), (0, 0, 18, 0)],
        "On 16 November: 0 of 18 points done. Today: 0 of 18. Nothing that was done was lost at any of these moments.",
    );
    page.method = method();
    page
}

/// `number` points, each open in every list that can hold it, its sentences ending in a word of `length` characters.
pub(crate) fn many(number: usize, length: usize) -> Page {
    let words = Words::english();
    let states = [State::Bad, State::Unknown, State::Good, State::Old, State::Accepted];
    let long = "w".repeat(length);
    let say = |point: usize| {
        Foreign::new(format!("Point {point}: a stranger could read, change or delete what your customers keep here {long}"))
    };
    let mut page = founder();
    let of = u16::try_from(number).unwrap();
    page.note = Some(Note { by: Foreign::new(&long), text: say(0) });
    page.dangers = Dangers {
        says: words.dangers.some_urgent.of(number, &[("urgent", "80")]),
        list: (0..number)
            .map(|point| Danger {
                consequence: say(point),
                urgent: point < 80,
                concerns: Some(Foreign::new(format!("It concerns part {point} {long}."))),
                planned: None,
                plan: Foreign::new("It has no date yet. Ask your engineer for one."),
                remark: (point % 7 == 0).then(|| say(point)),
                decision: (point % 9 == 0).then(|| say(point)),
                detail: Vec::new(),
            })
            .collect(),
    };
    page.turn = Turn {
        says: words.turn.some.of(number, &[]),
        list: (0..number)
            .map(|point| Task { action: say(point), minutes: Some(5), about: Foreign::new(format!("about 5 minutes {long}")) })
            .collect(),
    };
    page.changes.worse = (0..number).map(say).collect();
    page.changes.better = (0..number).map(say).collect();
    page.changes.says = format!("Since the page of 16 November: {number} went backwards, {number} got better.");
    page.accepted.list =
        (0..number / 5).map(|point| Acceptance { consequence: say(point), word: say(point), until: today() }).collect();
    page.accepted.says = words.accepted.some.of(number / 5, &[]);
    page.unseen.count = of / 5;
    page.unseen.says = words.unseen.some.of(number / 5, &[("of", &number.to_string())]);
    page.plan =
        Plan { done: of / 5, of, due: of, due_done: of / 5, says: format!("{} of {number} points are done.", number / 5) };
    let parts = &words.parts;
    page.areas = areas(USUAL);
    let share = number.div_ceil(parts.len());
    page.areas = parts
        .iter()
        .enumerate()
        .map(|(part, it)| {
            let lines: Vec<Line> = (part * share..number.min((part + 1) * share))
                .map(|point| Line {
                    state: states[point % states.len()],
                    says: say(point),
                    evidence: Foreign::new("checked by machine on 23 November"),
                    remark: (point % 7 == 0).then(|| say(point)),
                    detail: None,
                })
                .collect();
            let good = lines.iter().filter(|it| it.state == State::Good).count();
            Area {
                title: it.title.clone(),
                about: it.about.clone(),
                good: u16::try_from(good).unwrap(),
                of: u16::try_from(lines.len()).unwrap(),
                says: format!("{good} of {} in place", lines.len()),
                lines,
            }
        })
        .collect();
    let weeks: Vec<(u64, u16, u16, u16)> = (0..=60u16)
        .rev()
        .map(|week| (u64::from(week) * 7, ((60 - week) * 6).saturating_sub(week % 5 * 3), of, week % 5))
        .collect();
    page.course = course(
        &weeks,
        "On 29 September 2025: 0 of 400 points done. Today: 360 of 400. At 48 of these moments something that had been done was lost.",
    );
    page
}

/// Text that wants to be more than text in every field that came from outside, technical detail switched on.
pub(crate) fn hostile() -> Page {
    let mut page = detailed();
    let mut number = 0;
    fill_in(&mut page, &mut |_| {
        number += 1;
        Foreign::new(HOSTILE[number % HOSTILE.len()])
    });
    page
}

/// The usual page with technical detail, every optional field filled.
pub(crate) fn detailed() -> Page {
    let mut page = founder();
    page.detail = true;
    for danger in &mut page.dangers.list {
        danger.concerns = Some(Foreign::new("It concerns your data."));
        danger.remark = Some(Foreign::new("It is being looked at."));
        danger.decision = Some(Foreign::new("Your decision: go on or stop?"));
        danger.detail = vec![Foreign::new("SEC-03 src/lib/client.ts:12"), Foreign::new("table orders is open to anon")];
    }
    for line in page.areas.iter_mut().flat_map(|area| &mut area.lines) {
        line.remark = Some(Foreign::new("It is being looked at."));
        line.detail = Some(Foreign::new("SEC-03 · src/lib/client.ts:12"));
    }
    page
}

/// Replaces every field of the page that holds text from outside, in order.
pub(crate) fn fill_in(page: &mut Page, with: &mut impl FnMut(&Foreign) -> Foreign) {
    let mut fields: Vec<&mut Foreign> = vec![&mut page.title, &mut page.verdict.says];
    if let Some(note) = &mut page.note {
        fields.extend([&mut note.by, &mut note.text]);
    }
    for it in &mut page.dangers.list {
        fields.extend([&mut it.consequence, &mut it.plan]);
        fields.extend(it.concerns.iter_mut().chain(&mut it.remark).chain(&mut it.decision).chain(&mut it.detail));
    }
    for it in &mut page.turn.list {
        fields.extend([&mut it.action, &mut it.about]);
    }
    fields.extend(page.changes.worse.iter_mut().chain(&mut page.changes.better));
    for it in &mut page.accepted.list {
        fields.extend([&mut it.consequence, &mut it.word]);
    }
    fields.extend(page.unseen.list.iter_mut().map(|it| &mut it.why));
    for it in page.areas.iter_mut().flat_map(|area| &mut area.lines) {
        fields.extend([&mut it.says, &mut it.evidence]);
        fields.extend(it.remark.iter_mut().chain(&mut it.detail));
    }
    fields.extend(page.measured.iter_mut().map(|it| &mut it.says));
    fields.extend([&mut page.method.checklist, &mut page.method.checklist_version]);
    for field in fields {
        *field = with(field);
    }
    // Sentences of the method hold the list's title and version.
    for says in &mut page.method.says {
        *says = with(&Foreign::new(&*says)).to_string();
    }
}

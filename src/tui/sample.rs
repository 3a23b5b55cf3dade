//! An invented app with every state that a screen can show, for tests and benchmarks. No part of the product uses it.
#![expect(clippy::unwrap_used, reason = "the sample is made of constants, and every test reads all of them")]

pub mod apps;
mod course;
mod deciding;
pub mod items;
mod lane;
mod leaked;
mod letter;
mod overdue;
pub mod pages;
pub mod run;
mod systems;
mod work;

use super::effect::Effect;
use super::keymap::Keymap;
use super::message::Message;
use super::state::State;
use super::theme::Look;
use crate::domain::checklist::Effort;
use crate::domain::fact::RunEnd;
use crate::domain::state::{Answer, Judgement, Lost, RuleState, RunSummary, StandingFinding, Waiting, Waiver};
use crate::domain::{
    AppSettings, Assessment, Board, Checklist, Consent, FactId, Finding, Foreign, Freshness, Gap, GapKind, Gate, Headline, Item,
    ItemId, JudgedFor, Note, NoteLevel, Outcome, Person, Phase, PhaseProgress, Place, ProbeId, ProbeKind, ProbeWord, Rule, RunId,
    Severity, Side, System, Truth, Work,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use course::trend;
pub use deciding::{closing, decisions};
pub use leaked::leaked_board;
pub use letter::letter;
pub use overdue::overdue;
pub use run::{changes, connections, history, live, run_events};
pub use systems::{evident_board, systems};
pub use work::{order, proof};

/// The moment of the sample: a Sunday afternoon in week three.
#[must_use]
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_359_600, 0).unwrap()
}

/// The sample's run.
#[must_use]
pub fn run_id() -> RunId {
    RunId(uuid::Uuid::from_u128(7))
}

fn ago(minutes: i64) -> DateTime<Utc> {
    now() - TimeDelta::minutes(minutes)
}

fn fact() -> FactId {
    FactId(uuid::Uuid::from_u128(1))
}

/// A probe's word that says nothing yet.
#[must_use]
pub fn word(probe: &str, system: System) -> ProbeWord {
    ProbeWord {
        probe: probe.parse().unwrap(),
        kind: ProbeKind::Proof,
        system,
        outcome: None,
        at: None,
        says: Foreign::default(),
        findings: vec![],
        notes: vec![],
        aged: false,
        fresh_until: None,
        suspected: false,
        accepted: false,
        rotated: false,
        not_applicable: None,
        gap: None,
        gap_at: None,
        judged_by_older_rule: false,
        ms: None,
        requests: None,
    }
}

fn said(probe: &str, system: System, outcome: Outcome, says: &str) -> ProbeWord {
    ProbeWord {
        fresh_until: (outcome == Outcome::Pass).then(|| now() + TimeDelta::days(6)),
        outcome: Some(outcome),
        at: Some(ago(12)),
        says: says.into(),
        ms: Some(412),
        requests: Some(2),
        ..word(probe, system)
    }
}

fn unseen(probe: &str, system: System, gap: Gap) -> ProbeWord {
    ProbeWord { gap: Some(gap), gap_at: Some(ago(12)), ..word(probe, system) }
}

/// The finding of the sample that matters most.
#[must_use]
pub fn finding() -> Finding {
    Finding::new(
        "supabase.table-open",
        "public.orders",
        Severity::Critical,
        "Anybody can read the table orders: row-level security is off",
        "Turn row-level security on for public.orders and add a policy for its owner",
    )
    .at(Place::Resource { name: "public.orders".into() })
}

fn force_push() -> Finding {
    Finding::new(
        "github.force-push-allowed",
        "main",
        Severity::Medium,
        "The branch main can be force-pushed",
        "Switch force pushes off in the ruleset of main",
    )
    .at(Place::Web { url: "https://github.com/acme/shop/settings/rules".into() })
}

fn key_in_tree() -> Finding {
    Finding::new(
        "scan.credential",
        "b1946ac92492d234",
        Severity::High,
        "An OpenAI key is in the tree",
        "Rotate the key at OpenAI, then remove it from the file",
    )
    .at(Place::File { path: "src/lib/日本語-llm.ts".into(), line: Some(14), commit: None })
}

fn no_token() -> Gap {
    Gap::new(GapKind::NoCredential, System::Supabase, "No Supabase token was found")
        .needs("Set RESCUE_ACME_SHOP_SUPABASE_TOKEN to a token that may read the project")
}

fn item(row: &(&str, Phase, &str, crate::domain::Decides, char)) -> Item {
    let (id, phase, title, decides, gate) = *row;
    Item {
        id: id.parse().unwrap(),
        phase,
        short: title.to_owned(),
        title: title.to_owned(),
        why: "Anybody with the public key reads every row that no policy guards, and nobody notices".to_owned(),
        founder: "A stranger could read your customers' orders".to_owned(),
        founder_done: None,
        founder_ask: None,
        founder_minutes: None,
        stake: None,
        emergency: vec![],
        how: [
            "List the tables that a client key reaches",
            "Turn row-level security on for each",
            "Add a policy for the owner, and test it as another user",
        ]
        .map(str::to_owned)
        .to_vec(),
        decides,
        rule: Rule::All(vec![]),
        fresh: Freshness::Days(8),
        judged_for: JudgedFor::Days(30),
        gate: match gate {
            'n' => Some(Gate::Now),
            'l' => Some(Gate::Launch),
            'c' => Some(Gate::Close),
            _ => None,
        },
        gate_if: None,
        applies_if: None,
        absent_is_fine: false,
        effort: Effort::M,
        danger: 3,
        reach: 3,
        after: if id == "RLS-07" { vec!["BAK-04".parse().unwrap()] } else { vec![] },
        to_come: vec![],
        rotation: false,
        consent: Consent::Passive,
        references: vec!["Supabase: Row Level Security".to_owned()],
    }
}

/// An item of which nothing is known.
fn blank(item: &Item) -> Assessment {
    Assessment {
        item: item.id.clone(),
        phase: item.phase,
        decides: item.decides,
        gate: item.gate,
        truth: Truth::Open,
        rule: RuleState::Open,
        work: Work::Todo,
        by: None,
        since: None,
        fresh_until: None,
        words: vec![],
        judgement: None,
        waiver: None,
        was_done: false,
        lost: None,
        not_applicable: None,
        remarks: vec![],
        unseen: false,
        gap: None,
        asks_rotation: false,
        by_hand: true,
        next_change: None,
        is_new: false,
    }
}

fn verified(it: &mut Assessment, word: ProbeWord) {
    it.truth = Truth::Verified;
    it.rule = RuleState::Holds;
    it.by = Some(word.probe.as_str().into());
    it.since = word.at;
    it.fresh_until = word.fresh_until;
    it.words = vec![word];
    it.by_hand = false;
}

#[expect(clippy::too_many_lines, reason = "a table: one arm for each state that a screen can show")]
fn fill(it: &mut Assessment) {
    it.by_hand = false;
    match it.item.as_str() {
        "RLS-01" => {
            it.truth = Truth::Drifted;
            it.rule = RuleState::Fails;
            it.by = Some("supabase.row-level-security".into());
            it.since = Some(ago(12));
            it.was_done = true;
            it.words = vec![
                ProbeWord {
                    findings: vec![finding()],
                    ..said(
                        "supabase.row-level-security",
                        System::Supabase,
                        Outcome::Fail,
                        "1 of 14 tables has row-level security off: orders",
                    )
                },
                unseen(
                    "postgres.row-level-security",
                    System::Postgres,
                    Gap::new(GapKind::NotConfigured, System::Postgres, "No database address is given")
                        .needs("Set RESCUE_ACME_SHOP_POSTGRES_TOKEN to a read-only address"),
                ),
            ];
            it.unseen = true;
        }
        "SEC-01" => {
            it.truth = Truth::Failing;
            it.rule = RuleState::Fails;
            it.by = Some("scan.current-tree".into());
            it.since = Some(ago(60 * 24 * 3));
            it.work = Work::Doing { who: "Sam".into(), since: ago(150) };
            it.words = vec![ProbeWord {
                findings: vec![key_in_tree()],
                ..said("scan.current-tree", System::Scan, Outcome::Fail, "1 credential in 412 files")
            }];
        }
        "BAK-01" => {
            let mut passed = said(
                "supabase.backup-age",
                System::Supabase,
                Outcome::Pass,
                "PITR is on; the newest restorable point is 3 min old (eu-central-1)",
            );
            passed.notes.push(Note {
                key: "supabase.pitr-days".into(),
                level: NoteLevel::Info,
                says: "Points go back 7 days".into(),
                place: None,
            });
            verified(it, passed);
            it.words.push(unseen(
                "s3.backup-age",
                System::S3,
                Gap::new(GapKind::NotConfigured, System::S3, "No bucket is given")
                    .needs("Name the bucket: rescue app edit acme-shop --provider s3"),
            ));
            it.words.push(ProbeWord {
                not_applicable: Some("a complete discovery did not find it".into()),
                ..word("firebase.backup-age", System::Firebase)
            });
            it.lost = Some(Lost { from: ago(60 * 24 * 9), to: ago(60 * 24 * 8) });
        }
        "SEC-05" => {
            verified(
                it,
                said("github.secret-scanning", System::Github, Outcome::Pass, "Push protection is on, no alert is open"),
            );
        }
        "ACC-05" => {
            it.truth = Truth::Attested;
            it.by = Some("Sam".into());
            it.since = Some(ago(60 * 24 * 14));
            it.judgement = Some(Judgement {
                fact: fact(),
                who: "Sam".into(),
                at: ago(60 * 24 * 14),
                proof: Some("https://notes.example.com/acme/data-model".into()),
                stands_for: vec![],
                until: None,
                lapsed: None,
                founder: None,
            });
        }
        "SPD-01" => {
            it.words = vec![
                said("openai.spend-cap", System::Openai, Outcome::Pass, "The organisation stops at 200 USD a month"),
                unseen(
                    "anthropic.spend-cap",
                    System::Anthropic,
                    Gap::new(GapKind::NoCredential, System::Anthropic, "No Anthropic admin key was found")
                        .needs("Ask the client for an admin key and set RESCUE_ACME_SHOP_ANTHROPIC_TOKEN"),
                ),
            ];
            it.unseen = true;
            it.work = Work::Blocked {
                on: "Ana".into(),
                waits_for: "an Anthropic admin key".into(),
                until: None,
                since: ago(60 * 24 * 2),
                founder: None,
                minutes: None,
            };
            it.remarks = vec!["1 of 2 seen".into()];
        }
        "SPD-02" => {
            it.truth = Truth::Waived;
            it.waiver = Some(Waiver {
                fact: fact(),
                who: "Sam".into(),
                at: ago(60 * 24 * 5),
                reason: "The client watches spend by hand until the launch".into(),
                until: (now() + TimeDelta::days(30)).date_naive(),
                client: Some("Ana".into()),
                founder: None,
                stands: true,
            });
        }
        "RLS-06" => {
            it.truth = Truth::NotApplicable;
            it.not_applicable = Some("the app does not use Firebase".into());
        }
        "BAK-04" => {
            it.truth = Truth::Stale;
            it.was_done = true;
            it.remarks = vec!["the restore was shown 97 days ago".into()];
            it.work = Work::Planned { week: 4 };
        }
        "SEC-02" => {
            it.truth = Truth::Disputed;
            it.rule = RuleState::Fails;
            it.words = vec![said("github.secret-alerts", System::Github, Outcome::Fail, "2 alerts are open since the judgement")];
        }
        "CI-01" | "CI-02" | "SEC-06" | "RLS-05" | "BAK-05" | "SEC-03" => {
            verified(
                it,
                said("github.branch-protection", System::Github, Outcome::Pass, "main asks for a pull request and one review"),
            );
        }
        "ACC-01" | "ACC-02" | "API-01" => it.by_hand = true,
        _ => {
            it.words = vec![unseen("supabase.some-state", System::Supabase, no_token())];
            it.unseen = true;
        }
    }
    it.gap = it.words.iter().find_map(|word| word.gap.clone());
}

/// The settings of the sample.
#[must_use]
pub fn settings() -> AppSettings {
    let mut settings = AppSettings::new("acme-shop".parse().unwrap(), (now() - TimeDelta::days(16)).date_naive());
    settings.title = "Acme Shop".into();
    settings.github = Some("acme/shop".parse().unwrap());
    settings.path = Some("/srv/acme/shop".into());
    settings.live_since = Some((now() - TimeDelta::days(60)).date_naive());
    settings.people = vec![
        Person { name: "Ana".into(), side: Side::Client, mail: None, role: Some("founder".into()) },
        Person { name: "Sam".into(), side: Side::Ours, mail: None, role: None },
    ];
    settings
}

/// The board in week three, with every truth on it.
#[must_use]
pub fn board() -> Board {
    let all: Vec<Item> = items::ITEMS.iter().map(item).collect();
    let assessments = all.iter().map(|it| {
        let mut found = blank(it);
        fill(&mut found);
        found
    });
    let assessments: Vec<Assessment> = assessments.collect();
    finish(all, assessments)
}

/// The board before anything was looked at: one token, and seventy items that nobody can see.
#[must_use]
pub fn first_board() -> Board {
    let all: Vec<Item> = items::ITEMS.iter().map(item).collect();
    let assessments: Vec<Assessment> = all
        .iter()
        .map(|it| {
            let mut found = blank(it);
            found.by_hand = false;
            found.unseen = true;
            found.words = vec![word("supabase.some-state", System::Supabase)];
            found
        })
        .collect();
    let mut board = finish(all, assessments);
    board.last_run = None;
    board.findings.clear();
    board.headline.says = "NO — 81 items not looked at yet".into();
    (board.week, board.day) = (1, 1);
    board
}

fn finish(all: Vec<Item>, assessments: Vec<Assessment>) -> Board {
    let mut counts: BTreeMap<Truth, u16> = BTreeMap::new();
    for it in &assessments {
        *counts.entry(it.truth).or_default() += 1;
    }
    let of = |phase, is: &dyn Fn(&Assessment) -> bool| {
        u16::try_from(assessments.iter().filter(|it| it.phase == phase && is(it)).count()).unwrap()
    };
    let phases = Phase::ALL
        .map(|phase| PhaseProgress {
            phase,
            done: of(phase, &|it| it.truth.is_done()),
            applicable: of(phase, &|it| it.truth != Truth::NotApplicable),
            drifted: of(phase, &|it| it.truth == Truth::Drifted),
            disputed: of(phase, &|it| it.truth == Truth::Disputed),
            failing: of(phase, &|it| it.truth == Truth::Failing),
            stale: of(phase, &|it| it.truth == Truth::Stale),
            waived: of(phase, &|it| it.truth == Truth::Waived),
            unseen: of(phase, &|it| it.unseen),
        })
        .to_vec();
    let id = |text: &str| text.parse::<ItemId>().unwrap();
    let standing = |finding: Finding, probe: &str, item: &str| StandingFinding {
        finding,
        probe: probe.parse::<ProbeId>().unwrap(),
        items: vec![id(item)],
        first_seen: ago(60 * 24 * 3),
        last_seen: ago(12),
        waiver: None,
        rotation: None,
        asks_rotation: false,
        rotated: false,
    };
    let unseen = assessments.iter().filter(|it| it.unseen).count();
    Board {
        settings: settings(),
        checklist: Arc::new(Checklist {
            name: "six-week".into(),
            version: "1.0.0".into(),
            title: "Six weeks".into(),
            items: all,
            retired: vec![],
        }),
        now: now(),
        week: 3,
        day: 17,
        headline: Headline {
            question: "Safe to keep taking users?".into(),
            answer: Answer::No,
            says: "NO — 3 gates are open: RLS-01 anybody can read the table orders".into(),
            open_gates: vec![id("RLS-01"), id("SEC-02"), id("SEC-01")],
        },
        phases,
        now_lane: lane::rows(),
        more_now: 4,
        waits_now: 9,
        later: 41,
        behind: 4,
        waiting: vec![
            Waiting { on: "Ana".into(), items: vec![id("SPD-01"), id("ACC-02")] },
            Waiting {
                on: no_token().needs.unwrap(),
                items: assessments.iter().filter(|it| it.gap == Some(no_token())).map(|it| it.item.clone()).collect(),
            },
        ],
        findings: vec![
            standing(finding(), "supabase.row-level-security", "RLS-01"),
            standing(key_in_tree(), "scan.current-tree", "SEC-01"),
            StandingFinding {
                waiver: Some(Waiver {
                    fact: fact(),
                    who: "Sam".into(),
                    at: ago(60),
                    reason: "One developer".into(),
                    until: (now() + TimeDelta::days(20)).date_naive(),
                    client: None,
                    founder: None,
                    stands: true,
                }),
                ..standing(force_push(), "github.branch-protection", "CI-01")
            },
        ],
        unused: vec![],
        last_run: Some(RunSummary {
            run: run_id(),
            started: ago(13),
            ended: Some((ago(12), RunEnd::Finished)),
            decided: 11,
            undecided: 61,
        }),
        future_facts: 0,
        closed: None,
        next_change: Some(now() + TimeDelta::days(1)),
        counts,
        unseen: u16::try_from(unseen).unwrap(),
        items: assessments,
    }
}

/// The console with nothing in it.
#[must_use]
pub fn empty(size: (u16, u16)) -> (State, Vec<Effect>) {
    let (mut state, effects) = State::new(Look { colour: true, ascii: false }, Keymap::default(), size, now());
    state.world.github = url::Url::parse("https://github.com/").ok();
    (state, effects)
}

/// The console on the board of the sample.
#[must_use]
pub fn state(size: (u16, u16)) -> (State, Vec<Effect>) {
    with(size, board())
}

/// The console on a board.
#[must_use]
pub fn with(size: (u16, u16), board: Board) -> (State, Vec<Effect>) {
    let (mut state, mut effects) = empty(size);
    effects.extend(state.update(Message::Portfolio { apps: apps::apps(), unread: 0 }, now()));
    state.update(Message::Vocabulary(Arc::new(apps::vocabulary())), now());
    effects.extend(state.open("acme-shop".parse().unwrap()));
    effects.extend(state.update(Message::Board(Arc::new(board)), now()));
    (state, effects)
}

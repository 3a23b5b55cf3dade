//! How long the board of a whole engagement takes: 78 items, 60 probes, 52 weekly runs. Invented data, no I/O.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation,
    reason = "a bench makes its own data and may stop when it is wrong"
)]
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rescue::domain::checklist::Effort;
use rescue::domain::fact::RunEnd;
use rescue::domain::{
    AppSettings, Author, Board, Checklist, Consent, Decides, Digest, Fact, FactBody, FactId, Finding, Freshness, Gap, GapKind,
    Gate, Item, JudgedFor, NoteLevel, OutcomeFact, Phase, ProbeBook, ProbeId, ProbeKind, ProbeTraits, Rule, RunId, Severity,
    System, Verdict, board,
};
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::sync::Arc;

const ITEMS: usize = 78;
const PROBES: usize = 60;
const WEEKS: i64 = 52;

fn main() {
    divan::main();
}

struct Engagement {
    facts: Vec<Fact>,
    checklists: BTreeMap<Digest, Arc<Checklist>>,
    book: ProbeBook,
    now: DateTime<Utc>,
}

impl Engagement {
    fn board(&self) -> Option<Board> {
        board(&self.facts, &self.checklists, &self.book, self.now)
    }
}

#[divan::bench]
fn board_of_a_whole_engagement(bencher: divan::Bencher<'_, '_>) {
    let engagement = engagement();
    assert!(engagement.board().is_some_and(|it| it.items.len() == ITEMS && it.headline.open_gates.len() < ITEMS));
    bencher.bench_local(|| black_box(&engagement).board());
}

#[divan::bench]
fn board_of_the_first_day(bencher: divan::Bencher<'_, '_>) {
    let mut engagement = engagement();
    engagement.facts.truncate(2);
    assert!(engagement.board().is_some());
    bencher.bench_local(|| black_box(&engagement).board());
}

const SYSTEMS: [System; 4] = [System::Github, System::Supabase, System::Site, System::Repo];

fn probe(number: usize) -> ProbeId {
    let system = SYSTEMS[number % SYSTEMS.len()];
    format!("{system}.question-{number}").parse().expect("a probe id")
}

fn item(number: usize) -> Item {
    let leaf = |offset: usize| Rule::Probe(probe((number * 7 + offset) % PROBES));
    let rule = match number % 6 {
        0 => Rule::All(vec![leaf(0)]),
        1 => Rule::All(vec![leaf(0), leaf(1), leaf(2)]),
        2 => Rule::Any(vec![leaf(0), leaf(3)]),
        3 => Rule::All(vec![Rule::Any(vec![leaf(0), leaf(1)]), leaf(5)]),
        4 => Rule::All(Vec::new()),
        _ => Rule::All(vec![leaf(0), leaf(9)]),
    };
    Item {
        id: format!("AA-{number:03}").parse().expect("an item id"),
        phase: Phase::ALL[number % 3],
        short: format!("Criterion {number}"),
        title: format!("Criterion {number}"),
        why: String::new(),
        founder: String::new(),
        founder_done: None,
        founder_ask: None,
        founder_minutes: None,
        how: Vec::new(),
        decides: if number.is_multiple_of(2) { Decides::Both } else { Decides::Probe },
        rule,
        fresh: Freshness::Days(8),
        judged_for: JudgedFor::Days(90),
        gate: number.is_multiple_of(4).then_some(Gate::Now),
        gate_if: None,
        applies_if: None,
        absent_is_fine: false,
        effort: Effort::M,
        stake: None,
        emergency: Vec::new(),
        danger: 3,
        reach: 3,
        after: Vec::new(),
        to_come: Vec::new(),
        rotation: false,
        consent: Consent::Passive,
        references: Vec::new(),
    }
}

fn verdict(probe: usize, week: i64) -> Verdict {
    match (probe as i64 * 31 + week * 17) % 10 {
        0 => Verdict::fail(
            "two tables are open",
            vec![
                Finding::new("rls.off", format!("public.t{probe}"), Severity::High, "row-level security is off", "Switch it on"),
                Finding::new("rls.off", format!("public.u{probe}"), Severity::High, "row-level security is off", "Switch it on"),
            ],
        ),
        1 => Verdict::undecided(Gap::new(GapKind::RateLimited, System::Github, "asked too often").needs("Wait an hour")),
        _ => Verdict::pass("it is so").note(NoteLevel::Info, "seen", "it was seen"),
    }
}

fn engagement() -> Engagement {
    let start: DateTime<Utc> = "2026-01-05T09:00:00Z".parse().expect("a moment");
    let mut settings = AppSettings::new("acme".parse().expect("a name"), NaiveDate::from_ymd_opt(2026, 1, 5).expect("a day"));
    settings.github = Some("acme/shop".parse().expect("a repository"));
    settings.supabase = Some("a".repeat(20).parse().expect("a reference"));
    settings.url = Some("https://shop.example.com".parse().expect("an address"));
    let digest = Digest("six-week".to_owned());
    let mut facts: Vec<Fact> = Vec::new();
    let mut push = |at: DateTime<Utc>, body: FactBody| {
        let id = FactId(uuid::Uuid::from_u128(facts.len() as u128 + 1));
        facts.push(Fact { id, at, by: Author::Person("Sam".into()), body });
    };
    push(start, FactBody::Settings { settings: Box::new(settings.clone()) });
    push(start, FactBody::ChecklistAdopted { checklist: digest.clone(), version: "1".to_owned() });
    for week in 0..WEEKS {
        let monday = start + TimeDelta::weeks(week);
        let run = RunId(uuid::Uuid::from_u128(week as u128 + 1));
        push(monday, FactBody::RunStarted { run, probes: (0..PROBES).map(probe).collect() });
        // Each week a fifth of the probes has nothing to ask: some 2500 outcomes in a year.
        for number in (0..PROBES).filter(|number| !(number + week as usize).is_multiple_of(5)) {
            let probe = probe(number);
            let subject = settings.subject(SYSTEMS[number % SYSTEMS.len()]).expect("a connection");
            let (verdict, settings) = (verdict(number, week), Digest("s".to_owned()));
            let outcome =
                OutcomeFact { run, probe, revision: 1, subject, settings, observation: None, verdict, ms: 40, requests: 2 };
            push(monday + TimeDelta::milliseconds(number as i64 * 40 + 40), FactBody::Outcome(Box::new(outcome)));
        }
        push(monday + TimeDelta::minutes(1), FactBody::RunEnded { run, how: RunEnd::Finished });
        if week % 12 == 2 {
            for number in (0..ITEMS).filter(|number| number.is_multiple_of(2)) {
                let item = item(number).id;
                let saw = BTreeSet::from(["seen".to_owned()]);
                let proof = Some("https://example.com/proof".into());
                let attested = FactBody::Attested { item, proof, stands_for: BTreeSet::new(), saw, founder: None };
                push(monday + TimeDelta::hours(2), attested);
            }
        }
    }
    let items = (0..ITEMS).map(item).collect();
    let checklist =
        Checklist { name: "six-week".to_owned(), version: "1".to_owned(), title: "Bench".to_owned(), items, retired: Vec::new() };
    let traits = |number: usize| ProbeTraits {
        system: SYSTEMS[number % SYSTEMS.len()],
        kind: if number.is_multiple_of(9) { ProbeKind::Sign } else { ProbeKind::Proof },
        confirm: 1,
        revision: 1,
    };
    Engagement {
        facts,
        checklists: BTreeMap::from([(digest, Arc::new(checklist))]),
        book: (0..PROBES).map(|number| (probe(number), traits(number))).collect(),
        now: start + TimeDelta::weeks(WEEKS),
    }
}

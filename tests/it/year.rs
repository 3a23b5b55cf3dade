//! A year of weekly reruns of the demo's app: real runs against the demo's stand-ins, through the engine and the store, by
//! a clock that the test sets. What the program says of each week is compared with a model that was written from the
//! contract alone.

mod model;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use model::{Decides, Event, Item, Outcome, Rule, What};
use pretty_assertions::assert_eq;
use rescue::clock::SetClock;
use rescue::config::{Configuration, Endpoints, Environment, Paths};
use rescue::credentials::{Chain, Secret};
use rescue::demo::stand_in::{self, StandIn, Thinking};
use rescue::demo::story::Story;
use rescue::desk::Desk;
use rescue::domain::{Author, FactBody, FactId, Note, Outcome as Told, System, Target, Truth};
use rescue::engine::{Only, RunEvent};
use rescue::snapshot::Sharing;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

const WEEKS: i64 = 52;
const VENDORS: [System; 5] = [System::Github, System::Supabase, System::Vercel, System::Openai, System::Openrouter];
/// Nobody looked in these weeks: a holiday, and a machine that was off.
const UNLOOKED: [i64; 6] = [11, 12, 13, 30, 31, 47];

fn items() -> Vec<Item> {
    let is = Rule::Probe;
    let item = |id, decides, rule, fresh, judged_for, gate| Item { id, decides, rule, fresh, judged_for, gate };
    let staging = Rule::Any(vec![is("vercel.staging"), is("github.branch-protection")]);
    vec![
        item("CI-01", Decides::Probe, is("github.branch-protection"), 8, Some(30), Some("launch")),
        item(
            "CI-02",
            Decides::Probe,
            Rule::All(vec![is("github.required-checks"), is("github.secret-scanning")]),
            15,
            Some(30),
            None,
        ),
        // It fails all year, also after somebody judged it done.
        item("CI-03", Decides::Probe, is("github.leak-prevention"), 8, Some(30), None),
        item("ACC-03", Decides::Both, is("github.collaborators"), 8, Some(30), Some("now")),
        item("BAK-01", Decides::Probe, is("supabase.backup-age"), 8, Some(30), Some("now")),
        item("BAK-02", Decides::Probe, Rule::All(vec![is("supabase.backup-age"), is("openai.spend-cap")]), 22, Some(30), None),
        item(
            "SPD-01",
            Decides::Both,
            Rule::All(vec![is("openai.spend-cap"), is("openrouter.spend-cap")]),
            8,
            Some(30),
            Some("now"),
        ),
        item("SPD-02", Decides::Probe, Rule::Any(vec![is("vercel.staging"), is("openrouter.spend-cap")]), 8, Some(30), None),
        item("ENV-01", Decides::Both, Rule::All(vec![is("supabase.staging"), staging]), 10, Some(60), Some("launch")),
        item("JOB-01", Decides::Person, Rule::All(vec![]), 8, Some(45), None),
        item("JOB-02", Decides::Person, Rule::All(vec![]), 8, None, None),
    ]
}

/// The same as a checklist file of the user's own.
fn checklist() -> String {
    fn rule(it: &Rule) -> String {
        let list = |rules: &[Rule]| rules.iter().map(rule).collect::<Vec<_>>().join(", ");
        match it {
            Rule::Probe(probe) => format!("\"{probe}\""),
            Rule::All(rules) => format!("{{ all = [{}] }}", list(rules)),
            Rule::Any(rules) => format!("{{ any = [{}] }}", list(rules)),
        }
    }
    let mut text = "title = \"A year\"\nversion = \"1\"\n".to_owned();
    for it in items() {
        let decides = format!("{:?}", it.decides).to_lowercase();
        let judged = it.judged_for.map_or("\"engagement\"".to_owned(), |days| days.to_string());
        write!(text, "[[item]]\nid = \"{}\"\nphase = \"week-1\"\ntitle = \"{} is so\"\nwhy = \"Because\"\n", it.id, it.id)
            .unwrap();
        write!(text, "founder = \"It matters\"\nhow = [\"Do it\"]\ndecides = \"{decides}\"\nfresh = {}\n", it.fresh).unwrap();
        writeln!(text, "judged_for = {judged}").unwrap();
        if it.decides != Decides::Person {
            writeln!(text, "rule = {}", rule(&it.rule)).unwrap();
        }
        if let Some(gate) = it.gate {
            writeln!(text, "gate = \"{gate}\"").unwrap();
        }
    }
    text
}

/// How the world is in a week: for each vendor the week of the demo's story whose answers it gives, or that it refuses our
/// credential; in an endless mixture, more often good than bad.
fn staged(week: i64) -> [Option<u8>; 5] {
    let mut seed = u64::try_from(week).unwrap() * 2_654_435_761 + 12_345;
    VENDORS.map(|vendor| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The fail that is accepted has to last for some weeks.
        if vendor == System::Github && (38..=43).contains(&week) {
            return Some(1);
        }
        match (seed >> 33) % 100 {
            0..12 => None,
            12..30 => Some(1),
            30..40 => Some(3),
            _ => Some(2),
        }
    })
}

/// The systems that are asked in a week: all, but in some weeks somebody looks at two only.
fn asked(week: i64) -> Vec<System> {
    if UNLOOKED.contains(&week) {
        Vec::new()
    } else if week % 9 == 4 {
        vec![System::Supabase, System::Openai]
    } else {
        VENDORS.to_vec()
    }
}

/// What people do on the Wednesday of a week.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Judges it done, having seen all that is shown, standing in for these probes.
    Judge(&'static str, &'static [&'static str]),
    Reopen(&'static str),
    OutOfQuestion(&'static str),
    /// For so many days, with a name of the client's or without.
    Waive(&'static str, i64, bool),
    /// Accepts what an item's probes found.
    Accept(&'static str, i64),
    /// The newest statement of a person never was.
    TakeBack,
    /// Settings that change nothing that is judged.
    Rename,
    /// The app leaves OpenRouter.
    Leave,
    Close,
}

/// One statement of an act.
enum Spoken {
    Act(Act),
    Accept { finding: String, days: i64 },
}

fn acts(week: i64) -> Vec<Act> {
    let mut acts = match week {
        1 => vec![Act::Judge("JOB-01", &[]), Act::Judge("JOB-02", &[])],
        3 => vec![Act::Judge("CI-03", &["github.leak-prevention"])],
        5 => vec![Act::Waive("CI-01", 20, false), Act::Waive("CI-02", 11, false)],
        9 => vec![Act::Reopen("JOB-01")],
        10 => vec![Act::Judge("JOB-01", &[]), Act::Waive("BAK-01", 24, true)],
        17 => vec![Act::Waive("BAK-02", 15, false)],
        18 => vec![Act::Judge("JOB-02", &[]), Act::TakeBack],
        21 => vec![Act::Judge("ENV-01", &[]), Act::TakeBack],
        24 => vec![Act::Reopen("ENV-01"), Act::Rename],
        28 => vec![Act::OutOfQuestion("SPD-02")],
        33 => vec![Act::Reopen("SPD-02"), Act::Judge("JOB-01", &[])],
        36 => vec![Act::Waive("SPD-01", 30, true)],
        39 => vec![Act::Accept("CI-01", 17)],
        44 => vec![Act::Leave],
        50 => vec![Act::Close],
        _ => vec![],
    };
    if week % 4 == 2 {
        acts.extend([Act::Judge("ACC-03", &[]), Act::Judge("ENV-01", &["vercel.staging"])]);
        acts.push(Act::Judge("SPD-01", &["openrouter.spend-cap"]));
    }
    acts
}

/// The house in which the year happens.
struct Year {
    home: tempfile::TempDir,
    clock: Arc<SetClock>,
    token: String,
    endpoints: Endpoints,
    vendors: Vec<StandIn>,
    story: Story,
    desk: Desk,
    /// What happened, for the model. Statements keep the id of their fact, for taking them back.
    events: Vec<Event>,
    stated: Vec<(usize, FactId)>,
}

fn monday(week: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-01-05T09:00:00Z".parse().unwrap();
    start + TimeDelta::weeks(week)
}

impl Year {
    async fn begin() -> Self {
        let home = tempfile::tempdir().unwrap();
        let clock = SetClock::at(monday(0) - TimeDelta::hours(1));
        let token = format!("year-{}", uuid::Uuid::now_v7().simple());
        let mut vendors = Vec::new();
        for _ in VENDORS {
            vendors.push(stand_in::start(Arc::clone(&clock) as _, &token, Thinking::Not).await.unwrap());
        }
        let places = VENDORS.iter().zip(&vendors);
        let variables = places.map(|(system, it)| (Endpoints::variable(*system), format!("{}/{system}/", it.address)));
        let endpoints = Endpoints::from_environment(&Environment::of(variables)).unwrap();
        let story = Story::embedded().unwrap();
        let paths = Paths::in_home(home.path());
        std::fs::create_dir_all(paths.checklists()).unwrap();
        std::fs::write(paths.checklists().join("year.toml"), checklist()).unwrap();
        let desk = desk(&home, &endpoints, &token, &clock, &[]);
        let mut settings = story.settings(monday(0).date_naive(), home.path());
        settings.path = None;
        desk.add_app(&settings, Some("year")).unwrap();
        Self { home, clock, token, endpoints, vendors, story, desk, events: Vec::new(), stated: Vec::new() }
    }

    /// Monday's rerun.
    async fn run(&mut self, week: i64) {
        let asked = asked(week);
        if asked.is_empty() {
            return;
        }
        let now = monday(week);
        self.clock.set(now);
        let mut refused = Vec::new();
        for ((vendor, stand_in), how) in VENDORS.iter().zip(&self.vendors).zip(staged(week)) {
            match how {
                Some(week) => stand_in.set_week(week),
                None => refused.push(*vendor),
            }
        }
        self.desk = desk(&self.home, &self.endpoints, &self.token, &self.clock, &refused);
        let app = self.story.app();
        let board = self.desk.board(app).unwrap();
        let only: Vec<Only> = asked.into_iter().map(Only::System).collect();
        let plan = self.desk.plan(app, &board, &only).unwrap();
        let (tell, mut told) = unbounded_channel();
        let report = self.desk.run(app, plan, tell, CancellationToken::new()).await.unwrap();
        assert!(report.not_stored.is_empty());
        let mut run = String::new();
        while let Ok(event) = told.try_recv() {
            match event {
                RunEvent::Started { run: began, .. } => run = began.to_string(),
                RunEvent::Decided { probe, verdict, at, .. } => {
                    assert_eq!(at, now, "the clock stands while the run goes on");
                    let outcome = match &verdict.outcome {
                        Told::Pass => Outcome::Pass,
                        Told::Fail => Outcome::Fail,
                        Told::NotApplicable { .. } => Outcome::NotApplicable,
                        Told::Undecided { .. } => Outcome::Undecided,
                    };
                    let findings: BTreeSet<String> = verdict.findings.iter().map(rescue::domain::Finding::key).collect();
                    let notes = verdict.notes.iter().map(|Note { key, .. }| key.clone());
                    let shows = findings.iter().cloned().chain(notes).collect();
                    let look = What::Look { probe: probe.to_string(), outcome, findings, shows, run: run.clone() };
                    self.events.push(Event { at, what: look });
                }
                _ => {}
            }
        }
    }

    /// Wednesday's words, a minute after each other.
    fn act(&mut self, week: i64) {
        let noon = monday(week) + TimeDelta::days(2);
        let spoken: Vec<Spoken> = acts(week).into_iter().flat_map(|act| self.spoken(act, noon)).collect();
        for (minute, spoken) in (0..).zip(spoken) {
            let now = noon + TimeDelta::minutes(minute);
            self.clock.set(now);
            let (body, what) = self.statement(spoken, now);
            self.desk.state(self.story.app(), body).unwrap();
            if let Some(what) = what {
                let fact = self.desk.facts(self.story.app()).unwrap().last().unwrap().id;
                if !matches!(what, What::TakenBack(_)) {
                    self.stated.push((self.events.len(), fact));
                }
                self.events.push(Event { at: now, what });
            }
        }
    }

    /// Each finding is accepted by itself.
    fn spoken(&self, act: Act, now: DateTime<Utc>) -> Vec<Spoken> {
        let Act::Accept(item, days) = act else { return vec![Spoken::Act(act)] };
        let item = items().into_iter().find(|it| it.id == item).unwrap();
        let findings = model::View::of(&item, &self.events, now).findings(now);
        assert!(!findings.is_empty(), "{} has nothing to accept", item.id);
        findings.into_iter().map(|finding| Spoken::Accept { finding, days }).collect()
    }

    fn statement(&self, spoken: Spoken, now: DateTime<Utc>) -> (FactBody, Option<What>) {
        let all = items();
        let of = |id: &str| all.iter().find(|it| it.id == id).unwrap();
        let day = |days: i64| -> NaiveDate { (now + TimeDelta::days(days)).date_naive() };
        let proof = || Some("https://example.com/proof".into());
        let act = match spoken {
            Spoken::Act(act) => act,
            Spoken::Accept { finding, days } => {
                let until = day(days);
                let body = waived(Target::Finding(finding.clone()), until, true);
                return (body, Some(What::Accepted { finding, until, signed: true }));
            }
        };
        match act {
            Act::Judge(item, stands_for) => {
                let saw = model::View::of(of(item), &self.events, now).shown(now);
                let stands_for: BTreeSet<&'static str> = stands_for.iter().copied().collect();
                let probes = stands_for.iter().map(|it| it.parse().unwrap()).collect();
                let body = FactBody::Attested {
                    item: item.parse().unwrap(),
                    proof: proof(),
                    stands_for: probes,
                    saw: saw.clone(),
                    founder: None,
                };
                (body, Some(What::Judged { item, stands_for, saw }))
            }
            Act::Reopen(item) => {
                let body = FactBody::Reopened { item: item.parse().unwrap(), reason: "not so".into() };
                (body, Some(What::Reopened { item }))
            }
            Act::OutOfQuestion(item) => {
                let body = FactBody::NotApplicable { item: item.parse().unwrap(), reason: "not here".into() };
                (body, Some(What::OutOfQuestion { item }))
            }
            Act::Waive(item, days, signed) => {
                let until = day(days);
                let target = Target::Item(item.parse().unwrap());
                (waived(target, until, signed), Some(What::Waived { item, until, signed }))
            }
            Act::Accept(..) => unreachable!("spoken finding by finding"),
            Act::TakeBack => {
                let (event, fact) = *self.stated.last().unwrap();
                (FactBody::Retracted { fact }, Some(What::TakenBack(event)))
            }
            Act::Rename => {
                let mut settings = self.desk.settings(self.story.app()).unwrap();
                settings.title = "Acme Shop, renamed".into();
                (FactBody::Settings { settings: Box::new(settings) }, None)
            }
            Act::Leave => {
                let mut settings = self.desk.settings(self.story.app()).unwrap();
                settings.providers.remove(&System::Openrouter);
                settings.unused.insert(System::Openrouter, "we left it".into());
                (FactBody::Settings { settings: Box::new(settings) }, Some(What::Unused("openrouter")))
            }
            Act::Close => (FactBody::Closed { reason: "handed over".into() }, Some(What::Closed)),
        }
    }

    fn courses(&self, now: DateTime<Utc>) -> BTreeMap<&'static str, Vec<(DateTime<Utc>, Truth)>> {
        items().iter().map(|item| (item.id, model::course(item, &self.events, now))).collect()
    }

    /// The truths of now, by the program and by the model.
    fn compare(&self, now: DateTime<Utc>, seen: &mut BTreeMap<Truth, usize>) {
        self.clock.set(now);
        let board = self.desk.board(self.story.app()).unwrap();
        let told: BTreeMap<&str, Truth> = board.items.iter().map(|it| (it.item.as_str(), it.truth)).collect();
        let all = items();
        let wanted = all.iter().map(|item| (item.id, model::View::of(item, &self.events, now).truth(now)));
        assert_eq!(told, wanted.collect(), "at {now}");
        for truth in told.into_values() {
            *seen.entry(truth).or_default() += 1;
        }
    }

    /// The same where anything may read otherwise by itself after `from` and before `to`: right then, and a second before.
    fn compare_edges(&self, from: DateTime<Utc>, to: DateTime<Utc>, seen: &mut BTreeMap<Truth, usize>) {
        let edges = items().into_iter().flat_map(|item| model::moments(&item, &self.events, to));
        let edges: BTreeSet<DateTime<Utc>> = edges.flat_map(|at| [at - TimeDelta::seconds(1), at]).collect();
        for at in edges.into_iter().filter(|at| *at > from && *at < to) {
            self.compare(at, seen);
        }
    }

    /// What changed since a moment, by the program and by the model.
    fn compare_changes(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> model::Changed {
        self.clock.set(now);
        let told = self.desk.changes(self.story.app(), since).unwrap().unwrap().diff;
        let ids = |list: &[rescue::domain::diff::Change]| list.iter().map(|it| it.id.to_string()).collect::<BTreeSet<_>>();
        let changed = model::Changed {
            lost: told.lost.iter().map(|it| (it.id.to_string(), it.at.unwrap())).collect(),
            won: ids(&told.won),
            expired: ids(&told.expired_waivers),
            stale: ids(&told.stale),
            between: ids(&told.lost_between),
        };
        assert_eq!(changed, model::changed(&self.courses(now), since, now), "from {since} to {now}");
        for it in &told.lost {
            // The run that saw it first is the one that looked at that moment.
            let run = self.events.iter().find_map(|event| match &event.what {
                What::Look { run, .. } if Some(event.at) == it.at => Some(run.clone()),
                _ => None,
            });
            assert_eq!(it.run.map(|run| run.to_string()), run, "{} at {:?}", it.id, it.at);
        }
        changed
    }
}

fn desk(home: &tempfile::TempDir, endpoints: &Endpoints, token: &str, clock: &Arc<SetClock>, refused: &[System]) -> Desk {
    let secret = |system: &System| {
        let text = if refused.contains(system) { format!("stale-{token}") } else { token.to_owned() };
        (*system, Secret::new(text))
    };
    let chain = Chain::given(VENDORS.iter().map(secret).collect());
    let author = Box::new(|| Author::Person("Sam".into()));
    let paths = Paths::in_home(home.path());
    Desk::with(paths, Configuration::default(), endpoints.clone(), chain, author, Arc::clone(clock) as _).unwrap()
}

fn waived(target: Target, until: NaiveDate, signed: bool) -> FactBody {
    let proof = signed.then(|| "mail of today".into());
    FactBody::Waived { target, reason: "later".into(), until, client: signed.then(|| "Ana".into()), proof, founder: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_what_the_contract_says_it_is() {
    let mut year = Year::begin().await;
    let mut seen = BTreeMap::new();
    let (mut lost, mut won, mut expired, mut stale, mut between) = (0, 0, 0, 0, 0);
    for week in 0..WEEKS {
        year.run(week).await;
        year.compare(monday(week), &mut seen);
        let wednesday = monday(week) + TimeDelta::days(2);
        year.compare_edges(monday(week), wednesday, &mut seen);
        year.act(week);
        year.compare_edges(wednesday + TimeDelta::hours(1), monday(week + 1), &mut seen);
        let sunday = monday(week) + TimeDelta::days(6);
        year.compare(sunday, &mut seen);
        for back in [1, 4] {
            let since = (sunday - TimeDelta::weeks(back)).max(monday(0));
            let changed = year.compare_changes(since, sunday);
            lost += changed.lost.len();
            won += changed.won.len();
            expired += changed.expired.len();
            stale += changed.stale.len();
            between += changed.between.len();
        }
    }
    // A year in which nothing happens would prove nothing.
    for truth in [
        Truth::NotApplicable,
        Truth::Verified,
        Truth::Attested,
        Truth::Waived,
        Truth::Drifted,
        Truth::Disputed,
        Truth::Failing,
        Truth::Stale,
        Truth::Open,
    ] {
        assert!(seen.contains_key(&truth), "no item was ever {truth}: {seen:?}");
    }
    assert!([lost, won, expired, stale, between].iter().all(|it| *it > 0), "{lost} {won} {expired} {stale} {between}");
    compare_trend(&year);
}

/// The trend of the year, by the program and by the model, and the same numbers in the document and on the founder's page.
fn compare_trend(year: &Year) {
    let now = monday(WEEKS) - TimeDelta::days(1);
    year.clock.set(now);
    let (app, courses) = (year.story.app(), year.courses(now));
    let trend = year.desk.trend(app).unwrap();
    let mut from = None;
    for point in &trend.points {
        let told = (
            usize::from(point.done),
            usize::from(point.of),
            usize::from(point.lost),
            point.newly_lost.len(),
            point.newly_won.len(),
        );
        assert_eq!(told, model::week(&courses, from, point.at), "week {} at {}", point.week, point.at);
        // The week after the point before: it holds the run of one Monday.
        let week = i64::from(point.week) - 1;
        assert_eq!(point.is_unlooked(), UNLOOKED.contains(&week), "week {}", point.week);
        from = Some(point.at);
    }
    assert_eq!(trend.points.len(), usize::try_from(WEEKS).unwrap());
    let (took, open) = model::fixes(&courses);
    let all = &trend.fixes.all;
    assert_eq!(usize::from(all.fixed), took.len());
    assert_eq!(all.longest.as_ref().map(|it| it.0), took.last().copied());
    let middle = (took[(took.len() - 1) / 2] + took[took.len() / 2]) / 2;
    assert_eq!(all.median, Some(middle));
    let told: BTreeMap<String, DateTime<Utc>> = trend.fixes.open.iter().map(|it| (it.item.to_string(), it.since)).collect();
    assert_eq!(told, open);

    let document = rescue::cli::trend::document(app, &trend);
    let page = year.desk.preview_snapshot(app, &Sharing::default()).unwrap();
    let on_page: Vec<_> = page.course.points.iter().map(|it| (it.on.to_string(), it.done, it.of, it.lost)).collect();
    let number = |value: &serde_json::Value| u16::try_from(value.as_u64().unwrap()).unwrap();
    let points = document["points"].as_array().unwrap().iter();
    let in_document = points.map(|it| {
        let day = it["at"].as_str().unwrap().split('T').next().unwrap().to_owned();
        (day, number(&it["done"]), number(&it["of"]), number(&it["lost"]))
    });
    assert_eq!(on_page, in_document.collect::<Vec<_>>());
    let sums = |list: &mut dyn Iterator<Item = (u16, u16)>| list.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let areas = document["areas"].as_array().unwrap();
    let in_document = sums(&mut areas.iter().map(|it| (number(&it["done"]), number(&it["of"]))));
    assert_eq!(sums(&mut page.areas.iter().map(|it| (it.good, it.of))), in_document);
    let last = trend.points.last().unwrap();
    assert_eq!((last.done, last.of), in_document);
}

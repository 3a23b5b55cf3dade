//! Slow work is carried by something that outlives a request, and whatever carries it knows the work and checks who asks
//! (dossier repo-signals.md §10). That jobs run is seen by the carriers' own probes, never here.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, MOST_KEPT, Spot, judge, of};
use crate::probes::places::{self, is_entry, is_served_as_is, is_tool};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::effects::{Carrier, Value};
use crate::repo::code::{CodeFile, is_about};
use crate::repo::place::{is_in, name as file_name};
use crate::repo::project::UseKind;
use crate::repo::project::systems::Purpose;
use crate::repo::reach::{Reach, Side, led_to};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct BackgroundJobs;

/// What carries work, and which work nothing carries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub entries: usize,
    /// Carriers that code uses.
    pub carriers: Vec<Foreign>,
    /// Slow work on the server inside a job.
    pub carried: usize,
    /// Slow work on the server outside of any job.
    pub in_place: Vec<Spot>,
    /// Where the server uses a provider whose work is slow: it may be done in ways that are not known here.
    #[serde(default)]
    pub suspected: Vec<Spot>,
    /// Answers that are streamed to a user who waits.
    pub streamed: usize,
    /// Functions that Inngest is not told of.
    pub unlisted: Vec<Spot>,
    /// Tasks outside of the folders that Trigger.dev is told of.
    #[serde(default)]
    pub undeployed: Vec<Spot>,
    /// Entries that a queue calls and that check no signature.
    pub unsigned: Vec<Spot>,
    /// Workers in a project that is served without a process of its own.
    pub homeless: Vec<Spot>,
    /// Schedules of the host, and those whose handler anybody can call, or that lead nowhere.
    pub crons: usize,
    pub open_crons: Vec<Spot>,
    pub lost_crons: Vec<Spot>,
    /// Work that an entry starts and does not wait for.
    pub floating: Vec<Spot>,
    /// Entries that may run for more than a minute.
    pub long: Vec<Spot>,
}

/// Seconds that a handler may take before it is long work (`apis/repo-signals.md` §10).
const LONG: f64 = 60.0;

impl Probe for BackgroundJobs {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.background-jobs",
        system: System::Repo,
        asks: "Is slow work handed to a queue that knows it and checks who asks?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §10, apis/jobs.md",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let unread = seen.ground.gap("a queue, or work that belongs into one");
        let (wrong, uncarried) = (wrong(seen), uncarried(seen));
        // A queue may stand in what was not read.
        let findings: Vec<Finding> = if unread.is_some() { wrong } else { wrong.into_iter().chain(uncarried).collect() };
        let all = seen.carried + seen.in_place.len();
        let counted = of(seen.in_place.len(), all, "pieces of slow work are done within a request");
        if !findings.is_empty() {
            let says =
                if seen.carriers.is_empty() { format!("{counted}, and nothing carries them") } else { findings_words(&findings) };
            return Verdict::fail(says, findings).unseen(unread).with_notes(notes(seen));
        }
        if let Some(gap) = unread {
            return Verdict::undecided(gap).with_notes(notes(seen));
        }
        if seen.ground.code_files == 0 {
            return Ground::no_code(settings);
        }
        if let Some(first) = seen.suspected.first().filter(|_| all == 0 && seen.streamed == 0 && seen.carriers.is_empty()) {
            let says = format!("{}: {}, and where its work is done could not be followed", first.path, first.says);
            let step = "Look whether its work is done within a request, and move what takes long to a queue";
            return Verdict::undecided(judge(says, step)).with_notes(notes(seen));
        }
        if all == 0 && seen.carriers.is_empty() && seen.floating.is_empty() && seen.crons == 0 {
            return Verdict::pass(format!("no e-mail, model, file or browser work in {} files of code", seen.ground.code_files))
                .with_notes(notes(seen));
        }
        let names: Vec<&str> = seen.carriers.iter().map(Foreign::as_str).collect();
        let carriers = if names.is_empty() { "no queue".to_owned() } else { names.join(", ") };
        let step = "Say for each piece of slow work what happens when it breaks half-way, and how its user learns of it";
        Verdict::undecided(judge(format!("{carriers}; {counted}"), step)).with_notes(notes(seen))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let mut steps: Vec<Foreign> = Vec::new();
        for it in seen.unlisted.iter().take(3) {
            steps.push(format!("Add the function of {} to the list that `serve` is given", it.path).into());
        }
        for it in seen.undeployed.iter().take(3) {
            steps.push(format!("Move the task of {} into a folder of `dirs` in trigger.config", it.path).into());
        }
        for it in seen.unsigned.iter().chain(&seen.open_crons).take(3) {
            steps.push(format!("Refuse in {} whoever does not hold the secret", it.path).into());
        }
        for it in seen.lost_crons.iter().take(3) {
            steps.push(format!("Add the handler that a schedule of {} calls, or take the schedule out", it.path).into());
        }
        if !seen.homeless.is_empty() {
            steps.push("Run the worker as a process of its own, or move to a queue that calls the app".into());
        }
        if seen.carriers.is_empty() && !seen.in_place.is_empty() {
            steps.push(
                "Choose one carrier (Inngest, Trigger.dev, QStash, Supabase Queues) and move the work there, with retries".into(),
            );
        }
        Remedy { steps, effort: Effort::L }
    }
}

fn findings_words(findings: &[Finding]) -> String {
    let first = findings.first().map_or("", |it| it.says.as_str());
    let more = if findings.len() > 1 { format!(", and {} more", findings.len() - 1) } else { String::new() };
    format!("{first}{more}")
}

/// Defects that stand in what was read.
fn wrong(seen: &Seen) -> Vec<Finding> {
    let make = |rule, severity, spots: &[Spot], fix| places::findings(&seen.ground, rule, severity, spots, fix);
    let mut all = make("repo.job-unsigned", Severity::High, &seen.unsigned, "Wrap the handler in the queue's signature check");
    all.extend(make(
        "repo.cron-open",
        Severity::Medium,
        &seen.open_crons,
        "Compare the authorisation header with `CRON_SECRET`, and refuse while the variable is not set",
    ));
    all.extend(make("repo.cron-nowhere", Severity::Medium, &seen.lost_crons, "Add the handler, or take the schedule out"));
    all
}

/// Defects that are the lack of something.
fn uncarried(seen: &Seen) -> Vec<Finding> {
    let make = |rule, severity, spots: &[Spot], fix| places::findings(&seen.ground, rule, severity, spots, fix);
    let mut all =
        make("repo.job-unlisted", Severity::High, &seen.unlisted, "Add it to the list of functions that `serve` is given");
    all.extend(make(
        "repo.worker-without-process",
        Severity::High,
        &seen.homeless,
        "Run it as a process of its own, or move to a queue that calls the app",
    ));
    let fix = "Move it into a folder of `dirs` in trigger.config, or import it from a file there";
    all.extend(make("repo.task-undeployed", Severity::High, &seen.undeployed, fix));
    if seen.carriers.is_empty() {
        let fix = "Hand it to a queue with retries, and answer at once";
        all.extend(make("repo.slow-in-request", Severity::Medium, &seen.in_place, fix));
    }
    all
}

fn notes(seen: &Seen) -> Vec<Note> {
    let mut notes = Vec::new();
    if !seen.carriers.is_empty() {
        notes.extend(places::evidence(&seen.ground, "repo.slow-in-request", &seen.in_place));
    }
    notes.extend(places::evidence(&seen.ground, "repo.unawaited-work", &seen.floating));
    notes.extend(places::evidence(&seen.ground, "repo.long-handler", &seen.long));
    let mut inform = |key: &str, says: String| {
        notes.push(Note { key: key.to_owned(), level: NoteLevel::Info, says: says.into(), place: None });
    };
    if seen.streamed > 0 {
        inform("repo.streamed-models", format!("{} answers of models are streamed to who waits for them", seen.streamed));
    }
    if seen.crons > 0 {
        inform(
            "repo.crons",
            of(seen.crons - seen.open_crons.len() - seen.lost_crons.len(), seen.crons, "schedules of the host check a secret"),
        );
    }
    notes
}

/// Files by which a project is run as a process, elsewhere than on a host of functions.
const PROCESS: [&str; 9] = [
    "Dockerfile",
    "Procfile",
    "fly.toml",
    "railway.json",
    "railway.toml",
    "render.yaml",
    "docker-compose.yml",
    "compose.yaml",
    "ecosystem.config.js",
];

/// Modules that a worker leads to and no entry or page does: what they do, a queue carries.
fn behind_workers(survey: &Survey) -> BTreeSet<String> {
    let is_worker = |file: &CodeFile| !file.effects.jobs.workers.is_empty();
    if !survey.code.iter().any(is_worker) {
        return BTreeSet::new();
    }
    let shows = |file: &CodeFile| ["/app/", "/pages/", "/routes/"].iter().any(|it| format!("/{}", file.path).contains(it));
    let asked = led_to(survey, |it| !is_worker(it) && (is_entry(it) || shows(it)));
    let (Some(asked), Some(mut carried)) = (asked, led_to(survey, is_worker)) else { return BTreeSet::new() };
    carried.retain(|it| !asked.contains(it));
    carried
}

/// Tasks of Trigger.dev that lie in none of the folders that its configurations name, and to which nothing there leads.
fn undeployed(survey: &Survey) -> Vec<Spot> {
    let configured = survey.code.iter().filter(|it| file_name(&it.path).starts_with("trigger.config."));
    let Some(named) = configured.map(|it| it.effects.task_folders.as_ref()).collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    let folders: Vec<&String> = named.into_iter().flatten().collect();
    if folders.is_empty() {
        return Vec::new();
    }
    let Some(known) = led_to(survey, |file| folders.iter().any(|it| is_in(&file.path, it))) else { return Vec::new() };
    let files = survey.code.iter().filter(|it| !known.contains(&it.path));
    let tasks = files.flat_map(|file| file.effects.jobs.defined.iter().map(move |it| (file, it)));
    let tasks = tasks.filter(|(_, it)| it.carrier == Carrier::Trigger).map(|(file, it)| {
        let says = format!("the task `{}` lies in no folder that trigger.config names: it is never deployed", it.name);
        Spot::new(&file.path, it.line, says)
    });
    tasks.take(MOST_KEPT).collect()
}

/// Where the server's code imports or addresses a provider of models or mail: work that is slow wherever it is done.
fn suspected(survey: &Survey) -> Vec<Spot> {
    let reach = Reach::of(survey);
    let is_server = |path: &str| {
        let file = survey.code.iter().find(|it| it.path == path);
        file.is_some_and(|it| !is_served_as_is(path) && !is_tool(path) && matches!(reach.side(it), Side::Server))
    };
    let slow = survey.project.systems.iter().filter(|it| it.is_service && matches!(it.purpose, Purpose::Model | Purpose::Mail));
    let uses = slow.flat_map(|system| system.uses.iter().map(move |it| (system.name, it)));
    let uses = uses.filter(|(_, it)| matches!(it.kind, UseKind::Import | UseKind::Host) && is_server(&it.at.path));
    uses.map(|(name, it)| Spot::new(&it.at.path, it.at.line, format!("{name} is used"))).collect()
}

fn seen(survey: &Survey) -> Seen {
    let reach = Reach::of(survey);
    let mut seen =
        Seen { ground: Ground::of(survey, |it| ground::hides_code(it) || crate::repo::crons::wants(it)), ..Seen::default() };
    seen.suspected = suspected(survey);
    seen.undeployed = undeployed(survey);
    let names: Vec<&str> = survey.paths.iter().map(|it| it.rsplit('/').next().unwrap_or(it)).collect();
    let has_process = names.iter().any(|it| PROCESS.contains(it) || it.starts_with("Dockerfile"));
    let is_serverless = names.contains(&"vercel.json") || names.contains(&"netlify.toml");
    let served: Vec<&str> = survey.code.iter().flat_map(|it| &it.effects.jobs.served).map(String::as_str).collect();
    let mut lists = survey.code.iter().filter_map(|it| it.effects.jobs.serves);
    // A list that is put together elsewhere may hold every function.
    let is_whole = lists.all(|it| it.1);
    let behind_workers = behind_workers(survey);
    for file in survey.code.iter().filter(|it| !is_served_as_is(&it.path) && !is_tool(&it.path)) {
        let jobs = &file.effects.jobs;
        let spot = |line: u32, says: String| Spot::new(&file.path, line, says);
        for it in jobs.defined.iter().chain(&jobs.sends).chain(&jobs.workers) {
            seen.carried_by(it.carrier);
        }
        if is_whole {
            let missing = jobs.defined.iter().filter(|it| it.carrier == Carrier::Inngest && !it.name.is_empty());
            let missing = missing.filter(|it| !served.contains(&it.name.as_str()));
            seen.unlisted.extend(
                missing.map(|it| spot(it.line, format!("`{}` is in no list that Inngest is served: it never runs", it.name))),
            );
        }
        if is_serverless && !has_process {
            seen.homeless.extend(
                jobs.workers.iter().map(|it| spot(it.line, "a worker in a project without a process never runs".to_owned())),
            );
        }
        if matches!(reach.side(file), Side::Client(_)) {
            continue;
        }
        let is_entry = is_entry(file);
        seen.entries += usize::from(is_entry);
        for it in &jobs.slow {
            if it.in_job || behind_workers.contains(&file.path) {
                seen.carried += 1;
            } else if it.streamed {
                seen.streamed += 1;
            } else {
                seen.in_place.push(spot(it.line, format!("`{}` {}", it.by, it.work.words())));
            }
        }
        if is_entry {
            seen.entry(file);
        }
    }
    seen.in_place.truncate(MOST_KEPT);
    seen.floating.truncate(MOST_KEPT);
    seen.schedules(survey);
    seen
}

impl Seen {
    fn carried_by(&mut self, carrier: Carrier) {
        if !self.carriers.iter().any(|it| it.as_str() == carrier.title()) {
            self.carriers.push(carrier.title().into());
        }
    }

    fn entry(&mut self, file: &CodeFile) {
        let jobs = &file.effects.jobs;
        let spot = |line: u32, says: String| Spot::new(&file.path, line, says);
        let floating = jobs
            .floating
            .iter()
            .map(|(line, what)| spot(*line, format!("nobody waits for `{what}`: it may end with the answer")));
        self.floating.extend(floating);
        let timers = jobs.timers.iter().map(|line| spot(*line, "a timer may end with the answer".to_owned()));
        self.floating.extend(timers);
        if let Some(it) = file.effects.pages.export("maxDuration")
            && let Value::Number(seconds) = it.value
            && seconds > LONG
        {
            self.long.push(spot(it.line, format!("the handler may run for {seconds} s")));
        }
        // An entry that is named for QStash, or lies where its jobs are called, is open to anybody without a check.
        let is_called = file.imports.iter().any(|it| Carrier::of(&it.from) == Some(Carrier::Qstash));
        let is_named = is_about(&file.path, &["qstash"]);
        let checks =
            !jobs.verified.is_empty() || !file.failures.payments.checks.is_empty() || !file.failures.payments.verifies.is_empty();
        if (is_named || is_called) && jobs.sends.is_empty() && !checks {
            self.unsigned.push(spot(1, "QStash calls it, and so can anybody: no signature is checked".to_owned()));
        }
    }

    /// Compares the host's schedules with their handlers.
    fn schedules(&mut self, survey: &Survey) {
        for cron in &survey.crons {
            self.crons += 1;
            let path = cron.path.split(['?', '#']).next().unwrap_or(&cron.path).trim_matches('/');
            if let Some(file) = survey.code.iter().find(|it| answers(it, path)) {
                if !asks_for_secret(file) {
                    let says = format!("the schedule `{}` calls it, and so can anybody: no secret is checked", cron.path);
                    self.open_crons.push(Spot::new(&file.path, 1, says));
                }
                continue;
            }
            // An address that a rewrite or a page with a parameter answers cannot be told from one that nothing does.
            let may_be = survey.paths.iter().any(|it| it.contains('[') && it.contains("/api/"));
            if !may_be && self.ground.unread.is_empty() && path.starts_with("api/") {
                let says = format!("the schedule `{}` calls an address that no file answers", cron.path);
                self.lost_crons.push(Spot::new(&cron.file, 1, says));
            }
        }
    }
}

/// Whether a handler compares a secret, or leaves that to something named for it.
fn asks_for_secret(file: &CodeFile) -> bool {
    let payments = &file.failures.payments;
    let checks = payments.checks.iter().any(|it| !it.open) || !payments.verifies.is_empty();
    let reads = file.reads.iter().any(|it| it.name.contains("SECRET") || it.name.contains("TOKEN"));
    let names = ["cron", "verify", "secret", "authorize"];
    let elsewhere = file.imports.iter().flat_map(|it| it.names.iter().chain([&it.from])).any(|it| is_about(it, &names));
    checks || reads || elsewhere
}

/// Whether a file answers that address: a route handler of its folder, an API page of its name.
fn answers(file: &CodeFile, path: &str) -> bool {
    let (folders, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.split('.').next().unwrap_or(name);
    // Groups such as `(jobs)` are no part of an address.
    let folders = folders.split('/').filter(|it| !it.starts_with('(')).collect::<Vec<_>>().join("/");
    let whole = if matches!(stem, "route" | "index") { folders } else { format!("{folders}/{stem}") };
    whole == path || whole.strip_suffix(path).is_some_and(|it| it.ends_with("app/") || it.ends_with("pages/"))
}

#[cfg(test)]
mod tests;

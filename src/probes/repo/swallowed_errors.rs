//! No error is lost on the way: results of writes are looked at, and a `catch` reports, rethrows or says why (dossier
//! repo-signals.md §7). Few lost errors in code without money or accounts are laid before a person.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, MOST_KEPT, Spot, judge, of};
use crate::probes::places::{self, is_served_as_is, is_tool};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::failures::{CatchKind, Fate};
use crate::repo::code::{CodeFile, is_about};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct SwallowedErrors;

/// Errors that nobody hears of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Writes to a database that were seen.
    pub writes: usize,
    /// Awaited ones whose result is dropped, or of which only the rows are taken.
    pub discarded: Vec<Spot>,
    /// Those of them where money or accounts are.
    pub discarded_critical: Vec<Spot>,
    /// Writes that are built and never sent.
    pub not_sent: Vec<Spot>,
    /// A client throws by itself, so that a dropped result may lose nothing.
    pub throws: bool,
    pub catches: usize,
    /// `catch` clauses without a statement or a word.
    pub empty: Vec<Spot>,
    /// Those that go on with a default, without a word.
    pub defaults: Vec<Spot>,
    /// Those that write to the console only.
    pub console: Vec<Spot>,
    /// Rejections that an empty function catches.
    pub muted: Vec<Spot>,
    /// Handlers of all unhandled errors that drop them.
    pub unheard: Vec<Spot>,
    /// `redirect()` inside a `try` that does not let it through.
    pub navigation: Vec<Spot>,
    pub reads: usize,
    /// Reads that leave the error behind.
    pub reads_without_error: Vec<Spot>,
    /// Whether an error tracker is imported anywhere.
    pub tracker: bool,
}

/// How many dropped results outside of money and accounts are too many (`apis/repo-signals.md` §7).
const MOST_DISCARDED: usize = 5;

impl Probe for SwallowedErrors {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.swallowed-errors",
        system: System::Repo,
        asks: "Is no failed write and no caught error lost without a trace?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §7",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let unread = seen.ground.gap("errors that are swallowed");
        let findings = findings(seen);
        if !findings.is_empty() {
            let says = format!(
                "{}, and {} say nothing",
                of(dropped(seen), seen.writes, "writes are dropped without a look at their error"),
                of(seen.empty.len() + seen.unheard.len(), seen.catches + seen.unheard.len(), "handlers of errors")
            );
            return Verdict::fail(says, findings).unseen(unread).with_notes(notes(seen));
        }
        if let Some(gap) = unread {
            return Verdict::undecided(gap).with_notes(notes(seen));
        }
        if seen.ground.code_files == 0 {
            return Ground::no_code(settings);
        }
        let notes = notes(seen);
        if notes.is_empty() {
            let says = format!(
                "{} and {}",
                of(seen.writes, seen.writes, "writes are looked at"),
                of(seen.catches, seen.catches, "catch clauses report, rethrow, answer or say why")
            );
            return Verdict::pass(says);
        }
        let says = format!(
            "{}, {} go on without a word, {} only write to the console",
            of(dropped(seen), seen.writes, "writes are dropped"),
            of(seen.defaults.len() + seen.muted.len(), seen.catches, "catch clauses"),
            seen.console.len()
        );
        Verdict::undecided(judge(says, "Look at each place below: report the error, throw it on, or say why silence is right"))
            .with_notes(notes)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = Vec::new();
        let first = seen.discarded_critical.iter().chain(&seen.discarded).next();
        if let Some(it) = first {
            steps.push(
                format!("Take `error` from every write and act on it, or add `.throwOnError()`; start in {}", it.path).into(),
            );
        }
        if let Some(it) = seen.not_sent.first() {
            steps.push(format!("Put `await` before the write in {}: without it the client sends nothing", it.path).into());
        }
        if let Some(it) = seen.empty.iter().chain(&seen.unheard).next() {
            steps.push(
                format!("Let every catch report, rethrow, or say in a comment why silence is right; start in {}", it.path).into(),
            );
        }
        steps.push("Turn on `no-floating-promises` and `no-empty`, so that it stays so".into());
        Remedy { steps, effort: if dropped(seen) > 20 { Effort::L } else { Effort::M } }
    }
}

fn dropped(seen: &Seen) -> usize {
    seen.discarded.len() + seen.discarded_critical.len()
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let make = |rule, severity, spots: &[Spot], fix| places::findings(&seen.ground, rule, severity, spots, fix);
    let check = "Take `error` from the answer and act on it, or add `.throwOnError()`";
    let mut all = Vec::new();
    if !seen.throws {
        all.extend(make("repo.discarded-critical-write", Severity::High, &seen.discarded_critical, check));
        if dropped(seen) > MOST_DISCARDED {
            all.extend(make("repo.discarded-write", Severity::Medium, &seen.discarded, check));
        }
    }
    all.extend(make(
        "repo.write-never-sent",
        Severity::High,
        &seen.not_sent,
        "Wait for the write: this client sends nothing before somebody does",
    ));
    all.extend(make(
        "repo.empty-catch",
        Severity::Medium,
        &seen.empty,
        "Report the error, throw it on, or say in a comment why silence is right",
    ));
    all.extend(make(
        "repo.dropped-unhandled-errors",
        Severity::High,
        &seen.unheard,
        "Report the error and let the process end, or remove the handler",
    ));
    all
}

fn notes(seen: &Seen) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut lay = |rule: &str, spots: &[Spot]| notes.extend(places::evidence(&seen.ground, rule, spots));
    if seen.throws {
        lay("repo.discarded-write", &seen.discarded_critical);
    }
    if seen.throws || dropped(seen) <= MOST_DISCARDED {
        lay("repo.discarded-write", &seen.discarded);
    }
    lay("repo.caught-navigation", &seen.navigation);
    lay("repo.silent-catch", &seen.defaults);
    lay("repo.muted-rejection", &seen.muted);
    if !seen.tracker {
        lay("repo.console-catch", &seen.console);
    }
    if !seen.reads_without_error.is_empty() {
        let says =
            of(seen.reads_without_error.len(), seen.reads, "reads leave the error behind: a refused read looks like no rows");
        let place = seen.reads_without_error.first().map(|it| seen.ground.place(it));
        notes.push(Note { key: "repo.reads-without-error".to_owned(), level: NoteLevel::Warning, says: says.into(), place });
    }
    notes
}

/// Words of paths and tables where money or accounts are.
const CRITICAL: [&str; 34] = [
    "payment",
    "payments",
    "pay",
    "checkout",
    "billing",
    "stripe",
    "paddle",
    "lemonsqueezy",
    "razorpay",
    "paypal",
    "subscription",
    "subscriptions",
    "subscribe",
    "invoice",
    "invoices",
    "purchase",
    "purchases",
    "refund",
    "refunds",
    "payout",
    "payouts",
    "wallet",
    "auth",
    "login",
    "signin",
    "signup",
    "register",
    "registration",
    "password",
    "oauth",
    "order",
    "orders",
    "webhook",
    "webhooks",
];

fn seen(survey: &Survey) -> Seen {
    let mut seen = Seen { ground: Ground::of_code(survey), ..Seen::default() };
    for file in survey.code.iter().filter(|it| !is_served_as_is(&it.path)) {
        seen.throws |= file.failures.throws;
        seen.tracker |= file.imports.iter().any(|it| crate::repo::code::effects::Product::of(&it.from).is_some());
        // Who runs a script by hand sees how it ends.
        if !is_tool(&file.path) {
            seen.add(file);
        }
    }
    for it in [&mut seen.defaults, &mut seen.console, &mut seen.muted, &mut seen.discarded, &mut seen.reads_without_error] {
        it.truncate(MOST_KEPT);
    }
    seen
}

impl Seen {
    fn add(&mut self, file: &CodeFile) {
        let failures = &file.failures;
        let spot = |line: u32, says: String| Spot::new(&file.path, line, says);
        self.writes += failures.writes.len();
        for it in &failures.writes {
            let table = it.table.as_ref().map_or_else(String::new, |it| format!(" of `{it}`"));
            let is_critical = is_about(&file.path, &CRITICAL) || it.table.as_ref().is_some_and(|it| is_about(it, &CRITICAL));
            match it.fate {
                Fate::Kept => {}
                Fate::Discarded | Fate::OnlyData => {
                    let says = format!("`{}`{table} is awaited and its error is dropped", it.verb);
                    let into = if is_critical { &mut self.discarded_critical } else { &mut self.discarded };
                    into.push(spot(it.line, says));
                }
                Fate::NotSent => self.not_sent.push(spot(it.line, format!("`{}`{table} is built and never sent", it.verb))),
                Fate::Unawaited => self.muted.push(spot(it.line, format!("nobody waits for `{}`{table}", it.verb))),
            }
        }
        self.reads += failures.reads;
        self.reads_without_error
            .extend(failures.reads_without_error.iter().map(|it| spot(*it, "a read leaves its error behind".to_owned())));
        self.catches += failures.catches.len();
        for it in &failures.catches {
            match it.kind {
                CatchKind::Empty => self.empty.push(spot(it.line, "a catch does nothing and says nothing".to_owned())),
                CatchKind::Default => self.defaults.push(spot(it.line, "a catch goes on without the error".to_owned())),
                CatchKind::Console => self.console.push(spot(it.line, "a catch only writes to the console".to_owned())),
                _ => {}
            }
        }
        let muted = failures.muted.iter().filter(|it| !it.expected);
        self.muted.extend(muted.map(|it| spot(it.line, format!("`{}` fails without a word", it.of))));
        self.unheard
            .extend(failures.unheard.iter().map(|it| spot(it.line, format!("`{}` is dropped for the whole process", it.event))));
        self.navigation.extend(
            failures.caught_navigation.iter().map(|it| spot(*it, "`redirect()` is caught by the `try` around it".to_owned())),
        );
    }
}

#[cfg(test)]
mod tests;

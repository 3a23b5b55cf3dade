//! `rescue scan`: finds credentials by itself, without an app or a database. The result on standard output, whatever its
//! form; how far it is on standard error, and only at a terminal.

mod checking;
mod document;
mod house;
mod lines;
mod sources;
mod target;

use super::out::Out;
use super::scan_args::{Format, ScanArgs};
use super::{Terminal, exit};
use crate::config::environment::Environment;
use crate::domain::Foreign;
use crate::scan::verify::Answer;
use crate::scan::{Confidence, Coverage, Leak, Report, sarif};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use house::{House, Words};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use target::Target;
use tokio_util::sync::CancellationToken;

/// A leak that is shown.
struct Shown<'a> {
    leak: &'a Leak,
    /// [`Leak::key`].
    key: String,
    /// Why it is accepted, if it is today.
    accepted: Option<&'a str>,
    /// When and by whom it was replaced, if only the history has it.
    rotated: Option<&'a str>,
    answer: Option<&'a Answer>,
}

/// Everything that a scan says, whatever its form.
struct Said<'a> {
    target: &'a Target,
    at: DateTime<Utc>,
    commit: Option<&'a str>,
    history: bool,
    coverage: &'a Coverage,
    /// The worst first.
    shown: Vec<Shown<'a>>,
    /// Secrets that are public by design and not shown, and their kinds.
    folded_public: usize,
    public_kinds: Foreign,
    folded_weak: usize,
    remarks: Vec<String>,
    lasting: bool,
    with_app: bool,
    /// What only a site has.
    site: Option<Value>,
}

impl Said<'_> {
    /// Secrets that have to be rotated: sure, not public, neither accepted nor rotated; each once.
    fn open_secrets(&self) -> usize {
        self.count(|it| it.leak.can_fail() && it.accepted.is_none() && it.rotated.is_none())
    }

    /// Secrets of the history that somebody says were replaced.
    fn rotated_secrets(&self) -> usize {
        self.count(|it| it.accepted.is_none() && it.rotated.is_some())
    }

    /// Secrets that somebody accepted.
    fn accepted_secrets(&self) -> usize {
        self.count(|it| it.accepted.is_some())
    }

    /// What may be a secret, and only a person can tell.
    fn maybe_secrets(&self) -> usize {
        self.count(|it| {
            !it.leak.public && it.leak.confidence < Confidence::Strong && it.accepted.is_none() && it.rotated.is_none()
        })
    }

    fn count(&self, is: impl Fn(&Shown<'_>) -> bool) -> usize {
        self.shown.iter().filter(|it| is(it)).map(|it| it.key.as_str()).collect::<BTreeSet<_>>().len()
    }

    fn code(&self) -> u8 {
        if self.open_secrets() > 0 {
            exit::FAILING
        } else if self.coverage.complete && self.coverage.files_total > 0 {
            exit::FINE
        } else {
            exit::UNSEEN
        }
    }
}

/// `rescue scan PATH|REPO-URL | --site URL`.
///
/// # Errors
/// A target that is not there or cannot be read, an app that is not there, a live check that nobody permitted.
pub async fn scan(
    environment: &Environment,
    args: ScanArgs,
    terminal: Terminal,
    stop: CancellationToken,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    let asked = checking::asked(&args, terminal)?;
    let site = args.site.as_deref().map(target::site).transpose()?;
    let given = match (&site, &args.target) {
        (None, Some(text)) => Some(target::target(text)?),
        _ => None,
    };
    let house = House::open(environment, args.app.as_deref())?;
    let _log = house.log();
    let target = match (site, given) {
        (Some(site), _) => Target::Site(site),
        (None, Some(target)) => target,
        (None, None) => target::target(&house.own_target()?)?,
    };
    let checking = match asked {
        Some(asked) => {
            let door = house.door()?;
            asked.permitted(&house, &door)?;
            Some((asked, door))
        }
        None => None,
    };
    let values = checking.as_ref().map(|(asked, _)| std::sync::Arc::clone(&asked.values));
    let scanned = sources::scanned(&target, &args, &house, values, terminal.messages, &stop, out).await?;
    let answers = match checking {
        Some((asked, door)) => asked.answers(&scanned.report, &house, &door, &args, &stop, out).await,
        None => BTreeMap::new(),
    };
    let people = house.said_of(&scanned.report.findings)?;
    let said = said(&target, &args, &house, &scanned, &people, &answers);
    match args.format() {
        Format::Text => lines::print(&said, out),
        Format::Json => out.json(&document::document(&said)),
        Format::Sarif => out.json(&sarif_of(&said, &scanned.report, &people, &answers)),
    }
    Ok(said.code())
}

fn said<'a>(
    target: &'a Target,
    args: &ScanArgs,
    house: &House,
    scanned: &'a sources::Scanned,
    people: &'a Words,
    answers: &'a BTreeMap<String, Answer>,
) -> Said<'a> {
    let report = &scanned.report;
    let is_folded_public = |leak: &Leak| leak.public && !args.public;
    let is_folded_weak = |leak: &Leak| !leak.public && leak.confidence == Confidence::Weak && !args.weak;
    let shown = report.findings.iter().filter(|leak| !is_folded_public(leak) && !is_folded_weak(leak)).map(|leak| {
        let key = leak.key();
        let of = |words: &'a BTreeMap<String, String>| words.get(&key).map(String::as_str);
        Shown { accepted: of(&people.accepted), rotated: of(&people.rotated), answer: answers.get(&key), key, leak }
    });
    let secrets = |is: &dyn Fn(&Leak) -> bool| {
        let leaks = report.findings.iter().filter(|leak| is(leak));
        leaks.map(Leak::key).collect::<BTreeSet<_>>().len()
    };
    let kinds: BTreeSet<&str> = report.findings.iter().filter(|it| is_folded_public(it)).map(|it| it.kind.as_str()).collect();
    let remarks = scanned.remarks.iter().cloned();
    Said {
        target,
        at: house.now,
        commit: report.commit.as_deref(),
        history: scanned.history,
        coverage: &report.coverage,
        shown: shown.collect(),
        folded_public: secrets(&is_folded_public),
        public_kinds: Foreign::new(kinds.into_iter().collect::<Vec<_>>().join(", ")),
        folded_weak: secrets(&is_folded_weak),
        remarks: remarks.collect(),
        lasting: house.lasting,
        with_app: house.app.is_some(),
        site: scanned.site.clone(),
    }
}

fn sarif_of(said: &Said<'_>, report: &Report, people: &Words, answers: &BTreeMap<String, Answer>) -> Value {
    // Whoever reads it elsewhere has nothing left to do about either.
    let accepted: BTreeMap<String, String> =
        people.rotated.iter().chain(&people.accepted).map(|(key, why)| (key.clone(), why.clone())).collect();
    let live = answers.iter().map(|(key, answer)| (key.clone(), answer.live)).collect();
    let repository = match said.target {
        Target::Address(url) => Some(url.as_str()),
        _ => None,
    };
    let shown: Vec<&Leak> = said.shown.iter().map(|it| it.leak).collect();
    let about = sarif::About { version: crate::desk::VERSION, ended: said.at, repository, accepted: &accepted, live: &live };
    sarif::document(report, &shown, &about)
}

//! A page says how to restore the data, with the data loss (RPO) and the downtime (RTO) that were agreed (dossier
//! repo-signals.md §12). Whether a restore works, only a drill shows.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Gap, Remedy, Severity, Verdict};
use crate::probes::documents::{self, Question};
use crate::probes::ground::{self, Ground, MOST_SHOWN, Spot};
use crate::probes::{Meta, Probe, Sight};
use crate::repo::Survey;
use crate::repo::documents::{Document, Section, Topic};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct RestoreRunbook;

/// What the documents say about a restore.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// Sections that somebody could follow.
    pub usable: Vec<Spot>,
    /// Sections with little below their heading.
    pub thin: Vec<Spot>,
    /// Data that may be lost, and how long the app may be down, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpo: Option<Promise>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rto: Option<Promise>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Spot>,
}

/// A number that a document promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub minutes: u64,
    pub spot: Spot,
}

impl Probe for RestoreRunbook {
    type Seen = Seen;
    const META: Meta =
        ground::sign("repo.restore-runbook", "Does a page say how to restore, with RPO and RTO?", "apis/repo-signals.md §12");

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, _settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: there is nothing to restore");
        }
        let question = Question {
            holds: "a restore runbook",
            look: "Look whether the restore runbook is kept there, with RPO and RTO",
            read: "Let somebody who did not write it follow it once, and compare the two numbers with what was agreed",
        };
        let verdict = question.decide(&seen.ground, seen.elsewhere.as_ref(), said(seen), findings(seen));
        let pages = seen.usable.iter().map(|it| seen.ground.evidence(format!("repo.restore.{}", it.path), it));
        let promise = |key: &str, it: &Promise| seen.ground.evidence(format!("repo.restore-{key}.{}", it.spot.path), &it.spot);
        let promises = seen.rpo.iter().map(|it| promise("rpo", it)).chain(seen.rto.iter().map(|it| promise("rto", it)));
        verdict.with_notes(pages.take(MOST_SHOWN).chain(promises))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        documents::remedy(findings(seen), Effort::S)
    }
}

fn said(seen: &Seen) -> String {
    match (seen.usable.first(), seen.rpo.as_ref(), seen.rto.as_ref()) {
        (None, ..) => "no page that can be followed says how to restore the data".to_owned(),
        (Some(page), Some(rpo), Some(rto)) => {
            format!(
                "{} says how to restore, with {} of data lost and {} of downtime at most",
                page.path,
                span(rpo.minutes),
                span(rto.minutes)
            )
        }
        (Some(page), rpo, _) => {
            let lacks = if rpo.is_some() { "how long the app may be down" } else { "how much data may be lost" };
            format!("{} says how to restore, and not {lacks}", page.path)
        }
    }
}

fn span(minutes: u64) -> String {
    match minutes {
        0 => "nothing".to_owned(),
        it if it % 1440 == 0 => format!("{} d", it / 1440),
        it if it % 60 == 0 => format!("{} h", it / 60),
        it => format!("{it} min"),
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let is_unread = !seen.ground.unread.is_empty();
    let mut found = Vec::new();
    if seen.usable.is_empty() {
        match seen.thin.first() {
            Some(thin) => {
                let says = format!("the page on restoring cannot be followed: {}", thin.says);
                let fix = format!("Write into {} where the backups are, who may restore, each command, how to check", thin.path);
                found.push(Finding::new("repo.restore-thin", "restore", Severity::Medium, says, fix).at(seen.ground.place(thin)));
            }
            None if is_unread => return found,
            None => {
                let says = "no document says how to restore the data";
                let fix = "Write docs/runbooks/restore.md: where the backups are, who may restore, each command, how to check";
                found.push(Finding::new("repo.restore-missing", "restore", Severity::High, says, fix));
            }
        }
    }
    let numbers =
        [("rpo", &seen.rpo, "how much data may be lost (RPO)"), ("rto", &seen.rto, "how long the app may be down (RTO)")];
    for (key, _, what) in numbers.into_iter().filter(|(_, it, _)| it.is_none() && !is_unread) {
        let says = format!("no document says in a number {what}");
        let fix = format!("Agree with the client {what}, and write it into the restore runbook");
        found.push(Finding::new("repo.restore-number-missing", key, Severity::Low, says, fix));
    }
    found
}

fn seen(survey: &Survey) -> Seen {
    let documents = &survey.documents;
    let (usable, thin): (Vec<_>, Vec<_>) = documents.about(Topic::Restore).partition(|(_, section)| section.can_be_followed());
    let spot = |(file, section): (&Document, Section)| {
        let names: Vec<&str> = section.names.iter().copied().take(4).collect();
        let names = if names.is_empty() { "names no service".to_owned() } else { format!("names {}", names.join(", ")) };
        let says = format!(
            "{} ({} words, {} commands, {} steps, {names})",
            section.heading, section.words, section.commands, section.steps
        );
        Spot::new(&file.path, section.line, says)
    };
    // A number in any document counts that speaks of restoring or of the systems: RPO means nothing else.
    let rpo = documents.real().find_map(|it| it.recovery.rpo.clone());
    let rto = documents.real().find_map(|it| it.recovery.rto.clone());
    let promise = |it: crate::repo::documents::Span, what: &str| Promise {
        minutes: it.minutes,
        spot: Spot::new(&it.at.path, it.at.line, format!("{what}: {}", span(it.minutes))),
    };
    Seen {
        ground: documents::ground(survey),
        usable: usable.into_iter().map(spot).collect(),
        thin: thin.into_iter().map(spot).collect(),
        rpo: rpo.map(|it| promise(it, "data that may be lost")),
        rto: rto.map(|it| promise(it, "downtime that is allowed")),
        elsewhere: documents::elsewhere(survey),
    }
}

#[cfg(test)]
mod tests;

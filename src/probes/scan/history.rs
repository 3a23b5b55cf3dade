//! No credential was ever committed, on any branch or tag; one that was is to be rotated, whether it still stands or not
//! (dossier secrets.md §1, §4.4). Only a history that was read whole is clean; no value is kept or shown.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, ExposedIn, Finding, Foreign, Gap, ProbeKind, Remedy, System, Verdict};
use crate::probes::leaks::{self, Group};
use crate::probes::{Meta, Probe, Sight, Stage, files};
use crate::scan::Report;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct History;

/// What the scanner said of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seen(pub Report);

/// Steps that name a place to rotate; further ones are counted.
const MOST_STEPS: usize = 8;

impl Probe for History {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "scan.history",
        system: System::Scan,
        asks: "Is the whole history free of credentials, on every branch and tag?",
        needs: &["A checkout with its history; or git, and a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/secrets.md §1, §4.4",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        files::history(sight).await.map(|report| Seen(report.as_ref().clone()))
    }

    fn decide(Seen(report): &Seen, _settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let findings = findings(report);
        let unread = leaks::unread_history(&report.coverage);
        let blobs = report.coverage.files_total;
        let verdict = if !findings.is_empty() {
            let open = findings.iter().filter(|it| it.exposed.as_ref().is_some_and(|it| it.at != ExposedIn::History)).count();
            let (all, were) = (findings.len(), if findings.len() == 1 { "was" } else { "were" });
            let says =
                format!("{} {were} committed: {open} still in HEAD, {} only in history", leaks::credentials(all), all - open);
            Verdict::fail(says, findings).unseen(unread)
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else if blobs == 0 {
            Verdict::not_applicable("nothing was ever committed")
        } else {
            Verdict::pass(format!("no credential in {blobs} blobs of every branch and tag"))
        };
        verdict.with_notes(leaks::notes(&report.findings))
    }

    fn remedy(Seen(report): &Seen, settings: &AppSettings) -> Remedy {
        let findings = findings(report);
        if findings.is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = findings.iter().take(MOST_STEPS).map(|it| it.fix.clone()).collect();
        if findings.len() > MOST_STEPS {
            let more = findings.len() - MOST_STEPS;
            steps.push(format!("Do the same for the other {more}; `rescue finding list {}` names them", settings.name).into());
        }
        steps.push("Deploy the new one first, then revoke the old one and see that it is refused".into());
        steps.push(format!("Say so with the day: `rescue finding rotated {} ID --on DATE --proof …`", settings.name).into());
        steps.push("Leave the history as it is until then: rewriting it un-leaks nothing".into());
        Remedy { steps, effort: Effort::M }
    }
}

/// One finding per secret: when it leaked, by which commit, and whether it is still there.
fn findings(report: &Report) -> Vec<Finding> {
    leaks::findings(&report.findings, said)
}

fn said(group: &Group<'_>) -> String {
    let what = group.first().map(|it| format!("{} {}", it.kind, it.masked)).unwrap_or_default();
    let first = group.iter().min_by_key(|it| (it.since.is_none(), it.since));
    let on = first.and_then(|it| it.since).map(|it| format!(" on {}", leaks::day(Some(it)))).unwrap_or_default();
    let commit = first.and_then(|it| it.commit.as_deref()).map(|it| format!(" by commit {}", it.get(..7).unwrap_or(it)));
    let still = if group.iter().any(|it| it.in_head) { "still in HEAD" } else { "only in history" };
    format!("{what} leaked{on}{}, {still}: {}", commit.unwrap_or_default(), leaks::places(group))
}

#[cfg(test)]
pub(super) mod tests;

//! No credential stands in the app's current files: the checkout that the app names, or else the archive of the default
//! branch (dossier secrets.md §1). Nothing found is clean only when everything was read; no value is kept or shown.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, GapKind, ProbeKind, Remedy, System, Verdict};
use crate::probes::{Meta, Probe, Sight, Stage, files, leaks};
use crate::scan::Report;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct Tree;

/// What the scanner said of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    Scanned(Report),
    /// GitHub says that nothing was ever pushed.
    Empty,
}

/// Steps that name a place to rotate; further ones are counted.
const MOST_STEPS: usize = 8;

impl Probe for Tree {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "scan.tree",
        system: System::Scan,
        asks: "Is the current tree free of credentials?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/secrets.md §1",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let report = files::scanned(sight).await?;
        Ok(report.as_ref().clone().map_or(Seen::Empty, Seen::Scanned))
    }

    fn decide(seen: &Seen, _settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let Seen::Scanned(report) = seen else {
            return Verdict::not_applicable("the repository is empty: there is nothing to scan");
        };
        let findings = findings(report);
        let coverage = &report.coverage;
        let unread = leaks::unread(coverage, "files", "Give a full checkout with these files readable, or look at them by hand");
        let verdict = if !findings.is_empty() {
            let stand = if findings.len() == 1 { "stands" } else { "stand" };
            Verdict::fail(format!("{} {stand} in the current tree", leaks::credentials(findings.len())), findings).unseen(unread)
        } else if coverage.files_total == 0 {
            Verdict::undecided(nothing_there())
        } else if let Some(gap) = unread {
            Verdict::undecided(gap)
        } else {
            Verdict::pass(format!("no credential in {} files", coverage.files_seen))
        };
        verdict.with_notes(leaks::notes(&report.findings))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let Seen::Scanned(report) = seen else { return Remedy::default() };
        let findings = findings(report);
        if findings.is_empty() {
            return Remedy::default();
        }
        let mut steps: Vec<Foreign> = findings.iter().take(MOST_STEPS).map(|it| it.fix.clone()).collect();
        if findings.len() > MOST_STEPS {
            steps.push(
                format!("Do the same for the other {}; `rescue finding list` names them", findings.len() - MOST_STEPS).into(),
            );
        }
        steps.push("Take the values out of the files and read them from the environment".into());
        steps.push("Treat every one of them as stolen: it stays in the history after the line is gone".into());
        Remedy { steps, effort: Effort::M }
    }
}

/// One finding per secret, however many files have it.
fn findings(report: &Report) -> Vec<Finding> {
    leaks::findings(&report.findings, |group| {
        let what = group.first().map(|it| format!("{} {}", it.kind, it.masked)).unwrap_or_default();
        format!("{what} stands in {}", leaks::places(group))
    })
}

/// No file at all: an empty directory, another path than was meant, an archive of nothing. That is no clean tree.
fn nothing_there() -> Gap {
    Gap::new(GapKind::Ambiguous, System::Scan, "there is no file to look into, so nothing was searched")
        .needs("Check that the named repository is the app's and that its files are there")
}

#[cfg(test)]
mod tests;

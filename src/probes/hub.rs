//! What several probes of GitHub stand on: the repository with its default branch, the workflow files, when a schedule
//! was due last, and how findings, gaps and judgements come to one verdict. It judges nothing by itself.

use super::github::repository;
use super::{Part, Sight};
use crate::domain::{AppSettings, Finding, Gap, GapKind, Note, NoteLevel, Place, Slug, System, Verdict};
use crate::systems::github::Github;
use crate::systems::github::facts::Repository;
use crate::systems::github::facts::actions::Workflow;
use crate::systems::github::workflow_file::WorkflowFile;
use chrono::{DateTime, TimeDelta, Utc};
use croner::Cron;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The app's repository at GitHub, as several probes ask it.
pub struct Hub {
    pub github: Github,
    pub slug: Slug,
    pub repository: Arc<Repository>,
    pub branch: String,
}

/// Looks up the repository; the request is shared by the run.
///
/// # Errors
/// No repository is named, no credential, or GitHub does not show it: then there is nothing to judge.
pub async fn hub(sight: &Sight) -> Result<Hub, Gap> {
    let (github, slug) = repository(sight)?;
    let repository = github.repository(slug).await?;
    let Some(branch) = repository.default_branch.clone() else {
        return Err(Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub names no default branch")
            .needs("Check the address of GitHub"));
    };
    Ok(Hub { github, slug: slug.clone(), repository, branch })
}

/// Most workflow files that are read.
pub const MOST_FILES: usize = 10;

/// A workflow, and what its file on the default branch says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    pub workflow: Workflow,
    pub file: Part<WorkflowFile>,
}

/// The workflows of the repository that have a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declarations {
    pub list: Vec<Declared>,
    /// How many were not read because there are too many.
    pub unread: usize,
    /// Why the list of workflows may be longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Gap>,
}

impl Declarations {
    /// Those whose file was read and understood.
    pub fn understood(&self) -> impl Iterator<Item = (&Workflow, &WorkflowFile)> {
        let read = self.list.iter().filter_map(|it| Some((&it.workflow, it.file.seen()?)));
        read.filter(|(_, file)| file.broken.is_none())
    }

    /// Why something may be in a workflow that was not read.
    #[must_use]
    pub fn gap(&self) -> Option<Gap> {
        let hidden = self.list.iter().find_map(|it| match &it.file {
            Part::Hidden(gap) => Some(gap.clone()),
            Part::Seen(file) => file.broken.as_ref().map(|why| {
                Gap::new(GapKind::Incomplete, System::Github, format!("{} could not be understood: {why}", it.workflow.named()))
                    .needs("Mend the workflow file")
            }),
        });
        self.cut.clone().or(hidden).or_else(|| {
            (self.unread > 0).then(|| {
                Gap::new(GapKind::Incomplete, System::Github, format!("{} more workflow files were not read", self.unread))
                    .needs("Look through the other workflows by hand")
            })
        })
    }
}

impl Hub {
    /// The workflows with their files; deleted ones and GitHub's own (`dynamic/…`) have none.
    ///
    /// # Errors
    /// The list of workflows could not be had.
    pub async fn declarations(&self) -> Result<Declarations, Gap> {
        let listed = self.github.workflows(&self.slug).await?;
        let written = listed.items.into_iter().filter(|it| !it.is("deleted"));
        let mut written: Vec<(String, Workflow)> = written
            .filter_map(|it| Some((it.path.as_ref()?.as_str().to_owned(), it)))
            .filter(|(path, _)| path.starts_with(".github/workflows/"))
            .collect();
        written.sort_by(|a, b| a.0.cmp(&b.0));
        let unread = written.len().saturating_sub(MOST_FILES);
        let read = written.into_iter().take(MOST_FILES).map(|(path, workflow)| async move {
            let file = self.github.workflow_file(&self.slug, &path, &self.branch).await;
            Declared { workflow, file: file.map(|it| (*it).clone()).into() }
        });
        Ok(Declarations { list: join_all(read).await, unread, cut: listed.cut })
    }
}

/// GitHub starts schedules late under load, and drops some: a schedule is judged this long after it was due.
pub const LATE: TimeDelta = TimeDelta::hours(3);

/// The moment at which one of the schedules was due last, [`LATE`] ago or earlier; `Err` names a schedule that is none.
///
/// # Errors
/// The schedule that could not be read.
pub fn last_due(schedules: &[crate::domain::Foreign], now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, String> {
    let mut newest = None;
    for schedule in schedules {
        let cron: Cron = schedule.as_str().parse().map_err(|_| schedule.cut(40))?;
        if schedule.as_str().split_whitespace().count() != 5 {
            return Err(schedule.cut(40));
        }
        newest = newest.max(cron.find_previous_occurrence(&(now - LATE), true).ok());
    }
    Ok(newest)
}

/// What the parts come to: what is wrong is said first, then what hides the answer, then what a person has to judge.
#[derive(Debug, Default)]
pub struct Weighing {
    pub findings: Vec<Finding>,
    pub gaps: Vec<Gap>,
    /// Things that only a person can judge, in words.
    pub open: Vec<String>,
    /// What that person does.
    pub step: &'static str,
    pub notes: Vec<Note>,
}

impl Weighing {
    /// A weighing whose open questions a person closes by that step.
    #[must_use]
    pub fn new(step: &'static str) -> Self {
        Self { step, ..Self::default() }
    }

    /// Takes a part's gap along, if it is hidden.
    pub fn hidden<T>(&mut self, part: &Part<T>) {
        self.gaps.extend(part.gap().cloned());
    }

    /// Lays evidence before a person. `key` is stable.
    pub fn evidence(&mut self, key: impl Into<String>, says: impl AsRef<str>) {
        self.notes.push(note(NoteLevel::Evidence, key, says));
    }

    /// The verdict; `pass` is what was seen when nothing is wrong, hidden or open.
    pub fn verdict(self, pass: impl AsRef<str>) -> Verdict {
        let gap = self.gaps.into_iter().next();
        let verdict = if !self.findings.is_empty() {
            let shown: Vec<&str> = self.findings.iter().take(3).map(|it| it.says.as_str()).collect();
            let more = self.findings.len().saturating_sub(shown.len());
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            Verdict::fail(format!("{}{more}", shown.join("; ")), self.findings).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if !self.open.is_empty() {
            Verdict::undecided(Gap::new(GapKind::NeedsJudgement, System::Github, self.open.join("; ")).needs(self.step))
        } else {
            Verdict::pass(pass)
        };
        verdict.with_notes(self.notes)
    }
}

/// A note without a place.
pub fn note(level: NoteLevel, key: impl Into<String>, says: impl AsRef<str>) -> Note {
    Note { key: key.into(), level, says: says.as_ref().into(), place: None }
}

/// A page of the repository at GitHub, such as `settings/access`.
#[must_use]
pub fn page(settings: &AppSettings, path: &str) -> Place {
    Place::Web { url: address(settings, path).into() }
}

/// The address of such a page.
#[must_use]
pub fn address(settings: &AppSettings, path: &str) -> String {
    let slug = settings.github.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("https://github.com/{slug}/{path}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::stand_in::noon;
    use rstest::rstest;

    #[rstest]
    #[case::daily(&["0 3 * * *"], Ok(Some("2026-11-22T03:00:00Z")))]
    #[case::an_hour_ago(&["0 11 * * *"], Ok(Some("2026-11-21T11:00:00Z")))]
    #[case::often(&["*/5 * * * *"], Ok(Some("2026-11-22T09:00:00Z")))]
    #[case::weekly(&["0 0 * * 0"], Ok(Some("2026-11-22T00:00:00Z")))]
    #[case::the_later_of_two(&["0 3 * * 1", "0 4 * * *"], Ok(Some("2026-11-22T04:00:00Z")))]
    #[case::named_days(&["0 0 * * MON-FRI"], Ok(Some("2026-11-20T00:00:00Z")))]
    #[case::none(&[], Ok(None))]
    #[case::nonsense(&["every day"], Err("every day"))]
    #[case::six_fields(&["0 0 3 * * *"], Err("0 0 3 * * *"))]
    fn when_it_was_due(#[case] schedules: &[&str], #[case] wanted: Result<Option<&str>, &str>) {
        let schedules: Vec<crate::domain::Foreign> = schedules.iter().map(crate::domain::Foreign::new).collect();
        let wanted = wanted.map(|it| it.map(|it| it.parse().unwrap())).map_err(str::to_owned);
        assert_eq!(last_due(&schedules, noon()), wanted);
    }
}

//! What every probe of the repository's files stands on: which commit was read, how much of it, and a place with words.
//! What was not read is a gap here, never an absence.

use crate::domain::{AppSettings, Consent, Foreign, Gap, GapKind, Note, NoteLevel, Place, ProbeKind, System, Verdict};
use crate::probes::{Meta, Sight, Stage, files};
use crate::repo::code::{Broken, is_app_code, is_app_manifest};
use crate::repo::{Survey, Why};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What was read, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ground {
    /// GitHub says that nothing was ever pushed.
    pub empty: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Foreign>,
    /// Files of the app's own code that were read.
    pub code_files: usize,
    /// Files that could hold something of what was looked for and were not read, with the reason.
    #[serde(default)]
    pub unread: Vec<Foreign>,
}

/// A place of the code, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    pub path: Foreign,
    pub line: u32,
    pub says: Foreign,
}

impl Spot {
    /// A place with words.
    pub fn new(path: impl AsRef<str>, line: u32, says: impl AsRef<str>) -> Self {
        Self { path: Foreign::new(path), line, says: Foreign::new(says) }
    }
}

/// A place with the stable name of what it shows, so that a judgement knows what it has seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Exhibit {
    /// Never holds a line or a number that moves.
    pub id: Foreign,
    pub spot: Spot,
}

impl Exhibit {
    /// Names a place.
    pub fn new(id: impl AsRef<str>, spot: Spot) -> Self {
        Self { id: Foreign::new(id), spot }
    }
}

/// Most notes or findings of one kind that are laid before a person; further ones are counted.
pub const MOST_SHOWN: usize = 10;

/// Most places that an observation keeps.
pub const MOST_KEPT: usize = 200;

/// The survey of the app's files; none when the repository is empty.
///
/// # Errors
/// The files could not be had or read.
pub async fn survey(sight: &Sight) -> Result<Arc<Option<Survey>>, Gap> {
    files::surveyed(sight).await
}

impl Ground {
    /// Of a repository without a commit.
    #[must_use]
    pub fn empty() -> Self {
        Self { empty: true, ..Self::default() }
    }

    /// Of a survey. `matters` says of a path that was not read, or not understood, whether it could have held something.
    #[must_use]
    pub fn of(survey: &Survey, matters: impl Fn(&str) -> bool) -> Self {
        let unread = survey.unread.iter().filter(|it| hides_anything(it.why) || matters(it.what.as_str()));
        let unread = unread.map(|it| Foreign::new(format!("{} ({})", it.what, it.why.words())));
        let broken = survey.code.iter().filter(|it| matters(&it.path)).filter_map(|it| match it.broken.as_ref()? {
            Broken::Syntax(line) => Some(Foreign::new(format!("{} (a mistake of syntax in line {line})", it.path))),
            Broken::TooDeep => Some(Foreign::new(format!("{} (nested too deep to be read)", it.path))),
        });
        let suites = survey.project.suites.iter().filter(|it| matters(&it.path));
        let suites =
            suites.filter_map(|it| Some(Foreign::new(format!("{} (a mistake of syntax in line {})", it.path, it.broken?))));
        Self {
            empty: false,
            commit: survey.commit.as_ref().map(Foreign::new),
            code_files: survey.code.len(),
            unread: unread.chain(broken).chain(suites).take(MOST_KEPT).collect(),
        }
    }

    /// Of a survey, for what the code does: a manifest that was not understood hides with what the code is built, and so
    /// which of it a browser loads.
    #[must_use]
    pub fn of_code(survey: &Survey) -> Self {
        Self::of(survey, hides_code)
    }

    /// What hides the answer, when something does. `what` is what a file that was not read could hold.
    #[must_use]
    pub fn gap(&self, what: &str) -> Option<Gap> {
        let first = self.unread.first()?;
        let more = if self.unread.len() > 1 { format!(" and {} more", self.unread.len() - 1) } else { String::new() };
        let says = format!("{first}{more} could not be read, and may hold {what}");
        Some(Gap::new(GapKind::Incomplete, System::Repo, says).needs("Give a full checkout in which these files can be read"))
    }

    /// The answer of a probe that has no code to look into: perhaps it is the wrong repository.
    #[must_use]
    pub fn no_code(settings: &AppSettings) -> Verdict {
        Verdict::undecided(
            Gap::new(GapKind::Ambiguous, System::Repo, "there is no JavaScript or TypeScript to look into")
                .needs(format!("Check that the repository of {} is the app's", settings.name)),
        )
    }

    /// Where it is, at the commit that was read.
    #[must_use]
    pub fn place(&self, spot: &Spot) -> Place {
        Place::File { path: spot.path.clone(), line: Some(spot.line), commit: self.commit.clone() }
    }

    /// Evidence for a person. `key` is stable and never holds a line.
    #[must_use]
    pub fn evidence(&self, key: impl Into<String>, spot: &Spot) -> Note {
        let place = Some(self.place(spot));
        Note { key: key.into(), level: NoteLevel::Evidence, says: spot.says.clone(), place }
    }
}

impl Ground {
    /// Lays the first [`MOST_SHOWN`] of these before a person, and says how many more there are.
    #[must_use]
    pub fn exhibits(&self, rule: &str, exhibits: &[Exhibit]) -> Vec<Note> {
        self.exhibits_of(rule, exhibits, exhibits.len())
    }

    /// The same of a list that was cut: `all` is how many there were.
    #[must_use]
    pub fn exhibits_of(&self, rule: &str, exhibits: &[Exhibit], all: usize) -> Vec<Note> {
        // Places of one name are one piece of evidence: a file that does it thirty times does not push the others out.
        let mut known: Vec<(&Exhibit, usize)> = Vec::new();
        for it in exhibits {
            match known.iter_mut().find(|(first, _)| first.id == it.id) {
                Some((_, count)) => *count += 1,
                None => known.push((it, 1)),
            }
        }
        let shown = known.iter().take(MOST_SHOWN).map(|(it, count)| {
            let again = if *count > 1 { format!(", and in {} more places", count - 1) } else { String::new() };
            let spot = Spot { says: Foreign::new(format!("{}{again}", it.spot.says)), ..it.spot.clone() };
            self.evidence(format!("{rule}.{}", it.id), &spot)
        });
        let more = known.len().saturating_sub(MOST_SHOWN) + all.saturating_sub(exhibits.len());
        let rest = (more > 0).then(|| Note {
            key: format!("{rule}.more"),
            level: NoteLevel::Info,
            says: Foreign::new(format!("{more} more of these are not shown")),
            place: None,
        });
        shown.chain(rest).collect()
    }
}

/// A gap that only a person can close: what was seen lies before them.
pub fn judge(says: impl AsRef<str>, step: impl AsRef<str>) -> Gap {
    Gap::new(GapKind::NeedsJudgement, System::Repo, says).needs(step)
}

/// How many of how many: `3 of 12 handlers`.
#[must_use]
pub fn of(some: usize, all: usize, what: &str) -> String {
    format!("{some} of {all} {what}")
}

/// Whether a file that was not read hides something of what the code does.
#[must_use]
pub fn hides_code(path: &str) -> bool {
    is_app_code(path) || is_app_manifest(path)
}

/// Whether anything at all may be behind it: a part of the tree that is missing as a whole.
fn hides_anything(why: Why) -> bool {
    matches!(why, Why::CutShort | Why::PastTotal | Why::Submodule | Why::KeptOutOfArchives | Why::TooManyPlaces)
}

/// What is said of a sign that stands on the survey. Raise its revision, or change its stage, with `..`.
#[must_use]
pub const fn sign(id: &'static str, asks: &'static str, docs: &'static str) -> Meta {
    Meta {
        id,
        system: System::Repo,
        asks,
        needs: NEEDS,
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs,
    }
}

/// Reads the survey with `read`; `empty` is what is seen of a repository without a commit.
///
/// # Errors
/// The files could not be had or read.
pub async fn look<S>(sight: &Sight, empty: impl FnOnce(Ground) -> S, read: impl FnOnce(&Survey) -> S) -> Result<S, Gap> {
    let survey = survey(sight).await?;
    Ok(match survey.as_ref() {
        Some(survey) => read(survey),
        None => empty(Ground::empty()),
    })
}

/// What every look into the repository needs.
pub const NEEDS: &[&str] = &["A checkout of the repository, or a GitHub token with Contents: read"];

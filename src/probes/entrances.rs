//! What every probe of an app's entries stands on: its endpoints from the one survey, and how one of them is shown and
//! named. It judges nothing.

use super::Sight;
use super::ground::{Ground, MOST_KEPT, MOST_SHOWN, Spot};
use crate::domain::{Finding, Foreign, Gap, Note, NoteLevel, Severity, Verdict};
use crate::repo::Survey;
use crate::repo::entries::{Entered, Entries};
use serde::{Deserialize, Serialize};

/// An endpoint, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entrance {
    pub path: Foreign,
    pub line: u32,
    /// `POST /api/chat`, or the name of a function.
    pub title: Foreign,
    pub says: Foreign,
}

impl Entrance {
    /// Of an entry, with what is said of it.
    #[must_use]
    pub fn new(of: &Entered<'_>, says: impl AsRef<str>) -> Self {
        Self {
            path: Foreign::new(&of.file.path),
            line: of.handler.line,
            title: Foreign::new(of.title()),
            says: Foreign::new(says),
        }
    }

    /// Stable for as long as file and name stay: never a line.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("{}#{}", self.path, self.title)
    }

    fn spot(&self) -> Spot {
        Spot::new(self.path.as_str(), self.line, format!("{}: {}", self.title, self.says))
    }

    /// As evidence for a person. `rule` begins the key.
    #[must_use]
    pub fn evidence(&self, ground: &Ground, rule: &str) -> Note {
        ground.evidence(format!("{rule}.{}", self.resource()), &self.spot())
    }

    /// As a defect.
    #[must_use]
    pub fn finding(&self, ground: &Ground, rule: &str, severity: Severity, fix: &str) -> Finding {
        let spot = self.spot();
        Finding::new(rule, self.resource(), severity, &spot.says, fix).at(ground.place(&spot))
    }
}

/// Reads the app's endpoints with `read`; `empty` is what is seen of a repository without a commit.
///
/// # Errors
/// The files could not be had or read.
pub async fn look<S>(
    sight: &Sight,
    empty: impl FnOnce(Ground) -> S,
    read: impl FnOnce(&Survey, Entries<'_>, Ground) -> S,
) -> Result<S, Gap> {
    let survey = super::ground::survey(sight).await?;
    Ok(match survey.as_ref() {
        Some(survey) => read(survey, Entries::of(survey), Ground::of_code(survey)),
        None => empty(Ground::empty()),
    })
}

/// The first of a list, as evidence, and how many more there are.
#[must_use]
pub fn shown(verdict: Verdict, ground: &Ground, rule: &str, entrances: &[Entrance]) -> Verdict {
    let verdict = verdict.with_notes(entrances.iter().take(MOST_SHOWN).map(|it| it.evidence(ground, rule)));
    if entrances.len() > MOST_SHOWN {
        let says = format!("{} more of this kind are not listed", entrances.len() - MOST_SHOWN);
        return verdict.note(NoteLevel::Info, format!("{rule}-more"), says);
    }
    verdict
}

/// Adds to a list that an observation keeps.
pub fn keep(list: &mut Vec<Entrance>, it: Entrance) {
    if list.len() < MOST_KEPT {
        list.push(it);
    }
}

/// `perhaps in X, which cannot be followed`, for what may be done where nothing could be read.
#[must_use]
pub fn lost(of: &Entered<'_>) -> Option<String> {
    of.lost.as_ref().map(|it| format!("perhaps behind {it}, which cannot be followed"))
}

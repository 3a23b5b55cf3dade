//! Checklists at the desk: the built-in one and the user's, checked, shown and adopted.

use super::Desk;
use crate::checklist::{self, Listed, Problem};
use crate::domain::{AppName, Checklist, Foreign};
use crate::probes;
use crate::trouble::Trouble;
use std::path::Path;

/// A checklist that is there, or what is wrong with it, a line each.
pub type Made = Result<Checklist, Vec<String>>;

fn exists(probe: &str) -> bool {
    probes::find(probe).is_some()
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

impl Desk {
    fn listed(&self) -> Vec<Listed> {
        checklist::catalogue(Some(&self.paths.checklists()), &exists)
    }

    /// The built-in checklist and the user's, by name.
    #[must_use]
    pub fn checklists(&self) -> Vec<(String, Made)> {
        let made = |it: Listed| (it.name, it.resolved.map(|it| it.checklist).map_err(|problems| lines(&problems)));
        self.listed().into_iter().map(made).collect()
    }

    /// The text to store and the checklist of that name.
    ///
    /// # Errors
    /// There is none, or it cannot be used: every problem by file, line and item.
    pub fn checklist(&self, name: &str) -> Result<(String, Checklist), Trouble> {
        let listed = self.listed();
        let names: Vec<_> = listed.iter().map(|it| it.name.clone()).collect();
        let Some(found) = listed.into_iter().find(|it| it.name == name) else {
            return Err(Trouble::usage(format!("there is no checklist `{}`", Foreign::new(name).cut(40))).next(format!(
                "Known: {}; yours go into {}",
                names.join(", "),
                self.paths.checklists().display()
            )));
        };
        let resolved = found.resolved.map_err(|problems| {
            Trouble::usage(format!("the checklist {name} cannot be used"))
                .why(lines(&problems).first().cloned().unwrap_or_default())
                .next(format!("Run `rescue checklist check {}` for every problem", found.file))
        })?;
        Ok((resolved.text, resolved.checklist))
    }

    /// Checks a file.
    ///
    /// # Errors
    /// Never at present; the inner result has what is wrong with the file.
    pub fn check_checklist(&self, file: &Path) -> Result<Made, Trouble> {
        let parents = |name: &str| checklist::parent_text(Some(&self.paths.checklists()), name);
        let text = match checklist::text_of(file) {
            Ok(text) => text,
            Err(problems) => return Ok(Err(lines(&problems))),
        };
        Ok(checklist::load(&text, &file.display().to_string(), &exists, &parents).map_err(|problems| lines(&problems)))
    }

    /// Works an app through a checklist from now on; gives back its version.
    ///
    /// # Errors
    /// There is no such checklist, a store that cannot be written.
    pub fn adopt(&self, app: &AppName, name: &str) -> Result<String, Trouble> {
        let (text, made) = self.checklist(name)?;
        self.store.adopt_checklist(self.id(app)?, &text, &made.version, &self.author)?;
        Ok(made.version)
    }
}

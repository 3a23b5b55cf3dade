//! Next's middleware (`proxy` since version 16): for which entries it runs, whether it asks who is there, whether it refuses.
//! An entry stands behind it only where all of that is plain; a matcher that cannot be read covers nothing.

use super::{Entered, Paths, Step};
use crate::repo::Survey;
use crate::repo::code::CodeFile;
use crate::repo::code::handlers::{Kind, What, matcher};

/// A middleware, and what it leads to.
pub struct Middleware<'s> {
    pub file: &'s CodeFile,
    /// What it stands in, with a slash at its end: `app` and `pages` beside it are what it runs for.
    folder: &'s str,
    pub steps: Vec<Step<'s>>,
}

/// How far a middleware stands before an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// It runs before every request, asks who is there, and refuses.
    Guards,
    /// It runs before every request; what is missing to call it a guard.
    Runs(String),
    /// Its matcher leaves the entry out.
    Leaves,
    /// Some requests get past its matcher: which.
    Past(String),
    /// Its matcher cannot be read: the line.
    Unread(u32),
}

/// Packages whose module is a middleware that asks and refuses by itself.
const WHOLE: [&str; 2] = ["next-auth/middleware", "@kinde-oss/kinde-auth-nextjs/middleware"];

impl<'s> Middleware<'s> {
    /// Of a file that is one by its place.
    pub(super) fn of(paths: &mut Paths<'s>, file: &'s CodeFile) -> Option<Self> {
        let at = file.path.rfind('/').map_or(0, |it| it + 1);
        let (folder, name) = file.path.split_at_checked(at)?;
        if !["middleware.ts", "middleware.js", "middleware.mjs", "proxy.ts", "proxy.js", "proxy.mjs"].contains(&name) {
            return None;
        }
        let runs = file.handlers.units.iter().filter(|it| !it.exported.is_empty());
        let names = runs.map(|it| it.name.as_str()).chain(file.imports.iter().filter(|it| it.is_export).flat_map(|it| {
            // `export { auth as middleware } from "@/auth"`
            it.locals.iter().map(|it| it.local.as_str())
        }));
        let steps = paths.follow(file, names.collect(), &mut None);
        Some(Self { file, folder, steps })
    }

    /// Whether the framework runs it before entries of that path: those of the `app` or `pages` beside it.
    pub(super) fn is_of(&self, path: &str) -> bool {
        path.strip_prefix(self.folder).is_some_and(|it| it.starts_with("app/") || it.starts_with("pages/"))
    }

    /// Whether it stands where Next looks for one: beside a manifest, or in the `src` beside it.
    pub(super) fn is_at_root(&self, survey: &Survey) -> bool {
        let folder = self.folder.strip_suffix("src/").unwrap_or(self.folder);
        survey.paths.contains(&format!("{folder}package.json"))
    }

    /// Whether it finds out who asks, in whatever way.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.does(|it| matches!(it, What::Identifies { .. })) || self.is_whole()
    }

    fn does(&self, is: impl Fn(&What) -> bool) -> bool {
        self.steps.iter().any(|it| it.body.does(&is))
    }

    fn is_whole(&self) -> bool {
        self.file.imports.iter().any(|it| it.is_export && WHOLE.contains(&it.from.as_str()))
    }

    /// How far it stands before an entry; none where the framework does not run it: entries that are no route, of another
    /// app, and server actions, which are called at the address of whatever page holds them.
    #[must_use]
    pub fn covers(&self, of: &Entered<'_>) -> Option<Cover> {
        let route = of.handler.route.as_deref().filter(|_| matches!(of.handler.kind, Kind::Route | Kind::ApiPage))?;
        if !self.is_of(&of.file.path) {
            return None;
        }
        if let Some(matcher) = &self.file.handlers.matcher {
            match matcher.covers(route) {
                matcher::Cover::Every => {}
                matcher::Cover::Never => return Some(Cover::Leaves),
                matcher::Cover::Past(how) => return Some(Cover::Past(how)),
                matcher::Cover::Unread => return Some(Cover::Unread(matcher.line)),
            }
        }
        Some(self.lacks().map_or(Cover::Guards, Cover::Runs))
    }

    /// What is missing to call it a guard of what it runs for.
    fn lacks(&self) -> Option<String> {
        if self.file.broken.is_some() {
            return Some("could not be read to its end".to_owned());
        }
        let is_verified = self.does(|it| matches!(it, What::Identifies { is_verified: true, .. })) || self.is_whole();
        let refuses = self.does(|it| matches!(it, What::Refuses { .. } | What::Answers(401 | 403))) || self.is_whole();
        let by_path = self.steps.iter().find_map(|step| {
            let act = step.body.acts.iter().find(|it| it.what == What::DecidesByPath)?;
            Some(format!("decides by the address in {}:{}, and may leave this one out", step.file.path, act.line))
        });
        if !self.asks() {
            Some("asks nobody who is there".to_owned())
        } else if !is_verified {
            Some("trusts a session that nobody verified".to_owned())
        } else if !refuses {
            Some("was not seen to refuse anybody".to_owned())
        } else {
            by_path
        }
    }
}

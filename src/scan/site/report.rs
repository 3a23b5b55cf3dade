//! What a look at a site says: leaks without their values, what was seen of pages, scripts and maps, and by name what was
//! not. Serialised as DESIGN §5 `scan`, with the site's own numbers beside it.

use crate::domain::Foreign;
use crate::scan::report::{Coverage, Leak, Report, Skipped};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use strum::{Display, IntoStaticStr};

/// What built the site, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Framework {
    /// Next.js with pages of the app router, whose scripts only the page itself names.
    NextApp,
    /// Next.js with the pages router only, whose manifest names every page's scripts.
    NextPages,
    /// One page for every address: its scripts name all the others (Vite, Lovable, Create React App).
    SinglePage,
    #[default]
    Other,
}

/// How many of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Read whole and searched.
    pub seen: usize,
    /// Known to be there.
    pub total: usize,
}

/// A source map that anybody can fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposedMap {
    /// Its path, or that of the script that holds it.
    pub path: Foreign,
    /// Sources whose text is in it.
    pub sources: usize,
    /// Those of them that are no library's.
    pub own: usize,
}

/// A Supabase project that the served files name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundProject {
    /// Its reference.
    pub project: Foreign,
    /// The first place that names it.
    pub path: Foreign,
    /// Whether it is one of the app's. None: nobody said which those are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<bool>,
}

/// The answer of a look at a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteReport {
    /// Its coverage counts pages, scripts and exposed maps.
    #[serde(flatten)]
    pub report: Report,
    /// The page that answered, after redirects; without a query.
    pub address: Foreign,
    pub framework: Framework,
    pub pages: Tally,
    pub scripts: Tally,
    pub maps: Vec<ExposedMap>,
    pub projects: Vec<FoundProject>,
    /// Hosts of other people's scripts that the pages load; not searched, and no part of the coverage.
    pub elsewhere: Vec<Foreign>,
    pub requests: u32,
}

/// Something that was not seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unseen {
    /// In words, without a full stop.
    pub why: String,
    pub what: String,
    /// Whether a secret could be there unseen.
    pub hides: bool,
}

/// What is named one by one of each reason; further ones are counted.
const NAMED: usize = 50;

/// What is kept in all, so that no site fills a memory: leaks, things unseen by name, projects and hosts.
const MOST_LEAKS: usize = 5_000;
const MOST_UNSEEN: usize = 2_000;
const MOST_NAMES: usize = 100;

/// What is collected while the walk goes on.
#[derive(Default)]
pub(super) struct Collected {
    leaks: BTreeMap<(String, String), Leak>,
    unseen: BTreeSet<Unseen>,
    /// Further ones that are counted only, by their reason.
    uncounted: BTreeMap<String, usize>,
    pub maps: Vec<ExposedMap>,
    /// References and the first place of each.
    projects: BTreeMap<String, String>,
    elsewhere: BTreeSet<String>,
    /// Services that are named, and the first place of each.
    pub services: BTreeMap<&'static str, Foreign>,
    pub pages: Tally,
    pub scripts: Tally,
    pub bytes: u64,
}

impl Collected {
    /// One entry per secret and path; the first place stands for it.
    pub fn leaks(&mut self, leaks: impl IntoIterator<Item = Leak>) {
        for leak in leaks {
            if self.leaks.len() < MOST_LEAKS {
                self.leaks.entry((leak.path.as_str().to_owned(), leak.id.clone())).or_insert(leak);
            } else {
                self.more_unseen(1, "more credentials than are listed");
            }
        }
    }

    /// A Supabase project is named in that file.
    pub fn project(&mut self, project: String, path: &str) {
        if self.projects.len() < MOST_NAMES {
            self.projects.entry(project).or_insert_with(|| path.to_owned());
        }
    }

    /// A host serves other people's scripts.
    pub fn elsewhere(&mut self, host: &str) {
        if self.elsewhere.len() < MOST_NAMES {
            self.elsewhere.insert(host.to_owned());
        }
    }

    /// Something that may hold a secret was not seen.
    pub fn unseen(&mut self, what: impl Into<String>, why: impl Into<String>) {
        let (what, why) = (what.into(), why.into());
        if self.unseen.len() < MOST_UNSEEN {
            self.unseen.insert(Unseen { why, what, hides: true });
        } else {
            self.more_unseen(1, &why);
        }
    }

    /// Something was not there, and that is all.
    pub fn absent(&mut self, what: impl Into<String>, why: impl Into<String>) {
        if self.unseen.len() < MOST_UNSEEN {
            self.unseen.insert(Unseen { why: why.into(), what: what.into(), hides: false });
        }
    }

    /// So many more were not seen, and nobody kept their names.
    pub fn more_unseen(&mut self, count: usize, why: &str) {
        *self.uncounted.entry(why.to_owned()).or_default() += count;
    }

    pub fn report(
        self,
        address: String,
        framework: Framework,
        projects: &[crate::domain::SupabaseRef],
        requests: u32,
    ) -> SiteReport {
        let mut findings: Vec<Leak> = self.leaks.into_values().collect();
        findings
            .sort_by(|a, b| (b.severity, &a.path, a.line, &a.rule, &a.id).cmp(&(a.severity, &b.path, b.line, &b.rule, &b.id)));
        let known = |it: &str| projects.iter().any(|own| own.as_str() == it);
        let found = self.projects.into_iter().map(|(project, path)| FoundProject {
            own: (!projects.is_empty()).then(|| known(&project)),
            project: Foreign::new(project),
            path: Foreign::new(path),
        });
        let maps = self.maps.len();
        let seen = self.pages.seen + self.scripts.seen + maps;
        let total = self.pages.total + self.scripts.total + maps;
        let complete = seen == total && self.uncounted.is_empty() && !self.unseen.iter().any(|it| it.hides);
        let coverage = Coverage {
            files_seen: seen,
            files_total: total,
            bytes: self.bytes,
            skipped: skipped(self.unseen, self.uncounted),
            complete,
        };
        SiteReport {
            report: Report { findings, coverage, commit: None },
            address: Foreign::new(address),
            framework,
            pages: self.pages,
            scripts: self.scripts,
            maps: self.maps,
            projects: found.collect(),
            elsewhere: self.elsewhere.into_iter().map(Foreign::from).collect(),
            requests,
        }
    }
}

fn skipped(unseen: BTreeSet<Unseen>, mut uncounted: BTreeMap<String, usize>) -> Vec<Skipped> {
    let mut by_reason: BTreeMap<(bool, String), Vec<String>> = BTreeMap::new();
    for Unseen { why, what, hides } in unseen {
        by_reason.entry((!hides, why)).or_default().push(what);
    }
    for why in uncounted.keys() {
        by_reason.entry((false, why.clone())).or_default();
    }
    let mut skipped = Vec::new();
    for ((harmless, why), names) in by_reason {
        let further = names.len().saturating_sub(NAMED) + if harmless { 0 } else { uncounted.remove(&why).unwrap_or_default() };
        let entry = |what: Foreign, count| Skipped { what, why: why.clone(), count, hides: !harmless };
        let named = names.len().min(NAMED);
        skipped.extend(names.iter().take(NAMED).map(|name| entry(Foreign::new(name), 1)));
        if further > 0 {
            let more = if named > 0 { "more " } else { "" };
            skipped.push(entry(Foreign::new(format!("{further} {more}files")), further));
        }
    }
    skipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_past_the_names_is_counted_and_the_look_is_not_complete() {
        let mut all = Collected { scripts: Tally { seen: 2, total: 75 }, ..Collected::default() };
        for n in 0..60 {
            all.unseen(format!("/{n:03}.js"), "past the limit");
        }
        all.more_unseen(13, "past the limit");
        all.absent("/sw.js", "is not there");
        let report = all.report("https://acme.example/".to_owned(), Framework::Other, &[], 3).report;
        assert!(!report.coverage.complete);
        let hidden: usize = report.coverage.skipped.iter().filter(|it| it.hides).map(|it| it.count).sum();
        assert_eq!(hidden, 73);
        assert_eq!(report.coverage.skipped[50].what.as_str(), "23 more files");
        assert_eq!(report.coverage.skipped.last().map(|it| it.hides), Some(false));
    }

    #[test]
    fn what_was_not_there_hides_nothing() {
        let mut all = Collected { scripts: Tally { seen: 2, total: 2 }, ..Collected::default() };
        all.absent("/sw.js", "is not there");
        assert!(all.report(String::new(), Framework::Other, &[], 3).report.coverage.complete);
    }
}

//! What a look did not see, which is most: by what would open it, counted from the checklist and from what each probe says
//! it asks; and what even the look itself left out. It counts nothing as good.

use super::model::{Look, Outside, Plain};
use crate::domain::{Checklist, Foreign, Gate, Item, System};
use crate::probes;
use serde::Serialize;
use std::collections::BTreeMap;

/// What opens items, in the order in which it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    Code,
    Database,
    Supabase,
    Hosting,
    Spending,
    Outside,
    Others,
    People,
}

impl Opens {
    /// What is needed, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Code => "read access to the repository",
            Self::Database => "a read-only database connection",
            Self::Supabase => "a read-only Supabase token",
            Self::Hosting => "a read-only token of the host",
            Self::Spending => "read access to what is paid by use",
            Self::Outside => "the owner's permission to look at the whole site",
            Self::Others => "read access to the other services in use",
            Self::People => "a talk with the people who run it",
        }
    }

    fn of(system: &str) -> Self {
        match system.parse::<System>() {
            Ok(System::Github | System::Repo | System::Scan) => Self::Code,
            Ok(System::Postgres) => Self::Database,
            Ok(System::Supabase) => Self::Supabase,
            Ok(System::Vercel) => Self::Hosting,
            Ok(System::Openai | System::Anthropic | System::Openrouter | System::Twilio | System::Resend) => Self::Spending,
            Ok(System::Site | System::SupabaseProject) => Self::Outside,
            _ => Self::Others,
        }
    }
}

/// One row: what it needs, and what it opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub opens: Opens,
    pub needs: &'static str,
    /// Items that it has a part in.
    pub items: Vec<String>,
    /// How many of them are urgent while they are open.
    pub urgent: usize,
    /// The most dangerous of them, in a few words each.
    pub such_as: Vec<String>,
}

/// What was not seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// Items of the checklist.
    pub items: usize,
    /// Those of which the look saw a part. None was seen whole.
    pub touched: Vec<String>,
    pub rows: Vec<Row>,
    /// What the look itself left out, in words.
    pub here: Vec<String>,
}

/// Items of which a look sees a part: what the site's scripts hold, and how it is reached.
const TOUCHED: [&str; 2] = ["SEC-03", "WEB-01"];
/// The same where its certificate was read.
const TOUCHED_BY_CERTIFICATE: &str = "WEB-02";
/// The same with a permission: files that should not be there, and errors.
const TOUCHED_BY_FILES: &str = "SEC-08";
const TOUCHED_BY_ERRORS: &str = "ERR-01";
/// Items that a row gives as examples.
const EXAMPLES: usize = 3;
/// What the look left out and is named one by one.
const MOST_HERE: usize = 5;
/// Paths that are named of those with one reason.
const MOST_NAMED: usize = 3;

/// What the look did not see of this checklist.
#[must_use]
pub fn unseen<'c>(look: &Look, checklist: &'c Checklist) -> Unseen {
    let touched = touched(look);
    let is_touched = |it: &&Item| touched.contains(&it.id.as_str());
    let mut by: BTreeMap<Opens, Vec<&'c Item>> = BTreeMap::new();
    for item in &checklist.items {
        for opens in needs(item) {
            by.entry(opens).or_default().push(item);
        }
    }
    // An item stands as an example once, where it is met first, and rather not where the look saw a part of it.
    let mut told: std::collections::BTreeSet<&'c str> = std::collections::BTreeSet::new();
    let mut row = |(opens, mut items): (Opens, Vec<&'c Item>)| {
        let is_urgent = |it: &&Item| it.gate == Some(Gate::Now);
        let ids = items.iter().map(|it| it.id.to_string()).collect();
        let urgent = items.iter().filter(|it| is_urgent(it)).count();
        items.sort_by_key(|it| (!is_urgent(it), std::cmp::Reverse(u16::from(it.danger) * u16::from(it.reach))));
        let is_news = |it: &&Item| !is_touched(it) && !told.contains(it.id.as_str());
        let (news, known): (Vec<&'c Item>, Vec<&'c Item>) = items.into_iter().partition(is_news);
        let such_as: Vec<&'c Item> = news.into_iter().chain(known).take(EXAMPLES).collect();
        told.extend(such_as.iter().map(|it| it.id.as_str()));
        let such_as = such_as.into_iter().map(|it| it.short.clone()).collect();
        Row { opens, needs: opens.words(), items: ids, urgent, such_as }
    };
    Unseen {
        items: checklist.items.len(),
        touched: checklist.items.iter().filter(|it| is_touched(it)).map(|it| it.id.to_string()).collect(),
        rows: by.into_iter().map(&mut row).collect(),
        here: here(look),
    }
}

/// What an item's probes ask, those to come included.
fn needs(item: &Item) -> std::collections::BTreeSet<Opens> {
    let asked = item.rule.probes().into_iter().filter_map(|id| probes::find(id.as_str())).map(|it| it.meta().system.id());
    let mut needs: std::collections::BTreeSet<Opens> =
        asked.chain(item.to_come.iter().map(String::as_str)).map(Opens::of).collect();
    if needs.is_empty() {
        needs.insert(Opens::People);
    }
    needs
}

fn here(look: &Look) -> Vec<String> {
    let mut here = Vec::new();
    if let Some(why) = &look.halted {
        here.push(format!("it ended early: {why}"));
    }
    let site = &look.served.site;
    let (seen, total) = (site.scripts.seen, site.scripts.total);
    if seen < total {
        here.push(format!("{} of {total} scripts that it names", total - seen));
    }
    let skipped: Vec<_> =
        site.report.coverage.skipped.iter().filter(|it| it.hides && it.what != crate::scan::BEYOND_A_VISIT).collect();
    here.extend(skipped.iter().take(MOST_HERE).map(|it| format!("{}: {}", it.what.cut(100), it.why)));
    if skipped.len() > MOST_HERE {
        let more: usize = skipped.iter().skip(MOST_HERE).map(|it| it.count).sum();
        here.push(format!("and {more} more files"));
    }
    if scripts_of_none(look) {
        here.push("any script of the app: the page loads none, so it may be a placeholder".to_owned());
    }
    here.push("other pages of the site, the scripts that only they load, and whatever lies behind a sign-in".to_owned());
    match (&look.outside, &look.permission) {
        (Some(outside), _) => here.extend(paths(outside)),
        (None, Some(_)) => here.push(format!("{BEYOND}: the look ended before")),
        (None, None) => here.push(format!("{BEYOND}: asked with permission only")),
    }
    if let Plain::Unseen { why } = &look.plain
        && look.is_under_tls()
    {
        here.push(format!("whether http leads to https: {why}"));
    }
    if look.is_under_tls() {
        let certificate = if look.front.certificate.is_none() { "its certificate could not be read, and " } else { "" };
        here.push(format!("{certificate}TLS was 1.2 or 1.3, whether older ones are still spoken was not asked"));
    }
    here
}

/// What is asked for with a permission, in words.
const BEYOND: &str = "files that should not be served (.env, .git), error pages, hidden source maps";

/// The items of which this look saw a part: of those of a permitted look only where an answer decided something.
fn touched(look: &Look) -> Vec<&'static str> {
    let mut touched = TOUCHED.to_vec();
    touched.extend(look.front.certificate.as_ref().map(|_| TOUCHED_BY_CERTIFICATE));
    if let Some(outside) = &look.outside {
        touched.extend((outside.decided() > 0).then_some(TOUCHED_BY_FILES));
        touched.extend(outside.saw_an_error().then_some(TOUCHED_BY_ERRORS));
    }
    touched
}

/// The paths of which nobody can tell, those with one reason together.
fn paths(outside: &Outside) -> Vec<String> {
    let mut by: Vec<(&Foreign, Vec<&Foreign>)> = Vec::new();
    for (path, why) in &outside.unseen {
        match by.iter_mut().find(|(known, _)| *known == why) {
            Some((_, paths)) => paths.push(path),
            None => by.push((why, vec![path])),
        }
    }
    let row = |(why, paths): (&Foreign, Vec<&Foreign>)| {
        let named: Vec<String> = paths.iter().take(MOST_NAMED).map(|it| it.cut(60)).collect();
        let more = paths.len().saturating_sub(MOST_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}: {why}", named.join(", "))
    };
    by.into_iter().map(row).collect()
}

/// Whether there was no script of the app at all.
fn scripts_of_none(look: &Look) -> bool {
    look.served.site.scripts.total == 0
}

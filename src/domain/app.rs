//! An app under rescue: what it is connected to, who its people are, what was agreed.

use super::decisions::{Agreement, Term};
use super::{AppName, AssetHost, Consent, Foreign, ItemId, System};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A repository at a code host: `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug {
    pub owner: String,
    pub name: String,
}

/// What is wrong with a repository, project or person as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {wanted}")]
pub struct Malformed {
    pub given: Foreign,
    pub wanted: &'static str,
}

pub(super) fn malformed(given: &str, wanted: &'static str) -> Malformed {
    Malformed { given: Foreign::from(Foreign::new(given).cut(60)), wanted }
}

impl FromStr for Slug {
    type Err = Malformed;
    /// Reads `owner/name`. GitHub's rule: an owner has letters, digits and single dashes (39 at most), a name has
    /// letters, digits, `-`, `_` and `.` (100 at most) and is not `.` or `..`.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        const WANTED: &str = "a repository: owner/name, as GitHub spells it";
        let (owner, name) = text.split_once('/').ok_or_else(|| malformed(text, WANTED))?;
        let name = name.strip_suffix(".git").unwrap_or(name);
        let owner_fits = (1..=39).contains(&owner.len())
            && owner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !owner.starts_with('-');
        let name_fits = (1..=100).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && name != "."
            && name != "..";
        if owner_fits && name_fits {
            Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
        } else {
            Err(malformed(text, WANTED))
        }
    }
}
impl TryFrom<String> for Slug {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}
impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.to_string()
    }
}
impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// A Supabase project reference: twenty lower-case letters (`apis/supabase.md` §1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SupabaseRef(String);

impl SupabaseRef {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl FromStr for SupabaseRef {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        if text.len() == 20 && text.bytes().all(|b| b.is_ascii_lowercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(malformed(text, "a Supabase project reference: twenty lower-case letters"))
        }
    }
}
impl TryFrom<String> for SupabaseRef {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}
impl From<SupabaseRef> for String {
    fn from(it: SupabaseRef) -> String {
        it.0
    }
}
impl fmt::Display for SupabaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A Vercel project: its id or name, and the team that owns it (`apis/vercel.md` §1: without the team, a 404 lies).
/// Written `[team/]project`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VercelProject {
    /// `team_…` or the team's slug; none for a personal account.
    pub team: Option<String>,
    pub project: String,
}

impl FromStr for VercelProject {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let fits = |part: &str| {
            (1..=100).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
                && part != "."
                && part != ".."
        };
        let (team, project) = match text.split_once('/') {
            Some((team, project)) => (Some(team), project),
            None => (None, text),
        };
        if fits(project) && team.is_none_or(fits) {
            Ok(Self { team: team.map(str::to_owned), project: project.to_owned() })
        } else {
            Err(malformed(text, "a Vercel project: prj_… or its name, with team/ before it if a team owns it"))
        }
    }
}
impl TryFrom<String> for VercelProject {
    type Error = Malformed;
    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}
impl From<VercelProject> for String {
    fn from(it: VercelProject) -> String {
        it.to_string()
    }
}
impl fmt::Display for VercelProject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.team {
            Some(team) => write!(f, "{team}/{}", self.project),
            None => write!(f, "{}", self.project),
        }
    }
}

/// On whose side a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Client,
    Ours,
}

/// Somebody who can be asked, told or named in a waiver.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Person {
    pub name: Foreign,
    pub side: Side,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<Foreign>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Foreign>,
}

/// An agreed limit of an item: so many seconds (an age), such as `BAK-01=24h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limit(pub i64);

impl Limit {
    #[must_use]
    pub fn as_delta(self) -> TimeDelta {
        TimeDelta::try_seconds(self.0).unwrap_or(TimeDelta::MAX)
    }
}
impl FromStr for Limit {
    type Err = Malformed;
    /// Reads a whole number and a unit: `90m`, `24h`, `7d`; from one minute to ten years.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        const WANTED: &str = "an age: a whole number and m, h or d, such as 24h";
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match &text[number.len()..] {
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(malformed(text, WANTED)),
        };
        let seconds = number.parse::<i64>().ok().and_then(|n| n.checked_mul(unit));
        match seconds {
            Some(seconds) if (60..=315_360_000).contains(&seconds) => Ok(Self(seconds)),
            _ => Err(malformed(text, WANTED)),
        }
    }
}
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            s if s % 86_400 == 0 => write!(f, "{}d", s / 86_400),
            s if s % 3_600 == 0 => write!(f, "{}h", s / 3_600),
            s => write!(f, "{}m", s / 60),
        }
    }
}

/// A recorded permission to look in a way that needs one (DESIGN §3, consent).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorisation {
    pub consent: Consent,
    /// Who on the client's side said yes.
    pub by: Foreign,
    /// The hosts that it covers.
    pub hosts: BTreeSet<String>,
    pub until: DateTime<Utc>,
}

/// Everything about an app that a person sets. Stored whole as a fact each time it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSettings {
    pub name: AppName,
    pub title: Foreign,
    /// A local checkout, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The repository at GitHub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub github: Option<Slug>,
    /// Production's Supabase project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supabase: Option<SupabaseRef>,
    /// Staging's Supabase project, when it is a project of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging: Option<SupabaseRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vercel: Option<VercelProject>,
    /// Production's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<url::Url>,
    /// Further hosts that serve production's scripts.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub asset_hosts: BTreeSet<AssetHost>,
    /// Metered providers that the app uses.
    #[serde(default)]
    pub providers: BTreeSet<System>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openai_project: Option<String>,
    /// Systems that a person said the app does not use, with the reason.
    #[serde(default)]
    pub unused: BTreeMap<System, Foreign>,
    #[serde(default)]
    pub people: Vec<Person>,
    /// Agreed spend ceilings in whole US dollars a month.
    #[serde(default)]
    pub ceilings: BTreeMap<System, u64>,
    /// Agreed limits of items.
    #[serde(default)]
    pub limits: BTreeMap<ItemId, Limit>,
    /// Whose word a ceiling, a limit or the cut-over date is, where somebody was named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub agreed: BTreeMap<Term, Agreement>,
    /// What the client calls a thing of theirs (a table, a bucket), by its name: `messages` is "private chats".
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, Foreign>,
    /// First day of the engagement.
    pub start: NaiveDate,
    /// Since when users are there; none before the launch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_since: Option<NaiveDate>,
    /// Since when production deploys only from the guarded branch (CI-04), and every migration that touches data has to
    /// say how it is undone (MIG-04); none: not agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_over: Option<NaiveDate>,
    /// How long the engagement is, in weeks: 1 to 52.
    pub weeks: u8,
    /// What is known of the stack, by the names that `applies_if` uses (`uses.payments`, …). Absent: unknown.
    #[serde(default)]
    pub stack: BTreeMap<String, bool>,
    /// Whether discovery saw everything, so that what it did not see is not there.
    #[serde(default)]
    pub discovery_complete: bool,
    #[serde(default)]
    pub archived: bool,
}

impl AppSettings {
    /// An app with a name and a start date and nothing else known.
    #[must_use]
    pub fn new(name: AppName, start: NaiveDate) -> Self {
        Self {
            title: Foreign::new(name.as_str()),
            name,
            path: None,
            github: None,
            supabase: None,
            staging: None,
            vercel: None,
            url: None,
            asset_hosts: BTreeSet::new(),
            providers: BTreeSet::new(),
            openai_project: None,
            unused: BTreeMap::new(),
            people: Vec::new(),
            ceilings: BTreeMap::new(),
            limits: BTreeMap::new(),
            agreed: BTreeMap::new(),
            labels: BTreeMap::new(),
            start,
            live_since: None,
            cut_over: None,
            weeks: 6,
            stack: BTreeMap::new(),
            discovery_complete: false,
            archived: false,
        }
    }

    /// What a probe of `system` looks at in this app, as a stable text: an outcome counts only for the subject that
    /// the app names now. None: the system has no connection.
    #[must_use]
    pub fn subject(&self, system: System) -> Option<String> {
        let of_tree = || match (&self.path, &self.github) {
            (Some(path), _) => Some(format!("tree:{}", path.display())),
            (None, Some(slug)) => Some(format!("archive:{slug}")),
            (None, None) => None,
        };
        match system {
            System::Github => self.github.as_ref().map(|slug| format!("github:{slug}")),
            System::Supabase | System::SupabaseProject => self.supabase.as_ref().map(|it| match &self.staging {
                Some(staging) => format!("supabase:{it}+{staging}"),
                None => format!("supabase:{it}"),
            }),
            System::Vercel => self.vercel.as_ref().map(|it| format!("vercel:{it}")),
            System::Repo | System::Scan => of_tree(),
            // What is searched of a site depends on the hosts that may serve its scripts.
            System::Site => self
                .url
                .as_ref()
                .map(|url| self.asset_hosts.iter().fold(format!("site:{url}"), |subject, host| format!("{subject}+{host}"))),
            System::Openai => self.providers.contains(&system).then(|| match &self.openai_project {
                Some(project) => format!("openai:{project}"),
                None => "openai".to_owned(),
            }),
            other => self.providers.contains(&other).then(|| other.id().to_owned()),
        }
    }

    /// Whether a name that something waits for is the client's: somebody on their side, by name or by role, or whoever is
    /// called the founder, the client or the owner.
    #[must_use]
    pub fn is_of_client(&self, name: &Foreign) -> bool {
        let name = name.as_str().trim().to_lowercase();
        let is = |text: &Foreign| text.as_str().trim().to_lowercase() == name;
        let mut theirs = self.people.iter().filter(|it| it.side == Side::Client);
        matches!(name.as_str(), "founder" | "the founder" | "client" | "the client" | "owner")
            || theirs.any(|person| is(&person.name) || person.role.as_ref().is_some_and(is))
    }

    /// Whether the app uses `system`, as far as anybody knows: a connection says yes; a person or a complete discovery
    /// says no; otherwise nobody looked.
    #[must_use]
    pub fn uses(&self, system: System) -> Use {
        if self.subject(system).is_some() {
            Use::Yes
        } else if let Some(why) = self.unused.get(&system) {
            Use::No(why.clone())
        } else if self.discovery_complete {
            Use::No(Foreign::new("a complete discovery did not find it"))
        } else {
            Use::Unknown
        }
    }
}

/// Whether an app uses a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    Yes,
    /// A person or a complete discovery said no; this is why.
    No(Foreign),
    /// Nobody looked.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_of_a_site_counts_for_the_hosts_that_it_was_searched_with() {
        let mut app = AppSettings::new("acme-shop".parse().unwrap(), NaiveDate::from_ymd_opt(2026, 11, 22).unwrap());
        assert_eq!(app.subject(System::Site), None);
        app.asset_hosts.insert("files.example.com".parse().unwrap());
        assert_eq!(app.subject(System::Site), None, "a host of scripts is no site");
        app.url = Some("https://shop.example.com/".parse().unwrap());
        app.asset_hosts.insert("cdn.example.com".parse().unwrap());
        let both = app.subject(System::Site).unwrap();
        assert_eq!(both, "site:https://shop.example.com/+cdn.example.com+files.example.com");
        app.asset_hosts.clear();
        assert_eq!(app.subject(System::Site).unwrap(), "site:https://shop.example.com/");
    }
}

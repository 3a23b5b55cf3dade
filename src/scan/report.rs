//! What a scan says: leaks without their values, and how much of the tree was seen. Serialised as DESIGN §5 `scan`.

use super::rules;
use crate::domain::{Foreign, Severity, SupabaseRef};
use crate::repo::{Standing, Unread, Why};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use strum::{Display, IntoStaticStr};

/// How sure it is that something is the credential that it looks like (`apis/secrets.md` §1). Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Confidence {
    /// It looks random, or it has the shape and fails the proof. Not shown unless asked for.
    Weak,
    /// A common shape beside a telling name.
    Contextual,
    /// A prefix that only one provider uses, with the right length and characters.
    Strong,
    /// A checksum agrees, or it was decoded and says what it is.
    Proven,
}

/// Where a secret was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Surface {
    /// In the files of a checkout or of an archive.
    #[default]
    Tree,
    /// In a commit of any branch or tag, and no longer (or never) in the files that are checked out.
    History,
    /// In what the deployed site serves to anybody.
    Site,
}

/// One secret in one file. The same secret in another file has the same `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// The keyed hash of the secret, 16 hexadecimal digits. Stable while the key file is.
    pub id: String,
    /// The rule that found it, such as `stripe-secret-live`. Stable for ever.
    pub rule: String,
    /// What it is, in words.
    pub kind: String,
    pub provider: String,
    /// Relative to the root of the repository.
    pub path: Foreign,
    /// The very bytes of the path, percent-encoded, where `path` does not show them: line breaks, what is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact_path: Option<String>,
    /// Counted from 1, of the first place in this file.
    pub line: u32,
    /// The commit that added it where the history was read, else the one that is checked out or was archived.
    pub commit: Option<String>,
    /// Where it was met.
    #[serde(default)]
    pub surface: Surface,
    /// From when it is known to have been there: the time of the commit that added it, or of the served file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// The time of the commit that removed it from HEAD's line, where the history says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// What another scanner's marker on the line says (`gitleaks:allow`): a hint, never obeyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<Foreign>,
    /// Whether the commit that is checked out has it in this file.
    pub in_head: bool,
    /// How git stands to the file.
    pub standing: Standing,
    /// The public prefix and the last four characters.
    pub masked: Foreign,
    /// Public by design: reported so that nobody has to ask, never a defect.
    pub public: bool,
    pub confidence: Confidence,
    /// What it can do, moved by where it was found.
    pub severity: Severity,
    /// Where to replace it.
    pub rotate: String,
    /// The project or account that it belongs to, where the secret itself says so (a Supabase reference, an AWS account).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub belongs_to: Option<Foreign>,
    /// That project is none of the app's: copied from a tutorial, or from another client.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_another: bool,
}

/// A relative path as a URI: everything but unreserved characters and slashes is encoded, so that no first segment is
/// read as a scheme and no path as an absolute one.
pub(super) fn encoded(path: &[u8]) -> String {
    let start = path.iter().take_while(|byte| **byte == b'/').count();
    let mut uri = String::with_capacity(path.len());
    for byte in path.iter().skip(start) {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(*byte)),
            other => {
                // Writing into a String cannot fail.
                let _ = write!(uri, "%{other:02X}");
            }
        }
    }
    uri
}

/// The bytes of a path, percent-encoded, if it is not what is shown.
pub(super) fn exact(shown: &Foreign, path: &[u8]) -> Option<String> {
    (shown.as_str().as_bytes() != path).then(|| encoded(path))
}

/// Whether a project that a secret names is none of `projects`; not said where none is known.
pub(super) fn is_another(projects: &[SupabaseRef], owner: Option<&str>) -> bool {
    let owner = owner.and_then(|it| it.parse::<SupabaseRef>().ok());
    !projects.is_empty() && owner.is_some_and(|it| !projects.contains(&it))
}

impl Leak {
    /// Whether it is known to be laid out as a trap: using it raises an alarm, and opens nothing.
    #[must_use]
    pub fn is_canary(&self) -> bool {
        self.rule.starts_with("aws-") && self.belongs_to.as_ref().is_some_and(|it| rules::is_trap(it.as_str()))
    }

    /// Moves it to a path, in whatever bytes.
    pub(super) fn shown_at(&mut self, path: &[u8]) {
        self.path = Foreign::new(String::from_utf8_lossy(path));
        self.exact_path = exact(&self.path, path);
    }

    /// What it is: its rule and its keyed hash. The same in every file, and in the name of its finding.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}:{}", self.rule, self.id)
    }

    /// Whether it may fail a probe: surely a secret, not public by design, and in what git has or would add.
    #[must_use]
    pub fn can_fail(&self) -> bool {
        self.confidence >= Confidence::Strong && !self.public && self.standing != Standing::Ignored
    }
}

/// Something that was not searched, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// A path, or a number of files in words.
    pub what: Foreign,
    /// In words, without a full stop.
    pub why: String,
    pub count: usize,
    /// Whether a secret could be there unseen.
    pub hides: bool,
}

/// How much was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Files whose content was searched, or found not to be text.
    #[serde(rename = "blobs_seen")]
    pub files_seen: usize,
    #[serde(rename = "blobs_total")]
    pub files_total: usize,
    /// Bytes that were searched.
    pub bytes: u64,
    pub skipped: Vec<Skipped>,
    /// Nothing that could hold a secret was left out. Only then may a look that found nothing be called clean.
    pub complete: bool,
}

impl Coverage {
    /// Paths of one reason that are named one by one; further ones are counted.
    const NAMED: usize = 50;

    pub(crate) fn new(files_total: usize, files_seen: usize, bytes: u64, unread: Vec<Unread>) -> Self {
        let mut by_reason: BTreeMap<Why, Vec<Foreign>> = BTreeMap::new();
        for Unread { what, why } in unread {
            by_reason.entry(why).or_default().push(what);
        }
        let complete = files_seen == files_total && !by_reason.keys().any(|why| why.hides());
        let mut skipped = Vec::new();
        for (why, mut paths) in by_reason {
            paths.sort();
            paths.dedup();
            let entry = |what, count| Skipped { what, why: why.words().to_owned(), count, hides: why.hides() };
            let named = if why.hides() { Self::NAMED } else { 0 };
            let further = paths.len().saturating_sub(named);
            skipped.extend(paths.into_iter().take(named).map(|path| entry(path, 1)));
            if further > 0 {
                let more = if named > 0 { "more " } else { "" };
                let noun = if further == 1 { "file" } else { "files" };
                skipped.push(entry(Foreign::new(format!("{further} {more}{noun}")), further));
            }
        }
        Self { files_seen, files_total, bytes, skipped, complete }
    }
}

/// The answer of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Ordered by severity (worst first), then by path and line.
    pub findings: Vec<Leak>,
    pub coverage: Coverage,
    /// The commit that is checked out or was archived, if known.
    pub commit: Option<String>,
}

//! The demo app's repository: a real one, with a history of months, written by the demo into its own temporary home. Its
//! leaked keys are put together here, at run time, so that no scanner finds one in this repository.

use super::keys::with_keys;
use chrono::{DateTime, TimeDelta, Utc};
use gix::objs::tree::{Entry, EntryKind};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tree {
    files: Vec<File>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    /// The weeks of the story in which the file is there so; all when empty.
    #[serde(default)]
    weeks: Vec<u8>,
    /// The commits before the story that have the file so, by their names; all from the first on when empty.
    #[serde(default)]
    commits: Vec<String>,
    /// Its lines.
    lines: Vec<String>,
}

/// The commits before the story, oldest first: name, days before its first Monday, message.
const BEFORE: [(&str, i64, &str); 4] = [
    ("first", 150, "First version"),
    ("ai", 120, "Describe products with a model"),
    ("shop", 75, "Pay and look after orders"),
    ("tidy", 40, "Read the model's key from the environment"),
];

/// The files in a week of the story: path and text.
///
/// # Errors
/// The embedded tree is not of its shape.
pub fn files(week: u8) -> io::Result<BTreeMap<String, String>> {
    let of_week = |file: &File| file.commits.is_empty() && (file.weeks.is_empty() || file.weeks.contains(&week));
    chosen(&of_week)
}

fn before(commit: &str) -> io::Result<BTreeMap<String, String>> {
    chosen(&|file| file.commits.iter().any(|it| it == commit) || (file.commits.is_empty() && file.weeks.is_empty()))
}

fn chosen(wanted: &dyn Fn(&File) -> bool) -> io::Result<BTreeMap<String, String>> {
    let tree: Tree = serde_json::from_str(include_str!("../../assets/demo/tree.json"))?;
    let files = tree.files.iter().filter(|file| wanted(file));
    Ok(files.map(|file| (file.path.clone(), with_keys(&file.lines.join("\n")) + "\n")).collect())
}

/// The repository on disk.
pub struct Repository {
    root: PathBuf,
    git: gix::ThreadSafeRepository,
}

impl Repository {
    /// Makes it at `root`, which must not exist, with what was committed before the story's first Monday.
    ///
    /// # Errors
    /// The directory cannot be written; the embedded tree is not of its shape.
    pub fn make(root: &Path, start: DateTime<Utc>) -> io::Result<Self> {
        // Written by hand: gix asks for the working directory to make one, and that may be gone.
        let git = root.join(".git");
        for folder in ["objects", "refs/heads"] {
            std::fs::create_dir_all(git.join(folder))?;
        }
        std::fs::write(git.join("HEAD"), "ref: refs/heads/main\n")?;
        std::fs::write(git.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n")?;
        let git = gix::ThreadSafeRepository::open_opts(root, gix::open::Options::isolated()).map_err(io::Error::other)?;
        let made = Self { root: root.to_owned(), git };
        for (name, days, message) in BEFORE {
            made.commit(&before(name)?, start - TimeDelta::days(days), message)?;
        }
        Ok(made)
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Commits the files of that week, and puts them where an editor finds them.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub fn go_to(&self, week: u8, at: DateTime<Utc>) -> io::Result<()> {
        self.commit(&files(week)?, at, &format!("The work before week {week}"))
    }

    fn commit(&self, files: &BTreeMap<String, String>, at: DateTime<Utc>, message: &str) -> io::Result<()> {
        let git = self.git.to_thread_local();
        let mut blobs = Vec::with_capacity(files.len());
        for (path, text) in files {
            blobs.push((path.split('/').collect::<Vec<_>>(), git.write_blob(text).map_err(io::Error::other)?.detach()));
        }
        let tree = folder(&git, &blobs)?;
        let parent = git.head_commit().ok().map(|it| it.id);
        let time = format!("{} +0000", at.timestamp());
        let who = gix::actor::SignatureRef { name: "Ana Brandt".into(), email: "ana@example.com".into(), time: &time };
        git.commit_as(who, who, "HEAD", message, tree, parent).map_err(io::Error::other)?;
        let mut index = git.index_from_tree(&tree).map_err(io::Error::other)?;
        index.write(gix::index::write::Options::default()).map_err(io::Error::other)?;
        for entry in std::fs::read_dir(&self.root)? {
            let path = entry?.path();
            match (path.file_name() == Some(".git".as_ref()), path.is_dir()) {
                (true, _) => {}
                (false, true) => std::fs::remove_dir_all(&path)?,
                (false, false) => std::fs::remove_file(&path)?,
            }
        }
        for (path, text) in files {
            let path = self.root.join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
            std::fs::write(path, text)?;
        }
        Ok(())
    }
}

/// Writes the tree of a folder, whose blobs are named by what is left of their paths.
fn folder(git: &gix::Repository, blobs: &[(Vec<&str>, gix::ObjectId)]) -> io::Result<gix::ObjectId> {
    let mut folders: BTreeMap<&str, Vec<(Vec<&str>, gix::ObjectId)>> = BTreeMap::new();
    let mut entries = Vec::new();
    for (path, blob) in blobs {
        match path.split_first() {
            Some((name, [])) => entries.push(Entry { mode: EntryKind::Blob.into(), filename: (*name).into(), oid: *blob }),
            Some((name, rest)) => folders.entry(name).or_default().push((rest.to_vec(), *blob)),
            None => {}
        }
    }
    for (name, inside) in folders {
        entries.push(Entry { mode: EntryKind::Tree.into(), filename: name.into(), oid: folder(git, &inside)? });
    }
    entries.sort();
    Ok(git.write_object(&gix::objs::Tree { entries }).map_err(io::Error::other)?.detach())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::keys;
    use crate::scan::{self, Options, ScanKey, Surface};
    use std::sync::atomic::AtomicBool;

    #[test]
    fn the_history_has_a_key_that_no_file_has() {
        let home = tempfile::tempdir().unwrap();
        let start: DateTime<Utc> = "2026-11-02T09:00:00Z".parse().unwrap();
        let made = Repository::make(&home.path().join("shop"), start).unwrap();
        made.go_to(1, start).unwrap();
        let look = || {
            let (key, stop) = (ScanKey::new([1; 32]), AtomicBool::new(false));
            scan::scan_history(made.root(), &key, &Options::new(start), &stop).unwrap()
        };
        let first = look();
        assert!(first.coverage.complete, "{:?}", first.coverage);
        let sure = first.findings.iter().filter(|it| it.can_fail()).map(|it| (it.rule.as_str(), it.surface));
        let mut sure: Vec<_> = sure.collect();
        sure.sort_unstable();
        let wanted = [
            ("openai-project", Surface::History),
            ("stripe-secret-live", Surface::Tree),
            ("supabase-service-role", Surface::Tree),
        ];
        assert_eq!(sure, wanted);
        made.go_to(2, start + TimeDelta::days(7)).unwrap();
        let second = look();
        assert!(second.findings.iter().filter(|it| it.can_fail()).all(|it| it.surface == Surface::History && it.until.is_some()));
        assert!(!std::fs::read_to_string(made.root().join("lib/pay.ts")).unwrap().contains(&keys::stripe_live()));
    }
}

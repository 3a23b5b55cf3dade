//! Walks a directory for the files that git does not track. Never enters git's own directory, a submodule or a link.

use super::{Standing, TreeFile};
use crate::repo::unread::{Unread, Why};
use ignore::{DirEntry, WalkBuilder};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Directories that tools fill: an ignored file in one of them is not looked for by name.
const FILLED_BY_TOOLS: &[&str] = &[
    "node_modules",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".turbo",
    ".vercel",
    ".cache",
    "dist",
    "build",
    "out",
    "target",
    "venv",
    ".venv",
    "__pycache__",
    "vendor",
    "coverage",
    ".yarn",
    ".pnpm-store",
];

/// Adds what git would add, then ignored files that by their name hold secrets.
pub(super) fn untracked(
    root: &Path,
    known: &BTreeSet<Vec<u8>>,
    submodules: &BTreeSet<Vec<u8>>,
    files: &mut Vec<TreeFile>,
    unread: &mut Vec<Unread>,
) {
    let mut seen = known.clone();
    let mut found = |standing: Standing, unread: &mut Vec<Unread>| {
        for entry in walker(root, submodules, standing).build() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    // Only the first walk says what it could not list; the second covers the same ground.
                    if standing == Standing::Untracked {
                        unread.push(Unread::new(error_path(&error, root).as_bytes(), Why::Unreadable));
                    }
                    continue;
                }
            };
            let Some(path) = relative(root, &entry) else { continue };
            let Some(kind) = entry.file_type() else { continue };
            if kind.is_dir() || (standing == Standing::Ignored && !holds_secrets(&entry)) || seen.contains(&path) {
                continue;
            }
            if kind.is_symlink() {
                unread.push(Unread::new(&path, Why::SymbolicLink));
                seen.insert(path);
            } else if kind.is_file() {
                seen.insert(path.clone());
                files.push(TreeFile {
                    path,
                    standing,
                    on_disk: Some(entry.path().to_owned()),
                    staged: None,
                    committed: super::Committed::No,
                });
            } else {
                unread.push(Unread::new(&path, Why::NotAFile));
            }
        }
    };
    found(Standing::Untracked, unread);
    found(Standing::Ignored, unread);
}

fn walker(root: &Path, submodules: &BTreeSet<Vec<u8>>, standing: Standing) -> WalkBuilder {
    let obey = standing == Standing::Untracked;
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        .parents(false)
        .ignore(false)
        .git_global(false)
        .git_ignore(obey)
        .git_exclude(obey)
        .require_git(false)
        .follow_links(false)
        .sort_by_file_name(std::cmp::Ord::cmp);
    let (root, submodules) = (root.to_owned(), Arc::new(submodules.clone()));
    builder.filter_entry(move |entry| {
        let name = entry.file_name();
        name != ".git"
            && (obey || !FILLED_BY_TOOLS.iter().any(|filled| name == *filled))
            && relative(&root, entry).is_none_or(|path| !submodules.contains(&path))
    });
    builder
}

/// The path below the root with `/` between its parts; none for the root itself.
fn relative(root: &Path, entry: &DirEntry) -> Option<Vec<u8>> {
    let path = entry.path().strip_prefix(root).ok().filter(|it| !it.as_os_str().is_empty())?;
    let bytes = gix::path::into_bstr(path).ok()?;
    Some(gix::path::to_unix_separators_on_windows(bytes).to_vec())
}

/// Where an error of the walk happened, relative to the root; `.` if it does not say.
fn error_path(error: &ignore::Error, root: &Path) -> String {
    match error {
        ignore::Error::WithPath { path, .. } => path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned(),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err, root),
        ignore::Error::Partial(errors) => errors.first().map_or_else(|| ".".to_owned(), |first| error_path(first, root)),
        ignore::Error::Loop { child, .. } => child.strip_prefix(root).unwrap_or(child).to_string_lossy().into_owned(),
        _ => ".".to_owned(),
    }
}

/// Whether an ignored file is worth a line: environment files, keys, credentials of command-line tools.
fn holds_secrets(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
    name.starts_with(".env")
        || [".env", ".pem", ".key", ".p8", ".tfvars", ".tfstate"].iter().any(|end| name.ends_with(end))
        || [".npmrc", ".netrc", ".pypirc", ".dev.vars", "credentials", "credentials.json"].contains(&name.as_str())
        || ["service-account", "service_account", "serviceaccount"].iter().any(|word| name.contains(word))
}

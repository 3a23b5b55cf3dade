//! Opens a checkout isolated from the user's and the system's git settings, and says which commit it is at and where
//! it came from. Never searches for a repository outside the directory that was given.

use super::problem::{shown, unreadable};
use super::{Origin, RepoProblem};
use crate::domain::Foreign;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A directory with files: a checkout of a git repository, or a plain one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The directory, absolute and free of links.
    pub root: PathBuf,
    /// None: not a git repository, so tracked and ignored cannot be told apart.
    pub git: Option<GitIdentity>,
}

/// What git says of a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitIdentity {
    /// The commit that is checked out, in hexadecimal. None before the first commit.
    pub head: Option<String>,
    /// The branch, without `refs/heads/`. None when a commit is checked out by itself.
    pub branch: Option<Foreign>,
    /// The remote `origin`, if it is `owner/name` on a host.
    pub origin: Option<Origin>,
    /// Whether older commits are missing here.
    pub shallow: bool,
}

/// Says what the directory at `path` is. A plain directory is accepted; a bare repository, a directory inside a
/// repository, and one whose git data cannot be read are problems.
pub fn identify(path: &Path) -> Result<Checkout, RepoProblem> {
    open(path).map(|(checkout, _)| checkout)
}

/// As [`identify`], with the opened repository for those who read its files.
pub(super) fn open(path: &Path) -> Result<(Checkout, Option<gix::Repository>), RepoProblem> {
    let root = match path.canonicalize() {
        Ok(root) => root,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(RepoProblem::Missing { path: shown(path) }),
        Err(error) => return Err(unreadable(path, &error)),
    };
    if !root.is_dir() {
        return Err(RepoProblem::NotADirectory { path: shown(path) });
    }
    std::fs::read_dir(&root).map_err(|error| unreadable(path, &error))?;
    match root.join(".git").symlink_metadata() {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if is_bare(&root) {
                return Err(RepoProblem::Bare { path: shown(path) });
            }
            if let Some(above) = root.ancestors().skip(1).find(|above| above.join(".git").join("HEAD").exists()) {
                return Err(RepoProblem::NotTheRoot { path: shown(path), root: shown(above) });
            }
            return Ok((Checkout { root, git: None }, None));
        }
        Err(error) => return Err(unreadable(path, &error)),
    }
    let corrupt = |what| RepoProblem::Corrupt { path: shown(path), what };
    let repository = gix::open_opts(&root, gix::open::Options::isolated()).map_err(|_| unopened(path, &root))?;
    known_format(path, &repository)?;
    let Some(files) = repository.workdir() else { return Err(RepoProblem::Bare { path: shown(path) }) };
    // A repository's own settings may name any directory as its files (core.worktree); only the one that was given is read.
    if files.canonicalize().ok().as_deref() != Some(root.as_path()) {
        return Err(RepoProblem::Elsewhere { path: shown(path) });
    }
    let git = describe(&repository).ok_or_else(|| corrupt("HEAD names no commit that is here"))?;
    Ok((Checkout { root, git: Some(git) }, Some(repository)))
}

/// Why the repository at `root` could not be opened: told by its own settings, if they can be read.
pub(super) fn unopened(path: &Path, root: &Path) -> RepoProblem {
    // The library asks for it even where every path is absolute.
    if std::env::current_dir().is_err() {
        return RepoProblem::NoWorkingDirectory;
    }
    let settings = [root.join(".git").join("config"), root.join("config")];
    let text = settings.iter().find_map(|it| std::fs::read(it).ok()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).to_ascii_lowercase();
    if text.lines().any(|line| line.contains("objectformat") && line.contains("sha256")) {
        return RepoProblem::Format { path: shown(path), what: SHA256 };
    }
    RepoProblem::Corrupt { path: shown(path), what: "its .git is damaged or of a format that is not read here" }
}

const SHA256: &str = "names its objects with SHA-256, which is not read here; scan its files from `git archive`";
const REFTABLE: &str = "keeps its refs as a reftable, which is not read here; run `git refs migrate --ref-format=files` in it";

/// Refuses what would look like an empty repository.
pub(super) fn known_format(path: &Path, repository: &gix::Repository) -> Result<(), RepoProblem> {
    let settings = repository.config_snapshot();
    let says = |key: &str, word: &str| {
        settings.string(key).is_some_and(|it| String::from_utf8_lossy(it.as_ref()).eq_ignore_ascii_case(word))
    };
    let what = match () {
        () if says("extensions.objectFormat", "sha256") => SHA256,
        () if says("extensions.refStorage", "reftable") => REFTABLE,
        () => return Ok(()),
    };
    Err(RepoProblem::Format { path: shown(path), what })
}

pub(super) fn is_bare(root: &Path) -> bool {
    root.join("HEAD").is_file() && root.join("objects").is_dir() && root.join("refs").is_dir()
}

fn describe(repository: &gix::Repository) -> Option<GitIdentity> {
    let head = repository.head().ok()?;
    let branch = head.referent_name().map(|name| Foreign::new(name.shorten().to_string()));
    let commit = if head.is_unborn() { None } else { Some(repository.head_commit().ok()?.id().to_string()) };
    let origin = repository
        .config_snapshot()
        .string("remote.origin.url")
        .and_then(|address| Origin::read(&String::from_utf8_lossy(address.as_ref())));
    Some(GitIdentity { head: commit, branch, origin, shallow: repository.is_shallow().unwrap_or(true) })
}

#[cfg(test)]
mod tests;

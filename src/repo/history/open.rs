//! Finds the object folder, the refs and HEAD of a repository: a checkout, a linked one, or a bare one. Isolated from the
//! user's and the system's settings; a format that is not read here is refused, never taken for an empty repository.

use super::Scope;
use super::parse::{Id, id};
use crate::repo::problem::{shown, unreadable};
use crate::repo::{RepoProblem, Unread, Why};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Something from which history is reached.
pub(super) struct Root {
    pub id: Id,
    /// The full name of the ref.
    pub name: Vec<u8>,
}

/// An opened repository.
pub(super) struct Opened {
    /// The folder with the objects.
    pub objects: PathBuf,
    /// The folders outside of which nothing is read.
    pub bounds: Vec<PathBuf>,
    pub roots: Vec<Root>,
    pub head: Option<Id>,
    pub unread: Vec<Unread>,
}

pub(super) fn open(path: &Path, scope: Scope) -> Result<Opened, RepoProblem> {
    let root = match path.canonicalize() {
        Ok(root) => root,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(RepoProblem::Missing { path: shown(path) }),
        Err(error) => return Err(unreadable(path, &error)),
    };
    if !root.is_dir() {
        return Err(RepoProblem::NotADirectory { path: shown(path) });
    }
    let is_checkout = root.join(".git").symlink_metadata().is_ok();
    if !is_checkout && !crate::repo::identity::is_bare(&root) {
        return Err(RepoProblem::NoHistory { path: shown(path) });
    }
    let corrupt = |what| RepoProblem::Corrupt { path: shown(path), what };
    let repository =
        gix::open_opts(&root, gix::open::Options::isolated()).map_err(|_| crate::repo::identity::unopened(path, &root))?;
    crate::repo::identity::known_format(path, &repository)?;
    let common = repository.common_dir().canonicalize().map_err(|error| unreadable(path, &error))?;
    let mut unread = Vec::new();
    if repository.is_shallow().unwrap_or(true) {
        unread.push(Unread::new(b".", Why::Shallow));
    }
    let head = repository.head().map_err(|_| corrupt("HEAD cannot be read"))?;
    let head = head.id().map(|id| bytes(id.as_ref()));
    let mut roots: Vec<Root> = head.into_iter().map(|id| Root { id, name: b"HEAD".to_vec() }).collect();
    if scope == Scope::All {
        let platform = repository.references().map_err(|_| corrupt("its refs cannot be listed"))?;
        for reference in platform.all().map_err(|_| corrupt("its refs cannot be listed"))? {
            match reference {
                Ok(reference) => roots.extend(
                    reference.try_id().map(|id| Root { id: bytes(id.as_ref()), name: reference.name().as_bstr().to_vec() }),
                ),
                Err(_) => unread.push(Unread::new(b"refs", Why::Damaged)),
            }
        }
        roots.extend(linked_heads(&common));
        roots.extend(stashes(&common));
    }
    let bounds = vec![root, common.clone()];
    Ok(Opened { objects: common.join("objects"), bounds, roots, head, unread })
}

fn bytes(id: &gix::oid) -> Id {
    id.as_bytes().first_chunk().copied().unwrap_or_default()
}

/// The commits that other checkouts of the same repository are at.
fn linked_heads(common: &Path) -> Vec<Root> {
    let entries = std::fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten();
    let heads = entries.filter_map(|entry| {
        let text = small(&entry.path().join("HEAD"))?;
        Some(Root { id: id(text.trim_ascii())?, name: [b"worktrees/", entry.file_name().as_encoded_bytes()].concat() })
    });
    heads.collect()
}

/// The older entries of the stash: only its log names them.
fn stashes(common: &Path) -> Vec<Root> {
    let text = small(&common.join("logs").join("refs").join("stash")).unwrap_or_default();
    let second = |line: &[u8]| line.split(|byte| *byte == b' ').nth(1).and_then(id);
    text.split(|byte| *byte == b'\n').filter_map(second).map(|id| Root { id, name: b"refs/stash".to_vec() }).collect()
}

/// A small file that is one, not a link.
fn small(path: &Path) -> Option<Vec<u8>> {
    let about = path.symlink_metadata().ok()?;
    (about.is_file() && about.len() <= 16 << 20).then_some(())?;
    std::fs::read(path).ok()
}

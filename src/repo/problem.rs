//! Why a repository could not be looked at at all. Parts that could not be read are [`super::Unread`], not problems.
//! Never repeats what a repository's own files say: they may hold a token.

use crate::domain::Foreign;
use std::path::Path;

/// A path or archive that gives no tree. `path` is what was given, made harmless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepoProblem {
    #[error("`{path}` does not exist")]
    Missing { path: Foreign },
    #[error("`{path}` is not a directory")]
    NotADirectory { path: Foreign },
    #[error("`{path}` is a bare repository without files; give a checkout of it")]
    Bare { path: Foreign },
    #[error("`{path}` is inside the repository `{root}`; give `{root}`")]
    NotTheRoot { path: Foreign, root: Foreign },
    #[error("the repository at `{path}` names another directory as its files; give that directory")]
    Elsewhere { path: Foreign },
    #[error("cannot read `{path}`: {why}")]
    Unreadable { path: Foreign, why: Foreign },
    #[error("the git data of `{path}` cannot be read ({what}); run `git fsck` in it, or clone it afresh")]
    Corrupt { path: Foreign, what: &'static str },
    #[error("`{path}` is not a git repository: it has no history")]
    NoHistory { path: Foreign },
    #[error("the repository at `{path}` {what}")]
    Format { path: Foreign, what: &'static str },
    #[error("`{path}` is not a gzipped tar archive; download it again")]
    NotAnArchive { path: Foreign },
    #[error("the directory that rescue was started in was removed; change to another directory and run it again")]
    NoWorkingDirectory,
    #[error("stopped before the tree was read to its end")]
    Stopped,
}

/// A path as people may see it: harmless, whatever bytes it has.
pub(crate) fn shown(path: &Path) -> Foreign {
    Foreign::new(path.to_string_lossy())
}

/// An I/O error without the path that it may repeat.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> RepoProblem {
    RepoProblem::Unreadable { path: shown(path), why: Foreign::new(error.kind().to_string()) }
}

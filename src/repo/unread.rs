//! What was met in a tree and not read, and whether a secret could hide there.

use crate::domain::Foreign;
use serde::{Deserialize, Serialize};

/// Why a part of a tree was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Larger than the limit for one file.
    TooLarge,
    /// The limit for all files together was reached before it.
    PastTotal,
    /// It is built from other objects, and neither memory nor the disk has room to build it.
    NoRoom,
    /// The system refused to open or read it, or it is a directory that could not be listed.
    Unreadable,
    /// Neither on disk nor in the object database (a partial clone, a damaged one).
    MissingObject,
    /// Left with the server by a clone that takes only some objects.
    Partial,
    /// Another repository inside this one.
    Submodule,
    /// A pointer of Git LFS, whose content is on another server.
    LargeFileStorage,
    /// The path would lead out of the tree, or into git's own directory.
    LeavesTheTree,
    /// A socket, pipe or device.
    NotAFile,
    /// The archive ends, or breaks, before its end.
    CutShort,
    /// `.gitattributes` keeps files out of archives, so an archive is not the whole tree.
    KeptOutOfArchives,
    /// Not a git repository: tracked and ignored cannot be told apart.
    NotGit,
    /// More candidates in one file than are judged.
    TooManyCandidates,
    /// Commits before a certain one are not here.
    Shallow,
    /// An object of git that is not what it should be.
    Damaged,
    /// Kept in a folder outside of the repository.
    Elsewhere,
    /// The same files at more places than are counted.
    TooManyPlaces,
    /// A link. What it points to is read in its own place if it is in the tree.
    SymbolicLink,
    /// Not text.
    Binary,
    /// Text that is not of the form that its name promises.
    Malformed,
}

impl Why {
    /// Whether a secret could be there unseen, so that the look is not complete.
    #[must_use]
    pub fn hides(self) -> bool {
        !matches!(self, Self::SymbolicLink | Self::Binary)
    }

    /// In words, without a full stop.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::TooLarge => "larger than the limit for one file",
            Self::PastTotal => "past the limit for all files together",
            Self::NoRoom => "too large to be built in memory, and the temporary directory has no room: make some and scan again",
            Self::Unreadable => "could not be opened or read",
            Self::MissingObject => "neither on disk nor in the object database",
            Self::Partial => "a partial clone left it with the server: clone without `--filter`",
            Self::Submodule => "a submodule: scan that repository by itself",
            Self::LargeFileStorage => "a Git LFS pointer: its content is on another server",
            Self::LeavesTheTree => "the path leads out of the tree",
            Self::NotAFile => "not a regular file",
            Self::CutShort => "the archive ends early: download it again",
            Self::KeptOutOfArchives => "export-ignore keeps files out of archives: scan a checkout",
            Self::NotGit => "not a git repository: tracked and ignored cannot be told apart",
            Self::TooManyCandidates => "more candidates in one file than are judged",
            Self::Shallow => "a shallow clone: older commits are not here; run `git fetch --unshallow`",
            Self::Damaged => "a damaged object of git: run `git fsck`, or clone it afresh",
            Self::Elsewhere => "kept outside of the repository: clone it without `--shared` and `--reference`",
            Self::TooManyPlaces => "at more places, or deeper, than is counted",
            Self::SymbolicLink => "a symbolic link: not followed",
            Self::Binary => "not text",
            Self::Malformed => "not of the form that its name promises",
        }
    }
}

/// One thing that was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// A path relative to the root, or the archive itself.
    pub what: Foreign,
    pub why: Why,
}

impl Unread {
    pub(crate) fn new(path: &[u8], why: Why) -> Self {
        Self { what: Foreign::new(String::from_utf8_lossy(path)), why }
    }
}

/// Whether `content` is a pointer of Git LFS instead of a file.
#[must_use]
pub fn is_lfs_pointer(content: &[u8]) -> bool {
    content.len() < 1024 && content.starts_with(b"version https://git-lfs.github.com/spec/")
}

/// Whether a name is that of a picture, sound, font or packed file, which would be skipped as binary anyway.
#[must_use]
pub fn is_media(path: &[u8]) -> bool {
    const MEDIA: &[&str] = &[
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "avif",
        "ico",
        "bmp",
        "tif",
        "tiff",
        "psd",
        "mp3",
        "mp4",
        "mov",
        "avi",
        "webm",
        "wav",
        "ogg",
        "m4a",
        "ttf",
        "otf",
        "woff",
        "woff2",
        "eot",
        "glb",
        "gltf",
        "fbx",
        "onnx",
        "safetensors",
    ];
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
    let extension = name.rsplit(|b| *b == b'.').next().map(<[u8]>::to_ascii_lowercase);
    extension.is_some_and(|it| MEDIA.iter().any(|media| media.as_bytes() == it))
}

//! Lists the files of a checkout and reads them: what git tracks first, whatever ignore rules say, then what it would
//! add, then ignored files that by their name hold secrets. Never follows a link, never leaves the directory.

use super::history::LargeBlobs;
use super::problem::shown;
use super::unread::{Unread, Why, is_lfs_pointer, is_media};
use super::{Checkout, ReadLimits, RepoProblem, identity};
use gix::ObjectId;
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek};
use std::path::{Component, Path, PathBuf};

mod walk;

/// How git stands to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In the index or in the commit that is checked out.
    Tracked,
    /// Would be added by `git add .`.
    Untracked,
    /// Kept out by ignore rules.
    Ignored,
}

/// The files of a directory.
pub struct Tree {
    pub checkout: Checkout,
    /// Each path once, ordered: tracked, untracked, ignored.
    pub files: Vec<TreeFile>,
    /// What was met and cannot be read: links, submodules, paths that leave the tree.
    pub unread: Vec<Unread>,
    repository: Option<gix::ThreadSafeRepository>,
}

/// One file of a tree.
#[derive(Debug, Clone)]
pub struct TreeFile {
    /// Relative to the root, with `/` between its parts, in whatever bytes it is named.
    pub path: Vec<u8>,
    pub standing: Standing,
    on_disk: Option<PathBuf>,
    /// The content that git has for it if the disk has none.
    staged: Option<ObjectId>,
    committed: Committed,
}

/// How the file on disk relates to the commit that is checked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Committed {
    /// The commit does not have this path.
    No,
    /// The commit has this content.
    Same,
    /// The commit has this blob, which may be another content.
    Perhaps(ObjectId),
}

/// A file's bytes and how they relate to the commit.
pub struct Content {
    /// All of them, unless `rest` has them.
    pub bytes: Vec<u8>,
    /// A file that is larger than what is held in memory, open at its beginning: to be read in pieces.
    pub rest: Option<File>,
    /// Whether these very bytes are in the commit that is checked out.
    pub in_head: bool,
}

/// Lists the files of the checkout or plain directory at `path`.
pub fn tree(path: &Path) -> Result<Tree, RepoProblem> {
    let (checkout, repository) = identity::open(path)?;
    let mut unread = Vec::new();
    let mut files = Vec::new();
    let mut submodules = BTreeSet::new();
    if let Some(repository) = &repository {
        let corrupt = |what| RepoProblem::Corrupt { path: shown(path), what };
        let committed = committed(repository, &mut unread).ok_or_else(|| corrupt("the files of HEAD cannot be listed"))?;
        let index = repository.index_or_empty().map_err(|_| corrupt("its index is damaged"))?;
        files = tracked(&checkout.root, &index, committed, &mut unread, &mut submodules);
    }
    let known: BTreeSet<Vec<u8>> = files.iter().map(|file| file.path.clone()).collect();
    walk::untracked(&checkout.root, &known, &submodules, &mut files, &mut unread);
    if repository.is_none() && files.iter().any(|file| file.standing == Standing::Ignored) {
        unread.push(Unread::new(b".", Why::NotGit));
    }
    Ok(Tree { checkout, files, unread, repository: repository.map(gix::Repository::into_sync) })
}

type CommittedBlobs = BTreeMap<Vec<u8>, ObjectId>;

/// The paths of HEAD with their blobs. None when they cannot be listed; empty before the first commit.
fn committed(repository: &gix::Repository, unread: &mut Vec<Unread>) -> Option<CommittedBlobs> {
    if repository.head().ok()?.is_unborn() {
        return Some(CommittedBlobs::new());
    }
    let entries = repository.head_tree().ok()?.traverse().breadthfirst.files().ok()?;
    let mut blobs = CommittedBlobs::new();
    for entry in entries {
        let path: Vec<u8> = entry.filepath.into();
        if entry.mode.is_blob() {
            if inside(&path).is_some() {
                blobs.insert(path, entry.oid);
            } else {
                unread.push(Unread::new(&path, Why::LeavesTheTree));
            }
        }
    }
    Some(blobs)
}

fn tracked(
    root: &Path,
    index: &gix::index::State,
    mut committed: CommittedBlobs,
    unread: &mut Vec<Unread>,
    submodules: &mut BTreeSet<Vec<u8>>,
) -> Vec<TreeFile> {
    use gix::index::entry::Mode;
    let mut files: Vec<TreeFile> = Vec::with_capacity(index.entries().len());
    let mut directories = Directories::default();
    for entry in index.entries() {
        let path: &[u8] = entry.path(index);
        if files.last().is_some_and(|before| before.path == path) {
            continue; // further stages of a conflict
        }
        if entry.mode == Mode::COMMIT {
            unread.push(Unread::new(path, Why::Submodule));
            submodules.insert(path.to_vec());
            continue;
        }
        if entry.mode == Mode::SYMLINK {
            unread.push(Unread::new(path, Why::SymbolicLink));
            continue;
        }
        if entry.mode.is_sparse() {
            continue; // a whole directory left out of the checkout; HEAD names its files
        }
        let Some(relative) = inside(path) else {
            unread.push(Unread::new(path, Why::LeavesTheTree));
            continue;
        };
        let disk = directories.look(root, &relative);
        let head = committed.remove(path);
        let unchanged = || {
            let stat = gix::index::fs::Metadata::from_path_no_follow(&root.join(&relative)).ok();
            let stat = stat.and_then(|it| gix::index::entry::Stat::from_fs(&it).ok());
            let options = gix::index::entry::stat::Options::default();
            stat.is_some_and(|it| entry.stat.matches(&it, options) && !entry.stat.is_racy(index.timestamp(), options))
        };
        let committed = match (&disk, head) {
            (_, None) => Committed::No,
            (OnDisk::File(_), Some(head)) if head == entry.id && unchanged() => Committed::Same,
            (OnDisk::File(_), Some(head)) => Committed::Perhaps(head),
            (_, Some(head)) if head == entry.id => Committed::Same,
            (_, Some(head)) => Committed::Perhaps(head),
        };
        let on_disk = match disk {
            OnDisk::File(path) => Some(path),
            OnDisk::Refused => {
                unread.push(Unread::new(path, Why::Unreadable));
                None
            }
            OnDisk::Absent => None,
        };
        files.push(TreeFile { path: path.to_vec(), standing: Standing::Tracked, on_disk, staged: Some(entry.id), committed });
    }
    // What the commit has and the index has not: removed and not yet committed, or left out of a sparse checkout.
    files.extend(committed.into_iter().map(|(path, blob)| TreeFile {
        path,
        standing: Standing::Tracked,
        on_disk: None,
        staged: Some(blob),
        committed: Committed::Same,
    }));
    files
}

/// A path of the index or an archive as a relative path that stays inside: no root, no `..`, nothing of `.git`.
pub(super) fn inside(path: &[u8]) -> Option<PathBuf> {
    let path = gix::path::from_byte_slice(path).ok()?;
    let stays = path.components().all(|part| match part {
        Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
        _ => false,
    });
    (stays && path.components().next().is_some()).then(|| path.to_owned())
}

enum OnDisk {
    File(PathBuf),
    /// Not there, or something else stands there (a link, a directory): git's own copy is read.
    Absent,
    Refused,
}

/// Remembers which directories are real ones, so that no parent of a file is a link out of the tree.
#[derive(Default)]
struct Directories {
    real: BTreeMap<PathBuf, bool>,
}

impl Directories {
    fn look(&mut self, root: &Path, relative: &Path) -> OnDisk {
        if let Some(parent) = relative.parent()
            && !self.is_real(root, parent)
        {
            return OnDisk::Absent;
        }
        let path = root.join(relative);
        match path.symlink_metadata() {
            Ok(it) if it.is_file() => OnDisk::File(path),
            Ok(_) => OnDisk::Absent,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => OnDisk::Absent,
            Err(_) => OnDisk::Refused,
        }
    }

    fn is_real(&mut self, root: &Path, relative: &Path) -> bool {
        if relative.as_os_str().is_empty() {
            return true;
        }
        if let Some(known) = self.real.get(relative) {
            return *known;
        }
        // A directory that may not be searched counts as real: its files are then refused, not silently absent.
        let real = relative.parent().is_none_or(|parent| self.is_real(root, parent))
            && root.join(relative).symlink_metadata().map_or_else(|e| e.kind() == ErrorKind::PermissionDenied, |it| it.is_dir());
        self.real.insert(relative.to_owned(), real);
        real
    }
}

impl Tree {
    /// A reader of this tree's files for one thread.
    #[must_use]
    pub fn reader(&self, limits: ReadLimits) -> Reader {
        let repository = self.repository.as_ref().map(gix::ThreadSafeRepository::to_thread_local);
        Reader { repository, limits, root: self.checkout.root.clone(), large: OnceCell::new() }
    }
}

/// Reads the files of a tree.
pub struct Reader {
    repository: Option<gix::Repository>,
    limits: ReadLimits,
    root: PathBuf,
    /// Opened when the first blob comes that is too large to be held.
    large: OnceCell<Option<LargeBlobs>>,
}

impl Reader {
    /// The contents that a file has: the one on disk (or git's, if the disk has none), and that of HEAD if it differs.
    /// At least one element.
    pub fn contents(&self, file: &TreeFile) -> Vec<Result<Content, Unread>> {
        let mut working = match (&file.on_disk, file.staged) {
            (Some(path), _) => self.read_disk(path).map_err(|why| Unread::new(&file.path, why)),
            (None, Some(blob)) => self.read_git(file, blob),
            (None, None) => Err(Unread::new(&file.path, Why::Unreadable)),
        };
        let mut contents = Vec::with_capacity(2);
        let same = match (file.committed, &mut working) {
            (Committed::Perhaps(blob), Ok(content)) => self.is_blob(content, blob),
            _ => false,
        };
        let head = match (file.committed, &mut working) {
            (Committed::No, _) | (Committed::Same, Err(_)) => None,
            (Committed::Same, Ok(content)) => {
                content.in_head = true;
                None
            }
            (Committed::Perhaps(_), Ok(content)) if same => {
                content.in_head = true;
                None
            }
            (Committed::Perhaps(blob), _) => Some(self.read_git(file, blob).map(|content| Content { in_head: true, ..content })),
        };
        contents.push(working);
        contents.extend(head);
        contents.into_iter().map(|content| content.and_then(|it| not_a_pointer(&file.path, it))).collect()
    }

    /// The content on disk alone, or git's if the disk has none.
    ///
    /// # Errors
    /// It cannot be read, and why.
    pub fn working(&self, file: &TreeFile) -> Result<Content, Unread> {
        let working = match (&file.on_disk, file.staged) {
            (Some(path), _) => self.read_disk(path).map_err(|why| Unread::new(&file.path, why)),
            (None, Some(blob)) => self.read_git(file, blob),
            (None, None) => Err(Unread::new(&file.path, Why::Unreadable)),
        };
        working.and_then(|it| not_a_pointer(&file.path, it))
    }

    fn is_blob(&self, content: &mut Content, blob: ObjectId) -> bool {
        let Some(file) = &mut content.rest else { return is_blob(&content.bytes, blob) };
        // A blob of another size is another one; only for one of the same size is the file read for its name.
        let size = file.metadata().map(|it| it.len()).ok();
        let header = self.repository.as_ref().and_then(|it| it.find_header(blob).ok());
        match (size, header) {
            (Some(size), Some(header)) if header.size() == size => is_large_blob(file, size, blob).unwrap_or(false),
            _ => false,
        }
    }

    fn read_disk(&self, path: &Path) -> Result<Content, Why> {
        let before = path.symlink_metadata().map_err(|_| Why::Unreadable)?;
        if !before.is_file() {
            return Err(Why::NotAFile);
        }
        let most = self.limits.file_bytes;
        let mut file = File::open(path).map_err(|_| Why::Unreadable)?;
        let mut bytes = Vec::new();
        if before.len() <= most {
            bytes.reserve_exact(usize::try_from(before.len()).unwrap_or(0) + 1);
            (&file).take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|_| Why::Unreadable)?;
            if bytes.len() as u64 <= most {
                return Ok(Content { bytes, rest: None, in_head: false });
            }
            // It grew while it was read.
            file.rewind().map_err(|_| Why::Unreadable)?;
        }
        Ok(Content { bytes: Vec::new(), rest: Some(file), in_head: false })
    }

    fn read_git(&self, file: &TreeFile, blob: ObjectId) -> Result<Content, Unread> {
        let missing = || Unread::new(&file.path, Why::MissingObject);
        let repository = self.repository.as_ref().ok_or_else(missing)?;
        let header = repository.find_header(blob).map_err(|_| missing())?;
        if header.size() > self.limits.file_bytes {
            let ReadLimits { file_bytes, total_bytes, .. } = self.limits;
            let large = self.large.get_or_init(|| LargeBlobs::open(&self.root, file_bytes, total_bytes)).as_ref();
            let read = large.ok_or(Why::MissingObject).and_then(|it| it.read(blob.as_bytes()));
            let rest = read.map_err(|why| Unread::new(&file.path, why))?;
            return Ok(Content { bytes: Vec::new(), rest: Some(rest), in_head: false });
        }
        let mut object = repository.find_blob(blob).map_err(|_| missing())?;
        Ok(Content { bytes: object.take_data(), rest: None, in_head: false })
    }
}

/// Whether these bytes are git's blob of this name.
fn is_blob(bytes: &[u8], blob: ObjectId) -> bool {
    gix::objs::compute_hash(blob.kind(), gix::objs::Kind::Blob, bytes).is_ok_and(|hash| hash == blob)
}

/// As [`is_blob`], for what is read from a file of this size. Leaves the file at its beginning.
fn is_large_blob(file: &mut File, size: u64, blob: ObjectId) -> std::io::Result<bool> {
    let mut hasher = gix::hash::hasher(blob.kind());
    hasher.update(&gix::objs::encode::loose_header(gix::objs::Kind::Blob, size));
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
    file.rewind()?;
    Ok(hasher.try_finalize().is_ok_and(|hash| hash == blob))
}

/// Refuses the pointer of a file that is kept elsewhere; that of a picture counts as the picture.
pub(super) fn not_a_pointer(path: &[u8], content: Content) -> Result<Content, Unread> {
    if !is_lfs_pointer(&content.bytes) {
        return Ok(content);
    }
    Err(Unread::new(path, if is_media(path) { Why::Binary } else { Why::LargeFileStorage }))
}

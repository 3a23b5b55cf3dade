//! All objects of a repository under one numbering: those of its packs and the loose ones. Opens nothing that lies
//! outside of the repository, whatever its files say.

use super::pack::Pack;
use super::parse::{Id, id};
use super::{NONE, index, number};
use crate::repo::{Unread, Why};
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

/// Stores that lead to further stores, one behind the other.
const MOST_ALTERNATES: usize = 8;
/// More loose objects than are read; git packs them at seven thousand.
const MOST_LOOSE: usize = 5_000_000;

pub(super) struct Store {
    ids: Vec<Id>,
    /// A hash table of numbers; the ids decide.
    table: Vec<u32>,
    seed: [u64; 2],
    pub packs: Vec<Pack>,
    /// The folder of each loose object. Their numbers come after those of all packs.
    loose: Vec<u16>,
    folders: Vec<PathBuf>,
    packed: usize,
    names: BTreeSet<PathBuf>,
}

impl Store {
    /// Opens the object folder `objects` and those that it names, if they are inside of one of `bounds`.
    pub(super) fn open(objects: &Path, bounds: &[PathBuf], threads: usize, unread: &mut Vec<Unread>) -> Self {
        let random = RandomState::new();
        let mut store = Self {
            ids: Vec::new(),
            table: Vec::new(),
            seed: [random.hash_one(1), random.hash_one(2) | 1],
            packs: Vec::new(),
            loose: Vec::new(),
            folders: folders(objects, bounds, unread),
            packed: 0,
            names: BTreeSet::new(),
        };
        for folder in store.folders.clone() {
            for index in indexes(&folder) {
                if store.add_pack(&index, threads).is_none() {
                    unread.push(Unread::new(index.file_name().unwrap_or_default().as_encoded_bytes(), Why::Damaged));
                }
                store.names.insert(index);
            }
        }
        store.packed = store.ids.len();
        for at in 0..store.folders.len() {
            store.add_loose(at, unread);
        }
        store.fill_table();
        store
    }

    fn add_pack(&mut self, path: &Path, threads: usize) -> Option<()> {
        let first = self.ids.len();
        let pack = path.with_extension("pack");
        let opened = (is_file(path) && is_file(&pack)).then(|| {
            let offsets = index::read(path, &mut self.ids)?;
            Pack::open(&pack, self.ids.get(first..)?, &offsets, first, threads)
        });
        if let Some(Some(opened)) = opened {
            self.packs.push(opened);
            return Some(());
        }
        self.ids.truncate(first);
        None
    }

    fn add_loose(&mut self, at: usize, unread: &mut Vec<Unread>) {
        let Some(folder) = self.folders.get(at).cloned() else { return };
        for byte in 0..=255_u8 {
            let prefix = format!("{byte:02x}");
            let below = folder.join(&prefix);
            if !below.symlink_metadata().is_ok_and(|it| it.is_dir()) {
                continue;
            }
            let Ok(entries) = std::fs::read_dir(&below) else {
                unread.push(Unread::new(format!("objects/{prefix}").as_bytes(), Why::Unreadable));
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                let hex = [prefix.as_bytes(), name.as_encoded_bytes()].concat();
                if let Some(id) = id(&hex).filter(|_| self.loose.len() < MOST_LOOSE) {
                    self.ids.push(id);
                    self.loose.push(u16::try_from(at).unwrap_or(u16::MAX));
                }
            }
        }
    }

    fn fill_table(&mut self) {
        let size = (self.ids.len() + self.ids.len() / 2 + 16).next_power_of_two();
        self.table = vec![NONE; size];
        for at in 0..self.ids.len() {
            let Some(id) = self.ids.get(at).copied() else { continue };
            let mut slot = self.slot(&id);
            loop {
                match self.table.get_mut(slot) {
                    Some(free) if *free == NONE => {
                        *free = number(at);
                        break;
                    }
                    // The same object twice: the first one stands for both.
                    Some(taken) if self.ids.get(*taken as usize) == Some(&id) => break,
                    _ => slot = (slot + 1) & (size - 1),
                }
            }
        }
    }

    fn slot(&self, id: &Id) -> usize {
        let part = |at: usize| id.get(at..at + 8).and_then(|it| it.try_into().ok()).map_or(0, u64::from_le_bytes);
        let [one, two] = self.seed;
        // Seeded, so that nobody can make a repository whose ids all fall together.
        let wide = u128::from(part(0) ^ one) * u128::from((part(8) ^ part(12).rotate_left(32) ^ two) | 1);
        let [low, high] = [wide, wide >> 64].map(|it| usize::try_from(it & u128::from(u32::MAX)).unwrap_or(0));
        (low ^ high) & (self.table.len() - 1)
    }

    /// Whether it is a clone that left objects with its server: git marks the packs that came so.
    pub(super) fn is_partial(&self) -> bool {
        self.names.iter().any(|index| index.with_extension("promisor").symlink_metadata().is_ok())
    }

    /// The number of an object. None: it is not here.
    pub(super) fn number(&self, id: &Id) -> Option<u32> {
        let mut slot = self.slot(id);
        loop {
            let at = *self.table.get(slot)?;
            if at == NONE {
                return None;
            }
            if self.ids.get(at as usize) == Some(id) {
                return Some(at);
            }
            slot = (slot + 1) & (self.table.len() - 1);
        }
    }

    pub(super) fn id(&self, object: u32) -> Option<&Id> {
        self.ids.get(object as usize)
    }

    /// How many objects there are, twice packed ones counted twice.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The numbers of the loose objects.
    pub(super) fn loose(&self) -> std::ops::Range<usize> {
        self.packed..self.ids.len()
    }

    /// The file of a loose object.
    pub(super) fn loose_file(&self, object: usize) -> Option<PathBuf> {
        let folder = self.folders.get(usize::from(*self.loose.get(object.checked_sub(self.packed)?)?))?;
        let hex = hex(self.ids.get(object)?);
        Some(folder.join(hex.get(..2)?).join(hex.get(2..)?))
    }

    /// Whether other packs lie there now than when it was opened.
    pub(super) fn was_changed(&self) -> bool {
        let now: BTreeSet<PathBuf> = self.folders.iter().flat_map(|it| indexes(it)).collect();
        now != self.names
    }
}

/// An id in hexadecimal.
pub(super) fn hex(id: &Id) -> String {
    id.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|it| it.is_file())
}

/// The indexes of the packs in an object folder, in the order of their names.
fn indexes(folder: &Path) -> Vec<PathBuf> {
    let packs = folder.join("pack");
    if !packs.symlink_metadata().is_ok_and(|it| it.is_dir()) {
        return Vec::new();
    }
    let entries = std::fs::read_dir(packs).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|it| it.path()).filter(|it| it.extension().is_some_and(|it| it == "idx")).collect();
    found.sort();
    found
}

/// The object folder and those that its `info/alternates` names, as far as they are inside of `bounds`.
fn folders(objects: &Path, bounds: &[PathBuf], unread: &mut Vec<Unread>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut wanted = vec![objects.to_owned()];
    while let Some(folder) = wanted.pop() {
        let inside = folder.canonicalize().ok().filter(|it| bounds.iter().any(|bound| it.starts_with(bound)));
        let Some(folder) = inside.filter(|_| folders.len() < MOST_ALTERNATES) else {
            unread.push(Unread::new(b"objects", Why::Elsewhere));
            continue;
        };
        if folders.contains(&folder) {
            continue;
        }
        let named = folder.join("info").join("alternates");
        if named.symlink_metadata().is_ok() {
            let text = std::fs::read(&named).unwrap_or_default();
            let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#"));
            wanted.extend(lines.filter_map(|line| std::str::from_utf8(line).ok()).map(|line| folder.join(line)));
        }
        folders.push(folder);
    }
    folders
}

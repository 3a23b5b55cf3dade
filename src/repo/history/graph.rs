//! All commits and folders of a repository in memory, as numbers: who came after whom, and what stood where. Objects
//! that are named and not here get numbers of their own, so that what they would have held is told.

use super::pack::Kind;
use super::parse::{self, Entry, Id};
use super::store::{Store, hex};
use super::unpack::{self, Builder};
use super::{NONE, number};
use crate::repo::ReadLimits;
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

/// What a folder leads to: an object, its name, and what it should be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub object: u32,
    name: u32,
}

const FOLDER: u32 = 1 << 31;
const SUBMODULE: u32 = 1 << 30;

impl Edge {
    pub(super) fn name(self) -> u32 {
        self.name & !(FOLDER | SUBMODULE)
    }

    pub(super) fn kind(self) -> Entry {
        match (self.name & FOLDER != 0, self.name & SUBMODULE != 0) {
            (true, _) => Entry::Folder,
            (_, true) => Entry::Submodule,
            _ => Entry::Blob,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Commit {
    pub object: u32,
    pub tree: u32,
    pub time: i64,
    first_parent: u32,
    parents: u32,
}

/// Where the entries of a folder are.
#[derive(Debug, Clone, Copy)]
struct Span {
    chunk: u32,
    start: u32,
    length: u32,
    /// An entry behind these could not be read.
    cut: bool,
}

/// What an object is known as. Blobs are not known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Unknown,
    Commit(u32),
    Folder(u32),
    Tag(u32),
}

/// Entries of folders that are kept together; folders are not torn.
const CHUNK: usize = 1 << 16;

pub(super) struct Graph {
    slots: Vec<Slot>,
    commits: Vec<Commit>,
    parents: Vec<u32>,
    spans: Vec<Span>,
    chunks: Vec<Vec<Edge>>,
    names: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, u32>,
    missing: HashMap<Id, u32>,
}

impl Graph {
    /// Reads every commit, folder and tag of the store.
    pub(super) fn read(store: &Store, limits: ReadLimits, threads: usize, stop: &AtomicBool) -> Self {
        let missing = Mutex::new(HashMap::new());
        let workers = (0..threads).map(|_| Part::new(store, &missing)).collect();
        let parts: Vec<_> = unpack::structure(store, workers, limits, stop).into_iter().map(|it| it.found).collect();
        let missing = missing.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut graph = Self {
            slots: vec![Slot::Unknown; store.len()],
            commits: Vec::new(),
            parents: Vec::new(),
            spans: Vec::new(),
            chunks: Vec::new(),
            names: Vec::new(),
            numbers: HashMap::new(),
            missing,
        };
        for part in parts {
            graph.add(part);
        }
        graph
    }

    fn add(&mut self, part: Found) {
        let names: Vec<u32> = part.names.into_iter().map(|name| self.intern(name)).collect();
        let chunks = number(self.chunks.len());
        for mut chunk in part.chunks {
            for edge in &mut chunk {
                let kind = edge.name & (FOLDER | SUBMODULE);
                edge.name = names.get(edge.name() as usize).copied().unwrap_or(0) | kind;
            }
            self.chunks.push(chunk);
        }
        for (object, mut span) in part.folders {
            span.chunk += chunks;
            let at = number(self.spans.len());
            self.spans.push(span);
            self.put(object, Slot::Folder(at));
        }
        let parents = number(self.parents.len());
        self.parents.extend(part.parents);
        for mut commit in part.commits {
            commit.first_parent += parents;
            let at = number(self.commits.len());
            self.put(commit.object, Slot::Commit(at));
            self.commits.push(commit);
        }
        for (object, target) in part.tags {
            self.put(object, Slot::Tag(target));
        }
    }

    fn put(&mut self, object: u32, slot: Slot) {
        if let Some(place) = self.slots.get_mut(object as usize) {
            *place = slot;
        }
    }

    /// The number of a name.
    pub(super) fn intern(&mut self, name: Box<[u8]>) -> u32 {
        let next = number(self.names.len());
        *self.numbers.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            next
        })
    }

    /// The number of an object, whether it is here or not.
    pub(super) fn number(&mut self, store: &Store, id: Id) -> u32 {
        store.number(&id).unwrap_or_else(|| {
            let next = number(store.len() + self.missing.len());
            *self.missing.entry(id).or_insert(next)
        })
    }

    /// One more than the largest number.
    pub(super) fn len(&self) -> usize {
        self.slots.len() + self.missing.len()
    }

    /// An object's id in hexadecimal.
    pub(super) fn hex(&self, store: &Store, object: u32) -> Option<String> {
        let missing = || self.missing.iter().find(|(_, number)| **number == object).map(|(id, _)| id);
        store.id(object).or_else(missing).map(hex)
    }

    fn slot(&self, object: u32) -> Slot {
        self.slots.get(object as usize).copied().unwrap_or(Slot::Unknown)
    }

    /// A commit, if the object is one.
    pub(super) fn commit(&self, object: u32) -> Option<Commit> {
        let Slot::Commit(at) = self.slot(object) else { return None };
        self.commits.get(at as usize).copied()
    }

    /// The parents of a commit, the first one first.
    pub(super) fn parents(&self, commit: Commit) -> &[u32] {
        let start = commit.first_parent as usize;
        self.parents.get(start..start + commit.parents as usize).unwrap_or_default()
    }

    /// The entries of a folder, and whether that is all of them. None: it is no folder that is here.
    pub(super) fn folder(&self, object: u32) -> Option<(&[Edge], bool)> {
        let Slot::Folder(at) = self.slot(object) else { return None };
        let span = self.spans.get(at as usize)?;
        let start = span.start as usize;
        let edges = self.chunks.get(span.chunk as usize)?.get(start..start + span.length as usize)?;
        Some((edges, !span.cut))
    }

    /// What an annotated tag names.
    pub(super) fn tag(&self, object: u32) -> Option<u32> {
        let Slot::Tag(target) = self.slot(object) else { return None };
        Some(target)
    }

    pub(super) fn name(&self, name: u32) -> &[u8] {
        self.names.get(name as usize).map(AsRef::as_ref).unwrap_or_default()
    }
}

/// What one thread read.
#[derive(Default)]
struct Found {
    commits: Vec<Commit>,
    parents: Vec<u32>,
    folders: Vec<(u32, Span)>,
    chunks: Vec<Vec<Edge>>,
    tags: Vec<(u32, u32)>,
    names: Vec<Box<[u8]>>,
}

struct Part<'s> {
    store: &'s Store,
    missing: &'s Mutex<HashMap<Id, u32>>,
    numbers: HashMap<Box<[u8]>, u32>,
    found: Found,
    edges: Vec<Edge>,
}

impl<'s> Part<'s> {
    fn new(store: &'s Store, missing: &'s Mutex<HashMap<Id, u32>>) -> Self {
        Self { store, missing, numbers: HashMap::new(), found: Found::default(), edges: Vec::new() }
    }

    fn number(&self, id: &Id) -> u32 {
        self.store.number(id).unwrap_or_else(|| {
            let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
            let next = number(self.store.len() + missing.len());
            *missing.entry(*id).or_insert(next)
        })
    }

    fn name(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let next = number(self.found.names.len());
        self.found.names.push(name.into());
        self.numbers.insert(name.into(), next);
        next
    }

    fn folder(&mut self, object: u32, mut bytes: &[u8]) {
        let mut edges = std::mem::take(&mut self.edges);
        edges.clear();
        let mut cut = false;
        while !bytes.is_empty() {
            let Some((kind, name, id, rest)) = parse::entry(bytes) else {
                cut = true;
                break;
            };
            bytes = rest;
            let mark = match kind {
                Entry::Folder => FOLDER,
                Entry::Submodule => SUBMODULE,
                Entry::Blob => 0,
            };
            let object = if kind == Entry::Submodule { NONE } else { self.number(&id) };
            edges.push(Edge { object, name: self.name(name) | mark });
        }
        if self.found.chunks.last().is_none_or(|it| it.len() + edges.len() > it.capacity()) {
            self.found.chunks.push(Vec::with_capacity(edges.len().max(CHUNK)));
        }
        let chunk = number(self.found.chunks.len() - 1);
        if let Some(last) = self.found.chunks.last_mut() {
            let span = Span { chunk, start: number(last.len()), length: number(edges.len()), cut };
            last.extend_from_slice(&edges);
            self.found.folders.push((object, span));
        }
        self.edges = edges;
    }
}

impl Builder for Part<'_> {
    fn object(&mut self, object: u32, kind: Kind, bytes: &[u8]) {
        match kind {
            Kind::Tree => self.folder(object, bytes),
            Kind::Commit => {
                let Some(read) = parse::commit(bytes) else { return };
                let first_parent = number(self.found.parents.len());
                let parents: Vec<u32> = read.parents.iter().map(|id| self.number(id)).collect();
                let commit = Commit {
                    object,
                    tree: self.number(&read.tree),
                    time: read.time,
                    first_parent,
                    parents: number(parents.len()),
                };
                self.found.parents.extend(parents);
                self.found.commits.push(commit);
            }
            Kind::Tag => {
                if let Some(target) = parse::tag(bytes) {
                    let target = self.number(&target);
                    self.found.tags.push((object, target));
                }
            }
            Kind::Blob | Kind::Unknown => {}
        }
    }
}

//! Goes through all commits from the oldest on, parents before children, and notes where each blob stands and which
//! commit put it there. Each folder is looked at once for each path that it has.

use super::graph::{Commit, Graph};
use super::open::Root;
use super::parse::Entry;
use super::store::Store;
use super::{NONE, Scope};
use crate::repo::{Unread, Why};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

/// The folder that the repository is.
const TOP: u32 = 0;
/// Folders in each other, beyond which the rest is told as not seen.
const DEEPEST: u32 = 2_000;
/// Further places of objects that have one already. A few folders that repeat each other can make more than any disk holds.
const MOST_FURTHER: usize = 2_000_000;
/// And of one object.
const MOST_PLACES: usize = 20_000;

/// Where a blob stands, and since which commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The commit that put it there, counted from the oldest. Places compare by it first.
    commit: u32,
    folder: u32,
    name: u32,
}

impl Place {
    const NOWHERE: Self = Self { commit: NONE, folder: NONE, name: NONE };

    /// The same for every blob at the same path.
    pub fn spot(self) -> (u32, u32) {
        (self.folder, self.name)
    }

    fn is_at(self, folder: u32, name: u32) -> bool {
        self.folder == folder && self.name == name
    }
}

struct Folder {
    above: u32,
    name: u32,
    depth: u32,
}

pub(super) struct Walk {
    /// The commits in the order in which they were gone through, as objects.
    order: Vec<u32>,
    folders: Vec<Folder>,
    numbers: HashMap<(u32, u32), u32>,
    /// The first place of each object.
    first: Vec<Place>,
    further: HashSet<(u32, u32, u32)>,
    places: HashMap<u32, Vec<Place>>,
    blob: Vec<bool>,
    head: HashSet<(u32, u32, u32)>,
    blobs: usize,
    told: HashSet<(u32, u32)>,
    too_many: bool,
}

impl Walk {
    pub(super) fn all(
        store: &Store,
        graph: &mut Graph,
        roots: &[Root],
        head: Option<u32>,
        scope: Scope,
        stop: &AtomicBool,
        unread: &mut Vec<Unread>,
    ) -> Self {
        let mut starts = Vec::new();
        let mut others = Vec::new();
        for root in roots {
            let mut object = graph.number(store, root.id);
            // A tag of a tag is rare, a circle of them impossible but for lies.
            for _ in 0..16 {
                let Some(target) = graph.tag(object) else { break };
                object = target;
            }
            if graph.commit(object).is_some() { starts.push(object) } else { others.push((object, root)) }
        }
        let length = graph.len();
        let mut walk = Self {
            order: Vec::new(),
            folders: vec![Folder { above: NONE, name: NONE, depth: 0 }],
            numbers: HashMap::new(),
            first: vec![Place::NOWHERE; length],
            further: HashSet::new(),
            places: HashMap::new(),
            blob: vec![false; length],
            head: HashSet::new(),
            blobs: 0,
            told: HashSet::new(),
            too_many: false,
        };
        walk.order = match scope {
            Scope::All => order(store, graph, &starts, unread),
            Scope::Head => head.into_iter().filter(|it| graph.commit(*it).is_some()).collect(),
        };
        for at in 0..walk.order.len() {
            if stop.load(Ordering::Relaxed) {
                return walk;
            }
            let commit = walk.order.get(at).and_then(|object| graph.commit(*object));
            if let Some(commit) = commit {
                walk.tree(graph, commit.tree, super::number(at), unread);
            }
        }
        for (object, root) in others {
            let name = graph.intern(root.name.as_slice().into());
            if graph.folder(object).is_some() {
                walk.tree(graph, object, NONE, unread);
            } else if (object as usize) < store.len() {
                walk.blob(object, Place { commit: NONE, folder: TOP, name });
            } else {
                unread.push(Unread::new(&root.name, Why::MissingObject));
            }
        }
        if let Some(head) = head.and_then(|it| graph.commit(it)) {
            walk.note_head(graph, head.tree);
        }
        if walk.too_many {
            unread.push(Unread::new(b".", Why::TooManyPlaces));
        }
        walk
    }

    fn tree(&mut self, graph: &Graph, tree: u32, commit: u32, unread: &mut Vec<Unread>) {
        if !self.is_new(tree, Place { commit, folder: TOP, name: NONE }) {
            return;
        }
        let mut open = vec![(tree, TOP)];
        while let Some((tree, folder)) = open.pop() {
            let Some((edges, whole)) = graph.folder(tree) else {
                self.tell(graph, folder, NONE, Why::MissingObject, unread);
                continue;
            };
            if !whole {
                self.tell(graph, folder, NONE, Why::Damaged, unread);
            }
            for edge in edges {
                let name = edge.name();
                let place = Place { commit, folder, name };
                match edge.kind() {
                    Entry::Submodule => self.tell(graph, folder, name, Why::Submodule, unread),
                    Entry::Blob => self.blob(edge.object, place),
                    Entry::Folder if self.is_new(edge.object, place) => match self.folder(folder, name) {
                        Some(below) => open.push((edge.object, below)),
                        None => self.tell(graph, folder, name, Why::TooManyPlaces, unread),
                    },
                    Entry::Folder => {}
                }
            }
        }
    }

    /// Tells once for each path what is not there.
    fn tell(&mut self, graph: &Graph, folder: u32, name: u32, why: Why, unread: &mut Vec<Unread>) {
        if self.told.insert((folder, name)) {
            let path = self.path(graph, Place { commit: NONE, folder, name });
            unread.push(Unread::new(if path.is_empty() { b"." } else { &path }, why));
        }
    }

    fn blob(&mut self, object: u32, place: Place) {
        if self.is_new(object, place)
            && let Some(mark) = self.blob.get_mut(object as usize).filter(|it| !**it)
        {
            *mark = true;
            self.blobs += 1;
        }
    }

    /// Notes that an object stands at a place; whether it was not known to.
    fn is_new(&mut self, object: u32, place: Place) -> bool {
        let Some(first) = self.first.get_mut(object as usize) else { return false };
        if first.is_at(place.folder, place.name) {
            return false;
        }
        if *first == Place::NOWHERE {
            *first = place;
            return true;
        }
        let spot = (object, place.folder, place.name);
        if self.further.contains(&spot) {
            return false;
        }
        let places = self.places.entry(object).or_default();
        if places.len() >= MOST_PLACES || self.further.len() >= MOST_FURTHER {
            self.too_many = true;
            return false;
        }
        places.push(place);
        self.further.insert(spot)
    }

    fn folder(&mut self, above: u32, name: u32) -> Option<u32> {
        if let Some(number) = self.numbers.get(&(above, name)) {
            return Some(*number);
        }
        let depth = self.folders.get(above as usize)?.depth + 1;
        (depth <= DEEPEST).then_some(())?;
        let next = super::number(self.folders.len());
        self.folders.push(Folder { above, name, depth });
        self.numbers.insert((above, name), next);
        Some(next)
    }

    fn note_head(&mut self, graph: &Graph, tree: u32) {
        let mut open = vec![(tree, TOP)];
        while let Some((tree, folder)) = open.pop() {
            for edge in graph.folder(tree).map(|it| it.0).unwrap_or_default() {
                match edge.kind() {
                    Entry::Blob if self.head.len() < MOST_FURTHER => {
                        self.head.insert((edge.object, folder, edge.name()));
                    }
                    Entry::Folder => open.extend(self.numbers.get(&(folder, edge.name())).map(|below| (edge.object, *below))),
                    _ => {}
                }
            }
        }
    }

    pub(super) fn in_head(&self, object: u32, place: Place) -> bool {
        self.head.contains(&(object, place.folder, place.name))
    }

    pub(super) fn is_blob(&self, object: u32) -> bool {
        self.blob.get(object as usize) == Some(&true)
    }

    pub(super) fn blobs(&self) -> usize {
        self.blobs
    }

    pub(super) fn all_blobs(&self) -> impl Iterator<Item = u32> + '_ {
        self.blob.iter().enumerate().filter(|(_, is)| **is).map(|(at, _)| super::number(at))
    }

    pub(super) fn missing_blobs(&self, store: &Store) -> usize {
        self.blob.get(store.len()..).unwrap_or_default().iter().filter(|it| **it).count()
    }

    pub(super) fn numbers(&self) -> usize {
        self.blob.len()
    }

    pub(super) fn places(&self, object: u32) -> impl Iterator<Item = Place> + '_ {
        let first = self.first.get(object as usize).copied().filter(|it| *it != Place::NOWHERE);
        first.into_iter().chain(self.places.get(&object).into_iter().flatten().copied())
    }

    pub(super) fn commit(&self, graph: &Graph, place: Place) -> Option<Commit> {
        graph.commit(*self.order.get(place.commit as usize)?)
    }

    /// The names on the way to a place, as numbers, the innermost first.
    pub(super) fn names(&self, spot: (u32, u32)) -> impl Iterator<Item = u32> + '_ {
        let (mut folder, name) = spot;
        let above = std::iter::from_fn(move || {
            let it = self.folders.get(folder as usize).filter(|it| it.above != NONE)?;
            folder = it.above;
            Some(it.name)
        });
        Some(name).filter(|it| *it != NONE).into_iter().chain(above)
    }

    pub(super) fn path(&self, graph: &Graph, place: Place) -> Vec<u8> {
        let names: Vec<u32> = self.names(place.spot()).collect();
        let mut path = Vec::new();
        for name in names.into_iter().rev() {
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(graph.name(name));
        }
        path
    }
}

/// All commits that the starts lead to, parents before children, of those that are free the oldest first.
fn order(store: &Store, graph: &Graph, starts: &[u32], unread: &mut Vec<Unread>) -> Vec<u32> {
    let mut waits_for: HashMap<u32, u32> = HashMap::new();
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut open = starts.to_vec();
    let mut free = BinaryHeap::new();
    let mut missing = HashSet::new();
    while let Some(object) = open.pop() {
        let Some(commit) = graph.commit(object).filter(|_| !waits_for.contains_key(&object)) else { continue };
        let mut count = 0;
        for parent in graph.parents(commit) {
            if graph.commit(*parent).is_some() {
                count += 1;
                children.entry(*parent).or_default().push(object);
                open.push(*parent);
            } else {
                missing.insert(*parent);
            }
        }
        waits_for.insert(object, count);
        if count == 0 {
            free.push(Reverse((commit.time, object)));
        }
    }
    let mut order = Vec::with_capacity(waits_for.len());
    while let Some(Reverse((_, object))) = free.pop() {
        order.push(object);
        for child in children.get(&object).into_iter().flatten() {
            let Some(count) = waits_for.get_mut(child) else { continue };
            *count = count.saturating_sub(1);
            if let Some(commit) = graph.commit(*child).filter(|_| *count == 0) {
                free.push(Reverse((commit.time, *child)));
            }
        }
    }
    // Commits that come before themselves: only a damaged store has them.
    if order.len() < waits_for.len() {
        unread.push(Unread::new(b"commits", Why::Damaged));
    }
    let mut missing: Vec<String> = missing.into_iter().filter_map(|it| graph.hex(store, it)).collect();
    missing.sort();
    unread.extend(missing.iter().map(|id| Unread::new(format!("commit {id}").as_bytes(), Why::MissingObject)));
    order
}

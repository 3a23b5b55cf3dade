//! When something went away from HEAD's line: the commits that one reaches from HEAD by first parents only, which is how
//! the branch itself went on, merges included. What never stood on that line never went away from it.

use super::NONE;
use super::graph::Graph;
use super::parse::Entry;
use super::walk::Walk;
use std::collections::{BTreeMap, HashSet};

/// Something that stood at a place in one of several blobs and does not in HEAD. It went away with the commit on HEAD's
/// line that comes right after the last one which still has one of the blobs there.
pub struct Gone<'a> {
    /// See [`super::Place::spot`].
    pub spot: (u32, u32),
    pub blobs: &'a [u32],
}

#[derive(Default)]
struct Node {
    below: BTreeMap<u32, usize>,
    asked: Vec<usize>,
    /// How many questions below are still open.
    open: usize,
}

struct Search<'a> {
    graph: &'a Graph,
    nodes: Vec<Node>,
    blobs: Vec<HashSet<u32>>,
    found: Vec<Option<i64>>,
    open: Vec<bool>,
}

/// For each question the time, in seconds since 1970, or none if the line never had it.
pub(super) fn gone(graph: &Graph, walk: &Walk, head: u32, asked: &[Gone<'_>]) -> Vec<Option<i64>> {
    let blobs = asked.iter().map(|it| it.blobs.iter().copied().collect()).collect();
    let mut search =
        Search { graph, nodes: vec![Node::default()], blobs, found: vec![None; asked.len()], open: vec![true; asked.len()] };
    for (at, question) in asked.iter().enumerate() {
        let mut names: Vec<u32> = walk.names(question.spot).collect();
        names.reverse();
        search.add(&names, at);
    }
    let mut seen = HashSet::new();
    let mut later: Option<super::graph::Commit> = None;
    let mut next = Some(head);
    while let Some(commit) = next.and_then(|object| graph.commit(object)).filter(|it| seen.insert(it.object)) {
        if let Some(later) = later {
            search.compare(later.tree, commit.tree, later.time);
        }
        if search.nodes.first().is_none_or(|it| it.open == 0) {
            break;
        }
        later = Some(commit);
        next = graph.parents(commit).first().copied();
    }
    search.found
}

impl Search<'_> {
    fn add(&mut self, names: &[u32], question: usize) {
        let mut at = 0;
        for name in names {
            let next = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else { return };
            node.open += 1;
            let below = *node.below.entry(*name).or_insert(next);
            if below == next {
                self.nodes.push(Node::default());
            }
            at = below;
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.asked.push(question);
            node.open += 1;
        }
    }

    /// Looks in `tree` for what is asked, where it differs from the tree of the commit that came after it at `time`.
    fn compare(&mut self, later: u32, tree: u32, time: i64) {
        let mut open = vec![(0, later, tree, Vec::new())];
        while let Some((at, later, object, way)) = open.pop() {
            let Some(node) = self.nodes.get(at) else { continue };
            // The same as in the later commit, where it was not found.
            if later == object || node.open == 0 {
                continue;
            }
            let asked: Vec<usize> = node.asked.clone();
            let below: Vec<(u32, usize)> = node.below.iter().map(|(name, at)| (*name, *at)).collect();
            let mut way = way;
            way.push(at);
            for question in asked {
                let hit = self.blobs.get(question).is_some_and(|it| it.contains(&object));
                if let (true, Some(open)) = (hit, self.open.get_mut(question).filter(|it| **it)) {
                    *open = false;
                    if let Some(found) = self.found.get_mut(question) {
                        *found = Some(time);
                    }
                    for at in &way {
                        if let Some(node) = self.nodes.get_mut(*at) {
                            node.open = node.open.saturating_sub(1);
                        }
                    }
                }
            }
            if below.is_empty() {
                continue;
            }
            let inside = |object: u32| self.graph.folder(object).map(|it| it.0).unwrap_or_default();
            let here = inside(object);
            let then = inside(later);
            for (name, at) in below {
                let named = |edges: &[super::graph::Edge]| {
                    edges.iter().find(|it| it.name() == name && it.kind() != Entry::Submodule).map_or(NONE, |it| it.object)
                };
                let found = named(here);
                if found != NONE {
                    open.push((at, named(then), found, way.clone()));
                }
            }
        }
    }
}

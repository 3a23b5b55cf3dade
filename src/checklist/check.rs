//! What must hold between the items of a checklist: ids once, `after` without gaps and circles. Looks inside no item.

use super::fields::Placed;
use super::item::Drafted;
use super::problem::Problems;
use crate::domain::ItemId;
use std::collections::{BTreeMap, BTreeSet};

/// Tells everything that is wrong between the items, the retired ids and what was taken over from `parent`.
pub(super) fn whole(problems: &mut Problems, drafts: &[Drafted], retired: &[(Placed<ItemId>, String)], parent: Option<&str>) {
    if drafts.is_empty() {
        problems.add(0, None, "has no item; write [[item]] and its fields");
        return;
    }
    let first = ids_once(problems, drafts, retired, parent);
    known_before(problems, drafts, &first);
    for circle in circles(drafts, &first) {
        let Some(start) = circle.first() else { continue };
        let at = first.get(start).map_or(0, |draft| draft.at);
        let path: Vec<&str> = circle.iter().chain([start]).map(|id| id.as_str()).collect();
        problems.add(at, Some(start.as_str()), format!("comes after itself: {}; cut one `after`", path.join(" → ")));
    }
}

/// The first draft of each id; every later one is a problem, and so is an id that was retired.
fn ids_once<'d>(
    problems: &mut Problems,
    drafts: &'d [Drafted],
    retired: &[(Placed<ItemId>, String)],
    parent: Option<&str>,
) -> BTreeMap<&'d ItemId, &'d Drafted> {
    let retired: BTreeMap<&ItemId, &str> = retired.iter().map(|(id, by)| (&id.it, by.as_str())).collect();
    let mut first: BTreeMap<&ItemId, &Drafted> = BTreeMap::new();
    for draft in drafts {
        let Some(id) = &draft.id else { continue };
        let name = Some(id.as_str());
        if let Some(by) = retired.get(id) {
            problems.add(draft.at, name, format!("is retired (replaced by {by}) and may not come back; take a new id"));
        }
        if let Some(earlier) = first.get(id) {
            let says = match parent {
                Some(parent) if earlier.at == 0 => format!("is already in `{parent}`; write [[override]] to change it"),
                _ => format!("is already on line {}; give one of them a new id", problems.line(earlier.at)),
            };
            problems.add(draft.at, name, says);
        } else {
            first.insert(id, draft);
        }
    }
    first
}

fn known_before(problems: &mut Problems, drafts: &[Drafted], first: &BTreeMap<&ItemId, &Drafted>) {
    for draft in drafts {
        let name = draft.id.as_ref().map(ItemId::as_str);
        for before in &draft.after {
            if !first.contains_key(&before.it) {
                problems.add(
                    before.at,
                    name,
                    format!("comes after {}, which is not in this checklist; correct `after`", before.it),
                );
            }
        }
        let Some(item) = draft.item.as_ref().filter(|_| draft.after.is_empty()) else { continue };
        // Taken over from a parent: the gap is of a drop's making, and only an override can close it.
        for before in item.after.iter().filter(|before| !first.contains_key(before)) {
            problems.add(draft.at, name, format!("comes after {before}, which is dropped; override its `after` too"));
        }
    }
}

/// Every circle of `after`, each once, as ids in the order in which they wait.
fn circles<'d>(drafts: &'d [Drafted], first: &BTreeMap<&'d ItemId, &'d Drafted>) -> Vec<Vec<&'d ItemId>> {
    let waits_for = |id: &ItemId| -> Vec<&'d ItemId> {
        let Some(draft) = first.get(id) else { return Vec::new() };
        match &draft.item {
            Some(item) => item.after.iter().collect(),
            None => draft.after.iter().map(|entry| &entry.it).collect(),
        }
    };
    // What waits for nothing that is left is taken away until only circles and what hangs on them remain.
    let mut left: BTreeSet<&ItemId> = first.keys().copied().collect();
    let mut waiting: BTreeMap<&ItemId, Vec<&ItemId>> = BTreeMap::new();
    let mut open: BTreeMap<&ItemId, usize> = BTreeMap::new();
    for id in &left {
        let before: BTreeSet<&ItemId> = waits_for(id).into_iter().filter(|before| left.contains(before)).collect();
        open.insert(id, before.len());
        for one in before {
            waiting.entry(one).or_default().push(id);
        }
    }
    let mut free: Vec<&ItemId> = open.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    while let Some(id) = free.pop() {
        left.remove(id);
        for one in waiting.remove(id).unwrap_or_default() {
            if let Some(count) = open.get_mut(one) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    free.push(one);
                }
            }
        }
    }
    let mut found = Vec::new();
    let mut visited: BTreeSet<&ItemId> = BTreeSet::new();
    for draft in drafts {
        let mut path: Vec<&ItemId> = Vec::new();
        let mut next = draft.id.as_ref().and_then(|id| left.get(id).copied());
        while let Some(id) = next {
            if !visited.insert(id) {
                if let Some(from) = path.iter().position(|earlier| *earlier == id) {
                    found.push(path.split_off(from));
                }
                break;
            }
            path.push(id);
            next = waits_for(id).into_iter().find_map(|before| left.get(before).copied());
        }
    }
    found
}

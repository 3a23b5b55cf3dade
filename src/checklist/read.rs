//! Reads a whole checklist file: its head, its items, what it takes over from a parent. Touches no file system.

use super::check;
use super::fields::{Fields, Placed};
use super::item::{self, Drafted, Strictness};
use super::problem::{Problem, Problems, shown};
use crate::domain::{Checklist, Item, ItemId};
use std::collections::{BTreeMap, BTreeSet};
use toml::de::DeTable;

/// The largest text that is looked at, in bytes.
pub(super) const LARGEST: usize = 1 << 20;

/// Syntax errors told at most; a file with more is not a checklist.
const MOST_SYNTAX_ERRORS: usize = 20;

const KEYS: [&str; 8] = ["name", "title", "version", "extends", "drop", "item", "override", "retired"];

/// What a text is read against.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub file: &'a str,
    pub how: Strictness<'a>,
    /// The text of another checklist by its name.
    pub parents: &'a dyn Fn(&str) -> Option<String>,
    /// The checklists that led here by `extends`, the first one first.
    pub descent: &'a [String],
}

/// A checklist as read, and whether it is whole without its parents.
pub(super) struct Read {
    pub checklist: Checklist,
    /// The text names itself and extends nothing, so that it may be stored as it stands.
    pub stands_alone: bool,
}

/// Reads `text`, or tells everything that is wrong with it.
pub(super) fn read(text: &str, reading: Reading<'_>) -> Result<Read, Vec<Problem>> {
    // What was adopted may be larger: a checklist and its parent have the limit each.
    if text.len() > LARGEST && matches!(reading.how, Strictness::Adopting(_)) {
        let mut problems = Problems::of(reading.file, "");
        problems.add(0, None, "the file is larger than 1 MiB; a checklist is a few hundred kilobytes at most");
        return Err(problems.into_sorted());
    }
    let mut problems = Problems::of(reading.file, text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        tell_syntax(&mut problems, &errors);
        return Err(problems.into_sorted());
    }
    let read = read_document(document.get_ref(), reading, &mut problems);
    match read {
        Some(read) if problems.is_empty() => Ok(read),
        _ => Err(problems.into_sorted()),
    }
}

/// One problem for each line with a syntax error: the parser finds several on the way to recovery.
fn tell_syntax(problems: &mut Problems, errors: &[toml::de::Error]) {
    let mut lines = BTreeSet::new();
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        if !lines.insert(problems.line(at)) {
            continue;
        }
        if lines.len() > MOST_SYNTAX_ERRORS {
            problems.add(at, None, "and more of the same; is this a checklist?");
            return;
        }
        problems.add(at, None, format!("not valid TOML: {}", error.message()));
    }
}

fn read_document(document: &DeTable<'_>, reading: Reading<'_>, problems: &mut Problems) -> Option<Read> {
    let adopting = matches!(reading.how, Strictness::Adopting(_));
    let mut head = Fields::new(document, 0, None, problems);
    if adopting {
        head.refuse_others(&KEYS);
    }
    let name = read_name(&mut head, reading.file, adopting);
    let mut sentence = |key: &str| {
        if head.get(key).is_none() {
            head.problem(0, format!("`{key}` is missing; write it at the top of the file"));
        }
        head.text(key).map(|text| text.it)
    };
    let (title, version) = (sentence("title"), sentence("version"));
    let parent = read_parent(&mut head, name.as_deref(), reading);
    let overrides = head.tables("override");
    let added = head.tables("item");
    let dropped = head.texts("drop").unwrap_or_default();
    if !parent.is_named() && (!overrides.is_empty() || !dropped.is_empty()) {
        let at = overrides.first().map_or(0, |(at, _)| *at);
        let at = dropped.first().map_or(at, |entry| entry.at);
        head.problem(at, "there is nothing to drop or override; write extends = \"six-week\" or remove it");
    }
    let mut retired = read_retired(&mut head, adopting);

    let mut drafts = Vec::new();
    if let Parent::Read(parent) = &parent {
        let dropped = read_dropped(problems, parent, &dropped);
        let overriding = read_overrides(problems, parent, &overrides, &dropped, reading.how);
        drafts.extend(inherit(parent, &dropped, overriding));
        for old in &parent.retired {
            if !retired.iter().any(|(id, _)| id.it == old.0) {
                retired.push((Placed { it: old.0.clone(), at: 0 }, old.1.clone()));
            }
        }
    }
    drafts.extend(added.into_iter().map(|(at, table)| {
        let mut fields = Fields::new(table, at, None, problems);
        match item::read_id(&mut fields) {
            Some(id) => item::read(&mut fields, id, None, reading.how),
            None => Drafted { item: None, id: None, at, after: Vec::new() },
        }
    }));
    // A parent that could not be read is one problem; that its items are missing is not another for each.
    if !matches!(parent, Parent::Unread) {
        check::whole(problems, &drafts, &retired, parent.name());
    }
    let checklist = Checklist {
        name: name?,
        version: version?,
        title: title?,
        items: drafts.into_iter().map(|draft| draft.item).collect::<Option<Vec<Item>>>()?,
        retired: retired.into_iter().map(|(id, by)| (id.it, by)).collect(),
    };
    Some(Read { checklist, stands_alone: document.contains_key("name") && !parent.is_named() })
}

/// The name by which the checklist is known: `name`, which must agree with the file's name, or that.
fn read_name(head: &mut Fields<'_, '_>, file: &str, adopting: bool) -> Option<String> {
    let stem = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = stem.strip_suffix(".toml").unwrap_or(stem);
    let Some(Placed { it, at }) = head.text("name") else {
        if is_name(stem) {
            return Some(stem.to_owned());
        }
        head.problem(0, "the file's name is not a checklist's: a-z, 0-9 and - and then .toml; rename it");
        return None;
    };
    if !is_name(&it) {
        head.problem(at, format!("`name` is `{}`; write 1 to 40 of a-z, 0-9 and -", shown(&it)));
        return None;
    }
    if adopting && it != stem {
        head.problem(at, format!("`name` is `{it}` but the file is called `{}`; make them equal", shown(stem)));
    }
    Some(it)
}

pub(super) fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

enum Parent {
    None,
    /// It is named, but cannot be used; the problem is told.
    Unread,
    Read(Checklist),
}

impl Parent {
    fn is_named(&self) -> bool {
        !matches!(self, Self::None)
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Read(parent) => Some(&parent.name),
            _ => None,
        }
    }
}

fn read_parent(head: &mut Fields<'_, '_>, own: Option<&str>, reading: Reading<'_>) -> Parent {
    if head.get("extends").is_none() {
        return Parent::None;
    }
    let Some(Placed { it: name, at }) = head.text("extends") else { return Parent::Unread };
    let mut descent = reading.descent.to_vec();
    descent.extend(own.map(str::to_owned));
    if descent.contains(&name) {
        descent.push(name);
        head.problem(at, format!("extends itself: {}; let one of them stand alone", descent.join(" → ")));
        return Parent::Unread;
    }
    let Some(text) = (reading.parents)(&name) else {
        let says = format!(
            "extends `{}`, which is not there or cannot be read; `rescue checklist list` names those that can",
            shown(&name)
        );
        head.problem(at, says);
        return Parent::Unread;
    };
    let file = format!("{name}.toml");
    match read(&text, Reading { file: &file, descent: &descent, ..reading }) {
        Ok(parent) => Parent::Read(parent.checklist),
        Err(wrong) => {
            let first = wrong.first().map(ToString::to_string).unwrap_or_default();
            let more = match wrong.len() {
                0 | 1 => String::new(),
                all => format!(" (and {} more)", all - 1),
            };
            head.problem(at, format!("extends `{name}`, which cannot be used: {first}{more}"));
            Parent::Unread
        }
    }
}

fn read_retired(head: &mut Fields<'_, '_>, adopting: bool) -> Vec<(Placed<ItemId>, String)> {
    let mut found: Vec<(Placed<ItemId>, String)> = Vec::new();
    for (at, table) in head.tables("retired") {
        let mut fields = Fields::new(table, at, None, head.problems);
        if adopting {
            fields.refuse_others(&["id", "replaced_by"]);
        }
        let Some(id) = item::read_id(&mut fields) else { continue };
        if fields.get("replaced_by").is_none() {
            fields.problem(at, "`replaced_by` is missing; write the id or the words that replaced it");
        }
        let Some(by) = fields.text("replaced_by") else { continue };
        if found.iter().any(|(old, _)| old.it == id) {
            fields.problem(at, "is retired twice; remove one");
        }
        found.push((Placed { it: id, at }, by.it));
    }
    found
}

fn read_dropped(problems: &mut Problems, parent: &Checklist, dropped: &[Placed<String>]) -> BTreeSet<String> {
    for Placed { it, at } in dropped {
        if parent.item(it).is_none() {
            problems.add(*at, Some(it), format!("is dropped, but `{}` has no such item; remove it from `drop`", parent.name));
        }
    }
    dropped.iter().map(|entry| entry.it.clone()).collect()
}

fn read_overrides(
    problems: &mut Problems,
    parent: &Checklist,
    overrides: &[(usize, &DeTable<'_>)],
    dropped: &BTreeSet<String>,
    how: Strictness<'_>,
) -> BTreeMap<ItemId, Drafted> {
    let mut found = BTreeMap::new();
    for (at, table) in overrides {
        let mut fields = Fields::new(table, *at, None, problems);
        let Some(id) = item::read_id(&mut fields) else { continue };
        if dropped.contains(id.as_str()) {
            fields.problem(*at, "is dropped and overridden; do one of them");
            continue;
        }
        let Some(base) = parent.item(id.as_str()) else {
            fields.problem(*at, format!("`{}` has no such item to override; write [[item]] to add it", parent.name));
            continue;
        };
        let draft = item::read(&mut fields, id.clone(), Some(base), how);
        if found.insert(id, draft).is_some() {
            fields.problem(*at, "is overridden twice; put both into one");
        }
    }
    found
}

/// The parent's items in its order, without those dropped, as overridden.
fn inherit(parent: &Checklist, dropped: &BTreeSet<String>, mut overriding: BTreeMap<ItemId, Drafted>) -> Vec<Drafted> {
    let kept = parent.items.iter().filter(|item| !dropped.contains(item.id.as_str()));
    kept.map(|item| {
        overriding.remove(&item.id).unwrap_or_else(|| Drafted {
            item: Some(item.clone()),
            id: Some(item.id.clone()),
            at: 0,
            after: Vec::new(),
        })
    })
    .collect()
}

//! The registry: every probe has a file of its name, stands in its system's table, says everything of itself, and is
//! named by the built-in checklist.

use super::*;
use crate::checklist;
use std::collections::BTreeSet;
use std::path::Path;

fn ids() -> BTreeSet<String> {
    all().map(|probe| probe.meta().id.to_owned()).collect()
}

#[test]
fn ids_are_unique_and_can_be_stored() {
    assert_eq!(ids().len(), all().count());
    assert_eq!(book().len(), all().count(), "an id that is no probe id would be left out of the book");
}

#[test]
fn every_file_is_a_probe_in_its_systems_table_and_the_other_way_round() {
    let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/probes");
    let mut files = BTreeSet::new();
    for table in std::fs::read_dir(rooms).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let system = table.file_name().unwrap().to_str().unwrap();
        for file in std::fs::read_dir(&table).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            files.insert(format!("{system}.{}", file.file_stem().unwrap().to_str().unwrap().replace('_', "-")));
        }
    }
    assert_eq!(ids(), files);
}

#[test]
fn every_probe_says_everything_of_itself() {
    for meta in all().map(AnyProbe::meta) {
        let id = meta.id;
        assert_eq!(id.split_once('.').map(|(system, _)| system), Some(meta.system.id()), "{id}");
        assert!(meta.asks.len() > 20 && meta.asks.ends_with('?'), "{id} asks {:?}", meta.asks);
        assert!(!meta.needs.is_empty() && meta.needs.iter().all(|it| it.len() > 5), "{id} needs {:?}", meta.needs);
        assert!(meta.confirm > 0 && meta.revision > 0, "{id}");
        assert!((5..=600).contains(&meta.seconds), "{id} may take {} s", meta.seconds);
        assert!(meta.docs.len() > 5, "{id} has no source for its rule");
        assert!(meta.cost.iter().all(|(_, requests)| *requests > 0), "{id}");
        if meta.system.needs_credential() {
            assert!(meta.cost.iter().any(|(system, _)| *system == meta.system), "{id} asks its own system nothing");
        }
    }
}

/// A second look makes a fail truer only where the way there can fail by itself and be over in ten minutes. The other probes
/// read what a vendor or a file says: a fail of theirs was read, and what could not be read is a gap already.
#[test]
fn only_what_depends_on_the_networks_mood_needs_a_second_look() {
    let twice: Vec<&str> = all().map(AnyProbe::meta).filter(|meta| meta.confirm > 1).map(|meta| meta.id).collect();
    assert_eq!(twice, ["site.answers"]);
}

#[test]
fn the_built_in_checklist_names_every_probe_and_no_other() {
    let exists = |id: &str| find(id).is_some();
    let made = checklist::load(checklist::embedded(), "six-week.toml", &exists, &|_| None).unwrap();
    let named: BTreeSet<String> = made.items.iter().flat_map(|item| item.rule.probes()).map(ToString::to_string).collect();
    assert_eq!(named, ids());
}

//! Checklists that build on another one, those in a folder, and texts that must load for ever.

use super::*;
use crate::domain::{Gate, JudgedFor, Rule};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use std::path::Path;

const EXTENDING: &str = r#"title = "Acme's own"
version = "3"
extends = "six-week"
drop = ["WEB-02", "DOC-02"]

[[override]]
id = "CI-06"
gate = "launch"
judged_for = 14
how = ["Write it", "Run it"]

[[override]]
id = "RL-02"
gate = "none"
gate_if = "none"

[[item]]
id = "SHOP-01"
phase = "weeks-2-3"
title = "Tax is computed by the provider"
why = "Rates change."
founder = "Wrong tax is your debt."
how = ["Turn it on", "Compare one invoice"]
decides = "person"
gate = "launch"
applies_if = "uses.payments"
after = ["ERR-04"]
founder_done = "The tax on one invoice was compared with the provider's."
founder_ask = "Register for tax where you sell."
founder_minutes = 120
"#;

#[test]
fn a_checklist_adds_drops_and_overrides() {
    let six_week = load(embedded(), "six-week.toml", &exists, &no_parents).unwrap();
    let mine = mine(EXTENDING).map_err(told).unwrap();
    assert_eq!((mine.name.as_str(), mine.title.as_str(), mine.version.as_str()), ("mine", "Acme's own", "3"));
    assert_eq!(mine.items.len(), six_week.items.len() - 2 + 1);
    assert!(mine.item("WEB-02").is_none() && mine.item("DOC-02").is_none());
    let own = mine.items.last().unwrap();
    assert_eq!(own.id.as_str(), "SHOP-01");
    assert_eq!(own.founder_done.as_deref(), Some("The tax on one invoice was compared with the provider's."));
    assert_eq!((own.founder_ask.as_deref(), own.founder_minutes), (Some("Register for tax where you sell."), Some(120)));

    let (was, is) = (six_week.item("CI-06").unwrap(), mine.item("CI-06").unwrap());
    assert_eq!((is.gate, is.judged_for, is.how.len()), (Some(Gate::Launch), JudgedFor::Days(14), 2));
    assert_eq!((&is.title, &is.rule, &is.to_come), (&was.title, &was.rule, &was.to_come));
    let limited = mine.item("RL-02").unwrap();
    assert_eq!((limited.gate, &limited.gate_if), (None, &None));
    assert_eq!(mine.item("SEC-01"), six_week.item("SEC-01"));
}

#[test]
fn what_is_stored_of_it_needs_no_parent() {
    let resolved = resolve(EXTENDING, "mine.toml", &exists, &built_in).unwrap();
    assert_eq!(load_stored(&resolved.text).map_err(told), Ok(resolved.checklist.clone()));
    // It is a checklist like any other: it may be looked at strictly too, and says the same.
    assert_eq!(load(&resolved.text, "mine.toml", &exists, &no_parents).map_err(told), Ok(resolved.checklist.clone()));
    let again = resolve(EXTENDING, "elsewhere/mine.toml", &exists, &built_in).unwrap();
    assert_eq!((again.digest, again.text), (resolved.digest, resolved.text));
}

#[test]
fn a_text_without_a_name_is_stored_with_the_name_of_its_file() {
    let text = format!("{HEAD}{}", item_with("MY-01", ""));
    let resolved = resolve(&text, "mine.toml", &exists, &no_parents).unwrap();
    assert_ne!(resolved.text, text);
    assert_eq!(load_stored(&resolved.text).unwrap().name, "mine");
}

#[test]
fn a_stored_text_loads_when_its_probes_and_words_are_gone() {
    let gone = |probe: &str| probe == "github.forgotten" || exists(probe);
    let lines = "decides = \"both\"\nrule = { all = [\"github.forgotten\", \"scan.tree\"] }";
    let text = format!("name = \"mine\"\n{HEAD}{}", item_with("MY-01", lines));
    let then = resolve(&text, "mine.toml", &gone, &no_parents).unwrap();
    assert!(mine(&then.text).is_err(), "today the probe does not exist");
    let now = load_stored(&then.text).unwrap();
    assert_eq!(now, then.checklist);
    assert_eq!(now.items[0].rule.probes().len(), 2);

    let later = then.text.replace("[[item]]", "[[item]]\nmood = \"new key of a later version\"");
    assert_eq!(load_stored(&later).map_err(told), Ok(then.checklist));
}

#[test]
fn an_override_may_take_the_rule_away() {
    let text = format!("{HEAD}extends = \"six-week\"\n[[override]]\nid = \"SEC-02\"\ndecides = \"person\"\nrule = []\n");
    let checklist = mine(&text).map_err(told).unwrap();
    assert_eq!(checklist.item("SEC-02").unwrap().rule, Rule::All(Vec::new()));
}

#[test]
fn what_the_founder_is_told_is_taken_over_while_it_is_true() {
    let six_week = load(embedded(), "six-week.toml", &exists, &no_parents).unwrap();
    let was = six_week.item("BAK-01").unwrap();
    let overridden = |lines: &str| {
        let text = format!("{HEAD}extends = \"six-week\"\n[[override]]\nid = \"BAK-01\"\n{lines}\n");
        let item = mine(&text).map_err(told).unwrap().item("BAK-01").unwrap().clone();
        (item.founder_done, item.founder_ask, item.founder_minutes)
    };
    let (done, ask, minutes) = (was.founder_done.clone(), was.founder_ask.clone(), was.founder_minutes);
    assert!(done.is_some() && ask.is_some() && minutes.is_some());
    assert_eq!(overridden("gate = \"launch\""), (done.clone(), ask.clone(), minutes));
    assert_eq!(overridden("founder_minutes = 600"), (done.clone(), ask.clone(), Some(600)));
    assert_eq!(overridden("founder_ask = \"none\""), (done.clone(), None, None));
    assert_eq!(overridden("founder_done = \"none\""), (None, ask.clone(), minutes));
    // Another criterion: what the parent says of its own would claim too much.
    assert_eq!(overridden("title = \"The newest dump is listed\""), (None, ask.clone(), minutes));
    assert_eq!(
        overridden("title = \"The newest dump is listed\"\nfounder_done = \"It is listed.\""),
        (Some("It is listed.".to_owned()), ask, minutes)
    );
    let text =
        format!("{HEAD}extends = \"six-week\"\n[[override]]\nid = \"BAK-01\"\nfounder_ask = \"none\"\nfounder_minutes = 5\n");
    let wanted = "checklists/mine.toml:7: BAK-01: `founder_minutes` without a `founder_ask` says nothing; \
                  write what is asked or remove it";
    assert_eq!(told(mine(&text).unwrap_err()), [wanted]);
}

#[test]
fn what_does_not_fit_the_parent_is_told() {
    let text = format!(
        "{HEAD}extends = \"six-week\"\ndrop = [\"BAK-04\", \"NO-01\", \"DOC-01\"]\n\
         [[override]]\nid = \"NO-02\"\n[[override]]\nid = \"DOC-01\"\n[[override]]\nid = \"CI-06\"\n[[override]]\nid = \"CI-06\"\n{}",
        item_with("SEC-01", "")
    );
    let wanted = [
        ":1: RLS-07: comes after BAK-04, which is dropped; override its `after` too",
        ":4: NO-01: is dropped, but `six-week` has no such item; remove it from `drop`",
        ":5: NO-02: `six-week` has no such item to override; write [[item]] to add it",
        ":7: DOC-01: is dropped and overridden; do one of them",
        ":11: CI-06: is overridden twice; put both into one",
        ":13: SEC-01: is already in `six-week`; write [[override]] to change it",
    ];
    assert_eq!(told(mine(&text).unwrap_err()), wanted.map(|says| format!("checklists/mine.toml{says}")));
}

#[test]
fn a_parent_that_cannot_be_used_is_one_problem() {
    let text = |parent: &str| format!("{HEAD}extends = \"{parent}\"\ndrop = [\"X-01\"]\n{}", item_with("MY-01", ""));
    let parents = |name: &str| match name {
        "bad" => Some(HEAD.to_owned()),
        "round" => Some(format!("{HEAD}extends = \"mine\"\n")),
        _ => None,
    };
    let first = |name: &str| told(load(&text(name), "mine.toml", &exists, &parents).unwrap_err());
    assert_eq!(
        first("gone"),
        ["mine.toml:3: extends `gone`, which is not there or cannot be read; `rescue checklist list` names those that can"]
    );
    assert_eq!(first("mine"), ["mine.toml:3: extends itself: mine → mine; let one of them stand alone"]);
    assert_eq!(
        first("bad"),
        ["mine.toml:3: extends `bad`, which cannot be used: bad.toml:1: has no item; write [[item]] and its fields"]
    );
    assert_eq!(
        first("round"),
        ["mine.toml:3: extends `round`, which cannot be used: \
          round.toml:3: extends itself: mine → round → mine; let one of them stand alone"]
    );
}

#[test]
fn retired_ids_are_handed_down_and_stay_retired() {
    let parent =
        format!("name = \"old\"\n{HEAD}{}[[retired]]\nid = \"MY-09\"\nreplaced_by = \"MY-01\"\n", item_with("MY-01", ""));
    let parents = |name: &str| (name == "old").then(|| parent.clone());
    let child = |lines: &str| load(&format!("{HEAD}extends = \"old\"\n{lines}"), "mine.toml", &exists, &parents);
    assert_eq!(child("").unwrap().retired, [("MY-09".parse().unwrap(), "MY-01".to_owned())]);
    let wanted = "mine.toml:4: MY-09: is retired (replaced by MY-01) and may not come back; take a new id";
    assert_eq!(told(child(&item_with("MY-09", "")).unwrap_err()), [wanted]);
}

fn write(folder: &Path, file: &str, bytes: &[u8]) {
    std::fs::write(folder.join(file), bytes).unwrap();
}

#[test]
fn the_catalogue_lists_what_is_there_good_or_bad() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "base.toml", format!("{HEAD}{}", item_with("MY-01", "")).as_bytes());
    write(folder.path(), "child.toml", format!("{HEAD}extends = \"base\"\n{}", item_with("MY-02", "")).as_bytes());
    write(folder.path(), "latin.toml", b"title = \"a\"\nversion = \"\xe9\"\n");
    write(folder.path(), "notes.txt", b"not a checklist");
    std::fs::create_dir(folder.path().join("folder.toml")).unwrap();
    write(folder.path(), "six-week.toml", embedded().as_bytes());
    write(folder.path(), "vast.toml", &vec![b'#'; (1 << 20) + 2]);
    let found = catalogue(Some(folder.path()), &exists);
    let names: Vec<(&str, bool, bool)> = found.iter().map(|it| (it.name.as_str(), it.built_in, it.resolved.is_ok())).collect();
    assert_eq!(
        names,
        [
            ("six-week", true, true),
            ("base", false, true),
            ("child", false, true),
            ("folder", false, false),
            ("latin", false, false),
            ("six-week", false, false),
            ("vast", false, false),
        ]
    );
    let child = found[2].resolved.as_ref().unwrap();
    assert_eq!(child.checklist.items.len(), 2);
    let says = |nth: usize| told(found[nth].resolved.clone().unwrap_err()).concat();
    assert!(says(3).ends_with("folder.toml:1: is not a file; move it elsewhere"), "{}", says(3));
    assert!(says(4).ends_with("latin.toml:2: the text is not UTF-8 here; save the file as UTF-8"), "{}", says(4));
    assert!(says(5).ends_with("six-week.toml:1: `six-week` is the built-in checklist's name; rename the file"), "{}", says(5));
    assert!(says(6).contains("vast.toml:1: the file is larger than 1 MiB"), "{}", says(6));
}

#[test]
fn without_a_folder_there_is_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    for folder in [None, Some(folder.path()), Some(folder.path().join("nothing")).as_deref()] {
        let found = catalogue(folder, &exists);
        assert_eq!(found.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["six-week"]);
    }
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let found = catalogue(Some(&file), &exists);
    assert!(told(found[1].resolved.clone().unwrap_err()).concat().contains("the folder cannot be read"));
}

#[test]
fn a_parents_name_leads_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    write(folder.path(), "secret.toml", b"x");
    assert_eq!(parent_text(Some(&folder.path().join("inner")), "../secret"), None);
    assert_eq!(parent_text(None, "six-week").as_deref(), Some(embedded()));
}

fn rule_text() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(PROBES.to_vec()).prop_map(|probe| format!("\"{probe}\""));
    leaf.prop_recursive(4, 12, 3, |inner| {
        (any::<bool>(), proptest::collection::vec(inner, 1..3))
            .prop_map(|(all, rules)| format!("{{ {} = [{}] }}", if all { "all" } else { "any" }, rules.join(", ")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_down_is_what_was_read(
        title in "\\PC{1,40}[a-z]", steps in proptest::collection::vec("[a-z\"'\\\\{}#\\[\\]=,é ]{1,20}[a-z]", 1..4),
        rule in rule_text(), fresh in 1..=366u16, danger in 1..=5u8, engagement in any::<bool>(), na in any::<bool>(),
        done in proptest::option::of("\\PC{1,40}[a-z]"), ask in proptest::option::of(("\\PC{1,40}[a-z]", proptest::option::of(1..=600u16))),
    ) {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let steps: std::collections::BTreeSet<String> = steps.iter().map(|step| quoted(step.trim())).collect();
        let lines = format!(
            "title = {}\nhow = [{}]\ndecides = \"both\"\nrule = {rule}\nfresh = {fresh}\ndanger = {danger}\njudged_for = {}\nabsent = \"{}\"",
            quoted(&title), steps.into_iter().collect::<Vec<_>>().join(", "),
            if engagement { "\"engagement\"" } else { "7" }, if na { "na" } else { "fails" },
        );
        let done = done.map(|says| format!("\nfounder_done = {}", quoted(&says))).unwrap_or_default();
        let minutes = ask.as_ref().and_then(|(_, minutes)| *minutes);
        let takes = minutes.map(|minutes| format!("\nfounder_minutes = {minutes}")).unwrap_or_default();
        let ask = ask.map(|(says, _)| format!("\nfounder_ask = {}", quoted(&says))).unwrap_or_default();
        let text = format!("{HEAD}{}", item_with("MY-01", &format!("{lines}{done}{ask}{takes}")));
        let resolved = resolve(&text, "mine.toml", &exists, &no_parents).map_err(told);
        prop_assert!(resolved.is_ok(), "{:?}", resolved);
        let resolved = resolved.unwrap();
        prop_assert_eq!(resolved.checklist.items[0].founder_minutes, minutes);
        prop_assert_eq!(load_stored(&resolved.text).map_err(told), Ok(resolved.checklist));
    }
}

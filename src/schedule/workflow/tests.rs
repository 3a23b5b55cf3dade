//! The printed workflow as YAML: what it may do, what it names, what it never holds. Whether GitHub would take it is
//! checked by actionlint (`scripts/schedule`), whether its scripts work by `tests/it/schedule`.

use super::{App, Checkout, workflow};
use serde_json::Value;

pub fn apps() -> Vec<App> {
    vec![
        App {
            name: "acme-shop".parse().unwrap(),
            secrets: vec!["RESCUE_ACME_SHOP_GITHUB_TOKEN".to_owned(), "RESCUE_ACME_SHOP_SUPABASE_TOKEN".to_owned()],
            checkout: Some(Checkout::AlsoAt("acme/shop".parse().unwrap())),
        },
        App { name: "acme-notes".parse().unwrap(), secrets: vec![], checkout: Some(Checkout::Here) },
        App { name: "acme-forms".parse().unwrap(), secrets: vec!["RESCUE_ACME_FORMS_VERCEL_TOKEN".to_owned()], checkout: None },
    ]
}

fn read(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn it_is_yaml_with_the_least_permissions_one_at_a_time_and_off_the_full_hour() {
    let read = read(&workflow(&apps(), 37));
    assert_eq!(read["permissions"], serde_json::json!({ "contents": "read" }));
    assert_eq!(read["concurrency"], serde_json::json!({ "group": "rescue", "cancel-in-progress": false }));
    assert_eq!(read["on"]["schedule"][0]["cron"], "37 5 * * *");
    assert!(read["jobs"]["probe"].get("permissions").is_none());
    assert!(serde_json::json!(read["jobs"]["probe"]["timeout-minutes"]).as_u64().is_some());
    for minute in [0, 60, 999] {
        let text = workflow(&apps(), minute);
        assert!(!text.contains("\"0 5 * * *\"") && !text.contains("\"60 5"), "{minute}");
    }
}

#[test]
fn actions_are_pinned_and_expressions_stay_out_of_scripts() {
    let read = read(&workflow(&apps(), 37));
    let steps = read["jobs"]["probe"]["steps"].as_array().unwrap();
    let mut actions = 0;
    for step in steps {
        if let Some(uses) = step["uses"].as_str() {
            let (name, version) = uses.split_once('@').unwrap();
            assert!(name.starts_with("actions/") && version.starts_with('v'), "{uses}");
            actions += 1;
        }
        // What a person or a vendor wrote must not become a part of a script.
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{step}");
    }
    assert_eq!(actions, 4);
}

#[test]
fn each_app_is_imported_once_and_its_secrets_are_named_where_they_are_needed_only() {
    let text = workflow(&apps(), 37);
    assert!(!text.contains('@') || !text.contains("@APPS@"), "{text}");
    for mark in ["@MOST@", "@LIMIT@", "@HEAD@", "@EDITS@", "@ENV@", "@MINUTE@", "@RUST@", "@SAVE@"] {
        assert!(!text.contains(mark), "{mark}");
    }
    let read = read(&text);
    let steps = read["jobs"]["probe"]["steps"].as_array().unwrap();
    let named: Vec<(&str, &str)> = steps
        .iter()
        .flat_map(|step| step["env"].as_object().into_iter().flatten().map(move |(name, value)| (step, name, value)))
        .filter(|(_, _, value)| value.as_str().unwrap().contains("secrets."))
        .map(|(step, name, _)| (step["name"].as_str().unwrap(), name.as_str()))
        .collect();
    assert_eq!(
        named,
        [
            ("Open the state", "RESCUE_EXPORT_PASSPHRASE"),
            ("Look", "RESCUE_ACME_FORMS_VERCEL_TOKEN"),
            ("Look", "RESCUE_ACME_SHOP_GITHUB_TOKEN"),
            ("Look", "RESCUE_ACME_SHOP_SUPABASE_TOKEN"),
            ("Seal the state", "RESCUE_EXPORT_PASSPHRASE"),
        ]
    );
    let open = steps.iter().find(|step| step["id"] == "open").unwrap()["run"].as_str().unwrap();
    assert!(open.contains("for app in acme-shop acme-notes acme-forms; do"), "{open}");
    assert!(open.contains("rescue app edit acme-shop --clear repo --github acme/shop"), "{open}");
    assert_eq!(open.matches("app edit").count(), 1, "{open}");
    assert!(text.contains("The code of acme-notes lies on your machine only"), "{text}");
}

#[test]
fn a_run_that_takes_too_long_is_interrupted_in_order_and_what_was_decided_is_sealed_and_kept() {
    let read = read(&workflow(&apps(), 37));
    let steps = read["jobs"]["probe"]["steps"].as_array().unwrap();
    let step =
        |id: &str| steps.iter().find(|it| it["id"] == id || it["uses"].as_str().is_some_and(|it| it.contains(id))).unwrap();
    let look = step("look")["run"].as_str().unwrap();
    let (_, after) = look.split_once("--signal=INT --kill-after=10m ").unwrap();
    let minutes: u64 = after.split_once("m rescue probe").unwrap().0.parse().unwrap();
    let limit = read["jobs"]["probe"]["timeout-minutes"].as_u64().unwrap();
    assert!(minutes + 10 + 20 <= limit, "the job is cancelled before the run is over: {minutes} {limit}");
    assert!(look.contains("--preserve-status"), "what it found is its exit code: {look}");
    // Also when the job is cancelled.
    for id in ["seal", "cache/save"] {
        assert!(step(id)["if"].as_str().unwrap().starts_with("${{ always() && "), "{}", step(id));
    }
}

#[test]
fn without_any_secret_it_is_still_yaml() {
    let apps = [App { name: "acme".parse().unwrap(), secrets: vec![], checkout: None }];
    let read = read(&workflow(&apps, 5));
    let look = &read["jobs"]["probe"]["steps"].as_array().unwrap()[6];
    assert_eq!((&look["id"], look.get("env")), (&Value::from("look"), None));
}

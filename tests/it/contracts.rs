//! The vendors' contracts: what the clients ask is documented, and what the demo's stand-ins answer has the documented
//! shape. The vendors' OpenAPI files lie outside this repository, in the directory that `RESCUE_SPECS` names.

mod facts;
mod spec;

use chrono::{DateTime, Utc};
use rescue::demo::answers::{Answer, Answers};
use rescue::demo::moments;
use rescue::systems;
use rstest::rstest;
use serde_json::{Value, json};
use spec::Spec;
use std::path::PathBuf;

/// A client's request: its path template and the names of its query parameters.
struct Asks {
    template: &'static str,
    query: Vec<&'static str>,
}

/// A vendor: its id, its file, what our client asks of it.
struct Vendor {
    id: &'static str,
    file: &'static str,
    asks: Vec<Asks>,
}

fn vendors() -> Vec<Vendor> {
    let plain = |list: &[(&'static str, &'static [&'static str])]| -> Vec<Asks> {
        list.iter().map(|(template, query)| Asks { template, query: query.to_vec() }).collect()
    };
    let github = systems::github::requests().into_iter();
    let github = github.map(|(template, query)| Asks { template, query: query.iter().map(|(name, _)| *name).collect() });
    vec![
        Vendor { id: "github", file: "github.openapi.json", asks: github.collect() },
        Vendor { id: "supabase", file: "supabase-management.openapi.json", asks: plain(systems::supabase::requests()) },
        Vendor { id: "vercel", file: "vercel.openapi.json", asks: plain(systems::vercel::requests()) },
        Vendor { id: "openai", file: "openai-admin.openapi.json", asks: plain(systems::openai::requests()) },
        Vendor { id: "openrouter", file: "openrouter.openapi.json", asks: plain(systems::openrouter::requests()) },
    ]
}

const NO_LIMIT: &str = "what OpenAI answers when no limit is set is not documented; the client reads a 404 (apis/spend.md §1)";
const ARCHIVE: &str = "GitHub documents the redirect to its archives; the stand-in answers what stands at the end of it";
const BARE: &str = "GitHub answers 204 without a body, so there is no schema to hold it against";

/// Answers whose status a vendor's file does not describe, and why the stand-ins give them all the same.
const UNDESCRIBED: [(&str, &str, u16, &str); 4] = [
    ("github", "/repos/{owner}/{repo}/vulnerability-alerts", 204, BARE),
    ("github", "/repos/{owner}/{repo}/tarball/{ref}", 200, ARCHIVE),
    ("openai", "/organization/spend_limit", 404, NO_LIMIT),
    ("openai", "/organization/projects/{project_id}/spend_limit", 404, NO_LIMIT),
];

/// Where the vendors' files are. None: says so, loudly, and the test ends.
#[expect(clippy::disallowed_methods, reason = "the tests have no configuration; this names a directory of test material")]
fn specs() -> Option<PathBuf> {
    let given = std::env::var("RESCUE_SPECS").ok().filter(|it| !it.is_empty());
    if given.is_none() {
        eprintln!("SKIPPED: RESCUE_SPECS is not set, so the vendors' OpenAPI files cannot be compared with");
    }
    given.map(PathBuf::from)
}

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn answers_of(answers: &Answers, vendor: &str) -> Vec<Answer> {
    answers.all().find(|(id, _)| *id == vendor).map(|(_, list)| list.to_vec()).unwrap_or_default()
}

/// What is wrong with a body, by the vendor's file.
fn problems(spec: &Spec, template: &str, status: u16, body: &Value) -> Vec<String> {
    let validator = spec.validator(template, status).unwrap_or_else(|| panic!("{template} {status} is not described"));
    validator.iter_errors(body).map(|it| format!("{}: {it}", it.instance_path())).collect()
}

/// Each answer once: a matrix gives the same one many times.
fn distinct(answered: &[(String, u16, Value)]) -> Vec<&(String, u16, Value)> {
    let mut met = std::collections::BTreeSet::new();
    answered.iter().filter(|(template, status, body)| met.insert((template, status, body.to_string()))).collect()
}

/// Holds what a stand-in answered against the vendor's file, as far as that describes the status.
pub fn assert_valid(vendor: &str, answered: &[(String, u16, Value)]) {
    let Some(directory) = specs() else { return };
    let vendor = vendors().into_iter().find(|it| it.id == vendor).expect("a vendor");
    let spec = Spec::read(&directory, vendor.file);
    let mut wrong = std::collections::BTreeSet::new();
    for (template, status, body) in distinct(answered) {
        let Some(validator) = spec.validator(template, *status) else { continue };
        wrong.extend(validator.iter_errors(body).map(|it| format!("{template} {status} {}: {it}", it.instance_path())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_request_of_a_client_is_documented() {
    let Some(directory) = specs() else { return };
    let mut wrong = Vec::new();
    for vendor in vendors() {
        let spec = Spec::read(&directory, vendor.file);
        assert!(!vendor.asks.is_empty(), "{} asks nothing", vendor.id);
        for asks in &vendor.asks {
            if !spec.has_get(asks.template) {
                wrong.push(format!("{}: GET {} is not documented", vendor.id, asks.template));
                continue;
            }
            let documented = spec.query_names(asks.template);
            let unknown = asks.query.iter().filter(|name| !documented.contains(**name));
            wrong.extend(unknown.map(|name| format!("{}: GET {} takes no {name}", vendor.id, asks.template)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_answer_is_to_a_request_of_the_client() {
    let Some(directory) = specs() else { return };
    let answers = Answers::embedded().unwrap();
    for vendor in vendors() {
        let base = Spec::read(&directory, vendor.file).base();
        for answer in answers_of(&answers, vendor.id) {
            let told = format!("{} {}", vendor.id, answer.get);
            let template = answer.spec.as_deref().unwrap_or_else(|| panic!("{told} names no template"));
            let whole = format!("{base}{template}");
            let parts: Vec<(&str, &str)> = answer.get.split('/').zip(whole.split('/')).collect();
            assert_eq!(answer.get.split('/').count(), whole.split('/').count(), "{told} is no {whole}");
            assert!(parts.iter().all(|(given, wanted)| wanted.starts_with('{') || given == wanted), "{told} is no {whole}");
            let fits =
                |asks: &&Asks| asks.template == template && answer.query.keys().all(|name| asks.query.contains(&name.as_str()));
            assert!(vendor.asks.iter().any(|asks| fits(&asks)), "nobody asks {told} with {:?}", answer.query);
        }
    }
}

#[test]
fn every_answer_has_the_documented_shape() {
    let Some(directory) = specs() else { return };
    let answers = Answers::embedded().unwrap();
    let mut excused = Vec::new();
    let mut wrong = Vec::new();
    for vendor in vendors() {
        let spec = Spec::read(&directory, vendor.file);
        let list = answers_of(&answers, vendor.id);
        assert!(!list.is_empty(), "{} answers nothing", vendor.id);
        for answer in list {
            let template = answer.spec.as_deref().unwrap_or_default();
            let excuse =
                UNDESCRIBED.iter().find(|(id, at, status, _)| *id == vendor.id && *at == template && *status == answer.status);
            if let Some(excuse) = excuse {
                assert!(spec.validator(template, answer.status).is_none(), "{template} is described: take the excuse away");
                excused.push(*excuse);
                continue;
            }
            let body = moments::fill(&answer.body, now());
            for problem in problems(&spec, template, answer.status, &body) {
                wrong.push(format!("{} {} in weeks {:?}: {problem}", vendor.id, answer.get, answer.weeks));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (id, template, status, why) in UNDESCRIBED {
        assert!(excused.contains(&(id, template, status, why)), "nothing answers {status} to {id} {template}: {why}");
    }
}

/// The comparison above can fail: one field of a real answer is spoilt.
#[rstest]
#[case::wrong_type("github", "/repos/acme/shop", "/default_branch", json!(7))]
#[case::null_for_text("github", "/repos/acme/shop", "/full_name", Value::Null)]
#[case::no_moment("github", "/repos/acme/shop", "/pushed_at", json!("yesterday"))]
#[case::unknown_rule("github", "/repos/acme/shop/rules/branches/main", "/0/type", json!("prayer"))]
#[case::not_nullable("github", "/repos/acme/shop/secret-scanning/alerts", "/0/state", Value::Null)]
#[case::unknown_word("supabase", "/v1/projects/acmeshopproductionab/database/backups", "/backups/0/status", json!("DONE"))]
#[case::behind_a_reference("vercel", "/v9/projects/shop", "/permissions/projectEnvVars/0", json!("peek"))]
#[case::in_a_union("vercel", "/v10/projects/prj_acme_shop/env", "/envs/0/key", json!(1))]
#[case::text_for_cents("openai", "/v1/organization/projects/proj_acme_shop/spend_limit", "/threshold_amount", json!("200"))]
#[case::text_for_dollars("openrouter", "/api/v1/key", "/data/limit", json!("eighty"))]
#[case::an_errors_code("openrouter", "/api/v1/key", "/error/code", json!("401"))]
fn a_spoilt_answer_is_refused(#[case] vendor: &str, #[case] get: &str, #[case] pointer: &str, #[case] spoilt: Value) {
    let Some(directory) = specs() else { return };
    let vendor = vendors().into_iter().find(|it| it.id == vendor).unwrap();
    let spec = Spec::read(&directory, vendor.file);
    let answers = Answers::embedded().unwrap();
    let list = answers_of(&answers, vendor.id);
    let answer = list.iter().find(|it| it.get == get && it.body.pointer(pointer).is_some()).expect("such an answer");
    let mut body = moments::fill(&answer.body, now());
    let template = answer.spec.as_deref().unwrap();
    assert_eq!(problems(&spec, template, answer.status, &body), Vec::<String>::new());
    *body.pointer_mut(pointer).unwrap() = spoilt;
    assert!(!problems(&spec, template, answer.status, &body).is_empty(), "{pointer} may be anything");
}

#[test]
fn nullable_and_overlapping_alternatives_are_understood() {
    let schema = spec::translated(&json!({
        "type": "object",
        "required": ["nullable"],
        "properties": {
            "nullable": { "type": "string", "nullable": true, "enum": ["a"] },
            "one": { "oneOf": [{ "type": "number" }, { "type": "integer" }] },
        },
    }));
    let is_valid = |body: Value| jsonschema::is_valid(&schema, &body);
    assert!(is_valid(json!({ "nullable": "a", "one": 1 })) && is_valid(json!({ "nullable": null })));
    assert!(!is_valid(json!({})) && !is_valid(json!({ "nullable": "b" })) && !is_valid(json!({ "nullable": "a", "one": "1" })));
}

//! The decision table of the bundle scan, and the scan itself of a loopback site whose pages GitHub's stand-in lists.
//! Every credential is made up while the test runs.

#![expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]

use super::*;
use crate::domain::{ExposedIn, GapKind, NoteLevel, Place};
use crate::probes::stand_in::{acme, sight};
use crate::probes::{AnyProbe, Erased};
use crate::systems::stand_in::{answers, answers_text, noon};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::path as at;
use wiremock::{Mock, MockServer, ResponseTemplate};

fn leak(change: Value) -> Value {
    let mut it = json!({
        "id": "00112233aabbccdd", "rule": "supabase-service-role", "kind": "Supabase service_role key", "provider": "Supabase",
        "path": "/assets/index.js", "line": 3, "commit": null, "surface": "site", "in_head": true, "standing": "tracked",
        "masked": "eyJ…wxyz", "public": false, "confidence": "proven", "severity": "critical", "rotate": "dashboard.example.com/keys",
    });
    for (key, value) in change.as_object().unwrap() {
        it[key] = value.clone();
    }
    it
}

fn site(change: Value) -> Value {
    let mut it = json!({
        "findings": [], "commit": null,
        "coverage": {"blobs_seen": 14, "blobs_total": 14, "bytes": 100, "skipped": [], "complete": true},
        "address": "https://acme.example/", "framework": "single_page", "pages": {"seen": 2, "total": 2},
        "scripts": {"seen": 12, "total": 12}, "maps": [], "projects": [], "elsewhere": [], "requests": 30,
    });
    for (key, value) in change.as_object().unwrap() {
        it[key] = value.clone();
    }
    it
}

fn partial(why: &str) -> Value {
    let skipped = json!([{"what": "/assets/a.js", "why": why, "count": 1, "hides": true}]);
    json!({"blobs_seen": 13, "blobs_total": 14, "bytes": 100, "skipped": skipped, "complete": false})
}

fn seen(site: Value, pages: Value) -> Seen {
    serde_json::from_value(json!({"site": site, "pages": pages})).unwrap()
}

#[rstest]
#[case::clean(json!({}), "pass", &[])]
#[case::service_role(json!({"findings": [leak(json!({}))]}), "fail", &[])]
#[case::strong(json!({"findings": [leak(json!({"confidence": "strong"}))]}), "fail", &[])]
#[case::found_in_part_of_a_site(json!({"findings": [leak(json!({}))], "coverage": partial("timed out")}), "fail", &[])]
#[case::nothing_in_part_of_a_site(json!({"coverage": partial("answers 404")}), "incomplete", &[])]
#[case::past_the_limit(json!({"coverage": partial("past the limit of 600 scripts")}), "incomplete", &[])]
#[case::no_script(json!({"scripts": {"seen": 0, "total": 0}}), "ambiguous", &[])]
#[case::anon(json!({"findings": [leak(json!({"public": true, "severity": "info", "rule": "supabase-anon"}))]}), "pass", &[NoteLevel::Info])]
#[case::contextual(json!({"findings": [leak(json!({"confidence": "contextual"}))]}), "pass", &[NoteLevel::Evidence])]
#[case::foreign_project(json!({"projects": [{"project": "someotherprojectabcd", "path": "/a.js", "own": false}]}), "pass", &[NoteLevel::Warning])]
#[case::own_project(json!({"projects": [{"project": "someotherprojectabcd", "path": "/a.js", "own": true}]}), "pass", &[])]
#[case::projects_nobody_knows(json!({"projects": [{"project": "someotherprojectabcd", "path": "/a.js"}]}), "pass", &[])]
#[case::own_sources(json!({"maps": [{"path": "/a.js.map", "sources": 3, "own": 1}]}), "pass", &[NoteLevel::Warning])]
#[case::library_sources(json!({"maps": [{"path": "/a.js.map", "sources": 3, "own": 0}]}), "pass", &[NoteLevel::Info])]
#[case::others_scripts(json!({"elsewhere": ["js.payments.example"]}), "pass", &[NoteLevel::Info])]
#[case::maybe_in_part(json!({"findings": [leak(json!({"confidence": "weak"}))], "coverage": partial("timed out")}), "incomplete", &[NoteLevel::Evidence])]
fn decisions(#[case] change: Value, #[case] wanted: &str, #[case] notes: &[NoteLevel]) {
    let seen = seen(site(change), json!({"seen": 3}));
    let verdict = Bundle::decide(&seen, &acme(), noon());
    let word = verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string());
    assert_eq!(word, wanted, "{verdict:?}");
    assert_eq!(verdict.findings.is_empty(), wanted != "fail");
    let partial = !seen.site.report.coverage.complete;
    assert_eq!(verdict.unseen.is_some(), wanted == "fail" && partial, "a fail says what it left out");
    assert_eq!(verdict.notes.iter().map(|it| it.level).collect::<Vec<_>>(), notes);
    assert_eq!(Bundle::remedy(&seen, &acme()).steps.is_empty(), wanted != "fail");
    assert!(verdict.outcome.gap().is_none_or(|gap| gap.needs.is_some()));
    let stored = serde_json::to_value(&seen).unwrap();
    assert_eq!(serde_json::from_value::<Seen>(stored).unwrap(), seen);
}

#[test]
fn one_key_in_many_scripts_is_one_finding_that_a_browser_can_open() {
    let leaks = json!([
        leak(json!({"since": "2026-11-03T10:00:00Z"})),
        leak(json!({"path": "/b.js"})),
        leak(json!({"path": "src/c.ts"}))
    ]);
    let verdict = Bundle::decide(&seen(site(json!({"findings": leaks})), json!({"seen": 3})), &acme(), noon());
    let [finding] = verdict.findings.as_slice() else { panic!("{verdict:?}") };
    assert_eq!(verdict.says.as_str(), "1 key is served to every visitor");
    assert_eq!(finding.key(), "site.supabase-service-role:00112233aabbccdd");
    assert!(
        finding.says.as_str().ends_with("/assets/index.js:3 and 2 more files, at least since 3 November 2026"),
        "{}",
        finding.says
    );
    assert_eq!(finding.place, Some(Place::Web { url: "https://acme.example/assets/index.js".into() }));
    let exposure = finding.exposed.as_ref().unwrap();
    assert_eq!((exposure.at, exposure.places, exposure.until), (ExposedIn::Site, 3, None));
    assert_eq!(exposure.since, Some("2026-11-03T10:00:00Z".parse().unwrap()));
    // Where no file says so, it is known to be open from the first look on.
    let verdict = Bundle::decide(&seen(site(json!({"findings": [leak(json!({}))]})), json!({"seen": 3})), &acme(), noon());
    assert_eq!(verdict.findings[0].exposed.as_ref().unwrap().since, Some(noon()));
    assert!(!verdict.findings[0].says.as_str().contains("since"), "{}", verdict.findings[0].says);
    let anon = leak(json!({"public": true, "severity": "info", "rule": "supabase-anon"}));
    let notes = Bundle::decide(&seen(site(json!({"findings": [anon]})), json!({"seen": 3})), &acme(), noon()).notes;
    assert!(notes[0].says.as_str().contains("row-level security"), "{}", notes[0].says);
}

#[test]
fn what_hides_the_repositorys_pages_is_what_to_open() {
    let why = json!({"hidden": {"kind": "no_credential", "system": "github", "says": "no credential", "needs": "Run `rescue auth set github`"}});
    let change = json!({"framework": "next_app", "coverage": partial("not known")});
    let verdict = Bundle::decide(&seen(site(change), why.clone()), &acme(), noon());
    assert_eq!(verdict.outcome.gap().unwrap().needs.as_ref().unwrap().as_str(), "Run `rescue auth set github`");
    let verdict = Bundle::decide(&seen(site(json!({})), why), &acme(), noon());
    assert_eq!(verdict.outcome.word(), "pass", "a site of one page needs no list");
}

/// A site of Next.js' app router with two pages, one of them linked from nowhere, and GitHub that lists them.
async fn served(chunk: &str) -> MockServer {
    let server = MockServer::start().await;
    let repository = json!({"full_name": "acme/shop", "default_branch": "main"});
    answers(&server, "/repos/acme/shop", 200, &repository).await;
    let files = ["app/page.tsx", "app/dash/page.tsx", "package.json"]
        .map(|it| json!({"path": it, "mode": "100644", "type": "blob", "sha": "0"}));
    answers(&server, "/repos/acme/shop/git/trees/main", 200, &json!({"sha": "0", "tree": files, "truncated": false})).await;
    for (path, script) in [("/", "home"), ("/dash", "dash")] {
        let page = format!(
            r#"<!doctype html><script src="/_next/static/chunks/{script}.js"></script><script>self.__next_f.push([1,"\"b\":\"b1\""])</script>"#
        );
        let template = ResponseTemplate::new(200).set_body_raw(page, "text/html");
        Mock::given(at(path)).respond_with(template).mount(&server).await;
    }
    answers_text(&server, "/_next/static/b1/_buildManifest.js", 200, "self.__BUILD_MANIFEST={sortedPages:[]}").await;
    answers_text(&server, "/_next/static/chunks/home.js", 200, "1").await;
    answers_text(&server, "/_next/static/chunks/dash.js", 200, chunk).await;
    server
}

fn at_site() -> AppSettings {
    AppSettings { url: Some("https://acme.example/".parse().unwrap()), github: Some("acme/shop".parse().unwrap()), ..acme() }
}

fn stripe() -> String {
    ["sk", "_live_", "51a8Kd92LmQx71Zp", "Rt54WvYb63NcHs0u", "4JtFqEw7Gz"].concat()
}

#[rstest]
#[case::clean("2", "pass")]
#[case::leaking("", "fail")]
#[tokio::test]
async fn a_page_that_only_the_repository_names_is_looked_at(#[case] chunk: &str, #[case] wanted: &str) {
    let chunk = if chunk.is_empty() { format!("k='{}'", stripe()) } else { chunk.to_owned() };
    let server = served(&chunk).await;
    let answer = Erased::<Bundle>::new().look(&sight(&server, &[System::Github, System::Site], &at_site())).await;
    assert_eq!(answer.verdict.outcome.word(), wanted, "{:?}", answer.verdict);
    assert!(!format!("{answer:?}").contains(&stripe()), "the value of a found key was kept");
    let of_site = server.received_requests().await.unwrap().into_iter().filter(|it| !it.url.path().starts_with("/repos"));
    for request in of_site {
        assert!(!request.headers.contains_key("authorization"), "a site is asked as a stranger asks");
    }
}

#[tokio::test]
async fn without_the_list_the_app_router_is_not_seen() {
    let server = served("2").await;
    let settings = AppSettings { github: None, ..at_site() };
    let verdict = Erased::<Bundle>::new().look(&sight(&server, &[System::Site], &settings)).await.verdict;
    let gap = verdict.outcome.gap().unwrap();
    assert_eq!(gap.kind, GapKind::Incomplete);
    assert!(gap.needs.as_ref().unwrap().as_str().contains("--repo"), "{gap:?}");
}

#[tokio::test]
async fn without_an_address_nobody_is_asked() {
    let server = MockServer::start().await;
    let verdict = Erased::<Bundle>::new().look(&sight(&server, &[System::Site], &acme())).await.verdict;
    assert_eq!(verdict.outcome.gap().unwrap().kind, GapKind::NotConfigured);
    assert_eq!(server.received_requests().await.unwrap().len(), 0);
}

#[rstest]
#[case(404, GapKind::NotConfigured)]
#[case(401, GapKind::NoPermission)]
#[case(429, GapKind::RateLimited)]
#[case(502, GapKind::VendorFault)]
#[tokio::test]
async fn a_site_that_does_not_answer_is_a_gap(#[case] status: u16, #[case] kind: GapKind) {
    let server = MockServer::start().await;
    let refused = ResponseTemplate::new(status).set_body_raw("<html>no</html>", "text/html").insert_header("retry-after", "7200");
    Mock::given(at("/")).respond_with(refused).mount(&server).await;
    let verdict = Erased::<Bundle>::new().look(&sight(&server, &[System::Site], &at_site())).await.verdict;
    let gap = verdict.outcome.gap().expect("a gap");
    assert_eq!(gap.kind, kind, "{gap}");
    assert!(gap.needs.as_ref().is_none_or(|it| !it.as_str().contains("NAME")), "{gap:?}");
}

//! `rescue scan` as people and schedulers meet it: targets, forms, exit codes, live checks, and that no value ever comes out.

use super::has;
use crate::canary::stripe_key;
use crate::program::{Home, Told, bytes_below, checkout, contains};
use crate::server::{Reply, Server, serve};
use rstest::rstest;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn line() -> String {
    format!("export const key = \"{}\"\n", stripe_key())
}

/// A home that has nothing, and a checkout with one key in two files.
fn leaked() -> (Home, PathBuf) {
    let home = Home::new();
    let tree = home.beside("shop");
    checkout(&tree, &[("lib/pay.ts", &line()), ("apps/web/pay.ts", &format!("// {}\n{}", "again", line())), ("a.txt", "one\n")]);
    (home, tree)
}

fn clean() -> (Home, PathBuf) {
    let home = Home::new();
    let tree = home.beside("shop");
    checkout(&tree, &[("src/index.ts", "export const one = 1\n"), ("package.json", "{}\n")]);
    (home, tree)
}

/// A commit in a checkout that has one.
fn git(at: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=Tester", "-c", "user.email=tester@example.com"])
        .args(arguments)
        .current_dir(at)
        .env_remove("GIT_DIR")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

#[track_caller]
fn no_value_in(told: &Told) {
    let key = stripe_key();
    for part in [key.as_str(), &key[10..30]] {
        assert!(!told.out.contains(part) && !told.err.contains(part), "a value is in {told:?}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_scan_needs_no_app_and_makes_no_file() {
    let (home, tree) = leaked();
    let told = home.run(&["scan", text(&tree)]);
    assert_eq!(told.code, Some(3), "{told:?}");
    no_value_in(&told);
    let end = &stripe_key()[stripe_key().len() - 4..];
    for shown in [end, "lib/pay.ts:1", "apps/web/pay.ts:2", "rotate: ", "1 secret to rotate"] {
        assert!(told.out.contains(shown), "no `{shown}` in {}", told.out);
    }
    assert_eq!(told.err, "", "no progress where nobody looks");
    assert!(told.out.lines().all(|line| line.chars().count() <= 80), "{}", told.out);
    assert!(!home.path().exists(), "a home was made unasked");
}

#[test]
fn nothing_found_is_good_only_when_everything_was_seen() {
    let (home, tree) = clean();
    let told = home.must(&["scan", text(&tree)]);
    assert!(told.out.contains("no secret found, and everything was seen"), "{told:?}");
    fs::write(tree.join(".gitmodules"), "").unwrap();
    fs::write(tree.join("big.ts"), vec![b' '; 33 << 20]).unwrap();
    let told = home.run(&["scan", text(&tree), "--no-history"]);
    let document = home.json(&["scan", text(&tree), "--no-history", "--json"]);
    // Whoever can read a file of that size says so by its coverage; nobody may call it clean unread.
    let complete = document["coverage"]["complete"].as_bool().unwrap();
    assert_eq!(told.code, Some(if complete { 0 } else { 5 }), "{told:?}");
    assert!(complete || told.out.contains("big.ts: "), "{told:?}");
    let empty = home.beside("empty");
    fs::create_dir(&empty).unwrap();
    let told = home.run(&["scan", text(&empty)]);
    assert_eq!(told.code, Some(5));
    assert!(told.out.contains("nothing to look into"), "{told:?}");
}

#[test]
fn what_only_the_history_has_is_leaked() {
    let (home, tree) = leaked();
    fs::remove_file(tree.join("lib/pay.ts")).unwrap();
    fs::remove_file(tree.join("apps/web/pay.ts")).unwrap();
    git(&tree, &["commit", "-q", "-a", "-m", "away"]);
    let told = home.run(&["scan", text(&tree)]);
    assert_eq!(told.code, Some(3), "{told:?}");
    assert!(told.out.contains("only in history ") && told.out.contains(": leaked"), "{}", told.out);
    no_value_in(&told);
    let found = home.json(&["scan", text(&tree), "--json"])["findings"][0].clone();
    assert_eq!((&found["surface"], &found["in_head"]), (&"history".into(), &false.into()));
    assert!(found["commit"].is_string() && found["since"].is_string(), "{found}");
    let told = home.must(&["scan", text(&tree), "--no-history"]);
    assert!(told.out.contains("scanned 1 file,"), "{told:?}");
}

#[test]
fn the_document_has_what_it_promises() {
    let (home, tree) = leaked();
    let told = home.run(&["scan", text(&tree), "--json"]);
    no_value_in(&told);
    let document = told.json();
    super::moments_are_utc(&document);
    has(&document, &["target", "at", "history", "coverage", "findings", "secrets", "not_shown", "remarks", "lasting_ids"]);
    has(&document["coverage"], &["blobs_seen", "blobs_total", "skipped", "complete"]);
    let findings = document["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "one entry per secret and path");
    for it in findings {
        has(it, &["id", "rule", "kind", "provider", "path", "line", "commit", "in_head", "masked", "public", "confidence"]);
        has(it, &["severity", "rotate", "surface", "accepted"]);
    }
    assert_eq!(findings[0]["id"], findings[1]["id"], "the same id for the same secret");
    assert_eq!(document["secrets"], 1);
    assert_eq!(home.json(&["scan", text(&tree), "--format", "json"])["secrets"], 1);
}

#[test]
fn ids_last_where_an_installation_has_a_key() {
    let (home, tree) = leaked();
    let id = |home: &Home| home.json(&["scan", text(&tree), "--json"])["findings"][0]["id"].clone();
    assert_ne!(id(&home), id(&home), "without a home every scan has a key of its own");
    home.must(&["app", "add", "mine", "--repo", text(&tree)]);
    home.run(&["probe", "mine", "--only", "scan.tree"]);
    assert_eq!(id(&home), id(&home));
    let found = home.json(&["finding", "list", "mine", "--json"])["findings"][0]["id"].clone();
    assert!(found.as_str().unwrap().ends_with(id(&home).as_str().unwrap()), "{found}");
}

#[test]
fn a_file_a_folder_of_a_checkout_and_standard_input_are_scanned() {
    let (home, tree) = leaked();
    let told = home.run(&["scan", text(&tree.join("lib/pay.ts"))]);
    assert!(told.code == Some(3) && told.out.contains("pay.ts:1") && told.out.contains("1 file"), "{told:?}");
    let told = home.run(&["scan", text(&tree.join("apps"))]);
    assert!(told.code == Some(3) && told.out.contains("apps/web/pay.ts:2"), "{told:?}");
    assert!(!told.out.contains("lib/pay.ts") && told.out.contains("only the files below it"), "{told:?}");
    let mut child = home.command(&["scan", "-", "--json"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(line().as_bytes()).unwrap();
    let told = Told::of(&child.wait_with_output().unwrap());
    assert_eq!(told.code, Some(3), "{told:?}");
    no_value_in(&told);
    assert_eq!(told.json()["findings"][0]["path"], "standard input");
}

#[rstest]
#[case::nothing(&["scan"], "PATH|REPO-URL")]
#[case::missing(&["scan", "no/such/place/here"], "does not exist")]
#[case::slug(&["scan", "acme/shop"], "https://github.com/acme/shop")]
#[case::kind(&["scan", ".", "--verify", "nonsense"], "stripe-secret-live")]
#[case::left_off(&["scan", ".", "--verify", "telegram-bot"], "stands in the address")]
#[case::consent(&["scan", ".", "--verify", "stripe"], "needs_consent")]
#[case::app(&["scan", "--app", "nobody"], "nobody")]
#[case::both(&["scan", ".", "--site", "https://shop.example.com"], "--site")]
#[case::ssh(&["scan", "git@github.com:acme/shop.git"], "https")]
#[case::yes_alone(&["scan", ".", "--yes"], "--verify")]
fn wrong_usage_says_the_way_on(#[case] arguments: &[&str], #[case] says: &str) {
    let home = Home::new();
    let told = Told::of(&home.command(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap());
    told.refused(2, &[says]);
}

#[test]
fn an_address_with_a_password_is_not_repeated() {
    let mark = ["kana", "ri"].concat();
    let home = Home::new();
    for arguments in
        [["scan", &format!("https://ana:{mark}@git.acme.example/shop")], ["scan", &format!("https://{mark}@x.example/y")]]
    {
        let told = home.run(&arguments);
        told.refused(2, &["RESCUE_SCAN_TOKEN"]);
        assert!(!told.err.contains(&mark), "{told:?}");
    }
    let told = home.run(&["scan", "--site", &format!("https://ana:{mark}@shop.example.com")]);
    told.refused(2, &["user name or password"]);
    assert!(!told.err.contains(&mark));
}

#[test]
fn a_hostile_name_moves_no_cursor() {
    let (home, tree) = clean();
    fs::write(tree.join("a\u{1b}[31m\n.ts"), line()).unwrap();
    for form in [&["--format", "text"][..], &["--json"], &["--format", "sarif"]] {
        let told = home.run(&[&["scan", text(&tree)], form].concat());
        assert_eq!(told.code, Some(3), "{told:?}");
        assert!(!told.out.contains('\u{1b}') && !told.err.contains('\u{1b}'), "{told:?}");
    }
}

/// The official schema where the vendors' files are; it lies outside this repository.
#[expect(clippy::disallowed_methods, reason = "the tests have no configuration; this names a directory of test material")]
fn schema() -> Option<Value> {
    let given = std::env::var("RESCUE_SPECS").ok().filter(|it| !it.is_empty());
    let file = given.map(|it| Path::new(&it).join("sarif-schema-2.1.0.json"));
    let text = file.and_then(|it| fs::read_to_string(it).ok());
    serde_json::from_str(&text?).ok()
}

/// The part of the schema that a code host refuses a file for: what must be there, of which type, with which words, and
/// that references lead somewhere. Always compared; the whole schema is where it is to be had.
fn least() -> Value {
    let text = |more: Value| serde_json::json!({"type": "object", "required": ["text"], "properties": more});
    let words = text(serde_json::json!({"text": {"type": "string", "minLength": 1}}));
    let level = serde_json::json!({"enum": ["none", "note", "warning", "error"]});
    let place = serde_json::json!({"type": "object", "required": ["physicalLocation"], "properties": {"physicalLocation": {
        "type": "object", "required": ["artifactLocation", "region"], "properties": {
            "artifactLocation": {"type": "object", "required": ["uri"], "properties": {
                "uri": {"type": "string", "pattern": "^[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=%-]+$"}, "uriBaseId": {"type": "string"}}},
            "region": {"type": "object", "properties": {"startLine": {"type": "integer", "minimum": 1}}}}}}});
    let result = serde_json::json!({"type": "object", "required": ["message", "ruleId", "locations"], "properties": {
        "message": words, "level": level, "ruleIndex": {"type": "integer", "minimum": 0},
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "locations": {"type": "array", "minItems": 1, "items": place},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "suppressions": {"type": "array", "items": {"type": "object", "required": ["kind"], "properties": {
            "kind": {"enum": ["inSource", "external"]}, "status": {"enum": ["accepted", "underReview", "rejected"]}}}}}});
    let rule = serde_json::json!({"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string"}, "shortDescription": words, "fullDescription": words,
        "defaultConfiguration": {"type": "object", "properties": {"level": level}}}});
    serde_json::json!({"type": "object", "required": ["version", "runs"], "properties": {
        "version": {"const": "2.1.0"}, "$schema": {"type": "string"},
        "runs": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["tool", "results"], "properties": {
            "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
                "type": "object", "required": ["name", "rules"], "properties": {"rules": {"type": "array", "items": rule, "uniqueItems": true}}}}},
            "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"]}},
            "results": {"type": "array", "items": result}}}}}})
}

/// A rotated secret of the history asks nothing more of anybody; one that still stands does.
#[test]
fn what_was_rotated_and_only_history_has_is_told_and_fails_nothing() {
    let (home, tree) = leaked();
    home.must(&["app", "add", "mine", "--repo", text(&tree)]);
    let of_first = |told: &Told, field: &str| told.json()["findings"][0][field].as_str().unwrap().to_owned();
    let there = home.run(&["scan", text(&tree), "--app", "mine", "--json"]);
    assert_eq!(there.code, Some(3), "{there:?}");
    home.run(&["probe", "mine", "--only", "scan"]);
    let key = format!("scan.{}:{}", of_first(&there, "rule"), of_first(&there, "id"));
    let today = there.json()["at"].as_str().unwrap()[..10].to_owned();
    home.must(&["finding", "rotated", "mine", &key, "--on", &today, "--proof", "the old one is refused"]);
    let there = home.run(&["scan", text(&tree), "--app", "mine"]);
    assert!(there.code == Some(3) && !there.out.contains("rotated on"), "it still stands in the files: {there:?}");
    fs::remove_file(tree.join("lib/pay.ts")).unwrap();
    fs::remove_file(tree.join("apps/web/pay.ts")).unwrap();
    git(&tree, &["commit", "-q", "-a", "-m", "away"]);
    let gone = home.run(&["scan", text(&tree), "--app", "mine"]);
    assert_eq!(gone.code, Some(0), "{gone:?}");
    assert!(
        gone.out.contains(&format!("rotated on {today} by")) && gone.out.contains("1 secret of the history rotated"),
        "{gone:?}"
    );
    let document = home.json(&["scan", text(&tree), "--app", "mine", "--json"]);
    assert_eq!(document["secrets"], 0);
    assert!(document["findings"][0]["rotated"].as_str().is_some_and(|it| it.contains(&today)), "{document}");
    home.must(&["finding", "reopen", "mine", &key, "--reason", "the wrong key was replaced"]);
    assert_eq!(home.run(&["scan", text(&tree), "--app", "mine"]).code, Some(3));
    assert_eq!(home.run(&["scan", text(&tree)]).code, Some(3), "without the app nobody said anything");
}

#[test]
fn what_is_public_says_why_and_a_line_break_in_a_name_is_kept_for_machines() {
    let (home, tree) = clean();
    fs::write(tree.join("pay.ts"), format!("const k = 'pk_{}_{}'\n", "live", &stripe_key()[8..])).unwrap();
    fs::write(tree.join("a\nb.ts"), line()).unwrap();
    let told = home.run(&["scan", text(&tree), "--public"]);
    assert!(told.out.contains("public: browsers need it"), "{told:?}");
    let found = home.run(&["scan", text(&tree), "--public", "--json"]).json()["findings"].clone();
    let of =
        |rule: &str| found.as_array().unwrap().iter().find(|it| it["rule"] == rule).cloned().unwrap_or_else(|| panic!("{found}"));
    assert!(of("stripe-publishable")["why_harmless"].as_str().is_some_and(|it| it.contains("browsers need it")));
    let secret = of("stripe-or-clerk-secret");
    assert!(secret["why_harmless"].is_null() && secret["exact_path"] == "a%0Ab.ts", "{secret}");
    let log: Value = serde_json::from_str(&home.run(&["scan", text(&tree), "--format", "sarif"]).out).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%0Ab.ts");
}

#[test]
fn sarif_is_what_its_schema_says() {
    let (home, tree) = leaked();
    fs::write(tree.join("my notes #1.ts"), line().replace("key", "other")).unwrap();
    let told = home.run(&["scan", text(&tree), "--format", "sarif"]);
    assert_eq!(told.code, Some(3), "{told:?}");
    no_value_in(&told);
    let log: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    let uris: Vec<_> =
        results.iter().map(|it| it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()).collect();
    assert!(uris.contains(&"my%20notes%20%231.ts"), "{uris:?}");
    for schema in std::iter::once(least()).chain(schema()) {
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&log).map(|it| it.to_string()).collect();
        assert_eq!(wrong, [""; 0]);
    }
    // The bundled part can refuse: a result without its place, a level that is none.
    let least = jsonschema::validator_for(&least()).unwrap();
    for (at, wrong) in [("/runs/0/results/0/locations", serde_json::json!([])), ("/runs/0/results/0/level", "bad".into())] {
        let mut broken = log.clone();
        *broken.pointer_mut(at).unwrap() = wrong;
        assert!(!least.is_valid(&broken), "{at}");
    }
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for it in results {
        let index = usize::try_from(it["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], it["ruleId"], "a reference leads somewhere");
    }
}

#[test]
fn a_marker_of_another_scanner_is_shown_and_not_obeyed() {
    let (home, tree) = clean();
    fs::write(tree.join("pay.ts"), line().replace('\n', " // gitleaks:allow\n")).unwrap();
    let told = home.run(&["scan", text(&tree)]);
    assert_eq!(told.code, Some(3), "{told:?}");
    assert!(told.out.contains("gitleaks:allow"), "{told:?}");
}

/// An app with that checkout, whose finding is accepted.
fn accepted() -> (Home, PathBuf) {
    let (home, tree) = leaked();
    home.must(&["app", "add", "acme", "--repo", text(&tree), "--person", "client:Ana"]);
    home.run(&["probe", "acme", "--only", "scan.tree"]);
    let id = home.json(&["finding", "list", "acme", "--json"])["findings"][0]["id"].as_str().unwrap().to_owned();
    let until = super::people::days_from_now(20);
    let accept =
        ["finding", "accept", "acme", &id, "--reason", "test account", "--until", &until, "--by", "Ana", "--proof", "mail"];
    home.must(&accept);
    (home, tree)
}

#[test]
fn what_is_accepted_is_by_its_hash_and_another_secret_on_the_line_is_new() {
    let (home, tree) = accepted();
    let told = home.must(&["scan", "--app", "acme", "--no-history"]);
    assert!(told.out.contains("accepted") && told.out.contains("test account"), "{told:?}");
    // Moved to another line it is the same; another secret in its place is not.
    fs::write(tree.join("lib/pay.ts"), format!("\n\n{}", line())).unwrap();
    home.must(&["scan", "--app", "acme", "--no-history"]);
    let other = line().replace(&stripe_key()[12..20], "Zb7Qx2Lm");
    fs::write(tree.join("lib/pay.ts"), other).unwrap();
    let document = home.run(&["scan", "--app", "acme", "--no-history", "--json"]);
    assert_eq!(document.code, Some(3), "{document:?}");
    assert_eq!(document.json()["secrets"], 1);
    let log: Value = serde_json::from_str(&home.run(&["scan", "--app", "acme", "--format", "sarif"]).out).unwrap();
    let suppressed = |it: &&Value| it.get("suppressions").is_some();
    assert!(log["runs"][0]["results"].as_array().unwrap().iter().filter(suppressed).count() >= 1, "{log}");
}

#[test]
fn an_acceptance_that_nothing_needs_is_said() {
    let (home, tree) = accepted();
    let unused = |home: &Home| home.json(&["finding", "list", "acme", "--json"])["unused_acceptances"].as_array().unwrap().len();
    assert_eq!(unused(&home), 0);
    fs::remove_file(tree.join("lib/pay.ts")).unwrap();
    fs::remove_file(tree.join("apps/web/pay.ts")).unwrap();
    git(&tree, &["commit", "-q", "-a", "-m", "away"]);
    let told = home.run(&["probe", "acme", "--only", "scan.tree"]);
    assert!(told.out.contains("unused") && told.out.contains("rescue finding reopen acme"), "{told:?}");
    assert_eq!(unused(&home), 1);
    assert!(home.must(&["finding", "list", "acme"]).out.contains("unused"));
}

/// A server that knows one Stripe key or none, and a home whose app may or may not try keys there.
fn stripe(live: bool) -> (Server, Home, PathBuf) {
    let server = serve(move |asked| {
        let own = asked.authorization.as_deref() == Some(&format!("Bearer {}", stripe_key()));
        if own && live {
            Reply::json(200, r#"{"object":"balance"}"#)
        } else {
            Reply::json(401, r#"{"error":{"message":"Invalid API Key provided: sk_****","type":"invalid_request_error"}}"#)
        }
    });
    let home = Home::new().with("RESCUE_STRIPE_URL", &server.address("stripe")).with("RESCUE_LOG", "trace");
    let tree = home.beside("shop");
    checkout(&tree, &[("lib/pay.ts", &line())]);
    home.must(&["app", "add", "acme", "--repo", text(&tree)]);
    (server, home, tree)
}

fn permit(home: &Home, host: &str) {
    let until = super::people::days_from_now(9);
    home.must(&["app", "authorise", "acme", "--consent", "active", "--by", "Ana", "--host", host, "--until", &until]);
}

const VERIFY: [&str; 7] = ["scan", "--app", "acme", "--no-history", "--verify", "stripe", "--yes"];

#[test]
fn no_key_is_tried_without_permission_for_that_host() {
    let (server, home, _) = stripe(true);
    home.run(&VERIFY).refused(2, &["needs_consent", "rescue app authorise acme --consent active"]);
    permit(&home, "api.elsewhere.example");
    home.run(&VERIFY).refused(2, &["127.0.0.1"]);
    permit(&home, "127.0.0.1");
    home.run(&VERIFY[..6]).refused(2, &["--yes"]);
    assert_eq!(server.asked().len(), 0);
    assert_eq!(home.run(&VERIFY).code, Some(3));
    assert_eq!(server.asked().len(), 2);
}

#[rstest]
#[case::live(true)]
#[case::dead(false)]
fn a_live_check_is_listed_asked_and_never_shows_the_key(#[case] live: bool) {
    let (server, home, _) = stripe(live);
    permit(&home, "127.0.0.1");
    let told = home.run(&VERIFY);
    assert_eq!(told.code, Some(3), "dead is still to be rotated: {told:?}");
    no_value_in(&told);
    // The key may be Clerk's, too, so a no of Stripe's proves nothing.
    let words = if live { "it works today" } else { "asked: " };
    assert!(told.out.contains(words), "{told:?}");
    assert!(told.err.contains("GET 127.0.0.1/stripe/v1/balance") && told.err.contains("authorization"), "{told:?}");
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    let own = format!("Bearer {}", stripe_key());
    assert_ne!(asked[0].authorization.as_ref(), Some(&own), "the control comes first");
    assert_eq!(asked[1].authorization.as_ref(), Some(&own), "without this, absence elsewhere says nothing");
    assert!(asked.iter().all(|it| !it.path.contains("sk_")), "{asked:?}");
    let document = home.run(&[&VERIFY[..], &["--json"]].concat());
    no_value_in(&document);
    let found = document.json()["findings"][0].clone();
    assert!(["live", "dead", "unknown"].contains(&found["live"].as_str().unwrap()), "{found}");
    assert_eq!(found["live"] == "live", live);
    let kept = bytes_below(&home.path());
    assert!(contains(&kept, b"a leaked key was tried"), "the log was not found");
    assert!(!contains(&kept, stripe_key().as_bytes()) && !contains(&kept, b"\"live\":\"live\""), "in a file of the home");
}

#[test]
fn a_site_is_scanned_for_what_it_serves() {
    let body = format!("<!doctype html><script>{}</script>", line());
    let server = serve(move |asked| match asked.path.as_str() {
        "/" => {
            Reply::Whole { status: 200, headers: vec![("content-type".into(), "text/html".into())], body: body.clone().into() }
        }
        _ => Reply::json(404, "{}"),
    });
    let home = Home::new();
    let told = home.run(&["scan", "--site", &server.address("site"), "--json"]);
    assert_eq!(told.code, Some(3), "{told:?}");
    no_value_in(&told);
    let document = told.json();
    assert_eq!(document["findings"][0]["surface"], "site");
    has(&document["site"], &["pages", "scripts", "maps", "requests"]);
    let told = home.run(&["scan", "--site", &server.address("site")]);
    assert!(told.out.contains("served to anybody"), "{told:?}");
    let gone = home.run(&["scan", "--site", "http://127.0.0.1:9/"]);
    assert_eq!((gone.code, gone.out.as_str()), (Some(1), ""), "{gone:?}");
}

/// A bare repository as plain files, for whoever has the token.
fn host(home: &Home, tree: &Path, token: &'static str) -> Server {
    use base64::Engine as _;
    let bare = home.beside("bare.git");
    git(tree, &["clone", "-q", "--mirror", ".", text(&bare)]);
    git(&bare, &["update-server-info"]);
    let wanted = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{token}")));
    serve(move |asked| {
        if asked.authorization.as_ref() != Some(&wanted) {
            return Reply::json(401, "{}").with("www-authenticate", "Basic realm=\"git\"");
        }
        match fs::read(bare.join(asked.path.trim_start_matches('/'))) {
            Ok(body) => Reply::Whole { status: 200, headers: Vec::new(), body },
            Err(_) => Reply::json(404, "{}"),
        }
    })
}

#[test]
fn a_repository_given_by_address_is_cloned_with_its_own_token_and_forgotten() {
    let token = "invented-kanari";
    let (home, tree) = leaked();
    let server = host(&home, &tree, token);
    let home = home.with("TMPDIR", text(&tree)).with("GITHUB_TOKEN", "another-host-s");
    let address = server.address("shop");
    let refused = home.run(&["scan", &address]);
    refused.refused(1, &["RESCUE_SCAN_TOKEN"]);
    let told = Told::of(&home.command(&["scan", &address, "--json"]).env("RESCUE_SCAN_TOKEN", token).output().unwrap());
    assert_eq!(told.code, Some(3), "{told:?}");
    no_value_in(&told);
    assert!(!told.out.contains(token) && !told.err.contains(token));
    let document = told.json();
    assert_eq!((&document["history"], &document["target"]["kind"]), (&true.into(), &"address".into()));
    let named = home.command(&["scan", &address, "--token-env", "MINE"]).env("MINE", token).output().unwrap();
    assert_eq!(Told::of(&named).code, Some(3));
    home.run(&["scan", &address, "--token-env", "NOT_SET"]).refused(2, &["--token-env"]);
    let left: Vec<_> = fs::read_dir(&tree)
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .filter(|it| it.to_string_lossy().contains("rescue"))
        .collect();
    assert_eq!(left, [""; 0], "the clone is still there");
    assert!(!server.asked().is_empty());
    assert!(!home.path().exists());
}

//! What the real program says of a repository before anybody said anything of it, and of the systems that it saw there.

use crate::program::{Home, Told, checkout};
use crate::server::{Asked, Reply, VENDORS, home_of, serve, take_on, vendors};
use serde_json::Value;
use std::path::PathBuf;

/// The twenty letters of a project.
fn project() -> String {
    "acmeshopproductionab".to_owned()
}

/// A home beside an app with Supabase, Vercel and Stripe.
fn shop() -> (Home, PathBuf) {
    let (home, own) = (Home::new(), project());
    let tree = home.beside("shop");
    let (client, config) = (
        format!(
            "import {{ createClient }} from '@supabase/supabase-js'\nexport const db = createClient('https://{own}.supabase.co', key)\n"
        ),
        format!("project_id = \"{own}\"\n"),
    );
    checkout(
        &tree,
        &[
            (
                "package.json",
                "{\n\"name\": \"acme-shop\",\n\"scripts\": {\"start\": \"next start\"},\n\"dependencies\": {\n\"next\": \"16.0.3\",\n\"@supabase/supabase-js\": \"2.101.0\",\n\"stripe\": \"20.1.0\",\n\"openai\": \"6.9.0\"\n}\n}\n",
            ),
            (".vercel/project.json", "{\"projectId\": \"prj_abc\", \"orgId\": \"team_acme\"}"),
            ("supabase/config.toml", &config),
            ("src/db.ts", &client),
            ("src/pay.ts", "import Stripe from 'stripe'\nexport const stripe = new Stripe(process.env.STRIPE_SECRET_KEY)\n"),
            ("src/ask.ts", "import OpenAI from 'openai'\nexport const model = new OpenAI()\n"),
            ("src/app/page.tsx", "export default function Home() { return <main/> }\n"),
        ],
    );
    (home, tree)
}

fn discover(home: &Home, more: &[&str]) -> Told {
    let tree = home.beside("shop").display().to_string();
    home.run(&[&["app", "discover", "acme", "--repo", &tree], more].concat())
}

fn proposed<'d>(document: &'d Value, field: &str) -> Vec<&'d Value> {
    document["proposals"].as_array().unwrap().iter().filter(|it| it["field"] == field).collect()
}

#[track_caller]
fn only<'d>(document: &'d Value, field: &str) -> &'d Value {
    let [one] = proposed(document, field)[..] else { panic!("not one {field} in {document}") };
    one
}

#[test]
fn a_repository_proposes_what_it_shows_each_with_its_place() {
    let (home, _) = shop();
    let told = discover(&home, &["--json"]);
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""), "{told:?}");
    let document = told.json();
    for key in ["app", "commit", "proposals", "questions", "applies", "unseen"] {
        assert!(document.get(key).is_some(), "no `{key}` in {document}");
    }
    let rows = [
        ("title", "Acme Shop", true, "package.json:name"),
        ("framework", "Next.js (16.0.3, no lockfile says which)", false, "package.json:5"),
        ("supabase", &project(), true, "src/db.ts:2"),
        ("vercel", "team_acme/prj_abc", true, ".vercel/project.json:1"),
        ("provider", "openai", true, "src/ask.ts:1"),
    ];
    for (field, value, sets, from) in rows {
        let it = only(&document, field);
        assert_eq!(
            (it["value"].as_str().unwrap(), it["sets"].as_bool(), it["accepted"].as_bool()),
            (value, Some(sets), Some(false))
        );
        assert!(it["from"].as_array().unwrap().iter().any(|it| it.as_str().unwrap().starts_with(from)), "{it}");
    }
    let uses = proposed(&document, "uses");
    assert!(uses.iter().any(|it| it["value"] == "Stripe (payments)"), "{uses:?}");
    let stack: Vec<&str> = proposed(&document, "stack").iter().map(|it| it["value"].as_str().unwrap()).collect();
    assert_eq!(stack, ["uses.supabase=true", "uses.payments=true", "uses.llm=true"]);
    assert!(!document["applies"].as_array().unwrap().is_empty(), "{document}");
    assert_eq!((&document["questions"], &document["unseen"]), (&serde_json::json!([]), &Value::Null));
    // Nothing was accepted, so nothing is kept.
    assert_eq!(home.json(&["app", "list", "--json"])["apps"], serde_json::json!([]));
    let lines = discover(&home, &[]);
    assert!(lines.out.contains("team_acme/prj_abc") && lines.out.contains(".vercel/project.json:1"), "{}", lines.out);
    assert!(lines.err.contains("--accept all") && lines.err.contains("take the app on"), "{}", lines.err);
}

#[test]
fn what_is_accepted_becomes_a_setting_and_is_not_proposed_again() {
    let (home, tree) = shop();
    let told = discover(&home, &["--accept", "all"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.err.contains("acme is taken on"), "{}", told.err);
    let shown = home.json(&["app", "show", "acme", "--json"]);
    assert_eq!(
        (&shown["title"], &shown["supabase"], &shown["vercel"]),
        (&"Acme Shop".into(), &project().into(), &"team_acme/prj_abc".into())
    );
    assert_eq!(shown["providers"], serde_json::json!(["openai"]));
    assert_eq!(shown["stack"]["uses.payments"], true);
    assert_eq!(shown["path"].as_str(), tree.canonicalize().unwrap().to_str());
    let again = home.json(&["app", "discover", "acme", "--json"]);
    let settings = again["proposals"].as_array().unwrap().iter().filter(|it| it["sets"] == true).count();
    assert_eq!(settings, 0, "{again}");
}

#[test]
fn one_field_is_accepted_also_with_a_value_of_ones_own() {
    let (home, _) = shop();
    let other = "b".repeat(20);
    let told = discover(&home, &["--accept", "provider", "--accept", &format!("supabase={other}"), "--json"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert_eq!(only(&told.json(), "provider")["accepted"], true);
    let shown = home.json(&["app", "show", "acme", "--json"]);
    assert_eq!((&shown["supabase"], &shown["vercel"]), (&other.into(), &Value::Null));
    assert_eq!(shown["providers"], serde_json::json!(["openai"]));
}

#[test]
fn a_field_that_is_none_and_a_value_that_cannot_be_are_refused_and_nothing_is_kept() {
    let (home, _) = shop();
    for (accept, words) in [
        ("colour=red", &["`colour`", "next:"][..]),
        ("staging", &["nothing is proposed for staging"]),
        ("supabase=short", &["supabase", "next:"]),
        ("framework", &["framework", "no setting holds it"]),
    ] {
        discover(&home, &["--accept", accept]).refused(2, words);
    }
    assert_eq!(home.json(&["app", "list", "--json"])["apps"], serde_json::json!([]));
}

#[test]
fn a_repository_that_is_not_there_is_told() {
    let home = Home::new();
    home.run(&["app", "discover", "acme", "--repo", "/no/such/folder"]).refused(2, &["/no/such/folder", "neither a folder"]);
    home.run(&["app", "discover", "acme"]).refused(2, &["no app `acme`", "next:", "--repo PATH|OWNER/NAME"]);
    home.run(&["app", "discover", "Acme", "--repo", "/tmp"]).refused(2, &["app name"]);
    // One that was there when the app was taken on.
    let (home, tree) = shop();
    home.must(&["app", "add", "acme", "--repo", tree.to_str().unwrap()]);
    std::fs::remove_dir_all(&tree).unwrap();
    home.run(&["app", "discover", "acme"]).refused(1, &["could not be read", "does not exist", "next:"]);
    // An empty one is not an app without anything.
    std::fs::create_dir_all(&tree).unwrap();
    home.run(&["app", "discover", "acme"]).refused(1, &["no file to look into", "next:"]);
}

#[test]
fn a_store_that_cannot_be_read_is_not_taken_for_an_app_that_is_not_there() {
    let (home, _) = shop();
    home.must(&["app", "add", "acme", "--url", "https://shop.acme.example"]);
    let connection = rusqlite::Connection::open(home.database()).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = off; ALTER TABLE app RENAME TO gone;").unwrap();
    drop(connection);
    let told = discover(&home, &["--json"]);
    told.refused(1, &["app", "next:"]);
    assert!(!told.err.contains("no app"), "{told:?}");
    discover(&home, &["--accept", "all"]).refused(1, &["next:"]);
}

/// A repository with this many packages, of which each that `serves` names can be served.
fn monorepo(home: &Home, packages: usize, serves: impl Fn(usize) -> bool) {
    let own = project();
    let mut files =
        vec![("package.json".to_owned(), "{\"name\": \"acme\", \"private\": true, \"workspaces\": [\"packages/*\"]}".to_owned())];
    for at in 0..packages {
        let more = if serves(at) {
            ", \"scripts\": {\"start\": \"next start\"}, \"dependencies\": {\"next\": \"16.0.3\", \"openai\": \"6.9.0\"}"
        } else {
            ""
        };
        files.push((format!("packages/p{at:02}/package.json"), format!("{{\"name\": \"@acme/p{at:02}\"{more}}}")));
        if serves(at) {
            files.push((
                format!("packages/p{at:02}/src/ask.ts"),
                "import OpenAI from 'openai'\nexport const model = new OpenAI()\n".to_owned(),
            ));
        }
    }
    files.push(("supabase/config.toml".to_owned(), format!("project_id = \"{own}\"\n")));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    checkout(&home.beside("shop"), &files);
}

#[test]
fn forty_packages_ask_which_of_them_is_the_app() {
    for (serves, candidates) in [((|_| true) as fn(usize) -> bool, 40), (|at| at < 2, 2), (|_| false, 40)] {
        let home = Home::new();
        monorepo(&home, 40, serves);
        let document = discover(&home, &["--json"]).json();
        let [question] = document["questions"].as_array().unwrap().as_slice() else { panic!("{document}") };
        let question = question.as_str().unwrap();
        assert!(question.starts_with("Which of these is the app? packages/p00, packages/p01"), "{question}");
        assert_eq!(question.contains("and 32 more"), candidates == 40, "{question}");
        let folders = proposed(&document, "folder");
        assert_eq!(folders.len(), candidates, "every candidate is named: {document}");
        assert!(folders.iter().all(|it| it["sets"] == false && !it["from"].as_array().unwrap().is_empty()));
        let told = discover(&home, &[]);
        assert!(told.out.contains("Which of these is the app?") && told.out.contains("packages/p01"), "{}", told.out);
        assert!(told.err.contains("Say which app it is") && told.err.contains("--accept FIELD=VALUE"), "{}", told.err);
        // What is found may be another app's, so that nothing is taken without being named.
        let many = format!("{candidates} apps");
        discover(&home, &["--accept", "all"]).refused(2, &[many.as_str(), "next:", "FIELD=VALUE"]);
        assert_eq!(home.json(&["app", "list", "--json"])["apps"], serde_json::json!([]));
        let own = format!("supabase={}", project());
        assert_eq!(discover(&home, &["--accept", &own]).code, Some(0));
        assert_eq!(home.json(&["app", "show", "acme", "--json"])["supabase"], project().as_str());
    }
}

#[test]
fn the_only_app_among_forty_packages_needs_no_question() {
    let home = Home::new();
    monorepo(&home, 40, |at| at == 7);
    let document = discover(&home, &["--json"]).json();
    assert_eq!((document["questions"].as_array().unwrap().len(), proposed(&document, "folder").len()), (0, 0), "{document}");
    assert_eq!(only(&document, "framework")["from"][0].as_str().unwrap().split(':').next(), Some("packages/p07/package.json"));
}

fn demo_home() -> (crate::server::Server, Home) {
    let server = serve(vendors(3, |_| {}));
    let home = home_of(&server, |system| format!("invented-{system}"));
    take_on(&home);
    (server, home)
}

#[test]
fn the_systems_of_an_app_are_a_table_under_their_item() {
    let (_server, home) = demo_home();
    let before = home.must(&["item", "show", "acme", "ACC-01"]).out;
    assert!(!before.contains("that the code shows"), "nobody looked yet: {before}");
    home.run(&["probe", "acme", "--only", "ACC-01"]);
    let shown = home.must(&["item", "show", "acme", "ACC-01"]).out;
    let head =
        shown.lines().position(|it| it.contains("systems that the code shows, read ")).unwrap_or_else(|| panic!("{shown}"));
    assert!(shown.lines().nth(head).unwrap().contains("at commit "), "{shown}");
    let rows: Vec<Vec<&str>> =
        shown.lines().skip(head + 1).map_while(|it| it.strip_prefix("    ")).map(|it| it.split_whitespace().collect()).collect();
    let row = |name: &str| rows.iter().find(|it| it[0] == name).unwrap_or_else(|| panic!("no {name} in {shown}"));
    assert_eq!(row("Stripe")[1..4], ["payments", "used", "lib/pay.ts:1"]);
    assert!(
        row("OpenAI").contains(&"lib/ai.ts:1") && row("Supabase").iter().any(|it| it.starts_with("lib/admin.ts:")),
        "{rows:?}"
    );
    let document = home.json(&["item", "show", "acme", "ACC-01", "--json"]);
    let systems = &document["systems"]["seen"]["systems"];
    let names: Vec<&str> = systems.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, rows.iter().map(|it| it[0]).collect::<Vec<_>>(), "{document}");
    assert_eq!(document["systems"]["unseen"], Value::Null);
    // Another item has no such table.
    assert!(home.json(&["item", "show", "acme", "SEC-01", "--json"]).get("systems").is_none());
    assert!(!home.must(&["item", "show", "acme", "SEC-01"]).out.contains("that the code shows"));
}

#[test]
fn an_older_look_at_the_systems_is_said_to_be_one() {
    let (server, home) = demo_home();
    home.run(&["probe", "acme", "--only", "ACC-01"]);
    drop(server);
    home.run(&["probe", "acme", "--only", "ACC-01"]);
    let shown = home.must(&["item", "show", "acme", "ACC-01"]).out;
    assert!(shown.contains("an older look: the last one saw nothing") && shown.contains("lib/pay.ts:1"), "{shown}");
    let document = home.json(&["item", "show", "acme", "ACC-01", "--json"]);
    assert_eq!(document["systems"]["unseen"]["kind"], "unreachable", "{document}");
}

fn refusing(asked: &Asked) -> Reply {
    match asked.system.as_str() {
        "github" => Reply::json(401, r#"{"message":"Bad credentials"}"#),
        _ => vendors(3, |_| {})(asked),
    }
}

#[test]
fn a_credential_that_does_not_work_is_heard_in_the_exit_code() {
    // A credential that works, one that is refused, none at all, and nobody asked.
    for (variables, arguments, code) in [
        (&VENDORS[..1], &["auth", "status", "acme"][..], 1),
        (&VENDORS[..1], &["auth", "status", "--json"], 1),
        (&VENDORS[..1], &["auth", "status", "acme", "--offline"], 0),
        (&VENDORS[..0], &["auth", "status", "acme"], 0),
    ] {
        let server = serve(refusing);
        let home = variables.iter().fold(server.home(&["github"]), |home, (_, variable)| home.with(variable, "invented-token"));
        home.must(&["app", "add", "acme", "--github", "acme/shop"]);
        let told = home.run(arguments);
        assert_eq!(told.code, Some(code), "{arguments:?}: {told:?}");
        // The answer is on standard output all the same.
        assert!(told.out.to_lowercase().contains("github"), "{told:?}");
        assert_eq!(told.out.contains("does not work") || told.out.contains("does_not_work"), code == 1, "{told:?}");
    }
    let server = serve(vendors(3, |_| {}));
    let home = server.home(&["github"]).with("GITHUB_TOKEN", "invented-token");
    home.must(&["app", "add", "acme", "--github", "acme/shop"]);
    assert!(home.must(&["auth", "status", "acme"]).out.contains("works"));
}

//! Marked tokens and marked secrets go in; none comes out: not in the database, the logs, either output or the screen.

use crate::mcp::agent::Agent;
use crate::program::{Home, bytes_below, bytes_of, checkout, contains};
use crate::server::{Reply, Server, VENDORS, home_of, serve, take_on, vendors};
use crate::terminal::Terminal;
use serde_json::{Value, json};

/// Fields in which vendors send secrets next to harmless ones.
const SECRET_FIELDS: [&str; 12] = [
    "secret",
    "value",
    "api_key",
    "jwt_secret",
    "auth_token",
    "temp_clone_token",
    "smtp_pass",
    "legacyValue",
    "vsmValue",
    "download_url",
    "redacted_value",
    "db_pass",
];

/// Letters that look random, the same each time; built here so that no scanner finds a key in the repository.
fn letters(seed: u64, n: usize) -> String {
    const ALPHABET: &[u8] = b"aZb3YcX7dWeV9fUgT2hSiR5jQkP8mNoM4pLqK6rJsH1tGuFvEwDxC0yBzA";
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(ALPHABET[usize::try_from(state >> 33).unwrap() % ALPHABET.len()])
    };
    (0..n).map(|_| next()).collect()
}

/// A key such as Stripe's.
pub fn stripe_key() -> String {
    ["sk", "live", &letters(7, 32)].join("_")
}

/// What the vendors' answers are marked with.
fn secret_mark() -> String {
    format!("{}{}", "kanari", letters(11, 12))
}

fn token(system: &str) -> String {
    format!("{}-{system}-{}", ["mark", "token"].join("ed"), letters(13, 16))
}

fn mark(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(mark),
        Value::Object(fields) => {
            fields.values_mut().for_each(mark);
            for name in SECRET_FIELDS {
                fields.entry(name).or_insert_with(|| Value::from(format!("{}-{name}", secret_mark())));
            }
        }
        _ => {}
    }
}

pub struct Marked {
    server: Server,
    /// Serves the key to every visitor, for as long as it is held.
    _site: Server,
    pub home: Home,
    key: String,
}

pub fn marked() -> Marked {
    let server = serve(vendors(1, mark));
    let home = home_of(&server, token).with("RESCUE_LOG", "trace");
    let key = stripe_key();
    let tree = home.beside("tree");
    // The same key where each probe of secrets looks: in the tree and its history, in a tracked file of settings, beside
    // what calls with it, and (the site that the vendors' stand-in serves has one of its own) behind a marked site.
    let settings = format!("STRIPE_KEY={key}\n");
    let call = format!(
        "import {{ createClient }} from '@supabase/supabase-js'\nconst k = \"{key}\"\nexport const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)\n"
    );
    let code = format!("export const key = \"{key}\"\n");
    checkout(&tree, &[("lib/pay.ts", &code), (".env.production", &settings), ("lib/db.ts", &call), ("package.json", "{}\n")]);
    take_on(&home);
    let page = format!("<!doctype html><script src=\"/assets/app.js\"></script><p>acme {}</p>", "shop");
    let script = format!("const k=\"{key}\";");
    let site = serve(move |asked| match asked.system.as_str() {
        "assets" => Reply::Whole {
            status: 200,
            headers: vec![("content-type".into(), "application/javascript".into())],
            body: script.clone().into_bytes(),
        },
        "" => Reply::Whole {
            status: 200,
            headers: vec![("content-type".into(), "text/html".into())],
            body: page.clone().into_bytes(),
        },
        _ => Reply::Whole { status: 404, headers: Vec::new(), body: Vec::new() },
    });
    let home = home.with("RESCUE_SITE_URL", &format!("http://127.0.0.1:{}/", site.port));
    home.must(&["app", "edit", "acme", "--repo", tree.to_str().unwrap(), "--url", "https://shop.example.com"]);
    Marked { server, _site: site, home, key }
}

impl Marked {
    /// Everything that must not be found anywhere.
    fn forbidden(&self) -> Vec<String> {
        let mut all = vec![secret_mark(), self.key.clone(), self.key[10..30].to_owned()];
        all.extend(VENDORS.map(|(system, _)| token(system)));
        all
    }

    #[track_caller]
    pub fn nothing_in(&self, where_: &str, bytes: &[u8]) {
        for text in self.forbidden() {
            assert!(!contains(bytes, text.as_bytes()), "`{text}` is in {where_}");
        }
    }

    /// Each probe that meets secrets decided on the key, by name: what did not look could not have leaked.
    #[track_caller]
    fn newer_probes_saw_it(&self) {
        let run = self.home.run(&["probe", "acme", "--json"]).json();
        let outcomes = run["outcomes"].as_array().unwrap();
        for (probe, wanted) in [
            ("scan.tree", "fail"),
            ("scan.history", "fail"),
            ("site.bundle", "fail"),
            ("scan.exposure-window", "undecided"),
            ("repo.env-files", "fail"),
            ("repo.service-role", ""),
        ] {
            let it = outcomes.iter().find(|it| it["probe"] == probe).unwrap_or_else(|| panic!("{probe} was not asked"));
            assert!(wanted.is_empty() || it["outcome"] == wanted, "{it}");
            assert_ne!(it["gap"]["kind"], "not_configured", "{probe} saw nothing: {it}");
        }
        let windows = outcomes.iter().find(|it| it["probe"] == "scan.exposure-window").unwrap();
        assert_eq!(windows["gap"]["kind"], "needs_judgement", "{windows}");
        assert!(windows["notes"].to_string().contains("still served to every visitor"), "{windows}");
    }

    /// The marks were sent and received: without this, their absence would say nothing.
    #[track_caller]
    fn went_in(&self) {
        let asked = self.server.asked();
        for (system, _) in VENDORS {
            let header = format!("Bearer {}", token(system));
            assert!(
                asked.iter().any(|it| it.system == system && it.authorization.as_ref() == Some(&header)),
                "{system}: {asked:?}"
            );
            let stray = asked.iter().find(|it| it.system != system && it.authorization.as_ref() == Some(&header));
            assert!(stray.is_none(), "{system}'s token went to {stray:?}");
        }
    }
}

/// The payload of an export.
fn opened(sealed: &std::path::Path, key: &std::path::Path) -> Vec<u8> {
    use rescue::desk::moving::sealed::{Looked, identity, look};
    let Looked::Sealed(it) = look(sealed).unwrap() else { panic!("it is not sealed") };
    let key = identity(key, || panic!("it has no passphrase")).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut it.open(&key).unwrap(), &mut bytes).unwrap();
    bytes
}

#[test]
fn no_mark_is_in_any_output_or_file() {
    let it = marked();
    for arguments in [
        &["probe", "acme"][..],
        &["probe", "acme", "--json"],
        &["probe", "acme", "--plain"],
        &["status", "--json"],
        &["status", "acme"],
        &["item", "show", "acme", "SEC-01"],
        &["item", "show", "acme", "SPD-01", "--json"],
        &["finding", "list", "acme"],
        &["finding", "list", "acme", "--json"],
        &["next", "acme"],
        &["ask", "acme"],
        &["ask", "acme", "--json"],
        &["fix", "acme", "SEC-01"],
        &["fix", "acme", "SEC-02", "--json"],
        &["fix", "acme", "SEC-03", "--as", "agent"],
        &["fix", "acme", "SEC-01", "--as", "issue"],
        &["prove", "acme", "SEC-01", "SEC-03"],
        &["prove", "acme", "SEC-02", "--json"],
        &["diff", "acme", "--since", "2020-01-01"],
        &["auth", "status"],
        &["auth", "status", "acme", "--json"],
        &["app", "export", "acme"],
        &["app", "show", "acme"],
        &["db", "check"],
    ] {
        let told = it.home.run(arguments);
        assert!(matches!(told.code, Some(0 | 3)), "{arguments:?}: {told:?}");
        it.nothing_in(&format!("the output of {arguments:?}"), told.out.as_bytes());
        it.nothing_in(&format!("the messages of {arguments:?}"), told.err.as_bytes());
    }
    it.went_in();
    let copy = it.home.beside("copy.db");
    it.home.must(&["db", "backup", copy.to_str().unwrap()]);
    it.nothing_in("the backup", &bytes_of(&copy));
    // What is sealed into an export, opened as its reader does.
    let (key, sealed) = (it.home.beside("key"), it.home.beside("acme.rescue"));
    let made = std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap();
    assert!(made.success());
    let public = key.with_extension("pub");
    it.home.must(&["app", "export", "acme", sealed.to_str().unwrap(), "--to", public.to_str().unwrap()]);
    let opened = opened(&sealed, &key);
    assert!(contains(&opened, b"lib/pay.ts") && contains(&opened, b"supabase.backup-age"), "nothing of the app is in it");
    it.nothing_in("the export's payload", &opened);
    it.newer_probes_saw_it();
    let kept = bytes_below(&it.home.path());
    for there in ["acme", "scan.tree", "lib/pay.ts", "supabase.backup-age", "answered"] {
        assert!(contains(&kept, there.as_bytes()), "the files of the home were not found: no {there}");
    }
    it.nothing_in("the files of the home", &kept);
    let found = it.home.json(&["finding", "list", "acme", "--json"]);
    let end = &it.key[it.key.len() - 4..];
    let scanned = found["findings"].as_array().unwrap().iter().find(|it| it["probe"] == "scan.tree").expect("the key was found");
    assert!(scanned.to_string().contains(end), "masked with its last four: {scanned}");
}

#[test]
fn no_mark_reaches_an_agent() {
    let it = marked();
    let mut agent = Agent::of(&it.home, &["--app", "acme"]);
    let run = agent
        .document("rerun_probes", &json!({ "only": ["SEC-01", "SEC-02", "scan.exposure-window", "SPD-01", "BAK-01", "ENV-01"] }));
    let outcome =
        |probe: &str| run["outcomes"].as_array().unwrap().iter().find(|it| it["probe"] == probe).unwrap()["outcome"].clone();
    assert_eq!((outcome("scan.tree"), outcome("scan.history")), (json!("fail"), json!("fail")), "{run}");
    for (tool, arguments) in [
        ("list_apps", json!({})),
        ("status", json!({ "show": "all", "most": 200 })),
        ("next", json!({})),
        ("item", json!({ "item": "SEC-01" })),
        ("item", json!({ "item": "SPD-01" })),
        ("findings", json!({ "most": 200 })),
        ("changes", json!({ "since": "2020-01-01" })),
    ] {
        agent.document(tool, &arguments);
    }
    let told = String::from_utf8_lossy(&agent.raw).into_owned();
    it.nothing_in("what the agent was told", told.as_bytes());
    let end = &it.key[it.key.len() - 4..];
    assert!(told.contains("lib/pay.ts") && told.contains(end), "masked with its last four");
    it.went_in();
    assert_eq!(agent.end().0, Some(0));
    it.nothing_in("the files of the home", &bytes_below(&it.home.path()));
}

#[test]
fn no_mark_is_on_the_screen() {
    let it = marked();
    let mut console = Terminal::open(&it.home, &[], (140, 45));
    console.shows("acme");
    console.keys("\r");
    console.shows("Week 1");
    console.keys("R");
    console.shows("finished,");
    it.nothing_in("the run's screen", console.text().as_bytes());
    console.keys("\u{1b}");
    console.shows("SEC-01");
    it.nothing_in("the board", console.text().as_bytes());
    console.keys("f");
    console.shows(".env.production");
    it.nothing_in("the findings", console.text().as_bytes());
    console.keys("c");
    console.shows("OpenRouter");
    console.keys("r");
    it.nothing_in("the connections", console.text().as_bytes());
    console.keys("q");
    assert!(console.ended());
    it.went_in();
    it.nothing_in("what was written to the terminal", &console.raw);
    it.nothing_in("the files of the home", &bytes_below(&it.home.path()));
}

//! One app's credential never reaches a request for another app: many apps side by side, with tokens of their own, shared
//! ones, commands, a vendor that sends us elsewhere, one that closes its door to one token, and a repository that two apps
//! share and only one may read.

use crate::program::{Home, item};
use crate::server::{Asked, Reply, Server, VENDORS, serve, vendors};
use base64::Engine as _;
use rescue::config::Environment;
use rescue::desk::Desk;
use rescue::desk::several::{Ending, Told};
use rescue::domain::AppName;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Where an app's credentials come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// `RESCUE_<APP>_<SYSTEM>_TOKEN`.
    Own,
    /// The vendor's own variable, as several apps have it.
    Shared,
    /// `[app.NAME.token_command]`.
    Command,
}

/// The apps by a letter: what they are called, and what their systems call them.
const APPS: [(char, Source); 8] = [
    ('a', Source::Own),
    ('b', Source::Own),
    ('c', Source::Shared),
    ('d', Source::Shared),
    ('e', Source::Command),
    ('f', Source::Command),
    ('g', Source::Own),
    ('h', Source::Own),
];
/// Its repository moved to another host, as its vendor says.
const MOVED: char = 'g';
/// Its token is refused for asking too much.
const LIMITED: char = 'h';
/// Two apps with one repository, of which the second one's token may not read it.
const TWINS: [char; 2] = ['y', 'z'];

fn name(letter: char) -> String {
    format!("app-{letter}")
}

/// What the app is called at its systems, and what the demo's app is called there.
fn marks(letter: char) -> [(String, &'static str); 5] {
    let repository = if TWINS.contains(&letter) { "acme/twin".to_owned() } else { format!("acme/app-{letter}") };
    [
        (repository, "acme/shop"),
        (letter.to_string().repeat(20), "acmeshopproductionab"),
        (format!("{}{}", letter.to_string().repeat(12), "stagings"), "acmeshopstagingabcde"),
        (format!("projects/app-{letter}"), "projects/shop"),
        (format!("proj_app_{letter}"), "proj_acme_shop"),
    ]
}

/// The token that an app has for a system.
fn token(letter: char, source: Source, system: &str) -> String {
    match source {
        Source::Shared => format!("invented-shared-{system}"),
        _ => format!("invented-{letter}-{system}"),
    }
}

fn everyone() -> impl Iterator<Item = (char, Source)> {
    APPS.into_iter().chain(TWINS.map(|letter| (letter, Source::Own)))
}

/// The apps that a request names.
fn named(asked: &Asked) -> BTreeSet<char> {
    let query = asked.query.iter().map(|(key, value)| format!("&{key}={value}&")).collect::<Vec<_>>().concat();
    // A name ends where its part of the path does.
    let text = format!("{}/{query}/", asked.path);
    let is_named = |mark: &str| ["/", "&", "?", ":", ".git/"].iter().any(|end| text.contains(&format!("{mark}{end}")));
    everyone().map(|(letter, _)| letter).filter(|letter| marks(*letter).iter().any(|(mark, _)| is_named(mark))).collect()
}

/// The demo's vendors, for whichever app is asked about: each app has all that the demo's has, by its own names.
fn stand_in(elsewhere: String) -> Server {
    let answer = vendors(1, |_| {});
    serve(move |asked| {
        let letter = named(asked).into_iter().next();
        let by = asked.authorization.clone().unwrap_or_default();
        if asked.path.contains(".git/") {
            // The user's git asks as a stranger first, and again with what it is told.
            let status = if by.is_empty() { 401 } else { 404 };
            return Reply::json(status, "{}").with("www-authenticate", "Basic realm=\"invented\"");
        }
        if by.ends_with(&format!("-{LIMITED}-github")) {
            // Longer than a rerun waits for anybody.
            return Reply::json(429, r#"{"message":"slow down"}"#).with("retry-after", "7200");
        }
        let Some(letter) = letter else { return answer(asked) };
        if letter == MOVED && asked.system == "github" {
            return Reply::json(307, "{}").with("location", &format!("{elsewhere}{}", asked.path));
        }
        if TWINS.contains(&letter) && asked.system == "github" && !by.ends_with("-y-github") {
            return Reply::json(404, r#"{"message":"Not Found"}"#);
        }
        let mut as_demo = asked.clone();
        for (mark, demo) in marks(letter) {
            as_demo.path = as_demo.path.replace(&mark, demo);
            as_demo.query.values_mut().for_each(|value| *value = value.replace(&mark, demo));
        }
        match answer(&as_demo) {
            Reply::Whole { status, headers, body } => {
                // An archive is no text, and says nothing of whose it is.
                let body = String::from_utf8(body).map_or_else(rest, |text| translated(&text, letter).into_bytes());
                let reply = Reply::Whole { status, headers, body };
                if status == 200 { reply.with("etag", &format!("\"of-{by}-{}\"", asked.path.replace('/', "-"))) } else { reply }
            }
            other => other,
        }
    })
}

fn rest(no_text: std::string::FromUtf8Error) -> Vec<u8> {
    no_text.into_bytes()
}

fn translated(text: &str, letter: char) -> String {
    marks(letter).iter().fold(text.to_owned(), |text, (mark, demo)| text.replace(demo, mark))
}

/// A home with all apps and their credentials.
fn home(server: &Server) -> Home {
    let mut home = server.home(&VENDORS.map(|(system, _)| system));
    let mut commands = String::new();
    for (system, variable) in VENDORS {
        home = home.with(variable, &token('-', Source::Shared, system));
        for (letter, source) in everyone() {
            let token = token(letter, source, system);
            match source {
                Source::Own => {
                    home = home.with(&format!("RESCUE_APP_{}_{}_TOKEN", letter.to_uppercase(), system.to_uppercase()), &token);
                }
                Source::Command => {
                    commands.push_str(&format!("[app.{}.token_command]\n{system} = \"echo {token}\"\n", name(letter)));
                }
                Source::Shared => {}
            }
        }
    }
    // One table for each app.
    let mut tables: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let lines: Vec<&str> = commands.lines().collect();
    for pair in lines.chunks(2) {
        tables.entry(pair[0]).or_default().push(pair[1]);
    }
    let text = tables.iter().map(|(table, lines)| format!("{table}\n{}\n", lines.join("\n"))).collect::<Vec<_>>().concat();
    fs::create_dir_all(home.path().join("config")).unwrap();
    fs::write(home.path().join("config/config.toml"), text).unwrap();
    for (letter, _) in everyone() {
        let [(repository, _), (production, _), (staging, _), ..] = marks(letter);
        let vercel = format!("acme/app-{letter}");
        let project = format!("proj_app_{letter}");
        home.must(&[
            "app",
            "add",
            &name(letter),
            "--github",
            &repository,
            "--supabase",
            &production,
            "--staging",
            &staging,
            "--vercel",
            &vercel,
            "--provider",
            "openai,openrouter",
            "--openai-project",
            &project,
            "--ceiling",
            "openai=300",
        ]);
    }
    home
}

/// Reruns all of them side by side, as the console does.
fn side_by_side(home: &Home) -> BTreeMap<String, Ending> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let desk = Arc::new(Desk::open(&Environment::of(home.variables())).unwrap());
        let apps: Vec<AppName> = everyone().map(|(letter, _)| name(letter).parse().unwrap()).collect();
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        desk.several(apps, tell, CancellationToken::new()).await;
        let mut ended = BTreeMap::new();
        while let Some(it) = told.recv().await {
            if let Told::Ended { app, how } = it {
                ended.insert(app.to_string(), how);
            }
        }
        ended
    })
}

/// The token that came with a request, as clients of an API and as git send it.
fn given(asked: &Asked) -> String {
    let text = asked.authorization.as_deref().unwrap_or_default();
    if let Some(basic) = text.strip_prefix("Basic ") {
        let pair = String::from_utf8(base64::prelude::BASE64_STANDARD.decode(basic).unwrap()).unwrap();
        return pair.split_once(':').unwrap().1.to_owned();
    }
    text.strip_prefix("Bearer ").unwrap_or_default().to_owned()
}

/// Every request bore the token of the app that it was for, and no other.
#[track_caller]
fn nobody_else_s(asked: &[Asked]) {
    let mut seen = BTreeMap::<(char, String), usize>::new();
    for it in asked {
        if it.authorization.is_none() && it.path.contains(".git/") {
            continue;
        }
        let by = &given(it);
        let holders: BTreeSet<char> =
            everyone().filter(|(letter, source)| token(*letter, *source, &it.system) == *by).map(|(letter, _)| letter).collect();
        assert!(!holders.is_empty(), "`{by}` is nobody's token at {}: {it:?}", it.system);
        let of = named(it);
        // Both twins are named by their one repository.
        assert!(of.is_empty() || of.iter().any(|letter| holders.contains(letter)), "{by} asked about {of:?}: {it:?}");
        for letter in of.intersection(&holders) {
            *seen.entry((*letter, it.system.clone())).or_default() += 1;
        }
        if let Some(tag) = &it.if_none_match {
            assert!(tag.contains(&format!("of-Bearer {by}-")), "{by} was lent {tag}");
        }
    }
    for (letter, _) in everyone() {
        for system in ["github", "supabase", "vercel"] {
            assert!(seen.contains_key(&(letter, system.to_owned())) || letter == LIMITED, "{letter} never asked {system}");
        }
    }
}

/// What the probes of a system said of an app.
fn words(home: &Home, letter: char, system: &str) -> BTreeSet<String> {
    let status = home.json(&["status", &name(letter), "--json"]);
    let items = status["items"].as_array().unwrap();
    let words = items.iter().flat_map(|it| it["probes"].as_array().unwrap());
    let of_system = words.filter(|it| it["id"].as_str().unwrap().starts_with(&format!("{system}.")));
    of_system.map(|it| it["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn no_app_s_credential_reaches_a_request_for_another_app() {
    let elsewhere = serve(|_| Reply::json(200, "{}"));
    let server = stand_in(format!("http://127.0.0.1:{}", elsewhere.port));
    let home = home(&server);

    let ended = side_by_side(&home);
    assert!(ended.len() == everyone().count() && ended.values().all(|it| *it == Ending::Finished), "{ended:?}");
    nobody_else_s(&server.asked());
    let first = server.asked().len();

    // Again, with what was kept of the first time: conditional requests, each with its own app's tag.
    side_by_side(&home);
    // And by the command, one process for all.
    let told = home.run(&["probe", "--all", "--json"]);
    assert!(matches!(told.code, Some(3..=5)), "{told:?}");
    let asked = server.asked();
    nobody_else_s(&asked);
    assert!(asked[first..].iter().any(|it| it.if_none_match.is_some()), "nothing was asked conditionally");
    // An archive is fetched from where GitHub says, by nobody.
    assert!(elsewhere.asked().iter().all(|it| it.authorization.is_none()), "a token was led to another host");

    // What one app may see tells another one nothing.
    let decided = |letter, system| words(&home, letter, system).iter().any(|it| ["pass", "fail"].contains(&it.as_str()));
    assert!(decided('y', "github"), "its token may read the repository");
    assert!(!decided('z', "github"), "its twin's may not, and was given the answer: {:?}", words(&home, 'z', "github"));
    // One token's closed door closes no other's.
    assert!(!decided(LIMITED, "github") && !decided(MOVED, "github"));
    for letter in ['a', 'b', 'c', 'd', 'e', 'f'] {
        assert!(decided(letter, "github") && decided(letter, "supabase"), "{letter}");
    }
    assert!(item(&home.json(&["status", &name('z'), "--json"]), "CI-01")["unseen"].as_bool().unwrap());
}

#[test]
fn a_token_that_was_changed_is_given_nothing_that_was_kept_for_the_one_before() {
    let server = stand_in(String::new());
    let home = home(&server);
    home.run(&["probe", &name('y')]);
    let before = server.asked().len();
    // From now on the app has its twin's token, which may not read the repository.
    let home = home.with("RESCUE_APP_Y_GITHUB_TOKEN", &token('z', Source::Own, "github"));
    home.run(&["probe", &name('y')]);
    let asked: Vec<Asked> = server.asked().split_off(before).into_iter().filter(|it| it.system == "github").collect();
    assert!(!asked.is_empty() && asked.iter().all(|it| it.if_none_match.is_none()), "{asked:?}");
}

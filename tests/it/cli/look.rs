//! `rescue look` as people meet it: what it says beforehand is all that it asks, what it says afterwards claims nothing, and
//! what it saw becomes the first run of the app that is taken on.

use super::{has, moments_are_utc};
use crate::canary::stripe_key;
use crate::program::{Home, Told, bytes_below, contains};
use crate::server::{Asked, Reply, Server, serve};
use rstest::rstest;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::sync::mpsc;
use std::time::Duration;

fn says(kind: &str, body: impl Into<Vec<u8>>) -> Reply {
    Reply::Whole { status: 200, headers: vec![("content-type".into(), kind.into())], body: body.into() }
}

fn page(tags: &str) -> Reply {
    says("text/html", format!("<!doctype html><html><head>{tags}</head><body>Acme</body></html>"))
}

fn gone() -> Reply {
    Reply::Whole { status: 404, headers: Vec::new(), body: b"nothing here".to_vec() }
}

/// The demo's site, and what `more` adds to it.
fn demo(more: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Server {
    serve(move |asked| {
        if let Some(reply) = more(asked) {
            return reply;
        }
        match rescue::demo::site::served(&asked.path, 1).unwrap().filter(|_| asked.system == "site") {
            Some((kind, text)) => says(kind, text),
            None => gone(),
        }
    })
}

/// The requests that were told before they were sent: address and kind.
fn told_of(told: &Told) -> Vec<(String, String)> {
    let lines = told.err.lines().filter_map(|line| {
        let (number, rest) = line.trim().split_once("  ")?;
        number.parse::<u32>().ok()?;
        let (address, kind) = rest.split_once("  (")?;
        Some((address.trim().to_owned(), kind.trim_end_matches(')').to_owned()))
    });
    lines.collect()
}

/// The requests that came, as addresses.
fn came_to(server: &Server) -> Vec<String> {
    let address = |it: &Asked| {
        assert_eq!(it.authorization, None, "a stranger has no credential");
        let system = if it.system.is_empty() { String::new() } else { format!("/{}", it.system) };
        format!("http://127.0.0.1:{}{system}{}", server.port, it.path)
    };
    server.asked().iter().map(address).collect()
}

/// What was asked is what was said: each address once, at the hosts and of the kinds that were named, and no more than said.
#[track_caller]
fn nothing_beyond(told: &Told, server: &Server, kinds: &[&str]) {
    let said = told_of(told);
    let (mut addresses, mut came) = (said.iter().map(|it| it.0.clone()).collect::<Vec<_>>(), came_to(server));
    addresses.sort();
    came.sort();
    assert!(!came.is_empty());
    assert_eq!(addresses, came, "{}", told.err);
    assert_eq!(came.iter().collect::<BTreeSet<_>>().len(), came.len(), "each once");
    assert!(said.iter().all(|(_, kind)| kinds.contains(&kind.as_str())), "{said:?}");
    let plan = &told.err[..told.err.find("    1  ").unwrap()];
    assert!(plan.contains(&format!("Hosts: 127.0.0.1:{}; no other", server.port)), "{plan}");
    let bound = plan.split("At most ").nth(1).unwrap().split(' ').next().unwrap().parse::<usize>().unwrap();
    assert!(came.len() <= bound, "{} of {bound}", came.len());
}

#[test]
fn a_look_asks_what_it_said_beforehand_and_nothing_else() {
    let server = demo(|_| None);
    let home = Home::new();
    let told = home.must(&["look", &server.address("site"), "--no-keep"]);
    nothing_beyond(&told, &server, &["page", "script", "source map"]);
    let came = came_to(&server);
    for path in ["/site/", "main-0f3a91c04f2a.js", "home-7be1d00c91aa.js", "cart-55d2c07e19bb.js"] {
        assert!(came.iter().any(|it| it.ends_with(path)), "no {path} in {came:?}");
    }
    assert_eq!(came.len(), 4, "no path that nothing names: {came:?}");
    assert!(!home.path().exists(), "a home was made unasked");
    for words in
        ["One emergency", "passes by row level security", "the only lock on the data", "What could not be seen", "Next.js"]
    {
        let flat = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "no `{words}` in {}", told.out);
    }
    assert!(told.out.lines().all(|line| line.chars().count() <= 80), "{}", told.out);
    assert!(!told.out.contains("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.ey"), "a value: {}", told.out);
}

#[test]
fn before_somebody_agrees_nobody_is_asked() {
    let server = demo(|_| None);
    let home = Home::new();
    let told = home.must(&["look", &server.address("site"), "--dry-run", "--pages", "5"]);
    assert!(told.err.contains("at most 5") && told.err.contains("Not asked:"), "{told:?}");
    let refused = home.run(&["look", &server.address("site"), "--authorised-by", "Ana", "--proof", "order 7"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{refused:?}");
    assert!(refused.err.contains("needs_consent") && refused.err.contains("/site/.env "), "{refused:?}");
    assert_eq!(came_to(&server), Vec::<String>::new());
    assert!(!home.path().exists());
}

#[test]
fn what_needs_a_permission_is_asked_with_one_and_kept_without_values() {
    let key = stripe_key();
    let settings = format!("STRIPE_KEY={key}\n");
    let server = demo(move |asked| match (asked.system.as_str(), asked.path.as_str()) {
        ("site", "/.env") => Some(says("text/plain", settings.clone())),
        ("site", path) if path.starts_with("/rescue-looks-for-nothing") => {
            Some(Reply::Whole { status: 404, headers: Vec::new(), body: b"Error at /var/task/index.js".to_vec() })
        }
        _ => None,
    });
    let home = Home::new();
    let look = ["look", &server.address("site"), "--authorised-by", "Ana Client", "--proof", "mail of 20 November", "--yes"];
    let told = home.must(&look);
    let kinds = ["page", "script", "source map", "data of a page", "should not be there"];
    nothing_beyond(&told, &server, &kinds);
    let flat = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "/site/.env is served to anybody",
        "STRIPE_KEY",
        "permission of Ana Client (mail of 20 November)",
        "paths of the server's files",
    ] {
        assert!(flat.contains(words), "no `{words}` in {}", told.out);
    }
    assert!(!told.out.contains(&key) && !told.err.contains(&key));
    assert!(!contains(&bytes_below(&home.path()), key.as_bytes()), "a value in a file of the home");
    // Taken over, the permission is a fact of the app.
    let added = home.must(&["app", "add", "acme", "--url", &server.address("site")]);
    assert!(added.err.contains("what no probe keeps: /site/.env is served to anybody"), "{added:?}");
    let export = home.json(&["app", "export", "acme"]);
    let facts = export["facts"].as_array().unwrap();
    let given = facts.iter().find(|it| it["body"]["is"] == "authorised").unwrap();
    assert_eq!(given["body"]["authorisation"]["consent"], "outside-in", "{given}");
    assert!(given["body"]["authorisation"]["by"].as_str().unwrap().contains("Ana Client"), "{given}");
}

/// The first page leads elsewhere at its host: what was printed is what is asked, and nothing else.
#[test]
fn a_redirect_of_the_first_page_changes_nothing_of_what_was_printed() {
    let server = demo(|asked| match asked.path.as_str() {
        "/" => {
            Some(Reply::Whole { status: 302, headers: vec![("location".into(), "/site/auth/login".into())], body: Vec::new() })
        }
        "/auth/login" => Some(page("")),
        "/.env" => Some(says("text/plain", "ACME_SETTING=1\n")),
        "/.git/HEAD" => Some(Reply::Whole { status: 503, headers: Vec::new(), body: Vec::new() }),
        _ => Some(gone()),
    });
    let home = Home::new();
    let look = ["look", &server.address("site"), "--authorised-by", "Ana", "--proof", "order 7", "--yes", "--no-keep"];
    let told = home.must(&look);
    nothing_beyond(&told, &server, &["page", "data of a page", "script", "should not be there"]);
    let printed = told.err[..told.err.find("    1  ").unwrap()].to_owned();
    let words: BTreeSet<&str> = printed.split_whitespace().collect();
    let came: Vec<String> = server.asked().into_iter().map(|it| format!("/{}{}", it.system, it.path)).collect();
    let files: Vec<&String> = came.iter().filter(|it| it.contains("/.") || it.ends_with("package.json")).collect();
    assert!(files.len() >= 7 && files.iter().all(|it| words.contains(it.as_str())), "{came:?} against {printed}");
    assert!(!came.iter().any(|it| it.contains("/auth/") && !it.ends_with("/auth/login")), "{came:?}");
    let flat = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("/site/.env is served to anybody") && flat.contains("/site/.git/HEAD: "), "{}", told.out);
    assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
}

#[test]
fn a_permission_for_another_host_is_none_here() {
    let server = demo(|_| None);
    let home = Home::with_app("acme");
    let given = ["app", "authorise", "acme", "--consent", "outside-in", "--by", "Ana", "--host", "www.acme.example"];
    home.must(&[&given[..], &["--until", "2999-01-01"]].concat());
    let told = home.must(&["look", &server.address("site"), "--app", "acme", "--yes", "--no-keep"]);
    nothing_beyond(&told, &server, &["page", "script", "source map"]);
    assert!(told.err.contains("Not asked:") && !told.err.contains(".env"), "{told:?}");
}

/// Interrupted while it asks with a permission, it shows what it found, and does not say that nobody permitted it.
#[cfg(unix)]
#[test]
fn an_interrupt_among_the_permitted_paths_loses_nothing() {
    let (tell, hears) = mpsc::channel();
    let server = demo(move |asked| match asked.path.as_str() {
        "/.env" => Some(says("text/plain", "ACME_SETTING=1\n")),
        "/.env.production" => {
            let _ = tell.send(());
            Some(Reply::Nothing)
        }
        _ => None,
    });
    let home = Home::new();
    let address = server.address("site");
    let look = ["look", &address, "--authorised-by", "Ana", "--proof", "order 7", "--yes", "--no-keep"];
    let child = home.command(&look).spawn().unwrap();
    hears.recv_timeout(Duration::from_mins(1)).unwrap();
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let told = Told::of(&child.wait_with_output().unwrap());
    assert_eq!(told.code, Some(1), "{told:?}");
    let flat = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["/site/.env is served to anybody", "ended early", "/site/.env.production, ", "the look ended before"] {
        assert!(flat.contains(words), "no `{words}` in {}", told.out);
    }
    assert!(!flat.contains("permission only"), "{}", told.out);
}

#[test]
fn a_permission_is_recorded_for_an_app_that_is_known_and_used_the_next_time() {
    let server = demo(|_| None);
    let home = Home::with_app("acme");
    let address = server.address("site");
    home.must(&["look", &address, "--app", "acme", "--authorised-by", "Ana", "--proof", "order 7", "--yes", "--no-keep"]);
    let told = home.must(&["look", &address, "--app", "acme", "--yes", "--no-keep"]);
    assert!(told.err.contains("Ana") && told_of(&told).iter().any(|it| it.0.ends_with("/site/.env")), "{told:?}");
    let strange = home.run(&["look", &address, "--app", "nobody", "--yes"]);
    assert_eq!(strange.code, Some(2), "{strange:?}");
}

#[test]
fn every_form_says_the_same_and_the_document_has_what_it_promises() {
    let server = demo(|_| None);
    let home = Home::new();
    let address = server.address("site");
    let document = home.must(&["look", &address, "--json", "--no-keep"]).json();
    moments_are_utc(&document);
    has(
        &document,
        &["address", "answered", "at", "consent", "bound", "asked", "front", "services", "plain", "served", "verdict"],
    );
    has(&document, &["points", "unseen", "proposals", "lasting_ids"]);
    assert_eq!(document["lasting_ids"], false);
    assert!(document.get("seal").is_none(), "nothing to seal it with");
    assert_eq!(document["verdict"]["outcome"]["is"], "fail");
    assert_eq!(document["asked"].as_array().unwrap().len(), 4);
    let proposed: Vec<&str> = document["proposals"].as_array().unwrap().iter().filter_map(|it| it["value"].as_str()).collect();
    assert!(proposed.contains(&"acmeshopproductionab") && proposed.contains(&"Next.js"), "{proposed:?}");
    for (name, wanted) in [("look.html", "<!DOCTYPE html>"), ("look.md", "# "), ("look.json", "{"), ("look.txt", "127.0.0.1")] {
        let file = home.beside(name);
        let told = home.must(&["look", &address, "--no-keep", "--out", file.to_str().unwrap()]);
        assert_eq!(told.out, "");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(wanted) && (name == "look.json" || text.contains("One emergency")), "{name}: {text}");
        let again = home.run(&["look", &address, "--no-keep", "--out", file.to_str().unwrap()]);
        again.refused(2, &["exists already"]);
    }
}

#[test]
fn a_look_becomes_the_first_run_of_the_app_that_is_taken_on() {
    let server = demo(|_| None);
    let home = Home::new();
    let address = server.address("site");
    let document = home.must(&["look", &address, "--json"]).json();
    let (at, begun) = (document["at"].as_str().unwrap().to_owned(), document["began"].as_str().unwrap().to_owned());
    assert_eq!(document["lasting_ids"], true);
    let looks = home.path().join("data").join("looks");
    assert_eq!(fs::read_dir(&looks).unwrap().count(), 1);
    let added = home.must(&["app", "add", "acme", "--url", &address]);
    assert!(added.err.contains("is its first run: 1 key is served to every visitor"), "{added:?}");
    assert!(added.err.contains("rescue app edit acme --supabase acmeshopproductionab"), "{added:?}");
    assert_eq!(fs::read_dir(&looks).unwrap().count(), 0, "it is in the database now");
    let findings = home.json(&["finding", "list", "acme", "--json"]);
    let found = findings["findings"].as_array().unwrap().iter().find(|it| it["probe"] == "site.bundle").unwrap().clone();
    let second = |text: &str| text.get(..19).unwrap().to_owned();
    assert_eq!(second(found["first_seen"].as_str().unwrap()), second(&at), "{found}");
    let status = home.json(&["status", "acme", "--json"]);
    assert_eq!(second(status["last_run"]["started"].as_str().unwrap()), second(&begun), "{}", status["last_run"]);
    assert_eq!(crate::program::item(&status, "SEC-03")["truth"], "failing");
    // The same secret is the same finding when a probe meets it, and it is as old as the look.
    home.run(&["probe", "acme", "--only", "site.bundle"]);
    let again = home.json(&["finding", "list", "acme", "--json"]);
    let again = again["findings"].as_array().unwrap().iter().find(|it| it["probe"] == "site.bundle").unwrap().clone();
    assert_eq!((&again["id"], &again["first_seen"]), (&found["id"], &found["first_seen"]));
    for command in [
        &["db", "check"][..],
        &["diff", "acme"],
        &["trend", "acme"],
        &["snapshot", "acme", "--out", "-"],
        &["item", "show", "acme", "SEC-03"],
    ] {
        home.must(command);
    }
    // What is kept of a client's site goes with the client.
    home.must(&["look", &address]);
    assert_eq!(fs::read_dir(&looks).unwrap().count(), 1);
    home.must(&["app", "remove", "acme", "--confirm", "acme"]);
    assert_eq!(fs::read_dir(&looks).unwrap().count(), 0);
}

#[test]
fn what_another_hand_wrote_becomes_no_fact_and_still_proposes() {
    let server = demo(|_| None);
    let home = Home::new();
    let (address, file) = (server.address("site"), home.beside("look.json"));
    let file = file.to_str().unwrap();
    home.must(&["look", &address, "--out", file]);
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains("\"seal\""), "{text}");
    fs::write(file, text.replacen("\"bound\": 200", "\"bound\": 201", 1)).unwrap();
    let added = home.must(&["app", "add", "acme", "--look", file]);
    assert!(added.err.contains("becomes no run of it: its file was changed"), "{added:?}");
    assert!(added.err.contains("--supabase acmeshopproductionab"), "{added:?}");
    assert_eq!(home.json(&["finding", "list", "acme", "--json"])["findings"], Value::Array(Vec::new()));
    assert!(home.json(&["app", "show", "acme", "--json"])["url"].as_str().unwrap().starts_with("http://127.0.0.1"));
    // The true one, given as a file; one of another address; and one that is none.
    fs::write(file, &text).unwrap();
    let added = home.must(&["app", "add", "second", "--look", file]);
    assert!(added.err.contains("is its first run"), "{added:?}");
    home.run(&["app", "add", "third", "--look", file, "--url", "https://other.example"])
        .refused(2, &["cannot be taken over", "other.example"]);
    fs::write(file, "{\"schema\": 1}").unwrap();
    home.run(&["app", "add", "fourth", "--look", file]).refused(2, &["is not what"]);
    assert_eq!(home.json(&["app", "list", "--json"])["apps"].as_array().unwrap().len(), 2);
}

#[rstest]
#[case::nothing("", "no address")]
#[case::no_url("not a url", "no address of a page")]
#[case::a_word("acme", "names no site")]
#[case::another_scheme("ftp://shop.example.com", "not ftp")]
#[case::a_file("file:///etc/passwd", "not file")]
#[case::private("http://192.168.1.1/", "private network")]
#[case::metadata("http://169.254.169.254/latest/meta-data", "private network")]
#[case::own_name("https://wiki.internal/", "private network")]
fn an_address_that_cannot_be_looked_at_is_refused(#[case] address: &str, #[case] words: &str) {
    let home = Home::new();
    home.run(&["look", address]).refused(2, &[words, "next: "]);
    assert!(!home.path().exists());
}

#[test]
fn a_credential_in_the_address_is_not_repeated() {
    let (home, mark) = (Home::new(), ["kana", "ri"].concat());
    let told = home.run(&["look", &format!("https://ana:{mark}@shop.example.com")]);
    assert_eq!(told.code, Some(2));
    assert!(!told.err.contains(&mark), "{told:?}");
}

fn refuses() -> Reply {
    Reply::Whole {
        status: 403,
        headers: vec![("cf-mitigated".into(), "challenge".into())],
        body: b"<html>Just a moment".to_vec(),
    }
}

fn leads_away() -> Reply {
    Reply::Whole { status: 302, headers: vec![("location".into(), "https://other.example/".into())], body: Vec::new() }
}

fn round() -> Reply {
    Reply::Whole { status: 302, headers: vec![("location".into(), "/site/".into())], body: Vec::new() }
}

fn endless() -> Reply {
    says("text/html", [b"<!doctype html>".to_vec(), vec![b'a'; 5 << 20]].concat())
}

#[rstest]
#[case::bot_wall(refuses, "prove that they are people")]
#[case::elsewhere(leads_away, "another host, other.example")]
#[case::round_and_round(round, "redirects on and on")]
#[case::endless(endless, "more than 4 MiB")]
#[case::no_page(|| says("application/json", "{\"a\":1}"), "is no page")]
#[case::no_http(|| Reply::Raw(b"220 mail.example ESMTP\r\n".to_vec()), "did not answer in HTTP")]
#[case::broken(|| Reply::Whole { status: 500, headers: Vec::new(), body: Vec::new() }, "a fault of its own")]
#[case::gone(gone, "no page at this address")]
fn a_site_that_shows_no_page_is_said_in_words(#[case] reply: fn() -> Reply, #[case] words: &str) {
    let server = serve(move |_| reply());
    let home = Home::new();
    let told = home.run(&["look", &server.address("site")]);
    assert_eq!((told.code, told.out.as_str()), (Some(1), ""), "{told:?}");
    assert!(told.err.contains(words) && told.err.contains("  next: "), "no `{words}` in {told:?}");
    assert!(!told.err.contains("rescue app edit"), "there is no app: {told:?}");
    assert!(!home.path().exists(), "nothing was seen, so nothing is kept");
}

#[test]
fn where_nobody_listens_the_look_says_so() {
    let home = Home::new();
    let told = home.run(&["look", "http://127.0.0.1:9/"]);
    assert_eq!((told.code, told.out.as_str()), (Some(1), ""));
    assert!(told.err.contains("connection refused"), "{told:?}");
}

#[test]
fn a_host_that_the_page_names_is_not_asked_and_is_said() {
    let other = serve(|_| says("application/javascript", "1"));
    let tags = format!("<script src=\"http://127.0.0.1:{}/_next/static/chunks/a.js\"></script>", other.port);
    let server = serve(move |asked| if asked.path == "/" { page(&tags) } else { gone() });
    let home = Home::new();
    let told = home.must(&["look", &server.address("site"), "--no-keep"]);
    nothing_beyond(&told, &server, &["page"]);
    assert_eq!(other.asked().len(), 0, "a host that was not named beforehand");
    assert!(told.out.contains("other host"), "{}", told.out);
}

/// Interrupted in the middle, it shows what it saw until then.
#[cfg(unix)]
#[test]
fn what_was_seen_until_an_interrupt_is_kept() {
    let (tell, hears) = mpsc::channel();
    let leak = format!("const k=\"{}\"", stripe_key());
    let server = serve(move |asked| match asked.path.as_str() {
        "/" => page("<script src=\"/site/a.js\"></script><script src=\"/site/b.js\"></script>"),
        "/a.js" => says("application/javascript", leak.clone() + ";import('./c.js')"),
        // Named by what was read, so that one is read when it is asked for.
        "/c.js" => {
            let _ = tell.send(());
            Reply::Nothing
        }
        "/b.js" => says("application/javascript", "1"),
        _ => gone(),
    });
    let home = Home::new();
    let address = server.address("site");
    let child = home.command(&["look", &address, "--no-keep"]).spawn().unwrap();
    hears.recv_timeout(Duration::from_mins(1)).unwrap();
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let told = Told::of(&child.wait_with_output().unwrap());
    assert_eq!(told.code, Some(1), "{told:?}");
    let flat = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("the look was ended early") && flat.contains("is served to every visitor"), "{told:?}");
    assert!(!told.out.contains(&stripe_key()));
}

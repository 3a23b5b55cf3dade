//! Telling through the real program and the real desk: what arrives at a webhook, a mail server and a draft, what does not,
//! and that no marked secret, host or path ever does.

use crate::canary::marked;
use crate::program::{Home, checkout, contains};
use regex::Regex;
use rescue::config::Environment;
use rescue::config::tell::Channel;
use rescue::desk::Desk;
use rescue::desk::telling::Told;
use rescue::domain::{AppName, RunId};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a server on loopback was sent, one text a visit.
#[derive(Clone)]
struct Post {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Post {
    /// A server that lets `visit` read and answer; what it was sent is put down before it is answered, so that whoever got
    /// the answer finds it.
    fn of(visit: impl Fn(TcpStream, &dyn Fn(String)) -> Option<()> + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let post = Self { port: listener.local_addr().unwrap().port(), seen: Arc::default() };
        let seen = Arc::clone(&post.seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                visit(stream, &|text| seen.lock().unwrap().push(text));
            }
        });
        post
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// A webhook that answers with this status.
fn webhook(status: u16) -> Post {
    Post::of(move |mut stream, put_down| {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? <= 2 {
                break;
            }
            if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = said.trim().parse().ok()?;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        put_down(format!("{head}\r\n{}", String::from_utf8_lossy(&body)));
        let said = format!("HTTP/1.1 {status} Said\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(said.as_bytes()).ok()
    })
}

/// A mail server that takes everything, or refuses the login.
fn mail_server(refuses_login: bool) -> Post {
    Post::of(move |stream, put_down| {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut writer = stream;
        let (mut all, mut in_letter) = (String::new(), false);
        writer.write_all(b"220 localhost\r\n").ok()?;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return Some(());
            }
            all.push_str(&line);
            if in_letter {
                if line != ".\r\n" {
                    continue;
                }
                put_down(std::mem::take(&mut all));
            }
            in_letter = line == "DATA\r\n";
            let answer: &str = match line.get(..4).unwrap_or_default() {
                "EHLO" => "250-localhost\r\n250 AUTH PLAIN\r\n",
                "AUTH" if refuses_login => "535 no\r\n",
                "AUTH" => "235 yes\r\n",
                "DATA" => "354 go on\r\n",
                _ => "250 ok\r\n",
            };
            writer.write_all(answer.as_bytes()).ok()?;
        }
    })
}

fn own_secret(what: &str) -> String {
    [what, "kanari", "7c"].join("-")
}

/// A home whose configuration says this, with an app.
fn configured(home: Home, text: &str) -> Home {
    let folder = home.path().join("config");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
    home
}

fn mail_table(port: u16) -> String {
    format!(
        "[tell.mail]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"rescue@example.com\"\n\
         to = \"ana@example.com\"\nuser = \"sam\"\nwording = \"founder\"\n"
    )
}

#[test]
fn a_test_message_arrives_and_what_does_not_arrive_ends_with_one() {
    let (hook, mail) = (webhook(200), mail_server(false));
    let address = format!("http://127.0.0.1:{}/{}", hook.port, own_secret("hook"));
    let text = format!("[tell]\ndraft = true\n[tell.webhook]\n{}", mail_table(mail.port));
    let home = configured(Home::with_app("acme"), &text)
        .with("RESCUE_TELL_WEBHOOK", &address)
        .with("RESCUE_TELL_MAIL_PASSWORD", &own_secret("pass"));
    let told = home.run(&["tell", "test"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(
        told.out.contains("✔ webhook: taken by the webhook\n✔ mail: taken by the mail server for 1 recipient\n"),
        "{}",
        told.out
    );
    assert!(hook.seen()[0].contains("rescue: a test message") && mail.seen()[0].contains("Subject: A test message"));
    let one = home.json(&["tell", "test", "--channel", "mail", "--app", "acme", "--json"]);
    assert_eq!((&one["messages"][0]["told"], &one["messages"][0]["wording"]), (&true.into(), &"founder".into()));
    assert_eq!((hook.seen().len(), mail.seen().len()), (1, 2));
    let refusing = configured(home, &format!("[tell.webhook]\n{}", mail_table(mail_server(true).port)));
    let moved = webhook(302);
    let home = refusing.with("RESCUE_TELL_WEBHOOK", &format!("http://127.0.0.1:{}/{}", moved.port, own_secret("hook")));
    let told = home.run(&["tell", "test"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    for said in [
        "✘ webhook: not told: the webhook answered 302, a redirect",
        "✘ mail: not told: the mail server did not accept the login (535)",
    ] {
        assert!(told.out.contains(said), "{}", told.out);
    }
    assert_eq!(moved.seen().len(), 1, "nobody follows it");
    let all = format!("{}{}", told.out, told.err);
    assert!(!all.contains("kanari") && !all.contains(&moved.port.to_string()), "{all}");
}

#[test]
fn nobody_to_tell_a_way_that_is_off_and_a_secret_that_is_missing_are_said_with_the_next_step() {
    let home = Home::with_app("acme");
    home.run(&["tell", "test"]).refused(2, &["nobody is told anything", "[tell]", "next:"]);
    let home = configured(home, "[tell.webhook]\n");
    home.run(&["tell", "test", "--channel", "mail"]).refused(2, &["nobody is told by mail"]);
    let told = home.run(&["tell", "test"]);
    assert_eq!(told.code, Some(1));
    assert!(told.out.contains("no address of the webhook: RESCUE_TELL_WEBHOOK is not set, and no command"), "{}", told.out);
    let home = configured(home, "[tell]\ndesktop = true\n");
    let told = home.run(&["tell", "test"]);
    if !cfg!(target_os = "macos") {
        assert_eq!(told.code, Some(1));
        assert!(told.out.contains("✘ desktop: not told: no desktop session can be reached from here"), "{}", told.out);
    }
    let home = configured(home, "[tell.mail]\nhost = \"m.example\"\n");
    home.run(&["tell", "test"]).refused(1, &["config.toml, line 1, at `tell.mail`", "`from` is missing"]);
    let home = configured(home, "");
    assert_eq!(home.run(&["tell", "show", "nobody"]).code, Some(2));
}

#[test]
fn a_rerun_that_tells_says_what_could_not_be_looked_at_and_a_manual_one_keeps_quiet() {
    let hook = webhook(200);
    let home = configured(Home::with_app("acme"), "[tell.webhook]\n")
        .with("RESCUE_TELL_WEBHOOK", &format!("http://127.0.0.1:{}/{}", hook.port, own_secret("hook")));
    let database = rescue::config::Paths::in_home(&home.path()).database();
    let raw = rusqlite::Connection::open(&database).unwrap();
    raw.execute("UPDATE fact SET body = '{}' WHERE kind = 'settings'", []).unwrap();
    let told = home.run(&["probe", "--all"]);
    assert_eq!((told.code, hook.seen().len()), (Some(1), 0), "{told:?}");
    let told = home.run(&["probe", "--all", "--tell", "--json"]);
    assert_eq!((told.code, hook.seen().len()), (Some(1), 1), "{told:?}");
    assert!(hook.seen()[0].contains("acme"), "{:?}", hook.seen());
    assert_eq!(told.json()["told"]["messages"][0]["told"], true, "{told:?}");
    // Once a day for what cannot run, also when the timer is the one that tried.
    let told = home.run(&["probe", "acme", "--tell"]);
    assert_eq!((told.code, hook.seen().len()), (Some(1), 1), "{told:?}");
    home.run(&["probe", "--due", "--scheduled"]);
    assert_eq!(hook.seen().len(), 1);
    // Not even the house opens: that is told, too.
    raw.pragma_update(None, "user_version", 9_999).unwrap();
    drop(raw);
    let told = home.run(&["probe", "--due", "--scheduled"]);
    assert_eq!((told.code, hook.seen().len()), (Some(1), 2), "{told:?}");
    assert!(told.err.contains("✔ webhook"), "{told:?}");
}

/// A home with an app and a webhook that answers so.
fn hooked(hook: &Post) -> Home {
    let address = format!("http://127.0.0.1:{}/{}", hook.port, own_secret("hook"));
    configured(Home::with_app("acme"), "[tell.webhook]\n").with("RESCUE_TELL_WEBHOOK", &address)
}

fn raw(home: &Home) -> rusqlite::Connection {
    rusqlite::Connection::open(home.database()).unwrap()
}

#[test]
fn the_record_of_a_scheduled_run_says_what_it_could_not_do() {
    let hook = webhook(404);
    let home = hooked(&hook);
    raw(&home).execute("UPDATE fact SET body = '{}' WHERE kind = 'settings'", []).unwrap();
    let told = home.run(&["probe", "--due", "--scheduled"]);
    assert_eq!((told.code, hook.seen().len()), (Some(1), 1), "{told:?}");
    let last = home.json(&["schedule", "status", "--json"])["last"].clone();
    let says = "`acme` could not be asked; a message by webhook did not arrive";
    assert_eq!((&last["how"], &last["code"], &last["says"]), (&"failed".into(), &1.into(), &says.into()), "{last}");
}

#[test]
fn a_scheduled_run_that_cannot_begin_is_told() {
    let hook = webhook(200);
    let home = hooked(&hook);
    let locked = |table: &str| {
        let order = format!("CREATE TRIGGER locked BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'it is full'); END");
        raw(&home).execute_batch(&order).unwrap();
    };
    locked("scheduled_run");
    let told = home.run(&["probe", "--due", "--scheduled"]);
    assert_eq!((told.code, hook.seen().len()), (Some(1), 1), "{told:?}");
    let sent = &hook.seen()[0];
    assert!(sent.contains("it is full") && !sent.contains("ever seen"), "{sent}");
    assert!(told.err.contains("✔ webhook"), "{told:?}");
    raw(&home).execute_batch("DROP TRIGGER locked").unwrap();
    // Nor can one whose apps cannot be named.
    let told = home.run(&["probe", "nobody", "--due", "--scheduled"]);
    assert_eq!((told.code, hook.seen().len()), (Some(2), 2), "{told:?}");
    // A person who types a name wrongly is told so where they type.
    let told = home.run(&["probe", "nobody", "--tell"]);
    assert_eq!((told.code, hook.seen().len()), (Some(2), 2), "{told:?}");
}

#[test]
fn a_run_that_stays_open_is_told_once_a_day_and_one_that_just_began_is_no_news() {
    let hook = webhook(200);
    let home = hooked(&hook);
    let clock = std::sync::Arc::new(rescue::clock::SystemClock);
    let store = rescue::store::Store::open(&rescue::config::Paths::in_home(&home.path()), clock, "0.1.0").unwrap();
    let (app, run) = (store.app("acme").unwrap().id, store.new_run_id().unwrap());
    // This very process is at it.
    store.begin_run(app, run, &rescue::store::Holder::of_process(), &[]).unwrap();
    for tell in [&["probe", "--all", "--tell"][..], &["probe", "acme", "--tell"]] {
        let told = home.run(tell);
        assert!(told.err.contains("is open since") && hook.seen().is_empty(), "{told:?}");
    }
    raw(&home).execute("UPDATE run SET started = replace(started, substr(started, 1, 4), '2025')", []).unwrap();
    for tell in [&["probe", "--all", "--tell"][..], &["probe", "acme", "--tell"], &["probe", "--due", "--scheduled"]] {
        home.run(tell);
        assert_eq!(hook.seen().len(), 1, "once a day");
    }
    let sent = &hook.seen()[0];
    assert!(sent.contains("acme: no run") && sent.contains("is open since 2025-"), "{sent}");
}

/// The app's newest run, by what the status says.
fn newest_run(home: &Home) -> RunId {
    let status = home.json(&["status", "acme", "--json"]);
    RunId(status["last_run"]["run"].as_str().unwrap().parse().unwrap())
}

/// Every text that a founder must never see: where things are, and what only engineers say.
fn trade(home: &Home) -> Vec<String> {
    let mut all: Vec<String> =
        ["127.0.0.1", "shop.example.com", "lib/pay.ts", ".env.production", "acme/shop", "scan.tree", "SEC-0"]
            .map(str::to_owned)
            .into();
    all.push(home.path().display().to_string());
    all
}

#[test]
fn no_mark_is_in_what_is_told() {
    let it = marked();
    let tree = it.home.beside("tree");
    let files = ["lib/pay.ts", ".env.production", "lib/db.ts"];
    let texts = files.map(|name| fs::read_to_string(tree.join(name)).unwrap());
    // A clean week, so that there is something to lose.
    for name in files {
        fs::remove_file(tree.join(name)).unwrap();
    }
    checkout(&tree, &[("package.json", "{ }\n")]);
    it.home.run(&["probe", "acme", "--only", "scan.tree,repo"]);
    let clean = it.home.json(&["status", "acme", "--json"]);
    assert_eq!(crate::program::item(&clean, "SEC-01")["truth"], "verified", "there is something to lose");
    checkout(&tree, &[(files[0], &texts[0]), (files[1], &texts[1]), (files[2], &texts[2])]);
    it.home.run(&["probe", "acme"]);
    let (hook, mail) = (webhook(200), mail_server(false));
    let text = format!("[tell]\ndraft = true\n[tell.webhook]\nform = \"plain\"\n{}", mail_table(mail.port));
    let folder = it.home.path().join("config");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();

    for arguments in [&["tell", "show", "acme"][..], &["tell", "show", "acme", "--draft"], &["tell", "show", "acme", "--json"]] {
        let told = it.home.must(arguments);
        assert!(told.out.contains("SEC-01"), "{arguments:?}: {}", told.out);
        it.nothing_in(&format!("{arguments:?}"), told.out.as_bytes());
        nothing_masked(&told.out);
    }
    let founder = it.home.must(&["tell", "show", "acme", "--wording", "founder"]).out;
    for word in trade(&it.home) {
        assert!(!founder.contains(&word), "{word}: {founder}");
    }

    let mut variables = it.home.variables();
    let address = format!("http://127.0.0.1:{}/{}", hook.port, own_secret("hook"));
    variables.insert("RESCUE_TELL_WEBHOOK".into(), address.clone());
    variables.insert("RESCUE_TELL_MAIL_PASSWORD".into(), own_secret("pass"));
    let run = newest_run(&it.home);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let report = runtime.block_on(async {
        let desk = Desk::open(&Environment::of(variables)).unwrap();
        let app: AppName = "acme".parse().unwrap();
        desk.tell(&[Told::ran(app, run)]).await
    });
    assert!(!report.has_failed(), "{report:?}");
    let channels: Vec<Channel> = report.messages.iter().map(|it| it.channel).collect();
    assert_eq!(channels, [Channel::Webhook, Channel::Mail, Channel::Draft]);

    let draft = fs::read_dir(it.home.path().join("data/drafts/acme")).unwrap().next().unwrap().unwrap().path();
    let draft = fs::read_to_string(draft).unwrap();
    let (posted, mailed) = (hook.seen().concat(), mail.seen().concat());
    for (where_, text) in [("the webhook", &posted), ("the mail", &mailed), ("the draft", &draft)] {
        it.nothing_in(where_, text.as_bytes());
        nothing_masked(text);
    }
    assert!(posted.contains("SEC-01") && draft.contains("SEC-01"), "{posted}");
    // The greeting of the connection names this machine; the letter does not.
    let letter = mailed.split_once("DATA\r\n").unwrap().1;
    for word in trade(&it.home) {
        assert!(!letter.contains(&word), "{word}: {letter}");
    }
    assert!(letter.contains("went backwards"), "{letter}");
    let kept = crate::program::bytes_below(&it.home.path());
    it.nothing_in("the files of the home", &kept);
    assert!(!contains(&kept, own_secret("hook").as_bytes()) && !contains(&kept, own_secret("pass").as_bytes()));
    let log = it.home.json(&["tell", "log", "acme", "--json"]);
    let outcomes: Vec<&str> = log["told"].as_array().unwrap().iter().map(|it| it["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["sent"; 3], "{log}");
    assert!(it.home.must(&["tell", "log", "acme"]).out.contains("webhook  sent, 1 attempt"));
    it.home.must(&["db", "check"]);
    let after = it.home.must(&["tell", "show", "acme"]);
    assert!(after.out.contains("acme: nothing to tell (since "), "{}", after.out);
}

/// No word that something was left out of, as a mask is: `sk_live_…4fQz`.
#[track_caller]
fn nothing_masked(text: &str) {
    let mask = Regex::new(r"[A-Za-z0-9_]…|…[A-Za-z0-9_]|\\u2026[A-Za-z0-9_]").unwrap();
    assert!(!mask.is_match(text), "{:?} in {text}", mask.find(text));
}

/// The examples of the documentation are configurations that are read.
#[test]
fn the_examples_of_the_page_about_telling_are_read() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/TELL.md")).unwrap();
    let examples: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split_once("```").map(|it| it.0)).collect();
    assert!(examples.len() >= 5, "{}", examples.len());
    for example in examples {
        let home = configured(Home::new(), example);
        let told = home.run(&["app", "list"]);
        assert_eq!(told.code, Some(0), "{example}\n{told:?}");
        assert_ne!(home.run(&["tell", "test", "--channel", "draft"]).code, Some(101));
    }
}

//! An app carried between two homes by the real program, both ways; its close; the decisions about it.

use super::*;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const VARIABLE: &str = "RESCUE_EXPORT_PASSPHRASE";

fn passphrase() -> String {
    ["correct", "horse", "battery"].join(" ")
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A key pair made by ssh-keygen on the spot: private, public.
fn pair(home: &Home, name: &str) -> (PathBuf, PathBuf) {
    let private = home.beside(name);
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&private).status().unwrap();
    assert!(made.success());
    (private.clone(), private.with_extension("pub"))
}

/// An app with a judgement, a limit and a frozen page.
fn known() -> Home {
    let home = Home::new();
    home.must(&["app", "add", "acme", "--title", "Acme Shop", "--limit", "BAK-01=24h", "--person", "client:Ana"]);
    home.must(&["item", "done", "acme", "DOC-02", "--proof", "https://example.com/diagram"]);
    home.must(&["snapshot", "acme", "--format", "json", "--out", text(&home.beside("page.json"))]);
    home
}

fn facts(home: &Home) -> Value {
    let document: Value = serde_json::from_str(&home.must(&["app", "export", "acme"]).out).unwrap();
    document["facts"].clone()
}

#[test]
fn two_engineers_carry_an_app_to_each_other_by_key_and_by_passphrase() {
    let (sam, kim) = (known(), Home::new());
    let (private, public) = pair(&kim, "kim");
    let sent = sam.beside("acme.rescue");
    let told = sam.must(&["app", "export", "acme", text(&sent), "--to", text(&public)]);
    assert!(told.out.contains("encrypted to 1 SSH key; no credential is in it"), "{told:?}");
    let bytes = fs::read(&sent).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1\n") && !String::from_utf8_lossy(&bytes).contains("Acme"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&sent).unwrap().permissions().mode() & 0o777, 0o600);
    }
    sam.run(&["app", "export", "acme", text(&sent), "--to", text(&public)]).refused(1, &["exists already"]);
    kim.run(&["app", "import", text(&sent)]).refused(2, &["encrypted to an SSH key", "--identity"]);
    let told = kim.must(&["app", "import", text(&sent), "--identity", text(&private)]);
    assert!(told.out.starts_with("acme is here: 4 facts") && told.err.contains("none came along"), "{told:?}");
    assert_eq!(facts(&kim), facts(&sam));

    // Both go on by themselves, and the way back is by passphrase.
    sam.must(&["item", "note", "acme", "SEC-01", "looked at it"]);
    kim.must(&["item", "start", "acme", "SEC-03"]);
    kim.must(&["app", "edit", "acme", "--ceiling", "openai=200", "--agreed-by", "Ana", "--proof", "mail of 3 November"]);
    let back = kim.beside("back.rescue");
    let kim_writes = kim.command(&["app", "export", "acme", text(&back)]);
    let told = with_input(kim_writes, &format!("{}\n", passphrase()));
    assert_eq!(told.code, Some(0), "{told:?}");
    let sam = sam.with(VARIABLE, &passphrase());
    let told = sam.must(&["app", "import", text(&back)]);
    assert!(told.out.contains("acme: 2 facts new, 4 facts were known") && told.err.contains("import-"), "{told:?}");
    let again = sam.json(&["app", "import", text(&back), "--json"]);
    assert_eq!((again["facts"]["new"].clone(), again["copy"].clone()), (0.into(), Value::Null));
    let there = sam.beside("there.rescue");
    sam.must(&["app", "export", "acme", text(&there), "--to", text(&public)]);
    kim.must(&["app", "import", text(&there), "--identity", text(&private)]);
    assert_eq!(facts(&kim), facts(&sam));
    let timeless = |home: &Home| {
        let mut status = home.json(&["status", "acme", "--json"]);
        status.as_object_mut().unwrap().remove("at");
        status
    };
    assert_eq!(timeless(&kim), timeless(&sam));
    for home in [&kim, &sam] {
        home.must(&["db", "check"]);
        // The page was frozen before the two were joined, and is still known with what stands behind it.
        let told = home.must(&["verify", text(&sam.beside("page.json"))]);
        assert!(told.out.contains("the facts behind it are here") && told.out.ends_with("authentic\n"), "{told:?}");
    }
}

fn with_input(mut command: Command, input: &str) -> Told {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Told::of(&child.wait_with_output().unwrap())
}

#[test]
fn a_file_for_somebody_else_cut_changed_or_newer_changes_nothing() {
    let (sam, kim) = (known(), Home::with_app("other"));
    let (private, public) = pair(&kim, "kim");
    let (stranger, _) = pair(&kim, "stranger");
    let sent = sam.beside("acme.rescue");
    sam.must(&["app", "export", "acme", text(&sent), "--to", text(&public)]);
    let before = kim.must(&["app", "list", "--json"]).out;
    let bytes = fs::read(&sent).unwrap();
    let file = kim.beside("got");
    let import = ["app", "import", text(&file), "--identity", text(&private)];
    for end in [0, 10, 21, 100, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&file, &bytes[..end]).unwrap();
        kim.run(&import).refused(1, &["cannot be read as an exported app"]);
    }
    for at in [0, 60, 300, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 4;
        fs::write(&file, &changed).unwrap();
        kim.run(&import).refused(1, &["cannot be read as an exported app"]);
    }
    fs::write(&file, &bytes).unwrap();
    kim.run(&["app", "import", text(&file), "--identity", text(&stranger)]).refused(1, &["encrypted to another key"]);
    kim.run(&["app", "import", text(&file), "--identity", text(&public)]).refused(2, &["private"]);
    kim.run(&["app", "import", text(&file), "--identity", text(&private), "--as", "Not A Name"]).refused(2, &["app name"]);
    // A newer form, sealed as it should be.
    let newer = b"{\"rescue\":\"app export\",\"version\":9,\"tool\":\"rescue 9.0.0\"}\n";
    let key = rescue::desk::moving::sealed::keys(&[text(&public).to_owned()]).unwrap();
    let to = rescue::desk::moving::sealed::To::Keys(key);
    fs::write(&file, rescue::desk::moving::sealed::seal(newer, &to).unwrap()).unwrap();
    kim.run(&import).refused(1, &["form 9 by rescue 9.0.0", "Install the newer rescue"]);
    assert_eq!(kim.must(&["app", "list", "--json"]).out, before);
    assert!(!kim.path().join("data/backups").exists());

    // Passphrases: too short, another one, none at all.
    let short = sam.command(&["app", "export", "acme", text(&sam.beside("short")), "--passphrase"]);
    with_input(short, "123456789\n").refused(2, &["10 characters or more"]);
    assert!(!sam.beside("short").exists());
    let by_word = sam.beside("by-word");
    let told = with_input(sam.command(&["app", "export", "acme", text(&by_word)]), &format!("{}\n", passphrase()));
    assert_eq!(told.code, Some(0), "{told:?}");
    kim.run(&["app", "import", text(&by_word)]).refused(2, &["no passphrase"]);
    kim.run(&["app", "import", text(&by_word), "--identity", text(&private)]).refused(2, &["encrypted to a passphrase"]);
    let kim = kim.with(VARIABLE, "not the one that it was");
    kim.run(&["app", "import", text(&by_word)]).refused(1, &["the passphrase is another"]);
    assert_eq!(kim.must(&["app", "list", "--json"]).out, before);
}

#[test]
fn the_close_names_what_is_in_the_way_and_closes_only_on_somebodys_word() {
    let home = known();
    let told = home.run(&["app", "close", "acme"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    for says in ["1. Gates", "HND-01", "2. Our tokens", "3. Who keeps watching", "rescue schedule workflow acme", "NOT closed"] {
        assert!(told.out.contains(says), "no `{says}` in {told:?}");
    }
    let document = home.json(&["app", "close", "acme", "--dry-run", "--json"]);
    assert!(!document["in_the_way"].as_array().unwrap().is_empty() && document["closed"] == Value::Null);
    let before = facts(&home);
    home.run(&["app", "close", "acme", "--force"]).refused(2, &["--reason"]);
    assert_eq!(facts(&home), before);
    let told = home.must(&["app", "close", "acme", "--force", "--reason", "the client stopped"]);
    assert!(told.out.contains("is closed although") && told.out.contains("it stays open"), "{told:?}");
    let reason = facts(&home).as_array().unwrap().last().unwrap()["body"]["reason"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("the client stopped — closed although "), "{reason}");
    home.run(&["app", "close", "acme"]).refused(2, &["was closed on"]);
    home.must(&["app", "close", "acme", "--dry-run"]);
}

#[test]
fn decisions_say_whose_word_they_are_and_what_rests_on_them() {
    let home = known();
    let lines = home.must(&["decisions", "acme"]);
    assert!(lines.out.contains("? limit of BAK-01: 1d\n      nobody is named; "), "{lines:?}");
    assert!(
        lines.out.contains("rests on it: BAK-01 (github.backup-workflow, supabase.backup-age)")
            && lines.err.contains("--agreed-by"),
        "{lines:?}"
    );
    let edit = ["app", "edit", "acme", "--limit", "BAK-01=24h", "--agreed-by", "Ana", "--proof", "mail of 3 November"];
    home.must(&[&edit[..], &["--agreed-on", "2026-11-03"]].concat());
    let document = home.json(&["decisions", "acme", "--json"]);
    let row = &document["decisions"][0];
    assert_eq!((&row["who"], &row["side"], &row["on"]), (&"Ana".into(), &"client".into(), &"2026-11-03".into()));
    assert_eq!((&row["kind"], &row["proof"]), (&"limit".into(), &"mail of 3 November".into()));
    let item = home.must(&["item", "show", "acme", "BAK-01"]);
    assert!(item.out.contains("rests on: limit of BAK-01: 1d, agreed by Ana on 2026-11-03 (mail of 3 November)"), "{item:?}");
    // Another value is not what Ana agreed to.
    let told = home.must(&["app", "edit", "acme", "--limit", "BAK-01=48h"]);
    assert!(told.err.contains("nobody is named for the new one"), "{told:?}");
    assert_eq!(home.json(&["decisions", "acme", "--json"])["decisions"][0]["who"], Value::Null);
    home.run(&["app", "edit", "acme", "--title", "T", "--agreed-by", "Ana"]).refused(2, &["--agreed-by"]);
    home.run(&["app", "edit", "acme", "--limit", "BAK-01=24h", "--proof", "x"]).refused(2, &["--agreed-by"]);
    let far = ["app", "edit", "acme", "--limit", "BAK-01=24h", "--agreed-by", "Ana", "--agreed-on", "2999-01-01"];
    home.run(&far).refused(2, &["has not come yet"]);
    let empty = Home::with_app("bare");
    assert!(empty.must(&["decisions", "bare"]).out.starts_with("nobody decided anything about bare yet"));
    empty.run(&["decisions", "acme"]).refused(2, &["acme"]);
}

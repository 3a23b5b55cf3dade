//! `rescue snapshot` and `rescue verify`: pages in every format, what they must not show, and what a changed file is called.

use crate::canary::{Marked, marked};
use crate::program::{Home, Told, bytes_below, contains};
use rescue::snapshot::{html, seal};
use rstest::rstest;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An app about which people have said a few things.
fn told_of() -> Home {
    let home = Home::new();
    home.must(&["app", "add", "acme", "--title", "Acme Shop", "--person", "client:Ana", "--live-since", "2026-01-05"]);
    home.must(&["item", "done", "acme", "SEC-01", "--proof", "https://example.com/proof", "--founder", "We searched the code"]);
    home.must(&[
        "item",
        "block",
        "acme",
        "BAK-04",
        "--on",
        "Ana",
        "--for",
        "an empty project",
        "--founder",
        "Open an empty project for us",
        "--minutes",
        "10",
    ]);
    home.must(&["item", "note", "acme", "SEC-03", "engineers only", "--founder", "This took us a whole day"]);
    home
}

fn write(home: &Home, name: &str, arguments: &[&str]) -> PathBuf {
    let file = home.beside(name);
    let mut all = vec!["snapshot", "acme", "--out", file.to_str().unwrap()];
    all.extend(arguments);
    let told = home.must(&all);
    assert!(told.out.is_empty() && told.err.contains("written to") && told.err.contains(name), "{told:?}");
    file
}

fn list(home: &Home) -> Vec<Value> {
    home.json(&["snapshot", "acme", "--list", "--json"])["snapshots"].as_array().unwrap().clone()
}

fn verify(home: &Home, file: &Path, more: &[&str]) -> Told {
    let mut all = vec!["verify", file.to_str().unwrap()];
    all.extend(more);
    home.run(&all)
}

/// What the file says when its bytes are these.
fn verify_changed(home: &Home, text: &str) -> Told {
    let file = home.beside("changed");
    fs::write(&file, text).unwrap();
    verify(home, &file, &[])
}

#[test]
fn each_format_is_written_and_each_page_is_kept() {
    let home = told_of();
    let page = fs::read_to_string(write(&home, "page.html", &[])).unwrap();
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("Acme Shop") && page.contains("Is it safe to keep taking users?")
    );
    assert!(page.contains("Open an empty project for us") && page.contains("This took us a whole day"), "{page}");
    assert!(!page.contains("engineers only") && !page.contains("an empty project</"), "{page}");
    let text = home.must(&["snapshot", "acme", "--format", "md"]);
    assert!(text.out.contains("Open an empty project for us") && text.err.contains("standard output"), "{text:?}");
    let record: Value = serde_json::from_str(&home.must(&["snapshot", "acme", "--format", "json", "--out", "-"]).out).unwrap();
    assert_eq!((&record["page"]["schema"], &record["page"]["audience"]), (&1.into(), &"founder".into()));
    assert!(record["page"]["turn"]["list"].to_string().contains("about 10 minutes"), "{}", record["page"]["turn"]);
    assert!(fs::read(write(&home, "page.pdf", &["--format", "pdf"])).unwrap().starts_with(b"%PDF-"));
    let investor = fs::read_to_string(write(&home, "mail.html", &["--for", "investor"])).unwrap();
    assert!(!investor.contains("Open an empty project"), "{investor}");
    let kept = list(&home);
    assert_eq!(
        kept.iter().map(|it| it["for"].as_str().unwrap()).collect::<Vec<_>>(),
        ["investor", "founder", "founder", "founder", "founder"]
    );
    assert!(kept.iter().all(|it| it["by"] == "tester" && it["seal"].as_str().unwrap().len() == 64 && it["signed"] == false));
    let lines = home.must(&["snapshot", "acme", "--list"]).out;
    assert!(lines.lines().count() == 5 && lines.contains(&kept[0]["seal"].as_str().unwrap()[..12]), "{lines}");
    home.must(&["db", "check"]);
    let told = home.run(&["undo", "acme"]);
    assert!(told.out.contains("SEC-03"), "a page is not taken back: {told:?}");
}

#[test]
fn no_file_is_overwritten_and_then_no_page_is_made() {
    let home = told_of();
    let file = home.beside("mine.html");
    fs::write(&file, "mine").unwrap();
    home.run(&["snapshot", "acme", "--out", file.to_str().unwrap()]).refused(2, &["exists already", "next:"]);
    home.run(&["snapshot", "acme", "--out", home.beside("no/such/folder.html").to_str().unwrap()])
        .refused(1, &["could not be written"]);
    assert_eq!((fs::read_to_string(&file).unwrap(), list(&home).len()), ("mine".to_owned(), 0));
    home.run(&["snapshot", "acme", "--sign", "/no/such/key", "--out", home.beside("x.html").to_str().unwrap()])
        .refused(2, &["no key file"]);
    assert!(!home.beside("x.html").exists() && list(&home).is_empty(), "nothing is left of what failed");
    home.run(&["snapshot", "acme", "--json"]).refused(2, &["--list"]);
    home.run(&["snapshot", "acme", "--out", "-", "--open"]).refused(2, &["only a file"]);
    home.run(&["snapshot", "nobody"]).refused(2, &["`nobody`"]);
}

#[test]
fn an_earlier_page_is_written_again_and_two_are_compared() {
    let home = told_of();
    let first = fs::read_to_string(write(&home, "first.html", &["--note", "Hello <Ana>"])).unwrap();
    home.must(&["item", "done", "acme", "BAK-04", "--proof", "https://example.com/restored"]);
    write(&home, "second.html", &[]);
    let kept = list(&home);
    let seals: Vec<&str> = kept.iter().map(|it| &it["seal"].as_str().unwrap()[..10]).collect();
    let again = home.must(&["snapshot", "acme", "--again", seals[1]]);
    assert_eq!((again.out.as_str(), list(&home).len()), (first.as_str(), 2));
    // A reader knows a page by what it prints of itself.
    let (_, record) = html::take_apart(&first).unwrap();
    let printed = format!("This page: {}", seal::content(&record.page).0);
    assert!(first.contains(&printed), "{printed}");
    let by_content = home.must(&["snapshot", "acme", "--again", &printed["This page: ".len()..][..12]]);
    assert_eq!(by_content.out, first);
    let compared = home.must(&["snapshot", "acme", "--compare", seals[0], seals[1]]).out;
    assert!(compared.starts_with("The page of ") && compared.contains("Urgent dangers: 0 then, 0 now."), "{compared}");
    let document = home.json(&["snapshot", "acme", "--compare", seals[1], seals[0], "--json"]);
    assert_eq!(document["after"]["done"].as_u64().unwrap(), document["before"]["done"].as_u64().unwrap() + 1, "{document}");
    home.run(&["snapshot", "acme", "--compare", seals[0], "ffff0000ffff"]).refused(2, &["no snapshot", "--list"]);
    home.run(&["snapshot", "acme", "--compare", seals[0]]).refused(2, &["--compare"]);
}

#[rstest]
#[case("html")]
#[case("json")]
fn a_file_is_known_where_it_was_made_and_only_consistent_elsewhere(#[case] format: &str) {
    let home = told_of();
    let file = write(&home, "page", &["--format", format]);
    // What happens later changes nothing of what stood behind it.
    home.must(&["item", "start", "acme", "SEC-02"]);
    let told = verify(&home, &file, &[]);
    assert_eq!(told.code, Some(0), "{told:?}");
    for wanted in ["consistent with itself", "made by tester", "the facts behind it are here: 5 of 5", "it is not signed"] {
        assert!(told.out.contains(wanted), "no “{wanted}”: {told:?}");
    }
    assert!(told.out.lines().any(|line| line == "authentic"), "{told:?}");
    let document = home.json(&["verify", file.to_str().unwrap(), "--json"]);
    assert_eq!(
        (&document["authentic"], &document["database"]["keeps"]["facts"]["here"]),
        (&true.into(), &5.into()),
        "{document}"
    );
    // Another home with a database, and one without: none is made by looking.
    let other = Home::with_app("other");
    let empty = Home::new();
    for (home, looked) in [(&other, true), (&empty, false)] {
        let told = verify(home, &file, &[]);
        assert_eq!(told.code, Some(0), "{told:?}");
        assert!(told.out.contains("consistent with itself") && told.out.contains("not shown to be authentic"), "{told:?}");
        assert!(!told.out.lines().any(|line| line == "authentic"), "{told:?}");
        assert_eq!(told.out.contains("does not keep a snapshot with this seal"), looked, "{told:?}");
        assert_eq!(home.json(&["verify", file.to_str().unwrap(), "--json"])["authentic"], Value::Null);
    }
    assert!(!empty.path().exists(), "verify made a home");
}

#[test]
fn a_changed_byte_is_found_and_told() {
    let home = told_of();
    let page = fs::read_to_string(write(&home, "page.html", &[])).unwrap();
    let told = verify_changed(&home, &page.replacen("Open an empty project for us", "Open an empty proJect for us", 1));
    assert_eq!(told.code, Some(1), "{told:?}");
    for wanted in ["NOT consistent", "  line ", "proJect", "should say:", "NOT authentic"] {
        assert!(told.out.contains(wanted), "no “{wanted}”: {told:?}");
    }
    let json = fs::read_to_string(write(&home, "page.json", &["--format", "json"])).unwrap();
    let told = verify_changed(&home, &json.replacen("\"minutes\": 10", "\"minutes\": 90", 1));
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(
        told.out.contains("turn.list.0.minutes") && told.out.contains("90") && told.out.contains("should say: 10"),
        "{told:?}"
    );
    // The same content in other bytes is told apart, and not called authentic.
    let told = verify_changed(&home, &json.replace("\n  ", "\n"));
    assert!(
        told.code == Some(1) && told.out.contains("written anew") && told.out.contains("NOT shown to be authentic"),
        "{told:?}"
    );
}

#[test]
fn what_is_no_snapshot_is_told() {
    let home = told_of();
    let json = fs::read_to_string(write(&home, "page.json", &["--format", "json"])).unwrap();
    let newer = json.replacen("\"schema\": 1", "\"schema\": 2", 1);
    for (text, words) in [
        ("", &["it is empty"][..]),
        ("hello", &["no snapshot's record", "next:"]),
        ("{}", &["not a snapshot"]),
        (&json[..json.len() / 2], &["ends too early", "next:"]),
        (&newer, &["form 2", "Install the newer rescue"]),
    ] {
        verify_changed(&home, text).refused(1, words);
    }
    fs::write(home.beside("bytes"), [0xff, 0xfe, 0]).unwrap();
    verify(&home, &home.beside("bytes"), &[]).refused(1, &["not text"]);
    let large = fs::File::create(home.beside("large")).unwrap();
    large.set_len(100 << 20).unwrap();
    verify(&home, &home.beside("large"), &[]).refused(1, &["larger than 20 MiB"]);
    verify(&home, &home.beside("nowhere"), &[]).refused(1, &["cannot be read"]);
    verify(&home, &home.path(), &[]).refused(1, &["cannot be read"]);
    home.run(&["verify"]).refused(2, &["FILE"]);
    verify(&home, &home.beside("page.json"), &["--signer", "/no/such.pub"]).refused(2, &["cannot be read as public keys"]);
    verify(&home, &home.beside("page.json"), &["--signer", home.beside("bytes").to_str().unwrap()]).refused(2, &["public keys"]);
}

/// A key of its own; none where there is no ssh-keygen.
fn key(home: &Home, name: &str, kind: &[&str]) -> Option<PathBuf> {
    let file = home.beside(name);
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-N", "", "-C", "sam's key", "-f"]).arg(&file).args(kind).stdin(Stdio::null());
    match command.status() {
        Ok(status) => {
            assert!(status.success());
            Some(file)
        }
        Err(error) => {
            eprintln!("SKIPPED: signatures were not tested, for ssh-keygen cannot be started: {error}");
            None
        }
    }
}

#[rstest]
#[case("html", &["-t", "ed25519"])]
#[case("json", &["-t", "ecdsa", "-b", "256"])]
#[case("html", &["-t", "rsa", "-b", "2048"])]
fn a_signed_page_is_known_by_its_signer(#[case] format: &str, #[case] kind: &[&str]) {
    let home = told_of();
    let (Some(sam), Some(eve)) = (key(&home, "sam", kind), key(&home, "eve", &["-t", "ed25519"])) else { return };
    let public = |key: &Path| key.with_extension("pub").to_str().unwrap().to_owned();
    let file = write(&home, "page", &["--format", format, "--sign", sam.to_str().unwrap()]);
    assert_eq!(list(&home)[0]["signed"], true);
    let elsewhere = Home::new();
    let told = verify(&elsewhere, &file, &["--signer", &public(&sam)]);
    assert!(told.code == Some(0) && told.out.contains("signed by sam's key (SHA256:"), "{told:?}");
    assert!(told.out.lines().any(|line| line == "authentic"), "{told:?}");
    let told = verify(&elsewhere, &file, &[]);
    assert!(
        told.code == Some(0) && told.out.contains("nobody you named") && told.out.contains("not shown to be authentic"),
        "{told:?}"
    );
    let told = verify(&elsewhere, &file, &["--signer", &public(&eve)]);
    assert!(told.code == Some(1) && told.out.contains("nobody you named") && told.out.contains("NOT shown"), "{told:?}");
    // By the configuration's file of allowed signers.
    let line = fs::read_to_string(public(&sam)).unwrap();
    fs::create_dir_all(elsewhere.path().join("config")).unwrap();
    fs::write(elsewhere.path().join("config/allowed"), format!("# ours\nsam@example.com namespaces=\"rescue-snapshot\" {line}"))
        .unwrap();
    fs::write(elsewhere.path().join("config/config.toml"), "[snapshot]\nsigners = \"allowed\"\n").unwrap();
    let told = verify(&elsewhere, &file, &[]);
    assert!(told.code == Some(0) && told.out.contains("signed by sam@example.com"), "{told:?}");
    // A signature of another page does not hold, and an unsigned page does not pass where a signer is asked for.
    let other = write(&home, "other.json", &["--format", "json", "--sign", sam.to_str().unwrap()]);
    let mut swapped: Value = serde_json::from_str(&fs::read_to_string(&other).unwrap()).unwrap();
    let again = home.must(&["snapshot", "acme", "--again", list(&home)[1]["seal"].as_str().unwrap(), "--format", "json"]).out;
    swapped["signature"] = serde_json::from_str::<Value>(&again).unwrap()["signature"].clone();
    let told = verify_changed(&elsewhere, &swapped.to_string());
    assert!(told.code == Some(1) && told.out.contains("does NOT hold") && told.out.contains("NOT authentic"), "{told:?}");
    let plain = write(&home, "plain.json", &["--format", "json"]);
    let told = verify(&Home::new(), &plain, &["--signer", &public(&sam)]);
    assert!(told.code == Some(1) && told.out.contains("it is not signed") && told.out.contains("NOT shown"), "{told:?}");
}

#[test]
fn a_key_that_cannot_sign_makes_no_page() {
    let home = told_of();
    fs::write(home.beside("nokey"), "hello").unwrap();
    let told = home.run(&[
        "snapshot",
        "acme",
        "--sign",
        home.beside("nokey").to_str().unwrap(),
        "--out",
        home.beside("p.html").to_str().unwrap(),
    ]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.err.contains("next:") && !home.beside("p.html").exists() && list(&home).is_empty(), "{told:?}");
}

#[test]
fn labels_are_said_shown_and_forgotten() {
    let home = Home::with_app("acme");
    home.must(&["app", "edit", "acme", "--label", "messages=private chats", "--label", "orders=what people bought"]);
    assert_eq!(home.json(&["app", "show", "acme", "--json"])["labels"]["messages"], "private chats");
    assert!(home.must(&["app", "show", "acme"]).out.contains("private chats"));
    home.must(&["app", "edit", "acme", "--clear", "label=messages"]);
    assert_eq!(home.json(&["app", "show", "acme", "--json"])["labels"], serde_json::json!({ "orders": "what people bought" }));
    home.run(&["app", "edit", "acme", "--clear", "label=messages"]).refused(2, &["label=messages"]);
    home.run(&["app", "edit", "acme", "--label", "public.orders=x"]).refused(2, &["no name of a table"]);
    home.run(&["app", "edit", "acme", "--label", "orders="]).refused(2, &["1 to 60 characters"]);
    home.run(&["app", "edit", "acme", "--label", "orders"]).refused(2, &["--label"]);
    home.must(&["app", "add", "other", "--label", "a=b"]);
}

/// What an engineer wrote for engineers, each marked.
const ENGINEERS: [&str; 8] = [
    "marked-note-for-engineers",
    "marked-reason-of-a-waiver",
    "marked-proof-of-a-word",
    "marked-what-it-waits-for",
    "marked-reason-to-reopen",
    "marked-reason-not-used",
    "marked.mail@example.com",
    "marked-login@example.com",
];

/// The app of the canary, with everything said about it that could slip onto a page.
fn filled() -> (Marked, Vec<String>) {
    let it = marked();
    let [note, waiver, proof, waits, reopen, unused, mail, login] = ENGINEERS;
    let until = crate::cli::people::days_from_now(30);
    let person = format!("client:Ana:{mail}");
    it.home.must(&[
        "app",
        "edit",
        "acme",
        "--person",
        &person,
        "--label",
        "messages=private chats",
        "--unused",
        &format!("twilio={unused}"),
    ]);
    it.home.run(&["probe", "acme"]);
    let mut it = it;
    it.home = it.home.with("USER", login);
    for arguments in [
        &["item", "note", "acme", "SEC-01", note][..],
        &["item", "waive", "acme", "CI-03", "--reason", waiver, "--until", &until],
        &["item", "done", "acme", "DOC-02", "--proof", proof],
        &["item", "block", "acme", "BAK-04", "--on", "Ana", "--for", waits],
        &["item", "done", "acme", "DOC-01", "--proof", proof],
        &["item", "reopen", "acme", "DOC-01", "--reason", reopen],
    ] {
        it.home.must(arguments);
    }
    let mut hidden: Vec<String> = ENGINEERS.map(str::to_owned).to_vec();
    let tree = it.home.beside("tree").display().to_string();
    hidden.extend([tree, "shop.example.com".to_owned(), "acmeshopproductionab".to_owned(), "acmeshopstagingabcde".to_owned()]);
    hidden.extend(["acme/shop", "proj_acme_shop", ".env.production", "lib/pay.ts", "127.0.0.1"].map(str::to_owned));
    // Every finding with its resource: tables, buckets, branches, files, and what is wrong with them.
    let found = it.home.json(&["finding", "list", "acme", "--json"]);
    let found = found["findings"].as_array().unwrap();
    assert!(found.len() > 20, "{} findings", found.len());
    for it in found {
        hidden.push(it["says"].as_str().unwrap().to_owned());
        let resource = it["id"].as_str().unwrap().split_once(':').map_or("", |(_, resource)| resource);
        // A plain word, such as a branch called production, may be in any text.
        if resource.len() > 5 && resource.contains(|c: char| !c.is_alphabetic()) {
            hidden.push(resource.to_owned());
        }
    }
    (it, hidden)
}

/// The file as it is, and what is packed in it: the record of an HTML file, the text of a PDF.
fn whole(file: &Path) -> Vec<u8> {
    let mut bytes = fs::read(file).unwrap();
    if bytes.starts_with(b"%PDF-") {
        bytes.extend(text_of(file));
    }
    if let Some((_, record)) = std::str::from_utf8(&bytes).ok().and_then(html::take_apart) {
        bytes.extend(serde_json::to_string(&record).unwrap().into_bytes());
    }
    bytes
}

/// What another program reads in a PDF, in lines as long as they were. Its own streams are packed, so that looking for a mark in
/// its bytes alone would find none.
fn text_of(file: &Path) -> Vec<u8> {
    let Ok(read) = Command::new("pdftotext").args(["-enc", "UTF-8", "-raw"]).arg(file).arg("-").output() else {
        assert!(std::env::var_os("CI").is_none(), "no pdftotext: install poppler-utils");
        eprintln!("SKIPPED: no pdftotext, so the marks were looked for in the PDF's bytes only (Debian: poppler-utils)");
        return Vec::new();
    };
    assert!(read.status.success(), "pdftotext could not read {}", file.display());
    let text = String::from_utf8(read.stdout).unwrap();
    // A mark may be broken where a line ends.
    [text.clone(), text.replace('\n', ""), text.replace('\n', " ")].concat().into_bytes()
}

#[test]
fn no_mark_is_on_any_page() {
    let (it, hidden) = filled();
    let mut written = 0;
    for audience in ["founder", "investor"] {
        for (number, format) in ["html", "md", "json", "pdf"].into_iter().enumerate() {
            let plain = write(&it.home, &format!("{audience}-{number}"), &["--for", audience, "--format", format]);
            let detailed =
                write(&it.home, &format!("{audience}-{number}-detail"), &["--for", audience, "--format", format, "--detail"]);
            let plain = whole(&plain);
            for text in &hidden {
                assert!(!contains(&plain, text.as_bytes()), "`{text}` is on the {audience}'s {format}");
            }
            it.nothing_in(&format!("the {audience}'s {format}"), &plain);
            it.nothing_in(&format!("the {audience}'s {format} with detail"), &whole(&detailed));
            written += 1;
        }
    }
    assert_eq!(written, 8);
    // The marks were there to be shown: the engineer's view has them, and so has the page with detail what was found.
    let shown = it.home.must(&["item", "show", "acme", "SEC-01"]).out;
    assert!(shown.contains(ENGINEERS[0]), "{shown}");
    let detailed = whole(&it.home.beside("founder-2-detail"));
    assert!(hidden.iter().any(|text| contains(&detailed, text.as_bytes())), "detail shows nothing");
    assert!(!contains(&whole(&it.home.beside("investor-2-detail")), b"lib/pay.ts"), "an investor's page has no detail");
    // And the PDF is really read: what detail shows is found in it.
    let paper = it.home.beside("founder-3-detail");
    if !text_of(&paper).is_empty() {
        assert!(hidden.iter().any(|text| contains(&whole(&paper), text.as_bytes())), "nothing of the detail was read in the PDF");
    }
    it.nothing_in("the files of the home", &bytes_below(&it.home.path()));
}

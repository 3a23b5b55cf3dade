//! Who may import whom (HOUSE §3), read from the sources and compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Every source file of a room, tests left out.
pub fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                into.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

/// Files that are compiled for tests only: their names say so.
fn is_test(path: &Path) -> bool {
    let inside = path.to_string_lossy().replace('\\', "/");
    ["/tests.rs", "/tests/", "/testing.rs", "_tests.rs"].iter().any(|mark| inside.contains(mark))
        || inside.ends_with("/systems/stand_in.rs")
        || inside.ends_with("/probes/stand_in.rs")
        || ["/histories.rs", "/laws.rs"].iter().any(|mark| inside.ends_with(mark))
}

/// Every source file that is part of the program.
pub fn program() -> impl Iterator<Item = (PathBuf, String)> {
    sources().into_iter().filter(|(path, _)| !is_test(path))
}

/// The part of a source file before its tests.
pub fn without_tests(text: &str) -> &str {
    let opening = ["mod tests", "pub(super) mod tests", "pub(crate) mod tests"].map(|it| format!("#[cfg(test)]\n{it} {{"));
    let end = opening.iter().filter_map(|it| text.find(it.as_str())).min();
    end.map_or(text, |end| &text[..end])
}

fn room(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// What each room may import besides itself.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("domain", &[][..]),
        ("clock", &[]),
        ("trouble", &["domain"]),
        ("words", &["domain"]),
        ("checklist", &["domain"]),
        ("config", &["domain"]),
        ("credentials", &["domain", "config", "net"]),
        ("net", &["domain", "config", "credentials", "clock"]),
        ("snapshot", &["domain"]),
        ("letter", &["domain", "snapshot"]),
        ("orders", &["domain", "words", "snapshot"]),
        ("store", &["domain", "config", "clock", "net", "scan", "snapshot"]),
        ("systems", &["net", "domain"]),
        ("repo", &["domain"]),
        ("scan", &["domain", "repo", "net"]),
        ("probes", &["systems", "repo", "scan", "domain", "net"]),
        ("engine", &["probes", "domain", "net", "clock", "store"]),
        (
            "schedule",
            &["engine", "probes", "store", "domain", "config", "credentials", "net", "snapshot", "trouble", "words", "clock"],
        ),
        ("log", &["config", "clock", "credentials"]),
        ("look", &["scan", "probes", "repo", "net", "domain", "config", "snapshot", "trouble", "words", "clock"]),
    ])
}

fn imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in without_tests(text).split("crate::").skip(1) {
        let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if name.is_empty() {
            // `use crate::{a, b::c}`: the names at the first level.
            let mut depth = 0;
            let mut word = String::new();
            for c in part.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => {
                        found.insert(std::mem::take(&mut word));
                        continue;
                    }
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                if depth == 1 && (c.is_ascii_alphanumeric() || c == '_') && !word.ends_with(':') {
                    word.push(c);
                } else if depth == 1 && c == ':' && !word.ends_with(':') {
                    word.push(':');
                }
            }
            found.insert(word);
        } else {
            found.insert(name);
        }
    }
    found.into_iter().map(|name| name.trim_end_matches(':').trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn each_room_imports_only_what_it_may() {
    let allowed = allowed();
    let mut wrong = Vec::new();
    for (path, text) in program() {
        let room = room(&path);
        let Some(may) = allowed.get(room.as_str()) else { continue };
        for import in imports(&text) {
            if import != room && !may.contains(&import.as_str()) {
                wrong.push(format!("{}: {room} may not import {import}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_domain_knows_no_input_or_output() {
    let banned = ["std::fs", "std::net", "std::env", "std::process", "std::io", "tokio", "reqwest", "rusqlite", "ratatui", "gix"];
    for (path, text) in program().filter(|(path, _)| room(path) == "domain") {
        for name in banned {
            assert!(!without_tests(&text).contains(&format!("{name}::")), "{} uses {name}", path.display());
        }
    }
}

#[test]
fn only_the_door_opens_sockets_and_only_the_repository_rooms_open_repositories() {
    // The one exception (HOUSE §2.2): the engineer's own messages, to addresses that the engineer configured.
    let sends_the_engineers_messages = |path: &Path, needle: &str| match needle {
        "reqwest" => path.ends_with("schedule/tell/webhook.rs"),
        "lettre" => path.ends_with("schedule/tell/mail.rs"),
        _ => false,
    };
    for (path, text) in program() {
        let (room, text) = (room(&path), without_tests(&text));
        for (needle, rooms) in [
            ("reqwest", &["net"][..]),
            ("lettre", &[]),
            ("TcpListener", &["demo"]),
            ("TcpStream", &["demo"]),
            // The demo writes its own invented repository; it reads none.
            ("gix::", &["repo", "scan", "demo"]),
            ("rusqlite", &["store"]),
        ] {
            let may = rooms.contains(&room.as_str()) || sends_the_engineers_messages(&path, needle);
            assert!(!text.contains(needle) || may, "{} uses {needle}", path.display());
        }
    }
}

#[test]
fn the_sender_of_messages_knows_no_client_s_credential_and_no_door() {
    let senders = program().filter(|(path, _)| path.to_string_lossy().replace('\\', "/").contains("/src/schedule/tell"));
    let mut files = 0;
    for (path, text) in senders {
        files += 1;
        for name in ["Chain", "Door", "ReadCall", "Keys", "vendor_variables", "keyring"] {
            assert!(!without_tests(&text).contains(name), "{} names {name}", path.display());
        }
    }
    assert!(files > 8, "{files} files were looked at");
}

#[test]
fn screens_never_reach_for_the_store_or_the_network() {
    for (path, text) in sources() {
        let inside = path.to_string_lossy().replace('\\', "/");
        if inside.contains("/src/tui/screens/") || inside.contains("/src/tui/popups/") || inside.contains("/src/tui/widgets/") {
            for name in ["crate::store", "crate::systems", "tokio::", "crate::engine::run", "crate::net"] {
                assert!(!without_tests(&text).contains(name), "{inside} uses {name}");
            }
        }
    }
}

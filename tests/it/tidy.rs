//! The house's tidiness: sizes, module docs, banned calls, places that expose a secret.

use crate::layers::{program, sources, without_tests};

#[test]
fn every_file_says_what_it_is_for() {
    for (path, text) in sources() {
        let opening = text.lines().next().unwrap_or_default();
        assert!(opening.starts_with("//! ") && opening.len() > 20, "{} opens with {opening:?}", path.display());
    }
}

#[test]
fn no_file_is_longer_than_six_hundred_lines() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
    }
}

#[test]
fn nothing_is_left_for_later_in_the_sources() {
    let marks: Vec<String> = ["TO", "FIX"].iter().zip(["DO", "ME"]).map(|(a, b)| format!("{a}{b}")).collect();
    for (path, text) in sources() {
        for mark in marks.iter().map(String::as_str).chain(["unimplemented!", "todo!"]) {
            assert!(!text.contains(mark), "{} says {mark}", path.display());
        }
    }
}

/// Each place that takes a secret out of its wrapping, with the number of times. A new one is added on purpose.
const EXPOSURES: &[(&str, usize)] = &[
    // To git's askpass, for the one address that it belongs to.
    ("cli/scan/sources.rs", 1),
    // Whether it has the form that a header may carry.
    ("credentials/form.rs", 1),
    // Into the operating system's keyring.
    ("credentials/keyring.rs", 1),
    // To know it again in a text that goes to the log: whether it is known, how long it is, how it may be written.
    ("credentials/redact.rs", 5),
    // Its fingerprint.
    ("credentials/secret.rs", 1),
    // Into the one variable by which git's askpass gets it.
    ("desk/cloning.rs", 1),
    // Into the envelope of an exported app, and to open one or the private key to it.
    ("desk/moving/sealed.rs", 3),
    // Into the one header of the one system that it belongs to.
    ("net/send.rs", 1),
    // Into the login of the engineer's own mail server, and the address of the engineer's own webhook.
    ("schedule/tell/mail.rs", 1),
    ("schedule/tell/webhook.rs", 1),
];

#[test]
fn secrets_are_exposed_only_where_they_must_be() {
    let mut found = Vec::new();
    for (path, text) in program() {
        let text = without_tests(&text);
        let inside = path.to_string_lossy().replace('\\', "/");
        let inside = inside.split_once("/src/").map_or(inside.clone(), |(_, rest)| rest.to_owned());
        let count = text.matches(".expose()").count();
        if count > 0 {
            found.push((inside.clone(), count));
        }
        // The wrapper's own way out would go round this list.
        assert!(inside == "credentials/secret.rs" || !text.contains("expose_secret"), "{inside} goes round `Secret`");
    }
    let found: Vec<(&str, usize)> = found.iter().map(|(path, count)| (path.as_str(), *count)).collect();
    assert_eq!(found, EXPOSURES);
}

#[test]
fn no_registry_host_or_machine_path_is_written_down() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let banned: Vec<String> = [("crates", ".io"), ("registry.npmjs", ".org"), ("pypi", ".org"), ("/ro", "ot/")]
        .iter()
        .map(|(a, b)| format!("{a}{b}"))
        .collect();
    for name in ["README.md", "ARCHITECTURE.md", "Cargo.toml", ".ci/run", "deny.toml"] {
        let Ok(text) = std::fs::read_to_string(root.join(name)) else { continue };
        for host in &banned {
            assert!(!text.contains(host.as_str()), "{name} names {host}");
        }
    }
}

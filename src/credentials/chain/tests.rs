//! The order of the places, what a broken place does, and what never leaves.

use super::*;
use crate::credentials::keyring::tests::Memory;
use pretty_assertions::assert_eq;
use rstest::rstest;
use std::sync::Arc;

fn acme() -> AppName {
    "acme-shop".parse().unwrap()
}

/// A person with these variables, these keyring entries and this command.
fn chain(variables: &[(&str, &str)], entries: &[(Option<&AppName>, &str)], command: Option<&str>) -> Chain {
    let keyring = Shelter::of(Arc::new(Memory::default()));
    for (app, value) in entries {
        keyring.set(*app, System::Github, &Secret::new(*value)).unwrap();
    }
    let home = tempfile::tempdir().unwrap();
    let paths = crate::config::Paths::in_home(home.path());
    std::fs::create_dir_all(paths.config()).unwrap();
    let line = command.map(|it| format!("[token_command]\ngithub = {it:?}\n")).unwrap_or_default();
    std::fs::write(paths.config_file(), line).unwrap();
    let commands = Configuration::read(&paths).unwrap().token_commands;
    Chain::of(Person { environment: Environment::of(variables.iter().copied()), commands, keyring, gh_host: None })
}

fn found(chain: &Chain) -> (String, String) {
    let found = chain.find(&acme(), System::Github).unwrap();
    (found.secret.expose().to_owned(), found.source.to_string())
}

fn gap(chain: &Chain) -> Gap {
    chain.find(&acme(), System::Github).unwrap_err().gap
}

#[cfg(unix)]
#[test]
fn the_first_place_that_has_one_wins() {
    let app = acme();
    let own = ("RESCUE_ACME_SHOP_GITHUB_TOKEN", "one");
    let vendor = [("GITHUB_TOKEN", "five"), ("GH_TOKEN", "six")];
    let mut variables = vec![own, vendor[0], vendor[1]];
    let mut entries = vec![(Some(&app), "two"), (None, "three")];
    let command = Some("echo four | head -n 1");
    let is = |chain: Chain, value: &str, source: &str| assert_eq!(found(&chain), (value.to_owned(), source.to_owned()));
    is(chain(&variables, &entries, command), "one", "RESCUE_ACME_SHOP_GITHUB_TOKEN");
    variables.remove(0);
    is(chain(&variables, &entries, command), "two", "keyring (for acme-shop)");
    entries.remove(0);
    is(chain(&variables, &entries, command), "three", "keyring (for all apps)");
    entries.clear();
    is(chain(&variables, &entries, command), "four", "token_command");
    is(chain(&variables, &entries, None), "five", "GITHUB_TOKEN");
    variables.remove(0);
    is(chain(&variables, &entries, None), "six", "GH_TOKEN");
    assert_eq!(gap(&chain(&[], &[], None)).kind, GapKind::NoCredential);
}

#[test]
fn the_places_are_told_in_their_order_without_a_value() {
    let all = chain(&[("GH_TOKEN", "six")], &[], Some("exit 1"));
    let told: Vec<(String, Option<String>)> =
        all.sources(&acme(), System::Github).into_iter().map(|look| (look.source.to_string(), look.nothing)).collect();
    let nothing = |source: &str, why: &str| (source.to_owned(), Some(why.to_owned()));
    assert_eq!(
        told,
        [
            nothing("RESCUE_ACME_SHOP_GITHUB_TOKEN", "not set"),
            nothing("keyring (for acme-shop)", "no entry"),
            nothing("keyring (for all apps)", "no entry"),
            nothing("token_command", "it failed with exit code 1"),
            nothing("GITHUB_TOKEN", "not set"),
            ("GH_TOKEN".to_owned(), None),
        ]
    );
    assert!(!format!("{all:?} {:?}", all.find(&acme(), System::Github)).contains("six"));
}

#[rstest]
#[case("exit 3", "it failed with exit code 3")]
#[case("true", "it printed nothing")]
#[case("no-such-program-here", "it is not installed")]
fn a_command_that_gives_none_is_named_in_the_gap(#[case] command: &str, #[case] why: &str) {
    let gap = gap(&chain(&[], &[], Some(command)));
    assert_eq!(gap.kind, GapKind::NoCredential);
    assert_eq!(gap.says, format!("no credential for GitHub: the token_command gave none ({why})").as_str());
    assert_eq!(gap.needs.unwrap(), "Run `rescue auth set github` or export GITHUB_TOKEN");
}

#[test]
fn what_a_command_says_on_stderr_is_not_repeated() {
    let canary = "canary".repeat(3);
    let missing = chain(&[], &[], Some(&format!("echo {canary} >&2; exit 1"))).find(&acme(), System::Github).unwrap_err();
    assert!(!format!("{missing:?}").contains(&canary));
}

#[test]
fn a_malformed_one_stops_the_search_and_is_not_quoted() {
    let chain = chain(&[("RESCUE_ACME_SHOP_GITHUB_TOKEN", "bad\u{1b}value"), ("GITHUB_TOKEN", "good")], &[], None);
    let gap = gap(&chain);
    assert_eq!(gap.kind, GapKind::BadCredential);
    assert_eq!(gap.says, "the GitHub credential from RESCUE_ACME_SHOP_GITHUB_TOKEN holds a control character");
    assert!(gap.needs.is_some());
}

#[test]
fn keys_are_for_the_systems_that_need_one() {
    let chain = chain(&[("GITHUB_TOKEN", "five"), ("VERCEL_TOKEN", "a\nb")], &[], None);
    let keys = chain.keys(&acme(), [System::Github, System::Vercel, System::Supabase, System::Scan, System::Site]);
    let told: Vec<(System, Result<&str, GapKind>)> =
        keys.iter().map(|(system, key)| (*system, key.as_ref().map(Secret::expose).map_err(|gap| gap.kind))).collect();
    assert_eq!(
        told,
        [
            (System::Github, Ok("five")),
            (System::Supabase, Err(GapKind::NoCredential)),
            (System::Vercel, Err(GapKind::BadCredential)),
        ]
    );
    assert_eq!(chain.redactor().mask("it is five"), "it is [masked]");
}

#[test]
fn given_keys_are_the_only_ones() {
    let given = Chain::given([(System::Github, Secret::new("demo"))].into());
    assert_eq!(found(&given), ("demo".to_owned(), "given".to_owned()));
    assert_eq!(given.find(&acme(), System::Vercel).unwrap_err().gap.kind, GapKind::NoCredential);
    assert!(given.keyring().get(None, System::Github).is_err());
    assert_eq!(Chain::none().find(&acme(), System::Github).unwrap_err().gap.kind, GapKind::NoCredential);
}

#[rstest]
#[case(None, Some("github.com"))]
#[case(Some("https://github.acme.example/api/v3"), Some("github.acme.example"))]
#[case(Some("https://api.acme.ghe.com"), Some("acme.ghe.com"))]
#[case(Some("http://127.0.0.1:9"), None)]
fn gh_is_asked_for_the_host_that_is_used(#[case] base: Option<&str>, #[case] host: Option<&str>) {
    let environment = Environment::of(base.map(|it| ("RESCUE_GITHUB_URL", it)));
    let endpoints = Endpoints::from_environment(&environment).unwrap();
    assert_eq!(gh_host(&endpoints).as_deref(), host);
}

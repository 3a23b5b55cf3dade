//! Small lockfiles of every format, and what they say.

use super::*;
use rstest::rstest;

const NPM1: &str = r#"{ "lockfileVersion": 1, "dependencies": { "next": { "version": "15.1.0", "dependencies": { "nanoid": { "version": "3.3.8" } } } } }"#;
const NPM3: &str = r#"{ "lockfileVersion": 3, "packages": {
  "": { "dependencies": { "next": "^15.0.0" } },
  "apps/web": { "dependencies": { "next": "^14.0.0" } },
  "node_modules/next": { "version": "15.1.0" },
  "apps/web/node_modules/next": { "version": "14.2.3" },
  "node_modules/next/node_modules/nanoid": { "version": "3.3.8" } } }"#;
const PNPM5: &str = "lockfileVersion: 5.4\n\nspecifiers:\n  next: ^15.0.0\n\ndependencies:\n  next: 15.1.0_react@19.0.0\n\npackages:\n\n  /next/15.1.0_react@19.0.0:\n    resolution: {integrity: x}\n    dev: false\n\n  /@scope/a/1.0.0:\n    resolution: {integrity: x}\n";
const PNPM6: &str = "lockfileVersion: '6.0'\n\ndependencies:\n  next:\n    specifier: ^15.0.0\n    version: 15.1.0(react@19.0.0)\n\npackages:\n\n  /next@15.1.0(react@19.0.0):\n    resolution: {integrity: x}\n\n  /@scope/a@1.0.0:\n    resolution: {integrity: x}\n";
const PNPM9: &str = "lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\nimporters:\n\n  .:\n    dependencies:\n      next:\n        specifier: ^15.0.0\n        version: 15.1.0(react@19.0.0)\n\n  apps/web:\n    dependencies:\n      '@scope/a':\n        specifier: 1.0.0\n        version: 1.0.0\n      ui:\n        specifier: workspace:*\n        version: link:../ui\n\npackages:\n\n  next@15.1.0:\n    resolution: {integrity: x}\n\n  '@scope/a@1.0.0':\n    resolution: {integrity: x}\n";
const YARN1: &str = "# yarn lockfile v1\n\n\"@scope/a@^1.0.0\", \"@scope/a@^1.0.1\":\n  version \"1.0.0\"\n  resolved \"x\"\n\nnext@^15.0.0:\n  version \"15.1.0\"\n  dependencies:\n    nanoid \"^3\"\n";
const BERRY: &str = "__metadata:\n  version: 8\n\n\"@scope/a@npm:^1.0.0\":\n  version: 1.0.0\n  resolution: \"@scope/a@npm:1.0.0\"\n\n\"next@npm:^15.0.0, next@npm:15\":\n  version: 15.1.0\n";
const BUN: &str = "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n    \"\": { \"name\": \"root\", \"dependencies\": { \"next\": \"^15.0.0\", }, },\n    \"apps/web\": { \"name\": \"web\", \"dependencies\": { \"next\": \"^14\", }, },\n  },\n  \"packages\": {\n    \"next\": [\"next@15.1.0\", \"\", {}, \"x\"],\n    \"web/next\": [\"next@14.2.3\", \"\", {}, \"x\"],\n    \"web\": [\"web@workspace:apps/web\"],\n  },\n}\n";

#[rstest]
#[case::npm1("package-lock.json", NPM1, "npm", "1")]
#[case::npm3("package-lock.json", NPM3, "npm", "3")]
#[case::pnpm5("pnpm-lock.yaml", PNPM5, "pnpm", "5.4")]
#[case::pnpm6("pnpm-lock.yaml", PNPM6, "pnpm", "6.0")]
#[case::pnpm9("pnpm-lock.yaml", PNPM9, "pnpm", "9.0")]
#[case::yarn1("yarn.lock", YARN1, "yarn", "1")]
#[case::berry("yarn.lock", BERRY, "yarn", "berry")]
#[case::bun("bun.lock", BUN, "bun", "1")]
fn every_format_says_which_version(#[case] path: &str, #[case] text: &str, #[case] wanted: &str, #[case] format: &str) {
    let lock = Lockfile::read(path, manager(path).unwrap(), text);
    assert!(lock.is_read);
    assert_eq!((lock.manager.to_string().as_str(), lock.format.as_deref()), (wanted, Some(format)));
    assert_eq!(lock.version_of("", "next", "^15.0.0"), Some("15.1.0"), "{lock:?}");
    assert_eq!(lock.version_of("", "gone", "^1"), None);
}

#[rstest]
#[case("package-lock.json", NPM3)]
#[case("bun.lock", BUN)]
fn a_package_of_the_workspace_has_its_own(#[case] path: &str, #[case] text: &str) {
    let lock = Lockfile::read(path, manager(path).unwrap(), text);
    assert_eq!(lock.version_of("apps/web", "next", "^14.0.0"), Some("14.2.3"));
    assert_eq!(lock.locked["next"].len(), 2);
}

#[rstest]
#[case("pnpm-lock.yaml", PNPM5)]
#[case("pnpm-lock.yaml", PNPM6)]
#[case("pnpm-lock.yaml", PNPM9)]
#[case("yarn.lock", YARN1)]
#[case("yarn.lock", BERRY)]
fn scopes_are_names_too(#[case] path: &str, #[case] text: &str) {
    let lock = Lockfile::read(path, manager(path).unwrap(), text);
    assert_eq!(lock.locked.get("@scope/a").and_then(BTreeSet::first).map(String::as_str), Some("1.0.0"));
}

#[rstest]
#[case("package-lock.json", "{")]
#[case("package-lock.json", "{}")]
#[case("pnpm-lock.yaml", "nothing of it\n")]
#[case("yarn.lock", "<<<<<<< HEAD\n")]
#[case("bun.lock", "[")]
#[case("bun.lockb", "#!/usr/bin/env bun")]
fn what_is_damaged_or_binary_is_not_read(#[case] path: &str, #[case] text: &str) {
    assert!(!Lockfile::read(path, manager(path).unwrap(), text).is_read);
}

#[rstest]
#[case::npm("package-lock.json", r#"{ "lockfileVersion": 3, "packages": { "node_modules/a": { "version": "1.0.0", "dev": true }, "node_modules/b": { "version": "1.0.0" }, "node_modules/c": { "version": "1.0.0", "dev": true }, "x/node_modules/c": { "version": "1.0.0" } } }"#, [Scope::Development, Scope::Running, Scope::Running])]
#[case::npm1("package-lock.json", r#"{ "lockfileVersion": 1, "dependencies": { "a": { "version": "1.0.0", "dev": true }, "b": { "version": "1.0.0", "dependencies": { "c": { "version": "1.0.0" } } } } }"#, [Scope::Development, Scope::Running, Scope::Running])]
#[case::pnpm6("pnpm-lock.yaml", "lockfileVersion: '6.0'\n\npackages:\n\n  /a@1.0.0:\n    resolution: {integrity: x}\n    dev: true\n\n  /b@1.0.0(c@1.0.0):\n    dev: false\n\n  /c@1.0.0:\n    resolution: {integrity: x}\n", [Scope::Development, Scope::Running, Scope::Untold])]
#[case::yarn("yarn.lock", "# yarn lockfile v1\n\na@^1:\n  version \"1.0.0\"\n", [Scope::Untold, Scope::Untold, Scope::Untold])]
fn what_is_locked_is_for_something(#[case] path: &str, #[case] text: &str, #[case] wanted: [Scope; 3]) {
    let lock = Lockfile::read(path, manager(path).unwrap(), text);
    assert!(lock.is_read);
    assert_eq!(["a", "b", "c"].map(|it| lock.scope(it, "1.0.0")), wanted);
}

fn told(files: &[(&str, &str)]) -> Vec<Disagreement> {
    let mut project = Project::default();
    for (path, text) in files {
        project.add(path, text);
    }
    project.finish(&[], &[], &BTreeSet::new());
    disagreements(&project)
}

const FITS: &str = "{\n  \"dependencies\": { \"next\": \"^15.0.0\" }\n}";

#[rstest]
#[case("package-lock.json", NPM1)]
#[case("package-lock.json", NPM3)]
#[case("pnpm-lock.yaml", PNPM5)]
#[case("pnpm-lock.yaml", PNPM9)]
#[case("yarn.lock", YARN1)]
#[case("yarn.lock", BERRY)]
#[case("bun.lock", BUN)]
fn what_fits_is_not_told_and_what_is_missing_is(#[case] lock: &str, #[case] text: &str) {
    assert_eq!(told(&[("package.json", FITS), (lock, text)]), []);
    let more = "{\n  \"dependencies\": { \"next\": \"^15.0.0\",\n \"zod\": \"^3.0.0\", \"ui\": \"workspace:*\" }\n}";
    let wanted = Disagreement::Missing { at: At::new("package.json", 3), need: "zod".to_owned(), lock: lock.to_owned() };
    assert_eq!(told(&[("package.json", more), (lock, text)]), [wanted]);
}

#[test]
fn other_ranges_and_managers_are_told() {
    let other = FITS.replace("^15", "^16");
    let range = |lock: &str| Disagreement::Range {
        at: At::new("package.json", 2),
        need: "next".to_owned(),
        range: "^16.0.0".to_owned(),
        locked: "^15.0.0".to_owned(),
        lock: lock.to_owned(),
    };
    assert_eq!(told(&[("package.json", &other), ("package-lock.json", NPM3)]), [range("package-lock.json")]);
    assert_eq!(told(&[("package.json", &other), ("pnpm-lock.yaml", PNPM6)]), [range("pnpm-lock.yaml")]);
    assert!(matches!(told(&[("package.json", &other), ("yarn.lock", YARN1)]).as_slice(), [Disagreement::Missing { .. }]));
    let both = told(&[("package.json", FITS), ("package-lock.json", NPM3), ("bun.lockb", "x")]);
    assert!(matches!(both.as_slice(), [Disagreement::Managers { paths, .. }] if paths.len() == 2), "{both:?}");
    let named = FITS.replacen('{', "{ \"packageManager\": \"pnpm@9.1.0\",", 1);
    let found = told(&[("package.json", &named), ("package-lock.json", NPM3)]);
    assert!(matches!(found.as_slice(), [Disagreement::Named { says, .. }] if says == "pnpm"), "{found:?}");
}

#[test]
fn overrides_may_change_ranges() {
    let other = "{ \"overrides\": { \"a\": \"1\" }, \"dependencies\": { \"next\": \"^16.0.0\" } }";
    assert_eq!(told(&[("package.json", other), ("package-lock.json", NPM3)]), []);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_to_its_end(text in "[a-z@/:'\"{}, .\n0-9_()-]{0,160}") {
        for path in ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "deno.lock"] {
            let lock = Lockfile::read(path, manager(path).unwrap(), &text);
            proptest::prop_assert!(lock.locked.len() <= text.len());
        }
    }
}

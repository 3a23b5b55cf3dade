//! `bun.lock`, which is JSON with commas too many, and `deno.lock`.

use super::Lockfile;
use crate::repo::project::json;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn read(lock: &mut Lockfile, text: &str) -> Option<()> {
    let whole = json::read(text)?;
    lock.format = Some(whole.get("lockfileVersion")?.as_u64()?.to_string());
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (folder, package) in whole.get("workspaces").and_then(Value::as_object).into_iter().flatten() {
        if let Some(name) = package.get("name").and_then(Value::as_str) {
            names.insert(name.to_owned(), folder.clone());
        }
        lock.asked.entry((folder.clone(), String::new())).or_default();
        for group in ["dependencies", "devDependencies", "optionalDependencies"] {
            for (name, range) in package.get(group).and_then(Value::as_object).into_iter().flatten() {
                if let Some(range) = range.as_str() {
                    lock.asked.insert((folder.clone(), name.clone()), range.to_owned());
                }
            }
        }
    }
    for (key, package) in whole.get("packages").and_then(Value::as_object).into_iter().flatten() {
        let Some((name, version)) = package.get(0).and_then(Value::as_str).and_then(named) else { continue };
        lock.lock(&name, &version);
        // `web/next` is what the package `web` of the workspace gets, when that is not what all the others get.
        let owner = key.strip_suffix(name.as_str()).map(|it| it.trim_end_matches('/'));
        match owner {
            Some("") => drop(lock.got.insert((String::new(), name), version)),
            Some(owner) => {
                if let Some(folder) = names.get(owner) {
                    lock.got.insert((folder.clone(), name), version);
                }
            }
            None => {}
        }
    }
    Some(())
}

/// `@scope/name@1.0.0` in two.
fn named(text: &str) -> Option<(String, String)> {
    let at = text.char_indices().skip(1).find(|(_, it)| *it == '@').map(|(at, _)| at)?;
    let version = text.get(at + 1..)?;
    (!version.contains(':')).then_some((text.get(..at)?.to_owned(), version.to_owned()))
}

pub(super) fn read_deno(lock: &mut Lockfile, text: &str) -> Option<()> {
    let whole: Value = serde_json::from_str(text).ok()?;
    lock.format = whole.get("version").and_then(Value::as_str).map(str::to_owned);
    let nested = whole.get("packages").and_then(|it| it.get("specifiers"));
    let specifiers = whole.get("specifiers").or(nested).and_then(Value::as_object);
    for (asked, got) in specifiers.into_iter().flatten() {
        let Some(got) = got.as_str() else { continue };
        let Some((name, _)) = asked.strip_prefix("npm:").or_else(|| asked.strip_prefix("jsr:")).and_then(named) else { continue };
        // The oldest formats repeat the name before the version.
        let version = got.rsplit('@').next().unwrap_or(got).split('_').next().unwrap_or(got);
        lock.lock(&name, version);
        lock.got.insert((String::new(), name), version.to_owned());
    }
    Some(())
}

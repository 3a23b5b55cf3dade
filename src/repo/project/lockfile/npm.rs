//! `package-lock.json` of npm, format 1 to 3.

use super::Lockfile;
use serde_json::{Map, Value};

pub(super) fn read(lock: &mut Lockfile, text: &str) -> Option<()> {
    let whole: Value = serde_json::from_str(text).ok()?;
    let format = whole.get("lockfileVersion")?.as_u64()?;
    lock.format = Some(format.to_string());
    if let Some(packages) = whole.get("packages").and_then(Value::as_object) {
        for (place, package) in packages {
            of_place(lock, place, package);
        }
    } else {
        let top = whole.get("dependencies").and_then(Value::as_object)?;
        for (name, it) in top {
            if let Some(version) = it.get("version").and_then(Value::as_str) {
                lock.got.insert((String::new(), name.clone()), version.to_owned());
            }
        }
        nested(lock, top, 0);
    }
    Some(())
}

fn of_place(lock: &mut Lockfile, place: &str, package: &Value) {
    let version = package.get("version").and_then(Value::as_str);
    if let Some((above, name)) = place.rsplit_once("node_modules/") {
        let Some(version) = version else { return };
        // An alias bears another name than what is installed under it.
        let is_developing = package.get("dev").and_then(Value::as_bool) == Some(true);
        for it in [package.get("name").and_then(Value::as_str).unwrap_or(name), name] {
            lock.lock(it, version);
            lock.tell(it, version, is_developing);
        }
        let owner = above.trim_end_matches('/');
        if !owner.contains("node_modules") {
            lock.got.insert((owner.to_owned(), name.to_owned()), version.to_owned());
        }
        return;
    }
    for group in ["dependencies", "devDependencies", "optionalDependencies"] {
        for (name, range) in package.get(group).and_then(Value::as_object).into_iter().flatten() {
            if let Some(range) = range.as_str() {
                lock.asked.insert((place.to_owned(), name.clone()), range.to_owned());
            }
        }
    }
    // A package of the workspace that asks for nothing is known all the same.
    lock.asked.entry((place.to_owned(), String::new())).or_default();
}

/// Deepest nesting of format 1 that is followed.
const MOST_NESTED: usize = 64;

fn nested(lock: &mut Lockfile, packages: &Map<String, Value>, depth: usize) {
    for (name, it) in packages {
        if let Some(version) = it.get("version").and_then(Value::as_str) {
            lock.lock(name, version);
            lock.tell(name, version, it.get("dev").and_then(Value::as_bool) == Some(true));
        }
        if let Some(inner) = it.get("dependencies").and_then(Value::as_object).filter(|_| depth < MOST_NESTED) {
            nested(lock, inner, depth + 1);
        }
    }
}

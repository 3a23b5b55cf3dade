//! `yarn.lock` of both generations: the first has a form of its own, the second looks like YAML.

use super::{Lockfile, Manager};

pub(super) fn read(lock: &mut Lockfile, text: &str) -> Option<()> {
    let is_berry = text.contains("\n__metadata:") || text.starts_with("__metadata:");
    if !is_berry && !text.contains("yarn lockfile v1") && !text.trim().is_empty() {
        return None;
    }
    lock.manager = if is_berry { Manager::YarnBerry } else { Manager::YarnClassic };
    lock.format = Some(if is_berry { "berry" } else { "1" }.to_owned());
    let mut keys: Vec<(String, String)> = Vec::new();
    for line in text.lines().filter(|it| !it.starts_with('#')) {
        if !line.starts_with(' ') {
            keys = if line.starts_with("__metadata") { Vec::new() } else { descriptors(line) };
            continue;
        }
        let Some(version) = line.strip_prefix("  version").map(|it| it.trim_start_matches(':').trim().trim_matches('"')) else {
            continue;
        };
        for (name, range) in &keys {
            lock.lock(name, version);
            lock.by_range.insert(format!("{name}@{range}"), version.to_owned());
        }
    }
    Some(())
}

/// `"a@^1, a@npm:^2":` and `"a@^1", a@^2:` as names and ranges.
fn descriptors(line: &str) -> Vec<(String, String)> {
    let whole = line.trim_end().trim_end_matches(':');
    whole.split(',').filter_map(|it| descriptor(it.trim().trim_matches('"').trim())).collect()
}

fn descriptor(text: &str) -> Option<(String, String)> {
    let at = text.char_indices().skip(1).find(|(_, it)| *it == '@').map(|(at, _)| at)?;
    let range = text.get(at + 1..)?;
    Some((text.get(..at)?.to_owned(), range.strip_prefix("npm:").unwrap_or(range).to_owned()))
}

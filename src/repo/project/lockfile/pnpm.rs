//! `pnpm-lock.yaml`, format 5 to 9, line by line: the file is written by a machine in one form, and is often larger than
//! what a parser of YAML should be given.

use super::Lockfile;

pub(super) fn read(lock: &mut Lockfile, text: &str) -> Option<()> {
    let mut path: Vec<(usize, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with("---") {
            path.clear();
            continue;
        }
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with("- ") {
            continue;
        }
        let indent = line.len() - trimmed.len();
        path.retain(|(depth, _)| *depth < indent);
        let Some((key, value)) = entry(trimmed) else { continue };
        let above: Vec<&str> = path.iter().map(|(_, key)| key.as_str()).collect();
        take(lock, &above, &key, value);
        if value.is_empty() {
            path.push((indent, key));
        }
    }
    lock.format.is_some().then_some(())
}

/// `key: value`, the key with or without quotes.
fn entry(line: &str) -> Option<(String, &str)> {
    let (key, rest) = match line.chars().next()? {
        quote @ ('\'' | '"') => {
            let rest = line.get(1..)?;
            let end = rest.find(quote)?;
            (rest.get(..end)?, rest.get(end + 1..)?.trim_start().strip_prefix(':')?)
        }
        _ => match line.split_once(": ") {
            Some(found) => found,
            None => (line.trim_end().strip_suffix(':')?, ""),
        },
    };
    Some((key.to_owned(), rest.trim().trim_matches(['\'', '"'])))
}

const GROUPS: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

fn take(lock: &mut Lockfile, above: &[&str], key: &str, value: &str) {
    match above {
        [] if key == "lockfileVersion" => lock.format = Some(value.to_owned()),
        ["packages"] => {
            if let Some((name, version)) = package(key) {
                lock.lock(&name, &version);
            }
        }
        // Formats before 9 say so of each; later ones only of what a package asks for itself.
        ["packages", whole] if key == "dev" => {
            if let Some((name, version)) = package(whole) {
                lock.tell(&name, &version, value == "true");
            }
        }
        ["importers"] => asked(lock, key, "", ""),
        ["importers", folder, rest @ ..] => of_importer(lock, folder, rest, key, value),
        rest => of_importer(lock, ".", rest, key, value),
    }
}

fn of_importer(lock: &mut Lockfile, folder: &str, below: &[&str], key: &str, value: &str) {
    match below {
        ["specifiers"] => asked(lock, folder, key, value),
        [group] if GROUPS.contains(group) && !value.is_empty() => got(lock, folder, key, value),
        [group, name] if GROUPS.contains(group) && key == "specifier" => asked(lock, folder, name, value),
        [group, name] if GROUPS.contains(group) && key == "version" => got(lock, folder, name, value),
        _ => {}
    }
}

fn place(folder: &str, name: &str) -> (String, String) {
    (if folder == "." { String::new() } else { folder.to_owned() }, name.to_owned())
}

fn asked(lock: &mut Lockfile, folder: &str, name: &str, range: &str) {
    lock.asked.insert(place(folder, name), range.to_owned());
}

fn got(lock: &mut Lockfile, folder: &str, name: &str, version: &str) {
    let version = bare(version);
    if !version.contains(':') {
        lock.got.insert(place(folder, name), version.to_owned());
    }
}

/// A version without the peers that it was resolved with: `1.0.0(react@18.0.0)`, `1.0.0_react@18.0.0`.
fn bare(version: &str) -> &str {
    version.split(['(', '_']).next().unwrap_or(version)
}

/// `/name/1.0.0`, `/name@1.0.0(peer@2)`, `name@1.0.0`, each with a scope or without.
fn package(key: &str) -> Option<(String, String)> {
    let key = key.split('(').next()?.trim_start_matches('/');
    let at = key.char_indices().skip(1).find(|(_, it)| *it == '@').map(|(at, _)| at);
    let slash = key.rfind('/').filter(|at| key.get(at + 1..).is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit())));
    // Format 5 has the version behind a slash, and may have peers with an `@` behind an underscore.
    let (name, version) = match (slash, at) {
        (Some(slash), _) => (key.get(..slash)?, key.get(slash + 1..)?),
        (None, Some(at)) => (key.get(..at)?, key.get(at + 1..)?),
        (None, None) => return None,
    };
    Some((name.to_owned(), bare(version).to_owned()))
}

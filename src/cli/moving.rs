//! `rescue app export` and `rescue app import`: an app to a colleague and back. Passphrases are never arguments, and are
//! shown nowhere.

use super::asking::unseen;
use super::moving_args::{ExportArgs, ImportArgs};
use super::{exit, json, out::Out};
use crate::config::Environment;
use crate::credentials::Secret;
use crate::desk::Desk;
use crate::desk::moving::package::Package;
use crate::desk::moving::sealed::{self, Looked, To, With};
use crate::desk::moving::{Arrived, read_document, read_package, unwritten};
use crate::domain::AppName;
use crate::trouble::Trouble;
use crate::words;
use serde_json::json;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

/// The variable of a passphrase where nobody can be asked.
pub const VARIABLE: &str = "RESCUE_EXPORT_PASSPHRASE";

/// The fewest characters of a passphrase: whoever has the file can try as many as they like.
const FEWEST: usize = 10;

/// `rescue app export`.
///
/// # Errors
/// An unknown app, a key that is none, a passphrase that is too short, a file that exists.
pub fn export(desk: &Desk, args: &ExportArgs, environment: &Environment, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(&args.name)?;
    let Some(file) = &args.file else {
        let text = desk.export_text(&app)?;
        match &args.out {
            None => out.line(text),
            Some(file) => {
                desk.write_new(file, text.as_bytes())?;
                out.line(format!("written to {}, in clear", file.display()));
            }
        }
        return Ok(exit::FINE);
    };
    if file.symlink_metadata().is_ok() {
        return Err(Trouble::failed(format!("{} exists already", file.display())).next("Give a name that is free"));
    }
    let (to, whom) = if args.to.is_empty() {
        let secret = new_passphrase(&app, environment, out)?;
        (To::Passphrase { secret, work: sealed::WORK }, "a passphrase".to_owned())
    } else {
        let keys = sealed::keys(&args.to)?;
        let whom = words::count(keys.len(), "SSH key");
        (To::Keys(keys), whom)
    };
    let package = desk.package(&app)?;
    let text = package.write().map_err(|problem| unwritten(&app, &problem))?;
    desk.write_new(file, &sealed::seal(&text, &to)?)?;
    let facts = words::count(package.carried.facts.len(), "fact");
    out.line(format!("{app} is in {}: {facts}, encrypted to {whom}; no credential is in it", file.display()));
    if package.head.is_running {
        out.say("a run is under way: what it decides from now on comes with the next export");
    }
    out.say("next: whoever gets it runs `rescue app import FILE`, and sends an export of theirs back");
    Ok(exit::FINE)
}

fn new_passphrase(app: &AppName, environment: &Environment, out: &mut Out<'_>) -> Result<Secret, Trouble> {
    let secret = match environment.get(VARIABLE) {
        Some(value) => Secret::new(value),
        None if std::io::stdin().is_terminal() => {
            let first = unseen(&format!("a passphrase for the export of {app} (it is not shown):"), out)?;
            let again = unseen("the same again:", out)?;
            if !first.same_as(&again) {
                return Err(Trouble::usage("the two are not the same, so nothing was written"));
            }
            first
        }
        None => from_input()?,
    };
    if secret.length() < FEWEST {
        return Err(Trouble::usage(format!("a passphrase has {FEWEST} characters or more"))
            .why("whoever gets hold of the file can try as many as they like")
            .next("Take five words that have nothing to do with each other"));
    }
    Ok(secret)
}

fn known_passphrase(what: &str, environment: &Environment, out: &mut Out<'_>) -> Result<Secret, Trouble> {
    match environment.get(VARIABLE) {
        Some(value) => Ok(Secret::new(value)),
        None if std::io::stdin().is_terminal() => unseen(&format!("{what} (it is not shown):"), out),
        None => from_input(),
    }
}

fn from_input() -> Result<Secret, Trouble> {
    let mut line = String::new();
    // A line, not everything: what follows may be for whoever called us.
    let read = std::io::Read::take(std::io::stdin().lock(), 4_096).read_line(&mut line);
    read.map_err(|error| Trouble::failed("standard input could not be read").why(error))?;
    let secret = Secret::new(line);
    if secret.length() == 0 {
        return Err(Trouble::usage("no passphrase came on standard input")
            .next(format!("Run it at a terminal, pipe the passphrase in, or set {VARIABLE}")));
    }
    Ok(secret)
}

/// `rescue app import`.
///
/// # Errors
/// A file that is none, was changed, or is for another key or passphrase; an app that cannot be taken over. Nothing is changed
/// then.
pub fn import(desk: &Desk, args: &ImportArgs, environment: &Environment, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let named = args.named.as_deref().map(str::parse::<AppName>).transpose();
    let named = named.map_err(|error| Trouble::usage(error.to_string()))?;
    let package = opened(&args.file, args, environment, out)?;
    let arrived = desk.import(&package, named)?;
    if args.json {
        out.json(&json::document(document(&arrived)));
    } else {
        told(&arrived, &package, out);
    }
    for remark in &arrived.remarks {
        out.say(remark);
    }
    Ok(exit::FINE)
}

fn opened(file: &Path, args: &ImportArgs, environment: &Environment, out: &mut Out<'_>) -> Result<Package, Trouble> {
    let sealed = match sealed::look(file)? {
        Looked::Open(reader) => return read_document(file, reader),
        Looked::Sealed(sealed) => sealed,
    };
    let with = match (&args.identity, sealed.asks_a_passphrase()) {
        (None, true) => With::Passphrase(known_passphrase(&format!("the passphrase of {}", file.display()), environment, out)?),
        (Some(_), true) => {
            return Err(Trouble::usage(format!("{} is encrypted to a passphrase", file.display())).next("Leave out --identity"));
        }
        (Some(key), false) => {
            sealed::identity(key, || known_passphrase(&format!("the passphrase of the key {}", key.display()), environment, out))?
        }
        (None, false) => {
            return Err(Trouble::usage(format!("{} is encrypted to an SSH key", file.display()))
                .next("Name the private key with --identity, such as ~/.ssh/id_ed25519"));
        }
    };
    read_package(file, sealed.open(&with)?)
}

fn told(it: &Arrived, package: &Package, out: &mut Out<'_>) {
    let (name, joined) = (&it.name, it.joined);
    let facts = |number: usize| words::count(number, "fact");
    let from = package.carried.facts.iter().map(|fact| fact.at.date_naive());
    if it.is_new {
        let span = match (from.clone().min(), from.max()) {
            (Some(first), Some(last)) => format!(", from {first} to {last}"),
            _ => String::new(),
        };
        out.line(format!("{name} is here: {}{span}", facts(joined.new)));
        out.say(format!("next: `rescue auth status {name}` names the credentials to bring yourself; none came along"));
    } else if joined.new == 0 && joined.restored == 0 {
        out.line(format!("{name}: nothing new; all {} of the file were known", facts(joined.known)));
    } else {
        out.line(format!("{name}: {} new, {} were known", facts(joined.new), facts(joined.known)));
        if joined.restored > 0 {
            let observations = words::count(joined.restored, "observation");
            out.line(format!("  {observations} that had been thinned here came back with it"));
        }
    }
    if let Some(copy) = &it.copy {
        out.say(format!("the database as it was before is kept in {}", copy.display()));
    }
}

fn document(it: &Arrived) -> serde_json::Value {
    json!({
        "app": it.name, "new_app": it.is_new, "copy": it.copy.as_ref().map(|path| path.display().to_string()),
        "facts": { "new": it.joined.new, "known": it.joined.known }, "restored_observations": it.joined.restored,
        "remarks": it.remarks,
    })
}

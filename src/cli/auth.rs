//! `rescue auth`: where each credential would come from and whether it works. Never prints one.

use super::args::AuthCommand;
use super::asking::{MOST, unseen};
use super::{exit, json, out::Out};
use crate::credentials::{Found, Secret};
use crate::desk::Desk;
use crate::desk::connections::{Connection, Standing};
use crate::domain::{AppName, System};
use crate::trouble::Trouble;
use serde_json::{Value, json};
use std::io::{IsTerminal as _, Read as _};

/// `rescue auth …`.
///
/// # Errors
/// An unknown app, a keyring that cannot be used, a store that cannot be read.
pub async fn auth(desk: &Desk, command: AuthCommand, out: &mut Out<'_>) -> Result<u8, Trouble> {
    match command {
        AuthCommand::Status { name, offline, json: as_json } => {
            let apps = match name {
                Some(name) => vec![desk.app(&name)?],
                None => desk.apps(false)?,
            };
            if apps.is_empty() {
                return Ok(without_apps(desk, as_json, out));
            }
            let mut documents = Vec::new();
            let mut is_refused = false;
            for app in &apps {
                let mut rows = Vec::new();
                for connection in desk.connections(app)? {
                    rows.push(if offline { connection } else { desk.check(app, connection).await? });
                }
                is_refused |= rows.iter().any(|it| matches!(it.standing, Standing::Refused(_)));
                if as_json {
                    documents.push(json!({ "app": app, "systems": rows.iter().map(row).collect::<Vec<_>>() }));
                } else {
                    print(app, &rows, out);
                }
            }
            if as_json {
                out.json(&json::document(json!({ "apps": documents })));
            }
            // A credential that is there and does not work is what the command was asked to find out (DESIGN §5).
            if is_refused {
                return Ok(exit::FAILED);
            }
        }
        AuthCommand::Set { system, .. } | AuthCommand::Remove { system, .. } if !system.needs_credential() => {
            return Err(Trouble::usage(format!("{} needs no credential", system.title())));
        }
        AuthCommand::Set { system, app } => {
            let app = app.map(|name| desk.app(&name)).transpose()?;
            let secret = read_secret(system, out)?;
            desk.chain.keyring().set(app.as_ref(), system, &secret).map_err(|error| keyring_trouble(&error))?;
            // Only where it is the one that is found: a place before the keyring may hold another, which is no newer than it was.
            let mut finds_it = app.clone().map_or_else(|| desk.apps(false).unwrap_or_default(), |app| vec![app]);
            let is_it = |found: Found| found.secret.fingerprint() == secret.fingerprint();
            finds_it.retain(|app| desk.chain.find(app, system).is_ok_and(is_it));
            desk.credential_was_set(&finds_it, system, &secret);
            out.line(format!("the credential of {} is in the keyring{}", system.title(), of(app.as_ref())));
        }
        AuthCommand::Remove { system, app } => {
            let app = app.map(|name| desk.app(&name)).transpose()?;
            let was_there = desk.chain.keyring().remove(app.as_ref(), system).map_err(|error| keyring_trouble(&error))?;
            let what = if was_there { "is out of the keyring" } else { "was not in the keyring" };
            out.line(format!("the credential of {} {what}{}", system.title(), of(app.as_ref())));
        }
    }
    Ok(exit::FINE)
}

fn of(app: Option<&AppName>) -> String {
    app.map(|app| format!(", for {app}")).unwrap_or_default()
}

fn keyring_trouble(error: &impl ToString) -> Trouble {
    Trouble::failed("the operating system's keyring cannot be used")
        .why(error.to_string())
        .next("Export the token as a variable, or name a command in config.toml")
}

fn read_secret(system: System, out: &mut Out<'_>) -> Result<Secret, Trouble> {
    let unreadable = |error: std::io::Error| Trouble::failed("standard input could not be read").why(error);
    let secret = if std::io::stdin().is_terminal() {
        unseen(&format!("the credential of {}, then Enter (it is not shown):", system.title()), out)?
    } else {
        let mut text = String::new();
        std::io::stdin().take(MOST).read_to_string(&mut text).map_err(unreadable)?;
        Secret::new(text)
    };
    if secret.length() == 0 {
        return Err(
            Trouble::usage("nothing came on standard input").next("Pipe the credential in: `op read … | rescue auth set github`")
        );
    }
    Ok(secret)
}

/// Without an app only the shared places can be told.
fn without_apps(desk: &Desk, as_json: bool, out: &mut Out<'_>) -> u8 {
    let systems = crate::desk::connections::ASKED.iter().filter(|system| system.needs_credential());
    // Every place but an app's own variable is the same for all apps.
    let Ok(any) = "any".parse::<AppName>() else { return exit::FINE };
    let rows: Vec<_> = systems.map(|system| (*system, desk.chain.find(&any, *system).ok().map(|found| found.source))).collect();
    if as_json {
        let systems: Vec<_> = rows
            .iter()
            .map(|(system, source)| json!({ "system": system, "source": source.as_ref().map(ToString::to_string) }))
            .collect();
        out.json(&json::document(json!({ "apps": [], "systems": systems })));
        return exit::FINE;
    }
    for (system, source) in rows {
        let from = source.map_or_else(|| "no credential".to_owned(), |source| format!("from {source}"));
        out.line(format!("{:<12} {from}", system.title()));
    }
    out.say("no apps yet, so nobody was asked; add one with `rescue app add NAME`");
    exit::FINE
}

fn words(it: &Connection) -> (&'static str, String) {
    match &it.standing {
        Standing::NotUsed(why) => ("not used", why.to_string()),
        Standing::NotConnected => ("not connected", String::new()),
        Standing::NoCredential => ("no credential", String::new()),
        Standing::NoneNeeded => ("needs none", String::new()),
        Standing::NotChecked => ("not checked", String::new()),
        Standing::Works(identity) => ("works", format!("as {}", identity.name)),
        Standing::Refused(gap) => ("does not work", gap.says.to_string()),
    }
}

fn print(app: &AppName, rows: &[Connection], out: &mut Out<'_>) {
    out.line(format!("{app}:"));
    for it in rows {
        let (word, more) = words(it);
        let source = it.source.as_ref().map(|source| format!(", from {source}")).unwrap_or_default();
        let subject = it.subject.as_ref().map(|subject| format!(" [{subject}]")).unwrap_or_default();
        let more = if more.is_empty() { more } else { format!(": {more}") };
        out.line(format!("  {:<12} {word}{more}{source}{subject}", it.system.title()));
        if let Standing::Works(identity) = &it.standing {
            for may in &identity.may {
                out.line(format!("      may see: {may}"));
            }
            for warning in &identity.warnings {
                out.line(format!("      warning: {warning}"));
            }
            if let Some(expires) = identity.expires {
                out.line(format!("      expires: {}", expires.format("%Y-%m-%d")));
            }
        }
        for place in &it.looked {
            out.line(format!("      looked in: {place}"));
        }
        if let Some(step) = &it.step {
            out.line(format!("      next: {step}"));
        }
    }
}

fn row(it: &Connection) -> Value {
    let (word, _) = words(it);
    let identity = match &it.standing {
        Standing::Works(identity) => json!(identity),
        _ => Value::Null,
    };
    let gap = match &it.standing {
        Standing::Refused(gap) => json::gap(gap),
        _ => Value::Null,
    };
    json!({
        "system": it.system, "standing": word.replace(' ', "_"), "subject": it.subject, "source": it.source.as_ref().map(ToString::to_string),
        "identity": identity, "gap": gap, "looked": it.looked, "needs": it.step, "items": it.items,
    })
}

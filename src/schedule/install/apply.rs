//! Installs a timer and takes one out. Writes only what is missing or ours and unedited; says what it did and what is
//! left to do by hand.

use super::place::{self, Found, Piece, Place};
use super::tool;
pub use super::tool::Said;
use super::{Kind, Machine, Platform, cron, files};
use crate::domain::Foreign;
use crate::trouble::Trouble;
use std::path::Path;
use std::process::Command;
use strum::IntoEnumIterator as _;

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Done {
    /// Whether anything on the machine is other than before.
    pub changed: bool,
    /// What was done, a line each.
    pub said: Vec<String>,
    /// Commands that a person has to run, and why.
    pub by_hand: Option<(String, Vec<String>)>,
    /// Why the crontab was not seen, if it was not: nobody can say whether a line of ours is there.
    pub unseen: Option<Foreign>,
}

/// What keeps a timer from being installed; `over_edits`: an edited one of ours may be written over.
///
/// # Errors
/// A place that cannot be read.
pub fn obstacle(
    kind: Kind,
    machine: &Machine,
    name: &str,
    pieces: &[Piece],
    over_edits: bool,
) -> Result<Option<Trouble>, Trouble> {
    for other in Kind::iter().filter(|it| *it != kind) {
        if is_there(other, machine, name)? {
            let what = format!("{} is installed already", other.words());
            return Ok(Some(Trouble::failed(what).next("Take it out first with `rescue schedule remove`")));
        }
    }
    if kind == Kind::Cron && machine.find("crontab").is_none() {
        return Ok(Some(place::no_crontab()));
    }
    for piece in pieces {
        let why = match place::look(&piece.place, machine, name)? {
            Found::Foreign(why) => why,
            Found::Unseen(why) => return Ok(Some(place::unread(why))),
            Found::Edited(text) if text != piece.text && !over_edits => "it was edited since rescue wrote it",
            _ => continue,
        };
        let next = if why.starts_with("it was edited") {
            "Add --even-edited to replace it, or take your changes into `systemctl --user edit` and the like"
        } else {
            "Move it away, or use another --kind"
        };
        return Ok(Some(Trouble::failed(format!("{} is left as it is", piece.place)).why(why).next(next)));
    }
    Ok(None)
}

/// Why the crontab is not seen; none: it is, or there is no cron.
///
/// # Errors
/// Our lines there have lost their end.
pub fn unseen(machine: &Machine, name: &str) -> Result<Option<Foreign>, Trouble> {
    Ok(match place::look(&Place::Crontab, machine, name)? {
        Found::Unseen(why) => Some(why),
        _ => None,
    })
}

/// Whether a timer of this kind and name is there, edited or not; one that is not seen is none.
///
/// # Errors
/// A place that cannot be read.
pub fn is_there(kind: Kind, machine: &Machine, name: &str) -> Result<bool, Trouble> {
    for it in place::places(kind, machine, name)? {
        if place::look(&it, machine, name)?.is_ours() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes the pieces and switches the timer on.
///
/// # Errors
/// An [`obstacle`]; what the file system or cron said.
pub fn install(kind: Kind, machine: &Machine, name: &str, pieces: &[Piece], over_edits: bool) -> Result<Done, Trouble> {
    if let Some(trouble) = obstacle(kind, machine, name, pieces, over_edits)? {
        return Err(trouble);
    }
    let (base, _) = place::folder(kind, machine)?;
    let mut done = Done::default();
    for piece in pieces {
        let found = place::look(&piece.place, machine, name)?;
        if found.text() == Some(piece.text.as_str()) {
            continue;
        }
        match &piece.place {
            Place::File(path) => files::write(&base, path, &piece.text)?,
            Place::Crontab => {
                let before = place::crontab(machine)?;
                place::put_crontab(machine, &before, &cron::with(&before, name, &piece.text)?)?;
            }
        }
        let verb = if found == Found::Nothing { "wrote" } else { "replaced" };
        done.said.push(match &piece.place {
            Place::File(path) => format!("{verb} {}", path.display()),
            Place::Crontab => format!("{verb} our lines in your crontab; every other line is as it was"),
        });
        done.changed = true;
    }
    match kind {
        Kind::Systemd => switch_on_systemd(machine, name, &mut done),
        Kind::Launchd => switch_on_launchd(machine, name, pieces, &mut done),
        Kind::Cron => {}
    }
    if !done.changed {
        done.said.push("it was installed already: nothing changed".to_owned());
    }
    if kind != Kind::Cron && machine.platform != Platform::Other {
        done.unseen = unseen(machine, name)?;
    }
    Ok(done)
}

/// Takes out what rescue installed under this name, of any kind. `even_edited`: also what was edited since. A crontab that is
/// not seen stays as it is and is told.
///
/// # Errors
/// An edited part without `even_edited`; what the file system or cron said.
pub fn remove(machine: &Machine, name: &str, even_edited: bool) -> Result<Done, Trouble> {
    let mut done = Done::default();
    for kind in Kind::iter() {
        let mut ours = Vec::new();
        for it in place::places(kind, machine, name)? {
            match place::look(&it, machine, name)? {
                Found::Ours(_) => ours.push(it),
                Found::Edited(_) if even_edited => ours.push(it),
                Found::Edited(_) => {
                    return Err(Trouble::failed(format!("{it} is left as it is"))
                        .why("it was edited since rescue wrote it")
                        .next("Add --even-edited to take it out all the same"));
                }
                Found::Nothing => {}
                Found::Foreign(why) => done.said.push(format!("left {it}: {why}")),
                Found::Unseen(why) => done.unseen = Some(why),
            }
        }
        if !ours.is_empty() {
            take_out(kind, machine, name, &ours, &mut done)?;
            done.changed = true;
        }
    }
    Ok(done)
}

fn take_out(kind: Kind, machine: &Machine, name: &str, ours: &[Place], done: &mut Done) -> Result<(), Trouble> {
    match kind {
        Kind::Systemd if machine.has_user_manager() => {
            ask(machine, "systemctl", &["--user", "disable", "--now", &format!("{name}.timer")], done);
        }
        Kind::Launchd => {
            if let Some(target) = launchd_domain(machine) {
                ask(machine, "launchctl", &["bootout", &format!("{target}/{name}")], done);
            }
        }
        Kind::Systemd | Kind::Cron => {}
    }
    for it in ours {
        match it {
            Place::File(path) => {
                files::remove(path)?;
                done.said.push(format!("removed {}", path.display()));
            }
            Place::Crontab => {
                let before = place::crontab(machine)?;
                place::put_crontab(machine, &before, &cron::without(&before, name)?)?;
                done.said.push("removed our lines from your crontab; every other line is as it was".to_owned());
            }
        }
    }
    if kind == Kind::Systemd {
        let (_, folder) = place::folder(kind, machine)?;
        let link = folder.join(format!("timers.target.wants/{name}.timer"));
        // Where no manager could, the link by which it was switched on is taken out here.
        if link.symlink_metadata().is_ok_and(|it| it.is_symlink()) && !link.exists() {
            files::remove(&link)?;
        }
        if machine.has_user_manager() {
            ask(machine, "systemctl", &["--user", "daemon-reload"], done);
        }
    }
    Ok(())
}

/// Runs one of the machine's programs; what it refuses is told and ends nothing.
fn ask(machine: &Machine, program: &str, arguments: &[&str], done: &mut Done) -> bool {
    match said(machine, program, arguments) {
        Ok(said) if said.is_fine() => return true,
        Ok(said) => done.said.push(format!("`{program} {}` refused: {}", arguments.join(" "), said.complaint())),
        Err(trouble) => done.said.push(trouble.what.to_string()),
    }
    false
}

/// What one of the machine's programs says.
///
/// # Errors
/// It is not there, or gave no answer.
pub fn said(machine: &Machine, program: &str, arguments: &[&str]) -> Result<Said, Trouble> {
    let found = machine.find(program).ok_or_else(|| Trouble::failed(format!("this machine has no program `{program}`")))?;
    let mut command = Command::new(found);
    command.args(arguments);
    tool::run(command, &[], tool::LIMIT)
}

fn switch_on_systemd(machine: &Machine, name: &str, done: &mut Done) {
    let timer = format!("{name}.timer");
    let orders = [vec!["--user", "daemon-reload"], vec!["--user", "enable", "--now", &timer]];
    let by_hand = || orders.iter().map(|order| format!("systemctl {}", order.join(" "))).collect();
    if !machine.has_user_manager() {
        let why = "no systemd of yours answers here, so nothing was switched on; when you are logged in, run";
        done.by_hand = Some((why.to_owned(), by_hand()));
        return;
    }
    let is_on = ["is-enabled", "is-active"]
        .iter()
        .all(|question| said(machine, "systemctl", &["--user", question, &timer]).is_ok_and(|it| it.is_fine()));
    if is_on && !done.changed {
        return;
    }
    if orders.iter().all(|order| ask(machine, "systemctl", order, done)) {
        done.said.push(format!("switched {timer} on"));
        done.changed = true;
    } else {
        done.by_hand = Some(("it is written and not switched on; run".to_owned(), by_hand()));
    }
}

fn switch_on_launchd(machine: &Machine, name: &str, pieces: &[Piece], done: &mut Done) {
    let Some(Piece { place: Place::File(path), .. }) = pieces.first() else { return };
    let path = path.display().to_string();
    let Some(domain) = launchd_domain(machine) else {
        let order = format!("launchctl bootstrap gui/$(id -u) '{path}'");
        done.by_hand = Some(("it is written and not switched on; run".to_owned(), vec![order]));
        return;
    };
    let service = format!("{domain}/{name}");
    let is_on = said(machine, "launchctl", &["print", &service]).is_ok_and(|it| it.is_fine());
    if is_on && !done.changed {
        return;
    }
    if is_on {
        // What is loaded is what was written before.
        ask(machine, "launchctl", &["bootout", &service], done);
    }
    if ask(machine, "launchctl", &["bootstrap", &domain, &path], done) {
        done.said.push(format!("switched {name} on"));
        done.changed = true;
    } else {
        let order = format!("launchctl bootstrap {domain} {}", crate::words::shell_word(&path));
        done.by_hand = Some(("it is written and not switched on; run".to_owned(), vec![order]));
    }
}

/// `gui/501`: where launchd keeps this user's agents.
fn launchd_domain(machine: &Machine) -> Option<String> {
    machine.find("launchctl")?;
    let said = said(machine, "id", &["-u"]).ok().filter(Said::is_fine)?;
    let uid = String::from_utf8(said.out).ok()?;
    Some(format!("gui/{}", uid.trim())).filter(|it| it.len() > 4)
}

/// Whether runs go on when nobody is logged in; none when that cannot be told.
#[must_use]
pub fn lingers(machine: &Machine) -> Option<bool> {
    let user = machine.environment.get("USER").or(machine.environment.get("LOGNAME"))?;
    Path::new("/var/lib/systemd").is_dir().then(|| Path::new("/var/lib/systemd/linger").join(user).exists())
}

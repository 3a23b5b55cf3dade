//! A notification on this desktop, by the program that the platform has for it. Its text is handed over as an argument,
//! never through a shell, holds no markup, and the program sees nothing of the environment but the way to the desktop.

use super::message::Message;
use super::patience::Failure;
use super::plain::{self, Manner};
use crate::config::Environment;
use crate::config::program::{self, Silence};
use crate::domain::Foreign;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What most desktops show of a notification, in characters.
const MOST_TITLE: usize = 80;
const MOST_BODY: usize = 300;

/// How long the program may take.
const LIMIT: Duration = Duration::from_secs(8);

/// The variables that lead to the desktop; no other is handed on.
const HANDED_ON: [&str; 9] =
    ["PATH", "HOME", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "LANG", "LC_ALL"];

/// The title and the text of the notification.
#[must_use]
pub fn texts(message: &Message) -> (String, String) {
    let manner = Manner { plain: unmarked, strong: plain::as_it_is, most: MOST_BODY, with_subject: false, spaced: false };
    (unmarked(&message.subject.cut(MOST_TITLE)), plain::text(message, manner))
}

/// Desktops differ in what markup they take (`<b>`, `&amp;`), and cannot all be asked: letters that look alike mean nothing
/// to any of them.
fn unmarked(text: &str) -> String {
    let letter = |c| match c {
        '<' => '‹',
        '>' => '›',
        '&' => '＆',
        // The lines of the text are ours; what is in one was freed of breaks before.
        c => c,
    };
    text.chars().map(letter).collect()
}

/// Shows the notification. Blocks for as long as the program takes, at most eight seconds.
///
/// # Errors
/// There is no desktop session here, no program for it, or it refused.
pub fn show(message: &Message, environment: &Environment) -> Result<Foreign, Failure> {
    let (title, body) = texts(message);
    let mut said = Failure::lasting("no program for notifications is on this machine (notify-send, busctl or osascript)");
    let programs =
        if cfg!(target_os = "macos") { vec![osascript(&title, &body)] } else { freedesktop(&title, &body, environment)? };
    for mut command in programs {
        command.env_clear();
        command.envs(HANDED_ON.iter().filter_map(|name| Some((*name, environment.get(name)?))));
        let name = command.get_program().to_string_lossy().into_owned();
        match program::answer(command, LIMIT) {
            Ok(_) => return Ok(Foreign::new(format!("shown by {name}"))),
            Err(Silence::NotInstalled) => {}
            Err(why) => said = Failure::lasting(format!("{name} could not show it: {why}")),
        }
    }
    Err(said)
}

/// Whether the environment leads to a desktop session at all; whether one shows notifications is known when it did.
///
/// # Errors
/// None can be reached, as in cron.
pub fn reach(environment: &Environment) -> Result<(), Failure> {
    let bus = environment.get("XDG_RUNTIME_DIR").map(|dir| Path::new(dir).join("bus"));
    if cfg!(target_os = "macos") || environment.get("DBUS_SESSION_BUS_ADDRESS").is_some() || bus.is_some_and(|path| path.exists())
    {
        return Ok(());
    }
    Err(Failure::lasting(
        "no desktop session can be reached from here (neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR leads to one)",
    ))
}

/// `notify-send`, and where it is missing systemd's own program for the bus.
fn freedesktop(title: &str, body: &str, environment: &Environment) -> Result<Vec<Command>, Failure> {
    reach(environment)?;
    let mut send = Command::new("notify-send");
    send.args(["--app-name=rescue", "--urgency=critical", "--", title, body]);
    let mut busctl = Command::new("busctl");
    let address = ["org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "Notify"];
    busctl.args(["--user", "--timeout=5", "call", "--"]).args(address);
    busctl.args(["susssasa{sv}i", "rescue", "0", "", title, body, "0", "0", "-1"]);
    Ok(vec![send, busctl])
}

/// The script is ours and takes the texts as arguments: what they say is never run.
fn osascript(title: &str, body: &str) -> Command {
    let mut command = Command::new("osascript");
    command.args([
        "-e",
        "on run argv",
        "-e",
        "display notification (item 2 of argv) with title (item 1 of argv)",
        "-e",
        "end run",
    ]);
    command.args([title, body]);
    command
}

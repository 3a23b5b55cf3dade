//! A launchd agent (launchd.plist(5)) as XML. Every text in it is escaped.

use super::seal::sealed;
use super::{ARGUMENTS, Job};
use chrono::Timelike as _;
use std::fmt::Write as _;

/// The agent's property list.
#[must_use]
pub fn agent(job: &Job) -> String {
    let mut lines = String::from("<plist version=\"1.0\">\n<dict>\n");
    let mut key = |name: &str, value: &str| {
        let _ = writeln!(lines, "  <key>{name}</key>\n  {value}");
    };
    key("Label", &string(&job.name));
    // launchd would append to its log for ever; the shell begins it anew each time.
    let command = format!(
        "umask 077; exec {} {} >{} 2>&1",
        crate::words::shell_word(&job.program),
        ARGUMENTS.join(" "),
        crate::words::shell_word(&job.log)
    );
    let words = ["/bin/sh", "-c", &command].map(string).join("\n    ");
    key("ProgramArguments", &format!("<array>\n    {words}\n  </array>"));
    let mut variables = String::new();
    for (name, value) in &job.variables {
        let _ = write!(variables, "    <key>{}</key>\n    {}\n", escaped(name), string(value));
    }
    key("EnvironmentVariables", &format!("<dict>\n{variables}  </dict>"));
    let begins = job.begins();
    let when = format!(
        "<dict>\n    <key>Hour</key>\n    <integer>{}</integer>\n    <key>Minute</key>\n    <integer>{}</integer>\n  </dict>",
        begins.hour(),
        begins.minute()
    );
    key("StartCalendarInterval", &when);
    key("ProcessType", "<string>Background</string>");
    key("LowPriorityIO", "<true/>");
    key("Nice", "<integer>10</integer>");
    lines.push_str("</dict>\n</plist>\n");
    sealed(HEAD, ["<!-- ", " -->"], &lines)
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
    <!-- Made by `rescue schedule install`, taken out by `rescue schedule remove`. -->\n";

fn string(text: &str) -> String {
    format!("<string>{}</string>", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            other => safe.push(other),
        }
    }
    safe
}

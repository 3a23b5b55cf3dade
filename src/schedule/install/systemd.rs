//! A systemd user service and its timer (systemd.service(5), systemd.timer(5)). Escapes by systemd.syntax(7): the unit
//! says what was meant for any path, or is not written.

use super::seal::sealed;
use super::{ARGUMENTS, Job, SPREAD};
use std::fmt::Write as _;

/// The service: what is run.
#[must_use]
pub fn service(job: &Job) -> String {
    let mut lines =
        String::from("[Unit]\nDescription=rescue looks at the apps whose probes are due\n\n[Service]\nType=oneshot\n");
    for (name, value) in &job.variables {
        let _ = writeln!(lines, "Environment={}", quoted(&format!("{name}={value}")));
    }
    let _ = writeln!(lines, "ExecStart={} {}", program(&job.program), ARGUMENTS.join(" "));
    lines.push_str(
        "# What a run finds is no failure of the run: 3 an item fails, 4 one was lost, 5 something was not seen.\n\
         SuccessExitStatus=3 4 5\n\
         Nice=10\n\
         IOSchedulingClass=idle\n\
         UMask=0077\n\
         TimeoutStartSec=6h\n",
    );
    sealed(HEAD, COMMENT, &lines)
}

/// The timer: when.
#[must_use]
pub fn timer(job: &Job) -> String {
    let lines = format!(
        "[Unit]\nDescription=rescue's daily rerun\n\n\
         [Timer]\nOnCalendar=*-*-* {}:00\n\
         # Not every machine in the same second, and each at its own time.\n\
         RandomizedDelaySec={SPREAD}min\nFixedRandomDelay=true\n\
         # What was slept through is made up for.\n\
         Persistent=true\n\n\
         [Install]\nWantedBy=timers.target\n",
        job.at,
    );
    sealed(HEAD, COMMENT, &lines)
}

const HEAD: &str = "# Made by `rescue schedule install`, taken out by `rescue schedule remove`.\n";
const COMMENT: [&str; 2] = ["# ", ""];

/// The program as a command line begins. The colon keeps `$` what it is. systemd takes no executable with a quote or a
/// backslash in its path, whatever is escaped: there the shell is the executable, and starts it.
fn program(path: &str) -> String {
    if path.contains(['\'', '"', '\\']) {
        format!(":/bin/sh -c {} {}", quoted("exec \"$0\" \"$@\""), quoted(path))
    } else {
        format!(":{}", quoted(path))
    }
}

/// One word of a setting, whatever it holds: in quotes with C escapes, and no specifier in it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut word = String::with_capacity(text.len() + 2);
    word.push('"');
    for c in text.chars() {
        match c {
            '%' => word.push_str("%%"),
            '\\' => word.push_str("\\\\"),
            '"' => word.push_str("\\\""),
            other => word.push(other),
        }
    }
    word.push('"');
    word
}

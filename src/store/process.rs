//! Who holds a run: a process of a machine, and whether it still lives. It never signals anything.

use std::process::Command;

/// A process that holds a run open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub pid: u32,
    pub host: String,
}

impl Holder {
    /// This process on this machine.
    #[must_use]
    pub fn of_process() -> Self {
        Self { pid: std::process::id(), host: host() }
    }

    /// When the process was born, in words that no other process of this machine shares, or none if there is no such
    /// process (or this platform cannot tell). A number alone is given again.
    pub(super) fn born(&self) -> Option<String> {
        born(self.pid)
    }
}

/// The machine's name; `localhost` where nothing tells.
fn host() -> String {
    let named = |text: String| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().and_then(named);
    let asked = || Command::new("hostname").output().ok().and_then(|it| String::from_utf8(it.stdout).ok()).and_then(named);
    told.or_else(asked).unwrap_or_else(|| "localhost".to_owned())
}

#[cfg(target_os = "linux")]
fn born(pid: u32) -> Option<String> {
    // proc(5): the 22nd field is the start time in ticks since the boot; the second may hold spaces and brackets.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // A zombie is not at anything any more.
    if fields.first().is_some_and(|state| matches!(*state, "Z" | "X")) {
        return None;
    }
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    fields.get(19).map(|ticks| format!("{ticks}@{}", boot.trim()))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn born(pid: u32) -> Option<String> {
    let told = Command::new("/bin/ps").args(["-o", "lstart=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?.trim().to_owned();
    Some(text).filter(|it| !it.is_empty())
}

#[cfg(not(unix))]
fn born(_pid: u32) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn this_process_lives_and_one_that_was_waited_for_does_not() {
        let ours = Holder::of_process();
        assert!(!ours.host.is_empty());
        assert!(ours.born().is_some());
        assert_eq!(ours.born(), ours.born());
        let mut child = Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert_eq!(Holder { pid, host: ours.host }.born(), None);
    }
}

//! Who holds a run: a process of a machine, and whether it still lives. It never signals anything.

#[cfg(all(unix, any(test, not(target_os = "linux"))))]
use std::path::Path;
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

    /// Whether the process of that birth is still at it.
    pub(super) fn is_born(&self, birth: &str) -> bool {
        self.born().is_some_and(|now| now == birth || was_born(self.pid, birth))
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
    born_by(Path::new("/bin/ps"), pid, &FIXED)
}

#[cfg(not(unix))]
fn born(_pid: u32) -> Option<String> {
    None
}

/// Whether it was noted so by an earlier version, which asked in the words and the zone of whoever asked. Where those are
/// others now, it cannot be told.
#[cfg(all(unix, not(target_os = "linux")))]
fn was_born(pid: u32, birth: &str) -> bool {
    born_by(Path::new("/bin/ps"), pid, &[]).is_some_and(|now| now == birth)
}

#[cfg(not(all(unix, not(target_os = "linux"))))]
fn was_born(_pid: u32, _birth: &str) -> bool {
    false
}

/// ps(1) prints by the language and the zone of whoever asks: a timer's run has others than a shell's.
#[cfg(all(unix, any(test, not(target_os = "linux"))))]
const FIXED: [(&str, &str); 2] = [("LC_ALL", "C"), ("TZ", "UTC")];

#[cfg(all(unix, any(test, not(target_os = "linux"))))]
fn born_by(ps: &Path, pid: u32, variables: &[(&str, &str)]) -> Option<String> {
    let mut command = Command::new(ps);
    let told = command.args(["-o", "lstart=", "-p", &pid.to_string()]).envs(variables.iter().copied()).output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?.trim().to_owned();
    Some(text).filter(|it| !it.is_empty())
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
    #[cfg(unix)]
    #[test]
    fn a_birth_reads_the_same_in_every_language_and_zone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let ps = folder.path().join("ps");
        let asks_back = format!("#!{}\necho \"$LC_ALL $TZ: $*\"\n", "/bin/sh");
        std::fs::write(&ps, asks_back).unwrap();
        std::fs::set_permissions(&ps, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(born_by(&ps, 7, &FIXED).as_deref(), Some("C UTC: -o lstart= -p 7"));
        // Who asked in another zone before wrote another birth down.
        let before = born_by(&ps, 7, &[("LC_ALL", "C"), ("TZ", "Asia/Tokyo")]);
        assert_ne!(before, born_by(&ps, 7, &FIXED));
        std::fs::write(&ps, "#!/bin/sh\nexit 1\n").unwrap();
        assert_eq!(born_by(&ps, 7, &FIXED), None, "there is no such process");
    }

    #[cfg(unix)]
    #[test]
    fn a_process_is_known_by_its_birth_and_no_other_one_is() {
        let ours = Holder::of_process();
        assert!(ours.is_born(&ours.born().unwrap()));
        assert!(!ours.is_born("Mon Nov  2 09:00:00 1970"));
    }
}

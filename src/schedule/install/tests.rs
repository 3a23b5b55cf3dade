//! Timers on machines that the tests make: what is chosen, what is written, what is left alone. Nothing here touches the
//! tester's own units or crontab: the only programs that are found are stand-ins in a directory of the test.

mod escapes;
mod machines;

use super::{At, Job, Machine, Platform};
use crate::config::{Environment, Paths};
use rstest::rstest;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A machine in a directory of its own.
pub struct Bench {
    directory: tempfile::TempDir,
    pub machine: Machine,
}

impl Bench {
    pub fn new(platform: Platform, programs: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let real = directory.path().canonicalize().unwrap();
        for name in ["bin", "home", "runtime"] {
            fs::create_dir(real.join(name)).unwrap();
        }
        for (name, script) in programs {
            put_program(&real.join("bin").join(name), script);
        }
        let environment = Environment::of([
            ("HOME", real.join("home").to_str().unwrap()),
            ("PATH", real.join("bin").to_str().unwrap()),
            ("USER", "tester"),
        ]);
        Self { directory, machine: Machine { environment, platform, host: "acme.example.com".to_owned() } }
    }

    /// The same machine with a systemd manager of the user's.
    pub fn with_manager(mut self) -> Self {
        let runtime = self.at("runtime");
        fs::create_dir(runtime.join("systemd")).unwrap();
        fs::write(runtime.join("systemd/private"), "").unwrap();
        self.machine.environment = self.machine.environment.with("XDG_RUNTIME_DIR", runtime.to_str().unwrap());
        self
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join(name)
    }

    pub fn job(&self) -> Job {
        let variables = BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
        self.job_of(&self.at("bin/rescue"), "07:30", variables)
    }

    pub fn job_of(&self, program: &Path, at: &str, variables: BTreeMap<String, String>) -> Job {
        let paths = Paths::in_home(&self.at("home/rescue"));
        Job::new(&self.machine, &paths, program, at.parse().unwrap(), variables).unwrap()
    }
}

pub fn put_program(at: &Path, script: &str) {
    fs::write(at, script).unwrap();
    #[cfg(unix)]
    fs::set_permissions(at, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

#[rstest]
#[case("07:30", 0, "07:30")]
#[case("7:05", 3, "07:08")]
#[case("23:59", 14, "00:13")]
fn times(#[case] text: &str, #[case] later: u16, #[case] wanted: &str) {
    let at: At = text.parse().unwrap();
    assert_eq!(at.later(later).format("%H:%M").to_string(), wanted);
}

#[rstest]
fn no_times(#[values("", "24:00", "7", "07:60", "now", "07:30:00", "-1:00")] text: &str) {
    assert!(text.parse::<At>().is_err());
}

#[test]
fn each_home_has_a_name_and_each_machine_minutes_of_its_own() {
    let bench = Bench::new(Platform::Linux, &[]);
    let paths = |name: &str| Paths::in_home(&bench.at(name));
    let other = Machine { environment: bench.machine.environment.clone().with("RESCUE_HOME", "/x"), ..bench.machine.clone() };
    let names = [super::name(&bench.machine, &paths("a")), super::name(&other, &paths("a")), super::name(&other, &paths("b"))];
    assert_eq!(names[0], "rescue-schedule");
    assert!(
        names[1] != names[2] && names[1..].iter().all(|it| it.starts_with("rescue-schedule-") && it.len() == 24),
        "{names:?}"
    );
    let minutes: std::collections::BTreeSet<u16> = (0..200).map(|n| super::spread(&format!("host-{n}"), "log")).collect();
    assert_eq!((minutes.len(), minutes.last()), (usize::from(super::SPREAD), Some(&(super::SPREAD - 1))), "all are used");
    assert_eq!(super::spread("host", "log"), super::spread("host", "log"));
}

#[test]
fn a_path_that_no_timer_can_hold_is_refused() {
    let bench = Bench::new(Platform::Linux, &[]);
    let paths = Paths::in_home(&bench.at("home"));
    let at: At = "07:30".parse().unwrap();
    let job = |program: &str, value: &str| {
        let variables = BTreeMap::from([("RESCUE_HOME".to_owned(), value.to_owned())]);
        Job::new(&bench.machine, &paths, Path::new(program), at, variables)
    };
    assert!(job("/bin/rescue", "/home/ana").is_ok());
    assert!(job("/bin/res\ncue", "/home/ana").is_err());
    assert!(job("/bin/rescue", "/home/\u{7f}ana").is_err());
}

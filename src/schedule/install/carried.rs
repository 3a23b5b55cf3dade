//! The variables that a timer's run is given, and the environment that it has besides them. Holds no credential: what
//! carries a password is left out and named.

use super::{Job, Kind, Machine};
use crate::config::{Endpoints, Paths};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Always searched, whatever the shell's search path.
const PLACES: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];
/// Carried when they are set, besides the search path, the home, and where systems are asked.
const NAMES: [&str; 14] = [
    "RESCUE_KEYRING",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "GH_CONFIG_DIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// What a timer's run is given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Carried {
    pub variables: BTreeMap<String, String>,
    /// Variables that are set here and cannot be carried, since they hold a password.
    pub left_out: Vec<String>,
}

/// Takes from this environment what a run needs to find the same database, the same hosts and the same programs.
#[must_use]
pub fn carried(machine: &Machine, paths: &Paths) -> Carried {
    let mut found = Carried::default();
    let path = search_path(machine.environment.get("PATH").unwrap_or_default());
    found.variables.insert("PATH".to_owned(), path);
    if machine.environment.get("RESCUE_HOME").is_some()
        && let Some(home) = paths.data().parent()
    {
        found.variables.insert("RESCUE_HOME".to_owned(), home.to_string_lossy().into_owned());
    }
    let addresses = Endpoints::variables();
    for name in NAMES.into_iter().chain(addresses.iter().map(String::as_str)) {
        let Some(value) = machine.environment.get(name) else { continue };
        if name.to_ascii_uppercase().ends_with("_PROXY") && value.contains('@') {
            found.left_out.push(name.to_owned());
        } else {
            found.variables.insert(name.to_owned(), value.to_owned());
        }
    }
    found
}

/// The absolute directories of a search path that are there, each once, and the usual ones.
fn search_path(path: &str) -> String {
    let mut places: Vec<&str> = Vec::new();
    for place in path.split(':').filter(|it| Path::new(it).is_dir()).chain(PLACES) {
        if place.starts_with('/') && !places.contains(&place) {
            places.push(place);
        }
    }
    places.join(":")
}

/// The whole environment that a run of this job begins with, and the directory in which it does.
#[must_use]
pub fn bare(kind: Kind, machine: &Machine, job: &Job) -> (BTreeMap<String, String>, PathBuf) {
    let mut all = BTreeMap::new();
    let mut keep = |names: &[&str]| {
        for name in names {
            if let Some(value) = machine.environment.get(name) {
                all.insert((*name).to_owned(), value.to_owned());
            }
        }
    };
    keep(&["HOME", "USER", "LOGNAME"]);
    match kind {
        // systemd.exec(5): the user's manager also gives the way to the session's bus.
        Kind::Systemd => keep(&["SHELL", "LANG", "XDG_RUNTIME_DIR"]),
        Kind::Launchd => keep(&["SHELL", "TMPDIR"]),
        Kind::Cron => drop(all.insert("SHELL".to_owned(), "/bin/sh".to_owned())),
    }
    if kind == Kind::Systemd
        && let Some(bus) = all.get("XDG_RUNTIME_DIR").map(|it| Path::new(it).join("bus")).filter(|it| it.exists())
    {
        all.insert("DBUS_SESSION_BUS_ADDRESS".to_owned(), format!("unix:path={}", bus.display()));
    }
    all.extend(job.variables.clone());
    let home = machine.home().unwrap_or_else(|_| PathBuf::from("/"));
    (all, if kind == Kind::Launchd { PathBuf::from("/") } else { home })
}

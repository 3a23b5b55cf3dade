//! What a probe sees in a test: an app, a door to a loopback server, a moment that stands, and small apps on disk.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be set up should stop")]

use super::{Answer, AnyProbe, Erased, Probe, Sight};
use crate::domain::{AppSettings, NoteLevel, System, Verdict};
use crate::scan::ScanKey;
use crate::systems::stand_in::{door, noon};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use wiremock::MockServer;

/// The app `acme-shop`, connected to nothing.
#[must_use]
pub fn acme() -> AppSettings {
    AppSettings::new("acme-shop".parse().unwrap(), noon().date_naive())
}

/// A sight of that app, with the door leading to `server`.
#[must_use]
pub fn sight(server: &MockServer, systems: &[System], settings: &AppSettings) -> Sight {
    Sight {
        settings: Arc::new(settings.clone()),
        door: door(server, systems),
        now: noon(),
        scan_key: ScanKey::new([0; 32]),
        stop: Arc::new(AtomicBool::new(false)),
        scratch: Arc::new(std::path::PathBuf::from("scratch")),
        once: Arc::default(),
        cloner: None,
        reach: crate::scan::Reach::App,
    }
}

/// What a probe answers over a folder with these files, of an app with these settings.
pub async fn of_files<P: Probe>(files: &[(&str, &str)], settings: AppSettings) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let settings = AppSettings { path: Some(folder.path().to_owned()), ..settings };
    let server = MockServer::start().await;
    Erased::<P>::new().look(&sight(&server, &[], &settings)).await
}

/// As [`of_files`], for settings that are used again.
pub async fn looked<P: Probe>(files: &[(&str, &str)], settings: &AppSettings) -> Answer {
    of_files::<P>(files, settings.clone()).await
}

/// The outcome's word; of an undecided one its gap's.
#[must_use]
pub fn word(verdict: &Verdict) -> String {
    verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string())
}

/// What the probe says of these files, of the app `acme-shop`: path and text.
pub async fn look<P: Probe>(files: &[(&str, &str)]) -> Answer {
    of_files::<P>(files, acme()).await
}

/// What the probe says of a folder.
pub async fn look_at<P: Probe>(path: &Path) -> Answer {
    let settings = AppSettings { path: Some(path.to_owned()), ..acme() };
    let server = MockServer::start().await;
    Erased::<P>::new().look(&sight(&server, &[], &settings)).await
}

/// The rules of the findings and the resources, as `rule resource`.
#[must_use]
pub fn found(verdict: &Verdict) -> Vec<String> {
    verdict.findings.iter().map(|it| format!("{} {}", it.rule, it.resource)).collect()
}

/// The keys of what is laid before a person.
#[must_use]
pub fn laid(verdict: &Verdict) -> Vec<&str> {
    verdict.notes.iter().filter(|it| it.level != NoteLevel::Info).map(|it| it.key.as_str()).collect()
}

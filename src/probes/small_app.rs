//! A small app on disk, and what a probe says of it.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be set up should stop")]

use super::stand_in::{acme, sight};
use super::{Answer, AnyProbe, Erased, Probe};
use crate::domain::{AppSettings, NoteLevel, Verdict};
use std::path::Path;
use wiremock::MockServer;

/// What the probe says of these files: path and text.
pub async fn look<P: Probe>(files: &[(&str, &str)]) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    look_at::<P>(folder.path()).await
}

/// What the probe says of a folder.
pub async fn look_at<P: Probe>(path: &Path) -> Answer {
    let settings = AppSettings { path: Some(path.to_owned()), ..acme() };
    let server = MockServer::start().await;
    Erased::<P>::new().look(&sight(&server, &[], &settings)).await
}

/// The outcome, or the kind of its gap.
#[must_use]
pub fn word(verdict: &Verdict) -> String {
    verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string())
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

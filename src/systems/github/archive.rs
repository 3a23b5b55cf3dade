//! A repository's files at one commit, as GitHub packs them: streamed to disk, read by nobody here. One request instead
//! of hundreds (dossier §3.8).

use super::refusal::refusal;
use super::requests;
use crate::domain::{Gap, GapKind, Slug, System};
use crate::net::{Door, Downloaded, MOST_ARCHIVE};
use std::path::Path;

/// Downloads the archive of `git_ref` (a branch, tag or commit) into a new file at `into` and says how many bytes it
/// has. Whoever asked removes it.
///
/// # Errors
/// A gap when there is no whole archive; then nothing is left at `into`. A 404 is `no_permission`: GitHub says it also
/// of an empty repository.
pub async fn tarball(door: &Door, slug: &Slug, git_ref: &str, into: &Path) -> Result<u64, Gap> {
    match door.download(requests::tarball(slug, git_ref), into, MOST_ARCHIVE).await? {
        Downloaded::Whole { bytes } => Ok(bytes),
        Downloaded::Refused(reply) => Err(match refusal(&reply) {
            Some(Err(gap)) => gap,
            Some(Ok(negative)) => negative.gap("the archive"),
            None => Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub gave no archive and no reason")
                .needs("Run again; or scan a checkout"),
        }),
    }
}

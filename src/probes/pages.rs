//! The pages that the app's repository names: from the checkout that the app names, or else from GitHub's list of files.
//! Names only; no file is opened.

use crate::domain::{Gap, GapKind, Slug, System};
use crate::probes::Sight;
use crate::repo;
use crate::scan::Routes;
use crate::systems::github::Github;
use std::path::PathBuf;

/// The pages, or why they are not known. That matters only where a site's own files do not name them.
pub(super) async fn of_repository(sight: &Sight) -> Result<Routes, Gap> {
    let files = match (&sight.settings.path, &sight.settings.github) {
        (Some(path), _) => of_checkout(path.clone()).await?,
        (None, Some(slug)) => of_github(sight, slug).await?,
        (None, None) => {
            return Err(Gap::new(GapKind::NotConfigured, System::Repo, "no repository is named for this app")
                .needs(format!("Run `rescue app edit {} --repo PATH|OWNER/NAME`", sight.settings.name)));
        }
    };
    Routes::of_files(files.iter().map(String::as_str)).ok_or_else(|| {
        Gap::new(GapKind::Ambiguous, System::Repo, "the repository's files name no pages of one Next.js app")
            .needs("Name the repository of the app that is served")
    })
}

async fn of_checkout(path: PathBuf) -> Result<Vec<String>, Gap> {
    let listed = tokio::task::spawn_blocking(move || repo::tree(&path)).await;
    let tree = listed.map_err(|_| Gap::internal("the checkout could not be listed"))?;
    let tree = tree.map_err(|problem| Gap::new(GapKind::NotConfigured, System::Repo, problem.to_string()))?;
    // What is ignored or not yet added is not what was deployed.
    let tracked = tree.files.into_iter().filter(|file| file.standing == repo::Standing::Tracked || tree.checkout.git.is_none());
    Ok(tracked.filter_map(|file| String::from_utf8(file.path).ok()).collect())
}

async fn of_github(sight: &Sight, slug: &Slug) -> Result<Vec<String>, Gap> {
    sight.door.credential(System::Github)?;
    let client = Github::new(&sight.door);
    let branch = client.repository(slug).await?.default_branch.clone();
    let branch = branch.ok_or_else(|| Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub names no default branch"))?;
    let listed = client.file_tree(slug, &branch).await?;
    if listed.truncated != Some(false) {
        return Err(Gap::new(GapKind::Incomplete, System::Github, "the repository has more files than GitHub lists")
            .needs(format!("Run `rescue app edit {} --repo PATH` with a checkout", sight.settings.name)));
    }
    Ok(listed.tree.iter().flatten().filter_map(|entry| entry.path.clone()).collect())
}

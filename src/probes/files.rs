//! The app's files for several probes: the checkout that the app names, or else one download of the archive of the default
//! branch, shared by the run and removed at its end. What reads them runs on a thread of its own and can be stopped.

use super::Sight;
use crate::domain::{AppSettings, Gap, GapKind, Slug, System};
use crate::repo::clone::CloneProblem;
use crate::repo::{self, RepoProblem, Survey};
use crate::scan::{self, Options, Report};
use crate::systems::github::{self, Github};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What there is to read.
pub enum Files {
    Checkout(PathBuf),
    /// The file is removed with the last who holds it.
    Archive(Arc<Scratch>),
    /// GitHub says that nothing was ever pushed.
    Empty,
}

/// Where the app's files are.
///
/// # Errors
/// No repository is named, or its archive could not be had.
pub async fn files(sight: &Sight) -> Result<Files, Gap> {
    match (&sight.settings.path, &sight.settings.github) {
        (Some(path), _) => Ok(Files::Checkout(path.clone())),
        (None, Some(slug)) => {
            let shared = sight.once.get("archive", Box::pin(archive(sight, slug))).await?;
            Ok(shared.as_ref().clone().map_or(Files::Empty, Files::Archive))
        }
        (None, None) => Err(unnamed(&sight.settings)),
    }
}

/// The gap of an app without a repository.
#[must_use]
pub fn unnamed(settings: &AppSettings) -> Gap {
    Gap::new(GapKind::NotConfigured, System::Scan, "no repository is named for this app")
        .needs(format!("Run `rescue app edit {} --repo PATH|OWNER/NAME`", settings.name))
}

/// The gap of a repository without a file.
fn nothing(settings: &AppSettings) -> Gap {
    Gap::new(GapKind::Ambiguous, System::Repo, "there is no file to look into")
        .needs(format!("Commit the app's files, or run `rescue app edit {} --repo PATH|OWNER/NAME`", settings.name))
}

async fn archive(sight: &Sight, slug: &Slug) -> Result<Option<Arc<Scratch>>, Gap> {
    sight.door.credential(System::Github)?;
    let client = Github::new(&sight.door);
    let branch = client.repository(slug).await?.default_branch.clone();
    let branch = branch.ok_or_else(|| Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub names no default branch"))?;
    let archive = Scratch::new(&sight.scratch, "archive", ".tar.gz")?;
    match github::tarball(&sight.door, slug, &branch, &archive.0).await {
        Ok(_) => Ok(Some(Arc::new(archive))),
        // The repository was seen, so a 404 may be the word for an empty one: GitHub is asked, not believed.
        Err(gap) if gap.kind == GapKind::NoPermission && client.is_empty(slug).await == Ok(true) => Ok(None),
        Err(gap) => Err(gap),
    }
}

/// What the scanner says of the current tree; none when the repository is empty.
///
/// # Errors
/// The files could not be had or read.
pub async fn scanned(sight: &Sight) -> Result<Arc<Option<Report>>, Gap> {
    let look = async {
        let (key, options) = (sight.scan_key.clone(), options(sight));
        let report = match files(sight).await? {
            Files::Empty => return Ok(None),
            Files::Checkout(path) => away(sight, move |stop| scan::scan_tree(&path, &key, &options, stop)).await?,
            Files::Archive(file) => away(sight, move |stop| scan::scan_archive(&file.0, &key, &options, stop)).await?,
        };
        report.map(Some).map_err(|problem| gap(&problem, System::Scan, &sight.settings))
    };
    sight.once.get("scan.tree", Box::pin(look)).await
}

/// What the code says; none when the repository is empty by the word of its host.
///
/// # Errors
/// The files could not be had or read, or there is none.
pub async fn surveyed(sight: &Sight) -> Result<Arc<Option<Survey>>, Gap> {
    let look = async {
        let survey = match files(sight).await? {
            Files::Empty => return Ok(None),
            Files::Checkout(path) => away(sight, move |stop| repo::survey_tree(&path, stop)).await?,
            Files::Archive(file) => away(sight, move |stop| repo::survey_archive(&file.0, stop)).await?,
        };
        let survey = survey.map_err(|problem| gap(&problem, System::Repo, &sight.settings))?;
        // Nothing tracked, and nothing that is kept from us: whether it is the app's at all cannot be seen.
        if survey.files == 0 && survey.unread.is_empty() {
            return Err(nothing(&sight.settings));
        }
        Ok(Some(survey))
    };
    sight.once.get("survey", Box::pin(look)).await
}

/// What the scanner says of every commit that any branch, tag or stash leads to: of the checkout that the app names, or
/// else of a clone made for this. An archive has no history.
///
/// # Errors
/// There is no repository with its history, or it could not be read.
pub async fn history(sight: &Sight) -> Result<Arc<Report>, Gap> {
    let look = async {
        let (key, options) = (sight.scan_key.clone(), options(sight));
        let report = match (&sight.settings.path, &sight.settings.github) {
            (Some(path), _) => {
                let path = path.clone();
                away(sight, move |stop| scan::scan_history(&path, &key, &options, stop)).await?
            }
            (None, Some(slug)) => {
                let step = format!("Clone it and run `rescue app edit {} --repo PATH`", sight.settings.name);
                let Some(clone) = sight.cloner.clone() else {
                    let says = format!("{slug} has no checkout here, and nothing here can clone it");
                    return Err(Gap::new(GapKind::NotConfigured, System::Scan, says).needs(step));
                };
                // GitHub says more of why it refuses than git does.
                sight.door.credential(System::Github)?;
                Github::new(&sight.door).repository(slug).await?;
                let slug = slug.clone();
                // The clone lives until it was scanned, and not longer.
                away(sight, move |stop| {
                    let cloned = clone(&slug, stop).map_err(|problem| not_cloned(&problem, &step))?;
                    Ok(scan::scan_history(cloned.path(), &key, &options, stop))
                })
                .await??
            }
            (None, None) => return Err(unnamed(&sight.settings)),
        };
        report.map_err(|problem| gap(&problem, System::Scan, &sight.settings))
    };
    sight.once.get("history", Box::pin(look)).await
}

fn not_cloned(problem: &CloneProblem, step: &str) -> Gap {
    let kind = match problem {
        CloneProblem::Stopped | CloneProblem::TimedOut { .. } => GapKind::TimedOut,
        CloneProblem::Refused { .. } | CloneProblem::NotFound { .. } => GapKind::NoPermission,
        CloneProblem::NoHost { .. } | CloneProblem::Unreachable { .. } | CloneProblem::Tls { .. } => GapKind::Unreachable,
        CloneProblem::NoGit | CloneProblem::Moved { .. } | CloneProblem::TooLarge { .. } => GapKind::NotConfigured,
        CloneProblem::NotAnAddress { .. }
        | CloneProblem::CredentialInAddress
        | CloneProblem::Ssh
        | CloneProblem::PlainHttp
        | CloneProblem::NotARepository { .. }
        | CloneProblem::Empty { .. }
        | CloneProblem::Failed { .. } => GapKind::UnexpectedAnswer,
        CloneProblem::DiskFull | CloneProblem::NoDirectory { .. } => GapKind::Internal,
    };
    Gap::new(kind, System::Scan, problem.to_string()).needs(step)
}

/// What every scan of this app is told.
#[must_use]
pub fn options(sight: &Sight) -> Options {
    Options::new(sight.now).projects(sight.settings.supabase.iter().chain(&sight.settings.staging).cloned())
}

/// Runs long work on a thread of its own, and stops it when the run is cancelled or the deadline drops this future.
///
/// # Errors
/// The work broke off.
pub async fn away<T: Send + 'static>(sight: &Sight, work: impl FnOnce(&AtomicBool) -> T + Send + 'static) -> Result<T, Gap> {
    struct Halt(Arc<AtomicBool>);
    impl Drop for Halt {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let halt = Halt(Arc::default());
    let flag = Arc::clone(&halt.0);
    let mut work = tokio::task::spawn_blocking(move || work(&flag));
    loop {
        tokio::select! {
            done = &mut work => return done.map_err(|_| Gap::internal("the scan broke off")),
            () = tokio::time::sleep(Duration::from_millis(100)) => {
                if sight.stop.load(Ordering::Relaxed) {
                    halt.0.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

/// A file or directory of an unused name in the scratch directory, gone when this is.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Names it; whoever fills it makes it.
    ///
    /// # Errors
    /// The scratch directory cannot be made.
    pub fn new(directory: &Path, what: &str, ending: &str) -> Result<Self, Gap> {
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|_| Gap::internal("the system gives no random numbers"))?;
        std::fs::create_dir_all(directory).map_err(|_| Gap::internal("the scratch directory cannot be made"))?;
        Ok(Self(directory.join(format!("{what}-{:016x}{ending}", u64::from_ne_bytes(random)))))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Not there if the download failed; nothing else can be done here.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Why there is nothing to judge, and the step that would give it.
#[must_use]
pub fn gap(problem: &RepoProblem, system: System, settings: &AppSettings) -> Gap {
    let name = &settings.name;
    let (kind, needs) = match problem {
        RepoProblem::Missing { .. }
        | RepoProblem::NotADirectory { .. }
        | RepoProblem::Bare { .. }
        | RepoProblem::NotTheRoot { .. }
        | RepoProblem::NoHistory { .. }
        | RepoProblem::Elsewhere { .. } => (GapKind::NotConfigured, format!("Run `rescue app edit {name} --repo PATH`")),
        RepoProblem::Unreadable { .. } => (GapKind::NoPermission, "Let this user read the files".to_owned()),
        RepoProblem::Corrupt { .. } => (GapKind::UnexpectedAnswer, "Run `git fsck` in it, or clone it afresh".to_owned()),
        RepoProblem::Format { .. } => (GapKind::UnexpectedAnswer, "Give a checkout in the usual format".to_owned()),
        RepoProblem::NotAnArchive { .. } => (GapKind::UnexpectedAnswer, "Run again".to_owned()),
        RepoProblem::NoWorkingDirectory => (GapKind::Unreachable, "Change to another directory and run rescue again".to_owned()),
        RepoProblem::Stopped => (GapKind::TimedOut, "Run again and let it finish".to_owned()),
    };
    Gap::new(kind, system, problem.to_string()).needs(needs)
}

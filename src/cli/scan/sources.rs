//! Runs the scan of one target on a thread of its own: shows how far it is on a terminal, and ends when it is told to.

use super::house::House;
use super::target::Target;
use crate::cli::out::Out;
use crate::cli::scan_args::ScanArgs;
use crate::repo::RepoProblem;
use crate::scan::progress::SoFar;
use crate::scan::{self, Options, Progress, Report, Values};
use crate::trouble::Trouble;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What came of it.
pub struct Scanned {
    pub report: Report,
    /// Whether older commits were looked at, too.
    pub history: bool,
    /// What a reader should know of the scan's reach, in words.
    pub remarks: Vec<String>,
    /// What only a site has, for the document.
    pub site: Option<serde_json::Value>,
}

/// Scans the target.
///
/// # Errors
/// It cannot be looked at at all, or it was stopped: then nothing is said of what was not read.
pub async fn scanned(
    target: &Target,
    args: &ScanArgs,
    house: &House,
    values: Option<Arc<Values>>,
    show: bool,
    stop: &CancellationToken,
    out: &mut Out<'_>,
) -> Result<Scanned, Trouble> {
    let mut options = Options::new(house.now).projects(house.projects());
    options.values = values;
    let progress = options.progress.clone();
    let (key, target) = (house.key.clone(), target.clone());
    let with_history = !args.no_history;
    let mut remarks = Vec::new();
    let mut history = false;
    let work: Box<dyn FnOnce(&AtomicBool) -> Result<Report, RepoProblem> + Send> = match target {
        Target::Folder(path) => {
            history = with_history;
            Box::new(move |stop| scan::scan_tree(&path, &key, &options, stop))
        }
        Target::Below { root, below } => {
            if with_history {
                let root = crate::domain::Foreign::new(root.to_string_lossy());
                remarks.push(format!("only the files below it; for the history scan {}", root.cut(200)));
            }
            Box::new(move |stop| scan::scan_below(&root, &below, &key, &options, stop))
        }
        Target::File(path) => Box::new(move |_| scan::scan_file(&path, &key, &options)),
        Target::Input => {
            let most = options.limits.file_bytes;
            let text = tokio::task::spawn_blocking(move || input(most)).await;
            let text = text.map_err(|_| Trouble::failed("standard input could not be read"))??;
            Box::new(move |_| Ok(scan::scan_text(b"standard input", text, &key, &options)))
        }
        Target::Address(_) | Target::Site(_) => {
            return Err(Trouble::failed("this kind of target is scanned elsewhere"));
        }
    };
    let report = watched(work, &progress, show, stop, out).await?;
    Ok(Scanned { report, history, remarks, site: None })
}

/// Standard input, whole.
fn input(most: u64) -> Result<Vec<u8>, Trouble> {
    let mut text = Vec::new();
    let read = std::io::stdin().lock().take(most.saturating_add(1)).read_to_end(&mut text);
    read.map_err(|error| Trouble::failed("standard input could not be read").why(error.kind()))?;
    if text.len() as u64 > most {
        return Err(Trouble::failed(format!("standard input is larger than {} MiB", most >> 20))
            .next("Write it into a folder and scan that"));
    }
    Ok(text)
}

/// Runs blocking work and waits for it, showing how far it is.
async fn watched(
    work: Box<dyn FnOnce(&AtomicBool) -> Result<Report, RepoProblem> + Send>,
    progress: &Progress,
    show: bool,
    stop: &CancellationToken,
    out: &mut Out<'_>,
) -> Result<Report, Trouble> {
    let halt = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&halt);
    let mut work = tokio::task::spawn_blocking(move || work(&flag));
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    let mut shown = false;
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            () = stop.cancelled(), if !halt.load(Ordering::Relaxed) => halt.store(true, Ordering::Relaxed),
            _ = tick.tick() => if show {
                let line = line(progress.so_far());
                if !line.is_empty() {
                    out.passing(&line);
                    shown = true;
                }
            },
        }
    };
    if shown {
        out.passing("");
    }
    match done {
        Ok(Ok(report)) => Ok(report),
        Ok(Err(problem)) => Err(trouble(&problem)),
        Err(_) => Err(Trouble::failed("the scan broke off; nothing is said of what it had not read").next("Run it again")),
    }
}

/// How far it is, in at most 60 characters.
fn line(so_far: SoFar) -> String {
    use super::lines::{number, size};
    let SoFar { expected, blobs, bytes } = so_far;
    match (expected, blobs) {
        (0, 0) => String::new(),
        (0, _) => format!("scanned {} blobs, {}", number(blobs), size(bytes)),
        _ => format!("scanned {} of {}, {}", number(blobs), number(expected.max(blobs)), size(bytes)),
    }
}

/// A repository that cannot be looked at, and the step that would help.
fn trouble(problem: &RepoProblem) -> Trouble {
    let text = problem.to_string();
    match problem {
        RepoProblem::Stopped => {
            Trouble::failed("stopped; nothing is said of what was not read").next("Run it again and let it finish")
        }
        RepoProblem::Missing { .. } => Trouble::usage(text),
        RepoProblem::Unreadable { .. } => Trouble::failed(text).next("Let this user read it, or copy what can be read"),
        _ => match text.split_once("; ") {
            Some((what, next)) => Trouble::failed(what).next(capital(next)),
            None => Trouble::failed(text),
        },
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

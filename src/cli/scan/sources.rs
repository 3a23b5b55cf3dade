//! Runs the scan of one target on a thread of its own: shows how far it is on a terminal, and ends when it is told to.

use super::house::House;
use super::target::Target;
use crate::cli::out::Out;
use crate::cli::scan_args::ScanArgs;
use crate::domain::{Foreign, Gap};
use crate::repo::clone::{CloneLimits, CloneProblem, CloneToken};
use crate::repo::{self, RepoProblem};
use crate::scan::progress::SoFar;
use crate::scan::{self, Options, Progress, Report, Routes, SiteOptions, Values};
use crate::trouble::Trouble;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use url::Url;

/// A scan that waits to be started, and ends soon after the flag becomes true.
type Work = Box<dyn FnOnce(&AtomicBool) -> Result<Report, Trouble> + Send>;

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
    let mut begins = "listing what is there".to_owned();
    let work: Work = match target {
        Target::Folder(path) => {
            // A plain folder has no history, whatever was asked for.
            history = with_history && (path.join(".git").symlink_metadata().is_ok() || path.join("HEAD").is_file());
            Box::new(move |stop| scan::scan_repository(&path, &key, &options, with_history, stop).map_err(|it| trouble(&it)))
        }
        Target::Below { root, below } => {
            if with_history {
                let root = Foreign::new(root.to_string_lossy());
                remarks.push(format!("only the files below it; for the history scan {}", root.cut(200)));
            }
            Box::new(move |stop| scan::scan_below(&root, &below, &key, &options, stop).map_err(|it| trouble(&it)))
        }
        Target::File(path) => Box::new(move |stop| scan::scan_file(&path, &key, &options, stop).map_err(|it| trouble(&it))),
        Target::Input => {
            let most = options.limits.file_bytes;
            // Whoever types nothing must be able to leave.
            let text = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(stopped()),
                text = tokio::task::spawn_blocking(move || input(most)) => text,
            };
            let text = text.map_err(|_| Trouble::failed("standard input could not be read"))??;
            Box::new(move |_| Ok(scan::scan_text(b"standard input", text, &key, &options)))
        }
        Target::Site(address) => return of_site(&address, args, house, options, show, stop, out).await,
        Target::Address(address) => {
            history = with_history;
            let token = tokio::task::block_in_place(|| house.token(&address, args.token_env.as_deref()))?;
            begins = format!("cloning {}", Foreign::new(address.as_str()).cut(70));
            Box::new(move |stop| {
                let no_room = |error: std::io::Error| Trouble::failed("there is no place for a clone").why(error.kind());
                let under = tempfile::Builder::new().prefix("rescue-").tempdir().map_err(no_room)?;
                let token = token.as_ref().map(|it| CloneToken::new(it.expose()));
                let limits = CloneLimits::default();
                let cloned =
                    repo::clone::clone(address.as_str(), token, under.path(), stop, limits).map_err(|it| not_cloned(&it))?;
                // The clone lives until it was scanned.
                scan::scan_repository(cloned.path(), &key, &options, with_history, stop).map_err(|it| trouble(&it))
            })
        }
    };
    let report = watched(work, &progress, &begins, show, stop, out).await?;
    Ok(Scanned { report, history, remarks, site: None })
}

/// What a site serves to anybody: with the app's own pages where its checkout names them.
async fn of_site(
    address: &Url,
    args: &ScanArgs,
    house: &House,
    options: Options,
    show: bool,
    stop: &CancellationToken,
    out: &mut Out<'_>,
) -> Result<Scanned, Trouble> {
    let door = house.door()?;
    let mut asked = SiteOptions::new(options.now).projects(options.projects);
    asked.values = options.values;
    let known = house.app.as_ref().map(|app| &app.settings.asset_hosts);
    for host in args.asset_host.iter().chain(known.into_iter().flatten()) {
        asked = asked.host(host.as_str());
    }
    if let Some(routes) = house.app.as_ref().and_then(|app| app.settings.path.clone()) {
        let listed = tokio::task::spawn_blocking(move || routes_of(&routes)).await;
        if let Some(routes) = listed.ok().flatten() {
            asked = asked.routes(routes);
        }
    }
    if show {
        out.passing(&format!("asking {}", Foreign::new(address.host_str().unwrap_or_default())));
    }
    let looked = tokio::select! {
        biased;
        () = stop.cancelled() => Err(stopped()),
        looked = scan::scan_site(&door, address, &house.key, &asked) => looked.map_err(|gap| gone(&gap)),
    };
    if show {
        out.passing("");
    }
    let looked = looked?;
    let mut remarks = Vec::new();
    for map in &looked.maps {
        remarks.push(format!("anybody can fetch the source map {}: {} of your own sources", map.path.cut(100), map.own));
    }
    for project in looked.projects.iter().filter(|it| it.own == Some(false)) {
        remarks.push(format!(
            "it names a Supabase project that is not the app's: {} ({})",
            project.project,
            project.path.cut(100)
        ));
    }
    if !looked.elsewhere.is_empty() {
        let hosts: Vec<&str> = looked.elsewhere.iter().map(Foreign::as_str).collect();
        remarks.push(format!("scripts of others were not searched: {}", Foreign::new(hosts.join(", ")).cut(200)));
    }
    let mut site = serde_json::json!(looked);
    if let Some(fields) = site.as_object_mut() {
        // These stand in the document itself.
        for name in ["findings", "coverage", "commit"] {
            fields.remove(name);
        }
    }
    Ok(Scanned { report: looked.report, history: false, remarks, site: Some(site) })
}

/// The pages that a checkout has; none if it cannot be listed.
fn routes_of(path: &std::path::Path) -> Option<Routes> {
    let tree = crate::repo::tree(path).ok()?;
    let paths: Vec<String> = tree.files.iter().map(|file| String::from_utf8_lossy(&file.path).into_owned()).collect();
    Routes::of_files(paths.iter().map(String::as_str))
}

/// A site of which not even the first page was seen.
fn gone(gap: &Gap) -> Trouble {
    let trouble = Trouble::failed(&gap.says);
    match &gap.needs {
        Some(step) => trouble.next(step),
        None => trouble,
    }
}

fn stopped() -> Trouble {
    Trouble::failed("stopped; nothing is said of what was not read").next("Run it again and let it finish")
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
    work: Work,
    progress: &Progress,
    begins: &str,
    show: bool,
    stop: &CancellationToken,
    out: &mut Out<'_>,
) -> Result<Report, Trouble> {
    let halt = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&halt);
    let mut work = tokio::task::spawn_blocking(move || work(&flag));
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    let (started, mut shown) = (tokio::time::Instant::now(), false);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            () = stop.cancelled(), if !halt.load(Ordering::Relaxed) => halt.store(true, Ordering::Relaxed),
            _ = tick.tick() => if show {
                // What is over at once needs no word.
                let so_far = progress.so_far();
                if shown || started.elapsed() > Duration::from_millis(300) {
                    out.passing(&if so_far.blobs == 0 { begins.to_owned() } else { line(so_far) });
                    shown = true;
                }
            },
        }
    };
    if shown {
        out.passing("");
    }
    match done {
        Ok(report) => report,
        Err(_) => Err(Trouble::failed("the scan broke off; nothing is said of what it had not read").next("Run it again")),
    }
}

/// How far it is, in at most 60 characters.
fn line(so_far: SoFar) -> String {
    use super::lines::{number, size};
    let SoFar { expected, blobs, bytes } = so_far;
    match (expected, blobs) {
        (0, _) => format!("scanned {} blobs, {}", number(blobs), size(bytes)),
        _ => format!("scanned {} of {}, {}", number(blobs), number(expected.max(blobs)), size(bytes)),
    }
}

/// A repository that the host did not give, and the step that would help.
fn not_cloned(problem: &CloneProblem) -> Trouble {
    let text = problem.to_string();
    let trouble = match text.split_once("; ") {
        Some((what, next)) => Trouble::failed(what).next(capital(next)),
        None => Trouble::failed(&text),
    };
    match problem {
        CloneProblem::Stopped => stopped(),
        CloneProblem::Refused { .. } | CloneProblem::NotFound { .. } => {
            trouble.next("Check the address; put a token that may read it into RESCUE_SCAN_TOKEN, or log in with `gh auth login`")
        }
        _ => trouble,
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

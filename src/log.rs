//! The log: one JSON file a day, 0600, in the log directory; never the terminal, never a known credential. When it
//! cannot be written the tool goes on without.

use crate::clock::SharedClock;
use crate::config::{Environment, Paths, private};
use crate::credentials::Redactor;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tracing::Subscriber;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Days of which a log is kept.
const DAYS: usize = 14;
/// What is logged unless `RESCUE_LOG` says otherwise. An agent's wrong questions are answered, not logged: they may be many.
const LEVEL: &str = "warn,rmcp=error,rescue=info";

/// Keeps the log open; what was logged is on the disk when it is dropped.
#[must_use = "the log ends when this is dropped"]
pub struct Logging(#[expect(dead_code, reason = "held for its drop, which flushes")] WorkerGuard);

/// Starts the log for this process. None: it cannot be written, or there is one already, and nothing is logged.
pub fn start(paths: &Paths, environment: &Environment, clock: SharedClock, redactor: Redactor) -> Option<Logging> {
    let (subscriber, guard) = subscriber(paths, environment, clock, redactor).ok()?;
    tracing::subscriber::set_global_default(subscriber).ok()?;
    Some(Logging(guard))
}

/// A subscriber that writes to the day's file.
fn subscriber(
    paths: &Paths,
    environment: &Environment,
    clock: SharedClock,
    redactor: Redactor,
) -> io::Result<(impl Subscriber + Send + Sync + use<>, WorkerGuard)> {
    let folder = paths.logs();
    private::make_dir(&folder)?;
    let daily = Daily::open(folder, clock)?;
    let (writer, guard) = NonBlockingBuilder::default().thread_name("log").finish(daily);
    let wanted = environment.get("RESCUE_LOG").unwrap_or(LEVEL);
    // A level that cannot be read is no reason to be silent.
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new(LEVEL));
    let subscriber = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(Masked { writer, redactor });
    Ok((subscriber.finish(), guard))
}

/// Masks whole events on their way to the file.
#[derive(Clone)]
struct Masked {
    writer: NonBlocking,
    redactor: Redactor,
}

impl<'a> MakeWriter<'a> for Masked {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Masked {
    // An event arrives whole, in one call (tracing-subscriber formats into a buffer first).
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        self.writer.write_all(self.redactor.mask(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A file that changes its name with the day, UTC.
struct Daily {
    folder: PathBuf,
    clock: SharedClock,
    day: String,
    file: File,
}

impl Daily {
    fn open(folder: PathBuf, clock: SharedClock) -> io::Result<Self> {
        let day = clock.now().format("%Y-%m-%d").to_string();
        let file = open(&folder, &day)?;
        Ok(Self { folder, clock, day, file })
    }
}

impl Write for Daily {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let day = self.clock.now().format("%Y-%m-%d").to_string();
        if day != self.day {
            self.file = open(&self.folder, &day)?;
            self.day = day;
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn open(folder: &Path, day: &str) -> io::Result<File> {
    let path = folder.join(format!("rescue-{day}.jsonl"));
    let file = match private::create_new(&path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            private::narrow(&path, 0o600)?;
            drop(error);
            fs::OpenOptions::new().append(true).open(&path)?
        }
        // Opened anew to append: another console may write to the same file.
        created => {
            drop(created?);
            fs::OpenOptions::new().append(true).open(&path)?
        }
    };
    prune(folder);
    Ok(file)
}

/// Removes the logs of all but the newest [`DAYS`] days.
fn prune(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut names: Vec<String> = entries.flatten().filter_map(|it| it.file_name().into_string().ok()).collect();
    names.retain(|name| name.strip_prefix("rescue-").is_some_and(|it| it.strip_suffix(".jsonl").is_some()));
    names.sort_unstable();
    let old = names.len().saturating_sub(DAYS);
    for name in names.iter().take(old) {
        // An old log that stays harms nobody.
        let _ = fs::remove_file(folder.join(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SetClock;
    use crate::credentials::Secret;
    use std::sync::Arc;

    struct Bench {
        home: tempfile::TempDir,
        clock: Arc<SetClock>,
    }

    impl Bench {
        fn new() -> Self {
            let clock = SetClock::at("2026-11-02T23:59:00Z".parse().unwrap());
            Self { home: tempfile::tempdir().unwrap(), clock }
        }

        fn paths(&self) -> Paths {
            Paths::in_home(self.home.path())
        }

        fn logged(&self, environment: &Environment, redactor: Redactor, act: impl FnOnce()) -> Vec<(String, String)> {
            let (subscriber, guard) = subscriber(&self.paths(), environment, self.clock.clone(), redactor).unwrap();
            tracing::subscriber::with_default(subscriber, act);
            drop(guard);
            let mut files: Vec<(String, String)> = fs::read_dir(self.paths().logs())
                .unwrap()
                .map(|it| it.unwrap())
                .map(|it| (it.file_name().into_string().unwrap(), fs::read_to_string(it.path()).unwrap()))
                .collect();
            files.sort();
            files
        }
    }

    #[test]
    fn events_are_json_lines_for_the_owner_without_a_known_secret() {
        let bench = Bench::new();
        let token = ["canary", "-", &"q".repeat(12)].concat();
        let redactor = Redactor::of([Secret::new(&token)]);
        let files = bench.logged(&Environment::default(), redactor, || {
            tracing::info!(%token, "hello {token}");
            tracing::debug!("not at this level");
        });
        let [(name, text)] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!(name, "rescue-2026-11-02.jsonl");
        assert!(text.contains("hello [masked]") && !text.contains(&token) && !text.contains("not at this level"), "{text}");
        assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(bench.paths().logs().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_new_day_is_a_new_file_and_old_ones_go() {
        let bench = Bench::new();
        private::make_dir(&bench.paths().logs()).unwrap();
        for day in 1..=20 {
            fs::write(bench.paths().logs().join(format!("rescue-2026-10-{day:02}.jsonl")), "").unwrap();
        }
        fs::write(bench.paths().logs().join("mine.txt"), "").unwrap();
        bench.logged(&Environment::default(), Redactor::default(), || tracing::warn!("today"));
        bench.clock.set("2026-11-03T00:01:00Z".parse().unwrap());
        let files = bench.logged(&Environment::default(), Redactor::default(), || tracing::warn!("tomorrow"));
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), DAYS + 1, "{names:?}");
        assert!(names.contains(&"rescue-2026-11-02.jsonl") && names.contains(&"rescue-2026-11-03.jsonl"));
        assert!(names.contains(&"mine.txt") && !names.contains(&"rescue-2026-10-01.jsonl"));
    }

    #[test]
    fn the_level_can_be_set_and_a_wrong_one_does_not_silence() {
        let told = |level: &str| -> String {
            let environment = Environment::of([("RESCUE_LOG", level)]);
            let files = Bench::new().logged(&environment, Redactor::default(), || {
                tracing::debug!("fine");
                tracing::info!("coarse");
            });
            files.into_iter().map(|(_, text)| text).collect()
        };
        assert!(told("rescue=debug").contains("fine"));
        assert!(!told("off").contains("coarse"));
        let wrong = told("rescue=loud");
        assert!(wrong.contains("coarse") && !wrong.contains("fine"), "{wrong}");
    }

    #[test]
    fn a_place_that_cannot_be_written_means_no_log_and_no_fuss() {
        let bench = Bench::new();
        fs::write(bench.home.path().join("data"), "a file in the way").unwrap();
        assert!(subscriber(&bench.paths(), &Environment::default(), bench.clock.clone(), Redactor::default()).is_err());
    }
}

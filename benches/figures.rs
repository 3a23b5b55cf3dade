//! The figures of the README that need the real program: first frame, idle, key to frame, a run against stand-ins that
//! take 100 ms an answer, memory, size. `cargo bench --bench figures`; Linux, for what it reads below /proc.
//! Medians of several runs; nothing here decides a test.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench makes its own data, prints its figures and may stop when it is wrong"
)]

#[path = "shared/year.rs"]
mod year;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rescue::clock::SetClock;
use rescue::config::Paths;
use rescue::demo::stage::Stage;
use rescue::demo::stand_in::Thinking;
use rescue::domain::ProbeId;
use rescue::engine::Only;
use rescue::store::Store;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const APPS: usize = 200;
const EACH: Duration = Duration::from_millis(100);
const PROGRAM: &str = env!("CARGO_BIN_EXE_rescue");

fn main() {
    // `cargo test --benches` calls it too; figures are made only when asked for.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("| what | figure |\n|---|---|");
    let home = tempfile::tempdir().unwrap();
    let facts = portfolio(home.path());
    println!("| facts of {APPS} apps with a year of weekly runs | {facts} |");
    first_frame(home.path());
    idle(home.path());
    key_to_frame();
    runs();
    let size = std::fs::metadata(PROGRAM).unwrap().len();
    println!("| release binary | {:.1} MB |", size as f64 / 1e6);
}

fn median(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    format!("median {:.1} ms of {} (from {:.1} to {:.1})", times[times.len() / 2], times.len(), times[0], times[times.len() - 1])
}

/// A console in a pseudo-terminal.
struct Console {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    began: Instant,
}

impl Console {
    fn open(arguments: &[&str], home: Option<&Path>) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("RESCUE_KEYRING", "off");
        if let Some(home) = home {
            command.env("RESCUE_HOME", home);
        }
        let began = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        let (send, bytes) = channel();
        let mut reader = pair.master.try_clone_reader().unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 16_384];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 || send.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self {
            child,
            master: pair.master,
            keys,
            bytes,
            screen: vt100::Parser::new(40.try_into().unwrap(), 120.try_into().unwrap(), 0),
            began,
        }
    }

    /// Waits until the screen shows `text`.
    fn until(&mut self, text: &str) -> Instant {
        let end = Instant::now() + Duration::from_secs(30);
        while !self.screen.screen().contents().contains(text) {
            assert!(Instant::now() < end, "`{text}` never came:\n{}", self.screen.screen().contents());
            if let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(200)) {
                self.screen.process(&bytes);
            }
        }
        Instant::now()
    }

    /// Takes what was drawn during this time.
    fn rest(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            if let Ok(bytes) = self.bytes.recv_timeout(left) {
                self.screen.process(&bytes);
            }
        }
    }

    fn press(&mut self, keys: &str) -> Instant {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        Instant::now()
    }

    fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    fn close(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        drop(self.master);
    }
}

/// Milliseconds of processor time that a process used so far.
fn processor_time(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    // Clock ticks are 10 ms on Linux.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) * 10.0
}

/// The most memory that a process had, in megabytes.
fn peak_memory(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Two hundred apps, each with a year of weekly runs of every probe.
fn portfolio(home: &Path) -> usize {
    let now = chrono::Utc::now();
    let store = Store::open(&Paths::in_home(home), SetClock::at(now), "bench").unwrap();
    let mut total = 0;
    for number in 0..APPS {
        let (name, carried) = year::app(number, now);
        total += carried.facts.len();
        store.put_down(&name, &carried).unwrap();
    }
    total
}

fn first_frame(home: &Path) {
    let cold = {
        let mut console = Console::open(&[], Some(home));
        let took = console.until("App 0").duration_since(console.began);
        console.close();
        took
    };
    let (mut frames, mut shown) = (Vec::new(), Vec::new());
    for _ in 0..11 {
        let mut console = Console::open(&[], Some(home));
        frames.push(console.until("rescue").duration_since(console.began).as_secs_f64() * 1e3);
        shown.push(console.until("App 0").duration_since(console.began).as_secs_f64() * 1e3);
        console.close();
    }
    println!("| first frame | {} |", median(frames));
    println!("| first frame with all apps on it | {} |", median(shown));
    println!("| the same when the cache was thrown away | {:.0} ms, once |", cold.as_secs_f64() * 1e3);
}

fn idle(home: &Path) {
    let mut console = Console::open(&[], Some(home));
    console.until("App 0");
    console.rest(Duration::from_secs(3));
    let mut shares = Vec::new();
    for _ in 0..3 {
        let before = processor_time(console.process());
        console.rest(Duration::from_secs(20));
        shares.push((processor_time(console.process()) - before) / 20_000.0 * 100.0);
    }
    shares.sort_by(f64::total_cmp);
    println!("| idle console, share of a core | median {:.2} % of 3 × 20 s |", shares[1]);
    println!("| memory of the console with {APPS} apps | {:.0} MB at most |", peak_memory(console.process()));
    console.close();
}

fn key_to_frame() {
    let mut times = Vec::new();
    let mut console = Console::open(&["demo"], None);
    console.until("Acme Shop");
    console.rest(Duration::from_millis(500));
    for _ in 0..15 {
        console.press("R");
        console.rest(Duration::from_millis(250));
        let pressed = console.press("?");
        let drawn = console.until("Keys");
        times.push(drawn.duration_since(pressed).as_secs_f64() * 1e3);
        console.press("\u{1b}");
        console.rest(Duration::from_millis(2_500));
    }
    println!("| key to frame while a run streams, in the terminal | {} |", median(times));
    println!("| memory of the demo's console with its stand-ins | {:.0} MB at most |", peak_memory(console.process()));
    console.close();
}

/// Runs against stand-ins that take 100 ms an answer: each probe alone, then all together.
fn runs() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut alone = Vec::new();
        for probe in rescue::probes::all() {
            let id: ProbeId = probe.meta().id.parse().unwrap();
            let (took, _) = one(&[Only::Probe(id.clone())]).await;
            alone.push((took, id));
        }
        alone.sort();
        let (longest, id) = alone.last().unwrap().clone();
        let mut all = Vec::new();
        let mut requests = 0;
        for _ in 0..7 {
            let (took, asked) = one(&[]).await;
            all.push(took.as_secs_f64() * 1e3);
            requests = asked;
        }
        let ratio = {
            let mut sorted = all.clone();
            sorted.sort_by(f64::total_cmp);
            sorted[sorted.len() / 2] / (longest.as_secs_f64() * 1e3)
        };
        println!("| longest probe alone, 100 ms an answer | {:.0} ms ({id}) |", longest.as_secs_f64() * 1e3);
        println!("| a whole run, {requests} requests of 100 ms | {} |", median(all));
        println!("| whole run ÷ longest chain | {ratio:.2} |");
    });
    println!("| memory after those runs, stand-ins in the same process | {:.0} MB at most |", peak_memory(std::process::id()));
}

async fn one(only: &[Only]) -> (Duration, u32) {
    let stage = Stage::build(Thinking::Each(EACH)).await.unwrap();
    let board = stage.desk.board(stage.app()).unwrap();
    let plan = stage.desk.plan(stage.app(), &board, only).unwrap();
    let (tell, _told) = tokio::sync::mpsc::unbounded_channel();
    let began = Instant::now();
    let report = stage.desk.run(stage.app(), plan, tell, tokio_util::sync::CancellationToken::new()).await.unwrap();
    (began.elapsed(), report.requests.values().sum())
}

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

#[path = "shared/console.rs"]
mod console;
#[path = "shared/homes.rs"]
mod homes;
#[path = "shared/year.rs"]
mod year;

use console::{Console, median, peak_memory};
use rescue::demo::stage::Stage;
use rescue::demo::stand_in::Thinking;
use rescue::domain::ProbeId;
use rescue::engine::Only;
use std::path::Path;
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
    let facts = homes::portfolio(home.path(), APPS);
    println!("| facts of {APPS} apps with a year of weekly runs | {facts} |");
    first_frame(home.path());
    idle(home.path());
    key_to_frame();
    runs();
    let size = std::fs::metadata(PROGRAM).unwrap().len();
    println!("| release binary | {:.1} MB |", size as f64 / 1e6);
}

/// Milliseconds of processor time that a process used so far.
fn processor_time(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    // Clock ticks are 10 ms on Linux.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) * 10.0
}

fn first_frame(home: &Path) {
    let cold = {
        let mut console = Console::open(&[], Some(home));
        let took = console.until(&format!("apps   {APPS} apps")).duration_since(console.began);
        console.close();
        took
    };
    let (mut frames, mut shown) = (Vec::new(), Vec::new());
    for _ in 0..11 {
        let mut console = Console::open(&[], Some(home));
        frames.push(console.until("rescue").duration_since(console.began).as_secs_f64() * 1e3);
        shown.push(console.until(&format!("apps   {APPS} apps")).duration_since(console.began).as_secs_f64() * 1e3);
        console.close();
    }
    println!("| first frame | {} |", median(frames));
    println!("| first frame with all apps on it | {} |", median(shown));
    println!("| the same when the cache was thrown away | {:.0} ms, once |", cold.as_secs_f64() * 1e3);
}

fn idle(home: &Path) {
    let mut console = Console::open(&[], Some(home));
    console.until(&format!("apps   {APPS} apps"));
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

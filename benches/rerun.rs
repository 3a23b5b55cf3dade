//! A rerun of two hundred apps of forty probes each, with the real program, against stand-ins that take 50 ms an answer:
//! how long it takes beside what the limits allow, and the most memory of the program alone (the stand-ins are in this
//! process). `cargo bench --bench rerun`; Linux, for what it reads below /proc. `RESCUE_BENCH_APPS=20` makes it smaller.
//! Nothing here decides a test.
//!
//! **What the limits allow.** All apps are asked with one credential a system, as an agency has it: there the limits weigh
//! most. `net::manner` has so many lanes to a system and so much time between two requests; each request that came in keeps
//! a lane busy for its 50 ms. So a system needs at least `requests × 50 ms ÷ lanes`, or `requests × the time between two`
//! if that is more; nobody is turned away here, so that nothing is closed. Systems are asked side by side: the rerun may take as
//! long as the system that needs longest, and one answer of 50 ms, the last one's. Starting the program, choosing, judging,
//! storing and what a probe asks after the answer to another request are not allowed for.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench makes its own data, prints its figures and may stop when it is wrong"
)]

use rescue::clock::SystemClock;
use rescue::config::Paths;
use rescue::demo::stand_in::{self, Thinking};
use rescue::domain::{AppSettings, Author, System};
use rescue::store::Store;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rescue");
const PROBES: usize = 40;
const TOKEN: &str = "invented";
const EACH: Duration = Duration::from_millis(50);
const ASKED: [System; 5] = [System::Github, System::Supabase, System::Vercel, System::Openai, System::Openrouter];

fn main() {
    // `cargo test --benches` calls it too; figures are made only when asked for.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let apps = std::env::var("RESCUE_BENCH_APPS").ok().and_then(|it| it.parse().ok()).unwrap_or(200);
    println!("| what | figure |\n|---|---|");
    rerun(apps);
}

/// Probes that ask vendors, and those that read the repository that a vendor gave: forty, always the same.
fn probes() -> Vec<&'static str> {
    let asks = |id: &str| ASKED.iter().any(|system| id.starts_with(&format!("{system}.")));
    let all: Vec<&str> = rescue::probes::all().map(|probe| probe.meta().id).collect();
    let vendors = all.iter().copied().filter(|id| asks(id));
    vendors.chain(all.iter().copied().filter(|id| id.starts_with("repo."))).take(PROBES).collect()
}

/// All apps with one credential, as an agency has it: then the limits weigh most.
fn rerun(apps: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let stand_in = runtime.block_on(stand_in::start(Arc::new(SystemClock), TOKEN, Thinking::Each(EACH))).unwrap();
    stand_in.set_week(2);
    let home = tempfile::tempdir().unwrap();
    take_on(home.path(), apps);
    let began = Instant::now();
    let (peak, document) = followed(&mut program(home.path(), &stand_in.address));
    let took = began.elapsed().as_secs_f64();
    let requests = stand_in.asked();
    let runs = document["runs"].as_array().unwrap();
    let outcomes: usize = runs.iter().map(|run| run["outcomes"].as_array().unwrap().len()).sum();
    let asked: u64 = requests.values().sum();
    println!("| {apps} apps, {outcomes} outcomes, {asked} requests of {} ms | {took:.1} s |", EACH.as_millis());
    let allowed = requests.iter().filter_map(|(system, count)| {
        let (lanes, apart) = rescue::net::manner(system.parse::<System>().ok()?);
        let answers = *count as f64 * EACH.as_secs_f64() / lanes as f64;
        let allowed = answers.max(*count as f64 * apart.as_secs_f64());
        println!("| {count} requests to {system}, {lanes} at once | {allowed:.1} s |");
        Some(allowed)
    });
    let allowed = allowed.fold(0.0, f64::max) + EACH.as_secs_f64();
    println!("| what the limits allow: the longest of these, and one answer | {allowed:.1} s |");
    println!("| took ÷ allowed | {:.2} |", took / allowed);
    println!("| most memory of the program | {peak:.0} MB |");
}

fn take_on(home: &Path, apps: usize) {
    let store = Store::open(&Paths::in_home(home), Arc::new(SystemClock), "bench").unwrap();
    for n in 0..apps {
        let mut settings = AppSettings::new(format!("app-{n:03}").parse().unwrap(), "2026-11-02".parse().unwrap());
        settings.github = Some("acme/shop".parse().unwrap());
        settings.supabase = Some("acmeshopproductionab".parse().unwrap());
        settings.staging = Some("acmeshopstagingabcde".parse().unwrap());
        settings.vercel = Some("acme/shop".parse().unwrap());
        settings.providers.extend([System::Openai, System::Openrouter]);
        settings.openai_project = Some("proj_acme_shop".to_owned());
        settings.ceilings.extend([(System::Openai, 300), (System::Openrouter, 100)]);
        store.create_app(&settings, rescue::checklist::embedded(), "1", &Author::Person("Ana".into())).unwrap();
    }
}

fn program(home: &Path, address: &str) -> Child {
    let mut command = Command::new(PROGRAM);
    command.args(["probe", "--all", "--json", "--no-confirm", "--only", &probes().join(",")]);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("RESCUE_HOME", home).env("RESCUE_KEYRING", "off");
    for system in ASKED {
        command.env(rescue::config::Endpoints::variable(system), format!("{address}/{system}/"));
    }
    for variable in ["GITHUB_TOKEN", "SUPABASE_ACCESS_TOKEN", "VERCEL_TOKEN", "OPENAI_ADMIN_KEY", "OPENROUTER_API_KEY"] {
        command.env(variable, TOKEN);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Reads what it says to its end; the most memory that it had, in megabytes, and its document.
fn followed(child: &mut Child) -> (f64, serde_json::Value) {
    let process = child.id();
    let mut said = child.stdout.take().unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut said, &mut text).unwrap();
        text
    });
    let mut peak = 0.0_f64;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
        let now = line.split_whitespace().nth(1).and_then(|it| it.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0;
        peak = peak.max(now);
        std::thread::sleep(Duration::from_millis(20));
    }
    (peak, serde_json::from_str(&reading.join().unwrap()).unwrap())
}

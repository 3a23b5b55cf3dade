//! A rerun of two hundred apps of forty probes each, with the real program, against stand-ins that take 50 ms an answer:
//! how long it takes beside what the limiter's own numbers allow, and the memory. `cargo bench --bench rerun`; Linux, for
//! what it reads below /proc. `RESCUE_BENCH_APPS=20` makes it smaller. Nothing here decides a test.

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
use std::collections::BTreeMap;
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
    let (mut requests, mut outcomes): (BTreeMap<String, u64>, usize) = (BTreeMap::new(), 0);
    for run in document["runs"].as_array().unwrap() {
        outcomes += run["outcomes"].as_array().unwrap().len();
        for (system, count) in run["requests"].as_object().unwrap() {
            *requests.entry(system.clone()).or_default() += count.as_u64().unwrap();
        }
    }
    let asked: u64 = requests.values().sum();
    println!("| {apps} apps, {outcomes} outcomes, {asked} requests of {} ms | {took:.1} s |", EACH.as_millis());
    // What the limits allow: each system takes so many at once with one credential, and each answer takes its time; systems
    // are asked side by side.
    let allowed = requests.iter().filter_map(|(system, count)| {
        let (lanes, apart) = rescue::net::manner(system.parse::<System>().ok()?);
        let answers = *count as f64 * EACH.as_secs_f64() / lanes as f64;
        let allowed = answers.max(*count as f64 * apart.as_secs_f64());
        println!("| {count} requests to {system}, {lanes} at once | {allowed:.1} s |");
        Some(allowed)
    });
    let allowed = allowed.fold(0.0, f64::max);
    println!("| what the limits allow: the longest of these | {allowed:.1} s |");
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

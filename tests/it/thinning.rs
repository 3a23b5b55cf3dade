//! `rescue db thin` as the program: what it and `rescue db` say, thinning that is killed at any moment (also while the file is
//! written anew), and a disk that has no room left. Facts, states and what stays are whole each time.

use crate::program::{Home, Told};
use rescue::clock::{Clock as _, SetClock, SystemClock};
use rescue::config::Paths;
use rescue::domain::fact::RunEnd;
use rescue::domain::{AppName, AppSettings, Author, Digest, Fact, OutcomeFact, ProbeId, System, Verdict, board};
use rescue::store::{Holder, Store};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const APPS: [&str; 2] = ["acme", "shop"];
/// Runs of each app, one every second day.
const RUNS: i64 = 60;
/// Probes in each: enough for some steps of thinning.
const PROBES: usize = 20;
/// How often it is killed.
const KILLS: usize = 40;

/// Text that does not pack: what a database of many apps is full of.
fn unpackable(seed: &str) -> String {
    let mut text = String::new();
    let mut digest = seed.to_owned();
    while text.len() < 1_500 {
        digest = Digest::of(&digest).0;
        text.push_str(&digest);
    }
    text
}

fn store(at: &Path, clock: Arc<SetClock>) -> Store {
    Store::open(&Paths::in_home(at), clock, "test").unwrap()
}

/// A home whose apps were looked at for four months.
fn lived() -> Home {
    let home = Home::new();
    let begin = SystemClock.now() - chrono::TimeDelta::days(2 * RUNS + 10);
    let clock = SetClock::at(begin);
    let store = store(&home.path(), clock.clone());
    let probes: Vec<ProbeId> = rescue::probes::github::TABLE
        .iter()
        .chain(rescue::probes::repo::TABLE)
        .take(PROBES)
        .map(|it| it.meta().id.parse().unwrap())
        .collect();
    for name in APPS {
        clock.set(begin);
        let mut settings = AppSettings::new(name.parse::<AppName>().unwrap(), begin.date_naive());
        settings.github = Some("acme/shop".parse().unwrap());
        let app = store.create_app(&settings, rescue::checklist::embedded(), "1", &Author::Person("Ana".into())).unwrap();
        for run in 0..RUNS {
            clock.set(begin + chrono::TimeDelta::days(2 * run + 1));
            let id = store.new_run_id().unwrap();
            store.begin_run(app, id, &Holder::of_process(), &probes).unwrap();
            for probe in &probes {
                let system: System = probe.as_str().split('.').next().unwrap().parse().unwrap();
                let outcome = OutcomeFact {
                    run: id,
                    probe: probe.clone(),
                    revision: 1,
                    subject: settings.subject(system).unwrap(),
                    settings: Digest("0".repeat(64)),
                    observation: None,
                    verdict: Verdict::pass("all well"),
                    ms: 7,
                    requests: 1,
                };
                let seen = json!({ "seen": unpackable(&format!("{name} {run} {probe}")) });
                store.record_outcome(app, clock.now(), outcome, Some(&seen)).unwrap();
            }
            store.end_run(app, id, RunEnd::Finished).unwrap();
        }
    }
    home
}

const THIN: [&str; 5] = ["db", "thin", "--older-than", "20d", "--yes"];

/// The facts of each app, and what they come to now and a month ago.
fn told(home: &Path) -> BTreeMap<String, (Vec<Fact>, String)> {
    let store = store(home, SetClock::at(SystemClock.now()));
    let checklist = Arc::new(rescue::checklist::load_stored(rescue::checklist::embedded()).unwrap());
    let digest = Digest::of(rescue::checklist::embedded());
    let checklists = BTreeMap::from([(digest, checklist)]);
    let book = rescue::probes::book();
    let moment = "2026-11-23T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let all = store.apps().unwrap().into_iter().map(|app| {
        let facts = store.facts(app.id).unwrap();
        assert_eq!(store.unreadable(app.id), 0);
        let boards =
            [moment, moment - chrono::TimeDelta::days(30)].map(|at| format!("{:?}", board(&facts, &checklists, &book, at)));
        (app.name.to_string(), (facts, boards.concat()))
    });
    all.collect()
}

/// Nothing is damaged; how many observations are there, and how many were thinned.
#[track_caller]
fn whole(home: &Path) -> (u64, u64) {
    let store = store(home, SetClock::at(SystemClock.now()));
    let damage: Vec<_> = store.check().unwrap().into_iter().filter(|it| it.is_damage).collect();
    assert!(damage.is_empty(), "{damage:?}");
    let holdings = store.holdings().unwrap();
    let written: u64 = holdings.thinnings.iter().map(|it| it.observations).sum();
    assert_eq!(written, holdings.thinned, "what went is written down, in the same step");
    (holdings.observations.rows, holdings.thinned)
}

/// Puts the database back as it was.
fn put_back(home: &Home, kept: &Path) {
    let database = home.database();
    for beside in ["-wal", "-shm"] {
        let mut name = database.clone().into_os_string();
        name.push(beside);
        let _ = fs::remove_file(name);
    }
    fs::copy(kept, &database).unwrap();
}

/// A small generator of its own (a linear congruence), so that every run of the test draws the same numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_the_next_one_finishes() {
    let home = lived();
    let kept = home.beside("kept.db");
    home.must(&["db", "backup", kept.to_str().unwrap()]);
    let before = told(&home.path());
    let (all, _) = whole(&home.path());
    // How long it takes says only between which moments the dice draw.
    let begun = Instant::now();
    home.must(&THIN);
    let mut takes = u64::try_from(begun.elapsed().as_micros()).unwrap();
    let (left, gone) = whole(&home.path());
    assert!(gone > 1_500 && left + gone == all, "{gone} of {all} went");
    let (mut dice, mut met, mut between) = (Dice(11), 0, 0);
    for round in 0..KILLS {
        put_back(&home, &kept);
        let mut child = home.command(&THIN).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(dice.below(takes)));
        // It may have ended by itself meanwhile: then there is nothing to kill.
        let _ = child.kill();
        let was_met = child.wait().unwrap().code().is_none();
        met += usize::from(was_met);
        // A machine that has become faster or slower meanwhile is followed.
        takes = if was_met { takes + takes / 20 } else { takes - takes / 5 };
        let (now_left, now_gone) = whole(&home.path());
        assert_eq!(now_left + now_gone, all, "round {round}: an observation is neither there nor thinned");
        between += usize::from(now_gone > 0);
        assert!(told(&home.path()) == before, "round {round}: a fact or a state is another");
        if round % 8 == 7 {
            home.must(&THIN);
            assert_eq!(whole(&home.path()), (left, gone), "round {round}: the next one finishes");
        }
    }
    assert!(met * 3 > KILLS, "it had ended before it was killed, most of the time: {met} of {KILLS}");
    assert!(between > 0, "it was never killed after its first step");
    assert!(home.must(&["db", "check"]).out.contains("sound"));
}

/// A shell that runs the program with this home after what it is told, and gives back what it said.
fn in_a_shell(home: &Home, shell: &mut Command, script: &str) -> Told {
    shell.arg(script).env_clear().envs(home.variables()).env("PROGRAM", env!("CARGO_BIN_EXE_rescue")).stdin(Stdio::null());
    Told::of(&shell.output().unwrap())
}

#[test]
fn where_no_file_may_grow_it_says_so_and_loses_nothing() {
    let home = lived();
    let (before, all) = (told(&home.path()), whole(&home.path()));
    // Files may not grow beyond 64 KiB (POSIX counts in 512 bytes): the journal of the first step does not fit.
    let script = "trap '' XFSZ; ulimit -f 128; exec \"$PROGRAM\" db thin --older-than 20d --yes";
    let said = in_a_shell(&home, Command::new("sh").arg("-c"), script);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
    assert!(said.err.contains("could not thin observations") && said.err.lines().count() <= 4, "{said:?}");
    assert_eq!(whole(&home.path()), all, "nothing went");
    assert!(told(&home.path()) == before);
    home.must(&THIN);
    assert!(whole(&home.path()).1 > 1_500, "with room it does what it was asked");
}

#[test]
fn where_the_disk_is_full_it_says_so_and_loses_nothing() {
    let allowed = Command::new("unshare").args(["-rm", "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"]).output();
    if !allowed.is_ok_and(|it| it.status.success()) {
        eprintln!("SKIPPED: this machine lets nobody mount a small disk, so a full one was not tried");
        return;
    }
    let home = lived();
    let (before, all) = (told(&home.path()), whole(&home.path()));
    let bytes: u64 = fs::read_dir(home.path().join("data")).unwrap().map(|it| it.unwrap().metadata().unwrap().len()).sum();
    let disk = home.beside("disk");
    fs::create_dir_all(&disk).unwrap();
    let back = home.beside("back");
    // So much room beside the database: none for a journal, for a journal and no second file, for all of it.
    for (room, code, words) in
        [(96, 1, "free some space and try again; nothing was half written"), (3 * bytes / 2_048, 0, "the file keeps its size")]
    {
        let size = bytes / 1_024 + room;
        let script = format!(
            "mount -t tmpfs -o size={size}k none '{disk}' && cp -R '{home}' '{disk}/rescue' && mkdir '{disk}/tmp'
             RESCUE_HOME='{disk}/rescue' TMPDIR='{disk}/tmp' \"$PROGRAM\" db thin --older-than 20d --yes
             code=$?
             rm -rf '{back}' && cp -R '{disk}/rescue' '{back}' || exit 99
             exit $code",
            disk = disk.display(),
            home = home.path().display(),
            back = back.display(),
        );
        let said = in_a_shell(&home, Command::new("unshare").args(["-rm", "sh", "-c"]), &script);
        assert_eq!(said.code, Some(code), "{room}: {said:?}");
        assert!(said.err.contains(words), "{room}: {said:?}");
        let (left, gone) = whole(&back);
        assert_eq!((left + gone, gone > 0), (all.0, code == 0), "{room}");
        assert!(told(&back) == before, "{room}: a fact or a state is another");
    }
}

#[test]
fn one_app_alone_is_thinned_and_the_database_says_what_it_holds() {
    let home = lived();
    let holds = home.json(&["db", "--json"]);
    assert_eq!(holds["facts"], home.json(&["db", "show", "--json"])["facts"]);
    let looks = 2 * u64::try_from(RUNS).unwrap() * PROBES as u64;
    assert_eq!((holds["apps"].as_u64(), holds["facts"]["outcome"].as_u64()), (Some(2), Some(looks)), "{holds}");
    assert_eq!((holds["observations"]["rows"].as_u64(), holds["thinned"].as_u64()), (Some(looks), Some(0)));
    assert_eq!(holds["path"], home.database().display().to_string());
    let would = &holds["thinning"];
    assert!(
        would["observations"].as_u64() > Some(0) && would["older_than"] == "90d" && would["unread_apps"] == json!([]),
        "{holds}"
    );

    let dry = home.json(&["db", "thin", "--app", "acme", "--older-than", "20d", "--dry-run", "--json"]);
    let both = home.json(&["db", "thin", "--older-than", "20d", "--dry-run", "--json"]);
    let planned = |it: &serde_json::Value| it["thinning"]["observations"].as_u64().unwrap();
    assert_eq!((dry["dry_run"].as_bool(), 2 * planned(&dry)), (Some(true), planned(&both)));
    home.run(&["db", "thin", "--app", "acme", "--older-than", "20d", "--json"]);
    assert_eq!(home.json(&["db", "--json"])["thinned"], 0, "nothing without --yes");
    let done = home.json(&["db", "thin", "--app", "acme", "--older-than", "20d", "--yes", "--json"]);
    assert_eq!(done["done"]["observations"].as_u64(), Some(planned(&dry)), "{done}");
    assert!(done["done"]["file_bytes_after"].as_u64() < done["done"]["file_bytes_before"].as_u64(), "{done}");

    let store = store(&home.path(), SetClock::at(SystemClock.now()));
    for app in store.apps().unwrap() {
        let seen: BTreeSet<_> = store.thinned(app.id).unwrap().into_keys().collect();
        assert_eq!(seen.is_empty(), app.name.as_str() == "shop", "{}: {}", app.name, seen.len());
    }
    drop(store);
    let holds = home.json(&["db", "--json"]);
    assert_eq!((holds["thinned"].as_u64(), holds["facts"]["outcome"].as_u64()), (Some(planned(&dry)), Some(looks)));
    let row = &holds["thinnings"][0];
    assert_eq!((row["rule"].as_str(), row["observations"].as_u64()), (Some("older than 20d"), Some(planned(&dry))), "{row}");
    home.run(&["db", "thin", "--app", "nobody", "--yes"]).refused(2, &["nobody"]);
    home.run(&["db", "thin", "--older-than", "soon"]).refused(2, &["soon"]);
}

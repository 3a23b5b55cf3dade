//! The timer's own way, on the real program: what `rescue schedule` writes, whether the machine takes it, and that a run
//! in its bare environment leaves its record. A stand-in answers for crontab(1); nothing of the tester's is touched.

mod runner;
mod stopped;

use crate::program::{Home, Told, checkout};
use rescue::clock::SetClock;
use rescue::config::Paths;
use rescue::store::{Holder, Schedule, ScheduledHow, Store};
use rstest::rstest;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// As crontab(1) does.
const CRONTAB: &str = "#!/bin/sh
case \"$1\" in
-l) if [ -f \"$0.table\" ]; then cat \"$0.table\"; else echo 'no crontab for tester' >&2; exit 1; fi ;;
-) cat >\"$0.table\" ;;
*) exit 2 ;;
esac
";

/// Whether a program of the machine is there. It must be where `RESCUE_REQUIRE_SCHEDULE` is set, as in CI.
pub fn has(program: &str) -> bool {
    let told = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = told.is_ok_and(|it| it.success());
    let environment = rescue::config::Environment::of_process();
    assert!(is_there || environment.get("RESCUE_REQUIRE_SCHEDULE").is_none(), "{program} is required here and missing");
    if !is_there {
        eprintln!("SKIPPED: {program} is not installed, so what it would say was not checked");
    }
    is_there
}

/// The program under its own name in a directory that is found first.
pub fn in_path(home: Home, directory: &Path) -> Home {
    fs::create_dir_all(directory).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_rescue"), directory.join("rescue")).unwrap();
    let path = format!("{}:{}", directory.display(), home.variables()["PATH"]);
    fs::create_dir_all(home.beside("user")).unwrap();
    home.with("PATH", &path)
}

fn put_crontab(bin: &Path) {
    fs::write(bin.join("crontab"), CRONTAB).unwrap();
    fs::set_permissions(bin.join("crontab"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// A home whose paths hold what formats care about, with a crontab and an app that has a checkout.
fn hostile() -> (Home, PathBuf) {
    let home = Home::new();
    let rescue_home = home.beside("100% 'mine' \\ \"é\" $HOME");
    let bin = home.beside("bin with 5% ' &");
    let home = in_path(home.with("RESCUE_HOME", rescue_home.to_str().unwrap()), &bin);
    put_crontab(&bin);
    let tree = home.beside("tree");
    checkout(&tree, &[("package.json", "{}\n")]);
    home.must(&["app", "add", "mine", "--repo", tree.to_str().unwrap()]);
    (home, bin.join("crontab.table"))
}

#[test]
fn the_crontabs_line_runs_in_an_empty_environment_and_leaves_its_record() {
    let (home, table) = hostile();
    fs::write(&table, "# mine\n1 2 * * * true\n").unwrap();
    home.must(&["schedule", "install", "--kind", "cron", "--at", "06:45", "--yes"]);
    let text = fs::read_to_string(&table).unwrap();
    assert!(text.starts_with("# mine\n1 2 * * * true\n# rescue-schedule-"), "{text}");
    let line = text.lines().find(|it| it.contains("--scheduled")).unwrap();
    // What cron makes of it: five fields, and `\%` is `%`.
    let command = line.splitn(6, ' ').nth(5).unwrap().replace("\\%", "%");
    let told = Command::new("env").args(["-i", "/bin/sh", "-c", &command]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(told.status.code(), Some(3), "an item fails: {told:?}");
    assert_eq!((told.stdout.as_slice(), told.stderr.as_slice()), (&b""[..], &b""[..]), "all of it is in the file");
    let status = home.json(&["schedule", "status", "--json"]);
    let last = &status["last"];
    assert_eq!((&last["how"], &last["code"], &last["apps"]), (&"finished".into(), &3.into(), &1.into()), "{status}");
    assert_eq!((&status["overdue"], &status["says"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(status["installed"]["kind"], "cron");
    assert!(home.json(&["status", "mine", "--json"])["last_run"].is_object(), "the app has its run");
    let said = fs::read_to_string(Path::new(&home.variables()["RESCUE_HOME"]).join("data/scheduled.txt")).unwrap();
    assert!(said.contains("mine: Ready to go live? NO") && said.contains("[1/1] mine: "), "{said}");
    // A week later nothing is left of it but what was there before.
    home.must(&["schedule", "remove"]);
    assert_eq!(fs::read_to_string(&table).unwrap(), "# mine\n1 2 * * * true\n");
    let told = home.must(&["schedule", "status"]);
    assert!(told.out.starts_with("no schedule\n") && told.out.contains("rescue schedule install"), "{told:?}");
}

#[test]
fn it_is_shown_first_written_only_when_told_to_and_only_once() {
    let (home, _) = hostile();
    let folder = home.beside("user/.config/systemd/user");
    let told = home.must(&["schedule", "install", "--kind", "systemd", "--dry-run"]);
    assert!(told.out.contains("OnCalendar=*-*-* 07:30:00") && told.out.contains("nothing was written"), "{told:?}");
    let told = home.run(&["schedule", "install", "--kind", "systemd"]);
    assert_eq!(told.code, Some(2));
    assert!(told.err.contains("Add --yes") && told.out.contains("[Timer]"), "{told:?}");
    assert!(!folder.exists());
    let told = home.must(&["schedule", "install", "--kind", "systemd", "--yes"]);
    assert!(told.out.contains("systemctl --user enable --now"), "no manager answers here: {told:?}");
    let first = home.json(&["schedule", "status", "--json"]);
    assert_eq!(first["parts"].as_array().unwrap().len(), 2);
    // Nothing is asked where nothing would change.
    let told = home.must(&["schedule", "install", "--kind", "systemd", "--json"]).json();
    assert_eq!((&told["changed"], told["pieces"].as_array().unwrap().len()), (&false.into(), 2));
    assert_eq!(home.json(&["schedule", "status", "--json"])["installed"], first["installed"], "since when stays");
    let told = home.run(&["schedule", "install", "--kind", "cron", "--yes"]);
    assert!(told.code == Some(1) && told.err.contains("a systemd user timer is installed already"), "{told:?}");
    home.must(&["schedule", "remove"]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    assert!(home.must(&["schedule", "remove"]).out.contains("no schedule was installed"));
}

/// What systemd's own check says of the units that were installed in a home.
fn verify(home: &Home) -> Told {
    let mut units: Vec<PathBuf> = unit_files(home);
    units.sort();
    assert_eq!(units.len(), 2);
    let runtime = home.beside("runtime");
    fs::create_dir_all(&runtime).unwrap();
    let mut command = Command::new("systemd-analyze");
    command.args(["--user", "verify"]).args(&units).env_clear().envs(home.variables()).env("XDG_RUNTIME_DIR", runtime);
    Told::of(&command.output().unwrap())
}

fn unit_files(home: &Home) -> Vec<PathBuf> {
    fs::read_dir(home.beside("user/.config/systemd/user")).unwrap().map(|it| it.unwrap().path()).collect()
}

#[rstest]
#[case::plain("bin", false)]
#[case::found_by_systemd("bin 5%h é $USER", false)]
#[case::through_the_shell("bin \\x41 'q' \"é\" 5%", true)]
fn systemd_takes_the_units_whatever_their_paths_hold(#[case] name: &str, #[case] through_shell: bool) {
    if !has("systemd-analyze") {
        return;
    }
    let home = Home::new();
    let rescue_home = home.beside("100% 'mine' \\ \"é\" $HOME");
    let bin = home.beside(name);
    let home = in_path(home.with("RESCUE_HOME", rescue_home.to_str().unwrap()), &bin);
    home.must(&["schedule", "install", "--kind", "systemd", "--yes"]);
    let told = verify(&home);
    assert!(told.code == Some(0) && !told.err.contains("rescue-schedule"), "{told:?}");
    // The check can fail: it looks for the program at the path that is meant, and reads every line.
    if !through_shell {
        fs::remove_file(bin.join("rescue")).unwrap();
        let told = verify(&home);
        assert!(told.code != Some(0) && told.err.contains("is not executable"), "{told:?}");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_rescue"), bin.join("rescue")).unwrap();
    }
    let timer = unit_files(&home).into_iter().find(|it| it.extension().is_some_and(|it| it == "timer")).unwrap();
    fs::write(&timer, fs::read_to_string(&timer).unwrap().replace("07:30:00", "half past seven")).unwrap();
    let told = verify(&home);
    assert!(told.code != Some(0) && told.err.contains("half past seven"), "{told:?}");
}

#[test]
fn a_credential_that_only_this_shell_has_is_said_to_be_missing() {
    let token = "t".repeat(30);
    let home = Home::new().with("RESCUE_GITHUB_URL", "http://127.0.0.1:9/").with("GITHUB_TOKEN", &token);
    let bin = home.beside("bin");
    let home = in_path(home, &bin);
    fs::create_dir_all(home.path().join("config")).unwrap();
    let config = format!("[token_command]\nvercel = \"echo {token}\"\nsupabase = \"printenv ONLY_HERE\"\n");
    fs::write(home.path().join("config/config.toml"), config).unwrap();
    home.must(&["app", "add", "acme", "--repo", "acme/shop", "--vercel", "prj_acme", "--supabase", "abcdefghijklmnopqrst"]);
    let home = home.with("ONLY_HERE", &token);
    let told = home.must(&["schedule", "install", "--kind", "systemd", "--dry-run", "--json"]);
    assert!(!told.out.contains(&token) && !told.err.contains(&token), "no value is told");
    let document = told.json();
    let rows = document["credentials"].as_array().unwrap();
    let of = |system: &str| rows.iter().find(|it| it["system"] == system).unwrap_or_else(|| panic!("no {system}: {document}"));
    assert_eq!((&of("github")["verdict"], &of("github")["here"]), (&"missing".into(), &"GITHUB_TOKEN".into()));
    // The keyring is switched off here, so it is not advised.
    let next = of("github")["next"].as_str().unwrap();
    assert!(next.contains("token_command.github") && !next.contains("auth set"), "{next}");
    assert_eq!((&of("supabase")["verdict"], &of("supabase")["here"]), (&"missing".into(), &"token_command".into()));
    assert!(of("supabase")["next"].as_str().unwrap().contains("whole paths in token_command"));
    assert_eq!((&of("vercel")["verdict"], &of("vercel")["there"]), (&"found".into(), &"token_command".into()));
    assert_eq!(document["variables"]["RESCUE_GITHUB_URL"], "http://127.0.0.1:9/");
    assert!(document["variables"].get("GITHUB_TOKEN").is_none());
    let told = home.must(&["schedule", "install", "--kind", "systemd", "--dry-run"]);
    assert!(told.out.contains("MISSING there; here it comes from GITHUB_TOKEN"), "{told:?}");
}

#[test]
fn a_way_to_tell_somebody_that_only_this_shell_has_is_said_to_be_missing() {
    let address = ["https://hooks.example.com", &"h".repeat(20)].join("/");
    let home =
        Home::with_app("acme").with("RESCUE_TELL_WEBHOOK", &address).with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let bin = home.beside("bin");
    let home = in_path(home, &bin);
    put_crontab(&bin);
    fs::create_dir_all(home.path().join("config")).unwrap();
    let config = "[tell]\ndesktop = true\nwebhook = {}\n[tell.mail]\nhost = \"127.0.0.1\"\ntls = \"none\"\nuser = \"sam\"\n\
        from = \"rescue@example.com\"\nto = \"ana@example.com\"\npassword_command = \"echo printed\"\n";
    fs::write(home.path().join("config/config.toml"), config).unwrap();
    let told = home.must(&["schedule", "install", "--kind", "cron", "--dry-run", "--json"]);
    assert!(!told.out.contains(&address) && !told.out.contains("printed\""), "no value is told");
    let document = told.json();
    let rows = document["telling"].as_array().unwrap();
    let of =
        |channel: &str| rows.iter().find(|it| it["channel"] == channel).unwrap_or_else(|| panic!("no {channel}: {document}"));
    assert_eq!((&of("webhook")["verdict"], &of("webhook")["here"]), (&"missing".into(), &"RESCUE_TELL_WEBHOOK".into()));
    assert!(of("webhook")["next"].as_str().unwrap().contains("address_command in [tell.webhook]"));
    assert_eq!((&of("mail")["verdict"], &of("mail")["there"]), (&"found".into(), &"its command".into()));
    if !cfg!(target_os = "macos") {
        assert_eq!(of("desktop")["verdict"], "missing");
        assert!(of("desktop")["next"].as_str().unwrap().contains("a line of cron reaches no desktop"));
    }
    let told = home.must(&["schedule", "install", "--kind", "cron", "--dry-run"]);
    assert!(told.out.contains("tell webhook MISSING there; here it comes from RESCUE_TELL_WEBHOOK (acme)"), "{told:?}");
    // What is found in both is said to be.
    let config = config.replace("webhook = {}", "webhook = { address_command = \"echo https://hooks.example.com/\" }");
    fs::write(home.path().join("config/config.toml"), config).unwrap();
    let home = home.with("RESCUE_TELL_WEBHOOK", "");
    let told = home.must(&["schedule", "install", "--kind", "cron", "--dry-run"]);
    assert!(told.out.contains("tell webhook found there, from its command (acme)"), "{told:?}");
}

#[test]
fn a_crontab_that_cannot_be_read_is_said_not_to_be_seen_and_stops_nothing_else() {
    let (home, table) = hostile();
    let program = table.with_extension("");
    let refuse = || fs::write(&program, "#!/bin/sh\necho 'you are not allowed to use this program' >&2\nexit 1\n").unwrap();
    home.must(&["schedule", "install", "--kind", "cron", "--yes"]);
    refuse();
    // The line may be there still, and nobody says otherwise.
    let status = home.json(&["schedule", "status", "--json"]);
    assert!(status["says"].as_str().unwrap().contains("was not seen: you are not allowed"), "{status}");
    let told = home.run(&["schedule", "remove"]);
    assert!(told.code == Some(1) && told.err.contains("your crontab cannot be read"), "{told:?}");
    assert_eq!(home.json(&["schedule", "status", "--json"])["installed"]["kind"], "cron", "it is still waited for");
    fs::write(&program, CRONTAB).unwrap();
    home.must(&["schedule", "remove"]);
    refuse();
    let told = home.must(&["schedule", "install", "--kind", "systemd", "--yes"]);
    assert!(told.out.contains("crontab not seen: you are not allowed"), "{told:?}");
    let told = home.must(&["schedule", "status"]);
    assert!(told.out.contains("crontab not seen") && told.out.contains("rescue-schedule"), "{told:?}");
    let log = Path::new(&home.variables()["RESCUE_HOME"]).join("data/scheduled.txt");
    fs::write(&log, "[1/1] mine: 3 probes decided\n").unwrap();
    let told = home.must(&["schedule", "remove"]);
    assert!(told.out.contains("removed ") && told.out.contains("crontab not seen"), "{told:?}");
    assert!(!log.exists(), "what the last run said goes with the schedule");
}

#[test]
fn a_run_that_is_killed_shows_as_killed() {
    // Somebody who takes the question and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", silent.local_addr().unwrap());
    let home = Home::new().with("RESCUE_GITHUB_URL", &address).with("RESCUE_ACME_GITHUB_TOKEN", &"t".repeat(30));
    home.must(&["app", "add", "acme", "--repo", "acme/shop"]);
    let mut running = home.command(&["probe", "--due", "--scheduled"]).spawn().unwrap();
    let (mut asked, _) = silent.accept().unwrap();
    asked.read_exact(&mut [0]).unwrap();
    let status = home.json(&["schedule", "status", "--json"]);
    assert_eq!((&status["last"]["how"], &status["installed"]), (&"running".into(), &serde_json::Value::Null), "{status}");
    running.kill().unwrap();
    running.wait().unwrap();
    let status = home.json(&["schedule", "status", "--json"]);
    assert_eq!((&status["last"]["how"], &status["last"]["ended"]), (&"crashed".into(), &serde_json::Value::Null), "{status}");
    let told = home.must(&["schedule", "status"]);
    assert!(told.out.contains("killed before it ended"), "{told:?}");
}

#[test]
fn a_run_that_could_not_be_made_says_why() {
    let home = Home::with_app("acme");
    let told = home.run(&["probe", "acme", "--only", "nothing.like-it", "--scheduled"]);
    assert_eq!(told.code, Some(2), "{told:?}");
    let last = home.json(&["schedule", "status", "--json"])["last"].clone();
    assert_eq!((&last["how"], &last["code"], &last["apps"]), (&"failed".into(), &2.into(), &0.into()), "{last}");
    assert!(!last["says"].as_str().unwrap().is_empty());
}

#[test]
fn a_schedule_that_does_not_run_is_said_to_be_overdue_with_the_next_step() {
    let home = Home::with_app("acme");
    let now: chrono::DateTime<chrono::Utc> = {
        use rescue::clock::Clock as _;
        rescue::clock::SystemClock.now()
    };
    let clock = SetClock::at(now - chrono::TimeDelta::days(20));
    let store = Store::open(&Paths::in_home(&home.path()), clock.clone(), "0.1.0").unwrap();
    let place = home.beside("user/.config/systemd/user/gone.timer").display().to_string();
    let schedule = Schedule {
        kind: "systemd".to_owned(),
        place,
        at: "07:30".to_owned(),
        every_hours: 24,
        installed: now - chrono::TimeDelta::days(20),
    };
    store.put_schedule(Some(&schedule)).unwrap();
    clock.set(now - chrono::TimeDelta::days(9));
    let id = store.begin_scheduled(&Holder::of_process()).unwrap();
    store.end_scheduled(id, ScheduledHow::Finished, 0, "nothing fails").unwrap();
    drop(store);
    let status = home.json(&["schedule", "status", "--json"]);
    assert_eq!(status["overdue"], true);
    let says = status["says"].as_str().unwrap();
    assert!(says.starts_with("last scheduled run is 9 days old; the timer is gone from "), "{says}");
    let told = home.must(&["schedule", "status"]);
    assert!(told.out.contains("rescue schedule remove"), "{told:?}");
    home.must(&["schedule", "remove"]);
    assert_eq!(home.json(&["schedule", "status", "--json"])["overdue"], false, "it is waited for no more");
}

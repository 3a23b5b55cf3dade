//! Installing and taking out on machines with systemd, with cron, with launchd and with nothing: with stand-ins that
//! behave as the real programs do, and write down what they were asked.

use super::{Bench, put_program};
use crate::schedule::install::apply::{self, Done};
use crate::schedule::install::carried::{bare, carried};
use crate::schedule::install::place::{self, Found, Place};
use crate::schedule::install::{Kind, Platform, cron};
use crate::trouble::Trouble;
use proptest::prelude::*;
use rstest::rstest;
use std::fs;

/// As crontab(1) does: `-l` fails with a message when there is none, `-` reads a whole table.
const CRONTAB: &str = "#!/bin/sh
case \"$1\" in
-l) if [ -f \"$0.table\" ]; then cat \"$0.table\"; else echo 'no crontab for tester' >&2; exit 1; fi ;;
-) cat >\"$0.new\" && mv \"$0.new\" \"$0.table\" ;;
*) exit 2 ;;
esac
";
/// Writes down what it is asked; a timer is on once it was enabled, and off once it was disabled.
const SYSTEMCTL: &str = "#!/bin/sh
echo \"$*\" >>\"$0.asked\"
case \"$2\" in
enable) touch \"$0.on\" ;;
disable) rm -f \"$0.on\" ;;
is-*) [ -f \"$0.on\" ] ;;
esac
";
const LAUNCHCTL: &str = "#!/bin/sh
echo \"$*\" >>\"$0.asked\"
case \"$1\" in
bootstrap) touch \"$0.on\" ;;
bootout) rm \"$0.on\" ;;
print) [ -f \"$0.on\" ] ;;
esac
";
const REFUSES: &str = "#!/bin/sh\necho 'it does not want to' >&2\nexit 1\n";

const NAME: &str = "rescue-schedule";

fn install(bench: &Bench, kind: Kind, at: &str, over_edits: bool) -> Result<Done, Trouble> {
    let job = bench.job_of(&bench.at("bin/rescue"), at, bench.job().variables);
    let pieces = place::pieces(kind, &bench.machine, &job)?;
    apply::install(kind, &bench.machine, NAME, &pieces, over_edits)
}

#[rstest]
#[case(Platform::MacOs, &["crontab"], false, Some(Kind::Launchd))]
#[case(Platform::Linux, &["systemctl", "crontab"], true, Some(Kind::Systemd))]
#[case(Platform::Linux, &["systemctl", "crontab"], false, Some(Kind::Cron))]
#[case(Platform::Linux, &["systemctl"], false, Some(Kind::Systemd))]
#[case(Platform::Linux, &["crontab"], true, Some(Kind::Cron))]
#[case(Platform::Linux, &[], false, None)]
#[case(Platform::Other, &["crontab"], false, None)]
fn the_kind_that_the_machine_has(
    #[case] platform: Platform,
    #[case] programs: &[&str],
    #[case] manager: bool,
    #[case] wanted: Option<Kind>,
) {
    let programs: Vec<(&str, &str)> = programs.iter().map(|name| (*name, "#!/bin/sh\n")).collect();
    let bench = Bench::new(platform, &programs);
    let bench = if manager { bench.with_manager() } else { bench };
    assert_eq!(bench.machine.kind(None).ok(), wanted);
    let asked = Some(Kind::Cron).filter(|_| platform != Platform::Other);
    assert_eq!(bench.machine.kind(Some(Kind::Cron)).ok(), asked, "what was asked for");
}

#[test]
fn without_a_manager_the_units_are_written_and_the_rest_is_said() {
    let bench = Bench::new(Platform::Linux, &[]);
    let done = install(&bench, Kind::Systemd, "07:30", false).unwrap();
    let folder = bench.at("home/.config/systemd/user");
    let timer = fs::read_to_string(folder.join("rescue-schedule.timer")).unwrap();
    assert!(timer.contains("OnCalendar=*-*-* 07:30:00") && timer.contains("Persistent=true"), "{timer}");
    let orders = &done.by_hand.as_ref().unwrap().1;
    assert_eq!(orders, &["systemctl --user daemon-reload", "systemctl --user enable --now rescue-schedule.timer"]);
    assert!(done.changed && done.said.iter().all(|it| it.starts_with("wrote ")), "{done:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.join("rescue-schedule.service")).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o644);
    }
    assert!(!install(&bench, Kind::Systemd, "07:30", false).unwrap().changed, "the second time nothing is written");
    // Another time replaces what is ours and unedited, and says so.
    let done = install(&bench, Kind::Systemd, "08:15", false).unwrap();
    assert_eq!(done.said, [format!("replaced {}", folder.join("rescue-schedule.timer").display())]);
    let done = apply::remove(&bench.machine, NAME, false).unwrap();
    assert_eq!((done.changed, done.said.len()), (true, 2));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    assert!(!apply::remove(&bench.machine, NAME, false).unwrap().changed);
}

#[test]
fn with_a_manager_it_is_switched_on_once_and_off_before_it_is_taken_out() {
    let bench = Bench::new(Platform::Linux, &[("systemctl", SYSTEMCTL)]).with_manager();
    let asked = || {
        let path = bench.at("bin/systemctl.asked");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        text
    };
    let done = install(&bench, Kind::Systemd, "07:30", false).unwrap();
    assert_eq!((done.said.last().unwrap().as_str(), &done.by_hand), ("switched rescue-schedule.timer on", &None));
    assert!(asked().ends_with("--user daemon-reload\n--user enable --now rescue-schedule.timer\n"));
    let done = install(&bench, Kind::Systemd, "07:30", false).unwrap();
    assert_eq!((done.changed, done.said.as_slice()), (false, &["it was installed already: nothing changed".to_owned()][..]));
    assert!(!asked().contains("enable --now"));
    // Somebody switched it off: installing again switches it on.
    fs::remove_file(bench.at("bin/systemctl.on")).unwrap();
    assert!(install(&bench, Kind::Systemd, "07:30", false).unwrap().changed);
    asked();
    apply::remove(&bench.machine, NAME, false).unwrap();
    assert_eq!(asked(), "--user disable --now rescue-schedule.timer\n--user daemon-reload\n");
}

#[test]
fn a_manager_that_refuses_is_quoted_and_the_orders_are_given_by_hand() {
    let bench = Bench::new(Platform::Linux, &[("systemctl", REFUSES)]).with_manager();
    let done = install(&bench, Kind::Systemd, "07:30", false).unwrap();
    assert!(done.said.iter().any(|it| it.contains("it does not want to")), "{done:?}");
    assert_eq!(done.by_hand.unwrap().1.len(), 2);
}

#[test]
fn a_link_by_which_it_was_switched_on_goes_with_it() {
    let bench = Bench::new(Platform::Linux, &[]);
    install(&bench, Kind::Systemd, "07:30", false).unwrap();
    let folder = bench.at("home/.config/systemd/user");
    fs::create_dir(folder.join("timers.target.wants")).unwrap();
    let link = folder.join("timers.target.wants/rescue-schedule.timer");
    std::os::unix::fs::symlink(folder.join("rescue-schedule.timer"), &link).unwrap();
    apply::remove(&bench.machine, NAME, false).unwrap();
    assert!(link.symlink_metadata().is_err());
}

#[test]
fn what_was_edited_or_is_not_ours_is_left_alone() {
    let bench = Bench::new(Platform::Linux, &[]);
    install(&bench, Kind::Systemd, "07:30", false).unwrap();
    let timer = bench.at("home/.config/systemd/user/rescue-schedule.timer");
    let edited = fs::read_to_string(&timer).unwrap().replace("07:30", "04:04");
    fs::write(&timer, &edited).unwrap();
    let trouble = install(&bench, Kind::Systemd, "07:30", false).unwrap_err();
    assert!(trouble.why.unwrap().as_str().contains("edited"));
    assert!(apply::remove(&bench.machine, NAME, false).is_err());
    assert_eq!(fs::read_to_string(&timer).unwrap(), edited);
    assert!(install(&bench, Kind::Systemd, "07:30", true).unwrap().changed);
    assert!(fs::read_to_string(&timer).unwrap().contains("07:30"));
    // A stranger's unit of that name.
    fs::write(&timer, "[Timer]\nOnCalendar=hourly\n").unwrap();
    for over_edits in [false, true] {
        let trouble = install(&bench, Kind::Systemd, "07:30", over_edits).unwrap_err();
        assert!(trouble.why.unwrap().as_str().contains("rescue did not write it"));
        let done = apply::remove(&bench.machine, NAME, over_edits).unwrap();
        assert!(done.said.iter().any(|it| it.starts_with("left ")), "{done:?}");
    }
    assert_eq!(fs::read_to_string(&timer).unwrap(), "[Timer]\nOnCalendar=hourly\n");
}

#[test]
fn a_link_is_not_written_through() {
    let bench = Bench::new(Platform::Linux, &[]);
    let elsewhere = bench.at("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::create_dir_all(bench.at("home/.config")).unwrap();
    // A directory that leads out of the home.
    std::os::unix::fs::symlink(&elsewhere, bench.at("home/.config/systemd")).unwrap();
    let trouble = install(&bench, Kind::Systemd, "07:30", false).unwrap_err();
    assert!(trouble.why.unwrap().as_str().contains("leads out of"));
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    // One that stays in it is the user's own order.
    fs::remove_file(bench.at("home/.config/systemd")).unwrap();
    fs::create_dir_all(bench.at("home/dots/user")).unwrap();
    std::os::unix::fs::symlink(bench.at("home/dots"), bench.at("home/.config/systemd")).unwrap();
    install(&bench, Kind::Systemd, "07:30", false).unwrap();
    // A file that is a link is nobody's to replace.
    let timer = bench.at("home/dots/user/rescue-schedule.timer");
    fs::rename(&timer, bench.at("elsewhere/timer")).unwrap();
    std::os::unix::fs::symlink(bench.at("elsewhere/timer"), &timer).unwrap();
    assert!(install(&bench, Kind::Systemd, "09:00", true).unwrap_err().why.unwrap().as_str().contains("it is a link"));
    assert!(fs::read_to_string(bench.at("elsewhere/timer")).unwrap().contains("07:30"));
}

#[test]
fn two_kinds_are_never_installed_side_by_side() {
    let bench = Bench::new(Platform::Linux, &[("crontab", CRONTAB)]);
    install(&bench, Kind::Systemd, "07:30", false).unwrap();
    let trouble = install(&bench, Kind::Cron, "07:30", false).unwrap_err();
    assert_eq!(trouble.what, "a systemd user timer is installed already");
    apply::remove(&bench.machine, NAME, false).unwrap();
    install(&bench, Kind::Cron, "07:30", false).unwrap();
    assert!(install(&bench, Kind::Systemd, "07:30", false).is_err());
}

#[test]
fn foreign_lines_of_a_crontab_stay_byte_for_byte() {
    let bench = Bench::new(Platform::Linux, &[("crontab", CRONTAB)]);
    let table = bench.at("bin/crontab.table");
    let foreign = b"# mine\n\nMAILTO=ana@example.com\n5 4 * * * echo 100\\% \xff\xfe # rescue\n\t@daily true  \n".to_vec();
    fs::write(&table, &foreign).unwrap();
    let done = install(&bench, Kind::Cron, "07:30", false).unwrap();
    assert!(done.changed && done.by_hand.is_none());
    let with = fs::read(&table).unwrap();
    assert!(with.starts_with(&foreign) && with.len() > foreign.len());
    assert!(!install(&bench, Kind::Cron, "07:30", false).unwrap().changed);
    install(&bench, Kind::Cron, "09:30", false).unwrap();
    assert!(fs::read(&table).unwrap().starts_with(&foreign));
    let done = apply::remove(&bench.machine, NAME, false).unwrap();
    assert!(done.said[0].contains("every other line is as it was"));
    assert_eq!(fs::read(&table).unwrap(), foreign);
}

#[test]
fn an_edited_line_of_ours_is_not_written_over_and_a_torn_one_is_nobodys() {
    let bench = Bench::new(Platform::Linux, &[("crontab", CRONTAB)]);
    let table = bench.at("bin/crontab.table");
    install(&bench, Kind::Cron, "07:30", false).unwrap();
    let edited = fs::read_to_string(&table).unwrap().replace("nice -n 10", "nice -n 19");
    fs::write(&table, &edited).unwrap();
    assert!(matches!(place::look(&Place::Crontab, &bench.machine, NAME).unwrap(), Found::Edited(_)));
    assert!(install(&bench, Kind::Cron, "08:30", false).is_err());
    assert!(apply::remove(&bench.machine, NAME, false).is_err());
    assert_eq!(fs::read_to_string(&table).unwrap(), edited);
    assert!(apply::remove(&bench.machine, NAME, true).unwrap().changed);
    assert_eq!(fs::read_to_string(&table).unwrap(), "");
    let torn = edited.replace("# rescue-schedule end\n", "");
    fs::write(&table, &torn).unwrap();
    assert!(install(&bench, Kind::Cron, "08:30", true).unwrap_err().what.as_str().contains("lost their end"));
    assert_eq!(fs::read_to_string(&table).unwrap(), torn);
}

#[rstest]
#[case::refuses_to_read("#!/bin/sh\necho 'you are not allowed to use this program' >&2\nexit 1\n", "not allowed")]
#[case::says_nothing("#!/bin/sh\nexit 1\n", "exit code 1")]
#[case::reads_and_does_not_write(
    "#!/bin/sh\n[ \"$1\" = -l ] && exit 0\ncat >/dev/null\necho 'bad minute' >&2\nexit 1\n",
    "bad minute"
)]
#[case::says_it_wrote_and_did_not("#!/bin/sh\n[ \"$1\" = -l ] || cat >/dev/null\nexit 0\n", "does not say now what was written")]
fn a_crontab_that_is_not_obeyed_is_told(#[case] script: &str, #[case] why: &str) {
    let bench = Bench::new(Platform::Linux, &[("crontab", script)]);
    let trouble = install(&bench, Kind::Cron, "07:30", false).unwrap_err();
    assert!(trouble.why.clone().unwrap().as_str().contains(why), "{trouble}");
}

/// As cron does for somebody whom `cron.deny` names.
const DENIED: &str = "#!/bin/sh\necho 'You (tester) are not allowed to use this program (crontab)' >&2\nexit 1\n";

#[test]
fn a_crontab_that_cannot_be_read_keeps_no_other_timer_from_its_work() {
    let bench = Bench::new(Platform::Linux, &[("crontab", DENIED)]);
    let done = install(&bench, Kind::Systemd, "07:30", false).unwrap();
    assert!(done.changed && done.unseen.unwrap().as_str().contains("not allowed"));
    let again = install(&bench, Kind::Systemd, "07:30", false).unwrap();
    assert!(!again.changed && again.unseen.is_some());
    let done = apply::remove(&bench.machine, NAME, false).unwrap();
    assert_eq!((done.changed, done.said.len()), (true, 2));
    assert!(done.unseen.unwrap().as_str().contains("not allowed"), "nobody says that no line is there");
}

#[test]
fn busybox_s_words_for_no_crontab_are_known() {
    let none = "#!/bin/sh\ncase \"$1\" in\n-l) if [ -f \"$0.table\" ]; then cat \"$0.table\"; else \
        echo \"crontab: can't open 'tester': No such file or directory\" >&2; exit 1; fi ;;\n-) cat >\"$0.table\" ;;\nesac\n";
    let bench = Bench::new(Platform::Linux, &[("crontab", none)]);
    assert!(install(&bench, Kind::Cron, "07:30", false).unwrap().changed);
    assert!(fs::read_to_string(bench.at("bin/crontab.table")).unwrap().contains("--scheduled"));
    // Another file that cannot be opened is not a crontab that is not there.
    let shut = none.replace("No such file or directory", "Permission denied");
    let bench = Bench::new(Platform::Linux, &[("crontab", &shut)]);
    assert!(install(&bench, Kind::Cron, "07:30", false).is_err());
}

proptest! {
    #[test]
    fn what_is_put_into_a_table_is_taken_out_again(
        lines in prop::collection::vec(prop::collection::vec(any::<u8>().prop_filter("one line", |it| *it != b'\n'), 0..30), 0..6),
        at in 0_usize..6,
    ) {
        let foreign: Vec<u8> = lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect();
        prop_assume!(!String::from_utf8_lossy(&foreign).contains("# rescue-schedule "));
        let block = cron::block(&Bench::new(Platform::Linux, &[]).job()).unwrap();
        let with = cron::with(&foreign, NAME, &block).unwrap();
        prop_assert_eq!(cron::without(&with, NAME).unwrap(), foreign.clone());
        prop_assert_eq!(cron::with(&with, NAME, &block).unwrap(), with.clone());
        // Wherever the person moved our lines to, they are found there, and another home's lines are not ours.
        let (before, after) = lines.split_at(at.min(lines.len()));
        let joined = |lines: &[Vec<u8>]| lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect::<Vec<u8>>();
        let moved = [joined(before), block.clone().into_bytes(), joined(after)].concat();
        prop_assert_eq!(cron::without(&moved, NAME).unwrap(), foreign);
        prop_assert_eq!(cron::parts(&moved, "rescue-schedule-0a1b2c3d").unwrap(), None);
    }
}

#[test]
fn launchd_is_told_to_load_it_and_to_let_it_go() {
    let bench = Bench::new(Platform::MacOs, &[("launchctl", LAUNCHCTL), ("id", "#!/bin/sh\necho 501\n")]);
    let plist = bench.at("home/Library/LaunchAgents/rescue-schedule.plist");
    let done = install(&bench, Kind::Launchd, "07:30", false).unwrap();
    assert!(done.changed && done.by_hand.is_none() && plist.is_file(), "{done:?}");
    assert!(!install(&bench, Kind::Launchd, "07:30", false).unwrap().changed);
    // What is loaded is the earlier text: it is let go before the new one is loaded.
    install(&bench, Kind::Launchd, "08:30", false).unwrap();
    let asked = fs::read_to_string(bench.at("bin/launchctl.asked")).unwrap();
    let orders: Vec<&str> = asked.lines().filter(|it| !it.starts_with("print")).collect();
    let load = format!("bootstrap gui/501 {}", plist.display());
    assert_eq!(orders, [load.as_str(), "bootout gui/501/rescue-schedule", &load]);
    apply::remove(&bench.machine, NAME, false).unwrap();
    assert!(!plist.exists() && !bench.at("bin/launchctl.on").exists());
    let without = Bench::new(Platform::MacOs, &[]);
    assert!(install(&without, Kind::Launchd, "07:30", false).unwrap().by_hand.unwrap().1[0].contains("launchctl bootstrap"));
}

#[test]
fn a_run_is_given_what_it_needs_and_no_credential() {
    let mut bench = Bench::new(Platform::Linux, &[]);
    let (home, bin) = (bench.at("home"), bench.at("bin"));
    let password = format!("http://ana:{}@proxy.example.com", "p".repeat(9));
    let mut environment = bench.machine.environment.clone();
    for (name, value) in [
        ("RESCUE_HOME", "somewhere"),
        ("PATH", &format!("relative::/nowhere/at/all:{}:{0}", bin.display())),
        ("GITHUB_TOKEN", "t0ken"),
        ("RESCUE_ACME_GITHUB_TOKEN", "t0ken"),
        ("RESCUE_GITHUB_URL", "https://git.example.com/api/v3"),
        ("HTTPS_PROXY", password.as_str()),
        ("HTTP_PROXY", "http://proxy.example.com"),
        ("EDITOR", "vi"),
    ] {
        environment = environment.with(name, value);
    }
    bench.machine.environment = environment;
    let paths = crate::config::Paths::in_home(&home.join("rescue"));
    let given = carried(&bench.machine, &paths);
    assert_eq!(given.left_out, ["HTTPS_PROXY"]);
    let names: Vec<&str> = given.variables.keys().map(String::as_str).collect();
    assert_eq!(names, ["HTTP_PROXY", "PATH", "RESCUE_GITHUB_URL", "RESCUE_HOME"]);
    assert_eq!(given.variables["PATH"], format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()));
    assert_eq!(given.variables["RESCUE_HOME"], home.join("rescue").to_str().unwrap());
    let job = bench.job_of(&bin.join("rescue"), "07:30", given.variables);
    for kind in [Kind::Systemd, Kind::Launchd, Kind::Cron] {
        let (all, _) = bare(kind, &bench.machine, &job);
        assert!(all.contains_key("HOME") && !all.keys().any(|name| name.ends_with("TOKEN") || name == "EDITOR"), "{all:?}");
        assert!(!all.contains_key("DBUS_SESSION_BUS_ADDRESS"), "there is no bus");
    }
    // The bus of the session is reached by systemd's runs, and by no other.
    let bench = bench.with_manager();
    fs::write(bench.at("runtime/bus"), "").unwrap();
    assert!(bare(Kind::Systemd, &bench.machine, &job).0["DBUS_SESSION_BUS_ADDRESS"].ends_with("runtime/bus"));
    assert!(!bare(Kind::Cron, &bench.machine, &job).0.contains_key("DBUS_SESSION_BUS_ADDRESS"));
}

#[test]
fn a_program_is_found_where_the_search_path_says_and_may_be_run() {
    let bench = Bench::new(Platform::Linux, &[("git", "#!/bin/sh\n")]);
    assert_eq!(bench.machine.find("git"), Some(bench.at("bin/git")));
    fs::write(bench.at("bin/text"), "").unwrap();
    fs::create_dir(bench.at("bin/folder")).unwrap();
    for name in ["text", "folder", "nothing"] {
        assert_eq!(bench.machine.find(name), None, "{name}");
    }
    put_program(&bench.at("bin/text"), "");
    assert!(bench.machine.find("text").is_some());
}

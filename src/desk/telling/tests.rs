//! Telling at the desk: once a run and way, again where it is not known to have arrived, together where it goes the same
//! way, and never to whom another app's configuration names.

use super::*;
use crate::clock::SetClock;
use crate::config::{Configuration, Environment};
use crate::desk::tests::{app, desk_at};
use crate::domain::fact::RunEnd;
use crate::domain::{FactBody, Finding, Gap, GapKind, OutcomeFact, ProbeId, Severity, System, Verdict};
use crate::schedule::tell::Patience;
use crate::store::Holder;
use chrono::TimeDelta;
use pretty_assertions::assert_eq;
use std::time::Duration;
use tempfile::TempDir;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

struct House {
    desk: Desk,
    clock: Arc<SetClock>,
    hook: MockServer,
    _home: TempDir,
}

const CONFIG: &str = "[tell]\nwebhook = {}\n";

fn begin() -> DateTime<Utc> {
    "2026-11-02T09:00:00Z".parse().unwrap()
}

async fn house(config: &str) -> House {
    let home = tempfile::tempdir().unwrap();
    let clock = SetClock::at(begin());
    let mut desk = desk_at(home.path(), clock.clone());
    std::fs::create_dir_all(desk.paths.config()).unwrap();
    std::fs::write(desk.paths.config_file(), config).unwrap();
    desk.config = Configuration::read(&desk.paths).unwrap();
    let hook = MockServer::start().await;
    let environment = Environment::of([("RESCUE_TELL_WEBHOOK", format!("{}/shared", hook.uri()))]);
    desk.messenger.environment = Some(environment);
    desk.messenger.patience =
        Patience { first_wait: Duration::from_millis(1), each: Duration::from_millis(300), ..Patience::default() };
    House { desk, clock, hook, _home: home }
}

impl House {
    async fn answers(&self, status: u16) {
        self.hook.reset().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(status)).mount(&self.hook).await;
    }

    /// What arrived since the last answer was set: path and text.
    async fn arrived(&self) -> Vec<(String, String)> {
        let all = self.hook.received_requests().await.unwrap();
        let text = |it: &wiremock::Request| it.body_json::<serde_json::Value>().unwrap()["text"].as_str().unwrap().to_owned();
        all.iter().map(|it| (it.url.path().to_owned(), text(it))).collect()
    }

    fn app(&self, name: &str) -> AppName {
        let app = app(&self.desk, name);
        let mut settings = self.desk.settings(&app).unwrap();
        settings.github = Some("acme/shop".parse().unwrap());
        self.desk.state(&app, FactBody::Settings { settings: Box::new(settings) }).unwrap();
        app
    }

    /// A day later, a run of one probe.
    fn run(&self, app: &AppName, verdict: &Verdict) -> RunId {
        self.run_of(app, &[("github.branch-protection".parse().unwrap(), System::Github)], verdict)
    }

    /// A day later, a run of every probe that can be asked.
    fn whole_run(&self, app: &AppName, verdict: &Verdict) -> RunId {
        let plan = self.desk.plan(app, &self.desk.board(app).unwrap(), &[]).unwrap();
        let all: Vec<_> = plan.probes.into_iter().map(|(_, planned)| (planned.probe, planned.system)).collect();
        assert!(all.len() > 9, "{all:?}");
        self.run_of(app, &all, verdict)
    }

    fn run_of(&self, app: &AppName, probes: &[(ProbeId, System)], verdict: &Verdict) -> RunId {
        self.clock.set(self.desk.clock.now() + TimeDelta::days(1));
        let (id, run) = (self.desk.id(app).unwrap(), self.desk.store.new_run_id().unwrap());
        let ids: Vec<ProbeId> = probes.iter().map(|it| it.0.clone()).collect();
        self.desk.store.begin_run(id, run, &Holder::of_process(), &ids).unwrap();
        for (probe, system) in probes {
            let (probe, verdict) = (probe.clone(), verdict.clone());
            let subject = self.desk.settings(app).unwrap().subject(*system).unwrap();
            let settings = Digest("0".repeat(64));
            let outcome =
                OutcomeFact { run, probe, revision: 1, subject, settings, observation: None, verdict, ms: 1, requests: 1 };
            self.desk.store.record_outcome(id, self.desk.clock.now(), outcome, None).unwrap();
        }
        self.desk.store.end_run(id, run, RunEnd::Finished).unwrap();
        run
    }

    async fn tell(&self, app: &AppName, run: RunId) -> TellReport {
        self.clock.set(self.desk.clock.now() + TimeDelta::seconds(1));
        self.desk.tell(&[Told::ran(app.clone(), run)]).await
    }

    fn log(&self, app: &AppName) -> Vec<(String, u32)> {
        let rows = self.desk.store.told(self.desk.id(app).unwrap()).unwrap();
        rows.into_iter().map(|it| (it.outcome, it.attempts)).collect()
    }
}

fn pass() -> Verdict {
    Verdict::pass("main is protected")
}

fn fail() -> Verdict {
    let finding = Finding::new("github.force-push", "main", Severity::High, "main takes a force push", "Forbid it");
    Verdict::fail("main is open", vec![finding])
}

fn shut_out() -> Verdict {
    Verdict::undecided(Gap::new(GapKind::BadCredential, System::Github, "the token is no longer accepted"))
}

#[tokio::test]
async fn a_loss_is_told_once_and_a_quiet_run_to_nobody() {
    let house = house(CONFIG).await;
    house.answers(200).await;
    let acme = house.app("acme");
    let first = house.run(&acme, &pass());
    assert_eq!(house.tell(&acme, first).await, TellReport::default());
    let second = house.run(&acme, &fail());
    let report = house.tell(&acme, second).await;
    assert!(!report.has_failed());
    assert_eq!(report.messages[0].apps, std::slice::from_ref(&acme));
    let arrived = house.arrived().await;
    assert!(arrived.len() == 1 && arrived[0].1.starts_with("acme: 1 item lost"), "{arrived:?}");
    assert_eq!(house.tell(&acme, second).await, TellReport::default(), "the same run again");
    let third = house.run(&acme, &fail());
    assert_eq!(house.tell(&acme, third).await, TellReport::default(), "it was told");
    assert_eq!(house.arrived().await.len(), 1);
    assert_eq!(house.log(&acme), [("nothing".to_owned(), 0), ("sent".to_owned(), 1)]);
}

#[tokio::test]
async fn what_did_not_arrive_is_a_failure_and_is_told_with_the_next_run() {
    let house = house(CONFIG).await;
    house.answers(500).await;
    let acme = house.app("acme");
    let first = house.run(&acme, &pass());
    house.tell(&acme, first).await;
    let second = house.run(&acme, &fail());
    let report = house.tell(&acme, second).await;
    assert!(report.has_failed());
    assert_eq!(
        (report.messages[0].attempts, report.messages[0].end.clone().unwrap_err().as_str()),
        (3, "the webhook answered 500")
    );
    house.answers(200).await;
    let third = house.run(&acme, &fail());
    assert!(!house.tell(&acme, third).await.has_failed());
    assert!(house.arrived().await[0].1.starts_with("acme: 1 item lost"));
}

#[tokio::test]
async fn a_first_message_that_does_not_arrive_or_is_cut_off_leaves_its_loss_to_be_told() {
    for is_cut_off in [false, true] {
        let house = house(CONFIG).await;
        house.answers(500).await;
        let acme = house.app("acme");
        // Nobody was told anything before: telling was switched on after this run.
        house.run(&acme, &pass());
        let second = house.run(&acme, &fail());
        if is_cut_off {
            house.hook.reset().await;
            let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
            Mock::given(any()).respond_with(slow).mount(&house.hook).await;
            let given_up = tokio::time::timeout(Duration::from_millis(100), house.tell(&acme, second)).await;
            assert!(given_up.is_err());
        } else {
            assert!(house.tell(&acme, second).await.has_failed());
        }
        for _ in 0..2 {
            house.answers(500).await;
            let later = house.run(&acme, &fail());
            assert!(house.tell(&acme, later).await.has_failed(), "it is tried again: {is_cut_off}");
        }
        house.answers(200).await;
        let would = house.desk.would_tell(&acme).unwrap().news.unwrap();
        assert_eq!(would.lost.len(), 1, "{would:?}");
        let last = house.run(&acme, &fail());
        assert!(!house.tell(&acme, last).await.has_failed());
        assert!(house.arrived().await[0].1.starts_with("acme: 1 item lost"), "{is_cut_off}");
        let again = house.run(&acme, &fail());
        assert_eq!(house.tell(&acme, again).await, TellReport::default(), "it was told");
    }
}

#[tokio::test]
async fn a_few_probes_that_are_asked_again_and_see_nothing_are_no_run_that_saw_nothing() {
    let house = house(CONFIG).await;
    house.answers(200).await;
    let acme = house.app("acme");
    let first = house.whole_run(&acme, &pass());
    house.tell(&acme, first).await;
    let retried = house.run(&acme, &shut_out());
    assert_eq!(house.tell(&acme, retried).await, TellReport::default());
    assert_eq!(house.desk.would_tell(&acme).unwrap().news, None);
    // When nothing of what was seen counts any more, the app is not seen at all.
    house.clock.set(house.desk.clock.now() + TimeDelta::days(400));
    let retried = house.run(&acme, &shut_out());
    house.tell(&acme, retried).await;
    let text = house.arrived().await.pop().unwrap().1;
    assert!(text.starts_with("acme: no run") && text.contains("the token is no longer accepted"), "{text}");
}

#[tokio::test]
async fn a_process_that_ended_before_during_or_after_sending_leaves_no_loss_untold() {
    let house = house(CONFIG).await;
    house.answers(200).await;
    let acme = house.app("acme");
    let first = house.run(&acme, &pass());
    house.tell(&acme, first).await;
    // It ended after the run and before telling: the next run, which sees no change of its own, tells.
    house.run(&acme, &fail());
    let third = house.run(&acme, &fail());
    assert_eq!(house.tell(&acme, third).await.messages.len(), 1);
    // It ended after it began to send: told once more at worst.
    let fourth = house.run(&acme, &pass());
    house.tell(&acme, fourth).await;
    let fifth = house.run(&acme, &fail());
    let about = About { app: house.desk.id(&acme).unwrap(), run: fifth.to_string(), since: None, upto: house.desk.clock.now() };
    house.desk.store.telling_begins("webhook", std::slice::from_ref(&about)).unwrap();
    assert_eq!(house.tell(&acme, fifth).await.messages.len(), 1);
    let again = house.run(&acme, &fail());
    assert_eq!(house.tell(&acme, again).await.messages.len(), 0);
}

#[tokio::test]
async fn dropped_half_way_it_is_told_again() {
    let house = house(CONFIG).await;
    house.answers(200).await;
    let acme = house.app("acme");
    let first = house.run(&acme, &pass());
    house.tell(&acme, first).await;
    house.hook.reset().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_delay(Duration::from_mins(1))).mount(&house.hook).await;
    let second = house.run(&acme, &fail());
    let given_up = tokio::time::timeout(Duration::from_millis(100), house.tell(&acme, second)).await;
    assert!(given_up.is_err());
    assert_eq!(house.log(&acme)[0], ("begun".to_owned(), 0));
    house.answers(200).await;
    assert_eq!(house.tell(&acme, second).await.messages.len(), 1);
}

#[tokio::test]
async fn many_apps_are_one_message_and_an_app_with_an_address_of_its_own_is_never_among_them() {
    let house = house("[tell]\nwebhook = {}\n[app.quiet.tell]\noff = true\n").await;
    house.answers(200).await;
    let mut desk = house;
    let address = format!("{}/own", desk.hook.uri());
    let environment = desk.desk.messenger.environment.take().unwrap().with("RESCUE_APART_TELL_WEBHOOK", &address);
    desk.desk.messenger.environment = Some(environment);
    let names: Vec<AppName> = ["apart", "one", "quiet", "two"].iter().map(|name| desk.app(name)).collect();
    for name in &names {
        let run = desk.run(name, &pass());
        desk.tell(name, run).await;
    }
    let told: Vec<Told> = names.iter().map(|name| Told::ran(name.clone(), desk.run(name, &fail()))).collect();
    desk.clock.set(desk.desk.clock.now() + TimeDelta::seconds(1));
    let report = desk.desk.tell(&told).await;
    assert_eq!(report.messages.len(), 2, "{report:?}");
    let arrived = desk.arrived().await;
    let of = |path: &str| arrived.iter().filter(|(to, _)| to == path).map(|(_, text)| text.clone()).collect::<Vec<_>>();
    let (shared, own) = (of("/shared"), of("/own"));
    assert!(shared.len() == 1 && shared[0].starts_with("2 apps: 2 items lost"), "{shared:?}");
    assert!(own.len() == 1 && own[0].starts_with("apart: 1 item lost"), "{own:?}");
    assert!(!shared[0].contains("apart") && !own[0].contains("two") && !arrived.concat_contains("quiet"), "{arrived:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn an_app_with_a_command_of_its_own_is_never_told_of_where_all_are() {
    let text = "[tell]\nwebhook = {}\n[app.acme.tell.webhook]\naddress_command = \"COMMAND\"\n";
    let mut house = house(text).await;
    house.answers(200).await;
    for (command, wanted) in [(format!("echo {}/acme", house.hook.uri()), Some("/acme")), ("exit 3".to_owned(), None)] {
        std::fs::write(house.desk.paths.config_file(), text.replace("COMMAND", &command)).unwrap();
        house.desk.config = Configuration::read(&house.desk.paths).unwrap();
        house.answers(200).await;
        // The variable for all is set, and what cannot be found of the app's own is not made up for by it.
        let report = house.desk.tell_test(Some(&"acme".parse().unwrap()), None).await.unwrap();
        assert_eq!(report.has_failed(), wanted.is_none(), "{report:?}");
        let paths: Vec<String> = house.arrived().await.into_iter().map(|it| it.0).collect();
        assert_eq!(paths.iter().map(String::as_str).collect::<Vec<_>>(), wanted.into_iter().collect::<Vec<_>>());
    }
}

trait ConcatContains {
    fn concat_contains(&self, text: &str) -> bool;
}

impl ConcatContains for Vec<(String, String)> {
    fn concat_contains(&self, text: &str) -> bool {
        self.iter().any(|(_, said)| said.contains(text))
    }
}

#[tokio::test]
async fn a_run_that_could_not_happen_is_told_once_a_day_and_one_that_saw_nothing_with_its_run() {
    let house = house(CONFIG).await;
    house.answers(200).await;
    let acme = house.app("acme");
    let missed = || Told::missed(acme.clone(), &Trouble::failed("a run of acme is open").why("since 09:00"));
    for day in 0..3 {
        house.clock.set(begin() + TimeDelta::days(day));
        house.desk.tell(&[missed()]).await;
        house.desk.tell(&[missed()]).await;
    }
    let arrived = house.arrived().await;
    assert_eq!(arrived.len(), 3);
    assert!(
        arrived[0].1.starts_with("acme: no run") && arrived[0].1.contains("a run of acme is open: since 09:00"),
        "{arrived:?}"
    );
    assert!(arrived[0].1.contains("nothing was ever seen"), "{arrived:?}");
    let seen = house.run(&acme, &pass());
    house.tell(&acme, seen).await;
    // What was seen is told; what the next one does not see is of all that can be asked.
    let blind = house.whole_run(&acme, &shut_out());
    house.tell(&acme, blind).await;
    let last = house.arrived().await.pop().unwrap().1;
    assert!(
        last.contains("the token is no longer accepted") && last.contains("nothing was seen since 5 November 2026"),
        "{last}"
    );
}

#[tokio::test]
async fn nobody_is_told_where_the_file_says_nothing_or_the_house_has_no_environment() {
    let house = house("").await;
    house.answers(200).await;
    let acme = house.app("acme");
    house.run(&acme, &pass());
    let run = house.run(&acme, &fail());
    assert_eq!(house.tell(&acme, run).await, TellReport::default());
    let mut other = self::house(CONFIG).await;
    other.desk.messenger.environment = None;
    let acme = other.app("acme");
    other.run(&acme, &pass());
    let run = other.run(&acme, &fail());
    assert_eq!(other.tell(&acme, run).await, TellReport::default());
    assert!(other.desk.tell_test(None, None).await.unwrap().messages.is_empty());
    assert!(house.desk.tell_test(None, None).await.unwrap_err().is_usage);
}

#[tokio::test]
async fn facts_that_cannot_be_read_are_told_as_a_run_that_could_not_happen() {
    let house = house(CONFIG).await;
    house.answers(200).await;
    let acme = house.app("acme");
    let run = house.run(&acme, &pass());
    let raw = rusqlite::Connection::open(house.desk.database()).unwrap();
    raw.execute("UPDATE fact SET body = '{}' WHERE kind = 'settings'", []).unwrap();
    let report = house.tell(&acme, run).await;
    assert_eq!(report.messages.len(), 1, "{report:?}");
    let text = house.arrived().await.pop().unwrap().1;
    assert!(text.contains("cannot be read") && !text.contains("ever seen"), "when anything was seen is not known: {text}");
    // It moved no line: what that run found is still to be told.
    assert_eq!(house.desk.store.told_up_to(house.desk.id(&acme).unwrap(), "webhook").unwrap(), None);
}

#[tokio::test]
async fn a_database_that_cannot_be_written_is_no_reason_to_keep_silent() {
    let house = house(CONFIG).await;
    house.answers(200).await;
    let acme = house.app("acme");
    house.run(&acme, &pass());
    let run = house.run(&acme, &fail());
    let raw = rusqlite::Connection::open(house.desk.database()).unwrap();
    raw.execute_batch("CREATE TRIGGER locked BEFORE INSERT ON told BEGIN SELECT RAISE(ABORT, 'no'); END").unwrap();
    let report = house.tell(&acme, run).await;
    assert!(report.has_failed() && report.messages[0].end.is_ok() && report.messages[0].not_noted.is_some(), "{report:?}");
    assert_eq!(house.arrived().await.len(), 1);
}

#[tokio::test]
async fn a_draft_is_written_for_each_app_and_goes_with_it() {
    let house = house("[tell]\ndraft = true\n").await;
    let acme = house.app("acme");
    let first = house.run(&acme, &pass());
    house.tell(&acme, first).await;
    let run = house.run(&acme, &fail());
    let report = house.tell(&acme, run).await;
    let folder = house.desk.paths.drafts().join("acme");
    let path = folder.join("2026-11-04.md");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("**acme: 1 item lost**") && text.contains("rescue diff acme"), "{text}");
    assert!(report.messages[0].end.as_ref().unwrap().as_str().ends_with("2026-11-04.md"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    house.desk.remove(&acme).unwrap();
    assert!(!folder.exists());
}

#[tokio::test]
async fn the_desktop_fails_clearly_without_a_session() {
    let house = house("[tell]\ndesktop = true\n").await;
    let report = house.desk.tell_test(None, None).await.unwrap();
    let why = report.messages[0].end.clone().unwrap_err();
    let wanted = if cfg!(target_os = "macos") { "" } else { "no desktop session can be reached from here" };
    assert!(report.has_failed() && why.as_str().starts_with(wanted), "{why}");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[tokio::test]
async fn the_desktop_s_program_gets_the_text_as_arguments_and_nothing_of_the_environment() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut house = house("[tell]\ndesktop = true\n").await;
    let folder = tempfile::tempdir().unwrap();
    let (program, said) = (folder.path().join("notify-send"), folder.path().join("said"));
    let script = format!("#!/bin/sh\n{{ printf '%s|' \"$@\"; /usr/bin/env; }} > '{}'\n", said.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let token = ["marked", "token"].join("-");
    house.desk.messenger.environment = Some(Environment::of([
        ("PATH", folder.path().to_str().unwrap()),
        ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"),
        ("GITHUB_TOKEN", token.as_str()),
    ]));
    let report = house.desk.tell_test(None, None).await.unwrap();
    assert_eq!(report.messages[0].end, Ok("shown by notify-send".into()));
    let said = std::fs::read_to_string(said).unwrap();
    assert!(said.starts_with("--app-name=rescue|--urgency=critical|--|rescue: a test message|This is a test."), "{said}");
    assert!(!said.contains(&token) && said.contains("DBUS_SESSION_BUS_ADDRESS"), "{said}");
}

#[tokio::test]
async fn a_house_that_does_not_open_is_told_to_all_who_are_told_anything() {
    let house = house(CONFIG).await;
    house.answers(200).await;
    let home = house.desk.paths.data().parent().unwrap().to_str().unwrap().to_owned();
    let environment = house.desk.messenger.environment.clone().unwrap().with("RESCUE_HOME", &home);
    let trouble = Trouble::failed("the database is newer than this program").next("Install the newer one");
    let report = tell_unopened(&environment, &trouble, begin()).await;
    assert!(report.messages.len() == 1 && !report.has_failed(), "{report:?}");
    let text = house.arrived().await.pop().unwrap().1;
    assert!(text.starts_with("rescue: no run") && text.contains("newer than this program"), "{text}");
    assert!(!text.contains("ever seen"), "nobody looked: {text}");
}

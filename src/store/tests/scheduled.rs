//! The record of scheduled runs: what it keeps, how a killed one shows, what is dropped.

use super::{Bench, start};
use crate::store::process::Holder;
use crate::store::{MOST_SCHEDULED, Schedule, ScheduledHow};
use chrono::TimeDelta;

#[test]
fn a_scheduled_run_is_running_then_ended_with_the_apps_it_probed() {
    let bench = Bench::new();
    let (one, two) = (bench.app("one"), bench.app("two"));
    let here = Holder::of_process();
    // A run of the morning that the timer did not begin.
    let early = bench.store.new_run_id().unwrap();
    bench.store.begin_run(one, early, &here, &[]).unwrap();
    bench.store.end_run(one, early, crate::domain::fact::RunEnd::Finished).unwrap();
    bench.later(60);
    let id = bench.store.begin_scheduled(&here).unwrap();
    let open = bench.other().scheduled_runs(9).unwrap();
    assert_eq!((open[0].how, open[0].ended, open[0].apps), (ScheduledHow::Running, None, None));
    for app in [two, two] {
        bench.later(5);
        let run = bench.store.new_run_id().unwrap();
        bench.store.begin_run(app, run, &here, &[]).unwrap();
        bench.store.end_run(app, run, crate::domain::fact::RunEnd::Finished).unwrap();
    }
    let ended = bench.later(60);
    bench.store.end_scheduled(id, ScheduledHow::Finished, 4, "something was lost\u{1b}[2J").unwrap();
    let runs = bench.other().scheduled_runs(9).unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].how, runs[0].code, runs[0].apps), (ScheduledHow::Finished, Some(4), Some(1)));
    assert_eq!((runs[0].began, runs[0].ended), (start() + TimeDelta::minutes(1), Some(ended)));
    let says = runs[0].says.as_ref().unwrap().as_str();
    assert!(says.starts_with("something was lost") && !says.contains('\u{1b}'), "{says:?}");
}

#[cfg(unix)]
#[test]
fn one_whose_process_was_killed_shows_as_crashed() {
    let bench = Bench::new();
    let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();
    let theirs = Holder { pid: child.id(), host: Holder::of_process().host };
    bench.store.begin_scheduled(&theirs).unwrap();
    assert_eq!(bench.store.scheduled_runs(1).unwrap()[0].how, ScheduledHow::Running);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(bench.store.scheduled_runs(1).unwrap()[0].how, ScheduledHow::Crashed);
}

#[test]
fn one_of_another_machine_is_given_a_day() {
    let bench = Bench::new();
    bench.store.begin_scheduled(&Holder { pid: 1, host: "elsewhere.example.com".to_owned() }).unwrap();
    bench.later(86_400);
    assert_eq!(bench.store.scheduled_runs(1).unwrap()[0].how, ScheduledHow::Running);
    bench.later(1);
    assert_eq!(bench.store.scheduled_runs(1).unwrap()[0].how, ScheduledHow::Crashed);
}

#[test]
fn the_oldest_are_dropped_and_the_newest_are_first() {
    let bench = Bench::new();
    let here = Holder::of_process();
    for n in 0..MOST_SCHEDULED + 3 {
        let id = bench.store.begin_scheduled(&here).unwrap();
        bench.store.end_scheduled(id, ScheduledHow::Finished, 0, &n.to_string()).unwrap();
    }
    let runs = bench.store.scheduled_runs(u32::MAX).unwrap();
    let says: Vec<&str> = runs.iter().map(|it| it.says.as_ref().unwrap().as_str()).collect();
    assert_eq!((says.len(), says[0], says[says.len() - 1]), (400, "402", "3"));
}

#[test]
fn only_an_end_is_an_end() {
    let bench = Bench::new();
    let id = bench.store.begin_scheduled(&Holder::of_process()).unwrap();
    for how in [ScheduledHow::Running, ScheduledHow::Crashed] {
        assert!(bench.store.end_scheduled(id, how, 0, "").is_err());
    }
}

#[test]
fn the_schedule_is_remembered_replaced_and_forgotten_and_others_hear_of_it() {
    let bench = Bench::new();
    let other = bench.other();
    assert_eq!(bench.store.schedule().unwrap(), None);
    let stand = other.stand().unwrap();
    let mut schedule = Schedule {
        kind: "cron".to_owned(),
        place: "crontab".to_owned(),
        at: "07:30".to_owned(),
        every_hours: 24,
        installed: start(),
    };
    bench.store.put_schedule(Some(&schedule)).unwrap();
    assert!(other.changed_since(stand).unwrap().0);
    schedule.at = "08:00".to_owned();
    bench.store.put_schedule(Some(&schedule)).unwrap();
    assert_eq!(other.schedule().unwrap(), Some(schedule));
    bench.store.put_schedule(None).unwrap();
    assert_eq!(other.schedule().unwrap(), None);
}

#[test]
fn what_was_said_of_an_erased_client_goes_too() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let here = Holder::of_process();
    for says in ["a run of `acme` is open", "nothing was due"] {
        let id = bench.store.begin_scheduled(&here).unwrap();
        bench.store.end_scheduled(id, ScheduledHow::Failed, 1, says).unwrap();
    }
    bench.store.remove_app(app, &super::ana()).unwrap();
    let says: Vec<_> = bench.store.scheduled_runs(9).unwrap().into_iter().map(|it| it.says).collect();
    assert_eq!(says, [Some("nothing was due".into()), None]);
}

#[test]
fn an_app_that_is_called_as_a_word_of_ours_takes_no_other_s_words_with_it() {
    let bench = Bench::new();
    let here = Holder::of_process();
    for says in ["an item was lost since the run before", "a run of `acme-item` is open", "a run of `item` is open"] {
        let id = bench.store.begin_scheduled(&here).unwrap();
        bench.store.end_scheduled(id, ScheduledHow::Failed, 1, says).unwrap();
    }
    for name in ["item", "run", "is"] {
        let app = bench.app(name);
        bench.store.remove_app(app, &super::ana()).unwrap();
    }
    let says: Vec<_> = bench.store.scheduled_runs(9).unwrap().into_iter().map(|it| it.says).collect();
    let kept = ["a run of `acme-item` is open", "an item was lost since the run before"];
    assert_eq!(says, [None, Some(kept[0].into()), Some(kept[1].into())]);
}

//! What was told is known again: by run and way, also after a crash between sending and noting it, and it goes with its app.

use super::*;
use crate::store::{About, Ended, Untold};
use chrono::TimeDelta;
use pretty_assertions::assert_eq;

fn about(app: AppId, run: &str, minutes: i64) -> About {
    About { app, run: run.to_owned(), since: None, upto: start() + TimeDelta::minutes(minutes) }
}

#[test]
fn a_message_is_sent_once_a_run_and_way() {
    let bench = Bench::new();
    let (acme, shop) = (bench.app("acme"), bench.app("shop"));
    let both = [about(acme, "one", 1), about(shop, "two", 1)];
    assert_eq!(bench.store.telling_begins("mail", &both).unwrap(), [true, true]);
    assert_eq!(bench.store.told_up_to(acme, "mail").unwrap(), None, "begun is not told");
    // The process ended here: it is told again, once more at worst.
    assert_eq!(bench.store.telling_begins("mail", &both).unwrap(), [true, true]);
    bench.store.telling_ends("mail", &both, 2, Ended::Sent).unwrap();
    assert_eq!(bench.store.telling_begins("mail", &both).unwrap(), [false, false]);
    assert_eq!(bench.store.telling_begins("webhook", &both).unwrap(), [true, true], "each way for itself");
    assert_eq!(bench.store.told_up_to(acme, "mail").unwrap(), Some(both[0].upto));
    assert_eq!(bench.store.told_up_to(acme, "webhook").unwrap(), None);
    let rows = bench.store.told(acme).unwrap();
    let seen: Vec<_> = rows.iter().map(|it| (it.channel.as_str(), it.outcome.as_str(), it.attempts)).collect();
    assert_eq!(seen, [("mail", "sent", 2), ("webhook", "begun", 0)]);
}

#[test]
fn what_failed_is_to_be_told_again_and_a_run_that_did_not_happen_moves_no_line() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let first = [about(app, "one", 1)];
    bench.store.telling_begins("mail", &first).unwrap();
    bench.store.telling_ends("mail", &first, 3, Ended::Failed).unwrap();
    assert_eq!(bench.store.told_up_to(app, "mail").unwrap(), None);
    assert_eq!(bench.store.telling_begins("mail", &first).unwrap(), [true]);
    bench.store.telling_ends("mail", &first, 1, Ended::Sent).unwrap();
    assert_eq!(bench.store.told(app).unwrap()[0].attempts, 4);
    let missed = [about(app, "cannot-run 2026-11-03", 60)];
    bench.store.telling_begins("mail", &missed).unwrap();
    bench.store.telling_ends("mail", &missed, 1, Ended::Sent).unwrap();
    assert_eq!(bench.store.told_up_to(app, "mail").unwrap(), Some(first[0].upto));
}

#[test]
fn until_something_arrived_it_is_told_from_where_the_first_message_began() {
    let bench = Bench::new();
    let app = bench.app("acme");
    assert_eq!(bench.store.untold(app, "mail").unwrap(), Untold::NothingTried);
    let at = |minutes| Some(start() + TimeDelta::minutes(minutes));
    let missed = [About { since: None, ..about(app, "cannot-run 2026-11-03", 1) }];
    bench.store.telling_begins("mail", &missed).unwrap();
    assert_eq!(bench.store.untold(app, "mail").unwrap(), Untold::NothingTried, "a run that did not happen compares nothing");
    for (run, since) in [("one", at(1)), ("two", at(2))] {
        let it = [About { since, ..about(app, run, 5) }];
        bench.store.telling_begins("mail", &it).unwrap();
        bench.store.telling_ends("mail", &it, 3, Ended::Failed).unwrap();
    }
    assert_eq!(bench.store.untold(app, "mail").unwrap(), Untold::Since(at(1)));
    assert_eq!(bench.store.untold(app, "webhook").unwrap(), Untold::NothingTried, "each way for itself");
    bench.store.telling_begins("mail", &[about(app, "three", 6)]).unwrap();
    assert_eq!(bench.store.untold(app, "mail").unwrap(), Untold::Since(None), "from the first moment on");
    bench.store.telling_ends("mail", &[about(app, "four", 7)], 1, Ended::Sent).unwrap();
    assert_eq!(bench.store.untold(app, "mail").unwrap(), Untold::Since(at(7)));
}

#[test]
fn of_runs_without_news_the_newest_alone_is_kept_and_old_messages_go() {
    let bench = Bench::new();
    let app = bench.app("acme");
    for (n, how) in [Ended::Nothing, Ended::Sent, Ended::Nothing, Ended::Nothing].into_iter().enumerate() {
        let it = [about(app, &n.to_string(), i64::try_from(n).unwrap())];
        bench.store.telling_ends("mail", &it, 1, how).unwrap();
    }
    let runs = |store: &Store| {
        let mut runs: Vec<_> = store.told(app).unwrap().into_iter().map(|it| it.run).collect();
        runs.sort();
        runs
    };
    assert_eq!(runs(&bench.store), ["1", "3"]);
    assert_eq!(bench.store.told_up_to(app, "mail").unwrap(), Some(start() + TimeDelta::minutes(3)));
    bench.clock.set(start() + TimeDelta::days(500));
    bench.store.telling_ends("mail", &[about(app, "4", 500 * 24 * 60)], 1, Ended::Nothing).unwrap();
    assert_eq!(runs(&bench.store), ["4"]);
}

#[test]
fn it_goes_with_its_app_and_no_row_is_made_for_one_that_is_gone() {
    let bench = Bench::new();
    let app = bench.app("acme");
    bench.store.telling_begins("mail", &[about(app, "one", 1)]).unwrap();
    bench.store.remove_app(app, &ana()).unwrap();
    assert_eq!(bench.store.told(app).unwrap(), []);
    assert!(bench.store.telling_begins("mail", &[about(app, "one", 1)]).is_err());
    assert_eq!(bench.store.check().unwrap(), []);
}

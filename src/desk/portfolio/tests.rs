//! The cached rows say what a fresh look at the facts says, at every moment, and come from the cache where they can.

use super::*;
use crate::clock::SetClock;
use crate::desk::statement::{Accepting, Statement, about_item};
use crate::desk::tests::{app, desk_at};
use crate::domain::app::Authorisation;
use crate::domain::glance::Silence;
use crate::domain::question::{Question, Reply};
use crate::domain::{AppSettings, Consent, WorkNote};
use chrono::TimeDelta;

fn fresh(desk: &Desk, now: DateTime<Utc>) -> Vec<Row> {
    let rows = desk.store.apps().unwrap().into_iter().map(|app| desk.row_of(&app, now).unwrap().unwrap().0.at(None, now));
    rows.filter(|row| !row.archived).collect()
}

#[test]
fn a_kept_row_holds_for_days_and_never_too_long() {
    let home = tempfile::tempdir().unwrap();
    let begin: DateTime<Utc> = "2026-11-02T09:00:00Z".parse().unwrap();
    let clock = SetClock::at(begin);
    let desk = desk_at(home.path(), clock.clone());
    let acme = app(&desk, "acme");
    let soon = AppSettings {
        live_since: Some("2026-12-05".parse().unwrap()),
        ..AppSettings::new("soon".parse().unwrap(), "2026-11-16".parse().unwrap())
    };
    desk.add_app(&soon, None).unwrap();
    let (mut looks, mut kept) = (0, 0);
    for hours in (0..90 * 24).step_by(7) {
        let now = begin + TimeDelta::hours(hours);
        clock.set(now);
        looks += 2;
        kept += desk.store.summaries(now).unwrap().len();
        assert_eq!(desk.portfolio(false).unwrap(), fresh(&desk, now), "at {now}");
        let board = desk.board(&acme).unwrap();
        let fact = |item: &str, statement| about_item(&board, &item.parse().unwrap(), statement).unwrap();
        let said = match hours {
            21 => fact("DOC-02", Statement::Done { proof: "drawn".into(), founder: None }),
            42 => {
                let (until, reason) = ("2026-11-20".parse().unwrap(), "until the renewal".to_owned());
                fact("CI-03", Statement::Waive(Accepting { reason, until, client: None, proof: None, founder: None }))
            }
            63 => FactBody::Work { item: "CI-01".parse().unwrap(), work: WorkNote::Doing },
            84 => {
                let hosts = ["shop.example.com".to_owned()].into();
                let until = begin + TimeDelta::days(30);
                let authorisation = Authorisation { consent: Consent::Active, by: "Ana".into(), hosts, until };
                FactBody::Authorised { authorisation }
            }
            _ => continue,
        };
        desk.state(&acme, said).unwrap();
    }
    assert!(kept * 10 > looks * 9, "the cache held {kept} times of {looks}: midnight alone changes no row");
}

#[test]
fn an_app_that_cannot_be_read_hides_no_other_and_answers_nothing() {
    let home = tempfile::tempdir().unwrap();
    let desk = desk_at(home.path(), SetClock::at("2026-11-02T09:00:00Z".parse().unwrap()));
    let (acme, newer) = (app(&desk, "acme"), app(&desk, "newer"));
    let raw = rusqlite::Connection::open(desk.database()).unwrap();
    // As another version wrote it: the digest is known, the text is not one that this version reads.
    let text = "from = \"a version to come\"";
    let digest = crate::domain::Digest::of(text);
    raw.execute("INSERT INTO checklist (digest, stored, body) VALUES (?1, '2026-11-02T09:00:00Z', ?2)", (&digest.0, text))
        .unwrap();
    desk.state(&newer, FactBody::ChecklistAdopted { checklist: digest, version: "1".into() }).unwrap();
    let rows = desk.portfolio(true).unwrap();
    let row = |name: &AppName| rows.iter().find(|row| row.name == *name).unwrap();
    assert!(row(&acme).says.as_str().contains("not looked at yet"), "{}", row(&acme).says);
    assert!(row(&newer).says.as_str().starts_with("NO — ") && row(&newer).glance.is_blank(), "{}", row(&newer).says);
    assert!(row(&newer).is_unreadable() && !row(&acme).is_unreadable());
    let known = desk.vocabulary().unwrap();
    for question in ["truth:drifted", "not truth:drifted", "failing", "not failing", "DOC-02:done", "due", "never", "week:0"] {
        let asked = Question::read(question, &known).unwrap().ask(&row(&newer).asked());
        assert_eq!(asked, Reply::Unknown(Silence::Unreadable), "{question}");
    }
    assert_eq!(Question::read("newer", &known).unwrap().ask(&row(&newer).asked()), Reply::Yes);
    assert_eq!(desk.apps_to_rerun().unwrap(), [acme, newer], "its rerun is where the trouble is told");
}

#[test]
fn what_is_there_is_told_before_the_rest_is_read() {
    let home = tempfile::tempdir().unwrap();
    let desk = desk_at(home.path(), SetClock::at("2026-11-02T09:00:00Z".parse().unwrap()));
    for name in ["a", "c"] {
        app(&desk, name);
    }
    let tell = |desk: &Desk| {
        let mut told = Vec::new();
        let rows = desk.portfolio_every(Duration::MAX, false, |rows, left| told.push((rows.len(), left))).unwrap();
        (rows.into_iter().map(|row| row.name.to_string()).collect::<Vec<_>>().join(" "), told)
    };
    assert_eq!(tell(&desk), ("a c".to_owned(), Vec::new()), "nothing was there to be told");
    app(&desk, "b");
    assert_eq!(tell(&desk), ("a b c".to_owned(), vec![(2, 1)]));
    assert_eq!(tell(&desk), ("a b c".to_owned(), Vec::new()), "all at once");
}

#[test]
fn a_question_may_name_what_a_checklist_has_and_a_probe_asks() {
    let home = tempfile::tempdir().unwrap();
    let desk = desk_at(home.path(), SetClock::at("2026-11-02T09:00:00Z".parse().unwrap()));
    assert!(desk.vocabulary().unwrap().items.is_empty(), "nobody adopted any");
    app(&desk, "acme");
    let known = desk.vocabulary().unwrap();
    assert_eq!(known.items.len(), desk.board(&"acme".parse().unwrap()).unwrap().items.len());
    assert!(known.items.contains_key("BAK-02") && known.probes.contains("supabase.backup-age"));
    let row = desk.portfolio(false).unwrap().remove(0);
    assert!(known.items.keys().all(|id| row.glance.item(id).is_some()));
}

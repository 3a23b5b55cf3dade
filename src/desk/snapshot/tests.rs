//! Pages are frozen with their facts, compared with the right earlier ones, and known again.

use super::*;
use crate::clock::SetClock;
use crate::desk::statement::{Statement, about_item};
use crate::desk::tests::{app, desk_at, import};
use crate::desk::verifying::{Signature, verify};
use crate::snapshot::signature::Signers;
use chrono::TimeDelta;
use pretty_assertions::assert_eq;
use std::sync::Arc;

struct Bench {
    home: tempfile::TempDir,
    clock: Arc<SetClock>,
    desk: Desk,
    acme: AppName,
}

impl Bench {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let clock = SetClock::at("2026-11-02T09:00:00Z".parse().unwrap());
        let desk = desk_at(home.path(), clock.clone());
        let acme = app(&desk, "acme");
        Self { home, clock, desk, acme }
    }

    fn later(&self, days: i64) {
        self.clock.set(self.desk.clock.now() + TimeDelta::days(days));
    }

    fn make(&self, audience: Audience) -> Record {
        self.later(1);
        self.desk.make_snapshot(&self.acme, &Sharing { audience, ..Sharing::default() }, None).unwrap()
    }

    fn say(&self, item: &str, statement: Statement) {
        let board = self.desk.board(&self.acme).unwrap();
        self.desk.state(&self.acme, about_item(&board, &item.parse().unwrap(), statement).unwrap()).unwrap();
    }

    /// The record in a file.
    fn file(&self, record: &Record) -> std::path::PathBuf {
        let path = self.home.path().join(format!("{}.json", short(&record.seal)));
        std::fs::write(&path, record.to_text()).unwrap();
        path
    }
}

#[test]
fn the_first_page_is_pinned_and_the_newest_is_the_one_before() {
    let bench = Bench::new();
    let first = bench.make(Audience::Founder);
    assert_eq!((&first.page.verdict.first, &first.page.method.previous), (&None, &None));
    let mail = bench.make(Audience::Investor);
    assert_eq!(mail.page.method.previous, None, "the investor holds no page of the founder's");
    let second = bench.make(Audience::Founder);
    let third = bench.make(Audience::Founder);
    assert_eq!(third.page.method.previous, Some(second.seal.clone()));
    assert_eq!(third.page.changes.since, Some(second.page.moment.date_naive()));
    assert_eq!(third.page.verdict.first.as_ref().unwrap().on, first.page.moment.date_naive());
    let seals: Vec<Digest> = bench.desk.snapshots(&bench.acme).unwrap().into_iter().map(|it| it.seal).collect();
    assert_eq!(seals, [third.seal.clone(), second.seal, mail.seal, first.seal.clone()]);
    assert_eq!(bench.desk.snapshot(&bench.acme, &first.seal.0[..8]).unwrap(), first);
    assert_eq!(bench.desk.snapshot(&bench.acme, &third.seal.0.to_uppercase()).unwrap(), third);
    assert!(bench.desk.snapshot(&bench.acme, "zz").unwrap_err().is_usage);
    assert!(bench.desk.snapshot(&bench.acme, "").unwrap_err().what.as_str().starts_with("several"));
    let compared = bench.desk.compare_snapshots(&bench.acme, &third.seal.0, &first.seal.0).unwrap();
    assert_eq!(compared.before.moment, first.page.moment);
}

#[test]
fn a_preview_writes_nothing_and_a_page_cannot_be_taken_back() {
    let bench = Bench::new();
    bench.say("SEC-01", Statement::Start);
    let before = bench.desk.facts(&bench.acme).unwrap();
    bench.desk.preview_snapshot(&bench.acme, &Sharing::default()).unwrap();
    assert_eq!(bench.desk.facts(&bench.acme).unwrap(), before);
    bench.make(Audience::Founder);
    assert!(bench.desk.undo(&bench.acme).unwrap().contains("SEC-01"), "the statement before it");
    assert_eq!(bench.desk.snapshots(&bench.acme).unwrap().len(), 1);
}

#[test]
fn a_page_changes_no_truth() {
    let bench = Bench::new();
    bench.say("SEC-01", Statement::Start);
    let board = bench.desk.board(&bench.acme).unwrap();
    bench.desk.make_snapshot(&bench.acme, &Sharing::default(), None).unwrap();
    let after = bench.desk.board(&bench.acme).unwrap();
    assert_eq!((board.items, board.headline), (after.items, after.headline));
}

#[test]
fn the_database_knows_its_own_page_and_the_facts_behind_it() {
    let bench = Bench::new();
    let record = bench.make(Audience::Founder);
    bench.say("SEC-01", Statement::Start);
    let file = bench.file(&record);
    let verified = verify(&file, Some(&bench.desk), &Signers::default(), false).unwrap();
    assert_eq!((verified.is_consistent(), verified.is_authentic()), (true, Some(true)));
    assert_eq!(verified.signature, Signature::None);
    let kept = verified.kept.unwrap();
    assert_eq!((kept.app.as_str(), kept.by.as_str(), kept.behind.here), ("acme", "Sam", 2));
    // Without the database, and with another one, nobody knows who made it.
    assert_eq!(verify(&file, None, &Signers::default(), false).unwrap().is_authentic(), None);
    let other = Bench::new();
    assert_eq!(verify(&file, Some(&other.desk), &Signers::default(), false).unwrap().is_authentic(), None);
    // A fact that is not there any more, or was changed.
    let raw = rusqlite::Connection::open(bench.desk.database()).unwrap();
    raw.execute("UPDATE fact SET author = '{\"person\":\"Eve\"}' WHERE kind = 'settings'", []).unwrap();
    let verified = verify(&file, Some(&bench.desk), &Signers::default(), false).unwrap();
    assert_eq!((verified.is_consistent(), verified.is_authentic()), (true, Some(false)));
    assert!(!verified.kept.unwrap().behind.unchanged);
    // One that cannot even be read is not here.
    raw.execute("UPDATE fact SET body = '{}' WHERE kind = 'settings'", []).unwrap();
    let verified = verify(&file, Some(&bench.desk), &Signers::default(), false).unwrap();
    assert_eq!((verified.is_consistent(), verified.is_authentic()), (true, Some(false)));
    let behind = verified.kept.unwrap().behind;
    assert_eq!((behind.here, behind.wanted), (1, 2));
}

#[test]
fn a_changed_page_is_never_authentic_though_its_seal_is_known() {
    let bench = Bench::new();
    let record = bench.make(Audience::Founder);
    let file = bench.file(&record);
    let text = std::fs::read_to_string(&file).unwrap();
    for (from, to) in [(record.page.verdict.says.as_str(), "Yes."), ("\n", "")] {
        std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let verified = verify(&file, Some(&bench.desk), &Signers::default(), false).unwrap();
        assert!(verified.kept.is_some());
        assert_eq!(verified.is_authentic(), Some(false), "{from:?}");
    }
}

#[test]
fn pages_move_with_their_app_and_are_known_there() {
    let bench = Bench::new();
    let record = bench.make(Audience::Founder);
    let file = bench.file(&record);
    let document = serde_json::to_string(&bench.desk.export(&bench.acme).unwrap()).unwrap();
    let path = bench.home.path().join("acme.json");
    std::fs::write(&path, &document).unwrap();
    let home = tempfile::tempdir().unwrap();
    let there = desk_at(home.path(), bench.clock.clone());
    import(&there, &path).unwrap();
    assert_eq!(there.snapshots(&bench.acme).unwrap(), bench.desk.snapshots(&bench.acme).unwrap());
    assert_eq!(verify(&file, Some(&there), &Signers::default(), false).unwrap().is_authentic(), Some(true));
    assert_eq!(there.check_database().unwrap(), []);
    // A page that was changed on the way, or left behind, is refused with everything else.
    // The record is a text within the document.
    let inside = format!("\\\"{}\\\"", record.page.verdict.question);
    assert!(document.contains(&inside));
    let changed = document.replacen(&inside, "\\\"Is it Tuesday?\\\"", 1);
    let mut without: serde_json::Value = serde_json::from_str(&document).unwrap();
    without.as_object_mut().unwrap().remove("snapshots");
    for (text, wanted) in [(changed, "was changed"), (without.to_string(), "lacks the text")] {
        let home = tempfile::tempdir().unwrap();
        let there = desk_at(home.path(), bench.clock.clone());
        std::fs::write(&path, text).unwrap();
        let refused = import(&there, &path).unwrap_err();
        assert!(refused.to_string().contains(wanted), "{refused}");
        assert_eq!(there.apps(true).unwrap(), []);
    }
}

#[test]
fn a_damaged_page_is_told_and_not_compared_with() {
    let bench = Bench::new();
    bench.make(Audience::Founder);
    let raw = rusqlite::Connection::open(bench.desk.database()).unwrap();
    raw.execute("UPDATE snapshot SET body = replace(body, 'Nobody can say', 'Everybody can say')", []).unwrap();
    let told: Vec<String> = bench.desk.check_database().unwrap().iter().map(|it| it.says.to_string()).collect();
    assert!(told.len() == 1 && told[0].contains("it was changed"), "{told:?}");
    for trouble in [
        bench.desk.snapshots(&bench.acme).map(drop).unwrap_err(),
        bench.desk.preview_snapshot(&bench.acme, &Sharing::default()).map(drop).unwrap_err(),
    ] {
        assert!(trouble.to_string().contains("rescue db check"), "{trouble}");
    }
    raw.execute("DELETE FROM snapshot", []).unwrap();
    let told: Vec<String> = bench.desk.check_database().unwrap().iter().map(|it| it.says.to_string()).collect();
    assert!(told.len() == 1 && told[0].contains("is missing"), "{told:?}");
    assert!(bench.desk.snapshots(&bench.acme).unwrap_err().what.as_str().contains("is missing"));
}

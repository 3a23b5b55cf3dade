//! Pages on a real desk: what is kept, what is written, and what is neither.

use super::super::Performer;
use super::open;
use crate::clock::SystemClock;
use crate::config::{Configuration, Endpoints, Environment, Paths};
use crate::credentials::Chain;
use crate::desk::Desk;
use crate::desk::snapshot::{Format, Held};
use crate::domain::{AppName, AppSettings, Author, FactBody, WorkNote};
use crate::snapshot::Audience;
use crate::tui::message::Message;
use crate::tui::pages::{News, Saving, Source, Wanted, Wish};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

struct Bench {
    home: tempfile::TempDir,
    app: AppName,
    performer: Arc<Performer>,
    inbox: UnboundedReceiver<Message>,
}

impl Bench {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let nothing: [(String, String); 0] = [];
        let endpoints = Endpoints::from_environment(&Environment::of(nothing)).unwrap();
        let author = Box::new(|| Author::Person("Sam".into()));
        let paths = Paths::in_home(&home.path().join("rescue"));
        let chain = Chain::given(BTreeMap::new());
        let desk = Desk::with(paths, Configuration::default(), endpoints, chain, author, Arc::new(SystemClock)).unwrap();
        let app: AppName = "acme".parse().unwrap();
        let today = desk.clock.now().date_naive();
        desk.add_app(&AppSettings::new(app.clone(), today), None).unwrap();
        let (send, inbox) = unbounded_channel();
        Self { home, app, performer: Performer::new(Arc::new(desk), None, send), inbox }
    }

    fn does(&mut self, wish: Wish) -> Vec<Message> {
        self.performer.wished(wish).unwrap();
        std::iter::from_fn(|| self.inbox.try_recv().ok()).collect()
    }

    fn preview(&mut self, wanted: Wanted) -> Arc<crate::snapshot::Page> {
        let told = self.does(Wish::Preview { app: self.app.clone(), wanted });
        let [News::Previewed { page, .. }] = &news(told)[..] else { panic!("no page") };
        Arc::clone(page)
    }

    fn saving(&mut self, wanted: Wanted, file: &str) -> Saving {
        let facts = self.preview(wanted.clone()).method.facts.chain.clone();
        Saving {
            app: self.app.clone(),
            source: Source::New { wanted, facts },
            format: Format::Html,
            file: self.file(file).display().to_string(),
            replace: false,
            open: false,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn held(&mut self) -> Vec<Held> {
        let told = self.does(Wish::List(self.app.clone()));
        let [News::Listed { held, .. }] = &news(told)[..] else { panic!("no list") };
        held.clone()
    }
}

fn news(told: Vec<Message>) -> Vec<News> {
    told.into_iter()
        .filter_map(|it| match it {
            Message::Pages(news) => Some(*news),
            _ => None,
        })
        .collect()
}

#[test]
fn a_page_is_kept_once_and_written_in_every_format() {
    let mut bench = Bench::new();
    let wanted = Wanted { note: Some("A good week".to_owned()), audience: Audience::Founder, detail: true };
    assert_eq!(bench.preview(wanted.clone()).note.as_ref().unwrap().by.as_str(), "Sam");
    assert!(bench.held().is_empty(), "looking keeps nothing");
    let saving = bench.saving(wanted.clone(), "page.html");
    let told = news(bench.does(Wish::Save(Box::new(saving.clone()))));
    let [News::Frozen { record, .. }, News::Saved { seal, file, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&record.seal, file), (seal, &bench.file("page.html")));
    let written = std::fs::read_to_string(file).unwrap();
    assert!(written.contains("A good week"));
    for (format, begins) in [(Format::Markdown, ""), (Format::Json, "{"), (Format::Pdf, "%PDF-")] {
        let file = bench.file(&format!("page.{format}")).display().to_string();
        let again = Saving { source: Source::Kept(seal.clone()), format, file: file.clone(), ..saving.clone() };
        let told = news(bench.does(Wish::Save(Box::new(again))));
        assert!(matches!(&told[..], [News::Saved { .. }]), "{told:?}");
        assert!(std::fs::read(file).unwrap().starts_with(begins.as_bytes()), "{format}");
    }
    let held = bench.held();
    assert_eq!((held.len(), &held[0].seal), (1, seal), "it was kept once");
}

#[test]
fn a_file_that_is_there_is_asked_about_before_anything_is_kept() {
    let mut bench = Bench::new();
    std::fs::write(bench.file("page.html"), "mine").unwrap();
    let saving = bench.saving(Wanted::default(), "page.html");
    let told = news(bench.does(Wish::Save(Box::new(saving.clone()))));
    let [News::Occupied { again, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(**again, Saving { replace: true, ..saving });
    assert!(bench.held().is_empty());
    assert_eq!(std::fs::read_to_string(bench.file("page.html")).unwrap(), "mine");
    let told = news(bench.does(Wish::Save(again.clone())));
    assert!(matches!(&told[..], [News::Frozen { .. }, News::Saved { .. }]), "{told:?}");
    assert!(std::fs::read_to_string(bench.file("page.html")).unwrap().starts_with("<!DOCTYPE html>"));
}

#[test]
fn a_page_that_nobody_read_is_not_kept() {
    let mut bench = Bench::new();
    let saving = bench.saving(Wanted::default(), "page.html");
    let body = FactBody::Work { item: "SEC-01".parse().unwrap(), work: WorkNote::Doing };
    bench.performer.desk.state(&bench.app, body).unwrap();
    let told = bench.does(Wish::Save(Box::new(saving)));
    let [Message::Pages(first), Message::Refused { field: "file", why }] = &told[..] else { panic!("{told:?}") };
    assert!(matches!(**first, News::Previewed { .. }), "it is shown anew");
    assert!(why.contains("read it again"), "{why}");
    assert!(bench.held().is_empty() && !bench.file("page.html").exists());
}

#[test]
fn a_place_that_cannot_be_is_refused_at_the_form_and_keeps_nothing() {
    let mut bench = Bench::new();
    for name in ["", "none/page.html"] {
        let saving = bench.saving(Wanted::default(), name);
        let told = bench.does(Wish::Save(Box::new(saving)));
        assert!(matches!(&told[..], [Message::Refused { field: "file", .. }]), "{told:?}");
    }
    assert!(bench.held().is_empty());
}

#[test]
fn two_kept_pages_are_read_and_compared() {
    let mut bench = Bench::new();
    for name in ["one.html", "two.html"] {
        let saving = bench.saving(Wanted::default(), name);
        bench.does(Wish::Save(Box::new(saving)));
    }
    let seals: Vec<_> = bench.held().into_iter().map(|it| it.seal).collect();
    let [newer, older] = &seals[..] else { panic!("{seals:?}") };
    let told = news(bench.does(Wish::Read { app: bench.app.clone(), seal: newer.clone() }));
    assert!(matches!(&told[..], [News::Read { record, .. }] if record.page.method.previous.as_ref() == Some(older)), "{told:?}");
    let compare = Wish::Compare { app: bench.app.clone(), one: newer.clone(), other: older.clone() };
    let told = news(bench.does(compare));
    let [News::Compared { comparison, .. }] = &told[..] else { panic!("{told:?}") };
    assert!(comparison.before.moment < comparison.after.moment);
}

#[test]
fn only_a_page_that_is_there_is_opened() {
    let bench = Bench::new();
    let missing = open(&bench.file("gone.html")).unwrap_err();
    assert_eq!(missing.next.unwrap(), "Save the page again");
    let text = bench.file("page.md");
    std::fs::write(&text, "x").unwrap();
    assert_eq!(open(&text).unwrap_err().next.unwrap(), "Save the page as html");
}

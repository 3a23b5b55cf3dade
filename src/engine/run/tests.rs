//! Runs with probes that panic, hang or pass, and a recorder that may refuse. No network is asked.

use super::*;
use crate::clock::SetClock;
use crate::domain::{Consent, Outcome, ProbeKind, Remedy};
use crate::engine::PlannedProbe;
use crate::probes::stand_in::{acme, sight};
use crate::probes::{Meta, Stage};
use crate::systems::stand_in::noon;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::sync::Mutex;
use wiremock::MockServer;

const fn meta(id: &'static str) -> Meta {
    Meta {
        id,
        system: System::Scan,
        asks: "?",
        needs: &[],
        cost: &[],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Experimental,
        seconds: 20,
        docs: "",
    }
}

struct Passes;
struct Panics;
struct Hangs;
static PASSES: Meta = meta("test.passes");
static PANICS: Meta = meta("test.panics");
static HANGS: Meta = meta("test.hangs");

impl AnyProbe for Passes {
    fn meta(&self) -> &'static Meta {
        &PASSES
    }
    fn look<'a>(&'a self, _: &'a Sight) -> BoxFuture<'a, Answer> {
        let verdict = Verdict::pass("it is so");
        Box::pin(async { Answer { verdict, observation: Some(json!({"seen": true})), remedy: Remedy::default() } })
    }
    fn remedy(&self, _: &Value, _: &crate::domain::AppSettings) -> Option<Remedy> {
        None
    }
}

impl AnyProbe for Panics {
    fn meta(&self) -> &'static Meta {
        &PANICS
    }
    fn look<'a>(&'a self, _: &'a Sight) -> BoxFuture<'a, Answer> {
        Box::pin(async {
            assert!(is_inside_a_probe(), "the hook has to know");
            panic!("the probe's own fault")
        })
    }
    fn remedy(&self, _: &Value, _: &crate::domain::AppSettings) -> Option<Remedy> {
        None
    }
}

impl AnyProbe for Hangs {
    fn meta(&self) -> &'static Meta {
        &HANGS
    }
    fn look<'a>(&'a self, _: &'a Sight) -> BoxFuture<'a, Answer> {
        Box::pin(std::future::pending())
    }
    fn remedy(&self, _: &Value, _: &crate::domain::AppSettings) -> Option<Remedy> {
        None
    }
}

/// Keeps what it is told, or refuses outcomes.
#[derive(Default)]
struct Book {
    outcomes: Mutex<Vec<(String, Outcome)>>,
    ended: Mutex<Option<RunEnd>>,
    refuses: bool,
}

impl Recorder for Book {
    fn begin(&self, _: RunId, _: chrono::DateTime<chrono::Utc>, _: Vec<ProbeId>) -> Result<(), NotRecorded> {
        Ok(())
    }
    fn outcome(&self, _: chrono::DateTime<chrono::Utc>, it: OutcomeFact, _: Option<&Value>) -> Result<(), NotRecorded> {
        if self.refuses {
            return Err(NotRecorded("the disk is full".to_owned()));
        }
        self.outcomes.lock().unwrap().push((it.probe.to_string(), it.verdict.outcome));
        Ok(())
    }
    fn end(&self, _: RunId, _: chrono::DateTime<chrono::Utc>, how: RunEnd) -> Result<(), NotRecorded> {
        *self.ended.lock().unwrap() = Some(how);
        Ok(())
    }
}

fn plan(probes: &[&'static dyn AnyProbe]) -> Plan {
    let planned = |probe: &'static dyn AnyProbe| {
        let meta = probe.meta();
        (probe, PlannedProbe { probe: meta.id.parse().unwrap(), system: meta.system, asks: meta.asks, items: Vec::new() })
    };
    Plan { probes: probes.iter().map(|probe| planned(*probe)).collect(), unasked: Vec::new(), requests: BTreeMap::new() }
}

async fn go(probes: &[&'static dyn AnyProbe], book: &Arc<Book>, stop: CancellationToken) -> (RunReport, Vec<RunEvent>) {
    let server = MockServer::start().await;
    let sight = sight(&server, &[], &acme());
    tokio::time::pause();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let recorder = Arc::clone(book) as Arc<dyn Recorder>;
    let report =
        super::run(RunId(uuid::Uuid::nil()), plan(probes), sight, SetClock::at(noon()), recorder, tell, stop).await.unwrap();
    let mut events = Vec::new();
    while let Ok(event) = told.try_recv() {
        events.push(event);
    }
    (report, events)
}

#[tokio::test]
async fn a_panic_and_a_hang_end_undecided_and_the_rest_goes_on() {
    let book = Arc::new(Book::default());
    let (report, _) = go(&[&Panics, &Hangs, &Passes], &book, CancellationToken::new()).await;
    let mut outcomes = book.outcomes.lock().unwrap().clone();
    outcomes.sort_by(|a, b| a.0.cmp(&b.0));
    let kinds: Vec<_> = outcomes.iter().map(|(id, it)| (id.as_str(), it.gap().map(|gap| gap.kind))).collect();
    assert_eq!(kinds, [("test.hangs", Some(GapKind::TimedOut)), ("test.panics", Some(GapKind::Internal)), ("test.passes", None)]);
    assert_eq!(report.how, RunEnd::Finished);
    assert!(!format!("{outcomes:?}").contains("own fault"), "a panic's message may quote a vendor");
}

#[tokio::test]
async fn what_could_not_be_stored_is_never_told_as_decided() {
    let book = Arc::new(Book { refuses: true, ..Book::default() });
    let (report, events) = go(&[&Passes], &book, CancellationToken::new()).await;
    assert!(report.decided.is_empty() && report.not_stored.len() == 1);
    assert!(!events.iter().any(|event| matches!(event, RunEvent::Decided { .. })));
    assert!(events.iter().any(|event| matches!(event, RunEvent::NotStored { probe: Some(_), .. })));
}

#[tokio::test]
async fn a_cancelled_run_keeps_what_was_decided_and_decides_nothing_else() {
    let book = Arc::new(Book::default());
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    let watched = Arc::clone(&book);
    let going = go(&[&Passes, &Hangs], &book, stop);
    let cancelling = async move {
        while watched.outcomes.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let ((report, events), ()) = tokio::join!(going, cancelling);
    assert_eq!(report.how, RunEnd::Cancelled);
    assert_eq!(*book.ended.lock().unwrap(), Some(RunEnd::Cancelled));
    assert_eq!(book.outcomes.lock().unwrap().len(), 1, "the hanging one has no outcome");
    let told = events.iter().filter(|event| matches!(event, RunEvent::Decided { .. })).count();
    assert_eq!(told, 1);
}

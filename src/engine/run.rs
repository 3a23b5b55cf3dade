//! One run: a task per probe, each with its own deadline; what is decided is stored, then told. A probe that panics,
//! hangs or errs ends as undecided and the run goes on; a cancelled run keeps what was decided.

use super::event::{PlannedProbe, RunEvent};
use super::plan::Plan;
use super::recorder::{NotRecorded, Recorder};
use crate::clock::SharedClock;
use crate::domain::{AppName, Digest, Gap, GapKind, OutcomeFact, ProbeId, RunId, System, Verdict, fact::RunEnd};
use crate::net::{Asker, Signal};
use crate::probes::{Answer, AnyProbe, Sight};
use futures_util::FutureExt as _;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The longest that a run may take (HOUSE §5).
pub const MOST_TIME: Duration = Duration::from_mins(10);

tokio::task_local! {
    /// Set while a probe looks, so that the panic hook only logs what a probe does wrong.
    static LOOKING: ();
}

/// Whether the code that runs now is a probe's.
#[must_use]
pub fn is_inside_a_probe() -> bool {
    LOOKING.try_with(|()| ()).is_ok()
}

/// Whether a panic here ends a probe or one task, whose awaiter hears of it. The survey of a repository runs on threads of its
/// own, so a probe's work is not only what runs in its task.
fn is_contained() -> bool {
    is_inside_a_probe() || std::thread::current().name() != Some("main")
}

/// Makes a panic that is contained a line of the log and nothing else: nothing is printed over a screen, and the message may
/// quote what a vendor sent, so that only its place is logged. Any other panic goes on as before, after `first`, which gives
/// a terminal back.
pub fn log_panics(first: fn()) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if is_contained() {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "a probe panicked");
        } else {
            first();
            before(info);
        }
    }));
}

/// How a run went.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    pub run: RunId,
    pub how: RunEnd,
    /// What was decided and stored, in that order, with milliseconds and requests.
    pub decided: Vec<(ProbeId, Verdict, u64, u32)>,
    /// Requests that were really sent.
    pub requests: BTreeMap<System, u32>,
    /// What could not be stored.
    pub not_stored: Vec<String>,
}

/// Hears of each probe that it has looked, or was stopped, before what it decided is stored.
pub type Over = Arc<dyn Fn(&ProbeId) + Send + Sync>;

struct Looked {
    index: usize,
    answer: Answer,
    ms: u64,
    requests: u32,
}

/// Asks every probe of the plan.
///
/// # Errors
/// When the run could not be recorded as begun (another one is open, the store refuses): nothing was asked.
pub async fn run(
    run: RunId,
    plan: Plan,
    sight: Sight,
    clock: SharedClock,
    recorder: Arc<dyn Recorder>,
    tell: UnboundedSender<RunEvent>,
    stop: CancellationToken,
) -> Result<RunReport, NotRecorded> {
    let planned = plan.probes.iter().map(|(_, planned)| planned.clone()).collect();
    let mut running = Running::begin(run, &sight.settings.name, planned, clock, recorder, tell, stop).await?;
    running.ask(&plan.probes, sight, &nobody()).await;
    Ok(running.end().await)
}

/// A run that has begun and is not over. It may ask in parts, with waits between them: a fail that needs a second look, a
/// system that wants no requests for a while. Whoever began it must end it; one that is dropped stays open until its process
/// is gone.
pub struct Running {
    clock: SharedClock,
    recorder: Arc<dyn Recorder>,
    tell: UnboundedSender<RunEvent>,
    stop: CancellationToken,
    report: RunReport,
    /// What still has to have an outcome before the run is whole.
    owed: Vec<ProbeId>,
}

impl Running {
    /// Records that a run begins which will ask these probes.
    ///
    /// # Errors
    /// Another run of the app is open, the store refuses: nothing is asked.
    pub async fn begin(
        run: RunId,
        app: &AppName,
        planned: Vec<PlannedProbe>,
        clock: SharedClock,
        recorder: Arc<dyn Recorder>,
        tell: UnboundedSender<RunEvent>,
        stop: CancellationToken,
    ) -> Result<Self, NotRecorded> {
        let started = clock.now();
        let probes: Vec<ProbeId> = planned.iter().map(|it| it.probe.clone()).collect();
        let (book, owed) = (Arc::clone(&recorder), probes.clone());
        blocking(move || book.begin(run, started, owed)).await?;
        let _ = tell.send(RunEvent::Started { run, app: app.to_string(), at: started, probes: planned });
        let report =
            RunReport { run, how: RunEnd::Finished, decided: Vec::new(), requests: BTreeMap::new(), not_stored: Vec::new() };
        Ok(Self { clock, recorder, tell, stop, report, owed: probes })
    }

    /// What was decided so far, in that order: a probe that looked twice stands there twice.
    #[must_use]
    pub fn decided(&self) -> &[(ProbeId, Verdict, u64, u32)] {
        &self.report.decided
    }

    /// Says that these are to be asked once more before the run is whole.
    pub fn owes(&mut self, probes: impl IntoIterator<Item = ProbeId>) {
        self.owed.extend(probes);
    }

    /// Asks these probes now, side by side. A new sight each time: what was read once is read anew.
    /// `over` hears who asks nobody any more.
    pub async fn ask(&mut self, probes: &[(&'static dyn AnyProbe, PlannedProbe)], sight: Sight, over: &Over) {
        let settings = Digest::of(&serde_json::to_string(&*sight.settings).unwrap_or_default());
        let end = Instant::now() + MOST_TIME;
        let mut tasks = JoinSet::new();
        for (index, (probe, planned)) in probes.iter().enumerate() {
            let (id, over) = (planned.probe.clone(), Arc::clone(over));
            let looking = look(index, *probe, id.clone(), sight.clone(), end, self.tell.clone(), self.stop.clone());
            tasks.spawn(async move {
                let looked = looking.await;
                over(&id);
                looked
            });
        }
        while let Some(looked) = tasks.join_next().await {
            let Ok(Some(looked)) = looked else { continue };
            let Some((probe, planned)) = probes.get(looked.index) else { continue };
            self.record(*probe, planned, looked, &sight, &settings).await;
        }
        sight.stop.store(true, Ordering::Relaxed);
        for (system, requests) in sight.door.requests() {
            *self.report.requests.entry(system).or_default() += requests;
        }
    }

    /// Stores a decision, then tells it.
    async fn record(
        &mut self,
        probe: &'static dyn AnyProbe,
        planned: &PlannedProbe,
        looked: Looked,
        sight: &Sight,
        settings: &Digest,
    ) {
        let at = self.clock.now();
        let Looked { answer, ms, requests, .. } = looked;
        let fact = OutcomeFact {
            run: self.report.run,
            probe: planned.probe.clone(),
            revision: probe.meta().revision,
            subject: sight.settings.subject(planned.system).unwrap_or_default(),
            settings: settings.clone(),
            observation: None, // the recorder names it by what it stores
            verdict: answer.verdict.clone(),
            ms,
            requests,
        };
        let recorder = Arc::clone(&self.recorder);
        let written = blocking(move || recorder.outcome(at, fact, answer.observation.as_ref())).await;
        let probe = planned.probe.clone();
        if let Some(position) = self.owed.iter().position(|owed| *owed == probe) {
            self.owed.swap_remove(position);
        }
        match written {
            Ok(()) => {
                self.report.decided.push((probe.clone(), answer.verdict.clone(), ms, requests));
                let _ = self.tell.send(RunEvent::Decided { probe, verdict: Box::new(answer.verdict), ms, requests, at });
            }
            Err(NotRecorded(why)) => {
                self.report.not_stored.push(format!("{probe}: {why}"));
                let _ = self.tell.send(RunEvent::NotStored { probe: Some(probe), why });
            }
        }
    }

    /// Records that the run is over: cancelled, if it was told to stop while something had no outcome yet.
    pub async fn end(mut self) -> RunReport {
        let how = if self.stop.is_cancelled() && !self.owed.is_empty() { RunEnd::Cancelled } else { RunEnd::Finished };
        self.report.how = how;
        let (run, at, recorder) = (self.report.run, self.clock.now(), self.recorder);
        if let Err(NotRecorded(why)) = blocking(move || recorder.end(run, at, how)).await {
            self.report.not_stored.push(why.clone());
            let _ = self.tell.send(RunEvent::NotStored { probe: None, why });
        }
        let _ = self.tell.send(RunEvent::Ended { run, how, at, requests: self.report.requests.clone() });
        self.report
    }
}

/// For whoever asks and waits for no such word.
#[must_use]
pub fn nobody() -> Over {
    Arc::new(|_| {})
}

/// One probe's look. None: the run was cancelled before it decided, so it has no outcome.
async fn look(
    index: usize,
    probe: &'static dyn AnyProbe,
    id: ProbeId,
    sight: Sight,
    run_end: Instant,
    tell: UnboundedSender<RunEvent>,
    stop: CancellationToken,
) -> Option<Looked> {
    let _ = tell.send(RunEvent::Looking { probe: id.clone() });
    let began = Instant::now();
    let own = Duration::from_secs(u64::from(probe.meta().seconds));
    let deadline = (began + own).min(run_end);
    let requests = Arc::new(AtomicU32::new(0));
    let signals = {
        let (tell, probe) = (tell, id.clone());
        Arc::new(move |signal: Signal| {
            let probe = probe.clone();
            let _ = tell.send(match signal {
                Signal::Asking { system } => RunEvent::Asking { probe, system },
                Signal::Waiting { system, until } => RunEvent::Waiting { probe, system, until },
            });
        })
    };
    let asker = Asker { probe: Some(id), requests: Arc::clone(&requests), deadline: Some(deadline), tell: signals };
    let sight = Sight { door: sight.door.on_behalf(asker), ..sight };
    let looking = AssertUnwindSafe(LOOKING.scope((), probe.look(&sight))).catch_unwind();
    let answer = tokio::select! {
        biased;
        () = stop.cancelled() => {
            sight.stop.store(true, Ordering::Relaxed);
            return None;
        }
        looked = tokio::time::timeout_at(deadline, looking) => match looked {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => blind(Gap::internal("the probe failed inside; the log has the place").needs("Report it with the log file")),
            Err(_) => blind(timed_out(probe.meta().system, began.elapsed())),
        },
    };
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Some(Looked { index, answer, ms, requests: requests.load(Ordering::Relaxed) })
}

fn timed_out(system: System, after: Duration) -> Gap {
    Gap::new(GapKind::TimedOut, system, format!("{} did not answer within {} s", system.title(), after.as_secs()))
        .needs("Run the probe again; if it stays, look at the vendor's status page")
}

fn blind(gap: Gap) -> Answer {
    Answer { verdict: Verdict::undecided(gap), observation: None, remedy: crate::domain::Remedy::default() }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, NotRecorded> + Send + 'static) -> Result<T, NotRecorded> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(NotRecorded("the store failed inside".to_owned())))
}

#[cfg(test)]
mod tests;

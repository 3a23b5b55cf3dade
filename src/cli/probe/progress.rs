//! What a rerun tells, as it is told: lines of progress at once, results in the order of the apps. An app's board and report
//! are dropped as soon as its lines or its document are made.

use super::document;
use crate::cli::{exit, out::Out, plain};
use crate::desk::Desk;
use crate::desk::due::Saw;
use crate::desk::rerun::{Ended, How, Told, Wanted};
use crate::desk::scheduled::Shortfall;
use crate::desk::telling;
use crate::domain::{AppName, System};
use crate::engine::RunEvent;
use crate::store::LONGEST_ELSEWHERE;
use crate::trouble::Trouble;
use crate::words;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How it was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// One app by its name: each probe is a line, and its trouble is the command's.
    pub is_single: bool,
    pub as_json: bool,
    pub is_plain: bool,
    pub only_due: bool,
}

/// What is held of an app until those before it are told.
#[derive(Default)]
struct Piece {
    lines: Vec<u8>,
    document: Option<Value>,
}

/// What came of it all.
pub(super) struct AllEnded {
    /// In the order of the apps.
    pub documents: Vec<Value>,
    /// An exit code for each: of those that were asked, that could not be, and that had nothing due.
    pub codes: Vec<u8>,
    /// How many of them had nothing due.
    pub not_due: usize,
    /// How many were not asked because the rerun was stopped.
    pub stopped: usize,
    /// Something was not asked because the rerun was stopped.
    pub cut: bool,
    /// What became of each app, for whoever is told of it.
    pub news: Vec<telling::Told>,
    /// What could not be done.
    pub shortfall: Shortfall,
}

/// The listener.
pub(super) struct Progress<'a> {
    desk: &'a Desk,
    manner: Manner,
    places: BTreeMap<AppName, usize>,
    held: BTreeMap<usize, Piece>,
    next: usize,
    over: usize,
    waits: BTreeSet<(System, DateTime<Utc>)>,
    ended: AllEnded,
}

impl<'a> Progress<'a> {
    pub fn new(desk: &'a Desk, wanted: &Wanted, manner: Manner) -> Self {
        let places = wanted.apps.iter().cloned().zip(0..).collect();
        let (documents, codes, news, shortfall) = (Vec::new(), Vec::new(), Vec::new(), Shortfall::default());
        let ended = AllEnded { documents, codes, not_due: 0, stopped: 0, cut: false, news, shortfall };
        Self { desk, manner, places, held: BTreeMap::new(), next: 0, over: 0, waits: BTreeSet::new(), ended }
    }

    /// Hears one thing.
    ///
    /// # Errors
    /// The trouble of the one app that was named.
    pub fn hear(&mut self, told: Told, out: &mut Out<'_>) -> Result<(), Trouble> {
        match told {
            Told::Begun { app, due, checks } => {
                let unseen = checks.iter().filter(|_| self.manner.only_due);
                for check in unseen {
                    if let Saw::Nothing(gap) = &check.saw {
                        let what = check.watch.says();
                        out.say(format!("{app}: could not see whether the {what} changed: {}", gap.says));
                    }
                }
                if self.manner.only_due {
                    out.say(format!("{app}: {} due: {}", words::count(due.len(), "probe"), document::reasons(&due)));
                }
            }
            Told::Step { app, event } => self.step(&app, &event, out),
            Told::Waits { app, system, probes, until } => {
                // Whoever stops at the same closed door would say the same.
                if self.waits.insert((system, until)) {
                    let (system, at) = (system.title(), until.format("%H:%M:%S UTC"));
                    let probes = words::count(probes, "probe");
                    out.say(format!("{system} wants no more requests until {at}: {probes} of {app} wait, the others go on"));
                }
            }
            Told::Again { app, probes, at } => {
                let at = at.format("%H:%M UTC");
                let names: Vec<&str> = probes.iter().map(crate::domain::ProbeId::as_str).collect();
                out.say(format!("{app}: {} suspected, looked at again at {at}: {}", probes.len(), names.join(", ")));
            }
            Told::Over { app, ended } => return self.over(&app, &ended, out),
        }
        Ok(())
    }

    fn step(&self, app: &AppName, event: &RunEvent, out: &mut Out<'_>) {
        let matters = self.manner.is_single || self.manner.is_plain || matches!(event, RunEvent::NotStored { .. });
        let Some(line) = plain::event(event).filter(|_| matters) else { return };
        if self.manner.is_single || matches!(event, RunEvent::Started { .. }) {
            out.say(line);
        } else {
            out.say(format!("{app}:{}", line.strip_prefix(' ').unwrap_or(&line)));
        }
    }

    fn over(&mut self, app: &AppName, ended: &Ended, out: &mut Out<'_>) -> Result<(), Trouble> {
        self.over += 1;
        let mut piece = Piece::default();
        let mut line = None;
        match &ended.how {
            How::Ran(ran) => {
                self.ended.news.push(telling::Told::ran(app.clone(), ran.report.run));
                let code = if ran.report.not_stored.is_empty() { exit::of(&ran.board, ran.lost) } else { exit::FAILED };
                self.ended.codes.push(code);
                if !ran.report.not_stored.is_empty() {
                    self.ended.shortfall.not_stored.push(app.clone());
                }
                if self.manner.is_single && !self.manner.as_json {
                    for (planned, gap) in &ran.unasked {
                        out.say(format!("  ? {}: can't see: {}", planned.probe, gap.says));
                    }
                }
                let blind = ran.report.decided.iter().filter(|(_, verdict, ..)| !verdict.outcome.is_decided()).count();
                let decided = ran.report.decided.len() - blind;
                let is_cut = ran.report.how == crate::domain::fact::RunEnd::Cancelled;
                self.ended.cut |= is_cut;
                let how = if is_cut { ", cancelled" } else { "" };
                line = Some(format!("{} decided, {blind} not seen or not decided{how}", words::count(decided, "probe")));
                if !self.manner.as_json {
                    let (mut sink, mut inner) = (Vec::new(), Vec::new());
                    let mut into = Out::new(&mut inner, &mut sink);
                    document::summary(app, ran, &mut into);
                    piece.lines = inner;
                }
            }
            How::NothingDue { .. } => {
                self.stands(app);
                self.ended.not_due += 1;
                let unseen = ended.checks.iter().filter_map(|check| match &check.saw {
                    Saw::Nothing(gap) => Some(format!("not whether the {} changed: {}", check.watch.says(), gap.says)),
                    _ => None,
                });
                let unseen: Vec<String> = unseen.collect();
                if !unseen.is_empty() {
                    line = Some(format!("nothing due, as far as could be seen: {}", unseen.join("; ")));
                }
            }
            How::Stopped if self.manner.is_single => {
                return Err(Trouble::failed(format!("stopped before anything of {app} was asked")));
            }
            How::Stopped => {
                self.ended.stopped += 1;
                self.ended.cut = true;
            }
            How::NothingToAsk if self.manner.is_single => return Err(nothing_to_ask(app)),
            How::NothingToAsk => line = Some("skipped: no probe to run there".to_owned()),
            How::OpenElsewhere { since, pid, host } => {
                let trouble = run_open(app, *since, *pid, host.as_str());
                // As long as one may take it is no news.
                if self.desk.clock.now() - *since > LONGEST_ELSEWHERE {
                    self.ended.news.push(telling::Told::missed(app.clone(), &trouble));
                }
                if self.manner.is_single {
                    return Err(trouble);
                }
                self.stands(app);
                let since = since.format("%H:%M UTC");
                line = Some(format!("skipped: a run of it is open since {since} (process {pid} on {host})"));
            }
            How::Failed(trouble) => {
                self.ended.news.push(telling::Told::missed(app.clone(), trouble));
                if self.manner.is_single {
                    return Err(trouble.clone());
                }
                self.ended.codes.push(exit::FAILED);
                self.ended.shortfall.failed.push(app.clone());
                line = Some(trouble.to_string());
            }
        }
        if let Some(line) = line.filter(|_| !self.manner.is_single) {
            out.say(format!("[{}/{}] {app}: {line}", self.over, self.places.len()));
        }
        if self.manner.as_json {
            piece.document = document::of(app, ended);
        }
        if let Some(place) = self.places.get(app) {
            self.held.insert(*place, piece);
        }
        self.hand_over(out);
        Ok(())
    }

    /// Takes an app that was not asked for what it is.
    fn stands(&mut self, app: &AppName) {
        let code = self.as_it_stands(app);
        if code == exit::FAILED {
            self.ended.shortfall.failed.push(app.clone());
        }
        self.ended.codes.push(code);
    }

    /// The exit code of an app that was not asked: what `rescue status` would say of it.
    fn as_it_stands(&self, app: &AppName) -> u8 {
        let stands = self.desk.board(app).and_then(|board| {
            let may_be_lost = board.items.iter().any(|it| it.truth.is_lost());
            let lost = if may_be_lost { self.desk.lost(app)?.len() } else { 0 };
            Ok(exit::of(&board, lost))
        });
        stands.unwrap_or(exit::FAILED)
    }

    /// What is next in the order of the apps, as far as it is there.
    fn hand_over(&mut self, out: &mut Out<'_>) {
        while let Some(piece) = self.held.remove(&self.next) {
            self.next += 1;
            if !piece.lines.is_empty() {
                out.raw(&piece.lines);
            }
            self.ended.documents.extend(piece.document);
        }
    }

    pub fn end(self) -> AllEnded {
        self.ended
    }
}

pub(in crate::cli) fn nothing_to_ask(app: &AppName) -> Trouble {
    Trouble::usage(format!("{app} has no probe to run there"))
        .next("Say what it uses with `rescue app edit`, or name another probe, item or system")
}

/// A run of it goes on, here or in another process.
pub(in crate::cli) fn run_open(app: &AppName, since: DateTime<Utc>, pid: u32, host: &str) -> Trouble {
    Trouble::failed(format!("a run of `{app}` is open since {}", words::moment(since)))
        .why(format!("process {pid} on {host} is at it"))
        .next("wait until it ends, or stop it")
}

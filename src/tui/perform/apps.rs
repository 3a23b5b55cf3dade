//! The apps as a whole: reading the portfolio, a piece at a time when much is new, and rerunning several of them.

use super::Performer;
use crate::desk::portfolio::Row;
use crate::desk::several::Told;
use crate::domain::{AppName, Vocabulary};
use crate::trouble::Trouble;
use crate::tui::message::{AppRow, Message};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// While many apps are rerun, how often those that are through are read anew.
const READ_EVERY: Duration = Duration::from_millis(500);

/// Whether the portfolio is being read: one reading at a time, and one more after it when something changed meanwhile.
#[derive(Debug, Default)]
pub struct Reading {
    going: AtomicBool,
    again: AtomicBool,
    /// The names that were told last.
    named: Mutex<Arc<Vocabulary>>,
}

impl Performer {
    /// Reads the portfolio soon; whoever asks while it is being read gets the next reading.
    pub(super) fn reload(self: &Arc<Self>) {
        self.reading.again.store(true, Ordering::SeqCst);
        if self.reading.going.swap(true, Ordering::SeqCst) {
            return;
        }
        self.off("The apps could not be read", |me| {
            let mut read = Ok(());
            loop {
                while me.reading.again.swap(false, Ordering::SeqCst) {
                    read = me.portfolio();
                }
                me.reading.going.store(false, Ordering::SeqCst);
                // Somebody may have asked between the last look and now: then whoever gets the turn goes on.
                if !me.reading.again.load(Ordering::SeqCst) || me.reading.going.swap(true, Ordering::SeqCst) {
                    return read;
                }
            }
        });
    }

    fn portfolio(&self) -> Result<(), Trouble> {
        let told = |rows: Vec<Row>, unread| Message::Portfolio { apps: rows.into_iter().map(app_row).collect(), unread };
        let rows = self.desk.portfolio_by(true, |rows, unread| self.tell(told(rows, unread)))?;
        self.tell(told(rows, 0));
        self.tell(Message::Schedule(self.desk.schedule_standing()?.map(Box::new)));
        let known = Arc::new(self.desk.vocabulary()?);
        let mut told = self.reading.named.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != known {
            told.clone_from(&known);
            self.tell(Message::Vocabulary(known));
        }
        Ok(())
    }

    /// Reruns these apps off the interface's task; what is through is read anew while the rest goes on.
    pub(super) fn rerun(self: &Arc<Self>, apps: Vec<AppName>) {
        let me = Arc::clone(self);
        let stop = CancellationToken::new();
        *me.rerunning.lock().unwrap_or_else(PoisonError::into_inner) = Some(stop.clone());
        let (tell, mut told) = unbounded_channel();
        let desk = Arc::clone(&me.desk);
        tokio::spawn(async move { desk.several(apps, tell, stop).await });
        tokio::spawn(async move {
            let mut read = Instant::now();
            while let Some(it) = told.recv().await {
                let open = me.open.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let is_open = matches!(&it, Told::Decided { app, .. } | Told::Ended { app, .. } if open.as_ref() == Some(app));
                let reads = it == Told::Over || (matches!(it, Told::Ended { .. }) && read.elapsed() >= READ_EVERY);
                me.tell(Message::Rerun(it));
                if let (true, Some(app)) = (is_open, open) {
                    me.off("The app could not be read", move |me| me.board(&app));
                }
                if reads {
                    me.reload();
                    read = Instant::now();
                }
            }
        });
    }
}

fn app_row(row: Row) -> AppRow {
    AppRow {
        name: row.name,
        title: row.title,
        week: row.week,
        weeks: row.weeks,
        answer: row.last_run.map(|_| row.answer),
        says: row.says,
        lost: row.drifted,
        failing: row.failing,
        unseen: row.unseen,
        last_run: row.last_run,
        due: row.due,
        due_from: row.when.from,
        urgent: row.urgent,
        gates: row.gates,
        archived: row.archived,
        glance: Arc::new(row.glance),
    }
}

//! The portfolio: a row per app, from a cache that is thrown away at will. The cache is keyed by the newest fact, the
//! checklist and the next moment at which anything changes by itself (DESIGN §2).

use super::{Desk, due};
use crate::domain::fact::RunEnd;
use crate::domain::question::{Asked, Vocabulary};
use crate::domain::state::Answer;
use crate::domain::{AppName, Board, Fact, FactBody, Foreign, Gate, Glance, Truth, day_and_week};
use crate::schedule::Short;
use crate::store::{AppId, AppRow, SummaryKey};
use crate::trouble::Trouble;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// While many apps are read anew, how often what is there so far is kept and told.
const TELL_EVERY: Duration = Duration::from_millis(300);

/// An app in the portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub name: AppName,
    pub title: Foreign,
    pub start: NaiveDate,
    /// Week of the engagement, from 1; 0 before its start.
    pub week: u16,
    pub weeks: u8,
    pub answer: Answer,
    /// The headline in one sentence.
    pub says: Foreign,
    pub done: u16,
    pub applicable: u16,
    pub drifted: u16,
    pub failing: u16,
    pub unseen: u16,
    /// Open gates for now.
    pub urgent: u16,
    /// Every open gate that the answer depends on.
    pub gates: u16,
    /// When the newest finished run ended.
    pub last_run: Option<DateTime<Utc>>,
    /// Something of it is due ([`crate::schedule`]), as far as facts and marks tell. A credential that appeared is known once
    /// somebody met it: `auth set`, `auth status`, the screen of connections, a rerun. No row looks into a keyring or runs a
    /// command for that; a variable that was exported since is noticed by the next rerun, which looks anyway.
    #[serde(default)]
    pub due: bool,
    /// When it is, computed with the row.
    pub when: Short,
    pub archived: bool,
    /// Its items and probes, for questions across apps.
    pub glance: Glance,
}

impl Row {
    fn of(board: &Board, last_run: Option<DateTime<Utc>>, when: Short) -> Self {
        let sum = |of: fn(&crate::domain::PhaseProgress) -> u16| board.phases.iter().map(of).sum();
        let count = |truth: Truth| board.counts.get(&truth).copied().unwrap_or(0);
        let gates = &board.headline.open_gates;
        let urgent = board.items.iter().filter(|it| it.gate == Some(Gate::Now) && gates.contains(&it.item));
        let number = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        Self {
            name: board.settings.name.clone(),
            title: board.settings.title.clone(),
            start: board.settings.start,
            week: board.week,
            weeks: board.settings.weeks,
            answer: board.headline.answer,
            says: board.headline.says.clone(),
            done: sum(|it| it.done),
            applicable: sum(|it| it.applicable),
            drifted: count(Truth::Drifted) + count(Truth::Disputed),
            failing: count(Truth::Failing),
            unseen: board.unseen,
            urgent: number(urgent.count()),
            gates: number(gates.len()),
            last_run,
            due: false,
            when,
            archived: board.settings.archived,
            glance: Glance::of(board),
        }
    }

    /// One of which nothing can be told: its checklist cannot be read, by this version or at all.
    fn unread(app: &AppRow, trouble: &Trouble, now: DateTime<Utc>) -> Self {
        Self {
            name: app.name.clone(),
            title: Foreign::new(app.name.as_str()),
            start: now.date_naive(),
            week: 0,
            weeks: 0,
            answer: Answer::No,
            says: Foreign::new(format!("NO — {}", trouble.with_step())),
            done: 0,
            applicable: 0,
            drifted: 0,
            failing: 0,
            unseen: 0,
            urgent: 0,
            gates: 0,
            last_run: None,
            due: false,
            // A rerun is where its trouble is told.
            when: Short { from: Some(now), ..Short::default() },
            archived: false,
            glance: Glance::default(),
        }
    }

    fn at(mut self, changed: Option<&BTreeMap<String, DateTime<Utc>>>, now: DateTime<Utc>) -> Self {
        self.due = !self.archived && self.when.is_due(changed, now);
        self.week = day_and_week(self.start, now).1;
        self
    }

    /// Whether its facts or its checklist cannot all be read, so that nothing judged from them is known.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.glance.is_blank()
    }

    /// What a question may ask of it.
    #[must_use]
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            name: self.name.as_str(),
            title: self.title.as_str(),
            week: self.week,
            answer: self.last_run.map(|_| self.answer),
            due: self.due,
            due_from: self.when.from,
            archived: self.archived,
            lost: self.drifted,
            failing: self.failing,
            urgent: self.urgent,
            gates: self.gates,
            unseen: self.unseen,
            last_run: self.last_run,
            glance: &self.glance,
        }
    }
}

/// The next moment at which a row reads differently without a new fact. A board also says which day of the engagement it
/// is and so changes at every midnight; a row counts its week when it is read, so that a portfolio of hundreds of apps is
/// not read anew every morning.
fn holds_until(board: &Board, facts: &[Fact]) -> Option<DateTime<Utc>> {
    if board.future_facts > 0 {
        return board.next_change;
    }
    let begins = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let live = board.settings.live_since.map(begins);
    // Days of another year are written with it.
    let year = NaiveDate::from_ymd_opt(board.now.year() + 1, 1, 1).map(begins);
    let permitted = facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Authorised { authorisation } => Some(authorisation.until),
        _ => None,
    });
    let changes = board.items.iter().filter_map(|it| it.next_change).chain(live).chain(year).chain(permitted);
    changes.filter(|at| *at > board.now).min()
}

/// A row that was computed now, with what it may be kept by; none for what must not be kept.
type Fresh = (Row, Option<SummaryKey>);

impl Desk {
    /// A row per app, by name; archived ones only if asked.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn portfolio(&self, archived: bool) -> Result<Vec<Row>, Trouble> {
        self.portfolio_by(archived, |_, _| {})
    }

    /// The same, telling on the way what is there so far, by name, and how many apps are still to be read: most come from
    /// the cache at once, and hundreds that have to be read anew take seconds. Not told when all are there at once.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn portfolio_by(&self, archived: bool, tell: impl FnMut(Vec<Row>, usize)) -> Result<Vec<Row>, Trouble> {
        self.portfolio_every(TELL_EVERY, archived, tell)
    }

    fn portfolio_every(
        &self,
        every: Duration,
        archived: bool,
        mut tell: impl FnMut(Vec<Row>, usize),
    ) -> Result<Vec<Row>, Trouble> {
        let now = self.clock.now();
        let mut kept = self.store.summaries(now)?;
        let changes = self.store.changes()?;
        let apps = self.store.apps()?;
        let mut rows: Vec<Option<Row>> =
            apps.iter().map(|app| kept.remove(&app.id).and_then(|(_, json)| serde_json::from_str::<Row>(&json).ok())).collect();
        let shown = |rows: &[Option<Row>]| -> Vec<Row> {
            let rows = apps.iter().zip(rows).filter_map(|(app, row)| Some((app, row.as_ref()?)));
            let rows = rows.filter(|(_, row)| archived || !row.archived);
            rows.map(|(app, row)| row.clone().at(changes.get(&app.id), now)).collect()
        };
        let mut missing = rows.iter().filter(|row| row.is_none()).count();
        let mut fresh = Vec::new();
        let mut told = Instant::now();
        if missing > 0 && missing < rows.len() {
            tell(shown(&rows), missing);
        }
        for (at, app) in apps.iter().enumerate() {
            let Some(place) = rows.get_mut(at).filter(|it| it.is_none()) else { continue };
            missing = missing.saturating_sub(1);
            let Some((row, key)) = self.row_of(app, now)? else { continue };
            fresh.extend(key.map(|key| (app.id, key, serde_json::to_string(&row).unwrap_or_default())));
            *place = Some(row);
            if missing > 0 && told.elapsed() >= every {
                self.keep(&std::mem::take(&mut fresh));
                tell(shown(&rows), missing);
                told = Instant::now();
            }
        }
        self.keep(&fresh);
        Ok(shown(&rows))
    }

    /// Reads an app anew; none for one without settings.
    fn row_of(&self, app: &AppRow, now: DateTime<Utc>) -> Result<Option<Fresh>, Trouble> {
        let facts = self.store.facts(app.id)?;
        let board = match self.board_of(&facts, now) {
            Ok(Some(board)) => board,
            Ok(None) => return Ok(None),
            // One app's trouble hides no other, and it is no reason to leave the app out.
            Err(trouble) => return Ok(Some((Row::unread(app, &trouble, now), None))),
        };
        let last_run = facts.iter().rev().find_map(|fact| match fact.body {
            FactBody::RunEnded { how: RunEnd::Finished, .. } => Some(fact.at),
            _ => None,
        });
        let row = Row::of(&board, last_run, due::short(&board, &facts, now));
        let lost = self.store.unreadable(app.id);
        if lost > 0 {
            let says = format!("NO — {}: {}; run `rescue db check`", super::unreadable(lost), super::UNSURE);
            // Nothing is known for sure: no question is answered from the facts that are left.
            let unsure = Row { answer: Answer::No, says: says.into(), done: 0, glance: Glance::default(), ..row };
            return Ok(Some((unsure, None)));
        }
        let digest = facts.iter().rev().find_map(|fact| match &fact.body {
            FactBody::ChecklistAdopted { checklist, .. } => Some(checklist.clone()),
            _ => None,
        });
        let until = holds_until(&board, &facts);
        let key = app.last_fact.zip(digest).map(|(last_fact, checklist)| SummaryKey { last_fact, checklist, made: now, until });
        Ok(Some((row, key)))
    }

    /// Only a cache: a failure to keep it is no reason to fail.
    fn keep(&self, fresh: &[(AppId, SummaryKey, String)]) {
        if fresh.is_empty() || self.store.is_reading_only() {
            return;
        }
        let kept = self.store.put_summaries(fresh.iter().map(|(app, key, json)| (*app, key, json.as_str())));
        if let Err(error) = kept {
            tracing::warn!(%error, "the cache of summaries was not kept");
        }
    }

    /// The names that a question across apps may use: items of every checklist that an app was ever worked through, and
    /// every probe.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn vocabulary(&self) -> Result<Vocabulary, Trouble> {
        let mut known = Vocabulary::default();
        known.probes.extend(self.book.keys().map(ToString::to_string));
        for stored in self.store.checklists()? {
            // One that cannot be read has no names to offer; the row of its app says that it cannot.
            let Ok(Some(checklist)) = self.checklist_of(&stored.digest) else { continue };
            for item in &checklist.items {
                known.items.insert(item.id.to_string(), item.short.clone());
                known.probes.extend(item.rule.probes().into_iter().map(ToString::to_string));
            }
        }
        Ok(known)
    }
}

#[cfg(test)]
mod tests;

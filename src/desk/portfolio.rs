//! The portfolio: a row per app, from a cache that is thrown away at will. The cache is keyed by the newest fact, the
//! checklist and the next moment at which anything changes by itself (DESIGN §2).

use super::{Desk, due};
use crate::domain::fact::RunEnd;
use crate::domain::state::Answer;
use crate::domain::{AppName, Board, Foreign, Truth};
use crate::schedule::Short;
use crate::store::SummaryKey;
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An app in the portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub name: AppName,
    pub title: Foreign,
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
    /// When the newest finished run ended.
    pub last_run: Option<DateTime<Utc>>,
    /// Something of it is due ([`crate::schedule`]), as far as facts and marks tell: a credential that appeared is noticed by
    /// the rerun.
    #[serde(default)]
    pub due: bool,
    /// When it is, computed with the row.
    pub when: Short,
    pub archived: bool,
}

impl Row {
    fn of(board: &Board, last_run: Option<DateTime<Utc>>, when: Short) -> Self {
        let sum = |of: fn(&crate::domain::PhaseProgress) -> u16| board.phases.iter().map(of).sum();
        let count = |truth: Truth| board.counts.get(&truth).copied().unwrap_or(0);
        Self {
            name: board.settings.name.clone(),
            title: board.settings.title.clone(),
            week: board.week,
            weeks: board.settings.weeks,
            answer: board.headline.answer,
            says: board.headline.says.clone(),
            done: sum(|it| it.done),
            applicable: sum(|it| it.applicable),
            drifted: count(Truth::Drifted) + count(Truth::Disputed),
            failing: count(Truth::Failing),
            unseen: board.unseen,
            last_run,
            due: false,
            when,
            archived: board.settings.archived,
        }
    }

    fn at(mut self, changed: Option<&BTreeMap<String, DateTime<Utc>>>, now: DateTime<Utc>) -> Self {
        self.due = !self.archived && self.when.is_due(changed, now);
        self
    }
}

impl Desk {
    /// A row per app, by name; archived ones only if asked.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn portfolio(&self, archived: bool) -> Result<Vec<Row>, Trouble> {
        let now = self.clock.now();
        let mut kept = self.store.summaries(now)?;
        let changes = self.store.changes()?;
        let mut fresh = Vec::new();
        let mut rows = Vec::new();
        for app in self.store.apps()? {
            if let Some(row) = kept.remove(&app.id).and_then(|(_, json)| serde_json::from_str::<Row>(&json).ok()) {
                rows.push(row.at(changes.get(&app.id), now));
                continue;
            }
            let facts = self.store.facts(app.id)?;
            let Some(board) = self.board_of(&facts, now)? else { continue };
            let last_run = facts.iter().rev().find_map(|fact| match fact.body {
                crate::domain::FactBody::RunEnded { how: RunEnd::Finished, .. } => Some(fact.at),
                _ => None,
            });
            let row = Row::of(&board, last_run, due::short(&board, &facts, now));
            let lost = self.store.unreadable(app.id);
            if lost > 0 {
                let says = format!("NO — {}: {}; run `rescue db check`", super::unreadable(lost), super::UNSURE);
                rows.push(Row { answer: Answer::No, says: says.into(), done: 0, ..row.at(changes.get(&app.id), now) });
                continue;
            }
            let digest = facts.iter().rev().find_map(|fact| match &fact.body {
                crate::domain::FactBody::ChecklistAdopted { checklist, .. } => Some(checklist.clone()),
                _ => None,
            });
            if let (Some(last_fact), Some(checklist)) = (app.last_fact, digest) {
                let key = SummaryKey { last_fact, checklist, made: now, until: board.next_change };
                fresh.push((app.id, key, serde_json::to_string(&row).unwrap_or_default()));
            }
            rows.push(row.at(changes.get(&app.id), now));
        }
        if !fresh.is_empty() && !self.store.is_reading_only() {
            // Only a cache: a failure to keep it is no reason to fail.
            let kept = self.store.put_summaries(fresh.iter().map(|(app, key, json)| (*app, key, json.as_str())));
            if let Err(error) = kept {
                tracing::warn!(%error, "the cache of summaries was not kept");
            }
        }
        rows.retain(|row| archived || !row.archived);
        Ok(rows)
    }
}

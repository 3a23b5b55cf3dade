//! The apps of the sample: one that lost something, one that is due, one never looked at, one with accepted risks, one put
//! away.

use super::{ago, board, first_board};
use crate::domain::state::Answer;
use crate::domain::{Board, Glance, Vocabulary};
use crate::tui::message::AppRow;
use chrono::TimeDelta;
use std::sync::Arc;

/// The portfolio.
#[must_use]
pub fn apps() -> Vec<AppRow> {
    let (seen, unseen) = (glance(&board()), glance(&first_board()));
    let row = |name: &str, title: &str, answer, says: &str| AppRow {
        name: name.parse().unwrap(),
        title: title.into(),
        week: 3,
        weeks: 6,
        answer,
        says: says.into(),
        lost: 0,
        failing: 0,
        unseen: 4,
        last_run: Some(ago(12)),
        due: false,
        due_from: Some(ago(12) + TimeDelta::days(7)),
        urgent: 0,
        gates: 0,
        archived: false,
        glance: Arc::clone(&seen),
    };
    vec![
        AppRow {
            lost: 2,
            failing: 1,
            unseen: 61,
            urgent: 3,
            gates: 3,
            ..row("acme-shop", "Acme Shop", Some(Answer::No), "NO — 3 gates are open: RLS-01 anybody can read the table orders")
        },
        AppRow {
            due: true,
            ..row(
                "acme-notes",
                "Acme Notes 日本語のとても長いなまえのアプリケーション",
                Some(Answer::Yes),
                "Every gate is closed",
            )
        },
        AppRow {
            last_run: None,
            unseen: 78,
            glance: unseen,
            ..row("acme-forms", "Acme Forms", None, "NO — 81 items not looked at yet")
        },
        AppRow {
            week: 5,
            ..row("acme-books", "Acme Books", Some(Answer::YesWithAcceptedRisks), "2 risks accepted by Ana until 1 February 2027")
        },
        AppRow { archived: true, ..row("acme-attic", "Acme Attic", Some(Answer::Yes), "Every gate is closed") },
    ]
}

/// The names of the sample's checklist.
#[must_use]
pub fn vocabulary() -> Vocabulary {
    let board = board();
    let items = board.checklist.items.iter().map(|item| (item.id.to_string(), item.short.clone()));
    let probes = board.items.iter().flat_map(|it| &it.words).map(|word| word.probe.to_string());
    Vocabulary { items: items.collect(), probes: probes.collect() }
}

fn glance(board: &Board) -> Arc<Glance> {
    Arc::new(Glance::of(board))
}

//! `rescue prove`: asks again just what some items need, and says what was before and what is after. The exit code speaks of
//! these items alone.

use super::fix_args::ProveArgs;
use super::{exit, items, json, out::Out, plain};
use crate::desk::{Desk, proving};
use crate::domain::ItemId;
use crate::trouble::Trouble;
use serde_json::json;
use std::collections::BTreeSet;
use tokio_util::sync::CancellationToken;

/// `rescue prove NAME ITEM…`.
///
/// # Errors
/// An unknown app or item, an item of which no probe can be asked, a run that is open, a store that cannot be written.
pub async fn prove(desk: &Desk, args: ProveArgs, stop: CancellationToken, out: &mut Out<'_>) -> Result<u8, Trouble> {
    crate::engine::run::log_panics(|| {});
    let app = desk.app(&args.name)?;
    let mut once = BTreeSet::new();
    let items = args.items.iter().map(|it| items::id(it)).collect::<Result<Vec<ItemId>, _>>()?;
    let items: Vec<ItemId> = items.into_iter().filter(|it| once.insert(it.clone())).collect();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let proving = desk.prove(&app, &items, tell, stop);
    tokio::pin!(proving);
    let mut hear = |event| {
        if let Some(line) = plain::event(&event) {
            out.say(line);
        }
    };
    let proven = loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => hear(event),
            proven = &mut proving => break proven?,
        }
    };
    while let Ok(event) = told.try_recv() {
        hear(event);
    }
    if args.json {
        out.json(&json::document(json!(proven.proof)));
    } else {
        for line in proving::plain(&proven.proof) {
            out.line(line);
        }
    }
    if !proven.proof.not_stored.is_empty() {
        return Ok(exit::FAILED);
    }
    let code = exit::of_items(&proven.board, &items, proven.lost);
    Ok(if proven.proof.cancelled { exit::cut_short(code) } else { code })
}

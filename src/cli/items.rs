//! `rescue item`, `rescue undo`, `rescue finding`: what people say, written down.

use super::args::FindingCommand;
use super::item_args::ItemCommand;
use super::{exit, json, out::Out, plain, unused};
use crate::desk::Desk;
use crate::desk::statement::{self, Accepting, Statement};
use crate::domain::{AppName, Assessment, Board, ItemId, UnusedAcceptance};
use crate::trouble::Trouble;
use serde_json::Value;

/// `rescue item …`.
///
/// # Errors
/// An unknown app or item, something missing, a clock set back, a store that cannot be written.
pub fn item(desk: &Desk, command: ItemCommand, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let of = command.of();
    let app = desk.app(&of.name)?;
    let id = id(&of.item)?;
    let board = desk.board(&app)?;
    let statement = match command {
        ItemCommand::Show { json: as_json, .. } => {
            let assessment = board.assessment(id.as_str()).ok_or_else(|| statement::unknown_item(&board, &id))?;
            if as_json {
                out.json(&json::document(document(desk, &app, &board, assessment)?));
            } else {
                plain::item(desk, &app, &board, assessment, out)?;
            }
            return Ok(exit::FINE);
        }
        ItemCommand::Start { .. } => Statement::Start,
        ItemCommand::Done { proof, founder, .. } => Statement::Done { proof, founder },
        ItemCommand::Block { on, waits_for, until, founder, minutes, .. } => {
            Statement::Block { on, waits_for, until, founder, minutes }
        }
        ItemCommand::Unblock { .. } => Statement::Unblock,
        ItemCommand::Plan { week, .. } => Statement::Plan { week },
        ItemCommand::Na { reason, .. } => Statement::NotApplicable { reason },
        ItemCommand::Waive { reason, until, by, proof, founder, .. } => {
            Statement::Waive(Accepting { reason, until, client: by, proof, founder })
        }
        ItemCommand::Note { text, founder, .. } => Statement::Note { text, founder },
        ItemCommand::Reopen { reason, .. } => Statement::Reopen { reason },
    };
    desk.state(&app, statement::about_item(&board, &id, statement)?)?;
    let board = desk.board(&app)?;
    if let Some(assessment) = board.assessment(id.as_str()) {
        out.line(plain::line(&board, assessment));
        for remark in &assessment.remarks {
            out.say(format!("  {remark}"));
        }
    }
    Ok(exit::FINE)
}

/// The id of an item as it was typed.
///
/// # Errors
/// No item can be called so.
pub fn id(text: &str) -> Result<ItemId, Trouble> {
    text.to_uppercase().parse().map_err(|error: crate::domain::id::NotAName| Trouble::usage(error.to_string()))
}

/// One item in full, as `item show --json` prints it.
///
/// # Errors
/// A store that cannot be read.
pub fn document(desk: &Desk, app: &AppName, board: &Board, it: &Assessment) -> Result<Value, Trouble> {
    let mut document = json::item(board, it);
    let Some(fields) = document.as_object_mut() else { return Ok(document) };
    let rests = crate::domain::decisions::behind_item(&board.settings, it);
    fields.insert("rests_on".to_owned(), serde_json::json!(rests));
    if it.words.iter().any(|word| crate::desk::systems::is_of(&word.probe)) {
        fields.insert("systems".to_owned(), serde_json::json!(desk.systems(app)?));
    }
    if let Some(text) = board.item(it.item.as_str()) {
        let how: Vec<_> = text.how.iter().map(|step| crate::checklist::fill(step, &board.settings)).collect();
        fields.extend([
            ("why".to_owned(), serde_json::json!(text.why)),
            ("founder".to_owned(), serde_json::json!(text.founder)),
            ("founder_done".to_owned(), serde_json::json!(text.founder_done)),
            ("founder_ask".to_owned(), serde_json::json!(text.founder_ask)),
            ("founder_minutes".to_owned(), serde_json::json!(text.founder_minutes)),
            ("how".to_owned(), serde_json::json!(how)),
        ]);
    }
    Ok(document)
}

/// The findings that stand and the acceptances that nothing meets any more, as `finding list --json` prints them.
#[must_use]
pub fn findings(board: &Board, idle: &[UnusedAcceptance]) -> Value {
    let mut document = json::findings(board);
    if let Some(fields) = document.as_object_mut() {
        fields.insert("unused_acceptances".to_owned(), unused::rows(idle));
    }
    document
}

/// `rescue undo NAME`.
///
/// # Errors
/// Nothing to take back; a store that cannot be written.
pub fn undo(desk: &Desk, name: &str, redo: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(name)?;
    let said = if redo { desk.redo(&app)? } else { desk.undo(&app)? };
    out.line(said);
    Ok(exit::FINE)
}

/// `rescue finding …`.
///
/// # Errors
/// An unknown app or finding, something missing, a store that cannot be written.
pub fn finding(desk: &Desk, command: FindingCommand, out: &mut Out<'_>) -> Result<u8, Trouble> {
    match command {
        FindingCommand::List { name, json: as_json } => {
            let app = desk.app(&name)?;
            let (board, idle) = (desk.board(&app)?, desk.unused_acceptances(&app)?);
            if as_json {
                out.json(&json::document(findings(&board, &idle)));
            } else {
                plain::findings(&board, out);
                unused::print(app.as_str(), &idle, board.now, out);
            }
        }
        FindingCommand::Accept { name, id, reason, until, by, proof, founder } => {
            let app = desk.app(&name)?;
            let board = desk.board(&app)?;
            let found = statement::finding(&board, &id)?;
            desk.state(&app, statement::accept_finding(&board, found, Accepting { reason, until, client: by, proof, founder })?)?;
            out.line(format!("accepted until {until}: {}", found.finding.says));
        }
        FindingCommand::Rotated { name, id, on, proof } => {
            let app = desk.app(&name)?;
            let board = desk.board(&app)?;
            let found = statement::finding(&board, &id)?;
            desk.state(&app, statement::rotate_finding(&board, found, on, &proof)?)?;
            let board = desk.board(&app)?;
            out.line(format!("rotated on {on}: {}", found.finding.says));
            if statement::finding(&board, &found.finding.key()).is_ok_and(|it| it.state() == "open") {
                out.say("  it stays open where the secret itself must not stand: take it out there");
            }
            for assessment in board.items.iter().filter(|it| it.asks_rotation && found.items.contains(&it.item)) {
                out.line(plain::line(&board, assessment));
                for remark in &assessment.remarks {
                    out.say(format!("  {remark}"));
                }
            }
        }
        FindingCommand::Reopen { name, id, reason } => {
            let app = desk.app(&name)?;
            let board = desk.board(&app)?;
            let found = statement::finding(&board, &id)?;
            desk.state(&app, statement::reopen_finding(found, &reason)?)?;
            out.line(format!("open again: {}", found.finding.says));
        }
    }
    Ok(exit::FINE)
}

//! `rescue status`: what the facts say, without asking anybody.

use super::{exit, json, out::Out, plain};
use crate::desk::Desk;
use crate::trouble::Trouble;

/// `rescue status [NAME]`.
///
/// # Errors
/// An unknown app; a store that cannot be read.
pub fn status(desk: &Desk, name: Option<&str>, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let names = match name {
        Some(name) => vec![desk.app(name)?],
        None => desk.apps(false)?,
    };
    let mut boards = Vec::new();
    let mut codes = Vec::new();
    for app in &names {
        let board = desk.board(app)?;
        codes.push(exit::of(&board, desk.lost(app)?.len()));
        boards.push(board);
    }
    match (name, boards.first()) {
        (Some(_), Some(board)) if as_json => out.json(&json::document(json::status(board))),
        (Some(_), Some(board)) => plain::status(board, out),
        _ if as_json => {
            let apps: Vec<_> = boards.iter().map(json::status).collect();
            out.json(&json::document(serde_json::json!({ "apps": apps })));
        }
        _ if boards.is_empty() => out.say("no apps yet: add one with `rescue app add NAME`, or look at `rescue demo`"),
        _ => {
            for board in &boards {
                plain::status(board, out);
                out.line("");
            }
        }
    }
    Ok(exit::worst(&codes))
}

//! `item`: one item in full, as `rescue item show --json` has it.

use super::{Does, Tool};
use crate::cli::items;
use crate::cli::mcp::answer::{Document, Refusal};
use crate::cli::mcp::arguments::{APP, Argument, Given, Kind};
use crate::cli::mcp::scope::Scope;
use crate::desk::{Desk, statement};
use crate::domain::{Assessment, Board};
use crate::trouble::Trouble;

/// The item that is meant.
pub const ITEM: Argument = Argument {
    name: "item",
    kind: Kind::Name,
    is_needed: true,
    says: "The item's id, such as SEC-01; `status` and `next` name them",
};

pub const TOOL: Tool = Tool {
    name: "item",
    title: "One item in full",
    says: "One item of the checklist: what has to be true, why, how to get there step by step, its truth today, and what each of \
           its probes saw or could not see. Its concrete defects are in `findings`. Asks nobody",
    arguments: &[APP, ITEM],
    does: Does::Reads(item),
};

fn item(desk: &Desk, scope: &Scope, given: &Given) -> Result<Document, Refusal> {
    let app = scope.app(desk, given.name(&APP))?;
    let board = desk.board(&app)?;
    let it = known(&board, given.name(&ITEM).unwrap_or_default())?;
    Ok(Document::of(items::document(desk, &app, &board, it)?))
}

/// The item of that id.
///
/// # Errors
/// The checklist has none.
pub fn known<'a>(board: &'a Board, id: &str) -> Result<&'a Assessment, Trouble> {
    let id = items::id(id)?;
    board.assessment(id.as_str()).ok_or_else(|| statement::unknown_item(board, &id))
}

//! `findings`: the concrete defects that stand, as `rescue finding list --json` has them, of one item or of all.

use super::item::{ITEM, known};
use super::{Does, Tool, with_page};
use crate::cli::items;
use crate::cli::mcp::answer::{Document, Refusal};
use crate::cli::mcp::arguments::{APP, Argument, FROM, Given, MOST};
use crate::cli::mcp::scope::Scope;
use crate::desk::Desk;
use serde_json::Value;

/// The item whose findings are meant.
const OF_ITEM: Argument = Argument { is_needed: false, says: "Only those of this item, such as SEC-01", ..ITEM };

pub const TOOL: Tool = Tool {
    name: "findings",
    title: "Findings that stand",
    says: "Concrete defects that stand, the worst first: what is wrong, where (file and line, or the object), how bad, how to mend \
           it, and whether it was accepted. Secrets are masked; a value is kept nowhere. Asks nobody",
    arguments: &[APP, OF_ITEM, FROM, MOST],
    does: Does::Reads(findings),
};

fn findings(desk: &Desk, scope: &Scope, given: &Given) -> Result<Document, Refusal> {
    let app = scope.app(desk, given.name(&APP))?;
    let board = desk.board(&app)?;
    let of = given.name(&OF_ITEM).map(|id| known(&board, id)).transpose()?;
    let mut document = items::findings(&board, &desk.unused_acceptances(&app)?);
    if let (Some(it), Some(Value::Array(rows))) = (of, document.get_mut("findings")) {
        let id = it.item.as_str();
        rows.retain(|row| row.get("items").and_then(Value::as_array).is_some_and(|items| items.iter().any(|item| item == id)));
    }
    Ok(Document::of(with_page(document, "findings", given)))
}

//! `next`: the few things to do now, as `rescue next --json` has them.

use super::{Does, Tool};
use crate::cli::json;
use crate::cli::mcp::answer::{Document, Refusal};
use crate::cli::mcp::arguments::{APP, Given};
use crate::cli::mcp::scope::Scope;
use crate::desk::Desk;

pub const TOOL: Tool = Tool {
    name: "next",
    title: "What to do now",
    says: "The few items to work on now, the most dangerous first, each with one sentence why it stands there. Begin here, then read \
           `item` and `findings` of the one you work on. Asks nobody",
    arguments: &[APP],
    does: Does::Reads(next),
};

fn next(desk: &Desk, scope: &Scope, given: &Given) -> Result<Document, Refusal> {
    let app = scope.app(desk, given.name(&APP))?;
    Ok(Document::of(json::next(&desk.board(&app)?)))
}

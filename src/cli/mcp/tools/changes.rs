//! `changes`: what was lost and won between two moments, as `rescue diff --json` has it.

use super::{Does, Tool};
use crate::cli::changes as of;
use crate::cli::mcp::answer::{Document, Refusal};
use crate::cli::mcp::arguments::{APP, Argument, Given, Kind};
use crate::cli::mcp::scope::Scope;
use crate::desk::Desk;

const SINCE: Argument = Argument {
    name: "since",
    kind: Kind::Name,
    is_needed: false,
    says: "A day such as 2026-11-16 (its beginning, UTC), a moment, or the id of a run; without it, the last whole round of looks before the newest run",
};

pub const TOOL: Tool = Tool {
    name: "changes",
    title: "What was lost and won",
    says: "What changed since an earlier run or day: items lost, won, newly failing or newly unseen, and findings that came or went, \
           each with the looks between which it happened. Asks nobody",
    arguments: &[APP, SINCE],
    does: Does::Reads(changes),
};

fn changes(desk: &Desk, scope: &Scope, given: &Given) -> Result<Document, Refusal> {
    let app = scope.app(desk, given.name(&APP))?;
    let told = of::told(desk, &app, given.name(&SINCE))?;
    Ok(Document::of(of::of_app(&app, told.as_ref())))
}

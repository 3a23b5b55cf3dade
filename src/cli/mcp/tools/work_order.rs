//! `work_order`: what mends an item, as `rescue fix --as agent` writes it for a coding agent, with the fields of its `--json`.

use super::item::ITEM;
use super::{Does, Tool};
use crate::cli::items;
use crate::cli::mcp::answer::{Document, Refusal};
use crate::cli::mcp::arguments::{APP, Given};
use crate::cli::mcp::scope::Scope;
use crate::desk::{Desk, orders};
use crate::orders::Form;
use serde_json::json;

pub const TOOL: Tool = Tool {
    name: "work_order",
    title: "What mends an item",
    says: "A work order for one item: its findings by cause, where each is, what must be true afterwards, what not to break and what \
           proves it. Text from outside in it is fenced as data. Prove the fix with `rerun_probes`. Asks nobody",
    arguments: &[APP, ITEM],
    does: Does::Reads(work_order),
};

fn work_order(desk: &Desk, scope: &Scope, given: &Given) -> Result<Document, Refusal> {
    let app = scope.app(desk, given.name(&APP))?;
    let order = desk.work_order(&app, &items::id(given.name(&ITEM).unwrap_or_default())?)?;
    let text = orders::render(&order, Form::Agent)?;
    let mut fields = json!(order);
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("as".to_owned(), json!(Form::Agent));
    }
    Ok(Document { fields, text: Some(text) })
}

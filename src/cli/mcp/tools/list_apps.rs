//! `list_apps`: the apps that the agent may see, as `rescue app list --json` has them.

use super::{Does, Tool, with_page};
use crate::cli::list;
use crate::cli::mcp::answer::{Document, Refusal};
use crate::cli::mcp::arguments::{FROM, Given, MOST};
use crate::cli::mcp::scope::Scope;
use crate::desk::Desk;
use serde_json::{Value, json};

pub const TOOL: Tool = Tool {
    name: "list_apps",
    title: "The apps you may see",
    says: "Lists the apps that you may see: week of the engagement, the answer to whether it is safe (headline), when it was last \
           probed, how many items are done, failing, lost or unseen. Asks nobody",
    arguments: &[FROM, MOST],
    does: Does::Reads(list_apps),
};

fn list_apps(desk: &Desk, scope: &Scope, given: &Given) -> Result<Document, Refusal> {
    let named = scope.named();
    let rows = desk.portfolio(named.is_some())?;
    let rows = rows.iter().filter(|row| named.is_none_or(|named| named.contains(&row.name)));
    let apps: Vec<Value> = rows.map(list::app).collect();
    Ok(Document::of(with_page(json!({ "apps": apps }), "apps", given)))
}

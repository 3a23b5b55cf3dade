//! The tools that an agent is shown, one file each and all of one shape: what it is called, what it says of itself, what it
//! takes, what it does. A further one is a file here and a line in [`TOOLS`].

pub(super) mod changes;
pub(super) mod findings;
pub(super) mod item;
pub(super) mod list_apps;
pub(super) mod next;
pub(super) mod rerun_probes;
pub(super) mod status;
pub(super) mod work_order;

use super::answer::{Document, Refusal};
use super::arguments::{Argument, FROM, Given, MOST, schema};
use super::scope::Scope;
use crate::desk::Desk;
use rmcp::model::{Tool as Shown, ToolAnnotations};
use serde_json::{Value, json};
use std::sync::Arc;

/// A tool.
pub(super) struct Tool {
    pub name: &'static str,
    pub title: &'static str,
    /// What it does, for the one who chooses among tools.
    pub says: &'static str,
    pub arguments: &'static [Argument],
    pub does: Does,
}

/// What a tool does when it is called.
pub(super) enum Does {
    /// Reads facts, asks nobody.
    Reads(fn(&Desk, &Scope, &Given) -> Result<Document, Refusal>),
    /// Asks systems again and writes down what was decided; [`rerun_probes`] does it.
    Reruns,
}

/// All of them, in the order in which one uses them.
pub(super) const TOOLS: [&Tool; 8] = [
    &list_apps::TOOL,
    &status::TOOL,
    &next::TOOL,
    &item::TOOL,
    &findings::TOOL,
    &work_order::TOOL,
    &changes::TOOL,
    &rerun_probes::TOOL,
];

/// The tool of that name.
pub(super) fn find(name: &str) -> Option<&'static Tool> {
    TOOLS.into_iter().find(|tool| tool.name == name)
}

impl Tool {
    /// It as an agent sees it.
    pub fn shown(&self, scope: &Scope) -> Shown {
        let reads = matches!(self.does, Does::Reads(_));
        // A rerun adds to what is recorded here and asks the outside; it changes and takes away nothing.
        let hints =
            ToolAnnotations::with_title(self.title).read_only(reads).destructive(false).idempotent(reads).open_world(!reads);
        Shown::new(self.name, self.says, Arc::new(schema(self.arguments, scope.named())))
            .with_title(self.title)
            .with_annotations(hints)
    }
}

/// Bytes of rows in one answer: below what a whole document may have, so that what is left over is always what comes next.
const MOST_OF_ROWS: usize = 40 * 1024;

/// The rows of a list that were asked for, as far as they fit, and the word of what is left over behind them.
fn page(field: &str, rows: Vec<Value>, given: &Given) -> (Vec<Value>, Option<Value>) {
    let (from, most, all) = (given.number(&FROM), given.number(&MOST), rows.len());
    let mut bytes = 0;
    let fits = |row: &Value| {
        // The first one always: whoever goes on gets on.
        let is_first = bytes == 0;
        bytes += row.to_string().len();
        is_first || bytes <= MOST_OF_ROWS
    };
    let shown: Vec<Value> = rows.into_iter().skip(from).take(most).take_while(fits).collect();
    let next = from.saturating_add(shown.len());
    let more = all.saturating_sub(next);
    let cut = (more > 0).then(|| {
        let says = format!("cut, {more} more: ask again with `from` {next}");
        json!({ "field": field, "more": more, "says": says })
    });
    (shown, cut)
}

/// Puts the page of a list into a document.
fn with_page(mut document: Value, field: &str, given: &Given) -> Value {
    let Some(fields) = document.as_object_mut() else { return document };
    let Some(Value::Array(rows)) = fields.remove(field) else { return document };
    let (shown, cut) = page(field, rows, given);
    fields.insert(field.to_owned(), Value::Array(shown));
    if let Some(cut) = cut {
        fields.insert("cut".to_owned(), json!([cut]));
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_is_and_takes_only_what_it_says() {
        let mut names: Vec<&str> = TOOLS.iter().map(|it| it.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TOOLS.len());
        for tool in TOOLS {
            assert!(find(tool.name).is_some_and(|it| it.title == tool.title));
            let shown = serde_json::to_value(tool.shown(&Scope::All)).unwrap();
            let reads = matches!(tool.does, Does::Reads(_));
            assert_eq!(
                (&shown["annotations"]["readOnlyHint"], &shown["annotations"]["destructiveHint"]),
                (&json!(reads), &json!(false))
            );
            assert_eq!(shown["annotations"]["openWorldHint"], json!(!reads), "{}", tool.name);
            assert_eq!(shown["inputSchema"]["additionalProperties"], false);
            assert!(tool.says.len() > 40 && !tool.says.ends_with('.'), "{}", tool.says);
            jsonschema::meta::validate(&shown["inputSchema"]).unwrap();
        }
    }

    #[test]
    fn a_page_says_what_is_left_over_and_where_to_go_on() {
        let of = |from: u64, most: u64| {
            let given = json!({ "from": from, "most": most }).as_object().cloned();
            let given = Given::check("x", &[FROM, MOST], given).unwrap();
            let rows: Vec<Value> = (0..7).map(|n| json!(n)).collect();
            with_page(json!({ "rows": rows, "app": "acme" }), "rows", &given)
        };
        assert_eq!(of(0, 50), json!({ "rows": [0, 1, 2, 3, 4, 5, 6], "app": "acme" }));
        let first = of(0, 3);
        assert_eq!(first["rows"], json!([0, 1, 2]));
        assert_eq!(first["cut"], json!([{ "field": "rows", "more": 4, "says": "cut, 4 more: ask again with `from` 3" }]));
        assert_eq!((&of(6, 3)["rows"], &of(6, 3)["cut"]), (&json!([6]), &Value::Null));
        assert_eq!(of(99, 3)["rows"], json!([]));
    }

    #[test]
    fn pages_of_long_rows_are_shorter_and_none_is_left_out() {
        let rows = |n: usize| -> Vec<Value> { (0..n).map(|n| json!({ "n": n, "says": "x".repeat(9_000) })).collect() };
        let mut from = 0;
        let mut seen = Vec::new();
        loop {
            let given = json!({ "from": from }).as_object().cloned();
            let (shown, cut) = page("rows", rows(11), &Given::check("x", &[FROM, MOST], given).unwrap());
            assert!((1..=4).contains(&shown.len()));
            seen.extend(shown.iter().map(|row| row["n"].as_u64().unwrap()));
            from = seen.len();
            let Some(cut) = cut else { break };
            assert_eq!(cut["more"], 11 - from);
        }
        assert_eq!(seen, (0..11).collect::<Vec<u64>>());
        let one = page("rows", vec![json!("y".repeat(90_000)); 2], &Given::default());
        assert_eq!(one.0.len(), 1, "one that is too long alone is shown all the same, and cut");
    }
}

//! `status`: where an app stands, as `rescue status --json` has it, with the items in brief: what each lacks and the next step.
//! What is left out for that is told.

use super::{Does, Tool, with_page};
use crate::cli::json;
use crate::cli::mcp::answer::{Document, Refusal};
use crate::cli::mcp::arguments::{APP, Argument, FROM, Given, Kind, MOST};
use crate::cli::mcp::scope::Scope;
use crate::desk::Desk;
use crate::domain::{Assessment, Board, Truth};
use serde_json::{Value, json};

const SHOW: Argument = Argument {
    name: "show",
    kind: Kind::Word(&["not_done", "failing", "unseen", "all"]),
    is_needed: false,
    says: "Which items: those that are not done, whose rule fails, of which something could not be seen, or all",
};

pub const TOOL: Tool = Tool {
    name: "status",
    title: "Where the app stands",
    says: "The headline, how many items have which truth, and the items in brief: truth, gate, what could not be seen (gap) and the \
           next step. What could not be seen is neither a pass nor a fail. Read one in full with `item`. Asks nobody",
    arguments: &[APP, SHOW, FROM, MOST],
    does: Does::Reads(status),
};

/// What of an item is shown in brief; the same fields as in full.
const IN_BRIEF: [&str; 8] = ["id", "phase", "short", "gate", "truth", "work", "unseen", "since"];

fn status(desk: &Desk, scope: &Scope, given: &Given) -> Result<Document, Refusal> {
    let app = scope.app(desk, given.name(&APP))?;
    let board = desk.board(&app)?;
    let show = given.word(&SHOW);
    let (shown, others): (Vec<&Assessment>, Vec<&Assessment>) = board.items.iter().partition(|it| is_shown(it, show));
    let mut document = json::status(&board);
    if let Some(fields) = document.as_object_mut() {
        fields.insert("items".to_owned(), shown.into_iter().map(|it| brief(&board, it)).collect());
        fields.insert("left_out".to_owned(), left_out(&others));
    }
    Ok(Document::of(with_page(document, "items", given)))
}

fn is_shown(it: &Assessment, show: &str) -> bool {
    match show {
        "failing" => it.truth.is_failing(),
        "unseen" => it.unseen,
        "not_done" => !it.truth.is_done() && !matches!(it.truth, Truth::NotApplicable | Truth::Waived),
        _ => true,
    }
}

/// How many items of each truth are not shown.
fn left_out(others: &[&Assessment]) -> Value {
    let mut counts: std::collections::BTreeMap<Truth, usize> = std::collections::BTreeMap::new();
    for it in others {
        *counts.entry(it.truth).or_default() += 1;
    }
    counts.into_iter().map(|(truth, items)| json!({ "truth": truth, "items": items })).collect()
}

fn brief(board: &Board, it: &Assessment) -> Value {
    let mut whole = json::item(board, it);
    let mut brief = serde_json::Map::new();
    if let Some(fields) = whole.as_object_mut() {
        brief.extend(IN_BRIEF.iter().filter_map(|name| Some(((*name).to_owned(), fields.remove(*name)?))));
    }
    brief.insert("gap".to_owned(), it.gap.as_ref().filter(|_| it.unseen).map_or(Value::Null, json::gap));
    brief.insert("next".to_owned(), json!(next_step(board, it)));
    Value::Object(brief)
}

/// The one step that brings an item on: how to mend the worst of what stands, else what would let us see, else where its
/// checklist begins; none for one that is done.
fn next_step(board: &Board, it: &Assessment) -> Option<String> {
    if !is_shown(it, "not_done") {
        return None;
    }
    let worst = board.findings.iter().find(|row| row.state() == "open" && row.items.contains(&it.item));
    let mend = worst.filter(|_| it.truth.is_failing()).map(|row| row.finding.fix.to_string());
    let open = || it.gap.as_ref().and_then(|gap| gap.needs.as_ref()).map(ToString::to_string);
    let begin = || board.item(it.item.as_str())?.how.first().map(|step| crate::checklist::fill(step, &board.settings));
    mend.or_else(open).or_else(begin)
}

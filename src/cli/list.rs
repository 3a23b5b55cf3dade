//! `rescue app list`: every app in a line, in an order, narrowed by a question. An app of which nobody knows the answer is
//! neither among those that do nor left out: it is listed apart, with the reason.

use super::{json, out::Out};
use crate::desk::Desk;
use crate::desk::portfolio::Row;
use crate::domain::glance::Silence;
use crate::domain::question::{AppWord, NotAQuestion, Reply};
use crate::domain::{Order, Question};
use crate::trouble::Trouble;
use crate::words;
use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Map, Value, json};

/// How the apps are listed.
#[derive(Debug, Default, Args)]
pub struct ListArgs {
    #[arg(long)]
    pub json: bool,
    /// Archived ones too
    #[arg(long)]
    pub archived: bool,
    /// name, due, drift, gates, week or last-run
    #[arg(long, value_name = "ORDER", default_value = "name", value_parser = parse_order)]
    pub sort: Order,
    /// Only those that are due
    #[arg(long)]
    pub due: bool,
    /// Only those that lost an item
    #[arg(long)]
    pub lost: bool,
    /// Only those with an open gate for now
    #[arg(long)]
    pub urgent: bool,
    /// Only those in this week of their engagement, or 2-4, or 5+
    #[arg(long, value_name = "WEEK")]
    pub week: Option<String>,
    /// Only those of which this is so, such as "BAK-02:failing not archived" or "supabase.backup-age:undecided gap:no_permission"
    #[arg(long = "where", value_name = "QUESTION")]
    pub question: Option<String>,
}

fn parse_order(text: &str) -> Result<Order, String> {
    text.parse().map_err(|_| "name, due, drift, gates, week and last-run are known".to_owned())
}

/// `rescue app list`.
///
/// # Errors
/// A question that is none; a store that cannot be read.
pub fn list(desk: &Desk, args: &ListArgs, out: &mut Out<'_>) -> Result<(), Trouble> {
    let question = question(desk, args)?;
    let mut rows = desk.portfolio(args.archived || question.asks_for(AppWord::Archived))?;
    rows.sort_by(|one, other| args.sort.compare(&one.asked(), &other.asked()));
    let asked = rows.len();
    let (mut yes, mut unknown) = (Vec::new(), Vec::new());
    for row in &rows {
        // What was asked for by --archived is not hidden again by the question.
        let it = if args.archived { crate::domain::question::Asked { archived: false, ..row.asked() } } else { row.asked() };
        let it = if question.asks_for(AppWord::Archived) { row.asked() } else { it };
        match question.ask(&it) {
            Reply::Yes => yes.push(row),
            Reply::Unknown(why) => unknown.push((why, row)),
            Reply::No => {}
        }
    }
    unknown.sort_by_key(|(why, _)| *why);
    if args.json {
        out.json(&json::document(document(&question, asked, &yes, &unknown)));
        return Ok(());
    }
    let now = desk.clock.now();
    for row in &yes {
        out.line(line(row, now));
    }
    for (why, row) in &unknown {
        out.line(format!("? {:<20} {}", row.name, why.words()));
    }
    if rows.is_empty() {
        out.say("no apps yet: add one with `rescue app add NAME`, or look at `rescue demo`");
    } else if !question.is_empty() {
        out.line(counts(asked, yes.len(), &unknown));
    }
    Ok(())
}

/// The flags and `--where` as one question.
fn question(desk: &Desk, args: &ListArgs) -> Result<Question, Trouble> {
    let flags = [(args.due, "due"), (args.lost, "lost"), (args.urgent, "urgent")];
    let mut text: Vec<String> = args.question.iter().map(|it| it.trim().to_owned()).collect();
    text.extend(flags.iter().filter(|(given, _)| *given).map(|(_, word)| (*word).to_owned()));
    text.extend(args.week.iter().map(|week| format!("week:{week}")));
    if text.is_empty() {
        return Ok(Question::default());
    }
    let text = text.join(" ");
    Question::read(&text, &desk.vocabulary()?).map_err(|wrong| told(&wrong))
}

fn told(wrong: &NotAQuestion) -> Trouble {
    let next = match wrong.nearest.as_slice() {
        [] => "See the questions in the README, or `rescue app list --help`".to_owned(),
        near => format!("Write {}", near.join(", or ")),
    };
    let place = format!("at character {} of the question, `{}`", wrong.at + 1, crate::domain::Foreign::new(&wrong.part).cut(60));
    Trouble::usage(&wrong.why).why(place).next(next)
}

fn line(row: &Row, now: DateTime<Utc>) -> String {
    let ran = match row.last_run {
        Some(at) => format!("probed {}", words::ago(at, now)),
        None if row.is_unreadable() => "cannot be read".to_owned(),
        None => "never probed".to_owned(),
    };
    let due = if row.due { ", due" } else { "" };
    let archived = if row.archived { ", archived" } else { "" };
    format!("{:<20} week {:<2} {ran}{due}{archived}  {}", row.name, row.week, row.says)
}

/// How many of each group there are: `(group, its id, number)`, those that have none left out.
fn groups(unknown: &[(Silence, &Row)]) -> Vec<(Silence, usize)> {
    let mut found: Vec<(Silence, usize)> = Vec::new();
    for (why, _) in unknown {
        match found.iter_mut().find(|(known, _)| known.id() == why.id()) {
            Some((_, number)) => *number += 1,
            None => found.push((*why, 1)),
        }
    }
    found
}

fn counts(asked: usize, yes: usize, unknown: &[(Silence, &Row)]) -> String {
    let groups = groups(unknown).into_iter().map(|(why, number)| format!(", {number} {}", why.group()));
    format!("{yes} of {} do{}", words::count(asked, "app"), groups.collect::<String>())
}

fn document(question: &Question, asked: usize, yes: &[&Row], unknown: &[(Silence, &Row)]) -> Value {
    let mut document = json!({ "apps": yes.iter().map(|row| app(row)).collect::<Vec<_>>() });
    if let Some(fields) = document.as_object_mut().filter(|_| !question.is_empty()) {
        let mut counts = Map::from_iter([("asked".to_owned(), json!(asked)), ("do".to_owned(), json!(yes.len()))]);
        counts.extend(groups(unknown).into_iter().map(|(why, number)| (why.id().to_owned(), json!(number))));
        let rows = unknown.iter().map(|(why, row)| {
            let gap = if let Silence::Unseen(gap) = why { Some(gap) } else { None };
            json!({ "name": row.name, "title": row.title, "why": why.id(), "gap": gap, "says": why.words() })
        });
        fields.insert("where".to_owned(), json!(question.words()));
        fields.insert("counts".to_owned(), Value::Object(counts));
        fields.insert("unknown".to_owned(), rows.collect());
    }
    document
}

/// One app, as `app list --json` prints it.
#[must_use]
pub fn app(row: &Row) -> Value {
    json!({
        "name": row.name, "title": row.title, "week": row.week, "weeks": row.weeks,
        "headline": { "answer": row.answer, "says": row.says },
        "last_run": row.last_run.map(json::moment), "unreadable": row.is_unreadable(), "due": row.due, "archived": row.archived,
        "done": row.done, "applicable": row.applicable,
        "drifted": row.drifted, "failing": row.failing, "unseen": row.unseen,
        "open_gates": { "now": row.urgent, "all": row.gates },
    })
}

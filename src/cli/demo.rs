//! `rescue demo`: the console on the invented app, or its three weeks without a terminal.

use super::args::DemoArgs;
use super::{changes, exit, json, no_terminal, out::Out, plain};
use crate::config::environment::Environment;
use crate::demo::stage::{Stage, WEEKS};
use crate::demo::stand_in::Thinking;
use crate::trouble::Trouble;
use serde_json::json;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// `rescue demo [--headless] [--json]`.
///
/// # Errors
/// No terminal, no loopback port, no temporary directory.
pub async fn demo(
    environment: &Environment,
    args: DemoArgs,
    is_terminal: bool,
    stop: CancellationToken,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    if !args.headless {
        if !is_terminal {
            return Err(no_terminal("the demo's console"));
        }
        let stage = Arc::new(Stage::build(Thinking::AsTold).await?);
        return crate::tui::open_demo(stage, environment).await.map(|()| exit::FINE);
    }
    let stage = Stage::build(Thinking::Not).await?;
    let mut weeks = Vec::new();
    let mut code = exit::FINE;
    for week in 1..=WEEKS {
        if week > 1 {
            stage.next_week().await?;
        }
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        out.say(format!("week {week} of {WEEKS}: {}", stage.says(week)));
        let report = stage.run(tell, stop.clone()).await?;
        while let Ok(event) = told.try_recv() {
            if let Some(line) = plain::event(&event) {
                out.say(line);
            }
        }
        if stop.is_cancelled() {
            return Err(Trouble::failed("the demo was interrupted"));
        }
        let app = stage.app().clone();
        let board = stage.desk.board(&app)?;
        let told = match stage.desk.previous_round(&app)? {
            Some(at) => stage.desk.changes(&app, at)?,
            None => None,
        };
        code = if report.not_stored.is_empty() { exit::of(&board, stage.desk.lost(&app)?.len()) } else { exit::FAILED };
        if args.json {
            let mut status = json::status(&board);
            if let Some(fields) = status.as_object_mut() {
                fields.insert(
                    "changes".to_owned(),
                    told.as_ref().map_or(serde_json::Value::Null, |it| changes::document(&it.diff)),
                );
                fields.insert("requests".to_owned(), json!(report.requests));
            }
            weeks.push(json!({ "week": week, "says": stage.says(week), "status": status, "next": json::next(&board) }));
        } else {
            out.line(format!("— Week {week}: {}", stage.says(week)));
            if let Some(told) = &told {
                changes::lines(told, out);
            }
            plain::status(&board, out);
            out.line("");
            out.line("What to do now:");
            super::next::lane(&board, out);
            out.line("");
        }
    }
    if args.json {
        out.json(&json::document(json!({ "app": stage.app(), "demo": true, "weeks": weeks })));
    }
    Ok(code)
}

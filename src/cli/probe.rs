//! `rescue probe`: plans, runs, and says what was decided; the document on standard output, progress on standard error.

use super::args::ProbeArgs;
use super::{exit, json, out::Out, plain, unused};
use crate::desk::Desk;
use crate::domain::{AppName, GapKind, Verdict};
use crate::engine::{Only, Plan, RunReport};
use crate::trouble::Trouble;
use crate::words;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// `rescue probe NAME… | --all | --due`.
///
/// # Errors
/// An unknown app or part; a store that cannot be written.
pub async fn probe(desk: &Desk, args: ProbeArgs, stop: CancellationToken, out: &mut Out<'_>) -> Result<u8, Trouble> {
    crate::engine::run::log_panics(|| {});
    let only = args.only.iter().map(|text| text.parse::<Only>()).collect::<Result<Vec<_>, _>>();
    let only = only.map_err(|error| Trouble::usage(error.to_string()))?;
    let several = args.all || args.due;
    let names = match (args.all, args.due) {
        (true, _) => desk.apps(false)?,
        (_, true) => desk.due()?,
        _ => args.names.iter().map(|name| desk.app(name)).collect::<Result<_, _>>()?,
    };
    let mut documents = Vec::new();
    let mut codes = Vec::new();
    for app in &names {
        let board = desk.board(app)?;
        let plan = desk.plan(app, &board, &only)?;
        if plan.probes.is_empty() && plan.unasked.is_empty() {
            let next =
                if only.is_empty() { "Say what it uses with `rescue app edit`" } else { "Name another probe, item or system" };
            return Err(Trouble::usage(format!("{app} has no probe to run there")).next(next));
        }
        if args.dry_run {
            documents.push(dry_run(app, &plan, !args.json, out));
            continue;
        }
        let report = one(desk, app, plan, &stop, args.json, out).await?;
        let (code, document) = report;
        codes.push(code);
        documents.push(document);
        if stop.is_cancelled() {
            break;
        }
    }
    if args.json {
        let document = match (several || documents.len() != 1, documents.pop()) {
            (false, Some(document)) => document,
            (_, last) => {
                documents.extend(last);
                json!({ "runs": documents })
            }
        };
        out.json(&json::document(document));
    } else if names.is_empty() {
        out.say(if args.due { "no app is due" } else { "no apps yet: add one with `rescue app add NAME`" });
    }
    Ok(exit::worst(&codes))
}

async fn one(
    desk: &Desk,
    app: &AppName,
    plan: Plan,
    stop: &CancellationToken,
    as_json: bool,
    out: &mut Out<'_>,
) -> Result<(u8, Value), Trouble> {
    let unasked: Vec<_> = plan.unasked.iter().map(|(planned, gap)| (planned.clone(), gap.clone())).collect();
    let items: std::collections::BTreeMap<_, _> =
        plan.probes.iter().map(|(_, planned)| (planned.probe.clone(), planned.items.clone())).collect();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let running = desk.run(app, plan, tell, stop.clone());
    tokio::pin!(running);
    let report: RunReport = loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => if let Some(line) = plain::event(&event) { out.say(line) },
            report = &mut running => break report?,
        }
    };
    while let Ok(event) = told.try_recv() {
        if let Some(line) = plain::event(&event) {
            out.say(line);
        }
    }
    let board = desk.board(app)?;
    let lost = desk.lost(app)?.len();
    let idle = desk.unused_acceptances(app)?;
    let failed_to_store = !report.not_stored.is_empty();
    let code = if failed_to_store { exit::FAILED } else { exit::of(&board, lost) };
    let none = Vec::new();
    let mut outcomes: Vec<Value> = report
        .decided
        .iter()
        .map(|(probe, verdict, ms, requests)| {
            json::outcome(probe.as_str(), items.get(probe).unwrap_or(&none), verdict, Some(*ms), Some(*requests))
        })
        .collect();
    for (planned, gap) in &unasked {
        outcomes.push(json::outcome(planned.probe.as_str(), &planned.items, &Verdict::undecided(gap.clone()), None, None));
    }
    if !as_json {
        for (planned, gap) in &unasked {
            out.say(format!("  ? {}: can't see: {}", planned.probe, gap.says));
        }
        summary(&board, app, lost, out);
        unused::print(app.as_str(), &idle, board.now, out);
    }
    let document = json!({
        "app": app,
        "run": report.run,
        "how": report.how,
        "requests": report.requests,
        "outcomes": outcomes,
        "not_stored": report.not_stored,
        "unused_acceptances": unused::rows(&idle),
        "headline": json::headline(&board.headline),
    });
    Ok((code, document))
}

/// What a person wants to know after a run: lost first, then what fails, then the steps that would let us see.
fn summary(board: &crate::domain::Board, app: &AppName, lost: usize, out: &mut Out<'_>) {
    out.line(format!("{}: {} {}", app, board.headline.question, board.headline.says));
    if lost > 0 {
        out.line(format!("lost since the run before: {}", words::count(lost, "item")));
    }
    for it in board.items.iter().filter(|it| it.truth.is_failing()) {
        out.line(plain::line(board, it));
    }
    let mut steps: Vec<(String, usize)> = Vec::new();
    for gap in board.items.iter().flat_map(|it| it.words.iter()).filter_map(|word| word.gap.as_ref()) {
        let Some(step) = gap.needs.as_ref().filter(|_| gap.kind != GapKind::NeedsJudgement) else { continue };
        match steps.iter_mut().find(|(known, _)| known == step.as_str()) {
            Some((_, n)) => *n += 1,
            None => steps.push((step.to_string(), 1)),
        }
    }
    for (step, n) in steps {
        out.line(format!("to see more: {step} ({})", words::count(n, "probe")));
    }
}

fn dry_run(app: &AppName, plan: &Plan, print: bool, out: &mut Out<'_>) -> Value {
    if print {
        out.line(format!("{app}: {} would be asked", words::count(plan.probes.len(), "probe")));
        for (system, requests) in &plan.requests {
            out.line(format!("  {}: at most {}", system.title(), words::count(*requests as usize, "request")));
        }
        for (planned, gap) in &plan.unasked {
            out.line(format!("  not asked: {}: {}", planned.probe, gap.says));
        }
    }
    json!({
        "app": app,
        "dry_run": true,
        "requests": plan.requests,
        "probes": plan.probes.iter().map(|(_, it)| json!({ "probe": it.probe, "items": it.items, "asks": it.asks })).collect::<Vec<_>>(),
        "unasked": plan.unasked.iter().map(|(it, gap)| json!({ "probe": it.probe, "items": it.items, "gap": json::gap(gap) })).collect::<Vec<_>>(),
    })
}

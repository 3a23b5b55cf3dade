//! `rescue probe --dry-run`: what would be asked, because of what, and how many requests would go to whom. Asks nobody.

use super::document;
use super::progress::{Manner, nothing_to_ask};
use crate::cli::{exit, json, out::Out};
use crate::desk::Desk;
use crate::desk::rerun::{Chosen, Wanted};
use crate::domain::AppName;
use crate::trouble::Trouble;
use crate::words;
use serde_json::{Value, json};

/// Says it of each app, in order.
///
/// # Errors
/// The trouble of the one app that was named.
pub(super) async fn run(desk: &Desk, wanted: &Wanted, manner: Manner, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let (mut documents, mut codes) = (Vec::new(), Vec::new());
    let mut next = None;
    for app in &wanted.apps {
        let chosen = match desk.would_rerun(app, wanted).await {
            Ok(chosen) => chosen,
            Err(trouble) if manner.is_single => return Err(trouble),
            Err(trouble) => {
                out.say(format!("{app}: {trouble}"));
                documents.push(document::failed(app, &trouble));
                codes.push(exit::FAILED);
                continue;
            }
        };
        if chosen.probes.is_empty() && chosen.unasked.is_empty() && manner.is_single {
            return Err(nothing_to_ask(app));
        }
        if let Some(at) = chosen.next {
            next = Some(next.map_or((at, app), |known: (_, &AppName)| known.min((at, app))));
        }
        if wanted.only_due && chosen.probes.is_empty() && chosen.watched.is_empty() {
            continue;
        }
        if !manner.as_json {
            lines(app, &chosen, wanted, out);
        }
        documents.push(document(app, &chosen, wanted));
    }
    if manner.as_json {
        let document = match documents.pop() {
            Some(document) if manner.is_single => document,
            last => {
                documents.extend(last);
                json!({ "runs": documents, "next_due": next.map(|(at, _)| json::moment(at)) })
            }
        };
        out.json(&json::document(document));
    } else if let (true, Some((at, app))) = (wanted.only_due, next) {
        out.line(format!("next due: {app}, {}", words::moment(at)));
    }
    Ok(exit::worst(&codes))
}

fn lines(app: &AppName, chosen: &Chosen, wanted: &Wanted, out: &mut Out<'_>) {
    let probes = words::count(chosen.probes.len(), "probe");
    if wanted.only_due && chosen.probes.is_empty() {
        out.line(format!("{app}: nothing is due"));
    } else if wanted.only_due {
        out.line(format!("{app}: {probes} due: {}", document::reasons(&chosen.due)));
        for it in &chosen.due {
            out.line(format!("  {}: {}", it.probe, it.because.says()));
        }
    } else {
        out.line(format!("{app}: {probes} would be asked"));
    }
    for (system, requests) in chosen.requests() {
        out.line(format!("  {}: at most {}", system.title(), words::count(requests as usize, "request")));
    }
    for watch in &chosen.watched {
        let whom = watch.system().map_or("this machine", crate::domain::System::title);
        out.line(format!("  whether the {} changed would be looked at: {whom}, at most {}", watch.says(), requests(*watch)));
    }
    for it in &chosen.put_off {
        out.line(format!("  {}", document::left(it)));
    }
    if !wanted.only_due {
        for (planned, gap) in &chosen.unasked {
            out.line(format!("  not asked: {}: {}", planned.probe, gap.says));
        }
    }
}

fn requests(watch: crate::schedule::Watch) -> String {
    words::count(watch.most_requests() as usize, "request")
}

fn document(app: &AppName, chosen: &Chosen, wanted: &Wanted) -> Value {
    let unasked = chosen.unasked.iter().filter(|_| !wanted.only_due);
    json!({
        "app": app,
        "dry_run": true,
        "requests": chosen.requests(),
        "probes": chosen.probes.iter().map(|(_, it)| json!({ "probe": it.probe, "items": it.items, "asks": it.asks })).collect::<Vec<_>>(),
        "due": document::due(&chosen.due),
        "put_off": document::put_off(&chosen.put_off),
        "checks": chosen.watched.iter().map(|it| json!({ "what": it.says(), "system": it.system(), "requests": it.most_requests() })).collect::<Vec<_>>(),
        "unasked": unasked.map(|(it, gap)| json!({ "probe": it.probe, "items": it.items, "gap": json::gap(gap) })).collect::<Vec<_>>(),
    })
}

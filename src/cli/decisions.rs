//! `rescue decisions`: what people decided about an app, whose word each is, and what rests on it.

use super::{exit, json, out::Out};
use crate::desk::Desk;
use crate::domain::Decision;
use crate::domain::decisions::DecisionKind;
use crate::trouble::Trouble;
use crate::words::decision as words;
use serde_json::{Value, json};

/// `rescue decisions NAME`.
///
/// # Errors
/// An unknown app, a store that cannot be read.
pub fn decisions(desk: &Desk, name: &str, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let app = desk.app(name)?;
    let all = desk.decisions(&app)?;
    if as_json {
        out.json(&json::document(json!({ "app": app, "decisions": all.iter().map(row).collect::<Vec<_>>() })));
        return Ok(exit::FINE);
    }
    if all.is_empty() {
        out.line(format!("nobody decided anything about {app} yet: no ceiling, no limit, no accepted risk, no permission"));
        out.say(format!("next: `rescue app edit {app} --ceiling openai=200 --agreed-by NAME --proof …`"));
        return Ok(exit::FINE);
    }
    let mut heading = "";
    for it in &all {
        if it.kind.heading() != heading {
            heading = it.kind.heading();
            out.line(heading);
        }
        print(it, out);
    }
    let unnamed = all.iter().filter(|it| it.who.is_none()).count();
    if unnamed > 0 {
        out.say(format!(
            "{} without a name: say the same value again with --agreed-by NAME --proof WHERE (`rescue app edit {app} …`)",
            crate::words::count(unnamed, "agreement")
        ));
    }
    Ok(exit::FINE)
}

fn print(it: &Decision, out: &mut Out<'_>) {
    let mark = match (it.stands, it.who.is_some()) {
        (false, _) => "◷",
        (true, false) => "?",
        (true, true) => "✔",
    };
    let until = words::until(it).map_or_else(String::new, |until| format!(", {until}"));
    out.line(format!("  {mark} {}{until}", it.what));
    out.line(format!("      {}; {}", words::whose(it), words::proof(it)));
    if let Some(reason) = &it.reason {
        out.line(format!("      because: {reason}"));
    }
    out.line(format!("      {}", words::rests(it)));
}

fn row(it: &Decision) -> Value {
    json!({
        "kind": it.kind, "what": it.what, "who": it.who, "side": it.side, "written_by": it.written_by, "at": json::moment(it.at),
        "on": it.on, "proof": it.proof, "reason": it.reason, "until": it.until, "stands": it.stands,
        "ended": it.until.is_some() && !it.stands, "is_a_risk": matches!(it.kind, DecisionKind::Waiver | DecisionKind::Acceptance),
        "items": it.items, "probes": it.probes,
    })
}

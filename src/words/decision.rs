//! The words of a person's decision, the same in the console and in plain lines.

use crate::domain::decisions::DecisionKind;
use crate::domain::{Decision, Side};

/// Whose word it is: `Ana, on the client's side, on 2026-11-03`, or that nobody was named.
#[must_use]
pub fn whose(it: &Decision) -> String {
    let Some(who) = &it.who else {
        return format!("nobody is named; {} wrote it down on {}", it.written_by, it.at.date_naive());
    };
    let side = match it.side {
        Some(Side::Client) => ", on the client's side",
        Some(Side::Ours) => ", on our side",
        None => ", nobody says on whose side",
    };
    let on = it.on.unwrap_or_else(|| it.at.date_naive());
    let written = if *who == it.written_by { String::new() } else { format!("; {} wrote it down", it.written_by) };
    format!("{who}{side}, on {on}{written}")
}

/// Where it is written, or that nothing says so.
#[must_use]
pub fn proof(it: &Decision) -> String {
    it.proof.as_ref().map_or_else(|| "no proof is kept".to_owned(), |proof| format!("proof: {proof}"))
}

/// Until when it holds; none where it has no end.
#[must_use]
pub fn until(it: &Decision) -> Option<String> {
    let until = it.until?;
    Some(if it.stands { format!("until {until}") } else { format!("ended on {until}") })
}

/// What is judged by it, or that nothing is.
#[must_use]
pub fn rests(it: &Decision) -> String {
    if it.items.is_empty() {
        return match it.kind {
            DecisionKind::Acceptance => "nothing rests on it any more: the finding is not met".to_owned(),
            DecisionKind::Authorisation => "nothing in the checklist needs it".to_owned(),
            _ => "nothing in the checklist rests on it".to_owned(),
        };
    }
    let items: Vec<&str> = it.items.iter().map(crate::domain::ItemId::as_str).collect();
    let probes: Vec<&str> = it.probes.iter().map(crate::domain::ProbeId::as_str).collect();
    let by = if probes.is_empty() { String::new() } else { format!(" ({})", probes.join(", ")) };
    format!("rests on it: {}{by}", items.join(", "))
}

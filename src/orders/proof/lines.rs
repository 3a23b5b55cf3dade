//! A proof in lines, the same in the console and on paper. A mark speaks of this look alone: what an earlier one saw is said in
//! words, with its day, and is never a tick.

use super::{Met, ProbeProof, Proof, Proven};
use crate::domain::{GapKind, ProbeKind};
use crate::words;

/// A line of a proof as it is shown: how far it is indented, its mark, its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub indent: u8,
    pub mark: &'static str,
    pub says: String,
    /// Good news, bad news, or neither.
    pub good: Option<bool>,
}

/// The proof in lines.
#[must_use]
pub fn lines(proof: &Proof) -> Vec<Line> {
    let mut page = Page::default();
    for item in &proof.items {
        page.item(proof, item);
        for remark in &item.remarks {
            page.say(1, "›", remark.to_string(), None);
        }
        for probe in &item.probes {
            page.probe(probe);
        }
        for it in &item.unasked {
            page.say(1, "?", format!("{}: not asked: {}", it.probe, it.gap.says), None);
        }
        item.next.iter().for_each(|it| page.say(1, "→", it.clone(), None));
    }
    if proof.cancelled {
        page.say(0, "!", "stopped before every probe had answered; what was decided is kept".to_owned(), Some(false));
    }
    proof.not_stored.iter().for_each(|why| page.say(0, "!", format!("not stored: {why}"), Some(false)));
    page.lines
}

#[derive(Default)]
struct Page {
    lines: Vec<Line>,
}

impl Page {
    fn say(&mut self, indent: u8, mark: &'static str, says: String, good: Option<bool>) {
        self.lines.push(Line { indent, mark, says, good });
    }

    fn item(&mut self, proof: &Proof, item: &Proven) {
        let turned = if item.before == item.after {
            format!("still {}", item.after.words())
        } else {
            format!("{} → {}", item.before.words(), item.after.words())
        };
        let fresh = item.fresh_until.map_or_else(String::new, |at| format!(", {}", words::left(at, proof.at)));
        let name = format!("{} {}", item.item, item.short);
        if item.is_blind() {
            return self.say(
                0,
                "?",
                format!("{name}: nothing was seen this time; {turned} by what was seen before{fresh}"),
                None,
            );
        }
        if item.blind() > 0 {
            return self.say(
                0,
                words::mark(item.after),
                format!("{name}: {turned}{fresh}; not all of it was seen this time"),
                None,
            );
        }
        let good = if item.after.is_done() { Some(true) } else { item.after.is_failing().then_some(false) };
        self.say(0, words::mark(item.after), format!("{name}: {turned}{fresh}"), good);
    }

    fn probe(&mut self, probe: &ProbeProof) {
        let (mark, good) = mark(probe);
        let sign = if probe.kind == ProbeKind::Sign { " (sign)" } else { "" };
        let took = match probe.outcome {
            Some(_) => format!(" · {}, {}", words::millis(probe.ms), words::count(probe.requests as usize, "request")),
            None => String::new(),
        };
        let turned = format!("{} → {}", probe.before, said(probe));
        self.say(1, mark, format!("{}{sign}: {turned}{took} · {}", probe.probe, probe.says), good);
        if probe.suspected {
            let says = "fails once; it counts as a fail only after a second look at least ten minutes later";
            self.say(2, "?", says.to_owned(), None);
        }
        let named = |it: &Met| match &it.place {
            Some(place) if !it.says.as_str().contains(place.as_str()) => format!("{place}: {}", it.says),
            _ => it.says.to_string(),
        };
        probe.gone.iter().for_each(|it| self.say(2, "✔", format!("gone: {}", named(it)), Some(true)));
        probe.new.iter().for_each(|it| self.say(2, "✘", format!("new: {}", named(it)), Some(false)));
        probe.left.iter().for_each(|it| self.say(2, "○", format!("left: {}", named(it)), None));
        let unknown = match probe.outcome.as_deref() {
            Some("not_applicable") => "not looked for any more, so it may be there",
            _ => "not met, but the look was not whole",
        };
        probe.unknown.iter().for_each(|it| self.say(2, "?", format!("{unknown}: {}", named(it)), None));
    }
}

/// The mark of what this look decided; none of an earlier look's. What could not be stored, or a person has settled, counts
/// otherwise than it was decided and has no mark of its own.
fn mark(probe: &ProbeProof) -> (&'static str, Option<bool>) {
    match (probe.outcome.as_deref(), probe.after.as_str()) {
        (Some("pass"), "pass") => ("✔", Some(true)),
        (Some("fail"), "fail") => ("✘", Some(false)),
        (Some("fail"), "accepted" | "rotated") => ("○", None),
        (Some(_), "not used") => ("–", None),
        _ => ("?", None),
    }
}

/// What this look says in words and, when it decided nothing, what counts still.
fn said(probe: &ProbeProof) -> String {
    let saw = match (probe.outcome.as_deref(), &probe.gap) {
        (None, _) => "no answer",
        (Some(_), Some(gap)) if gap.kind == GapKind::NeedsJudgement => "for a person to judge",
        (Some(_), Some(_)) => "could not see",
        (Some(_), None) => return probe.after.clone(),
    };
    let stands = matches!(probe.after.as_str(), "pass" | "fail" | "accepted" | "rotated");
    match (stands, probe.after_seen) {
        (true, Some(at)) => format!("{saw} (still {} from {} UTC)", probe.after, words::moment(at)),
        (true, None) => format!("{saw} (still {})", probe.after),
        (false, _) => saw.to_owned(),
    }
}

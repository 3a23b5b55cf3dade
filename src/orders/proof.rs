//! A proof: what an item and its probes said before, what they say after being asked again, and what became of each finding. It
//! claims no more than was seen: a finding is gone only when a whole look did not meet it.

use crate::domain::state::Board;
use crate::domain::{
    AppName, Assessment, Finding, Foreign, Gap, GapKind, ItemId, Note, NoteLevel, Outcome, Place, ProbeId, ProbeKind, ProbeWord,
    RunId, Truth, Verdict,
};
use crate::words;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a run of just what some items need has shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proof {
    pub app: AppName,
    pub run: RunId,
    pub at: DateTime<Utc>,
    /// It was stopped before every probe had answered.
    pub cancelled: bool,
    /// What could not be stored, and so does not count.
    pub not_stored: Vec<String>,
    pub items: Vec<Proven>,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proven {
    pub item: ItemId,
    pub short: Foreign,
    pub before: Truth,
    pub after: Truth,
    /// Until when it stays done without another look.
    pub fresh_until: Option<DateTime<Utc>>,
    pub probes: Vec<ProbeProof>,
    /// Probes that could not be asked, and why.
    pub unasked: Vec<Unasked>,
    /// What a reader has to be told of the item as it is now.
    pub remarks: Vec<Foreign>,
    /// What is left to do, one step each.
    pub next: Vec<String>,
}

impl Proven {
    /// The item became done.
    #[must_use]
    pub fn is_won(&self) -> bool {
        !self.before.is_done() && self.after.is_done()
    }
}

/// One probe of it that was asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbeProof {
    pub probe: ProbeId,
    pub kind: ProbeKind,
    /// What it said before and what it says now, in one word.
    pub before: String,
    pub after: String,
    /// What it said in this look; none: it was asked and has not answered.
    pub outcome: Option<String>,
    pub says: Foreign,
    pub ms: u64,
    pub requests: u32,
    /// Seen to fail once; a second look at least ten minutes later makes it a fail.
    pub suspected: bool,
    pub gap: Option<Gap>,
    /// Not met any more by a look that was whole.
    pub gone: Vec<Met>,
    pub new: Vec<Met>,
    pub left: Vec<Met>,
    /// Not met in this look, which was not whole: nobody knows.
    pub unknown: Vec<Met>,
}

/// A finding, or a piece of evidence that a person judges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Met {
    pub id: Foreign,
    pub says: Foreign,
    pub place: Option<Foreign>,
    pub evidence: bool,
}

/// A probe that was not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unasked {
    pub probe: ProbeId,
    #[serde(flatten)]
    pub gap: Gap,
}

/// What one run said: by probe the verdict, the milliseconds and the requests.
pub type Answers = BTreeMap<ProbeId, (Verdict, u64, u32)>;

/// What is compared: the boards before and after, what each probe showed last before, and what it said now.
pub struct Compared<'a> {
    pub before: &'a Board,
    pub after: &'a Board,
    pub shown: &'a BTreeMap<ProbeId, Verdict>,
    pub answers: &'a Answers,
    pub unasked: &'a [(ProbeId, Gap)],
}

/// The proof of an item; none for one that a board does not have.
#[must_use]
pub fn prove(compared: &Compared<'_>, item: &ItemId) -> Option<Proven> {
    let Compared { before, after, shown, answers, unasked } = compared;
    let (old, new) = (before.assessment(item.as_str())?, after.assessment(item.as_str())?);
    let text = after.item(item.as_str())?;
    let of_item = |probe: &ProbeId| new.words.iter().any(|it| it.probe == *probe);
    let probes = new.words.iter().filter_map(|word| {
        let answer = answers.get(&word.probe)?;
        Some(of_probe(old.words.iter().find(|it| it.probe == word.probe), shown.get(&word.probe), word, answer))
    });
    let unasked = unasked.iter().filter(|(probe, _)| of_item(probe));
    Some(Proven {
        item: item.clone(),
        short: Foreign::new(&text.short),
        before: old.truth,
        after: new.truth,
        fresh_until: new.fresh_until.filter(|_| new.truth.is_done()),
        probes: probes.collect(),
        unasked: unasked.map(|(probe, gap)| Unasked { probe: probe.clone(), gap: gap.clone() }).collect(),
        remarks: new.remarks.clone(),
        next: next(after, new),
    })
}

fn of_probe(
    old: Option<&ProbeWord>,
    shown: Option<&Verdict>,
    new: &ProbeWord,
    (verdict, ms, requests): &(Verdict, u64, u32),
) -> ProbeProof {
    let before = shown.map(met).unwrap_or_default();
    let now = met(verdict);
    let whole = is_whole(verdict);
    let has = |list: &[Met], wanted: &Met| list.iter().any(|it| it.id == wanted.id);
    let (mut gone, mut unknown) = (Vec::new(), Vec::new());
    for it in before.iter().filter(|it| !has(&now, it)) {
        // What was left out of a list of evidence is counted there, not named: its absence says nothing.
        let bounded = it.evidence && verdict.notes.iter().any(|note| note.key.rsplit('.').next() == Some("more"));
        if whole && !bounded { gone.push(it.clone()) } else { unknown.push(it.clone()) }
    }
    let (left, fresh) = now.into_iter().partition(|it| has(&before, it));
    ProbeProof {
        probe: new.probe.clone(),
        kind: new.kind,
        before: old.map_or("not asked yet", words::probe).to_owned(),
        after: words::probe(new).to_owned(),
        outcome: Some(verdict.outcome.word().to_owned()),
        says: verdict.says.clone(),
        ms: *ms,
        requests: *requests,
        suspected: new.suspected,
        gap: verdict.outcome.gap().cloned(),
        gone,
        new: fresh,
        left,
        unknown,
    }
}

/// Whether a look saw all that it looks at, so that what it did not meet is not there. One that leaves the rest to a person
/// did.
fn is_whole(verdict: &Verdict) -> bool {
    let saw = match &verdict.outcome {
        Outcome::Pass | Outcome::Fail | Outcome::NotApplicable { .. } => true,
        Outcome::Undecided { gap } => gap.kind == GapKind::NeedsJudgement,
    };
    saw && verdict.unseen.is_none()
}

fn met(verdict: &Verdict) -> Vec<Met> {
    let place = |it: Option<&Place>| it.map(|it| Foreign::new(it.to_string()));
    let of_finding =
        |it: &Finding| Met { id: it.key().into(), says: it.says.clone(), place: place(it.place.as_ref()), evidence: false };
    let evidence = verdict.notes.iter().filter(|it| it.level == NoteLevel::Evidence);
    let of_note =
        |it: &Note| Met { id: it.key.clone().into(), says: it.says.clone(), place: place(it.place.as_ref()), evidence: true };
    verdict.findings.iter().map(of_finding).chain(evidence.map(of_note)).collect()
}

/// The steps that are left.
fn next(board: &Board, it: &Assessment) -> Vec<String> {
    let (app, mut steps) = (&board.settings.name, Vec::new());
    if it.truth.is_done() || it.not_applicable.is_some() {
        return steps;
    }
    let leaked = board.findings.iter().filter(|row| row.asks_rotation && row.items.contains(&it.item) && row.state() == "open");
    let leaked = leaked.count();
    if it.asks_rotation && leaked > 0 {
        let secrets = words::count(leaked, "leaked secret");
        steps
            .push(format!("{secrets} to be replaced at the provider, then: rescue finding rotated {app} ID --on DATE --proof …"));
    }
    if it.words.iter().any(|word| word.suspected) {
        steps.push(format!("Prove it again in ten minutes or more: rescue prove {app} {}", it.item));
    }
    for gap in it.words.iter().filter(|word| word.not_applicable.is_none()).filter_map(|word| word.gap.as_ref()) {
        if let Some(step) = gap.needs.as_ref().map(ToString::to_string).filter(|it| !steps.contains(it)) {
            steps.push(step);
        }
    }
    let fails = it.truth.is_failing();
    if fails {
        steps.push(format!("What is left to mend: rescue fix {app} {}", it.item));
    } else if leaked == 0 || !it.asks_rotation {
        steps.push(format!("A person may judge it: rescue item done {app} {} --proof …", it.item));
    }
    steps
}

/// A line of a proof as it is shown: how far it is indented, its mark, its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub indent: u8,
    pub mark: &'static str,
    pub says: String,
    /// Good news, bad news, or neither.
    pub good: Option<bool>,
}

/// The proof in lines, the same in the console and on paper.
#[must_use]
pub fn lines(proof: &Proof) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut say =
        |indent: u8, mark: &'static str, says: String, good: Option<bool>| lines.push(Line { indent, mark, says, good });
    for item in &proof.items {
        let turned = if item.before == item.after {
            format!("still {}", item.after.words())
        } else {
            format!("{} → {}", item.before.words(), item.after.words())
        };
        let fresh = item.fresh_until.map_or_else(String::new, |at| format!(", {}", words::left(at, proof.at)));
        let good = if item.after.is_done() { Some(true) } else { item.after.is_failing().then_some(false) };
        say(0, words::mark(item.after), format!("{} {}: {turned}{fresh}", item.item, item.short), good);
        for remark in &item.remarks {
            say(1, "›", remark.to_string(), None);
        }
        for probe in &item.probes {
            let (mark, good) = match probe.after.as_str() {
                "pass" => ("✔", Some(true)),
                "fail" => ("✘", Some(false)),
                "not used" => ("–", None),
                _ => ("?", None),
            };
            let sign = if probe.kind == ProbeKind::Sign { " (sign)" } else { "" };
            let took = format!("{}, {}", words::millis(probe.ms), words::count(probe.requests as usize, "request"));
            say(1, mark, format!("{}{sign}: {} → {} · {took} · {}", probe.probe, probe.before, probe.after, probe.says), good);
            if probe.suspected {
                say(
                    2,
                    "?",
                    "fails once; it counts as a fail only after a second look at least ten minutes later".to_owned(),
                    None,
                );
            }
            let named = |it: &Met| match &it.place {
                Some(place) if !it.says.as_str().contains(place.as_str()) => format!("{place}: {}", it.says),
                _ => it.says.to_string(),
            };
            probe.gone.iter().for_each(|it| say(2, "✔", format!("gone: {}", named(it)), Some(true)));
            probe.new.iter().for_each(|it| say(2, "✘", format!("new: {}", named(it)), Some(false)));
            probe.left.iter().for_each(|it| say(2, "○", format!("left: {}", named(it)), None));
            for it in &probe.unknown {
                say(2, "?", format!("not met, but the look was not whole: {}", named(it)), None);
            }
        }
        for it in &item.unasked {
            say(1, "?", format!("{}: not asked: {}", it.probe, it.gap.says), None);
        }
        item.next.iter().for_each(|it| say(1, "→", it.clone(), None));
    }
    if proof.cancelled {
        say(0, "!", "stopped before every probe had answered; what was decided is kept".to_owned(), Some(false));
    }
    proof.not_stored.iter().for_each(|why| say(0, "!", format!("not stored: {why}"), Some(false)));
    lines
}

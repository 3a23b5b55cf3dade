//! A proof: what an item and its probes said before, what they say after being asked again, and what became of each finding. It
//! claims no more than was seen: a finding is gone only when a whole look did not meet it.

mod lines;

pub use lines::{Line, lines};

use crate::domain::state::Board;
use crate::domain::{
    AppName, Assessment, Finding, Foreign, Gap, GapKind, ItemId, Note, NoteLevel, Outcome, Place, ProbeId, ProbeKind, ProbeWord,
    RunId, Truth, Verdict,
};
use crate::words;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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

    /// How many of its probes this look got nothing out of: asked without an answer, kept from seeing, or not asked at all.
    #[must_use]
    pub fn blind(&self) -> usize {
        self.probes.iter().filter(|it| it.is_blind()).count() + self.unasked.len()
    }

    /// Nothing of it was seen in this look: what is said of it was seen before.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        self.blind() > 0 && self.probes.iter().all(ProbeProof::is_blind)
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
    /// When that which counts now was seen; older than this look, where this look decided nothing.
    pub after_seen: Option<DateTime<Utc>>,
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

impl ProbeProof {
    /// It got nothing out of this look. What only a person judges was seen.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        match (self.outcome.as_deref(), &self.gap) {
            (None, _) => true,
            (Some(_), gap) => gap.as_ref().is_some_and(|it| it.kind != GapKind::NeedsJudgement),
        }
    }
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

/// What is compared: the boards before and after, what each probe showed last before, who was asked, and what was said.
pub struct Compared<'a> {
    pub before: &'a Board,
    pub after: &'a Board,
    pub shown: &'a BTreeMap<ProbeId, Verdict>,
    pub asked: &'a BTreeSet<ProbeId>,
    pub answers: &'a Answers,
    pub unasked: &'a [(ProbeId, Gap)],
}

/// The proof of an item; none for one that a board does not have.
#[must_use]
pub fn prove(compared: &Compared<'_>, item: &ItemId) -> Option<Proven> {
    let Compared { before, after, shown, asked, answers, unasked } = compared;
    let (old, new) = (before.assessment(item.as_str())?, after.assessment(item.as_str())?);
    let text = after.item(item.as_str())?;
    let of_item = |probe: &ProbeId| new.words.iter().any(|it| it.probe == *probe);
    let probes = new.words.iter().filter_map(|word| {
        let before = old.words.iter().find(|it| it.probe == word.probe).map_or("not asked yet", words::probe);
        let shown = shown.get(&word.probe).map(met).unwrap_or_default();
        match answers.get(&word.probe) {
            Some(answer) => Some(of_probe(before, &shown, word, answer)),
            // It was asked: leaving it out would say that there is nothing to say.
            None => asked.contains(&word.probe).then(|| unanswered(before, shown, word)),
        }
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

fn unanswered(said: &str, shown: Vec<Met>, new: &ProbeWord) -> ProbeProof {
    ProbeProof {
        probe: new.probe.clone(),
        kind: new.kind,
        before: said.to_owned(),
        after: words::probe(new).to_owned(),
        after_seen: new.at,
        outcome: None,
        says: "it was asked and has not answered".into(),
        ms: 0,
        requests: 0,
        suspected: new.suspected,
        gap: None,
        gone: Vec::new(),
        new: Vec::new(),
        left: Vec::new(),
        unknown: shown,
    }
}

fn of_probe(said: &str, before: &[Met], new: &ProbeWord, (verdict, ms, requests): &(Verdict, u64, u32)) -> ProbeProof {
    let now = met(verdict);
    let whole = is_whole(verdict);
    let has = |list: &[Met], wanted: &Met| list.iter().any(|it| it.id == wanted.id);
    let (mut gone, mut unknown) = (Vec::new(), Vec::new());
    for it in before.iter().filter(|it| !has(&now, it)) {
        // What was left out of a list of evidence is counted there, not named: its absence says nothing.
        let bounded = it.evidence && verdict.notes.iter().any(|note| note.key.rsplit('.').next() == Some("more"));
        if whole && !bounded { gone.push(it.clone()) } else { unknown.push(it.clone()) }
    }
    let (left, fresh) = now.into_iter().partition(|it| has(before, it));
    ProbeProof {
        outcome: Some(verdict.outcome.word().to_owned()),
        says: verdict.says.clone(),
        ms: *ms,
        requests: *requests,
        gap: verdict.outcome.gap().cloned(),
        gone,
        new: fresh,
        left,
        ..unanswered(said, unknown, new)
    }
}

/// Whether a look saw all that it looks at, so that what it did not meet is not there. One that lays evidence before a person
/// did; one that asks a person without showing anything, or for which the question does not arise, has not looked there.
fn is_whole(verdict: &Verdict) -> bool {
    let saw = match &verdict.outcome {
        Outcome::Pass | Outcome::Fail => true,
        Outcome::NotApplicable { .. } => false,
        Outcome::Undecided { gap } => {
            gap.kind == GapKind::NeedsJudgement && verdict.notes.iter().any(|it| it.level == NoteLevel::Evidence)
        }
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
    if it.not_applicable.is_some() {
        return steps;
    }
    if it.truth.is_done() {
        // It counts still, and the next look must see again; what was judged is no step any more.
        opening(it, |gap| gap.kind != GapKind::NeedsJudgement, &mut steps);
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
    opening(it, |_| true, &mut steps);
    let fails = it.truth.is_failing();
    if fails {
        steps.push(format!("What is left to mend: rescue fix {app} {}", it.item));
    } else if leaked == 0 || !it.asks_rotation {
        steps.push(format!("A person may judge it: rescue item done {app} {} --proof …", it.item));
    }
    steps
}

/// What opens the gaps that stand, each step once.
fn opening(it: &Assessment, counts: impl Fn(&Gap) -> bool, steps: &mut Vec<String>) {
    let gaps = it.words.iter().filter(|word| word.not_applicable.is_none()).filter_map(|word| word.gap.as_ref());
    for step in gaps.filter(|it| counts(it)).filter_map(|it| it.needs.as_ref()).map(ToString::to_string) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
}

#[cfg(test)]
mod tests;

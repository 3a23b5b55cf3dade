//! A work order from what the facts say: the item, its words, its findings and evidence, and what its probes derive. It decides
//! nothing about the item; where nothing was found it says why there is no order.

use super::cause::causes;
use super::model::{Before, Look, Step, Unseen, WorkOrder};
use super::{careful, criterion};
use crate::domain::state::Board;
use crate::domain::{Assessment, Foreign, Gap, GapKind, Item, Place, ProbeId, ProbeKind, Remedy, Repairs, Truth, emergency};
use crate::words;
use chrono::{DateTime, Utc};

/// A probe of the item, and what its last look with an observation can add.
#[derive(Debug, Clone)]
pub struct Asked {
    pub probe: ProbeId,
    pub asks: &'static str,
    pub kind: ProbeKind,
    pub confirm: u8,
    /// When it looked last, whatever it saw.
    pub looked: Option<DateTime<Utc>>,
    /// The newest look from which something is known: that on which remedy and repairs rest.
    pub seen: Option<DateTime<Utc>>,
    pub remedy: Remedy,
    pub repairs: Repairs,
    /// What it saw was let go by thinning, or can be read no more: nothing can be derived until it looks again.
    pub lost: bool,
}

/// What an order is made of.
pub struct Source<'a> {
    pub board: &'a Board,
    pub item: &'a Item,
    pub assessment: &'a Assessment,
    pub asked: Vec<Asked>,
    /// The checklist's steps, with the app's names and with words in their place.
    pub steps: Vec<(String, String)>,
    /// What no probe looks at yet.
    pub by_hand: Option<String>,
    /// Set while it is built: a cause is a secret.
    pub has_secrets: bool,
}

/// Why there is no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nothing {
    NotApplicable(Foreign),
    Done(Truth),
    /// All that was found is accepted, rotated or waived.
    Settled(usize),
    /// No probe was asked yet.
    NotLooked,
    /// Nothing was found, and not everything could be seen.
    Unseen(Box<Gap>),
    /// No probe looks at it.
    ByHand,
    /// Everything was seen, and there was nothing.
    Clean,
}

/// Most texts of the probes' own advice.
const MOST_ADVICE: usize = 12;

/// The order.
///
/// # Errors
/// Nothing was found that could be mended, and why.
pub fn build(mut source: Source<'_>) -> Result<WorkOrder, Nothing> {
    let assessment = source.assessment;
    if let Some(why) = &assessment.not_applicable {
        return Err(Nothing::NotApplicable(why.clone()));
    }
    if assessment.truth.is_done() {
        return Err(Nothing::Done(assessment.truth));
    }
    let (causes, settled) = causes(source.board, assessment);
    if causes.is_empty() {
        return Err(nothing(&source, settled));
    }
    source.has_secrets = causes.iter().any(super::Cause::is_secret);
    let (board, item) = (source.board, source.item);
    let (repairs, no_repairs) = repairs(&source.asked);
    let commit = causes.iter().flat_map(|it| &it.spots).find_map(|it| match &it.at {
        Some(Place::File { commit: Some(commit), .. }) if it.exposed.is_none() => Some(commit.clone()),
        _ => None,
    });
    Ok(WorkOrder {
        app: board.settings.name.clone(),
        item: item.id.clone(),
        short: Foreign::new(&item.short),
        goal: Foreign::new(&item.title),
        why: Foreign::new(&item.why),
        phase: item.phase,
        gate: assessment.gate,
        truth: assessment.truth,
        effort: effort(&source),
        consent: item.consent,
        made: board.now,
        looked: source.asked.iter().filter_map(|it| it.seen).max(),
        looks: source.asked.iter().filter_map(look).collect(),
        commit,
        after: before(board, item),
        settled,
        unseen: unseen(assessment),
        lost: source.asked.iter().filter(|it| it.lost).map(lost).collect(),
        emergency: emergency(item, assessment, causes.iter().filter_map(|it| it.severity).max())
            .iter()
            .map(Foreign::new)
            .collect(),
        remedy: advice(&source, &causes),
        steps: source.steps.iter().map(|(says, neutral)| Step { says: Foreign::new(says), neutral: neutral.clone() }).collect(),
        criterion: criterion::of(&source),
        careful: careful::of_item(item, source.has_secrets),
        proof: vec![
            format!("rescue prove {} {}", board.settings.name, item.id),
            format!("rescue probe {} --only {}", board.settings.name, item.id),
        ],
        repairs,
        no_repairs,
        references: item.references.clone(),
        causes,
    })
}

fn nothing(source: &Source<'_>, settled: usize) -> Nothing {
    let assessment = source.assessment;
    if settled > 0 || assessment.truth == Truth::Waived {
        return Nothing::Settled(settled);
    }
    if assessment.by_hand {
        return Nothing::ByHand;
    }
    let words = || assessment.words.iter().filter(|it| it.not_applicable.is_none());
    if words().any(|it| it.outcome.is_none() && it.gap.is_none()) {
        return Nothing::NotLooked;
    }
    let gap = words().filter_map(|it| it.gap.clone()).find(|it| it.kind != GapKind::NeedsJudgement);
    gap.map_or(Nothing::Clean, |gap| Nothing::Unseen(Box::new(gap)))
}

/// The larger of what the item and its probes say.
fn effort(source: &Source<'_>) -> crate::domain::checklist::Effort {
    let of_probes = source.asked.iter().filter(|it| !it.remedy.steps.is_empty()).map(|it| it.remedy.effort);
    of_probes.chain([source.item.effort]).max().unwrap_or_default()
}

fn before(board: &Board, item: &Item) -> Vec<Before> {
    let waits = item.after.iter().filter_map(|id| Some((board.assessment(id.as_str())?, board.item(id.as_str())?)));
    waits
        .filter(|(it, _)| !it.truth.is_done() && !matches!(it.truth, Truth::NotApplicable | Truth::Waived))
        .map(|(it, text)| Before { item: it.item.clone(), short: Foreign::new(&text.short), truth: it.truth })
        .collect()
}

/// What hides more of it. What only asks for judgement was seen.
fn unseen(assessment: &Assessment) -> Vec<Unseen> {
    let words = assessment.words.iter().filter(|it| it.not_applicable.is_none());
    let gaps = words.filter_map(|it| Some(Unseen { probe: it.probe.clone(), gap: it.gap.clone()? }));
    gaps.filter(|it| it.gap.kind != GapKind::NeedsJudgement).collect()
}

/// The probes' own advice, as far as no place says the same.
fn advice(source: &Source<'_>, causes: &[super::Cause]) -> Vec<Foreign> {
    let at_places = causes.iter().flat_map(|it| it.fix.iter().chain(it.spots.iter().filter_map(|spot| spot.fix.as_ref())));
    let at_places: Vec<&Foreign> = at_places.collect();
    let mut steps: Vec<Foreign> = Vec::new();
    for step in source.asked.iter().flat_map(|it| &it.remedy.steps) {
        if !at_places.contains(&step) && !steps.contains(step) && steps.len() < MOST_ADVICE {
            steps.push(step.clone());
        }
    }
    steps
}

fn repairs(asked: &[Asked]) -> (Repairs, Option<Foreign>) {
    let mut repairs = Repairs::default();
    for it in asked {
        repairs.join(&it.repairs);
    }
    let why = asked.iter().find(|it| it.lost).map(lost).filter(|_| repairs.is_empty());
    (repairs, why)
}

fn lost(it: &Asked) -> Foreign {
    let when = it.seen.map_or_else(String::new, |at| format!(" on {} UTC", words::moment(at)));
    Foreign::new(format!("what {} saw{when} is not kept any more; look again", it.probe))
}

fn look(it: &Asked) -> Option<Look> {
    Some(Look { probe: it.probe.clone(), seen: it.seen, looked: it.looked? })
}

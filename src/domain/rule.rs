//! What the nested all/any rule of an item comes to, given what each probe says (DESIGN §2, "The rule").
//! It knows no facts and no time: ages and acceptances are settled before.

use super::{ProbeKind, Rule, RuleState};
use chrono::{DateTime, Utc};

/// What a probe says as it counts at the moment in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    Pass,
    Fail,
    /// A fail whose every finding is accepted.
    Accepted,
    /// What it found are leaked secrets, and a person says of each that it was replaced: the word is the person's.
    Rotated,
    /// The app does not use its system: a person or a complete discovery said so.
    Unused,
    /// It looked, and the question does not arise.
    NotApplicable,
    /// It could not see, was never asked, or its word has aged.
    Undecided,
}

/// A probe's part in a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice {
    pub say: Say,
    pub kind: ProbeKind,
    /// When a pass or not-applicable stops speaking.
    pub until: DateTime<Utc>,
    /// Its last look saw nothing, or there was none.
    pub blind: bool,
}

/// A rule over positions in a list of voices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    Leaf(usize),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

/// What a rule comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed {
    pub rule: RuleState,
    /// For a rule that holds: until when it does without another look.
    pub until: DateTime<Utc>,
    /// It fails because nothing in use could do this.
    pub nothing_found: bool,
    /// Nothing does this, and the item says that this is fine.
    pub absent: bool,
    /// The proofs that must all agree do, as far as they exist; one of a system in use is to come.
    pub to_come: bool,
    /// One place that holds is enough: no other has to be seen.
    one_is_enough: bool,
}

impl Weighed {
    /// The same, as long as probes are to come. That nothing was found says nothing while nobody looked everywhere; and
    /// what must hold everywhere is not proven while a system in use cannot be asked. What fails, fails.
    #[must_use]
    pub fn awaiting(self, to_come: ToCome) -> Self {
        let open = Self { rule: RuleState::Open, until: DateTime::<Utc>::MAX_UTC, nothing_found: false, absent: false, ..self };
        match (to_come, self.rule) {
            (ToCome::Nothing, _) => self,
            _ if self.nothing_found || self.absent => Self { to_come: true, ..open },
            (ToCome::InUse, RuleState::Holds) if !self.one_is_enough => Self { to_come: true, ..open },
            _ => self,
        }
    }
}

/// What an item's rule cannot ask yet, because the probes are still to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToCome {
    Nothing,
    /// Probes are to come for systems that the app is not known to use.
    Elsewhere,
    /// The app uses a system whose probe is to come: an unseen proof.
    InUse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Holds(DateTime<Utc>),
    Fails,
    /// A group for which nothing is in use that could prove it.
    NothingFound,
    Accepted,
    Open,
    /// Every proof of it is not applicable, at least one by its own word, until that ages.
    NotApplicable(DateTime<Utc>),
    /// Every proof of it belongs to a system that the app does not use.
    Unused,
    /// Signs that do not fail, or nothing at all.
    Silent,
}

impl Tree {
    /// The rule with each probe replaced by its position in `probes` ([`Rule::probes`]).
    #[must_use]
    pub fn new(rule: &Rule, probes: &[&super::ProbeId]) -> Self {
        match rule {
            Rule::Probe(id) => Self::Leaf(probes.iter().position(|it| *it == id).unwrap_or(usize::MAX)),
            Rule::All(rules) => Self::All(rules.iter().map(|it| Self::new(it, probes)).collect()),
            Rule::Any(rules) => Self::Any(rules.iter().map(|it| Self::new(it, probes)).collect()),
        }
    }

    /// What the rule comes to. A position without a voice is undecided.
    #[must_use]
    pub fn weigh(&self, voices: &[Voice], absent_is_fine: bool) -> Weighed {
        let never = DateTime::<Utc>::MAX_UTC;
        let one_is_enough = matches!(self, Self::Any(_));
        let plain = |rule| Weighed { rule, until: never, nothing_found: false, absent: false, to_come: false, one_is_enough };
        match self.node(voices, absent_is_fine) {
            Node::Holds(until) => Weighed { until, ..plain(RuleState::Holds) },
            Node::Fails => plain(RuleState::Fails),
            Node::Accepted => plain(RuleState::Accepted),
            Node::NotApplicable(until) if absent_is_fine => Weighed { absent: true, until, ..plain(RuleState::Open) },
            Node::Unused if absent_is_fine => Weighed { absent: true, ..plain(RuleState::Open) },
            Node::Unused | Node::NothingFound => Weighed { nothing_found: true, ..plain(RuleState::Fails) },
            Node::Open | Node::NotApplicable(_) | Node::Silent => plain(RuleState::Open),
        }
    }

    /// Whether something that could decide the rule was not seen. In an `any` that holds by what was seen, the other
    /// places do not matter.
    #[must_use]
    pub fn is_unseen(&self, voices: &[Voice]) -> bool {
        match self {
            Self::Leaf(at) => voices.get(*at).is_none_or(|it| it.kind == ProbeKind::Proof && it.blind),
            Self::All(parts) => parts.iter().any(|it| it.is_unseen(voices)),
            Self::Any(parts) => {
                let seen_to_hold = |it: &Self| matches!(it.node(voices, false), Node::Holds(_)) && !it.is_unseen(voices);
                !parts.iter().any(seen_to_hold) && parts.iter().any(|it| it.is_unseen(voices))
            }
        }
    }

    fn node(&self, voices: &[Voice], absent_is_fine: bool) -> Node {
        match self {
            Self::Leaf(at) => voices.get(*at).map_or(Node::Open, Voice::node),
            Self::All(parts) => all(parts, voices, absent_is_fine),
            Self::Any(parts) => any(parts, voices, absent_is_fine),
        }
    }

    fn sign<'v>(&self, voices: &'v [Voice]) -> Option<&'v Voice> {
        let Self::Leaf(at) = self else { return None };
        voices.get(*at).filter(|it| it.kind == ProbeKind::Sign)
    }
}

impl Voice {
    fn node(&self) -> Node {
        match (self.kind, self.say) {
            (_, Say::Fail) => Node::Fails,
            (_, Say::Accepted) => Node::Accepted,
            (ProbeKind::Sign, _) => Node::Silent,
            (ProbeKind::Proof, Say::Pass) => Node::Holds(self.until),
            (ProbeKind::Proof, Say::Unused) => Node::Unused,
            (ProbeKind::Proof, Say::NotApplicable) => Node::NotApplicable(self.until),
            (ProbeKind::Proof, Say::Undecided | Say::Rotated) => Node::Open,
        }
    }
}

/// Fails if a part fails; holds if a proof is applicable and every applicable one has a pass. A group of places of
/// which none is in use leaves its half of the item undone: it is not skipped like a single unused probe.
fn all(parts: &[Tree], voices: &[Voice], absent_is_fine: bool) -> Node {
    let (mut accepted, mut open, mut holds, mut unused, mut not_applicable) = (false, false, false, false, false);
    let mut nothing_found = false;
    let mut until = DateTime::<Utc>::MAX_UTC;
    for part in parts {
        match part.node(voices, absent_is_fine) {
            Node::Fails => return Node::Fails,
            Node::NothingFound => nothing_found = true,
            Node::Accepted => accepted = true,
            Node::Open => open = true,
            Node::Holds(end) => {
                holds = true;
                until = until.min(end);
            }
            Node::Unused if matches!(part, Tree::Any(_)) && !absent_is_fine => nothing_found = true,
            Node::NotApplicable(_) if matches!(part, Tree::Any(_)) && !absent_is_fine => open = true,
            Node::Unused => unused = true,
            Node::NotApplicable(end) => {
                not_applicable = true;
                until = until.min(end);
            }
            Node::Silent => {}
        }
    }
    if nothing_found {
        Node::NothingFound
    } else if accepted {
        Node::Accepted
    } else if open {
        Node::Open
    } else if holds {
        Node::Holds(until)
    } else if not_applicable {
        Node::NotApplicable(until)
    } else if unused {
        Node::Unused
    } else {
        Node::Silent
    }
}

/// Holds if one place has the proof; fails if every applicable place was seen and none has. Signs count only where
/// no proof is applicable: a place that looks empty says nothing about the others.
fn any(parts: &[Tree], voices: &[Voice], absent_is_fine: bool) -> Node {
    let mut held: Option<DateTime<Utc>> = None;
    let (mut fails, mut accepted, mut open) = (0_usize, 0_usize, false);
    let (mut sign_fails, mut sign_accepted, mut sign_else) = (false, false, false);
    let mut unused = false;
    let mut not_applicable: Option<DateTime<Utc>> = None;
    for part in parts {
        if let Some(sign) = part.sign(voices) {
            match sign.say {
                Say::Fail => sign_fails = true,
                Say::Accepted => sign_accepted = true,
                Say::Pass | Say::Undecided | Say::Rotated => sign_else = true,
                Say::Unused | Say::NotApplicable => {}
            }
            continue;
        }
        match part.node(voices, absent_is_fine) {
            Node::Holds(end) => held = Some(held.map_or(end, |it| it.max(end))),
            Node::Fails | Node::NothingFound => fails += 1,
            Node::Accepted => accepted += 1,
            Node::Open => open = true,
            Node::NotApplicable(end) => not_applicable = Some(not_applicable.map_or(end, |it| it.min(end))),
            Node::Unused => unused = true,
            Node::Silent => {}
        }
    }
    match (held, open, fails + accepted) {
        (Some(until), ..) => Node::Holds(until),
        (None, true, _) => Node::Open,
        (None, false, 1..) if fails > 0 => Node::Fails,
        (None, false, 1..) => Node::Accepted,
        _ if sign_fails && !sign_else => Node::Fails,
        _ if sign_accepted && !sign_else => Node::Accepted,
        _ => match not_applicable {
            Some(until) => Node::NotApplicable(until),
            None if unused => Node::Unused,
            None => Node::Silent,
        },
    }
}

#[cfg(test)]
mod tests;

//! What a person can say of an item or a finding, and the fact that it becomes: checked against the board that lay
//! before the person, the same way for the console and the command line.

use crate::domain::question::nearest;
use crate::domain::state::StandingFinding;
use crate::domain::{AppSettings, Assessment, Board, FactBody, Foreign, ItemId, Target, WorkNote, evidence};
use crate::trouble::Trouble;
use chrono::NaiveDate;

/// A waiver or an acceptance in a person's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepting {
    pub reason: String,
    /// The last day on which it stands.
    pub until: NaiveDate,
    /// Who on the client's side accepted it.
    pub client: Option<String>,
    pub proof: Option<String>,
    /// One sentence for the founder.
    pub founder: Option<String>,
}

/// What a person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    Start,
    Done {
        proof: String,
        founder: Option<String>,
    },
    Block {
        on: String,
        waits_for: String,
        until: Option<NaiveDate>,
        /// What is asked, in one sentence for the founder.
        founder: Option<String>,
        /// Of the founder's time.
        minutes: Option<u16>,
    },
    Unblock,
    Plan {
        week: u8,
    },
    NotApplicable {
        reason: String,
    },
    Waive(Accepting),
    Note {
        text: String,
        founder: Option<String>,
    },
    Reopen {
        reason: String,
    },
}

/// The fact that a statement about an item becomes.
///
/// # Errors
/// A usage trouble that says what is missing.
pub fn about_item(board: &Board, item: &ItemId, statement: Statement) -> Result<FactBody, Trouble> {
    let assessment = board.assessment(item.as_str()).ok_or_else(|| unknown_item(board, item))?;
    let item = item.clone();
    Ok(match statement {
        Statement::Start => FactBody::Work { item, work: WorkNote::Doing },
        Statement::Unblock => FactBody::Work { item, work: WorkNote::Todo },
        Statement::Block { on, waits_for, until, founder, minutes } => {
            if let Some(until) = until.filter(|until| *until < board.now.date_naive()) {
                return Err(Trouble::usage(format!("{until} is past")).next("Give a day from today on, or none"));
            }
            let on = said(&on, "on whom it waits")?;
            let waits_for = said(&waits_for, "for what it waits")?;
            let founder = founder.map(Foreign::from);
            FactBody::Work { item, work: WorkNote::Blocked { on, waits_for, until, founder, minutes } }
        }
        Statement::Plan { week } if week == 0 || week > board.settings.weeks => {
            return Err(Trouble::usage(format!("week {week} is outside the engagement of {} weeks", board.settings.weeks))
                .next(format!("Give a week from 1 to {}", board.settings.weeks)));
        }
        Statement::Plan { week } => FactBody::Work { item, work: WorkNote::Planned { week } },
        Statement::Done { proof, founder } => {
            let proof = said(&proof, "a proof: a link, a file, a command with its output")?;
            let (stands_for, saw) = evidence::judgement_basis(assessment);
            FactBody::Attested { item, proof: Some(proof), stands_for, saw, founder: founder.map(Foreign::from) }
        }
        Statement::NotApplicable { reason } => FactBody::NotApplicable { item, reason: said(&reason, "a reason")? },
        Statement::Waive(accepting) => waiver(board, Target::Item(item), accepting, assessment.gate.is_some())?,
        Statement::Note { text, founder } => {
            FactBody::Noted { item, text: said(&text, "a text")?, founder: founder.map(Foreign::from) }
        }
        Statement::Reopen { reason } => {
            if !has_something_to_reopen(assessment) {
                return Err(Trouble::usage(format!("{item} has no judgement, waiver or not-applicable to take back"))
                    .next("A probe's tick goes when the probe sees otherwise; add a note instead"));
            }
            FactBody::Reopened { item, reason: said(&reason, "a reason")? }
        }
    })
}

fn has_something_to_reopen(it: &Assessment) -> bool {
    it.judgement.is_some() || it.waiver.is_some() || it.not_applicable.is_some()
}

/// The finding whose id is, or begins with, `id`.
///
/// # Errors
/// None or several begin so.
pub fn finding<'a>(board: &'a Board, id: &str) -> Result<&'a StandingFinding, Trouble> {
    if let Some(exact) = board.findings.iter().find(|it| it.finding.key() == id) {
        return Ok(exact);
    }
    let mut fitting = board.findings.iter().filter(|it| it.finding.key().starts_with(id));
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Trouble::usage(format!("no standing finding is called `{}`", Foreign::new(id).cut(80)))
            .next(format!("Run `rescue finding list {}`", board.settings.name))),
        (Some(_), Some(_)) => {
            Err(Trouble::usage(format!("several findings begin with `{}`", Foreign::new(id).cut(80))).next("Give more of the id"))
        }
    }
}

/// The fact that accepts a finding.
///
/// # Errors
/// A usage trouble that says what is missing.
pub fn accept_finding(board: &Board, found: &StandingFinding, accepting: Accepting) -> Result<FactBody, Trouble> {
    let at_a_gate = found.items.iter().any(|item| board.assessment(item.as_str()).is_some_and(|it| it.gate.is_some()));
    waiver(board, Target::Finding(found.finding.key()), accepting, at_a_gate)
}

/// The fact that says that a leaked secret was replaced on a day.
///
/// # Errors
/// The finding is no leaked secret, the day cannot be, the proof is missing.
pub fn rotate_finding(board: &Board, found: &StandingFinding, on: NaiveDate, proof: &str) -> Result<FactBody, Trouble> {
    let Some(exposure) = found.finding.exposed.as_ref().filter(|_| found.asks_rotation) else {
        return Err(Trouble::usage("nothing asks for a rotation of this finding").next("Accept it, or mend what it says"));
    };
    let today = board.now.date_naive();
    if on > today {
        return Err(Trouble::usage(format!("{on} has not come yet")).next("Give the day on which it was replaced, UTC"));
    }
    if let Some(since) = exposure.since.map(|it| it.min(found.first_seen).date_naive()).filter(|it| on < *it) {
        return Err(Trouble::usage(format!("on {on} it had not leaked yet: that began on {since}"))
            .next("Replace what leaked, then give that day"));
    }
    Ok(FactBody::Rotated {
        finding: found.finding.key(),
        on,
        proof: said(proof, "a proof: a link, a log, a command with its output")?,
    })
}

/// The fact that takes an acceptance or a rotation back.
///
/// # Errors
/// The finding is neither accepted nor rotated.
pub fn reopen_finding(found: &StandingFinding, reason: &str) -> Result<FactBody, Trouble> {
    if found.waiver.is_none() && found.rotation.is_none() {
        return Err(Trouble::usage("this finding is neither accepted nor rotated, so there is nothing to take back"));
    }
    Ok(FactBody::FindingReopened { finding: found.finding.key(), reason: said(reason, "a reason")? })
}

fn waiver(board: &Board, target: Target, it: Accepting, at_a_gate: bool) -> Result<FactBody, Trouble> {
    let today = board.now.date_naive();
    if it.until < today {
        return Err(Trouble::usage(format!("{} is past", it.until)).next("Give the last day on which it stands, from today on"));
    }
    if (it.until - today).num_days() > 366 {
        return Err(Trouble::usage(format!("{} is more than a year away", it.until))
            .next("Accept a risk for a year at most, then look again"));
    }
    let client = it.client.map(|name| said(&name, "who on the client's side accepted it")).transpose()?;
    let proof = it.proof.map(|proof| said(&proof, "a proof")).transpose()?;
    if at_a_gate && (client.is_none() || proof.is_none()) {
        return Err(Trouble::usage("at a gate somebody on the client's side has to accept the risk, in writing")
            .next("Add who (--by) and where it is written (--proof)"));
    }
    if let Some(name) = client.as_ref().filter(|name| at_a_gate && is_ours(&board.settings, name)) {
        return Err(Trouble::usage(format!("{name} is on our side")).next("Name somebody on the client's side"));
    }
    Ok(FactBody::Waived {
        target,
        reason: said(&it.reason, "a reason")?,
        until: it.until,
        client,
        proof,
        founder: it.founder.map(Foreign::from),
    })
}

fn is_ours(settings: &AppSettings, name: &Foreign) -> bool {
    settings.people.iter().any(|person| person.side == crate::domain::Side::Ours && person.name == *name)
}

fn said(text: &str, what: &str) -> Result<Foreign, Trouble> {
    let text = Foreign::new(text.trim());
    if text.as_str().is_empty() {
        return Err(Trouble::usage(format!("{what} is missing")));
    }
    if text.as_str().chars().count() > 4_000 {
        return Err(Trouble::usage(format!("{what} is longer than 4000 characters")).next("Keep it in a file and name the file"));
    }
    Ok(text)
}

/// The trouble of an item that the app's checklist does not have.
#[must_use]
pub fn unknown_item(board: &Board, item: &ItemId) -> Trouble {
    if let Some((_, by)) = board.checklist.retired.iter().find(|(id, _)| id == item) {
        return Trouble::usage(format!("{item} is retired")).next(format!("It was replaced by {by}"));
    }
    let near = nearest(item.as_str(), board.checklist.items.iter().map(|it| it.id.to_string()));
    let trouble = Trouble::usage(format!("the checklist of {} has no item {item}", board.settings.name));
    match near.as_slice() {
        [] => trouble.next(format!("Run `rescue status {}` for its items", board.settings.name)),
        near => trouble.next(format!("Write {}, or run `rescue status {}` for all", near.join(" or "), board.settings.name)),
    }
}

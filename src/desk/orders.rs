//! Work orders at the desk: the board, what the item's probes saw last, and the words for an item of which there is none. The
//! order itself is `orders`'.

use super::{Desk, statement};
use crate::checklist::{by_hand_note, fill};
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, AppSettings, Board, Digest, Item, ItemId, ProbeId, Remedy, Repairs};
use crate::orders::{self, Asked, Form, NoSuchForm, Nothing, Source, WorkOrder};
use crate::probes;
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};

impl Desk {
    /// The work that an item needs now.
    ///
    /// # Errors
    /// An item that the checklist does not have, or of which nothing is to be mended, with the reason; a store that cannot be
    /// read.
    pub fn work_order(&self, app: &AppName, item: &ItemId) -> Result<WorkOrder, Trouble> {
        let facts = self.facts(app)?;
        let now = self.clock.now();
        let board = self.board_of(&facts, now)?.ok_or_else(|| super::no_settings(app))?;
        let ledger = Ledger::read(&facts, now);
        let (Some(assessment), Some(text)) = (board.assessment(item.as_str()), board.item(item.as_str())) else {
            return Err(statement::unknown_item(&board, item));
        };
        let probes = text.rule.probes();
        let asked = probes.into_iter().map(|probe| self.asked(probe, &ledger, &board.settings)).collect::<Result<_, _>>()?;
        let source = Source {
            item: text,
            assessment,
            asked,
            steps: text.how.iter().map(|step| (fill(step, &board.settings), neutral(step))).collect(),
            by_hand: by_hand_note(text),
            has_secrets: false,
            board: &board,
        };
        orders::build(source).map_err(|nothing| refusal(&board, text, nothing))
    }

    /// What a probe's newest look that kept something can add.
    fn asked(&self, probe: &ProbeId, ledger: &Ledger<'_>, settings: &AppSettings) -> Result<Asked, Trouble> {
        let Some(found) = probes::find(probe.as_str()) else { return Ok(unknown(probe)) };
        let meta = found.meta();
        let subject = ledger.subject(meta.system);
        let mut looks = ledger.looks(probe.as_str()).iter().rev().filter(|it| Some(it.outcome.subject.as_str()) == subject);
        let newest = looks.clone().next().map(|it| it.at);
        let seen: Option<(DateTime<Utc>, &Digest)> =
            looks.find_map(|it| it.outcome.observation.as_ref().map(|digest| (it.at, digest)));
        let observation = seen.map(|(_, digest)| self.store.observation(digest)).transpose()?.flatten();
        let read = observation.as_ref().and_then(|it| Some((found.remedy(it, settings)?, found.repairs(it)?)));
        let lost = seen.is_some() && read.is_none();
        let (remedy, repairs) = read.unwrap_or_default();
        let (asks, kind, confirm) = (meta.asks, meta.kind, meta.confirm);
        let seen = seen.map(|(at, _)| at);
        Ok(Asked { probe: probe.clone(), asks, kind, confirm, looked: newest, seen, remedy, repairs, lost })
    }
}

/// A probe that this version does not have.
fn unknown(probe: &ProbeId) -> Asked {
    Asked {
        probe: probe.clone(),
        asks: "This version of rescue does not have it.",
        kind: crate::domain::ProbeKind::Proof,
        confirm: 1,
        looked: None,
        seen: None,
        remedy: Remedy::default(),
        repairs: Repairs::default(),
        lost: false,
    }
}

/// A step with words where the app's names would stand: a name must not give orders.
fn neutral(step: &str) -> String {
    let words = [
        ("{repo}", "this repository"),
        ("{supabase}", "the production Supabase project"),
        ("{staging}", "the staging project"),
        ("{vercel}", "the Vercel project"),
        ("{url}", "the production site"),
        ("{title}", "the app"),
    ];
    words.iter().fold(step.to_owned(), |step, (name, word)| step.replace(name, word))
}

fn refusal(board: &Board, item: &Item, nothing: Nothing) -> Trouble {
    let (app, id) = (&board.settings.name, &item.id);
    let prove = format!("Run `rescue prove {app} {id}`");
    match nothing {
        Nothing::NotApplicable(why) => Trouble::usage(format!("there is nothing to fix for {id}: it does not apply"))
            .why(why)
            .next(format!("Run `rescue item reopen {app} {id} --reason …` if it does")),
        Nothing::Done(truth) => Trouble::usage(format!("there is nothing to fix for {id}: it is {}", truth.words()))
            .next(format!("{prove} to see that it still is")),
        Nothing::Settled(0) => Trouble::usage(format!("there is nothing to fix for {id}: it is waived, and nothing was found"))
            .next(format!("{prove} to look again")),
        Nothing::Settled(_) => {
            Trouble::usage(format!("there is nothing to fix for {id}: every finding of it is accepted or rotated"))
                .next(format!("Run `rescue finding list {app}` for whose word that is"))
        }
        Nothing::NotLooked => {
            Trouble::usage(format!("nobody has looked at {id} yet, so nothing is known to fix")).next(format!("{prove} to look"))
        }
        Nothing::Unseen(gap) => {
            let trouble = Trouble::usage(format!("nothing was found for {id}, and not all of it could be seen")).why(&gap.says);
            match &gap.needs {
                Some(step) => trouble.next(step),
                None => trouble.next(format!("{prove} to look again")),
            }
        }
        Nothing::ByHand => Trouble::usage(format!("nothing was found for {id}: no probe looks at it, a person judges it"))
            .next(format!("Run `rescue item show {app} {id}` for its steps")),
        Nothing::Clean => Trouble::usage(format!("nothing was found for {id}"))
            .next(format!("Judge it with `rescue item done {app} {id} --proof …`, or look again: rescue prove {app} {id}")),
    }
}

/// The order in a form.
///
/// # Errors
/// SQL, where nothing can be derived as such.
pub fn render(order: &WorkOrder, form: Form) -> Result<String, Trouble> {
    orders::render(order, form).map_err(|no: NoSuchForm| {
        let why = no.why.clone();
        let trouble = Trouble::usage(format!("nothing of {} can be derived as SQL", no.item));
        let trouble = why.map_or(trouble.clone(), |why| trouble.why(why));
        trouble.next(format!("Use --as text, agent or issue: rescue fix {} {} --as text", order.app, order.item))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_without_names_keeps_none_of_its_placeholders() {
        for name in crate::checklist::PLACEHOLDERS {
            let said = neutral(&format!("Look at {name} now"));
            assert!(!said.contains('{') && said.starts_with("Look at th"), "{said}");
        }
    }
}

//! Proving at the desk: a run of just what some items need, and what is otherwise after it. It judges nothing; what cannot be
//! asked is named with its reason, and an item of which nothing can be asked is refused.

use super::{Desk, statement};
use crate::domain::fact::RunEnd;
use crate::domain::ledger::Ledger;
use crate::domain::{AppName, Board, Gap, ItemId, ProbeId, Verdict};
use crate::engine::{Only, RunEvent};
use crate::orders::proof::{self, Answers, Compared};
use crate::orders::{Proof, prove};
use crate::probes::{AnyProbe, Meta};
use crate::trouble::Trouble;
use std::collections::BTreeMap;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// A proof, with the board after it and the items that were lost since the finished run before it.
pub struct AfterProof {
    pub proof: Proof,
    pub board: Board,
    /// Of the items that were proven, those that were lost.
    pub lost: usize,
}

impl Desk {
    /// Asks again what these items need, and nothing else; each decision is stored before it is told.
    ///
    /// # Errors
    /// An item that the checklist does not have, or of which no probe can be asked; a run is open already; a store that cannot
    /// be read or written.
    pub async fn prove(
        &self,
        app: &AppName,
        items: &[ItemId],
        tell: UnboundedSender<RunEvent>,
        stop: CancellationToken,
    ) -> Result<AfterProof, Trouble> {
        let before = self.board(app)?;
        if let Some(unknown) = items.iter().find(|it| before.assessment(it.as_str()).is_none()) {
            return Err(statement::unknown_item(&before, unknown));
        }
        let only: Vec<Only> = items.iter().cloned().map(Only::Item).collect();
        let plan = self.plan(app, &before, &only)?;
        let unasked: Vec<(ProbeId, Gap)> =
            plan.unasked.iter().map(|(planned, gap)| (planned.probe.clone(), gap.clone())).collect();
        if plan.probes.is_empty() {
            return Err(nothing_to_ask(&before, items, unasked.first().map(|(_, gap)| gap)));
        }
        let shown = self.shown(app, plan.probes.iter().map(|(probe, _)| *probe))?;
        let asked = plan.probes.iter().filter_map(|(probe, _)| probe.meta().id.parse().ok()).collect();
        let report = self.run(app, plan, tell, stop).await?;
        let after = self.board(app)?;
        let answers: Answers =
            report.decided.into_iter().map(|(probe, verdict, ms, requests)| (probe, (verdict, ms, requests))).collect();
        let compared =
            Compared { before: &before, after: &after, shown: &shown, asked: &asked, answers: &answers, unasked: &unasked };
        let proven = items.iter().filter_map(|item| prove(&compared, item));
        let proof = Proof {
            app: app.clone(),
            run: report.run,
            at: after.now,
            cancelled: report.how == RunEnd::Cancelled,
            not_stored: report.not_stored,
            items: proven.collect(),
        };
        let lost = self.lost(app)?.iter().filter(|it| items.contains(it)).count();
        Ok(AfterProof { proof, board: after, lost })
    }

    /// What each probe showed when it last decided something or laid something before a person.
    fn shown(
        &self,
        app: &AppName,
        probes: impl Iterator<Item = &'static dyn AnyProbe>,
    ) -> Result<BTreeMap<ProbeId, Verdict>, Trouble> {
        let facts = self.facts(app)?;
        let ledger = Ledger::read(&facts, self.clock.now());
        let last = |meta: &'static Meta| {
            let subject = ledger.subject(meta.system);
            let looks = ledger.looks(meta.id).iter().rev().filter(|it| Some(it.outcome.subject.as_str()) == subject);
            let verdicts = looks.map(|it| &it.outcome.verdict);
            let mut shows = verdicts.filter(|it| it.outcome.is_decided() || !it.findings.is_empty() || !it.notes.is_empty());
            Some((meta.id.parse::<ProbeId>().ok()?, shows.next()?.clone()))
        };
        Ok(probes.filter_map(|probe| last(probe.meta())).collect())
    }
}

fn nothing_to_ask(board: &Board, items: &[ItemId], gap: Option<&Gap>) -> Trouble {
    let app = &board.settings.name;
    let names: Vec<&str> = items.iter().map(ItemId::as_str).collect();
    let names = names.join(", ");
    if let Some(gap) = gap {
        let trouble = Trouble::usage(format!("no probe of {names} can be asked")).why(&gap.says);
        return match &gap.needs {
            Some(step) => trouble.next(step),
            None => trouble,
        };
    }
    let by_hand = items.iter().all(|it| board.assessment(it.as_str()).is_some_and(|it| it.by_hand));
    if by_hand {
        return Trouble::usage(format!("no probe looks at {names}: a person judges it"))
            .next(format!("Say so with `rescue item done {app} {} --proof …`", items.first().map_or("ITEM", ItemId::as_str)));
    }
    Trouble::usage(format!("{app} uses none of the systems that the probes of {names} ask"))
        .next(format!("Say what it uses with `rescue app edit {app}`"))
}

/// The proof in lines for a log or a terminal.
#[must_use]
pub fn plain(proof: &Proof) -> Vec<String> {
    proof::lines(proof).into_iter().map(|it| format!("{}{} {}", "  ".repeat(usize::from(it.indent)), it.mark, it.says)).collect()
}

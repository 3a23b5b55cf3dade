//! The sample's work order and proof: what the sample's board says of its first item, and what asking again would show.

use super::{board, finding, now, run_id};
use crate::domain::checklist::Effort;
use crate::domain::{Foreign, ObjectName, ProbeKind, Remedy, Repair, Repairs, Rule, Truth};
use crate::orders::proof::{Met, ProbeProof, Proven};
use crate::orders::{Asked, Proof, Source, WorkOrder, build};

/// The order of RLS-01.
///
/// # Panics
/// The sample's board has a finding of it.
#[must_use]
pub fn order() -> WorkOrder {
    let board = board();
    let (assessment, item) = (board.assessment("RLS-01").unwrap(), board.item("RLS-01").unwrap());
    let probe = assessment.words.first().unwrap().probe.clone();
    let mut item = item.clone();
    item.rule = Rule::Probe(probe.clone());
    let table = ObjectName::exact("public", "orders").unwrap();
    let asked = Asked {
        probe,
        asks: "Is row-level security on for every table that a client key reaches?",
        kind: ProbeKind::Proof,
        confirm: 1,
        looked: Some(super::ago(12)),
        seen: Some(super::ago(12)),
        remedy: Remedy { steps: vec!["Write the policies of orders, then enable row-level security".into()], effort: Effort::M },
        repairs: Repairs { list: vec![Repair::RowSecurity { table, policies: 0, owner: Some("user_id".into()) }], left_out: 0 },
        lost: false,
    };
    let steps = item.how.iter().map(|it| (it.clone(), it.clone())).collect();
    let source = Source { board: &board, item: &item, assessment, asked: vec![asked], steps, by_hand: None, has_secrets: false };
    build(source).unwrap()
}

/// What asking again would show: one finding gone, one left.
#[must_use]
pub fn proof() -> Proof {
    let met = |says: &Foreign| Met { id: says.clone(), says: says.clone(), place: None, evidence: false };
    let left = "Anybody can read the table invoices: row-level security is off".into();
    let probe = ProbeProof {
        probe: "supabase.row-level-security".parse().unwrap(),
        kind: ProbeKind::Proof,
        before: "fail".to_owned(),
        after: "fail".to_owned(),
        after_seen: Some(now()),
        outcome: Some("fail".to_owned()),
        says: "1 of 12 tables is open".into(),
        ms: 412,
        requests: 2,
        suspected: false,
        gap: None,
        gone: vec![met(&finding().says)],
        new: vec![],
        left: vec![met(&left)],
        unknown: vec![],
    };
    let item = Proven {
        item: "RLS-01".parse().unwrap(),
        short: "Row-level security is on for every table".into(),
        before: Truth::Drifted,
        after: Truth::Failing,
        fresh_until: None,
        probes: vec![probe],
        unasked: vec![],
        remarks: vec![],
        next: vec!["What is left to mend: rescue fix acme-shop RLS-01".to_owned()],
    };
    Proof { app: "acme-shop".parse().unwrap(), run: run_id(), at: now(), cancelled: false, not_stored: vec![], items: vec![item] }
}

//! The *Now* lane of the sample: what burns with its order, what was lost, gates that nobody saw, and a step that opens
//! several of them.

use crate::domain::checklist::Effort;
use crate::domain::state::{Step, StepKind, Task};
use crate::domain::{ItemId, NowRow, Opens, Rank, Severity, System};

const ITEMS: [(&str, &str); 6] = [
    ("RLS-01", "it was done and is lost, 2 tables are open: anybody reads and writes every such table"),
    ("SEC-02", "Sam judged it done, but a key in the history still works"),
    ("SEC-01", "a Stripe live key is in src/lib/pay.ts: whoever gets a copy of the code can use it"),
    ("RLS-02", "look by hand; at stake: what the anonymous role may do, everybody may do"),
    ("RLS-03", "look by hand; at stake: whoever signs up can read other customers' rows"),
    ("SEC-08", "look by hand; at stake: one hit is the whole system"),
];

fn row(task: Task, why: &str) -> NowRow {
    let rank = Rank { urgent: true, on_fire: false, severity: None, reach: 4, public: false, live: true, score: 80 };
    NowRow { task, why: why.into(), effort: Effort::S, after: vec![], emergency: vec![], rank }
}

/// The rows.
#[must_use]
pub fn rows() -> Vec<NowRow> {
    let id = |text: &str| text.parse::<ItemId>().unwrap();
    let mut rows: Vec<NowRow> = ITEMS.iter().map(|(item, why)| row(Task::Item(id(item)), why)).collect();
    if let Some(fire) = rows.get_mut(2) {
        let order = ["Rotate it at its provider", "Deploy with the new one", "Read what the old one did since the leak"];
        fire.emergency = order.map(str::to_owned).to_vec();
        fire.rank.on_fire = true;
        fire.rank.severity = Some(Severity::Critical);
    }
    let opens = Opens { whole: vec![id("BAK-01"), id("ENV-01")], helps: vec![id("SPD-01")], urgent_whole: 1, urgent_helps: 1 };
    let systems = vec![System::Supabase, System::Anthropic];
    let step = Step { kind: StepKind::Ask, systems, again: vec![], permission: false, first: false, opens };
    let why = "opens 2 items (1 urgent), helps with 1 (urgent); an answer takes days, so ask early";
    rows.push(row(Task::Step(step), why));
    rows
}

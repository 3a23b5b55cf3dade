//! When an item counts as done, in words: its rule, each probe's condition, and what only a person can add. It judges nothing.

use super::build::{Asked, Source};
use super::model::{Condition, Criterion};
use crate::domain::{Consent, Decides, Freshness, Item, ProbeKind, Rule};
use crate::words;

/// The criterion of the item.
#[must_use]
pub fn of(source: &Source<'_>) -> Criterion {
    let item = source.item;
    let probes = source.asked.iter().map(|asked| condition(source, asked)).collect();
    Criterion { decides: item.decides, says: rule(item), probes, also: also(source) }
}

fn rule(item: &Item) -> String {
    let fresh = match item.fresh {
        Freshness::Days(days) => format!("a look counts for {}", words::count(usize::from(days), "day")),
        Freshness::AtClose => "only looks after the engagement's close count".to_owned(),
    };
    let rule = match (&item.rule, item.rule.probes().len()) {
        (_, 0) => return "A person attests it, with a proof".to_owned(),
        (_, 1) => "the probe below must pass",
        (Rule::Any(_), _) => "one of the probes below must pass",
        (Rule::All(rules), _) if rules.iter().any(|it| matches!(it, Rule::Any(_))) => {
            "every probe below that applies must pass; of alternatives one is enough"
        }
        _ => "every probe below that applies must pass",
    };
    match item.decides {
        Decides::Probe => format!("It ticks by itself: {rule}; {fresh}"),
        Decides::Both => format!("Two words are needed: {rule}, and a person judges it with a proof; {fresh}"),
        Decides::Person => "A person attests it, with a proof".to_owned(),
    }
}

fn condition(source: &Source<'_>, asked: &Asked) -> Condition {
    let word = source.assessment.words.iter().find(|it| it.probe == asked.probe);
    let says = match (asked.kind, asked.confirm) {
        (ProbeKind::Proof, 0 | 1) => "passes when the answer is yes, and everything was seen".to_owned(),
        (ProbeKind::Proof, looks) => {
            format!("passes when the answer is yes; its fail counts after {looks} looks at least ten minutes apart")
        }
        (ProbeKind::Sign, _) => "is a sign: it has to find nothing more, and never ticks by itself".to_owned(),
    };
    let now = word.map_or("not asked yet", words::probe).to_owned();
    Condition { probe: asked.probe.clone(), kind: asked.kind, asks: asked.asks.to_owned(), now, says }
}

/// What a probe cannot do.
fn also(source: &Source<'_>) -> Vec<String> {
    let (item, app) = (source.item, &source.board.settings.name);
    let mut lines = Vec::new();
    if item.rotation {
        lines.push(format!(
            "Each leaked secret is replaced at its provider, and a person says so with the day: `rescue finding rotated {app} ID --on DATE --proof …`"
        ));
    } else if source.has_secrets {
        let others = source.board.checklist.items.iter().filter(|it| it.rotation).map(|it| it.id.as_str());
        let others: Vec<&str> = others.collect();
        if !others.is_empty() {
            let verb = if others.len() == 1 { "stays" } else { "stay" };
            lines.push(format!(
                "The history still holds what was committed: {} {verb} open until each secret is replaced at its provider",
                others.join(", ")
            ));
        }
    }
    if item.consent != Consent::Passive {
        lines.push(format!(
            "Looking that way needs the client's recorded permission: `rescue app authorise {app} --consent {} …`",
            item.consent
        ));
    }
    let no_proof = source.asked.iter().all(|it| it.kind == ProbeKind::Sign);
    if item.decides == Decides::Both || no_proof {
        lines.push(format!("A person judges it: `rescue item done {app} {} --proof …`", item.id));
    }
    if let Some(note) = &source.by_hand {
        lines.push(note.clone());
    }
    lines
}

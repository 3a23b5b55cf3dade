//! Whom or what items wait for. It orders nothing else, and hides nobody.

use crate::domain::{Assessment, Foreign, ItemId, ProbeKind, Truth, Waiting, Work};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// People first, then the steps that would open gaps, the one that opens most items first. One row for each step,
/// however many items it opens.
pub(in crate::domain) fn waiting(items: &[Assessment]) -> Vec<Waiting> {
    let mut people: BTreeMap<&Foreign, Vec<ItemId>> = BTreeMap::new();
    let mut steps: BTreeMap<&Foreign, Vec<ItemId>> = BTreeMap::new();
    for it in items.iter().filter(|it| it.truth != Truth::NotApplicable) {
        if let Work::Blocked { on, .. } = &it.work {
            people.entry(on).or_default().push(it.item.clone());
        }
        let proofs = it.words.iter().filter(|word| it.unseen && word.kind == ProbeKind::Proof);
        for step in proofs.filter_map(|word| word.gap.as_ref()?.needs.as_ref()) {
            let opened = steps.entry(step).or_default();
            if opened.last() != Some(&it.item) {
                opened.push(it.item.clone());
            }
        }
    }
    let mut steps: Vec<_> = steps.into_iter().collect();
    steps.sort_by_key(|(_, items)| Reverse(items.len()));
    people.into_iter().chain(steps).map(|(on, items)| Waiting { on: on.clone(), items }).collect()
}

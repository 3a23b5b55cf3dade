//! What the page could not look at: one line, and the reasons with their counts. Neither good nor bad.

use super::super::model::{Blind, Unseen};
use super::super::words::fill;
use super::{Making, areas, number};
use crate::domain::{Assessment, Foreign, Gap, GapKind, Truth};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Nobody could see it, or nobody looked or judged.
fn is_unseen(it: &Assessment) -> bool {
    it.unseen || it.truth == Truth::Open
}

pub(super) fn unseen(making: &Making<'_>) -> Unseen {
    let words = &making.words.unseen;
    let mut reasons: BTreeMap<String, (u16, Vec<String>)> = BTreeMap::new();
    let mut count = 0_usize;
    for (item, it) in making.pairs().filter(|(_, it)| is_unseen(it)) {
        count += 1;
        let (number, areas) = reasons.entry(why(making, it)).or_default();
        *number = number.saturating_add(1);
        let title = areas::part(making.words, item.id.as_str()).0;
        if !areas.contains(&title) {
            areas.push(title);
        }
    }
    let of = making.pairs().count().to_string();
    let says = if count == 0 { words.none.clone() } else { words.some.of(count, &[("of", &of)]) };
    let mut list: Vec<Blind> =
        reasons.into_iter().map(|(why, (count, areas))| Blind { why: Foreign::new(why), count, areas }).collect();
    list.sort_by_key(|it| Reverse(it.count));
    Unseen { count: number(count), says, list }
}

/// The newest gap in plain words. Its own sentence names hosts, tables and accounts, and stays behind.
fn why(making: &Making<'_>, it: &Assessment) -> String {
    let words = &making.words.unseen;
    let by_hand = it.words.is_empty() || it.words.iter().all(|word| word.gap.is_none() && word.outcome.is_some());
    let Some(gap) = &it.gap else {
        return if by_hand { words.needs_judgement.clone() } else { words.not_looked.clone() };
    };
    let system = gap.system.map_or(words.something.clone(), |it| it.title().to_owned());
    fill(reason(making, gap), &[("system", &system)])
}

fn reason<'m>(making: &'m Making<'_>, gap: &Gap) -> &'m str {
    let words = &making.words.unseen;
    match gap.kind {
        GapKind::NoCredential => &words.no_credential,
        GapKind::BadCredential => &words.bad_credential,
        GapKind::NoPermission => &words.no_permission,
        GapKind::PlanHides => &words.plan_hides,
        GapKind::NotConfigured => &words.not_configured,
        GapKind::RateLimited => &words.rate_limited,
        GapKind::Unreachable => &words.unreachable,
        GapKind::VendorFault => &words.vendor_fault,
        GapKind::TimedOut => &words.timed_out,
        GapKind::UnexpectedAnswer => &words.unexpected_answer,
        GapKind::Incomplete => &words.incomplete,
        GapKind::NeedsConsent => &words.needs_consent,
        GapKind::Ambiguous => &words.ambiguous,
        GapKind::NeedsJudgement => &words.needs_judgement,
        GapKind::NoBaseline => &words.no_baseline,
        GapKind::Internal => &words.internal,
    }
}

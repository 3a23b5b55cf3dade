//! What a thing lets us do, in one sentence: how many points of the list, how many of them urgent, whole or in part. It
//! counts nothing itself.

use super::words::OpensWords;
use crate::domain::Opens;

/// `With it we can check 6 points in full, 4 of them urgent, and 5 more in part.`
pub(super) fn of_key(words: &OpensWords, opens: &Opens, keeps: usize) -> String {
    let (whole, helps) = (opens.whole.len(), opens.helps.len());
    match (whole, helps, keeps) {
        (0, 0, 0) => words.nothing.clone(),
        (0, 0, keeps) => words.keeps.of(keeps, &[]),
        (0, helps, _) => words.helps.of(helps, &[("urgent", &urgent(words, opens.urgent_helps, helps))]),
        (whole, helps, _) => {
            let more = match helps {
                0 => String::new(),
                helps => words.helps_more.of(helps, &[("urgent", &urgent(words, opens.urgent_helps, helps))]),
            };
            words.whole.of(whole, &[("urgent", &urgent(words, opens.urgent_whole, whole)), ("helps", &more)])
        }
    }
}

/// What is decided by an answer, or waits for it.
pub(super) fn of_answer(words: &OpensWords, opens: &Opens, waits: bool) -> String {
    let count = opens.whole.len() + opens.helps.len();
    let urgent = urgent(words, opens.urgent(), count);
    match (count, waits) {
        (0, _) => words.nothing.clone(),
        (count, true) => words.unblocks.of(count, &[("urgent", &urgent)]),
        (count, false) => words.settles.of(count, &[("urgent", &urgent)]),
    }
}

/// What people look at themselves once they may.
pub(super) fn of_hands(words: &OpensWords, opens: &Opens) -> String {
    let count = opens.whole.len() + opens.helps.len();
    match count {
        0 => words.nothing.clone(),
        count => words.by_hand.of(count, &[("urgent", &urgent(words, opens.urgent(), count))]),
    }
}

fn urgent(words: &OpensWords, urgent: usize, of: usize) -> String {
    match urgent {
        0 => String::new(),
        1 if of == 1 => words.urgent_all_one.clone(),
        urgent if urgent == of => words.urgent_all.clone(),
        urgent => words.urgent.of(urgent, &[]),
    }
}

//! Two pages side by side: which dangers went and came, and what the counts and answers were. It compares what the pages
//! say, never the facts behind them: those are `rescue diff`'s.

use super::model::{Audience, Page};
use super::words::{Words, fill};
use crate::domain::Foreign;
use crate::domain::state::Answer;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// What one of the pages counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    pub moment: DateTime<Utc>,
    pub audience: Audience,
    pub answer: Answer,
    pub urgent: u16,
    pub unproven: u16,
    pub done: u16,
    pub of: u16,
    pub unseen: u16,
}

impl Counted {
    fn of(page: &Page) -> Self {
        Self {
            moment: page.moment,
            audience: page.audience,
            answer: page.verdict.answer,
            urgent: page.verdict.urgent,
            unproven: page.verdict.unproven,
            done: page.plan.done,
            of: page.plan.of,
            unseen: page.unseen.count,
        }
    }
}

/// Two pages compared, the earlier one first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    pub before: Counted,
    pub after: Counted,
    /// Dangers that only the earlier page names.
    pub went: Vec<Foreign>,
    /// Dangers that only the later page names.
    pub came: Vec<Foreign>,
    /// How many both name.
    pub stayed: usize,
    /// The same for a reader, in order.
    pub says: Vec<String>,
}

/// Compares two pages, whichever is given first.
#[must_use]
pub fn compare(one: &Page, other: &Page, words: &Words) -> Comparison {
    let (before, after) = if other.moment < one.moment { (other, one) } else { (one, other) };
    let dangers = |page: &Page| -> Vec<Foreign> { page.dangers.list.iter().map(|it| it.consequence.clone()).collect() };
    let (mut went, mut came) = (dangers(before), Vec::new());
    let mut stayed = 0;
    for danger in dangers(after) {
        // One by one: two dangers may read the same.
        match went.iter().position(|it| *it == danger) {
            Some(place) => {
                went.remove(place);
                stayed += 1;
            }
            None => came.push(danger),
        }
    }
    let hides = |page: &Page| page.audience == Audience::Investor;
    if hides(before) || hides(after) {
        (went, came, stayed) = (Vec::new(), Vec::new(), 0);
    }
    let (then, now) = (Counted::of(before), Counted::of(after));
    let mut says = sentences(words, (before, &then), (after, &now));
    if hides(before) || hides(after) {
        says.push(words.compare.hidden.clone());
    } else {
        says.push(words.compare.went.of(went.len(), &[]));
        says.extend(went.iter().map(|it| format!("− {it}")));
        says.push(words.compare.came.of(came.len(), &[]));
        says.extend(came.iter().map(|it| format!("+ {it}")));
        says.push(words.compare.stayed.of(stayed, &[]));
    }
    Comparison { before: then, after: now, went, came, stayed, says }
}

fn sentences(words: &Words, (before, then): (&Page, &Counted), (after, now): (&Page, &Counted)) -> Vec<String> {
    let text = &words.compare;
    let moment = |page: &Page| format!("{}, {}", page.day, words.time(page.moment));
    let counts =
        |template: &str, then: u16, now: u16| fill(template, &[("before", &then.to_string()), ("after", &now.to_string())]);
    let (said, says) = (before.verdict.says.as_str(), after.verdict.says.as_str());
    let of = |it: &Counted| format!("{}/{}", it.done, it.of);
    let mut sentences = vec![fill(&text.pages, &[("before", &moment(before)), ("after", &moment(after))])];
    if before.audience != after.audience {
        sentences.push(text.readers.clone());
    }
    if said == says {
        sentences.push(fill(&text.same_answer, &[("answer", says)]));
    } else {
        sentences.push(fill(&text.answer_then, &[("answer", said)]));
        sentences.push(fill(&text.answer_now, &[("answer", says)]));
    }
    sentences.push(counts(&text.urgent, then.urgent, now.urgent));
    sentences.push(counts(&text.unproven, then.unproven, now.unproven));
    sentences.push(fill(&text.done, &[("before", &of(then)), ("after", &of(now))]));
    sentences.push(counts(&text.unseen, then.unseen, now.unseen));
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Sharing;
    use crate::snapshot::story_tests::{page_on, story};

    #[test]
    fn what_went_and_came_whichever_page_is_given_first() {
        let story = story();
        let first = page_on(&story, 0, &Sharing::default(), None);
        let later = page_on(&story, 2, &Sharing::default(), Some(&first));
        let compared = compare(&later, &first, Words::english());
        assert_eq!(compared, compare(&first, &later, Words::english()));
        assert_eq!(compared.went, ["A stranger could use your passwords."]);
        assert_eq!((compared.came.len(), compared.stayed), (0, 1));
        assert_eq!((compared.before.urgent, compared.after.urgent), (2, 1));
        let says = compared.says.join("\n");
        for wanted in [
            "Monday, 23 November 2026",
            "Urgent dangers: 2 then, 1 now.",
            "− A stranger could use your passwords.",
            "0 dangers are new.",
        ] {
            assert!(says.contains(wanted), "no “{wanted}” in {says}");
        }
    }

    #[test]
    fn a_page_that_hides_its_dangers_is_compared_by_its_counts() {
        let story = story();
        let first = page_on(&story, 0, &Sharing::default(), None);
        let mail = page_on(&story, 2, &Sharing { audience: Audience::Investor, ..Sharing::default() }, None);
        let compared = compare(&first, &mail, Words::english());
        assert!(compared.went.is_empty() && compared.came.is_empty());
        assert!(!compared.says.join("\n").contains("passwords"), "{:?}", compared.says);
        assert_eq!((compared.before.urgent, compared.after.urgent), (2, 1));
    }
}

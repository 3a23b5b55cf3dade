//! What the probes of documents share: how what was found, what was not read and what leads elsewhere come to one word, and
//! what is to be done. It says nothing of what a document has to hold.

use super::ground::{Ground, Spot, judge};
use crate::domain::checklist::Effort;
use crate::domain::{Finding, Remedy, Verdict};
use crate::repo::Survey;
use crate::repo::documents::Documents;

/// What was read of documents.
#[must_use]
pub fn ground(survey: &Survey) -> Ground {
    Ground::of(survey, Documents::wants)
}

/// The first place that leads to documents elsewhere.
#[must_use]
pub fn elsewhere(survey: &Survey) -> Option<Spot> {
    survey.documents.elsewhere().map(|it| Spot::new(&it.path, it.line, "leads to documents elsewhere"))
}

/// What was looked for in documents.
pub struct Question<'q> {
    /// What a document that was not read may hold.
    pub holds: &'q str,
    /// The step where documents lead elsewhere.
    pub look: &'q str,
    /// The step where nothing is missing: a document is never good by itself.
    pub read: &'q str,
}

impl Question<'_> {
    /// The word on it. What is missing may be kept where a document leads to, and in what was not read; what is there and
    /// wrong is wrong.
    #[must_use]
    pub fn decide(&self, ground: &Ground, elsewhere: Option<&Spot>, says: String, findings: Vec<Finding>) -> Verdict {
        let unread = ground.gap(self.holds);
        match (elsewhere, unread) {
            (Some(place), None) if !findings.is_empty() => {
                let says = format!("{says}; {}:{} leads to pages elsewhere", place.path, place.line);
                Verdict::undecided(judge(says, self.look))
            }
            (_, unread) if !findings.is_empty() => Verdict::fail(says, findings).unseen(unread),
            (_, Some(gap)) => Verdict::undecided(gap),
            (_, None) => Verdict::undecided(judge(says, self.read)),
        }
    }
}

/// What to do about these.
#[must_use]
pub fn remedy(findings: Vec<Finding>, effort: Effort) -> Remedy {
    Remedy { steps: findings.into_iter().map(|it| it.fix).collect(), effort }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Foreign, Severity};
    use crate::probes::stand_in::word;
    use rstest::rstest;

    #[rstest]
    #[case::missing(false, false, true, "fail")]
    #[case::missing_and_unread(true, false, true, "fail")]
    #[case::missing_and_elsewhere(false, true, true, "needs_judgement")]
    #[case::missing_elsewhere_and_unread(true, true, true, "fail")]
    #[case::unread(true, false, false, "incomplete")]
    #[case::unread_and_elsewhere(true, true, false, "incomplete")]
    #[case::there(false, true, false, "needs_judgement")]
    fn words(#[case] is_unread: bool, #[case] leads: bool, #[case] lacks: bool, #[case] wanted: &str) {
        let unread = if is_unread { vec![Foreign::from("docs/a.md (not text)")] } else { Vec::new() };
        let ground = Ground { unread, ..Ground::default() };
        let spot = Spot::new("README.md", 1, "leads elsewhere");
        let findings = if lacks { vec![Finding::new("repo.a", "a", Severity::Low, "a", "b")] } else { Vec::new() };
        let question = Question { holds: "a page", look: "Look there", read: "Read it" };
        let verdict = question.decide(&ground, leads.then_some(&spot), "one of two".to_owned(), findings);
        assert_eq!((word(&verdict).as_str(), verdict.unseen.is_some()), (wanted, wanted == "fail" && is_unread), "{verdict:?}");
    }
}

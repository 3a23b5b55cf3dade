//! Exit codes of DESIGN §5: what a scheduler learns without reading a line.

use crate::desk::telling::TellReport;
use crate::domain::state::RuleState;
use crate::domain::{Board, GapKind, Outcome, Truth};
use std::collections::BTreeSet;

/// Nothing fails, and everything was seen.
pub const FINE: u8 = 0;
/// The command itself failed.
pub const FAILED: u8 = 1;
/// It was asked wrongly.
pub const USAGE: u8 = 2;
/// An item's rule fails.
pub const FAILING: u8 = 3;
/// An item was lost since the previous finished run.
pub const LOST: u8 = 4;
/// Nothing fails, but something could not be seen.
pub const UNSEEN: u8 = 5;

/// What the state of one app says. `lost`: items lost since the previous finished run.
/// Waived, accepted and `needs_judgement` count for none.
#[must_use]
pub fn of(board: &Board, lost: usize) -> u8 {
    let fails = |truth: Truth, rule: RuleState| truth.is_failing() && rule == RuleState::Fails;
    if lost > 0 {
        LOST
    } else if board.items.iter().any(|it| fails(it.truth, it.rule)) {
        FAILING
    } else if board.items.iter().any(is_unseen) {
        UNSEEN
    } else {
        FINE
    }
}

/// Something of the item was not seen that only a look, not a judgement, can settle.
fn is_unseen(it: &crate::domain::Assessment) -> bool {
    let settled = matches!(it.truth, Truth::NotApplicable | Truth::Waived);
    !settled
        && it.words.iter().any(|word| {
            let silent = word.not_applicable.is_none() && !matches!(word.speaks(), Some(Outcome::Pass | Outcome::Fail));
            let missed = word.gap.as_ref().is_some_and(|gap| gap.kind != GapKind::NeedsJudgement);
            let never_asked = silent && word.gap.is_none() && word.kind == crate::domain::ProbeKind::Proof;
            missed || never_asked
        })
}

/// The code of several apps together: 1, 4, 3, 5 in this order.
#[must_use]
pub fn worst(codes: &[u8]) -> u8 {
    let codes: BTreeSet<u8> = codes.iter().copied().collect();
    [FAILED, USAGE, LOST, FAILING, UNSEEN].into_iter().find(|code| codes.contains(code)).unwrap_or(FINE)
}

/// The code of a run that was stopped before everything was asked: what was not asked was not seen, so that it is never 0.
#[must_use]
pub fn cut_short(code: u8) -> u8 {
    worst(&[code, UNSEEN])
}

/// The code of a command that also told somebody: a message that did not arrive, or was not noted, is a failure of the
/// command (1), before everything that the state says.
#[must_use]
pub fn with_told(code: u8, told: &TellReport) -> u8 {
    if told.has_failed() { worst(&[code, FAILED]) } else { code }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Gate;
    use crate::domain::testing::{Story, all_of, gate, item};
    use rstest::rstest;

    /// One item with one probe at GitHub, and what happened on the first day.
    fn code(tell: impl FnOnce(&mut Story)) -> u8 {
        let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"]))]);
        tell(story.on(1));
        of(&story.board(1), 0)
    }

    #[test]
    fn each_code_has_its_state() {
        assert_eq!(code(|_| {}), UNSEEN, "never asked is not seen");
        assert_eq!(code(|it| drop_(it.pass("github.a"))), FINE);
        assert_eq!(code(|it| drop_(it.fail("github.a", &["x"]))), FAILING);
        assert_eq!(code(|it| drop_(it.pass("github.a").fail("github.a", &["x"]))), FAILING, "drifted fails too");
        assert_eq!(code(|it| drop_(it.blind("github.a", GapKind::TimedOut))), UNSEEN);
        assert_eq!(code(|it| drop_(it.pass("github.a").blind("github.a", GapKind::TimedOut))), UNSEEN, "not seen this time");
        assert_eq!(code(|it| drop_(it.blind("github.a", GapKind::TimedOut).done("CI-01", &["github.a"], &[]))), UNSEEN);
    }

    #[test]
    fn waived_accepted_and_needs_judgement_count_for_none() {
        assert_eq!(code(|it| drop_(it.fail("github.a", &["x"]).waive("CI-01", 9, None))), FINE);
        assert_eq!(code(|it| drop_(it.blind("github.a", GapKind::TimedOut).waive("CI-01", 9, None))), FINE);
        assert_eq!(code(|it| drop_(it.fail("github.a", &["x"]).accept("rule:x", 9, None))), FINE);
        assert_eq!(code(|it| drop_(it.fail("github.a", &["x", "y"]).accept("rule:x", 9, None))), FAILING, "half is accepted");
        assert_eq!(code(|it| drop_(it.blind("github.a", GapKind::NeedsJudgement))), FINE);
        assert_eq!(code(|it| drop_(it.not_applicable("CI-01"))), FINE);
        // A waiver that does not stand waives nothing.
        let mut story = Story::of(vec![gate(Gate::Now, item("CI-01", all_of(&["github.a"])))]);
        story.on(1).fail("github.a", &["x"]).waive("CI-01", 9, None);
        assert_eq!(of(&story.board(1), 0), FAILING);
        story.on(2).waive("CI-01", 9, Some("Ana"));
        assert_eq!((of(&story.board(2), 0), of(&story.board(10), 0)), (FINE, FAILING));
    }

    #[test]
    fn a_loss_comes_before_a_fail_and_a_fail_before_what_was_not_seen() {
        let mut story = Story::of(vec![item("CI-01", all_of(&["github.a"])), item("CI-02", all_of(&["github.b"]))]);
        story.on(1).pass("github.a");
        story.on(2).fail("github.a", &["x"]);
        assert_eq!((of(&story.board(2), 1), of(&story.board(2), 0), of(&story.board(1), 0)), (LOST, FAILING, UNSEEN));
    }

    #[rstest]
    #[case(FINE, UNSEEN)]
    #[case(UNSEEN, UNSEEN)]
    #[case(FAILING, FAILING)]
    #[case(LOST, LOST)]
    #[case(FAILED, FAILED)]
    fn a_run_that_was_stopped_never_says_that_all_is_well(#[case] code: u8, #[case] wanted: u8) {
        assert_eq!(cut_short(code), wanted);
    }

    fn drop_(_: &mut Story) {}

    #[rstest]
    #[case(&[], FINE)]
    #[case(&[FINE, UNSEEN], UNSEEN)]
    #[case(&[UNSEEN, FAILING], FAILING)]
    #[case(&[FAILING, LOST, UNSEEN], LOST)]
    #[case(&[LOST, FAILED], FAILED)]
    fn several(#[case] codes: &[u8], #[case] wanted: u8) {
        assert_eq!(worst(codes), wanted);
    }
}

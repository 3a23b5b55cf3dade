//! The rows of the decision table for a protected branch (dossier github.md §3.2): one demand, what meets it, and who
//! may pass by. Plain functions of what was seen.

use super::{Detail, Seen};
use crate::domain::{Gap, GapKind, System};
use crate::probes::Part;
use crate::systems::github::facts::{ActiveRule, Allowances, Classic, ClassicChecks, Flag, Ruleset};
use crate::systems::github::{Answered, Listed, Negative};
use std::collections::BTreeSet;

/// What the branch must demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    PullRequest,
    Checks,
    NoForcePush,
}

impl Demand {
    pub(super) const CORE: [Self; 3] = [Self::PullRequest, Self::Checks, Self::NoForcePush];

    pub(super) fn wants(self) -> &'static str {
        match self {
            Self::PullRequest => "needs a pull request",
            Self::Checks => "needs passing checks",
            Self::NoForcePush => "refuses force pushes",
        }
    }

    pub(super) fn step(self) -> &'static str {
        match self {
            Self::PullRequest => "Tick `Require a pull request before merging`",
            Self::Checks => "Tick `Require status checks to pass` and name the checks that CI reports",
            Self::NoForcePush => "Tick `Block force pushes`",
        }
    }

    /// Whether this rule meets the demand. A list of checks without a check in it demands nothing.
    fn is_met_by(self, rule: &ActiveRule) -> bool {
        let parameters = rule.parameters.as_ref();
        match self {
            Self::PullRequest => rule.is("pull_request"),
            Self::Checks => {
                let checks = parameters.and_then(|it| it.required_status_checks.as_ref()).is_some_and(|it| !it.is_empty());
                let workflows = parameters.and_then(|it| it.workflows.as_ref()).is_some_and(|it| !it.is_empty());
                (rule.is("required_status_checks") && checks) || (rule.is("workflows") && workflows)
            }
            Self::NoForcePush => rule.is("non_fast_forward"),
        }
    }

    /// Whether classic protection meets it; none when it does not say.
    fn is_met_by_classic(self, classic: &Classic) -> Option<bool> {
        match self {
            Self::PullRequest => Some(classic.required_pull_request_reviews.is_some()),
            Self::Checks => Some(classic.required_status_checks.as_ref().is_some_and(ClassicChecks::is_any_required)),
            Self::NoForcePush => is_on(classic.allow_force_pushes.as_ref()).map(|allowed| !allowed),
        }
    }
}

/// By what a demand is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Ruleset(Option<u64>),
    Classic,
    /// The branch's own stub of its classic protection: all that a reader without admin rights gets.
    Stub,
}

impl Way {
    pub(super) fn id(self) -> String {
        match self {
            Self::Ruleset(Some(id)) => format!("ruleset-{id}"),
            Self::Ruleset(None) => "ruleset".to_owned(),
            Self::Classic | Self::Stub => "classic".to_owned(),
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Self::Ruleset(Some(id)) => format!("ruleset {id}"),
            Self::Ruleset(None) => "a ruleset".to_owned(),
            Self::Classic | Self::Stub => "the classic protection".to_owned(),
        }
    }
}

/// What the windows together allow to say of one demand.
#[derive(Debug)]
pub(super) enum Row {
    Holds(Vec<Way>),
    Broken { by_plan: bool },
    Unknown(Gap),
}

/// The rules that were seen, whatever may be missing behind them.
pub(super) fn rules(active: &Part<Answered<Listed<ActiveRule>>>) -> &[ActiveRule] {
    match active {
        Part::Seen(Answered::Have(list)) => &list.items,
        _ => &[],
    }
}

/// Whether the rule meets any demand.
pub(super) fn counts(rule: &ActiveRule) -> bool {
    Demand::CORE.into_iter().any(|demand| demand.is_met_by(rule))
}

pub(super) fn row(seen: &Seen, demand: Demand) -> Row {
    let mut ways: Vec<Way> = Vec::new();
    ways.extend(rules(&seen.active).iter().filter(|rule| demand.is_met_by(rule)).map(|rule| Way::Ruleset(rule.ruleset_id)));
    let classic = match &seen.classic {
        Part::Seen(Answered::Have(classic)) => demand.is_met_by_classic(classic),
        Part::Seen(Answered::Without(_)) => Some(false),
        Part::Hidden(_) => None,
    };
    if classic == Some(true) {
        ways.push(Way::Classic);
    } else if demand == Demand::Checks && stub_demands_checks(seen) {
        ways.push(Way::Stub);
    }
    if !ways.is_empty() {
        return Row::Holds(ways);
    }
    let plan = Answered::Without(Negative::PlanHasNone);
    if seen.active.seen().is_some_and(|it| matches!(it, Answered::Without(Negative::PlanHasNone)))
        || seen.classic.seen().is_some_and(|it| *it == plan)
    {
        return Row::Broken { by_plan: true };
    }
    // Absence needs both windows: rules to their end, and classic protection read or known not to be there.
    if let Some(gap) = rules_gap(seen) {
        return Row::Unknown(gap);
    }
    let says_unprotected = seen.branch.seen().and_then(|it| it.protected) == Some(false);
    match (classic, seen.classic.gap()) {
        (Some(_), _) => Row::Broken { by_plan: false },
        (None, Some(_)) if says_unprotected => Row::Broken { by_plan: false },
        (None, Some(gap)) => Row::Unknown(gap.clone()),
        (None, None) => Row::Unknown(
            Gap::new(GapKind::UnexpectedAnswer, System::Github, "the classic protection does not say")
                .needs("Look at the branch's protection in the repository's settings"),
        ),
    }
}

/// The names of the required checks and the paths of required workflows, and whether no window hides further ones.
pub(super) fn required_names(seen: &Seen) -> (BTreeSet<String>, BTreeSet<String>, bool) {
    let parameters = || rules(&seen.active).iter().filter_map(|rule| rule.parameters.as_ref());
    let by_rules = parameters().flat_map(|it| it.required_status_checks.iter().flatten()).filter_map(|it| it.context.as_ref());
    let classic = match &seen.classic {
        Part::Seen(Answered::Have(classic)) => classic.required_status_checks.as_ref(),
        _ => None,
    };
    let stub = seen.branch.seen().and_then(|it| it.protection.as_ref()).and_then(|it| it.required_status_checks.as_ref());
    let older = [classic, stub].into_iter().flatten().filter(|it| it.is_any_required());
    let older =
        older.flat_map(|it| it.contexts.iter().flatten().chain(it.checks.iter().flatten().filter_map(|it| it.context.as_ref())));
    let names = by_rules.chain(older).map(|it| it.cut(120)).collect();
    let workflows = parameters().flat_map(|it| it.workflows.iter().flatten()).filter_map(|it| it.path.as_ref());
    let all = rules_gap(seen).is_none() && (seen.classic.seen().is_some() || stub.is_some());
    (names, workflows.map(|it| it.cut(120)).collect(), all)
}

/// Why the list of active rules does not show an absence.
fn rules_gap(seen: &Seen) -> Option<Gap> {
    match &seen.active {
        Part::Hidden(gap) => Some(gap.clone()),
        Part::Seen(Answered::Without(_)) => None,
        Part::Seen(Answered::Have(list)) => list.cut.clone().or_else(|| {
            list.items.iter().any(|rule| rule.kind.is_none()).then(|| {
                Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub lists a rule without saying which")
                    .needs("Look at the repository's rules in its settings")
            })
        }),
    }
}

fn stub_demands_checks(seen: &Seen) -> bool {
    let checks = seen.branch.seen().and_then(|it| it.protection.as_ref()).and_then(|it| it.required_status_checks.as_ref());
    checks.is_some_and(ClassicChecks::is_any_required)
}

fn is_on(flag: Option<&Flag>) -> Option<bool> {
    flag.and_then(|it| it.enabled)
}

/// Who may pass by a demand that is met.
#[derive(Debug)]
pub(super) enum Through {
    Nobody,
    /// By way and in words.
    Known(Vec<(Way, String)>),
    /// The ways whose bypass list we were not shown: missing is not empty (dossier §3.2 D).
    Unseen(Vec<Way>),
}

pub(super) fn who_passes(seen: &Seen, demand: Demand, ways: &[Way]) -> Through {
    let (mut known, mut unseen) = (Vec::new(), Vec::new());
    for way in ways {
        let who = match way {
            Way::Ruleset(id) => past_ruleset(detail(seen, *id)),
            Way::Classic => past_classic(seen, demand),
            Way::Stub => past_stub(seen),
        };
        match who {
            Some(who) if who.is_empty() => return Through::Nobody,
            Some(who) => known.push((*way, who.join(", "))),
            None => unseen.push(*way),
        }
    }
    if unseen.is_empty() { Through::Known(known) } else { Through::Unseen(unseen) }
}

fn detail(seen: &Seen, id: Option<u64>) -> Option<&Ruleset> {
    let id = id?;
    seen.details.iter().find(|it: &&Detail| it.id == id)?.ruleset.seen()
}

/// Those who may always pass; bypassing for pull requests only still needs the pull request. A mode that we do not know
/// counts as always.
fn past_ruleset(ruleset: Option<&Ruleset>) -> Option<Vec<String>> {
    let ruleset = ruleset?;
    let Some(actors) = ruleset.bypass_actors.as_ref() else {
        // The list is hidden; of the token's own account GitHub says all the same whether it may pass.
        let may = ruleset.current_user_can_bypass.as_ref().is_some_and(|it| it == "always" || it == "exempt");
        return may.then(|| vec!["the account of this token".to_owned()]);
    };
    let passing = actors.iter().filter(|it| it.bypass_mode.as_ref().is_none_or(|mode| mode != "pull_request"));
    Some(
        passing
            .map(|it| {
                let kind = it.actor_type.as_ref().map_or_else(|| "somebody".to_owned(), |kind| kind.cut(40));
                it.actor_id.map_or_else(|| kind.clone(), |id| format!("{kind} {id}"))
            })
            .collect(),
    )
}

/// Admins, unless included, and those who are named as exempt from pull requests. Classic protection refuses force
/// pushes from admins too.
fn past_classic(seen: &Seen, demand: Demand) -> Option<Vec<String>> {
    if demand == Demand::NoForcePush {
        return Some(Vec::new());
    }
    let Part::Seen(Answered::Have(classic)) = &seen.classic else { return None };
    let mut who = Vec::new();
    if !is_on(classic.enforce_admins.as_ref())? {
        who.push("every admin".to_owned());
    }
    if demand == Demand::PullRequest {
        let allowances = classic.required_pull_request_reviews.as_ref().and_then(|it| it.bypass_pull_request_allowances.as_ref());
        who.extend(allowances.into_iter().flat_map(Allowances::names));
    }
    Some(who)
}

/// The stub says of admins only whether the checks hold for everyone.
fn past_stub(seen: &Seen) -> Option<Vec<String>> {
    let checks = seen.branch.seen()?.protection.as_ref()?.required_status_checks.as_ref()?;
    match checks.enforcement_level.as_ref()?.as_str() {
        "everyone" => Some(Vec::new()),
        "non_admins" => Some(vec!["every admin".to_owned()]),
        _ => None,
    }
}

/// The most approvals that a pull request needs; none when that cannot be told: classic protection may ask for more
/// than the rules do.
pub(super) fn approvals(seen: &Seen) -> Option<u32> {
    let by_rules = rules(&seen.active)
        .iter()
        .filter(|rule| rule.is("pull_request"))
        .filter_map(|rule| rule.parameters.as_ref()?.required_approving_review_count)
        .max();
    let by_classic = match &seen.classic {
        Part::Seen(Answered::Have(it)) => {
            it.required_pull_request_reviews.as_ref().map_or(Some(0), |it| it.required_approving_review_count)
        }
        Part::Seen(Answered::Without(_)) => Some(0),
        Part::Hidden(_) => None,
    };
    match (by_rules, by_classic) {
        (Some(count), None) if count >= 1 => Some(count),
        (rules, Some(classic)) if rules_gap(seen).is_none() => Some(rules.unwrap_or(0).max(classic)),
        _ => None,
    }
}

/// Whether both windows show that nothing forbids deleting the branch.
pub(super) fn may_be_deleted(seen: &Seen) -> bool {
    let by_rules = rules(&seen.active).iter().any(|rule| rule.is("deletion"));
    let by_classic = match &seen.classic {
        Part::Seen(Answered::Have(classic)) => is_on(classic.allow_deletions.as_ref()).map(|allowed| !allowed),
        Part::Seen(Answered::Without(_)) => Some(false),
        Part::Hidden(_) => None,
    };
    !by_rules && rules_gap(seen).is_none() && by_classic == Some(false)
}

//! The decision table of `apis/spend.md` §5: one key, then all keys that a management key shows.

use super::{KeyLimits, Managed, OfWorkspace};
use crate::domain::{AppSettings, Finding, Foreign, Gap, GapKind, NoteLevel, Severity, System, Verdict};
use crate::probes::words::no_ceiling;
use crate::systems::money::Usd;
use crate::systems::openrouter::{Key, Reset, VENDOR};
use chrono::{DateTime, Utc};

/// What holds a key, or does not.
enum Hold {
    /// It stops at or below the ceiling; `for_good` when it never starts again.
    Good {
        says: String,
        for_good: bool,
    },
    Bad {
        rule: &'static str,
        says: String,
    },
    Unclear(Gap),
}

/// Judges the app's key, or every key when the credential is a management key.
pub(super) fn judge(seen: &KeyLimits, settings: &AppSettings, now: DateTime<Utc>) -> Result<Verdict, Gap> {
    let held = Agreed { settings, ceiling: settings.ceilings.get(&System::Openrouter).copied().map(Usd::dollars) };
    match (seen.key.is_management(), &seen.managed) {
        (Some(false), _) => Ok(held.one(&seen.key)),
        (Some(true), Some(managed)) => held.all(managed, now),
        (Some(true), None) => Err(Gap::internal("what a management key shows was not read")),
        (None, _) => Err(VENDOR.lacks("the kind of the key")),
    }
}

struct Agreed<'a> {
    settings: &'a AppSettings,
    ceiling: Option<Usd>,
}

impl Agreed<'_> {
    /// The verdict on the app's own key.
    fn one(&self, key: &Key) -> Verdict {
        let which = "This is about the key that was given: it must be the one that the app uses";
        match self.own(key) {
            Hold::Good { says, for_good } => {
                let verdict = Verdict::pass(says).note(NoteLevel::Evidence, "openrouter.which-key", which);
                if for_good { verdict.with_notes([for_good_note()]) } else { verdict }
            }
            // Budgets and guardrails may stop it all the same, and they were not seen (`apis/spend.md` §0.1, §5).
            Hold::Bad { rule: UNLIMITED, .. } => {
                let says = "The key itself has no limit, and budgets of its workspace are shown to a management key only";
                let gap = Gap::new(GapKind::NoPermission, System::Openrouter, says)
                    .needs("Set a monthly limit on the key, or give a management key: `rescue auth set openrouter`");
                Verdict::undecided(gap).note(NoteLevel::Evidence, "openrouter.which-key", which)
            }
            Hold::Bad { rule, says } => {
                let hidden = "Budgets of the workspace are shown to a management key only";
                let gap = Gap::new(GapKind::NoPermission, System::Openrouter, hidden)
                    .needs("Give a management key: `rescue auth set openrouter`");
                let verdict = Verdict::fail(&says, vec![finding(rule, &key.title(), &says)]).unseen(Some(gap));
                verdict.note(NoteLevel::Evidence, "openrouter.which-key", which).note(
                    NoteLevel::Warning,
                    "openrouter.budgets-unseen",
                    hidden,
                )
            }
            Hold::Unclear(gap) => Verdict::undecided(gap),
        }
    }

    /// The verdict on all keys: which of them is the app's is not known, so they must all agree.
    fn all(&self, managed: &Managed, now: DateTime<Utc>) -> Result<Verdict, Gap> {
        let workspaces = managed.workspaces.as_result().map_err(Gap::clone)?;
        let (mut good, mut findings, mut gap, mut for_good) = (Vec::new(), Vec::new(), None, false);
        let mut unlimited_only = true;
        for workspace in workspaces {
            let keys = workspace.keys.as_result().map_err(Gap::clone)?;
            for key in keys.iter().filter(|key| is_alive(key, now)) {
                match self.with_others(key, workspace) {
                    Hold::Good { says, for_good: stops } => {
                        good.push(says);
                        for_good |= stops;
                    }
                    Hold::Bad { rule, says } => {
                        unlimited_only &= rule == UNLIMITED;
                        findings.push(finding(rule, &key.title(), &says));
                    }
                    Hold::Unclear(why) => gap = gap.or(Some(why)),
                }
            }
        }
        if let Some(gap) = gap {
            return Ok(Verdict::undecided(gap).with_findings(findings));
        }
        match (good.as_slice(), findings.len()) {
            ([], 0) => {
                let says = "No key is listed that is in use, so the app's key was not seen";
                Err(Gap::new(GapKind::Ambiguous, System::Openrouter, says)
                    .needs("Set the app's own key: `rescue auth set openrouter`"))
            }
            ([first, ..], 0) => {
                let says =
                    if good.len() == 1 { first.clone() } else { format!("All {} keys stop below the ceiling", good.len()) };
                let verdict = Verdict::pass(says);
                Ok(if for_good { verdict.with_notes([for_good_note()]) } else { verdict })
            }
            ([], bad) => Ok(self.prepaid(managed, unlimited_only).map_or_else(
                || Verdict::fail(format!("None of {bad} keys stops below the ceiling"), findings.clone()),
                |gap| Verdict::undecided(gap).with_findings(findings.clone()),
            )),
            (_, bad) => {
                let says =
                    format!("{bad} of {} keys do not stop below the ceiling; which is the app's is not known", bad + good.len());
                let gap = Gap::new(GapKind::Ambiguous, System::Openrouter, says)
                    .needs("Set the app's own key: `rescue auth set openrouter`");
                Ok(Verdict::undecided(gap).with_findings(findings))
            }
        }
    }

    /// A prepaid balance below the ceiling is a cap if nothing tops it up, which no answer says.
    fn prepaid(&self, managed: &Managed, unlimited_only: bool) -> Option<Gap> {
        let (ceiling, balance) = (self.ceiling?, managed.credits.seen()?.balance()?);
        (unlimited_only && balance <= ceiling).then(|| {
            let says = format!("No key has a limit; the prepaid balance of {balance} dollars is below the ceiling of {ceiling}");
            Gap::new(GapKind::NeedsJudgement, System::Openrouter, says)
                .needs("Attest that automatic top-up is off, or set a limit on the key")
        })
    }

    /// The key's own limit, else the budgets of its workspace and the guardrails that it is assigned to.
    fn with_others(&self, key: &Key, workspace: &OfWorkspace) -> Hold {
        let own = self.own(key);
        let Hold::Bad { .. } = own else { return own };
        let mut unclear = None;
        match &workspace.budgets.as_result().map(|it| (it.data.as_deref(), it.include_byok_in_budgets)) {
            Ok((Some(budgets), with_byok)) => {
                for budget in *budgets {
                    match self.limited("The workspace", key, budget.limit_usd, budget.reset_interval.as_ref(), *with_byok) {
                        good @ Hold::Good { .. } => return good,
                        Hold::Bad { .. } => {}
                        Hold::Unclear(gap) => unclear = Some(gap),
                    }
                }
            }
            Ok((None, _)) => unclear = Some(VENDOR.lacks("the list of budgets")),
            Err(gap) => unclear = Some((*gap).clone()),
        }
        match workspace.guardrails.as_result() {
            Ok(guardrails) => {
                for guardrail in guardrails.iter().filter(|it| it.limit_usd.is_some()) {
                    let is_assigned = key.hash.as_ref().is_some_and(|hash| guardrail.keys.contains(hash));
                    if !is_assigned {
                        let says = format!("A guardrail with a limit exists; whether it covers {} was not answered", key.title());
                        let step = "Look at the guardrail's assignments, or set a limit on the key";
                        unclear = unclear.or(Some(Gap::new(GapKind::Ambiguous, System::Openrouter, says).needs(step)));
                        continue;
                    }
                    let (limit, reset) = (guardrail.limit_usd, guardrail.reset_interval.as_ref());
                    match self.limited("A guardrail", key, limit, reset, guardrail.include_byok_in_budgets) {
                        good @ Hold::Good { .. } => return good,
                        Hold::Bad { .. } => {}
                        Hold::Unclear(gap) => unclear = unclear.or(Some(gap)),
                    }
                }
            }
            Err(gap) => unclear = unclear.or(Some(gap.clone())),
        }
        unclear.map_or(own, Hold::Unclear)
    }

    fn own(&self, key: &Key) -> Hold {
        match key.limit {
            None => Hold::Unclear(VENDOR.lacks("the limit of the key")),
            Some(None) => Hold::Bad { rule: UNLIMITED, says: "The key has no limit: it can spend without end".to_owned() },
            Some(limit) => self.limited("The key", key, limit, key.limit_reset.as_ref(), key.include_byok_in_limit),
        }
    }

    /// Whether a limit holds this key. `with_byok`: whether it counts spend on the client's own provider keys.
    fn limited(
        &self,
        whose: &str,
        key: &Key,
        limit: Option<Usd>,
        reset: Option<&Option<Foreign>>,
        with_byok: Option<bool>,
    ) -> Hold {
        let Some(limit) = limit else { return Hold::Unclear(VENDOR.lacks("the amount of a limit")) };
        let Some(word) = reset else { return Hold::Unclear(VENDOR.lacks("how often a limit starts anew")) };
        if !limit.is_positive() {
            return Hold::Unclear(VENDOR.lacks("a limit above zero"));
        }
        let Some(reset) = Reset::of(word.as_ref().map(Foreign::as_str)) else {
            return Hold::Unclear(VENDOR.lacks("a period of the limit that is known"));
        };
        match (with_byok, key.byok_usage) {
            (Some(true), _) => {}
            (Some(false), Some(usage)) if usage.is_positive() => {
                let says = format!("{whose}'s limit leaves out {usage} dollars spent on the client's own provider keys");
                return Hold::Bad { rule: "openrouter.limit-leaves-spend-out", says };
            }
            (_, Some(usage)) if !usage.is_positive() => {}
            _ => return Hold::Unclear(VENDOR.lacks("whether spend on the client's own provider keys counts")),
        }
        let says = format!("{whose} stops at {limit} dollars {}", reset.words());
        let Some(ceiling) = self.ceiling else {
            return Hold::Unclear(no_ceiling(System::Openrouter, self.settings, &says));
        };
        if reset.in_a_month(limit) <= ceiling {
            Hold::Good { says: format!("{says}; agreed are {ceiling} a month"), for_good: reset == Reset::Lifetime }
        } else {
            let says = format!("{says}, which is above the agreed {ceiling} a month");
            Hold::Bad { rule: "openrouter.limit-above-ceiling", says }
        }
    }
}

const UNLIMITED: &str = "openrouter.no-limit";

fn is_alive(key: &Key, now: DateTime<Utc>) -> bool {
    key.disabled != Some(true) && key.expires_at.is_none_or(|end| end > now)
}

fn for_good_note() -> crate::domain::Note {
    crate::domain::Note {
        key: "openrouter.stops-for-good".to_owned(),
        level: NoteLevel::Warning,
        says: Foreign::new("The limit never starts anew: when it is reached, the key stops for good"),
        place: None,
    }
}

fn finding(rule: &str, key: &Foreign, says: &str) -> Finding {
    Finding::new(rule, key, Severity::High, says, "Set a monthly limit below the ceiling on the key")
}

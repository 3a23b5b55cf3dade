//! OpenRouter stops the app at an amount that was agreed: the limit of its key, or with a management key the limits,
//! budgets and guardrails of every key. It never takes a missing field for a limit, nor a limit that leaves spend out.

mod judge;

use crate::domain::{AppSettings, Consent, Gap, GapKind, ProbeKind, Remedy, System, Verdict};
use crate::domain::{Foreign, checklist::Effort};
use crate::probes::part::Part;
use crate::probes::words::unconnected;
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::systems::openrouter::{Budgets, Credits, Guardrail, Key, Openrouter};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Workspaces that are looked into; more is `incomplete`.
const MOST_WORKSPACES: usize = 5;

/// The probe `openrouter.spend-cap` (`apis/spend.md` §5).
///
/// With an inference key the question is about that key alone: a limit above the ceiling fails, with a warning that
/// budgets were not seen. A key without any limit is undecided: a budget that only a management key shows may stop it.
pub struct SpendCap;

/// What it looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLimits {
    /// The key that asks.
    pub key: Key,
    /// What a management key shows besides; none for an inference key.
    pub managed: Option<Managed>,
}

/// What a management key shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managed {
    pub workspaces: Part<Vec<OfWorkspace>>,
    pub credits: Part<Credits>,
}

/// One workspace's keys and what limits them together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfWorkspace {
    pub keys: Part<Vec<Key>>,
    pub budgets: Part<Budgets>,
    pub guardrails: Part<Vec<Guardrail>>,
}

impl Probe for SpendCap {
    type Seen = KeyLimits;

    const META: Meta = Meta {
        id: "openrouter.spend-cap",
        system: System::Openrouter,
        asks: "Does a limit stop the app's OpenRouter key below the agreed ceiling?",
        needs: &["the app's own key, or a management key"],
        cost: &[(System::Openrouter, 33)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Experimental,
        seconds: 20,
        docs: "https://openrouter.ai/docs/api_reference/limits",
    };

    async fn observe(sight: &Sight) -> Result<KeyLimits, Gap> {
        if !sight.settings.providers.contains(&System::Openrouter) {
            return Err(unconnected(System::Openrouter, &sight.settings, "--provider openrouter"));
        }
        let openrouter = Openrouter::new(&sight.door);
        let key = (*openrouter.key().await?).clone();
        if key.is_management() != Some(true) {
            return Ok(KeyLimits { key, managed: None });
        }
        let (workspaces, credits) = futures_util::join!(workspaces(&openrouter), openrouter.credits());
        let credits = Part::from(credits).map(|it| (*it).clone());
        Ok(KeyLimits { key, managed: Some(Managed { workspaces: workspaces.into(), credits }) })
    }

    fn decide(seen: &KeyLimits, settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        judge::judge(seen, settings, now).unwrap_or_else(Verdict::undecided)
    }

    fn remedy(_seen: &KeyLimits, settings: &AppSettings) -> Remedy {
        let amount =
            settings.ceilings.get(&System::Openrouter).map_or_else(String::new, |usd| format!(" of at most {usd} dollars"));
        Remedy {
            steps: vec![
                Foreign::new(format!(
                    "Open the key of {} in OpenRouter's settings and set a monthly limit{amount}",
                    settings.name
                )),
                Foreign::new("If the client's own provider keys are used, count them in the limit"),
                Foreign::new("Switch automatic top-up off, or keep its amount below the ceiling"),
            ],
            effort: Effort::S,
        }
    }
}

async fn workspaces(openrouter: &Openrouter<'_>) -> Result<Vec<OfWorkspace>, Gap> {
    let ids = openrouter.workspaces().await?;
    if ids.len() > MOST_WORKSPACES {
        let says = format!("OpenRouter has {} workspaces, and only {MOST_WORKSPACES} are looked into", ids.len());
        return Err(Gap::new(GapKind::Incomplete, System::Openrouter, says).needs("Set the app's own key instead"));
    }
    let read = ids.iter().map(|id| async move {
        let (keys, budgets, guardrails) =
            futures_util::join!(openrouter.keys(id), openrouter.budgets(id), openrouter.guardrails(id));
        OfWorkspace { keys: keys.into(), budgets: Part::from(budgets).map(|it| (*it).clone()), guardrails: guardrails.into() }
    });
    Ok(futures_util::future::join_all(read).await)
}

#[cfg(test)]
mod tests;

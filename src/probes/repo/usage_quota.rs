//! Whether what costs by use, and is given to users as a feature, is held against a quota of each (dossier repo-signals.md §9,
//! §13). A cap at the provider stops everybody and is another item's question.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::entrances::{self, Entrance};
use crate::probes::ground::{Ground, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::code::handlers::What;
use crate::repo::entries::{Entered, Entries};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct UsageQuota;

/// Which endpoints give users a paid feature, and which look at a quota.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub endpoints: usize,
    /// That call a model or another paid feature for their caller.
    pub paying: usize,
    /// That look at something called a quota, usage or credits.
    pub held: Vec<Entrance>,
    /// That look at nothing of the kind.
    pub free: Vec<Entrance>,
    /// Of which not everything could be followed.
    pub unsure: Vec<Entrance>,
}

impl Probe for UsageQuota {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.usage-quota",
        system: System::Repo,
        asks: "Is every paid feature held against a quota of each user?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §9, §13",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let empty = |ground| Seen { ground, ..Seen::default() };
        entrances::look(sight, empty, |_, entries, ground| seen(&entries, ground)).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no paid feature");
        }
        let gap = seen.ground.gap("a paid feature or its quota");
        let verdict = if !seen.free.is_empty() {
            let says = format!("{} that give a paid feature look at no quota", of(seen.free.len(), seen.paying, "endpoints"));
            Verdict::fail(says, findings(seen)).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if seen.ground.code_files == 0 {
            Ground::no_code(settings)
        } else if seen.paying == 0 {
            return Verdict::not_applicable(format!("none of {} endpoints gives its caller a paid feature", seen.endpoints));
        } else {
            let says = format!(
                "{} that give a paid feature look at something like a quota",
                of(seen.held.len(), seen.paying, "endpoints")
            );
            Verdict::undecided(judge(says, "Use up a quota on staging, also with ten requests at once, and see the refusal"))
        };
        let verdict = entrances::shown(verdict, &seen.ground, "repo.usage-quota-held", &seen.held);
        entrances::shown(verdict, &seen.ground, "repo.usage-quota-unsure", &seen.unsure)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if seen.free.is_empty() {
            return Remedy::default();
        }
        let table = Foreign::new("Add a table of usage: user, feature, provider, units, cost, moment");
        let step =
            |it: &Entrance| Foreign::new(format!("Check and book the quota in {} ({}) before the paid call", it.title, it.path));
        Remedy { steps: std::iter::once(table).chain(seen.free.iter().take(12).map(step)).collect(), effort: Effort::M }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Check the user's quota before the call, in the transaction that books it";
    seen.free.iter().map(|it| it.finding(&seen.ground, "repo.usage-quota-missing", Severity::Medium, fix)).collect()
}

/// Words of quotas, in the names of tables and functions.
const QUOTAS: [&str; 9] =
    ["quota", "usage", "credit", "allowance", "spend", "consumption", "ledger", "token_balance", "tokenbalance"];

/// The first table or function on the way that is named like a quota.
pub(super) fn quota(it: &Entered<'_>) -> Option<String> {
    let like = |name: &str| {
        let lower = name.to_ascii_lowercase();
        // A prop of a component and a response's own field are no function of the app, and stand nowhere here.
        QUOTAS.iter().any(|it| lower.contains(it)) && !lower.contains("credential")
    };
    let tables = it.acts().filter_map(|(_, act)| match &act.what {
        What::Uses(used) => used.table.clone(),
        _ => None,
    });
    let steps = it.steps.iter().filter_map(|it| it.name).map(ToOwned::to_owned);
    let calls = it.steps.iter().flat_map(|it| &it.body.calls).map(|it| it.name.clone());
    tables.chain(steps).chain(calls).find(|it| like(it))
}

fn seen(entries: &Entries<'_>, ground: Ground) -> Seen {
    let mut seen = Seen { ground, endpoints: entries.all.len(), ..Seen::default() };
    for it in &entries.all {
        let provider = it.acts().find_map(|(_, act)| match act.what {
            What::Pays { provider, is_metered_feature: true } => Some(provider),
            _ => None,
        });
        let Some(provider) = provider.filter(|_| !it.is_signed()) else { continue };
        seen.paying += 1;
        let kind = it.handler.kind.words();
        match (quota(it), entrances::lost(it)) {
            (Some(quota), _) => {
                entrances::keep(&mut seen.held, Entrance::new(it, format!("{kind} calls {provider}, and uses `{quota}`")));
            }
            (None, Some(lost)) => {
                entrances::keep(&mut seen.unsure, Entrance::new(it, format!("{kind} calls {provider}; a quota is {lost}")));
            }
            (None, None) => {
                entrances::keep(&mut seen.free, Entrance::new(it, format!("{kind} calls {provider}, and looks at no quota")));
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests;

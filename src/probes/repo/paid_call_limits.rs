//! Whether every endpoint that calls something paid by use counts its callers (dossier repo-signals.md §9). A counter in the
//! memory of one serverless instance counts as none; what only a signature or a secret lets in is no stranger's.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::entrances::{self, Entrance};
use crate::probes::ground::{Ground, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::code::handlers::{Kind, What};
use crate::repo::entries::{Entered, Entries, Store, limit};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct PaidCallLimits;

/// Which endpoints spend, and which of them count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub endpoints: usize,
    /// That call something paid, and let strangers or users in.
    pub paying: usize,
    /// That call a limiter with a shared store.
    pub counted: usize,
    /// That count nobody.
    pub uncounted: Vec<Entrance>,
    /// That count in the memory of one serverless instance.
    pub in_memory: Vec<Entrance>,
    /// Of which it cannot be told.
    pub unsure: Vec<Entrance>,
}

impl Probe for PaidCallLimits {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.paid-call-limits",
        system: System::Repo,
        asks: "Does every endpoint that calls a paid provider limit its callers?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §9",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let empty = |ground| Seen { ground, ..Seen::default() };
        entrances::look(sight, empty, |_, entries, ground| seen(&entries, ground)).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no endpoint");
        }
        let findings = findings(seen);
        let gap = seen.ground.gap("an endpoint that calls a paid provider");
        let verdict = if !findings.is_empty() {
            let says = format!("{} that call a paid provider limit nobody", of(findings.len(), seen.paying, "endpoints"));
            Verdict::fail(says, findings).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if seen.ground.code_files == 0 {
            Ground::no_code(settings)
        } else if seen.paying == 0 {
            return Verdict::not_applicable(format!(
                "none of {} endpoints calls a paid provider for its callers",
                seen.endpoints
            ));
        } else if seen.unsure.is_empty() {
            let says = format!("all {} endpoints that call a paid provider call a limiter with a shared store", seen.paying);
            Verdict::undecided(judge(says, "See the 429 on staging"))
        } else {
            let says = format!(
                "whether callers are limited is not seen in {} that call a paid provider",
                of(seen.unsure.len(), seen.paying, "endpoints")
            );
            Verdict::undecided(judge(says, "Look at each listed endpoint, and see the 429 on staging"))
        };
        entrances::shown(verdict, &seen.ground, "repo.paid-call-unsure", &seen.unsure)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let all = seen.uncounted.iter().chain(&seen.in_memory);
        let step = |it: &Entrance| {
            Foreign::new(format!("Limit callers of {} ({}) per user or address in Redis or Postgres", it.title, it.path))
        };
        Remedy { steps: all.take(12).map(step).collect(), effort: Effort::M }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Count callers per user or address in a store that all instances share, and answer 429";
    let none = seen.uncounted.iter().map(|it| it.finding(&seen.ground, "repo.paid-call-unlimited", Severity::High, fix));
    let memory =
        seen.in_memory.iter().map(|it| it.finding(&seen.ground, "repo.paid-call-limit-in-memory", Severity::Medium, fix));
    none.chain(memory).collect()
}

fn seen(entries: &Entries<'_>, ground: Ground) -> Seen {
    let mut seen = Seen { ground, endpoints: entries.all.len(), ..Seen::default() };
    let middleware = entries.middleware.iter().find_map(|it| limit(it.steps.iter()).map(|_| it.file.path.as_str()));
    for it in &entries.all {
        let Some(provider) = provider(it).filter(|_| !it.is_signed()) else { continue };
        seen.paying += 1;
        let who = if it.is_identified() { "asks who is there, and" } else { "asks nobody, and" };
        let kind = it.handler.kind.words();
        let lost = entrances::lost(it);
        match it.limit() {
            Some(Store::Shared) => seen.counted += 1,
            Some(Store::Memory) if it.handler.kind != Kind::ServerRoute => {
                let says = format!("{kind} calls {provider} and counts callers in memory, which each instance has for itself");
                entrances::keep(&mut seen.in_memory, Entrance::new(it, says));
            }
            Some(_) => {
                let says = format!("{kind} calls {provider}; where its limiter counts is not seen");
                entrances::keep(&mut seen.unsure, Entrance::new(it, says));
            }
            None => {
                let perhaps =
                    lost.or_else(|| middleware.map(|it| format!("{it} counts callers of the addresses that its matcher names")));
                let quota = super::usage_quota::quota(it).map(|it| format!("it asks `{it}`, which may be a limit"));
                match perhaps.or(quota) {
                    Some(perhaps) => {
                        let says = format!("{kind} {who} calls {provider} without a limiter; {perhaps}");
                        entrances::keep(&mut seen.unsure, Entrance::new(it, says));
                    }
                    None => entrances::keep(
                        &mut seen.uncounted,
                        Entrance::new(it, format!("{kind} {who} calls {provider} without a limiter")),
                    ),
                }
            }
        }
    }
    seen
}

fn provider(it: &Entered<'_>) -> Option<&'static str> {
    it.acts().find_map(|(_, act)| match act.what {
        What::Pays { provider, .. } => Some(provider),
        _ => None,
    })
}

#[cfg(test)]
mod tests;

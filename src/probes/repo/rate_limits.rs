//! Whether signing up, signing in and resetting a password are counted (dossier repo-signals.md §9). What a provider signs in
//! is limited in the provider's settings, where the repository shows nothing; a counter in the memory of one serverless
//! instance counts as none.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::entrances::{self, Entrance};
use crate::probes::ground::{Ground, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::handlers::{Kind, What, vendors};
use crate::repo::entries::{Entered, Entries, Step, Store};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct RateLimits;

/// Who signs people in, and who counts them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// Endpoints of the app that sign somebody up or in, or reset a password.
    pub own: usize,
    /// Of which callers are counted in a shared store.
    pub counted: usize,
    /// That check passwords themselves, and count nobody.
    pub uncounted: Vec<Entrance>,
    /// That count in the memory of one serverless instance.
    pub in_memory: Vec<Entrance>,
    /// That hand the password to a provider, or of which not everything could be read.
    pub unsure: Vec<Entrance>,
    /// Other files that sign in at the provider itself, with the first call.
    pub at_provider: Vec<Foreign>,
    /// A package of a provider that signs in on its own pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Foreign>,
}

impl Probe for RateLimits {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.rate-limits",
        system: System::Repo,
        asks: "Are sign-up, sign-in and password reset rate limited in the app's own code?",
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
        entrances::look(sight, empty, |survey, entries, ground| seen(survey, &entries, ground)).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it signs nobody in");
        }
        let findings = findings(seen);
        let gap = seen.ground.gap("a sign-in");
        let is_at_provider = !seen.at_provider.is_empty() || seen.provider.is_some();
        let verdict = if !findings.is_empty() {
            let says = format!("{} that sign people in count nobody", of(findings.len(), seen.own, "endpoints"));
            Verdict::fail(says, findings).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if seen.ground.code_files == 0 {
            Ground::no_code(settings)
        } else if seen.own == 0 && !is_at_provider {
            return Verdict::not_applicable(format!("none of {} files of code signs anybody up or in", seen.ground.code_files));
        } else if !seen.unsure.is_empty() {
            let says = format!(
                "no limit of the app's own was seen in {} that sign people in",
                of(seen.unsure.len(), seen.own, "endpoints")
            );
            Verdict::undecided(judge(
                says,
                "Look at the provider's limits, and pass the caller's address on or count in the endpoint too",
            ))
        } else if seen.own > 0 {
            let says = format!("all {} endpoints that sign people in call a limiter with a shared store", seen.own);
            Verdict::undecided(judge(says, "See the 429 on staging"))
        } else {
            Verdict::undecided(judge(
                "sign-in is the provider's, and so are its limits",
                "Read the provider's rate limits, and lower them to what real users need",
            ))
        };
        let verdict = entrances::shown(verdict, &seen.ground, "repo.rate-limits-unsure", &seen.unsure);
        let provider =
            seen.provider.iter().map(|it| (it, format!("{it} signs people in; where it counts attempts is not in the code")));
        let files = seen.at_provider.iter().take(crate::probes::ground::MOST_SHOWN);
        let files = files.map(|it| (it, format!("{it} signs people in at the provider itself: its settings hold the limit")));
        provider.chain(files).fold(verdict, |verdict, (key, says)| {
            verdict.note(NoteLevel::Evidence, format!("repo.rate-limits-provider.{key}"), says)
        })
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if findings(seen).is_empty() {
            return Remedy::default();
        }
        let all = seen.uncounted.iter().chain(&seen.in_memory);
        let step = |it: &Entrance| {
            Foreign::new(format!("Count callers of {} ({}) in Redis or Postgres, and answer 429", it.title, it.path))
        };
        Remedy { steps: all.take(12).map(step).collect(), effort: Effort::S }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Count attempts per account and address in a store that all instances share, and answer 429";
    let none = seen.uncounted.iter().map(|it| it.finding(&seen.ground, "repo.rate-limits-missing", Severity::High, fix));
    let memory = seen.in_memory.iter().map(|it| it.finding(&seen.ground, "repo.rate-limits-in-memory", Severity::High, fix));
    none.chain(memory).collect()
}

/// Calls by which the app checks a password itself.
fn is_own(by: &str) -> bool {
    let by = by.to_ascii_lowercase();
    ["compare", "hash", "argon2", "credentials"].iter().any(|it| by.contains(it))
}

fn seen(survey: &Survey, entries: &Entries<'_>, ground: Ground) -> Seen {
    let mut seen = Seen { ground, ..Seen::default() };
    // Who must hold a secret of the app guesses no passwords there: a seed, a scheduled clean-up.
    for it in entries.all.iter().filter(|it| !it.is_signed()) {
        // An endpoint that only asks for the session mentions the configuration of sign-in, and signs nobody in.
        let signs_in = it.handler.route.as_deref().is_some_and(|it| it.contains("auth"));
        let is_configured =
            |step: &Step<'_>| step.body.does(|it| matches!(it, What::Enters { by } if by.contains("Credentials")));
        let acts: Vec<&str> = it
            .acts()
            .filter(|(step, _)| signs_in || !is_configured(step))
            .filter_map(|(_, act)| match &act.what {
                What::Enters { by } => Some(by.as_str()),
                _ => None,
            })
            .collect();
        let enters = acts.first().map(|by| (*by, acts.iter().any(|by| is_own(by))));
        let Some((by, is_own)) = enters else { continue };
        seen.own += 1;
        let lost = entrances::lost(it);
        let more = lost.as_ref().map(|it| format!("; {it}")).unwrap_or_default();
        match it.limit() {
            Some(Store::Shared) => seen.counted += 1,
            Some(Store::Memory) if is_serverless(it) => {
                let says = format!("calls `{by}` and counts in memory, which each instance has for itself");
                entrances::keep(&mut seen.in_memory, Entrance::new(it, says));
            }
            Some(_) => entrances::keep(
                &mut seen.unsure,
                Entrance::new(it, format!("calls `{by}`; where its limiter counts is not seen{more}")),
            ),
            None if is_own && lost.is_none() && !limited_before(entries) => {
                entrances::keep(&mut seen.uncounted, Entrance::new(it, format!("calls `{by}` and counts nobody")));
            }
            None => entrances::keep(
                &mut seen.unsure,
                Entrance::new(it, format!("calls `{by}` and no limiter of the app's own{more}")),
            ),
        }
    }
    let is_entry = |path: &str| entries.all.iter().any(|it| it.file.path == path);
    let enters = |it: &What| matches!(it, What::Enters { by } if !is_own(by));
    let files =
        survey.code.iter().filter(|file| !is_entry(&file.path) && file.handlers.units.iter().any(|it| it.body.does(enters)));
    seen.at_provider = files.map(|it| Foreign::new(&it.path)).take(crate::probes::ground::MOST_KEPT).collect();
    let packages = survey.project.packages.iter().flat_map(|it| it.needs.keys());
    seen.provider = packages
        .filter(|it| {
            vendors::IDENTITIES.contains(&it.as_str())
                && !["jose", "iron-session", "passport", "express-jwt"].contains(&it.as_str())
        })
        .map(Foreign::new)
        .next();
    seen
}

/// A long-lived server may count in its memory, if there is one of it.
fn is_serverless(it: &Entered<'_>) -> bool {
    it.handler.kind != Kind::ServerRoute
}

/// Whether the app's middleware counts callers.
fn limited_before(entries: &Entries<'_>) -> bool {
    entries.middleware.iter().any(|it| crate::repo::entries::limit(it.steps.iter()).is_some())
}

#[cfg(test)]
mod tests;

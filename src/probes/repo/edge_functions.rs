//! Whether every Edge Function finds out who calls (dossier repo-signals.md §4): where `supabase/config.toml` opens the
//! gateway, the function has to check by itself, and where it does not, the public anonymous key still passes it.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Foreign, Gap, GapKind, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::entrances::{self, Entrance};
use crate::probes::ground::{Ground, judge, of};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::handlers::What;
use crate::repo::entries::Entries;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct EdgeFunctions;

/// How the functions check their callers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    pub functions: usize,
    /// That ask who is there, or check a signature or a secret.
    pub checking: usize,
    /// That the gateway lets anybody reach, and that check nothing.
    pub open: Vec<Entrance>,
    /// That rely on the gateway alone, which the public key passes.
    pub gateway: Vec<Entrance>,
    /// Of which not everything could be followed.
    pub unsure: Vec<Entrance>,
    /// Functions that the configuration names and the repository does not hold.
    pub elsewhere: Vec<Foreign>,
}

impl Probe for EdgeFunctions {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.edge-functions",
        system: System::Repo,
        asks: "Does every Edge Function check a token or a signature in its own code?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §4",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let empty = |ground| Seen { ground, ..Seen::default() };
        entrances::look(sight, empty, |survey, entries, ground| seen(survey, &entries, ground)).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no Edge Function");
        }
        let gap = seen.ground.gap("an Edge Function or its settings");
        let verdict = if !seen.open.is_empty() {
            let says = format!("{} let anybody in", of(seen.open.len(), seen.functions, "Edge Functions"));
            Verdict::fail(says, findings(seen)).unseen(gap)
        } else if let Some(gap) = gap {
            Verdict::undecided(gap)
        } else if let Some(first) = seen.elsewhere.first() {
            let says = format!("the configuration names {first}, which the repository does not hold");
            Verdict::undecided(
                Gap::new(GapKind::Ambiguous, System::Repo, says)
                    .needs("Run `supabase functions download` for it, or delete it from the configuration"),
            )
        } else if seen.functions == 0 && settings.stack.get("uses.edge_functions") == Some(&true) {
            let says = "the app uses Edge Functions, and the repository holds none";
            let step = "Run `supabase functions download` for each, and commit them";
            Verdict::undecided(Gap::new(GapKind::Ambiguous, System::Repo, says).needs(step))
        } else if seen.functions == 0 {
            return Verdict::not_applicable("the repository holds no Edge Function");
        } else if seen.gateway.is_empty() && seen.unsure.is_empty() {
            let says = format!("all {} Edge Functions check who calls; what is deployed may differ", seen.functions);
            Verdict::undecided(judge(says, "Compare with the deployed versions, and call each without a token"))
        } else {
            let rely = seen.gateway.len() + seen.unsure.len();
            let says = format!("no check of its own was found in {}", of(rely, seen.functions, "Edge Functions"));
            Verdict::undecided(judge(
                says,
                "Get the user from the token in each, and refuse when there is none: the public key passes the gateway",
            ))
        };
        let verdict = entrances::shown(verdict, &seen.ground, "repo.edge-functions-gateway", &seen.gateway);
        entrances::shown(verdict, &seen.ground, "repo.edge-functions-unsure", &seen.unsure)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        if seen.open.is_empty() {
            return Remedy::default();
        }
        let step = |it: &Entrance| Foreign::new(format!("Verify the user's token, or the sender's signature, in {}", it.path));
        Remedy { steps: seen.open.iter().take(12).map(step).collect(), effort: Effort::M }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Get the user from the token and refuse without one, or verify the sender's signature on the raw body";
    seen.open.iter().map(|it| it.finding(&seen.ground, "repo.edge-function-open", Severity::High, fix)).collect()
}

fn seen(survey: &Survey, entries: &Entries<'_>, mut ground: Ground) -> Seen {
    let settings = &survey.edge_functions;
    ground.unread.extend(settings.unreadable.iter().map(|it| Foreign::new(format!("{it} (no configuration that can be read)"))));
    let unread = survey.unread.iter().filter(|it| crate::repo::edge_functions::EdgeFunctions::wants(it.what.as_str()));
    ground.unread.extend(unread.map(|it| Foreign::new(format!("{} ({})", it.what, it.why.words()))));
    let mut seen = Seen { ground, ..Seen::default() };
    let mut held: BTreeSet<&str> = BTreeSet::new();
    for it in entries.all.iter().filter(|it| it.file.path.contains("supabase/functions/")) {
        let Some(name) = it.file.path.split("supabase/functions/").nth(1).and_then(|it| it.split('/').next()) else { continue };
        held.insert(name);
        let setting = settings.settings.get(name);
        if setting.is_some_and(|it| !it.enabled) {
            continue;
        }
        seen.functions += 1;
        if it.is_signed() || it.is_identified() {
            seen.checking += 1;
            continue;
        }
        let is_open = setting.is_some_and(|it| !it.verify_jwt);
        let does = if it.does(|it| matches!(it, What::Pays { .. })) {
            ", and it calls a paid provider"
        } else if it.does(|it| matches!(it, What::Uses(_))) {
            ", and it uses the database"
        } else {
            ""
        };
        let gateway =
            if is_open { "the gateway asks for no token (`verify_jwt = false`)" } else { "only the gateway asks for a token" };
        let says = format!("{gateway}, and no check of its own was found{does}");
        match entrances::lost(it) {
            Some(lost) => entrances::keep(&mut seen.unsure, Entrance::new(it, format!("{says}; {lost}"))),
            None if is_open => entrances::keep(&mut seen.open, Entrance::new(it, says)),
            None => entrances::keep(&mut seen.gateway, Entrance::new(it, says)),
        }
    }
    // A folder whose entry is no call that serves was read as a file, and is not elsewhere.
    let in_tree = |name: &str| {
        let folder = format!("supabase/functions/{name}/");
        survey.paths.iter().any(|it| it.contains(&folder))
    };
    let named =
        settings.settings.iter().filter(|(name, it)| it.enabled && it.entrypoint.is_none() && !held.contains(name.as_str()));
    seen.elsewhere = named.filter(|(name, _)| !in_tree(name)).map(|(name, _)| Foreign::new(name)).collect();
    seen
}

#[cfg(test)]
mod tests;

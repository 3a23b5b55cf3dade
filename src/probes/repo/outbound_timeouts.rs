//! Every call of the server to another system ends by itself (dossier repo-signals.md §7, CHECKLIST ERR-03). What a browser
//! calls, what is retried, and what the app does without a dependency are laid before a person: it never passes.

mod degraded;

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, Note, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::ground::{self, Ground, Spot, judge, of};
use crate::probes::places::{self, is_served_as_is, is_tool};
use crate::probes::{Meta, Probe, Sight, Stage};
use crate::repo::Survey;
use crate::repo::code::failures::Bound;
use crate::repo::reach::{Reach, Side};
use chrono::{DateTime, Utc};
use degraded::Dependency;
use serde::{Deserialize, Serialize};

/// See the module.
pub struct OutboundTimeouts;

/// Calls to other systems, by whether something ends them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub ground: Ground,
    /// On the server, with a time-out.
    pub timed: usize,
    /// On the server, without.
    pub endless: Vec<Spot>,
    /// On the server, with options that come from elsewhere.
    pub unsure: Vec<Spot>,
    /// In modules that browsers load.
    pub browser: usize,
    pub browser_endless: usize,
    /// Places that try again.
    pub retries: usize,
    /// The systems that the server calls, with what the app does without each.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
}

impl Probe for OutboundTimeouts {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "repo.outbound-timeouts",
        system: System::Repo,
        asks: "Does every call of the server to another system have a time-out?",
        needs: &["A checkout of the repository, or a GitHub token with Contents: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 600,
        docs: "apis/repo-signals.md §7",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let survey = ground::survey(sight).await?;
        Ok(survey.as_ref().as_ref().map_or_else(|| Seen { ground: Ground::empty(), ..Seen::default() }, seen))
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: it has no code");
        }
        let all = seen.timed + seen.endless.len() + seen.unsure.len();
        let unread = seen.ground.gap("calls to other systems");
        let findings = findings(seen);
        if !findings.is_empty() {
            let says = of(seen.endless.len(), all, "calls of the server to other systems have no time-out");
            return Verdict::fail(says, findings).unseen(unread).with_notes(notes(seen));
        }
        if let Some(gap) = unread {
            return Verdict::undecided(gap).with_notes(notes(seen));
        }
        if seen.ground.code_files == 0 {
            return Ground::no_code(settings);
        }
        if !seen.unsure.is_empty() {
            let says =
                of(seen.unsure.len(), all, "calls of the server may have no time-out: what they are given comes from elsewhere");
            return Verdict::undecided(judge(says, "Follow the options of each to where a time-out is set"))
                .with_notes(notes(seen));
        }
        if all == 0 && seen.browser == 0 {
            return Verdict::not_applicable(format!("none of {} files of code calls another system", seen.ground.code_files));
        }
        if all == 0 {
            let says = format!(
                "no server calls another system; {}",
                of(seen.browser_endless, seen.browser, "calls of browsers have no time-out")
            );
            return Verdict::undecided(judge(says, "Decide which calls of the browser a user must not wait for"))
                .with_notes(notes(seen));
        }
        let says = of(seen.timed, all, "calls of the server to other systems have a time-out");
        let says = Dependency::says(&seen.dependencies).map_or(says.clone(), |it| format!("{says}; {it}"));
        let step = "Name for each system what the app does without it (queue, hide, say so), and block one on staging to see it";
        Verdict::undecided(judge(says, step)).with_notes(notes(seen))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        let Some(first) = seen.endless.first() else { return Remedy::default() };
        Remedy {
            steps: vec![
                format!("Give every call `signal: AbortSignal.timeout(…)` or the SDK's own `timeout`; start in {}", first.path)
                    .into(),
                "Put the time-out into one function of the app, and call nothing but that".into(),
                "Retry only what is safe to repeat, at most three times, with growing waits".into(),
            ],
            effort: if seen.endless.len() > 20 { Effort::L } else { Effort::M },
        }
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let fix = "Give it `signal: AbortSignal.timeout(…)`, or the client's own `timeout`";
    places::findings(&seen.ground, "repo.outbound-without-timeout", Severity::Medium, &seen.endless, fix)
}

fn notes(seen: &Seen) -> Vec<Note> {
    let mut notes = places::evidence(&seen.ground, "repo.outbound-unsure", &seen.unsure);
    let mut inform = |key: &str, says: String| {
        notes.push(Note { key: key.to_owned(), level: NoteLevel::Info, says: says.into(), place: None });
    };
    if seen.browser > 0 {
        inform("repo.outbound-browser", of(seen.browser_endless, seen.browser, "calls that browsers make have no time-out"));
    }
    if seen.retries > 0 {
        inform("repo.outbound-retries", format!("{} places try again when a call fails", seen.retries));
    }
    notes.extend(Dependency::notes(&seen.dependencies, &seen.ground));
    notes
}

fn seen(survey: &Survey) -> Seen {
    let reach = Reach::of(survey);
    let mut seen = Seen { ground: Ground::of_code(survey), ..Seen::default() };
    let defaults: Vec<&str> = survey.code.iter().flat_map(|it| &it.failures.defaults).map(String::as_str).collect();
    for file in survey.code.iter().filter(|it| !is_served_as_is(&it.path) && !is_tool(&it.path)) {
        let side = reach.side(file);
        seen.retries += file.failures.retries.len();
        for it in &file.failures.calls {
            let bound = if defaults.contains(&it.by.as_str()) { Bound::Timed } else { it.bound };
            if matches!(side, Side::Client(_)) {
                seen.browser += 1;
                seen.browser_endless += usize::from(bound == Bound::Never);
                continue;
            }
            Dependency::count(&mut seen.dependencies, file, it);
            let whom = it.host.as_ref().map_or_else(String::new, |host| format!(" to {host}"));
            let spot = |what: &str| Spot::new(&file.path, it.line, format!("`{}`{whom} {what}", it.by));
            match bound {
                Bound::Timed => seen.timed += 1,
                Bound::Never if matches!(side, Side::Unsure(_)) => {
                    seen.unsure.push(spot("has no time-out, and may run on the server"));
                }
                Bound::Never if it.own => seen.unsure.push(spot("asks the app itself and has no time-out")),
                Bound::Never => seen.endless.push(spot("has no time-out")),
                Bound::Unsure => seen.unsure.push(spot("takes its options from elsewhere")),
            }
        }
    }
    Dependency::name_in(&mut seen.dependencies, survey);
    seen.dependencies.sort_by(|a, b| a.name.cmp(&b.name));
    seen
}

#[cfg(test)]
mod tests;

//! Known holes are mended within two weeks, by a machine: no high advisory with a fix is older than fourteen days, and
//! updates arrive by themselves. A configured bot that was never seen to work is evidence, not automation.

use super::{dependabot_alerts, named};
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Weighing, address, hub, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::FileTree;
use crate::systems::github::facts::advisories::{Advisory, SecurityFixes};
use crate::systems::github::facts::changes::PullRequest;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct DependencyUpdates;

/// Alerts with their ages, and what brings updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub watch: dependabot_alerts::Seen,
    pub fixes: Part<SecurityFixes>,
    /// The files that configure an updating bot.
    pub configured: Part<Vec<String>>,
    pub pulls: Part<Listed<PullRequest>>,
}

/// How long a fix may wait (CHECKLIST, CI-07).
const PATIENCE: TimeDelta = TimeDelta::days(14);

/// Where bots are configured.
const CONFIGURATIONS: [&str; 10] = [
    ".github/dependabot.yml",
    ".github/dependabot.yaml",
    "renovate.json",
    "renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".renovaterc.json5",
    ".github/renovate.json",
    ".github/renovate.json5",
    ".gitlab/renovate.json",
];
const BOTS: [&str; 3] = ["dependabot[bot]", "renovate[bot]", "mend-for-github-com[bot]"];

impl Probe for DependencyUpdates {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.dependency-updates",
        system: System::Github,
        asks: "Do updates arrive by themselves, and is no high advisory with a fix older than 14 days?",
        needs: &["Dependabot alerts: read", "Administration: read", "Contents: read", "Pull requests: read"],
        cost: &[(System::Github, 9)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/code-security/dependabot/dependabot-security-updates/about-dependabot-security-updates",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let (watch, fixes, tree, pulls) = futures_util::join!(
            dependabot_alerts::look(sight),
            hub.github.security_fixes(&hub.slug),
            hub.github.file_tree(&hub.slug, &hub.branch),
            hub.github.newest_pulls(&hub.slug, &hub.branch),
        );
        Ok(Seen {
            watch: watch?,
            fixes: fixes.into(),
            configured: tree.and_then(|tree| configured(&tree)).into(),
            pulls: pulls.into(),
        })
    }

    fn decide(seen: &Seen, settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        if seen.watch.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: nothing can be updated");
        }
        if seen.watch.is_empty {
            return Verdict::not_applicable("the repository is empty: it depends on nothing");
        }
        let mut weighing = Weighing::new("See that the bot is installed and opens pull requests, and attest it");
        weighing.findings = old(seen, settings, now);
        weighing.gaps.extend(seen.watch.what_hides());
        match automation(seen) {
            Automation::Works => {}
            Automation::Missing => weighing.findings.push(unautomated(settings)),
            Automation::Declared(file) => {
                weighing.open.push(format!("{file} configures updates, and no pull request of the bot was seen"));
            }
            Automation::Hidden(gap) => weighing.gaps.push(gap),
        }
        if seen.watch.listed().iter().any(|it| it.fix().is_some() && it.created_at.is_none()) {
            weighing.gaps.push(
                Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub does not say how old an alert is")
                    .needs("Look at the repository's Security tab"),
            );
        }
        weighing.verdict("updates arrive by themselves, and no high advisory with a fix is older than 14 days")
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let mut steps = Vec::new();
        if automation(seen) == Automation::Missing {
            steps.push(
                format!("Switch on Dependabot security updates: {}", address(settings, "settings/security_analysis")).into(),
            );
            steps.push("Add `.github/dependabot.yml` with a weekly, grouped update of each package manager".into());
        }
        if seen.watch.listed().iter().any(|it| it.fix().is_some()) {
            steps.push(
                format!(
                    "Merge or decide each alert that has a fix: {}",
                    address(settings, "security/dependabot?q=is:open+has:patch")
                )
                .into(),
            );
        }
        Remedy { steps, effort: crate::domain::checklist::Effort::S }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Automation {
    Works,
    Missing,
    /// A file asks for it; nothing shows that it works.
    Declared(String),
    Hidden(Gap),
}

fn automation(seen: &Seen) -> Automation {
    if seen.fixes.seen().is_some_and(|it| it.enabled == Some(true) && it.paused != Some(true)) {
        return Automation::Works;
    }
    let pulls = seen.pulls.seen().into_iter().flat_map(|list| &list.items);
    let by_bot = pulls.filter_map(|it| it.user.as_ref()?.login.as_ref()).any(|login| BOTS.contains(&login.as_str()));
    let file = seen.configured.seen().and_then(|list| list.first());
    match (file, by_bot) {
        (Some(_), true) => Automation::Works,
        (Some(file), false) => {
            seen.pulls.gap().map_or_else(|| Automation::Declared(file.clone()), |gap| Automation::Hidden(gap.clone()))
        }
        (None, _) => match seen.fixes.gap().or(seen.configured.gap()) {
            Some(gap) => Automation::Hidden(gap.clone()),
            None => Automation::Missing,
        },
    }
}

/// Which of the known files are there; absent only from a list that is whole.
fn configured(tree: &FileTree) -> Result<Vec<String>, Gap> {
    let paths = tree.tree.iter().flatten().filter_map(|it| it.path.as_deref());
    let found: Vec<String> = paths.filter(|path| CONFIGURATIONS.contains(path)).map(str::to_owned).collect();
    if found.is_empty() && tree.truncated != Some(false) {
        return Err(Gap::new(GapKind::Incomplete, System::Github, "the repository has more files than GitHub lists")
            .needs("Look for the configuration of an updating bot by hand"));
    }
    Ok(found)
}

fn unautomated(settings: &AppSettings) -> Finding {
    let fix = "Switch on Dependabot security updates, or set up Renovate";
    Finding::new("github.updates-by-hand", named(settings), Severity::Medium, "nothing updates the dependencies by itself", fix)
        .at(page(settings, "settings/security_analysis"))
}

fn old(seen: &Seen, settings: &AppSettings, now: DateTime<Utc>) -> Vec<Finding> {
    let is_old = |it: &&Advisory| it.fix().is_some() && it.created_at.is_some_and(|at| now.signed_duration_since(at) > PATIENCE);
    let more = ", and its fix is older than 14 days";
    let mut found: Vec<Finding> = seen
        .watch
        .listed()
        .iter()
        .filter(is_old)
        .map(|it| dependabot_alerts::finding("github.old-advisory", it, settings, more))
        .collect();
    found.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.resource.cmp(&b.resource)));
    found.dedup_by(|a, b| a.key() == b.key());
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::github::testing::{app, hidden, word};
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn watch(items: &Value) -> Value {
        json!({"repository": {}, "alerts": {"seen": {"have": {"items": items}}}, "switch": {"seen": "on"}, "any": null})
    }
    fn alert(created: &str, fix: &Value) -> Value {
        json!([{"number": 1, "created_at": created, "security_vulnerability": {"severity": "high", "first_patched_version": fix}}])
    }
    fn clean() -> Value {
        watch(&json!([]))
    }
    fn fix() -> Value {
        json!({"identifier": "2.0.0"})
    }
    fn fixes(on: bool) -> Value {
        json!({"seen": {"enabled": on, "paused": false}})
    }
    fn files(list: &[&str]) -> Value {
        json!({"seen": list})
    }
    fn pulls(login: &str) -> Value {
        json!({"seen": {"items": [{"number": 1, "user": {"login": login, "type": "Bot"}}]}})
    }
    const OLD: &str = "2026-11-01T00:00:00Z";
    const NEW: &str = "2026-11-20T00:00:00Z";

    #[rstest]
    #[case::fixes_on(clean(), fixes(true), files(&[]), pulls("sam"), "pass")]
    #[case::renovate_works(clean(), fixes(false), files(&["renovate.json"]), pulls("renovate[bot]"), "pass")]
    #[case::young(watch(&alert(NEW, &fix())), fixes(true), files(&[]), pulls("sam"), "pass")]
    #[case::old_without_a_fix(watch(&alert(OLD, &Value::Null)), fixes(true), files(&[]), pulls("sam"), "pass")]
    #[case::old(watch(&alert(OLD, &fix())), fixes(true), files(&[]), pulls("sam"), "fail")]
    #[case::old_and_the_rest_hidden(watch(&alert(OLD, &fix())), hidden("no_permission"), hidden("no_permission"), hidden("no_permission"), "fail")]
    #[case::nothing_updates(clean(), fixes(false), files(&[]), pulls("sam"), "fail")]
    #[case::paused(clean(), json!({"seen": {"enabled": true, "paused": true}}), files(&[]), pulls("sam"), "fail")]
    #[case::declared_only(clean(), fixes(false), files(&["renovate.json"]), pulls("sam"), "needs_judgement")]
    #[case::declared_and_pulls_hidden(clean(), fixes(false), files(&["renovate.json"]), hidden("no_permission"), "no_permission")]
    #[case::switch_hidden(clean(), hidden("no_permission"), files(&[]), pulls("sam"), "no_permission")]
    #[case::files_cut(clean(), fixes(false), hidden("incomplete"), pulls("sam"), "incomplete")]
    #[case::age_unsaid(watch(&json!([{"number": 1, "security_vulnerability": {"first_patched_version": {"identifier": "2"}}}])), fixes(true), files(&[]), pulls("sam"), "unexpected_answer")]
    fn decisions(#[case] watch: Value, #[case] fixes: Value, #[case] files: Value, #[case] pulls: Value, #[case] wanted: &str) {
        let seen: Seen =
            serde_json::from_value(json!({"watch": watch, "fixes": fixes, "configured": files, "pulls": pulls})).unwrap();
        let verdict = DependencyUpdates::decide(&seen, &app(), noon());
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
        if wanted == "fail" {
            assert!(!DependencyUpdates::remedy(&seen, &app()).steps.is_empty());
        }
    }

    #[test]
    fn a_cut_tree_shows_no_absence() {
        let tree =
            |truncated| serde_json::from_value::<FileTree>(json!({"tree": [{"path": "a"}], "truncated": truncated})).unwrap();
        assert!(configured(&tree(true)).is_err());
        assert_eq!(configured(&tree(false)).unwrap(), Vec::<String>::new());
    }
}

//! A credential cannot be pushed unseen: secret scanning and push protection are on, and no alert is open (dossier
//! github.md §3.1 and §3.4). A block that GitHub does not show says nothing about what is on.

use super::secret_scanning::{counted, is, listed};
use super::{named, repository};
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::facts::{Alert, Repository, Switch};
use crate::systems::github::{Answered, Listed};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct LeakPrevention;

/// The switches and the alerts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Part<Repository>,
    pub alerts: Part<Answered<Listed<Alert>>>,
    pub generic: Part<Answered<Listed<Alert>>>,
}

/// What is known of a switch.
#[derive(Debug, PartialEq, Eq)]
enum Is {
    On,
    Off,
    Unseen,
}

impl Probe for LeakPrevention {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.leak-prevention",
        system: System::Github,
        asks: "Are secret scanning and push protection on, with no open alert?",
        needs: &["Metadata: read, as an admin of the repository", "Secret scanning alerts: read"],
        cost: &[(System::Github, 3)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/code-security/secret-scanning/introduction/about-push-protection",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let (github, slug) = repository(sight)?;
        let (repository, alerts, generic) =
            futures_util::join!(github.repository(slug), github.alerts(slug), github.generic_alerts(slug));
        if let (Err(gap), Err(_), Err(_)) = (&repository, &alerts, &generic) {
            return Err(gap.clone());
        }
        Ok(Seen { repository: repository.map(|it| (*it).clone()).into(), alerts: alerts.into(), generic: generic.into() })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.repository.seen().and_then(|it| it.archived) == Some(true) {
            return Verdict::not_applicable("the repository is archived: nothing can be pushed");
        }
        let findings = findings(seen, settings);
        if !findings.is_empty() {
            let says = findings.iter().map(|it| it.says.as_str()).collect::<Vec<_>>().join("; ");
            let more = |gap| Gap { says: "not every switch and alert was seen, so there may be more".into(), ..gap };
            return Verdict::fail(says, findings).unseen(what_hides(seen).map(more));
        }
        match what_hides(seen) {
            Some(gap) => Verdict::undecided(gap),
            None => Verdict::pass("secret scanning and push protection are on and no alert is open"),
        }
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        if findings(seen, settings).is_empty() {
            return Remedy::default();
        }
        let mut steps = Vec::new();
        let (repository, is_private) = (named(settings), seen.repository.seen().and_then(|it| it.private) == Some(true));
        if scanning(seen) == Is::Off || push_protection(seen) == Is::Off {
            steps.push(
                format!(
                    "Switch on secret scanning and push protection: https://github.com/{repository}/settings/security_analysis"
                )
                .into(),
            );
            if is_private {
                steps.push("If the plan does not offer them (a private repository needs GitHub Secret Protection), require a secret scan in CI instead".into());
            }
        }
        if open(seen) > 0 {
            steps.push(format!("Work off the open alerts: https://github.com/{repository}/security/secret-scanning").into());
        }
        Remedy { steps, effort: crate::domain::checklist::Effort::S }
    }
}

fn switch(seen: &Seen, of: impl Fn(&Repository) -> Option<&Switch>) -> Is {
    match seen.repository.seen().and_then(of).and_then(|it| it.status.as_ref()) {
        Some(status) if status == "enabled" => Is::On,
        Some(status) if status == "disabled" => Is::Off,
        _ => Is::Unseen,
    }
}

/// The switch, or else the text of the alerts' refusal: `Secret scanning is disabled on this repository.` An answer of
/// alerts alone does not show that the switch is still on.
fn scanning(seen: &Seen) -> Is {
    let shown = switch(seen, |it| it.security_and_analysis.as_ref()?.secret_scanning.as_ref());
    match (shown, &seen.alerts) {
        (Is::Unseen, Part::Seen(Answered::Without(_))) => Is::Off,
        (Is::Unseen, Part::Seen(Answered::Have(_))) => Is::On,
        (shown, _) => shown,
    }
}

fn push_protection(seen: &Seen) -> Is {
    switch(seen, |it| it.security_and_analysis.as_ref()?.secret_scanning_push_protection.as_ref())
}

fn open(seen: &Seen) -> usize {
    listed(&seen.alerts).into_iter().chain(listed(&seen.generic)).filter(|it| is(it.state.as_ref(), "open")).count()
}

fn findings(seen: &Seen, settings: &AppSettings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let repository = named(settings);
    if scanning(seen) == Is::Off {
        findings.push(Finding::new(
            "github.secret-scanning-off",
            &repository,
            Severity::Medium,
            "secret scanning is off",
            "Switch it on, or require a secret scan in CI where the plan lacks it",
        ));
    }
    if push_protection(seen) == Is::Off {
        findings.push(Finding::new(
            "github.push-protection-off",
            &repository,
            Severity::Medium,
            "push protection is off",
            "Switch it on, so that a push with a credential in it is stopped",
        ));
    }
    let open = open(seen);
    if open > 0 {
        findings.push(Finding::new(
            "github.secret-alerts-open",
            &repository,
            Severity::High,
            format!(
                "{} open",
                if open == 1 {
                    "1 secret scanning alert is".to_owned()
                } else {
                    format!("{} are", counted(open, "secret scanning alert"))
                }
            ),
            "Revoke each credential at its provider, then close its alert",
        ));
    }
    findings
}

fn what_hides(seen: &Seen) -> Option<Gap> {
    if let Part::Hidden(gap) = &seen.repository {
        return Some(gap.clone());
    }
    if scanning(seen) == Is::Unseen || push_protection(seen) == Is::Unseen {
        let says = "GitHub shows these switches only to admins of the repository and security managers";
        return Some(
            Gap::new(GapKind::NoPermission, System::Github, says).needs("Use a token of a repository admin or security manager"),
        );
    }
    [&seen.alerts, &seen.generic].into_iter().find_map(|part| match part {
        Part::Hidden(gap) => Some(gap.clone()),
        Part::Seen(Answered::Without(_)) => Some(
            Gap::new(GapKind::Incomplete, System::Github, "the switch says on and the alerts say off")
                .needs("Run again; if it stays, look at the repository's Security tab"),
        ),
        Part::Seen(Answered::Have(list)) => list.cut.clone().or_else(|| {
            let is_odd = |it: &Alert| !is(it.state.as_ref(), "resolved") && !is(it.state.as_ref(), "open");
            list.items.iter().any(is_odd).then(|| {
                Gap::new(GapKind::UnexpectedAnswer, System::Github, "an alert has a state that is not known")
                    .needs("Look at the repository's Security tab")
            })
        }),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]

    use super::*;
    use crate::probes::github::testing::app;
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn repository(scanning: Value, push: Value) -> Value {
        json!({"seen": {"default_branch": "main", "private": true, "archived": false, "security_and_analysis": {
            "secret_scanning": {"status": scanning}, "secret_scanning_push_protection": {"status": push}}}})
    }
    fn on() -> Value {
        repository(json!("enabled"), json!("enabled"))
    }
    fn blockless() -> Value {
        json!({"seen": {"default_branch": "main", "archived": false}})
    }
    fn found(items: Value) -> Value {
        json!({"seen": {"have": {"items": items}}})
    }
    fn hidden(kind: &str) -> Value {
        json!({"hidden": {"kind": kind, "system": "github", "says": "refused"}})
    }
    fn off() -> Value {
        json!({"seen": {"without": "feature_off"}})
    }
    fn none() -> Value {
        found(json!([]))
    }

    #[rstest]
    #[case::on(on(), none(), none(), "pass")]
    #[case::only_resolved(on(), found(json!([{"number": 1, "state": "resolved"}])), none(), "pass")]
    #[case::scanning_off(repository(json!("disabled"), json!("disabled")), off(), off(), "fail")]
    #[case::push_protection_off(repository(json!("enabled"), json!("disabled")), none(), none(), "fail")]
    #[case::push_protection_off_rest_hidden(repository(json!("enabled"), json!("disabled")), hidden("no_permission"), hidden("no_permission"), "fail")]
    #[case::open_alert(on(), found(json!([{"number": 1, "state": "open"}])), none(), "fail")]
    #[case::open_generic_alert(on(), none(), found(json!([{"number": 1, "state": "open"}])), "fail")]
    #[case::no_block_but_the_text(blockless(), off(), off(), "fail")]
    #[case::no_repository_but_the_text(hidden("vendor_fault"), off(), off(), "fail")]
    #[case::no_block(blockless(), none(), none(), "no_permission")]
    #[case::no_block_no_alerts(blockless(), hidden("no_permission"), hidden("no_permission"), "no_permission")]
    #[case::unknown_status(repository(json!("enabled"), json!("partly")), none(), none(), "no_permission")]
    #[case::null_status(repository(json!("enabled"), Value::Null), none(), none(), "no_permission")]
    #[case::alerts_hidden(on(), hidden("no_permission"), none(), "no_permission")]
    #[case::alerts_cut(on(), json!({"seen": {"have": {"items": [], "cut": {"kind": "incomplete", "says": "cut"}}}}), none(), "incomplete")]
    #[case::generic_hidden(on(), none(), hidden("unexpected_answer"), "unexpected_answer")]
    #[case::contradiction(on(), off(), none(), "incomplete")]
    #[case::odd_state(on(), found(json!([{"number": 1}])), none(), "unexpected_answer")]
    #[case::bad_credential(hidden("bad_credential"), none(), none(), "bad_credential")]
    #[case::rate_limited(hidden("rate_limited"), none(), none(), "rate_limited")]
    #[case::unreachable(hidden("unreachable"), none(), none(), "unreachable")]
    #[case::archived(json!({"seen": {"default_branch": "main", "archived": true}}), off(), off(), "not_applicable")]
    fn decisions(#[case] repository: Value, #[case] alerts: Value, #[case] generic: Value, #[case] wanted: &str) {
        let seen: Seen = serde_json::from_value(json!({"repository": repository, "alerts": alerts, "generic": generic})).unwrap();
        let verdict = LeakPrevention::decide(&seen, &app(), noon());
        let word = verdict.outcome.gap().map_or_else(|| verdict.outcome.word().to_owned(), |gap| gap.kind.to_string());
        assert_eq!(word, wanted, "{verdict:?}");
        assert_eq!(verdict.findings.is_empty(), wanted != "fail");
        if wanted == "fail" {
            assert!(!LeakPrevention::remedy(&seen, &app()).steps.is_empty());
        }
    }
}

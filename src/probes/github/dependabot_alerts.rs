//! No critical or high advisory on what runs: no open Dependabot alert of runtime scope, over a list that somebody fills
//! (dossier github.md §3.5). An empty list with alerts switched off looks like a clean one and is not taken for one.

use super::named;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, Place, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Weighing, address, hub};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::facts::Repository;
use crate::systems::github::facts::advisories::{Advisory, AlertSwitch};
use crate::systems::github::{Answered, Listed};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct DependabotAlerts;

/// Open alerts, and whether anybody looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    /// Whether nothing was ever pushed.
    #[serde(default)]
    pub is_empty: bool,
    pub alerts: Part<Answered<Listed<Advisory>>>,
    pub switch: Part<AlertSwitch>,
    /// Whether there is an alert of any kind; asked when the switch is hidden and no alert is open.
    pub any: Option<Part<bool>>,
}

impl Seen {
    /// The alerts that were seen.
    pub(super) fn listed(&self) -> &[Advisory] {
        match &self.alerts {
            Part::Seen(Answered::Have(list)) => &list.items,
            _ => &[],
        }
    }

    /// Whether Dependabot is known not to look.
    pub(super) fn is_off(&self) -> bool {
        self.switch.seen() == Some(&AlertSwitch::Off) || matches!(self.alerts.seen(), Some(Answered::Without(_)))
    }

    /// Why no alert would not mean no advisory, if so.
    pub(super) fn what_hides(&self) -> Option<Gap> {
        if self.is_off() {
            return Some(
                Gap::new(
                    GapKind::PlanHides,
                    System::Github,
                    "Dependabot alerts are off for this repository, so nobody has looked",
                )
                .needs("Switch on Dependabot alerts under Settings, Advanced Security"),
            );
        }
        if let Part::Hidden(gap) = &self.alerts {
            return Some(gap.clone());
        }
        if let Part::Seen(Answered::Have(Listed { cut: Some(gap), .. })) = &self.alerts {
            return Some(gap.clone());
        }
        let is_filled = self.switch.seen() == Some(&AlertSwitch::On)
            || !self.listed().is_empty()
            || self.any.as_ref().and_then(Part::seen) == Some(&true);
        if is_filled {
            return None;
        }
        let hidden =
            self.switch.gap().cloned().unwrap_or_else(|| Gap::internal("the switch of Dependabot's alerts was not asked for"));
        let says = format!("no alert, but not seen whether Dependabot looks: {}", hidden.says);
        Some(Gap { says: says.into(), ..hidden })
    }
}

/// Reads them; the requests are shared by the run.
pub(super) async fn look(sight: &Sight) -> Result<Seen, Gap> {
    let hub = hub(sight).await?;
    let (github, slug) = (&hub.github, &hub.slug);
    let (alerts, switch, changes) =
        futures_util::join!(github.open_advisories(slug), github.alert_switch(slug), github.newest_changes(slug, &hub.branch));
    let mut seen = Seen {
        repository: (*hub.repository).clone(),
        is_empty: changes.is_ok_and(|list| list.items.is_empty()),
        alerts: alerts.into(),
        switch: switch.into(),
        any: None,
    };
    if seen.switch.gap().is_some() && matches!(&seen.alerts, Part::Seen(Answered::Have(list)) if list.items.is_empty()) {
        seen.any = Some(hub.github.has_any_advisory(&hub.slug).await.into());
    }
    Ok(seen)
}

impl Probe for DependabotAlerts {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.dependabot-alerts",
        system: System::Github,
        asks: "Does Dependabot know of no critical or high advisory in what ships?",
        needs: &["Dependabot alerts: read", "Administration: read (whether alerts are on)"],
        cost: &[(System::Github, 6)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/dependabot/alerts",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        look(sight).await
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.is_empty {
            return Verdict::not_applicable("the repository is empty: it depends on nothing");
        }
        let mut weighing = Weighing::new("");
        weighing.findings = findings(seen, settings);
        weighing.gaps.extend(seen.what_hides());
        weighing.verdict("Dependabot looks, and no critical or high alert of runtime scope is open")
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let found = findings(seen, settings);
        let Some(first) = found.first() else { return Remedy::default() };
        Remedy {
            steps: vec![
                format!("Open {}", address(settings, "security/dependabot?q=is:open+scope:runtime")).into(),
                format!("Begin with this one: {}. {}", first.says, first.fix).into(),
                "Deploy, and go through the critical journeys; where there is no fix, remove the package or shield the path"
                    .into(),
            ],
            effort: crate::domain::checklist::Effort::M,
        }
    }
}

/// Of runtime scope, or of a scope that GitHub does not say; the gravest first.
fn findings(seen: &Seen, settings: &AppSettings) -> Vec<Finding> {
    let open = seen.listed().iter().filter(|it| it.state.as_ref().is_none_or(|state| state == "open"));
    let shipping = open.filter(|it| !it.is_only_development());
    let mut findings: Vec<Finding> = shipping.map(|it| finding("github.advisory", it, settings, "")).collect();
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.resource.cmp(&b.resource)));
    findings.dedup_by(|a, b| a.key() == b.key());
    findings
}

/// An alert as a finding. `more` follows its sentence.
pub(super) fn finding(rule: &str, advisory: &Advisory, settings: &AppSettings, more: &str) -> Finding {
    let package = advisory.package();
    let word = advisory.severity().unwrap_or("unknown").chars().take(20).collect::<String>();
    let severity = if word == "critical" { Severity::Critical } else { Severity::High };
    let fix = advisory.fix().map_or_else(
        || "There is no fixed version yet: remove the package or shield the path".to_owned(),
        |version| format!("Update {package} to {} or later", version.cut(40)),
    );
    let resource = format!("{}:{}", named(settings), advisory.id());
    let finding = Finding::new(rule, resource, severity, format!("{package} has a {word} advisory{more}"), fix);
    match advisory.number {
        Some(number) => finding.at(Place::Web { url: address(settings, &format!("security/dependabot/{number}")).into() }),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probes::github::testing::{app, hidden, word};
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn alerts(items: &Value) -> Value {
        json!({"seen": {"have": {"items": items}}})
    }
    fn one(scope: &Value) -> Value {
        alerts(&json!([{"number": 1, "state": "open", "dependency": {"package": {"name": "next"}, "scope": scope},
            "security_vulnerability": {"severity": "critical", "first_patched_version": {"identifier": "16.4.7"}}, "security_advisory": {"ghsa_id": "GHSA-aaaa-bbbb-cccc"}}]))
    }
    fn clean() -> Value {
        alerts(&json!([]))
    }
    fn on() -> Value {
        json!({"seen": "on"})
    }

    #[test]
    fn an_empty_repository_depends_on_nothing() {
        let seen = json!({"repository": {}, "is_empty": true, "alerts": clean(), "switch": on(), "any": null});
        assert_eq!(word(&DependabotAlerts::decide(&serde_json::from_value(seen).unwrap(), &app(), noon())), "not_applicable");
    }

    #[rstest]
    #[case::clean(clean(), on(), Value::Null, "pass")]
    #[case::clean_by_other_alerts(clean(), hidden("no_permission"), json!({"seen": true}), "pass")]
    #[case::development_only(one(&json!("development")), on(), Value::Null, "pass")]
    #[case::runtime(one(&json!("runtime")), on(), Value::Null, "fail")]
    #[case::scope_unsaid(one(&Value::Null), on(), Value::Null, "fail")]
    #[case::runtime_and_the_switch_hidden(one(&json!("runtime")), hidden("no_permission"), Value::Null, "fail")]
    #[case::on_a_cut_list(json!({"seen": {"have": {"items": [{"number": 1}], "cut": {"kind": "incomplete", "says": "cut"}}}}), on(), Value::Null, "fail")]
    #[case::empty_and_off(clean(), json!({"seen": "off"}), Value::Null, "plan_hides")]
    #[case::off_by_the_list(json!({"seen": {"without": "feature_off"}}), hidden("no_permission"), Value::Null, "plan_hides")]
    #[case::empty_and_unknown(clean(), hidden("no_permission"), json!({"seen": false}), "no_permission")]
    #[case::empty_and_all_hidden(clean(), hidden("no_permission"), hidden("no_permission"), "no_permission")]
    #[case::cut(json!({"seen": {"have": {"items": [], "cut": {"kind": "incomplete", "says": "cut"}}}}), on(), Value::Null, "incomplete")]
    #[case::hidden_list(hidden("no_permission"), on(), Value::Null, "no_permission")]
    #[case::limited(hidden("rate_limited"), on(), Value::Null, "rate_limited")]
    fn decisions(#[case] alerts: Value, #[case] switch: Value, #[case] any: Value, #[case] wanted: &str) {
        let seen: Seen =
            serde_json::from_value(json!({"repository": {}, "alerts": alerts, "switch": switch, "any": any})).unwrap();
        let verdict = DependabotAlerts::decide(&seen, &app(), noon());
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
        assert_eq!(DependabotAlerts::remedy(&seen, &app()).steps.is_empty(), wanted != "fail");
    }
}

//! The client's company owns the code: who holds the account is evidence, and only a person knows who that is. An account
//! that is a builder's or ours is a fail; an organisation is never taken for the client's by itself (dossier §3.1).

use super::named;
use crate::domain::{AppSettings, Consent, Finding, Gap, GapKind, ProbeKind, Remedy, Severity, Side, System, Verdict};
use crate::probes::hub::{Weighing, hub, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::builders;
use crate::systems::github::facts::Repository;
use crate::systems::github::facts::people::Organisation;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct Owner;

/// The account that the repository belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    /// Asked when it is an organisation.
    pub organisation: Option<Part<Organisation>>,
}

impl Probe for Owner {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.owner",
        system: System::Github,
        asks: "Does the repository belong to an account of the client's company?",
        needs: &["Metadata: read"],
        cost: &[(System::Github, 2)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 30,
        docs: "https://docs.github.com/rest/repos/repos#get-a-repository",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let owner = hub.repository.owner.as_ref().filter(|it| it.is("Organization")).and_then(|it| it.login.as_ref());
        let organisation = match owner {
            Some(login) => Some(hub.github.organisation(login.as_str()).await.map(|it| (*it).clone()).into()),
            None => None,
        };
        Ok(Seen { repository: (*hub.repository).clone(), organisation })
    }

    fn decide(seen: &Seen, settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        let owner = seen.repository.owner.as_ref();
        let Some((owner, login)) = owner.and_then(|it| Some((it, it.login.as_ref()?))) else {
            return Verdict::undecided(
                Gap::new(GapKind::UnexpectedAnswer, System::Github, "GitHub does not say whose repository it is")
                    .needs("Look at the repository's page"),
            );
        };
        let mut weighing = Weighing::new("Ask the client whose account it is, and attest it");
        let name = seen.organisation.as_ref().and_then(Part::seen).and_then(|it| it.name.as_ref());
        let kind = if owner.is("Organization") { "the organisation" } else { "the personal account" };
        let name = name.map(|it| format!(" ({})", it.cut(60))).unwrap_or_default();
        let says = format!("the repository belongs to {kind} {}{name}", login.cut(60));
        if let Some(why) = wrong_hands(seen, settings) {
            let fix = "Transfer the repository to the client's organisation";
            weighing.findings.push(
                Finding::new("github.owner-not-client", named(settings), Severity::High, format!("{says}: {why}"), fix)
                    .at(page(settings, "settings")),
            );
        } else {
            weighing.open.push(says.clone());
        }
        weighing.evidence(format!("github.owner-{}", login.as_str().to_lowercase()), says);
        weighing.verdict("")
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        if wrong_hands(seen, settings).is_none() {
            return Remedy::default();
        }
        Remedy {
            steps: vec![
                "Let the client make an organisation at GitHub with two owners of their own".into(),
                format!("Transfer {}: Settings, General, Danger zone, Transfer ownership", named(settings)).into(),
                "Connect the host and the database to the new place, and check that a deploy still works".into(),
            ],
            effort: crate::domain::checklist::Effort::M,
        }
    }
}

/// Why the account is surely not the client's, if so.
fn wrong_hands(seen: &Seen, settings: &AppSettings) -> Option<String> {
    let owner = seen.repository.owner.as_ref()?;
    let login = owner.login.as_ref()?;
    if let Some(builder) = builders::of_login(login.as_str(), true) {
        return Some(format!("an account of {builder}"));
    }
    let name = seen.organisation.as_ref().and_then(Part::seen).and_then(|it| it.name.as_ref());
    let names: Vec<String> = [Some(login), name].into_iter().flatten().map(|it| plain(it.as_str())).collect();
    let ours = settings.people.iter().filter(|it| it.side == Side::Ours);
    let found = ours.filter(|it| !plain(it.name.as_str()).is_empty()).find(|it| names.contains(&plain(it.name.as_str())))?;
    Some(format!("an account of {}, who is not on the client's side", found.name))
}

/// Letters and digits alone: `Sam Okoro` and `sam-okoro` are the same.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Person;
    use crate::probes::github::testing::{app, word};
    use crate::systems::stand_in::noon;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn seen(owner: &Value) -> Seen {
        serde_json::from_value(json!({"repository": {"default_branch": "main", "owner": owner}, "organisation": null})).unwrap()
    }

    #[rstest]
    #[case::organisation(json!({"login": "acme", "type": "Organization"}), "needs_judgement")]
    #[case::user(json!({"login": "ana", "type": "User"}), "needs_judgement")]
    #[case::ours(json!({"login": "sam-okoro", "type": "User"}), "fail")]
    #[case::our_organisation(json!({"login": "SamOkoro", "type": "Organization"}), "fail")]
    #[case::builder(json!({"login": "lovable-dev", "type": "Organization"}), "fail")]
    #[case::nobody(Value::Null, "unexpected_answer")]
    #[case::no_name(json!({"type": "User"}), "unexpected_answer")]
    fn decisions(#[case] owner: Value, #[case] wanted: &str) {
        let mut app = app();
        app.people.push(Person { name: "Sam Okoro".into(), side: Side::Ours, mail: None, role: None });
        app.people.push(Person { name: "Ana".into(), side: Side::Client, mail: None, role: None });
        let verdict = Owner::decide(&seen(&owner), &app, noon());
        assert_eq!(word(&verdict), wanted, "{verdict:?}");
        assert_eq!(Owner::remedy(&seen(&owner), &app).steps.is_empty(), wanted != "fail");
    }
}

//! Two owners with two factors, and nobody stale may write (dossier github.md §3.11). What only owners of the organisation
//! are shown is a gap for everybody else; that somebody was not seen to commit is evidence, never proof that they left.

use super::named;
use crate::domain::{
    AppSettings, Consent, Finding, Foreign, Gap, GapKind, NoteLevel, ProbeKind, Remedy, Severity, System, Verdict,
};
use crate::probes::hub::{Weighing, address, hub, note, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::facts::Repository;
use crate::systems::github::facts::changes::Change;
use crate::systems::github::facts::people::{Account, Collaborator, DeployKey, Organisation};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct Collaborators;

/// Who has access, and what they did lately.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub repository: Repository,
    pub collaborators: Part<Listed<Collaborator>>,
    pub keys: Part<Listed<DeployKey>>,
    pub changes: Part<Listed<Change>>,
    /// What is asked of an organisation; a personal account has none of it.
    pub organisation: Option<OfOrganisation>,
}

/// What only an organisation has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfOrganisation {
    pub itself: Part<Organisation>,
    pub owners: Part<Listed<Account>>,
    pub outsiders: Part<Listed<Collaborator>>,
}

/// Who was not seen for this long is asked about.
const STALE: TimeDelta = TimeDelta::days(90);

impl Probe for Collaborators {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.collaborators",
        system: System::Github,
        asks: "Are there two owners with two factors, and does nobody stale have write access?",
        needs: &[
            "Metadata: read, by somebody who may push",
            "Administration: read (deploy keys)",
            "Organisation members: read, as an owner",
        ],
        cost: &[(System::Github, 8)],
        consent: Consent::Passive,
        kind: ProbeKind::Proof,
        confirm: 1,
        revision: 1,
        stage: Stage::Stable,
        seconds: 60,
        docs: "https://docs.github.com/rest/collaborators/collaborators",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let (github, slug) = (&hub.github, &hub.slug);
        let owner = hub.repository.owner.as_ref().filter(|it| it.is("Organization")).and_then(|it| it.login.clone());
        let of_organisation = async {
            let login = owner?;
            let (itself, owners, outsiders) =
                futures_util::join!(github.organisation(login.as_str()), github.owners(login.as_str()), github.outsiders(slug));
            Some(OfOrganisation {
                itself: itself.map(|it| (*it).clone()).into(),
                owners: owners.into(),
                outsiders: outsiders.into(),
            })
        };
        let (collaborators, keys, changes, organisation) = futures_util::join!(
            github.collaborators(slug),
            github.deploy_keys(slug),
            github.newest_changes(slug, &hub.branch),
            of_organisation
        );
        Ok(Seen {
            repository: (*hub.repository).clone(),
            collaborators: collaborators.into(),
            keys: keys.into(),
            changes: changes.into(),
            organisation,
        })
    }

    fn decide(seen: &Seen, settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        if seen.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: nobody can write to it");
        }
        let mut weighing =
            Weighing::new("Go through the list with the client, remove who does not work on it, and attest the rest");
        weighing.findings = findings(seen, settings, now);
        weighing.hidden(&seen.collaborators);
        weighing.hidden(&seen.keys);
        weighing.hidden(&seen.changes);
        weighing.gaps.extend(seen.collaborators.seen().and_then(|it| it.cut.clone()));
        weighing.gaps.extend(seen.keys.seen().and_then(|it| it.cut.clone()));
        match &seen.organisation {
            Some(organisation) => of_organisation(organisation, &mut weighing),
            None if is_user(seen) => weighing.open.push("two factors of a personal account cannot be seen".to_owned()),
            None => weighing.gaps.push(
                Gap::new(
                    GapKind::UnexpectedAnswer,
                    System::Github,
                    "GitHub does not say what kind of account owns the repository",
                )
                .needs("Look at the repository's page"),
            ),
        }
        let active = active(seen, now);
        for writer in writers(seen) {
            let Some(login) = writer.login.as_ref() else { continue };
            let role = writer.role_name.as_ref().map_or_else(|| "write".to_owned(), |it| it.cut(40));
            let lower = login.as_str().to_lowercase();
            weighing.evidence(format!("github.writer-{lower}"), format!("{} may push (role {role})", login.cut(60)));
            if !active.contains(&lower) {
                weighing.open.push(format!("{} may push and was not seen among the newest commits of 90 days", login.cut(60)));
            }
        }
        for key in seen.keys.seen().into_iter().flat_map(|list| &list.items).filter(|it| it.may_write()) {
            let id = key.id.unwrap_or_default();
            weighing.notes.push(note(
                NoteLevel::Evidence,
                format!("github.write-key-{id}"),
                format!("the deploy key {} may push", key.named()),
            ));
        }
        weighing.verdict("two owners, two factors required, and everybody who may push was seen to work in the last 90 days")
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        let now = DateTime::<Utc>::MIN_UTC;
        // Ages are not known here: a key that is wrong at any time is named.
        let keys = seen.keys.seen().is_some_and(|list| list.items.iter().any(DeployKey::may_write));
        let rules: BTreeSet<String> = findings(seen, settings, now).into_iter().map(|it| it.rule).collect();
        let mut steps = Vec::new();
        if rules.contains("github.single-owner") {
            steps.push("Move the repository into an organisation of the client's with two owners".into());
        }
        if rules.contains("github.two-factor-not-required") {
            steps.push("Require two factors: the organisation's Settings, Authentication security".into());
        }
        if keys {
            steps.push(format!("Delete the deploy keys that nobody uses: {}", address(settings, "settings/keys")).into());
        }
        Remedy { steps, effort: crate::domain::checklist::Effort::S }
    }
}

fn is_user(seen: &Seen) -> bool {
    seen.repository.owner.as_ref().is_some_and(|it| it.is("User"))
}

fn of_organisation(organisation: &OfOrganisation, weighing: &mut Weighing) {
    let sees_all = organisation.itself.seen().and_then(|it| it.two_factor_requirement_enabled).is_some();
    weighing.hidden(&organisation.itself);
    if organisation.itself.seen().is_some() && !sees_all {
        weighing.gaps.push(
            Gap::new(
                GapKind::NoPermission,
                System::Github,
                "whether the organisation requires two factors is shown to its owners only",
            )
            .needs("Use a token of an owner, or let an owner show it and attest"),
        );
    }
    match &organisation.owners {
        Part::Hidden(gap) => weighing.gaps.push(gap.clone()),
        Part::Seen(list) if list.items.len() >= 2 || sees_all => {}
        Part::Seen(_) => weighing.gaps.push(
            Gap::new(GapKind::NoPermission, System::Github, "strangers are not shown all owners of the organisation")
                .needs("Use a token of a member, or let an owner show the list and attest"),
        ),
    }
    match &organisation.outsiders {
        Part::Hidden(gap) => weighing.gaps.push(gap.clone()),
        Part::Seen(list) => {
            for outsider in list.items.iter().filter(|it| it.may_write() != Some(false)) {
                let login = outsider.login.as_ref().map_or_else(|| "somebody".to_owned(), |it| it.cut(60));
                weighing
                    .evidence(format!("github.outsider-{}", login.to_lowercase()), format!("{login} is no member and may push"));
                weighing.open.push(format!("{login} is no member of the organisation and may push"));
            }
            weighing.gaps.extend(list.cut.clone());
        }
    }
}

/// People and bots of whom GitHub does not say that they only read.
fn writers(seen: &Seen) -> impl Iterator<Item = &Collaborator> {
    let listed = seen.collaborators.seen().into_iter().flat_map(|list| &list.items);
    listed.filter(|it| it.may_write() != Some(false))
}

/// Logins that wrote or merged a commit lately, in lower case.
fn active(seen: &Seen, now: DateTime<Utc>) -> BTreeSet<String> {
    let lately =
        seen.changes.seen().into_iter().flat_map(|list| &list.items).filter(|it| it.at().is_some_and(|at| now - at <= STALE));
    let accounts = lately.flat_map(|it| [it.author.as_ref(), it.committer.as_ref()]).flatten();
    accounts.filter_map(|it| it.login.as_ref()).map(|it: &Foreign| it.as_str().to_lowercase()).collect()
}

fn findings(seen: &Seen, settings: &AppSettings, now: DateTime<Utc>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let owner =
        seen.repository.owner.as_ref().and_then(|it| it.login.as_ref()).map_or_else(|| "the owner".to_owned(), |it| it.cut(60));
    if is_user(seen) {
        let says = format!("{} belongs to the personal account {owner}, which has one owner", named(settings));
        let fix = "Move it into an organisation with two owners";
        findings.push(Finding::new("github.single-owner", &owner, Severity::Medium, says, fix));
    }
    if let Some(organisation) = &seen.organisation {
        let required = organisation.itself.seen().and_then(|it| it.two_factor_requirement_enabled);
        if required == Some(false) {
            let says = format!("{owner} does not require two factors of its members");
            let fix = "Require two factors in the organisation's settings";
            findings.push(Finding::new("github.two-factor-not-required", &owner, Severity::High, says, fix));
        }
        // The field is filled for owners only, and they see every owner.
        let few = organisation.owners.seen().is_some_and(|list| list.cut.is_none() && list.items.len() < 2);
        if required.is_some() && few {
            let says = format!("{owner} has one owner");
            findings.push(Finding::new(
                "github.single-owner",
                &owner,
                Severity::Medium,
                says,
                "Make a second person on the client's side an owner",
            ));
        }
    }
    for key in seen.keys.seen().into_iter().flat_map(|list| &list.items).filter(|it| it.may_write()) {
        let newest = key.last_used.or(key.created_at);
        if newest.is_some_and(|at| now.signed_duration_since(at) > STALE) {
            let says = format!("the deploy key {} may push and was not used for 90 days", key.named());
            let resource = format!("{}:key:{}", named(settings), key.id.unwrap_or_default());
            let finding = Finding::new("github.unused-write-key", resource, Severity::Medium, says, "Delete the deploy key");
            findings.push(finding.at(page(settings, "settings/keys")));
        }
    }
    findings
}

#[cfg(test)]
mod tests;

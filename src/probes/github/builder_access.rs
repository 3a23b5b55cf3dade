//! No builder tool can push to the deploying branch but by a pull request. A direct push of a builder is a fail; that none
//! was seen is no proof, because GitHub does not list installed apps to a token: only a branch that nobody can push to is.

use super::branch_protection::{self, BranchProtection, Guard};
use super::named;
use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Consent, Finding, Gap, NoteLevel, Place, ProbeKind, Remedy, Severity, System, Verdict};
use crate::probes::hub::{Weighing, address, hub, note, page};
use crate::probes::{Meta, Part, Probe, Sight, Stage};
use crate::systems::github::Listed;
use crate::systems::github::builders;
use crate::systems::github::facts::Deployment;
use crate::systems::github::facts::changes::{Change, PullRequest};
use crate::systems::github::facts::people::{Collaborator, DeployKey, Hook};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct BuilderAccess;

/// The branch's guard, and every place where a builder shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub protection: branch_protection::Seen,
    pub changes: Part<Listed<Change>>,
    pub pulls: Part<Listed<PullRequest>>,
    pub collaborators: Part<Listed<Collaborator>>,
    pub keys: Part<Listed<DeployKey>>,
    pub hooks: Part<Listed<Hook>>,
    pub deployments: Part<Listed<Deployment>>,
}

/// How long a push or a deployment counts.
const WINDOW: TimeDelta = TimeDelta::days(30);

impl Probe for BuilderAccess {
    type Seen = Seen;
    const META: Meta = Meta {
        id: "github.builder-access",
        system: System::Github,
        asks: "Can no builder tool push to the deploying branch or deploy, except by pull request?",
        needs: &[
            "Metadata: read",
            "Contents: read",
            "Pull requests: read",
            "Deployments: read",
            "Webhooks: read",
            "Administration: read (protection, deploy keys)",
        ],
        cost: &[(System::Github, 22)],
        consent: Consent::Passive,
        kind: ProbeKind::Sign,
        confirm: 1,
        revision: 1,
        stage: Stage::Experimental,
        seconds: 60,
        docs: "https://docs.github.com/apps/using-github-apps/reviewing-and-modifying-installed-github-apps",
    };

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        let hub = hub(sight).await?;
        let (github, slug) = (&hub.github, &hub.slug);
        let (protection, changes, pulls, collaborators, keys, hooks, deployments) = futures_util::join!(
            BranchProtection::observe(sight),
            github.newest_changes(slug, &hub.branch),
            github.newest_pulls(slug, &hub.branch),
            github.collaborators(slug),
            github.deploy_keys(slug),
            github.hooks(slug),
            github.deployments(slug, sight.now - WINDOW),
        );
        Ok(Seen {
            protection: protection?,
            changes: changes.into(),
            pulls: pulls.into(),
            collaborators: collaborators.into(),
            keys: keys.into(),
            hooks: hooks.into(),
            deployments: deployments.into(),
        })
    }

    fn decide(seen: &Seen, settings: &AppSettings, now: DateTime<Utc>) -> Verdict {
        if seen.protection.repository.archived == Some(true) {
            return Verdict::not_applicable("the repository is archived: nobody can push to it");
        }
        if branch_protection::is_empty(&seen.protection) {
            return Verdict::not_applicable("the repository is empty: there is no branch to push to");
        }
        let branch = seen.protection.repository.default_branch.as_deref().unwrap_or("the default branch");
        let guard = branch_protection::guard(&seen.protection);
        let mut weighing =
            Weighing::new("Look at Settings, GitHub Apps and the builder's own page, and attest that none can push");
        weighing.findings = findings(seen, settings, &guard, now);
        traces(seen, &mut weighing, now);
        match &guard {
            Guard::Closed => {}
            Guard::Hidden(gap) => weighing.gaps.push(gap.clone()),
            Guard::Open => weighing.open.push(format!("{branch} takes pushes, and GitHub does not list the apps that may push")),
            Guard::Passable(who) => weighing.open.push(format!("{who} may pass by the protection of {branch}")),
        }
        weighing.hidden(&seen.deployments);
        weighing.gaps.extend(seen.deployments.seen().and_then(|it| it.cut.clone()));
        if guard != Guard::Closed {
            weighing.hidden(&seen.changes);
            weighing.hidden(&seen.pulls);
            weighing.hidden(&seen.collaborators);
            weighing.hidden(&seen.keys);
            weighing.hidden(&seen.hooks);
        }
        weighing.verdict(format!("nobody can push to {branch} but by a pull request, and no builder deployed in 30 days"))
    }

    fn remedy(seen: &Seen, settings: &AppSettings) -> Remedy {
        // By the moments that were seen: what counted when it was judged counts here.
        let now = seen.changes.seen().and_then(|list| list.items.iter().filter_map(Change::at).max()).unwrap_or_default();
        let found = findings(seen, settings, &branch_protection::guard(&seen.protection), now);
        let deployed = seen.deployments.seen().is_some_and(|list| list.items.iter().any(|it| deployer(it).is_some()));
        if found.is_empty() && !deployed {
            return Remedy::default();
        }
        Remedy {
            steps: vec![
                "In the builder's settings turn off automatic sync, or point it at a branch of its own".into(),
                format!("Demand a pull request for the deploying branch: {}", address(settings, "settings/rules")).into(),
                format!("Uninstall the builder's app or take its write access: {}", address(settings, "settings/installations"))
                    .into(),
                format!("Delete its deploy keys and hooks: {}", address(settings, "settings/keys")).into(),
            ],
            effort: Effort::S,
        }
    }
}

/// Commits of builders on the branch that came by no pull request, and how many may have come by one.
fn direct(seen: &Seen, now: DateTime<Utc>) -> (Vec<(&'static str, &Change)>, usize) {
    let Some(changes) = seen.changes.seen() else { return (Vec::new(), 0) };
    let by_sha: BTreeMap<&str, &Change> = changes.items.iter().filter_map(|it| Some((it.sha.as_ref()?.as_str(), it))).collect();
    let pulls = seen.pulls.seen();
    let merged: BTreeSet<&str> =
        pulls.into_iter().flat_map(|list| &list.items).filter_map(|it| Some(it.merge_commit_sha.as_ref()?.as_str())).collect();
    // A pull request is updated when it is merged, so a list that goes further back than the commit would show it.
    let shown_since = pulls.and_then(|list| {
        if list.items.len() < 100 {
            Some(DateTime::<Utc>::MIN_UTC)
        } else {
            list.items.iter().filter_map(|it| it.updated_at).min()
        }
    });
    let (mut sure, mut perhaps, mut may_be_rebased) = (Vec::new(), 0, false);
    let mut next = changes.items.first();
    for _ in 0..changes.items.len() {
        let Some(change) = next else { break };
        let parents = change.parents.as_deref().unwrap_or_default();
        let is_merged = change.sha.as_ref().is_some_and(|it| merged.contains(it.as_str()));
        let builder = change.builder().filter(|_| change.at().is_some_and(|at| now - at <= WINDOW));
        match builder {
            // The commits of a rebased pull request lie below its last one.
            _ if is_merged => may_be_rebased = parents.len() == 1,
            Some(_) if may_be_rebased => perhaps += 1,
            Some(builder) if shown_since.zip(change.at()).is_some_and(|(since, at)| since <= at) => sure.push((builder, change)),
            Some(_) => perhaps += 1,
            None => may_be_rebased = false,
        }
        next = parents.first().and_then(|it| it.sha.as_ref()).and_then(|it| by_sha.get(it.as_str())).copied();
    }
    (sure, perhaps)
}

fn deployer(deployment: &Deployment) -> Option<&'static str> {
    deployment.creator.as_ref().and_then(builders::of)
}

fn findings(seen: &Seen, settings: &AppSettings, guard: &Guard, now: DateTime<Utc>) -> Vec<Finding> {
    let mut found: BTreeMap<String, Finding> = BTreeMap::new();
    let mut add = |rule: &str, who: &str, says: String, place: Place| {
        let fix = "Let it work on a branch of its own, and merge by pull request";
        let finding = Finding::new(rule, format!("{}:{who}", named(settings)), Severity::High, says, fix).at(place);
        found.entry(finding.key()).or_insert(finding);
    };
    if *guard != Guard::Closed {
        for (builder, change) in direct(seen, now).0 {
            let sha = change.sha.as_ref().map(|it| it.cut(40)).unwrap_or_default();
            let says = format!("{builder} pushed to the deploying branch without a pull request in the last 30 days");
            add("github.builder-pushes", builder, says, page(settings, &format!("commit/{sha}")));
        }
    }
    if *guard == Guard::Open {
        for key in seen.keys.seen().into_iter().flat_map(|list| &list.items).filter(|it| it.may_write()) {
            if let Some(builder) = key.title.as_ref().and_then(|it| builders::of_title(it.as_str())) {
                let says = format!("the deploy key {} lets {builder} push", key.named());
                add("github.builder-key", builder, says, page(settings, "settings/keys"));
            }
        }
        for one in seen.collaborators.seen().into_iter().flat_map(|list| &list.items).filter(|it| it.may_write() == Some(true)) {
            let is_bot = one.kind.as_ref().is_some_and(|it| it == "Bot");
            if let Some((login, builder)) = one.login.as_ref().and_then(|it| Some((it, builders::of_login(it.as_str(), is_bot)?)))
            {
                let says = format!("{} of {builder} may push", login.cut(60));
                add("github.builder-collaborator", builder, says, page(settings, "settings/access"));
            }
        }
    }
    let lately = seen.deployments.seen().into_iter().flat_map(|list| &list.items);
    for deployment in lately.filter(|it| it.created_at.is_none_or(|at| now - at <= WINDOW)) {
        if let Some(builder) = deployer(deployment) {
            let says = format!(
                "{builder} deployed to {} in the last 30 days",
                deployment.environment.as_ref().map_or_else(|| "an environment".to_owned(), |it| it.cut(60))
            );
            add("github.builder-deploys", builder, says, page(settings, "deployments"));
        }
    }
    found.into_values().collect()
}

/// What shows of builders and decides nothing.
fn traces(seen: &Seen, weighing: &mut Weighing, now: DateTime<Utc>) {
    let mut seen_of: BTreeSet<&'static str> = BTreeSet::new();
    let lately = seen.changes.seen().into_iter().flat_map(|list| &list.items);
    seen_of.extend(lately.filter(|it| it.at().is_some_and(|at| now - at <= WINDOW)).filter_map(Change::builder));
    seen_of.extend(seen.pulls.seen().into_iter().flat_map(|list| &list.items).filter_map(|it| builders::of(it.user.as_ref()?)));
    for builder in seen_of {
        weighing.evidence(
            format!("github.builder-{}", builder.to_lowercase()),
            format!("{builder} wrote commits or pull requests of the newest hundred"),
        );
    }
    for hook in seen.hooks.seen().into_iter().flat_map(|list| &list.items) {
        let url = hook.config.as_ref().and_then(|it| it.url.as_ref());
        if let Some(builder) = url.and_then(|it| builders::at(it.as_str())) {
            weighing.evidence(
                format!("github.builder-hook-{}", hook.id.unwrap_or_default()),
                format!("a webhook tells {builder} of changes"),
            );
        }
    }
    let details =
        seen.protection.details.iter().filter_map(|it| it.ruleset.seen()).flat_map(|it| it.bypass_actors.iter().flatten());
    let apps = details.filter(|it| it.actor_type.as_ref().is_some_and(|kind| kind == "Integration"));
    for app in apps {
        let id = app.actor_id.map_or_else(|| "unknown".to_owned(), |id| id.to_string());
        weighing.notes.push(note(
            NoteLevel::Evidence,
            format!("github.bypass-app-{id}"),
            format!("app {id} is on a bypass list of the rulesets"),
        ));
    }
    if seen.changes.seen().is_some() && direct(seen, now).1 > 0 {
        weighing
            .evidence("github.builder-perhaps", "some of a builder's commits may have come by a rebased or an old pull request");
    }
}

#[cfg(test)]
mod tests;

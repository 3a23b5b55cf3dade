//! What a look proposes for the settings of an app that somebody takes on: said with the place, set by nobody but a person.

use super::model::Look;
use crate::domain::discovery::{Discovery, Field, Proposal};
use crate::domain::{Gap, GapKind, System};
use crate::repo::project::systems::Purpose;
use crate::scan::MarkOf;

/// What the look proposes.
#[must_use]
pub fn proposals(look: &Look) -> Discovery {
    let mut found: Vec<Proposal> = Vec::new();
    let mut propose = |field, value: &str, from: &str| {
        if !found.iter().any(|it| it.field == field && it.value == value) {
            found.push(Proposal::new(field, value, [from]));
        }
    };
    for mark in &look.front.marks {
        match mark.of {
            MarkOf::Framework => propose(Field::Framework, mark.name.as_str(), mark.by.as_str()),
            MarkOf::Builder => propose(Field::Builder, mark.name.as_str(), mark.by.as_str()),
            MarkOf::Host => propose(Field::Uses, mark.name.as_str(), mark.by.as_str()),
        }
    }
    for project in &look.served.site.projects {
        propose(Field::Supabase, project.project.as_str(), project.path.as_str());
    }
    for service in &look.services {
        let (name, path) = (service.name.as_str(), service.path.as_str());
        match name.to_ascii_lowercase().parse::<System>() {
            Ok(system) if system.is_metered() => propose(Field::Provider, system.id(), path),
            _ => propose(Field::Uses, name, path),
        }
        match service.purpose {
            Purpose::Payments => propose(Field::Stack, "uses.payments=true", path),
            Purpose::Model => propose(Field::Stack, "uses.llm=true", path),
            _ => {}
        }
        if name == "Firebase" {
            propose(Field::Stack, "uses.firebase=true", path);
        }
    }
    let says = "a look sees what the browser's half names; what only the server uses is not in it";
    let unseen = Gap::new(GapKind::Incomplete, System::Site, says).needs("Look into the repository with `rescue app discover`");
    Discovery { proposals: found, unseen: Some(unseen), ..Discovery::default() }
}

/// The flags of `rescue app edit` that would set what has no rival; empty when nothing would.
#[must_use]
pub fn edit(discovery: &Discovery) -> Vec<String> {
    let flag = |it: &Proposal| {
        let value = it.value.as_str();
        match it.field {
            Field::Supabase | Field::Provider => Some(format!("--{} {value}", it.field)),
            Field::Stack => Some(format!("--stack {}", value.replace("=true", "=yes").replace("=false", "=no"))),
            _ => None,
        }
    };
    discovery.plain().filter_map(flag).collect()
}

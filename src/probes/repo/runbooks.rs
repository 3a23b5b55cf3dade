//! Pages exist for the four things that are done under stress: deploy, roll back, restore, rotate a key (dossier
//! repo-signals.md §12). They are judged by what somebody could follow, not by their names; whether they are true, a person
//! who follows them knows.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Gap, Remedy, Severity, Verdict};
use crate::probes::documents::{self, Question};
use crate::probes::ground::{self, Ground, MOST_SHOWN, Spot, of};
use crate::probes::{Meta, Probe, Sight};
use crate::repo::Survey;
use crate::repo::documents::Topic;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct Runbooks;

/// The pages of each of the four.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// Documents, and how many of them only tell what a session did.
    pub documents: usize,
    pub session_reports: usize,
    pub topics: Vec<TopicSeen>,
    /// Where documents lead to pages elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Spot>,
}

/// The sections about one of the four.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicSeen {
    pub topic: Topic,
    /// Those that somebody could follow.
    pub usable: Vec<Spot>,
    /// Those with a heading and little below it.
    pub thin: Vec<Spot>,
}

const FOUR: [Topic; 4] = [Topic::Deploy, Topic::RollBack, Topic::Restore, Topic::Rotate];

impl Probe for Runbooks {
    type Seen = Seen;
    const META: Meta = ground::sign(
        "repo.runbooks",
        "Are there runbooks to deploy, roll back, restore and rotate a key?",
        "apis/repo-signals.md §12",
    );

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, _settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: there is nothing to run");
        }
        let usable = seen.topics.iter().filter(|it| !it.usable.is_empty()).count();
        let says = of(usable, seen.topics.len(), "runbooks can be followed");
        let question = Question {
            holds: "runbooks",
            look: "Look whether the missing runbooks are kept there",
            read: "Let somebody who did not write them follow each one once",
        };
        let verdict = question.decide(&seen.ground, seen.elsewhere.as_ref(), says, findings(seen));
        let notes = seen.topics.iter().flat_map(|topic| topic.usable.iter().map(move |spot| (topic.topic, spot)));
        verdict.with_notes(notes.take(MOST_SHOWN).map(|(topic, spot)| {
            let shown = Spot { says: format!("{topic}: {}", spot.says).into(), ..spot.clone() };
            seen.ground.evidence(format!("repo.runbook.{topic}.{}", spot.path), &shown)
        }))
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        documents::remedy(findings(seen), Effort::M)
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let is_unread = !seen.ground.unread.is_empty();
    let finding = |it: &TopicSeen| {
        let key = it.topic.to_string().replace(' ', "-");
        if let Some(thin) = it.thin.first() {
            let says = format!("the page on how to {} cannot be followed: {}", it.topic, thin.says);
            let fix = format!("Write into {} when, who may, the commands, how to check, how to undo", thin.path);
            return Finding::new("repo.runbook-thin", key, Severity::Low, says, fix).at(seen.ground.place(thin));
        }
        let says = format!("no document says how to {}", it.topic);
        let fix = format!("Write docs/runbooks/{key}.md: when, who may, the commands, how to check, how to undo");
        Finding::new("repo.runbook-missing", key, Severity::Medium, says, fix)
    };
    let open = seen.topics.iter().filter(|it| it.usable.is_empty() && !(is_unread && it.thin.is_empty()));
    open.map(finding).collect()
}

fn seen(survey: &Survey) -> Seen {
    let documents = &survey.documents;
    let topics = FOUR.map(|topic| {
        let (usable, thin): (Vec<_>, Vec<_>) = documents.about(topic).partition(|(_, section)| section.can_be_followed());
        let spot = |(file, section): (&crate::repo::documents::Document, crate::repo::documents::Section)| {
            let says =
                format!("{} ({} words, {} commands, {} steps)", section.heading, section.words, section.commands, section.steps);
            Spot::new(&file.path, section.line, says)
        };
        TopicSeen { topic, usable: usable.into_iter().map(spot).collect(), thin: thin.into_iter().map(spot).collect() }
    });
    Seen {
        ground: documents::ground(survey),
        documents: documents.files.len(),
        session_reports: documents.files.iter().filter(|it| it.is_session_report).count(),
        topics: topics.into(),
        elsewhere: documents::elsewhere(survey),
    }
}

#[cfg(test)]
mod tests;

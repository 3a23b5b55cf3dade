//! A page says what is done in an incident: severity, who decides, the first fifteen minutes, what customers are told
//! (dossier repo-signals.md §12). Whether it was walked through, only people know.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Gap, Remedy, Severity, Verdict};
use crate::probes::documents::{self, Question};
use crate::probes::ground::{self, Ground, Spot, of};
use crate::probes::{Meta, Probe, Sight};
use crate::repo::Survey;
use crate::repo::documents::{Section, Topic};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, IntoStaticStr, VariantArray};

/// See the module.
pub struct IncidentPlaybook;

/// The pages about incidents, and which parts they have together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    pub pages: Vec<Spot>,
    /// The parts, each with the page that has it.
    pub parts: Vec<PartSeen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Spot>,
}

/// A part and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartSeen {
    pub part: Part,
    pub page: Spot,
}

/// What a playbook has to say (CHECKLIST DOC-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Part {
    Severity,
    Decides,
    FirstMinutes,
    CustomerMessage,
}

impl Part {
    fn words(self) -> &'static str {
        match self {
            Self::Severity => "how severe an incident is",
            Self::Decides => "who decides",
            Self::FirstMinutes => "the first fifteen minutes",
            Self::CustomerMessage => "what customers are told",
        }
    }

    /// Words, in small letters, of which one is in a text that says it.
    fn marks(self) -> &'static [&'static str] {
        match self {
            Self::Severity => &["severity", "sev1", "sev-1", "sev 1", "sev0", "p0", "p1", "priority 1", "critical:"],
            Self::Decides => &[
                "incident commander",
                "incident lead",
                "decides",
                "decision",
                "in charge",
                "escalat",
                "responsible",
                "on-call engineer",
            ],
            Self::FirstMinutes => &[
                "first 15",
                "first fifteen",
                "15 minutes",
                "15 min",
                "first minutes",
                "first steps",
                "immediate actions",
                "immediately",
            ],
            Self::CustomerMessage => &[
                "customer message",
                "message to customers",
                "customer communication",
                "tell customers",
                "notify customers",
                "status page",
                "message template",
                "we are investigating",
                "inform users",
                "user communication",
                "customers:",
            ],
        }
    }
}

impl Probe for IncidentPlaybook {
    type Seen = Seen;
    const META: Meta = ground::sign(
        "repo.incident-playbook",
        "Does a playbook say severity, who decides, the first minutes and the message?",
        "apis/repo-signals.md §12",
    );

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, _settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: nothing can break");
        }
        let says = match seen.pages.first() {
            None => "no document says what is done in an incident".to_owned(),
            Some(page) => {
                format!("{}: {}", page.path, of(seen.parts.len(), Part::VARIANTS.len(), "parts of a playbook are there"))
            }
        };
        let question = Question {
            holds: "an incident playbook",
            look: "Look whether the incident playbook is kept there",
            read: "Walk through one invented incident with it, and note what was missing",
        };
        let verdict = question.decide(&seen.ground, seen.elsewhere.as_ref(), says, findings(seen));
        let notes = seen.parts.iter().map(|it| {
            let spot = Spot { says: format!("it says {}", it.part.words()).into(), ..it.page.clone() };
            seen.ground.evidence(format!("repo.playbook.{}.{}", it.part, it.page.path), &spot)
        });
        verdict.with_notes(notes)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        documents::remedy(findings(seen), Effort::S)
    }
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let is_unread = !seen.ground.unread.is_empty();
    if is_unread {
        return Vec::new();
    }
    let Some(page) = seen.pages.first() else {
        let fix =
            "Write docs/incident-playbook.md: three severities, who decides, who speaks, the first 15 minutes, the messages";
        let says = "no document says what is done in an incident";
        return vec![Finding::new("repo.playbook-missing", "incident", Severity::Medium, says, fix)];
    };
    let lacks = Part::VARIANTS.iter().filter(|part| !seen.parts.iter().any(|it| it.part == **part));
    let finding = |part: &Part| {
        let says = format!("{} does not say {}", page.path, part.words());
        let fix = format!("Write into {} {}", page.path, part.words());
        Finding::new("repo.playbook-lacks", part.to_string(), Severity::Low, says, fix).at(seen.ground.place(page))
    };
    lacks.map(finding).collect()
}

/// Words of a page below which it is only a heading or a link.
const FEW_WORDS: usize = 40;

fn seen(survey: &Survey) -> Seen {
    let documents = &survey.documents;
    let pages: Vec<(Spot, Section)> = documents
        .about(Topic::Incident)
        .filter(|(_, section)| section.words >= FEW_WORDS)
        .map(|(file, section)| {
            (Spot::new(&file.path, section.line, format!("{} ({} words)", section.heading, section.words)), section)
        })
        .collect();
    let parts = Part::VARIANTS.iter().filter_map(|part| {
        let (page, _) = pages.iter().find(|(_, section)| section.says(part.marks()))?;
        Some(PartSeen { part: *part, page: page.clone() })
    });
    Seen {
        ground: documents::ground(survey),
        parts: parts.collect(),
        pages: pages.into_iter().map(|(spot, _)| spot).collect(),
        elsewhere: documents::elsewhere(survey),
    }
}

#[cfg(test)]
mod tests;

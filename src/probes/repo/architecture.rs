//! A diagram shows the systems that the app uses, and somebody owns them (dossier repo-signals.md §12). A picture cannot be
//! read here: then a person compares it with the systems that the code uses.

use crate::domain::checklist::Effort;
use crate::domain::{AppSettings, Finding, Foreign, Gap, NoteLevel, Remedy, Severity, Verdict};
use crate::probes::documents::{self, Question};
use crate::probes::ground::{self, Ground, MOST_SHOWN, Spot, of};
use crate::probes::{Meta, Probe, Sight};
use crate::repo::Survey;
use crate::repo::documents::{DiagramKind, Topic};
use crate::repo::project::Strength;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// See the module.
pub struct Architecture;

/// The diagrams, and which of the systems in use they name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    #[serde(flatten)]
    pub ground: Ground,
    /// Diagrams whose words can be read.
    pub diagrams: Vec<Spot>,
    /// Pictures, and files whose words cannot.
    pub pictures: Vec<Spot>,
    /// Sections about the architecture.
    pub sections: Vec<Spot>,
    /// Services that the code uses, and those of them that a diagram or its document names.
    pub used: Vec<Foreign>,
    pub named: Vec<Foreign>,
    /// Whether a document with a diagram says who owns what, and where personal data lies.
    pub has_owners: bool,
    pub has_personal_data: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Spot>,
}

impl Probe for Architecture {
    type Seen = Seen;
    const META: Meta = ground::sign(
        "repo.architecture",
        "Does a diagram show the systems, the data and who owns them?",
        "apis/repo-signals.md §12",
    );

    async fn observe(sight: &Sight) -> Result<Seen, Gap> {
        ground::look(sight, |ground| Seen { ground, ..Seen::default() }, seen).await
    }

    fn decide(seen: &Seen, _settings: &AppSettings, _now: DateTime<Utc>) -> Verdict {
        if seen.ground.empty {
            return Verdict::not_applicable("the repository is empty: there is nothing to draw");
        }
        let says = match (seen.diagrams.first(), seen.pictures.first()) {
            (Some(it), _) => format!("{}: {}", it.path, of(seen.named.len(), seen.used.len(), "services in use are named")),
            (None, Some(it)) => format!("{} is a picture, whose words cannot be read here", it.path),
            (None, None) => "no diagram shows the systems".to_owned(),
        };
        let question = Question {
            holds: "a diagram",
            look: "Look whether the diagram is kept there",
            read: "Compare the diagram with the systems in use, and see that each has an owner",
        };
        noted(question.decide(&seen.ground, seen.elsewhere.as_ref(), says, findings(seen)), seen)
    }

    fn remedy(seen: &Seen, _settings: &AppSettings) -> Remedy {
        documents::remedy(findings(seen), Effort::S)
    }
}

fn missing(seen: &Seen) -> Vec<&str> {
    seen.used.iter().filter(|it| !seen.named.contains(it)).map(Foreign::as_str).collect()
}

fn findings(seen: &Seen) -> Vec<Finding> {
    let is_unread = !seen.ground.unread.is_empty();
    let fix = "Draw it as text (Mermaid) in docs/architecture.md: systems, arrows with what flows, where personal data rests, owner of each";
    if seen.diagrams.is_empty() && seen.pictures.is_empty() {
        if is_unread {
            return Vec::new();
        }
        let says = match seen.sections.first() {
            Some(it) => format!("{} describes the architecture and draws nothing", it.path),
            None => "no diagram shows the systems, the data and who owns them".to_owned(),
        };
        let finding = Finding::new("repo.architecture-missing", "diagram", Severity::Low, says, fix);
        return vec![match seen.sections.first() {
            Some(it) => finding.at(seen.ground.place(it)),
            None => finding,
        }];
    }
    // Pictures may show what the words do not.
    let says_nothing = seen.named.is_empty() && !seen.used.is_empty() && seen.pictures.is_empty();
    match seen.diagrams.first().filter(|_| says_nothing) {
        Some(it) => {
            let says = format!("{} names none of the {} services that the code uses", it.path, seen.used.len());
            let fix = format!("Draw into {}: {}", it.path, missing(seen).join(", "));
            vec![Finding::new("repo.architecture-empty", &it.path, Severity::Low, says, fix).at(seen.ground.place(it))]
        }
        None => Vec::new(),
    }
}

fn noted(verdict: Verdict, seen: &Seen) -> Verdict {
    let shown = seen.diagrams.iter().chain(&seen.pictures).take(MOST_SHOWN);
    let mut verdict = verdict.with_notes(shown.map(|it| seen.ground.evidence(format!("repo.diagram.{}", it.path), it)));
    if seen.diagrams.is_empty() && seen.pictures.is_empty() {
        return verdict;
    }
    for it in missing(seen).into_iter().take(MOST_SHOWN).filter(|_| !seen.diagrams.is_empty()) {
        let says = format!("the code uses {it}, and no diagram names it");
        verdict = verdict.note(NoteLevel::Warning, format!("repo.undrawn.{it}"), says);
    }
    if !seen.has_owners {
        verdict = verdict.note(NoteLevel::Warning, "repo.diagram-owners", "no document with a diagram says who owns what");
    }
    if !seen.has_personal_data {
        verdict =
            verdict.note(NoteLevel::Warning, "repo.diagram-data", "no document with a diagram says where personal data lies");
    }
    verdict
}

fn seen(survey: &Survey) -> Seen {
    let documents = &survey.documents;
    let used = survey.project.systems.iter().filter(|it| it.is_service && it.strength == Strength::Imported);
    let used: BTreeSet<&str> = used.map(|it| it.name).collect();
    let drawn: Vec<_> = documents.real().filter(|it| !it.diagrams.is_empty()).collect();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let (mut diagrams, mut pictures) = (Vec::new(), Vec::new());
    for (document, diagram) in drawn.iter().flat_map(|file| file.diagrams.iter().map(move |it| (file, it))) {
        // A drawing of one screen's flow is no picture of the systems: it names none, and its page is about another thing.
        let is_about = !document.about(Topic::Architecture).is_empty() || document.path.to_lowercase().contains("readme");
        if diagram.names.is_empty() && !is_about && diagram.kind != DiagramKind::Picture {
            continue;
        }
        let shown: Vec<&str> = diagram.names.iter().copied().collect();
        let words = if shown.is_empty() { "names no service".to_owned() } else { format!("names {}", shown.join(", ")) };
        let spot = Spot::new(&diagram.at.path, diagram.at.line, format!("{}, {words}", diagram.kind));
        if diagram.kind == DiagramKind::Picture || diagram.arrows.is_none() {
            pictures.push(spot);
        } else {
            diagrams.push(spot);
        }
        named.extend(&diagram.names);
        named.extend(&document.names);
    }
    pictures.extend(documents.pictures.iter().map(|it| Spot::new(it, 1, "a picture")));
    let sections = documents.about(Topic::Architecture).map(|(file, it)| Spot::new(&file.path, it.line, &it.heading));
    Seen {
        ground: documents::ground(survey),
        diagrams,
        pictures,
        sections: sections.collect(),
        named: used.intersection(&named).map(Foreign::new).collect(),
        used: used.into_iter().map(Foreign::from).collect(),
        has_owners: drawn.iter().any(|it| it.has_owners),
        has_personal_data: drawn.iter().any(|it| it.has_personal_data),
        elsewhere: documents::elsewhere(survey),
    }
}

#[cfg(test)]
mod tests;

//! What the app does without each system that its server calls: an answer of its own in the code, or a passage of a document
//! that names it (CHECKLIST ERR-03). One function's text is all that is read of the code, so this is evidence and no more.

use crate::domain::Note;
use crate::probes::ground::{Exhibit, Ground, Spot, of};
use crate::repo::code::CodeFile;
use crate::repo::code::failures::Outbound;
use crate::repo::documents::Document;
use crate::repo::project::systems::KNOWN;
use crate::repo::{Survey, documents::Section};
use serde::{Deserialize, Serialize};

/// A system that the server calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name, or its host.
    pub name: String,
    /// Places that call it, or make the client that does.
    pub places: usize,
    /// Those of them whose failure is answered with something else.
    pub answered: usize,
    /// The first place without such an answer, or the first of all.
    pub at: Spot,
    /// The passage that says what the app does without it: path and line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
}

/// Clients by the name of their service in the table of systems.
const CLIENTS: [(&str, &str); 15] = [
    ("OpenAI", "OpenAI"),
    ("AzureOpenAI", "Azure OpenAI"),
    ("Anthropic", "Anthropic"),
    ("Stripe", "Stripe"),
    ("Groq", "Groq"),
    ("GoogleGenerativeAI", "Google Gemini"),
    ("GoogleGenAI", "Google Gemini"),
    ("Mistral", "Mistral"),
    ("Replicate", "Replicate"),
    ("Resend", "Resend"),
    ("CohereClient", "Cohere"),
    ("Together", "Together AI"),
    ("ElevenLabsClient", "ElevenLabs"),
    ("generateText", "the AI SDK's model"),
    ("streamText", "the AI SDK's model"),
];

/// Words of a passage that says what happens without something.
const WITHOUT: [&str; 12] = [
    "degraded",
    "degrade",
    "fallback",
    "fall back",
    "falls back",
    "is down",
    "goes down",
    "are down",
    "unavailable",
    "not available",
    "outage",
    "unreachable",
];

impl Dependency {
    /// Counts a call of the server among those of its system. One of the app itself, or to an address that is not written
    /// out, names no system.
    pub(super) fn count(all: &mut Vec<Self>, file: &CodeFile, call: &Outbound) {
        let Some(name) = name(call).filter(|_| !call.own) else { return };
        let is_answered = is_answered(file, call);
        let spot = Spot::new(&file.path, call.line, "");
        match all.iter_mut().find(|it| it.name == name) {
            Some(it) => {
                if it.answered == it.places && !is_answered {
                    it.at = spot;
                }
                it.places += 1;
                it.answered += usize::from(is_answered);
            }
            None => all.push(Self { name, places: 1, answered: usize::from(is_answered), at: spot, named: None }),
        }
    }

    /// Looks for passages that say what the app does without each.
    pub(super) fn name_in(all: &mut [Self], survey: &Survey) {
        for it in all {
            let passage = survey.documents.real().find_map(|document| Some((document, passage(document, &it.name)?)));
            it.named = passage.map(|(document, section)| format!("{}:{}", document.path, section.line));
        }
    }

    fn has_mode(&self) -> bool {
        self.named.is_some() || self.answered == self.places
    }

    /// How many of them have one.
    pub(super) fn says(all: &[Self]) -> Option<String> {
        let some = all.iter().filter(|it| it.has_mode()).count();
        (!all.is_empty()).then(|| of(some, all.len(), "systems that it calls have an answer of the app's own when they fail"))
    }

    /// One piece of evidence for each.
    pub(super) fn notes(all: &[Self], ground: &Ground) -> Vec<Note> {
        let exhibit = |it: &Self| {
            let code = of(it.answered, it.places, "calls are answered with something else when they fail");
            let document = match &it.named {
                Some(at) => format!("{at} says what happens then"),
                None => "no document says what happens then".to_owned(),
            };
            let says = format!("{}: {code}; {document}", it.name);
            Exhibit::new(&it.name, Spot { says: says.into(), ..it.at.clone() })
        };
        ground.exhibits("repo.degraded-mode", &all.iter().map(exhibit).collect::<Vec<_>>())
    }
}

fn name(call: &Outbound) -> Option<String> {
    if let Some(host) = &call.host {
        let is = |known: &&str| host == *known || host.strip_suffix(*known).is_some_and(|it| it.ends_with('.'));
        let known = KNOWN.iter().find(|it| it.hosts.iter().any(is));
        return Some(known.map_or_else(|| host.clone(), |it| it.name.to_owned()));
    }
    CLIENTS.iter().find(|it| it.0 == call.by).map(|it| it.1.to_owned())
}

fn is_answered(file: &CodeFile, call: &Outbound) -> bool {
    let covers = |line: u32| file.effects.fallbacks.iter().any(|it| it.covers(line));
    // A client is made in one place and asked in others: those of its own file are what is seen of it.
    let is_client = call.host.is_none() && call.by.starts_with(|it: char| it.is_uppercase());
    covers(call.line) || (is_client && file.effects.jobs.slow.iter().any(|it| covers(it.line)))
}

/// The part of a document that names a system and what happens without it.
fn passage<'d>(document: &'d Document, name: &str) -> Option<&'d Section> {
    let lower = name.to_lowercase();
    document.sections.iter().find(|it| it.says_of(&lower, &WITHOUT))
}

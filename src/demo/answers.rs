//! The stand-ins' answers as data: one file per vendor under `assets/demo`, each a list of requests and what is
//! answered to them in which week. The shapes are checked against the vendors' OpenAPI files by the contract tests.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One vendor's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorFile {
    pub answers: Vec<Answer>,
}

/// What is answered to a GET.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The path, as the vendor writes it.
    pub get: String,
    /// The path template in the vendor's OpenAPI file, when it has one.
    #[serde(default)]
    pub spec: Option<String>,
    /// The weeks of the story in which it is answered so; all three when empty.
    #[serde(default)]
    pub weeks: Vec<u8>,
    /// Query parameters that must be there; `*` is any value.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    #[serde(default = "ok")]
    pub status: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How long the vendor thinks, in milliseconds.
    #[serde(default = "thinks")]
    pub ms: u64,
    /// The body; none for an archive.
    #[serde(default)]
    pub body: Value,
    /// The repository's archive is the body.
    #[serde(default)]
    pub archive: bool,
}

fn ok() -> u16 {
    200
}

fn thinks() -> u64 {
    120
}

/// Every vendor's answers, by the system's id.
#[derive(Debug, Clone)]
pub struct Answers(BTreeMap<&'static str, VendorFile>);

const FILES: [(&str, &str); 5] = [
    ("github", include_str!("../../assets/demo/github.json")),
    ("supabase", include_str!("../../assets/demo/supabase.json")),
    ("vercel", include_str!("../../assets/demo/vercel.json")),
    ("openai", include_str!("../../assets/demo/openai.json")),
    ("openrouter", include_str!("../../assets/demo/openrouter.json")),
];

impl Answers {
    /// The embedded files.
    ///
    /// # Errors
    /// A file that is not of this shape, by name and line.
    pub fn embedded() -> Result<Self, String> {
        FILES
            .iter()
            .map(|(vendor, text)| {
                let file = serde_json::from_str(text).map_err(|error| format!("assets/demo/{vendor}.json: {error}"))?;
                Ok((*vendor, file))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The answer to a GET of `path` at `vendor` in `week`: the first that fits.
    #[must_use]
    pub fn find(&self, vendor: &str, path: &str, query: &BTreeMap<String, String>, week: u8) -> Option<&Answer> {
        self.0.get(vendor)?.answers.iter().find(|it| {
            it.get == path
                && (it.weeks.is_empty() || it.weeks.contains(&week))
                && it.query.iter().all(|(name, value)| query.get(name).is_some_and(|given| value == "*" || value == given))
        })
    }

    /// Every vendor with its answers, for the contract tests.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &[Answer])> {
        self.0.iter().map(|(vendor, file)| (*vendor, file.answers.as_slice()))
    }
}

//! What a look at a repository proposes about an app: settings that a person accepts or edits, each with where it came
//! from. A proposal changes nothing by itself, and what was not found is not said to be missing.

use super::{Foreign, Gap, ItemId};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

/// What a proposal is about. The text form is the option of `rescue app edit` that would set it, where there is one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    Title,
    /// Which framework serves it, with the version that the lockfile resolved. Said, not set.
    Framework,
    /// Which tool generated it. Said, not set.
    Builder,
    /// Who installs its packages. Said, not set.
    PackageManager,
    /// The folder of the app, in a repository that has several. Said, not set.
    Folder,
    Github,
    Supabase,
    Staging,
    Vercel,
    Url,
    Provider,
    /// A fact of the stack by the name that `applies_if` uses, with its value: `uses.payments=true`.
    Stack,
    /// A system that the app uses and that no setting holds. Said, not set.
    Uses,
}

impl Field {
    /// The text of it, such as `supabase`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// Whether accepting it changes a setting.
    #[must_use]
    pub fn is_setting(self) -> bool {
        !matches!(self, Self::Framework | Self::Builder | Self::PackageManager | Self::Folder | Self::Uses)
    }

    /// Whether an app has at most one of it, so that two proposals are rivals.
    #[must_use]
    pub fn is_single(self) -> bool {
        matches!(self, Self::Title | Self::Github | Self::Supabase | Self::Staging | Self::Vercel | Self::Url)
    }
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub field: Field,
    pub value: Foreign,
    /// Where it was seen: files with lines, at most a few.
    pub from: Vec<Foreign>,
}

impl Proposal {
    /// A proposal with its places.
    pub fn new(field: Field, value: impl AsRef<str>, from: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self { field, value: Foreign::new(value), from: from.into_iter().map(|it| Foreign::new(it.as_ref())).collect() }
    }
}

/// What one look proposes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Discovery {
    pub proposals: Vec<Proposal>,
    /// What only a person can answer, such as which of several apps it is.
    pub questions: Vec<Foreign>,
    /// The commit that was read, if git says which.
    pub commit: Option<Foreign>,
    /// What was not read, so that more may be in use than is proposed.
    pub unseen: Option<Gap>,
    /// Items that a proposed fact of the stack makes apply, and the fact.
    pub applies: Vec<(ItemId, String)>,
}

impl Discovery {
    /// The proposals that can be accepted without asking: those that set something and have no rival.
    pub fn plain(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.iter().filter(|it| it.field.is_setting() && !self.is_disputed(it))
    }

    /// Whether another value is proposed for the same setting.
    #[must_use]
    pub fn is_disputed(&self, proposal: &Proposal) -> bool {
        proposal.field.is_single() && self.proposals.iter().any(|it| it.field == proposal.field && it.value != proposal.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rivals_are_left_to_the_person_and_words_set_nothing() {
        let seen = |field, value: &str| Proposal::new(field, value, ["a.ts:1"]);
        let discovery = Discovery {
            proposals: vec![
                seen(Field::Framework, "Next.js 16.0.3"),
                seen(Field::Supabase, "a"),
                seen(Field::Supabase, "b"),
                seen(Field::Provider, "openai"),
                seen(Field::Provider, "resend"),
                seen(Field::Url, "https://shop.example.com"),
            ],
            ..Discovery::default()
        };
        let plain: Vec<_> = discovery.plain().map(|it| it.value.to_string()).collect();
        assert_eq!(plain, ["openai", "resend", "https://shop.example.com"]);
    }
}

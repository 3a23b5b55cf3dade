//! Every sentence of the letter, read from one file a language (`assets/letter`). It fills in numbers, days and names; it
//! decides nothing.

use crate::domain::System;
use crate::snapshot::words::Count;
use serde::Deserialize;
use std::sync::LazyLock;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(missing_docs, reason = "the file of the language says what each sentence is for")]
        pub struct $name { $(pub $field: $type),+ }
    };
}

words! {
    /// Beginning and end.
    HeadWords {
        title: String, title_reminder: String, line: String, week: String, week_before: String, week_after: String,
        greeting: String, greeting_nobody: String, opening: Count, opening_after: Count, opening_reminder: Count,
        minutes: Count, minutes_one: String, short: String, numbered: String, about: Count, here: String, closing: String,
        thanks: String, nobody: String,
    }
}
words! {
    /// What a thing lets us do.
    OpensWords {
        whole: Count, helps_more: Count, helps: Count, urgent_all_one: String, urgent_all: String, urgent: Count, keeps: Count,
        by_hand: Count, settles: Count, unblocks: Count, nothing: String,
    }
}
words! {
    /// A key.
    TokenWords {
        title: String, title_again: String, title_invite: String, refused: String, unusable: String, short: String,
        short_unnamed: String, made_by: String, r#where: String, name: String, expiry: String, permissions: String,
        permission: String, no_rights: String, invited_by: String, then: String, anything: String, page_unknown: String, who_unknown: String,
        minutes_unknown: u16,
    }
}
words! {
    /// How a key is handed over.
    HandingWords { title: String, says: Vec<String> }
}
words! {
    /// A permission to sign.
    PermissionWords {
        title: String, title_active: String, says: String, says_active: String, who: String, when: String, hosts: String,
        asks: String, outside: Vec<String>, active: Vec<String>, not: String, sign: String, lines: Vec<String>, minutes: u16,
        minutes_active: u16, r#return: String,
    }
}
words! {
    /// Limits to agree.
    LimitWords {
        title: String, says: String, backup: String, backup_item: String, backup_line: String, spend: String,
        spend_items: Vec<String>, spend_line: String, line: String, minutes_each: u16,
    }
}
words! {
    /// People to name.
    PeopleWords { title: Count, says: String, line: String }
}
words! {
    /// Systems of which nobody knows.
    UseWords { title: Count, says: Count, line: String, minutes_each: u16 }
}
words! {
    /// What only the client can do.
    TaskWords { title: String, about: String, minutes_unknown: u16 }
}
words! {
    /// What is here already.
    HaveWords {
        token: String, token_some: String, token_untried: String, checkout: String, permission: String, permission_active: String, backup: String,
        spend: String, person: String, person_role: String, people: String, age_hours: Count, age_days: Count,
        age_minutes: Count,
    }
}

/// A vendor's page on which a key is made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    pub system: System,
    /// By name, as a person walks there.
    pub page: String,
    pub who: String,
    /// What is chosen there besides name, last day and rights.
    pub choose: Vec<String>,
    /// What one should know before.
    pub know: Vec<String>,
    /// A calm first time.
    pub minutes: u16,
    /// The page lets one choose single rights.
    pub has_rights: bool,
    /// No key travels: we are invited and make it ourselves.
    #[serde(default)]
    pub invites: bool,
    /// Its page lets nobody choose a last day.
    #[serde(default)]
    pub undated: bool,
}

/// What a right shows, by what a probe says that it needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    pub need: String,
    pub system: System,
    /// As the vendor's page calls it.
    pub name: String,
    /// For whoever cannot read code, after "to see".
    pub shows: String,
    /// Not needed where the code lies here.
    #[serde(default)]
    pub checkout: bool,
    /// What to know where the page lists it.
    #[serde(default)]
    pub know: Option<String>,
}

/// A part that a person plays.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Roles under which such a person is on record already, in small letters.
    pub known: Vec<String>,
    pub says: String,
    /// The same in a word or three, for documents.
    pub short: String,
    /// The items that need the person.
    pub items: Vec<String>,
    /// Needed whatever is open.
    pub always: bool,
    /// Needed only when a probe laid something of those items before us.
    #[serde(default)]
    pub only_if_seen: bool,
    pub minutes: u16,
}

/// How one asks for the place of some systems.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub systems: Vec<System>,
    pub says: String,
}

words! {
    /// A language.
    LetterWords {
        language: String, head: HeadWords, opens: OpensWords, token: TokenWords, vendor: Vec<Vendor>, right: Vec<Right>,
        handing: HandingWords, permission: PermissionWords, limits: LimitWords, people: PeopleWords, role: Vec<Role>,
        r#use: UseWords, place: Vec<Place>, task: TaskWords, have: HaveWords,
    }
}

const ENGLISH: &str = include_str!("../../assets/letter/en.toml");

impl LetterWords {
    /// Reads a language.
    ///
    /// # Errors
    /// What is missing or too much, with its line.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The built-in language.
    #[must_use]
    pub fn english() -> &'static Self {
        static WORDS: LazyLock<LetterWords> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
            LetterWords::read(ENGLISH).expect("the built-in language is whole")
        });
        &WORDS
    }

    /// The page of a system's vendor, if it is known by name.
    #[must_use]
    pub fn vendor(&self, system: System) -> Option<&Vendor> {
        self.vendor.iter().find(|it| it.system == system)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_whole_and_uses_no_word_of_the_trade() {
        let words = LetterWords::read(ENGLISH).unwrap();
        assert_eq!(words.language, "en");
        let trade =
            ["probe", "probes", "gate", "drift", "attest", "waiver", "credential", "repository", "endpoint", "rls", "token"];
        let of_vendors = ["need", "name", "system", "page", "choose", "know", "systems", "known", "items"];
        for line in ENGLISH.lines().filter(|line| !line.starts_with('#')) {
            let Some((key, said)) = line.split_once('=') else { continue };
            // What a vendor's page calls by a name is called by that name.
            if of_vendors.contains(&key.trim()) {
                continue;
            }
            let said = said.to_lowercase();
            let found = said.split(|c: char| !c.is_alphanumeric()).find(|word| trade.contains(word));
            assert_eq!(found, None, "{line}");
        }
    }

    #[test]
    fn nothing_asks_for_an_answer_with_a_key() {
        let words = LetterWords::english();
        assert!(words.handing.says.iter().any(|it| it.contains("Never put one into a mail or a chat")));
        for line in ENGLISH.lines().map(str::to_lowercase) {
            for bad in ["send us the key", "reply with", "mail us the key", "paste it here", "answer with the key"] {
                assert!(!line.contains(bad), "{line}");
            }
        }
    }
}

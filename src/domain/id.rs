//! Names and numbers by which things are known. Each is checked where it enters and cannot be wrong afterwards.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Why a text is not a name of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{given}` is not {wanted}")]
pub struct NotAName {
    /// What was given, cut to forty characters and freed of control characters.
    pub given: String,
    /// What would have been one, in words.
    pub wanted: &'static str,
}

impl NotAName {
    fn new(given: &str, wanted: &'static str) -> Self {
        let given = given.chars().filter(|c| !c.is_control()).take(40).collect();
        Self { given, wanted }
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $wanted:literal, $test:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = NotAName;
            fn from_str(text: &str) -> Result<Self, NotAName> {
                let fits: fn(&str) -> bool = $test;
                if fits(text) { Ok(Self(text.to_owned())) } else { Err(NotAName::new(text, $wanted)) }
            }
        }
        impl TryFrom<String> for $name {
            type Error = NotAName;
            fn try_from(text: String) -> Result<Self, NotAName> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        // Lookups by &str in ordered maps; Eq and Ord agree with those of str because the text is the only field.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

fn is_app_name(text: &str) -> bool {
    let mut letters = text.bytes();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    letters.next().is_some_and(plain) && text.len() <= 40 && letters.all(|b| plain(b) || b == b'-')
}

fn is_item_id(text: &str) -> bool {
    let Some((area, number)) = text.split_once('-') else { return false };
    (2..=8).contains(&area.len())
        && area.bytes().all(|b| b.is_ascii_uppercase())
        && (2..=3).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

fn is_probe_id(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    text.split_once('.').is_some_and(|(system, question)| plain(system) && plain(question))
}

name!(
    /// How an app is called on the command line: `[a-z0-9][a-z0-9-]{0,39}` (DESIGN §1).
    AppName, "an app name: 1 to 40 of a-z, 0-9 and -, beginning with a letter or digit", is_app_name
);
name!(
    /// An item of a checklist: an area in capitals, a dash and two or three digits, such as `SEC-01`. Stable for ever.
    ItemId, "an item id: capitals, a dash and two or three digits, such as SEC-01", is_item_id
);
name!(
    /// A probe: `<system>.<wanted state>`, such as `github.branch-protection`.
    ProbeId, "a probe id: a system, a dot and the wanted state, such as github.branch-protection", is_probe_id
);

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// A fact, by UUIDv7: made by the store, ordered in time.
    FactId
);
number!(
    /// A run of probes, by UUIDv7.
    RunId
);

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("a", true)]
    #[case("acme-shop", true)]
    #[case("0day", true)]
    #[case("-acme", false)]
    #[case("Acme", false)]
    #[case("", false)]
    #[case("a b", false)]
    #[case("é", false)]
    #[case("a\u{202e}", false)]
    fn app_names(#[case] text: &str, #[case] good: bool) {
        assert_eq!(text.parse::<AppName>().is_ok(), good);
    }

    #[test]
    fn an_app_name_has_at_most_forty_letters() {
        assert!("a".repeat(40).parse::<AppName>().is_ok());
        assert!("a".repeat(41).parse::<AppName>().is_err());
    }

    #[rstest]
    #[case("SEC-01", true)]
    #[case("SEC-1", false)]
    #[case("sec-01", false)]
    #[case("SEC01", false)]
    #[case("SEC-001", true)]
    fn item_ids(#[case] text: &str, #[case] good: bool) {
        assert_eq!(text.parse::<ItemId>().is_ok(), good);
    }

    #[test]
    fn a_refused_name_is_told_without_its_control_characters() {
        let error = "a\u{1b}[31m".parse::<AppName>().unwrap_err();
        assert!(error.to_string().starts_with("`a[31m` is not an app name"));
    }
}

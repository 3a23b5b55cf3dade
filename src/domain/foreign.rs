//! Text that came from outside: from a vendor, a repository, a person at the command line.
//! What leaves here can be printed on a terminal: no control character, no direction override, no invisible mark.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Foreign text made harmless for a terminal. Newlines and tabs become spaces; other control, bidirectional and
/// zero-width characters are shown as `�`, so that a reader sees that something was there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Foreign(String);

impl Foreign {
    /// Neutralises `text`. Idempotent.
    #[must_use]
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().chars().map(harmless).collect())
    }

    /// The harmless text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// At most `most` characters, the last one `…` if something was cut.
    #[must_use]
    pub fn cut(&self, most: usize) -> String {
        if self.0.chars().count() <= most {
            return self.0.clone();
        }
        self.0.chars().take(most.saturating_sub(1)).chain(['…']).collect()
    }
}

fn harmless(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' => ' ',
        c if c.is_control() || is_invisible(c) => '\u{fffd}',
        c => c,
    }
}

/// Bidirectional controls, zero-width characters, line separators, tags and variation selectors supplement.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

impl From<String> for Foreign {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
impl From<&str> for Foreign {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
impl From<Foreign> for String {
    fn from(text: Foreign) -> String {
        text.0
    }
}
impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
impl AsRef<str> for Foreign {
    fn as_ref(&self) -> &str {
        &self.0
    }
}
impl PartialEq<str> for Foreign {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}
impl PartialEq<&str> for Foreign {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_harmful_comes_out(text in any::<String>()) {
            let out = Foreign::new(&text);
            prop_assert!(out.as_str().chars().all(|c| !c.is_control() && !is_invisible(c)));
            prop_assert_eq!(&Foreign::new(out.as_str()), &out, "idempotent");
        }
    }

    #[test]
    fn an_escape_sequence_is_shown_and_not_obeyed() {
        assert_eq!(Foreign::new("\u{1b}[2Jhi\u{202e}\nthere").as_str(), "\u{fffd}[2Jhi\u{fffd} there");
    }

    #[test]
    fn a_cut_says_that_it_cut() {
        assert_eq!(Foreign::new("abcdef").cut(4), "abc…");
        assert_eq!(Foreign::new("abcd").cut(4), "abcd");
    }
}

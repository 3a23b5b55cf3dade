//! The seal of what rescue wrote: tells a text of ours from a stranger's, and whether somebody edited it since. It keeps
//! nobody from editing.

use crate::domain::Digest;

/// Stands before the digest, in a comment of the text.
const MARK: &str = "rescue-schedule-seal ";

/// Whose a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// As rescue wrote it.
    Ours,
    /// rescue wrote it, and it was edited.
    Edited,
    Foreign,
}

/// A text with its seal in a comment line of its own, between `before` and `after`.
#[must_use]
pub fn sealed(before: &str, [open, close]: [&str; 2], after: &str) -> String {
    let digest = Digest::of(&format!("{before}{open}{close}\n{after}")).0;
    format!("{before}{open}{MARK}{digest}{close}\n{after}")
}

/// Whose this text is.
#[must_use]
pub fn whose(text: &str) -> Whose {
    let Some((before, rest)) = text.split_once(MARK) else { return Whose::Foreign };
    let told: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    let after = rest.get(told.len()..).unwrap_or_default();
    if Digest::of(&format!("{before}{after}")).0 == told { Whose::Ours } else { Whose::Edited }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_edit_is_seen(before in "[a-z #\n]{0,40}", after in "[a-zé%\n]{0,40}", at in 0_usize..200, with in "[ -~é\n]") {
            let text = sealed(&format!("{before}\n"), ["# ", " #"], &after);
            prop_assert_eq!(whose(&text), Whose::Ours);
            let mut letters: Vec<char> = text.chars().collect();
            let at = at % letters.len();
            letters[at] = with.chars().next().unwrap();
            let edited: String = letters.into_iter().collect();
            if edited != text {
                prop_assert_ne!(whose(&edited), Whose::Ours);
            }
            prop_assert_eq!(whose(&format!("{text}x")), Whose::Edited);
        }

        #[test]
        fn a_text_without_a_seal_is_foreign(text in "[ -~\n]{0,200}") {
            prop_assert_eq!(whose(&text), Whose::Foreign);
        }
    }
}

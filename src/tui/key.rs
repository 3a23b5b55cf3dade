//! A key stroke as a word: `j`, `ctrl-r`, `shift-tab`, `pgdn`. What is printed can be read again, and means the same.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;
use std::str::FromStr;

/// One key with its modifiers. Shift is part of a character (`R`), and named only for keys without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stroke {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no key; write a character or a name such as ctrl-r, shift-tab, enter, pgdn or f5")]
pub struct NotAKey(pub String);

const NAMES: [(&str, KeyCode); 15] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("del", KeyCode::Delete),
    ("ins", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("space", KeyCode::Char(' ')),
];
const MODIFIERS: [(&str, KeyModifiers); 3] =
    [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)];

impl Stroke {
    /// The stroke of a key event, however the terminal spells it.
    #[must_use]
    pub fn of(event: &KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }

    /// The character that it types into a field, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => Some(c),
            _ => None,
        }
    }

    /// The key.
    #[must_use]
    pub fn code(self) -> KeyCode {
        self.code
    }

    /// Whether control is held.
    #[must_use]
    pub fn has_control(self) -> bool {
        self.modifiers.contains(KeyModifiers::CONTROL)
    }

    /// As a key event, for tests and for pasted text.
    #[must_use]
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let mut modifiers = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(c) if c != ' ' => {
                let c =
                    if modifiers.contains(KeyModifiers::SHIFT) && c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c };
                modifiers -= KeyModifiers::SHIFT;
                // Terminals send the same byte for ctrl-r and ctrl-R.
                KeyCode::Char(if modifiers.contains(KeyModifiers::CONTROL) { c.to_ascii_lowercase() } else { c })
            }
            KeyCode::Char(' ') => {
                modifiers -= KeyModifiers::SHIFT;
                code
            }
            other => other,
        };
        Self { code, modifiers }
    }
}

impl FromStr for Stroke {
    type Err = NotAKey;
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let refused = || NotAKey(text.chars().filter(|c| !c.is_control()).take(30).collect());
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((name, modifier)) = MODIFIERS.iter().find(|(name, _)| rest.starts_with(name) && rest.len() > name.len()) {
            modifiers |= *modifier;
            rest = rest.get(name.len()..).unwrap_or_default();
        }
        let code = if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == rest) {
            *code
        } else if let Some(number) =
            rest.strip_prefix('f').and_then(|it| it.parse::<u8>().ok()).filter(|it| (1..=12).contains(it))
        {
            KeyCode::F(number)
        } else {
            let mut letters = rest.chars();
            match (letters.next(), letters.next()) {
                (Some(c), None) if !c.is_control() && !c.is_whitespace() => KeyCode::Char(c),
                _ => return Err(refused()),
            }
        };
        Ok(Self::new(code, modifiers))
    }
}

impl fmt::Display for Stroke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, modifier) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match NAMES.iter().find(|(_, code)| *code == self.code) {
            Some((name, _)) => f.write_str(name),
            None => match self.code {
                KeyCode::Char(c) => write!(f, "{c}"),
                KeyCode::F(number) => write!(f, "f{number}"),
                _ => f.write_str("a key without a name"),
            },
        }
    }
}

/// Keys written as one text, for tests: `jj<enter>`, `<ctrl-s>`.
#[cfg(test)]
pub fn strokes(text: &str) -> Vec<Stroke> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let named =
            rest.strip_prefix('<').and_then(|it| it.split_once('>')).and_then(|(name, rest)| Some((name.parse().ok()?, rest)));
        if let Some((stroke, after)) = named {
            found.push(stroke);
            rest = after;
        } else {
            found.push(Stroke::new(KeyCode::Char(first), KeyModifiers::NONE));
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn any_stroke() -> impl Strategy<Value = Stroke> {
        let code = prop_oneof![
            prop::sample::select(NAMES.map(|(_, code)| code).to_vec()),
            any::<char>().prop_filter("a key is visible", |c| !c.is_control() && !c.is_whitespace()).prop_map(KeyCode::Char),
            (1_u8..=12).prop_map(KeyCode::F),
            Just(KeyCode::BackTab),
        ];
        (code, 0_u8..8).prop_map(|(code, bits)| Stroke::new(code, KeyModifiers::from_bits_truncate(bits)))
    }

    proptest! {
        #[test]
        fn what_is_printed_can_be_read_again(stroke in any_stroke()) {
            prop_assert_eq!(stroke.to_string().parse::<Stroke>(), Ok(stroke));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = text.parse::<Stroke>();
        }
    }

    #[rstest]
    #[case("ctrl-r", KeyCode::Char('r'), KeyModifiers::CONTROL)]
    #[case("R", KeyCode::Char('R'), KeyModifiers::SHIFT)]
    #[case("shift-tab", KeyCode::BackTab, KeyModifiers::NONE)]
    #[case("ctrl--", KeyCode::Char('-'), KeyModifiers::CONTROL)]
    #[case("f5", KeyCode::F(5), KeyModifiers::NONE)]
    fn terminals_spell_keys_differently(#[case] text: &str, #[case] code: KeyCode, #[case] modifiers: KeyModifiers) {
        assert_eq!(text.parse::<Stroke>().unwrap(), Stroke::of(&KeyEvent::new(code, modifiers)));
    }

    #[rstest]
    #[case("")]
    #[case("ctrl-")]
    #[case("f13")]
    #[case("entre")]
    #[case("super-x")]
    fn no_key(#[case] text: &str) {
        assert!(text.parse::<Stroke>().is_err(), "{text}");
    }
}

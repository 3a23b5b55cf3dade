//! A place in the tokens of one statement, and the few moves that reading definitions needs. Nothing here fails: what does
//! not stand there is not taken.

use super::lex::{Kind, Token};
use super::schema::Name;
use crate::domain::repair;

/// A place in a run of tokens.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'s, 't> {
    tokens: &'s [Token<'t>],
    /// The schema of names that give none.
    schema: &'s str,
}

impl<'s, 't> Cursor<'s, 't> {
    #[must_use]
    pub fn new(tokens: &'s [Token<'t>], schema: &'s str) -> Self {
        Self { tokens, schema }
    }

    #[must_use]
    pub fn rest(&self) -> &'s [Token<'t>] {
        self.tokens
    }

    #[must_use]
    pub fn is_done(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The next token, and past it.
    pub fn next(&mut self) -> Option<&'s Token<'t>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// Whether these words stand next.
    #[must_use]
    pub fn sees(&self, words: &[&str]) -> bool {
        words.len() <= self.tokens.len() && words.iter().zip(self.tokens).all(|(word, token)| token.is(word))
    }

    /// Past these words, if they stand next.
    pub fn eat(&mut self, words: &[&str]) -> bool {
        let sees = self.sees(words);
        if sees {
            self.tokens = self.tokens.get(words.len()..).unwrap_or_default();
        }
        sees
    }

    /// Past any of these words.
    pub fn skip(&mut self, words: &[&str]) {
        while self.tokens.first().is_some_and(|it| words.iter().any(|word| it.is(word))) {
            self.next();
        }
    }

    /// Past a sign, if it stands next.
    pub fn sign(&mut self, sign: char) -> bool {
        let stands = self.tokens.first().is_some_and(|it| it.is_sign(sign));
        if stands {
            self.next();
        }
        stands
    }

    /// A name without its schema, as the database keeps it: quoted ones as they stand, others in small letters, and no longer
    /// than it keeps them.
    pub fn identifier(&mut self) -> Option<String> {
        let first = self.tokens.first()?;
        let name = match first.kind {
            Kind::Word => first.text.to_lowercase(),
            Kind::Quoted => first.text.replace("\"\"", "\""),
            _ => return None,
        };
        self.next();
        Some(repair::cut(&name, repair::LONGEST_NAME).to_owned())
    }

    /// A name with or without its schema; of three parts the last two.
    pub fn name(&mut self) -> Option<Name> {
        let mut parts = vec![self.identifier()?];
        while self.sign('.') {
            parts.push(self.identifier()?);
        }
        let name = parts.pop()?;
        let schema = parts.pop().unwrap_or_else(|| self.schema.to_owned());
        Some(Name { schema, name })
    }

    /// What stands between the brackets that open next, and past them.
    pub fn group(&mut self) -> Option<Self> {
        let mut depth = 0_usize;
        self.tokens.first().filter(|it| it.is_sign('('))?;
        for (at, token) in self.tokens.iter().enumerate() {
            match token.kind {
                Kind::Sign('(') => depth += 1,
                Kind::Sign(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                let inside = Self { tokens: self.tokens.get(1..at).unwrap_or_default(), ..*self };
                self.tokens = self.tokens.get(at + 1..).unwrap_or_default();
                return Some(inside);
            }
        }
        None
    }

    /// The pieces between commas that stand in no bracket.
    #[must_use]
    pub fn parts(&self) -> Vec<Self> {
        let (mut parts, mut depth, mut from) = (Vec::new(), 0_usize, 0);
        for (at, token) in self.tokens.iter().enumerate() {
            match token.kind {
                Kind::Sign('(' | '[') => depth += 1,
                Kind::Sign(')' | ']') => depth = depth.saturating_sub(1),
                Kind::Sign(',') if depth == 0 => {
                    parts.push(Self { tokens: self.tokens.get(from..at).unwrap_or_default(), ..*self });
                    from = at + 1;
                }
                _ => {}
            }
        }
        parts.push(Self { tokens: self.tokens.get(from..).unwrap_or_default(), ..*self });
        parts.retain(|it| !it.is_done());
        parts
    }

    /// A cursor behind the first of these words that stand in no bracket.
    #[must_use]
    pub fn behind(&self, words: &[&str]) -> Option<Self> {
        let (mut at, mut depth) = (*self, 0_usize);
        while let Some(first) = at.tokens.first() {
            match first.kind {
                Kind::Sign('(') => depth += 1,
                Kind::Sign(')') => depth = depth.saturating_sub(1),
                _ if depth == 0 && at.eat(words) => return Some(at),
                _ => {}
            }
            at.next();
        }
        None
    }

    /// Whether these words stand somewhere outside of brackets.
    #[must_use]
    pub fn holds(&self, words: &[&str]) -> bool {
        self.behind(words).is_some()
    }

    /// The first so many tokens.
    #[must_use]
    pub fn before(&self, count: usize) -> Self {
        Self { tokens: self.tokens.get(..count).unwrap_or_default(), ..*self }
    }

    /// Names in brackets, such as the columns of a key; pieces that are more than a name are left out.
    pub fn columns(&mut self) -> Vec<String> {
        let Some(group) = self.group() else { return Vec::new() };
        group.parts().into_iter().filter_map(|mut it| it.identifier()).collect()
    }

    /// The text from the first to the last token, as it was written.
    #[must_use]
    pub fn written(&self, text: &'t str) -> &'t str {
        let from = self.tokens.first().map_or(0, |it| it.from);
        let to = self.tokens.last().map_or(0, |it| it.to);
        text.get(from..to).unwrap_or_default()
    }
}

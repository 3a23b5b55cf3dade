//! Which addresses Next's middleware runs for: the `matcher` of its `config`, and whether a route is covered by it for
//! everything that a caller can put into the route. What cannot be read is told, and covers nothing.

mod pattern;
#[cfg(test)]
mod tests;

use super::super::chain::{property, spreads};
use super::super::parse::Parsed;
use super::super::tree::{self, Peel};
use oxc_ast::ast::{ArrayExpressionElement, Expression};
use oxc_span::GetSpan;
use pattern::{Matched, Pattern};
use std::collections::BTreeSet;

/// `export const config = { matcher: … }`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matcher {
    pub line: u32,
    pub sources: Vec<Source>,
    /// Whether a part of it is computed, so that it may cover more than [`Matcher::sources`] say.
    pub is_computed: bool,
}

/// One path of a matcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As path-to-regexp reads it, such as `/api/:path*`.
    pub path: String,
    /// `has` and `missing` ask for headers, cookies or a query: all of them are the caller's to send or to leave out.
    pub is_conditional: bool,
}

/// Whether the middleware runs before a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// For every address of it that was tried: each one a caller may choose by a word that the matcher names.
    Every,
    Never,
    /// For some: how a request gets past it.
    Past(String),
    /// The matcher is computed, or is written in a way that is not read.
    Unread,
}

impl Matcher {
    /// Of a `config`; none when it names no matcher, and the middleware runs for every address.
    pub(super) fn of(parsed: &Parsed<'_, '_>, config: &Expression<'_>) -> Option<Self> {
        let Expression::ObjectExpression(config) = config.peeled() else {
            return Some(Self::computed(parsed.line(config.span().start)));
        };
        let Some(value) = property(config, "matcher") else {
            return spreads(config).then(|| Self::computed(parsed.line(config.span.start)));
        };
        let mut matcher = Self { line: parsed.line(value.span().start), ..Self::default() };
        match value.peeled() {
            Expression::ArrayExpression(it) => {
                for it in &it.elements {
                    match it {
                        ArrayExpressionElement::Elision(_) => {}
                        it => matcher.add(it.as_expression()),
                    }
                }
            }
            it => matcher.add(Some(it)),
        }
        Some(matcher)
    }

    /// One of which nothing can be read.
    pub(super) fn computed(line: u32) -> Self {
        Self { line, sources: Vec::new(), is_computed: true }
    }

    fn add(&mut self, it: Option<&Expression<'_>>) {
        let (path, is_conditional) = match it.map(Peel::peeled) {
            Some(Expression::ObjectExpression(it)) => {
                (property(it, "source").and_then(tree::text), property(it, "has").or_else(|| property(it, "missing")).is_some())
            }
            Some(it) => (tree::text(it), false),
            None => (None, false),
        };
        match path {
            Some(path) => self.sources.push(Source { path: path.to_owned(), is_conditional }),
            None => self.is_computed = true,
        }
    }

    /// Whether the middleware runs before a route such as `/api/files/[name]`. Segments that callers fill are tried with
    /// every word that the matcher itself names, alone and as an ending: `(?!.*\.png$)` lets `/api/files/a.png` past.
    #[must_use]
    pub fn covers(&self, route: &str) -> Cover {
        let patterns: Vec<(Option<Pattern>, &Source)> = self.sources.iter().map(|it| (Pattern::of(&it.path), it)).collect();
        let mut is_unread = self.is_computed;
        let (mut covered, mut past, mut conditional) = (0_usize, None, 0_usize);
        let addresses = self.addresses(route);
        for address in &addresses {
            let mut is_covered = false;
            let mut is_perhaps = false;
            for (pattern, source) in &patterns {
                match pattern.as_ref().map_or(Matched::Unknown, |it| it.matches(address)) {
                    Matched::Yes if source.is_conditional => is_perhaps = true,
                    Matched::Yes => is_covered = true,
                    Matched::No => {}
                    Matched::Unknown => is_unread = true,
                }
            }
            covered += usize::from(is_covered);
            conditional += usize::from(is_perhaps && !is_covered);
            if !is_covered && !is_perhaps {
                past.get_or_insert(address);
            }
        }
        if covered == addresses.len() {
            return Cover::Every;
        }
        if is_unread {
            return Cover::Unread;
        }
        match past {
            Some(address) if covered + conditional > 0 => Cover::Past(format!("`{address}`")),
            None => Cover::Past("what its `has` or `missing` leaves out".to_owned()),
            Some(_) => Cover::Never,
        }
    }

    /// Addresses of a route, with what callers may write where the route has a hole.
    fn addresses(&self, route: &str) -> Vec<String> {
        let parts: Vec<&str> = route.split('/').filter(|it| !it.is_empty()).collect();
        let holes: Vec<usize> = (0..parts.len()).filter(|at| parts.get(*at).is_some_and(|it| it.starts_with('['))).collect();
        let write = |hole: Option<usize>, value: &str| {
            let written = parts.iter().enumerate().map(|(at, part)| {
                if !part.starts_with('[') {
                    return *part;
                }
                if Some(at) == hole { value } else { "a" }
            });
            format!("/{}", written.filter(|it| !it.is_empty()).collect::<Vec<_>>().join("/"))
        };
        let mut addresses = BTreeSet::from([write(None, "")]);
        for hole in holes {
            let part = parts.get(hole).copied().unwrap_or_default();
            addresses.insert(write(Some(hole), "1"));
            for word in self.words() {
                addresses.insert(write(Some(hole), &word));
                addresses.insert(write(Some(hole), &format!("a.{word}")));
            }
            if part.contains("...") {
                addresses.insert(write(Some(hole), "a/b"));
                addresses.insert(write(Some(hole), "a/b.c"));
            }
            if part.starts_with("[[") {
                addresses.insert(write(Some(hole), ""));
            }
        }
        addresses.into_iter().collect()
    }

    /// Words that the matcher names, as many as a person writes.
    fn words(&self) -> BTreeSet<String> {
        let is_word = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-' | '.');
        let all = self.sources.iter().flat_map(|it| it.path.split(|it| !is_word(it)));
        all.map(|it| it.trim_matches('.').to_owned()).filter(|it| !it.is_empty()).take(MOST_WORDS).collect()
    }
}

/// Most words of a matcher that are tried.
const MOST_WORDS: usize = 200;

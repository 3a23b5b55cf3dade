//! Splits JavaScript and TypeScript into words, texts and signs; comments are left out. It is no parser: it knows no
//! grammar, and a quote that closes on no line of its own is taken for an apostrophe of markup.

/// A word, a text or a sign with its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    /// Counted from 1.
    pub(super) line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    Word(&'t str),
    /// What stands between quotes, as written; for a template only if nothing is filled in.
    Text(&'t str),
    /// A template with something filled in, a regular expression, a number: a value that is no plain text.
    Value,
    Sign(char),
}

impl<'t> Token<'t> {
    pub(super) fn is(self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    pub(super) fn word(self) -> Option<&'t str> {
        match self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn text(self) -> Option<&'t str> {
        match self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Every token of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, at: 0, line: 1, tokens: Vec::new(), filled: Vec::new(), depth: 0 };
    lexer.run();
    lexer.tokens
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    tokens: Vec<Token<'t>>,
    /// Depths of braces at which a template goes on.
    filled: Vec<u32>,
    depth: u32,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '#')
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, bytes: usize) -> &'t str {
        let taken = self.rest().get(..bytes).unwrap_or_default();
        self.at += bytes.max(1);
        self.line = self.line.saturating_add(u32::try_from(taken.matches('\n').count()).unwrap_or(u32::MAX));
        taken
    }

    fn push(&mut self, kind: Kind<'t>, line: u32) {
        self.tokens.push(Token { kind, line });
    }

    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            let line = self.line;
            match c {
                _ if c.is_whitespace() || c == '\u{feff}' => drop(self.take(c.len_utf8())),
                '/' if self.rest().starts_with("//") => {
                    let end = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.take(end);
                }
                '/' if self.rest().starts_with("/*") => {
                    let end = self.rest().find("*/").map_or(self.rest().len(), |it| it + 2);
                    self.take(end);
                }
                '/' => match self.regular_expression() {
                    Some(length) => {
                        self.take(length);
                        self.push(Kind::Value, line);
                    }
                    None => self.sign(c),
                },
                '"' | '\'' => self.quoted(c),
                '`' => {
                    self.take(1);
                    self.template(true);
                }
                '}' if self.filled.last() == Some(&self.depth) => {
                    self.filled.pop();
                    self.take(1);
                    self.template(false);
                }
                _ if c.is_ascii_digit() => {
                    let end = self.rest().find(|c: char| !is_word(c) && c != '.').unwrap_or(self.rest().len());
                    self.take(end);
                    self.push(Kind::Value, line);
                }
                _ if is_word(c) => {
                    let end = self.rest().find(|c: char| !is_word(c)).unwrap_or(self.rest().len());
                    let word = self.take(end);
                    self.push(Kind::Word(word), line);
                }
                _ => self.sign(c),
            }
        }
    }

    fn sign(&mut self, c: char) {
        match c {
            '{' => self.depth = self.depth.saturating_add(1),
            '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        let line = self.line;
        self.take(c.len_utf8());
        self.push(Kind::Sign(c), line);
    }

    /// A text in quotes, which ends on its line unless a backslash carries it on.
    fn quoted(&mut self, quote: char) {
        let (line, mut escaped) = (self.line, false);
        let body = self.rest().get(1..).unwrap_or_default();
        for (at, c) in body.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => break,
                _ if c == quote => {
                    let text = body.get(..at).unwrap_or_default();
                    self.take(at + 2);
                    self.push(Kind::Text(text), line);
                    return;
                }
                _ => {}
            }
        }
        self.take(1);
    }

    /// The rest of a template up to its end, or up to the next thing filled in.
    fn template(&mut self, from_start: bool) {
        let (line, body, mut escaped) = (self.line, self.rest(), false);
        let mut before = ' ';
        for (at, c) in body.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '`' => {
                    let text = body.get(..at).unwrap_or_default();
                    self.take(at + 1);
                    self.push(if from_start { Kind::Text(text) } else { Kind::Value }, line);
                    return;
                }
                '{' if before == '$' => {
                    self.take(at + 1);
                    self.push(Kind::Value, line);
                    self.filled.push(self.depth);
                    return;
                }
                _ => {}
            }
            before = c;
        }
        self.take(body.len());
    }

    /// How long the regular expression is that begins here, if one may stand here and ends on this line.
    fn regular_expression(&self) -> Option<usize> {
        let may_stand = match self.tokens.last().map(|it| it.kind) {
            None => true,
            Some(Kind::Sign(c)) => !matches!(c, ')' | ']' | '<'),
            Some(Kind::Word(word)) => matches!(word, "return" | "typeof" | "case" | "in" | "of" | "await" | "void" | "delete"),
            Some(Kind::Text(_) | Kind::Value) => false,
        };
        if !may_stand || self.rest().starts_with("/>") {
            return None;
        }
        let (mut escaped, mut in_class) = (false, false);
        for (at, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' => return None,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => return Some(at + 1),
                _ => {}
            }
        }
        None
    }
}

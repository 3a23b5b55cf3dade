//! SQL as PostgreSQL's tokens, statement by statement: quotes, dollar quotes, nested comments, and the data of a dump's
//! `copy`. It knows no grammar, keeps no stack, and is total: what does not end is told by its line.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A keyword or a name without quotes.
    Word,
    /// A name in double quotes.
    Quoted,
    /// A text in single quotes, escapes as they were written.
    Text,
    /// A text between dollar quotes.
    Dollar,
    /// A number or a parameter.
    Number,
    Sign(char),
}

/// One token: what stands inside its quotes, where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'t> {
    pub kind: Kind,
    pub text: &'t str,
    /// Counted from 1, in the text that was read.
    pub line: u32,
    /// Bytes of the whole token in the text that was read.
    pub from: usize,
    pub to: usize,
}

impl Token<'_> {
    /// Whether it is that keyword, in whatever case.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is that sign.
    #[must_use]
    pub fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }
}

/// What a text held beside its statements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rest<'t> {
    pub comments: Vec<&'t str>,
    /// The line of a quote or comment that does not end.
    pub unclosed: Option<u32>,
}

/// Hands each statement's tokens to `each`; empty ones are left out.
pub fn statements<'t>(text: &'t str, mut each: impl FnMut(&[Token<'t>])) -> Rest<'t> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, line: 1, rest: Rest::default() };
    let mut tokens: Vec<Token<'t>> = Vec::new();
    let mut is_atomic = false;
    while let Some(token) = lexer.next(tokens.is_empty()) {
        if token.is_sign(';') {
            // The body of a SQL-standard function has statements of its own.
            if is_atomic && !tokens.last().is_some_and(|it| it.is("end")) {
                continue;
            }
            let copies = is_copy(&tokens);
            if !tokens.is_empty() {
                each(&tokens);
            }
            tokens.clear();
            is_atomic = false;
            if copies {
                lexer.skip_data();
            }
            continue;
        }
        is_atomic |= token.is("atomic") && tokens.last().is_some_and(|it| it.is("begin"));
        tokens.push(token);
    }
    if !tokens.is_empty() {
        each(&tokens);
    }
    lexer.rest
}

fn is_copy(tokens: &[Token<'_>]) -> bool {
    let reads = tokens.windows(2).any(|it| matches!(it, [from, stdin] if from.is("from") && stdin.is("stdin")));
    reads && tokens.first().is_some_and(|it| it.is("copy"))
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    line: u32,
    rest: Rest<'t>,
}

impl<'t> Lexer<'t> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn step(&mut self) {
        if self.byte(0) == b'\n' {
            self.line += 1;
        }
        self.at += 1;
    }

    fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn slice(&self, from: usize, to: usize) -> &'t str {
        self.text.get(from..to.min(self.text.len())).unwrap_or_default()
    }

    fn next(&mut self, is_start: bool) -> Option<Token<'t>> {
        self.blank(is_start);
        if self.is_done() {
            return None;
        }
        let (from, line) = (self.at, self.line);
        let made = |kind, text, to| Some(Token { kind, text, line, from, to });
        match self.byte(0) {
            b'\'' => {
                let inside = self.quoted(b'\'', false);
                made(Kind::Text, inside, self.at)
            }
            b'"' => {
                let inside = self.quoted(b'"', false);
                made(Kind::Quoted, inside, self.at)
            }
            b'$' => {
                if let Some(inside) = self.dollar() {
                    made(Kind::Dollar, inside, self.at)
                } else {
                    self.step();
                    self.run(|it| it.is_ascii_digit());
                    made(Kind::Number, self.slice(from, self.at), self.at)
                }
            }
            it if it.is_ascii_digit() => {
                self.run(|it| it.is_ascii_alphanumeric() || it == b'.' || it == b'_');
                made(Kind::Number, self.slice(from, self.at), self.at)
            }
            it if is_word(it) => {
                self.run(|it| is_word(it) || it.is_ascii_digit() || it == b'$');
                let text = self.slice(from, self.at);
                // `E'…'` has escapes; `B'…'`, `X'…'`, `N'…'` and `U&'…'` do not.
                if self.byte(0) == b'\'' && matches!(text, "e" | "E" | "b" | "B" | "x" | "X" | "n" | "N") {
                    let inside = self.quoted(b'\'', matches!(text, "e" | "E"));
                    return made(Kind::Text, inside, self.at);
                }
                made(Kind::Word, text, self.at)
            }
            it => {
                self.step();
                made(Kind::Sign(char::from(it)), self.slice(from, self.at), self.at)
            }
        }
    }

    fn run(&mut self, is_inside: impl Fn(u8) -> bool) {
        while !self.is_done() && is_inside(self.byte(0)) {
            self.at += 1;
        }
    }

    /// Skips white space, comments, and psql's own commands where a statement may begin.
    fn blank(&mut self, is_start: bool) {
        loop {
            match (self.byte(0), self.byte(1)) {
                _ if self.is_done() => return,
                (b'-', b'-') => {
                    let from = self.at;
                    self.end_line();
                    self.rest.comments.push(self.slice(from, self.at));
                }
                (b'/', b'*') => self.comment(),
                (b'\\', _) if is_start => self.end_line(),
                (it, _) if it.is_ascii_whitespace() => self.step(),
                // A mark of the byte order, at the beginning or where files were put together.
                (0xef, 0xbb) if self.byte(2) == 0xbf => self.at += 3,
                _ => return,
            }
        }
    }

    fn end_line(&mut self) {
        self.run(|it| it != b'\n');
    }

    fn comment(&mut self) {
        let (from, line) = (self.at, self.line);
        let mut depth = 0_u32;
        while !self.is_done() {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        self.rest.comments.push(self.slice(from, self.at));
                        return;
                    }
                }
                _ => self.step(),
            }
        }
        self.rest.unclosed.get_or_insert(line);
    }

    fn quoted(&mut self, quote: u8, has_escapes: bool) -> &'t str {
        let line = self.line;
        self.at += 1;
        let from = self.at;
        while !self.is_done() {
            match self.byte(0) {
                b'\\' if has_escapes => {
                    self.step();
                    self.step();
                }
                it if it == quote && self.byte(1) == quote => self.at += 2,
                it if it == quote => {
                    self.at += 1;
                    return self.slice(from, self.at - 1);
                }
                _ => self.step(),
            }
        }
        self.rest.unclosed.get_or_insert(line);
        self.slice(from, self.at)
    }

    fn dollar(&mut self) -> Option<&'t str> {
        let rest = self.text.get(self.at..)?;
        let tag_end = rest.get(1..)?.find('$')? + 2;
        let tag = rest.get(..tag_end)?;
        let name = tag.trim_matches('$');
        let is_tag = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_' || it >= 0x80)
            && !name.starts_with(|it: char| it.is_ascii_digit());
        if !is_tag {
            return None;
        }
        let (line, from) = (self.line, self.at + tag_end);
        let length = rest.get(tag_end..)?.find(tag);
        let to = from + length.unwrap_or(rest.len() - tag_end);
        if length.is_none() {
            self.rest.unclosed.get_or_insert(line);
        }
        let inside = self.slice(from, to);
        self.line += newlines(inside);
        self.at = (to + tag_end).min(self.bytes.len());
        Some(inside)
    }

    /// Rows of a dump stand between `copy … from stdin;` and a line of `\.`.
    fn skip_data(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.find("\n\\.").map_or(rest.len(), |it| it + 3);
        self.line += newlines(rest.get(..length).unwrap_or_default());
        self.at += length;
    }
}

fn is_word(it: u8) -> bool {
    it.is_ascii_alphabetic() || it == b'_' || it >= 0x80
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|it| *it == b'\n').count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};
    use rstest::rstest;

    fn read(text: &str) -> (Vec<(u32, String)>, Option<u32>) {
        let mut found = Vec::new();
        let rest = statements(text, |tokens| {
            let words: Vec<&str> = tokens.iter().map(|it| it.text).collect();
            found.push((tokens.first().map_or(0, |it| it.line), words.join(" ")));
        });
        (found, rest.unclosed)
    }

    #[rstest]
    #[case::plain("a;\nb;;\n c", &[(1, "a"), (2, "b"), (3, "c")])]
    #[case::quotes("select ';', \"a;b\", 'it''s;';b", &[(1, "select ; , a;b , it''s;"), (1, "b")])]
    #[case::escapes("select E'\\';', 'a\\';b", &[(1, "select \\'; , a\\"), (1, "b")])]
    #[case::comments("-- a;\n/* b; /* c; */ */ d;", &[(2, "d")])]
    #[case::dollars("do $$ begin; end $$;\nselect $1 $x$ $$;\n $x$;e", &[(1, "do  begin; end "), (2, "select $1  $$;\n "), (3, "e")])]
    #[case::copy("copy a from stdin;\n1\t';\n\\.\nb;", &[(1, "copy a from stdin"), (4, "b")])]
    #[case::psql("\\connect acme\nb;", &[(2, "b")])]
    #[case::atomic("create function f() begin atomic select 1; select 2; end; b;", &[(1, "create function f ( ) begin atomic select 1 select 2 end"), (1, "b")])]
    #[case::marked("\u{feff}a;", &[(1, "a")])]
    fn statements_are_told_apart(#[case] text: &str, #[case] wanted: &[(u32, &str)]) {
        let wanted: Vec<(u32, String)> = wanted.iter().map(|(line, text)| (*line, (*text).to_owned())).collect();
        assert_eq!(read(text), (wanted, None));
    }

    #[rstest]
    #[case("a;\n'open", 2)]
    #[case("\"open", 1)]
    #[case("\n\n/* open /* */", 3)]
    #[case("$x$ open $$", 1)]
    fn what_does_not_end_is_told(#[case] text: &str, #[case] line: u32) {
        assert_eq!(read(text).1, Some(line));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>()) {
            read(&text);
        }
    }
}

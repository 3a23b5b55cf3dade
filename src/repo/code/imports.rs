//! What a file imports, by the name that it writes. Types alone are left out: they are gone before the code runs.

use super::lex::Token;

/// One import or re-export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The module as it is written, such as `./admin` or `@/lib/admin`.
    pub from: String,
    /// The names that are taken out of it, as the module calls them.
    pub names: Vec<String>,
    pub line: u32,
}

pub(super) fn of(tokens: &[Token<'_>]) -> (Vec<Import>, Vec<u32>) {
    let (mut imports, mut computed) = (Vec::new(), Vec::new());
    let get = |at: usize| tokens.get(at).copied();
    for (at, token) in tokens.iter().enumerate() {
        let is_member = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|it| it.is('.'));
        let Some(word) = token.word().filter(|_| !is_member) else { continue };
        let line = token.line;
        let called = get(at + 1).is_some_and(|it| it.is('('));
        match word {
            "import" | "require" if called => match get(at + 2).and_then(Token::text) {
                Some(from) => imports.push(Import { from: from.to_owned(), names: Vec::new(), line }),
                // `require()` without anything, and a function of that name, import nothing.
                None if get(at + 2).is_some_and(|it| it.is(')')) => {}
                None => computed.push(line),
            },
            "import" | "export" => {
                if let Some((from, names)) = statement(tokens, at + 1, word == "import") {
                    imports.push(Import { from, names, line });
                }
            }
            _ => {}
        }
    }
    (imports, computed)
}

/// `import a, { b as c } from "x"`, `import "x"`, `export { b } from "x"`, `export * from "x"`.
fn statement(tokens: &[Token<'_>], start: usize, is_import: bool) -> Option<(String, Vec<String>)> {
    let get = |at: usize| tokens.get(at).copied();
    if let Some(from) = get(start)?.text().filter(|_| is_import) {
        return Some((from.to_owned(), Vec::new()));
    }
    let is_type = get(start)?.word() == Some("type")
        && get(start + 1).is_some_and(|it| it.is('{') || it.is('*') || it.word().is_some_and(|word| word != "from"));
    let mut names = Vec::new();
    let (mut at, mut inside, mut is_start) = (start, false, true);
    // A clause of names is words and a few signs; anything else means that this is no import.
    loop {
        let token = get(at)?;
        match token.word() {
            Some("from") if !inside && get(at + 1).is_some_and(|it| it.text().is_some()) => {
                let from = get(at + 1)?.text()?;
                return (!is_type).then(|| (from.to_owned(), names));
            }
            Some("const" | "let" | "var" | "function" | "class" | "default" | "async" | "interface" | "enum") if !inside => {
                return None;
            }
            Some(word) => {
                if inside && is_start {
                    names.push(word.to_owned());
                    is_start = false;
                }
            }
            None if token.is('{') => (inside, is_start) = (true, true),
            None if token.is('}') => inside = false,
            None if token.is(',') => is_start = true,
            None if token.is('*') => {}
            None => return None,
        }
        at += 1;
    }
}

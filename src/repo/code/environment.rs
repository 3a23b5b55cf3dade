//! Which environment variables a file reads: `process.env.X`, `import.meta.env.X`, `Deno.env.get("X")` and their kin. What
//! is read by a computed name is told by its line and never guessed.

use super::imports::Import;
use super::lex::Token;
use serde::{Deserialize, Serialize};

/// A variable that is read by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRead {
    pub name: String,
    pub line: u32,
}

/// The objects that hold the environment, as words between points.
const HOLDERS: [&[&str]; 3] = [&["process", "env"], &["import", "meta", "env"], &["Bun", "env"]];

pub(super) fn of(tokens: &[Token<'_>], imports: &[Import]) -> (Vec<EnvironmentRead>, Vec<u32>) {
    let (mut reads, mut computed) = (Vec::new(), Vec::new());
    for import in imports.iter().filter(|it| it.from.starts_with("$env/static/")) {
        reads.extend(import.names.iter().map(|name| EnvironmentRead { name: name.clone(), line: import.line }));
    }
    let dynamic = imports.iter().any(|it| it.from.starts_with("$env/dynamic/") && it.names.iter().any(|name| name == "env"));
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let line = token.line;
        let is_member = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|it| it.is('.'));
        // SvelteKit's `env` is a word like any other: only `env.X` and `env[…]` read it.
        let kit = chain(tokens, at, &["env"]).filter(|_| dynamic && !is_member);
        let kit = kit.filter(|after| point(tokens, *after).is_some() || tokens.get(*after).is_some_and(|it| it.is('[')));
        let held = HOLDERS.iter().filter_map(|words| chain(tokens, at, words)).chain(kit).max();
        if let Some(after) = held {
            at = read(tokens, at, after, line, &mut reads, &mut computed);
        } else if let Some(after) = chain(tokens, at, &["Deno", "env"]) {
            at = read_deno(tokens, after, line, &mut reads, &mut computed);
        } else {
            at += 1;
        }
    }
    (reads, computed)
}

/// The position behind `a.b.c`, if that stands here; `a?.b` counts too.
fn chain(tokens: &[Token<'_>], at: usize, words: &[&str]) -> Option<usize> {
    let mut at = at;
    for (position, word) in words.iter().enumerate() {
        if position > 0 {
            at = point(tokens, at)?;
        }
        tokens.get(at).filter(|it| it.word() == Some(word))?;
        at += 1;
    }
    Some(at)
}

/// The position behind `.`, `?.` or `!.`.
fn point(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let sign = |at: usize, wanted: char| tokens.get(at).is_some_and(|it| it.is(wanted));
    let at = if sign(at, '?') || sign(at, '!') { at + 1 } else { at };
    sign(at, '.').then_some(at + 1)
}

fn read(
    tokens: &[Token<'_>],
    start: usize,
    after: usize,
    line: u32,
    reads: &mut Vec<EnvironmentRead>,
    computed: &mut Vec<u32>,
) -> usize {
    let get = |at: usize| tokens.get(at).copied();
    let sign = |at: usize, wanted: char| get(at).is_some_and(|it| it.is(wanted));
    let by_point = point(tokens, after);
    if let Some((at, name)) = by_point.and_then(|at| Some((at, get(at)?.word()?))) {
        // `process.env.X = …` sets it, which is no read; `==` compares.
        if !sign(at + 1, '=') || sign(at + 2, '=') {
            reads.push(EnvironmentRead { name: name.to_owned(), line });
        }
        return at + 1;
    }
    let bracket = by_point.unwrap_or(after);
    if sign(bracket, '[') {
        match get(bracket + 1).and_then(Token::text).filter(|_| sign(bracket + 2, ']')) {
            Some(name) => reads.push(EnvironmentRead { name: name.to_owned(), line }),
            None => computed.push(line),
        }
        return bracket + 1;
    }
    // `const { A, B: b = 1 } = process.env`
    match unpacked(tokens, start) {
        Some(names) => reads.extend(names.into_iter().map(|name| EnvironmentRead { name, line })),
        None => computed.push(line),
    }
    after
}

/// The names that a pattern before `= process.env` takes out of it; none if there is no such pattern, or it takes the rest.
fn unpacked(tokens: &[Token<'_>], start: usize) -> Option<Vec<String>> {
    let before = |back: usize| start.checked_sub(back).and_then(|at| tokens.get(at));
    before(1).filter(|it| it.is('='))?;
    before(2).filter(|it| it.is('}'))?;
    let close = start.checked_sub(2)?;
    let mut depth = 0_u32;
    let open = (0..=close).rev().find(|at| {
        match tokens.get(*at) {
            Some(it) if it.is('}') => depth += 1,
            Some(it) if it.is('{') => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    let inside = tokens.get(open + 1..close)?;
    let (mut names, mut is_start, mut depth) = (Vec::new(), true, 0_u32);
    for token in inside {
        match token.kind {
            super::lex::Kind::Sign('.' | '[') if is_start => return None,
            super::lex::Kind::Sign('(' | '[' | '{') => depth += 1,
            super::lex::Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            super::lex::Kind::Sign(',') if depth == 0 => {
                is_start = true;
                continue;
            }
            super::lex::Kind::Word(name) | super::lex::Kind::Text(name) if is_start => names.push(name.to_owned()),
            _ => {}
        }
        is_start = false;
    }
    Some(names)
}

/// `Deno.env.get("X")`; `has` is no read, `toObject` reads all.
fn read_deno(tokens: &[Token<'_>], after: usize, line: u32, reads: &mut Vec<EnvironmentRead>, computed: &mut Vec<u32>) -> usize {
    let get = |at: usize| tokens.get(at).copied();
    let Some(at) = point(tokens, after) else {
        computed.push(line);
        return after;
    };
    match get(at).and_then(Token::word) {
        Some("get") => match get(at + 2).and_then(Token::text) {
            Some(name) => reads.push(EnvironmentRead { name: name.to_owned(), line }),
            None => computed.push(line),
        },
        Some("has" | "set" | "delete") => {}
        _ => computed.push(line),
    }
    at + 1
}

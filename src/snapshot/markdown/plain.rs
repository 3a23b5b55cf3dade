//! Text that stays text: in CommonMark, in GitHub's and Slack's dialects, in a mail program that makes links by itself, and
//! in a spreadsheet that it is pasted into. It takes nothing away and changes nothing that a reader sees.

/// Has no width and no meaning. It parts what must not be read as one: `@` and a name, `www` and its dot. A backslash does
/// not do that: mentions and many links are made after the escapes are gone.
const APART: char = '\u{200b}';

/// `text` with everything neutralised that could be markup, a link, a mention or a formula. White space at both ends goes,
/// for it can make code of a line; there are no line breaks in it, as in every text of a page.
pub(crate) fn plain(text: &str) -> String {
    let text: Vec<char> = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    if begins_a_block(&text) {
        out.push(APART);
    }
    let mut before = None;
    for (at, &c) in text.iter().enumerate() {
        let after = text.get(at + 1).copied();
        let rest = text.get(at + 1..).unwrap_or_default();
        if c == '.' && is_in_a_name(before, after) {
            out.push(APART);
        }
        match c {
            '_' if is_word(before) && is_word(after) => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '$' | '^' | '#' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' if is_reference(rest) => out.push_str("&amp;"),
            c => out.push(c),
        }
        if parts(c, after, rest) {
            out.push(APART);
        }
        before = Some(c);
    }
    out
}

/// Whether the first characters could begin a list, a heading's underline, a line across the page, front matter or, in a
/// spreadsheet, a formula. What begins other blocks is escaped wherever it stands.
fn begins_a_block(text: &[char]) -> bool {
    let digits = text.iter().take_while(|c| c.is_ascii_digit()).count();
    match text.first() {
        Some('=' | '+' | '-' | '@' | ':' | '＝' | '＋' | '－' | '＠') => true,
        _ => digits > 0 && matches!(text.get(digits), Some('.' | ')')),
    }
}

/// Whether something harmless has to stand after `c`.
fn parts(c: char, after: Option<char>, rest: &[char]) -> bool {
    match c {
        // A mention, an address; an issue's number.
        '@' | '#' => after.is_some(),
        // An address with its scheme, or the name of a little picture.
        ':' => after == Some('/') || is_short_name(rest),
        _ => false,
    }
}

/// Whether a dot stands inside the name of a host, or after `www`, which is enough for a link. Numbers have dots too.
fn is_in_a_name(before: Option<char>, after: Option<char>) -> bool {
    matches!(before, Some('w' | 'W')) && after.is_some()
        || before.is_some_and(char::is_alphanumeric) && after.is_some_and(|c| c.is_alphanumeric() && !c.is_ascii_digit())
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric())
}

/// `lt;` or `#60;`: what makes an `&` more than itself.
fn is_reference(rest: &[char]) -> bool {
    let name = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '#').count();
    name > 0 && rest.get(name) == Some(&';')
}

/// `tada:`, which closes the name of a little picture.
fn is_short_name(rest: &[char]) -> bool {
    let name = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-')).count();
    name > 0 && rest.get(name) == Some(&':')
}

//! What stands around a value: the name that it is given, the words before it, whether it is a piece of something longer.
//! For shapes that many things share (a UUID, 32 hexadecimal digits), the neighbourhood is all there is to go by.

use super::names;
use crate::scan::entropy;
use crate::scan::rule::{Candidate, Charset, Judged, Reach, mentions};

/// A pattern for [`Reach::Near`]: a value that stands alone. The provider's name is a word of the rule, and a little text may
/// stand in between: an assignment in any language, a nested table.
///
/// [`Reach::Near`]: crate::scan::rule::Reach::Near
macro_rules! near {
    ($value:literal) => {
        concat!(r#"(?:[^A-Za-z0-9_/+.%-](?:\\[ntr])?|%[0-9A-Fa-f]{2})("#, $value, r#")(?:[^A-Za-z0-9_/+-]|$)"#)
    };
}
/// A pattern: a name, the rest of it, what assigns in any language or format, and the value.
///
/// Between a name and what assigns there may be its end (a quote, a bracket, a tag), its type, and the word that some formats
/// have for a value: `name: N`, then `value: V`. What assigns is a sign, a word, or nothing but a blank, as in `ENV N V`.
macro_rules! named {
    ($name:literal, $value:literal) => {
        concat!(
            "(?:",
            $name,
            r#")[A-Za-z0-9_.$-]{0,40}["'`\\\])\[]{0,4}(?:</[A-Za-z:]{1,20}>)?"#,
            r#"(?:\s?:?\s?&?(?:'static )?(?i:string|str)\??)?(?:\s?\{\s?get;[^}\n]{0,30}\})?"#,
            r#"(?:[\s"'`,;)}|]{0,12}\{?\s{0,12}(?:type\s{0,8}=\s{0,4}string\s{1,30})?["'<-]{0,2}(?:value|default|content|string|body)["']?)?"#,
            r#"(?:\s{0,30}(?:=>|:{1,3}=|[?+.|]?=|={2,3}|:|,|>|\|{1,2}=?|\?\?|\(|\s(?i:to|is|as)\s)\s{0,30}|[ \t]{1,8})"#,
            r#"(?:(?:process\.env|import\.meta\.env|env|ENV)[.\[][A-Za-z0-9_"'\]]{1,60}\s?(?:\|\||\?\?|,)\s?)?"#,
            r#"(?:[(\[{]?(?:@|[rbuf])["']{1,3}|[(\[{]?["'`\\]{0,4})(?:(?i:bearer|basic|token|bot)\s{1,3})?("#,
            $value,
            ")"
        )
    };
}
pub(super) use {named, near};

/// How far behind its provider's name a value of a common shape is looked for.
pub(super) const BESIDE: Reach = Reach::Near(260);

/// Whether no character of `charset` touches the value.
pub(super) fn stands_alone(candidate: &Candidate<'_>, charset: Charset) -> bool {
    let before = candidate.at.start.checked_sub(1).and_then(|at| candidate.text.get(at));
    let after = candidate.text.get(candidate.at.end);
    let escaped = candidate.text.get(candidate.at.start.saturating_sub(2)..candidate.at.start);
    let escaped = escaped.is_some_and(|it| matches!(it, [b'\\', b'n' | b't' | b'r']));
    let opens = escaped || before.is_none_or(|byte| *byte == b'=' || !charset.has(*byte));
    opens && after.is_none_or(|byte| !charset.has(*byte))
}

/// Whether a dot and more of the same follow, as in an address or in a token of several parts.
fn goes_on(candidate: &Candidate<'_>) -> bool {
    let after = candidate.text.get(candidate.at.end..).unwrap_or_default();
    matches!(after, [b'.', next, ..] if next.is_ascii_alphanumeric())
}

/// Where `piece` begins in `text`.
pub(super) fn places<'t>(text: &'t [u8], piece: &'t [u8]) -> impl Iterator<Item = usize> + 't {
    text.windows(piece.len().max(1)).enumerate().filter(move |(_, it)| *it == piece).map(|(at, _)| at)
}

/// Words in a name or before a value which say that random text there is no secret.
const NO_SECRET: &[&str] = &[
    "sha1",
    "sha-1",
    "sha256",
    "sha-256",
    "sha512",
    "sha-512",
    "sha384",
    "md5",
    "hash",
    "digest",
    "checksum",
    "integrity",
    "etag",
    "commit",
    "revision",
    "nonce",
    "csrf",
    "xsrf",
    "uuid",
    "guid",
    "build_id",
    "buildid",
    "build-id",
    "fingerprint",
    "thumbprint",
    "signature",
    "blob/",
    "tree/",
    "version",
];

/// What stands before the value on its line; where that gives it no name of its own, as in XML or below `name: N`, the
/// lines above too.
pub(super) fn lead<'t>(candidate: &Candidate<'t>, most: usize) -> &'t [u8] {
    let line = candidate.line_before(most);
    let blank = line.iter().all(u8::is_ascii_whitespace);
    let neutral = line.iter().any(u8::is_ascii_alphabetic) && names::before(line).is_empty();
    if blank || neutral { candidate.before(most) } else { line }
}

/// Whether what stands before the value on its line names a digest, an identifier or something else that is random and
/// no secret.
pub(super) fn is_told_harmless(candidate: &Candidate<'_>) -> bool {
    mentions(lead(candidate, 100), NO_SECRET)
}

/// Words that name something secret.
const SECRETIVE: &[&str] =
    &["key", "token", "secret", "auth", "pass", "credential", "bearer", "private", "login", " -u ", " -t "];

/// A value near its provider's name, on a line that speaks of a key: of letters and digits, and random.
pub(super) fn beside_its_name(candidate: &Candidate<'_>) -> Option<Judged> {
    let value = candidate.value();
    let only_digits = value.iter().all(u8::is_ascii_digit);
    let fits = !only_digits && entropy::looks_random(value) && stands_alone(candidate, Charset::Base64Url) && !goes_on(candidate);
    let told = speaks_of_a_key(candidate) || is_argument(candidate) || is_named_after_it(candidate);
    (fits && told && !is_told_harmless(candidate)).then(|| candidate.kept())
}

/// Whether its whole name is the provider's, as in a table of keys: `acme: "…"`.
fn is_named_after_it(candidate: &Candidate<'_>) -> bool {
    let line = candidate.line_before(100);
    let name = names::before(line);
    let assigned = line.iter().rev().find(|byte| !matches!(**byte, b'"' | b'\'' | b'`' | b' '));
    matches!(assigned, Some(b':' | b'='))
        && name.len() >= 5
        && candidate.rule.literals.iter().any(|it| it.eq_ignore_ascii_case(&name))
}

/// The same, for values that are more than hexadecimal digits: what has nothing else is a digest.
pub(super) fn beside_its_name_and_no_digest(candidate: &Candidate<'_>) -> Option<Judged> {
    let digest = candidate.value().iter().all(u8::is_ascii_hexdigit);
    if digest { None } else { beside_its_name(candidate) }
}

/// Whether it is handed to something of its provider's, as in `acme.Client("…")`.
fn is_argument(candidate: &Candidate<'_>) -> bool {
    let line = candidate.line_before(100);
    let before = line.iter().rev().find(|byte| !matches!(**byte, b'"' | b'\'' | b'`' | b' '));
    let quoted = line.last().is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let text = String::from_utf8_lossy(line);
    quoted
        && matches!(before, Some(b'(' | b','))
        && text.contains('(')
        && candidate.rule.literals.iter().any(|it| text.contains(it))
}

fn speaks_of_a_key(candidate: &Candidate<'_>) -> bool {
    mentions(lead(candidate, 140), SECRETIVE)
}

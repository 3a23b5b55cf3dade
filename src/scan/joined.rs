//! Reads strings as the program that holds them would: escapes, percent signs and entities decoded, neighbouring
//! literals joined. Reads only the neighbourhood of such a place, one level, and tells where each byte came from.

use std::ops::Range;

/// How far around a place text is decoded: longer than a token, and than what stands beside it.
const AROUND: usize = 2048;

/// Bytes on both sides of a neighbourhood that part it from the next, with those that tell what stands at a place.
pub(super) const GAPS: usize = 2 * AROUND + 256;

/// Neighbourhoods that meet are one, up to this length; then the next begins, and overlaps it.
const MOST: usize = 64 * 1024;

/// A neighbourhood, decoded. Its text is to be wiped if there was something in it.
pub(super) struct Joined {
    pub text: Vec<u8>,
    /// What it is of the original.
    at: Range<usize>,
    /// After each edit, the place in `text` and the place in the original that it goes on from.
    steps: Vec<(usize, usize)>,
    /// What was decoded or taken out, in the original.
    edits: Vec<Range<usize>>,
}

impl Joined {
    /// Bytes of the original that were read together.
    pub(super) fn length(&self) -> usize {
        self.at.len()
    }

    /// Where the decoded bytes came from. A byte that was decoded came from the whole of its escape.
    pub(super) fn original(&self, inside: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let step = self.steps.partition_point(|(to, _)| *to <= at);
            let (to, from) = step.checked_sub(1).and_then(|it| self.steps.get(it)).copied().unwrap_or((0, self.at.start));
            from + (at - to)
        };
        let last = place(inside.end.saturating_sub(1).max(inside.start));
        let escape = self.edits.binary_search_by_key(&last, |edit| edit.start).ok().and_then(|it| self.edits.get(it));
        place(inside.start)..escape.map_or(last + 1, |edit| edit.end)
    }

    /// Whether something was decoded or taken out between these places of the original.
    pub(super) fn edited(&self, original: &Range<usize>) -> bool {
        let next = self.edits.partition_point(|it| it.end <= original.start);
        self.edits.get(next).is_some_and(|it| it.start < original.end)
    }

    /// Whether a place is too near to where the neighbourhood was cut for what stands around it to be known.
    pub(super) fn near_the_cut(&self, original: &Range<usize>, whole: usize) -> bool {
        let near = 128;
        (self.at.start > 0 && original.start < self.at.start + near) || (self.at.end < whole && original.end + 1 >= self.at.end)
    }
}

/// Whether a byte may stand there.
pub(super) type IsByte = fn(u8) -> bool;

/// The words that the sieve looks for besides those of rules, and what must follow: each may be such a place.
pub(super) const WORDS: &[(&str, &[IsByte])] = &[
    ("\\x", &[is_ascii_half, is_hex]),
    ("\\u00", &[is_ascii_half, is_hex]),
    ("\\u{", &[is_ascii_half, is_hex]),
    (":\\/\\/", &[]),
    (".concat(", &[]),
    ("${", &[is_quote]),
];

fn is_ascii_half(digit: u8) -> bool {
    (b'2'..=b'7').contains(&digit)
}

fn is_hex(digit: u8) -> bool {
    digit.is_ascii_hexdigit()
}

/// Finds the places that the sieve does not: one pass for the signs that begin or join something.
pub(super) fn places(text: &[u8], marks: &mut Vec<usize>) {
    marks.extend(memchr::memchr3_iter(b'%', b'+', b'&', text).filter(|at| match text.get(*at) {
        Some(b'%') => tells(text, *at),
        Some(b'&') => text.get(at + 1) == Some(&b'#') && tells(text, *at),
        // The quote before the plus sign, if there is one, is where the join begins.
        _ => quote_before(text, *at).is_some_and(|quote| tells(text, quote)),
    }));
}

/// The neighbourhoods of `marks`, decoded. Marks that decode to nothing of a token are passed by.
pub(super) fn joined(text: &[u8], mut marks: Vec<usize>) -> impl Iterator<Item = Joined> + '_ {
    marks.retain(|at| match text.get(*at) {
        Some(b'\\' | b'$') => tells(text, *at),
        Some(b'.') => at.checked_sub(1).is_some_and(|quote| tells(text, quote)),
        _ => true,
    });
    marks.sort_unstable();
    let mut marks = marks.into_iter().peekable();
    std::iter::from_fn(move || {
        let first = marks.next()?;
        let start = first.saturating_sub(AROUND);
        let mut end = text.len().min(first + AROUND);
        while let Some(next) = marks.next_if(|next| next.saturating_sub(AROUND) <= end && end - start < MOST) {
            end = text.len().min(next + AROUND);
        }
        Some(decode(text, start..end))
    })
}

fn decode(text: &[u8], at: Range<usize>) -> Joined {
    let mut joined = Joined { text: Vec::with_capacity(at.len()), at: at.clone(), steps: Vec::new(), edits: Vec::new() };
    let mut place = at.start;
    let mut in_template = false;
    while place < at.end {
        let rest = text.get(place..at.end).unwrap_or_default();
        let plain = rest.iter().position(|byte| is_sign(*byte)).unwrap_or(rest.len());
        joined.text.extend_from_slice(rest.get(..plain).unwrap_or_default());
        place += plain;
        let Some(sign) = text.get(place).filter(|_| place < at.end) else { break };
        let closes = in_template && is_quote(*sign) && text.get(place + 1) == Some(&b'}');
        let edit = if closes { Some((2, None)) } else { edit(text, place) };
        match edit {
            Some((length, becomes)) if place + length <= at.end => {
                in_template = if closes { false } else { in_template || *sign == b'$' };
                joined.text.extend(becomes);
                joined.edits.push(place..place + length);
                place += length;
                joined.steps.push((joined.text.len(), place));
            }
            _ => {
                joined.text.push(*sign);
                place += 1;
            }
        }
    }
    joined
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&' | b'$' | b'"' | b'\'' | b'`')
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// What stands at `at`: how long it is and the byte that it means, or none if it is to be taken out.
fn edit(text: &[u8], at: usize) -> Option<(usize, Option<u8>)> {
    let rest = text.get(at..text.len().min(at + 128))?;
    let byte = |length: usize, byte: u8| Some((length, Some(byte)));
    match rest {
        [b'\\', b'x', a, b, ..] => byte(4, printable(hex([*a, *b])?)?),
        [b'\\', b'u', b'0', b'0', a, b, ..] | [b'\\', b'u', b'{', a, b, b'}', ..] | [b'&', b'#', b'x' | b'X', a, b, b';', ..] => {
            byte(6, printable(hex([*a, *b])?)?)
        }
        [b'\\', b'n', ..] => byte(2, b'\n'),
        [b'\\', b'r', ..] => byte(2, b'\r'),
        [b'\\', b't', ..] => byte(2, b'\t'),
        [b'\\', sign @ (b'/' | b'"' | b'\'' | b'`' | b'\\'), ..] => byte(2, *sign),
        [b'%', a, b, ..] => byte(3, printable(hex([*a, *b])?)?),
        [b'&', b'#', a @ b'0'..=b'9', b @ b'0'..=b'9', b';', ..] => byte(5, printable((a - b'0') * 10 + (b - b'0'))?),
        [b'&', ..] => {
            let named = [("&amp;", b'&'), ("&quot;", b'"'), ("&apos;", b'\''), ("&lt;", b'<'), ("&gt;", b'>')];
            named.iter().find(|(name, _)| rest.starts_with(name.as_bytes())).and_then(|(name, it)| byte(name.len(), *it))
        }
        [b'$', b'{', quote, ..] if is_quote(*quote) => Some((3, None)),
        [quote, more @ ..] if is_quote(*quote) => join(more).map(|length| (1 + length, None)),
        _ => None,
    }
}

/// How much of what follows a closing quote leads to the next literal: a plus sign, or `.concat(`.
fn join(rest: &[u8]) -> Option<usize> {
    let blank = |rest: &[u8]| rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let before = blank(rest);
    let sign = rest.get(before..)?;
    let length = if sign.starts_with(b"+") {
        1
    } else if sign.starts_with(b".concat(") {
        8
    } else {
        return None;
    };
    let after = before + length;
    let opens = after + blank(rest.get(after..)?);
    rest.get(opens).filter(|byte| is_quote(**byte)).map(|_| opens + 1)
}

/// Whether what stands at `at` decodes to a letter of a token, or joins two pieces of one.
fn tells(text: &[u8], at: usize) -> bool {
    let in_token = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'+' | b':' | b'=' | b'.' | b'@' | b'|' | b'~')
    };
    let before = at.checked_sub(1).and_then(|it| text.get(it)).is_some_and(|byte| in_token(*byte));
    match edit(text, at) {
        Some((_, Some(byte))) => in_token(byte),
        Some((length, None)) => before && text.get(at + length).is_some_and(|byte| in_token(*byte)),
        None => false,
    }
}

fn quote_before(text: &[u8], plus: usize) -> Option<usize> {
    let from = plus.saturating_sub(64);
    let back = text.get(from..plus)?.iter().rposition(|byte| !byte.is_ascii_whitespace())?;
    text.get(from + back).filter(|byte| is_quote(**byte)).map(|_| from + back)
}

fn hex(digits: [u8; 2]) -> Option<u8> {
    let [a, b] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(a? * 16 + b?).ok()
}

fn printable(byte: u8) -> Option<u8> {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t').then_some(byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn all(text: &str) -> Joined {
        decode(text.as_bytes(), 0..text.len())
    }

    #[rstest]
    #[case(r#""sk-"+"proj-a""#, "\"sk-proj-a\"")]
    #[case("\"sk-\" +\n   'proj'", "\"sk-proj'")]
    #[case(r#""sk-".concat("proj")"#, "\"sk-proj\")")]
    #[case("`sk-${\"proj\"}-a`", "`sk-proj-a`")]
    #[case(r"sk\u002dproj\x2da\/b", "sk-proj-a/b")]
    #[case("postgres%3A%2F%2Fa", "postgres://a")]
    #[case("a&amp;b&#x2d;c&#45;d&quot;", "a&b-c-d\"")]
    #[case(r"one\ntwo", "one\ntwo")]
    #[case("100% of %zz \\q & $x \"a\"}", "100% of %zz \\q & $x \"a\"}")]
    #[case("\"a\", \"b\" + c", "\"a\", \"b\" + c")]
    #[case("\\u0442", "\\u0442")]
    fn strings_are_read_as_programs_do(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(String::from_utf8_lossy(&all(text).text), expected);
    }

    #[rstest]
    #[case(r#""sk-"+"proj""#, 4, true)]
    #[case(r#""prod:happy-animal-123"+"|ab""#, 22, true)]
    #[case(r#""of the " + "next""#, 8, false)]
    #[case("%2F", 0, true)]
    #[case("%20", 0, false)]
    #[case(r"\u003cb", 0, false)]
    #[case(r"\u002d", 0, true)]
    fn only_pieces_of_tokens_tell(#[case] text: &str, #[case] at: usize, #[case] expected: bool) {
        assert_eq!(tells(text.as_bytes(), at), expected);
    }

    #[test]
    fn neighbourhoods_are_bounded_and_merged() {
        let text = format!("{}%2F{}%2F{}%2F", "a".repeat(9000), "b".repeat(100), "c".repeat(9000));
        let mut marks = Vec::new();
        places(text.as_bytes(), &mut marks);
        assert_eq!(marks.len(), 3);
        let found: Vec<_> = joined(text.as_bytes(), marks).map(|it| it.at).collect();
        assert_eq!(found.len(), 2);
        assert!(found[0].start == 9000 - AROUND && found[0].end < 12_000 && found[1].end == text.len());
    }

    proptest! {
        #[test]
        fn every_decoded_byte_says_where_it_came_from(text in "[ab\"+ %2Fx\\\\u0&#;$`{}.]{0,120}") {
            let joined = all(&text);
            let mut last = 0;
            for at in 0..joined.text.len() {
                let original = joined.original(&(at..at + 1));
                prop_assert!(original.start >= last && original.end <= text.len() && original.start < original.end);
                let same = text.as_bytes()[original.start] == joined.text[at] && original.len() == 1;
                prop_assert!(same || joined.edited(&original), "{:?} at {}", original, at);
                last = original.start;
            }
        }
    }
}

//! Texts of scripts as the browser will have them: escapes of plain characters undone and adjacent strings joined, since
//! a key may stand as `"sk-"+"proj-…"` or with `\u002d` in it (`apis/secrets.md` §7). It changes no line's number.

use zeroize::Zeroizing;

/// The flat form of a text; none if the text is flat already.
pub(super) fn flat(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::new());
    // Up to where the text has been taken over.
    let mut taken = 0;
    let mut at = 0;
    while let Some(next) =
        text.get(at..).and_then(|rest| rest.iter().position(|byte| matches!(byte, b'\\' | b'"' | b'\'' | b'`')))
    {
        at += next;
        let Some((length, put)) = escape(text, at).or_else(|| seam(text, at)) else {
            // What is escaped is no beginning of anything.
            at += if text.get(at) == Some(&b'\\') { 2 } else { 1 };
            continue;
        };
        if out.is_empty() {
            // Room for all of it, so that no copy is left behind when it grows.
            out.reserve_exact(text.len());
        }
        out.extend_from_slice(text.get(taken..at).unwrap_or_default());
        out.extend(put);
        at += length;
        taken = at;
    }
    if taken == 0 {
        return None;
    }
    out.extend_from_slice(text.get(taken..).unwrap_or_default());
    Some(out)
}

/// A character that keys are made of.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'=' | b':' | b'@' | b'|')
}

/// How long the escape at `at` is, and what it stands for.
fn escape(text: &[u8], at: usize) -> Option<(usize, Option<u8>)> {
    let rest = text.get(at..)?.strip_prefix(b"\\")?;
    let (digits, length) = match rest {
        [b'x', a, b, ..] => ([*a, *b], 4),
        [b'u', b'0', b'0', a, b, ..] => ([*a, *b], 6),
        [b'u', b'{', a, b, b'}', ..] => ([*a, *b], 6),
        _ => return None,
    };
    let code = u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?;
    is_plain(code).then_some((length, Some(code)))
}

/// The seam of two strings at `at`: a quote, a plus, a quote, between characters of keys.
fn seam(text: &[u8], at: usize) -> Option<(usize, Option<u8>)> {
    let before = at.checked_sub(1).and_then(|it| text.get(it))?;
    let rest = text.get(at..text.len().min(at + 64))?;
    if !is_plain(*before) || !is_quote(*rest.first()?) {
        return None;
    }
    let inside = rest.get(1..)?.trim_ascii_start().strip_prefix(b"+")?.trim_ascii_start();
    let (quote, behind) = (inside.first()?, inside.get(1)?);
    if !is_quote(*quote) || !is_plain(*behind) {
        return None;
    }
    let length = rest.len() - inside.len() + 1;
    // A line break in the seam would move all lines behind it.
    (!rest.get(..length)?.contains(&b'\n')).then_some((length, None))
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::joined(r#"k="sk-"+"proj-"+'ab'"#, Some(r#"k="sk-proj-ab'"#))]
    #[case::with_spaces(r#"k="sk-" + "proj""#, Some(r#"k="sk-proj""#))]
    #[case::escapes(r#"k="sk\u002dproj\x2Dab\u{5f}c""#, Some(r#"k="sk-proj-ab_c""#))]
    #[case::both(r#"k="sk\u002d"+"proj""#, Some(r#"k="sk-proj""#))]
    #[case::markup(r#"k="\u003cdiv\u003e\n""#, None)]
    #[case::an_escaped_backslash(r#"k="\\x41""#, None)]
    #[case::a_plus_in_a_string(r#"k(" + ")"#, None)]
    #[case::numbers(r#"k="a"+1"#, None)]
    #[case::cut("k=\"a\"+", None)]
    #[case::nothing("", None)]
    fn flat_texts(#[case] text: &str, #[case] wanted: Option<&str>) {
        let flat = flat(text.as_bytes()).map(|it| String::from_utf8(it.to_vec()).unwrap());
        assert_eq!(flat.as_deref(), wanted);
    }

    proptest! {
        #[test]
        fn lines_stay_where_they_are(text in r#"(\\x2d|\\u002d|"\+"|a|"|\+|\n| |\\){0,40}"#) {
            if let Some(flat) = flat(text.as_bytes()) {
                let lines = |it: &[u8]| it.iter().filter(|byte| **byte == b'\n').count();
                prop_assert_eq!(lines(&flat), lines(text.as_bytes()));
                prop_assert!(flat.len() <= text.len());
            }
        }
    }
}

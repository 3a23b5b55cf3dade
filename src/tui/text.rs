//! Text measured in terminal cells: cut, wrapped, padded. It never splits what a reader sees as one character.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many cells a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// A length as terminal cells; more than a terminal can have is as many as it can have.
#[must_use]
pub fn cells(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// At most `most` cells of `text`, the last one `…` if something was cut.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut taken = 0;
    for piece in text.graphemes(true) {
        let wide = width(piece);
        if taken + wide + 1 > most {
            break;
        }
        out.push_str(piece);
        taken += wide;
    }
    if most > 0 {
        out.push('…');
    }
    out
}

/// `text` cut or padded with spaces to exactly `cells` cells.
#[must_use]
pub fn fit(text: &str, cells: usize) -> String {
    let mut out = cut(text, cells);
    let short = cells.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', short));
    out
}

/// `text` in lines of at most `most` cells, broken at spaces; a word longer than a line is broken where it must be.
/// Never empty: no text is one empty line.
#[must_use]
pub fn wrap(text: &str, most: usize) -> Vec<String> {
    let most = most.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut taken = 0;
    for word in text.split_whitespace() {
        let wide = width(word);
        if taken > 0 && taken + 1 + wide > most {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        }
        if taken > 0 {
            line.push(' ');
            taken += 1;
        }
        if wide <= most {
            line.push_str(word);
            taken += wide;
            continue;
        }
        for piece in word.graphemes(true) {
            let wide = width(piece);
            if taken > 0 && taken + wide > most {
                lines.push(std::mem::take(&mut line));
                taken = 0;
            }
            line.push_str(piece);
            taken += wide;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_wider_than_it_may_be(text in "\\PC{0,60}", most in 2_usize..40) {
            prop_assert!(width(&cut(&text, most)) <= most);
            prop_assert_eq!(width(&fit(&text, most)), most);
            for line in wrap(&text, most) {
                prop_assert!(width(&line) <= most || line.graphemes(true).count() == 1, "{line:?}");
            }
        }

        #[test]
        fn wrapping_loses_no_word(text in "[a-z]{1,9}( [a-z]{1,9}){0,12}", most in 9_usize..40) {
            prop_assert_eq!(wrap(&text, most).join(" "), text);
        }
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(cut("日本語テキスト", 7), "日本語…");
        assert_eq!(fit("日本", 5), "日本 ");
    }
}

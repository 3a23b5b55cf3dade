//! Where lines end: at the opportunities that Unicode names (UAX 14), and inside a word only when it is wider than the line.
//! No letter is lost or added; a line keeps the space that it ends with, which nobody sees and copies keep.

use super::face::Face;
use unicode_segmentation::UnicodeSegmentation as _;

/// A line of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Set<'t> {
    pub text: &'t str,
    /// In points, without the white space at the end.
    pub width: f32,
}

/// The lines of `text` at `size` points, none wider than `width` points. Only a single letter may be, when it is itself.
pub(super) fn wrap<'t>(text: &'t str, face: &Face, size: f32, width: f32) -> Vec<Set<'t>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut end = 0;
    let ends = unicode_linebreak::linebreaks(text).map(|(at, _)| at);
    for next in ends {
        let fits = |from: usize| face.width(piece(text, from, next).trim_end(), size) <= width;
        if !fits(start) {
            if end > start {
                lines.push(set(piece(text, start, end), face, size));
                start = end;
            }
            if !fits(start) {
                start = break_word(text, start, next, face, size, width, &mut lines);
            }
        }
        end = next;
    }
    if start < text.len() {
        lines.push(set(piece(text, start, text.len()), face, size));
    }
    lines
}

/// Cuts what is wider than a line between letters as people see them, until the rest fits; answers where the rest begins.
fn break_word<'t>(
    text: &'t str,
    start: usize,
    end: usize,
    face: &Face,
    size: f32,
    width: f32,
    lines: &mut Vec<Set<'t>>,
) -> usize {
    let (mut from, mut so_far) = (start, 0.0);
    for (at, cluster) in piece(text, start, end).grapheme_indices(true) {
        let wide = face.width(cluster, size);
        let at = start + at;
        if so_far + wide > width && at > from && !cluster.trim().is_empty() {
            lines.push(set(piece(text, from, at), face, size));
            (from, so_far) = (at, 0.0);
        }
        so_far += wide;
    }
    from
}

fn piece(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

fn set<'t>(text: &'t str, face: &Face, size: f32) -> Set<'t> {
    Set { text, width: face.width(text.trim_end(), size) }
}

/// As much of `text` as fits into `width` points, ended by `…` when something is left out.
pub(super) fn fitted(text: &str, face: &Face, size: f32, width: f32) -> String {
    if face.width(text, size) <= width {
        return text.to_owned();
    }
    let mut room = width - face.width("…", size);
    let kept = text.graphemes(true).take_while(|cluster| {
        room -= face.width(cluster, size);
        room >= 0.0
    });
    format!("{}…", kept.collect::<String>().trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::face::{Faces, Weight};
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn lines(text: &str, width: f32) -> Vec<String> {
        let faces = Faces::built_in().unwrap();
        wrap(text, faces.of(Weight::Regular), 10.0, width).iter().map(|line| line.text.to_owned()).collect()
    }

    #[rstest]
    #[case("one two three", 1000.0, &["one two three"])]
    #[case("one two three", 45.0, &["one two ", "three"])]
    #[case("well-known", 35.0, &["well-", "known"])]
    #[case("2 of 17", 28.0, &["2 of ", "17"])]
    #[case("unbreakable and", 40.0, &["unbreak", "able ", "and"])]
    #[case("", 40.0, &[])]
    fn lines_end_where_unicode_lets_them(#[case] text: &str, #[case] width: f32, #[case] wanted: &[&str]) {
        assert_eq!(lines(text, width), wanted);
    }

    #[rstest]
    #[case("Acme Shop", 1000.0, "Acme Shop")]
    #[case("Acme Shop and its many friends", 66.0, "Acme Shop…")]
    fn what_does_not_fit_is_left_out_and_marked(#[case] text: &str, #[case] width: f32, #[case] wanted: &str) {
        let faces = Faces::built_in().unwrap();
        assert_eq!(fitted(text, faces.of(Weight::Regular), 10.0, width), wanted);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(text in "\\PC{0,200}", width in 20.0f32..300.0) {
            let faces = Faces::built_in().unwrap();
            let lines = wrap(&text, faces.of(Weight::Bold), 10.0, width);
            prop_assert_eq!(lines.iter().map(|line| line.text).collect::<String>(), text.clone());
            let single = |line: &Set<'_>| line.text.trim().graphemes(true).count() <= 1;
            prop_assert!(lines.iter().all(|line| line.width <= width + 0.01 || single(line)), "{:?}", lines);
        }
    }
}

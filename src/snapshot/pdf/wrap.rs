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

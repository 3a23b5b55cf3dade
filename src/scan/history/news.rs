//! Which parts of a text must be searched when the text that it was made from is known to hold nothing: what is new, and
//! around it as much as a rule may look at. Never leaves out a part in which something could have come to be.

use std::ops::Range;

/// The bytes on each side of what is new that are searched with it: the farthest that a rule reaches, or its judge looks.
const AROUND: usize = 8 * 1024;
/// Where no line ends within so many bytes before or behind that, the whole text is searched.
const LINE: usize = 64 * 1024;

/// The regions of one text; used again for the next.
#[derive(Default)]
pub(super) struct Regions(Vec<Range<usize>>);

impl Regions {
    /// The regions to search, in order and apart. None: search the whole.
    pub(super) fn of(&mut self, text: &[u8], news: &[Range<usize>]) -> Option<&[Range<usize>]> {
        self.0.clear();
        let mut total = 0;
        for new in news {
            // Usually inside the region before.
            if self.0.last().is_some_and(|last| new.end + AROUND <= last.end) {
                continue;
            }
            let (start, end) = (line_before(text, new.start.saturating_sub(AROUND))?, line_after(text, new.end + AROUND)?);
            match self.0.last_mut() {
                Some(last) if start <= last.end => {
                    total += end.saturating_sub(last.end);
                    last.end = last.end.max(end);
                }
                _ => {
                    total += end - start;
                    self.0.push(start..end);
                }
            }
        }
        (total < text.len()).then_some(&self.0)
    }
}

/// The start of the line in which `at` is. None: too far away.
fn line_before(text: &[u8], at: usize) -> Option<usize> {
    let at = at.min(text.len());
    let near = text.get(at.saturating_sub(LINE)..at)?;
    match near.iter().rposition(|byte| *byte == b'\n') {
        Some(found) => Some(at - near.len() + found + 1),
        None => (near.len() == at).then_some(0),
    }
}

/// The end of the line in which `at` is. None: too far away.
fn line_after(text: &[u8], at: usize) -> Option<usize> {
    let at = at.min(text.len());
    let near = text.get(at..text.len().min(at + LINE))?;
    match near.iter().position(|byte| *byte == b'\n') {
        Some(found) => Some(at + found + 1),
        None => (at + near.len() == text.len()).then_some(text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_searched_with_its_surroundings_to_the_ends_of_lines() {
        let text = b"0123456789abcde\n".repeat(10_000);
        let mut regions = Regions::default();
        let around = regions.of(&text, &[80_005..80_006, 80_100..80_100]).unwrap();
        assert_eq!(around, [71_808..88_304]);
        assert!(regions.of(&text, &[]).unwrap().is_empty());
        assert_eq!(regions.of(&text, &[0..1, 159_999..160_000]).unwrap(), [0..8_208, 151_792..160_000]);
        assert_eq!(regions.of(&text, &[0..160_000]), None);
    }

    #[test]
    fn a_text_without_lines_is_searched_whole() {
        let text = vec![b'a'; 400_000];
        assert_eq!(Regions::default().of(&text, &[200_000..200_001]), None);
        assert_eq!(Regions::default().of(&text, &[10..11]), None);
    }
}

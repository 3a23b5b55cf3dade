//! Which parts of a text must be searched when the text that it was made from is known to hold nothing: what is new, and
//! around it as much as a rule may look at. Never leaves out a part in which something could have come to be.

use crate::scan::engine::{Circumstances, ENGINE, NEAR};
use crate::scan::place::PathTraits;
use std::ops::Range;

/// What is known of a text in which nothing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clean {
    /// What it was searched with.
    pub traits: PathTraits,
    /// Whether the bytes near a place decided what is there, everywhere in it. A text that was made from one of these is
    /// searched where it is new; from any other, as a whole.
    local: bool,
}

/// Says that nothing of any kind is in `text`, or None: there may be, and it is to be searched as a whole. `base`: what
/// is known of the text that it was made from, and what does not stand so in that.
pub(super) fn clean(
    regions: &mut Regions,
    text: &[u8],
    base: Option<(Clean, &[Range<usize>])>,
    circumstances: &Circumstances<'_>,
) -> Option<Clean> {
    let traits = circumstances.traits;
    // Whether it is local, if nothing is in it.
    let look = |text: &[u8]| {
        let search = ENGINE.search(text, circumstances);
        (search.sightings.is_empty() && !search.cut).then_some(search.local)
    };
    let base = base.filter(|(base, _)| base.local && base.traits == traits);
    if let Some(regions) = base.and_then(|(_, news)| regions.of(text, news)) {
        let mut local = true;
        for region in regions {
            local &= look(text.get(region.clone()).unwrap_or_default())?;
        }
        if local {
            return Some(Clean { traits, local });
        }
    }
    look(text).map(|local| Clean { traits, local })
}

/// The bytes on each side of what is new that are searched with it: what decides whether something is there lies within
/// so many bytes, and some of them are new.
const AROUND: usize = NEAR;
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
mod tests;

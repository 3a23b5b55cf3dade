//! Finds every place where one of some hundred words may begin, in one pass that reads four bytes at every second place
//! and asks one table. Says where a word stands, never whether that means anything.

use memchr::memmem;
use std::ops::ControlFlow;

/// What every byte's letter case is folded with: one bit, which also folds a few signs. What is found is compared again.
const FOLD: u8 = 0x20;
const FOLD_8: u64 = 0x2020_2020_2020_2020;
/// The table of grams has 2^17 bits, 16 KiB: it stays near the processor.
const BITS: u32 = 17;
/// Grams that one word may bring. A word that needs more, as it is short and followed by anything, is looked for by itself.
const MOST_GRAMS: usize = 600;

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(super) const NONE: Self = Self([0; 4]);
    pub(super) const ALL: Self = Self([u64::MAX; 4]);

    pub(super) fn of(has: impl Fn(u8) -> bool) -> Self {
        let mut set = Self::NONE;
        (0..=u8::MAX).filter(|byte| has(*byte)).for_each(|byte| set.add(byte));
        set
    }

    pub(super) fn add(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
    }

    pub(super) fn or(self, other: Self) -> Self {
        let mut both = self;
        both.0.iter_mut().zip(other.0).for_each(|(word, more)| *word |= more);
        both
    }

    fn bytes(self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(move |byte| self.has(*byte))
    }

    fn folded(self) -> Vec<u8> {
        let mut folded: Vec<u8> = self.bytes().map(|byte| byte | FOLD).collect();
        folded.sort_unstable();
        folded.dedup();
        folded
    }

    /// How much of source text is of this set, roughly, from 0 to 1.
    fn weight(self) -> f64 {
        self.bytes().map(commonness).sum::<f64>().min(1.0)
    }
}

/// How common a byte is in source text: rough, for choosing the rarest part of a word only.
fn commonness(byte: u8) -> f64 {
    match byte {
        b' ' => 0.13,
        b'e' => 0.07,
        b't' | b'a' | b'r' | b'o' | b'n' | b'i' | b's' => 0.045,
        b'c' | b'l' | b'd' | b'u' | b'p' | b'm' => 0.025,
        b'f' | b'h' | b'g' | b'y' | b'b' | b'_' | b'.' | b'"' | b',' | b'(' | b')' | b'\n' => 0.013,
        b'v' | b'w' | b'k' | b'x' | b'-' | b'/' | b':' | b'=' | b';' | b'0' | b'1' | b'2' | b'\'' => 0.008,
        b'A'..=b'Z' | b'3'..=b'9' | b'j' | b'q' | b'z' | b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b'*' | b'\\' | b'#' => 0.004,
        _ => 0.0005,
    }
}

/// A word and what may stand around it.
pub(super) struct Word {
    pub text: &'static [u8],
    /// What may stand right before it. The beginning of a text always may.
    pub before: ByteSet,
    /// What must follow, byte for byte, as far as that is known. The end of a text never may, where one is given.
    pub after: Vec<ByteSet>,
}

impl Word {
    fn sequence(&self) -> Vec<ByteSet> {
        let text = self.text.iter().map(|byte| ByteSet::of(|it| it == *byte));
        std::iter::once(self.before).chain(text).chain(self.after.iter().copied()).collect()
    }

    /// The two neighbouring windows of four bytes that are rarest in source text: one of them begins at an even place.
    fn windows(&self) -> Option<(usize, [Vec<ByteSet>; 2])> {
        let mut sequence = self.sequence();
        while sequence.len() < 5 {
            sequence.push(ByteSet::ALL);
        }
        let windows: Vec<&[ByteSet]> = sequence.windows(4).collect();
        let cost = |window: &[ByteSet]| {
            let grams: usize = window.iter().map(|set| set.folded().len()).product();
            let chance: f64 = window.iter().map(|set| set.weight()).product();
            // A gram in the table is itself a chance of a false yes: one in so many places.
            (grams, chance * 1e6 + f64::from(u32::try_from(grams).unwrap_or(u32::MAX)) / 400.0)
        };
        let pairs = windows.windows(2).enumerate().filter_map(|(at, pair)| {
            let [one, two] = pair else { return None };
            let ((grams, first), (more, second)) = (cost(one), cost(two));
            (grams + more <= MOST_GRAMS).then(|| (first + second, at, [one.to_vec(), two.to_vec()]))
        });
        pairs.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at, pair)| (at, pair))
    }
}

struct Entry {
    gram: u32,
    word: u16,
    /// Where the gram begins, counted from the byte before the word.
    at: u8,
}

/// All words, ready to be looked for.
pub(super) struct Sieve {
    bits: Box<[u64; 1 << (BITS - 6)]>,
    /// For each hash without its last two bits, where its entries begin.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    words: Vec<Word>,
    /// The words that are looked for by themselves.
    alone: Vec<(usize, memmem::Finder<'static>)>,
}

#[inline]
fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1) >> (32 - BITS)
}

impl Sieve {
    /// None: there are too many words, or one of none or of too many letters.
    pub(super) fn build(words: Vec<Word>) -> Option<Self> {
        let mut bits = Box::new([0_u64; 1 << (BITS - 6)]);
        let (mut entries, mut alone) = (Vec::new(), Vec::new());
        for (number, word) in words.iter().enumerate() {
            let Some((first, pair)) = word.windows() else {
                alone.push((number, memmem::Finder::new(word.text)));
                continue;
            };
            for (offset, window) in pair.into_iter().enumerate() {
                let (word, at) = (u16::try_from(number).ok()?, u8::try_from(first + offset).ok()?);
                entries.extend(grams(&window).into_iter().map(|gram| Entry { gram, word, at }));
            }
        }
        entries.sort_unstable_by_key(|it| (hash(it.gram) >> 2, it.gram, it.word, it.at));
        for entry in &entries {
            let at = hash(entry.gram);
            *bits.get_mut((at >> 6) as usize)? |= 1 << (at & 63);
        }
        let slots = 0..=1_u32 << (BITS - 2);
        let starts = slots.map(|slot| entries.partition_point(|it| hash(it.gram) >> 2 < slot));
        let starts = starts.map(u32::try_from).collect::<Result<_, _>>().ok()?;
        Some(Self { bits, starts, entries, words, alone })
    }

    /// Calls `found` with the number and the place of every word in `text`, once each and in no order, until it breaks.
    pub(super) fn each(&self, text: &[u8], mut found: impl FnMut(usize, usize) -> ControlFlow<()>) {
        let (chunks, rest) = text.as_chunks::<8>();
        // The last whole chunk and what is left, padded so that the last word is met by whichever window.
        let mut tail = [0_u8; 32];
        let last = chunks.last().map_or(&[] as &[u8], <[u8; 8]>::as_slice);
        for (slot, byte) in tail.iter_mut().zip(last.iter().chain(rest)) {
            *slot = *byte;
        }
        let mut all = || {
            self.run(text, chunks, 0, &mut found)?;
            self.run(text, tail.as_chunks::<8>().0, chunks.len().saturating_sub(1) * 8, &mut found)?;
            for (number, finder) in &self.alone {
                for start in finder.find_iter(text) {
                    self.meet(text, *number, start, &mut found)?;
                }
            }
            ControlFlow::Continue(())
        };
        let _: ControlFlow<()> = all();
    }

    /// Tells of a word if it stands at `start` and may stand there.
    #[inline]
    fn meet(
        &self,
        text: &[u8],
        number: usize,
        start: usize,
        found: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let before = start.checked_sub(1).and_then(|before| text.get(before));
        match self.words.get(number) {
            Some(word)
                if before.is_none_or(|byte| word.before.has(*byte))
                    && text.get(start..).is_some_and(|rest| rest.starts_with(word.text)) =>
            {
                found(number, start)
            }
            _ => ControlFlow::Continue(()),
        }
    }

    /// The grams that begin in all of `chunks` but the last. Written out by hand: this is where the time goes.
    fn run(
        &self,
        text: &[u8],
        chunks: &[[u8; 8]],
        start: usize,
        found: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut at = start;
        for pair in chunks.windows(2) {
            let [this, next] = pair else { continue };
            let (this, next) = (u64::from_le_bytes(*this) | FOLD_8, u64::from_le_bytes(*next) | FOLD_8);
            #[expect(clippy::cast_possible_truncation, reason = "a gram is the lower half on purpose")]
            let (a, b, c, d) = (this as u32, (this >> 16) as u32, (this >> 32) as u32, (this >> 48 | next << 16) as u32);
            let (one, two, three, four) = (self.knows(a), self.knows(b), self.knows(c), self.knows(d));
            if one | two | three | four != 0 {
                for (known, gram, place) in [(one, a, at), (two, b, at + 2), (three, c, at + 4), (four, d, at + 6)] {
                    if known != 0 {
                        self.confirm(text, place, gram, found)?;
                    }
                }
            }
            at += 8;
        }
        ControlFlow::Continue(())
    }

    #[inline]
    fn knows(&self, gram: u32) -> u64 {
        let at = hash(gram);
        self.bits.get((at >> 6) as usize).map_or(0, |word| word >> (at & 63) & 1)
    }

    fn confirm(
        &self,
        text: &[u8],
        place: usize,
        gram: u32,
        found: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let slot = (hash(gram) >> 2) as usize;
        let (Some(from), Some(to)) = (self.starts.get(slot), self.starts.get(slot + 1)) else {
            return ControlFlow::Continue(());
        };
        for entry in self.entries.get(*from as usize..*to as usize).unwrap_or_default() {
            if entry.gram != gram {
                continue;
            }
            let Some(start) = (place + 1).checked_sub(usize::from(entry.at)) else { continue };
            self.meet(text, usize::from(entry.word), start, found)?;
        }
        ControlFlow::Continue(())
    }
}

/// Every text of four bytes that a window allows, folded.
fn grams(window: &[ByteSet]) -> Vec<u32> {
    let mut grams = vec![0_u32];
    for (place, set) in window.iter().enumerate() {
        let letters = set.folded();
        grams = grams.iter().flat_map(|gram| letters.iter().map(move |it| gram | u32::from(*it) << (8 * place))).collect();
    }
    grams.sort_unstable();
    grams.dedup();
    grams
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sieve() -> Sieve {
        let word = |text: &'static str, before: ByteSet, after: Vec<ByteSet>| Word { text: text.as_bytes(), before, after };
        let free = ByteSet::of(|byte| !byte.is_ascii_lowercase());
        let hex = ByteSet::of(|byte| byte.is_ascii_hexdigit());
        Sieve::build(vec![
            word("ab", free, vec![hex, hex]),
            word("token", ByteSet::ALL, vec![]),
            word("Token", ByteSet::ALL, vec![]),
            word("re_", free, vec![hex]),
            word("abab", ByteSet::ALL, vec![]),
            word("b ", ByteSet::ALL, vec![]),
        ])
        .unwrap()
    }

    fn met(sieve: &Sieve, text: &[u8]) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        sieve.each(text, |word, at| {
            all.push((at, word));
            ControlFlow::Continue(())
        });
        let once = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), once, "a place is met once");
        all
    }

    /// What the sieve must say at least: a word with its surroundings.
    fn expected(sieve: &Sieve, text: &[u8]) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for at in 0..text.len() {
            for (number, word) in sieve.words.iter().enumerate() {
                let free = at == 0 || word.before.has(text[at - 1]);
                let after = |(n, set): (usize, &ByteSet)| text.get(at + word.text.len() + n).is_some_and(|it| set.has(*it));
                if free && text[at..].starts_with(word.text) && word.after.iter().enumerate().all(after) {
                    all.push((at, number));
                }
            }
        }
        all
    }

    #[test]
    fn words_are_met_at_every_place_and_at_both_ends() {
        let sieve = sieve();
        for filler in 0..40 {
            for word in ["token", "Token", "re_1", "ab12", "abab"] {
                let text = [".".repeat(filler).as_str(), word].concat();
                assert!(met(&sieve, text.as_bytes()).iter().any(|(at, _)| *at == filler), "{word} at {filler}");
                let within = [&text, ".............."].concat();
                assert!(met(&sieve, within.as_bytes()).iter().any(|(at, _)| *at == filler), "{word} at {filler} and more");
            }
        }
        assert_eq!(met(&sieve, b""), []);
        assert_eq!(met(&sieve, b"TOKEN core_1 "), []);
    }

    proptest! {
        #[test]
        fn nothing_is_missed(text in "[abrekonTt_1 ]{0,80}") {
            let sieve = sieve();
            let met = met(&sieve, text.as_bytes());
            for place in expected(&sieve, text.as_bytes()) {
                prop_assert!(met.contains(&place), "{:?}", place);
            }
        }
    }
}

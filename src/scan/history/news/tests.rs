//! Searching only what is new says no more often that nothing is there than searching everything: with every rule's
//! samples, torn apart and put together again over the versions of a file.

use super::*;
use crate::scan::rules::samples;
use crate::scan::tests::options;
use proptest::prelude::*;
use proptest::sample::Index;

#[test]
fn what_is_new_is_searched_with_its_surroundings_to_the_ends_of_lines() {
    let text = b"0123456789abcde\n".repeat(10_000);
    let mut regions = Regions::default();
    let around = regions.of(&text, &[80_005..80_006, 80_100..80_100]).unwrap();
    assert_eq!(around, vec![67_712..92_400; 1]);
    assert!(regions.of(&text, &[]).unwrap().is_empty());
    assert_eq!(regions.of(&text, &[0..1, 159_999..160_000]).unwrap(), [0..12_304, 147_696..160_000]);
    assert_eq!(regions.of(&text, std::slice::from_ref(&(0..160_000))), None);
}

#[test]
fn a_text_without_lines_is_searched_whole() {
    let text = vec![b'a'; 400_000];
    assert_eq!(Regions::default().of(&text, std::slice::from_ref(&(200_000..200_001))), None);
    assert_eq!(Regions::default().of(&text, std::slice::from_ref(&(10..11))), None);
}

/// One change of a text: so many bytes taken out at a place, and others put in.
type Edit = (usize, usize, Vec<u8>);

/// The next version, and what is new in it. Changes in order and apart.
fn changed(base: &[u8], edits: &[Edit]) -> (Vec<u8>, Vec<Range<usize>>) {
    let (mut text, mut news, mut from) = (Vec::new(), Vec::new(), 0);
    for (at, gone, new) in edits {
        text.extend_from_slice(&base[from..*at]);
        news.push(text.len()..text.len() + new.len());
        text.extend_from_slice(new);
        from = at + gone;
    }
    text.extend_from_slice(&base[from..]);
    (text, news)
}

/// The versions of one file, each searched where it is new.
struct File<'a> {
    text: Vec<u8>,
    known: Option<Clean>,
    path: &'a str,
    regions: Regions,
    /// Versions in which a search of the whole found something.
    found: usize,
    /// Versions that were not searched as a whole.
    saved: usize,
}

impl<'a> File<'a> {
    fn new(path: &'a str, text: Vec<u8>) -> Self {
        let mut file = Self { text: Vec::new(), known: None, path, regions: Regions::default(), found: 0, saved: 0 };
        file.set(text, None);
        file
    }

    fn edit(&mut self, edits: &[Edit]) {
        let (text, news) = changed(&self.text, edits);
        self.set(text, Some(&news));
    }

    fn set(&mut self, text: Vec<u8>, news: Option<&[Range<usize>]>) {
        let options = options();
        let traits = PathTraits::of(self.path.as_bytes());
        let circumstances = Circumstances { projects: &[], now: options.now, traits };
        let base = self.known.zip(news);
        self.saved += usize::from(base.is_some_and(|(base, news)| base.local && self.regions.of(&text, news).is_some()));
        self.known = clean(&mut self.regions, &text, base, &circumstances);
        let whole = ENGINE.search(&text, &circumstances);
        let rules: Vec<_> = whole.sightings.iter().map(|it| it.rule.id).collect();
        assert!(self.known.is_none() || rules.is_empty(), "{rules:?} missed in {}", self.path);
        self.found += usize::from(!rules.is_empty());
        self.text = text;
    }
}

fn lines(bytes: usize) -> Vec<u8> {
    let line = b"const total = items.length; // the next one\n";
    line.iter().copied().cycle().take(bytes / line.len() * line.len()).collect()
}

#[test]
fn every_sample_is_found_when_its_second_half_comes_later_or_what_parts_it_goes() {
    let (mut tried, mut found, mut saved) = (0, 0, 0);
    for (number, sample) in samples::all().into_iter().enumerate() {
        for (nth, text) in sample.matching.iter().enumerate() {
            let text = text.as_bytes();
            let middle = (number * 7 + nth * 3 + 1) % text.len().max(2);
            let (first, second) = text.split_at(middle.min(text.len()));
            let mut later = File::new(sample.path, [&lines(13_000), first, b"\n", &lines(13_000)].concat());
            later.edit(&[(lines(13_000).len() + first.len(), 0, second.to_vec())]);
            let parted = [&lines(13_000), first, b"\n", &lines(14_000), second, b"\n", &lines(13_000)].concat();
            let mut joined = File::new(sample.path, parted);
            joined.edit(&[(lines(13_000).len() + first.len(), 1 + lines(14_000).len(), Vec::new())]);
            tried += 2;
            found += later.found + joined.found;
            saved += later.saved + joined.saved;
        }
    }
    assert!(found > tried / 2 && saved > tried / 2, "{found} found and {saved} saved of {tried}");
}

#[test]
fn a_partner_that_comes_later_and_far_away_is_found() {
    let mut found = 0;
    for sample in samples::all() {
        for text in sample.matching.iter().filter(|it| it.trim_end().contains('\n')) {
            let cut = text.find('\n').unwrap() + 1;
            let (first, second) = text.as_bytes().split_at(cut);
            for distance in [3_000, 15_000] {
                let begin = [first, &lines(distance)].concat();
                let mut file = File::new(sample.path, begin.clone());
                file.edit(&[(begin.len(), 0, second.to_vec())]);
                found += file.found;
                let mut file = File::new(sample.path, [&lines(distance), second].concat());
                file.edit(&[(0, 0, first.to_vec())]);
                found += file.found;
            }
        }
    }
    assert!(found > 10, "{found}");
}

#[test]
fn most_edits_of_an_ordinary_file_are_searched_alone() {
    let mut file = File::new("src/a.ts", lines(60_000));
    for at in [10_000, 30_000, 50_000] {
        file.edit(&[(at, 3, b"abc".to_vec())]);
        assert_eq!(file.known, Some(Clean { traits: PathTraits::of(b"src/a.ts"), local: true }));
    }
    assert_eq!(file.saved, 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    #[test]
    fn what_is_new_is_enough_whatever_was_changed(
        picks in proptest::collection::vec(any::<Index>(), 1..4),
        rounds in proptest::collection::vec(
            proptest::collection::vec((any::<Index>(), 0_usize..400, any::<Index>(), any::<Index>(), any::<Index>(), 0_usize..12_000), 1..4),
            1..5,
        ),
        size in 0_usize..40_000,
    ) {
        let all = samples::all();
        let chosen: Vec<_> = picks.iter().map(|it| it.get(&all)).collect();
        let mut file = File::new(chosen[0].path, lines(size));
        for round in rounds {
            let mut edits: Vec<Edit> = Vec::new();
            for (at, gone, which, from, to, filler) in round {
                let text = which.get(&chosen).matching.join("\n").into_bytes();
                let (one, other) = (from.index(text.len() + 1), to.index(text.len() + 1));
                let mut piece = text[one.min(other)..one.max(other)].to_vec();
                if filler % 3 == 0 {
                    piece.extend(lines(filler));
                }
                edits.push((at.index(file.text.len() + 1), gone, piece));
            }
            edits.sort_by_key(|it| it.0);
            let mut free = 0;
            edits.retain_mut(|(at, gone, _)| {
                let fits = *at >= free;
                *gone = (*gone).min(file.text.len() - *at);
                free = if fits { *at + *gone + 1 } else { free };
                fits
            });
            file.edit(&edits);
        }
    }
}

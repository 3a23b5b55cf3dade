//! Searches one text for every rule: one pass over all literals at once, a pattern where one was met, a judgement, and
//! of overlapping answers the most specific. Works on bytes, whatever they are, and never copies a value out.

use super::encoded::encoded;
use super::joined;
use super::place::PathTraits;
use super::placeholder::{is_documented, is_placeholder};
use super::report::Confidence;
use super::rule::{Candidate, Charset, Judged, Mask, Reach, Rule};
use super::{entropy, rules};
use crate::domain::{Severity, SupabaseRef};
use chrono::{DateTime, Utc};
use machine::{Machine, Match};
use sieve::{ByteSet, Sieve, Word};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::sync::LazyLock;
use zeroize::{Zeroize, Zeroizing};

mod machine;
mod sieve;

/// Judged candidates in one file, beyond which the rest is counted as not seen: a file made to keep a scanner busy.
const MOST_CANDIDATES: usize = 20_000;

/// Words of so many letters need nothing around them to be rare.
const LONG_ENOUGH: usize = 5;

/// All rules, ready to search. Built once.
pub(super) static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the rules are constants of this crate, and every test builds them")]
    Engine::build().expect("the rules have some hundred words")
});

pub(super) struct Engine {
    sieve: Sieve,
    /// For each word of the sieve, the rules that it belongs to, each with the word's number in that rule.
    owners: Vec<Vec<(usize, usize)>>,
    machines: Vec<Machine>,
}

/// What the engine is told of the file.
pub(super) struct Circumstances<'a> {
    pub projects: &'a [SupabaseRef],
    pub now: DateTime<Utc>,
    pub traits: PathTraits,
}

/// A secret in a text. Says where, not what; has no `Debug`.
pub(super) struct Sighting {
    pub rule: &'static Rule,
    /// Where the secret is.
    pub at: Range<usize>,
    pub confidence: Confidence,
    pub severity: Severity,
    pub belongs_to: Option<String>,
    pub masked: String,
    /// What makes it the same secret elsewhere, if that is less than the bytes at `at`.
    pub identity: Option<Zeroizing<Vec<u8>>>,
}

/// What a search found, and whether it stopped before the end.
pub(super) struct Search {
    /// In the order of the text. No two overlap, unless several were in one stretch of base64.
    pub sightings: Vec<Sighting>,
    pub cut: bool,
    /// Whether whatever could be a sighting here was decided by the [`NEAR`] bytes around it, and by its own line: nothing
    /// was met that looks further. True of a text if it is of each of its parts that overlap by as much.
    pub local: bool,
}

/// Bytes that all but a few rules are decided by: their match and what their judge looks at together, or a short row of
/// strings that are decoded and the gaps beside it.
pub(super) const NEAR: usize = 12 * 1024;

impl Engine {
    /// None: there are more words than the sieve can number.
    fn build() -> Option<Self> {
        let machines: Vec<Machine> = rules::all().map(Machine::new).collect();
        let mut owners: BTreeMap<&'static str, Vec<(usize, usize)>> = BTreeMap::new();
        for (number, machine) in machines.iter().enumerate() {
            for (word, literal) in machine.rule.literals.iter().enumerate() {
                owners.entry(literal).or_default().push((number, word));
            }
        }
        let word = |(text, owners): (&&'static str, &Vec<(usize, usize)>)| {
            let owners: Vec<_> = owners.iter().filter_map(|(number, word)| Some((machines.get(*number)?, *word))).collect();
            let before = owners.iter().fold(ByteSet::NONE, |set, (machine, _)| set.or(machine.before()));
            // A long word is rare enough by itself; what follows a short one is asked of the pattern.
            let long = text.len() >= LONG_ENOUGH;
            let after = owners.iter().map(|(machine, word)| if long { Vec::new() } else { machine.after(*word) });
            let after = after.reduce(|one, two| one.into_iter().zip(two).map(|(a, b)| a.or(b)).collect());
            Word { text: text.as_bytes(), before, after: after.unwrap_or_default() }
        };
        let mark = |(text, after): &(&'static str, &[joined::IsByte])| {
            let after = after.iter().map(ByteSet::of).collect();
            Word { text: text.as_bytes(), before: ByteSet::ALL, after }
        };
        let sieve = Sieve::build(owners.iter().map(word).chain(joined::WORDS.iter().map(mark)).collect())?;
        Some(Self { sieve, owners: owners.into_values().collect(), machines })
    }

    /// Searches `text`. Never panics, whatever its bytes are; the work is bounded by its length.
    ///
    /// What stands in base64 is decoded one level and searched too, and so are strings with escapes or in pieces; the
    /// place is always that of the original.
    pub(super) fn search(&self, text: &[u8], circumstances: &Circumstances<'_>) -> Search {
        let mut pass = Pass { engine: self, circumstances, budget: MOST_CANDIDATES, marks: Vec::new(), local: true };
        let mut sightings = pass.plain(text);
        let mut marks = std::mem::take(&mut pass.marks);
        joined::places(text, &mut marks);
        if !marks.is_empty() {
            pass.joined(text, marks, &mut sightings);
        }
        pass.encoded(text, &mut sightings);
        Search { sightings, cut: pass.budget == 0, local: pass.local }
    }
}

/// One search.
struct Pass<'e> {
    engine: &'e Engine,
    circumstances: &'e Circumstances<'e>,
    /// Candidates that may still be judged.
    budget: usize,
    /// Where strings may have to be decoded or joined.
    marks: Vec<usize>,
    /// See [`Search::local`].
    local: bool,
}

/// A rule that looks at a whole file does so in pieces of this size, those around its words: further away, a word is no
/// sign of anything.
pub(super) const PIECE: usize = 64 * 1024;
/// How far a match may reach out of its piece.
const OVERHANG: usize = 1024;

impl Pass<'_> {
    /// What stands in `text` as it is.
    fn plain(&mut self, text: &[u8]) -> Vec<Sighting> {
        let engine = self.engine;
        let mut found: Vec<(usize, Sighting)> = Vec::new();
        let mut pieces: Vec<(usize, usize)> = Vec::new();
        engine.sieve.each(text, |word, start| {
            let Some(owners) = engine.owners.get(word) else {
                self.marks.push(start);
                return ControlFlow::Continue(());
            };
            for (number, word) in owners {
                let Some(machine) = engine.machines.get(*number) else { continue };
                if machine.rule.generic && self.circumstances.traits.made_by_tools {
                    continue;
                }
                match machine.rule.reach {
                    Reach::From(most) => {
                        let behind = start + machine.rule.literals.get(*word).map_or(0, |it| it.len());
                        if machine.may_follow(*word, text.get(behind..).unwrap_or_default())
                            && is_free_before(text, start, machine.rule.charset)
                        {
                            let window = start..text.len().min(start.saturating_add(most));
                            let matched = machine.find(*number, text, window, true);
                            self.local &= machine.rule.is_within(NEAR) || matched.is_none() && most + 16 <= NEAR;
                            if let Some(matched) = matched {
                                self.judge(*number, text, &matched, &mut found)?;
                            }
                        }
                    }
                    Reach::Near(most) => {
                        let behind = start + machine.rule.literals.get(*word).map_or(0, |it| it.len());
                        let window = behind..fourth_line(text, behind, most);
                        self.local &= machine.rule.is_within(NEAR);
                        self.within(*number, machine, text, window, &mut found)?;
                    }
                    Reach::File => {
                        self.local = false;
                        let at = start / PIECE;
                        for piece in at.saturating_sub(1)..at + 2 {
                            if pieces.contains(&(*number, piece)) {
                                continue;
                            }
                            pieces.push((*number, piece));
                            self.piece(*number, machine, text, piece * PIECE, &mut found)?;
                        }
                    }
                }
            }
            ControlFlow::Continue(())
        });
        most_specific(found)
    }

    /// Matches that begin in the piece at `from`.
    fn piece(
        &mut self,
        number: usize,
        machine: &Machine,
        text: &[u8],
        from: usize,
        found: &mut Vec<(usize, Sighting)>,
    ) -> ControlFlow<()> {
        let end = text.len().min(from + PIECE);
        let mut from = from;
        while from < end {
            let window = from..text.len().min(end + OVERHANG);
            let Some(matched) = machine.find(number, text, window, false).filter(|it| it.whole.start < end) else { break };
            from = matched.whole.end.max(from + 1);
            self.judge(number, text, &matched, found)?;
        }
        ControlFlow::Continue(())
    }

    /// Every match in `window`, for a rule that is told by a word before it.
    fn within(
        &mut self,
        number: usize,
        machine: &Machine,
        text: &[u8],
        window: Range<usize>,
        found: &mut Vec<(usize, Sighting)>,
    ) -> ControlFlow<()> {
        let mut from = window.start;
        while let Some(matched) = machine.find(number, text, from..window.end, false) {
            // What ends one value may begin the next.
            from = matched.secret.end.max(from + 1);
            self.judge(number, text, &matched, found)?;
        }
        ControlFlow::Continue(())
    }

    fn judge(&mut self, number: usize, text: &[u8], matched: &Match, found: &mut Vec<(usize, Sighting)>) -> ControlFlow<()> {
        let (Some(left), Some(machine)) = (self.budget.checked_sub(1), self.engine.machines.get(number)) else {
            return ControlFlow::Break(());
        };
        self.budget = left;
        found.extend(judge(machine.rule, text, matched, self.circumstances).map(|it| (number, it)));
        ControlFlow::Continue(())
    }

    /// What stands in strings with escapes or in pieces, near `marks`.
    fn joined(&mut self, text: &[u8], marks: Vec<usize>, sightings: &mut Vec<Sighting>) {
        let mut more = Vec::new();
        for mut joined in joined::joined(text, marks) {
            // Where a row of such places begins decides how they are read together, and the gaps beside it where it begins.
            self.local &= joined.length() + joined::GAPS <= NEAR;
            if self.budget == 0 {
                break;
            }
            let found = self.plain(&joined.text);
            let secret = !found.is_empty();
            for sighting in found {
                let at = joined.original(&sighting.at);
                let edited = joined.edited(&at);
                // Without a place that was decoded in it, it is what was seen already, or a guess.
                if joined.near_the_cut(&at, text.len()) || (!edited && sighting.rule.generic) {
                    continue;
                }
                let mut beside = sightings.iter().filter(|it| overlap(&it.at, &at));
                // An open pattern saw the escapes too, and took them for what they are there.
                let told = |it: &Sighting| it.rule.id == sighting.rule.id && sighting.rule.charset == Charset::Open;
                let known = |it: &Sighting| !edited || told(it) || (sighting.rule.generic && !it.rule.generic);
                if beside.any(known) {
                    continue;
                }
                // Neighbourhoods may overlap.
                if !more.iter().rev().take(50).any(|it: &Sighting| it.at == at) {
                    more.push(moved(sighting, at, &joined.text));
                }
            }
            if secret {
                joined.text.zeroize();
            }
        }
        self.marks.clear();
        merge(sightings, more);
    }

    /// What stands in base64.
    fn encoded(&mut self, text: &[u8], sightings: &mut Vec<Sighting>) {
        let mut inner = Vec::new();
        let wraps = Cell::new(false);
        for encoded in encoded(text, &wraps) {
            let next = sightings.partition_point(|it| it.at.end <= encoded.at.start);
            // Of what only guesses, what a stretch of base64 holds knows better.
            if sightings.get(next).is_some_and(|it| it.at.start < encoded.at.end && !it.rule.generic) {
                continue;
            }
            if self.budget == 0 {
                break;
            }
            // A guess about decoded text would be a guess about a guess.
            let found = self.plain(&encoded.inside).into_iter().filter(|it| !it.rule.generic);
            inner.extend(found.map(|it| (encoded.place(&it.at), it)).map(|(at, it)| moved(it, at, &encoded.inside)));
        }
        self.local &= !wraps.get();
        merge(sightings, inner);
    }
}

/// Where the fourth line behind `from` ends, or `most` bytes behind it if that is nearer.
fn fourth_line(text: &[u8], from: usize, most: usize) -> usize {
    let end = text.len().min(from.saturating_add(most));
    let window = text.get(from..end).unwrap_or_default();
    memchr::memchr_iter(b'\n', window).nth(3).map_or(end, |at| from + at + 1)
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// A sighting in a decoded text, at its place in the original: the bytes there are not the secret, so it keeps its name.
fn moved(sighting: Sighting, at: Range<usize>, decoded: &[u8]) -> Sighting {
    let value = decoded.get(sighting.at.clone()).unwrap_or_default();
    let identity = sighting.identity.unwrap_or_else(|| Zeroizing::new(value.to_vec()));
    Sighting { at, identity: Some(identity), ..sighting }
}

/// Adds what decoding told. It knows better than what was seen in the same place without.
fn merge(sightings: &mut Vec<Sighting>, more: Vec<Sighting>) {
    if more.is_empty() {
        return;
    }
    sightings.retain(|it| !more.iter().any(|other| overlap(&it.at, &other.at)));
    sightings.extend(more);
    sightings.sort_by_key(|it| it.at.start);
}

/// Whether a token may begin at `start`: nothing of its own characters before it, unless that is the end of an escape
/// (`\n`, `%3D`, `\u003d`).
fn is_free_before(text: &[u8], start: usize, charset: Charset) -> bool {
    let before = text.get(start.saturating_sub(6)..start).unwrap_or_default();
    match before {
        [] | [.., b'\\', b'n' | b't' | b'r'] => true,
        [.., b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => true,
        // Colours of a terminal.
        [head @ .., b'm'] if is_colour(head) => true,
        [b'\\', b'u', rest @ ..] if rest.iter().all(u8::is_ascii_hexdigit) => true,
        // An equals sign ends a name before a token, and pads base64 only behind one.
        [.., last] => *last == b'=' || !charset.has(*last),
    }
}

/// Whether a sequence that begins with a bracket is all that stands before its last letter.
fn is_colour(head: &[u8]) -> bool {
    head.iter().rposition(|byte| !byte.is_ascii_digit() && *byte != b';').is_some_and(|at| head.get(at) == Some(&b'['))
}

fn judge(rule: &'static Rule, text: &[u8], matched: &Match, circumstances: &Circumstances<'_>) -> Option<Sighting> {
    let Match { whole, secret: at } = matched;
    let ends_free = text.get(whole.end).is_none_or(|byte| !rule.charset.has(*byte));
    let begins_free = rule.reach != Reach::File || is_free_before(text, whole.start, rule.charset);
    if !ends_free || !begins_free {
        return None;
    }
    let settings = circumstances.traits.settings;
    let candidate = Candidate { rule, text, at: at.clone(), projects: circumstances.projects, now: circumstances.now, settings };
    #[cfg(test)]
    tests::looks_no_further(&candidate);
    let Judged { confidence, severity, belongs_to, at, identity } = (rule.judge)(&candidate)?;
    let at = at.unwrap_or_else(|| candidate.at.clone());
    let value = text.get(at.clone())?;
    let frame_only = rule.mask != Mask::Prefix;
    let stand_in = || is_placeholder(value) || is_documented(value);
    if confidence < Confidence::Proven && !frame_only && (entropy::bits(value) < rule.entropy || stand_in()) {
        return None;
    }
    let masked = masked(rule, text.get(whole.clone())?, value);
    Some(Sighting { rule, at, confidence, severity, belongs_to, masked, identity })
}

/// The public part of a secret: see [`Mask`]. The last four only of what is long enough to lose them.
fn masked(rule: &Rule, whole: &[u8], value: &[u8]) -> String {
    let literal = |of: &[u8]| rule.literals.iter().copied().filter(|it| of.starts_with(it.as_bytes())).max_by_key(|it| it.len());
    match rule.mask {
        Mask::Frame => format!("{}…", literal(whole).unwrap_or_default()),
        Mask::Address => {
            let scheme = literal(whole).unwrap_or_default();
            let host = value.rsplit(|byte| *byte == b'@').next().unwrap_or_default();
            format!("{scheme}…@{}", String::from_utf8_lossy(host))
        }
        Mask::Prefix => {
            let last = value.len().checked_sub(4).filter(|at| *at >= 16).and_then(|at| value.get(at..)).unwrap_or_default();
            format!("{}…{}", literal(value).unwrap_or_default(), String::from_utf8_lossy(last))
        }
    }
}

/// Of overlapping sightings the one whose rule comes first in the table; at equal rules the earlier and longer one.
fn most_specific(mut found: Vec<(usize, Sighting)>) -> Vec<Sighting> {
    if found.is_empty() {
        return Vec::new();
    }
    found.sort_by_key(|(number, it)| (*number, it.at.start, std::cmp::Reverse(it.at.end)));
    let mut kept: BTreeMap<usize, Sighting> = BTreeMap::new();
    for (_, sighting) in found {
        let before = kept.range(..sighting.at.end).next_back();
        if before.is_none_or(|(_, other)| other.at.end <= sighting.at.start) {
            kept.insert(sighting.at.start, sighting);
        }
    }
    kept.into_values().collect()
}

#[cfg(test)]
mod tests;

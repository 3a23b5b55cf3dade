//! One rule ready to be tried: its pattern, compiled when its first word is met, and what must follow that word.
//! Each thread has its own room to work in, so that none waits for another.

use super::sieve::ByteSet;
use crate::scan::rule::{Charset, Reach, Rule};
use regex_automata::meta::{self, Regex};
use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::{NonMaxUsize, StateID};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

/// How many bytes behind a word are looked at before the pattern is. A short word is common in source text (`pat` of
/// `pattern`, `fc-`, `dapi`); what cannot go on as its pattern wants ends the look at the first byte that does not fit, so a
/// long look costs no more than a short one, and spares the pattern what a short one lets by.
const AHEAD: usize = 32;
/// How many of those the sieve is told: its table has room for the rarest five in a row.
const SIEVED: usize = 8;

pub(super) struct Machine {
    pub rule: &'static Rule,
    pattern: OnceLock<Option<Regex>>,
    /// For each word of the rule, which bytes may follow it: bit `n` of `ahead[byte]` for the byte `n` behind it.
    ahead: Vec<OnceLock<Box<[u32; 256]>>>,
}

/// What a pattern matched, and the secret in it.
pub(super) struct Match {
    pub whole: Range<usize>,
    pub secret: Range<usize>,
}

thread_local! {
    static ROOM: RefCell<Room> = const { RefCell::new(Room { caches: Vec::new() }) };
}

/// What a thread needs to try patterns, made when first needed.
struct Room {
    caches: Vec<Option<meta::Cache>>,
}

fn syntax() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false)
}

impl Machine {
    pub(super) fn new(rule: &'static Rule) -> Self {
        Self { rule, pattern: OnceLock::new(), ahead: rule.literals.iter().map(|_| OnceLock::new()).collect() }
    }

    /// None: the pattern does not compile, which a test rules out for every rule.
    pub(super) fn pattern(&self) -> Option<&Regex> {
        let build =
            || Regex::builder().syntax(syntax()).configure(Regex::config().utf8_empty(false)).build(self.rule.pattern).ok();
        self.pattern.get_or_init(build).as_ref()
    }

    /// What may stand right before a word of this rule.
    pub(super) fn before(&self) -> ByteSet {
        let charset = self.rule.charset;
        match self.rule.reach {
            Reach::From(_) if charset != Charset::Open => {
                // A letter or digit may be the end of an escape; see `is_free_before`.
                ByteSet::of(|byte| {
                    !charset.has(byte) || matches!(byte, b'n' | b't' | b'r' | b'm' | b'=') || byte.is_ascii_hexdigit()
                })
            }
            _ => ByteSet::ALL,
        }
    }

    /// What must follow the word with this number, for as many bytes as that is sure, at most [`SIEVED`].
    pub(super) fn after(&self, word: usize) -> Vec<ByteSet> {
        self.behind(word, SIEVED)
    }

    fn behind(&self, word: usize, most: usize) -> Vec<ByteSet> {
        let (Reach::From(_), Some(literal)) = (self.rule.reach, self.rule.literals.get(word)) else { return Vec::new() };
        following(self.rule.pattern, literal.as_bytes(), most).unwrap_or_default()
    }

    /// Whether what follows a word may be what the pattern wants. A yes is no promise; a no is sure.
    #[inline]
    pub(super) fn may_follow(&self, word: usize, rest: &[u8]) -> bool {
        let Some(ahead) = self.ahead.get(word) else { return true };
        let table = ahead.get_or_init(|| {
            let sets = self.behind(word, AHEAD);
            let mut table = Box::new([0_u32; 256]);
            for (byte, slot) in (0..=u8::MAX).zip(table.iter_mut()) {
                *slot = (0..AHEAD).filter(|n| sets.get(*n).is_none_or(|set| set.has(byte))).fold(0, |bits, n| bits | 1 << n);
            }
            table
        });
        rest.iter().take(AHEAD).enumerate().all(|(n, byte)| table.get(usize::from(*byte)).is_some_and(|bits| bits >> n & 1 == 1))
    }

    /// The first match in `text[range]`: at its very beginning if `anchored`. `number` is the rule's own.
    pub(super) fn find(&self, number: usize, text: &[u8], range: Range<usize>, anchored: bool) -> Option<Match> {
        let pattern = self.pattern()?;
        // The text outside of the range is no context: a pattern sees what a window shows.
        let window = text.get(range.clone())?;
        ROOM.with_borrow_mut(|room| {
            if room.caches.len() <= number {
                room.caches.resize_with(number + 1, || None);
            }
            let cache = room.caches.get_mut(number)?.get_or_insert_with(|| pattern.create_cache());
            let input = Input::new(window).anchored(if anchored { Anchored::Yes } else { Anchored::No });
            let mut slots: [Option<NonMaxUsize>; 4] = [None; 4];
            pattern.search_slots_with(cache, &input, &mut slots)?;
            let [Some(start), Some(end), first, last] = slots else { return None };
            let moved = |from: NonMaxUsize, to: NonMaxUsize| range.start + from.get()..range.start + to.get();
            let whole = moved(start, end);
            let secret = first.zip(last).map_or_else(|| whole.clone(), |(first, last)| moved(first, last));
            Some(Match { whole, secret })
        })
    }
}

/// Which bytes may follow `literal` at the beginning of a match of `pattern`, until it may end, at most so many. None:
/// nothing does.
fn following(pattern: &str, literal: &[u8], most: usize) -> Option<Vec<ByteSet>> {
    let config = NFA::config().which_captures(regex_automata::nfa::thompson::WhichCaptures::None);
    let nfa = NFA::compiler().syntax(syntax()).configure(config).build(pattern).ok()?;
    let mut states = closure(&nfa, [nfa.start_anchored()]);
    for byte in literal {
        states =
            closure(&nfa, states.iter().flat_map(|state| steps(&nfa, *state)).filter(|it| it.0.contains(byte)).map(|it| it.1));
    }
    if states.is_empty() {
        return None;
    }
    let mut sets = Vec::new();
    while sets.len() < most && !states.iter().any(|it| matches!(nfa.state(*it), State::Match { .. })) {
        let mut set = ByteSet::NONE;
        let mut next = BTreeSet::new();
        for (range, state) in states.iter().flat_map(|state| steps(&nfa, *state)) {
            range.for_each(|byte| set.add(byte));
            next.insert(state);
        }
        sets.push(set);
        states = closure(&nfa, next);
    }
    Some(sets)
}

/// The bytes that lead on from a state, and where to.
fn steps(nfa: &NFA, state: StateID) -> Vec<(std::ops::RangeInclusive<u8>, StateID)> {
    match nfa.state(state) {
        State::ByteRange { trans } => vec![(trans.start..=trans.end, trans.next)],
        State::Sparse(sparse) => sparse.transitions.iter().map(|it| (it.start..=it.end, it.next)).collect(),
        State::Dense(dense) => (0..=u8::MAX).filter_map(|byte| Some((byte..=byte, dense.matches_byte(byte)?))).collect(),
        _ => Vec::new(),
    }
}

/// All states that are reached without a byte. Looks around (`\b`) count as true: what is sure must hold without them.
fn closure(nfa: &NFA, from: impl IntoIterator<Item = StateID>) -> BTreeSet<StateID> {
    let mut all = BTreeSet::new();
    let mut open: Vec<StateID> = from.into_iter().collect();
    while let Some(state) = open.pop() {
        if !all.insert(state) {
            continue;
        }
        match nfa.state(state) {
            State::Look { next, .. } | State::Capture { next, .. } => open.push(*next),
            State::Union { alternates } => open.extend(alternates.iter().copied()),
            State::BinaryUnion { alt1, alt2 } => open.extend([*alt1, *alt2]),
            _ => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::rules;

    #[test]
    fn every_pattern_compiles_and_begins_with_each_of_its_words() {
        for rule in rules::all() {
            let machine = Machine::new(rule);
            assert!(machine.pattern().is_some(), "{}", rule.id);
            for word in rule.literals {
                let begins = !matches!(rule.reach, Reach::From(_)) || following(rule.pattern, word.as_bytes(), 1).is_some();
                assert!(begins, "{}: no match begins with {word}", rule.id);
            }
        }
    }

    #[test]
    fn what_must_follow_a_word_is_read_from_the_pattern() {
        let sets = following("ab(?:c|d[0-9]{2})x?", b"ab", AHEAD).unwrap();
        assert_eq!(sets.len(), 1, "behind the c it may end");
        assert!(sets[0].has(b'c') && sets[0].has(b'd') && !sets[0].has(b'x'));
        assert_eq!(following("(?i)token[a-f]{40}", b"tOkEn", AHEAD).unwrap().len(), AHEAD);
        assert_eq!(following("(?i)token[a-f]{20}", b"tOkEn", AHEAD).unwrap().len(), 20);
        assert_eq!(following("(?i)token[a-f]{20}", b"tOkEn", SIEVED).unwrap().len(), SIEVED);
        assert!(following("abc", b"b", AHEAD).is_none());
    }

    /// The word that a rule is met by, and what may or may not stand behind it.
    fn goes_on(id: &str, literal: &str, rest: &str) -> bool {
        let rule = rules::all().find(|it| it.id == id).unwrap();
        let word = rule.literals.iter().position(|it| *it == literal).unwrap();
        Machine::new(rule).may_follow(word, rest.as_bytes())
    }

    #[test]
    fn a_short_word_asks_its_pattern_only_about_what_may_be_a_key() {
        let (letters, hex) = ("aB3".repeat(20), "0a1b2c3d".repeat(8));
        let dotted = format!("{}.{hex}", &letters[..14]);
        assert!(goes_on("airtable-token", "pat", &dotted));
        for no in ["tern = /x/", "h.join(dir, name)", &letters, &dotted.replace('.', "_")] {
            assert!(!goes_on("airtable-token", "pat", no), "pat{no}");
        }
        assert!(goes_on("databricks-token", "dapi", &hex[..32]));
        assert!(!goes_on("databricks-token", "dapi", &format!("{}z", &hex[..31])));
        assert!(goes_on("crawling-key", "fc-", &hex[..32]));
        assert!(!goes_on("crawling-key", "fc-", &hex[..31].replace("0a1b2c3d", "0a1b2c3g")));
        assert!(!goes_on("square-token", "EAAA", &format!("{}+/{letters}", &letters[..20])));
    }

    #[test]
    fn what_a_pattern_matches_is_never_kept_from_it() {
        let (mut met, mut matched) = (0, 0);
        let samples = rules::samples::all();
        let texts: Vec<&[u8]> = samples.iter().flat_map(|it| it.matching.iter().chain(&it.near)).map(String::as_bytes).collect();
        for (number, rule) in rules::all().enumerate().filter(|(_, it)| matches!(it.reach, Reach::From(_))) {
            let machine = Machine::new(rule);
            for (word, literal) in rule.literals.iter().enumerate() {
                let finder = memchr::memmem::Finder::new(literal.as_bytes());
                for text in &texts {
                    for start in finder.find_iter(text) {
                        met += 1;
                        let found = machine.find(number, text, start..text.len(), true).is_some();
                        let let_by = machine.may_follow(word, &text[start + literal.len()..]);
                        assert!(let_by || !found, "{}: {literal}", rule.id);
                        matched += usize::from(found);
                    }
                }
            }
        }
        assert!(met > 1000 && matched > 300, "{met} words, {matched} matches");
    }
}

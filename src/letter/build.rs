//! A letter from facts, at one moment: what is asked for, in which order, and who is addressed. What is not known is asked
//! for and never guessed.

use super::model::{Ask, Block, KeyState, Letter, Needs, Part, What};
use super::words::LetterWords;
use crate::domain::app::Authorisation;
use crate::domain::opening::{self, Held, Key};
use crate::domain::{Board, Consent, Foreign, ItemId, Opens, Person, ProbeId, ProbeWord, Side, System};
use crate::snapshot::words::{Words, fill};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The most characters of a title, and of a sentence that a person wrote for the reader.
const TITLE: usize = 80;
const SENTENCE: usize = 400;

/// Everything that a letter is made from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub board: &'a Board,
    /// What the probes of today need, by their own word.
    pub needs: &'a BTreeMap<ProbeId, Needs>,
    /// The keys of the systems that the app uses; one that is not named is missing.
    pub keys: &'a BTreeMap<System, KeyState>,
    /// The client's recorded permissions, also those that ended.
    pub authorisations: &'a [Authorisation],
    /// Who writes.
    pub from: &'a Foreign,
    /// Only what is still missing, in short.
    pub reminder: bool,
    pub words: &'a LetterWords,
}

/// What the parts of the letter share while it is made.
pub(super) struct Making<'a> {
    pub request: Request<'a>,
    pub words: &'a LetterWords,
    /// The words for days, lists and names, which every page to a client shares.
    pub page: &'static Words,
    pub today: NaiveDate,
    pub held: Held,
    live: bool,
}

/// The letter; none when nothing is needed from the client.
#[must_use]
pub fn build(request: &Request<'_>) -> Option<Letter> {
    let making = Making::new(*request);
    let mut asks = making.tokens();
    asks.extend(making.permissions());
    asks.extend(making.tasks());
    asks.extend(making.uses());
    asks.extend(making.limits());
    asks.extend(making.people());
    asks.sort_by(Ask::compare);
    if asks.is_empty() {
        return None;
    }
    Some(making.letter(asks))
}

impl<'a> Making<'a> {
    fn new(request: Request<'a>) -> Self {
        let board = request.board;
        let today = board.now.date_naive();
        let mut making = Self {
            request,
            words: request.words,
            page: Words::english(),
            today,
            held: Held::default(),
            live: board.settings.live_since.is_some_and(|since| since <= today),
        };
        making.held = making.what_is_held();
        making
    }

    fn what_is_held(&self) -> Held {
        let mut held = Held { permitted: self.standing().map(|it| it.consent).max(), ..Held::default() };
        for system in self.keyed() {
            match self.state(system) {
                KeyState::Missing | KeyState::Unusable => {
                    let with = [System::Repo, System::Scan].into_iter().filter(|it| self.reads_tree_with(*it) == Some(system));
                    held.without.extend(with.chain([system]).map(|it| (it, system)));
                }
                KeyState::Here { since } => {
                    held.since.insert(system, since);
                    held.found.insert(system);
                }
            }
        }
        held
    }

    /// The code lies on this machine.
    pub(super) fn has_checkout(&self) -> bool {
        self.request.board.settings.path.is_some()
    }

    /// Whose key reads the tree where no checkout is here.
    pub(super) fn reads_tree_with(&self, system: System) -> Option<System> {
        let settings = &self.request.board.settings;
        let is_tree = matches!(system, System::Repo | System::Scan);
        (is_tree && settings.path.is_none() && settings.github.is_some()).then_some(System::Github)
    }

    /// Whether the probe reads with that system's key.
    pub(super) fn is_read_with(&self, word: &ProbeWord, system: System) -> bool {
        word.system == system || self.reads_tree_with(word.system) == Some(system)
    }

    /// The permissions that stand today.
    pub(super) fn standing(&self) -> impl Iterator<Item = &'a Authorisation> + use<'a> {
        let now = self.request.board.now;
        self.request.authorisations.iter().filter(move |it| it.until > now)
    }

    /// What these keys open of the app's list today.
    pub(super) fn opens(&self, keys: &BTreeSet<Key>) -> Opens {
        let board = self.request.board;
        opening::opens(keys, &board.checklist, &board.items, &self.held, self.live)
    }

    /// Items that are left of those with these ids: they count as helped.
    pub(super) fn helped<'i>(&self, ids: impl IntoIterator<Item = &'i str>) -> Opens {
        let mut opens = Opens::default();
        for it in ids.into_iter().filter_map(|id| self.request.board.assessment(id)) {
            if !opening::is_settled(it.truth) && !opens.helps.contains(&it.item) {
                opens.urgent_helps += usize::from(opening::is_urgent(it, self.live));
                opens.helps.push(it.item.clone());
            }
        }
        opens
    }

    /// Items that are done and rest on a look at this system.
    pub(super) fn keeps(&self, system: System) -> Vec<ItemId> {
        let mut kept: Vec<ItemId> = Vec::new();
        for (it, word) in self.looking().filter(|(it, _)| it.truth.is_done()) {
            if self.is_read_with(word, system) && !kept.contains(&it.item) {
                kept.push(it.item.clone());
            }
        }
        kept
    }

    pub(super) fn ask(&self, what: What, title: &str, minutes: u16, says: &str, opens: Opens, blocks: Vec<Block>) -> Ask {
        Ask {
            what,
            title: Foreign::new(title),
            minutes,
            about: self.words.head.about.of(usize::from(minutes), &[]),
            says: Foreign::new(says),
            opens,
            keeps: Vec::new(),
            blocks,
        }
    }

    /// The last planned day.
    pub(super) fn end(&self) -> NaiveDate {
        let settings = &self.request.board.settings;
        crate::domain::plan::end_of_week(settings, settings.weeks)
    }

    pub(super) fn title(&self) -> String {
        self.request.board.settings.title.cut(TITLE)
    }

    /// What a person wrote for the reader.
    pub(super) fn sentence(text: &Foreign) -> Foreign {
        Foreign::from(text.cut(SENTENCE))
    }

    /// Who writes, by name; an address or an account is not a name.
    pub(super) fn from(&self) -> String {
        let name = self.page.person(self.request.from);
        if name == self.page.your_engineer { self.words.head.nobody.clone() } else { name }
    }

    /// Whom it is written to: whoever decides on the client's side, else the first of them.
    fn to(&self) -> Option<&'a Person> {
        let theirs = || self.request.board.settings.people.iter().filter(|it| it.side == Side::Client);
        let known: Vec<&str> =
            self.words.role.first().map(|role| role.known.iter().map(String::as_str).collect()).unwrap_or_default();
        let decides =
            |it: &&Person| it.role.as_ref().is_some_and(|role| known.contains(&role.as_str().trim().to_lowercase().as_str()));
        theirs().find(decides).or_else(|| theirs().next())
    }

    fn place(&self) -> String {
        let (board, words) = (self.request.board, &self.words.head);
        let (week, weeks) = (board.week.to_string(), board.settings.weeks.to_string());
        let template = match board.week {
            0 => &words.week_before,
            week if week > u16::from(board.settings.weeks) => &words.week_after,
            _ => &words.week,
        };
        fill(template, &[("week", &week), ("weeks", &weeks)])
    }

    fn letter(&self, asks: Vec<Ask>) -> Letter {
        let (words, board) = (&self.words.head, self.request.board);
        let title = self.title();
        let greeting = match self.to() {
            Some(person) => fill(&words.greeting, &[("to", &person.name.cut(TITLE))]),
            None => words.greeting_nobody.clone(),
        };
        let minutes: u32 = asks.iter().map(|it| u32::from(it.minutes)).sum();
        let count = asks.len();
        let opening = if self.request.reminder {
            &words.opening_reminder
        } else if self.end() < self.today {
            &words.opening_after
        } else {
            &words.opening
        };
        let until = self.page.day_with_year(self.end());
        let minutes_say = match (count, minutes) {
            (1, minutes) if minutes > 1 => fill(&words.minutes_one, &[("n", &minutes.to_string())]),
            (_, minutes) => words.minutes.of(usize::try_from(minutes).unwrap_or(usize::MAX), &[]),
        };
        let heading = if self.request.reminder { &words.title_reminder } else { &words.title };
        let line = fill(&words.line, &[("day", &self.page.full_day(self.today)), ("place", &self.place())]);
        let asks_for_keys = asks.iter().any(
            |it| matches!(it.what, What::Token { system, .. } if !self.words.vendor(system).is_some_and(|vendor| vendor.invites)),
        );
        Letter {
            app: board.settings.name.clone(),
            language: self.words.language.clone(),
            reminder: self.request.reminder,
            heading: Foreign::new(fill(heading, &[("title", &title)])),
            line: Foreign::new(line),
            greeting: Foreign::new(greeting),
            opening: vec![Foreign::new(opening.of(count, &[("title", &title), ("end", &until)])), Foreign::new(minutes_say)],
            handing: asks_for_keys.then(|| self.handing()),
            here: if self.request.reminder { None } else { self.here() },
            closing: Foreign::new(&words.closing),
            farewell: vec![Foreign::new(&words.thanks), Foreign::new(self.from())],
            short: words.short.clone(),
            asks,
            minutes,
        }
    }

    fn handing(&self) -> Part {
        let words = &self.words.handing;
        let from = self.from();
        let says = words.says.iter().take(if self.request.reminder { 2 } else { usize::MAX });
        let says = says.map(|it| Foreign::new(fill(it, &[("from", &from)]))).collect();
        Part { title: words.title.clone(), says }
    }

    /// The widest permission that items of this app still wait for.
    pub(super) fn wanted_permissions(&self) -> BTreeSet<Consent> {
        let held = self.held.permitted.unwrap_or(Consent::Passive);
        let board = self.request.board;
        let left = board.checklist.items.iter().zip(&board.items).filter(|(_, it)| !opening::is_settled(it.truth));
        left.map(|(item, _)| item.consent).filter(|it| *it > held).collect()
    }
}

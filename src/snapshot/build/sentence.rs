//! What an item means for the reader, in the checklist's own words for the founder, and who or what showed it.
//! An engineer's reasons and remarks never get here.

use super::super::model::{Acceptance, State};
use super::super::words::fill;
use super::{Making, SENTENCE};
use crate::domain::{Assessment, Foreign, Item, Truth, Waiver, Work};
use chrono::{DateTime, Utc};

impl Making<'_> {
    /// Users are there on the day of the page.
    pub(super) fn is_live(&self) -> bool {
        self.board.settings.live_since.is_some_and(|since| since <= self.today)
    }

    /// Waivers that make the item an accepted risk today: its own, or those of all its findings.
    pub(super) fn standing_waivers(&self, it: &Assessment) -> Vec<Waiver> {
        let own = it.waiver.iter().filter(|waiver| waiver.stands).cloned();
        let of_findings = self.board.findings.iter().filter(|found| found.items.contains(&it.item));
        let of_findings = of_findings.filter_map(|found| found.waiver.clone()).filter(|waiver| waiver.stands);
        own.chain(of_findings).collect()
    }

    /// The accepted risk on whose word it stands longest to its end; none when nobody's word is known.
    pub(super) fn acceptance(&self, item: &Item, it: &Assessment) -> Option<Acceptance> {
        let first = self.standing_waivers(it).into_iter().min_by_key(|waiver| waiver.until)?;
        let words = &self.words.accepted;
        let who = self.words.person(first.client.as_ref().unwrap_or(&first.who));
        let word = fill(&words.word, &[("who", &who), ("day", &self.date(first.until))]);
        let own = first.founder.as_ref().map(|text| fill(&words.own, &[("text", &text.cut(SENTENCE))]));
        let word = own.map_or(word.clone(), |own| format!("{word} {own}"));
        Some(Acceptance { consequence: Foreign::new(open(item)), word: Foreign::new(word), until: first.until })
    }

    /// What is true once the item is done.
    pub(super) fn done(&self, item: &Item) -> String {
        let done = item.founder_done.as_deref().map(cut);
        done.unwrap_or_else(|| fill(&self.words.areas.done_fallback, &[("what", &open(item))]))
    }

    /// What the item concerns in the client's own words: the labels of what its open findings name.
    pub(super) fn concerns(&self, it: &Assessment) -> Option<String> {
        let labels = &self.board.settings.labels;
        let open = self.board.findings.iter().filter(|found| found.state() == "open" && found.items.contains(&it.item));
        let named = |resource: &str| {
            let words: Vec<&str> = resource.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).collect();
            labels.iter().find(|(key, _)| words.contains(&key.as_str())).map(|(_, label)| label.cut(super::TITLE))
        };
        let mut said: Vec<String> = Vec::new();
        let mut others = false;
        for found in open.filter(|found| is_of_data(&found.finding.rule)) {
            match named(found.finding.resource.as_str()) {
                Some(label) if !said.contains(&label) => said.push(label),
                Some(_) => {}
                None => others = true,
            }
        }
        if others {
            said.push(self.words.your_data.clone());
        }
        (!said.is_empty()).then(|| self.words.list(&said))
    }

    /// Whether the item waits for the reader: somebody on the client's side, by name, by role, or called the founder.
    pub(super) fn waits_for_reader(&self, it: &Assessment) -> bool {
        let Work::Blocked { on, .. } = &it.work else { return false };
        self.board.settings.is_of_client(on)
    }

    /// How an item stands, for a line.
    pub(super) fn state(it: &Assessment) -> State {
        match it.truth {
            Truth::Verified | Truth::Attested => State::Good,
            Truth::Failing | Truth::Drifted | Truth::Disputed => State::Bad,
            Truth::Waived => State::Accepted,
            Truth::Stale => State::Old,
            Truth::Open => State::Unknown,
            Truth::NotApplicable => State::Outside,
        }
    }

    /// Who or what showed it, and when.
    pub(super) fn evidence(&self, it: &Assessment) -> String {
        let words = &self.words.areas;
        let day = |at: Option<DateTime<Utc>>| at.map(|at| self.day(at));
        let looked = || it.words.iter().filter(|word| word.not_applicable.is_none() && word.outcome.is_some());
        let newest = || day(looked().filter_map(|word| word.at).max());
        // A tick is as old as the oldest look that it needs.
        let oldest = || day(looked().filter(|word| !word.aged).filter_map(|word| word.at).min());
        let said = it.judgement.as_ref().map(|word| (self.words.person(&word.who), self.day(word.at)));
        let machine = |day: &str| fill(&words.machine, &[("day", day)]);
        match it.truth {
            Truth::Verified => match (oldest(), said) {
                (Some(day), Some((who, _))) if it.judgement.as_ref().is_some_and(|word| word.lapsed.is_none()) => {
                    fill(&words.both, &[("day", &day), ("who", &who)])
                }
                (Some(day), _) => machine(&day),
                (None, _) => words.unknown.clone(),
            },
            Truth::Attested => {
                said.map_or_else(|| words.unknown.clone(), |(who, day)| fill(&words.person, &[("who", &who), ("day", &day)]))
            }
            Truth::Waived => {
                let first = self.standing_waivers(it).into_iter().min_by_key(|waiver| waiver.until);
                first.map_or_else(
                    || words.unknown.clone(),
                    |waiver| {
                        let who = self.words.person(waiver.client.as_ref().unwrap_or(&waiver.who));
                        fill(&words.accepted, &[("who", &who), ("day", &self.date(waiver.until))])
                    },
                )
            }
            Truth::Disputed => match (newest(), said) {
                (Some(day), Some((who, _))) => fill(&words.disputed, &[("who", &who), ("day", &day)]),
                (day, _) => fill(&words.seen_bad, &[("day", &day.unwrap_or_default())]),
            },
            Truth::Drifted => fill(&words.lost, &[("day", &self.failed_on(it))]),
            Truth::Failing => fill(&words.seen_bad, &[("day", &self.failed_on(it))]),
            Truth::Stale => newest().map_or_else(|| words.old_undated.clone(), |day| fill(&words.old, &[("day", &day)])),
            Truth::Open => match oldest() {
                Some(day) if it.words.iter().any(|word| word.speaks().is_some()) => fill(&words.partly, &[("day", &day)]),
                _ => words.unknown.clone(),
            },
            Truth::NotApplicable => words.outside_word.clone(),
        }
    }

    /// The engineer's newest sentence about the item for the founder: of the judgement that holds, else of the newest note.
    pub(super) fn remark(&self, it: &Assessment) -> Option<Foreign> {
        let judged = it.judgement.as_ref().filter(|word| it.truth.is_done() && word.lapsed.is_none());
        let noted = self.remarks.get(&it.item).map(|(_, text)| *text);
        judged.and_then(|word| word.founder.as_ref()).or(noted).map(|text| Foreign::from(text.cut(SENTENCE)))
    }

    /// The day of the newest look that failed; of the page, when the rule fails because nothing does this.
    fn failed_on(&self, it: &Assessment) -> String {
        let failed = it.words.iter().filter(|word| word.outcome == Some(crate::domain::Outcome::Fail));
        self.day(failed.filter_map(|word| word.at).max().unwrap_or(self.request.now))
    }

    /// What an engineer sees of an item, when that was switched on.
    pub(super) fn detail(&self, item: &Item, it: &Assessment) -> Vec<Foreign> {
        if !self.shows_detail() {
            return Vec::new();
        }
        let head = Foreign::new(format!("{} {} ({})", item.id, item.title, it.truth.words()));
        let found = self.board.findings.iter().filter(|found| found.state() == "open" && found.items.contains(&it.item));
        let found = found.map(|found| {
            let place = found.finding.place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
            Foreign::from(Foreign::new(format!("{}{place}", found.finding.says)).cut(SENTENCE))
        });
        std::iter::once(Foreign::from(head.cut(SENTENCE))).chain(found.take(20)).collect()
    }
}

/// Findings about what the product keeps for its customers: of the database and of stored files.
fn is_of_data(rule: &str) -> bool {
    ["supabase", "postgres", "firebase", "repo.row-level-security", "repo.browser-database"].iter().any(|it| rule.starts_with(it))
}

/// What can happen while an item is open. A checklist of the user's own may say it at any length.
pub(super) fn open(item: &Item) -> String {
    cut(&item.founder)
}

/// What the reader may have to decide or do for it.
pub(super) fn ask(item: &Item) -> Option<String> {
    item.founder_ask.as_deref().map(cut)
}

fn cut(text: &str) -> String {
    Foreign::new(text).cut(SENTENCE)
}

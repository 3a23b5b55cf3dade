//! What is asked for beside keys: permissions to sign, what only the client can do, what the product runs on, limits, people;
//! and what is here already.

use super::build::Making;
use super::counts;
use super::model::{Ask, Block, KeyState, Part, What};
use super::words::Role;
use crate::domain::app::Use;
use crate::domain::opening::{self, Key};
use crate::domain::{Consent, Foreign, Gate, Limit, Person, ProbeWord, Side, System, Truth, Work, plan};
use crate::snapshot::words::fill;
use std::collections::{BTreeMap, BTreeSet};

fn texts<'t>(all: impl IntoIterator<Item = &'t String>) -> Vec<Foreign> {
    all.into_iter().map(Foreign::new).collect()
}

fn text(says: impl AsRef<str>) -> Block {
    Block::Text(Foreign::new(says))
}

impl Making<'_> {
    /// The permissions that items wait for; none while the app names no address.
    pub(super) fn permissions(&self) -> Vec<Ask> {
        let hosts = self.hosts();
        let wanted = if hosts.is_empty() { BTreeSet::new() } else { self.wanted_permissions() };
        wanted.into_iter().filter(|it| *it != Consent::Passive).map(|consent| self.permission(consent, &hosts)).collect()
    }

    fn permission(&self, consent: Consent, hosts: &[String]) -> Ask {
        let words = &self.words.permission;
        let (title, says, list, minutes) = if consent == Consent::Active {
            (&words.title_active, &words.says_active, &words.active, words.minutes_active)
        } else {
            (&words.title, &words.says, &words.outside, words.minutes)
        };
        let opens = self.opens(&BTreeSet::from([Key::Permission(consent)]));
        let mut blocks = vec![text(says)];
        if !self.request.reminder {
            let (from, until) = (self.page.day_with_year(self.today), self.page.day_with_year(self.permitted_until()));
            blocks.push(Block::List(vec![
                Foreign::new(fill(&words.who, &[("who", &self.from())])),
                Foreign::new(fill(&words.when, &[("from", &from), ("until", &until)])),
                Foreign::new(fill(&words.hosts, &[("hosts", &self.page.list(hosts))])),
            ]));
            blocks.extend([text(&words.asks), Block::List(texts(list)), text(&words.not)]);
            blocks.push(text(fill(&words.sign, &[("title", &self.title())])));
            blocks.push(Block::Sign(texts(&words.lines)));
            blocks.push(text(&words.r#return));
        }
        // No program of ours sends a row of sign-ins: people do that, with this permission.
        let says = match consent {
            Consent::Active => counts::of_hands(&self.words.opens, &opens),
            Consent::Passive | Consent::OutsideIn => counts::of_key(&self.words.opens, &opens, 0),
        };
        self.ask(What::Permission { consent, hosts: hosts.to_vec() }, title, minutes, &says, opens, blocks)
    }

    fn permitted_until(&self) -> chrono::NaiveDate {
        self.end().max(self.today + chrono::Days::new(30))
    }

    /// The addresses that are looked at from outside, by name.
    fn hosts(&self) -> Vec<String> {
        let settings = &self.request.board.settings;
        let mut hosts: Vec<String> = settings.url.iter().filter_map(|url| url.host_str().map(str::to_owned)).collect();
        hosts.extend(settings.asset_hosts.iter().map(ToString::to_string));
        hosts.extend(settings.supabase.iter().map(|it| format!("{it}.supabase.co")));
        hosts
    }

    /// What waits for somebody on the client's side, each thing once, however many items it holds up.
    pub(super) fn tasks(&self) -> Vec<Ask> {
        let words = &self.words.task;
        let board = self.request.board;
        let mut tasks: BTreeMap<String, (u16, Vec<&str>, Vec<String>)> = BTreeMap::new();
        for (item, it) in board.checklist.items.iter().zip(&board.items).filter(|(_, it)| !opening::is_settled(it.truth)) {
            let Work::Blocked { on, waits_for, founder, minutes, .. } = &it.work else { continue };
            if !board.settings.is_of_client(on) {
                continue;
            }
            let says =
                founder.clone().or_else(|| item.founder_ask.as_ref().map(Foreign::new)).unwrap_or_else(|| waits_for.clone());
            let own = if founder.is_none() { item.founder_minutes } else { None };
            let minutes = minutes.or(own).unwrap_or(words.minutes_unknown);
            let task = tasks.entry(Self::sentence(&says).to_string()).or_default();
            task.0 = task.0.max(minutes);
            task.1.push(item.id.as_str());
            task.2.push(item.founder.clone());
        }
        let ask = |(says, (minutes, ids, about)): (String, (u16, Vec<&str>, Vec<String>))| {
            let opens = self.helped(ids);
            let items = opens.helps.clone();
            let sentence = counts::of_answer(&self.words.opens, &opens, true);
            let title = fill(&words.title, &[("says", says.trim_end_matches('.'))]);
            let blocks = if self.request.reminder {
                Vec::new()
            } else {
                about.iter().map(|what| text(fill(&words.about, &[("what", what)]))).collect()
            };
            self.ask(What::Task { items }, &title, minutes, &sentence, opens, blocks)
        };
        tasks.into_iter().map(ask).collect()
    }

    /// Systems that items ask and of which nobody said whether the app uses them.
    pub(super) fn uses(&self) -> Option<Ask> {
        let words = &self.words.r#use;
        let board = self.request.board;
        let unknown = |system: System| board.settings.uses(system) == Use::Unknown;
        let asked: BTreeSet<System> = self.looking().map(|(_, word)| word.system).filter(|it| unknown(*it)).collect();
        if asked.is_empty() {
            return None;
        }
        let opens = self.opens(&asked.iter().map(|it| Key::Connection(*it)).collect());
        let mut lines: Vec<&str> = Vec::new();
        for place in self.words.place.iter().filter(|it| it.systems.iter().any(|system| asked.contains(system))) {
            lines.push(&place.says);
        }
        let named: BTreeSet<System> = self.words.place.iter().flat_map(|it| it.systems.iter().copied()).collect();
        lines.extend(asked.iter().filter(|it| !named.contains(it)).map(|it| it.title()));
        let rows = lines.iter().map(|says| Foreign::new(fill(&words.line, &[("says", says)]))).collect();
        let minutes = words.minutes_each.saturating_mul(u16::try_from(lines.len()).unwrap_or(u16::MAX));
        let says = counts::of_key(&self.words.opens, &opens, 0);
        let title = words.title.of(lines.len(), &[]);
        let about = text(words.says.of(lines.len(), &[]));
        let systems = asked.into_iter().collect();
        Some(self.ask(What::Use { systems }, &title, minutes, &says, opens, vec![about, Block::List(rows)]))
    }

    /// Limits that are not agreed yet.
    pub(super) fn limits(&self) -> Option<Ask> {
        let words = &self.words.limits;
        let board = self.request.board;
        let applies = |id: &str| board.assessment(id).is_some_and(|it| it.truth != Truth::NotApplicable);
        let backup = applies(&words.backup_item) && !board.settings.limits.iter().any(|(id, _)| id.as_str() == words.backup_item);
        let spend = words.spend_items.iter().any(|id| applies(id));
        let unagreed = |system: &&System| system.is_metered() && !board.settings.ceilings.contains_key(system);
        let ceilings: Vec<System> =
            if spend { board.settings.providers.iter().filter(unagreed).copied().collect() } else { Vec::new() };
        if !backup && ceilings.is_empty() {
            return None;
        }
        let line = |says: &str, line: &str| Foreign::new(fill(&words.line, &[("says", says), ("line", line)]));
        let mut rows: Vec<Foreign> = Vec::new();
        if backup {
            rows.push(line(&words.backup, &words.backup_line));
        }
        let of = |system: &System| line(&fill(&words.spend, &[("system", system.title())]), &words.spend_line);
        rows.extend(ceilings.iter().map(of));
        let minutes = words.minutes_each.saturating_mul(u16::try_from(rows.len()).unwrap_or(u16::MAX));
        let of_backup = backup.then_some(words.backup_item.as_str()).into_iter();
        let of_spending = words.spend_items.iter().filter(|_| !ceilings.is_empty()).map(String::as_str);
        let opens = self.helped(of_backup.chain(of_spending));
        let says = counts::of_answer(&self.words.opens, &opens, false);
        let blocks = vec![text(&words.says), Block::List(rows)];
        Some(self.ask(What::Limits { ceilings, backup }, &words.title, minutes, &says, opens, blocks))
    }

    /// People who are needed and not on record.
    pub(super) fn people(&self) -> Option<Ask> {
        let words = &self.words.people;
        let missing: Vec<&Role> = self.words.role.iter().filter(|role| self.is_wanted(role) && !self.is_known(role)).collect();
        if missing.is_empty() {
            return None;
        }
        let rows = missing.iter().map(|it| Foreign::new(fill(&words.line, &[("says", &it.says)]))).collect();
        let opens = self.helped(missing.iter().flat_map(|it| it.items.iter().map(String::as_str)));
        let says = counts::of_answer(&self.words.opens, &opens, true);
        let minutes = missing.iter().map(|it| it.minutes).sum();
        let roles = missing.iter().map(|it| it.short.clone()).collect();
        let title = words.title.of(missing.len(), &[]);
        Some(self.ask(What::People { roles }, &title, minutes, &says, opens, vec![text(&words.says), Block::List(rows)]))
    }

    /// Whether an item of today needs the person.
    fn is_wanted(&self, role: &Role) -> bool {
        let board = self.request.board;
        let needs = |id: &String| {
            let (Some(item), Some(it)) = (board.item(id), board.assessment(id)) else { return false };
            let (first, _) = plan::weeks(item.phase, board.settings.weeks);
            let is_due = it.gate == Some(Gate::Now) || u16::from(first) <= board.week.max(1);
            let was_seen = it.words.iter().any(|word| !word.findings.is_empty() || !word.notes.is_empty());
            !opening::is_settled(it.truth) && is_due && (was_seen || !role.only_if_seen)
        };
        role.always || role.items.iter().any(needs)
    }

    /// Whether somebody on the client's side is on record under such a role. Who decides is known as soon as anybody is.
    fn is_known(&self, role: &Role) -> bool {
        let theirs = || self.request.board.settings.people.iter().filter(|it| it.side == Side::Client);
        let plays = |person: &Person| {
            let own = person.role.as_ref().map(|it| it.as_str().trim().to_lowercase()).unwrap_or_default();
            own.split([',', ';', '/']).any(|it| role.known.iter().any(|known| known == it.trim()))
        };
        let decides = self.words.role.first().is_some_and(|first| first.short == role.short);
        theirs().any(plays) || (decides && theirs().next().is_some())
    }

    /// What is here, agreed or named already.
    pub(super) fn here(&self) -> Option<Part> {
        let (words, settings) = (&self.words.have, &self.request.board.settings);
        let mut says: Vec<String> = Vec::new();
        if self.has_checkout() {
            says.push(words.checkout.clone());
        }
        let asked: Vec<System> = self
            .tokens()
            .iter()
            .filter_map(|it| if let What::Token { system, .. } = it.what { Some(system) } else { None })
            .collect();
        for system in self.keyed().into_iter().filter(|it| !asked.contains(it)) {
            says.push(fill(self.thanks(system), &[("system", system.title())]));
        }
        for it in self.standing() {
            let template = if it.consent == Consent::Active { &words.permission_active } else { &words.permission };
            // The recorded moment is the first one after its last day.
            let until = it.until.date_naive().pred_opt().unwrap_or(it.until.date_naive());
            let by = it.by.cut(60);
            says.push(fill(template, &[("by", &by), ("until", &self.page.day_with_year(until))]));
        }
        if let Some((_, limit)) = settings.limits.iter().find(|(id, _)| id.as_str() == self.words.limits.backup_item) {
            says.push(fill(&words.backup, &[("age", &self.age(*limit))]));
        }
        let spends = settings.ceilings.iter();
        says.extend(spends.map(|(system, usd)| fill(&words.spend, &[("system", system.title()), ("usd", &usd.to_string())])));
        let people: Vec<String> = settings.people.iter().filter(|it| it.side == Side::Client).map(|it| self.person(it)).collect();
        if !people.is_empty() {
            says.push(fill(&words.people, &[("people", &self.page.list(&people))]));
        }
        (!says.is_empty()).then(|| Part { title: self.words.head.here.clone(), says: texts(&says) })
    }

    /// How much was read with the key that is here: a look that was not made, timed out or was made with another key read nothing.
    fn thanks(&self, system: System) -> &str {
        let words = &self.words.have;
        let KeyState::Here { since } = self.state(system) else { return &words.token_untried };
        let has_read = |word: &ProbeWord| word.gap.is_none() && word.speaks().is_some() && word.at.is_some_and(|at| at >= since);
        let own = || self.looking().map(|(_, word)| word).filter(|word| self.is_read_with(word, system));
        match (own().any(has_read), own().all(has_read)) {
            (true, true) => &words.token,
            (true, false) => &words.token_some,
            (false, _) => &words.token_untried,
        }
    }

    fn person(&self, person: &Person) -> String {
        let (words, name) = (&self.words.have, person.name.cut(60));
        match &person.role {
            Some(role) => fill(&words.person_role, &[("name", &name), ("role", &role.cut(60))]),
            None => fill(&words.person, &[("name", &name)]),
        }
    }

    fn age(&self, limit: Limit) -> String {
        let words = &self.words.have;
        let number = |it: i64| usize::try_from(it).unwrap_or(0);
        match limit.0 {
            seconds if seconds % 86_400 == 0 => words.age_days.of(number(seconds / 86_400), &[]),
            seconds if seconds % 3_600 == 0 => words.age_hours.of(number(seconds / 3_600), &[]),
            seconds => words.age_minutes.of(number(seconds / 60), &[]),
        }
    }
}

//! Keys that are asked for: at which page they are made, by whom, with which rights, until when; and again, with what exactly
//! was missing, where the one in hand is refused or may not see enough. It never asks for one to be sent.

use super::build::Making;
use super::counts;
use super::model::{Ask, Block, KeyState, What};
use super::rights::Wanted;
use super::words::Vendor;
use crate::domain::app::Use;
use crate::domain::opening::Key;
use crate::domain::{Foreign, GapKind, System};
use crate::snapshot::words::fill;
use chrono::{Days, NaiveDate};
use std::collections::BTreeSet;
use strum::VariantArray as _;

/// Why a key is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    First,
    Unusable,
    Refused,
    /// It works, and may not see these.
    Short(Vec<Wanted>),
}

/// How long after the last planned day a key may still live: the last week is often late, and after-care reads with it.
const MARGIN: Days = Days::new(14);
/// The longest life that is suggested; no vendor's page offers much more.
const LONGEST: Days = Days::new(360);
/// For an engagement whose planned end has passed.
const AFTER: Days = Days::new(30);

impl Making<'_> {
    /// The systems of this app whose key is needed, in their order.
    pub(super) fn keyed(&self) -> Vec<System> {
        let settings = &self.request.board.settings;
        let asks = |system: System| self.looking().any(|(_, word)| self.is_read_with(word, system));
        let systems = System::VARIANTS.iter().copied().filter(|it| it.needs_credential());
        systems.filter(|it| settings.uses(*it) == Use::Yes && asks(*it)).collect()
    }

    pub(super) fn state(&self, system: System) -> KeyState {
        self.request.keys.get(&system).copied().unwrap_or(KeyState::Missing)
    }

    fn reason(&self, system: System) -> Option<Reason> {
        let met = |kind: GapKind| {
            self.looking().filter(|(_, word)| !self.held.is_past(word)).any(|(_, word)| {
                word.gap.as_ref().is_some_and(|gap| gap.kind == kind && gap.system.unwrap_or(word.system) == system)
            })
        };
        match self.state(system) {
            KeyState::Missing => Some(Reason::First),
            KeyState::Unusable => Some(Reason::Unusable),
            KeyState::Here { .. } if met(GapKind::BadCredential) => Some(Reason::Refused),
            KeyState::Here { .. } if met(GapKind::NoPermission) => Some(Reason::Short(self.lacking(system))),
            KeyState::Here { .. } => None,
        }
    }

    /// The last day that is suggested for a key.
    pub(super) fn expiry(&self) -> NaiveDate {
        let end = self.end();
        let wanted = if end < self.today { self.today + AFTER } else { end + MARGIN };
        wanted.min(self.today + LONGEST)
    }

    /// Every key that is asked for.
    pub(super) fn tokens(&self) -> Vec<Ask> {
        self.keyed().into_iter().filter_map(|system| Some(self.token(system, &self.reason(system)?))).collect()
    }

    fn token(&self, system: System, reason: &Reason) -> Ask {
        let words = &self.words.token;
        let vendor = self.words.vendor(system);
        let rights = self.rights(self.looking().map(|(_, word)| word), system);
        let opens = self.opens(&BTreeSet::from([Key::Access(system)]));
        let keeps = self.keeps(system);
        let title = match reason {
            _ if vendor.is_some_and(|it| it.invites) => &words.title_invite,
            Reason::First => &words.title,
            _ => &words.title_again,
        };
        let minutes = vendor.map_or(words.minutes_unknown, |it| it.minutes);
        let says = counts::of_key(&self.words.opens, &opens, keeps.len());
        let names = rights.iter().map(|it| Foreign::new(&it.name)).collect();
        let what = What::Token { system, again: *reason != Reason::First, rights: names, expires: self.expiry() };
        let blocks = self.token_blocks(system, reason, vendor, &rights);
        Ask { keeps, ..self.ask(what, &self.named(title, system), minutes, &says, opens, blocks) }
    }

    fn token_blocks(&self, system: System, reason: &Reason, vendor: Option<&Vendor>, rights: &[Wanted]) -> Vec<Block> {
        let words = &self.words.token;
        let text = |template: &str| Block::Text(Foreign::new(self.named(template, system)));
        let mut blocks = Vec::new();
        match reason {
            Reason::First => {}
            Reason::Unusable => blocks.push(text(&words.unusable)),
            Reason::Refused => blocks.push(text(&words.refused)),
            Reason::Short(lacking) if lacking.is_empty() => blocks.push(text(&words.short_unnamed)),
            Reason::Short(lacking) => {
                let names: Vec<String> =
                    lacking.iter().map(|it| format!("{} ({})", self.page.list(&it.shows), it.name)).collect();
                blocks.push(Block::Text(Foreign::new(fill(&words.short, &[("shows", &self.page.list(&names))]))));
            }
        }
        let page = vendor.map_or(&words.page_unknown, |it| &it.page);
        blocks.push(Block::Text(Foreign::new(fill(&words.r#where, &[("page", &self.named(page, system))]))));
        if self.request.reminder {
            return blocks;
        }
        let invites = vendor.is_some_and(|it| it.invites);
        let who = vendor.map_or(&words.who_unknown, |it| &it.who);
        let template = if invites { &words.invited_by } else { &words.made_by };
        blocks.push(Block::Text(Foreign::new(fill(template, &[("who", &self.named(who, system))]))));
        let mut steps: Vec<String> = vendor.iter().flat_map(|it| &it.choose).map(|it| self.named(it, system)).collect();
        if !invites {
            steps.insert(0, self.named(&words.name, system));
        }
        if !invites && !vendor.is_some_and(|it| it.undated) {
            steps.push(self.named(&words.expiry, system));
        }
        let has_rights = vendor.is_some_and(|it| it.has_rights) && !rights.is_empty();
        if has_rights {
            steps.push(words.permissions.clone());
        } else if vendor.is_none() {
            let shows: Vec<String> = rights.iter().flat_map(|it| it.shows.clone()).collect();
            let shows = if shows.is_empty() { words.anything.clone() } else { self.page.list(&shows) };
            steps.push(fill(&words.no_rights, &[("shows", &shows)]));
        }
        blocks.push(Block::Steps(steps.iter().map(Foreign::new).collect()));
        if has_rights {
            let row = |it: &Wanted| fill(&words.permission, &[("name", &it.name), ("shows", &self.page.list(&it.shows))]);
            blocks.push(Block::List(rights.iter().map(row).map(Foreign::new).collect()));
        }
        if has_rights {
            blocks.extend(rights.iter().filter_map(|it| it.know.as_deref()).map(text));
        }
        blocks.extend(vendor.iter().flat_map(|it| &it.know).map(|it| text(it)));
        if !invites {
            blocks.push(text(&words.then));
        }
        blocks
    }

    /// A sentence about a system with this app's own names.
    fn named(&self, template: &str, system: System) -> String {
        let settings = &self.request.board.settings;
        let repo = settings.github.as_ref().map_or("your code".to_owned(), ToString::to_string);
        let owner = settings.github.as_ref().map_or("the account that owns your code".to_owned(), |it| it.owner.clone());
        let projects: Vec<String> = settings.supabase.iter().chain(&settings.staging).map(ToString::to_string).collect();
        let supabase = match projects.len() {
            0 => "your project".to_owned(),
            1 => format!("the project {}", self.page.list(&projects)),
            _ => format!("the projects {}", self.page.list(&projects)),
        };
        let vercel = settings.vercel.as_ref().map_or("of your product".to_owned(), |it| it.project.clone());
        let with = [
            ("system", system.title().to_owned()),
            ("repo", repo),
            ("owner", owner),
            ("supabase", supabase),
            ("vercel", vercel),
            ("from", self.from()),
            ("tool", "rescue".to_owned()),
            ("day", self.page.day(self.today, self.today)),
            ("expiry", self.page.day_with_year(self.expiry())),
            ("handing", self.words.handing.title.clone()),
        ];
        let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fill(template, &with)
    }
}

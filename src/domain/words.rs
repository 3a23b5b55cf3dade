//! A probe's word in an item: which of its outcomes speaks, whether it has aged, what could not be seen.
//! An undecided outcome never replaces a decided one here, whatever the gap.

use super::app::Use;
use super::ledger::{Decided, Ledger, Look};
use super::rotation::{Duties, Leaked, Stated};
use super::rule::{Say, Voice};
use super::terms::Agreed;
use super::{
    Finding, Foreign, Freshness, Gap, GapKind, Item, Note, Outcome, ProbeBook, ProbeId, ProbeKind, ProbeTraits, ProbeWord,
    Severity, System, calendar,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// Two fails closer than this are one blink of the network.
const APART: TimeDelta = TimeDelta::minutes(10);

/// Whether a probe can be heard in this app today.
#[derive(Debug, Clone, Copy)]
enum Hearing<'l> {
    /// It looks at the subject of that position; none when that was never looked at.
    At(Option<usize>),
    /// Its system is not used, and why.
    Unused(&'l Foreign),
    /// Nobody said whether its system is used, and nothing is connected.
    NotConnected,
    /// This version has no such probe.
    NoSuchProbe,
}

/// A probe as an item hears it, while the facts are read in order.
#[derive(Debug)]
pub(super) struct Seat<'l> {
    pub(super) probe: &'l ProbeId,
    pub(super) traits: ProbeTraits,
    pub(super) looks: &'l [Look<'l>],
    hearing: Hearing<'l>,
    fresh: Freshness,
    /// The word: the newest decided outcome that speaks or has aged.
    pub(super) spoken: Option<&'l Look<'l>>,
    /// When it ages; never for a fail.
    until: DateTime<Utc>,
    /// What was agreed while it looked, and since.
    agreed: Agreed,
    fails: u8,
    last_fail: Option<DateTime<Utc>>,
    suspected: bool,
    decided_at: Option<DateTime<Utc>>,
    /// The newest undecided look.
    blind: Option<&'l Look<'l>>,
    /// The newest undecided look since the word that laid findings or notes before a person.
    evidence: Option<&'l Look<'l>>,
    /// Revisions of the rule under which it has passed.
    passed: Vec<u16>,
    /// Every finding of its fail is accepted today. Settled by the caller, only for today.
    pub(super) accepted: bool,
    /// The item asks that leaked secrets are replaced.
    asks_rotation: bool,
    /// The secrets that it ever found, if so.
    duties: Duties<'l>,
    /// How long the newest decided look vouches for what it did not find.
    vouches: DateTime<Utc>,
    /// It shows a finding or note that the judgement in force did not see.
    pub(super) unread: bool,
}

/// Whether a look saw what there is and leaves the rest to a person.
fn asks_for_judgement(look: &Look<'_>) -> bool {
    look.outcome.verdict.outcome.gap().is_some_and(|gap| gap.kind == GapKind::NeedsJudgement)
}

impl<'l> Seat<'l> {
    pub(super) fn new(probe: &'l ProbeId, item: &Item, ledger: &'l Ledger<'l>, book: &ProbeBook) -> Self {
        let named = || probe.as_str().split('.').next().and_then(|it| it.parse::<System>().ok()).unwrap_or(System::Repo);
        let (traits, known) = match book.get(probe) {
            Some(traits) => (*traits, true),
            None => (ProbeTraits { system: named(), kind: ProbeKind::Proof, confirm: 1, revision: 0 }, false),
        };
        let hearing = match (known, ledger.subject(traits.system), ledger.usage(traits.system)) {
            (false, ..) => Hearing::NoSuchProbe,
            (true, Some(subject), _) => Hearing::At(ledger.subject_position(subject)),
            (true, None, Use::No(why)) => Hearing::Unused(why),
            (true, None, _) => Hearing::NotConnected,
        };
        let looks = if matches!(hearing, Hearing::At(_)) { ledger.looks(probe.as_str()) } else { &[] };
        Self {
            probe,
            traits,
            looks,
            hearing,
            fresh: item.fresh,
            agreed: Agreed::read(ledger, &item.id, traits.system),
            spoken: None,
            until: DateTime::<Utc>::MAX_UTC,
            fails: 0,
            last_fail: None,
            suspected: false,
            decided_at: None,
            blind: None,
            evidence: None,
            passed: Vec::new(),
            accepted: false,
            asks_rotation: item.rotation,
            duties: Duties::default(),
            vouches: DateTime::<Utc>::MAX_UTC,
            unread: false,
        }
    }

    /// Whether a look was at what the app names now.
    pub(super) fn counts(&self, look: &Look<'_>) -> bool {
        matches!(self.hearing, Hearing::At(Some(subject)) if subject == look.subject)
    }

    /// The next look, in order.
    pub(super) fn hear(&mut self, look: &'l Look<'l>) {
        match look.decided {
            Decided::Nothing => {
                if self.traits.kind == ProbeKind::Sign
                    && asks_for_judgement(look)
                    && look.outcome.verdict.unseen.is_none()
                    && self.failed_at().is_some()
                {
                    // It saw all that it looks at, and what it had found is gone: a sign has no other way to say so, for
                    // its good news is a matter of judgement. Any other gap changes nothing.
                    self.spoken = None;
                    (self.fails, self.last_fail, self.suspected) = (0, None, false);
                }
                self.blind = Some(look);
                if look.shows {
                    self.evidence = Some(look);
                }
                return;
            }
            Decided::Pass | Decided::NotApplicable => {
                if look.decided == Decided::Pass && !self.passed.contains(&look.outcome.revision) {
                    self.passed.push(look.outcome.revision);
                }
                (self.fails, self.last_fail, self.suspected) = (0, None, false);
                self.until = self.fresh_until(look);
                if look.decided == Decided::Pass
                    && let Some(outgrown) = self.agreed.outgrows(look)
                {
                    self.until = self.until.min(outgrown);
                }
                self.speak(look);
            }
            Decided::Fail => {
                if self.last_fail.is_none_or(|last| look.at.signed_duration_since(last) >= APART) {
                    self.fails = self.fails.saturating_add(1);
                    self.last_fail = Some(look.at);
                }
                self.suspected = self.fails < self.traits.confirm;
                if !self.suspected {
                    self.until = DateTime::<Utc>::MAX_UTC;
                    self.speak(look);
                }
            }
        }
        self.decided_at = Some(look.at);
    }

    fn fresh_until(&self, look: &Look<'_>) -> DateTime<Utc> {
        match self.fresh {
            Freshness::Days(days) => calendar::after_days(look.at, days),
            Freshness::AtClose => DateTime::<Utc>::MAX_UTC,
        }
    }

    fn speak(&mut self, look: &'l Look<'l>) {
        self.spoken = Some(look);
        self.evidence = None;
        self.vouches = self.until.min(self.fresh_until(look));
        if self.asks_rotation {
            self.duties.add(&look.outcome.verdict.findings, look.at);
        }
    }

    /// Settles which of the leaked secrets are replaced, as far as it was said by now.
    pub(super) fn settle_rotation(&mut self, stated: &Stated<'l>) {
        self.duties.settle(stated);
    }

    /// The leaked secrets that it ever found, where the item asks for their rotation.
    pub(super) fn leaked(&self) -> impl Iterator<Item = &Leaked<'l>> {
        self.duties.all()
    }

    /// It found leaked secrets and nothing else that is wrong, and each of them is replaced.
    pub(super) fn is_rotated(&self) -> bool {
        !self.duties.is_empty() && self.duties.are_rotated() && !self.fails_otherwise()
    }

    /// It fails by something that is no leaked secret.
    fn fails_otherwise(&self) -> bool {
        let findings = self.spoken.filter(|_| self.failed_at().is_some()).map(|it| &it.outcome.verdict.findings);
        findings.is_some_and(|it| it.is_empty() || it.iter().any(|finding| finding.exposed.is_none()))
    }

    /// Its fail, or what it once found, waits for nothing but a rotation: looking again changes nothing.
    pub(super) fn waits_for_rotation(&self) -> bool {
        !self.duties.is_empty() && !self.duties.are_rotated() && !self.fails_otherwise()
    }

    /// The engagement was closed: where only looks after it count, everything before is forgotten.
    pub(super) fn close(&mut self) {
        if self.fresh == Freshness::AtClose {
            (self.spoken, self.blind, self.evidence, self.decided_at) = (None, None, None, None);
            (self.fails, self.last_fail, self.suspected) = (0, None, false);
            self.duties.clear();
        }
    }

    /// It failed, and waits for the look that confirms it.
    pub(super) fn is_suspected(&self) -> bool {
        self.suspected
    }

    /// Its newest word fails, and since when it says so.
    pub(super) fn failed_at(&self) -> Option<DateTime<Utc>> {
        self.spoken.filter(|it| it.decided == Decided::Fail).map(|it| it.at)
    }

    /// The worst severity of what it found and nobody settled; none where it named nothing.
    pub(super) fn worst(&self) -> Option<Severity> {
        let shown = self.spoken.filter(|_| self.failed_at().is_some()).map(|it| it.outcome.verdict.findings.as_slice());
        let remembered = self.duties.all().filter(|it| it.rotated.is_none()).map(|it| it.finding);
        shown.unwrap_or_default().iter().chain(remembered).map(|it| it.severity).max()
    }

    /// It fails now and had passed under the same revision of its rule.
    pub(super) fn has_drifted(&self) -> bool {
        self.failed_at().is_some() && self.spoken.is_some_and(|it| self.passed.contains(&it.outcome.revision))
    }

    /// The revision under which it fails, when it had passed only under older ones.
    pub(super) fn stricter_since(&self) -> Option<u16> {
        let now = self.spoken.filter(|_| self.failed_at().is_some())?.outcome.revision;
        (!self.passed.is_empty() && self.passed.iter().all(|it| *it < now)).then_some(now)
    }

    /// Its word was judged by what was agreed then, and something else is agreed now.
    pub(super) fn is_outgrown(&self, now: DateTime<Utc>) -> bool {
        self.spoken.is_some_and(|look| match look.decided {
            Decided::Pass => now >= self.until && self.agreed.outgrows(look) == Some(self.until),
            Decided::Fail => self.agreed.differ_from(look),
            Decided::NotApplicable | Decided::Nothing => false,
        })
    }

    /// Settles whether its fail is accepted at a moment. A fail without findings cannot be accepted by finding.
    pub(super) fn settle_acceptance(&mut self, ledger: &Ledger<'_>, at_gate: bool, moment: DateTime<Utc>) {
        if !ledger.accepts_findings() {
            self.accepted = false;
            return;
        }
        let failing = self.spoken.filter(|_| self.failed_at().is_some()).map(|it| it.outcome.verdict.findings.as_slice());
        let open = |it: &&Finding| self.duties.of(it).is_none_or(|leaked| leaked.rotated.is_none());
        let shown = failing.unwrap_or_default().iter().filter(open);
        let remembered = self.duties.all().filter(|it| it.rotated.is_none()).map(|it| it.finding);
        let mut open = shown.chain(remembered).peekable();
        self.accepted =
            open.peek().is_some() && failing != Some(&[][..]) && open.all(|finding| ledger.accepts(finding, at_gate, moment));
    }

    /// What it shows that can reopen a judgement: its word, and what a look that asked for a judgement laid before us.
    /// Other undecided looks reopen nothing: not having seen changes no truth.
    fn showing(&self) -> impl Iterator<Item = &'l Look<'l>> + use<'l> {
        self.spoken.filter(|it| it.shows).into_iter().chain(self.evidence.filter(|it| asks_for_judgement(it)))
    }

    /// Everything that lies before a reader: its word, what was laid before a person since, what it could not see.
    pub(super) fn on_the_table(&self) -> impl Iterator<Item = &'l Look<'l>> + use<'l> {
        [self.spoken, self.evidence, self.blind].into_iter().flatten()
    }

    /// Compares what it shows with what a judgement saw.
    pub(super) fn compare(&mut self, saw: Option<&BTreeSet<String>>) {
        self.unread = saw.is_some_and(|saw| self.first_unread(saw).is_some());
    }

    /// The first thing it shows that is not in `saw`, in the words of the one who found it.
    pub(super) fn first_unread(&self, saw: &BTreeSet<String>) -> Option<&'l Foreign> {
        self.showing().find_map(|look| {
            let verdict = &look.outcome.verdict;
            let finding = verdict.findings.iter().find(|it| !saw.contains(&it.key())).map(|it| &it.says);
            finding.or_else(|| verdict.notes.iter().find(|it| !saw.contains(&it.key)).map(|it| &it.says))
        })
    }

    /// The newest gap, if the last look saw nothing.
    fn gap_look(&self) -> Option<(&'l Look<'l>, &'l Gap)> {
        let look = self.blind.filter(|it| self.decided_at.is_none_or(|decided| it.at > decided))?;
        look.outcome.verdict.outcome.gap().map(|gap| (look, gap))
    }

    /// What it says at `moment`.
    pub(super) fn voice(&self, moment: DateTime<Utc>) -> Voice {
        let say = match (&self.hearing, self.spoken) {
            (Hearing::Unused(_), _) => Say::Unused,
            (Hearing::NotConnected | Hearing::NoSuchProbe, _) | (_, None) => Say::Undecided,
            (_, Some(look)) => self.say(look, moment),
        };
        let gap = self.gap_look().map(|(_, gap)| gap.kind);
        let blind = match gap {
            Some(GapKind::NeedsJudgement) => false,
            Some(_) => say != Say::Unused,
            None => say == Say::Undecided || (say != Say::Unused && self.unseen().is_some()),
        };
        let until = if say == Say::Rotated { self.vouches } else { self.until };
        Voice { say, kind: self.traits.kind, until, blind }
    }

    fn say(&self, look: &Look<'_>, moment: DateTime<Utc>) -> Say {
        let open_duty = !self.duties.is_empty() && !self.duties.are_rotated();
        match look.decided {
            Decided::Nothing => Say::Undecided,
            _ if self.is_rotated() && (moment >= self.vouches || self.unseen().is_some()) => Say::Undecided,
            _ if self.is_rotated() => Say::Rotated,
            _ if self.accepted => Say::Accepted,
            Decided::Fail => Say::Fail,
            // What leaked once has to be replaced, whether it is still seen or not.
            _ if open_duty => Say::Fail,
            _ if moment >= self.until => Say::Undecided,
            Decided::Pass => Say::Pass,
            Decided::NotApplicable => Say::NotApplicable,
        }
    }

    /// What the word left unseen although it decided.
    fn unseen(&self) -> Option<&'l Gap> {
        self.spoken.and_then(|it| it.outcome.verdict.unseen.as_ref())
    }

    /// When its pass or not-applicable ages, if it still speaks.
    pub(super) fn ages_at(&self) -> Option<DateTime<Utc>> {
        if self.is_rotated() {
            return Some(self.vouches).filter(|it| *it < DateTime::<Utc>::MAX_UTC);
        }
        (self.spoken.is_some() && self.failed_at().is_none() && self.until < DateTime::<Utc>::MAX_UTC).then_some(self.until)
    }

    /// When its not-applicable ages.
    pub(super) fn becomes_unknown(&self) -> Option<DateTime<Utc>> {
        let spoken = self.spoken.filter(|it| it.decided == Decided::NotApplicable);
        spoken.map(|_| self.until).filter(|until| *until < DateTime::<Utc>::MAX_UTC)
    }

    /// Everything a reader may ask about it.
    pub(super) fn word(&self, ledger: &Ledger<'_>) -> ProbeWord {
        let now = ledger.now();
        let aged = self.ages_at().is_some_and(|end| now >= end);
        let outcome = self.spoken.map(|it| &it.outcome.verdict.outcome);
        let not_applicable = match (&self.hearing, outcome) {
            (Hearing::Unused(why), _) => Some((*why).clone()),
            (_, Some(Outcome::NotApplicable { why })) if !aged => Some(why.clone()),
            _ => None,
        };
        let (gap, gap_at) = match (self.gap_look(), self.hearing) {
            (Some((look, gap)), _) => (Some(gap.clone()), Some(look.at)),
            (None, Hearing::NotConnected) => (Some(not_connected(self.traits.system, ledger)), None),
            (None, Hearing::NoSuchProbe) => (Some(no_such_probe(self.probe)), None),
            (None, _) => (self.unseen().cloned(), self.unseen().and(self.spoken).map(|it| it.at)),
        };
        let last = self.spoken.or(self.evidence).or(self.blind);
        let (findings, notes) = self.shown();
        ProbeWord {
            probe: self.probe.clone(),
            kind: self.traits.kind,
            system: self.traits.system,
            outcome: outcome.cloned(),
            at: self.spoken.map(|it| it.at),
            says: last.map(|it| it.outcome.verdict.says.clone()).unwrap_or_default(),
            findings,
            notes,
            aged,
            fresh_until: self.ages_at(),
            suspected: self.suspected,
            accepted: self.accepted,
            rotated: self.is_rotated(),
            not_applicable,
            gap,
            gap_at,
            judged_by_older_rule: self.spoken.is_some_and(|it| it.outcome.revision < self.traits.revision),
            ms: last.map(|it| it.outcome.ms),
            requests: last.map(|it| it.outcome.requests),
        }
    }

    /// Findings and notes of the word, and of undecided looks since that saw something; each once.
    fn shown(&self) -> (Vec<Finding>, Vec<Note>) {
        let (mut findings, mut notes): (Vec<Finding>, Vec<Note>) = (Vec::new(), Vec::new());
        if let Some(look) = self.spoken {
            findings.clone_from(&look.outcome.verdict.findings);
            notes.clone_from(&look.outcome.verdict.notes);
        }
        let remembered = self.duties.all().map(|it| it.finding);
        findings.extend(remembered.filter(|it| !has(&findings, it)).cloned().collect::<Vec<_>>());
        if let Some(look) = self.evidence {
            for finding in &look.outcome.verdict.findings {
                if !has(&findings, finding) {
                    findings.push(finding.clone());
                }
            }
            for note in &look.outcome.verdict.notes {
                if !notes.iter().any(|it| it.key == note.key) {
                    notes.push(note.clone());
                }
            }
        }
        (findings, notes)
    }
}

fn has(findings: &[Finding], wanted: &Finding) -> bool {
    findings.iter().any(|it| it.rule == wanted.rule && it.resource == wanted.resource)
}

fn no_such_probe(probe: &ProbeId) -> Gap {
    Gap::internal(format!("this version of rescue has no probe {probe}")).needs("Upgrade rescue to the version that has it")
}

/// The gap of a system without a connection, with the step that makes one.
fn not_connected(system: System, ledger: &Ledger<'_>) -> Gap {
    let app = ledger.settings().map_or("NAME", |it| it.name.as_str());
    let (what, flag) = match system {
        System::Github => ("the repository at GitHub", "--repo OWNER/NAME".to_owned()),
        System::Supabase | System::SupabaseProject => ("the Supabase project", "--supabase REF".to_owned()),
        System::Vercel => ("the Vercel project", "--vercel TEAM/PROJECT".to_owned()),
        System::Repo | System::Scan => ("the repository", "--repo PATH or OWNER/NAME".to_owned()),
        System::Site => ("the address of the site", "--url URL".to_owned()),
        other => (other.title(), format!("--provider {other}")),
    };
    Gap::new(GapKind::NotConfigured, system, format!("{} is not connected", system.title()))
        .needs(format!("Name {what}: rescue app edit {app} {flag}, or say that it is not used"))
}

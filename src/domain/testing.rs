//! A story told in facts: the builder that the tests of the laws share. Days count from 0, a Monday at nine; within a
//! day each fact is a minute later than the one before.

use super::app::SupabaseRef;
use super::checklist::Effort;
use super::fact::RunEnd;
use super::*;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The moment `minutes` after nine o'clock of a day of the story.
pub fn moment(day: i64, minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
    start + TimeDelta::days(day) + TimeDelta::minutes(minutes)
}

pub fn probe(id: &str) -> ProbeId {
    id.parse().unwrap()
}

pub fn leaf(id: &str) -> Rule {
    Rule::Probe(probe(id))
}

pub fn all_of(ids: &[&str]) -> Rule {
    Rule::All(ids.iter().map(|id| leaf(id)).collect())
}

pub fn any_of(ids: &[&str]) -> Rule {
    Rule::Any(ids.iter().map(|id| leaf(id)).collect())
}

/// An item of week 1, decided by probes, fresh for 8 days, judged for 30, no gate.
pub fn item(id: &str, rule: Rule) -> Item {
    Item {
        id: id.parse().unwrap(),
        phase: Phase::Week1,
        short: format!("The criterion of {id}"),
        title: format!("The criterion of {id}"),
        why: "It matters".to_owned(),
        founder: "It matters to you".to_owned(),
        founder_done: None,
        founder_ask: None,
        founder_minutes: None,
        how: vec!["Do it".to_owned()],
        decides: Decides::Probe,
        rule,
        fresh: Freshness::Days(8),
        judged_for: JudgedFor::Days(30),
        gate: None,
        gate_if: None,
        applies_if: None,
        absent_is_fine: false,
        effort: Effort::M,
        danger: 3,
        reach: 3,
        after: Vec::new(),
        rotation: false,
        to_come: Vec::new(),
        consent: Consent::Passive,
        references: Vec::new(),
    }
}

pub fn both(id: &str, rule: Rule) -> Item {
    Item { decides: Decides::Both, ..item(id, rule) }
}

pub fn gate(gate: Gate, item: Item) -> Item {
    Item { gate: Some(gate), ..item }
}

pub fn checklist(items: Vec<Item>) -> Checklist {
    Checklist { name: "test".to_owned(), version: "1".to_owned(), title: "Test".to_owned(), items, retired: Vec::new() }
}

/// Every probe that the tests name: `system.a` to `system.d` are proofs, `.sign` a sign, `.twice` a proof that is
/// confirmed by a second look.
pub fn book() -> ProbeBook {
    let mut book = ProbeBook::new();
    for system in [System::Github, System::Supabase, System::S3, System::Firebase, System::Site, System::Scan] {
        for name in ["a", "b", "c", "d", "sign", "twice"] {
            let kind = if name == "sign" { ProbeKind::Sign } else { ProbeKind::Proof };
            let confirm = if name == "twice" { 2 } else { 1 };
            book.insert(probe(&format!("{system}.{name}")), ProbeTraits { system, kind, confirm, revision: 1 });
        }
    }
    book
}

/// An app with a repository, a Supabase project, a site and S3; nobody knows about Firebase.
pub fn settings() -> AppSettings {
    let mut settings = AppSettings::new("acme".parse().unwrap(), NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
    settings.github = Some("acme/shop".parse().unwrap());
    settings.supabase = Some("a".repeat(20).parse::<SupabaseRef>().unwrap());
    settings.url = Some("https://shop.example.com".parse().unwrap());
    settings.providers.insert(System::S3);
    settings
}

/// A fail by leaked secrets, each a finding of the rule `rule`.
pub fn leaks(resources: &[&str], since: i64) -> Verdict {
    let exposure = Exposure { at: ExposedIn::History, since: Some(moment(since, 0)), until: None, places: 1, marker: None };
    let finding =
        |it: &&str| Finding::new("rule", it, Severity::Critical, format!("{it} leaked"), "Rotate it").exposed(exposure.clone());
    Verdict::fail("secrets leaked", resources.iter().map(finding).collect())
}

/// Facts told one after the other.
pub struct Story {
    pub facts: Vec<Fact>,
    pub checklists: BTreeMap<Digest, Arc<Checklist>>,
    pub book: ProbeBook,
    pub settings: AppSettings,
    at: DateTime<Utc>,
    who: Author,
    run: RunId,
    revision: u16,
}

impl Story {
    pub fn of(items: Vec<Item>) -> Self {
        let mut story = Self {
            facts: Vec::new(),
            checklists: BTreeMap::new(),
            book: book(),
            settings: settings(),
            at: moment(0, -60),
            who: Author::Person("Sam".into()),
            run: RunId(uuid::Uuid::from_u128(1)),
            revision: 1,
        };
        story.set(|_| {});
        story.adopt("first", items);
        story
    }

    /// The next facts happen on that day at nine.
    pub fn on(&mut self, day: i64) -> &mut Self {
        self.when(moment(day, 0))
    }

    pub fn when(&mut self, at: DateTime<Utc>) -> &mut Self {
        self.at = at - TimeDelta::minutes(1);
        self
    }

    /// The next facts are stated by that person.
    pub fn by(&mut self, who: &str) -> &mut Self {
        self.who = Author::Person(who.into());
        self
    }

    /// The next looks are decided by that revision of the rule.
    pub fn revision(&mut self, revision: u16) -> &mut Self {
        self.revision = revision;
        self.book.values_mut().for_each(|it| it.revision = revision);
        self
    }

    pub fn push(&mut self, body: FactBody) -> &mut Self {
        self.at += TimeDelta::minutes(1);
        let id = FactId(uuid::Uuid::from_u128(self.facts.len() as u128 + 1));
        self.facts.push(Fact { id, at: self.at, by: self.who.clone(), body });
        self
    }

    /// The fact told last.
    pub fn last(&self) -> FactId {
        self.facts.last().unwrap().id
    }

    pub fn set(&mut self, change: impl FnOnce(&mut AppSettings)) -> &mut Self {
        change(&mut self.settings);
        let settings = Box::new(self.settings.clone());
        self.push(FactBody::Settings { settings })
    }

    pub fn adopt(&mut self, digest: &str, items: Vec<Item>) -> &mut Self {
        let digest = Digest(digest.to_owned());
        self.checklists.insert(digest.clone(), Arc::new(checklist(items)));
        self.push(FactBody::ChecklistAdopted { checklist: digest, version: "1".to_owned() })
    }

    pub fn look(&mut self, id: &str, verdict: Verdict) -> &mut Self {
        let probe = probe(id);
        let subject = self.settings.subject(self.book[&probe].system).unwrap_or_default();
        let (run, revision, settings) = (self.run, self.revision, Digest("s".to_owned()));
        let outcome = OutcomeFact { run, probe, revision, subject, settings, observation: None, verdict, ms: 40, requests: 2 };
        self.push(FactBody::Outcome(Box::new(outcome)))
    }

    pub fn pass(&mut self, id: &str) -> &mut Self {
        self.look(id, Verdict::pass("it is so"))
    }

    pub fn pass_noting(&mut self, id: &str, key: &str) -> &mut Self {
        self.look(id, Verdict::pass("it is so").note(NoteLevel::Info, key, format!("there is {key}")))
    }

    /// Fails with one finding for each resource, of the rule `rule`.
    pub fn fail(&mut self, id: &str, resources: &[&str]) -> &mut Self {
        let finding = |it: &&str| Finding::new("rule", it, Severity::High, format!("{it} is open"), "Close it");
        self.look(id, Verdict::fail("it is not so", resources.iter().map(finding).collect()))
    }

    /// Fails with one leaked secret for each resource, open since that day of the story.
    pub fn leak(&mut self, id: &str, resources: &[&str], since: i64) -> &mut Self {
        self.look(id, leaks(resources, since))
    }

    /// Says that a leaked secret was replaced on that day of the story.
    pub fn rotated(&mut self, key: &str, on: i64) -> &mut Self {
        let on = moment(on, 0).date_naive();
        self.push(FactBody::Rotated { finding: key.to_owned(), on, proof: "the old one is refused".into() })
    }

    pub fn reopen_finding(&mut self, key: &str) -> &mut Self {
        self.push(FactBody::FindingReopened { finding: key.to_owned(), reason: "not so".into() })
    }

    pub fn blind(&mut self, id: &str, kind: GapKind) -> &mut Self {
        let system = self.book[&probe(id)].system;
        self.look(id, Verdict::undecided(Gap::new(kind, system, "nothing to be seen").needs("Open the door")))
    }

    pub fn unasked(&mut self, id: &str) -> &mut Self {
        self.look(id, Verdict::not_applicable("there is none"))
    }

    /// A judgement with a proof, naming the unseen probes and the keys that it saw.
    pub fn done(&mut self, id: &str, stands_for: &[&str], saw: &[&str]) -> &mut Self {
        let stands_for = stands_for.iter().map(|it| probe(it)).collect();
        let saw = saw.iter().map(|it| (*it).to_owned()).collect::<BTreeSet<_>>();
        let proof = Some(Foreign::new("https://example.com/proof"));
        self.push(FactBody::Attested { item: id.parse().unwrap(), proof, stands_for, saw, founder: None })
    }

    pub fn reopen(&mut self, id: &str) -> &mut Self {
        self.push(FactBody::Reopened { item: id.parse().unwrap(), reason: "not so".into() })
    }

    pub fn not_applicable(&mut self, id: &str) -> &mut Self {
        self.push(FactBody::NotApplicable { item: id.parse().unwrap(), reason: "no such thing here".into() })
    }

    fn waived(&mut self, target: Target, last_day: i64, client: Option<&str>) -> &mut Self {
        let until = moment(last_day, 0).date_naive();
        let (client, proof) = (client.map(Foreign::new), client.map(|_| Foreign::new("mail of today")));
        self.push(FactBody::Waived { target, reason: "later".into(), until, client, proof, founder: None })
    }

    /// Until any day there is, unsigned.
    pub fn waived_until(&mut self, id: &str, until: NaiveDate) -> &mut Self {
        let target = Target::Item(id.parse().unwrap());
        self.push(FactBody::Waived { target, reason: "later".into(), until, client: None, proof: None, founder: None })
    }

    /// With a client's name it is signed and proven, as a gate needs.
    pub fn waive(&mut self, id: &str, last_day: i64, client: Option<&str>) -> &mut Self {
        self.waived(Target::Item(id.parse().unwrap()), last_day, client)
    }

    pub fn accept(&mut self, key: &str, last_day: i64, client: Option<&str>) -> &mut Self {
        self.waived(Target::Finding(key.to_owned()), last_day, client)
    }

    pub fn work(&mut self, id: &str, work: WorkNote) -> &mut Self {
        self.push(FactBody::Work { item: id.parse().unwrap(), work })
    }

    pub fn retract(&mut self, fact: FactId) -> &mut Self {
        self.push(FactBody::Retracted { fact })
    }

    pub fn close(&mut self) -> &mut Self {
        self.push(FactBody::Closed { reason: "handed over".into() })
    }

    /// A new run begins; looks after it belong to it.
    pub fn run(&mut self, probes: &[&str]) -> &mut Self {
        self.run = RunId(uuid::Uuid::from_u128(self.facts.len() as u128 + 1000));
        let run = self.run;
        self.push(FactBody::RunStarted { run, probes: probes.iter().map(|it| probe(it)).collect() })
    }

    pub fn run_ends(&mut self, how: RunEnd) -> &mut Self {
        let run = self.run;
        self.push(FactBody::RunEnded { run, how })
    }

    pub fn board_at(&self, now: DateTime<Utc>) -> Board {
        board(&self.facts, &self.checklists, &self.book, now).unwrap()
    }

    /// The board at the evening of a day.
    pub fn board(&self, day: i64) -> Board {
        self.board_at(moment(day, 600))
    }

    /// What changed from the evening of a day to that of another.
    pub fn diff(&self, since: i64, now: i64) -> Diff {
        changes(&self.facts, &self.checklists, &self.book, moment(since, 600), moment(now, 600)).unwrap().diff
    }

    /// The first item at the evening of a day.
    pub fn item(&self, day: i64) -> Assessment {
        self.board(day).items.into_iter().next().unwrap()
    }

    pub fn truth(&self, day: i64) -> Truth {
        self.item(day).truth
    }

    pub fn remarks(&self, day: i64) -> Vec<String> {
        self.item(day).remarks.iter().map(ToString::to_string).collect()
    }
}

//! Whatever a fact says, it comes back as it was.

use super::*;
use crate::domain::app::Authorisation;
use crate::domain::fact::{RunEnd, Target, WorkNote};
use crate::domain::{Consent, ExposedIn, Exposure, FactId, Finding, Gap, GapKind, NoteLevel, Outcome, Place, Severity, System};
use chrono::{TimeDelta, TimeZone};
use proptest::prelude::*;
use strum::VariantArray;
use uuid::Uuid;

fn text() -> impl Strategy<Value = Foreign> {
    any::<String>().prop_map(Foreign::new)
}

fn id() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (0_i64..20_000).prop_map(|days| NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + TimeDelta::days(days))
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (0_i64..4_000_000_000_000_000).prop_map(|micros| Utc.timestamp_micros(micros).unwrap())
}

fn item() -> impl Strategy<Value = crate::domain::ItemId> {
    (0_u8..100).prop_map(|number| format!("SEC-{number:02}").parse().unwrap())
}

fn probe() -> impl Strategy<Value = crate::domain::ProbeId> {
    "[a-z]{1,8}\\.[a-z-]{1,12}".prop_map(|text| text.parse().unwrap())
}

fn gap() -> impl Strategy<Value = Gap> {
    let kind = prop::sample::select(GapKind::VARIANTS.to_vec());
    let system = prop::option::of(prop::sample::select(System::VARIANTS.to_vec()));
    (kind, system, text(), prop::option::of(text()), prop::option::of(moment()))
        .prop_map(|(kind, system, says, needs, until)| Gap { kind, system, says, needs, until })
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let outcome = prop_oneof![
        Just(Outcome::Pass),
        Just(Outcome::Fail),
        gap().prop_map(|gap| Outcome::Undecided { gap }),
        text().prop_map(|why| Outcome::NotApplicable { why }),
    ];
    let place = prop_oneof![
        (text(), any::<Option<u32>>(), prop::option::of(text())).prop_map(|(path, line, commit)| Place::File {
            path,
            line,
            commit
        }),
        text().prop_map(|url| Place::Web { url }),
        text().prop_map(|name| Place::Resource { name }),
    ];
    let finding =
        (text(), place).prop_map(|(words, place)| Finding::new("a.rule", &words, Severity::High, &words, "mend it").at(place));
    let exposure = (prop::option::of(moment()), any::<u32>(), prop::option::of(text()))
        .prop_map(|(since, places, marker)| Exposure { at: ExposedIn::Site, since, until: since, places, marker });
    let finding = (finding, prop::option::of(exposure)).prop_map(|(finding, exposed)| Finding { exposed, ..finding });
    (outcome, text(), prop::collection::vec(finding, 0..3), text(), prop::option::of(gap())).prop_map(
        |(outcome, says, findings, key, unseen)| {
            Verdict { outcome, says, findings, notes: Vec::new(), unseen }.note(NoteLevel::Evidence, String::from(key), "seen")
        },
    )
}

fn work() -> impl Strategy<Value = WorkNote> {
    prop_oneof![
        Just(WorkNote::Todo),
        Just(WorkNote::Doing),
        any::<u8>().prop_map(|week| WorkNote::Planned { week }),
        (text(), text(), prop::option::of(day()), prop::option::of(text()), prop::option::of(1..=600_u16))
            .prop_map(|(on, waits_for, until, founder, minutes)| WorkNote::Blocked { on, waits_for, until, founder, minutes }),
    ]
}

fn body() -> impl Strategy<Value = FactBody> {
    let outcome_fact = (id(), probe(), any::<u16>(), any::<String>(), verdict(), any::<u64>(), any::<u32>()).prop_map(
        |(run, probe, revision, subject, verdict, ms, requests)| {
            FactBody::Outcome(Box::new(OutcomeFact {
                run: RunId(run),
                probe,
                revision,
                subject,
                settings: Digest("0".repeat(64)),
                observation: None,
                verdict,
                ms,
                requests,
            }))
        },
    );
    let target = prop_oneof![item().prop_map(Target::Item), any::<String>().prop_map(Target::Finding)];
    prop_oneof![
        (text(), "[a-z0-9-]{1,10}", any::<bool>(), prop::option::of(day())).prop_map(|(title, key, known, live_since)| {
            let mut settings = AppSettings { title: title.clone(), live_since, ..settings("acme") };
            settings.stack.insert(key, known);
            settings.unused.insert(System::Twilio, title);
            FactBody::Settings { settings: Box::new(settings) }
        }),
        (id(), prop::collection::vec(probe(), 0..4)).prop_map(|(run, probes)| FactBody::RunStarted { run: RunId(run), probes }),
        id().prop_map(|run| FactBody::RunEnded { run: RunId(run), how: RunEnd::Cancelled }),
        outcome_fact,
        (
            item(),
            prop::option::of(text()),
            prop::collection::btree_set(probe(), 0..3),
            prop::collection::btree_set(any::<String>(), 0..3),
            prop::option::of(text())
        )
            .prop_map(|(item, proof, stands_for, saw, founder)| FactBody::Attested {
                item,
                proof,
                stands_for,
                saw,
                founder
            }),
        (item(), text()).prop_map(|(item, reason)| FactBody::Reopened { item, reason }),
        (item(), text()).prop_map(|(item, reason)| FactBody::NotApplicable { item, reason }),
        (target, text(), day(), prop::option::of(text()), prop::option::of(text()), prop::option::of(text())).prop_map(
            |(target, reason, until, client, proof, founder)| FactBody::Waived { target, reason, until, client, proof, founder }
        ),
        (any::<String>(), day(), text()).prop_map(|(finding, on, proof)| FactBody::Rotated { finding, on, proof }),
        (any::<String>(), text()).prop_map(|(finding, reason)| FactBody::FindingReopened { finding, reason }),
        (item(), work()).prop_map(|(item, work)| FactBody::Work { item, work }),
        (item(), text(), prop::option::of(text())).prop_map(|(item, text, founder)| FactBody::Noted { item, text, founder }),
        (text(), moment()).prop_map(|(by, until)| FactBody::Authorised {
            authorisation: Authorisation { consent: Consent::Active, by, hosts: ["acme.example".to_owned()].into(), until }
        }),
        (any::<String>(), "founder|investor").prop_map(|(of, audience)| FactBody::Snapshot { seal: Digest::of(&of), audience }),
        id().prop_map(|fact| FactBody::Retracted { fact: FactId(fact) }),
        text().prop_map(|reason| FactBody::Closed { reason }),
    ]
}

#[test]
fn every_fact_comes_back_as_it_was() {
    let bench = Bench::new();
    let app = bench.app("acme");
    let author = prop_oneof![text().prop_map(Author::Person), text().prop_map(Author::Tool)];
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(64));
    let drawn = (author, prop::collection::vec(body(), 1..8));
    runner
        .run(&drawn, |(by, bodies)| {
            let at = start() + TimeDelta::microseconds(1);
            let last = bench.store.app("acme").unwrap().last_fact.unwrap();
            let ids = bench.store.append(app, at, &by, bodies.clone()).unwrap();
            let back = bench.store.facts_since(app, last).unwrap();
            prop_assert_eq!(back.iter().map(|it| it.id).collect::<Vec<_>>(), ids, "in the order of writing");
            prop_assert!(back.iter().all(|it| it.at == at && it.by == by));
            prop_assert_eq!(back.into_iter().map(|it| it.body).collect::<Vec<_>>(), bodies);
            Ok(())
        })
        .unwrap();
    assert_eq!(bench.store.undecodable(), 0);
    // A fact of a snapshot was invented without the page.
    let problems = bench.store.check().unwrap();
    assert!(problems.iter().all(|it| it.says.as_str().starts_with("the text of snapshot ")), "{problems:?}");
}

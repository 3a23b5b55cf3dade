//! The sample's run, its connections and its changes.
#![expect(clippy::unwrap_used, reason = "the sample is made of constants, and every test reads all of them")]

use super::{ago, finding, now, run_id};
use crate::domain::state::HistoryLine;
use crate::domain::{Gap, GapKind, System, Verdict};
use crate::engine::RunEvent;
use crate::engine::event::PlannedProbe;
use crate::tui::live::Live;
use crate::tui::message::{Change, Changes, ConnectionRow, History, Since, Standing};
use chrono::TimeDelta;

fn planned(probe: &str, system: System, asks: &'static str, item: &str) -> PlannedProbe {
    PlannedProbe { probe: probe.parse().unwrap(), system, asks, items: vec![item.parse().unwrap()] }
}

/// The events of a run in its middle: everything that a probe can be at.
#[must_use]
pub fn run_events() -> Vec<RunEvent> {
    let probes = vec![
        planned("scan.current-tree", System::Scan, "Is the current tree free of credentials?", "SEC-01"),
        planned("supabase.row-level-security", System::Supabase, "Is row-level security on for every table?", "RLS-01"),
        planned("supabase.backup-age", System::Supabase, "Is the newest restorable point young enough?", "BAK-01"),
        planned("github.branch-protection", System::Github, "Is the deploying branch protected?", "CI-01"),
        planned("github.secret-alerts", System::Github, "Is every secret-scanning alert closed?", "SEC-02"),
        planned("openai.spend-cap", System::Openai, "Does an enforcing cap stop the spend?", "SPD-01"),
        planned("vercel.environments", System::Vercel, "Is there an environment before production?", "CI-05"),
    ];
    let id = |text: &str| text.parse().unwrap();
    let decided = |probe: &str, verdict: Verdict, ms| RunEvent::Decided {
        probe: id(probe),
        verdict: Box::new(verdict),
        ms,
        requests: 2,
        at: now(),
    };
    let gap = Gap::new(GapKind::BadCredential, System::Github, "GitHub refused the token")
        .needs("Make a new token and set GITHUB_TOKEN");
    vec![
        RunEvent::Started { run: run_id(), app: "acme-shop".to_owned(), at: ago(0), probes },
        RunEvent::Looking { probe: id("scan.current-tree") },
        decided("scan.current-tree", Verdict::pass("No credential in 412 files"), 1_840),
        RunEvent::Asking { probe: id("supabase.row-level-security"), system: System::Supabase },
        RunEvent::Asking { probe: id("supabase.row-level-security"), system: System::Supabase },
        decided("supabase.row-level-security", Verdict::fail("1 of 14 tables is open", vec![finding()]), 402),
        RunEvent::Asking { probe: id("supabase.backup-age"), system: System::Supabase },
        RunEvent::Waiting { probe: id("supabase.backup-age"), system: System::Supabase, until: now() + TimeDelta::seconds(20) },
        RunEvent::Asking { probe: id("github.branch-protection"), system: System::Github },
        decided("github.secret-alerts", Verdict::undecided(gap), 97),
        RunEvent::Looking { probe: id("openai.spend-cap") },
    ]
}

/// That run as the console keeps it.
#[must_use]
pub fn live() -> Live {
    let mut events = run_events().into_iter();
    let Some(RunEvent::Started { app, at, probes, .. }) = events.next() else { unreachable!("the first event is the start") };
    let mut live = Live::new(app, at, probes);
    events.for_each(|it| live.hear(&it));
    live
}

/// The connections.
#[must_use]
pub fn connections() -> Vec<ConnectionRow> {
    let row = |system, standing| ConnectionRow {
        system,
        standing,
        subject: None,
        source: None,
        who: None,
        may: vec![],
        missing: vec![],
        step: None,
        items: vec![],
    };
    vec![
        ConnectionRow {
            subject: Some("acme/shop".into()),
            source: Some("GITHUB_TOKEN".into()),
            who: Some("sam-rescue".into()),
            may: vec!["read code, metadata, administration".into()],
            missing: vec!["secret scanning alerts".into()],
            step: Some("Give the token the permission Secret scanning alerts: read".into()),
            items: vec!["SEC-02".parse().unwrap(), "SEC-05".parse().unwrap()],
            ..row(System::Github, Standing::Partly)
        },
        ConnectionRow {
            subject: Some("abcdefghijklmnopqrst".into()),
            step: Some("Set RESCUE_ACME_SHOP_SUPABASE_TOKEN to a token that may read the project".into()),
            items: vec!["RLS-01".parse().unwrap(), "BAK-01".parse().unwrap()],
            ..row(System::Supabase, Standing::NoCredential)
        },
        ConnectionRow {
            source: Some("OPENAI_ADMIN_KEY".into()),
            who: Some("org Acme".into()),
            ..row(System::Openai, Standing::Works)
        },
        row(System::Vercel, Standing::NotConnected),
        ConnectionRow { subject: Some("tree:/srv/acme/shop".into()), ..row(System::Scan, Standing::NoneNeeded) },
        row(System::Firebase, Standing::NotUsed),
    ]
}

/// The past of an item.
#[must_use]
pub fn history() -> History {
    let line = |minutes, who: &str, says: &str, retracted| HistoryLine {
        at: ago(minutes),
        who: who.to_owned(),
        says: says.into(),
        retracted,
    };
    History {
        app: "acme-shop".parse().unwrap(),
        item: "RLS-01".parse().unwrap(),
        lines: vec![
            line(60 * 24 * 9, "rescue 0.1.0", "supabase.row-level-security passed", false),
            line(60 * 24 * 2, "Sam", "waived until 1 December 2026", true),
            line(12, "rescue 0.1.0", "supabase.row-level-security failed: 1 of 14 tables is open", false),
        ],
        notes: vec![line(60, "Sam", "The table orders came with the new checkout", false)],
    }
}

/// What changed since the round before.
#[must_use]
pub fn changes() -> Changes {
    let change = |item: &str, says: &str| Change { item: Some(item.parse().unwrap()), says: says.into(), more: vec![] };
    let first = "first seen 2026-11-22 15:40 by run 019a0000-0000-7000-8000-000000000007".to_owned();
    let lost = Change {
        more: vec![
            "had been good for 13 days, since 9 November 2026".to_owned(),
            "broke within 7 days: seen good 2026-11-15 15:38, seen bad 2026-11-22 15:40".to_owned(),
            first,
        ],
        ..change("RLS-01", "verified → drifted: row-level security is off for orders")
    };
    Changes {
        since: Since::PreviousRun,
        from: Some(ago(60 * 24 * 7)),
        to: Some(now()),
        lost: vec![lost],
        newly_failing: vec![],
        lost_between: vec![],
        won: vec![change("BAK-01", "failing → verified: PITR is on"), change("CI-01", "open → verified: main asks for a review")],
        new_findings: vec![change("RLS-01", "Anybody can read the table orders: row-level security is off")],
        gone_findings: vec![],
        newly_unseen: vec![change("SPD-01", "Anthropic is not seen any more: no credential")],
        expired_waivers: vec![],
        stale: vec![change("BAK-04", "the restore was shown 97 days ago")],
    }
}

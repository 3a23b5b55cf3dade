//! Letters for apps of which little, something and much is known: what is asked, how it is counted, and what foreign text can
//! not do in one.

use super::*;
use crate::domain::app::Authorisation;
use crate::domain::testing::{Story, moment};
use crate::domain::{Board, Consent, Foreign, Gap, GapKind, Person, ProbeId, Side, System, Verdict, WorkNote};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};

mod keys;

/// The built-in checklist and probes, and an app on its first day with a repository, a database and a site.
fn story() -> Story {
    let checklist = crate::checklist::load_stored(crate::checklist::embedded()).unwrap();
    let mut story = Story::of(checklist.items);
    story.book = crate::probes::book();
    story.set(|it| {
        it.title = "Acme Shop".into();
        it.providers = BTreeSet::from([System::Openai]);
        it.vercel = Some("acme/shop".parse().unwrap());
        it.people = vec![Person { name: "Ana Brandt".into(), side: Side::Client, mail: None, role: Some("founder".into()) }];
    });
    story
}

fn needs() -> BTreeMap<ProbeId, Needs> {
    let metas = crate::probes::all().map(crate::probes::AnyProbe::meta);
    metas.map(|meta| (meta.id.parse().unwrap(), Needs { system: meta.system, needs: meta.needs })).collect()
}

const SYSTEMS: [System; 5] = [System::Github, System::Supabase, System::Vercel, System::Openai, System::Openrouter];

/// The key that every look of the story was made with.
fn here() -> KeyState {
    KeyState::Here { since: moment(-1, 0) }
}

/// One that came after all of them.
fn renewed() -> KeyState {
    KeyState::Here { since: moment(0, 599) }
}

fn keys(state: KeyState) -> BTreeMap<System, KeyState> {
    SYSTEMS.iter().map(|it| (*it, state)).collect()
}

fn letter_with(board: &Board, keys: &BTreeMap<System, KeyState>, given: &[Authorisation], reminder: bool) -> Option<Letter> {
    let (needs, from) = (needs(), Foreign::new("Sam Okoro"));
    build(&Request { board, needs: &needs, keys, authorisations: given, from: &from, reminder, words: LetterWords::english() })
}

fn letter(board: &Board, state: KeyState) -> Letter {
    letter_with(board, &keys(state), &[], false).unwrap()
}

fn token(letter: &Letter, wanted: System) -> Option<&Ask> {
    letter.asks.iter().find(|it| matches!(it.what, What::Token { system, .. } if system == wanted))
}

fn rights(ask: &Ask) -> Vec<&str> {
    match &ask.what {
        What::Token { rights, .. } => rights.iter().map(Foreign::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What the letter says of a key that is here already.
fn thanks(letter: &Letter, system: System) -> Option<String> {
    let begins = format!("{}: ", system.title());
    letter.here.iter().flat_map(|it| &it.says).find_map(|it| it.as_str().strip_prefix(&begins).map(str::to_owned))
}

/// The probes of the app that read with that system's key.
fn readers(board: &Board, system: System) -> BTreeSet<ProbeId> {
    let with = |of: System| of == system || (system == System::Github && matches!(of, System::Repo | System::Scan));
    board.items.iter().flat_map(|it| &it.words).filter(|word| with(word.system)).map(|word| word.probe.clone()).collect()
}

fn markdown_of(letter: &Letter) -> String {
    markdown::render(letter, LetterWords::english())
}

fn html_of(letter: &Letter) -> String {
    html::render(letter, LetterWords::english())
}

#[test]
fn on_the_first_day_it_asks_for_each_key_with_the_rights_that_the_probes_name() {
    let letter = letter(&story().board(0), KeyState::Missing);
    let github = token(&letter, System::Github).unwrap();
    let names = rights(github);
    for right in ["Contents", "Administration", "Actions", "Dependabot alerts", "Secret scanning alerts", "Webhooks"] {
        assert!(names.contains(&right), "{right} in {names:?}");
    }
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "each once");
    assert!(names.iter().all(|it| !it.to_lowercase().contains("write")));
    assert_eq!(
        rights(token(&letter, System::Supabase).unwrap()),
        ["Backups", "Project Settings", "Organization Settings", "Production Branches", "Development Branches", "Migrations"]
    );
    let text = markdown_of(&letter);
    assert!(text.contains("Only select repositories”, then acme/shop"), "{text}");
    // Six weeks from 23 November and two weeks more.
    assert!(text.contains("17 January 2027"), "{text}");
    assert!(text.contains("Never put one into a mail or a chat"));
    assert!(text.starts_with("# What we need from you for Acme Shop\n"), "{text}");
    assert!(text.contains("Dear Ana Brandt,") && text.trim_end().ends_with("Sam Okoro"));
}

#[test]
fn what_it_opens_is_counted_as_the_lane_counts_it_and_sorts_the_letter() {
    let mut story = story();
    for probe in crate::probes::all().map(crate::probes::AnyProbe::meta) {
        if SYSTEMS.contains(&probe.system) && story.settings.subject(probe.system).is_some() {
            story.blind(probe.id, GapKind::NoCredential);
        }
    }
    let board = story.board(0);
    let letter = letter(&board, KeyState::Missing);
    for ask in &letter.asks {
        assert!(ask.opens.items().all(|id| !crate::domain::opening::is_settled(board.assessment(id.as_str()).unwrap().truth)));
    }
    let mut sorted = letter.asks.clone();
    sorted.sort_by(Ask::compare);
    assert_eq!(sorted, letter.asks);
    let worth: Vec<usize> = letter.asks.iter().map(|it| it.opens.urgent_whole).collect();
    assert!(worth.is_sorted_by(|one, other| one >= other), "{worth:?}");
    assert_eq!(letter.minutes, letter.asks.iter().map(|it| u32::from(it.minutes)).sum::<u32>());
    // CI-01 has one probe and nothing to come: with GitHub's key it is seen whole. ACC-02 waits for other systems too.
    let github = token(&letter, System::Github).unwrap();
    let has = |list: &[crate::domain::ItemId], id: &str| list.iter().any(|it| it.as_str() == id);
    assert!(has(&github.opens.whole, "CI-01") && has(&github.opens.helps, "ACC-02"));
    assert!(!has(&github.opens.whole, "SEC-02"), "its other proofs are elsewhere");
}

#[test]
fn the_permission_names_its_addresses_its_days_and_what_is_not_done() {
    let board = story().board(0);
    let letter = letter(&board, here());
    let (ask, hosts) = letter
        .asks
        .iter()
        .find_map(|it| match &it.what {
            What::Permission { consent: Consent::OutsideIn, hosts } => Some((it, hosts)),
            _ => None,
        })
        .unwrap();
    assert_eq!(hosts, &["shop.example.com".to_owned(), format!("{}.supabase.co", "a".repeat(20))]);
    assert!(ask.blocks.iter().any(|it| matches!(it, Block::Sign(lines) if lines.len() == 3)));
    let text = markdown_of(&letter);
    for wanted in [
        "When: from 23 November 2026 until 3 January 2027",
        "Who: Sam Okoro",
        "we count them and never fetch one",
        "What we do not do: change anything",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    let given = |consent| Authorisation { consent, by: "Ana".into(), hosts: BTreeSet::new(), until: moment(40, 0) };
    let asked = |given: &[Authorisation]| {
        let letter = letter_with(&board, &keys(here()), given, false).unwrap();
        letter.asks.iter().filter(|it| matches!(it.what, What::Permission { .. })).count()
    };
    assert_eq!([asked(&[]), asked(&[given(Consent::OutsideIn)]), asked(&[given(Consent::Active)])], [2, 1, 0]);
    let ended = Authorisation { until: moment(0, 0), ..given(Consent::Active) };
    assert_eq!(asked(&[ended]), 2);
    // Nothing of ours sends a row of sign-ins: what that permission opens is tested by hand, and counted so.
    let active = letter.asks.iter().find(|it| matches!(it.what, What::Permission { consent: Consent::Active, .. })).unwrap();
    assert_eq!((active.opens.items().count(), active.says.as_str()), (1, "With it we can test one point by hand."));
}

#[test]
fn what_is_agreed_named_or_given_is_not_asked_for_again() {
    let mut story = story();
    let first = letter(&story.board(0), here());
    let kinds = |letter: &Letter| {
        let limits = letter.asks.iter().any(|it| matches!(it.what, What::Limits { .. }));
        let people = letter.asks.iter().any(|it| matches!(it.what, What::People { .. }));
        (limits, people)
    };
    assert_eq!(kinds(&first), (true, true));
    story.set(|it| {
        it.limits.insert("BAK-01".parse().unwrap(), "24h".parse().unwrap());
        it.ceilings.insert(System::Openai, 200);
        let person =
            |name: &str, role: &str| Person { name: name.into(), side: Side::Client, mail: None, role: Some(role.into()) };
        it.people.extend([person("Ben", "on call, deputy")]);
    });
    let second = letter(&story.board(0), here());
    assert_eq!(kinds(&second), (false, false));
    let here = second.here.unwrap().says;
    for wanted in [
        "Backups may be at most one day old.",
        "OpenAI may cost at most 200 US dollars a month.",
        "On your side: Ana Brandt, founder and Ben, on call, deputy.",
    ] {
        assert!(here.iter().any(|it| it.as_str() == wanted), "{wanted} in {here:?}");
    }
}

#[test]
fn what_waits_for_the_client_is_in_the_letter_once_however_much_it_holds_up() {
    let mut story = story();
    let blocked = |on: &str| WorkNote::Blocked {
        on: on.into(),
        waits_for: "a scratch project".into(),
        until: None,
        founder: Some("Invite us to an empty second project".into()),
        minutes: Some(15),
    };
    story.on(0).work("BAK-04", blocked("Ana Brandt")).work("BAK-05", blocked("the founder")).work("CI-01", blocked("Sam"));
    let letter = letter(&story.board(0), here());
    let tasks: Vec<&Ask> = letter.asks.iter().filter(|it| matches!(it.what, What::Task { .. })).collect();
    assert_eq!(tasks.len(), 1, "one thing, and none of ours");
    assert_eq!(tasks[0].title.as_str(), "Invite us to an empty second project");
    assert_eq!((tasks[0].minutes, tasks[0].says.as_str()), (15, "2 points wait for it, one of them urgent."));
}

#[test]
fn of_an_app_of_which_little_is_known_it_asks_where_things_are() {
    let mut story = story();
    story.set(|it| {
        it.github = None;
        it.supabase = None;
        it.vercel = None;
        it.url = None;
        it.providers.clear();
        it.people.clear();
    });
    let letter = letter(&story.board(0), KeyState::Missing);
    assert!(
        letter.asks.iter().all(|it| !matches!(it.what, What::Token { .. } | What::Permission { .. })),
        "no key without a place"
    );
    let text = markdown_of(&letter);
    for wanted in
        ["Hello,", "Where the code is kept", "The address under which your customers reach your product", "Who decides for you"]
    {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert!(letter.handing.is_none());
}

#[test]
fn the_reminder_holds_the_same_things_in_short() {
    let board = story().board(0);
    let whole = letter(&board, KeyState::Missing);
    let reminder = letter_with(&board, &keys(KeyState::Missing), &[], true).unwrap();
    let titles = |letter: &Letter| letter.asks.iter().map(|it| it.title.to_string()).collect::<Vec<_>>();
    assert_eq!(titles(&whole), titles(&reminder));
    assert!(reminder.here.is_none() && markdown_of(&reminder).len() * 2 < markdown_of(&whole).len());
    assert!(markdown_of(&reminder).contains("Never put one into a mail or a chat"));
}

#[test]
fn nothing_needed_is_no_letter() {
    let mut story = story();
    let checklist = crate::checklist::load_stored(crate::checklist::embedded()).unwrap();
    story.adopt("one", vec![checklist.item("DOC-02").unwrap().clone()]);
    story.set(|it| it.people[0].role = Some("founder, on call".into()));
    assert_eq!(letter_with(&story.board(0), &keys(here()), &[], false), None);
}

#[test]
fn every_need_of_every_probe_has_words_and_every_key_a_page() {
    let words = LetterWords::english();
    for meta in crate::probes::all().map(crate::probes::AnyProbe::meta) {
        for need in meta.needs {
            assert!(
                words.right.iter().any(|it| it.need == *need),
                "{}: `{need}` has no [[right]] in assets/letter/en.toml",
                meta.id
            );
        }
        if meta.system.needs_credential() {
            assert!(words.vendor(meta.system).is_some(), "{} has no [[vendor]] in assets/letter/en.toml", meta.system);
        }
    }
    for role in &words.role {
        assert!(role.known.iter().all(|it| *it == it.to_lowercase()), "{role:?}");
    }
}

#[test]
fn the_page_asks_for_nothing_and_runs_nothing() {
    let page = html_of(&letter(&story().board(0), KeyState::Missing));
    assert!(
        page.starts_with("<!DOCTYPE html>")
            && !page.contains("<script")
            && !page.contains("http://")
            && !page.contains("https://")
    );
    assert!(page.contains("default-src 'none'"));
}

/// Written for a browser's checks (`RESCUE_WRITE_SNAPSHOTS`, `scripts/snapshot`), beside the snapshots' own samples.
#[test]
fn letters_for_a_browser() {
    #[expect(clippy::disallowed_methods, reason = "a test reads where to write its samples")]
    let Some(folder) = std::env::var_os("RESCUE_WRITE_SNAPSHOTS").filter(|it| !it.is_empty()) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    let board = story().board(0);
    let reminder = letter_with(&board, &keys(KeyState::Missing), &[], true).unwrap();
    for (name, letter) in [("letter", letter(&board, KeyState::Missing)), ("letter-reminder", reminder)] {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.html")), html_of(&letter)).unwrap();
    }
}

#[test]
fn foreign_text_stays_text() {
    let mut story = story();
    story.set(|it| {
        it.title = "<b>Acme</b> [x](http://evil.example) **now**".into();
        it.people[0].name = "<script>alert(1)</script>".into();
    });
    let on = WorkNote::Blocked {
        on: "founder".into(),
        waits_for: "x".into(),
        until: None,
        founder: Some("# Reply with your password\n\n- [ ] <img src=x onerror=alert(1)>".into()),
        minutes: None,
    };
    story.work("BAK-04", on);
    let letter = letter(&story.board(0), KeyState::Missing);
    let (page, text) = (html_of(&letter), markdown_of(&letter));
    assert!(!page.contains("<script>") && !page.contains("<img") && !page.contains("<b>Acme"));
    assert!(!text.contains("<script>") && !text.contains("[x](") && !text.contains("**now**"));
    assert_eq!(text.lines().filter(|it| it.starts_with("# ")).count(), 1);
}

proptest! {
    #[test]
    fn whatever_is_seen_the_counts_hold_and_no_text_breaks_out(
        gaps in prop::collection::vec((any::<prop::sample::Index>(), 0..7_usize, 0..SYSTEMS.len()), 0..40),
        states in prop::collection::vec(0..4_usize, 5),
        name in "\\PC{0,40}",
    ) {
        let kinds = [GapKind::NoCredential, GapKind::BadCredential, GapKind::NoPermission, GapKind::TimedOut, GapKind::NeedsConsent, GapKind::PlanHides];
        let all = [KeyState::Missing, KeyState::Unusable, here(), renewed()];
        let mut story = story();
        story.set(|it| it.title = name.as_str().into());
        let probes: Vec<&str> = crate::probes::all().map(|it| it.meta().id).collect();
        for (probe, kind, system) in gaps {
            let verdict = match kinds.get(kind) {
                Some(kind) => Verdict::undecided(Gap::new(*kind, SYSTEMS[system], &name)),
                None => Verdict::pass("it is so"),
            };
            story.look(probe.get::<&str>(&probes), verdict);
        }
        let keys: BTreeMap<System, KeyState> = SYSTEMS.iter().zip(&states).map(|(system, at)| (*system, all[*at])).collect();
        let board = story.board(0);
        let letter = letter_with(&board, &keys, &[], false).unwrap();
        for ask in &letter.asks {
            let mut ids = BTreeSet::new();
            prop_assert!(ask.opens.items().all(|id| ids.insert(id)), "counted once");
            prop_assert!(ask.opens.urgent_whole <= ask.opens.whole.len() && ask.opens.urgent_helps <= ask.opens.helps.len());
        }
        // What is asked for, once more by hand: a key that is missing or none, and one that was refused or too small since it came.
        // Nobody said whether OpenRouter is used.
        let words: Vec<&crate::domain::ProbeWord> = board.items.iter().flat_map(|it| &it.words).collect();
        for system in SYSTEMS {
            let turned_away = |since| words.iter().any(|word| word.gap.as_ref().is_some_and(|gap| {
                let for_it = matches!(gap.kind, GapKind::BadCredential | GapKind::NoPermission) && gap.system == Some(system);
                for_it && word.gap_at.is_some_and(|at| at >= since)
            }));
            let is_wanted = system != System::Openrouter && match keys[&system] {
                KeyState::Missing | KeyState::Unusable => true,
                KeyState::Here { since } => turned_away(since),
            };
            prop_assert_eq!(token(&letter, system).is_some(), is_wanted, "{}", system);
            if thanks(&letter, system).is_some_and(|it| it == "we can read what we need.") {
                let own = readers(&board, system);
                prop_assert!(words.iter().filter(|word| own.contains(&word.probe)).all(|word| word.gap.is_none() && word.speaks().is_some()));
            }
        }
        let text = markdown_of(&letter);
        prop_assert_eq!(text.lines().filter(|it| it.starts_with("# ")).count(), 1);
        let page = html_of(&letter);
        prop_assert_eq!(page.matches("<h1>").count(), 1);
        prop_assert!(!page.contains("<script"));
    }
}

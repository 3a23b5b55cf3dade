//! What a look means and how it is said, over looks that are put together here; every credential is invented, and no claim
//! of safety may come out, whatever was seen.

use super::*;
use crate::domain::{Checklist, Consent, Foreign, Gap, GapKind, Severity, System};
use crate::net::Certificate;
use crate::probes::Part;
use crate::probes::served::Served;
use crate::repo::Standing;
use crate::scan::{
    Asked, Confidence, Coverage, ExposedMap, FileKind, FoundProject, Framework, Front, Leak, Mark, MarkOf, Report, ScanKey,
    SiteReport, Skipped, Surface, Tally,
};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};

fn noon() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn checklist() -> &'static Checklist {
    static READ: std::sync::LazyLock<Checklist> =
        std::sync::LazyLock::new(|| crate::checklist::load_stored(crate::checklist::embedded()).unwrap());
    &READ
}

fn leak(rule: &str, kind: &str, provider: &str, public: bool, severity: Severity) -> Leak {
    Leak {
        id: "0123456789abcdef".to_owned(),
        rule: rule.to_owned(),
        kind: kind.to_owned(),
        provider: provider.to_owned(),
        path: "/assets/index-DfJ3kd0s.js".into(),
        exact_path: None,
        line: 1,
        commit: None,
        surface: Surface::Site,
        since: None,
        until: None,
        marker: None,
        in_head: true,
        standing: Standing::Tracked,
        masked: "sk_live_…a1b2".into(),
        public,
        confidence: Confidence::Proven,
        severity,
        rotate: "its dashboard → Keys → Roll".to_owned(),
        belongs_to: None,
        of_another: false,
    }
}

/// A look at a page with one script that says nothing dangerous, with every header in place.
fn good() -> Look {
    let headers = [
        ("strict-transport-security", "max-age=63072000"),
        ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
    ];
    let hides =
        Skipped { what: "everything else of the app".into(), why: "only the page itself".to_owned(), count: 1, hides: true };
    let coverage = Coverage { files_seen: 2, files_total: 2, bytes: 40_000, skipped: vec![hides], complete: false };
    let site = SiteReport {
        report: Report { findings: Vec::new(), coverage, commit: None },
        address: "https://shop.example.com/".into(),
        framework: Framework::Other,
        pages: Tally { seen: 1, total: 1 },
        scripts: Tally { seen: 1, total: 1 },
        maps: Vec::new(),
        projects: Vec::new(),
        elsewhere: Vec::new(),
        requests: 2,
    };
    let asked = |address: &str, kind| Asked { address: address.into(), kind, status: Some(200), leads_to: None };
    Look {
        address: "https://shop.example.com/".into(),
        answered: "https://shop.example.com/".into(),
        began: noon() - TimeDelta::seconds(2),
        at: noon(),
        version: "0.1.0".to_owned(),
        consent: Consent::Passive,
        permission: None,
        asset_hosts: BTreeSet::new(),
        bound: 200,
        asked: vec![
            asked("https://shop.example.com/", FileKind::Page),
            asked("https://shop.example.com/assets/index-DfJ3kd0s.js", FileKind::Script),
        ],
        halted: None,
        front: Front {
            address: "https://shop.example.com/".into(),
            status: 200,
            headers: headers.iter().map(|(name, text)| ((*name).to_owned(), Foreign::new(text))).collect::<BTreeMap<_, _>>(),
            cookies: Vec::new(),
            certificate: Some(Certificate {
                from: noon() - TimeDelta::days(30),
                until: noon() + TimeDelta::days(60),
                names: vec!["shop.example.com".to_owned()],
                issuer: Some("Example Trust".to_owned()),
            }),
            policy_in_page: false,
            marks: vec![Mark { of: MarkOf::Builder, name: "Lovable".into(), by: "the page says `Lovable`".into() }],
        },
        services: Vec::new(),
        plain: Plain::LeadsToTls,
        outside: None,
        served: Served { site, pages: Part::Hidden(Gap::new(GapKind::NotConfigured, System::Github, "not known")) },
    }
}

/// A change to a look, by name.
type Change = fn(&mut Look);

fn keys(look: &Look) -> Vec<(Weight, String)> {
    points(look).into_iter().map(|it| (it.weight, it.key)).collect()
}

#[test]
fn where_nothing_was_found_nothing_is_called_safe() {
    let look = good();
    assert_eq!(keys(&look), []);
    let page = Page::of(&look, checklist());
    assert!(page.headline.contains("not a verdict"), "{}", page.headline);
    assert_eq!(
        judged(&look, &crate::domain::AppSettings::new("shop".parse().unwrap(), noon().date_naive())).outcome.word(),
        "undecided"
    );
    for text in [page.text(), page.markdown(), page.html()] {
        let small = text.to_lowercase();
        for claim in ["is safe", "is secure", "no risk", "passed", "all good", "✔", "✓"] {
            // The one place where the word stands says that it is not said.
            let said = small.replace("does not mean that it is safe", "");
            assert!(!said.contains(claim), "`{claim}` in {text}");
        }
    }
}

#[rstest]
#[case::service_role(|it: &mut Look| it.served.site.report.findings.push(leak("supabase-service-role", "Supabase service-role key", "Supabase", false, Severity::Critical)), "site.supabase-service-role:0123456789abcdef", Weight::Emergency)]
#[case::payment(|it: &mut Look| it.served.site.report.findings.push(leak("stripe-secret-live", "Stripe secret key", "Stripe", false, Severity::Critical)), "site.stripe-secret-live:0123456789abcdef", Weight::Emergency)]
#[case::test_key(|it: &mut Look| it.served.site.report.findings.push(leak("stripe-secret-test", "Stripe test key", "Stripe", false, Severity::Low)), "site.stripe-secret-test:0123456789abcdef", Weight::Mend)]
#[case::anon(|it: &mut Look| it.served.site.report.findings.push(leak("supabase-anon", "Supabase anon key", "Supabase", true, Severity::Info)), "public.supabase-anon:0123456789abcdef", Weight::Key)]
#[case::own_maps(|it: &mut Look| it.served.site.maps.push(ExposedMap { path: "/assets/index.js.map".into(), sources: 9, own: 3 }), "maps.own", Weight::Mend)]
#[case::others(|it: &mut Look| it.served.site.elsewhere.push("js.widgets.example".into()), "hosts.others", Weight::Know)]
#[case::no_policy(|it: &mut Look| drop(it.front.headers.insert("content-security-policy".to_owned(), "frame-ancestors 'none'; script-src *".into())), "headers.csp", Weight::Mend)]
#[case::no_hsts(|it: &mut Look| drop(it.front.headers.remove("strict-transport-security")), "headers.hsts", Weight::Mend)]
#[case::short_hsts(|it: &mut Look| drop(it.front.headers.insert("strict-transport-security".to_owned(), "max-age=60".into())), "headers.hsts", Weight::Mend)]
#[case::no_redirect(|it: &mut Look| it.plain = Plain::Serves { status: 200 }, "tls.no-redirect", Weight::Mend)]
#[case::ends_soon(|it: &mut Look| it.front.certificate.as_mut().unwrap().until = noon() + TimeDelta::days(12), "tls.ends", Weight::Mend)]
#[case::ends_now(|it: &mut Look| it.front.certificate.as_mut().unwrap().until = noon() + TimeDelta::days(2), "tls.ends", Weight::Emergency)]
#[case::in_clear(|it: &mut Look| it.answered = "http://shop.example.com/".into(), "tls.none", Weight::Emergency)]
#[case::settings(|it: &mut Look| it.outside = Some(model::Outside { files: vec![exposed::ExposedFile { path: "/.env".into(), opens: true, names: vec!["DATABASE_URL".into()] }], ..model::Outside::default() }), "exposed:/.env", Weight::Emergency)]
fn each_danger_is_a_point(#[case] change: Change, #[case] key: &str, #[case] weight: Weight) {
    let mut look = good();
    change(&mut look);
    assert_eq!(keys(&look), [(weight, key.to_owned())]);
    let page = Page::of(&look, checklist());
    assert_eq!(page.headline.contains("mergency, to be dealt with today"), weight == Weight::Emergency, "{}", page.headline);
}

#[test]
fn a_public_key_is_no_leak_and_says_what_it_rests_on() {
    let mut look = good();
    look.served.site.report.findings.push(leak("supabase-anon", "Supabase anon key", "Supabase", true, Severity::Info));
    look.served.site.projects.push(FoundProject { project: "abcdefghijklmnopqrst".into(), path: "/a.js".into(), own: None });
    let text = Page::of(&look, checklist()).text();
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("no leak") && flat.contains("row level security is the only lock"), "{text}");
    assert!(!flat.contains("mergency, to be dealt with"), "{text}");
    assert_eq!(edit(&proposals(&look)), ["--supabase abcdefghijklmnopqrst"]);
}

#[test]
fn two_projects_are_rivals_and_none_is_proposed_to_be_set() {
    let mut look = good();
    for name in ["abcdefghijklmnopqrst", "bbcdefghijklmnopqrst"] {
        look.served.site.projects.push(FoundProject { project: name.into(), path: "/a.js".into(), own: None });
    }
    assert_eq!(edit(&proposals(&look)), Vec::<String>::new());
    assert_eq!(keys(&look), [(Weight::Mend, "projects.several".to_owned())]);
}

#[test]
fn most_of_the_checklist_was_not_seen_and_the_page_says_what_opens_it() {
    let unseen = unseen(&good(), checklist());
    assert_eq!(unseen.touched, ["SEC-03", "WEB-01", "WEB-02"]);
    assert!(unseen.items > 70, "{}", unseen.items);
    let mut unread = good();
    unread.front.certificate = None;
    assert_eq!(super::unseen(&unread, checklist()).touched, ["SEC-03", "WEB-01"], "a certificate that nobody read");
    let all: BTreeSet<&String> = unseen.rows.iter().flat_map(|it| &it.items).collect();
    assert_eq!(all.len(), unseen.items, "every item stands in a row");
    assert!(unseen.rows.iter().all(|it| !it.such_as.is_empty() && it.urgent <= it.items.len()));
    assert!(unseen.here.iter().any(|it| it.contains("permission only")));
}

#[test]
fn a_permitted_look_that_ended_before_it_asked_does_not_say_that_nobody_permitted_it() {
    let mut look = good();
    look.permission = Some(Permission {
        by: "Ana".into(),
        proof: None,
        hosts: BTreeSet::from(["shop.example.com".to_owned()]),
        until: noon() + TimeDelta::days(1),
    });
    let path = |n: usize| Foreign::new(format!("/file-{n}"));
    let unseen_paths = (2..=8).map(|n| (path(n), Foreign::new("the look ended before")));
    look.outside = Some(model::Outside {
        tried: vec![path(1), path(2)],
        unseen: unseen_paths.chain([(path(9), "it refuses strangers (status 403)".into())]).collect(),
        ..model::Outside::default()
    });
    let told = unseen(&look, checklist());
    let flat = told.here.join("\n");
    assert!(!flat.contains("permission only"), "{flat}");
    for words in ["/file-2, /file-3, /file-4 and 4 more: the look ended before", "/file-9: it refuses strangers (status 403)"] {
        assert!(told.here.iter().any(|it| it == words), "no `{words}` in {flat}");
    }
    assert_eq!(told.touched, ["SEC-03", "SEC-08", "WEB-01", "WEB-02"], "one file was decided, no error was seen");
    look.outside =
        Some(model::Outside { unseen: vec![(path(1), "x".into())], tried: vec![path(1)], ..model::Outside::default() });
    assert_eq!(unseen(&look, checklist()).touched, ["SEC-03", "WEB-01", "WEB-02"], "nothing was decided");
    look.outside = None;
    let here = unseen(&look, checklist()).here.join("\n");
    assert!(here.contains("hidden source maps: the look ended before") && !here.contains("permission only"), "{here}");
}

#[test]
fn the_page_fits_eighty_columns_and_is_text_in_every_form() {
    let mut look = good();
    let hostile = "<b>x</b> [a](http://evil.example) \u{1b}[31m =cmd()";
    look.served.site.elsewhere.push(Foreign::new(hostile));
    look.front.marks.push(Mark { of: MarkOf::Host, name: Foreign::new(hostile), by: "x".into() });
    look.served.site.report.findings.push(leak("stripe-secret-live", "Stripe secret key", "Stripe", false, Severity::Critical));
    let page = Page::of(&look, checklist());
    let text = page.text();
    for line in text.lines() {
        assert!(line.chars().count() <= 80 || !line.trim().contains(' '), "{line}");
        assert!(!line.contains('\u{1b}') && line == line.trim_end(), "{line:?}");
    }
    assert!(!page.html().contains("<b>x</b>") && page.html().contains("&lt;b&gt;") || page.html().contains("&#60;b"), "escaped");
    assert!(!page.markdown().contains("[a](") && !page.markdown().contains("<b>"));
    assert!(!page.html().contains("<script") && !page.html().contains(" src="));
}

#[test]
fn a_kept_look_is_ours_as_long_as_nobody_touched_it() {
    let home = tempfile::tempdir().unwrap();
    let paths = crate::config::Paths::in_home(home.path());
    let (key, other) = (ScanKey::new([1; 32]), ScanKey::new([2; 32]));
    let look = good();
    let document = keep::document(&look, checklist(), &key, true);
    let path = keep::keep(&paths, &look, &document).unwrap();
    let kept = keep::read(&path, Some(&key)).unwrap();
    assert_eq!((kept.look, kept.is_ours), (look.clone(), true));
    assert!(!keep::read(&path, Some(&other)).unwrap().is_ours, "another installation");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("Example Trust", "Evil Trust")).unwrap();
    assert!(!keep::read(&path, Some(&key)).unwrap().is_ours, "changed");
    std::fs::write(&path, text.replacen("\"schema\": 1", "\"schema\": 7", 1)).unwrap();
    assert!(matches!(keep::read(&path, Some(&key)), Err(KeptProblem::Newer { found: 7, .. })));
    std::fs::write(&path, "{}").unwrap();
    assert!(matches!(keep::read(&path, Some(&key)), Err(KeptProblem::NotALook { .. })));
    let unsealed = keep::document(&look, checklist(), &key, false);
    assert!(unsealed.get("seal").is_none());
}

#[test]
fn the_newest_whole_look_at_an_address_is_found_and_forgotten_with_its_host() {
    let home = tempfile::tempdir().unwrap();
    let paths = crate::config::Paths::in_home(home.path());
    let key = ScanKey::new([1; 32]);
    let url = |text: &str| url::Url::parse(text).unwrap();
    let mut kept = Vec::new();
    for (days, halted, address) in [
        (3, None, "https://shop.example.com/"),
        (2, None, "https://shop.example.com/"),
        (1, Some("stopped"), "https://shop.example.com/"),
        (0, None, "https://other.example/"),
    ] {
        let at = noon() - TimeDelta::days(days);
        let mut look =
            Look { at, halted: halted.map(Foreign::from), address: address.into(), answered: address.into(), ..good() };
        look.front.address = address.into();
        keep::keep(&paths, &look, &keep::document(&look, checklist(), &key, true)).unwrap();
        kept.push(look);
    }
    let newest = keep::newest(&paths, &url("https://shop.example.com/"), Some(&key)).unwrap();
    assert_eq!(newest.look.at, kept[1].at, "the one that was ended early is newer, and sees less");
    assert_eq!(keep::newest(&paths, &url("https://shop.example.com/pricing"), Some(&key)), None);
    assert_eq!(keep::forget(&paths, &url("https://shop.example.com/")).unwrap(), 3);
    assert!(keep::newest(&paths, &url("https://other.example/"), Some(&key)).is_some());
}

proptest! {
    #[test]
    fn whatever_a_site_says_the_page_stays_text_of_eighty_columns(name in "\\PC{0,60}", header in "\\PC{0,80}", place in "\\PC{0,60}") {
        let mut look = good();
        look.served.site.elsewhere.push(Foreign::new(&name));
        look.front.headers.insert("content-security-policy".to_owned(), Foreign::new(&header));
        look.front.headers.insert("x-powered-by".to_owned(), Foreign::new(&header));
        look.served.site.maps.push(ExposedMap { path: Foreign::new(&place), sources: 1, own: 1 });
        let page = Page::of(&look, checklist());
        for line in page.text().lines() {
            prop_assert!(line.chars().count() <= 80 || !line.trim().contains(' '), "{}", line);
        }
        prop_assert!(!page.html().contains("<script"));
        prop_assert!(!page.markdown().is_empty());
    }
}

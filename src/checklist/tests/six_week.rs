//! The built-in checklist: whole, faithful to CHECKLIST.md, and readable by a founder.

use super::*;
use crate::domain::{AppSettings, Decides, Freshness, Item, ItemId, JudgedFor, ProbeId, ProbeKind, Rule, System};
use chrono::NaiveDate;
use pretty_assertions::assert_eq;
use std::collections::BTreeSet;

fn six_week() -> Checklist {
    match load(embedded(), "checklists/six-week.toml", &exists, &no_parents) {
        Ok(checklist) => checklist,
        Err(problems) => panic!("{}", told(problems).join("\n")),
    }
}

/// Every row of CHECKLIST.md: id, phase, who decides, how long a judgement holds, gate.
const ROWS: [&str; 81] = [
    "SEC-01 week-1 probe 30 now",
    "SEC-02 week-1 both engagement now",
    "SEC-03 week-1 probe 30 now",
    "SEC-04 week-1 probe 30 launch",
    "SEC-05 week-1 probe 30 none",
    "SEC-06 week-1 probe 30 none",
    "SEC-07 week-1 both engagement now",
    "SEC-08 week-1 probe 30 now",
    "RLS-01 week-1 probe 30 now",
    "RLS-02 week-1 probe 30 now",
    "RLS-03 week-1 both 90 now",
    "RLS-04 week-1 probe 30 now",
    "RLS-05 week-1 probe 30 now",
    "RLS-06 week-1 probe 30 now",
    "RLS-07 week-1 both 90 now",
    "BAK-01 week-1 probe 30 now",
    "BAK-02 week-1 both 90 launch",
    "BAK-03 week-1 both 90 launch",
    "BAK-04 week-1 both 90 now",
    "BAK-05 week-1 both 180 none",
    "SPD-01 week-1 both 30 now",
    "SPD-02 week-1 both 90 none",
    "SPD-03 week-1 probe 30 none",
    "API-05 week-1 probe 30 now",
    "CI-08 week-1 probe 30 now",
    "ACC-01 week-1 both 90 close",
    "ACC-02 week-1 both 90 close",
    "ACC-03 week-1 both 30 launch",
    "ACC-04 week-1 both 30 now",
    "ACC-05 week-1 person engagement now",
    "API-01 weeks-2-3 both 90 launch",
    "API-02 weeks-2-3 both 90 launch",
    "API-03 weeks-2-3 both 90 launch",
    "API-04 weeks-2-3 probe 30 now",
    "API-06 weeks-2-3 probe 30 launch",
    "API-07 weeks-2-3 both engagement none",
    "API-08 weeks-2-3 both 90 launch",
    "OBS-01 weeks-2-3 both 90 launch",
    "OBS-02 weeks-2-3 both 90 none",
    "OBS-03 weeks-2-3 probe 30 launch",
    "OBS-04 weeks-2-3 both 90 launch",
    "OBS-05 weeks-2-3 both 90 none",
    "MIG-01 weeks-2-3 probe 30 launch",
    "MIG-02 weeks-2-3 probe 30 none",
    "MIG-03 weeks-2-3 both 90 none",
    "MIG-04 weeks-2-3 both 30 none",
    "ENV-01 weeks-2-3 both 90 launch",
    "ENV-02 weeks-2-3 probe 30 launch",
    "RL-01 weeks-2-3 both 90 launch",
    "RL-02 weeks-2-3 both 90 launch",
    "RL-03 weeks-2-3 both 90 none",
    "SPD-04 weeks-2-3 both 90 none",
    "JOB-01 weeks-4-6 both 90 none",
    "JOB-02 weeks-4-6 both 90 none",
    "IDX-01 weeks-4-6 probe 30 none",
    "IDX-02 weeks-4-6 probe 30 none",
    "IDX-03 weeks-4-6 both 30 none",
    "IDX-04 weeks-4-6 probe 30 none",
    "IDX-05 weeks-4-6 both 90 none",
    "IDX-06 weeks-4-6 both engagement none",
    "ERR-01 weeks-4-6 both 90 none",
    "ERR-02 weeks-4-6 both 30 none",
    "ERR-03 weeks-4-6 both 90 none",
    "ERR-04 weeks-4-6 both 90 launch",
    "CI-01 weeks-4-6 probe 30 launch",
    "CI-02 weeks-4-6 probe 30 launch",
    "CI-03 weeks-4-6 probe 30 none",
    "CI-04 weeks-4-6 probe 30 launch",
    "CI-05 weeks-4-6 both 90 launch",
    "CI-06 weeks-4-6 both 30 none",
    "CI-07 weeks-4-6 probe 30 none",
    "MIG-05 weeks-4-6 both 90 none",
    "WEB-01 weeks-4-6 probe 30 none",
    "WEB-02 weeks-4-6 both 90 none",
    "DOC-01 weeks-4-6 both 180 close",
    "DOC-02 weeks-4-6 both 180 none",
    "DOC-03 weeks-4-6 both 180 close",
    "HND-01 weeks-4-6 person engagement close",
    "HND-02 weeks-4-6 probe 30 close",
    "HND-03 weeks-4-6 person engagement close",
    "HND-04 weeks-4-6 both engagement close",
];

fn row(item: &Item) -> String {
    let judged_for = match item.judged_for {
        JudgedFor::Days(days) => days.to_string(),
        JudgedFor::Engagement => "engagement".to_owned(),
    };
    let gate = item.gate.map_or("none".to_owned(), |gate| gate.to_string());
    format!("{} {} {} {judged_for} {gate}", item.id, item.phase, item.decides)
}

#[test]
fn it_has_every_row_of_the_table_in_its_order_and_no_other() {
    assert_eq!(six_week().items.iter().map(row).collect::<Vec<_>>(), ROWS);
}

#[test]
fn conditions_stand_only_where_the_table_has_them() {
    let checklist = six_week();
    let of = |pick: fn(&Item) -> Option<&String>| -> Vec<String> {
        let found = checklist.items.iter().filter_map(|item| pick(item).map(|fact| format!("{} {fact}", item.id)));
        found.collect()
    };
    assert_eq!(of(|item| item.gate_if.as_ref()), ["BAK-03 uses.uploads", "RL-02 uses.llm"]);
    let applies = [
        "RLS-01 uses.supabase",
        "RLS-02 uses.supabase",
        "RLS-03 uses.supabase",
        "RLS-04 uses.supabase",
        "RLS-05 uses.supabase",
        "RLS-06 uses.firebase",
        "API-05 uses.edge_functions",
    ];
    assert_eq!(of(|item| item.applies_if.as_ref()), applies);
    let fine: Vec<&str> = checklist.items.iter().filter(|it| it.absent_is_fine).map(|it| it.id.as_str()).collect();
    assert_eq!(fine, ["SEC-07", "JOB-02"]);
    let rotation: Vec<&str> = checklist.items.iter().filter(|it| it.rotation).map(|it| it.id.as_str()).collect();
    assert_eq!(rotation, ["SEC-02"]);
    for item in &checklist.items {
        let wanted = if item.id.as_str() == "HND-02" { Freshness::AtClose } else { Freshness::Days(8) };
        assert_eq!(item.fresh, wanted, "{}", item.id);
    }
}

#[test]
fn work_waits_only_for_what_makes_it_possible() {
    let checklist = six_week();
    let waiting = checklist.items.iter().filter(|item| !item.after.is_empty()).map(|item| {
        let after: Vec<&str> = item.after.iter().map(ItemId::as_str).collect();
        format!("{} after {}", item.id, after.join(" "))
    });
    let wanted = ["RLS-07 after BAK-04", "OBS-04 after OBS-01 OBS-03", "CI-04 after CI-01", "MIG-05 after CI-04"];
    assert_eq!(waiting.collect::<Vec<_>>(), wanted);
}

#[test]
fn the_rules_are_those_of_the_probes_that_exist() {
    let checklist = six_week();
    let probe = |id: &str| Rule::Probe(id.parse().unwrap());
    let rule = |id: &str| checklist.item(id).unwrap().rule.clone();
    assert_eq!(rule("SEC-01"), probe("scan.tree"));
    assert_eq!(rule("SEC-02"), Rule::All(vec![probe("scan.history"), probe("github.secret-scanning"), probe("site.bundle")]));
    assert_eq!(rule("SEC-06"), probe("repo.env-files"));
    assert_eq!(rule("SEC-07"), probe("scan.exposure-window"));
    assert_eq!(rule("API-04"), probe("repo.service-role"));
    assert_eq!(rule("BAK-01"), Rule::Any(vec![probe("supabase.backup-age"), probe("github.backup-workflow")]));
    let host = Rule::Any(vec![probe("vercel.staging"), probe("github.environments")]);
    assert_eq!(rule("ENV-01"), Rule::All(vec![probe("supabase.staging"), host]));
    assert_eq!(rule("ACC-04"), Rule::All(vec![probe("github.builder-access"), probe("github.actions-permissions")]));
    assert_eq!(
        rule("CI-02"),
        Rule::All(["github.required-checks", "github.green-default-branch", "repo.ci-steps"].map(probe).to_vec())
    );
    assert_eq!(rule("CI-03"), Rule::Any(vec![probe("github.preview-deployments")]));
    let migrates = |beside| Rule::All(vec![probe("github.migration-workflow"), probe(beside)]);
    assert_eq!(rule("MIG-03"), migrates("repo.staged-migrations"));
    assert_eq!(rule("MIG-05"), migrates("repo.automatic-migrations"));
    assert_eq!(rule("OBS-03"), probe("site.answers"));
    assert_eq!(rule("SPD-01"), Rule::All(vec![probe("openai.spend-cap"), probe("openrouter.spend-cap")]));
    let asked: BTreeSet<&str> = checklist.items.iter().flat_map(|item| item.rule.probes()).map(ProbeId::as_str).collect();
    assert_eq!(asked, BTreeSet::from(PROBES), "each probe serves an item");
}

#[test]
fn an_item_that_a_person_does_not_decide_alone_names_a_probe_or_what_is_to_come() {
    for item in six_week().items {
        let named = !item.rule.probes().is_empty() || !item.to_come.is_empty();
        assert_eq!(named, item.decides != Decides::Person, "{}", item.id);
        // Otherwise the probes that exist would tick a criterion of which a part was not looked at. Signs never tick; and a
        // system that is to come is waited for where the app uses it, as the law knows it by its name.
        let book = crate::probes::book();
        let proves = item.rule.probes().iter().any(|it| book.get(*it).is_some_and(|it| it.kind == ProbeKind::Proof));
        if item.decides == Decides::Probe && proves && !item.to_come.is_empty() {
            let is_waited_for = item.to_come.iter().all(|it| it.parse::<System>().is_ok());
            assert!(matches!(item.rule, Rule::Any(_)) || is_waited_for, "{}", item.id);
        }
    }
}

#[test]
fn every_item_says_how_in_two_to_five_steps_with_known_placeholders_and_where_to_read_on() {
    for item in six_week().items {
        assert!((2..=5).contains(&item.how.len()), "{} has {} steps", item.id, item.how.len());
        assert!(!item.references.is_empty(), "{}", item.id);
        for step in &item.how {
            assert!(!step.ends_with('.'), "{}: {step}", item.id);
            let bare = PLACEHOLDERS.iter().fold(step.clone(), |step, name| step.replace(name, ""));
            assert!(!bare.contains(['{', '}']), "{}: {step}", item.id);
        }
    }
}

/// Words that a founder has no reason to know. Compared as whole words, without regard to case.
const JARGON: [&str; 71] = [
    "rls",
    "jwt",
    "api",
    "apis",
    "sql",
    "ci",
    "cd",
    "csp",
    "hsts",
    "spf",
    "dkim",
    "dmarc",
    "smtp",
    "otp",
    "cors",
    "mfa",
    "2fa",
    "dns",
    "tls",
    "ssl",
    "https",
    "schema",
    "migration",
    "migrations",
    "endpoint",
    "endpoints",
    "webhook",
    "webhooks",
    "token",
    "tokens",
    "credential",
    "credentials",
    "repository",
    "repo",
    "deploy",
    "deployment",
    "staging",
    "rollback",
    "cache",
    "index",
    "indexes",
    "query",
    "queue",
    "policy",
    "policies",
    "branch",
    "bucket",
    "runbook",
    "rpo",
    "rto",
    "latency",
    "percentile",
    "pooler",
    "commit",
    "env",
    "lockfile",
    "gate",
    "gates",
    "probe",
    "probes",
    "drift",
    "drifts",
    "drifted",
    "verify",
    "verified",
    "attest",
    "attested",
    "repositories",
    "schemas",
    "bundle",
    "bundles",
];

#[test]
fn the_founder_reads_plain_words() {
    for item in six_week().items {
        for says in [Some(&item.founder), item.founder_done.as_ref(), item.founder_ask.as_ref()].into_iter().flatten() {
            let words = says.to_lowercase();
            let found: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).filter(|word| JARGON.contains(word)).collect();
            assert!(found.is_empty(), "{}: {found:?} in {says:?}", item.id);
            let is_a_sentence = says.ends_with('.') && !says.contains(". ") && says.starts_with(char::is_uppercase);
            assert!(is_a_sentence && !says.contains('`'), "{}: {says}", item.id);
        }
        assert!(item.why.ends_with('.'), "{}: {}", item.id, item.why);
        assert!(!item.title.ends_with('.'), "{}: {}", item.id, item.title);
    }
}

/// A page lists the one sentence under dangers and the other under what is done, without the title beside it.
#[test]
fn each_sentence_for_the_founder_has_one_meaning_and_stands_alone() {
    let items = six_week().items;
    let mut said = BTreeSet::new();
    for item in &items {
        let done = item.founder_done.as_ref().unwrap_or_else(|| panic!("{} does not say what is true once it is done", item.id));
        for says in [Some(&item.founder), Some(done), item.founder_ask.as_ref()].into_iter().flatten() {
            assert!(said.insert(says.as_str()), "{}: is said twice: {says}", item.id);
        }
        // An item is open too when nobody has looked: what can happen is never told as what is so.
        let may_happen = |says: &str| says.split(|c: char| !c.is_alphanumeric()).any(|word| word == "could");
        assert!(may_happen(&item.founder), "{}: {}", item.id, item.founder);
        assert!(!may_happen(done), "{}: {done}", item.id);
    }
}

#[test]
fn what_is_asked_of_the_founder_says_how_long_it_takes() {
    let items = six_week().items;
    for item in &items {
        assert_eq!(item.founder_ask.is_some(), item.founder_minutes.is_some(), "{}", item.id);
        assert!(item.founder_minutes.is_none_or(|minutes| (5..=120).contains(&minutes)), "{}", item.id);
    }
    let asked: BTreeSet<&str> = items.iter().filter(|it| it.founder_ask.is_some()).map(|it| it.id.as_str()).collect();
    for id in ["SEC-07", "BAK-01", "BAK-04", "SPD-01", "ACC-02", "ACC-03", "OBS-04", "HND-03", "HND-04"] {
        assert!(asked.contains(id), "{id} is the founder's to decide");
    }
}

#[test]
fn dangers_are_told_apart() {
    let items = six_week().items;
    for number in 1..=5 {
        assert!(items.iter().any(|item| item.danger == number), "danger {number}");
        assert!(items.iter().any(|item| item.reach == number), "reach {number}");
    }
}

#[test]
fn it_is_stored_as_it_stands_and_loads_from_there_without_any_probe() {
    let resolved = resolve(embedded(), "checklists/six-week.toml", &exists, &no_parents).unwrap();
    assert_eq!(resolved.text, embedded());
    assert_eq!(resolved.digest, crate::domain::Digest::of(embedded()));
    assert_eq!(load_stored(&resolved.text).unwrap(), resolved.checklist);
}

#[test]
fn a_digest_is_sha_256_in_hex() {
    assert_eq!(crate::domain::Digest::of("").0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

fn app() -> AppSettings {
    AppSettings::new("acme-shop".parse().unwrap(), NaiveDate::from_ymd_opt(2026, 11, 2).unwrap())
}

#[test]
fn a_step_speaks_of_the_app_by_its_names() {
    let mut app = app();
    let step = "Move {repo} of {title} on {vercel} from {supabase} to {staging} at {url}";
    assert_eq!(
        fill(step, &app),
        "Move your repository of acme-shop on your Vercel project from your Supabase project to your staging project at your site"
    );
    app.title = "Acme {repo}".into();
    app.github = Some("acme/shop".parse().unwrap());
    app.vercel = Some("acme/shop-web".parse().unwrap());
    app.supabase = Some("abcdefghijklmnopqrst".parse().unwrap());
    app.staging = Some("tsrqponmlkjihgfedcba".parse().unwrap());
    app.url = Some(url::Url::parse("https://shop.example.com/").unwrap());
    assert_eq!(
        fill(step, &app),
        "Move acme/shop of Acme {repo} on acme/shop-web from abcdefghijklmnopqrst to tsrqponmlkjihgfedcba at https://shop.example.com"
    );
    assert_eq!(fill("a { b } {unknown} ${X} {", &app), "a { b } {unknown} ${X} {");
    app.github = None;
    app.path = Some("/srv/shop".into());
    assert_eq!(fill("{repo}", &app), "/srv/shop");
}

#[test]
fn what_no_probe_looks_at_is_said() {
    let checklist = six_week();
    let note = |id: &str| by_hand_note(checklist.item(id).unwrap());
    assert_eq!(note("SEC-01"), None);
    assert_eq!(note("ACC-05"), None);
    assert_eq!(note("ENV-01"), None);
    assert_eq!(note("RLS-03").unwrap(), "No probe for PostgreSQL yet: attested by hand until then");
    assert_eq!(note("MIG-01").unwrap(), "No probe for PostgreSQL and Supabase yet: that part is not looked at until then");
    assert_eq!(
        note("SPD-01").unwrap(),
        "No probe for Anthropic, Google Cloud, Twilio and Resend yet: that part is judged by hand until then"
    );
    assert_eq!(
        note("SEC-05").unwrap(),
        "No probe for a required secret scan in CI yet: a proof that lives there is attested by hand until then"
    );
}

#[test]
fn an_item_is_shown_as_json_and_comes_back() {
    let checklist = six_week();
    let shown = serde_json::to_value(checklist.item("ENV-01").unwrap()).unwrap();
    assert_eq!(shown["id"], "ENV-01");
    assert_eq!(shown["phase"], "weeks-2-3");
    assert_eq!(shown["rule"]["all"][0]["probe"], "supabase.staging");
    let back: Checklist = serde_json::from_str(&serde_json::to_string(&checklist).unwrap()).unwrap();
    assert_eq!(back, checklist);

    // As a version wrote it that had one sentence for the founder only.
    let mut earlier = shown;
    let fields = earlier.as_object_mut().unwrap();
    for key in ["founder_done", "founder_ask", "founder_minutes"] {
        assert!(fields.remove(key).is_some_and(|value| !value.is_null()), "{key}");
    }
    let item: Item = serde_json::from_value(earlier).unwrap();
    assert_eq!((item.founder_done, item.founder_ask, item.founder_minutes), (None, None, None));
}

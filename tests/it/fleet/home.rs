//! A home with many apps, and what its facts say: read with the library, as another console would, never from what the
//! program printed.

use crate::program::Home;
use crate::server::{Server, VENDORS};
use rescue::clock::SystemClock;
use rescue::config::Paths;
use rescue::domain::{AppSettings, Author, FactBody, OutcomeFact, RunId, System};
use rescue::store::Store;
use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::sync::Arc;

/// The probes that are asked here: of every vendor some, and none that reads a repository, which takes this machine's time.
pub const ONLY: &str =
    "github.branch-protection,github.collaborators,github.actions-permissions,supabase,vercel,openai,openrouter";

/// So many credentials of every vendor; an app has the one of its number.
pub const CREDENTIALS: usize = 5;

/// The credential of an app at a vendor. Built at run time: it must not look like one in the source.
pub fn credential(app: usize, system: &str) -> String {
    format!("{}-{system}-{}", "invented", app % CREDENTIALS)
}

pub fn name(app: usize) -> String {
    format!("app-{app:03}")
}

/// A home with so many apps that all ask this server, each group with a credential of its own.
pub fn fleet(server: &Server, apps: usize) -> Home {
    let mut home = server.home(&VENDORS.map(|(system, _)| system));
    for app in 0..apps {
        for (system, _) in VENDORS {
            let variable = format!("RESCUE_{}_{}_TOKEN", name(app).replace('-', "_"), system).to_uppercase();
            home = home.with(&variable, &credential(app, system));
        }
    }
    let store = open(&home);
    let text = rescue::checklist::embedded();
    for app in 0..apps {
        let mut settings = AppSettings::new(name(app).parse().unwrap(), "2026-11-02".parse().unwrap());
        settings.github = Some("acme/shop".parse().unwrap());
        settings.supabase = Some("acmeshopproductionab".parse().unwrap());
        settings.staging = Some("acmeshopstagingabcde".parse().unwrap());
        settings.vercel = Some("acme/shop".parse().unwrap());
        settings.providers.extend([System::Openai, System::Openrouter]);
        settings.openai_project = Some("proj_acme_shop".to_owned());
        settings.ceilings.extend([(System::Openai, 300), (System::Openrouter, 100)]);
        store.create_app(&settings, text, "1", &Author::Person("Ana".into())).unwrap();
    }
    home
}

/// The database of a home, beside the program.
pub fn open(home: &Home) -> Store {
    Store::open(&Paths::in_home(&home.path()), Arc::new(SystemClock), "test").unwrap()
}

/// Every outcome of every app, in order: `(app, probe)` and the outcome.
pub fn outcomes(home: &Home) -> Vec<((String, String), OutcomeFact)> {
    let store = open(home);
    let mut all = Vec::new();
    for row in store.apps().unwrap() {
        for fact in store.facts(row.id).unwrap() {
            if let FactBody::Outcome(outcome) = fact.body {
                all.push(((row.name.to_string(), outcome.probe.to_string()), *outcome));
            }
        }
        assert_eq!(store.unreadable(row.id), 0, "{}", row.name);
    }
    all
}

/// What the newest outcome of each probe of each app says, in one word.
pub fn words(home: &Home) -> BTreeMap<(String, String), &'static str> {
    outcomes(home).into_iter().map(|(key, it)| (key, it.verdict.outcome.word())).collect()
}

/// Nothing is damaged, every outcome belongs to a run that began before it, and nothing is in a run that ended.
#[track_caller]
pub fn is_whole(home: &Home) {
    let store = open(home);
    let damage: Vec<_> = store.check().unwrap().into_iter().filter(|it| it.is_damage).collect();
    assert!(damage.is_empty(), "{damage:?}");
    for row in store.apps().unwrap() {
        let mut open: Option<RunId> = None;
        for fact in store.facts(row.id).unwrap() {
            match fact.body {
                FactBody::RunStarted { run, .. } => {
                    assert_eq!(open.replace(run), None, "{}: a run began within another", row.name);
                }
                FactBody::RunEnded { run, .. } => assert_eq!(open.take(), Some(run), "{}", row.name),
                FactBody::Outcome(it) => assert_eq!(Some(it.run), open, "{}: an outcome of no open run", row.name),
                _ => {}
            }
        }
    }
}

/// The program at a rerun of everything, not waited for.
pub fn rerun(home: &Home, arguments: &[&str]) -> Child {
    let mut command = home.command(&[&["probe", "--plain", "--only", ONLY], arguments].concat());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The same to its end; the exit code.
pub fn rerun_whole(home: &Home, arguments: &[&str]) -> i32 {
    rerun(home, arguments).wait().unwrap().code().expect("it was not killed")
}

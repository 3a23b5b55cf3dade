//! GitHub on loopback as one kind of repository is seen with one kind of token: the demo's answers of week two, changed
//! as the dossier (github.md §1.5, §2, §3) says that GitHub changes them.

use crate::server::{Asked, Reply, Server, serve};
use chrono::{DateTime, Utc};
use rescue::clock::SetClock;
use rescue::config::{Endpoints, Environment};
use rescue::credentials::Secret;
use rescue::demo::answers::Answers;
use rescue::demo::{archive, moments};
use rescue::domain::{AppSettings, System};
use rescue::net::{Door, Kept, Keys, Manner, Patience, Shelf as Keeps, transport};
use rescue::probes::Sight;
use rescue::scan::ScanKey;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A kind of repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Public,
    PrivateFree,
    Organisation,
    UserOwned,
    Archived,
    Empty,
    Renamed,
    Fork,
    Enterprise,
}

/// A kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    None,
    FineGrained,
    Classic,
    Expired,
    Primary,
    Secondary,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Public,
        Self::PrivateFree,
        Self::Organisation,
        Self::UserOwned,
        Self::Archived,
        Self::Empty,
        Self::Renamed,
        Self::Fork,
        Self::Enterprise,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::PrivateFree => "private on a free plan",
            Self::Organisation => "organisation",
            Self::UserOwned => "user-owned",
            Self::Archived => "archived",
            Self::Empty => "empty",
            Self::Renamed => "default branch renamed",
            Self::Fork => "fork",
            Self::Enterprise => "enterprise host",
        }
    }
}

impl Token {
    pub const ALL: [Self; 6] = [Self::None, Self::FineGrained, Self::Classic, Self::Expired, Self::Primary, Self::Secondary];

    pub fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::FineGrained => "read-only",
            Self::Classic => "classic",
            Self::Expired => "expired",
            Self::Primary => "primary limit",
            Self::Secondary => "secondary limit",
        }
    }
}

/// What was answered: the path template, the status and the body.
#[derive(Debug, Clone)]
pub struct Answered {
    pub template: String,
    pub status: u16,
    pub body: Value,
}

/// A running stand-in.
pub struct Hub {
    pub server: Server,
    kind: Kind,
    token: Token,
    answered: Arc<Mutex<Vec<Answered>>>,
    counted: Arc<AtomicUsize>,
}

/// The moment of the tests.
pub fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

impl Hub {
    pub fn start(kind: Kind, token: Token) -> Self {
        let (answered, counted) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (told, count) = (Arc::clone(&answered), Arc::clone(&counted));
        let answers = Answers::embedded().unwrap();
        let server = serve(move |asked| {
            let reply = answer(&answers, kind, token, asked, &told);
            if !matches!(&reply, Reply::Whole { status: 304, .. }) {
                count.fetch_add(1, Ordering::SeqCst);
            }
            reply
        });
        Self { server, kind, token, answered, counted }
    }

    pub fn answered(&self) -> Vec<Answered> {
        self.answered.lock().unwrap().clone()
    }

    /// Requests that count against the limit: all but those answered with 304.
    pub fn counted(&self) -> usize {
        self.counted.load(Ordering::SeqCst)
    }
}

/// A sight of the app through a door to that stand-in.
pub fn sight(hub: &Hub, settings: &AppSettings, shelf: Option<Arc<dyn Keeps>>) -> Sight {
    let mut address = hub.server.address("github");
    if hub.kind == Kind::Enterprise {
        address.push_str("api/v3/");
    }
    let variable = Endpoints::variable(System::Github);
    let endpoints = Endpoints::from_environment(&Environment::of([(variable.as_str(), address.as_str())])).unwrap();
    let mut keys = Keys::new();
    if hub.token != Token::None {
        keys.insert(System::Github, Ok(Secret::new(["test", "token"].join("-"))));
    }
    let patience = Patience { first_wait: Duration::from_millis(1), ..Patience::default() };
    let manner = Manner { patience, ..Manner::default() };
    let door = Door::with(transport().unwrap(), Arc::new(endpoints), keys, SetClock::at(now()), shelf, manner);
    Sight {
        settings: Arc::new(settings.clone()),
        door,
        now: now(),
        scan_key: ScanKey::new([0; 32]),
        stop: Arc::new(AtomicBool::new(false)),
        scratch: Arc::new(std::path::PathBuf::from("scratch")),
        once: Arc::default(),
        cloner: None,
        reach: rescue::scan::Reach::App,
    }
}

/// Facts kept between runs, in memory.
pub struct Shelf(Mutex<HashMap<String, Kept>>);

impl Shelf {
    pub fn shared() -> Arc<dyn Keeps> {
        Arc::new(Self(Mutex::default()))
    }
}

impl Keeps for Shelf {
    fn get(&self, key: &str) -> Option<Kept> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn put(&self, key: &str, kept: &Kept) {
        self.0.lock().unwrap().insert(key.to_owned(), kept.clone());
    }
}

fn said(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string()})
            .to_string(),
    )
}

const REFUSED: &str = "Resource not accessible by personal access token";
const UPGRADE: &str = "Upgrade to GitHub Pro or make this repository public to enable this feature.";

fn answer(answers: &Answers, kind: Kind, token: Token, asked: &Asked, told: &Mutex<Vec<Answered>>) -> Reply {
    match token {
        Token::Expired => return said(401, "Bad credentials"),
        Token::Primary => {
            let reset = now().timestamp() + 3_000;
            return said(403, "API rate limit exceeded for user ID 1.")
                .with("x-ratelimit-remaining", "0")
                .with("x-ratelimit-reset", &reset.to_string());
        }
        Token::Secondary => {
            return said(403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
                .with("retry-after", "7200");
        }
        Token::None | Token::FineGrained | Token::Classic => {}
    }
    let path = match (kind, asked.path.strip_prefix("/api/v3")) {
        (Kind::Enterprise, Some(rest)) => rest.to_owned(),
        (Kind::Enterprise, None) | (_, Some(_)) => return said(404, "Not Found"),
        (_, None) => asked.path.clone(),
    };
    let (path, query) = under_main(kind, &path, &asked.query);
    if let Some(reply) = token.refuses(&path).or_else(|| kind.refuses(&path)) {
        return reply;
    }
    let Some(found) = answers.find("github", &path, &query, 2) else { return said(404, "Not Found") };
    if found.archive {
        return Reply::Whole {
            status: 200,
            headers: vec![("content-type".into(), "application/x-gzip".into())],
            body: archive::tarball(2).unwrap(),
        };
    }
    let mut body = moments::fill(&found.body, now());
    if found.status == 200 {
        kind.change(&path, &mut body);
        token.change(&path, &mut body);
    }
    told.lock().unwrap().push(Answered {
        template: found.spec.clone().unwrap_or_default(),
        status: found.status,
        body: body.clone(),
    });
    let text = if body.is_null() { String::new() } else { body.to_string() };
    if found.status != 200 {
        return Reply::json(found.status, &text);
    }
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let etag = format!("W/\"{:x}\"", hasher.finish());
    if asked.if_none_match.as_deref() == Some(etag.as_str()) {
        return Reply::Whole { status: 304, headers: vec![("etag".into(), etag)], body: Vec::new() };
    }
    Reply::json(200, &text).with("etag", &etag)
}

/// The demo's answers are about `main`; a repository whose default branch is `trunk` knows no `main`.
fn under_main(kind: Kind, path: &str, query: &BTreeMap<String, String>) -> (String, BTreeMap<String, String>) {
    if kind != Kind::Renamed {
        return (path.to_owned(), query.clone());
    }
    let swapped = |it: &str| match it {
        "trunk" => "main".to_owned(),
        "main" => "gone".to_owned(),
        other => other.to_owned(),
    };
    let path = path.split('/').map(swapped).collect::<Vec<_>>().join("/");
    (path, query.iter().map(|(name, value)| (name.clone(), swapped(value))).collect())
}

impl Token {
    /// What a read-only fine-grained token without Administration is refused.
    fn refuses(self, path: &str) -> Option<Reply> {
        let of_admins = ["/protection", "/keys", "/actions/permissions", "/actions/permissions/workflow"];
        let hidden = ["/vulnerability-alerts", "/automated-security-fixes"];
        if self != Self::FineGrained {
            return None;
        }
        if of_admins.iter().any(|it| path.ends_with(it)) {
            return Some(said(403, REFUSED).with("x-accepted-github-permissions", "administration=read"));
        }
        hidden.iter().any(|it| path.ends_with(it)).then(|| said(404, "Not Found"))
    }

    /// What such a token is not shown, without a word.
    fn change(self, path: &str, body: &mut Value) {
        if self != Self::FineGrained {
            return;
        }
        if path == "/repos/acme/shop" {
            body.as_object_mut().unwrap().remove("security_and_analysis");
        } else if path == "/orgs/acme" {
            body["two_factor_requirement_enabled"] = Value::Null;
        } else if path == "/orgs/acme/members" {
            *body = json!([]);
        } else if path.starts_with("/repos/acme/shop/rulesets/") {
            body.as_object_mut().unwrap().remove("bypass_actors");
        }
    }
}

impl Kind {
    fn refuses(self, path: &str) -> Option<Reply> {
        let rest = path.strip_prefix("/repos/acme/shop").unwrap_or(path);
        match self {
            Self::PrivateFree if rest.starts_with("/rules") || rest.ends_with("/protection") => Some(said(403, UPGRADE)),
            Self::PrivateFree | Self::UserOwned if rest.starts_with("/secret-scanning") => {
                Some(said(404, "Secret scanning is disabled on this repository."))
            }
            Self::UserOwned if path.starts_with("/orgs/") => Some(said(404, "Not Found")),
            Self::Archived if rest.starts_with("/dependabot") => {
                Some(said(403, "Dependabot alerts are not available for archived repositories."))
            }
            Self::Empty if rest.starts_with("/branches/") => Some(said(404, "Branch not found")),
            Self::Empty if rest == "/commits" || rest.starts_with("/git/trees/") => Some(said(409, "Git Repository is empty.")),
            Self::Empty if rest.starts_with("/contents/") || rest.starts_with("/commits/") || rest.starts_with("/tarball/") => {
                Some(said(404, "Not Found"))
            }
            // A server of last year: it knows neither the history of scans nor the newer switches.
            Self::Enterprise if rest.ends_with("/scan-history") || rest.ends_with("/automated-security-fixes") => {
                Some(said(404, "Not Found"))
            }
            _ => None,
        }
    }

    fn change(self, path: &str, body: &mut Value) {
        let rest = path.strip_prefix("/repos/acme/shop").unwrap_or(path);
        let off = json!({"secret_scanning": {"status": "disabled"}, "secret_scanning_push_protection": {"status": "disabled"}});
        match (self, rest) {
            (Self::Public, "") => {
                body["private"] = json!(false);
                body["visibility"] = json!("public");
                body["security_and_analysis"]["secret_scanning_push_protection"]["status"] = json!("enabled");
            }
            (Self::PrivateFree, "") => body["security_and_analysis"] = off,
            (Self::PrivateFree, "/branches/main") => body["protected"] = json!(false),
            (Self::UserOwned, "") => {
                body["owner"]["type"] = json!("User");
                body["security_and_analysis"] = off;
            }
            (Self::Archived, "") => body["archived"] = json!(true),
            (Self::Renamed, "") => body["default_branch"] = json!("trunk"),
            (Self::Fork, "") => body["fork"] = json!(true),
            (Self::Fork, "/actions/workflows") => body["workflows"][2]["state"] = json!("disabled_fork"),
            (Self::Empty, "/rules/branches/main" | "/rulesets" | "/pulls" | "/deployments" | "/keys" | "/dependabot/alerts") => {
                *body = json!([]);
            }
            (Self::Empty, "/environments") => *body = json!({"total_count": 0, "environments": []}),
            (Self::Empty, "/actions/workflows") => *body = json!({"total_count": 0, "workflows": []}),
            (Self::Empty, "/actions/runs") => *body = json!({"total_count": 0, "workflow_runs": []}),
            _ => {}
        }
    }
}

//! A loopback server for the real program: answers as a test says, also badly, and remembers who asked with what.
//! It knows no vendor; `vendors` lets it answer from the demo's data.

use crate::program::Home;
use rescue::clock::{Clock as _, SystemClock};
use rescue::demo::answers::Answers;
use rescue::demo::{archive, moments};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request that came in.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The system's id: the first part of the path.
    pub system: String,
    /// The rest of it, beginning with `/`.
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub authorization: Option<String>,
    pub if_none_match: Option<String>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    Whole {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// Nothing for as long as the server lives.
    Nothing,
}

impl Reply {
    pub fn json(status: u16, body: &str) -> Self {
        Self::Whole { status, headers: vec![("content-type".into(), "application/json".into())], body: body.into() }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Whole { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A running server; it ends when it is dropped.
pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    over: Arc<AtomicBool>,
}

/// Starts a server on a free port.
pub fn serve(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
    let (answer, seen, ended) = (Arc::new(answer), Arc::clone(&asked), Arc::clone(&over));
    std::thread::spawn(move || {
        let silent = Arc::new(Mutex::new(Vec::new()));
        for stream in listener.incoming() {
            if ended.load(Ordering::SeqCst) {
                return;
            }
            let Ok(stream) = stream else { continue };
            let (answer, seen, silent) = (Arc::clone(&answer), Arc::clone(&seen), Arc::clone(&silent));
            std::thread::spawn(move || visit(stream, &*answer, &seen, &silent));
        }
    });
    Server { port, asked, over }
}

impl Server {
    /// Every request so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The address that stands for a system here.
    pub fn address(&self, system: &str) -> String {
        format!("http://127.0.0.1:{}/{system}/", self.port)
    }

    /// A home whose program asks this server instead of these systems.
    pub fn home(&self, systems: &[&str]) -> Home {
        systems
            .iter()
            .fold(Home::new(), |home, system| home.with(&format!("RESCUE_{}_URL", system.to_uppercase()), &self.address(system)))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the one that waits for visitors.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn visit(
    mut stream: TcpStream,
    answer: &(dyn Fn(&Asked) -> Reply + Send + Sync),
    seen: &Mutex<Vec<Asked>>,
    silent: &Mutex<Vec<TcpStream>>,
) {
    let Some(asked) = read(&mut stream) else { return };
    seen.lock().unwrap().push(asked.clone());
    match answer(&asked) {
        Reply::Nothing => silent.lock().unwrap().push(stream),
        Reply::Raw(bytes) => drop(stream.write_all(&bytes)),
        Reply::Whole { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
            for (name, value) in headers {
                head.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
            }
            let _ = stream.write_all(&[head.as_bytes(), b"\r\n", &body].concat());
        }
    }
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    while !bytes.windows(4).any(|it| it == b"\r\n\r\n") {
        let n = stream.read(&mut chunk).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&chunk[..n]);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let target = text.split_whitespace().nth(1)?;
    let address = url::Url::parse("http://stand.in").unwrap().join(target).ok()?;
    let (system, path) = address.path().trim_start_matches('/').split_once('/').unwrap_or(("", ""));
    let header = |name: &str| {
        text.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    Some(Asked {
        system: system.to_owned(),
        path: format!("/{path}"),
        query: address.query_pairs().into_owned().collect(),
        authorization: header("authorization"),
        if_none_match: header("if-none-match"),
    })
}

/// The systems that the demo's data answers for, with the vendor's own variable for its credential.
pub const VENDORS: [(&str, &str); 5] = [
    ("github", "GITHUB_TOKEN"),
    ("supabase", "SUPABASE_ACCESS_TOKEN"),
    ("vercel", "VERCEL_TOKEN"),
    ("openai", "OPENAI_ADMIN_KEY"),
    ("openrouter", "OPENROUTER_API_KEY"),
];

/// Answers from the demo's data of a week, each body changed by `change`.
pub fn vendors(week: u8, change: impl Fn(&mut Value) + Send + Sync + 'static) -> impl Fn(&Asked) -> Reply + Send + Sync {
    let answers = Answers::embedded().unwrap();
    move |asked| {
        let Some(found) = answers.find(&asked.system, &asked.path, &asked.query, week) else {
            return Reply::json(404, r#"{"message":"Not Found"}"#);
        };
        let headers = found.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>();
        let body = if found.archive {
            archive::tarball(week).unwrap()
        } else if found.body.is_null() {
            Vec::new()
        } else {
            let mut body = moments::fill(&found.body, SystemClock.now());
            change(&mut body);
            body.to_string().into_bytes()
        };
        let reply = Reply::Whole { status: found.status, headers, body };
        if found.archive { reply } else { reply.with("content-type", "application/json") }
    }
}

/// The demo's app, taken on in a home whose systems this server answers.
pub fn take_on(home: &Home) {
    home.must(&[
        "app",
        "add",
        "acme",
        "--github",
        "acme/shop",
        "--supabase",
        "acmeshopproductionab",
        "--staging",
        "acmeshopstagingabcde",
        "--vercel",
        "acme/shop",
        "--provider",
        "openai,openrouter",
        "--openai-project",
        "proj_acme_shop",
        "--ceiling",
        "openai=300",
        "--ceiling",
        "openrouter=100",
    ]);
}

/// Where every vendor is this server, with an invented credential for each.
pub fn home_of(server: &Server, token: impl Fn(&str) -> String) -> Home {
    let systems = VENDORS.map(|(system, _)| system);
    VENDORS.iter().fold(server.home(&systems), |home, (system, variable)| home.with(variable, &token(system)))
}

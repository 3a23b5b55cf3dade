//! Whole walks over sites that a loopback server serves: builds as the bundlers make them, and what else a server can say.
//! Every credential is made up while the test runs.

mod bad;
mod next;
mod reach;
mod vite;

use super::*;
use crate::clock::SetClock;
use crate::config::endpoints::Endpoints;
use crate::config::environment::Environment;
use crate::domain::GapKind;
use crate::net::{Keys, Manner, Patience};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What is said to a request.
#[derive(Clone)]
enum Say {
    Body {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// These bytes again and again, as fast as they are taken.
    Pour(Vec<u8>),
    /// Nothing, without an end.
    Hang,
    /// The end of the connection.
    Close,
}

impl Say {
    fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Body { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    fn status(mut self, code: u16) -> Self {
        if let Self::Body { status, .. } = &mut self {
            *status = code;
        }
        self
    }
}

fn says(content_type: &str, body: impl Into<Vec<u8>>) -> Say {
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    Say::Body { status: 200, headers, body: body.into() }
}

fn html(body: &str) -> Say {
    says("text/html; charset=utf-8", format!("<!doctype html><html><head></head><body>{body}</body></html>"))
}

fn js(body: impl Into<Vec<u8>>) -> Say {
    says("application/javascript", body)
}

fn gone() -> Say {
    html("404: not found").status(404)
}

fn to(address: &str) -> Say {
    says("text/plain", "").status(307).with("location", address)
}

/// A site on loopback.
struct Site {
    url: Url,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Answers by path and query.
    async fn new(answer: impl Fn(&str) -> Say + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(stream.read_u8().await.ok()?);
                    }
                    let head = String::from_utf8(head).unwrap();
                    assert!(head.starts_with("GET "), "{head}");
                    assert!(!head.contains("authorization") && head.contains("user-agent: rescue/"), "{head}");
                    let path = head.split(' ').nth(1).unwrap().to_owned();
                    log.lock().unwrap().push(path.clone());
                    match answer(&path) {
                        Say::Body { status, headers, body } => {
                            let lines: String =
                                headers.iter().flat_map(|(name, value)| [name.as_str(), ": ", value.as_str(), "\r\n"]).collect();
                            let head = format!(
                                "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{lines}\r\n",
                                body.len()
                            );
                            stream.write_all(&[head.as_bytes(), &body].concat()).await.ok()?;
                        }
                        Say::Pour(bytes) => {
                            stream
                                .write_all(b"HTTP/1.1 200 X\r\ncontent-type: text/javascript\r\nconnection: close\r\n\r\n")
                                .await
                                .ok()?;
                            loop {
                                stream.write_all(&bytes).await.ok()?;
                            }
                        }
                        Say::Hang => std::future::pending().await,
                        Say::Close => {}
                    }
                    Some(())
                });
            }
        });
        Self { url, asked }
    }

    /// Answers with these files, and 404 to anything else.
    async fn of(files: impl IntoIterator<Item = (&'static str, Say)>) -> Self {
        let files: std::collections::BTreeMap<&str, Say> = files.into_iter().collect();
        Self::new(move |path| files.get(path).cloned().unwrap_or_else(gone)).await
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

fn door() -> Door {
    door_that_waits(Duration::from_millis(500))
}

/// So long for each try.
fn door_that_waits(one_try: Duration) -> Door {
    let endpoints = Endpoints::from_environment(&Environment::default()).unwrap();
    let patience = Patience { first_wait: Duration::from_millis(1), one_try, ..Patience::default() };
    let manner = Manner { patience, ..Manner::default() };
    Door::with(crate::net::transport().unwrap(), Arc::new(endpoints), Keys::new(), SetClock::at(now()), None, manner)
}

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn options() -> SiteOptions {
    SiteOptions::new(now())
}

async fn look(site: &Site, options: &SiteOptions) -> Result<SiteReport, Gap> {
    let (door, key) = (door(), ScanKey::new([3; 32]));
    tokio::time::timeout(Duration::from_mins(1), scan_site(&door, &site.url, &key, options)).await.expect("it hung")
}

async fn report(site: &Site, options: &SiteOptions) -> SiteReport {
    look(site, options).await.unwrap()
}

/// The shape of a live Stripe key; another for another number.
fn stripe(n: u8) -> String {
    format!("sk{}live_{}{}", '_', "51a8Kd92LmQx71ZpRt54WvYb63NcHs0u4JtFqEw7G", char::from(b'a' + n))
}

fn jwt(role: &str, project: &str) -> String {
    use base64::Engine as _;
    let part = |text: &str| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(text);
    let claims = format!(r#"{{"iss":"supabase","ref":"{project}","role":"{role}","iat":1700000000,"exp":2015360000}}"#);
    let signature: String = (0..43_u8).map(|n| char::from(b'A' + (n % 26 * 7 + 5) % 26)).collect();
    format!("{}.{}.{signature}", part(r#"{"alg":"HS256","typ":"JWT"}"#), part(&claims))
}

/// What hides something, as `what: why`.
fn hidden(report: &SiteReport) -> Vec<String> {
    let skipped = report.report.coverage.skipped.iter().filter(|it| it.hides);
    skipped.map(|it| format!("{}: {}", it.what, it.why)).collect()
}

/// Each finding as `secret path:line` or `public path:line`.
fn found(report: &SiteReport) -> Vec<String> {
    let sort = |it: &crate::scan::Leak| if it.public { "public" } else { "secret" };
    report.report.findings.iter().map(|it| format!("{} {}:{}", sort(it), it.path, it.line)).collect()
}

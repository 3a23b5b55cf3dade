//! A loopback server that stands in for the vendors' APIs. It answers GET from the demo's data and nothing else, only
//! to those who bring the demo's own token, and it ends with its handle.

use super::answers::Answers;
use super::{archive, moments, site};
use crate::clock::SharedClock;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running stand-in.
pub struct StandIn {
    /// `http://127.0.0.1:PORT`; each vendor is under its id: `…/github/`.
    pub address: String,
    /// Requests for which the data has no answer, for the tests.
    pub missed: Arc<Mutex<Vec<String>>>,
    /// Requests with the right token, by vendor.
    asked: Arc<Mutex<BTreeMap<String, u64>>>,
    week: Arc<AtomicU8>,
    task: JoinHandle<()>,
}

impl StandIn {
    /// Answers as in this week of the story from now on.
    pub fn set_week(&self, week: u8) {
        self.week.store(week, Ordering::Relaxed);
    }

    /// How many requests with the right token came in, by vendor.
    #[must_use]
    pub fn asked(&self) -> BTreeMap<String, u64> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Shop {
    answers: Answers,
    clock: SharedClock,
    week: Arc<AtomicU8>,
    token: String,
    missed: Arc<Mutex<Vec<String>>>,
    asked: Arc<Mutex<BTreeMap<String, u64>>>,
    thinking: Thinking,
}

/// How long the stand-in takes for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thinking {
    /// None: for headless runs.
    Not,
    /// As long as the data says: for the eye.
    AsTold,
    /// This long for each answer: for measuring.
    Each(Duration),
}

/// Starts a stand-in on a free loopback port.
///
/// # Errors
/// No port, or embedded data that is not of its shape.
pub async fn start(clock: SharedClock, token: &str, thinking: Thinking) -> io::Result<StandIn> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let answers = Answers::embedded().map_err(io::Error::other)?;
    let (week, missed) = (Arc::new(AtomicU8::new(1)), Arc::new(Mutex::new(Vec::new())));
    let asked = Arc::default();
    let shop = Arc::new(Shop {
        answers,
        clock,
        week: Arc::clone(&week),
        token: token.to_owned(),
        missed: Arc::clone(&missed),
        asked: Arc::clone(&asked),
        thinking,
    });
    let task = tokio::spawn(async move {
        let mut visitors = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let shop = Arc::clone(&shop);
            visitors.spawn(async move {
                let service = hyper::service::service_fn(move |request| {
                    let shop = Arc::clone(&shop);
                    async move { Ok::<_, Infallible>(shop.answer(&request).await) }
                });
                let _ = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
            while visitors.try_join_next().is_some() {}
        }
    });
    Ok(StandIn { address, missed, asked, week, task })
}

impl Shop {
    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return say(StatusCode::METHOD_NOT_ALLOWED, r#"{"message":"the stand-in only reads"}"#);
        }
        let week = self.week.load(Ordering::Relaxed);
        if let Some(path) = request.uri().path().strip_prefix("/site/") {
            // Anybody may ask a site, and for anything.
            self.think(60).await;
            return visited(&format!("/{path}"), week);
        }
        let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if bearer.and_then(|value| value.strip_prefix("Bearer ")) != Some(self.token.as_str()) {
            return say(StatusCode::UNAUTHORIZED, r#"{"message":"Bad credentials"}"#);
        }
        let uri = request.uri();
        let Some((vendor, path)) = uri.path().trim_start_matches('/').split_once('/') else {
            return say(StatusCode::NOT_FOUND, r#"{"message":"Not Found"}"#);
        };
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner).entry(vendor.to_owned()).or_default() += 1;
        let path = format!("/{path}");
        let query: BTreeMap<String, String> =
            url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let Some(found) = self.answers.find(vendor, &path, &query, week) else {
            self.missed.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{vendor} {uri}"));
            if let Thinking::Each(time) = self.thinking {
                tokio::time::sleep(time).await;
            }
            return say(StatusCode::NOT_FOUND, r#"{"message":"Not Found"}"#);
        };
        self.think(found.ms).await;
        let mut response = if found.archive {
            match archive::tarball(week) {
                Ok(bytes) => Response::new(Full::new(Bytes::from(bytes))),
                Err(_) => say(StatusCode::INTERNAL_SERVER_ERROR, "{}"),
            }
        } else if found.body.is_null() {
            Response::new(Full::new(Bytes::new()))
        } else {
            let body = moments::fill(&found.body, self.clock.now()).to_string();
            let mut response = Response::new(Full::new(Bytes::from(body)));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
            response
        };
        *response.status_mut() = StatusCode::from_u16(found.status).unwrap_or(StatusCode::OK);
        for (name, value) in &found.headers {
            if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    async fn think(&self, told: u64) {
        match self.thinking {
            Thinking::Not => {}
            Thinking::AsTold => tokio::time::sleep(Duration::from_millis(told)).await,
            Thinking::Each(time) => tokio::time::sleep(time).await,
        }
    }
}

/// What the app's own site says to a visitor.
fn visited(path: &str, week: u8) -> Response<Full<Bytes>> {
    let (status, content_type, text) = match site::served(path, week) {
        Ok(Some((content_type, text))) => (StatusCode::OK, content_type, text),
        Ok(None) => (StatusCode::NOT_FOUND, "text/html; charset=utf-8", "<!doctype html><title>404</title>".to_owned()),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn say(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

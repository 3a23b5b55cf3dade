//! The door against real servers on loopback: what they get to see, and what comes of whatever they answer.

mod archives;
mod faults;
mod octocrab;
mod redirects;
mod sharing;
mod waiting;

use super::*;
use crate::clock::SetClock;
use crate::config::endpoints::Endpoints;
use crate::config::environment::Environment;
use crate::credentials::Secret;
use crate::domain::System;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// What a server does next with a connection; after the last step it closes it.
#[derive(Clone)]
pub(super) enum Step {
    Send(Vec<u8>),
    /// The same bytes every few milliseconds, as long as somebody listens.
    Drip(&'static [u8]),
    /// The same bytes as fast as they are taken.
    Pour(Vec<u8>),
    /// Nothing more, without closing.
    Hang,
    /// An abrupt end instead of a close.
    Reset,
}

/// A server that answers by a function of how many requests came before and of the request's head.
pub(super) struct Stand {
    pub url: Url,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Stand {
    pub async fn new(answer: impl Fn(usize, &str) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let (seen, answer) = (Arc::clone(&heads), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&answer)));
            }
        });
        Self { url, heads }
    }

    /// A server that gives every request the same answer.
    pub async fn always(steps: Vec<Step>) -> Self {
        Self::new(move |_, _| steps.clone()).await
    }

    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.heads().len()
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: Arc<Mutex<Vec<String>>>,
    answer: Arc<impl Fn(usize, &str) -> Vec<Step> + Send + Sync>,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let before = {
        let mut seen = seen.lock().unwrap();
        seen.push(head.clone());
        seen.len() - 1
    };
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    for step in answer(before, &head) {
        match step {
            Step::Send(bytes) => stream.write_all(&bytes).await.ok()?,
            Step::Drip(bytes) => loop {
                tick.tick().await;
                stream.write_all(bytes).await.ok()?;
            },
            Step::Pour(bytes) => loop {
                stream.write_all(&bytes).await.ok()?;
            },
            Step::Hang => std::future::pending().await,
            Step::Reset => stream.set_zero_linger().ok()?,
        }
    }
    Some(())
}

/// An answer with a whole body.
pub(super) fn answer(status: &str, headers: &[&str], body: &str) -> Vec<Step> {
    vec![Step::Send(bytes(status, headers, body.as_bytes(), body.len()))]
}

/// An answer whose body may be of another length than it says.
pub(super) fn bytes(status: &str, headers: &[&str], body: &[u8], says: usize) -> Vec<u8> {
    let headers: String = headers.iter().flat_map(|line| [line, "\r\n"]).collect();
    let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: {says}\r\nconnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// The credential that must never be seen anywhere but in its own header at its own origin.
pub(super) fn token() -> String {
    ["canary", "token", "of", "acme"].join("-")
}

pub(super) fn clock() -> Arc<SetClock> {
    SetClock::at("2026-11-22T12:00:00Z".parse().unwrap())
}

/// Waits between tries too short to notice, and a try that is long enough on a busy machine.
pub(super) fn brisk() -> Manner {
    let patience = Patience { first_wait: Duration::from_millis(1), ..Patience::default() };
    Manner { patience, ..Manner::default() }
}

/// A door whose GitHub, Supabase projects and Anthropic are at `url`.
pub(super) fn door_with(url: &Url, shelf: Option<Arc<dyn Shelf>>, manner: Manner) -> Door {
    let variables = ["RESCUE_GITHUB_URL", "RESCUE_SUPABASE_PROJECT_URL", "RESCUE_ANTHROPIC_URL"];
    let endpoints = Endpoints::from_environment(&Environment::of(variables.map(|name| (name, url.as_str())))).unwrap();
    let keys = [System::Github, System::SupabaseProject, System::Anthropic].map(|it| (it, Ok(Secret::new(token())))).into();
    Door::with(transport().unwrap(), Arc::new(endpoints), keys, clock(), shelf, manner)
}

pub(super) fn door(stand: &Stand) -> Door {
    door_with(&stand.url, None, brisk())
}

/// No test may wait for ever, whatever a server does.
pub(super) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it hung")
}

pub(super) fn user() -> ReadCall {
    ReadCall::get(System::Github, "user")
}

//! A message to a webhook, in Slack's form or as our own document. Its address is a secret and is never shown; it is asked
//! over TLS only, except on this machine, and no redirect is followed with what it was sent.

use super::message::Message;
use super::patience::{Again, Failure};
use super::plain::{self, Manner};
use crate::config::tell::{WebhookForm, is_this_machine};
use crate::credentials::Secret;
use crate::domain::Foreign;
use crate::net;
use chrono::{DateTime, Utc};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use std::error::Error as _;
use std::time::Duration;
use url::Url;

/// What Slack shows whole, and Discord takes at all (2 000), in characters.
const MOST: usize = 1_900;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// A webhook that can be sent to.
pub struct Sender {
    client: reqwest::Client,
    address: Url,
    form: WebhookForm,
}

impl Sender {
    /// # Errors
    /// In words without the address: it is none, or what is sent would travel in clear; no client can be made.
    pub fn new(address: &Secret, form: WebhookForm) -> Result<Self, String> {
        let url = Url::parse(address.expose()).map_err(|_| "the webhook's address is no address".to_owned())?;
        let host = url.host_str().ok_or("the webhook's address names no host")?;
        let is_here = is_this_machine(host);
        if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
            return Err("the webhook's address has to begin with https://".to_owned());
        }
        let tls = net::tls().map_err(|error| error.to_string())?;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(CONNECT)
            .user_agent(concat!("rescue/", env!("CARGO_PKG_VERSION")));
        // A company's proxy would look for this machine on itself.
        let builder = if is_here { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|_| "no connection can be made on this machine".to_owned())?;
        Ok(Self { client, address: url, form })
    }

    /// Sends it once. What the server writes back is not read: it may repeat the address.
    ///
    /// # Errors
    /// It could not be reached, or did not take it.
    pub async fn send(&self, message: &Message, now: DateTime<Utc>) -> Result<Foreign, Failure> {
        let body = match self.form {
            WebhookForm::Slack => slack(message),
            WebhookForm::Plain => document(message, now),
        };
        let request = self.client.post(self.address.clone()).header(header::CONTENT_TYPE, "application/json");
        let answer = request.body(body.to_string()).send().await.map_err(|error| unreachable(&error))?;
        let status = answer.status();
        let says = format!("the webhook answered {}", status.as_u16());
        let asked = net::retry_after(answer.headers(), now).and_then(|at| (at - now).to_std().ok());
        match status {
            it if it.is_success() => Ok(Foreign::new("taken by the webhook")),
            it if it.is_redirection() => Err(Failure::lasting(format!(
                "{says}, a redirect, which is never followed; put its new address in the old one's place"
            ))),
            StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(Failure::lasting(format!("{says}: it is not, or not any more, a place where this may be written")))
            }
            it if it == StatusCode::TOO_MANY_REQUESTS || it == StatusCode::REQUEST_TIMEOUT || it.is_server_error() => {
                Err(Failure { says: says.into(), again: asked.map_or(Again::Soon, Again::After) })
            }
            _ => Err(Failure::lasting(says)),
        }
    }
}

/// In words of ours: reqwest's would name the address.
fn unreachable(error: &reqwest::Error) -> Failure {
    let mut causes = String::new();
    let mut cause = error.source();
    while let Some(it) = cause {
        causes.push_str(&it.to_string());
        cause = it.source();
    }
    if causes.contains("certificate") {
        return Failure::lasting("the webhook's certificate was not accepted");
    }
    if error.is_timeout() {
        return Failure::passing("the webhook gave no answer in time");
    }
    Failure::passing(if error.is_connect() { "the webhook could not be reached" } else { "the connection to the webhook broke" })
}

/// What Slack and those who took over its form read. Slack itself is told to make nothing of the text; for the others it
/// is kept from becoming a mention, a link or markup.
#[must_use]
pub fn slack(message: &Message) -> Value {
    let manner = Manner { plain: slack_plain, strong: plain::as_it_is, most: MOST, with_subject: true, spaced: false };
    json!({
        "text": plain::text(message, manner),
        "mrkdwn": false, "parse": "none", "link_names": 0, "unfurl_links": false, "unfurl_media": false,
    })
}

/// Has no width and no meaning.
const APART: char = '\u{200b}';

/// Slack reads `&`, `<` and `>` (mentions, links); others read `@name`, `[text](address)`, addresses, and fences of code.
#[must_use]
pub fn slack_plain(text: &str) -> String {
    let text = Foreign::new(text);
    let mut out = String::with_capacity(text.as_str().len() + 16);
    let letters: Vec<char> = text.as_str().chars().collect();
    for (at, &c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let in_a_name = before.is_some_and(|it| it.is_alphanumeric()) && after.is_some_and(|it| it.is_alphabetic());
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '.' if in_a_name => out.extend([APART, '.']),
            '@' | '`' | ']' | '#' => out.extend([c, APART]),
            ':' if after == Some(&'/') => out.extend([':', APART]),
            c => out.push(c),
        }
    }
    out
}

/// Our own document (docs/TELL.md). JSON needs no escaping but its own.
#[must_use]
pub fn document(message: &Message, now: DateTime<Utc>) -> Value {
    let manner = Manner { plain: plain::as_it_is, strong: plain::as_it_is, most: MOST, with_subject: true, spaced: false };
    let apps = message.apps.iter().map(|app| {
        let sections: serde_json::Map<String, Value> =
            app.sections.iter().map(|it| (it.kind.to_owned(), json!(it.lines))).collect();
        json!({ "name": app.name, "title": app.heading, "news": sections, "look": app.look })
    });
    json!({
        "schema": 1, "at": now, "wording": message.wording, "subject": message.subject, "text": plain::text(message, manner),
        "apps": apps.collect::<Vec<_>>(),
    })
}

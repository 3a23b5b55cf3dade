//! A loopback stand-in for a vendor, and a door that leads there: for the tests of clients and probes only.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot be set up should stop")]

use crate::clock::SetClock;
use crate::config::endpoints::Endpoints;
use crate::config::environment::Environment;
use crate::credentials::Secret;
use crate::domain::System;
use crate::net::{Door, Keys, Manner, Patience, Reply};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// What a client lists of its requests: path template and query names.
pub type Requests = &'static [(&'static str, &'static [&'static str])];

/// The moment of the tests.
#[must_use]
pub fn noon() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// An answer, as the door gives it.
#[must_use]
pub fn reply(status: u16, body: &str) -> Reply {
    Reply {
        status: http::StatusCode::from_u16(status).unwrap(),
        headers: http::HeaderMap::new(),
        body: bytes::Bytes::copy_from_slice(body.as_bytes()),
        address: "http://127.0.0.1:9/".parse().unwrap(),
        certificate: None,
    }
}

/// A door to `server` for each of these systems.
#[must_use]
pub fn door(server: &MockServer, systems: &[System]) -> Door {
    let client = crate::net::transport().unwrap();
    let variables: Vec<(String, String)> = systems.iter().map(|system| (Endpoints::variable(*system), server.uri())).collect();
    let variables = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let endpoints = Endpoints::from_environment(&Environment::of(variables)).unwrap();
    let keys: Keys = systems.iter().map(|system| (*system, Ok(Secret::new(["test", "token"].join("-"))))).collect();
    // Tries again as the product does, but at once.
    let patience = Patience { first_wait: Duration::from_millis(1), ..Patience::default() };
    let manner = Manner { patience, ..Manner::default() };
    Door::with(client, Arc::new(endpoints), keys, SetClock::at(noon()), None, manner)
}

/// Answers GETs of `at` with `body`.
pub async fn answers(server: &MockServer, at: &str, status: u16, body: &Value) {
    answers_text(server, at, status, &body.to_string()).await;
}

/// Answers GETs of `at` with this text, whatever it is.
pub async fn answers_text(server: &MockServer, at: &str, status: u16, body: &str) {
    let template = ResponseTemplate::new(status).set_body_raw(body.as_bytes().to_vec(), "application/json");
    Mock::given(method("GET")).and(path(at)).respond_with(template).mount(server).await;
}

/// Every request that arrived is one that the client lists, is a GET, and carries no other query parameter.
pub async fn all_are_listed(server: &MockServer, prefix: &str, listed: Requests) {
    let requests = server.received_requests().await.unwrap();
    assert!(!requests.is_empty(), "nothing was asked");
    for request in requests {
        assert_eq!(request.method.as_str(), "GET");
        let path = request.url.path().strip_prefix(prefix).unwrap_or_else(|| panic!("{} is not under {prefix}", request.url));
        let names: Vec<String> = request.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        let fits = |template: &str| {
            let (given, wanted): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), template.split('/').collect());
            given.len() == wanted.len() && given.iter().zip(&wanted).all(|(g, w)| w.starts_with('{') || g == w)
        };
        assert!(
            listed.iter().any(|(template, query)| fits(template) && names.iter().all(|name| query.contains(&name.as_str()))),
            "{} is not listed",
            request.url
        );
    }
}

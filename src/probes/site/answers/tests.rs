//! The decision table of the module, row by row, and each row met for real: over loopback servers, over TLS with a
//! certificate made on the spot, and over a look-up that is a table.

#![expect(clippy::needless_pass_by_value, reason = "rows of a table are written in place")]

use super::*;
use crate::clock::SetClock;
use crate::config::{Endpoints, Environment};
use crate::net::{Door, Keys, Manner, Names, Patience};
use crate::probes::stand_in::{acme, sight, word};
use crate::probes::{Answer, AnyProbe, Erased};
use crate::systems::stand_in::noon;
use rstest::rstest;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

fn answered(change: Value) -> Value {
    let mut it = json!({
        "what": "answer", "at": "https://acme.example/", "status": 200, "is_page": true, "title": "Acme Shop", "wall": null,
        "platform": null, "sign_in": false,
    });
    for (key, value) in change.as_object().unwrap() {
        it[key] = value.clone();
    }
    it
}

#[rstest]
#[case::page(answered(json!({})), "pass")]
#[case::page_without_a_title(answered(json!({"title": null})), "pass")]
#[case::own_sign_in(answered(json!({"sign_in": true, "at": "https://acme.example/login"})), "pass")]
#[case::data(answered(json!({"is_page": false, "title": null})), "unexpected_answer")]
#[case::gone(answered(json!({"status": 404})), "ambiguous")]
#[case::gone_for_good(answered(json!({"status": 410})), "ambiguous")]
#[case::nothing_deployed(answered(json!({"status": 404, "platform": "DEPLOYMENT_NOT_FOUND"})), "fail")]
#[case::switched_off(answered(json!({"status": 402, "platform": "DEPLOYMENT_DISABLED"})), "fail")]
#[case::refused_by_the_platform(answered(json!({"status": 403, "platform": "SOMETHING", "wall": "it refuses strangers"})), "no_permission")]
#[case::wall(answered(json!({"status": 401, "wall": "a password stands before it"})), "no_permission")]
#[case::odd(answered(json!({"status": 418})), "unexpected_answer")]
#[case::not_modified(answered(json!({"status": 304, "is_page": false})), "unexpected_answer")]
#[case::down(json!({"what": "own_fault", "status": 503, "challenged": false}), "fail")]
#[case::challenge(json!({"what": "own_fault", "status": 503, "challenged": true}), "no_permission")]
#[case::elsewhere(json!({"what": "elsewhere", "host": "parked.example", "sign_in": false}), "ambiguous")]
#[case::sign_in_elsewhere(json!({"what": "elsewhere", "host": "accounts.example", "sign_in": true}), "ambiguous")]
#[case::circles(json!({"what": "circles"}), "unexpected_answer")]
#[case::no_name(json!({"what": "no_such_name", "host": "acme.example"}), "fail")]
#[case::expired(json!({"what": "certificate_expired", "host": "acme.example"}), "fail")]
fn decisions(#[case] met: Value, #[case] wanted: &str) {
    let seen: Home = serde_json::from_value(json!({"address": "https://acme.example/", "met": met})).unwrap();
    let verdict = Answers::decide(&seen, &acme(), noon());
    assert_eq!(word(&verdict), wanted, "{verdict:?}");
    assert_eq!(verdict.findings.len(), usize::from(wanted == "fail"));
    assert_eq!(Answers::remedy(&seen, &acme()).steps.is_empty(), wanted != "fail");
    assert!(verdict.outcome.gap().is_none_or(|gap| gap.needs.is_some()));
    let stored = serde_json::to_value(&seen).unwrap();
    assert_eq!(serde_json::from_value::<Home>(stored).unwrap(), seen, "what is stored can be read");
}

const PAGE: &str = "<!doctype html><title>Acme Shop</title>";

fn page(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(PAGE, "text/html; charset=utf-8")
}

/// What the probe says of the site at that address, and how many requests it takes.
async fn look_at(url: &str) -> Answer {
    let server = MockServer::start().await;
    let variables = [(Endpoints::variable(System::Site), url.to_owned())];
    let settings = AppSettings { url: Some("https://acme.example/".parse().unwrap()), ..acme() };
    let endpoints = Endpoints::from_environment(&Environment::of(variables)).unwrap();
    look_with(&server, endpoints, Names::default(), &settings).await
}

async fn look_with(server: &MockServer, endpoints: Endpoints, names: Names, settings: &AppSettings) -> Answer {
    let patience = Patience { first_wait: Duration::from_millis(1), one_try: Duration::from_secs(5), ..Patience::default() };
    let manner = Manner { patience, names, ..Manner::default() };
    let door = Door::with(crate::net::transport().unwrap(), Arc::new(endpoints), Keys::new(), SetClock::at(noon()), None, manner);
    let sight = crate::probes::Sight { door, ..sight(server, &[], settings) };
    Erased::<Answers>::new().look(&sight).await
}

#[rstest]
#[case::page(page(200), "pass", 1)]
#[case::empty(ResponseTemplate::new(200).set_body_raw("", "text/html"), "unexpected_answer", 1)]
#[case::data(ResponseTemplate::new(200).set_body_raw("{}", "application/json"), "unexpected_answer", 1)]
#[case::down(page(500), "fail", 3)]
#[case::bad_gateway(page(502), "fail", 3)]
#[case::challenged(page(503).insert_header("cf-mitigated", "challenge"), "no_permission", 3)]
#[case::maintenance_for_long(page(503).insert_header("retry-after", "7200"), "fail", 1)]
#[case::too_often(page(429).insert_header("retry-after", "7200"), "rate_limited", 1)]
#[case::not_deployed(page(404).insert_header("x-vercel-error", "DEPLOYMENT_NOT_FOUND"), "fail", 1)]
#[case::not_there(page(404), "ambiguous", 1)]
#[case::strangers(page(403), "no_permission", 1)]
#[case::elsewhere(page(302).insert_header("location", "https://parked.example/?id=7"), "ambiguous", 1)]
#[case::nowhere(page(302), "unexpected_answer", 1)]
#[case::circles(page(302).insert_header("location", "/"), "unexpected_answer", 5)]
#[tokio::test]
async fn over_the_network(#[case] answer: ResponseTemplate, #[case] wanted: &str, #[case] requests: usize) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let told = look_at(&server.uri()).await;
    assert_eq!(word(&told.verdict), wanted, "{:?}", told.verdict);
    let asked = server.received_requests().await.unwrap();
    assert_eq!(asked.len(), requests);
    assert!(asked.iter().all(|it| it.method == "GET" && !it.headers.contains_key("authorization")));
    assert!(!told.verdict.says.as_str().contains("id=7"), "no query is shown");
    assert_eq!(told.observation.is_none(), wanted == "rate_limited", "what was met is stored");
}

#[tokio::test]
async fn a_fault_that_is_over_at_the_next_try_is_none() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(page(502)).up_to_n_times(2).mount(&server).await;
    Mock::given(any()).respond_with(page(200)).mount(&server).await;
    let told = look_at(&server.uri()).await;
    assert_eq!(told.verdict.says.as_str(), format!("{}/ answers with a page \u{201c}Acme Shop\u{201d}", server.uri()));
}

#[tokio::test]
async fn its_own_redirects_are_followed_and_the_page_at_the_end_counts() {
    let server = MockServer::start().await;
    let lead =
        |from: &str, to: &str| Mock::given(wiremock::matchers::path(from)).respond_with(page(307).insert_header("location", to));
    lead("/", "/en").mount(&server).await;
    lead("/en", "/en/login?next=secret").mount(&server).await;
    Mock::given(any()).respond_with(page(200)).mount(&server).await;
    let told = look_at(&server.uri()).await;
    let says = told.verdict.says.to_string();
    assert!(says.contains("/en/login answers with the sign-in page") && !says.contains("secret"), "{says}");
}

#[tokio::test]
async fn what_can_be_this_network_is_never_a_fail() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(word(&look_at(&nobody).await.verdict), "unreachable");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let resets = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_zero_linger().unwrap();
        }
    });
    assert_eq!(word(&look_at(&resets).await.verdict), "unreachable");
    let told = look_at(&over_tls(2020, 2040).await).await;
    assert_eq!(word(&told.verdict), "unreachable", "nobody here trusts who made it: {:?}", told.verdict);
    let told = look_at(&over_tls(2038, 2040).await).await;
    assert_eq!(word(&told.verdict), "unreachable", "not valid yet: {:?}", told.verdict);
}

#[tokio::test]
async fn a_certificate_that_has_expired_fails() {
    let told = look_at(&over_tls(2020, 2021).await).await;
    assert_eq!(word(&told.verdict), "fail", "{:?}", told.verdict);
    assert_eq!(told.verdict.findings[0].rule, "site.certificate-expired");
}

/// A page over TLS, by a certificate of these years.
async fn over_tls(from: i32, to: i32) -> String {
    let mut parameters = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    (parameters.not_before, parameters.not_after) = (rcgen::date_time_ymd(from, 1, 1), rcgen::date_time_ymd(to, 1, 1));
    let key = rcgen::KeyPair::generate().unwrap();
    let made = parameters.self_signed(&key).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.der().clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{PAGE}", PAGE.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

/// The words of the C libraries.
const NONE: &str = "failed to lookup address information: Name or service not known";
const NOT_NOW: &str = "failed to lookup address information: Temporary failure in name resolution";

#[rstest]
#[case::gone(NONE, true, "fail")]
#[case::gone_by_the_words_of_macos(
    "failed to lookup address information: nodename nor servname provided, or not known",
    true,
    "fail"
)]
#[case::no_name_is_known_here(NONE, false, "unreachable")]
#[case::only_for_now(NOT_NOW, true, "unreachable")]
#[case::words_that_nobody_knows("the look-up said something new", true, "unreachable")]
#[tokio::test]
async fn names(#[case] says: &'static str, #[case] knows_vendors: bool, #[case] wanted: &str) {
    let names = Names::by(move |name| {
        Box::pin(async move {
            match name.as_str() {
                "acme.example" => Err(io::Error::other(says)),
                _ if knows_vendors => Ok(vec![SocketAddr::from(([93, 184, 215, 14], 0))]),
                _ => Err(io::Error::other(NONE)),
            }
        })
    });
    let settings = AppSettings { url: Some("https://acme.example/".parse().unwrap()), ..acme() };
    let endpoints = Endpoints::from_environment(&Environment::default()).unwrap();
    let told = look_with(&MockServer::start().await, endpoints, names, &settings).await;
    assert_eq!(word(&told.verdict), wanted, "{:?}", told.verdict);
}

#[tokio::test]
async fn an_app_without_an_address_is_not_asked_for_one() {
    let server = MockServer::start().await;
    let told = Erased::<Answers>::new().look(&sight(&server, &[System::Site], &acme())).await;
    assert_eq!(word(&told.verdict), "not_configured");
    assert_eq!(server.received_requests().await.unwrap().len(), 0);
}

//! Every way in which a server can misbehave, and the gap that comes of it. None hangs, none is an answer, and none
//! shows the credential.

use super::*;
use crate::domain::{GapKind, GapKind as K};
use rstest::rstest;
use std::io::Write;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(data).unwrap();
    packer.finish().unwrap()
}

fn packed(body: &[u8]) -> Vec<Step> {
    vec![Step::Send(bytes("200", &["content-encoding: gzip"], body, body.len()))]
}

fn open_ended() -> Step {
    Step::Send(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec())
}

fn cut(body: &str, says: usize) -> Vec<Step> {
    vec![Step::Send(bytes("200", &[], body.as_bytes(), says))]
}

#[rstest]
#[case::closes_at_once(vec![], K::Unreachable, 3)]
#[case::resets(vec![Step::Reset], K::Unreachable, 3)]
#[case::resets_in_the_body(vec![Step::Send(bytes("200", &[], b"{", 9)), Step::Reset], K::Unreachable, 3)]
#[case::half_a_head(vec![Step::Send(b"HTTP/1.1 200 OK\r\nconte".to_vec())], K::Unreachable, 3)]
#[case::cut_body(cut(r#"{"login": "#, 400), K::Unreachable, 3)]
#[case::cut_chunks(vec![Step::Send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{".to_vec())], K::Unreachable, 3)]
#[case::no_http(vec![Step::Send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec())], K::UnexpectedAnswer, 1)]
#[case::bad_gzip(packed(b"this was never packed"), K::UnexpectedAnswer, 1)]
#[case::gzip_bomb(packed(&gzip(&vec![b' '; 40 << 20])), K::Incomplete, 1)]
#[case::announced_too_large(cut("{", 1 << 40), K::Incomplete, 1)]
#[case::endless(vec![open_ended(), Step::Pour(vec![b' '; 1 << 16])], K::Incomplete, 1)]
#[case::status_500(answer("500", &[], "{}"), K::VendorFault, 3)]
#[case::status_502(answer("502", &[], "<html>"), K::VendorFault, 3)]
#[case::status_503(answer("503", &[], ""), K::VendorFault, 3)]
#[case::status_504(answer("504", &[], ""), K::VendorFault, 3)]
#[case::status_503_for_long(answer("503", &["retry-after: 7200"], ""), K::VendorFault, 1)]
#[case::status_429(answer("429", &[], "{}"), K::RateLimited, 3)]
#[case::status_429_for_long(answer("429", &["retry-after: 7200"], "{}"), K::RateLimited, 1)]
#[case::status_403_limit(answer("403", &["x-ratelimit-remaining: 0", "x-ratelimit-reset: 1795352400"], "{}"), K::RateLimited, 1)]
#[case::not_modified_unasked(answer("304", &[], ""), K::UnexpectedAnswer, 1)]
#[case::page(answer("200", &["content-type: text/html"], "<!doctype html><title>Sign in</title>"), K::UnexpectedAnswer, 1)]
#[case::half_json(answer("200", &[], r#"{"login": "ac"#), K::UnexpectedAnswer, 1)]
#[case::wrong_type(answer("200", &[], r#"{"login": 7}"#), K::UnexpectedAnswer, 1)]
#[case::empty(answer("200", &[], ""), K::UnexpectedAnswer, 1)]
#[case::not_text(vec![Step::Send(bytes("200", &[], b"\xff\xfe\x00", 3))], K::UnexpectedAnswer, 1)]
#[tokio::test]
async fn faults(#[case] steps: Vec<Step>, #[case] wanted: GapKind, #[case] requests: usize) {
    let stand = Stand::always(steps).await;
    let door = door(&stand);
    let gap = soon(door.facts(user(), login)).await.unwrap_err();
    assert_eq!(gap.kind, wanted, "{gap:?}");
    assert_eq!(stand.count(), requests);
    assert!(gap.needs.is_some(), "says no next step");
    assert!(!format!("{gap:?} {gap}").contains(&token()));
}

fn login(reply: &Reply) -> Result<String, crate::domain::Gap> {
    #[derive(serde::Deserialize)]
    struct User {
        login: String,
    }
    reply.json::<User>(System::Github).map(|user| user.login)
}

#[rstest]
#[case::no_answer(vec![Step::Hang])]
#[case::head_by_the_letter(vec![Step::Send(b"HTTP/1.1 200 OK\r\nx-slow: ".to_vec()), Step::Drip(b"a")])]
#[case::body_by_the_letter(vec![open_ended(), Step::Drip(b" ")])]
#[case::stops_in_the_body(vec![Step::Send(bytes("200", &[], b"{", 9)), Step::Hang])]
#[tokio::test]
async fn slow_servers_time_out(#[case] steps: Vec<Step>) {
    let stand = Stand::always(steps).await;
    let patience = Patience { one_try: Duration::from_millis(250), ..brisk().patience };
    let door = door_with(&stand.url, None, Manner { patience, ..brisk() });
    let gap = soon(door.read(user())).await.unwrap_err();
    assert_eq!(gap.kind, K::TimedOut, "{gap:?}");
    assert!(stand.count() <= 3);
}

#[tokio::test]
async fn an_asker_s_deadline_cuts_a_try_short() {
    let stand = Stand::always(vec![Step::Hang]).await;
    let deadline = tokio::time::Instant::now() + Duration::from_millis(200);
    let door = door(&stand).on_behalf(Asker { deadline: Some(deadline), ..Asker::default() });
    let gap = soon(door.read(user())).await.unwrap_err();
    assert_eq!(gap.kind, K::TimedOut);
    assert!(deadline.elapsed() < Duration::from_secs(5), "a try may take ten seconds, but the asker had less");
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let gap = soon(door_with(&url, None, brisk()).read(user())).await.unwrap_err();
    assert_eq!((gap.kind, gap.says.as_str()), (K::Unreachable, "GitHub could not be reached: connection refused"));
}

#[tokio::test]
async fn no_tls_where_tls_was_wanted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    let seen = Arc::<Mutex<Vec<u8>>>::default();
    let into = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = vec![0; 16 * 1024];
            let length = stream.read(&mut hello).await.unwrap();
            into.lock().unwrap().extend_from_slice(&hello[..length]);
            stream.write_all(&bytes("400", &[], b"{}", 2)).await.unwrap();
        }
    });
    let gap = soon(door_with(&url, None, brisk()).read(user())).await.unwrap_err();
    assert_eq!(gap.kind, K::Unreachable, "{gap:?}");
    let seen = String::from_utf8_lossy(&seen.lock().unwrap()).into_owned();
    assert!(!seen.is_empty() && !seen.contains(&token()));
}

#[rstest]
#[case("200")]
#[case("401")]
#[case("402")]
#[case("403")]
#[case("404")]
#[case("410")]
#[case("422")]
#[case("451")]
#[tokio::test]
async fn other_statuses_are_the_client_s_business(#[case] status: &str) {
    let stand = Stand::always(answer(status, &[], r#"{"message":"Not Found"}"#)).await;
    let reply = soon(door(&stand).read(user())).await.unwrap();
    assert_eq!(reply.status.as_str(), status);
    assert_eq!(&reply.body[..], br#"{"message":"Not Found"}"#);
    assert_eq!(stand.count(), 1);
}

#[tokio::test]
async fn a_fault_that_passes_is_not_seen() {
    let stand = Stand::new(|before, _| match before {
        0 => vec![Step::Reset],
        1 => answer("502", &[], ""),
        _ => answer("200", &[], r#"{"login":"acme"}"#),
    })
    .await;
    let door = door(&stand);
    let asker = Asker::default();
    let requests = Arc::clone(&asker.requests);
    assert_eq!(*soon(door.on_behalf(asker).facts(user(), login)).await.unwrap(), "acme");
    assert_eq!(requests.load(std::sync::atomic::Ordering::Relaxed), 3, "tries are requests too");
    assert_eq!(door.requests(), [(System::Github, 3)].into());
}

#[tokio::test]
async fn a_run_has_a_budget() {
    let stand = Stand::always(answer("200", &[], "{}")).await;
    let door = door_with(&stand.url, None, Manner { most_requests: 2, ..brisk() });
    for _ in 0..2 {
        soon(door.read(user())).await.unwrap();
    }
    assert_eq!(soon(door.read(user())).await.unwrap_err().kind, K::Incomplete);
    soon(door.read(ReadCall::get(System::Anthropic, "v1/x"))).await.unwrap();
    assert_eq!(stand.count(), 3);
    assert_eq!(door.requests(), [(System::Github, 2), (System::Anthropic, 1)].into());
}

#[tokio::test]
async fn a_body_of_the_caller_s_own_size() {
    let stand = Stand::always(answer("200", &[], "0123456789")).await;
    assert_eq!(soon(door(&stand).read(user().at_most(10))).await.unwrap().body.len(), 10);
    assert_eq!(soon(door(&stand).read(user().at_most(9))).await.unwrap_err().kind, K::Incomplete);
}

#[tokio::test]
async fn without_a_credential_nothing_leaves() {
    let stand = Stand::always(answer("200", &[], "{}")).await;
    let gap = soon(door(&stand).read(ReadCall::get(System::Vercel, "v2/user"))).await.unwrap_err();
    assert_eq!(gap.kind, K::NoCredential);
    assert_eq!(stand.count(), 0);
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Two reads, of which the first is reset once, by us and by octocrab, with something in each place that must not be logged.
async fn read_twice() {
    let stand = Stand::new(|before, _| match before {
        0 => vec![Step::Reset],
        _ => answer("200", &["set-cookie: canary-cookie"], r#"{"login":"canary-body"}"#),
    })
    .await;
    let door = door(&stand);
    let call = user().query("key", "canary-query");
    soon(door.read(call.clone())).await.unwrap();
    soon(crate::net::service::through(&crate::net::service::octocrab(&door), &call)).await.unwrap();
}

#[tokio::test]
async fn neither_credential_nor_query_nor_body_is_ever_logged() {
    // Once unheard, so that every place that logs is known to tracing: one that another test's thread meets for the first
    // time, while ours is the only listener, would be taken for one that nobody listens to.
    read_twice().await;
    let log = Log::default();
    let into = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || into.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    read_twice().await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered") && log.contains("no answer") && log.contains("path=\"/user\""), "{log}");
    assert!(!log.contains("canary"), "{log}");
}

//! The webhook's sender against servers on loopback: what it sends, what it makes of every answer, and what it never shows.

use super::super::patience::{Again, Patience};
use super::super::webhook::Sender;
use super::*;
use crate::config::tell::WebhookForm;
use crate::credentials::Secret;
use chrono::{DateTime, Utc};
use rstest::rstest;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server that gives the n-th request the n-th answer, the last one for ever; none: it never answers.
struct Hook {
    address: Secret,
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

async fn hook(answers: &[&'static str]) -> Hook {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (seen, answers) = (Arc::<Mutex<Vec<String>>>::default(), answers.to_vec());
    let requests = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let whole = |bytes: &[u8]| {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let (head, body) = text.split_once("\r\n\r\n")?;
                let length = head.lines().find_map(|it| it.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
                (body.len() >= length.unwrap_or(0)).then_some(text)
            };
            let request = loop {
                if let Some(text) = whole(&bytes) {
                    break text;
                }
                if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                    break String::new();
                }
            };
            let number = {
                let mut seen = requests.lock().unwrap();
                seen.push(request);
                seen.len()
            };
            let Some(answer) = answers.get(number - 1).or(answers.last()) else {
                tokio::spawn(async move {
                    let held = stream;
                    std::future::pending::<()>().await;
                    drop(held);
                });
                continue;
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let secret = ["T0", "B0", "kanari", "7"].join("");
    Hook { address: Secret::new(format!("http://127.0.0.1:{port}/services/{secret}?k={secret}")), port, seen }
}

fn now() -> DateTime<Utc> {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

fn message() -> &'static Message {
    static MESSAGE: LazyLock<Message> = LazyLock::new(|| Message::of(&[news("acme", "Acme Shop")], Wording::Engineer));
    &MESSAGE
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
const BUSY: &str = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn quick() -> Patience {
    Patience { first_wait: Duration::from_millis(1), each: Duration::from_millis(400), ..Patience::default() }
}

#[tokio::test]
async fn it_posts_the_message_and_nothing_else() {
    let hook = hook(&[OK]).await;
    let sender = Sender::new(&hook.address, WebhookForm::Slack).unwrap();
    sender.send(message(), now()).await.unwrap();
    let seen = hook.seen.lock().unwrap().clone();
    let (head, body) = seen[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /services/"), "{head}");
    assert!(!head.to_ascii_lowercase().contains("authorization") && !head.to_ascii_lowercase().contains("cookie"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert!(body["text"].as_str().unwrap().starts_with("acme: 1 item lost"), "{body}");
}

#[rstest]
#[case::redirect(
    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:PORT/other\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    1,
    "302, a redirect"
)]
#[case::redirect_that_repeats_the_post(
    "HTTP/1.1 307 Temporary Redirect\r\nlocation: /other\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    1,
    "307, a redirect"
)]
#[case::gone("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", 1, "404: it is not")]
#[case::refused("HTTP/1.1 400 Bad Request\r\ncontent-length: 15\r\nconnection: close\r\n\r\ninvalid_payload", 1, "answered 400")]
#[case::broken(BUSY, 3, "answered 500")]
#[case::limited_for_long(
    "HTTP/1.1 429 Too Many Requests\r\nretry-after: 3600\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    1,
    "asks to wait 3600 s"
)]
#[case::no_http("220 mail.example ESMTP\r\n", 3, "the connection to the webhook broke")]
#[tokio::test]
async fn what_it_makes_of_answers(#[case] answer: &'static str, #[case] requests: usize, #[case] says: &str) {
    let hook = hook(&[answer]).await;
    let sender = Sender::new(&hook.address, WebhookForm::Plain).unwrap();
    let delivery = quick().deliver(|| sender.send(message(), now())).await;
    let why = delivery.end.unwrap_err();
    assert!(why.as_str().contains(says), "{why}");
    assert_eq!((delivery.attempts as usize, hook.seen.lock().unwrap().len()), (requests, requests));
    for banned in ["kanari", &hook.port.to_string(), "127.0.0.1", "invalid_payload"] {
        assert!(!why.as_str().contains(banned), "{why}");
    }
}

#[tokio::test]
async fn a_passing_fault_is_tried_again_and_the_server_s_own_time_is_kept() {
    let hook_ = hook(&[BUSY, OK]).await;
    let sender = Sender::new(&hook_.address, WebhookForm::Slack).unwrap();
    let delivery = quick().deliver(|| sender.send(message(), now())).await;
    assert_eq!((delivery.attempts, delivery.end.is_ok()), (2, true));
    let limited =
        hook(&["HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"]).await;
    let sender = Sender::new(&limited.address, WebhookForm::Slack).unwrap();
    let failure = sender.send(message(), now()).await.unwrap_err();
    assert_eq!(failure.again, Again::After(Duration::from_secs(7)));
}

#[tokio::test]
async fn one_that_never_answers_or_is_not_there_is_told_without_its_address() {
    let silent = hook(&[]).await;
    let sender = Sender::new(&silent.address, WebhookForm::Slack).unwrap();
    let short = Patience { each: Duration::from_millis(60), ..quick() };
    let delivery = short.deliver(|| sender.send(message(), now())).await;
    assert_eq!((delivery.attempts, delivery.end.unwrap_err().as_str()), (3, "no answer in 0 s"));
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let sender = Sender::new(&Secret::new(format!("http://127.0.0.1:{free}/kanari")), WebhookForm::Slack).unwrap();
    let delivery = quick().deliver(|| sender.send(message(), now())).await;
    assert_eq!((delivery.attempts, delivery.end.unwrap_err().as_str()), (3, "the webhook could not be reached"));
}

#[rstest]
#[case("http://hooks.example.com/kanari", "has to begin with https://")]
#[case("ftp://127.0.0.1/kanari", "has to begin with https://")]
#[case("kanari", "is no address")]
#[case("", "is no address")]
fn an_address_that_would_be_sent_in_clear_is_not_used(#[case] address: &str, #[case] why: &str) {
    let refused = Sender::new(&Secret::new(address), WebhookForm::Slack).err().unwrap();
    assert!(refused.contains(why) && !refused.contains("kanari"), "{refused}");
    assert!(Sender::new(&Secret::new("https://hooks.example.com/kanari"), WebhookForm::Slack).is_ok());
}

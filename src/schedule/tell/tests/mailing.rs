//! The mail's sender against a mail server on loopback that speaks EHLO, STARTTLS, AUTH and DATA, and can refuse, hang and
//! hang up; with TLS by a certificate that is made on the spot.

use super::super::mail::Sender;
use super::super::patience::Patience;
use super::*;
use crate::config::tell::{Mail, MailTls};
use crate::credentials::Secret;
use base64::Engine as _;
use chrono::{DateTime, Utc};
use rstest::rstest;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// What the server does besides being one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Takes,
    /// Answers this word of the client with this line.
    Says(&'static str, &'static str),
    HangsUpAfter(&'static str),
    NeverAnswers,
    /// Refuses with a passing fault the first time.
    BusyOnce,
}

struct Post {
    port: u16,
    root: Vec<u8>,
    /// What each visitor wrote, line by line; one that came by TLS begins with `TLS`.
    seen: Arc<Mutex<Vec<Vec<String>>>>,
}

async fn post(tls: MailTls, mood: Mood) -> Post {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let root = made.cert.der().to_vec();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let seen = Arc::<Mutex<Vec<Vec<String>>>>::default();
    let visits = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, visits) = (acceptor.clone(), Arc::clone(&visits));
            tokio::spawn(async move {
                let number = {
                    let mut visits = visits.lock().unwrap();
                    visits.push(Vec::new());
                    visits.len() - 1
                };
                let visit = Visit { visits, number, mood };
                if tls == MailTls::Implicit {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    visit.note("TLS");
                    visit.talk(stream, false, true).await;
                } else if let Some(stream) = visit.talk(stream, tls == MailTls::Starttls, true).await {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    visit.note("TLS");
                    visit.talk(stream, false, false).await;
                }
            });
        }
    });
    Post { port, root, seen }
}

struct Visit {
    visits: Arc<Mutex<Vec<Vec<String>>>>,
    number: usize,
    mood: Mood,
}

impl Visit {
    fn note(&self, line: &str) {
        self.visits.lock().unwrap()[self.number].push(line.to_owned());
    }

    /// Talks until the visitor goes, or wants TLS: then the stream is given back.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S, offers_tls: bool, greets: bool) -> Option<S> {
        if self.mood == Mood::NeverAnswers {
            std::future::pending::<()>().await;
        }
        let mut stream = BufReader::new(stream);
        if greets {
            stream.write_all(b"220 localhost ESMTP\r\n").await.ok()?;
        }
        let mut in_letter = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_owned();
            self.note(&line);
            if in_letter {
                if line != "." {
                    continue;
                }
                in_letter = false;
            }
            let word = if line == "." { "." } else { line.split([' ', ':']).next().unwrap_or_default() };
            let answer = match (self.mood, word) {
                (Mood::Says(on, says), word) if on == word => says,
                (Mood::HangsUpAfter(on), word) if on == word => return None,
                (Mood::BusyOnce, "MAIL") if self.number == 0 => "451 come again",
                (_, "EHLO") if offers_tls => "250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN",
                (_, "EHLO") => "250-localhost\r\n250 AUTH PLAIN LOGIN",
                (_, "STARTTLS") => "220 go on",
                (_, "AUTH") => "235 welcome",
                (_, "DATA") => {
                    in_letter = true;
                    "354 go on"
                }
                (_, "QUIT") => "221 bye",
                _ => "250 ok",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
            if word == "STARTTLS" && answer.starts_with("220") {
                return Some(stream.into_inner());
            }
        }
    }
}

fn password() -> String {
    ["ka", "na", "ri-pass"].concat()
}

fn sender(post: &Post, tls: MailTls, host: &str, knows_root: bool) -> Sender {
    let mail = Mail {
        host: host.to_owned(),
        port: post.port,
        tls,
        from: "rescue <rescue@example.com>".to_owned(),
        to: vec!["Ana Müller <ana@example.com>".to_owned(), "bob@example.com".to_owned()],
        user: Some("rescue-user".to_owned()),
        password_command: None,
        is_apart: false,
    };
    Sender::new(mail, Some(Secret::new(password())), knows_root.then(|| post.root.clone())).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

fn message() -> &'static Message {
    static MESSAGE: LazyLock<Message> = LazyLock::new(|| Message::of(&[news("acme", "Acme Shop")], Wording::Engineer));
    &MESSAGE
}

fn quick() -> Patience {
    Patience { first_wait: Duration::from_millis(1), ..Patience::default() }
}

fn visits(post: &Post) -> Vec<Vec<String>> {
    post.seen.lock().unwrap().clone()
}

#[rstest]
#[case(MailTls::None)]
#[case(MailTls::Starttls)]
#[case(MailTls::Implicit)]
#[tokio::test]
async fn a_mail_arrives_by_each_kind_of_connection(#[case] tls: MailTls) {
    let post = post(tls, Mood::Takes).await;
    let says = sender(&post, tls, "localhost", true).send(message(), "the news", now()).await.unwrap();
    assert_eq!(says, "taken by the mail server for 2 recipients");
    let visit = visits(&post).remove(0);
    let at =
        |start: &str| visit.iter().position(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no {start}: {visit:?}"));
    if tls != MailTls::None {
        assert!(at("TLS") < at("AUTH"), "the login comes after TLS: {visit:?}");
    }
    let login = base64::engine::general_purpose::STANDARD.encode(format!("\0rescue-user\0{}", password()));
    assert_eq!(visit[at("AUTH")], format!("AUTH PLAIN {login}"));
    assert_eq!(visit.iter().filter(|line| line.starts_with("RCPT TO:")).count(), 2);
    for line in
        ["Subject: acme: 1 item lost", "Auto-Submitted: auto-generated", "Date: Mon, 23 Nov 2026 04:00:00 +0000", "- RLS-01"]
    {
        at(line);
    }
    assert!(visit[at("Message-ID:")].ends_with("@example.com>"));
}

#[tokio::test]
async fn nothing_weaker_than_was_configured_is_taken() {
    // No STARTTLS on offer; a certificate that nobody signed; one of another host.
    for (served, wanted, host, knows_root, why) in [
        (MailTls::None, MailTls::Starttls, "localhost", true, "offers no STARTTLS"),
        (MailTls::Starttls, MailTls::Starttls, "localhost", false, "certificate was not accepted"),
        (MailTls::Implicit, MailTls::Implicit, "127.0.0.1", true, "certificate was not accepted"),
    ] {
        let post = post(served, Mood::Takes).await;
        let delivery = sender(&post, wanted, host, knows_root);
        let delivery = quick().deliver(|| delivery.send(message(), "k", now())).await;
        let says = delivery.end.unwrap_err();
        assert!(says.as_str().contains(why) && delivery.attempts == 1, "{says} {}", delivery.attempts);
        let all = visits(&post).concat();
        assert!(
            !all.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL") || line.contains("RLS-01")),
            "{all:?}"
        );
    }
    let mail = Mail {
        host: "mail.example.com".to_owned(),
        port: 25,
        tls: MailTls::None,
        from: "a@example.com".to_owned(),
        to: vec!["b@example.com".to_owned()],
        user: None,
        password_command: None,
        is_apart: false,
    };
    assert!(Sender::new(mail, None, None).is_err());
}

#[rstest]
#[case::login(Mood::Says("AUTH", "535 5.7.8 wrong, kanari-pass for rescue-user"), 1, "did not accept the login (535)")]
#[case::recipient(Mood::Says("RCPT", "550 no such user"), 1, "did not take the mail (550)")]
#[case::letter(Mood::Says(".", "554 spam"), 1, "did not take the mail (554)")]
#[case::passing(Mood::Says("MAIL", "451 later"), 3, "did not take the mail (451)")]
#[case::hangs_up(Mood::HangsUpAfter("DATA"), 3, "did not take the mail")]
#[case::hangs_up_at_once(Mood::HangsUpAfter("EHLO"), 3, "could not be reached")]
#[tokio::test]
async fn what_it_makes_of_refusals(#[case] mood: Mood, #[case] attempts: u32, #[case] why: &str) {
    let post = post(MailTls::None, mood).await;
    let sender = sender(&post, MailTls::None, "127.0.0.1", true);
    let delivery = quick().deliver(|| sender.send(message(), "k", now())).await;
    let says = delivery.end.unwrap_err();
    assert!(says.as_str().contains(why), "{says}");
    assert_eq!((delivery.attempts, visits(&post).len()), (attempts, attempts as usize));
    assert!(!says.as_str().contains("kanari") && !says.as_str().contains("rescue-user"), "{says}");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_one_that_never_answers_is_left() {
    let busy = post(MailTls::None, Mood::BusyOnce).await;
    let to_busy = sender(&busy, MailTls::None, "127.0.0.1", true);
    let delivery = quick().deliver(|| to_busy.send(message(), "k", now())).await;
    assert_eq!((delivery.attempts, delivery.end.is_ok()), (2, true));
    let silent = post(MailTls::None, Mood::NeverAnswers).await;
    let to_silent = sender(&silent, MailTls::None, "127.0.0.1", true);
    let short = Patience { each: Duration::from_millis(50), ..quick() };
    let delivery = short.deliver(|| to_silent.send(message(), "k", now())).await;
    assert_eq!((delivery.attempts, delivery.end.unwrap_err().as_str()), (3, "no answer in 0 s"));
}

#[tokio::test]
async fn no_text_becomes_a_header_or_a_command_and_the_same_news_have_the_same_name() {
    let post = post(MailTls::None, Mood::Takes).await;
    let sender = sender(&post, MailTls::None, "127.0.0.1", true);
    for text in HOSTILE.iter().chain(&["x\r\n.\r\nMAIL FROM:<evil@example.com>\r\n", ".\r\nQUIT\r\n"]) {
        let it = News { lost: vec![point(text, text)], ..news("acme", text) };
        sender.send(&Message::of(std::slice::from_ref(&it), Wording::Founder), "the same", now()).await.unwrap();
    }
    let all = visits(&post);
    let mut names = std::collections::BTreeSet::new();
    for visit in &all {
        let data = visit.iter().position(|line| line == "DATA").unwrap();
        let end = data + visit[data..].iter().position(String::is_empty).unwrap();
        let header = &visit[data + 1..end];
        let known = [
            "From:",
            "To:",
            "Subject:",
            "Date:",
            "Message-ID:",
            "Auto-Submitted:",
            "Content-Type:",
            "MIME-Version:",
            "Content-Transfer-Encoding:",
            " ",
        ];
        assert!(header.iter().all(|line| known.iter().any(|it| line.starts_with(it))), "{header:?}");
        assert_eq!(visit.iter().filter(|line| line.starts_with("MAIL FROM:")).count(), 1, "{visit:?}");
        assert_eq!(visit.iter().filter(|line| line.as_str() == ".").count(), 1, "{visit:?}");
        names.extend(header.iter().filter(|line| line.starts_with("Message-ID:")).cloned());
    }
    assert_eq!(names.len(), 1, "{names:?}");
}

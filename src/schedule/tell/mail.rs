//! A message as mail, by the engineer's own server: over TLS, or to a server on this machine; plain text, no picture, no
//! link. It falls back to nothing weaker than was configured, and no text can become a header.

use super::message::Message;
use super::patience::Failure;
use super::plain::{self, Manner};
use crate::config::tell::{Mail, MailTls, is_this_machine};
use crate::credentials::Secret;
use crate::domain::{Digest, Foreign};
use chrono::{DateTime, Utc};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::time::{Duration, SystemTime};

/// The longest mail, in characters.
const MOST: usize = 20_000;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// A mail server that can be written to.
pub struct Sender {
    mail: Mail,
    password: Option<Secret>,
    /// A root of trust besides the machine's, for tests.
    root: Option<Vec<u8>>,
}

impl Sender {
    /// # Errors
    /// In words: mail would travel in clear.
    pub fn new(mail: Mail, password: Option<Secret>, root: Option<Vec<u8>>) -> Result<Self, String> {
        if mail.tls == MailTls::None && !is_this_machine(&mail.host) {
            return Err("mail travels in clear to a server on this machine only".to_owned());
        }
        Ok(Self { mail, password, root })
    }

    /// Sends it once, to all of its addresses or to none. `key` names the news: the same news twice have one Message-ID,
    /// by which a mailbox may know them again.
    ///
    /// # Errors
    /// The server could not be reached, is not who it should be, or did not take it.
    pub async fn send(&self, message: &Message, key: &str, now: DateTime<Utc>) -> Result<Foreign, Failure> {
        let letter = self.letter(message, key, now)?;
        let mut server = self.open().await?;
        let sent = server.send(letter.envelope(), &letter.formatted()).await;
        let sent = sent.map_err(|error| refused("did not take the mail", &error));
        // It has the mail, or has not; whether it hears the good-bye changes nothing.
        let _ = tokio::time::timeout(Duration::from_secs(2), server.quit()).await;
        sent.map(|_| {
            Foreign::new(format!("taken by the mail server for {}", crate::words::count(self.mail.to.len(), "recipient")))
        })
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Failure> {
        let (mail, hello) = (&self.mail, ClientId::default());
        let host = mail.host.trim_start_matches('[').trim_end_matches(']');
        let wrapped = if mail.tls == MailTls::Implicit { Some(self.tls(host)?) } else { None };
        let opening = AsyncSmtpConnection::connect_tokio1((host, mail.port), Some(CONNECT), &hello, wrapped, None);
        let mut server = opening.await.map_err(|error| refused("could not be reached", &error))?;
        if mail.tls == MailTls::Starttls {
            if !server.can_starttls() {
                server.abort().await;
                return Err(Failure::lasting("the mail server offers no STARTTLS, and nothing is sent in clear"));
            }
            server.starttls(self.tls(host)?, &hello).await.map_err(|error| refused("could not begin TLS", &error))?;
        }
        if let Some(user) = &mail.user {
            let password = self.password.as_ref().map(|it| it.expose().to_owned()).unwrap_or_default();
            let credentials = Credentials::new(user.clone(), password);
            if let Err(error) = server.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await {
                server.abort().await;
                return Err(refused("did not accept the login", &error));
            }
        }
        Ok(server)
    }

    /// The machine's roots of trust; Mozilla's where it has none, as for everything else here.
    fn tls(&self, host: &str) -> Result<TlsParameters, Failure> {
        let has_roots = !rustls_native_certs::load_native_certs().certs.is_empty();
        let roots = if has_roots { CertificateStore::Default } else { CertificateStore::WebpkiRoots };
        let mut builder = TlsParameters::builder(host.to_owned()).certificate_store(roots);
        if let Some(root) = self.root.clone() {
            builder = builder.add_root_certificate(Certificate::from_der(root).map_err(|_| Failure::lasting("no certificate"))?);
        }
        builder.build_rustls().map_err(|_| Failure::lasting("TLS could not be set up on this machine"))
    }

    fn letter(&self, message: &Message, key: &str, now: DateTime<Utc>) -> Result<lettre::Message, Failure> {
        let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|_| Failure::lasting("an address of [tell.mail] is none"));
        let from = mailbox(&self.mail.from)?;
        let domain = from.email.domain().to_owned();
        let Digest(digest) = Digest::of(key);
        let id = format!("<{}@{domain}>", digest.get(..32).unwrap_or(&digest));
        let mut letter = lettre::Message::builder()
            .from(from)
            .subject(message.subject.as_str())
            .date(SystemTime::from(now))
            .message_id(Some(id))
            // RFC 3834: nobody's holiday answers it.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
        for to in &self.mail.to {
            letter = letter.to(mailbox(to)?);
        }
        let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text(message));
        letter.singlepart(part).map_err(|_| Failure::lasting("the mail could not be put together"))
    }
}

/// The text of the mail.
#[must_use]
pub fn text(message: &Message) -> String {
    let manner = Manner { plain: plain::as_it_is, strong: plain::as_it_is, most: MOST, with_subject: false, spaced: false };
    format!("{}\n", plain::text(message, manner))
}

/// In words of ours and the server's number: its own words may repeat an address or a login.
fn refused(what: &str, error: &smtp::Error) -> Failure {
    let says = |why: &str| format!("the mail server {what}{why}");
    if let Some(code) = error.status() {
        let says = says(&format!(" ({code})"));
        return if error.is_permanent() { Failure::lasting(says) } else { Failure::passing(says) };
    }
    let text = error.to_string();
    if text.contains("certificate") {
        return Failure::lasting("the mail server's certificate was not accepted");
    }
    if error.is_client() {
        let why = if text.contains("authentication mechanism") { ": it offers no way to log in that is known here" } else { "" };
        return Failure::lasting(says(why));
    }
    Failure::passing(if error.is_timeout() {
        says(": no answer in time")
    } else {
        says(": the connection broke or made no sense")
    })
}

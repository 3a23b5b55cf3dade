//! Who is told when something was lost: `[tell]`, and `[app.NAME.tell]` over it. Holds no address of a webhook and no
//! password, only how each is obtained (`credentials::own`); it sends nothing.

mod written;

pub use written::{WrittenTell, refused};

use crate::domain::{AppName, Foreign};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use strum::{Display, EnumString, IntoStaticStr};

/// For whom a message is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, EnumString)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Wording {
    /// Ids, reasons and the command to look.
    #[default]
    Engineer,
    /// The checklist's sentences for the founder: no id, no host, no path, no word of the trade.
    Founder,
}

/// What is worth a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, EnumString)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Occasion {
    /// Something was lost, a waiver ended, or an urgent finding is new.
    Drift,
    /// A run could not happen, or saw nothing at all.
    CannotRun,
}

impl Occasion {
    /// Both: what is told unless the file says otherwise.
    pub const ALL: [Self; 2] = [Self::Drift, Self::CannotRun];
}

/// By which way a message goes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Channel {
    Desktop,
    Webhook,
    Mail,
    /// A GitHub issue comment as text: written to a file, never sent.
    Draft,
}

impl Channel {
    pub const ALL: [Self; 4] = [Self::Desktop, Self::Webhook, Self::Mail, Self::Draft];

    /// The engineer's own secret that it takes; none takes none.
    #[must_use]
    pub fn secret(self) -> Option<OwnSecret> {
        match self {
            Self::Webhook => Some(OwnSecret::Webhook),
            Self::Mail => Some(OwnSecret::MailPassword),
            Self::Desktop | Self::Draft => None,
        }
    }
}

/// In which form a webhook takes a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum WebhookForm {
    /// `{"text": …}`, as Slack's incoming webhooks take it.
    #[default]
    Slack,
    /// The document that docs/TELL.md describes.
    Plain,
}

/// How the connection to a mail server is secured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MailTls {
    /// From the first byte (port 465).
    #[default]
    Implicit,
    /// By the server's STARTTLS, which it must offer (port 587).
    Starttls,
    /// Not at all; taken for a server on this machine only.
    None,
}

impl MailTls {
    /// The port that goes with it.
    #[must_use]
    pub fn port(self) -> u16 {
        match self {
            Self::Implicit => 465,
            Self::Starttls => 587,
            Self::None => 25,
        }
    }
}

/// A webhook. Its address is a secret: whoever has it can write there.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Webhook {
    pub form: WebhookForm,
    /// The command that prints the address, unless a variable holds it.
    pub address_command: Option<String>,
    /// Only the app's own variable and command are asked for the address: it names a command of its own.
    pub is_apart: bool,
}

/// A mail server and who writes to whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub tls: MailTls,
    pub from: String,
    /// At least one.
    pub to: Vec<String>,
    /// None: the server takes mail without a login.
    pub user: Option<String>,
    /// The command that prints the password, unless a variable holds it.
    pub password_command: Option<String>,
    /// Only the app's own variable and command are asked for the password: it names a command, a server or a user of its
    /// own, and the password for all belongs to another.
    pub is_apart: bool,
}

/// What of one app is told, and by which ways; nothing is on unless the file says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    pub when: BTreeSet<Occasion>,
    pub desktop: Option<Wording>,
    pub webhook: Option<(Webhook, Wording)>,
    pub mail: Option<(Mail, Wording)>,
    pub draft: Option<Wording>,
}

impl Default for Telling {
    /// Nobody is told; what would be worth a message is.
    fn default() -> Self {
        Self { when: Occasion::ALL.into(), desktop: None, webhook: None, mail: None, draft: None }
    }
}

impl Telling {
    /// The ways that are on, in the order in which they are used.
    #[must_use]
    pub fn channels(&self) -> Vec<(Channel, Wording)> {
        let all = [
            (Channel::Desktop, self.desktop),
            (Channel::Webhook, self.webhook.as_ref().map(|it| it.1)),
            (Channel::Mail, self.mail.as_ref().map(|it| it.1)),
            (Channel::Draft, self.draft),
        ];
        all.into_iter().filter_map(|(channel, wording)| Some((channel, wording?))).collect()
    }
}

/// What the whole file says about telling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tellings {
    shared: Telling,
    of_app: BTreeMap<AppName, Telling>,
}

impl Tellings {
    /// What holds for one app: its own words over the shared ones.
    #[must_use]
    pub fn of(&self, app: &AppName) -> &Telling {
        self.of_app.get(app).unwrap_or(&self.shared)
    }

    /// What holds for an app of which the file says nothing.
    #[must_use]
    pub fn shared(&self) -> &Telling {
        &self.shared
    }

    /// Settles what was written; `refused` found nothing wrong with it.
    #[must_use]
    pub(super) fn settle(shared: &WrittenTell, of_app: &BTreeMap<AppName, WrittenTell>) -> Self {
        let own = of_app.iter().map(|(app, own)| (app.clone(), own.over(shared).settled()));
        Self { shared: shared.settled(), of_app: own.collect() }
    }
}

/// The variable that holds one of the engineer's own secrets for telling: of one app, or for all.
#[must_use]
pub fn variable(app: Option<&AppName>, what: OwnSecret) -> String {
    let app = app.map_or_else(String::new, |app| format!("{}_", app.as_str().to_uppercase().replace('-', "_")));
    format!("RESCUE_{app}TELL_{what}")
}

/// The engineer's own secrets for telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum OwnSecret {
    /// A webhook's address.
    Webhook,
    MailPassword,
}

/// Whether a host is this machine, where nothing travels over a wire.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// What is wrong with an address of mail, if anything. Who it is for decides the server; this keeps out what could become
/// another header or another command.
fn address_fault(text: &str) -> Option<&'static str> {
    let address = match text.trim().strip_suffix('>') {
        Some(rest) => rest.rsplit_once('<').map_or("", |it| it.1),
        None => text.trim(),
    };
    let (name, host) = address.rsplit_once('@').unwrap_or_default();
    if text.chars().any(char::is_control) || Foreign::new(text).as_str() != text {
        Some("holds a control character")
    } else if name.is_empty() || host.is_empty() || address.contains([' ', ',', ';', '<', '>']) {
        Some("is no address such as `ana@example.com` or `Ana <ana@example.com>`")
    } else {
        None
    }
}

#[cfg(test)]
mod tests;

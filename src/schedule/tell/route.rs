//! A way to somebody, with its secret found, and the messenger that takes a message there. It chooses nobody: the
//! configuration did. A client's credential never gets here: the secrets come from `OwnPlaces` alone.

use super::message::Message;
use super::patience::{Delivery, Failure, Patience};
use super::{desktop, draft, mail, webhook};
use crate::config::Environment;
use crate::config::tell::{Channel, Mail, OwnSecret, Telling, Webhook, Wording, variable};
use crate::credentials::{OwnPlaces, Redactor, Secret};
use crate::domain::{AppName, Foreign};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where a message goes, without the secret that it takes. Apps with equal routes share one message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    Desktop,
    Webhook(Webhook, OwnPlaces),
    Mail(Mail, Option<OwnPlaces>),
    /// Of one app: a comment belongs to one repository.
    Draft(AppName),
}

impl Route {
    /// The ways to tell about one app, or about all of them at once (which no draft can), with the reader of each.
    #[must_use]
    pub fn all(app: Option<&AppName>, telling: &Telling, environment: &Environment) -> Vec<(Self, Wording)> {
        let channels = telling.channels().into_iter();
        let route = |channel| match channel {
            Channel::Desktop => Some(Self::Desktop),
            Channel::Webhook => telling.webhook.as_ref().map(|(webhook, _)| {
                let command = webhook.address_command.as_ref();
                let places = places(app, OwnSecret::Webhook, command, webhook.is_apart, environment);
                Self::Webhook(webhook.clone(), places)
            }),
            Channel::Mail => telling.mail.as_ref().map(|(mail, _)| {
                let command = mail.password_command.as_ref();
                let places =
                    mail.user.as_ref().map(|_| places(app, OwnSecret::MailPassword, command, mail.is_apart, environment));
                Self::Mail(mail.clone(), places)
            }),
            Channel::Draft => app.cloned().map(Self::Draft),
        };
        channels.filter_map(|(channel, wording)| Some((route(channel)?, wording))).collect()
    }

    /// The channel that it is of.
    #[must_use]
    pub fn channel(&self) -> Channel {
        match self {
            Self::Desktop => Channel::Desktop,
            Self::Webhook(..) => Channel::Webhook,
            Self::Mail(..) => Channel::Mail,
            Self::Draft(_) => Channel::Draft,
        }
    }
}

/// The app's own variable and its own command come before what is for all apps; where it names a command, a server or a
/// user of its own (`is_apart`), what is for all is no place at all. The app's own variable is one only where it is set: else
/// every app would have a route of its own.
fn places(
    app: Option<&AppName>,
    what: OwnSecret,
    command: Option<&String>,
    is_apart: bool,
    environment: &Environment,
) -> OwnPlaces {
    let own = app.map(|app| variable(Some(app), what)).filter(|name| is_apart || environment.get(name).is_some());
    let shared = Some(variable(None, what)).filter(|_| !is_apart);
    OwnPlaces { variables: own.into_iter().chain(shared).collect(), command: command.cloned() }
}

/// Takes messages to where they go.
#[derive(Clone)]
pub struct Messenger {
    /// None: this house tells nobody (the demo, a test).
    pub environment: Option<Environment>,
    /// Learns every secret that is found, for the log, and masks what is said of a failure.
    pub redactor: Redactor,
    /// Where drafts are written.
    pub drafts: PathBuf,
    pub patience: Patience,
    /// A root of trust besides the machine's, in DER, for tests.
    pub root: Option<Vec<u8>>,
}

impl Messenger {
    /// Takes one message there. `key` names the news: the same for the same news.
    pub async fn take(&self, route: &Route, message: &Message, key: &str, now: DateTime<Utc>) -> Delivery {
        let Some(environment) = self.environment.clone() else { return Delivery::impossible("nobody is told from here") };
        let delivery = match route {
            Route::Desktop => {
                let message = message.clone();
                let shown = tokio::task::spawn_blocking(move || desktop::show(&message, &environment)).await;
                let shown = shown.unwrap_or_else(|_| Err(Failure::lasting("showing it failed")));
                Delivery { attempts: 1, end: shown.map_err(|it| it.says) }
            }
            Route::Webhook(webhook, places) => match self.secret(places, environment).await {
                Ok(address) => self.post(webhook, &address, message, now).await,
                Err(why) => Delivery::impossible(format!("no address of the webhook: {why}")),
            },
            Route::Mail(mail, places) => {
                let password = match places {
                    Some(places) => self.secret(places, environment).await.map(Some),
                    None => Ok(None),
                };
                match password {
                    Ok(password) => self.mail(mail, password, message, key, now).await,
                    Err(why) => Delivery::impossible(format!("no password for the mail server: {why}")),
                }
            }
            Route::Draft(app) => draft::write(&self.drafts, app, now.date_naive(), message),
        };
        let masked = |text: Foreign| Foreign::new(self.redactor.mask(text.as_str()));
        Delivery { end: delivery.end.map(masked).map_err(masked), ..delivery }
    }

    async fn post(&self, webhook: &Webhook, address: &Secret, message: &Message, now: DateTime<Utc>) -> Delivery {
        match webhook::Sender::new(address, webhook.form) {
            Ok(sender) => self.patience.deliver(|| sender.send(message, now)).await,
            Err(why) => Delivery::impossible(why),
        }
    }

    async fn mail(&self, mail: &Mail, password: Option<Secret>, message: &Message, key: &str, now: DateTime<Utc>) -> Delivery {
        match mail::Sender::new(mail.clone(), password, self.root.clone()) {
            Ok(sender) => self.patience.deliver(|| sender.send(message, key, now)).await,
            Err(why) => Delivery::impossible(why),
        }
    }

    /// A secret of the engineer's own. A command may take its time: never on the threads that others wait on.
    async fn secret(&self, places: &OwnPlaces, environment: Environment) -> Result<Secret, String> {
        let places = places.clone();
        let found = tokio::task::spawn_blocking(move || places.find(&environment)).await;
        let (secret, _) = found.map_err(|_| "looking for it failed".to_owned())??;
        self.redactor.learn(&secret);
        Ok(secret)
    }
}

/// Apps by the route that they share, in the order of the routes.
#[must_use]
pub fn grouped<T>(all: Vec<(Route, Wording, T)>) -> Vec<(Route, Wording, Vec<T>)> {
    let mut groups: BTreeMap<(Route, Wording), Vec<T>> = BTreeMap::new();
    for (route, wording, it) in all {
        groups.entry((route, wording)).or_default().push(it);
    }
    groups.into_iter().map(|((route, wording), all)| (route, wording, all)).collect()
}

//! `[tell]` word for word, what one app says over it, and what cannot be meant. It quotes keys, never values.

use super::{Mail, MailTls, Occasion, Telling, Webhook, WebhookForm, Wording, address_fault, is_this_machine};
use serde::Deserialize;
use std::collections::BTreeSet;

/// `[tell]`, or `[app.NAME.tell]`, of which every part may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenTell {
    /// Tell nobody.
    off: Option<bool>,
    when: Option<BTreeSet<Occasion>>,
    /// Of every channel that says none of its own.
    wording: Option<Wording>,
    desktop: Option<Switch>,
    webhook: Option<WrittenWebhook>,
    mail: Option<WrittenMail>,
    draft: Option<Switch>,
}

/// `desktop = true`, or `[tell.desktop]` with a wording of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "true, false, or a table with `wording = \"engineer\"` or `\"founder\"`")]
enum Switch {
    Is(bool),
    Worded(Worded),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Worded {
    wording: Wording,
}

/// `[tell.webhook]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWebhook {
    off: Option<bool>,
    form: Option<WebhookForm>,
    address_command: Option<String>,
    wording: Option<Wording>,
    #[serde(skip)]
    is_apart: bool,
}

/// `[tell.mail]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMail {
    off: Option<bool>,
    host: Option<String>,
    port: Option<u16>,
    tls: Option<MailTls>,
    from: Option<String>,
    to: Option<OneOrMore>,
    user: Option<String>,
    password_command: Option<String>,
    wording: Option<Wording>,
    #[serde(skip)]
    is_apart: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "an address, or a list of addresses")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn all(&self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one.trim().to_owned()],
            Self::More(all) => all.iter().map(|it| it.trim().to_owned()).collect(),
        }
    }
}

/// Something that cannot be meant: the table and key that it stands under, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Below `[tell]`, such as `mail`; none: `[tell]` itself.
    pub table: Option<&'static str>,
    /// None: the table as a whole lacks something.
    pub key: Option<&'static str>,
    pub why: String,
}

impl WrittenTell {
    /// These words over the shared ones: what is not said here is taken from there, field by field.
    #[must_use]
    pub(super) fn over(&self, shared: &Self) -> Self {
        Self {
            // An app that says anything but `off` is told about, also where the others are not.
            off: self.off.or(if self.says_anything() { Some(false) } else { shared.off }),
            when: self.when.clone().or_else(|| shared.when.clone()),
            wording: self.wording.or(shared.wording),
            desktop: self.desktop.or(shared.desktop),
            webhook: both(self.webhook.as_ref(), shared.webhook.as_ref(), WrittenWebhook::over),
            mail: both(self.mail.as_ref(), shared.mail.as_ref(), WrittenMail::over),
            draft: self.draft.or(shared.draft),
        }
    }

    fn says_anything(&self) -> bool {
        *self != Self::default()
    }

    /// What it means. A channel that lacks something is off; `refused` has told so before.
    #[must_use]
    pub(super) fn settled(&self) -> Telling {
        let when = self.when.clone().unwrap_or_else(|| Occasion::ALL.into());
        if self.off == Some(true) {
            return Telling { when, ..Telling::default() };
        }
        let wording = self.wording.unwrap_or_default();
        let switch = |it: Option<Switch>| match it {
            None | Some(Switch::Is(false)) => None,
            Some(Switch::Is(true)) => Some(wording),
            Some(Switch::Worded(own)) => Some(own.wording),
        };
        let webhook = self.webhook.as_ref().filter(|it| it.off != Some(true));
        let mail = self.mail.as_ref().filter(|it| it.off != Some(true));
        Telling {
            when,
            desktop: switch(self.desktop),
            webhook: webhook.map(|it| (it.settled(), it.wording.unwrap_or(wording))),
            mail: mail.and_then(|it| Some((it.settled().ok()?, it.wording.unwrap_or(wording)))),
            draft: switch(self.draft),
        }
    }
}

fn both<T: Clone + Default>(own: Option<&T>, shared: Option<&T>, over: fn(&T, &T) -> T) -> Option<T> {
    match (own, shared) {
        (Some(own), shared) => Some(over(own, shared.unwrap_or(&T::default()))),
        (None, shared) => shared.cloned(),
    }
}

fn said(text: Option<&String>) -> Option<String> {
    text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty())
}

impl WrittenWebhook {
    fn over(&self, shared: &Self) -> Self {
        Self {
            off: self.off.or(Some(false)),
            form: self.form.or(shared.form),
            address_command: self.address_command.clone().or_else(|| shared.address_command.clone()),
            wording: self.wording.or(shared.wording),
            is_apart: said(self.address_command.as_ref()).is_some(),
        }
    }

    fn settled(&self) -> Webhook {
        let address_command = said(self.address_command.as_ref());
        Webhook { form: self.form.unwrap_or_default(), address_command, is_apart: self.is_apart }
    }
}

impl WrittenMail {
    fn over(&self, shared: &Self) -> Self {
        let (host, user) = (said(self.host.as_ref()), said(self.user.as_ref()));
        let is_same = |own: &str, shared: Option<&String>| said(shared).is_some_and(|it| it.eq_ignore_ascii_case(own));
        // A password is for one user of one server: it is not shown to another.
        let is_elsewhere = host.is_some_and(|own| !is_same(&own, shared.host.as_ref()))
            || user.is_some_and(|own| !is_same(&own, shared.user.as_ref()));
        let own_command = self.password_command.clone();
        Self {
            off: self.off.or(Some(false)),
            host: self.host.clone().or_else(|| shared.host.clone()),
            port: self.port.or(shared.port),
            tls: self.tls.or(shared.tls),
            from: self.from.clone().or_else(|| shared.from.clone()),
            to: self.to.clone().or_else(|| shared.to.clone()),
            user: self.user.clone().or_else(|| shared.user.clone()),
            is_apart: is_elsewhere || said(own_command.as_ref()).is_some(),
            password_command: own_command.or_else(|| shared.password_command.clone().filter(|_| !is_elsewhere)),
            wording: self.wording.or(shared.wording),
        }
    }

    fn settled(&self) -> Result<Mail, (Option<&'static str>, String)> {
        let lacks = |key: &str| (None, format!("`{key}` is missing"));
        let host = said(self.host.as_ref()).ok_or_else(|| lacks("host"))?;
        if host.contains(['/', ' ', '@']) {
            return Err((Some("host"), "a host's name alone is wanted, such as smtp.example.com".to_owned()));
        }
        let from = said(self.from.as_ref()).ok_or_else(|| lacks("from"))?;
        let to = self.to.as_ref().map(OneOrMore::all).unwrap_or_default();
        if to.is_empty() {
            return Err(lacks("to"));
        }
        for (key, address) in [("from", &from)].into_iter().chain(to.iter().map(|it| ("to", it))) {
            if let Some(fault) = address_fault(address) {
                return Err((Some(key), format!("an address {fault}")));
            }
        }
        let tls = self.tls.unwrap_or_default();
        if tls == MailTls::None && !is_this_machine(&host) {
            return Err((Some("tls"), "mail travels in clear to a server on this machine only: implicit or starttls".to_owned()));
        }
        let port = self.port.unwrap_or_else(|| tls.port());
        let user = said(self.user.as_ref());
        let password_command = said(self.password_command.as_ref());
        Ok(Mail { host, port, tls, from, to, user, password_command, is_apart: self.is_apart })
    }
}

/// What of `own`, laid over `shared`, cannot be meant; the first thing only.
#[must_use]
pub fn refused(own: &WrittenTell, shared: &WrittenTell) -> Option<Refused> {
    let whole = own.over(shared);
    if whole.when.as_ref().is_some_and(BTreeSet::is_empty) {
        let why = "name drift, cannot-run or both; `off = true` tells nobody".to_owned();
        return Some(Refused { table: None, key: Some("when"), why });
    }
    let mail = whole.mail.as_ref().filter(|it| it.off != Some(true) && whole.off != Some(true))?;
    mail.settled().err().map(|(key, why)| Refused { table: Some("mail"), key, why })
}

//! Telling that no run could begin at all: the house does not open, or its database takes nothing. It reads no facts and
//! notes nothing, since neither can be done then.

use super::{Messaged, TellReport};
use crate::config::tell::Telling;
use crate::config::{Configuration, Environment, Paths};
use crate::credentials::Redactor;
use crate::desk::Desk;
use crate::schedule::tell::{CannotRun, Delivery, LastSeen, Message, Messenger, News, Patience, Route};
use crate::trouble::Trouble;
use chrono::{DateTime, Utc};

/// Tells those whom the configuration names for all apps that not even the house could be opened, and why: for a scheduled
/// run whose database is damaged, newer or out of reach. Nothing can be noted then, so that each such run tells again. It
/// tells nobody where the configuration itself cannot be read.
pub async fn tell_unopened(environment: &Environment, trouble: &Trouble, now: DateTime<Utc>) -> TellReport {
    let Ok(paths) = Paths::from_environment(environment) else { return TellReport::default() };
    let Ok(configuration) = Configuration::read(&paths) else { return TellReport::default() };
    let (environment, drafts) = (Some(environment.clone()), paths.drafts());
    let redactor = Redactor::default();
    let messenger = Messenger { environment, redactor, drafts, patience: Patience::default(), root: None };
    missed_all(&messenger, configuration.tell.shared(), trouble, now).await
}

impl Desk {
    /// The same where the house opened and no run can begin in it: its database takes nothing, or cannot be read.
    pub async fn tell_unable(&self, trouble: &Trouble) -> TellReport {
        missed_all(&self.messenger, self.config.tell.shared(), trouble, self.clock.now()).await
    }
}

/// Tells all who are told about all apps that no run could begin, and notes nothing.
async fn missed_all(messenger: &Messenger, telling: &Telling, trouble: &Trouble, now: DateTime<Utc>) -> TellReport {
    let mut report = TellReport::default();
    let Some(news) = News::missed_all(CannotRun { why: trouble.in_one_line(), since: LastSeen::NotKnown }).on(&telling.when)
    else {
        return report;
    };
    for (route, wording) in messenger.environment.iter().flat_map(|it| Route::all(None, telling, it)) {
        let redactor = messenger.redactor.clone();
        let message = Message::of(std::slice::from_ref(&news), wording).masked(|text| redactor.mask(text).into_owned());
        let Delivery { attempts, end } = messenger.take(&route, &message, &format!("unopened {now}"), now).await;
        report.messages.push(Messaged { channel: route.channel(), wording, apps: Vec::new(), attempts, end, not_noted: None });
    }
    report
}

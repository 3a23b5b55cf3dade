//! Whether a timer's run would find what it takes to tell somebody: a webhook's address, a mailbox's password, a desktop.
//! Only names of places are compared, never a value.

use super::Verdict;
use crate::config::tell::{Channel, variable};
use crate::domain::AppName;
use crate::schedule::install::Kind;
use serde::{Deserialize, Serialize};

/// The place of a secret that a command prints.
pub const BY_COMMAND: &str = "its command";

/// A way to tell somebody of an app that is on, and where what it needs was found. A way that needs nothing is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    pub app: AppName,
    pub channel: Channel,
    /// The place in words, such as `RESCUE_TELL_WEBHOOK`; none has it.
    pub source: Option<String>,
    /// Why it was not found.
    #[serde(default)]
    pub why: Option<String>,
}

/// What is said of one channel: of all apps for which it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TellRow {
    pub channel: Channel,
    pub verdict: Verdict,
    pub apps: Vec<AppName>,
    /// Where it comes from here.
    pub here: Option<String>,
    /// Where it would come from there.
    pub there: Option<String>,
    /// Why it would not be found there.
    pub why: Option<String>,
    /// The next step, in the imperative.
    pub next: Option<String>,
}

/// Compares what is found here with what the run of a timer of this kind would find; the worst first.
#[must_use]
pub fn compare(here: &[Way], there: &[Way], kind: Kind) -> Vec<TellRow> {
    let mut rows: Vec<TellRow> = Vec::new();
    for it in here {
        let other = there.iter().find(|other| other.app == it.app && other.channel == it.channel);
        let found = other.and_then(|other| other.source.clone());
        let verdict = Verdict::of(it.source.as_ref(), found.as_ref());
        let same = |row: &&mut TellRow| {
            row.channel == it.channel && row.verdict == verdict && row.here == it.source && row.there == found
        };
        if let Some(row) = rows.iter_mut().find(same) {
            row.apps.push(it.app.clone());
            continue;
        }
        let why = other.filter(|_| found.is_none()).and_then(|other| other.why.clone());
        let (channel, apps, here) = (it.channel, vec![it.app.clone()], it.source.clone());
        rows.push(TellRow { channel, verdict, apps, here, there: found, why, next: None });
    }
    for row in &mut rows {
        row.next = next(row, kind);
    }
    rows.sort_by_key(|row| (row.verdict, row.channel));
    rows
}

/// What to do about it.
fn next(row: &TellRow, kind: Kind) -> Option<String> {
    let key = match (row.verdict, row.channel) {
        (Verdict::Found, _) | (_, Channel::Draft) => return None,
        (_, Channel::Desktop) if kind == Kind::Cron => {
            return Some(
                "a line of cron reaches no desktop: install with --kind systemd, or name another way in [tell]".to_owned(),
            );
        }
        (_, Channel::Desktop) => {
            return Some("install it from the desktop's own session, or name another way in [tell]".to_owned());
        }
        (_, Channel::Webhook) => "address_command",
        (_, Channel::Mail) => "password_command",
    };
    if row.verdict == Verdict::Missing && row.here.as_deref() == Some(BY_COMMAND) {
        return Some(format!("give whole paths in {key}, and what else it needs of the environment"));
    }
    let channel = row.channel;
    let is_own = |app: &AppName| row.here.is_some() && channel.secret().map(|what| variable(Some(app), what)) == row.here;
    let table = match row.apps.as_slice() {
        // A variable of the app's own is no word for the others.
        [app] if is_own(app) => format!("app.{app}.tell.{channel}"),
        _ => format!("tell.{channel}"),
    };
    let command = format!("name a command that prints it: {key} in [{table}] of config.toml");
    Some(match row.verdict {
        Verdict::Differs => format!("make sure that both are the same, or {command}"),
        _ => command,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn way(app: &str, channel: Channel, source: Option<&str>) -> Way {
        let why = source.is_none().then(|| "not set".to_owned());
        Way { app: app.parse().unwrap(), channel, source: source.map(str::to_owned), why }
    }

    const SHARED: Option<&str> = Some("RESCUE_TELL_WEBHOOK");
    const OWN: Option<&str> = Some("RESCUE_ACME_TELL_WEBHOOK");
    const COMMAND: Option<&str> = Some(BY_COMMAND);

    #[rstest]
    #[case(Channel::Webhook, COMMAND, COMMAND, Kind::Cron, Verdict::Found, None)]
    #[case(Channel::Webhook, SHARED, None, Kind::Systemd, Verdict::Missing, Some("address_command in [tell.webhook]"))]
    #[case(Channel::Webhook, OWN, None, Kind::Systemd, Verdict::Missing, Some("address_command in [app.acme.tell.webhook]"))]
    #[case(Channel::Webhook, COMMAND, None, Kind::Systemd, Verdict::Missing, Some("whole paths in address_command"))]
    #[case(Channel::Webhook, SHARED, COMMAND, Kind::Systemd, Verdict::Differs, Some("both are the same"))]
    #[case(Channel::Mail, None, None, Kind::Systemd, Verdict::Nowhere, Some("password_command in [tell.mail]"))]
    #[case(Channel::Desktop, Some("this session"), None, Kind::Cron, Verdict::Missing, Some("a line of cron reaches no desktop"))]
    #[case(Channel::Desktop, Some("this session"), None, Kind::Systemd, Verdict::Missing, Some("the desktop's own session"))]
    fn verdicts(
        #[case] channel: Channel,
        #[case] here: Option<&str>,
        #[case] there: Option<&str>,
        #[case] kind: Kind,
        #[case] wanted: Verdict,
        #[case] next: Option<&str>,
    ) {
        let rows = compare(&[way("acme", channel, here)], &[way("acme", channel, there)], kind);
        assert_eq!((rows.len(), rows[0].verdict), (1, wanted));
        assert_eq!(rows[0].why.is_some(), there.is_none());
        match (next, &rows[0].next) {
            (None, said) => assert_eq!(said, &None),
            (Some(words), Some(said)) => assert!(said.contains(words), "{said}"),
            (Some(words), None) => panic!("{words} is not said"),
        }
    }

    #[test]
    fn what_is_the_same_for_many_apps_is_one_row_and_the_worst_is_first() {
        let here = ["one", "two", "three"].map(|app| way(app, Channel::Webhook, SHARED));
        let mut there = here.clone();
        there[2].source = None;
        let rows = compare(&here, &there[..], Kind::Systemd);
        let apps: Vec<Vec<&str>> = rows.iter().map(|row| row.apps.iter().map(AppName::as_str).collect()).collect();
        assert_eq!(apps, [vec!["three"], vec!["one", "two"]]);
        assert_eq!(compare(&here, &[], Kind::Systemd)[0].verdict, Verdict::Missing, "the trial does not know the way");
    }
}

//! `rescue tell`: tries the ways by which people are told, shows what they would be told, and what they were told. The
//! telling itself is the desk's; `report` and `document` say how it went, for any command that tells.

use super::tell_args::TellCommand;
use super::{exit, json, out::Out};
use crate::config::tell::Wording;
use crate::desk::Desk;
use crate::desk::telling::{Messaged, TellReport, WouldTell};
use crate::domain::AppName;
use crate::schedule::tell::{Message, draft, mail, webhook};
use crate::trouble::Trouble;
use crate::words;
use serde_json::{Value, json};

/// `rescue tell test|show|log`.
///
/// # Errors
/// An unknown app, a way that is not on, a store that cannot be read.
pub async fn tell(desk: &Desk, command: TellCommand, out: &mut Out<'_>) -> Result<u8, Trouble> {
    match command {
        TellCommand::Test { channel, app, json } => {
            let app = app.map(|name| desk.app(&name)).transpose()?;
            let told = desk.tell_test(app.as_ref(), channel.map(Into::into)).await?;
            if json {
                out.json(&json::document(document(&told)));
            } else {
                for line in lines(&told) {
                    out.line(line);
                }
            }
            Ok(exit::with_told(exit::FINE, &told))
        }
        TellCommand::Show { name, wording, draft, json } => {
            let app = desk.app(&name)?;
            let would = desk.would_tell(&app)?;
            let wordings = match wording {
                Some(one) => vec![one.into()],
                None => vec![Wording::Engineer, Wording::Founder],
            };
            show(&app, &would, &wordings, (draft, json), out);
            Ok(exit::FINE)
        }
        TellCommand::Log { name, json } => log(desk, &desk.app(&name)?, json, out),
    }
}

fn show(app: &AppName, would: &WouldTell, wordings: &[Wording], (as_draft, as_json): (bool, bool), out: &mut Out<'_>) {
    let messages: Vec<Message> = would
        .news
        .iter()
        .flat_map(|news| wordings.iter().map(|wording| Message::of(std::slice::from_ref(news), *wording)))
        .collect();
    if as_json {
        let ways = would
            .ways
            .iter()
            .map(|(channel, wording, upto)| json!({ "channel": channel, "wording": wording, "told_up_to": upto }));
        let messages = messages.iter().map(|it| {
            json!({ "wording": it.wording, "subject": it.subject, "text": mail::text(it), "slack": webhook::slack(it), "draft": draft::text(it) })
        });
        let (ways, messages): (Vec<Value>, Vec<Value>) = (ways.collect(), messages.collect());
        out.json(&json::document(json!({ "app": app, "since": would.since, "channels": ways, "messages": messages })));
        return;
    }
    if would.ways.is_empty() {
        out.say(format!("nobody is told about {app}: the configuration has no [tell]"));
    }
    for (channel, wording, upto) in &would.ways {
        let upto = upto.map_or_else(|| "never told yet".to_owned(), |at| format!("told up to {}", words::moment(at)));
        out.say(format!("by {channel}, for the {wording}: {upto}"));
    }
    if messages.is_empty() {
        let since = would.since.map_or_else(|| "there is no earlier run".to_owned(), |at| format!("since {}", words::moment(at)));
        out.line(format!("{app}: nothing to tell ({since})"));
    }
    for (n, message) in messages.iter().enumerate() {
        if n > 0 {
            out.line("");
        }
        if as_draft {
            out.raw(draft::text(message).as_bytes());
            continue;
        }
        out.line(format!("for the {}: {}", message.wording, message.subject));
        out.raw(mail::text(message).as_bytes());
    }
}

fn log(desk: &Desk, app: &AppName, as_json: bool, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let rows = desk.store.told(desk.id(app)?)?;
    if as_json {
        let rows = rows.iter().map(|it| {
            json!({ "run": it.run, "channel": it.channel, "at": it.at, "told_up_to": it.upto, "attempts": it.attempts, "outcome": it.outcome })
        });
        out.json(&json::document(json!({ "app": app, "told": rows.collect::<Vec<_>>() })));
        return Ok(exit::FINE);
    }
    for it in &rows {
        let how = match it.outcome.as_str() {
            "begun" => "begun, and nobody knows whether it arrived".to_owned(),
            "nothing" => "nothing to tell".to_owned(),
            other => format!("{other}, {}", words::count(it.attempts as usize, "attempt")),
        };
        out.line(format!("{}  {:<8} {how}  ({})", words::moment(it.at), it.channel, it.run));
    }
    if rows.is_empty() {
        out.say(format!("nobody was told anything about {app}"));
    }
    Ok(exit::FINE)
}

/// How telling went, a line for each message.
#[must_use]
pub fn lines(told: &TellReport) -> Vec<String> {
    let of_message = told.messages.iter().flat_map(|it| {
        let tries = if it.attempts > 1 { format!(" ({})", words::count(it.attempts as usize, "attempt")) } else { String::new() };
        let line = match &it.end {
            Ok(says) => format!("✔ {}{}: {says}{tries}", it.channel, about(it)),
            Err(why) => format!("✘ {}{}: not told: {why}{tries}", it.channel, about(it)),
        };
        let noted = it.not_noted.as_ref().map(|why| format!("✘ {}: it was not noted, and is told again: {why}", it.channel));
        [Some(line), noted].into_iter().flatten()
    });
    let of_app = told.troubles.iter().map(|(app, trouble)| format!("✘ {app}: not told: {trouble}"));
    of_message.chain(of_app).collect()
}

fn about(it: &Messaged) -> String {
    match it.apps.as_slice() {
        [] => String::new(),
        [one] => format!(" about {one}"),
        several => format!(" about {}", words::count(several.len(), "app")),
    }
}

/// How telling went, for a document: `{"messages": […], "troubles": […]}`.
#[must_use]
pub fn document(told: &TellReport) -> Value {
    let messages = told.messages.iter().map(|it| {
        json!({
            "channel": it.channel, "wording": it.wording, "apps": it.apps, "attempts": it.attempts, "told": it.end.is_ok(),
            "says": it.end.as_ref().unwrap_or_else(|why| why), "not_noted": it.not_noted,
        })
    });
    let troubles = told.troubles.iter().map(|(app, trouble)| json!({ "app": app, "says": trouble.what, "why": trouble.why }));
    json!({ "messages": messages.collect::<Vec<_>>(), "troubles": troubles.collect::<Vec<_>>() })
}

//! `rescue app discover`: what the repository says of the app, with where each came from, and the settings that a person
//! accepts of it. Without `--accept` it changes nothing.

use super::args::DiscoverArgs;
use super::{exit, json, out::Out};
use crate::desk::discovery::{accepted, chosen};
use crate::desk::{Desk, fields};
use crate::domain::discovery::{Discovery, Field};
use crate::domain::{AppName, FactBody, System};
use crate::trouble::Trouble;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;

/// Most places of one proposal that are printed; JSON has all.
const PLACES: usize = 2;

/// `rescue app discover NAME`.
///
/// # Errors
/// No repository is named or it cannot be read, a choice that cannot be, a store that cannot be written.
pub async fn discover(desk: &Desk, args: DiscoverArgs, stop: CancellationToken, out: &mut Out<'_>) -> Result<u8, Trouble> {
    let name: AppName = args.name.parse().map_err(|error: crate::domain::id::NotAName| Trouble::usage(error.to_string()))?;
    let is_known = desk.knows(&name)?;
    let (mut settings, remarks) = if is_known {
        let mut settings = desk.settings(&name)?;
        let given = fields::Fields { repo: args.repo.clone(), ..fields::Fields::default() };
        let remarks = fields::apply(given, desk.endpoints.base(System::Github), desk.clock.now().date_naive(), &mut settings)?;
        (settings, remarks)
    } else {
        let Some(repo) = args.repo.clone() else {
            return Err(Trouble::usage(format!("there is no app `{name}`"))
                .next(format!("Name its repository: `rescue app discover {name} --repo PATH|OWNER/NAME`")));
        };
        let given = fields::Fields { repo: Some(repo), ..fields::Fields::default() };
        fields::new_app(name.clone(), given, desk.endpoints.base(System::Github), desk.clock.now().date_naive())?
    };
    for remark in remarks {
        out.say(remark);
    }
    let halt = Arc::new(AtomicBool::new(false));
    let discovery = tokio::select! {
        found = desk.discover(&settings, &halt) => found?,
        () = stop.cancelled() => {
            halt.store(true, Ordering::Relaxed);
            return Err(Trouble::failed("stopped before everything was read"));
        }
    };
    let taken = chosen(&discovery, &args.accept)?;
    let fields = accepted(&taken)?;
    if args.json {
        out.json(&document(&name, &discovery, &taken));
    } else {
        lines(&name, &discovery, out);
    }
    if args.accept.is_empty() {
        if !args.json {
            out.say(next(&name, is_known, args.repo.as_deref(), &discovery));
        }
        return Ok(exit::FINE);
    }
    for remark in fields::apply(fields, desk.endpoints.base(System::Github), desk.clock.now().date_naive(), &mut settings)? {
        out.say(remark);
    }
    if is_known {
        desk.state(&name, FactBody::Settings { settings: Box::new(settings) })?;
    } else {
        desk.add_app(&settings, None)?;
    }
    let what: Vec<String> = taken.iter().map(|it| format!("{} {}", it.field, it.value)).collect();
    let done = if is_known { "is changed" } else { "is taken on" };
    let with = if what.is_empty() { "nothing of it was proposed".to_owned() } else { what.join(", ") };
    out.say(format!("{name} {done}: {with}"));
    Ok(exit::FINE)
}

fn document(name: &AppName, discovery: &Discovery, taken: &[crate::domain::Proposal]) -> serde_json::Value {
    let proposals: Vec<_> = discovery
        .proposals
        .iter()
        .map(|it| {
            json!({
                "field": it.field, "value": it.value, "from": it.from, "sets": it.field.is_setting(),
                "disputed": discovery.is_disputed(it), "accepted": taken.iter().any(|t| t.field == it.field && t.value == it.value),
            })
        })
        .collect();
    let applies: Vec<_> = discovery.applies.iter().map(|(item, fact)| json!({ "item": item, "because": fact })).collect();
    json::document(json!({
        "app": name, "commit": discovery.commit, "proposals": proposals, "questions": discovery.questions,
        "applies": applies, "unseen": discovery.unseen.as_ref().map(json::gap),
    }))
}

fn lines(name: &AppName, discovery: &Discovery, out: &mut Out<'_>) {
    if discovery.proposals.is_empty() {
        out.line(format!("nothing about {name} is proposed that is not known already"));
    }
    let wide = discovery.proposals.iter().map(|it| it.value.as_str().chars().count()).max().unwrap_or(0).min(44);
    for it in &discovery.proposals {
        let mark = if discovery.is_disputed(it) { "?" } else { " " };
        let places: Vec<&str> = it.from.iter().take(PLACES).map(crate::domain::Foreign::as_str).collect();
        let more = it.from.len().saturating_sub(PLACES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        out.line(format!("{mark} {:<16} {:<wide$}  {}{more}", it.field.id(), it.value.as_str(), places.join(", ")));
    }
    for question in &discovery.questions {
        out.line(format!("? {question}"));
    }
    let mut facts: Vec<(&str, Vec<&str>)> = Vec::new();
    for (item, fact) in &discovery.applies {
        match facts.iter_mut().find(|(known, _)| *known == fact.as_str()) {
            Some((_, items)) => items.push(item.as_str()),
            None => facts.push((fact.as_str(), vec![item.as_str()])),
        }
    }
    for (fact, items) in facts {
        out.line(format!("  {fact} makes {} apply", items.join(" ")));
    }
    if let Some(gap) = &discovery.unseen {
        out.line(format!("  not all was read, so more may be in use: {}", gap.says));
    }
}

/// What to do with it.
fn next(name: &AppName, is_known: bool, repo: Option<&str>, discovery: &Discovery) -> String {
    let repo = repo.map_or(String::new(), |it| format!(" --repo {it}"));
    let takes = if is_known { "" } else { " and take the app on" };
    if discovery.proposals.iter().filter(|it| it.field == Field::Folder).count() > 1 {
        return format!(
            "Say which app it is: accept what is its own{takes} with `rescue app discover {name}{repo} --accept FIELD=VALUE`, once for each"
        );
    }
    let disputed = discovery.proposals.iter().find(|it| discovery.is_disputed(it));
    let name_it = disputed.map_or(String::new(), |it| format!(" --accept {}=VALUE for what has a ?,", it.field));
    format!(
        "Accept it{takes} with `rescue app discover {name}{repo} --accept all`;{name_it} or set it yourself with `rescue app edit`"
    )
}

//! `rescue app`: taking on an app, changing what is known of it, closing, erasing, moving it to another machine.

use super::args::{AppCommand, AppFields, ConsentArg};
use super::discover::discover;
use super::list::list;
use super::{close, exit, json, moving, out::Out};
use crate::config::Environment;
use crate::desk::{Desk, fields};
use crate::domain::app::Authorisation;
use crate::domain::{AppName, Consent, FactBody, Foreign, System};
use crate::trouble::Trouble;
use chrono::NaiveTime;
use tokio_util::sync::CancellationToken;

/// `rescue app …`.
///
/// # Errors
/// An unknown or taken name, a field that cannot be, a store that cannot be written.
pub async fn app(
    desk: &Desk,
    command: AppCommand,
    environment: &Environment,
    stop: CancellationToken,
    out: &mut Out<'_>,
) -> Result<u8, Trouble> {
    match command {
        AppCommand::Add { name, fields, look } => {
            let name: AppName = name.parse().map_err(|error: crate::domain::id::NotAName| Trouble::usage(error.to_string()))?;
            let checklist = fields.checklist.clone();
            let mut wanted = wanted(*fields);
            if let (Some(file), None) = (&look, &wanted.url) {
                wanted.url = url::Url::parse(desk.read_look(file)?.look.address.as_str()).ok();
            }
            let (settings, mut remarks) =
                fields::new_app(name.clone(), wanted, desk.endpoints.base(System::Github), desk.clock.now().date_naive())?;
            remarks.extend(desk.add_app_after_look(&settings, checklist.as_deref(), look.as_deref())?);
            for remark in remarks {
                out.say(remark);
            }
            out.line(format!("{name} is taken on; `rescue probe {name}` looks, `rescue` opens the console"));
        }
        AppCommand::List(args) => list(desk, &args, out)?,
        AppCommand::Show { name, json: as_json } => show(desk, &name, as_json, out)?,
        AppCommand::Edit { name, fields: given, clear } => {
            let app = desk.app(&name)?;
            let mut settings = desk.settings(&app)?;
            if let Some(checklist) = &given.checklist {
                desk.adopt(&app, checklist)?;
            }
            fields::clear(&clear, &mut settings)?;
            let remarks =
                fields::apply(wanted(*given), desk.endpoints.base(System::Github), desk.clock.now().date_naive(), &mut settings)?;
            desk.state(&app, FactBody::Settings { settings: Box::new(settings) })?;
            for remark in remarks {
                out.say(remark);
            }
            out.line(format!("{app} is changed"));
        }
        AppCommand::Authorise { name, consent, by, host, until } => {
            let app = desk.app(&name)?;
            if until < desk.clock.now().date_naive() {
                return Err(Trouble::usage(format!("{until} is past")).next("Give the last day on which it counts"));
            }
            let consent = match consent {
                ConsentArg::OutsideIn => Consent::OutsideIn,
                ConsentArg::Active => Consent::Active,
            };
            let end = until.succ_opt().unwrap_or(until).and_time(NaiveTime::MIN).and_utc();
            let authorisation = Authorisation { consent, by: Foreign::new(&by), hosts: host.into_iter().collect(), until: end };
            desk.state(&app, FactBody::Authorised { authorisation })?;
            out.line(format!("{by} permits {consent} looks at {app} until {until}"));
        }
        AppCommand::Close(args) => return close::close(desk, args, out).await,
        AppCommand::Archive { name, back } => {
            let app = desk.app(&name)?;
            let mut settings = desk.settings(&app)?;
            settings.archived = !back;
            desk.state(&app, FactBody::Settings { settings: Box::new(settings) })?;
            out.line(if back { format!("{app} is back") } else { format!("{app} is put away; nothing is erased") });
        }
        AppCommand::Remove { name, confirm } => {
            let app = desk.app(&name)?;
            if confirm.as_deref() != Some(app.as_str()) {
                return Err(Trouble::usage(format!("removing {app} erases every fact of this client for good"))
                    .next(format!("Type its name again: `rescue app remove {app} --confirm {app}`; to only put it away: `rescue app archive {app}`")));
            }
            desk.remove(&app)?;
            out.line(format!("{app} is erased; a receipt stays"));
        }
        AppCommand::Export(args) => return moving::export(desk, &args, environment, out),
        AppCommand::Import(args) => return moving::import(desk, &args, environment, out),
        AppCommand::Discover(args) => return discover(desk, args, stop, out).await,
    }
    Ok(exit::FINE)
}

fn wanted(args: AppFields) -> fields::Fields {
    fields::Fields {
        title: args.title,
        repo: args.repo,
        github: args.github,
        supabase: args.supabase,
        staging: args.staging,
        vercel: args.vercel,
        url: args.url,
        asset_hosts: args.asset_host,
        providers: args.provider,
        openai_project: args.openai_project,
        start: args.start,
        live_since: args.live_since,
        cut_over: args.cut_over,
        weeks: args.weeks,
        ceilings: args.ceiling,
        limits: args.limit,
        agreed_by: args.agreed_by,
        proof: args.proof,
        agreed_on: args.agreed_on,
        labels: args.label,
        people: args.person,
        unused: args.unused,
        stack: args.stack,
    }
}

fn show(desk: &Desk, name: &str, as_json: bool, out: &mut Out<'_>) -> Result<(), Trouble> {
    let settings = desk.settings(&desk.app(name)?)?;
    let document =
        serde_json::to_value(&settings).map_err(|error| Trouble::failed("the settings could not be written").why(error))?;
    if as_json {
        out.json(&json::document(document));
        return Ok(());
    }
    for (field, value) in document.as_object().into_iter().flatten() {
        let empty = value.is_null()
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(serde_json::Map::is_empty);
        if !empty {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            out.line(format!("{field}: {text}"));
        }
    }
    Ok(())
}

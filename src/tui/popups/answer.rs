//! What a filled form states: facts to append, or an app to add. It judges again, because a form may have stood open for an hour.

use crate::desk::fields::{Fields, NewApp};
use crate::desk::statement::{self, Accepting, Statement};
use crate::domain::{ItemId, Target};
use crate::trouble::Trouble;
use crate::tui::effect::Effect;
use crate::tui::pages::Source;
use crate::tui::widgets::form::{Form, read_address, read_asset_hosts, read_day, read_providers};
use crate::tui::world::World;

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    Attest(ItemId),
    Block(ItemId),
    Plan(ItemId),
    Note(ItemId),
    NotApplicable(ItemId),
    Reopen(ItemId),
    Waive(Target),
    /// A leaked secret was replaced.
    Rotated(String),
    ReopenFinding(String),
    AddApp,
    /// The engineer's words at the top of the founder's page.
    TopNote,
    /// The page into a file, which is then opened or not.
    SavePage {
        source: Source,
        open: bool,
    },
}

/// Which field is wrong and why.
type Wrong = (&'static str, String);

/// What the form states.
///
/// # Errors
/// The field that does not read, with the reason: the checks of the fields found nothing, so this is rare.
pub fn answer(purpose: &Purpose, form: &Form, world: &World) -> Result<Effect, Wrong> {
    if *purpose == Purpose::AddApp {
        return new_app(form, world).map(|it| Effect::AddApp(Box::new(it)));
    }
    if matches!(purpose, Purpose::TopNote | Purpose::SavePage { .. }) {
        return super::pages::answer(purpose, form, world);
    }
    let app = world.open.clone().ok_or(("", "no app is open".to_owned()))?;
    let board = world.board.as_deref().ok_or(("", "the app is not read yet".to_owned()))?;
    let today = world.now.date_naive();
    let day = |name: &'static str| match form.text(name) {
        "" => Ok(None),
        text => read_day(text, today).map(Some).map_err(|why| (name, why)),
    };
    let text = |name| form.text(name).to_owned();
    let some = |name| Some(text(name)).filter(|it| !it.is_empty());
    // Where a refusal is shown: the field that the rules of `desk::statement` are about.
    let about = |item: &ItemId, field: &'static str, statement: Statement| {
        statement::about_item(board, item, statement).map_err(|trouble| (field, told(&trouble)))
    };
    let finding = |key: &str| statement::finding(board, key).map_err(|trouble| ("reason", told(&trouble)));
    let accepting = || {
        Ok(Accepting {
            reason: text("reason"),
            until: day("until")?.ok_or(("until", "until when?".to_owned()))?,
            client: some("client"),
            proof: some("proof"),
            founder: some("founder"),
        })
    };
    let body = match purpose {
        Purpose::Attest(item) => about(item, "proof", Statement::Done { proof: text("proof"), founder: some("founder") })?,
        Purpose::Block(item) => {
            let until = day("until")?;
            about(
                item,
                "until",
                Statement::Block {
                    on: text("on"),
                    waits_for: text("what"),
                    until,
                    founder: some("founder"),
                    minutes: some("minutes")
                        .map(|it| it.parse().map_err(|_| ("minutes", "a whole number of minutes".to_owned())))
                        .transpose()?,
                },
            )?
        }
        Purpose::Plan(item) => {
            let week = form.text("week").parse().map_err(|_| ("week", "which week?".to_owned()))?;
            about(item, "week", Statement::Plan { week })?
        }
        Purpose::Note(item) => about(item, "text", Statement::Note { text: text("text"), founder: some("founder") })?,
        Purpose::NotApplicable(item) => about(item, "reason", Statement::NotApplicable { reason: text("reason") })?,
        Purpose::Reopen(item) => about(item, "reason", Statement::Reopen { reason: text("reason") })?,
        Purpose::Waive(Target::Item(item)) => about(item, "until", Statement::Waive(accepting()?))?,
        Purpose::Waive(Target::Finding(key)) => {
            statement::accept_finding(board, finding(key)?, accepting()?).map_err(|trouble| ("until", told(&trouble)))?
        }
        Purpose::Rotated(key) => {
            let on = day("on")?.ok_or(("on", "on which day?".to_owned()))?;
            statement::rotate_finding(board, finding(key)?, on, form.text("proof")).map_err(|trouble| ("on", told(&trouble)))?
        }
        Purpose::ReopenFinding(key) => {
            statement::reopen_finding(finding(key)?, form.text("reason")).map_err(|trouble| ("reason", told(&trouble)))?
        }
        Purpose::AddApp | Purpose::TopNote | Purpose::SavePage { .. } => {
            return Err(("", "this states no fact".to_owned()));
        }
    };
    Ok(Effect::Append { app, bodies: vec![body] })
}

/// A refusal in the one line that there is below a field.
fn told(trouble: &Trouble) -> String {
    match &trouble.next {
        Some(next) => format!("{}: {}", trouble.what, next),
        None => trouble.what.to_string(),
    }
}

/// The app as it was written; what it means is read at the desk, as for `rescue app add`.
fn new_app(form: &Form, world: &World) -> Result<NewApp, Wrong> {
    fn read<T: std::str::FromStr<Err: std::fmt::Display>>(form: &Form, name: &'static str) -> Result<Option<T>, Wrong> {
        match form.text(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|error: T::Err| (name, error.to_string())),
        }
    }
    let today = world.now.date_naive();
    let some = |name| Some(form.text(name).to_owned()).filter(|it| !it.is_empty());
    let name = read(form, "name")?.ok_or(("name", "give it a short name".to_owned()))?;
    let fields = Fields {
        title: some("title"),
        repo: some("repo"),
        supabase: read(form, "supabase")?,
        staging: read(form, "staging")?,
        vercel: read(form, "vercel")?,
        url: some("url").map(|text| read_address(&text)).transpose().map_err(|why| ("url", why))?,
        asset_hosts: read_asset_hosts(form.text("assets")).map_err(|why| ("assets", why))?,
        providers: read_providers(form.text("providers")).map_err(|why| ("providers", why))?,
        live_since: some("live").map(|text| read_day(&text, today)).transpose().map_err(|why| ("live", why))?,
        weeks: read(form, "weeks")?,
        ..Fields::default()
    };
    if fields.staging.is_some() && fields.staging == fields.supabase {
        return Err(("staging", "it is the same project as production: give staging's own".to_owned()));
    }
    Ok(NewApp { name, fields })
}

//! What of an app was written on the command line or in the console's form, and the settings that it means.

use crate::domain::decisions::{Agreement, LIMITED, Term};
use crate::domain::{AppName, AppSettings, AssetHost, Foreign, ItemId, Limit, Person, Slug, SupabaseRef, System, VercelProject};
use crate::repo;
use crate::trouble::Trouble;
use chrono::NaiveDate;
use std::path::PathBuf;

/// Fields of an app as a person gave them; absent ones stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    pub title: Option<String>,
    /// A local checkout, or owner/name.
    pub repo: Option<String>,
    pub github: Option<Slug>,
    pub supabase: Option<SupabaseRef>,
    pub staging: Option<SupabaseRef>,
    pub vercel: Option<VercelProject>,
    pub url: Option<url::Url>,
    pub asset_hosts: Vec<AssetHost>,
    pub providers: Vec<System>,
    pub openai_project: Option<String>,
    pub start: Option<NaiveDate>,
    pub live_since: Option<NaiveDate>,
    pub cut_over: Option<NaiveDate>,
    pub weeks: Option<u8>,
    pub ceilings: Vec<(System, u64)>,
    pub limits: Vec<(ItemId, Limit)>,
    /// Who agreed to these ceilings, limits and this cut-over date, where that is written, and when it was agreed.
    pub agreed_by: Option<String>,
    pub proof: Option<String>,
    pub agreed_on: Option<NaiveDate>,
    /// What the client calls a thing of theirs, by its name.
    pub labels: Vec<(String, String)>,
    pub people: Vec<Person>,
    pub unused: Vec<(System, String)>,
    pub stack: Vec<(String, bool)>,
}

/// An app that somebody wants to take on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApp {
    pub name: AppName,
    pub fields: Fields,
}

/// Settings with `fields` put over them, and remarks for the person who gave them. `github_at`: where GitHub is asked,
/// to recognise a remote of GitHub Enterprise.
///
/// # Errors
/// A usage trouble for a field that cannot be: a repository that is neither there nor owner/name, two projects that are
/// the same, an address with a password in it.
pub fn apply(
    fields: Fields,
    github_at: Option<&url::Url>,
    today: NaiveDate,
    settings: &mut AppSettings,
) -> Result<Vec<String>, Trouble> {
    let mut remarks = Vec::new();
    agreements(&fields, today, settings, &mut remarks)?;
    if let Some(title) = fields.title {
        let title = Foreign::new(title.trim());
        if title.as_str().is_empty() || title.as_str().chars().count() > 120 {
            return Err(Trouble::usage("a title has 1 to 120 characters"));
        }
        settings.title = title;
    }
    if let Some(repo) = fields.repo {
        repository(&repo, github_at, settings, &mut remarks)?;
    }
    if let Some(slug) = fields.github {
        settings.github = Some(slug);
    }
    settings.supabase = fields.supabase.or(settings.supabase.take());
    settings.staging = fields.staging.or(settings.staging.take());
    if settings.staging.is_some() && settings.staging == settings.supabase {
        return Err(Trouble::usage("staging and production are the same Supabase project").next("Give staging's own reference"));
    }
    settings.vercel = fields.vercel.or(settings.vercel.take());
    if let Some(url) = fields.url {
        settings.url = Some(address(url)?);
    }
    settings.asset_hosts.extend(fields.asset_hosts);
    for system in fields.providers {
        if !system.is_metered() {
            return Err(Trouble::usage(format!("{system} is not paid by use, so it is no provider"))
                .next("Providers: openai, anthropic, openrouter, twilio, resend"));
        }
        settings.providers.insert(system);
        settings.unused.remove(&system);
    }
    if let Some(project) = fields.openai_project {
        let fits = !project.is_empty()
            && project.len() <= 100
            && project.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if !fits {
            return Err(
                Trouble::usage("an OpenAI project is an id such as proj_abc123").next("Copy it from the project's settings")
            );
        }
        settings.openai_project = Some(project);
        settings.providers.insert(System::Openai);
    }
    settings.start = fields.start.unwrap_or(settings.start);
    settings.live_since = fields.live_since.or(settings.live_since);
    settings.cut_over = fields.cut_over.or(settings.cut_over);
    settings.weeks = fields.weeks.unwrap_or(settings.weeks);
    for (system, dollars) in fields.ceilings {
        settings.ceilings.insert(system, dollars);
    }
    for (item, limit) in fields.limits {
        let mut read = LIMITED.iter().map(|(of, _)| *of);
        if !read.clone().any(|of| of == item.as_str()) {
            let possible = read.by_ref().collect::<Vec<_>>().join(", ");
            return Err(Trouble::usage(format!("nothing reads a limit of {item}"))
                .next(format!("A limit can be agreed for {possible}, such as --limit BAK-01=24h")));
        }
        settings.limits.insert(item, limit);
    }
    for (name, words) in fields.labels {
        let label = label(&name, &words)?;
        settings.labels.insert(name, label);
    }
    for person in fields.people {
        settings.people.retain(|known| known.name != person.name);
        settings.people.push(person);
    }
    for (system, reason) in fields.unused {
        if settings.subject(system).is_some() {
            return Err(Trouble::usage(format!("{system} is connected, so the app uses it"))
                .next(format!("First `rescue app edit {} --clear {system}`", settings.name)));
        }
        settings.unused.insert(system, Foreign::from(reason));
    }
    settings.stack.extend(fields.stack);
    Ok(remarks)
}

/// Keeps whose word the ceilings, limits and the cut-over date of these fields are. A value that changes without a name loses
/// the name that belonged to the one before.
fn agreements(fields: &Fields, today: NaiveDate, settings: &mut AppSettings, remarks: &mut Vec<String>) -> Result<(), Trouble> {
    let ceilings =
        fields.ceilings.iter().map(|(system, usd)| (Term::Ceiling(*system), settings.ceilings.get(system) == Some(usd)));
    let limits = fields.limits.iter().map(|(item, limit)| (Term::Limit(item.clone()), settings.limits.get(item) == Some(limit)));
    let cut_over = fields.cut_over.map(|day| (Term::CutOver, settings.cut_over == Some(day)));
    let given: Vec<(Term, bool)> = ceilings.chain(limits).chain(cut_over).collect();
    let Some(by) = &fields.agreed_by else {
        if fields.proof.is_some() || fields.agreed_on.is_some() {
            return Err(Trouble::usage("a proof or a day without a name").next("Say who agreed: --agreed-by NAME"));
        }
        for (term, is_same) in given {
            if !is_same && let Some(before) = settings.agreed.remove(&term) {
                remarks.push(format!(
                    "{} had agreed to what it was before; nobody is named for the new one: --agreed-by",
                    before.by
                ));
            }
        }
        return Ok(());
    };
    if given.is_empty() {
        return Err(Trouble::usage("--agreed-by says who agreed to a ceiling, a limit or a cut-over date, and none is given")
            .next("Give it with what was agreed, such as --ceiling openai=200"));
    }
    let short = |text: &str, what: &str| {
        let text = Foreign::new(text.trim());
        match text.as_str().chars().count() {
            1..=500 => Ok(text),
            _ => Err(Trouble::usage(format!("{what} has 1 to 500 characters"))),
        }
    };
    let by = short(by, "a name")?;
    let proof = fields.proof.as_deref().map(|text| short(text, "a proof")).transpose()?;
    let on = fields.agreed_on.unwrap_or(today);
    if on > today {
        return Err(Trouble::usage(format!("{on} has not come yet")).next("Give the day on which it was agreed, UTC"));
    }
    if proof.is_none() {
        remarks.push("nothing says where it is written: --proof names a mail, a contract or a link".to_owned());
    }
    if crate::domain::decisions::side(settings, &by).is_none() && !fields.people.iter().any(|it| it.name == by) {
        remarks.push(format!("{by} is none of the app's people: --person client:{by} says on whose side"));
    }
    for (term, _) in given {
        settings.agreed.insert(term, Agreement { by: by.clone(), proof: proof.clone(), on });
    }
    Ok(())
}

fn repository(
    text: &str,
    github_at: Option<&url::Url>,
    settings: &mut AppSettings,
    remarks: &mut Vec<String>,
) -> Result<(), Trouble> {
    let path = &from_home(text);
    let is_there = path.exists();
    if !is_there && let Ok(slug) = text.parse::<Slug>() {
        settings.github = Some(slug);
        return Ok(());
    }
    let looks_like_a_slug = text.parse::<Slug>().is_ok();
    if is_there && looks_like_a_slug && !text.starts_with('.') {
        remarks.push(format!(
            "{text} is a folder here and is taken as a checkout; for the repository at GitHub give --github {text}"
        ));
    }
    if !is_there {
        return Err(Trouble::usage(format!(
            "`{}` is neither a folder here nor owner/name at GitHub",
            Foreign::new(text).cut(80)
        ))
        .next("Give the path of a checkout, or owner/name"));
    }
    let checkout = repo::identify(path).map_err(|problem| Trouble::usage(problem.to_string()))?;
    settings.path = Some(checkout.root.clone());
    match &checkout.git {
        None => remarks.push("it is not a git repository, so tracked and ignored files cannot be told apart".to_owned()),
        Some(git) => {
            if let Some(slug) = git.origin.as_ref().and_then(|origin| origin.github(github_at)) {
                remarks.push(format!("its remote is {slug} at GitHub"));
                settings.github = Some(slug.clone());
            }
            if git.shallow {
                remarks.push("it is a shallow clone: older commits are missing here".to_owned());
            }
        }
    }
    Ok(())
}

/// A label names one table, bucket or such, and is one short phrase: it stands in sentences for the founder.
fn label(name: &str, words: &str) -> Result<Foreign, Trouble> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.chars().count() > 80 || !name.chars().all(is_name) {
        return Err(Trouble::usage(format!("`{}` is no name of a table or bucket", Foreign::new(name).cut(60)))
            .next("Give the name alone, without its schema, such as messages=\"private chats\""));
    }
    let words = Foreign::new(words.trim());
    if words.as_str().is_empty() || words.as_str().chars().count() > 60 {
        return Err(Trouble::usage("a label has 1 to 60 characters")
            .next("Say in the client's words what it holds, such as private chats"));
    }
    Ok(words)
}

/// `~` and `~/…` as a shell reads them: a form has no shell, and a quoted path on a command line was never read by one.
#[must_use]
pub fn from_home(text: &str) -> PathBuf {
    let below = if text == "~" { Some("") } else { text.strip_prefix("~/") };
    match (below, directories::BaseDirs::new()) {
        (Some(below), Some(known)) => known.home_dir().join(below),
        _ => PathBuf::from(text),
    }
}

fn address(url: url::Url) -> Result<url::Url, Trouble> {
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(Trouble::usage("an address begins with https:// and names a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Trouble::usage("the address has a user name or password in it").next("Give it without"));
    }
    Ok(url)
}

/// Forgets fields by name.
///
/// # Errors
/// A name that is no field.
pub fn clear(names: &[String], settings: &mut AppSettings) -> Result<(), Trouble> {
    for name in names {
        let (field, which) = name.split_once('=').map_or((name.as_str(), None), |(field, which)| (field, Some(which)));
        let system = || which.and_then(|it| it.parse::<System>().ok());
        let known = match (field, which) {
            ("repo", None) => {
                settings.path = None;
                settings.github = None;
                true
            }
            ("github", None) => forget(&mut settings.github),
            ("supabase", None) => forget(&mut settings.supabase),
            ("staging", None) => forget(&mut settings.staging),
            ("vercel", None) => forget(&mut settings.vercel),
            ("url", None) => forget(&mut settings.url),
            ("live-since", None) => forget(&mut settings.live_since),
            ("cut-over", None) => {
                settings.agreed.remove(&Term::CutOver);
                forget(&mut settings.cut_over)
            }
            ("openai-project", None) => forget(&mut settings.openai_project),
            ("asset-host", Some(host)) => host.parse::<AssetHost>().is_ok_and(|it| settings.asset_hosts.remove(&it)),
            ("provider", Some(_)) => system().is_some_and(|it| settings.providers.remove(&it)),
            ("ceiling", Some(_)) => system().is_some_and(|it| {
                settings.agreed.remove(&Term::Ceiling(it));
                settings.ceilings.remove(&it).is_some()
            }),
            ("unused", Some(_)) => system().is_some_and(|it| settings.unused.remove(&it).is_some()),
            ("limit", Some(item)) => {
                settings.agreed.retain(|term, _| !matches!(term, Term::Limit(of) if of.as_str() == item));
                settings.limits.remove(item).is_some()
            }
            ("label", Some(name)) => settings.labels.remove(name).is_some(),
            ("stack", Some(fact)) => settings.stack.remove(fact).is_some(),
            ("person", Some(person)) => {
                let before = settings.people.len();
                settings.people.retain(|known| known.name != person);
                settings.people.len() < before
            }
            _ => false,
        };
        if !known {
            return Err(Trouble::usage(format!("there is no field `{}` to clear", Foreign::new(name).cut(60)))
                .next("See `rescue app edit --help` for the names"));
        }
    }
    Ok(())
}

/// The settings of a new app.
///
/// # Errors
/// As [`apply`].
pub fn new_app(
    name: AppName,
    fields: Fields,
    github_at: Option<&url::Url>,
    today: NaiveDate,
) -> Result<(AppSettings, Vec<String>), Trouble> {
    let mut settings = AppSettings::new(name, today);
    let remarks = apply(fields, github_at, today, &mut settings)?;
    Ok((settings, remarks))
}

/// Clearing what is already clear is fine.
fn forget<T>(field: &mut Option<T>) -> bool {
    *field = None;
    true
}

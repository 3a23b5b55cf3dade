//! Files that say where the app runs, and which projects of vendors tracked files name. A file is a plan: whether anything
//! runs there says the host.

use super::json;
use crate::repo::crons;
use crate::repo::place::{At, folder, name};
use crate::repo::yaml;
use serde_json::Value;
use strum::{Display, IntoStaticStr};

/// A host by its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostFile {
    pub kind: HostKind,
    pub path: String,
    /// Paths that the host calls on a schedule, with the schedule, where the file says so.
    pub crons: Vec<(String, String)>,
}

/// Where an app can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, IntoStaticStr)]
pub enum HostKind {
    Vercel,
    Netlify,
    #[strum(serialize = "Cloudflare")]
    Cloudflare,
    #[strum(serialize = "Firebase App Hosting")]
    AppHosting,
    #[strum(serialize = "Firebase Hosting")]
    Firebase,
    #[strum(serialize = "Fly.io")]
    Fly,
    Render,
    Railway,
    #[strum(serialize = "Heroku")]
    Heroku,
    #[strum(serialize = "Expo Application Services")]
    Eas,
    #[strum(serialize = "a container")]
    Container,
    #[strum(serialize = "AWS Amplify")]
    Amplify,
    #[strum(serialize = "Google App Engine")]
    AppEngine,
    #[strum(serialize = "Supabase")]
    Supabase,
}

fn kind(path: &str) -> Option<HostKind> {
    Some(match name(path) {
        "vercel.json" => HostKind::Vercel,
        "netlify.toml" => HostKind::Netlify,
        "wrangler.toml" | "wrangler.json" | "wrangler.jsonc" => HostKind::Cloudflare,
        "apphosting.yaml" | "apphosting.yml" => HostKind::AppHosting,
        "firebase.json" => HostKind::Firebase,
        "fly.toml" => HostKind::Fly,
        "render.yaml" | "render.yml" => HostKind::Render,
        "railway.json" | "railway.toml" => HostKind::Railway,
        "Procfile" => HostKind::Heroku,
        "eas.json" => HostKind::Eas,
        "Dockerfile" => HostKind::Container,
        "amplify.yml" => HostKind::Amplify,
        "app.yaml" if folder(path).is_empty() => HostKind::AppEngine,
        "config.toml" if folder(path).rsplit('/').next() == Some("supabase") => HostKind::Supabase,
        _ => return None,
    })
}

pub(super) fn wants(path: &str) -> bool {
    kind(path).is_some()
        || path.ends_with(".vercel/project.json")
        || name(path) == ".firebaserc"
        || path.ends_with("supabase/.temp/project-ref")
}

pub(super) fn of_file(path: &str, text: &str) -> Option<HostFile> {
    let kind = kind(path)?;
    let crons = if kind == HostKind::Vercel { vercel_crons(path, text) } else { Vec::new() };
    Some(HostFile { kind, path: path.to_owned(), crons })
}

fn vercel_crons(path: &str, text: &str) -> Vec<(String, String)> {
    crons::read(path, text).into_iter().flatten().map(|it| (it.path, it.schedule)).collect()
}

/// A project of a vendor that a tracked file names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    pub kind: LinkKind,
    pub id: String,
    /// How the file calls it, such as an alias of Firebase or a variable.
    pub called: Option<String>,
    pub at: At,
}

/// What a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// `prj_…`.
    VercelProject,
    /// `team_…`, or a person's own.
    VercelTeam,
    FirebaseProject,
    /// The twenty letters of a hosted project.
    SupabaseProject,
}

/// The projects that a file of a vendor's tool names. An error when the file is not of its form.
pub(super) fn links(path: &str, text: &str) -> Result<Vec<Link>, ()> {
    if path.ends_with(".vercel/project.json") {
        let whole = json::read(text).ok_or(())?;
        let link = |key: &str, kind: LinkKind| {
            let id = whole.get(key)?.as_str()?.to_owned();
            let called = whole.get("projectName").and_then(Value::as_str).map(str::to_owned);
            Some(Link { kind, called, at: At::new(path, json::line_of(text, key, &id)), id })
        };
        return Ok([("projectId", LinkKind::VercelProject), ("orgId", LinkKind::VercelTeam)]
            .into_iter()
            .filter_map(|(key, kind)| link(key, kind))
            .collect());
    }
    if name(path) == ".firebaserc" {
        let whole = json::read(text).ok_or(())?;
        let projects = whole.get("projects").and_then(Value::as_object).into_iter().flatten();
        let lines = json::KeyLines::of(text);
        return Ok(projects
            .filter_map(|(alias, id)| {
                let (kind, id) = (LinkKind::FirebaseProject, id.as_str()?.to_owned());
                Some(Link { kind, called: Some(alias.clone()), at: At::new(path, lines.of_key(alias, &id)), id })
            })
            .collect());
    }
    if path.ends_with("supabase/.temp/project-ref") {
        return Ok(supabase_ref(text.trim()).map(|id| supabase(path, 1, id, None)).into_iter().collect());
    }
    if kind(path) == Some(HostKind::Supabase) {
        let mut links = Vec::new();
        for (line, content) in (1_u32..).zip(text.lines()) {
            let Some((key, value)) = content.split_once('=') else { continue };
            let value = value.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
            // The initial value is the folder's name: only the letters of a hosted project are one.
            if key.trim() == "project_id" {
                links.extend(supabase_ref(value).map(|id| supabase(path, line, id, None)));
            }
        }
        return Ok(links);
    }
    if matches!(kind(path), Some(HostKind::Render | HostKind::AppHosting))
        && yaml::read(text).is_none()
        && !text.trim().is_empty()
    {
        return Err(());
    }
    Ok(Vec::new())
}

pub(super) fn supabase(path: &str, line: u32, id: &str, called: Option<String>) -> Link {
    Link { kind: LinkKind::SupabaseProject, id: id.to_owned(), called, at: At::new(path, line) }
}

/// The reference of a hosted project: twenty small letters (`apis/supabase.md`).
pub(super) fn supabase_ref(text: &str) -> Option<&str> {
    (text.len() == 20 && text.bytes().all(|it| it.is_ascii_lowercase())).then_some(text)
}

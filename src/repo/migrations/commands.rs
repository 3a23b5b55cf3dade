//! Where the repository's own files apply migrations: scripts of packages, workflows, hosts' settings, shell scripts. A line
//! that stands there is an intent; whether it ever runs is not to be seen here. What a step of a workflow runs is given by
//! whoever read the workflow.

use crate::repo::project::json::KeyLines;
use crate::repo::workflows::command::lines as shell_lines;
use crate::repo::workflows::{Step, Workflows};

/// What a command does to a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Does {
    /// Applies the migrations that are missing.
    Applies,
    /// Makes the schema equal to a description, past the list of migrations.
    Pushes,
    /// Applies them to a database on the machine that runs it.
    Locally,
    /// Runs SQL by hand.
    Raw,
}

/// In what kind of file it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// A script of `package.json` that hosts or tools run by themselves.
    DeployScript,
    /// Any other script of `package.json`.
    Script,
    Workflow,
    /// Settings of a host, a container's start.
    Host,
    Shell,
}

/// One line that applies something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Command {
    pub path: String,
    pub line: u32,
    pub does: Does,
    pub stands: Where,
    /// The script's name, or the command itself.
    pub what: String,
}

/// What is looked for, and what it does.
const KNOWN: [(&str, Does); 28] = [
    ("supabase db push", Does::Applies),
    ("supabase migration up", Does::Locally),
    ("supabase db reset", Does::Locally),
    ("supabase start", Does::Locally),
    ("supabase db start", Does::Locally),
    ("supabase db lint", Does::Locally),
    ("supabase test db", Does::Locally),
    ("prisma migrate deploy", Does::Applies),
    ("prisma migrate dev", Does::Locally),
    ("prisma migrate reset", Does::Locally),
    ("prisma db push", Does::Pushes),
    ("prisma db execute", Does::Raw),
    ("drizzle-kit migrate", Does::Applies),
    ("drizzle-kit push", Does::Pushes),
    ("drizzle-kit up", Does::Locally),
    ("knex migrate:latest", Does::Applies),
    ("node-pg-migrate up", Does::Applies),
    ("typeorm migration:run", Does::Applies),
    ("sequelize db:migrate", Does::Applies),
    ("sequelize-cli db:migrate", Does::Applies),
    ("dbmate up", Does::Applies),
    ("dbmate migrate", Does::Applies),
    ("atlas migrate apply", Does::Applies),
    ("atlas schema apply", Does::Pushes),
    ("flyway migrate", Does::Applies),
    ("goose up", Does::Applies),
    ("psql ", Does::Raw),
    ("pgroll ", Does::Applies),
];

/// Scripts that package managers and hosts run by themselves.
const RUN_BY_HOSTS: [&str; 12] = [
    "build",
    "prebuild",
    "postbuild",
    "start",
    "prestart",
    "vercel-build",
    "now-build",
    "heroku-postbuild",
    "deploy",
    "predeploy",
    "release",
    "postinstall",
];

/// Whether a file may hold one.
pub(super) fn may_be(path: &str) -> bool {
    place(path).is_some()
}

fn place(path: &str) -> Option<Where> {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let hosts = [
        "vercel.json",
        "netlify.toml",
        "fly.toml",
        "railway.json",
        "railway.toml",
        "render.yaml",
        "procfile",
        "nixpacks.toml",
        "app.json",
        "amplify.yml",
        "buildspec.yml",
        "docker-compose.yml",
        "compose.yml",
        "docker-compose.yaml",
        "compose.yaml",
    ];
    if name == "package.json" {
        Some(Where::Script)
    } else if name == ".gitlab-ci.yml" || lower.ends_with(".circleci/config.yml") {
        Some(Where::Workflow)
    } else if hosts.contains(&name) || name.starts_with("dockerfile") {
        Some(Where::Host)
    } else if [".sh", ".bash", ".ps1"].iter().any(|it| name.ends_with(it)) || name == "makefile" || name == "justfile" {
        Some(Where::Shell)
    } else {
        None
    }
}

/// Reads a file's commands.
pub(super) fn read(path: &str, text: &str) -> Vec<Command> {
    match place(path) {
        Some(Where::Script) => scripts(path, text),
        Some(stands) => lines(path, text, stands),
        None => Vec::new(),
    }
}

fn lines(path: &str, text: &str, stands: Where) -> Vec<Command> {
    let mut found = Vec::new();
    for (line, text) in (1_u32..).zip(text.lines()) {
        let bare = text.trim();
        let is_comment =
            bare.starts_with('#') || bare.starts_with("//") || bare.starts_with("echo ") || bare.starts_with("- name:");
        if is_comment || bare.len() > 4_000 {
            continue;
        }
        for (does, what) in known(bare) {
            found.push(Command { path: path.to_owned(), line, does, stands, what });
        }
    }
    found
}

fn scripts(path: &str, text: &str) -> Vec<Command> {
    let read: Option<serde_json::Value> = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok();
    let Some(scripts) = read.as_ref().and_then(|it| it.get("scripts")?.as_object()) else { return Vec::new() };
    let lines = KeyLines::of(text);
    let mut found = Vec::new();
    for (name, script) in scripts {
        let Some(script) = script.as_str() else { continue };
        let line = lines.of_key(name, script.split(['"', '\\']).next().unwrap_or_default());
        let by_hosts = RUN_BY_HOSTS.contains(&name.as_str())
            || RUN_BY_HOSTS
                .iter()
                .any(|it| scripts.get(*it).and_then(serde_json::Value::as_str).is_some_and(|it| calls(it, name)));
        let stands = if by_hosts { Where::DeployScript } else { Where::Script };
        for (does, what) in known(script) {
            found.push(Command { path: path.to_owned(), line, does, stands, what: format!("{name}: {what}") });
        }
    }
    found
}

/// The commands of what the repository's workflows and actions run: their own scripts, what they hand to actions, and the
/// scripts of packages that they call.
pub(super) fn of_workflows(workflows: &Workflows) -> Vec<Command> {
    let steps = workflows.files.iter().flat_map(|file| {
        let steps = file.jobs.iter().flat_map(|it| &it.steps);
        steps.map(move |step| (file.path.as_str(), step))
    });
    let actions = workflows.actions.iter().flat_map(|it| it.steps.iter().map(move |step| (it.path.as_str(), step)));
    let mut found: Vec<Command> = steps.chain(actions).flat_map(|(path, step)| of_step(path, step)).collect();
    found.sort();
    found.dedup();
    found
}

fn of_step(path: &str, step: &Step) -> Vec<Command> {
    let made =
        |line: u32, (does, what): (Does, String)| Command { path: path.to_owned(), line, does, stands: Where::Workflow, what };
    let run = step.run.iter().flat_map(|it| shell_lines(it)).map(|(before, text)| (step.run_line + before, text));
    let handed = step.with.values().flat_map(|it| shell_lines(it)).map(|(_, text)| (step.line, text));
    let written = run.chain(handed).filter(|(_, text)| !text.starts_with("echo "));
    let written = written.flat_map(|(line, text)| known(&text).into_iter().map(move |it| (line, it)));
    // `npm run db:push`: what the script does stands behind the arrow.
    let through = step.work.iter().filter_map(|it| Some((it.line, it.says.rsplit_once(" → ")?.1)));
    let through = through.flat_map(|(line, text)| known(text).into_iter().map(move |it| (line, it)));
    written.chain(through).map(|(line, it)| made(line, it)).collect()
}

/// Whether a script runs another one by its name.
fn calls(script: &str, name: &str) -> bool {
    let runners = ["npm run", "pnpm run", "pnpm", "yarn run", "yarn", "bun run", "bun"];
    script.split(['&', ';', '|']).any(|part| {
        let part = part.trim();
        runners.iter().any(|it| part.strip_prefix(it).is_some_and(|rest| rest.trim() == name))
    })
}

fn known(text: &str) -> Vec<(Does, String)> {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ") + " ";
    let mut found = Vec::new();
    for (words, does) in KNOWN {
        let Some(at) = plain.find(words) else { continue };
        // `npx supabase db push` and `./node_modules/.bin/prisma …` are the same command; `mysupabase …` is none.
        let before = at.checked_sub(1).and_then(|at| plain.as_bytes().get(at)).copied().unwrap_or(b' ');
        if !before.is_ascii_alphanumeric() && before != b'-' && before != b'_' {
            let rest = plain.get(at..).unwrap_or_default();
            let local =
                does == Does::Applies && (rest.contains("--local") || rest.contains("127.0.0.1") || rest.contains("localhost"));
            let linked = words == "supabase migration up" && (rest.contains("--linked") || rest.contains("--db-url"));
            let does = if local {
                Does::Locally
            } else if linked {
                Does::Applies
            } else {
                does
            };
            found.push((does, words.trim().to_owned()));
        }
    }
    found
}

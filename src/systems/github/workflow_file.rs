//! A workflow file of GitHub Actions as facts: what starts it, which jobs it has, and which of their steps dump, restore
//! or migrate a database. Keeps no script, no variable and no secret's name; says nothing of whether it ever ran.

use crate::domain::Foreign;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A larger file was made by a machine.
const MOST_BYTES: usize = 512 << 10;
/// More jobs or steps than a person writes are counted as not understood.
const MOST_PARTS: usize = 500;

/// What a workflow file says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WorkflowFile {
    /// The events that start it.
    pub triggers: Vec<Foreign>,
    /// Its schedules, as written (UTC).
    pub schedules: Vec<Foreign>,
    pub jobs: Vec<JobFile>,
    /// Why it could not be understood; then nothing above says anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Foreign>,
}

/// A job as it is declared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JobFile {
    pub id: Foreign,
    /// Its name, or else its id; with expressions in it, the runs have other names.
    pub name: Foreign,
    /// Ids of the jobs that must succeed before.
    pub needs: Vec<Foreign>,
    pub place: Place,
    pub steps: Vec<StepFile>,
}

/// A step that does something with a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFile {
    /// Its name; without one, GitHub calls it after its script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Foreign>,
    pub does: Deed,
    pub place: Place,
    /// A failure of it may end green: `|| true`, `continue-on-error`, a pipe without `pipefail`.
    pub may_hide_failure: bool,
    /// A dump of the schema or the roles: restored, it holds no row.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_rows: bool,
}

/// What a step does with a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Dump,
    Restore,
    Migrate,
}

/// Where a step works, by the words beside it. A guess of ours; never a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Local,
    Staging,
    Production,
    #[default]
    Unsaid,
}

const DUMPS: [&str; 9] = [
    "pg_dump",
    "pg_dumpall",
    "pg_basebackup",
    "supabase db dump",
    "mongodump",
    "mysqldump",
    "firestore export",
    "gcloud sql export",
    "wal-g backup-push",
];
const RESTORES: [&str; 4] = ["pg_restore", "mongorestore", "firestore import", "gcloud sql import"];
const MIGRATES: [&str; 16] = [
    "supabase db push",
    "supabase migration up",
    "prisma migrate deploy",
    "drizzle-kit migrate",
    "knex migrate:latest",
    "sequelize db:migrate",
    "sequelize-cli db:migrate",
    "typeorm migration:run",
    "alembic upgrade",
    "rails db:migrate",
    "flyway migrate",
    "atlas migrate apply",
    "dbmate up",
    "manage.py migrate",
    "db:migrate",
    "migrate:deploy",
];
/// Start an own database, or fill it with the migrations.
const LOCAL: [&str; 3] = ["supabase start", "supabase db reset", "supabase db start"];

impl WorkflowFile {
    /// Reads a file's text. Total: what cannot be understood is told in `broken`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let broken = |why: &str| Self { broken: Some(why.into()), ..Self::default() };
        if text.len() > MOST_BYTES {
            return broken("larger than 512 KiB");
        }
        // The parser bounds aliases, depth and size itself, and reads `on` as a word (YAML 1.2).
        let Ok(Value::Object(root)) = serde_saphyr::from_str::<Value>(text) else { return broken("no YAML that can be read") };
        let Some(on) = root.get("on").or_else(|| root.get("true")) else { return broken("nothing says what starts it") };
        let triggers: Vec<Foreign> = match on {
            Value::String(one) => vec![Foreign::new(one)],
            Value::Array(list) => list.iter().filter_map(Value::as_str).map(Foreign::new).collect(),
            Value::Object(map) => map.keys().map(Foreign::new).collect(),
            _ => return broken("what starts it is no word, list or map"),
        };
        let schedules = on.get("schedule").and_then(Value::as_array).into_iter().flatten();
        let schedules = schedules.filter_map(|it| it.get("cron")?.as_str()).map(Foreign::new).collect();
        let Some(Value::Object(jobs)) = root.get("jobs") else { return broken("it has no jobs") };
        if jobs.len() > MOST_PARTS {
            return broken("more jobs than a person writes");
        }
        let shell = run_shell(&root);
        Self { triggers, schedules, jobs: jobs.iter().map(|(id, job)| job_of(id, job, shell.as_deref())).collect(), broken: None }
    }

    /// Whether that event starts it.
    #[must_use]
    pub fn starts_on(&self, event: &str) -> bool {
        self.triggers.iter().any(|it| it == event)
    }

    /// Whether a step of it does this.
    #[must_use]
    pub fn does(&self, deed: Deed) -> bool {
        self.steps(deed).next().is_some()
    }

    /// The steps that do this, with their jobs.
    pub fn steps(&self, deed: Deed) -> impl Iterator<Item = (&JobFile, &StepFile)> {
        self.jobs.iter().flat_map(|job| job.steps.iter().map(move |step| (job, step))).filter(move |(_, step)| step.does == deed)
    }
}

fn run_shell(within: &Map<String, Value>) -> Option<String> {
    let shell = within.get("defaults")?.get("run")?.get("shell")?.as_str()?;
    Some(shell.to_owned())
}

fn job_of(id: &str, job: &Value, shell: Option<&str>) -> JobFile {
    let name = job.get("name").and_then(Value::as_str).unwrap_or(id);
    let needs = match job.get("needs") {
        Some(Value::String(one)) => vec![Foreign::new(one)],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(Foreign::new).collect(),
        _ => Vec::new(),
    };
    let environment = job.get("environment").and_then(|it| it.as_str().or_else(|| it.get("name")?.as_str())).unwrap_or_default();
    let place = place_in(&[environment]).or_else(|| place_in(&[id, name])).unwrap_or_default();
    let own_shell = job.as_object().and_then(run_shell);
    let shell = own_shell.as_deref().or(shell);
    let steps = job.get("steps").and_then(Value::as_array).into_iter().flatten().take(MOST_PARTS);
    let mut steps: Vec<(bool, Option<StepFile>)> = steps.map(|step| step_of(step, place, shell)).collect();
    // What comes after an own database was started works on that, unless it says otherwise.
    let mut has_own = job.get("services").and_then(Value::as_object).is_some_and(|it| !it.is_empty());
    for (starts_own, step) in &mut steps {
        has_own |= *starts_own;
        if let Some(step) = step
            && has_own
            && step.place == Place::Unsaid
        {
            step.place = Place::Local;
        }
    }
    let steps = steps.into_iter().filter_map(|(_, step)| step).collect();
    JobFile { id: Foreign::new(id), name: Foreign::new(name), needs, place, steps }
}

/// Whether it starts a database of the job's own, and what it does with one.
fn step_of(step: &Value, job_place: Place, shell: Option<&str>) -> (bool, Option<StepFile>) {
    let name = step.get("name").and_then(Value::as_str);
    let (run, uses) = (text(step, "run"), text(step, "uses"));
    // A comment runs nothing.
    let script: String = run.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
    let lower = script.to_lowercase();
    let starts_own = LOCAL.iter().any(|it| lower.contains(it));
    let migrates_own = lower.contains("supabase db reset") && !lower.contains("--linked");
    let does = if DUMPS.iter().any(|it| lower.contains(it)) || uses.contains("backup") {
        Deed::Dump
    } else if RESTORES.iter().any(|it| lower.contains(it)) {
        Deed::Restore
    } else if MIGRATES.iter().any(|it| lower.contains(it)) || migrates_own {
        Deed::Migrate
    } else {
        return (starts_own, None);
    };
    let environment: Vec<String> =
        step.get("env").and_then(Value::as_object).into_iter().flatten().map(|(key, value)| format!("{key} {value}")).collect();
    let environment: Vec<&str> = environment.iter().map(String::as_str).collect();
    let is_local = migrates_own || lower.contains("--local") || lower.contains("localhost") || lower.contains("127.0.0.1");
    let said = if is_local {
        Some(Place::Local)
    } else {
        place_in(&[name.unwrap_or_default(), &lower]).or_else(|| place_in(&environment))
    };
    let shell = step.get("shell").and_then(Value::as_str).or(shell);
    let goes_on = step.get("continue-on-error").is_some_and(|it| *it != Value::Bool(false));
    let swallows = ["|| true", "|| echo", "|| :", "|| exit 0", "set +e"].iter().any(|it| lower.contains(it));
    // GitHub's default is `bash -e`; `shell: bash` is `bash -eo pipefail`.
    let pipes = lower.replace("||", "").contains('|') && !lower.contains("pipefail") && shell != Some("bash");
    let step = StepFile {
        name: name.map(Foreign::new),
        does,
        place: said.unwrap_or(job_place),
        may_hide_failure: goes_on || swallows || (pipes && does == Deed::Dump),
        without_rows: does == Deed::Dump && dumps_no_row(&lower),
    };
    (starts_own, Some(step))
}

/// Whether every dump of a script, in small letters, leaves the rows behind. Without `--data-only` the command line of Supabase
/// dumps the schema alone, with `--role-only` the roles (supabase/cli: docs/supabase/db/dump.md).
fn dumps_no_row(script: &str) -> bool {
    let joined = script.replace("\\\n", " ");
    let mut dumps = joined.split(['\n', ';', '|', '&']).filter(|it| DUMPS.iter().any(|tool| it.contains(tool))).peekable();
    let is_bare = |command: &str| {
        let has = |any: &[&str]| command.split_whitespace().any(|word| any.contains(&word));
        if command.contains("supabase db dump") {
            !has(&["--data-only", "--data-only=true"])
        } else {
            let postgres = has(&["--schema-only", "-s", "--roles-only", "--globals-only", "-g"]);
            (command.contains("pg_dump") && postgres) || (command.contains("mysqldump") && has(&["--no-data", "-d"]))
        }
    };
    dumps.peek().is_some() && dumps.all(is_bare)
}

fn text(step: &Value, key: &str) -> String {
    step.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What the words say; nothing when they say both.
fn place_in(texts: &[&str]) -> Option<Place> {
    let (mut staging, mut production) = (false, false);
    for text in texts {
        for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
            staging |= matches!(word, "staging" | "stage" | "stg" | "preview" | "preprod" | "uat");
            production |= matches!(word, "production" | "prod" | "live");
        }
    }
    match (staging, production) {
        (true, false) => Some(Place::Staging),
        (false, true) => Some(Place::Production),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

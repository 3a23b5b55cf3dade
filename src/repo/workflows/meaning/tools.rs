//! Tables of what tools and actions are for. A tool that is not here is not guessed.

use super::{Command, Meaning, Project, Soft};
use std::collections::BTreeMap;

/// Scripts of packages that a command calls.
pub(super) struct Called {
    pub names: Vec<String>,
    /// Of any package, not only of the one in the folder.
    pub everywhere: bool,
}

/// Commands that package managers have themselves; other words are names of scripts.
const OWN_COMMANDS: [&str; 32] = [
    "add", "audit", "cache", "ci", "config", "create", "dedupe", "dlx", "exec", "i", "import", "info", "init", "install", "link",
    "list", "ls", "outdated", "pack", "prune", "publish", "rebuild", "remove", "run", "set", "store", "unlink", "up", "update",
    "upgrade", "version", "why",
];

/// The scripts that a command calls by a package manager or a task runner.
pub(super) fn scripts_called(command: &Command) -> Option<Called> {
    let first = command.word(0);
    let everywhere =
        ["-r", "--recursive", "-w", "--workspace", "--workspaces", "-ws", "--filter", "-F", "workspace", "workspaces"]
            .iter()
            .any(|it| command.has(it))
            || ["--filter=", "--workspace="].iter().any(|it| command.has_start(it));
    let positional = |skip: usize| {
        let mut words = command.words.iter().skip(skip).peekable();
        let mut found: Vec<String> = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--filter" | "-F" | "--workspace" | "-w" | "-C" | "--dir" | "--prefix" | "--cwd" | "workspace" => {
                    words.next();
                }
                "--" => break,
                it if it.starts_with('-') => {}
                _ => found.push(word.clone()),
            }
        }
        found
    };
    let one = |names: Vec<String>, everywhere: bool| {
        let name = names.into_iter().find(|it| !matches!(it.as_str(), "run" | "run-script" | "foreach" | "workspaces"))?;
        Some(Called { names: vec![name], everywhere })
    };
    match first {
        "npm" => {
            let words = positional(1);
            match words.first().map(String::as_str)? {
                "run" | "run-script" => one(words, everywhere),
                "test" | "t" | "tst" => Some(Called { names: vec!["test".to_owned()], everywhere }),
                "start" => Some(Called { names: vec!["start".to_owned()], everywhere }),
                _ => None,
            }
        }
        "pnpm" | "yarn" | "bun" => {
            let words = positional(1);
            let named = words.first().map(String::as_str)?;
            if matches!(named, "run" | "workspaces") || !OWN_COMMANDS.contains(&named) { one(words, everywhere) } else { None }
        }
        "turbo" | "lerna" | "run-s" | "run-p" | "npm-run-all" | "npm-run-all2" | "wsrun" => {
            let names = positional(1).into_iter().filter(|it| it != "run").collect();
            Some(Called { names, everywhere: matches!(first, "turbo" | "lerna" | "wsrun") })
        }
        "nx" => {
            let listed = command.words.iter().flat_map(|it| it.split([',', '=', ':']));
            let skipped = ["nx", "run-many", "affected", "run", "--target", "--targets", "-t"];
            let names = listed.filter(|it| !skipped.contains(it) && !it.starts_with('-')).map(str::to_owned).collect();
            Some(Called { names, everywhere: true })
        }
        _ => None,
    }
}

/// What a script is meant for, by its name.
pub(super) fn by_script_name(name: &str) -> Option<Meaning> {
    let first = name.split([':', '-']).next().unwrap_or(name);
    match (name, first) {
        ("typecheck" | "type-check" | "check-types" | "types" | "tsc", _) => Some(Meaning::Types),
        (_, "lint") => Some(Meaning::Lint),
        ("e2e" | "test:e2e", _) => Some(Meaning::EndToEnd),
        (_, "test") => Some(Meaning::Test),
        (_, "build") => Some(Meaning::Build),
        _ => None,
    }
}

/// What a command is for, when it calls a known tool, and what of itself makes it soft.
#[expect(clippy::unnested_or_patterns, reason = "a table: one kind of tool a line")]
pub(super) fn of_command(command: &Command, project: &Project, folder: &str) -> Option<(Meaning, Option<Soft>)> {
    let tool = command.word(0).rsplit('/').next().unwrap_or_default();
    let (second, third) = (command.word(1), command.word(2));
    if let Some(found) = of_database(command, tool) {
        return Some(found);
    }
    let no_tests = ["--passWithNoTests", "--pass-with-no-tests"].iter().any(|it| command.has(it));
    let no_tests = no_tests.then_some(Soft::PassWithNoTests);
    let meaning = match (tool, second) {
        ("npm", "ci" | "clean-install") | ("bun", "ci") => Meaning::InstallFrozen,
        ("npm" | "pnpm" | "yarn" | "bun", "audit") | ("osv-scanner" | "snyk" | "audit-ci", _) => Meaning::Audit,
        ("npm" | "pnpm" | "yarn" | "bun", "install" | "i" | "") => return install(command, tool, project, folder),
        ("yarn", flag) if flag.starts_with('-') && !command.words.iter().skip(1).any(|it| !it.starts_with('-')) => {
            return install(command, tool, project, folder);
        }
        ("tsc" | "vue-tsc" | "svelte-check" | "tsgo", _) => {
            if command.has("--version") || command.has("-v") {
                return None;
            }
            Meaning::Types
        }
        ("astro" | "deno", "check") | ("nuxi" | "nuxt", "typecheck") => Meaning::Types,
        ("eslint" | "oxlint" | "stylelint" | "standard" | "xo" | "tslint", _)
        | ("next" | "expo" | "ng" | "deno", "lint")
        | ("biome", "check" | "lint" | "ci")
        | ("ultracite", "check" | "lint") => Meaning::Lint,
        ("playwright", "test") | ("cypress", "run") | ("wdio" | "testcafe" | "detox" | "maestro", _) => Meaning::EndToEnd,
        ("vitest" | "jest" | "mocha" | "ava" | "tap" | "jasmine" | "karma" | "uvu" | "pg_prove" | "c8" | "nyc", _)
        | ("bun" | "deno" | "react-scripts" | "craco" | "ng", "test") => return Some((Meaning::Test, no_tests)),
        ("node" | "tsx", _) if command.has("--test") => Meaning::Test,
        ("supabase", "test") if third == "db" => Meaning::Test,
        ("next" | "vite" | "remix" | "react-router" | "nuxt" | "nuxi" | "astro" | "react-scripts" | "ng" | "gatsby", "build")
        | (
            "craco" | "parcel" | "rsbuild" | "nest" | "vercel" | "netlify" | "eas" | "quasar" | "opennextjs-cloudflare",
            "build",
        )
        | ("remix", "vite:build")
        | ("expo", "export")
        | ("webpack" | "rollup" | "tsup" | "esbuild" | "tsdown" | "unbuild", _) => Meaning::Build,
        ("gitleaks" | "trufflehog" | "ggshield" | "detect-secrets" | "detect-secrets-hook" | "secretlint" | "kingfisher", _)
        | ("noseyparker" | "git-secrets", _)
        | ("rescue", "scan") => Meaning::SecretScan,
        _ if deploys(command, tool) => Meaning::Deploy,
        _ => return None,
    };
    Some((meaning, None))
}

/// What touches a database.
#[expect(clippy::unnested_or_patterns, clippy::match_same_arms, reason = "a table: one kind of tool a line")]
fn of_database(command: &Command, tool: &str) -> Option<(Meaning, Option<Soft>)> {
    let called = |name: &str| command.words.iter().any(|it| it == name || it.ends_with(&format!("/{name}")));
    let (second, third) = (command.word(1), command.word(2));
    let is_local = command.has("--local") || command.has("--dry-run") || command.has("--version") || command.has("--help");
    let mut install = command.words.iter().take(3).map(String::as_str);
    if install.any(|it| matches!(it, "apt-get" | "apt" | "apk" | "brew" | "which" | "echo" | "printf")) || is_local {
        return None;
    }
    if ["pg_dump", "pg_dumpall", "mysqldump", "mongodump", "pg_basebackup"].iter().any(|it| called(it)) {
        let bare = ["--schema-only", "-s", "--roles-only", "--globals-only", "-g", "--no-data"];
        let bare = bare.iter().any(|it| command.has(it));
        return Some((Meaning::Backup, bare.then_some(Soft::SchemaOnly)));
    }
    let backup = match (tool, second, third) {
        // Without `--data-only` the command line of Supabase dumps no row, with `--role-only` nothing but roles, and
        // `--use-copy` alone is refused (supabase/cli: docs/supabase/db/dump.md, cmd/db.go).
        ("supabase", "db", "dump") => {
            return Some((Meaning::Backup, (!command.has("--data-only")).then_some(Soft::SchemaOnly)));
        }
        ("gcloud", "firestore", "export") | ("aws", "rds", "create-db-snapshot" | "start-export-task") => true,
        ("restic", "backup", _) | ("borg", "create", _) | ("wal-g", "backup-push", _) | ("firestore-export", _, _) => true,
        _ => false,
    };
    if backup {
        return Some((Meaning::Backup, None));
    }
    if called("pg_restore") || called("mongorestore") || (tool == "gcloud" && second == "firestore" && third == "import") {
        return Some((Meaning::Restore, None));
    }
    let is_dump = |it: &String| ["dump", "backup"].iter().any(|word| it.to_ascii_lowercase().contains(word));
    if called("psql") && command.words.iter().skip(1).any(is_dump) {
        return Some((Meaning::Restore, None));
    }
    let migrates = match (tool, second, third) {
        ("supabase", "db", "push")
        | ("supabase", "migration", "up")
        | ("prisma", "migrate", "deploy")
        | ("prisma", "db", "push")
        | ("atlas", "migrate", "apply") => true,
        ("drizzle-kit", second, _) => second.split(':').next().is_some_and(|it| matches!(it, "migrate" | "push")),
        ("knex", "migrate:latest" | "migrate:up", _)
        | ("sequelize" | "sequelize-cli", "db:migrate", _)
        | ("typeorm" | "typeorm-ts-node-commonjs" | "typeorm-ts-node-esm", "migration:run", _)
        | ("node-pg-migrate" | "dbmate" | "goose" | "graphile-migrate", "up" | "migrate", _)
        | ("flyway", "migrate", _)
        | ("sqitch", "deploy", _)
        | ("convex", "migrate", _) => true,
        _ => false,
    };
    migrates.then_some((Meaning::Migrate, None))
}

fn install(command: &Command, tool: &str, project: &Project, folder: &str) -> Option<(Meaning, Option<Soft>)> {
    let mut others = command.words.iter().skip(1).filter(|it| !it.starts_with('-'));
    let names = others.any(|it| !matches!(it.as_str(), "install" | "i"));
    let elsewhere = ["-g", "--global", "--version", "-v", "--help"].iter().any(|it| command.has(it));
    if names || elsewhere {
        return None;
    }
    let says = ["--frozen-lockfile", "--immutable", "--ci"].iter().any(|it| command.has(it));
    let takes_back = ["--no-frozen-lockfile", "--no-immutable", "--no-lockfile", "--immutable=false", "--frozen-lockfile=false"];
    let is_frozen = match tool {
        _ if takes_back.iter().any(|it| command.has(it)) => false,
        // Both refuse to change the lockfile when they see that they run in continuous integration.
        "pnpm" => true,
        "yarn" => says || project.is_yarn_berry(folder),
        _ => says,
    };
    Some((if is_frozen { Meaning::InstallFrozen } else { Meaning::InstallLoose }, None))
}

fn deploys(command: &Command, tool: &str) -> bool {
    let (second, third) = (command.word(1), command.word(2));
    match tool {
        "vercel" => !["build", "pull", "env", "link", "--version", "whoami", "inspect", "alias", "rollback"].contains(&second),
        "netlify" | "firebase" | "fly" | "flyctl" | "sst" | "serverless" | "sls" | "cdk" | "eb" | "copilot" | "convex" => {
            second == "deploy"
        }
        "wrangler" => matches!(second, "deploy" | "publish") || (second == "pages" && matches!(third, "deploy" | "publish")),
        "supabase" => second == "functions" && third == "deploy",
        "railway" => matches!(second, "up" | "redeploy"),
        "gcloud" => command.has("deploy"),
        "kubectl" => second == "apply",
        "helm" => matches!(second, "upgrade" | "install"),
        "eas" => matches!(second, "update" | "submit"),
        "amplify" => second == "publish",
        "deployctl" => second == "deploy",
        "gh-pages" | "surge" => true,
        "curl" => {
            ["api.vercel.com/v1/integrations/deploy", "api.render.com/deploy", "api.netlify.com/build_hooks", "DEPLOY_HOOK"]
                .iter()
                .any(|hook| command.words.iter().any(|it| it.contains(hook)))
        }
        _ => false,
    }
}

/// What an action of the market place is for, by the beginning of its name.
const ACTIONS: [(&str, Meaning); 30] = [
    ("gitleaks/gitleaks-action", Meaning::SecretScan),
    ("trufflesecurity/trufflehog", Meaning::SecretScan),
    ("gitguardian/ggshield", Meaning::SecretScan),
    ("edplato/trufflehog-actions-scan", Meaning::SecretScan),
    ("cypress-io/github-action", Meaning::EndToEnd),
    ("amondnet/vercel-action", Meaning::Deploy),
    ("bettermarks/action-deploy-vercel", Meaning::Deploy),
    ("cloudflare/wrangler-action", Meaning::Deploy),
    ("cloudflare/pages-action", Meaning::Deploy),
    ("firebaseextended/action-hosting-deploy", Meaning::Deploy),
    ("w9jds/firebase-action", Meaning::Deploy),
    ("nwtgck/actions-netlify", Meaning::Deploy),
    ("netlify/actions", Meaning::Deploy),
    ("actions/deploy-pages", Meaning::Deploy),
    ("peaceiris/actions-gh-pages", Meaning::Deploy),
    ("jamesives/github-pages-deploy-action", Meaning::Deploy),
    ("google-github-actions/deploy-", Meaning::Deploy),
    ("aws-actions/amazon-ecs-deploy-task-definition", Meaning::Deploy),
    ("azure/webapps-deploy", Meaning::Deploy),
    ("azure/static-web-apps-deploy", Meaning::Deploy),
    ("akhileshns/heroku-deploy", Meaning::Deploy),
    ("digitalocean/app_action", Meaning::Deploy),
    ("johnbeynon/render-deploy-action", Meaning::Deploy),
    ("denoland/deployctl", Meaning::Deploy),
    ("wearerequired/lint-action", Meaning::Lint),
    ("reviewdog/action-eslint", Meaning::Lint),
    ("snyk/actions", Meaning::Audit),
    ("google/osv-scanner-action", Meaning::Audit),
    ("actions/dependency-review-action", Meaning::Audit),
    ("pnpm/action-setup", Meaning::InstallFrozen),
];

/// What an action is for.
pub(super) fn of_action(uses: &str, with: &BTreeMap<String, String>) -> Option<Meaning> {
    let uses = uses.to_ascii_lowercase();
    let bare = uses.split('@').next().unwrap_or(&uses);
    if bare.starts_with('.') {
        return None;
    }
    let known = ACTIONS.iter().find(|(start, _)| bare.starts_with(start)).map(|(_, meaning)| *meaning);
    match known {
        // It installs dependencies only when it is told to.
        Some(Meaning::InstallFrozen) => {
            with.get("run_install").filter(|it| it.as_str() != "false" && !it.is_empty()).map(|_| Meaning::InstallFrozen)
        }
        Some(meaning) => Some(meaning),
        None => {
            let dumps = ["pg_dump", "pg-dump", "pgdump", "postgres-backup", "database-backup", "db-backup", "supabase-backup"];
            dumps.iter().any(|it| bare.contains(it)).then_some(Meaning::Backup)
        }
    }
}

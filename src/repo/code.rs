//! What a file of JavaScript or TypeScript says of itself, read from its syntax tree: which environment variables it reads,
//! what it imports, on which side it declares to run, where requests enter it. It runs nothing and resolves nothing.

pub(in crate::repo) mod chain;
pub mod deep;
pub mod effects;
mod environment;
pub mod failures;
mod firestore;
pub mod handlers;
mod imports;
pub mod package;
pub mod parse;
pub mod queries;
mod sql;
#[cfg(test)]
mod tests;
mod tree;

pub use effects::Effects;
pub use environment::EnvironmentRead;
pub use failures::Failures;
pub use handlers::Handlers;
pub use imports::{Import, Local};
pub use parse::Broken;
pub use queries::Queries;

use environment::Environment;
use imports::Imports;
use parse::Parsed;
use serde::{Deserialize, Serialize};

/// The first statement of a module, where it says on which side it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Directive {
    UseClient,
    UseServer,
}

impl Directive {
    /// Of a module: one of the texts that stand before its first statement.
    fn of(parsed: &Parsed<'_, '_>) -> Option<Self> {
        parsed.program.directives.iter().find_map(|it| match it.directive.as_str() {
            "use client" => Some(Self::UseClient),
            "use server" => Some(Self::UseServer),
            _ => None,
        })
    }
}

/// One file of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFile {
    /// Relative to the root, with `/` between its parts.
    pub path: String,
    pub directive: Option<Directive>,
    /// Variables read by name, in the order of the file.
    pub reads: Vec<EnvironmentRead>,
    /// Lines on which the environment is read by something else than a plain name.
    pub computed_reads: Vec<u32>,
    pub imports: Vec<Import>,
    /// Lines on which something is imported whose name is computed.
    pub computed_imports: Vec<u32>,
    /// Lines of the whole file.
    pub lines: usize,
    pub handlers: Handlers,
    pub queries: Queries,
    pub failures: Failures,
    pub effects: Effects,
    /// Why what is above may be less than the file holds.
    pub broken: Option<Broken>,
}

impl CodeFile {
    /// Reads a file's text. Total: a text that is no code gives a file that says little.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Self {
        let (mut imports, mut environment) = (Imports::default(), Environment::default());
        let mut file = Self {
            path: path.to_owned(),
            directive: None,
            reads: Vec::new(),
            computed_reads: Vec::new(),
            imports: Vec::new(),
            computed_imports: Vec::new(),
            lines: text.lines().count(),
            handlers: Handlers::default(),
            queries: Queries::default(),
            failures: Failures::default(),
            effects: Effects::default(),
            broken: None,
        };
        file.broken = parse::parse(path, text, |parsed| {
            file.directive = file.directive.or_else(|| Directive::of(parsed));
            imports.add(parsed);
            environment.add(parsed, &imports.imports);
            file.handlers.add(parsed, &imports.imports);
            file.queries.add(parsed, &imports.imports);
            file.failures.add(parsed);
            file.effects.add(parsed);
        });
        environment.add_imports(&imports.imports);
        for (line, part) in parse::markup(path, text) {
            environment.add_markup(part, line, &imports.imports);
        }
        (file.reads, file.computed_reads) = (environment.reads, environment.computed);
        (file.imports, file.computed_imports) = (imports.imports, imports.computed);
        file
    }

    /// Whether the file imports a module of exactly that name.
    #[must_use]
    pub fn imports(&self, name: &str) -> bool {
        self.imports.iter().any(|it| it.from == name)
    }
}

/// Whether a path or a name holds one of these words, in small letters.
#[must_use]
pub fn is_about(name: &str, subjects: &[&str]) -> bool {
    chain::words(name).iter().any(|it| subjects.contains(&it.as_str()))
}

/// Endings of files that are read as code.
const ENDINGS: [&str; 11] = ["ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "astro"];

/// Folders that hold no code of the app's own (`apis/repo-signals.md` §1).
const NOT_OURS: [&str; 12] =
    ["node_modules", ".next", ".nuxt", ".output", ".svelte-kit", "dist", "build", "out", "coverage", ".git", "ios", "android"];

/// Folders of tests.
const TESTS: [&str; 6] = ["__tests__", "test", "tests", "e2e", "cypress", "__mocks__"];

/// Whether a folder may hold something of the app itself: it lies in no library, no build output and no test.
fn is_ours(folders: &str) -> bool {
    !folders.split('/').any(|folder| NOT_OURS.contains(&folder) || TESTS.contains(&folder))
}

/// Whether a path says with what code of the app itself is built, and so on which side it runs.
#[must_use]
pub fn is_app_manifest(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    name == "package.json" && is_ours(&folders.to_ascii_lowercase())
}

/// Whether a path is code of the app itself: no library, no build output, no declaration, no test.
#[must_use]
pub fn is_app_code(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.contains(&ending)
        && is_ours(folders)
        && !folders.split('/').any(|folder| folder.starts_with("src-backup"))
        && ![".d.ts", ".d.mts", ".d.cts", ".min.js", ".min.mjs"].iter().any(|end| name.ends_with(end))
        && ![".test.", ".spec.", ".stories.", ".cy."].iter().any(|mark| name.contains(mark))
}

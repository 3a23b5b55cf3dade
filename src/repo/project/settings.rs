//! Settings of compilers and frameworks that let a build pass with mistakes in it: Next.js options, read from the syntax
//! tree, and the strictness of TypeScript with what a `tsconfig.json` extends and refers to.

use super::json;
use crate::repo::code::parse;
use crate::repo::place::{At, folder, line, name};
use oxc_ast::ast::{Expression, ObjectProperty, PropertyKey};
use oxc_ast_visit::{Visit, walk};
use serde_json::Value;

/// An option that lets a build pass with mistakes in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BuildGate {
    pub at: At,
    /// Such as `typescript.ignoreBuildErrors`.
    pub option: &'static str,
}

/// A `tsconfig.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TsConfig {
    pub path: String,
    /// `compilerOptions.strict`, when it is written.
    pub strict: Option<bool>,
    pub strict_line: u32,
    /// Single checks that are switched off below a `strict`.
    pub loosened: Vec<String>,
    pub extends: Vec<String>,
    /// The paths that it refers to.
    pub references: Vec<String>,
    pub include: Vec<String>,
}

/// Names that imports of the app may begin with, from `compilerOptions.paths`, are another room's.
pub(super) fn wants(path: &str) -> bool {
    is_tsconfig(path) || is_next_config(path)
}

fn is_tsconfig(path: &str) -> bool {
    let file = name(path);
    file.starts_with("tsconfig") && file.strip_suffix(".json").is_some()
}

fn is_next_config(path: &str) -> bool {
    name(path).starts_with("next.config.")
}

const CHECKS: [&str; 6] = [
    "strictNullChecks",
    "noImplicitAny",
    "strictFunctionTypes",
    "strictBindCallApply",
    "strictPropertyInitialization",
    "noImplicitThis",
];

pub(super) fn tsconfig(path: &str, text: &str) -> Option<Result<TsConfig, ()>> {
    if !is_tsconfig(path) {
        return None;
    }
    let Some(whole) = json::read(text).filter(Value::is_object) else { return Some(Err(())) };
    let options = whole.get("compilerOptions");
    let flag = |key: &str| options.and_then(|it| it.get(key)).and_then(Value::as_bool);
    let one_or_many = |key: &str| {
        let value = whole.get(key);
        let many = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        value.and_then(Value::as_str).into_iter().chain(many).map(str::to_owned).collect()
    };
    let references = whole.get("references").and_then(Value::as_array).into_iter().flatten();
    Some(Ok(TsConfig {
        path: path.to_owned(),
        strict: flag("strict"),
        strict_line: json::line_of(text, "strict", ""),
        loosened: CHECKS.iter().filter(|it| flag(it) == Some(false)).map(|it| (*it).to_owned()).collect(),
        extends: one_or_many("extends"),
        references: references.filter_map(|it| it.get("path")?.as_str()).map(str::to_owned).collect(),
        include: one_or_many("include"),
    }))
}

impl TsConfig {
    /// Whether it holds for code, and not only for the build's own settings.
    #[must_use]
    pub fn covers_code(&self) -> bool {
        let of_tools = ["node", "eslint", "config", "vite"];
        let file = name(&self.path);
        !of_tools.contains(&file.trim_start_matches("tsconfig.").trim_end_matches(".json"))
            && (!self.include.is_empty() || self.references.is_empty())
            && !folder(&self.path).starts_with("supabase")
    }
}

/// Whether the configuration is strict, looking through what it extends in the repository; none when nothing says so here.
#[must_use]
pub fn is_strict(config: &TsConfig, all: &[TsConfig]) -> Option<bool> {
    let mut current = config;
    for _ in 0..8 {
        if current.strict.is_some() {
            return current.strict;
        }
        let parent = current.extends.iter().rev().find_map(|it| {
            let path = joined(folder(&current.path), it)?;
            all.iter().find(|other| other.path == path || other.path == format!("{path}.json"))
        });
        current = parent?;
    }
    None
}

fn joined(folder: &str, to: &str) -> Option<String> {
    if !to.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The options of Next.js that let a build pass with mistakes (dossier repo-signals.md §11).
pub(super) fn gates(path: &str, text: &str) -> Vec<BuildGate> {
    if !is_next_config(path) {
        return Vec::new();
    }
    let mut found = Vec::new();
    parse::parse(path, text, |parsed| {
        let mut options = Options { above: Vec::new(), found: Vec::new() };
        options.visit_program(parsed.program);
        found.extend(options.found.into_iter().map(|(option, at)| BuildGate { at: At::new(path, parsed.line(at)), option }));
    });
    found
}

struct Options<'a> {
    above: Vec<&'a str>,
    found: Vec<(&'static str, u32)>,
}

impl<'a> Visit<'a> for Options<'a> {
    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        let key = match &property.key {
            PropertyKey::StaticIdentifier(it) => it.name.as_str(),
            PropertyKey::StringLiteral(it) => it.value.as_str(),
            _ => "",
        };
        let is_true = matches!(&property.value, Expression::BooleanLiteral(it) if it.value);
        let option = match (self.above.last().copied(), key) {
            (Some("typescript"), "ignoreBuildErrors") => Some("typescript.ignoreBuildErrors"),
            (Some("eslint"), "ignoreDuringBuilds") => Some("eslint.ignoreDuringBuilds"),
            _ => None,
        };
        if let Some(option) = option.filter(|_| is_true) {
            self.found.push((option, property.span.start));
        }
        self.above.push(key);
        walk::walk_object_property(self, property);
        self.above.pop();
    }
}

/// The base address of a site's metadata, as Next.js code writes it: `metadataBase: new URL("https://…")`.
#[must_use]
pub fn metadata_base(text: &str) -> Option<(String, u32)> {
    let at = text.find("metadataBase")?;
    let rest = text.get(at..)?;
    let rest = rest.get(..rest.find('\n').unwrap_or(rest.len()))?;
    let from = rest.find("https://")?;
    let url = rest.get(from..)?.split(['"', '\'', '`']).next()?;
    let newlines = text.bytes().take(at).filter(|it| *it == b'\n').count();
    Some((url.to_owned(), line(newlines + 1)))
}

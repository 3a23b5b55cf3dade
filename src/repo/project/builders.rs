//! Traces of the tools that built the app (dossier repo-signals.md §2). They choose defaults and are never a verdict; a
//! repository may carry several.

use super::Package;
use crate::repo::place::{At, folder, name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strum::{Display, IntoStaticStr};

/// A tool that writes apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, IntoStaticStr)]
pub enum Builder {
    Lovable,
    Bolt,
    #[strum(serialize = "v0")]
    V0,
    Replit,
    Base44,
    Cursor,
    #[strum(serialize = "Claude Code")]
    Claude,
    Windsurf,
    #[strum(serialize = "GitHub Copilot")]
    Copilot,
    Kiro,
    #[strum(serialize = "Firebase Studio")]
    FirebaseStudio,
}

/// How much a trace says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    Strong,
    /// Templates and other tools leave it too, or it is going out of use.
    Weak,
}

/// A trace, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trace {
    pub builder: Builder,
    pub weight: Weight,
    pub at: At,
    /// What it is, in words.
    pub says: &'static str,
}

impl Trace {
    fn new(builder: Builder, weight: Weight, path: &str, line: u32, says: &'static str) -> Self {
        Self { builder, weight, at: At::new(path, line), says }
    }
}

/// Files that are traces by being there: a whole path, or a folder when it ends with a slash.
const FILES: [(&str, Builder, Weight, &str); 20] = [
    (".lovable/", Builder::Lovable, Weight::Strong, "its folder"),
    (".bolt/", Builder::Bolt, Weight::Strong, "its folder"),
    (".replit", Builder::Replit, Weight::Strong, "its settings"),
    ("replit.nix", Builder::Replit, Weight::Strong, "its environment"),
    ("replit.md", Builder::Replit, Weight::Strong, "its notes"),
    (".cursor/", Builder::Cursor, Weight::Strong, "its rules"),
    (".cursorrules", Builder::Cursor, Weight::Strong, "its rules"),
    (".cursorignore", Builder::Cursor, Weight::Strong, "what it leaves out"),
    ("CLAUDE.md", Builder::Claude, Weight::Strong, "its instructions"),
    (".claude/", Builder::Claude, Weight::Strong, "its folder"),
    (".windsurfrules", Builder::Windsurf, Weight::Strong, "its rules"),
    (".windsurf/", Builder::Windsurf, Weight::Strong, "its folder"),
    (".github/copilot-instructions.md", Builder::Copilot, Weight::Strong, "its instructions"),
    (".kiro/", Builder::Kiro, Weight::Strong, "its folder"),
    (".idx/dev.nix", Builder::FirebaseStudio, Weight::Strong, "its environment"),
    ("src/ai/genkit.ts", Builder::FirebaseStudio, Weight::Weak, "a model of its template"),
    ("apphosting.yaml", Builder::FirebaseStudio, Weight::Weak, "its host's settings"),
    ("base44Client.js", Builder::Base44, Weight::Strong, "its client"),
    ("src/api/base44Client.js", Builder::Base44, Weight::Strong, "its client"),
    ("bun.lockb", Builder::Lovable, Weight::Weak, "a binary lockfile beside others"),
];

pub(super) fn of_paths(paths: &BTreeSet<String>) -> Vec<Trace> {
    let mut traces = Vec::new();
    for (mark, builder, weight, says) in FILES {
        let found = match mark.strip_suffix('/') {
            Some(_) => paths.range(mark.to_owned()..).next().filter(|it| it.starts_with(mark)),
            None => paths.get(mark),
        };
        traces.extend(found.map(|it| Trace::new(builder, weight, it, 1, says)));
    }
    traces
}

pub(super) fn of_package(package: &Package) -> Vec<Trace> {
    let mut traces = Vec::new();
    for (need, it) in &package.needs {
        let found = match need.as_str() {
            "lovable-tagger" => Some((Builder::Lovable, "`lovable-tagger`")),
            it if it.starts_with("@lovable.dev/") => Some((Builder::Lovable, "a package of its own")),
            it if it.starts_with("@replit/") => Some((Builder::Replit, "a package of its own")),
            "@base44/sdk" => Some((Builder::Base44, "`@base44/sdk`")),
            _ => None,
        };
        traces.extend(found.map(|(builder, says)| Trace::new(builder, Weight::Strong, &package.path, it.line, says)));
    }
    let named = match package.name.as_deref() {
        Some("vite_react_shadcn_ts") => Some(Builder::Lovable),
        Some("vite-react-typescript-starter") => Some(Builder::Bolt),
        Some("my-v0-project") => Some(Builder::V0),
        _ => None,
    };
    traces.extend(named.map(|it| Trace::new(it, Weight::Weak, &package.path, 1, "the name of its template")));
    traces
}

pub(super) fn wants(path: &str) -> bool {
    let file = name(path);
    file.starts_with("vite.config.")
        || file == "index.html"
        || (folder(path).is_empty() && file.to_ascii_lowercase().starts_with("readme"))
        || path.ends_with("integrations/supabase/client.ts")
}

/// Words in a file that are a trace: the file's name begins so, and a line holds that.
const WORDS: [(&str, &str, Builder, Weight, &str); 11] = [
    ("vite.config.", "componentTagger(", Builder::Lovable, Weight::Strong, "its plugin"),
    (
        "client.ts",
        "This file is automatically generated",
        Builder::Lovable,
        Weight::Strong,
        "the head of a file that it generated",
    ),
    ("index.html", "cdn.gpteng.co", Builder::Lovable, Weight::Weak, "its script"),
    ("index.html", "lovable.dev/opengraph-image", Builder::Lovable, Weight::Weak, "its picture"),
    ("index.html", "gptengineer.js", Builder::Lovable, Weight::Weak, "its script"),
    ("index.html", "bolt.new/static", Builder::Bolt, Weight::Weak, "its picture"),
    ("readme", "lovable.dev/projects/", Builder::Lovable, Weight::Strong, "the address of its project"),
    ("readme", "v0.app/chat", Builder::V0, Weight::Strong, "the address of its chat"),
    ("readme", "v0.dev/chat", Builder::V0, Weight::Strong, "the address of its chat"),
    ("readme", "bolt.new/~", Builder::Bolt, Weight::Strong, "the address of its project"),
    ("vite.config.", "@replit/vite-plugin", Builder::Replit, Weight::Strong, "its plugin"),
];

pub(super) fn of_file(path: &str, text: &str) -> Vec<Trace> {
    if !wants(path) {
        return Vec::new();
    }
    let file = name(path).to_ascii_lowercase();
    let marks = WORDS.iter().filter(|(start, ..)| file.starts_with(start));
    let mut traces = Vec::new();
    for (_, word, builder, weight, says) in marks {
        let found = (1_u32..).zip(text.lines()).find(|(_, it)| it.contains(word));
        traces.extend(found.map(|(line, _)| Trace::new(*builder, *weight, path, line, says)));
    }
    traces
}

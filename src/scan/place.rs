//! What the path of a file says about a secret in it: an environment file, an example, something a tool made.
//! Paths only move severity and switch the generic rules; prefixed rules run everywhere.

use super::report::Confidence;
use crate::domain::Severity;
use crate::repo::Standing;

/// The traits of a path that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct PathTraits {
    /// `.env` and its kin, unless it is an example.
    pub environment: bool,
    /// A fixture, an example, a document.
    pub example: bool,
    /// A file of settings, in which values stand without quotes.
    pub settings: bool,
    /// A lock file, a vendored library, a build's output: random text is normal there.
    pub made_by_tools: bool,
}

const EXAMPLE_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "spec",
    "specs",
    "e2e",
    "fixture",
    "fixtures",
    "__fixtures__",
    "testdata",
    "mock",
    "mocks",
    "__mocks__",
    "example",
    "examples",
    "sample",
    "samples",
    "doc",
    "docs",
];
const TOOL_FOLDERS: &[&str] =
    &["node_modules", ".next", ".nuxt", "dist", "build", "out", "target", "vendor", "third_party", ".yarn", "__pycache__"];
const LOCK_FILES: &[&str] = &[
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "cargo.lock",
    "composer.lock",
    "gemfile.lock",
    "poetry.lock",
    "uv.lock",
    "go.sum",
    "deno.lock",
    "gradle.lockfile",
    "flake.lock",
    "npm-shrinkwrap.json",
];
/// Files of settings, and what programs write about themselves.
#[rustfmt::skip]
const SETTINGS_ENDINGS: &[&str] = &[
    ".ini", ".conf", ".cfg", ".cnf", ".config", ".properties", ".yaml", ".yml", ".toml", ".tfvars", ".env", ".sh", ".bash", ".zsh",
    ".fish", ".bat", ".cmd", ".ps1", ".mk", ".log", ".http", ".rest", ".service", ".patch", ".diff", ".envrc", "rc",
];
const SETTINGS_FILES: &[&str] = &["makefile", "procfile", "credentials", "config", ".pgpass", ".htpasswd"];

impl PathTraits {
    pub(super) fn of(path: &[u8]) -> Self {
        let path = String::from_utf8_lossy(path).to_ascii_lowercase();
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path.as_str()));
        let below = |names: &[&str]| folders.split('/').any(|folder| names.contains(&folder));
        let ends = |endings: &[&str]| endings.iter().any(|end| name.ends_with(end));
        let looks_like_example =
            ["example", "sample", "template", ".test.", ".spec.", ".stories.", ".dist"].iter().any(|word| name.contains(word))
                || ends(&[".md", ".mdx", ".rst", ".adoc"]);
        let environment = name.starts_with(".env") || ends(&[".env"]) || name == ".dev.vars";
        Self {
            environment: environment && !looks_like_example,
            example: looks_like_example || below(EXAMPLE_FOLDERS),
            settings: environment || ends(SETTINGS_ENDINGS) || name.contains("dockerfile") || SETTINGS_FILES.contains(&name),
            made_by_tools: LOCK_FILES.contains(&name)
                || below(TOOL_FOLDERS)
                || ends(&[".min.js", ".min.css", ".map", ".svg", ".lock", ".snap", ".po"]),
        }
    }

    /// The severity of a secret that is found there (`apis/secrets.md` §1, table of places).
    pub(super) fn severity(self, base: Severity, confidence: Confidence, standing: Standing) -> Severity {
        if standing == Standing::Ignored {
            return Severity::Info;
        }
        let worse = self.environment && standing == Standing::Tracked;
        let better = self.example && confidence != Confidence::Proven;
        match (worse, better) {
            (true, false) => raised(base),
            (false, true) => lowered(base),
            _ => base,
        }
    }
}

pub(super) fn raised(severity: Severity) -> Severity {
    match severity {
        Severity::Info => Severity::Info,
        Severity::Low => Severity::Medium,
        Severity::Medium => Severity::High,
        Severity::High | Severity::Critical => Severity::Critical,
    }
}

pub(super) fn lowered(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(".env", true, false, true, false)]
    #[case("apps/web/.env.production", true, false, true, false)]
    #[case(".env.example", false, true, true, false)]
    #[case("src/lib/db.ts", false, false, false, false)]
    #[case("tests/db.ts", false, true, false, false)]
    #[case("README.md", false, true, false, false)]
    #[case("package-lock.json", false, false, false, true)]
    #[case("dist/assets/index.js", false, false, false, true)]
    #[case("config/app.yml", false, false, true, false)]
    fn traits(#[case] path: &str, #[case] environment: bool, #[case] example: bool, #[case] settings: bool, #[case] made: bool) {
        let expected = PathTraits { environment, example, settings, made_by_tools: made };
        assert_eq!(PathTraits::of(path.as_bytes()), expected);
    }

    #[rstest]
    #[case(".env", Severity::High, Confidence::Strong, Standing::Tracked, Severity::Critical)]
    #[case(".env", Severity::High, Confidence::Strong, Standing::Untracked, Severity::High)]
    #[case(".env.local", Severity::Critical, Confidence::Proven, Standing::Ignored, Severity::Info)]
    #[case("tests/a.ts", Severity::Critical, Confidence::Strong, Standing::Tracked, Severity::High)]
    #[case("tests/a.ts", Severity::Critical, Confidence::Proven, Standing::Tracked, Severity::Critical)]
    #[case("src/a.ts", Severity::Medium, Confidence::Strong, Standing::Tracked, Severity::Medium)]
    fn severities(
        #[case] path: &str,
        #[case] base: Severity,
        #[case] confidence: Confidence,
        #[case] standing: Standing,
        #[case] expected: Severity,
    ) {
        assert_eq!(PathTraits::of(path.as_bytes()).severity(base, confidence, standing), expected);
    }
}

//! The frameworks that packages are built with, with the version that the lockfile resolved. A range is not a version.

use super::Project;
use semver::Version;

/// A framework of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framework {
    pub kind: FrameworkKind,
    /// Of the package; empty for the root.
    pub folder: String,
    /// The `package.json`, and the line on which it is named.
    pub path: String,
    pub line: u32,
    /// As it is written.
    pub range: String,
    /// As the lockfile resolved it.
    pub version: Option<Version>,
}

/// What is known by name. Ordered: the first of a package says most of how it is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FrameworkKind {
    Next,
    Nuxt,
    SvelteKit,
    Astro,
    Remix,
    ReactRouter,
    TanStackStart,
    SolidStart,
    Expo,
    Angular,
    Gatsby,
    CreateReactApp,
    Vite,
    Nest,
    Hono,
    Fastify,
    Express,
    React,
    Vue,
    Svelte,
}

const KNOWN: [(&str, FrameworkKind, &str); 23] = [
    ("next", FrameworkKind::Next, "Next.js"),
    ("nuxt", FrameworkKind::Nuxt, "Nuxt"),
    ("@sveltejs/kit", FrameworkKind::SvelteKit, "SvelteKit"),
    ("astro", FrameworkKind::Astro, "Astro"),
    ("@remix-run/react", FrameworkKind::Remix, "Remix"),
    ("@remix-run/dev", FrameworkKind::Remix, "Remix"),
    ("@react-router/dev", FrameworkKind::ReactRouter, "React Router"),
    ("@tanstack/react-start", FrameworkKind::TanStackStart, "TanStack Start"),
    ("@tanstack/start", FrameworkKind::TanStackStart, "TanStack Start"),
    ("@solidjs/start", FrameworkKind::SolidStart, "SolidStart"),
    ("expo", FrameworkKind::Expo, "Expo"),
    ("@angular/core", FrameworkKind::Angular, "Angular"),
    ("gatsby", FrameworkKind::Gatsby, "Gatsby"),
    ("react-scripts", FrameworkKind::CreateReactApp, "Create React App"),
    ("vite", FrameworkKind::Vite, "Vite"),
    ("@nestjs/core", FrameworkKind::Nest, "NestJS"),
    ("hono", FrameworkKind::Hono, "Hono"),
    ("fastify", FrameworkKind::Fastify, "Fastify"),
    ("express", FrameworkKind::Express, "Express"),
    ("react", FrameworkKind::React, "React"),
    ("vue", FrameworkKind::Vue, "Vue"),
    ("svelte", FrameworkKind::Svelte, "Svelte"),
    ("vinxi", FrameworkKind::SolidStart, "SolidStart"),
];

impl FrameworkKind {
    /// What people call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        KNOWN.iter().find(|it| it.1 == self).map_or("", |it| it.2)
    }

    /// Whether a package that uses it is an app or a server, and not only a part of one.
    #[must_use]
    pub fn serves(self) -> bool {
        !matches!(self, Self::React | Self::Vue | Self::Svelte)
    }
}

/// The frameworks of every package, in the order of the packages and then of [`FrameworkKind`].
pub(super) fn of(project: &Project) -> Vec<Framework> {
    let mut all = Vec::new();
    for package in &project.packages {
        let mut found: Vec<Framework> = Vec::new();
        for (name, kind, _) in KNOWN {
            let Some(need) = package.needs.get(name) else { continue };
            if found.iter().any(|it| it.kind == kind) {
                continue;
            }
            found.push(Framework {
                kind,
                folder: package.folder.clone(),
                path: package.path.clone(),
                line: need.line,
                range: need.range.clone(),
                version: project.version(package, name).and_then(|it| Version::parse(it).ok()),
            });
        }
        found.sort_by_key(|it| it.kind);
        all.extend(found);
    }
    all
}

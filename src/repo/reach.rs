//! Which modules a browser can load: those that say so, those of an app without a server, and whatever they import. An
//! import that cannot be followed makes the answer unsure, never good.

use super::Survey;
use super::code::{CodeFile, Directive};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Where a module runs.
pub enum Side {
    Server,
    /// In a browser, and why.
    Client(String),
    /// Perhaps, and why.
    Unsure(String),
}

/// What client modules lead to.
pub struct Reach {
    /// Reached modules, with the client module that leads there.
    client: BTreeMap<String, String>,
    /// Reached from pages of which a build keeps one half for the server.
    mixed: BTreeMap<String, String>,
    /// The first import of a client module that could not be followed.
    lost: Option<String>,
}

/// Frameworks that render on a server of their own.
const WITH_SERVER: [&str; 9] = [
    "next",
    "nuxt",
    "@sveltejs/kit",
    "astro",
    "@remix-run/react",
    "@remix-run/node",
    "@react-router/node",
    "@tanstack/react-start",
    "@solidjs/start",
];

/// Tools that build an app for browsers alone.
const BROWSER_BUILDS: [&str; 4] = ["vite", "react-scripts", "parcel", "@vue/cli-service"];

impl Reach {
    /// Follows every import from the modules that browsers load.
    #[must_use]
    pub fn of(survey: &Survey) -> Self {
        let modules = Modules::of(survey);
        let is_browser_app = survey.needs(&BROWSER_BUILDS) && !survey.needs(&WITH_SERVER);
        let mut lost = None;
        let clients = survey.code.iter().filter(|it| is_client_root(it, is_browser_app));
        let client = modules.reached(clients, &mut lost);
        let halves = survey.code.iter().filter(|it| is_mixed_root(&it.path));
        let mixed = modules.reached(halves, &mut lost);
        Self { client, mixed, lost }
    }

    /// Where that module runs.
    #[must_use]
    pub fn side(&self, file: &CodeFile) -> Side {
        if let Some(root) = self.client.get(&file.path) {
            let why = if *root == file.path { "it is a client module".to_owned() } else { format!("{root} imports it") };
            return Side::Client(why);
        }
        if is_server(file) {
            return Side::Server;
        }
        if let Some(root) = self.mixed.get(&file.path) {
            return Side::Unsure(format!("{root} is built for both sides"));
        }
        match &self.lost {
            Some(import) => Side::Unsure(format!("{import} cannot be followed")),
            None => Side::Server,
        }
    }
}

/// Every module that those modules lead to on whatever side, themselves included; none when an import could not be followed.
#[must_use]
pub fn led_to(survey: &Survey, is_root: impl Fn(&CodeFile) -> bool) -> Option<BTreeSet<String>> {
    let mut lost = None;
    let reached = Modules::of(survey).reached_before(|_| false, survey.code.iter().filter(|it| is_root(it)), &mut lost);
    lost.is_none().then(|| reached.into_keys().collect())
}

/// A module that stays on the server whoever imports it: a build that would carry it to a browser fails, or only a
/// reference to it is carried.
fn stays(file: &CodeFile) -> bool {
    file.directive == Some(Directive::UseServer) || file.imports("server-only")
}

fn is_server(file: &CodeFile) -> bool {
    stays(file) || is_server_path(&file.path)
}

fn is_server_path(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or(name);
    let starts =
        ["supabase/functions/", "netlify/functions/", "api/", "functions/", "server/", "src/server/", "scripts/", "workers/"];
    let holds = ["/supabase/functions/", "/pages/api/", "/app/api/", "/server/", "/scripts/", "/netlify/functions/"];
    let is_root_script = folders.is_empty() && !matches!(stem, "main" | "index" | "App" | "app");
    starts.iter().any(|it| path.starts_with(it))
        || holds.iter().any(|it| path.contains(it))
        || path.starts_with("pages/api/")
        || (stem == "route" && format!("/{folders}/").contains("/app/"))
        || matches!(stem, "middleware" | "proxy" | "instrumentation" | "+server")
        || name.contains(".server.")
        || name.contains(".config.")
        || is_root_script
}

fn is_client_root(file: &CodeFile, is_browser_app: bool) -> bool {
    if file.directive == Some(Directive::UseClient) {
        return true;
    }
    if is_server(file) {
        return false;
    }
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let is_component = [".vue", ".svelte"].iter().any(|end| name.ends_with(end));
    let is_universal = ["+page.ts", "+page.js", "+layout.ts", "+layout.js"].contains(&name);
    is_component || is_universal || (is_browser_app && format!("/{}", file.path).contains("/src/"))
}

/// Pages whose data half stays on the server and whose other half goes to browsers.
fn is_mixed_root(path: &str) -> bool {
    let path = format!("/{}", path.strip_prefix("src/").unwrap_or(path));
    let is_page = path.starts_with("/pages/") && !path.starts_with("/pages/api/");
    is_page || path.starts_with("/app/routes/") || path.starts_with("/app/root.")
}

/// Modules of the runtimes themselves.
const RUNTIME: [&str; 22] = [
    "fs",
    "path",
    "crypto",
    "stream",
    "http",
    "https",
    "url",
    "util",
    "os",
    "events",
    "buffer",
    "child_process",
    "zlib",
    "querystring",
    "assert",
    "net",
    "tls",
    "dns",
    "timers",
    "worker_threads",
    "process",
    "string_decoder",
];

/// The modules of an app, by path, and how they name each other.
pub(super) struct Modules<'s> {
    survey: &'s Survey,
    code: BTreeMap<&'s str, &'s CodeFile>,
    packages: BTreeSet<&'s str>,
}

/// What an import leads to.
#[derive(Clone, Copy)]
pub(super) enum Led<'s> {
    To(&'s CodeFile),
    /// Out of the app's code: a package, a style sheet, a picture.
    Out,
    Nowhere,
}

const ENDINGS: [&str; 10] = [".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".vue", ".svelte", ".astro"];

impl<'s> Modules<'s> {
    pub(super) fn of(survey: &'s Survey) -> Self {
        Self {
            survey,
            code: survey.code.iter().map(|it| (it.path.as_str(), it)).collect(),
            packages: survey.project.packages.iter().flat_map(|it| it.needs.keys().map(String::as_str)).collect(),
        }
    }

    /// Every module that these lead to, with the one that leads there; `lost` becomes the first import that leads nowhere.
    fn reached(&self, roots: impl Iterator<Item = &'s CodeFile>, lost: &mut Option<String>) -> BTreeMap<String, String> {
        self.reached_before(stays, roots, lost)
    }

    /// The same, up to modules that hold the way.
    fn reached_before(
        &self,
        holds: impl Fn(&CodeFile) -> bool,
        roots: impl Iterator<Item = &'s CodeFile>,
        lost: &mut Option<String>,
    ) -> BTreeMap<String, String> {
        let mut reached: BTreeMap<String, String> = BTreeMap::new();
        let mut next: VecDeque<(&CodeFile, &str)> = roots.map(|it| (it, it.path.as_str())).collect();
        for (root, name) in &next {
            reached.insert(root.path.clone(), (*name).to_owned());
        }
        while let Some((file, root)) = next.pop_front() {
            if let Some(line) = file.computed_imports.first() {
                lost.get_or_insert_with(|| format!("a computed import in {}:{line}", file.path));
            }
            for import in &file.imports {
                match self.led(&file.path, &import.from) {
                    Led::Out => {}
                    Led::Nowhere => drop(lost.get_or_insert_with(|| format!("`{}` in {}", import.from, file.path))),
                    Led::To(target) if holds(target) || reached.contains_key(&target.path) => {}
                    Led::To(target) => {
                        reached.insert(target.path.clone(), root.to_owned());
                        next.push_back((target, root));
                    }
                }
            }
        }
        reached
    }

    /// What an import in the file `from` leads to.
    pub(super) fn led(&self, from: &str, import: &str) -> Led<'s> {
        let import = import.split(['?', '#']).next().filter(|it| !it.is_empty()).unwrap_or(import);
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let candidates: Vec<String> = if import.starts_with('.') {
            joined(folder, import).into_iter().collect()
        } else if let Some(rest) =
            import.strip_prefix("@/").or_else(|| import.strip_prefix("~/")).or_else(|| import.strip_prefix('/'))
        {
            let roots = self.survey.project.packages.iter().map(|it| it.folder.as_str());
            let roots = roots.filter(|root| from.starts_with(root)).chain([""]);
            let below = ["src", "", "app", "client/src"];
            roots.flat_map(|root| below.iter().filter_map(move |it| joined(root, &format!("./{it}/{rest}")))).collect()
        } else if let Some(rest) = import.strip_prefix("$lib/") {
            joined("", &format!("./src/lib/{rest}")).into_iter().collect()
        } else {
            return self.outside(import);
        };
        for path in &candidates {
            if let Some(found) = self.module(path) {
                return Led::To(found);
            }
        }
        let is_other_file = candidates.iter().any(|it| self.survey.paths.contains(it)) || is_no_code(import);
        if is_other_file { Led::Out } else { Led::Nowhere }
    }

    /// Whether a manifest names that package.
    pub(super) fn knows(&self, package: &str) -> bool {
        self.packages.contains(package)
    }

    fn module(&self, path: &str) -> Option<&'s CodeFile> {
        let get = |path: &str| self.code.get(path).copied();
        // `./a.js` may be written for `./a.ts`.
        let bare = [".js", ".jsx", ".mjs"].iter().find_map(|end| path.strip_suffix(end));
        get(path)
            .or_else(|| ENDINGS.iter().find_map(|end| get(&format!("{path}{end}"))))
            .or_else(|| bare.and_then(|bare| ENDINGS.iter().find_map(|end| get(&format!("{bare}{end}")))))
            .or_else(|| ENDINGS.iter().find_map(|end| get(&format!("{path}/index{end}"))))
    }

    /// A package that a manifest names, or one of the runtime's own; any other name may be an alias for a file.
    fn outside(&self, import: &str) -> Led<'s> {
        let mut parts = import.split('/');
        let first = parts.next().unwrap_or(import);
        let package =
            if first.starts_with('@') { format!("{first}/{}", parts.next().unwrap_or_default()) } else { first.to_owned() };
        let scheme = ["node:", "npm:", "jsr:", "http:", "https:", "virtual:", "astro:", "bun:", "cloudflare:", "data:"];
        let known = self.packages.contains(package.as_str())
            || RUNTIME.contains(&first)
            || scheme.iter().any(|it| import.starts_with(it))
            || import.starts_with('$')
            || matches!(first, "server-only" | "client-only" | "react" | "react-dom" | "next");
        if known { Led::Out } else { Led::Nowhere }
    }
}

/// Things that are imported and are no code.
fn is_no_code(import: &str) -> bool {
    let ending = import.rsplit('/').next().and_then(|it| it.rsplit_once('.')).map_or("", |(_, ending)| ending);
    let endings = [
        "css", "scss", "sass", "less", "svg", "png", "jpg", "jpeg", "webp", "gif", "ico", "json", "mdx", "md", "woff2", "txt",
        "html", "mp4", "mp3", "wasm", "graphql",
    ];
    endings.contains(&ending)
}

/// A path from a folder, without `.` and `..`; none when it leads out of the repository.
fn joined(folder: &str, import: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in import.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

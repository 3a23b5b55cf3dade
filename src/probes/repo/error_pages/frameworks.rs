//! Where frameworks beside Next.js look for the pages that they show for errors. A convention is from the framework's own
//! documentation; what a layer, an integration or an unread module may bring is hidden, never missing.

use super::{Kind, Seen};
use crate::domain::Foreign;
use crate::probes::ground::{Ground, Spot};
use crate::repo::Survey;
use crate::repo::code::{CodeFile, is_app_code};
use crate::repo::place::{folder, is_in, name};
use crate::repo::project::Package;

/// Packages by which each is known.
const KNOWN: [(Kind, &[&str]); 5] = [
    (Kind::Nuxt, &["nuxt", "nuxt-nightly", "nuxt3"]),
    (Kind::SvelteKit, &["@sveltejs/kit"]),
    (Kind::Remix, &["@remix-run/react", "@remix-run/dev", "@react-router/dev", "@react-router/node"]),
    (Kind::Astro, &["astro"]),
    (Kind::ExpoRouter, &["expo-router"]),
];

/// Which of them the repository's apps use.
pub(super) fn kinds(survey: &Survey) -> Vec<Kind> {
    KNOWN.iter().filter(|(_, names)| apps(survey, names).next().is_some()).map(|(kind, _)| *kind).collect()
}

/// The packages that use one of these, without examples.
fn apps<'s>(survey: &'s Survey, names: &'s [&str]) -> impl Iterator<Item = &'s Package> {
    let aside = ["example", "examples", "templates", "template", "fixtures", "test", "tests", "playground"];
    let is_aside = move |it: &Package| it.folder.split('/').any(|it| aside.contains(&it));
    let all = move || survey.project.packages.iter().filter(move |it| it.needs_any(names) && !is_aside(it));
    // What the root of a workspace names for all is used by those below it.
    all().filter(move |it| !all().any(|other| other.folder != it.folder && is_in(&other.folder, &it.folder)))
}

/// Adds what is there and what is missing of each app.
pub(super) fn look(survey: &Survey, seen: &mut Seen) {
    for (kind, names) in KNOWN {
        for app in apps(survey, names) {
            let app = App { survey, package: app };
            match kind {
                Kind::Nuxt => app.nuxt(seen),
                Kind::SvelteKit => app.sveltekit(seen),
                Kind::Remix => app.remix(seen),
                Kind::Astro => app.astro(seen),
                Kind::ExpoRouter => app.expo(seen),
                _ => {}
            }
        }
    }
}

struct App<'s> {
    survey: &'s Survey,
    package: &'s Package,
}

const CODE: [&str; 5] = [".tsx", ".jsx", ".ts", ".js", ".vue"];

/// A name without that of its kind of file, if it is one of these.
fn stem<'p>(path: &'p str, ends: &[&str]) -> Option<&'p str> {
    ends.iter().find_map(|end| name(path).strip_suffix(end))
}

impl<'s> App<'s> {
    /// The paths of the app, as they stand below its folder.
    fn paths(&self) -> impl Iterator<Item = (&'s str, &'s str)> {
        let root = self.package.folder.as_str();
        let own = self.survey.paths.iter().map(String::as_str).filter(move |it| is_in(it, root));
        let own =
            own.filter(|it| !it.split('/').any(|part| matches!(part, "node_modules" | "dist" | "build" | ".nuxt" | ".output")));
        own.map(move |it| (it, it.strip_prefix(root).map_or(it, |it| it.trim_start_matches('/'))))
    }

    fn code(&self) -> impl Iterator<Item = &'s CodeFile> {
        let root = self.package.folder.as_str();
        self.survey.code.iter().filter(move |it| is_in(&it.path, root))
    }

    /// What is missing, with the folder where it belongs; the resource of a finding for ever.
    fn miss(&self, what: &str, seen: &mut Seen) {
        let root = &self.package.folder;
        let says = if root.is_empty() { what.to_owned() } else { format!("{what} in {root}") };
        seen.missing.push(says.into());
    }

    fn hide(&self, what: &str, why: &str, seen: &mut Seen) {
        let root = &self.package.folder;
        let place = if root.is_empty() { String::new() } else { format!(" in {root}") };
        seen.hidden.push(format!("there is no {what}{place}, and {why}").into());
    }

    /// Whether a file of the app that could hold what is looked for was not understood.
    fn is_unread(&self) -> bool {
        let root = self.package.folder.as_str();
        !Ground::of(self.survey, |it| is_app_code(it) && is_in(it, root)).unread.is_empty()
    }

    /// `error.vue` beside `app.vue`; up to Nuxt 2 among the layouts (nuxt.com/docs/guide/directory-structure/error).
    fn nuxt(&self, seen: &mut Seen) {
        let is_page = |own: &str| {
            let place = folder(own).rsplit('/').next().unwrap_or_default();
            stem(own, &CODE) == Some("error") && (matches!(place, "" | "app" | "src" | "layouts") || own.contains("layers/"))
        };
        if let Some((path, _)) = self.paths().find(|(_, own)| is_page(own)) {
            seen.pages.push(path.into());
            return;
        }
        let layer = self.code().find(|it| name(&it.path).starts_with("nuxt.config.") && !it.effects.pages.extends.is_empty());
        match layer {
            Some(it) => self.hide("error.vue", &format!("{} extends a layer, which may bring one", it.path), seen),
            None => self.miss("error.vue", seen),
        }
    }

    /// `src/routes/+error.svelte` for what a route throws, and `src/error.html` for what breaks outside of every layout
    /// (svelte.dev/docs/kit/errors). The second has a plain default.
    fn sveltekit(&self, seen: &mut Seen) {
        // A group of routes, `(app)`, adds nothing to an address: the page in it is of the root for all that it groups.
        let is_root = |own: &str| {
            let mut above = folder(own).rsplit('/').filter(|it| !it.starts_with('('));
            name(own) == "+error.svelte" && above.next() == Some("routes")
        };
        let pages: Vec<&str> = self.paths().filter(|(_, own)| is_root(own)).map(|it| it.0).collect();
        seen.pages.extend(pages.iter().map(Foreign::new));
        if pages.is_empty() {
            self.miss("routes/+error.svelte", seen);
        }
        match self.paths().find(|(_, own)| name(own) == "error.html" && !own.contains("static/")) {
            Some((path, _)) => seen.pages.push(path.into()),
            None => seen.defaults.push(Spot::new(
                &self.package.path,
                1,
                "without `src/error.html`, SvelteKit shows its own bare page when the root layout breaks",
            )),
        }
    }

    /// `ErrorBoundary`, exported by the root module or by modules of routes (reactrouter.com, remix.run: error handling).
    fn remix(&self, seen: &mut Seen) {
        let exports = |it: &&CodeFile| it.effects.pages.export("ErrorBoundary").is_some();
        let is_root =
            |it: &&CodeFile| stem(&it.path, &CODE) == Some("root") && matches!(name(folder(&it.path)), "app" | "src" | "client");
        let roots: Vec<&CodeFile> = self.code().filter(is_root).collect();
        let boundaries: Vec<&CodeFile> = self.code().filter(exports).collect();
        seen.pages.extend(boundaries.iter().map(|it| Foreign::new(&it.path)));
        if let Some(root) = roots.first().filter(|it| !exports(it) && !boundaries.is_empty()) {
            seen.defaults.push(Spot::new(
                &root.path,
                1,
                "it exports no `ErrorBoundary`: what its own loader throws has the bare default",
            ));
        }
        let by_routes = self.code().any(|it| !it.effects.pages.boundaries.is_empty());
        if !boundaries.is_empty() || by_routes {
            return;
        }
        if roots.is_empty() {
            self.hide("app/root", "where routes begin is not known", seen);
        } else if self.is_unread() {
            self.hide("ErrorBoundary", "not every module could be read", seen);
        } else {
            self.miss("ErrorBoundary of the root", seen);
        }
    }

    /// `src/pages/404` and, where pages are made on demand, `src/pages/500` (docs.astro.build/basics/astro-pages).
    fn astro(&self, seen: &mut Seen) {
        const PAGES: [&str; 4] = [".astro", ".md", ".mdx", ".html"];
        let page = |wanted: &str| {
            let is = |own: &str| stem(own, &PAGES) == Some(wanted) && format!("/{own}").contains("/pages/");
            self.paths().find(|(_, own)| is(own)).map(|it| it.0)
        };
        let on_demand = ["@astrojs/node", "@astrojs/vercel", "@astrojs/netlify", "@astrojs/cloudflare", "@deno/astro-adapter"];
        let is_on_demand = self.package.needs_any(&on_demand);
        // Starlight brings its own page for what is not there.
        let has_own = self.package.needs_any(&["@astrojs/starlight"]);
        for (wanted, is_wanted) in [("404", !has_own), ("500", is_on_demand)] {
            match page(wanted) {
                Some(path) => seen.pages.push(path.into()),
                None if is_wanted => self.miss(&format!("pages/{wanted}.astro"), seen),
                None => {}
            }
        }
    }

    /// `ErrorBoundary`, exported by a layout or a route; `+not-found` has a default (docs.expo.dev/router/error-handling).
    fn expo(&self, seen: &mut Seen) {
        let in_routes = |path: &str| format!("/{path}").contains("/app/");
        let boundaries: Vec<&CodeFile> =
            self.code().filter(|it| in_routes(&it.path) && it.effects.pages.export("ErrorBoundary").is_some()).collect();
        seen.pages.extend(boundaries.iter().map(|it| Foreign::new(&it.path)));
        let others = self.code().any(|it| !it.effects.pages.boundaries.is_empty());
        match self.paths().find(|(path, own)| in_routes(path) && stem(own, &CODE) == Some("+not-found")) {
            Some((path, _)) => seen.pages.push(path.into()),
            None => seen.defaults.push(Spot::new(
                &self.package.path,
                1,
                "without `app/+not-found`, Expo Router shows its own page for an address that is not there",
            )),
        }
        if !boundaries.is_empty() || others {
            return;
        }
        if self.is_unread() {
            self.hide("ErrorBoundary", "not every module could be read", seen);
        } else {
            self.miss("ErrorBoundary of a layout in app", seen);
        }
    }
}
